"""Sample characteristics in a table of their own (pheno data), joined to the draft of a sample sheet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mirtool.errors import FormatError, UsageError
from mirtool.io.arrays.sample_matching import FILE_COLUMNS
from mirtool.io.tables.text_tables import TextTable, read_table
from mirtool.model import Table, TextArray, text_array
from mirtool.wording import first_of, plural

OWN_COLUMNS = FILE_COLUMNS | {"sample", "group", "scale"}
"""Columns of the sample sheet that no characteristic overwrites."""
FEWEST_PER_GROUP = 2
MOST_GROUPS = 10
_LISTED = 5
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-"})


@dataclass(frozen=True)
class Joined:
    """A sample sheet with characteristics.

    Parameters
    ----------
    sheet
        The draft with one further column per characteristic.
    notes
        What was matched, what was not, and where the groups are from; one sentence each.
    candidates
        Characteristics that could be the groups, with the number of samples of each value.
    group
        The characteristic that became the groups; blank where none did.
    """

    sheet: Table
    notes: tuple[str, ...]
    candidates: Mapping[str, Mapping[str, int]]
    group: str


def join_characteristics(draft: Table, path: str | Path, group: str | None = None) -> Joined:
    """Join a table of one row per sample to the draft of a sample sheet.

    Parameters
    ----------
    draft
        From :func:`mirtool.study.draft.draft_samples`.
    path
        CSV, TSV or XLSX with a column of sample names: names, GSM numbers or titles as the draft has them. Case,
        blanks, dots, dashes and underscores do not count.
    group
        The characteristic that becomes the column ``group``. By default it is the only one that could be: 2 to 10
        values, each of two samples or more.

    Raises
    ------
    FormatError
        Where no column names the samples, or a sample is named twice.
    UsageError
        Where there is no characteristic ``group``.
    """
    table = read_table(path)
    key, names = _match(draft, table)
    row_of = _rows_by_name(table, key, names)
    rows = [row_of.get(_fold(name)) for name in names]
    matched = sum(row is not None for row in rows)
    notes = [f"{path}: {matched:,} of {plural(len(draft), 'sample')} matched by its column {table.header[key]!r}"]
    lacking = [sample for sample, row in zip(draft.columns["sample"], rows, strict=True) if row is None]
    if lacking:
        notes.append(f"without a row in {path}: {first_of(lacking, _LISTED)}")
    others = len(table) - len({row for row in rows if row is not None})
    if others:
        notes.append(f"{plural(others, 'row')} of {path} not used: no such sample")
    columns = dict(draft.columns)
    taken = {name.lower() for name in columns} | OWN_COLUMNS
    joined: dict[str, TextArray] = {}
    for j, header in enumerate(table.header):
        if j == key or not header:
            continue
        cells = table.text(j)
        values = text_array("" if row is None else cells[row] for row in rows)
        if header.lower() == "group" and not any(columns["group"]):
            columns["group"] = values
        else:
            joined[header if header.lower() not in taken else f"{header} ({Path(path).stem})"] = values
    candidates = _candidates(joined)
    chosen = _choose_group(group, joined, candidates, bool(any(columns["group"])), path)
    if chosen:
        columns["group"] = text_array("" if _is_missing(cell) else cell for cell in joined[chosen])
        notes.append(_groups_in_words(chosen, columns["group"]))
    return Joined(Table({**columns, **joined}, draft.notes), tuple(notes), candidates, chosen)


def choose_group(draft: Table, path: str | Path, group: str | None = None) -> Joined:
    """Say which columns of a draft could be the groups; make one of them the column ``group`` where it is named.

    Parameters
    ----------
    draft
        A sample sheet with what its table says of the samples, from :mod:`mirtool.study.draft`.
    path
        That table, for messages.
    group
        The column; None leaves the groups as they are.

    Raises
    ------
    UsageError
        Where there is no column ``group``.
    """
    columns = dict(draft.columns)
    described = {name: cells for name, cells in columns.items() if name.lower() not in OWN_COLUMNS}
    candidates = _candidates(described)
    if group is None:
        return Joined(draft, (), candidates, "")
    chosen = _choose_group(group, described, candidates, True, path)
    columns["group"] = text_array("" if _is_missing(cell) else cell for cell in described[chosen])
    return Joined(Table(columns, draft.notes), (_groups_in_words(chosen, columns["group"]),), candidates, chosen)


def _groups_in_words(chosen: str, groups: TextArray) -> str:
    counts = Counter(cell for cell in groups if cell)
    return f"group: taken from {chosen} ({', '.join(f'{value} {n:,}' for value, n in counts.items())})"


def _match(draft: Table, table: TextTable) -> tuple[int, list[str]]:
    """Return the column of the table, and the names of the draft's samples, that fit each other best."""
    best: tuple[int, int, list[str]] = (0, -1, [])
    for column, cells in draft.columns.items():
        if column in OWN_COLUMNS - {"sample"}:
            continue
        names = [str(cell) for cell in cells]
        wanted = {_fold(name) for name in names} - {""}
        if len(wanted) < len(names):
            continue
        for j in range(len(table.header)):
            hits = len(wanted & {_fold(cell) for cell in table.text(j)})
            if hits > best[0]:
                best = (hits, j, names)
    if best[1] < 0:
        raise FormatError(
            "no column names the samples",
            path=table.path,
            found="columns " + ", ".join(table.header[:6]),
            expected="a column with names such as "
            + first_of([str(name) for name in draft.columns["sample"]], _LISTED),
            hint="write the samples' names, or their GSM numbers, into a column of this table",
        )
    return best[1], best[2]


def _rows_by_name(table: TextTable, key: int, names: Sequence[str]) -> dict[str, int]:
    """Return the row of each wanted name."""
    wanted = {_fold(name) for name in names}
    found: dict[str, int] = {}
    for row, cell in enumerate(table.text(key)):
        name = _fold(cell)
        if name in wanted and name in found:
            raise FormatError(
                "a sample is described twice",
                path=table.path,
                line=table.line_of(row),
                column=table.header[key],
                found=cell,
                expected=f"one row per sample (the same name in line {table.line_of(found[name])})",
                hint="leave one of the two rows out",
            )
        found.setdefault(name, row)
    return found


def _candidates(joined: Mapping[str, TextArray]) -> dict[str, dict[str, int]]:
    found = {}
    for name, cells in joined.items():
        counts = Counter(cell for cell in cells if not _is_missing(cell))
        if 2 <= len(counts) <= MOST_GROUPS and min(counts.values()) >= FEWEST_PER_GROUP:
            found[name] = dict(counts)
    return found


def _choose_group(
    asked: str | None,
    joined: Mapping[str, TextArray],
    candidates: Mapping[str, Mapping[str, int]],
    has_groups: bool,
    path: str | Path,
) -> str:
    if asked is None:
        return next(iter(candidates)) if len(candidates) == 1 and not has_groups else ""
    chosen = next((name for name in joined if name.lower() == asked.strip().lower()), None)
    if chosen is None:
        raise UsageError(
            f"{path} has no characteristic {asked!r}",
            parameter="group",
            expected="one of " + ", ".join(joined),
        )
    return chosen


def _fold(name: str) -> str:
    return re.sub(r"[\s._\-]+", "", str(name)).lower()


def _is_missing(cell: str) -> bool:
    return cell.strip().lower() in _MISSING
