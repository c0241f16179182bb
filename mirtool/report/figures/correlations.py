"""The correlations of miRNAs with the columns of a patient table, as a heat map."""

from __future__ import annotations

import numpy as np

from mirtool.clinical.screen import CorrelationScreen
from mirtool.report.figures.canvas import (
    LINE,
    MISSING_COLOR,
    SMALLEST_TEXT,
    Drawing,
    add_axes,
    diverging_colors,
    house_style,
    new_figure,
    page_width,
    shorten,
    text_width,
)
from mirtool.report.figures.legend import title_height, write_title

MOST_ROWS = 40
_FDR = 0.05
_EDGE, _ROW, _KEY, _KEY_GAP = 3.0, 3.6, 22.0, 12.0
_LEAST_CELL, _MOST_CELL, _LONGEST = 4.5, 11.0, 40.0
_TITLE = "Correlation of miRNAs with the columns"


def correlation_figure(screen: CorrelationScreen) -> Drawing:
    """Draw the miRNAs with the smallest FDR of any column, the strongest first; a dot where FDR ≤ 0.05.

    Parameters
    ----------
    screen
        The correlations; columns of levels without order have no sign and are left out.
    """
    signed = [j for j, how in enumerate(screen.method) if how != "eta"]
    best = np.min(np.where(np.isnan(screen.p[:, signed]), 2.0, screen.p[:, signed]), axis=1)
    rows = np.argsort(best, kind="stable")[:MOST_ROWS]
    rows = rows[best[rows] <= 1]
    values = screen.r[np.ix_(rows, signed)]
    with house_style():
        names = [shorten(str(screen.names[i] or screen.ids[i]), _LONGEST) for i in rows]
        heads = [shorten(screen.variables[j].title, _LONGEST) for j in signed]
        left = _EDGE + max(map(text_width, names), default=0.0) + 2.0
        above = max(map(text_width, heads), default=0.0) + 3.0
        wanted = left + _MOST_CELL * len(signed) + _KEY_GAP + _EDGE
        width = page_width(max(wanted, 60.0), left + _LEAST_CELL * len(signed) + _KEY_GAP + _EDGE)
        cell = min(_MOST_CELL, (width - left - _KEY_GAP - _EDGE) / max(len(signed), 1))
        tall = _ROW * max(len(rows), 1)
        height = _EDGE + max(tall, _KEY) + above + title_height(_TITLE) + _EDGE
        figure = new_figure(width, height)
        write_title(figure, _TITLE, _EDGE, height - _EDGE)
        bottom = height - _EDGE - title_height(_TITLE) - above - tall
        axes = add_axes(figure, left, bottom, cell * len(signed), tall)
        limit = max(0.5, float(np.nanmax(np.abs(values), initial=0.0)))
        axes.set_facecolor(MISSING_COLOR)
        mesh = axes.pcolormesh(values[::-1], cmap=diverging_colors(), vmin=-limit, vmax=limit, edgecolors="white",
                               linewidth=0.3)  # fmt: skip
        dots = np.argwhere(screen.fdr[np.ix_(rows, signed)] <= _FDR)
        axes.plot(dots[:, 1] + 0.5, len(rows) - dots[:, 0] - 0.5, "o", color="black", markersize=1.8)
        axes.set_yticks(np.arange(len(rows)) + 0.5, names[::-1], fontsize=SMALLEST_TEXT)
        axes.set_xticks(np.arange(len(signed)) + 0.5, heads, rotation=90, fontsize=SMALLEST_TEXT)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        top = height - _EDGE - title_height(_TITLE) - above
        key = add_axes(figure, width - _EDGE - _KEY_GAP + 3.0, top - _KEY, 2.6, _KEY)
        figure.colorbar(mesh, cax=key, ticks=[-limit, 0, limit], format="{x:.1f}")
        key.set_title("r", fontsize=SMALLEST_TEXT, pad=LINE)
        figure.caption = _caption(screen, len(rows), len(signed))
    return figure


def _caption(screen: CorrelationScreen, drawn: int, columns: int) -> str:
    how = ", ".join(dict.fromkeys(method for method in screen.method if method != "eta"))
    parts = [
        f"Correlation ({how}) of the {drawn} miRNAs with the smallest P, the smallest first; dots: FDR ≤ {_FDR:g} "
        f"over all {int((~np.isnan(screen.p)).sum()):,} tests; gray: not computed."
    ]
    if columns < len(screen.variables):
        parts.append("Columns of levels without order have no sign and are in the table only.")
    return " ".join(parts)
