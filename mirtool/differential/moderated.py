"""Moderated t statistics: each probe's variance is squeezed toward what all probes have in common.

The method and its defaults are those of Smyth (2004) as limma's ``eBayes`` offers them; the tests hold every
number against limma 3.54.

References
----------
Smyth GK (2004). Linear models and empirical Bayes methods for assessing differential expression in microarray
experiments. Statistical Applications in Genetics and Molecular Biology 3(1), Article 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.differential.linear_model import Fit
from mirtool.errors import NotEnoughDataError
from mirtool.model import FloatArray, IntArray

ZERO_VARIANCE_FLOOR = 1e-5
"""For the prior, variances below this share of the median are lifted to it (limma's ``fitFDist``)."""


@dataclass(frozen=True)
class VariancePrior:
    """What the probes' variances have in common: a scaled inverse chi-squared distribution.

    ``df`` counts how much it weighs beside a probe's own residual degrees of freedom (infinite where the
    variances differ no more than chance makes them); ``variance`` is its location, in squared log2 units.
    """

    df: float
    variance: float


@dataclass(frozen=True, eq=False)
class Moderated:
    """Moderated statistics of a fit.

    Parameters
    ----------
    statistic, p_value
        Moderated t and its two-sided P, ``(n_probes, n_coefficients)``; NaN where the coefficient is missing.
    variance, df_total
        Each probe's squeezed variance and the degrees of freedom of its t, ``(n_probes,)``.
    prior
        The prior that was estimated.
    """

    statistic: FloatArray
    p_value: FloatArray
    variance: FloatArray
    df_total: FloatArray
    prior: VariancePrior


def moderate(fit: Fit) -> Moderated:
    """Compute moderated t statistics and their P values.

    A probe whose own values leave no residual degree of freedom, but whose coefficient can be estimated, is
    tested with the variance of the prior alone. The total degrees of freedom are those of the prior and the
    probe together, never more than all probes have in their residuals.

    Raises
    ------
    NotEnoughDataError
        Where no probe has a residual degree of freedom, or more than half of those that have one do not vary.

    References
    ----------
    Smyth (2004), equations in sections 4 and 6.2; the limit of the total degrees of freedom as in limma.
    """
    from scipy.special import stdtr

    variance = fit.sigma**2
    prior = estimate_variance_prior(variance, fit.df_residual)
    squeezed = squeeze_variances(variance, fit.df_residual, prior)
    df_total = np.minimum(fit.df_residual + prior.df, float(fit.df_residual.sum()))
    # Without a prior (a single probe has nothing to borrow from) a variance of zero leaves no statistic.
    error = np.where(squeezed > 0, np.sqrt(squeezed), np.nan)[:, np.newaxis] * fit.unscaled_sd
    statistic = fit.coefficients / error
    p_value = 2 * stdtr(df_total[:, np.newaxis], -np.abs(statistic))
    return Moderated(statistic, p_value, squeezed, df_total, prior)


def squeeze_variances(variance: FloatArray, df: IntArray, prior: VariancePrior) -> FloatArray:
    """Average each variance with the prior's, weighted by their degrees of freedom; ``(n_probes,)``.

    A probe without residual degrees of freedom gets the prior's variance.
    """
    if np.isinf(prior.df):
        return np.full(len(variance), prior.variance)
    own = np.where(df > 0, variance, 0.0)
    total = df + prior.df
    squeezed = np.full(len(variance), np.nan)
    np.divide(prior.df * prior.variance + df * own, total, out=squeezed, where=total > 0)
    return squeezed


def estimate_variance_prior(variance: FloatArray, df: IntArray) -> VariancePrior:
    """Estimate the prior by the moments of the logarithms of the variances.

    Parameters
    ----------
    variance, df
        Residual variances and their degrees of freedom, ``(n_probes,)``; probes with ``df`` 0 are left out.

    Raises
    ------
    NotEnoughDataError
        Where no probe has a degree of freedom, or more than half of those that have one do not vary at all.

    References
    ----------
    Smyth (2004), section 6.2.
    """
    from scipy.special import digamma, zeta

    known = df > 0
    if not known.any():
        raise NotEnoughDataError(
            "no probe has enough values to estimate its variance",
            expected="at least one probe with two values in one group and one in the other",
            hint="use --test none for fold changes without P",
        )
    s2, half_df = variance[known], df[known] / 2
    median = float(np.median(s2))
    if median == 0:
        raise NotEnoughDataError(
            "more than half of the probes do not vary within the groups, so no common variance can be estimated",
            found=f"{int((s2 == 0).sum())} of {len(s2)} probes with the same value in every array of a group",
            hint="check that the table is not rounded or filled with a constant, or use --test none",
        )
    if len(s2) == 1:
        return VariancePrior(0.0, float(s2[0]))
    s2 = np.maximum(s2, ZERO_VARIANCE_FLOOR * median)
    e = np.log(s2) - digamma(half_df) + np.log(half_df)
    excess = float(np.var(e, ddof=1) - np.mean(zeta(2.0, half_df)))  # zeta(2, x) is trigamma(x)
    if excess <= 0:
        return VariancePrior(np.inf, float(np.mean(s2)))
    half_prior_df = inverse_trigamma(excess)
    scale = np.exp(np.mean(e) + digamma(half_prior_df) - np.log(half_prior_df))
    return VariancePrior(2 * half_prior_df, float(scale))


def inverse_trigamma(x: float) -> float:
    """Solve ``trigamma(y) = x`` for ``y`` by Newton's method on ``1 / trigamma``, ``x`` above 0.

    References
    ----------
    Smyth (2004), appendix.

    Examples
    --------
    >>> round(inverse_trigamma(1.6449340668482264), 12)  # trigamma(1) is pi**2 / 6
    1.0
    """
    from scipy.special import zeta

    # Beyond these limits the first term of the series is exact in double precision.
    if x > 1e7:
        return float(x**-0.5)
    if x < 1e-6:
        return 1 / x
    y = 0.5 + 1 / x
    while True:
        trigamma, tetragamma = float(zeta(2.0, y)), -2 * float(zeta(3.0, y))
        step = trigamma * (1 - trigamma / x) / tetragamma
        y += step
        if abs(step) < 1e-10 * y:
            return y


def log_odds(
    fit: Fit, moderated: Moderated, *, proportion: float = 0.01, sd_limits: tuple[float, float] = (0.1, 4.0)
) -> FloatArray:
    """Compute B, the natural log odds that a coefficient differs from zero, ``(n_probes, n_coefficients)``.

    Parameters
    ----------
    proportion
        Share of probes assumed to differ (limma's default 0.01). B moves with it; the order of probes hardly.
    sd_limits
        Smallest and largest standard deviation assumed for the log2 ratios that differ (limma: 0.1 and 4).

    References
    ----------
    Smyth (2004), sections 5 and 6.3.
    """
    prior = moderated.prior
    limits = np.square(sd_limits) / prior.variance
    squared_t = moderated.statistic**2
    df = np.broadcast_to(moderated.df_total[:, np.newaxis], squared_t.shape)
    odds = np.full(squared_t.shape, np.nan)
    for j in range(squared_t.shape[1]):
        unscaled_variance = fit.unscaled_sd[:, j] ** 2
        v0 = _coefficient_variance(moderated.statistic[:, j], unscaled_variance, df[:, j], proportion, limits)
        r = (unscaled_variance + v0) / unscaled_variance
        kernel = (1 + df[:, j]) / 2 * (np.log(squared_t[:, j] + df[:, j]) - np.log(squared_t[:, j] / r + df[:, j]))
        odds[:, j] = np.log(proportion / (1 - proportion)) - np.log(r) / 2 + kernel
    return odds


def _coefficient_variance(
    statistic: FloatArray, unscaled_variance: FloatArray, df: FloatArray, proportion: float, limits: FloatArray
) -> float:
    """Estimate the unscaled variance of the coefficients that differ from zero, from the largest statistics.

    The statistic of rank r among the largest ``proportion / 2`` is compared with the t that rank would have if
    that share of all probes differed; the mean of what each says, held within ``limits``.
    """
    from scipy.special import stdtr, stdtrit

    known = np.flatnonzero(~np.isnan(statistic))
    n = len(known)
    n_top = int(np.ceil(proportion / 2 * n))
    if not n_top:
        return float("nan")
    share = max(n_top / n, proportion)
    t, v, df = np.abs(statistic[known]), unscaled_variance[known], df[known]
    largest_df = float(df.max())
    # Statistics with fewer degrees of freedom are first turned into those of the same P with the most.
    t = np.where(df < largest_df, -stdtrit(largest_df, stdtr(df, -t)), t)
    top = np.argsort(-t, kind="stable")[:n_top]
    t, v = t[top], v[top]
    p_null = 2 * stdtr(largest_df, -t)
    p_target = ((np.arange(1, n_top + 1) - 0.5) / n - (1 - share) * p_null) / share
    above = p_target > p_null
    expected = -stdtrit(largest_df, np.where(above, p_target, 0.5) / 2)
    v0 = np.where(above, v * ((t / expected) ** 2 - 1), 0.0)
    return float(np.mean(np.clip(v0, limits[0], limits[1])))
