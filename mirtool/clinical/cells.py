"""Numbers in patient tables: read, or refused with row and column where a cell is in doubt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from mirtool.errors import FormatError
from mirtool.io.tables.text_tables import TextTable
from mirtool.model import FloatArray

_NUMBER = r"[-+]?(?:\d+(?:[.,]\d+)*|\.\d+)(?:[eE][-+]?\d+)?"
_PREFIXED = r"[kmcdµμunpf]?(?:g|l|mol|m|eq|iu|u|da|s)"
_POWER = r"(?:x ?|(?<=\s))10\^?\d+"
_SPAN = r"years?|yrs?|y|months?|mo|weeks?|wk|days?|d|hours?|h|min"
_UNIT = rf"(?:{_PREFIXED}|{_POWER}|{_SPAN}|cells|copies|mmhg)"
_WITH_UNIT = re.compile(rf"({_NUMBER})\s*({_UNIT}(?:/(?:{_UNIT}|m2|m²|24h|hpf))?)", re.IGNORECASE)
_PLAIN = re.compile(_NUMBER)
_PERCENT = re.compile(rf"({_NUMBER})\s*%")
_LIMIT = re.compile(rf"[<>≤≥~=]+\s*{_NUMBER}.*")
SPREADSHEET_ERRORS = frozenset({"#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "########"})


def is_meant_as_number(cell: str) -> bool:
    """Return True for a cell that is, or was meant to be, a number, with a unit or a percent sign too.

    Examples
    --------
    >>> [is_meant_as_number(cell) for cell in ("3,5", "45 %", "5 mg/L", "<0.01", "1q21", "17p", "2nd line")]
    [True, True, True, True, False, False, False]
    """
    return any(form.fullmatch(cell) for form in (_PLAIN, _PERCENT, _WITH_UNIT, _LIMIT))


def read_numbers(table: TextTable, column: int, cells: Sequence[str]) -> tuple[FloatArray, str]:
    """Return the numbers of a column, NaN for an empty cell, and the unit that every cell names, if they do.

    Raises
    ------
    FormatError
        For a cell that is not a number, a percent sign, a limit such as ``<0.01``, a decimal comma in doubt, or
        units that are not the same in all cells; each with its line and column.
    """
    units = Counter(_unit(cell) for cell in cells if cell)
    unit, n_unit = units.most_common(1)[0] if units else ("", 0)
    values = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        if not cell:
            continue
        problem, expected, hint = _fault(cell, table)
        if not problem and _unit(cell) != unit:
            problem = "the cells of a column have different units"
            expected = f"{unit or 'a number without unit'}, as in {n_unit} other cells"
            hint = "convert the values to one unit, and write it into the head of the column"
        if problem:
            raise FormatError(
                problem,
                path=table.path,
                line=table.line_of(row),
                column=table.header[column],
                found=repr(cell[:40]),
                expected=expected,
                hint=hint,
            )
        values[row] = float(_number(cell).replace(",", "."))
    return values, unit


def _number(cell: str) -> str:
    """Return a cell without its unit; a plain number has none, though 1105 ends like 10^5."""
    matched = None if _PLAIN.fullmatch(cell) else _WITH_UNIT.fullmatch(cell)
    return matched[1] if matched else cell


def _unit(cell: str) -> str:
    matched = _WITH_UNIT.fullmatch(cell)
    return matched[2] if matched and not _PLAIN.fullmatch(cell) else ""


def _fault(cell: str, table: TextTable) -> tuple[str, str, str]:
    """Return what is wrong with a cell, what was expected and what to do; empty texts where nothing is."""
    if _PERCENT.fullmatch(cell):
        return (
            "a number has a percent sign",
            "a number alone",
            "write the numbers without %, and the unit into the head of the column",
        )
    if _LIMIT.fullmatch(cell):
        return (
            "a limit is not a number",
            "a number, or an empty cell",
            "write the limit itself as the value, or take the column as levels (kind nominal)",
        )
    number = _number(cell)
    if "," in number and not (table.has_decimal_commas and number.count(",") == 1 and "." not in number):
        return (
            "a number has a comma, which may mark decimals or thousands",
            "a decimal point, and no mark between thousands",
            "save the table with the decimal point, or as XLSX, where numbers are numbers",
        )
    try:
        float(number.replace(",", "."))
    except ValueError:
        return (
            "a cell that should be a number is not",
            "a number, or an empty cell or NA where it is missing",
            "correct the cell, name the word as missing, or state the kind of the column (nominal)",
        )
    return "", "", ""
