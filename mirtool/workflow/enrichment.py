"""``mirtool enrichment``: gene sets enriched in a list of genes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mirtool.errors import UsageError, option
from mirtool.network.settings import EnrichmentStepSettings
from mirtool.report.text.blocks import Line, Summary
from mirtool.settings import setting
from mirtool.workflow.sources import is_path
from mirtool.workflow.step import INPUT_PANEL, Draw, Inputs, Result, Run, Step
from mirtool.workflow.target_sources import read_collections

if TYPE_CHECKING:
    from mirtool.model import GeneSets, Table
    from mirtool.network import EnrichmentTable
    from mirtool.network.enrichment.queries import GeneQueries


@dataclass(frozen=True)
class EnrichmentInputs(Inputs):
    """Which genes are tested."""

    main = ("genes",)
    what = "list of genes"

    genes: Any = setting(
        None,
        "One gene per line, a table with a gene column, or a network_nodes.csv; - is stdin. In a study folder: "
        "results/network_nodes.csv.",
        panel=INPUT_PANEL,
        metavar="GENES|-",
        argument=True,
        is_path=True,
    )

    def given(self) -> bool:
        """Return True if genes were given, as a file or as an object."""
        return self.genes is not None


class EnrichmentResult(Result):
    """Gene sets tested for one or more lists of genes.

    Attributes
    ----------
    queries
        The genes, and what they are compared with.
    tests
        One result per query and collection of gene sets.
    notes
        How many genes were matched by another name, in words.
    """

    def __init__(self, queries: GeneQueries, tests: Sequence[EnrichmentTable], notes: Sequence[str] = ()) -> None:
        self.queries = queries
        self.tests = tuple(tests)
        self.notes = tuple(notes)

    def tables(self) -> Mapping[str, Table]:
        """Return ``enrichment``: one row per query and term with a hit."""
        from mirtool.network import enrichment_table

        return {"enrichment": enrichment_table(self.tests)}

    def drawings(self) -> Mapping[str, Draw]:
        """Draw of each query and collection the top terms as bars and dots, and the map of significant terms."""
        from mirtool.report.enrichment_files import enrichment_drawings

        return enrichment_drawings(self.tests)

    def files(self) -> Mapping[str, bytes]:
        """Return the maps of significant terms as GraphML."""
        from mirtool.report.enrichment_files import term_map_files

        return term_map_files(self.tests)

    @property
    def summary(self) -> Summary:
        """How many terms are significant and the first of them, then what was tested against what."""
        from mirtool.report.text.enrichment import enrichment_blocks

        mirnas = self.queries.mirnas
        drawn = () if mirnas is None else (Line(f"miRNA universe: {mirnas.described}", detail=True),)
        return (*enrichment_blocks(self.tests), *map(Line, self.notes), *drawn)

    def numbers(self) -> dict[str, Any]:
        """Return the counts of each test."""
        from mirtool.report.text.enrichment import numbers_of_tests

        return numbers_of_tests(self.tests)


def enrichment(inputs: EnrichmentInputs, settings: EnrichmentStepSettings, run: Run) -> EnrichmentResult:
    """Find the gene sets that hold more of a list of genes than expected by chance.

    Hypergeometric P over a stated universe, FDR (BH) over all terms tested, those without a hit included. The
    table holds the terms with at least one hit, smallest P first. Of a network's nodes, the targets that two
    miRNAs or more share and all targets are tested, each by itself.

    Targets of miRNAs are not a random draw of genes: terms come out for random miRNAs too. Where the network's
    folder says which miRNAs could have been chosen (network_mirna_universe.csv), as many miRNAs are drawn at
    random from these, once any and once degree-matched ones; P = (b + 1) / (N + 1) for b of N sets with as many
    hits or more. The column `survives` names the nulls under which the FDR is at most 0.05. For a plain list of
    genes the miRNAs are not known: if they are targets of miRNAs, read P as a ranking.

    Figures of each query and collection: the ten top terms as bars and as dots (size: hits; color: FDR; one mark
    per null), and the significant terms as a map, joined where they share genes, also as GraphML for Cytoscape.

    Sets of miRNAs (seed families, genomic clusters, diseases) are tested by `mirtool mirna-sets`.
    """
    from mirtool.network.enrichment.redundancy import reduce_all

    queries = _read_queries(inputs.genes, settings, run)
    collections = read_collections(settings.gene_sets, run)
    if not collections:
        raise UsageError(
            "there is nothing to test without gene sets", hint=f"name some, or leave {option('gene_sets')} out"
        )
    if queries.universe is None:
        run.warn(
            f"no {option('universe')} given: every gene of the gene sets counts as one that could have been in "
            "the list, which makes P too small where fewer could"
        )
    notes: list[str] = []
    tests = [
        _test(queries, sets, query, settings, run, notes)
        for sets in collections
        for query, members in queries.queries.items()
        if len(members)
    ]
    reduced, not_reduced = reduce_all(tests, settings.reduce)
    for text in not_reduced:
        run.warn(text)
    return EnrichmentResult(queries, reduced, notes)


def _read_queries(genes: Any, settings: EnrichmentStepSettings, run: Run) -> GeneQueries:
    """Read the genes: the path given, the study's network, a network's result or a sequence of genes."""
    from mirtool.network.analysis import NetworkAnalysis
    from mirtool.network.enrichment.queries import list_queries, network_queries, read_queries

    analysis = getattr(genes, "analysis", genes)
    if isinstance(analysis, NetworkAnalysis):
        return network_queries(analysis)
    if genes is not None and not is_path(genes):
        run.reads(settings.universe)
        return list_queries(list(genes), settings.universe, settings.null)
    if genes is None:
        genes = run.result_path("network_nodes.csv", "network", made_by="network", instead="a list of genes")
    queries = read_queries(str(genes), settings.universe, settings.null)
    run.reads(queries.source, queries.universe_source, queries.mirnas_source)
    run.arguments |= {"genes": queries.source, "universe": queries.universe_source}
    return queries


def _test(
    queries: GeneQueries, sets: GeneSets, query: str, settings: EnrichmentStepSettings, run: Run, notes: list[str]
) -> EnrichmentTable:
    """Test one query with one collection; a network's with its miRNAs, where they are known."""
    from mirtool.network import over_representation
    from mirtool.network.analysis import enrich_query
    from mirtool.network.enrichment.queries import match_to_sets

    if queries.mirnas is not None:
        return enrich_query(
            queries.mirnas,
            sets,
            query,
            settings,
            genes=queries.universe,
            executor=run.executor,
            progress=run.progress,
        )
    members: Collection[str] = queries.queries[query]
    universe = queries.universe
    if not queries.of_network:  # a network's genes have the names of its interactions
        matched = match_to_sets(sets, members, universe, queries.source)
        members, universe = matched.genes, matched.universe
        notes += matched.notes
    return over_representation(
        members, sets, universe=universe, min_size=settings.min_size, max_size=settings.max_size, query=query
    )


STEP = Step(
    name="enrichment",
    function=enrichment,
    inputs=EnrichmentInputs,
    settings=EnrichmentStepSettings,
    main_file="enrichment.csv",
    has_figures=True,
    parallel=True,
    examples=(
        ("mirtool enrichment", "in a study folder, after `mirtool network`"),
        ("mirtool enrichment genes.txt --universe measured.txt > enrichment.csv", ""),
        ("mirtool enrichment genes.txt --gene-sets KEGG_2021_Human.gmt -o enrichment.xlsx", ""),
        ("mirtool enrichment --null all --draws 100000 --workers 2", ""),
        ("mirtool enrichment --gene-sets go-all --gene-sets KEGG_2021_Human.gmt --reduce similar", ""),
    ),
)
