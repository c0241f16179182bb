"""Result tables as CSV, TSV or XLSX that open well in a spreadsheet, written whole or not at all.

Numbers are written with twelve significant digits: more than any instrument has, and free of the last-digit
noise of binary arithmetic, so that the same input gives the same bytes. Text cells can't become formulas: CSV
and TSV guard them with a leading apostrophe (undone on reading), XLSX types them as text.
"""

from __future__ import annotations

import csv
import datetime
import io
import math
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from mirtool.errors import CallError, OutputError
from mirtool.io.tables import guard_text
from mirtool.model import Table

STDOUT = "-"
FORMATS = ("csv", "tsv", "xlsx")
MISSING = "NA"
"""How a missing number is written in CSV and TSV; in XLSX the cell is left empty."""


def format_of(path: str | Path, format_name: str | None = None) -> str:
    """Tell the format of an output by ``format_name``, else by the file's extension (CSV for stdout)."""
    name = format_name or (
        "csv" if str(path) == STDOUT else Path(path).suffix.lstrip(".").lower().replace("txt", "tsv")
    )
    if name not in FORMATS:
        raise CallError(
            f"can't tell how to write {path}",
            found=repr(name),
            expected="a name that ends in .csv, .tsv or .xlsx, or --format csv|tsv|xlsx",
        )
    return name


def format_cell(value: Any) -> str:
    """Write one cell as text.

    Examples
    --------
    >>> format_cell(0.1 + 0.2), format_cell(float("nan")), format_cell("=cmd"), format_cell(True)
    ('0.3', 'NA', "'=cmd", 'yes')
    """
    if isinstance(value, str):
        return guard_text(value)
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    if kind == "b" or isinstance(value, bool):
        return "yes" if value else "no"
    if kind in ("i", "u") or isinstance(value, int):
        return str(int(value))
    return MISSING if math.isnan(value) else f"{value:.12g}"


def note_line(table: Table) -> str:
    """Give the table's notes as the one line that stands above the header."""
    return "# " + "; ".join(f"{key}: {value}" if value else key for key, value in table.notes)


def table_text(table: Table, format_name: str = "csv") -> str:
    """Give a table as CSV or TSV text with LF line ends."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t" if format_name == "tsv" else ",", lineterminator="\n")
    if table.notes:
        writer.writerow([note_line(table)])
    writer.writerow([guard_text(name) for name in table.columns])
    writer.writerows(zip(*(map(format_cell, values) for values in table.columns.values()), strict=True))
    return out.getvalue()


def workbook_bytes(sheets: dict[str, Table]) -> bytes:
    """Give tables as an XLSX workbook: text stays text, numbers are numbers, the header is frozen."""
    import xlsxwriter

    out = io.BytesIO()
    # A fixed date: the same input must give the same bytes.
    book = xlsxwriter.Workbook(out, {"in_memory": True, "nan_inf_to_errors": False})
    book.set_properties({"created": datetime.datetime(2000, 1, 1), "comments": "written by mirtool"})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    text = book.add_format({"num_format": "@"})
    for name, table in sheets.items():
        sheet = book.add_worksheet(name[:31])
        top = 1 if table.notes else 0
        if table.notes:
            sheet.write_string(0, 0, note_line(table))
        for j, (column, values) in enumerate(table.columns.items()):
            sheet.write_string(top, j, column, bold)
            width = max([len(column) * 0.6, *(len(v) for v in values[:2000] if isinstance(v, str)), 9])
            sheet.set_column(j, j, min(width + 2, 40))
            for i, value in enumerate(values, top + 1):
                _write_cell(sheet, i, j, value, text)
        sheet.freeze_panes(top + 1, 2 if len(table.columns) > 2 else 0)
        if len(table):
            sheet.autofilter(top, 0, top + len(table), len(table.columns) - 1)
    book.close()
    return out.getvalue()


def _write_cell(sheet: Any, row: int, column: int, value: Any, text_format: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value, text_format)
    elif getattr(getattr(value, "dtype", None), "kind", None) == "b" or isinstance(value, bool):
        sheet.write_string(row, column, "yes" if value else "no")
    elif not math.isnan(value):
        sheet.write_number(row, column, float(f"{float(value):.12g}"))


def write_table(table: Table, path: str | Path, format_name: str | None = None) -> None:
    """Write a table to a file (whole or not at all) or, for ``-``, to stdout.

    Raises
    ------
    OutputError
        Where the file can't be written: no permission, no folder, no space left.
    """
    name = format_of(path, format_name)
    if name == "xlsx":
        sheet = "table" if str(path) == STDOUT else Path(path).stem
        write_bytes(workbook_bytes({sheet: table}), path)
    else:
        write_bytes(table_text(table, name).encode(), path)


def write_bytes(data: bytes, path: str | Path) -> None:
    """Write bytes to ``path`` whole or not at all: to a temporary file beside it, which then takes its name.

    What is no regular file (``/dev/full``, a named pipe) is written to directly.
    """
    if str(path) == STDOUT:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    target = Path(path)
    with output_errors(target):
        if target.exists() and not target.is_file():
            with target.open("wb") as device:
                device.write(data)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(temporary).chmod(_plain_mode())
            Path(temporary).replace(target)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise


def _plain_mode() -> int:
    """Give the permissions a newly opened file would have; mkstemp's are the owner's only."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


class output_errors:  # noqa: N801  (a context manager, used like a function)
    """Turn the operating system's refusal to write ``path`` into an :class:`OutputError`."""

    def __init__(self, path: str | Path) -> None:
        self.path = path

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            raise OutputError(
                f"the result can't be written: {error.strerror or error}",
                path=self.path,
                hint="check the folder's permissions and the free space, or name another file with -o",
            ) from error


def iterate_rows(table: Table) -> Iterator[tuple[Any, ...]]:
    """Walk a table row by row."""
    return zip(*table.columns.values(), strict=True)
