"""One sheet of a service laboratory's workbook: from its cells to blocks of probes, headings and values.

:mod:`mirtool.io.arrays.service_workbook` describes the layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mirtool.errors import FormatError
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.text_tables import LARGEST_NUMBER, MISSING_CELLS, cell_text
from mirtool.model import BoolArray, FloatArray, IntArray, SpotLayout, TextArray, text_array

FOLD_CHANGE = "Fold change"
P_VALUE = "P-value"
FOREGROUND = "ForeGround"
SIGNAL = "ForeGround-BackGround"
NORMALIZED = "Normalized"
MEAN = "Mean of group"
CV = "CV-value"

SAMPLE_HEADINGS = (FOREGROUND, SIGNAL, NORMALIZED)
"""Headings with one column per sample."""

COMPARISON_HEADINGS = (FOLD_CHANGE, P_VALUE)
"""Headings with one column per comparison."""


_HEADINGS = {
    "foldchange": FOLD_CHANGE,
    "fc": FOLD_CHANGE,
    "pvalue": P_VALUE,
    "p": P_VALUE,
    "foreground": FOREGROUND,
    "foregroundbackground": SIGNAL,
    "foregroundminusbackground": SIGNAL,
    "normalized": NORMALIZED,
    "normalised": NORMALIZED,
    "normalizeddata": NORMALIZED,
    "normalizedintensity": NORMALIZED,
    "normalizedintensitie": NORMALIZED,
    "cvvalue": CV,
    "cv": CV,
}
_LABELS = {"id": "ID", "probeid": "ID", "name": "Name", "block": "Block", "column": "Column", "row": "Row"}
_MEAN = re.compile(r"(?:mean|average)s?\s+(?:of|in)\s+(?:the\s+)?(?:group\s+)?(.+?)(?:\s+group)?", re.IGNORECASE)
_UP = re.compile(r"\bup\b|\bup-?regulated", re.IGNORECASE)
_DOWN = re.compile(r"\bdown\b|\bdown-?regulated", re.IGNORECASE)
_COMPARISON = re.compile(r"(?P<tested>.+?)\s+vs?\.?\s+(?P<reference>.+)", re.IGNORECASE)
_LONGEST_TITLE = 100

Cells = list[Any]


def cell_address(row: int, column: int) -> str:
    """Name a cell as a spreadsheet does, from its 1-based row and its 0-based column.

    Examples
    --------
    >>> cell_address(17, 5), cell_address(1, 26), cell_address(3, 701), cell_address(3, 702)
    ('F17', 'AA1', 'ZZ3', 'AAA3')
    """
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def parse_comparison_name(name: str) -> tuple[str, str] | None:
    """Part ``A vs B`` into its two groups, or None where it is no such name.

    Examples
    --------
    >>> parse_comparison_name("resistant vs responding"), parse_comparison_name("Sheet1")
    (('resistant', 'responding'), None)
    """
    match = _COMPARISON.fullmatch(name.strip())
    return (match["tested"].strip(), match["reference"].strip()) if match else None


@dataclass(frozen=True, eq=False)
class Section:
    """The columns under one heading.

    Parameters
    ----------
    heading
        As this module spells it, whatever the workbook's spelling.
    names
        Column names: samples, comparisons or groups.
    values
        ``(n_rows, n_columns)``, as the cells hold them, NaN missing.
    columns
        0-based column of each in the sheet.
    """

    heading: str
    names: tuple[str, ...]
    values: FloatArray
    columns: tuple[int, ...]

    def column(self, name: str) -> FloatArray:
        """Return the values of one column, ``(n_rows,)``."""
        return self.values[:, self.names.index(name)]


@dataclass(frozen=True, eq=False)
class Block:
    """One table of a sheet: its probes (or spots), and its sections by heading.

    Parameters
    ----------
    sheet
        Name of the sheet.
    regulation
        ``"up"`` or ``"down"`` where the block's title says so, else ``""``.
    id, name
        Object arrays of str, ``(n_rows,)``; each substitutes for the other where there is no such column.
    rows
        1-based row of each in the sheet, ``(n_rows,)``.
    label_column
        0-based column of the ID (or of the name, where there is no ID).
    sections
        Heading to :class:`Section`.
    layout
        Block, Row and Column of each spot, or None.
    annotation
        Columns of text beside the labels, by name.
    left_out
        What was not read, in words.
    """

    sheet: str
    regulation: str
    id: TextArray
    name: TextArray
    rows: IntArray
    label_column: int
    sections: Mapping[str, Section]
    layout: SpotLayout | None = None
    annotation: Mapping[str, TextArray] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.id)

    @property
    def samples(self) -> tuple[str, ...]:
        """The samples, in the order in which they first appear."""
        named = (self.sections[h].names for h in SAMPLE_HEADINGS if h in self.sections)
        return tuple(dict.fromkeys(name for names in named for name in names))

    @property
    def comparisons(self) -> tuple[str, ...]:
        """The names of the comparisons, in the order in which they first appear."""
        named = (self.sections[h].names for h in COMPARISON_HEADINGS if h in self.sections)
        return tuple(dict.fromkeys(name for names in named for name in names))

    def take(self, rows: IntArray | BoolArray) -> Block:
        """Return the block with the rows at ``rows`` (positions or a mask) only, in that order."""
        return replace(
            self,
            id=self.id[rows],
            name=self.name[rows],
            rows=self.rows[rows],
            sections={
                heading: replace(section, values=section.values[rows])
                for heading, section in self.sections.items()
            },
            layout=None if self.layout is None else self.layout.take(rows),
            annotation={name: texts[rows] for name, texts in self.annotation.items()},
        )

    def address(self, row: int, heading: str, name: str) -> str:
        """Return the address of the cell in the 0-based ``row`` of the block, such as ``F17``."""
        section = self.sections[heading]
        return cell_address(int(self.rows[row]), section.columns[section.names.index(name)])

    def label_address(self, row: int) -> str:
        """Return the address of the ID in the 0-based ``row`` of the block."""
        return cell_address(int(self.rows[row]), self.label_column)


def is_service_sheet(rows: Sequence[Cells]) -> bool:
    """Return the layout from a plain list that happens to have a column called P-value."""
    titled = False
    for i in range(len(rows)):
        header = _header_at(rows, i)
        if header is not None:
            return header.two_rows or titled
        titled = titled or bool(_regulation_of(_lone_text(rows[i])))
    return False


def read_sheet(path: str | Path, name: str, rows: list[Cells]) -> tuple[list[Block], list[str]]:
    """Read one sheet: its blocks, none where it has no such header, and the text around them.

    Raises
    ------
    FormatError
        For a sheet whose headers are those of a service and whose rows don't fit, with the cell.
    """
    sheet = _Sheet(str(path), name, rows)
    return sheet.blocks(), sheet.notes


class _Column(NamedTuple):
    """One column of a block: its place, its heading (``""`` for labels and annotation) and its name."""

    position: int
    heading: str
    name: str


@dataclass(frozen=True)
class _Header:
    """Where a block's rows begin (0-based), and what its columns are."""

    first_row: int
    columns: tuple[_Column, ...]
    two_rows: bool

    def find(self, label: str) -> int | None:
        """Return the position of a label column, or None."""
        return next((c.position for c in self.columns if not c.heading and c.name == label), None)


def text_of(cell: object) -> str:
    """Return a cell as text, blanks and line ends within it made one blank."""
    return " ".join(cell_text(cell).split())


def _singular(text: str) -> str:
    """Return a heading as it is compared, in the singular."""
    return fold_header(text).removesuffix("s")


def _heading(text: str) -> str:
    if _MEAN.fullmatch(text):
        return MEAN
    return _HEADINGS.get(_singular(text), "")


def _label(text: str) -> str:
    return _LABELS.get(_singular(text), "")


def is_number(cell: object) -> bool:
    """Return a number from text, dates and truth values."""
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _lone_text(row: Cells) -> str:
    """Return the text of a row that holds one cell (a merged one), else ``""``."""
    texts = [text for text in map(text_of, row) if text]
    return texts[0] if len(texts) == 1 else ""


def _regulation_of(title: str) -> str:
    up, down = bool(_UP.search(title)), bool(_DOWN.search(title))
    if up == down or len(title) > _LONGEST_TITLE:
        return ""
    return "up" if up else "down"


def _header_at(rows: Sequence[Cells], i: int) -> _Header | None:
    """Return the header whose labels are in row ``i``, or None where they don't."""
    own = [text_of(cell) for cell in rows[i]]
    if not any(_label(text) in ("ID", "Name") for text in own):
        return None
    above = [text_of(cell) for cell in rows[i - 1]] if i else []
    if any(map(_heading, above)):
        return _Header(i + 1, _columns(above, own), True)
    if not any(map(_heading, own)):
        return None
    below = [text_of(cell) for cell in rows[i + 1]] if i + 1 < len(rows) else []
    labels = [j for j, text in enumerate(own) if _label(text)]
    if any(below) and not any(below[j] for j in labels if j < len(below)):
        return _Header(i + 2, _columns(own, below), True)
    if sum(map(bool, above)) > 1:
        return _Header(i + 1, _columns(above, own), True)
    return _Header(i + 1, _columns([], own), False)


def _columns(above: Sequence[str], below: Sequence[str]) -> tuple[_Column, ...]:
    """Read the two rows of a header, the upper one filled to the right."""
    width = max(len(above), len(below))
    upper = [*above, *[""] * (width - len(above))]
    lower = [*below, *[""] * (width - len(below))]
    columns = []
    held = ""
    for j in range(width):
        held = upper[j] or held
        label = _label(lower[j]) or (_label(upper[j]) if not lower[j] else "")
        if label:
            held = ""
            columns.append(_Column(j, "", label))
            continue
        column = _column(j, held, lower[j], merged_down=bool(upper[j]))
        if column is not None:
            columns.append(column)
    return tuple(columns)


def _column(position: int, upper: str, lower: str, *, merged_down: bool) -> _Column | None:
    for text in (lower, upper if not lower and merged_down else ""):
        mean = _MEAN.fullmatch(text)
        if mean:
            return _Column(position, MEAN, mean[1])
    if not lower:
        if not merged_down:
            return None
        heading = _heading(upper)
        return _Column(position, heading, "" if heading else upper)
    if _heading(upper) not in ("", MEAN):
        return _Column(position, _heading(upper), lower)
    if _heading(lower):
        return _Column(position, _heading(lower), upper)
    return _Column(position, "", lower)


class _Sheet:
    """One sheet on its way to blocks; ``notes`` gathers the text around them."""

    def __init__(self, path: str, name: str, rows: list[Cells]) -> None:
        self.path, self.name, self.rows = path, name, rows
        self.notes: list[str] = []

    def blocks(self) -> list[Block]:
        """Return the sheet's blocks, in their order."""
        blocks = []
        for header, regulation, rows in self._tables():
            if rows or regulation:
                blocks.append(self._block(header, regulation, rows))
        if sum(block.regulation == "" for block in blocks) > 1:
            raise self._error("a sheet with several tables does not say which is up and which is down", blocks[1])
        return blocks

    def _tables(self) -> Iterator[tuple[_Header, str, list[int]]]:
        """Split the sheet into its headers, the regulation that their titles tell, and their rows."""
        header: _Header | None = None
        regulation = ""
        rows: list[int] = []
        i = 0
        while i < len(self.rows):
            if self.rows[i].count("") == len(self.rows[i]):
                i += 1
                continue
            ahead = next(
                (found for k in (i, i + 1) if k < len(self.rows) and (found := _header_at(self.rows, k))), None
            )
            title = _lone_text(self.rows[i])
            if ahead is not None and not title:
                if header is not None and (rows or not regulation):
                    yield header, regulation, rows
                    regulation = ""
                header, rows, i = ahead, [], ahead.first_row
                continue
            told = _regulation_of(title)
            if told:
                if header is not None:
                    yield header, regulation, rows
                regulation, rows = told, []
                self.notes.append(title)
            elif title and (header is None or " " in title):
                self.notes.append(title)
            elif header is not None and any(map(text_of, self.rows[i])):
                rows.append(i)
            elif header is None:
                self.notes += [text for text in map(text_of, self.rows[i]) if text and not is_number(text)]
            i += 1
        if header is not None:
            yield header, regulation, rows

    def _block(self, header: _Header, regulation: str, rows: list[int]) -> Block:
        ids, names, label_column = self._labels(header, rows)
        sections, annotation, left_out = self._sections(header, rows)
        layout = self._layout(header, rows)
        block = Block(
            self.name,
            regulation,
            ids,
            names,
            np.array(rows, dtype=np.int64) + 1,
            label_column,
            sections,
            layout,
            annotation,
            tuple(left_out),
        )
        if not sections:
            raise self._error("a table has headings and no column of numbers under them", block)
        if layout is None:
            self._refuse_repeated_ids(block)
        return block

    def _labels(self, header: _Header, rows: list[int]) -> tuple[TextArray, TextArray, int]:
        found = [position for position in map(header.find, ("ID", "Name")) if position is not None]
        texts = [text_array(text_of(self._cell(i, position)) for i in rows) for position in found]
        ids, names = texts[0], texts[-1]
        ids = np.where(ids == "", names, ids)
        unlabelled = np.flatnonzero(ids == "")
        if len(unlabelled) and header.find("Block") is None:
            raise self._cell_error("a row has neither an ID nor a name", rows[int(unlabelled[0])], found[0])
        return ids, names, found[0]

    def _layout(self, header: _Header, rows: list[int]) -> SpotLayout | None:
        positions = [header.find(label) for label in ("Block", "Row", "Column")]
        if None in positions:
            return None
        return SpotLayout(*(self._whole_numbers(rows, position) for position in positions if position is not None))

    def _whole_numbers(self, rows: list[int], position: int) -> IntArray:
        values = np.array([self._number(i, position) for i in rows])
        wrong = np.flatnonzero(~((values >= 1) & (values < 2**31) & (values == np.floor(values))))
        if len(wrong):
            raise self._cell_error(
                "a spot's position is no whole number", rows[int(wrong[0])], position, expected="1, 2, 3 …"
            )
        return values.astype(np.int64)

    def _sections(
        self, header: _Header, rows: list[int]
    ) -> tuple[dict[str, Section], dict[str, TextArray], list[str]]:
        gathered: dict[str, list[_Column]] = {}
        annotation: dict[str, TextArray] = {}
        left_out = []
        for column in header.columns:
            if not column.heading and column.name in _LABELS.values():
                continue
            texts = [text_of(self._cell(i, column.position)) for i in rows]
            if column.heading and not (_is_annotation(texts) and column.heading not in COMPARISON_HEADINGS):
                gathered.setdefault(column.heading, []).append(
                    column if column.name else column._replace(name=self.name)
                )
            elif _is_annotation(texts) or not column.name:
                annotation[column.name] = text_array(texts)
            else:
                left_out.append(f"a column under no known heading: {column.name}")
        self._refuse_repeated_names(header, gathered)
        left_out += [f"a column that is no sample: {column.name}" for column in _take_strangers(gathered)]
        sections = {
            heading: Section(
                heading,
                tuple(column.name for column in columns),
                np.array([[self._number(i, c.position) for c in columns] for i in rows], dtype=np.float64).reshape(
                    len(rows), len(columns)
                ),
                tuple(column.position for column in columns),
            )
            for heading, columns in gathered.items()
        }
        return sections, annotation, left_out

    def _refuse_repeated_names(self, header: _Header, gathered: Mapping[str, Sequence[_Column]]) -> None:
        for heading, columns in gathered.items():
            seen: dict[str, int] = {}
            for column in columns:
                if column.name in seen:
                    raise self._cell_error(
                        f"two columns under {heading!r} have the same name {column.name!r}",
                        header.first_row - 1,
                        column.position,
                        found=f"the same name in {cell_address(header.first_row, seen[column.name])}",
                        expected="its own name for every column under a heading",
                    )
                seen[column.name] = column.position

    def _refuse_repeated_ids(self, block: Block) -> None:
        seen: dict[str, int] = {}
        for row, probe_id in enumerate(block.id):
            if probe_id in seen:
                raise self._cell_error(
                    f"the ID {probe_id!r} occurs twice",
                    int(block.rows[row]) - 1,
                    block.label_column,
                    found=f"the same ID in {block.label_address(seen[probe_id])}",
                    expected="one row per probe",
                )
            seen[probe_id] = row

    def _cell(self, row: int, column: int) -> Any:
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""

    def _number(self, row: int, column: int) -> float:
        cell = self._cell(row, column)
        if is_number(cell) and abs(cell) <= LARGEST_NUMBER:
            return float(cell)
        text = text_of(cell)
        if text in MISSING_CELLS:
            return np.nan
        try:
            value = float(text) if isinstance(cell, str) and "_" not in text else np.nan
        except ValueError:
            value = np.nan
        if abs(value) <= LARGEST_NUMBER:
            return value
        raise self._cell_error(
            "a cell that should be a number is not",
            row,
            column,
            found=repr(text[:40]),
            expected="a number, or N/A where it is missing",
        )

    def _cell_error(
        self, problem: str, row: int, column: int, *, found: str | None = None, expected: str | None = None
    ) -> FormatError:
        return FormatError(
            problem,
            path=f"{self.path}, sheet {self.name!r}, cell {cell_address(row + 1, column)}",
            found=found,
            expected=expected,
        )

    def _error(self, problem: str, block: Block) -> FormatError:
        return FormatError(
            problem,
            path=f"{self.path}, sheet {self.name!r}",
            found="the columns " + ", ".join(dict.fromkeys([*block.sections, *block.annotation])) or None,
            expected="a title that says up or down above each table, or one table",
        )


def _take_strangers(gathered: Mapping[str, list[_Column]]) -> list[_Column]:
    """Take out the last columns under a heading where no other heading knows them as samples: annotation."""
    own = {
        heading: {column.name for column in gathered[heading]}
        for heading in SAMPLE_HEADINGS
        if heading in gathered
    }
    taken = []
    for heading in own:
        others = [names for other, names in own.items() if other != heading]
        while others and len(gathered[heading]) > 1 and not any(gathered[heading][-1].name in o for o in others):
            taken.append(gathered[heading].pop())
    return taken


def _is_annotation(texts: Sequence[str]) -> bool:
    """Return a column of text: something is in it, and none of it is a number."""
    present = [text for text in texts if text not in MISSING_CELLS]
    return bool(present) and not any(re.match(r"[-+]?\.?\d", text) for text in present)
