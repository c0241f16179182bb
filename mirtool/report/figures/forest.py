"""Forest plots: what each study says of a miRNA, and what all say together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle

from mirtool.errors import NotEnoughDataError
from mirtool.meta.analysis import MetaAnalysis
from mirtool.report.figures.canvas import (
    MUTED_COLOR,
    NEUTRAL_COLOR,
    SMALLEST_TEXT,
    Drawing,
    add_axes,
    call_colors,
    house_style,
    minus,
    new_figure,
    page_width,
    shorten,
    text_width,
)
from mirtool.report.figures.legend import title_height, write_title
from mirtool.wording import plural

# Millimeters.
WIDTH, LEAST_WIDTH, TALLEST = 120.0, 85.0, 240.0
EDGE, GAP, ROW, HEAD, AXIS = 3.0, 5.0, 4.2, 5.5, 9.0
LARGEST_MARK, SMALLEST_MARK = 3.4, 1.0
LONGEST_LABEL = 34.0
_FEWEST_ACROSS = 25.0
_NORMAL = 1.959963984540054


@house_style()
def forest_figures(found: MetaAnalysis, rows: Sequence[int]) -> list[Figure]:
    """Draw one forest plot per miRNA, several under each other on pages of at most 240 mm.

    Squares are the studies' log2 ratios with 95 % intervals, their area the weight under random effects; filled
    diamonds are random effects, the line through them the interval of Hartung and Knapp, open diamonds the fixed
    effect. All plots have one scale.

    Parameters
    ----------
    found
        The studies combined.
    rows
        The miRNAs.

    Returns
    -------
    list of Figure
        120 mm wide, unless another width was asked for.

    Raises
    ------
    NotEnoughDataError
        Where no miRNA is to be drawn.
    """
    if not rows:
        raise NotEnoughDataError("there is no miRNA to draw")
    n_lines = len(found.joined.studies) + 2
    panel = HEAD + n_lines * ROW + GAP
    per_page = max(1, int((TALLEST - AXIS - 2 * EDGE - title_height("")) // panel))
    pages = [rows[start : start + per_page] for start in range(0, len(rows), per_page)]
    limits = _limits(found, rows)
    return [_page(found, own, limits, panel) for own in pages]


def _page(found: MetaAnalysis, rows: Sequence[int], limits: tuple[float, float], panel: float) -> Drawing:
    width = page_width(WIDTH, LEAST_WIDTH)
    head = title_height("") + EDGE
    height = head + len(rows) * panel - GAP + AXIS + EDGE
    figure = new_figure(width, height)
    write_title(figure, "", EDGE, height - EDGE)
    n_lines = len(found.joined.studies) + 2
    label = min(LONGEST_LABEL, max(text_width(each) for each in (*found.joined.labels, "random effects")) + 2)
    numbers = max(map(text_width, _numbers(found, rows))) + 2
    across = width - 2 * EDGE - label - numbers
    if across < _FEWEST_ACROSS:
        across, numbers = width - 2 * EDGE - label, 0.0
    for n, row in enumerate(rows):
        top = height - head - n * panel
        axes = add_axes(figure, EDGE + label, top - HEAD - n_lines * ROW, across, n_lines * ROW)
        _draw_panel(axes, found, row, limits, label, numbers > 0)
        if n < len(rows) - 1:
            axes.set_xticklabels([])
        else:
            axes.set_xlabel("log₂ ratio, tested / reference")
    figure.caption = " ".join(_caption(found, rows))
    return figure


def _limits(found: MetaAnalysis, rows: Sequence[int]) -> tuple[float, float]:
    """Return the ends of the shared scale: all studies' intervals and those of random effects, and 0."""
    own = np.array(rows, dtype=np.int64)
    effect, half = found.joined.effect[own], _NORMAL * found.joined.se[own]
    random = found.estimate("random")
    ends = np.concatenate(
        [(effect - half).ravel(), (effect + half).ravel(), random.low[own], random.high[own], [0]]
    )
    low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
    margin = 0.05 * (high - low)
    return low - margin, high + margin


def _draw_panel(
    axes: Axes, found: MetaAnalysis, row: int, limits: tuple[float, float], label: float, with_numbers: bool
) -> None:
    studies = found.joined.studies
    n_lines = len(studies) + 2
    axes.set_xlim(*limits)
    axes.set_ylim(n_lines - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=MUTED_COLOR, linewidth=0.5, linestyle=(0, (3, 2)))
    unit = ROW / (axes.get_window_extent().width / axes.figure.dpi * 25.4) * (limits[1] - limits[0])
    direction = {"up": "up", "down": "down"}.get(str(found.direction[row]), "")
    _write(axes, -label, -1.25, str(found.joined.name[row]), weight="bold")
    _write_right(axes, -1.25, _heterogeneity(found, row) if with_numbers else "", MUTED_COLOR)
    weight = _weights(found, row)
    for j, study in enumerate(studies):
        effect, se = found.joined.effect[row, j], found.joined.se[row, j]
        _write(axes, -label, j, shorten(study.label, label - 2))
        if np.isnan(effect):
            if with_numbers:
                _write_right(axes, j, "not measured", MUTED_COLOR)
            continue
        low, high = effect - _NORMAL * se, effect + _NORMAL * se
        axes.plot([low, high], [j, j], color=MUTED_COLOR, linewidth=0.8, clip_on=True, solid_capstyle="butt")
        side = np.sqrt(weight[j]) * LARGEST_MARK if np.isfinite(weight[j]) else SMALLEST_MARK
        side = max(side, SMALLEST_MARK) / ROW
        axes.add_patch(
            Rectangle((effect - side * unit / 2, j - side / 2), side * unit, side, color=MUTED_COLOR, linewidth=0)
        )
        if with_numbers:
            _write_right(axes, j, _interval(effect, low, high))
    for place, (method, words) in enumerate(
        (("random", "random effects"), ("fixed", "fixed effect")), len(studies)
    ):
        own = found.estimate(method)
        effect, low, high = own.effect[row], own.low[row], own.high[row]
        _write(axes, -label, place, words)
        if np.isnan(effect):
            if with_numbers:
                _write_right(axes, place, "not combined", MUTED_COLOR)
            continue
        if method == "random":
            hk = found.estimate("hartung-knapp")
            ends = np.clip([hk.low[row], hk.high[row]], *limits)
            axes.plot(ends, [place, place], color=MUTED_COLOR, linewidth=0.8, solid_capstyle="butt", zorder=2)
        color = call_colors()[direction] if direction else NEUTRAL_COLOR
        axes.add_patch(
            Polygon(
                [(low, place), (effect, place - 0.33), (high, place), (effect, place + 0.33)],
                facecolor=color if method == "random" else "white",
                edgecolor=color,
                linewidth=0.8,
                zorder=3,
            )
        )
        if with_numbers:
            _write_right(axes, place, _interval(effect, low, high))


def _weights(found: MetaAnalysis, row: int) -> np.ndarray:
    """Return the share of each study under random effects."""
    tau2 = found.combined.tau2[row]
    weight = 1 / (found.joined.se[row] ** 2 + (0.0 if np.isnan(tau2) else tau2))
    share: np.ndarray = weight / np.nansum(weight)
    return share


def _write(axes: Axes, left: float, line: float, text: str, weight: str = "normal") -> None:
    """Write at the left of the axes, ``left`` millimeters from their edge."""
    axes.annotate(
        text, (0, line), xycoords=axes.get_yaxis_transform(), xytext=(left / 25.4 * 72, 0),
        textcoords="offset points", va="center", ha="left", fontsize=SMALLEST_TEXT, annotation_clip=False,
        weight=weight,
    )  # fmt: skip


def _write_right(axes: Axes, line: float, text: str, color: str = "black") -> None:
    axes.annotate(
        text, (1, line), xycoords=axes.get_yaxis_transform(), xytext=(2 / 25.4 * 72, 0), color=color,
        textcoords="offset points", va="center", ha="left", fontsize=SMALLEST_TEXT, annotation_clip=False,
    )  # fmt: skip


def _interval(effect: float, low: float, high: float) -> str:
    return f"{minus(effect, 2)} ({minus(low, 2)} to {minus(high, 2)})"


def _numbers(found: MetaAnalysis, rows: Sequence[int]) -> list[str]:
    """Return what is written at the right of the plots."""
    texts = ["not measured"]
    for row in rows:
        effect, half = found.joined.effect[row], _NORMAL * found.joined.se[row]
        texts += map(_interval, effect, effect - half, effect + half)
        texts += [
            _interval(own.effect[row], own.low[row], own.high[row])
            for own in (found.combined.random, found.combined.fixed)
        ]
    return texts


def _heterogeneity(found: MetaAnalysis, row: int) -> str:
    i2 = found.combined.i2[row]
    return "" if np.isnan(i2) else f"I² {100 * i2:.0f} %"


def _caption(found: MetaAnalysis, rows: Sequence[int]) -> list[str]:
    hk = found.estimate("hartung-knapp")
    cut = int(np.isfinite(hk.effect[list(rows)]).sum())
    left = int(found.is_combined.sum()) - len(rows)
    return [
        f"Forest plots of {plural(len(rows), 'miRNA')} in {len(found.joined.studies)} studies.",
        "Squares: log2 ratio of each study with its 95 % interval; their area is the study's weight under random "
        "effects.",
        "Filled diamonds: random effects (DerSimonian and Laird) with the 95 % interval, in the color of up or "
        "down where all studies agree and gray where they do not.",
        *(
            ["The line through them: the interval of Hartung and Knapp, cut at the ends of the scale."]
            if cut
            else []
        ),
        "Open diamonds: fixed effect.",
        "The dashed line is no change; the scale is the same in all plots.",
        *([f"The table has {left:,} more."] if left > 0 else []),
    ]
