"""What ``mirtool validate`` tells on stderr: wells, reference genes, the comparison, the array beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mirtool.commands.console import say, say_pairs, say_table, warn
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.differential import Comparison
    from mirtool.io.arrays.ct_tables import CtTable
    from mirtool.io.results.differential import SavedDifferential
    from mirtool.model import FloatArray, IntArray
    from mirtool.validation import Concordance, CtMatrix, QpcrComparison, Stability

_U6 = re.compile(r"(^|[^a-z0-9])(rn)?u6(b|-|_|$|[^0-9a-z])", re.IGNORECASE)
_LISTED = 8


def tell_wells(wells: CtTable, matrix: CtMatrix, undetermined: float | None) -> None:
    """Count the wells read, left out and without a Ct."""
    import numpy as np

    from mirtool.io.arrays.ct_tables import CONTROL, SAMPLE
    from mirtool.validation.settings import REPLICATE_LIMIT

    no_ct = int((wells.no_ct & (wells.role == SAMPLE)).sum())
    treated = "missing" if undetermined is None else f"set to {undetermined:g}"
    say(
        f"Read {plural(int((wells.role == SAMPLE).sum()), 'well')} of {plural(len(matrix.samples), 'sample')} and "
        f"{plural(len(matrix.targets), 'target')} from {', '.join(wells.paths)}"
    )
    lines = [("without a Ct", f"{plural(no_ct, 'well')}" + (f", {treated}" if no_ct else ""))]
    lines += [("left out on reading", remark) for remark in wells.left_out]
    left_out = [
        f"{matrix.targets[i]} in {matrix.samples[j]}" for i, j in zip(*np.nonzero(matrix.left_out), strict=True)
    ]
    lines.append(("outlying replicates", _listed(left_out, "well", "left out")))
    uneven = matrix.spread > REPLICATE_LIMIT
    disagreeing = [f"{matrix.targets[i]} in {matrix.samples[j]}" for i, j in zip(*np.nonzero(uneven), strict=True)]
    lines.append((f"wells with SD > {REPLICATE_LIMIT:g}", _listed(disagreeing, "Ct", "kept, look at them")))
    controls = wells.role == CONTROL
    if controls.any():
        lines.append(("controls without template", _controls(wells)))
    say_pairs(lines)


def _listed(places: Sequence[str], what: str, fate: str, at_most: int = _LISTED) -> str:
    if not places:
        return "none"
    more = f" and {len(places) - at_most} more" if len(places) > at_most else ""
    return f"{plural(len(places), what)} {fate}: {', '.join(places[:at_most])}{more}"


def _controls(wells: CtTable) -> str:
    import numpy as np

    from mirtool.io.arrays.ct_tables import CONTROL

    found = np.flatnonzero((wells.role == CONTROL) & ~np.isnan(wells.ct))
    text = plural(int((wells.role == CONTROL).sum()), "well")
    if not len(found):
        return f"{text}, none with a Ct"
    first = found[np.argmin(wells.ct[found])]
    return f"{text}, {len(found)} with a Ct; the earliest {wells.ct[first]:.4g} ({wells.target[first]})"


def tell_references(
    names: Sequence[str],
    stability: Stability | None,
    matrix: CtMatrix,
    references: IntArray,
    array: SavedDifferential | None,
    rule: str,
) -> None:
    """Tell how steady the reference genes are, and warn of those that can't be right."""
    import numpy as np

    from mirtool.validation.concordance import calls_by_name
    from mirtool.validation.stability import LARGEST_M

    say(f"Reference {'gene' if len(names) == 1 else 'genes'}: {', '.join(names)}")
    if stability is None:
        say("  Its stability can't be told from one gene: two give geNorm's M, three NormFinder's value.")
    else:
        rows = [
            [name, f"{m:.3g}", "—" if np.isnan(value) else f"{value:.3g}"]
            for name, m, value in zip(stability.names, stability.m, stability.normfinder, strict=True)
        ]
        say_table(["", "geNorm M", "NormFinder"], rows)
        unsteady = [name for name, m in zip(stability.names, stability.m, strict=True) if m > LARGEST_M]
        if unsteady:
            warn(f"geNorm's M is above {LARGEST_M:g} for {', '.join(unsteady)}: too unsteady for a reference gene")
    for name in names:
        if _U6.search(name):
            warn(
                f"{name} is a poor reference for exosomes and serum: a nuclear RNA, among the least stable there "
                "(Li 2015, Tang 2015); take a steady miRNA or a spiked-in one"
            )
        call = calls_by_name(array, rule).get(name, "") if array else ""
        if call:
            warn(f"{name} is itself {call} on the array: a reference gene must not change between the groups")
    lacking = np.flatnonzero(np.isnan(matrix.ct[references]).any(axis=0))
    if len(lacking):
        lost = ", ".join(matrix.samples[j] for j in lacking)
        warn(f"{plural(len(lacking), 'sample')} without a Ct of every reference gene, so without ΔCt: {lost}")


def tell_comparison(q: QpcrComparison, comparison: Comparison, factors: FloatArray, matrix: CtMatrix) -> None:
    """Tell who was compared, how, and each target's ratio."""
    import numpy as np

    from mirtool.differential import ADJUSTMENTS
    from mirtool.validation import TESTS

    say(f"Compared {q.tested} with {q.reference}: ratios are {q.tested} / {q.reference} ({comparison.reason}).")
    corrected = [f"{name} {e:g}" for name, e in zip(matrix.targets, factors, strict=True) if e != 2]
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
        ("efficiency", "2 throughout" if not corrected else f"{', '.join(corrected)}, else 2"),
        ("test", TESTS[q.test].description),
    ]
    if not corrected and not np.isnan(matrix.efficiency).all():
        lines.append(("", "the table's efficiencies were not used (--efficiency column takes them)"))
    say_pairs(lines)
    for remark in q.remarks:
        warn(remark)
    heading = "P" if q.adjust == "none" else ADJUSTMENTS[q.adjust].heading
    numbers = (q.ratio, q.low, q.high, q.p_value, q.p_adjusted)
    rows = []
    for name, *values in zip(q.targets, *numbers, strict=True):
        ratio, low, high, p, adjusted = ("NA" if np.isnan(value) else f"{value:.3g}" for value in values)
        rows.append([name, ratio, f"{low} to {high}", p, adjusted])
    header = ["target", f"ratio {q.tested}/{q.reference}", f"{100 * q.confidence:g}% interval", "P", heading]
    if q.adjust == "none":
        header, rows = header[:-1], [row[:-1] for row in rows]
    say_table(header, rows)


def tell_concordance(c: Concordance, q: QpcrComparison) -> None:
    """Tell what became of the array's findings, and how well the ratios agree."""
    from mirtool.validation.concordance import LEAST_PAIRS, VERDICTS, untested_remark

    say(f"Beside the array (its findings: those by {c.array_rule}):")
    say_pairs(
        [
            (verdict, f"{c.count(verdict)}: {_names(c, verdict)}")
            for verdict in VERDICTS
            if c.count(verdict) and verdict != "not tested"
        ]
    )
    same = int((c.direction == "same").sum())
    opposite = int((c.direction == "opposite").sum())
    lines = [("same direction", f"{same} of {same + opposite}")]
    if c.n_pairs >= LEAST_PAIRS:
        lines += [
            ("Pearson's r", f"{c.pearson:.3f}"),
            ("Lin's concordance", f"{c.lin:.3f}"),
            ("qPCR − array", f"{c.bias:+.2f} log2 on average"),
        ]
    else:
        lines.append(("correlation", f"none: it takes {LEAST_PAIRS} targets with a ratio by both"))
    say_pairs(lines)
    untested = untested_remark(c)
    for remark in [*c.remarks, *([untested] if untested else [])]:
        say(f"  {remark}")
    if c.n_pairs == 0 and len(q):
        warn("no target has the name of a probe: are both by miRBase names, arm (-3p, -5p) included?")


def _names(c: Concordance, verdict: str, at_most: int = _LISTED) -> str:
    names = c.names[c.verdict == verdict].tolist()
    return ", ".join(names[:at_most]) + (" …" if len(names) > at_most else "")
