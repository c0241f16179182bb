"""``mirtool network``: what the miRNAs of a study target together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mirtool.commands.common import check_figure_options, record_run
from mirtool.commands.console import progress_steps, say, warn
from mirtool.commands.current_names import AliasesOption, load_mirna_names, names_record, tell_names
from mirtool.commands.enrichment import (
    QUERIES,
    CollectionsOption,
    DrawsOption,
    MaxSizeOption,
    MinSizeOption,
    NullOption,
    ReduceOption,
    SeedOption,
    check_reduce,
    choose_nulls,
    enrich_targets,
    find_collections,
    reduce_all,
    say_terms,
)
from mirtool.commands.enrichment_figures import draw_enrichment
from mirtool.commands.network_context import (
    Context,
    ExpressedOption,
    MrnaCutoffOption,
    MrnaFdrOption,
    MrnaOption,
    PairedMirnaOption,
    PairedMrnaOption,
    in_context,
)
from mirtool.commands.network_interactions import (
    CombineOption,
    EvidenceOption,
    InteractionsOption,
    MinScoreOption,
    choose_sources,
    read_known,
)
from mirtool.commands.network_mirnas import (
    ChosenMirnas,
    choose_mirnas,
    find_network_place,
    species_in_common,
    update_study_names,
    with_universe,
)
from mirtool.commands.network_outputs import (
    ExportOption,
    choose_exports,
    draw_network,
    network_tables,
    write_exports,
    write_tables,
)
from mirtool.commands.network_ranking import (
    HubsOption,
    ResolutionOption,
    RobustnessOption,
    describe_communities,
    rank_network,
    summarize_ranking,
    tell_ranking,
)
from mirtool.commands.network_synergy import (
    BeyondSeedOption,
    ModuleFdrOption,
    ModuleMinGenesOption,
    ModulesOption,
    PpiDrawsOption,
    PpiInfoOption,
    PpiOption,
    PpiPOption,
    PpiScoreOption,
    SeedShareOption,
    choose_synergy,
    judge_synergy,
    summarize_synergy,
    tell_synergy,
)
from mirtool.commands.network_told import summarize_network, tell_network
from mirtool.commands.options import (
    DifferentialArgument,
    FiguresOption,
    MirnasOption,
    NoFiguresOption,
    OutputFolderOption,
    RegulationOption,
    SchedulerOption,
    WorkersOption,
)
from mirtool.errors import NotEnoughDataError
from mirtool.io.tables.text import hash_files
from mirtool.workflow.workers import open_executor

if TYPE_CHECKING:
    from mirtool.model import GeneSets
    from mirtool.network import EnrichmentTable, MirnaUniverse, SynergyNetwork, TargetTable


def network(
    differential: DifferentialArgument = None,
    interactions: InteractionsOption = None,
    combine: CombineOption = "union",
    min_score: MinScoreOption = None,
    evidence: EvidenceOption = "strong",
    expressed: ExpressedOption = None,
    mrna: MrnaOption = None,
    mrna_fdr: MrnaFdrOption = 0.05,
    mrna_cutoff: MrnaCutoffOption = 1.0,
    paired_mrna: PairedMrnaOption = None,
    paired_mirna: PairedMirnaOption = None,
    regulation: RegulationOption = None,
    mirnas: MirnasOption = None,
    aliases: AliasesOption = None,
    species: Annotated[
        str | None,
        typer.Option(
            "--species",
            metavar="PREFIX",
            help="Interactions of this species only (hsa, mmu, …). Default: the species of the miRNAs.",
        ),
    ] = None,
    alpha: Annotated[
        float, typer.Option("--alpha", metavar="FDR", help="Largest FDR of a pair that counts as partners.")
    ] = 0.05,
    pair_null: Annotated[
        str,
        typer.Option(
            "--pair-null",
            metavar="hypergeometric|curveball",
            help="What pairs are compared with: genes drawn at random; or, beside that, the whole interactions "
            "table shuffled, every miRNA and gene keeping its number of partners, which then says what is "
            "significant.",
        ),
    ] = "hypergeometric",
    pair_draws: Annotated[
        int, typer.Option("--pair-draws", metavar="N", min=1, help="Shuffled tables for --pair-null curveball.")
    ] = 1000,
    beyond_seed: BeyondSeedOption = None,
    seed_share: SeedShareOption = 2,
    modules: ModulesOption = False,
    module_fdr: ModuleFdrOption = 0.05,
    module_min_genes: ModuleMinGenesOption = 3,
    ppi: PpiOption = None,
    ppi_info: PpiInfoOption = None,
    ppi_score: PpiScoreOption = None,
    ppi_p: PpiPOption = 0.05,
    ppi_draws: PpiDrawsOption = 1000,
    resolution: ResolutionOption = 1.0,
    robustness: RobustnessOption = 0,
    hubs: HubsOption = 5,
    gene_sets: CollectionsOption = None,
    reduce: ReduceOption = "none",
    min_size: MinSizeOption = 10,
    max_size: MaxSizeOption = 500,
    null: NullOption = None,
    mirna_universe: Annotated[
        str | None,
        typer.Option(
            "--mirna-universe",
            metavar="FILE",
            help="The miRNAs that could have been chosen, all those on the array: one a line, or a table with a "
            "Name column. Default: every row of the differential table; with --mirnas every miRNA of the "
            "interactions table.",
        ),
    ] = None,
    draws: DrawsOption = 10_000,
    seed: SeedOption = 1,
    workers: WorkersOption = 1,
    scheduler: SchedulerOption = None,
    output: OutputFolderOption = None,
    export: ExportOption = None,
    figures: FiguresOption = None,
    no_figures: NoFiguresOption = False,
) -> None:
    """Which miRNAs work together: shared targets, synergy, hubs, and what the shared genes are known for.

    For each pair of miRNAs: targets shared, Jaccard index, hypergeometric P over the genes the interactions
    table knows, FDR (BH) over all pairs. The synergy of a miRNA is the number of targets it shares, summed over
    its significant partners. Two miRNAs with one seed (positions 2-8) share targets by construction: they are
    marked.

    Names are matched exactly; a slash probe is split to look up its targets and counted once. In the study and in
    the interactions table alike, a name that miRBase has changed is replaced by the current one; a name that may
    mean several miRNAs stays as it is and is listed.

    Gene sets are tested for the shared targets (of two miRNAs or more) and for all targets, with BH over all
    terms tested, against three nulls side by side: genes drawn at random (hypergeometric), as many miRNAs drawn
    at random from those on the array, and miRNAs drawn among those with like numbers of targets. Targets of miRNAs
    are no random draw of genes, and well-studied miRNAs hit more of every term: trust what survives all three.

    That two miRNAs of one seed share targets is no evidence that they work together: --beyond-seed judges all
    pairs again without it, in columns beside. --modules asks of each pair what Xu et al. (2011) ask: do its shared
    targets hold a functional module, an enriched term whose genes lie close together among proteins (--ppi)?

    Beside synergy stand, for each miRNA, centralities in the graph of significant pairs and its community; for
    each gene, how surprising it is that so many miRNAs meet in it. --robustness 1000 tells whether the hubs stay
    hubs in tables resampled from this one, without each database, and at other evidence.

    Writes network_nodes.csv, network_edges.csv, network_pairs.csv, network_communities.csv, with --robustness
    network_robustness.csv, network_universe.csv (genes), network_mirna_universe.csv (what miRNAs were drawn from),
    enrichment.csv, and by --export network.html (a page to look into the network with a browser), network.xlsx
    (all tables), network.graphml (for Cytoscape) and more. Draws network.png and network.svg for a page,
    network_85mm for a column, and of each query the terms on top (enrichment_bars_…, enrichment_dots_…) and their
    map (enrichment_map_…, also as GraphML).

    Example:

    \b
      mirtool network --interactions hsa_MTI.csv         in a study folder, after `mirtool diff`
      mirtool network --interactions hsa_MTI.csv --evidence all --gene-sets KEGG_2021_Human
      mirtool network --interactions mirtarbase --interactions targetscan --combine intersection
      mirtool network differential.csv --interactions hsa_MTI.csv -o network --figures network
      mirtool network --interactions hsa_MTI.csv --mrna deseq2.csv --mrna-fdr 0.1
      mirtool network --interactions hsa_MTI.csv --pair-null curveball --draws 100000 --workers 2
      mirtool network --interactions hsa_MTI.csv --robustness 1000 --workers 2
      mirtool network --interactions hsa_MTI.csv --beyond-seed family
      mirtool network --interactions hsa_MTI.csv --modules --ppi 9606.protein.links.v12.0.txt.gz
      mirtool network --mirnas hsa-miR-17-5p,hsa-miR-20a-5p,hsa-miR-15a-5p --gene-sets none
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.network import combine_probes, synergy_network

    nulls = choose_nulls(null)
    exports = choose_exports(export)
    check_reduce(reduce)
    check_figure_options(figures, no_figures)
    sources = choose_sources(interactions, combine, min_score)
    place = find_network_place(differential, mirnas)
    folder = Path(output) if output else place.study.results if place.study else Path()
    chosen = with_universe(choose_mirnas(differential, mirnas, regulation, place), mirna_universe)
    wanted = species or species_in_common(chosen.names)
    collections = find_collections(gene_sets, wanted)
    asked_synergy = choose_synergy(
        collections,
        modules=modules,
        module_fdr=module_fdr,
        module_min_genes=module_min_genes,
        ppi=ppi,
        ppi_info=ppi_info,
        ppi_score=ppi_score,
        ppi_p=ppi_p,
        ppi_draws=ppi_draws,
        beyond_seed=beyond_seed,
        seed_share=seed_share,
    )
    book = load_mirna_names(aliases or ())
    chosen, of_study = update_study_names(chosen, book)
    interactions_read, of_table = read_known(sources, wanted, book)
    context = Context(expressed, mrna, mrna_fdr, mrna_cutoff, paired_mrna, paired_mirna)
    targets = in_context(interactions_read, evidence, chosen, context, place, book)
    study = combine_probes(chosen.names, chosen.regulation, chosen.log2_ratio)
    with open_executor(workers, scheduler) as executor:
        with progress_steps("Shuffling the interactions", _shuffles(pair_null, pair_draws)) as on_step:
            result = synergy_network(
                study,
                targets,
                alpha=alpha,
                pair_null=pair_null,
                pair_draws=pair_draws,
                seed=seed,
                executor=executor,
                on_step=on_step,
            )
        drawn_from = _universe_of(result, chosen, targets)
        result = rank_network(
            result,
            drawn_from,
            targets,
            resolution=resolution,
            robustness=robustness,
            hubs=hubs,
            seed=seed,
            executor=executor,
        )
        sizes: dict[str, Any] = {"min_size": min_size, "max_size": max_size}
        result = judge_synergy(
            result,
            targets,
            collections,
            asked_synergy,
            pair_draws=pair_draws,
            seed=seed,
            executor=executor,
            **sizes,
        )
        enrich = partial(
            enrich_targets, drawn_from, nulls=nulls, draws=draws, seed=seed, executor=executor, **sizes
        )
        tests = _test_gene_sets(result, collections, enrich, asked=gene_sets is not None)
        tests = reduce_all(tests, reduce)
        result = describe_communities(
            result, drawn_from, next(iter(collections), None), nulls, draws, seed=seed, executor=executor, **sizes
        )
    tell_names("of the study", of_study)
    tell_names(f"in {targets.source}", of_table, about=frozenset(result.mirnas["miRNA"]))
    tell_network(chosen, targets, result, drawn_from)
    tell_synergy(result, asked_synergy)
    tell_ranking(result, targets, hubs)
    for test in tests:
        say_terms(test)

    write_tables(network_tables(result, drawn_from, tests, targets.correlations), folder)
    write_exports(result, tests, targets.notes, folder, exports, asked=export is not None)
    pictures = None if no_figures else place.figures(figures)
    draw_network(result, pictures)
    draw_enrichment(tests, pictures, folder)
    record_run(
        place,
        str(folder / "network.csv"),
        "network",
        arguments={
            "differential": chosen.source if not mirnas else None,
            "mirnas": mirnas,
            **sources.arguments,
            "aliases": aliases,
            "evidence": evidence,
            **context.arguments,
            "regulation": chosen.rule,
            "species": species,
            "alpha": alpha,
            "pair_null": pair_null,
            "pair_draws": pair_draws,
            **asked_synergy.arguments,
            "resolution": resolution,
            "robustness": robustness,
            "hubs": hubs,
            "gene_sets": gene_sets,
            "reduce": reduce,
            "min_size": min_size,
            "max_size": max_size,
            "null": null,
            "mirna_universe": mirna_universe,
            "draws": draws,
            "seed": seed,
            "export": list(exports),
        },
        inputs=hash_files(
            [
                chosen.source,
                mirna_universe,
                *(gene_sets or ()),
                *(aliases or ()),
                *context.files,
                *asked_synergy.files,
            ]
        )
        | sources.hashes(),
        summary=summarize_network(chosen, targets, result, tests)
        | summarize_synergy(result)
        | summarize_ranking(result)
        | {"study_names": names_record(of_study), "interactions_names": names_record(of_table)},
    )


def _shuffles(pair_null: str, draws: int) -> int:
    """Count the steps of the shuffle, for a progress bar."""
    from mirtool.network.pairs.curveball import n_tasks

    return n_tasks(draws) if pair_null == "curveball" else 0


def _universe_of(result: SynergyNetwork, chosen: ChosenMirnas, targets: TargetTable) -> MirnaUniverse:
    """Gather the miRNAs that the network's could have been."""
    from mirtool.network import mirna_universe

    return mirna_universe(
        result.mirnas["miRNA"].tolist(),
        targets,
        measured=chosen.measured,
        source=chosen.measured_source,
    )


def _test_gene_sets(
    result: SynergyNetwork,
    collections: Sequence[GeneSets],
    enrich: Callable[..., EnrichmentTable],
    *,
    asked: bool,
) -> list[EnrichmentTable]:
    """Test the shared and all targets; sets nobody asked for may fail to fit a small table."""
    tests: list[EnrichmentTable] = []
    queries = [query for query in QUERIES if query == "all targets" or len(result.shared_targets)]
    if collections and len(queries) < len(QUERIES):
        say("No gene is a target of two of the miRNAs: gene sets are tested for all targets only.")
    for sets, query in product(collections, queries):
        try:
            tests.append(enrich(sets, query))
        except NotEnoughDataError as error:
            if asked:
                raise
            warn(f"gene sets not tested for the {query}: {error}")
    return tests
