"""Arrays beside each other: correlation, distance, median array; missing values left out."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from mirtool.model import BoolArray, FloatArray, IntArray
from mirtool.quality.hoeffding import mid_ranks

RANKED_BY_PAIR = 300
"""Most arrays whose values are ranked anew for each pair: of 1,600 that takes a quarter of an hour."""
_CELLS = 1 << 17
"""Differences computed at once, 1 MB: so many stay in the processor's cache."""
_ROUNDING = 1e-12
"""A variance this small beside the values' own size is what rounding leaves of equal values."""


def pearson_matrix(values: FloatArray) -> FloatArray:
    """Pearson's correlation of every two columns, over the rows where both have a value.

    Parameters
    ----------
    values
        ``(n, n_arrays)``, NaN missing.

    Returns
    -------
    FloatArray
        ``(n_arrays, n_arrays)``; NaN where fewer than three rows are shared or one of the two is constant.

    Examples
    --------
    >>> nan = float("nan")
    >>> pearson_matrix(np.array([[1.0, 6.0], [2.0, 4.0], [3.0, 2.0], [9.0, nan]]))[0, 1].round(12)
    np.float64(-1.0)
    """
    present = ~np.isnan(values)
    mean = _column_sums(values, present) / np.maximum(present.sum(axis=0), 1)
    # Centered first: the sums below then lose no digits to the columns' own level.
    x = np.where(present, values - mean, 0.0)
    m = present.astype(float)
    n = m.T @ m
    # [i, j]: sums over the rows that columns i and j share, of column i's values, and of their squares.
    total, squares, products = x.T @ m, (x**2).T @ m, x.T @ x
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = squares - total**2 / n
        varies = spread > _ROUNDING * (squares + n * mean[:, None] ** 2)
        r = (products - total * total.T / n) / np.sqrt(spread * spread.T)
    return np.where((n >= 3) & varies & varies.T, np.clip(r, -1.0, 1.0), np.nan)


def _column_sums(values: FloatArray, present: BoolArray) -> FloatArray:
    sums: FloatArray = np.where(present, values, 0.0).sum(axis=0)
    return sums


def spearman_matrix(values: FloatArray) -> FloatArray:
    """Spearman's rank correlation of every two columns, over the rows where both have a value.

    Ranks are taken anew for each pair that does not share all its rows, ties at mid-ranks; of more than
    :data:`RANKED_BY_PAIR` columns each column is ranked once.

    Parameters
    ----------
    values
        ``(n, n_arrays)``, NaN missing.

    Returns
    -------
    FloatArray
        ``(n_arrays, n_arrays)``; NaN where fewer than three rows are shared or one of the two is constant.
    """
    present = ~np.isnan(values)
    n_arrays = values.shape[1]
    ranks = np.full(values.shape, np.nan)
    for j in range(n_arrays):
        ranks[present[:, j], j] = mid_ranks(values[present[:, j], j])
    rho = pearson_matrix(ranks)
    if n_arrays > RANKED_BY_PAIR:
        return rho
    for i in range(n_arrays):
        for j in range(i):
            shared = present[:, i] & present[:, j]
            if not np.array_equal(shared, present[:, i]) or not np.array_equal(shared, present[:, j]):
                pair = np.column_stack([mid_ranks(values[shared, i]), mid_ranks(values[shared, j])])
                rho[i, j] = rho[j, i] = pearson_matrix(pair)[0, 1]
    return rho


def distance_matrix(values: FloatArray) -> FloatArray:
    """Mean absolute difference of every two columns, over the rows where both have a value.

    Parameters
    ----------
    values
        log2, ``(n, n_arrays)``, NaN missing.

    Returns
    -------
    FloatArray
        ``(n_arrays, n_arrays)``, log2, zero on the diagonal; NaN where no row is shared.

    Examples
    --------
    >>> distance_matrix(np.array([[1.0, 2.0], [2.0, 5.0], [3.0, float("nan")]]))
    array([[0., 2.],
           [2., 0.]])
    """
    n_arrays = values.shape[1]
    columns = np.ascontiguousarray(values.T)
    distance = np.zeros((n_arrays, n_arrays))
    present = (~np.isnan(columns)).astype(float)
    shared = present @ present.T
    step = max(1, _CELLS // max(len(values), 1))
    for i in range(1, n_arrays):
        for start in range(0, i, step):
            difference = columns[start : min(start + step, i)] - columns[i]
            np.abs(difference, out=difference)
            np.fmax(difference, 0.0, out=difference)  # NaN becomes 0
            distance[i, start : start + len(difference)] = difference.sum(axis=1)
    distance += distance.T
    distance = np.asarray(np.divide(distance, shared, out=np.full(shared.shape, np.nan), where=shared > 0))
    np.fill_diagonal(distance, 0.0)
    return distance


def row_medians(values: FloatArray) -> FloatArray:
    """Median of each row's values, missing ones left out; missing where all are."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        medians: FloatArray = np.nanmedian(values, axis=1) if np.isnan(values).any() else np.median(values, axis=1)
    return medians


def medians_of_others(values: FloatArray) -> FloatArray:
    """Median of each row's values without the value itself, missing ones left out.

    A row is sorted once: without one of its values the middle moves by at most one place.

    Parameters
    ----------
    values
        ``(n, n_arrays)``, NaN missing.

    Returns
    -------
    FloatArray
        ``(n, n_arrays)``; NaN where no other value is there.

    Examples
    --------
    >>> medians_of_others(np.array([[1.0, 2.0, 4.0, 9.0], [5.0, 7.0, float("nan"), float("nan")]]))
    array([[4., 4., 2., 2.],
           [7., 5., 6., 6.]])
    """
    order = np.argsort(values, axis=1)  # NaN last
    ordered = np.take_along_axis(values, order, axis=1)
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(values.shape[1])[None], axis=1)
    present = (~np.isnan(values)).sum(axis=1)[:, None]
    others = present - (place < present)
    last = values.shape[1] - 1  # where no other value is, any place will do

    def value_at(rank: IntArray) -> FloatArray:
        found: FloatArray = np.take_along_axis(ordered, np.clip(rank + (place <= rank), 0, last), axis=1)
        return found

    medians: FloatArray = (value_at((others - 1) // 2) + value_at(others // 2)) / 2
    return np.where(others > 0, medians, np.nan)


def medians_by_group(values: FloatArray, groups: Sequence[str]) -> tuple[FloatArray, FloatArray]:
    """Return each array's median value with the other arrays of its group, and with those of other groups.

    Parameters
    ----------
    values
        Of every two arrays, ``(n_arrays, n_arrays)``, NaN missing; the diagonal is not used.
    groups
        Of each array; arrays without one are a group of their own.

    Returns
    -------
    within, across : FloatArray
        ``(n_arrays,)``; NaN where there is no such array.

    Examples
    --------
    >>> r = np.array([[1.0, 0.9, 0.5], [0.9, 1.0, 0.7], [0.5, 0.7, 1.0]])
    >>> medians_by_group(r, ["a", "a", "b"])
    (array([0.9, 0.9, nan]), array([0.5, 0.7, 0.6]))
    """
    codes = np.unique(np.array(groups, dtype=str), return_inverse=True)[1]
    same = codes[:, None] == codes
    within = row_medians(np.where(same & ~np.eye(len(codes), dtype=bool), values, np.nan))
    return within, row_medians(np.where(same, np.nan, values))
