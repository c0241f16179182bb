"""The network's files: every column of its tables in each of them, opened again by other programs."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from mirtool.io.interactions import starter_interactions
from mirtool.model import Interactions, text_array
from mirtool.network import SynergyNetwork, graphml_bytes, network_graph, node_table, synergy_network

STUDY = ("hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-15a-5p")


@pytest.fixture
def network() -> SynergyNetwork:
    return synergy_network(
        STUDY, starter_interactions(), log2_ratio=[-1.0, np.nan, 0.5], regulation=["down", "", "up"]
    )


def hand_made(pairs: list[tuple[str, str]]) -> SynergyNetwork:
    mirna, gene = zip(*pairs, strict=True)
    none = text_array([""] * len(pairs))
    known = Interactions(text_array(mirna), text_array(gene), none, none, "hand-made")
    return synergy_network(list(dict.fromkeys(mirna)), known, evidence="all", alpha=1.0)


def with_columns(network: SynergyNetwork) -> SynergyNetwork:
    """Give a network with columns that mirtool does not make."""
    mirnas, genes, edges, pairs = network.mirnas, network.genes, network.edges, network.pairs
    return replace(
        network,
        mirnas=mirnas.with_columns(
            {
                "community": np.arange(len(mirnas)),
                "hub": np.arange(len(mirnas)) == 0,
                "rank": np.arange(len(mirnas)),
                "type": text_array(["odd"] * len(mirnas)),
            }
        ),
        genes=genes.with_columns(
            {
                "community": np.arange(len(genes)),
                "P": np.linspace(0, 1, len(genes)),
                "rank": text_array(["last"] * len(genes)),
            }
        ),
        edges=edges.with_columns({"score": np.linspace(0, 1, len(edges))}),
        pairs=pairs.with_columns({"modules": text_array(["GO:1"] * len(pairs))}),
    )


def test_every_column_of_either_table_is_in_the_table_of_nodes(network: SynergyNetwork) -> None:
    nodes = node_table(with_columns(network))
    n, m = len(network.mirnas), len(network.genes)
    assert nodes["community"].tolist() == [*range(n), *range(m)]
    assert nodes["hub"].tolist() == ["yes"] + ["no"] * (n - 1) + [""] * m
    assert np.isnan(nodes["P"][:n]).all()
    assert nodes["P"][-1] == 1
    # A number above a text is written out: a column is one or the other.
    assert nodes["rank"].tolist() == [*map(str, range(n)), *["last"] * m]
    assert set(nodes["name"][:n]) == set(STUDY)
    assert set(nodes["type"]) == {"miRNA", "gene"}


def test_every_column_is_in_the_graph_and_survives_graphml(network: SynergyNetwork) -> None:
    wide = with_columns(network)
    graph = network_graph(wide)
    back = nx.parse_graphml(graphml_bytes(wide).decode())
    assert dict(back.nodes(data=True)) == dict(graph.nodes(data=True))
    gene = wide.genes["gene"][-1]
    assert graph.nodes[gene]["P"] == 1.0
    assert graph.nodes["hsa-miR-17-5p"]["hub"] in (True, False)
    assert graph.nodes["hsa-miR-17-5p"]["type"] == "miRNA"  # ours, whatever a column is called
    assert graph.edges["hsa-miR-17-5p", "hsa-miR-20a-5p"]["modules"] == "GO:1"
    assert "score" in graph.edges[wide.edges["miRNA"][0], wide.edges["gene"][0]]


def test_a_gene_called_as_a_mirna_is_a_node_of_its_own() -> None:
    graph = network_graph(hand_made([("miR-1", "miR-2"), ("miR-1", "G"), ("miR-2", "G")]))
    assert sorted(graph) == ["G", "miR-1", "miR-2", "miR-2 (gene)"]
    assert graph.nodes["miR-2"]["type"] == "miRNA"
    assert graph.edges["miR-1", "miR-2 (gene)"]["interaction"] == "targets"


def test_names_that_xml_cannot_hold_are_written_out() -> None:
    data = graphml_bytes(hand_made([("miR-1", "G\x01"), ("miR-2", "G\x01"), ("miR-1", "<&>")]))
    assert set(nx.parse_graphml(data.decode())) == {"miR-1", "miR-2", "G\\x01", "<&>"}
