"""Levels of miRNAs in fluids or tissues, as a database or a laboratory tabulates them.

The formats
-----------
recognized by their columns:

- **long**: one row per miRNA and fluid. A column of miRNA names, one of fluids (:data:`FLUID_HEADERS`: ``fluid``,
  ``biofluid``, ``tissue``, ``organ`` …) and one of levels (:data:`LEVEL_HEADERS`: ``level``, ``expression``,
  ``mean``, ``RPM`` …).
- **wide**: one row per miRNA and one column per fluid. Every column of numbers is a fluid, unless its header is
  that of an identifier, a year or a rank. The names of miRNAs may be row names, without a header.

Levels are linear and not negative: 0 means that the miRNA was looked for and not seen. On a log scale 0 is a
level like another, and a larger Ct means less; both are refused. An empty cell, and in a long table a miRNA
without a row for the fluid, has no level. Of several levels of one name in a fluid the highest is taken.

The unit is stated in the header of the levels (``level (RPM)``, or ``RPM`` alone), by a column ``unit``, behind
the name of a fluid (``serum (RPM)``), or in a note above the header (``# unit: RPM``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mirtool.errors import FormatError, UsageError, option
from mirtool.io.mirnas.mirna_lists import IDENTIFIER_HEADERS, find_mirna_column
from mirtool.io.tables.corrected import refuse_corrected
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.name_lists import find_column
from mirtool.io.tables.text_tables import MISSING_CELLS, TextTable, read_table
from mirtool.model import FloatArray, TextArray
from mirtool.wording import first_of, plural

FLUID_HEADERS = (
    "fluid", "biofluid", "biofluidname", "bodyfluid", "tissue", "organ", "specimen", "sampletype",
)  # fmt: skip
UNITS = (
    "rpm",
    "rpmm",
    "rpmmm",
    "cpm",
    "tpm",
    "rpkm",
    "fpkm",
    "reads",
    "readcount",
    "readcounts",
    "counts",
    "copies",
)
"""Folded units that are one as the header of a column, or in brackets behind the name of a fluid."""
LEVEL_HEADERS = (
    "level", "levels", "expression", "abundance", "mean", "median", "meanexpression", "medianexpression",
    "meanlevel", "medianlevel", "value", *UNITS,
)  # fmt: skip
_WITH_UNIT = re.compile(r"(.*?)\s*[(\[]([^()\[\]]+)[)\]]\s*")
_NOT_LINEAR = re.compile(r"log.*|ln.*|(d|delta|δ){0,2}c[tqp]")
_NUMBER = re.compile(r"[-+]?(\d+[.,]?\d*|[.,]\d+)([eE][-+]?\d+)?")
_SHOWN = 12


@dataclass(frozen=True, eq=False)
class ReferenceLevels:
    """Levels of miRNAs in one fluid.

    Parameters
    ----------
    path
        The table.
    fluid, unit
        The fluid and the unit of its levels, as the table writes them where it states them.
    names
        Names of miRNAs as they are in the table, each once.
    values
        Their levels; NaN where the table has none for the fluid.
    n_lower
        Levels that were left out, because the same name has a higher one.
    left_out
        What reading left out, in words.
    """

    path: str
    fluid: str
    unit: str
    names: tuple[str, ...]
    values: FloatArray
    n_lower: int = 0
    left_out: tuple[str, ...] = ()


def read_reference_levels(path: str | Path, fluid: str | None = None, unit: str | None = None) -> ReferenceLevels:
    """Read the levels of one fluid from a table of either form.

    Parameters
    ----------
    path
        The table.
    fluid
        The fluid; upper and lower case, blanks and marks do not matter. None takes the only one there is.
    unit
        The unit, where the table does not state it.

    Raises
    ------
    UsageError
        Where the table has several fluids and none is named; where ``unit`` is not the table's.
    FormatError
        For a table without a column of miRNA names or of levels, without the fluid, or without a unit where none
        is given; a level that is not a number, negative or infinite; levels on a log scale or as Ct; two units, or
        two columns, of one fluid; a fluid without a level.
    """
    table = read_table(path)
    refuse_corrected(table)
    name_column = find_mirna_column(table)
    names = table.text(name_column)
    fluids = _long_fluids(table, name_column)
    if fluids is None:
        column, own_fluid, own_unit = _wide_column(table, name_column, fluid)
        rows = np.ones(len(table), dtype=bool)
    else:
        column, own_unit = _long_column(table)
        own_fluid = _choose(table, list(dict.fromkeys(cell for cell in fluids if cell)), fluid)
        rows = np.array([fold_header(cell) == fold_header(own_fluid) for cell in fluids], dtype=bool)
        own_unit = _unit_of_rows(table, rows) or own_unit
    unit = _choose_unit(table, own_unit or _unit_in_notes(table), unit)
    levels = np.where(rows, table.numbers(column), np.nan)
    _refuse_impossible(table, column, levels)
    kept, values, n_lower = _one_per_name(names, levels)
    unnamed = int((names == "").sum())
    left_out = (f"{plural(unnamed, 'row')} without a name",) if unnamed else ()
    return ReferenceLevels(str(path), own_fluid, unit, kept, values, n_lower, left_out)


def _long_fluids(table: TextTable, name_column: int) -> TextArray | None:
    """Return the column of fluids of a long table; None for a wide one."""
    column = find_column(table, FLUID_HEADERS)
    if column is None or column == name_column:
        return None
    cells = table.text(column)
    return None if _holds_numbers(cells) else cells


def _long_column(table: TextTable) -> tuple[int, str]:
    """Return the column of levels of a long table, and the unit that its header states."""
    split = [_split(header) for header in table.header]
    folded = [fold_header(name) for name, _ in split]
    for wanted in LEVEL_HEADERS:
        if wanted in folded:
            column = folded.index(wanted)
            name, unit = split[column]
            return column, unit or (name if wanted in UNITS else "")
    raise FormatError(
        "this table of miRNAs and fluids has no column of levels",
        path=table.path,
        line=table.header_line,
        found=", ".join(table.header[:_SHOWN]),
        expected="a column level, expression, mean or median",
    )


def _wide_column(table: TextTable, name_column: int, fluid: str | None) -> tuple[int, str, str]:
    """Return the column of a fluid in a wide table, the fluid's name and the unit in its header."""
    split = {
        j: (name, unit) if fold_header(unit) in UNITS else (header, "")
        for j, header in enumerate(table.header)
        if j != name_column
        for name, unit in [_split(header)]
    }
    fluids = [
        name
        for j, (name, _) in split.items()
        if not IDENTIFIER_HEADERS.fullmatch(fold_header(name)) and _holds_numbers(table.peek(j))
    ]
    # A column that is asked for by its name is taken even if a cell of it is not a number, to name that cell.
    asked = [name for name, _ in split.values() if fluid and fold_header(name) == fold_header(fluid)]
    if not fluids and not asked:
        raise FormatError(
            "this table has no levels of miRNAs",
            path=table.path,
            line=table.header_line,
            found=", ".join(table.header[:_SHOWN]),
            expected="one column of numbers per fluid, or the columns fluid and level",
        )
    own = asked[0] if asked else _choose(table, fluids, fluid)
    columns = [j for j, (name, _) in split.items() if fold_header(name) == fold_header(own)]
    if len(columns) > 1:
        raise FormatError(
            "two columns are of one fluid",
            path=table.path,
            line=table.header_line,
            found=", ".join(table.header[j] for j in columns),
            expected="one column per fluid",
            hint="take the mean of them, or give each its own name",
        )
    return columns[0], own, split[columns[0]][1]


def _choose(table: TextTable, fluids: list[str], fluid: str | None) -> str:
    """Return the name that the table has for a fluid, or of its only one."""
    known = {fold_header(name): name for name in reversed(fluids)}
    if fluid is not None and fold_header(fluid) in known:
        return known[fold_header(fluid)]
    if fluid is None and len(known) == 1:
        return fluids[0]
    own = list(reversed(known.values()))
    expected = f"one of {first_of(own, _SHOWN)}" if own else "the name of a fluid in each row"
    if fluid is None and own:
        raise UsageError(
            "the table has levels in several fluids, and none is named",
            path=table.path,
            parameter="fluid",
            expected=expected,
        )
    raise FormatError(
        "the table has no levels in this fluid",
        path=table.path,
        parameter="fluid",
        found=repr(fluid) if fluid else "empty cells",
        expected=expected,
    )


def _unit_of_rows(table: TextTable, rows: np.ndarray) -> str:
    """Return the unit in the column ``unit`` of a long table, for the rows of one fluid; empty without one."""
    column = find_column(table, ("unit", "units"))
    if column is None:
        return ""
    units = list(dict.fromkeys(cell for cell in table.text(column)[rows] if cell))
    if len(units) > 1:
        raise FormatError(
            "the levels of one fluid are in two units",
            path=table.path,
            column=table.header[column],
            found=", ".join(units),
            expected="one unit",
        )
    return units[0] if units else ""


def _unit_in_notes(table: TextTable) -> str:
    return next((value for key, value in table.notes.items() if key.lower() == "unit"), "")


def _choose_unit(table: TextTable, stated: str, asked: str | None) -> str:
    if not stated and not asked:
        raise FormatError(
            "the table does not state the unit of its levels",
            path=table.path,
            parameter="level_unit",
            expected="a header such as level (RPM), a note # unit: RPM above the header, or the unit here",
        )
    if stated and asked and fold_header(stated) != fold_header(asked):
        raise UsageError(
            "the table states another unit of its levels",
            path=table.path,
            parameter="level_unit",
            found=f"{stated} in the table, {asked} here",
        )
    unit = stated or str(asked)
    if _NOT_LINEAR.fullmatch(fold_header(unit)):
        raise FormatError(
            "these levels do not say what was never seen: 0 of a logarithm or of Ct is not 'not seen'",
            path=table.path,
            found=unit,
            expected="linear levels, 0 where a miRNA was not seen",
            hint="undo the logarithm (2 to the power of each level), or take the table of reads per million",
        )
    return unit


def _refuse_impossible(table: TextTable, column: int, levels: FloatArray) -> None:
    wrong = np.flatnonzero((levels < 0) | np.isinf(levels))
    if wrong.size:
        row = int(wrong[0])
        raise FormatError(
            "a level can't be negative or infinite",
            path=table.path,
            line=table.line_of(row),
            column=table.header[column],
            found=f"{levels[row]:g}",
            expected="a linear level of at least 0, or an empty cell",
            hint=f"if the levels are logarithms, undo them, and name the unit by {option('level_unit')}",
        )
    if np.isnan(levels).all():
        raise FormatError(
            "the table has no level in this fluid",
            path=table.path,
            column=table.header[column],
            found="empty cells",
        )


def _one_per_name(names: TextArray, levels: FloatArray) -> tuple[tuple[str, ...], FloatArray, int]:
    """Return each name once with its highest level, and how many lower ones there are."""
    highest: dict[str, float] = {}
    n_levels: dict[str, int] = {}
    for name, level in zip(names, levels.tolist(), strict=True):
        if not name:
            continue
        highest[name] = float(np.fmax(highest.get(name, np.nan), level))
        n_levels[name] = n_levels.get(name, 0) + (level == level)
    n_lower = sum(max(n - 1, 0) for n in n_levels.values())
    return tuple(highest), np.array(list(highest.values()), dtype=np.float64), n_lower


def _split(header: str) -> tuple[str, str]:
    """Separate ``level (RPM)`` into name and unit; the unit is empty where there is none.

    Examples
    --------
    >>> _split("level (RPM)"), _split("serum")
    (('level', 'RPM'), ('serum', ''))
    """
    match = _WITH_UNIT.fullmatch(header.strip())
    return (match[1], match[2].strip()) if match else (header.strip(), "")


def _holds_numbers(cells: TextArray) -> bool:
    """Return True if more than half of the cells that are not empty are numbers."""
    present = [cell for cell in cells if cell not in MISSING_CELLS]
    return sum(_NUMBER.fullmatch(cell) is not None for cell in present) * 2 > len(present)
