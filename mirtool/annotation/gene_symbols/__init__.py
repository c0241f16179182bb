"""Genes under one name: Entrez, Ensembl and RefSeq identifiers, former symbols and aliases to current symbols."""

from mirtool.annotation.gene_symbols.book import GENE_SOURCE, GeneBook, GeneName, gene_book
from mirtool.annotation.gene_symbols.interactions import SymbolCounts, former_names, with_current_symbols
from mirtool.annotation.gene_symbols.matching import met_in_words, names_as_known

__all__ = [
    "GENE_SOURCE",
    "GeneBook",
    "GeneName",
    "SymbolCounts",
    "former_names",
    "gene_book",
    "met_in_words",
    "names_as_known",
    "with_current_symbols",
]
