"""Which miRNAs, genes and pairs of a synergy network are drawn, by rules that its caption states.

A drawing of everything shows nothing: of thousands of genes those are drawn in which most miRNAs meet, of hundreds
of pairs those that are among the strongest of one of the two. Every layout draws what is chosen here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.errors import UsageError
from mirtool.model import IntArray, Table, TextArray
from mirtool.network.build import SynergyNetwork
from mirtool.wording import did_you_mean

MIRNAS_DRAWN = 25
GENES_DRAWN = 32
PAIRS_DRAWN = 40
LINES_DRAWN = 160
"""Lines from miRNAs to genes; only a choice of genes by the user leads to more."""
FEWEST_GENES = 8


@dataclass(frozen=True)
class GeneChoice:
    """How many genes are drawn by rank, None for the usual number, and which are drawn whatever their rank."""

    most: int | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class DrawnNetwork:
    """What is drawn of a network.

    Parameters
    ----------
    mirnas
        Rows of the network's miRNAs, highest synergy first.
    genes
        Rows of its genes, ordered by the mean rank of their miRNAs, so that few lines cross.
    mirnas_of
        The drawn miRNAs of each of these genes.
    pairs
        Significant pairs of these miRNAs, those with fewest shared targets first.
    strongest
        Where not all of these pairs are drawn: a pair is drawn that is among so many of either miRNA that share
        most targets. 0 where all are drawn.
    n_significant
        Significant pairs of the drawn miRNAs.
    without_line
        miRNAs left out since they have neither a partner nor a gene in the drawing.
    named
        True where genes were asked for by name or number.
    without_room
        Number of genes chosen that the layout has no place for.
    absent
        Genes asked for that are not targets of these miRNAs.
    """

    mirnas: Table
    genes: Table
    mirnas_of: Mapping[str, tuple[str, ...]]
    pairs: Table
    strongest: int
    n_significant: int
    without_line: tuple[str, ...]
    named: bool
    without_room: int
    absent: tuple[str, ...]


def parse_genes(texts: Sequence[str], known: TextArray) -> GeneChoice:
    """Return which genes are drawn, as a person asks for them: a number, names separated by commas, or both.

    Parameters
    ----------
    texts
        As they were typed; nothing for the usual number.
    known
        Where names are looked up, without case.

    Raises
    ------
    UsageError
        For a name that is not known.

    Examples
    --------
    >>> from mirtool.model import text_array
    >>> parse_genes(["5", "pten,MYC"], text_array(["MYC", "PTEN"]))
    GeneChoice(most=5, names=('PTEN', 'MYC'))
    >>> parse_genes(["MYC"], text_array(["MYC", "PTEN"])).most
    0
    """
    words = [word.strip() for text in texts for word in text.split(",") if word.strip()]
    symbol = {name.casefold(): name for name in known.tolist()}
    numbers = [int(word) for word in words if word.isdecimal()]
    names: dict[str, None] = {}
    for word in words:
        if word.casefold() in symbol:
            names[symbol[word.casefold()]] = None
        elif not word.isdecimal():
            raise UsageError(
                f"no gene of the interactions is called {word!r}",
                parameter="genes",
                expected="a number, or names of genes",
                hint=did_you_mean(word, symbol.values(), 3),
            )
    return GeneChoice(numbers[-1] if numbers else 0 if names else None, tuple(names))


def drawn_network(
    network: SynergyNetwork,
    choice: GeneChoice | None = None,
    *,
    n_mirnas: int = MIRNAS_DRAWN,
    most_genes: int = GENES_DRAWN,
    room: int | None = None,
) -> DrawnNetwork:
    """Choose what is drawn.

    1. The first ``n_mirnas`` miRNAs, those of highest synergy.
    2. Genes asked for by name; then those in which most of these miRNAs meet, at least two: as many as asked for,
       else ``most_genes``, but no more than :data:`LINES_DRAWN` lines lead to beyond the first
       :data:`FEWEST_GENES`.
    3. Of the significant pairs of these miRNAs all, or of more than :data:`PAIRS_DRAWN` those that are among the
       *k* of either miRNA that share most targets, for the largest *k* that gives no more pairs (at least 1).
    4. miRNAs without a pair and a gene so far are left out, unless that leaves none.

    Parameters
    ----------
    network
        As :func:`mirtool.network.synergy_network` returns it.
    choice
        Which genes; the usual ones where left out.
    n_mirnas, most_genes
        At most as many.
    room
        Genes that the layout has places for; None for any number.
    """
    choice = choice or GeneChoice()
    mirnas = network.mirnas.take(np.arange(min(n_mirnas, len(network.mirnas))))
    rank = {name: i for i, name in enumerate(mirnas["miRNA"].tolist())}
    mirnas_of = {
        gene: tuple(name for name in which.split(";") if name in rank)
        for gene, which in zip(network.genes["gene"].tolist(), network.genes["which"], strict=True)
    }
    chosen = _chosen_genes(mirnas_of, choice, most_genes)
    genes = chosen[:room]
    genes.sort(key=lambda gene: (np.mean([rank[name] for name in mirnas_of[gene]]), gene))
    pairs, n_significant, strongest = _chosen_pairs(network, rank)
    joined = {*pairs["miRNA A"].tolist(), *pairs["miRNA B"].tolist()}
    joined |= {name for gene in genes for name in mirnas_of[gene]}
    idle = tuple(name for name in rank if name not in joined) if joined else ()
    row_of = {gene: i for i, gene in enumerate(network.genes["gene"].tolist())}
    return DrawnNetwork(
        mirnas=mirnas.take(np.array([name not in idle for name in rank], dtype=bool)),
        genes=network.genes.take(np.array([row_of[gene] for gene in genes], dtype=np.int64)),
        mirnas_of={gene: mirnas_of[gene] for gene in genes},
        pairs=pairs,
        strongest=strongest,
        n_significant=n_significant,
        without_line=idle,
        named=choice != GeneChoice(),
        without_room=len(chosen) - len(genes),
        absent=tuple(name for name in choice.names if not mirnas_of.get(name)),
    )


def _chosen_genes(mirnas_of: Mapping[str, Sequence[str]], choice: GeneChoice, most_genes: int) -> list[str]:
    named = [gene for gene in choice.names if mirnas_of.get(gene)]
    ranked = sorted(
        (gene for gene, own in mirnas_of.items() if len(own) > 1 and gene not in named),
        key=lambda gene: (-len(mirnas_of[gene]), gene),
    )
    if choice.most is not None:
        return [*named, *ranked[: choice.most]]
    lines = np.cumsum([len(mirnas_of[gene]) for gene in ranked])
    fitting = int(np.searchsorted(lines, LINES_DRAWN, side="right"))
    return ranked[: min(max(fitting, FEWEST_GENES), most_genes)]


def _chosen_pairs(network: SynergyNetwork, rank: Mapping[str, int]) -> tuple[Table, int, int]:
    """Return the pairs that are drawn, how many there are, and how many of each miRNA count; 0 for all."""
    pairs = network.pairs.take(network.pairs["significant"])
    own = [a in rank and b in rank for a, b in zip(pairs["miRNA A"], pairs["miRNA B"], strict=True)]
    pairs = pairs.take(np.array(own, dtype=bool))
    n, strongest = len(pairs), 0
    if n > PAIRS_DRAWN:
        place = _places(pairs)
        strongest = max((k for k in range(1, n) if (place <= k).sum() <= PAIRS_DRAWN), default=1)
        pairs = pairs.take(place <= strongest)
    return pairs.take(np.lexsort((np.arange(len(pairs)), pairs["shared targets"]))), n, strongest


def _places(pairs: Table) -> IntArray:
    """Return the better of the places, from 1, that each pair has among those of its two miRNAs."""
    best = np.full(len(pairs), len(pairs), dtype=np.int64)
    used: dict[str, int] = {}
    for row in np.lexsort((np.arange(len(pairs)), -pairs["shared targets"])):
        for side in ("miRNA A", "miRNA B"):
            name = pairs[side][row]
            used[name] = used.get(name, 0) + 1
            best[row] = min(best[row], used[name])
    return best
