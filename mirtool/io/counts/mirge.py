"""miRge's counts (``miR.Counts.csv`` of miRge 2 and 3): one row per miRNA, comma-separated.

The format
----------
The first row of data is the total of each sample, which is not a miRNA::

    miRNA,S01,S02
    miRNAtotal,812344,790112
    hsa-let-7a-5p/7c-5p,3301,2950
    hsa-miR-21-5p,20144,18870

miRge merges miRNAs that its alignment can't distinguish: their names are joined by slashes, and read as such.
``miR.RPM.csv`` has the same names and values per million reads; it is refused.

References
----------
Patil AH, Halushka MK (2021). miRge3.0: a comprehensive microRNA and tRF sequencing analysis pipeline. NAR Genomics
and Bioinformatics 3, lqab068; mirge3.readthedocs.io.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mirtool.errors import FormatError
from mirtool.io.counts.read_table import (
    ReadTable,
    first_rows,
    inspection_of,
    merge_rows,
    read_table_of,
    reads_of,
    refuse_empty_samples,
    refuse_fractions,
    samples_of,
)
from mirtool.io.registry import Inspection
from mirtool.io.tables.text import FileHead
from mirtool.io.tables.text_tables import TextTable
from mirtool.model import SampleTable, TextArray

FORMAT = "mirge-counts"
TOTAL = "miRNAtotal"


def sniff(head: FileHead) -> bool:
    """Claim a table whose column miRNA has the row of totals among its first ones."""
    return suits(first_rows(head))


def suits(table: TextTable) -> bool:
    """Return True for a table with miRge's first column and row of totals."""
    return table.header[:1] == ("miRNA",) and TOTAL in table.peek(0)


def read_counts(path: str | Path, samples_in_rows: bool = False) -> ReadTable:  # noqa: ARG001
    """Read the counts of all samples, without the row of totals.

    Raises
    ------
    FormatError
        For values per million reads, totals that are less than what is listed, a miRNA that is listed twice, or a
        cell that is not a count.
    """
    table, columns = read_table_of(path, ["miRNA"], "miRge")
    samples = [j for j in range(1, len(table.header)) if table.header[j]]
    names = table.text(columns[0])
    if not samples:
        raise FormatError(
            "the table has no sample",
            path=path,
            line=table.header_line,
            found=", ".join(table.header),
            expected="after the column miRNA one column of counts per sample",
        )
    reads = reads_of(table, samples)
    is_total = names == TOTAL
    refuse_fractions(reads[~is_total], {"path": path})
    _refuse_repeats(path, table, names)
    listed, totals = reads[~is_total].sum(axis=0), reads[is_total].sum(axis=0)
    more = np.flatnonzero(listed > totals)
    if is_total.any() and len(more):
        sample = int(more[0])
        raise FormatError(
            "the miRNAs of a sample have more reads than its total",
            path=path,
            column=table.header[samples[sample]],
            found=f"{listed[sample]:,.0f} reads, {TOTAL} {totals[sample]:,.0f}",
            hint="rows or columns may have been changed after miRge wrote them: take its own miR.Counts.csv",
        )
    name, counts, _ = merge_rows(names[~is_total], reads[~is_total], "sum")
    samples_read = tuple(table.header[j] for j in samples)
    return refuse_empty_samples(ReadTable(str(path), FORMAT, name, name, samples_read, counts))


def _refuse_repeats(path: str | Path, table: TextTable, names: TextArray) -> None:
    first: dict[str, int] = {}
    for row, name in enumerate(names):
        if name in first:
            raise FormatError(
                f"the miRNA {name!r} is listed twice",
                path=path,
                line=table.line_of(row),
                found=f"the same name in line {table.line_of(first[name])}",
                hint="take miRge's own miR.Counts.csv, which lists each miRNA once",
            )
        first[name] = row


def inspect(path: str | Path) -> Inspection:
    """Read the file and say what it holds."""
    return inspection_of(read_counts(path))


def read_sample_table(path: str | Path, samples_in_rows: bool = False) -> SampleTable:
    """Return the samples, for a draft of the sample sheet."""
    return samples_of(read_counts(path, samples_in_rows))
