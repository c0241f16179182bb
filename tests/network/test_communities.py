"""Communities: modularity by hand, networkx as the oracle, genes that tie, and the gene sets of each."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.errors import UsageError
from mirtool.model import GeneSets, Interactions, text_array
from mirtool.network import (
    SynergyNetwork,
    mirna_universe,
    synergy_network,
    target_enrichment,
    with_communities,
    with_community_terms,
)
from mirtool.network.graph.communities import louvain, modularity_parts, most_common
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.settings import EnrichmentSettings

# Two groups of miRNAs: a, b and c share A1 … A4, d and e share D1 … D4; c and d share X. f has a gene of its own.
PAIRS = [(mirna, f"A{i}") for mirna in "abc" for i in range(1, 5)]
PAIRS += [(mirna, f"D{i}") for mirna in "de" for i in range(1, 5)]
PAIRS += [("c", "X"), ("d", "X"), ("f", "F"), ("c", "Y"), ("d", "Y"), ("e", "Y")]
PAIRS += [(f"z{i}", f"Z{i}") for i in range(30)]


def table(pairs) -> Interactions:
    blank = text_array([""] * len(pairs))
    return Interactions(text_array(m for m, _ in pairs), text_array(g for _, g in pairs), blank, blank, "mine")


@pytest.fixture
def network() -> SynergyNetwork:
    return with_communities(synergy_network("fedcba", TargetTable.of(table(PAIRS), "all"), alpha=1.0))


@st.composite
def graphs(draw) -> np.ndarray:
    n = draw(st.integers(2, 8))
    a, b = np.triu_indices(n, k=1)
    weights = np.zeros((n, n))
    weights[a, b] = draw(st.lists(st.sampled_from([0, 0, 1, 3]), min_size=len(a), max_size=len(a)))
    return weights + weights.T


def test_two_groups_and_one_by_itself(network: SynergyNetwork) -> None:
    found = dict(zip(network.mirnas["miRNA"], network.mirnas["community"], strict=True))
    assert found == {"a": "1", "b": "1", "c": "1", "d": "2", "e": "2", "f": ""}


def test_genes_lie_where_most_of_their_mirnas_do(network: SynergyNetwork) -> None:
    found = dict(zip(network.genes["gene"], network.genes["community"], strict=True))
    # X has c and d, one of each; Y has c, d and e.
    assert (found["A1"], found["D1"], found["X"], found["Y"], found["F"]) == ("1", "2", "1;2", "2", "")


def test_the_table_by_hand(network: SynergyNetwork) -> None:
    # Edges: ab, ac, bc 4 each; de 5 (D1 … D4, Y); cd 2 (X, Y); ce 1 (Y): m = 20.
    # Inside the first 12, its ends 8 + 8 + 11 = 27: 12/20 − (27/40)²; the second 5, 7 + 6 = 13: 5/20 − (13/40)².
    table = network.communities
    assert table is not None
    assert table["community"].tolist() == ["1", "2"]
    assert table["miRNAs"].tolist() == [3, 2]
    assert table["modularity"] == pytest.approx([12 / 20 - (27 / 40) ** 2, 5 / 20 - (13 / 40) ** 2], rel=1e-12)
    # X counts in both; the first shares A1 … A4, the second D1 … D4 and Y.
    assert table["genes"].tolist() == [5, 6]
    assert table["genes shared"].tolist() == [4, 5]
    assert table["which"].tolist() == ["c;a;b", "d;e"]
    assert dict(table.notes)["modularity of all"] == f"{17 / 20 - (27**2 + 13**2) / 1600:.6g}"


@given(graphs(), st.sampled_from([0.5, 1.0, 2.0]))
def test_modularity_is_that_of_networkx(weights: np.ndarray, resolution: float) -> None:
    member = louvain(weights, resolution)
    assert ((member >= 0) == weights.any(axis=1)).all()
    if not weights.any():
        return
    joined = np.flatnonzero(member >= 0)
    graph = nx.from_numpy_array(weights).subgraph(joined.tolist())
    partition = [set(np.flatnonzero(member == c).tolist()) for c in range(member.max() + 1)]
    expected = nx.community.modularity(graph, partition, resolution=resolution)
    assert modularity_parts(weights, member, resolution).sum() == pytest.approx(expected, abs=1e-12)
    # No worse than all together.
    assert expected >= nx.community.modularity(graph, [set(joined.tolist())], resolution=resolution) - 1e-12
    sizes = np.bincount(member[joined])
    assert (np.diff(sizes) <= 0).all()


def test_two_cliques_with_one_edge_between_are_two_communities() -> None:
    graph = nx.barbell_graph(5, 0)
    assert louvain(nx.to_numpy_array(graph)).tolist() == [0] * 5 + [1] * 5


def test_resolution_parts_more_or_less() -> None:
    ring = nx.to_numpy_array(nx.ring_of_cliques(6, 4))
    n = [louvain(ring, resolution).max() + 1 for resolution in (0.1, 1.0, 10.0)]
    assert n == sorted(n)
    assert (n[0], n[1]) == (2, 6)
    assert n[2] > 6


def test_a_network_without_significant_pairs_has_no_communities() -> None:
    network = with_communities(synergy_network("fa", TargetTable.of(table(PAIRS), "all")))
    assert network.communities is not None
    assert len(network.communities) == 0
    assert network.mirnas["community"].tolist() == ["", ""]
    assert set(network.genes["community"]) == {""}


def test_ties_are_said_in_the_order_of_the_communities() -> None:
    assert most_common(["2", "10", "2", "10", "", "1"]) == "2;10"


@pytest.mark.parametrize("resolution", [0.0, -1.0, float("nan"), float("inf")])
def test_a_resolution_that_is_none(network: SynergyNetwork, resolution: float) -> None:
    with pytest.raises(UsageError, match="the resolution of communities must be above 0"):
        with_communities(network, resolution=resolution)


SETS = GeneSets(
    ("A", "D", "Z"),
    ("", "", ""),
    (
        frozenset({"A1", "A2", "A3", "A4"}),
        frozenset({"D1", "D2", "D3", "D4", "Y"}),
        frozenset(f"Z{i}" for i in range(30)),
    ),
    "hand-made",
)


def test_terms_are_those_of_the_genes_shared_within(network: SynergyNetwork) -> None:
    universe = mirna_universe("fedcba", TargetTable.of(table(PAIRS), "all"))
    described = with_community_terms(
        network, universe, SETS, EnrichmentSettings(min_size=2, draws=999)
    ).communities
    assert described is not None
    # The first shares A1 … A4, all of A: P = 1/C(39,4) if genes are drawn of the 39 that the sets know.
    assert described["terms surviving (genes)"].tolist() == [1, 1]
    assert [text.split(" (")[0] for text in described["top terms"]] == ["A", "D"]
    assert described["top terms"][0].startswith(f"A (genes {3 / 82251:.1e}, miRNAs ")
    of_first = np.isin(universe.targets.mirnas.astype(str), ["a", "b", "c"])
    alone = target_enrichment(
        replace(universe, chosen=of_first), SETS, EnrichmentSettings(min_size=2, draws=999), shared_by=2
    )
    assert described["terms surviving (miRNAs)"][0] == alone.under("miRNAs").survives.sum()
    assert described["terms surviving (all)"][0] == alone.survives_all.sum()


def test_a_community_whose_shared_genes_no_set_knows(network: SynergyNetwork) -> None:
    universe = mirna_universe("fedcba", TargetTable.of(table(PAIRS), "all"))
    only_a = replace(SETS, terms=SETS.terms[:1], descriptions=("",), genes=SETS.genes[:1])
    described = with_community_terms(
        network, universe, only_a, EnrichmentSettings(null="genes", min_size=2)
    ).communities
    assert described is not None
    assert described["terms surviving (genes)"].tolist()[0] == 0
    assert np.isnan(described["terms surviving (genes)"][1])
    assert described["top terms"].tolist() == ["", ""]
    assert "terms surviving (all)" not in described.columns


def test_terms_need_communities() -> None:
    network = synergy_network("fedcba", TargetTable.of(table(PAIRS), "all"), alpha=1.0)
    with pytest.raises(UsageError, match="call with_communities first"):
        with_community_terms(network, mirna_universe("fedcba", TargetTable.of(table(PAIRS), "all")), SETS)
