"""The one layout of every workbook: number formats, colors of up and down, print set-up, sheets that explain.

A cell holds the full value; its format shows the digits of the column's kind (:mod:`mirtool.report.columns`). Text
is text. Up and down have the tints of the figures, vermilion and blue, one bold and one in italics, so that a gray
print tells them apart. What a column means is a note at its head.
"""

from __future__ import annotations

import datetime
import io
import itertools
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mirtool.errors import OutputError
from mirtool.io.tables.text_tables import COLUMNS_SHEET, NOTES_HEADER, NOTES_SHEET, SIDE_SHEETS
from mirtool.model import Table, text_array
from mirtool.report.columns import Kind, column_of, columns_table, is_sample

if TYPE_CHECKING:
    from mirtool.report.workbook.bulk_sheet import BulkSheet

MOST_ROWS = 1_048_576
"""Rows that a sheet of a workbook holds."""
WORKBOOK_COLUMNS = 16_384
"""Columns of a sheet in a workbook."""

UP_TINT, UP_TEXT = "#FBE3D4", "#8A3B00"
DOWN_TINT, DOWN_TEXT = "#DCEBF7", "#00456F"
HEADER_TINT = "#F0F0F0"
_WIDEST, _NARROWEST = 42.0, 9.0
_LINE_HEIGHT = 15.0
"""Height of a line of the header, in points."""
_TALLEST = 12
"""Lines of the header at most."""
_HIGHEST = 409.0
_MOST_WRAPPED, _LONGEST_WRAPPED = 60, 400
"""Rows of a table whose long texts are wrapped, and characters of such a text."""
_PAGE_WIDTH = 190.0
"""Characters of a row on one printed page; a wider table takes several pages side by side."""
_A4 = 9
_NOTE_WIDTH, _NOTE_LINE, _NOTE_CHARACTERS = 230, 16, 34
"""Width and height of a line of a note, in pixels, and the characters that fit into it."""

_NUMBER_FORMATS: Mapping[Kind, str] = {
    Kind.COUNT: "#,##0",
    Kind.P: "0.00E+00",
    Kind.RATIO: "0.00",
    Kind.LOG2: "0.00",
    Kind.CHANGE: "0.00",
    Kind.DATA: "0.000",
    Kind.SHARE: "0.000",
    Kind.NUMBER: "0.00",
}
_SMALL, _LARGE = 0.1, 10_000
_MOST_CHARACTERS = 32_767
"""Characters of a cell, as UTF-16 counts them."""


def workbook_bytes(
    sheets: Mapping[str, Table],
    facts: Sequence[tuple[str, str]] = (),
    *,
    names: Mapping[str, str] | None = None,
    said: Callable[[str], str] = str,
) -> bytes:
    """Return tables as an XLSX workbook.

    What the tables' notes say is in a last sheet, ``Notes``. Sheet names are fitted to what a workbook allows (31
    characters, no brackets, slashes, ``:``, ``*`` or ``?``).

    Parameters
    ----------
    sheets
        The tables by the names of their sheets.
    facts
        Further notes, on the workbook as a whole.
    names
        Sheet to the step and name of its table, by which its columns are known; they are described in a sheet
        ``Columns``.
    said
        Gives what columns mean in the words of the platform.

    Raises
    ------
    OutputError
        Where a table has more rows or columns than a sheet holds, or a cell more than its 32,767 characters.
    """
    book = Book(said)
    for name, (table, label) in all_sheets(sheets, facts, names or {}, said).items():
        book.add_table(name, table, label, explains=name in SIDE_SHEETS)
    return book.to_bytes()


class Book:
    """A workbook that is being written, in memory; ``said`` gives its notes in the words of the platform."""

    def __init__(self, said: Callable[[str], str] = str) -> None:
        import xlsxwriter

        self.said = said
        self._out = io.BytesIO()
        self._version = xlsxwriter.__version__
        self._book = xlsxwriter.Workbook(self._out, {"in_memory": True})
        # A fixed date: the same input must give the same bytes.
        self._book.set_properties({"created": datetime.datetime(2000, 1, 1), "comments": "written by mirtool"})
        self.formats = Formats(self._book)

    def add(self, name: str) -> Any:
        """Add a sheet of any content; the name is one that :func:`sheet_names` fitted."""
        return self._book.add_worksheet(name)

    def add_bulk(self, name: str) -> BulkSheet:
        """Add a sheet for a table; the name as for :meth:`add`."""
        from mirtool.report.workbook.bulk_sheet import BulkSheet

        sheet: BulkSheet = self._book.add_worksheet(name, worksheet_class=BulkSheet)
        return sheet

    def add_table(self, name: str, table: Table, label: str = "", *, explains: bool = False) -> None:
        """Add a sheet with one table.

        Parameters
        ----------
        name
            The sheet.
        table
            Its table.
        label
            Its step and name, by which its columns are known.
        explains
            True for a table of sentences rather than values: wide columns that wrap.

        Raises
        ------
        OutputError
            Where a sheet can't hold it.
        """
        _require(fits_workbook(table), f"the table {name!r}")  # at once, not after a million rows
        _write_sheet(self, name, table, label, explains=explains)

    def to_bytes(self) -> bytes:
        """Return the file; nothing can be added then.

        Raises
        ------
        RuntimeError
            Where xlsxwriter left out the rows of a table.
        """
        self._book.close()
        lost = [sheet.name for sheet in self._book.worksheets() if not getattr(sheet, "is_whole", True)]
        if lost:
            raise RuntimeError(f"xlsxwriter {self._version} wrote no rows of {', '.join(lost)}")
        return self._out.getvalue()


def all_sheets(
    sheets: Mapping[str, Table],
    facts: Sequence[tuple[str, str]],
    names: Mapping[str, str],
    said: Callable[[str], str] = str,
) -> dict[str, tuple[Table, str]]:
    """Return every sheet with the step and name of its table: those given, ``Columns`` and ``Notes``."""
    fitted = sheet_names(sheets)
    labels = [names.get(name, "") for name in sheets]
    found = {name: (table, label) for name, table, label in zip(fitted, sheets.values(), labels, strict=True)}
    described = [(name, label, head) for name, (table, label) in found.items() if label for head in table.columns]
    notes = [("", *fact) for fact in facts]
    notes += [(name, key, value) for name, (table, _) in found.items() for key, value in table.notes]
    if described:
        found[COLUMNS_SHEET] = (columns_table(described, said), "")
    if notes:
        columns = (text_array(cells) for cells in zip(*notes, strict=True))
        found[NOTES_SHEET] = (Table(dict(zip(NOTES_HEADER, columns, strict=True))), "")
    return found


class Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._numbers: dict[str, Any] = {}
        self.header = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "align": "left",
             "indent": 1, "bg_color": HEADER_TINT}
        )  # fmt: skip
        self.number_header = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "align": "right",
             "bg_color": HEADER_TINT}
        )  # fmt: skip
        # Indented, so that it stays apart from a number on its left; at the top, as texts beside it that wrap.
        place = {"num_format": "@", "valign": "top", "align": "left", "indent": 1}
        self.text = book.add_format(place)
        self.wrapped = book.add_format({**place, "text_wrap": True})
        call = {"num_format": "@", "align": "center", "valign": "top"}
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.heading = book.add_format({"bold": True, "bottom": 1, "font_size": 12})
        self.label = book.add_format({"num_format": "@", "bold": True, "text_wrap": True, "valign": "top"})
        self.link = book.add_format({"font_color": "#0B5394", "underline": 1, "valign": "top"})
        self.calls = {
            "up": book.add_format({**call, "bg_color": UP_TINT, "font_color": UP_TEXT, "bold": True}),
            "down": book.add_format({**call, "bg_color": DOWN_TINT, "font_color": DOWN_TEXT, "italic": True}),
        }

    def number(self, shown: str) -> Any:
        """Return the format that shows numbers so."""
        if shown not in self._numbers:
            self._numbers[shown] = self._book.add_format({"num_format": shown, "valign": "top"})
        return self._numbers[shown]


def number_format(kind: Kind | None, values: npt.NDArray[Any]) -> str:
    """Return how a workbook shows the numbers of a column.

    Examples
    --------
    >>> number_format(Kind.P, np.array([0.01])), number_format(Kind.NUMBER, np.array([0.001, 0.002]))
    ('0.00E+00', '0.00E+00')
    """
    if kind is None or kind not in _NUMBER_FORMATS:
        return "General"
    shown = _NUMBER_FORMATS[kind]
    if kind in (Kind.COUNT, Kind.P):
        return shown
    sizes = np.abs(values[np.isfinite(values) & (values != 0)].astype(np.float64))
    typical = float(np.median(sizes)) if len(sizes) else 1.0
    if typical >= _LARGE:
        return "#,##0"
    return "0.00E+00" if typical < _SMALL**2 else "0.000" if typical < _SMALL else shown


def _write_sheet(book: Book, name: str, table: Table, label: str, *, explains: bool) -> None:
    sheet, formats = book.add_bulk(name), book.formats
    lines, total, samples_explained = 1, 0.0, False
    heights = np.ones(len(table), dtype=int)
    for j, (head, values) in enumerate(table.columns.items()):
        known = column_of(label, head) if label else None
        width = _width(head, values, most=80.0 if explains else _WIDEST)
        total += width
        lines = max(lines, lines_of(head, width, bold=True))
        own = formats.number_header if values.dtype.kind in "fiu" else formats.header
        # xlsxwriter reports a cell that it left out by a number.
        _require(sheet.write_string(0, j, head, own) == 0, f"the column {head!r}")
        sheet.set_column(j, j, width)
        if known is not None and not (is_sample(label, head) and samples_explained):
            _write_note(sheet, j, book.said(f"{known.meaning} ({known.unit})" if known.unit else known.meaning))
            samples_explained = samples_explained or is_sample(label, head)
        wraps = explains or _is_worth_wrapping(values, width)
        _write_column(sheet, values, known.kind if known else None, formats, wraps=wraps)
        if wraps and values.dtype == object:
            heights = np.maximum(heights, [lines_of(value, width) for value in values])
    sheet.set_row(0, _LINE_HEIGHT * min(lines, _TALLEST) + 3)
    sheet.end_rows({row: row_height(int(heights[row])) for row in np.flatnonzero(heights > 1).tolist()})
    n_labels = 2 if len(table.columns) > 2 else 0
    sheet.freeze_panes(1, n_labels)
    if len(table):
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)
    set_up_print(sheet)
    sheet.set_landscape()
    pages = math.ceil(total / _PAGE_WIDTH)
    sheet.fit_to_pages(max(pages, 1), 0)
    sheet.repeat_rows(0)
    if pages > 1 and n_labels:
        sheet.repeat_columns(0, n_labels - 1)


def _is_worth_wrapping(values: npt.NDArray[Any], width: float) -> bool:
    """Return True for sentences in a short table: not for lists of genes, and not where rows are many."""
    if values.dtype != object or not 0 < len(values) <= _MOST_WRAPPED:
        return False
    return bool(width < max(map(len, values)) + 1 <= _LONGEST_WRAPPED)


def link_to(name: str, row: int = 0) -> str:
    """Return the address of a row of a sheet, for a link.

    Examples
    --------
    >>> link_to("A's figures", 4)
    "internal:'A''s figures'!A5"
    """
    quoted = name.replace("'", "''")
    return f"internal:'{quoted}'!A{row + 1}"


def set_up_print(sheet: Any) -> None:
    """Set paper, margins, header and footer of a sheet."""
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.set_header("&L&A")
    sheet.set_footer("&L&F&RPage &P of &N")


def _write_note(sheet: Any, column: int, text: str) -> None:
    """Write what a column means as a note at its head, as high as the text needs."""
    height = 12 + _NOTE_LINE * math.ceil(len(text) / _NOTE_CHARACTERS)
    sheet.write_comment(0, column, text, {"width": _NOTE_WIDTH, "height": height, "font_size": 9})


def _width(head: str, values: npt.NDArray[Any], most: float) -> float:
    """Return the width of a column in characters: its cells' and the longest word of its head, within limits."""
    cells = max((len(value) for value in values[:2000] if isinstance(value, str)), default=0)
    words = max(map(len, head.split()), default=0)
    # The arrow of the filter takes two characters, bold letters a tenth more.
    return min(max(words * 1.1 + 4, cells + 3, _NARROWEST), most)


def lines_of(text: str, width: float, *, bold: bool = False) -> int:
    """Return how many lines a text takes in a column of a width, as a spreadsheet wraps it."""
    return sum(_lines_of_one(line, width, 1.1 if bold else 0.95) for line in text.split("\n"))


def _lines_of_one(text: str, width: float, character: float) -> int:
    lines, used = 1, 0.0
    for word in re.split(r"(?<= )", text):
        size = len(word) * character
        if used and used + size > width - 2:
            lines, used = lines + 1, 0.0
        used += size
        lines += int(used // max(width - 1, 1)) if used > width else 0
    return lines


def row_height(lines: int) -> float:
    """Return the height of a row of so many lines, in points; a spreadsheet allows 409."""
    return min(_LINE_HEIGHT * lines, _HIGHEST)


def _write_column(
    sheet: BulkSheet, values: npt.NDArray[Any], kind: Kind | None, formats: Formats, *, wraps: bool
) -> None:
    if values.dtype.kind in "fiu":
        sheet.add_numbers(values.tolist(), formats.number(number_format(kind, values)))
        return
    texts = (
        ["yes" if value else "no" for value in values.tolist()] if values.dtype.kind == "b" else values.tolist()
    )
    for row, text in enumerate(texts, 2):
        # A character takes one or two units, so that most texts need not be encoded.
        long = len(text) > _MOST_CHARACTERS // 2 and len(text.encode("utf-16-le")) // 2 > _MOST_CHARACTERS
        _require(not long, f"row {row}")
    plain = formats.wrapped if wraps else formats.text
    own = [formats.calls.get(text, plain) for text in texts] if kind is Kind.CALL else [plain] * len(texts)
    sheet.add_texts(texts, own)


def fits_workbook(table: Table) -> bool:
    """Return True if a table has no more rows than a sheet of a workbook holds, its header included."""
    return 1 + len(table) <= MOST_ROWS


def sheet_names(names: Iterable[str]) -> list[str]:
    """Fit names to the rules of a workbook, and keep them apart, and from those of the sheets added."""
    fitted: list[str] = []
    for name in names:
        plain = re.sub(r"[\[\]:*?/\\]", "_", name).strip("'")[:31] or "table"
        known = {other.lower() for other in (*fitted, *SIDE_SHEETS)}
        tries = (plain[: 31 - len(f" ({n})")] + f" ({n})" for n in itertools.count(2))
        fitted.append(plain if plain.lower() not in known else next(t for t in tries if t.lower() not in known))
    return fitted


def _require(fits: bool, place: str) -> None:
    """Stop where a sheet or a cell can't hold what it is to."""
    if not fits:
        raise OutputError(
            f"{place} does not fit into a workbook",
            expected="at most 1,048,576 rows, 16,384 columns and 32,767 characters a cell",
            hint="write CSV or TSV",
        )
