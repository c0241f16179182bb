"""The choices with their counts as the table that is written, and each probe's share as columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.model import DifferentialTable, Table, text_array
from mirtool.robustness.sensitivity.choices import AXES
from mirtool.robustness.sensitivity.stability import Sensitivity


def sensitivity_table(result: Sensitivity, d: DifferentialTable) -> Table:
    """Lay the choices out, one row a choice, the one the table was made with first.

    For each rule: how many probes it calls up and down under the choice, and how many of the table's list stay, in
    the same direction. Missing where the rule could not be applied; the last column says why nothing could be
    made.
    """
    outcomes = result.outcomes
    columns: dict[str, npt.NDArray[Any]] = {
        name: text_array(value_of(outcome.choice) for outcome in outcomes) for name, value_of in AXES.items()
    }
    for name, counts in (
        ("factor probes", [outcome.factor_probes for outcome in outcomes]),
        ("probes", [outcome.probes for outcome in outcomes]),
    ):
        columns[name] = np.array(
            [np.nan if outcome.failure else n for outcome, n in zip(outcomes, counts, strict=True)]
        )
    for rule in result.calls:
        by = rule.label
        columns[f"up by {by}"] = np.array([outcome.up.get(rule, np.nan) for outcome in outcomes])
        columns[f"down by {by}"] = np.array([outcome.down.get(rule, np.nan) for outcome in outcomes])
        columns[f"stay by {by}"] = np.array(
            [result.staying(outcome, rule) if rule in outcome.calls else np.nan for outcome in outcomes]
        )
    columns["why not"] = text_array(outcome.failure for outcome in outcomes)
    notes = (
        ("mirtool sensitivity", ""),
        ("tested", d.tested),
        ("reference", d.reference),
        ("cutoff", f"{d.cutoff:g}"),
        ("alpha", f"{d.alpha:g}"),
        *((f"of the list by {rule.label}", str(result.listed(rule))) for rule in result.calls),
    )
    return Table(columns, notes)


def with_stability(table: Table, d: DifferentialTable, result: Sensitivity) -> Table:
    """Return a differential table with the share of choices under which each probe stays, a column a rule.

    Parameters
    ----------
    table
        Of :func:`mirtool.differential.differential_table`, in any order of its rows.
    d
        The comparison it was made of.
    result
        The outcome of every choice.
    """
    row_of = {probe_id: row for row, probe_id in enumerate(d.probes.id)}
    order = np.array([row_of[probe_id] for probe_id in table["ID"]], dtype=np.int64)
    shares = {rule.stability_column: share[order] for rule, share in result.share.items()}
    return Table({**table.columns, **shares}, (*table.notes, ("choices", str(len(result.outcomes)))))
