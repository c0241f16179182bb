"""Missing values filled in from probes that behave alike: k nearest neighbors.

Only where asked for: an imputed value is no measurement. It is what similar probes show on that array, and it
makes groups look more alike than they are.

References
----------
Troyanskaya O et al. (2001) Missing value estimation methods for DNA microarrays. Bioinformatics 17:520-525.
Hastie T et al. (1999) Imputing missing data for gene expression arrays. Stanford University (the
plain mean of the neighbors, as the R package impute takes it).
"""

from __future__ import annotations

import numpy as np

from mirtool.model import BoolArray, FloatArray

NEIGHBORS = 10
"""Neighbors (Troyanskaya et al. found 10 to 20 best)."""
MOST_MISSING = 0.5
"""A probe missing on a larger share of the arrays stays as it is: it has too few values to find its neighbors."""


def impute_knn(values: FloatArray, neighbors: int = NEIGHBORS) -> tuple[FloatArray, BoolArray]:
    """Fill missing values with the mean of the probe's nearest neighbors on that array.

    The distance of two probes is the mean square of their differences over the arrays on which both have a value;
    the neighbors are the nearest probes whether or not they have the value wanted, and those that have it are
    averaged. Where none has, the value stays missing.

    Parameters
    ----------
    values
        log2, ``(n_probes, n_arrays)``, NaN missing.
    neighbors
        How many; fewer where there are fewer probes.

    Returns
    -------
    filled : FloatArray
        Same shape.
    imputed : BoolArray
        Which values were filled in, same shape.

    Examples
    --------
    >>> values = np.array([[1.0, 2.0, np.nan], [1.0, 2.0, 4.0], [1.0, 2.5, 6.0], [9.0, 9.0, 9.0]])
    >>> impute_knn(values, neighbors=2)[0][0]
    array([1., 2., 5.])
    """
    missing = np.isnan(values)
    filled = values.copy()
    known = np.where(missing, 0.0, values)
    present = (~missing).astype(float)
    share = missing.mean(axis=1)
    for row in np.flatnonzero(missing.any(axis=1) & (share <= MOST_MISSING)):
        own = ~missing[row]
        both = present[:, own].sum(axis=1)
        squares = (present[:, own] * (known[:, own] - known[row, own]) ** 2).sum(axis=1)
        distance = np.divide(squares, both, out=np.full(len(values), np.inf), where=both > 0)
        distance[row] = np.inf
        nearest = np.argsort(distance, kind="stable")[:neighbors]
        nearest = nearest[np.isfinite(distance[nearest])]
        for column in np.flatnonzero(missing[row]):
            having = nearest[~missing[nearest, column]]
            if len(having):
                filled[row, column] = values[having, column].mean()
    return filled, missing & ~np.isnan(filled)
