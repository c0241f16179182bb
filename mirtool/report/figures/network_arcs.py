"""The layout ``arcs``: miRNAs in a column, arcs between partners on its left, lines to a column of genes.

miRNAs are listed by their synergy, highest first. Everything is placed in millimeters, so that no name covers
another and the same network gives the same picture, as wide as a journal's page or as one of its columns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle
from matplotlib.path import Path as Outline

from mirtool.report.figures.canvas import (
    MUTED_COLOR,
    SMALLEST_TEXT,
    TEXT,
    Drawing,
    call_colors,
    new_figure,
    page_axes,
    text_width,
)
from mirtool.report.figures.network_marks import (
    CLEAR,
    LEADER_COLOR,
    PORT_RADIUS,
    TARGET_WIDTH,
    NetworkScene,
    draw_gene,
    draw_lines,
    draw_mirna,
    draw_pair,
    faded,
    key_of,
    lines_height,
    title_room,
    toward,
    wrapped,
)
from mirtool.report.figures.sheet import draw_title

_HEADS = 6.0
_GAP = 1.6
_FEWEST_ROWS = 40.0


@dataclass(frozen=True, eq=False)
class _Columns:
    """Where the columns are, millimeters from the left, and the heights of what is in them."""

    nodes: float
    names: float
    ports: float
    genes: float
    labels: dict[str, str]
    heads: tuple[str, str]
    mirna_y: dict[str, float]
    gene_y: dict[str, float]
    top: float


def draw_arcs(scene: NetworkScene) -> Drawing:
    """Draw the network in columns."""
    key = wrapped(key_of(scene), scene.width - 2 * scene.margin)
    n = max(len(scene.names), 1)
    row = min(max(150 / n, 5.0), 9.0) if scene.wide else min(max(110 / n, 4.6), 6.2)
    body = max(row * n, (3.7 if scene.wide else 3.5) * len(scene.genes), _FEWEST_ROWS)
    top = scene.margin / 2 + body
    height = top + _HEADS + lines_height(key) + title_room(scene.title) + scene.margin / 2
    columns = _columns(scene, top, body)
    figure = new_figure(scene.width, height)
    page = page_axes(figure)
    draw_title(page, scene.title, scene.margin)
    draw_lines(page, key, scene.margin, top + _HEADS + lines_height(key))
    _draw_heads(page, scene, columns)
    _draw_pairs(page, scene, columns)
    _draw_targets(page, scene, columns)
    _draw_mirnas(page, scene, columns)
    figure.caption = "miRNAs are in the left column, highest synergy first, genes in the right one."
    return figure


def _name_size(scene: NetworkScene) -> float:
    return TEXT if scene.wide else SMALLEST_TEXT


def _columns(scene: NetworkScene, top: float, body: float) -> _Columns:
    """Place the columns by the width of the names in them; what is left over is between ports and genes."""
    size = _name_size(scene)
    mirna_y, gene_y = _column(scene.names, top, body), _column(scene.genes, top, body)
    labels = scene.mirna_labels(44.0 if scene.wide else 27.0, size)
    gene_labels = scene.gene_labels(30.0 if scene.wide else 18.0)
    largest = max(map(scene.node_radius, scene.synergy))
    nodes = scene.margin + _arcs_room(scene, mirna_y) + largest
    names = nodes + largest + _GAP
    mirna_head, gene_head = (
        f"{word} ({number})" if all("(" in text for text in own.values()) else word
        for word, number, own in (("miRNA", "synergy", labels), ("gene", "miRNAs", gene_labels))
    )
    widest = max(text_width(mirna_head), *(text_width(text, size) for text in labels.values()))
    longest = max([text_width(gene_head), *map(text_width, gene_labels.values())])
    return _Columns(
        nodes=nodes,
        names=names,
        ports=names + widest + _GAP,
        genes=scene.width - scene.margin - longest - _GAP - scene.largest_gene,
        labels=labels | gene_labels,
        heads=(mirna_head, gene_head if scene.genes else ""),
        mirna_y=mirna_y,
        gene_y=gene_y,
        top=top,
    )


def _arcs_room(scene: NetworkScene, mirna_y: dict[str, float]) -> float:
    """Return how far the arcs reach to the left of the discs: the farther, the longer the longest."""
    pairs = scene.drawn.pairs
    longest = max(
        (abs(mirna_y[a] - mirna_y[b]) for a, b in zip(pairs["miRNA A"], pairs["miRNA B"], strict=True)), default=0
    )
    return min(4 + 0.4 * longest, 40.0 if scene.wide else 14.0) if longest else 0.0


def _column(names: list[str], top: float, body: float) -> dict[str, float]:
    """Spread names evenly down a column."""
    step = body / max(len(names), 1)
    return {name: top - step * (i + 0.5) for i, name in enumerate(names)}


def _draw_heads(page: Axes, scene: NetworkScene, columns: _Columns) -> None:
    at_genes = columns.genes + scene.largest_gene + _GAP
    for x, text in zip((columns.names, at_genes), columns.heads, strict=True):
        page.text(x, columns.top + 2.5, text, fontsize=SMALLEST_TEXT, color=MUTED_COLOR, va="center_baseline")


def _draw_pairs(page: Axes, scene: NetworkScene, columns: _Columns) -> None:
    """Join partners, those of one seed on top; the arcs end at the discs."""
    pairs, height = scene.drawn.pairs, columns.mirna_y
    pairs = pairs.take(np.argsort(pairs["same seed"] == "yes", kind="stable"))
    if not len(pairs):
        return
    longest = max(abs(height[a] - height[b]) for a, b in zip(pairs["miRNA A"], pairs["miRNA B"], strict=True))
    radius = dict(zip(scene.names, map(scene.node_radius, scene.synergy), strict=True))
    room = columns.nodes - max(radius.values()) - scene.margin
    for a, b, shared, seed in zip(
        pairs["miRNA A"], pairs["miRNA B"], pairs["shared targets"], pairs["same seed"], strict=True
    ):
        # A cubic's belly reaches three quarters of the way to its control points.
        share = math.sqrt(abs(height[a] - height[b]) / longest)
        bend = columns.nodes - (max(radius.values()) + room * (0.25 + 0.75 * share)) / 0.75
        ends = [
            toward((columns.nodes, height[name]), (bend, height[name]), radius[name] + CLEAR) for name in (a, b)
        ]
        curve = Outline(
            [ends[0], (bend, height[a]), (bend, height[b]), ends[1]],
            [Outline.MOVETO, Outline.CURVE4, Outline.CURVE4, Outline.CURVE4],
        )
        draw_pair(page, curve, scene.pair_width(shared), same_seed=seed == "yes", alpha=faded(len(pairs)))


def _draw_targets(page: Axes, scene: NetworkScene, columns: _Columns) -> None:
    """Lead lines from a dot behind each name to the genes."""
    colors, direction = call_colors(), scene.directions
    lines = [(name, gene) for gene in scene.genes for name in scene.drawn.mirnas_of[gene]]
    segments = []
    for name, gene in lines:
        start, end = (columns.ports, columns.mirna_y[name]), (columns.genes, columns.gene_y[gene])
        segments.append([toward(start, end, PORT_RADIUS), toward(end, start, scene.gene_radius(gene) + CLEAR)])
    page.add_collection(
        LineCollection(
            segments,
            colors=[colors[direction[name]] if direction[name] else MUTED_COLOR for name, _ in lines],
            linewidths=TARGET_WIDTH,
            alpha=faded(len(lines)),
            zorder=1,
        ),
        autolim=False,
    )
    for gene, known in scene.gene_directions.items():
        y = columns.gene_y[gene]
        draw_gene(page, (columns.genes, y), scene.gene_radius(gene), known)
        x = columns.genes + scene.largest_gene + _GAP
        page.text(x, y, columns.labels[gene], fontsize=SMALLEST_TEXT, va="center_baseline")
    for name in dict.fromkeys(name for name, _ in lines):
        color = colors[direction[name]] if direction[name] else MUTED_COLOR
        page.add_patch(
            Circle(
                (columns.ports, columns.mirna_y[name]), PORT_RADIUS, facecolor=color, edgecolor="none", zorder=4
            )
        )


def _draw_mirnas(page: Axes, scene: NetworkScene, columns: _Columns) -> None:
    size = _name_size(scene)
    with_genes = {name for which in scene.drawn.mirnas_of.values() for name in which}
    for name, synergy in zip(scene.names, scene.synergy, strict=True):
        y, label = columns.mirna_y[name], columns.labels[name]
        draw_mirna(page, (columns.nodes, y), scene.node_radius(synergy), scene.directions[name])
        page.text(columns.names, y, label, fontsize=size, va="center_baseline")
        ends = columns.names + text_width(label, size) + _GAP, columns.ports - PORT_RADIUS - CLEAR
        if name in with_genes and ends[1] > ends[0]:
            page.plot(ends, (y, y), color=LEADER_COLOR, linewidth=0.4, zorder=1)
