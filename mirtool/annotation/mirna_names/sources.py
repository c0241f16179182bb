"""What one source knows of miRNA names; :mod:`mirtool.io.mirnas.aliases` reads the files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

MATURE_FASTA = "mature.fa"
MIRGENEDB = "mature FASTA of MirGeneDB"
ALIASES = "aliases.txt"
DEAD_ENTRIES = "miRNA.dead"
NAMES_BY_RELEASE = "names by release"

ACCESSION = re.compile(r"MI(MAT)?\d{4,}")
"""An accession of miRBase: MIMAT… is a mature miRNA, MI… a precursor."""


@dataclass(frozen=True)
class DeadEntry:
    """One withdrawn entry: its name and accession, its earlier names, what took its place, and why."""

    name: str
    accession: str = ""
    earlier: tuple[str, ...] = ()
    forward: str = ""
    comment: str = ""


@dataclass(frozen=True, eq=False)
class AliasSource:
    """What one source knows of names.

    Parameters
    ----------
    label
        How it is cited.
    kind
        One of the five formats.
    names
        Name to the accessions that bore it, each with the places, in ``releases``, of those in which it did.
    releases
        What the places represent, the oldest first; empty where the source knows one state only.
    sequences
        Accession to mature sequence, where the source has them.
    dead
        The withdrawn entries.
    """

    label: str
    kind: str
    names: Mapping[str, Mapping[str, tuple[int, ...]]]
    releases: tuple[str, ...] = ()
    sequences: Mapping[str, str] = field(default_factory=dict)
    dead: tuple[DeadEntry, ...] = ()

    def cite(self, name: str, accession: str) -> str:
        """Say in which releases ``accession`` bore ``name``.

        Examples
        --------
        >>> borne = {"hsa-miR-16": {"MIMAT0000069": (0, 1, 2, 4)}}
        >>> releases = ("miRBase 6", "miRBase 7", "miRBase 8", "miRBase 9", "miRBase 10")
        >>> AliasSource("names.tsv", NAMES_BY_RELEASE, borne, releases).cite("hsa-miR-16", "MIMAT0000069")
        'miRBase 6 to 8, miRBase 10 (names.tsv)'
        """
        if not self.releases:
            return self.label
        runs: list[list[int]] = []
        for place in self.names[name][accession]:
            if runs and place == runs[-1][-1] + 1:
                runs[-1].append(place)
            else:
                runs.append([place])
        spans = (
            self.releases[run[0]] + (f" to {self.releases[run[-1]].removeprefix('miRBase ')}" if run[1:] else "")
            for run in runs
        )
        return f"{', '.join(spans)} ({self.label})"
