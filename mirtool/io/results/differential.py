"""The differential table, as ``mirtool diff`` writes it, read back: names, log2 ratios and who is up or down.

The columns are found by how their names begin: ``ID``, ``Name``, ``mean T``, ``geometric mean T`` or ``fitted
mean T`` (twice: the tested group first, the reference after it), ``log2 ratio T/R``, and one or more of
``regulation by fold change``, ``regulation by volcano P``, ``regulation by volcano FDR``, whose cells are ``up``,
``down`` or empty. CSV, TSV or XLSX; rows in any order; any further column is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mirtool.errors import FormatError
from mirtool.io.tables.text_tables import TextTable, read_table
from mirtool.model import FloatArray, TextArray

REGULATION_START = "regulation by "
OVERVIEW_START = "t (moderated) "
"""Only the table of several comparisons together has such a column, one a comparison."""
REGULATION_VALUES = ("up", "down", "")


@dataclass(frozen=True, eq=False)
class DifferentialNames:
    """What later steps need of a differential table, one entry per probe.

    Parameters
    ----------
    path
        Where it was read.
    id, name
        Object arrays of str.
    log2_ratio
        log2 of tested / reference, NaN missing.
    regulation
        Name of each regulation column to its values: ``"up"``, ``"down"`` or ``""``.
    tested, reference
        The groups that were compared.
    """

    path: str
    id: TextArray
    name: TextArray
    log2_ratio: FloatArray
    regulation: Mapping[str, TextArray]
    tested: str
    reference: str

    def __len__(self) -> int:
        return len(self.id)


def read_differential(path: str | Path) -> DifferentialNames:
    """Read the table that ``mirtool diff`` wrote.

    Raises
    ------
    FormatError
        Where a column is missing, a log2 ratio is not a number, or a regulation is neither up, down nor empty.
    """
    return differential_names(read_table(path))


def differential_names(table: TextTable) -> DifferentialNames:
    """Take from a table of ``mirtool diff`` what later steps need; raises as :func:`read_differential`."""
    tested, reference = _groups(table)
    regulation = [j for j, name in enumerate(table.header) if name.startswith(REGULATION_START)]
    if not regulation:
        raise _missing_column(table, f"{REGULATION_START}fold change")
    return DifferentialNames(
        path=table.path,
        id=table.text(_column(table, "ID")),
        name=table.text(_column(table, "Name")),
        log2_ratio=table.numbers(_column(table, f"log2 ratio {tested}/{reference}")),
        regulation={table.header[j]: _regulation(table, j) for j in regulation},
        tested=tested,
        reference=reference,
    )


def _groups(table: TextTable) -> tuple[str, str]:
    for start in ("mean ", "geometric mean ", "fitted mean "):
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
        f"this is no table of `mirtool diff`: it has no column '{name}'",
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
