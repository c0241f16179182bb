"""The tables of a clustering: each cluster's stability, k-means beside the tree, principal components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
import numpy.typing as npt

from mirtool.cluster.export import node_name
from mirtool.cluster.k_means import KMeans
from mirtool.cluster.stability import Stability
from mirtool.cluster.trees import ClusterTree, cut_tree, members
from mirtool.model import FloatArray, SampleTable, Table, text_array
from mirtool.stats.principal_components import component_columns

_ASSESSED = {
    "AU": "au",
    "AU standard error": "au_error",
    "BP": "bp",
    "BP standard error": "bp_error",
    "signed distance v": "distance",
    "curvature c": "curvature",
    "P of the fit": "fit_p",
}


@dataclass(frozen=True, eq=False)
class Leaves:
    """What the leaves of a tree are: ``"gene"`` or ``"array"``, and an ID, a name and a group each."""

    kind: str
    ids: Sequence[str]
    names: Sequence[str]
    groups: Sequence[str]


def stability_table(trees: Sequence[tuple[Leaves, ClusterTree, Stability | None]]) -> Table:
    """Return one row per cluster: what is in it, at what distance it was made, and how often it came back.

    Clusters of a tree that was not assessed have missing values in all but their first columns.
    """
    columns: dict[str, list[npt.NDArray[np.generic]]] = {}

    def add(name: str, values: npt.NDArray[np.generic]) -> None:
        columns.setdefault(name, []).append(values)

    for leaves, tree, stability in trees:
        inside = members(tree)
        n = len(inside)
        unknown = np.full(n, np.nan)
        add("tree", text_array([leaves.kind] * n))
        add("node", text_array(node_name(merge) for merge in range(n)))
        add("size", inside.sum(axis=1))
        add("distance", tree.linkage[:, 2])
        for name, field in _ASSESSED.items():
            add(name, unknown if stability is None else getattr(stability, field))
        add("members", text_array("; ".join(compress(leaves.names, row)) for row in inside))
    return Table({name: np.concatenate(parts) for name, parts in columns.items()}, (("mirtool cluster", ""),))


def k_means_table(parts: Sequence[tuple[Leaves, ClusterTree | None, KMeans]]) -> Table:
    """Return one row per gene or array: its cluster by k-means, its silhouette, and where the tree puts it.

    The tree's column holds the cluster of the tree cut into as many; 0 where there is no tree.
    """
    notes = [("mirtool cluster", "")]
    for leaves, _, found in parts:
        notes.append((f"{leaves.kind}s", f"k = {len(found.centers)}"))
        notes.append((f"mean silhouette of the {leaves.kind}s", f"{found.silhouette.mean():.4g}"))
        notes.append((f"sum of squares within the {leaves.kind}s' clusters", f"{found.within.sum():.6g}"))
    joined = {
        "of": [leaves.kind for leaves, _, _ in parts for _ in leaves.ids],
        "ID": [label for leaves, _, _ in parts for label in leaves.ids],
        "Name": [label for leaves, _, _ in parts for label in leaves.names],
        "group": [label for leaves, _, _ in parts for label in leaves.groups],
    }
    cut = [
        np.zeros(len(found.cluster), dtype=np.int64) if tree is None else cut_tree(tree, len(found.centers))
        for _, tree, found in parts
    ]
    numbers: dict[str, npt.NDArray[np.generic]] = {
        "k-means cluster": np.concatenate([found.cluster for _, _, found in parts]),
        "silhouette": np.concatenate([found.silhouette for _, _, found in parts]),
        "tree cluster": np.concatenate(cut),
    }
    return Table({name: text_array(texts) for name, texts in joined.items()} | numbers, tuple(notes))


def components_table(samples: SampleTable, coordinates: FloatArray, explained: FloatArray, n_rows: int) -> Table:
    """Return one row per array: its place on each principal component; missing where it could not be placed."""
    columns: dict[str, npt.NDArray[np.generic]] = {
        "sample": text_array(samples.names),
        "group": text_array(samples.groups),
    }
    columns |= component_columns(coordinates, explained)
    return Table(columns, (("mirtool cluster", ""), ("probes", str(n_rows))))
