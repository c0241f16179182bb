"""``mirtool cluster``: which probes and arrays go together, and how certain that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from mirtool.cluster.settings import ClusterSettings
from mirtool.report.text.blocks import Summary
from mirtool.workflow.annotation import AnnotatedInputs, annotation_columns, check_annotation
from mirtool.workflow.reading import options_as_compared
from mirtool.workflow.sources import (
    find_normalized,
    is_path,
    read_differential_table,
    read_grouped,
    read_matrix,
    settle_not_detected,
)
from mirtool.workflow.step import Draw, Result, Run, Step

if TYPE_CHECKING:
    from mirtool.cluster import ChosenProbes, Clustering, Partitions, Stability, TreeStability
    from mirtool.io.results.differential import SavedDifferential
    from mirtool.model import ExpressionMatrix, Table
    from mirtool.report.figures.components import Components


@dataclass(frozen=True)
class ClusterInputs(AnnotatedInputs):
    """What is clustered."""


class ClusterResult(Result):
    """Clusters of probes and arrays.

    Attributes
    ----------
    chosen
        The probes that were clustered, with their values.
    clustering
        The trees.
    stability
        How stable their clusters are; None for a tree that was not assessed.
    partitions
        Clusters by k-means.
    notes
        Why a tree was not assessed.
    annotate
        Columns of the sample sheet that the heat map was asked to show.
    """

    def __init__(
        self,
        chosen: ChosenProbes,
        clustering: Clustering,
        stability: TreeStability,
        partitions: Partitions,
        notes: tuple[str, ...] = (),
        annotate: tuple[str, ...] = (),
    ) -> None:
        self.chosen = chosen
        self.clustering = clustering
        self.stability = stability
        self.partitions = partitions
        self.notes = notes
        self.annotate = annotate

    @cached_property
    def components(self) -> Components:
        """The arrays on the principal components of what was clustered."""
        from mirtool.report.figures.components import Components
        from mirtool.stats.principal_components import principal_components

        return Components(*principal_components(self.clustering.scores))

    def tables(self) -> Mapping[str, Table]:
        """Return ``stability``, one row per cluster; ``kmeans`` and ``pca``."""
        from mirtool.cluster import cluster_tables

        found = cluster_tables(self.chosen.matrix, self.clustering, self.stability, self.partitions)
        return {name: self.in_terms(table, cells=("of", "tree")) for name, table in found.items()}

    def file_name(self, table: str, main: str) -> str:
        """Return the name of a table's file: ``cluster_kmeans.csv``."""
        return f"{main}{table}.csv"

    def files(self) -> Mapping[str, bytes]:
        """Return the trees: ``cluster.cdt``, ``.gtr`` and ``.atr`` for Java TreeView, and Newick files."""
        from mirtool.cluster import tree_files

        return {name: text.encode() for name, text in tree_files(self.chosen.matrix, self.clustering).items()}

    def drawings(self) -> Mapping[str, Draw]:
        """Draw the heat map with its trees, and the arrays on two principal components if two can be placed."""
        from mirtool.report.figures.components import components_figure
        from mirtool.report.figures.heatmap import heatmap_figure

        matrix, clustering = self.chosen.matrix, self.clustering
        drawn: dict[str, Draw] = {
            "cluster_heatmap": partial(
                heatmap_figure,
                matrix,
                title=self.chosen.title,
                clustering=clustering,
                stable_rows=None if self.stability.probes is None else self.stability.probes.stable,
                stable_columns=None if self.stability.arrays is None else self.stability.arrays.stable,
                strips=annotation_columns(self.annotate, matrix.samples),
            )
        }
        if self.components.n_placed >= 2:
            drawn["cluster_pca"] = partial(
                components_figure, self.components, matrix.samples, meaning=clustering.meaning
            )
        return drawn

    @property
    def groups(self) -> Sequence[str]:
        """All groups of the table, in its order."""
        return self.chosen.matrix.samples.groups

    @property
    def summary(self) -> Summary:
        """What was clustered and how, and which clusters are stable."""
        from mirtool.report.text.cluster import cluster_summary

        return cluster_summary(
            self.chosen, self.clustering, self.stability, self.partitions, self.notes, self.components.n_placed
        )

    def numbers(self) -> dict[str, Any]:
        """Return the counts of probes, arrays and stable clusters, and the quality of the k-means clusters."""
        chosen, clustering = self.chosen, self.clustering
        sides = (("genes", "probes"), ("arrays", "arrays"))
        assessed = {name: self.stability.of(side) for name, side in sides}  # type: ignore[arg-type]
        clusters = {name: self.partitions.of(side) for name, side in sides}  # type: ignore[arg-type]
        return {
            "rows": chosen.rule,
            "scores": clustering.meaning,
            "metric": {"genes": clustering.row_metric, "arrays": clustering.column_metric},
            "probes": len(chosen.matrix.probes),
            "arrays": len(chosen.matrix.samples),
            "probes_with_too_few_values": chosen.too_few_values,
            "stable_clusters": {
                name: int(found.stable.sum()) for name, found in assessed.items() if found is not None
            },
            "k_means": {
                name: {
                    "k": len(found.centers),
                    "mean_silhouette": float(f"{found.silhouette.mean():.6g}"),
                    "within": float(f"{found.within.sum():.6g}"),
                }
                for name, found in clusters.items()
                if found is not None
            },
            "history": chosen.matrix.history,
        }


def cluster(inputs: ClusterInputs, settings: ClusterSettings, run: Run) -> ClusterResult:
    """Cluster probes and arrays: trees, heat map, stability, k-means, principal components.

    The probes are those that pass in the differential table, else the most variable ones. Probes chosen because
    they differ between the groups separate the groups by construction: such a figure shows the choice, it is not
    evidence. The most variable ones (top) are chosen without the groups.

    Linkage names are those of the field. What the program MeV calls average linkage is weighted linkage (WPGMA):
    to repeat such a tree choose the linkage weighted and the metric euclidean, which is MeV's default.

    The tree of arrays is assessed by drawing probes with replacement, that of probes by drawing arrays (of ten or
    more). AU is the approximately unbiased value of the multiscale bootstrap, BP the plain bootstrap probability;
    clusters of AU >= 0.95 have a dot in the heat map.

    Writes cluster.cdt, cluster.gtr and cluster.atr (open cluster.cdt in Java TreeView), cluster_genes.nwk and
    cluster_arrays.nwk, cluster_stability.csv, cluster_kmeans.csv and cluster_pca.csv, and draws cluster_heatmap
    and cluster_pca.
    """
    from mirtool.cluster import choose_probes, cluster_matrix, partition

    table = find_normalized(inputs.table, run)
    options = options_as_compared(inputs.matrix_options(spots=False), table, run)
    if run.samples is None:
        matrix = settle_not_detected(read_matrix(table, run, options), options, run)
    else:
        matrix = read_grouped(table, run, options)
    _check_arrays(matrix, table)
    check_annotation(inputs.annotate, matrix.samples)
    chosen = choose_probes(matrix, settings, _read_differential(settings, run))
    clustering = cluster_matrix(chosen.matrix, settings)
    stability, notes = _assess_trees(clustering, settings, run)
    partitions = partition(chosen.matrix, clustering, settings)
    return ClusterResult(chosen, clustering, stability, partitions, notes, inputs.annotate)


def _check_arrays(matrix: ExpressionMatrix, table: Any) -> None:
    from mirtool.errors import NotEnoughDataError
    from mirtool.wording import plural

    if len(matrix.samples) < 2:
        raise NotEnoughDataError(
            "clusters need at least two arrays",
            path=table if is_path(table) else None,
            found=plural(len(matrix.samples), "array"),
        )


def _read_differential(settings: ClusterSettings, run: Run) -> SavedDifferential | None:
    """Read the table that was named, or the study's own where the most variable probes were not asked for."""
    differential = settings.differential
    if differential is None and settings.top is None:
        differential = run.find_result("differential.csv")
        run.arguments["differential"] = None if differential is None else str(differential)
    return None if differential is None else read_differential_table(differential, run)


def _assess_trees(
    clustering: Clustering, settings: ClusterSettings, run: Run
) -> tuple[TreeStability, tuple[str, ...]]:
    """Assess the tree of probes and that of arrays, and say of one that is not assessed why."""
    from mirtool.cluster import TreeStability, assess_tree
    from mirtool.cluster.analysis import (
        SIDES,
        count_stability_steps,
        has_stability,
        is_too_large,
        why_not_assessed,
    )

    assessed: dict[str, Stability | None] = {}
    notes = []
    for side in SIDES:
        if not has_stability(clustering, settings, side):
            continue
        asked = run.given & {"resamples", "stability"}
        if why_not := why_not_assessed(clustering, side) or ("" if asked else is_too_large(clustering, side)):
            notes.append(why_not)
            continue
        with run.progress(f"Stability of the {side}", count_stability_steps(settings)) as on_step:
            assessed[side] = assess_tree(clustering, settings, side, executor=run.executor, on_step=on_step)
    return TreeStability(**assessed), tuple(notes)


STEP = Step(
    name="cluster",
    function=cluster,
    inputs=ClusterInputs,
    settings=ClusterSettings,
    output="folder",
    main_file="cluster_",
    has_figures=True,
    parallel=True,
    examples=(
        ("mirtool cluster", "in a study folder, after `mirtool diff`"),
        ("mirtool cluster --top 50 --linkage ward", "without a look at the groups"),
        ("mirtool cluster --linkage weighted --metric euclidean", "as MeV by default"),
        ("mirtool cluster log2.csv --samples s.csv --top 80 -o clusters --figures clusters", ""),
    ),
)
