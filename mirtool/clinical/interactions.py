"""Interactions of miRNAs with columns: whether a doubling means the same for all patients.

For each miRNA and column two models are compared by the likelihood ratio: with miRNA, column and covariates, and
with their product added. FDR is over all miRNAs and columns of one outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from mirtool.clinical.expression import PatientExpression
from mirtool.clinical.levels import rows_by_patients
from mirtool.clinical.regression import terms_of
from mirtool.clinical.survival.endpoints import Endpoint
from mirtool.clinical.survival.partial_likelihood import LARGEST, maximize, risk_sets
from mirtool.clinical.variables import Variable
from mirtool.model import BoolArray, FloatArray, IntArray, Table, TextArray, text_array
from mirtool.stats.adjustment import adjust_p_values

_MOST_STEPS = 40
Fit = Callable[[FloatArray], tuple[float, FloatArray] | None]
"""Columns of a design to the largest log likelihood and the coefficients; None where there is no maximum."""


@dataclass(frozen=True, eq=False)
class InteractionScreen:
    """Interactions of all miRNAs with columns, ``(probes, columns)``, NaN where nothing was computed.

    Parameters
    ----------
    outcome
        In words.
    kind
        ``odds ratio`` or ``hazard ratio``.
    variables
        The columns.
    covariates
        Names of the variables that were in every model.
    ids, names
        The probes.
    ratio
        By what the ratio per doubling is multiplied from one level to the other, or per unit; NaN for columns of
        more than two levels.
    p, fdr
        Of the likelihood ratio.
    degrees, n
        Its degrees of freedom, and the patients.
    """

    outcome: str
    kind: str
    variables: tuple[Variable, ...]
    covariates: tuple[str, ...]
    ids: TextArray
    names: TextArray
    ratio: FloatArray
    p: FloatArray
    fdr: FloatArray
    degrees: IntArray
    n: IntArray


def interactions_in_odds(
    expression: PatientExpression,
    outcome: str,
    has: FloatArray,
    variables: Sequence[Variable],
    covariates: Sequence[Variable],
) -> InteractionScreen:
    """Test whether the odds ratio per doubling depends on columns (logistic regression).

    Parameters
    ----------
    expression
        The miRNAs.
    outcome, has
        In words; 1 with it, 0 without, NaN missing.
    variables
        The columns.
    covariates
        In every model.
    """

    def fitted(patients: BoolArray) -> Fit:
        y = has[patients]
        return lambda columns: _logistic(columns, y)

    return _screen(expression, (outcome, "odds ratio"), ~np.isnan(has), fitted, variables, covariates)


def interactions_in_hazards(
    expression: PatientExpression,
    endpoint: Endpoint,
    variables: Sequence[Variable],
    covariates: Sequence[Variable],
    strata: Variable | None,
) -> InteractionScreen:
    """Test whether the hazard ratio per doubling depends on columns (Cox's regression).

    Parameters
    ----------
    expression
        The miRNAs.
    endpoint
        Times and events.
    variables
        The columns.
    covariates
        In every model.
    strata
        With baseline hazards of their own; None for one.
    """
    usable = endpoint.known if strata is None else endpoint.known & strata.present

    def fitted(patients: BoolArray) -> Fit:
        events = endpoint.events[patients] == 1
        own = None if strata is None else strata.values[patients].astype(np.int64)
        entries = None if endpoint.entries is None else endpoint.entries[patients]
        if not events.any():
            return lambda _: None
        sets = risk_sets(endpoint.times[patients], events, own, entries)

        def fit(columns: FloatArray) -> tuple[float, FloatArray] | None:
            best = maximize(sets, columns)
            return (best.log_likelihood, best.beta) if best.is_finite else None

        return fit

    return _screen(expression, (endpoint.hazard_of, "hazard ratio"), usable, fitted, variables, covariates)


def _screen(
    expression: PatientExpression,
    what: tuple[str, str],
    usable: BoolArray,
    fitted: Callable[[BoolArray], Fit],
    variables: Sequence[Variable],
    covariates: Sequence[Variable],
) -> InteractionScreen:
    shape = (len(expression.ids), len(variables))
    ratio, p = np.full(shape, np.nan), np.full(shape, np.nan)
    degrees, n = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for j, variable in enumerate(variables):
        others = [each for each in covariates if each.name != variable.name]
        main = [term.values for each in (variable, *others) for term in terms_of(each)]
        rest = np.column_stack(main)
        own = rest[:, : len(terms_of(variable))]
        known = usable & ~np.isnan(rest).any(axis=1)
        for rows, patients in rows_by_patients(expression.values, known):
            n[rows, j] = int(patients.sum())
            if not patients.any():
                continue
            fit = fitted(patients)
            for i in rows.tolist():
                ratio[i, j], p[i, j], degrees[i, j] = _compare(
                    expression.values[i, patients], own[patients], rest[patients], fit
                )
    fdr = adjust_p_values(p.ravel()).reshape(shape)
    names = tuple(variable.name for variable in covariates)
    return InteractionScreen(
        *what, tuple(variables), names, expression.ids, expression.names, ratio, p, fdr, degrees, n
    )  # fmt: skip


def _compare(values: FloatArray, own: FloatArray, rest: FloatArray, fit: Fit) -> tuple[float, float, int]:
    """Return ratio, P and degrees of freedom of the products of the values with columns."""
    x = values - values.mean()
    products = x[:, None] * (own - own.mean(axis=0))
    design = np.column_stack([products, x, rest])
    design = design - design.mean(axis=0)
    scale = design.std(axis=0)
    k = products.shape[1]
    if np.any(scale[:k] <= 1e-12) or scale[k] <= 1e-12:
        return np.nan, np.nan, 0
    kept = scale > 1e-12
    design, scale = design[:, kept] / scale[kept], scale[kept]
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return np.nan, np.nan, 0
    with_products, without = fit(design), fit(design[:, k:])
    if with_products is None or without is None:
        return np.nan, np.nan, 0
    gain = max(0.0, 2 * (with_products[0] - without[0]))
    ratio = float(np.exp(with_products[1][0] / scale[0])) if k == 1 else np.nan
    return ratio, float(stats.chi2.sf(gain, k)), k


def _logistic(columns: FloatArray, y: FloatArray) -> tuple[float, FloatArray] | None:
    """Return the largest log likelihood of logistic regression and its coefficients without the constant."""
    design = np.column_stack([columns, np.ones(len(columns))])
    beta = np.zeros(design.shape[1])
    value = -np.inf
    for _ in range(_MOST_STEPS):
        eta = design @ beta
        now = float(np.sum(y * eta - np.logaddexp(0, eta)))
        if abs(now - value) <= 1e-12 * abs(now):
            return now, beta[:-1]
        value = now
        share = special.expit(eta)
        information = design.T @ (design * (share * (1 - share))[:, None])
        if not np.abs(beta).max() <= LARGEST or np.linalg.cond(information) > 1e12:
            return None
        beta = beta + np.linalg.solve(information, design.T @ (y - share))
    return None


def interactions_table(screens: Sequence[InteractionScreen]) -> Table:
    """Return a row per outcome, miRNA and column, the smallest P of each outcome first."""
    rows = []
    for screen in screens:
        order = np.argsort(screen.p.ravel(), kind="stable")
        rows += [(screen, *divmod(place, len(screen.variables))) for place in order.tolist()]

    def numbers(name: str) -> FloatArray:
        return np.array([getattr(screen, name)[i, j] for screen, i, j in rows])

    covariates = ", ".join(dict.fromkeys(name for screen in screens for name in screen.covariates))
    return Table(
        {
            "outcome": text_array(screen.outcome for screen, _, _ in rows),
            "ID": text_array(screen.ids[i] for screen, i, _ in rows),
            "Name": text_array(screen.names[i] for screen, i, _ in rows),
            "variable": text_array(screen.variables[j].name for screen, _, j in rows),
            "comparison": text_array(_comparison(screen.variables[j]) for screen, _, j in rows),
            "ratio": text_array(screen.kind for screen, _, _ in rows),
            "ratio of ratios": numbers("ratio"),
            "degrees of freedom": numbers("degrees"),
            "P (interaction)": numbers("p"),
            "FDR (BH)": numbers("fdr"),
            "patients": numbers("n"),
        },
        (("mirtool clinical", "interactions of miRNAs with columns"), ("covariates", covariates or "none")),
    )


def _comparison(variable: Variable) -> str:
    terms = terms_of(variable)
    return terms[0].label if len(terms) == 1 else ", ".join(variable.levels)
