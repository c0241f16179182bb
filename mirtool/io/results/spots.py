"""The side table ``<stem>_spots<suffix>`` of a normalized table: how many replicate spots are behind each value.

It has the shape of the table it belongs to: ``ID``, ``Name``, and one column of whole numbers a sample, in the
same order of probes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mirtool.errors import FormatError
from mirtool.io.tables.output import side_path
from mirtool.io.tables.text_tables import TextTable, read_table
from mirtool.model import BoolArray, ExpressionMatrix, IntArray


def spots_path(path: str | Path) -> Path:
    """Return the name of the side table of a normalized table.

    Examples
    --------
    >>> str(spots_path("results/normalized.csv"))
    'results/normalized_spots.csv'
    """
    return side_path(path, "spots")


def average_path(path: str | Path) -> Path:
    """Return the name of the side table of a table of ratios that holds A, the mean log2 signal of both channels.

    Examples
    --------
    >>> str(average_path("results/normalized.csv"))
    'results/normalized_A.csv'
    """
    return side_path(path, "A")


def marks_path(path: str | Path) -> Path:
    """Return the name of the side table of a normalized table that says which of its values were not detected.

    Examples
    --------
    >>> str(marks_path("results/normalized.csv"))
    'results/normalized_not_detected.csv'
    """
    return side_path(path, "not_detected")


def read_marks(path: str | Path, matrix: ExpressionMatrix) -> BoolArray:
    """Read which values of ``matrix`` were not detected, as :func:`read_spots` reads its table."""
    return read_spots(path, matrix, "marks of what was not detected") > 0


def read_spots(path: str | Path, matrix: ExpressionMatrix, what: str = "spots") -> IntArray:
    """Read the spots behind the values of ``matrix``, ``(n_probes, n_samples)``.

    ``what`` is what the numbers are, for messages.

    Raises
    ------
    FormatError
        Where the table does not have the probes or the samples of the matrix, or a cell is no whole number.
    """
    samples = frozenset(matrix.samples.names)
    table = read_table(
        path, text_columns=lambda head: [j for j, name in enumerate(head.header) if name not in samples]
    )
    ids = table.find("ID")
    missing = [name for name in matrix.samples.names if name not in table.header]
    if ids is None or missing:
        raise _misfit(table, what, "it lacks a column", f"no column {missing[0] if missing else 'ID'!r}")
    if len(table) != len(matrix.probes):
        raise _misfit(
            table, what, "it has another number of probes", f"{len(table)} rows for {len(matrix.probes)} probes"
        )
    for row, (own, expected) in enumerate(zip(table.text(ids), matrix.probes.id, strict=True)):
        if own != expected:
            raise _misfit(table, what, "its probes are others", f"{own!r} for {expected!r}", table.line_of(row))
    return _whole_numbers(table, [table.header.index(name) for name in matrix.samples.names], what)


def _whole_numbers(table: TextTable, columns: Sequence[int], what: str) -> IntArray:
    values = table.numbers_of(columns)
    is_whole = (values >= 0) & (values < np.inf) & (values == np.floor(values))
    if not is_whole.all():
        column, row = map(int, np.argwhere(~is_whole.T)[0])
        raise FormatError(
            f"a number of {what} is not a whole number",
            path=table.path,
            line=table.line_of(row),
            column=table.header[columns[column]],
            found=f"{values[row, column]:g}",
            expected="0, 1, 2 …",
        )
    return values.astype(np.int64)


def _misfit(table: TextTable, what: str, why: str, found: str, line: int | None = None) -> FormatError:
    return FormatError(
        f"the table of {what} does not belong to the normalized table beside it: {why}",
        path=table.path,
        line=line,
        found=found,
        hint="run `mirtool normalize` again, or move this file away to go on without it",
    )
