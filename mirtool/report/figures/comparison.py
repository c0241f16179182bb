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

WIDTH, HEIGHT = 130.0, 112.0
LEFT, RIGHT, BOTTOM, TOP = 14.0, 18.0, 19.0, 18.5
_REMARKS_TOP = 9.0
_GROUP_WIDTH, _NAME_WIDTH = 34.0, 30.0
_COLORS = {"": NEUTRAL_COLOR, "down": DOWN_COLOR, "up": UP_COLOR}
_AREAS = {"": 4.0, "down": 14.0, "up": 14.0}
DASHED: dict[str, Any] = {"color": MUTED_COLOR, "linewidth": 0.6, "linestyle": (0, (4, 3)), "zorder": 1}


@dataclass(frozen=True)
class Cloud:
    """The points drawn, one entry each: where, how the rule calls them, and which probe of the table it is.

    ``beyond`` marks those whose value is off the scale; they are drawn as triangles.
    """

    x: FloatArray
    y: FloatArray
    calls: TextArray
    beyond: BoolArray
    probe: IntArray


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
    """Say which ratio an axis shows."""
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
        edge: dict[str, Any] = {"linewidths": 0.3, "edgecolors": "white"} if call else {"linewidths": 0}
        for beyond, marker in ((False, "o"), (True, "^")):
            here = (cloud.calls == call) & (cloud.beyond == beyond)
            area = _AREAS[call] * (1.6 if beyond else 1.0)
            axes.scatter(cloud.x[here], cloud.y[here], s=area, c=color, marker=marker, zorder=order, **edge)


def draw_legend(axes: Axes, d: DifferentialTable, cloud: Cloud) -> None:
    """Say above the axes what the colors mean, and how many points have each."""
    tested = shorten(d.tested, 2 * _GROUP_WIDTH)
    titles = {"up": f"higher in {tested}", "down": f"lower in {tested}", "": "not regulated"}
    entries = [
        (f"{title} ({(cloud.calls == call).sum():,})", "o", _COLORS[call]) for call, title in titles.items()
    ]
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
    )


def largest_changes(d: DifferentialTable, cloud: Cloud, n_labels: int) -> IntArray:
    """Return the points to be named: those that pass, by the size of the change, ties by height and then by ID."""
    passing = np.flatnonzero(cloud.calls != "")
    probe = cloud.probe[passing]
    rank = np.lexsort((d.probes.id[probe].astype(str), -cloud.y[passing], -np.abs(d.log2_ratio[probe])))
    return np.asarray(passing[rank][: max(n_labels, 0)], dtype=np.int64)


def figure_names(d: DifferentialTable, cloud: Cloud, chosen: IntArray) -> tuple[list[str], str]:
    """Return chosen points' names as they are drawn, and the species prefix that was left out of all of them."""
    names = [str(d.probes.name[i]).strip() or str(d.probes.id[i]) for i in cloud.probe[chosen]]
    species = common_species(names)
    return [shorten(short_name(name, species), _NAME_WIDTH) for name in names], species


def naming_remark(cloud: Cloud, n_chosen: int, n_named: int, species: str) -> str:
    """Say which points are named, and how."""
    if not n_chosen:
        return ""
    which = f"the {n_chosen} largest" if n_chosen < (cloud.calls != "").sum() else f"all {n_chosen}"
    left_out = f" ({species} left out)" if species else ""
    return f"Named: {f'{n_named} of ' if n_named < n_chosen else ''}{which} fold changes that pass{left_out}."


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
