"""Odds and hazard ratios as a forest plot: one row per comparison, drawn on a logarithmic axis and in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from mirtool.report.figures.canvas import (
    INK_COLOR,
    LINE,
    MUTED_COLOR,
    SMALLEST_TEXT,
    Drawing,
    add_axes,
    house_style,
    new_figure,
    page_axes,
    page_width,
    shorten,
    text_width,
)
from mirtool.report.figures.legend import title_height, write_title

_WIDTH, _LEAST_WIDTH, _EDGE, _GAP = 180.0, 95.0, 3.0, 3.0
_ROW, _AXIS, _HEAD = 4.8, 10.0, 5.5
_LEAST_PLOT, _WIDEST_NAME, _BROAD = 32.0, 62.0, 140.0
_FARTHEST = 1000.0
"""How far from 1 the axis goes at most; what is beyond has an arrow."""
_COLORS = (INK_COLOR, "#FFFFFF")
_MOST_ROWS = 60


@dataclass(frozen=True)
class RatioRow:
    """One comparison.

    Parameters
    ----------
    name
        What is compared.
    counts
        The counts behind it, as text; empty where there are none.
    ratio, low, high
        The ratio and its interval.
    is_open
        True for an open mark: a ratio of the model of several variables.
    """

    name: str
    counts: str
    ratio: float
    low: float
    high: float
    is_open: bool = False


def ratio_rows_figure(
    rows: Sequence[RatioRow], *, title: str, axis: str, head: str, counts_head: str, about: str
) -> Drawing:
    """Draw a forest plot.

    Parameters
    ----------
    rows
        The comparisons, from top to bottom; those beyond the first sixty are left out, which the caption says.
    title
        The title.
    axis
        What the ratio is.
    head, counts_head
        Heads of the columns of numbers and counts.
    about
        What is compared, for the caption: a sentence.
    """
    shown = [row for row in rows[:_MOST_ROWS] if np.isfinite(row.ratio) and row.ratio > 0]
    with house_style():
        width = page_width(_WIDTH, _LEAST_WIDTH)
        texts = [interval_text(row.ratio, row.low, row.high) for row in shown]
        right = max(map(text_width, [head, *texts]), default=0.0) + _EDGE
        with_counts = width >= _BROAD and any(row.counts for row in shown)
        counts = max(text_width(counts_head), *(text_width(row.counts) for row in shown)) if with_counts else 0.0
        free = width - right - counts - (2 if with_counts else 1) * _GAP - _LEAST_PLOT - _EDGE - _GAP
        names = min(_WIDEST_NAME, free, max((text_width(row.name) for row in shown), default=0.0))
        left = _EDGE + names + _GAP + (counts + _GAP if with_counts else 0.0)
        above = _EDGE + title_height(title) + _HEAD
        height = above + _ROW * max(len(shown), 1) + _AXIS
        figure = new_figure(width, height)
        write_title(figure, title, _EDGE, height - _EDGE)
        page = page_axes(figure)
        axes = add_axes(figure, left, _AXIS, width - left - right - _GAP, _ROW * max(len(shown), 1))
        _draw_rows(axes, shown)
        axes.set_xlabel(axis)
        for i, (row, text) in enumerate(zip(shown, texts, strict=True)):
            y = _AXIS + _ROW * (len(shown) - i - 0.5)
            page.text(_EDGE, y, shorten(row.name, names), va="center_baseline", fontsize=SMALLEST_TEXT)
            page.text(width - _EDGE, y, text, va="center_baseline", ha="right", fontsize=SMALLEST_TEXT)
            if with_counts:
                page.text(left - _GAP, y, row.counts, va="center_baseline", ha="right", fontsize=SMALLEST_TEXT)
        top = _AXIS + _ROW * len(shown) + LINE / 2
        page.text(width - _EDGE, top, head, va="center", ha="right", fontsize=SMALLEST_TEXT, color=MUTED_COLOR)
        if with_counts:
            page.text(left - _GAP, top, counts_head, va="center", ha="right", fontsize=SMALLEST_TEXT,
                      color=MUTED_COLOR)  # fmt: skip
        figure.caption = _caption(rows, shown, about)
    return figure


def interval_text(ratio: float, low: float, high: float) -> str:
    """Write a ratio with its interval, three significant digits.

    Examples
    --------
    >>> interval_text(34.2857, 3.476, 338.16), interval_text(0.5, 0.0, float("inf"))
    ('34.3 (3.48–338)', '0.500 (0–∞)')
    """
    return f"{_short(ratio)} ({_short(low)}–{_short(high)})"


def _short(value: float) -> str:
    if np.isnan(value):
        return "?"
    if value <= 0 or np.isinf(value):
        return "0" if value <= 0 else "∞"
    size = int(np.floor(np.log10(value)))
    return f"{value:.1e}" if size > 4 or size < -4 else f"{value:.{max(0, 2 - size)}f}"


def _draw_rows(axes: Axes, rows: Sequence[RatioRow]) -> None:
    ends = [v for row in rows for v in (row.ratio, row.low, row.high) if np.isfinite(v) and v > 0]
    reach = min(max([2.0, *(max(v, 1 / v) for v in ends)]), _FARTHEST)
    low = max(min([0.5, *ends]), 1 / _FARTHEST) / 1.15
    high = min(max([2.0, *ends]), _FARTHEST) * 1.15
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.set_ylim(-0.5, max(len(rows), 1) - 0.5)
    axes.axvline(1, color=MUTED_COLOR, linewidth=0.6, linestyle=(0, (4, 3)), zorder=0)
    for i, row in enumerate(rows):
        y = len(rows) - 1 - i
        a = max(row.low, low) if np.isfinite(row.low) else low
        b = min(row.high, high) if np.isfinite(row.high) else high
        axes.plot([a, b], [y, y], color=_COLORS[0], linewidth=0.9, solid_capstyle="butt")
        for beyond, place, mark in ((not row.low >= low, low, "<"), (not row.high <= high, high, ">")):
            if beyond:
                axes.plot([place], [y], mark, color=_COLORS[0], markersize=3, clip_on=False)
        axes.plot(
            [min(max(row.ratio, low), high)], [y], "o" if row.is_open else "s", markersize=3.6,
            markerfacecolor=_COLORS[row.is_open], markeredgecolor=_COLORS[0], markeredgewidth=0.8,
        )  # fmt: skip
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    steps = (0.001, 0.01, 0.1, 1, 10, 100, 1000) if reach > 20 else (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
    axes.xaxis.set_major_locator(FixedLocator([step for step in steps if low <= step <= high]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())


def _caption(rows: Sequence[RatioRow], shown: Sequence[RatioRow], about: str) -> str:
    parts = [about, "Lines are confidence intervals; an arrow marks one that goes on beyond the axis."]
    if any(row.is_open for row in shown):
        parts.append("Squares: each variable alone. Open circles: in the model of several variables.")
    if len(shown) < len(rows):
        parts.append(f"{len(rows) - len(shown)} further rows are in the table and not drawn.")
    return " ".join(parts)
