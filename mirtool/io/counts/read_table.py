"""What a file of sequencing counts holds, and what is refused in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mirtool.annotation.probes import classify_probes, count_kinds
from mirtool.errors import FormatError
from mirtool.io.registry import Inspection
from mirtool.io.tables.text import FileHead
from mirtool.io.tables.text_tables import TextTable, head_table
from mirtool.io.tables.text_tables import read_table as read_text_table
from mirtool.model import FloatArray, SampleTable, TextArray, text_array
from mirtool.wording import plural

LEAST_WHOLE = 0.5
"""Share of the values above zero that are whole numbers in a table of counts, some of which may be shared out."""


@dataclass(frozen=True, eq=False)
class ReadTable:
    """The reads of one file.

    Parameters
    ----------
    path, format
        The file and the name of its format.
    id, name
        Labels, ``(n_rows,)``; each ID once.
    samples
        Their names; one that is named after the file where ``is_one_sample``.
    reads
        ``(n_rows, n_samples)``, complete, 0 or more.
    is_one_sample
        True where the file is one sample's, and does not name it.
    warnings
        What a user should know about the reading, in words.
    about_samples
        What the file says about its samples: a heading to one text per sample.
    """

    path: str
    format: str
    id: TextArray
    name: TextArray
    samples: tuple[str, ...]
    reads: FloatArray
    is_one_sample: bool = False
    warnings: tuple[str, ...] = ()
    about_samples: Mapping[str, tuple[str, ...]] | None = None


NO_TABLE = TextTable("", (), (), 1, {}, is_head=True)
"""What a file that is no table has for a sniffer."""


def first_rows(head: FileHead) -> TextTable:
    """Return the header and the first rows of a file; :data:`NO_TABLE` where it is no table."""
    return head_table(head) or NO_TABLE


def read_table_of(path: str | Path, needed: Sequence[str], program: str) -> tuple[TextTable, list[int]]:
    """Read a table and find its columns.

    Raises
    ------
    FormatError
        Where a column is missing, or there is no row.
    """
    table = read_text_table(path)
    columns = [table.find(name) for name in needed]
    for name, column in zip(needed, columns, strict=True):
        if column is None:
            raise FormatError(
                f"a table of {program} without its column {name!r}",
                path=path,
                line=table.header_line,
                found=", ".join(table.header[:8]) + (" …" if len(table.header) > 8 else ""),
                expected=", ".join(needed),
                hint=f"export the file from {program} again",
            )
    if not len(table):
        raise FormatError(
            "the table has a header and no rows",
            path=path,
            line=table.header_line,
            hint=f"export the file from {program} again; it may have been cut",
        )
    return table, [column for column in columns if column is not None]


def reads_of(table: TextTable, columns: Sequence[int]) -> FloatArray:
    """Read columns of counts, ``(n_rows, n_columns)``.

    Raises
    ------
    FormatError
        With the place of a cell that is not a count, is empty, or negative; and where a sample has no reads.
    """
    reads = table.numbers_of(columns)

    def place(row: int, column: int) -> dict[str, Any]:
        return {"path": table.path, "line": table.line_of(row), "column": table.header[columns[column]]}

    check_reads(reads, place)
    return reads


def check_reads(reads: FloatArray, place: Any) -> None:
    """Refuse counts that are missing, negative or infinite, and samples without reads.

    ``place(row, column)`` returns where a count is, as the parameters of an error; both may be None.

    Raises
    ------
    FormatError
        With the place of the first.
    """
    missing = np.argwhere(np.isnan(reads))
    if len(missing):
        raise FormatError(
            "a read count is missing",
            **place(*map(int, missing[0])),
            found="an empty cell, or NA",
            expected="a number; 0 where the miRNA has no reads",
            hint="write 0 if there were none; leave the miRNA out if it was not looked for",
        )
    wrong = np.argwhere((reads < 0) | ~np.isfinite(reads))
    if len(wrong):
        row, column = map(int, wrong[0])
        raise FormatError(
            "a read count is negative" if reads[row, column] < 0 else "a read count is infinite",
            **place(row, column),
            found=f"{reads[row, column]:g}",
            expected="0 or more",
            hint="these may be log2 values or ratios: take the table of counts, as the program wrote it",
        )


def refuse_fractions(reads: FloatArray, place: dict[str, Any]) -> None:
    """Refuse values that are normalized, most of which are not whole numbers.

    Raises
    ------
    FormatError
        Where they are.
    """
    present = reads[reads > 0]
    if present.size and np.mean(present % 1 == 0) < LEAST_WHOLE:
        raise FormatError(
            "these are not read counts: most values are not whole numbers",
            **place,
            found=f"such as {present[present % 1 != 0][0]:g}",
            expected="reads per miRNA and sample, as the program counted them",
            hint="values per million reads (RPM, CPM, TPM) do not show how many reads are behind them: take the "
            "table of counts",
        )


def refuse_empty_samples(table: ReadTable) -> ReadTable:
    """Refuse samples without any reads.

    Raises
    ------
    FormatError
        Where there is one.
    """
    empty = np.flatnonzero(table.reads.sum(axis=0) == 0)
    if len(empty):
        raise FormatError(
            "a sample has no reads",
            path=table.path,
            column=None if table.is_one_sample else table.samples[int(empty[0])],
            found="zeros only",
            hint="leave the sample out",
        )
    return table


def merge_rows(names: TextArray, reads: FloatArray, how: str) -> tuple[TextArray, FloatArray, int]:
    """Return each name once, in order of appearance, and how many rows were merged into another.

    Parameters
    ----------
    names
        ``(n_rows,)``.
    reads
        ``(n_rows, n_samples)``.
    how
        ``"sum"`` adds the rows of a name; ``"largest"`` takes the one with the most reads over all samples, the
        first of equal ones.
    """
    first: dict[str, int] = {}
    of_row = np.array([first.setdefault(name, len(first)) for name in names], dtype=np.int64)
    merged = np.zeros((len(first), reads.shape[1]))
    if how == "sum":
        np.add.at(merged, of_row, reads)
    else:
        order = np.argsort(-reads.sum(axis=1), kind="stable")
        _, at = np.unique(of_row[order], return_index=True)
        merged = reads[order[at]]
    return text_array(first), merged, len(names) - len(first)


def inspection_of(table: ReadTable) -> Inspection:
    """Return what a file of counts holds, for ``mirtool inspect``."""
    totals = table.reads.sum(axis=0)
    of_samples = (
        {"reads": int(totals[0])}
        if table.is_one_sample
        else {
            "samples": list(table.samples),
            "reads_per_sample": f"{int(totals.min()):,} to {int(totals.max()):,}",
        }
    )
    details = {
        "content": "sequencing read counts",
        **of_samples,
        "without_reads": f"{np.mean(table.reads == 0):.0%} of the counts",
        "probe_kinds": count_kinds(classify_probes(table.id, table.name)),
    }
    return Inspection(table.path, table.format, len(table.id), (), table.warnings, details)


def samples_of(table: ReadTable) -> SampleTable:
    """Return the samples of a file, as the draft of a sample sheet lists them."""
    about = dict(table.about_samples or {})
    groups = about.pop("group", ())
    return SampleTable(table.samples, groups, (table.path,) * len(table.samples), about)


def merged_in_words(n_merged: int, how: str) -> tuple[str, ...]:
    """Say how many rows were merged and how; nothing where none was."""
    return (f"{plural(n_merged, 'further row')} of a miRNA: {how}",) if n_merged else ()
