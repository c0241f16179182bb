"""miRBase, as embedded with mirtool: mature miRNAs of release 22, and precursors and names of release 18.

Names are matched exactly. Human, mouse, rat and viral miRNAs are known (``mirtool/data/README.md``).

References
----------
Kozomara A, Birgaoanu M, Griffiths-Jones S. miRBase: from microRNA sequences to function. Nucleic Acids Res
2019;47:D155–D162.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

MIRBASE_VERSION = "22"
"""The release whose names are the current ones."""

EARLIER_VERSION = "18"
"""The release from which the precursors are known."""


class MatureMirna(NamedTuple):
    """One mature miRNA of miRBase: accession (MIMAT…) and RNA sequence, 5′ to 3′."""

    accession: str
    sequence: str


class Precursor(NamedTuple):
    """One precursor of miRBase: accession (MI…), and its mature miRNAs as the embedded table lists them."""

    accession: str
    listed: str

    @property
    def matures(self) -> tuple[tuple[str, str], ...]:
        """Its mature miRNAs as (accession, name in release 18)."""
        return tuple(map(_accession_and_name, filter(None, self.listed.split(";"))))


@cache
def mature_mirnas() -> Mapping[str, MatureMirna]:
    """Return every mature miRNA of the embedded table by its name.

    Examples
    --------
    >>> mature_mirnas()["hsa-miR-17-5p"]
    MatureMirna(accession='MIMAT0000070', sequence='CAAAGUGCUUACAGUGCAGGUAG')
    """
    return {name: MatureMirna(accession, sequence) for name, accession, sequence in _rows("mirbase.tsv.gz")}


@cache
def precursors() -> Mapping[str, Precursor]:
    """Return every precursor of the embedded table of miRBase 18 by its name.

    Examples
    --------
    >>> precursors()["hsa-mir-16-1"].matures
    (('MIMAT0000069', 'hsa-miR-16-5p'), ('MIMAT0004489', 'hsa-miR-16-1-3p'))
    """
    return {name: Precursor(accession, listed) for name, accession, listed in _rows("mirbase_18.tsv.gz")}


def _accession_and_name(text: str) -> tuple[str, str]:
    accession, _, name = text.partition(" ")
    return accession, name


def _rows(table: str) -> list[list[str]]:
    packed = resources.files("mirtool").joinpath("data", table).read_bytes()
    return [line.split("\t") for line in gzip.decompress(packed).decode("ascii").splitlines()[1:]]


def seed_of(sequence: str) -> str:
    """Return the seed of a mature sequence: its positions 2 to 8 (seven bases), counted from the 5′ end.

    References
    ----------
    Bartel DP. MicroRNAs: target recognition and regulatory functions. Cell 2009;136:215–233.
    """
    return sequence[1:8]


def seed(name: str) -> str:
    """Return the seed of a mature miRNA by its exact name; an unknown name has none (an empty string).

    Examples
    --------
    >>> seed("hsa-miR-17-5p"), seed("hsa-miR-20a-5p"), seed("hsa-miR-17")
    ('AAAGUGC', 'AAAGUGC', '')
    """
    mature = mature_mirnas().get(name)
    return seed_of(mature.sequence) if mature else ""
