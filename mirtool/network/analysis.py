"""What `mirtool network` computes, as one call: synergy, ranking, seed correction, modules, enrichment."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from mirtool.errors import NotEnoughDataError, UsageError, option
from mirtool.model import GeneSets, ProteinInteractions
from mirtool.network.build import SynergyNetwork, synergy_network
from mirtool.network.enrichment import mirna_null
from mirtool.network.enrichment.over_representation import GENE_NULL, EnrichmentTable, target_enrichment
from mirtool.network.enrichment.redundancy import reduce_all
from mirtool.network.graph import robustness
from mirtool.network.graph.centrality import with_centrality
from mirtool.network.graph.communities import with_communities, with_community_terms
from mirtool.network.graph.convergence import with_convergence
from mirtool.network.interactions.mirna_universe import MirnaUniverse, mirna_universe
from mirtool.network.interactions.study_mirnas import ChosenMirnas
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.pairs import curveball
from mirtool.network.pairs.modules import join_sets, with_modules
from mirtool.network.pairs.proximity import N_TASKS
from mirtool.network.pairs.seed_families import beyond_seed
from mirtool.network.settings import EnrichmentSettings, NetworkSettings, RankingSettings

if TYPE_CHECKING:
    from concurrent.futures import Executor

SHARED, ALL = "shared targets", "all targets"
QUERIES = {SHARED: 2, ALL: 1}
"""What is asked of a network, and how many miRNAs must target a gene of it."""

Progress = Callable[[str, int], AbstractContextManager[Callable[[str], None]]]
"""``progress(title, total)`` returns a context whose value is called after each of ``total`` steps."""


def no_progress(_title: str, _total: int) -> AbstractContextManager[Callable[[str], None]]:
    """Show nothing."""
    return nullcontext(lambda _step: None)


@dataclass(frozen=True, eq=False)
class NetworkAnalysis:
    """A study's synergy network with everything that was asked of it.

    Parameters
    ----------
    network
        The network, with centralities, convergence and communities, and where asked for robustness, seed
        correction and functional modules.
    chosen
        The miRNAs, under current names.
    targets
        The interactions it is built on.
    universe
        The miRNAs that could have been chosen.
    tests
        One result per query (:data:`QUERIES`) and collection of gene sets; empty without gene sets.
    notes, warnings
        What a reader should know, and what should not be overlooked, in words.
    """

    network: SynergyNetwork
    chosen: ChosenMirnas
    targets: TargetTable
    universe: MirnaUniverse
    tests: tuple[EnrichmentTable, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def analyze_network(
    chosen: ChosenMirnas,
    targets: TargetTable,
    collections: Sequence[GeneSets],
    settings: NetworkSettings | None = None,
    *,
    proteins: ProteinInteractions | None = None,
    executor: Executor | None = None,
    progress: Progress = no_progress,
) -> NetworkAnalysis:
    """Build the network of a study's miRNAs, and compute what the settings ask for.

    Parameters
    ----------
    chosen
        The miRNAs, under the names that ``targets`` has (:meth:`ChosenMirnas.with_current_names`).
    targets
        Pairs of miRNA and gene, as :func:`mirtool.network.interactions.preparation.prepare_targets` returns them.
    collections
        Gene sets to test; the first also describes the communities. None are tested where it is empty.
    settings
        What to compute; the defaults of ``mirtool network`` where left out. The files they name are not read here.
    proteins
        Protein interactions in which the genes of a functional module must be close.
    executor
        Who shares the draws; the result is the same for any, and for none.
    progress
        Shows how far long work is.

    Raises
    ------
    UsageError
        For modules without gene sets, and a universe that does not hold all chosen miRNAs.
    NotEnoughDataError
        Where fewer than two miRNAs have targets; where gene sets that were asked for can't be tested.

    Examples
    --------
    >>> from mirtool.io.targets.interactions import starter_interactions
    >>> chosen = ChosenMirnas(["hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-15a-5p"])
    >>> analysis = analyze_network(chosen, TargetTable.of(starter_interactions()), [])
    >>> analysis.network.mirnas["community"].tolist()
    ['1', '1', '1']
    """
    settings = settings or NetworkSettings()
    if settings.modules and not collections:
        raise UsageError(
            f"{option('modules', True)} needs gene sets", hint=f"name some with {option('gene_sets')}"
        )
    shuffles = curveball.n_tasks(settings.pair_draws) if settings.pair_null == "curveball" else 0
    with progress("Shuffling the interactions", shuffles) as on_step:
        network = synergy_network(
            chosen.study,
            targets,
            alpha=settings.alpha,
            pair_null=settings.pair_null,
            pair_draws=settings.pair_draws,
            seed=settings.seed,
            executor=executor,
            on_step=on_step,
        )
    universe = mirna_universe(
        network.mirnas["miRNA"].tolist(),
        targets,
        measured=chosen.measured,
        source=chosen.measured_source,
    )
    network = rank_network(network, targets, universe, settings, executor=executor, progress=progress)
    network = _correct_for_seed(network, targets, settings, executor)
    if settings.modules:
        network = _find_modules(network, collections, settings, proteins, executor, progress)
    enrichment = enrich_network(
        network,
        universe,
        collections,
        settings,
        asked=bool(settings.gene_sets),
        executor=executor,
        progress=progress,
    )
    network = _describe_communities(network, universe, collections, settings, executor, progress)
    return NetworkAnalysis(
        network=network,
        chosen=chosen,
        targets=targets,
        universe=universe,
        tests=enrichment.tests,
        notes=enrichment.notes,
        warnings=enrichment.warnings,
    )


def rank_network(
    network: SynergyNetwork,
    targets: TargetTable,
    universe: MirnaUniverse,
    settings: RankingSettings,
    *,
    executor: Executor | None = None,
    progress: Progress = no_progress,
) -> SynergyNetwork:
    """Add centralities, convergence and communities, and where asked for the robustness of the hubs."""
    network = with_convergence(with_centrality(network), universe)
    network = with_communities(network, resolution=settings.resolution, seed=settings.seed)
    if not settings.robustness:
        return network
    with progress("Resampling the interactions", robustness.n_tasks(settings.robustness)) as on_step:
        return robustness.with_robustness(
            network,
            targets,
            draws=settings.robustness,
            hubs=settings.hubs,
            seed=settings.seed,
            executor=executor,
            on_step=on_step,
        )


def _correct_for_seed(
    network: SynergyNetwork, targets: TargetTable, settings: NetworkSettings, executor: Executor | None
) -> SynergyNetwork:
    if settings.beyond_seed is None:
        return network
    return beyond_seed(
        network,
        targets,
        settings.beyond_seed,
        seed_share=settings.seed_share,
        pair_draws=settings.pair_draws,
        seed=settings.seed,
        executor=executor,
    )


def _find_modules(
    network: SynergyNetwork,
    collections: Sequence[GeneSets],
    settings: NetworkSettings,
    proteins: ProteinInteractions | None,
    executor: Executor | None,
    progress: Progress,
) -> SynergyNetwork:
    with progress("Drawing sets of genes for the modules", N_TASKS if proteins else 0) as on_step:
        return with_modules(
            network, join_sets(collections), settings, proteins=proteins, executor=executor, on_step=on_step
        )


@dataclass(frozen=True, eq=False)
class NetworkEnrichment:
    """The tests of a network's targets; ``notes`` and ``warnings`` say which were not made."""

    tests: tuple[EnrichmentTable, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def enrich_network(
    network: SynergyNetwork,
    universe: MirnaUniverse,
    collections: Sequence[GeneSets],
    settings: EnrichmentSettings,
    *,
    asked: bool = True,
    executor: Executor | None = None,
    progress: Progress = no_progress,
) -> NetworkEnrichment:
    """Test the shared and all targets of a network against gene sets.

    Parameters
    ----------
    asked
        False where nobody asked for these gene sets: one that does not fit a small table is then a warning.
    """
    tests: list[EnrichmentTable] = []
    warnings: list[str] = []
    queries = [query for query in QUERIES if query == ALL or len(network.shared_targets)]
    for sets, query in product(collections, queries):
        try:
            tests.append(enrich_query(universe, sets, query, settings, executor=executor, progress=progress))
        except NotEnoughDataError as error:
            if asked:
                raise
            warnings.append(f"gene sets were not tested for {query}: {error.in_warning()}")
    reduced, left = reduce_all(tests, settings.reduce)
    no_shared = "No gene is a target of two of the miRNAs: gene sets are tested for all targets only."
    notes = (no_shared,) if collections and len(queries) < len(QUERIES) else ()
    return NetworkEnrichment(tuple(reduced), notes, (*warnings, *left))


def enrich_query(
    universe: MirnaUniverse,
    sets: GeneSets,
    query: str,
    settings: EnrichmentSettings,
    *,
    genes: Collection[str] | None = None,
    executor: Executor | None = None,
    progress: Progress = no_progress,
) -> EnrichmentTable:
    """Test one query of :data:`QUERIES`.

    ``genes`` are those that could have been targets; None takes every gene of the interactions.
    """
    with progress(f"Drawing miRNAs for the {query}", _n_draw_tasks(settings)) as on_step:
        return target_enrichment(
            universe,
            sets,
            settings,
            shared_by=QUERIES[query],
            universe=genes,
            query=query,
            executor=executor,
            on_step=on_step,
        )


def _n_draw_tasks(settings: EnrichmentSettings) -> int:
    return mirna_null.n_tasks(settings.draws) * sum(null != GENE_NULL for null in settings.nulls)


def _describe_communities(
    network: SynergyNetwork,
    universe: MirnaUniverse,
    collections: Sequence[GeneSets],
    settings: EnrichmentSettings,
    executor: Executor | None,
    progress: Progress,
) -> SynergyNetwork:
    """Add the gene sets of the communities, where gene sets are tested at all."""
    if not collections or network.communities is None:
        return network
    n_tasks = len(network.communities) * _n_draw_tasks(settings)
    with progress("Drawing miRNAs for the communities", n_tasks) as on_step:
        return with_community_terms(
            network, universe, collections[0], settings, executor=executor, on_step=on_step
        )
