"""Result tables as CSV, TSV, XLSX or Parquet that open well in a spreadsheet, written whole or not at all.

CSV and TSV have the significant digits of each kind of column (:mod:`mirtool.report.columns`), at most twelve, so
that the same input gives the same bytes. Text cells can't become formulas: CSV and TSV guard them with a leading
apostrophe (undone on reading), XLSX types them as text (:mod:`mirtool.report.workbook.layout`).
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.errors import UsageError, option
from mirtool.io.tables.output import STDOUT as STDOUT
from mirtool.io.tables.output import write_bytes as write_bytes
from mirtool.io.tables.parquet import parquet_bytes
from mirtool.io.tables.text import unify_newlines
from mirtool.io.tables.text_tables import guard_text
from mirtool.model import Table
from mirtool.report.columns import DIGITS, column_of
from mirtool.report.workbook.layout import WORKBOOK_COLUMNS as WORKBOOK_COLUMNS
from mirtool.report.workbook.layout import fits_workbook as fits_workbook
from mirtool.report.workbook.layout import workbook_bytes as workbook_bytes

FORMATS = ("csv", "tsv", "xlsx", "parquet")
_EXTENSIONS = {".csv": "csv", ".tsv": "tsv", ".txt": "tsv", ".xlsx": "xlsx", ".parquet": "parquet"}
MISSING = "NA"
"""How a missing number is written in CSV and TSV; in XLSX the cell is left empty."""

FULL_DIGITS = 12
"""More than any instrument has, and free of the last-digit noise of binary arithmetic."""
_LARGEST_WHOLE = 1e15


def format_of(path: str | Path, format_name: str | None = None) -> str:
    """Return the format of an output by ``format_name``, else by its extension; CSV for stdout and devices."""
    name = format_name or ("csv" if is_stream(path) else _EXTENSIONS.get(Path(path).suffix.lower(), ""))
    if name not in FORMATS:
        raise UsageError(
            f"no format is known for the output {path}",
            found=repr(format_name or Path(path).suffix),
            expected="a name that ends in .csv, .tsv, .xlsx or .parquet, or "
            + option("format_name", "csv|tsv|xlsx|parquet"),
        )
    return name


def is_stream(path: str | Path) -> bool:
    """Return stdout, a device or a named pipe from a file with its own name."""
    return str(path) == STDOUT or (Path(path).exists() and not Path(path).is_file() and not Path(path).is_dir())


ROWS_AT_ONCE = 100
"""Rows of a table that are text in memory at once: a cell takes ten times as much as its number."""


def digits_of(name: str, head: str, digits: str = "short") -> int:
    """Return how many significant digits a column of a table has; ``name`` is its step and name, or empty."""
    known = column_of(name, head) if name and digits == "short" else None
    return FULL_DIGITS if known is None else DIGITS.get(known.kind, FULL_DIGITS)


def format_number(value: float, digits: int) -> str:
    """Write a number with significant digits; whole digits are never cut off.

    Examples
    --------
    >>> format_number(0.000123456, 3), format_number(12345.678, 4), format_number(-0.0, 3), format_number(1e-9, 3)
    ('0.000123', '12346', '0', '1e-09')
    """
    # Adding zero turns the negative zero into zero.
    if digits < FULL_DIGITS and 10**digits <= abs(value) < _LARGEST_WHOLE:
        return f"{value:.0f}"
    return f"{value + 0.0:.{digits}g}"


def format_column(values: npt.NDArray[Any], digits: int = FULL_DIGITS) -> list[str]:
    """Write the cells of one column as text: numbers to so many digits, True as ``yes``, text guarded.

    Examples
    --------
    >>> import numpy as np
    >>> format_column(np.array([0.1 + 0.2, np.nan, -0.0]))
    ['0.3', 'NA', '0']
    >>> format_column(np.array(["=cmd", "MARCH1"], dtype=object)), format_column(np.array([True, False]))
    (["'=cmd", 'MARCH1'], ['yes', 'no'])
    """
    if values.dtype.kind == "f":
        texts = list(map(f"{{:.{digits}g}}".format, (values + 0.0).tolist()))
        special = np.flatnonzero(~(np.abs(values) < 10**digits))
        for i, value in zip(special.tolist(), values[special].tolist(), strict=True):
            texts[i] = MISSING if value != value else format_number(value, digits)
        return texts
    if values.dtype.kind == "b":
        return ["yes" if value else "no" for value in values.tolist()]
    if values.dtype.kind in "iu":
        return [str(value) for value in values.tolist()]
    return [guard_text(unify_newlines(str(value))) for value in values.tolist()]


def note_line(table: Table) -> str:
    """Return the table's notes as the one line that is above the header in a stream."""
    return "# " + "; ".join(f"{key}: {value}" if value else key for key, value in table.notes)


def table_text(
    table: Table, format_name: str = "csv", *, name: str = "", digits: str = "short", in_band: bool = False
) -> str:
    """Return a table as CSV or TSV text with LF line ends; the first line is the header.

    ``name`` is the step and the name of the table, by which the digits of each column are known. With ``in_band``,
    for a stream, which has no record beside it, the notes are above it in one line without quotes, so that what
    skips lines that begin with # (pandas' ``comment="#"``, R's ``comment.char``) skips them. Notes of which a
    comma would split a formula off are one quoted cell.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t" if format_name == "tsv" else ",", lineterminator="\n")
    if table.notes and in_band:
        note = " ".join(note_line(table).split())
        pieces = [piece.strip(' "') for piece in note.split(",")]
        if any(guard_text(piece) != piece for piece in pieces):
            writer.writerow([note])
        else:
            out.write(f"{note}\n")
    writer.writerow([guard_text(unify_newlines(name)) for name in table.columns])
    of_columns = [digits_of(name, head, digits) for head in table.columns]
    for start in range(0, len(table), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        columns = map(format_column, (values[rows] for values in table.columns.values()), of_columns)
        writer.writerows(zip(*columns, strict=True))
    return out.getvalue()


def write_table(table: Table, path: str | Path, format_name: str | None = None) -> None:
    """Write a table to a file (whole or not at all) or, for ``-``, to stdout.

    Raises
    ------
    OutputError
        Where the file can't be written: no permission, no folder, no space left.
    """
    write_bytes(table_bytes(table, path, format_name), path)


def sheet_name(path: str | Path) -> str:
    """Return the sheet of a table that is a workbook of its own."""
    return "table" if str(path) == STDOUT else Path(path).stem


def table_bytes(
    table: Table, path: str | Path, format_name: str | None = None, *, name: str = "", digits: str = "short"
) -> bytes:
    """Return a table as the file at ``path`` would hold it; ``name`` and ``digits`` as for :func:`table_text`."""
    kind = format_of(path, format_name)
    if kind == "parquet":
        return parquet_bytes(table)
    if kind == "xlsx":
        sheet = sheet_name(path)
        return workbook_bytes({sheet: table}, names={sheet: name} if name else {})
    return table_text(table, kind, name=name, digits=digits, in_band=is_stream(path)).encode()
