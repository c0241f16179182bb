"""How two versions of one table differ: rows and columns, and the largest relative difference per column."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.io.tables.text_tables import TextTable, read_table

MISSING = ("NA", "", "NaN")


@dataclass(frozen=True)
class ColumnDifference:
    """How one column differs.

    Parameters
    ----------
    column
        Its name.
    cells
        How many cells differ.
    largest
        Largest relative difference ``|a - b| / max(|a|, |b|)``; None where the column is not of numbers, or a
        number is missing in one version only.
    """

    column: str
    cells: int
    largest: float | None


@dataclass(frozen=True)
class TableDifference:
    """How a table differs from another version of it.

    Parameters
    ----------
    file
        Its file.
    rows
        Number of rows in the one and in the other.
    rows_in_one
        Rows of the one that the other does not have, by the first column, and the reverse; None where the first
        column does not identify a row: then rows are compared in their order.
    reordered
        True where the rows that both have come in another order.
    columns_in_one
        Columns that only one of them has.
    columns
        The columns that differ in the rows that are compared.
    """

    file: str
    rows: tuple[int, int]
    rows_in_one: tuple[int, int] | None
    reordered: bool
    columns_in_one: tuple[str, ...]
    columns: tuple[ColumnDifference, ...]


def table_difference(file: str, one: str | Path, other: str | Path) -> TableDifference:
    """Return how two files that hold versions of one table differ, row by row by the first column."""
    a, b = read_table(one), read_table(other)
    in_one = tuple(name for name in (*a.header, *b.header) if (name in a.header) != (name in b.header))
    rows, rows_in_one, reordered = _aligned(a, b)
    found: list[ColumnDifference] = []
    if rows is not None:
        for name in (name for name in a.header if name in b.header):
            cells = (_cells(table, name)[own] for table, own in zip((a, b), rows, strict=True))
            difference = _column(name, *cells)
            found += [difference] if difference.cells else []
    return TableDifference(file, (len(a), len(b)), rows_in_one, reordered, in_one, tuple(found))


Rows = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]


def _aligned(a: TextTable, b: TextTable) -> tuple[Rows | None, tuple[int, int] | None, bool]:
    """Return the rows of two tables that belong together, how many have none, and whether their order differs."""
    if a.header[:1] == b.header[:1]:
        own, others = ({key: row for row, key in enumerate(table.text(0))} for table in (a, b))
        if len(own) == len(a) and len(others) == len(b):
            common = [key for key in own if key in others]
            rows = (
                np.array([own[key] for key in common], dtype=np.intp),
                np.array([others[key] for key in common], dtype=np.intp),
            )
            missing = (len(a) - len(common), len(b) - len(common))
            return rows, missing, bool(np.any(np.diff(rows[1]) < 0))
    in_order = np.arange(len(a), dtype=np.intp)
    return ((in_order, in_order) if len(a) == len(b) else None), None, False


def _cells(table: TextTable, name: str) -> npt.NDArray[Any]:
    return np.asarray(table.text(table.header.index(name)), dtype=object)


def _column(name: str, a: npt.NDArray[Any], b: npt.NDArray[Any]) -> ColumnDifference:
    differs = a != b
    cells = int(np.count_nonzero(differs))
    x, y = _numbers(a[differs]), _numbers(b[differs])
    if not cells or x is None or y is None:
        return ColumnDifference(name, cells, None)
    if np.any(np.isnan(x) != np.isnan(y)):
        return ColumnDifference(name, cells, None)
    size = np.fmax(np.abs(x), np.abs(y))
    relative = np.divide(np.abs(x - y), size, out=np.zeros_like(size), where=size > 0)
    return ColumnDifference(name, cells, float(np.nanmax(relative)))


def _numbers(cells: npt.NDArray[Any]) -> npt.NDArray[np.float64] | None:
    """Return cells as numbers, NaN where missing; None where one is a word."""
    present = np.array([cell not in MISSING for cell in cells], dtype=bool)
    numbers = np.full(len(cells), np.nan)
    try:
        numbers[present] = cells[present].astype(np.float64)
    except ValueError:
        return None
    return numbers
