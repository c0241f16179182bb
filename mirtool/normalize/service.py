"""One channel, from arrays to a matrix: the ``service`` preset, and the recipes that take other steps.

``service`` is the arithmetic by which array service laboratories deliver miRCURY LNA studies. In order:

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

Another recipe puts another method into step 2 (:mod:`mirtool.normalize.signals`), 3, or 5 and 6
(:mod:`mirtool.normalize.one_channel`), collapses logarithms in step 3 (spots that are not positive have none), or
fills in missing values at the end. The cut-off is always held against the collapsed signal without its offset.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.model import BoolArray, ExpressionMatrix, FloatArray, IntArray, ProbeTable, RawArrays
from mirtool.normalize.controls import control_shares
from mirtool.normalize.detection import detected_signals, kept_probes
from mirtool.normalize.imputation import impute_knn
from mirtool.normalize.one_channel import NormalizedSignals, ProbeSignals, normalize_between
from mirtool.normalize.replicates import (
    ReplicateGroups,
    collapse_replicates,
    group_replicates,
    shift_replicates,
    stack_replicates,
)
from mirtool.normalize.report import Counts, NormalizationReport, per_array
from mirtool.normalize.selection import choose_channel, counting_spots
from mirtool.normalize.settings import Settings
from mirtool.normalize.signals import Signals, spot_signals, spot_weights
from mirtool.normalize.tallies import array_fields, array_notes, choice_fields, probe_fields, spot_notes


@dataclass(frozen=True, eq=False)
class _Probes:
    """Steps 3 and 4 for the probes that count: the signals, why some are missing, and the spots behind them."""

    probes: ProbeTable
    collapsed: ProbeSignals
    spots: IntArray
    sizes: IntArray
    missing: BoolArray
    non_positive: BoolArray
    non_positive_spots: Counts | None


@dataclass(frozen=True, eq=False)
class Finished:
    """The probes kept: normalized values with those filled in, the spots behind them, and which were filled in."""

    values: FloatArray
    spots: IntArray
    imputed: BoolArray


def normalize_one_channel(arrays: RawArrays, settings: Settings) -> tuple[ExpressionMatrix, NormalizationReport]:
    """Normalize one channel; :func:`mirtool.normalize.normalize` is the public way in."""
    channel = choose_channel(arrays, settings.channel)
    groups = group_replicates(arrays.probes.id)
    counting = counting_spots(arrays.probes, groups, settings.probes)

    spots = spot_signals(arrays, channel, settings)
    probes = _collapse(arrays, spots.values, groups, counting, settings)
    normal = normalize_between(probes.collapsed, arrays.samples, settings)
    kept = kept_probes(probes.collapsed.detected, settings.keep)
    finished = finish(normal.values[kept], probes.spots[kept], settings.impute)

    replicates = None
    if settings.keep_replicates:
        replicates = _replicates(spots.values, groups, probes.collapsed, normal, kept)

    report = _report(arrays, settings, channel, groups, counting, spots, probes, normal, kept, finished)
    matrix = ExpressionMatrix(
        values=finished.values,
        probes=probes.probes.take(kept),
        samples=arrays.samples,
        spots=finished.spots,
        history=_history(report),
        replicates=replicates,
    )
    return matrix, report


def _replicates(
    signals: FloatArray,
    groups: ReplicateGroups,
    collapsed: ProbeSignals,
    normal: NormalizedSignals,
    kept: BoolArray,
) -> FloatArray:
    """Return the log2 of the spots of the kept probes; a spot that is not positive has none."""
    log2 = np.log2(signals, out=np.full(signals.shape, np.nan), where=signals > 0)
    stacked = stack_replicates(log2, groups, collapsed.rows[kept])
    return shift_replicates(stacked, np.log2(collapsed.counting[kept]), normal.values[kept])


def finish(values: FloatArray, spots: IntArray, impute: str) -> Finished:
    """Fill in missing values where that is asked for, and count no spot behind a value that is missing."""
    spots = np.where(np.isnan(values), 0, spots)
    if impute == "knn":
        filled, imputed = impute_knn(values)
        return Finished(filled, spots, imputed)
    return Finished(values, spots, np.zeros(values.shape, dtype=bool))


def _collapse(
    arrays: RawArrays, signals: FloatArray, groups: ReplicateGroups, counting: BoolArray, settings: Settings
) -> _Probes:
    rows = np.flatnonzero(counting[groups.first])
    weights = spot_weights(arrays, settings)
    lost: Counts | None = None
    if settings.replicate_scale == "log":
        positive = signals > 0
        lost = per_array((~np.isnan(signals) & ~positive)[counting])
        log2 = np.log2(signals, out=np.full(signals.shape, np.nan), where=positive)
        values, spots = collapse_replicates(log2, groups, settings.replicates, weights)
        values = np.exp2(values)
        missing = collapse_replicates(signals, groups)[1][rows] == 0
    else:
        values, spots = collapse_replicates(signals, groups, settings.replicates, weights)
        missing = np.isnan(values[rows])
    own = values[rows]
    non_positive = ~(own > 0) & ~missing
    keeps_sign = settings.between == "vsn"
    detected = detected_signals(np.where(own > 0, own, np.nan) - settings.offset, settings.min_intensity)
    return _Probes(
        arrays.probes.take(groups.first[rows]),
        ProbeSignals(arrays.probes.take(groups.first), values, rows, detected),
        spots[rows] if keeps_sign else np.where(non_positive, 0, spots[rows]),
        groups.sizes[rows],
        missing,
        non_positive,
        lost,
    )


def _report(
    arrays: RawArrays,
    settings: Settings,
    channel: str,
    groups: ReplicateGroups,
    counting: BoolArray,
    spots: Signals,
    probes: _Probes,
    normal: NormalizedSignals,
    kept: BoolArray,
    finished: Finished,
) -> NormalizationReport:
    collapsed = probes.collapsed
    lost = np.isnan(normal.values) & ~np.isnan(collapsed.counting)
    return NormalizationReport(
        **choice_fields(settings, [channel]),
        **array_fields(arrays, [channel], groups, counting),
        **probe_fields(probes.spots, probes.sizes, collapsed.detected, kept, finished.imputed),
        signal=spots.words,
        no_intensity=per_array(spots.unreadable),
        flagged_out=per_array(spots.flagged),
        missing=per_array(probes.missing),
        non_positive=per_array(probes.non_positive),
        non_positive_spots=probes.non_positive_spots,
        factors=tuple(normal.factors.tolist()),
        controls=control_shares(arrays.probes, spots.values - settings.offset, settings.min_intensity),
        lost=per_array(lost),
        remarks=spots.remarks + normal.remarks,
    )


def _history(report: NormalizationReport) -> tuple[str, ...]:
    return (
        f"recipe: {report.preset}",
        f"channel: {report.channel}",
        *spot_notes(report),
        f"min intensity: {report.min_intensity:g}",
        *array_notes(report),
    )
