"""Two tables of genes, each under names of its own: where they mean the same gene."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from mirtool.annotation.gene_symbols.book import GeneSymbols
from mirtool.model import TextArray, text_array
from mirtool.wording import plural


def match_to(labels: TextArray, known: Iterable[str], book: GeneSymbols) -> tuple[TextArray, int]:
    """Return genes the names that another table has for them.

    A label that the other table has stays. Any other (an Ensembl, Entrez or RefSeq identifier, a former symbol, or
    the current one of a former symbol there) gives way to the one label there that represents the same current
    symbol; where there is none, or more than one, it stays too.

    Parameters
    ----------
    labels
        One entry per row; a label may be in several.
    known
        The labels of the other table.
    book
        What genes are called now.

    Returns
    -------
    tuple
        The labels in their order, and how many different ones changed.

    Examples
    --------
    >>> from mirtool.annotation.gene_symbols import load_gene_symbols
    >>> names, n = match_to(text_array(["ENSG00000136997", "TP53", "XYZ"]), ["MYC", "P53"], load_gene_symbols())
    >>> names.tolist(), n
    (['MYC', 'P53', 'XYZ'], 2)
    """
    there = frozenset(known)
    by_symbol = defaultdict(list)
    for label in there:
        by_symbol[book.name(label).symbol].append(label)
    met = {}
    for label in set(labels) - there:
        same = by_symbol.get(book.name(label).symbol, ())
        if len(same) == 1:
            met[label] = same[0]
    return text_array(met.get(label, label) for label in labels), len(met)


def met_in_words(n: int, path: str) -> str:
    """Return how many genes of a file were met under another name.

    Examples
    --------
    >>> met_in_words(2, "deseq2.csv")
    '2 genes of deseq2.csv met under other names (identifiers, former or current symbols)'
    """
    return f"{plural(n, 'gene')} of {path} met under other names (identifiers, former or current symbols)"
