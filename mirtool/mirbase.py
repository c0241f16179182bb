"""Mature miRNAs of miRBase 22: accession, sequence and seed by name, from the table embedded with mirtool.

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


class MatureMirna(NamedTuple):
    """One mature miRNA of miRBase: accession (MIMAT…) and RNA sequence, 5′ to 3′."""

    accession: str
    sequence: str


@cache
def mature_mirnas() -> Mapping[str, MatureMirna]:
    """Give every mature miRNA of the embedded table by its name.

    Examples
    --------
    >>> mature_mirnas()["hsa-miR-17-5p"]
    MatureMirna(accession='MIMAT0000070', sequence='CAAAGUGCUUACAGUGCAGGUAG')
    """
    packed = resources.files("mirtool").joinpath("data/mirbase.tsv.gz").read_bytes()
    rows = (line.split("\t") for line in gzip.decompress(packed).decode("ascii").splitlines()[1:])
    return {name: MatureMirna(accession, sequence) for name, accession, sequence in rows}


def seed_of(sequence: str) -> str:
    """Give the seed of a mature sequence: its positions 2 to 8 (seven bases), counted from the 5′ end.

    References
    ----------
    Bartel DP. MicroRNAs: target recognition and regulatory functions. Cell 2009;136:215–233.
    """
    return sequence[1:8]


def seed(name: str) -> str:
    """Give the seed of a mature miRNA by its exact name; an unknown name has none (an empty string).

    Examples
    --------
    >>> seed("hsa-miR-17-5p"), seed("hsa-miR-20a-5p"), seed("hsa-miR-17")
    ('AAAGUGC', 'AAAGUGC', '')
    """
    mature = mature_mirnas().get(name)
    return seed_of(mature.sequence) if mature else ""
