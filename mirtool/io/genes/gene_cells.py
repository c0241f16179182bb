"""Cells that hold genes, in lists and tables of any kind: several genes in one, and names that Excel made dates.

*Several genes in a cell*, as a probe that matches several has them (``BCL2///BCL2L1``, ``MYC;MAX``,
``CDK6, CCND3``, ``A|B``), count as one row for each gene.

*Dates.* Excel turns MARCH1, SEPT2 and DEC1 into dates. One is named again by the Entrez number in its row, where
there is one; without, it can't be distinguished (1-Mar was MARC1 or MARCH1) and stays as it is.

References
----------
Ziemann M, Eren Y, El-Osta A. Gene name errors are widespread in the scientific literature. Genome Biol
2016;17:177.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.annotation.gene_symbols import GeneSymbols, load_gene_symbols
from mirtool.io.tables.corrected import refuse_corrected
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.name_lists import column_of_names, read_list_or_table, refuse_binary
from mirtool.io.tables.text_tables import MISSING_CELLS, TextTable
from mirtool.model import IntArray, TextArray, text_array
from mirtool.wording import plural

ENTREZ_HEADERS = ("entrez", "entrezid", "entrezgene", "entrezgeneid", "geneid", "ncbigeneid", "ncbigene")

_MONTH = r"(?:jan|feb|mar|mrz|mär|maerz|apr|avr|may|mai|jun|jul|aug|sept?|oct|okt|nov|dec|dez|déc)[a-zé]{0,6}\.?"
_DATE = re.compile(
    rf"(?:\d{{1,2}}[-. ]{{1,2}}{_MONTH}(?:[- ]\d{{2,4}})?|{_MONTH}[- ]\d{{1,4}}"
    r"|\d{4}-\d\d-\d\d(?:[ T]00:00:00)?|\d{1,2}[/.]\d{1,2}[/.](?:\d{2}|\d{4}))",
    re.IGNORECASE,
)
_SERIAL = re.compile(r"[34]\d{4}(?:\.0)?")
"""A date as Excel counts it, in days: 1982 to 2036."""
_SEVERAL = re.compile(r"\s*(?:///|//|[;|,])\s*")
_SHOWN = 5


@dataclass(frozen=True, eq=False)
class Genes:
    """Genes of a column, one entry per gene and row.

    Parameters
    ----------
    names
        Their names; rows without one are left out.
    rows
        The row of each in the column, ``(n_genes,)``.
    warnings
        What a user should know, in words.
    """

    names: TextArray
    rows: IntArray
    warnings: tuple[str, ...] = ()


def is_date(name: str) -> bool:
    """Return True for a name that is a date, as Excel makes one of MARCH1 or SEPT2.

    Examples
    --------
    >>> [is_date(name) for name in ("1-Mar", "Sep-02", "2021-03-01 00:00:00", "02. Sep", "SEPT2", "MARCHF1")]
    [True, True, True, True, False, False]
    """
    return _DATE.fullmatch(name) is not None


def dates_among(names: Iterable[str]) -> list[str]:
    """Return the names that are dates; days as Excel counts them where most names are not numbers."""
    distinct = [name for name in dict.fromkeys(names) if name]
    counts_days = 2 * sum(name.replace(".", "").isdigit() for name in distinct) < len(distinct)
    return [name for name in distinct if is_date(name) or (counts_days and _SERIAL.fullmatch(name))]


def date_warning(dates: Sequence[str], n_repaired: int = 0) -> tuple[str, ...]:
    """Warn of names that are dates; the one text that every reader has for it."""
    if not dates:
        return ()
    shown = ", ".join(dates[:_SHOWN]) + (", …" if len(dates) > _SHOWN else "")
    fate = {0: "left unchanged, so that no gene matches", len(dates): "named by their Entrez numbers"}.get(
        n_repaired, f"{n_repaired} named by their Entrez numbers, the others kept as they are"
    )
    return (f"{plural(len(dates), 'gene name')} that Excel turned into a date ({shown}): {fate}",)


def several_warning(cells: Sequence[str]) -> tuple[str, ...]:
    """Warn of cells that name several genes; the one text that every reader has for it."""
    if not cells:
        return ()
    shown = ", ".join(cells[:_SHOWN]) + (", …" if len(cells) > _SHOWN else "")
    return (f"{plural(len(cells), 'cell')} with several genes, taken for a row of each: {shown}",)


def parts_of(cell: str) -> list[str]:
    """Return the genes that a cell names.

    Examples
    --------
    >>> parts_of("BCL2 /// BCL2L1"), parts_of("CDK6, CCND3"), parts_of("HLA-A")
    (['BCL2', 'BCL2L1'], ['CDK6', 'CCND3'], ['HLA-A'])
    """
    return [part for part in _SEVERAL.split(cell.strip()) if part and part != "---"]


def genes_of(cells: Sequence[str], entrez: TextArray | None = None, book: GeneSymbols | None = None) -> Genes:
    """Return the genes of a column of cells.

    Parameters
    ----------
    cells
        Names, several to a cell or none.
    entrez
        The Entrez number of each row, where the table has it; names that are dates are replaced by its symbol.
    book
        What names the numbers; None takes the embedded table of human genes.
    """
    dates = dates_among(cells)
    repaired = _symbols_of(cells, dates, entrez, book)
    names: list[str] = []
    rows: list[int] = []
    several = []
    for row, cell in enumerate(cells):
        name = repaired.get(row, cell)
        parts = [name] if cell in dates else list(dict.fromkeys(parts_of(name)))
        if len(parts) > 1:
            several.append(name)
        names += parts
        rows += [row] * len(parts)
    warnings = (*date_warning(dates, len({cells[row] for row in repaired})), *several_warning(several))
    return Genes(text_array(names), np.array(rows, dtype=np.int64), warnings)


def _symbols_of(
    cells: Sequence[str], dates: Sequence[str], entrez: TextArray | None, book: GeneSymbols | None
) -> dict[int, str]:
    """Return the symbols of rows whose name is a date, by their Entrez numbers."""
    if not dates or entrez is None:
        return {}
    book = book or load_gene_symbols()
    known = set(dates)
    found = {
        row: book.name(entrez[row].removesuffix(".0"))
        for row, cell in enumerate(cells)
        if cell in known and entrez[row] not in MISSING_CELLS
    }
    return {row: name.symbol for row, name in found.items() if name.status not in ("unknown", "ambiguous")}


def entrez_of(table: TextTable, gene: int) -> TextArray | None:
    """Return the column of Entrez numbers of a table beside its column of genes, or None."""
    folded = [fold_header(name) for name in table.header]
    column = next((folded.index(name) for name in ENTREZ_HEADERS if name in folded), None)
    return None if column is None or column == gene else table.text(column)


def read_gene_list(path: str, headers: Sequence[str], *, sheet: str | None = None) -> Genes:
    """Read a list of genes, each once, in the file's order.

    Parameters
    ----------
    path
        Plain text with one name per line, or a table; ``-`` is standard input.
    headers
        Folded headers of the column to take from a table, the best first.
    sheet
        Sheet of a workbook; the only one with such a column if not given.

    Raises
    ------
    FormatError
        For a binary file, a table without such a column, or a file without a name.
    """
    refuse_binary(path, "gene")
    table = read_list_or_table(path, sheet=sheet, headers=headers, what="gene")
    refuse_corrected(table)
    column = column_of_names(table, headers, "gene")
    genes = genes_of(list(table.text(column)), entrez_of(table, column))
    return Genes(text_array(dict.fromkeys(genes.names.tolist())), genes.rows, genes.warnings)
