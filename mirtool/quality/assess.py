"""From raw arrays to a report on each of them: what is measured on what, and in which order."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mirtool.model import BoolArray, FloatArray, ProbeTable, RawArrays
from mirtool.normalize.background import subtract_background
from mirtool.normalize.detection import called_probes, choose_detection, detected_signals
from mirtool.normalize.factors import median_factors
from mirtool.normalize.flags import count_flags, flagged_spots
from mirtool.normalize.replicates import ReplicateGroups, collapse_replicates, group_replicates
from mirtool.normalize.selection import choose_channel, counting_spots
from mirtool.normalize.settings import DEFAULT_CUTOFF
from mirtool.quality.comparison import (
    distance_matrix,
    pearson_matrix,
    row_medians,
    spearman_matrix,
)
from mirtool.quality.contamination import indications, unseen_markers
from mirtool.quality.faults import channel_pairing, identical_arrays, log_ratio_agreement
from mirtool.quality.findings import Evidence, findings, remarks
from mirtool.quality.lanes import measure_lanes
from mirtool.quality.measures import channel_measures
from mirtool.quality.outliers import FEWEST_COMPARED, outlier_rules
from mirtool.quality.report import BetweenArrays, ChannelMeasures, QualityReport
from mirtool.quality.settings import QualitySettings
from mirtool.quality.spatial import spatial_report
from mirtool.quality.spike_ins import spike_in_report
from mirtool.stats.principal_components import principal_components


@dataclass(frozen=True, eq=False)
class _ChannelSignals:
    """One channel: the signal of every spot, and that of every probe; flagged spots are missing."""

    spots: FloatArray
    probes: FloatArray


@dataclass(frozen=True, eq=False)
class _Study:
    """What every measure takes: arrays, spots by probe, those that count, signals by channel, and the cut-off."""

    arrays: RawArrays
    channel: str
    groups: ReplicateGroups
    counting: BoolArray
    signals: dict[str, _ChannelSignals]
    min_intensity: float

    @property
    def other_channel(self) -> str | None:
        """The second channel; None where there is none, or several."""
        others = [key for key in self.arrays.channels if key != self.channel]
        return others[0] if len(others) == 1 else None


def quality_report(arrays: RawArrays, settings: QualitySettings | None = None, **changes: Any) -> QualityReport:
    """Measure the arrays of a study one by one and against each other, and judge each.

    Parameters
    ----------
    arrays
        Linear intensities, spots × arrays, probes classified.
    settings
        Channel, flags, cut-off, probes that count, and the fluid of the samples; the defaults where left out.
        Without a fluid, signs of hemolysis and of cells are measured and not judged, since in cells and tissue
        they mean nothing.
    **changes
        Fields of :class:`mirtool.quality.QualitySettings` that differ from ``settings``.

    Returns
    -------
    QualityReport
        What can't be measured is missing there (NaN or None), and ``remarks`` says so.

    Raises
    ------
    UsageError
        For a choice that does not exist, or a channel that the arrays do not have.
    FormatError
        Where no spot has an ID, or one ID is used both for probes that count and for others.
    MirtoolError
        Where the probes have not been classified.
    """
    settings = (settings or QualitySettings()).replace(**changes)
    min_intensity = settings.min_intensity
    name = choose_channel(arrays, settings.channel)
    groups = group_replicates(arrays.probes.id)
    counting = counting_spots(arrays.probes, groups, settings.probes)
    flagged = None if arrays.flags is None else flagged_spots(arrays.flags, settings.flags)
    signals = {key: _signals(arrays, key, groups, flagged) for key in arrays.channels}
    study = _Study(arrays, name, groups, counting, signals, min_intensity)

    own = signals[name]
    counting_probes = counting[groups.first]
    chosen = arrays.probes.take(groups.first[counting_probes])
    values = own.probes[counting_probes]
    call = _detection_call(arrays, settings)
    seen = _seen(values, min_intensity)
    if call and arrays.flags is not None:
        seen = called_probes(arrays.flags, groups)[counting_probes] & (np.nan_to_num(values) > 0)
    between = _between(chosen, values, seen)
    rules = outlier_rules(between.before, between.after, between.distance) if between is not None else ()
    spatial = (
        None
        if arrays.layout is None
        else spatial_report(arrays.channels[name], own.spots, groups, arrays.layout, min_intensity)
    )
    levels = np.zeros(arrays.n_arrays) if between is None else between.levels
    evidence = Evidence(
        identical=identical_arrays(arrays),
        agreement=_agreement(study),
        pairing=_pairing(study),
        flagged_out=np.zeros(arrays.n_arrays) if flagged is None else 100 * flagged.mean(axis=0),
        n_compared=int(_compared(seen).sum()),
        unseen_markers=unseen_markers(chosen, values, min_intensity) if settings.fluid else (),
    )
    measured = {key: _measures(study, key) for key in arrays.channels}
    if call:  # the cut-off says nothing of these signals, nor of the controls
        measured[name] = replace(measured[name], detected=seen.sum(axis=0), controls=())
    lanes = measure_lanes(arrays)
    report = QualityReport(
        arrays=arrays,
        channel=name,
        min_intensity=min_intensity,
        flag_rule=settings.flags,
        flagged=_flag_shares(arrays),
        channels=measured,
        detection=call,
        spike_ins=None if lanes is not None else spike_in_report(own.spots, own.probes, arrays.probes, groups),
        between=between,
        rules=rules,
        spatial=spatial,
        indications=indications(chosen, values, levels, min_intensity),
        pairing=evidence.pairing,
        agreement=evidence.agreement,
        fluid=settings.fluid,
        lanes=lanes,
        n_counting=len(chosen),
    )
    return report.judged(findings(report, evidence), remarks(report, evidence))


def _signals(
    arrays: RawArrays, channel: str, groups: ReplicateGroups, flagged: BoolArray | None
) -> _ChannelSignals:
    intensities = arrays.channels[channel]
    spots = subtract_background(intensities.foreground, intensities.background)
    if flagged is not None:
        spots[flagged] = np.nan
    return _ChannelSignals(spots, collapse_replicates(spots, groups)[0])


def _measures(study: _Study, channel: str) -> ChannelMeasures:
    signals = study.signals[channel]
    return channel_measures(
        study.arrays.channels[channel],
        signals.spots,
        signals.probes[study.counting[study.groups.first]],
        study.arrays.probes,
        study.groups,
        study.counting,
        study.min_intensity,
    )


def _between(probes: ProbeTable, values: FloatArray, detected: BoolArray) -> BetweenArrays | None:
    """Compare the arrays over the probes detected in at least half of them."""
    n_arrays = values.shape[1]
    compared = _compared(detected)
    if n_arrays < 2 or compared.sum() < FEWEST_COMPARED:
        return None
    before = _log2(values[compared])
    levels, words = _levels(values, detected, before)
    after = before - levels
    coordinates, explained, n_rows = principal_components(after)
    return BetweenArrays(
        probes=probes.take(compared),
        before=before,
        levels=levels,
        levels_from=words,
        after=after,
        median_array=row_medians(after),
        pearson=pearson_matrix(after),
        spearman=spearman_matrix(after),
        distance=distance_matrix(after),
        pca=coordinates,
        pca_explained=explained,
        pca_probes=n_rows,
    )


def _seen(values: FloatArray, min_intensity: float) -> BoolArray:
    return detected_signals(values, min_intensity) & (np.nan_to_num(values) > 0)


def _compared(detected: BoolArray) -> BoolArray:
    """Mask of the probes detected in at least half of the arrays."""
    return np.asarray(2 * detected.sum(axis=1) >= detected.shape[1])


def _detection_call(arrays: RawArrays, settings: QualitySettings) -> str:
    """Return the call that decides what is detected, as in a normalization; blank where the cut-off does."""
    is_default = settings.detection != "auto" or settings.min_intensity == DEFAULT_CUTOFF
    return choose_detection(arrays, settings.detection if is_default else "cutoff")


def _levels(values: FloatArray, detected: BoolArray, before: FloatArray) -> tuple[FloatArray, str]:
    """Scale the arrays as ``mirtool normalize`` does; by ratios where too few probes allow it.

    An array that failed must not keep the others from being judged: its level is then the median of its ratios to
    the median array, over what it has.
    """
    in_all = int(detected.all(axis=1).sum())
    if in_all >= FEWEST_COMPARED:
        factors = median_factors(values, detected)
        return np.log2(factors), f"the {in_all:,} probes at the cut-off in all arrays, as mirtool normalize does"
    middle = row_medians(before)
    return row_medians((before - middle[:, None]).T), (
        f"the ratios to the median array over the {len(before):,} compared probes: only {in_all:,} reach the "
        "cut-off in all arrays, too few for mirtool normalize"
    )


def _agreement(study: _Study) -> FloatArray | None:
    """Correlate the log-ratios of the two channels between arrays; None without a second channel."""
    other = study.other_channel
    if other is None:
        return None
    floor = max(study.min_intensity, 1.0)
    first, second = (np.log2(np.maximum(study.signals[key].probes, floor)) for key in (study.channel, other))
    neither = (first <= math.log2(floor)) & (second <= math.log2(floor))
    first[neither] = np.nan
    return log_ratio_agreement(first, second)


def _pairing(study: _Study) -> FloatArray | None:
    other = study.other_channel
    if other is None:
        return None
    spots, others = study.signals[study.channel].spots, study.signals[other].spots
    return channel_pairing(spots, others, study.groups, study.counting, study.min_intensity)


def _flag_shares(arrays: RawArrays) -> dict[int, FloatArray] | None:
    if arrays.flags is None:
        return None
    return {flag: 100 * counts / max(arrays.n_spots, 1) for flag, counts in count_flags(arrays.flags).items()}


def _log2(values: FloatArray) -> FloatArray:
    """log2 of what is positive; the rest is missing."""
    return np.log2(np.where(values > 0, values, np.nan))
