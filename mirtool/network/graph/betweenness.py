"""Betweenness centrality of a graph of miRNAs and their targets, by sparse products instead of a walk per node.

References
----------
Freeman LC. A set of measures of centrality based on betweenness. Sociometry 1977;40:35–41.

Brandes U. A faster algorithm for betweenness centrality. J Math Sociol 2001;25:163–177.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mirtool.model import FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_SOURCES_AT_ONCE = 256


def bipartite_betweenness(incidence: csr_array) -> tuple[FloatArray, FloatArray]:
    """Betweenness of the rows and of the columns of an incidence matrix, normalized like networkx's.

    Parameters
    ----------
    incidence
        ``(n_mirnas, n_genes)``, a 1 for each edge, no explicit zeros.

    Returns
    -------
    tuple of FloatArray
        Of the miRNAs and of the genes: the share of the shortest paths between all other pairs of nodes that
        lead through a node (divided by (n − 1)(n − 2)/2); 0 where there are fewer than three nodes.

    Notes
    -----
    Genes with the same miRNAs are interchangeable, and no shortest path from one of them leads through another:
    the paths that start at one gene of such a class, weighted by its size, represent all.
    """
    from scipy.sparse import block_array

    n_mirnas, n_genes = incidence.shape
    n = n_mirnas + n_genes
    if n < 3:
        return np.zeros(n_mirnas), np.zeros(n_genes)
    adjacency = block_array([[None, incidence], [incidence.T, None]], format="csr", dtype=np.float64)
    genes, weights = _classes(incidence)
    sources = np.concatenate([np.arange(n_mirnas), n_mirnas + genes])
    weights = np.concatenate([np.ones(n_mirnas), weights])
    total = np.zeros(n)
    for start in range(0, len(sources), _SOURCES_AT_ONCE):
        chunk = slice(start, start + _SOURCES_AT_ONCE)
        total += _dependencies(adjacency, sources[chunk]) @ weights[chunk]
    total /= (n - 1) * (n - 2)
    return total[:n_mirnas], total[n_mirnas:]


def _classes(incidence: csr_array) -> tuple[IntArray, FloatArray]:
    """Return one gene of each class of genes with the same miRNAs, and the size of its class."""
    columns = incidence.tocsc()
    columns.sort_indices()
    members: dict[bytes, list[int]] = {}
    for gene in range(columns.shape[1]):
        key = columns.indices[columns.indptr[gene] : columns.indptr[gene + 1]].tobytes()
        members.setdefault(key, []).append(gene)
    return (
        np.array([genes[0] for genes in members.values()], dtype=np.int64),
        np.array([len(genes) for genes in members.values()], dtype=np.float64),
    )


def _dependencies(adjacency: csr_array, sources: IntArray) -> FloatArray:
    """Brandes' dependency of each source (column) on each node (row), all sources walked at the same time."""
    n, width = adjacency.shape[0], len(sources)
    across = np.arange(width)
    paths = np.zeros((n, width))
    paths[sources, across] = 1
    reached = paths > 0
    levels = [reached.copy()]
    while levels[-1].any():
        step = adjacency @ np.where(levels[-1], paths, 0)
        level = (step > 0) & ~reached
        paths[level] = step[level]
        reached |= level
        levels.append(level)
    dependency = np.zeros((n, width))
    for level, before in zip(levels[:0:-1], levels[-2::-1], strict=True):
        share = np.divide(1 + dependency, paths, out=np.zeros((n, width)), where=level)
        dependency += np.where(before, paths * (adjacency @ share), 0)
    dependency[sources, across] = 0
    return dependency
