"""What a normalization counted on its way: whatever the result leaves out is a number here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from mirtool.model import BoolArray

Counts = tuple[int, ...]
"""One number per array, in the order of the arrays."""


def per_array(mask: BoolArray) -> Counts:
    """Count what is true in each column of ``mask``, ``(n, n_arrays)``."""
    return tuple(np.count_nonzero(mask, axis=0).tolist())


@dataclass(frozen=True)
class ControlShare:
    """How many spots of a kind that should show no signal reach the cut-off all the same.

    Parameters
    ----------
    kind
        ``"empty"`` or ``"negative control"``.
    spots
        Spots of that kind with a signal (foreground − background, flagged ones left out), a number per array.
    passing
        Those among them that reach the cut-off.
    percentile_95
        The signal below which 95 % of these spots lie, all arrays together; None where there is none.
    """

    kind: str
    spots: Counts
    passing: Counts
    percentile_95: float | None

    @property
    def share(self) -> float:
        """Passing spots of all spots, 0 to 1, over all arrays; NaN where there is none."""
        return sum(self.passing) / sum(self.spots) if sum(self.spots) else float("nan")

    def share_in(self, array: int) -> float:
        """Return the passing spots of all spots in one array; NaN where it has none."""
        return self.passing[array] / self.spots[array] if self.spots[array] else float("nan")


@dataclass(frozen=True)
class NormalizationReport:
    """The numbers of one normalization.

    Parameters
    ----------
    preset, channel, flag_rule, replicates, min_intensity, keep, keep_share, probe_choice
        What was asked for; ``preset`` names what differs from it, ``channel`` is the one used.
    signal
        What a signal is made of, in words.
    replicate_scale, flag_weight, within, between, imputation
        The further choices; ``flag_weight`` is None where no spot was weighed.
    samples
        The arrays' names; every :data:`Counts` below follows their order.
    spots
        Spots an array.
    background_subtracted
        False where the files have no background and the signal is the foreground alone; True too where the
        instrument's software subtracted it.
    no_intensity
        Spots whose foreground or background is missing in the file.
    flags
        Negative flag to the number of spots that carry it; None where the files have no flags.
    flagged_out
        Spots made missing by ``flag_rule``.
    saturated
        Spots with at least one saturated pixel (GenePix's ``% Sat.`` above 0); None where not recorded.
    at_ceiling
        Spots whose foreground is 65,535 counts, the highest a 16-bit scanner can write; 0 where the instrument's
        software made a signal of the counts.
    spots_without_id
        Spots that belong to no probe and were left out.
    several_names
        IDs whose spots have more than one name; the first is kept.
    probes_by_kind
        Kind to the number of probes (IDs) of that kind on the chip.
    probes_by_replicates
        Number of replicate spots to the number of counting probes that have as many.
    counting_probes
        Probes of the kinds that ``probe_choice`` lets count.
    missing
        Counting probes of which no spot has a signal.
    non_positive
        Counting probes whose collapsed signal is zero or negative; made missing.
    on_one_spot
        Values that rest on one spot though the probe has several.
    detected
        Counting probes that are detected: at the cut-off, or by the instrument's call.
    kept
        Probes in the result.
    factor_probes
        Counting probes that reach the cut-off in all arrays.
    factors
        Median signal over the factor probes, by which the array was divided; for another method between arrays
        the median ratio of signal to normalized value.
    non_positive_spots
        Spots of counting probes that are not positive and so have no logarithm; None where replicates are
        collapsed on the linear scale, and no spot needs one.
    counting_spots
        Spots an array of the probes that count.
    lost
        Values that the method between arrays could not keep.
    imputed
        Values filled in from other probes.
    remarks
        What was fitted on the way, in words.
    detection
        The instrument's detection call that decided what is detected; blank where the cut-off did. Controls are
        not held against the cut-off then.
    controls
        The Empty and the negative-control spots, where the chip has them.
    """

    preset: str
    channel: str
    flag_rule: str
    replicates: str
    min_intensity: float
    keep: str
    keep_share: float
    probe_choice: str
    samples: tuple[str, ...]
    spots: int
    signal: str
    replicate_scale: str
    flag_weight: float | None
    within: str
    between: str
    imputation: str
    background_subtracted: bool
    no_intensity: Counts
    flags: Mapping[int, Counts] | None
    flagged_out: Counts
    saturated: Counts | None
    at_ceiling: Counts
    spots_without_id: int
    several_names: tuple[str, ...]
    probes_by_kind: Mapping[str, int]
    probes_by_replicates: Mapping[int, int]
    counting_probes: int
    missing: Counts
    non_positive: Counts
    on_one_spot: Counts
    detected: Counts
    kept: int
    factor_probes: int
    factors: tuple[float, ...]
    controls: tuple[ControlShare, ...]
    non_positive_spots: Counts | None
    counting_spots: int
    lost: Counts
    imputed: Counts
    remarks: tuple[str, ...]
    detection: str

    @property
    def cutoff_filters_nothing(self) -> tuple[ControlShare, ...]:
        """The kinds of control spot of which more than half reach the cut-off."""
        return tuple(control for control in self.controls if control.share > 0.5)

    def to_record(self) -> dict[str, Any]:
        """Return every number as plain values, for the record of the run."""
        return asdict(self)


REFERENCE = "reference: "
"""How the remark of a panel begins that says what the reference is."""


@dataclass(frozen=True)
class PanelReport(NormalizationReport):
    """The numbers of a normalization of a qPCR panel; "arrays" are samples, and "spots" are wells.

    Parameters
    ----------
    limit
        The highest Ct that counts as detected.
    not_detected
        Counting probes that were measured and not detected.
    not_measured
        Counting probes of which the sample has no well.
    partly_detected
        Counting probes of which some replicate wells have a Ct up to the limit, and others not.
    reference_ct
        The level of the reference in each sample, in cycles.
    wide_replicates, largest_spread
        Values whose replicate wells that count have a standard deviation above half a cycle, and the largest.
    n_references, reference_names
        How many assays the reference is made of, and which where they are ten or fewer.
    """

    limit: float
    not_detected: Counts
    not_measured: Counts
    partly_detected: Counts
    reference_ct: tuple[float, ...]
    wide_replicates: int
    largest_spread: float | None
    n_references: int = 0
    reference_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class RatioReport(NormalizationReport):
    """The numbers of a normalization to the ratio of two channels.

    A probe is detected where both its signals reach the cut-off, and so are control spots; ``factors`` are the
    ratios of channels that were divided out; ``missing`` counts probes of which no spot has a signal in both
    channels, ``non_positive`` those of which spots have, but none of them positive ones.

    Parameters
    ----------
    numerator, denominator
        The channels. ``non_positive_spots`` are those that are not positive in both.
    """

    numerator: str
    denominator: str
