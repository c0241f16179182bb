"""The synergy network as a networkx graph: miRNAs, genes, and two kinds of edge."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mirtool.model import Table
from mirtool.network.build import SynergyNetwork

if TYPE_CHECKING:
    import networkx as nx


def network_graph(network: SynergyNetwork) -> nx.Graph[str]:
    """Give the network as an undirected graph.

    Returns
    -------
    networkx.Graph
        Nodes are named by miRNA or gene and have a ``type`` (``miRNA`` or ``gene``). Edges have an
        ``interaction``: ``targets`` between a miRNA and a gene, ``synergy`` between two miRNAs that share more
        targets than chance gives. The further attributes are the columns of the network's tables, as str, int,
        float or bool; a missing value is an attribute that is not there.
    """
    import networkx as nx

    graph: nx.Graph[str] = nx.Graph()
    graph.graph.update(source=network.source, evidence=network.evidence, alpha=network.alpha)
    for row in _rows(network.mirnas):
        graph.add_node(row.pop("miRNA"), type="miRNA", **_present(row))
    for row in _rows(network.genes):
        graph.add_node(row.pop("gene"), type="gene", miRNAs=row["miRNAs"])
    for row in _rows(network.edges):
        graph.add_edge(row.pop("miRNA"), row.pop("gene"), interaction="targets", **_present(row))
    significant = network.pairs.take(network.pairs["significant"])
    for row in _rows(significant):
        del row["significant"]
        graph.add_edge(row.pop("miRNA A"), row.pop("miRNA B"), interaction="synergy", **_present(row))
    return graph


def _rows(table: Table) -> list[dict[str, Any]]:
    """Give the rows of a table as Python's own types."""
    columns = [values.tolist() for values in table.columns.values()]
    return [dict(zip(table.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def _present(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in row.items()
        if value != "" and not (isinstance(value, float) and math.isnan(value))
    }
