"""What became of one name: the words for it, the miRNAs it represents, and what it may have meant."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from mirtool.annotation.mirbase import seed_of
from mirtool.annotation.mirna_names.releases import release_title


class Status(StrEnum):
    """What is known of a name, in the words of the tables."""

    CURRENT = "current"
    RENAMED = "renamed"
    SLASH = "slash name"
    AMBIGUOUS = "ambiguous"
    STAR = "star name"
    ARM_MISSING = "arm missing"
    PRECURSOR = "precursor"
    DEAD = "dead entry"
    UNKNOWN = "unknown"
    NOT_MIRNA = "no miRNA"


MAPPED = frozenset({Status.CURRENT, Status.RENAMED})
"""The statuses of a name that represents one miRNA of the current release (a slash name: for one per part)."""


class Mature(NamedTuple):
    """One mature miRNA of a current release: name, accession, sequence (RNA, 5′ to 3′) and that release."""

    name: str
    accession: str
    sequence: str
    release: str


class Candidate(NamedTuple):
    """One miRNA that a name may have meant: its current name (empty where it has none), accession, and why."""

    name: str
    accession: str
    why: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.name or "(no current name)", self.accession, f"[{self.why}]")))


class ReleaseChoice(NamedTuple):
    """The release by which shared names are decided, and how it was chosen.

    ``n_found`` of ``n_names`` names exist in it; both are 0 where the user named the release.
    """

    release: str
    n_found: int = 0
    n_names: int = 0

    @property
    def title(self) -> str:
        """The release as it is cited, such as ``miRBase 12``."""
        return release_title(self.release)


@dataclass(frozen=True)
class Resolution:
    """What became of one name.

    Parameters
    ----------
    given
        The name as it was given.
    status
        What is known of it.
    matures
        The miRNAs it represents: one, one per part of a slash name whose parts are all known, or none.
    accession
        Their accessions joined by ``/``; of a dead entry or a precursor its own; else empty.
    candidates
        What it may have meant, where that is not one miRNA.
    note
        Where it is known from, what was read otherwise than it is written, what is wrong with it.
    parts
        The parts of a slash name.
    read_as
        The name that was looked up: without the marks and additions of other programs, short parts completed.
    release
        The release that decided between several accessions; None where none had to.
    """

    given: str
    status: Status
    matures: tuple[Mature, ...] = ()
    accession: str = ""
    candidates: tuple[Candidate, ...] = ()
    note: str = ""
    parts: tuple[Resolution, ...] = ()
    read_as: str = ""
    release: ReleaseChoice | None = None

    @property
    def mapped(self) -> bool:
        """True where the name represents one miRNA of the current release, a slash name for one per part."""
        return self.status in MAPPED

    @property
    def known_matures(self) -> tuple[Mature, ...]:
        """The miRNAs it represents; of a slash name those of its known parts, where not all are known too."""
        return tuple(mature for part in self.parts or (self,) for mature in part.matures)

    @property
    def name(self) -> str:
        """The current name, those of a slash name joined by ``/``; empty where there is none."""
        return "/".join(mature.name for mature in self.matures)

    @property
    def sequence(self) -> str:
        """The mature sequence, those of a slash name joined by ``/``."""
        return "/".join(mature.sequence for mature in self.matures if mature.sequence)

    @property
    def seed(self) -> str:
        """Positions 2 to 8 of the sequence; those of a slash name joined by ``/`` where they differ."""
        return "/".join(dict.fromkeys(seed_of(mature.sequence) for mature in self.matures if mature.sequence))

    @property
    def species(self) -> str:
        """The miRBase prefix, such as ``hsa``; those of a slash name joined by ``/`` where they differ."""
        return "/".join(dict.fromkeys(mature.name.split("-", 1)[0] for mature in self.matures))

    @property
    def best_name(self) -> str:
        """The current name where it is known, part by part, and what was given where it isn't."""
        if self.mapped:
            return self.name
        if self.parts:
            return "/".join(dict.fromkeys(part.best_name for part in self.parts))
        return self.given
