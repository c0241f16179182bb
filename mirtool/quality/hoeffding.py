r"""Hoeffding's D: whether two variables depend on each other in any way, not along a line only.

D compares the joint distribution of the ranks with the product of its margins. With :math:`R_i` and :math:`S_i`
the mid-ranks of :math:`x_i` and :math:`y_i`, and :math:`Q_i` one more than the number of points below and left of
point i, where a point that ties in one coordinate counts one half and one that ties in both a quarter,

.. math::

    D = 30\,\frac{(n-2)(n-3)\,D_1 + D_2 - 2(n-2)\,D_3}{n(n-1)(n-2)(n-3)(n-4)}, \quad
    D_1 = \sum (Q_i-1)(Q_i-2), \\
    D_2 = \sum (R_i-1)(R_i-2)(S_i-1)(S_i-2), \quad
    D_3 = \sum (R_i-2)(S_i-2)(Q_i-1).

The factor 30 makes it lie between −0.5 and 1, 1 for full dependence without ties (Hollander and Wolfe). On this
scale arrayQualityMetrics calls an array an outlier above 0.15.

References
----------
Hoeffding, W. (1948). A non-parametric test of independence. Ann. Math. Stat. 19, 546–557.
Hollander, M. & Wolfe, D. A. (1973). Nonparametric Statistical Methods. Wiley, 228–235.
"""

from __future__ import annotations

import numpy as np

from mirtool.model import FloatArray, IntArray

FEWEST_POINTS = 5


def hoeffding_d(x: FloatArray, y: FloatArray) -> float:
    """Hoeffding's D of two variables, times 30.

    Exact at any number of points: they are counted in O(n log n), so no subsample has to be drawn.

    Parameters
    ----------
    x, y
        ``(n,)``; points that lack one of the two (NaN) are left out.

    Returns
    -------
    float
        NaN where fewer than 5 points are left.

    Examples
    --------
    >>> x, y = np.arange(12.0), np.array([2.0, 1, 4, 3, 6, 5, 12, 7, 9, 8, 11, 10])
    >>> hoeffding_d(x, -x), round(hoeffding_d(x, y), 6)
    (1.0, 0.455808)
    """
    present = ~(np.isnan(x) | np.isnan(y))
    x, y = x[present], y[present]
    n = len(x)
    if n < FEWEST_POINTS:
        return float("nan")
    r, s, q = mid_ranks(x), mid_ranks(y), bivariate_ranks(x, y)
    d1 = np.sum((q - 1) * (q - 2))
    d2 = np.sum((r - 1) * (r - 2) * (s - 1) * (s - 2))
    d3 = np.sum((r - 2) * (s - 2) * (q - 1))
    pairs = (n - 2.0) * (n - 3.0)
    return float(30 * (pairs * d1 + d2 - 2 * (n - 2.0) * d3) / (n * (n - 1.0) * pairs * (n - 4.0)))


def mid_ranks(values: FloatArray) -> FloatArray:
    """Rank values from 1, ties sharing the mean of their ranks; no value may be missing.

    Examples
    --------
    >>> mid_ranks(np.array([3.0, 1.0, 3.0, 2.0]))
    array([3.5, 1. , 3.5, 2. ])
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: FloatArray = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return ranks


def bivariate_ranks(x: FloatArray, y: FloatArray) -> FloatArray:
    """Q: 1 + points below in both, half of those that tie in one, a quarter of those that tie in both.

    Half of (x below, y below or tied) and half of (x below or tied, y below) make just that, but for the points
    that tie in both. Either half is one count of earlier, lower points: how ties are put in order decides which.
    Without ties the halves are equal.

    Examples
    --------
    >>> bivariate_ranks(np.array([1.0, 2.0, 2.0, 2.0]), np.array([1.0, 1.0, 2.0, 2.0]))
    array([1.  , 1.5 , 2.75, 2.75])
    """
    n = len(x)
    total = np.empty(n)

    # x tied: y rises, so the lower ones come first and count. y tied: the later gets the lower rank, never counts.
    order = np.lexsort((y, x))
    total[order] = _earlier_and_lower(_ranks_ties_apart(y[order], later_lower=True))
    if len(np.unique(x)) == n and len(np.unique(y)) == n:
        return 1 + total

    # x tied: y falls, so none below comes first. y tied: the earlier gets the lower rank and counts, even where
    # both tie; those are taken off.
    order = np.lexsort((-y, x))
    same = np.concatenate([[False], (np.diff(x[order]) == 0) & (np.diff(y[order]) == 0)])
    start = np.maximum.accumulate(np.where(same, 0, np.arange(n)))
    before_in_group = np.arange(n) - start
    total[order] += _earlier_and_lower(_ranks_ties_apart(y[order], later_lower=False)) - before_in_group
    group_size = np.bincount(start, minlength=n)[start]
    twins = np.empty(n)
    twins[order] = group_size - 1
    ranks: FloatArray = 1 + total / 2 + twins / 4
    return ranks


def _ranks_ties_apart(values: FloatArray, *, later_lower: bool) -> IntArray:
    """Rank values from 0 without ties: of equal ones the later is the lower, or the earlier."""
    n = len(values)
    tie = -np.arange(n) if later_lower else np.arange(n)
    ranks = np.empty(n, dtype=np.int64)
    ranks[np.lexsort((tie, values))] = np.arange(n)
    return ranks


def _earlier_and_lower(ranks: IntArray) -> IntArray:
    """Count for each element of a permutation the earlier elements that are lower.

    Bit by bit from the highest: among elements that agree in all higher bits, one with the bit set is higher than
    those without, so it counts the earlier ones of them. A stable partition by the bit makes the next groups.
    """
    n = len(ranks)
    bits = max(1, (n - 1).bit_length())
    size = 1 << bits
    values = np.concatenate([ranks, np.arange(n, size)])
    counts = np.zeros(size, dtype=np.int64)
    for bit in range(bits - 1, -1, -1):
        groups = values.reshape(-1, 2 << bit)
        is_set = (groups >> bit) & 1 == 1
        unset_before = np.cumsum(~is_set, axis=1)
        counts[groups[is_set]] += unset_before[is_set]
        without = groups[~is_set].reshape(-1, 1 << bit)
        with_bit = groups[is_set].reshape(-1, 1 << bit)
        values = np.concatenate([without, with_bit], axis=1)
    return counts[ranks]
