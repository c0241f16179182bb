"""Odds ratio, relative risk and risk difference of a two-by-two table, with their intervals.

An odds ratio is not a relative risk: where the outcome is frequent it is much farther from 1. Both are always
given, side by side.

=============================  ==========================================================================
odds ratio                     a d / (b c); Woolf's interval on the log scale, the score interval (Miettinen
                               and Nurminen), the exact conditional one (Cornfield, Fisher; R's fisher.test)
relative risk                  a / (a + b) over c / (c + d); Katz' interval on the log scale, the score interval
risk difference                their difference; Wald's interval, the score interval (Miettinen and Nurminen)
=============================  ==========================================================================

With a zero in the table, Woolf's and Katz' estimates are made after 0.5 was added to every cell (Haldane and
Anscombe), which the result says; the score and the exact intervals need no correction.

References
----------
Woolf B (1955). On estimating the relation between blood group and disease. Ann Hum Genet 19, 251–253.
Katz D et al. (1978). Obtaining confidence intervals for the risk ratio in cohort studies. Biometrics 34, 469–474.
Miettinen O, Nurminen M (1985). Comparative analysis of two rates. Stat Med 4, 213–226.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from mirtool.errors import NotEnoughDataError, UsageError

_FARTHEST = 16.0
"""Natural logarithm of the largest ratio that is looked at, nine million."""
_CERTAIN = 1e6
"""The statistic of a difference that the counts rule out."""
Interval = tuple[float, float]


@dataclass(frozen=True)
class TwoByTwo:
    """A two-by-two table and what it says.

    Parameters
    ----------
    counts
        Exposed with and without the outcome, not exposed with and without: a, b, c, d.
    odds_ratio, odds_woolf
        Sample odds ratio and Woolf's interval.
    odds_score, odds_exact
        Score and exact interval of the odds ratio.
    risk_ratio, risk_katz, risk_score
        Relative risk, Katz' and the score interval.
    risk_difference, difference_wald, difference_score
        Risk difference, Wald's and the score interval.
    p_fisher, p_chi_square
        P by Fisher's exact test, and by chi-square without correction.
    corrected
        True where 0.5 was added to every cell for the odds ratio, the relative risk, and Woolf's and Katz'
        intervals.
    confidence
        Level of the intervals.
    """

    counts: tuple[int, int, int, int]
    odds_ratio: float
    odds_woolf: Interval
    odds_score: Interval
    odds_exact: Interval
    risk_ratio: float
    risk_katz: Interval
    risk_score: Interval
    risk_difference: float
    difference_wald: Interval
    difference_score: Interval
    p_fisher: float
    p_chi_square: float
    corrected: bool
    confidence: float

    @property
    def note(self) -> str:
        """What the reader of the numbers must know; empty for nothing."""
        return "a zero: 0.5 added to every cell" if self.corrected else ""


def two_by_two(a: int, b: int, c: int, d: int, *, confidence: float = 0.95) -> TwoByTwo:
    """Return odds ratio, relative risk and risk difference of a two-by-two table.

    Parameters
    ----------
    a, b
        Exposed with the outcome, and without.
    c, d
        Not exposed with the outcome, and without.
    confidence
        Level of the intervals.

    Raises
    ------
    UsageError
        For a count that is negative or not whole.
    NotEnoughDataError
        Where a row or a column of the table is empty.

    Examples
    --------
    >>> found = two_by_two(5, 1, 7, 48)
    >>> f"{found.odds_ratio:.3f} ({found.odds_woolf[0]:.3f}–{found.odds_woolf[1]:.1f}), {found.risk_ratio:.3f}"
    '34.286 (3.476–338.2), 6.548'
    """
    from statsmodels.stats.contingency_tables import Table2x2

    for count in (a, b, c, d):
        if count < 0 or int(count) != count:
            raise UsageError("a count is not a whole number of patients", found=f"{count:g}", expected="0, 1, 2 …")
    counts = np.array([[a, b], [c, d]], dtype=np.float64)
    if not (counts.sum(axis=0).all() and counts.sum(axis=1).all()):
        raise NotEnoughDataError(
            "a two-by-two table has an empty row or column", found=f"{a}, {b}; {c}, {d}",
            expected="patients with and without the exposure, and with and without the outcome",
        )  # fmt: skip
    alpha = 1 - confidence
    corrected = bool((counts == 0).any())
    own = Table2x2(counts + 0.5 if corrected else counts, shift_zeros=False)
    exact = stats.contingency.odds_ratio(counts.astype(int), kind="conditional").confidence_interval(confidence)
    exposed, others = a / (a + b), c / (c + d)
    variance = exposed * (1 - exposed) / (a + b) + others * (1 - others) / (c + d)
    spread = float(stats.norm.ppf(1 - alpha / 2) * np.sqrt(variance))
    difference = exposed - others
    return TwoByTwo(
        (int(a), int(b), int(c), int(d)),
        float(own.oddsratio), _interval(own.oddsratio_confint(alpha)),
        score_interval((a, b, c, d), "odds-ratio", confidence), (float(exact.low), float(exact.high)),
        float(own.riskratio), _interval(own.riskratio_confint(alpha)),
        score_interval((a, b, c, d), "ratio", confidence),
        difference, (difference - spread, difference + spread), score_interval((a, b, c, d), "diff", confidence),
        float(stats.fisher_exact(counts.astype(int)).pvalue),
        float(stats.chi2_contingency(counts, correction=False).pvalue),
        corrected, confidence,
    )  # fmt: skip


def score_interval(counts: tuple[int, int, int, int], compare: str, confidence: float) -> Interval:
    """Return Miettinen and Nurminen's interval: the values that the score test does not reject.

    statsmodels' own inversion ends in an error for some tables with zeros, so its test is inverted here. Its test
    of a difference (0.15) has the count where the equation of Miettinen and Nurminen has the size of the second
    group, so that one is computed here.

    Parameters
    ----------
    counts
        Exposed with and without the outcome, not exposed with and without.
    compare
        ``odds-ratio``, ``ratio`` (of the risks) or ``diff`` (of the risks).
    confidence
        Level of the interval.
    """
    from statsmodels.stats.proportion import score_test_proportions_2indep

    a, b, c, d = counts
    limit = float(stats.norm.ppf((1 + confidence) / 2))

    def statistic(place: float, side: int) -> float:
        if compare == "diff":
            return _z_of_difference(counts, place) - side * limit
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # at the ends of the range the estimates under the null reach 0 or 1
            found = score_test_proportions_2indep(
                a,
                a + b,
                c,
                c + d,
                value=float(np.exp(place)),
                compare=compare,
                correction=True,
                return_results=False,
            )
        z = float(found[0])
        return z - side * limit if np.isfinite(z) else float(side)

    farthest = (1 - 1e-9) if compare == "diff" else _FARTHEST
    never_low = compare != "diff" and (a == 0 or (compare == "odds-ratio" and d == 0))
    never_high = compare != "diff" and (c == 0 or (compare == "odds-ratio" and b == 0))
    middle = a / (a + b) - c / (c + d) if compare == "diff" else _log_estimate(counts, compare)
    low = 0.0 if never_low else _root(statistic, -farthest, min(max(middle, -farthest), farthest), 1)
    high = np.inf if never_high else _root(statistic, min(max(middle, -farthest), farthest), farthest, -1)
    if compare == "diff":
        return low, high
    return (0.0 if never_low else float(np.exp(low))), (np.inf if never_high else float(np.exp(high)))


def _z_of_difference(counts: tuple[int, int, int, int], difference: float) -> float:
    """Return the score statistic of a risk difference, by the root of the cubic of Miettinen and Nurminen."""
    a, b, c, d = counts
    n, others, all_ = a + b, c + d, a + b + c + d
    second = (n + 2 * others) * difference - all_ - a - c
    first = (others * difference - all_ - 2 * c) * difference + a + c
    third = c * difference * (1 - difference)
    bent = second / (3 * all_)
    q = bent**3 - first * second / (6 * all_**2) + third / (2 * all_)
    p = (1.0 if q >= 0 else -1.0) * np.sqrt(max(bent**2 - first / (3 * all_), 0.0))
    angle = (np.pi + np.arccos(np.clip(q / p**3, -1, 1))) / 3 if p else np.pi / 2
    own = float(np.clip(2 * p * np.cos(angle) - bent, max(0.0, -difference), min(1.0, 1 - difference)))
    exposed = own + difference
    variance = (exposed * (1 - exposed) / n + own * (1 - own) / others) * all_ / (all_ - 1)
    gap = a / n - c / others - difference
    return float(gap / np.sqrt(variance)) if variance > 0 else float(np.sign(gap) * _CERTAIN)


def _log_estimate(counts: tuple[int, int, int, int], compare: str) -> float:
    a, b, c, d = counts
    up, down = (a * d, b * c) if compare == "odds-ratio" else (a * (c + d), c * (a + b))
    return float(np.log(up / down)) if up and down else -_FARTHEST if not up else _FARTHEST


def _root(statistic: Callable[[float, int], float], low: float, high: float, side: int) -> float:
    """Return where the statistic is at its limit; an end of the range where it never is."""
    ends = statistic(low, side), statistic(high, side)
    if ends[0] * ends[1] > 0:
        return low if side > 0 else high
    return float(optimize.brentq(statistic, low, high, args=(side,), xtol=1e-12, rtol=1e-12))


def _interval(ends: Sequence[float]) -> Interval:
    return float(ends[0]), float(ends[1])
