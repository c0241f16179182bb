"""Curves of log ratios over intensity: what normalization by loess takes out.

References
----------
Cleveland WS (1979). Robust locally weighted regression and smoothing scatterplots. J Am Stat Assoc 74:829-836.
Cleveland WS, Grosse E, Shyu WM (1992) Local regression models. In: Statistical Models in S, chapter 8 (the curve
through a part of the spots, evaluated at the others).
"""

from __future__ import annotations

import numpy as np

from mirtool.model import FloatArray
from mirtool.stats.lowess import lowess, weighted_lowess

LEAST_WEIGHT, MOST_WEIGHT = 1e-5, 1e5
"""Weights beyond these count as these, so that every neighborhood has some (limma's ``loessFit``)."""
_AT_ONCE = 4096
"""Places whose neighborhoods are held in memory together."""


def loess_fit(
    y: FloatArray, x: FloatArray, weights: FloatArray | None = None, *, span: float = 0.3, rounds: int = 3
) -> FloatArray:
    """Fit a lowess curve, missing values left out; as limma's ``loessFit``.

    Parameters
    ----------
    y, x
        ``(n,)``, NaN missing.
    weights
        ``(n,)``, not negative; a missing one is 0. None, or all equal, is the classic lowess without weights.
    span
        Share of the points, or of their weight, behind each line. Too few points for it are fitted by one line.
    rounds
        Rounds after the first, in which outliers count less.

    Returns
    -------
    FloatArray
        The curve at each point; missing where ``x`` or ``y`` is.

    Examples
    --------
    >>> loess_fit(np.array([1.0, 2.0, np.nan, 4.0]), np.array([1.0, 2.0, 3.0, 4.0]), span=0.9).round(9)
    array([ 1.,  2., nan,  4.])
    """
    fitted = np.full(len(y), np.nan)
    present = ~np.isnan(y) & ~np.isnan(x)
    known_x, known_y = x[present], y[present]
    n = len(known_x)
    if span * n < 1:
        fitted[present] = known_y
        return fitted
    known_weights = None if weights is None else _within_limits(weights[present])
    if known_weights is None or np.ptp(known_weights) < 1e-15:
        fitted[present] = lowess(known_x, known_y, span=span, rounds=rounds) if n > 1 else known_y
    elif n < 4 + 1 / span:
        fitted[present] = _line(known_x, known_y, known_weights)
    else:
        fitted[present] = weighted_lowess(known_x, known_y, known_weights, span=span, rounds=rounds)
    return fitted


def control_curve(
    y: FloatArray, x: FloatArray, at: FloatArray, *, span: float = 0.3, rounds: int = 3
) -> FloatArray:
    """Fit a robust local line through control spots and give it at other places, beyond their range too.

    As R's ``loess(y ~ x, span=span, degree=1, family="symmetric", surface="direct")``.

    Parameters
    ----------
    y, x
        The controls, ``(n,)``, complete, four or more.
    at
        Where the curve is wanted, ``(m,)``, NaN missing.
    span
        Share of the controls behind each line.
    rounds
        Rounds after the first, in which outliers count less.

    Returns
    -------
    FloatArray
        ``(m,)``; missing where ``at`` is.
    """
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    robustness = np.ones(len(x))
    for _ in range(rounds):
        size_of_residual = np.abs(y - _local_lines(y, x, x, span, robustness))
        scale = 6 * float(np.median(size_of_residual))
        if scale < np.finfo(float).tiny:
            break
        weights = np.where(size_of_residual > 0.001 * scale, (1 - (size_of_residual / scale) ** 2) ** 2, 1.0)
        robustness = np.where(size_of_residual <= 0.999 * scale, weights, 0.0)
    curve = np.full(len(at), np.nan)
    wanted = ~np.isnan(at)
    curve[wanted] = _local_lines(y, x, at[wanted], span, robustness)
    return curve


def _within_limits(weights: FloatArray) -> FloatArray:
    limited: FloatArray = np.clip(np.nan_to_num(weights), LEAST_WEIGHT, MOST_WEIGHT)
    return limited


def _line(x: FloatArray, y: FloatArray, weights: FloatArray) -> FloatArray:
    shares = weights / weights.sum()
    away = x - shares @ x
    spread = shares @ away**2
    slope = shares @ (away * y) / spread if spread > 0 else 0.0
    fitted: FloatArray = shares @ y + slope * away
    return fitted


def _local_lines(y: FloatArray, x: FloatArray, at: FloatArray, span: float, robustness: FloatArray) -> FloatArray:
    """Fit a line through the points nearest to each place; ``x`` rises."""
    size = min(len(x), max(2, int(span * len(x) + 1e-5)))
    left = np.searchsorted(x[: len(x) - size] + x[size:], 2 * at)
    width = np.maximum(at - x[left], x[left + size - 1] - at)[:, np.newaxis]
    values = np.empty(len(at))
    for start in range(0, len(at), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        window = left[part, np.newaxis] + np.arange(size)
        distance = np.abs(x[window] - at[part, np.newaxis])
        share = np.divide(distance, width[part], out=np.zeros_like(distance), where=width[part] > 0)
        weights = (1 - np.minimum(share, 1.0) ** 3) ** 3 * robustness[window]
        values[part] = _lines_at(y[window], x[window], at[part], weights, float(np.ptp(x)))
    return values


def _lines_at(y: FloatArray, x: FloatArray, at: FloatArray, weights: FloatArray, extent: float) -> FloatArray:
    total = weights.sum(axis=1)
    shares = weights / np.where(total > 0, total, 1.0)[:, np.newaxis]
    center = np.sum(shares * x, axis=1)
    away = x - center[:, np.newaxis]
    spread = np.sum(shares * away**2, axis=1)
    slope = np.divide(
        np.sum(shares * away * y, axis=1), spread, out=np.zeros(len(at)), where=spread > 1e-14 * extent**2
    )
    values: FloatArray = np.where(total > 0, np.sum(shares * y, axis=1) + slope * (at - center), np.nan)
    return values
