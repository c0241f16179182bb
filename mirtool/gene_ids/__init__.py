"""Genes under one name: Entrez, Ensembl and RefSeq identifiers, former symbols and aliases to current symbols."""

from mirtool.gene_ids.book import GENE_SOURCE, GeneBook, GeneName, gene_book
from mirtool.gene_ids.interactions import SymbolCounts, former_names, with_current_symbols
from mirtool.gene_ids.meeting import met_in_words, names_as_known

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
