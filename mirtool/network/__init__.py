"""Synergy networks of miRNAs, and what the genes they share are known for."""

from mirtool.network.all_pairs import all_pairs
from mirtool.network.build import SynergyNetwork, synergy_network
from mirtool.network.enrichment import EnrichmentTable, NullTest, enrichment, enrichment_table, target_enrichment
from mirtool.network.export import graphml_bytes, node_table
from mirtool.network.graph import network_graph
from mirtool.network.mirna_universe import MirnaUniverse, mirna_universe

__all__ = [
    "EnrichmentTable",
    "MirnaUniverse",
    "NullTest",
    "SynergyNetwork",
    "all_pairs",
    "enrichment",
    "enrichment_table",
    "graphml_bytes",
    "mirna_universe",
    "network_graph",
    "node_table",
    "synergy_network",
    "target_enrichment",
]
