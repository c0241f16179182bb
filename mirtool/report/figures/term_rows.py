"""What the figures of an enrichment share: a page with one row per term, the terms' names, and the caption.

On a page names are in a column on the left of the panels, in a narrow figure above their rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from mirtool.model import IntArray
from mirtool.network.enrichment.over_representation import (
    DEGREE_NULL,
    GENE_NULL,
    MIRNA_NULL,
    SURVIVING_FDR,
    EnrichmentTable,
)
from mirtool.report.figures.canvas import (
    LINE,
    MUTED_COLOR,
    SMALLEST_TEXT,
    Drawing,
    add_axes,
    figure_title,
    new_figure,
    page_axes,
    page_width,
    shorten,
    text_width,
    wrap,
)
from mirtool.report.figures.sheet import draw_title
from mirtool.wording import plural

N_TERMS = 10
NULL_WORDS = {
    GENE_NULL: "random genes",
    MIRNA_NULL: "random miRNAs",
    DEGREE_NULL: "degree-matched miRNAs",
}
"""What each null is called in figures."""
USUAL_WIDTH, LEAST_WIDTH, WIDE = 180.0, 80.0, 150.0
SMALLEST_FDR = 1e-300
"""An FDR below is drawn and written as this one."""

_TITLE = 7.5
_NAMES = 62.0
_TO_PANEL = 2.5
_WIDE_ROW, _BETWEEN = 8.0, 1.2


@dataclass(frozen=True, eq=False)
class TermPage:
    """A page with rows of terms; lengths are millimeters, heights in the body are counted from its top.

    Parameters
    ----------
    figure, page
        The figure, and axes in millimeters over all of it.
    rows
        The terms, row numbers of the result, from the top.
    left, right
        Where panels can be.
    top
        The height of the body's upper edge.
    body
        Its height.
    middles
        Of each row's band, where bars and dots are.
    """

    figure: Drawing
    page: Axes
    rows: IntArray
    width: float
    left: float
    right: float
    top: float
    body: float
    middles: list[float]

    @property
    def wide(self) -> bool:
        """True where names are on the left of the panels."""
        return self.width >= WIDE

    def panel(self, left: float, width: float) -> Axes:
        """Add axes over the body whose vertical unit is a millimeter from its top."""
        axes = add_axes(self.figure, left, self.top - self.body, width, self.body)
        axes.set_ylim(self.body, 0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.patch.set_visible(False)
        axes.set_zorder(self.page.get_zorder() - 1)
        return axes

    def write(self, x: float, y: float, text: str, *, side: str = "left", muted: bool = False) -> None:
        """Write a line of the smallest text; lines of a panel behind it stop there."""
        self.page.text(
            x, y, text, fontsize=SMALLEST_TEXT, color=MUTED_COLOR if muted else "black", ha=side,
            va="center_baseline", bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip


def term_width() -> float:
    """Return how wide the figures of an enrichment are."""
    return page_width(USUAL_WIDTH, LEAST_WIDTH)


def margin_of(width: float) -> float:
    """Return what is left free on each side of a figure."""
    return 6.0 if width >= WIDE else 3.0


def term_page(
    result: EnrichmentTable,
    n_terms: int,
    *,
    head: float,
    foot: float,
    notes: Sequence[str] = (),
    key: tuple[float, float] = (0.0, 0.0),
    band: float = 5.0,
) -> TermPage:
    """Make the page with its title and the names of the terms.

    Parameters
    ----------
    result, n_terms
        What is drawn.
    head, foot
        Room above and below the body.
    notes
        One short text per row, at the right; none where empty.
    key
        Width and height of a key on the right of a wide figure.
    band
        Height of what is drawn of a term, below its name in a narrow figure.
    """
    rows = drawn_rows(result, n_terms)
    width = term_width()
    margin, wide = margin_of(width), width >= WIDE
    title = figure_title(f"{result.source.partition(' (')[0]}, {result.query}")
    note_room = max(map(text_width, notes), default=-3.0) + 3.0
    room = _NAMES if wide else width - 2 * margin - note_room
    names = [fit_name(result.terms[row], room, lines=2) for row in rows]
    tops, middles = [], []
    used = 0.0
    for lines in names:
        tall = _WIDE_ROW if wide else LINE * len(lines) + band + _BETWEEN
        tops.append(used)
        middles.append(used + (tall / 2 if wide else LINE * len(lines) + band / 2))
        used += tall
    body = max(used, key[1] if wide else 0.0)
    height = margin / 2 + (_TITLE if title else 0.0) + head + body + foot + margin / 2
    figure = new_figure(width, height)
    page = page_axes(figure)
    draw_title(page, title, margin_of(width))
    top = margin / 2 + foot + body
    left = margin + _NAMES + _TO_PANEL if wide else margin + 0.5
    right = width - margin - ((key[0] if key[0] else note_room) if wide else 0.0)
    made = TermPage(figure, page, rows, width, left, right, top, body, middles)
    for i, lines in enumerate(names):
        for k, line in enumerate(lines):
            if wide:
                y = top - middles[i] + LINE * ((len(lines) - 1) / 2 - k)
                made.write(margin + _NAMES, y, line, side="right")
            else:
                made.write(margin, top - tops[i] - LINE * (k + 0.5), line)
        if notes:
            at = middles[i] if wide else tops[i] + LINE / 2
            made.write(width - margin, top - at, notes[i], side="right")
    return made


def drawn_rows(result: EnrichmentTable, n_terms: int = N_TERMS) -> IntArray:
    """Return the rows that are drawn, in the table's order.

    Terms that are significant under some null, of reduced terms those that represent themselves; where no term is
    significant, the first with a hit.
    """
    shown = result.hits > 0
    if result.survives_any.any():
        shown &= result.reduction.stands_for_itself if result.reduction else result.survives_any
    return np.flatnonzero(shown)[:n_terms].astype(np.int64)


def fit_name(name: str, width_mm: float, lines: int) -> list[str]:
    """Break a term's name to lines, the last shortened where they are too many; call it inside ``house_style``."""
    found = list(wrap([name.replace("_", " ") if " " not in name else name], width_mm))
    if len(found) > lines:
        found = [*found[: lines - 1], shorten(" ".join(found[lines - 1 :]), width_mm)]
    return [shorten(line, width_mm) for line in found]


def fdr_words(fdr: float) -> str:
    """Return an FDR as figures write it.

    Examples
    --------
    >>> fdr_words(0.27), fdr_words(3.21e-7), fdr_words(0.0)
    ('= 0.27', '= 3.2e-07', '< 1e-300')
    """
    return f"= {fdr:.2g}" if fdr >= SMALLEST_FDR else f"< {SMALLEST_FDR:.0e}"


def about_terms(result: EnrichmentTable, rows: IntArray) -> list[str]:
    """Return for a caption what was tested, which terms are drawn, in which order, and how many are not."""
    n = len(result.tests)
    sentences = [
        f"Gene sets: {result.source}; {plural(len(result), 'term')} of {result.min_size} to {result.max_size} "
        f"genes tested for {plural(result.query_size, 'gene')} ({result.query}) of {result.universe_size:,}."
    ]
    significant = int(result.survives_any.sum())
    if not significant:
        null = NULL_WORDS[result.nulls[0]]
        sentences.append(f"No term is significant (FDR ≤ {SURVIVING_FDR:g}){' under any null' if n > 1 else ''}.")
        sentences.append(f"Drawn are the {len(rows)} with the smallest FDR against {null}.")
    else:
        under = " under at least one null" if n > 1 else ""
        sentences.append(f"{significant_terms(significant)}{under}.")
        sentences += about_reduction(result)
        order = "significant under most nulls first, then smallest FDR" if n > 1 else "smallest FDR first"
        sentences.append(f"{len(rows)} {'is' if len(rows) == 1 else 'are'} drawn, {order}.")
    empty = [test for test in result.tests if not test.survives.any()]
    if significant and empty:
        smallest = min(float(test.fdr.min(initial=1)) for test in empty)
        names = " or ".join(NULL_WORDS[test.name] for test in empty)
        sentences.append(f"No term is significant against {names} (smallest FDR {fdr_words(smallest)}).")
    if result.draws_needed:
        draws = max(test.draws for test in result.tests)
        sentences.append(
            f"{draws:,} draws cannot make one term alone significant among {len(result):,}; "
            f"{result.draws_needed:,} can."
        )
    return sentences


def significant_terms(n: int) -> str:
    """Return the beginning of a sentence that counts them.

    Examples
    --------
    >>> significant_terms(1)
    '1 term is significant (FDR ≤ 0.05)'
    """
    return f"{plural(n, 'term')} {'is' if n == 1 else 'are'} significant (FDR ≤ {SURVIVING_FDR:g})"


def about_reduction(result: EnrichmentTable) -> list[str]:
    """Return for a caption how many significant terms others represent, and by which rule; nothing without."""
    if result.reduction is None:
        return []
    significant, alone = int(result.survives_any.sum()), int(result.reduction.stands_for_itself.sum())
    explained = int(result.reduction.explained.sum())
    similar = significant - alone - explained
    general = plural(explained, "general term")
    parts = [f"{general} by more specific ones that explain the hits"] if explained else []
    parts += [f"{similar:,} by terms with similar genes"] if similar else []
    verb = "is" if significant - alone == 1 else "are"
    return [f"Of these {significant - alone:,} {verb} represented by others: {', '.join(parts)}."] if parts else []
