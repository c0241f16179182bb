"""Each array by itself: how bright, how noisy, how repeatable.

References
----------
He, Z. & Zhou, J. (2008). Empirical evaluation of a new method for calculating signal-to-noise ratio for microarray
data analysis. Appl. Environ. Microbiol. 74, 2957–2966 (signal-to-noise ratio of spots, threshold of 3 in use).
Rousseeuw, P. J. & Croux, C. (1993). Alternatives to the median absolute deviation. J. Am. Stat. Assoc. 88,
1273–1283 (1.4826 × MAD as a standard deviation).
"""

from __future__ import annotations

import numpy as np

from mirtool.annotation.probes import is_kind
from mirtool.model import BoolArray, Channel, FloatArray, ProbeTable
from mirtool.normalize.controls import CONTROL_KINDS, control_shares
from mirtool.normalize.detection import detected_signals
from mirtool.normalize.replicates import ReplicateGroups
from mirtool.normalize.tallies import CEILING
from mirtool.quality.report import ChannelMeasures

MAD_TO_SD = 1.4826
"""A normal distribution's standard deviation in median absolute deviations."""
CLEAR_SIGNAL = 3.0
"""Signal-to-noise ratio from which a spot counts as seen."""
TOP_PERCENTILE = 99.0
FEWEST_NOISE_SPOTS = 8
"""From fewer spots no spread is taken."""


def channel_measures(
    channel: Channel,
    signals: FloatArray,
    values: FloatArray,
    probes: ProbeTable,
    groups: ReplicateGroups,
    counting: BoolArray,
    min_intensity: float,
) -> ChannelMeasures:
    """Measure every array in one channel.

    Parameters
    ----------
    channel
        Linear counts, spots × arrays.
    signals
        Signal of each spot, ``(n_spots, n_arrays)``, flagged spots missing.
    values
        Collapsed signal of each counting probe, ``(n_counting, n_arrays)``, signs kept.
    probes, groups, counting
        The probe behind each spot, the replicates, and which spots count, ``(n_spots,)``.
    min_intensity
        The cut-off, counts.
    """
    noise_source, center, noise = _noise(channel, signals, probes)
    counted = signals[counting]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (counted - center) / np.where(noise > 0, noise, np.nan)
        top = _percentile(values, TOP_PERCENTILE)
        span = np.log2(top / np.maximum(CLEAR_SIGNAL * noise, 1.0))
    return ChannelMeasures(
        foreground=_quartiles(channel.foreground),
        background=None if channel.background is None else _quartiles(channel.background),
        signal=_quartiles(signals),
        noise=noise,
        noise_source=noise_source,
        signal_to_noise=_median(ratio),
        above_noise=percent(ratio >= CLEAR_SIGNAL, ~np.isnan(ratio)),
        saturated=None if channel.saturated is None else percent(channel.saturated > 0),
        at_ceiling=percent((channel.foreground >= CEILING) & (not channel.processed)),
        non_positive=percent(counted <= 0, ~np.isnan(counted)),
        replicate_cv=replicate_cv(signals, groups, counting[groups.first], min_intensity),
        detected=detected_signals(values, min_intensity).sum(axis=0),
        dynamic_range=np.where(np.isfinite(span), span, np.nan),
        controls=control_shares(probes, signals, min_intensity),
    )


def percent(mask: BoolArray, of: BoolArray | None = None) -> FloatArray:
    """Percentage of each column that is true, among the entries ``of``; NaN where there is none.

    Examples
    --------
    >>> percent(np.array([[True], [False], [False], [True]]), np.array([[True], [True], [False], [True]]))
    array([66.66666667])
    """
    among = np.full(mask.shape[1], len(mask)) if of is None else of.sum(axis=0)
    hits = (mask if of is None else mask & of).sum(axis=0)
    shares: FloatArray = np.divide(100.0 * hits, among, out=np.full(len(among), np.nan), where=among > 0)
    return shares


def replicate_cv(
    signals: FloatArray, groups: ReplicateGroups, chosen: BoolArray, min_mean: float = 0.0
) -> FloatArray:
    """Median over probes of the coefficient of variation of their replicate spots, percent, ``(n_arrays,)``.

    Parameters
    ----------
    signals
        Linear, ``(n_spots, n_arrays)``, NaN missing.
    groups
        Which spots belong together.
    chosen
        Probes that take part, ``(n_probes,)``.
    min_mean
        A probe counts in an array where the mean of its spots is as much and positive: below, a CV says how small
        the mean is, not how good the spots are.

    Returns
    -------
    FloatArray
        The standard deviation has n − 1 below; probes with a single spot have none. NaN where no probe counts.
    """
    cvs = [np.empty((0, signals.shape[1]))]
    for probes, spots in groups.spots_by_size:
        rows = spots[chosen[probes]]
        if not rows.size or rows.shape[1] < 2:
            continue
        stacked = signals[rows]
        present = ~np.isnan(stacked)
        n = present.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = np.where(present, stacked, 0.0).sum(axis=1) / n
            squares = np.where(present, (stacked - mean[:, None]) ** 2, 0.0).sum(axis=1)
            cv = 100 * np.sqrt(squares / (n - 1)) / mean
        cvs.append(np.where((n >= 2) & (mean > 0) & (mean >= min_mean), cv, np.nan))
    return _median(np.concatenate(cvs))


def _noise(channel: Channel, signals: FloatArray, probes: ProbeTable) -> tuple[str, FloatArray, FloatArray]:
    """Return what the noise was taken from, its center and its standard deviation, ``(n_arrays,)`` each."""
    for kind in CONTROL_KINDS:
        spots = signals[is_kind(probes, kind)]
        if len(spots) and (~np.isnan(spots)).sum(axis=0).min() >= FEWEST_NOISE_SPOTS:
            return kind.value, *_center_and_spread(spots)
    unknown = np.full(signals.shape[1], np.nan)
    if channel.background is None:
        return "", unknown, unknown
    _, spread = _center_and_spread(channel.background)
    return "background", np.zeros_like(spread), spread


def _center_and_spread(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    center = _median(values)
    spread: FloatArray = MAD_TO_SD * _median(np.abs(values - center))
    return center, spread


def _quartiles(values: FloatArray) -> FloatArray:
    return np.array([_percentile(values, p) for p in (25.0, 50.0, 75.0)])


def _median(values: FloatArray) -> FloatArray:
    return _percentile(values, 50.0)


def _percentile(values: FloatArray, p: float) -> FloatArray:
    """Percentile of each column, missing values left out; linear between the two nearest ranks.

    NaN sorts to the end, so one sort of the matrix serves columns with missing values too; numpy's own
    nanpercentile goes through them one by one.
    """
    ordered = np.sort(values, axis=0)
    n = len(values) - np.isnan(values).sum(axis=0)
    if not len(values):
        return np.full(values.shape[1], np.nan)
    rank = np.maximum(n - 1, 0) * p / 100
    below = np.floor(rank).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(n - 1, 0))
    low = np.take_along_axis(ordered, below[None], axis=0)[0]
    high = np.take_along_axis(ordered, above[None], axis=0)[0]
    result: FloatArray = low + (high - low) * (rank - below)
    return result
