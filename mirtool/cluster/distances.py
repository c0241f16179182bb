"""How far rows are apart, missing values left out pair by pair.

With r the correlation over the m columns that two rows share, of p:

================  ====================================================================================
``correlation``   1 − r, Pearson's r: 0 for rows of one shape, 2 for opposite ones
``cosine``        1 − Σxy / √(Σx² Σy²): Pearson's r without centering ("uncentered")
``absolute``      1 − abs(r), Pearson's: 0 for opposite rows too
``spearman``      1 − Spearman's ρ, the ranks taken anew among the shared columns, ties at mid-ranks
``euclidean``     √(p/m · Σ(x − y)²), scaled up for the columns not shared, as R's ``dist`` does
================  ====================================================================================

Where a correlation does not exist (fewer than two shared columns, or one of the rows constant over them; for the
cosine no shared column, or one of the rows all zero) the rows count as uncorrelated: distance 1. Rows that share
no column are, in the Euclidean metric, as far apart as the farthest two that do.

References
----------
Eisen, M. B. et al. (1998). Cluster analysis and display of genome-wide expression patterns. PNAS 95, 14863–14868
(centered and uncentered correlation).
Spearman, C. (1904). The proof and measurement of association between two things. Am. J. Psychol. 15, 72–101.
"""

from __future__ import annotations

import numpy as np

from mirtool.cluster.methods import METRICS, Metric
from mirtool.model import BoolArray, FloatArray

ROUNDING = 1e-12
"""A variation this small beside the values' own size is what rounding leaves of equal values."""
"""A variation this small beside the values' own size is what rounding leaves of equal values."""


def pairwise_distances(values: FloatArray, *, metric: Metric = "correlation") -> FloatArray:
    """Return the distance of every two rows, over the columns where both have a value.

    Parameters
    ----------
    values
        ``(n, p)``, NaN missing.
    metric
        One of :data:`METRICS`; the module's own text defines them.

    Returns
    -------
    FloatArray
        ``(n·(n − 1)/2,)``, none missing: pairs (0, 1), (0, 2), …, (1, 2), … as
        :func:`scipy.spatial.distance.pdist` orders them.

    Raises
    ------
    UsageError
        For an unknown metric.

    Examples
    --------
    >>> nan = float("nan")
    >>> pairwise_distances(np.array([[1.0, 2.0, 3.0, nan], [9.0, 7.0, 5.0, 8.0], [4.0, 4.0, 4.0, 4.0]])).tolist()
    [2.0, 1.0, 1.0]
    """
    distances: FloatArray = METRICS.check(metric, "metric").load()(values)
    return distances


def row_ranks(values: FloatArray) -> FloatArray:
    """Rank the values of each row from 1, ties at mid-ranks; missing stays missing.

    Examples
    --------
    >>> row_ranks(np.array([[3.0, 1.0, 3.0, float("nan"), 2.0]])).tolist()
    [[3.5, 1.0, 3.5, nan, 2.0]]
    """
    n, p = values.shape
    if p == 0:
        return values.copy()
    order = np.argsort(values, axis=1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=1)
    separated = ordered[:, 1:] != ordered[:, :-1]
    place = np.arange(p)
    first = np.maximum.accumulate(np.where(np.hstack([np.ones((n, 1), dtype=bool), separated]), place, 0), axis=1)
    is_last = np.hstack([separated, np.ones((n, 1), dtype=bool)])
    last = np.minimum.accumulate(np.where(is_last, place, p)[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=1)
    return np.where(np.isnan(values), np.nan, ranks)


def correlation_distances(values: FloatArray) -> FloatArray:
    """Return the distances that :data:`METRICS` calls ``correlation``; as :func:`pairwise_distances`."""
    return 1.0 - _pearson(values)[np.triu_indices(len(values), 1)]


def absolute_distances(values: FloatArray) -> FloatArray:
    """Return the distances that :data:`METRICS` calls ``absolute``; as :func:`pairwise_distances`."""
    return 1.0 - np.abs(_pearson(values)[np.triu_indices(len(values), 1)])


def _pearson(values: FloatArray) -> FloatArray:
    """Pearson's r of every two rows, ``(n, n)``; 0 where there is none."""
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
        defined = (n >= 2) & (spread > ROUNDING * squares + n * (ROUNDING * mean) ** 2)
        r = (products - total * total.T / n) / np.sqrt(spread * spread.T)
    return np.where(defined & defined.T, np.clip(r, -1.0, 1.0), 0.0)


def cosine_distances(values: FloatArray) -> FloatArray:
    """Return the distances that :data:`METRICS` calls ``cosine``; as :func:`pairwise_distances`."""
    present = ~np.isnan(values)
    x = np.where(present, values, 0.0)
    squares = x**2 @ present.astype(float).T
    length = np.sqrt(squares * squares.T)
    cosine = np.divide(x @ x.T, length, out=np.zeros_like(length), where=length > 0)
    return np.asarray(1.0 - np.clip(cosine, -1.0, 1.0)[np.triu_indices(len(values), 1)])


def spearman_distances(values: FloatArray) -> FloatArray:
    """Return the distances that :data:`METRICS` calls ``spearman``; as :func:`pairwise_distances`."""
    present = ~np.isnan(values)
    if present.all():
        return correlation_distances(row_ranks(values))
    pairs = [_spearman_of_one(values, present, i) for i in range(len(values) - 1)]
    return np.concatenate([np.empty(0), *pairs])


def _spearman_of_one(values: FloatArray, present: BoolArray, i: int) -> FloatArray:
    """Return 1 − Spearman's ρ of row i with each row after it."""
    shared = present[i] & present[i + 1 :]
    n = shared.sum(axis=1)
    middle = (n[:, None] + 1) / 2
    ranks = [row_ranks(np.where(shared, rows, np.nan)) for rows in (values[i], values[i + 1 :])]
    x, y = (np.where(shared, each - middle, 0.0) for each in ranks)
    length = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    rho = np.divide((x * y).sum(axis=1), length, out=np.zeros(len(length)), where=length > 0)
    return np.asarray(1.0 - np.clip(rho, -1.0, 1.0))


def euclidean_distances(values: FloatArray) -> FloatArray:
    """Return the distances that :data:`METRICS` calls ``euclidean``; as :func:`pairwise_distances`."""
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
