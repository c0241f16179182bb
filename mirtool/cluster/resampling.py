"""How far rows are apart in many resamples at once: each column counts as often as it was drawn.

A resample of columns is a weight for each column, so that every sum over a resample is a weighted sum over the
columns there are. The sums of one row with all later ones, in all resamples, are one matrix product: weights times
terms. The distances are those of :mod:`mirtool.cluster.distances`, and equal them up to rounding.
"""

from __future__ import annotations

import numpy as np

from mirtool.cluster.distances import ROUNDING, pairwise_distances
from mirtool.cluster.methods import METRICS, Metric
from mirtool.model import BoolArray, FloatArray

_CELLS = 1 << 22
"""Numbers in the largest array of one batch: 32 MB."""
_ONE_THREAD = 1 << 18
"""Multiplications up to which OpenBLAS uses one thread. More threads save little here, and on a busy machine they
wait for each other longer than they compute."""


def batch_size(n: int, p: int) -> int:
    """Return how many resamples of n rows and p columns to compute at once.

    Examples
    --------
    >>> batch_size(98, 100), batch_size(5000, 100)
    (427, 1)
    """
    return max(1, _CELLS // max(n * max(n, p), 1))


def resampled_distances(values: FloatArray, weights: FloatArray, *, metric: Metric = "correlation") -> FloatArray:
    """Return the distance of every two rows where each column counts as often as its weight says.

    Parameters
    ----------
    values
        ``(n, p)``, NaN missing.
    weights
        How often each column was drawn, whole numbers, one resample per row, ``(n_resamples, p)``. About
        :func:`batch_size` resamples are computed fastest.
    metric
        See :func:`mirtool.cluster.pairwise_distances`.

    Returns
    -------
    FloatArray
        ``(n_resamples, n·(n − 1)/2)``: in each row what :func:`mirtool.cluster.pairwise_distances` gives for the
        columns drawn.

    Raises
    ------
    UsageError
        For an unknown metric.

    Examples
    --------
    >>> values = np.array([[1.0, 2.0, 4.0], [3.0, 2.0, 2.0]])
    >>> resampled_distances(values, np.array([[1.0, 1, 0], [1.0, 0, 2]]), metric="euclidean").round(6).tolist()
    [[2.0], [3.464102]]
    """
    METRICS.check(metric, "metric")
    distances: FloatArray = METRICS[metric].load_resampled()(values, weights)
    return distances


def correlation(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the distances that :data:`METRICS` calls ``correlation``; as :func:`resampled_distances`."""
    return 1.0 - _similarities(values, weights, centered=True)


def absolute(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the distances that :data:`METRICS` calls ``absolute``; as :func:`resampled_distances`."""
    return 1.0 - np.abs(_similarities(values, weights, centered=True))


def cosine(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the distances that :data:`METRICS` calls ``cosine``; as :func:`resampled_distances`."""
    return 1.0 - _similarities(values, weights, centered=False)


def _similarities(values: FloatArray, weights: FloatArray, *, centered: bool) -> FloatArray:
    """Return Pearson's r of every two rows, or the cosine where not ``centered``; 0 where there is none."""
    present = ~np.isnan(values)
    mean = np.zeros(len(values))
    if centered:
        mean = np.where(present, values, 0.0).sum(axis=1) / np.maximum(present.sum(axis=1), 1)
    # Centered first: the sums lose no digits to the rows' own level.
    x = np.where(present, values - mean[:, np.newaxis], 0.0)
    out = np.empty((len(weights), len(x) * (len(x) - 1) // 2))
    if present.all():
        count = weights.sum(axis=1, keepdims=True)
        total, inverse = _lengths(count, _weigh(weights, x), _weigh(weights, x**2), mean, centered)
        for i, pairs in enumerate(_later_pairs(len(x))):
            product = _weigh(weights, x[i] * x[i + 1 :])
            product -= total[:, i, np.newaxis] * (total[:, i + 1 :] / np.maximum(count, 1))
            out[:, pairs] = product * inverse[:, i, np.newaxis] * inverse[:, i + 1 :]
        return np.clip(out, -1.0, 1.0, out=out)
    for i, pairs in enumerate(_later_pairs(len(x))):
        shared = (present[i] & present[i + 1 :]).astype(float)
        y, z = x[i] * shared, x[i + 1 :] * shared
        count = _weigh(weights, shared)
        total_y, inverse_y = _lengths(count, _weigh(weights, y), _weigh(weights, y**2), mean[i], centered)
        total_z, inverse_z = _lengths(count, _weigh(weights, z), _weigh(weights, z**2), mean[i + 1 :], centered)
        product = _weigh(weights, y * z) - total_y * (total_z / np.maximum(count, 1))
        out[:, pairs] = product * inverse_y * inverse_z
    return np.clip(out, -1.0, 1.0, out=out)


def _lengths(
    count: FloatArray, total: FloatArray, squares: FloatArray, mean: FloatArray, centered: bool
) -> tuple[FloatArray, FloatArray]:
    """Return the sums to subtract, and 1 over the root of the sum of squares; 0 where the row does not vary.

    Parameters
    ----------
    count, total, squares
        Values drawn, their sum and their sum of squares, after ``mean`` was subtracted.
    mean
        What was subtracted from each row.
    centered
        Whether the mean of the values drawn is subtracted too.
    """
    if not centered:
        return np.zeros_like(total), _inverse_root(squares, squares > 0)
    shift = total / np.maximum(count, 1)
    spread = squares - total * shift
    least = ROUNDING * squares + count * (ROUNDING * (mean + shift)) ** 2
    return total, _inverse_root(spread, (count >= 2) & (spread > least))


def _inverse_root(values: FloatArray, where: BoolArray) -> FloatArray:
    return np.divide(
        1.0, np.sqrt(values, where=where, out=np.ones_like(values)), where=where, out=np.zeros_like(values)
    )


def euclidean(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the distances that :data:`METRICS` calls ``euclidean``; as :func:`resampled_distances`."""
    missing = np.isnan(values)
    x = np.where(missing, 0.0, values)
    out = np.empty((len(weights), len(x) * (len(x) - 1) // 2))
    drawn = weights.sum(axis=1, keepdims=True)
    for i, pairs in enumerate(_later_pairs(len(x))):
        squares = (x[i] - x[i + 1 :]) ** 2
        if not missing.any():
            out[:, pairs] = _weigh(weights, squares)
            continue
        shared = (~missing[i] & ~missing[i + 1 :]).astype(float)
        count = _weigh(weights, shared)
        out[:, pairs] = np.where(
            count > 0, drawn / np.maximum(count, 1) * _weigh(weights, squares * shared), np.nan
        )
    np.sqrt(out, out=out)
    if missing.any():
        unknown = np.isnan(out)
        farthest = np.where(unknown, 0.0, out).max(axis=1, keepdims=True, initial=0.0)
        return np.where(unknown, farthest, out)
    return out


def spearman(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the distances that :data:`METRICS` calls ``spearman``; as :func:`resampled_distances`."""
    if np.isnan(values).any():
        # The ranks are of each pair's own shared columns: nothing to take together.
        drawn = (np.repeat(values, row.astype(int), axis=1) for row in weights)
        return np.array([pairwise_distances(each, metric="spearman") for each in drawn])
    n = len(values)
    below = np.empty((len(weights), *values.shape))
    for i, row in enumerate(values):
        # Weight of the values below each one, and half of that of its equals: its mid-rank, less the mean rank.
        distinct, place = np.unique(row, return_inverse=True)
        of_value = _weigh(weights, (place == np.arange(len(distinct))[:, np.newaxis]).astype(float))
        below[:, i] = (np.cumsum(of_value, axis=1) - of_value / 2)[:, place]
    ranks = below - weights.sum(axis=1)[:, np.newaxis, np.newaxis] / 2
    first, second = np.triu_indices(n, 1)
    out = np.empty((len(weights), len(first)))
    for x, weight, row in zip(ranks, weights, out, strict=True):
        products = _weigh(x * weight, x)
        squares = np.diag(products)
        inverse = _inverse_root(squares, squares > 0)
        row[:] = products[first, second] * inverse[first] * inverse[second]
    return 1.0 - np.clip(out, -1.0, 1.0)


def _weigh(weights: FloatArray, terms: FloatArray) -> FloatArray:
    """Return ``weights @ terms.T``."""
    step = max(1, _ONE_THREAD // max(weights.size, 1))
    if len(terms) <= step:
        return weights @ terms.T
    out = np.empty((len(weights), len(terms)))
    for start in range(0, len(terms), step):
        out[:, start : start + step] = weights @ terms[start : start + step].T
    return out


def _later_pairs(n: int) -> list[slice]:
    """Return where the pairs of each row with the rows after it are among all pairs.

    Examples
    --------
    >>> _later_pairs(3)
    [slice(0, 2, None), slice(2, 3, None)]
    """
    ends = np.cumsum(np.arange(n - 1, 0, -1)).tolist()
    return [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]
