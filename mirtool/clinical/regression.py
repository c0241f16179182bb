"""Logistic regression of an outcome on variables, one at a time and together; Firth's where it is separated."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.clinical.firth import firth_logistic, is_separated
from mirtool.clinical.variables import Variable
from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, FloatArray

LOG2 = "log2"
"""Unit of a variable whose unit more is a doubling."""
FEWEST_PER_VARIABLE = 10
"""Patients with the rarer outcome per term below which a model is called overfitted (Peduzzi 1996)."""
_EXTREME = 10.0
"""Log odds of a patient from which a fit may be running away."""


@dataclass(frozen=True, eq=False)
class Term:
    """What one level, or one unit, of a variable does: a column of the design."""

    variable: Variable
    label: str
    values: FloatArray


@dataclass(frozen=True, eq=False)
class LogisticFit:
    """Odds ratios of one model.

    Parameters
    ----------
    terms
        Its terms, without the intercept.
    odds_ratio, low, high, p_values
        One per term.
    method
        ``logistic (Wald)``, or ``Firth (profile)`` where the outcome is separated.
    n, events
        Patients, and those with the outcome.
    """

    terms: tuple[Term, ...]
    odds_ratio: FloatArray
    low: FloatArray
    high: FloatArray
    p_values: FloatArray
    method: str
    n: int
    events: int

    @property
    def is_crowded(self) -> bool:
        """True where there are few patients for the number of terms."""
        return min(self.events, self.n - self.events) < FEWEST_PER_VARIABLE * len(self.terms)


def terms_of(variable: Variable) -> tuple[Term, ...]:
    """Return the columns of a variable: one per level beyond the reference, or the numbers themselves."""
    if not variable.is_categorical:
        unit = "per doubling" if variable.unit == LOG2 else f"per {variable.unit or 'unit'}"
        return (Term(variable, unit, variable.values),)
    return tuple(
        Term(
            variable,
            f"{level} vs {variable.levels[0]}",
            np.where(variable.present, variable.values == code, np.nan).astype(np.float64),
        )
        for code, level in enumerate(variable.levels)
        if code
    )


def fit_logistic(variables: Sequence[Variable], outcome: FloatArray, *, confidence: float = 0.95) -> LogisticFit:
    """Fit a logistic regression of an outcome on variables; patients without one of the values are left out.

    Parameters
    ----------
    variables
        The variables.
    outcome
        1 with the outcome, 0 without, NaN missing.
    confidence
        Level of the intervals.

    Raises
    ------
    NotEnoughDataError
        Where all patients have the same outcome, or there are fewer patients than terms.
    """
    terms = tuple(term for variable in variables for term in terms_of(variable))
    known = ~np.isnan(outcome)
    for term in terms:
        known &= ~np.isnan(term.values)
    # A level that no patient with all values has says nothing.
    terms = tuple(term for term in terms if len(np.unique(term.values[known])) > 1)
    y: BoolArray = outcome[known] == 1
    names = ", ".join(variable.name for variable in variables)
    if not terms or len(y) <= len(terms) + 1 or y.all() or not y.any():
        raise NotEnoughDataError(
            f"there are too few patients for a logistic regression on {names}",
            found=f"{len(y)} patients with every value, {int(y.sum())} of them with the outcome",
        )
    design = np.column_stack([np.ones(len(y)), *(term.values[known] for term in terms)])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise NotEnoughDataError(
            "the variables of the model depend on each other", found=names, hint="leave one of them out"
        )
    scale, middle = design.std(axis=0), design.mean(axis=0)
    scale[0], middle[0] = 1.0, 0.0  # the intercept
    wald = _fit_by_maximum_likelihood((design - middle) / scale, y, confidence)
    if wald is None:
        firth = firth_logistic((design - middle) / scale, y, confidence=confidence)
        numbers = firth.coefficients, firth.low, firth.high, firth.p_values
        method = "Firth (profile)"
    else:
        numbers = wald
        method = "logistic (Wald)"
    with np.errstate(over="ignore"):
        ratio, low, high = (np.exp(values[1:] / scale[1:]) for values in numbers[:3])
    return LogisticFit(terms, ratio, low, high, np.asarray(numbers[3][1:]), method, len(y), int(y.sum()))


def _fit_by_maximum_likelihood(
    design: FloatArray, y: BoolArray, confidence: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray] | None:
    """Return coefficients, their intervals and P; None where the outcome is separated.

    Separation makes the fit run away, so it is looked for only where the fit is extreme or fails.
    """
    from statsmodels.discrete.discrete_model import Logit

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # what statsmodels warns of here is looked for below
        try:
            fit = Logit(y.astype(np.float64), design).fit(disp=0, method="newton", maxiter=50, tol=1e-12)
            extreme = not np.abs(design @ fit.params).max() < _EXTREME
        except np.linalg.LinAlgError:
            fit, extreme = None, True
    if fit is None or (extreme and is_separated(design, y)):
        return None
    ends = fit.conf_int(alpha=1 - confidence)
    return np.asarray(fit.params), ends[:, 0], ends[:, 1], np.asarray(fit.pvalues)
