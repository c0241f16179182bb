"""exceRpt's counts of one sample (``readCounts_miRNAmature_sense.txt``), tab-separated.

The format
----------
::

    ReferenceID→uniqueReadCount→totalReadCount→multimapAdjustedReadCount→multimapAdjustedBarcodeCount
    hsa-miR-143-3p:MIMAT0000435:Homo:sapiens:miR-143-3p→1235→4147219→4147219.0→0.0
    hsa-miR-10a-5p:MIMAT0000253:Homo:sapiens:miR-10a-5p→430→20420→10210.5→0.0

``multimapAdjustedReadCount`` is read: a read that fits several miRNAs counts in parts, so nothing is counted
twice. Of the ReferenceID the name before the first colon is read; several that could not be told apart are joined
by ``|`` and become a slash name. miRNAs without reads are not listed.

The table of a whole study that exceRpt's merge writes (``exceRpt_miRNA_ReadCounts.txt``) is a plain table of
counts (:mod:`mirtool.io.counts.plain`).

References
----------
Rozowsky J, Kitchen RR, Park JJ, Galeev TR, … Gerstein MB (2019). exceRpt: a comprehensive analytic platform for
extracellular RNA profiling. Cell Systems 8, 352–357; github.com/gersteinlab/exceRpt (README).
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
from mirtool.io.tables.text import FileHead
from mirtool.io.tables.text_tables import TextTable
from mirtool.model import text_array

FORMAT = "excerpt-counts"
COLUMNS = ("ReferenceID", "multimapAdjustedReadCount")


def sniff(head: FileHead) -> bool:
    """Claim a table with exceRpt's columns."""
    return suits(first_rows(head))


def suits(table: TextTable) -> bool:
    """Return True for a table with exceRpt's columns."""
    return table.header[:1] == COLUMNS[:1] and "uniqueReadCount" in table.header


def read_counts(path: str | Path, samples_in_rows: bool = False) -> ReadTable:  # noqa: ARG001
    """Read the counts of one sample.

    Raises
    ------
    FormatError
        For a column that is missing, or a cell that is not a count.
    """
    table, (reference, adjusted) = read_table_of(path, COLUMNS, "exceRpt")
    reads = reads_of(table, [adjusted])
    names = text_array(_name(cell) for cell in table.text(reference))
    name, merged, n = merge_rows(names, reads, "sum")
    said = merged_in_words(n, "added up, as reads that fit several are shared out")
    return refuse_empty_samples(
        ReadTable(str(path), FORMAT, name, name, (Path(path).name,), merged, is_one_sample=True, warnings=said)
    )


def _name(reference: str) -> str:
    """Return the name of the miRNA, or the slash name of several.

    Examples
    --------
    >>> _name("hsa-miR-143-3p:MIMAT0000435:Homo:sapiens:miR-143-3p")
    'hsa-miR-143-3p'
    >>> _name("hsa-miR-1-3p:MIMAT0000416:Homo:sapiens:miR-1-3p|hsa-miR-206:MIMAT0000462:Homo:sapiens:miR-206")
    'hsa-miR-1-3p/hsa-miR-206'
    """
    return "/".join(dict.fromkeys(part.split(":")[0].strip() for part in reference.split("|")))


def inspect(path: str | Path) -> Inspection:
    """Read the file and say what it holds."""
    return inspection_of(read_counts(path))
