r"""Sets of miRNAs among the miRNAs that changed: seed families, genomic clusters, and sets of any origin.

What is counted are the miRNAs of the array, a probe once: one for several miRNAs (a slash name) is one, and is in
a set where any of its parts is. Of the N on the array, n changed; a set holds K of the N and k of the n. The null
draws n of the N at random: P(X ≥ k) is hypergeometric, and no draws are needed. The FDR is Benjamini and
Hochberg's over all sets of a collection that are tested, those without a hit included.

families
    The miRNAs of a species with one seed, positions 2 to 8 of the mature sequence (Bartel 2018).
clusters
    Precursors on one strand of a chromosome, each within 10,000 bases of the next (the distance that miRBase
    uses). A mature miRNA is in the cluster of each of its precursors; both arms of a precursor are. A cluster has
    at least two precursors that do not overlap.
named
    Sets over names, such as diseases. Each name is looked up and replaced by the current one; the name of a
    precursor (as HMDD has them) represents its mature miRNAs.

What could not have been in any set is in no universe: a probe whose name miRBase does not know; for families one
without a sequence, for clusters one without a place.

References
----------
Bartel DP. Metazoan microRNAs. Cell 2018;173:20–51.

Altuvia Y et al. Clustering and conservation patterns of human microRNAs. Nucleic Acids Res 2005;33:2697–2706.

Griffiths-Jones S et al. miRBase: tools for microRNA genomics. Nucleic Acids Res 2008;36:D154–D158.

Backes C et al. miEAA: microRNA enrichment analysis and annotation. Nucleic Acids Res 2016;44:W110–W116 (sets of
miRNAs, tested so).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mirtool.annotation.mirbase import MIRBASE_VERSION, mature_mirnas, seed
from mirtool.annotation.mirna_names import MirnaNames, Resolution, Status
from mirtool.errors import NotEnoughDataError, UsageError, option
from mirtool.io.mirnas.mirna_loci import MirnaLoci, MirnaLocus
from mirtool.model import GeneSets, Table, text_array
from mirtool.network.enrichment.over_representation import MIRNA_NULL, EnrichmentTable, over_representation
from mirtool.wording import plural

CLUSTER_DISTANCE = 10_000
"""Bases between a precursor and the next of its cluster, at most."""
MIN_SET = 2
"""A set of which one miRNA alone is on the array has the P of that one miRNA, n / N, and says nothing of a set."""
MEMBERS_TOLD = 4


@dataclass(frozen=True, eq=False)
class ArrayMirnas:
    """The miRNAs that could have changed, under their current names.

    Parameters
    ----------
    matures
        Each probe name to the mature miRNAs it represents: several for a slash name.
    unknown
        Names that miRBase does not know, as they were given: in no set, and in no universe.
    """

    matures: Mapping[str, frozenset[str]]
    unknown: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.matures)


@dataclass(frozen=True, eq=False)
class MirnaSets:
    """A collection of sets over the probe names of an array, and which of these could be in one.

    Parameters
    ----------
    sets
        Names, descriptions, and members as they are on the array; sets without a member are among them.
    universe
        The probes that could have been in a set.
    remarks
        What a reader should know, in words: what is not in the universe, which names did not map.
    """

    sets: GeneSets
    universe: frozenset[str]
    remarks: tuple[str, ...] = ()


def array_mirnas(names: Iterable[str], book: MirnaNames) -> ArrayMirnas:
    """Look the names of an array up; those that represent one miRNA today are one.

    Examples
    --------
    >>> found = array_mirnas(["hsa-miR-95", "hsa-miR-17-5p/hsa-miR-106a-5p", "miRPlus-A1015"], MirnaNames())
    >>> list(found.matures), found.unknown
    (['hsa-miR-95-3p', 'hsa-miR-17-5p/hsa-miR-106a-5p'], ('miRPlus-A1015',))
    """
    matures: dict[str, frozenset[str]] = {}
    unknown: dict[str, None] = {}
    names = list(names)
    book = book.for_names(names)
    for name in names:
        if not name.strip():
            continue
        found = book.resolve(name.strip())
        own = frozenset(mature.name for mature in found.known_matures)
        if own:
            matures[found.best_name] = own
        else:
            unknown[name.strip()] = None
    return ArrayMirnas(matures, tuple(unknown))


def seed_families(array: ArrayMirnas) -> MirnaSets:
    """Return the seed families of the array's miRNAs, each named by its first member in miRBase.

    Examples
    --------
    >>> families = seed_families(array_mirnas(["hsa-miR-20a-5p", "hsa-miR-93-5p", "hsa-miR-21-5p"], MirnaNames()))
    >>> families.sets.terms
    ('hsa-miR-17-5p family (AAAGUGC)', 'hsa-miR-21-5p family (AGCUUAU)')
    """
    members: dict[tuple[str, str], set[str]] = defaultdict(set)
    for probe, matures in array.matures.items():
        for mature in matures:
            if own := seed(mature):
                members[_species(mature), own].add(probe)
    everyone: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in sorted(mature_mirnas(), key=_by_number):
        key = _species(name), seed(name)
        if key in members:
            everyone[key].append(name)
    keys = sorted(members, key=lambda key: _by_number(everyone[key][0]))
    sets = GeneSets(
        tuple(f"{everyone[key][0]} family ({key[1]})" for key in keys),
        tuple(f"{_listed(everyone[key])}; {len(everyone[key])} in miRBase {MIRBASE_VERSION}" for key in keys),
        tuple(frozenset(members[key]) for key in keys),
        "seed families",
    )
    return _over(array, sets, frozenset().union(*sets.genes), "whose seed is not known")


def genomic_clusters(
    array: ArrayMirnas, loci: MirnaLoci, book: MirnaNames, *, distance: int = CLUSTER_DISTANCE
) -> MirnaSets:
    """Return genomic clusters of the array's miRNAs, each named by its first and last precursor as transcribed.

    Raises
    ------
    UsageError
        For a negative distance.
    """
    if distance < 0:
        raise UsageError("a distance can't be negative", found=str(distance))
    probes_of = _probes_by_mature(array)
    book = book.by_own_release(mature for locus in loci.loci for mature in locus.matures)

    def probes(members: Iterable[MirnaLocus]) -> frozenset[str]:
        names = {book.resolve(mature).best_name for locus in members for mature in locus.matures}
        return frozenset(probe for name in names for probe in probes_of.get(name, ()))

    clusters = find_clusters(loci.loci, distance)
    titles = [f"{members[0].precursor} ~ {members[-1].precursor}" for members in clusters]
    often = Counter(titles)
    descriptions = [_place(members) for members in clusters]
    sets = GeneSets(
        tuple(
            f"{title} ({place.partition(' ')[0]})" if often[title] > 1 else title
            for title, place in zip(titles, descriptions, strict=True)
        ),
        tuple(descriptions),
        tuple(probes(members) for members in clusters),
        f"clusters within {distance:,} bases ({loci.source})",
    )
    return _over(array, sets, probes(loci.loci), "whose place is not known")


def find_clusters(loci: Iterable[MirnaLocus], distance: int) -> list[tuple[MirnaLocus, ...]]:
    """Part precursors to clusters: runs on one strand, none farther than ``distance`` from those before it.

    Returns
    -------
    list of tuple of MirnaLocus
        In the order of the genome; members in the order of transcription. Only runs with at least two places that
        do not overlap.
    """
    strands: dict[tuple[str, str], list[MirnaLocus]] = defaultdict(list)
    for locus in loci:
        strands[locus.chromosome, locus.strand].append(locus)
    clusters = []
    for (_, strand), own in sorted(strands.items(), key=lambda item: (_by_number(item[0][0]), item[0][1])):
        own.sort(key=lambda locus: (locus.start, locus.end, _by_number(locus.precursor)))
        runs: list[list[MirnaLocus]] = []
        places: list[int] = []
        reach = 0
        for locus in own:
            begins = not runs or locus.start - reach > distance
            if begins:
                runs.append([])
                places.append(0)
            places[-1] += begins or locus.start > reach
            runs[-1].append(locus)
            reach = locus.end if begins else max(reach, locus.end)
        clusters += [
            tuple(run if strand == "+" else reversed(run)) for run, n in zip(runs, places, strict=True) if n > 1
        ]
    return clusters


def named_sets(array: ArrayMirnas, sets: GeneSets, book: MirnaNames) -> MirnaSets:
    """Return sets over names as sets over the array, their names looked up.

    Raises
    ------
    NotEnoughDataError
        Where no name of the sets is a miRNA of the array.
    """
    probes_of = _probes_by_mature(array)
    names = sorted(frozenset().union(*sets.genes))
    book = book.by_own_release(names)
    found = {name: book.resolve(name) for name in names}
    n_precursors = sum(each.status is Status.PRECURSOR for each in found.values())
    if 2 * n_precursors > sum(each.mapped for each in found.values()) + n_precursors:
        # hsa-let-7b has been the name of a miRNA too; among precursors it is one
        found = {name: book.as_precursor(name) or each for name, each in found.items()}
    members = {name: _stands_for(each) for name, each in found.items()}
    over = GeneSets(
        sets.terms,
        sets.descriptions,
        tuple(
            frozenset(probe for name in own for mature in members[name] for probe in probes_of.get(mature, ()))
            for own in sets.genes
        ),
        sets.source,
    )
    if not any(over.genes):
        raise NotEnoughDataError(
            f"none of the {plural(len(names), 'name')} in {sets.source} is a miRNA of the array",
            found=", ".join(names[:3]),
            expected="names such as " + ", ".join(list(array.matures)[:3]),
        )
    remarks = []
    precursors = sum(each.status is Status.PRECURSOR and bool(members[each.given]) for each in found.values())
    if precursors:
        remarks.append(f"{plural(precursors, 'name')} of precursors, taken for their mature miRNAs")
    lost = [name for name in names if not members[name]]
    if lost:
        remarks.append(f"{plural(len(lost), 'name')} of the sets not mapped: {_listed(lost)}")
    return MirnaSets(over, frozenset(array.matures), tuple(remarks))


def mirna_set_enrichment(
    chosen: Collection[str],
    collection: MirnaSets,
    *,
    min_size: int = MIN_SET,
    max_size: int | None = None,
    query: str = "miRNAs",
) -> EnrichmentTable:
    """Test which sets hold more of the chosen miRNAs than as many drawn at random from the array.

    Parameters
    ----------
    chosen
        Probe names of the array, as in :attr:`ArrayMirnas.matures`.
    collection
        The sets, and the miRNAs drawn from.
    min_size, max_size
        Sets with fewer or more miRNAs on the array are not tested; None is no limit.
    query
        What to call the choice.

    Raises
    ------
    NotEnoughDataError
        Where no chosen miRNA is in the universe, or no set has a size within the limits.
    UsageError
        Where the sizes contradict each other.
    """
    universe = collection.universe
    if not universe:
        raise NotEnoughDataError(
            f"the {collection.sets.source} hold none of the array's miRNAs",
            found=", ".join(sorted(chosen)[:3]),
            hint=f"genomic places are those of one species: name miRBase's GFF3 of yours, "
            f"{option('gff', 'mmu.gff3')}",
        )
    if not universe & frozenset(chosen):
        raise NotEnoughDataError(
            f"none of the {plural(len(chosen), 'miRNA')} is among the {len(universe):,} that could be in one of "
            f"the {collection.sets.source}",
            found=", ".join(sorted(chosen)[:3]),
            expected="names such as " + ", ".join(sorted(universe)[:3]),
        )
    largest = len(universe) if max_size is None else max_size
    if not any(min_size <= len(own & universe) <= largest for own in collection.sets.genes):
        raise NotEnoughDataError(
            f"none of the {collection.sets.source} has {min_size} to {largest} miRNAs on the array",
            hint=f"allow smaller sets ({option('min_size')}), or name the list of all miRNAs on the array "
            f"({option('universe')})",
        )
    result = over_representation(
        chosen,
        collection.sets,
        universe=universe,
        in_no_set_too=True,
        min_size=min_size,
        max_size=largest,
        query=query,
    )
    return replace(result, tests=tuple(replace(test, name=MIRNA_NULL) for test in result.tests))


def mirna_set_table(results: Sequence[EnrichmentTable]) -> Table:
    """Return results as one table: the sets with at least one hit, result after result.

    Sets without a hit were tested and count in the FDR; the note above the table says how many there were.
    """
    tested = " and ".join(f"{len(result)} {result.source} for {result.query}" for result in results)
    shown = [(result, np.flatnonzero(result.hits > 0)) for result in results]

    def column(values: str) -> list[object]:
        return [value for result, rows in shown for value in np.asarray(getattr(result, values))[rows].tolist()]

    def of_test(values: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.concatenate([getattr(result.tests[0], values)[rows] for result, rows in shown])

    def whole(values: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.concatenate([np.full(len(rows), getattr(result, values)) for result, rows in shown])

    return Table(
        {
            "query": text_array(result.query for result, rows in shown for _ in rows),
            "collection": text_array(result.source for result, rows in shown for _ in rows),
            "set": text_array(map(str, column("terms"))),
            "description": text_array(map(str, column("descriptions"))),
            "hits": np.array(column("hits"), dtype=np.int64),
            "set size": np.array(column("set_size"), dtype=np.int64),
            "query size": whole("query_size"),
            "universe size": whole("universe_size"),
            "expected": of_test("expected"),
            "fold": of_test("fold_enrichment"),
            "P": of_test("p_value"),
            "FDR": of_test("fdr"),
            "miRNAs": text_array(map(str, column("genes"))),
        },
        notes=(
            ("mirtool mirnasets", ""),
            ("sets tested", tested.replace(";", ",")),
            ("miRNAs per set", f"{results[0].min_size} or more"),
            ("FDR", "BH over all sets of one collection including those without a hit"),
        ),
    )


def _over(array: ArrayMirnas, sets: GeneSets, universe: frozenset[str], why: str) -> MirnaSets:
    missing = [name for name in array.matures if name not in universe]
    remark = f"{plural(len(missing), 'miRNA')} {why}: {_listed(missing)}"
    return MirnaSets(sets, universe, (remark,) if missing else ())


def _probes_by_mature(array: ArrayMirnas) -> dict[str, list[str]]:
    probes: dict[str, list[str]] = defaultdict(list)
    for probe, matures in array.matures.items():
        for mature in matures:
            probes[mature].append(probe)
    return probes


def _stands_for(found: Resolution) -> tuple[str, ...]:
    """Return the current mature miRNAs that a name in a set represents."""
    if found.status is Status.PRECURSOR:
        return tuple(candidate.name for candidate in found.candidates if candidate.name)
    return tuple(mature.name for mature in found.known_matures)


def _species(name: str) -> str:
    return name.partition("-")[0]


def _by_number(name: str) -> tuple[tuple[int, int, str], ...]:
    """Order names as people do: hsa-miR-17-5p before hsa-miR-106a-5p, let-7 before all miR."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"\d+|\D+", name))


def _place(members: Sequence[MirnaLocus]) -> str:
    start, end = min(locus.start for locus in members), max(locus.end for locus in members)
    n = plural(len({locus.precursor for locus in members}), "precursor")
    return f"{members[0].chromosome}:{start}-{end} ({members[0].strand}), {n}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:MEMBERS_TOLD]) + (", …" if len(names) > MEMBERS_TOLD else "")
