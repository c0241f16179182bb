"""The figure of a gene set enrichment analysis: the running sums of its first sets, where their genes stand."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mirtool.errors import NotEnoughDataError
from mirtool.network.enrichment.gsea import GseaTable, running_sum
from mirtool.report.figures.canvas import (
    DOWN_COLOR,
    LINE,
    MUTED_COLOR,
    SMALLEST_TEXT,
    UP_COLOR,
    add_axes,
    diverging_colors,
    house_style,
    minus,
    new_figure,
    shorten,
    wrap,
)

SETS_DRAWN = 6
WIDTH, MARGIN, GAP = 180.0, 13.0, 13.0
CURVE, TICKS, BAR = 27.0, 5.0, 2.5
HEAD, FOOT = 2.4 * LINE, 1.0
AXIS_TEXT = 8.0


@house_style()
def gsea_figure(result: GseaTable, *, n_sets: int = SETS_DRAWN) -> Figure:
    """Draw the running sums of the first sets of a result.

    Each panel has the running sum over the list of genes, a line for each gene of the set, and the scores of the
    list in color: what is up on the left, what is down on the right. The genes of the leading edge are colored.

    Parameters
    ----------
    result
        The sets in the order in which they are drawn.
    n_sets
        At most as many.

    Returns
    -------
    Figure
        180 mm wide, two panels a row.

    Raises
    ------
    NotEnoughDataError
        Where no set was tested.
    """
    drawn = min(n_sets, len(result))
    if not drawn:
        raise NotEnoughDataError("there is no gene set to draw")
    panel = HEAD + CURVE + TICKS + BAR + FOOT
    rows = -(-drawn // 2)
    across = (WIDTH - 2 * MARGIN - GAP) / 2
    remarks = wrap(_remarks(result), WIDTH - MARGIN)
    under = AXIS_TEXT + LINE * len(remarks) + 2
    height = rows * (panel + 3) + under
    figure = new_figure(WIDTH, height)
    for i in range(drawn):
        left = MARGIN + (i % 2) * (across + GAP)
        bottom = height - (i // 2 + 1) * (panel + 3)
        _draw_panel(figure, result, i, left, bottom, across)
    figure.text(
        0.5,
        (under - AXIS_TEXT / 2) / height,
        f"genes in the order of {result.ranked.by}, highest first",
        ha="center",
        va="center",
        fontsize=SMALLEST_TEXT + 1,
    )
    for k, line in enumerate(remarks):
        place = (under - AXIS_TEXT - LINE * (k + 0.5)) / height
        figure.text(MARGIN / WIDTH / 2, place, line, va="center", fontsize=SMALLEST_TEXT, color=MUTED_COLOR)
    return figure


def _draw_panel(figure: Figure, result: GseaTable, i: int, left: float, bottom: float, across: float) -> None:
    color = UP_COLOR if result.es[i] > 0 else DOWN_COLOR
    scores = result.ranked.score
    n_genes = len(scores)
    curve = add_axes(figure, left, bottom + FOOT + BAR + TICKS, across, CURVE)
    total = running_sum(result.positions[i], np.abs(scores) ** result.weight)
    curve.axhline(0, color=MUTED_COLOR, linewidth=0.5)
    curve.plot(np.arange(n_genes + 1), total, color=color, linewidth=1.0)
    curve.plot(result.peak[i], result.es[i], marker="o", markersize=3, color=color, clip_on=False)
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
    for rows, shade in ((own[~edge], MUTED_COLOR), (own[edge], color)):
        ticks.vlines(rows + 0.5, 0, 1, color=shade, linewidth=0.4)
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
        0, top, shorten(result.terms[i], across, SMALLEST_TEXT + 1), transform=curve.transAxes, weight="bold"
    )
    curve.text(0, 1 + 0.6 / CURVE, numbers, transform=curve.transAxes, fontsize=SMALLEST_TEXT)


def _remarks(result: GseaTable) -> list[str]:
    left = len(result) - SETS_DRAWN
    return [
        f"{len(result.ranked):,} genes; {len(result):,} sets of {result.min_size} to {result.max_size} genes of "
        f"{result.source}.",
        f"P and NES from {result.permutations:,} random sets of each size; FDR by Benjamini and Hochberg.",
        *([f"{left:,} more {'set is' if left == 1 else 'sets are'} in the table."] if left > 0 else []),
    ]
