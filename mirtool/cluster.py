"""Hierarchical clustering of rows or columns, with missing values left out pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from mirtool.errors import CallError
from mirtool.model import FloatArray, IntArray

Method = Literal["average", "complete", "single"]
Metric = Literal["correlation", "euclidean"]
METHODS: tuple[str, ...] = get_args(Method)
METRICS: tuple[str, ...] = get_args(Metric)
OPTIMAL_ORDER_LIMIT = 600
"""Beyond as many leaves the order that minimizes jumps takes seconds, and no figure shows it."""

# A variation this small beside the values' own size is what rounding leaves of equal values.
_ROUNDING = 1e-12


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


def hierarchical_order(
    values: FloatArray, *, axis: Literal[0, 1] = 0, method: Method = "average", metric: Metric = "correlation"
) -> ClusterTree:
    """Cluster the rows (``axis=0``) or columns (``axis=1``) of a matrix bottom up, and order them for drawing.

    Parameters
    ----------
    values
        ``(n_probes, n_samples)``, any scale (log2 for expression), NaN missing.
    axis
        0 clusters rows, 1 columns.
    method
        How far two clusters are apart: ``"average"`` (UPGMA, the mean over all pairs), ``"complete"`` (the
        farthest pair) or ``"single"`` (the nearest).
    metric
        ``"correlation"`` or ``"euclidean"``, see :func:`pairwise_distances`.

    Returns
    -------
    ClusterTree
        Of the n rows or columns; for n = 1 without a merge, for n = 0 empty. Up to
        :data:`OPTIMAL_ORDER_LIMIT` leaves are in the order in which neighbors are most alike (Bar-Joseph 2001);
        more stand as the merges leave them.

    Raises
    ------
    CallError
        For a method or metric that is not known.

    References
    ----------
    Sokal, R. R. & Michener, C. D. (1958). Univ. Kansas Sci. Bull. 38, 1409–1438 (average linkage).
    Eisen, M. B. et al. (1998). PNAS 95, 14863–14868 (correlation and average linkage for expression).
    Bar-Joseph, Z., Gifford, D. K. & Jaakkola, T. S. (2001). Bioinformatics 17, S22–S29.

    Examples
    --------
    >>> rising, falling = [1.0, 2.0, 3.0], [3.0, 2.0, 1.0]
    >>> tree = hierarchical_order(np.array([rising, falling, rising]))
    >>> tree.order.tolist(), tree.linkage[:, 2].tolist()
    ([1, 2, 0], [0.0, 2.0])
    """
    leaves = values if axis == 0 else values.T
    return cluster_distances(pairwise_distances(leaves, metric=metric), len(leaves), method=method)


def cluster_distances(distances: FloatArray, n: int, *, method: Method = "average") -> ClusterTree:
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
    CallError
        For a method that is not known.

    Examples
    --------
    >>> cluster_distances(np.array([4.0, 1.0, 5.0]), 3).order.tolist()
    [1, 0, 2]
    """
    if method not in METHODS:
        raise CallError("unknown clustering method", found=repr(method), expected="one of " + ", ".join(METHODS))
    if n < 2:
        return ClusterTree(np.arange(n), np.empty((0, 4)))

    from scipy.cluster.hierarchy import leaves_list, linkage

    merges = linkage(distances, method, optimal_ordering=n <= OPTIMAL_ORDER_LIMIT)
    return ClusterTree(leaves_list(merges).astype(np.int64), merges)


def pairwise_distances(values: FloatArray, *, metric: Metric = "correlation") -> FloatArray:
    """Give the distance of every two rows, over the columns where both have a value.

    ``"correlation"`` is 1 − r, with Pearson's r; 0 for rows of one shape, 2 for opposite ones. Where r does not
    exist (fewer than two shared columns, or one of the rows constant over them) the rows count as uncorrelated:
    distance 1.

    ``"euclidean"`` is √(p/m · Σ(x − y)²), the sum over the m shared of p columns, scaled up for those not shared
    (as R's ``dist`` does). Rows that share no column are as far apart as the farthest two that do.

    Parameters
    ----------
    values
        ``(n, p)``, NaN missing.
    metric
        ``"correlation"`` or ``"euclidean"``.

    Returns
    -------
    FloatArray
        ``(n·(n − 1)/2,)``: pairs (0, 1), (0, 2), …, (1, 2), … as :func:`scipy.spatial.distance.pdist` orders them.

    Raises
    ------
    CallError
        For an unknown metric.

    Examples
    --------
    >>> nan = float("nan")
    >>> pairwise_distances(np.array([[1.0, 2.0, 3.0, nan], [9.0, 7.0, 5.0, 8.0], [4.0, 4.0, 4.0, 4.0]])).tolist()
    [2.0, 1.0, 1.0]
    """
    if metric not in METRICS:
        raise CallError("unknown distance", found=repr(metric), expected="one of " + ", ".join(METRICS))
    return _correlation_distances(values) if metric == "correlation" else _euclidean_distances(values)


def _correlation_distances(values: FloatArray) -> FloatArray:
    present = ~np.isnan(values)
    count = present.sum(axis=1, keepdims=True)
    mean = np.where(present, values, 0.0).sum(axis=1, keepdims=True) / np.maximum(count, 1)
    # Centered first: the sums below then lose no digits to the rows' own level.
    x = np.where(present, values - mean, 0.0)
    m = present.astype(float)
    n = m @ m.T
    # [i, j]: sums over the columns that rows i and j share, of row i's values, and of their squares.
    total, squares, products = x @ m.T, x**2 @ m.T, x @ x.T
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = squares - total**2 / n
        defined = (n >= 2) & (spread > _ROUNDING * squares + n * (_ROUNDING * mean) ** 2)
        r = (products - total * total.T / n) / np.sqrt(spread * spread.T)
    distance = np.where(defined & defined.T, 1.0 - np.clip(r, -1.0, 1.0), 1.0)
    return distance[np.triu_indices(len(values), 1)]


def _euclidean_distances(values: FloatArray) -> FloatArray:
    n, p = values.shape
    rows = [np.empty(0)]
    for i in range(n - 1):
        difference = values[i + 1 :] - values[i]
        shared = (~np.isnan(difference)).sum(axis=1)
        squares = np.nansum(difference**2, axis=1)
        rows.append(np.sqrt(np.where(shared > 0, p / np.maximum(shared, 1) * squares, np.nan)))
    distances = np.concatenate(rows)
    unknown = np.isnan(distances)
    farthest = 0.0 if unknown.all() else float(distances[~unknown].max())
    return np.where(unknown, farthest, distances)
