"""Text at a terminal's width: lines wrapped with hanging indentation, tables that stay tables."""

from __future__ import annotations

import re
from collections.abc import Sequence

SHORTEST_TITLE = 24
"""Characters that a title keeps where its column is cut."""

_UNIT = re.compile(r"`[^`]*`\S*|\S+(?: [≤≥/±–] \S+)*")
"""What is not wrapped in the middle: a command in backquotes, a number with its limit."""


def wrapped(text: str, width: int | None, *, hanging: int | None = None) -> list[str]:
    r"""Return a line in lines of at most ``width`` characters; names and paths are never broken.

    Parameters
    ----------
    text
        One line, or several; the indentation of each stays.
    width
        Characters per line; None for any number.
    hanging
        Indentation of the second line and those after it; by default two more than that of the first.

    Examples
    --------
    >>> print("\n".join(wrapped("  no longer: hsa-miR-20a-5p and hsa-miR-17-5p, 14 shared", 30)))
      no longer: hsa-miR-20a-5p
        and hsa-miR-17-5p, 14
        shared
    """
    if width is None:
        return text.split("\n")
    return [part for line in text.split("\n") for part in _wrapped_line(line, width, hanging)]


def _wrapped_line(line: str, width: int, hanging: int | None) -> list[str]:
    if len(line) <= width:
        return [line.rstrip()]
    first = len(line) - len(line.lstrip())
    indent = " " * (first + 2 if hanging is None else min(hanging, width // 2))
    lines, current, end = [], "", 0
    for unit in _units(line, width - len(indent)):
        gap = line[end : unit.start()]
        if current.strip() and len(current) + len(gap) + len(unit[0]) > width:
            lines.append(current)
            current = indent + unit[0]
        else:
            current += gap + unit[0]
        end = unit.end()
    return [*lines, current]


def _units(line: str, room: int) -> list[re.Match[str]]:
    """Return the parts of a line between which it may be broken; one that has no room is broken at its spaces."""
    units = []
    position = 0
    while match := _UNIT.search(line, position):
        unit = match if len(match[0]) <= room else re.compile(r"\S+").match(line, match.start())
        assert unit is not None  # a unit begins with something that is not a space
        units.append(unit)
        position = unit.end()
    return units


Cells = tuple[Sequence[str], Sequence[Sequence[str]]]
"""A header and its rows."""


def table_lines(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a header and its rows as aligned lines: the first column to the left, the others to the right."""
    widths = _widths(header, rows)
    lines = []
    for row in (header, *rows):
        first, *others = zip(row, widths, strict=True)
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        lines.append(("  " + "  ".join(cells)).rstrip())
    return lines


def _widths(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(header, *rows, strict=True)]


def table_width(header: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Return the characters of the longest line of a table."""
    return sum(width + 2 for width in _widths(header, rows))


def fit_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int | None,
    *,
    optional: Sequence[str] = (),
    shorten: bool = False,
) -> Cells:
    """Return a table that a terminal can show: as it is, without some columns, or transposed.

    Parameters
    ----------
    header, rows
        The table.
    width
        Characters per line; None for any number.
    optional
        Columns that can be left out, the least important first.
    shorten
        True where the first column may be cut.

    Returns
    -------
    header, rows
        Where nothing helps, without the last columns.
    """
    table: Cells = (list(header), [list(row) for row in rows])
    if width is None or table_width(*table) <= width:
        return table
    if shorten:
        table = _shortened(*table, width)
    if table_width(*table) <= width:
        return table
    for name in optional:
        table = _without(name, *table)
        if table_width(*table) <= width:
            return table
    turned = [list(column) for column in zip(*([table[0], *table[1]]), strict=True)]
    if rows and table_width(turned[0], turned[1:]) <= width:
        return turned[0], turned[1:]
    for name in reversed(table[0][1:]):
        if table_width(*table) > width:
            table = _without(name, *table)
    return table


def _without(name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Cells:
    """Return a table without a column."""
    kept = [at for at, own in enumerate(header) if own != name]
    return [header[at] for at in kept], [[row[at] for at in kept] for row in rows]


def _shortened(header: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Cells:
    """Return the table with its first column cut as far as needed and sensible."""
    others = table_width(header, rows) - _widths(header, rows)[0]
    room = max(width - others, SHORTEST_TITLE, len(header[0]))
    return list(header), [[_cut(row[0], room), *row[1:]] for row in rows]


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"
