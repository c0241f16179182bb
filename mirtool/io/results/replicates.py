"""The side table ``<stem>_replicates<suffix>`` of a normalized table: the log2 value of each replicate spot.

It has the columns ``ID``, ``Name``, ``Replicate`` (1, 2 … of each ID) and one a sample, and a row for each spot
with a value on some array.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mirtool.errors import FormatError
from mirtool.io.tables.output import side_path
from mirtool.io.tables.text_tables import TextTable, read_table
from mirtool.model import ExpressionMatrix, FloatArray, IntArray

MOST_REPLICATES = 10_000
"""No chip prints a probe so often: a larger number is not a number of a spot."""

ROUNDING = 1e-6
"""How far a probe's value may exceed that of its highest spot, on log2, by rounding in the tables."""


def replicates_path(path: str | Path) -> Path:
    """Return the name of the side table of a normalized table that holds the replicate spots.

    Examples
    --------
    >>> str(replicates_path("results/normalized.csv"))
    'results/normalized_replicates.csv'
    """
    return side_path(path, "replicates")


def read_replicates(path: str | Path, matrix: ExpressionMatrix) -> FloatArray:
    """Read the spots behind the values of ``matrix``, log2, ``(n_probes, n_replicates, n_samples)``, NaN missing.

    Raises
    ------
    FormatError
        Where the table lacks a sample of the matrix or holds another probe, a number of a spot is none or stands
        twice, or the spots can't be those behind the values: from an earlier run.
    """
    table = read_table(path)
    missing = [name for name in ("ID", "Replicate", *matrix.samples.names) if name not in table.header]
    if missing:
        raise _misfit(table, "it lacks a column", f"no column {missing[0]!r}")
    probe = _probes(table, matrix)
    spot = _spot_numbers(table)
    n_spots = int(spot.max(initial=0))
    _refuse_repeated(table, probe * (n_spots + 1) + spot)
    values = np.full((len(matrix.probes), n_spots, len(matrix.samples)), np.nan)
    values[probe, spot - 1] = table.numbers_of([table.header.index(name) for name in matrix.samples.names])
    _refuse_other_values(table, matrix, values)
    return values


def _probes(table: TextTable, matrix: ExpressionMatrix) -> IntArray:
    row_of = {label: row for row, label in enumerate(matrix.probes.id)}
    ids = table.text(table.header.index("ID"))
    for row, label in enumerate(ids):
        if label not in row_of:
            raise _misfit(table, "it has a probe that is not there", repr(label), table.line_of(row))
    return np.array([row_of[label] for label in ids], dtype=np.int64)


def _spot_numbers(table: TextTable) -> IntArray:
    column = table.header.index("Replicate")
    numbers = table.numbers(column)
    whole = np.isfinite(numbers) & (numbers == np.floor(numbers)) & (numbers >= 1) & (numbers <= MOST_REPLICATES)
    if not whole.all():
        first = int(np.argmin(whole))
        raise FormatError(
            "the number of a replicate spot is no whole number from 1 on",
            path=table.path,
            line=table.line_of(first),
            column="Replicate",
            found=f"{numbers[first]:g}",
            expected="1, 2, 3 …",
        )
    return numbers.astype(np.int64)


def _refuse_repeated(table: TextTable, keys: IntArray) -> None:
    _, first = np.unique(keys, return_index=True)
    again = np.setdiff1d(np.arange(len(keys)), first)
    if len(again):
        row = int(again[0])
        raise FormatError(
            "a replicate spot occurs twice",
            path=table.path,
            line=table.line_of(row),
            found=f"ID {table.text(table.header.index('ID'))[row]!r}, Replicate "
            f"{table.text(table.header.index('Replicate'))[row]}",
            expected="each number once for an ID",
        )


def _refuse_other_values(table: TextTable, matrix: ExpressionMatrix, values: FloatArray) -> None:
    """Refuse spots without a value of their probe, a value without spots, and one beyond all of its spots."""
    highest = np.max(values, axis=1, initial=-np.inf, where=~np.isnan(values))
    there = ~np.isnan(matrix.values)
    odd = (there != (highest > -np.inf)) | (there & (matrix.values > highest + ROUNDING))
    if odd.any():
        row, column = (int(i) for i in np.argwhere(odd)[0])
        found = f"{matrix.values[row, column]:g} for {matrix.probes.id[row]!r} on {matrix.samples.names[column]}"
        raise _misfit(table, "its spots can't be those behind the values", found)


def _misfit(table: TextTable, what: str, found: str, line: int | None = None) -> FormatError:
    return FormatError(
        f"the table of replicate spots does not belong to the normalized table beside it: {what}",
        path=table.path,
        line=line,
        found=found,
        hint="run `mirtool normalize --keep-replicates` again",
    )
