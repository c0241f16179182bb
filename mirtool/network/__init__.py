"""Synergy networks of miRNAs, and what the genes they share are known for."""

from mirtool.network.all_pairs import all_pairs
from mirtool.network.build import SynergyNetwork, synergy_network
from mirtool.network.enrichment import EnrichmentTable, enrichment, enrichment_table
from mirtool.network.export import graphml_bytes, node_table
from mirtool.network.graph import network_graph

__all__ = [
    "EnrichmentTable",
    "SynergyNetwork",
    "all_pairs",
    "enrichment",
    "enrichment_table",
    "graphml_bytes",
    "network_graph",
    "node_table",
    "synergy_network",
]
