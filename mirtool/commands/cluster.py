"""``mirtool cluster``: what goes together, among probes and among arrays, and how far to believe it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
from mirtool.errors import MirtoolError, NotEnoughDataError, UsageError
from mirtool.io.tables.text import hash_files
from mirtool.wording import plural

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from mirtool.cluster import Clustering, KMeans, Stability
    from mirtool.cluster.cluster_tables import Leaves
    from mirtool.model import ExpressionMatrix, FloatArray

Linkage = Literal["average", "weighted", "complete", "single", "ward"]
MetricChoice = Literal["correlation", "cosine", "absolute", "spearman", "euclidean"]
ScoreChoice = Literal["z", "centered", "log2"]
StabilityChoice = Literal["multiscale", "ordinary", "none"]

STDIN = "-"
MOST_VARIABLE = 100
"""Rows that are taken where no differential table says which."""
CLUSTERS_TOLD = 4
TABLES = ("cluster_stability.csv", "cluster_kmeans.csv", "cluster_pca.csv")


@dataclass(frozen=True)
class _Rows:
    """Which probes are clustered, and by what rule, in words."""

    matrix: ExpressionMatrix
    rule: str
    differential: str | None
    too_few_values: int


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
    from mirtool.cluster import cluster_both_ways

    _check_options(top, differential, regulation, genes, arrays, figures, no_figures)
    place = find_place([table] if table else [], samples, "normalized table")
    folder = Path(output) if output else place.study.results if place.study else Path()
    source = normalized_table_of(table, place)
    rows = _choose_rows(_read_matrix(source, place.samples, scale), place, differential, regulation, top)
    matrix = rows.matrix
    clustering = cluster_both_ways(
        matrix.values, method=linkage, metric=metric, scores=scores, rows=genes, columns=arrays
    )
    _tell(rows, clustering)
    with _executor(workers) as executor:
        of_rows, of_columns = _assess(clustering, stability, resamples, seed, executor)
    partitions = _partition(matrix, clustering, k, k_arrays, seed)
    written = _write_trees(matrix, clustering, folder)
    written += _write_tables(matrix, clustering, of_rows, of_columns, partitions, folder)
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


def _check_options(
    top: int | None,
    differential: str | None,
    regulation: str | None,
    genes: bool,
    arrays: bool,
    figures: str | None,
    no_figures: bool,
) -> None:
    from mirtool.model import Rule

    check_figure_options(figures, no_figures)
    if top is not None and (differential or regulation):
        raise UsageError(
            "--top takes the most variable probes, whatever the differential table says",
            found="--top with " + ("--regulation" if regulation else "--differential"),
            hint="leave one of them out",
        )
    if regulation is not None:
        Rule.named(regulation, "regulation")
    if not (genes or arrays):
        raise UsageError("there is nothing left to cluster", found="--no-genes and --no-arrays")


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


def _choose_rows(
    matrix: ExpressionMatrix, place: Place, differential: str | None, regulation: str | None, top: int | None
) -> _Rows:
    """Take the probes that pass, or the most variable ones; of either those with two values or more."""
    import numpy as np

    from mirtool.cluster import row_variances

    if differential is None and top is None and place.study is not None:
        path = place.study.results / "differential.csv"
        differential = str(path) if path.is_file() else None
    if differential is None and regulation is not None:
        raise UsageError(
            "--regulation chooses from a differential table, and there is none",
            hint="run `mirtool diff` first, name its table with --differential, or take --top N",
        )
    variance = row_variances(matrix.values)
    if differential is None:
        known = np.flatnonzero(~np.isnan(variance))
        most = np.sort(known[np.argsort(-variance[known], kind="stable")][: top or MOST_VARIABLE])
        _need_rows(len(most), "have values in two arrays or more", None)
        rule = f"the {plural(len(most), 'probe')} of the largest variance"
        return _Rows(matrix.take_probes(most), rule, None, int(np.isnan(variance).sum()))
    passing, rule = _passing(matrix, differential, regulation)
    enough = passing & ~np.isnan(variance)
    _need_rows(int(enough.sum()), f"pass by {rule}", differential)
    return _Rows(matrix.take_probes(enough), rule, differential, int((passing & np.isnan(variance)).sum()))


def _passing(matrix: ExpressionMatrix, path: str, regulation: str | None) -> tuple[Any, str]:
    """Tell which rows of the matrix are up or down in a differential table, and by which rule."""
    import numpy as np

    from mirtool.io.results.differential import read_differential
    from mirtool.model import Rule

    found = read_differential(path)
    rule = Rule.named(regulation) if regulation else Rule.default(Rule.in_columns(found.regulation))
    column = rule.column
    if column not in found.regulation:
        raise UsageError(
            f"the differential table has no column '{column}'",
            found=", ".join(found.regulation),
            hint="no test was made (one array per group, or --test none): choose --regulation fold-change",
        )
    passing = set(found.id[found.regulation[column] != ""].tolist())
    unknown = sorted(passing - set(matrix.probes.id.tolist()))
    if unknown:
        raise MirtoolError(
            f"{plural(len(unknown), 'probe')} of the differential table not in the normalized table",
            path=path,
            found=", ".join(unknown[:5]) + (" …" if len(unknown) > 5 else ""),
            hint="run `mirtool diff` again: the normalized table is another than the one it compared",
        )
    return np.array(
        [probe in passing for probe in matrix.probes.id]
    ), f"{column} ({found.tested}/{found.reference})"


def _need_rows(n: int, which: str, path: str | None) -> None:
    if n < 2:
        raise NotEnoughDataError(
            f"clusters need at least two probes, and {n:,} {which}",
            path=path,
            hint="take the most variable ones (--top 50), another rule (--regulation fold-change), or a lower bar "
            "(`mirtool diff --cutoff 1.5`)"
            if path
            else "look into the table: nearly all of it is missing",
        )


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


def _assess(
    clustering: Clustering, stability: StabilityChoice, resamples: int, seed: int, executor: Executor | None
) -> tuple[Stability | None, Stability | None]:
    """Assess the tree of probes and that of arrays, where there is one and enough to draw from."""
    from mirtool.cluster import cluster_stability
    from mirtool.cluster.stability import CHUNK, FEWEST_RESAMPLED, SCALES

    found: list[Stability | None] = []
    for tree, values, metric, what, drawn in (
        (clustering.rows, clustering.scores, clustering.row_metric, "probes", "array"),
        (clustering.columns, clustering.scores.T, clustering.column_metric, "arrays", "probe"),
    ):
        n_drawn = values.shape[1]
        if tree is None or stability == "none":
            found.append(None)
            continue
        if n_drawn < FEWEST_RESAMPLED:
            say(
                f"The tree of {what} is not assessed: it rests on {plural(n_drawn, drawn)}, and the bootstrap "
                f"needs {FEWEST_RESAMPLED} to draw from."
            )
            found.append(None)
            continue
        n_steps = (len(SCALES) if stability == "multiscale" else 1) * -(-resamples // CHUNK)
        with progress_steps(f"Stability of the {what}", n_steps) as on_step:
            found.append(
                cluster_stability(
                    values,
                    tree,
                    method=clustering.method,
                    metric=metric,
                    multiscale=stability == "multiscale",
                    resamples=resamples,
                    seed=seed,
                    executor=executor,
                    on_step=on_step,
                )
            )
    return found[0], found[1]


def _leaves(matrix: ExpressionMatrix) -> tuple[Leaves, Leaves]:
    from mirtool.cluster.cluster_tables import Leaves

    probes, samples = matrix.probes, matrix.samples
    names = [str(name or label) for name, label in zip(probes.name, probes.id, strict=True)]
    return (
        Leaves("gene", probes.id.tolist(), names, [""] * len(probes)),
        Leaves("array", samples.names, samples.names, samples.groups),
    )


def _partition(
    matrix: ExpressionMatrix, clustering: Clustering, k: int | None, k_arrays: int | None, seed: int
) -> dict[str, KMeans]:
    """Part probes and arrays by k-means; where nobody asked for a k, what can't be parted is told and left out."""
    from mirtool.cluster import k_means

    n_groups = len({group for group in matrix.samples.groups if group})
    found = {}
    for kind, asked, default, values in (
        ("gene", k, 2, clustering.scores),
        ("array", k_arrays, max(2, n_groups), clustering.scores.T),
    ):
        try:
            found[kind] = k_means(values, asked or default, seed=seed)
        except MirtoolError as error:
            if asked is not None:
                raise
            warn(f"the {'probes' if kind == 'gene' else 'arrays'} are not parted by k-means: {error.problem}")
    return found


def _write_trees(matrix: ExpressionMatrix, clustering: Clustering, folder: Path) -> list[str]:
    """Write the matrix and its trees for other programs; give the names of the files."""
    from mirtool.cluster.export import ARRAY, GENE, cdt_text, newick_text, tree_text
    from mirtool.report.tables import write_bytes

    genes, arrays = _leaves(matrix)
    texts = {"cluster.cdt": cdt_text(clustering, matrix.probes, matrix.samples)}
    if clustering.rows is not None:
        texts["cluster.gtr"] = tree_text(clustering.rows, clustering.row_metric, GENE)
        texts["cluster_genes.nwk"] = newick_text(clustering.rows, genes.names)
    if clustering.columns is not None:
        texts["cluster.atr"] = tree_text(clustering.columns, clustering.column_metric, ARRAY)
        texts["cluster_arrays.nwk"] = newick_text(clustering.columns, arrays.names)
    for name, text in texts.items():
        write_bytes(text.encode(), folder / name)
        say(f"Wrote {folder / name}")
    return list(texts)


def _write_tables(
    matrix: ExpressionMatrix,
    clustering: Clustering,
    of_rows: Stability | None,
    of_columns: Stability | None,
    partitions: dict[str, KMeans],
    folder: Path,
) -> list[str]:
    from mirtool.cluster.cluster_tables import components_table, k_means_table, stability_table
    from mirtool.stats.principal_components import principal_components

    genes, arrays = _leaves(matrix)
    trees = [
        (leaves, tree, found)
        for leaves, tree, found in (
            (arrays, clustering.columns, of_columns),
            (genes, clustering.rows, of_rows),
        )
        if tree is not None
    ]
    tables = {"cluster_stability.csv": stability_table(trees)}
    parted = [
        (leaves, tree, partitions[leaves.kind])
        for leaves, tree in ((genes, clustering.rows), (arrays, clustering.columns))
        if leaves.kind in partitions
    ]
    if parted:
        tables["cluster_kmeans.csv"] = k_means_table(parted)
    tables["cluster_pca.csv"] = components_table(matrix.samples, *principal_components(clustering.scores))
    for name, found in tables.items():
        write_result(found, str(folder / name))
    return list(tables)


def _draw(
    rows: _Rows, clustering: Clustering, of_rows: Stability | None, of_columns: Stability | None, folder: Path
) -> None:
    from mirtool.report.figures.canvas import save_figure
    from mirtool.report.figures.components import Components, components_figure
    from mirtool.report.figures.heatmap import heatmap_figure
    from mirtool.stats.principal_components import principal_components

    title = f"{plural(len(rows.matrix.probes), 'probe')}: {rows.rule}" if rows.differential else rows.rule
    heat_map = heatmap_figure(
        rows.matrix,
        title=title[0].upper() + title[1:],
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


def _tell(rows: _Rows, clustering: Clustering) -> None:
    import numpy as np

    from mirtool.cluster import METHOD_NAMES, METRIC_NAMES

    matrix = rows.matrix
    missing = int(np.isnan(matrix.values).sum())
    say(f"Clustering {plural(len(matrix.probes), 'probe')} and {plural(len(matrix.samples), 'array')}.")
    lines = [("probes", rows.rule)]
    if rows.too_few_values:
        lines.append(("left out", f"{plural(rows.too_few_values, 'probe')} with fewer than two values"))
    lines += [("values", clustering.meaning), ("linkage", METHOD_NAMES[clustering.method])]
    if clustering.rows is not None:
        lines.append(("distance of probes", METRIC_NAMES[clustering.row_metric]))
    if clustering.columns is not None:
        lines.append(("distance of arrays", METRIC_NAMES[clustering.column_metric]))
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
    rows: _Rows, of_rows: Stability | None, of_columns: Stability | None, partitions: dict[str, KMeans]
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
            f"{kind}s": {
                "k": len(found.centers),
                "mean_silhouette": float(f"{found.silhouette.mean():.6g}"),
                "within": float(f"{found.within.sum():.6g}"),
            }
            for kind, found in partitions.items()
        },
        "history": rows.matrix.history,
    }
