"""TCGA's counts of one sample, as the GDC hands them out: isoforms, and precursors; tab-separated.

The format
----------
``….mirbase21.isoforms.quantification.txt`` has one row per place where reads begin and end::

    miRNA_ID→isoform_coords→read_count→reads_per_million_miRNA_mapped→cross-mapped→miRNA_region
    hsa-let-7a-1→hg38:chr9:94175942-94175962:+→5→0.810→N→mature,MIMAT0000062
    hsa-let-7a-1→hg38:chr9:94175961-94175983:+→41→6.642→Y→precursor

``….mirbase21.mirnas.quantification.txt`` has one row per precursor::

    miRNA_ID→read_count→reads_per_million_miRNA_mapped→cross-mapped
    hsa-let-7a-1→40112→6498.1→N

*Isoforms.* The rows of one mature miRNA (``mature,MIMAT…``, of whatever precursor) are added up, as is usual for
these files: rows differ in where their reads begin or end, so that each is other reads. The rows of other regions
(``precursor``, ``stemloop``, ``unannotated``) are left out and counted. The IDs are accessions.

*Precursors* stay what they are, and a warning says that the isoform table has the mature miRNAs: a precursor has
two arms with different targets.

References
----------
Chu A, Robertson G, Brooks D, Mungall AJ, … Marra MA (2016). Large-scale profiling of microRNAs for The Cancer
Genome Atlas. Nucleic Acids Research 44, e3; docs.gdc.cancer.gov, miRNA analysis pipeline.
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
)
from mirtool.io.registry import Inspection
from mirtool.io.tables.text import FileHead
from mirtool.io.tables.text_tables import TextTable
from mirtool.model import text_array
from mirtool.wording import plural

FORMAT = "tcga-counts"
PRECURSORS = ("miRNA_ID", "read_count", "reads_per_million_miRNA_mapped", "cross-mapped")
REGION, MATURE = "miRNA_region", "mature,"


def sniff(head: FileHead) -> bool:
    """Claim a table with TCGA's columns."""
    return suits(first_rows(head))


def suits(table: TextTable) -> bool:
    """Return True for a table with TCGA's columns."""
    return set(PRECURSORS) <= set(table.header)


def read_counts(path: str | Path, samples_in_rows: bool = False) -> ReadTable:  # noqa: ARG001
    """Read the counts of one sample: of mature miRNAs, or of precursors.

    Raises
    ------
    FormatError
        For a column that is missing, a precursor that is listed twice, a table of isoforms without a mature miRNA,
        or a cell that is not a count.
    """
    table, (label, count, *_) = read_table_of(path, PRECURSORS, "the GDC")
    region = table.find(REGION)
    reads = reads_of(table, [count])
    if region is None:
        names, merged, n = merge_rows(table.text(label), reads, "sum")
        if n:
            raise FormatError(
                "a precursor is listed twice",
                path=path,
                found=f"{plural(n, 'further row')}",
                expected="one row per precursor",
                hint="if this is a table of isoforms, its column miRNA_region is missing: download it again",
            )
        said: tuple[str, ...] = (
            "rows are precursors, not mature miRNAs; isoforms.quantification.txt of the same sample has the "
            "mature ones",
        )
    else:
        regions = table.text(region)
        mature = np.array([cell.startswith(MATURE) for cell in regions])
        if not mature.any():
            raise FormatError(
                "no row is of a mature miRNA",
                path=path,
                column=REGION,
                found=", ".join(sorted(set(regions))[:5]),
                expected="mature,MIMAT0000062",
            )
        accessions = text_array(cell.removeprefix(MATURE).strip() for cell in regions[mature])
        names, merged, _ = merge_rows(accessions, reads[mature], "sum")
        lost = reads[~mature].sum()
        said = (
            f"{plural(int(mature.sum()), 'isoform')} added up to {plural(len(names), 'mature miRNA')}",
            f"rows of other regions left out: {int((~mature).sum()):,} ({lost / reads.sum():.1%} of the reads)",
        )
    return refuse_empty_samples(
        ReadTable(str(path), FORMAT, names, names, (Path(path).name,), merged, is_one_sample=True, warnings=said)
    )


def inspect(path: str | Path) -> Inspection:
    """Read the file and say what it holds."""
    return inspection_of(read_counts(path))
