"""One miRNA over the levels of columns, such as stages: a point per patient, the medians, and P of the trend."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from mirtool.clinical.levels import LevelScreen
from mirtool.clinical.variables import Kind, Variable
from mirtool.model import FloatArray
from mirtool.report.figures.canvas import (
    INK_COLOR,
    LINE,
    MUTED_COLOR,
    SMALLEST_TEXT,
    Drawing,
    add_axes,
    house_style,
    new_figure,
    page_width,
    shorten,
)
from mirtool.report.figures.legend import title_height, write_title
from mirtool.report.text.numbers import p_with_sign

MOST_COLUMNS = 4
_PANEL, _LEAST_PANEL, _HEIGHT = 42.0, 26.0, 48.0
_EDGE, _LEFT, _GAP, _AXIS = 3.0, 13.0, 5.0, 13.0
_LONGEST = 14.0
_BINS = 24


def stages_figure(mirna: Variable, screen: LevelScreen, row: int) -> Drawing:
    """Draw a miRNA over the levels of every column, those of the smallest P first.

    Parameters
    ----------
    mirna
        Its log2 values.
    screen
        The tests; columns beyond the first four are in the table only.
    row
        The miRNA's row in it.

    Returns
    -------
    Drawing
        42 mm wide per column, unless another width was asked for.
    """
    p = np.where(np.isnan(screen.p_trend[row]), screen.p[row], screen.p_trend[row])
    drawn = np.argsort(p, kind="stable")[:MOST_COLUMNS]
    title = f"{mirna.name} over {', '.join(screen.variables[j].name for j in drawn)}"
    with house_style():
        n = len(drawn)
        wanted = _LEFT + _PANEL * n + _GAP * (n - 1) + _EDGE
        width = page_width(wanted, _LEFT + _LEAST_PANEL * n + _GAP * (n - 1) + _EDGE)
        panel = (width - _LEFT - _EDGE - _GAP * (n - 1)) / n
        below = _AXIS + _EDGE
        height = below + _HEIGHT + LINE + title_height(title) + _EDGE
        figure = new_figure(width, height)
        write_title(figure, title, _EDGE, height - _EDGE)
        low, high = np.nanmin(mirna.values), np.nanmax(mirna.values)
        margin = 0.06 * max(float(high - low), 1e-9)
        for i, j in enumerate(drawn.tolist()):
            left = _LEFT + i * (panel + _GAP)
            axes = add_axes(figure, left, below, panel, _HEIGHT)
            _draw_levels(axes, mirna.values, screen.variables[j], panel)
            axes.set_ylim(low - margin, high + margin)
            if i:
                axes.set_yticklabels([])
            else:
                axes.set_ylabel("log2 expression")
            trend, anova = screen.p_trend[row, j], screen.p[row, j]
            what, value = ("ANOVA", anova) if np.isnan(trend) else ("trend", trend)
            words = "not tested" if np.isnan(value) else f"P ({what}) {p_with_sign(float(value))}"
            figure.text(left / width, (below + _HEIGHT + LINE * 0.3) / height, words,
                        fontsize=SMALLEST_TEXT, color=MUTED_COLOR)  # fmt: skip
        figure.caption = _caption(mirna, [screen.variables[j] for j in drawn], len(screen.variables))
    return figure


def _draw_levels(axes: Axes, values: FloatArray, variable: Variable, panel: float) -> None:
    for code in range(len(variable.levels)):
        own = values[(variable.values == code) & ~np.isnan(values)]
        axes.plot(
            code + _beside(own, values), own, "o", color=INK_COLOR, markersize=2.0, markeredgewidth=0, alpha=0.6
        )
        if len(own):
            axes.plot([code - 0.3, code + 0.3], [np.median(own)] * 2, "-", color=INK_COLOR, linewidth=1.2)
    names = [shorten(level, min(_LONGEST, panel / len(variable.levels) - 1.0)) for level in variable.levels]
    axes.set_xticks(range(len(names)), names, fontsize=SMALLEST_TEXT)
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.set_xlabel(variable.title)


def _beside(own: FloatArray, values: FloatArray) -> FloatArray:
    """Return how far each point is moved so that points of about the same height are side by side."""
    low, high = np.nanmin(values), np.nanmax(values)
    bins = np.floor((own - low) / max(float(high - low), 1e-9) * _BINS).astype(int)
    moved = np.zeros(len(own))
    for level in np.unique(bins):
        inside = np.flatnonzero(bins == level)
        inside = inside[np.argsort(own[inside], kind="stable")]
        step = min(0.09, 0.7 / max(len(inside), 1))
        moved[inside] = (np.arange(len(inside)) - (len(inside) - 1) / 2) * step
    return moved


def _caption(mirna: Variable, drawn: Sequence[Variable], tested: int) -> str:
    parts = [f"log2 expression of {mirna.name}, a point per patient, with the medians of the levels."]
    if any(variable.kind is Kind.ORDINAL for variable in drawn):
        parts.append("P of the trend over ordered levels is Jonckheere and Terpstra's, two-sided, not adjusted.")
    if any(variable.kind is not Kind.ORDINAL for variable in drawn):
        parts.append("P of levels without order is that of the analysis of variance, not adjusted.")
    if tested > len(drawn):
        parts.append(f"Of {tested} columns those with the smallest P.")
    return " ".join(parts)
