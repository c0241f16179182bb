"""Tables with a column of miRNA names: which column it is, and the same table with what became of the names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.annotation.mirna_names.book import MirnaNames
from mirtool.annotation.mirna_names.names_table import name_columns
from mirtool.annotation.mirna_names.resolution import Resolution
from mirtool.annotation.mirna_names.sources import ACCESSION
from mirtool.annotation.probes import ProbeKind, classify_probe
from mirtool.annotation.settings import NamesSettings
from mirtool.errors import UsageError, option
from mirtool.io.mirnas.aliases import load_mirna_names
from mirtool.io.tables.name_lists import read_list_or_table
from mirtool.io.tables.text_tables import MISSING_CELLS, TextTable, guard_text, unguard_text
from mirtool.model import Table, TextArray, text_array

_PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
_KINDS = (ProbeKind.MIRNA, ProbeKind.MIRPLUS)


def names_in(table: TextTable, column: int) -> list[str]:
    """Return a column's names with the blanks around them, so that it can be said where they were left out."""
    cells = table.columns[column]
    return [unguard_text(cell) for cell in (cells.to_pylist() if hasattr(cells, "to_pylist") else cells)]


def suggest_column(table: TextTable) -> int:
    """Return the column with the most cells that are written as a miRNA's name or accession; the first of equals.

    Raises
    ------
    UsageError
        Where there is none cell.
    """
    counts = [sum(map(_looks_known, table.text(j))) for j in range(len(table.header))]
    if not any(counts):
        raise UsageError(
            "no column of this table holds miRNA names",
            found=", ".join(table.header[:12]),
            hint=f"name the column that does ({option('column', 'Name')}); for names without a species give "
            f"{option('species')} too",
        )
    return counts.index(max(counts))


def _looks_known(cell: str) -> bool:
    return ACCESSION.fullmatch(cell) is not None or classify_probe("", cell) in _KINDS


def named_table(table: TextTable, found: Sequence[Resolution], book: MirnaNames, *, typed: bool = False) -> Table:
    """Return a table with the columns of :func:`~mirtool.annotation.mirna_names.name_columns` after its own.

    Parameters
    ----------
    table
        The original, whose cells stay as they are (blanks around them aside).
    found
        What became of the name in each row.
    book
        Where that was looked up.
    typed
        True makes numbers of the columns that hold nothing else, for a workbook. In text only those become numbers
        (of twelve digits) that have negative ones, since a text that begins with a minus sign may be a formula.
    """
    columns: dict[str, npt.NDArray[Any]] = {}
    for j, header in enumerate(table.header):
        columns[_free(header or f"column {j + 1}", columns)] = _cells(table.text(j), typed)
    for name, values in name_columns(found, book).items():
        columns[_free(name, columns)] = values
    return Table(columns, tuple(table.notes.items()))


def _free(name: str, taken: Mapping[str, object]) -> str:
    """Return a column's name, or one beside it where the table has that already."""
    if name not in taken:
        return name
    n = 2
    while f"{name} ({n})" in taken:
        n += 1
    return f"{name} ({n})"


def _cells(cells: TextArray, typed: bool) -> npt.NDArray[Any]:
    if not (typed or any(guard_text(cell) != cell for cell in cells)):
        return cells
    present = [cell for cell in cells if cell not in MISSING_CELLS]
    if not present or not all(map(_PLAIN_NUMBER.fullmatch, present)):
        return cells
    if len(present) == len(cells) and all(cell.lstrip("-").isdigit() and len(cell) < 16 for cell in cells):
        return np.array([int(cell) for cell in cells], dtype=np.int64)
    return np.array([np.nan if cell in MISSING_CELLS else float(cell) for cell in cells])


def read_names_column(path: str | Path, settings: NamesSettings) -> tuple[TextTable, int]:
    """Read a table, or one name per line, and find the column of names.

    Parameters
    ----------
    path
        A table (CSV, TSV, XLSX, XLS) or plain text; ``-`` is standard input.
    settings
        The column and the sheet; without a column the one with the most miRNA names is taken.

    Returns
    -------
    tuple
        The table and the position of the column.

    Raises
    ------
    UsageError
        Where the table has no such column, or none with miRNA names.
    """
    table = read_list_or_table(path, sheet=settings.sheet)
    return table, find_names_column(table, settings.column)


def find_names_column(table: TextTable, column: str | None) -> int:
    """Return the position of a column of names; errors as :func:`read_names_column`."""
    if column is None:
        return 0 if len(table.header) == 1 else suggest_column(table)
    place = table.find(column)
    if place is None:
        raise UsageError(
            f"the table {table.path} has no column {column!r}",
            found=", ".join(table.header[:12]),
            hint="write the header as it is in the table",
        )
    return place


@dataclass(frozen=True, eq=False)
class ResolvedNames:
    """Names looked up.

    Parameters
    ----------
    found
        What became of each name, one entry per row.
    names
        Where they were looked up.
    source
        The original table; None where names were given.
    column
        Header of the column that held the names; empty where names were given.
    """

    found: tuple[Resolution, ...]
    names: MirnaNames
    source: TextTable | None = None
    column: str = ""

    def table(self, *, typed: bool = False) -> Table:
        """Return the names, or the original table, and what became of them; ``typed`` as :func:`named_table`."""
        if self.source is not None:
            return named_table(self.source, self.found, self.names, typed=typed)
        given = text_array(each.given for each in self.found)
        return Table({"name": given, **name_columns(self.found, self.names)})


def resolve_names(given: Sequence[str], settings: NamesSettings) -> ResolvedNames:
    """Look names or accessions up, each by itself: they need not be of one release."""
    names = load_mirna_names(settings.aliases, settings.species, settings.mirbase_release)
    return ResolvedNames(tuple(names.resolve(name) for name in given), names)


def resolve_table(source: str | Path | TextTable, settings: NamesSettings) -> ResolvedNames:
    """Look up the names in a table, or in a file that holds one.

    Raises
    ------
    UsageError
        As :func:`read_names_column`.
    """
    if isinstance(source, TextTable):
        table, place = source, find_names_column(source, settings.column)
    else:
        table, place = read_names_column(source, settings)
    given = names_in(table, place)
    names = load_mirna_names(settings.aliases, settings.species, settings.mirbase_release).for_names(given)
    found = tuple(names.resolve(name) for name in given)
    return ResolvedNames(found, names, table, table.header[place])
