"""How the values of each array are distributed, before and after normalization: box plots and densities."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.ticker import MaxNLocator

from mirtool.errors import NotEnoughDataError
from mirtool.model import FloatArray
from mirtool.quality import BetweenArrays, OutlierRule, QualityReport
from mirtool.report.figures.canvas import (
    LINE,
    MUTED_COLOR,
    NEUTRAL_COLOR,
    SMALLEST_TEXT,
    Drawing,
    add_axes,
    house_style,
    page_width,
    shorten,
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
from mirtool.report.figures.quality_rows import (
    BAR_COLOR,
    VERDICT_COLORS,
    PanelHead,
    RowPage,
    colors_by,
    draw_bars,
    draw_limit,
    fill_bars,
    outliers_of,
    row_pages,
    rows_in_view,
    scale_bars,
    write_missing,
)
from mirtool.report.figures.sheet import MARGIN, WIDTH, begin_page, group_legend
from mirtool.report.figures.trees import colors_of_groups
from mirtool.wording import plural

STAGES = ("before", "after")
_STAGE_WORDS = {"before": "before normalization", "after": "normalized"}
_WHISKERS = (0.05, 0.25, 0.5, 0.75, 0.95)
_GRID_POINTS = 512
_LEAST_WIDTH = 110.0
# Millimeters of the densities: from the left edge to the first axes, between the two, and right of the second.
_DENSITY_LEFT, _DENSITY_BETWEEN, _DENSITY_RIGHT, _FEET = 17.0, 12.0, 5.0, 9.0
_LEAST_PAIRED, _LEAST_SINGLE, _DENSITY_SHAPE, _TALLEST_DENSITY = 140.0, 80.0, 0.85, 62.0
_LIGHTEST_LINE = 0.62
_FEW_LINES, _FINE = 24, 150


def boxplots_figure(report: QualityReport) -> list[Drawing]:
    """Draw one box per array, before and after normalization, and its Kolmogorov–Smirnov statistic beside it.

    Boxes are quartiles with the median, whiskers the 5th and the 95th percentile, in the color of the group. The
    statistic is the greatest difference between the array's cumulative distribution and that of all arrays pooled;
    the bar of an array above the limit (dashed) has the color of the verdict that follows, vermilion for an
    outlier and orange for an array to check. Names of outliers are bold.

    Parameters
    ----------
    report
        From :func:`mirtool.quality.quality_report`.

    Returns
    -------
    list of Drawing
        Pages, one row per array, 180 mm wide, or as wide as asked for from 110 mm on.

    Raises
    ------
    NotEnoughDataError
        Where the arrays could not be compared.
    """
    between = compared(report, "box plots")
    rules = {stage: rule_of(report, "ks", stage) for stage in STAGES}
    heads = [PanelHead(_STAGE_WORDS[stage], "log₂ signal" if stage == "before" else "log₂ signal / factor", 2.2)
             for stage in STAGES] + [PanelHead(f"KS {stage}", "statistic") for stage in STAGES]  # fmt: skip
    title = verdicts_title(report, "Distributions of")
    page = RowPage(report.samples, outliers_of(report), heads, title, list, least_width=_LEAST_WIDTH)

    def draw(panels: Sequence[Axes]) -> None:
        for stage, axes in zip(STAGES, panels[:2], strict=True):
            _draw_boxes(axes, getattr(between, stage), report)
        for rule, axes in zip(rules.values(), panels[2:], strict=True):
            draw_statistic(axes, rule, rule_colors(report, rule))

    figures = row_pages(page, draw)
    for figure in figures:
        figure.caption = join(
            [
                f"How the log₂ values of each array are distributed, before and after normalization, over "
                f"{probes_in_words(report)}.",
                "Boxes are quartiles with the median, whiskers the 5th and the 95th percentile; the thin line "
                "is the "
                "median of the arrays' medians.",
                _KS_WORDS,
                *_limit_words(*rules.values()),
                OF_NAMES if outliers_of(report).any() else "",
                "Look for boxes that stay apart from the others after normalization.",
                found_in_words(report, ("ks before", "ks after")),
            ]
        )
    return figures


def densities_figure(report: QualityReport) -> Drawing:
    """Draw the density of each array's values, before normalization at the left and after it at the right.

    Lines have the color of the group; arrays that the Kolmogorov–Smirnov rule speaks against at this stage are
    named in the color of the verdict that follows. Densities are Gaussian kernel estimates of the bandwidth that
    R's ``bw.nrd0`` gives.

    Parameters
    ----------
    report
        From :func:`mirtool.quality.quality_report`.

    Returns
    -------
    Drawing
        180 mm wide, or as wide as asked for from 80 mm on; below 140 mm the second stage is below the first.

    Raises
    ------
    NotEnoughDataError
        Where the arrays could not be compared.

    References
    ----------
    Silverman, B. W. (1986). Density Estimation. Chapman & Hall, page 48, equation 3.31 (the bandwidth).
    """
    between = compared(report, "densities")
    rules = [rule_of(report, "ks", stage) for stage in STAGES]
    groups = _line_colors(report)
    colors = [rule_colors(report, rule, "") for rule in rules]
    legend = (group_legend(groups) if any(groups) else []) + [
        (f"{verdict.value} by this rule", color)
        for verdict, color in VERDICT_COLORS.items()
        if any(color in marks for marks in colors)
    ]
    width = page_width(WIDTH, _LEAST_SINGLE)
    paired = width >= _LEAST_PAIRED
    room = width - _DENSITY_LEFT - _DENSITY_RIGHT
    across = (room - _DENSITY_BETWEEN) / 2 if paired else room
    up = min(_DENSITY_SHAPE * across, _TALLEST_DENSITY)
    pitch = _FEET + up + 2 * LINE
    with house_style():
        figure = begin_page(
            pitch if paired else 2 * pitch, legend, title=verdicts_title(report, "Densities of"), width=width
        )
        for i, (stage, marks) in enumerate(zip(STAGES, colors, strict=True)):
            left = _DENSITY_LEFT + (i * (across + _DENSITY_BETWEEN) if paired else 0.0)
            low = MARGIN + _FEET + (0.0 if paired else (1 - i) * pitch)
            axes = add_axes(figure, left, low, across, up)
            _draw_densities(axes, getattr(between, stage), marks, report, groups)
            axes.set_title(_STAGE_WORDS[stage], loc="left", fontsize=SMALLEST_TEXT + 1, fontweight="normal", pad=4)
            axes.set_xlabel("log₂ signal" if stage == "before" else "log₂ signal / factor of the array")
            if i == 0 or not paired:
                axes.set_ylabel("density")
    figure.caption = join(
        [
            f"Density of the log₂ values of each array, before and after normalization, over "
            f"{probes_in_words(report)}: Gaussian kernel, bandwidth by Silverman's rule.",
            _KS_WORDS,
            *_limit_words(*rules)[:1],
            "Arrays above it are named, in vermilion where they are outliers by this rule, in orange where they "
            "are to "
            "be checked."
            if any(filter(None, (*colors[0], *colors[1])))
            else "",
            "Look for curves that keep a shape of their own after normalization.",
            found_in_words(report, ("ks before", "ks after")),
        ]
    )
    return figure


_KS_WORDS = (
    "KS is the Kolmogorov–Smirnov statistic, the greatest difference between the cumulative distribution of the "
    "array "
    "and that of all arrays pooled."
)


def compared(report: QualityReport, figure: str) -> BetweenArrays:
    """Return what was found between the arrays, or say that there is none to draw."""
    if report.between is None:
        raise NotEnoughDataError(
            f"there is nothing to draw {figure} of: the arrays could not be compared",
            found=f"{plural(len(report.samples), 'array')}",
            expected="at least 2 arrays with 20 probes at the cut-off",
        )
    return report.between


def rule_of(report: QualityReport, key: str, stage: str) -> OutlierRule:
    """Return the outlier rule of that name and stage."""
    return next(rule for rule in report.rules if (rule.key, rule.stage) == (key, stage))


def draw_statistic(axes: Axes, rule: OutlierRule, colors: Sequence[str]) -> None:
    """Draw a rule's statistic as one bar per array in its color, and its limit as a dashed line."""
    draw_bars(axes, rule.statistic, colors)
    scale_bars(axes, *rule.statistic, rule.limit)
    draw_limit(axes, rule.limit)


def rule_colors(report: QualityReport, rule: OutlierRule, otherwise: str = BAR_COLOR) -> list[str]:
    """Color each array by what follows from one rule: an outlier, an array to check, or nothing."""
    return colors_by(report, f"{rule.key} {rule.stage}", otherwise)


def kernel_densities(values: FloatArray, n_points: int = _GRID_POINTS) -> tuple[FloatArray, FloatArray]:
    """Estimate the density of each column's values on one grid.

    Parameters
    ----------
    values
        ``(n, n_arrays)``, NaN missing.
    n_points
        Points of the grid.

    Returns
    -------
    grid : FloatArray
        From the lowest value to the highest and three bandwidths beyond, ``(n_points,)``.
    density : FloatArray
        ``(n_points, n_arrays)``; zero for a column with fewer than two values. Values are counted in the grid's
        cells first, which moves a value by half a cell at most.
    """
    columns = [column[~np.isnan(column)] for column in values.T]
    widths = [_bandwidth(column) if len(column) > 1 else 0.0 for column in columns]
    low = min((float(column.min()) for column in columns if len(column)), default=0.0)
    high = max((float(column.max()) for column in columns if len(column)), default=0.0)
    room = 3 * max(widths, default=0.0) or 1.0
    edges = np.linspace(low - room, high + room, n_points + 1)
    step = edges[1] - edges[0]
    reach = np.arange(-n_points + 1, n_points) * step
    density = np.zeros((n_points, len(columns)))
    for j, (column, width) in enumerate(zip(columns, widths, strict=True)):
        if len(column) > 1:
            width = max(width, step)
            kernel = np.exp(-0.5 * (reach / width) ** 2) / (width * np.sqrt(2 * np.pi))
            density[:, j] = np.convolve(np.histogram(column, edges)[0] / len(column), kernel, mode="valid")
    return (edges[:-1] + edges[1:]) / 2, density


def _bandwidth(values: FloatArray) -> float:
    """Silverman's rule: 0.9 min(sd, interquartile range / 1.34) n^(−1/5); the sd alone where that range is 0."""
    lower, upper = np.quantile(values, [0.25, 0.75]).tolist()
    sd = float(np.std(values, ddof=1))
    return 0.9 * (min(sd, (upper - lower) / 1.34) or sd) / math.pow(len(values), 0.2)


def verdicts_title(report: QualityReport, what: str) -> str:
    """Return a title with the verdicts over all checks, the same in every figure."""
    return f"{what} {plural(len(report.samples), 'array')}: {report.verdicts_in_words}"


def _limit_words(*rules: OutlierRule) -> list[str]:
    if all(np.isnan(rule.limit) for rule in rules):
        return [NO_LIMIT]
    limits = ", ".join(f"{rule.limit:.3g} {rule.stage}" for rule in rules)
    return [f"The limit (dashed) is {HINGES} of the arrays' statistics: {limits} normalization.", OF_COLORS]


def _line_colors(report: QualityReport) -> dict[str, str]:
    """Return the groups' colors, the pale ones darkened so that a thin line of them is seen."""
    colors = {}
    for group, color in (colors_of_groups(report.samples.groups) or {"": NEUTRAL_COLOR}).items():
        red, green, blue = to_rgb(color)
        lightness = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        share = min(1.0, _LIGHTEST_LINE / lightness) if lightness else 1.0
        colors[group] = to_hex((red * share, green * share, blue * share))
    return colors


def _draw_boxes(axes: Axes, values: FloatArray, report: QualityReport) -> None:
    n = values.shape[1]
    missing = np.asarray(np.isnan(values).all(axis=0))
    summary = np.full((len(_WHISKERS), n), np.nan)
    summary[:, ~missing] = np.nanquantile(values[:, ~missing], _WHISKERS, axis=0)
    low, first, median, third, high = summary
    colors = colors_of_groups(report.samples.groups) or {"": BAR_COLOR}
    shown = rows_in_view(axes)
    rows = shown + 0.5
    room = 0.04 * float(np.nanmax(high) - np.nanmin(low)) or 1.0
    axes.set_xlim(float(np.nanmin(low)) - room, float(np.nanmax(high)) + room)
    axes.hlines(rows, low[shown], high[shown], color=MUTED_COLOR, linewidth=0.6)
    of_groups = [colors[group] for group in report.samples.groups]
    fill_bars(axes, first, third, of_groups, 0.68, linewidths=0.4, edgecolors=MUTED_COLOR, zorder=2)
    # A white line under the dark one is seen on every group's color.
    axes.vlines(median[shown], rows - 0.34, rows + 0.34, color="white", linewidth=2.0, zorder=3)
    axes.vlines(median[shown], rows - 0.34, rows + 0.34, color="black", linewidth=0.9, zorder=4)
    axes.axvline(float(np.nanmedian(median)), color=MUTED_COLOR, linewidth=0.4, zorder=0)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], prune="both"))
    write_missing(axes, missing)


def _draw_densities(
    axes: Axes, values: FloatArray, marks: Sequence[str], report: QualityReport, colors: dict[str, str]
) -> None:
    """Draw one line per array; ``marks`` holds the color of those that are named, blank for the others."""
    grid, density = kernel_densities(values)
    axes.set_xlim(grid[0], grid[-1])
    axes.set_ylim(0, 1.22 * density.max(initial=0.0) or 1.0)
    axes.locator_params(axis="y", nbins=5)
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    faint = 0.75 if density.shape[1] <= 24 else 0.4
    named = np.array([mark != "" for mark in marks], dtype=bool)
    for j in np.argsort(named, kind="stable").tolist():
        if named[j]:
            axes.plot(grid, density[:, j], color=marks[j], linewidth=1.2, zorder=3)
        else:
            axes.plot(grid, density[:, j], color=colors[report.samples.groups[j]], linewidth=0.7, alpha=faint)
    marked = np.flatnonzero(named)
    # A name leads to where its line lies highest above the arrays' middle, and keeps off every line.
    above = density[:, marked] - np.median(density, axis=1)[:, None]
    best = above.argmax(axis=0)
    anchors = np.column_stack([grid[best], density[best, marked]])
    obstacles = _points_of_lines(grid, density)
    names = [shorten(report.samples.names[j], 30.0) for j in marked.tolist()]
    looks = [{"color": marks[j], "fontweight": "bold"} for j in marked.tolist()]
    name_points(axes, anchors, np.arange(len(marked)), names, looks=looks, obstacles=obstacles)


def _points_of_lines(grid: FloatArray, density: FloatArray) -> FloatArray:
    """Return points along the lines that names keep off, one where many lines run together."""
    step = 8 if density.shape[1] <= _FEW_LINES else 16
    fine = max(float(density.max(initial=0.0)), 1e-12) / _FINE
    cells = [np.column_stack([grid[::step], np.round(line / fine) * fine]) for line in density[::step].T]
    return np.asarray(np.unique(np.vstack(cells), axis=0))
