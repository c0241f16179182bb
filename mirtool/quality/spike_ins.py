"""Spike-ins: RNA of known kind added to every sample, so that what differs between arrays is the laboratory.

The files do not say how much of each was added. So the arrays are held against each other: the replicate spots of
a spike-in against themselves (CV), and an array's spike-ins against their medians over the arrays (slope, r²,
rank). That tells an array on which labeling or scanning was not as on the others; it can't tell what all arrays
have in common, such as saturation at the same spike-in.
"""

from __future__ import annotations

import numpy as np

from mirtool.annotation.probes import ProbeKind, is_kind
from mirtool.model import FloatArray, ProbeTable
from mirtool.normalize.replicates import ReplicateGroups
from mirtool.quality.comparison import pearson_matrix, row_medians, spearman_matrix
from mirtool.quality.measures import replicate_cv
from mirtool.quality.report import SpikeIns

FEWEST_FOR_LINE = 3


def spike_in_report(
    signals: FloatArray, collapsed: FloatArray, probes: ProbeTable, groups: ReplicateGroups
) -> SpikeIns | None:
    """Measure the spike-ins of every array.

    Parameters
    ----------
    signals
        Signal of each spot, ``(n_spots, n_arrays)``, flagged spots missing.
    collapsed
        Collapsed signal of every probe, ``(n_probes, n_arrays)``, signs kept.
    probes, groups
        The probe behind each spot, and the replicates.

    Returns
    -------
    SpikeIns or None
        None where no spike-in has a positive signal on any array. Slope, r² and rank correlation need three
        spike-ins with a signal on the array, and two arrays.
    """
    chosen = is_kind(probes.take(groups.first), ProbeKind.SPIKE_IN)
    positive = chosen & (np.nan_to_num(collapsed) > 0).any(axis=1)
    if not positive.any():
        return None
    values = collapsed[positive]
    log2 = np.log2(np.where(values > 0, values, np.nan))
    slope, r_squared, rank = against_medians(log2)
    return SpikeIns(
        probes=probes.take(groups.first[positive]),
        signal=log2,
        cv=replicate_cv(signals, groups, positive),
        slope=slope,
        r_squared=r_squared,
        rank_correlation=rank,
    )


def against_medians(log2: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Hold each column against the rows' medians: slope of the least-squares line, r², Spearman's correlation.

    Parameters
    ----------
    log2
        ``(n, n_arrays)``, NaN missing and left out.

    Returns
    -------
    slope, r_squared, rank_correlation : FloatArray
        ``(n_arrays,)``; NaN where fewer than three values are left, the medians are constant, or there is only one
        column.

    Examples
    --------
    >>> steps = np.array([[4.0, 4.0, 4.0], [6.0, 6.0, 5.0], [8.0, 8.0, 6.0]])
    >>> [numbers.round(9).tolist() for numbers in against_medians(steps)]
    [[1.0, 1.0, 0.5], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    """
    n_arrays = log2.shape[1]
    result = np.full((3, n_arrays), np.nan)
    medians = row_medians(log2)
    for j in range(n_arrays if n_arrays > 1 else 0):
        present = ~np.isnan(log2[:, j])
        x, y = medians[present], log2[present, j]
        if len(x) < FEWEST_FOR_LINE or np.ptp(x) == 0:
            continue
        pair = np.column_stack([x, y])
        centered = x - x.mean()
        result[:, j] = (
            float(np.sum(centered * y) / np.sum(centered**2)),
            float(pearson_matrix(pair)[0, 1] ** 2),
            float(spearman_matrix(pair)[0, 1]),
        )
    return result[0], result[1], result[2]
