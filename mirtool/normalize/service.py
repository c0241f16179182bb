"""The ``service`` preset: the arithmetic by which array service laboratories deliver miRCURY LNA studies.

In order:

1. flagged spots become missing;
2. signal = foreground − background of each spot;
3. the replicate spots of one ID become one value, by median, signs kept;
4. values that are not positive are counted and become missing;
5. the factor of an array = the median over the miRNA probes whose signal is ≥ 30 in ALL arrays;
6. normalized = signal / factor, carried on as log2;
7. kept are the probes whose signal is ≥ 30 in at least one array.

The cut-off of 30 is the one such laboratories have used since mid-2012 (50 before). They take the factor from the
probes whose name holds ``let`` or ``mir``; Exiqon's own ``miRPlus`` entries are among those, so the kinds miRNA
and miRPlus both count as miRNA here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from mirtool.model import (
    BoolArray,
    ExpressionMatrix,
    FloatArray,
    IntArray,
    ProbeTable,
    RawArrays,
    SampleTable,
    TextArray,
)
from mirtool.normalize.background import subtract_background
from mirtool.normalize.controls import control_shares
from mirtool.normalize.detection import detected_signals, kept_probes
from mirtool.normalize.factors import median_factors
from mirtool.normalize.flags import count_flags, flagged_spots
from mirtool.normalize.replicates import ReplicateGroups, collapse_replicates, group_replicates
from mirtool.normalize.report import Counts, NormalizationReport, per_array
from mirtool.normalize.selection import choose_channel, counting_spots, ids_with_several_names
from mirtool.normalize.shortage import too_few_factor_probes

CEILING = 65535
"""The highest count of a 16-bit scanner."""


@dataclass(frozen=True)
class ServiceSettings:
    """The choices that the ``service`` preset leaves open; :func:`mirtool.normalize.normalize` explains them."""

    channel: str | None = None
    flags: str = "bad"
    replicates: str = "median"
    min_intensity: float = 30.0
    keep: str = "any"
    probes: str = "mirna"
    min_factor_probes: int = 20


@dataclass(frozen=True, eq=False)
class _Spots:
    """Steps 1 and 2: the signal of each spot, and why some have none."""

    signals: FloatArray
    unreadable: BoolArray
    flagged: BoolArray


@dataclass(frozen=True, eq=False)
class _Collapsed:
    """Steps 3 and 4: one signal for each counting probe and array, and the spots behind it."""

    probes: ProbeTable
    values: FloatArray
    spots: IntArray
    sizes: IntArray
    missing: BoolArray
    non_positive: BoolArray


def service_preset(arrays: RawArrays, settings: ServiceSettings) -> tuple[ExpressionMatrix, NormalizationReport]:
    """Normalize by the ``service`` preset; :func:`mirtool.normalize.normalize` is the public way in."""
    channel = choose_channel(arrays, settings.channel)
    groups = group_replicates(arrays.probes.id)
    counting = counting_spots(arrays.probes, groups, settings.probes)

    spots = _spot_signals(arrays, channel, settings.flags)
    probes = _collapse(arrays.probes, spots.signals, groups, counting, settings.replicates)
    detected = detected_signals(probes.values, settings.min_intensity)
    factors = _factors(probes.values, detected, arrays.samples, settings)
    kept = kept_probes(detected, settings.keep)

    report = _report(arrays, settings, channel, groups, spots, probes, detected, factors, kept)
    matrix = ExpressionMatrix(
        values=np.log2(probes.values[kept] / factors),
        probes=probes.probes.take(kept),
        samples=arrays.samples,
        spots=probes.spots[kept],
        history=_history(report),
    )
    return matrix, report


def _spot_signals(arrays: RawArrays, channel: str, flag_rule: str) -> _Spots:
    intensities = arrays.channels[channel]
    signals = subtract_background(intensities.foreground, intensities.background)
    unreadable = np.isnan(signals)
    if arrays.flags is None:
        flagged = np.zeros(signals.shape, dtype=bool)
    else:
        flagged = flagged_spots(arrays.flags, flag_rule)
    signals[flagged] = np.nan
    return _Spots(signals, unreadable, flagged)


def _collapse(
    probes: ProbeTable, signals: FloatArray, groups: ReplicateGroups, counting: BoolArray, method: str
) -> _Collapsed:
    rows = np.flatnonzero(counting[groups.first])
    values, spots = collapse_replicates(signals, groups, method)
    values, spots = values[rows], spots[rows]
    missing = np.isnan(values)
    non_positive = values <= 0
    values[non_positive] = np.nan
    spots[non_positive] = 0
    return _Collapsed(probes.take(groups.first[rows]), values, spots, groups.sizes[rows], missing, non_positive)


def _factors(
    values: FloatArray, detected: BoolArray, samples: SampleTable, settings: ServiceSettings
) -> FloatArray:
    if detected.all(axis=1).sum() < settings.min_factor_probes:
        raise too_few_factor_probes(
            detected,
            samples.names,
            probes=settings.probes,
            min_intensity=settings.min_intensity,
            min_factor_probes=settings.min_factor_probes,
        )
    return median_factors(values, detected)


def _report(
    arrays: RawArrays,
    settings: ServiceSettings,
    channel: str,
    groups: ReplicateGroups,
    spots: _Spots,
    probes: _Collapsed,
    detected: BoolArray,
    factors: FloatArray,
    kept: BoolArray,
) -> NormalizationReport:
    intensities = arrays.channels[channel]
    flags, saturated = arrays.flags, intensities.saturated
    return NormalizationReport(
        preset="service",
        channel=channel,
        flag_rule=settings.flags,
        replicates=settings.replicates,
        min_intensity=settings.min_intensity,
        keep=settings.keep,
        probe_choice=settings.probes,
        samples=arrays.samples.names,
        spots=arrays.n_spots,
        background_subtracted=intensities.background is not None or intensities.processed,
        no_intensity=per_array(spots.unreadable),
        flags=None if flags is None else count_each_flag(flags),
        flagged_out=per_array(spots.flagged),
        saturated=None if saturated is None else per_array(saturated > 0),
        at_ceiling=per_array((intensities.foreground >= CEILING) & (not intensities.processed)),
        spots_without_id=int(np.count_nonzero(groups.probe_of < 0)),
        several_names=ids_with_several_names(arrays.probes, groups),
        probes_by_kind=tally_text(arrays.probes.kind[groups.first]),
        probes_by_replicates=tally(probes.sizes),
        counting_probes=len(probes.values),
        missing=per_array(probes.missing),
        non_positive=per_array(probes.non_positive),
        on_one_spot=per_array((probes.spots == 1) & (probes.sizes > 1)[:, None]),
        detected=per_array(detected),
        kept=int(kept.sum()),
        factor_probes=int(detected.all(axis=1).sum()),
        factors=tuple(factors.tolist()),
        controls=control_shares(arrays.probes, spots.signals, settings.min_intensity),
    )


def count_each_flag(flags: IntArray) -> dict[int, Counts]:
    """Count each negative flag in every array, lowest first."""
    return {flag: tuple(counts.tolist()) for flag, counts in count_flags(flags).items()}


def tally(numbers: IntArray) -> dict[int, int]:
    """Count each number, in rising order."""
    values, counts = np.unique(numbers, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def tally_text(labels: TextArray) -> dict[str, int]:
    """Count each label, the most frequent first, ties by the alphabet."""
    return dict(sorted(Counter(labels).items(), key=lambda item: (-item[1], item[0])))


def _history(report: NormalizationReport) -> tuple[str, ...]:
    return (
        f"recipe: {report.preset}",
        f"channel: {report.channel}",
        "signal: foreground - background" if report.background_subtracted else "signal: foreground",
        f"flags: {report.flag_rule}",
        f"replicates: {report.replicates}",
        f"min intensity: {report.min_intensity:g}",
        f"keep: {report.keep}",
        f"probes: {report.probe_choice}",
        f"factor probes: {report.factor_probes}",
    )
