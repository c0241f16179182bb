"""Firth's penalized logistic regression, for outcomes that a variable separates.

Where a variable, or several together, separate patients with the outcome from those without, the likelihood has no
maximum and an odds ratio of ordinary logistic regression is infinite. Firth's penalty, Jeffreys' prior, gives a
finite estimate of smaller bias; intervals and P are by the profile of the penalized likelihood (Heinze and
Schemper).

References
----------
Firth D (1993). Bias reduction of maximum likelihood estimates. Biometrika 80, 27–38.
Heinze G, Schemper M (2002). A solution to the problem of separation in logistic regression. Stat Med 21,
2409–2419.
Konis K (2007). Linear programming algorithms for detecting separated data in binary logistic regression models.
DPhil thesis, University of Oxford.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, FloatArray, IntArray

_MOST_STEPS = 50
_LARGEST_GRADIENT = 1e-3
_FORBIDDEN = 1e10
_SMALLEST_GRADIENT = 1e-8
_SHORTEST_STEP = 1e-11
_LONGEST_STEP = 5.0
_FARTHEST = 60.0
"""Where the search for the end of an interval stops, in units of the logarithm of an odds ratio."""


@dataclass(frozen=True, eq=False)
class FirthFit:
    """A fitted model: one entry per column of the design.

    Parameters
    ----------
    coefficients
        Logarithms of odds ratios.
    low, high
        Ends of their intervals by the profile of the penalized likelihood; NaN for the first column, the
        intercept.
    p_values
        P by the penalized likelihood ratio; NaN for the intercept.
    log_likelihood
        The largest penalized log likelihood.
    """

    coefficients: FloatArray
    low: FloatArray
    high: FloatArray
    p_values: FloatArray
    log_likelihood: float


def is_separated(design: FloatArray, outcome: BoolArray) -> bool:
    """Return True if a line in the design parts patients with the outcome from those without (Konis 2007).

    Parameters
    ----------
    design
        ``(patients, columns)``, with a column of ones.
    outcome
        One per patient.

    Examples
    --------
    >>> x = np.column_stack([np.ones(6), np.arange(6.0)])
    >>> is_separated(x, np.array([0, 0, 0, 1, 1, 1], bool)), is_separated(x, np.array([0, 1, 0, 1, 0, 1], bool))
    (True, False)
    """
    signed = design * np.where(outcome, 1.0, -1.0)[:, None]
    scale = np.abs(signed).max(axis=0)
    signed = signed / np.where(scale > 0, scale, 1.0)
    found = optimize.linprog(
        -signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=[(-1, 1)] * signed.shape[1]
    )
    return bool(found.status == 0 and float(found.fun or 0.0) < -1e-6)


def firth_logistic(design: FloatArray, outcome: BoolArray, *, confidence: float = 0.95) -> FirthFit:
    """Fit Firth's logistic regression.

    Parameters
    ----------
    design
        ``(patients, columns)``, with a column of ones.
    outcome
        One per patient.
    confidence
        Level of the intervals.

    Notes
    -----
    Columns around 0 with a spread of about 1 keep the search for the ends of the intervals short; the estimates do
    not depend on it.

    Raises
    ------
    NotEnoughDataError
        Where columns of the design depend on each other, or the fit does not settle.
    """
    n_columns = design.shape[1]
    if np.linalg.matrix_rank(design) < n_columns:
        raise NotEnoughDataError("the variables of the model depend on each other", hint="leave one of them out")
    y = outcome.astype(np.float64)
    best, largest = _maximize(design, y, np.zeros(n_columns), fixed=None)
    limit = stats.chi2.ppf(confidence, 1) / 2
    low, high, p_values = np.full((3, n_columns), np.nan)
    for j in range(1, n_columns):
        at_zero = _maximize(design, y, np.zeros(n_columns), fixed=j)[1]
        p_values[j] = stats.chi2.sf(2 * max(0.0, largest - at_zero), 1)
        low[j] = _end(design, y, best, j, largest - limit, -1)
        high[j] = _end(design, y, best, j, largest - limit, 1)
    return FirthFit(best, low, high, p_values, largest)


def _penalized(design: FloatArray, y: FloatArray, beta: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """Return the penalized log likelihood, its gradient, and the information."""
    eta = design @ beta
    p = special.expit(eta)
    weight = p * (1 - p)
    information = design.T @ (design * weight[:, None])
    sign, log_determinant = np.linalg.slogdet(information)
    if sign <= 0:
        return -np.inf, np.zeros_like(beta), information
    log_likelihood = float(np.sum(y * eta - np.logaddexp(0, eta)) + log_determinant / 2)
    leverage = weight * np.einsum("ij,ji->i", design, np.linalg.solve(information, design.T))
    return log_likelihood, design.T @ (y - p + leverage * (0.5 - p)), information


def _maximize(design: FloatArray, y: FloatArray, start: FloatArray, fixed: int | None) -> tuple[FloatArray, float]:
    """Return coefficients and the penalized log likelihood at its maximum, one coefficient kept where fixed."""
    free = np.array([j for j in range(design.shape[1]) if j != fixed], dtype=int)
    beta = start.copy()
    value, gradient, information = _penalized(design, y, beta)
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
            found = _penalized(design, y, trial)
            if found[0] >= value - 1e-12:
                break
            step = step / 2
        else:
            return beta, value  # no step improves it: the maximum, up to rounding
        beta, (value, gradient, information) = trial, found
    return _maximize_slowly(design, y, beta, free)


def _maximize_slowly(
    design: FloatArray, y: FloatArray, beta: FloatArray, free: IntArray
) -> tuple[FloatArray, float]:
    """Return the maximum where the information is a poor guide: far out on a profile (BFGS)."""

    def loss(values: FloatArray) -> tuple[float, FloatArray]:
        trial = beta.copy()
        trial[free] = values
        value, gradient, _ = _penalized(design, y, trial)
        return (-value, -gradient[free]) if np.isfinite(value) else (_FORBIDDEN, np.zeros(len(free)))

    found = optimize.minimize(loss, beta[free], jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": 500})
    if np.abs(found.jac).max() > _LARGEST_GRADIENT:
        raise NotEnoughDataError("Firth's regression did not settle", hint="leave variables out of the model")
    beta = beta.copy()
    beta[free] = found.x
    return beta, -float(found.fun)


def _end(design: FloatArray, y: FloatArray, best: FloatArray, j: int, target: float, side: int) -> float:
    """Return where the profile of the penalized likelihood falls to ``target``, below or above the estimate."""

    def above(distance: float) -> float:
        start = best.copy()
        start[j] += side * distance
        return _maximize(design, y, start, fixed=j)[1] - target

    scale = max(float(np.abs(design[:, j]).max()), 1e-12)
    reach = 1.0 / scale
    while above(reach) > 0:
        reach *= 2
        if reach * scale > _FARTHEST:
            return side * np.inf
    return float(best[j] + side * optimize.brentq(above, 0.0, reach, xtol=1e-10, rtol=1e-10))
