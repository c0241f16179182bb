"""The variances' prior guarded against outliers: winsorized moments, and less weight of the prior for outliers.

References
----------
Phipson B, Lee S, Majewski IJ, Alexander WS, Smyth GK (2016). Robust hyperparameter estimation protects against
hypervariable genes and improves power to detect differential expression. Annals of Applied Statistics 10, 946–963.
"""

from __future__ import annotations

import numpy as np

from mirtool.differential.rank_sum import doubled_ranks
from mirtool.differential.scaled_f import VariancePrior, fit_scaled_f
from mirtool.model import BoolArray, FloatArray, IntArray
from mirtool.stats.f_distribution import (
    density,
    log_upper_tail,
    lower_quantile,
    lower_tail,
    upper_quantile,
    upper_tail,
)
from mirtool.stats.lowess import lowess

WINSOR_TAILS = (0.05, 0.1)
"""Shares of the smallest and of the largest variances that are pulled in (the paper's and limma's defaults)."""

ZERO_VARIANCE_FLOOR = 1e-12
"""Variances below this share of the median are lifted to it: they are pulled in anyhow, but need a logarithm."""

TREND_SPAN = 0.4
"""Share of the probes behind each point of the trend (limma's choice)."""

N_NODES = 128
"""Points of the Gauss–Legendre rule for the winsorized moments."""


def estimate_robustly(
    s2: FloatArray, df: IntArray, known: BoolArray, *, trend: FloatArray | None = None
) -> VariancePrior:
    """Estimate the prior from winsorized log variances; probes that vary too much for it borrow less.

    Parameters
    ----------
    s2, df
        Variances and residual degrees of freedom of the probes that have any, ``(n_known,)``.
    known
        Which of all probes these are, ``(n_probes,)``; the others get the prior of those that are no outliers.
    trend
        Mean log2 intensity of all probes, ``(n_probes,)``, where the location is to follow it: then by a lowess
        of the log variances with the span of :data:`TREND_SPAN`, interpolated for the probes not ``known``.

    Returns
    -------
    VariancePrior
        With ``df`` ``(n_probes,)``.

    References
    ----------
    Phipson et al. (2016).
    """
    plain = fit_scaled_f(s2, df) if trend is None else fit_scaled_f(s2, df, trend=trend[known], everywhere=trend)
    lower, upper = WINSOR_TAILS
    if max(lower, upper) * len(s2) < 1:  # too few probes for either tail to hold one
        return VariancePrior(np.full(len(known), plain.df), plain.variance)
    common_df = int(df.max())
    at_known = plain.variance if trend is None else np.asarray(plain.variance)[known]
    s2 = np.maximum(s2, ZERO_VARIANCE_FLOOR * np.median(s2))
    z = np.log(_as_if_on(common_df, s2, df, VariancePrior(plain.df, at_known)))
    center = _trimmed_mean(z, upper) if trend is None else lowess(trend[known], z, span=TREND_SPAN)
    low, high = np.quantile(z - center, [lower, 1 - upper])
    winsorized = np.clip(z - center, low, high)
    prior_df = _match_variance(float(np.var(winsorized, ddof=1)), common_df, plain.largest_df)
    location = center + (float(np.mean(winsorized)) - _winsorized_moments(common_df, prior_df)[0])
    prior_of_row = np.full(len(known), prior_df)
    prior_of_row[known] = _weigh_all(np.exp(z - location), common_df, prior_df)
    if trend is None:
        return VariancePrior(prior_of_row, float(np.exp(location)))
    points, first = np.unique(trend[known], return_index=True)
    return VariancePrior(prior_of_row, np.exp(np.interp(trend, points, np.broadcast_to(location, z.shape)[first])))


def _trimmed_mean(values: FloatArray, share: float) -> float:
    """Return the mean without the ``share`` of the values at either end, rounded down to whole values."""
    n_cut = int(share * len(values))
    return float(np.mean(np.sort(values)[n_cut : len(values) - n_cut]))


def _as_if_on(common_df: int, s2: FloatArray, df: IntArray, prior: VariancePrior) -> FloatArray:
    """Return the variances of the same probability on ``common_df`` degrees of freedom, from the smaller tail."""
    if (df == common_df).all():
        return s2
    ratio = s2 / prior.variance
    lower = lower_tail(df, prior.largest_df, ratio)
    upper = upper_tail(df, prior.largest_df, ratio)
    from_below = lower_quantile(common_df, prior.largest_df, np.where(lower < upper, lower, 0.5))
    from_above = upper_quantile(common_df, prior.largest_df, np.where(lower < upper, 0.5, upper))
    return np.where(lower < upper, from_below, from_above) * prior.variance


def _match_variance(observed: float, df: int, least: float) -> float:
    """Find the prior's degrees of freedom, ``least`` or more, at which the winsorized variance is the observed."""
    from scipy.optimize import brentq

    if not np.isfinite(least) or observed <= _winsorized_moments(df, np.inf)[1]:
        return float(np.inf)
    if observed >= _winsorized_moments(df, least)[1]:
        return least

    def excess(share: float) -> float:
        prior_df = share / (1 - share) if share < 1 else np.inf
        return float(np.log(observed / _winsorized_moments(df, prior_df)[1]))

    share = brentq(excess, least / (1 + least), 1.0, xtol=1e-15, rtol=1e-14)
    return float(share / (1 - share))


def _winsorized_moments(df: int, prior_df: float) -> tuple[float, float]:
    """Return mean and variance of the logarithm of an F variable winsorized at :data:`WINSOR_TAILS`."""
    lower, upper = WINSOR_TAILS
    low = float(lower_quantile(df, prior_df, np.array(lower)))
    high = float(upper_quantile(df, prior_df, np.array(upper)))
    nodes, node_weights = np.polynomial.legendre.leggauss(N_NODES)
    # On f / (1 + f) both tails are finite, and the density is smooth between the quantiles.
    at_low, at_high = low / (1 + low), high / (1 + high)
    u = at_low + (at_high - at_low) * (nodes + 1) / 2
    f = u / (1 - u)
    mass = density(df, prior_df, f) / (1 - u) ** 2 * node_weights * (at_high - at_low) / 2
    z, z_low, z_high = np.log(f), np.log(low), np.log(high)
    mean = float(np.sum(mass * z) + lower * z_low + upper * z_high)
    spread = np.sum(mass * (z - mean) ** 2) + lower * (z_low - mean) ** 2 + upper * (z_high - mean) ** 2
    return mean, float(spread)


def _weigh_all(ratio: FloatArray, df: int, prior_df: float) -> FloatArray:
    """Return each probe's degrees of freedom of the prior: fewer, the less likely its variance is under it.

    The share of variances as large as a probe's that the prior explains weighs the prior's degrees of freedom
    against those that would make the largest variance an ordinary one (a tail of one half).
    """
    n = len(ratio)
    not_outlier = share_of_prior(upper_tail(df, prior_df, ratio), -ratio)
    if (not_outlier >= 1).all():
        return np.full(n, prior_df)
    order = np.argsort(-ratio, kind="stable")
    if np.isinf(prior_df):
        return level_outliers(np.where(not_outlier < 1, not_outlier * n * df, np.inf), order)
    largest = float(ratio.max())
    least = df_that_explains(largest, df, prior_df, log_upper_tail(df, prior_df, largest))
    return level_outliers(not_outlier * prior_df + (1 - not_outlier) * least, order)


def share_of_prior(tail: FloatArray, key: FloatArray) -> FloatArray:
    """Return the share of variances as large as each that the prior explains: one where it is no outlier.

    Parameters
    ----------
    tail
        Probability of a variance as large under the prior, ``(n,)``.
    key
        What ranks the variances, the largest first (smallest key); equal ones share their mean rank.
    """
    rank = doubled_ranks(key) / 2
    return np.asarray(np.minimum(tail / ((rank - 0.5) / len(tail)), 1.0))


def level_outliers(shrunk: FloatArray, order: IntArray) -> FloatArray:
    """Return degrees of freedom such that no probe borrows more than one with a smaller variance.

    Where the running mean over the largest variances (``order``) is least, all of them get it; behind it none gets
    less than those before.
    """
    shrunk = shrunk[order]
    means = np.cumsum(shrunk) / np.arange(1, len(shrunk) + 1)
    first = int(np.argmin(means))
    shrunk[: first + 1] = means[first]
    leveled = np.empty(len(shrunk))
    leveled[order] = np.maximum.accumulate(shrunk)
    return leveled


def df_that_explains(ratio: float, df: int, prior_df: float, log_tail: float) -> float:
    """Find degrees of freedom of the prior under which one half lies beyond the largest ratio, in two steps.

    ``log_tail`` is the logarithm of what lies beyond it under the prior, from which the first step starts.
    """
    least = prior_df * float(np.log(0.5)) / log_tail
    return least * float(np.log(0.5)) / log_upper_tail(df, least, ratio)
