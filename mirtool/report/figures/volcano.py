"""The volcano plot of a comparison."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from mirtool.differential.labels import LABELS
from mirtool.differential.methods import TESTS
from mirtool.errors import UsageError, option
from mirtool.model import DifferentialTable, FloatArray, IntArray, Rule
from mirtool.report.figures.canvas import MUTED_COLOR, SMALLEST_TEXT, Drawing, axes_size, house_style
from mirtool.report.figures.comparison import (
    DASHED,
    Cloud,
    Naming,
    adjusted_or_not,
    arrays_in_words,
    calls_in_words,
    comparison_page,
    draw_names,
    draw_points,
    finish,
    fold_lines,
    not_drawn_in_words,
    ratio_label,
    symmetric_limits,
    write_on_line,
)
from mirtool.stats.adjustment import ADJUSTMENTS

_NARROW = 80.0
"""Millimeters of axes below which the outermost points need more room for their names."""
_ZERO = "< 10⁻³⁰⁰"
"""How a P that the computer can only write as 0 is written."""


def volcano_figure(
    d: DifferentialTable,
    *,
    rule: Rule | str = Rule.VOLCANO_P,
    n_labels: int = LABELS,
    rows: IntArray | None = None,
) -> Drawing:
    """Draw a comparison: log2 ratio across, −log10 of P or of the adjusted P up, cut-offs as dashed lines.

    What passes both cut-offs is a triangle, pointing up where it is higher in the tested group, and counted in the
    legend, so that the counts are those of the table's regulation column; what passes by P alone, and not by
    adjusted P, is drawn open. The first of them are named
    (:func:`mirtool.report.figures.comparison.points_to_name`), each name off the others and off the dashed lines,
    with a line to its point where it could be taken for another's. Probes without a ratio or P are not drawn, and
    counted in the caption. P of 0 lie on a line above the rest.

    Parameters
    ----------
    d
        The comparison.
    rule
        Volcano P draws and colors by P, volcano FDR by P adjusted; ``"p"`` and ``"fdr"`` for short.
    n_labels
        At most as many names of what passes.
    rows
        Rows of the table that are named whether they pass or not.

    Returns
    -------
    Drawing
        130 mm wide, unless another width was asked for.

    Raises
    ------
    UsageError
        For an unknown rule, ``"fdr"`` where P was not adjusted, or where there is no P value at all.
    """
    rule = Rule.named(rule, "volcano")
    if not d.has_test:
        raise UsageError(
            "a volcano plot needs P values, and no test was made", hint="scatter_figure draws the groups' levels"
        )
    if rule is Rule.VOLCANO_FDR and np.isnan(d.fdr).all():
        raise UsageError(
            "a volcano plot by FDR needs adjusted P values, and they were not adjusted",
            hint=f"name an adjustment, such as {option('adjust', 'bh')}",
        )
    with house_style():
        cloud, zero = _volcano_cloud(d, rule)
        axes = comparison_page(d, cloud)
        lines = _draw_frame(axes, d, cloud, rule, zero)
        draw_points(axes, cloud)
        naming = draw_names(axes, d, cloud, Naming(n_labels, rows), lines)
        return finish(axes, [*_caption(d, cloud, rule), *naming])


def _volcano_cloud(d: DifferentialTable, rule: Rule) -> tuple[Cloud, float | None]:
    """Return the points, and the height of those whose P is 0 where there are some."""
    p = d.p_value if rule is Rule.VOLCANO_P else d.fdr
    probe = np.flatnonzero(np.isfinite(d.log2_ratio) & ~np.isnan(p))
    p = p[probe]
    y = np.zeros(len(p))
    y[p > 0] = -np.log10(p[p > 0])
    ceiling = 1.08 * max(float(y.max(initial=0.0)), _threshold(d))
    y[p == 0] = ceiling
    cloud = Cloud(d.log2_ratio[probe], y, d.calls(rule)[probe], probe, adjusted_or_not(d, rule, probe))
    return cloud, ceiling if (p == 0).any() else None


def _threshold(d: DifferentialTable) -> float:
    return float(-np.log10(d.alpha))


def _name_of_p(d: DifferentialTable, rule: Rule) -> str:
    return "P" if rule is Rule.VOLCANO_P else ADJUSTMENTS[d.adjust].heading


def _draw_frame(
    axes: Axes, d: DifferentialTable, cloud: Cloud, rule: Rule, zero: float | None
) -> list[FloatArray]:
    """Set limits and labels, draw the cut-offs, and return their lines."""
    top = 1.12 * max(float(cloud.y.max(initial=0.0)), 1.2 * _threshold(d), 0.5)
    axes.set_ylim(-0.02 * top, top)
    width = float(axes_size(axes)[0])
    limits = symmetric_limits(cloud.x, d.cutoff, room=1.25 if width > _NARROW else 1.4)
    axes.set_xlim(*limits)
    axes.set_xlabel(ratio_label(d, width))
    name = _name_of_p(d, rule)
    statistic = f"{TESTS[d.test].label} {TESTS[d.test].statistic}"
    tested_by = f" ({statistic})" if name == "P" else f", {statistic}"
    axes.set_ylabel(f"−log₁₀ {name}{tested_by}")
    lines = []
    for position, text in fold_lines(d.cutoff):
        axes.axvline(position, **DASHED)
        lines.append(np.array([[position, -0.02 * top], [position, top]]))
        axes.annotate(
            text, (position, 1), (0, 2), xycoords=("data", "axes fraction"), textcoords="offset points",
            ha="left" if position > 0 else "right", fontsize=SMALLEST_TEXT, color=MUTED_COLOR,
        )  # fmt: skip
    levels = [(_threshold(d), f"= {d.alpha:g}"), *([(zero, _ZERO)] if zero is not None else [])]
    for level, value in levels:
        axes.axhline(level, **DASHED)
        lines.append(np.array([[limits[0], level], [limits[1], level]]))
        write_on_line(axes, level, f"{name} {value}", cloud.points)
    return lines


def _caption(d: DifferentialTable, cloud: Cloud, rule: Rule) -> list[str]:
    name = _name_of_p(d, rule)
    cutoffs = [f"{d.cutoff:g}-fold change"] if d.cutoff > 1 else []
    cutoffs.append(f"{name} = {d.alpha:g}")
    return [
        f"Volcano plot of {arrays_in_words(d)}.",
        f"Across: log₂ of the ratio {d.tested} / {d.reference}; up: −log₁₀ of {name}, "
        f"{TESTS[d.test].label} {TESTS[d.test].statistic}.",
        f"Dashed lines: {' and '.join(cutoffs)}.",
        *calls_in_words(d, cloud, rule),
        not_drawn_in_words(d, cloud, "a ratio or P value"),
    ]
