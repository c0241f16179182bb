"""Replicate spots: one value per probe from the spots that carry its ID.

Spots are grouped by ID and never by Name: some miRNAs have two capture probes on the chip, each with an ID and
four spots of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.model import FloatArray, IntArray, TextArray


@dataclass(frozen=True, eq=False)
class ReplicateGroups:
    """Which spots belong to which probe. Probes are in the order in which their IDs first appear.

    Parameters
    ----------
    first
        Row of each probe's first spot, ``(n_probes,)``.
    sizes
        Number of spots of each probe, ``(n_probes,)``.
    probe_of
        Probe of each spot, ``(n_spots,)``; −1 for a spot without an ID, which belongs to none.
    spots_by_size
        For each number of spots: the probes that have as many, ``(m,)``, and their rows, ``(m, size)``.
    """

    first: IntArray
    sizes: IntArray
    probe_of: IntArray
    spots_by_size: tuple[tuple[IntArray, IntArray], ...]

    def __len__(self) -> int:
        return len(self.first)


def group_replicates(ids: TextArray) -> ReplicateGroups:
    """Group spots by ID.

    Parameters
    ----------
    ids
        One ID a spot, ``(n_spots,)``. A blank ID groups with nothing, other blank IDs included.

    Examples
    --------
    >>> from mirtool.model import text_array
    >>> groups = group_replicates(text_array(["b", "a", "", "b"]))
    >>> groups.first, groups.sizes, groups.probe_of
    (array([0, 1]), array([2, 1]), array([ 0,  1, -1,  0]))
    """
    labels = [label.strip() for label in ids]
    number = {label: i for i, label in enumerate(dict.fromkeys(filter(None, labels)))} | {"": -1}
    probe_of = np.fromiter(map(number.__getitem__, labels), np.int64, len(labels))
    unlabeled = int(np.count_nonzero(probe_of < 0))
    by_probe = np.argsort(probe_of, kind="stable")[unlabeled:]
    sizes = np.bincount(probe_of[probe_of >= 0], minlength=len(number) - 1)
    starts = np.cumsum(sizes) - sizes
    spots_by_size = []
    for size in np.unique(sizes):
        probes = np.flatnonzero(sizes == size)
        spots_by_size.append((probes, by_probe[starts[probes][:, None] + np.arange(size)]))
    return ReplicateGroups(by_probe[starts], sizes, probe_of, tuple(spots_by_size))


def stack_replicates(values: FloatArray, groups: ReplicateGroups, chosen: IntArray) -> FloatArray:
    """Return the spots of the chosen probes side by side, ``(n_chosen, most spots, n_arrays)``, NaN beyond.

    Examples
    --------
    >>> from mirtool.model import text_array
    >>> groups = group_replicates(text_array(["a", "b", "a"]))
    >>> stack_replicates(np.array([[1.0], [2.0], [3.0]]), groups, np.array([1, 0]))[:, :, 0]
    array([[ 2., nan],
           [ 1.,  3.]])
    """
    stacked = np.full((len(chosen), int(groups.sizes[chosen].max(initial=0)), values.shape[1]), np.nan)
    place = np.full(len(groups), -1)
    place[chosen] = np.arange(len(chosen))
    for probes, spots in groups.spots_by_size:
        here = place[probes] >= 0
        if here.any():
            stacked[place[probes[here]], : spots.shape[1]] = values[spots[here]]
    return stacked


def shift_replicates(stacked: FloatArray, collapsed: FloatArray, normalized: FloatArray) -> FloatArray:
    """Normalize the log2 values of spots as their probe was: each moves as far as its probe's value on its array.

    Parameters
    ----------
    stacked
        From :func:`stack_replicates`, log2.
    collapsed, normalized
        The probes' log2 values before and after, ``(n_probes, n_arrays)``; where one is missing, so are the spots.
    """
    return np.asarray(stacked + (normalized - collapsed)[:, np.newaxis, :])


def collapse_replicates(
    signals: FloatArray, groups: ReplicateGroups, method: str = "median", weights: FloatArray | None = None
) -> tuple[FloatArray, IntArray]:
    """Collapse the replicate spots of each probe, missing spots left out.

    Parameters
    ----------
    signals
        ``(n_spots, n_arrays)``, any unit, NaN missing. Signs are kept: a negative signal takes part.
    groups
        From :func:`group_replicates`.
    method
        ``"median"`` (the mean of the middle two of an even number), ``"mean"``, or ``"weighted"``, the mean with
        ``weights``.
    weights
        How much each spot counts in a weighted mean, of the shape of ``signals``; a spot of weight 0 does not.

    Returns
    -------
    values : FloatArray
        ``(n_probes, n_arrays)``; missing where every spot is.
    counts : IntArray
        Spots behind each value, same shape; in a weighted mean those that weigh something.

    Examples
    --------
    >>> from mirtool.model import text_array
    >>> groups = group_replicates(text_array(["a", "a", "a", "a", "b"]))
    >>> collapse_replicates(np.array([[1.0], [9.0], [np.nan], [2.0], [np.nan]]), groups)
    (array([[ 2.],
           [nan]]), array([[3],
           [0]]))
    """
    if method == "weighted" and weights is not None:
        return _weighted_means(signals, groups, weights)
    collapse = _median if method == "median" else _mean
    values = np.empty((len(groups), signals.shape[1]))
    counts = np.empty(values.shape, dtype=np.int64)
    for probes, spots in groups.spots_by_size:
        stacked = signals[spots.T]
        present = np.count_nonzero(~np.isnan(stacked), axis=0)
        values[probes] = collapse(stacked, present)
        counts[probes] = present
    return values, counts


def _median(stacked: FloatArray, present: IntArray) -> FloatArray:
    """Median over the first axis of the ``present`` values that are not missing."""
    ordered = np.sort(stacked, axis=0)  # NaN last
    below = np.take_along_axis(ordered, np.maximum((present - 1) // 2, 0)[None], axis=0)[0]
    above = np.take_along_axis(ordered, np.minimum(present // 2, len(ordered) - 1)[None], axis=0)[0]
    median: FloatArray = below / 2 + above / 2  # a sum of two could overflow
    return median


def _mean(stacked: FloatArray, present: IntArray) -> FloatArray:
    """Mean over the first axis of the ``present`` values that are not missing."""
    total = _sum(np.where(np.isnan(stacked), 0.0, stacked))
    mean: FloatArray = np.divide(total, present, out=np.full(total.shape, np.nan), where=present > 0)
    return mean


def _sum(stacked: FloatArray) -> FloatArray:
    """Sum over the first axis, in its order: an array has the same sum alone and among others, to the last bit."""
    total = np.zeros(stacked.shape[1:])
    for values in stacked:
        total += values
    return total


def _weighted_means(
    signals: FloatArray, groups: ReplicateGroups, weights: FloatArray
) -> tuple[FloatArray, IntArray]:
    values = np.full((len(groups), signals.shape[1]), np.nan)
    counts = np.empty(values.shape, dtype=np.int64)
    weights = np.where(np.isnan(signals), 0.0, weights)
    weighed = np.where(np.isnan(signals), 0.0, signals) * weights
    for probes, spots in groups.spots_by_size:
        total = _sum(weights[spots.T])
        means = np.divide(_sum(weighed[spots.T]), total, out=np.full(total.shape, np.nan), where=total > 0)
        values[probes] = means
        counts[probes] = np.count_nonzero(weights[spots.T], axis=0)
    return values, counts
