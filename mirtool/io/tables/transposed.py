"""Tables that lie on their side: one row per sample, one column per probe.

A table is turned without asking where there is no doubt: from the first column on that is called like a miRNA
more than half of the columns of numbers are, no row is, and the first column gives every row its own name
(its header is a sample's, or its cells are not numbers). In any other case miRNAs in the header are an error that
names the option which settles it. Columns of text describe the samples; so do columns of numbers left of the first
miRNA (age, batch).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mirtool.errors import FormatError
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.labels import annotates, is_mirna_name, is_number_like, looks_numeric
from mirtool.io.tables.text_tables import MISSING_CELLS, TextTable
from mirtool.model import TextArray

OPTION = "--samples-in-rows"

_SAMPLE_HEADERS = frozenset(
    {"sample", "samples", "samplename", "sampleid", "array", "arrayname", "patient", "patientid", "subject",
     "subjectid", "file", "geoaccession", "gsm"}
)  # fmt: skip


@dataclass(frozen=True)
class SidewaysColumns:
    """Which column names the samples, which are probes, and what the others say about the samples."""

    names: int
    probes: tuple[int, ...]
    describing: tuple[int, ...]


def looks_sideways(table: TextTable) -> bool:
    """Return a table with miRNAs in its header and none in its first column, sure or not; it never raises."""
    first = _first_mirna(table)
    if not len(table) or first is None:
        return False
    numbers = [j for j in range(first, len(table.header)) if looks_numeric(table.text(j))]
    mirnas = sum(is_mirna_name(table.header[j]) for j in numbers)
    return 2 * mirnas > len(numbers) and not any(map(is_mirna_name, table.text(0)))


def lies_sideways(table: TextTable) -> bool:
    """Return True if a table lies on its side.

    Raises
    ------
    FormatError
        Where miRNAs are in its header, but no sample names in its first column.
    """
    if not looks_sideways(table):
        return False
    problem = _no_names(table, table.text(0))
    if problem is None and not _names_samples(table):
        problem = "numbers"
    if problem is None:
        return True
    raise FormatError(
        "the table seems to lie on its side: miRNAs are in the columns, and no sample names in the first one",
        path=table.path,
        line=table.header_line,
        column=table.header[0] or None,
        found=problem,
        expected="probes in rows, or samples in rows, each with its name in the first column",
        hint=f"put the samples' names into the first column; if they are there already, say so with {OPTION}",
    )


def sideways_columns(table: TextTable) -> SidewaysColumns:
    """Sort the columns of a table that lies on its side.

    Raises
    ------
    FormatError
        Where the first column does not name every sample once, or no column is a probe.
    """
    problem = _no_names(table, table.text(0))
    if problem is not None:
        raise FormatError(
            "samples in rows need a name each, in the first column",
            path=table.path,
            line=table.header_line,
            column=table.header[0] or None,
            found=problem,
            expected="its own name for every sample",
        )
    width = len(table.header)
    first = _first_mirna(table) or 1
    describing = tuple(j for j in range(1, width) if annotates(table.text(j)) or (j < first and table.header[j]))
    probes = tuple(j for j in range(1, width) if j not in describing)
    nameless = next((j for j in probes if not table.header[j]), None)
    if not probes or nameless is not None:
        raise FormatError(
            "the table has no probe: no column of numbers"
            if nameless is None
            else f"column {nameless + 1} holds numbers and has no name",
            path=table.path,
            line=table.header_line,
            expected="after the sample's name one column of numbers a probe",
        )
    return SidewaysColumns(0, probes, describing)


def _first_mirna(table: TextTable) -> int | None:
    """Return the first column after the samples' names that is called like a miRNA."""
    return next((j for j in range(1, len(table.header)) if is_mirna_name(table.header[j])), None)


def _names_samples(table: TextTable) -> bool:
    """Return a first column that names samples: by its header, or because it holds no numbers."""
    return fold_header(table.header[0]) in _SAMPLE_HEADERS or not any(
        is_number_like(cell) for cell in table.text(0)
    )


def _no_names(table: TextTable, cells: TextArray) -> str | None:
    """Return why cells can't be the names of samples, or None where they can."""
    first: dict[str, int] = {}
    for row, cell in enumerate(cells):
        line = table.line_of(row)
        if cell in MISSING_CELLS:
            return f"no name in line {line}"
        if cell in first:
            return f"{cell!r} in lines {first[cell]} and {line}"
        first[cell] = line
    return None


def describe(table: TextTable, columns: Sequence[int]) -> dict[str, tuple[str, ...]]:
    """Return what columns say about the samples: header to one text per sample."""
    return {table.header[j] or f"column {j + 1}": tuple(table.text(j)) for j in columns}
