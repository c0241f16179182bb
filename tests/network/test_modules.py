"""Synergy by functional modules: by hand on a small network, against the enrichment of each pair, closeness."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.io.genes.gene_sets import embedded_go_bp
from mirtool.io.targets.interactions import starter_interactions
from mirtool.model import GeneSets, Interactions, ProteinInteractions, text_array
from mirtool.network import SynergyNetwork, network_graph, node_table, over_representation, synergy_network
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.pairs.modules import adjust_within, with_modules
from mirtool.network.settings import ModuleSettings
from mirtool.stats.adjustment import adjust_p_values

TARGETS = {
    "hsa-miR-17-5p": ("G1", "G2", "G3", "G4"),
    "hsa-miR-20a-5p": ("G1", "G2", "G3", "G5"),
    "hsa-miR-21-5p": ("G3", "G6", "G7", "G8"),
}
SETS = GeneSets(
    ("repair", "growth", "rest"),
    ("R:1", "", "R:3"),
    (frozenset({"G1", "G2", "G3"}), frozenset({"G4", "G5", "G6"}), frozenset({"G1", "G7", "G8", "unknown"})),
    "hand-made",
)


def network_of(targets=None, **options) -> SynergyNetwork:
    pairs = [(name, gene) for name, genes in (targets or TARGETS).items() for gene in genes]
    nothing = text_array([""] * len(pairs))
    known = Interactions(
        text_array(m for m, _ in pairs), text_array(g for _, g in pairs), nothing, nothing, "mine"
    )
    return synergy_network(list(targets or TARGETS), TargetTable.of(known, "all"), **options)


def column(table, name):
    return table[name].tolist()


def test_by_hand() -> None:
    # Universe: G1 … G8, N = 8; three terms of three genes. 17-5p and 20a-5p share G1, G2, G3: of repair 3 of 3,
    # P = 1 / C(8, 3) = 1/56; rest has one of them, fewer than three. BH over three terms: 3/56, the pair's P. The
    # other two pairs share G3 alone: P = 1. BH over three pairs: 9/56 = 0.16. At a level of 0.2 one of three pairs
    # is selected, and terms count up to 0.2 / 3 = 0.067: repair with 0.054.
    judged = with_modules(network_of(), SETS, ModuleSettings(min_size=3, module_fdr=0.2))
    assert judged.modules is not None
    pairs = judged.pairs
    assert column(pairs, "modules") == [1, 0, 0]
    assert column(pairs, "P modules") == pytest.approx([3 / 56, 1, 1], rel=1e-12)
    assert column(pairs, "FDR modules") == pytest.approx([9 / 56, 1, 1], rel=1e-12)
    assert column(pairs, "synergistic by modules") == [True, False, False]
    assert column(pairs, "module terms") == ["repair", "", ""]
    (row,) = zip(*judged.modules.columns.values(), strict=True)
    assert row[:9] == ("hsa-miR-17-5p", "hsa-miR-20a-5p", "yes", "repair", "R:1", 3, 3, 3, 8)
    assert row[9:12] == pytest.approx((9 / 8, 1 / 56, 3 / 56), rel=1e-12)
    assert row[12] == "G1;G2;G3"
    assert dict(zip(judged.mirnas["miRNA"], judged.mirnas["modules"], strict=True)) == {
        "hsa-miR-17-5p": 1,
        "hsa-miR-20a-5p": 1,
        "hsa-miR-21-5p": 0,
    }
    assert sorted(column(judged.mirnas, "partners by modules")) == [0, 1, 1]


def test_at_a_lower_level_no_pair_is_selected() -> None:
    judged = with_modules(network_of(), SETS, ModuleSettings(min_size=3, module_fdr=0.15))
    assert judged.modules is not None
    assert len(judged.modules) == 0
    assert column(judged.pairs, "modules") == [0, 0, 0]
    assert column(judged.pairs, "P modules") == pytest.approx([3 / 56, 1, 1], rel=1e-12)


def test_a_module_needs_its_genes() -> None:
    assert (
        not with_modules(network_of(), SETS, ModuleSettings(min_size=3, module_fdr=0.2, module_min_genes=4))
        .pairs["modules"]
        .any()
    )


def test_close_in_a_network_of_proteins() -> None:
    # Three of the eight genes of a path: G1 – G2 – G3 – … – G8, the first or the most distant ones. Of the 56
    # triples 6 are runs, P = 6/56.
    path = [f"G{i}" for i in range(1, 9)]
    apart = ["G1", "G4", "G5", "G2", "G6", "G7", "G8", "G3"]
    for order, close in ((path, True), (apart, False)):
        proteins = ProteinInteractions(text_array(order[:-1]), text_array(order[1:]), "path")
        judged = with_modules(
            network_of(),
            SETS,
            ModuleSettings(min_size=3, module_fdr=0.2, ppi_p=0.15, ppi_draws=2000),
            proteins=proteins,
        )
        assert judged.modules is not None
        assert column(judged.modules, "close") == [close]
        assert column(judged.modules, "genes in the network") == [3]
        assert column(judged.pairs, "synergistic by modules") == [close, False, False]
        assert column(judged.pairs, "modules") == [int(close), 0, 0]
        p_value = judged.modules["P path length"][0]
        if close:
            assert judged.modules["path length"][0] == pytest.approx(4 / 3)
            assert p_value == pytest.approx(6 / 56, abs=4 * np.sqrt(0.1 / 2000))
        else:
            # G1, G2 and G3 are at 0, 3 and 7: (3 + 4 + 7) / 3. Only those that hold both ends are as far apart.
            assert judged.modules["path length"][0] == pytest.approx(14 / 3)
            assert p_value == 1


def test_a_module_outside_the_network_of_proteins_is_not_close() -> None:
    proteins = ProteinInteractions(text_array(["G6", "G7"]), text_array(["G7", "G8"]), "others")
    judged = with_modules(
        network_of(), SETS, ModuleSettings(min_size=3, module_fdr=0.2, ppi_p=1.0), proteins=proteins
    )
    assert judged.modules is not None
    assert column(judged.modules, "genes in the network") == [0]
    assert np.isnan(judged.modules["path length"]).all()
    assert not judged.pairs["synergistic by modules"].any()


STUDY = ("hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-15a-5p", "hsa-miR-16-5p", "hsa-miR-21-5p", "hsa-let-7a-5p")


@pytest.fixture(scope="module")
def starter() -> SynergyNetwork:
    return synergy_network(STUDY, TargetTable.of(starter_interactions()))


def test_a_pair_alone_has_the_p_of_its_enrichment(starter: SynergyNetwork) -> None:
    # The same question asked of one pair's shared genes by the other code: P of each term, and its BH.
    sets = embedded_go_bp()
    judged = with_modules(starter, sets, ModuleSettings(module_fdr=1.0, module_min_genes=2))
    assert judged.modules is not None
    names = ("hsa-miR-17-5p", "hsa-miR-20a-5p")
    shared = {
        tuple(sorted(p[:2])): p[2]
        for p in zip(*(judged.pairs[c] for c in ("miRNA A", "miRNA B", "shared genes")), strict=True)
    }
    alone = over_representation(shared[names].split(";"), sets, universe=starter.universe)
    test = alone.under("genes")
    # Terms with fewer than two genes count as P = 1 in the modules.
    p_value = np.where(alone.hits >= 2, test.p_value, 1.0)
    expected = {t: (p, q) for t, p, q in zip(alone.terms, p_value, adjust_p_values(p_value), strict=True)}
    of_pair = judged.modules.take(
        np.array(
            [
                {a, b} == set(names)
                for a, b in zip(judged.modules["miRNA A"], judged.modules["miRNA B"], strict=True)
            ]
        )
    )
    assert len(of_pair) > 20
    for term, p, fdr in zip(of_pair["term"], of_pair["P"], of_pair["FDR"], strict=True):
        assert (p, fdr) == pytest.approx(expected[term], rel=1e-12)


def test_more_genes_asked_or_a_lower_level_give_fewer_modules(starter: SynergyNetwork) -> None:
    sets = embedded_go_bp()
    counts = [
        with_modules(starter, sets, ModuleSettings(module_fdr=level)).pairs["modules"].sum()
        for level in (0.01, 0.05, 0.2)
    ]
    assert counts == sorted(counts)
    counts = [
        with_modules(starter, sets, ModuleSettings(module_min_genes=n, module_fdr=0.2)).pairs["modules"].sum()
        for n in (6, 4, 2)
    ]
    assert counts == sorted(counts)
    assert counts[-1] > 0


def test_every_selected_pair_has_a_term_and_every_term_a_selected_pair(starter: SynergyNetwork) -> None:
    for level in (0.02, 0.05, 0.3):
        pairs = with_modules(starter, embedded_go_bp(), ModuleSettings(module_fdr=level)).pairs
        np.testing.assert_array_equal(pairs["modules"] > 0, pairs["FDR modules"] <= level)


def test_graph_and_node_table_take_the_columns(starter: SynergyNetwork) -> None:
    judged = with_modules(starter, embedded_go_bp())
    assert "modules" in node_table(judged).columns
    assert network_graph(judged).nodes["hsa-miR-17-5p"]["partners by modules"] >= 0


@settings(max_examples=60)
@given(st.lists(st.lists(st.floats(0, 1), max_size=9), min_size=1, max_size=6), st.integers(0, 3))
def test_adjusting_within_groups_is_adjusting_each(groups: list[list[float]], more: int) -> None:
    n_tests = max(map(len, groups)) + more
    p_value = np.array([p for own in groups for p in sorted(own)])
    group = np.repeat(np.arange(len(groups)), [len(own) for own in groups])
    expected = [
        adjust_p_values(np.array([*sorted(own), *[1.0] * (n_tests - len(own))]))[: len(own)] for own in groups
    ]
    np.testing.assert_allclose(adjust_within(p_value, group, n_tests), np.concatenate(expected), rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"module_min_genes": 1}, UsageError, "module min genes is out of range"),
        ({"module_fdr": 0.0}, UsageError, "module fdr must be above 0"),
        ({"ppi_p": 2.0}, UsageError, "ppi p is out of range"),
        ({"min_size": 9, "max_size": 3}, UsageError, "the smallest size of a term is above the largest"),
        ({"min_size": 4}, NotEnoughDataError, "no gene set has 4 to 500 genes in the universe of 8 genes"),
    ],
)
def test_what_cannot_be_asked(options, error, message) -> None:
    with pytest.raises(error) as caught:
        with_modules(network_of(), SETS, ModuleSettings(**{"min_size": 3} | options))
    assert message in str(caught.value)
