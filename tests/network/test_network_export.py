"""The network's files: every column of its tables in each of them, opened again by other programs."""

import io
import json
import re
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from mirtool.io.targets.interactions import starter_interactions
from mirtool.model import Interactions, text_array
from mirtool.network import (
    SynergyNetwork,
    cyjs_bytes,
    gexf_bytes,
    graphml_bytes,
    network_graph,
    node_table,
    sif_bytes,
    synergy_network,
)
from mirtool.network.interactions.mirnas import combine_probes
from mirtool.network.interactions.target_table import TargetTable

STUDY = ("hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-15a-5p")


@pytest.fixture
def network() -> SynergyNetwork:
    return synergy_network(
        combine_probes(STUDY, ["down", "", "up"], [-1.0, np.nan, 0.5]), TargetTable.of(starter_interactions())
    )


def hand_made(pairs: list[tuple[str, str]]) -> SynergyNetwork:
    mirna, gene = zip(*pairs, strict=True)
    none = text_array([""] * len(pairs))
    known = Interactions(text_array(mirna), text_array(gene), none, none, "hand-made")
    return synergy_network(list(dict.fromkeys(mirna)), TargetTable.of(known, "all"), alpha=1.0)


def with_columns(network: SynergyNetwork) -> SynergyNetwork:
    """Return a network with columns that mirtool does not make."""
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
    as_it_was, with_types = dict(graph.nodes(data=True)), dict(back.nodes(data=True))
    for node, attributes in as_it_was.items():
        # A number in one table and a text in the other is a text in both: one attribute, one type.
        assert with_types[node] == pytest.approx(attributes | {"rank": str(attributes["rank"])})
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
    network = hand_made([("miR-1", "G\x01"), ("miR-2", "G\x01"), ("miR-1", "<&>"), ("miR-2", "tab\there")])
    nodes = {"miR-1", "miR-2", "G\\x01", "<&>", "tab\there"}
    assert set(nx.parse_graphml(graphml_bytes(network).decode())) == nodes
    assert set(nx.read_gexf(io.BytesIO(gexf_bytes(network)))) == nodes
    assert {node["data"]["id"] for node in json.loads(cyjs_bytes(network))["elements"]["nodes"]} == {
        "miR-1", "miR-2", "G\x01", "<&>", "tab\there",
    }  # fmt: skip
    assert b"miR-2\ttargets\ttab here\n" in sif_bytes(network)


@pytest.mark.parametrize("written", [graphml_bytes, gexf_bytes, cyjs_bytes, sif_bytes])
def test_the_same_network_gives_the_same_bytes(network: SynergyNetwork, written) -> None:
    assert written(network) == written(network)


def test_gexf_opens_in_networkx_with_places_and_without_a_date(network: SynergyNetwork) -> None:
    wide = with_columns(network)
    data = gexf_bytes(wide)
    back = nx.read_gexf(io.BytesIO(data))
    graph = network_graph(wide)
    assert set(back) == set(graph)
    assert {frozenset(edge) for edge in back.edges} == {frozenset(edge) for edge in graph.edges}
    hub = back.nodes["hsa-miR-17-5p"]
    assert hub["synergy"] == graph.nodes["hsa-miR-17-5p"]["synergy"]
    assert set(hub["viz"]["position"]) == {"x", "y", "z"}
    assert b"lastmodified" not in data
    assert re.search(rb"20\d\d-\d\d-\d\d", data) is None
    assert nx.__version__.encode() not in data


def test_cyjs_is_what_cytoscape_writes(network: SynergyNetwork) -> None:
    document = json.loads(cyjs_bytes(with_columns(network)))
    assert document["format_version"] == "1.0"
    assert document["target_cytoscapejs_version"] == "~2.1"
    nodes, edges = document["elements"]["nodes"], document["elements"]["edges"]
    ids = {node["data"]["id"] for node in nodes}
    assert len(ids) == len(nodes) == len(network.mirnas) + len(network.genes)
    assert all(isinstance(node["position"]["x"], int) for node in nodes)
    assert all({edge["data"]["source"], edge["data"]["target"]} <= ids for edge in edges)
    assert len({edge["data"]["id"] for edge in edges} | ids) == len(nodes) + len(edges)
    # Cytoscape.js reads an attribute by name only where that is made of letters, digits and _.
    keys = {key for each in (*nodes, *edges) for key in each["data"]}
    assert all(re.fullmatch(r"\w+", key) for key in keys)
    assert {"log2_ratio", "shared_targets", "shared_name", "interaction"} <= keys
    names = {edge["data"]["name"] for edge in edges}
    assert "hsa-miR-17-5p (synergy) hsa-miR-20a-5p" in names


def test_cyjs_opens_in_networkx(network: SynergyNetwork) -> None:
    back = nx.cytoscape_graph(json.loads(cyjs_bytes(network)))
    graph = network_graph(network)
    assert set(back) == set(graph)
    assert {frozenset(edge) for edge in back.edges} == {frozenset(edge) for edge in graph.edges}
    assert back.nodes["hsa-miR-17-5p"]["synergy"] == graph.nodes["hsa-miR-17-5p"]["synergy"]
    assert back.graph["evidence"] == "strong"


def test_sif_holds_every_edge_with_its_kind(network: SynergyNetwork) -> None:
    rows = [line.split("\t") for line in sif_bytes(network).decode().splitlines()]
    assert {(a, kind, b) for a, kind, b in rows} == {
        *(("hsa-miR-17-5p", "synergy", other) for other in ("hsa-miR-20a-5p", "hsa-miR-15a-5p")),
        ("hsa-miR-20a-5p", "synergy", "hsa-miR-15a-5p"),
        *((a, "targets", b) for a, b in zip(network.edges["miRNA"], network.edges["gene"], strict=True)),
    }


def test_what_has_no_finite_number_is_written_as_text(network: SynergyNetwork) -> None:
    mirnas = network.mirnas.with_columns({"log2 ratio": np.array([np.inf, 1.5, np.nan])})
    endless = replace(network, mirnas=mirnas)
    nodes = [node["data"] for node in json.loads(cyjs_bytes(endless))["elements"]["nodes"]]
    assert [node.get("log2_ratio") for node in nodes[:3]] == ["inf", "1.5", None]
    names = endless.mirnas["miRNA"]
    for back in (nx.parse_graphml(graphml_bytes(endless).decode()), nx.read_gexf(io.BytesIO(gexf_bytes(endless)))):
        assert [back.nodes[name].get("log2 ratio") for name in names] == ["inf", "1.5", None]
