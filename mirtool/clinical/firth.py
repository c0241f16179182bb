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

from collections.abc import Sequence
from functools import partial

import numpy as np
from scipy import optimize, special

from mirtool.clinical.profile import FirthFit, profile_fit
from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, FloatArray


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
    return _fit(design, outcome, range(1, design.shape[1]), confidence)


def firth_coefficients(design: FloatArray, outcome: BoolArray) -> FloatArray:
    """Return the coefficients of Firth's logistic regression, without intervals.

    Parameters
    ----------
    design
        ``(patients, columns)``, with a column of ones.
    outcome
        One per patient.

    Raises
    ------
    NotEnoughDataError
        Where columns of the design depend on each other, or the fit does not settle.
    """
    return _fit(design, outcome, ()).coefficients


def _fit(design: FloatArray, outcome: BoolArray, tested: Sequence[int], confidence: float = 0.95) -> FirthFit:
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise NotEnoughDataError("the variables of the model depend on each other", hint="leave one of them out")
    penalized = partial(_penalized, design, outcome.astype(np.float64))
    return profile_fit(penalized, np.abs(design).max(axis=0), tested, confidence=confidence)


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
