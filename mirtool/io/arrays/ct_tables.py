"""Ct tables of quantitative PCR: the exports of the common instruments, and plain tables, long or wide.

*Long tables* have one row per well. They are known by their header: a column of Ct (``Ct``, ``CT``, ``Cт`` with
the Cyrillic letter that Applied Biosystems writes, ``Cq``, ``Cp``, ``Crt``; failing that ``Ct Mean`` and its like)
beside a sample and a target. The header is looked for anywhere in a file and in every sheet of a workbook, since
instruments put other blocks above it; it ends at a blank line that only a footer follows, or at the next
``[Section]``. Seen in exports:

==========================================  ================================================================
Applied Biosystems QuantStudio, ViiA 7,     ``* Block Type = …`` lines, ``[Results]``, then ``Well, Well Position,
StepOne, 7500                               Omit, Sample Name, Target Name, Task, …, CT, Ct Mean, Ct SD, …``
QuantStudio Design and Analysis 2           ``Well, Well Position, Omit, Sample, Target, Task, …, Cq, …, Cq Mean``
7300, 7500 and 7900 (SDS 1 and 2)           ``Well, Sample Name, Detector | Detector Name, …, Task, Ct, …``
Bio-Rad CFX (Quantification Cq Results)     an empty first column, ``Well, Fluor, Target, Content, Sample,
                                            Biological Set Name, Cq, Cq Mean, Cq Std. Dev, …``
Roche LightCycler 96                        ``Well, Sample Name, Gene Name, Cq, …, Excluded, Sample Type, …``
Roche LightCycler 480                       ``Experiment: …``, then ``Include, Color, Pos, Name, Cp, …``: no
                                            target, which the user gives for the whole file
==========================================  ================================================================

*Wide tables* have samples in rows and targets in columns (as GenEx has them; columns that begin with ``#``
classify the samples there) or the other way round. Repeated rows or columns are technical replicates. An empty
cell was not measured. A wide table is known for one by itself only where some cell says ``Undetermined`` or the
like: without, it could hold anything, and whoever reads it says what it is.

OpenArray, TLDA cards, BioMark, MxPro and what each instrument says about its wells besides are in
:mod:`mirtool.io.arrays.ct_forms`; RDML is read by :mod:`mirtool.io.arrays.rdml`. CFX may have the miRNA under
``Content``, where another cell says what a well is for (``Unkn-01``, ``NTC``). A text of SDS RQ Manager without
its header is known where every line fits its columns. All tables of wells of a file are read, whatever sheet or
``[Results]`` they are in, below or beside each other; one that repeats the wells of another is read once. Columns
that are not used are not checked.

Wells marked omitted (``Omit``, ``Excluded``, ``Include`` = false), standards of a dilution series, wells of
another use (empty, internal positive control, a task that is not known and not needed), and wells that have
neither a Ct nor a name are left out and counted; wells without template are kept as controls. ``Undetermined``,
``N/A``, ``NaN``, ``No Ct`` and, in a long table, an empty cell are wells without a Ct: measured, and nothing
found. A decimal comma is read.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mirtool.errors import FormatError
from mirtool.io.arrays.ct_forms import (
    LAST_OPENARRAY_CYCLE,
    OPENARRAY,
    OUTLIER_NAMES,
    PLATE_NAMES,
    well_flags,
)
from mirtool.io.arrays.ct_grids import (
    Grid,
    Row,
    candidate_grids,
    long_grids,
    plain_sds_grid,
    sheet_grids,
    text_grids,
)
from mirtool.io.arrays.ct_inspection import ct_details
from mirtool.io.arrays.ct_layout import with_layout
from mirtool.io.arrays.ct_numbers import LARGEST_CT, amplification_factor, is_number, number
from mirtool.io.arrays.ct_targets import update_targets
from mirtool.io.arrays.ct_wells import CtTable, FoundWells, Well, table_of
from mirtool.io.arrays.ct_words import (
    CONTROL,
    CT_NAMES,
    DYE_NAMES,
    EFFICIENCY_NAMES,
    GROUP_NAMES,
    INCLUDE_NAMES,
    MEAN_CT_NAMES,
    NO_CT,
    NO_CT_NUMBERS,
    NO_TARGET,
    OMIT_NAMES,
    POSITION_NAMES,
    SAMPLE,
    SAMPLE_NAMES,
    SMALL_RNA,
    STANDARD,
    TARGET_NAMES,
    TASK_NAMES,
    TELLING_NO_CT,
    UNUSED,
    WELL_NAMES,
    find,
    is_reference_task,
    names_control,
    role_of,
)
from mirtool.io.arrays.rdml import is_rdml, read_rdml
from mirtool.io.registry import Inspection
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.text import FileHead, is_workbook, read_head
from mirtool.io.tables.text_tables import head_sheets
from mirtool.wording import plural

_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")
_SECTION = re.compile(r"^\[[^\]]*\]$")
_TELLING_WORD = re.compile(r"\b(c[tтqp]|crt|c\(t\)|undet\w*)(?!\w)", re.IGNORECASE)
_NUMBERED_ASSAY = re.compile(r"\d+_\S|$")
_SNIFFED_ROWS = 200
_SAMPLE_WORDS = frozenset({"unknown", "unkn", "unk"})


@dataclass(frozen=True)
class _Line:
    """A row of a long table before it is known what becomes of it."""

    grid: Grid
    line: int
    sample: str
    target: str
    group: str
    task: str
    role: str | None
    ct: str
    is_omitted: bool
    dye: str
    position: str
    efficiency: str
    plate: str
    flags: tuple[str, ...]
    is_outlier: bool
    is_failed: bool


def sniff(head: FileHead) -> bool:
    """Return a Ct table: a column of Ct beside the samples, or samples by targets and some cell undetermined."""
    if is_rdml(head):
        return True
    if not is_workbook(head.data) and _is_plain_sds(head):
        return True
    if not is_workbook(head.data) and not _TELLING_WORD.search(head.text):
        return False
    sheets = head_sheets(head, _SNIFFED_ROWS)
    try:
        grids = sheet_grids(sheets, head.path) if sheets else text_grids(head.lines, head.path)
    except FormatError:  # two columns of Ct
        return True
    return any(_names_wells(grid.header) for grid in grids) or (bool(grids) and _is_undetermined(grids[0]))


def _is_plain_sds(head: FileHead) -> bool:
    try:
        return plain_sds_grid(head.lines, head.path) is not None
    except FormatError:  # a line that does not fit: it is one, and reading says which line
        return True


def inspect(path: str | Path) -> Inspection:
    """Read a Ct table and say what it holds; ``spots`` counts its wells."""
    if is_rdml(read_head(path)):
        table = _as_stated(read_rdml(path), path, "")
        return _inspection(table, path, "", [])
    grids = candidate_grids(path)
    long = _long_grids(grids)
    nameless = any(_target_column(grid) is None for grid in long)
    table = _read_grids(grids, long, path, "not named" if nameless else "")
    remarks = []
    if nameless:
        remarks.append(f"the table does not say what its wells measure: mirtool validate hsa-miR-16-5p={path}")
    return _inspection(table, path, "one row per well" if long else "samples by targets", remarks)


def _inspection(table: CtTable, path: str | Path, layout: str, remarks: Sequence[str]) -> Inspection:
    warnings = (*(f"left out: {remark}" for remark in table.left_out), *remarks)
    return Inspection(str(path), "qpcr", len(table), (), warnings, ct_details(table, layout))


def read_ct(
    path: str | Path, *, target: str = "", samples: Collection[str] = (), sheet: str | None = None
) -> CtTable:
    """Read one file of Ct values, all its tables of wells.

    Parameters
    ----------
    path
        CSV, TSV, text with any preamble, XLSX or XLS; RDML.
    target
        What every well of the file measures, for tables that do not say it (LightCycler 480), or that name
        one target only.
    samples
        Names of the study's samples, by which a wide table without a telling header is turned the right way.
    sheet
        Sheet of a workbook to read alone; all of them if not given.

    Raises
    ------
    FormatError
        Where no Ct table is found, a Ct or a task can't be read, or a well with a Ct lacks its sample or target;
        each with its line.
    """
    if is_rdml(read_head(path)):
        return _as_stated(read_rdml(path), path, target)
    grids = candidate_grids(path, sheet)
    return _read_grids(grids, _long_grids(grids), path, target, samples)


def _long_grids(grids: Sequence[Grid]) -> list[Grid]:
    """Return the tables of wells, with the targets of a panel's layout where they have none themselves."""
    return [grid if _target_column(grid) is not None else with_layout(grid, grids) for grid in long_grids(grids)]


def _as_stated(found: FoundWells, path: str | Path, target: str) -> CtTable:
    """Return the wells of an RDML file, their only target called as the user states it."""
    if not found.wells and not found.left_out:
        raise FormatError("the RDML file holds no well", path=path, expected="reactions with a <cq>")
    names = {well.target for well in found.wells} - {target}
    if target and len(names) == 1:
        found.notes.append(f"the target is {target} as stated, not {names.pop()!r} of the file")
        found.wells = [replace(well, target=target) for well in found.wells]
    return update_targets(table_of(str(path), found))


def _read_grids(
    grids: Sequence[Grid], long: Sequence[Grid], path: str | Path, target: str, samples: Collection[str] = ()
) -> CtTable:
    """Read the tables of wells (``long``) among the tables of a file, else its wide ones."""
    found = FoundWells()
    if long:
        _read_long(long, target, samples, found)
    else:
        for grid in _wide_grids(grids, path):
            _read_wide(grid, samples, found)
    if not found.wells and not found.left_out:
        raise FormatError(
            "the table holds no well with a sample",
            path=path,
            hint="name the samples on the plate and export again",
        )
    return update_targets(table_of(str(path), found))


def _names_wells(header: Sequence[str]) -> bool:
    """Return header of a Ct table by a Ct and a sample; a name alone may be a probe's, unless a well has it."""
    if find(header, CT_NAMES + MEAN_CT_NAMES) is None:
        return False
    in_wells = find(header, WELL_NAMES) is not None and find(header, POSITION_NAMES) is not None
    return in_wells or find(header, SAMPLE_NAMES) is not None


def _is_undetermined(grid: Grid) -> bool:
    """Return a wide Ct table: every cell a Ct or none, and some say that there is none as only qPCR does."""
    words = _words_among_cts(grid)
    return words is not None and bool(words & TELLING_NO_CT)


def _words_among_cts(grid: Grid) -> frozenset[str] | None:
    """Return the words that represent no Ct in a wide table, or None where some cell is neither a Ct nor one."""
    others = (0, find(grid.header, GROUP_NAMES), find(grid.header, EFFICIENCY_NAMES))
    columns = [i for i, name in enumerate(grid.header) if name and i not in others and not name.startswith("#")]
    cells = {cell.lower() for _, row in grid.rows[:_SNIFFED_ROWS] for i in columns if (cell := grid.cell(row, i))}
    words = frozenset(cell for cell in cells if not is_number(cell))
    is_ct = words <= NO_CT and all(0 < number(cell) <= LARGEST_CT for cell in cells - words)
    return words if is_ct and cells else None


def _wide_grids(grids: Sequence[Grid], path: str | Path) -> list[Grid]:
    """Return the tables of samples by targets: the first of each sheet that holds Ct values."""
    for grid in grids:
        if find(grid.header, SAMPLE_NAMES) is not None and find(grid.header, TARGET_NAMES) is not None:
            raise FormatError(
                "the table names samples and targets, but no Ct",
                path=path,
                line=grid.header_line,
                found=", ".join(filter(None, grid.header[:12])),
                expected="a column Ct (or Cq, Cp)",
                hint="export the run's results with the Ct of each well, or call that column Ct",
            )
    if not grids:
        raise FormatError(
            "no table of Ct values was found",
            path=path,
            expected="columns Sample, Target and Ct (or Cq, Cp), one row per well; or samples by targets",
            hint="export the run's results as text or Excel (QuantStudio: Results; CFX: Quantification Cq "
            "Results)",
        )
    of_sheet: dict[str, Grid] = {}
    for grid in grids:
        if _words_among_cts(grid) is not None:
            of_sheet.setdefault(grid.sheet, grid)
    return list(of_sheet.values()) or [grids[0]]


# ------------------------------------------------------------------------------------------ long tables


def _read_long(grids: Sequence[Grid], given_target: str, samples: Collection[str], found: FoundWells) -> None:
    """Read every table of wells of a file."""
    found.form = "; ".join(dict.fromkeys(filter(None, (grid.form for grid in grids))))
    tables = [_lines_of(grid, given_target, found) for grid in grids]
    tables = _without_copies(grids, tables, found)
    lines = [line for table in tables for line in table]
    _check_dyes(lines)
    measured = [line for line in lines if line.role == SAMPLE and line.ct and not line.is_omitted]
    known = {line.sample for line in measured} | set(samples)
    targets, pairs = {line.target for line in measured}, {(line.sample, line.target) for line in measured}
    for line in lines:
        is_needed = not measured or (
            (line.sample in known or bool(line.group))
            and line.target in targets
            and (line.sample, line.target) not in pairs
        )
        _take(line, found, is_needed=is_needed)
    found.notes += _reading_notes(found)
    if len(tables) > 1:
        found.notes.append(
            f"wells of {len(tables)} tables of the file were put together: "
            + "; ".join(table[0].grid.place for table in tables if table)
        )


def _reading_notes(found: FoundWells) -> list[str]:
    """Return what the instrument says about the wells, in words."""
    notes = []
    if found.last_cycle:
        last = f"{LAST_OPENARRAY_CYCLE:g}"
        notes.append(f"{plural(found.last_cycle, 'well')} of Ct {last}, the last cycle: no Ct was found")
    if found.flags:
        counts = ", ".join(f"{name} {n:,}" for name, n in sorted(found.flags.items()))
        notes.append(f"wells with a Ct that are flagged or have a low score, counted and kept: {counts}")
    return notes


def _take(line: _Line, found: FoundWells, *, is_needed: bool) -> None:
    """Take a row for a well, or count it among what is left out."""
    grid, header = line.grid, line.grid.header
    no_ct = not line.ct or line.ct.lower() in NO_CT
    if no_ct and not (line.sample or line.target):
        if line.ct or line.task:
            found.left_out["well without a Ct, a sample and a target"] += 1
    elif line.is_omitted:
        found.left_out["well marked as omitted"] += 1
    elif line.is_outlier:
        found.left_out["well that the instrument calls an outlier"] += 1
    elif line.is_failed and not no_ct and not _says_none(line.ct):
        found.left_out["well that failed the instrument's quality check"] += 1
    elif line.role == STANDARD:
        found.left_out["well of a standard or a positive control"] += 1
    elif line.role == UNUSED:
        found.left_out[f"well of the task {line.task!r}"] += 1
    elif no_ct and (not line.target or (not line.sample and line.role != CONTROL)):
        found.left_out[f"well without a Ct and without a {'sample' if line.target else 'target'}"] += 1
    elif line.role is None and (no_ct or not line.sample or not is_needed):
        found.left_out[f"well of the task {line.task!r}, which mirtool does not know"] += 1
    elif line.role is None:
        raise grid.error(
            "a well's task is not known",
            line.line,
            _task_column(grid) or 0,
            line.task,
            "unknown, endogenous control, NTC, standard … (a sample may be left empty)",
            "correct the cell, or take the column out",
        )
    elif line.role == CONTROL and not line.target:
        found.left_out["control well without a target"] += 1
    else:
        _require_names(line)
        value, has_none = _ct(grid, line.line, header.index("ct"), line.ct)
        if value == LAST_OPENARRAY_CYCLE and grid.form == OPENARRAY:
            value, has_none = math.nan, True
            found.last_cycle += 1
        if line.role == SAMPLE and not math.isnan(value):
            found.flags.update(line.flags)
        if is_reference_task(line.task):
            found.references.append(line.target)
        factor, doubt = _efficiency(line)
        no_ct = has_none or not line.ct
        found.wells.append(
            Well(
                line.sample, line.target, line.group, line.role, value, no_ct, factor, doubt, plate=line.plate
            )
        )  # fmt: skip


def _lines_of(grid: Grid, given_target: str, found: FoundWells) -> list[_Line]:
    """Read the rows of a table of wells.

    Raises
    ------
    FormatError
        Where the table does not say which sample is in a well, or what it measures.
    """
    header = grid.header
    sample, target = find(header, SAMPLE_NAMES + WELL_NAMES), _target_column(grid)
    if sample is None:
        raise FormatError(
            "the Ct table does not say which sample is in which well",
            path=grid.path, line=grid.header_line, found=", ".join(filter(None, header)),
            expected="a column Sample (or Sample Name)",
            hint="name the samples on the plate, or add the column",
        )  # fmt: skip
    if target is None and not given_target:
        empty = find(header, TARGET_NAMES)
        columns = ", ".join(filter(None, header))
        raise FormatError(
            "the Ct table does not say which miRNA each well measures",
            path=grid.path, line=grid.header_line,
            found=columns if empty is None else f"a column {header[empty]!r} without names",
            expected="a column Target (or Detector, Gene), with a name for each well",
            hint=f"where the whole file is one target, write it before the file: hsa-miR-16-5p={grid.path}; of a "
            "panel, put its layout (columns Well and Assay) below the wells or into another sheet",
        )  # fmt: skip
    rows = list(_data_rows(grid, max(header.index("ct"), sample, target or 0)))
    if target is not None and given_target:
        named = {name for _, row in rows if (name := _target(grid, row, target)) and name != given_target}
        if len(named) == 1:
            found.notes.append(f"the target is {given_target} as stated, not {named.pop()!r} of the table")
            target = None
    task = _task_column(grid)
    in_content = task is not None and task == target
    roles = _roles(grid, rows, task)
    group, efficiency, dye, position = (
        find(header, names) for names in (GROUP_NAMES, EFFICIENCY_NAMES, DYE_NAMES, POSITION_NAMES)
    )
    plate, outlier = (find(header, names) for names in (PLATE_NAMES, OUTLIER_NAMES))
    own_plate = _own_plate(grid)
    flags = well_flags(header)
    omit, include, call = (find(header, names) for names in (OMIT_NAMES, INCLUDE_NAMES, _call_names(header)))
    lines = []
    for line_number, row in rows:
        name, use, measured = grid.cell(row, sample), grid.cell(row, task), _target(grid, row, target)
        if in_content:  # each cell says either what the well measures or what it is for
            use, measured = ("", measured) if SMALL_RNA.search(measured) else (use, "")
        role = roles(use)
        lines.append(
            _Line(
                grid,
                line_number,
                name,
                measured or given_target,
                grid.cell(row, group),
                use,
                CONTROL if role == SAMPLE and names_control(name) else role,
                grid.cell(row, header.index("ct")),
                _says(row, grid, omit, _TRUE) or _says(row, grid, include, _FALSE),
                grid.cell(row, dye),
                grid.cell(row, position),
                grid.cell(row, efficiency),
                grid.cell(row, plate) or own_plate,
                tuple(flags(row)),
                _says(row, grid, outlier, _TRUE),
                _says(row, grid, call, ("fail",)),
            )
        )
    return lines


def _own_plate(grid: Grid) -> str:
    """Return what a plate without a name of its own is called: its file, and the sheet where there are several."""
    return Path(grid.path).name + (f", sheet {grid.sheet}" if grid.sheet else "")


def _call_names(header: Sequence[str]) -> tuple[str, ...]:
    """Return the headers of BioMark's verdict about a well; other instruments call something else so."""
    return ("call",) if find(header, ("target type",)) is not None else ()


def _target(grid: Grid, row: Sequence[str], column: int | None) -> str:
    name = grid.cell(row, column)
    return "" if name.lower() in NO_TARGET else name


def _target_column(grid: Grid) -> int | None:
    """Return the column of targets that names one; CFX may have them under Content."""
    content, assay = find(grid.header, ("content",)), find(grid.header, ("assay.assay id",))
    if assay is not None and all(_NUMBERED_ASSAY.match(grid.cell(row, assay)) for _, row in grid.rows if row):
        return assay
    for column in (find(grid.header, TARGET_NAMES), content):
        names = [name for _, row in grid.rows if (name := _target(grid, row, column))]
        if column == content:
            names = [name for name in names if SMALL_RNA.search(name)]
        if names:
            return column
    measures = any(is_number(grid.cell(row, find(grid.header, ("ct",)))) for _, row in grid.rows)
    return None if measures else find(grid.header, TARGET_NAMES)


def _task_column(grid: Grid) -> int | None:
    """Return the column that says what each well is used for, by its header, else by what is in it."""
    column = find(grid.header, TASK_NAMES)
    if column is not None:
        return column
    taken = {find(grid.header, names) for names in (SAMPLE_NAMES, WELL_NAMES, TARGET_NAMES, GROUP_NAMES)}
    for j in range(len(grid.header)):
        words = {fold_header(text, keep_marks=True) for _, row in grid.rows if (text := grid.cell(row, j))}
        if j not in taken and words & _SAMPLE_WORDS and len(words) > 1 and None not in map(role_of, words):
            return j
    return None


def _roles(grid: Grid, rows: Sequence[Row], column: int | None) -> Callable[[str], str | None]:
    """Return the function that gives the role of a well by its task.

    A column called Type or Sample Type may as well hold what the samples are (tumor, normal): where none of its
    words says that a well holds a sample, the words that are not known do.
    """
    words = {text for _, row in rows if (text := grid.cell(row, column))} if column is not None else set()
    says_sample = any(role_of(word) == SAMPLE for word in words)
    is_task = column is not None and fold_header(grid.header[column], keep_marks=True) == "task"

    def role(task: str) -> str | None:
        return role_of(task) if says_sample or is_task else role_of(task) or SAMPLE

    return role


def _data_rows(grid: Grid, last_needed: int) -> Iterator[Row]:
    """Return the rows of the table: up to the next section, or to a blank line that only a footer follows."""
    after_blank = False
    for line, row in grid.rows:
        filled = max((i + 1 for i, cell in enumerate(row) if cell.strip()), default=0)
        if not filled:
            after_blank = True
        elif _SECTION.match(row[0].strip()) or (after_blank and filled <= last_needed):
            return
        else:
            yield line, row


def _without_copies(grids: Sequence[Grid], tables: Sequence[list[_Line]], found: FoundWells) -> list[list[_Line]]:
    """Leave out a table that repeats the wells of another.

    Raises
    ------
    FormatError
        Where a table repeats most wells of another and has others too.
    """
    kept: list[list[_Line]] = []
    seen: Counter[tuple[str, str, str, str]] = Counter()
    for grid, lines in zip(grids, tables, strict=True):
        wells = Counter((line.sample, line.target, line.ct, line.dye) for line in lines if is_number(line.ct))
        n_shared = sum((wells & seen).values())
        if n_shared and n_shared == sum(wells.values()):
            found.notes.append(f"a table that repeats the wells of another was passed over: {grid.place}")
            continue
        if 2 * n_shared > sum(wells.values()):
            raise FormatError(
                "two tables of the file share most of their wells, and not all",
                path=grid.path,
                line=grid.header_line,
                found=f"{n_shared} of {plural(sum(wells.values()), 'well')} of {grid.place} in another table too",
                expected="each well once",
                hint="take the table that is not wanted out of the file, or name the sheet to read",
                parameter="sheet" if grid.sheet else None,
            )
        seen += wells
        kept.append(lines)
    return kept


def _check_dyes(lines: Sequence[_Line]) -> None:
    """Refuse to take the wells of two dyes for replicates of one target.

    Raises
    ------
    FormatError
        Where one target was read in several dyes, in one well or in a file that names one target only.
    """
    dyes: dict[tuple[str, ...], dict[str, _Line]] = {}
    used = [line for line in lines if line.role == SAMPLE and not line.is_omitted and is_number(line.ct)]
    of_one_target = len({line.target for line in used}) == 1
    for line in used:
        if line.dye:
            place = (line.target,) if of_one_target else (line.sample, line.position, line.target)
            dyes.setdefault(place, {}).setdefault(line.dye, line)
    for lines_of_dye in dyes.values():
        if len(lines_of_dye) > 1:
            names = list(lines_of_dye)
            second = lines_of_dye[names[1]]
            column = find(second.grid.header, DYE_NAMES) or 0
            raise second.grid.error(
                f"one target, {second.target}, was read in several dyes",
                second.line,
                column,
                " and ".join(names),
                "a target for each dye, since each dye measures another one",
                "name the target of each dye on the plate (column Target) and export again, or export each dye "
                "to its own file",
            )


def _says(row: Sequence[str], grid: Grid, column: int | None, answers: Sequence[str]) -> bool:
    return column is not None and grid.cell(row, column).lower() in answers


def _says_none(text: str) -> bool:
    """Return True for a number that an instrument writes where no Ct was found."""
    return is_number(text) and number(text) in NO_CT_NUMBERS


def _require_names(line: _Line) -> None:
    grid = line.grid
    if not line.sample and line.role == SAMPLE:
        column = find(grid.header, SAMPLE_NAMES + WELL_NAMES) or 0
        raise grid.error("a well has no sample", line.line, column, "", "the sample's name", "fill in the cell")
    if not line.target:
        column = _target_column(grid) or 0
        raise grid.error("a well has no target", line.line, column, "", "the miRNA measured", "fill in the cell")


def _ct(grid: Grid, line: int, column: int, text: str) -> tuple[float, bool]:
    """Read a Ct cell: its value, and whether it says that none was found."""
    if not text:
        return math.nan, False
    if text.lower() in NO_CT:
        return math.nan, True
    if not is_number(text):
        raise grid.error(
            "a Ct can't be read", line, column, text, "cycles, such as 24.31, or Undetermined",
            "correct the cell, or write Undetermined",
        )  # fmt: skip
    value = number(text)
    if value in NO_CT_NUMBERS:
        return math.nan, True
    if not 0 < value <= LARGEST_CT:
        raise grid.error(
            "this is not a Ct", line, column, text, f"more than 0 and at most {LARGEST_CT:g} cycles",
            "write Undetermined where no Ct was found",
        )  # fmt: skip
    return value, False


def _efficiency(line: _Line) -> tuple[float, str]:
    """Read an efficiency: the factor, and where it can't be read, its place in words."""
    text = line.efficiency
    if not text or text.lower() in NO_CT:
        return math.nan, ""
    value = amplification_factor(text)
    return (math.nan, f"{text!r} in line {line.line}") if value is None else (value, "")


# ------------------------------------------------------------------------------------------ wide tables


def _read_wide(grid: Grid, samples: Collection[str], found: FoundWells) -> None:
    label, by_sample = _orientation(grid, samples)
    group = find(grid.header, GROUP_NAMES) if by_sample else None
    efficiency = None if by_sample else find(grid.header, EFFICIENCY_NAMES)
    columns = [
        i
        for i, name in enumerate(grid.header)
        if name and i not in (label, group, efficiency) and not name.startswith("#")
    ]
    for line, row in grid.rows:
        name = grid.cell(row, label)
        texts = [(i, grid.cell(row, i)) for i in columns]
        if not name and any(text for _, text in texts):
            what = "sample" if by_sample else "target"
            raise grid.error(f"a row of Ct values has no {what}", line, label, "", f"the {what}'s name")
        for i, text in texts:
            value, no_ct = _ct(grid, line, i, text)
            if not text:
                continue
            names = (name, grid.header[i]) if by_sample else (grid.header[i], name)
            factor = amplification_factor(grid.cell(row, efficiency))
            factor = math.nan if factor is None else factor
            cells = (*names, grid.cell(row, group), SAMPLE, value, no_ct, factor)
            found.wells.append(Well(*cells, plate=_own_plate(grid)))
    ignored = [
        name
        for name in grid.header
        if name.startswith("#") and fold_header(name, keep_marks=True) not in GROUP_NAMES
    ]
    if ignored:
        found.left_out[f"column of classes: {', '.join(ignored)}"] += len(ignored)


def _orientation(grid: Grid, samples: Collection[str]) -> tuple[int, bool]:
    """Return the column of row names, and whether they are samples (and the columns targets)."""
    header = grid.header
    for names, by_sample in ((SAMPLE_NAMES, True), (TARGET_NAMES, False)):
        column = find(header, names)
        if column is not None:
            return column, by_sample
    down = [grid.cell(row, 0) for _, row in grid.rows]
    across = [
        name
        for name in header[1:]
        if not name.startswith("#") and fold_header(name, keep_marks=True) not in GROUP_NAMES
    ]
    for is_sample in (set(samples).__contains__, lambda name: not SMALL_RNA.search(name)):
        n_down, n_across = (sum(map(is_sample, filter(None, names))) for names in (down, across))
        if bool(n_down) != bool(n_across):
            return 0, bool(n_down)
    raise FormatError(
        "can't tell whether the rows of this Ct table are samples or targets",
        path=grid.path,
        line=grid.header_line,
        found=", ".join(filter(None, header[:8])),
        hint="write Sample or Target above the first column",
    )
