"""Tests of survival between groups: log-rank, and with weights on early times, over strata where there are some.

References
----------
Mantel N (1966). Evaluation of survival data and two new rank order statistics. Cancer Chemother Rep 50, 163–170.
Breslow N (1970). A generalized Kruskal–Wallis test for unequal patterns of censorship. Biometrika 57, 579–594.
Tarone RE, Ware J (1977). On distribution-free tests for equality of survival distributions. Biometrika
64, 156–160.
Fleming TR, Harrington DP (1981). A class of hypothesis tests for censored data. Comm Stat 10, 763–794.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from mirtool.model import BoolArray, FloatArray, IntArray

WEIGHTS = ("log-rank", "Wilcoxon (Breslow)", "Tarone-Ware", "Fleming-Harrington (1, 0)")
"""The tests: every event counts alike; by the patients at risk; by their root; by the survival so far."""

_NO_RANK = 1e-9


@dataclass(frozen=True)
class SurvivalTest:
    """A test of survival between groups."""

    name: str
    statistic: float
    degrees: int
    p: float


@dataclass(frozen=True, eq=False)
class SurvivalTests:
    """All tests, and what was expected of each group.

    Parameters
    ----------
    tests
        In the order of :data:`WEIGHTS`.
    observed, expected
        Events of each group, and those expected if all groups had the same hazard (log-rank).
    """

    tests: tuple[SurvivalTest, ...]
    observed: FloatArray
    expected: FloatArray


def compare_survival(
    times: FloatArray,
    events: BoolArray,
    groups: IntArray,
    strata: IntArray | None = None,
    entries: FloatArray | None = None,
) -> SurvivalTests:
    """Test whether groups have the same hazard.

    statsmodels' ``survdiff`` has these tests, but not the expected events of each group, which papers print; here
    one pass over the times of events gives both.

    Parameters
    ----------
    times, events, groups
        One per patient, none missing; groups are 0, 1 ….
    strata
        Strata within which patients are compared.
    entries
        When each came under observation; None where all did at 0.
    """
    n_groups = int(groups.max()) + 1
    own = np.zeros(len(times), dtype=np.int64) if strata is None else strata
    start = np.full(len(times), -np.inf) if entries is None else entries
    gap = np.zeros((len(WEIGHTS), n_groups))
    variance = np.zeros((len(WEIGHTS), n_groups, n_groups))
    observed, expected = np.zeros(n_groups), np.zeros(n_groups)
    for stratum in np.unique(own):
        inside = own == stratum
        survival = 1.0
        for time in np.unique(times[inside & events]):
            at_risk = np.bincount(groups[inside & (times >= time) & (start < time)], minlength=n_groups)
            d = np.bincount(groups[inside & events & (times == time)], minlength=n_groups).astype(np.float64)
            n, total = float(at_risk.sum()), float(d.sum())
            share = at_risk / n
            weights = np.array([1.0, n, np.sqrt(n), survival])
            spread = total * (n - total) / (n - 1) if n > 1 else 0.0
            gap += weights[:, None] * (d - total * share)
            variance += (weights**2)[:, None, None] * spread * (np.diag(share) - np.outer(share, share))
            observed += d
            expected += total * share
            survival *= 1 - total / n
    tests = tuple(quadratic_test(*each) for each in zip(WEIGHTS, gap, variance, strict=True))
    return SurvivalTests(tests, observed, expected)


def quadratic_test(name: str, gap: FloatArray, variance: FloatArray) -> SurvivalTest:
    """Return the chi-square test that what every group has beyond what is expected is zero.

    Parameters
    ----------
    name
        What the test is called.
    gap, variance
        Observed less expected, one per group, and its covariance.
    """
    # The variances of all groups depend on each other, up to rounding.
    degrees = int(np.linalg.matrix_rank(variance, rtol=_NO_RANK, hermitian=True))
    statistic = float(gap @ np.linalg.pinv(variance, rcond=_NO_RANK, hermitian=True) @ gap)
    return SurvivalTest(name, statistic, degrees, float(stats.chi2.sf(statistic, degrees)) if degrees else np.nan)
