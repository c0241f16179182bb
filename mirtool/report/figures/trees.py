"""Trees beside heat maps, and the bars of groups between the two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from mirtool.cluster import ClusterTree
from mirtool.model import BoolArray, FloatArray
from mirtool.report.figures.canvas import MUTED_COLOR, group_colors

NO_GROUP_COLOR = "#EEEEEE"
_MOST_PARTED = 40
_DOT = 7.0
_LEAST_SPAN, _LEAST_MERGES = 1 / 6, 3


def colors_of_groups(groups: Sequence[str]) -> dict[str, str]:
    """Return each group its color, and samples without one a pale grey; nothing where no sample has a group.

    Examples
    --------
    >>> colors_of_groups(["a", "", "b"])
    {'a': '#44AA99', 'b': '#882255', '': '#EEEEEE'}
    >>> colors_of_groups(["", ""])
    {}
    """
    named = group_colors([group for group in groups if group])
    return named | {"": NO_GROUP_COLOR} if named and "" in groups else named


def draw_group_bar(axes: Axes, groups: Sequence[str], colors: dict[str, str], *, upright: bool = False) -> None:
    """Fill the axes with one field per sample in its group's color: left to right, or top down (``upright``)."""
    draw_fields(axes, [colors[group] for group in groups], upright=upright)


def draw_fields(axes: Axes, colors: Sequence[str], *, upright: bool = False) -> None:
    """Fill the axes with one field per sample in its color: left to right, or top down (``upright``)."""
    n = len(colors)
    place = np.arange(n) + 0.5
    look: dict[str, Any] = {
        "color": list(colors),
        "edgecolor": "white",
        "linewidth": 0.4 if n <= _MOST_PARTED else 0,
    }
    if upright:
        axes.barh(place, 1, height=1, **look)
        axes.set_xlim(0, 1)
        axes.set_ylim(n, 0)
    else:
        axes.bar(place, 1, width=1, **look)
        axes.set_xlim(0, n)
        axes.set_ylim(0, 1)
    axes.set_axis_off()


def legible_heights(tree: ClusterTree) -> tuple[FloatArray, str]:
    """Return how high to draw each merge, so that none is hidden where distances are alike, and by what rule.

    To scale, if the middle half of the merges spans a sixth of the tallest; else by the square root of the
    distance, if that does; else one step per distance, in their order.

    Parameters
    ----------
    tree
        The tree.

    Returns
    -------
    heights : ndarray
        One per merge, ``(n - 1,)``, in any unit.
    rule : str
        What they are: empty where they are to scale.
    """
    distances = np.clip(tree.linkage[:, 2], 0, None)
    if len(distances) < _LEAST_MERGES and (distances > 0).all():
        return distances, ""
    for heights, rule in ((distances, ""), (np.sqrt(distances), "the square root of the distance")):
        low, high = np.quantile(heights, [0.25, 0.75])
        if high - low >= _LEAST_SPAN * heights.max() > 0:
            return heights, rule
    digits = [float(f"{distance:.6g}") for distance in distances]
    steps = np.unique(digits, return_inverse=True)[1].astype(np.float64)
    return steps + 1, "the order of the distances, which are too much alike to draw"


def fork_shapes(tree: ClusterTree, heights: FloatArray) -> FloatArray:
    """Return the corners of the line that each merge is drawn as, ``(n - 1, 4, 2)``: place and height.

    A leaf is at the middle of its cell, which has the width 1, and at height 0; ``heights``, ``(n - 1,)``, are
    those of the merges.

    Examples
    --------
    >>> tree = ClusterTree(np.array([1, 0]), np.array([[0.0, 1, 0.5, 2]]))
    >>> fork_shapes(tree, np.array([2.0])).tolist()
    [[[1.5, 0.0], [1.5, 2.0], [0.5, 2.0], [0.5, 0.0]]]
    """
    n = len(tree)
    place, height = np.empty(2 * n - 1), np.zeros(2 * n - 1)
    place[tree.order] = np.arange(n) + 0.5
    height[n:] = heights
    shapes = np.empty((n - 1, 4, 2))
    for merge, (a, b) in enumerate(tree.linkage[:, :2].astype(np.int64)):
        place[n + merge] = (place[a] + place[b]) / 2
        shapes[merge, :, 0] = place[[a, a, b, b]]
        shapes[merge, :, 1] = height[a], heights[merge], heights[merge], height[b]
    return shapes


def draw_tree(
    axes: Axes,
    tree: ClusterTree,
    *,
    sideways: bool = False,
    marked: BoolArray | None = None,
    heights: FloatArray | None = None,
) -> None:
    """Draw a tree with its leaves toward the cells: downward, or to the right (``sideways``).

    Merges that are ``marked``, ``(n - 1,)``, get a dot. ``heights``, ``(n - 1,)``, are drawn in place of the
    distances.
    """
    axes.set_axis_off()
    n = len(tree)
    shapes = fork_shapes(tree, tree.linkage[:, 2] if heights is None else heights)
    tallest = 1.03 * shapes[:, :, 1].max(initial=0.0) or 1.0
    dots = shapes[:, 1:3].mean(axis=1)[np.zeros(n - 1, dtype=bool) if marked is None else marked]
    if sideways:
        shapes, dots = shapes[:, :, ::-1], dots[:, ::-1]
        axes.set_xlim(tallest, 0)
        axes.set_ylim(n, 0)
    else:
        axes.set_xlim(0, n)
        axes.set_ylim(0, tallest)
    axes.add_collection(LineCollection(list(shapes), colors=MUTED_COLOR, linewidths=0.5), autolim=False)
    axes.scatter(dots[:, 0], dots[:, 1], s=_DOT, c=MUTED_COLOR, linewidths=0, zorder=3, clip_on=False)
