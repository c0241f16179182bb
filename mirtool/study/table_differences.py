"""How two versions of one table differ: rows and columns, and the largest relative difference per column."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.io.tables.text_tables import read_table

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
    only_in_one
        Columns that only one of them has.
    columns
        The columns that differ; empty where the numbers of rows differ.
    """

    file: str
    rows: tuple[int, int]
    only_in_one: tuple[str, ...]
    columns: tuple[ColumnDifference, ...]


def table_difference(file: str, one: str | Path, other: str | Path) -> TableDifference:
    """Return how two files that hold versions of one table differ, row by row in their order."""
    a, b = read_table(one), read_table(other)
    only = tuple(name for name in (*a.header, *b.header) if (name in a.header) != (name in b.header))
    found: list[ColumnDifference] = []
    if len(a) == len(b):
        for name in a.header:
            if name in b.header:
                difference = _column(name, a.text(a.header.index(name)), b.text(b.header.index(name)))
                found += [difference] if difference.cells else []
    return TableDifference(file, (len(a), len(b)), only, tuple(found))


def _column(name: str, one: Any, other: Any) -> ColumnDifference:
    a, b = np.asarray(one, dtype=object), np.asarray(other, dtype=object)
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
