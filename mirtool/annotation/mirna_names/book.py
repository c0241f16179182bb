"""One name of a miRNA, and what miRBase calls it now: looked up, never derived from how it is written.

A name is looked up in the embedded table of miRBase 22 (the current names), in that of miRBase 18, and in every
source the user gives (:mod:`mirtool.io.mirnas.aliases`). Each says which accession bore the name. What all of them
together say decides:

- one accession: the miRNA is known, whatever it is called today (:attr:`Status.CURRENT`, :attr:`Status.RENAMED`,
  or :attr:`Status.DEAD` where the current release does not have it);
- several: :attr:`Status.AMBIGUOUS`, also where one of them bears the name today;
- none: the name of a precursor, of a withdrawn entry, or one of those that only look known (an arm or an arm's
  star is missing or outdated). What may have been meant is listed as candidates, and nothing is chosen.

The current names are the embedded table's. Of a species it does not have, the last ``mature.fa`` given that has it
stands for the current release.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from mirtool.annotation.mirbase import EARLIER_VERSION, MIRBASE_VERSION, mature_mirnas, precursors, seed_of
from mirtool.annotation.mirna_names.sources import ACCESSION, MATURE_FASTA, AliasSource, DeadEntry
from mirtool.annotation.mirna_names.spelling import clean_name
from mirtool.annotation.probes import ProbeKind, classify_probe, species_of

CURRENT_RELEASE = f"miRBase {MIRBASE_VERSION}"
EARLIER_RELEASE = f"miRBase {EARLIER_VERSION}"

_ARM = re.compile(r"-[35]p(\.\d+)?$")
_COPY = re.compile(r"(?<=\d|[a-z])-\d+$")
_PRECURSOR_STYLE = re.compile(r"^\w+-mir-")


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
"""The statuses of a name that stands for one miRNA of the current release (a slash name: for one a part)."""


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
        The miRNAs it stands for: one, one a part of a slash name whose parts are all known, or none.
    accession
        Their accessions joined by ``/``; of a dead entry or a precursor its own; else empty.
    candidates
        What it may have meant, where that is not one miRNA.
    note
        Where it is known from, what was read otherwise than it stands, what is wrong with it.
    parts
        The parts of a slash name.
    """

    given: str
    status: Status
    matures: tuple[Mature, ...] = ()
    accession: str = ""
    candidates: tuple[Candidate, ...] = ()
    note: str = ""
    parts: tuple[Resolution, ...] = ()

    @property
    def mapped(self) -> bool:
        """True where the name stands for one miRNA of the current release, a slash name for one a part."""
        return self.status in MAPPED

    @property
    def name(self) -> str:
        """The current name, those of a slash name joined by ``/``; empty where there is none."""
        return "/".join(mature.name for mature in self.matures)

    @property
    def sequence(self) -> str:
        """The mature sequence, those of a slash name joined by ``/``."""
        return "/".join(mature.sequence for mature in self.matures)

    @property
    def seed(self) -> str:
        """Positions 2 to 8 of the sequence; those of a slash name joined by ``/`` where they differ."""
        return "/".join(dict.fromkeys(seed_of(mature.sequence) for mature in self.matures))

    @property
    def species(self) -> str:
        """The miRBase prefix, such as ``hsa``; those of a slash name joined by ``/`` where they differ."""
        return "/".join(dict.fromkeys(_prefix(mature.name) for mature in self.matures))

    @property
    def best_name(self) -> str:
        """The current name where it is known, part by part, and what was given where it isn't."""
        if self.mapped:
            return self.name
        if self.parts:
            return "/".join(dict.fromkeys(part.best_name for part in self.parts))
        return self.given


class MirnaNames:
    """Everything the sources say of names, asked one name at a time.

    Parameters
    ----------
    sources
        What the user gives beside the embedded tables, in any order but for species that are not embedded.
    species
        A miRBase prefix such as ``"hsa"`` for names that carry none; None leaves them unknown.

    Examples
    --------
    >>> book = MirnaNames()
    >>> book.resolve("hsa-miR-95").name, book.resolve("hsa-miR-95").note
    ('hsa-miR-95-3p', 'hsa-miR-95 in miRBase 18')
    >>> found = book.resolve("hsa-mir-16-1")
    >>> found.status, [candidate.name for candidate in found.candidates]
    (<Status.PRECURSOR: 'precursor'>, ['hsa-miR-16-5p', 'hsa-miR-16-1-3p'])
    """

    def __init__(self, sources: Iterable[AliasSource] = (), *, species: str | None = None) -> None:
        given = tuple(sources)
        self._species = species
        self._sources = (_current_source(), _earlier_source(), *given)
        self._by_accession = _current_matures(given)
        self._by_name = {mature.name: mature for mature in self._by_accession.values()}
        self._covered = frozenset(map(_prefix, (*self._by_name, *precursors())))
        self._precursors = _precursors_by_key(given)
        self._dead = _dead_by_key(given, self._precursors)
        self._written_alike: Mapping[str, Sequence[str]] | None = None
        self._known: dict[str, Resolution] = {}
        self._members: Mapping[tuple[str, str], tuple[str, ...]] | None = None
        self._names_of: Mapping[str, tuple[str, ...]] | None = None

    def resolve(self, text: str) -> Resolution:
        """Say what a name, or an accession, stands for; the parts of a slash name one by one."""
        if text not in self._known:
            self._known[text] = self._resolve(text)
        return self._known[text]

    def seed_family(self, mature: Mature) -> tuple[str, ...]:
        """Return the miRNAs of the same species with the same seed (positions 2 to 8), itself among them.

        This is the seed family, not the family of miRBase, which goes by precursors and is not embedded.
        """
        if self._members is None:
            members: dict[tuple[str, str], list[str]] = defaultdict(list)
            for name, own in self._by_name.items():
                members[_prefix(name), seed_of(own.sequence)].append(name)
            self._members = {key: tuple(sorted(names)) for key, names in members.items()}
        return self._members[_prefix(mature.name), seed_of(mature.sequence)]

    def _resolve(self, text: str) -> Resolution:
        cleaned, changes = clean_name(text)
        parts = [part for part in (clean_name(part)[0] for part in cleaned.split("/")) if part]
        if len(parts) > 1:
            found = _join(text, [self._resolve_part(part) for part in parts])
        else:
            found = self._resolve_part(parts[0] if parts else "")
        return replace(found, given=text, note="; ".join(filter(None, (*changes, found.note))))

    def _resolve_part(self, name: str) -> Resolution:
        if ACCESSION.fullmatch(name):
            return self._resolve_accession(name)
        found = self._resolve_name(name)
        if found.status is Status.UNKNOWN and self._species and not species_of(name):
            prefixed = self._resolve_name(f"{self._species}-{name}")
            note = "; ".join(filter(None, (f"read as {self._species}-{name}", prefixed.note)))
            return replace(prefixed, given=name, note=note)
        return found

    def _resolve_name(self, name: str) -> Resolution:
        bearers = self._bearers(name)
        if len(bearers) > 1:
            candidates = tuple(self._candidate(own, "; ".join(bearers[own])) for own in sorted(bearers))
            note = f"{len(bearers)} accessions have borne this name"
            return Resolution(name, Status.AMBIGUOUS, candidates=candidates, note=note)
        if bearers:
            ((accession, cited),) = bearers.items()
            return self._borne(name, accession, cited)
        return self._withdrawn_or_precursor(name) or self._not_found(name)

    def _withdrawn_or_precursor(self, key: str) -> Resolution | None:
        """Look a name or an accession up among the withdrawn entries, then among the precursors."""
        if key in self._dead:
            return _withdrawn(key, *self._dead[key])
        if key in self._precursors:
            return self._precursor(key, self._precursors[key])
        return None

    def _bearers(self, name: str) -> dict[str, list[str]]:
        """Return every accession of a mature miRNA that bore the name, with where that is said."""
        bearers: dict[str, list[str]] = defaultdict(list)
        for source in self._sources:
            for accession in source.names.get(name, ()):
                if accession.startswith("MIMAT"):
                    bearers[accession].append(source.cite(name, accession))
        return bearers

    def _borne(self, name: str, accession: str, cited: Sequence[str]) -> Resolution:
        where = f"{name} in {'; '.join(cited)}"
        mature = self._by_accession.get(accession)
        if mature is not None and mature.name == name:
            note = "" if mature.release == CURRENT_RELEASE else f"current by {mature.release}"
            return Resolution(name, Status.CURRENT, (mature,), accession, note=note)
        if mature is not None:
            return Resolution(name, Status.RENAMED, (mature,), accession, note=where)
        if _species_in(name) in self._covered:
            note = f"{where}; {accession} is not in {CURRENT_RELEASE}"
            return Resolution(name, Status.DEAD, accession=accession, note=note)
        note = f"{where}; what it is called now is not known: give a mature.fa with this species"
        return Resolution(name, Status.UNKNOWN, candidates=(Candidate("", accession, where),), note=note)

    def _resolve_accession(self, accession: str) -> Resolution:
        mature = self._by_accession.get(accession)
        if mature is not None:
            return Resolution(accession, Status.CURRENT, (mature,), accession, note="given as an accession")
        found = self._withdrawn_or_precursor(accession)
        if found is not None:
            return found
        names = self._names_borne_by(accession)
        if any(_species_in(name) in self._covered for name in names):
            note = f"was {', '.join(names)}; not in {CURRENT_RELEASE}"
            return Resolution(accession, Status.DEAD, accession=accession, note=note)
        note = f"is {', '.join(names)} in the sources given" if names else "in none of the sources"
        return Resolution(accession, Status.UNKNOWN, note=note)

    def _names_borne_by(self, accession: str) -> tuple[str, ...]:
        if self._names_of is None:
            names: dict[str, list[str]] = defaultdict(list)
            for source in self._sources:
                for name, bearers in source.names.items():
                    for own in bearers:
                        names[own].append(name)
            self._names_of = {own: tuple(dict.fromkeys(borne)) for own, borne in names.items()}
        return self._names_of.get(accession, ())

    def _precursor(self, name: str, known: _KnownPrecursor) -> Resolution:
        candidates = tuple(self._candidate(own, f"mature of it in {EARLIER_RELEASE}") for own in known.matures)
        note = "a precursor, not a mature miRNA" + ("" if candidates else "; its mature miRNAs are not known")
        if known.name != name:
            note += f": {known.name}"
        return Resolution(name, Status.PRECURSOR, accession=known.accession, candidates=candidates, note=note)

    def _candidate(self, accession: str, why: str) -> Candidate:
        mature = self._by_accession.get(accession)
        return Candidate(mature.name if mature else "", accession, why)

    def _not_found(self, name: str) -> Resolution:
        if classify_probe("", name) not in (ProbeKind.MIRNA, ProbeKind.MIRPLUS):
            return Resolution(name, Status.NOT_MIRNA, note="not written as a miRNA's name" if name else "empty")
        arms = self._alike(name.removesuffix("*"))
        if name.endswith("*"):
            note = "the lesser arm, as miRBase called it before release 18; no source says which accession"
            return Resolution(name, Status.STAR, candidates=arms, note=note)
        if arms:
            return Resolution(name, Status.ARM_MISSING, candidates=arms, note="which arm is not said")
        folded = self._alike(_folded(name))
        return Resolution(name, Status.UNKNOWN, candidates=folded, note=self._why_unknown(name, folded))

    def _alike(self, key: str) -> tuple[Candidate, ...]:
        """Return the current miRNAs that are written like ``key`` but for arm, copy or case, to choose from."""
        if self._written_alike is None:
            alike: dict[str, list[str]] = defaultdict(list)
            for name in sorted(self._by_name):
                for other in _names_alike(name):
                    alike[other].append(name)
            self._written_alike = alike
        names = self._written_alike.get(key, ())
        return tuple(Candidate(name, self._by_name[name].accession, "written alike") for name in names)

    def _why_unknown(self, name: str, folded: Sequence[Candidate]) -> str:
        species = _species_in(name)
        if "mirplus" in name.lower():
            return "miRPlus names are Exiqon's own and never stood in miRBase"
        if folded:
            return "differs in upper and lower case from a current name"
        if not species:
            return "no species before the name: say which with --species"
        if species not in self._covered:
            return f"the embedded table has no {species}: give a mature.fa with this species"
        if _PRECURSOR_STYLE.match(name):
            return "written as a precursor (mir in lower case), and not among those known"
        return "in none of the sources"


class _KnownPrecursor(NamedTuple):
    name: str
    accession: str
    matures: tuple[str, ...]


def _species_in(name: str) -> str:
    """Return the species prefix of any name as it is written; empty where it has none."""
    return _prefix(name) if species_of(name) else ""


def _prefix(name: str) -> str:
    """Return the species prefix of a name of miRBase's own, which always has one."""
    return name.split("-", 1)[0]


def _names_alike(name: str) -> Iterator[str]:
    """Return what a current name may be mistaken for: without its arm, without arm and copy, and in other case.

    Examples
    --------
    >>> list(_names_alike("hsa-miR-16-1-3p"))
    ['HSA-MIR-16-1-3P in any case', 'hsa-miR-16-1', 'hsa-miR-16']
    """
    yield _folded(name)
    stem = _ARM.sub("", name)
    if stem != name:
        yield stem
        family = _COPY.sub("", stem)
        if family != stem and any(map(str.isdigit, family)):
            yield family


def _folded(name: str) -> str:
    """Return the key under which a name is found whatever its case; no name is written like it."""
    return f"{name.upper()} in any case"


def _current_source() -> AliasSource:
    names = {name: {mature.accession: ()} for name, mature in mature_mirnas().items()}
    return AliasSource(CURRENT_RELEASE, MATURE_FASTA, names)


def _earlier_source() -> AliasSource:
    names: dict[str, dict[str, tuple[int, ...]]] = defaultdict(dict)
    for precursor in precursors().values():
        for accession, name in precursor.matures:
            names[name][accession] = ()
    return AliasSource(EARLIER_RELEASE, MATURE_FASTA, names)


def _current_matures(sources: Iterable[AliasSource]) -> dict[str, Mature]:
    """Return the current miRNAs by accession: the embedded ones, and those of other species as given last."""
    current = {
        mature.accession: Mature(name, mature.accession, mature.sequence, CURRENT_RELEASE)
        for name, mature in mature_mirnas().items()
    }
    embedded = frozenset(map(_prefix, mature_mirnas()))
    others: dict[str, dict[str, Mature]] = {}
    for source in sources:
        own: dict[str, dict[str, Mature]] = defaultdict(dict)
        for mature in _matures_in(source):
            own[_prefix(mature.name)][mature.accession] = mature
        others |= {species: matures for species, matures in own.items() if species not in embedded}
    for matures in others.values():
        current |= matures
    return current


def _matures_in(source: AliasSource) -> Iterator[Mature]:
    if not source.sequences:
        return
    for name, bearers in source.names.items():
        for accession in bearers:
            yield Mature(name, accession, source.sequences[accession], source.label)


def _dead_by_key(
    sources: Iterable[AliasSource], precursors_alive: Mapping[str, object]
) -> dict[str, tuple[DeadEntry, str]]:
    """Return every withdrawn entry, with its source, by name, accession, and earlier names no other entry has."""
    found: dict[str, tuple[DeadEntry, str]] = {}
    for source in sources:
        for entry in source.dead:
            earlier = (name for name in entry.earlier if name not in precursors_alive)
            for key in filter(None, (entry.name, entry.accession, *earlier)):
                found.setdefault(key, (entry, source.label))
    return found


def _precursors_by_key(sources: Iterable[AliasSource]) -> dict[str, _KnownPrecursor]:
    """Return every precursor by name and accession: embedded ones, and further names of theirs or of others."""
    found = {}
    for name, precursor in precursors().items():
        known = _KnownPrecursor(name, precursor.accession, tuple(own for own, _ in precursor.matures))
        found[name] = found[precursor.accession] = known
    for source in sources:
        for name, bearers in source.names.items():
            for accession in bearers:
                if not accession.startswith("MIMAT") and name not in found:
                    known = found.get(accession, _KnownPrecursor(name, accession, ()))
                    found[name] = known
                    found.setdefault(accession, known)
    return found


def _withdrawn(name: str, entry: DeadEntry, source: str) -> Resolution:
    note = f"withdrawn ({source})" + (f": {entry.comment}" if entry.comment else "")
    candidates = (Candidate("", entry.forward, "took its place"),) if entry.forward else ()
    return Resolution(name, Status.DEAD, accession=entry.accession, candidates=candidates, note=note)


def _join(text: str, parts: Sequence[Resolution]) -> Resolution:
    """Put the parts of a slash name together: known where each of them is."""
    statuses = {part.status for part in parts}
    note = "; ".join(
        f"{part.given}: {part.status.value}" + (f" ({part.note})" if part.note else "") for part in parts
    )
    if statuses <= MAPPED:
        matures = tuple(dict.fromkeys(mature for part in parts for mature in part.matures))
        status = Status.RENAMED if Status.RENAMED in statuses else Status.CURRENT
        accession = "/".join(mature.accession for mature in matures)
        return Resolution(text, status, matures, accession, note=note, parts=tuple(parts))
    candidates = tuple(
        Candidate(mature.name, mature.accession, f"{part.given} is {part.status.value}")
        for part in parts
        for mature in part.matures
    ) + tuple(candidate for part in parts for candidate in part.candidates)
    status = Status.NOT_MIRNA if statuses == {Status.NOT_MIRNA} else Status.SLASH
    return Resolution(text, status, candidates=candidates, note=note, parts=tuple(parts))
