"""The terms on top of an enrichment, as bars and as dots, each against every null it was tested with.

Both figures show the same terms in the table's order
(:func:`mirtool.network.enrichment.over_representation.term_order`): significant under most nulls first, then by
FDR. Only significant terms are drawn; where none is under any null, those with the smallest FDR against random
genes, and this is said. Of terms that were reduced, only those that represent themselves are drawn.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from mirtool.model import BoolArray, FloatArray, IntArray
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
    Drawing,
    add_axes,
    house_style,
    text_width,
)
from mirtool.report.figures.term_rows import (
    N_TERMS,
    NULL_WORDS,
    SMALLEST_FDR,
    WIDE,
    TermPage,
    about_terms,
    drawn_rows,
    fdr_words,
    margin_of,
    term_page,
    term_width,
)
from mirtool.wording import plural

BAR_COLORS = ("#3F5873", "#C8D2DC")
"""Bars of significant terms and of others; neither is a color of up or down, and they differ in gray print too."""
FDR_COLORS: Colormap = LinearSegmentedColormap.from_list("FDR", ["#BFCBD8", "#5F7E9E", "#142334"])
"""From light to dark: the darker, the smaller the FDR."""

_BAR_HEIGHT = 4.6
_FDR_KEY = 20.0
_PANEL_GAP = 7.0
_HEAD_WIDTH = 25.0
_MARKS = {GENE_NULL: "o", MIRNA_NULL: "s", DEGREE_NULL: "^"}
_SMALLEST_AREA, _LARGEST_AREA = 9.0, 60.0
_DARKEST = 4.0  # -log10 of the FDR from which on dots no longer become darker
_DASHED = (0, (4, 3))


def enrichment_bars(result: EnrichmentTable, *, n_terms: int = N_TERMS) -> Drawing:
    """Draw −log₁₀ of the FDR of the terms on top, one panel per null, each on a scale of its own.

    Parameters
    ----------
    result
        One query against all terms, with at least one hit.
    n_terms
        At most as many terms.

    Returns
    -------
    Drawing
        As high as it needs. Pale bars are not significant (FDR above 0.05, the dashed line). A triangle at the end
        of a bar marks a P that is as small as the number of draws allows. A panel without a significant term says
        so, with the smallest FDR of all terms.
    """
    with house_style():
        rows = drawn_rows(result, n_terms)
        hits = [f"{result.hits[row]:,} of {result.set_size[row]:,}" for row in rows]
        any_floor = any(at_floor(test)[rows].any() for test in result.tests)
        heads = [_head(test, rows) for test in result.tests]
        frame = term_page(
            result,
            n_terms,
            head=LINE * max(map(len, heads)) + 1.5,
            foot=9.5 + (LINE + 1.5 if any_floor else 0.0),
            notes=hits,
        )
        gap = _PANEL_GAP if frame.wide else 4.5
        n = len(result.tests)
        width = (frame.right - frame.left - gap * (n - 1)) / n
        for i, (test, head) in enumerate(zip(result.tests, heads, strict=True)):
            left = frame.left + i * (width + gap)
            _draw_bars(frame.panel(left, width), test, frame)
            for k, line in enumerate(reversed(head)):
                frame.write(left, frame.top + 2.0 + LINE * k, line, muted=True)
        if frame.wide:
            frame.write(frame.width - margin_of(frame.width), frame.top + 2.0, "hits", side="right", muted=True)
        if any_floor:
            _draw_floor_key(frame, max(test.draws for test in result.tests))
    floor = [_about_floor(result)] if any_floor else []
    zero = any((test.fdr[rows] < SMALLEST_FDR).any() for test in result.tests)
    frame.figure.caption = " ".join(
        [
            *about_terms(result, rows),
            f"Bars: −log₁₀ of the FDR, each panel has its own scale; dashed: FDR {SURVIVING_FDR:g}; pale: above.",
            *floor,
            *([f"An FDR below {SMALLEST_FDR:.0e} is drawn as {SMALLEST_FDR:.0e}."] if zero else []),
            "Numbers: hits of the genes in the term.",
        ]
    )
    return frame.figure


def enrichment_dots(result: EnrichmentTable, *, n_terms: int = N_TERMS) -> Drawing:
    """Draw the fold enrichment of the terms on top: one dot per null, its size the hits, its color the FDR.

    A dot is open where the term is not significant under that null.

    Parameters
    ----------
    result, n_terms
        As for :func:`enrichment_bars`.

    Returns
    -------
    Drawing
        As high as it needs.
    """
    with house_style():
        lines = len(result.tests)
        key = 10.0 + max(text_width(NULL_WORDS[name]) for name in result.nulls)
        foot = 9.5 if term_width() >= WIDE else 13.0 + _FDR_KEY
        frame = term_page(
            result, n_terms, head=1.0, foot=foot, key=(key, LINE * (lines + 5) + _FDR_KEY + 6), band=6.6
        )
        rows = frame.rows
        axes = frame.panel(frame.left, frame.right - frame.left)
        areas = _areas(result.hits[rows], int(result.hits[rows].max(initial=1)))
        reach = 1.9 if frame.wide else 1.5
        shift = np.linspace(-reach, reach, lines) if lines > 1 else np.zeros(1)
        for middle in frame.middles:
            axes.axhline(middle, color="#E6E6E6", linewidth=0.4, zorder=0)
        for test, offset in zip(result.tests, shift, strict=True):
            _draw_dots(axes, test, frame, areas, float(offset))
        _scale_folds(axes, np.concatenate([test.fold_enrichment[rows] for test in result.tests]))
        axes.axvline(1, color=MUTED_COLOR, linewidth=0.4, linestyle=_DASHED, zorder=0)
        axes.set_xlabel("fold enrichment (hits / expected hits)", labelpad=2)
        _draw_dot_keys(frame, result)
    missing = sum(int(np.isnan(test.fold_enrichment[rows]).sum()) for test in result.tests)
    frame.figure.caption = " ".join(
        [
            *about_terms(result, rows),
            "Fold enrichment: hits over the hits that each null expects.",
            f"Filled: FDR ≤ {SURVIVING_FDR:g} against this null, the darker, the smaller; open: above.",
            *([f"Not drawn: {plural(missing, 'dot')} where the null never hits."] if missing else []),
        ]
    )
    return frame.figure


def at_floor(test: NullTest) -> BoolArray:
    """Mask of the terms whose P is as small as the number of draws allows: 1 / (draws + 1)."""
    mask: BoolArray = test.p_value <= (1 + 1e-9) / (test.draws + 1) if test.draws else test.p_value < 0
    return mask


def _about_floor(result: EnrichmentTable) -> str:
    draws = max(test.draws for test in result.tests)
    return (
        f"Triangles: no draw had as many hits; P is then 1 / {draws + 1:,}, the smallest that {draws:,} draws can "
        "give, and more draws may make it smaller."
    )


def _head(test: NullTest, rows: IntArray) -> list[str]:
    """Return what stands over a panel: what it compares with, and why no bar in it is dark where none is."""
    words = NULL_WORDS[test.name]
    first, _, last = words.rpartition(" ")
    lines = [words] if text_width(words) <= _HEAD_WIDTH else [first, last]
    if test.survives[rows].any():
        return lines
    if test.survives.any():
        return [*lines, "none of these"]
    return [*lines, f"none: FDR {fdr_words(float(test.fdr.min(initial=1))).replace('=', '≥')}"]


def _draw_floor_key(frame: TermPage, draws: int) -> None:
    y = margin_of(frame.width) / 2 + LINE / 2
    x = frame.left + 1 if frame.wide else margin_of(frame.width) + 1
    frame.page.scatter([x], [y], marker=">", s=13, facecolors="white", edgecolors="black", linewidths=0.6)
    frame.write(x + 2.5, y, f"smallest P that {draws:,} draws can give")


def strength_of(fdr: FloatArray) -> FloatArray:
    """Return −log10 of an FDR; one below :data:`SMALLEST_FDR` counts as that."""
    strength: FloatArray = -np.log10(np.maximum(fdr, SMALLEST_FDR)) + 0.0
    return strength


def _draw_bars(axes: Axes, test: NullTest, frame: TermPage) -> None:
    rows = frame.rows
    strength = strength_of(test.fdr[rows])
    colors = [BAR_COLORS[0] if survives else BAR_COLORS[1] for survives in test.survives[rows]]
    middles = np.array(frame.middles)
    height = _BAR_HEIGHT if frame.wide else 3.8
    axes.barh(middles, strength, height=height, color=colors)
    bar = -np.log10(SURVIVING_FDR)
    axes.axvline(bar, color=MUTED_COLOR, linewidth=0.6, linestyle=_DASHED)
    axes.axvline(0, color="black", linewidth=0.6)
    floor = at_floor(test)[rows]
    longest = max(float(strength.max(initial=0)), 1.5 * bar)
    end = longest * (1.14 if floor.any() else 1.04)
    axes.set_xlim(0, end)
    axes.scatter(
        strength[floor] + end * 0.045, middles[floor], marker=">", s=13, facecolors="white", edgecolors="black",
        linewidths=0.6, zorder=3, clip_on=False,
    )  # fmt: skip
    axes.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.set_xlabel("−log₁₀ FDR", labelpad=2)


def _areas(hits: IntArray, most: int) -> FloatArray:
    """Return area of dots in square points: proportional to the hits, but for the smallest that can be seen."""
    areas: FloatArray = np.maximum(_LARGEST_AREA * hits / most, _SMALLEST_AREA)
    return areas


def _draw_dots(axes: Axes, test: NullTest, frame: TermPage, areas: FloatArray, offset: float) -> None:
    scale, rows = _fdr_scale(), frame.rows
    survives = test.survives[rows]
    faces = [
        FDR_COLORS(scale(value)) if own else (1.0, 1.0, 1.0, 1.0)
        for value, own in zip(strength_of(test.fdr[rows]), survives, strict=True)
    ]
    axes.scatter(
        test.fold_enrichment[rows],
        np.array(frame.middles) + offset,
        s=areas,
        c=faces,
        marker=_MARKS[test.name],
        edgecolors=["white" if own else NEUTRAL_COLOR for own in survives],
        linewidths=[0.3 if own else 0.8 for own in survives],
        zorder=3,
        clip_on=False,
    )


def _scale_folds(axes: Axes, folds: FloatArray) -> None:
    """Make the axis of fold enrichments logarithmic, with plain numbers that are apart from each other."""
    low, high = (float(edge(folds, initial=1.0)) for edge in (np.nanmin, np.nanmax))
    ends = min(low * 0.85, 0.8), max(high * 1.2, 2.4)
    axes.set_xscale("log")
    axes.set_xlim(*ends)
    axes.xaxis.set_major_locator(LogLocator(10, subs=(1, 1.5, 2, 3, 5) if ends[1] / ends[0] < 6 else (1, 2, 5)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _fdr_scale() -> Normalize:
    return Normalize(-np.log10(SURVIVING_FDR), _DARKEST, clip=True)


def _draw_dot_keys(frame: TermPage, result: EnrichmentTable) -> None:
    """Explain shapes, sizes and colors: on the right of a page, below the panel of a narrow figure."""
    if frame.wide:
        x, y = frame.right + 5.0, frame.top - 2.0
    else:
        x, y = margin_of(frame.width), frame.top - frame.body - 12.0
    frame.write(x, y, "compared with", muted=True)
    for test in result.tests:
        y -= LINE * 1.15
        frame.page.scatter([x + 1.5], [y], s=22, marker=_MARKS[test.name], color=NEUTRAL_COLOR, linewidths=0)
        frame.write(x + 4.5, y, NULL_WORDS[test.name])
    if frame.wide:
        below = _draw_sizes(frame, result, x, y - 6.5, down=True)
        _draw_fdr_bar(frame, x, below - 3.0)
    else:
        top = frame.top - frame.body - 12.0
        middle = x + 37.0
        below = _draw_sizes(frame, result, middle, top, down=True)
        _draw_fdr_bar(frame, middle + 20.0, top)


def _draw_sizes(frame: TermPage, result: EnrichmentTable, x: float, y: float, *, down: bool) -> float:
    """Draw the fewest and most hits that occur; return the height of the lower end."""
    frame.write(x, y, "hits", muted=True)
    hits = result.hits[frame.rows]
    most = int(hits.max(initial=1))
    for n in sorted({int(hits.min(initial=most)), most}):
        y -= LINE * 1.25
        frame.page.scatter([x + 1.5], [y], s=_areas(np.array([n]), most), color=NEUTRAL_COLOR, linewidths=0)
        frame.write(x + 4.5, y, f"{n:,}")
    return y - LINE if down else y


def _draw_fdr_bar(frame: TermPage, x: float, y: float) -> None:
    """Draw the scale of the FDR, upright, so that its numbers are apart."""
    frame.write(x, y, "FDR", muted=True)
    tall = _FDR_KEY - 5.0
    axes = add_axes(frame.figure, x, y - 3.0 - tall, 2.5, tall)
    bar = frame.figure.colorbar(ScalarMappable(_fdr_scale(), FDR_COLORS), cax=axes)
    bar.ax.yaxis.set_major_locator(FixedLocator([-np.log10(SURVIVING_FDR), 2, 3, 4]))
    bar.ax.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{10**-value:.1g}" if value < _DARKEST else f"≤ {10**-_DARKEST:g}")
    )
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=SMALLEST_TEXT)
