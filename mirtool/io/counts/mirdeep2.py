r"""miRDeep2's counts (``miRNAs_expressed_all_samples_….csv``): one row per miRNA and precursor, tab-separated.

The format
----------
Written by ``quantifier.pl``; ``S01`` and the like are the three-letter codes of the samples in its config file::

    #miRNA→read_count→precursor→total→S01→S02→S01(norm)→S02(norm)
    hsa-let-7a-5p→3301.00→hsa-let-7a-1→3301.00→1502.00→1799.00→40112.1→38800.3
    hsa-let-7a-5p→3305.00→hsa-let-7a-2→3305.00→1505.00→1800.00→40190.0→38821.5

Columns whose name ends in ``(norm)`` are reads per million, and are not read; ``read_count`` and ``total`` are the
sums over the samples. A file of a single sample has ``seq`` in place of the codes.

*One miRNA, several precursors.* A read that fits several precursors is counted for each of them, so their rows
must not be added up: of each miRNA the row with the most reads is taken, and the number of the others is said.
(With the option ``-W`` reads are shared among the precursors; such a file has fractions, and its rows are added
up.)

References
----------
Friedländer MR, Mackowiak SD, Li N, Chen W, Rajewsky N (2012). miRDeep2 accurately identifies known and hundreds of
novel microRNA genes in seven animal clades. Nucleic Acids Research 40, 37–52.
github.com/rajewsky-lab/mirdeep2, issue 78: what to do with several precursors.
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
    merged_in_words,
    read_table_of,
    reads_of,
    refuse_empty_samples,
    samples_of,
)
from mirtool.io.registry import Inspection
from mirtool.io.tables.text import FileHead
from mirtool.io.tables.text_tables import TextTable
from mirtool.model import SampleTable

FORMAT = "mirdeep2-counts"
COLUMNS = ("#miRNA", "read_count", "precursor", "total")


def sniff(head: FileHead) -> bool:
    """Claim a table that begins with miRDeep2's columns."""
    return suits(first_rows(head))


def suits(table: TextTable) -> bool:
    """Return True for a table that begins with miRDeep2's columns."""
    return table.header[:4] == COLUMNS


def read_counts(path: str | Path, samples_in_rows: bool = False) -> ReadTable:  # noqa: ARG001
    """Read the counts of all samples, one row per miRNA.

    Raises
    ------
    FormatError
        For a file without samples, a row that is cut, or a cell that is not a count.
    """
    table, columns = read_table_of(path, COLUMNS, "miRDeep2")
    samples = [
        j for j in range(4, len(table.header)) if table.header[j] and not table.header[j].endswith("(norm)")
    ]
    if not samples:
        raise FormatError(
            "the table has no sample",
            path=path,
            line=table.header_line,
            found=", ".join(table.header),
            expected="after the column total one column of counts per sample",
            hint="run quantifier.pl on the reads of all samples, with their codes in the config file",
        )
    reads = reads_of(table, samples)
    shared = bool(np.any(reads % 1 != 0))
    name, merged, n = merge_rows(table.text(columns[0]), reads, "sum" if shared else "largest")
    how = (
        "another precursor, to which its share of the reads was given; added up"
        if shared
        else "another precursor, for which the same reads are counted again; the row with the most reads is used"
    )
    return refuse_empty_samples(
        ReadTable(
            str(path),
            FORMAT,
            name,
            name,
            tuple(table.header[j] for j in samples),
            merged,
            warnings=merged_in_words(n, how),
        )
    )


def inspect(path: str | Path) -> Inspection:
    """Read the file and say what it holds."""
    return inspection_of(read_counts(path))


def read_sample_table(path: str | Path, samples_in_rows: bool = False) -> SampleTable:
    """Return the samples, for a draft of the sample sheet."""
    return samples_of(read_counts(path, samples_in_rows))
