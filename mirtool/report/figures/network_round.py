"""The layout ``round``: miRNAs and genes on one circle, names outside it, all lines inside.

miRNAs are on the left, from the top down by their synergy, genes on the right. No line passes a name, and the
drawing is about as high as it is wide, for any number of nodes that fit around the circle. The same network gives
the same picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from mirtool.report.figures.canvas import (
    MUTED_COLOR,
    SMALLEST_TEXT,
    Drawing,
    call_colors,
    new_figure,
    page_axes,
    text_width,
)
from mirtool.report.figures.network_marks import (
    CLEAR,
    TARGET_WIDTH,
    WIDE,
    NetworkScene,
    Point,
    column_width,
    draw_column,
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

_SLOT = 3.4
"""Millimeters along the circle for a line of text."""
_ROOMY = 4.2
_GAP = 7.0
_TO_NAME = 1.2
_PULL = 0.35
"""Lines to genes bend toward the center: their middle is this far from it, of what a straight line has."""


@dataclass(frozen=True, eq=False)
class _Node:
    """One node on the circle: its angle, its radius, its name, and how long that is."""

    angle: float
    radius: float
    label: str
    length: float

    def at(self, distance: float) -> Point:
        """Return the point at a distance from the center."""
        return distance * math.cos(self.angle), distance * math.sin(self.angle)


@dataclass(frozen=True, eq=False)
class _Circle:
    """The nodes around a circle, and how far the drawing reaches from its center: left, right, down, up."""

    radius: float
    mirnas: dict[str, _Node]
    genes: dict[str, _Node]
    reach: tuple[float, float, float, float]


def genes_that_fit(width: float, n_mirnas: int) -> int:
    """Return how many genes have a place on the circle of a page."""
    rest = 2 * math.pi * _largest_radius(width) - 2 * _GAP - n_mirnas * _mirna_slot(width, n_mirnas)
    return max(int(rest / _SLOT), 0)


def mirnas_that_fit(width: float) -> int:
    """Return how many miRNAs take no more than half of the circle."""
    return max(int(math.pi * _largest_radius(width) / 4.4), 2)


def _largest_radius(width: float) -> float:
    margin, key = (6.0, 34.0) if width >= WIDE else (3.0, 0.0)
    return (min(width, 180.0) - 2 * margin - key) / 2 - _name_room(width)


def _name_room(width: float) -> float:
    """Return how much of the page a disc and its name take on each side."""
    return 28.0 if width >= WIDE else 20.5


def _mirna_slot(width: float, n_mirnas: int) -> float:
    return min(max(math.pi * _largest_radius(width) / max(n_mirnas, 1), 4.4), 9.0 if width >= WIDE else 6.5)


def draw_round(scene: NetworkScene) -> Drawing:
    """Draw the network on a circle."""
    circle = _arrange(scene)
    groups = key_of(scene)
    left, right, down, up = circle.reach
    column = column_width(groups) if scene.wide else 0.0
    lines = [] if scene.wide else wrapped(groups, scene.width - 2 * scene.margin)
    key_height = lines_height(lines) + 2.0 if lines else 0.0
    height = down + up + scene.margin + key_height + title_room(scene.title)
    # The circle is in the middle of what the key leaves.
    free = scene.width - 2 * scene.margin - (column + 4 if scene.wide else 0.0)
    center = (scene.width - scene.margin - free + (free - left - right) / 2 + left, scene.margin / 2 + down)
    figure = new_figure(scene.width, height)
    page = page_axes(figure)
    draw_title(page, scene.title, scene.margin)
    top = height - scene.margin / 2 - title_room(scene.title)
    if scene.wide:
        draw_column(page, groups, scene.margin, top)
    else:
        draw_lines(page, lines, scene.margin, top)
    _draw_targets(page, scene, circle, center)
    _draw_pairs(page, scene, circle, center)
    _draw_nodes(page, scene, circle, center)
    figure.caption = "miRNAs are on the left of the circle, from the top down by synergy, genes on the right."
    return figure


def _arrange(scene: NetworkScene) -> _Circle:
    """Give every node an angle: miRNAs down the left side, genes down the right, two gaps between them."""
    names, genes = scene.names, scene.genes
    slot = _mirna_slot(scene.width, len(names))
    needed = slot * len(names) + _ROOMY * len(genes) + 2 * _GAP
    radius = min(max(needed / (2 * math.pi), 20.0 if scene.wide else 14.0), _largest_radius(scene.width))
    free = 2 * math.pi * radius - 2 * _GAP
    # What is left over, or missing, is shared by both kinds; genes keep the height of a line of text.
    share = _ROOMY * len(genes) / max(slot * len(names) + _ROOMY * len(genes), 1e-9)
    for_genes = max(free * share, min(_SLOT * len(genes), free))
    steps = (free - for_genes) / max(len(names), 1) / radius, for_genes / max(len(genes), 1) / radius
    # The middle of the miRNAs is on the left, that of the genes on the right.
    first = math.pi - steps[0] * (len(names) - 1) / 2, steps[1] * (len(genes) - 1) / 2
    radii = [min(scene.node_radius(synergy), steps[0] * radius / 2 - 0.2) for synergy in scene.synergy]
    room = _name_room(scene.width) - _TO_NAME
    labels = scene.mirna_labels(room - max(radii))
    gene_labels = scene.gene_labels(room - scene.largest_gene)
    mirnas = {name: _node(first[0] + steps[0] * i, radii[i], labels[name]) for i, name in enumerate(names)}
    own = {
        gene: _node(first[1] - steps[1] * i, scene.gene_radius(gene), gene_labels[gene])
        for i, gene in enumerate(genes)
    }
    return _Circle(radius, mirnas, own, _reach(radius, [*mirnas.values(), *own.values()]))


def _node(angle: float, radius: float, label: str) -> _Node:
    return _Node(angle, radius, label, text_width(label))


def _reach(radius: float, nodes: list[_Node]) -> tuple[float, float, float, float]:
    """Measure how far discs and names reach from the center to the left, right, down and up."""
    points = []
    for node in nodes:
        x, y = node.at(radius + node.radius + _TO_NAME + node.length)
        points.append((x, y))
        points.append(node.at(radius + node.radius))
    across, upward = np.array(points).T
    half_line = 1.8
    return (
        max(float(-across.min()), radius) + half_line,
        max(float(across.max()), radius) + half_line,
        max(float(-upward.min()), radius) + half_line,
        max(float(upward.max()), radius) + half_line,
    )


def _bent(start: _Node, end: _Node, circle: _Circle, center: Point, pull: float) -> Outline:
    """Return a line from the edge of one node to that of another, bent toward the center."""
    (x0, y0), (x1, y1) = start.at(circle.radius), end.at(circle.radius)
    bend = ((x0 + x1) / 2 * pull, (y0 + y1) / 2 * pull)
    points = [
        toward((x0, y0), bend, start.radius + CLEAR),
        bend,
        toward((x1, y1), bend, end.radius + CLEAR),
    ]
    moved = [(x + center[0], y + center[1]) for x, y in points]
    return Outline(moved, [Outline.MOVETO, Outline.CURVE3, Outline.CURVE3])


def _draw_targets(page: Axes, scene: NetworkScene, circle: _Circle, center: Point) -> None:
    colors, direction = call_colors(), scene.directions
    lines = [(name, gene) for gene in scene.genes for name in scene.drawn.mirnas_of[gene]]
    for name, gene in lines:
        page.add_patch(
            PathPatch(
                _bent(circle.mirnas[name], circle.genes[gene], circle, center, _PULL),
                fill=False,
                edgecolor=colors[direction[name]] if direction[name] else MUTED_COLOR,
                linewidth=TARGET_WIDTH,
                alpha=faded(len(lines)),
                zorder=1,
            )
        )


def _draw_pairs(page: Axes, scene: NetworkScene, circle: _Circle, center: Point) -> None:
    """Join partners, those of one seed on top: the farther from each other, the nearer to the center."""
    pairs = scene.drawn.pairs
    pairs = pairs.take(np.argsort(pairs["same seed"] == "yes", kind="stable"))
    for a, b, shared, seed in zip(
        pairs["miRNA A"], pairs["miRNA B"], pairs["shared targets"], pairs["same seed"], strict=True
    ):
        start, end = circle.mirnas[a], circle.mirnas[b]
        pull = 0.6 - 0.25 * math.sin(abs(start.angle - end.angle) / 2)
        draw_pair(
            page,
            _bent(start, end, circle, center, pull),
            scene.pair_width(shared),
            same_seed=seed == "yes",
            alpha=faded(len(pairs)),
        )


def _draw_nodes(page: Axes, scene: NetworkScene, circle: _Circle, center: Point) -> None:
    directions, gene_directions = scene.directions, scene.gene_directions
    for name, node in circle.mirnas.items():
        x, y = node.at(circle.radius)
        draw_mirna(page, (x + center[0], y + center[1]), node.radius, directions[name])
        _draw_name(page, node, circle.radius, center)
    for gene, node in circle.genes.items():
        x, y = node.at(circle.radius)
        draw_gene(page, (x + center[0], y + center[1]), node.radius, gene_directions[gene])
        _draw_name(page, node, circle.radius, center)


def _draw_name(page: Axes, node: _Node, radius: float, center: Point) -> None:
    """Write a name outward from its node, never upside down."""
    x, y = node.at(radius + node.radius + _TO_NAME)
    degrees = math.degrees(node.angle) % 360
    on_left = 90 < degrees < 270
    page.text(
        x + center[0], y + center[1], node.label, fontsize=SMALLEST_TEXT,
        rotation=degrees + 180 if on_left else degrees, rotation_mode="anchor",
        ha="right" if on_left else "left", va="center_baseline",
    )  # fmt: skip
