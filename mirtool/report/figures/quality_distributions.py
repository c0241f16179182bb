"""How the values of each array are distributed, before and after normalization: box plots and densities."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mirtool.errors import NotEnoughDataError
from mirtool.model import FloatArray
from mirtool.quality import BetweenArrays, OutlierRule, QualityReport
from mirtool.report.figures.canvas import (
    LINE,
    MUTED_COLOR,
    NEUTRAL_COLOR,
    SMALLEST_TEXT,
    add_axes,
    house_style,
    shorten,
    wrap,
)
from mirtool.report.figures.point_names import name_points
from mirtool.report.figures.quality_rows import (
    BAR_COLOR,
    VERDICT_COLORS,
    PanelHead,
    colors_by,
    draw_bars,
    draw_limit,
    outliers_of,
    row_page,
    scale_bars,
    write_missing,
)
from mirtool.report.figures.sheet import MARGIN, WIDTH, begin_page, group_legend, write_page
from mirtool.report.figures.trees import colors_of_groups
from mirtool.wording import plural

STAGES = ("before", "after")
_STAGE_WORDS = {"before": "before normalization", "after": "normalized"}
_WHISKERS = (0.05, 0.25, 0.5, 0.75, 0.95)
_GRID_POINTS = 512
_DENSITY_WIDTH, _DENSITY_HEIGHT, _FEET = 73.0, 62.0, 9.0
_DENSITY_LEFTS = (17.0, 102.0)
_LIGHTEST_LINE = 0.62
BOXPLOT_LIMIT = "upper hinge + 1.5 × distance of the hinges"
"""The box-plot rule, in words."""
OF_COLORS = "Vermilion: outlier; orange: check, as one such rule alone is not enough."
"""What the color of an array above a limit says."""


def boxplots_figure(report: QualityReport) -> Figure:
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
    Figure
        180 mm wide, one row per array.

    Raises
    ------
    NotEnoughDataError
        Where the arrays could not be compared.
    """
    between = compared(report, "box plots")
    rules = {stage: rule_of(report, "ks", stage) for stage in STAGES}
    heads = [PanelHead(_STAGE_WORDS[stage], "log₂ signal" if stage == "before" else "log₂ ratio", 2.2)
             for stage in STAGES] + [PanelHead(f"KS {stage}", "statistic") for stage in STAGES]  # fmt: skip
    with house_style():
        figure, panels = row_page(
            report.samples, outliers_of(report), heads, title=verdicts_title(report, "Distributions of"),
            remarks=[
                probes_remark(report, between),
                "Boxes: quartiles; whiskers: 5th and 95th percentile.",
                "KS: greatest difference of the cumulative distributions, the array's and that of all arrays.",
                *_limit_remarks(rules["before"], rules["after"]),
            ],
        )  # fmt: skip
        for stage, axes in zip(STAGES, panels[:2], strict=True):
            _draw_boxes(axes, getattr(between, stage), report)
        for rule, axes in zip(rules.values(), panels[2:], strict=True):
            draw_statistic(axes, rule, rule_colors(report, rule))
    return figure


def densities_figure(report: QualityReport) -> Figure:
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
    Figure
        180 mm wide.

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
    legend = group_legend(groups) + [
        (f"{verdict.value} (KS)", color)
        for verdict, color in VERDICT_COLORS.items()
        if any(color in marks for marks in colors)
    ]
    with house_style():
        lines = wrap(
            [
                probes_remark(report, between),
                "Gaussian kernel density of each array.",
                "KS: Kolmogorov–Smirnov statistic against all arrays pooled.",
                *_limit_remarks(*rules),
            ],
            WIDTH - 2 * MARGIN,
        )
        figure, bottom = begin_page(_FEET + _DENSITY_HEIGHT + 2 * LINE, lines, legend)
        for stage, marks, left in zip(STAGES, colors, _DENSITY_LEFTS, strict=True):
            axes = add_axes(figure, left, bottom + _FEET, _DENSITY_WIDTH, _DENSITY_HEIGHT)
            _draw_densities(axes, getattr(between, stage), marks, report, groups)
            axes.set_title(_STAGE_WORDS[stage], loc="left", fontsize=SMALLEST_TEXT + 1, fontweight="normal", pad=4)
            axes.set_xlabel("log₂ signal" if stage == "before" else "log₂ signal / factor of the array")
            if stage == STAGES[0]:
                axes.set_ylabel("density")
        write_page(figure, verdicts_title(report, "Densities of"), lines)
    return figure


def compared(report: QualityReport, figure: str) -> BetweenArrays:
    """Return what was found between the arrays, or say that there is none to draw."""
    if report.between is None:
        raise NotEnoughDataError(
            f"there is nothing to draw {figure} of: the arrays could not be compared",
            found=f"{plural(len(report.samples), 'array')}",
            expected="at least 2 arrays with 20 probes at the cut-off",
        )
    return report.between


def probes_remark(report: QualityReport, between: BetweenArrays) -> str:
    """Return which probes the arrays are compared on."""
    return f"{plural(len(between.probes), 'probe')} {report.seen_as} in half of the arrays."


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


def _limit_remarks(*rules: OutlierRule) -> list[str]:
    if all(np.isnan(rule.limit) for rule in rules):
        return ["No limit: with fewer than five arrays the box-plot rule can call none an outlier."]
    limits = ", ".join(f"{rule.limit:.3g} {rule.stage}" for rule in rules)
    return [f"Limits: the {BOXPLOT_LIMIT} of the arrays' statistics ({limits}). {OF_COLORS}"]


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
    rows = np.arange(n) + 0.5
    missing = np.asarray(np.isnan(values).all(axis=0))
    summary = np.full((len(_WHISKERS), n), np.nan)
    summary[:, ~missing] = np.nanquantile(values[:, ~missing], _WHISKERS, axis=0)
    low, first, median, third, high = summary
    colors = colors_of_groups(report.samples.groups) or {"": BAR_COLOR}
    axes.hlines(rows, low, high, color=MUTED_COLOR, linewidth=0.6)
    axes.barh(rows, third - first, left=first, height=0.68, linewidth=0.4, edgecolor=MUTED_COLOR,
              color=[colors[group] for group in report.samples.groups], zorder=2)  # fmt: skip
    # A white line under the dark one is seen on every group's color.
    axes.vlines(median, rows - 0.34, rows + 0.34, color="white", linewidth=2.0, zorder=3)
    axes.vlines(median, rows - 0.34, rows + 0.34, color="black", linewidth=0.9, zorder=4)
    axes.axvline(float(np.nanmedian(median)), color=MUTED_COLOR, linewidth=0.4, zorder=0)
    axes.xaxis.set_major_locator(MaxNLocator(5, prune="both"))
    write_missing(axes, missing)


def _draw_densities(
    axes: Axes, values: FloatArray, marks: Sequence[str], report: QualityReport, colors: dict[str, str]
) -> None:
    """Draw one line per array; ``marks`` holds the color of those that are named, blank for the others."""
    grid, density = kernel_densities(values)
    axes.set_xlim(grid[0], grid[-1])
    axes.set_ylim(0, 1.22 * density.max(initial=0.0) or 1.0)
    axes.locator_params(axis="y", nbins=5)
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
    lines = [np.column_stack([grid[::8], line]) for line in density[::8].T]
    names = [shorten(report.samples.names[j], 30.0) for j in marked.tolist()]
    looks = [{"color": marks[j], "fontweight": "bold"} for j in marked.tolist()]
    name_points(axes, anchors, np.arange(len(marked)), names, looks=looks, obstacles=np.vstack(lines))
