"""P values adjusted for the number of tests; missing ones are set aside first and counted for nothing."""

from __future__ import annotations

import numpy as np

from mirtool.errors import NotEnoughDataError
from mirtool.model import FloatArray
from mirtool.stats.adjustment_methods import ADJUSTMENTS as ADJUSTMENTS
from mirtool.stats.adjustment_methods import adjustment_name as adjustment_name

LIMITS = np.arange(1, 20) / 20
"""P values from these limits up are taken to come mostly from tests in which nothing differs (Storey's λ)."""


def adjust_p_values(p_values: FloatArray, method: str = "bh", *, alpha: float = 0.05) -> FloatArray:
    """Adjust P values for the number of tests made.

    Parameters
    ----------
    p_values
        ``(n_probes,)``, NaN where no test was made; those stay NaN and do not count as tests.
    method
        A key of :data:`ADJUSTMENTS`. ``bh``, ``by``, ``holm``, ``bonferroni``, ``storey`` and ``storey-spline``
        are computed here, the others by statsmodels; ``none`` gives the P values back.
    alpha
        Level of the two-stage methods (``fdr_tsbh``, ``fdr_tsbky``), whose adjusted values depend on it.

    Raises
    ------
    UsageError
        Where no method is called so.
    NotEnoughDataError
        Where ``storey-spline`` finds no share of tests in which nothing differs.

    References
    ----------
    Benjamini Y, Hochberg Y (1995). Controlling the false discovery rate. J R Stat Soc B 57, 289–300.
    Benjamini Y, Yekutieli D (2001). The control of the false discovery rate in multiple testing under
    dependency. Ann Stat 29, 1165–1188.
    Holm S (1979). A simple sequentially rejective multiple test procedure. Scand J Stat 6, 65–70.
    Storey JD (2003). The positive false discovery rate: a Bayesian interpretation and the q-value. Ann Stat 31,
    2013–2035.
    Storey JD, Tibshirani R (2003). Statistical significance for genomewide studies. PNAS 100, 9440–9445.

    Examples
    --------
    >>> adjust_p_values(np.array([0.01, np.nan, 0.04, 0.03]))
    array([0.03,  nan, 0.04, 0.04])
    """
    method = adjustment_name(method)
    adjusted = np.array(p_values, dtype=np.float64)
    tested = ~np.isnan(adjusted)
    if method != "none" and tested.any():
        adjusted[tested] = _adjust_complete(adjusted[tested], method, alpha)
    return adjusted


def _adjust_complete(p: FloatArray, method: str, alpha: float) -> FloatArray:
    n = len(p)
    rank = np.arange(1.0, n + 1)
    match method:
        case "bonferroni":
            return np.minimum(p * n, 1.0)
        case "bh":
            return _step_up(p, n / rank)
        case "by":
            return _step_up(p, np.sum(1 / rank) * n / rank)
        case "holm":
            return _step_down(p, n + 1 - rank)
        case "storey":
            return _step_up(p, share_without_difference(p) * n / rank)
        case "storey-spline":
            return _step_up(p, smoothed_share_without_difference(p) * n / rank)
    from statsmodels.stats.multitest import multipletests

    with np.errstate(divide="ignore"):  # a P of 1 has the logarithm of zero on its way to 1
        adjusted: FloatArray = multipletests(p, alpha=alpha, method=method)[1]
    return adjusted


def share_without_difference(p_values: FloatArray) -> float:
    """Estimate the share of tests in which nothing differs, from how many P are large (Storey's pi0).

    P values above a limit λ come mostly from tests in which nothing differs, and these are spread evenly. Of the
    limits 0.05, 0.1 … 0.95 the one is taken whose estimate has the least mean squared error around the tenth
    percentile of all estimates, which is what the bootstrap of Storey, Taylor and Siegmund tends to.

    Parameters
    ----------
    p_values
        ``(n_tests,)``, complete.

    Returns
    -------
    float
        Above 0 up to 1: where no P is above any limit, 1, for nothing was learned.

    References
    ----------
    Storey JD, Taylor JE, Siegmund D (2004). Strong control, conservative point estimation and simultaneous
    conservative consistency of false discovery rates: a unified approach. J R Stat Soc B 66, 187–205.
    """
    estimates = _share_estimates(p_values)
    reached = estimates * (1 - LIMITS)
    variance = reached * (1 - reached) / (len(p_values) * (1 - LIMITS) ** 2)
    error = variance + (estimates - np.quantile(estimates, 0.1)) ** 2
    share = min(float(np.min(estimates[error == error.min()])), 1.0)
    return share if share > 0 else 1.0


def smoothed_share_without_difference(p_values: FloatArray) -> float:
    """Estimate the share of tests in which nothing differs, by a smoothing spline through Storey's estimates.

    A natural cubic smoothing spline of three degrees of freedom is laid through the estimates at the limits 0.05,
    0.1 … 0.95, and read at the last, where the tests with a difference matter least.

    Parameters
    ----------
    p_values
        ``(n_tests,)``, complete.

    Returns
    -------
    float
        Above 0 up to 1.

    Raises
    ------
    NotEnoughDataError
        Where the spline ends at 0 or below, for then hardly any P is large.

    References
    ----------
    Storey JD, Tibshirani R (2003). Statistical significance for genomewide studies. PNAS 100, 9440–9445.
    """
    share = _last_smoothed(_share_estimates(p_values), degrees_of_freedom=3.0)
    if share <= 0:
        raise NotEnoughDataError(
            "too few P are large for the spline of Storey's q to estimate in how many tests nothing differs",
            found=f"{np.sum(p_values >= LIMITS[-1]):,} of {len(p_values):,} P from {LIMITS[-1]:g} up, and a share "
            f"of {share:.3g}",
            expected="a share above 0",
            hint="adjust by another method: storey (the bootstrap's estimate) or bh",
        )
    return min(share, 1.0)


def _share_estimates(p_values: FloatArray) -> FloatArray:
    """Estimate the share of tests in which nothing differs from the P that reach each of the limits."""
    estimates: FloatArray = (p_values >= LIMITS[:, np.newaxis]).mean(axis=1) / (1 - LIMITS)
    return estimates


def _last_smoothed(values: FloatArray, degrees_of_freedom: float) -> float:
    """Smooth evenly spaced values by a natural cubic spline, and give its last value.

    The spline minimizes the squared residuals and a penalty times the integral of its squared second derivative
    (Green and Silverman 1994): a linear smoother, whose trace is its degrees of freedom.
    """
    n = len(values)
    steps = np.arange(n - 2)
    second_differences = np.zeros((n, n - 2))
    for row, weight in enumerate((1.0, -2.0, 1.0)):
        second_differences[steps + row, steps] = weight
    products = (
        np.diag(np.full(n - 2, 2 / 3)) + np.diag(np.full(n - 3, 1 / 6), 1) + np.diag(np.full(n - 3, 1 / 6), -1)
    )
    curvature, basis = np.linalg.eigh(second_differences @ np.linalg.solve(products, second_differences.T))
    curvature[:2] = 0.0  # straight lines have none, but for rounding
    kept = 1 / (1 + _penalty(curvature, degrees_of_freedom) * curvature)
    return float(basis[-1] @ (kept * (basis.T @ values)))


def _penalty(curvature: FloatArray, degrees_of_freedom: float) -> float:
    """Find the penalty that leaves so many degrees of freedom, by bisection of its logarithm."""
    low, high = -60.0, 60.0
    while low < (middle := (low + high) / 2) < high:
        if np.sum(1 / (1 + np.exp(middle) * curvature)) > degrees_of_freedom:
            low = middle
        else:
            high = middle
    return float(np.exp(high))


def _step_up(p: FloatArray, factor: FloatArray) -> FloatArray:
    """Multiply the sorted P by ``factor``; none may exceed that of a larger P."""
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.minimum.accumulate((p[order] * factor)[::-1])[::-1], 1.0)
    return adjusted


def _step_down(p: FloatArray, factor: FloatArray) -> FloatArray:
    """Multiply the sorted P by ``factor``; none may be below that of a smaller P."""
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factor), 1.0)
    return adjusted
