"""A matrix clustered both ways, as a heat map shows it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.cluster.methods import Linkage, Metric, Scores
from mirtool.cluster.scores import row_scores
from mirtool.cluster.trees import ClusterTree, check_options, hierarchical_order
from mirtool.errors import NotEnoughDataError, option
from mirtool.model import FloatArray, IntArray

FEWEST_FOR_CORRELATION = 3
"""Any two rows of two values each correlate perfectly."""


@dataclass(frozen=True, eq=False)
class Clustering:
    """What was clustered, and the two trees.

    Parameters
    ----------
    scores
        ``(n_probes, n_samples)`` as clustered and drawn, NaN missing.
    meaning
        What the scores are, in words.
    method
        How clusters were merged.
    row_metric, column_metric
        The distance of rows, and of columns.
    rows, columns
        The trees; None where the order was kept.
    """

    scores: FloatArray
    meaning: str
    method: Linkage
    row_metric: Metric
    column_metric: Metric
    rows: ClusterTree | None
    columns: ClusterTree | None

    @property
    def row_order(self) -> IntArray:
        """Positions of the rows, top down."""
        return np.arange(len(self.scores)) if self.rows is None else self.rows.order

    @property
    def column_order(self) -> IntArray:
        """Positions of the columns, left to right."""
        return np.arange(self.scores.shape[1]) if self.columns is None else self.columns.order


def cluster_both_ways(
    values: FloatArray,
    *,
    method: Linkage = "average",
    metric: Metric | None = None,
    scores: Scores = "z",
    rows: bool = True,
    columns: bool = True,
) -> Clustering:
    """Cluster the rows and the columns of log2 values.

    Rows and columns alike are clustered on the scores, so that what lies side by side is what looks alike.

    Parameters
    ----------
    values
        log2, ``(n_probes, n_samples)``, NaN missing.
    method
        See :func:`mirtool.cluster.hierarchical_order`.
    metric
        See :func:`mirtool.cluster.pairwise_distances`. None is ``"correlation"`` for rows or columns of at least
        three values, else ``"euclidean"``; with Ward's method it is ``"euclidean"``.
    scores
        See :func:`mirtool.cluster.row_scores`.
    rows, columns
        Which of the two to cluster; the others keep their order.

    Raises
    ------
    NotEnoughDataError
        Where a correlation was asked for of fewer than three values.
    UsageError
        For a method, metric or scores that are not known, and for Ward's method on other than Euclidean distances.
    """
    n_rows, n_columns = values.shape
    drawn, meaning = row_scores(values, scores)
    row_metric, column_metric = _metric(metric, method, n_columns, rows), _metric(metric, method, n_rows, columns)
    for chosen in (row_metric, column_metric):
        check_options(method, chosen)
    return Clustering(
        drawn,
        meaning,
        method,
        row_metric,
        column_metric,
        hierarchical_order(drawn, axis=0, method=method, metric=row_metric) if rows else None,
        hierarchical_order(drawn, axis=1, method=method, metric=column_metric) if columns else None,
    )


def _metric(metric: Metric | None, method: Linkage, n_values: int, used: bool) -> Metric:
    if metric is None:
        return "euclidean" if method == "ward" or n_values < FEWEST_FOR_CORRELATION else "correlation"
    if used and metric != "euclidean" and n_values < FEWEST_FOR_CORRELATION:
        raise NotEnoughDataError(
            "a correlation needs three values: any two rows of two values each correlate perfectly",
            found=str(n_values),
            hint=f"cluster by Euclidean distance ({option('metric', 'euclidean')})",
        )
    return metric
