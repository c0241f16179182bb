"""Power curves: the average power and the share of probes that reach it, by the number of arrays per group."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mirtool.differential.power import PowerPlan
from mirtool.model import FloatArray
from mirtool.report.figures.canvas import (
    DOWN_COLOR,
    GROUP_COLORS,
    MUTED_COLOR,
    SMALLEST_TEXT,
    UP_COLOR,
    add_axes,
    house_style,
    new_figure,
)

_COLORS = (DOWN_COLOR, GROUP_COLORS[0], UP_COLOR, GROUP_COLORS[2], GROUP_COLORS[3])
_MARKERS = "os^Dv"
_LEAST_GAP = 0.06


def power_figure(plan: PowerPlan) -> Figure:
    """Draw the average power (left) and the share of probes with the wanted power (right), a line a fold change.

    Each line is named at its end. The dashed line on the left is the power that is wanted.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    Figure
        180 mm × 74 mm.
    """
    with house_style():
        figure = new_figure(180, 74)
        left = add_axes(figure, 14, 13, 62, 51)
        right = add_axes(figure, 104, 13, 62, 51)
        _draw_lines(left, plan, plan.average)
        left.axhline(plan.power, color=MUTED_COLOR, linewidth=0.6, linestyle=(0, (4, 3)), zorder=0)
        left.set_ylabel("average power")
        _draw_lines(right, plan, plan.share_powered)
        right.set_ylabel(f"share of probes with power ≥ {plan.power:g}")
        test = "moderated t" if plan.test == "moderated" else "Student's t"
        figure.text(
            0.5, 0.965, f"{test}, FDR (BH) {plan.fdr:g}, {100 * plan.share:.3g} % of the probes change",
            ha="center", va="top", fontsize=SMALLEST_TEXT + 1,
        )  # fmt: skip
    return figure


def _draw_lines(axes: Axes, plan: PowerPlan, values: FloatArray) -> None:
    folds = np.unique(plan.fold_change)
    last = int(plan.arrays.max())
    ends = []
    for i, fold in enumerate(folds):
        own = plan.fold_change == fold
        axes.plot(
            plan.arrays[own], values[own], color=_COLORS[i % len(_COLORS)], marker=_MARKERS[i % len(_MARKERS)],
            markersize=2.6, clip_on=False,
        )  # fmt: skip
        ends.append(float(values[own][-1]))
    for i, y in enumerate(_apart(ends)):
        axes.annotate(
            f"{folds[i]:g}-fold", (last, y), (5, 0), textcoords="offset points", va="center",
            fontsize=SMALLEST_TEXT, color=_COLORS[i % len(_COLORS)], annotation_clip=False,
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
