"""One channel: the ``exiqon-service`` preset, and the recipes that take other steps.

``exiqon-service`` is the arithmetic by which array service laboratories deliver miRCURY LNA studies. In order:

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
(:mod:`mirtool.normalize.between_arrays`), collapses logarithms in step 3 (spots that are not positive have none),
or fills in missing values at the end. ``rma`` makes the arrays comparable before step 3, spot by spot, and takes
the spots of one Name together (:mod:`mirtool.normalize.median_polish`). The cut-off is always held against the
collapsed signal without its offset.

Where the files have the instrument's own detection call (Agilent's gIsGeneDetected), it takes the place of the
cut-off in steps 5 and 7: a total gene signal is not a count of the scanner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mirtool.io.arrays.not_detected import ABSENT
from mirtool.model import BoolArray, IntArray, RawArrays, SampleTable
from mirtool.normalize.between_arrays import (
    NormalizedSignals,
    ProbeSignals,
    SpotsToPolish,
    normalize_signals,
)
from mirtool.normalize.channels import CountingSpots, ProbeValues, compacted, side_by_side
from mirtool.normalize.detection import called_probes, detected_signals
from mirtool.normalize.lanes import are_lanes
from mirtool.normalize.replicates import collapse_replicates
from mirtool.normalize.report import Counts, NormalizationReport, per_array
from mirtool.normalize.settings import ResolvedSettings
from mirtool.normalize.signals import Signals, spot_signals, spot_weights


@dataclass(frozen=True)
class OneChannel:
    """The steps of one channel; see :class:`mirtool.normalize.channels.Channels`."""

    name: str

    @property
    def names(self) -> tuple[str, ...]:
        """The channel in use."""
        return (self.name,)

    def measure(self, arrays: RawArrays, settings: ResolvedSettings) -> Signals:
        """Return the signal of every spot."""
        return spot_signals(arrays, self.name, settings)

    def collapse(
        self, arrays: RawArrays, spots: Signals, counting: CountingSpots, settings: ResolvedSettings
    ) -> ProbeValues[ProbeSignals]:
        """Return one signal per probe, from its replicate spots."""
        signals, groups, rows = spots.values, counting.groups, counting.rows
        weights = spot_weights(arrays, settings)
        lost: Counts | None = None
        if settings.replicate_scale == "log":
            lost = per_array((~np.isnan(signals) & ~(signals > 0))[counting.mask])
            own_method = "median" if settings.polishes else settings.replicates  # before the step between arrays
            values, behind = collapse_replicates(spots.log2, groups, own_method, weights)
            values = np.exp2(values)
            missing = collapse_replicates(signals, groups)[1][rows] == 0
        else:
            values, behind = collapse_replicates(signals, groups, settings.replicates, weights)
            missing = np.isnan(values[rows])
        own = values[rows]
        non_positive = ~(own > 0) & ~missing
        detected = detected_signals(np.where(own > 0, own, np.nan) - settings.offset, settings.min_intensity)
        if settings.detection == "call" and arrays.flags is not None:
            detected = called_probes(arrays.flags, groups)[rows] & (own > 0)
        keeps_sign = settings.between == "vsn"
        return ProbeValues(
            before=ProbeSignals(
                counting.probes,
                values,
                rows,
                detected,
                SpotsToPolish(spots.log2, groups, counting.mask & (groups.probe_of >= 0))
                if settings.polishes
                else None,
            ),
            spots=behind[rows] if keeps_sign else np.where(non_positive, 0, behind[rows]),
            missing=missing,
            non_positive=non_positive,
            non_positive_spots=lost,
            not_detected=~(detected | missing)
            if settings.detection == "call" and not are_lanes(arrays)
            else _in_background(arrays, groups.first[rows]),
        )

    def compact(self, before: ProbeSignals) -> ProbeSignals:
        """Return the signals in as few bytes as hold them exactly."""
        return replace(before, values=compacted(before.values))

    def join(self, parts: Sequence[ProbeSignals], dtype: type[np.float64] | None = None) -> ProbeSignals:
        """Put the signals of several arrays side by side."""
        return replace(
            parts[0],
            values=side_by_side([part.values for part in parts], dtype),
            detected=side_by_side([part.detected for part in parts]),
        )

    def compare(self, before: ProbeSignals, samples: SampleTable, settings: ResolvedSettings) -> NormalizedSignals:
        """Make the arrays comparable."""
        return normalize_signals(before, samples, settings)

    def report(self, numbers: Mapping[str, Any]) -> NormalizationReport:
        """Return the report of the numbers."""
        return NormalizationReport(**numbers)

    def history(self, report: NormalizationReport) -> tuple[str, str]:
        """Return what the values are, and what the cut-off was held against."""
        detected = (
            f"detection: {report.detection}" if report.detection else f"min intensity: {report.min_intensity:g}"
        )
        return f"channel: {report.channel}", detected


def _in_background(arrays: RawArrays, spots: IntArray) -> BoolArray | None:
    """Return which counts of lanes were not above their background, kept or not; None for arrays."""
    if arrays.flags is None or not are_lanes(arrays):
        return None
    return np.asarray(arrays.flags[spots] == ABSENT)
