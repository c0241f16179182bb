"""A panel as a whole: its candidates, its cross-validation, its optimism, and how stable its choice is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.clinical.expression import PatientExpression
from mirtool.clinical.panels.models import ELASTIC_NET, FittedPanel, PanelPlan, fit_elastic_net
from mirtool.clinical.panels.performance import Discrimination, Performance, measure, performance
from mirtool.clinical.panels.validation import (
    CrossValidation,
    Optimism,
    bootstrap_optimism,
    check_folds,
    cross_validate,
    fit_whole,
)
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.variables import PatientTable
from mirtool.errors import NotEnoughDataError, UsageError, option
from mirtool.model import BoolArray, FloatArray, IntArray, TextArray, text_array

LEAST_MEASURED = 0.5
"""Share of the patients who must have a value of each named member; the others' are imputed."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """What a panel can be made of.

    Parameters
    ----------
    ids, names
        IDs of the probes, or heads of columns; and their names.
    values
        ``(patients, candidates)``, NaN missing.
    """

    ids: TextArray
    names: TextArray
    values: FloatArray


@dataclass(frozen=True, eq=False)
class Panel:
    """A panel, and how good it is.

    Parameters
    ----------
    outcome
        In words.
    plan
        How it was made.
    candidates
        Of the patients with the outcome known and any value.
    patients
        Their names.
    has
        The outcome of each.
    left_out
        Patients without outcome or without any value.
    imputed
        Missing values of the candidates, among those patients.
    whole
        The panel made of all patients.
    apparent
        What it reaches on the patients it was made of.
    validation
        Its cross-validation.
    performance
        What the out-of-fold risks reach.
    bootstrap
        Optimism over bootstrap samples; None where the miRNAs were chosen: patients drawn twice would be on both
        sides of the choice, and the optimism too small.
    folds, repeats
        Of the cross-validation.
    confidence
        Level of the intervals.
    """

    outcome: str
    plan: PanelPlan
    candidates: Candidates
    patients: tuple[str, ...]
    has: BoolArray
    left_out: int
    imputed: int
    whole: FittedPanel
    apparent: Discrimination
    validation: CrossValidation
    performance: Performance
    bootstrap: Optimism | None
    folds: int
    repeats: int
    confidence: float

    @property
    def is_chosen(self) -> bool:
        """True where the miRNAs were chosen from all."""
        return self.plan.most is not None

    @property
    def members(self) -> tuple[str, ...]:
        """Names of the panel of all patients."""
        return tuple(str(self.candidates.names[j] or self.candidates.ids[j]) for j in self.whole.columns.tolist())

    @property
    def events(self) -> int:
        """Patients with the outcome."""
        return int(self.has.sum())

    @property
    def fewer(self) -> int:
        """Patients of the rarer outcome."""
        return min(self.events, len(self.has) - self.events)

    @property
    def per_candidate(self) -> float:
        """Patients of the rarer outcome per candidate."""
        return self.fewer / len(self.candidates.ids)

    @property
    def optimism(self) -> float:
        """By how much the apparent area is larger than that for new patients."""
        if self.bootstrap is not None:
            return self.bootstrap.optimism.area
        return self.apparent.area - self.performance.area.value

    @property
    def chosen_in(self) -> IntArray:
        """How many of the cross-validation's panels have each candidate."""
        counts = np.zeros(len(self.candidates.ids), dtype=np.int64)
        for panel in self.validation.panels:
            counts[panel.columns] += 1
        return counts


def build_panel(
    table: PatientTable, expression: PatientExpression | None, outcome: str, has: FloatArray,
    settings: ClinicalSettings,
) -> Panel:  # fmt: skip
    """Make a panel and measure it.

    Parameters
    ----------
    table
        The patients.
    expression
        Their miRNAs; None where every name is a column of the table.
    outcome
        In words.
    has
        1 with the outcome, 0 without, NaN missing.
    settings
        The panel, its model and its validation.

    Raises
    ------
    NotEnoughDataError
        Where there are fewer patients of one outcome than folds.
    """
    plan = PanelPlan(settings.panel_model, settings.panel_size)
    every = _candidates(table, expression, settings)
    known = ~np.isnan(has) & ~np.isnan(every.values).all(axis=1)
    values, y = every.values[known], has[known] == 1
    check_folds(y, settings.folds)
    _check_values(every, values, plan)
    if plan.model == ELASTIC_NET:
        fit_elastic_net(np.array([[-1.0], [1.0]]), np.array([False, True]), np.ones(1))  # is it installed?
    whole = fit_whole(values, y, plan, settings.seed)
    validation = cross_validate(
        values, y, plan, folds=settings.folds, repeats=settings.fold_repeats, seed=settings.seed
    )
    reached = performance(
        validation.risk, validation.folds, y, confidence=settings.confidence, specificity=settings.specificity,
        cutoff=settings.risk_cutoff, seed=settings.seed,
    )  # fmt: skip
    bootstrap = None
    if plan.most is None:
        bootstrap = bootstrap_optimism(values, y, plan, whole, seed=settings.seed)
    return Panel(
        outcome, plan, Candidates(every.ids, every.names, values),
        tuple(name for name, is_known in zip(table.patients, known.tolist(), strict=True) if is_known), y,
        int((~known).sum()), int(np.isnan(values).sum()), whole, measure(whole.risk(values), y), validation,
        reached, bootstrap, settings.folds, settings.fold_repeats, settings.confidence,
    )  # fmt: skip


def needs_expression(settings: ClinicalSettings, table: PatientTable) -> bool:
    """Return True if a panel has a name that is not a column of the table, or is chosen from all miRNAs."""
    return any(word not in table.variables for word in settings.panel_words)


def _candidates(
    table: PatientTable, expression: PatientExpression | None, settings: ClinicalSettings
) -> Candidates:
    if settings.panel_size is not None:
        if expression is None:
            raise _no_mirnas()
        return Candidates(expression.ids, expression.names, expression.values.T)
    ids, names, values = [], [], []
    for name in settings.panel_words:
        if name in table.variables:
            variable = table.variables[name]
            if not variable.is_analyzed or (variable.is_categorical and len(variable.levels) > 2):
                raise UsageError(
                    f"the column {name!r} can't be in a panel", parameter="panel",
                    found=f"{variable.kind}, {len(variable.levels)} levels" if variable.levels else variable.kind,
                    expected="numbers, or two levels",
                )  # fmt: skip
            ids.append(name)
            names.append(name)
            values.append(variable.values)
            continue
        if expression is None:
            raise _no_mirnas()
        row = expression.find(name, "panel")
        ids.append(str(expression.ids[row]))
        names.append(str(expression.names[row]))
        values.append(expression.values[row])
    return Candidates(text_array(ids), text_array(names), np.column_stack(values))


def _no_mirnas() -> UsageError:
    return UsageError(
        "a panel of miRNAs needs their expression", parameter="panel",
        expected=f"a study with a normalized table, or {option('expression', 'TABLE')}",
    )  # fmt: skip


def _check_values(every: Candidates, values: FloatArray, plan: PanelPlan) -> None:
    """Refuse named members that most patients have no value of, and two of one probe."""
    if plan.most is not None:
        return
    counts = (~np.isnan(values)).sum(axis=0)
    for name, n in zip(every.names.tolist(), counts.tolist(), strict=True):
        if n < LEAST_MEASURED * len(values):
            raise NotEnoughDataError(
                f"too few patients have a value of {name}, a member of the panel",
                found=f"{n:,} of {len(values):,}", expected=f"at least {100 * LEAST_MEASURED:g} %",
                hint="leave it out, or the patients without it",
            )  # fmt: skip
    if len(set(every.ids.tolist())) < len(every.ids):
        raise UsageError("a panel has the same miRNA twice", parameter="panel", found=", ".join(every.names))
