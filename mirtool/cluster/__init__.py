"""Clusters of rows and columns: trees and how far to believe them, k-means, and what other programs read.

``distances`` and ``trees`` are the kernels; ``both_ways`` clusters a matrix as a heat map shows it; ``stability``
is the bootstrap of a tree's clusters; ``k_means`` parts rows without a tree; ``export`` writes trees for Java
TreeView and as Newick. docs/methods/clustering.md has the formulas.
"""

from mirtool.cluster.both_ways import Clustering, cluster_both_ways
from mirtool.cluster.distances import METRIC_NAMES, METRICS, Metric, pairwise_distances
from mirtool.cluster.k_means import KMeans, k_means, silhouettes
from mirtool.cluster.scores import SCORES, Scores, row_scores, row_variances
from mirtool.cluster.stability import Stability, cluster_stability, fit_scales
from mirtool.cluster.trees import (
    METHOD_NAMES,
    METHODS,
    OPTIMAL_ORDER_LIMIT,
    ClusterTree,
    Method,
    cluster_distances,
    cut_tree,
    hierarchical_order,
    members,
)

__all__ = [
    "METHODS",
    "METHOD_NAMES",
    "METRICS",
    "METRIC_NAMES",
    "OPTIMAL_ORDER_LIMIT",
    "SCORES",
    "ClusterTree",
    "Clustering",
    "KMeans",
    "Method",
    "Metric",
    "Scores",
    "Stability",
    "cluster_both_ways",
    "cluster_distances",
    "cluster_stability",
    "cut_tree",
    "fit_scales",
    "hierarchical_order",
    "k_means",
    "members",
    "pairwise_distances",
    "row_scores",
    "row_variances",
    "silhouettes",
]
