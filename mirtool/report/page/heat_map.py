"""The clustered heat map as a study's page has it: rows and columns in the order of the trees, and the trees."""

from __future__ import annotations

from typing import Any

import numpy as np

from mirtool.cluster.saved import SavedClustering, parse_clustering
from mirtool.cluster.trees import ClusterTree
from mirtool.report.figures.heatmap import color_range
from mirtool.report.figures.trees import fork_shapes, legible_heights
from mirtool.report.study_results import StudyResults

MOST_CELLS = 60_000
"""Cells of the heat map on the page; a larger one is there as a figure."""
_HUNDREDTHS = 100


def heat_map(results: StudyResults) -> dict[str, Any] | None:
    """Return the heat map of ``mirtool cluster`` as the page's program reads it; None where there is none.

    Scores are in hundredths, rounded. A fork of a tree is the places of its two ends in cells, their heights and
    its own, as parts of the highest.

    Parameters
    ----------
    results
        The study.
    """
    files = {path.suffix: path for path in results.files_of("cluster")}
    if ".cdt" not in files:
        return None
    cdt, gtr, atr = (
        results.content(files[suffix]).decode() if suffix in files else "" for suffix in (".cdt", ".gtr", ".atr")
    )
    saved = parse_clustering(cdt, gtr, atr, file=str(files[".cdt"]))
    if saved.scores.size > MOST_CELLS:
        return None
    meaning = str(results.found("cluster").get("scores", "score"))
    limit, middle = color_range(saved.scores, meaning)
    return {
        "rows": [[probe, name] for probe, name in zip(saved.ids, saved.names, strict=True)],
        "samples": [[name, group] for name, group in zip(saved.samples, saved.groups, strict=True)],
        "scores": _hundredths(saved),
        "limit": limit,
        "middle": middle,
        "meaning": meaning,
        "rowTree": _forks(saved.rows),
        "sampleTree": _forks(saved.columns),
    }


def _hundredths(saved: SavedClustering) -> list[list[int | None]]:
    return [
        [None if np.isnan(score) else round(float(score) * _HUNDREDTHS) for score in row] for row in saved.scores
    ]


def _forks(tree: ClusterTree | None) -> list[list[float]]:
    """Return left and right place, left and right foot, height per merge."""
    if tree is None or not len(tree.linkage):
        return []
    heights, _ = legible_heights(tree)
    shapes = fork_shapes(tree, heights / heights.max())
    corners = np.column_stack([shapes[:, [0, 2], 0], shapes[:, [0, 3], 1], shapes[:, 1, 1]])
    return [[round(float(value), 3) for value in fork] for fork in corners]
