"""A panel made from patients: candidates chosen, missing values imputed, values standardized, risks fitted.

Everything that looks at the outcome or at other patients is inside :func:`fit_panel`, so that a panel made in a
training fold knows nothing of the patients it is tested on.

The ridge model is logistic regression whose coefficients (of standardized values, without the intercept) have a
quadratic penalty; the elastic net (half lasso, half ridge) is scikit-learn's; Firth's penalty has no strength to
choose. Strength and number of miRNAs are those with the smallest log loss in folds of the training patients.

References
----------
le Cessie S, van Houwelingen JC (1992). Ridge estimators in logistic regression. Appl Stat 41, 191–201.
Zou H, Hastie T (2005). Regularization and variable selection via the elastic net. J R Stat Soc B 67, 301–320.
Firth D (1993). Bias reduction of maximum likelihood estimates. Biometrika 80, 27–38.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from mirtool.clinical.firth import firth_coefficients
from mirtool.clinical.panels.folds import stratified_folds
from mirtool.errors import MirtoolError, UsageError
from mirtool.model import BoolArray, FloatArray, IntArray

RIDGE, ELASTIC_NET, FIRTH = "ridge", "elastic-net", "firth"
PENALTIES = np.logspace(3, -2, 11)
"""Strengths that are tried, the strongest first: the reciprocal of scikit-learn's ``C``."""
INNER_FOLDS = 5
MEASURED = 0.8
"""Share of the training patients who must have a value of a miRNA that can be chosen."""
_SIZES = (1, 2, 3, 5, 8, 12, 20, 30, 50)
_MOST_STEPS = 100
_SMALLEST_GRADIENT = 1e-9
_L1_SHARE = 0.5


@dataclass(frozen=True)
class PanelPlan:
    """How a panel is made.

    Parameters
    ----------
    model
        ``ridge``, ``elastic-net`` or ``firth``.
    most
        Largest number of miRNAs chosen from the candidates; None where all candidates are the panel.
    """

    model: str = RIDGE
    most: int | None = None


@dataclass(frozen=True, eq=False)
class FittedPanel:
    """A panel and what it needs for further patients.

    Parameters
    ----------
    columns
        Places of its miRNAs among the candidates; those with a coefficient of zero are left out.
    coefficients
        Log odds per standard deviation of each.
    intercept
        Log odds where every miRNA has its mean.
    fill, middle, spread
        Of each miRNA: the median of the training patients, for missing values, and mean and standard deviation.
    penalty
        The strength chosen; NaN for Firth's.
    """

    columns: IntArray
    coefficients: FloatArray
    intercept: float
    fill: FloatArray
    middle: FloatArray
    spread: FloatArray
    penalty: float

    def log_odds(self, values: FloatArray) -> FloatArray:
        """Return the log odds of patients, given their values ``(patients, candidates)``."""
        return self.intercept + _standardize(values, self) @ self.coefficients

    def risk(self, values: FloatArray) -> FloatArray:
        """Return the predicted risk of patients."""
        return np.asarray(special.expit(self.log_odds(values)))


@dataclass(frozen=True, eq=False)
class _Prepared:
    columns: IntArray
    fill: FloatArray
    middle: FloatArray
    spread: FloatArray


def _standardize(values: FloatArray, by: _Prepared | FittedPanel) -> FloatArray:
    """Return the columns of a panel, missing values imputed."""
    own = values[:, by.columns]
    return (np.where(np.isnan(own), by.fill, own) - by.middle) / by.spread


_Fit = Callable[[FloatArray, BoolArray, FloatArray], FloatArray]
"""Standardized values, outcome and penalties to coefficients, the intercept first: one row per penalty."""


def fit_panel(
    values: FloatArray,
    outcome: BoolArray,
    plan: PanelPlan,
    rng: np.random.Generator,
    units: IntArray | None = None,
) -> FittedPanel:
    """Make a panel.

    Parameters
    ----------
    values
        ``(patients, candidates)``, NaN missing.
    outcome
        One per patient.
    plan
        Model, and how many are chosen.
    rng
        Draws the inner folds.
    units
        The patient of each row, where rows are drawn with replacement.
    """
    prepared = _prepare(values, outcome, plan.most)
    design = _standardize(values, prepared)
    if plan.model == FIRTH:
        size, penalty = design.shape[1], np.nan
        beta = firth_coefficients(np.column_stack([np.ones(len(design)), design]), outcome)
    else:
        fit: _Fit = fit_ridge if plan.model == RIDGE else fit_elastic_net
        sizes = _sizes(plan, design.shape[1])
        size, penalty = _tune(values, outcome, plan, sizes, fit, rng, units)
        size = min(size, design.shape[1])
        beta = fit(design[:, :size], outcome, np.array([penalty]))[0]
    kept = np.flatnonzero(beta[1:]) if plan.most is not None else np.arange(size)
    return FittedPanel(
        prepared.columns[kept], beta[1:][kept], float(beta[0]), prepared.fill[kept], prepared.middle[kept],
        prepared.spread[kept], penalty,
    )  # fmt: skip


def _sizes(plan: PanelPlan, n_columns: int) -> tuple[int, ...]:
    """Return the numbers of miRNAs that are tried; the elastic net leaves miRNAs out by itself."""
    if plan.most is None or plan.model == ELASTIC_NET:
        return (n_columns,)
    return tuple(sorted({*(size for size in _SIZES if size < plan.most), plan.most}))


def _tune(
    values: FloatArray, outcome: BoolArray, plan: PanelPlan, sizes: tuple[int, ...], fit: _Fit,
    rng: np.random.Generator, units: IntArray | None,
) -> tuple[int, float]:  # fmt: skip
    """Return number and strength with the smallest log loss in the inner folds; of equals the simpler panel."""
    patients = np.arange(len(outcome)) if units is None else units
    with_outcome, without = (len(np.unique(patients[outcome == level])) for level in (True, False))
    n_folds = min(INNER_FOLDS, with_outcome, without)
    fold = stratified_folds(outcome, n_folds, rng, units)
    loss = np.zeros((len(sizes), len(PENALTIES)))
    for own in range(n_folds):
        test = fold == own
        prepared = _prepare(values[~test], outcome[~test], plan.most)
        design, design_test = (_standardize(values[rows], prepared) for rows in (~test, test))
        sign = np.where(outcome[test], -1.0, 1.0)
        for i, size in enumerate(sizes):
            beta = fit(design[:, :size], outcome[~test], PENALTIES)
            eta = beta[:, :1] + beta[:, 1:] @ design_test[:, :size].T
            loss[i] += np.logaddexp(0, sign * eta).sum(axis=1)
    # Losses that differ by rounding only are equal on every machine.
    simplest = int(np.argmax(loss <= loss.min() * (1 + 1e-9)))
    return sizes[simplest // len(PENALTIES)], float(PENALTIES[simplest % len(PENALTIES)])


def _prepare(values: FloatArray, outcome: BoolArray, most: int | None) -> _Prepared:
    """Return the columns, the best first where they are chosen, with what imputes and standardizes them."""
    columns = np.arange(values.shape[1]) if most is None else best_columns(values, outcome, most)
    own = values[:, columns]
    missing = np.isnan(own)
    fill = np.zeros(len(columns))
    partly = missing.any(axis=0)
    fill[~partly] = np.median(own[:, ~partly], axis=0)
    partly &= ~missing.all(axis=0)
    if partly.any():
        fill[partly] = np.nanmedian(own[:, partly], axis=0)
    full = np.where(missing, fill, own)
    spread = full.std(axis=0, ddof=1)
    return _Prepared(columns, fill, full.mean(axis=0), np.where(spread > 0, spread, 1.0))


def best_columns(values: FloatArray, outcome: BoolArray, most: int) -> IntArray:
    """Return the candidates whose means differ most between the outcomes, by the size of Welch's t.

    Parameters
    ----------
    values
        ``(patients, candidates)``; those that fewer than four of five patients have are no candidates.
    outcome
        One per patient.
    most
        How many are returned at most.

    Examples
    --------
    >>> x = np.array([[1.0, 5.0, 1.0], [2.0, 6.0, 1.0], [1.0, 1.0, 1.0], [2.0, 2.0, 1.0]])
    >>> best_columns(x, np.array([True, True, False, False]), 5)
    array([1, 0])
    """
    measured = ~np.isnan(values)
    usable = measured.mean(axis=0) >= MEASURED
    # t does not depend on the origin; near the mean its sums of squares are exact.
    middle = np.where(measured, values, 0.0).sum(axis=0) / np.maximum(measured.sum(axis=0), 1)
    own = np.where(measured, values - middle, 0.0)
    means, errors = [], []
    for level in (True, False):
        n = measured[outcome == level].sum(axis=0)
        usable &= n >= 2
        n = np.maximum(n, 2)
        mean = own[outcome == level].sum(axis=0) / n
        square = (own[outcome == level] ** 2).sum(axis=0) - n * mean**2
        means.append(mean)
        errors.append(np.maximum(square, 0.0) / (n - 1) / n)
    error = np.sqrt(errors[0] + errors[1])
    usable &= (own**2).sum(axis=0) > 0
    t = np.zeros(values.shape[1])
    np.divide(np.abs(means[0] - means[1]), np.maximum(error, 1e-12), out=t, where=usable)
    order = np.argsort(-t, kind="stable")
    return np.asarray(order[usable[order]][:most])


def fit_ridge(values: FloatArray, outcome: BoolArray, penalties: FloatArray) -> FloatArray:
    """Return coefficients of ridge logistic regression, the intercept first: one row per penalty.

    Parameters
    ----------
    values
        ``(patients, columns)``, standardized.
    outcome
        One per patient; both outcomes occur.
    penalties
        Half of it times the sum of the squared coefficients is subtracted from the log likelihood.

    Examples
    --------
    >>> x, y = np.array([[-1.0], [0.0], [1.0]]), np.array([False, True, True])
    >>> fit_ridge(x, y, np.array([1.0])).round(3)  # risks 0.511, 0.679, 0.810: x · (y − risk) is the slope
    array([[0.748, 0.702]])
    """
    design = np.column_stack([np.ones(len(values)), values])
    y = outcome.astype(np.float64)
    penalty = np.outer(penalties, np.r_[0.0, np.ones(values.shape[1])])
    diagonal = np.arange(design.shape[1])
    beta = np.zeros((len(penalties), design.shape[1]))
    beta[:, 0] = special.logit(y.mean())
    eta = beta @ design.T
    height = _height(eta, y, beta, penalty)
    for _ in range(_MOST_STEPS):
        risk = special.expit(eta)
        gradient = (y - risk) @ design - penalty * beta
        if np.abs(gradient).max() < _SMALLEST_GRADIENT:
            break
        weight = risk * (1 - risk)
        information = (design.T * weight[:, None, :]) @ design
        information[:, diagonal, diagonal] += penalty + 1e-12
        step = np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
        for _ in range(30):  # a step that goes too far is halved
            tried = beta + step
            eta = tried @ design.T
            reached = _height(eta, y, tried, penalty)
            worse = reached < height - 1e-9
            if not worse.any():
                break
            step[worse] /= 2
        beta, height = tried, reached
    return beta


def _height(eta: FloatArray, y: FloatArray, beta: FloatArray, penalty: FloatArray) -> FloatArray:
    own = (y * eta - np.logaddexp(0, eta)).sum(axis=1) - (penalty * beta**2).sum(axis=1) / 2
    return np.asarray(own)


def fit_elastic_net(values: FloatArray, outcome: BoolArray, penalties: FloatArray) -> FloatArray:
    """Return coefficients of scikit-learn's elastic net, the intercept first: one row per penalty.

    Parameters
    ----------
    values
        ``(patients, columns)``, standardized.
    outcome
        One per patient.
    penalties
        The reciprocals of scikit-learn's ``C``.

    Raises
    ------
    UsageError
        Where scikit-learn is not installed.
    """
    try:
        import sklearn
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise missing_scikit_learn() from error
    # Version 1.8 takes the kind of the penalty from l1_ratio, and warns where it is named.
    version = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
    named = {} if version >= (1, 8) else {"penalty": "elasticnet"}
    # Each fit begins where that of the next stronger penalty ended.
    own = LogisticRegression(
        l1_ratio=_L1_SHARE, solver="saga", max_iter=500, tol=1e-5, random_state=1, warm_start=True, **named
    )
    beta = []
    for penalty in penalties.tolist():
        with warnings.catch_warnings():
            # Weak penalties of separated patients need not settle to be compared.
            warnings.simplefilter("ignore", ConvergenceWarning)
            own.set_params(C=1 / penalty).fit(values, outcome)
        # Where every coefficient is zero the solver stops before the intercept has settled.
        intercept = own.intercept_ if own.coef_.any() else [special.logit(outcome.mean())]
        beta.append(np.r_[intercept, own.coef_[0]])
    return np.array(beta)


def missing_scikit_learn() -> MirtoolError:
    """Return the error for a model whose package is not installed."""
    return UsageError(
        "the elastic net needs scikit-learn, which is not installed",
        parameter="panel_model",
        expected=f"{RIDGE} or {FIRTH}",
        hint="install it: pip install 'mirtool[models]'",
    )
