"""Short sequences in mature miRNAs that are reported to sort them into exosomes.

Each comes with where it was shown. One human miRNA in seven holds GGAG, one in nine CCCU: a hit is a hint, and
the share of all miRNAs that have the motif is given with it. The hEXO motif of hepatocytes (Santangelo 2016),
which is stated as six degenerate positions, is left out: three random sequences of a miRNA's length in four hold
it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from mirtool.annotation.mirbase import mature_mirnas
from mirtool.annotation.mirna_names import Resolution


@dataclass(frozen=True)
class Motif:
    """A motif (RNA, 5′ to 3′), what is known of it, and the reference."""

    sequence: str
    what: str
    reference: str


MOTIFS = (
    Motif(
        "GGAG",
        "EXO-motif bound by hnRNPA2B1, T lymphocytes",
        "Villarroya-Beltri C et al. (2013). Nat Commun 4, 2980",
    ),
    Motif(
        "CCCU",
        "EXO-motif, T lymphocytes",
        "Villarroya-Beltri C et al. (2013). Nat Commun 4, 2980",
    ),
    Motif(
        "CGGGAG",
        "EXOmotif whose miRNAs Alyref and Fus export; cells of fat, endothelium, liver and muscle",
        "Garcia-Martin R et al. (2022). Nature 601, 446–451",
    ),
    Motif(
        "UCAGU",
        "bound by the cold-shock domain of YBX1 in miR-223",
        "Ma L, Singh J, Schekman R (2023). eLife 12, e85878",
    ),
)


def motif_starts(motif: str, sequence: str) -> tuple[int, ...]:
    """Return the 1-based positions at which a motif begins in a mature sequence, overlapping ones too.

    Examples
    --------
    >>> motif_starts("GGAG", "UGGAGGAGA")
    (2, 5)
    """
    last = len(sequence) - len(motif)
    return tuple(i + 1 for i in range(last + 1) if sequence.startswith(motif, i))


def motif_places(motif: str, name: Resolution) -> dict[str, tuple[int, ...]]:
    """Return the positions at which a motif begins in each known miRNA of a name; empty where it does not."""
    return {mature.name: motif_starts(motif, mature.sequence) for mature in name.known_matures}


def motif_shares(species: Collection[str]) -> dict[str, float]:
    """Return share of the species' mature miRNAs in the embedded table that hold each motif; empty without any.

    Examples
    --------
    >>> {motif: round(share, 2) for motif, share in motif_shares(["hsa"]).items()}
    {'GGAG': 0.16, 'CCCU': 0.11, 'CGGGAG': 0.0, 'UCAGU': 0.02}
    """
    sequences = [mature.sequence for name, mature in mature_mirnas().items() if name.split("-", 1)[0] in species]
    if not sequences:
        return {}
    return {
        motif.sequence: sum(motif.sequence in sequence for sequence in sequences) / len(sequences)
        for motif in MOTIFS
    }
