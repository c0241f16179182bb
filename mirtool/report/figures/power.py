"""Power curves: the average power and the share of probes that reach it, by the number of arrays per group."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes

from mirtool.differential.power import PowerPlan
from mirtool.model import FloatArray
from mirtool.report.figures.canvas import (
    GROUP_COLORS,
    LINE,
    MUTED_COLOR,
    SMALLEST_TEXT,
    Drawing,
    add_axes,
    house_style,
    new_figure,
    page_width,
    shorten,
)
from mirtool.report.figures.legend import title_height, write_title

# Millimeters.
_WIDTH, _LEAST_WIDTH, _SIDE_BY_SIDE = 180.0, 80.0, 130.0
_LEFT, _RIGHT, _BOTTOM, _HEIGHT, _EDGE = 14.0, 14.0, 11.5, 51.0, 3.0
_MARKERS = "os^Dv"
_LEAST_GAP = 0.06
_TITLE = "Power of the next study"


def power_figure(plan: PowerPlan) -> Drawing:
    """Draw the average power, and the share of probes with the wanted power, a line for each fold change.

    Each line is named at its end. The dashed line is the power that is wanted.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    Drawing
        180 mm wide, unless another width was asked for; one plot over the other below 130 mm.
    """
    with house_style():
        width = page_width(_WIDTH, _LEAST_WIDTH)
        beside = width >= _SIDE_BY_SIDE
        above = _EDGE + title_height(_TITLE) + LINE + 5.0
        across = (width / 2 if beside else width) - _LEFT - _RIGHT
        rows = 1 if beside else 2
        height = rows * (_BOTTOM + _HEIGHT) + (rows - 1) * 4.0 + above
        figure = new_figure(width, height)
        write_title(figure, _TITLE, _LEFT, height - _EDGE)
        test = "moderated t" if plan.test == "moderated" else "Student's t"
        choices = f"{test}, FDR (BH) {plan.fdr:g}, {100 * plan.share:.3g} % of the probes change"
        figure.text(
            _LEFT / width, (height - _EDGE - title_height(_TITLE)) / height,
            shorten(choices, width - _LEFT - _EDGE), va="top", fontsize=SMALLEST_TEXT,
        )  # fmt: skip
        first = add_axes(figure, _LEFT, height - above - _HEIGHT, across, _HEIGHT)
        second = add_axes(figure, _LEFT + (width / 2 if beside else 0), _BOTTOM, across, _HEIGHT)
        _draw_lines(first, plan, plan.average)
        first.axhline(plan.power, color=MUTED_COLOR, linewidth=0.6, linestyle=(0, (4, 3)), zorder=0)
        first.set_ylabel("average power")
        _draw_lines(second, plan, plan.share_powered)
        second.set_ylabel(f"share of probes with power ≥ {plan.power:g}")
        figure.caption = (
            f"Average power ({'left' if beside else 'above'}) and share of the probes whose own power is at least "
            f"{plan.power:g} ({'right' if beside else 'below'}), by the number of arrays per group, for each fold "
            f"change. Dashed: the power that is wanted. Assumed: {choices}."
        )
    return figure


def _draw_lines(axes: Axes, plan: PowerPlan, values: FloatArray) -> None:
    folds = np.unique(plan.fold_change)
    last = int(plan.arrays.max())
    ends = []
    for i, fold in enumerate(folds):
        own = plan.fold_change == fold
        axes.plot(
            plan.arrays[own], values[own], color=GROUP_COLORS[i % len(GROUP_COLORS)],
            marker=_MARKERS[i % len(_MARKERS)], markersize=2.6, clip_on=False,
        )  # fmt: skip
        ends.append(float(values[own][-1]))
    for i, y in enumerate(_apart(ends)):
        axes.annotate(
            f"{folds[i]:g}-fold", (last, y), (5, 0), textcoords="offset points", va="center",
            fontsize=SMALLEST_TEXT, annotation_clip=False,
        )  # fmt: skip
    axes.set_ylim(0, 1)
    axes.set_xlim(2, max(last, 3))
    step = 2 * max(1, round(last / 20))
    axes.set_xticks(np.arange(2, last + 1, step))
    axes.set_xlabel("arrays per group")


def _apart(heights: list[float]) -> list[float]:
    """Move the names of lines that end together off each other, in their order, from the lowest up."""
    placed = list(heights)
    order = sorted(range(len(placed)), key=lambda i: (placed[i], i))
    for before, own in pairwise(order):
        placed[own] = max(placed[own], placed[before] + _LEAST_GAP)
    return placed
