"""The figures of a validation by qPCR: bars with every sample's point, and the array beside qPCR."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from mirtool.model import FloatArray
from mirtool.report.figures.canvas import (
    LINE,
    MUTED_COLOR,
    NEUTRAL_COLOR,
    SMALLEST_TEXT,
    TEXT,
    Drawing,
    add_axes,
    group_colors,
    house_style,
    minus,
    new_figure,
    page_width,
    shorten,
    text_width,
)
from mirtool.report.figures.comparison import VEIL
from mirtool.report.figures.legend import draw_legend_rows, legend_rows, sign, title_height, write_title
from mirtool.report.figures.point_names import name_points
from mirtool.report.figures.short_names import main_species, short_name
from mirtool.stats.adjustment import ADJUSTMENTS
from mirtool.validation.compare import QpcrComparison
from mirtool.validation.concordance import (
    BOTH_SILENT,
    CONFIRMED,
    FALSE_POSITIVE,
    LEAST_FOR_INTERVAL,
    MISSED,
    NOT_CONFIRMED,
    Concordance,
)
from mirtool.validation.settings import TESTS
from mirtool.wording import plural

# Millimeters.
_BAR_COLUMN = 17.0
_LEFT, _RIGHT, _EDGE, _HEIGHT = 15.0, 4.0, 3.0, 58.0
_LEAST_WIDTH, _USUAL_WIDTH, _MOST_WIDTH = 80.0, 85.0, 180.0
_LONGEST_NAME, _NAME_ANGLE, _UPRIGHT_BELOW = 24.0, 35, 9.0
_SCATTER_WIDTH, _SCATTER_RIGHT, _SCATTER_BOTTOM = 101.0, 4.0, 11.5

_WHISKER_POINTS = 30
_NAME_GAP = 3.5
_POINTS_FROM, _POINTS_TO, _WHISKER_AT = -0.13, 0.05, 0.12
"""Within a group's half of a target's place: its points are at the left, the whisker at the right."""
_MARKERS = ("o", "D")
"""Of the reference and the tested group."""


@dataclass(frozen=True)
class _VerdictStyle:
    """The sign of a verdict: in gray print, too, no two are alike."""

    color: str
    marker: str
    filled: bool = True


_VERDICT_STYLES = {
    CONFIRMED: _VerdictStyle("#009E73", "o"),
    FALSE_POSITIVE: _VerdictStyle("#CC3311", "X"),
    NOT_CONFIRMED: _VerdictStyle("#C98A00", "s"),
    MISSED: _VerdictStyle("#332288", "D"),
    BOTH_SILENT: _VerdictStyle(NEUTRAL_COLOR, "o", filled=False),
}
"""Each verdict that has a ratio on both sides."""


@house_style()
def qpcr_bars_figure(q: QpcrComparison) -> Drawing:
    """Draw each target's ratio as a bar with its interval, and every sample of both groups as a point.

    Points are amounts relative to the mean of the reference group (2^−ΔΔCt of the sample), on a logarithmic axis:
    1 is that group's geometric mean, and the bar ends at the geometric mean of the tested group. Over each stands
    its P, under the name that it has (adjusted, where it was). A target without a ratio keeps its place, empty.

    Returns
    -------
    Drawing
        85 to 180 mm wide, unless another width was asked for.
    """
    n = len(q)
    species = main_species(q.targets)
    names = [shorten(short_name(name, species), _LONGEST_NAME) for name in q.targets]
    usual = float(np.clip(_LEFT + _RIGHT + _BAR_COLUMN * n, _USUAL_WIDTH, _MOST_WIDTH))
    width = page_width(usual, _LEAST_WIDTH)
    column = (width - _LEFT - _RIGHT) / max(n, 1)
    upright = column < _UPRIGHT_BELOW
    longest = max(map(text_width, names), default=0.0)
    bottom = 3.0 + (longest if upright else longest * np.sin(np.radians(_NAME_ANGLE)) + 3.0)
    values = [_p_in_words(p) for p in q.p_adjusted.tolist()]
    widest = max(map(text_width, values), default=0.0)
    turned = widest > column - 1
    over = LINE + (widest if turned else LINE) + 1.5
    title = f"{q.tested} / {q.reference} by qPCR"
    colors = group_colors([q.reference, q.tested])
    sides = ((q.reference, q.samples_reference, _MARKERS[0]), (q.tested, q.samples_tested, _MARKERS[1]))
    rows = legend_rows(
        [
            sign(f"{group} ({plural(len(samples), 'sample')})", marker, colors[group])
            for group, samples, marker in sides
        ],
        width - _LEFT - _EDGE,
    )
    above = _EDGE + title_height(title) + len(rows) * LINE + 1.0 + over
    height = bottom + _HEIGHT + above
    figure = new_figure(width, height)
    write_title(figure, title, _LEFT, height - _EDGE)
    draw_legend_rows(figure, rows, _LEFT, height - _EDGE - title_height(title))
    axes = add_axes(figure, _LEFT, bottom, width - _LEFT - _RIGHT, _HEIGHT)
    axes.axhline(0, color=MUTED_COLOR, linewidth=0.6, zorder=1)
    _draw_bars(axes, q, colors[q.tested])
    quantities = (q.quantity_reference, q.quantity_tested)
    for side, ((group, _, marker), quantity) in enumerate(zip(sides, quantities, strict=True)):
        amounts = quantity - q.mean_reference[:, np.newaxis]
        _draw_samples(axes, amounts, 0.4 * side - 0.2, colors[group], marker)
    axes.set_xlim(-0.6, n - 0.4)
    turn: dict[str, Any] = (
        {"rotation": 90} if upright else {"rotation": _NAME_ANGLE, "ha": "right", "rotation_mode": "anchor"}
    )
    axes.set_xticks(range(n), names, **turn)
    axes.tick_params(axis="x", length=0)
    _ratio_axis(axes, f"amount / mean of {shorten(q.reference, 34.0, TEXT)}")
    _write_p(axes, q, values, turned, over)
    figure.caption = " ".join(_bars_in_words(q, species))
    return figure


@house_style()
def array_qpcr_figure(c: Concordance, q: QpcrComparison) -> Drawing:
    """Draw the log2 ratios by qPCR over those by the array, with intervals, the line of identity and the verdicts.

    Only what has a ratio by both is drawn; the rest is counted in the caption. Pearson's r is written with its
    interval, where there are enough ratios for one.

    Returns
    -------
    Drawing
        101 mm wide, unless another width was asked for.
    """
    drawn = np.flatnonzero(~np.isnan(c.array_log2_ratio) & ~np.isnan(c.qpcr_log2_ratio))
    used = [verdict for verdict in _VERDICT_STYLES if (c.verdict[drawn] == verdict).any()]
    width = page_width(_SCATTER_WIDTH, _LEAST_WIDTH)
    side = width - _LEFT - _SCATTER_RIGHT
    title = f"{q.tested} / {q.reference}: qPCR and array"
    entries = []
    for verdict in used:
        style = _VERDICT_STYLES[verdict]
        label = f"{verdict} ({(c.verdict[drawn] == verdict).sum()})"
        entries.append(sign(label, style.marker, style.color, filled=style.filled))
    rows = legend_rows(entries, width - _LEFT - _EDGE)
    height = _SCATTER_BOTTOM + side + 1.5 + len(rows) * LINE + title_height(title) + _EDGE
    figure = new_figure(width, height)
    write_title(figure, title, _LEFT, height - _EDGE)
    draw_legend_rows(figure, rows, _LEFT, height - _EDGE - title_height(title))
    axes = add_axes(figure, _LEFT, _SCATTER_BOTTOM, side, side)
    x, y = c.array_log2_ratio[drawn], c.qpcr_log2_ratio[drawn]
    ends = np.column_stack([c.qpcr_low[drawn], c.qpcr_high[drawn]])
    limit = _scatter_limit(x, y, ends)
    lines = _draw_scatter_frame(axes, limit)
    ends = np.clip(ends, -limit, limit)
    for verdict in used:
        style = _VERDICT_STYLES[verdict]
        here = c.verdict[drawn] == verdict
        axes.vlines(x[here], ends[here, 0], ends[here, 1], color=style.color, linewidth=0.7, zorder=2)
        axes.scatter(
            x[here], y[here], s=20, c=style.color if style.filled else "white", marker=style.marker,
            linewidths=0.3 if style.filled else 0.9, edgecolors="white" if style.filled else style.color, zorder=3,
        )  # fmt: skip
    over = f"{q.tested} / {q.reference}"
    for label, setter in (("array", axes.set_xlabel), ("qPCR", axes.set_ylabel)):
        what = f"{label}: log₂ ratio, "
        setter(what + shorten(over, side - text_width(what, TEXT), TEXT))
    agreement = _agreement_in_words(c)
    if agreement:
        axes.annotate(
            "\n".join(agreement), (1, 0), (-2, 3), xycoords="axes fraction", textcoords="offset points",
            ha="right", va="bottom", fontsize=SMALLEST_TEXT, color=MUTED_COLOR, bbox=VEIL,
        )  # fmt: skip
    species = main_species(q.targets)
    rank = np.lexsort((np.arange(len(drawn)), -np.abs(x)))
    names = [short_name(c.names[drawn[i]], species) for i in rank]
    points = np.column_stack([x, y])
    looks = [{"bbox": VEIL}] * len(names)
    along = _along(x, ends)
    n_named = int(
        name_points(axes, points, rank, names, looks=looks, gap=_NAME_GAP, obstacles=along, lines=lines).sum()
    )
    figure.caption = " ".join(_scatter_in_words(c, q, len(drawn), n_named, species))
    return figure


def _scatter_limit(x: FloatArray, y: FloatArray, ends: FloatArray) -> float:
    """Return how far both axes go: the ratios with room, and whiskers up to twice the largest ratio."""
    largest = max(float(np.abs(np.concatenate([x, y])).max(initial=0.0)), 1.0)
    return max(1.2 * largest, min(1.05 * float(np.nanmax(np.abs(ends), initial=0.0)), 2 * largest))


def _draw_scatter_frame(axes: Axes, limit: float) -> FloatArray:
    """Set equal limits, draw identity and no change, and return these lines."""
    axes.set_xlim(-limit, limit)
    axes.set_ylim(-limit, limit)
    axes.plot([-limit, limit], [-limit, limit], color=MUTED_COLOR, linewidth=0.6, linestyle=(0, (4, 3)), zorder=1)
    for line in (axes.axhline, axes.axvline):
        line(0, color=MUTED_COLOR, linewidth=0.4, zorder=1)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(6, integer=True))
    ends = [[[-1, -1], [1, 1]], [[-1, 0], [1, 0]], [[0, -1], [0, 1]]]
    return np.asarray(ends, dtype=np.float64) * limit


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


def _draw_samples(axes: Axes, amounts: FloatArray, offset: float, color: str, marker: str) -> None:
    """Draw one group's samples around their place, side by side in their order."""
    n = amounts.shape[1]
    steps = np.linspace(_POINTS_FROM, _POINTS_TO, n) if n > 1 else np.full(1, (_POINTS_FROM + _POINTS_TO) / 2)
    x = np.arange(len(amounts))[:, np.newaxis] + offset + steps
    axes.scatter(
        x.ravel(), amounts.ravel(), s=11, c=color, marker=marker, linewidths=0.4, edgecolors=MUTED_COLOR, zorder=3
    )


def _ratio_axis(axes: Axes, label: str) -> None:
    """Label a log2 axis with the ratios themselves."""
    axes.yaxis.set_major_locator(MaxNLocator(7, integer=True))
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{2**value:g}" if value >= 0 else f"1/{2**-value:g}")
    )
    axes.set_ylabel(label)


def _name_of_p(q: QpcrComparison) -> str:
    return "P" if q.adjust == "none" else ADJUSTMENTS[q.adjust].heading


def _p_in_words(p: float) -> str:
    return "" if np.isnan(p) else f"{p:.2g}" if p >= 1e-4 else "< 0.0001"


def _write_p(axes: Axes, q: QpcrComparison, values: list[str], turned: bool, over: float) -> None:
    """Write each target's P over it, upright where it is too wide, and over all what it is."""
    look: dict[str, Any] = {"textcoords": "offset points", "fontsize": SMALLEST_TEXT, "va": "bottom"}
    for i, text in enumerate(values):
        axes.annotate(
            text,
            (i, 1),
            (0, 2),
            xycoords=("data", "axes fraction"),
            ha="center",
            rotation=90 if turned else 0,
            **look,
        )
    top = (over - LINE) / 25.4 * 72
    axes.annotate(
        f"{_name_of_p(q)}, {TESTS[q.test].description}", (0, 1), (0, top), xycoords="axes fraction", ha="left",
        color=MUTED_COLOR, **look,
    )  # fmt: skip


def _bars_in_words(q: QpcrComparison, species: str) -> list[str]:
    return [
        f"Amounts by qPCR (2^−ΔΔCt) relative to the mean of {q.reference}, logarithmic axis.",
        f"Bars: ratio {q.tested} / {q.reference}; whiskers: {100 * q.confidence:g} % confidence interval; "
        f"points: {plural(len(q.samples_reference), 'sample')} of {q.reference} (circles) and "
        f"{len(q.samples_tested)} of {q.tested} (diamonds).",
        f"Over the bars: {_name_of_p(q)}, {TESTS[q.test].description}.",
        *([f"The prefix {species} is left out of the names."] if species else []),
    ]


def _agreement_in_words(c: Concordance) -> list[str]:
    """Return Pearson's r with its interval and n, as the picture has it; nothing for too few ratios."""
    if np.isnan(c.pearson):
        return []
    size = abs(c.pearson)
    digits = 2 if size < 0.995 else 3
    r = f"r = {minus(c.pearson, digits)}"
    if size >= 0.9995:
        r = "r > 0.999" if c.pearson > 0 else "r < −0.999"
    low, high = c.pearson_interval
    if np.isnan(low):
        few = f"n = {c.n_pairs}" + (", too few for an interval" if c.n_pairs < LEAST_FOR_INTERVAL else "")
        return [r, few]
    return [f"{r}, n = {c.n_pairs}", f"95 % interval {minus(low, digits)} to {minus(high, digits)}"]


def _scatter_in_words(c: Concordance, q: QpcrComparison, n_drawn: int, n_named: int, species: str) -> list[str]:
    said = [
        f"Log₂ ratios {q.tested} / {q.reference} of {plural(n_drawn, 'target')}: by qPCR up, by the array across.",
        f"Dashed: identity; whiskers: {100 * q.confidence:g} % confidence interval by qPCR.",
    ]
    agreement = _agreement_in_words(c)
    if agreement:
        said.append(f"Pearson's {', '.join(agreement)}; Lin's concordance correlation {minus(c.lin, 2)}.")
    if len(c) > n_drawn:
        said.append(f"Not drawn: {len(c) - n_drawn} without a ratio by both.")
    if n_named < n_drawn:
        said.append(f"{plural(n_drawn - n_named, 'name')} found no place.")
    return said + ([f"The prefix {species} is left out of the names."] if species else [])
