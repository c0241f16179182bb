"""Names beside points, each off the others and off the points, with leader lines where they are apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from mirtool.model import BoolArray, FloatArray, IntArray
from mirtool.report.figures.canvas import MUTED_COLOR, POINTS_PER_INCH, SMALLEST_TEXT, figure_of, text_boxes
from mirtool.report.figures.label_places import Barriers, place_labels

GAP_POINTS = 2.5


def name_points(
    axes: Axes,
    points: FloatArray,
    chosen: IntArray,
    names: Sequence[str],
    *,
    looks: Sequence[dict[str, Any]] | None = None,
    gap: float = GAP_POINTS,
    obstacles: FloatArray | None = None,
    lines: FloatArray | None = None,
) -> BoolArray:
    """Write names at points; one that finds no place is left out.

    A name that is not next to its point, or is equally near to another, named or not, has a leader line. Names
    keep off what is written on the axes already.

    Parameters
    ----------
    axes
        With its limits set: names keep inside of them.
    points
        All points drawn, data coordinates, ``(n, 2)``.
    chosen
        Which of them are named, by rank.
    names
        One for each chosen point.
    looks
        Text properties of each name.
    gap
        Clearance around names and points, in points of print: half a marker's size and a little more.
    obstacles
        Points along whiskers and the like, which names keep off where they can, data coordinates, ``(k, 2)``.
    lines
        Straight lines that no name may lie on, from a point to another, data coordinates, ``(k, 2, 2)``.

    Returns
    -------
    BoolArray
        Mask of the chosen points whose name found a place.
    """
    written = list(axes.texts)
    texts = [
        axes.text(0, 0, name, fontsize=SMALLEST_TEXT, va="bottom", zorder=6, **look)
        for name, look in zip(names, looks or [{}] * len(names), strict=True)
    ]
    figure = figure_of(axes)
    pixels = axes.transData.transform(points)
    boxes = text_boxes(figure, texts)
    clear = gap * figure.dpi / POINTS_PER_INCH
    frame = axes.get_window_extent()
    bounds = (frame.x0 + clear, frame.y0 + clear, frame.x1, frame.y1)
    kept_off = None if obstacles is None else axes.transData.transform(obstacles)
    sizes = boxes[:, 2:] - boxes[:, :2]
    ends = np.empty((0, 2)) if lines is None else axes.transData.transform(lines.reshape(-1, 2))
    barriers = Barriers(ends.reshape(-1, 4), text_boxes(figure, written))
    places = place_labels(
        pixels[chosen], sizes, bounds=bounds, points=pixels, gap=clear, obstacles=kept_off, barriers=barriers
    )
    to_data = axes.transData.inverted()
    leaders = []
    for text, place, anchor in zip(texts, places, pixels[chosen], strict=True):
        if place is None:
            text.remove()
            continue
        text.set_position(tuple(to_data.transform(place.box[:2])))
        if place.needs_leader:
            leaders.append(to_data.transform([anchor, place.leader_end]))
    axes.add_collection(LineCollection(leaders, colors=MUTED_COLOR, linewidths=0.4, zorder=5), autolim=False)
    return np.array([place is not None for place in places], dtype=bool)
