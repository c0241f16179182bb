"""Lists of miRNAs or genes: one name per line, or a column of a table.

Plain text holds one name per line; blank lines, lines that begin with ``#`` and a first line that is a header are
passed over. In a table (CSV, TSV, XLSX) the column is known by its header.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from mirtool.errors import FormatError
from mirtool.io.tables.corrected import refuse_corrected
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.text import decode, is_binary, is_workbook, read_bytes, unify_newlines
from mirtool.io.tables.text_tables import DELIMITERS, TextTable, read_table
from mirtool.model import TextArray, text_array

_MIRNA = re.compile(r"([a-z][a-z0-9]{2,4}[-._])?(mir[-._]\S|let[-._]\d|lin[-._]4|bantam)", re.I)


def names_mirna(label: str) -> bool:
    """Return the name of a miRNA from that of a gene, also of a gene of a miRNA.

    Examples
    --------
    >>> [names_mirna(name) for name in ("hsa-miR-17-5p", "hsa.miR.17.5p", "let-7a", "MIR17HG", "TP53")]
    [True, True, True, False, False]
    """
    return _MIRNA.match(label) is not None


def find_column(table: TextTable, headers: Sequence[str]) -> int | None:
    """Return the first column whose folded header is one of ``headers``, tried in their order."""
    folded = [fold_header(name) for name in table.header]
    column = next((folded.index(name) for name in headers if name in folded), None)
    return None if column is None else table.single(column)


def read_names(path: str | Path, headers: Sequence[str], what: str, *, sheet: str | None = None) -> TextArray:
    """Read a list of names, each once, in the file's order.

    Parameters
    ----------
    path
        Plain text or a table; ``-`` is standard input.
    headers
        Folded headers (:func:`fold_header`) of the column to take from a table, the best first.
    what
        What the names are, for messages: ``"miRNA"``, ``"gene"``.
    sheet
        Sheet of a workbook; the only one with such a column if not given.

    Raises
    ------
    FormatError
        For a binary file, a table of batch-corrected values or without such a column, or a file without a name.
    """
    refuse_binary(path, what)
    data = read_bytes(path)
    names = None if is_workbook(data) else _plain_names(decode(data))
    if names is None:
        table = read_table(path, sheet=sheet, suits=lambda table: _has_names(table, headers, what))
        refuse_corrected(table)
        names = list(table.text(column_of_names(table, headers, what)))
    if names and fold_header(names[0]) in headers:
        del names[0]
    unique = dict.fromkeys(name for name in names if name)
    if not unique:
        raise FormatError(f"the file holds no {what}", path=path, expected="one name per line")
    return text_array(unique)


def refuse_binary(path: str | Path, what: str) -> None:
    """Refuse a file that is neither text nor a workbook in place of a list.

    Raises
    ------
    FormatError
        Where it is one.
    """
    data = read_bytes(path)
    if is_binary(data) and not is_workbook(data):
        raise FormatError(
            f"this is no list of {what}s", path=path, found="binary data", expected="one name per line"
        )


LIST_HEADERS = ("mirna", "mirnaname", "maturemirnaid", "maturemirna", "name", "id", "accession", "mirnaid")
"""Folded headers that a plain list of miRNAs may begin with."""


def read_list_or_table(
    path: str | Path, *, sheet: str | None = None, headers: Sequence[str] = LIST_HEADERS, what: str = "name"
) -> TextTable:
    """Read a table, or plain text with one name per line as a table of one column, every name kept in its place.

    The column of a plain list is called as its first line where that is one of ``headers``, folded, else ``name``.

    Raises
    ------
    FormatError
        As :func:`mirtool.io.tables.text_tables.read_table`; and where a plain list holds no name.
    """

    def suits(table: TextTable) -> bool:
        return find_column(table, headers) is not None

    data = read_bytes(path)
    if is_workbook(data) or is_binary(data):
        return read_table(path, sheet=sheet, suits=suits)
    names = _plain_names(decode(data))
    if names is None:
        return read_table(path, sheet=sheet, suits=suits)
    titled = fold_header(names[0]) in headers if names else False
    header, rows = (names[0], names[1:]) if titled else ("name", names)
    if not rows:
        raise FormatError(f"the file holds no {what}", path=path, expected="one name per line, or a table")
    return TextTable(str(path), (header,), (tuple(rows),), 2 if titled else 1, {})


def _plain_names(text: str) -> list[str] | None:
    """Return the lines of plain text, or None where they hold a table: where most can be cut into cells.

    A line of a plain list may hold several names (``CDK6, CCND3``).
    """
    lines = [line.strip() for line in unify_newlines(text).split("\n")]
    names = [line for line in lines if line and not line.startswith("#")]
    n_cut = sum(any(mark in name for mark in DELIMITERS) for name in names)
    return None if 2 * n_cut > len(names) or (n_cut and _is_header(names[0])) else names


def _has_names(table: TextTable, headers: Sequence[str], what: str) -> bool:
    of_mirnas = what == "miRNA" and _column_of_mirnas(table) is not None
    return of_mirnas or find_column(table, headers) is not None


def _column_of_mirnas(table: TextTable) -> int | None:
    """Return the column with the most cells written as a miRNA's name; None where there is no such cell."""
    counts = [sum(map(names_mirna, table.peek(j))) for j in range(len(table.header))]
    return counts.index(max(counts)) if any(counts) else None


def _is_header(line: str) -> bool:
    return any(mark in line for mark in DELIMITERS)


def column_of_names(table: TextTable, headers: Sequence[str], what: str) -> int:
    """Return the column of names of a table, the only one of a list.

    Raises
    ------
    FormatError
        Where there is none.
    """
    column = find_column(table, headers)
    if column is None and len(table.header) == 1:
        column = 0
    if column is None and what == "miRNA":
        column = _column_of_mirnas(table)
    if column is None:
        raise FormatError(
            f"this table has no column of {what}s",
            path=table.path,
            line=table.first_line - 1,
            found=", ".join(table.header[:12]),
            expected=f"a column named {what}, or one name per line",
        )
    return column
