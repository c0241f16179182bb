"""Spearman's rank correlation of many pairs of rows at once, tested for being negative.

P is one-sided. Of 4 to 9 samples without ties it is exact, from all orders of the ranks; of more samples, and with
ties, it is that of t = ρ √((n − 2) / (1 − ρ²)) with n − 2 degrees of freedom. A row whose values are all alike has
no correlation.

References
----------
Hollander M, Wolfe DA, Chicken E. Nonparametric Statistical Methods. 3rd ed. Wiley 2014, section 8.5.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import permutations

import numpy as np

from mirtool.errors import UsageError
from mirtool.model import BoolArray, FloatArray, IntArray

FEWEST_SAMPLES = 4
"""Of three samples no P can be smaller than 1 / 6."""
MOST_SAMPLES_EXACT = 9
"""As many samples have 362,880 orders; R's ``cor.test`` counts them up to here too."""


def negative_correlation(
    first: FloatArray, second: FloatArray, rows: tuple[IntArray, IntArray]
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Correlate pairs of rows, each over the samples in which both have a value.

    Parameters
    ----------
    first, second
        ``(n_first, n_samples)`` and ``(n_second, n_samples)``, on any scale that keeps the order, NaN missing.
    rows
        Which row of the first goes with which of the second, ``(n_pairs,)`` each.

    Returns
    -------
    tuple
        ρ, the P of a correlation below zero, and the number of samples, ``(n_pairs,)`` each. ρ and P are NaN where
        fewer than :data:`FEWEST_SAMPLES` samples have both values or a row does not vary over these.

    Raises
    ------
    UsageError
        Where the two differ in their numbers of samples.

    Examples
    --------
    >>> up, down = np.array([[1.0, 2, 3, 4]]), np.array([[9.0, 7, 5, 1]])
    >>> rho, p, n = negative_correlation(up, down, (np.array([0]), np.array([0])))
    >>> rho[0], p[0] * 24, n[0]     # one of the 24 orders
    (np.float64(-1.0), np.float64(1.0), np.int64(4))
    """
    if first.shape[1] != second.shape[1]:
        raise UsageError(
            "the two tables differ in their samples", found=f"{first.shape[1]} and {second.shape[1]} samples"
        )
    mine, other = rows
    rho, p_value = np.full(len(mine), np.nan), np.full(len(mine), np.nan)
    n_samples = np.zeros(len(mine), dtype=np.int64)
    pattern_of_first, patterns_of_first = _patterns(first)
    pattern_of_second, patterns_of_second = _patterns(second)
    key = pattern_of_first[mine] * len(patterns_of_second) + pattern_of_second[other]
    for each in np.unique(key):
        pairs = np.flatnonzero(key == each)
        a, b = divmod(int(each), len(patterns_of_second))
        both = patterns_of_first[a] & patterns_of_second[b]
        n_samples[pairs] = n = int(both.sum())
        if n >= FEWEST_SAMPLES:
            rho[pairs], p_value[pairs] = _correlate(first[:, both], second[:, both], mine[pairs], other[pairs])
    return rho, p_value, n_samples


def _patterns(values: FloatArray) -> tuple[IntArray, BoolArray]:
    """Return which pattern of present values each row has, and the patterns."""
    patterns, of_row = np.unique(~np.isnan(values), axis=0, return_inverse=True)
    return of_row.ravel().astype(np.int64), patterns


def _correlate(
    first: FloatArray, second: FloatArray, mine: IntArray, other: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Correlate complete rows; only those that are in a pair are ranked."""
    n = first.shape[1]
    ranked = []
    for values, rows in ((first, mine), (second, other)):
        used, place = np.unique(rows, return_inverse=True)
        ranks, tied = _ranks(values[used])
        ranked.append((ranks[place], tied[place]))
    (a, a_tied), (b, b_tied) = ranked
    middle = (n + 1) / 2
    a, b = a - middle, b - middle
    spread = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    rho = np.full(len(mine), np.nan)
    np.divide((a * b).sum(axis=1), spread, out=rho, where=spread > 0)
    rho = np.clip(rho, -1, 1)
    p_value = _t_tail(rho, n)
    if n <= MOST_SAMPLES_EXACT:
        exact = ~(a_tied | b_tied)
        distance = np.rint(((a - b) ** 2).sum(axis=1)).astype(np.int64)
        p_value[exact] = _exact_tail(n)[distance[exact]]
    return rho, p_value


def _ranks(values: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Rank each row, ties by their mean rank, and return which rows have ties."""
    from scipy.stats import rankdata

    ranks: FloatArray = rankdata(values, axis=1)
    ordered = np.sort(ranks, axis=1)
    return ranks, (np.diff(ordered, axis=1) == 0).any(axis=1)


def _t_tail(rho: FloatArray, n: int) -> FloatArray:
    from scipy.special import stdtr

    with np.errstate(divide="ignore"):
        t = rho * np.sqrt((n - 2) / (1 - rho**2))
    tail: FloatArray = stdtr(n - 2, t)
    return tail


@lru_cache
def _exact_tail(n: int) -> FloatArray:
    """Return P(the sum of squared differences of ranks ≥ s) for every s, over all orders of n ranks."""
    ranks = np.arange(n)
    orders = np.array(list(permutations(range(n))), dtype=np.int16)
    distance = ((orders - ranks) ** 2).sum(axis=1)
    counts = np.bincount(distance, minlength=n * (n * n - 1) // 3 + 1)
    return np.cumsum(counts[::-1])[::-1] / len(orders)
