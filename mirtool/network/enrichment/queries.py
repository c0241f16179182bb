"""What `mirtool enrichment` tests: a list of genes, or the targets of a network that is read back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from mirtool.annotation.gene_symbols import load_gene_symbols, match_to, met_in_words
from mirtool.errors import MirtoolError, UsageError, option
from mirtool.io.genes.gene_cells import read_gene_list
from mirtool.io.tables.text import read_head
from mirtool.io.tables.text_tables import head_table, read_table
from mirtool.model import GeneSets, text_array
from mirtool.network.analysis import ALL, QUERIES, SHARED, NetworkAnalysis
from mirtool.network.interactions.mirna_universe import MirnaUniverse, read_universe

GENES = "genes"
"""What a plain list of genes is called as a query."""
NODES_FILE, UNIVERSE_FILE, MIRNA_UNIVERSE_FILE = (
    "network_nodes.csv",
    "network_universe.csv",
    "network_mirna_universe.csv",
)
GENE_HEADERS = ("gene", "genesymbol", "symbol", "genename", "targetgene", "target", "name")


@dataclass(frozen=True, eq=False)
class GeneQueries:
    """The genes to test, and what they are compared with.

    Parameters
    ----------
    queries
        Name of each query to its genes: one list, or the shared and all targets of a network.
    source
        Where they were read.
    universe
        The genes that could have been in a query; None takes every gene of the gene sets.
    universe_source
        The file of that universe; None without one.
    mirnas
        The miRNAs that could have been chosen for the network; None for a list of genes.
    mirnas_source
        Their file; None without one.
    warnings
        What a user should know about the names in the files, in words.
    """

    queries: Mapping[str, Collection[str]]
    source: str
    universe: Collection[str] | None = None
    universe_source: str | None = None
    mirnas: MirnaUniverse | None = None
    mirnas_source: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def of_network(self) -> bool:
        """True where the genes are those of a network, under the names of its interactions."""
        return GENES not in self.queries


def read_queries(source: str, universe: str | None = None, null: str | None = None) -> GeneQueries:
    """Read the genes to test, with the universes that belong to them.

    Parameters
    ----------
    source
        One gene per line, a table with a gene column, or a ``network_nodes.csv``.
    universe
        A file of the genes that could have been in the list. None takes the ``network_universe.csv`` in the folder
        of a ``network_nodes.csv``.
    null
        The null that was asked for; None where none was.

    Raises
    ------
    UsageError
        For a null that draws miRNAs where these are not known.
    MirtoolError
        Where the file of miRNAs in the folder is of another network.
    """
    warnings: list[str] = []
    head = head_table(read_head(source))
    if head is None or not {"name", "type", "miRNAs"} <= set(head.header):
        listed = read_gene_list(source, GENE_HEADERS)
        queries: Mapping[str, Collection[str]] = {GENES: listed.names}
        warnings += [f"{source}: {warning}" for warning in listed.warnings]
    else:
        queries = _read_nodes(source)
        in_folder = Path(source).with_name(UNIVERSE_FILE)
        universe = str(in_folder) if universe is None and in_folder.is_file() else universe
    path, mirnas = _find_mirnas(source, queries, null)
    genes = None
    if universe is not None:
        read = read_gene_list(universe, GENE_HEADERS)
        genes = read.names
        warnings += [f"{universe}: {warning}" for warning in read.warnings]
    return GeneQueries(queries, source, genes, universe, mirnas, path, tuple(warnings))


def list_queries(genes: Collection[str], universe: str | None = None, null: str | None = None) -> GeneQueries:
    """Return a list of genes as what is tested; ``universe`` and ``null`` as :func:`read_queries`.

    Raises
    ------
    UsageError
        For a null that draws miRNAs, which are not known here, and a list without genes.
    """
    if null not in (None, "genes"):
        raise _mirnas_missing(null)
    if not len(genes):
        raise UsageError("the list holds no gene", parameter="genes")
    read = None if universe is None else read_gene_list(universe, GENE_HEADERS)
    return GeneQueries(
        {GENES: list(dict.fromkeys(genes))},
        "the list of genes",
        None if read is None else read.names,
        universe,
        warnings=() if read is None else tuple(f"{universe}: {warning}" for warning in read.warnings),
    )


def network_queries(analysis: NetworkAnalysis) -> GeneQueries:
    """Return the shared and all targets of a network as what is tested, among the genes of its interactions."""
    network = analysis.network
    queries = {SHARED: network.shared_targets, ALL: network.genes["gene"]}
    return GeneQueries(queries, "the network", network.universe, None, analysis.universe)


def _read_nodes(source: str) -> dict[str, Collection[str]]:
    table = read_table(source)
    column = {name: j for j, name in enumerate(table.header)}
    genes = table.text(column["type"]) == "gene"
    names, mirnas = table.text(column["name"]), table.numbers(column["miRNAs"])
    return {SHARED: names[genes & (mirnas >= 2)], ALL: names[genes]}


def _find_mirnas(
    source: str, queries: Mapping[str, Collection[str]], null: str | None
) -> tuple[str | None, MirnaUniverse | None]:
    """Return the miRNAs that could have been chosen for a network; None where no null is to draw any."""
    path = Path(source).with_name(MIRNA_UNIVERSE_FILE)
    if queries.keys() != QUERIES.keys() or not path.is_file():
        if null not in (None, "genes"):
            raise _mirnas_missing(null)
        return None, None
    universe = read_universe(read_table(path))
    counts = universe.targets.incidence[universe.chosen.nonzero()[0]].sum(axis=0)
    if any(set(universe.targets.genes[counts >= n]) != set(queries[query]) for query, n in QUERIES.items()):
        raise MirtoolError(
            f"{MIRNA_UNIVERSE_FILE} is of another network than {Path(source).name}",
            path=path,
            hint="run `mirtool network` again, or remove the file to draw genes only",
        )
    return str(path), universe


def _mirnas_missing(null: str | None) -> UsageError:
    return UsageError(
        f"{option('null', null)} needs the miRNAs behind the genes",
        hint=f"name the {NODES_FILE} of `mirtool network`, with its {MIRNA_UNIVERSE_FILE} in the same folder",
    )


@dataclass(frozen=True, eq=False)
class MatchedGenes:
    """Genes and their universe under the names that gene sets have for them; ``notes`` say how many had others."""

    genes: Collection[str]
    universe: Collection[str] | None
    notes: tuple[str, ...] = ()


def match_to_sets(
    sets: GeneSets, genes: Collection[str], universe: Collection[str] | None, source: str
) -> MatchedGenes:
    """Return the genes of a list, and those of its universe, under the names that gene sets have for them."""
    labels = frozenset[str]().union(*sets.genes)
    names, n_matched = match_to(text_array(genes), labels, load_gene_symbols())
    if universe is not None:
        universe = frozenset(match_to(text_array(universe), labels, load_gene_symbols())[0])
    notes = (f"{sets.source}: {met_in_words(n_matched, source)}",) if n_matched else ()
    return MatchedGenes(list(dict.fromkeys(names)), universe, notes)
