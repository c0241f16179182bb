"""Where the tables of Ct values lie in a file: in any sheet, under any preface, below or beside each other.

Instruments write other blocks above their results, spreadsheets hold a plate in each sheet, and plates lie side by
side. Every row that may be a header begins a grid, which ends where the next table of wells begins.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from mirtool.errors import FormatError
from mirtool.io.arrays.ct_forms import form_of
from mirtool.io.arrays.ct_numbers import is_number
from mirtool.io.arrays.ct_words import (
    CT_NAMES,
    MEAN_CT_NAMES,
    NO_CT,
    SAMPLE_NAMES,
    SMALL_RNA,
    TARGET_NAMES,
    WELL_NAMES,
    find,
    fold_ct,
    role_of,
)
from mirtool.io.foreign import refuse_foreign
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.quoted_lines import joined_lines, separated_by_blanks, separator_line, with_tabs
from mirtool.io.tables.text import is_workbook, read_bytes, read_text
from mirtool.io.tables.text_tables import DELIMITERS, cell_text, choose_sheets, read_sheets, unguard_text

_BIOMARK = ("id", "name", "type", "name", "type", "value")
_BIOMARK_NAMES = ("ID", "Sample", "Task", "Target", "Target type", "Ct")
"""BioMark's second header row under its first, which says Chamber, Sample, Sample, dye, dye, Ct."""
_RCONC = "rconc"
"""A column that may follow the sample's type."""
_PLAIN_SDS = ("#", "Plate", "Pos", "Flag", "Sample", "Detector", "Task", "Ct")
"""The columns of a text of SDS RQ Manager without its header, as HTqPCR's example files are."""
_PLAIN_OMIT, _OMITS = 15, ("true", "false")
"""Where RQ Manager's column Omit is, and what it holds."""
_WELL_POSITION = re.compile(r"[A-P]\d{1,2}")

_FEWEST_PLAIN = 3

Row = tuple[int, list[str]]
"""A 1-based line and its cells."""


@dataclass(frozen=True)
class Grid:
    """A table within a file: its header, and the rows under it up to the next table of wells."""

    path: str
    sheet: str
    header: list[str]
    header_line: int
    rows: Sequence[Row]
    form: str = ""

    @property
    def place(self) -> str:
        """Where it lies, for messages."""
        return (f"sheet {self.sheet!r}, " if self.sheet else "") + f"line {self.header_line}"

    def cell(self, row: Sequence[str], column: int | None) -> str:
        """Return a cell as text, empty where the row is too short or there is no such column."""
        return unguard_text(row[column].strip()) if column is not None and column < len(row) else ""

    def error(
        self, problem: str, line: int, column: int, found: str, expected: str, hint: str = ""
    ) -> FormatError:
        """Return an error about a cell."""
        return FormatError(
            problem,
            path=self.path,
            line=line,
            column=self.header[column] or f"column {column + 1}",
            found=repr(found[:40]),
            expected=expected,
            hint=hint or None,
        )


def candidate_grids(path: str | Path, sheet: str | None = None) -> list[Grid]:
    """Return every table of a file that may be one of Ct values, of all sheets or of ``sheet``."""
    data = read_bytes(path)
    refuse_foreign(data, path)
    if is_workbook(data):
        return sheet_grids(choose_sheets(read_sheets(data, path), path, sheet), path)
    lines = read_text(path).split("\n")
    plain = plain_sds_grid(lines, path)
    return text_grids(lines, path) if plain is None else [plain]


def sheet_grids(sheets: Mapping[str, Sequence[Sequence[object]]], path: str | Path) -> list[Grid]:
    """Return the tables of a workbook."""
    found: list[Grid] = []
    for name, cells in sheets.items():
        rows = [(i, [cell_text(cell) for cell in row]) for i, row in enumerate(cells, 1)]
        found += _grids_of(rows, path, name if len(sheets) > 1 else "")
    return found


def text_grids(lines: Sequence[str], path: str | Path) -> list[Grid]:
    """Return the tables of a text, cells separated by tabs, commas, semicolons or blanks."""
    numbered = list(joined_lines(lines))
    if separated_by_blanks([line for _, line in numbered]):
        numbered = [(number, with_tabs(line)) for number, line in numbered]
    texts = [line for _, line in numbered]
    stated = next((mark for line in texts[:5] if (mark := separator_line(line))), None)
    marks = (stated,) if stated else DELIMITERS
    found: list[Grid] = []
    for mark in marks:
        if not any(_may_be_header(_split(line, mark)) for line in texts if mark in line):
            continue
        rows = [(number, _split(line, mark)) for number, line in numbered]
        found += [grid for grid in _grids_of(rows, path, "") if len(grid.header) > 1]
    return sorted(found, key=lambda grid: grid.header_line)


def _split(line: str, mark: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=mark), [])
    except csv.Error:
        return line.split(mark)


def _grids_of(rows: Sequence[Row], path: str | Path, sheet: str) -> list[Grid]:
    """Return the tables among rows; one of wells ends where the next one of wells begins."""
    starts = [
        i
        for i, (_, cells) in enumerate(rows)
        if _may_be_header(cells) and not (i + 1 < len(rows) and _is_biomark(rows[i + 1][1]))
    ]
    of_wells = [i for i in starts if names_wells_of(rows[i][1]) or _is_biomark(rows[i][1])]
    found: list[Grid] = []
    for i in starts:
        end = next((j for j in of_wells if j > i), len(rows))
        header = [name.strip() for name in rows[i][1]]
        if _is_biomark(header):
            header = _biomark_header(header)
        below = rows[i + 1 : end if i in of_wells or _is_biomark(rows[i][1]) else len(rows)]
        if _lacks_a_name(header, below):
            header = ["", *header]
        found += _side_by_side(Grid(str(path), sheet, header, rows[i][0], below))
    return found


def _lacks_a_name(header: Sequence[str], rows: Sequence[Row]) -> bool:
    """Return True if every row is one cell longer than the header, as R writes row names."""
    filled = [cells for _, cells in rows if any(map(str.strip, cells))]
    return bool(filled) and all(len(cells) == len(header) + 1 and cells[-1].strip() for cells in filled)


def _is_biomark(cells: Sequence[str]) -> bool:
    folded = [fold_header(cell, keep_marks=True) for cell in cells[: len(_BIOMARK) + 1]]
    return tuple(name for name in folded if name != _RCONC)[: len(_BIOMARK)] == _BIOMARK


def _biomark_header(cells: Sequence[str]) -> list[str]:
    """Return the names of BioMark's columns, of which two are called Name and two Type."""
    names = iter(_BIOMARK_NAMES)
    return [cell if fold_header(cell, keep_marks=True) == _RCONC else next(names, cell) for cell in cells]


def plain_sds_grid(lines: Sequence[str], path: str | Path) -> Grid | None:
    """Return a text of SDS RQ Manager without its header, or None for anything else.

    Every line must fit the columns number, plate, position, flag, sample, detector, task and Ct.

    Raises
    ------
    FormatError
        Where the first lines fit and a later one does not.
    """
    rows = [(i, line.split("\t")) for i, line in enumerate(lines, 1) if line.strip()]
    if len(rows) < _FEWEST_PLAIN or not all(_is_plain_sds(cells) for _, cells in rows[:_FEWEST_PLAIN]):
        return None
    for number, cells in rows:
        if not _is_plain_sds(cells):
            raise FormatError(
                "a line does not fit the others of this table without a header",
                path=path,
                line=number,
                found=repr("\t".join(cells)[:60]),
                expected="number, plate, position, flag, sample, detector, task, Ct",
                hint="export the results again with their header",
            )
    header = list(_PLAIN_SDS)
    if all(len(cells) > _PLAIN_OMIT and cells[_PLAIN_OMIT].strip().lower() in _OMITS for _, cells in rows):
        header += [*([""] * (_PLAIN_OMIT - len(header))), "Omit"]
    return Grid(str(path), "", header, 0, rows)


def _is_plain_sds(cells: Sequence[str]) -> bool:
    if len(cells) < len(_PLAIN_SDS):
        return False
    number, _, position, flag, _, detector, task, ct = (cell.strip() for cell in cells[: len(_PLAIN_SDS)])
    return (
        number.isdecimal()
        and _WELL_POSITION.fullmatch(position) is not None
        and flag.lower() in ("passed", "flagged")
        and detector != ""
        and task != ""
        and role_of(task) is not None
        and (is_number(ct) or ct.lower() in NO_CT)
    )


def _may_be_header(cells: Sequence[str]) -> bool:
    """Return a row of names: of a column of samples, targets or Ct, of small RNAs, or with a blank cell first."""
    if sum(bool(cell.strip()) for cell in cells) < 2:
        return False
    if any(map(is_number, cells)):  # samples that are called 1, 2, 3
        return fold_ct(cells[0]) in (*SAMPLE_NAMES, *TARGET_NAMES)
    folded = [fold_ct(cell) for cell in cells]
    named = {*SAMPLE_NAMES, *WELL_NAMES, *TARGET_NAMES, *CT_NAMES, *MEAN_CT_NAMES} & set(folded)
    return bool(named) or not folded[0] or any(SMALL_RNA.search(cell) for cell in cells[1:])


def names_wells_of(header: Sequence[str]) -> bool:
    """Return True if a header names a Ct and a sample or a target: one row per well."""
    return (
        find(header, CT_NAMES + MEAN_CT_NAMES) is not None
        and find(header, (*SAMPLE_NAMES, *WELL_NAMES, *TARGET_NAMES)) is not None
    )


def _side_by_side(grid: Grid) -> list[Grid]:
    """Return the tables that lie side by side under one header row, or the one there is.

    Raises
    ------
    FormatError
        Where a header of a Ct, a sample or a target occurs twice and no blank column or repeated header says which
        of them belong together.
    """
    repeated = _repeated(grid.header)
    if not repeated or not names_wells_of(grid.header):
        return [grid]
    blocks = _blocks(grid.header)
    if len(blocks) < 2 or not all(names_wells_of(grid.header[start:end]) for start, end in blocks):
        raise FormatError(
            "two columns have the same name",
            path=grid.path,
            line=grid.header_line,
            column=repeated,
            found=", ".join(filter(None, grid.header[:16])),
            expected="one column of samples, one of targets and one of Ct values",
            hint="delete the column that is not wanted, or put the tables below each other",
        )
    return [
        replace(
            grid,
            header=grid.header[start:end],
            rows=[(line, cells[start:end]) for line, cells in grid.rows if any(map(str.strip, cells[start:end]))],
        )
        for start, end in blocks
    ]


def _repeated(header: Sequence[str]) -> str:
    """Return the header of a Ct, sample or target that occurs twice, or an empty text."""
    wanted = {*SAMPLE_NAMES, *TARGET_NAMES, *CT_NAMES}
    counts = Counter(name for name in map(fold_ct, header) if name in wanted)
    twice = next((name for name, n in counts.items() if n > 1), None)
    return "" if twice is None else next(name for name in header if fold_ct(name) == twice)


def _blocks(header: Sequence[str]) -> list[tuple[int, int]]:
    """Return where the blocks of a header begin and end: at blank names, else where the names begin again."""
    blank = [i for i, name in enumerate(header) if not name]
    edges = [-1, *blank, len(header)]
    blocks = [(left + 1, right) for left, right in pairwise(edges) if right - left > 2]
    if len(blocks) > 1:
        return blocks
    folded = [fold_header(name, keep_marks=True) for name in header]
    for width in range(3, len(folded) // 2 + 1):
        if len(folded) % width == 0 and folded == folded[:width] * (len(folded) // width):
            return [(start, start + width) for start in range(0, len(folded), width)]
    return blocks


def long_grids(grids: Sequence[Grid]) -> list[Grid]:
    """Return the tables with one row per well, the header of Ct made ``ct``; Ct of wells before means of wells."""
    for names in (CT_NAMES, MEAN_CT_NAMES):
        found = []
        for grid in grids:
            column = find(grid.header, names)
            if column is not None and names_wells_of(grid.header):
                header = ["ct" if i == column else name for i, name in enumerate(grid.header)]
                found.append(replace(grid, header=header, form=form_of(grid.header)))
        if found:
            return found
    return []
