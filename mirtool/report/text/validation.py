"""A validation by qPCR in words: wells, reference genes, ratios, and what became of the array's findings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isnan

import numpy as np

from mirtool.errors import option
from mirtool.io.arrays.ct_limits import REPLICATE_LIMIT
from mirtool.io.arrays.ct_wells import CtTable
from mirtool.io.arrays.ct_words import CONTROL, SAMPLE
from mirtool.io.arrays.settings import FROM_TABLE
from mirtool.io.results.differential import SavedDifferential
from mirtool.report.text.blocks import Block, Caution, Grid, Heading, Line, Pairs, Summary
from mirtool.report.text.differential import direction_block
from mirtool.report.text.numbers import MISSING, p_in_words
from mirtool.stats.adjustment import ADJUSTMENTS
from mirtool.stats.reference_stability import LARGEST_M
from mirtool.validation.compare import QpcrComparison
from mirtool.validation.concordance import LEAST_PAIRS, VERDICTS, Concordance, call_of, untested_remark
from mirtool.validation.settings import TESTS, ValidateSettings
from mirtool.validation.validate import Validation
from mirtool.wording import first_of, plural

_U6 = re.compile(r"(^|[^a-z0-9])(rn)?u6(b|-|_|$|[^0-9a-z])", re.IGNORECASE)
_LISTED = 8
_COUNTED = ("without a Ct", "outlying replicates", f"wells with SD > {REPLICATE_LIMIT:g}")
TARGETS_SHOWN = 8


def validation_summary(done: Validation, array: SavedDifferential | None, settings: ValidateSettings) -> Summary:
    """Return the summary of a validation."""
    return (
        direction_block(done.comparison),
        *([] if done.concordance is None else _verdict_blocks(done.concordance, done.result)),
        *(Caution(remark) for remark in done.result.remarks),
        _ratios(done.result),
        *_reference_blocks(done, array, settings.array_rule),
        *([] if done.concordance is None else _concordance_blocks(done.concordance)),
        *_comparison_blocks(done),
        *_well_blocks(done, settings.undetermined),
    )


def _well_blocks(done: Validation, undetermined: float | None) -> list[Block]:
    """Count the wells read, left out and without a Ct."""
    wells, matrix = done.wells, done.matrix
    no_ct = int((wells.no_ct & (wells.role == SAMPLE)).sum())
    treated = "missing" if undetermined is None else f"set to {undetermined:g}"
    lines = [("without a Ct", f"{plural(no_ct, 'well')}" + (f", {treated}" if no_ct else ""))]
    lines += [("left out on reading", remark) for remark in wells.left_out]
    lines += [("on reading", note) for note in wells.notes]
    left_out = [
        f"{matrix.targets[i]} in {matrix.samples[j]}" for i, j in zip(*np.nonzero(matrix.left_out), strict=True)
    ]
    lines.append(("outlying replicates", _listed(left_out, "well", "left out")))
    uneven = matrix.spread > REPLICATE_LIMIT
    disagreeing = [f"{matrix.targets[i]} in {matrix.samples[j]}" for i, j in zip(*np.nonzero(uneven), strict=True)]
    lines.append((f"wells with SD > {REPLICATE_LIMIT:g}", _listed(disagreeing, "Ct", "kept, check them")))
    if (wells.role == CONTROL).any():
        lines.append(("controls without template", _controls(wells)))
    read = f"{plural(int((wells.role == SAMPLE).sum()), 'well')} of {plural(len(matrix.samples), 'sample')}"
    of = f"{plural(len(matrix.targets), 'target')} from {', '.join(wells.paths)}"
    worth_a_look = [
        (label, text) for label, text in lines if label not in _COUNTED or not text.startswith(("0 ", "none"))
    ]
    rest = [pair for pair in lines if pair not in worth_a_look]
    return [
        Line(f"Read {read} and {of}"),
        *([Pairs(worth_a_look)] if worth_a_look else []),
        *([Pairs(rest, detail=True)] if rest else []),
    ]


def _listed(places: Sequence[str], what: str, fate: str, at_most: int = _LISTED) -> str:
    if not places:
        return "none"
    return f"{plural(len(places), what)} {fate}: {first_of(places, at_most)}"


def _controls(wells: CtTable) -> str:
    found = np.flatnonzero((wells.role == CONTROL) & ~np.isnan(wells.ct))
    text = plural(int((wells.role == CONTROL).sum()), "well")
    if not len(found):
        return f"{text}, none with a Ct"
    first = found[np.argmin(wells.ct[found])]
    return f"{text}, {len(found)} with a Ct; the earliest {wells.ct[first]:.4g} ({wells.target[first]})"


def _reference_blocks(done: Validation, array: SavedDifferential | None, rule: str) -> list[Block]:
    """Return how stable the reference genes are, and warnings about those that can't be right."""
    names, stability, matrix = done.reference_names, done.stability, done.matrix
    blocks: list[Block] = [Line(f"Reference {'gene' if len(names) == 1 else 'genes'}: {', '.join(names)}")]
    if stability is None:
        blocks.append(
            Line("  Stability can't be assessed from one gene: geNorm's M needs two, NormFinder's value three.")
        )
    else:
        rows = [
            [name, f"{m:.3g}", MISSING if np.isnan(value) else f"{value:.3g}"]
            for name, m, value in zip(stability.names, stability.m, stability.normfinder, strict=True)
        ]
        blocks.append(Grid(["", "geNorm M", "NormFinder"], rows))
        unstable = [name for name, m in zip(stability.names, stability.m, strict=True) if m > LARGEST_M]
        if unstable:
            variable = f"geNorm's M is above {LARGEST_M:g} for {', '.join(unstable)}"
            blocks.append(Caution(f"{variable}: too variable for a reference gene"))
    for name in names:
        if _U6.search(name):
            blocks.append(
                Caution(
                    f"{name} is a poor reference for exosomes and serum: a nuclear RNA, among the least stable "
                    "there (Li 2015, Tang 2015); use a stable miRNA or a spiked-in one"
                )
            )
        call = call_of(name, array, rule) if array else ""
        if call:
            blocks.append(
                Caution(
                    f"{name} is itself {call} on the array: a reference gene must not change between the groups"
                )
            )
    lacking = np.flatnonzero(np.isnan(matrix.ct[done.references]).any(axis=0))
    if len(lacking):
        lost = ", ".join(matrix.samples[j] for j in lacking)
        blocks.append(
            Caution(
                f"{plural(len(lacking), 'sample')} without a Ct of every reference gene, so without ΔCt: {lost}"
            )
        )
    return blocks


def _comparison_blocks(done: Validation) -> list[Block]:
    """Return which samples were compared, how, and each target's ratio."""
    q, comparison, matrix = done.result, done.comparison, done.matrix
    corrected = [f"{name} {e:g}" for name, e in zip(matrix.targets, done.efficiency, strict=True) if e != 2]
    lines = [
        (q.tested, f"{plural(len(q.samples_tested), 'sample')}: {', '.join(q.samples_tested)}"),
        (q.reference, f"{plural(len(q.samples_reference), 'sample')}: {', '.join(q.samples_reference)}"),
    ]
    lines += [
        (f"left out, {why}", f"{plural(len(left), 'sample')}: {', '.join(left)}")
        for why, left in (("no group", comparison.without_group), ("other groups", comparison.other_groups))
        if left
    ]
    lines += [
        ("efficiency", "2 for all targets" if not corrected else f"{', '.join(corrected)}, else 2"),
        ("test", TESTS[q.test].description),
    ]
    if not corrected and not np.isnan(matrix.efficiency).all():
        use = option("efficiency", FROM_TABLE)
        lines.append(("", f"the table's efficiencies were not used ({use} uses them)"))
    return [
        Pairs(lines[:2]),
        Pairs(lines[2:], detail=True),
    ]


def _ratios(q: QpcrComparison) -> Grid:
    heading = "P" if q.adjust == "none" else ADJUSTMENTS[q.adjust].heading
    rows = []
    for name, *values in zip(q.targets, q.ratio, q.low, q.high, q.p_value, q.p_adjusted, strict=True):
        ratio, low, high = (MISSING if np.isnan(value) else f"{value:.3g}" for value in values[:3])
        p, adjusted = (p_in_words(float(value)) for value in values[3:])
        rows.append([name, ratio, f"{low} to {high}", p, adjusted])
    header = ["target", f"ratio {q.tested}/{q.reference}", f"{100 * q.confidence:g} % interval", "P", heading]
    if q.adjust == "none":
        header, rows = header[:-1], [row[:-1] for row in rows]
    return Grid(header, rows, most=TARGETS_SHOWN)


def _verdict_blocks(c: Concordance, q: QpcrComparison) -> list[Block]:
    """Return what became of the array's findings."""
    verdicts = [
        (verdict, f"{c.count(verdict)}: {_names(c, verdict)}")
        for verdict in VERDICTS
        if c.count(verdict) and verdict != "not tested"
    ]
    blocks: list[Block] = [Pairs(verdicts)] if verdicts else []
    if c.n_pairs == 0 and len(q):
        blocks.append(
            Caution("no target has the name of a probe: are both by miRBase names, arm (-3p, -5p) included?")
        )
    return blocks


def _concordance_blocks(c: Concordance) -> list[Block]:
    """Return how well the ratios agree with the array's, and what was not tested."""
    same, opposite = (int((c.direction == way).sum()) for way in ("same", "opposite"))
    lines = [("same direction", f"{same} of {same + opposite}")]
    if c.n_pairs >= LEAST_PAIRS:
        lines += [
            ("Pearson's r", _pearson_in_words(c)),
            ("Lin's concordance", f"{c.lin:.3f}"),
            ("qPCR − array", f"{c.bias:+.2f} log2 on average"),
        ]
    else:
        lines.append(("correlation", f"none: it needs {LEAST_PAIRS} targets with a ratio by both"))
    untested = untested_remark(c)
    return [
        Heading(f"Compared with the array (its findings: those by {c.array_rule}):"),
        Pairs(lines),
        *(Line(f"  {remark}") for remark in c.remarks),
        *([Line(f"  {untested}", detail=True)] if untested else []),
    ]


def _names(c: Concordance, verdict: str, at_most: int = _LISTED) -> str:
    names = c.names[c.verdict == verdict].tolist()
    return ", ".join(names[:at_most]) + (" …" if len(names) > at_most else "")


def _pearson_in_words(c: Concordance) -> str:
    """Return r with its number of ratios, and its interval where there are enough for one."""
    low, high = c.pearson_interval
    interval = "" if isnan(low) else f", 95 % interval {low:.3f} to {high:.3f}"
    return f"{c.pearson:.3f}, n = {c.n_pairs}{interval}"
