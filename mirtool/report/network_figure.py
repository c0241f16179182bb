"""The synergy network on one page: hubs by size, partners by arcs, and the genes in which miRNAs meet.

miRNAs stand in a column, highest synergy first. Arcs on their left join those that share more targets than chance
gives, the thicker the more they share, dashed where both have one seed. Lines on their right lead to the genes in
which most of them meet, ordered so that few lines cross. Everything is placed in millimeters, so that no name
covers another and the same network gives the same picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch
from matplotlib.path import Path as Outline

from mirtool.console import plural
from mirtool.model import IntArray, TextArray
from mirtool.network.build import SynergyNetwork
from mirtool.report.figures import (
    DOWN_COLOR,
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
)
from mirtool.report.names import common_species, short_name

_WIDTH = 180.0
_TOP, _BOTTOM = 21.0, 12.0
_ARCS_FROM, _NODES_AT, _NAMES_AT, _NAMES_TO, _GENES_AT = 6.0, 52.0, 59.0, 100.0, 150.0
_MIRNA_ROW, _GENE_ROW = 9.0, 3.7
_SMALLEST_NODE, _LARGEST_NODE = 0.9, 4.2
_THINNEST_ARC, _THICKEST_ARC = 0.5, 3.5
_COLORS = {"up": UP_COLOR, "down": DOWN_COLOR, "": NEUTRAL_COLOR}


@dataclass(frozen=True, eq=False)
class _Scene:
    """What is drawn, and at which height in millimeters."""

    mirnas: TextArray
    labels: list[str]
    regulation: TextArray
    synergy: IntArray
    mirna_y: dict[str, float]
    genes: list[str]
    mirnas_of: dict[str, list[str]]
    gene_y: dict[str, float]
    height: float


def network_figure(network: SynergyNetwork, *, n_mirnas: int = 25, n_genes: int = 32) -> Figure:
    """Draw a synergy network.

    Parameters
    ----------
    network
        As :func:`mirtool.network.synergy_network` gives it.
    n_mirnas
        At most as many miRNAs, those of highest synergy.
    n_genes
        At most as many genes, those in which most of the miRNAs drawn meet; at least two must.

    Returns
    -------
    Figure
        180 mm wide, as high as it needs. What was left out is counted under it.
    """
    scene = _arrange(network, n_mirnas, n_genes)
    with house_style():
        figure = new_figure(_WIDTH, scene.height)
        axes = add_axes(figure, 0, 0, _WIDTH, scene.height)
        axes.set_xlim(0, _WIDTH)
        axes.set_ylim(0, scene.height)
        axes.axis("off")
        _draw_title(axes, network, scene)
        _draw_arcs(axes, network, scene)
        _draw_genes(axes, scene)
        _draw_mirnas(axes, scene)
        _draw_key(axes, network, scene)
        _draw_remarks(axes, network, scene)
    return figure


def _arrange(network: SynergyNetwork, n_mirnas: int, n_genes: int) -> _Scene:
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
    body = max(_MIRNA_ROW * len(mirnas), _GENE_ROW * len(genes), 40.0)
    height = _TOP + body + _BOTTOM
    species = common_species(mirnas)
    return _Scene(
        mirnas=mirnas,
        labels=[short_name(name, species) for name in mirnas],
        regulation=shown["regulation"],
        synergy=shown["synergy"],
        mirna_y=_column(list(mirnas), height - _TOP, body),
        genes=genes,
        mirnas_of=mirnas_of,
        gene_y=_column(genes, height - _TOP, body),
        height=height,
    )


def _column(names: list[str], top: float, body: float) -> dict[str, float]:
    """Spread names evenly down a column."""
    step = body / max(len(names), 1)
    return {name: top - step * (i + 0.5) for i, name in enumerate(names)}


def _draw_title(axes: Axes, network: SynergyNetwork, scene: _Scene) -> None:
    evidence = "strong evidence" if network.evidence == "strong" else "all evidence"
    axes.text(6, scene.height - 6, "miRNA synergy network", fontsize=TEXT + 1, fontweight="bold", va="center")
    source = shorten(f"{network.source}, {evidence}, {len(network.universe):,} genes", 118)
    axes.text(
        _WIDTH - 6, scene.height - 6, source, fontsize=SMALLEST_TEXT, color=MUTED_COLOR, ha="right", va="center"
    )
    for x, text, side in (
        (_NODES_AT, f"share targets (FDR ≤ {network.alpha:g})", "right"),
        (_NAMES_AT, "miRNA (synergy)", "left"),
        (_GENES_AT + 3, "gene (miRNAs)", "left"),
    ):
        axes.text(x, scene.height - 16, text, fontsize=SMALLEST_TEXT, color=MUTED_COLOR, ha=side, va="center")


def _draw_arcs(axes: Axes, network: SynergyNetwork, scene: _Scene) -> None:
    pairs = network.pairs.take(network.pairs["significant"])
    most = max(pairs["shared targets"], default=1)
    longest = max(scene.mirna_y.values()) - min(scene.mirna_y.values()) or 1.0
    for a, b, shared, same_seed in zip(
        pairs["miRNA A"], pairs["miRNA B"], pairs["shared targets"], pairs["same seed"], strict=True
    ):
        if a not in scene.mirna_y or b not in scene.mirna_y:
            continue
        y0, y1 = scene.mirna_y[a], scene.mirna_y[b]
        # A cubic's belly reaches three quarters of the way to its control points.
        reach = (_NODES_AT - _ARCS_FROM) * math.sqrt(abs(y0 - y1) / longest) / 0.75
        curve = Outline(
            [(_NODES_AT, y0), (_NODES_AT - reach, y0), (_NODES_AT - reach, y1), (_NODES_AT, y1)],
            [Outline.MOVETO, Outline.CURVE4, Outline.CURVE4, Outline.CURVE4],
        )
        width = _arc_width(shared, most)
        style = (0, (4.0 / width, 2.5 / width)) if same_seed == "yes" else "solid"
        axes.add_patch(
            PathPatch(curve, fill=False, edgecolor=MUTED_COLOR, alpha=0.75, linewidth=width, linestyle=style)
        )


def _arc_width(shared: float, most: float) -> float:
    return _THINNEST_ARC + (_THICKEST_ARC - _THINNEST_ARC) * math.sqrt(shared / most)


def _node_radius(synergy: float, most: float) -> float:
    return (
        _SMALLEST_NODE + (_LARGEST_NODE - _SMALLEST_NODE) * math.sqrt(synergy / most) if most else _SMALLEST_NODE
    )


def _draw_mirnas(axes: Axes, scene: _Scene) -> None:
    most = int(scene.synergy.max())
    for name, label, regulation, synergy in zip(
        scene.mirnas, scene.labels, scene.regulation, scene.synergy, strict=True
    ):
        y = scene.mirna_y[name]
        axes.add_patch(
            Circle(
                (_NODES_AT, y), _node_radius(synergy, most), facecolor=_COLORS[regulation], edgecolor="white",
                linewidth=0.6, zorder=3,
            )
        )  # fmt: skip
        axes.text(_NAMES_AT, y, _mirna_label(label, synergy), fontsize=TEXT, va="center", zorder=4)


def _mirna_label(label: str, synergy: int) -> str:
    count = f" ({synergy:,})"
    return shorten(label, _NAMES_TO - _NAMES_AT - text_width(count, TEXT), TEXT) + count


def _draw_genes(axes: Axes, scene: _Scene) -> None:
    regulation = dict(zip(scene.mirnas, scene.regulation, strict=True))
    start = {
        name: _NAMES_AT + text_width(_mirna_label(label, synergy), TEXT) + 1.5
        for name, label, synergy in zip(scene.mirnas, scene.labels, scene.synergy, strict=True)
    }
    lines = [(name, gene) for gene in scene.genes for name in scene.mirnas_of[gene]]
    axes.add_collection(
        LineCollection(
            [[(start[m], scene.mirna_y[m]), (_GENES_AT, scene.gene_y[g])] for m, g in lines],
            colors=[_COLORS[regulation[m]] for m, _ in lines],
            linewidths=0.5,
            alpha=0.45,
        ),
        autolim=False,
    )
    for gene in scene.genes:
        y, n = scene.gene_y[gene], len(scene.mirnas_of[gene])
        axes.add_patch(Circle((_GENES_AT, y), 0.35 * math.sqrt(n), facecolor="black", edgecolor="none", zorder=3))
        axes.text(
            _GENES_AT + 3, y, shorten(f"{gene} ({n})", _WIDTH - _GENES_AT - 4), fontsize=SMALLEST_TEXT, va="center"
        )


def _draw_key(axes: Axes, network: SynergyNetwork, scene: _Scene) -> None:
    """Explain colors and strokes in one line under the title."""
    entries = [("dot", regulation) for regulation in ("up", "down", "") if regulation in set(scene.regulation)]
    pairs = network.pairs.take(network.pairs["significant"])
    kinds = {"line": pairs["same seed"] != "yes", "dashes": pairs["same seed"] == "yes"}
    entries += [(kind, kind) for kind, there in kinds.items() if there.any()]
    words = {
        "up": "up",
        "down": "down",
        "": "direction not known",
        "line": "shared targets (thicker: more)",
        "dashes": "shared targets, same seed (shared by construction)",
    }
    x, y = 7.0, scene.height - 11
    for kind, what in entries:
        if kind == "dot":
            axes.add_patch(Circle((x, y), 1.2, facecolor=_COLORS[what], edgecolor="none"))
            x += 2.5
        else:
            style = "solid" if kind == "line" else (0, (2.7, 1.7))
            axes.plot([x - 1, x + 7], [y, y], color=MUTED_COLOR, linewidth=1.5, linestyle=style)
            x += 8.5
        axes.text(x, y, words[what], fontsize=SMALLEST_TEXT, va="center")
        x += text_width(words[what]) + 5


def _draw_remarks(axes: Axes, network: SynergyNetwork, scene: _Scene) -> None:
    shared = int((network.genes["miRNAs"] >= 2).sum())
    remarks = []
    if len(network.mirnas) > len(scene.mirnas):
        remarks.append(f"{len(scene.mirnas)} of {len(network.mirnas):,} miRNAs drawn, those of highest synergy.")
    if shared > len(scene.genes):
        remarks.append(f"{len(scene.genes)} of {plural(shared, 'shared target')} drawn, those with most miRNAs.")
    if not network.pairs["significant"].any():
        remarks.append(f"No pair of miRNAs shares more targets than chance gives (FDR ≤ {network.alpha:g}).")
    if network.unmatched:
        remarks.append(f"{plural(len(network.unmatched), 'miRNA')} without a target in the table not drawn.")
    if species := common_species(scene.mirnas):
        remarks.append(f"{species} left out of the names.")
    axes.text(6, 6, " ".join(remarks), fontsize=SMALLEST_TEXT, color=MUTED_COLOR, va="center")
