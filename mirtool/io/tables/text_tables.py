"""Tables of cells, from delimited text or a workbook, with every cell's place kept for messages.

A table is: optional note lines (``# mirtool normalized; scale: log2``), a header line, and one line per row. The
delimiter (tab, comma or semicolon) is told from the header. Cells may be quoted. Rows and columns of blanks,
which spreadsheets leave behind, are passed over; line numbers in messages are those of the file. A header that
is one name short of every row (as R writes row names) gets a first column without a name. Where a format allows
several header rows, its own rule says which they are (:data:`HeaderRule`).
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mirtool.errors import FormatError, MirtoolError
from mirtool.io.tables.arrow import floats_of
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.text import FileHead, decode, is_binary, is_workbook, read_bytes, unify_newlines
from mirtool.io.tables.workbook import read_sheets as read_sheets
from mirtool.model import FloatArray, TextArray, text_array
from mirtool.wording import plural

MISSING_CELLS = ("", "NA", "N/A", "n/a", "na", "NaN", "nan", "null", "NULL", "#N/A")
"""How the tables seen in the wild write a missing number."""

MISSING_BELOW = -3.4e38
"""The lowest single-precision number, which some programs export for a missing one (``-3.4E38``)."""

LARGEST_NUMBER = 1e30
"""No instrument counts so far (scanners end at 65,535); sums and squares of such numbers would overflow."""

HEAD_ROWS = 50
"""Rows of data that a sniffer gets to see."""

_HEAD_SHEET_ROWS = 1000
"""Rows of a workbook's sheet, blank ones too, that a sniffer gets to see."""

DELIMITERS = ("\t", ",", ";")

_LARGE = 4 << 20
"""From this many bytes on, pyarrow's speed repays its import (0.2 s with the pandas it brings along)."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def guard_text(text: str) -> str:
    """Make a text cell of a CSV safe to open in a spreadsheet: no cell can become a formula.

    Examples
    --------
    >>> guard_text("=1+1"), guard_text("hsa-miR-17-5p")
    ("'=1+1", 'hsa-miR-17-5p')
    """
    return "'" + text if text.lstrip("'").startswith(_FORMULA_STARTS) else text


def unguard_text(text: str) -> str:
    """Undo :func:`guard_text`.

    Examples
    --------
    >>> unguard_text("'=1+1"), unguard_text("'5S")
    ('=1+1', "'5S")
    """
    return text[1:] if text[:1] == "'" and text.lstrip("'").startswith(_FORMULA_STARTS) else text


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


HeaderRule = Callable[[Sequence[Sequence[str]]], HeaderRows | None]
"""Tells from a table's first rows of cells whether several of them are its header; None where it is the first."""


@dataclass(frozen=True, eq=False)
class TextTable:
    """A table as it stands in its file: header, columns of text, and where the first row lies.

    ``columns`` are sequences of str; ``first_line`` is the 1-based line of the first data row;
    ``lines`` gives the line of each row where rows do not follow each other line by line. ``delimiter`` is empty
    where the table comes from a workbook. ``header_rows`` says what a header of several rows holds.
    """

    path: str
    header: tuple[str, ...]
    columns: tuple[Any, ...]
    first_line: int
    notes: dict[str, str]
    lines: tuple[int, ...] | None = None
    delimiter: str = ""
    header_rows: HeaderRows | None = None

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
        """Find the first column whose header is one of ``names``, without regard to case and blanks."""
        folded = [_fold(name) for name in self.header]
        return next((folded.index(key) for key in map(_fold, names) if key in folded), None)

    def text(self, column: int) -> TextArray:
        """Return a column as text, stripped of blanks, formula guards undone."""
        return text_array(unguard_text(cell.strip()) for cell in _cells(self.columns[column]))

    def numbers(self, column: int, missing: Sequence[str] = MISSING_CELLS) -> FloatArray:
        """Return a column as float, NaN where a cell is one of ``missing`` or at most :data:`MISSING_BELOW`.

        Raises
        ------
        FormatError
            With the line and the column of the first cell that is not a number.
        """
        values = _numbers_at_once(self.columns[column], missing)
        if values is None:
            values = self._numbers_one_by_one(column, missing)
        values[np.isfinite(values) & (values <= MISSING_BELOW)] = np.nan
        return values

    def _numbers_one_by_one(self, column: int, missing: Sequence[str]) -> FloatArray:
        values = np.full(len(self), np.nan)
        for row, cell in enumerate(_cells(self.columns[column])):
            content = cell.strip()
            if content in missing:
                continue
            try:
                values[row] = _number(content)
            except ValueError:
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


def _fold(name: str) -> str:
    return fold_header(name.lstrip("# "), keep_marks=True)


def _number(content: str) -> float:
    """Read a number as instruments write it; Python's own ``1_000`` is none."""
    if "_" in content:
        raise ValueError(content)
    return float(content)


def _cells(column: Any) -> list[str]:
    """Return a column's cells as Python strings, whether it came from pyarrow or from the csv module."""
    cells: list[str] = column.to_pylist() if hasattr(column, "to_pylist") else list(column)
    return cells


def _numbers_at_once(column: Any, missing: Sequence[str]) -> FloatArray | None:
    """Convert a pyarrow column in one call, or None where it isn't one or holds a cell that is not a number."""
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


def read_table(path: str | Path, *, sheet: str | None = None, header_rule: HeaderRule | None = None) -> TextTable:
    """Read a delimited text file or the first sheet (or ``sheet``) of a workbook.

    Raises
    ------
    FormatError
        For a binary or empty file, a row that is shorter or longer than the header, an unclosed quote, or two
        columns of one name; each with its line.
    """
    data = read_bytes(path)
    if is_workbook(data):
        table = _read_workbook(data, path, sheet, header_rule)
    else:
        table = _read_delimited(data, path, header_rule)
    _check_header(table)
    return table


def _check_header(table: TextTable) -> None:
    seen: dict[str, int] = {}
    for position, name in enumerate(table.header, 1):
        if name and name in seen:
            raise FormatError(
                "two columns have the same name",
                path=table.path,
                line=table.header_line,
                column=name,
                found=f"column {seen[name]} and column {position}",
                expected="a name of its own for every column",
                hint="rename one of them",
            )
        seen[name] = position


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


def tell_delimiter(header: str) -> str:
    """Tell by which of tab, semicolon and comma a header line is parted: the one that parts it most."""
    return max(DELIMITERS, key=lambda mark: header.count(mark))


def _is_note(line: str) -> bool:
    """Tell a note line from a header whose first name begins with # (``#miRNA<TAB>gene``, ``# ID<TAB>s1``)."""
    content = line.lstrip('" ')
    if content.startswith("##") or content.rstrip('"\t,; ') == "#":
        return True
    return content.startswith("# ") and "\t" not in content.rstrip()


def _is_blank(line: str) -> bool:
    """Tell a line without content: white space and delimiters only, as spreadsheets pad their exports."""
    return not line.strip(' \t,;"')


def _find_header(lines: Sequence[str]) -> int:
    """Return the place of the header: the first line that is neither blank nor a note, or the number of lines."""
    return next((i for i, line in enumerate(lines) if not _is_blank(line) and not _is_note(line)), len(lines))


def _notes_above(lines: Sequence[str]) -> dict[str, str]:
    return parse_notes([line.rstrip("\t,;") for line in lines])


def head_table(head: FileHead, header_rule: HeaderRule | None = None) -> TextTable | None:
    """Return the header and the first rows of a file, for a sniffer; None where it holds no table.

    It ends before a row that is wrong, so that the file is still known and its reader can say what is wrong. Of a
    workbook it is the first sheet, for which the file is opened: a workbook's directory stands at its end.
    """
    wrong: int | None = None
    for _ in range(2):
        try:
            return _table_above(head, wrong, header_rule)
        except FormatError as error:
            wrong = error.line
        except (MirtoolError, IndexError):
            return None
        if wrong is None:
            return None
    return None


def _table_above(head: FileHead, line: int | None, header_rule: HeaderRule | None) -> TextTable:
    """Read the first rows of a file, those above ``line`` only where it is given."""
    end = None if line is None else line - 1
    if is_workbook(head.data):
        end = _HEAD_SHEET_ROWS if end is None else end
        return _read_workbook(read_bytes(head.path), head.path, None, header_rule, end)
    lines = head.lines[:end]
    start = _find_header(lines)
    body = list(lines[start : start + HEAD_ROWS + 1])
    if not body:
        raise _no_header(head.path, "blank lines and notes only")
    return _read_lines(body, head.path, start, lines[:start], header_rule)


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
    start = _find_header(lines)
    if start == len(lines):
        raise _no_header(path, "blank lines and notes only")
    while _is_blank(lines[-1]):
        lines.pop()
    return _read_lines(lines[start:], path, start, lines[:start], header_rule, large=len(data) >= _LARGE)


def _read_lines(
    body: list[str],
    path: str | Path,
    start: int,
    above: Sequence[str],
    header_rule: HeaderRule | None,
    *,
    large: bool = False,
) -> TextTable:
    """Part lines into a table; ``start`` lines, ``above``, precede them in the file."""
    delimiter = tell_delimiter(body[0]) if header_rule is None else _common_delimiter(body[:HEAD_ROWS])
    notes = _notes_above(above)
    if large and (header_rule is None or header_rule(_head_cells(body, delimiter)) is None):
        table = _by_pyarrow(body, delimiter, path, start, notes)
        if table is not None:
            return table
    return _by_csv(body, delimiter, path, start, notes, header_rule)


def table_of_lines(lines: list[str], path: str | Path, *, first_line: int, delimiter: str = "\t") -> TextTable:
    """Part the lines of a table that stands inside another file, the header first, at 1-based ``first_line``.

    Raises
    ------
    FormatError
        As :func:`read_table`.
    """
    start = first_line - 1
    large = sum(map(len, lines)) >= _LARGE
    table = _by_pyarrow(lines, delimiter, path, start, {}) if large else None
    table = table or _by_csv(lines, delimiter, path, start, {}, None)
    _check_header(table)
    return table


def _common_delimiter(lines: Sequence[str]) -> str:
    """Tell by which mark most lines are parted into equally many cells; a title above a table may hold any."""

    def lines_alike(mark: str) -> tuple[int, int]:
        counts = Counter(filter(None, (line.count(mark) for line in lines)))
        count, n_lines = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        return n_lines, count

    return max(DELIMITERS, key=lines_alike)


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
    if pc.any(pc.equal(first_cells, "")).as_py() and any(map(_is_blank, body)):
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
            f"the text can't be parted into cells: {_csv_problem(error)}",
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
        return "something stands behind the quotation mark that closes a cell"
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
    """Make a table of its rows of cells, the header first; ``lines`` says where each stands in the file."""
    header_rows = header_rule(rows[:HEAD_ROWS]) if header_rule else None
    header = list(header_rows.names) if header_rows else _trim([name.strip() for name in rows[0]])
    first = header_rows.n_rows if header_rows else 1
    width = len(header)
    body = []
    for row, line in zip(rows[first:], lines[first:], strict=True):
        cells = row[:width] if len(_trim(row)) <= width else row
        if len(cells) != width:
            raise FormatError(
                "a row does not have as many cells as the header",
                path=path,
                line=line,
                found=plural(len(cells), "cell"),
                expected=plural(width, "cell"),
                hint="the file may have been cut while it was saved: export it again; a name that holds "
                "the separator must stand in quotes; every column needs a name in the header",
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

    The file is opened for it: a workbook's directory stands at its end, not in its head.
    """
    if not is_workbook(head.data):
        return {}
    try:
        sheets = read_sheets(read_bytes(head.path), head.path)
    except MirtoolError:
        return {}
    return {name: rows[:n_rows] for name, rows in sheets.items()}


def choose_sheets(
    sheets: Mapping[str, list[list[Any]]], path: str | Path, sheet: str | None
) -> dict[str, list[list[Any]]]:
    """Return the sheets of a workbook that hold cells, or only the one that is asked for.

    Raises
    ------
    FormatError
        Where there is no such sheet, or none with cells.
    """
    filled = {name: rows for name, rows in sheets.items() if any(cell != "" for row in rows for cell in row)}
    if not filled or sheet not in (None, *sheets):
        raise FormatError(
            "the workbook has no sheet" + (f" {sheet!r}" if sheet else ""),
            path=path,
            found=", ".join(map(repr, sheets)) or "no sheet with cells",
            hint="look at the names of its sheets in Excel; they are case-sensitive",
        )
    return filled if sheet is None else {sheet: sheets[sheet]}


def cell_text(cell: object) -> str:
    """Return a workbook cell as the text a delimited file would hold: whole numbers without ``.0``."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def _read_workbook(
    data: bytes, path: str | Path, sheet: str | None, header_rule: HeaderRule | None, end: int | None = None
) -> TextTable:
    sheets = read_sheets(data, path)
    if not sheets or sheet not in (None, *sheets):
        raise FormatError(
            "the workbook has no sheet" + (f" {sheet!r}" if sheet else ""),
            path=path,
            found=", ".join(map(repr, sheets)) or "no sheet with cells",
            hint="look at the names of its sheets in Excel; they are case-sensitive",
        )
    filled = {
        line: [cell_text(cell) for cell in row]
        for line, row in enumerate(sheets[sheet or next(iter(sheets))][:end], 1)
        if any(cell != "" and str(cell).strip() for cell in row)
    }
    lines, rows = list(filled), list(filled.values())
    texts = ["\t".join(row) for row in rows]
    start = _find_header(texts)
    if start == len(rows):
        raise _no_header(path, "an empty sheet")
    return _table_of_rows(rows[start:], lines[start:], path, _notes_above(texts[:start]), header_rule)
