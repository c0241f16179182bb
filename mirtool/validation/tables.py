"""The results of qPCR as they are written: which group is on top is in the names of the columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.model import Table, text_array
from mirtool.stats.adjustment import ADJUSTMENTS
from mirtool.stats.reference_stability import Stability
from mirtool.validation.compare import QpcrComparison
from mirtool.validation.concordance import Concordance
from mirtool.validation.replicates import CtMatrix
from mirtool.validation.settings import TESTS

_STATISTICS = {
    "welch": ("t (Welch)", "P (Welch)"),
    "student": ("t (Student)", "P (Student)"),
    "paired": ("t (paired)", "P (paired)"),
    "mann-whitney": ("U (Mann-Whitney)", "P (Mann-Whitney)"),
}


def validation_table(q: QpcrComparison, references: tuple[str, ...]) -> Table:
    """Lay a qPCR comparison out, in the order of the targets in the Ct table.

    ``dCt`` is the Ct less the mean Ct of the reference genes (where efficiencies are given, both multiplied by
    log2 of the efficiency, so that a unit is a doubling), and ``ddCt`` the difference of the groups' means.
    """
    over = f"{q.tested}/{q.reference}"
    percent = f"{100 * q.confidence:g}%"
    columns: dict[str, npt.NDArray[Any]] = {
        "Target": q.targets,
        f"mean dCt {q.tested}": -q.mean_tested,
        f"mean dCt {q.reference}": -q.mean_reference,
        f"ddCt {q.tested}-{q.reference}": -q.log2_ratio,
        f"ratio {over}": q.ratio,
        f"{percent} interval low {over}": q.low,
        f"{percent} interval high {over}": q.high,
        f"log2 ratio {over}": q.log2_ratio,
        f"fold change {over}": q.signed_fold_change,
    }
    statistic, p = _STATISTICS[q.test]
    columns |= {statistic: q.statistic, p: q.p_value}
    if q.adjust != "none":
        columns[ADJUSTMENTS[q.adjust].heading] = q.p_adjusted
    columns |= {f"n {q.tested}": q.n_tested, f"n {q.reference}": q.n_reference, "regulation": q.regulation}
    notes = (
        ("mirtool validation", ""),
        ("tested", q.tested),
        ("reference", q.reference),
        ("reference genes", ", ".join(references)),
        ("test", TESTS[q.test].description),
        ("cutoff", f"{q.cutoff:g}"),
        ("alpha", f"{q.alpha:g}"),
        ("adjusted", q.adjust),
    )
    return Table(columns, notes)


def ct_table(matrix: CtMatrix, log2_quantity: npt.NDArray[np.float64]) -> Table:
    """Lay out what is behind the comparison: one row per target and sample that has a well."""
    wells = matrix.wells + matrix.left_out + matrix.without_ct
    targets, samples = np.nonzero(wells)
    return Table(
        {
            "Target": text_array(matrix.targets[i] for i in targets),
            "Sample": text_array(matrix.samples[j] for j in samples),
            "Ct": matrix.ct[targets, samples],
            "SD of wells": matrix.spread[targets, samples],
            "wells": matrix.wells[targets, samples],
            "wells left out": matrix.left_out[targets, samples],
            "wells without Ct": matrix.without_ct[targets, samples],
            "dCt": -log2_quantity[targets, samples],
        },
        (("mirtool Ct values", ""),),
    )


def concordance_table(c: Concordance, q: QpcrComparison) -> Table:
    """Lay array and qPCR out side by side; the correlations are in the notes."""
    over = f"{q.tested}/{q.reference}"
    percent = f"{100 * q.confidence:g}%"
    columns: dict[str, npt.NDArray[Any]] = {
        "Name": c.names,
        "array ID": c.array_id,
        "probes": c.n_probes,
        f"array log2 ratio {over}": c.array_log2_ratio,
        f"qPCR log2 ratio {over}": c.qpcr_log2_ratio,
        f"{percent} interval low (log2)": c.qpcr_low,
        f"{percent} interval high (log2)": c.qpcr_high,
        "qPCR P" if q.adjust == "none" else f"qPCR {ADJUSTMENTS[q.adjust].heading}": c.qpcr_p,
        f"array by {c.array_rule}": c.array_call,
        "direction": c.direction,
        "verdict": c.verdict,
    }
    notes = (
        ("mirtool validation concordance", ""),
        ("pairs", str(c.n_pairs)),
        ("Pearson r of log2 ratios", f"{c.pearson:.6g}"),
        ("Lin's concordance correlation", f"{c.lin:.6g}"),
        ("mean of qPCR - array (log2)", f"{c.bias:.6g}"),
    )
    return Table(columns, notes)


def stability_table(s: Stability) -> Table:
    """Lay the stability of the reference genes out, the most stable by geNorm's M first."""
    table = Table(
        {
            "Reference gene": text_array(s.names),
            "geNorm M": s.m,
            "NormFinder by group" if s.by_group else "NormFinder": s.normfinder,
        },
        (("mirtool reference genes", ""), ("complete samples", str(s.n_complete))),
    )
    return table.take(np.argsort(s.m, kind="stable"))
