"""Quantile normalization: every array gets the same distribution, the mean of all.

References
----------
Bolstad BM et al. (2003) A comparison of normalization methods for high density oligonucleotide array data based on
variance and bias. Bioinformatics 19:185-193. Yang YH, Thorne NP (2003) Normalization for two-color cDNA microarray
data. IMS Lecture Notes 40:403-418 (the forms for two channels).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mirtool.model import FloatArray


def normalize_quantiles(values: FloatArray) -> FloatArray:
    """Return every array the same distribution; values tied within an array stay tied.

    As limma's ``normalizeQuantiles(A, ties=TRUE)``: the sorted values of an array with missing ones are stretched
    by interpolation to full length before the mean over arrays is taken, and ranks shrunk back to it.

    Parameters
    ----------
    values
        ``(n, n_arrays)``, log2, NaN missing.

    Returns
    -------
    FloatArray
        Same shape; missing where ``values`` are.

    Examples
    --------
    >>> normalize_quantiles(np.array([[1.0, 6.0], [2.0, 5.0], [3.0, 10.0]]))
    array([[3. , 4. ],
           [4. , 3. ],
           [6.5, 6.5]])
    """
    n = len(values)
    if values.shape[1] == 1 or not n:
        return values.copy()
    full = _places(n)
    present = ~np.isnan(values)
    stretched = np.full(values.shape, np.nan)
    for j, column in enumerate(values.T):
        known = np.sort(column[present[:, j]])
        if len(known):
            stretched[:, j] = known if len(known) == n else np.interp(full, _places(len(known)), known)
    mean = np.mean(stretched[:, present.any(axis=0)], axis=1)
    normalized = np.full(values.shape, np.nan)
    for j, column in enumerate(values.T):
        known = column[present[:, j]]
        if len(known):
            place = _average_ranks(known) / max(len(known) - 1, 1)
            normalized[present[:, j], j] = np.interp(place, full, mean)
    return normalized


def normalize_quantiles_by_group(values: FloatArray, groups: Sequence[str]) -> FloatArray:
    """Return the columns of each group the same distribution, those of other groups another (``Tquantile``)."""
    labels = np.array(groups)
    normalized = np.empty_like(values)
    for label in dict.fromkeys(groups):
        normalized[:, labels == label] = normalize_quantiles(values[:, labels == label])
    return normalized


def _places(n: int) -> FloatArray:
    return np.linspace(0.0, 1.0, n) if n > 1 else np.array([0.0])


def _average_ranks(values: FloatArray) -> FloatArray:
    """Rank from 0; ties share the mean of their ranks."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    first = np.searchsorted(ordered, ordered, side="left")
    last = np.searchsorted(ordered, ordered, side="right") - 1
    ranks = np.empty(len(values))
    ranks[order] = (first + last) / 2
    return ranks
