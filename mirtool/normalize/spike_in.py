r"""Spike-in normalization: what differs between arrays on RNA that was added in the same amount to each.

The idea of Sewer et al. (2014), which their package ExiMiR made known: total miRNA may differ between samples, so
that no method which takes it to be equal will do; the spike-ins tell the laboratory's part alone. With
:math:`E_{sk}` the log2 signal of spike-in :math:`s` on array :math:`k`, the correction it asks for is

.. math:: \Delta_{sk} = E_{sk} - \operatorname{mean}_k E_{sk},

a smooth curve of :math:`\Delta` over :math:`E` through the spike-ins of one array (lowess, a straight line through
the nearest two thirds, no rounds against outliers: there are ten points) is the correction at every intensity, and
constant beyond the dimmest and the brightest spike-in; normalized = log2 signal − curve.

That holds only where the spike-ins rise and fall together from array to array. The criterion is theirs: the mean
of Pearson's correlations over the arrays between all pairs of spike-ins must be 0.5 or more. Where it is not, this
is an error, never another method.

References
----------
Sewer A et al. (2014) Assessment of a novel multi-array normalization method based on spike-in control probes
suitable for microRNA datasets with global decreases in expression. BMC Res Notes 7:302.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.model import FloatArray
from mirtool.stats.lowess import lowess

LEAST_CORRELATION = 0.5
"""Mean correlation between spike-ins below which they hold no information on the arrays (Sewer et al. 2014)."""
FEWEST_SPIKE_INS = 4
"""A curve through fewer would be a guess."""
FEWEST_ARRAYS = 3
"""Over two arrays every correlation is 1 or −1."""
SPAN = 2 / 3


@dataclass(frozen=True, eq=False)
class SpikeInCurves:
    """The curves of a study.

    Parameters
    ----------
    intensity
        log2 signals of the spike-ins, ``(n_spike_ins, n_arrays)``, in rising order on each array.
    correction
        The curve there, same shape, to be subtracted.
    correlation
        Mean of Pearson's correlations over the arrays between all pairs of spike-ins.
    """

    intensity: FloatArray
    correction: FloatArray
    correlation: float

    def apply(self, values: FloatArray) -> FloatArray:
        """Subtract each array's curve from its log2 signals, ``(n_probes, n_arrays)``."""
        corrections = [
            np.interp(column, self.intensity[:, k], self.correction[:, k]) for k, column in enumerate(values.T)
        ]
        return np.asarray(values - np.column_stack(corrections))


def fit_spike_in_curves(spike_ins: FloatArray) -> SpikeInCurves:
    """Fit the curve of each array.

    Parameters
    ----------
    spike_ins
        log2 signal of each spike-in, replicates collapsed, ``(n_spike_ins, n_arrays)``, complete; four spike-ins
        and three arrays or more.

    Examples
    --------
    >>> steps = np.array([[4.0, 5.0, 6.0], [6.0, 7.0, 8.0], [8.0, 9.0, 10.0], [10.0, 11.0, 12.0]])
    >>> curves = fit_spike_in_curves(steps)
    >>> round(curves.correlation, 9)
    1.0
    >>> curves.apply(np.array([[7.0, 8.0, 9.0]])).round(9)
    array([[8., 8., 8.]])
    """
    deviation = spike_ins - spike_ins.mean(axis=1, keepdims=True)
    order = np.argsort(spike_ins, axis=0, kind="stable")
    intensity = np.take_along_axis(spike_ins, order, axis=0)
    asked = np.take_along_axis(deviation, order, axis=0)
    curves = [lowess(x, y, span=SPAN, rounds=0) for x, y in zip(intensity.T, asked.T, strict=True)]
    return SpikeInCurves(intensity, np.column_stack(curves), mean_correlation(spike_ins))


def mean_correlation(values: FloatArray) -> float:
    """Mean of Pearson's correlations between all pairs of rows; a row that does not vary correlates with none.

    Examples
    --------
    >>> round(mean_correlation(np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [3.0, 2.0, 1.0]])), 9)
    -0.333333333
    """
    centered = values - values.mean(axis=1, keepdims=True)
    norm = np.sqrt(np.sum(centered**2, axis=1, keepdims=True))
    unit = np.divide(centered, norm, out=np.zeros_like(centered), where=norm > 0)
    n = len(values)
    together = unit @ unit.T
    return float((together.sum() - np.trace(together)) / (n * (n - 1)))
