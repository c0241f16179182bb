r"""How central a miRNA is in the synergy graph: by its partners' centrality, and by a walk along the edges.

The graph is that of :func:`mirtool.network.graph.synergy_graph.synergy_weights`: all miRNAs with targets, an edge
where a pair is significant, weighted by the targets shared. With the weights W:

eigenvector centrality
    The vector v > 0 with W v = λ v for the largest λ: a miRNA is central where its partners are. A graph that is
    not connected has no such vector; each component then has its own, with \|v\|² the component's share of the
    miRNAs, so that a pair by itself is not above the hubs of a large component. In a connected graph
    \|v\| = 1. A miRNA without partners has 0.
PageRank
    The share of time that a walk spends at a miRNA, which at each step follows an edge with probability d = 0.85,
    chosen by its weight, or else begins anew at a miRNA chosen at random; at a miRNA without partners it always
    begins anew. Sums to 1.

References
----------
Bonacich P. Factoring and weighting approaches to status scores and clique identification. J Math Sociol
1972;2:113–120.

Brin S, Page L. The anatomy of a large-scale hypertextual Web search engine. Comput Netw ISDN Syst 1998;30:107–117
(d = 0.85).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mirtool.model import FloatArray
from mirtool.network.build import SynergyNetwork
from mirtool.network.graph.synergy_graph import synergy_weights

DAMPING = 0.85
"""Probability that a walk follows an edge (Brin and Page)."""


def with_centrality(network: SynergyNetwork) -> SynergyNetwork:
    """Return each miRNA its centralities in the synergy graph.

    Returns
    -------
    SynergyNetwork
        With the columns ``eigenvector`` and ``PageRank`` in ``mirnas``, as :mod:`mirtool.network.graph.centrality`
        defines them.
    """
    weights = synergy_weights(network)
    columns = {"eigenvector": eigenvector_centrality(weights), "PageRank": pagerank(weights)}
    return replace(network, mirnas=network.mirnas.with_columns(columns))


def eigenvector_centrality(weights: FloatArray) -> FloatArray:
    """Eigenvector centrality in each component of an undirected graph.

    Parameters
    ----------
    weights
        ``(n, n)``, symmetric, 0 or more, the diagonal 0.

    Returns
    -------
    FloatArray
        ``(n,)``; the squares of a component of m > 1 nodes sum to m / n, and a node without edges has 0.

    Examples
    --------
    A star of two leaves: the center has 1/√2, each leaf 1/2.

    >>> star = np.array([[0.0, 1, 1], [1, 0, 0], [1, 0, 0]])
    >>> eigenvector_centrality(star).round(6).tolist()
    [0.707107, 0.5, 0.5]
    """
    from scipy.linalg import eigh
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    n = len(weights)
    centrality = np.zeros(n)
    n_components, component = connected_components(csr_array(weights), directed=False)
    for label in range(n_components):
        nodes = np.flatnonzero(component == label)
        if len(nodes) > 1:
            last = len(nodes) - 1
            _, vectors = eigh(weights[np.ix_(nodes, nodes)], subset_by_index=[last, last])
            centrality[nodes] = np.abs(vectors[:, 0]) * np.sqrt(len(nodes) / n)
    return centrality


def pagerank(weights: FloatArray, damping: float = DAMPING) -> FloatArray:
    """PageRank of the nodes of an undirected graph, solved exactly.

    Parameters
    ----------
    weights
        ``(n, n)``, symmetric, 0 or more.
    damping
        Probability that the walk follows an edge.

    Returns
    -------
    FloatArray
        ``(n,)``, sums to 1.

    Examples
    --------
    >>> pagerank(np.array([[0.0, 2.0], [2.0, 0.0]])).tolist()
    [0.5, 0.5]
    """
    n = len(weights)
    strength = weights.sum(axis=1)
    steps = np.divide(weights, strength[:, np.newaxis], out=np.zeros((n, n)), where=strength[:, np.newaxis] > 0)
    # A walk that begins anew is anywhere alike: x = d Pᵀx + c for one number c, which the sum of 1 settles.
    visits = np.linalg.solve(np.eye(n) - damping * steps.T, np.ones(n))
    share: FloatArray = visits / visits.sum()
    return share
