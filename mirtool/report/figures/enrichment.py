"""The terms on top of an enrichment, as bars and as dots, each against every null it was tested with.

Both figures show the same terms in the table's order
(:func:`mirtool.network.enrichment.over_representation.term_order`): significant under most nulls first, then by
FDR. Only significant terms are drawn; where none is under any null, those with the smallest FDR against random
genes, and this is said. Of terms that were reduced, only those that represent themselves are drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from mirtool.model import FloatArray, IntArray
from mirtool.network.enrichment.over_representation import (
    DEGREE_NULL,
    GENE_NULL,
    MIRNA_NULL,
    SURVIVING_FDR,
    EnrichmentTable,
    NullTest,
)
from mirtool.report.figures.canvas import (
    LINE,
    MUTED_COLOR,
    NEUTRAL_COLOR,
    SMALLEST_TEXT,
    TEXT,
    add_axes,
    house_style,
    new_figure,
    shorten,
    text_width,
    wrap,
)
from mirtool.wording import plural

WIDTH = 180.0
N_TERMS = 10
NULL_WORDS = {
    GENE_NULL: "random genes",
    MIRNA_NULL: "random miRNAs",
    DEGREE_NULL: "degree-matched miRNAs",
}
"""What each null is called in figures."""
FDR_COLORS: Colormap = LinearSegmentedColormap.from_list("FDR", ["#9BC9E8", "#0072B2", "#0B2545"])
"""Okabe and Ito's blue from light to dark: the darker, the smaller the FDR."""

_MARGIN = 6.0
_TOP, _BOTTOM = 17.0, 24.0
_NAMES_TO, _PLOT_FROM = 68.0, 70.5
_ROW = 8.0
_MARKS = {GENE_NULL: "o", MIRNA_NULL: "s", DEGREE_NULL: "^"}
_SMALLEST_AREA, _LARGEST_AREA = 9.0, 65.0
_DARKEST = 4.0  # -log10 of the FDR from which on dots no longer become darker


@dataclass(frozen=True, eq=False)
class _Frame:
    """The figure, the rows drawn in it from the top, and where they are."""

    figure: Figure
    page: Axes
    rows: IntArray
    height: float

    @property
    def body(self) -> float:
        return _ROW * len(self.rows)


def drawn_rows(result: EnrichmentTable, n_terms: int = N_TERMS) -> IntArray:
    """Return the rows that are drawn, in the table's order.

    Terms that are significant under some null, of reduced terms those that represent themselves; where no term is
    significant, the first with a hit.
    """
    shown = result.hits > 0
    if result.survives_any.any():
        shown &= result.reduction.stands_for_itself if result.reduction else result.survives_any
    return np.flatnonzero(shown)[:n_terms].astype(np.int64)


def enrichment_bars(result: EnrichmentTable, *, n_terms: int = N_TERMS) -> Figure:
    """Draw −log10 of the FDR of the terms on top, one panel a null, each on a scale of its own.

    Parameters
    ----------
    result
        One query against all terms, with at least one hit.
    n_terms
        At most as many terms.

    Returns
    -------
    Figure
        180 mm wide, as high as it needs. Bars up to the dashed line (FDR 0.05) and below are pale. A panel without
        a significant term says so, with the smallest FDR of all terms.
    """
    with house_style():
        frame = _frame(result, n_terms)
        counts_at = WIDTH - _MARGIN
        n, gap = len(result.tests), 7.0
        width = (counts_at - 19 - _PLOT_FROM - gap * (n - 1)) / n
        for i, test in enumerate(result.tests):
            axes = _panel(frame, _PLOT_FROM + i * (width + gap), width)
            _draw_bars(axes, test, frame.rows)
            _explain_empty(axes, test, frame.rows)
            _head(frame, _PLOT_FROM + i * (width + gap), NULL_WORDS[test.name], width)
        _head(frame, counts_at, "hits", 30, side="right")
        for i, row in enumerate(frame.rows):
            words = f"{result.hits[row]:,} of {result.set_size[row]:,}"
            frame.page.text(
                counts_at, _height_of(frame, i), words, fontsize=SMALLEST_TEXT, ha="right", va="center"
            )
        scales = "Pale bars: FDR above 0.05. Each panel has its own scale."
        _remark(frame, [*_which(result, frame.rows), *_few_draws(result), scales])
    return frame.figure


def enrichment_dots(result: EnrichmentTable, *, n_terms: int = N_TERMS) -> Figure:
    """Draw the fold enrichment of the terms on top: one dot a null, its size the hits, its color the FDR.

    A dot is open where the term is not significant under that null.

    Parameters
    ----------
    result, n_terms
        As for :func:`enrichment_bars`.

    Returns
    -------
    Figure
        180 mm wide, as high as it needs.
    """
    with house_style():
        frame = _frame(result, n_terms)
        axes = _panel(frame, _PLOT_FROM, 70)
        areas = _areas(result.hits[frame.rows], int(result.hits[frame.rows].max(initial=1)))
        shift = np.linspace(-0.24, 0.24, len(result.tests)) if len(result.tests) > 1 else np.zeros(1)
        for i in range(len(frame.rows)):
            axes.axhline(i, color="#E6E6E6", linewidth=0.4, zorder=0)
        for test, offset in zip(result.tests, shift, strict=True):
            _draw_dots(axes, test, frame.rows, areas, float(offset))
        _scale_folds(axes, np.concatenate([test.fold_enrichment[frame.rows] for test in result.tests]))
        axes.axvline(1, color=MUTED_COLOR, linewidth=0.4, linestyle=(0, (4, 3)), zorder=0)
        axes.set_xlabel("fold enrichment (hits over hits expected)")
        _draw_dot_keys(frame, result)
        missing = sum(int(np.isnan(test.fold_enrichment[frame.rows]).sum()) for test in result.tests)
        no_fold = [f"Not drawn: {plural(missing, 'dot')} where the null never hits."] if missing else []
        empty = _none_significant(result)
        opened = "Open: FDR above 0.05 against this null."
        _remark(frame, [*_which(result, frame.rows), *empty, *_few_draws(result), opened, *no_fold])
    return frame.figure


def _frame(result: EnrichmentTable, n_terms: int) -> _Frame:
    """Make the figure with its title and the names of the terms."""
    rows = drawn_rows(result, n_terms)
    height = _TOP + max(_ROW * len(rows), 5 * _ROW) + _BOTTOM
    figure = new_figure(WIDTH, height)
    page = page_axes(figure, height)
    frame = _Frame(figure, page, rows, height)
    draw_title(page, height, f"Gene sets, {result.query}", result.source)
    for i, row in enumerate(rows):
        name = "\n".join(fit_name(result.terms[row], _NAMES_TO - _MARGIN, lines=2))
        page.text(
            _NAMES_TO, _height_of(frame, i), name, fontsize=SMALLEST_TEXT, ha="right", va="center", linespacing=1.1
        )
    return frame


def page_axes(figure: Figure, height: float) -> Axes:
    """Return axes over the whole figure, in millimeters, without lines."""
    page = add_axes(figure, 0, 0, WIDTH, height)
    page.set_xlim(0, WIDTH)
    page.set_ylim(0, height)
    page.axis("off")
    return page


def draw_title(page: Axes, height: float, title: str, source: str) -> None:
    """Write the title on the left, and the gene sets' name small on the right of it."""
    page.text(_MARGIN, height - 6, title, fontsize=TEXT + 1, fontweight="bold", va="center")
    room = WIDTH - 2 * _MARGIN - 1.25 * text_width(title, TEXT + 1)
    page.text(
        WIDTH - _MARGIN, height - 6, shorten(source, room), fontsize=SMALLEST_TEXT, color=MUTED_COLOR,
        ha="right", va="center",
    )  # fmt: skip


def fit_name(name: str, width_mm: float, lines: int) -> list[str]:
    """Break a term's name to lines, the last shortened where they are too many; call it inside ``house_style``."""
    found = list(wrap([name.replace("_", " ") if " " not in name else name], width_mm))
    if len(found) > lines:
        found = [*found[: lines - 1], shorten(" ".join(found[lines - 1 :]), width_mm)]
    return [shorten(line, width_mm) for line in found]


def _height_of(frame: _Frame, i: float) -> float:
    return frame.height - _TOP - _ROW * (i + 0.5)


def _head(frame: _Frame, x: float, words: str, width: float, side: str = "left") -> None:
    words = shorten(words, width + 8)
    y = frame.height - _TOP + 3.5
    frame.page.text(x, y, words, fontsize=SMALLEST_TEXT, color=MUTED_COLOR, ha=side, va="center")


def _panel(frame: _Frame, left: float, width: float) -> Axes:
    """Add axes whose rows are the terms, the first on top at 0."""
    axes = add_axes(frame.figure, left, frame.height - _TOP - frame.body, width, frame.body)
    axes.set_ylim(len(frame.rows) - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    return axes


def _strength(fdr: FloatArray) -> FloatArray:
    """Return −log10 of an FDR; one too small for a double counts as the smallest double."""
    strength: FloatArray = -np.log10(np.maximum(fdr, np.finfo(float).tiny)) + 0.0
    return strength


def _draw_bars(axes: Axes, test: NullTest, rows: IntArray) -> None:
    strength = _strength(test.fdr[rows])
    colors = ["#0072B2" if survives else "#B9D3E6" for survives in test.survives[rows]]
    axes.barh(np.arange(len(rows)), strength, height=0.62, color=colors)
    bar = -np.log10(SURVIVING_FDR)
    axes.axvline(bar, color=MUTED_COLOR, linewidth=0.6, linestyle=(0, (4, 3)))
    axes.axvline(0, color="black", linewidth=0.6)
    is_empty = not test.survives[rows].any()  # room for the reason, right of the dashed line
    axes.set_xlim(0, 3 * bar if is_empty else max(float(strength.max(initial=0)), 1.5 * bar) * 1.04)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.set_xlabel("−log10 FDR")


def _explain_empty(axes: Axes, test: NullTest, rows: IntArray) -> None:
    """Say in a panel why no bar in it is dark: no term is significant under the null, or none of those drawn."""
    if test.survives[rows].any():
        return
    if test.survives.any():
        text = "none of these\nis significant"
    else:
        text = f"no term has\nFDR ≤ {SURVIVING_FDR:g}\n(smallest:\n{test.fdr.min(initial=1):.2g})"
    axes.text(
        0.37, 0.5, text, transform=axes.transAxes, fontsize=SMALLEST_TEXT, color=MUTED_COLOR,
        ha="left", va="center",
    )  # fmt: skip


def _none_significant(result: EnrichmentTable) -> list[str]:
    """Say under which nulls no term is significant, where some are under others."""
    empty = [test for test in result.tests if not test.survives.any()]
    if not empty or len(empty) == len(result.tests):
        return []
    smallest = min(float(test.fdr.min(initial=1)) for test in empty)
    names = " or ".join(NULL_WORDS[test.name] for test in empty)
    return [f"No term is significant against {names} (smallest FDR {smallest:.2g})."]


def _few_draws(result: EnrichmentTable) -> list[str]:
    """Return where so few sets were drawn that no term alone can be significant."""
    if not result.draws_needed:
        return []
    draws = max(test.draws for test in result.tests)
    return [f"{draws:,} draws can't make one term alone significant; {result.draws_needed:,} can."]


def _areas(hits: IntArray, most: int) -> FloatArray:
    """Return area of dots in square points: proportional to the hits, but for the smallest that can be seen."""
    areas: FloatArray = np.maximum(_LARGEST_AREA * hits / most, _SMALLEST_AREA)
    return areas


def _draw_dots(axes: Axes, test: NullTest, rows: IntArray, areas: FloatArray, offset: float) -> None:
    scale = _fdr_scale()
    survives = test.survives[rows]
    faces = [
        FDR_COLORS(scale(value)) if own else (1.0, 1.0, 1.0, 1.0)
        for value, own in zip(_strength(test.fdr[rows]), survives, strict=True)
    ]
    axes.scatter(
        test.fold_enrichment[rows],
        np.arange(len(rows)) + offset,
        s=areas,
        c=faces,
        marker=_MARKS[test.name],
        edgecolors=["none" if own else NEUTRAL_COLOR for own in survives],
        linewidths=0.8,
        zorder=3,
        clip_on=False,
    )


def _scale_folds(axes: Axes, folds: FloatArray) -> None:
    """Make the axis of fold enrichments logarithmic, with plain numbers at 1, 2, 5 and their tenfolds."""
    low, high = (float(edge(folds, initial=1.0)) for edge in (np.nanmin, np.nanmax))
    axes.set_xscale("log")
    axes.set_xlim(min(low * 0.85, 0.8), max(high * 1.2, 2.4))
    axes.xaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _fdr_scale() -> Normalize:
    return Normalize(-np.log10(SURVIVING_FDR), _DARKEST, clip=True)


def _draw_dot_keys(frame: _Frame, result: EnrichmentTable) -> None:
    """Explain shapes, sizes and colors on the right."""
    page, x, y = frame.page, 144.0, frame.height - _TOP - 1
    page.text(x, y, "compared with", fontsize=SMALLEST_TEXT, color=MUTED_COLOR, va="center")
    for test in result.tests:
        y -= 4.2
        page.scatter([x + 1.5], [y], s=22, marker=_MARKS[test.name], color=NEUTRAL_COLOR, linewidths=0)
        page.text(x + 4.5, y, NULL_WORDS[test.name], fontsize=SMALLEST_TEXT, va="center")
    y -= 7
    page.text(x, y, "hits", fontsize=SMALLEST_TEXT, color=MUTED_COLOR, va="center")
    hits = result.hits[frame.rows]
    most = int(hits.max(initial=1))
    across = x + 1.5
    for n in sorted({int(hits.min(initial=most)), most}):
        page.scatter([across], [y - 5], s=_areas(np.array([n]), most), color=NEUTRAL_COLOR, linewidths=0)
        page.text(across + 2.5, y - 5, f"{n:,}", fontsize=SMALLEST_TEXT, va="center")
        across += 13
    axes = add_axes(frame.figure, x, y - 18, 24, 2.5)
    bar = frame.figure.colorbar(ScalarMappable(_fdr_scale(), FDR_COLORS), cax=axes, orientation="horizontal")
    bar.ax.xaxis.set_major_locator(FixedLocator([-np.log10(SURVIVING_FDR), 2, 3, 4]))
    bar.ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{10**-value:.1g}" if value < 4 else "≤10⁻⁴"))
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=SMALLEST_TEXT)
    page.text(x, y - 13.5, "FDR", fontsize=SMALLEST_TEXT, color=MUTED_COLOR, va="center")


def _which(result: EnrichmentTable, rows: IntArray) -> list[str]:
    """Return which terms are drawn in which order, and how many are not."""
    significant = int(result.survives_any.sum())
    tested = plural(len(result), "term")
    if not significant:
        null = NULL_WORDS[result.nulls[0]]
        return [
            f"No term is significant (FDR ≤ {SURVIVING_FDR:g}) under any null.",
            f"Drawn: the {len(rows)} of {tested} tested with the smallest FDR against {null}.",
        ]
    under = "under at least one null" if len(result.tests) > 1 else f"(FDR ≤ {SURVIVING_FDR:g})"
    remarks = [f"{len(rows)} of {tested} tested; {significant:,} are significant {under}."]
    if result.reduction is not None:
        alone = int(result.reduction.stands_for_itself.sum())
        remarks.append(f"{significant - alone:,} of these are represented by others and not drawn.")
    order = (
        "significant under most nulls first, then smallest FDR" if len(result.tests) > 1 else "smallest FDR first"
    )
    return [*remarks, f"Order: {order}."]


def _remark(frame: _Frame, sentences: Sequence[str]) -> None:
    for i, line in enumerate(reversed(wrap(sentences, WIDTH - 2 * _MARGIN))):
        y = 4 + i * LINE
        frame.page.text(_MARGIN, y, line, fontsize=SMALLEST_TEXT, color=MUTED_COLOR, va="center")
