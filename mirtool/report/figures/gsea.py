"""The figure of a gene set enrichment analysis: the running sums of its first sets, where their genes stand."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from mirtool.errors import NotEnoughDataError
from mirtool.network.enrichment.gsea import GseaTable, running_sum
from mirtool.report.figures.canvas import (
    LINE,
    MUTED_COLOR,
    SMALLEST_TEXT,
    Drawing,
    add_axes,
    call_colors,
    diverging_colors,
    house_style,
    minus,
    new_figure,
    page_width,
    shorten,
)
from mirtool.report.figures.legend import title_height, write_title
from mirtool.wording import plural

SETS_DRAWN = 6
# Millimeters.
WIDTH, LEAST_WIDTH, SIDE_BY_SIDE = 180.0, 80.0, 130.0
MARGIN, GAP, EDGE = 13.0, 13.0, 3.0
CURVE, TICKS, BAR = 27.0, 5.0, 2.5
HEAD, FOOT = 2.4 * LINE, 1.0
AXIS_TEXT = 8.0
_SHORT_TICK = 0.55
"""Height of the lines of genes outside of the leading edge, over that of its own."""


@house_style()
def gsea_figure(result: GseaTable, *, n_sets: int = SETS_DRAWN) -> Drawing:
    """Draw the running sums of the first sets of a result.

    Each panel has the running sum over the list of genes, a line for each gene of the set, and the scores of the
    list in color: what is up on the left, what is down on the right. The genes of the leading edge are colored,
    and their lines longer.

    Parameters
    ----------
    result
        The sets in the order in which they are drawn.
    n_sets
        At most as many.

    Returns
    -------
    Drawing
        180 mm wide, unless another width was asked for, two panels per row; one below 130 mm.

    Raises
    ------
    NotEnoughDataError
        Where no set was tested.
    """
    drawn = min(n_sets, len(result))
    if not drawn:
        raise NotEnoughDataError("there is no gene set to draw")
    width = page_width(WIDTH, LEAST_WIDTH)
    columns = 2 if width >= SIDE_BY_SIDE and drawn > 1 else 1
    panel = HEAD + CURVE + TICKS + BAR + FOOT
    rows = -(-drawn // columns)
    across = (width - MARGIN - EDGE - (columns - 1) * GAP) / columns
    head = title_height("") + EDGE
    height = rows * (panel + 3) + AXIS_TEXT + head
    figure = new_figure(width, height)
    write_title(figure, "", MARGIN, height - EDGE)
    for i in range(drawn):
        left = MARGIN + (i % columns) * (across + GAP)
        bottom = height - head - (i // columns + 1) * (panel + 3)
        _draw_panel(figure, result, i, left, bottom, across)
    by = shorten(f"genes in the order of {result.ranked.by}, highest first", width - 2 * EDGE, SMALLEST_TEXT + 1)
    figure.text(0.5, AXIS_TEXT / 2 / height, by, ha="center", va="center", fontsize=SMALLEST_TEXT + 1)
    figure.caption = " ".join(_caption(result, drawn))
    return figure


def _draw_panel(figure: Drawing, result: GseaTable, i: int, left: float, bottom: float, across: float) -> None:
    color = call_colors()["up" if result.es[i] > 0 else "down"]
    scores = result.ranked.score
    n_genes = len(scores)
    curve = add_axes(figure, left, bottom + FOOT + BAR + TICKS, across, CURVE)
    total = running_sum(result.positions[i], np.abs(scores) ** result.weight)
    curve.axhline(0, color=MUTED_COLOR, linewidth=0.5)
    curve.plot(np.arange(n_genes + 1), total, color=color, linewidth=1.0)
    curve.plot(result.peak[i], result.es[i], marker="o", markersize=3, color=color, clip_on=False)
    curve.margins(y=0.12)
    curve.set_xlim(0, n_genes)
    curve.set_xticks([])
    curve.spines["bottom"].set_visible(False)
    curve.yaxis.set_major_formatter(lambda value, _: minus(value, 1))
    curve.locator_params(axis="y", nbins=5)
    if left == MARGIN:
        curve.set_ylabel("running sum")
    _write_head(curve, result, i, across)

    ticks = add_axes(figure, left, bottom + FOOT + BAR, across, TICKS)
    own = result.positions[i]
    edge = own < result.peak[i] if result.es[i] > 0 else own >= result.peak[i]
    for rows, shade, length in ((own[~edge], MUTED_COLOR, _SHORT_TICK), (own[edge], color, 1.0)):
        ticks.vlines(rows + 0.5, 0, length, color=shade, linewidth=0.4)
    bar = add_axes(figure, left, bottom + FOOT, across, BAR)
    limit = float(np.quantile(np.abs(scores), 0.98)) or 1.0
    shown = scores[np.linspace(0, n_genes - 1, 600).astype(int)]
    bar.imshow(
        shown[np.newaxis],
        aspect="auto",
        cmap=diverging_colors(),
        vmin=-limit,
        vmax=limit,
        extent=(0, n_genes, 0, 1),
    )
    for axes in (ticks, bar):
        axes.set_xlim(0, n_genes)
        axes.set_ylim(0, 1)
        axes.set_axis_off()


def _write_head(curve: Axes, result: GseaTable, i: int, across: float) -> None:
    numbers = (
        f"{result.size[i]} genes, NES {minus(float(result.nes[i]), 2)}, P {result.p_value[i]:.2g}, "
        f"FDR {result.fdr[i]:.2g}"
    )
    top = 1 + (LINE + 0.8) / CURVE
    curve.text(
        0, top, shorten(result.terms[i], across / 1.2, SMALLEST_TEXT + 1), transform=curve.transAxes, weight="bold"
    )
    curve.text(0, 1 + 0.6 / CURVE, shorten(numbers, across), transform=curve.transAxes, fontsize=SMALLEST_TEXT)


def _caption(result: GseaTable, drawn: int) -> list[str]:
    left = len(result) - drawn
    return [
        f"Running sum of the first {plural(drawn, 'gene set')} over {plural(len(result.ranked), 'gene')} in the "
        f"order of {result.ranked.by}; the dot is the enrichment score.",
        "Each line under a curve is a gene of the set; those of the leading edge are colored and longer.",
        "Color under them: the genes' scores, up at the left, down at the right.",
        f"Tested: {plural(len(result), 'set')} of {result.min_size} to {result.max_size} genes; source: "
        f"{result.source}.",
        f"P and NES from {result.permutations:,} random sets of each size; FDR by Benjamini and Hochberg.",
        *([f"{left:,} more {'set is' if left == 1 else 'sets are'} in the table."] if left > 0 else []),
    ]
