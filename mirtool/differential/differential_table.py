"""The differential table as it is written and read back; the names of its columns say which group is on top."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mirtool.differential.methods import FOLD_CHANGES, TESTS
from mirtool.errors import FormatError
from mirtool.io.arrays.probe_values import ORIGINAL_NAME
from mirtool.io.results.differential import (
    DETECTED,
    DETECTED_ONLY,
    DETECTION_FDR,
    DETECTION_P,
    SavedDifferential,
)
from mirtool.model import DifferentialTable, IntArray, ProbeTable, Rule, Table, text_array
from mirtool.stats.adjustment import ADJUSTMENTS

if TYPE_CHECKING:
    from mirtool.differential.group_comparison import GroupComparison

LOG_ODDS = "B (log odds)"
LOG2_CPM = "log2 CPM"


def differential_table(d: DifferentialTable) -> Table:
    """Lay a comparison out for writing: rows sorted by P, then by the size of the log2 ratio, then by ID.

    Missing P and missing ratios come last. Columns of P and FDR are there only where a test was made, and those
    of FDR only where P was adjusted.
    """
    mean, ratio = FOLD_CHANGES[d.fold_change].mean, FOLD_CHANGES[d.fold_change].ratio
    over = f"{d.tested}/{d.reference}"
    columns: dict[str, npt.NDArray[Any]] = {
        "ID": d.probes.id,
        "Name": d.probes.name,
        **({} if d.probes.original_beside is None else {ORIGINAL_NAME: d.probes.original_beside}),
        f"{mean} {d.tested}": d.mean_tested,
        f"{mean} {d.reference}": d.mean_reference,
        f"{ratio} {over}": d.ratio,
        f"log2 ratio {over}": d.log2_ratio,
        f"fold change {over}": d.signed_fold_change,
    }
    if d.has_test:
        test = TESTS[d.test]
        columns |= {f"{test.statistic} ({test.label})": d.statistic, f"P ({test.label})": d.p_value}
    if d.has_adjusted:
        columns[ADJUSTMENTS[d.adjust].heading] = d.fdr
    if d.log_odds is not None:
        columns[LOG_ODDS] = d.log_odds
    if d.log2_cpm is not None:
        columns[LOG2_CPM] = d.log2_cpm
    columns |= {f"n {d.tested}": d.n_tested, f"n {d.reference}": d.n_reference}
    if d.spots_tested is not None and d.spots_reference is not None:
        columns |= {f"spots {d.tested}": d.spots_tested, f"spots {d.reference}": d.spots_reference}
    columns |= _detected_columns(d) | {rule.column: d.calls(rule) for rule in d.rules}
    return Table(columns, _notes(d)).take(table_order(d))


def _detected_columns(d: DifferentialTable) -> dict[str, npt.NDArray[Any]]:
    """Return the group that alone detects each probe, how many arrays do where that is not n, and the test."""
    only, tested, reference = d.detected_only_in, d.detected_tested, d.detected_reference
    if only is None or tested is None or reference is None:
        return {}
    counted = np.array_equal(tested, d.n_tested) and np.array_equal(reference, d.n_reference)
    columns: dict[str, npt.NDArray[Any]] = (
        {} if counted else {f"{DETECTED} {d.tested}": tested, f"{DETECTED} {d.reference}": reference}
    )
    columns |= {DETECTED_ONLY: only}
    if d.detection_p is not None and d.detection_fdr is not None:
        columns |= {f"{DETECTION_P}{d.detection_test})": d.detection_p, DETECTION_FDR: d.detection_fdr}
    return columns


def differential_of(
    saved: SavedDifferential, *, cutoff: float | None = None, alpha: float | None = None
) -> DifferentialTable:
    """Return the differential table that was read back from a file, in the order of its rows.

    Numbers have the digits that were written, cut-offs the six of the notes. What the file does not hold is as for
    a table without it: no test without a column of P, no adjustment without one of adjusted P, kinds of probes
    empty, no history, no remarks.

    Parameters
    ----------
    saved
        As :func:`mirtool.io.results.differential.read_differential` gives it.
    cutoff, alpha
        The limits of fold change and P, for a table that has lost the notes that hold them.

    Raises
    ------
    FormatError
        Where the means, the fold change or the numbers of arrays are missing, or a cell is not a number; and where
        neither the notes nor the call have a limit.
    """
    over = f"{saved.tested}/{saved.reference}"
    fold_change = _written_fold_change(saved)
    mean, ratio = FOLD_CHANGES[fold_change].mean, FOLD_CHANGES[fold_change].ratio
    test = next((name for name in TESTS if saved.p_header == f"P ({TESTS[name].label})"), "none")
    adjust = next((name for name in ADJUSTMENTS if ADJUSTMENTS[name].heading == saved.adjusted_header), "none")
    statistic = f"{TESTS[test].statistic} ({TESTS[test].label})"
    nothing = text_array([""] * len(saved))
    has_cpm = saved.columns is not None and LOG2_CPM in saved.columns.header
    has_odds = saved.columns is not None and LOG_ODDS in saved.columns.header
    return DifferentialTable(
        probes=ProbeTable(saved.id, saved.name, nothing),
        tested=saved.tested,
        reference=saved.reference,
        mean_tested=saved.required(f"{mean} {saved.tested}"),
        mean_reference=saved.required(f"{mean} {saved.reference}"),
        ratio=saved.required(f"{ratio} {over}"),
        log2_ratio=saved.log2_ratio,
        signed_fold_change=saved.required(f"fold change {over}"),
        statistic=saved.numbers(statistic),
        p_value=saved.p_value,
        fdr=saved.adjusted,
        n_tested=saved.required(f"n {saved.tested}").astype(np.int64),
        n_reference=saved.required(f"n {saved.reference}").astype(np.int64),
        regulation_fold_change=saved.regulation.get(Rule.FOLD_CHANGE.column, nothing),
        regulation_p=saved.regulation.get(Rule.VOLCANO_P.column, nothing),
        regulation_fdr=saved.regulation.get(Rule.VOLCANO_FDR.column, nothing),
        test=test,
        fold_change=fold_change,
        adjust=adjust,
        cutoff=_limit(saved, "cutoff", cutoff),
        alpha=float("nan") if test == "none" else _limit(saved, "alpha", alpha),
        spots_tested=None if saved.spots_tested is None else saved.spots_tested.astype(np.int64),
        spots_reference=None if saved.spots_reference is None else saved.spots_reference.astype(np.int64),
        detected_tested=_detected(saved, saved.tested),
        detected_reference=_detected(saved, saved.reference),
        detection_test=saved.detection_test,
        detection_p=saved.detection_p,
        detection_fdr=saved.detection_fdr,
        details=tuple((key, value) for key, value in saved.notes.items() if key not in _NOTES and value),
        log_odds=saved.numbers(LOG_ODDS) if has_odds else None,
        log2_cpm=saved.numbers(LOG2_CPM) if has_cpm else None,
    )


def _detected(saved: SavedDifferential, group: str) -> IntArray | None:
    header = () if saved.columns is None else saved.columns.header
    if DETECTED_ONLY not in header:
        return None
    heading = f"{DETECTED} {group}"
    return saved.required(heading if heading in header else f"n {group}").astype(np.int64)


_NOTES = ("tested", "reference", "fold change", "cutoff", "test", "alpha", "adjusted", "choices", "values")
"""The notes that are no detail of the test."""


def _written_fold_change(saved: SavedDifferential) -> str:
    header = () if saved.columns is None else saved.columns.header
    return next(
        (name for name in FOLD_CHANGES if f"{FOLD_CHANGES[name].mean} {saved.tested}" in header), "ratio-of-means"
    )


def _limit(saved: SavedDifferential, key: str, given: float | None) -> float:
    if given is not None:
        return given
    try:
        return float(saved.notes[key])
    except (KeyError, ValueError):
        raise FormatError(
            f"the differential table does not say its {key}",
            path=saved.path,
            expected="the record that mirtool wrote beside the table (run.json, NAME.run.json)",
            hint=f"state it: {key}=",
        ) from None


def overview_table(comparison: GroupComparison) -> Table:
    """Lay several comparisons of one model side by side, a row a probe, sorted by the P of F, or the first P.

    F, its P and the P adjusted test all comparisons together (not there with a least fold change). Each comparison
    has its log2 ratio, fold change, t, P, adjusted P and regulation, with the groups in the heading.
    """
    first = comparison.tables[0]
    label, letter = TESTS[first.test].label, TESTS[first.test].statistic
    columns: dict[str, npt.NDArray[Any]] = {"ID": first.probes.id, "Name": first.probes.name}
    if comparison.f is not None and comparison.f_adjusted is not None:
        f = "F (moderated)" if first.test == "moderated" else "F"
        columns |= {f: comparison.f.statistic, "P (F)": comparison.f.p_value}
        if first.adjust != "none":
            columns[f"{ADJUSTMENTS[first.adjust].heading} of F"] = comparison.f_adjusted
    for d in comparison.tables:
        over = f"{d.tested}/{d.reference}"
        columns |= {
            f"log2 ratio {over}": d.log2_ratio,
            f"fold change {over}": d.signed_fold_change,
            f"{letter} ({label}) {over}": d.statistic,
            f"P ({label}) {over}": d.p_value,
        }
        if d.adjust != "none":
            columns[f"{ADJUSTMENTS[d.adjust].heading} {over}"] = d.fdr
        if d.log_odds is not None:
            columns[f"{LOG_ODDS} {over}"] = d.log_odds
        columns |= {f"{rule.column} {over}": d.calls(rule) for rule in d.rules if rule is not Rule.FOLD_CHANGE}
    p_value = first.p_value if comparison.f is None else comparison.f.p_value
    order = np.lexsort((first.probes.id.astype(str), -np.abs(first.log2_ratio), p_value))
    compared = " and ".join(f"{d.tested}/{d.reference}" for d in comparison.tables)
    return Table(columns, (("mirtool differential", ""), ("comparisons", compared), *_notes(first)[3:])).take(
        order
    )


def table_order(d: DifferentialTable) -> IntArray:
    """Return the order of a table's rows: by P, then by the size of the change, then by ID."""
    order = np.lexsort((d.probes.id.astype(str), -np.abs(d.log2_ratio), d.p_value))
    return order.astype(np.int64)


def _notes(d: DifferentialTable) -> tuple[tuple[str, str], ...]:
    notes = [
        ("mirtool differential", ""),
        ("tested", d.tested),
        ("reference", d.reference),
        ("fold change", FOLD_CHANGES[d.fold_change].description),
        ("cutoff", f"{d.cutoff:g}"),
        ("test", TESTS[d.test].description),
    ]
    notes += [("values", each.removeprefix("values: ")) for each in d.history if each.startswith("values: ")]
    notes += d.details
    if d.test != "none":
        notes += [("alpha", f"{d.alpha:g}"), ("adjusted", d.adjust)]
    return tuple(notes)
