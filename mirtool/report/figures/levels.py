"""A comparison by level: the MA plot, and the scatter plot of one group's means over the other's."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from mirtool.differential.labels import LABELS
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
    group_label,
    has_replicates,
    level_label,
    level_of_both,
    not_drawn_in_words,
    ratio_label,
    write_on_line,
)

_ROOM = 0.06
"""Share of the range that is kept free at each end of an axis."""
_UNDER = 8.0
"""Millimeters under the axes into which the label of the upright one may reach."""
_MA_OVER = 1.0
"""Millimeters over an MA plot, on whose lines nothing is written above the axes."""
_SCATTER_RIGHT = 6.5
"""Millimeters at the right of a scatter plot, for what is written on the lower line."""


def ma_figure(
    d: DifferentialTable,
    *,
    rule: Rule | str = Rule.VOLCANO_P,
    n_labels: int = LABELS,
    rows: IntArray | None = None,
) -> Drawing:
    """Draw log2 ratio (M) over the mean log2 level of both groups (A), the fold-change cut-off as dashed lines.

    Signs, counts and names are those of the volcano plot; where no test was made the fold change alone decides.

    Parameters
    ----------
    d
        The comparison.
    rule
        By which points are regulated; ``"p"`` and ``"fdr"`` for short. Without a test: by fold change.
    n_labels
        At most as many names of what passes.
    rows
        Rows of the table that are named whether they pass or not.

    Returns
    -------
    Drawing
        130 mm wide, unless another width was asked for.
    """
    rule = _rule(d, rule)
    with house_style():
        level = level_of_both(d)
        probe = np.flatnonzero(np.isfinite(d.log2_ratio) & np.isfinite(level))
        cloud = _cloud(d, rule, probe, level[probe], d.log2_ratio[probe])
        axes = comparison_page(d, cloud, over=_MA_OVER)
        lines = _draw_ma_frame(axes, d, cloud)
        draw_points(axes, cloud)
        naming = draw_names(axes, d, cloud, Naming(n_labels, rows), lines)
        said = [
            f"MA plot of {arrays_in_words(d)}.",
            f"Up (M): log₂ of the ratio {d.tested} / {d.reference}; across (A): mean of the log₂ levels of both.",
            *_cutoff_in_words(d),
            *_why_no_test(d),
            *calls_in_words(d, cloud, rule),
            not_drawn_in_words(d, cloud, "a ratio"),
        ]
        return finish(axes, [*said, *naming])


def scatter_figure(d: DifferentialTable, *, n_labels: int = LABELS, rows: IntArray | None = None) -> Drawing:
    """Draw the log2 level of the tested group over that of the reference, for a comparison without P values.

    Both axes have one scale; the diagonal is no change, the dashed lines at its sides are the fold-change cut-off,
    which alone decides what is regulated.

    Parameters
    ----------
    d
        The comparison; its P values are not looked at.
    n_labels
        At most as many names of what passes.
    rows
        Rows of the table that are named whether they pass or not.

    Returns
    -------
    Drawing
        130 mm wide, unless another width was asked for.
    """
    with house_style():
        with np.errstate(divide="ignore", invalid="ignore"):
            x, y = np.log2(d.mean_reference), np.log2(d.mean_tested)
        probe = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        cloud = _cloud(d, Rule.FOLD_CHANGE, probe, x[probe], y[probe])
        axes = comparison_page(d, cloud, square=True, right=_SCATTER_RIGHT)
        lines = _draw_scatter_frame(axes, d, cloud)
        draw_points(axes, cloud)
        naming = draw_names(axes, d, cloud, Naming(n_labels, rows), lines)
        what = "log₂ of the group means" if has_replicates(d) else "log₂ intensities"
        said = [
            f"Scatter plot of {arrays_in_words(d)}: {what}, both axes to one scale.",
            "Solid line: no change.",
            *_cutoff_in_words(d),
            *_why_no_test(d),
            *calls_in_words(d, cloud, Rule.FOLD_CHANGE),
            not_drawn_in_words(d, cloud, "a value in both groups"),
        ]
        return finish(axes, [*said, *naming])


def _rule(d: DifferentialTable, rule: Rule | str) -> Rule:
    return Rule.named(rule, "volcano") if d.has_test else Rule.FOLD_CHANGE


def _cloud(d: DifferentialTable, rule: Rule, probe: IntArray, x: FloatArray, y: FloatArray) -> Cloud:
    return Cloud(x, y, d.calls(rule)[probe], probe, adjusted_or_not(d, rule, probe))


def _range(values: FloatArray) -> tuple[float, float]:
    """Return limits around values with room at both ends."""
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    room = _ROOM * max(high - low, 1.0)
    return low - room, high + room


def _ratio_range(log2_ratio: FloatArray, cutoff: float) -> tuple[float, float]:
    """Return limits around log2 ratios, the cut-off lines inside."""
    least = max(1.3 * float(np.log2(cutoff)), 0.5)
    low, high = min(float(log2_ratio.min(initial=0.0)), -least), max(float(log2_ratio.max(initial=0.0)), least)
    room = _ROOM * (high - low)
    return low - room, high + room


def _locator(span: float) -> MaxNLocator:
    """Return what places ticks at whole log2 values where there are enough of them."""
    return MaxNLocator(7, integer=span > 4, steps=[1, 2, 5, 10])


def _draw_ma_frame(axes: Axes, d: DifferentialTable, cloud: Cloud) -> list[FloatArray]:
    """Set limits and labels, draw the cut-offs, and return the lines that no name may lie on."""
    left, right = _range(cloud.x)
    axes.set_xlim(left, right)
    axes.set_ylim(*_ratio_range(cloud.y, d.cutoff))
    axes.xaxis.set_major_locator(_locator(right - left))
    width, height = (float(side) for side in axes_size(axes))
    axes.set_xlabel(level_label(d, width))
    axes.set_ylabel(ratio_label(d, height + _UNDER))
    axes.axhline(0, color=MUTED_COLOR, linewidth=0.4, zorder=1)
    lines = [np.array([[left, 0.0], [right, 0.0]])]
    for level, text in fold_lines(d.cutoff):
        axes.axhline(level, **DASHED)
        lines.append(np.array([[left, level], [right, level]]))
        write_on_line(axes, level, text, cloud.points, under=level < 0)
    return lines


def _draw_scatter_frame(axes: Axes, d: DifferentialTable, cloud: Cloud) -> list[FloatArray]:
    """Set equal limits and labels, draw the diagonal and the cut-offs, and return their lines."""
    low, high = _range(np.concatenate([cloud.x, cloud.y]))
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(_locator(high - low))
    width, height = (float(side) for side in axes_size(axes))
    axes.set_xlabel(group_label(d, d.reference, width))
    axes.set_ylabel(group_label(d, d.tested, height))
    axes.plot([low, high], [low, high], color=MUTED_COLOR, linewidth=0.4, zorder=1)
    lines = [np.array([[low, low], [high, high]])]
    for shift, text in fold_lines(d.cutoff):
        ends = np.array([[low, low + shift], [high, high + shift]])
        axes.plot(ends[:, 0], ends[:, 1], **DASHED)
        lines.append(ends)
        higher = shift > 0
        axes.annotate(
            text, (high - shift, 1) if higher else (1, high + shift), (0, 2) if higher else (2, 0),
            xycoords=("data", "axes fraction") if higher else ("axes fraction", "data"),
            textcoords="offset points", ha="right" if higher else "left", va="bottom" if higher else "top",
            rotation=0 if higher else 270, fontsize=SMALLEST_TEXT, color=MUTED_COLOR,
        )  # fmt: skip
    return lines


def _cutoff_in_words(d: DifferentialTable) -> list[str]:
    return [f"Dashed lines: {d.cutoff:g}-fold change."] if d.cutoff > 1 else []


def _why_no_test(d: DifferentialTable) -> list[str]:
    if d.has_test:
        return []
    return [f"There is no P value: {'no test was made' if has_replicates(d) else 'one array per group'}."]
