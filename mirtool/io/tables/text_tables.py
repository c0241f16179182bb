"""Tables of cells, from delimited text or a workbook, with every cell's place kept for messages.

A table is: optional note lines (``# mirtool normalized; scale: log2``) or a preface
(:mod:`mirtool.io.tables.opening`), a header line, and one line per row. The delimiter (tab, comma, semicolon or
blanks) is found by the header. Cells may be quoted, and hold line breaks then. Rows and columns of blanks, which
spreadsheets leave behind, are passed over; line numbers in messages are those of the file. A header that is one
name short of every row (as R writes row names) gets a first column without a name. Where a format allows several
header rows, its own rule says which they are (:data:`HeaderRule`). Decimal commas are read where there is no doubt
(:mod:`mirtool.io.tables.decimal_comma`).

Columns that nobody asks for are not checked: two of them may have one name, or hold anything.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from mirtool.errors import FormatError, MirtoolError, option
from mirtool.io.foreign import refuse_foreign
from mirtool.io.tables.arrow import floats_of
from mirtool.io.tables.guards import guard_text as guard_text
from mirtool.io.tables.guards import unguard_text as unguard_text
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.opening import (
    DELIMITERS as DELIMITERS,
)
from mirtool.io.tables.opening import (
    Opening,
    find_opening,
    is_blank,
    is_note,
    preface_of_rows,
)
from mirtool.io.tables.opening import (
    tell_delimiter as tell_delimiter,
)
from mirtool.io.tables.parquet import is_parquet, read_parquet
from mirtool.io.tables.quoted_lines import with_tabs
from mirtool.io.tables.recorded import recorded_notes
from mirtool.io.tables.regular_rows import CellColumn
from mirtool.io.tables.text import STDIN, FileHead, decode, is_binary, is_workbook, read_bytes, unify_newlines
from mirtool.io.tables.workbook import read_sheets as read_sheets
from mirtool.io.tables.workbook import sheet_asked_for
from mirtool.model import FloatArray, TextArray, text_array
from mirtool.wording import plural

MISSING_CELLS = ("", "NA", "N/A", "n/a", "na", "NaN", "nan", "null", "NULL", "#N/A")
"""How the tables seen in the wild write a missing number."""

MISSING_BELOW = -3.4e38
"""The lowest single-precision number, which some programs export for a missing one (``-3.4E38``)."""

NOTES_SHEET, NOTES_HEADER = "Notes", ("sheet", "what", "value")
COLUMNS_SHEET, COLUMNS_HEADER = "Columns", ("table", "column", "unit", "meaning")
SIDE_SHEETS = {COLUMNS_SHEET: COLUMNS_HEADER, NOTES_SHEET: NOTES_HEADER}
"""The sheets that mirtool adds to its workbooks, and their headers."""

LARGEST_NUMBER = 1e30
"""No instrument counts so far (scanners end at 65,535); sums and squares of such numbers would overflow."""

HEAD_ROWS = 50
"""Rows of data that a sniffer gets to see."""

_HEAD_SHEET_ROWS = 1000
"""Rows of a workbook's sheet, blank ones too, that a sniffer gets to see."""

_LARGE = 4 << 20
"""From this many bytes on, pyarrow's speed repays its import (0.2 s with the pandas it brings along)."""


@dataclass(frozen=True)
class HeaderRows:
    """A header of several rows.

    Parameters
    ----------
    names
        The name of every column.
    others
        What the other header rows say: the row's label to one cell per column.
    titles
        Lines above the table that hold one cell only.
    n_rows
        How many rows the header takes, from the first row that is no note.
    """

    names: tuple[str, ...]
    others: Mapping[str, tuple[str, ...]]
    titles: tuple[str, ...]
    n_rows: int


TextColumns = Callable[["TextTable"], Collection[int] | None]
"""Given the first rows of a large table of numbers, returns the columns to read as text; None for all."""

HeaderRule = Callable[[Sequence[Sequence[str]]], HeaderRows | None]
"""Given a table's first rows of cells, returns its header of several rows; None where the first is the header."""


@dataclass(frozen=True, eq=False)
class NumberBlock:
    """Columns that were read as numbers: their places in the table, and ``(n_rows, n_columns)``, NaN missing."""

    columns: tuple[int, ...]
    values: FloatArray

    @cached_property
    def with_numbers(self) -> frozenset[int]:
        """Columns that hold a finite number."""
        places = np.flatnonzero(np.isfinite(self.values).any(axis=0))
        return frozenset(self.columns[k] for k in places)


@dataclass(frozen=True, eq=False)
class TextTable:
    """A table as it is in its file: header, columns of text, and where the first row lies.

    ``columns`` are sequences of str, or float arrays where they were read as numbers (``block``); ``first_line``
    is the 1-based line of the first data row; ``lines`` gives the line of each row where rows do not follow each
    other line by line. ``delimiter`` is empty where the table comes from a workbook. ``header_rows`` says what a
    header of several rows holds. ``is_head`` is True for the first rows of a file, of which nothing is refused.
    """

    path: str
    header: tuple[str, ...]
    columns: tuple[Any, ...]
    first_line: int
    notes: dict[str, str]
    lines: tuple[int, ...] | None = None
    delimiter: str = ""
    header_rows: HeaderRows | None = None
    is_head: bool = False
    block: NumberBlock | None = None

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    @property
    def header_line(self) -> int:
        """The 1-based line of the header."""
        return self.first_line - 1

    def line_of(self, row: int) -> int:
        """Return the 1-based line, in the file, of a 0-based row."""
        return self.lines[row] if self.lines is not None else self.first_line + row

    def find(self, *names: str) -> int | None:
        """Find the first column whose header is one of ``names``, without regard to case and blanks.

        Raises
        ------
        FormatError
            Where another column has the same name.
        """
        column = next((self._places[key] for key in map(_fold, names) if key in self._places), None)
        return None if column is None else self.single(column)

    @cached_property
    def _places(self) -> dict[str, int]:
        """Folded headers to the first column of each."""
        places: dict[str, int] = {}
        for i, name in enumerate(self.header):
            places.setdefault(_fold(name), i)
        return places

    @cached_property
    def repeated(self) -> frozenset[str]:
        """Headers that more than one column has."""
        counts = Counter(self.header)
        return frozenset(name for name, n in counts.items() if name and n > 1)

    def single(self, column: int) -> int:
        """Return the place of a column, if no other column has its name.

        Raises
        ------
        FormatError
            Where another one has.
        """
        name = self.header[column]
        if name in self.repeated and not self.is_head:
            first, second = [i + 1 for i, other in enumerate(self.header) if other == name][:2]
            raise FormatError(
                "two columns have the same name",
                path=self.path,
                line=self.header_line,
                column=name,
                found=f"column {first} and column {second}",
                expected="its own name for every column",
                hint="rename one of them, or take out the one that is not wanted",
            )
        return column

    def text(self, column: int) -> TextArray:
        """Return a column as text, stripped of blanks, formula guards undone.

        Raises
        ------
        FormatError
            Where another column has the same name.
        """
        return self.peek(self.single(column))

    def peek(self, column: int) -> TextArray:
        """Return a column as :meth:`text` does, to see what kind of column it is: one of any name.

        Of a column that was read as numbers it is those, in Python's digits, blank where missing.
        """
        return text_array(unguard_text(cell.strip()) for cell in _cells(self.columns[column]))

    def holds_numbers_only(self, column: int) -> bool:
        """Return True where every cell of a column is a plain number or missing, and one at least is a number.

        It is answered at once for a table read by pyarrow, without a Python string per cell; False may mean that
        the cells must be looked at one by one.
        """
        if self.block is not None and isinstance(self.columns[column], np.ndarray):
            return column in self.block.with_numbers
        values = _numbers_at_once(self.columns[column], MISSING_CELLS)
        return values is not None and bool(np.isfinite(values).any())

    @cached_property
    def has_decimal_commas(self) -> bool:
        """True where the table's numbers are beyond doubt written with a decimal comma."""
        from mirtool.io.tables.decimal_comma import has_decimal_commas

        return has_decimal_commas(self)

    @property
    def asked_for_commas(self) -> bool:
        """True where a number was read, or was to be read, whose cell holds a comma."""
        return "has_decimal_commas" in vars(self)

    def numbers(self, column: int, missing: Sequence[str] = MISSING_CELLS) -> FloatArray:
        """Return a column as float, NaN where a cell is one of ``missing`` or at most :data:`MISSING_BELOW`.

        Raises
        ------
        FormatError
            With the line and the column of the first cell that is not a number; and where another column has the
            same name.
        """
        self.single(column)
        values = _numbers_at_once(self.columns[column], missing)
        if values is None:
            values = self._numbers_one_by_one(column, missing)
        values[np.isfinite(values) & (values <= MISSING_BELOW)] = np.nan
        return values

    def numbers_of(self, columns: Sequence[int]) -> FloatArray:
        """Return number columns side by side, ``(n_rows, n_columns)``: the array of the block where it is these.

        No columns make a matrix without columns.

        Raises
        ------
        FormatError
            As :meth:`numbers`.
        """
        if self.block is not None and self.block.columns == tuple(columns):
            for j in columns:
                self.single(j)
            return self.block.values
        return np.column_stack([np.empty((len(self), 0)), *(self.numbers(j) for j in columns)])

    def _numbers_one_by_one(self, column: int, missing: Sequence[str]) -> FloatArray:
        cells = self.columns[column]
        with suppress(ValueError):
            if isinstance(cells, CellColumn):
                return cells.numbers(partial(_plain_numbers, missing=missing))
            return _plain_numbers(_cells(cells), missing)
        values = np.full(len(self), np.nan)
        for row, cell in enumerate(_cells(self.columns[column])):
            content = cell.strip()
            if content in missing:
                continue
            try:
                values[row] = number_of(content)
            except ValueError:
                if "," in content and self.has_decimal_commas:
                    return self.with_decimal_points(column)._numbers_one_by_one(column, missing)
                if row and content == self.header[column]:
                    raise self._second_table(row) from None
                raise FormatError(
                    "a cell that should be a number is not",
                    path=self.path,
                    line=self.line_of(row),
                    column=self.header[column],
                    found=repr(content[:40]),
                    expected="a number, or an empty cell or NA where it is missing",
                    hint="correct the cell, or leave it empty if the value was not measured",
                ) from None
        return values

    def _second_table(self, row: int) -> FormatError:
        return FormatError(
            "another table begins here, under the same header",
            path=self.path,
            line=self.line_of(row),
            expected="one table",
            hint="put the rows of both under one header where they belong together, or save each to its own file",
        )

    def with_decimal_points(self, column: int) -> TextTable:
        """Return the table with the decimal commas of a column made points."""
        points = tuple(cell.replace(",", ".") for cell in _cells(self.columns[column]))
        columns = tuple(points if i == column else cells for i, cells in enumerate(self.columns))
        return replace(self, columns=columns)


def _fold(name: str) -> str:
    return fold_header(name.lstrip("# "), keep_marks=True)


def number_of(content: str) -> float:
    """Read a number as instruments write it; Python's own ``1_000`` is none."""
    if "_" in content:
        raise ValueError(content)
    return float(content)


def _cells(column: Any) -> list[str]:
    """Return a column's cells as Python strings, whether it came from pyarrow or from the csv module."""
    if isinstance(column, np.ndarray) and column.dtype.kind == "f":
        return ["" if value != value else repr(value) for value in column.tolist()]
    cells: list[str] = column.to_pylist() if hasattr(column, "to_pylist") else list(column)
    return cells


def _plain_numbers(cells: Sequence[str], missing: Sequence[str]) -> FloatArray:
    """Return cells as numbers, NaN where missing; ValueError where one of them needs a second look."""
    lacking = frozenset(missing)
    numbers = [math.nan if cell in lacking else float(cell) for cell in cells]
    if any("_" in cell for cell in cells):
        raise ValueError("_")
    return np.array(numbers, dtype=np.float64)


def _numbers_at_once(column: Any, missing: Sequence[str]) -> FloatArray | None:
    """Convert a pyarrow column in one call, or None where it isn't one or holds a cell that is not a number.

    A column that was read as numbers is copied.
    """
    if isinstance(column, np.ndarray) and column.dtype.kind == "f":
        return column.copy()
    if not hasattr(column, "to_pylist"):
        return None
    import pyarrow as pa
    import pyarrow.compute as pc

    trimmed = pc.utf8_trim_whitespace(column)
    blanked = pc.if_else(pc.is_in(trimmed, value_set=pa.array(missing)), pa.scalar(None, pa.string()), trimmed)
    try:
        numbers = pc.cast(blanked, pa.float64())
    except pa.ArrowInvalid:
        return None
    return floats_of(numbers)


def read_table(
    path: str | Path,
    *,
    sheet: str | None = None,
    header_rule: HeaderRule | None = None,
    suits: Callable[[TextTable], bool] | None = None,
    joins: bool = False,
    text_columns: TextColumns | None = None,
) -> TextTable:
    """Read a delimited text file or a sheet of a workbook.

    Parameters
    ----------
    path
        The file; ``-`` is standard input.
    sheet
        Sheet of a workbook.
    header_rule
        Finds a header of several rows.
    suits
        Returns True for a table of the kind that is wanted, by its header and first rows. Without ``sheet``, the
        only sheet that suits is read, whichever it is; without ``suits``, the first one.
    joins
        True puts the sheets that suit together where they have one header.
    text_columns
        Where it is given, the other columns of a large file are read as numbers (:class:`NumberBlock`), as far as
        the file is regular.

    Raises
    ------
    FormatError
        For a binary or empty file, a row that is shorter or longer than the header, or an unclosed quote, each
        with its line; and where several sheets suit.
    """
    data = read_bytes(path)
    refuse_foreign(data, path)
    if is_parquet(data):
        return _of_parquet(data, path)
    if not is_workbook(data):
        table = None
        if text_columns is not None and len(data) >= _LARGE and not is_binary(data):
            from mirtool.io.tables.number_blocks import read_numbers

            table = read_numbers(data, path, header_rule, text_columns)
        return _with_notes(table or _read_delimited(data, path, header_rule))
    every = read_sheets(data, path)
    sheets = choose_sheets(every, path, sheet)
    name = next(iter(sheets))
    if suits is not None and len(sheets) > 1:
        fitting = _fitting_sheets(sheets, path, header_rule, suits)
        if joins and len(fitting) > 1:
            tables = [_table_of_sheet(sheets[each], path, header_rule) for each in fitting]
            if len({table.header for table in tables}) == 1:
                return _joined(tables)
        name = _the_one(fitting, path) if fitting else name
    return _with_notes(_table_of_sheet(sheets[name], path, header_rule), _sheet_notes(every, name))


def _of_parquet(data: bytes, path: str | Path) -> TextTable:
    """Return the table of a Parquet file; its rows are numbered from 2 on, as below a header."""
    header, columns, notes = read_parquet(data, path)
    if not header:
        raise _no_header(path, "no column")
    return TextTable(str(path), tuple(header), tuple(map(tuple, columns)), 2, notes)


def _with_notes(table: TextTable, notes: Mapping[str, str] | None = None) -> TextTable:
    """Return a table with its notes: those above its header, else ``notes``, else those of its record."""
    if table.notes or table.path == STDIN:
        return table
    found = dict(notes) if notes else recorded_notes(table.path, table.header)
    return replace(table, notes=found) if found else table


def _sheet_notes(sheets: Mapping[str, Sequence[Sequence[object]]], name: str) -> dict[str, str]:
    """Return what the sheet of notes of a workbook says of another of its sheets."""
    rows = sheets.get(NOTES_SHEET, ())
    if not rows or tuple(rows[0][:3]) != NOTES_HEADER:
        return {}
    return {str(row[1]): cell_text(row[2]) for row in rows[1:] if row[0] == name}


def _joined(tables: Sequence[TextTable]) -> TextTable:
    """Put tables of one header below each other; a line is that of its own sheet."""
    first = tables[0]
    columns = tuple(tuple(cell for table in tables for cell in table.columns[j]) for j in range(len(first.header)))
    return replace(
        first, columns=columns, lines=tuple(table.line_of(row) for table in tables for row in range(len(table)))
    )


def _the_one(fitting: Sequence[str], path: str | Path) -> str:
    """Return the only sheet that suits.

    Raises
    ------
    FormatError
        Where several do.
    """
    if len(fitting) > 1:
        raise FormatError(
            "the workbook holds several tables of this kind, and it is not clear which of them is meant",
            path=path,
            found=", ".join(f"sheet {name!r}" for name in fitting),
            expected="one",
            hint=f"name the sheet: {option('sheet', fitting[0])}; or save it as its own file",
        )
    return fitting[0]


def _fitting_sheets(
    sheets: Mapping[str, list[list[Any]]],
    path: str | Path,
    header_rule: HeaderRule | None,
    suits: Callable[[TextTable], bool],
) -> list[str]:
    """Return the names of the sheets whose first rows are a table of the kind that is wanted."""
    fitting = []
    for name, cells in sheets.items():
        try:
            head = replace(_table_of_sheet(cells[:_HEAD_SHEET_ROWS], path, header_rule), is_head=True)
        except FormatError:
            continue
        if len(head) and suits(head):
            fitting.append(name)
    return fitting


def parse_notes(lines: Sequence[str]) -> dict[str, str]:
    """Read ``# something; key: value; key: value`` lines.

    Examples
    --------
    >>> parse_notes(["# mirtool normalized; scale: log2"])
    {'mirtool normalized': '', 'scale': 'log2'}
    """
    notes = {}
    for line in lines:
        for part in line.strip().strip('"').lstrip("#").split(";"):
            key, _, value = part.partition(":")
            if key.strip():
                notes[key.strip()] = value.strip()
    return notes


def _notes_above(lines: Sequence[str]) -> dict[str, str]:
    return parse_notes([line.rstrip("\t,;") for line in lines if is_note(line)])


def head_table(head: FileHead, header_rule: HeaderRule | None = None) -> TextTable | None:
    """Return the header and the first rows of a file, for a sniffer; None where it holds no table.

    It ends before a row that is wrong, so that the file is still known and its reader can say what is wrong. Of a
    workbook it is the first sheet, for which the file is opened: a workbook's directory is at its end.
    """
    wrong: int | None = None
    for _ in range(2):
        try:
            return _with_notes(replace(_table_above(head, wrong, header_rule), is_head=True))
        except FormatError as error:
            wrong = error.line
        except (MirtoolError, IndexError):
            return None
        if wrong is None:
            return None
    return None


def head_tables(head: FileHead, header_rule: HeaderRule | None = None) -> list[TextTable]:
    """Return the header and the first rows of a file, of a workbook those of every sheet, for a sniffer."""
    if not is_workbook(head.data):
        table = head_table(head, header_rule)
        return [] if table is None else [table]
    found: list[TextTable] = []
    sheets = head_sheets(head, _HEAD_SHEET_ROWS)
    for name, cells in sheets.items():
        with suppress(FormatError):
            if name not in SIDE_SHEETS:
                table = replace(_table_of_sheet(cells, head.path, header_rule), is_head=True)
                found.append(_with_notes(table, _sheet_notes(sheets, name)))
    return found


def _table_above(head: FileHead, line: int | None, header_rule: HeaderRule | None) -> TextTable:
    """Read the first rows of a file, those above ``line`` only where it is given."""
    end = None if line is None else line - 1
    if is_parquet(head.data):
        table = _of_parquet(read_bytes(head.path), head.path)
        return replace(table, columns=tuple(cells[:HEAD_ROWS] for cells in table.columns))
    if is_workbook(head.data):
        every = read_sheets(read_bytes(head.path), head.path)
        name, cells = next(iter(choose_sheets(every, head.path, None).items()))
        end = _HEAD_SHEET_ROWS if end is None else end
        return _with_notes(_table_of_sheet(cells[:end], head.path, header_rule), _sheet_notes(every, name))
    lines = head.lines[:end]
    opening = find_opening(lines, skips_preface=header_rule is None)
    body = list(lines[opening.start : opening.start + HEAD_ROWS + 1])
    if not body:
        raise _no_header(head.path, "blank lines and notes only")
    return _read_lines(body, head.path, opening, header_rule)


def head_of_lines(
    body: list[str], path: str | Path, opening: Opening, header_rule: HeaderRule | None
) -> TextTable | None:
    """Return the header and the rows below it of a file's first lines; None where a row is irregular."""
    try:
        return _with_notes(replace(_read_lines(body, path, opening, header_rule), is_head=True))
    except FormatError:
        return None


def _no_header(path: str | Path, found: str) -> FormatError:
    return FormatError(
        "the table holds no header line",
        path=path,
        found=found,
        expected="the names of the columns above the rows",
        hint="the table may not have been saved: export it again",
    )


def _read_delimited(data: bytes, path: str | Path, header_rule: HeaderRule | None) -> TextTable:
    if is_binary(data):
        raise FormatError(
            "this is no text table",
            path=path,
            found="binary data",
            expected="tab-, comma- or semicolon-separated text, XLSX or XLS",
            hint="export the table again as CSV or XLSX",
        )
    lines = unify_newlines(decode(data)).split("\n")
    opening = find_opening(lines[:_HEAD_SHEET_ROWS], skips_preface=header_rule is None)
    if opening.start == len(lines):
        raise _no_header(path, "blank lines and notes only")
    while is_blank(lines[-1]):
        lines.pop()
    return _read_lines(lines[opening.start :], path, opening, header_rule, large=len(data) >= _LARGE)


def _read_lines(
    body: list[str], path: str | Path, opening: Opening, header_rule: HeaderRule | None, *, large: bool = False
) -> TextTable:
    """Cut lines into a table, the header first."""
    delimiter, start = opening.delimiter, opening.start
    notes = _notes_above(opening.above)
    if delimiter == " ":
        body, delimiter = [with_tabs(line) for line in body], "\t"
    if large and (header_rule is None or header_rule(_head_cells(body, delimiter)) is None):
        table = _by_pyarrow(body, delimiter, path, start, notes)
        if table is not None:
            return table
    return _by_csv(body, delimiter, path, start, notes, header_rule)


def table_of_lines(lines: list[str], path: str | Path, *, first_line: int, delimiter: str = "\t") -> TextTable:
    """Split the lines of a table that stands inside another file, the header first, at 1-based ``first_line``.

    Raises
    ------
    FormatError
        As :func:`read_table`.
    """
    start = first_line - 1
    large = sum(map(len, lines)) >= _LARGE
    table = _by_pyarrow(lines, delimiter, path, start, {}) if large else None
    return table or _by_csv(lines, delimiter, path, start, {}, None)


def _head_cells(body: Sequence[str], delimiter: str) -> list[list[str]]:
    return list(csv.reader(body[:HEAD_ROWS], delimiter=delimiter))


def _by_pyarrow(
    body: list[str], delimiter: str, path: str | Path, start: int, notes: dict[str, str]
) -> TextTable | None:
    """Read regular text at once; None where a row is irregular and wants the slow reader's exact account."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as pa_csv

    if len(body) == 1 or body[0].count('"') % 2:
        return None
    header = _trim([name.strip() for name in next(csv.reader([body[0]], delimiter=delimiter))])
    names = [str(i) for i in range(len(header))]
    try:
        parsed = pa_csv.read_csv(
            io.BytesIO("\n".join(body[1:]).encode()),
            read_options=pa_csv.ReadOptions(column_names=names, block_size=64 << 20),
            parse_options=pa_csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if parsed.num_rows != len(body) - 1:  # a quoted cell holds a line end, or a quote is not closed
        return None
    first_cells = pc.utf8_trim_whitespace(parsed.column(0))
    if pc.any(pc.equal(first_cells, "")).as_py() and any(map(is_blank, body)):
        return None
    return TextTable(
        str(path),
        tuple(unguard_text(name) for name in header),
        tuple(parsed.columns),
        start + 2,
        notes,
        delimiter=delimiter,
    )


def _by_csv(
    body: list[str],
    delimiter: str,
    path: str | Path,
    start: int,
    notes: dict[str, str],
    header_rule: HeaderRule | None,
) -> TextTable:
    """Read text row by row: slower, and able to say in which line a row is wrong."""
    reader = csv.reader((line + "\n" for line in body), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    before = 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(start + before + 1)
            before = reader.line_num
    except csv.Error as error:
        raise FormatError(
            f"the text can't be split into cells: {_csv_problem(error)}",
            path=path,
            line=start + before + 1,
            found=repr(body[before][:60]),
            hint="look for a quotation mark too many, in this line or the next ones",
        ) from error
    if not rows:
        raise _no_header(path, "blank cells only")
    header, *rest = rows
    if rest and all(len(row) == len(header) + 1 for row in rest) and any(row[-1].strip() for row in rest):
        rows[0] = ["", *header]
    return _table_of_rows(rows, lines, path, notes, header_rule, delimiter)


def _csv_problem(error: csv.Error) -> str:
    """Say in plain words what the csv module found."""
    text = str(error)
    if "unexpected end" in text:
        return "a quotation mark is opened and never closed"
    if "expected after" in text:
        return "something is behind the quotation mark that closes a cell"
    if "field limit" in text:
        return "a cell is longer than 131,072 characters"
    return text


def _trim(row: Sequence[str]) -> list[str]:
    """Take off the blank cells at the end of a row."""
    width = max((i + 1 for i, cell in enumerate(row) if cell.strip()), default=0)
    return list(row[:width])


def _table_of_rows(
    rows: Sequence[list[str]],
    lines: Sequence[int],
    path: str | Path,
    notes: dict[str, str],
    header_rule: HeaderRule | None,
    delimiter: str = "",
) -> TextTable:
    """Make a table of its rows of cells, the header first; ``lines`` says where each is in the file."""
    header_rows = header_rule(rows[:HEAD_ROWS]) if header_rule else None
    header = list(header_rows.names) if header_rows else _trim([name.strip() for name in rows[0]])
    first = header_rows.n_rows if header_rows else 1
    width = len(header)
    body = []
    for row, line in zip(rows[first:], lines[first:], strict=True):
        cells = row[:width] if len(row) <= width or len(_trim(row)) <= width else row
        if len(cells) != width:
            raise FormatError(
                "a row does not have as many cells as the header",
                path=path,
                line=line,
                found=plural(len(cells), "cell"),
                expected=plural(width, "cell"),
                hint="the file may have been cut while it was saved: export it again; a name that holds "
                "the separator must be in quotes; every column needs a name in the header",
            )
        body.append(cells)
    return TextTable(
        str(path),
        tuple(unguard_text(name) for name in header),
        tuple(zip(*body, strict=True)) if body else ((),) * width,
        lines[first - 1] + 1,
        notes,
        tuple(lines[first:]),
        delimiter,
        header_rows,
    )


def head_sheets(head: FileHead, n_rows: int) -> dict[str, list[list[Any]]]:
    """Return the first rows of every sheet of a workbook, for a sniffer; empty where it is none or damaged.

    The file is opened for it: a workbook's directory is at its end, not in its head.
    """
    if not is_workbook(head.data):
        return {}
    try:
        sheets = read_sheets(read_bytes(head.path), head.path)
    except MirtoolError:
        return {}
    return {name: rows[:n_rows] for name, rows in sheets.items()}


def sheet_text(data: bytes, path: str | Path, n_rows: int | None = None) -> str:
    """Return the first sheet of a workbook as the tab-separated text it would be saved as, or its first rows.

    Raises
    ------
    FormatError
        As :func:`read_table`.
    """
    cells = next(iter(choose_sheets(read_sheets(data, path), path, None).values()))[:n_rows]
    rows = [[cell_text(cell).replace("\t", " ").replace("\n", " ") for cell in row] for row in cells]
    return "\n".join("\t".join(_trim(row)) for row in rows) + "\n"


def head_of_sheet(head: FileHead) -> tuple[str, ...]:
    """Return the first lines of a workbook's first sheet as text, for a sniffer; none where it can't be opened."""
    try:
        return tuple(sheet_text(read_bytes(head.path), head.path, _HEAD_SHEET_ROWS).split("\n"))
    except MirtoolError:
        return ()


def choose_sheets(
    sheets: Mapping[str, list[list[Any]]], path: str | Path, sheet: str | None
) -> dict[str, list[list[Any]]]:
    """Return the sheets of a workbook that hold cells (all, where none does), or only the one that is asked for.

    Raises
    ------
    FormatError
        Where there is none sheet.
    """
    filled = {
        name: rows
        for name, rows in sheets.items()
        if any(cell != "" for row in rows for cell in row) and not _is_side_sheet(name, rows)
    }
    asked = sheet_asked_for()
    if sheet is None and (asked in sheets or len(filled) > 1):
        sheet = asked
    if not sheets or sheet not in (None, *sheets):
        raise FormatError(
            "the workbook has no sheet" + (f" {sheet!r}" if sheet else ""),
            path=path,
            found=", ".join(map(repr, sheets)) or "no sheet with cells",
            hint="look at the names of its sheets in Excel; they are case-sensitive",
        )
    return (filled or dict(sheets)) if sheet is None else {sheet: sheets[sheet]}


def _is_side_sheet(name: str, rows: Sequence[Sequence[object]]) -> bool:
    """Return the sheet that mirtool adds to a workbook: what its columns mean, or what its notes say."""
    return name in SIDE_SHEETS and tuple(rows[0][: len(SIDE_SHEETS[name])]) == SIDE_SHEETS[name]


def cell_text(cell: object) -> str:
    """Return a workbook cell as the text a delimited file would hold: whole numbers without ``.0``."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def _table_of_sheet(
    cells: Sequence[Sequence[object]], path: str | Path, header_rule: HeaderRule | None
) -> TextTable:
    """Make a table of the rows of a sheet."""
    filled = {
        line: [cell_text(cell) for cell in row]
        for line, row in enumerate(cells, 1)
        if any(cell != "" and str(cell).strip() for cell in row)
    }
    lines, rows = list(filled), list(filled.values())
    texts = ["\t".join(row) for row in rows[:_HEAD_SHEET_ROWS]]
    start = next((i for i, line in enumerate(texts) if not is_blank(line) and not is_note(line)), len(rows))
    if start < len(rows) and header_rule is None:
        start += preface_of_rows(rows[start : start + HEAD_ROWS])
    if start == len(rows):
        raise _no_header(path, "an empty sheet")
    return _table_of_rows(rows[start:], lines[start:], path, _notes_above(texts[:start]), header_rule)
