"""Tables of counts of any program: CSV, TSV, XLSX, miRNAs in rows or samples in rows, nothing but whole numbers.

The form is that of :mod:`mirtool.io.arrays.matrix`. Among others these are read so: nf-core/smrnaseq's
``mature_counts.csv`` (samples in rows, as R writes ``t(counts)``) and ``mirna.tsv``, exceRpt's
``exceRpt_miRNA_ReadCounts.txt`` (R row names, some counts with fractions), featureCounts and DESeq2 exports whose
other columns are text.

Whole numbers alone do not show that a table holds counts: scanners write whole numbers too. It is taken for counts
where the sample sheet or the call says so (scale ``counts``); ``mirtool init`` writes that where a good part of
the values is zero (:mod:`mirtool.io.arrays.value_scale`), and ``mirtool normalize`` refuses such a table.

*A name in several rows.* Rows that are equal in every sample are the same reads, counted for each precursor: one
is kept. Others are kept as rows of their own, with a number after the ID.

References
----------
nf-co.re/smrnaseq, output documentation; github.com/nf-core/smrnaseq, ``bin/edgeR_miRBase.r``,
``bin/collapse_mirtop.r``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mirtool.io.arrays.probe_values import ProbeValues, number_repeats
from mirtool.io.counts.read_table import (
    ReadTable,
    check_reads,
    refuse_empty_samples,
    refuse_fractions,
)
from mirtool.wording import plural

FORMAT = "matrix"


def read_counts(path: str | Path, samples_in_rows: bool = False) -> ReadTable:
    """Read a table whose values are stated to be counts.

    Raises
    ------
    FormatError
        For a value that is missing, negative or infinite, values most of which are not whole, a sample without
        reads, and what is refused in any table.
    """
    from mirtool.io.arrays import matrix

    return counts_of(matrix.read_values(path, samples_in_rows))


def counts_of(found: ProbeValues) -> ReadTable:
    """Take the values of a table for counts; raises as :func:`read_counts`."""

    def place(row: int, column: int) -> dict[str, Any]:
        return found.place(row, column)

    check_reads(found.values, place)
    refuse_fractions(found.values, {"path": found.path})
    keep = _first_of_equal(found)
    ids, _ = number_repeats(found.id[keep])
    numbered = len(ids) - len(set(found.id[keep]))
    n_equal = len(found.id) - int(keep.sum())
    said = [*found.left_out, *found.remarks]
    if n_equal:
        said.append(
            f"{plural(n_equal, 'row')} equal to another of the same name in every sample (the same reads, counted "
            "for each precursor): one is kept"
        )
    if numbered:
        said.append(f"{plural(numbered, 'row')} of a name that has another: kept as rows of their own")
    return refuse_empty_samples(
        ReadTable(
            found.path,
            FORMAT,
            ids,
            found.name[keep],
            found.samples,
            found.values[keep],
            warnings=tuple(said),
            about_samples=found.about_samples,
        )
    )


def _first_of_equal(found: ProbeValues) -> Any:
    """Return the rows that do not repeat the ID and all counts of a row above."""
    seen: set[tuple[str, bytes]] = set()
    keep = np.ones(len(found.id), dtype=bool)
    for row, own in enumerate(found.id):
        key = (own, found.values[row].tobytes())
        keep[row] = key not in seen
        seen.add(key)
    return keep
