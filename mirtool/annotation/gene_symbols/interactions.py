"""Interactions under the current symbols of their genes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mirtool.annotation.gene_symbols.book import GeneSymbols
from mirtool.annotation.pairs import renamed_pairs
from mirtool.model import BoolArray, Interactions, TextArray, text_array
from mirtool.wording import first_of, plural

HUMAN_PREFIXES = frozenset(
    {"hsa", "bkv", "ebv", "hcmv", "hhv6b", "hiv1", "hsv1", "hsv2", "jcv", "kshv", "mcv", "sv40"}
)
"""miRBase prefixes of the miRNAs whose targets are human genes: human, and viruses that infect people."""

_LISTED = 5


@dataclass(frozen=True)
class SymbolCounts:
    """What became of the genes of a table of interactions, each label counted once.

    Parameters
    ----------
    current
        Labels that are current symbols already.
    identified
        Entrez, Ensembl and RefSeq identifiers that gave way to a symbol.
    renamed
        Aliases and former symbols that gave way to the current one.
    ambiguous
        Labels that stay since they may represent several genes, with these.
    unknown
        The labels that stay since the table of genes does not have them.
    merged
        Pairs that became one with another.
    other_species
        Pairs left alone: targets of another species' miRNAs.
    source
        The table of genes.
    """

    current: int
    identified: int
    renamed: int
    ambiguous: Mapping[str, tuple[str, ...]]
    unknown: tuple[str, ...]
    merged: int
    other_species: int
    source: str

    def told(self) -> tuple[str, ...]:
        """Say it in words, what is none left out.

        Examples
        --------
        >>> SymbolCounts(7, 0, 1, {}, (), 0, 0, "NCBI Gene").told()
        ('1 former gene name replaced by the current symbol (NCBI Gene)',)
        """
        shared = [f"{label} ({' or '.join(choices)})" for label, choices in self.ambiguous.items()]
        lines = (
            (self.identified, "gene identifier", f"replaced by the symbol ({self.source})"),
            (self.renamed, "former gene name", f"replaced by the current symbol ({self.source})"),
            (len(shared), "gene name", f"that several genes share kept unchanged: {first_of(shared, _LISTED)}"),
            (len(self.unknown), "gene name", f"not in {self.source} kept unchanged"),
            (self.merged, "pair", "became one with another pair"),
            (self.other_species, "pair", "of other species' miRNAs: gene names unchanged"),
        )
        return tuple(f"{plural(n, what)} {fate}" for n, what, fate in lines if n)


def update_gene_symbols(interactions: Interactions, book: GeneSymbols) -> tuple[Interactions, SymbolCounts]:
    """Return pairs the current symbols of their genes, and make one pair of those that become the same.

    Parameters
    ----------
    interactions
        Pairs of miRNA and gene, each once.
    book
        The genes. The embedded one (:func:`mirtool.annotation.gene_symbols.load_gene_symbols`) is human: the
        targets of other species' miRNAs (``mmu-…``) keep their names; names without a prefix are taken for human.

    Returns
    -------
    tuple
        The pairs in their order, each where it first stands, and what became of the genes.
    """
    concerned = _concerned(interactions.mirna, book)
    named = {label: book.name(label) for label in dict.fromkeys(interactions.gene[concerned].tolist())}
    gene = interactions.gene.copy()
    gene[concerned] = text_array(named[label].symbol for label in interactions.gene[concerned])
    renamed = renamed_pairs(interactions, gene=gene)
    statuses = [name.status for name in named.values()]
    return renamed, SymbolCounts(
        current=statuses.count("current"),
        identified=statuses.count("identifier"),
        renamed=statuses.count("alias"),
        ambiguous={label: name.choices for label, name in sorted(named.items()) if name.status == "ambiguous"},
        unknown=tuple(label for label, name in sorted(named.items()) if name.status == "unknown"),
        merged=len(interactions) - len(renamed),
        other_species=int((~concerned).sum()),
        source=book.source,
    )


def former_names(interactions: Interactions, book: GeneSymbols) -> list[str]:
    """Return the genes that :func:`update_gene_symbols` would give another name, sorted.

    Examples
    --------
    >>> from mirtool.annotation.gene_symbols import load_gene_symbols
    >>> nothing = text_array(["", ""])
    >>> mirnas, genes = text_array(["hsa-let-7a-5p"] * 2), text_array(["MYC", "P53"])
    >>> pairs = Interactions(mirnas, genes, nothing, nothing, "ours")
    >>> former_names(pairs, load_gene_symbols())
    ['P53']
    """
    labels = sorted(set(interactions.gene[_concerned(interactions.mirna, book)].tolist()))
    return [label for label in labels if book.name(label).symbol != label]


def _concerned(mirnas: TextArray, book: GeneSymbols) -> BoolArray:
    """Mask of the pairs whose genes the book may know."""
    if not book.human:
        return np.ones(len(mirnas), dtype=bool)
    names = mirnas.tolist()
    human = {name: _targets_people(name) for name in dict.fromkeys(names)}
    return np.fromiter(map(human.__getitem__, names), dtype=bool, count=len(names))


def _targets_people(mirna: str) -> bool:
    prefix, dash, rest = mirna.partition("-")
    return prefix in HUMAN_PREFIXES or not dash or not rest.lower().startswith(("mir", "let", "lin", "bantam"))
