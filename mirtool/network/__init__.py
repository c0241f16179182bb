"""Synergy networks of miRNAs, and what the genes they share are known for."""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.network.analysis import NetworkAnalysis, analyze_network
    from mirtool.network.build import SynergyNetwork, synergy_network
    from mirtool.network.enrichment.over_representation import (
        EnrichmentTable,
        NullTest,
        enrichment_table,
        over_representation,
        target_enrichment,
    )
    from mirtool.network.enrichment.redundancy import reduce_terms
    from mirtool.network.graph.centrality import with_centrality
    from mirtool.network.graph.communities import with_communities, with_community_terms
    from mirtool.network.graph.convergence import with_convergence
    from mirtool.network.graph.export import cyjs_bytes, gexf_bytes, graphml_bytes, node_table, sif_bytes
    from mirtool.network.graph.node_graph import network_graph
    from mirtool.network.graph.robustness import with_robustness
    from mirtool.network.interactions.mirna_universe import MirnaUniverse, mirna_universe
    from mirtool.network.interactions.mirnas import StudyMirnas, combine_probes
    from mirtool.network.interactions.study_mirnas import ChosenMirnas, choose_mirnas
    from mirtool.network.interactions.target_table import TargetTable
    from mirtool.network.pairs.all_pairs import all_pairs
    from mirtool.network.pairs.modules import with_modules
    from mirtool.network.pairs.seed_families import beyond_seed

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "ChosenMirnas",
    "EnrichmentTable",
    "MirnaUniverse",
    "NetworkAnalysis",
    "NullTest",
    "StudyMirnas",
    "SynergyNetwork",
    "TargetTable",
    "all_pairs",
    "analyze_network",
    "beyond_seed",
    "choose_mirnas",
    "combine_probes",
    "cyjs_bytes",
    "enrichment_table",
    "gexf_bytes",
    "graphml_bytes",
    "mirna_universe",
    "network_graph",
    "node_table",
    "over_representation",
    "reduce_terms",
    "sif_bytes",
    "synergy_network",
    "target_enrichment",
    "with_centrality",
    "with_communities",
    "with_community_terms",
    "with_convergence",
    "with_modules",
    "with_robustness",
]
