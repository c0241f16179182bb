"""Fold changes between two groups of arrays, and the cut-off that makes a probe up or down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.io.arrays.not_detected import is_panel_matrix
from mirtool.model import BoolArray, ExpressionMatrix, FloatArray, TextArray

CUTOFF_TOLERANCE = 1e-12
"""Relative. A ratio of exactly 2 must pass a cut-off of 2 whatever the last binary digit of it is."""


@dataclass(frozen=True, eq=False)
class FoldChange:
    """Group means on the linear scale, their ratio, its log2, and the signed fold change, ``(n_probes,)`` each.

    NaN where a group has no value.
    """

    mean_tested: FloatArray
    mean_reference: FloatArray
    ratio: FloatArray
    log2_ratio: FloatArray
    signed: FloatArray


def usual_fold_change(matrix: ExpressionMatrix) -> str:
    """Return the fold change where none was asked for: 2^−ΔΔCt of qPCR panels, else of arithmetic means."""
    return "geometric" if is_panel_matrix(matrix) else "ratio-of-means"


def compare_means(tested: FloatArray, reference: FloatArray, *, kind: str = "ratio-of-means") -> FoldChange:
    """Divide the mean of one group by that of the other.

    Parameters
    ----------
    tested, reference
        log2 values, ``(n_probes, n_tested)`` and ``(n_probes, n_reference)``, NaN missing and left out.
    kind
        ``"ratio-of-means"``: the arithmetic means of the linear values are divided, as array services and the
        study do. ``"geometric"``: the geometric means are, which is the difference of the log2 means.

    Examples
    --------
    >>> import numpy as np
    >>> change = compare_means(np.log2([[1.0, 1.0, 11.0]]), np.log2([[1.0, 1.0, 1.0]]))
    >>> change.ratio.round(6), change.signed.round(6)
    (array([4.333333]), array([4.333333]))
    """
    if kind == "geometric":
        log2_tested, log2_reference = _row_means(tested), _row_means(reference)
        log2_ratio = log2_tested - log2_reference
        means = np.exp2(log2_tested), np.exp2(log2_reference)
        ratio = np.exp2(log2_ratio)
    else:
        means = _row_means(np.exp2(tested)), _row_means(np.exp2(reference))
        ratio = means[0] / means[1]
        log2_ratio = np.log2(ratio)
    return FoldChange(*means, ratio, log2_ratio, signed_fold_change(ratio))


def signed_fold_change(ratio: FloatArray) -> FloatArray:
    """Turn ratios below 1 into minus their reciprocal, so that halving reads −2; never inside (−1, 1).

    Examples
    --------
    >>> signed_fold_change(np.array([2.0, 1.0, 0.25, np.nan]))
    array([ 2.,  1., -4., nan])
    """
    return np.where(ratio < 1, -1 / ratio, ratio)


def regulation(ratio: FloatArray, cutoff: float, passes: BoolArray | None = None) -> TextArray:
    """Call each probe ``"up"`` (ratio ≥ cut-off), ``"down"`` (ratio ≤ 1 / cut-off) or ``""``.

    Parameters
    ----------
    ratio
        ``(n_probes,)``; a missing ratio and a ratio of 1 are neither.
    cutoff
        1 or more.
    passes
        Mask of the probes that also meet a second condition (P, FDR); None asks for no other.
    """
    passes = np.ones(len(ratio), dtype=bool) if passes is None else passes
    calls: TextArray = np.full(len(ratio), "", dtype=object)
    calls[passes & (ratio >= cutoff * (1 - CUTOFF_TOLERANCE)) & (ratio > 1)] = "up"
    calls[passes & (ratio <= (1 + CUTOFF_TOLERANCE) / cutoff) & (ratio < 1)] = "down"
    return calls


def _row_means(values: FloatArray) -> FloatArray:
    present = ~np.isnan(values)
    n = present.sum(axis=1)
    means = np.full(len(values), np.nan)
    np.divide(np.where(present, values, 0.0).sum(axis=1), n, out=means, where=n > 0)
    return means
