"""Dates as patient tables hold them, refused where day and month can't be distinguished."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

import numpy as np

from mirtool.errors import FormatError
from mirtool.io.tables.text_tables import TextTable
from mirtool.model import FloatArray

DAYS_PER_MONTH = 365.25 / 12
_EPOCH = datetime.date(1970, 1, 1)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]\d{2}:\d{2}(?::\d{2})?)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_MONTH = r"(?:jan|feb|mar|mrz|mär|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez)"
_SHORT = re.compile(rf"\d{{1,2}}[-. ]{_MONTH}\.?|{_MONTH}[-. ]\d{{1,4}}", re.IGNORECASE)


def is_date(cell: str) -> bool:
    """Return True for a date with its year.

    Examples
    --------
    >>> [is_date(cell) for cell in ("2021-03-05", "5.3.2021", "03/05/2021", "1-Mar", "12")]
    [True, True, True, False, False]
    """
    return any(form.fullmatch(cell) for form in (_YEAR_FIRST, _DOTTED, _SLASHED))


def is_spreadsheet_date(cell: str) -> bool:
    """Return True for what a spreadsheet makes of 1-2 or MARCH1: a day or a year with a month.

    Examples
    --------
    >>> [is_spreadsheet_date(cell) for cell in ("1-Mar", "Jan-02", "2-Sep", "may", "1q21")]
    [True, True, True, False, False]
    """
    return _SHORT.fullmatch(cell) is not None


def read_dates(table: TextTable, column: int, cells: Sequence[str]) -> tuple[FloatArray, str]:
    """Return days since 1970, NaN for an empty cell, and how the dates are written.

    Raises
    ------
    FormatError
        For a cell that is not a date, a day that does not exist, or an order of day and month that no cell shows.
    """
    slashed = [match for match in map(_SLASHED.fullmatch, cells) if match]
    day_first = any(int(match[1]) > 12 for match in slashed)
    month_first = any(int(match[2]) > 12 for match in slashed)
    if slashed and day_first == month_first:
        row = next(row for row, cell in enumerate(cells) if _SLASHED.fullmatch(cell))
        raise FormatError(
            "day and month of the dates can't be distinguished"
            if not day_first
            else "dates are written in two orders",
            path=table.path,
            line=table.line_of(row),
            column=table.header[column],
            found=repr(cells[row]),
            expected="year-month-day, such as 2021-03-05",
            hint="format the column as year-month-day and save it again",
        )
    values = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        if cell:
            values[row] = _days(table, column, row, cell, day_first)
    words = "day/month/year" if day_first else "month/day/year" if month_first else "with their year"
    return values, f"dates, {words}"


def _days(table: TextTable, column: int, row: int, cell: str, day_first: bool) -> float:
    year_first, dotted, slashed = (form.fullmatch(cell) for form in (_YEAR_FIRST, _DOTTED, _SLASHED))
    try:
        if year_first:
            date = datetime.date(int(year_first[1]), int(year_first[2]), int(year_first[3]))
        elif dotted:
            date = datetime.date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
        elif slashed:
            day, month = (slashed[1], slashed[2]) if day_first else (slashed[2], slashed[1])
            date = datetime.date(int(slashed[3]), int(month), int(day))
        else:
            raise ValueError(cell)
    except ValueError:
        raise FormatError(
            "a cell that should be a date is not",
            path=table.path,
            line=table.line_of(row),
            column=table.header[column],
            found=repr(cell[:40]),
            expected="year-month-day, such as 2021-03-05, or an empty cell",
        ) from None
    return float((date - _EPOCH).days)
