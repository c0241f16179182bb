"""Principal components of a matrix with missing values, none of them filled in.

References
----------
Hotelling, H. (1933). Analysis of a complex of statistical variables into principal components. J. Educ. Psychol.
24, 417–441, 498–520.
"""

from __future__ import annotations

import numpy as np

from mirtool.model import FloatArray

_LARGE = 400
"""Rows and columns above which products of all columns are much quicker than a singular value decomposition."""


def principal_components(values: FloatArray, n_components: int = 3) -> tuple[FloatArray, FloatArray, int]:
    """Place the columns on the principal components of the rows that they all have.

    Missing values are never filled in: a column that lacks more than half of the rows is not placed, and then only
    rows that no placed column lacks count. An imputed value would draw a failed array to the middle of the others.
    The rows are centered, not scaled.

    Parameters
    ----------
    values
        log2, ``(n, n_arrays)``, NaN missing.
    n_components
        At most so many.

    Returns
    -------
    coordinates : FloatArray
        ``(n_arrays, k)``; missing for a column that is not placed. The column farthest out on a component lies on
        its positive side.
    explained : FloatArray
        Share of the variance along each component, ``(k,)``.
    n_rows : int
        Rows that counted.
    """
    present = ~np.isnan(values)
    placed = present.mean(axis=0) >= 0.5 if len(values) else np.zeros(values.shape[1], dtype=bool)
    rows = present[:, placed].all(axis=1)
    n_rows = int(rows.sum())
    k = max(0, min(n_components, int(placed.sum()) - 1, n_rows))
    coordinates = np.full((values.shape[1], k), np.nan)
    if not k:
        return coordinates, np.empty(0), n_rows
    x = values[np.ix_(rows, placed)]
    x = x - x.mean(axis=1, keepdims=True)
    along, variance, total = _by_products(x, k) if min(x.shape) > _LARGE else _by_svd(x, k)
    farthest = along[np.arange(k), np.abs(along).argmax(axis=1)]
    coordinates[placed] = (along * np.where(farthest < 0, -1.0, 1.0)[:, None]).T
    explained = variance / total if total > 0 else np.zeros(k)
    return coordinates, explained, n_rows


def _by_svd(x: FloatArray, k: int) -> tuple[FloatArray, FloatArray, float]:
    """Return coordinates along the first components, ``(k, n_arrays)``, their sums of squares, and that of all."""
    _, sizes, axes = np.linalg.svd(x, full_matrices=False)
    return axes[:k] * sizes[:k, None], sizes[:k] ** 2, float(np.sum(sizes**2))


def _by_products(x: FloatArray, k: int) -> tuple[FloatArray, FloatArray, float]:
    """Return as :func:`_by_svd`, by products of all rows or columns: less exact for the last components only."""
    n_rows, n_arrays = x.shape
    products = x.T @ x if n_arrays <= n_rows else x @ x.T
    squares, vectors = np.linalg.eigh(products)
    squares, vectors = np.maximum(squares[: -k - 1 : -1], 0.0), vectors[:, : -k - 1 : -1].T
    along = vectors * np.sqrt(squares)[:, None] if n_arrays <= n_rows else vectors @ x
    return along, squares, float(np.trace(products))


def component_columns(coordinates: FloatArray, explained: FloatArray) -> dict[str, FloatArray]:
    """Return coordinates as columns of a table, each with its component's share of the variance in its head.

    Examples
    --------
    >>> list(component_columns(np.zeros((3, 2)), np.array([0.5, 0.25])))
    ['PC1 (50.0 %)', 'PC2 (25.0 %)']
    """
    return {f"PC{k + 1} ({100 * share:.1f} %)": coordinates[:, k] for k, share in enumerate(explained)}
