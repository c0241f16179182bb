"""The figures of a validation by qPCR: bars with every sample's point, and the array beside qPCR."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from mirtool.model import FloatArray, TextArray
from mirtool.report.figures.canvas import (
    DOWN_COLOR,
    LINE,
    MUTED_COLOR,
    NEUTRAL_COLOR,
    SMALLEST_TEXT,
    TEXT,
    UP_COLOR,
    add_axes,
    group_colors,
    house_style,
    new_figure,
    shorten,
    wrap,
)
from mirtool.report.figures.point_names import name_points
from mirtool.report.figures.short_names import common_species, short_name
from mirtool.stats.adjustment import ADJUSTMENTS
from mirtool.validation.compare import QpcrComparison
from mirtool.validation.concordance import (
    BOTH_SILENT,
    CONFIRMED,
    FALSE_POSITIVE,
    MISSED,
    NOT_CONFIRMED,
    Concordance,
)
from mirtool.validation.settings import TESTS
from mirtool.wording import plural

_BAR_COLUMN = 17.0
"""Millimeters a target."""
_LEFT, _RIGHT, _TOP, _HEIGHT = 15.0, 4.0, 12.0, 58.0
_LEAST_WIDTH, _MOST_WIDTH = 85.0, 180.0
_NAME_ANGLE = 35
_SIDE = 72.0
_WHISKER_POINTS = 15
_NAME_GAP = 3.5
_POINTS_FROM, _POINTS_TO, _WHISKER_AT = -0.13, 0.05, 0.12
"""Within a group's half of a target's place: its points are at the left, the whisker at the right."""
_VERDICT_STYLES: dict[str, tuple[str, str]] = {
    CONFIRMED: ("#009E73", "o"),
    FALSE_POSITIVE: (UP_COLOR, "X"),
    NOT_CONFIRMED: ("#E69F00", "s"),
    MISSED: (DOWN_COLOR, "D"),
    BOTH_SILENT: (NEUTRAL_COLOR, "o"),
}
"""Color and mark of each verdict that has a ratio on both sides."""


@house_style()
def qpcr_bars_figure(q: QpcrComparison) -> Figure:
    """Draw each target's ratio as a bar with its interval, and every sample of both groups as a point.

    Points are amounts relative to the mean of the reference group (2^−ΔΔCt of the sample), on a logarithmic axis:
    1 is that group's geometric mean, and the bar ends at the geometric mean of the tested group. Above each stands
    its P (adjusted, where it was). A target without a ratio keeps its place, empty.

    Returns
    -------
    Figure
        85 to 180 mm wide.
    """
    n = len(q)
    species = common_species(q.targets)
    names = [shorten(short_name(name, species), 24.0) for name in q.targets]
    width = float(np.clip(_LEFT + _RIGHT + _BAR_COLUMN * n, _LEAST_WIDTH, _MOST_WIDTH))
    remarks = wrap(_bar_remarks(q, species), width - _LEFT)
    bottom = 17.0 + LINE * len(remarks)
    figure = new_figure(width, _HEIGHT + _TOP + bottom)
    axes = add_axes(figure, _LEFT, bottom, width - _LEFT - _RIGHT, _HEIGHT)
    colors = group_colors([q.reference, q.tested])
    axes.axhline(0, color=MUTED_COLOR, linewidth=0.6, zorder=1)
    _draw_bars(axes, q, colors[q.tested])
    for side, (group, quantity) in enumerate(
        ((q.reference, q.quantity_reference), (q.tested, q.quantity_tested)), start=0
    ):
        _draw_samples(axes, quantity - q.mean_reference[:, np.newaxis], 0.4 * side - 0.2, colors[group])
    axes.set_xlim(-0.6, n - 0.4)
    axes.set_xticks(range(n), names, rotation=_NAME_ANGLE, ha="right", rotation_mode="anchor")
    axes.tick_params(axis="x", length=0)
    _ratio_axis(axes, f"amount / mean of {shorten(q.reference, 34.0, TEXT)}")
    _write_p(axes, q)
    _group_legend(axes, q, colors)
    figure.text(
        _LEFT / width, LINE * (len(remarks) + 0.6) / (_HEIGHT + _TOP + bottom), "\n".join(remarks),
        fontsize=SMALLEST_TEXT, color=MUTED_COLOR, va="top",
    )  # fmt: skip
    return figure


@house_style()
def array_qpcr_figure(c: Concordance, q: QpcrComparison) -> Figure:
    """Draw the log2 ratios by qPCR over those by the array, with intervals, the line of identity and the verdicts.

    Only what has a ratio by both is drawn; the rest is counted under the plot.

    Returns
    -------
    Figure
        About 100 mm × 110 mm.
    """
    drawn = np.flatnonzero(~np.isnan(c.array_log2_ratio) & ~np.isnan(c.qpcr_log2_ratio))
    width = _LEFT + _SIDE + 14.0
    remarks = wrap(_scatter_remarks(c, q, len(drawn)), width - _LEFT)
    bottom = 15.0 + LINE * len(remarks)
    used = [verdict for verdict in _VERDICT_STYLES if (c.verdict[drawn] == verdict).any()]
    height = bottom + _SIDE + 4.0 + LINE * max(len(used), 1)
    figure = new_figure(width, height)
    axes = add_axes(figure, _LEFT, bottom, _SIDE, _SIDE)
    x, y = c.array_log2_ratio[drawn], c.qpcr_log2_ratio[drawn]
    largest = max(float(np.abs(np.concatenate([x, y])).max(initial=0.0)), 1.0)
    ends = np.column_stack([c.qpcr_low[drawn], c.qpcr_high[drawn]])
    limit = max(1.2 * largest, min(1.05 * float(np.nanmax(np.abs(ends), initial=0.0)), 2 * largest))
    axes.set_xlim(-limit, limit)
    axes.set_ylim(-limit, limit)
    axes.plot([-limit, limit], [-limit, limit], color=MUTED_COLOR, linewidth=0.6, linestyle=(0, (4, 3)), zorder=1)
    axes.annotate(
        "identity", (1, 1), (2, 0), xycoords="axes fraction", textcoords="offset points",
        va="top", fontsize=SMALLEST_TEXT, color=MUTED_COLOR,
    )  # fmt: skip
    for line in (axes.axhline, axes.axvline):
        line(0, color=MUTED_COLOR, linewidth=0.4, zorder=1)
    ends = np.clip(ends, -limit, limit)
    for verdict in used:
        color, marker = _VERDICT_STYLES[verdict]
        here = c.verdict[drawn] == verdict
        axes.vlines(x[here], ends[here, 0], ends[here, 1], color=color, linewidth=0.7, zorder=2)
        axes.scatter(x[here], y[here], s=20, c=color, marker=marker, linewidths=0.3, edgecolors="white", zorder=3)
    over = f"{shorten(q.tested, 24.0, TEXT)} / {shorten(q.reference, 24.0, TEXT)}"
    axes.set_xlabel(f"array: log₂ ratio, {over}")
    axes.set_ylabel(f"qPCR: log₂ ratio, {over}")
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    _verdict_legend(axes, c.verdict[drawn], used)
    species = common_species(q.targets)
    rank = np.lexsort((np.arange(len(drawn)), -np.abs(x)))
    names = [short_name(c.names[drawn[i]], species) for i in rank]
    name_points(axes, np.column_stack([x, y]), rank, names, gap=_NAME_GAP, obstacles=_along(x, ends))
    figure.text(
        _LEFT / width, LINE * (len(remarks) + 0.6) / height, "\n".join(remarks),
        fontsize=SMALLEST_TEXT, color=MUTED_COLOR, va="top",
    )  # fmt: skip
    return figure


def _along(x: FloatArray, ends: FloatArray) -> FloatArray:
    """Return points along the whiskers, which names should not cover, ``(n, 2)``."""
    known = ~np.isnan(ends).any(axis=1)
    y = np.linspace(ends[known, 0], ends[known, 1], _WHISKER_POINTS)
    return np.column_stack([np.broadcast_to(x[known], y.shape).ravel(), y.ravel()])


def _draw_bars(axes: Axes, q: QpcrComparison, color: str) -> None:
    places = np.arange(len(q)) + 0.2
    axes.bar(places, np.nan_to_num(q.log2_ratio), width=0.36, color=color, alpha=0.35, linewidth=0, zorder=2)
    with np.errstate(divide="ignore"):
        low, high = np.log2(q.low), np.log2(q.high)
    known = np.isfinite(low) & np.isfinite(high)
    axes.errorbar(
        places[known] + _WHISKER_AT, q.log2_ratio[known],
        yerr=np.vstack([q.log2_ratio[known] - low[known], high[known] - q.log2_ratio[known]]),
        fmt="none", ecolor=MUTED_COLOR, elinewidth=0.8, capsize=2, zorder=4,
    )  # fmt: skip


def _draw_samples(axes: Axes, amounts: FloatArray, offset: float, color: str) -> None:
    """Draw one group's samples around their place, side by side in their order."""
    n = amounts.shape[1]
    steps = np.linspace(_POINTS_FROM, _POINTS_TO, n) if n > 1 else np.full(1, (_POINTS_FROM + _POINTS_TO) / 2)
    x = np.arange(len(amounts))[:, np.newaxis] + offset + steps
    axes.scatter(x.ravel(), amounts.ravel(), s=11, c=color, linewidths=0.4, edgecolors=MUTED_COLOR, zorder=3)


def _ratio_axis(axes: Axes, label: str) -> None:
    """Label a log2 axis with the ratios themselves."""
    axes.yaxis.set_major_locator(MaxNLocator(7, integer=True))
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{2**value:g}" if value >= 0 else f"1/{2**-value:g}")
    )
    axes.set_ylabel(label)


def _write_p(axes: Axes, q: QpcrComparison) -> None:
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.1 * (high - low))
    for i, p in enumerate(q.p_adjusted):
        text = "" if np.isnan(p) else f"P = {p:.2g}" if p >= 1e-4 else "P < 0.0001"
        axes.annotate(
            text, (i, 1), (0, -1), xycoords=("data", "axes fraction"), textcoords="offset points",
            ha="center", va="top", fontsize=SMALLEST_TEXT,
        )  # fmt: skip


def _group_legend(axes: Axes, q: QpcrComparison, colors: dict[str, str]) -> None:
    handles = [
        _mark(colors[group], "o", f"{shorten(group, 34.0)} ({plural(len(samples), 'sample')})")
        for group, samples in ((q.reference, q.samples_reference), (q.tested, q.samples_tested))
    ]
    axes.legend(handles=handles, **_above(axes))


def _verdict_legend(axes: Axes, verdicts: TextArray, used: list[str]) -> None:
    handles = [_mark(*_VERDICT_STYLES[name], f"{name} ({(verdicts == name).sum()})") for name in used]
    axes.legend(handles=handles, **_above(axes))


def _above(axes: Axes) -> dict[str, Any]:
    return {
        "loc": "lower left", "bbox_to_anchor": (0, 1), "bbox_transform": axes.transAxes, "borderaxespad": 0.6,
        "borderpad": 0, "handlelength": 1, "handletextpad": 0.4, "labelspacing": 0.3,
    }  # fmt: skip


def _mark(color: str, marker: str, label: str) -> Line2D:
    return Line2D(
        [], [], linestyle="none", marker=marker, markersize=4, markerfacecolor=color, markeredgecolor=MUTED_COLOR,
        markeredgewidth=0.4, label=label,
    )  # fmt: skip


def _bar_remarks(q: QpcrComparison, species: str) -> list[str]:
    adjusted = (
        "" if q.adjust == "none" else f", adjusted: {ADJUSTMENTS[q.adjust].heading.removeprefix('P adjusted ')}"
    )
    return [
        f"Bar: ratio {q.tested} / {q.reference}; whisker: its {100 * q.confidence:g} % confidence interval.",
        f"P: {TESTS[q.test].description}{adjusted}.",
        *([f"{species} left out of the names."] if species else []),
    ]


def _scatter_remarks(c: Concordance, q: QpcrComparison, n_drawn: int) -> list[str]:
    remarks = [f"Whiskers: {100 * q.confidence:g} % confidence interval by qPCR."]
    if not np.isnan(c.lin):
        remarks.insert(
            0, f"n = {c.n_pairs}: Pearson's r {c.pearson:.2f}, Lin's concordance correlation {c.lin:.2f}."
        )
    if len(c) > n_drawn:
        remarks.append(f"Not drawn: {len(c) - n_drawn} without a ratio by both.")
    return remarks
