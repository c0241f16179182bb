"""The enrichment map on one page: significant terms as numbered circles, joined where they share genes.

The names are next to the map, one a line in the order of the table, so that none covers another and all are read
at the size of print. The same result gives the same picture.

References
----------
Merico D et al. Enrichment map: a network-based method for gene-set enrichment visualization and interpretation.
PLoS One 2010;5:e13984.

Kamada T, Kawai S. An algorithm for drawing general undirected graphs. Inf Process Lett 1989;31:7–15.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Wedge

from mirtool.model import FloatArray
from mirtool.network.enrichment.over_representation import EnrichmentTable
from mirtool.network.enrichment.redundancy import SIMILARITY
from mirtool.network.enrichment.term_map import mapped_rows, term_map
from mirtool.report.figures.canvas import (
    LINE,
    MUTED_COLOR,
    SMALLEST_TEXT,
    house_style,
    new_figure,
    text_width,
    wrap,
)
from mirtool.report.figures.enrichment import NULL_WORDS, WIDTH, draw_title, fit_name, page_axes
from mirtool.wording import plural

if TYPE_CHECKING:
    import networkx as nx

DRAWN_TERMS = 30
"""At most as many terms: as many as can be told apart."""

_TOP, _BOTTOM, _MARGIN = 16.0, 13.0, 6.0
_MAP_WIDTH = 84.0
_KEY_AT = 93.0
_MARK = 2.6
_KEY_GAP = 0.5
_SMALLEST, _LARGEST = 2.1, 4.2
_CLEARANCE = 1.2
_COMPONENT_GAP = 5.0
_NULL_COLORS = ("#E69F00", "#56B4E9", "#009E73")
"""Okabe and Ito's orange, sky blue and green for the nulls, in the order they were tested."""
_PUSHES = 400


def enrichment_map_figure(result: EnrichmentTable, *, n_terms: int = DRAWN_TERMS) -> Figure:
    """Draw the map of a result.

    Parameters
    ----------
    result
        One query against all terms; at least one survives a null. Where ancestors were set aside, only terms that
        represent themselves are drawn.
    n_terms
        At most as many, the first of the table's order.

    Returns
    -------
    Figure
        180 mm wide. The area of a circle shows the hits, the slices of its ring the nulls that the term survives,
        the width of a line the similarity of two terms.
    """
    graph = term_map(result, n_terms=n_terms)
    radius = _radii(graph)
    with house_style():
        room = WIDTH - _MARGIN - _MARK * len(result.nulls) - _KEY_AT - 7.5
        names = [fit_name(term, room, lines=2) for term in graph]
        body = max(sum(LINE * len(lines) + _KEY_GAP for lines in names), 62.0)
        height = _TOP + body + _BOTTOM
        places = _places(graph, radius, body) + np.array([_MARGIN, _BOTTOM])
        figure = new_figure(WIDTH, height)
        page = page_axes(figure, height)
        draw_title(page, height, f"Enrichment map, {result.query}", result.source)
        _draw_edges(page, graph, places)
        _draw_terms(page, graph, places, radius, result.nulls)
        _draw_names(page, graph, names, height, result)
        _draw_remarks(page, graph, result)
    return figure


def _radii(graph: nx.Graph[str]) -> FloatArray:
    hits = np.array([own["hits"] for _, own in graph.nodes(data=True)], dtype=np.float64)
    return np.asarray(np.maximum(_LARGEST * np.sqrt(hits / hits.max(initial=1)), _SMALLEST))


def _places(graph: nx.Graph[str], radius: FloatArray, height: float) -> FloatArray:
    """Place the terms in a box of the map's width: each component by itself, then in rows, the largest on top."""
    import networkx as nx

    number = {term: i for i, term in enumerate(graph)}
    components = [sorted(number[term] for term in own) for own in nx.connected_components(graph)]
    components.sort(key=lambda own: (-len(own), own[0]))
    names = list(graph)
    places, sizes = np.zeros((len(graph), 2)), []
    for own in components:
        local = _unfold(graph, [names[i] for i in own], radius[own])
        low = (local - radius[own, None]).min(axis=0)
        places[own] = local - low
        sizes.append((local + radius[own, None]).max(axis=0) - low)
    rows = _rows([float(width) for width, _ in sizes])
    talls = [max(float(sizes[k][1]) for k in row) for row in rows]
    top, step = height, max(0.0, height - sum(talls)) / len(rows)
    for row, tall in zip(rows, talls, strict=True):
        gap = max(0.0, _MAP_WIDTH - sum(sizes[k][0] for k in row)) / len(row)
        x = gap / 2
        for k in row:
            places[components[k]] += [x, top - step / 2 - (tall + sizes[k][1]) / 2]
            x += sizes[k][0] + gap
        top -= tall + step
    return np.round(_push_apart(_into(places, radius, height), radius, height), 2)


def _rows(widths: list[float]) -> list[list[int]]:
    """Part components, by their widths, to rows that the map's width holds."""
    rows: list[list[int]] = [[]]
    used = 0.0
    for k, width in enumerate(widths):
        if rows[-1] and used + width > _MAP_WIDTH:
            rows.append([])
            used = 0.0
        rows[-1].append(k)
        used += width + _COMPONENT_GAP
    return rows


def _unfold(graph: nx.Graph[str], terms: list[str], radius: FloatArray) -> FloatArray:
    """Place the terms of one component around the origin, so that neighbors just do not touch."""
    import networkx as nx

    if len(terms) == 1:
        return np.zeros((1, 2))
    part = nx.Graph()
    part.add_nodes_from(terms)
    part.add_edges_from((a, b) for a, b in graph.edges(terms))
    found = nx.kamada_kawai_layout(part, pos=nx.circular_layout(part))
    places = np.array([found[term] for term in terms])
    apart = np.linalg.norm(places[:, None] - places, axis=2)
    needed = radius[:, None] + radius + _CLEARANCE
    pairs = np.triu_indices(len(terms), 1)
    # Most pairs clear of each other; the few that are nearest are pushed apart later.
    places *= 1.2 * float(np.quantile(needed[pairs] / np.maximum(apart[pairs], 1e-6), 0.85))
    return np.asarray(places)


def _into(places: FloatArray, radius: FloatArray, height: float) -> FloatArray:
    """Shrink a drawing that is larger than the box."""
    low, high = (places - radius[:, None]).min(axis=0), (places + radius[:, None]).max(axis=0)
    box = np.array([_MAP_WIDTH, height])
    scale = np.minimum(box / np.maximum(high - low, 1e-6), 1)
    return np.asarray(np.where(scale < 1, (places - (low + high) / 2) * scale + box / 2, places))


def _push_apart(places: FloatArray, radius: FloatArray, height: float) -> FloatArray:
    """Move circles that overlap away from each other, inside the box, until none does."""
    needed = radius[:, None] + radius + _CLEARANCE
    np.fill_diagonal(needed, 0)
    box = np.array([_MAP_WIDTH, height])
    for _ in range(_PUSHES):
        difference = places[:, None] - places
        distance = np.linalg.norm(difference, axis=2)
        short = np.maximum(needed - distance, 0)
        if not (short > 0.01).any():
            break
        # Two on one spot are pushed along a direction that is each pair's own.
        angle = np.arange(len(places))[:, None] * 2.399963 - np.arange(len(places)) * 2.399963
        aside = np.stack([np.cos(angle), np.sin(angle)], axis=2) * np.sign(angle)[..., None]
        direction = np.where(
            (distance > 1e-9)[..., None], difference / np.maximum(distance, 1e-9)[..., None], aside
        )
        places = places + (direction * (short / 2)[..., None]).sum(axis=1) * 0.7
        places = np.clip(places, radius[:, None], box - radius[:, None])
    return places


def _draw_edges(page: Axes, graph: nx.Graph[str], places: FloatArray) -> None:
    number = {term: i for i, term in enumerate(graph)}
    edges = [(places[number[a]], places[number[b]], own["similarity"]) for a, b, own in graph.edges(data=True)]
    page.add_collection(
        LineCollection(
            [[tuple(start), tuple(end)] for start, end, _ in edges],
            colors="#BBBBBB",
            linewidths=[0.3 + 2.2 * (similarity - SIMILARITY) / (1 - SIMILARITY) for _, _, similarity in edges],
            zorder=1,
        ),
        autolim=False,
    )


def _survived(attributes: dict[str, str], nulls: tuple[str, ...]) -> list[bool]:
    survived = attributes["survives"].split(";")
    return [null in survived for null in nulls]


def _draw_terms(
    page: Axes, graph: nx.Graph[str], places: FloatArray, radius: FloatArray, nulls: tuple[str, ...]
) -> None:
    for i, (_, own) in enumerate(graph.nodes(data=True)):
        x, y = places[i].tolist()
        _draw_ring(page, (x, y), float(radius[i]), _survived(own, nulls))
        page.text(x, y, str(i + 1), fontsize=SMALLEST_TEXT, ha="center", va="center_baseline", zorder=5)


def _draw_ring(page: Axes, center: tuple[float, float], radius: float, survived: list[bool]) -> None:
    """Draw a white disc in a ring with one slice a null, colored where the term survives it."""
    width = max(0.22 * radius, 0.55)
    step = 360 / len(survived)
    page.add_patch(Circle(center, radius, facecolor="white", edgecolor="none", zorder=2))
    for k, (own, color) in enumerate(zip(survived, _NULL_COLORS, strict=False)):
        start = 90 - step * (k + 1)
        page.add_patch(
            Wedge(
                center, radius, start, start + step, width=width, zorder=3, linewidth=0.3,
                facecolor=color if own else "#E9E9E9", edgecolor="white",
            )
        )  # fmt: skip


def _draw_names(
    page: Axes, graph: nx.Graph[str], names: list[list[str]], height: float, result: EnrichmentTable
) -> None:
    """List the terms by number, with a mark for each null they are significant under, below a key of the nulls."""
    x, nulls = _MARGIN, result.nulls
    for null, color in zip(nulls, _NULL_COLORS, strict=False):
        page.add_patch(Circle((x + 0.9, height - 11.5), 0.9, facecolor=color, edgecolor="none"))
        none = "" if result.under(null).survives.any() else " (none)"
        words = f"significant under {NULL_WORDS[null]}{none}"
        page.text(x + 2.6, height - 11.5, words, fontsize=SMALLEST_TEXT, va="center")
        x += text_width(words) + 6
    marks_at = WIDTH - _MARGIN - _MARK * len(nulls)
    y = height - _TOP
    for i, (lines, (_, own)) in enumerate(zip(names, graph.nodes(data=True), strict=True)):
        first = y - (LINE + _KEY_GAP) / 2
        page.text(_KEY_AT + 4.2, first, str(i + 1), fontsize=SMALLEST_TEXT, ha="right", va="center")
        for k, line in enumerate(lines):
            page.text(_KEY_AT + 5.5, first - k * LINE, line, fontsize=SMALLEST_TEXT, va="center")
        for k, survived in enumerate(_survived(own, nulls)):
            color = _NULL_COLORS[k] if survived else "#E9E9E9"
            at = (marks_at + _MARK * (k + 0.5), first)
            page.add_patch(Circle(at, 0.9, facecolor=color, edgecolor="none", zorder=3))
        y -= LINE * len(lines) + _KEY_GAP


def _draw_remarks(page: Axes, graph: nx.Graph[str], result: EnrichmentTable) -> None:
    surviving = int(result.survives_any.sum())
    on_map = len(mapped_rows(result))
    hits = [own["hits"] for _, own in graph.nodes(data=True)]
    remarks = [f"{len(graph):,} of {plural(surviving, 'term')} that are significant under a null."]
    if on_map < surviving:
        remarks.append(f"{surviving - on_map:,} are represented by others.")
    if len(result.nulls) > 1:
        remarks.append("Order: significant under most nulls first, then smallest FDR.")
    remarks.append(f"Area of a circle: {min(hits):,} to {max(hits):,} hits.")
    remarks.append(
        f"Lines: similarity of {SIMILARITY:g} or more in the genes of the terms (mean of Jaccard and overlap)."
    )
    for i, line in enumerate(reversed(wrap(remarks, WIDTH - 2 * _MARGIN))):
        page.text(_MARGIN, 4 + i * LINE, line, fontsize=SMALLEST_TEXT, color=MUTED_COLOR, va="center")
