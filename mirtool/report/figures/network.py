"""The synergy network on one page: hubs by size, partners by arcs, and the genes in which miRNAs meet.

miRNAs are in a column, highest synergy first. Arcs on their left join those that share more targets than chance
gives, the thicker the more they share, dashed where both have one seed. Lines on their right lead to the genes in
which most of them meet, ordered so that few lines cross. Everything is placed in millimeters, so that no name
covers another and the same network gives the same picture, as wide as a journal's page or as one of its columns.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch
from matplotlib.path import Path as Outline

from mirtool.errors import UsageError
from mirtool.model import IntArray, Table, TextArray
from mirtool.network.build import SynergyNetwork
from mirtool.report.figures.canvas import (
    DOWN_COLOR,
    LINE,
    MUTED_COLOR,
    NEUTRAL_COLOR,
    SMALLEST_TEXT,
    TEXT,
    UP_COLOR,
    add_axes,
    house_style,
    new_figure,
    shorten,
    text_width,
    wrap,
)
from mirtool.report.figures.short_names import common_species, short_name
from mirtool.report.text.network_words import EVIDENCE_TAKEN
from mirtool.wording import plural

_SMALLEST_NODE = 0.9
_THINNEST_ARC = 0.5
_KEY_GAP = 4.0
_COLORS = {"up": UP_COLOR, "down": DOWN_COLOR, "": NEUTRAL_COLOR}


@dataclass(frozen=True)
class _Form:
    """Where the columns stand, in millimeters, and the sizes that go with the width."""

    width: float
    margin: float
    arcs_from: float
    nodes_at: float
    names_at: float
    names_to: float
    genes_at: float
    mirna_row: float
    gene_row: float
    largest_node: float
    thickest_arc: float
    name_size: float

    @property
    def wide(self) -> bool:
        """True for a page."""
        return self.width > 100


_FORMS = {
    180: _Form(180, 6, 6, 52, 59, 100, 150, 9.0, 3.7, 4.2, 3.5, TEXT),
    85: _Form(85, 3, 3, 20, 24.5, 50, 65, 6.2, 3.4, 2.6, 2.2, SMALLEST_TEXT),
}
WIDTHS_MM = tuple(_FORMS)
"""The widths of a journal's page and of one of its columns."""


@dataclass(frozen=True)
class _Mark:
    """A sign of the key: a dot of a radius and a color, or a line of a width, solid or dashed."""

    radius: float = 0.0
    color: str = NEUTRAL_COLOR
    line: float = 0.0
    dashed: bool = False

    @property
    def width(self) -> float:
        """Millimeters with the gap to the text."""
        return 9.5 if self.line else 2 * self.radius + 1.2


_KeyLine: TypeAlias = list[tuple[_Mark, str]]


@dataclass(frozen=True, eq=False)
class _Scene:
    """What is drawn, and at which height in millimeters."""

    form: _Form
    key: list[_KeyLine]
    remarks: tuple[str, ...]
    mirnas: TextArray
    labels: list[str]
    regulation: TextArray
    synergy: IntArray
    mirna_y: dict[str, float]
    genes: list[str]
    mirnas_of: dict[str, list[str]]
    gene_y: dict[str, float]
    height: float

    @property
    def top(self) -> float:
        """The height under the heads of the columns."""
        return self.height - _head_height(self.form, self.key)


def network_figure(
    network: SynergyNetwork, *, width_mm: int = 180, n_mirnas: int = 25, n_genes: int = 32
) -> Figure:
    """Draw a synergy network.

    Parameters
    ----------
    network
        As :func:`mirtool.network.synergy_network` gives it.
    width_mm
        One of :data:`WIDTHS_MM`: 180 for a page, 85 for a column.
    n_mirnas
        At most as many miRNAs, those of highest synergy.
    n_genes
        At most as many genes, those in which most of the miRNAs drawn meet; at least two must.

    Returns
    -------
    Figure
        As high as it needs. What was left out is counted under it.

    Raises
    ------
    UsageError
        For another width.
    """
    if width_mm not in _FORMS:
        raise UsageError(
            "the network is drawn for a page or a column", found=f"{width_mm} mm", expected="180 or 85"
        )
    with house_style():
        scene = _arrange(network, _FORMS[width_mm], n_mirnas, n_genes)
        figure = new_figure(width_mm, scene.height)
        axes = add_axes(figure, 0, 0, width_mm, scene.height)
        axes.set_xlim(0, width_mm)
        axes.set_ylim(0, scene.height)
        axes.axis("off")
        _draw_title(axes, network, scene)
        _draw_key(axes, scene)
        _draw_heads(axes, network, scene)
        _draw_arcs(axes, network, scene)
        _draw_genes(axes, scene)
        _draw_mirnas(axes, scene)
        for i, line in enumerate(reversed(scene.remarks)):
            axes.text(
                scene.form.margin, 4 + LINE * i, line, fontsize=SMALLEST_TEXT, color=MUTED_COLOR, va="center"
            )
    return figure


def _arrange(network: SynergyNetwork, form: _Form, n_mirnas: int, n_genes: int) -> _Scene:
    shown = network.mirnas.take(np.arange(min(n_mirnas, len(network.mirnas))))
    mirnas = shown["miRNA"]
    rank = {name: i for i, name in enumerate(mirnas)}
    mirnas_of = {
        gene: [name for name in which.split(";") if name in rank]
        for gene, which in zip(network.genes["gene"], network.genes["which"], strict=True)
    }
    meeting = sorted(
        (gene for gene, own in mirnas_of.items() if len(own) > 1), key=lambda g: (-len(mirnas_of[g]), g)
    )
    genes = sorted(meeting[:n_genes], key=lambda g: (np.mean([rank[name] for name in mirnas_of[g]]), g))
    body = max(form.mirna_row * len(mirnas), form.gene_row * len(genes), 40.0)
    species = common_species(mirnas)
    key = _wrapped_key(_key(network, shown, form), form)
    remarks = wrap(_remarks(network, len(mirnas), len(genes), species), form.width - 2 * form.margin)
    top = body + 5 + LINE * len(remarks)
    return _Scene(
        form=form,
        key=key,
        remarks=remarks,
        mirnas=mirnas,
        labels=[short_name(name, species) for name in mirnas],
        regulation=shown["regulation"],
        synergy=shown["synergy"],
        mirna_y=_column(list(mirnas), top, body),
        genes=genes,
        mirnas_of=mirnas_of,
        gene_y=_column(genes, top, body),
        height=top + _head_height(form, key),
    )


def _column(names: list[str], top: float, body: float) -> dict[str, float]:
    """Spread names evenly down a column."""
    step = body / max(len(names), 1)
    return {name: top - step * (i + 0.5) for i, name in enumerate(names)}


def _head_height(form: _Form, key: Sequence[_KeyLine]) -> float:
    """Return the height of title, key and heads of the columns."""
    return 12 + (0 if form.wide else LINE) + sum(map(_line_height, key))


def _line_height(line: _KeyLine) -> float:
    return max(5.0, *(2 * mark.radius + 0.8 for mark, _ in line))


def _draw_title(axes: Axes, network: SynergyNetwork, scene: _Scene) -> None:
    form, y = scene.form, scene.height - 5
    axes.text(form.margin, y, "miRNA synergy network", fontsize=TEXT + 1, fontweight="bold", va="center")
    evidence = EVIDENCE_TAKEN.get(network.evidence, network.evidence)
    source = f"{network.source}, {evidence}, {len(network.universe):,} genes"
    if form.wide:
        x, side, room = form.width - form.margin, "right", form.width - 2 * form.margin - 50
    else:
        x, y, side, room = form.margin, y - LINE - 0.5, "left", form.width - 2 * form.margin
    axes.text(x, y, shorten(source, room), fontsize=SMALLEST_TEXT, color=MUTED_COLOR, ha=side, va="center")


def _draw_heads(axes: Axes, network: SynergyNetwork, scene: _Scene) -> None:
    form = scene.form
    pairs = f"share targets (FDR ≤ {network.alpha:g})" if form.wide else f"FDR ≤ {network.alpha:g}"
    # Over the narrow column of genes there is room to the left only.
    gene = (form.genes_at + 2, "left") if form.wide else (form.width - 1, "right")
    for x, side, text in (
        (form.nodes_at, "right", pairs),
        (form.names_at, "left", "miRNA (synergy)"),
        (*gene, "gene (miRNAs)"),
    ):
        axes.text(x, scene.top + 2, text, fontsize=SMALLEST_TEXT, color=MUTED_COLOR, ha=side, va="center")


def _draw_arcs(axes: Axes, network: SynergyNetwork, scene: _Scene) -> None:
    """Join partners: those of one seed on top, dashed on a white ground, so that no other arc fills the gaps."""
    form = scene.form
    pairs = network.pairs.take(network.pairs["significant"])
    pairs = pairs.take(np.lexsort((pairs["shared targets"], pairs["same seed"] == "yes")))
    drawn = [
        (scene.mirna_y[a], scene.mirna_y[b], shared, seed == "yes")
        for a, b, shared, seed in zip(
            pairs["miRNA A"], pairs["miRNA B"], pairs["shared targets"], pairs["same seed"], strict=True
        )
        if a in scene.mirna_y and b in scene.mirna_y
    ]
    most = max(pairs["shared targets"], default=1)
    longest = max(scene.mirna_y.values()) - min(scene.mirna_y.values()) or 1.0
    fade = float(np.clip(4 / math.sqrt(len(drawn) + 1), 0.35, 0.75))
    for y0, y1, shared, same_seed in drawn:
        # A cubic's belly reaches three quarters of the way to its control points.
        reach = (form.nodes_at - form.arcs_from) * math.sqrt(abs(y0 - y1) / longest) / 0.75
        curve = Outline(
            [(form.nodes_at, y0), (form.nodes_at - reach, y0), (form.nodes_at - reach, y1), (form.nodes_at, y1)],
            [Outline.MOVETO, Outline.CURVE4, Outline.CURVE4, Outline.CURVE4],
        )
        width = _arc_width(shared, most, form)
        if same_seed:
            axes.add_patch(PathPatch(curve, fill=False, edgecolor="white", linewidth=width + 1.2))
        style = _dashes(width) if same_seed else "solid"
        axes.add_patch(
            PathPatch(
                curve,
                fill=False,
                edgecolor=MUTED_COLOR,
                alpha=1.0 if same_seed else fade,
                linewidth=width,
                linestyle=style,
                capstyle="butt",
            )
        )


def _arc_width(shared: float, most: float, form: _Form) -> float:
    return _THINNEST_ARC + (form.thickest_arc - _THINNEST_ARC) * math.sqrt(shared / most)


def _dashes(width: float) -> tuple[float, tuple[float, float]]:
    """Return dashes of 4 and 2.5 points, whatever the line's width."""
    return 0, (4.0 / width, 2.5 / width)


def _node_radius(synergy: float, most: float, form: _Form) -> float:
    return (
        _SMALLEST_NODE + (form.largest_node - _SMALLEST_NODE) * math.sqrt(synergy / most)
        if most
        else _SMALLEST_NODE
    )


def _draw_mirnas(axes: Axes, scene: _Scene) -> None:
    form, most = scene.form, int(scene.synergy.max())
    for name, label, regulation, synergy in zip(
        scene.mirnas, scene.labels, scene.regulation, scene.synergy, strict=True
    ):
        y = scene.mirna_y[name]
        axes.add_patch(
            Circle(
                (form.nodes_at, y),
                _node_radius(synergy, most, form),
                facecolor=_COLORS[regulation],
                edgecolor="white",
                linewidth=0.6,
                zorder=3,
            )
        )
        axes.text(
            form.names_at, y, _mirna_label(label, synergy, form), fontsize=form.name_size, va="center", zorder=4
        )


def _mirna_label(label: str, synergy: int, form: _Form) -> str:
    return _counted(label, synergy, form.names_to - form.names_at, form.name_size)


def _counted(name: str, count: int, room: float, size: float = SMALLEST_TEXT) -> str:
    """Put a count after a name; where both don't fit, the name is what stays: the dot tells the count too."""
    both = f"{name} ({count:,})"
    return both if text_width(both, size) <= room else shorten(name, room, size)


def _draw_genes(axes: Axes, scene: _Scene) -> None:
    form, regulation = scene.form, dict(zip(scene.mirnas, scene.regulation, strict=True))
    start = {
        name: form.names_at + text_width(_mirna_label(label, synergy, form), form.name_size) + 1.5
        for name, label, synergy in zip(scene.mirnas, scene.labels, scene.synergy, strict=True)
    }
    lines = [(name, gene) for gene in scene.genes for name in scene.mirnas_of[gene]]
    axes.add_collection(
        LineCollection(
            [[(start[m], scene.mirna_y[m]), (form.genes_at, scene.gene_y[g])] for m, g in lines],
            colors=[_COLORS[regulation[m]] for m, _ in lines],
            linewidths=0.5,
            alpha=0.45,
        ),
        autolim=False,
    )
    for gene in scene.genes:
        y, n = scene.gene_y[gene], len(scene.mirnas_of[gene])
        radius = min(0.35 * math.sqrt(n), 0.35 * form.gene_row)
        axes.add_patch(Circle((form.genes_at, y), radius, facecolor="black", edgecolor="none", zorder=3))
        label = _counted(gene, n, form.width - form.genes_at - 3)
        axes.text(form.genes_at + 2, y, label, fontsize=SMALLEST_TEXT, va="center")


def _key(network: SynergyNetwork, shown: Table, form: _Form) -> _KeyLine:
    """Explain colors and strokes, and give two sizes of each scale with the numbers they represent."""
    words = {"up": "up", "down": "down", "": "direction not known"}
    key = [(_Mark(1.2, _COLORS[each]), text) for each, text in words.items() if each in set(shown["regulation"])]
    most = int(shown["synergy"].max())
    if most:
        quarter = max(most // 4, 1)
        key += [
            (_Mark(_node_radius(quarter, most, form)), f"synergy {quarter:,}"),
            (_Mark(_node_radius(most, most, form)), f"{most:,}"),
        ]
    pairs = network.pairs.take(network.pairs["significant"])
    shared, seeds = pairs["shared targets"], pairs["same seed"] == "yes"
    others = sorted({int(value) for value in shared[~seeds]})
    for value in dict.fromkeys([others[0], others[-1]] if others else []):
        text = plural(value, "shared target") if value == others[0] else f"{value:,}"
        key.append((_Mark(line=_arc_width(value, shared.max(), form)), text))
    if seeds.any():
        text = "same seed (shared by construction)" if others else "shared targets, same seed (by construction)"
        key.append((_Mark(line=_arc_width(shared[seeds].max(), shared.max(), form), dashed=True), text))
    return key


def _wrapped_key(key: _KeyLine, form: _Form) -> list[_KeyLine]:
    """Split the key into lines."""
    lines: list[_KeyLine] = [[]]
    x = form.margin
    for mark, text in key:
        width = mark.width + text_width(text)
        if lines[-1] and x + width > form.width - form.margin:
            lines.append([])
            x = form.margin
        lines[-1].append((mark, text))
        x += width + _KEY_GAP
    return lines


def _draw_key(axes: Axes, scene: _Scene) -> None:
    form = scene.form
    bottom = scene.top + 4.5
    for line in reversed(scene.key):
        x, y = form.margin, bottom + _line_height(line) / 2
        for mark, text in line:
            if mark.line:
                style = _dashes(mark.line) if mark.dashed else "solid"
                stroke = PathPatch(
                    Outline([(x, y), (x + 8, y)]), edgecolor=MUTED_COLOR, linewidth=mark.line, linestyle=style,
                    capstyle="butt",
                )  # fmt: skip
                axes.add_patch(stroke)
            else:
                axes.add_patch(Circle((x + mark.radius, y), mark.radius, facecolor=mark.color, edgecolor="none"))
            axes.text(x + mark.width, y, text, fontsize=SMALLEST_TEXT, va="center")
            x += mark.width + text_width(text) + _KEY_GAP
        bottom += _line_height(line)


def _remarks(network: SynergyNetwork, n_mirnas: int, n_genes: int, species: str) -> list[str]:
    shared = int((network.genes["miRNAs"] >= 2).sum())
    remarks = []
    if len(network.mirnas) > n_mirnas:
        remarks.append(f"{n_mirnas} of {len(network.mirnas):,} miRNAs drawn, those of highest synergy.")
    if shared > n_genes:
        remarks.append(f"{n_genes} of {plural(shared, 'shared target')} drawn, those with most miRNAs.")
    if not network.pairs["significant"].any():
        remarks.append(f"No pair of miRNAs shares more targets than chance gives (FDR ≤ {network.alpha:g}).")
    if network.unmatched:
        remarks.append(f"{plural(len(network.unmatched), 'miRNA')} without a target in the table not drawn.")
    if species:
        remarks.append(f"{species} left out of the names.")
    return remarks
