"""The outlier rules on a normalized matrix: the part of quality control that ``mirtool normalize`` can afford.

When ``normalize`` is done it has the collapsed values at hand, and its speed is part of what it is for. The three
rules on normalized values and identical arrays need nothing else: they are the same kernels that ``mirtool qc``
runs, on the same probes (those at the cut-off in at least half of the arrays), in numpy alone, and 24 arrays of
1,200 such probes take about 20 ms. What needs spots (scratches, replicates, channels) is left to ``mirtool qc``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mirtool.model import ExpressionMatrix, FloatArray
from mirtool.quality.outliers import FEWEST_COMPARED, dependence_rule, distance_rule, distribution_rule


def outlier_warnings(matrix: ExpressionMatrix, factors: Sequence[float], min_intensity: float) -> tuple[str, ...]:
    """Return a sentence for each array that ``mirtool qc`` would call an outlier by the normalized values.

    Parameters
    ----------
    matrix
        log2 of signal / factor, as :func:`mirtool.normalize.normalize` gives it.
    factors
        The arrays' factors, in counts.
    min_intensity
        The cut-off, in counts.

    Returns
    -------
    tuple of str
        In the order of the arrays; empty for fewer than two arrays or 20 compared probes. A single box-plot rule
        is no warning: it fires in one of ten studies without a fault.
    """
    values = compared_values(matrix.values, np.asarray(factors, dtype=float), min_intensity)
    names = matrix.samples.names
    if len(names) < 2 or len(values) < FEWEST_COMPARED:
        return ()
    found = {array: f"has the same values as {names[twin]}" for array, twin in _twins(matrix.values).items()}
    dependent = dependence_rule(values, "after")
    far, otherwise = distance_rule(values, "after"), distribution_rule(values, "after")
    for array in range(len(names)):
        if array in found:
            continue
        if far.outlier[array] and otherwise.outlier[array]:
            found[array] = (
                f"lies far from the other arrays (sum of distances {far.statistic[array]:.3g}, limit "
                f"{far.limit:.3g}), and its values are distributed otherwise (Kolmogorov-Smirnov statistic "
                f"{otherwise.statistic[array]:.3g}, limit {otherwise.limit:.3g})"
            )
        elif dependent.outlier[array]:
            found[array] = (
                "departs from the median array by intensity (Hoeffding's D "
                f"{dependent.statistic[array]:.3g}, limit {dependent.limit:.3g})"
            )
    return tuple(f"{names[array]} {found[array]}; see `mirtool qc`" for array in sorted(found))


def compared_values(values: FloatArray, factors: FloatArray, min_intensity: float) -> FloatArray:
    """Return the rows whose signal, values × factor, reaches the cut-off in at least half of the arrays."""
    with np.errstate(divide="ignore"):
        # Signals at the very cut-off must not fall below it by the rounding of the logarithms.
        detected = values + np.log2(factors) >= np.log2(min_intensity) - 1e-9
    return np.asarray(values[2 * detected.sum(axis=1) >= values.shape[1]])


def _twins(values: FloatArray) -> dict[int, int]:
    """Return each array whose values are those of an earlier one, and that one."""
    first: dict[bytes, int] = {}
    twins = {}
    for array, column in enumerate(values.T):
        earlier = first.setdefault(column.tobytes(), array)
        if earlier != array and not np.isnan(column).all():
            twins[array] = earlier
    return twins
