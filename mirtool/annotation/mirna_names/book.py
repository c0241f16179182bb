"""One name of a miRNA, and what miRBase calls it now: looked up, never derived from how it is written.

A name is looked up in the embedded table of all releases of miRBase
(:mod:`mirtool.annotation.mirna_names.releases`) and in every source the user gives
(:mod:`mirtool.annotation.mirna_names.sources`). Each says which accession had the name. All of them together
decide:

- one accession: the miRNA is known, whatever it is called today (:attr:`Status.CURRENT`, :attr:`Status.RENAMED`,
  or :attr:`Status.DEAD` where the current release does not have it);
- several: the release decides, if it is known and only one of them had the name in it. Otherwise the name is
  :attr:`Status.AMBIGUOUS`, also where one of them has it today;
- none: what programs add to names is left out (:mod:`mirtool.annotation.mirna_names.spelling`), and the rest
  looked up again. What remains is the name of a precursor, of a withdrawn entry, or one that only looks known (an
  arm or an arm's star is missing or outdated). What may have been meant is listed as candidates, and nothing is
  chosen.

The release of a list of names is the one in which most of them exist; of several such releases the newest
(:meth:`MirnaNames.for_names`).

The current names are those of the embedded table. Of a species that miRBase does not have, the last ``mature.fa``
given that has it is used as the current release.
"""

from __future__ import annotations

import copy
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from mirtool.annotation.mirbase import (
    EARLIER_VERSION,
    MIRBASE_VERSION,
    Precursor,
    mature_mirnas,
    precursors,
    seed_of,
)
from mirtool.annotation.mirna_names.releases import (
    RELEASES,
    names_of_accession,
    names_of_species,
    parse_release,
    releases_in,
    span_title,
)
from mirtool.annotation.mirna_names.resolution import MAPPED, Candidate, Mature, ReleaseChoice, Resolution, Status
from mirtool.annotation.mirna_names.slash import is_short_slash, slash_parts
from mirtool.annotation.mirna_names.sources import ACCESSION, AliasSource, DeadEntry
from mirtool.annotation.mirna_names.spelling import (
    Spelling,
    accession_in,
    clean_name,
    folded_marks,
    hairpin_in,
    joined_accessions,
    without_additions,
)
from mirtool.annotation.probes import ProbeKind, classify_probe, species_of

CURRENT_RELEASE = f"miRBase {MIRBASE_VERSION}"
EARLIER_RELEASE = f"miRBase {EARLIER_VERSION}"

_ARM = re.compile(r"-[35]p(\.\d+)?$")
_COPY = re.compile(r"(?<=\d|[a-z])-\d+$")
_PRECURSOR_STYLE = re.compile(r"^\w+-mir-")
_NOT_FOUND = frozenset({Status.UNKNOWN, Status.NOT_MIRNA, Status.ARM_MISSING, Status.STAR})
_BY_RELEASE = frozenset({Status.AMBIGUOUS, Status.SLASH})
"""Statuses of a name resolved without a release that may change with a release."""


class _Bearer(NamedTuple):
    """One accession that had a name: where that is stated, and in which releases of miRBase."""

    cited: tuple[str, ...]
    releases: frozenset[str]


@lru_cache(maxsize=16)
def _known_by(_species: str | None, _choice: ReleaseChoice | None) -> dict[str, Resolution]:
    return {}


class MirnaNames:
    """Everything the sources state about names, asked one name at a time.

    Parameters
    ----------
    sources
        What the user gives beyond the embedded tables, in any order but for species that miRBase does not have.
    species
        A miRBase prefix such as ``"hsa"`` for names that carry none; None leaves them unknown.
    release
        The release of miRBase that the names are from, such as ``"12"``; None where it is not known.

    Raises
    ------
    UsageError
        For a release that miRBase does not have.

    Examples
    --------
    >>> names = MirnaNames()
    >>> names.resolve("hsa-miR-95").name, names.resolve("hsa-miR-95").note
    ('hsa-miR-95-3p', 'hsa-miR-95 in miRBase 6 to 19')
    >>> found = names.resolve("hsa-mir-16-1")
    >>> found.status, [candidate.name for candidate in found.candidates]
    (<Status.PRECURSOR: 'precursor'>, ['hsa-miR-16-5p', 'hsa-miR-16-1-3p'])
    >>> names.resolve("mmu-miR-378").status, MirnaNames(release="9.2").resolve("mmu-miR-378").name
    (<Status.AMBIGUOUS: 'ambiguous'>, 'mmu-miR-378a-5p')
    """

    def __init__(
        self,
        sources: Iterable[AliasSource] = (),
        *,
        species: str | None = None,
        release: str | None = None,
    ) -> None:
        self._species = species
        self._sources = tuple(sources)
        self._others = _matures_of_other_species(self._sources)
        self._sequences = {own: text for source in self._sources for own, text in source.sequences.items()}
        self.choice = None if release is None else ReleaseChoice(parse_release(release))
        """The release by which shared names are decided, or None."""
        self._known = self._known_before()
        self._bearers_of: dict[str, dict[str, _Bearer]] = {}
        self._undecided: MirnaNames | None = None
        """The same names without a release, where some were resolved that way before."""

    def resolve(self, text: str) -> Resolution:
        """Return what a name, or an accession, represents; the parts of a slash name one by one."""
        if text not in self._known:
            found = self._undecided.resolve(text) if self._undecided else None
            self._known[text] = self._resolve(text) if found is None or found.status in _BY_RELEASE else found
        return self._known[text]

    def for_names(self, names: Iterable[str]) -> MirnaNames:
        """Return the same sources, with shared names decided by the release that a list of names is from.

        That is the release the user named. Without one it is the release in which most of the names exist, of
        several such the newest. Where no name is shared by several accessions, or all are, none is chosen. Names
        that already have their release keep it.

        Examples
        --------
        >>> chip = ["mmu-miR-378", "mmu-miR-17", "mmu-miR-699", "mmu-miR-1186"]
        >>> names = MirnaNames().for_names(chip)
        >>> names.choice, names.resolve("mmu-miR-378").name
        (ReleaseChoice(release='12.0', n_found=4, n_names=4), 'mmu-miR-378a-3p')
        """
        return self if self.choice else self.by_own_release(names)

    def by_own_release(self, names: Iterable[str]) -> MirnaNames:
        """Return the same as :meth:`for_names`, without regard to the release that the user named.

        For names that are not the study's: those of a table of interactions, of a list.
        """
        plain = self._with(None) if self.choice else self
        choice = plain._vote(names)
        if choice is None:
            return plain
        decided = plain._with(choice)
        decided._undecided = plain
        return decided

    def as_precursor(self, name: str) -> Resolution | None:
        """Return the precursor of a name that may mean a mature miRNA too, such as hsa-let-7b; None without one.

        Examples
        --------
        >>> MirnaNames().as_precursor("hsa-let-7b").accession, MirnaNames().resolve("hsa-let-7b").accession
        ('MI0000063', 'MIMAT0000063')
        """
        known = self._precursors.get(name.strip())
        return known and self._precursor(name, known)

    def seed_family(self, mature: Mature) -> tuple[str, ...]:
        """Return the miRNAs of the same species with the same seed (positions 2 to 8), itself among them.

        This is the seed family, not the family of miRBase, which goes by precursors and is not embedded. Empty
        where the sequence is not known.
        """
        return self._members.get((_prefix(mature.name), seed_of(mature.sequence)), ())

    def _with(self, choice: ReleaseChoice | None) -> MirnaNames:
        other = copy.copy(self)
        other.choice = choice
        other._known = other._known_before()
        other._undecided = None
        return other

    def _known_before(self) -> dict[str, Resolution]:
        """Return what was resolved alike in this process: the steps of a study ask for the same names."""
        return {} if self._sources else _known_by(self._species, self.choice)

    def _vote(self, names: Iterable[str]) -> ReleaseChoice | None:
        """Return the release in which most names exist; None where none is shared, or all are."""
        n_with: Counter[frozenset[str]] = Counter()  # names by the releases they exist in: most have few histories
        n_names = n_shared = n_single = 0
        for name in dict.fromkeys(names):
            found = self.resolve(name)
            bearers = [self._bearers(part.read_as) for part in found.parts or (found,)]
            n_names += found.status is not Status.NOT_MIRNA
            n_shared += any(len(own) > 1 for own in bearers)
            n_single += any(len(own) == 1 for own in bearers)
            had = [frozenset[str]().union(*(bearer.releases for bearer in own.values())) for own in bearers]
            n_with[frozenset.intersection(*had)] += 1
        counts: Counter[str] = Counter()
        for releases, n in n_with.items():
            counts.update(dict.fromkeys(releases, n))
        if not (n_shared and n_single and counts):
            return None
        release = max(counts, key=lambda own: (counts[own], RELEASES.index(own)))
        return ReleaseChoice(release, counts[release], n_names)

    def _resolve(self, text: str) -> Resolution:
        cleaned, changes = clean_name(text)
        names = joined_accessions(cleaned) or slash_parts(cleaned)
        if len(names) > 1:
            found = _join(text, [self._resolve_part(clean_name(name)[0]) for name in names])
            if is_short_slash(cleaned):
                found = _read_in_full(found, names)
        else:
            found = self._resolve_part(names[0] if names else "")
        if not changes and found.given == text:
            return found
        return replace(found, given=text, note="; ".join(filter(None, (*changes, found.note))))

    def _resolve_part(self, name: str) -> Resolution:
        found = self._resolve_accession(name) if ACCESSION.fullmatch(name) else self._look_up(Spelling(name))
        return found or self._respelled(name) or self._not_found(name)

    def _respelled(self, name: str) -> Resolution | None:
        """Look a name up without the marks and additions of other programs; None where that is unknown."""
        accession, hairpin = accession_in(name), hairpin_in(name)
        if accession:
            return _noted(name, self._resolve_accession(accession), f"read as {accession}")
        if hairpin:
            known = self._precursors.get(hairpin)
            return _noted(name, self._precursor(hairpin, known), "a hairpin probe") if known else None
        spellings = list(self._spellings(name))
        for look_up in (self._look_up, self._look_up_folded):
            for spelling in spellings:
                found = look_up(spelling)
                if found:
                    return _noted(name, found, *spelling.changes)
        return None

    def _spellings(self, name: str) -> Iterator[Spelling]:
        """Return the name as it is, without additions, and each with the species put before it."""
        bare = without_additions(name)
        for spelling in (Spelling(name), *([bare] if bare.changes else [])):
            yield spelling
            if self._species and not species_of(spelling.name):
                prefixed = f"{self._species}-{spelling.name}"
                yield spelling._replace(name=prefixed, changes=(*spelling.changes, f"read as {prefixed}"))

    def _look_up(self, spelling: Spelling) -> Resolution | None:
        """Return what a name represents exactly as it is written; None where no source has it."""
        name = spelling.name
        bearers = self._bearers(name)
        if len(bearers) > 1:
            return self._shared(name, bearers, spelling.release)
        if bearers:
            ((accession, bearer),) = bearers.items()
            return self._borne(name, accession, bearer.cited)
        return self._withdrawn_or_precursor(name)

    def _look_up_folded(self, spelling: Spelling) -> Resolution | None:
        """Look up a name in which dots or underscores replace other characters."""
        name = spelling.name
        species = species_of(name)
        if not species or not re.search(r"[._]", name):
            return None
        names = _names_by_fold(min(species)).get(folded_marks(name), ())
        if not names:
            return None
        bearers: dict[str, _Bearer] = {}
        for own in names:
            bearers |= self._bearers(own)
        read_as = f"read as {' or '.join(names)}"
        if len(bearers) > 1 and len(names) > 1:
            return replace(self._shared(names[0], bearers, spelling.release), note=read_as)
        found = self._look_up(spelling._replace(name=names[0]))
        return found and _noted(name, found, read_as)

    def _withdrawn_or_precursor(self, key: str) -> Resolution | None:
        """Look a name or an accession up among the withdrawn entries, then among the precursors."""
        if key in self._dead:
            return replace(_withdrawn(key, *self._dead[key]), read_as=key)
        if key in self._precursors:
            return replace(self._precursor(key, self._precursors[key]), read_as=key)
        return None

    def _bearers(self, name: str) -> dict[str, _Bearer]:
        """Return every accession of a mature miRNA that had the name, with where and when."""
        if name not in self._bearers_of:
            self._bearers_of[name] = self._find_bearers(name)
        return self._bearers_of[name]

    def _find_bearers(self, name: str) -> dict[str, _Bearer]:
        bearers = {
            row.accession: _Bearer((span_title(row.span),), releases_in(row.span))
            for row in names_of_species(_prefix(name)).get(name, ())
        }
        for source in self._sources:
            for accession, places in source.names.get(name, {}).items():
                if accession.startswith("MIMAT"):
                    before = bearers.get(accession, _Bearer((), frozenset()))
                    stated = {release for place in places if (release := _release_named(source.releases[place]))}
                    cited = (*before.cited, source.cite(name, accession))
                    bearers[accession] = _Bearer(cited, before.releases | stated)
        return bearers

    def _shared(self, name: str, bearers: Mapping[str, _Bearer], release: str) -> Resolution:
        """Decide between several accessions by the release, or list them."""
        note = f"{len(bearers)} accessions have had this name"
        own = _release_named(f"miRBase {release}")
        choice = ReleaseChoice(own) if own else self.choice
        in_release = [each for each, bearer in bearers.items() if choice and choice.release in bearer.releases]
        if choice and len(in_release) == 1:
            found = self._borne(name, in_release[0], bearers[in_release[0]].cited)
            return replace(found, release=choice, note=f"{note}; decided by {choice.title}")
        candidates = tuple(self._candidate(each, "; ".join(bearers[each].cited)) for each in sorted(bearers))
        return Resolution(name, Status.AMBIGUOUS, candidates=candidates, note=note, read_as=name)

    def _borne(self, name: str, accession: str, cited: Sequence[str]) -> Resolution:
        where = f"{name} in {'; '.join(cited)}"
        mature = self._mature(accession)
        if mature is not None and mature.name == name:
            note = "" if mature.release == CURRENT_RELEASE else f"current by {mature.release}"
            return Resolution(name, Status.CURRENT, (mature,), accession, note=note, read_as=name)
        if mature is not None:
            return Resolution(name, Status.RENAMED, (mature,), accession, note=where, read_as=name)
        if _is_covered(_prefix(name)):
            note = f"{where}; {accession} is not in {CURRENT_RELEASE}"
            return Resolution(name, Status.DEAD, accession=accession, note=note, read_as=name)
        note = f"{where}; its current name is not known: give a mature.fa with this species"
        return Resolution(
            name, Status.UNKNOWN, candidates=(Candidate("", accession, where),), note=note, read_as=name
        )

    def _resolve_accession(self, accession: str) -> Resolution:
        mature = self._mature(accession)
        if mature is not None:
            return Resolution(
                accession, Status.CURRENT, (mature,), accession, note="given as an accession", read_as=mature.name
            )
        found = self._withdrawn_or_precursor(accession)
        if found is not None:
            return found
        names = self._names_borne_by(accession)
        if any(_is_covered(_prefix(name)) for name in names):
            note = f"was {', '.join(names)}; not in {CURRENT_RELEASE}"
            return Resolution(accession, Status.DEAD, accession=accession, note=note, read_as=names[-1])
        note = f"is {', '.join(names)} in the sources given" if names else "in none of the sources"
        return Resolution(accession, Status.UNKNOWN, note=note)

    def _names_borne_by(self, accession: str) -> tuple[str, ...]:
        given = (name for source in self._sources for name, own in source.names.items() if accession in own)
        return tuple(dict.fromkeys((*(row.name for row in names_of_accession(accession)), *given)))

    def _mature(self, accession: str) -> Mature | None:
        """Return the miRNA that has an accession today; None where it is withdrawn or unknown."""
        if accession in self._others:
            return self._others[accession]
        for row in names_of_accession(accession):
            if row.is_current:
                embedded = mature_mirnas().get(row.name)
                sequence = embedded.sequence if embedded else self._sequences.get(accession, "")
                return Mature(row.name, accession, sequence, CURRENT_RELEASE)
        return None

    @cached_property
    def _members(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The names of each species with one seed, where the sequence is embedded or given."""
        members: dict[tuple[str, str], set[str]] = defaultdict(set)
        given = (mature for own in self._sequences if (mature := self._mature(own)))
        embedded = ((name, own.sequence) for name, own in mature_mirnas().items())
        for name, sequence in (*embedded, *((mature.name, mature.sequence) for mature in given)):
            if sequence:
                members[_prefix(name), seed_of(sequence)].add(name)
        return {key: tuple(sorted(names)) for key, names in members.items()}

    @cached_property
    def _precursors(self) -> Mapping[str, _KnownPrecursor]:
        return _precursors_by_key(self._sources)

    @cached_property
    def _dead(self) -> Mapping[str, tuple[DeadEntry, str]]:
        return _dead_by_key(self._sources, self._precursors if any(own.dead for own in self._sources) else {})

    def _precursor(self, name: str, known: _KnownPrecursor) -> Resolution:
        matures = known.embedded.matures if known.embedded else ()
        candidates = tuple(self._candidate(own, f"mature of it in {EARLIER_RELEASE}") for own, _ in matures)
        note = "a precursor, not a mature miRNA" + ("" if candidates else "; its mature miRNAs are not known")
        if known.name != name:
            note += f": {known.name}"
        return Resolution(name, Status.PRECURSOR, accession=known.accession, candidates=candidates, note=note)

    def _candidate(self, accession: str, why: str) -> Candidate:
        mature = self._mature(accession)
        return Candidate(mature.name if mature else "", accession, why)

    def _not_found(self, name: str) -> Resolution:
        if classify_probe("", name) not in (ProbeKind.MIRNA, ProbeKind.MIRPLUS):
            return Resolution(name, Status.NOT_MIRNA, note="not written as a miRNA's name" if name else "empty")
        arms = self._alike(name.removesuffix("*"))
        if name.endswith("*"):
            note = "the lesser arm, as miRBase called it before release 18; no source has this name"
            return Resolution(name, Status.STAR, candidates=arms, note=note)
        if arms:
            return Resolution(name, Status.ARM_MISSING, candidates=arms, note="the arm is missing")
        folded = self._alike(_in_any_case(name))
        return Resolution(name, Status.UNKNOWN, candidates=folded, note=self._why_unknown(name, folded))

    def _alike(self, key: str) -> tuple[Candidate, ...]:
        """Return the current miRNAs that are written like ``key`` but for arm, copy or case, to choose from."""
        species = _prefix(key).lower()
        names = _names_written_alike(species).get(key, ())
        others = [mature.name for mature in self._others.values() if key in _names_alike(mature.name)]
        accessions = {mature.name: own for own, mature in self._others.items()}
        for row in (row for name in names for row in names_of_species(species)[name] if row.is_current):
            accessions[row.name] = row.accession
        return tuple(Candidate(name, accessions[name], "written alike") for name in sorted((*names, *others)))

    def _why_unknown(self, name: str, folded: Sequence[Candidate]) -> str:
        species = _species_in(name)
        if "mirplus" in name.lower():
            return "miRPlus names are Exiqon's own and were never in miRBase"
        if folded:
            return "differs in upper and lower case from a current name"
        if not species:
            return "no species before the name"
        if not _is_covered(species):
            return f"miRBase has no species {species}"
        if _PRECURSOR_STYLE.match(name):
            return "written as a precursor (mir in lower case), and not among those known"
        return "in none of the sources"


class _KnownPrecursor(NamedTuple):
    name: str
    accession: str
    embedded: Precursor | None = None


def _is_covered(species: str) -> bool:
    """Return True if miRBase has had the species."""
    return bool(names_of_species(species))


def _species_in(name: str) -> str:
    """Return the species prefix of any name as it is written; empty where it has none."""
    return _prefix(name) if species_of(name) else ""


def _prefix(name: str) -> str:
    """Return the species prefix of a name of miRBase's own, which always has one."""
    return name.split("-", 1)[0]


@cache
def _release_named(title: str) -> str:
    """Return the release that a source calls ``miRBase 12``; empty where the title is none of miRBase's."""
    number = title.removeprefix("miRBase ")
    release = number if "." in number else f"{number}.0"
    return release if title.startswith("miRBase ") and release in RELEASES else ""


@cache
def _names_by_fold(species: str) -> Mapping[str, tuple[str, ...]]:
    """Return the names of a species, those of precursors too, by what R makes of them."""
    names: dict[str, tuple[str, ...]] = {}
    own = (name for name in precursors() if name.startswith(f"{species}-"))
    for name in dict.fromkeys((*names_of_species(species), *own)):
        key = folded_marks(name)
        names[key] = (*names.get(key, ()), name)
    return names


@cache
def _names_written_alike(species: str) -> Mapping[str, tuple[str, ...]]:
    """Return the current names of a species by what they may be mistaken for."""
    alike: dict[str, tuple[str, ...]] = {}
    rows = (row for own in names_of_species(species).values() for row in own if row.is_current)
    for name in sorted(row.name for row in rows):
        for other in _names_alike(name):
            alike[other] = (*alike.get(other, ()), name)
    return alike


def _names_alike(name: str) -> Iterator[str]:
    """Return what a current name may be mistaken for: without its arm, without arm and copy, and in other case.

    Examples
    --------
    >>> list(_names_alike("hsa-miR-16-1-3p"))
    ['HSA-MIR-16-1-3P in any case', 'hsa-miR-16-1', 'hsa-miR-16']
    """
    yield _in_any_case(name)
    stem = _ARM.sub("", name)
    if stem != name:
        yield stem
        family = _COPY.sub("", stem)
        if family != stem and any(map(str.isdigit, family)):
            yield family


def _in_any_case(name: str) -> str:
    """Return the key under which a name is found whatever its case; no name is written like it."""
    return f"{name.upper()} in any case"


def _matures_of_other_species(sources: Iterable[AliasSource]) -> dict[str, Mature]:
    """Return the miRNAs of species that miRBase does not have, by accession, by the last source that has them."""
    others: dict[str, dict[str, Mature]] = {}
    for source in sources:
        own: dict[str, dict[str, Mature]] = defaultdict(dict)
        for name, bearers in source.names.items() if source.sequences else ():
            for accession in bearers:
                sequence = source.sequences[accession]
                own[_prefix(name)][accession] = Mature(name, accession, sequence, source.label)
        others |= {species: matures for species, matures in own.items() if not _is_covered(species)}
    return {accession: mature for matures in others.values() for accession, mature in matures.items()}


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
        known = _KnownPrecursor(name, precursor.accession, precursor)
        found[name] = found[precursor.accession] = known
    for source in sources:
        for name, bearers in source.names.items():
            for accession in bearers:
                if not accession.startswith("MIMAT") and name not in found:
                    known = found.get(accession, _KnownPrecursor(name, accession))
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
        release = next((part.release for part in parts if part.release), None)
        return Resolution(text, status, matures, accession, note=note, parts=tuple(parts), release=release)
    candidates = tuple(
        Candidate(mature.name, mature.accession, f"{part.given} is {part.status.value}")
        for part in parts
        for mature in part.matures
    ) + tuple(candidate for part in parts for candidate in part.candidates)
    status = Status.NOT_MIRNA if statuses == {Status.NOT_MIRNA} else Status.SLASH
    return Resolution(text, status, candidates=candidates, note=note, parts=tuple(parts))


def _read_in_full(found: Resolution, names: Sequence[str]) -> Resolution:
    """Return how a short slash name was read; where a part is not a name in miRBase, refuse name as a whole."""
    note = f"read as {'/'.join(names)}" + (f"; {found.note}" if found.note else "")
    refused = any(part.status in _NOT_FOUND for part in found.parts)
    return replace(found, note=note, parts=() if refused else found.parts)


def _noted(name: str, found: Resolution, *changes: str) -> Resolution:
    """Return a resolution of the name as it was given, with what was read otherwise before its note."""
    note = "; ".join(filter(None, (*changes, found.note)))
    return replace(found, given=name, note=note)
