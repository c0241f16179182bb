"""A scaled inverse chi-squared distribution of variances, fitted by the moments of their logarithms.

References
----------
Smyth GK (2004). Linear models and empirical Bayes methods for assessing differential expression in microarray
experiments. Statistical Applications in Genetics and Molecular Biology 3(1), Article 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
    """Return a basis of the natural cubic splines on ``knots``: ``(len(x), len(knots))``, NaN where x is.

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
