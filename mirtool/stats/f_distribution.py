"""The F distribution with a second degree of freedom that may be infinite: tails, quantiles, density.

Each function takes the degrees of freedom ``df`` above and ``below`` the line; with ``below`` infinite the ratio
is a chi-squared variable divided by ``df``.
"""

from __future__ import annotations

import numpy as np

from mirtool.model import FloatArray, IntArray

Number = float | FloatArray | IntArray


def lower_tail(df: Number, below: float, ratio: Number) -> FloatArray:
    """Return the probability of a ratio at most as large."""
    from scipy.special import fdtr, gammainc

    half = np.asarray(df) / 2
    return np.asarray(gammainc(half, half * ratio) if np.isinf(below) else fdtr(df, below, ratio))


def upper_tail(df: Number, below: float, ratio: Number) -> FloatArray:
    """Return the probability of a ratio as large or larger, exact where it is small."""
    from scipy.special import fdtrc, gammaincc

    half = np.asarray(df) / 2
    return np.asarray(gammaincc(half, half * ratio) if np.isinf(below) else fdtrc(df, below, ratio))


def log_upper_tail(df: float, below: float, ratio: float) -> float:
    """Return the logarithm of :func:`upper_tail`, for tails too small for a number too; ``below`` finite."""
    from scipy.special import betaln, hyp2f1

    a, b = below / 2, df / 2
    y = below / (below + df * ratio)
    series = float(np.log(hyp2f1(a + b, 1.0, a + 1, y)))
    return a * float(np.log(y)) + b * float(np.log1p(-y)) - float(np.log(a)) - float(betaln(a, b)) + series


def lower_quantile(df: Number, below: float, p: Number) -> FloatArray:
    """Return the ratio below which the probability is ``p``."""
    from scipy.special import betaincinv, gammaincinv

    half = np.asarray(df) / 2
    if np.isinf(below):
        return np.asarray(gammaincinv(half, p) / half)
    share = betaincinv(half, below / 2, p)
    return np.asarray(share / (1 - share) * below / (2 * half))


def upper_quantile(df: Number, below: float, p: Number) -> FloatArray:
    """Return the ratio above which the probability is ``p``, exact where that is small."""
    from scipy.special import betaincinv, gammainccinv

    half = np.asarray(df) / 2
    if np.isinf(below):
        return np.asarray(gammainccinv(half, p) / half)
    rest = betaincinv(below / 2, half, p)
    return np.asarray((1 - rest) / rest * below / (2 * half))


def density(df: float, below: float, ratio: FloatArray) -> FloatArray:
    """Return the density at each ratio above 0."""
    from scipy.special import betaln, gammaln

    half = df / 2
    if np.isinf(below):
        x = half * ratio
        return np.asarray(np.exp(half * np.log(x) - x - gammaln(half)) / ratio)
    share = df * ratio / (below + df * ratio)
    log_kernel = half * np.log(share) + below / 2 * np.log1p(-share) - betaln(half, below / 2)
    return np.asarray(np.exp(log_kernel) / ratio)
