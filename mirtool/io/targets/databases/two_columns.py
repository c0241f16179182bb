"""Two columns, a miRNA and a gene, under any header or none.

The format
----------
CSV, TSV (gzip-packed or not) or XLSX of exactly two columns. Which holds the miRNAs is told by what is in
them: names such as ``hsa-miR-16-5p`` or ``let-7a`` in most of its cells, and in few of the other's; numbers in the
other are Entrez identifiers where its header says so, and are named. Where the first row itself holds a miRNA's
name, the file has no header. Tables whose columns have known names are read by them
(:mod:`mirtool.io.targets.interactions`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from mirtool.annotation.gene_symbols import GeneSymbols
from mirtool.annotation.gene_symbols.book import without_version
from mirtool.errors import FormatError
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.labels import is_number_like
from mirtool.io.tables.name_lists import names_mirna
from mirtool.io.tables.text import STDIN, is_workbook, read_bytes, read_text
from mirtool.io.tables.text_tables import TextTable, read_table, table_of_lines, tell_delimiter
from mirtool.io.targets.databases.columns import gene_symbols, no_rows
from mirtool.io.targets.interaction_rows import InteractionRows, blank_column, label_column

DATABASE = "table"

_ENTREZ = re.compile(r"entrez|geneid")
_ACCESSION = re.compile(r"MI(MAT)?\d{4,}\b")


def matches(table: TextTable) -> bool:
    """Return two columns of which one names miRNAs and the other does not."""
    return _mirna_column(table) is not None


def read(path: str | Path, genes: GeneSymbols | None = None) -> InteractionRows:
    """Read every row; see :func:`mirtool.io.targets.interactions.read_rows`."""
    table = read_table(path, suits=matches)
    if any(map(names_mirna, table.header)):
        table = _without_header(path, table)
    column = _mirna_column(table)
    if column is None:
        raise FormatError(
            "it is not clear which of the two columns holds miRNAs",
            path=path,
            found=", ".join(table.header),
            expected="names such as hsa-miR-16-5p in one column, genes in the other",
            hint="name the columns miRNA and gene",
        )
    mirna, cells = label_column(table.columns[column]), label_column(table.columns[1 - column])
    numbers = [without_version(label).isdigit() for label in cells.labels]
    gene, named = gene_symbols(
        cells.relabeled("" if number else label for label, number in zip(cells.labels, numbers, strict=True)),
        cells.relabeled(label if number else "" for label, number in zip(cells.labels, numbers, strict=True)),
        genes,
    )
    return InteractionRows(
        database=DATABASE,
        mirna=mirna,
        gene=gene,
        reference=blank_column(len(table)),
        evidence=np.zeros(len(table), dtype=np.int64),
        negative=no_rows(len(table)),
        remarks=named,
    )


def _mirna_column(table: TextTable) -> int | None:
    """Return the column of miRNAs of a table of two; None where it is none, or can't be told."""
    if len(table.header) != 2:
        return None
    columns = [list(table.text(j)) for j in range(2)]
    if any(map(names_mirna, table.header)):
        columns = [[name, *cells] for name, cells in zip(table.header, columns, strict=True)]
    shares = [_share(map(_of_mirna, cells), cells) for cells in columns]
    chosen = int(shares[1] > shares[0])
    others = columns[1 - chosen]
    names_ids = _ENTREZ.search(fold_header(table.header[1 - chosen])) is not None
    numbers = 0.0 if names_ids else _share(map(is_number_like, others), others)
    return chosen if shares[chosen] > 0.5 and shares[1 - chosen] < 0.1 and numbers < 0.5 else None


def _of_mirna(label: str) -> bool:
    """Return a miRNA's name or accession, which a table of names has beside each other."""
    return names_mirna(label) or _ACCESSION.match(label) is not None


def _share(marks: Iterable[bool], cells: list[str]) -> float:
    return sum(marks) / max(sum(map(bool, cells)), 1)


def _without_header(path: str | Path, table: TextTable) -> TextTable:
    """Read the table again, its first row no header."""
    header = "miRNA\tgene" if names_mirna(table.header[0]) else "gene\tmiRNA"
    if str(path) != STDIN and is_workbook(read_bytes(path)):
        cells = [(name, *column) for name, column in zip(table.header, table.columns, strict=True)]
        return TextTable(table.path, tuple(header.split("\t")), tuple(cells), table.header_line, table.notes)
    lines = read_text(path).rstrip("\n").split("\n")[table.header_line - 1 :]
    delimiter = tell_delimiter(lines[0])
    names = header.replace("\t", delimiter)
    return table_of_lines([names, *lines], path, first_line=table.header_line - 1, delimiter=delimiter)
