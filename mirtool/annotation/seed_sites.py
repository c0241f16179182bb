"""Canonical target sites in 3′UTRs: where the seed of a miRNA pairs, no database needed.

The seed is bases 2–7 of the miRNA, counted from its 5′ end. A site is a stretch of the UTR that pairs with it,
base for base (no G:U wobble), and is one of four, from strongest to weakest:

======= =========================================================== ===========
site    what pairs                                                  letters
======= =========================================================== ===========
8mer    bases 2–8, and an A stands opposite base 1                  8
7mer-m8 bases 2–8                                                   7
7mer-A1 bases 2–7, and an A stands opposite base 1                  7
6mer    bases 2–7                                                   6
======= =========================================================== ===========

Each stretch that pairs with bases 2–7 is one site, the strongest that it is. The A counts whatever base 1 is,
since the protein, not the miRNA, reads it (Lewis 2005). A site says that a miRNA could bind; most do little in a
given cell, a 6mer next to nothing.

References
----------
Lewis BP, Burge CB, Bartel DP. Conserved seed pairing, often flanked by adenosines, indicates that thousands of
human genes are microRNA targets. Cell 2005;120:15–20.

Bartel DP. MicroRNAs: target recognition and regulatory functions. Cell 2009;136:215–233 (the four sites).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.annotation.settings import SITES
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.model import IntArray, Table, TextArray, text_array

BASES = "ACGU"
SEED = slice(1, 7)
SHORTEST_MIRNA = 8
UNKNOWN = len(BASES)


SmallInts = npt.NDArray[Any]
"""int8 or int16: of tens of millions of bases every byte counts."""


@dataclass(frozen=True, eq=False)
class SeedSites:
    """Sites of miRNAs in UTRs, one entry per site, by miRNA, UTR and place.

    Parameters
    ----------
    mirna, utr
        Which of the sequences given.
    kind
        Place in :data:`mirtool.annotation.settings.SITES`.
    start, end
        First and last base of the site in the UTR, from 1; the A opposite base 1 is part of its site.
    """

    mirna: IntArray
    utr: IntArray
    kind: IntArray
    start: IntArray
    end: IntArray

    def __len__(self) -> int:
        return len(self.mirna)

    def at_least(self, site: str) -> SeedSites:
        """Return the sites that are as strong as ``site`` or stronger."""
        kept = self.kind <= SITES.index(site)
        return SeedSites(self.mirna[kept], self.utr[kept], self.kind[kept], self.start[kept], self.end[kept])


def find_seed_sites(mirnas: Sequence[str], utrs: Sequence[str]) -> SeedSites:
    """Find every canonical site of every miRNA.

    Parameters
    ----------
    mirnas
        Mature sequences, 5′ to 3′, A C G U, of at least 8 bases.
    utrs
        Sequences of the messenger, 5′ to 3′, A C G U; any other letter pairs with nothing.

    Returns
    -------
    SeedSites
        Time grows with the bases of all UTRs (once) and with the sites found; memory is 13 bytes a base and 40 a
        site. All human 3′UTRs (about 30 million bases) take about 3 s, and a miRNA has some 7,000 sites there.

    Raises
    ------
    UsageError
        Where a miRNA is shorter, or one of its bases 2–8 is not known.

    Examples
    --------
    >>> found = find_seed_sites(["CAAAGUGCUUACAGUGCAGGUAG"], ["GGGCACUUUAGG"])     # miR-17-5p
    >>> SITES[found.kind[0]], int(found.start[0]), int(found.end[0])
    ('8mer', 3, 10)
    """
    for sequence in mirnas:
        if len(sequence) < SHORTEST_MIRNA or set(sequence[1:8]) - set(BASES):
            raise UsageError(
                "a miRNA needs known bases 2 to 8",
                found=sequence,
                expected=f"{SHORTEST_MIRNA} bases or more of A C G U",
            )
    text, starts = _joined(utrs)
    words = _words(text, 6)
    order = np.argsort(words, kind="stable")
    sorted_words = words[order]
    parts = [_sites_of(i, sequence, text, order, sorted_words) for i, sequence in enumerate(mirnas)]
    mirna, place, kind = (np.concatenate([part[j] for part in parts]) for j in range(3))
    utr = np.searchsorted(starts, place, side="right") - 1
    within = place - starts[utr]
    first = np.where(kind <= SITES.index("7mer-m8"), within - 1, within)
    last = np.where((kind == SITES.index("8mer")) | (kind == SITES.index("7mer-A1")), within + 6, within + 5)
    return SeedSites(mirna, utr, kind, first + 1, last + 1)


def pairing_stretch(sequence: str) -> str:
    """Return the stretch of a messenger that pairs with bases 2–8 of a miRNA, 5′ to 3′.

    Examples
    --------
    >>> pairing_stretch("CAAAGUGCUUACAGUGCAGGUAG")     # miR-17-5p
    'GCACUUU'
    """
    return _paired(sequence[1:8])


def _joined(utrs: Sequence[str]) -> tuple[SmallInts, IntArray]:
    """Join the UTRs as numbers, an unknown base before and after each, and give where each begins."""
    code = np.full(256, UNKNOWN, dtype=np.int8)
    for number, base in enumerate(BASES):
        code[ord(base)] = number
    joined = code[np.frombuffer(("N" + "N".join(utrs) + "N").encode("ascii", "replace"), dtype=np.uint8)]
    lengths = np.array([len(utr) + 1 for utr in utrs], dtype=np.int64)
    starts = np.concatenate([[1], 1 + np.cumsum(lengths)[:-1]])
    return joined, starts


def _words(text: SmallInts, length: int) -> SmallInts:
    """Return number of the word of ``length`` bases that begins at each place; -1 where a base is not known."""
    n = max(len(text) - length + 1, 0)
    words, known = np.zeros(n, dtype=np.int16), np.ones(n, dtype=bool)
    for offset in range(length):
        base = text[offset : offset + n]
        words = words * np.int16(4) + base
        known &= base < UNKNOWN
    words[~known] = -1
    return words


def _sites_of(
    mirna: int, sequence: str, text: SmallInts, order: IntArray, sorted_words: SmallInts
) -> tuple[IntArray, IntArray, IntArray]:
    """Return the sites of one miRNA: its number, where the stretch that pairs with bases 2–7 begins, and kind."""
    pairing = _paired(sequence[SEED])
    word = 0
    for base in pairing:
        word = word * 4 + BASES.index(base)
    low, high = np.searchsorted(sorted_words, [word, word + 1])
    place = order[low:high]
    eighth = text[place - 1] == BASES.index(_paired(sequence[7]))
    adenine = text[place + 6] == BASES.index("A")
    kind = np.select([eighth & adenine, eighth, adenine], [0, 1, 2], 3)
    return np.full(len(place), mirna, dtype=np.int64), place, kind.astype(np.int64)


def _paired(sequence: str) -> str:
    """Return the stretch that pairs with a sequence, 5′ to 3′."""
    return sequence[::-1].translate(str.maketrans("ACGU", "UGCA"))


def site_table(sites: SeedSites, mirnas: TextArray, genes: TextArray, utrs: TextArray) -> Table:
    """Return one row per site: miRNA, gene, UTR, site, start, end."""
    return Table(
        {
            "miRNA": mirnas[sites.mirna],
            "gene": genes[sites.utr],
            "UTR": utrs[sites.utr],
            "site": text_array(SITES)[sites.kind],
            "start": sites.start,
            "end": sites.end,
        }
    )


def target_table(sites: SeedSites, mirnas: TextArray, genes: TextArray, utrs: TextArray) -> Table:
    """Return one row per miRNA and a gene: its strongest site, how many of each kind, and evidence ``predicted``.

    Of a gene with several UTRs the one with the most sites of the strongest kinds counts, the first of equal ones:
    sites of overlapping transcripts are not added up.

    Raises
    ------
    NotEnoughDataError
        Where there is no site.
    """
    if not len(sites):
        raise NotEnoughDataError(
            "no UTR has a site of any of the miRNAs", hint="check that the UTRs are those of messengers, 5′ to 3′"
        )
    key, place = np.unique(np.column_stack([sites.mirna, sites.utr]), axis=0, return_inverse=True)
    counts = np.zeros((len(key), len(SITES)), dtype=np.int64)
    np.add.at(counts, (place.ravel(), sites.kind), 1)
    names, gene = np.unique(genes[key[:, 1]].astype(str), return_inverse=True)
    order = np.lexsort((key[:, 1], *(-counts[:, j] for j in reversed(range(len(SITES)))), gene, key[:, 0]))
    pair = np.column_stack([key[order, 0], gene[order]])
    first = np.concatenate([[True], (np.diff(pair, axis=0) != 0).any(axis=1)])
    chosen = order[first]
    n_utrs = np.diff(np.append(np.flatnonzero(first), len(order)))
    return Table(
        {
            "miRNA": mirnas[key[chosen, 0]],
            "gene": text_array(names[gene[chosen]].tolist()),
            "site": text_array(SITES)[(counts[chosen] > 0).argmax(axis=1)],
            **{name: counts[chosen, j] for j, name in enumerate(SITES)},
            "UTR": utrs[key[chosen, 1]],
            "UTRs with sites": n_utrs,
            "evidence": text_array(["predicted"] * len(chosen)),
        }
    )
