"""A clinical analysis as a whole: which parts the settings and the columns allow, and their tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from mirtool.clinical.anova import AnovaScreen, anova_table, read_terms, screen_anova
from mirtool.clinical.associations import (
    Associations,
    association_table,
    find_associations,
    model_table,
    of_counts,
    outcome_of,
)
from mirtool.clinical.baseline import Baseline, baseline_rows, baseline_table, chosen_variables
from mirtool.clinical.best_cutoff import BestCutoff, cutoff_for_outcome, cutoff_for_survival, cutoffs_table
from mirtool.clinical.expression import ABOVE_MEDIAN, PatientExpression, with_mirnas
from mirtool.clinical.interactions import (
    InteractionScreen,
    interactions_in_hazards,
    interactions_in_odds,
    interactions_table,
)
from mirtool.clinical.levels import LevelScreen, levels_table, screen_levels, with_levels
from mirtool.clinical.panels.analysis import Panel, build_panel
from mirtool.clinical.panels.panel_tables import panel_tables
from mirtool.clinical.roc import (
    MOST_COMPARED,
    AreaComparison,
    RocCurve,
    compare_areas,
    comparison_table,
    roc_curve,
    roc_table,
)
from mirtool.clinical.screen import (
    CorrelationScreen,
    RatioScreen,
    correlate,
    correlation_table,
    screen_hazards,
    screen_odds,
    screen_table,
)
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.survival.endpoints import Endpoint, find_endpoints
from mirtool.clinical.survival.follow_up import (
    FollowUp,
    curves_table,
    follow,
    follow_split,
    hazards_table,
    incidence_curves_table,
    incidence_table,
    survival_table,
    tests_table,
)
from mirtool.clinical.variables import Kind, PatientTable, Variable
from mirtool.errors import NotEnoughDataError, UsageError, option
from mirtool.model import FloatArray, Table, text_array

GROUP = "group"
"""The column with the groups where none is named."""


@dataclass(frozen=True, eq=False)
class ClinicalAnalysis:
    """What was computed; None or empty where nothing was.

    Parameters
    ----------
    settings
        What was asked for.
    table
        The patients; None for tables of counts.
    group
        The groups compared.
    baseline
        The patients by group.
    associations
        Of the outcome.
    counts
        Of the tables of counts.
    follow_ups
        One per endpoint, and one per endpoint and named miRNA.
    roc, areas
        Of every column of numbers or ordered levels, for the outcome; and the areas compared.
    correlations, screens
        All miRNAs against the columns and against the outcomes.
    warnings
        What could not be computed of what was found by itself.
    panel
        Several miRNAs that predict the outcome together.
    levels, anova, interactions
        miRNAs over the levels of columns, by a formula of columns, and their interactions with columns.
    cutoffs
        The searches for a best cut-off.
    """

    settings: ClinicalSettings
    table: PatientTable | None = None
    group: Variable | None = None
    baseline: Baseline | None = None
    associations: Associations | None = None
    counts: Associations | None = None
    follow_ups: tuple[FollowUp, ...] = ()
    roc: tuple[RocCurve, ...] = ()
    areas: tuple[AreaComparison, ...] = ()
    correlations: CorrelationScreen | None = None
    screens: tuple[RatioScreen, ...] = ()
    warnings: tuple[str, ...] = ()
    panel: Panel | None = None
    levels: LevelScreen | None = None
    anova: AnovaScreen | None = None
    interactions: tuple[InteractionScreen, ...] = ()
    cutoffs: tuple[BestCutoff, ...] = ()

    @property
    def used(self) -> tuple[Variable, ...]:
        """The columns that were analyzed: all that can be, or those that the settings name."""
        if self.table is None:
            return ()
        settings = self.settings
        if not settings.variables:
            return self.table.analyzed
        names = {*settings.variables, *settings.covariates, settings.strata, settings.entry}
        names |= {name for each in self.follow_ups for name in each.endpoint.columns}
        if self.group is not None:
            names.add(self.group.name)
        if settings.outcome is not None:
            names.add(settings.outcome.partition("=")[0].strip())
        return tuple(variable for variable in self.table.analyzed if variable.name in names)

    @property
    def roles(self) -> dict[str, str]:
        """Column to what it is used as: group, outcome, time or event of an endpoint."""
        found: dict[str, list[str]] = {}
        if self.group is not None:
            found.setdefault(self.group.name, []).append("group")
        if self.settings.outcome is not None:
            found.setdefault(self.settings.outcome.partition("=")[0].strip(), []).append("outcome")
        for endpoint in (each.endpoint for each in self.follow_ups if not each.by):
            found.setdefault(endpoint.time.name, []).append(f"time of {endpoint.name}")
            found.setdefault(endpoint.event.name, []).append(f"event of {endpoint.name} ({endpoint.level})")
            if self.settings.entry is not None:
                found.setdefault(self.settings.entry, []).append(f"entry of {endpoint.name}")
        for role in ("strata", "covariates"):
            names = getattr(self.settings, role) or ()
            for name in (names,) if isinstance(names, str) else names:
                found.setdefault(name, []).append("covariate" if role == "covariates" else role)
        return {name: ", ".join(dict.fromkeys(roles)) for name, roles in found.items()}

    def tables(self) -> dict[str, Table]:
        """Return every table by its name."""
        found: dict[str, Table] = {}
        if self.baseline is not None:
            found["table1"] = baseline_table(self.baseline)
        if self.associations is not None and self.associations.rows:
            found["associations"] = association_table(self.associations)
            if self.associations.model is not None:
                found["model"] = model_table(self.associations)
        if self.follow_ups:
            plain = [each for each in self.follow_ups if each.curves]
            if plain:
                found["survival"] = survival_table(plain)
            if any(each.tests is not None for each in self.follow_ups):
                found["survival_tests"] = tests_table(self.follow_ups)
            if any(each.alone or each.model for each in self.follow_ups):
                found["hazards"] = hazards_table(self.follow_ups)
            if plain:
                found["survival_curves"] = curves_table(plain)
            competing = [each for each in self.follow_ups if each.incidence]
            if competing:
                found["incidence"] = incidence_table(competing)
                found["incidence_curves"] = incidence_curves_table(competing)
        if self.roc:
            found["roc"] = roc_table(self.roc, self.settings.confidence, self.settings.specificity)
        if self.areas:
            found["roc_tests"] = comparison_table(self.areas)
        if self.panel is not None:
            found |= panel_tables(self.panel)
        if self.correlations is not None:
            found["correlation"] = correlation_table(self.correlations)
        if self.screens:
            found["screen"] = screen_table(self.screens)
        if self.levels is not None:
            found["levels"] = levels_table(self.levels)
        if self.anova is not None:
            found["anova"] = anova_table(self.anova)
        if self.interactions:
            found["interactions"] = interactions_table(self.interactions)
        if self.cutoffs:
            found["best_cutoffs"] = cutoffs_table(self.cutoffs)
        if self.counts is not None:
            found["counts"] = association_table(self.counts)
        if self.table is not None:
            found["variables"] = variables_table(self.table, self.roles)
        return found


def analyze(
    table: PatientTable | None, settings: ClinicalSettings, expression: PatientExpression | None = None
) -> ClinicalAnalysis:
    """Describe, test and compare what the table and the settings allow.

    Parameters
    ----------
    table
        The patients; None where there are only tables of counts.
    settings
        What is compared.
    expression
        The miRNAs of the patients; None without.

    Raises
    ------
    UsageError
        Where nothing says what to compare, or the settings name columns that are not there.
    """
    counts = of_counts(settings) if settings.counts else None
    if table is None:
        return ClinicalAnalysis(settings, counts=counts)
    if expression is not None and settings.mirna:
        table = with_mirnas(table, expression, settings.mirna, settings.cutoffs)
    group = group_of(table, settings)
    outcome = outcome_of(table, settings, group)
    endpoints = find_endpoints(table, settings)
    if group is None and outcome is None and not endpoints:
        raise UsageError(
            "no column says which groups are compared",
            parameter="group",
            found=", ".join(table.variables),
            expected=f"a column {GROUP}, or {option('group', 'COLUMN')}",
        )
    followed = tuple(name for endpoint in endpoints for name in endpoint.columns)
    baseline = None
    if group is not None and (expression is None or chosen_variables(table, settings, (group.name, *followed))):
        baseline = baseline_rows(table, settings, group, followed)
    associations: Associations | None = None
    curves: tuple[RocCurve, ...] = ()
    areas: tuple[AreaComparison, ...] = ()
    if outcome is not None:
        # The group is a covariate of survival, not of itself.
        of_survival = bool(endpoints) and settings.outcome is None and outcome[0].name in settings.covariates
        own = settings.replace(covariates=()) if of_survival else settings
        associations = find_associations(table, own, *outcome, followed)
        curves, areas = _areas(table, settings, _has(*outcome), but=(outcome[0].name, *followed))
    panel = _panel(table, settings, expression, outcome) if settings.panel_words else None
    follow_ups, warnings = _follow_all(table, settings, endpoints, group)
    correlations: CorrelationScreen | None = None
    screens: tuple[RatioScreen, ...] = ()
    known = [each.endpoint for each in follow_ups if not each.by]
    cutoffs, failed = _search_cutoffs(table, settings, outcome, known)
    levels, anova = None, None
    interactions: tuple[InteractionScreen, ...] = ()
    if expression is not None:
        mirnas = expression if settings.screen or not settings.mirna else expression.only(settings.mirna)
        if settings.screen or settings.mirna:
            levels = _over_levels(table, settings, mirnas, but=followed)
        if settings.anova is not None:
            anova = screen_anova(mirnas, settings.anova, read_terms(settings.anova, table))
        interactions = _interact_all(table, settings, mirnas, outcome, known)
    if settings.screen and expression is not None:
        correlations = _correlate_all(table, settings, expression, but=followed)
        screens = _screen_all(table, settings, expression, outcome, known)
    return ClinicalAnalysis(
        settings, table, group, baseline, associations, counts, follow_ups, curves, areas, correlations, screens,
        (*warnings, *failed), panel, levels, anova, interactions, cutoffs,
    )  # fmt: skip


def _panel(
    table: PatientTable, settings: ClinicalSettings, expression: PatientExpression | None,
    outcome: tuple[Variable, int] | None,
) -> Panel:  # fmt: skip
    """Make the panel asked for.

    Raises
    ------
    UsageError
        Where there is no outcome of two levels, or it is in the panel.
    """
    if outcome is None:
        raise UsageError(
            "a panel needs an outcome of two levels", parameter="panel", expected=option("outcome", "COLUMN=LEVEL")
        )
    if outcome[0].name in settings.panel_words:
        raise UsageError("the outcome can't be in the panel", parameter="panel", found=outcome[0].name)
    return build_panel(table, expression, _words(outcome), _has(*outcome), settings)


def _has(outcome: Variable, level: int) -> FloatArray:
    """Return 1 for patients with the outcome, 0 for those without, NaN where it is missing."""
    return np.where(outcome.present, outcome.values == level, np.nan).astype(np.float64)


def _follow_all(
    table: PatientTable, settings: ClinicalSettings, endpoints: Sequence[Endpoint], group: Variable | None
) -> tuple[tuple[FollowUp, ...], tuple[str, ...]]:
    """Follow every endpoint, by group and by each named miRNA; those found by themselves may have no event."""
    followed = tuple(name for endpoint in endpoints for name in endpoint.columns)
    splits = [f"{name} {ABOVE_MEDIAN}" for name in settings.mirna if f"{name} {ABOVE_MEDIAN}" in table.variables]
    found: list[FollowUp] = []
    warnings: list[str] = []
    for endpoint in endpoints:
        try:
            found.append(follow(table, settings, endpoint, group, followed))
            found += [follow_split(table, settings, endpoint, table.variables[split]) for split in splits]
        except NotEnoughDataError as error:
            if settings.time is not None:
                raise
            warnings.append(f"no survival of {endpoint.name}: {error.problem}")
    return tuple(found), tuple(warnings)


def _search_cutoffs(
    table: PatientTable,
    settings: ClinicalSettings,
    outcome: tuple[Variable, int] | None,
    endpoints: Sequence[Endpoint],
) -> tuple[tuple[BestCutoff, ...], tuple[str, ...]]:
    """Search the best cut-offs that were asked for, of the outcome and of every endpoint."""
    found: list[BestCutoff] = []
    warnings: list[str] = []
    for name in settings.best_cutoff:
        variable = table.variable(name, "best_cutoff")
        if variable.kind is not Kind.CONTINUOUS:
            raise UsageError(
                f"the column {name!r} has no cut-off to search", parameter="best_cutoff",
                found=f"{variable.kind}: {variable.why}", expected="a column of numbers",
            )  # fmt: skip
        try:
            if outcome is not None:
                found.append(cutoff_for_outcome(variable, _has(*outcome), _words(outcome), seed=settings.seed))
            found += [cutoff_for_survival(variable, endpoint, seed=settings.seed) for endpoint in endpoints]
        except NotEnoughDataError as error:
            warnings.append(f"no best cut-off: {error.problem}")
    return tuple(found), tuple(warnings)


def _words(outcome: tuple[Variable, int]) -> str:
    return f"{outcome[0].name} = {outcome[0].levels[outcome[1]]}"


def _without_mirnas(table: PatientTable, settings: ClinicalSettings, but: Sequence[str]) -> list[Variable]:
    """Return the columns that can be analyzed, without those made of miRNAs."""
    return [
        variable
        for variable in table.analyzed
        if variable.name not in but and not any(variable.name.startswith(mirna) for mirna in settings.mirna)
    ]


def _over_levels(
    table: PatientTable, settings: ClinicalSettings, mirnas: PatientExpression, but: Sequence[str]
) -> LevelScreen | None:
    """Compare miRNAs over the levels of the columns with three or more."""
    variables = with_levels(_without_mirnas(table, settings, but))
    return screen_levels(mirnas, variables) if variables else None


def _interact_all(
    table: PatientTable,
    settings: ClinicalSettings,
    mirnas: PatientExpression,
    outcome: tuple[Variable, int] | None,
    endpoints: Sequence[Endpoint],
) -> tuple[InteractionScreen, ...]:
    """Test the interactions that were asked for, in the odds of the outcome and in every hazard."""
    variables = [table.usable(name, "interactions", "interact") for name in settings.interactions]
    if not variables:
        return ()
    covariates = [table.variable(name, "covariates") for name in settings.covariates]
    strata = table.categorical(settings.strata, "strata") if settings.strata else None
    found: list[InteractionScreen] = []
    if outcome is not None:
        own = [variable for variable in variables if variable.name != outcome[0].name]
        others = [variable for variable in covariates if variable.name != outcome[0].name]
        if own:
            found.append(interactions_in_odds(mirnas, _words(outcome), _has(*outcome), own, others))
    found += [interactions_in_hazards(mirnas, endpoint, variables, covariates, strata) for endpoint in endpoints]
    return tuple(found)


def _correlate_all(
    table: PatientTable, settings: ClinicalSettings, expression: PatientExpression, but: Sequence[str]
) -> CorrelationScreen | None:
    """Correlate all miRNAs with the columns; those made of miRNAs, and censored times, are left out."""
    variables = _without_mirnas(table, settings, but)
    return correlate(expression, variables, settings.correlation) if variables else None


def _screen_all(
    table: PatientTable,
    settings: ClinicalSettings,
    expression: PatientExpression,
    outcome: tuple[Variable, int] | None,
    endpoints: Sequence[Endpoint],
) -> tuple[RatioScreen, ...]:
    """Screen all miRNAs for the outcome and the endpoints."""
    covariates = [table.variable(name, "covariates") for name in settings.covariates]
    strata = table.categorical(settings.strata, "strata") if settings.strata else None
    screens: list[RatioScreen] = []
    if outcome is not None:
        others = [variable for variable in covariates if variable.name != outcome[0].name]
        screens.append(
            screen_odds(expression, _words(outcome), _has(*outcome), others, confidence=settings.confidence)
        )
    screens += [
        screen_hazards(expression, endpoint, covariates, strata, confidence=settings.confidence)
        for endpoint in endpoints
    ]
    return tuple(screens)


def _areas(
    table: PatientTable, settings: ClinicalSettings, has: FloatArray, but: Sequence[str]
) -> tuple[tuple[RocCurve, ...], tuple[AreaComparison, ...]]:
    """Return the ROC curves of numbers and ordered levels, the named miRNAs first, and their areas compared."""
    usable = [
        variable
        for variable in chosen_variables(table, settings, but)
        if variable.kind in (Kind.CONTINUOUS, Kind.ORDINAL)
    ]
    usable.sort(key=lambda variable: variable.name not in settings.mirna)
    curves: list[RocCurve] = []
    for variable in usable:
        with suppress(NotEnoughDataError):  # too few values: the table has no row of it
            curves.append(roc_curve(variable, has, confidence=settings.confidence, seed=settings.seed))
    drawn = {curve.name for curve in curves}
    compared = [variable for variable in usable if variable.name in drawn][:MOST_COMPARED]
    return tuple(curves), compare_areas(compared, has)


def group_of(table: PatientTable, settings: ClinicalSettings) -> Variable | None:
    """Return the column with the groups: the one asked for, else the one called group, else None.

    Raises
    ------
    UsageError
        Where there is no such column, or it has no levels.
    """
    if settings.group is not None:
        return table.categorical(settings.group, "group")
    name = next((name for name in table.variables if name.casefold() == GROUP), None)
    return None if name is None else table.categorical(name, "group")


def variables_table(table: PatientTable, roles: Mapping[str, str]) -> Table:
    """Return what each column was taken for and used as, and why; one row per column."""
    variables = list(table.variables.values())
    return Table(
        {
            "column": text_array(variable.name for variable in variables),
            "taken as": text_array(str(variable.kind) for variable in variables),
            "because": text_array(variable.why for variable in variables),
            "used as": text_array(roles.get(variable.name, "") for variable in variables),
            "levels, reference first": text_array(" | ".join(variable.levels) for variable in variables),
            "unit": text_array(variable.unit for variable in variables),
            "values": text_array(
                "" if variable.kind == "text" else str(int(variable.present.sum())) for variable in variables
            ),
            "missing": text_array(
                "" if variable.kind == "text" else str(variable.missing) for variable in variables
            ),
        },
        (("mirtool clinical", "columns of the patient table"),),
    )
