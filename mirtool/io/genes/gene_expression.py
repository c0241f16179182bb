"""A table of gene expression whose samples are those of a miRNA table: one row per gene, one column per sample.

CSV, TSV (gzip-packed or not) or XLSX. The column of genes is known by its header as
:mod:`mirtool.io.genes.gene_changes` knows it, else it is the first one; sample columns are those whose header is a
sample of the miRNA table; any further column is passed over. Values may be on any scale: only their order
within a gene is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mirtool.errors import FormatError
from mirtool.io.arrays.geo import refuse_series_matrix
from mirtool.io.genes.gene_cells import entrez_of, genes_of
from mirtool.io.genes.gene_changes import GENE_HEADERS
from mirtool.io.tables.name_lists import find_column
from mirtool.io.tables.text_tables import read_table
from mirtool.model import FloatArray, TextArray


@dataclass(frozen=True, eq=False)
class GeneExpression:
    """Genes and their values in the samples that both tables have.

    Parameters
    ----------
    path
        Where it was read.
    gene
        Symbols as they are, one entry per row; rows without one are left out.
    samples
        Which of the names asked for are there, in the order asked.
    values
        ``(n_rows, n_samples)``, NaN missing.
    warnings
        What a user should know about the names of the genes.
    """

    path: str
    gene: TextArray
    samples: tuple[str, ...]
    values: FloatArray
    warnings: tuple[str, ...] = ()


def read_gene_expression(path: str | Path, samples: Sequence[str], *, fewest: int) -> GeneExpression:
    """Read the columns of some samples.

    Parameters
    ----------
    path
        The table.
    samples
        The names looked for among the headers.
    fewest
        How many of them must be there.

    Raises
    ------
    FormatError
        Where fewer are there, a sample is in two columns, or a cell is not a number.
    """
    refuse_series_matrix(path)
    table = read_table(path, suits=lambda table: len(set(samples) & set(table.header)) >= fewest)
    gene = find_column(table, GENE_HEADERS)
    gene = 0 if gene is None else gene
    there = [name for name in samples if name in table.header]
    if len(there) < fewest:
        raise FormatError(
            "too few samples of the miRNA table are in this table",
            path=table.path,
            line=table.header_line,
            found=f"{len(there)} of {len(samples)}: columns " + ", ".join(table.header[:12]),
            expected=f"at least {fewest} columns named as its samples: " + ", ".join(samples[:6]),
            hint="name the columns as in samples.csv",
        )
    twice = next((name for name in there if table.header.count(name) > 1), None)
    if twice is not None:
        raise FormatError(
            f"two columns are named {twice!r}", path=table.path, line=table.header_line, hint="rename one of them"
        )
    genes = genes_of(table.text(gene).tolist(), entrez_of(table, gene))
    values = table.numbers_of([table.header.index(name) for name in there])
    return GeneExpression(table.path, genes.names, tuple(there), values[genes.rows], genes.warnings)
