"""The synergy network as files: node, edge and pair tables, and GraphML for Cytoscape."""

from __future__ import annotations

import numpy as np

from mirtool.model import Table, text_array
from mirtool.network.build import SynergyNetwork
from mirtool.network.graph import network_graph


def node_table(network: SynergyNetwork) -> Table:
    """Give miRNAs and genes in one table: name, type, and what is known of each; NA where it does not apply."""
    mirnas, genes = network.mirnas, network.genes
    no_text, no_number = text_array([""] * len(genes)), np.full(len(genes), np.nan)
    columns = {
        "name": np.concatenate([mirnas["miRNA"], genes["gene"]]),
        "type": text_array(["miRNA"] * len(mirnas) + ["gene"] * len(genes)),
    }
    for name, values in mirnas.columns.items():
        if name != "miRNA":
            columns[name] = np.concatenate([values, no_text if values.dtype == object else no_number])
    columns["miRNAs"] = np.concatenate([np.full(len(mirnas), np.nan), genes["miRNAs"]])
    columns["which"] = np.concatenate([text_array([""] * len(mirnas)), genes["which"]])
    return Table(columns)


def graphml_bytes(network: SynergyNetwork) -> bytes:
    """Give the network as GraphML with typed attributes, as Cytoscape, Gephi and yEd open it."""
    import networkx as nx

    text = "\n".join(nx.generate_graphml(network_graph(network)))
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + text + "\n").encode()
