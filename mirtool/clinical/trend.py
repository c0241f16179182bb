"""Values over groups in an order: Jonckheere and Terpstra's test, and the linear contrast of a variance analysis.

References
----------
Terpstra TJ (1952). The asymptotic normality and consistency of Kendall's test against trend, when ties are present
in one ranking. Indag Math 14, 327–333.
Jonckheere AR (1954). A distribution-free k-sample test against ordered alternatives. Biometrika 41, 133–145.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from scipy import stats

from mirtool.model import BoolArray, FloatArray, IntArray

MOST_EXACT = 50
"""Patients up to which P without ties is exact."""


@dataclass(frozen=True, eq=False)
class TrendTest:
    """Jonckheere and Terpstra's test of many rows.

    Parameters
    ----------
    statistic
        Pairs of values of two groups of which the later group's is larger; ties count half.
    z
        Its distance from what is expected, in standard deviations; above 0 values rise with the groups.
    p
        Two-sided.
    exact
        Rows whose P is exact; the others' is by the normal distribution with the variance corrected for ties,
        without continuity correction.
    """

    statistic: FloatArray
    z: FloatArray
    p: FloatArray
    exact: BoolArray


def jonckheere(values: FloatArray, codes: IntArray) -> TrendTest:
    """Test rows of values for a trend over groups in their order.

    Parameters
    ----------
    values
        ``(rows, patients)``, none missing.
    codes
        The group of each patient, 0, 1 … in their order; a number without patients is no group.

    Examples
    --------
    >>> found = jonckheere(np.array([[1.0, 2, 3, 4, 5, 6]]), np.array([0, 0, 1, 1, 2, 2]))
    >>> found.statistic, found.p  # of the 90 ways to fill the groups one has all 12 pairs in order: 2 × 1 / 90
    (array([12.]), array([0.02222222]))
    """
    parts = [values[:, codes == code] for code in np.unique(codes)]
    sizes = tuple(part.shape[1] for part in parts)
    statistic = np.zeros(len(values))
    for first, second in combinations(parts, 2):
        n = second.shape[1]
        ranks = stats.rankdata(np.column_stack([first, second]), axis=1)
        statistic += ranks[:, -n:].sum(axis=1) - n * (n + 1) / 2
    total = sum(sizes)
    ordered = np.sort(values, axis=1)
    tied = np.any(ordered[:, 1:] == ordered[:, :-1], axis=1)
    variance = np.full(len(values), _variance(sizes, ()))
    for row in np.flatnonzero(tied):
        variance[row] = _variance(sizes, np.unique(ordered[row], return_counts=True)[1].tolist())
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (statistic - (total**2 - sum(n**2 for n in sizes)) / 4) / np.sqrt(variance)
    p = 2 * stats.norm.sf(np.abs(z))
    exact = ~tied & (total <= MOST_EXACT)
    if exact.any():
        chances = np.cumsum(_distribution(sizes))
        place = statistic[exact].astype(int)
        below = chances[np.minimum(place, len(chances) - 1 - place)]  # the distribution is symmetric
        p[exact] = np.minimum(1.0, 2 * below)
    return TrendTest(statistic, z, p, exact)


def _variance(sizes: Sequence[int], ties: Sequence[int]) -> float:
    """Return the variance of the statistic where values are tied in sets of the given sizes."""
    total = sum(sizes)

    def third(n: int) -> int:
        return n * (n - 1) * (2 * n + 5)

    found = (third(total) - sum(map(third, sizes)) - sum(map(third, ties))) / 72
    if ties:
        pairs, triples = (sum(n * (n - 1) for n in of) for of in (sizes, ties)), 0.0
        if total > 2:
            triples = sum(n * (n - 1) * (n - 2) for n in sizes) * sum(n * (n - 1) * (n - 2) for n in ties)
            triples /= 36 * total * (total - 1) * (total - 2)
        first, second = pairs
        found += triples + first * second / (8 * total * (total - 1))
    return found


@lru_cache(maxsize=256)
def _distribution(sizes: tuple[int, ...]) -> FloatArray:
    """Return the chances of every value of the statistic: sums of independent Mann–Whitney counts."""
    chances: FloatArray = np.ones(1)
    before = sizes[0]
    for n in sizes[1:]:
        counts = np.ones(1, dtype=np.int64)
        for i in range(1, n + 1):  # the Gaussian binomial: times 1 − q^(before + i), over 1 − q^i
            product = np.zeros(len(counts) + before + i, dtype=np.int64)
            product[: len(counts)] = counts
            product[before + i :] -= counts
            for start in range(i):
                product[start::i] = np.cumsum(product[start::i])
            counts = product[: before * i + 1]
        chances = np.convolve(chances, counts / counts.sum())
        before += n
    return chances


@dataclass(frozen=True, eq=False)
class LevelTest:
    """An analysis of variance of many rows between levels, and the linear contrast over them.

    Parameters
    ----------
    statistic, p
        F, and its P; equal variance is assumed.
    change
        Change of the mean from one level to the next: the slope of the levels' means over 0, 1 … ; NaN where the
        levels have no order.
    p_linear
        P of the linear contrast of the means.
    """

    statistic: FloatArray
    p: FloatArray
    change: FloatArray
    p_linear: FloatArray


def compare_levels(values: FloatArray, codes: IntArray, *, ordered: bool) -> LevelTest:
    """Compare the means of rows between levels.

    Parameters
    ----------
    values
        ``(rows, patients)``, none missing.
    codes
        The level of each patient.
    ordered
        True if the levels have an order, so that a linear contrast has a meaning.
    """
    used, place = np.unique(codes, return_inverse=True)
    member = place[:, None] == np.arange(len(used))
    sizes = member.sum(axis=0)
    means = values @ member / sizes
    within = ((values - means[:, place]) ** 2).sum(axis=1)
    total = ((values - values.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    free, between = len(codes) - len(used), len(used) - 1
    rows = np.full((4, len(values)), np.nan)
    if free < 1:
        return LevelTest(*rows)
    within = np.where(within <= 1e-24 * total, np.nan, within)  # groups without any spread have no test
    spread = within / free
    rows[0] = (total - within) / between / spread
    rows[1] = stats.f.sf(rows[0], between, free)
    if ordered:
        scores = used - used.mean()
        rows[2] = means @ scores / (scores**2).sum()
        with np.errstate(divide="ignore", invalid="ignore"):
            t = means @ scores / np.sqrt(spread * (scores**2 / sizes).sum())
        rows[3] = 2 * stats.t.sf(np.abs(t), free)
    return LevelTest(*rows)
