"""The marks of a network figure: discs of miRNAs, dots of genes, lines; their sizes, and the key of them.

Up and down differ in shape and not in color alone: a miRNA's disc has a white triangle that points up or down, a
gene whose direction is known is such a triangle itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, PathPatch, Polygon
from matplotlib.path import Path as Outline

from mirtool.network.graph.drawn import DrawnNetwork
from mirtool.report.figures.canvas import (
    LINE,
    MUTED_COLOR,
    SMALLEST_TEXT,
    call_colors,
    shorten,
    text_width,
)
from mirtool.report.figures.short_names import common_species, short_name
from mirtool.wording import plural

Point: TypeAlias = tuple[float, float]

CLEAR = 0.35
"""Millimeters between the end of a line and the dot it ends at."""
GENE_COLOR = "black"
LEADER_COLOR = "#CCCCCC"
WIDE = 150.0
"""Millimeters from which a figure has the layout of a page, below that of a column."""
TARGET_WIDTH = 0.5
PORT_RADIUS = 0.5
_SMALLEST_NODE = 1.2
_SMALLEST_GENE = 0.5
_THINNEST = 0.5
_KEY_GAP = 4.0
_STROKE = 8.0
_TITLE_ROOM = 7.5


@dataclass(frozen=True, eq=False)
class NetworkScene:
    """What is drawn, how wide, and the sizes of marks; lengths are millimeters.

    Parameters
    ----------
    drawn
        The miRNAs, genes and pairs.
    width
        Of the page.
    title
        Empty for none.
    largest_node, largest_gene
        Radius of the miRNA of highest synergy and of the gene with most miRNAs.
    thickest
        Points, of the pair that shares most.
    """

    drawn: DrawnNetwork
    width: float
    title: str
    largest_node: float = 4.2
    largest_gene: float = 1.2
    thickest: float = 3.5

    @property
    def wide(self) -> bool:
        """True for a page, False for a column."""
        return self.width >= WIDE

    @property
    def margin(self) -> float:
        """Left free on all sides."""
        return 6.0 if self.wide else 3.0

    @property
    def species(self) -> str:
        """What is left out of all names."""
        return common_species(self.drawn.mirnas["miRNA"])

    @property
    def names(self) -> list[str]:
        """The miRNAs, highest synergy first."""
        return [str(name) for name in self.drawn.mirnas["miRNA"]]

    @property
    def synergy(self) -> list[int]:
        """Synergy of each of the miRNAs."""
        return [int(value) for value in self.drawn.mirnas["synergy"]]

    @property
    def directions(self) -> dict[str, str]:
        """``up``, ``down`` or nothing, by miRNA."""
        return dict(zip(self.names, self.drawn.mirnas["regulation"].tolist(), strict=True))

    @property
    def genes(self) -> list[str]:
        """The genes in their order."""
        return [str(gene) for gene in self.drawn.genes["gene"]]

    @property
    def gene_directions(self) -> dict[str, str]:
        """``up``, ``down`` or nothing, by gene."""
        table = self.drawn.genes
        known = table["regulation"].tolist() if "regulation" in table.columns else [""] * len(table)
        return dict(zip(self.genes, known, strict=True))

    def node_radius(self, synergy: float) -> float:
        """Return the radius of a miRNA."""
        most = max(self.synergy, default=0)
        smallest = min(_SMALLEST_NODE, self.largest_node)
        return smallest + (self.largest_node - smallest) * math.sqrt(synergy / most) if most else smallest

    def gene_radius(self, gene: str) -> float:
        """Return the radius of a gene."""
        return self.meeting_radius(len(self.drawn.mirnas_of[gene]))

    def meeting_radius(self, n: int) -> float:
        """Return the radius of a gene that so many of the miRNAs target."""
        most = max((len(own) for own in self.drawn.mirnas_of.values()), default=1)
        return max(self.largest_gene * math.sqrt(n / most), _SMALLEST_GENE)

    def pair_width(self, shared: float) -> float:
        """Return the width of a pair's line, points."""
        most = max(self.drawn.pairs["shared targets"], default=1)
        return float(_THINNEST + (self.thickest - _THINNEST) * math.sqrt(shared / most))

    def mirna_labels(self, room: float, size: float = SMALLEST_TEXT) -> dict[str, str]:
        """Return the miRNAs' names without the species, and their synergy where that fits for all."""
        names = [short_name(name, self.species) for name in self.names]
        return dict(zip(self.names, counted(names, self.synergy, room, size), strict=True))

    def gene_labels(self, room: float) -> dict[str, str]:
        """Return the genes' names, and how many of the miRNAs target them where that fits for all."""
        counts = [len(self.drawn.mirnas_of[gene]) for gene in self.genes]
        return dict(zip(self.genes, counted(self.genes, counts, room), strict=True))


def counted(names: Sequence[str], counts: Sequence[int], room: float, size: float = SMALLEST_TEXT) -> list[str]:
    """Put counts after names if all fit; else the names alone, shortened: the size of a dot is its count too."""
    both = [f"{name} ({count:,})" for name, count in zip(names, counts, strict=True)]
    if all(text_width(text, size) <= room for text in both):
        return both
    return [shorten(name, room, size) for name in names]


def draw_mirna(axes: Axes, place: Point, radius: float, direction: str) -> None:
    """Draw a disc with a triangle that points where the miRNA went."""
    color = call_colors()[direction]
    axes.add_patch(Circle(place, radius, facecolor=color, edgecolor="none", zorder=4))
    if direction:
        axes.add_patch(_triangle(place, 0.62 * radius, direction, "white", zorder=5))


def draw_gene(axes: Axes, place: Point, radius: float, direction: str) -> None:
    """Draw a dot, or a triangle that points where the gene went."""
    if direction:
        axes.add_patch(_triangle(place, 1.3 * radius, direction, call_colors()[direction], zorder=4))
    else:
        axes.add_patch(Circle(place, radius, facecolor=GENE_COLOR, edgecolor="none", zorder=4))


def _triangle(place: Point, radius: float, direction: str, color: str, zorder: float) -> Polygon:
    turn = math.pi / 2 if direction == "up" else -math.pi / 2
    angles = turn + np.array([0, 1, 2]) * 2 * math.pi / 3
    corners = np.column_stack([np.cos(angles), np.sin(angles)]) * radius + np.array(place)
    return Polygon(corners, closed=True, facecolor=color, edgecolor="none", zorder=zorder)


def draw_pair(axes: Axes, curve: Outline, width: float, *, same_seed: bool, alpha: float) -> None:
    """Draw the line of a pair; where both have one seed dashed on white, so that nothing fills the gaps."""
    if same_seed:
        axes.add_patch(
            PathPatch(curve, fill=False, edgecolor="white", linewidth=width + 1.2, zorder=2.5, capstyle="butt")
        )
    axes.add_patch(
        PathPatch(
            curve, fill=False, edgecolor=MUTED_COLOR, alpha=1.0 if same_seed else alpha, linewidth=width,
            linestyle=dashes(width) if same_seed else "solid", capstyle="butt", zorder=2.6 if same_seed else 2,
        )
    )  # fmt: skip


def dashes(width: float) -> tuple[float, tuple[float, float]]:
    """Return dashes of 4 and 2.5 points, whatever the line's width."""
    return 0, (4.0 / width, 2.5 / width)


def faded(n_lines: int) -> float:
    """Return how opaque lines are: the paler, the more there are."""
    return float(np.clip(4 / math.sqrt(n_lines + 1), 0.35, 0.75))


def toward(start: Point, end: Point, distance: float) -> Point:
    """Return the point at a distance from ``start`` on the way to ``end``."""
    across, up = end[0] - start[0], end[1] - start[1]
    length = math.hypot(across, up) or 1.0
    return start[0] + across / length * distance, start[1] + up / length * distance


@dataclass(frozen=True)
class Mark:
    """A mark of the key: a disc, a dot or a stroke, with its text."""

    text: str
    kind: str
    size: float
    direction: str = ""
    dashed: bool = False

    @property
    def mark_width(self) -> float:
        """Millimeters with the gap to the text."""
        return _STROKE + 1.5 if self.kind == "pair" else 2 * self.size + 1.2

    @property
    def width(self) -> float:
        """Millimeters with the text."""
        return self.mark_width + text_width(self.text)

    @property
    def height(self) -> float:
        """Millimeters."""
        return max(4.6, 2 * self.size + 0.8) if self.kind != "pair" else 4.6

    def draw(self, axes: Axes, x: float, y: float, indent: float | None = None) -> None:
        """Draw it from ``x`` on, in the middle at ``y``; ``indent`` puts texts one below the other."""
        text_at = x + (self.mark_width if indent is None else indent)
        middle = x + (self.size if indent is None else (indent - 1.5) / 2)
        if self.kind == "pair":
            style = dashes(self.size) if self.dashed else "solid"
            stroke = Outline([(x, y), (x + _STROKE, y)])
            axes.add_patch(
                PathPatch(stroke, edgecolor=MUTED_COLOR, linewidth=self.size, linestyle=style, capstyle="butt")
            )
        elif self.kind == "gene":
            draw_gene(axes, (middle, y), self.size, self.direction)
        else:
            draw_mirna(axes, (middle, y), self.size, self.direction)
        axes.text(text_at, y, self.text, fontsize=SMALLEST_TEXT, va="center_baseline")


def key_of(scene: NetworkScene) -> list[list[Mark]]:
    """Return the key in groups: directions, sizes of discs, widths of lines, genes. All sizes in it occur."""
    words = {"up": "miRNA up", "down": "miRNA down", "": "direction not known"}
    own = set(scene.directions.values())
    groups = [
        [Mark(text, "miRNA", 1.4, each) for each, text in words.items() if each in own and own != {""}],
        [
            Mark(f"synergy {value:,}" if first else f"{value:,}", "miRNA", scene.node_radius(value))
            for first, value in _ends([value for value in scene.synergy if value])
        ],
        *_pair_marks(scene),
        _gene_marks(scene),
    ]
    return [group for group in groups if group]


def _ends(values: Sequence[int]) -> list[tuple[bool, int]]:
    """Return the smallest and the largest of the values that occur, each with whether it is the first."""
    ends = dict.fromkeys((min(values), max(values)) if values else ())
    return [(i == 0, value) for i, value in enumerate(ends)]


def _pair_marks(scene: NetworkScene) -> list[list[Mark]]:
    shared, seeds = scene.drawn.pairs["shared targets"], scene.drawn.pairs["same seed"] == "yes"
    others = [
        Mark(plural(value, "shared target") if first else f"{value:,}", "pair", scene.pair_width(value))
        for first, value in _ends([int(value) for value in shared[~seeds]])
    ]
    of_one_seed = [
        Mark(f"{plural(value, 'shared target')}, one seed" if first else f"{value:,}", "pair",
             scene.pair_width(value), dashed=True)
        for first, value in _ends([int(value) for value in shared[seeds]])
    ]  # fmt: skip
    return [others, of_one_seed]


def _gene_marks(scene: NetworkScene) -> list[Mark]:
    directions = scene.gene_directions
    marks = [
        Mark(f"gene {each}", "gene", scene.largest_gene * 0.8, each)
        for each in ("up", "down")
        if each in directions.values()
    ]
    plain = [len(scene.drawn.mirnas_of[gene]) for gene, each in directions.items() if not each]
    return marks + [
        Mark(f"gene of {plural(n, 'miRNA')}" if first else f"{n:,}", "gene", scene.meeting_radius(n))
        for first, n in _ends(plain)
    ]


def wrapped(groups: Sequence[Sequence[Mark]], width: float) -> list[list[Mark]]:
    """Return the marks of a key in lines of a width; a group is broken only where it is wider than a line."""
    lines: list[list[Mark]] = [[]]
    used = 0.0
    for group in groups:
        whole = sum(mark.width + _KEY_GAP for mark in group) - _KEY_GAP
        for i, mark in enumerate(group):
            needed = whole if i == 0 and whole <= width else mark.width
            if lines[-1] and used + needed > width:
                lines.append([])
                used = 0.0
            lines[-1].append(mark)
            used += mark.width + _KEY_GAP
    return [line for line in lines if line]


def lines_height(lines: Sequence[Sequence[Mark]]) -> float:
    """Return the height of lines of a key."""
    return sum(max(mark.height for mark in line) for line in lines)


def draw_lines(axes: Axes, lines: Sequence[Sequence[Mark]], x: float, top: float) -> None:
    """Draw lines of a key, the first at the top."""
    for line in lines:
        height = max(mark.height for mark in line)
        across = x
        for mark in line:
            mark.draw(axes, across, top - height / 2)
            across += mark.width + _KEY_GAP
        top -= height


def draw_column(axes: Axes, groups: Sequence[Sequence[Mark]], x: float, top: float) -> float:
    """Draw a key as one column, groups apart; return the height of its lower end."""
    indent = max((mark.mark_width for group in groups for mark in group), default=0.0)
    for group in groups:
        for mark in group:
            mark.draw(axes, x, top - mark.height / 2, indent)
            top -= mark.height
        top -= LINE * 0.6
    return top


def column_width(groups: Sequence[Sequence[Mark]]) -> float:
    """Return the width of a key as one column."""
    marks = [mark for group in groups for mark in group]
    widths = [(mark.mark_width, text_width(mark.text)) for mark in marks]
    return sum(map(max, zip(*widths, strict=True))) if widths else 0.0


def title_room(title: str) -> float:
    """Return the height of the title, nothing for none."""
    return _TITLE_ROOM if title else 0.0
