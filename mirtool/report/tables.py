"""Result tables as CSV, TSV or XLSX that open well in a spreadsheet, written whole or not at all.

Numbers are written with twelve significant digits: more than any instrument has, and free of the last-digit
noise of binary arithmetic, so that the same input gives the same bytes. Text cells can't become formulas: CSV
and TSV guard them with a leading apostrophe (undone on reading), XLSX types them as text.
"""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt

from mirtool.errors import OutputError, UsageError, option
from mirtool.io.tables.output import STDOUT as STDOUT
from mirtool.io.tables.output import write_bytes as write_bytes
from mirtool.io.tables.text import unify_newlines
from mirtool.io.tables.text_tables import guard_text
from mirtool.model import Table

FORMATS = ("csv", "tsv", "xlsx")
_EXTENSIONS = {".csv": "csv", ".tsv": "tsv", ".txt": "tsv", ".xlsx": "xlsx"}
MOST_ROWS = 1_048_576
"""Rows that a sheet of a workbook holds."""
MISSING = "NA"
"""How a missing number is written in CSV and TSV; in XLSX the cell is left empty."""


WORKBOOK_COLUMNS = 16_384
"""Columns of a sheet in a workbook."""


def format_of(path: str | Path, format_name: str | None = None) -> str:
    """Return the format of an output by ``format_name``, else by its extension; CSV for stdout and devices."""
    name = format_name or ("csv" if is_stream(path) else _EXTENSIONS.get(Path(path).suffix.lower(), ""))
    if name not in FORMATS:
        raise UsageError(
            f"can't tell how to write {path}",
            found=repr(format_name or Path(path).suffix),
            expected=f"a name that ends in .csv, .tsv or .xlsx, or {option('format_name', 'csv|tsv|xlsx')}",
        )
    return name


def is_stream(path: str | Path) -> bool:
    """Return stdout, a device or a named pipe from a file with its own name."""
    return str(path) == STDOUT or (Path(path).exists() and not Path(path).is_file() and not Path(path).is_dir())


def format_column(values: npt.NDArray[Any]) -> list[str]:
    """Write the cells of one column as text: numbers to twelve digits, True as ``yes``, text guarded.

    Examples
    --------
    >>> import numpy as np
    >>> format_column(np.array([0.1 + 0.2, np.nan, -0.0]))
    ['0.3', 'NA', '0']
    >>> format_column(np.array(["=cmd", "MARCH1"], dtype=object)), format_column(np.array([True, False]))
    (["'=cmd", 'MARCH1'], ['yes', 'no'])
    """
    if values.dtype.kind == "f":
        # Adding zero turns the negative zero into zero.
        return [MISSING if value != value else f"{value + 0.0:.12g}" for value in values.tolist()]
    if values.dtype.kind == "b":
        return ["yes" if value else "no" for value in values.tolist()]
    if values.dtype.kind in "iu":
        return [str(value) for value in values.tolist()]
    return [guard_text(unify_newlines(str(value))) for value in values.tolist()]


def note_line(table: Table) -> str:
    """Return the table's notes as the one line that stands above the header."""
    return "# " + "; ".join(f"{key}: {value}" if value else key for key, value in table.notes)


def table_text(table: Table, format_name: str = "csv") -> str:
    """Return a table as CSV or TSV text with LF line ends.

    The notes stand above it without quotes, so that what skips lines that begin with # (pandas' ``comment="#"``,
    R's ``comment.char``) skips them. Notes of which a comma would part a formula off are one quoted cell.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t" if format_name == "tsv" else ",", lineterminator="\n")
    if table.notes:
        note = " ".join(note_line(table).split())
        pieces = [piece.strip(' "') for piece in note.split(",")]
        if any(guard_text(piece) != piece for piece in pieces):
            writer.writerow([note])
        else:
            out.write(f"{note}\n")
    writer.writerow([guard_text(unify_newlines(name)) for name in table.columns])
    writer.writerows(zip(*(format_column(values) for values in table.columns.values()), strict=True))
    return out.getvalue()


def workbook_bytes(sheets: Mapping[str, Table]) -> bytes:
    """Return tables as an XLSX workbook: text stays text, numbers are numbers, the header is frozen.

    Sheet names are fitted to what a workbook allows (31 characters, no brackets, slashes, ``:``, ``*`` or ``?``).

    Raises
    ------
    OutputError
        Where a table has more rows or columns than a sheet holds, or a cell more than its 32,767 characters.
    """
    import xlsxwriter

    out = io.BytesIO()
    # A fixed date: the same input must give the same bytes.
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime.datetime(2000, 1, 1), "comments": "written by mirtool"})
    header = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    text = book.add_format({"num_format": "@"})
    for name, table in zip(_sheet_names(sheets), sheets.values(), strict=True):
        sheet = book.add_worksheet(name)
        top = 1 if table.notes else 0
        _require(not fits_workbook(table), f"the table {name!r}")  # at once, not after a million rows
        if table.notes:
            sheet.write_string(0, 0, note_line(table))
        for j, (column, values) in enumerate(table.columns.items()):
            _require(sheet.write_string(top, j, column, header), f"the column {column!r}")
            sheet.set_column(j, j, _width(column, values))
            _write_column(sheet, top + 1, j, values, text)
        sheet.freeze_panes(top + 1, 2 if len(table.columns) > 2 else 0)
        if len(table):
            sheet.autofilter(top, 0, top + len(table), len(table.columns) - 1)
    book.close()
    return out.getvalue()


def fits_workbook(table: Table) -> bool:
    """Return True if a table has no more rows than a sheet of a workbook holds, notes and header included."""
    return bool(table.notes) + 1 + len(table) <= MOST_ROWS


def _sheet_names(names: Iterable[str]) -> list[str]:
    """Fit names to the rules of a workbook, and keep them apart."""
    fitted: list[str] = []
    for name in names:
        plain = re.sub(r"[\[\]:*?/\\]", "_", name).strip("'")[:31] or "table"
        known = {other.lower() for other in fitted}
        tries = (plain[: 31 - len(f" ({n})")] + f" ({n})" for n in itertools.count(2))
        fitted.append(plain if plain.lower() not in known else next(t for t in tries if t.lower() not in known))
    return fitted


def _width(column: str, values: npt.NDArray[Any]) -> float:
    longest = max((len(value) for value in values[:2000] if isinstance(value, str)), default=0)
    return min(max(len(column) * 0.6, longest, 9) + 2, 40)


def _write_column(sheet: Any, top: int, column: int, values: npt.NDArray[Any], text_format: Any) -> None:
    if values.dtype.kind in "fiu":
        for row, value in enumerate(values.tolist(), top):
            if math.isfinite(value):
                _require(sheet.write_number(row, column, float(f"{value + 0.0:.12g}")), f"row {row + 1}")
            elif math.isinf(value):
                _require(sheet.write_string(row, column, f"{value:g}"), f"row {row + 1}")
        return
    texts = format_column(values) if values.dtype.kind == "b" else values.tolist()
    for row, value in enumerate(texts, top):
        _require(sheet.write_string(row, column, value, text_format), f"row {row + 1}")


def _require(code: int, place: str) -> None:
    """Stop where xlsxwriter left a cell out, which it tells by a number only."""
    if code:
        raise OutputError(
            f"{place} does not fit into a workbook",
            expected="at most 1,048,576 rows, 16,384 columns and 32,767 characters a cell",
            hint="write CSV or TSV",
        )


def write_table(table: Table, path: str | Path, format_name: str | None = None) -> None:
    """Write a table to a file (whole or not at all) or, for ``-``, to stdout.

    Raises
    ------
    OutputError
        Where the file can't be written: no permission, no folder, no space left.
    """
    write_bytes(table_bytes(table, path, format_name), path)


def table_bytes(table: Table, path: str | Path, format_name: str | None = None) -> bytes:
    """Return a table as the file at ``path`` would hold it."""
    name = format_of(path, format_name)
    if name == "xlsx":
        return workbook_bytes({"table" if str(path) == STDOUT else Path(path).stem: table})
    return table_text(table, name).encode()
