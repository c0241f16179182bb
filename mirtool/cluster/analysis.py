"""The steps of a cluster analysis: trees both ways, their stability, k-means, and the tables and tree files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mirtool.cluster.both_ways import Clustering, cluster_both_ways
from mirtool.cluster.cluster_tables import Leaves, components_table, k_means_table, stability_table
from mirtool.cluster.export import ARRAY, GENE, cdt_text, newick_text, tree_text
from mirtool.cluster.k_means import KMeans, k_means
from mirtool.cluster.settings import ClusterSettings
from mirtool.cluster.stability import CHUNK, FEWEST_RESAMPLED, SCALES, Bootstrap, Stability, cluster_stability
from mirtool.cluster.trees import ClusterTree
from mirtool.errors import MirtoolError, option
from mirtool.model import ExpressionMatrix, Table
from mirtool.stats.draws import count_tasks
from mirtool.stats.principal_components import principal_components
from mirtool.wording import plural

if TYPE_CHECKING:
    from concurrent.futures import Executor

LARGEST_ASSESSED = 400
"""Leaves up to which a tree is assessed unasked: the default 10,000 draws take minutes of one processor."""

Side = Literal["probes", "arrays"]
SIDES: tuple[Side, ...] = ("probes", "arrays")


@dataclass(frozen=True)
class TreeStability:
    """The stability of the two trees; None where a tree was not assessed."""

    probes: Stability | None = None
    arrays: Stability | None = None

    def of(self, side: Side) -> Stability | None:
        """Return the stability of one tree."""
        return self.probes if side == "probes" else self.arrays


@dataclass(frozen=True)
class Partitions:
    """Clusters by k-means; None where there are none, and ``warnings`` say why."""

    probes: KMeans | None = None
    arrays: KMeans | None = None
    warnings: tuple[str, ...] = ()

    def of(self, side: Side) -> KMeans | None:
        """Return the clusters of probes or of arrays."""
        return self.probes if side == "probes" else self.arrays


def cluster_matrix(matrix: ExpressionMatrix, settings: ClusterSettings) -> Clustering:
    """Return the trees of probes and arrays that the settings ask for; raises as :func:`cluster_both_ways`."""
    return cluster_both_ways(
        matrix.values,
        method=settings.method,
        metric=settings.distance,
        scores=settings.row_scores,
        rows=settings.genes,
        columns=settings.arrays,
    )


def why_not_assessed(clustering: Clustering, side: Side) -> str:
    """Return why a tree can't be assessed by the bootstrap, in words; empty where it can."""
    n = clustering.scores.shape[1] if side == "probes" else len(clustering.scores)
    if n >= FEWEST_RESAMPLED:
        return ""
    drawn = "array" if side == "probes" else "probe"
    return (
        f"The tree of {side} is not assessed: it rests on {plural(n, drawn)}, and the bootstrap needs "
        f"{FEWEST_RESAMPLED} to draw from."
    )


def is_too_large(clustering: Clustering, side: Side) -> str:
    """Return why a tree is not assessed unless the user asks for it, in words; empty where it is small enough."""
    tree = _tree(clustering, side)
    leaves = 0 if tree is None else len(tree.order)
    if leaves <= LARGEST_ASSESSED:
        return ""
    return (
        f"The tree of {side} is not assessed: each draw of the bootstrap builds a tree of {leaves:,} {side}, and "
        f"of more than {LARGEST_ASSESSED} this is done only where {option('resamples')} or {option('stability')} "
        f"asks for it ({option('resamples', 100)} builds 1,000 trees)."
    )


def count_stability_steps(settings: ClusterSettings) -> int:
    """Return how often :func:`assess_tree` calls ``on_step``, for a progress bar."""
    return (len(SCALES) if settings.stability == "multiscale" else 1) * count_tasks(settings.resamples, CHUNK)


def has_stability(clustering: Clustering, settings: ClusterSettings, side: Side) -> bool:
    """Return True if the tree of a side exists and its stability was asked for."""
    return settings.stability != "none" and _tree(clustering, side) is not None


def assess_tree(
    clustering: Clustering,
    settings: ClusterSettings,
    side: Side,
    *,
    executor: Executor | None = None,
    on_step: Callable[[str], None] | None = None,
) -> Stability | None:
    """Return the stability of one tree; None where there is none, or too little to draw from.

    Parameters
    ----------
    clustering
        The trees.
    settings
        ``stability``, ``resamples`` and ``seed``.
    side
        The tree of ``"probes"``, assessed by drawing arrays, or of ``"arrays"``, assessed by drawing probes.
    executor, on_step
        As in :func:`mirtool.cluster.cluster_stability`.
    """
    tree = _tree(clustering, side)
    if tree is None or settings.stability == "none" or why_not_assessed(clustering, side):
        return None
    return cluster_stability(
        clustering.scores if side == "probes" else clustering.scores.T,
        tree,
        method=clustering.method,
        metric=clustering.row_metric if side == "probes" else clustering.column_metric,
        bootstrap=Bootstrap(settings.resamples, settings.seed, settings.stability == "multiscale"),
        executor=executor,
        on_step=on_step,
    )


def partition(matrix: ExpressionMatrix, clustering: Clustering, settings: ClusterSettings) -> Partitions:
    """Return the clusters of probes and arrays by k-means.

    Where no k was asked for and none can be made, a warning takes the place of the clusters.

    Raises
    ------
    MirtoolError
        Where the clusters that were asked for can't be made.
    """
    n_groups = len({group for group in matrix.samples.groups if group})
    made: dict[Side, KMeans] = {}
    warnings = []
    sides: tuple[tuple[Side, int | None, int], ...] = (
        ("probes", settings.k, 2),
        ("arrays", settings.k_arrays, max(2, n_groups)),
    )
    for side, asked, default in sides:
        values = clustering.scores if side == "probes" else clustering.scores.T
        try:
            made[side] = k_means(values, asked or default, seed=settings.seed)
        except MirtoolError as error:
            if asked is not None:
                raise
            warnings.append(f"no k-means clusters of the {side}: {error.problem}")
    return Partitions(made.get("probes"), made.get("arrays"), tuple(warnings))


def leaves_of(matrix: ExpressionMatrix) -> tuple[Leaves, Leaves]:
    """Return the labels of the probes and of the arrays; a probe without a name goes by its ID."""
    probes, samples = matrix.probes, matrix.samples
    names = [str(name or label) for name, label in zip(probes.name, probes.id, strict=True)]
    return (
        Leaves("gene", probes.id.tolist(), names, [""] * len(probes)),
        Leaves("array", samples.names, samples.names, samples.groups),
    )


def tree_files(matrix: ExpressionMatrix, clustering: Clustering) -> dict[str, str]:
    """Return the files of the trees, name to text: for Java TreeView (.cdt, .gtr, .atr), and Newick (.nwk)."""
    genes, arrays = leaves_of(matrix)
    texts = {"cluster.cdt": cdt_text(clustering, matrix.probes, matrix.samples)}
    if clustering.rows is not None:
        texts["cluster.gtr"] = tree_text(clustering.rows, clustering.row_metric, GENE)
        texts["cluster_genes.nwk"] = newick_text(clustering.rows, genes.names)
    if clustering.columns is not None:
        texts["cluster.atr"] = tree_text(clustering.columns, clustering.column_metric, ARRAY)
        texts["cluster_arrays.nwk"] = newick_text(clustering.columns, arrays.names)
    return texts


def cluster_tables(
    matrix: ExpressionMatrix, clustering: Clustering, stability: TreeStability, partitions: Partitions
) -> Mapping[str, Table]:
    """Return the tables of the analysis: ``stability``, ``kmeans`` where clusters were made, ``pca``."""
    genes, arrays = leaves_of(matrix)
    trees = [
        (leaves, tree, assessed)
        for leaves, tree, assessed in (
            (arrays, clustering.columns, stability.arrays),
            (genes, clustering.rows, stability.probes),
        )
        if tree is not None
    ]
    tables = {"stability": stability_table(trees)}
    parts = [
        (leaves, tree, clusters)
        for leaves, tree, clusters in (
            (genes, clustering.rows, partitions.probes),
            (arrays, clustering.columns, partitions.arrays),
        )
        if clusters is not None
    ]
    if parts:
        tables["kmeans"] = k_means_table(parts)
    tables["pca"] = components_table(matrix.samples, *principal_components(clustering.scores))
    return tables


def _tree(clustering: Clustering, side: Side) -> ClusterTree | None:
    return clustering.rows if side == "probes" else clustering.columns
