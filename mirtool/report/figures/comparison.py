"""What the figures of one comparison share: colors, cut-off lines, legend, names, remarks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from mirtool.model import BoolArray, DifferentialTable, FloatArray, IntArray, TextArray
from mirtool.report.figures.canvas import (
    DOWN_COLOR,
    MUTED_COLOR,
    NEUTRAL_COLOR,
    SMALLEST_TEXT,
    TEXT,
    UP_COLOR,
    add_axes,
    new_figure,
    shorten,
)
from mirtool.report.figures.short_names import common_species, short_name
from mirtool.stats.adjustment import ADJUSTMENTS

WIDTH, HEIGHT = 130.0, 112.0
LEFT, RIGHT, BOTTOM, TOP = 14.0, 18.0, 19.0, 18.5
_REMARKS_TOP = 9.0
_LEGEND_ROWS = 4
_GROUP_WIDTH, _NAME_WIDTH = 34.0, 30.0
_COLORS = {"": NEUTRAL_COLOR, "down": DOWN_COLOR, "up": UP_COLOR}
_AREAS = {"": 4.0, "down": 14.0, "up": 14.0}
DASHED: dict[str, Any] = {"color": MUTED_COLOR, "linewidth": 0.6, "linestyle": (0, (4, 3)), "zorder": 1}


@dataclass(frozen=True)
class Cloud:
    """The points drawn, one entry each: where, how the rule calls them, and which probe of the table it is.

    ``beyond`` marks those whose value is off the scale; they are drawn as triangles. ``adjusted`` marks those that
    also pass by adjusted P; the others that pass are drawn open. None where that does not distinguish them.
    """

    x: FloatArray
    y: FloatArray
    calls: TextArray
    beyond: BoolArray
    probe: IntArray
    adjusted: BoolArray | None = None

    @property
    def open(self) -> BoolArray:
        """Mask of the points that pass by P alone."""
        passing = np.asarray(self.calls != "")
        return np.zeros(len(passing), dtype=bool) if self.adjusted is None else passing & ~self.adjusted


def comparison_axes() -> tuple[Figure, Axes]:
    """Return an empty figure with room for the legend above and the remarks below."""
    figure = new_figure(WIDTH, HEIGHT)
    return figure, add_axes(figure, LEFT, BOTTOM, WIDTH - LEFT - RIGHT, HEIGHT - BOTTOM - TOP)


def fold_lines(cutoff: float) -> list[tuple[float, str]]:
    """Return log2 ratio and text of the two cut-off lines; none where every change passes."""
    if cutoff <= 1:
        return []
    position = float(np.log2(cutoff))
    return [(-position, f"{cutoff:g}-fold lower"), (position, f"{cutoff:g}-fold higher")]


def symmetric_limits(log2_ratio: FloatArray, cutoff: float, room: float) -> tuple[float, float]:
    """Return limits around no change: ``room`` times the largest change, and the cut-off lines inside."""
    limit = max(room * float(np.abs(log2_ratio).max(initial=0.0)), 1.6 * float(np.log2(cutoff)), 0.5)
    return -limit, limit


def ratio_label(d: DifferentialTable) -> str:
    """Return which ratio an axis shows."""
    means = {"geometric": "geometric means", "fitted": "fitted means"}.get(d.fold_change, "means")
    tested, reference = (shorten(group, _GROUP_WIDTH, TEXT) for group in (d.tested, d.reference))
    return f"log₂ ratio of {means}, {tested} / {reference}"


def write_right(axes: Axes, y: float, text: str) -> None:
    """Write what a horizontal line means at its right end."""
    axes.annotate(
        text,
        (1, y),
        (3, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        fontsize=SMALLEST_TEXT,
        color=MUTED_COLOR,
    )


def draw_points(axes: Axes, cloud: Cloud) -> None:
    """Draw the points, those that are regulated over the others."""
    for order, (call, color) in enumerate(_COLORS.items(), start=2):
        for beyond, marker in ((False, "o"), (True, "^")):
            for is_open in (True, False):
                here = (cloud.calls == call) & (cloud.beyond == beyond) & (cloud.open == is_open)
                area = _AREAS[call] * (1.6 if beyond else 1.0)
                look: dict[str, Any] = {"c": color, "linewidths": 0}
                if is_open:
                    look = {"c": "white", "linewidths": 0.9, "edgecolors": color}
                elif call:
                    look = {"c": color, "linewidths": 0.3, "edgecolors": "white"}
                axes.scatter(cloud.x[here], cloud.y[here], s=area, marker=marker, zorder=order, **look)


def draw_legend(axes: Axes, d: DifferentialTable, cloud: Cloud) -> None:
    """Say above the axes what the colors mean, and how many points have each."""
    tested = shorten(d.tested, 2 * _GROUP_WIDTH)
    titles = {"up": f"higher in {tested}", "down": f"lower in {tested}", "": "not regulated"}
    entries = [
        (f"{title} ({(cloud.calls == call).sum():,})", "o", _COLORS[call]) for call, title in titles.items()
    ]
    if cloud.open.any():
        heading = ADJUSTMENTS[d.adjust].heading
        entries.append((f"open: by P alone, {heading} > {d.alpha:g} ({cloud.open.sum():,})", "o", "white"))
    if cloud.beyond.any():
        entries.append((f"P too small to tell from 0 ({cloud.beyond.sum():,})", "^", "white"))
    handles = [
        Line2D(
            [],
            [],
            linestyle="none",
            marker=marker,
            markersize=4,
            markerfacecolor=color,
            markeredgecolor=MUTED_COLOR if color == "white" else color,
            markeredgewidth=0.5,
            label=label,
        )
        for label, marker, color in entries
    ]
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        bbox_transform=axes.transAxes,
        borderaxespad=1.6,
        borderpad=0,
        handlelength=1,
        handletextpad=0.4,
        labelspacing=0.3,
        ncols=1 if len(entries) <= _LEGEND_ROWS else 2,
    )


def points_to_name(d: DifferentialTable, cloud: Cloud, n_labels: int, rows: IntArray | None = None) -> IntArray:
    """Return the points to be named: those asked for, then those that pass, by rank.

    Those that also pass by adjusted P come first; within both a point's rank is the better of two, by P and by the
    size of the change, ties by the other one and then by P. So the smallest P and the largest change are always
    among the first.

    Parameters
    ----------
    d, cloud
        The comparison and its points.
    n_labels
        At most so many of those that pass.
    rows
        Rows of the table that are named whether they pass or not.
    """
    asked = np.flatnonzero(np.isin(cloud.probe, np.empty(0, dtype=np.int64) if rows is None else rows))
    passing = np.flatnonzero(cloud.calls != "")
    probe = cloud.probe[passing]
    ids = d.probes.id[probe].astype(str)
    change = -np.abs(d.log2_ratio[probe])
    p = np.nan_to_num(d.p_value[probe], nan=1.0)
    by_p, by_change = (_ranks(np.lexsort((ids, tie, key))) for key, tie in ((p, change), (change, p)))
    order = np.lexsort((by_p, np.maximum(by_p, by_change), np.minimum(by_p, by_change), cloud.open[passing]))
    ranked = passing[order][: max(n_labels, 0)]
    return np.asarray([*asked, *ranked[~np.isin(ranked, asked)]], dtype=np.int64)


def count_chosen(cloud: Cloud, chosen: IntArray, rows: IntArray | None) -> tuple[int, int]:
    """Return how many of the chosen points were asked for, and how many were chosen by rank."""
    n_asked = 0 if rows is None else int(np.isin(cloud.probe[chosen], rows).sum())
    return n_asked, len(chosen) - n_asked


def _ranks(order: IntArray) -> IntArray:
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def figure_names(d: DifferentialTable, cloud: Cloud, chosen: IntArray) -> tuple[list[str], str]:
    """Return chosen points' names as they are drawn, and the species prefix that was left out of all of them."""
    names = [str(d.probes.name[i]).strip() or str(d.probes.id[i]) for i in cloud.probe[chosen]]
    species = common_species(names)
    return [shorten(short_name(name, species), _NAME_WIDTH) for name in names], species


def naming_remark(
    d: DifferentialTable, cloud: Cloud, n_chosen: tuple[int, int], n_named: int, species: str
) -> str:
    """Return which points are named, and how.

    ``n_chosen`` are how many were asked for and how many were chosen by rank, ``n_named`` how many names have a
    place.
    """
    n_asked, n_ranked = n_chosen
    if not n_asked + n_ranked:
        return ""
    which = [f"{n_asked} asked for"] if n_asked else []
    if n_ranked and n_ranked == np.count_nonzero(cloud.calls != "") and not n_asked:
        which.append(f"all {n_ranked} that pass")
    elif n_ranked and not d.has_test:
        which.append(f"the {n_ranked} largest fold changes that pass")
    elif n_ranked:
        first = f"{ADJUSTMENTS[d.adjust].heading.split(' (')[0]} first, " if cloud.open.any() else ""
        which.append(f"the first {n_ranked} that pass, {first}by rank of P or change")
    left_out = f" ({species} left out)" if species else ""
    return f"Named: {f'{n_named} of ' if n_named < n_asked + n_ranked else ''}{' and '.join(which)}{left_out}."


def write_remarks(axes: Axes, remarks: list[str]) -> None:
    """Write remarks under the plot, one a line; empty ones are left out."""
    axes.figure.text(
        LEFT / WIDTH,
        _REMARKS_TOP / HEIGHT,
        "\n".join(filter(None, remarks)),
        fontsize=SMALLEST_TEXT,
        color=MUTED_COLOR,
        va="top",
    )
