"""Between arrays: making the log2 signals of different arrays comparable.

Each function takes log2 signals of the probes, ``(n_probes, n_arrays)``, NaN missing, and gives a new matrix of
the same shape and unit. :mod:`mirtool.normalize.quantiles`, :mod:`mirtool.normalize.spike_in` and
:mod:`mirtool.normalize.vsn` hold the methods that need more.

References
----------
Yang YH et al. (2002) Normalization for cDNA microarray data. Nucleic Acids Res 30:e15; Smyth GK, Speed T (2003)
Normalization of cDNA microarray data. Methods 31:265-273 (scale). Bolstad BM et al. (2003) A comparison of
normalization methods for high density oligonucleotide array data. Bioinformatics 19:185-193; Ballman KV et al.
(2004) Faster cyclic loess: normalizing RNA arrays via linear models. Bioinformatics 20:2778-2786 (cyclic loess).
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from mirtool.model import FloatArray
from mirtool.normalize.curves import loess_fit

SPAN = 0.7
"""Share of the probes behind each line of a cyclic loess curve (limma's ``normalizeCyclicLoess``)."""
CYCLES = 3
"""Times all arrays are gone through (limma's ``normalizeCyclicLoess``)."""


def scale_medians(values: FloatArray) -> FloatArray:
    """Return every array the same median of absolute values: their geometric mean.

    Log ratios are so given one spread, log2 signals one median, as limma's ``normalizeMedianAbsValues`` does.

    Examples
    --------
    >>> scale_medians(np.array([[2.0, 8.0], [4.0, 16.0], [8.0, 32.0]])).round(9)
    array([[ 4.,  4.],
           [ 8.,  8.],
           [16., 16.]])
    """
    log_medians = np.log([np.median(np.abs(column[~np.isnan(column)])) for column in values.T])
    return np.asarray(values / np.exp(log_medians - log_medians.mean()))


def cyclic_loess_fast(values: FloatArray) -> FloatArray:
    """Take out of each array its curve against the mean of all arrays, three times over."""
    values = values.copy()
    for _ in range(CYCLES):
        mean = _row_means(values)
        curves = [loess_fit(column - mean, mean, span=SPAN) for column in values.T]
        values -= np.column_stack(curves)
    return values


def cyclic_loess_affy(values: FloatArray) -> FloatArray:
    """Take out of each array the mean of its curves against every other array, three times over.

    The arrays change together after each cycle, so their order does not matter. A probe that is missing on one
    array has no curve there, and becomes missing on all.
    """
    values = values.copy()
    for _ in range(CYCLES):
        change = np.zeros(values.shape)
        for i, j in combinations(range(values.shape[1]), 2):
            curve = _pair_curve(values, i, j)
            change[:, i] -= curve
            change[:, j] += curve
        values -= change / values.shape[1]
    return values


def cyclic_loess_pairs(values: FloatArray) -> FloatArray:
    """Take half the curve of every pair of arrays out of either, one pair after the other, three times over.

    The order of the arrays matters. A probe that is missing on one array becomes missing on all.
    """
    values = values.copy()
    for _ in range(CYCLES):
        for i, j in combinations(range(values.shape[1]), 2):
            curve = _pair_curve(values, i, j)
            values[:, i] += curve / 2
            values[:, j] -= curve / 2
    return values


def _pair_curve(values: FloatArray, i: int, j: int) -> FloatArray:
    return loess_fit(values[:, j] - values[:, i], (values[:, i] + values[:, j]) / 2, span=SPAN)


def _row_means(values: FloatArray) -> FloatArray:
    present = ~np.isnan(values)
    count = present.sum(axis=1)
    total = np.where(present, values, 0.0).sum(axis=1)
    means: FloatArray = np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
    return means
