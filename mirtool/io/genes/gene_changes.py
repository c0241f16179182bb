"""Tables of how genes changed (mRNA, tested against reference), and ranked lists of genes.

The format
----------
CSV, TSV (gzip-packed or not) or XLSX with one header line and one row per gene or a probe of one, as limma,
DESeq2, edgeR, Seurat and `mirtool diff` write it. Columns are known by their header, whatever its case, blanks and
marks; the first that is there counts:

========== =====================================================================================================
gene       ``Gene Symbol``, ``Symbol``, ``gene``, ``gene_name``, ``hgnc_symbol``, ``external_gene_name``, ``Name``;
           else a first column without a name (R's row names)
log2 ratio ``log2FoldChange`` (DESeq2), ``logFC`` (limma, edgeR), ``avg_log2FC`` (Seurat), ``log2FC``,
           ``log2 ratio T/R`` (mirtool)
statistic  ``t`` (limma), ``stat`` (DESeq2), ``t (moderated)`` and the like (mirtool); signed. edgeR's ``F`` and
           ``LR`` have no sign and are passed over
P          ``P.Value``, ``pvalue``, ``PValue``, ``p_val``, ``P (moderated)`` …
adjusted P ``adj.P.Val``, ``padj``, ``FDR``, ``p_val_adj``, ``q_value``, ``FDR (BH)`` …
========== =====================================================================================================

A ranked list (``.rnk``) has no header: a gene and a number a line, separated by a tab; lines that begin with ``#``
are passed over. It is known by that, whatever it is called.

References
----------
Column names as their programs' manuals give them: limma's ``topTable``, DESeq2's ``results``, edgeR's ``topTags``,
Seurat's ``FindMarkers``; the RNK format as the GSEA documentation's "Data formats" page gives it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mirtool.errors import FormatError, option
from mirtool.io.arrays.geo import refuse_series_matrix
from mirtool.io.genes.gene_cells import entrez_of, genes_of
from mirtool.io.registry import Inspection
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.labels import is_number_like
from mirtool.io.tables.name_lists import find_column, names_mirna
from mirtool.io.tables.text import FileHead, read_head, read_text
from mirtool.io.tables.text_tables import TextTable, head_tables, read_table, table_of_lines
from mirtool.model import FloatArray, IntArray, TextArray
from mirtool.wording import plural

GENE_HEADERS = ("genesymbol", "symbol", "gene", "genename", "hgncsymbol", "externalgenename", "genes", "name")
LOG2_HEADERS = ("log2foldchange", "logfc", "avglog2fc", "log2fc")
LOG2_START = "log2ratio"
STATISTIC_HEADERS = ("t", "stat", "tmoderated", "twelch", "tstudent", "tstatistic")
P_HEADERS = ("pvalue", "pval", "p", "pmoderated", "pwelch", "pstudent", "rawp")
ADJUSTED_HEADERS = ("adjpval", "padj", "fdr", "pvaladj", "adjpvalue", "qvalue", "fdrbh", "padjust")

RANK_SUFFIX = ".rnk"


@dataclass(frozen=True, eq=False)
class GeneChanges:
    """How genes changed, one entry per row of the table; a gene may be in several.

    Parameters
    ----------
    path
        Where it was read.
    gene
        Symbols as they are; rows without one are left out.
    log2_ratio, statistic, p_value, adjusted
        ``(n_rows,)``, NaN missing; None where the table has no such column.
    columns
        What each is called there: ``log2 ratio``, ``statistic``, ``P``, ``adjusted P`` to its header.
    nameless
        Rows left out because they name no gene.
    warnings
        What a user should know about the names: rows of several genes, names that Excel made dates.
    """

    path: str
    gene: TextArray
    log2_ratio: FloatArray | None
    statistic: FloatArray | None
    p_value: FloatArray | None
    adjusted: FloatArray | None
    columns: dict[str, str]
    nameless: int = 0
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.gene)


def sniff(head: FileHead) -> bool:
    """Return a table of changes by a gene column, a log2 ratio and a P; a ranked list by a number in each line.

    mirtool's own tables say what they are in their first line, and are none of these.
    """
    if _is_ranked_list(head):
        return True
    return any(map(tells_changes, head_tables(head)))


def tells_changes(table: TextTable) -> bool:
    """Return the header of a table of changes as other programs write it."""
    return (
        not table.notes
        and (find_column(table, GENE_HEADERS) is not None or table.header[:1] == ("",))
        and find_column(table, LOG2_HEADERS) is not None
        and find_column(table, (*P_HEADERS, *ADJUSTED_HEADERS)) is not None
    )


def _ranks_genes(table: TextTable) -> bool:
    """Return True for a table with a column of genes and one of how they changed."""
    return (find_column(table, GENE_HEADERS) is not None or table.header[:1] == ("",)) and (
        _find(table, LOG2_HEADERS, LOG2_START) is not None
        or find_column(table, (*STATISTIC_HEADERS, *P_HEADERS, *ADJUSTED_HEADERS)) is not None
    )


def _is_ranked_list(head: FileHead) -> bool:
    rows = [line.rstrip().split("\t") for line in head.lines if line.strip() and not line.startswith("#")]
    return bool(rows) and all(
        len(row) == 2 and is_number_like(row[1]) and not is_number_like(row[0]) and row[0].strip() for row in rows
    )


def inspect(path: str | Path) -> Inspection:
    """Read how genes changed and say what is there; ``spots`` counts the rows that name a gene."""
    found = read_gene_changes(path)
    genes = set(found.gene.tolist())
    warnings = [f"{plural(found.nameless, 'row')} without a gene"] if found.nameless else []
    warnings += found.warnings
    details: dict[str, object] = {"content": "how genes changed", "genes": len(genes), **found.columns}
    if found.adjusted is not None:
        details["adjusted P at most 0.05"] = f"{plural(int((found.adjusted <= 0.05).sum()), 'row')}"
    return Inspection(str(path), "gene-changes", len(found), warnings=tuple(warnings), details=details)


def read_gene_changes(path: str | Path, *, score: str | None = None, sheet: str | None = None) -> GeneChanges:
    """Read a table of how genes changed, or a ranked list.

    Parameters
    ----------
    path
        A table with a gene column, or a ranked list; ``-`` is standard input.
    score
        The header of a column to take as the statistic, in place of the one that would be found.
    sheet
        Sheet of a workbook; the only one with such a table if not given.

    Raises
    ------
    FormatError
        Where there is no gene column or nothing to rank by, a P lies outside 0 … 1, or a cell is not a number.
    """
    named_so = str(path).lower().removesuffix(".gz").endswith(RANK_SUFFIX)
    if named_so or _is_ranked_list(read_head(path)):
        return _read_ranked_list(path)
    refuse_series_matrix(path)
    table = read_table(path, sheet=sheet, suits=_ranks_genes)
    gene = _gene_column(table)
    cells = table.text(gene)
    genes = genes_of(cells.tolist(), entrez_of(table, gene))
    found = {
        "log2 ratio": _find(table, LOG2_HEADERS, LOG2_START),
        "statistic": _find(table, STATISTIC_HEADERS) if score is None else _named(table, score),
        "P": _find(table, P_HEADERS),
        "adjusted P": _find(table, ADJUSTED_HEADERS),
    }
    if all(column is None for column in found.values()):
        raise FormatError(
            "this table says nothing of how genes changed",
            path=table.path,
            line=table.header_line,
            found=", ".join(table.header[:12]),
            expected="a column such as log2FoldChange, logFC, stat, t or pvalue",
            hint=f"name the column to rank by with {option('score')}, "
            "or give the table of limma, DESeq2 or edgeR as written",
        )
    numbers = {
        what: None if column is None else table.numbers(column)[genes.rows] for what, column in found.items()
    }
    for what in ("P", "adjusted P"):
        column, values = found[what], numbers[what]
        if column is not None and values is not None:
            _check_probabilities(table, column, values, genes.rows)
    return GeneChanges(
        path=table.path,
        gene=genes.names,
        log2_ratio=numbers["log2 ratio"],
        statistic=numbers["statistic"],
        p_value=numbers["P"],
        adjusted=numbers["adjusted P"],
        columns={what: table.header[column] for what, column in found.items() if column is not None},
        nameless=int((cells == "").sum()),
        warnings=(*genes.warnings, *_of_mirnas(genes.names.tolist())),
    )


def _of_mirnas(names: Sequence[str]) -> tuple[str, ...]:
    """Warn of a table of miRNAs in place of one of genes."""
    if 2 * sum(map(names_mirna, names)) > len(names):
        return ("most names are those of miRNAs: this is not a table of mRNA",)
    return ()


def _read_ranked_list(path: str | Path) -> GeneChanges:
    lines = read_text(path).split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    body = [line for line in lines[first:] if line.strip()]
    if not body:
        raise FormatError("the ranked list holds no gene", path=path, expected="gene, tab, number, on each line")
    table = table_of_lines(["gene\tscore", *body], path, first_line=first)
    if len(table.columns) != 2:
        raise FormatError(
            "this is no ranked list",
            path=path,
            line=first + 1,
            found=body[0][:60],
            expected="gene, tab, number, on each line and no header (.rnk)",
        )
    cells = table.text(0)
    genes = genes_of(cells.tolist())
    return GeneChanges(
        str(path),
        genes.names,
        None,
        table.numbers(1)[genes.rows],
        None,
        None,
        {"statistic": "score"},
        int((cells == "").sum()),
        genes.warnings,
    )


def _gene_column(table: TextTable) -> int:
    column = find_column(table, GENE_HEADERS)
    if column is None and table.header and table.header[0] == "":
        column = 0
    if column is None:
        raise FormatError(
            "this table has no column of genes",
            path=table.path,
            line=table.header_line,
            found=", ".join(table.header[:12]),
            expected="a column named gene, Symbol or Gene Symbol, or R's row names",
        )
    return column


def _find(table: TextTable, headers: Sequence[str], start: str | None = None) -> int | None:
    column = find_column(table, headers)
    if column is None and start is not None:
        column = next((j for j, name in enumerate(table.header) if fold_header(name).startswith(start)), None)
    return column


def _named(table: TextTable, name: str) -> int:
    if name not in table.header:
        raise FormatError(
            f"this table has no column '{name}'",
            path=table.path,
            line=table.header_line,
            found=", ".join(table.header[:12]),
        )
    return table.header.index(name)


def _check_probabilities(table: TextTable, column: int, values: FloatArray, rows: IntArray) -> None:
    wrong = np.flatnonzero((values < 0) | (values > 1))
    if len(wrong):
        raise FormatError(
            "a P value lies outside 0 to 1",
            path=table.path,
            line=table.line_of(int(rows[wrong[0]])),
            column=table.header[column],
            found=f"{values[wrong[0]]:g}, one of {plural(len(wrong), 'such cell')}",
            expected="a number from 0 to 1",
        )
