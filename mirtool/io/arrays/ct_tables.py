"""Ct tables of quantitative PCR: the exports of the common instruments, and plain tables, long or wide.

*Long tables* have a row a well. They are known by their header: a column of Ct (``Ct``, ``CT``, ``Cт`` with the
Cyrillic letter that Applied Biosystems writes, ``Cq``, ``Cp``, ``Crt``; failing that ``Ct Mean`` and its like)
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

Wells marked omitted (``Omit``, ``Excluded``, ``Include`` = false) and standards of a dilution series are left out
and counted; wells without template are kept as controls. ``Undetermined``, ``N/A``, ``NaN``, ``No Ct`` and, in a
long table, an empty cell are wells without a Ct: measured, and nothing found. A decimal comma is read.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from mirtool.errors import FormatError
from mirtool.io.registry import Inspection
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.text import FileHead, is_workbook, read_bytes, read_text
from mirtool.io.tables.text_tables import DELIMITERS, cell_text, head_sheets, read_sheets, unguard_text
from mirtool.model import BoolArray, FloatArray, TextArray, text_array
from mirtool.wording import plural

LARGEST_CT = 60.0
"""No instrument runs more cycles."""

SAMPLE_NAMES = ("sample name", "sample", "sample id", "samplename", "sample_name")
WELL_NAMES = ("name", "well name")
"""Headers of the sample in a table with a row a well; above the rows of a wide table they say too little."""
TARGET_NAMES = (
    "target name", "target", "target id", "targetname", "target_name", "detector name", "detector", "gene name",
    "gene", "assay name", "assay", "mirna", "mirna name",
)  # fmt: skip
CT_NAMES = ("ct", "cq", "cp", "crt", "c(t)", "ct value", "cq value", "cp value", "ct (drn)")
MEAN_CT_NAMES = ("ct mean", "mean ct", "cq mean", "mean cq", "cp mean", "mean cp", "average ct", "average cq")
TASK_NAMES = ("task", "content", "sample type", "type")
GROUP_NAMES = ("group", "biological set name", "biogroup name", "biological group", "#group")
EFFICIENCY_NAMES = ("efficiency", "amplification efficiency", "primer efficiency")
POSITION_NAMES = ("well", "well position", "pos", "position")
OMIT_NAMES = ("omit", "omitted", "excluded")
INCLUDE_NAMES = ("include", "inc")

NO_CT = frozenset({
    "undetermined", "undetermin", "undet", "undet.", "n/a", "na", "#n/a", "nan", "no ct", "no cq", "no cp", "nd",
    "n.d.", "none", "-", "null",
})  # fmt: skip
"""What stands in place of a Ct where none was found, in any case."""
TELLING_NO_CT = frozenset({"undetermined", "undetermin", "undet", "undet.", "no ct", "no cq", "no cp"})
"""Those of them that no other table has."""

SAMPLE, CONTROL, STANDARD = "sample", "control", "standard"
_TASKS = {
    SAMPLE: (
        "", "unknown", "unkn", "sample", "target", "endogenous control", "endo", "reference", "calibrator", "u",
    ),
    CONTROL: (
        "ntc", "nac", "nrt", "no template control", "no rt control", "neg", "neg ctrl", "negative control",
        "negative",
    ),
    STANDARD: ("standard", "std", "s", "pos", "pos ctrl", "positive control", "positive"),
}  # fmt: skip
_ROLE_OF_TASK = {task: role for role, tasks in _TASKS.items() for task in tasks}
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")
_DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d+$")
_SECTION = re.compile(r"^\[[^\]]*\]$")
_MIRNA = re.compile(r"mir-|let-|^u6|rnu|snord|cel-|5s", re.IGNORECASE)
_TELLING_WORD = re.compile(r"\b(c[tтqp]|crt|c\(t\)|undet\w*)(?!\w)", re.IGNORECASE)
_SNIFFED_ROWS = 200


@dataclass(frozen=True, eq=False)
class CtTable:
    """Wells with their Ct, one entry per well.

    Parameters
    ----------
    paths
        The files they were read from.
    sample, target, group
        Object arrays of str; the group is empty where the table gives none, the sample of a control may be.
    role
        :data:`SAMPLE` or :data:`CONTROL` (no template, no reverse transcriptase).
    ct
        Cycles, NaN where there is none.
    no_ct
        True where the well was measured and no Ct was found.
    efficiency
        Amplification factor a cycle (2 is doubling), NaN where the table gives none.
    left_out
        What reading left out, in words, counted.
    """

    paths: tuple[str, ...]
    sample: TextArray
    target: TextArray
    group: TextArray
    role: TextArray
    ct: FloatArray
    no_ct: BoolArray
    efficiency: FloatArray
    left_out: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.sample)


@dataclass(frozen=True)
class _Well:
    sample: str
    target: str
    group: str
    role: str
    ct: float
    no_ct: bool
    efficiency: float


@dataclass(frozen=True)
class _Grid:
    """A table within a file; ``read_rows`` gives the rows under its header, each with its 1-based line."""

    path: str
    header: list[str]
    header_line: int
    read_rows: Callable[[], Iterator[tuple[int, list[str]]]]

    def cell(self, row: Sequence[str], column: int | None) -> str:
        return unguard_text(row[column].strip()) if column is not None and column < len(row) else ""

    def error(
        self, problem: str, line: int, column: int, found: str, expected: str, hint: str = ""
    ) -> FormatError:
        return FormatError(
            problem,
            path=self.path,
            line=line,
            column=self.header[column] or f"column {column + 1}",
            found=repr(found[:40]),
            expected=expected,
            hint=hint or None,
        )


def sniff(head: FileHead) -> bool:
    """Tell a Ct table: a column of Ct beside the samples, or samples by targets and some cell undetermined."""
    if not is_workbook(head.data) and not _TELLING_WORD.search(head.text):
        return False
    sheets = head_sheets(head, _SNIFFED_ROWS)
    grids = list(_sheet_grids(sheets, head.path) if sheets else _text_grids(head.lines, head.path))
    return any(_names_wells(grid.header) for grid in grids) or (bool(grids) and _is_undetermined(grids[0]))


def inspect(path: str | Path) -> Inspection:
    """Read a Ct table and say what it holds; ``spots`` counts its wells."""
    grids = list(_candidate_grids(path))
    long = _long_grid(grids)
    nameless = long is not None and _find(long.header, TARGET_NAMES) is None
    table = _read_grids(grids, path, "not named" if nameless else "", ())
    samples = table.role == SAMPLE
    ct = table.ct[samples & ~np.isnan(table.ct)]
    group_of = dict(zip(table.sample[samples], table.group[samples], strict=True))
    n_controls = int((~samples).sum())
    details = {
        "layout": "samples by targets" if long is None else "a row a well",
        "samples": list(group_of),
        "groups": dict(Counter(filter(None, group_of.values()))),
        "targets": list(dict.fromkeys(table.target)),
        "ct": f"{ct.min():g} to {ct.max():g}" if len(ct) else "",
        "undetermined": plural(int(table.no_ct[samples].sum()), "well"),
        "without_template": plural(n_controls, "well") if n_controls else "",
    }
    warnings = [f"left out: {remark}" for remark in table.left_out]
    if nameless:
        warnings.append(f"the table does not say what its wells measure: mirtool validate hsa-miR-16-5p={path}")
    details = {name: value for name, value in details.items() if value}
    return Inspection(str(path), "qpcr", len(table), (), tuple(warnings), details)


def read_ct(path: str | Path, *, target: str = "", samples: Collection[str] = ()) -> CtTable:
    """Read one file of Ct values.

    Parameters
    ----------
    path
        CSV, TSV, text with any preamble, XLSX or XLS.
    target
        What every well of the file measures, for tables that do not say it (LightCycler 480).
    samples
        Names of the study's samples, by which a wide table without a telling header is turned the right way.

    Raises
    ------
    FormatError
        Where no Ct table is found, a Ct or a task can't be read, or a well with a Ct lacks its sample or target;
        each with its line.
    """
    return _read_grids(list(_candidate_grids(path)), path, target, samples)


def _read_grids(grids: Sequence[_Grid], path: str | Path, target: str, samples: Collection[str]) -> CtTable:
    long = _long_grid(grids)
    if long is not None:
        wells, left_out = _read_long(long, target)
    else:
        wells, left_out = _read_wide(_wide_grid(grids, path), samples)
    if not wells:
        raise FormatError(
            "the table holds no well with a sample",
            path=path,
            hint="name the samples on the plate and export again",
        )
    return _table_of((str(path),), wells, left_out)


def combine_ct(tables: Sequence[CtTable]) -> CtTable:
    """Put the wells of several files (plates) together; nothing is calibrated between them."""
    return CtTable(
        tuple(path for table in tables for path in table.paths),
        np.concatenate([table.sample for table in tables]),
        np.concatenate([table.target for table in tables]),
        np.concatenate([table.group for table in tables]),
        np.concatenate([table.role for table in tables]),
        np.concatenate([table.ct for table in tables]),
        np.concatenate([table.no_ct for table in tables]),
        np.concatenate([table.efficiency for table in tables]),
        tuple(remark for table in tables for remark in table.left_out),
    )


def _table_of(paths: tuple[str, ...], wells: Sequence[_Well], left_out: tuple[str, ...]) -> CtTable:
    return CtTable(
        paths,
        text_array(well.sample for well in wells),
        text_array(well.target for well in wells),
        text_array(well.group for well in wells),
        text_array(well.role for well in wells),
        np.array([well.ct for well in wells], dtype=np.float64),
        np.array([well.no_ct for well in wells], dtype=np.bool_),
        np.array([well.efficiency for well in wells], dtype=np.float64),
        left_out,
    )


# ------------------------------------------------------------------------------------------ where the table is


def _candidate_grids(path: str | Path) -> Iterator[_Grid]:
    data = read_bytes(path)
    if is_workbook(data):
        return _sheet_grids(read_sheets(data, path), path)
    return _text_grids(read_text(path).split("\n"), path)


def _sheet_grids(sheets: Mapping[str, Sequence[Sequence[object]]], path: str | Path) -> Iterator[_Grid]:
    for cells in sheets.values():
        rows = [[cell_text(cell) for cell in row] for row in cells]
        for i, row in enumerate(rows):
            if _may_be_header(row):
                yield _Grid(str(path), [name.strip() for name in row], i + 1, partial(_rows_below, rows, i + 1))


def _rows_below(rows: list[list[str]], start: int) -> Iterator[tuple[int, list[str]]]:
    yield from enumerate(rows[start:], start + 1)


def _text_grids(lines: Sequence[str], path: str | Path) -> Iterator[_Grid]:
    for i, line in enumerate(lines):
        for mark in DELIMITERS:
            header = [name.strip() for name in _split(line, mark)] if mark in line else []
            if _may_be_header(header):
                yield _Grid(str(path), header, i + 1, partial(_lines_below, lines, i + 1, mark))
                break


def _lines_below(lines: Sequence[str], start: int, mark: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(lines[start:], start + 1):
        yield number, _split(line, mark)


def _split(line: str, mark: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=mark), [])
    except csv.Error:  # a cell of more than 131,072 characters, as no Ct table has
        return line.split(mark)


def _may_be_header(cells: Sequence[str]) -> bool:
    """Tell a row of names: of a column of samples, targets or Ct, of small RNAs, or with a blank cell first."""
    folded = [fold_header(cell, keep_marks=True) for cell in cells]
    if sum(map(bool, folded)) < 2:
        return False
    if any(map(_is_number, cells)):  # samples that are called 1, 2, 3
        return folded[0] in (*SAMPLE_NAMES, *TARGET_NAMES)
    named = {*SAMPLE_NAMES, *WELL_NAMES, *TARGET_NAMES, *CT_NAMES, *MEAN_CT_NAMES} & set(folded)
    return bool(named) or not folded[0] or any(_MIRNA.search(cell) for cell in cells[1:])


def _is_group(name: str) -> bool:
    return fold_header(name, keep_marks=True) in GROUP_NAMES


def _find(header: Sequence[str], names: Sequence[str]) -> int | None:
    folded = [fold_header(name, keep_marks=True) for name in header]
    return next((folded.index(name) for name in names if name in folded), None)


def _long_grid(grids: Sequence[_Grid]) -> _Grid | None:
    """Return the table with a row a well, if there is one; a Ct of the well before a mean of wells."""
    return next((grid for names in (CT_NAMES, MEAN_CT_NAMES) for grid in _with_ct(grids, names)), None)


def _with_ct(grids: Sequence[_Grid], names: Sequence[str]) -> Iterator[_Grid]:
    """Return the grids with a column of Ct beside a sample or a target, that column's header made ``ct``."""
    for grid in grids:
        column = _find(grid.header, names)
        if column is not None and _find(grid.header, (*SAMPLE_NAMES, *WELL_NAMES, *TARGET_NAMES)) is not None:
            header = ["ct" if i == column else name for i, name in enumerate(grid.header)]
            yield _Grid(grid.path, header, grid.header_line, grid.read_rows)


def _names_wells(header: Sequence[str]) -> bool:
    """Tell the header of a Ct table by a Ct and a sample; a name alone may be a probe's, unless a well has it."""
    if _find(header, CT_NAMES + MEAN_CT_NAMES) is None:
        return False
    in_wells = _find(header, WELL_NAMES) is not None and _find(header, POSITION_NAMES) is not None
    return in_wells or _find(header, SAMPLE_NAMES) is not None


def _is_undetermined(grid: _Grid) -> bool:
    """Tell a wide Ct table: every cell a Ct or none, and some say that there is none as only qPCR does."""
    others = (0, _find(grid.header, GROUP_NAMES), _find(grid.header, EFFICIENCY_NAMES))
    columns = [i for i, name in enumerate(grid.header) if name and i not in others and not name.startswith("#")]
    rows = (row for _, row in islice(grid.read_rows(), _SNIFFED_ROWS))
    cells = {cell.lower() for row in rows for i in columns if (cell := grid.cell(row, i))}
    words = {cell for cell in cells if not _is_number(cell)}
    return (
        words <= NO_CT
        and bool(words & TELLING_NO_CT)
        and all(0 < _number(cell) <= LARGEST_CT for cell in cells - words)
    )


def _wide_grid(grids: Sequence[_Grid], path: str | Path) -> _Grid:
    for grid in grids:
        if _find(grid.header, SAMPLE_NAMES) is not None and _find(grid.header, TARGET_NAMES) is not None:
            raise FormatError(
                "the table names samples and targets, but no Ct",
                path=path,
                line=grid.header_line,
                found=", ".join(filter(None, grid.header[:12])),
                expected="a column Ct (or Cq, Cp)",
                hint="export the run's results with the Ct of each well, or call that column Ct",
            )
    if grids:
        return grids[0]
    raise FormatError(
        "no table of Ct values was found",
        path=path,
        expected="columns Sample, Target and Ct (or Cq, Cp), a row a well; or samples in rows, targets in columns",
        hint="export the run's results as text or Excel (QuantStudio: Results; CFX: Quantification Cq Results)",
    )


# ------------------------------------------------------------------------------------------ long tables


def _read_long(grid: _Grid, given_target: str) -> tuple[list[_Well], tuple[str, ...]]:
    header = grid.header
    ct = header.index("ct")
    sample, target = _find(header, SAMPLE_NAMES + WELL_NAMES), _find(header, TARGET_NAMES)
    if sample is None:
        raise FormatError(
            "the Ct table does not say which sample is in which well",
            path=grid.path, line=grid.header_line, found=", ".join(filter(None, header)),
            expected="a column Sample (or Sample Name)",
            hint="name the samples on the plate, or add the column",
        )  # fmt: skip
    if target is None and not given_target:
        raise FormatError(
            "the Ct table does not say which miRNA each well measures",
            path=grid.path, line=grid.header_line, found=", ".join(filter(None, header)),
            expected="a column Target (or Detector, Gene)",
            hint=f"where the whole file is one target, write it before the file: hsa-miR-16-5p={grid.path}",
        )  # fmt: skip
    task, group = _find(header, TASK_NAMES), _find(header, GROUP_NAMES)
    efficiency = _find(header, EFFICIENCY_NAMES)
    omit, include = _find(header, OMIT_NAMES), _find(header, INCLUDE_NAMES)
    wells: list[_Well] = []
    counts: Counter[str] = Counter()
    for line, row in _data_rows(grid, max(ct, sample, target or 0)):
        names = grid.cell(row, sample), grid.cell(row, target) or given_target
        text = grid.cell(row, ct)
        role = _role(grid, line, row, task)
        if not text and not (names[0] and names[1]):
            counts["empty well"] += 1
        elif _says(row, grid, omit, _TRUE) or _says(row, grid, include, _FALSE):
            counts["well marked as omitted"] += 1
        elif role == STANDARD:
            counts["well of a standard or a positive control"] += 1
        else:
            _require_names(grid, line, names, role, sample, target)
            value, no_ct = _ct(grid, line, ct, text)
            wells.append(
                _Well(
                    *names, grid.cell(row, group), role, value, no_ct or not text,
                    _efficiency(grid, line, row, efficiency),
                )
            )  # fmt: skip
    left_out = tuple(
        plural(n, what, what.replace("well", "wells", 1)) for what, n in counts.items() if what != "empty well"
    )
    return wells, left_out


def _data_rows(grid: _Grid, last_needed: int) -> Iterator[tuple[int, list[str]]]:
    """Return the rows of the table: up to the next section, or to a blank line that only a footer follows."""
    after_blank = False
    for line, row in grid.read_rows():
        filled = max((i + 1 for i, cell in enumerate(row) if cell.strip()), default=0)
        if not filled:
            after_blank = True
        elif _SECTION.match(row[0].strip()) or (after_blank and filled <= last_needed):
            return
        else:
            yield line, row


def _role(grid: _Grid, line: int, row: Sequence[str], task: int | None) -> str:
    if task is None:
        return SAMPLE
    text = grid.cell(row, task)
    folded = re.sub(r"-\d+$", "", fold_header(text, keep_marks=True).replace("_", " "))
    role = _ROLE_OF_TASK.get(folded)
    if role is None:
        raise grid.error(
            "a well's task is not known",
            line, task, text,
            "unknown, endogenous control, NTC, standard … (a sample may be left empty)",
            "correct the cell, or take the column out",
        )  # fmt: skip
    return role


def _says(row: Sequence[str], grid: _Grid, column: int | None, answers: Sequence[str]) -> bool:
    return column is not None and grid.cell(row, column).lower() in answers


def _require_names(
    grid: _Grid, line: int, names: tuple[str, str], role: str, sample: int, target: int | None
) -> None:
    if not names[0] and role == SAMPLE:
        raise grid.error("a well has no sample", line, sample, "", "the sample's name", "fill in the cell")
    if not names[1] and target is not None:
        raise grid.error("a well has no target", line, target, "", "the miRNA measured", "fill in the cell")


def _ct(grid: _Grid, line: int, column: int, text: str) -> tuple[float, bool]:
    """Read a Ct cell: its value, and whether it says that none was found."""
    if not text:
        return math.nan, False
    if text.lower() in NO_CT:
        return math.nan, True
    if not _is_number(text):
        raise grid.error(
            "a Ct can't be read", line, column, text, "cycles, such as 24.31, or Undetermined",
            "correct the cell, or write Undetermined",
        )  # fmt: skip
    value = _number(text)
    if not 0 < value <= LARGEST_CT:
        raise grid.error(
            "this is no Ct", line, column, text, f"more than 0 and at most {LARGEST_CT:g} cycles",
            "write Undetermined where no Ct was found",
        )  # fmt: skip
    return value, False


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(_number(text.strip()))
    except ValueError:
        return False


def _number(text: str) -> float:
    if "_" in text:
        raise ValueError(text)
    return float(text.replace(",", ".") if _DECIMAL_COMMA.match(text) else text)


def _efficiency(grid: _Grid, line: int, row: Sequence[str], column: int | None) -> float:
    text = grid.cell(row, column)
    if column is None or not text or text.lower() in NO_CT:
        return math.nan
    value = amplification_factor(text)
    if value is None:
        raise grid.error(
            "an efficiency can't be read", line, column, text,
            "the amplification factor (between 1 and 2.2) or per cent (50 to 120)",
        )  # fmt: skip
    return value


def amplification_factor(text: str) -> float | None:
    """Read an efficiency: the factor a cycle (1 to 2.2), or per cent (50 to 120); None where it is neither.

    Examples
    --------
    >>> amplification_factor("1.95"), amplification_factor("95%"), amplification_factor("98.2")
    (1.95, 1.95, 1.982)
    >>> amplification_factor("0.95") is None
    True
    """
    content = text.strip().removesuffix("%").strip()
    if not _is_number(content):
        return None
    value = _number(content)
    if 1 < value <= 2.2 and "%" not in text:
        return value
    return round(1 + value / 100, 12) if 50 <= value <= 120 else None


# ------------------------------------------------------------------------------------------ wide tables


def _read_wide(grid: _Grid, samples: Collection[str]) -> tuple[list[_Well], tuple[str, ...]]:
    label, by_sample = _orientation(grid, samples)
    group = _find(grid.header, GROUP_NAMES) if by_sample else None
    efficiency = None if by_sample else _find(grid.header, EFFICIENCY_NAMES)
    columns = [
        i
        for i, name in enumerate(grid.header)
        if name and i not in (label, group, efficiency) and not name.startswith("#")
    ]
    wells = []
    for line, row in grid.read_rows():
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
            wells.append(
                _Well(
                    *names, grid.cell(row, group), SAMPLE, value, no_ct, _efficiency(grid, line, row, efficiency)
                )
            )
    ignored = [name for name in grid.header if name.startswith("#") and not _is_group(name)]
    left_out = (f"{plural(len(ignored), 'column')} of classes: {', '.join(ignored)}",) if ignored else ()
    return wells, left_out


def _orientation(grid: _Grid, samples: Collection[str]) -> tuple[int, bool]:
    """Tell the column of row names, and whether they are samples (and the columns targets)."""
    header = grid.header
    for names, by_sample in ((SAMPLE_NAMES, True), (TARGET_NAMES, False)):
        column = _find(header, names)
        if column is not None:
            return column, by_sample
    down = [grid.cell(row, 0) for _, row in grid.read_rows()]
    across = [name for name in header[1:] if not name.startswith("#") and not _is_group(name)]
    for is_sample in (set(samples).__contains__, lambda name: not _MIRNA.search(name)):
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
