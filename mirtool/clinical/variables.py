"""What is known of patients: one variable per column, with its kind, its levels and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from mirtool.errors import UsageError
from mirtool.model import BoolArray, FloatArray
from mirtool.settings import unknown_choice


class Kind(StrEnum):
    """What a variable is."""

    CONTINUOUS = "continuous"
    ORDINAL = "ordinal"
    NOMINAL = "nominal"
    DATE = "date"
    TEXT = "text"
    """Free text, names and constants: not analyzed."""


@dataclass(frozen=True, eq=False)
class Variable:
    """One column of a patient table.

    Parameters
    ----------
    name
        Its head.
    kind
        What it is.
    values
        One per patient, NaN missing: numbers, days since 1970 for a date, the place in ``levels`` for a nominal or
        ordinal variable; all missing for text.
    levels
        The levels of a nominal or ordinal variable in their order; the first is the reference.
    unit
        Unit of the numbers, empty where none is stated.
    why
        How the kind was found, in words.
    """

    name: str
    kind: Kind
    values: FloatArray
    levels: tuple[str, ...] = ()
    unit: str = ""
    why: str = ""

    @property
    def is_categorical(self) -> bool:
        """True for a nominal or an ordinal variable."""
        return self.kind in (Kind.NOMINAL, Kind.ORDINAL)

    @property
    def is_analyzed(self) -> bool:
        """True for a variable that tables and tests can use."""
        return self.is_categorical or self.kind is Kind.CONTINUOUS

    @property
    def present(self) -> BoolArray:
        """Patients with a value."""
        return ~np.isnan(self.values)

    @property
    def missing(self) -> int:
        """Patients without a value."""
        return int(np.isnan(self.values).sum())

    @property
    def title(self) -> str:
        """The name with its unit."""
        return f"{self.name} ({self.unit})" if self.unit and self.unit not in self.name else self.name

    def with_reference(self, level: str) -> Variable:
        """Return a categorical variable with another level first.

        Raises
        ------
        UsageError
            Where it has no such level.
        """
        if level not in self.levels:
            raise unknown_choice(f"level of {self.name}", level, self.levels, "reference")
        return self.with_levels((level, *(own for own in self.levels if own != level)))

    def with_levels(self, levels: tuple[str, ...]) -> Variable:
        """Return a categorical variable with its levels in another order."""
        codes = np.array([levels.index(level) for level in self.levels], dtype=np.float64)
        values = np.full(len(self.values), np.nan)
        values[self.present] = codes[self.values[self.present].astype(int)]
        return replace(self, values=values, levels=levels)


@dataclass(frozen=True, eq=False)
class PatientTable:
    """Patients and their variables.

    Parameters
    ----------
    patients
        Their names.
    variables
        By name, in the order of the table.
    path
        The file, for messages.
    notes
        What was done to read it, in words.
    """

    patients: tuple[str, ...]
    variables: Mapping[str, Variable]
    path: str = ""
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.patients)

    @property
    def analyzed(self) -> tuple[Variable, ...]:
        """The variables that tables and tests can use."""
        return tuple(variable for variable in self.variables.values() if variable.is_analyzed)

    def variable(self, name: str, parameter: str) -> Variable:
        """Return a variable.

        Raises
        ------
        UsageError
            Where there is none of this name.
        """
        if name not in self.variables:
            raise unknown_choice("column", name, self.variables, parameter)
        return self.variables[name]

    def usable(self, name: str, parameter: str, use: str) -> Variable:
        """Return a variable that tables and tests can use.

        Parameters
        ----------
        name
            Of the column.
        parameter
            The setting that names it.
        use
            What it is needed for, in words: ``be in the model``.

        Raises
        ------
        UsageError
            Where there is none of this name, or it is not analyzed.
        """
        found = self.variable(name, parameter)
        if not found.is_analyzed:
            raise UsageError(
                f"the column {name!r} can't {use}", parameter=parameter, found=f"{found.kind}: {found.why}"
            )
        return found

    def categorical(self, name: str, parameter: str) -> Variable:
        """Return a nominal or ordinal variable.

        Raises
        ------
        UsageError
            Where there is none of this name, or it is of another kind.
        """
        found = self.variable(name, parameter)
        if not found.is_categorical:
            raise UsageError(
                f"the column {name!r} has no levels to compare",
                parameter=parameter,
                found=f"{found.kind}: {found.why}",
                expected="a nominal or ordinal column",
                hint=f"state its kind ({name}=nominal), or cut it: {name}: >=65",
            )
        return found
