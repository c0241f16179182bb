"""What human genes are called now, by any identifier or former name.

An identifier or an alias represents a gene only where it represents one: what two genes share is never guessed.
A label is looked up in this order:

1. a current symbol, exactly as it is, is itself, even where another gene once bore it;
2. an identifier: Entrez (digits), Ensembl gene (``ENSG…``), RefSeq transcript (``NM_…``, ``NR_…``), with or
   without a version (``.7``);
3. an alias, which NCBI does not part into synonyms and former symbols.

Case counts, since it tells species: ``Pten`` is the mouse's. The exception is the human ``orf`` (``C5ORF51`` is
``C5orf51``), which many tables write in capitals.

References
----------
Brown GR et al. Gene: a gene-centered information resource at NCBI. Nucleic Acids Res 2015;43:D36–D42.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Literal, NamedTuple

GENE_SOURCE = "NCBI Gene of 2022-09-12 (org.Hs.eg.db 3.16)"
"""How the embedded table of genes is named wherever it is used."""

GeneStatus = Literal["current", "identifier", "alias", "ambiguous", "unknown"]

_VERSIONED = re.compile(r"((?:ENS[A-Z]*G\d+|[NX][MR]_\d+)|\d+)(?:\.\d+)?")
_OPEN_READING_FRAME = re.compile(r"(C(?:\d{1,2}|X|Y))ORF(\d+)")


class GeneName(NamedTuple):
    """What a label represents: its symbol (itself where that can't be told), how it is known, and the choices."""

    symbol: str
    status: GeneStatus
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class GeneSymbols:
    """Current symbols, and the identifiers and aliases that represent them.

    Parameters
    ----------
    source
        How the table is cited.
    symbols
        The current symbols.
    identifiers, aliases
        Identifier without its version, or alias, to the symbols it may represent, sorted.
    human
        True where it is a table of human genes, which says nothing of the targets of a mouse miRNA.
    """

    source: str
    symbols: frozenset[str]
    identifiers: Mapping[str, tuple[str, ...]]
    aliases: Mapping[str, tuple[str, ...]]
    human: bool = False

    def name(self, label: str) -> GeneName:
        """Return what a label represents.

        Examples
        --------
        >>> book = load_gene_symbols()
        >>> book.name("MYC")
        GeneName(symbol='MYC', status='current', choices=())
        >>> book.name("ENSG00000136997.21").symbol, book.name("NM_002467").symbol, book.name("P53").symbol
        ('MYC', 'MYC', 'TP53')
        >>> book.name("GBA")
        GeneName(symbol='GBA', status='ambiguous', choices=('GBA1', 'GBAP1'))
        """
        if "ORF" in label:
            label = _OPEN_READING_FRAME.sub(r"\1orf\2", label)
        if label in self.symbols:
            return GeneName(label, "current")
        known = self.identifiers.get(without_version(label), ())
        status: GeneStatus = "identifier"
        if not known:
            known, status = self.aliases.get(label, ()), "alias"
        if len(known) == 1:
            return GeneName(known[0], status)
        return GeneName(label, "ambiguous" if known else "unknown", known)


def without_version(identifier: str) -> str:
    """Take off the version of an identifier, and the ``.0`` that spreadsheets add to a number.

    Examples
    --------
    >>> without_version("ENSG00000136997.21"), without_version("4609.0"), without_version("MYC")
    ('ENSG00000136997', '4609', 'MYC')
    """
    versioned = _VERSIONED.fullmatch(identifier)
    return versioned[1] if versioned else identifier


def book_of(source: str, rows: Iterable[tuple[str, Iterable[str], Iterable[str]]], *, human: bool) -> GeneSymbols:
    """Make a book of rows: a current symbol, its identifiers without version, its aliases.

    Rows of one symbol are one gene.
    """
    listed = [(symbol, list(identifiers), list(aliases)) for symbol, identifiers, aliases in rows]
    return GeneSymbols(
        source,
        frozenset(symbol for symbol, _, _ in listed),
        _by_label((symbol, own) for symbol, own, _ in listed),
        _by_label((symbol, own) for symbol, _, own in listed),
        human,
    )


def _by_label(rows: Iterable[tuple[str, Iterable[str]]]) -> dict[str, tuple[str, ...]]:
    """Return the symbols that each label may represent, sorted, from the labels of each symbol."""
    known: dict[str, tuple[str, ...]] = {}
    for symbol, labels in rows:
        alone = (symbol,)
        for label in labels:
            # Nearly every label represents one gene: one tuple per gene serves them all.
            others = known.setdefault(label, alone)
            if symbol not in others:
                known[label] = tuple(sorted((*others, symbol)))
    return known


class _EmbeddedIdentifiers(Mapping[str, tuple[str, ...]]):
    """The 192,000 identifiers of the embedded genes, indexed when the first of them is looked up."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        self._rows = rows

    @cached_property
    def _known(self) -> dict[str, tuple[str, ...]]:
        return _by_label((row[0], filter(None, ";".join(row[1:4]).split(";"))) for row in self._rows)

    def __getitem__(self, label: str) -> tuple[str, ...]:
        if _VERSIONED.fullmatch(label):
            return self._known[label]
        raise KeyError(label)  # a former symbol, which need not wait for the identifiers

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


@cache
def load_gene_symbols() -> GeneSymbols:
    """Return the embedded table of 63,147 human genes."""
    packed = resources.files("mirtool").joinpath("data", "genes.tsv.gz").read_bytes()
    rows = [line.split("\t") for line in gzip.decompress(packed).decode("ascii").splitlines()[1:]]
    return GeneSymbols(
        GENE_SOURCE,
        frozenset(row[0] for row in rows),
        _EmbeddedIdentifiers(rows),
        _by_label((row[0], row[4].split(";")) for row in rows if row[4]),
        human=True,
    )
