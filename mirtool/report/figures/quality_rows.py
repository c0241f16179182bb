"""The page of the quality figures that have one row per array: names once at the left, panels side by side.

A page of 6 arrays and one of 98 are built alike; only the rows get lower. Outliers are named in bold
vermilion; where there are more arrays than lines of text on a page, they alone are named.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, FloatArray, SampleTable
from mirtool.quality import QualityReport, Verdict
from mirtool.report.figures.canvas import (
    LINE,
    MISSING_COLOR,
    MM_PER_INCH,
    MUTED_COLOR,
    POINTS_PER_INCH,
    SMALLEST_TEXT,
    UP_COLOR,
    add_axes,
    axes_size,
    shorten,
    text_width,
    wrap,
)
from mirtool.report.figures.comparison import DASHED
from mirtool.report.figures.label_places import spread
from mirtool.report.figures.sheet import GAP, MARGIN, WIDTH, begin_page, group_legend, write_page
from mirtool.report.figures.trees import colors_of_groups, draw_group_bar

OUTLIER_COLOR = UP_COLOR
"""An outlier: vermilion, in every quality figure."""
CHECK_COLOR = "#E69F00"
"""Okabe and Ito's orange: an array to check, which is not an outlier."""
NOT_JUDGED_COLOR = "#7F7F7F"
"""An array that was not judged."""
BAR_COLOR = "#8FA9BF"
"""An array that a rule has nothing against: a grayed blue that steps back."""
VERDICT_COLORS = {
    Verdict.NOT_JUDGED: NOT_JUDGED_COLOR,
    Verdict.CHECK: CHECK_COLOR,
    Verdict.OUTLIER: OUTLIER_COLOR,
}
NONE = "none"
"""Written in a panel of what the files do not hold."""

# Millimeters.
_BODY, _TALLEST_ROW, _LOWEST_NAMED_ROW, _TALLEST_BODY = 100.0, 5.5, 2.47, 245.0
_LONGEST_NAME, _GROUP_BAR = 30.0, 2.2
_HEAD, _FEET, _BETWEEN = 3 * LINE + 1.0, 4.5, 4.5


@dataclass(frozen=True)
class PanelHead:
    """What stands over a panel, and how wide it is in shares of what the panels have together."""

    name: str
    unit: str = ""
    share: float = 1.0


def need_arrays(n_arrays: int, figure: str, least: int = 1) -> None:
    """Refuse to draw a figure of fewer arrays than it needs."""
    if n_arrays < least:
        raise NotEnoughDataError(
            f"{figure} needs {'an array' if least == 1 else f'at least {least} arrays'}", found=f"{n_arrays}"
        )


def row_page(
    samples: SampleTable,
    marked: BoolArray,
    heads: Sequence[PanelHead],
    *,
    title: str,
    remarks: Sequence[str],
    legend: Sequence[tuple[str, str]] = (),
    head_room: float = 0.0,
) -> tuple[Figure, list[Axes]]:
    """Make a page of one row per array; call it inside :func:`mirtool.report.figures.canvas.house_style`.

    Parameters
    ----------
    samples
        The arrays, the first on top; groups make a colored bar beside the names.
    marked
        Arrays named as outliers, ``(n_arrays,)``.
    heads
        The panels from left to right.
    title, remarks
        Written above and below; remarks are sentences.
    legend
        Texts and colors to explain above the panels, after the groups.
    head_room
        Millimeters that something over the last panel takes above the heads; the legend stays left of it.

    Returns
    -------
    figure, panels
        180 mm wide. In each panel row i lies between i and i + 1, counted downward.
    """
    n = len(samples)
    pitch = max(min(_BODY / n, _TALLEST_ROW), _LOWEST_NAMED_ROW)
    pitch = min(pitch, _TALLEST_BODY / n)
    lines = wrap(remarks, WIDTH - 2 * MARGIN)
    groups = colors_of_groups(samples.groups)
    body = n * pitch
    figure, bottom = begin_page(
        _FEET + body + _HEAD, lines, [*group_legend(groups), *legend], least_above=head_room
    )
    bottom += _FEET

    names = [shorten(name, _LONGEST_NAME) for name in samples.names]
    left = MARGIN + max(map(text_width, names)) * 1.13 + GAP
    write_row_names(add_axes(figure, MARGIN, bottom, left - MARGIN, body), names, marked, pitch)
    if groups:
        draw_group_bar(add_axes(figure, left, bottom, _GROUP_BAR, body), samples.groups, groups, upright=True)
        left += _GROUP_BAR
    left += GAP
    panels = _add_panels(figure, heads, left, bottom, body, n)
    write_page(figure, title, lines)
    return figure, panels


def draw_limit(axes: Axes, limit: float) -> None:
    """Draw a limit over all rows, and write it at its upper end; nothing where it is missing."""
    if np.isnan(limit):
        return
    axes.axvline(limit, **DASHED)
    write_above(axes, limit, number(limit))


def draw_median(axes: Axes, values: FloatArray) -> None:
    """Draw the median of the rows' values as a thin line, its number at the upper end."""
    if np.isnan(values).all():
        return
    median = float(np.nanmedian(values))
    axes.axvline(median, color=MUTED_COLOR, linewidth=0.4, zorder=0)
    write_above(axes, median, number(median))


def write_above(axes: Axes, position: float, text: str) -> None:
    """Write over the axes at a position across, moved inward where the text would leave them."""
    at = float(axes.transAxes.inverted().transform(axes.transData.transform((position, 0.0)))[0])
    half = min(text_width(text) / axes_size(axes)[0] / 2, 0.5)
    axes.annotate(text, (min(max(at, half), 1 - half), 1), (0, 1.5), xycoords="axes fraction",
                  textcoords="offset points", ha="center", va="bottom", fontsize=SMALLEST_TEXT,
                  color=MUTED_COLOR)  # fmt: skip


def scale_bars(axes: Axes, *highest: float) -> None:
    """Let the axis run from zero to beyond the highest of the values, with a tick at zero and at a round number.

    Two ticks, the second well inside, so that no number meets that of the next panel.
    """
    top = float(np.nanmax(np.array(highest), initial=0.0)) or 1.0
    axes.set_xlim(0, 1.06 * top)
    unit = 10.0 ** math.floor(math.log10(0.85 * top))
    tick = max(step * unit for step in (1, 2, 5) if step * unit <= 0.85 * top)
    axes.set_xticks([0, tick], ["0", f"{tick:,g}"])


def draw_bars(axes: Axes, values: FloatArray, colors: Sequence[str]) -> None:
    """Draw a bar a row from zero, each of its color; a row without a value says so."""
    axes.barh(np.arange(len(values)) + 0.5, np.nan_to_num(values), height=0.72, color=list(colors), linewidth=0)
    write_missing(axes, np.isnan(values))


def outliers_of(report: QualityReport) -> BoolArray:
    """Mask of the arrays whose verdict is outlier, ``(n_arrays,)``."""
    return np.array([verdict == Verdict.OUTLIER for verdict in report.verdicts], dtype=bool)


def colors_by(report: QualityReport, check: str, otherwise: str = BAR_COLOR) -> list[str]:
    """Color each array by what one check makes of it: vermilion an outlier, orange one to check."""
    colors = [otherwise] * len(report.samples)
    for finding in report.findings:
        if finding.check == check:
            colors[finding.array] = VERDICT_COLORS.get(finding.verdict, otherwise)
    return colors


def write_missing(axes: Axes, missing: BoolArray) -> None:
    """Write n/a in rows without a value."""
    for row in np.flatnonzero(missing):
        axes.annotate("n/a", (0, row + 0.5), (2, 0), xycoords=("axes fraction", "data"),
                      textcoords="offset points", va="center_baseline", fontsize=SMALLEST_TEXT,
                      color=MUTED_COLOR)  # fmt: skip


def write_none(axes: Axes) -> None:
    """Say in a panel that there is nothing to draw in it."""
    axes.set_xticks([])
    axes.text(0.5, 0.5, NONE, transform=axes.transAxes, ha="center", va="center", fontsize=SMALLEST_TEXT,
              color=MUTED_COLOR)  # fmt: skip


def number(value: float) -> str:
    """Write a number over an axis in three digits, thousands separated and whole.

    Examples
    --------
    >>> number(0.02918), number(4305.0), number(79.83)
    ('0.0292', '4,305', '79.8')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _add_panels(
    figure: Figure, heads: Sequence[PanelHead], left: float, bottom: float, body: float, n: int
) -> list[Axes]:
    shares = np.array([head.share for head in heads])
    widths = shares / shares.sum() * (WIDTH - MARGIN - left - _BETWEEN * (len(heads) - 1) - 2.0)
    panels = []
    for head, width in zip(heads, widths, strict=True):
        axes = add_axes(figure, left, bottom, float(width), body)
        axes.set_ylim(n, 0)
        axes.set_yticks([])
        axes.tick_params(axis="x", pad=1.5)
        axes.spines["left"].set_color(MISSING_COLOR)
        # Each line by itself: a block of two would be higher or lower with the letters that are in it.
        for line, text in enumerate(filter(None, (head.unit, head.name))):
            axes.annotate(shorten(text, width + 0.6 * _BETWEEN), (0, 1),
                          (0, ((line + 1.25) * LINE) / MM_PER_INCH * POINTS_PER_INCH), xycoords="axes fraction",
                          textcoords="offset points", va="baseline", fontsize=SMALLEST_TEXT)  # fmt: skip
        panels.append(axes)
        left += float(width) + _BETWEEN
    return panels


def write_row_names(axes: Axes, names: Sequence[str], marked: BoolArray, pitch: float) -> None:
    """Write each row's name at its right end; where rows are lower than a line, those of the marked ones.

    ``pitch`` is the height of a row in millimeters. Marked names are bold and vermilion.
    """
    n = len(names)
    axes.set_xlim(0, axes_size(axes)[0])
    axes.set_ylim(n, 0)
    axes.set_axis_off()
    named = np.arange(n)
    if pitch < _LOWEST_NAMED_ROW:
        named = named[marked][: int(n * pitch / _LOWEST_NAMED_ROW)]
    places = spread((named + 0.5).astype(np.float64), _LOWEST_NAMED_ROW / pitch, 0, n)
    right = axes_size(axes)[0] - GAP
    for row, place in zip(named.tolist(), places.tolist(), strict=True):
        mark: dict[str, Any] = {"color": OUTLIER_COLOR, "fontweight": "bold"} if marked[row] else {}
        axes.text(right, place, names[row], ha="right", va="center_baseline", fontsize=SMALLEST_TEXT, **mark)
