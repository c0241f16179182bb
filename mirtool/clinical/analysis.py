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
from mirtool.clinical.variables import PatientTable, Variable
from mirtool.errors import UsageError, option
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
    """

    table: PatientTable | None
    group: Variable | None
    baseline: Baseline | None
    associations: Associations | None
    counts: Associations | None

    def tables(self) -> dict[str, Table]:
        """Return every table by its name."""
        found: dict[str, Table] = {}
        if self.baseline is not None:
            found["table1"] = baseline_table(self.baseline)
        if self.associations is not None:
            found["associations"] = association_table(self.associations)
            if self.associations.model is not None:
                found["model"] = model_table(self.associations)
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
    if group is None and outcome is None:
        raise UsageError(
            "no column says which groups are compared",
            parameter="group",
            found=", ".join(table.variables),
            expected=f"a column {GROUP}, or {option('group', 'COLUMN')}",
        )
    baseline = None if group is None else baseline_rows(table, settings, group)
    associations = None if outcome is None else find_associations(table, settings, *outcome)
    return ClinicalAnalysis(table, group, baseline, associations, counts)


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
