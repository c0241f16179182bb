r"""The hypergeometric upper tail, for millions of pairs at once.

scipy's ``hypergeom.sf`` sums one tail after the other in Python; here all tails are summed together, term by
term, on the side where they are short, and in logarithms, so that no tail is too small.

Of the four cells x of a two-by-two table with margins K, N − K, n, N − n and expected counts e, the logarithm of
the probability is

    h(K) + h(N − K) + h(n) + h(N − n) − h(N) − Σ h(x) − Σ D(x, e)

with h(m) = log m! − m log m + m and D(x, e) = x log(x/e) + e − x. No D is larger than the result and every h is
small, so that nothing cancels: logarithms of factorials, subtracted, lose six digits at 15,000 genes.

References
----------
Loader C. Fast and accurate computation of binomial probabilities. Bell Labs, 2000 (the error of Stirling's formula
and the deviance D in place of the logarithm of the gamma function).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mirtool.model import FloatArray, IntArray

_NEGLIGIBLE = 1e-17
"""A term smaller than this part of the sum no longer changes it in double precision."""

_TERMS_BETWEEN_LOOKS = 8
"""How many terms are added before the sums that are done are set aside."""

_STIRLING_FROM = 16
"""From here on five terms of Stirling's series give its error to the last bit."""

_SMALL = np.array(
    [0.0] + [math.lgamma(m + 1) - m * math.log(m) + m for m in range(1, _STIRLING_FROM)], dtype=np.float64
)


def upper_tail(
    hits: npt.ArrayLike, population: npt.ArrayLike, marked: npt.ArrayLike, drawn: npt.ArrayLike
) -> FloatArray:
    """P(X ≥ ``hits``), where ``drawn`` items are drawn without replacement and ``marked`` of all are marked.

    Parameters
    ----------
    hits, population, marked, drawn
        Integers that broadcast together: 0 ≤ ``marked``, ``drawn`` ≤ ``population`` < 2³¹.

    Returns
    -------
    FloatArray
        Exact to a relative 1e-10 down to 1e-300 (to 1e-12 in the tests); below the smallest double it is 0, where
        :func:`log_upper_tail` still tells. 1 where ``hits`` can't be missed, 0 where it can't be reached.

    Examples
    --------
    Four items, two marked, two drawn: both marked with 1/6.

    >>> upper_tail([0, 1, 2, 3], 4, 2, 2).round(6).tolist()
    [1.0, 0.833333, 0.166667, 0.0]
    """
    return np.exp(log_upper_tail(hits, population, marked, drawn))


def log_upper_tail(
    hits: npt.ArrayLike, population: npt.ArrayLike, marked: npt.ArrayLike, drawn: npt.ArrayLike
) -> FloatArray:
    """Return the natural logarithm of :func:`upper_tail`, ``-inf`` where ``hits`` can't be reached.

    Examples
    --------
    All 1,000 marked of 4,000 items in 1,000 draws: a probability far below the smallest double.

    >>> round(log_upper_tail(1000, 4000, 1000, 1000).item(), 6)
    -2245.111513
    """
    k, N, K, n = (np.asarray(a, dtype=np.int64) for a in np.broadcast_arrays(hits, population, marked, drawn))
    shape = k.shape
    K, n = np.minimum(K, n), np.maximum(K, n)  # the two margins may be exchanged
    asked, place = _distinct(*(a.ravel() for a in (k, N, K, n)))
    return _log_tails(*asked)[place].reshape(shape)


def _distinct(*columns: IntArray) -> tuple[list[IntArray], IntArray | slice]:
    """Return the distinct rows, and which of them each row is: few questions are behind many pairs."""
    lowest = [int(column.min(initial=0)) for column in columns]
    spans = [int(column.max(initial=0)) - low + 1 for column, low in zip(columns, lowest, strict=True)]
    if math.prod(spans) >= 2**63:
        return list(columns), slice(None)
    key = np.ravel_multi_index([c - low for c, low in zip(columns, lowest, strict=True)], spans)
    unique, place = np.unique(key, return_inverse=True)
    parts = np.unravel_index(unique, spans)
    return [part + low for part, low in zip(parts, lowest, strict=True)], place


def _log_tails(k: IntArray, N: IntArray, K: IntArray, n: IntArray) -> FloatArray:
    lowest, highest = np.maximum(0, n + K - N), np.minimum(K, n)
    tail = np.where(k <= lowest, 0.0, -np.inf)
    inside = (k > lowest) & (k <= highest)
    # Beyond the mean the upper tail is the short one, below it the lower: 1 − P(X ≤ k − 1) loses nothing there.
    above = inside & (k * N >= n * K)
    below = inside & ~above
    k_, N_, K_, n_ = (a[above] for a in (k, N, K, n))
    tail[above] = _log_probability(k_, N_, K_, n_) + np.log(
        _series(K_ - k_, n_ - k_, k_ + 1, N_ - K_ - n_ + k_ + 1)
    )
    k_, N_, K_, n_ = (a[below] for a in (k - 1, N, K, n))
    lower = _log_probability(k_, N_, K_, n_) + np.log(_series(k_, N_ - K_ - n_ + k_, K_ - k_ + 1, n_ - k_ + 1))
    tail[below] = np.log1p(-np.exp(lower))
    return tail


def _series(x: IntArray, y: IntArray, u: IntArray, v: IntArray) -> FloatArray:
    """Sum 1 + xy/uv + xy/uv · (x−1)(y−1)/(u+1)(v+1) + …: a tail over its first probability."""
    total = np.ones(len(x))
    going = np.arange(len(x))
    a, b, c, d = (side.astype(np.float64) for side in (x, y, u, v))
    term, partial = np.ones(len(x)), np.ones(len(x))
    while len(going):
        for _ in range(_TERMS_BETWEEN_LOOKS):
            term *= a * b
            term /= c * d
            partial += term
            a -= 1
            b -= 1
            c += 1
            d += 1
            np.maximum(a, 0, out=a)  # past the last term all are 0
            np.maximum(b, 0, out=b)
        total[going] = partial
        more = term > _NEGLIGIBLE * partial
        going = going[more]
        a, b, c, d, term, partial = (part[more] for part in (a, b, c, d, term, partial))
    return total


def _log_probability(k: IntArray, N: IntArray, K: IntArray, n: IntArray) -> FloatArray:
    """Return log P(X = k), for k that can occur and margins that are not 0 or N."""
    margins = _h(K) + _h(N - K) + _h(n) + _h(N - n) - _h(N)
    # Observed and expected differ by the same in every cell; taken from integers, the difference is exact.
    excess = (k * N - K * n) / N
    for cell, rows, columns, sign in (
        (k, K, n, 1),
        (K - k, K, N - n, -1),
        (n - k, N - K, n, -1),
        (N - K - n + k, N - K, N - n, 1),
    ):
        margins -= _h(cell) + _deviance(cell, rows * (columns / N), sign * excess)
    return margins


def _h(m: IntArray) -> FloatArray:
    """Return log m! − m log m + m: half the logarithm of 2πm, and the error of Stirling's formula."""
    large = np.maximum(m, _STIRLING_FROM).astype(np.float64)
    inverse = 1 / large**2
    error = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / large
    value: FloatArray = np.where(
        m < _STIRLING_FROM, _SMALL[np.minimum(m, _STIRLING_FROM - 1)], error + 0.5 * np.log(2 * np.pi * large)
    )
    return value


def _deviance(x: IntArray, expected: FloatArray, difference: FloatArray) -> FloatArray:
    """Return x log(x/e) − (x − e), by its series where x is near e and the two would cancel."""
    total = x + expected
    v = difference / total
    near = np.abs(v) < 0.1
    squared = v * v
    series = np.zeros(len(x))
    for j in range(17, 1, -2):
        series = squared * (1 / j + series)
    by_series = difference * v + 2 * x * v * series
    ratio = np.where(near | (x == 0), 1.0, x / expected)
    return np.where(near, by_series, x * np.log(ratio) - difference)
