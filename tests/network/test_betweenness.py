"""Betweenness by sparse products, by hand and against networkx."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from mirtool.network.graph.betweenness import bipartite_betweenness


def test_by_hand() -> None:
    # The path a, g, b, h: g lies between a and b and between a and h, b between a and h and between g and h;
    # there are three pairs of other nodes for each.
    mirnas, genes = bipartite_betweenness(csr_array([[1, 0], [1, 1]]))
    np.testing.assert_allclose(mirnas, [0, 2 / 3])
    np.testing.assert_allclose(genes, [2 / 3, 0])


def test_fewer_than_three_nodes() -> None:
    assert bipartite_betweenness(csr_array([[1]]))[0].tolist() == [0]


@given(st.integers(1, 6), st.integers(1, 12), st.floats(0.05, 0.9), st.integers(0, 2**32 - 1))
def test_against_networkx(n_mirnas: int, n_genes: int, density: float, seed: int) -> None:
    incidence = (np.random.default_rng(seed).random((n_mirnas, n_genes)) < density).astype(int)
    graph = nx.Graph()
    graph.add_nodes_from(range(n_mirnas + n_genes))
    graph.add_edges_from((i, n_mirnas + j) for i, j in zip(*np.nonzero(incidence), strict=True))
    expected = nx.betweenness_centrality(graph)
    found = np.concatenate(bipartite_betweenness(csr_array(incidence)))
    assert found == pytest.approx([expected[i] for i in range(n_mirnas + n_genes)], abs=1e-12)


def test_more_sources_than_are_walked_at_once() -> None:
    incidence = (np.random.default_rng(7).random((12, 600)) < 0.2).astype(int)
    graph = nx.Graph()
    graph.add_nodes_from(range(612))
    graph.add_edges_from((i, 12 + j) for i, j in zip(*np.nonzero(incidence), strict=True))
    expected = nx.betweenness_centrality(graph)
    mirnas, _ = bipartite_betweenness(csr_array(incidence))
    assert mirnas == pytest.approx([expected[i] for i in range(12)], rel=1e-9)
