"""Tables of genes: what symbol represents which Entrez, Ensembl or RefSeq identifier, and which names it had.

The format
----------
CSV, TSV (gzip-packed or not) or XLSX with one header line: a symbol, and at least one column of identifiers or
other names. NCBI's ``gene_info``, HGNC's complete set and exports of BioMart are read as they come. Columns are
known by their header, whatever its case, blanks and underscores:

=========== ===================================================================================================
symbol      ``symbol``, ``gene symbol``, ``approved symbol``, ``HGNC symbol``, ``gene name``
Entrez      ``Entrez``, ``Entrez ID``, ``GeneID``, ``NCBI Gene ID``, ``NCBI gene (formerly Entrezgene) ID``
Ensembl     ``Ensembl``, ``Ensembl gene ID``, ``Gene stable ID``
RefSeq      ``RefSeq``, ``RefSeq accession``, ``RefSeq IDs``, ``RefSeq mRNA ID``, ``RefSeq ncRNA ID``
other names ``alias``, ``aliases``, ``alias symbol``, ``prev symbol``, ``previous symbols``, ``synonyms``
=========== ===================================================================================================

A cell may hold several, separated by ``;``, ``|`` or ``,``; an empty cell, ``-`` or ``NA`` holds none. Rows
without a symbol are passed over. Every other column is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from mirtool.annotation.gene_symbols.book import GeneSymbols, book_of, without_version
from mirtool.errors import FormatError
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.name_lists import find_column
from mirtool.io.tables.text_tables import MISSING_CELLS, TextTable, read_table
from mirtool.model import TextArray

SYMBOL_HEADERS = ("symbol", "genesymbol", "approvedsymbol", "hgncsymbol", "genename")
IDENTIFIER_HEADERS = frozenset(
    {"entrez", "entrezid", "entrezgene", "entrezgeneid", "geneid", "ncbigeneid", "ncbigene",
     "ncbigeneformerlyentrezgeneid", "ensembl", "ensemblid", "ensemblgene", "ensemblgeneid", "genestableid",
     "refseq", "refseqid", "refseqids", "refseqaccession", "refseqmrna", "refseqmrnaid", "refseqncrna",
     "refseqncrnaid"}
)  # fmt: skip
ALIAS_HEADERS = frozenset(
    {"alias", "aliases", "aliassymbol", "aliassymbols", "prevsymbol", "previoussymbol", "previoussymbols",
     "synonym", "synonyms", "genesynonym"}
)  # fmt: skip

_NONE = frozenset({*MISSING_CELLS, "-"})
_SEPARATOR = re.compile(r"\s*[;|,]\s*")


def read_gene_symbols(path: str | Path) -> GeneSymbols:
    """Read a table of genes given by the user, to be used in place of the embedded one.

    Returns
    -------
    GeneSymbols
        Of any species: it is asked about the targets of every miRNA.

    Raises
    ------
    FormatError
        Where the table has no column of symbols, none of identifiers or other names, or no symbol.
    """
    table = read_table(path, suits=lambda table: find_column(table, SYMBOL_HEADERS) is not None)
    symbol = find_column(table, SYMBOL_HEADERS)
    folded = [fold_header(name) for name in table.header]
    identifiers, aliases = (
        [j for j, name in enumerate(folded) if name in headers] for headers in (IDENTIFIER_HEADERS, ALIAS_HEADERS)
    )
    if symbol is None or not identifiers + aliases:
        missing = "symbol" if symbol is None else "identifier or other name"
        raise FormatError(
            f"this table of genes has no column of {missing}s",
            path=path,
            line=table.header_line,
            found=", ".join(table.header[:12]),
            expected="a column named symbol, and one of Entrez, Ensembl, RefSeq or aliases",
            hint="give NCBI's Homo_sapiens.gene_info.gz, HGNC's complete set, or a table with such a header",
        )
    symbols = table.text(symbol)
    if not any(name not in _NONE for name in symbols):
        raise FormatError("this table of genes holds no symbol", path=path, expected="a symbol in every row")
    rows = zip(symbols, _joined(table, identifiers), _joined(table, aliases), strict=True)
    named = ((name, own, others) for name, own, others in rows if name not in _NONE)
    return book_of(
        Path(path).name,
        ((name, map(without_version, _parts(own)), _parts(others)) for name, own, others in named),
        human=False,
    )


def _joined(table: TextTable, columns: list[int]) -> TextArray:
    """Return the cells of several columns, joined row by row."""
    joined = np.full(len(table), "", dtype=object)
    for column in columns:
        joined = joined + ";" + table.text(column)
    return joined


def _parts(cell: str) -> Iterable[str]:
    return (part for part in _SEPARATOR.split(cell.strip()) if part not in _NONE)
