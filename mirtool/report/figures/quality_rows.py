"""The pages of the quality figures that have one row per array: names once at the left, panels side by side.

Up to 60 arrays are on one page, more on pages of equal length, with the same scales on each. Rows are between 3
and 5.5 mm high. Outliers are named in bold vermilion.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, FloatArray, IntArray, SampleTable
from mirtool.quality import QualityReport, Verdict
from mirtool.report.figures.canvas import (
    LINE,
    MISSING_COLOR,
    MM_PER_INCH,
    MUTED_COLOR,
    POINTS_PER_INCH,
    SMALLEST_TEXT,
    Drawing,
    add_axes,
    axes_size,
    house_style,
    page_width,
    shorten,
    text_width,
)
from mirtool.report.figures.comparison import DASHED
from mirtool.report.figures.label_places import spread
from mirtool.report.figures.quality_captions import page_in_words
from mirtool.report.figures.sheet import BOLDER, GAP, MARGIN, WIDTH, Entry, begin_page, group_legend
from mirtool.report.figures.trees import colors_of_groups, draw_group_bar

OUTLIER_COLOR = "#D55E00"
"""An outlier: Okabe and Ito's vermilion, in every quality figure."""
CHECK_COLOR = "#E69F00"
"""Okabe and Ito's orange: an array to check, which is not an outlier."""
NOT_JUDGED_COLOR = "#7F7F7F"
"""An array that was not judged."""
BAR_COLOR = "#8FA9BF"
"""A value that no rule has anything against: a grayed blue that steps back."""
VERDICT_COLORS = {
    Verdict.NOT_JUDGED: NOT_JUDGED_COLOR,
    Verdict.CHECK: CHECK_COLOR,
    Verdict.OUTLIER: OUTLIER_COLOR,
}
BAND_COLOR = "#F3F3F3"
"""Every second row, so that the eye finds from a bar to its name."""
MOST_ROWS = 60
"""Arrays on one page."""

# Millimeters.
_BODY, _TALLEST_ROW, _LOWEST_ROW, _LOWEST_NAMED_ROW = 100.0, 5.5, 3.0, 2.47
_LONGEST_NAME, _GROUP_BAR = 30.0, 2.2
_FEET, _BETWEEN, _RIGHT = 4.5, 4.0, 2.0
_MOST_HEAD_LINES = 2
_BAR_HEIGHT = 0.72


@dataclass(frozen=True)
class PanelHead:
    """What is written over a panel, and its width: in shares of what is left, or in millimeters."""

    name: str
    unit: str = ""
    share: float = 1.0
    width: float = 0.0


@dataclass(frozen=True, eq=False)
class RowPage:
    """What the pages of one figure have in common.

    Parameters
    ----------
    samples
        The arrays, the first on top; groups make a colored bar beside the names.
    marked
        Arrays named as outliers, ``(n_arrays,)``.
    heads
        The panels from left to right.
    title
        The figure's own title.
    legend
        What is explained above the panels, after the groups.
    head_room
        Millimeters that something over the last panel takes above the axes.
    least_width
        The narrowest page, in millimeters.
    """

    samples: SampleTable
    marked: BoolArray
    heads: Sequence[PanelHead]
    title: str
    legend: Callable[[], Sequence[Entry]]
    head_room: float = 0.0
    least_width: float = 0.0


def need_arrays(n_arrays: int, figure: str, least: int = 1) -> None:
    """Refuse to draw a figure of fewer arrays than it needs."""
    if n_arrays < least:
        raise NotEnoughDataError(
            f"{figure} needs {'an array' if least == 1 else f'at least {least} arrays'}", found=f"{n_arrays}"
        )


def even_pages(n: int, most: int) -> list[slice]:
    """Divide n rows into pages of at most ``most``, as even as can be.

    Examples
    --------
    >>> even_pages(6, 60), even_pages(98, 60)
    ([slice(0, 6, None)], [slice(0, 49, None), slice(49, 98, None)])
    """
    pages = -(-n // most)
    length = -(-n // pages)
    return [slice(start, min(start + length, n)) for start in range(0, n, length)]


def row_pages(page: RowPage, draw: Callable[[Sequence[Axes]], None]) -> list[Drawing]:
    """Make the pages of a figure with one row per array.

    In each panel row i lies between i and i + 1, counted downward from the first array of all; ``draw`` gets the
    panels of each page, whose limits say which rows are in view (:func:`rows_in_view`).
    """
    slices = even_pages(len(page.samples), MOST_ROWS)
    figures = []
    for number, rows in enumerate(slices, start=1):
        with house_style():
            figure, panels = _row_page(page, rows, page.title + page_in_words(number, len(slices)))
            draw(panels)
        figures.append(figure)
    return figures


def _row_page(page: RowPage, rows: slice, title: str) -> tuple[Drawing, list[Axes]]:
    width = page_width(WIDTH, page.least_width)
    n = rows.stop - rows.start
    pitch = min(max(_BODY / n, _LOWEST_ROW), _TALLEST_ROW)
    body = n * pitch
    groups = colors_of_groups(page.samples.groups)
    longest = min(_LONGEST_NAME, 0.2 * width)
    names = [shorten(name, longest) for name in page.samples.names]
    left = MARGIN + max(map(text_width, names)) * BOLDER + GAP
    bar = left
    left += (_GROUP_BAR if groups else 0.0) + GAP
    widths = _panel_widths(page.heads, width - MARGIN - left - _RIGHT)
    heads = [_head_lines(head, room) for head, room in zip(page.heads, widths, strict=True)]
    # The number over a limit has the lowest line.
    head_room = max((max(map(len, heads)) + 1) * LINE + 1.0, page.head_room)
    legend = [*group_legend(groups), *page.legend()]
    figure = begin_page(_FEET + body + head_room, legend, title=title, width=width)
    bottom = MARGIN + _FEET
    _draw_bands(add_axes(figure, MARGIN, bottom, width - 2 * MARGIN, body), rows)
    beside = add_axes(figure, MARGIN, bottom, bar - MARGIN, body)
    write_row_names(beside, names[rows], page.marked[rows], pitch)
    if groups:
        upright = add_axes(figure, bar, bottom, _GROUP_BAR, body)
        draw_group_bar(upright, page.samples.groups[rows], groups, upright=True)
    panels = []
    for lines, room in zip(heads, widths, strict=True):
        axes = add_axes(figure, left, bottom, room, body)
        axes.set_ylim(rows.stop, rows.start)
        axes.set_yticks([])
        axes.patch.set_visible(False)
        axes.tick_params(axis="x", pad=1.5)
        axes.spines["left"].set_color(MISSING_COLOR)
        for line, text in enumerate(reversed(lines)):
            axes.annotate(text, (0, 1), (0, _points((line + 1.25) * LINE)), xycoords="axes fraction",
                          textcoords="offset points", va="baseline", fontsize=SMALLEST_TEXT)  # fmt: skip
        panels.append(axes)
        left += room + _BETWEEN
    return figure, panels


def rows_in_view(axes: Axes) -> IntArray:
    """Return the rows that the page of these axes shows."""
    last, first = axes.get_ylim()
    return np.arange(round(first), round(last))


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
    """Draw one bar per row from zero, each of its color; a row without a value says so."""
    fill_bars(axes, np.zeros(len(values)), np.nan_to_num(values), colors)
    write_missing(axes, np.isnan(values))


def fill_bars(
    axes: Axes,
    left: FloatArray,
    right: FloatArray,
    colors: str | Sequence[str],
    height: float = _BAR_HEIGHT,
    **look: Any,
) -> PolyCollection:
    """Fill a bar from ``left`` to ``right`` in the middle of each row in view: one artist, however many rows."""
    rows = rows_in_view(axes)
    low, high = rows + 0.5 - height / 2, rows + 0.5 + height / 2
    x = np.stack([left[rows], right[rows], right[rows], left[rows]], axis=1)
    y = np.stack([low, low, high, high], axis=1)
    shown = colors if isinstance(colors, str) else [colors[row] for row in rows.tolist()]
    bars = PolyCollection(list(np.stack([x, y], axis=2)), facecolors=shown, **({"linewidths": 0} | look))
    axes.add_collection(bars, autolim=False)
    return bars


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
    for row in rows_in_view(axes)[missing[rows_in_view(axes)]]:
        axes.annotate("n/a", (0, row + 0.5), (2, 0), xycoords=("axes fraction", "data"),
                      textcoords="offset points", va="center_baseline", fontsize=SMALLEST_TEXT,
                      color=MUTED_COLOR)  # fmt: skip


def write_none(axes: Axes, text: str = "none") -> None:
    """Say in a panel that there is nothing to draw in it."""
    axes.set_xticks([])
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", fontsize=SMALLEST_TEXT,
              color=MUTED_COLOR)  # fmt: skip


def number(value: float) -> str:
    """Write a number over an axis in three digits, thousands separated and whole.

    Examples
    --------
    >>> number(0.02918), number(4305.0), number(79.83)
    ('0.0292', '4,305', '79.8')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


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


def _draw_bands(axes: Axes, rows: slice) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(rows.stop, rows.start)
    axes.set_axis_off()
    axes.set_zorder(-1)
    n = rows.stop
    band = np.where(np.arange(n) % 2 == 1, 1.0, 0.0)
    fill_bars(axes, np.zeros(n), band, BAND_COLOR, 1.0)


def _panel_widths(heads: Sequence[PanelHead], room: float) -> list[float]:
    shares = sum(head.share for head in heads if not head.width)
    left = room - _BETWEEN * (len(heads) - 1) - sum(head.width for head in heads)
    return [head.width or head.share / shares * left for head in heads]


def _head_lines(head: PanelHead, width: float) -> list[str]:
    """Return the lines over a panel: its name, broken between words where it is too wide, and its unit."""
    room = width + 0.5 * _BETWEEN
    lines: list[str] = []
    for word in head.name.split(" "):  # a space that does not break stays in its word
        if lines and text_width(f"{lines[-1]} {word}") <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    kept = [*lines[: _MOST_HEAD_LINES - 1], " ".join(lines[_MOST_HEAD_LINES - 1 :])]
    return [shorten(line, room) for line in (*kept, head.unit) if line]


def _points(millimeters: float) -> float:
    return millimeters / MM_PER_INCH * POINTS_PER_INCH
