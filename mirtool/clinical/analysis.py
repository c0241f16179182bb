"""A clinical analysis as a whole: which parts the settings and the columns allow, and their tables."""

from __future__ import annotations

from dataclasses import dataclass

from mirtool.clinical.associations import (
    Associations,
    association_table,
    find_associations,
    model_table,
    of_counts,
    outcome_of,
)
from mirtool.clinical.baseline import Baseline, baseline_rows, baseline_table
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.survival.endpoints import find_endpoints
from mirtool.clinical.survival.follow_up import (
    FollowUp,
    curves_table,
    follow,
    hazards_table,
    survival_table,
    tests_table,
)
from mirtool.clinical.variables import PatientTable, Variable
from mirtool.errors import NotEnoughDataError, UsageError, option
from mirtool.model import Table, text_array

GROUP = "group"
"""The column with the groups where none is named."""


@dataclass(frozen=True, eq=False)
class ClinicalAnalysis:
    """What was computed.

    Parameters
    ----------
    table
        The patients; None for tables of counts.
    group
        The groups compared; None without.
    baseline
        The patients by group; None without groups.
    associations
        Of the outcome; None without one.
    counts
        Of the tables of counts; None without.
    follow_ups
        One per endpoint.
    warnings
        What could not be computed of what was found by itself.
    """

    table: PatientTable | None
    group: Variable | None
    baseline: Baseline | None
    associations: Associations | None
    counts: Associations | None
    follow_ups: tuple[FollowUp, ...] = ()
    warnings: tuple[str, ...] = ()

    def tables(self) -> dict[str, Table]:
        """Return every table by its name."""
        found: dict[str, Table] = {}
        if self.baseline is not None:
            found["table1"] = baseline_table(self.baseline)
        if self.associations is not None:
            found["associations"] = association_table(self.associations)
            if self.associations.model is not None:
                found["model"] = model_table(self.associations)
        if self.follow_ups:
            found["survival"] = survival_table(self.follow_ups)
            if any(each.tests is not None for each in self.follow_ups):
                found["survival_tests"] = tests_table(self.follow_ups)
            if any(each.alone or each.model for each in self.follow_ups):
                found["hazards"] = hazards_table(self.follow_ups)
            found["survival_curves"] = curves_table(self.follow_ups)
        if self.counts is not None:
            found["counts"] = association_table(self.counts)
        if self.table is not None:
            found["variables"] = variables_table(self.table)
        return found


def analyze(table: PatientTable | None, settings: ClinicalSettings) -> ClinicalAnalysis:
    """Describe, test and compare what the table and the settings allow.

    Parameters
    ----------
    table
        The patients; None where there are only tables of counts.
    settings
        What is compared.

    Raises
    ------
    UsageError
        Where nothing says what to compare, or the settings name columns that are not there.
    """
    counts = of_counts(settings) if settings.counts else None
    if table is None:
        return ClinicalAnalysis(None, None, None, None, counts)
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
    baseline = None if group is None else baseline_rows(table, settings, group, followed)
    associations = None
    if outcome is not None:
        # The group is a covariate of survival, not of itself.
        own = endpoints and settings.outcome is None and outcome[0].name in settings.covariates
        associations = find_associations(
            table, settings.replace(covariates=()) if own else settings, *outcome, followed
        )  # fmt: skip
    follow_ups, warnings = [], []
    for endpoint in endpoints:
        try:
            follow_ups.append(follow(table, settings, endpoint, group, followed))
        except NotEnoughDataError as error:
            if settings.time is not None:
                raise
            warnings.append(f"no survival of {endpoint.name}: {error.problem}")
    return ClinicalAnalysis(table, group, baseline, associations, counts, tuple(follow_ups), tuple(warnings))


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


def variables_table(table: PatientTable) -> Table:
    """Return what each column was taken for, and why; one row per column."""
    variables = list(table.variables.values())
    return Table(
        {
            "column": text_array(variable.name for variable in variables),
            "taken as": text_array(str(variable.kind) for variable in variables),
            "because": text_array(variable.why for variable in variables),
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
