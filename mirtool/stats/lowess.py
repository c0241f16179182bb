"""Cleveland's lowess: a straight line fitted around every point, outliers weighed down in further rounds.

Two forms: :func:`lowess`, as R's of that name; :func:`weighted_lowess`, as limma's ``weightedLowess``.

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
FLAT = 1e-3
"""A line over points whose spread is below this share of the range has no slope (R's ``lowess``)."""
FLAT_WEIGHTED = 1e-6
"""The same where points have weights: two points, one of hardly any weight, still make a line."""


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
    n = len(x)
    size = max(2, min(n, int(span * n + 1e-7)))
    curve = np.empty(n)
    curve[order] = _curve(x[order], y[order], size, rounds)
    return curve


def weighted_lowess(
    x: FloatArray,
    y: FloatArray,
    weights: FloatArray,
    *,
    span: float = 0.3,
    rounds: int = 3,
    n_anchors: int = 200,
) -> FloatArray:
    """Smooth ``y`` over ``x`` where points have weights; a weight of 2 counts as two such points.

    As limma's ``weightedLowess(x, y, weights, span=span, iterations=rounds + 1)``: the weights multiply those of
    each line, and the neighborhood of a line is the nearest points that carry ``span`` of the total weight.

    Parameters
    ----------
    x, y
        ``(n,)``, complete, in any order, two points or more.
    weights
        ``(n,)``, positive.
    span
        Share of the total weight behind each line.
    rounds
        Rounds after the first, in which points far from the curve count less.
    n_anchors
        Lines are fitted at about as many points; between them the curve is interpolated.

    Returns
    -------
    FloatArray
        The curve at each ``x``, in the order given.

    Examples
    --------
    >>> x, weights = np.arange(4.0), np.array([1, 1, 1, 1e-5])
    >>> weighted_lowess(x, np.array([0.0, 1.0, 2.0, 9.0]), weights, span=0.9)[:3].round(2)
    array([0., 1., 2.])
    """
    order = np.argsort(x, kind="stable")
    x, y, weights = x[order], y[order], weights[order]
    anchors = _anchors_apart(x, _spacing(x, n_anchors))
    width = _width_of_weight(x, weights, anchors, span)
    first = np.searchsorted(x, x[anchors] - width, side="left")
    last = np.searchsorted(x, x[anchors] + width, side="right")
    window = _window(first, int(np.max(last - first)), len(x))
    local = _tricube(x, window, anchors, width) * weights[window]
    curve = np.empty(len(x))
    curve[order] = _robust_curve(x, y, anchors, window, local, rounds, weights)
    return curve


def weighted_median(values: FloatArray, weights: FloatArray) -> float:
    """Median where each value counts as often as it weighs; the mean of two where the weight splits evenly.

    Examples
    --------
    >>> weighted_median(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 1.0, 2.0, 0.0]))
    2.5
    """
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    half = below[-1] / 2
    low = int(np.searchsorted(below, half * (1 - 1e-12)))
    high = int(np.searchsorted(below, half * (1 + 1e-12), side="right"))
    return float(values[order[low]] + values[order[min(high, len(values) - 1)]]) / 2


def _curve(x: FloatArray, y: FloatArray, size: int, rounds: int) -> FloatArray:
    """Smooth ``y`` over ``x`` in rising order, ``size`` points behind each line."""
    anchors = _anchors(x, STEP * (x[-1] - x[0]))
    left = _nearest(x, anchors, size)
    width = np.maximum(x[anchors] - x[left], x[left + size - 1] - x[anchors])
    tied = np.searchsorted(x, x[anchors], side="right") - left
    window = _window(left, max(size, int(tied.max())), len(x))
    return _robust_curve(x, y, anchors, window, _tricube(x, window, anchors, width), rounds)


def _robust_curve(
    x: FloatArray,
    y: FloatArray,
    anchors: IntArray,
    window: IntArray,
    weights: FloatArray,
    rounds: int,
    prior: FloatArray | None = None,
) -> FloatArray:
    robustness = np.ones(len(x))
    flat = FLAT if prior is None else FLAT_WEIGHTED
    for remaining in range(rounds, -1, -1):
        at_anchors = _lines(x, y, anchors, window, weights * robustness[window], flat)
        fitted = np.interp(x, x[anchors], at_anchors)
        if not remaining:
            break
        size_of_residual = np.abs(y - fitted)
        median = float(np.median(size_of_residual)) if prior is None else weighted_median(size_of_residual, prior)
        scale = 6 * median
        if scale <= 1e-7 * float(np.average(size_of_residual, weights=prior)):
            break
        robustness = _bisquare(size_of_residual, scale)
    return fitted


def _anchors(x: FloatArray, step: float) -> IntArray:
    """Choose the points to fit a line at: each the last within ``step`` of the one before, or else the next."""
    anchors = [0]
    n = len(x)
    while x[anchors[-1]] < x[-1]:
        last = int(np.searchsorted(x, x[anchors[-1]], side="right")) - 1
        within = int(np.searchsorted(x, x[anchors[-1]] + step, side="right")) - 1
        anchors.append(min(max(last + 1, within), n - 1))
    return np.array(anchors)


def _anchors_apart(x: FloatArray, step: float) -> IntArray:
    """Choose the points to fit a line at: each the first more than ``step`` from the one before, and the last."""
    anchors = [0]
    while x[anchors[-1]] < x[-1]:
        anchors.append(min(int(np.searchsorted(x, x[anchors[-1]] + step, side="right")), len(x) - 1))
    return np.array(anchors)


def _spacing(x: FloatArray, n_anchors: int) -> float:
    """Return the smallest step that needs no more than about ``n_anchors`` lines, gaps without points left out."""
    if len(x) <= n_anchors:
        return 0.0
    gaps = np.sort(np.diff(x))[::-1][: n_anchors - 1]
    skipped = np.concatenate([[0.0], np.cumsum(gaps)])
    return float(np.min((x[-1] - x[0] - skipped) / (n_anchors - np.arange(len(skipped)))))


def _nearest(x: FloatArray, anchors: IntArray, size: int) -> IntArray:
    """Return the first of the ``size`` points nearest to each anchor."""
    last = len(x) - size
    left = np.searchsorted(x[:last] + x[size:], 2 * x[anchors], side="left")
    # A sum of two can be rounded otherwise than the distances that decide.
    for k, i in enumerate(anchors):
        at = left[k]
        while at < last and x[i] - x[at] > x[at + size] - x[i]:
            at += 1
        while at > 0 and not x[i] - x[at - 1] > x[at - 1 + size] - x[i]:
            at -= 1
        left[k] = at
    return left


def _width_of_weight(x: FloatArray, weights: FloatArray, anchors: IntArray, span: float) -> FloatArray:
    """Return the distance within which the points nearest to each anchor carry ``span`` of the weight."""
    before = np.concatenate([[0.0], np.cumsum(weights)])
    share = span * before[-1]
    at = x[anchors]
    narrow, wide = (_width_within(x, before, at, share * (1 + nudge)) for nudge in (-1e-12, 1e-12))
    # Where a neighborhood has exactly its share, the order of adding up decides: the nearest first.
    for k in np.flatnonzero(narrow < wide):
        distance = np.abs(x - at[k])
        order = np.argsort(distance, kind="stable")
        reached = int(np.searchsorted(np.cumsum(weights[order]), share))
        wide[k] = distance[order[min(reached, len(x) - 1)]]
    return wide


def _width_within(x: FloatArray, before: FloatArray, at: FloatArray, share: float) -> FloatArray:
    # A little more than the farthest point, which rounding would otherwise put out of reach.
    reach = 4 * np.finfo(np.float64).eps * np.abs(x[[0, -1]]).max()
    low, high = np.zeros(len(at)), np.maximum(at - x[0], x[-1] - at) + reach
    while np.any(high - low > 1e-14 * (x[-1] - x[0])):
        middle = (low + high) / 2
        left, right = np.searchsorted(x, at - middle, "left"), np.searchsorted(x, at + middle, "right")
        enough = before[right] - before[left] >= share
        high, low = np.where(enough, middle, high), np.where(enough, low, middle)
    left, right = np.searchsorted(x, at - high, "left"), np.searchsorted(x, at + high, "right") - 1
    width: FloatArray = np.maximum(at - x[left], x[right] - at)
    return width


def _window(left: IntArray, size: int, n: int) -> IntArray:
    """Return positions of ``size`` successive points from each ``left``, moved left where they would overrun."""
    return np.asarray(np.minimum(left, n - size)[:, np.newaxis] + np.arange(size))


def _tricube(x: FloatArray, window: IntArray, anchors: IntArray, width: FloatArray) -> FloatArray:
    distance = np.abs(x[window] - x[anchors][:, np.newaxis])
    width = width[:, np.newaxis]
    share = np.divide(distance, width, out=np.zeros_like(distance), where=width > 0)
    weights = np.where(distance > 0.001 * width, (1 - share**3) ** 3, 1.0)
    return np.where(distance <= 0.999 * width, weights, 0.0)


def _bisquare(size_of_residual: FloatArray, scale: float) -> FloatArray:
    weights = np.where(size_of_residual > 0.001 * scale, (1 - (size_of_residual / scale) ** 2) ** 2, 1.0)
    return np.where(size_of_residual <= 0.999 * scale, weights, 0.0)


def _lines(
    x: FloatArray, y: FloatArray, anchors: IntArray, window: IntArray, weights: FloatArray, flat: float
) -> FloatArray:
    """Return the value at each anchor of the line fitted around it; its own ``y`` where nothing has weight."""
    total = weights.sum(axis=1)
    has_weight: BoolArray = total > 0
    shares = weights / np.where(has_weight, total, 1.0)[:, np.newaxis]
    near = x[window]
    center = np.sum(shares * near, axis=1)
    away = near - center[:, np.newaxis]
    spread = np.sum(shares * away**2, axis=1)
    sloped = np.sqrt(spread) > flat * (x[-1] - x[0])
    slope = np.divide(x[anchors] - center, spread, out=np.zeros(len(anchors)), where=sloped)
    values = np.sum(shares * (1 + slope[:, np.newaxis] * away) * y[window], axis=1)
    return np.where(has_weight, values, y[anchors])
