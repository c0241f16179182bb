"""The synergy network as a networkx graph: miRNAs, genes, and two kinds of edge."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mirtool.model import Table
from mirtool.network.build import SynergyNetwork

if TYPE_CHECKING:
    import networkx as nx


def network_graph(network: SynergyNetwork) -> nx.Graph[str]:
    """Return the network as an undirected graph.

    Returns
    -------
    networkx.Graph
        Nodes are named by miRNA or gene and have a ``type`` (``miRNA`` or ``gene``); a gene that is called as
        one of the miRNAs is the node ``NAME (gene)``. Edges have an ``interaction``: ``targets`` between a miRNA
        and a gene, ``synergy`` between two miRNAs that share more targets than chance gives. The further
        attributes are the columns of the network's tables, whichever it has, as str, int, float or bool; a
        missing value is an attribute that is not there. Which miRNAs meet in a gene is left to the edges.
    """
    import networkx as nx

    graph: nx.Graph[str] = nx.Graph()
    graph.graph.update(source=network.source, evidence=network.evidence, alpha=network.alpha)
    for row in table_rows(network.mirnas):
        graph.add_node(row.pop("miRNA"), **_present(row) | {"type": "miRNA"})
    gene_node = gene_nodes(network)
    for row in table_rows(network.genes):
        del row["which"]
        graph.add_node(gene_node[row.pop("gene")], **_present(row) | {"type": "gene"})
    for row in table_rows(network.edges):
        ends = row.pop("miRNA"), gene_node[row.pop("gene")]
        graph.add_edge(*ends, **_present(row) | {"interaction": "targets"})
    significant = network.pairs.take(network.pairs["significant"])
    for row in table_rows(significant):
        del row["significant"]
        ends = row.pop("miRNA A"), row.pop("miRNA B")
        graph.add_edge(*ends, **_present(row) | {"interaction": "synergy"})
    return graph


def gene_nodes(network: SynergyNetwork) -> dict[str, str]:
    """Return the node that represents each gene: its name, or ``NAME (gene)`` where a miRNA is called so."""
    mirnas = set(network.mirnas["miRNA"])
    return {gene: f"{gene} (gene)" if gene in mirnas else gene for gene in network.genes["gene"]}


def table_rows(table: Table) -> list[dict[str, Any]]:
    """Return the rows of a table as Python's own types, by column name."""
    columns = [values.tolist() for values in table.columns.values()]
    return [dict(zip(table.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def _present(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in row.items()
        if value != "" and not (isinstance(value, float) and math.isnan(value))
    }
