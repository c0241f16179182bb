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

from dataclasses import dataclass

import numpy as np

from mirtool.errors import NotEnoughDataError
from mirtool.model import FloatArray, IntArray

ZERO_VARIANCE_FLOOR = 1e-5
"""For the prior, variances below this share of the median are lifted to it (limma's ``fitFDist``)."""

TREND_DF = 4
"""Parameters of the trend of the log variance over intensity: a natural cubic spline with two inner knots."""


@dataclass(frozen=True, eq=False)
class VariancePrior:
    """What the probes' variances have in common: a scaled inverse chi-squared distribution.

    Parameters
    ----------
    df
        How much it weighs beside a probe's own residual degrees of freedom; infinite where the variances differ
        no more than chance makes them. One number, or ``(n_probes,)`` where outliers borrow less (robust).
    variance
        Its location in squared log2 units. One number, or ``(n_probes,)`` where it follows the intensity.
    """

    df: float | FloatArray
    variance: float | FloatArray

    @property
    def median_variance(self) -> float:
        """The location, or the median of it over the probes."""
        return float(np.nanmedian(self.variance))

    @property
    def largest_df(self) -> float:
        """The degrees of freedom of probes that are no outliers."""
        return float(np.nanmax(self.df))


def estimate_variance_prior(
    variance: FloatArray, df: IntArray, *, trend: FloatArray | None = None, robust: bool = False
) -> VariancePrior:
    """Estimate the prior by the moments of the logarithms of the variances.

    Parameters
    ----------
    variance, df
        Residual variances and their degrees of freedom, ``(n_probes,)``; probes with ``df`` 0 are left out.
    trend
        Mean log2 intensity of each probe, ``(n_probes,)``: the location then follows it, by a natural cubic
        spline of the log variances. Probes without a mean get no prior of their own (NaN).
    robust
        Guard the estimate against outliers, see :func:`mirtool.differential.robust_prior.estimate_robustly`.

    Raises
    ------
    NotEnoughDataError
        Where no probe has a degree of freedom, or more than half of those that have one do not vary at all.

    References
    ----------
    Smyth (2004), section 6.2; Phipson et al. (2016) for the trend and the guard.
    """
    known = df > 0
    if not known.any():
        raise NotEnoughDataError(
            "no probe has enough values to estimate its variance",
            expected="at least one probe with two values in one group and one in the other",
            hint="use --test none for fold changes without P",
        )
    s2, own_df = variance[known], df[known]
    median = float(np.median(s2))
    if median == 0:
        raise NotEnoughDataError(
            "more than half of the probes do not vary within the groups, so no common variance can be estimated",
            found=f"{int((s2 == 0).sum())} of {len(s2)} probes with the same value in every array of a group",
            hint="check that the table is not rounded or filled with a constant, or use --test none",
        )
    if len(s2) == 1:
        return VariancePrior(0.0, float(s2[0]))
    if robust:
        from mirtool.differential.robust_prior import estimate_robustly

        return estimate_robustly(s2, own_df, known, trend=trend)
    if trend is None:
        return fit_scaled_f(s2, own_df)
    return fit_scaled_f(s2, own_df, trend=trend[known], everywhere=trend)


def fit_scaled_f(
    s2: FloatArray, df: IntArray, *, trend: FloatArray | None = None, everywhere: FloatArray | None = None
) -> VariancePrior:
    """Match mean and variance of log ``s2`` to those of a scaled F on ``df`` and the prior's degrees of freedom.

    With a ``trend`` the mean is a spline over it, and the location is given at the points ``everywhere``.
    """
    from scipy.special import digamma, zeta

    s2 = np.maximum(s2, ZERO_VARIANCE_FLOOR * np.median(s2))
    half_df = df / 2
    e = np.log(s2) - digamma(half_df) + np.log(half_df)
    mean: float | FloatArray
    if trend is None or everywhere is None:
        mean, residual_variance = float(np.mean(e)), float(np.var(e, ddof=1))
    else:
        n_parameters = min(TREND_DF, len(np.unique(trend)))
        knots = np.quantile(trend, np.linspace(0, 1, n_parameters)) if n_parameters > 1 else trend[:1]
        basis = natural_spline_basis(trend, knots)
        coefficients = np.linalg.lstsq(basis, e, rcond=None)[0]
        mean = natural_spline_basis(everywhere, knots) @ coefficients
        spare = max(len(e) - n_parameters, 1)
        residual_variance = float(np.sum((e - basis @ coefficients) ** 2) / spare)
    excess = residual_variance - float(np.mean(zeta(2.0, half_df)))  # zeta(2, x) is trigamma(x)
    if excess <= 0:
        return VariancePrior(np.inf, float(np.mean(s2)) if trend is None else np.exp(mean))
    half_prior_df = inverse_trigamma(excess)
    scale = np.exp(mean + digamma(half_prior_df) - np.log(half_prior_df))
    return VariancePrior(2 * half_prior_df, float(scale) if trend is None else scale)


def natural_spline_basis(x: FloatArray, knots: FloatArray) -> FloatArray:
    """Give a basis of the natural cubic splines on ``knots``: ``(len(x), len(knots))``, NaN where x is.

    Between the outer knots cubic pieces that join smoothly, beyond them straight lines.

    References
    ----------
    Hastie T, Tibshirani R, Friedman J (2009). The Elements of Statistical Learning, 2nd edition, eq. 5.4–5.5.
    """
    if len(knots) == 1:
        return np.where(np.isnan(x), np.nan, 1.0)[:, np.newaxis]
    low, high = knots[0], knots[-1]
    x, at = (x - low) / (high - low), (knots - low) / (high - low)

    def truncated(k: int) -> FloatArray:
        cubes: FloatArray = (np.maximum(x - at[k], 0) ** 3 - np.maximum(x - 1, 0) ** 3) / (1 - at[k])
        return cubes

    last = truncated(len(at) - 2)
    return np.column_stack(
        [np.where(np.isnan(x), np.nan, 1.0), x, *(truncated(k) - last for k in range(len(at) - 2))]
    )


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
