"""Lines of text as rows of a table: a quoted cell keeps its line breaks, and blanks may separate the cells.

A line break inside a quoted cell belongs to the cell. A cell is quoted where a quotation mark opens it; marks
without a partner within the next :data:`MOST_LINES` lines are ordinary characters (``5" probe``), as they are in
the files of instruments.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

MOST_LINES = 200
"""Lines that one quoted cell may take."""

MOST_CHARACTERS = 1 << 24
"""Characters that one cell may hold; Python's csv module stops at 131,072 unless told otherwise."""

csv.field_size_limit(MOST_CHARACTERS)

_WHOLE_CELL = re.compile(r'(^|[\t,; ])[ ]*"(?:[^"]|"")*"(?=[ ]*([\t,; ]|$))')
_OPENED = re.compile(r'(^|[\t,;])[ ]*"')
_BLANK_CELL = re.compile(r'"(?:[^"]|"")*"|[^\s"]\S*|"\S*')
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[\t,; ]*', re.IGNORECASE)
_FEWEST_ROWS = 2


def split_cells(line: str, delimiter: str = "\t") -> list[str]:
    r"""Split a line into cells without blanks and quotes around them.

    Examples
    --------
    >>> split_cells('1\t" 3" probe"\t"Empty, not printed" \t')
    ['1', '3" probe', 'Empty, not printed', '']
    """
    quoted = split_outside_quotes(line, delimiter) if delimiter != "\t" and '"' in line else None
    if quoted:
        return quoted
    cells = list(map(str.strip, line.split(delimiter)))
    return list(map(without_quotes, cells)) if '"' in line else cells


def split_outside_quotes(line: str, delimiter: str) -> list[str] | None:
    """Split a line at the delimiters outside quotation marks; None where these are not in pairs."""
    if line.count('"') % 2 == 0:
        with suppress(csv.Error):
            return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]
    return None


def without_quotes(cell: str) -> str:
    """Return a cell without the quotes around it; one that is opened and not closed is taken for quoted too."""
    return cell[1:].removesuffix('"').replace('""', '"').strip() if cell[:1] == '"' else cell


def joined_lines(lines: Sequence[str], most: int = MOST_LINES) -> Iterator[tuple[int, str]]:
    r"""Return the lines with their 1-based numbers, the lines of a quoted cell as one, under the first's number.

    Examples
    --------
    >>> list(joined_lines(['well,note,Ct', 'A1,"bubble', 'in it",24', 'A2,5",25']))
    [(1, 'well,note,Ct'), (2, 'A1,"bubble\nin it",24'), (4, 'A2,5",25')]
    """
    i = 0
    while i < len(lines):
        end = _last_line(lines, i, most)
        yield i + 1, "\n".join(lines[i : end + 1]) if end > i else lines[i]
        i = end + 1


def _last_line(lines: Sequence[str], first: int, most: int) -> int:
    """Return the place of the line in which the row that begins at ``first`` ends."""
    line = lines[first]
    n_marks = line.count('"')
    if n_marks % 2 == 0 or not _OPENED.search(_WHOLE_CELL.sub(r"\1", line)):
        return first
    for last in range(first + 1, min(first + most, len(lines))):
        n_marks += lines[last].count('"')
        if n_marks % 2 == 0:
            return last
    return first


def separator_line(line: str) -> str | None:
    r"""Return the separator that a line such as ``sep=;`` states, as Excel writes it above a table.

    Examples
    --------
    >>> separator_line("sep=;"), separator_line("sep"), separator_line('"sep=\t"')
    (';', None, '\t')
    """
    match = _SEPARATOR_LINE.fullmatch(line)
    return match.group(1) if match else None


def blank_cells(line: str) -> list[str]:
    """Return the cells of a line separated by blanks, as R's ``write.table`` writes it.

    Examples
    --------
    >>> blank_cells('"case A"  miR-16   24.1')
    ['case A', 'miR-16', '24.1']
    """
    return [
        cell[1:-1].replace('""', '"') if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell
        for cell in _BLANK_CELL.findall(line)
    ]


def separated_by_blanks(lines: Sequence[str]) -> bool:
    """Return True if lines, the header first, hold as many words each (the header one less, as R may write it).

    Examples
    --------
    >>> separated_by_blanks(["Sample Target Ct", "P1 miR-16 24.1", "P1 miR-21 20"])
    True
    >>> separated_by_blanks(["A title of the table", "P1 miR-16", "P1 24.1"])
    False
    """
    header, *rows = [line for line in lines if line.strip()] or [""]
    if len(rows) < _FEWEST_ROWS or any(mark in header for mark in "\t,;"):
        return False
    width = len(blank_cells(header))
    widths = {len(blank_cells(row)) for row in rows}
    return len(widths) == 1 and widths <= {width, width + 1} and max(widths) > 1


def with_tabs(line: str) -> str:
    """Return a line separated by blanks as one separated by tabs."""
    return "\t".join(f'"{cell}"' if '"' in cell else cell for cell in blank_cells(line))
