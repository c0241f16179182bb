"""``mirtool enrichment``: what a list of genes is known for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mirtool.commands.common import (
    check_figure_options,
    find_place,
    record_run,
    result_of_study,
    write_result,
)
from mirtool.commands.console import progress_steps, say, say_pairs, say_table, warn
from mirtool.commands.enrichment_figures import draw_enrichment
from mirtool.commands.options import (
    FiguresOption,
    FormatOption,
    NoFiguresOption,
    OutputOption,
    SchedulerOption,
    WorkersOption,
)
from mirtool.errors import UsageError, for_shell
from mirtool.io.tables.text import hash_files
from mirtool.wording import plural
from mirtool.workflow.workers import open_executor

if TYPE_CHECKING:
    from mirtool.model import GeneSets
    from mirtool.network import EnrichmentTable, NullTest

GeneSetsOption = Annotated[
    str | None,
    typer.Option(
        "--gene-sets",
        metavar="go|go-cc|go-mf|FILE|NAME",
        help="go: GO biological process, which comes with mirtool (default), as do go-cc (cellular component) and "
        "go-mf (molecular function); a GMT file; or a name in the library (`mirtool genesets list`) or of "
        "Enrichr's (KEGG_2021_Human), fetched once and kept.",
    ),
]
CollectionsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--gene-sets",
        metavar="go|go-cc|go-mf|go-all|FILE|NAME|none",
        help="go: GO biological process, which comes with mirtool (default), as do go-cc (cellular component) and "
        "go-mf (molecular function); go-all: the three; a GMT file (KEGG, Reactome, MSigDB …); or a name in "
        "the library (`mirtool genesets list`) or of Enrichr's (KEGG_2021_Human), fetched once and kept. May be "
        "given several times: each collection has an FDR of its own.",
    ),
]
ReduceOption = Annotated[
    str,
    typer.Option(
        "--reduce",
        metavar="none|ancestors|similar",
        help="Say which surviving terms another one stands for: ancestors (GO only) whose hits the terms below "
        "them explain; or terms with similar genes, the one with the smallest P standing for the others. No term "
        "is deleted: columns `cluster` and `represented by`. Bars and dots then show only what stands for itself.",
    ),
]
MinSizeOption = Annotated[
    int, typer.Option("--min-size", metavar="N", help="Fewest genes of the universe in a term that is tested.")
]
MaxSizeOption = Annotated[
    int, typer.Option("--max-size", metavar="N", help="Most genes of the universe in a term that is tested.")
]
NullOption = Annotated[
    str | None,
    typer.Option(
        "--null",
        metavar="genes|mirnas|degree|all",
        help="What terms are compared with: genes drawn at random; miRNAs drawn at random from those on the "
        "array; miRNAs of similar numbers of targets; or all three side by side (default where miRNAs are known).",
    ),
]
DrawsOption = Annotated[
    int, typer.Option("--draws", metavar="N", min=1, help="Sets of miRNAs drawn for each null that draws them.")
]
SeedOption = Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Of all draws.")]


TERMS_TOLD = 5
TERM_FDR = 0.05


def enrichment(
    genes: Annotated[
        str | None,
        typer.Argument(
            metavar="[GENES|-]",
            help="One gene per line, a table with a gene column, or a network_nodes.csv; - is stdin. In a study "
            "folder: results/network_nodes.csv.",
        ),
    ] = None,
    gene_sets: CollectionsOption = None,
    reduce: ReduceOption = "none",
    universe: Annotated[
        str | None,
        typer.Option(
            "--universe",
            metavar="FILE",
            help="The genes that could have been in the list, one a line or a table with a gene column. Default: "
            "network_universe.csv beside a network_nodes.csv, else every gene of the gene sets.",
        ),
    ] = None,
    min_size: MinSizeOption = 10,
    max_size: MaxSizeOption = 500,
    null: NullOption = None,
    draws: DrawsOption = 10_000,
    seed: SeedOption = 1,
    workers: WorkersOption = 1,
    scheduler: SchedulerOption = None,
    output: OutputOption = None,
    format_name: FormatOption = None,
    figures: FiguresOption = None,
    no_figures: NoFiguresOption = False,
) -> None:
    """Which gene sets hold more of a list of genes than chance gives.

    Hypergeometric P over a stated universe, FDR (BH) over all terms tested, those without a hit included. The
    table holds the terms with at least one hit, smallest P first. Of a network's nodes, the targets that two
    miRNAs or more share and all targets are tested, each by itself.

    Targets of miRNAs are no random draw of genes: terms come out for random miRNAs too. Where `mirtool network`
    wrote which miRNAs could have been chosen (network_mirna_universe.csv beside the nodes), as many miRNAs are
    drawn at random from these, once any and once only such with like numbers of targets; P = (b + 1) / (N + 1) for
    b of N sets with as many hits or more. The column `survives` names the nulls under which the FDR is at most
    0.05. Of a plain list of genes no miRNAs are known: read its P as a ranking if they are targets of miRNAs.

    Figures, of each query and collection: the ten terms on top as bars and as dots (size: hits; color: FDR; one
    mark a null), and the surviving terms as a map, joined where they share genes, also as GraphML for Cytoscape.

    Sets of miRNAs (seed families, genomic clusters, diseases) are what `mirtool mirnasets` tests.

    Example:

    \b
      mirtool enrichment                                      in a study folder, after `mirtool network`
      mirtool enrichment genes.txt --universe measured.txt > enrichment.csv
      mirtool enrichment genes.txt --gene-sets KEGG_2021_Human.gmt -o enrichment.xlsx
      mirtool enrichment --null all --draws 100000 --workers 2
      mirtool enrichment --gene-sets go-all --gene-sets KEGG_2021_Human.gmt --reduce similar
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.network import enrichment_table, over_representation
    from mirtool.network.analysis import enrich_query
    from mirtool.network.enrichment.queries import match_to_sets, read_queries
    from mirtool.network.enrichment.redundancy import reduce_all
    from mirtool.network.settings import EnrichmentSettings
    from mirtool.report.tables import format_of

    settings = EnrichmentSettings(
        gene_sets=tuple(gene_sets or ()),
        reduce=reduce,
        min_size=min_size,
        max_size=max_size,
        null=null,
        draws=draws,
        seed=seed,
    )
    check_figure_options(figures, no_figures)
    place = find_place([genes] if genes else [], None, "list of genes")
    target = place.target(output, "enrichment.csv")
    format_of(target, format_name)
    source = genes or result_of_study(
        place, "network_nodes.csv", "network", made_by="network", instead="a list of genes"
    )
    asked = read_queries(source, universe, null)
    universe = asked.universe_source
    collections = collections_named(gene_sets)
    if not collections:
        raise UsageError("there is nothing to test without gene sets", hint="name some, or leave --gene-sets out")
    if asked.universe is None:
        warn(
            "no --universe given: every gene of the gene sets counts as one that could have been in the list, "
            "which makes P too small where fewer could"
        )

    def test_list(members: Collection[str], sets: GeneSets, query: str) -> EnrichmentTable:
        among = asked.universe
        if not asked.of_network:  # a network's genes have the names of its interactions
            matched = match_to_sets(sets, members, among, source)
            members, among = matched.genes, matched.universe
            for note in matched.notes:
                say(note)
        return over_representation(
            members, sets, universe=among, min_size=min_size, max_size=max_size, query=query
        )

    with open_executor(workers, scheduler) as executor:
        tests = [
            enrich_query(
                asked.mirnas,
                sets,
                query,
                settings,
                genes=asked.universe,
                executor=executor,
                progress=progress_steps,
            )
            if asked.mirnas is not None
            else test_list(members, sets, query)
            for sets in collections
            for query, members in asked.queries.items()
            if len(members)
        ]
    tests, not_reduced = reduce_all(tests, reduce)
    for text in not_reduced:
        warn(text)
    if asked.mirnas is not None:
        say(f"miRNA universe: {asked.mirnas.described}")
    for test in tests:
        say_terms(test)
    write_result(enrichment_table(tests), target, format_name)
    folder = None if no_figures else place.figures(figures)
    draw_enrichment(tests, folder, place.study.results if place.study else None)
    record_run(
        place,
        target,
        "enrichment",
        arguments={
            "genes": source,
            "gene_sets": gene_sets,
            "reduce": reduce,
            "universe": universe,
            "min_size": min_size,
            "max_size": max_size,
            "null": null,
            "draws": draws,
            "seed": seed,
        },
        inputs=hash_files([source, universe, asked.mirnas_source, *(gene_sets or ())]),
        summary=summarize_all(tests),
    )


def summarize(test: EnrichmentTable) -> dict[str, Any]:
    """Return what the record of a run keeps of a test."""
    return {
        "gene_sets": test.source,
        "terms_tested": len(test),
        "universe": test.universe_size,
        "query": test.query_size,
        "outside_universe": test.outside,
        "mirna_universe": test.mirnas or None,
        "surviving": {each.name: int(each.survives.sum()) for each in test.tests},
        "surviving_all": int(test.survives_all.sum()),
    } | ({"standing_for_themselves": int(test.reduction.stands_for_itself.sum())} if test.reduction else {})


def summarize_all(tests: Sequence[EnrichmentTable]) -> dict[str, Any]:
    """Return :func:`summarize` of each result, by its query, and by its gene sets where there are several."""
    several = len({test.source for test in tests}) > 1
    return {test.query + (f" in {test.source}" if several else ""): summarize(test) for test in tests}


def gene_sets_named(name: str | None) -> GeneSets | None:
    """Return the collection of gene sets of a name, None for ``none``; print warnings."""
    from mirtool.library.sources import find_gene_sets

    found = find_gene_sets(name)
    for text in found.warnings:
        warn(for_shell(text))
    return found.sets[0] if found.sets else None


def collections_named(names: Sequence[str] | None, species: str | None = None) -> list[GeneSets]:
    """Return the collections of gene sets of these names, none for ``none``; print warnings."""
    from mirtool.library.sources import find_collections

    found = find_collections(names, species)
    for text in found.warnings:
        warn(for_shell(text))
    return list(found.sets)


def say_terms(test: EnrichmentTable) -> None:
    """Tell what was tested against what, and the terms on top."""
    say(f"Gene sets, {test.query}:")
    outside = f", {test.outside:,} more outside the universe" if test.outside else ""
    lines = [
        ("gene sets", test.source),
        ("tested", f"{len(test):,} of {test.n_sets:,} terms: {test.min_size} to {test.max_size} genes each"),
        ("universe", f"{plural(test.universe_size, 'gene')} that both the sets and the universe know"),
        ("query", f"{plural(test.query_size, 'gene')}{outside}"),
    ]
    for each in test.tests:
        n = plural(int(each.survives.sum()), "term")
        lines.append(("surviving", f"{n} with FDR <= {TERM_FDR:g} if {_words_of(each)}"))
    if len(test.tests) > 1:
        lines.append(("", f"{plural(int(test.survives_all.sum()), 'term')} under each of these"))
    if test.reduction:
        alone, surviving = int(test.reduction.stands_for_itself.sum()), int(test.survives_any.sum())
        by = {"ancestors": "by ancestors", "similar": "by similar genes"}[test.reduction.method]
        lines.append(("reduced", f"{by}: {alone:,} of the {plural(surviving, 'term')} stand for themselves"))
    say_pairs(lines)
    if test.draws_needed:
        say(
            f"  So few draws can't bring one term alone to FDR <= {TERM_FDR:g} among {len(test):,}: "
            f"--draws {test.draws_needed} can."
        )
    _say_top(test)


def _words_of(test: NullTest) -> str:
    drawn = {
        "genes": "genes are drawn at random",
        "miRNAs": "miRNAs are drawn at random",
        "degree": "miRNAs of similar numbers of targets are drawn",
    }[test.name]
    return drawn + (f", {test.draws:,} times" if test.draws else "")


def _say_top(test: EnrichmentTable) -> None:
    """Show the terms that survive any null, in the table's order: those that survive all of them first."""
    import numpy as np

    survives = test.reduction.stands_for_itself if test.reduction else test.survives_any
    shown = np.flatnonzero(survives)[:TERMS_TOLD]
    if not len(shown):
        return
    say_table(
        ("term", "hits", "of", *(f"FDR ({each.name})" for each in test.tests)),
        [
            (
                test.terms[i][:60],
                f"{test.hits[i]:,}",
                f"{test.set_size[i]:,}",
                *(f"{each.fdr[i]:.1e}" for each in test.tests),
            )
            for i in shown
        ],
    )
