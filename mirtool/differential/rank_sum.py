"""The rank-sum test of two groups (Wilcoxon's, Mann and Whitney's), exact with ties and missing values too."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mirtool.model import FloatArray, IntArray

EXACT_UP_TO = 50
"""Samples in both groups together up to which P is counted out; from there on the normal curve is as good."""

ROUNDING = 1e-12
"""Values that differ by less than this share of the largest are equal: arithmetic has set them apart."""


@dataclass(frozen=True, eq=False)
class RankSum:
    """Mann and Whitney's U of the tested group and two-sided P of each row, NaN where a group has no value."""

    statistic: FloatArray
    p_value: FloatArray


def rank_sum_test(tested: FloatArray, reference: FloatArray) -> RankSum:
    """Test whether one group's values tend to be larger, by their ranks alone.

    Up to :data:`EXACT_UP_TO` samples P is exact: the share of all ways to choose the tested group among the values
    present whose rank sum is as far out, twice the smaller tail. Values that are equal, rounding aside, share
    their mean rank, and the ways are counted over those ranks, so that P stays exact. Above, it is the normal
    approximation corrected for ties and for continuity.

    Parameters
    ----------
    tested, reference
        ``(n_rows, n_tested)`` and ``(n_rows, n_reference)`` on any scale that keeps the order, NaN missing.

    References
    ----------
    Mann HB, Whitney DR (1947). On a test of whether one of two random variables is stochastically larger than the
    other. Ann Math Stat 18, 50–60.

    Examples
    --------
    >>> result = rank_sum_test(np.array([[4.0, 5.0, 6.0]]), np.array([[1.0, 2.0, 3.0]]))
    >>> result.statistic, result.p_value
    (array([9.]), array([0.1]))
    """
    n_rows = len(tested)
    statistic, p_value = np.full(n_rows, np.nan), np.full(n_rows, np.nan)
    for row in range(n_rows):
        a, b = (values[row][~np.isnan(values[row])] for values in (tested, reference))
        if len(a) and len(b):
            statistic[row], p_value[row] = _test_row(a, b)
    return RankSum(statistic, p_value)


def _test_row(a: FloatArray, b: FloatArray) -> tuple[float, float]:
    n_a, n = len(a), len(a) + len(b)
    values = np.concatenate([a, b])
    ranks = doubled_ranks(values, within=ROUNDING * float(np.abs(values).max()))
    rank_sum = int(ranks[:n_a].sum())
    u = (rank_sum - n_a * (n_a + 1)) / 2
    if n <= EXACT_UP_TO:
        lower, upper = _tails(tuple(sorted(ranks.tolist())), n_a, rank_sum)
        return u, min(1.0, 2 * min(lower, upper))
    return u, _normal_p(u, n_a, n - n_a, ranks)


def doubled_ranks(values: FloatArray, *, within: float = 0.0) -> IntArray:
    """Rank values from 1, equal ones by their mean rank; twice that, so that all are whole numbers.

    Neighbors in rising order are equal where they differ by no more than ``within``.
    """
    different, place = np.unique(values, return_inverse=True)
    place = np.concatenate([[0], np.cumsum(np.diff(different) > within)])[place]
    counts = np.bincount(place)
    before = np.cumsum(counts) - counts
    return np.asarray((2 * before + counts + 1)[place], dtype=np.int64)


def _tails(ranks: tuple[int, ...], size: int, rank_sum: int) -> tuple[float, float]:
    """Return the shares of choices of ``size`` ranks whose sum is at most, and at least, ``rank_sum``."""
    ways = _ways(ranks, size)
    total = ways.sum()
    return float(ways[: rank_sum + 1].sum() / total), float(ways[rank_sum:].sum() / total)


@lru_cache(maxsize=256)
def _ways(ranks: tuple[int, ...], size: int) -> FloatArray:
    """Count the choices of ``size`` of the ranks by their sum (whole numbers, exact in double precision)."""
    ways = np.zeros((size + 1, sum(ranks) + 1))
    ways[0, 0] = 1
    for rank in ranks:
        ways[1:, rank:] += ways[:-1, : ways.shape[1] - rank].copy()
    return np.asarray(ways[size])


def _normal_p(u: float, n_a: int, n_b: int, ranks: IntArray) -> float:
    from scipy.special import ndtr

    n = n_a + n_b
    _, ties = np.unique(ranks, return_counts=True)
    variance = n_a * n_b / 12 * (n + 1 - float((ties**3 - ties).sum()) / (n * (n - 1)))
    distance = abs(u - n_a * n_b / 2) - 0.5
    if variance <= 0 or distance <= 0:
        return 1.0
    return float(2 * ndtr(-distance / variance**0.5))
