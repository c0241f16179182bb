"""miRNAs of the patients: expression with one column per patient, and single miRNAs as variables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mirtool.clinical.cutoffs import NO_YES, cut_variable
from mirtool.clinical.variables import Kind, PatientTable, Variable
from mirtool.errors import NotEnoughDataError, SampleSheetError, UsageError, option
from mirtool.model import ExpressionMatrix, FloatArray, TextArray
from mirtool.wording import plural

ABOVE_MEDIAN = "above median"
_WITH_SPECIES = re.compile(r"^[a-z]{3,4}-(?=(?:mi|le)[rt])", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class PatientExpression:
    """log2 expression of the patients.

    Parameters
    ----------
    ids, names
        The probes.
    values
        ``(probes, patients)``, NaN missing; a patient without an array has no value.
    arrays
        Patients with an array.
    """

    ids: TextArray
    names: TextArray
    values: FloatArray
    arrays: int

    def only(self, names: Sequence[str]) -> PatientExpression:
        """Return the named miRNAs alone."""
        rows = [self.find(name) for name in names]
        return replace(self, ids=self.ids[rows], names=self.names[rows], values=self.values[rows])

    def find(self, name: str, parameter: str = "mirna") -> int:
        """Return the row of a miRNA by its ID, its name, or its name without the species.

        Parameters
        ----------
        name
            The name or ID.
        parameter
            What asked for it, for the message.

        Raises
        ------
        UsageError
            Where no probe, or more than one, has this name.
        """
        found = np.flatnonzero(self.ids == name)
        if not len(found):
            found = np.flatnonzero(self.names == name)
        if not len(found):
            found = np.flatnonzero([_WITH_SPECIES.sub("", own) == name for own in self.names.tolist()])
        if len(found) == 1:
            return int(found[0])
        if len(found) > 1:
            raise UsageError(
                f"several probes are for {name}", parameter=parameter,
                found=", ".join(self.ids[found]), expected="the ID of one of them",
            )  # fmt: skip
        from mirtool.settings import unknown_choice

        raise unknown_choice(
            "miRNA of the table", name, list(dict.fromkeys(self.names.tolist()))[:5000], parameter
        )


def join_expression(
    matrix: ExpressionMatrix, table: PatientTable, patient_of: Mapping[str, str], arrays: str = "refuse"
) -> PatientExpression:
    """Return the expression in the order of the patients.

    Parameters
    ----------
    matrix
        The arrays.
    table
        The patients.
    patient_of
        Array to patient, where arrays are not named as patients.
    arrays
        What to do with several arrays of one patient: ``refuse``, ``mean`` or ``first``.

    Raises
    ------
    SampleSheetError
        Where a patient has several arrays.
    NotEnoughDataError
        Where no array is of a patient.
    """
    place = {name: i for i, name in enumerate(table.patients)}
    columns: dict[int, list[int]] = {}
    for j, sample in enumerate(matrix.samples.names):
        patient = patient_of.get(sample, sample)
        if patient in place:
            columns.setdefault(place[patient], []).append(j)
    if not columns:
        raise NotEnoughDataError(
            "no array is of a patient of the table",
            path=table.path or None,
            found=f"arrays such as {matrix.samples.names[0]}, patients such as {table.patients[0]}",
            hint="name the patients as the arrays, or give the sample sheet a column patient",
        )
    values = np.full((len(matrix.probes), len(table)), np.nan)
    for row, own in columns.items():
        if len(own) > 1 and arrays == "refuse":
            raise SampleSheetError(
                f"the patient {table.patients[row]} has several arrays",
                found=", ".join(matrix.samples.names[j] for j in own),
                hint=f"join them by {option('arrays', 'mean')}, or leave arrays out",
            )
        taken = own[:1] if arrays == "first" else own
        measured = ~np.isnan(matrix.values[:, taken])
        sums = np.where(measured, matrix.values[:, taken], 0.0).sum(axis=1)
        counts = measured.sum(axis=1)
        values[:, row] = np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)
    return PatientExpression(matrix.probes.id, matrix.probes.name, values, len(columns))


def with_mirnas(
    table: PatientTable,
    expression: PatientExpression,
    names: Sequence[str],
    cutoffs: Sequence[tuple[str, str]] = (),
) -> PatientTable:
    """Return the table with the named miRNAs: their log2 values, no or yes above the median, and other cuts."""
    variables = dict(table.variables)
    for name in names:
        variable = mirna_variable(expression, name)
        cuts = [cut_variable(variable, rule) for of, rule in cutoffs if of == name]
        for each in (variable, split_at_median(variable), *cuts):
            variables[each.name] = each
    note = f"expression of {plural(expression.arrays, 'patient')} of {len(table)}"
    return replace(table, variables=variables, notes=(*table.notes, note))


def mirna_variable(expression: PatientExpression, name: str) -> Variable:
    """Return the log2 values of a miRNA as a variable.

    Raises
    ------
    UsageError
        Where no probe, or more than one, has this name.
    """
    values = expression.values[expression.find(name)]
    return Variable(name, Kind.CONTINUOUS, values, unit="log2", why="log2 expression")


def split_at_median(variable: Variable) -> Variable:
    """Return no for values up to the median and yes above it.

    Raises
    ------
    NotEnoughDataError
        Where the values do not differ.
    """
    present = variable.present
    if len(np.unique(variable.values[present])) < 2:
        raise NotEnoughDataError(f"the values of {variable.name} do not differ, so they have no halves")
    middle = float(np.median(variable.values[present]))
    values = np.where(present, variable.values > middle, np.nan).astype(np.float64)
    name = f"{variable.name} {ABOVE_MEDIAN}"
    return Variable(name, Kind.NOMINAL, values, NO_YES, why=f"{variable.name} above {middle:.4g}")
