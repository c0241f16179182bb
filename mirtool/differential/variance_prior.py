"""What the variances of all probes have in common: one scaled inverse chi-squared distribution.

Its location may follow the probes' intensity (``trend``), and its estimate may be guarded against probes that vary
far more, or far less, than the rest (``robust``).

References
----------
Smyth GK (2004). Linear models and empirical Bayes methods for assessing differential expression in microarray
experiments. Statistical Applications in Genetics and Molecular Biology 3(1), Article 3.
Phipson B, Lee S, Majewski IJ, Alexander WS, Smyth GK (2016). Robust hyperparameter estimation protects against
hypervariable genes and improves power to detect differential expression. Annals of Applied Statistics 10, 946–963.
"""

from __future__ import annotations

import numpy as np

from mirtool.differential.likely_prior import estimate_by_likelihood
from mirtool.differential.methods import DEFAULT_PRIOR, PRIORS
from mirtool.differential.robust_prior import estimate_robustly
from mirtool.differential.scaled_f import VariancePrior, fit_scaled_f
from mirtool.errors import NotEnoughDataError, option
from mirtool.model import FloatArray, IntArray

LEAST_VARIANCES = 3
"""Variances below which there is no likelihood to speak of, and moments have to do."""


def estimate_variance_prior(
    variance: FloatArray,
    df: IntArray,
    *,
    trend: FloatArray | None = None,
    robust: bool = False,
    method: str = DEFAULT_PRIOR,
) -> VariancePrior:
    """Estimate the prior from the logarithms of the variances.

    Where all probes that have degrees of freedom have the same, by the moments of the logarithms; where they
    differ (values are missing), by weighted moments and likelihood, or by moments too (``"legacy"``).

    Parameters
    ----------
    variance, df
        Residual variances and their degrees of freedom, ``(n_probes,)``; probes with ``df`` 0 are left out.
    trend
        Mean log2 intensity of each probe, ``(n_probes,)``: the location then follows it, by a natural cubic
        spline of the log variances. Probes without a mean get no prior of their own (NaN).
    robust
        Guard the estimate against outliers, see :func:`mirtool.differential.robust_prior.estimate_robustly` and
        :func:`mirtool.differential.likely_prior.estimate_by_likelihood`.
    method
        A key of :data:`mirtool.differential.methods.PRIORS`.

    Raises
    ------
    UsageError
        For an unknown method.
    NotEnoughDataError
        Where no probe has a degree of freedom, or more than half of those that have one do not vary at all.

    References
    ----------
    Smyth (2004), section 6.2; Phipson et al. (2016) for the trend and the guard.
    """
    PRIORS.check(method, "prior")
    known = df > 0
    if not known.any():
        raise NotEnoughDataError(
            "no probe has enough values to estimate its variance",
            expected="at least one probe with two values in one group and one in the other",
            hint=f"use {option('test', 'none')} for fold changes without P",
        )
    s2, own_df = variance[known], df[known]
    median = float(np.median(s2))
    if median == 0:
        raise NotEnoughDataError(
            "more than half of the probes do not vary within the groups, so no common variance can be estimated",
            found=f"{int((s2 == 0).sum())} of {len(s2)} probes with the same value in every array of a group",
            hint=f"check that the table is not rounded or filled with a constant, or use {option('test', 'none')}",
        )
    if len(s2) == 1:
        return VariancePrior(0.0, float(s2[0]))
    if method != "legacy" and len(s2) >= LEAST_VARIANCES and np.ptp(own_df):
        return estimate_by_likelihood(variance, df, trend=trend, robust=robust)
    if robust:
        return estimate_robustly(s2, own_df, known, trend=trend)
    if trend is None:
        return fit_scaled_f(s2, own_df)
    return fit_scaled_f(s2, own_df, trend=trend[known], everywhere=trend)


def squeeze_variances(variance: FloatArray, df: IntArray, prior: VariancePrior) -> FloatArray:
    """Average each variance with the prior's, weighted by their degrees of freedom; ``(n_probes,)``.

    A probe without residual degrees of freedom gets the prior's variance, and so does every probe where the
    prior's degrees of freedom are infinite.
    """
    own = np.where(df > 0, variance, 0.0)
    prior_df = np.broadcast_to(np.asarray(prior.df, dtype=np.float64), own.shape)
    certain = np.isinf(prior_df)
    weight = np.where(certain, 0.0, prior_df)
    total = df + weight
    squeezed = np.full(len(variance), np.nan)
    np.divide(weight * prior.variance + df * own, total, out=squeezed, where=total > 0)
    return np.where(certain, prior.variance, squeezed)
