"""``mirtool enrichment``: what a list of genes is known for."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
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
from mirtool.errors import MirtoolError, UsageError
from mirtool.io.tables.text import hash_files
from mirtool.wording import plural
from mirtool.workflow.workers import open_executor

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from mirtool.io.tables.text_tables import TextTable
    from mirtool.model import GeneSets
    from mirtool.network import EnrichmentTable, MirnaUniverse, NullTest

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

NULLS = {
    "genes": ("genes",),
    "mirnas": ("miRNAs",),
    "degree": ("degree",),
    "all": ("genes", "miRNAs", "degree"),
}
"""What ``--null`` may be, and the nulls it stands for."""
QUERIES = {"shared targets": 2, "all targets": 1}
"""What is asked of a network, and how many miRNAs must target a gene of it."""
UNIVERSE_FILE = "network_mirna_universe.csv"
GO_NAMES = {"go": "bp", "go-bp": "bp", "go-cc": "cc", "go-mf": "mf"}
"""What ``--gene-sets`` calls the branches of the embedded Gene Ontology."""
GO_ALL = ("go-bp", "go-cc", "go-mf")
REDUCE = ("none", "ancestors", "similar")
"""What ``--reduce`` may be."""

TERMS_TOLD = 5
TERM_FDR = 0.05
GENE_HEADERS = ("gene", "genesymbol", "symbol", "genename", "targetgene", "target", "name")


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
    from mirtool.report.tables import format_of

    nulls = choose_nulls(null)
    check_reduce(reduce)
    check_figure_options(figures, no_figures)
    place = find_place([genes] if genes else [], None, "list of genes")
    target = place.target(output, "enrichment.csv")
    format_of(target, format_name)
    source = genes or result_of_study(
        place, "network_nodes.csv", "network", made_by="network", instead="a list of genes"
    )
    queries, universe = _read_queries(source, universe)
    mirnas_source, mirnas = _find_mirnas(source, queries, null)
    collections = find_collections(gene_sets)
    if not collections:
        raise UsageError("there is nothing to test without gene sets", hint="name some, or leave --gene-sets out")
    everything = _read_universe(universe)
    sizes: dict[str, Any] = {"min_size": min_size, "max_size": max_size}

    def test_list(members: Collection[str], sets: GeneSets, query: str) -> EnrichmentTable:
        among = everything
        if "genes" in queries:  # a network's genes are those of its interactions, and stay as they stand
            members, among = _with_names_of(sets, members, among, source)
        return over_representation(members, sets, universe=among, query=query, **sizes)

    with open_executor(workers, scheduler) as executor:
        tests = [
            enrich_targets(mirnas, sets, query, nulls, draws, executor, universe=everything, seed=seed, **sizes)
            if mirnas is not None
            else test_list(members, sets, query)
            for sets in collections
            for query, members in queries.items()
            if len(members)
        ]
    tests = reduce_all(tests, reduce)
    if mirnas is not None:
        say(f"miRNA universe: {mirnas.described}")
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
        inputs=hash_files([source, universe, mirnas_source, *(gene_sets or ())]),
        summary=summarize_all(tests),
    )


def _with_names_of(
    sets: GeneSets, members: Collection[str], everything: Collection[str] | None, source: str
) -> tuple[Collection[str], Collection[str] | None]:
    """Return the genes of a list, and those of its universe, the names that the sets have for them."""
    from mirtool.annotation.gene_symbols import load_gene_symbols, match_to, met_in_words
    from mirtool.model import text_array

    labels = frozenset[str]().union(*sets.genes)
    names, n_met = match_to(text_array(members), labels, load_gene_symbols())
    if n_met:
        say(f"{sets.source}: {met_in_words(n_met, source)}")
    if everything is not None:
        everything = frozenset(match_to(text_array(everything), labels, load_gene_symbols())[0])
    return list(dict.fromkeys(names)), everything


def choose_nulls(null: str | None) -> tuple[str, ...]:
    """Return the nulls that ``--null`` names; all where it was left out."""
    if null is not None and null not in NULLS:
        raise UsageError(f"--null can't be {null!r}", expected=" or ".join(NULLS))
    return NULLS[null or "all"]


def check_reduce(reduce: str) -> None:
    """Refuse a ``--reduce`` that there is not."""
    if reduce not in REDUCE:
        raise UsageError(f"--reduce can't be {reduce!r}", expected=" or ".join(REDUCE))


def reduce_all(tests: Sequence[EnrichmentTable], method: str) -> list[EnrichmentTable]:
    """Say of each result which term stands for which; collections without ancestors are told and left as they are.

    Raises
    ------
    UsageError
        Where no result can be reduced so.
    """
    from mirtool.network.enrichment.redundancy import ANCESTORS, has_ancestors, reduce_terms

    if method == "none":
        return list(tests)
    able = [method != ANCESTORS or has_ancestors(test.descriptions) for test in tests]
    for source in dict.fromkeys(test.source for test, can in zip(tests, able, strict=True) if not can):
        if any(able):
            warn(f"{source} has no ancestors, which only GO has: its terms are not reduced")
    return [
        reduce_terms(test, method) if can or not any(able) else test for test, can in zip(tests, able, strict=True)
    ]


def enrich_targets(
    mirnas: MirnaUniverse,
    sets: GeneSets,
    query: str,
    nulls: Sequence[str],
    draws: int,
    executor: Executor | None,
    **options: Any,
) -> EnrichmentTable:
    """Test one query of :data:`QUERIES` against the nulls, with a progress bar on a terminal."""
    from mirtool.network import target_enrichment
    from mirtool.network.enrichment.mirna_null import n_tasks

    steps = n_tasks(draws) * sum(null != "genes" for null in nulls)
    with progress_steps(f"Drawing miRNAs for the {query}", steps) as on_step:
        return target_enrichment(
            mirnas,
            sets,
            shared_by=QUERIES[query],
            nulls=nulls,
            query=query,
            draws=draws,
            executor=executor,
            on_step=on_step,
            **options,
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


def find_gene_sets(name: str | None) -> GeneSets | None:
    """Return gene sets that ``--gene-sets`` names: embedded, of a file, kept, of Enrichr; None for ``none``."""
    from mirtool.io.genes.enrichr import read_library
    from mirtool.io.genes.gene_sets import embedded_go, read_gene_sets
    from mirtool.library import has_entry, load_gene_sets

    if name == "none":
        return None
    if name == "go-all":
        raise UsageError("one collection of gene sets is tested here at a time", expected="go, go-cc or go-mf")
    if name is None or name in GO_NAMES:
        return embedded_go(GO_NAMES[name or "go"])
    is_path = os.sep in name or "/" in name or name.lower().endswith((".gmt", ".gz", ".txt"))
    if is_path or Path(name).is_file():
        if has_entry("genesets", name):
            warn(f"{name} is a file here and a name in the library: the file is read")
        return read_gene_sets(name)
    return load_gene_sets(name) if has_entry("genesets", name) else read_library(name)


def find_collections(names: Sequence[str] | None, species: str | None = None) -> list[GeneSets]:
    """Return every collection of gene sets that ``--gene-sets`` names, each once; none for ``none``.

    The embedded GO is of human genes. For miRNAs of another ``species`` it is left out where nobody asked for it:
    the few symbols that are spelled alike would be tested as if they were a universe.

    Raises
    ------
    UsageError
        Where ``none`` stands beside others, and where two collections bear one name.
    """
    wanted: dict[str, None] = {}
    for name in names or ["go"]:
        wanted |= dict.fromkeys(GO_ALL if name == "go-all" else ("go-bp",) if name == "go" else (name,))
    if "none" in wanted and len(wanted) > 1:
        raise UsageError("--gene-sets none and others contradict each other", found=" and ".join(wanted))
    if species not in (None, "hsa") and any(name in GO_NAMES for name in wanted):
        human = f"the GO that comes with mirtool is of human genes, and the miRNAs are of {species}"
        if not names:
            warn(f"gene sets not tested: {human}; give those of its genes (--gene-sets FILE.gmt)")
            return []
        warn(human)
    found = [sets for name in wanted if (sets := find_gene_sets(name)) is not None]
    sources = [sets.source for sets in found]
    for source in sources:
        if sources.count(source) > 1:
            raise UsageError(
                f"two collections of gene sets are called {source}, and could not be told apart in the table",
                hint="rename one of the files",
            )
    return found


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


def _read_queries(source: str, universe: str | None) -> tuple[Mapping[str, Collection[str]], str | None]:
    """Read the lists to test, and find the universe that belongs to them."""
    from mirtool.io.tables.name_lists import read_names
    from mirtool.io.tables.text import read_head
    from mirtool.io.tables.text_tables import head_table

    head = head_table(read_head(source))
    if head is None or not {"name", "type", "miRNAs"} <= set(head.header):
        return {"genes": read_names(source, GENE_HEADERS, "gene")}, universe
    beside = Path(source).with_name("network_universe.csv")
    if universe is None and beside.is_file():
        universe = str(beside)
    return _read_nodes(source), universe


def _find_mirnas(
    source: str, queries: Mapping[str, Collection[str]], null: str | None
) -> tuple[str | None, MirnaUniverse | None]:
    """Find the miRNAs that could have been chosen for a network; None where no null is to draw any."""
    from mirtool.io.tables.text_tables import read_table
    from mirtool.network.interactions.mirna_universe import read_universe

    path = Path(source).with_name(UNIVERSE_FILE)
    if queries.keys() != QUERIES.keys() or not path.is_file():
        if null not in (None, "genes"):
            raise UsageError(
                f"--null {null} needs the miRNAs behind the genes",
                hint=f"name the network_nodes.csv of `mirtool network`, with its {UNIVERSE_FILE} beside it",
            )
        return None, None
    universe = read_universe(read_table(path))
    counts = universe.targets.incidence[universe.chosen.nonzero()[0]].sum(axis=0)
    if any(set(universe.targets.genes[counts >= n]) != set(queries[query]) for query, n in QUERIES.items()):
        raise MirtoolError(
            f"{UNIVERSE_FILE} is of another network than {Path(source).name}",
            path=path,
            hint="run `mirtool network` again, or take the file away to draw genes only",
        )
    return str(path), universe


def _read_nodes(source: str) -> dict[str, Collection[str]]:
    from mirtool.io.tables.text_tables import read_table

    table: TextTable = read_table(source)
    column = {name: j for j, name in enumerate(table.header)}
    genes = table.text(column["type"]) == "gene"
    names, mirnas = table.text(column["name"]), table.numbers(column["miRNAs"])
    return {"shared targets": names[genes & (mirnas >= 2)], "all targets": names[genes]}


def _read_universe(universe: str | None) -> Collection[str] | None:
    from mirtool.io.tables.name_lists import read_names

    if universe is None:
        warn(
            "no --universe given: every gene of the gene sets counts as one that could have been in the list, "
            "which makes P too small where fewer could"
        )
        return None
    return read_names(universe, GENE_HEADERS, "gene")
