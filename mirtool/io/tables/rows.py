"""Rows of an instrument's own text table, with every cell's place kept for messages.

Instruments write one line per spot and pad, quote and cut it in ways no spreadsheet does; quotation marks without
a partner are ordinary characters, and cells beyond the last column are accepted where they are blank. A tab
between quotation marks is part of the cell where the row has too many cells otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mirtool.errors import FormatError
from mirtool.io.tables.quoted_lines import split_cells, split_outside_quotes
from mirtool.io.tables.regular_rows import CELLS_FROM, CellColumn, regular_columns
from mirtool.io.tables.text_tables import LARGEST_NUMBER, MISSING_CELLS, TextTable
from mirtool.model import FloatArray, IntArray, SpotLayout
from mirtool.wording import plural


def column_names(line: str, delimiter: str = "\t") -> list[str]:
    """Return the names in a column line, without the blank ones that pad its end."""
    names = [" ".join(cell.split()) for cell in split_cells(line, delimiter)]
    while names and not names[-1]:
        names.pop()
    return names


def read_rows(
    lines: Sequence[str],
    columns: Sequence[str],
    *,
    path: str | Path,
    first_line: int,
    software: str,
    delimiter: str = "\t",
) -> TextTable:
    """Split the lines of a table into its columns.

    Parameters
    ----------
    lines
        The lines below the column line; blank ones are skipped.
    columns
        Column names; two columns of one name matter to those who ask for them.
    path, first_line
        The file and the 1-based line in it of ``lines[0]``, for messages.
    software
        What wrote the file, for messages.

    Raises
    ------
    FormatError
        Where there is no row, or a row has not as many cells as there are columns.
    """
    width = len(columns)
    at_once = _columns_at_once(lines, width, delimiter)
    if at_once is not None:
        return TextTable(str(path), tuple(columns), at_once, first_line, {})
    rows: list[list[str]] = []
    places: list[int] = []
    for number, line in enumerate(lines, first_line):
        if not line.strip(f" {delimiter}"):
            continue
        cells = split_cells(line, delimiter)
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if len(cells) > width and '"' in line:
            quoted = split_outside_quotes(line, delimiter)
            cells = quoted if quoted and len(quoted) == width else cells
        if len(cells) != width:
            is_last = not any(later.strip() for later in lines[number - first_line + 1 :])
            raise _wrong_width(len(cells), width, path, number, software, is_last=is_last)
        rows.append(cells)
        places.append(number)
    if not rows:
        raise FormatError(
            "the table has no rows",
            path=path,
            line=first_line - 1,
            hint=f"the file was cut while it was saved: export it from {software} again",
        )
    return TextTable(
        str(path), tuple(columns), tuple(zip(*rows, strict=True)), first_line, {}, lines=tuple(places)
    )


def _columns_at_once(lines: Sequence[str], width: int, delimiter: str) -> tuple[CellColumn, ...] | None:
    """Return the columns of a table without blank lines whose rows have one width; None for any other."""
    blanks = f" {delimiter}"
    n_lines = len(lines)
    while n_lines and not lines[n_lines - 1].strip(blanks):
        n_lines -= 1
    if not all(line.strip(blanks) for line in lines[:n_lines]):
        return None
    above = b"\n" * CELLS_FROM
    data = above + "\n".join(lines[:n_lines]).encode()
    columns = regular_columns(data, slice(len(above), len(data)), width, delimiter, range(width))
    return None if columns is None else tuple(columns.values())


def _wrong_width(
    found: int, width: int, path: str | Path, line: int, software: str, *, is_last: bool
) -> FormatError:
    if found < width:
        problem = "the last row is cut short" if is_last else "a row is cut short"
        hint = f"the file was cut while it was saved or copied: export it from {software} again"
    else:
        problem, hint = "a row has more cells than there are columns", "a name may hold a tab: take it out"
    return FormatError(
        problem,
        path=path,
        line=line,
        found=plural(found, "cell"),
        expected=f"{width}, as many as the column line has",
        hint=hint,
    )


def need_column(table: TextTable, *names: str, software: str) -> int:
    """Return the place of the first column that is called one of ``names``, or say that there is none."""
    position = table.find(*names)
    if position is None:
        there = [name for name in table.header if name]
        raise FormatError(
            "a column is missing",
            path=table.path,
            line=table.first_line - 1,
            column=names[0],
            found="columns " + ", ".join(there[:12]) + (", …" if len(there) > 12 else ""),
            hint=f"export the file from {software} again, with all columns",
        )
    return position


def whole_numbers(
    table: TextTable, column: int, *, least: int | None = None, blank: int | None = None
) -> IntArray:
    """Read a column of whole numbers, ``(n_rows,)``, not below ``least``; a blank cell is ``blank``, if given.

    Raises
    ------
    FormatError
        With the line and the column of the first cell that is none.
    """
    values = table.numbers(column)
    if blank is not None:
        values = np.where(np.isnan(values), blank, values)
    with np.errstate(invalid="ignore"):
        right = (np.abs(values) < 2**53) & (values == np.floor(values))
        if least is not None:
            right &= values >= least
    if not right.all():
        row = int(np.argmin(right))
        raise FormatError(
            "a cell that should be a whole number is not",
            path=table.path,
            line=table.line_of(row),
            column=table.header[column],
            found=repr(table.columns[column][row][:40]),
            expected="a whole number" if least is None else f"a whole number, {least} or more",
            hint="correct the cell, or export the file again",
        )
    return values.astype(np.int64)


def finite_numbers(table: TextTable, column: int, *, missing: Sequence[str] = MISSING_CELLS) -> FloatArray:
    """Read a column of numbers, ``(n_rows,)``, NaN where a cell is one of ``missing``.

    Raises
    ------
    FormatError
        With the line and the column of the first cell that is not a number, or one that no
        instrument counts to.
    """
    values = table.numbers(column, missing)
    beyond = np.abs(values) > LARGEST_NUMBER
    if beyond.any():
        row = int(np.argmax(beyond))
        raise FormatError(
            "a number is infinite" if np.isinf(values[row]) else "a number is larger than any instrument counts",
            path=table.path,
            line=table.line_of(row),
            column=table.header[column],
            found=repr(table.columns[column][row][:40]),
            hint="correct the cell, or leave it empty if the value was not measured",
        )
    return values


def refuse_repeated_spots(layout: SpotLayout, table: TextTable) -> None:
    """Refuse a table in which two rows lie on one spot."""
    order = np.lexsort((layout.column, layout.row, layout.block))
    sorted_ = layout.take(order)
    again = (np.diff(sorted_.block) == 0) & (np.diff(sorted_.row) == 0) & (np.diff(sorted_.column) == 0)
    if again.any():
        second = int(order[1:][again].min())
        same = (
            (layout.block == layout.block[second])
            & (layout.row == layout.row[second])
            & (layout.column == layout.column[second])
        )
        raise FormatError(
            f"two rows are for the same spot, {spot_words(layout, second)}",
            path=table.path,
            line=table.line_of(second),
            found=f"the same spot in line {table.line_of(int(np.argmax(same)))}",
            expected="one row per spot",
            hint="take the wrong row out",
        )


def spot_words(layout: SpotLayout, spot: int) -> str:
    """Return where a spot lies.

    Examples
    --------
    >>> spot_words(SpotLayout(*np.array([[2], [1], [7]])), 0)
    'Block 2, Row 1, Column 7'
    """
    return f"Block {layout.block[spot]}, Row {layout.row[spot]}, Column {layout.column[spot]}"
