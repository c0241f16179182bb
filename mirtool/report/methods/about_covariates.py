"""Sentences about the columns of the sample sheet: what they explain, and which batch was subtracted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mirtool.covariates.settings import ALPHA, GROUP
from mirtool.report.methods.record import StepRecord, joined, number
from mirtool.report.methods.text import Sentence
from mirtool.wording import plural


def covariate_sentences(record: StepRecord) -> Iterator[Sentence]:
    """Say which columns were compared with how many components, what was found, and what was subtracted."""
    components = record.number("components") or []
    columns = list(record.number("variance") or {})
    if not components or not columns:
        return
    yield Sentence(
        f"The {plural(len(columns), 'column')} of the sample sheet that vary ({joined(columns)}) were compared, "
        f"each on its own, with the first {plural(len(components), 'principal component')} of the log2 values (R² "
        "and F test, P values adjusted by the Benjamini-Hochberg procedure) and with the variance of all "
        f"{record.row}s.",
        ("peresneto2006",),
    )
    yield Sentence(_first_component(components[0]))
    corrected = record.number("batch_corrected")
    if corrected:
        yield Sentence(
            f"For display only, the effects of {corrected['column']} were subtracted by least squares with the "
            "groups in the model; no test was made of these values, because it would overstate the evidence.",
            ("nygaard2016",),
        )


def _first_component(component: Mapping[str, Any]) -> str:
    what = f"The first component ({100 * component['share']:.0f} % of the variance)"
    name, shares = component["follows"], component["r_squared"]
    if name is None:
        return f"{what} was explained by none of them at FDR {number(ALPHA)}."
    group = shares.get(GROUP)
    beside = "" if name == GROUP or group is None else f"; the group explained {group:.2f} of it"
    return f"{what} followed {name} (R² {shares[name]:.2f}, FDR {component['fdr']:.2g}){beside}."
