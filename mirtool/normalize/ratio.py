"""Two-color arrays as ratios: M = log2 of the sample's channel over the reference's, A = their mean log2 signal.

On miRCURY chips Hy3 (532 nm) carries the sample and Hy5 (635 nm) a reference that all arrays share; the ratio
takes out what both channels of a spot have in common (its size, the amount of probe printed). In order:

1. flagged spots become missing;
2. signal = foreground − background of each spot, in each channel;
3. a spot whose signal is not positive in either channel has no logarithm: it is counted and becomes missing;
4. of each spot M = log2(Hy3 / Hy5) and A = (log2 Hy3 + log2 Hy5) / 2 (Dudoit et al. 2002);
5. the replicate spots of one ID become one M and one A, by median each;
6. a probe is detected in an array where its signal, collapsed as in the ``service`` preset, is ≥ 30 in both
   channels: a ratio with one foot in the noise measures nothing;
7. the center of an array = the median M over the miRNA probes that are detected in ALL arrays, the same probes for
   each, as in the ``service`` preset; normalized = M − center (global median normalization, Yang et al. 2002), so
   that another balance of the dyes or the scanner's gain is no difference between arrays;
8. kept are the probes detected in at least one array.

Two to the power of the center stands in the report as the array's factor: the ratio of channels that was divided
out. A is not centered; its unit is log2 of scanner counts.

References
----------
Dudoit S et al. (2002) Statistical methods for identifying differentially expressed genes in replicated cDNA
microarray experiments. Statistica Sinica 12:111-139. Yang YH et al. (2002) Normalization for cDNA microarray data.
Nucleic Acids Res 30:e15.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.errors import CallError
from mirtool.model import BoolArray, ExpressionMatrix, FloatArray, IntArray, ProbeTable, RawArrays
from mirtool.normalize.background import subtract_background
from mirtool.normalize.controls import control_shares
from mirtool.normalize.detection import detected_signals, kept_probes
from mirtool.normalize.flags import flagged_spots
from mirtool.normalize.replicates import ReplicateGroups, collapse_replicates, group_replicates
from mirtool.normalize.report import RatioReport, per_array
from mirtool.normalize.selection import counting_spots, ids_with_several_names
from mirtool.normalize.service import CEILING, ServiceSettings, count_each_flag, tally, tally_text
from mirtool.normalize.shortage import too_few_factor_probes

RATIO = "ratio"
"""What stands for the channel where the sample is measured against the reference."""

PAIRS = (("532", "635"), ("Hy3", "Hy5"))
"""Numerator and denominator of the ratio: Hy3 over Hy5, by wavelength in nm or by name."""


def is_ratio(channel: str | None) -> bool:
    """Tell a ratio (``"ratio"``, ``"Hy3/Hy5"``, ``"635/532"``) from the name of a channel."""
    return channel is not None and (channel == RATIO or "/" in channel)


def ratio_channels(channel: str) -> list[str] | None:
    """Give the two channels that a ratio names; None where it is left to the arrays which they are.

    Examples
    --------
    >>> ratio_channels("635/532"), ratio_channels("ratio")
    (['635', '532'], None)
    """
    return None if channel == RATIO else [name.strip() for name in channel.split("/")]


def log_ratio(numerator: FloatArray, denominator: FloatArray) -> tuple[FloatArray, FloatArray]:
    """M and A of each spot.

    Parameters
    ----------
    numerator, denominator
        Signals, linear, ``(n_spots, n_arrays)``, NaN missing.

    Returns
    -------
    m, a : FloatArray
        log2(numerator / denominator), and the mean of the two log2 signals; both missing where either signal is
        missing or not positive.

    Examples
    --------
    >>> log_ratio(np.array([[800.0], [100.0]]), np.array([[200.0], [-5.0]]))
    (array([[ 2.],
           [nan]]), array([[8.64385619],
           [       nan]]))
    """
    positive = (numerator > 0) & (denominator > 0)
    above, below = (
        np.log2(signals, out=np.full(signals.shape, np.nan), where=positive)
        for signals in (numerator, denominator)
    )
    return above - below, (above + below) / 2


@dataclass(frozen=True, eq=False)
class _Spots:
    """Steps 1 to 4: the signals, the logarithms, and why some spots have none."""

    numerator: FloatArray
    denominator: FloatArray
    m: FloatArray
    a: FloatArray
    unreadable: BoolArray
    flagged: BoolArray

    @property
    def present(self) -> BoolArray:
        """The spots that have a signal in both channels, of whatever sign."""
        return ~np.isnan(self.numerator + self.denominator)


@dataclass(frozen=True, eq=False)
class _Probes:
    """Steps 5 and 6 for the probes that count."""

    probes: ProbeTable
    m: FloatArray
    a: FloatArray
    spots: IntArray
    sizes: IntArray
    usable: IntArray
    detected: BoolArray


def ratio_preset(arrays: RawArrays, settings: ServiceSettings) -> tuple[ExpressionMatrix, FloatArray, RatioReport]:
    """Give centered M, A and the numbers; :func:`mirtool.normalize.normalize` is the public way in."""
    above, below = _choose_pair(arrays, settings.channel or RATIO)
    groups = group_replicates(arrays.probes.id)
    counting = counting_spots(arrays.probes, groups, settings.probes)

    spots = _measure_spots(arrays, above, below, settings.flags)
    probes = _collapse(arrays.probes, spots, groups, counting, settings)
    everywhere = probes.detected.all(axis=1)
    if everywhere.sum() < settings.min_factor_probes:
        raise too_few_factor_probes(
            probes.detected,
            arrays.samples.names,
            probes=settings.probes,
            min_intensity=settings.min_intensity,
            min_factor_probes=settings.min_factor_probes,
        )
    centers = np.median(probes.m[everywhere], axis=0)
    kept = kept_probes(probes.detected, settings.keep)

    report = _report(arrays, settings, (above, below), groups, counting, spots, probes, centers, kept)
    matrix = ExpressionMatrix(
        values=probes.m[kept] - centers,
        probes=probes.probes.take(kept),
        samples=arrays.samples,
        spots=probes.spots[kept],
        history=_history(report),
    )
    return matrix, probes.a[kept], report


def _choose_pair(arrays: RawArrays, channel: str) -> tuple[str, str]:
    """Give numerator and denominator."""
    here = ", ".join(arrays.channels)
    asked = ratio_channels(channel)
    if asked is None:
        pair = next((pair for pair in PAIRS if set(pair) <= set(arrays.channels)), None)
        if pair is not None:
            return pair
        raise CallError(
            "a ratio needs the two channels Hy3 (532) and Hy5 (635)",
            found=here,
            hint="say which channel stands over which, such as --channel 635/532, or normalize one channel alone",
        )
    if len(asked) != 2 or asked[0] == asked[1] or not set(asked) <= set(arrays.channels):
        raise CallError(
            f"the arrays have no ratio {channel!r}",
            found=here,
            expected="two of these channels, parted by a slash: the sample's over the reference's",
        )
    return asked[0], asked[1]


def _measure_spots(arrays: RawArrays, above: str, below: str, flag_rule: str) -> _Spots:
    numerator, denominator = (
        subtract_background(arrays.channels[name].foreground, arrays.channels[name].background)
        for name in (above, below)
    )
    unreadable = np.isnan(numerator + denominator)
    flagged = (
        np.zeros(unreadable.shape, dtype=bool) if arrays.flags is None else flagged_spots(arrays.flags, flag_rule)
    )
    for signals in (numerator, denominator):
        signals[flagged | unreadable] = np.nan
    m, a = log_ratio(numerator, denominator)
    return _Spots(numerator, denominator, m, a, unreadable, flagged)


def _collapse(
    table: ProbeTable, spots: _Spots, groups: ReplicateGroups, counting: BoolArray, settings: ServiceSettings
) -> _Probes:
    rows = np.flatnonzero(counting[groups.first])
    collapsed = [
        collapse_replicates(values, groups, settings.replicates)
        for values in (spots.m, spots.a, spots.numerator, spots.denominator)
    ]
    (m, behind), (a, _), (numerator, usable), (denominator, _) = (
        (values[rows], counts[rows]) for values, counts in collapsed
    )
    detected = (
        detected_signals(numerator, settings.min_intensity)
        & detected_signals(denominator, settings.min_intensity)
        & ~np.isnan(m)
    )
    return _Probes(table.take(groups.first[rows]), m, a, behind, groups.sizes[rows], usable, detected)


def _report(
    arrays: RawArrays,
    settings: ServiceSettings,
    pair: tuple[str, str],
    groups: ReplicateGroups,
    counting: BoolArray,
    spots: _Spots,
    probes: _Probes,
    centers: FloatArray,
    kept: BoolArray,
) -> RatioReport:
    channels = [arrays.channels[name] for name in pair]
    saturated = [channel.saturated > 0 for channel in channels if channel.saturated is not None]
    ceiling = [(channel.foreground >= CEILING) & (not channel.processed) for channel in channels]
    without = np.isnan(probes.m)
    return RatioReport(
        preset=RATIO,
        channel="/".join(pair),
        flag_rule=settings.flags,
        replicates=settings.replicates,
        min_intensity=settings.min_intensity,
        keep=settings.keep,
        probe_choice=settings.probes,
        samples=arrays.samples.names,
        spots=arrays.n_spots,
        background_subtracted=all(channel.background is not None or channel.processed for channel in channels),
        no_intensity=per_array(spots.unreadable),
        flags=None if arrays.flags is None else count_each_flag(arrays.flags),
        flagged_out=per_array(spots.flagged),
        saturated=per_array(np.logical_or.reduce(saturated)) if len(saturated) == len(pair) else None,
        at_ceiling=per_array(np.logical_or.reduce(ceiling)),
        spots_without_id=int(np.count_nonzero(groups.probe_of < 0)),
        several_names=ids_with_several_names(arrays.probes, groups),
        probes_by_kind=tally_text(arrays.probes.kind[groups.first]),
        probes_by_replicates=tally(probes.sizes),
        counting_probes=len(probes.m),
        missing=per_array(without & (probes.usable == 0)),
        non_positive=per_array(without & (probes.usable > 0)),
        on_one_spot=per_array((probes.spots == 1) & (probes.sizes > 1)[:, None]),
        detected=per_array(probes.detected),
        kept=int(kept.sum()),
        factor_probes=int(probes.detected.all(axis=1).sum()),
        factors=tuple(np.exp2(centers).tolist()),
        controls=control_shares(
            arrays.probes, np.minimum(spots.numerator, spots.denominator), settings.min_intensity
        ),
        numerator=pair[0],
        denominator=pair[1],
        non_positive_spots=per_array((spots.present & np.isnan(spots.m))[counting]),
        counting_spots=int(np.count_nonzero(counting & (groups.probe_of >= 0))),
    )


def _history(report: RatioReport) -> tuple[str, ...]:
    return (
        f"recipe: {report.preset}",
        f"values: M = log2({report.numerator} / {report.denominator}) less the array's median M",
        "signal: foreground - background" if report.background_subtracted else "signal: foreground",
        f"flags: {report.flag_rule}",
        f"replicates: {report.replicates}",
        f"min intensity: {report.min_intensity:g} in both channels",
        f"keep: {report.keep}",
        f"probes: {report.probe_choice}",
        f"factor probes: {report.factor_probes}",
    )
