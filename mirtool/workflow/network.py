"""``mirtool network``: what the miRNAs of a study target together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from mirtool.network.settings import NetworkSettings
from mirtool.report.text.blocks import Summary
from mirtool.workflow.reading import DIFFERENTIAL, MIRNAS
from mirtool.workflow.step import Draw, Inputs, Result, Run, Step
from mirtool.workflow.target_sources import (
    check_mirnas,
    choose_study_mirnas,
    read_collections,
    read_combined,
    read_mirna_names,
)

if TYPE_CHECKING:
    from mirtool.model import ProteinInteractions, Table
    from mirtool.network import SynergyNetwork
    from mirtool.network.analysis import NetworkAnalysis


@dataclass(frozen=True)
class NetworkInputs(Inputs):
    """Which miRNAs the network is of."""

    main = ("differential", "mirnas")
    what = "differential table"

    differential: Any = DIFFERENTIAL
    mirnas: Any = MIRNAS

    def check(self) -> None:
        """Refuse a table together with names."""
        check_mirnas(self.differential, self.mirnas)


class NetworkResult(Result):
    """A synergy network of miRNAs and their targets.

    Attributes
    ----------
    analysis
        The network, the interactions it is built on, and the gene sets tested.
    settings
        What was asked for.
    proteins
        The protein interactions of the functional modules; None without.
    exports
        The files written besides the tables: names of :data:`mirtool.network.settings.EXPORTS`.
    """

    def __init__(
        self,
        analysis: NetworkAnalysis,
        settings: NetworkSettings,
        proteins: ProteinInteractions | None = None,
        exports: tuple[str, ...] = (),
    ) -> None:
        self.analysis = analysis
        self.settings = settings
        self.proteins = proteins
        self.exports = exports

    @property
    def network(self) -> SynergyNetwork:
        """The miRNAs, genes, pairs and edges."""
        return self.analysis.network

    def tables(self) -> Mapping[str, Table]:
        """Return ``nodes``, ``edges``, ``pairs``, …: what there is of network_*.csv, and ``enrichment``."""
        return self._tables

    @cached_property
    def _tables(self) -> dict[str, Table]:
        from mirtool.model import Table
        from mirtool.network import enrichment_table, node_table
        from mirtool.network.interactions.mirna_universe import universe_table

        network, tests = self.network, self.analysis.tests
        tables = {
            "nodes": node_table(network),
            "edges": network.edges,
            "pairs": network.pairs,
            "families": network.families,
            "modules": network.modules,
            "communities": network.communities,
            "robustness": network.robustness,
            "correlations": self.analysis.targets.correlations,
            "universe": Table({"gene": network.universe}),
            "mirna_universe": universe_table(self.analysis.universe),
            "enrichment": enrichment_table(tests) if tests else None,
        }
        return {name: table for name, table in tables.items() if table is not None}

    def file_name(self, table: str, main: str) -> str:  # noqa: ARG002
        """Return ``network_edges.csv`` for ``edges``, and ``enrichment.csv``."""
        return "enrichment.csv" if table == "enrichment" else f"network_{table}.csv"

    def drawings(self) -> Mapping[str, Draw]:
        """Draw the network for a page and for a column, and of each query the terms and their map."""
        from mirtool.report.enrichment_files import enrichment_drawings
        from mirtool.report.figures.network import COLUMN_MM, PAGE_MM, network_figure

        own = partial(network_figure, self.network, layout=self.settings.layout, genes=self.settings.genes)
        drawn: dict[str, Draw] = {"network": partial(own, width_mm=PAGE_MM)}
        if self.figure_settings.figure_width is None:  # else both would be alike
            drawn["network_85mm"] = partial(own, width_mm=COLUMN_MM)
        return drawn | enrichment_drawings(self.analysis.tests)

    def files(self) -> Mapping[str, bytes]:
        """Return the page, the workbook and the graphs that were asked for, and the maps of terms as GraphML."""
        from mirtool.report.enrichment_files import term_map_files
        from mirtool.report.network_files import network_files

        own = self.analysis
        return network_files(
            own.network, own.tests, remarks=own.targets.notes, exports=self.exports
        ) | term_map_files(own.tests)

    @property
    def summary(self) -> Summary:
        """The names, what was asked of which table, synergy, hubs, and the gene sets."""
        from mirtool.report.text.network import network_summary

        return network_summary(self.analysis, self.settings, self.proteins)

    def numbers(self) -> dict[str, Any]:
        """Return the counts of miRNAs, genes and pairs, the names, and the counts of each test."""
        from mirtool.report.text.network import network_numbers

        return network_numbers(self.analysis)


def network(inputs: NetworkInputs, settings: NetworkSettings, run: Run) -> NetworkResult:
    """Find which miRNAs work together: shared targets, synergy, hubs, and gene sets of the shared targets.

    For each pair of miRNAs: targets shared, Jaccard index, hypergeometric P over the genes of the interactions
    table, FDR (BH) over all pairs. The synergy of a miRNA is the number of targets it shares, summed over its
    significant partners. Two miRNAs with one seed (positions 2-8) share targets by construction: they are marked.

    Names are matched exactly; a slash probe is split to look up its targets and counted once. In the study and in
    the interactions table alike, a name that miRBase has changed is replaced by the current one; a name that may
    mean several miRNAs stays as it is and is listed.

    Gene sets are tested for the shared targets (of two miRNAs or more) and for all targets, with BH over all
    terms tested, against three nulls side by side: genes drawn at random (hypergeometric), as many miRNAs drawn
    at random from those on the array, and degree-matched miRNAs. Targets of miRNAs are not a random draw of
    genes, and well-studied miRNAs hit more of every term: trust what is significant under all three.

    That two miRNAs of one seed share targets is not evidence that they work together: beyond-seed tests all
    pairs again without these targets, in further columns. Functional modules are those of Xu et al. (2011): a
    pair is synergistic if its shared targets are enriched in a term whose genes are close together among proteins.

    For each miRNA there are also centralities in the graph of significant pairs and its community; for each gene,
    whether more miRNAs target it than expected. Robustness ranks the hubs again in resampled tables, without each
    database, and at other levels of evidence.

    Written are network_nodes.csv, network_edges.csv, network_pairs.csv, network_communities.csv, where asked for
    network_families.csv, network_modules.csv, network_robustness.csv and network_correlations.csv,
    network_universe.csv (genes), network_mirna_universe.csv (what miRNAs were drawn from), enrichment.csv, and the
    exports: network.html (a page to explore the network in a browser), network.xlsx (all tables), network.graphml
    (for Cytoscape) and more. Figures are network for a page, network_85mm for a column (in columns with arcs, or
    round), and of each query the top terms (enrichment_bars_…, enrichment_dots_…) and their map (enrichment_map_…,
    also as GraphML).
    """
    from mirtool.network.analysis import analyze_network
    from mirtool.network.graph.drawn import parse_genes
    from mirtool.network.interactions.preparation import prepare_targets

    chosen = choose_study_mirnas(inputs.differential, inputs.mirnas, settings.regulation, run)
    chosen = chosen.with_measured(settings.mirna_universe)
    species = settings.species or chosen.species
    collections = read_collections(settings.gene_sets, run, species)
    proteins = _read_proteins(settings, run)
    names = read_mirna_names(settings, species, run)
    chosen = chosen.with_current_names(names)
    combined = read_combined(settings, species, names, run)
    normalized = _find_paired(settings, run)
    targets = prepare_targets(combined, settings.evidence, chosen, settings, normalized=normalized, names=names)
    parse_genes(settings.genes, targets.genes)  # a name that does not exist is refused before the work
    run.reads(settings.mirna_universe, settings.expressed, settings.mrna, settings.paired_mrna)
    run.reads(settings.paired_mirna, normalized)
    analysis = analyze_network(
        chosen, targets, collections, settings, proteins=proteins, executor=run.executor, progress=run.progress
    )
    for text in analysis.warnings:
        run.warn(text)
    exports = _exports(analysis, settings, run)
    run.arguments["export"] = ",".join(exports) or "none"
    return NetworkResult(analysis, settings, proteins, exports)


def _read_proteins(settings: NetworkSettings, run: Run) -> ProteinInteractions | None:
    """Read the protein interactions that functional modules are compared with, where they were named."""
    if not settings.ppi:
        return None
    from mirtool.io.targets.protein_interactions import info_beside, read_protein_interactions

    found = read_protein_interactions(settings.ppi, info=settings.ppi_info, score_cutoff=settings.ppi_score)
    run.reads(settings.ppi, settings.ppi_info or info_beside(settings.ppi))
    return found


def _find_paired(settings: NetworkSettings, run: Run) -> str | None:
    """Return the study's normalized table, where genes are to be correlated with it."""
    if not settings.paired_mrna or settings.paired_mirna:
        return None
    path = run.find_result("normalized.csv")
    return None if path is None else str(path)


def _exports(analysis: NetworkAnalysis, settings: NetworkSettings, run: Run) -> tuple[str, ...]:
    """Return the files to write; a workbook that is too large and was not asked for is left out with a warning."""
    from mirtool.report.network_files import table_too_large

    if settings.export is not None or "xlsx" not in settings.exports:
        return settings.exports
    name = table_too_large(analysis.network, analysis.tests)
    if name is None:
        return settings.exports
    run.warn(f"no network.xlsx written: the table {name!r} does not fit into a workbook")
    return tuple(each for each in settings.exports if each != "xlsx")


STEP = Step(
    name="network",
    function=network,
    inputs=NetworkInputs,
    settings=NetworkSettings,
    output="folder",
    main_file="network.csv",
    has_figures=True,
    parallel=True,
    examples=(
        ("mirtool network --interactions hsa_MTI.csv", "in a study folder, after `mirtool diff`"),
        ("mirtool network --interactions hsa_MTI.csv --evidence all --gene-sets KEGG_2021_Human", ""),
        ("mirtool network --interactions mirtarbase --interactions targetscan --combine intersection", ""),
        ("mirtool network differential.csv --interactions hsa_MTI.csv -o network --figures network", ""),
        ("mirtool network --interactions hsa_MTI.csv --mrna deseq2.csv --mrna-fdr 0.1", ""),
        ("mirtool network --layout round --genes 20 --genes PTEN,MYC", "the figure: a circle, 22 genes"),
        ("mirtool network --interactions hsa_MTI.csv --pair-null curveball --draws 100000 --workers 2", ""),
        ("mirtool network --interactions hsa_MTI.csv --robustness 1000 --workers 2", ""),
        ("mirtool network --interactions hsa_MTI.csv --beyond-seed family", ""),
        ("mirtool network --interactions hsa_MTI.csv --modules --ppi 9606.protein.links.v12.0.txt.gz", ""),
        ("mirtool network --mirnas hsa-miR-17-5p,hsa-miR-20a-5p,hsa-miR-15a-5p --gene-sets none", ""),
    ),
)
