"""sRNAbench's counts of one sample (``mature_sense.grouped``, ``mature_sense_SA.grouped``), tab-separated.

The format
----------
::

    name→unique reads→read count→read count (mult. map. adj.)→RPM (lib)→RPM (total)→coordinateString→…
    hsa-miR-21-5p→1644→185012→185012.0→301244.1→205113.8→-→…
    hsa-let-7a-5p→901→40110→38202.5→65311.0→44468.2→-→…

``read count (mult. map. adj.)`` is read: a read that fits n miRNAs counts 1/n for each. In the table of single
assignment (``_SA``) every read belongs to one miRNA; there ``read count (SA)`` is read. miRNAs without reads are
not listed. Other grouped files (tRNA, cDNA …) have the same columns: that none of their names is a miRNA's is
said.

References
----------
Aparicio-Puerta E, Lebrón R, Rueda A, Gómez-Martín C, … Hackenberg M (2019). sRNAbench and sRNAtoolbox 2019:
intuitive fast small RNA profiling and differential expression. Nucleic Acids Research 47, W530–W535; the manual,
section "*.grouped files".
"""

from __future__ import annotations

from pathlib import Path

from mirtool.io.counts.read_table import (
    ReadTable,
    first_rows,
    inspection_of,
    merge_rows,
    merged_in_words,
    read_table_of,
    reads_of,
    refuse_empty_samples,
)
from mirtool.io.registry import Inspection
from mirtool.io.tables.labels import is_mirna_name
from mirtool.io.tables.text import FileHead
from mirtool.io.tables.text_tables import TextTable

FORMAT = "srnabench-counts"
NAME, UNIQUE = "name", "unique reads"
ADJUSTED, SINGLE = "read count (mult. map. adj.)", "read count (SA)"


def sniff(head: FileHead) -> bool:
    """Claim a table that begins with sRNAbench's columns."""
    return suits(first_rows(head))


def suits(table: TextTable) -> bool:
    """Return True for a table that begins with sRNAbench's columns."""
    return table.header[:2] == (NAME, UNIQUE)


def read_counts(path: str | Path, samples_in_rows: bool = False) -> ReadTable:  # noqa: ARG001
    """Read the counts of one sample.

    Raises
    ------
    FormatError
        For a column that is missing, or a cell that is not a count.
    """
    table, (name,) = read_table_of(path, [NAME], "sRNAbench")
    counted = SINGLE if table.find(SINGLE) is not None else ADJUSTED
    _, (_, column) = read_table_of(path, [NAME, counted], "sRNAbench")
    reads = reads_of(table, [column])
    names, merged, n = merge_rows(table.text(name), reads, "sum")
    said = list(merged_in_words(n, "added up, as reads that fit several are shared out"))
    if not any(map(is_mirna_name, names)):
        said.append("no row has the name of a miRNA: this may be sRNAbench's table of other RNAs")
    return refuse_empty_samples(
        ReadTable(
            str(path), FORMAT, names, names, (Path(path).name,), merged, is_one_sample=True, warnings=tuple(said)
        )
    )


def inspect(path: str | Path) -> Inspection:
    """Read the file and say what it holds."""
    return inspection_of(read_counts(path))
