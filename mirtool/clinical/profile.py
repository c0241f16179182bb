"""The maximum of a penalized likelihood, with intervals and P by its profile.

For Firth's penalty, whose information is a good guide near the maximum only: Newton's steps first, then BFGS.

References
----------
Heinze G, Schemper M (2002). A solution to the problem of separation in logistic regression. Stat Med 21,
2409–2419.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from mirtool.errors import NotEnoughDataError
from mirtool.model import FloatArray, IntArray

Penalized = Callable[[FloatArray], tuple[float, FloatArray, FloatArray]]
"""Coefficients to the penalized log likelihood, its gradient, and the information."""

_MOST_STEPS = 50
_LARGEST_GRADIENT = 1e-3
_FORBIDDEN = 1e10
_SMALLEST_GRADIENT = 1e-8
_SHORTEST_STEP = 1e-11
_LONGEST_STEP = 5.0
_FARTHEST = 60.0
"""Where the search for the end of an interval stops, in units of the logarithm of a ratio."""


@dataclass(frozen=True, eq=False)
class FirthFit:
    """A fitted model: one entry per column of the design.

    Parameters
    ----------
    coefficients
        Logarithms of odds or hazard ratios.
    low, high
        Ends of their intervals by the profile of the penalized likelihood; NaN for an intercept.
    p_values
        P by the penalized likelihood ratio; NaN for an intercept.
    log_likelihood
        The largest penalized log likelihood.
    """

    coefficients: FloatArray
    low: FloatArray
    high: FloatArray
    p_values: FloatArray
    log_likelihood: float


def profile_fit(
    penalized: Penalized, scale: FloatArray, tested: Sequence[int], *, confidence: float = 0.95
) -> FirthFit:
    """Maximize a penalized likelihood, and follow its profile to the ends of the intervals.

    Parameters
    ----------
    penalized
        The likelihood.
    scale
        The largest size of each column of the design, by which the search for the ends begins.
    tested
        Columns that get an interval and a P.
    confidence
        Level of the intervals.

    Raises
    ------
    NotEnoughDataError
        Where the fit does not settle.
    """
    n_columns = len(scale)
    best, largest = _maximize(penalized, np.zeros(n_columns), fixed=None)
    limit = stats.chi2.ppf(confidence, 1) / 2
    low, high, p_values = np.full((3, n_columns), np.nan)
    for j in tested:
        at_zero = _maximize(penalized, np.zeros(n_columns), fixed=j)[1]
        p_values[j] = stats.chi2.sf(2 * max(0.0, largest - at_zero), 1)
        low[j] = _end(penalized, best, j, largest - limit, -max(float(scale[j]), 1e-12))
        high[j] = _end(penalized, best, j, largest - limit, max(float(scale[j]), 1e-12))
    return FirthFit(best, low, high, p_values, largest)


def _maximize(penalized: Penalized, start: FloatArray, fixed: int | None) -> tuple[FloatArray, float]:
    """Return coefficients and the penalized log likelihood at its maximum, one coefficient kept where fixed."""
    free = np.array([j for j in range(len(start)) if j != fixed], dtype=int)
    beta = start.copy()
    value, gradient, information = penalized(beta)
    if not len(free) or not np.isfinite(value):
        return beta, value  # so far out that no patient has any weight
    for _ in range(_MOST_STEPS):
        if np.abs(gradient[free]).max() < _SMALLEST_GRADIENT:
            return beta, value
        step = np.linalg.solve(information[np.ix_(free, free)], gradient[free])
        if np.abs(step).max() < _SHORTEST_STEP:
            return beta, value
        step *= min(1.0, _LONGEST_STEP / max(float(np.abs(step).max()), 1e-12))
        for _ in range(40):
            trial = beta.copy()
            trial[free] += step
            found = penalized(trial)
            if found[0] >= value - 1e-12:
                break
            step = step / 2
        else:
            return beta, value  # no step improves it: the maximum, up to rounding
        beta, (value, gradient, information) = trial, found
    return _maximize_slowly(penalized, beta, free)


def _maximize_slowly(penalized: Penalized, beta: FloatArray, free: IntArray) -> tuple[FloatArray, float]:
    """Return the maximum where the information is a poor guide: far out on a profile (BFGS)."""

    def loss(values: FloatArray) -> tuple[float, FloatArray]:
        trial = beta.copy()
        trial[free] = values
        value, gradient, _ = penalized(trial)
        return (-value, -gradient[free]) if np.isfinite(value) else (_FORBIDDEN, np.zeros(len(free)))

    found = optimize.minimize(loss, beta[free], jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": 500})
    if np.abs(found.jac).max() > _LARGEST_GRADIENT:
        raise NotEnoughDataError("Firth's regression did not settle", hint="leave variables out of the model")
    beta = beta.copy()
    beta[free] = found.x
    return beta, -float(found.fun)


def _end(penalized: Penalized, best: FloatArray, j: int, target: float, scale: float) -> float:
    """Return where the profile falls to ``target``: above the estimate, for a scale below 0 below it."""
    side = np.sign(scale)

    def above(distance: float) -> float:
        start = best.copy()
        start[j] += side * distance
        return _maximize(penalized, start, fixed=j)[1] - target

    reach = 1.0 / abs(scale)
    while above(reach) > 0:
        reach *= 2
        if reach * abs(scale) > _FARTHEST:
            return float(side * np.inf)
    return float(best[j] + side * optimize.brentq(above, 0.0, reach, xtol=1e-10, rtol=1e-10))
