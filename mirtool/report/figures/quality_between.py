"""The arrays beside each other: distances and correlations as heat maps with a tree, principal components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from mirtool.cluster import ClusterTree, cluster_distances
from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, FloatArray, IntArray, SampleTable
from mirtool.quality import BetweenArrays, OutlierRule, QualityReport
from mirtool.report.figures.canvas import (
    MISSING_COLOR,
    MUTED_COLOR,
    NEUTRAL_COLOR,
    SMALLEST_TEXT,
    add_axes,
    house_style,
    shorten,
    text_width,
    wrap,
)
from mirtool.report.figures.point_names import name_points
from mirtool.report.figures.quality_distributions import (
    BOXPLOT_LIMIT,
    OF_COLORS,
    compared,
    draw_statistic,
    probes_remark,
    rule_colors,
    rule_of,
    verdicts_title,
)
from mirtool.report.figures.quality_pages import draw_color_bar
from mirtool.report.figures.quality_rows import OUTLIER_COLOR, outliers_of, write_row_names
from mirtool.report.figures.sheet import GAP, MARGIN, WIDTH, begin_page, group_legend, write_page
from mirtool.report.figures.trees import colors_of_groups, draw_group_bar, draw_tree
from mirtool.wording import plural

# Millimeters.
_TREE, _GROUP_BAR, _STATISTIC, _BAR_ROOM, _FEET = 14.0, 2.6, 30.0, 5.0, 9.0
_LARGEST_CELL, _LONGEST_NAME, _WIDEST_STATISTIC = 11.0, 26.0, 80.0
_MOST_WRITTEN, _FEW = 12, 40
_LIGHT = 0.5
"""Luminance above which black letters are read more easily than white ones."""
_SINGLE_SIDE, _PAIRED_SIDE, _AXIS_ROOM = 112.0, 71.0, 14.0
_LEAST_CLUMP, _CLUMP_SHARE, _MOST_NAMED, _NAME_GAP = 3, 0.4, 40, 4.0
_NAMED = "{n} of {of} arrays are named."


def distances_figure(report: QualityReport) -> Figure:
    """Draw the distances between the arrays, clustered, and beside each array the sum of its distances.

    The distance of two arrays is the mean absolute difference of their normalized log2 values; dark arrays are
    alike. Rows and columns are in the order of the tree (average linkage of these distances). The bar of
    an array whose sum lies above the limit (dashed) has the color of the verdict that follows, vermilion for an
    outlier and orange for an array to check. Names of outliers are vermilion.

    Parameters
    ----------
    report
        From :func:`mirtool.quality.quality_report`.

    Returns
    -------
    Figure
        180 mm wide.

    Raises
    ------
    NotEnoughDataError
        Where the arrays could not be compared.
    """
    between = compared(report, "distances")
    rule = rule_of(report, "distance", "after")
    remarks = [
        "Distance: mean absolute difference of log₂, normalized; " + probes_remark(report, between),
        "Tree: average linkage of the distances.",
        "No limit: with fewer than five arrays the box-plot rule can call none an outlier."
        if np.isnan(rule.limit)
        else f"Limit: the {BOXPLOT_LIMIT} of the arrays' sums ({rule.limit:.3g}). {OF_COLORS}",
    ]
    picture = _Picture(between.distance, "distance, log₂", "viridis", 2, _off_diagonal(between.distance))
    bars = _Bars(rule, rule_colors(report, rule))
    title = verdicts_title(report, "Distances between")
    return _square_figure(
        report.samples, _tree(between.distance), picture, outliers_of(report), title, remarks, bars
    )


def correlations_figure(report: QualityReport) -> Figure:
    """Draw Pearson's correlations between the arrays, in the order of the tree of distances.

    Parameters
    ----------
    report
        From :func:`mirtool.quality.quality_report`. Names of outliers are vermilion.

    Returns
    -------
    Figure
        180 mm wide at most.

    Raises
    ------
    NotEnoughDataError
        Where the arrays could not be compared.
    """
    between = compared(report, "correlations")
    limits = _off_diagonal(between.pearson)
    picture = _Picture(between.pearson, "Pearson's r", "viridis_r", 3, limits)
    remarks = [
        "Pearson's r of log₂, normalized; " + probes_remark(report, between),
        "Order and tree: the distances. Bold names: outliers.",
    ]
    title = f"Correlations between {plural(len(report.samples), 'array')}"
    return _square_figure(report.samples, _tree(between.distance), picture, outliers_of(report), title, remarks)


def components_figure(report: QualityReport) -> Figure:
    """Draw the arrays on the first two principal components, with the share of the variance on the axes.

    Points have the color of the group; outliers are rimmed and named in vermilion.
    Where outliers lie so far out that the others shrink to a clump, a second panel shows the clump by itself, in
    the same coordinates. Names keep off each other and off the points.

    Parameters
    ----------
    report
        From :func:`mirtool.quality.quality_report`.

    Returns
    -------
    Figure
        180 mm wide with a second panel, else 133 mm.

    Raises
    ------
    NotEnoughDataError
        Where the arrays could not be compared, or fewer than two of them could be placed.
    """
    between = compared(report, "principal components")
    cloud = _cloud(report, between)
    clump = _clump(cloud)
    groups = colors_of_groups(report.samples.groups)
    n_panels = 1 if clump is None else 2
    side = _SINGLE_SIDE if clump is None else _PAIRED_SIDE
    width = MARGIN + n_panels * (_AXIS_ROOM + side) + MARGIN + GAP
    room = width - 2 * MARGIN
    with house_style():
        remarks = [
            f"log₂, normalized, each probe centered: {plural(between.pca_probes, 'probe')}.",
            *_not_placed(report, cloud),
            "Rimmed and named in vermilion: outliers." if cloud.outlier.any() else "",
            "" if clump is None else "At the right: what is in the frame at the left.",
        ]
        reserved = wrap([*filter(None, remarks), _NAMED.format(n=len(cloud), of=len(cloud))], room)
        figure, bottom = begin_page(
            _FEET + side + GAP, reserved, group_legend(groups), width=width, legend_width=room
        )
        panels = [
            add_axes(figure, MARGIN + _AXIS_ROOM + i * (side + _AXIS_ROOM), bottom + _FEET, side, side)
            for i in range(n_panels)
        ]
        for axes in panels:
            _draw_components(axes, between, cloud, groups, report.samples)
        everything = np.ones(len(cloud), dtype=bool)
        if clump is None:
            named = _name_components(panels[0], cloud, everything, everything, report.samples)
        else:
            low, high = _frame(cloud.points[clump], 0.12)
            panels[1].set_xlim(low[0], high[0])
            panels[1].set_ylim(low[1], high[1])
            frame = Rectangle((low[0], low[1]), *(high - low), fill=False, edgecolor=MUTED_COLOR, linewidth=0.6)
            panels[0].add_patch(frame).set_zorder(5)
            inside = np.asarray(((cloud.points >= low) & (cloud.points <= high)).all(axis=1))
            named = _name_components(panels[0], cloud, everything, cloud.outlier | ~inside, report.samples)
            named |= _name_components(panels[1], cloud, inside, inside, report.samples)
        counted = [] if named.all() else [_NAMED.format(n=int(named.sum()), of=len(cloud))]
        write_page(
            figure,
            f"Principal components of {plural(len(cloud), 'array')}",
            wrap([*filter(None, remarks), *counted], room),
        )
    return figure


def placed_arrays(between: BetweenArrays) -> IntArray:
    """Return the positions of the arrays that have a place on the components."""
    placed = ~np.isnan(between.pca).any(axis=1) & (between.pca.shape[1] > 0)
    return np.flatnonzero(placed)


@dataclass(frozen=True, eq=False)
class _Cloud:
    """The arrays that could be placed: where, which they are, and which are outliers."""

    points: FloatArray
    array: IntArray
    outlier: BoolArray

    def __len__(self) -> int:
        return len(self.array)


def _cloud(report: QualityReport, between: BetweenArrays) -> _Cloud:
    placed = placed_arrays(between)
    if len(placed) < 2:
        raise NotEnoughDataError(
            "there is nothing to draw principal components of", found=f"{plural(len(placed), 'array')} placed"
        )
    points = np.zeros((len(placed), 2))
    points[:, : between.pca.shape[1]] = between.pca[placed, :2]
    return _Cloud(points, placed, outliers_of(report)[placed])


def _clump(cloud: _Cloud) -> BoolArray | None:
    """Return which arrays outliers press together to a clump, if they do."""
    rest = ~cloud.outlier
    if rest.sum() < _LEAST_CLUMP or rest.all():
        return None
    whole, part = (np.ptp(points, axis=0).max() for points in (cloud.points, cloud.points[rest]))
    return rest if part < _CLUMP_SHARE * whole else None


def _frame(points: FloatArray, room: float) -> tuple[FloatArray, FloatArray]:
    """Return the lower left and the upper right corner of a frame around points, ``room`` of their range wider."""
    low, high = points.min(axis=0), points.max(axis=0)
    wider = room * np.maximum(high - low, 1e-3 * max(float(np.ptp(points)), 1e-9))
    return low - wider, high + wider


def _not_placed(report: QualityReport, cloud: _Cloud) -> list[str]:
    missing = sorted(set(range(len(report.samples))) - set(cloud.array.tolist()))
    if not missing:
        return []
    names = ", ".join(report.samples.names[i] for i in missing[:5]) + (" …" if len(missing) > 5 else "")
    return [f"Not placed, since more than half of the probes are missing: {names}."]


def _draw_components(
    axes: Axes, between: BetweenArrays, cloud: _Cloud, groups: dict[str, str], samples: SampleTable
) -> None:
    """Draw the points, outliers over the others."""
    axes.axhline(0, color=MISSING_COLOR, linewidth=0.4, zorder=0)
    axes.axvline(0, color=MISSING_COLOR, linewidth=0.4, zorder=0)
    area = 22.0 if len(cloud) <= _FEW else 12.0
    for outlier, edge, rim in ((False, "black", 0.4), (True, OUTLIER_COLOR, 1.3)):
        here = cloud.outlier == outlier
        colors = [groups.get(samples.groups[i], NEUTRAL_COLOR) for i in cloud.array[here].tolist()]
        x, y = cloud.points[here, 0], cloud.points[here, 1]
        axes.scatter(x, y, s=area, c=colors, edgecolors=edge, linewidths=rim, zorder=3 + outlier)
    low, high = _frame(cloud.points, 0.12)
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    axes.locator_params(nbins=5)
    first, second = np.append(100 * between.pca_explained, 0.0)[:2].tolist()
    axes.set_xlabel(f"component 1 ({first:.0f} % of the variance)", labelpad=2)
    axes.set_ylabel(f"component 2 ({second:.0f} % of the variance)", labelpad=2)


def _name_components(
    axes: Axes, cloud: _Cloud, shown: BoolArray, wanted: BoolArray, samples: SampleTable
) -> BoolArray:
    """Name the points ``wanted`` among those ``shown``, outliers first, then those that stand most alone.

    Gives the mask of the points that were named. A name in a crowd would be taken for a neighbor's, so that the
    crowd goes without.
    """
    pixels = axes.transData.transform(cloud.points)
    apart = np.hypot(*(pixels[:, None] - pixels[None]).T) + np.where(np.eye(len(cloud)), np.inf, 0.0)
    alone = apart[:, shown].min(axis=1, initial=np.inf)
    order = np.lexsort((-alone, ~cloud.outlier))
    chosen = order[wanted[order]][:_MOST_NAMED]
    places = np.cumsum(shown) - 1
    look = {"color": OUTLIER_COLOR, "fontweight": "bold"}
    found = name_points(
        axes,
        cloud.points[shown],
        places[chosen],
        [shorten(samples.names[cloud.array[i]], _LONGEST_NAME) for i in chosen.tolist()],
        looks=[look if cloud.outlier[i] else {} for i in chosen.tolist()],
        gap=_NAME_GAP,
    )
    named = np.zeros(len(cloud), dtype=bool)
    named[chosen] = found
    return named


@dataclass(frozen=True, eq=False)
class _Picture:
    """What a square heat map shows: values, their name, color map, decimals in the cells, and range."""

    values: FloatArray
    label: str
    colors: str
    decimals: int
    limits: tuple[float, float]


def _off_diagonal(values: FloatArray) -> tuple[float, float]:
    """Return the range of the values between different arrays."""
    others = values[~np.eye(len(values), dtype=bool)]
    known = others[~np.isnan(others)]
    least, most = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    return (least, most) if least < most else (most - 1.0, most)


def _tree(distance: FloatArray) -> ClusterTree:
    """Cluster the arrays; those that share no probe count as far apart as any two."""
    pairs = distance[np.triu_indices(len(distance), 1)]
    known = pairs[~np.isnan(pairs)]
    return cluster_distances(np.where(np.isnan(pairs), known.max(initial=0.0), pairs), len(distance))


@dataclass(frozen=True)
class _Bars:
    """A rule's statistic, drawn as one bar per array, and the bars' colors."""

    rule: OutlierRule
    colors: Sequence[str]


def _square_figure(
    samples: SampleTable,
    tree: ClusterTree,
    picture: _Picture,
    outlier: BoolArray,
    title: str,
    remarks: Sequence[str],
    bars: _Bars | None = None,
) -> Figure:
    """Draw a symmetric matrix with its tree on top, groups on two sides, and a rule's statistic at the right."""
    n = len(samples)
    order = tree.order
    groups = colors_of_groups(samples.groups)
    with house_style():
        names = [shorten(samples.names[i], _LONGEST_NAME) for i in order.tolist()]
        lines = wrap(remarks, WIDTH - 2 * MARGIN)
        bar = _GROUP_BAR + GAP if groups else 0.0
        left = MARGIN + max(map(text_width, names)) * 1.13 + GAP + bar
        room = WIDTH - left - 2 * GAP - _STATISTIC - 2 * MARGIN
        cell = min(_LARGEST_CELL, room / n)
        side = n * cell
        feet = _FEET if bars else GAP
        figure, bottom = begin_page(feet + side + GAP + bar + _TREE, lines, group_legend(groups))
        bottom += feet
        top = bottom + side + GAP
        tree_bottom = top + bar
        body = add_axes(figure, left, bottom, side, side)
        mesh = _draw_square(body, picture, order)
        if groups:
            sorted_groups = [samples.groups[i] for i in order.tolist()]
            draw_group_bar(add_axes(figure, left, top, side, _GROUP_BAR), sorted_groups, groups)
            beside = add_axes(figure, left - bar, bottom, _GROUP_BAR, side)
            draw_group_bar(beside, sorted_groups, groups, upright=True)
        draw_tree(add_axes(figure, left, tree_bottom, side, _TREE), tree)
        write_row_names(add_axes(figure, MARGIN, bottom, left - MARGIN - bar, side), names, outlier[order], cell)
        right = left + side + 2 * GAP
        if bars is not None:
            width = min(WIDTH - right - MARGIN - 2.0, _WIDEST_STATISTIC)
            panel = add_axes(figure, right, bottom, width, side)
            panel.set_ylim(n, 0)
            panel.set_yticks([])
            rule = replace(bars.rule, statistic=bars.rule.statistic[order], outlier=bars.rule.outlier[order])
            draw_statistic(panel, rule, [bars.colors[i] for i in order.tolist()])
            panel.set_xlabel("sum of distances")
        draw_color_bar(figure, mesh, picture.label, left=right, bottom=tree_bottom + _BAR_ROOM, width=_STATISTIC)
        write_page(figure, title, lines)
    return figure


def _draw_square(axes: Axes, picture: _Picture, order: IntArray) -> QuadMesh:
    n = len(order)
    values = picture.values[np.ix_(order, order)]
    norm = Normalize(*picture.limits, clip=True)
    colors = colormaps[picture.colors].with_extremes(bad=MISSING_COLOR)
    mesh = axes.pcolormesh(
        np.ma.masked_invalid(values),
        cmap=colors,
        norm=norm,
        edgecolors="white" if n <= _FEW else "none",
        linewidth=0.4 if n <= _FEW else 0.0,
        antialiased=n <= _FEW,
        rasterized=n > _FEW,
    )
    axes.set_xlim(0, n)
    axes.set_ylim(n, 0)
    axes.set_axis_off()
    # An array and itself: nothing that could be measured.
    axes.bar(np.arange(n) + 0.5, 1, bottom=np.arange(n), width=1, color="white", linewidth=0)
    if n <= _MOST_WRITTEN:
        for i, j in np.argwhere(~np.isnan(values) & ~np.eye(n, dtype=bool)).tolist():
            red, green, blue, _ = colors(norm(values[i, j]))
            ink = "black" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > _LIGHT else "white"
            axes.text(j + 0.5, i + 0.5, f"{values[i, j]:.{picture.decimals}f}", ha="center", va="center_baseline",
                      fontsize=SMALLEST_TEXT, color=ink)  # fmt: skip
    return mesh
