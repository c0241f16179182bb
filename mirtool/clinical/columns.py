"""What a column of a patient table is, from its content: numbers, ordered or unordered levels, dates, or text.

The rules, in this order; each variable says which one it follows (:attr:`Variable.why`), and every one can be
overridden by the settings:

- most cells are dates with their year: *date*;
- most cells are numbers: two different values are *nominal*, at most five different whole numbers from 0 to 10
  *ordinal*, everything else *continuous*;
- every cell differs, there are more than ten levels, or only one: *text*, not analyzed;
- levels of a known order (stages in Roman numbers, grades, none to severe, low to high, ranges, responses of a
  tumor): *ordinal* where there are three or more;
- anything else is *nominal*. Its reference is the level that says so (no, negative, control …), else the most
  frequent one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from mirtool.clinical.cells import SPREADSHEET_ERRORS, is_meant_as_number, read_numbers
from mirtool.clinical.dates import is_date, is_spreadsheet_date, read_dates
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.variables import Kind, Variable
from mirtool.differential.reference_names import reference_words
from mirtool.errors import FormatError, UsageError
from mirtool.io.tables.text_tables import MISSING_CELLS, TextTable
from mirtool.model import FloatArray

MISSING_WORDS = frozenset(
    {*(cell.casefold() for cell in MISSING_CELLS), ".", "-", "–", "?", "unknown", "not known", "not available",
     "not done", "not determined", "missing", "n.a.", "n.d.", "nd", "unk"}
)  # fmt: skip
"""Words of a missing value, without case."""

MOST_LEVELS = 10
_MOST_ORDINAL, _LARGEST_ORDINAL = 5, 10
_NO_WORDS = frozenset(
    {
        "no",
        "n",
        "none",
        "absent",
        "negative",
        "neg",
        "0",
        "false",
        "nein",
        "low",
        "never",
        "wt",
        "alive",
        "living",
        "censored",
    }
)
_SCALES = tuple(
    tuple(scale.split())
    for scale in (
        "none mild moderate severe",
        "absent mild moderate severe",
        "none weak moderate strong",
        "negative weak moderate strong",
        "very-low low intermediate high very-high",
        "low medium high",
        "low standard high",
        "good intermediate poor",
        "favorable intermediate unfavorable",
        "favourable intermediate unfavourable",
        "never former current",
        "pd sd mr pr vgpr ncr cr scr",
        "- + ++ +++ ++++",
        "0 + ++ +++",
    )
)
_ROMAN = ("0", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii")
_STAGED = re.compile(r"(?:(?:stage|grade|class|iss|r-iss|figo|nyha|child)[ -]?)?(0|i{1,3}|iv|vi{0,3})([abc]?)")
_NUMBERED = re.compile(r"(stage|grade|g|t|n|m|iss|r-iss|ecog|level|score|class|line)[ -]?(\d{1,2})([abc]?)")
_RANGED = re.compile(r"([<>≤≥]=?)?\s*(\d+(?:\.\d+)?)\s*(?:(?:-|–|to)\s*\d+(?:\.\d+)?|\+)?")


def variable_of(table: TextTable, column: int, settings: ClinicalSettings) -> Variable:
    """Return a column as a variable.

    Raises
    ------
    FormatError
        For a cell that can't be read, or that a spreadsheet has changed, with line and column.
    UsageError
        Where the settings name levels that the column does not have.
    """
    name = table.header[column]
    words = MISSING_WORDS | {word.casefold() for word in settings.missing}
    cells = ["" if cell.casefold() in words else cell for cell in map(str, table.text(column))]
    _refuse_spreadsheet_errors(table, column, cells)
    kind = settings.kinds.get(name)
    if kind is None and (name in settings.orders):
        kind = "ordinal"
    found = _by_content(table, column, cells) if kind is None else _as_stated(table, column, cells, kind)
    if name in settings.orders:
        found = _ordered(found, settings.orders[name])
    if name in settings.references:
        found = found.with_reference(settings.references[name])
    if name in settings.units:
        found = Variable(found.name, found.kind, found.values, found.levels, settings.units[name], found.why)
    return found


def _as_stated(table: TextTable, column: int, cells: Sequence[str], kind: str) -> Variable:
    name, why = table.header[column], "as stated"
    if kind == "continuous":
        values, unit = read_numbers(table, column, cells)
        return Variable(name, Kind.CONTINUOUS, values, unit=unit, why=why)
    if kind == "date":
        return Variable(name, Kind.DATE, read_dates(table, column, cells)[0], why=why)
    if kind == "text":
        return _text(name, cells, why)
    levels = _sorted_levels(cells)
    if kind == "ordinal":
        return _leveled(name, Kind.ORDINAL, cells, _known_order(levels) or levels, why)
    return _leveled(name, Kind.NOMINAL, cells, _reference_first(levels, cells), why)


def _by_content(table: TextTable, column: int, cells: Sequence[str]) -> Variable:
    name = table.header[column]
    present = [cell for cell in cells if cell]
    if not present:
        return _text(name, cells, "no cell has a value")
    if 2 * sum(map(is_date, present)) > len(present):
        values, why = read_dates(table, column, cells)
        return Variable(name, Kind.DATE, values, why=why)
    if 2 * sum(map(is_meant_as_number, present)) > len(present) and not _are_ranges(present):
        return _of_numbers(table, column, cells)
    _refuse_changed_names(table, column, cells)
    levels = _sorted_levels(cells)
    if len(levels) == 1:
        return _text(name, cells, f"one value only, {levels[0]}")
    if len(levels) == len(present) and len(levels) > 2:
        return _text(name, cells, "every cell differs")
    if len(levels) > MOST_LEVELS:
        return _text(name, cells, f"{len(levels)} different texts")
    order = _known_order(levels)
    if order and len(order) > 2:
        return _leveled(name, Kind.ORDINAL, cells, order, "levels of a known order")
    return _leveled(name, Kind.NOMINAL, cells, order or _reference_first(levels, cells), "texts")


def _of_numbers(table: TextTable, column: int, cells: Sequence[str]) -> Variable:
    name = table.header[column]
    values, unit = read_numbers(table, column, cells)
    different = np.unique(values[~np.isnan(values)])
    if len(different) == 1:
        return _text(name, cells, f"one value only, {different[0]:g}")
    whole = bool(np.all(different == np.round(different)))
    levels = tuple(f"{value:g}" for value in different)
    codes = np.full(len(values), np.nan)
    codes[~np.isnan(values)] = np.searchsorted(different, values[~np.isnan(values)])
    if len(different) == 2:
        return Variable(name, Kind.NOMINAL, codes, levels, unit, "two different numbers")
    if whole and len(different) <= _MOST_ORDINAL and different[0] >= 0 and different[-1] <= _LARGEST_ORDINAL:
        return Variable(name, Kind.ORDINAL, codes, levels, unit, f"whole numbers, {len(different)} different ones")
    return Variable(name, Kind.CONTINUOUS, values, (), unit, f"numbers, {len(different)} different ones")


def says_no(level: str) -> bool:
    """Return True for a level that says that something is not there, or did not happen."""
    return level.casefold() in _NO_WORDS


def _text(name: str, cells: Sequence[str], why: str) -> Variable:
    return Variable(name, Kind.TEXT, np.full(len(cells), np.nan), why=why)


def _leveled(name: str, kind: Kind, cells: Sequence[str], levels: Sequence[str], why: str) -> Variable:
    place = {level: i for i, level in enumerate(levels)}
    values: FloatArray = np.array([place[cell] if cell else np.nan for cell in cells], dtype=np.float64)
    return Variable(name, kind, values, tuple(levels), why=why)


def _ordered(variable: Variable, order: tuple[str, ...]) -> Variable:
    """Return a variable with its levels in a stated order, which may name levels that no patient has."""
    lacking = [level for level in variable.levels if level not in order]
    if lacking or not variable.is_categorical:
        raise UsageError(
            f"the order of {variable.name} leaves levels out",
            parameter="order",
            found=", ".join(lacking) or str(variable.kind),
            expected="<".join(variable.levels) or "a column with levels",
        )
    used = tuple(level for level in order if level in variable.levels)
    return variable.with_levels(used)


def _sorted_levels(cells: Sequence[str]) -> tuple[str, ...]:
    levels = sorted({cell for cell in cells if cell})
    if all(re.fullmatch(r"-?\d+(\.\d+)?", level) for level in levels):
        levels.sort(key=float)
    return tuple(levels)


def _reference_first(levels: Sequence[str], cells: Sequence[str]) -> tuple[str, ...]:
    """Return levels with the reference first: the one whose name says so, else the most frequent."""
    says = [level for level in levels if says_no(level)]
    if len(says) != 1 and levels:
        says = [level for level, word in zip(levels, reference_words(levels), strict=True) if word]
    counts = Counter(cell for cell in cells if cell)
    first = says[0] if len(says) == 1 else max(levels, key=lambda level: counts[level], default="")
    return (first, *(level for level in levels if level != first)) if levels else ()


def _known_order(levels: Sequence[str]) -> tuple[str, ...] | None:
    """Return the levels in the order that their words have; None where they have none."""
    keys = {level: level.casefold().strip() for level in levels}
    for scale in _SCALES:
        plain = {level: key.replace(" ", "-") for level, key in keys.items()}
        if set(plain.values()) <= set(scale) and len(set(plain.values())) == len(levels):
            return tuple(sorted(levels, key=lambda level: scale.index(plain[level])))
    for form in (_STAGED, _NUMBERED, _RANGED):
        found = {level: form.fullmatch(key) for level, key in keys.items()}
        if all(found.values()):
            return tuple(sorted(levels, key=lambda level: _place(form, found[level])))
    return None


def _place(form: re.Pattern[str], match: re.Match[str] | None) -> tuple[float, float, str]:
    assert match is not None  # every level matched
    if form is _STAGED:
        return _ROMAN.index(match[1]), 0, match[2]
    if form is _NUMBERED:
        return float(match[2]), 0, match[3]
    return float(match[2]), {"<": -1, "≤": -1, "": 0}.get((match[1] or "")[:1], 1), ""


def _are_ranges(cells: Sequence[str]) -> bool:
    """Return True for few texts such as <65 and >=65, which are levels."""
    levels = set(cells)
    plain = sum(re.fullmatch(r"[-+]?\d+([.,]\d+)?", level) is not None for level in levels)
    few = 2 <= len(levels) <= _MOST_ORDINAL and 2 * plain < len(levels)
    return few and any(level[0] in "<>≤≥" for level in levels)


def _refuse_spreadsheet_errors(table: TextTable, column: int, cells: Sequence[str]) -> None:
    row = next((row for row, cell in enumerate(cells) if cell.upper() in SPREADSHEET_ERRORS), None)
    if row is not None:
        raise FormatError(
            "a formula of the spreadsheet failed",
            path=table.path,
            line=table.line_of(row),
            column=table.header[column],
            found=cells[row],
            hint="correct the formula, or leave the cell empty, and save the table again",
        )


def _refuse_changed_names(table: TextTable, column: int, cells: Sequence[str]) -> None:
    """Refuse names that a spreadsheet turned into dates: 1-2 becomes 2-Jan, MARCH1 becomes 1-Mar."""
    row = next((row for row, cell in enumerate(cells) if is_spreadsheet_date(cell) or is_date(cell)), None)
    if row is not None:
        raise FormatError(
            "a spreadsheet has turned a name into a date",
            path=table.path,
            line=table.line_of(row),
            column=table.header[column],
            found=repr(cells[row]),
            expected="a text like the other cells of the column",
            hint="format the column as text, type the name again, and save the table",
        )
