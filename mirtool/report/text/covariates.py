"""What the columns of the sample sheet explain, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mirtool.covariates import ALPHA, GROUP, BatchCorrection, CovariateAnalysis
from mirtool.errors import option
from mirtool.report.text.blocks import Block, Grid, Line, Summary
from mirtool.report.text.numbers import MISSING
from mirtool.wording import plural

COLUMNS_SHOWN = 10


def cautions(analysis: CovariateAnalysis, correction: BatchCorrection | None = None) -> list[str]:
    """Return what must not be overlooked: a batch confounded with the group, or stronger; what was subtracted."""
    found = []
    for name in analysis.technical:
        pair = analysis.association(GROUP, name)
        if pair is not None and pair.is_full:
            found.append(
                f"{name} and group can't be distinguished ({pair.measure} 1): what differs between the groups may "
                f"be {name}, and no model separates the two"
            )
        elif analysis.leads(name):
            found.append(
                f"component 1 follows {name} more than group: put it into the model, "
                f"`mirtool diff` with {option('covariate', name)}"
            )
    if correction is not None:
        found.append(
            "batch-corrected values are for pictures and download, not for tests: in a test put the batch into "
            f"the model, `mirtool diff` with {option('covariate', correction.column)}"
        )
    return found


def covariates_summary(analysis: CovariateAnalysis, correction: BatchCorrection | None) -> Summary:
    """Return what each component follows, what each column explains, and what was left out."""
    record = analysis.to_record()
    blocks: list[Block] = [Line(text) for text in component_sentences(record)]
    blocks.append(_shares(analysis))
    blocks += [Line(text) for text in confounding_sentences(record)]
    blocks += [
        Line(f"{name}: {plural(n, 'sample')} without a value left out.")
        for name, n in record["samples_left_out"].items()
    ]
    if analysis.unused:
        reasons = "; ".join(f"{each.name} ({each.reason})" for each in analysis.unused)
        blocks.append(Line(f"{plural(len(analysis.unused), 'column')} not used: {reasons}."))
    if correction is not None:
        blocks += [Line(text) for text in _corrected(correction)]
    return tuple(blocks)


def component_sentences(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield what each component follows: the column of smallest P among those at the FDR; the group beside it.

    Parameters
    ----------
    record
        As :meth:`mirtool.covariates.CovariateAnalysis.to_record` returns it.
    """
    without = []
    for k, own in enumerate(record["components"], 1):
        name, shares = own["follows"], own["r_squared"]
        if name is None:
            without.append(str(k))
            continue
        beside = "" if name == GROUP or GROUP not in shares else f"; group explains {_share(shares[GROUP])} of it"
        yield (
            f"Component {k} ({100 * own['share']:.0f} %) follows {name} "
            f"(R² {_share(shares[name])}, FDR {own['fdr']:.2g}){beside}."
        )
    if without:
        which = "component" if len(without) == 1 else "components"
        yield f"No column explains {which} {', '.join(without)} at FDR {ALPHA:g}."


def confounding_sentences(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield the columns that can't be distinguished; not a technical one and the group: a warning says that."""
    for first, second in record["confounded"]:
        if GROUP not in (first, second) or {first, second}.isdisjoint(record["technical"]):
            yield f"{first} and {second} can't be distinguished: one follows from the other."


def variance_sentence(record: Mapping[str, Any]) -> str:
    """Return the share of the variance of all probes that each column explains; the largest first."""
    shares = sorted(record["variance"].items(), key=lambda item: -(item[1]["share"] or 0.0))
    listed = ", ".join(
        f"{name} {100 * own['share']:.1f} %" + ("" if own["p"] is None else f" (permutation P {own['p']:.2g})")
        for name, own in shares
        if own["share"] is not None
    )
    return f"Of the variance of all probes, each column on its own explains: {listed}." if listed else ""


def _shares(analysis: CovariateAnalysis) -> Grid:
    shares = zip(analysis.covariates, analysis.variances, strict=True)
    rows = [
        [each.name, each.taken_as, _percent(own.share), _percent(own.adjusted), _p(own.p_value)]
        for each, own in sorted(shares, key=lambda pair: -_known(pair[1].adjusted))
    ]
    header = ["column", "taken as", "share of variance", "adjusted", "P"]
    return Grid(header, rows, most=COLUMNS_SHOWN)


def _corrected(correction: BatchCorrection) -> Iterator[str]:
    yield f"{correction.column} subtracted from the values of {plural(len(correction.samples), 'sample')}."
    if correction.left_out:
        yield f"Left out, without a group or a batch: {', '.join(correction.left_out)}."
    failed, one = len(correction.corrected.not_estimable), correction.corrected.one_batch
    if failed:
        yield f"{plural(failed, 'probe')} missing: their values leave batch and group that can't be distinguished."
    if one:
        yield f"{plural(one, 'probe')} with values in one batch only unchanged."


def _share(value: float | None) -> str:
    return MISSING if value is None else f"{value:.2f}"


def _known(value: float) -> float:
    return value if value == value else -1.0


def _percent(value: float) -> str:
    return MISSING if value != value else f"{100 * value:.1f} %"


def _p(value: float) -> str:
    return MISSING if value != value else f"{value:.2g}"
