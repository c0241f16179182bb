"""``mirtool cluster``: what goes together, among probes and among arrays, and how far to believe it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mirtool.commands.common import (
    Place,
    check_figure_options,
    find_place,
    record_run,
    write_result,
)
from mirtool.commands.console import progress_steps, say, say_pairs, warn
from mirtool.commands.expression import normalized_table_of
from mirtool.commands.options import (
    FiguresOption,
    NoFiguresOption,
    OutputFolderOption,
    RegulationOption,
    SamplesOption,
    Scale,
    ScaleOption,
)
from mirtool.errors import NotEnoughDataError
from mirtool.io.tables.text import hash_files
from mirtool.wording import plural

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from mirtool.cluster import (
        ChosenProbes,
        Clustering,
        ClusterSettings,
        Partitions,
        Stability,
        TreeStability,
    )
    from mirtool.io.results.differential import SavedDifferential
    from mirtool.model import ExpressionMatrix, FloatArray

Linkage = Literal["average", "weighted", "complete", "single", "ward"]
MetricChoice = Literal["correlation", "cosine", "absolute", "spearman", "euclidean"]
ScoreChoice = Literal["z", "centered", "log2"]
StabilityChoice = Literal["multiscale", "ordinary", "none"]

STDIN = "-"
MOST_VARIABLE = 100
CLUSTERS_TOLD = 4
TABLES = ("cluster_stability.csv", "cluster_kmeans.csv", "cluster_pca.csv")


def cluster(
    table: Annotated[
        str | None,
        typer.Argument(
            metavar="TABLE|-",
            help="The normalized table; - is stdin. In a study folder: results/normalized.csv.",
        ),
    ] = None,
    samples: SamplesOption = None,
    differential: Annotated[
        str | None,
        typer.Option(
            "--differential",
            metavar="FILE",
            help="Table of `mirtool diff` that says which probes to take. In a study folder: "
            "results/differential.csv, where there is one.",
        ),
    ] = None,
    regulation: RegulationOption = None,
    top: Annotated[
        int | None,
        typer.Option(
            "--top",
            metavar="N",
            min=2,
            help=f"Take the N probes of the largest variance instead; {MOST_VARIABLE} where there is no "
            "differential table.",
        ),
    ] = None,
    linkage: Annotated[
        Linkage,
        typer.Option(help='How clusters are merged. MeV\'s "average" is weighted here, and average is UPGMA.'),
    ] = "average",
    metric: Annotated[
        MetricChoice | None,
        typer.Option(
            help="Distance: 1 - Pearson's r, 1 - uncentered r (cosine), 1 - |r|, 1 - Spearman's rho, or Euclidean "
            "(MeV's default). Default: correlation; Euclidean for Ward's linkage, or of fewer than three values."
        ),
    ] = None,
    scores: Annotated[
        ScoreChoice,
        typer.Option(
            help="What is clustered and drawn: z-scores of each row, log2 minus its mean, or plain log2."
        ),
    ] = "z",
    genes: Annotated[bool, typer.Option("--genes/--no-genes", help="Cluster the probes (rows).")] = True,
    arrays: Annotated[bool, typer.Option("--arrays/--no-arrays", help="Cluster the arrays (columns).")] = True,
    stability: Annotated[
        StabilityChoice,
        typer.Option(help="Bootstrap of the trees: multiscale (AU and BP), ordinary (BP), or none."),
    ] = "multiscale",
    resamples: Annotated[int, typer.Option(metavar="N", min=1, help="Draws, at each scale.")] = 1000,
    k: Annotated[
        int | None, typer.Option("--k", metavar="K", min=2, help="Clusters of probes by k-means. Default 2.")
    ] = None,
    k_arrays: Annotated[
        int | None,
        typer.Option(
            "--k-arrays", metavar="K", min=2, help="Clusters of arrays by k-means. Default: as many as groups."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws and of the starts of k-means.")] = 1,
    workers: Annotated[
        int, typer.Option(metavar="N", min=1, help="Processes for the bootstrap; the result is the same for any.")
    ] = 1,
    scale: ScaleOption = None,
    output: OutputFolderOption = None,
    figures: FiguresOption = None,
    no_figures: NoFiguresOption = False,
) -> None:
    """Cluster probes and arrays: trees, heat map, stability, k-means, principal components.

    The probes are those that pass in the differential table, else the most variable ones. Probes chosen because
    they differ between the groups part the groups by construction: such a picture shows the choice, it does not
    prove it. With --top the choice knows nothing of the groups.

    Linkage names are those of the field. What the program MeV calls average linkage is weighted linkage (WPGMA):
    to repeat such a tree say --linkage weighted, and --metric euclidean, which is MeV's default.

    The tree of arrays is assessed by drawing probes again, that of probes by drawing arrays (of ten or more). AU
    is the approximately unbiased value of the multiscale bootstrap, BP the plain bootstrap probability; clusters
    of AU >= 0.95 have a dot in the heat map.

    Writes cluster.cdt, cluster.gtr and cluster.atr (open cluster.cdt in Java TreeView), cluster_genes.nwk and
    cluster_arrays.nwk, cluster_stability.csv, cluster_kmeans.csv and cluster_pca.csv, and draws cluster_heatmap
    and cluster_pca.

    Example:

    \b
      mirtool cluster                                          in a study folder, after `mirtool diff`
      mirtool cluster --top 50 --linkage ward                  without a look at the groups
      mirtool cluster --linkage weighted --metric euclidean    as MeV by default
      mirtool cluster log2.csv --samples s.csv --top 80 -o clusters --figures clusters
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.cluster import (
        ClusterSettings,
        choose_probes,
        cluster_matrix,
        cluster_tables,
        partition,
        tree_files,
    )
    from mirtool.report.tables import write_bytes

    check_figure_options(figures, no_figures)
    settings = ClusterSettings(
        differential=differential,
        regulation=regulation,
        top=top,
        linkage=linkage,
        metric=metric,
        scores=scores,
        genes=genes,
        arrays=arrays,
        stability=stability,
        resamples=resamples,
        k=k,
        k_arrays=k_arrays,
        seed=seed,
    )
    place = find_place([table] if table else [], samples, "normalized table")
    folder = Path(output) if output else place.study.results if place.study else Path()
    source = normalized_table_of(table, place)
    rows = choose_probes(
        _read_matrix(source, place.samples, scale), settings, _read_differential(place, differential, top)
    )
    matrix = rows.matrix
    clustering = cluster_matrix(matrix, settings)
    _tell(rows, clustering)
    with _executor(workers) as executor:
        assessed = _assess(clustering, settings, executor)
    partitions = partition(matrix, clustering, settings)
    for text in partitions.warnings:
        warn(text)
    written = []
    for name, content in tree_files(matrix, clustering).items():
        write_bytes(content.encode(), folder / name)
        say(f"Wrote {folder / name}")
        written.append(name)
    for name, found in cluster_tables(matrix, clustering, assessed, partitions).items():
        write_result(found, str(folder / name))
        written.append(name)
    of_rows, of_columns = assessed.probes, assessed.arrays
    _tell_stability(matrix, clustering, of_rows, of_columns)
    drawn = None if no_figures else place.figures(figures)
    if drawn is not None:
        _draw(rows, clustering, of_rows, of_columns, drawn)
    for name in ("cluster.gtr", "cluster.atr", "cluster_genes.nwk", "cluster_arrays.nwk", *TABLES):
        if name not in written and (folder / name).exists():
            warn(f"{folder / name} is from an earlier run")
    record_run(
        place,
        str(folder / "cluster.cdt"),
        "cluster",
        arguments={
            "table": source,
            "samples": place.samples,
            "differential": rows.differential,
            "rows": rows.rule,
            "linkage": linkage,
            "metric": {"genes": clustering.row_metric, "arrays": clustering.column_metric},
            "scores": scores,
            "genes": genes,
            "arrays": arrays,
            "stability": stability,
            "resamples": resamples,
            "k": k,
            "k_arrays": k_arrays,
            "seed": seed,
            "scale": scale,
        },
        inputs=hash_files([*([] if source == STDIN else [source]), place.samples, rows.differential]),
        summary=_summary(rows, of_rows, of_columns, partitions),
    )


def _read_matrix(source: str, sheet: str | None, scale: Scale | None) -> ExpressionMatrix:
    from mirtool.differential import join_samples
    from mirtool.io.arrays.matrix import read_expression
    from mirtool.study.samples import read_samples

    matrix = read_expression(source, scale=scale)
    if len(matrix.samples) < 2:
        raise NotEnoughDataError(
            "clusters need at least two arrays", path=source, found=plural(len(matrix.samples), "array")
        )
    return matrix if sheet is None else join_samples(matrix, read_samples(sheet), sheet)


def _read_differential(place: Place, path: str | None, top: int | None) -> SavedDifferential | None:
    """Read the table that was named, or the study's own where the most variable probes were not asked for."""
    from mirtool.io.results.differential import read_differential

    if path is None and top is None and place.study is not None:
        own = place.study.results / "differential.csv"
        path = str(own) if own.is_file() else None
    return None if path is None else read_differential(path)


@contextmanager
def _executor(workers: int) -> Iterator[Executor | None]:
    if workers == 1:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Forked processes would inherit the locks of whatever threads are running.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield pool


def _assess(clustering: Clustering, settings: ClusterSettings, executor: Executor | None) -> TreeStability:
    """Assess the tree of probes and that of arrays, where there is one and enough to draw from."""
    from mirtool.cluster import TreeStability, assess_tree
    from mirtool.cluster.analysis import SIDES, count_stability_steps, has_stability, why_not_assessed

    assessed: dict[str, Stability | None] = {}
    for side in SIDES:
        if not has_stability(clustering, settings, side):
            continue
        if why_not := why_not_assessed(clustering, side):
            say(why_not)
            continue
        with progress_steps(f"Stability of the {side}", count_stability_steps(settings)) as on_step:
            assessed[side] = assess_tree(clustering, settings, side, executor=executor, on_step=on_step)
    return TreeStability(**assessed)


def _draw(
    rows: ChosenProbes,
    clustering: Clustering,
    of_rows: Stability | None,
    of_columns: Stability | None,
    folder: Path,
) -> None:
    from mirtool.report.figures.canvas import save_figure
    from mirtool.report.figures.components import Components, components_figure
    from mirtool.report.figures.heatmap import heatmap_figure
    from mirtool.stats.principal_components import principal_components

    heat_map = heatmap_figure(
        rows.matrix,
        title=rows.title,
        clustering=clustering,
        stable_rows=None if of_rows is None else of_rows.stable,
        stable_columns=None if of_columns is None else of_columns.stable,
    )
    paths = save_figure(heat_map, folder, "cluster_heatmap")
    components = Components(*principal_components(clustering.scores))
    if _placed(components.coordinates) < 2:
        warn("fewer than two arrays have values enough to be placed on principal components: no cluster_pca")
    else:
        paths += save_figure(
            components_figure(components, rows.matrix.samples, meaning=clustering.meaning), folder, "cluster_pca"
        )
    for path in paths:
        say(f"Wrote {path}")


def _placed(coordinates: FloatArray) -> int:
    import numpy as np

    return int((~np.isnan(coordinates)).all(axis=1).sum()) if coordinates.shape[1] else 0


def _tell(rows: ChosenProbes, clustering: Clustering) -> None:
    import numpy as np

    from mirtool.cluster import LINKAGES, METRICS

    matrix = rows.matrix
    missing = int(np.isnan(matrix.values).sum())
    say(f"Clustering {plural(len(matrix.probes), 'probe')} and {plural(len(matrix.samples), 'array')}.")
    lines = [("probes", rows.rule)]
    if rows.too_few_values:
        lines.append(("left out", f"{plural(rows.too_few_values, 'probe')} with fewer than two values"))
    lines += [("values", clustering.meaning), ("linkage", LINKAGES[clustering.method].description)]
    if clustering.rows is not None:
        lines.append(("distance of probes", METRICS[clustering.row_metric].description))
    if clustering.columns is not None:
        lines.append(("distance of arrays", METRICS[clustering.column_metric].description))
    if missing:
        lines.append(("missing", f"{missing:,} of {matrix.values.size:,}, left out pair by pair"))
    say_pairs(lines)


def _tell_stability(
    matrix: ExpressionMatrix, clustering: Clustering, of_rows: Stability | None, of_columns: Stability | None
) -> None:
    """Count the stable clusters but for the whole tree, which is always there; name the largest ones of arrays."""
    from mirtool.cluster import members
    from mirtool.cluster.stability import STABLE

    for what, found in (("probes", of_rows), ("arrays", of_columns)):
        if found is not None:
            value = "AU" if found.multiscale else "BP"
            counts = f"{int(found.stable.sum()):,} of {len(found.stable) - 1:,}"
            say(f"Stable clusters of {what} ({value} ≥ {STABLE:g}): {counts}")
    if of_columns is None or clustering.columns is None:
        return
    inside = members(clustering.columns)
    stable = [merge for merge in range(len(inside)) if of_columns.stable[merge]]
    for merge in sorted(stable, key=lambda merge: (-int(inside[merge].sum()), merge))[:CLUSTERS_TOLD]:
        names = [name for name, found in zip(matrix.samples.names, inside[merge], strict=True) if found]
        more = f" and {len(names) - 8} more" if len(names) > 8 else ""
        say(f"  {of_columns.best[merge]:.3f}  {', '.join(names[:8])}{more}")


def _summary(
    rows: ChosenProbes, of_rows: Stability | None, of_columns: Stability | None, partitions: Partitions
) -> dict[str, Any]:
    return {
        "probes": len(rows.matrix.probes),
        "arrays": len(rows.matrix.samples),
        "probes_with_too_few_values": rows.too_few_values,
        "stable_clusters": {
            what: int(found.stable.sum())
            for what, found in (("genes", of_rows), ("arrays", of_columns))
            if found is not None
        },
        "k_means": {
            key: {
                "k": len(found.centers),
                "mean_silhouette": float(f"{found.silhouette.mean():.6g}"),
                "within": float(f"{found.within.sum():.6g}"),
            }
            for key, found in (("genes", partitions.probes), ("arrays", partitions.arrays))
            if found is not None
        },
        "history": rows.matrix.history,
    }
