"""A cluster analysis in words: what was clustered and how, and which clusters are stable."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mirtool.cluster import (
    LINKAGES,
    METRICS,
    ChosenProbes,
    Clustering,
    Partitions,
    Stability,
    TreeStability,
    members,
)
from mirtool.cluster.analysis import SIDES
from mirtool.cluster.stability import STABLE
from mirtool.model import ExpressionMatrix
from mirtool.report.text.blocks import Caution, Line, Pairs, Summary
from mirtool.wording import first_of, plural

CLUSTERS_SHOWN, MEMBERS_SHOWN = 4, 8


def cluster_summary(
    chosen: ChosenProbes,
    clustering: Clustering,
    stability: TreeStability,
    partitions: Partitions,
    notes: Sequence[str],
    n_placed: int,
) -> Summary:
    """Return what was clustered and how, what could not be done, and the stable clusters.

    ``n_placed`` is the number of arrays that could be placed on principal components.
    """
    matrix = chosen.matrix
    what = f"{plural(len(matrix.probes), 'probe')} and {plural(len(matrix.samples), 'array')}"
    few = Caution("too few values to place two arrays on principal components: cluster_pca is not drawn")
    return (
        Line(f"Clustered {what}: {chosen.rule}."),
        *_stability_lines(matrix, clustering, stability),
        *map(Line, notes),
        *map(Caution, partitions.warnings),
        *([few] if n_placed < 2 else []),
        Pairs(_method_rows(chosen, clustering)),
    )


def _method_rows(chosen: ChosenProbes, clustering: Clustering) -> list[tuple[str, str]]:
    values = chosen.matrix.values
    missing = int(np.isnan(values).sum())
    rows = []
    if chosen.too_few_values:
        rows.append(("left out", f"{plural(chosen.too_few_values, 'probe')} with fewer than two values"))
    rows += [("values", clustering.meaning), ("linkage", LINKAGES[clustering.method].description)]
    if clustering.rows is not None:
        rows.append(("distance of probes", METRICS[clustering.row_metric].description))
    if clustering.columns is not None:
        rows.append(("distance of arrays", METRICS[clustering.column_metric].description))
    if missing:
        rows.append(("missing", f"{missing:,} of {values.size:,}, left out pair by pair"))
    return rows


def _stability_lines(matrix: ExpressionMatrix, clustering: Clustering, stability: TreeStability) -> list[Line]:
    """Count the stable clusters except the whole tree, which is always found; name the largest of arrays."""
    lines = []
    for side in SIDES:
        assessed = stability.of(side)
        if assessed is not None:
            value = "AU" if assessed.multiscale else "BP"
            counts = f"{int(assessed.stable.sum()):,} of {len(assessed.stable) - 1:,}"
            lines.append(Line(f"Stable clusters of {side} ({value} ≥ {STABLE:g}): {counts}"))
    if stability.arrays is not None and clustering.columns is not None:
        lines += _largest_stable(matrix.samples.names, stability.arrays, members(clustering.columns))
    return lines


def _largest_stable(names: Sequence[str], stability: Stability, inside: np.ndarray) -> list[Line]:
    """Return value and members of the largest stable clusters; ``inside`` is ``(n_clusters, n_arrays)``."""
    stable = np.flatnonzero(stability.stable).tolist()
    lines = []
    for merge in sorted(stable, key=lambda merge: (-int(inside[merge].sum()), merge))[:CLUSTERS_SHOWN]:
        own = [name for name, is_member in zip(names, inside[merge], strict=True) if is_member]
        lines.append(Line(f"  {stability.best[merge]:.3f}  {first_of(own, MEMBERS_SHOWN)}"))
    return lines
