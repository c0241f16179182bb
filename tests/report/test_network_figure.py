"""The figure of the synergy network: what is on it, where its lines end, and that it is the same every time."""

import math
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, PathPatch, Polygon

from mirtool.errors import UsageError
from mirtool.io.targets.interactions import starter_interactions
from mirtool.model import Interactions, text_array
from mirtool.network import SynergyNetwork, combine_probes, synergy_network
from mirtool.network.graph.drawn import PAIRS_DRAWN, GeneChoice, drawn_network, parse_genes
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.settings import LAYOUTS
from mirtool.report.figures.canvas import Drawing, drawing_with, svg_bytes, text_boxes
from mirtool.report.figures.network import network_figure
from mirtool.report.figures.network_marks import CLEAR, PORT_RADIUS
from mirtool.report.figures.network_round import mirnas_that_fit
from mirtool.report.figures.settings import FigureSettings
from tests.report.checks import assert_has_caption, assert_legible

MIRNAS = ("hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-15a-5p", "hsa-miR-16-5p", "hsa-miR-20b-3p", "hsa-miR-99x")
WIDTHS = (85, 120, 180)


@pytest.fixture(scope="module")
def network() -> SynergyNetwork:
    return synergy_network(
        combine_probes(MIRNAS, ["down"] * 4 + ["up"] * 2), TargetTable.of(starter_interactions())
    )


@pytest.fixture(scope="module")
def every() -> SynergyNetwork:
    """All miRNAs of the starter table, four of them as one slash probe."""
    known = starter_interactions()
    names = sorted(set(known.mirna))
    return synergy_network(
        combine_probes([*names[4:], "/".join(names[:4])], ["up"] * (len(names) - 3)),
        TargetTable.of(known),
        alpha=0.3,
    )


@pytest.fixture(scope="module")
def dense() -> SynergyNetwork:
    """Twelve miRNAs with twenty targets each of sixty: the farther apart in the list, the fewer they share."""
    pairs = [(f"hsa-miR-{900 + i}-5p", f"G{i * 2 + j}") for i in range(12) for j in range(20)]
    known = hand_made(pairs, [f"U{i}" for i in range(300)])
    return synergy_network(sorted({mirna for mirna, _ in pairs}), TargetTable.of(known))


def hand_made(pairs: list[tuple[str, str]], others: list[str]) -> Interactions:
    """A table of these pairs, and of genes that another miRNA targets."""
    pairs = [*pairs, *(("hsa-miR-1-3p", gene) for gene in others)]
    return Interactions(
        text_array(mirna for mirna, _ in pairs),
        text_array(gene for _, gene in pairs),
        text_array(["strong"] * len(pairs)),
        text_array([""] * len(pairs)),
        "hand-made",
    )


def words(figure: Drawing) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts if text.get_text()]


def test_mirnas_genes_and_key_are_on_it(network: SynergyNetwork) -> None:
    for layout in LAYOUTS:
        shown = words(network_figure(network, layout=layout))
        assert "miR-17-5p (14)" in shown
        assert "BCL2 (4)" in shown
        assert "10 shared targets, one seed" in shown
        assert {"miRNA up", "miRNA down"} <= set(shown)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_key_has_sizes_that_occur(every: SynergyNetwork, layout: str, width: int) -> None:
    figure = network_figure(every, layout=layout, width_mm=width)
    shown = words(figure)
    drawn = drawn_network(every)
    synergy = [value for value in drawn.mirnas["synergy"].tolist() if value]
    least = next(int(text.removeprefix("synergy ")) for text in shown if text.startswith("synergy "))
    assert least in synergy
    assert str(max(synergy)) in shown
    shared = drawn.pairs["shared targets"].tolist()
    first = [int(text.split()[0]) for text in shown if "shared target" in text]
    assert first
    assert set(first) <= set(shared)
    meeting = {len(own) for own in drawn.mirnas_of.values()}
    assert {int(text.split()[2]) for text in shown if text.startswith("gene of ")} <= meeting


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("width", WIDTHS)
def test_it_is_as_wide_as_asked_and_nothing_leaves_it(every: SynergyNetwork, layout: str, width: int) -> None:
    figure = network_figure(every, layout=layout, width_mm=width)
    across, up = figure.get_size_inches() * figure.dpi
    assert across == pytest.approx(width / 25.4 * figure.dpi)
    assert_legible(figure)
    assert_has_caption(figure)
    boxes = text_boxes(figure, [text for text in figure.axes[0].texts if text.get_text()])
    # A millimeter is free at every edge.
    edge = figure.dpi / 25.4
    assert (boxes[:, :2] > edge).all()
    assert boxes[:, 2].max() < across - edge
    assert boxes[:, 3].max() < up - edge
    axes = figure.axes[0]
    for patch in axes.patches:
        if isinstance(patch, Circle):
            (x, y), radius = patch.center, patch.get_radius()
            assert radius < x < width - radius
            assert radius < y < axes.get_ylim()[1] - radius


@pytest.mark.parametrize("width", WIDTHS)
def test_names_around_the_circle_have_the_height_of_a_line(every: SynergyNetwork, width: int) -> None:
    """Names that start on one circle and lead outward do not touch where their starts are a line apart."""
    figure = network_figure(every, layout="round", width_mm=width)
    starts = [
        text.get_position() for text in figure.axes[0].texts if text.get_rotation() and text.get_text() != ""
    ]
    assert len(starts) > 12
    apart = [math.dist(a, b) for a, b in combinations(starts, 2)]
    assert min(apart) > 7 / 72 * 25.4  # 7 points in millimeters


def ends_of_lines(figure: Drawing) -> list[tuple[float, float]]:
    axes = figure.axes[0]
    ends = []
    for collection in axes.collections:
        if isinstance(collection, LineCollection):
            ends += [tuple(end) for segment in collection.get_segments() for end in (segment[0], segment[-1])]
    for patch in axes.patches:
        if isinstance(patch, PathPatch) and len(patch.get_path().vertices) > 2:
            ends += [tuple(patch.get_path().vertices[0]), tuple(patch.get_path().vertices[-1])]
    return ends


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("width", WIDTHS)
def test_lines_end_at_dots(every: SynergyNetwork, layout: str, width: int) -> None:
    figure = network_figure(every, layout=layout, width_mm=width)
    dots = [(*patch.center, patch.get_radius()) for patch in figure.axes[0].patches if isinstance(patch, Circle)]
    ends = ends_of_lines(figure)
    assert len(ends) > 40
    for x, y in ends:
        gap = min(abs(math.hypot(x - a, y - b) - radius) for a, b, radius in dots)
        assert gap <= CLEAR + 1e-6
        assert all(math.hypot(x - a, y - b) > radius - 1e-6 for a, b, radius in dots)


def test_a_line_leaves_a_port_behind_each_name_that_has_genes(network: SynergyNetwork) -> None:
    figure = network_figure(network, layout="arcs")
    ports = [
        patch
        for patch in figure.axes[0].patches
        if isinstance(patch, Circle) and patch.get_radius() == PORT_RADIUS
    ]
    drawn = drawn_network(network)
    assert len(ports) == len({name for own in drawn.mirnas_of.values() for name in own})


def test_genes_are_chosen_by_number_and_by_name(network: SynergyNetwork) -> None:
    assert parse_genes([], network.universe) == GeneChoice()
    three = drawn_network(network, parse_genes(["3"], network.universe))
    counts = {
        gene: len(which.split(";"))
        for gene, which in zip(network.genes["gene"], network.genes["which"], strict=True)
    }
    assert sorted(counts[gene] for gene in three.genes["gene"]) == sorted(counts.values())[-3:]
    one = next(gene for gene, n in counts.items() if n == 1)
    named = network_figure(network, genes=[f"{one.lower()},BCL2"])
    assert {f"{one} (1)", "BCL2 (4)"} <= set(words(named))
    assert "2 are drawn, as chosen" in named.caption
    both = drawn_network(network, parse_genes(["2", one], network.universe))
    assert len(both.genes) == 3
    assert one in both.genes["gene"]


def test_genes_that_do_not_fit_around_the_circle_are_counted(every: SynergyNetwork) -> None:
    figure = network_figure(every, layout="round", genes=["40"], width_mm=85)
    shown = sum(text.endswith(")") and not text.startswith(("miR-", "let-")) for text in words(figure))
    chosen = len(drawn_network(every, GeneChoice(most=40), n_mirnas=mirnas_that_fit(85)).genes)
    assert 0 < shown < chosen
    said = f"{shown} are drawn, as chosen. For {chosen - shown} genes more there is no room on the circle."
    assert said in figure.caption


def test_a_gene_that_is_not_known_is_refused_and_one_without_these_mirnas_is_said(network: SynergyNetwork) -> None:
    with pytest.raises(UsageError, match="no gene of the interactions is called 'BCL'"):
        network_figure(network, genes=["BCL"])
    targets = set(network.genes["gene"])
    other = next(gene for gene in network.universe if gene not in targets)
    assert f"Not targets of these miRNAs: {other}." in network_figure(network, genes=[other, "2"]).caption


def test_mirnas_without_a_line_are_left_out_and_named(network: SynergyNetwork) -> None:
    figure = network_figure(network, genes=["BCL2"])
    assert not any(text.startswith("miR-20b-3p") for text in words(figure))
    assert "Left out since no line leads to them: hsa-miR-20b-3p." in figure.caption
    assert "Not drawn: 1 miRNA without a target in the table." in figure.caption


def test_of_many_pairs_those_of_the_strongest_partners_are_drawn(dense: SynergyNetwork) -> None:
    drawn = drawn_network(dense)
    significant = dense.pairs.take(dense.pairs["significant"])
    assert len(significant) > PAIRS_DRAWN
    assert drawn.n_significant == len(significant)
    assert 1 <= len(drawn.pairs) <= PAIRS_DRAWN
    # Each miRNA shares 18 of its 20 targets with its neighbors in the list, and none shares more.
    kept = set(zip(drawn.pairs["miRNA A"], drawn.pairs["miRNA B"], strict=True))
    names = sorted(dense.mirnas["miRNA"])
    assert {frozenset(pair) for pair in pairwise(names)} <= set(map(frozenset, kept))
    text = network_figure(dense).caption
    assert f"Of {drawn.n_significant} such pairs {len(drawn.pairs)} are drawn: for each miRNA the " in text


def test_what_is_left_out_is_said(network: SynergyNetwork) -> None:
    text = network_figure(network, n_mirnas=3, genes=["2"]).caption
    assert "Of 5 miRNAs 3 are drawn, those of highest synergy." in text
    assert "that two miRNAs or more target 2 are drawn" in text
    assert "hsa- is left out of the names." in text


def test_directions_of_genes_are_triangles(network: SynergyNetwork) -> None:
    from dataclasses import replace

    directions = text_array(["up"] * 8 + ["down"] * (len(network.genes) - 8))
    known = replace(network, genes=network.genes.with_columns({"regulation": directions}))
    for layout in LAYOUTS:
        figure = network_figure(known, layout=layout)
        assert {"gene up", "gene down"} <= set(words(figure))
        assert "A gene that is a triangle went up or down, as it points." in figure.caption
        black = [patch for patch in figure.axes[0].patches if isinstance(patch, Circle)
                 and patch.get_facecolor() == (0, 0, 0, 1)]  # fmt: skip
        assert not black
        colors = {tuple(patch.get_facecolor()) for patch in figure.axes[0].patches if isinstance(patch, Polygon)}
        assert len(colors) == 3  # white in discs, up and down


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_network_that_shares_nothing_is_drawn_too(layout: str) -> None:
    apart = synergy_network(["hsa-miR-513a-5p", "hsa-miR-451a"], TargetTable.of(starter_interactions()))
    figure = network_figure(apart, layout=layout)
    assert "No pair of miRNAs shares more targets than expected by chance (FDR ≤ 0.05)." in figure.caption
    assert any(text.startswith("miR-451a") for text in words(figure))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_network_gives_the_same_bytes(network: SynergyNetwork, layout: str) -> None:
    data = svg_bytes(network_figure(network, layout=layout))
    assert data == svg_bytes(network_figure(network, layout=layout))
    ET.fromstring(data)


def test_title_colors_and_width_are_those_asked_for(network: SynergyNetwork) -> None:
    with drawing_with(FigureSettings(title="none", color=("up=#112233", "down=#445566"), figure_width=100.0)):
        figure = network_figure(network)
    assert figure.get_size_inches()[0] == pytest.approx(100 / 25.4)
    assert "miRNA synergy network" not in words(figure)
    faces = {
        tuple(np.round(np.array(patch.get_facecolor()) * 255).astype(int)[:3]) for patch in figure.axes[0].patches
    }
    assert {(0x44, 0x55, 0x66)} <= faces


def test_where_a_name_and_its_count_are_too_long_for_a_column_names_stay() -> None:
    mirnas, genes = ("hsa-miR-548aa-3p", "hsa-miR-30c-2-3p"), ("TNFRSF10B", "TNFRSF10BLONGERSTILL", "AR")
    network = synergy_network(
        mirnas, TargetTable.of(hand_made([(mirna, gene) for mirna in mirnas for gene in genes], []))
    )
    shown = words(network_figure(network, layout="arcs", width_mm=85))
    assert {"TNFRSF10B", "AR", "gene"} <= set(shown)
    assert sum(word.startswith("TNFRSF10B") and word.endswith("…") for word in shown) == 1


def test_an_unknown_layout_is_refused(network: SynergyNetwork) -> None:
    with pytest.raises(UsageError, match="unknown layout 'circle'"):
        network_figure(network, layout="circle")
