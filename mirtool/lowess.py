"""Cleveland's lowess: a straight line fitted around every point, outliers weighed down in further rounds.

References
----------
Cleveland WS (1979). Robust locally weighted regression and smoothing scatterplots. J Am Stat Assoc 74, 829–836.
Cleveland WS (1981). LOWESS: a program for smoothing scatterplots by robust locally weighted regression. Am Stat
35, 54 (the limits near which a weight is 0 or 1, and the points left to interpolation).
"""

from __future__ import annotations

import numpy as np

from mirtool.model import BoolArray, FloatArray, IntArray

STEP = 0.01
"""Points closer than this share of the range to the last one fitted are interpolated (R's ``lowess``)."""


def lowess(x: FloatArray, y: FloatArray, *, span: float = 2 / 3, rounds: int = 3) -> FloatArray:
    """Smooth ``y`` over ``x``; equal to R's ``lowess(x, y, f=span, iter=rounds)`` at each point.

    Parameters
    ----------
    x, y
        ``(n,)``, complete, in any order, two points or more.
    span
        Share of the points behind each line.
    rounds
        Rounds after the first, in which points far from the curve count less.

    Returns
    -------
    FloatArray
        The curve at each ``x``, in the order given; equal ``x`` have equal values.

    Examples
    --------
    >>> lowess(np.arange(5.0), np.array([0.0, 2.0, 4.0, 6.0, 8.0])).round(9)
    array([0., 2., 4., 6., 8.])
    """
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    n = len(x)
    size = max(2, min(n, int(span * n + 1e-7)))
    anchors = _anchors(x, STEP * (x[-1] - x[0]))
    left = _windows(x, anchors, size)
    weights = _tricube(x, anchors, np.maximum(x[anchors] - x[left], x[left + size - 1] - x[anchors]))
    robustness = np.ones(n)
    for remaining in range(rounds, -1, -1):
        at_anchors = _lines(x, y, anchors, weights * robustness)
        fitted = np.interp(x, x[anchors], at_anchors)
        if not remaining:
            break
        size_of_residual = np.abs(y - fitted)
        scale = 6 * float(np.median(size_of_residual))
        if scale < 1e-7 * float(np.mean(size_of_residual)):
            break
        robustness = _bisquare(size_of_residual, scale)
    curve = np.empty(n)
    curve[order] = fitted
    return curve


def _anchors(x: FloatArray, step: float) -> IntArray:
    """Choose the points to fit a line at: each the last within ``step`` of the one before, or else the next."""
    anchors = [0]
    n = len(x)
    while x[anchors[-1]] < x[-1]:
        last = int(np.searchsorted(x, x[anchors[-1]], side="right")) - 1
        within = int(np.searchsorted(x, x[anchors[-1]] + step, side="right")) - 1
        anchors.append(min(max(last + 1, within), n - 1))
    return np.array(anchors)


def _windows(x: FloatArray, anchors: IntArray, size: int) -> IntArray:
    """Give the first of the ``size`` points nearest to each anchor; the window only ever moves to the right."""
    left = np.empty(len(anchors), dtype=np.int64)
    at = 0
    for k, i in enumerate(anchors):
        while at + size < len(x) and x[i] - x[at] > x[at + size] - x[i]:
            at += 1
        left[k] = at
    return left


def _tricube(x: FloatArray, anchors: IntArray, width: FloatArray) -> FloatArray:
    distance = np.abs(x - x[anchors][:, np.newaxis])
    width = width[:, np.newaxis]
    share = np.divide(distance, width, out=np.zeros_like(distance), where=width > 0)
    weights = np.where(distance > 0.001 * width, (1 - share**3) ** 3, 1.0)
    return np.where(distance <= 0.999 * width, weights, 0.0)


def _bisquare(size_of_residual: FloatArray, scale: float) -> FloatArray:
    weights = np.where(size_of_residual > 0.001 * scale, (1 - (size_of_residual / scale) ** 2) ** 2, 1.0)
    return np.where(size_of_residual <= 0.999 * scale, weights, 0.0)


def _lines(x: FloatArray, y: FloatArray, anchors: IntArray, weights: FloatArray) -> FloatArray:
    """Give the value at each anchor of the line fitted around it; its own ``y`` where nothing has weight."""
    total = weights.sum(axis=1)
    has_weight: BoolArray = total > 0
    shares = weights / np.where(has_weight, total, 1.0)[:, np.newaxis]
    center = shares @ x
    away = x - center[:, np.newaxis]
    spread = np.sum(shares * away**2, axis=1)
    # Points that all but share one x carry no slope.
    sloped = np.sqrt(spread) > 0.001 * (x[-1] - x[0])
    slope = np.divide(x[anchors] - center, spread, out=np.zeros(len(anchors)), where=sloped)
    values = np.sum(shares * (1 + slope[:, np.newaxis] * away) * y, axis=1)
    return np.where(has_weight, values, y[anchors])
