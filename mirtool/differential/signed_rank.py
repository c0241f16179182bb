"""Wilcoxon's signed-rank test of paired samples, exact with ties and missing values too."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mirtool.differential.rank_sum import EXACT_UP_TO, doubled_ranks
from mirtool.model import FloatArray, IntArray

ROUNDING = 1e-11
"""Differences of log2 values that differ by less are equal, and zero where they are less: arithmetic has set them
apart, no instrument."""


@dataclass(frozen=True, eq=False)
class SignedRank:
    """Sum of the ranks of positive differences, and two-sided P of each row, NaN where no difference is left."""

    statistic: FloatArray
    p_value: FloatArray


def signed_rank_test(differences: FloatArray) -> SignedRank:
    """Test whether differences within pairs tend to one side, by the ranks of their sizes.

    Differences of zero are left out, as Wilcoxon did; what is equal or zero is so within :data:`ROUNDING`. Up to
    :data:`mirtool.differential.rank_sum.EXACT_UP_TO` differences P is exact: the share of all choices of signs
    whose sum of positive ranks is as far out, twice the smaller tail. Equal sizes share their mean rank, and the
    choices are counted over those ranks. Above, it is the normal approximation corrected for ties and for
    continuity.

    Parameters
    ----------
    differences
        Tested minus reference, ``(n_rows, n_pairs)``, NaN where either is missing.

    References
    ----------
    Wilcoxon F (1945). Individual comparisons by ranking methods. Biometrics Bulletin 1, 80–83.

    Examples
    --------
    >>> result = signed_rank_test(np.array([[0.5, 1.5, 2.5, 3.5]]))
    >>> result.statistic, result.p_value
    (array([10.]), array([0.125]))
    """
    statistic, p_value = np.full(len(differences), np.nan), np.full(len(differences), np.nan)
    for row, of_pairs in enumerate(differences):
        known = of_pairs[np.abs(of_pairs) > ROUNDING]
        if len(known):
            statistic[row], p_value[row] = _test_row(known)
    return SignedRank(statistic, p_value)


def _test_row(differences: FloatArray) -> tuple[float, float]:
    ranks = doubled_ranks(np.abs(differences), within=ROUNDING)
    positive = int(ranks[differences > 0].sum())
    if len(ranks) > EXACT_UP_TO:
        return positive / 2, _normal_p(positive / 2, ranks)
    ways = _ways(tuple(sorted(ranks.tolist())))
    tails = ways[: positive + 1].sum(), ways[positive:].sum()
    return positive / 2, min(1.0, 2 * float(min(tails)) / 2.0 ** len(ranks))


@lru_cache(maxsize=256)
def _ways(ranks: tuple[int, ...]) -> FloatArray:
    """Count the choices of any of the ranks by their sum (whole numbers, exact in double precision)."""
    ways = np.zeros(sum(ranks) + 1)
    ways[0] = 1
    for rank in ranks:
        ways[rank:] += ways[: len(ways) - rank].copy()
    return ways


def _normal_p(positive: float, ranks: IntArray) -> float:
    from scipy.special import ndtr

    halved = ranks / 2
    distance = abs(positive - halved.sum() / 2) - 0.5
    return 1.0 if distance <= 0 else float(2 * ndtr(-distance / np.sqrt(np.sum(halved**2) / 4)))
