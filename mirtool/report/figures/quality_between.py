"""The arrays against each other: distances and correlations as heat maps with a tree, principal components."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle

from mirtool.cluster import ClusterTree, cluster_distances
from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, FloatArray, IntArray, SampleTable
from mirtool.quality import BetweenArrays, QualityReport
from mirtool.quality.comparison import medians_by_group
from mirtool.report.figures.canvas import (
    MISSING_COLOR,
    MUTED_COLOR,
    NEUTRAL_COLOR,
    SMALLEST_TEXT,
    Drawing,
    add_axes,
    colored,
    house_style,
    page_width,
    shorten,
    text_width,
)
from mirtool.report.figures.point_names import name_points
from mirtool.report.figures.quality_captions import (
    HINGES,
    NO_LIMIT,
    OF_COLORS,
    OF_NAMES,
    found_in_words,
    join,
    probes_in_words,
)
from mirtool.report.figures.quality_distributions import (
    compared,
    draw_statistic,
    rule_colors,
    rule_of,
    verdicts_title,
)
from mirtool.report.figures.quality_pages import draw_color_bar
from mirtool.report.figures.quality_rows import OUTLIER_COLOR, outliers_of, write_row_names
from mirtool.report.figures.sheet import (
    BOLDER,
    GAP,
    MARGIN,
    WIDTH,
    Entry,
    begin_page,
    dot_entry,
    group_legend,
)
from mirtool.report.figures.trees import colors_of_groups, draw_group_bar, draw_tree
from mirtool.wording import plural

# Millimeters.
_TREE, _GROUP_BAR, _LEAST_PANEL, _BAR_ROOM, _FEET = 14.0, 2.6, 30.0, 7.0, 9.0
_LARGEST_CELL, _LONGEST_NAME, _WIDEST_PANEL, _WIDEST_BAR = 15.0, 26.0, 50.0, 40.0
_LEAST_WIDTH = 85.0
_FEW = 40
_LIGHT = 0.5
"""Luminance above which black letters are read more easily than white ones."""
LEAST_DISTANCE = 0.5
"""The scale of distances runs from 0 to at least this: a factor of 1.4 on average."""
LEAST_CORRELATION = 0.8
"""The scale of correlations runs from at most this to 1, so that noise between like arrays has one color."""
_CORRELATION_STEP = 0.1
_MOST_SIDE, _AXIS_ROOM, _LEAST_PAIRED = 112.0, 14.0, 140.0
_LEAST_CLUMP, _CLUMP_SHARE, _MOST_NAMED, _NAME_GAP = 3, 0.4, 40, 4.0


def distances_figure(report: QualityReport) -> Drawing:
    """Draw the distances between the arrays, clustered, and beside each array the sum of its distances.

    The distance of two arrays is the mean absolute difference of their normalized log2 values; dark arrays are
    alike. The colors run from 0 to the largest distance, and to 0.5 at least, so that small differences between
    arrays that are all alike do not look like structure. Rows and columns are in the order of the tree (average
    linkage of these distances). The bar of an array whose sum lies above the limit (dashed) has the color of the
    verdict that follows, vermilion for an outlier and orange for an array to check. Names of outliers are
    vermilion.

    Parameters
    ----------
    report
        From :func:`mirtool.quality.quality_report`.

    Returns
    -------
    Drawing
        180 mm wide at most, or as asked for from 85 mm on; narrower where there are few arrays.

    Raises
    ------
    NotEnoughDataError
        Where the arrays could not be compared.
    """
    between = compared(report, "distances")
    rule = rule_of(report, "distance", "after")
    others = _off_diagonal(between.distance)
    picture = _Picture(
        between.distance, "distance, log₂", "viridis", 2, (0.0, max(others.max(initial=0.0), LEAST_DISTANCE))
    )
    colors = rule_colors(report, rule)

    def draw_sums(axes: Axes, order: IntArray) -> None:
        own = replace(rule, statistic=rule.statistic[order], outlier=rule.outlier[order])
        draw_statistic(axes, own, [colors[i] for i in order.tolist()])

    figure = _square_figure(
        report,
        _tree(between.distance),
        picture,
        _Beside("sum of distances", draw_sums),
        verdicts_title(report, "Distances between"),
    )
    figure.caption = join(
        [
            f"Distances between {plural(len(report.samples), 'array')}: mean absolute difference of normalized "
            "log₂ "
            f"values over {probes_in_words(report)}. 1 is a factor of two on average.",
            f"The colors run from 0 (dark) to the largest distance, and to {LEAST_DISTANCE:g} at least, so that "
            "the "
            "noise between arrays that are all alike does not look like structure"
            + _range_words("the distances lie", others, 2),
            "Rows and columns are in the order of the tree (average linkage of the distances).",
            "The bars are the sums of each array's distances.",
            NO_LIMIT
            if np.isnan(rule.limit)
            else f"Their limit (dashed) is {HINGES} of the sums: {rule.limit:.3g}. {OF_COLORS}",
            _names_words(report),
            "Look for a light row and column, an array that is far from all others, and for groups that the tree "
            "divides by something other than the samples, such as the day of the scan.",
            found_in_words(report, ("distance after", "distance before")),
        ]
    )
    return figure


def correlations_figure(report: QualityReport) -> Drawing:
    """Draw Pearson's correlations between the arrays, in the order of the tree of distances.

    The colors run from 1 down to the lowest correlation, and to 0.8 at least, so that small differences between
    arrays that are all alike do not look like structure. Beside each array are its median correlation with the
    other arrays of its group (dot) and with those of other groups (ring).

    Parameters
    ----------
    report
        From :func:`mirtool.quality.quality_report`. Names of outliers are vermilion.

    Returns
    -------
    Drawing
        180 mm wide at most, or as asked for from 85 mm on; narrower where there are few arrays.

    Raises
    ------
    NotEnoughDataError
        Where the arrays could not be compared.
    """
    between = compared(report, "correlations")
    others = _off_diagonal(between.pearson)
    lowest = others.min(initial=1.0)
    least = min(LEAST_CORRELATION, float(np.floor(lowest / _CORRELATION_STEP) * _CORRELATION_STEP))
    picture = _Picture(between.pearson, "Pearson's r", "viridis_r", 3, (least, 1.0))
    groups = report.samples.groups
    within, across = medians_by_group(between.pearson, groups)
    grouped = not np.isnan(across).all()

    def draw_medians(axes: Axes, order: IntArray) -> None:
        rows = np.arange(len(order)) + 0.5
        axes.set_xlim(least, 1.0 + 0.03 * (1 - least))
        axes.hlines(rows, least, 1.0, color="#E4E4E4", linewidth=0.4, zorder=0)
        size = 5.0 if len(order) <= _FEW else 2.8
        # A ring around a dot, so that both are seen where they meet.
        for values, face, share in ((within, MUTED_COLOR, 0.6), (across, "none", 1.0)):
            axes.plot(values[order], rows, linestyle="none", marker="o", markersize=share * size,
                      markerfacecolor=face, markeredgecolor=MUTED_COLOR, markeredgewidth=0.8)  # fmt: skip
        axes.locator_params(axis="x", nbins=4)

    legend = [
        dot_entry("with the arrays of its group", MUTED_COLOR),
        dot_entry("with those of other groups", MUTED_COLOR, filled=False),
    ]
    figure = _square_figure(
        report,
        _tree(between.distance),
        picture,
        _Beside("median of r", draw_medians),
        verdicts_title(report, "Correlations between"),
        legend if grouped else [],
    )
    figure.caption = join(
        [
            f"Pearson's correlations r between {plural(len(report.samples), 'array')}, of normalized log₂ "
            "values over "
            f"{probes_in_words(report)}.",
            f"The colors run from 1 (dark) down to the lowest r, and to {LEAST_CORRELATION:g} at least, so that "
            "the "
            "noise between arrays that are all alike does not look like structure"
            + _range_words("r lies", others, 3),
            "Rows and columns are in the order of the tree of the distances.",
            "At the right is each array's median r with the other arrays of its group (dot) and with the arrays "
            "of "
            "the other groups (ring)."
            if grouped
            else "At the right is each array's median r with the others.",
            _names_words(report),
            "Look for an array whose row is light and, where groups differ, for one that is more like another "
            "group "
            "than like its own: a sample may have been exchanged."
            if grouped
            else "Look for an array whose row is light.",
            found_in_words(report, ("distance after", "distance before")),
        ]
    )
    return figure


def components_figure(report: QualityReport) -> Drawing:
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
    Drawing
        With a second panel 180 mm wide, or as wide as asked for from 140 mm on; else 133 mm, from 60 mm on.

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
    width = page_width(133.0, 60.0) if clump is None else page_width(WIDTH, _LEAST_PAIRED)
    side = min((width - 2 * MARGIN - GAP) / n_panels - _AXIS_ROOM, _MOST_SIDE)
    with house_style():
        title = f"Principal components of {plural(len(cloud), 'array')}"
        figure = begin_page(_FEET + side + GAP, group_legend(groups), title=title, width=width)
        panels = [
            add_axes(figure, MARGIN + _AXIS_ROOM + i * (side + _AXIS_ROOM), MARGIN + _FEET, side, side)
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
    figure.caption = join(
        [
            f"Principal components of {plural(len(cloud), 'array')}: normalized log₂ values, each probe "
            "centered, over "
            f"{plural(between.pca_probes, 'probe')} that no array lacks.",
            *_not_placed(report, cloud),
            "Outliers are rimmed and named in vermilion." if cloud.outlier.any() else "",
            "" if clump is None else "The panel at the right shows what is in the frame at the left.",
            ""
            if named.all()
            else f"{int(named.sum())} of {len(cloud)} arrays are named: outliers first, then those "
            "that lie apart.",
            "Look for an array away from its group, and for groups along something other than what is compared, "
            "such "
            "as the day of the scan.",
            found_in_words(report),
        ]
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
    names = ", ".join(report.samples.names[i] for i in missing[:5]) + (" and others" if len(missing) > 5 else "")
    return [f"Not placed, since more than half of the probes are missing: {names}."]


def _names_words(report: QualityReport) -> str:
    return OF_NAMES if outliers_of(report).any() else ""


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


@dataclass(frozen=True)
class _Beside:
    """The panel at the right of a square: what its axis shows, and what draws it in the order of the tree."""

    label: str
    draw: Callable[[Axes, IntArray], None]


def _off_diagonal(values: FloatArray) -> FloatArray:
    """Return the values between different arrays that are known."""
    others = values[~np.eye(len(values), dtype=bool)]
    return np.asarray(others[~np.isnan(others)])


def _range_words(what: str, values: FloatArray, decimals: int) -> str:
    """Return between which values the others lie, as the end of a sentence."""
    if not len(values):
        return "."
    return f"; {what} between {values.min():.{decimals}f} and {values.max():.{decimals}f}."


def _tree(distance: FloatArray) -> ClusterTree:
    """Cluster the arrays; those that share no probe count as far apart as any two."""
    pairs = distance[np.triu_indices(len(distance), 1)]
    known = pairs[~np.isnan(pairs)]
    return cluster_distances(np.where(np.isnan(pairs), known.max(initial=0.0), pairs), len(distance))


def _square_figure(
    report: QualityReport,
    tree: ClusterTree,
    picture: _Picture,
    beside: _Beside,
    title: str,
    legend: Sequence[Entry] = (),
) -> Drawing:
    """Draw a symmetric matrix with its tree on top, groups on two sides, and a panel at the right."""
    samples = report.samples
    n = len(samples)
    order = tree.order
    groups = colors_of_groups(samples.groups)
    width = page_width(WIDTH, _LEAST_WIDTH)
    with house_style():
        names = [shorten(samples.names[i], min(_LONGEST_NAME, 0.2 * width)) for i in order.tolist()]
        bar = _GROUP_BAR + GAP if groups else 0.0
        left = MARGIN + max(map(text_width, names)) * BOLDER + GAP + bar
        room = width - left - 2 * GAP - _LEAST_PANEL - MARGIN - 2.0
        cell = min(_LARGEST_CELL, room / n)
        side = n * cell
        right = left + side + 2 * GAP
        panel_width = min(width - right - MARGIN - 2.0, _WIDEST_PANEL)
        width = max(right + panel_width + 2.0 + MARGIN, _LEAST_WIDTH)
        figure = begin_page(
            _FEET + side + GAP + bar + _TREE, [*group_legend(groups), *legend], title=title, width=width
        )
        bottom = MARGIN + _FEET
        top = bottom + side + GAP
        tree_bottom = top + bar
        body = add_axes(figure, left, bottom, side, side)
        scale = _draw_square(body, picture, order, cell)
        if groups:
            sorted_groups = [samples.groups[i] for i in order.tolist()]
            draw_group_bar(add_axes(figure, left, top, side, _GROUP_BAR), sorted_groups, groups)
            upright = add_axes(figure, left - bar, bottom, _GROUP_BAR, side)
            draw_group_bar(upright, sorted_groups, groups, upright=True)
        draw_tree(add_axes(figure, left, tree_bottom, side, _TREE), tree)
        at_left = add_axes(figure, MARGIN, bottom, left - MARGIN - bar, side)
        write_row_names(at_left, names, outliers_of(report)[order], cell)
        panel = add_axes(figure, right, bottom, panel_width, side)
        panel.set_ylim(n, 0)
        panel.set_yticks([])
        beside.draw(panel, order)
        panel.set_xlabel(beside.label)
        bar_width = min(panel_width, _WIDEST_BAR)
        draw_color_bar(figure, scale, picture.label, left=right, bottom=tree_bottom + _BAR_ROOM, width=bar_width)
    return figure


def _draw_square(axes: Axes, picture: _Picture, order: IntArray, cell: float) -> ScalarMappable:
    n = len(order)
    values = picture.values[np.ix_(order, order)]
    norm = Normalize(*picture.limits, clip=True)
    colors = colormaps[picture.colors].with_extremes(bad=MISSING_COLOR)
    scale = ScalarMappable(norm, colors)
    cells = colored(values, scale)
    cells[np.diag_indices(n)] = 255  # an array and itself: nothing that could be measured
    axes.imshow(cells, extent=(0, n, n, 0), aspect="auto", interpolation="none")
    axes.set_axis_off()
    if n <= _FEW:
        edges = range(1, n)
        lines = [((at, 0), (at, n)) for at in edges] + [((0, at), (n, at)) for at in edges]
        axes.add_collection(LineCollection(lines, colors="white", linewidths=0.4), autolim=False)
    written = {(i, j): f"{values[i, j]:.{picture.decimals}f}" for i, j in np.argwhere(~np.isnan(values)) if i != j}
    if max(map(text_width, written.values()), default=0.0) <= 0.85 * cell:
        for (i, j), text in written.items():
            red, green, blue, _ = colors(norm(values[i, j]))
            ink = "black" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > _LIGHT else "white"
            axes.text(j + 0.5, i + 0.5, text, ha="center", va="center_baseline", fontsize=SMALLEST_TEXT,
                      color=ink)  # fmt: skip
    return scale
