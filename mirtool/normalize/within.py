"""Within arrays: taking the bias of the dyes out of the log ratios of each array by itself.

All work on M and A of the spots (:func:`mirtool.normalize.ratio.log_ratio`), ``(n_spots, n_arrays)``, NaN missing,
and give M less what the array, a part of it, or its controls have in common.

References
----------
Yang YH et al. (2002) Normalization for cDNA microarray data: a robust composite method addressing single and
multiple slide systematic variation. Nucleic Acids Res 30:e15 (median, loess, print-tip loess). Smyth GK, Speed T
(2003) Normalization of cDNA microarray data. Methods 31:265-273 (span 0.3, four fits, weights of spots). Oshlack A
et al. (2007) Normalization of boutique two-color microarrays with a high proportion of differentially expressed
probes. Genome Biol 8:R2 (controls).
"""

from __future__ import annotations

import numpy as np

from mirtool.model import BoolArray, FloatArray, IntArray
from mirtool.normalize.curves import control_curve, loess_fit
from mirtool.stats.lowess import weighted_median

SPAN = 0.3
"""Share of the spots behind each line of a curve."""
ROUNDS = 3
"""Rounds after the first in which outliers count less: four fits."""


def subtract_median(m: FloatArray, weights: FloatArray | None = None) -> FloatArray:
    """M less the array's median M; a spot of weight 0.5 counts half.

    Examples
    --------
    >>> subtract_median(np.array([[1.0], [2.0], [6.0]])).ravel()
    array([-1.,  0.,  4.])
    """
    columns = range(m.shape[1])
    centers = [_median(m[:, j], None if weights is None else weights[:, j]) for j in columns]
    return np.asarray(m - np.array(centers))


def subtract_loess(m: FloatArray, a: FloatArray, weights: FloatArray | None = None) -> FloatArray:
    """M less the curve of M over A through all spots of the array."""
    return subtract_loess_by_block(m, a, np.zeros(len(m), dtype=np.int64), weights)


def subtract_loess_by_block(
    m: FloatArray, a: FloatArray, block: IntArray, weights: FloatArray | None = None
) -> FloatArray:
    """M less the curve of M over A through the spots of each block: one print tip printed them.

    Parameters
    ----------
    m, a
        ``(n_spots, n_arrays)``, NaN missing.
    block
        Block of each spot, ``(n_spots,)``.
    weights
        Weight of each spot in the curves, ``(n_spots, n_arrays)``, or None for all alike.
    """
    corrected = np.full(m.shape, np.nan)
    for number in np.unique(block):
        rows = np.flatnonzero(block == number)
        for j in range(m.shape[1]):
            own = None if weights is None else weights[rows, j]
            corrected[rows, j] = m[rows, j] - loess_fit(m[rows, j], a[rows, j], own, span=SPAN, rounds=ROUNDS)
    return corrected


def subtract_control_curve(m: FloatArray, a: FloatArray, controls: BoolArray) -> FloatArray:
    """M less the curve of M over A through the control spots, which no sample changes.

    Parameters
    ----------
    m, a
        ``(n_spots, n_arrays)``, NaN missing.
    controls
        The control spots, ``(n_spots,)``.
    """
    corrected = np.full(m.shape, np.nan)
    for j in range(m.shape[1]):
        used = controls & ~np.isnan(m[:, j])
        corrected[:, j] = m[:, j] - control_curve(m[used, j], a[used, j], a[:, j], span=SPAN, rounds=ROUNDS)
    return corrected


def _median(values: FloatArray, weights: FloatArray | None) -> float:
    present = ~np.isnan(values)
    if not present.any():
        return float("nan")
    if weights is None:
        return float(np.median(values[present]))
    return weighted_median(values[present], weights[present])
