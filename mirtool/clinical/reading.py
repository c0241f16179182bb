"""Reading a patient table: one row per patient, every column a variable whose kind is found and stated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mirtool.clinical.columns import variable_of
from mirtool.clinical.cutoffs import cut_variable
from mirtool.clinical.dates import DAYS_PER_MONTH
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.variables import Kind, PatientTable, Variable
from mirtool.errors import FormatError, UsageError, option
from mirtool.io.arrays.sample_matching import FILE_COLUMNS
from mirtool.io.tables.text_tables import TextTable, read_table
from mirtool.settings import unknown_choice
from mirtool.wording import plural

PATIENT_COLUMNS = ("patient", "patient id", "patient_id", "subject", "case", "sample", "id")
"""Heads of the column with the names of the patients; the first that is there."""
_SHEET_COLUMNS = FILE_COLUMNS | {"scale"}
"""Columns of a sample sheet that say nothing of a patient."""


def read_patients(source: Any, settings: ClinicalSettings | None = None) -> PatientTable:
    """Read a patient table.

    Parameters
    ----------
    source
        A CSV, TSV or XLSX file, a :class:`TextTable`, or a pandas DataFrame.
    settings
        How its columns are understood.

    Raises
    ------
    FormatError
        For a cell that can't be read, a patient without a name or with several rows, each with its line.
    UsageError
        Where the settings name columns or levels that are not there.
    """
    settings = settings or ClinicalSettings()
    table = _as_text(source)
    if not len(table):
        raise FormatError("the table lists no patient", path=table.path, expected="one row per patient")
    key = _patient_column(table, settings)
    patients = tuple(f"row {i + 1}" for i in range(len(table))) if key is None else tuple(table.text(key))
    columns = [
        j for j, head in enumerate(table.header) if head and j != key and head.casefold() not in _SHEET_COLUMNS
    ]
    _check_names(settings, [table.header[j] for j in columns])
    variables = {table.header[j]: variable_of(table, j, settings) for j in columns}
    notes: list[str] = []
    if key is not None:
        variables, patients = _one_row_per_patient(table, key, variables, settings, notes)
    variables |= _durations(table, variables, settings)
    # A miRNA comes with the expression, and is cut there.
    for name, rule in (cut for cut in settings.cutoffs if cut[0] not in settings.mirna):
        if name not in variables:
            raise unknown_choice("column", name, variables, "cutoff")
        cut = cut_variable(variables[name], rule)
        variables[cut.name] = cut
    return PatientTable(patients, variables, table.path, tuple(notes))


def grouped(table: PatientTable, groups: Mapping[str, str]) -> PatientTable:
    """Return the table with a column ``group``, by the patients' names; missing where a name has none."""
    cells = tuple(groups.get(name, "") for name in table.patients)
    column = TextTable(table.path, ("group",), (cells,), 1, {})
    variable = variable_of(column, 0, ClinicalSettings())
    return replace(table, variables={**table.variables, variable.name: variable})


def _as_text(source: Any) -> TextTable:
    if isinstance(source, TextTable):
        return source
    if isinstance(source, str | Path):
        return read_table(source)
    if hasattr(source, "columns") and hasattr(source, "isna"):
        cells = source.astype(object).where(~source.isna(), "")
        columns = tuple(tuple(_cell(value) for value in cells[name]) for name in source.columns)
        return TextTable("the table", tuple(map(str, source.columns)), columns, 1, {})
    raise UsageError(
        "this is not a patient table", found=type(source).__name__, expected="a path or a pandas DataFrame"
    )


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _patient_column(table: TextTable, settings: ClinicalSettings) -> int | None:
    if settings.patient is not None:
        found = table.find(settings.patient)
        if found is None:
            raise unknown_choice("column", settings.patient, [head for head in table.header if head], "patient")
        return found
    return next((column for name in PATIENT_COLUMNS if (column := table.find(name)) is not None), None)


def _check_names(settings: ClinicalSettings, names: list[str]) -> None:
    """Refuse settings of columns that the table does not have."""
    for parameter, named in (
        ("kind", settings.kinds),
        ("order", settings.orders),
        ("reference", settings.references),
        ("unit", settings.units),
    ):
        for name in named:
            if name not in names:
                raise unknown_choice("column", name, names, parameter)


def _one_row_per_patient(
    table: TextTable,
    key: int,
    variables: Mapping[str, Variable],
    settings: ClinicalSettings,
    notes: list[str],
) -> tuple[dict[str, Variable], tuple[str, ...]]:
    """Refuse patients with several rows, or take them as one where the rows agree."""
    names = table.text(key)
    first: dict[str, int] = {}
    for row, name in enumerate(names):
        if not name:
            raise FormatError(
                "a patient has no name", path=table.path, line=table.line_of(row), column=table.header[key]
            )
        if name not in first:
            first[name] = row
            continue
        before = table.line_of(first[name])
        if settings.repeats == "refuse":
            raise FormatError(
                "a patient has several rows",
                path=table.path,
                line=table.line_of(row),
                column=table.header[key],
                found=f"{name!r}, as in line {before}",
                expected="one row per patient",
                hint=f"leave one of them out; for several arrays of one patient {option('repeats', 'agree')}",
            )
        for variable in variables.values():
            if variable.is_analyzed and not np.array_equal(
                variable.values[row], variable.values[first[name]], equal_nan=True
            ):
                raise FormatError(
                    f"the rows of the patient {name!r} do not agree",
                    path=table.path,
                    line=table.line_of(row),
                    column=variable.name,
                    expected=f"what line {before} has",
                )
    kept = np.array(sorted(first.values()))
    if len(kept) < len(names):
        notes.append(f"{plural(len(names), 'row')} of {plural(len(kept), 'patient')}; rows of one patient agree")
    return (
        {name: replace(variable, values=variable.values[kept]) for name, variable in variables.items()},
        tuple(str(name) for name in names[kept]),
    )


def _durations(
    table: TextTable, variables: Mapping[str, Variable], settings: ClinicalSettings
) -> dict[str, Variable]:
    """Return the months between two dates for every duration that the settings ask for."""
    made = {}
    for name, (start, end) in settings.durations.items():
        for each in (start, end):
            if each not in variables:
                raise unknown_choice("column", each, variables, "duration")
            if variables[each].kind is not Kind.DATE:
                raise UsageError(
                    f"the column {each!r} holds no dates",
                    parameter="duration",
                    found=f"{variables[each].kind}: {variables[each].why}",
                )
        days = variables[end].values - variables[start].values
        if np.any(days < 0):
            row = int(np.flatnonzero(days < 0)[0])
            raise FormatError(
                f"a patient's {end} is before {start}",
                path=table.path,
                line=table.line_of(row) if len(days) == len(table) else None,
                column=end,
                expected=f"a date from {start} on",
            )
        made[name] = Variable(
            name, Kind.CONTINUOUS, days / DAYS_PER_MONTH, unit="months", why=f"from {start} to {end}"
        )
    return made
