"""Numbers written with a decimal comma: read where there is no doubt, refused where there is.

A comma can part decimals (``812,5``) or thousands (``1,234``). It is a decimal comma where all of this holds:

- the table is separated by tabs or semicolons, so that no comma parts cells;
- every number cell is digits, or digits, one comma and digits, with a sign and an exponent at most;
- at least one cell could not be thousands: not one to three digits before the comma and three after it, or a
  leading zero (``812,5``, ``0,125``, ``1200,250``).

Anything else is refused with the place of the first such cell: ``1,234`` is never taken for 1.234 in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mirtool.errors import FormatError
from mirtool.io.tables.labels import is_number_like
from mirtool.io.tables.text_tables import MISSING_CELLS, TextTable

_EXPONENT = r"([eE][-+]?\d+)?"
_DECIMAL = re.compile(r"[-+]?\d+(,\d+)?" + _EXPONENT)
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+")


def with_decimal_points(table: TextTable, columns: Sequence[int]) -> TextTable | None:
    """Return the table with decimal points in ``columns``, or None where no number there holds a comma.

    Raises
    ------
    FormatError
        Where a number holds a comma and it is in doubt what it parts, with line and column.
    """
    first = next(((row, j, cell) for row, j, cell in _number_cells(table, columns) if "," in cell), None)
    if first is None:
        return None
    odd = next(
        ((row, j, cell) for row, j, cell in _number_cells(table, columns) if not _DECIMAL.fullmatch(cell)), None
    )
    sure = any("," in cell and not _THOUSANDS.fullmatch(cell) for _, _, cell in _number_cells(table, columns))
    if table.delimiter not in ("\t", ";") or odd is not None or not sure:
        raise _doubt(table, first, odd)
    points = {j: tuple(str(cell).replace(",", ".") for cell in table.columns[j]) for j in columns}
    return replace(table, columns=tuple(points.get(j, cells) for j, cells in enumerate(table.columns)))


def has_decimal_commas(table: TextTable) -> bool:
    """Return True if no comma can separate cells, some number's comma separates decimals, and none anything else.

    Columns of text, and columns in which a comma may separate thousands, are not judged by.
    """
    if table.delimiter not in ("\t", ";"):
        return False
    for j in range(len(table.header)):
        cells = [cell for _, _, cell in _number_cells(table, [j])]
        if any("," in cell and not _THOUSANDS.fullmatch(cell) for cell in cells) and all(
            map(_DECIMAL.fullmatch, cells)
        ):
            return True
    return False


def _number_cells(table: TextTable, columns: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    for j in columns:
        for row, cell in enumerate(table.columns[j]):
            content = str(cell).strip()
            if content not in MISSING_CELLS and is_number_like(content):
                yield row, j, content


def _doubt(table: TextTable, first: tuple[int, int, str], odd: tuple[int, int, str] | None) -> FormatError:
    row, j, cell = first
    found = repr(cell)
    if odd is not None:
        found += f", and {odd[2]!r} in line {table.line_of(odd[0])}"
    return FormatError(
        "the numbers are written with a comma, which may part decimals or thousands",
        path=table.path,
        line=table.line_of(row),
        column=table.header[j],
        found=found,
        expected="a decimal point, and no mark between thousands",
        hint="export the table again with the decimal point, or save it as XLSX, where numbers are numbers; a "
        "table separated by semicolons or tabs may have decimal commas throughout",
    )
