"""The enrichment map on one page: significant terms as numbered circles, joined where they share genes.

Terms that are similar to one term are a cluster, which is named by that term, its head: the name is in bold in the
list of names, where the terms of a cluster are together, and below the cluster on the map. The list is next to the
map, or below it in a narrow figure, so that no name covers another. The same result gives the same picture.

References
----------
Merico D et al. Enrichment map: a network-based method for gene-set enrichment visualization and interpretation.
PLoS One 2010;5:e13984.

Kamada T, Kawai S. An algorithm for drawing general undirected graphs. Inf Process Lett 1989;31:7–15.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, Wedge

from mirtool.model import FloatArray
from mirtool.network.enrichment.over_representation import EnrichmentTable
from mirtool.network.enrichment.redundancy import SIMILARITY
from mirtool.network.enrichment.term_map import mapped_rows, term_map
from mirtool.report.figures.canvas import (
    LINE,
    SMALLEST_TEXT,
    Drawing,
    figure_title,
    house_style,
    new_figure,
    page_axes,
    text_width,
)
from mirtool.report.figures.sheet import draw_title
from mirtool.report.figures.term_rows import (
    NULL_WORDS,
    WIDE,
    about_reduction,
    fit_name,
    margin_of,
    significant_terms,
    term_width,
)
from mirtool.wording import plural

if TYPE_CHECKING:
    import networkx as nx

DRAWN_TERMS = 30
"""At most as many terms: as many as can be told apart."""

_TITLE, _KEY_ROW = 7.5, 5.5
_MAP_SHARE = 0.5
_MARK = 2.6
_KEY_GAP = 0.6
_CLUSTER_GAP = 1.4
_BOLDER = 1.14
"""How much wider bold letters are."""
_SMALLEST, _LARGEST = 2.1, 4.2
_CLEARANCE = 1.2
_BLOCK_GAP = 3.0
_LABEL_LINES = 3
_LABEL_WIDTH = 34.0
_NULL_COLORS = ("#E69F00", "#56B4E9", "#009E73")
"""Okabe and Ito's orange, sky blue and green for the nulls, in their order; their slices differ in place too."""
_NOT_COLOR = "#E4E4E4"
_LINE_COLOR = "#9A9A9A"
_PUSHES = 400


@dataclass(frozen=True, eq=False)
class _Cluster:
    """The terms of a cluster, its head first; their places from the lower left of its block; label and size."""

    terms: list[str]
    places: FloatArray
    label: list[str]
    width: float
    height: float


@dataclass(frozen=True, eq=False)
class _Map:
    """The graph, its clusters, the number of each term in the list, and where everything is."""

    graph: nx.Graph[str]
    clusters: list[_Cluster]
    number: dict[str, int]
    radius: dict[str, float]
    place: dict[str, tuple[float, float]]
    label_at: dict[str, tuple[float, float]]


def enrichment_map_figure(result: EnrichmentTable, *, n_terms: int = DRAWN_TERMS) -> Drawing:
    """Draw the map of a result.

    Parameters
    ----------
    result
        One query against all terms; at least one survives a null. Terms that more specific ones explain are not
        drawn, where that was asked.
    n_terms
        At most as many, the first of the table's order.

    Returns
    -------
    Drawing
        The area of a circle shows the hits, the slices of its ring the nulls that the term survives, the width of
        a line the similarity of two terms.
    """
    graph = term_map(result, n_terms=n_terms)
    with house_style():
        width = term_width()
        margin, wide = margin_of(width), width >= WIDE
        map_width = (width - 3 * margin) * _MAP_SHARE if wide else width - 2 * margin
        list_at = 2 * margin + map_width if wide else margin
        clusters = _clusters(graph, map_width)
        numbers = {term: i + 1 for i, term in enumerate(term for own in clusters for term in own.terms)}
        room = width - margin - _MARK * len(result.nulls) - list_at - 7.0
        bold = {own.terms[0] for own in clusters if len(own.terms) > 1}
        names = {term: fit_name(term, room / _BOLDER if term in bold else room, lines=2) for term in graph}
        list_height = sum(LINE * len(names[term]) + _KEY_GAP for own in clusters for term in own.terms) + sum(
            map(_gap_after, clusters)
        )
        rows = _rows(clusters, map_width)
        map_height = sum(max(own.height for own in row) for row in rows) + _BLOCK_GAP * (len(rows) - 1)
        body = max(map_height, list_height) if wide else map_height + _BLOCK_GAP + list_height
        title = figure_title(f"Enrichment map, {result.query}")
        key = _key_lines(result.nulls, width - 2 * margin)
        head = (_TITLE if title else 0.0) + _KEY_ROW * len(key) + 2.0
        height = margin + head + body
        figure = new_figure(width, height)
        page = page_axes(figure)
        draw_title(page, title, margin_of(width))
        _draw_key(page, result, key, margin, height - margin / 2 - (_TITLE if title else 0.0))
        top = height - margin / 2 - head
        spread = (body - map_height) / len(rows) if wide else 0.0
        drawn = _placed(graph, clusters, numbers, rows, (margin, top - spread / 2), (map_width, spread))
        _draw_edges(page, drawn)
        _draw_terms(page, drawn, result.nulls)
        names_top = top if wide else top - map_height - _BLOCK_GAP
        _draw_names(page, drawn, names, (list_at, names_top, width - margin), result.nulls)
    figure.caption = " ".join(_caption(result, graph, clusters))
    return figure


def _radii(graph: nx.Graph[str]) -> dict[str, float]:
    hits = np.array([own["hits"] for _, own in graph.nodes(data=True)], dtype=np.float64)
    radii = np.maximum(_LARGEST * np.sqrt(hits / hits.max(initial=1)), _SMALLEST)
    return dict(zip(graph, radii.tolist(), strict=True))


def _clusters(graph: nx.Graph[str], most: float) -> list[_Cluster]:
    """Group the terms by their heads, and place each cluster by itself: the largest first, single terms last."""
    radius = _radii(graph)
    members: dict[str, list[str]] = {}
    for term, own in graph.nodes(data=True):
        members.setdefault(own["head"], []).append(term)
    order = {term: i for i, term in enumerate(graph)}
    heads = sorted(members, key=lambda head: (-len(members[head]), order[head]))
    return [_cluster(graph, members[head], radius, most) for head in heads]


def _cluster(graph: nx.Graph[str], terms: list[str], radius: dict[str, float], most: float) -> _Cluster:
    own = np.array([radius[term] for term in terms])
    local = _push_apart(_unfold(graph, terms, own), own)
    low, high = (local - own[:, None]).min(axis=0), (local + own[:, None]).max(axis=0)
    # A cluster that is wider than the map is shrunk to it and pushed apart again.
    if high[0] - low[0] > most:
        local = _push_apart(local * (most - 2 * _LARGEST) / (high[0] - low[0]), own)
        low, high = (local - own[:, None]).min(axis=0), (local + own[:, None]).max(axis=0)
    size = high - low
    label = fit_name(terms[0], _LABEL_WIDTH, lines=_LABEL_LINES) if len(terms) > 1 else []
    width = max(float(size[0]), *(text_width(line) for line in label), 0.0)
    tall = LINE * len(label) + (1.0 if label else 0.0)
    places = local - low + [(width - float(size[0])) / 2, tall]
    return _Cluster(terms, places, label, width, float(size[1]) + tall)


def _rows(clusters: list[_Cluster], most: float) -> list[list[_Cluster]]:
    """Put clusters in rows that the map's width holds."""
    rows: list[list[_Cluster]] = [[]]
    used = 0.0
    for own in clusters:
        if rows[-1] and used + own.width > most:
            rows.append([])
            used = 0.0
        rows[-1].append(own)
        used += own.width + _BLOCK_GAP
    return rows


def _placed(
    graph: nx.Graph[str],
    clusters: list[_Cluster],
    number: dict[str, int],
    rows: list[list[_Cluster]],
    corner: tuple[float, float],
    room: tuple[float, float],
) -> _Map:
    """Place the rows from the top, clusters of a row evenly, in its middle; ``room``: width, and between rows."""
    place: dict[str, tuple[float, float]] = {}
    label_at: dict[str, tuple[float, float]] = {}
    left, top = corner
    for row in rows:
        tall = max(own.height for own in row)
        gap = (room[0] - sum(own.width for own in row)) / (len(row) + 1)
        x = left + gap
        for own in row:
            bottom = top - tall + (tall - own.height) / 2
            for term, (across, up) in zip(own.terms, own.places.tolist(), strict=True):
                place[term] = (round(x + across, 2), round(bottom + up, 2))
            label_at[own.terms[0]] = (x + own.width / 2, bottom + LINE * len(own.label))
            x += own.width + gap
        top -= tall + _BLOCK_GAP + room[1]
    return _Map(graph, clusters, number, _radii(graph), place, label_at)


def _unfold(graph: nx.Graph[str], terms: list[str], radius: FloatArray) -> FloatArray:
    """Place the terms of one cluster around the origin, so that neighbors just do not touch."""
    import networkx as nx

    if len(terms) == 1:
        return np.zeros((1, 2))
    part = nx.Graph()
    part.add_nodes_from(terms)
    part.add_edges_from((a, b) for a, b in graph.edges(terms) if a in part and b in part)
    found = nx.kamada_kawai_layout(part, pos=nx.circular_layout(part))
    places = np.array([found[term] for term in terms])
    apart = np.linalg.norm(places[:, None] - places, axis=2)
    needed = radius[:, None] + radius + _CLEARANCE
    pairs = np.triu_indices(len(terms), 1)
    # Most pairs clear of each other; the few that are nearest are pushed apart later.
    places *= 1.2 * float(np.quantile(needed[pairs] / np.maximum(apart[pairs], 1e-6), 0.85))
    return np.asarray(places)


def _push_apart(places: FloatArray, radius: FloatArray) -> FloatArray:
    """Move circles that overlap away from each other until none does."""
    needed = radius[:, None] + radius + _CLEARANCE
    np.fill_diagonal(needed, 0)
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
    return places


def _within(graph: nx.Graph[str]) -> list[tuple[str, str, float]]:
    """Return the similar terms of one cluster, in pairs; a line to another would pass under terms between."""
    head = {term: own["head"] for term, own in graph.nodes(data=True)}
    return [(a, b, own["similarity"]) for a, b, own in graph.edges(data=True) if head[a] == head[b]]


def _draw_edges(page: Axes, drawn: _Map) -> None:
    """Join similar terms of a cluster, from edge to edge of their circles."""
    edges = _within(drawn.graph)
    segments = []
    for a, b, _ in edges:
        start, end = np.array(drawn.place[a]), np.array(drawn.place[b])
        step = (end - start) / max(float(np.hypot(*(end - start))), 1e-9)
        segments.append([tuple(start + step * drawn.radius[a]), tuple(end - step * drawn.radius[b])])
    widths = [0.4 + 2.2 * (similarity - SIMILARITY) / (1 - SIMILARITY) for _, _, similarity in edges]
    page.add_collection(LineCollection(segments, colors=_LINE_COLOR, linewidths=widths, zorder=1), autolim=False)


def _survived(attributes: dict[str, str], nulls: tuple[str, ...]) -> list[bool]:
    survived = attributes["survives"].split(";")
    return [null in survived for null in nulls]


def _draw_terms(page: Axes, drawn: _Map, nulls: tuple[str, ...]) -> None:
    for term, own in drawn.graph.nodes(data=True):
        x, y = drawn.place[term]
        _draw_ring(page, (x, y), drawn.radius[term], _survived(own, nulls))
        number = str(drawn.number[term])
        page.text(x, y, number, fontsize=SMALLEST_TEXT, ha="center", va="center_baseline", zorder=5)
    for own in drawn.clusters:
        x, top = drawn.label_at[own.terms[0]]
        for k, line in enumerate(own.label):
            page.text(
                x, top - LINE * (k + 0.5), line, fontsize=SMALLEST_TEXT, ha="center", va="center_baseline",
                fontweight="normal", zorder=4,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.85},
            )  # fmt: skip


def _draw_ring(page: Axes, center: tuple[float, float], radius: float, survived: list[bool]) -> None:
    """Draw a white disc in a ring with one slice per null, colored where the term survives it."""
    width = max(0.22 * radius, 0.55)
    step = 360 / len(survived)
    page.add_patch(Circle(center, radius, facecolor="white", edgecolor="none", zorder=2))
    for k, (own, color) in enumerate(zip(survived, _NULL_COLORS, strict=False)):
        start = 90 - step * (k + 1)
        page.add_patch(
            Wedge(
                center, radius, start, start + step, width=width, zorder=3, linewidth=0.3,
                facecolor=color if own else _NOT_COLOR, edgecolor="white",
            )
        )  # fmt: skip


def _key_lines(nulls: tuple[str, ...], room: float) -> list[list[str]]:
    """Return the nulls in lines of the key."""
    lines: list[list[str]] = [[]]
    used = 0.0
    for null in nulls:
        wide = 11.0 + text_width(_key_words(null) + " (none)")
        if lines[-1] and used + wide > room:
            lines.append([])
            used = 0.0
        lines[-1].append(null)
        used += wide
    return lines


def _key_words(null: str) -> str:
    return f"significant against {NULL_WORDS[null]}"


def _draw_key(page: Axes, result: EnrichmentTable, lines: list[list[str]], left: float, top: float) -> None:
    """Show which slice of the ring is which null's, by its place and its color."""
    for row, nulls in enumerate(lines):
        x, y = left, top - _KEY_ROW * (row + 0.5)
        for null in nulls:
            _draw_ring(page, (x + 1.9, y), 1.9, [each == null for each in result.nulls])
            none = "" if result.under(null).survives.any() else " (none)"
            words = _key_words(null) + none
            page.text(x + 4.8, y, words, fontsize=SMALLEST_TEXT, va="center_baseline")
            x += text_width(words) + 10


def _draw_names(
    page: Axes,
    drawn: _Map,
    names: dict[str, list[str]],
    where: tuple[float, float, float],
    nulls: tuple[str, ...],
) -> None:
    """List the terms by number, clusters apart, heads in bold, with a mark for each null that a term survives."""
    left, y, right = where
    marks_at = right - _MARK * len(nulls)
    for own in drawn.clusters:
        for term in own.terms:
            lines, first = names[term], y - (LINE + _KEY_GAP) / 2
            bold = len(own.terms) > 1 and term == own.terms[0]
            page.text(
                left + 4.2, first, str(drawn.number[term]), fontsize=SMALLEST_TEXT, ha="right",
                va="center_baseline",
            )  # fmt: skip
            for k, line in enumerate(lines):
                page.text(
                    left + 5.5, first - k * LINE, line, fontsize=SMALLEST_TEXT, va="center_baseline",
                    fontweight="bold" if bold else "normal",
                )  # fmt: skip
            for k, survived in enumerate(_survived(drawn.graph.nodes[term], nulls)):
                at = (marks_at + _MARK * (k + 0.5), first)
                face, edge = (_NULL_COLORS[k], "none") if survived else ("white", _NOT_COLOR)
                page.add_patch(Circle(at, 0.85, facecolor=face, edgecolor=edge, linewidth=0.6, zorder=3))
            y -= LINE * len(lines) + _KEY_GAP
        y -= _gap_after(own)


def _gap_after(cluster: _Cluster) -> float:
    """Return the room in the list below a cluster; none below single terms, which are last."""
    return _CLUSTER_GAP if len(cluster.terms) > 1 else 0.0


def _caption(result: EnrichmentTable, graph: nx.Graph[str], clusters: list[_Cluster]) -> list[str]:
    significant, on_map = int(result.survives_any.sum()), len(mapped_rows(result))
    hits = [own["hits"] for _, own in graph.nodes(data=True)]
    several = len(result.nulls) > 1
    sentences = [
        f"Gene sets: {result.source}. {significant_terms(significant)}"
        f"{' under at least one null' if several else ''} for the {result.query}."
    ]
    if on_map < significant:
        sentences += about_reduction(result)
    if len(graph) < on_map:
        order = "significant under most nulls first, then smallest FDR" if several else "smallest FDR first"
        sentences.append(f"The first {len(graph)} of {on_map:,} on the map are drawn, {order}.")
    sentences += [
        f"Circles: terms, their area the hits ({min(hits):,} to {max(hits):,}); slices of a ring: the nulls.",
        f"Lines: similarity of {SIMILARITY:g} or more in the genes of two terms (mean of Jaccard and overlap).",
    ]
    if any(len(own.terms) > 1 for own in clusters):
        sentences.append("Terms similar to a term that precedes them are its cluster, which has its name.")
    between = graph.number_of_edges() - len(_within(graph))
    if between:
        sentences.append(f"Not drawn: {plural(between, 'line')} between clusters.")
    return sentences
