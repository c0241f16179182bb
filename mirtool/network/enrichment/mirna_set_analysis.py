"""What `mirtool mirna-sets` computes, as one call: the miRNAs of the array, queries, collections, tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from mirtool.annotation.mirbase import mature_mirnas
from mirtool.annotation.mirna_names import MirnaNames, Resolution
from mirtool.annotation.probes import species_of
from mirtool.errors import NotEnoughDataError, option
from mirtool.io.mirnas.mirna_loci import embedded_loci, read_gff3
from mirtool.model import GeneSets
from mirtool.network.enrichment.mirna_sets import (
    ArrayMirnas,
    MirnaSets,
    array_mirnas,
    genomic_clusters,
    mirna_set_enrichment,
    named_sets,
    seed_families,
)
from mirtool.network.enrichment.over_representation import EnrichmentTable
from mirtool.network.interactions.mirnas import combine_probes
from mirtool.network.interactions.study_mirnas import ChosenMirnas
from mirtool.network.settings import MirnaSetSettings

FAMILIES, CLUSTERS = "families", "clusters"
DEFAULT_SETS = (FAMILIES, CLUSTERS)


@dataclass(frozen=True, eq=False)
class MirnaSetAnalysis:
    """Sets of miRNAs tested for a study.

    Parameters
    ----------
    chosen
        The miRNAs, as they were given.
    array
        Those that could have changed, under current names.
    collections
        The sets, in the order asked for.
    tests
        One result per collection and query that could be tested.
    mirna_names
        What became of the names of the array, or of the chosen miRNAs where the array is not known.
    notes, warnings
        What a reader should know, and what should not be overlooked.
    """

    chosen: ChosenMirnas
    array: ArrayMirnas
    collections: tuple[MirnaSets, ...]
    tests: tuple[EnrichmentTable, ...]
    mirna_names: tuple[Resolution, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def analyze_mirna_sets(
    chosen: ChosenMirnas,
    settings: MirnaSetSettings,
    names: MirnaNames,
    further: Mapping[str, GeneSets] | None = None,
) -> MirnaSetAnalysis:
    """Test which sets hold more of a study's miRNAs than as many drawn at random from the array.

    Parameters
    ----------
    chosen
        The miRNAs, under any names.
    settings
        Which sets, and their limits. The files they name, except the GFF, are not read here.
    names
        Current names of miRNAs.
    further
        The sets behind every name of ``settings.sets`` but ``families`` and ``clusters``.

    Raises
    ------
    NotEnoughDataError
        Where no collection can be tested.
    """
    names = chosen.names_of_release(names)
    measured, warnings = _measured(chosen, names)
    array = array_mirnas(measured, names if chosen.measured else names.by_own_release(measured))
    queries, notes = _queries(chosen, names)
    collections = tuple(
        _collection(name, array, settings, names, further or {})
        for name in dict.fromkeys(settings.sets or DEFAULT_SETS)
    )
    tests, failed = _test(queries, collections, settings.min_size)
    given = dict.fromkeys(chosen.measured or chosen.names)
    return MirnaSetAnalysis(
        chosen=chosen,
        array=array,
        collections=collections,
        tests=tests,
        mirna_names=tuple(names.resolve(name) for name in given),
        notes=notes,
        warnings=(*warnings, *(f"not tested: {problem.in_warning()}" for problem in failed)),
    )


def _measured(chosen: ChosenMirnas, names: MirnaNames) -> tuple[Sequence[str], tuple[str, ...]]:
    """Return the miRNAs that could have been chosen; every current one, with a warning, where not known."""
    if chosen.measured is not None:
        return chosen.measured, ()
    species = {own for name in chosen.names for own in species_of(names.resolve(name).best_name)}
    slashed = [name for name in chosen.names if "/" in name]
    parts = {part for name in slashed for part in names.resolve(name).best_name.split("/")}
    every = [name for name in mature_mirnas() if name.partition("-")[0] in species]
    warning = (
        f"no {option('universe')} given: every miRNA of miRBase counts as one that could have been in the list, "
        "which makes P too small where fewer could"
    )
    return [name for name in every if name not in parts] + slashed, (warning,)


def _queries(chosen: ChosenMirnas, names: MirnaNames) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """Return the lists to test, under current names: up, down and both, or those named; and notes on probes."""
    current = [names.resolve(name).best_name for name in chosen.names]
    if chosen.regulation is None:
        return {"miRNAs": list(dict.fromkeys(current))}, ()
    study = combine_probes(current, chosen.regulation)
    lists = {way: study.name[study.regulation == way].tolist() for way in ("up", "down")}
    both = {"up or down": study.name.tolist()} if all(lists.values()) else {}
    return {query: own for query, own in lists.items() if own} | both, study.notes


def _collection(
    name: str, array: ArrayMirnas, settings: MirnaSetSettings, names: MirnaNames, further: Mapping[str, GeneSets]
) -> MirnaSets:
    if name == FAMILIES:
        return seed_families(array)
    if name == CLUSTERS:
        loci = read_gff3(settings.gff) if settings.gff else embedded_loci()
        return genomic_clusters(array, loci, names, distance=settings.distance)
    return named_sets(array, further[name], names)


def _test(
    queries: Mapping[str, Collection[str]], collections: Sequence[MirnaSets], min_size: int
) -> tuple[tuple[EnrichmentTable, ...], list[NotEnoughDataError]]:
    """Test every query with every collection; raise the first problem where none can be tested."""
    tests: list[EnrichmentTable] = []
    failed: list[NotEnoughDataError] = []
    for collection in collections:
        for query, own in queries.items():
            try:
                tests.append(mirna_set_enrichment(own, collection, min_size=min_size, query=query))
            except NotEnoughDataError as error:
                failed.append(error)
    if not tests:
        raise failed[0]
    return tuple(tests), failed
