"""The variances' prior where the probes' degrees of freedom differ: by weighted moments and profile likelihood.

The variances are taken to be a location times F variables on a probe's own and the prior's degrees of freedom. For
any degrees of freedom of the prior, the location is the mean of the log variances, each weighted by the inverse of
the variance that its own degrees of freedom leave it; the prior's are those of greatest likelihood. This is what
limma does since 3.62 wherever the residual degrees of freedom differ, as its help pages describe it.

References
----------
Smyth GK (2004). Linear models and empirical Bayes methods for assessing differential expression in microarray
experiments. Statistical Applications in Genetics and Molecular Biology 3(1), Article 3.
Phipson B, Lee S, Majewski IJ, Alexander WS, Smyth GK (2016). Robust hyperparameter estimation protects against
hypervariable genes and improves power to detect differential expression. Annals of Applied Statistics 10, 946–963.
Chen Y, Chen L, Lun ATL, Baldoni PL, Smyth GK (2025). edgeR v4: powerful differential analysis of sequencing data
with expanded functionality and improved support for small counts and larger datasets. Nucleic Acids Research 53,
gkaf018 (limma's help page of ``fitFDistUnequalDF1`` cites its preprint for unequal degrees of freedom).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mirtool.differential.robust_prior import df_that_explains, level_outliers, share_of_prior
from mirtool.differential.scaled_f import VariancePrior
from mirtool.model import BoolArray, FloatArray, IntArray
from mirtool.stats.adjustment import adjust_p_values
from mirtool.stats.f_distribution import log_upper_tail, lower_tail, upper_tail
from mirtool.stats.lowess import weighted_lowess
from mirtool.stats.minimum import find_minimum

ZERO_VARIANCE_FLOOR = 1e-12
"""Variances below this share of the median of those above zero are lifted to it: they need a logarithm."""

SEARCHED = (0.5, 0.9998)
"""Half the prior's degrees of freedom, d / (1 + d), is searched between these limits (limma's): 2 to 9,998."""

SEARCH_TOLERANCE = float(np.finfo(np.float64).eps ** 0.25)
"""The search ends within this distance (that of R's ``optimize``, so that the numbers are limma's to many digits).

It leaves the prior's degrees of freedom a relative error of about 1e-4, and at most 8,135 of them."""

OUTLIER_FDR = 0.3
"""Robust: variances with a smaller false discovery rate under the plain fit count by that rate (limma's)."""

SMALL_NUMBER, LEAST_SPAN, SPAN_POWER = 500, 0.3, 1 / 3
"""The trend's span is 1 up to so many probes, and falls with their cube root toward the least (limma's)."""

NO_WEIGHT = 1e-10
"""Weight in the trend of probes without a degree of freedom: they widen the neighborhoods, and sway nothing."""


@dataclass(frozen=True, eq=False)
class _Variances:
    """What all fits share: the variances of the probes that have any, and how they are distributed.

    ``s2`` (lifted to the floor), ``half_df`` and ``precision`` (the weight of each logarithm) are ``(n_known,)``;
    ``known`` says which of all probes these are; ``trend`` is ``(n_probes,)`` or None.
    """

    s2: FloatArray
    half_df: FloatArray
    precision: FloatArray
    known: BoolArray
    trend: FloatArray | None

    def center(self, weights: FloatArray) -> FloatArray:
        """Return the mean of the unbiased log variances, or their trend, of all probes, ``(n_probes,)``."""
        from scipy.special import digamma

        y = np.log(self.s2) - digamma(self.half_df) + np.log(self.half_df)
        weights = weights * self.precision
        if self.trend is None:
            return np.full(len(self.known), np.average(y, weights=weights))
        has_mean = ~np.isnan(self.trend)
        curve = np.full(len(self.known), np.nan)
        all_y, all_weights = np.zeros(len(self.known)), np.full(len(self.known), NO_WEIGHT)
        all_y[self.known], all_weights[self.known] = y, np.maximum(weights, NO_WEIGHT)
        curve[has_mean] = weighted_lowess(
            self.trend[has_mean], all_y[has_mean], all_weights[has_mean], span=trend_span(len(curve)), rounds=0
        )
        return curve

    def fit(self, weights: FloatArray | None = None) -> tuple[FloatArray, float]:
        """Return the location of each of all probes, and the prior's degrees of freedom."""
        from scipy.special import digamma

        weights = np.ones(len(self.s2)) if weights is None else weights
        center = self.center(weights)
        log_ratio = np.log(self.s2) - center[self.known]

        def minus_log_likelihood(share: float) -> float:
            half = share / (1 - share)
            of_probes = _log_density(log_ratio - digamma(half) + np.log(half), self.half_df, half)
            return -float(np.sum(weights * of_probes))

        share = find_minimum(minus_log_likelihood, *SEARCHED, SEARCH_TOLERANCE)
        half = share / (1 - share)
        return np.exp(center + digamma(half) - np.log(half)), 2 * half


def trend_span(n_probes: int) -> float:
    """Return the share of the weight behind each line of the trend.

    Examples
    --------
    >>> trend_span(500), round(trend_span(4000), 3)
    (1.0, 0.65)
    """
    return float(min(1.0, LEAST_SPAN + (1 - LEAST_SPAN) * (SMALL_NUMBER / n_probes) ** SPAN_POWER))


def estimate_by_likelihood(
    variance: FloatArray, df: IntArray, *, trend: FloatArray | None = None, robust: bool = False
) -> VariancePrior:
    """Estimate the prior where the degrees of freedom differ.

    Parameters
    ----------
    variance, df
        Residual variances and their degrees of freedom, ``(n_probes,)``; probes with ``df`` 0 are left out, two
        or more have some.
    trend
        Mean log2 intensity of each probe, ``(n_probes,)``: the location then follows it, by lines fitted to the
        log variances in weighted neighborhoods (:func:`mirtool.stats.lowess.weighted_lowess`). Probes without a
        mean get no prior of their own (NaN).
    robust
        Fit twice: in the second fit, variances that the first finds too large or too small (a false discovery
        rate below :data:`OUTLIER_FDR`) count by that rate. Those too large then borrow less.

    Returns
    -------
    VariancePrior
        ``df`` is one number, or ``(n_probes,)`` where outliers borrow less.

    References
    ----------
    The help page of limma's ``fitFDistUnequalDF1`` (3.62.2), in words; Phipson et al. (2016) for what outliers
    borrow.
    """
    from scipy.special import zeta

    known = df > 0 if trend is None else (df > 0) & ~np.isnan(trend)
    s2, half_df = variance[known], df[known] / 2
    s2 = np.maximum(s2, ZERO_VARIANCE_FLOOR * np.median(s2[s2 > 0]))
    if trend is not None and len(np.unique(trend[known])) < 2:
        trend = None
    variances = _Variances(s2, half_df, 1 / zeta(2.0, half_df), known, trend)  # zeta(2, x) is trigamma(x)
    location, prior_df = variances.fit()
    if not robust:
        return VariancePrior(prior_df, location if trend is not None else float(location[0]))
    prior_df_of_row, counted = np.full(len(df), prior_df), ~np.isnan(location)
    ratio = np.where(known, variance, 0.0) / location
    weights, of_outliers = _outliers(ratio[counted], np.where(known, df, 0)[counted], prior_df)
    if (weights < 1).any():
        location, prior_df = variances.fit(weights[known[counted]])
        prior_df_of_row[:] = prior_df
        prior_df_of_row[counted] = of_outliers(prior_df)
    return VariancePrior(prior_df_of_row, location if trend is not None else float(location[0]))


def _outliers(
    ratio: FloatArray, df: IntArray, prior_df: float
) -> tuple[FloatArray, Callable[[float], FloatArray]]:
    """Find the variances that the first fit does not explain.

    Parameters
    ----------
    ratio, df
        Variances over the location of the first fit, and their degrees of freedom, of all probes; 0 without.
    prior_df
        Of the first fit.

    Returns
    -------
    weights
        In the second fit: the false discovery rate of outliers, 1 for all others.
    of_outliers
        From the second fit's degrees of freedom of the prior to those of each probe: fewer, the less likely the
        first fit made a variance so large.
    """
    n, known = len(ratio), df > 0
    # Probes without a degree of freedom count as limma counts them: among the tests, with a P of zero.
    tail, two_sided = np.ones(n), np.zeros(n)
    tail[known] = upper_tail(df[known], prior_df, ratio[known])
    smaller = np.minimum(tail[known], lower_tail(df[known], prior_df, ratio[known]))
    two_sided[known] = np.minimum(2 * smaller, 1.0)
    fdr = adjust_p_values(two_sided, "bh")
    weights = np.where(known & (fdr < OUTLIER_FDR), fdr, 1.0)
    largest = int(np.argmin(tail))
    largest_ratio, its_df = float(ratio[largest]), int(df[largest])
    not_outlier, order = share_of_prior(tail, -ratio), np.argsort(tail, kind="stable")

    def of_outliers(robust_df: float) -> FloatArray:
        log_tail = log_upper_tail(its_df, prior_df, largest_ratio)
        least = df_that_explains(largest_ratio, its_df, robust_df, log_tail)
        return level_outliers(not_outlier * robust_df + (1 - not_outlier) * least, order)

    return weights, of_outliers


def _log_density(log_ratio: FloatArray, half_df: FloatArray, half_prior_df: float) -> FloatArray:
    """Return the logarithm of the density of F, times the ratio: constants of the variances are left out."""
    from scipy.special import betaln

    log_odds = log_ratio + np.log(half_df) - np.log(half_prior_df)
    of_probes: FloatArray = half_df * log_odds - (half_df + half_prior_df) * np.log1p(np.exp(log_odds))
    return of_probes - betaln(half_df, half_prior_df)
