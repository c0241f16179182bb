"""Centralities in the synergy graph: closed forms of stars and paths, and networkx on whatever graph."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.model import Interactions, text_array
from mirtool.network import synergy_network, with_centrality
from mirtool.network.graph.centrality import eigenvector_centrality, pagerank
from mirtool.network.graph.synergy_graph import synergy_weights
from mirtool.network.interactions.target_table import TargetTable


def matrix(n: int, edges) -> np.ndarray:
    weights = np.zeros((n, n))
    for a, b, weight in edges:
        weights[a, b] = weights[b, a] = weight
    return weights


@st.composite
def graphs(draw) -> np.ndarray:
    n = draw(st.integers(2, 9))
    a, b = np.triu_indices(n, k=1)
    chosen = draw(st.lists(st.integers(0, 20).map(lambda w: max(0, w - 10)), min_size=len(a), max_size=len(a)))
    return matrix(n, zip(a, b, chosen, strict=True))


@pytest.mark.parametrize("leaves", [2, 3, 7])
def test_a_star(leaves: int) -> None:
    # W v = λ v: λ c = k l, λ l = c, so λ = √k, l = c / √k; c² + k l² = 1 gives c = 1/√2.
    star = matrix(leaves + 1, [(0, i + 1, 3.0) for i in range(leaves)])
    assert eigenvector_centrality(star) == pytest.approx([2**-0.5] + [(2 * leaves) ** -0.5] * leaves, rel=1e-12)
    # c = 0.15/n + 0.85 (1 − c) and n = k + 1: the leaves' whole share goes to the center.
    center = (0.15 / (leaves + 1) + 0.85) / 1.85
    assert pagerank(star) == pytest.approx([center] + [(1 - center) / leaves] * leaves, rel=1e-12)


def test_a_path() -> None:
    # The path of n nodes has the eigenvector sin(π j / (n + 1)), whose squares sum to (n + 1) / 2.
    path = matrix(5, [(i, i + 1, 1.0) for i in range(4)])
    expected = np.sin(np.pi * np.arange(1, 6) / 6) / np.sqrt(3)
    assert eigenvector_centrality(path) == pytest.approx(expected, rel=1e-12)


def test_components_and_nodes_without_edges() -> None:
    # Of six nodes a triangle, a pair and one alone: squares sum to 3/6, 2/6 and 0.
    weights = matrix(6, [(0, 1, 5.0), (1, 2, 5.0), (0, 2, 5.0), (3, 4, 90.0)])
    assert eigenvector_centrality(weights) == pytest.approx([6**-0.5] * 5 + [0], rel=1e-12)
    # One alone: x = c, the chance to begin anew there; in a component of equals x = c + 0.85 x.
    alone = 1 / (1 + 5 / 0.15)
    assert pagerank(weights) == pytest.approx([alone / 0.15] * 5 + [alone], rel=1e-12)


def test_no_edges_at_all() -> None:
    assert eigenvector_centrality(np.zeros((3, 3))).tolist() == [0, 0, 0]
    assert pagerank(np.zeros((4, 4))).tolist() == [0.25] * 4


@given(graphs())
def test_networkx_agrees(weights: np.ndarray) -> None:
    graph = nx.from_numpy_array(weights)
    expected = nx.pagerank(graph, tol=1e-12, max_iter=10_000)
    assert pagerank(weights) == pytest.approx([expected[i] for i in range(len(weights))], abs=1e-9)
    found = eigenvector_centrality(weights)
    for nodes in nx.connected_components(graph):
        if len(nodes) > 2:
            of_component = nx.eigenvector_centrality_numpy(graph.subgraph(nodes), weight="weight")
            scale = np.sqrt(len(nodes) / len(weights))
            assert {i: found[i] / scale for i in nodes} == pytest.approx(of_component, abs=1e-7)
        elif len(nodes) == 1:
            assert found[min(nodes)] == 0


@given(graphs(), st.randoms())
def test_the_order_of_the_nodes_does_not_matter(weights: np.ndarray, random) -> None:
    order = list(range(len(weights)))
    random.shuffle(order)
    permuted = weights[np.ix_(order, order)]
    assert eigenvector_centrality(permuted) == pytest.approx(eigenvector_centrality(weights)[order], abs=1e-7)
    assert pagerank(permuted) == pytest.approx(pagerank(weights)[order], rel=1e-9)


def test_in_a_network_the_graph_is_that_of_significant_pairs() -> None:
    # a and b share X and Y, b and c share Z, of ten genes; d shares nothing.
    pairs = [("a", "X"), ("a", "Y"), ("b", "X"), ("b", "Y"), ("b", "Z"), ("c", "Z"), ("d", "W")]
    pairs += [("e", f"G{i}") for i in range(6)]
    blank = text_array([""] * len(pairs))
    interactions = Interactions(
        text_array(mirna for mirna, _ in pairs), text_array(gene for _, gene in pairs), blank, blank, "mine"
    )
    network = with_centrality(synergy_network("dcba", TargetTable.of(interactions, "all"), alpha=1.0))
    weights = synergy_weights(network)
    assert network.mirnas["miRNA"].tolist() == ["b", "a", "c", "d"]
    assert weights.tolist() == [[0, 2, 1, 0], [2, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    assert weights.sum(axis=1).tolist() == network.mirnas["synergy"].tolist()
    assert (weights > 0).sum(axis=1).tolist() == network.mirnas["partners"].tolist()
    # λ² = 2² + 1² = 5: b √5 = 2 a + c with a = 2 b/√5, c = b/√5; b = 1/√2, all times √(3/4).
    expected = np.array([1, 2 / 5**0.5, 1 / 5**0.5, 0]) * 0.5**0.5 * 0.75**0.5
    assert network.mirnas["eigenvector"] == pytest.approx(expected, rel=1e-12)
    assert network.mirnas["PageRank"].sum() == pytest.approx(1, rel=1e-12)
