"""k-means, with missing values left out, and silhouettes.

References
----------
Lloyd, S. P. (1982). Least squares quantization in PCM. IEEE Trans. Inf. Theory 28, 129–137.
Hartigan, J. A. (1975). Clustering Algorithms. Wiley, chapter 4.
Arthur, D. & Vassilvitskii, S. (2007). k-means++: the advantages of careful seeding. SODA 2007, 1027–1035.
Chi, J. T., Chi, E. C. & Baraniuk, R. G. (2016). k-POD: a method for k-means clustering of missing data. Am. Stat.
70, 91–99 (the sum of squares over what was measured).
Rousseeuw, P. J. (1987). Silhouettes: a graphical aid to the interpretation and validation of cluster analysis. J.
Comput. Appl. Math. 20, 53–65.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.cluster.distances import pairwise_distances
from mirtool.cluster.trees import number_by_appearance
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.model import FloatArray, IntArray

RESTARTS = 25
_MOST_STEPS = 300
_ROUNDING = 1e-10


@dataclass(frozen=True, eq=False)
class KMeans:
    """A partition of n rows into k clusters.

    Parameters
    ----------
    cluster
        ``(n,)``, from 1 in the order of the rows.
    centers
        ``(k, p)``, the mean of what was measured in each cluster; NaN in a column that no member has.
    within
        Sum of squared distances to the center, over what was measured, ``(k,)``.
    silhouette
        ``(n,)``, −1 to 1, see :func:`silhouettes`.
    """

    cluster: IntArray
    centers: FloatArray
    within: FloatArray
    silhouette: FloatArray


def k_means(values: FloatArray, k: int, *, restarts: int = RESTARTS, seed: int = 1) -> KMeans:
    """Part rows into k clusters with the least sum of squares around their means.

    Lloyd's steps from ``restarts`` starts by k-means++, then single rows change their cluster as long as that
    makes the sum smaller (Hartigan's rule, which ends lower than Lloyd's steps alone); the best end is kept. A
    missing value takes no part: sums of squares and means run over what was measured.

    Parameters
    ----------
    values
        ``(n, p)``, NaN missing; each row with at least one value.
    k
        Number of clusters, 2 to n − 1.
    restarts
        Starts to try.
    seed
        Of the starts: the same seed gives the same clusters.

    Raises
    ------
    UsageError
        Where k does not lie between 2 and n − 1.
    NotEnoughDataError
        Where fewer than k rows differ, or a row has no value.

    References
    ----------
    Lloyd (1982); Hartigan (1975); Arthur and Vassilvitskii (2007); Chi, Chi and Baraniuk (2016) for missing
    values.

    Examples
    --------
    >>> k_means(np.array([[0.0, 0], [9, 9], [0, 1], [9, 8]]), 2).cluster.tolist()
    [1, 2, 1, 2]
    """
    n = len(values)
    if not 2 <= k < n:
        raise UsageError(
            "k-means can't make so many clusters",
            found=f"k = {k}",
            expected=f"2 to {n - 1}, for {n} rows" if n > 2 else "at least three rows",
        )
    present = ~np.isnan(values)
    if not present.any(axis=1).all():
        raise NotEnoughDataError("k-means needs a value in every row")
    if len(np.unique(np.where(present, values, np.inf), axis=0)) < k:
        raise NotEnoughDataError("fewer rows than clusters differ", expected=f"{k} rows that differ")
    rng = np.random.default_rng(seed)
    best_sum, best = np.inf, np.empty(0, dtype=np.int64)
    for _ in range(restarts):
        labels = _exchange(values, _descend(values, _seeds(values, k, rng)), k)
        total = _sum_of_squares(values, labels, k)
        if total < best_sum * (1 - _ROUNDING):
            best_sum, best = total, labels
    cluster = number_by_appearance(best)
    centers, within = np.full((k, values.shape[1]), np.nan), np.zeros(k)
    for j in range(k):
        inside = values[cluster == j + 1]
        centers[j] = _means(inside, centers[j])
        within[j] = np.nansum((inside - centers[j]) ** 2)
    return KMeans(cluster, centers, within, silhouettes(pairwise_distances(values, metric="euclidean"), cluster))


def _seeds(values: FloatArray, k: int, rng: np.random.Generator) -> FloatArray:
    """Draw k rows by k-means++, holes filled by the columns' means."""
    filled = np.where(np.isnan(values), _means(values, np.zeros(values.shape[1])), values)
    chosen = [int(rng.integers(len(values)))]
    nearest = np.full(len(values), np.inf)
    for _ in range(k - 1):
        nearest = np.minimum(nearest, ((filled - filled[chosen[-1]]) ** 2).sum(axis=1))
        total = nearest.sum()
        chosen.append(int(rng.choice(len(values), p=nearest / total if total > 0 else None)))
    return filled[chosen]


def _descend(values: FloatArray, centers: FloatArray) -> IntArray:
    """Take Lloyd's steps from the centers until no row moves; give each row's cluster, from 0."""
    labels = np.full(len(values), -1)
    for _ in range(_MOST_STEPS):
        squares = np.stack([np.nansum((values - center) ** 2, axis=1) for center in centers], axis=1)
        moved = _without_empty(squares.argmin(axis=1), squares)
        if np.array_equal(moved, labels):
            break
        labels = moved
        centers = np.stack([_means(values[labels == j], center) for j, center in enumerate(centers)])
    return labels.astype(np.int64)


def _exchange(values: FloatArray, labels: IntArray, k: int) -> IntArray:
    """Move single rows between clusters as long as the sum of squares falls, both centers following.

    In a column where a cluster has n values, taking x away lowers its sum by n / (n − 1) · (x − mean)², and adding
    x raises it by n / (n + 1) · (x − mean)².
    """
    labels = labels.copy()
    present = ~np.isnan(values)
    filled = np.where(present, values, 0.0)
    inside = (labels[:, None] == np.arange(k)).astype(float)
    count, total, size = inside.T @ present, inside.T @ filled, inside.sum(axis=0)
    moved, passes = True, 0
    while moved and passes < _MOST_STEPS:
        moved, passes = False, passes + 1
        for i, own in enumerate(labels.tolist()):
            if size[own] == 1:
                continue
            squares = np.where(present[i], (filled[i] - total / np.maximum(count, 1)) ** 2, 0.0)
            gain = float((squares[own] * count[own] / np.maximum(count[own] - 1, 1)).sum())
            cost = (squares * count / (count + 1)).sum(axis=1)
            cost[own] = np.inf
            best = int(cost.argmin())
            if cost[best] < gain * (1 - _ROUNDING):
                for j, sign in ((own, -1), (best, 1)):
                    count[j] += sign * present[i]
                    total[j] += sign * filled[i]
                    size[j] += sign
                labels[i], moved = best, True
    return labels


def _sum_of_squares(values: FloatArray, labels: IntArray, k: int) -> float:
    centers = np.stack([_means(values[labels == j], np.zeros(values.shape[1])) for j in range(k)])
    return float(np.nansum((values - centers[labels]) ** 2))


def _without_empty(labels: IntArray, squares: FloatArray) -> IntArray:
    """Return each empty cluster the row that lies farthest from its center, of a cluster that keeps another."""
    labels = labels.copy()
    for j in range(squares.shape[1]):
        if not (labels == j).any():
            size = np.bincount(labels, minlength=squares.shape[1])
            far = np.where(size[labels] > 1, squares[np.arange(len(labels)), labels], -1.0)
            labels[far.argmax()] = j
    return labels


def _means(values: FloatArray, otherwise: FloatArray) -> FloatArray:
    """Mean of each column over what was measured, ``otherwise`` where nothing was."""
    count = (~np.isnan(values)).sum(axis=0)
    return np.where(count > 0, np.nansum(values, axis=0) / np.maximum(count, 1), otherwise)


def silhouettes(distances: FloatArray, cluster: IntArray) -> FloatArray:
    """Return how much better each item fits its own cluster than the next best.

    (b − a) / max(a, b), with a the mean distance to the others of its cluster and b the least mean distance to
    another cluster: near 1 it lies well, near 0 between two, below 0 it is nearer to another. 0 where it is alone.

    Parameters
    ----------
    distances
        ``(n·(n − 1)/2,)`` as :func:`mirtool.cluster.pairwise_distances` gives them.
    cluster
        ``(n,)``, from 1; at least two clusters.

    References
    ----------
    Rousseeuw (1987).

    Examples
    --------
    >>> silhouettes(np.array([1.0, 4.0, 5.0]), np.array([1, 1, 2])).tolist()
    [0.75, 0.8, 0.0]
    """
    n = len(cluster)
    square = np.zeros((n, n))
    square[np.triu_indices(n, 1)] = distances
    square += square.T
    inside = (cluster[:, None] == np.unique(cluster)).astype(float)
    size = inside.sum(axis=0)
    sums = square @ inside
    own = inside.astype(bool)
    a = sums[own] / np.maximum(size[inside.argmax(axis=1)] - 1, 1)
    b = np.where(own, np.inf, sums / size).min(axis=1)
    widest = np.maximum(a, b)
    fit = np.divide(b - a, widest, out=np.zeros(n), where=widest > 0)
    return np.where(size[inside.argmax(axis=1)] > 1, fit, 0.0)
