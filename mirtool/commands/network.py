"""``mirtool network``: what the miRNAs of a study target together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mirtool.commands.common import check_figure_options, record_run
from mirtool.commands.console import progress_steps, say, warn
from mirtool.commands.current_names import AliasesOption, MirbaseReleaseOption, load_mirna_names, tell_names
from mirtool.commands.enrichment import (
    CollectionsOption,
    DrawsOption,
    MaxSizeOption,
    MinSizeOption,
    NullOption,
    ReduceOption,
    SeedOption,
    collections_named,
    say_terms,
)
from mirtool.commands.enrichment_figures import draw_enrichment
from mirtool.commands.network_context import (
    ExpressedOption,
    MrnaCutoffOption,
    MrnaFdrOption,
    MrnaOption,
    PairedMirnaOption,
    PairedMrnaOption,
    context_files,
    normalized_of_place,
)
from mirtool.commands.network_interactions import (
    CombineOption,
    EvidenceOption,
    InteractionsOption,
    MinScoreOption,
    hash_sources,
    read_combined,
    sources_record,
)
from mirtool.commands.network_mirnas import (
    choose_mirnas_of_place,
    find_network_place,
)
from mirtool.commands.network_outputs import (
    ExportOption,
    draw_network,
    network_tables,
    write_exports,
    write_tables,
)
from mirtool.commands.network_ranking import (
    HubsOption,
    ResolutionOption,
    RobustnessOption,
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
    read_proteins,
    summarize_synergy,
    synergy_files,
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
from mirtool.errors import for_shell
from mirtool.io.tables.text import hash_files
from mirtool.report.text.names import names_record
from mirtool.workflow.workers import open_executor


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
    mirbase_release: MirbaseReleaseOption = None,
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
    from mirtool.network.analysis import analyze_network
    from mirtool.network.interactions.preparation import prepare_targets
    from mirtool.network.settings import NetworkSettings

    check_figure_options(figures, no_figures)
    place = find_network_place(differential, mirnas)
    folder = Path(output) if output else place.study.results if place.study else Path()
    settings = NetworkSettings(
        interactions=tuple(interactions or ()),
        combine=combine,
        min_score=tuple(min_score or ()),
        evidence=evidence,
        expressed=expressed,
        mrna=mrna,
        mrna_fdr=mrna_fdr,
        mrna_cutoff=mrna_cutoff,
        paired_mrna=paired_mrna,
        paired_mirna=paired_mirna,
        regulation=regulation,
        mirnas=mirnas,
        aliases=tuple(aliases or ()),
        mirbase_release=mirbase_release,
        species=species,
        alpha=alpha,
        pair_null=pair_null,
        pair_draws=pair_draws,
        beyond_seed=beyond_seed,
        seed_share=seed_share,
        modules=modules,
        module_fdr=module_fdr,
        module_min_genes=module_min_genes,
        ppi=ppi,
        ppi_info=ppi_info,
        ppi_score=ppi_score,
        ppi_p=ppi_p,
        ppi_draws=ppi_draws,
        resolution=resolution,
        robustness=robustness,
        hubs=hubs,
        gene_sets=tuple(gene_sets or ()),
        reduce=reduce,
        min_size=min_size,
        max_size=max_size,
        null=null,
        mirna_universe=mirna_universe,
        draws=draws,
        seed=seed,
        export=export,
    )
    chosen = choose_mirnas_of_place(differential, mirnas, regulation, place).with_measured(mirna_universe)
    wanted = species or chosen.species
    collections = collections_named(gene_sets, wanted)
    proteins = read_proteins(settings)
    names = load_mirna_names(aliases or (), wanted, mirbase_release)
    chosen = chosen.with_current_names(names)
    combined = read_combined(settings, wanted, names)
    normalized = normalized_of_place(settings, place)
    targets = prepare_targets(combined, evidence, chosen, settings, normalized=normalized, names=names)
    with open_executor(workers, scheduler) as executor:
        analysis = analyze_network(
            chosen, targets, collections, settings, proteins=proteins, executor=executor, progress=progress_steps
        )
    result, tests, drawn_from = analysis.network, analysis.tests, analysis.universe
    for note in analysis.notes:
        say(note)
    for text in analysis.warnings:
        warn(for_shell(text))
    tell_names("of the study", chosen.mirna_names)
    tell_names(f"in {targets.source}", targets.mirna_names, about=frozenset(result.mirnas["miRNA"]))
    tell_network(chosen, targets, result, drawn_from)
    tell_synergy(result, settings, proteins)
    tell_ranking(result, targets, hubs)
    for test in tests:
        say_terms(test)

    write_tables(network_tables(result, drawn_from, tests, targets.correlations), folder)
    write_exports(result, tests, targets.notes, folder, settings.exports, asked=export is not None)
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
            **sources_record(settings),
            "aliases": aliases,
            "mirbase_release": mirbase_release,
            "evidence": evidence,
            "expressed": expressed,
            "mrna": mrna,
            "mrna_fdr": mrna_fdr,
            "mrna_cutoff": mrna_cutoff,
            "paired_mrna": paired_mrna,
            "paired_mirna": paired_mirna,
            "regulation": chosen.rule,
            "species": species,
            "alpha": alpha,
            "pair_null": pair_null,
            "pair_draws": pair_draws,
            "modules": modules,
            "module_fdr": module_fdr,
            "module_min_genes": module_min_genes,
            "ppi": ppi,
            "ppi_info": ppi_info,
            "ppi_score": ppi_score,
            "ppi_p": ppi_p,
            "ppi_draws": ppi_draws,
            "beyond_seed": beyond_seed,
            "seed_share": seed_share,
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
            "export": list(settings.exports),
        },
        inputs=hash_files(
            [
                chosen.source,
                mirna_universe,
                *(gene_sets or ()),
                *(aliases or ()),
                *context_files(settings),
                *synergy_files(settings),
            ]
        )
        | hash_sources(settings),
        summary=summarize_network(chosen, targets, result, tests)
        | summarize_synergy(result)
        | summarize_ranking(result)
        | {
            "study_names": names_record(chosen.mirna_names),
            "interactions_names": names_record(targets.mirna_names),
        },
    )
