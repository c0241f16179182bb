"""Where a table begins in its text: below notes, a preface, or a line that states the separator.

One rule for every reader of delimited text:

- a line ``sep=;`` as Excel writes it states the separator and is passed over;
- lines that begin with ``#`` are notes, unless they are cut into as many cells as the table (``#miRNA<TAB>gene``);
- a preface is lines of fewer cells than the header and the rows below them, as databases write above their tables;
- cells may be separated by tabs, semicolons, commas or, where none of these is in the header, by blanks.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mirtool.io.tables.quoted_lines import joined_lines, separated_by_blanks, separator_line

DELIMITERS = ("\t", ",", ";")
MOST_PREFACE = 50
"""Lines that may lie above a header."""

_HEAD = 60
_LEAST_ALIKE = 0.6
"""Share of the lines below a preface that must hold as many cells as the header."""


@dataclass(frozen=True)
class Opening:
    """Where a table begins.

    Parameters
    ----------
    start
        Lines above the header.
    delimiter
        What separates the cells; a blank where runs of blanks do.
    above
        The lines above it that are not blank.
    """

    start: int
    delimiter: str
    above: tuple[str, ...]


def find_opening(lines: Sequence[str], *, skips_preface: bool) -> Opening:
    r"""Return where the table of a text begins, and what separates its cells.

    Parameters
    ----------
    lines
        The lines of the text, or its first ones.
    skips_preface
        False leaves a preface to a rule for headers of several rows.

    Returns
    -------
    Opening
        ``start`` is the number of lines where there is no header.

    Examples
    --------
    >>> find_opening(["sep=;", "a;b", "1;2"], skips_preface=True)
    Opening(start=1, delimiter=';', above=('sep=;',))
    >>> find_opening(["Made by a database", "miRNA\tgene", "let-7a\tKRAS"], skips_preface=True).start
    1
    """
    first = next((i for i, line in enumerate(lines) if not is_blank(line)), len(lines))
    stated = separator_line(lines[first].strip()) if first < len(lines) else None
    start = first + 1 if stated else first
    common = stated or common_delimiter(_without_notes(lines[start : start + _HEAD]))
    while start < len(lines) and (
        is_blank(lines[start])
        or is_note(lines[start], common)
        or _is_comment(lines[start : start + _HEAD], common)
    ):
        start += 1
    delimiter = stated
    if skips_preface and start < len(lines):
        below = lines[start : start + _HEAD]
        common = stated or common_delimiter(_without_notes(below))
        skipped = _preface(below, common)
        start += skipped
        delimiter = stated or (common if skipped else None)
    if start < len(lines) and delimiter is None:
        below = lines[start : start + _HEAD]
        if separated_by_blanks([line for _, line in joined_lines(below)]):
            delimiter = " "
        else:
            delimiter = tell_delimiter(lines[start]) if skips_preface else common_delimiter(below)
    return Opening(start, delimiter or "\t", tuple(line for line in lines[:start] if not is_blank(line)))


def tell_delimiter(header: str) -> str:
    """Return by which of tab, semicolon and comma a header line is separated: the one that is there most often."""
    return max(DELIMITERS, key=lambda mark: header.count(mark))


def common_delimiter(lines: Sequence[str]) -> str:
    """Return by which mark most lines are cut into equally many cells; a title above a table may hold any.

    Marks in quotes cut nothing.

    Examples
    --------
    >>> common_delimiter(["set,miRNAs,n", '"A; B; C",let-7a;let-7b,2', '"D; E; F",miR-15a;miR-16,2'])
    ','
    """
    lines = [re.sub(r'"(?:[^"]|"")*"', "", line) for line in lines]

    def lines_alike(mark: str) -> tuple[int, int]:
        counts = Counter(filter(None, (line.count(mark) for line in lines)))
        count, n_lines = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        return n_lines, count

    return max(DELIMITERS, key=lines_alike)


def is_blank(line: str) -> bool:
    """Return a line without content: white space and delimiters only, as spreadsheets pad their exports."""
    return not line.strip(' \t,;"')


def is_note(line: str, delimiter: str = "\t") -> bool:
    """Return a note line from a header whose first name begins with # (``#miRNA<TAB>gene``, ``# ID<TAB>s1``)."""
    content = line.lstrip('" ')
    if content.startswith("##") or content.rstrip('"\t,; ') == "#":
        return True
    if content.startswith("# ") and "\t" not in content.rstrip():
        return True
    return content.startswith("#") and delimiter not in content.rstrip(f'"{delimiter} ')


def _is_comment(lines: Sequence[str], delimiter: str) -> bool:
    """Return a first line with # and fewer cells than the first one without, which a header never has."""
    if not lines[0].startswith("#"):
        return False
    below = next((line for line in lines if not is_blank(line) and not line.startswith("#")), "")
    return n_filled(_cells(lines[0], delimiter)) < n_filled(_cells(below, delimiter))


def _without_notes(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if not line.startswith("#")] or list(lines)


def _preface(lines: Sequence[str], delimiter: str) -> int:
    """Return how many lines above the header hold fewer cells than it and the rows below it.

    0 where the first line may itself be the header: as many cells as the rows, or one less, as R writes row names;
    and where the line that would be the header holds numbers.
    """
    numbered = list(joined_lines(lines))
    widths = [n_filled(_cells(line, delimiter)) for _, line in numbered]
    counts = Counter(width for width in widths if width > 1)
    if not counts:
        return 0
    common = max(counts.items(), key=lambda item: (item[1], item[0]))[0]
    if widths[0] >= common - 1 and widths[0] > 1:
        return 0
    header = next(i for i, width in enumerate(widths) if width >= common)
    below = widths[header:]
    alike = sum(width >= common for width in below)
    filled = sum(map(bool, below))
    header_cells = [cell for cell in _cells(numbered[header][1], delimiter) if cell.strip()]
    if (
        header > MOST_PREFACE
        or len(below) < 2
        or alike < _LEAST_ALIKE * filled
        or any(map(_is_number, header_cells))
    ):
        return 0
    return numbered[header][0] - 1


def preface_of_rows(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows of a sheet are its preface, as :func:`find_opening` does for text."""
    return _preface(["\t".join(cell.replace("\t", " ").replace('"', "") for cell in row) for row in rows], "\t")


def n_filled(cells: Sequence[str]) -> int:
    """Return the number of cells up to the last one that is not blank."""
    return next((i for i in range(len(cells), 0, -1) if cells[i - 1].strip()), 0)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True
