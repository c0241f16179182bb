"""The synergy network on one page: miRNAs, the pairs that share targets, and the genes in which miRNAs meet.

What is drawn is chosen by :mod:`mirtool.network.graph.drawn`; where it is drawn, by a layout
(:data:`mirtool.network.settings.LAYOUTS`). What the marks mean, by which rule something is left out, and how much
that is, is the figure's caption.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from mirtool.network.build import SynergyNetwork
from mirtool.network.graph.drawn import (
    LINES_DRAWN,
    MIRNAS_DRAWN,
    PAIRS_DRAWN,
    DrawnNetwork,
    drawn_network,
    parse_genes,
)
from mirtool.network.settings import DEFAULT_LAYOUT, LAYOUTS
from mirtool.report.figures.canvas import Drawing, figure_title, house_style, page_width
from mirtool.report.figures.network_marks import WIDE, NetworkScene
from mirtool.report.figures.network_round import genes_that_fit, mirnas_that_fit
from mirtool.report.text.network_words import EVIDENCE_TAKEN
from mirtool.wording import plural

PAGE_MM, COLUMN_MM = 180.0, 85.0
_LEAST = 80.0


def network_figure(
    network: SynergyNetwork,
    *,
    layout: str = DEFAULT_LAYOUT,
    genes: Sequence[str] = (),
    width_mm: float = PAGE_MM,
    n_mirnas: int = MIRNAS_DRAWN,
) -> Drawing:
    """Draw a synergy network.

    Parameters
    ----------
    network
        As :func:`mirtool.network.synergy_network` returns it.
    layout
        One of :data:`mirtool.network.settings.LAYOUTS`.
    genes
        Which genes: a number, names, or both (:func:`mirtool.network.graph.drawn.parse_genes`); nothing for the
        usual ones.
    width_mm
        Where no other width is asked for (:func:`mirtool.report.figures.canvas.page_width`); at least 80.
    n_mirnas
        At most as many miRNAs, those of highest synergy.

    Returns
    -------
    Drawing
        As high as it needs. Its caption says what was left out.

    Raises
    ------
    UsageError
        For an unknown layout, and a gene that the interactions do not have.
    """
    method = LAYOUTS.check(layout, "layout")
    choice = parse_genes(genes, network.universe)
    with house_style():
        width = page_width(width_mm, _LEAST)
        wide, is_round = width >= WIDE, layout == "round"
        if is_round:
            n_mirnas = min(n_mirnas, mirnas_that_fit(width))
        shown = min(n_mirnas, len(network.mirnas))
        drawn = drawn_network(
            network,
            choice,
            n_mirnas=n_mirnas,
            most_genes=32 if wide else 20,
            room=genes_that_fit(width, shown) if is_round else None,
        )
        scene = NetworkScene(
            drawn,
            width,
            figure_title("miRNA synergy network"),
            largest_node=_largest_node(len(drawn.mirnas), wide=wide),
            largest_gene=1.2 if wide else 1.0,
            thickest=3.5 if wide else 2.2,
        )
        figure = cast(Drawing, method.load()(scene))
    figure.caption = " ".join(_caption(network, scene, figure.caption))
    return figure


def _largest_node(n_mirnas: int, *, wide: bool) -> float:
    """Return a radius with which discs in a column of so many do not touch."""
    return min(4.2, max(70 / max(n_mirnas, 1), 2.4)) if wide else min(2.6, max(50 / max(n_mirnas, 1), 2.1))


def _caption(network: SynergyNetwork, scene: NetworkScene, arrangement: str) -> list[str]:
    evidence = EVIDENCE_TAKEN.get(network.evidence, network.evidence)
    sentences = [
        f"Synergy network of {plural(len(network.mirnas), 'miRNA')}. Interactions: {network.source}, {evidence}, "
        f"{len(network.universe):,} genes.",
        arrangement,
        "Discs: miRNAs, the larger, the higher their synergy (shared targets summed over partners).",
    ]
    if any(scene.directions.values()):
        sentences.append("The triangle in a disc points up or down, as the miRNA changed.")
    sentences += [*_about_pairs(network, scene.drawn), *_about_genes(network, scene)]
    sentences.append(
        "Numbers in parentheses, where there is room: synergy, and how many of the miRNAs target a gene."
    )
    sentences += _about_mirnas(network, scene.drawn)
    return [*sentences, f"{scene.species} is left out of the names."] if scene.species else sentences


def _about_pairs(network: SynergyNetwork, drawn: DrawnNetwork) -> list[str]:
    if not drawn.n_significant:
        return [f"No pair of miRNAs shares more targets than expected by chance (FDR ≤ {network.alpha:g})."]
    sentences = [
        f"Gray lines join miRNAs that share more targets than expected by chance ({network.pair_null}, "
        f"FDR ≤ {network.alpha:g}); the wider, the more they share."
    ]
    if (drawn.pairs["same seed"] == "yes").any():
        sentences.append(
            "Dashed: both have one seed and share targets by construction, which is not evidence of synergy."
        )
    if drawn.strongest:
        which = "the one that shares" if drawn.strongest == 1 else f"the {drawn.strongest} that share"
        sentences.append(
            f"Of {drawn.n_significant:,} such pairs {len(drawn.pairs)} are drawn: for each miRNA {which} most "
            f"targets with it, so that no more than {PAIRS_DRAWN} lines are drawn where that is possible."
        )
    return sentences


def _about_genes(network: SynergyNetwork, scene: NetworkScene) -> list[str]:
    drawn, n = scene.drawn, len(scene.genes)
    shared = int((network.genes["miRNAs"] >= 2).sum())
    sentences = ["Thin lines lead from miRNAs to genes that they target, in the miRNA's color."] if n else []
    if any(scene.gene_directions.values()):
        sentences.append("A gene that is a triangle went up or down, as it points.")
    if n < shared:
        by_rank = not drawn.named and not drawn.absent
        rule = f"those with most miRNAs (no more than {LINES_DRAWN} lines)" if by_rank else "as chosen"
        sentences.append(f"Of {plural(shared, 'gene')} that two miRNAs or more target {n} are drawn, {rule}.")
    if drawn.without_room:
        sentences.append(f"For {plural(drawn.without_room, 'gene')} more there is no room on the circle.")
    if drawn.absent:
        sentences.append(f"Not targets of these miRNAs: {', '.join(drawn.absent)}.")
    return sentences


def _about_mirnas(network: SynergyNetwork, drawn: DrawnNetwork) -> list[str]:
    sentences = []
    n = len(drawn.mirnas) + len(drawn.without_line)
    if n < len(network.mirnas):
        sentences.append(f"Of {len(network.mirnas):,} miRNAs {n} are drawn, those of highest synergy.")
    if drawn.without_line:
        sentences.append(f"Left out since no line leads to them: {', '.join(drawn.without_line)}.")
    if network.unmatched:
        sentences.append(f"Not drawn: {plural(len(network.unmatched), 'miRNA')} without a target in the table.")
    return sentences
