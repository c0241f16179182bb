"""Mix-ups that no statistic of one array shows: the same array twice, channels exchanged, channels of two slides.

**Identical arrays.** No two scans agree in every spot, not even of one slide. Arrays with identical values are one
file under two names.

**Exchanged channels.** M = log2(Hy3 / Hy5) of a sample against the common reference is much the same on all
arrays of a study (in GSE20122 its correlation with the median of the other arrays is 0.51 to 0.70). With the
channels exchanged M changes its sign, and the correlation with it. In a design without a common reference, dyes
swapped on purpose look the same.

**Channels of two slides.** Of the four spots of a probe some are printed bigger than others, and both channels of
a slide show it: the deviations of the spots from their probe's median go together in Hy3 and Hy5 of one slide
(correlation 0.25 to 0.90 in GSE20122) and not between slides (−0.11 to 0.06). So the deviations tell which Hy5
belongs to which Hy3, and two arrays whose channels were paired crosswise, or whose samples were exchanged in one
channel, come out.
"""

from __future__ import annotations

import numpy as np

from mirtool.model import BoolArray, FloatArray, RawArrays
from mirtool.normalize.replicates import ReplicateGroups
from mirtool.quality.comparison import medians_of_others, pearson_matrix
from mirtool.quality.spatial import spot_residuals

EXCHANGED_LIMIT = -0.3
"""Correlation of M with the other arrays' below which the channels are said to be exchanged (our choice: halfway
between none and the reverse of what arrays agree in)."""
PAIRING_LEAST = 0.2
"""Correlation of deviations from which two channels may be said to be of one slide (our choice, between the
highest across slides and the lowest within one in GSE20122)."""
PAIRING_LEAD = 0.15
"""Lead over the array's own pairing that a better one must have (our choice, on the same ground)."""


def identical_arrays(arrays: RawArrays) -> tuple[tuple[int, ...], ...]:
    """Return the groups of arrays whose foregrounds are identical in every spot of every channel.

    Arrays without a single number are not compared.
    """
    same: dict[bytes, list[int]] = {}
    for j in range(arrays.n_arrays):
        columns = [channel.foreground[:, j] for channel in arrays.channels.values()]
        if not all(np.isnan(column).all() for column in columns):
            same.setdefault(b"".join(column.tobytes() for column in columns), []).append(j)
    return tuple(tuple(group) for group in same.values() if len(group) > 1)


def log_ratio_agreement(first: FloatArray, second: FloatArray) -> FloatArray:
    """Correlate each array's M = first − second with the median M of the other arrays.

    Parameters
    ----------
    first, second
        log2 signals of the two channels, ``(n_probes, n_arrays)``, NaN missing.

    Returns
    -------
    FloatArray
        Pearson's correlation, ``(n_arrays,)``; NaN with fewer than three arrays: of two, neither is right.
    """
    m = first - second
    if m.shape[1] < 3:
        return np.full(m.shape[1], np.nan)
    others = medians_of_others(m)
    return np.array([pearson_matrix(np.column_stack(pair))[0, 1] for pair in zip(m.T, others.T, strict=True)])


def channel_pairing(
    first: FloatArray,
    second: FloatArray,
    groups: ReplicateGroups,
    counting: BoolArray,
    min_intensity: float,
) -> FloatArray:
    """Correlate the spots' deviations in the first channel of every array with those in the second of every array.

    Parameters
    ----------
    first, second
        Signals of the spots in the two channels, ``(n_spots, n_arrays)``, linear, NaN missing.
    groups
        Which spots are replicates: chips without have no deviations.
    counting
        Spots that take part, ``(n_spots,)``: those of probes. Landing lights and Empty spots shine in one channel
        only, or in none.
    min_intensity
        The cut-off, counts; spots below it with their probe have no deviation.

    Returns
    -------
    FloatArray
        ``(n_arrays, n_arrays)``: row i, column j is the first channel of array i with the second of array j.
    """
    n_arrays = first.shape[1]
    if not (groups.sizes > 1).any():
        return np.full((n_arrays, n_arrays), np.nan)
    deviations = [spot_residuals(signals, groups, min_intensity)[0][counting] for signals in (first, second)]
    return pearson_matrix(np.concatenate(deviations, axis=1))[:n_arrays, n_arrays:]


def better_partners(pairing: FloatArray) -> tuple[tuple[int, int], ...]:
    """Return (i, j) where the first channel of array i belongs with the second channel of array j ≠ i.

    Parameters
    ----------
    pairing
        From :func:`channel_pairing`.

    Examples
    --------
    >>> better_partners(np.array([[0.1, 0.7, 0.0], [0.6, 0.0, 0.1], [0.1, 0.1, 0.5]]))
    ((0, 1), (1, 0))
    """
    known = np.nan_to_num(pairing, nan=-1.0)
    best = known.argmax(axis=1)
    own = np.diagonal(known)
    strong = known[np.arange(len(best)), best]
    found = (strong >= PAIRING_LEAST) & (strong >= own + PAIRING_LEAD)
    return tuple((int(i), int(best[i])) for i in np.flatnonzero(found))
