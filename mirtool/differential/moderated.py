"""Moderated t statistics: each probe's variance is squeezed toward what all probes have in common.

The method and its defaults are those of Smyth (2004) as limma's ``eBayes`` offers them; the tests hold every
number against limma 3.62, and those of the earlier estimate of the prior against limma 3.54.

References
----------
Smyth GK (2004). Linear models and empirical Bayes methods for assessing differential expression in microarray
experiments. Statistical Applications in Genetics and Molecular Biology 3(1), Article 3.
McCarthy DJ, Smyth GK (2009). Testing significance relative to a fold-change threshold is a TREAT. Bioinformatics
25, 765–771.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.differential.linear_model import Fit
from mirtool.differential.methods import DEFAULT_PRIOR
from mirtool.differential.scaled_f import VariancePrior
from mirtool.differential.variance_prior import estimate_variance_prior, squeeze_variances
from mirtool.model import FloatArray

CERTAIN_PRIOR = 1e6
"""Degrees of freedom of the prior beyond which B takes the limit that it tends to (a normal statistic)."""


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


@dataclass(frozen=True, eq=False)
class ModeratedF:
    """Moderated F of all estimates of a fit together, and its P, ``(n_probes,)``; NaN where one is missing.

    ``df`` counts the estimates that are independent of each other.
    """

    statistic: FloatArray
    p_value: FloatArray
    df: int


def moderate(
    fit: Fit,
    *,
    trend: FloatArray | None = None,
    robust: bool = False,
    least_change: float = 0.0,
    prior: str = DEFAULT_PRIOR,
) -> Moderated:
    """Compute moderated t statistics and their P values.

    A probe whose own values leave no residual degree of freedom, but whose coefficient can be estimated, is
    tested with the variance of the prior alone. The total degrees of freedom are those of the prior and the
    probe together, never more than all probes have in their residuals.

    Parameters
    ----------
    fit
        Of :func:`mirtool.differential.fit_linear_model`: coefficients or contrasts.
    trend
        Mean log2 intensity of each probe, ``(n_probes,)``, where the common variance is to follow it.
    robust
        Let probes that vary far more, or far less, than the rest neither sway the prior nor borrow much from it.
    least_change
        log2 fold change below which nothing is of interest (``treat``): the null hypothesis is then that the
        true change lies within it, either way, and the statistic counts from it. 0 is the usual test.
    prior
        How the prior is estimated where degrees of freedom differ, a key of
        :data:`mirtool.differential.methods.PRIORS`.

    Raises
    ------
    NotEnoughDataError
        Where no probe has a residual degree of freedom, or more than half of those that have one do not vary.

    References
    ----------
    Smyth (2004), equations in sections 4 and 6.2; the limit of the total degrees of freedom as in limma. McCarthy
    and Smyth (2009) for the least change.
    """
    from scipy.special import stdtr

    variance = fit.sigma**2
    estimated = estimate_variance_prior(variance, fit.df_residual, trend=trend, robust=robust, method=prior)
    squeezed = squeeze_variances(variance, fit.df_residual, estimated)
    df_total = np.minimum(fit.df_residual + estimated.df, float(fit.df_residual.sum()))
    # Without a prior (a single probe has nothing to borrow from) a variance of zero leaves no statistic.
    error = np.where(squeezed > 0, np.sqrt(squeezed), np.nan)[:, np.newaxis] * fit.unscaled_sd
    df = df_total[:, np.newaxis]
    if not least_change:
        statistic = fit.coefficients / error
        return Moderated(statistic, 2 * stdtr(df, -np.abs(statistic)), squeezed, df_total, estimated)
    size = np.abs(fit.coefficients)
    beyond = (size - least_change) / error
    p_value = stdtr(df, -beyond) + stdtr(df, -(size + least_change) / error)
    statistic = np.sign(fit.coefficients) * np.maximum(beyond, 0.0)
    return Moderated(statistic, p_value, squeezed, df_total, estimated)


def ordinary(fit: Fit) -> Moderated:
    """Compute the ordinary t of a fit: each probe by its own variance, on its own degrees of freedom.

    Probes without a residual degree of freedom, or without any variation, have none. The prior weighs nothing.
    """
    from scipy.special import stdtr

    sigma = np.where(fit.sigma > 0, fit.sigma, np.nan)
    df = np.where(fit.df_residual > 0, fit.df_residual, np.nan).astype(np.float64)
    statistic = fit.coefficients / (sigma[:, np.newaxis] * fit.unscaled_sd)
    p_value = 2 * stdtr(df[:, np.newaxis], -np.abs(statistic))
    return Moderated(statistic, p_value, sigma**2, df, VariancePrior(0.0, 0.0))


def moderated_f(fit: Fit, moderated: Moderated) -> ModeratedF:
    """Test whether all estimates of a fit are zero, probe by probe, exactly where values are missing.

    The mean square of the estimates, counted with their covariance from the values the probe has, is divided by
    the probe's squeezed variance.

    References
    ----------
    Smyth (2004), section 4.
    """
    from scipy.special import fdtrc

    root = fit.unscaled_root
    known = np.asarray(~np.isnan(fit.coefficients).any(axis=1))
    rank = int(np.max(np.linalg.matrix_rank(root[known], tol=1e-8 * np.abs(root).max(initial=0.0)), initial=1))
    # The least solution of root·x = estimate has the length that the covariance's inverse gives the estimates.
    inverse = np.linalg.pinv(root[known], rcond=1e-8)
    effects = (inverse @ fit.coefficients[known][:, :, np.newaxis])[:, :, 0]
    statistic = np.full(len(known), np.nan)
    statistic[known] = np.sum(effects**2, axis=1) / rank / moderated.variance[known]
    return ModeratedF(statistic, np.asarray(fdtrc(rank, moderated.df_total, statistic), dtype=np.float64), rank)


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
    limits = np.square(sd_limits) / prior.median_variance
    certain = np.broadcast_to(np.asarray(prior.df) > CERTAIN_PRIOR, len(fit.sigma))
    squared_t = moderated.statistic**2
    df = np.broadcast_to(moderated.df_total[:, np.newaxis], squared_t.shape)
    odds = np.full(squared_t.shape, np.nan)
    for j in range(squared_t.shape[1]):
        unscaled_variance = fit.unscaled_sd[:, j] ** 2
        v0 = _coefficient_variance(moderated.statistic[:, j], unscaled_variance, df[:, j], proportion, limits)
        r = (unscaled_variance + v0) / unscaled_variance
        t2 = squared_t[:, j]
        kernel = (1 + df[:, j]) / 2 * (np.log(t2 + df[:, j]) - np.log(t2 / r + df[:, j]))
        kernel = np.where(certain, t2 * (1 - 1 / r) / 2, kernel)
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
