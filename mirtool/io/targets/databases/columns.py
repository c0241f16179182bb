"""What the readers of databases share: opening a table, its columns, and genes that have identifiers only."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

from mirtool.annotation.gene_symbols import GeneSymbols, load_gene_symbols
from mirtool.errors import FormatError
from mirtool.io.genes.gene_cells import date_warning, dates_among
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.large_tables import read_columns
from mirtool.io.tables.name_lists import find_column
from mirtool.io.tables.text_tables import TextTable, read_table
from mirtool.io.targets.interaction_rows import RANK, LabelColumn, blank_column, label_column
from mirtool.model import BoolArray, FloatArray, IntArray
from mirtool.wording import plural

NO_LABEL = frozenset({"", "NA", "N/A", "NULL", "null", "NaN", "nan", "\\N"})
"""How databases and the programs they pass through write a name that is missing."""


def open_table(path: str | Path, labels: Collection[str], numbers: Collection[str] = ()) -> TextTable:
    """Read a database's file: of a large one only the wanted columns, by folded header.

    Raises
    ------
    FormatError
        As :func:`mirtool.io.tables.text_tables.read_table`.
    """
    wanted = {*labels, *numbers}

    def suits(table: TextTable) -> bool:
        return len(wanted & set(map(fold_header, table.header))) > 1

    return read_columns(path, labels, numbers) or read_table(path, suits=suits, joins=True)


def labels_of(table: TextTable, *headers: str) -> LabelColumn | None:
    """Get a column of names or words by folded header, blank where one is missing; None without such a column."""
    column = find_column(table, headers)
    if column is None:
        return None
    cells = label_column(table.columns[column])
    return cells.relabeled("" if label in NO_LABEL else label for label in cells.labels)


def words_of(table: TextTable, *headers: str) -> LabelColumn:
    """Return a column of names or words, blank throughout where there is none."""
    return labels_of(table, *headers) or blank_column(len(table))


def needed(table: TextTable, database: str, what: str, *headers: str) -> LabelColumn:
    """Return a column that the database's tables have.

    Raises
    ------
    FormatError
        Where it is missing.
    """
    column = labels_of(table, *headers)
    if column is None:
        raise missing_column(table, database, what)
    return column


def missing_column(table: TextTable, database: str, what: str) -> FormatError:
    """Say that a table of a database lacks a column it has as downloaded."""
    return FormatError(
        f"this table of {database} has no column '{what}'",
        path=table.path,
        line=table.header_line,
        found=", ".join(table.header[:12]),
        expected=f"the columns as {database} gives them",
        hint="download the table again, or give one with the columns miRNA,gene",
    )


def numbers_of(table: TextTable, *headers: str) -> FloatArray | None:
    """Return a column of numbers by folded header, NaN where one is missing; None without such a column.

    Raises
    ------
    FormatError
        With the line of the first cell that is not a number.
    """
    column = find_column(table, headers)
    return None if column is None else table.numbers(column)


def has_columns(table: TextTable, *headers: str) -> bool:
    """Return True if a table has columns of all these folded headers."""
    return set(headers) <= set(map(fold_header, table.header))


def predicted(n_rows: int) -> IntArray:
    """Return the evidence of rows that are predictions."""
    return np.full(n_rows, RANK["predicted"], dtype=np.int64)


def no_rows(n_rows: int) -> BoolArray:
    """Mask no row."""
    return np.zeros(n_rows, dtype=bool)


def references_of(table: TextTable, *headers: str) -> LabelColumn:
    """Return PubMed identifiers, without the ``.0`` of spreadsheets, several joined by ``;``."""
    cells = words_of(table, *headers)
    return cells.relabeled(
        ";".join(part.strip().removesuffix(".0") for part in label.replace("|", ";").split(";"))
        for label in cells.labels
    )


def gene_symbols(
    symbols: LabelColumn | None, identifiers: LabelColumn | None, book: GeneSymbols | None
) -> tuple[LabelColumn, tuple[str, ...]]:
    """Return the symbol of each row's gene, by its identifier where no symbol is there, or a date in its place.

    Parameters
    ----------
    symbols, identifiers
        A column of symbols and one of Entrez, Ensembl or RefSeq identifiers; at least one of them.
    book
        The table of genes; None takes the embedded one.

    Returns
    -------
    tuple
        The column, where an identifier that represents no gene, or for several, stays; and what became of the
        identifiers, in words.
    """
    if identifiers is None:
        assert symbols is not None
        return symbols, ()
    if symbols is None:
        symbols = blank_column(len(identifiers.position))
    dates = set(dates_among(symbols.labels))
    has_name = symbols.holds(bool(label) and label not in dates for label in symbols.labels)
    nameless = ~has_name & identifiers.holds(map(bool, identifiers.labels))
    if not nameless.any():
        return symbols, ()
    book = book or load_gene_symbols()
    used = np.zeros(len(identifiers.labels), dtype=bool)
    used[identifiers.position[nameless]] = True
    names = [book.name(label) if each else None for label, each in zip(identifiers.labels, used, strict=True)]
    position = np.where(nameless, len(symbols.labels) + identifiers.position, symbols.position)
    both = np.concatenate([symbols.labels, identifiers.labels])
    named = LabelColumn(position, both).relabeled(
        [*symbols.labels, *(name.symbol if name else "" for name in names)]
    )
    statuses = [name.status for name in names if name]
    fates = (
        (statuses.count("unknown"), f"not in {book.source} kept unchanged"),
        (statuses.count("ambiguous"), "that several genes share kept unchanged"),
        (len(statuses) - statuses.count("unknown") - statuses.count("ambiguous"), f"named by {book.source}"),
    )
    used_labels = set(named.labels[np.unique(named.position)])
    repaired = [label for label in symbols.labels if label in dates and label not in used_labels]
    return named, (
        *(f"{plural(n, 'gene identifier')} {fate}" for n, fate in reversed(fates) if n),
        *date_warning(repaired, len(repaired)),
    )
