"""Genes under one name: Entrez, Ensembl and RefSeq identifiers, former symbols and aliases to current symbols."""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.annotation.gene_symbols.book import GENE_SOURCE, GeneName, GeneSymbols, load_gene_symbols
    from mirtool.annotation.gene_symbols.interactions import SymbolCounts, former_names, update_gene_symbols
    from mirtool.annotation.gene_symbols.matching import match_to, met_in_words

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "GENE_SOURCE",
    "GeneName",
    "GeneSymbols",
    "SymbolCounts",
    "former_names",
    "load_gene_symbols",
    "match_to",
    "met_in_words",
    "update_gene_symbols",
]
