"""Power of the t test, plain and moderated, and the P at which a false discovery rate is reached.

References
----------
Smyth GK (2004). Linear models and empirical Bayes methods for assessing differential expression in microarray
experiments. Statistical Applications in Genetics and Molecular Biology 3(1), Article 3.
Jung SH (2005). Sample size for FDR-control in microarray data analysis. Bioinformatics 21, 3097–3104.
Liu P, Hwang JTG (2007). Quick calculation for sample size while controlling false discovery rate with application
to microarray analysis. Bioinformatics 23, 739–746.
Genovese C, Wasserman L (2002). Operating characteristics and extensions of the false discovery rate procedure.
J R Stat Soc B 64, 499–517.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from mirtool.model import FloatArray

N_NODES = 192
"""Nodes of the integral over the residual variance; the error is below 1e-9 for every P cut-off above 1e-4."""

TAIL = 1e-15
"""What the integral leaves out at either end of the distribution of the residual variance."""

LEAST_PART = 1e-6
"""Part of the largest possible cut-off below which none is looked for: no array has a million probes."""

N_STEPS = 24
"""Steps, equal on the log scale, in which the cut-off is looked for from the largest possible one down."""


def t_test_power(
    difference: float,
    n: int,
    p_cutoff: float,
    variance: FloatArray,
    *,
    prior_df: float = 0.0,
    prior_variance: float = 0.0,
) -> FloatArray:
    """Compute the power of the two-sided test of two groups of equal size, for each true variance.

    Parameters
    ----------
    difference
        True difference of the group means, log2.
    n
        Arrays a group, 2 or more.
    p_cutoff
        Largest P that counts.
    variance
        True variances within the groups, squared log2, ``(n_variances,)``, above 0.
    prior_df, prior_variance
        What the test borrows from the other probes (moderated t). 0 is Student's t; infinite degrees of freedom
        test with ``prior_variance`` alone.

    Returns
    -------
    FloatArray
        Probability, ``(n_variances,)``, that P is at most ``p_cutoff``, in either direction.

    Notes
    -----
    Given the residual variance s² with d = 2n − 2 degrees of freedom, the moderated t exceeds its quantile c where
    a normal variable with mean difference/σ·√(n/2) exceeds c·s̃/σ, s̃² = (d₀s₀² + d·s²)/(d₀ + d) (Smyth 2004). This
    is integrated over the distribution of s² by Gauss and Legendre's rule.

    Examples
    --------
    >>> t_test_power(1.0, 8, 0.05, np.array([0.25])).round(4)  # R: power.t.test(8, 1, 0.5, 0.05)
    array([0.9602])
    """
    from scipy.special import ndtr, ndtri, stdtrit

    df = 2 * n - 2
    ratio, weight = _residual_sd_nodes(df)
    if np.isinf(prior_df):
        quantile = -float(ndtri(p_cutoff / 2))
        squeezed = np.full((len(variance), 1), prior_variance)
        weight = np.ones(1)
    else:
        quantile = -float(stdtrit(prior_df + df, p_cutoff / 2))
        own = variance[:, np.newaxis] * ratio**2
        squeezed = (prior_df * prior_variance + df * own) / (prior_df + df)
    center = difference * np.sqrt(n / 2 / variance)[:, np.newaxis]
    limit = quantile * np.sqrt(squeezed / variance[:, np.newaxis])
    power: FloatArray = (ndtr(center - limit) + ndtr(-center - limit)) @ weight
    return power


@cache
def _residual_sd_nodes(df: int) -> tuple[FloatArray, FloatArray]:
    """Return nodes of the ratio of residual to true standard deviation, and the probability each represents.

    The ratio is the square of the variable of integration, so that nodes crowd toward zero: there lie the small
    residual variances that make small P values.
    """
    from scipy.special import chdtri, gammaln

    low, high = (chdtri(df, np.array([1 - TAIL, TAIL])) / df) ** 0.25
    nodes, weights = _legendre()
    root = low + (nodes + 1) / 2 * (high - low)
    ratio = root**2
    log_density = np.log(2.0) + df / 2 * np.log(df / 2) - gammaln(df / 2) + (df - 1) * np.log(ratio)
    density = np.exp(log_density - df * ratio**2 / 2)
    return ratio, density * 2 * root * weights / 2 * (high - low)


@cache
def _legendre() -> tuple[FloatArray, FloatArray]:
    nodes, weights = np.polynomial.legendre.leggauss(N_NODES)
    return nodes, weights


def bh_ratio(fdr: float, share: float) -> float:
    """Return the largest P that the method of Benjamini and Hochberg lets count, divided by the average power.

    Of many tests a share has a true difference. The method takes the largest P with P ≤ FDR · (share of tests that
    reach P), which is P ≤ FDR · ((1 − share)·P + share·power): so P = power · FDR·share / (1 − FDR·(1 − share))
    (Genovese and Wasserman 2002).

    Examples
    --------
    >>> round(bh_ratio(0.05, 0.1), 6)  # 0.005 / 0.955
    0.005236
    """
    return fdr * share / (1 - fdr * (1 - share))


def p_cutoff_for_fdr(average_power: Callable[[float], float], fdr: float, share: float) -> float:
    """Find the P at which a false discovery rate is reached, given the average power at each P.

    Parameters
    ----------
    average_power
        Average over the probes that differ, as a function of the cut-off of P.
    fdr
        The false discovery rate asked of the method of Benjamini and Hochberg.
    share
        Share of the probes that differ, above 0 and below 1.

    Returns
    -------
    float
        The largest solution, as the method takes it; 0 where no P is small enough for that rate.
    """
    from scipy.optimize import brentq

    ratio = bh_ratio(fdr, share)

    def excess(log_p: float) -> float:
        p = float(np.exp(log_p))
        return float(np.log(max(ratio * average_power(p), np.finfo(np.float64).tiny))) - log_p

    above = float(np.log(ratio))
    for below in np.linspace(above, above + np.log(LEAST_PART), N_STEPS + 1)[1:]:
        if excess(float(below)) >= 0:
            return float(np.exp(brentq(excess, float(below), above, xtol=1e-9)))
        above = float(below)
    return 0.0
