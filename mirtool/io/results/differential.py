"""The differential table, as ``mirtool diff`` writes it, read back.

The columns are found by how their names begin: ``ID``, ``Name``, ``mean T``, ``geometric mean T`` or ``fitted
mean T`` (twice: the tested group first, the reference after it), ``log2 ratio T/R``, and one or more of
``regulation by fold change``, ``regulation by volcano P``, ``regulation by volcano FDR``, whose cells are ``up``,
``down`` or empty. These must be there. What else a table may hold is read when it is asked for: the column whose
header begins with ``P (``, the adjusted one after it, ``n GROUP`` and ``spots GROUP`` of both groups, ``detected
only in`` and the test of detection, the log odds, and those that begin with ``stability by``. CSV, TSV or XLSX;
rows in any order; any further column is ignored.

:func:`mirtool.differential.differential_table` writes the table, and
:func:`mirtool.differential.differential_of` makes a ``DifferentialTable`` of what was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from mirtool.errors import FormatError
from mirtool.io.tables.corrected import refuse_corrected
from mirtool.io.tables.text_tables import TextTable, read_table
from mirtool.model import FloatArray, TextArray

REGULATION_START = "regulation by "
STABILITY_START = "stability by "
DETECTED_ONLY = "detected only in"
P_START = "P ("
ADJUSTED_STARTS = ("FDR (", "q (", "P adjusted (")
MEAN_STARTS = {"ratio-of-means": "mean ", "geometric": "geometric mean ", "fitted": "fitted mean "}
"""Fold change to what begins the headers of the groups' means."""
DETECTED = "detected"
DETECTION_P, DETECTION_FDR = "detection P (", "detection FDR (BH)"
"""What begins the header of the P of detection between the groups, and the header of that adjusted."""
OVERVIEW_START = "t (moderated) "
"""Only the table of several comparisons together has such a column, one per comparison."""
REGULATION_VALUES = ("up", "down", "")


@dataclass(frozen=True, eq=False)
class SavedDifferential:
    """A differential table that was read back: what every step needs, and the rest when it is asked for.

    Parameters
    ----------
    path
        Where it was read.
    id, name
        Object arrays of str, ``(n_probes,)``.
    log2_ratio
        log2 of tested / reference, ``(n_probes,)``, NaN missing.
    regulation
        Name of each regulation column to its values: ``"up"``, ``"down"`` or ``""``.
    tested, reference
        The groups that were compared.
    columns
        The table as it is in the file.
    """

    path: str
    id: TextArray
    name: TextArray
    log2_ratio: FloatArray
    regulation: Mapping[str, TextArray]
    tested: str
    reference: str
    columns: TextTable | None = None

    def __len__(self) -> int:
        return len(self.id)

    @property
    def notes(self) -> Mapping[str, str]:
        """What the first line says of the table, key to value."""
        return {} if self.columns is None else self.columns.notes

    @property
    def level(self) -> FloatArray | None:
        """Mean of the two groups' means, linear, ``(n_probes,)``; None for ratios of two channels."""
        if self.notes.get("values", "").startswith("M = "):
            return None
        return (self.mean_tested + self.mean_reference) / 2

    @property
    def mean_tested(self) -> FloatArray:
        """Mean of the tested group, linear, ``(n_probes,)``; NaN missing."""
        return self.numbers(self._mean_start + self.tested)

    @property
    def mean_reference(self) -> FloatArray:
        """Mean of the reference, linear, ``(n_probes,)``; NaN missing."""
        return self.numbers(self._mean_start + self.reference)

    @property
    def p_header(self) -> str:
        """The header of the P values; empty where there are none."""
        return "" if self._p is None else self._header[self._p]

    @cached_property
    def p_value(self) -> FloatArray:
        """P, ``(n_probes,)``; NaN where there is none."""
        return self._numbers(self._p)

    @property
    def adjusted_header(self) -> str:
        """The header of the adjusted P values; empty where there are none."""
        return "" if self._adjusted is None else self._header[self._adjusted]

    @cached_property
    def adjusted(self) -> FloatArray:
        """Adjusted P, ``(n_probes,)``; NaN where there is none."""
        return self._numbers(self._adjusted)

    @cached_property
    def p_order(self) -> FloatArray:
        """The rank of P, ``(n_probes,)``, NaN where there is none.

        The file has three digits of P, and its rows are in the order of P in full. Where they still are, that
        order is the rank.
        """
        known = self.p_value[~np.isnan(self.p_value)]
        if (np.diff(known) < 0).any():
            ranks = np.searchsorted(np.unique(known), self.p_value).astype(np.float64)
        else:
            ranks = np.arange(len(self), dtype=np.float64)
        return np.where(np.isnan(self.p_value), np.nan, ranks)

    @property
    def detected_only_in(self) -> TextArray | None:
        """The one group that detects each probe, blank where both or neither do; None where the table has none."""
        if self.columns is None or DETECTED_ONLY not in self.columns.header:
            return None
        return self.columns.text(self.columns.header.index(DETECTED_ONLY))

    @property
    def n_tested(self) -> FloatArray:
        """Arrays of the tested group with a value, ``(n_probes,)``; NaN where not known."""
        return self.numbers(f"n {self.tested}")

    @property
    def n_reference(self) -> FloatArray:
        """Arrays of the reference with a value, ``(n_probes,)``; NaN where not known."""
        return self.numbers(f"n {self.reference}")

    @property
    def n_arrays(self) -> FloatArray:
        """Arrays with a value, of both groups together, ``(n_probes,)``."""
        return self.n_tested + self.n_reference

    @property
    def spots_tested(self) -> FloatArray | None:
        """Replicate spots behind the values of the tested group, ``(n_probes,)``; None where not known."""
        return self.numbers(f"spots {self.tested}") if f"spots {self.tested}" in self._header else None

    @property
    def spots_reference(self) -> FloatArray | None:
        """Replicate spots behind the values of the reference, ``(n_probes,)``; None where not known."""
        return self.numbers(f"spots {self.reference}") if f"spots {self.reference}" in self._header else None

    @property
    def n_spots(self) -> FloatArray:
        """Replicate spots of both groups together, ``(n_probes,)``; zeros where not known."""
        if self.spots_tested is None or self.spots_reference is None:
            return np.zeros(len(self))
        return self.spots_tested + self.spots_reference

    def detected(self, group: str) -> FloatArray:
        """Return the arrays of a group that detect each probe, ``(n_probes,)``; NaN where not known."""
        heading = f"{DETECTED} {group}"
        return self.numbers(heading if heading in self._header else f"n {group}")

    @property
    def detection_test(self) -> str:
        """The test of detection between the groups; empty without one."""
        found = next((name for name in self._header if name.startswith(DETECTION_P)), "")
        return found.removeprefix(DETECTION_P).rstrip(")")

    @property
    def detection_p(self) -> FloatArray | None:
        """P of detection between the groups, ``(n_probes,)``; None without a test."""
        return self.numbers(f"{DETECTION_P}{self.detection_test})") if self.detection_test else None

    @property
    def detection_fdr(self) -> FloatArray | None:
        """The same, adjusted over all probes; None without a test."""
        return self.numbers(DETECTION_FDR) if self.detection_test else None

    @cached_property
    def stability(self) -> Mapping[str, FloatArray]:
        """Label of the rule (``volcano P``) to the share of choices under which it calls the probe."""
        return {
            name.removeprefix(STABILITY_START): self._numbers(j)
            for j, name in enumerate(self._header)
            if name.startswith(STABILITY_START)
        }

    def numbers(self, header: str) -> FloatArray:
        """Return a column of numbers, ``(n_probes,)``; NaN where the table does not have it.

        Raises
        ------
        FormatError
            Where a cell is not a number.
        """
        return self._numbers(self._header.index(header) if header in self._header else None)

    def required(self, header: str) -> FloatArray:
        """Return a column of numbers, ``(n_probes,)``.

        Raises
        ------
        FormatError
            Where the table does not have it, or a cell is not a number.
        """
        if self.columns is None or header not in self._header:
            raise FormatError(
                f"the differential table has no column '{header}'",
                path=self.path,
                found=", ".join(self._header[:12]),
                hint="run `mirtool diff` and name the table it writes",
            )
        return self.numbers(header)

    @property
    def _header(self) -> tuple[str, ...]:
        return () if self.columns is None else self.columns.header

    @property
    def _mean_start(self) -> str:
        return next((start for start in MEAN_STARTS.values() if start + self.tested in self._header), "")

    @cached_property
    def _p(self) -> int | None:
        return next((j for j, name in enumerate(self._header) if name.startswith(P_START)), None)

    @cached_property
    def _adjusted(self) -> int | None:
        if self._p is None or self._p + 1 >= len(self._header):
            return None
        after = self._p + 1
        return after if self._header[after].startswith(ADJUSTED_STARTS) else None

    def _numbers(self, column: int | None) -> FloatArray:
        if self.columns is None or column is None:
            return np.full(len(self), np.nan)
        return self.columns.numbers(column)


def read_differential(path: str | Path) -> SavedDifferential:
    """Read the table that ``mirtool diff`` wrote.

    Raises
    ------
    FormatError
        Where a column that every step needs is missing, a log2 ratio is not a number, or a regulation is neither
        up, down nor empty.
    """
    return parse_differential(read_table(path, suits=_has_regulation))


def parse_differential(table: TextTable) -> SavedDifferential:
    """Return the differential table that a table of text holds; errors as :func:`read_differential`."""
    refuse_corrected(table)
    tested, reference = _groups(table)
    regulation = [j for j, name in enumerate(table.header) if name.startswith(REGULATION_START)]
    if not regulation:
        raise _missing_column(table, f"{REGULATION_START}fold change")
    return SavedDifferential(
        path=table.path,
        id=table.text(_column(table, "ID")),
        name=table.text(_column(table, "Name")),
        log2_ratio=table.numbers(_column(table, f"log2 ratio {tested}/{reference}")),
        regulation={table.header[j]: _regulation(table, j) for j in regulation},
        tested=tested,
        reference=reference,
        columns=table,
    )


def _has_regulation(table: TextTable) -> bool:
    return any(name.startswith(REGULATION_START) for name in table.header)


def _groups(table: TextTable) -> tuple[str, str]:
    for start in MEAN_STARTS.values():
        groups = [name.removeprefix(start) for name in table.header if name.startswith(start)]
        if len(groups) == 2:
            return groups[0], groups[1]
    if any(name.startswith(OVERVIEW_START) for name in table.header):
        raise FormatError(
            "this table holds several comparisons",
            path=table.path,
            hint="name the table of one of them, which `mirtool diff` wrote beside it "
            "(differential_TESTED_vs_REFERENCE.csv)",
        )
    raise _missing_column(table, "mean … (of the tested group, then of the reference)")


def _column(table: TextTable, name: str) -> int:
    if name not in table.header:
        raise _missing_column(table, name)
    return table.header.index(name)


def _missing_column(table: TextTable, name: str) -> FormatError:
    return FormatError(
        f"this is not a table of `mirtool diff`: it has no column '{name}'",
        path=table.path,
        line=table.first_line - 1,
        found=", ".join(table.header[:12]),
        hint="run `mirtool diff` and name the table it writes",
    )


def _regulation(table: TextTable, column: int) -> TextArray:
    values = table.text(column)
    for row, value in enumerate(values):
        if value not in REGULATION_VALUES:
            raise FormatError(
                "a regulation is neither up nor down",
                path=table.path,
                line=table.line_of(row),
                column=table.header[column],
                found=repr(value),
                expected="up, down or an empty cell",
            )
    return values
