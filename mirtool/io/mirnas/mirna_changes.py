"""Tables of how miRNAs changed (tested against reference), as limma, DESeq2 and others write them.

The format
----------
CSV, TSV or XLSX with one header line and one row per probe or miRNA. Columns are known by their header, whatever
its case, blanks and marks; the first that is there counts:

========== =====================================================================================================
miRNA      ``miRNA``, ``mature miRNA``, ``Name``, ``ID``, ``accession``; else the column with most miRNA names,
           such as R's row names
log2 ratio ``logFC`` (limma), ``log2FoldChange`` (DESeq2), ``log2FC``
error      ``SE``, ``lfcSE`` (DESeq2), ``StdErr``, ``standard error``: of the log2 ratio
statistic  ``t`` (limma), ``stat`` (DESeq2): log2 ratio over its standard error
P          ``P.Value``, ``pvalue``
adjusted P ``adj.P.Val``, ``padj``, ``FDR``
level      ``AveExpr`` (limma), ``baseMean`` (DESeq2)
========== =====================================================================================================

A log2 ratio and an error or a statistic must be there. edgeR's ``F`` and ``LR`` are no such statistic.

References
----------
Column names as their programs' manuals give them: limma's ``topTable``, DESeq2's ``results``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mirtool.errors import FormatError
from mirtool.io.genes.gene_changes import ADJUSTED_HEADERS, LOG2_HEADERS, P_HEADERS
from mirtool.io.tables.name_lists import LIST_HEADERS, column_of_names, find_column
from mirtool.io.tables.text_tables import TextTable
from mirtool.model import FloatArray, TextArray

ERROR_HEADERS = ("se", "lfcse", "logfcse", "selogfc", "stderr", "standarderror")
STATISTIC_HEADERS = ("t", "stat", "tstatistic")
LEVEL_HEADERS = ("aveexpr", "basemean")


@dataclass(frozen=True, eq=False)
class MirnaChanges:
    """How miRNAs changed, one entry per row of the table; a miRNA may be in several.

    Parameters
    ----------
    path
        Where it was read.
    name
        Names or accessions as they are.
    log2_ratio, error
        ``(n_rows,)``, NaN missing. The error is the table's own, or log2 ratio over statistic.
    p_value, adjusted, level
        NaN where the table has none.
    columns
        What each is called there: ``log2 ratio``, ``error`` … to its header.
    """

    path: str
    name: TextArray
    log2_ratio: FloatArray
    error: FloatArray
    p_value: FloatArray
    adjusted: FloatArray
    level: FloatArray
    columns: Mapping[str, str]


def tells_mirna_changes(table: TextTable) -> bool:
    """Return True for a header that has a log2 ratio, and an error or a statistic of it."""
    return (
        find_column(table, LOG2_HEADERS) is not None
        and find_column(table, (*ERROR_HEADERS, *STATISTIC_HEADERS)) is not None
    )


def parse_mirna_changes(table: TextTable) -> MirnaChanges:
    """Return how miRNAs changed by a table of text.

    Raises
    ------
    FormatError
        Where there is no column of miRNAs or of log2 ratios, neither an error nor a statistic, a P lies outside 0
        to 1, an error is not above 0, a log2 ratio and its statistic have different signs, or a cell is not a
        number.
    """
    found = {
        "log2 ratio": find_column(table, LOG2_HEADERS),
        "error": find_column(table, ERROR_HEADERS),
        "statistic": find_column(table, STATISTIC_HEADERS),
        "P": find_column(table, P_HEADERS),
        "adjusted P": find_column(table, ADJUSTED_HEADERS),
        "level": find_column(table, LEVEL_HEADERS),
    }
    if found["log2 ratio"] is None:
        raise _missing(table, "has no column of log2 ratios", "a column named logFC or log2FoldChange")
    if found["error"] is None and found["statistic"] is None:
        raise _missing(
            table,
            "has no standard error of the log2 ratio, and nothing to compute it from",
            "a column named t (limma), lfcSE (DESeq2) or SE",
        )
    names = table.text(column_of_names(table, LIST_HEADERS, "miRNA"))
    rows = np.flatnonzero(names != "")
    numbers = {
        what: np.full(len(table), np.nan) if column is None else table.numbers(column)
        for what, column in found.items()
    }
    if found["error"] is None:
        _check_signs(table, found, numbers)
        with np.errstate(divide="ignore", invalid="ignore"):
            error = numbers["log2 ratio"] / numbers["statistic"]
        numbers["error"] = np.where(np.isfinite(error) & (error > 0), error, np.nan)
    _check_range(table, found["error"], numbers["error"] > 0, numbers["error"], "a number above 0")
    for what in ("P", "adjusted P"):
        inside = (numbers[what] >= 0) & (numbers[what] <= 1)
        _check_range(table, found[what], inside, numbers[what], "a number from 0 to 1")
    return MirnaChanges(
        path=table.path,
        name=names[rows],
        log2_ratio=numbers["log2 ratio"][rows],
        error=numbers["error"][rows],
        p_value=numbers["P"][rows],
        adjusted=numbers["adjusted P"][rows],
        level=numbers["level"][rows],
        columns={what: table.header[column] for what, column in found.items() if column is not None},
    )


def _missing(table: TextTable, problem: str, expected: str) -> FormatError:
    return FormatError(
        f"this table {problem}",
        path=table.path,
        line=table.header_line,
        found=", ".join(table.header[:12]),
        expected=expected,
        hint="name a table of `mirtool diff`, limma's topTable or DESeq2's results",
    )


def _check_signs(table: TextTable, found: Mapping[str, int | None], numbers: Mapping[str, FloatArray]) -> None:
    """Refuse a table whose log2 ratios and statistics are not of one comparison."""
    wrong = np.flatnonzero(numbers["log2 ratio"] * numbers["statistic"] < 0)
    if len(wrong):
        row = int(wrong[0])
        raise FormatError(
            "log2 ratio and statistic have different signs",
            path=table.path,
            line=table.line_of(row),
            column=table.header[found["statistic"] or 0],
            found=f"{numbers['log2 ratio'][row]:g} and {numbers['statistic'][row]:g}",
            expected="both of the same comparison",
        )


def _check_range(table: TextTable, column: int | None, inside: object, values: FloatArray, expected: str) -> None:
    wrong = np.flatnonzero(~np.asarray(inside) & ~np.isnan(values))
    if column is not None and len(wrong):
        raise FormatError(
            "a value is out of range",
            path=table.path,
            line=table.line_of(int(wrong[0])),
            column=table.header[column],
            found=f"{values[wrong[0]]:g}",
            expected=expected,
        )
