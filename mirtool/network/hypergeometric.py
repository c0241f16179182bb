"""The hypergeometric upper tail, for millions of pairs at once.

scipy's ``hypergeom.sf`` sums one tail after the other in Python; here all tails are summed together, term by
term, on the side where they are short.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mirtool.model import BoolArray, FloatArray, IntArray

_NEGLIGIBLE = 1e-17
"""A term smaller than this part of the sum no longer changes it in double precision."""


def upper_tail(
    hits: npt.ArrayLike, population: npt.ArrayLike, marked: npt.ArrayLike, drawn: npt.ArrayLike
) -> FloatArray:
    """P(X ≥ ``hits``), where ``drawn`` items are drawn without replacement and ``marked`` of all are marked.

    Parameters
    ----------
    hits, population, marked, drawn
        Integers that broadcast together: 0 ≤ ``marked``, ``drawn`` ≤ ``population``.

    Returns
    -------
    FloatArray
        Exact to a relative 1e-9 down to the smallest double (what the logarithm of the gamma function allows);
        1 where ``hits`` can't be missed, 0 where it can't be reached.

    Examples
    --------
    Four items, two marked, two drawn: both marked with 1/6.

    >>> upper_tail([0, 1, 2, 3], 4, 2, 2).round(6).tolist()
    [1.0, 0.833333, 0.166667, 0.0]
    """
    k, N, K, n = (np.asarray(a, dtype=np.int64) for a in np.broadcast_arrays(hits, population, marked, drawn))
    shape = k.shape
    # Few distinct questions stand behind many pairs.
    asked, place = np.unique(np.stack([a.ravel() for a in (k, N, K, n)], axis=1), axis=0, return_inverse=True)
    answers = _tails(*asked.T.copy())
    return answers[place].reshape(shape)


def _tails(k: IntArray, N: IntArray, K: IntArray, n: IntArray) -> FloatArray:
    lowest, highest = np.maximum(0, n + K - N), np.minimum(K, n)
    tail = np.where(k <= lowest, 1.0, 0.0)
    inside = (k > lowest) & (k <= highest)
    # Beyond the mean the upper tail is the short one, below it the lower: 1 − P(X ≤ k − 1) loses nothing there.
    above = inside & (k * N >= n * K)
    below = inside & ~above
    tail[above] = _sum_outwards(k[above], N[above], K[above], n[above], upwards=True)
    tail[below] = 1 - _sum_outwards(k[below] - 1, N[below], K[below], n[below], upwards=False)
    return tail


def _sum_outwards(k: IntArray, N: IntArray, K: IntArray, n: IntArray, *, upwards: bool) -> FloatArray:
    """Sum the probabilities from ``k`` away from the mean; each term follows from the one before by its ratio."""
    first = np.exp(_log_probability(k, N, K, n))
    term = np.ones(len(k))
    total = term.copy()
    x = k.astype(np.float64)
    going: BoolArray = np.ones(len(k), dtype=bool)
    while going.any():
        j, Ng, Kg, ng = x[going], N[going], K[going], n[going]
        if upwards:
            ratio = (Kg - j) * (ng - j) / ((j + 1) * (Ng - Kg - ng + j + 1))
            x[going] += 1
        else:
            ratio = j * (Ng - Kg - ng + j) / ((Kg - j + 1) * (ng - j + 1))
            x[going] -= 1
        term[going] *= ratio
        total[going] += term[going]
        going = term > _NEGLIGIBLE * total
    return first * total


def _log_probability(k: IntArray, N: IntArray, K: IntArray, n: IntArray) -> FloatArray:
    from scipy.special import gammaln

    def log_choose(top: IntArray, bottom: IntArray) -> FloatArray:
        value: FloatArray = gammaln(top + 1.0) - gammaln(bottom + 1.0) - gammaln(top - bottom + 1.0)
        return value

    return log_choose(K, k) + log_choose(N - K, n - k) - log_choose(N, n)
