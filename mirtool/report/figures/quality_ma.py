"""Each array against the median array: difference (M) over mean (A), where a flat cloud is a good one."""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps, patheffects
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.patches import Patch, Rectangle

from mirtool.model import FloatArray, IntArray
from mirtool.quality import QualityReport
from mirtool.report.figures.canvas import (
    MUTED_COLOR,
    SMALLEST_TEXT,
    Drawing,
    colored,
    house_style,
    minus,
    page_width,
)
from mirtool.report.figures.quality_captions import (
    OF_NAMES,
    found_in_words,
    join,
    page_in_words,
    probes_in_words,
)
from mirtool.report.figures.quality_distributions import compared, rule_of, verdicts_title
from mirtool.report.figures.quality_pages import (
    PanelSize,
    draw_foot_bar,
    page_slices,
    panel_page,
    panels_per_page,
    write_panel_title,
)
from mirtool.report.figures.quality_rows import BAR_COLOR, OUTLIER_COLOR, outliers_of
from mirtool.report.figures.sheet import GAP, MARGIN, WIDTH, line_entry

WINDOW = 0.2
"""Share of the probes that the running median takes, around each."""
_LEAST_WIDTH, _LARGE, _SMALL = 85.0, 55.0, 42.0
_MOST_LARGE = 9
MOST_DRAWN = 100
"""Arrays that have a panel: 1,600 would be eighty pages."""
_SHAPE, _LEFT, _RIGHT, _ABOVE, _BELOW = 0.72, 10.0, 1.7, 7.5, 6.0
_CELLS = (66, 48)
_GAUGE_HEIGHT = 0.8
# cividis from its middle to its dark end: its yellow would hide single probes on white paper.
SHADES = ListedColormap(colormaps["cividis"](np.linspace(0.72, 0.0, 256)), "cividis, dark half")
_Limits = tuple[tuple[float, float], tuple[float, float]]
_BEYOND = 0.002
"""Share of the values of M at either end that may lie off the scale; they are drawn at its edge."""


def ma_figures(report: QualityReport) -> list[Drawing]:
    """Draw M against A for each array: small panels, as many pages as they need.

    M is log2 of the array over the median array, A the mean log2 of the two, both normalized. The shade says how
    many probes lie in a cell; the line is the running median of M over a fifth of the probes. The bar over each
    panel is Hoeffding's D on a scale to twice the limit, the notch the limit, 0.15: above it M depends on A, and
    the array is an outlier.

    Parameters
    ----------
    report
        From :func:`mirtool.quality.quality_report`.

    Returns
    -------
    list of Drawing
        180 mm wide, or as wide as asked for from 85 mm on, in the order of the arrays; of more than
        :data:`MOST_DRAWN` arrays those of the largest D.

    Raises
    ------
    NotEnoughDataError
        Where the arrays could not be compared.
    """
    between = compared(report, "MA plots")
    rule = rule_of(report, "hoeffding", "after")
    outliers = outliers_of(report)
    drawn = _drawn(rule.statistic)
    m, a = between.ma_m[:, drawn], between.ma_a[:, drawn]
    n = len(drawn)
    width = page_width(WIDTH, _LEAST_WIDTH)
    size = _panel_size(n, width)
    limits = (_middle(a, _BEYOND), _symmetric(_middle(m, _BEYOND)))
    cells = [_cells(a[:, j], m[:, j], limits) for j in range(n)]
    most = max(float(counts.max()) for counts in cells)
    scale = ScalarMappable(LogNorm(1, max(most, 2.0)), SHADES)
    pages = page_slices(n, panels_per_page(size))
    figures = []
    for number, page in enumerate(pages, start=1):
        with house_style():
            sheet = panel_page(
                page.stop - page.start, size, width,
                title=verdicts_title(report, "MA plots of") + page_in_words(number, len(pages)),
                key=[
                    Patch(color=BAR_COLOR, label=f"Hoeffding's D, limit {rule.limit:g}"),
                    line_entry("running median", "black", width=1.0),
                ],
            )  # fmt: skip
            panels = sheet.add_panels()
            for i, (place, axes) in enumerate(zip(range(page.start, page.stop), panels, strict=True)):
                j = int(drawn[place])
                _draw_cloud(axes, cells[place], limits, scale)
                color = OUTLIER_COLOR if rule.outlier[j] else "black"
                median = running_median(a[:, place], m[:, place])
                line = axes.plot(*median, color=color, linewidth=1.0, zorder=3)[0]
                line.set_path_effects([patheffects.withStroke(linewidth=2.2, foreground="white")])
                _draw_gauge(axes, float(rule.statistic[j]), rule.limit, size)
                d = "not measured" if np.isnan(rule.statistic[j]) else minus(float(rule.statistic[j]), 3)
                marks = ("", OUTLIER_COLOR)[int(outliers[j])], ("", OUTLIER_COLOR)[int(rule.outlier[j])]
                write_panel_title(sheet, i, report.samples.names[j], f"D = {d}", marks, up=2.6)
            _label_axes(panels, size)
            draw_foot_bar(sheet.figure, scale, "probes in a cell")
        sheet.figure.caption = join(
            [
                "MA plots: each array against the median array, which has the median of the arrays for each "
                "probe, over "
                f"{probes_in_words(report)}.",
                "M is log₂ of the array over the median array, A the mean log₂ of the two, both normalized.",
                f"Of {len(report.samples):,} arrays the {n} of the largest Hoeffding's D are drawn."
                if n < len(report.samples)
                else "",
                "The shade says how many probes lie in a cell; probes off the scale are at its edge. The line "
                "is the "
                "running median of M over a fifth of the probes.",
                "The bar over each panel is Hoeffding's D, which is 0 where M does not depend on A; the notch "
                "is the "
                f"limit, {rule.limit:g}, and the bar ends at twice the limit. Above the limit the array is an "
                "outlier, "
                "and D, bar and line are vermilion.",
                OF_NAMES if outliers.any() else "",
                "Look for lines that bend or lie aslant: an array's dim and bright probes then need different "
                "factors.",
                found_in_words(report, ("hoeffding after", "hoeffding before")),
            ]
        )
        figures.append(sheet.figure)
    return figures


def _drawn(statistic: FloatArray) -> IntArray:
    """Return the arrays that have a panel, in their order: all, or of very many those of the largest D."""
    order = np.argsort(np.nan_to_num(-statistic, nan=np.inf), kind="stable")
    return np.sort(order[:MOST_DRAWN])


def _panel_size(n: int, width: float) -> PanelSize:
    """Return the size of the panels: large ones for up to nine arrays."""
    room = width - 2 * MARGIN + GAP
    across = max(int(room / (_LARGE if n <= _MOST_LARGE else _SMALL)), 1)
    panel = room / across - _LEFT - _RIGHT
    return PanelSize(across, panel, _SHAPE * panel, _LEFT, _ABOVE, _BELOW)


def running_median(
    x: FloatArray, y: FloatArray, *, window: float = WINDOW, n_points: int = 60
) -> tuple[FloatArray, FloatArray]:
    """Return the median of y over the ``window`` share of the points around each of ``n_points`` ranks of x.

    Parameters
    ----------
    x, y
        ``(n,)``; points that lack one of the two (NaN) are left out.
    window
        Share of the points, 0 to 1; at least three are taken.
    n_points
        At most so many points of the line.

    Returns
    -------
    x, y : FloatArray
        The line: medians of x and of y in each window; empty with fewer than three points.

    Examples
    --------
    >>> running_median(np.arange(6.0), np.array([0.0, 1.0, 0.0, 5.0, 6.0, 5.0]), window=0.5, n_points=2)
    (array([1., 4.]), array([0., 5.]))
    """
    present = ~(np.isnan(x) | np.isnan(y))
    order = np.argsort(x[present], kind="stable")
    x, y = x[present][order], y[present][order]
    n = len(x)
    size = max(round(window * n), 3)
    if n < size:
        return np.empty(0), np.empty(0)
    starts = np.unique(np.linspace(0, n - size, n_points).round().astype(np.int64))
    rows = starts[:, None] + np.arange(size)
    return np.median(x[rows], axis=1), np.median(y[rows], axis=1)


def _middle(values: FloatArray, beyond: float) -> tuple[float, float]:
    """Return the range of all but ``beyond`` of the values at either end, with some room."""
    present = values[~np.isnan(values)]
    low, high = np.quantile(present, [beyond, 1 - beyond]).tolist() if len(present) else (0.0, 0.0)
    room = max(0.05 * (high - low), 0.25)
    return low - room, high + room


def _symmetric(limits: tuple[float, float]) -> tuple[float, float]:
    largest = max(abs(limits[0]), abs(limits[1]))
    return -largest, largest


def _cells(a: FloatArray, m: FloatArray, limits: _Limits) -> FloatArray:
    """Count the points in each cell, ``(rows, columns)``; those off the scale in the cells at its edge."""
    present = ~(np.isnan(a) | np.isnan(m))
    x, y = (np.clip(values[present], *ends) for values, ends in zip((a, m), limits, strict=True))
    counts, _, _ = np.histogram2d(x, y, bins=_CELLS, range=limits)
    return np.asarray(counts.T)


def _draw_cloud(axes: Axes, counts: FloatArray, limits: _Limits, scale: ScalarMappable) -> None:
    (left, right), (low, high) = limits
    axes.imshow(
        colored(np.where(counts == 0, np.nan, counts), scale),
        origin="lower",
        extent=(left, right, low, high),
        aspect="auto",
        interpolation="none",
        zorder=1,
    )
    axes.axhline(0, color=MUTED_COLOR, linewidth=0.5, zorder=2)
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    axes.locator_params(nbins=4, steps=[1, 2, 5, 10])
    axes.tick_params(pad=1.5)


def _draw_gauge(axes: Axes, d: float, limit: float, size: PanelSize) -> None:
    """Draw D as a bar over the panel, on a scale that ends at twice the limit, and the limit as a notch in it."""
    bottom, height = 1 + 1.0 / size.height, _GAUGE_HEIGHT / size.height
    share = 0.0 if np.isnan(d) else min(max(d, 0.0) / (2 * limit), 1.0)
    for width, color in ((1.0, "#E4E4E4"), (share, OUTLIER_COLOR if d > limit else BAR_COLOR)):
        axes.add_patch(
            Rectangle(
                (0, bottom), width, height, transform=axes.transAxes, color=color, linewidth=0, clip_on=False
            )
        )
    notch = (bottom - 0.4 / size.height, bottom + height + 0.4 / size.height)
    axes.plot([0.5, 0.5], notch, color="black", linewidth=0.8, transform=axes.transAxes, clip_on=False)


def _label_axes(panels: list[Axes], size: PanelSize) -> None:
    """Name the axes at the left and the bottom of the page."""
    for i, axes in enumerate(panels):
        if i % size.across == 0:
            axes.set_ylabel("M: log₂ ratio", labelpad=1, fontsize=SMALLEST_TEXT)
        if i + size.across >= len(panels):
            axes.set_xlabel("A: mean log₂", labelpad=1, fontsize=SMALLEST_TEXT)
