"""What genes are called by: symbols, or the identifiers of a database."""

from __future__ import annotations

import re
from collections.abc import Collection

_IDENTIFIERS = {"Entrez identifiers": r"\d+", "Ensembl identifiers": r"ENS[A-Z]*G\d+(\.\d+)?"}


def kind_of_genes(genes: Collection[str]) -> str:
    """Return what most of the genes are called by, in words.

    Examples
    --------
    >>> kind_of_genes(["BCL2", "TP53"]), kind_of_genes(["596", "7157"]), kind_of_genes(["ENSG00000171791.14"])
    ('gene symbols', 'Entrez identifiers', 'Ensembl identifiers')
    """
    for kind, pattern in _IDENTIFIERS.items():
        if 2 * sum(re.fullmatch(pattern, gene) is not None for gene in genes) > len(genes):
            return kind
    return "gene symbols"
