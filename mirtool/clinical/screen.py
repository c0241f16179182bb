"""All miRNAs against the clinic: correlation with every column, odds and hazard ratios of each, with FDR.

Every screen adjusts its P over all tests that it made (Benjamini and Hochberg); what can't be computed, such as a
miRNA with the same value everywhere, has no P and counts as no test.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from mirtool.clinical.expression import PatientExpression
from mirtool.clinical.regression import fit_logistic
from mirtool.clinical.survival.cox import fit_cox
from mirtool.clinical.survival.endpoints import Endpoint
from mirtool.clinical.trend import compare_levels
from mirtool.clinical.variables import Kind, Variable
from mirtool.errors import NotEnoughDataError
from mirtool.model import FloatArray, IntArray, Table, TextArray, text_array
from mirtool.stats.adjustment import adjust_p_values

FEWEST = 4
"""Patients with both values below which nothing is correlated."""


@dataclass(frozen=True, eq=False)
class CorrelationScreen:
    """Correlations of all miRNAs with all variables.

    Parameters
    ----------
    ids, names
        The probes.
    variables
        The variables.
    method
        Of each variable: ``Spearman``, ``Pearson``, ``point-biserial`` or ``eta`` (levels without order, ANOVA).
    r, p, fdr, n
        ``(probes, variables)``: correlation (eta has no sign), P, FDR over all, patients with both values.
    """

    ids: TextArray
    names: TextArray
    variables: tuple[Variable, ...]
    method: tuple[str, ...]
    r: FloatArray
    p: FloatArray
    fdr: FloatArray
    n: IntArray


@dataclass(frozen=True, eq=False)
class RatioScreen:
    """Odds or hazard ratios of all miRNAs, per doubling.

    Parameters
    ----------
    outcome
        In words.
    kind
        ``odds ratio`` or ``hazard ratio``.
    covariates
        Names of the variables that were in every model.
    ids, names
        The probes.
    ratio, low, high, p, fdr, n
        One per probe; n are the patients with every value.
    failed
        Probes without a ratio.
    """

    outcome: str
    kind: str
    covariates: tuple[str, ...]
    ids: TextArray
    names: TextArray
    ratio: FloatArray
    low: FloatArray
    high: FloatArray
    p: FloatArray
    fdr: FloatArray
    n: IntArray

    @property
    def failed(self) -> int:
        """Probes without a ratio."""
        return int(np.isnan(self.p).sum())


def correlate(
    expression: PatientExpression, variables: Sequence[Variable], method: str = "spearman"
) -> CorrelationScreen:
    """Correlate every miRNA with every variable.

    Parameters
    ----------
    expression
        The miRNAs.
    variables
        Numbers, ordered levels and two levels by ``method``; several levels without order by ANOVA.
    method
        ``spearman`` or ``pearson``.
    """
    shape = (len(expression.ids), len(variables))
    r, p, n = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    for j, variable in enumerate(variables):
        how = _method(variable, method)
        for i, values in enumerate(expression.values):
            both = variable.present & ~np.isnan(values)
            n[i, j] = int(both.sum())
            x, y = values[both], variable.values[both]
            if n[i, j] >= FEWEST and np.ptp(x) > 0 and np.ptp(y) > 0:
                r[i, j], p[i, j] = _eta(x, y) if how == "eta" else _correlation(x, y, how)
    fdr = adjust_p_values(p.ravel()).reshape(shape)
    methods = tuple(_method(variable, method) for variable in variables)
    return CorrelationScreen(expression.ids, expression.names, tuple(variables), methods, r, p, fdr, n)


def screen_odds(
    expression: PatientExpression,
    outcome: str,
    has: FloatArray,
    covariates: Sequence[Variable],
    *,
    confidence: float,
) -> RatioScreen:
    """Fit a logistic regression of the outcome on every miRNA, with the covariates."""

    def fit(variable: Variable) -> tuple[float, float, float, float, int]:
        own = fit_logistic([variable, *covariates], has, confidence=confidence)
        if own.terms[0].variable is not variable:
            raise NotEnoughDataError("its values do not differ")
        return float(own.odds_ratio[0]), float(own.low[0]), float(own.high[0]), float(own.p_values[0]), own.n

    return _screen(expression, outcome, "odds ratio", covariates, fit)


def screen_hazards(
    expression: PatientExpression,
    endpoint: Endpoint,
    covariates: Sequence[Variable],
    strata: Variable | None,
    *,
    confidence: float,
) -> RatioScreen:
    """Fit Cox's regression on every miRNA, with the covariates."""

    def fit(variable: Variable) -> tuple[float, float, float, float, int]:
        own = fit_cox([variable, *covariates], endpoint, strata, confidence=confidence, diagnostics=False)
        if own.terms[0].variable is not variable:
            raise NotEnoughDataError("its values do not differ")
        return float(own.hazard_ratio[0]), float(own.low[0]), float(own.high[0]), float(own.p_values[0]), own.n

    return _screen(expression, endpoint.hazard_of, "hazard ratio", covariates, fit)


def _screen(
    expression: PatientExpression,
    outcome: str,
    kind: str,
    covariates: Sequence[Variable],
    fit: Callable[[Variable], tuple[float, float, float, float, int]],
) -> RatioScreen:
    n_probes = len(expression.ids)
    found, n = np.full((4, n_probes), np.nan), np.zeros(n_probes, dtype=np.int64)
    for i, values in enumerate(expression.values):
        variable = Variable(str(expression.ids[i]), Kind.CONTINUOUS, values, unit="log2")
        try:
            *numbers, n[i] = fit(variable)
        except NotEnoughDataError:
            continue  # it has no P, and the screen counts it
        found[:, i] = numbers
    names = tuple(variable.name for variable in covariates)
    ratio, low, high, p = found
    return RatioScreen(
        outcome, kind, names, expression.ids, expression.names, ratio, low, high, p, adjust_p_values(p), n
    )


def _method(variable: Variable, method: str) -> str:
    if variable.kind is Kind.NOMINAL and len(variable.levels) > 2:
        return "eta"
    if method == "pearson":
        return "point-biserial" if variable.kind is Kind.NOMINAL else "Pearson"
    return "Spearman"


def _correlation(x: FloatArray, y: FloatArray, how: str) -> tuple[float, float]:
    found = stats.spearmanr(x, y) if how == "Spearman" else stats.pearsonr(x, y)
    return float(found[0]), float(found[1])


def _eta(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Return the root of the share of the variance between the levels, and the P of the F test."""
    levels, codes = np.unique(y, return_inverse=True)
    found = compare_levels(x[np.newaxis], codes, ordered=False)
    between, within = found.statistic[0] * (len(levels) - 1), len(x) - len(levels)
    return float(np.sqrt(between / (between + within))), float(found.p[0])


def correlation_table(screen: CorrelationScreen) -> Table:
    """Return a row per miRNA and variable, the smallest P first."""
    n_probes, n_variables = screen.p.shape
    order = np.argsort(screen.p.ravel(), kind="stable")
    probe, variable = np.divmod(order, n_variables)
    return Table(
        {
            "ID": screen.ids[probe],
            "Name": screen.names[probe],
            "variable": text_array(screen.variables[j].name for j in variable),
            "method": text_array(screen.method[j] for j in variable),
            "correlation": screen.r.ravel()[order],
            "P": screen.p.ravel()[order],
            "FDR (BH)": screen.fdr.ravel()[order],
            "patients": screen.n.ravel()[order],
        },
        (("mirtool clinical", "correlation of miRNAs with the columns"), ("probes", str(n_probes))),
    )


def screen_table(screens: Sequence[RatioScreen]) -> Table:
    """Return a row per outcome and miRNA, the smallest P of each outcome first."""
    orders = [np.argsort(screen.p, kind="stable") for screen in screens]

    def joined(name: str) -> FloatArray:
        parts = [getattr(screen, name)[order] for screen, order in zip(screens, orders, strict=True)]
        return np.concatenate(parts)

    covariates = ", ".join(dict.fromkeys(name for screen in screens for name in screen.covariates))
    return Table(
        {
            "outcome": text_array(screen.outcome for screen in screens for _ in screen.ids),
            "ID": joined("ids"),
            "Name": joined("names"),
            "ratio": text_array(screen.kind for screen in screens for _ in screen.ids),
            "per doubling": joined("ratio"),
            "per doubling low": joined("low"),
            "per doubling high": joined("high"),
            "P": joined("p"),
            "FDR (BH)": joined("fdr"),
            "patients": joined("n"),
        },
        (("mirtool clinical", "screen of all miRNAs"), ("covariates", covariates or "none")),
    )
