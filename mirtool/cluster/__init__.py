"""Clusters of rows and columns: trees and how far to believe them, k-means, and what other programs read.

``methods`` and ``settings`` have the choices, ``probes`` chooses the rows, ``analysis`` has the steps;
``distances`` and ``trees`` are the kernels; ``both_ways`` clusters a matrix as a heat map shows it; ``stability``
is the bootstrap of a tree's clusters; ``k_means`` divides rows without a tree; ``export`` writes trees for Java
TreeView and as Newick.
docs/methods/clustering.md has the formulas.
"""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.cluster.analysis import (
        Partitions,
        TreeStability,
        assess_tree,
        cluster_matrix,
        cluster_tables,
        partition,
        tree_files,
    )
    from mirtool.cluster.both_ways import Clustering, cluster_both_ways
    from mirtool.cluster.distances import pairwise_distances
    from mirtool.cluster.k_means import KMeans, k_means, silhouettes
    from mirtool.cluster.methods import LINKAGES, METRICS, SCORES, STABILITIES, Linkage, Metric, Scores
    from mirtool.cluster.probes import ChosenProbes, choose_probes
    from mirtool.cluster.scores import row_scores, row_variances
    from mirtool.cluster.settings import ClusterSettings
    from mirtool.cluster.stability import Bootstrap, Stability, cluster_stability, fit_scales
    from mirtool.cluster.trees import (
        OPTIMAL_ORDER_LIMIT,
        ClusterTree,
        cluster_distances,
        cut_tree,
        hierarchical_order,
        members,
    )

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "LINKAGES",
    "METRICS",
    "OPTIMAL_ORDER_LIMIT",
    "SCORES",
    "STABILITIES",
    "Bootstrap",
    "ChosenProbes",
    "ClusterSettings",
    "ClusterTree",
    "Clustering",
    "KMeans",
    "Linkage",
    "Metric",
    "Partitions",
    "Scores",
    "Stability",
    "TreeStability",
    "assess_tree",
    "choose_probes",
    "cluster_both_ways",
    "cluster_distances",
    "cluster_matrix",
    "cluster_stability",
    "cluster_tables",
    "cut_tree",
    "fit_scales",
    "hierarchical_order",
    "k_means",
    "members",
    "pairwise_distances",
    "partition",
    "row_scores",
    "row_variances",
    "silhouettes",
    "tree_files",
]
