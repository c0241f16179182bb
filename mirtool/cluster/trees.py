"""Hierarchical clustering: which clusters are merged, at what distance, and the order in which to draw them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from mirtool.cluster.distances import pairwise_distances
from mirtool.cluster.methods import LINKAGES, Linkage, Metric
from mirtool.errors import UsageError
from mirtool.model import BoolArray, FloatArray, IntArray

OPTIMAL_ORDER_LIMIT = 600
"""Beyond as many leaves the order that minimizes jumps takes seconds, and no figure shows it."""


@dataclass(frozen=True, eq=False)
class ClusterTree:
    """A tree over leaves, and the order in which to draw them.

    Parameters
    ----------
    order
        Positions of the leaves from one end of the drawing to the other, ``(n,)``.
    linkage
        The merges, ``(n - 1, 4)``, as :func:`scipy.cluster.hierarchy.linkage` writes them: the two clusters (leaf
        i is i, merge j is n + j), their distance, the number of leaves below.
    """

    order: IntArray
    linkage: FloatArray

    def __len__(self) -> int:
        return len(self.order)


def check_options(method: str, metric: str) -> None:
    """Refuse Ward's method on distances that are not Euclidean.

    Raises
    ------
    UsageError
        In the words of a person who chose both.
    """
    if method == "ward" and metric != "euclidean":
        raise UsageError(
            "Ward's method adds up squared Euclidean distances, which other distances are not",
            found=f"ward with {metric}",
            expected="ward with euclidean",
            hint="of z-scores, Euclidean distances order rows as Pearson's correlation does",
        )


def hierarchical_order(
    values: FloatArray, *, axis: Literal[0, 1] = 0, method: Linkage = "average", metric: Metric = "correlation"
) -> ClusterTree:
    """Cluster the rows (``axis=0``) or columns (``axis=1``) of a matrix bottom up, and order them for drawing.

    Parameters
    ----------
    values
        ``(n_probes, n_samples)``, any scale (log2 for expression), NaN missing.
    axis
        0 clusters rows, 1 columns.
    method
        How far two clusters are apart: ``"average"`` (UPGMA, the mean over all pairs), ``"weighted"`` (WPGMA, the
        mean of the distances of the two clusters that were merged last, whatever their sizes: what the program MeV
        calls average linkage, and R ``mcquitty``), ``"complete"`` (the farthest pair), ``"single"`` (the nearest)
        or ``"ward"`` (the merge that adds least to the sum of squares within clusters; R's ``ward.D2``).
    metric
        See :func:`mirtool.cluster.pairwise_distances`; Ward's method needs ``"euclidean"``.

    Returns
    -------
    ClusterTree
        Of the n rows or columns; for n = 1 without a merge, for n = 0 empty. Up to
        :data:`OPTIMAL_ORDER_LIMIT` leaves are in the order in which neighbors are most alike (Bar-Joseph 2001);
        more stay as the merges leave them.

    Raises
    ------
    UsageError
        For a method or metric that is not known, and for Ward's method on anything but Euclidean distances.

    References
    ----------
    Sokal, R. R. & Michener, C. D. (1958). Univ. Kansas Sci. Bull. 38, 1409–1438 (average and
    weighted linkage).
    Ward, J. H. (1963). J. Am. Stat. Assoc. 58, 236–244.
    Eisen, M. B. et al. (1998). PNAS 95, 14863–14868 (correlation and average linkage for expression).
    Bar-Joseph, Z., Gifford, D. K. & Jaakkola, T. S. (2001). Bioinformatics 17, S22–S29.

    Examples
    --------
    >>> rising, falling = [1.0, 2.0, 3.0], [3.0, 2.0, 1.0]
    >>> tree = hierarchical_order(np.array([rising, falling, rising]))
    >>> tree.order.tolist(), tree.linkage[:, 2].tolist()
    ([1, 2, 0], [0.0, 2.0])
    """
    check_options(method, metric)
    leaves = values if axis == 0 else values.T
    return cluster_distances(pairwise_distances(leaves, metric=metric), len(leaves), method=method)


def cluster_distances(distances: FloatArray, n: int, *, method: Linkage = "average") -> ClusterTree:
    """Cluster n leaves bottom up by the distances between them, and order them for drawing.

    Parameters
    ----------
    distances
        ``(n·(n − 1)/2,)``, none missing: pairs (0, 1), (0, 2), …, (1, 2), … as
        :func:`scipy.spatial.distance.pdist` orders them.
    n
        Number of leaves.
    method
        As in :func:`hierarchical_order`.

    Returns
    -------
    ClusterTree
        As :func:`hierarchical_order` gives it.

    Raises
    ------
    UsageError
        For a method that is not known.

    Examples
    --------
    >>> cluster_distances(np.array([4.0, 1.0, 5.0]), 3).order.tolist()
    [1, 0, 2]
    """
    LINKAGES.check(method, "linkage")
    if n < 2:
        return ClusterTree(np.arange(n), np.empty((0, 4)))

    from scipy.cluster.hierarchy import leaves_list, linkage

    merges = linkage(distances, method, optimal_ordering=n <= OPTIMAL_ORDER_LIMIT)
    return ClusterTree(leaves_list(merges).astype(np.int64), merges)


def members(tree: ClusterTree) -> BoolArray:
    """Return which leaves are below each merge, ``(n - 1, n)``.

    Examples
    --------
    >>> members(ClusterTree(np.array([0, 2, 1]), np.array([[0.0, 2, 1, 2], [1, 3, 4, 3]])))
    array([[ True, False,  True],
           [ True,  True,  True]])
    """
    n = len(tree)
    below = np.vstack([np.eye(n, dtype=bool), np.zeros((len(tree.linkage), n), dtype=bool)])
    for merge, (left, right) in enumerate(tree.linkage[:, :2].astype(np.int64).tolist()):
        below[n + merge] = below[left] | below[right]
    return below[n:]


def cut_tree(tree: ClusterTree, k: int) -> IntArray:
    """Cut a tree into k clusters by undoing its last k − 1 merges.

    Returns
    -------
    IntArray
        Cluster of each leaf, ``(n,)``, from 1 in the order of the leaves' own positions (as R's ``cutree``).

    Raises
    ------
    UsageError
        Where k is not between 1 and the number of leaves.

    Examples
    --------
    >>> cut_tree(ClusterTree(np.array([0, 2, 1]), np.array([[0.0, 2, 1, 2], [1, 3, 4, 3]])), 2).tolist()
    [1, 2, 1]
    """
    n = len(tree)
    if not 1 <= k <= n:
        raise UsageError("a tree can't be cut into so many clusters", found=str(k), expected=f"1 to {n}")
    top = np.arange(n)
    for inside in members(tree)[: n - k]:
        top[inside] = np.flatnonzero(inside)[0]
    return number_by_appearance(top)


def number_by_appearance(labels: IntArray) -> IntArray:
    """Return labels numbers from 1 in the order in which they first appear.

    Examples
    --------
    >>> number_by_appearance(np.array([7, 2, 7, 5])).tolist()
    [1, 2, 1, 3]
    """
    _, first, place = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(1, len(first) + 1)
    return np.asarray(rank[place], dtype=np.int64)
