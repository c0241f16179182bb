"""What quality control measured: the types that its tables, its figures and its verdicts are made from.

Arrays are in the order of ``samples`` throughout; NaN is "could not be measured", never zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from mirtool.model import (
    BoolArray,
    FloatArray,
    IntArray,
    ProbeTable,
    RawArrays,
    SampleTable,
    SpotLayout,
)
from mirtool.normalize.report import ControlShare
from mirtool.wording import plural


class Verdict(StrEnum):
    """May this array be used: yes; unknown; after a check of what was found; or rather not. The worst is last."""

    FINE = "fine"
    NOT_JUDGED = "not judged"
    CHECK = "check"
    OUTLIER = "outlier"


@dataclass(frozen=True, eq=False)
class ChannelMeasures:
    """Each array by itself, in one channel. Every array is ``(n_arrays,)`` unless its shape is given.

    Parameters
    ----------
    foreground, background, signal
        Lower quartile, median and upper quartile over all spots with a number, ``(3, n_arrays)``, scanner counts.
        ``background`` is None where the files have none. ``signal`` is foreground − background, flagged spots
        left out.
    noise
        Standard deviation of what should show no signal, counts, as 1.4826 times the median absolute deviation of
        the spots that ``noise_source`` names.
    noise_source
        ``"empty"``, ``"negative control"``, ``"background"`` or ``""`` where the noise could not be measured.
    signal_to_noise
        Median over the counting spots of (signal − median signal of the noise's spots) / noise.
    above_noise
        Percentage of the counting spots whose signal-to-noise ratio is 3 or more.
    saturated
        Percentage of the spots with a saturated pixel; None where not recorded.
    at_ceiling
        Percentage of the spots at 65,535 counts.
    non_positive
        Percentage of the counting spots with a signal whose signal is zero or negative.
    replicate_cv
        Median over the counting probes at the cut-off, with two spots or more, of standard deviation / mean of
        their spots' signals; percent.
    detected
        Counting probes whose collapsed signal reaches the cut-off.
    dynamic_range
        log2 of the 99th percentile of the counting probes' signals over 3 times the noise (never below 1 count).
    controls
        The Empty and the negative-control spots at the cut-off, where the chip has them.
    """

    foreground: FloatArray
    background: FloatArray | None
    signal: FloatArray
    noise: FloatArray
    noise_source: str
    signal_to_noise: FloatArray
    above_noise: FloatArray
    saturated: FloatArray | None
    at_ceiling: FloatArray
    non_positive: FloatArray
    replicate_cv: FloatArray
    detected: IntArray
    dynamic_range: FloatArray
    controls: tuple[ControlShare, ...]


@dataclass(frozen=True, eq=False)
class SpikeIns:
    """The spike-ins, probe by probe. Their concentrations are not in the files, so the arrays judge each other.

    Parameters
    ----------
    probes
        One entry a spike-in probe (ID).
    signal
        log2 of its collapsed signal, ``(n_spike_ins, n_arrays)``; missing where not positive.
    cv
        Median over the spike-ins of the CV of their replicate spots, percent, ``(n_arrays,)``.
    slope, r_squared
        Of the line of the array's log2 signals on the spike-ins' medians over the arrays, ``(n_arrays,)``. A slope
        of 1 says that a step between two spike-ins is as wide on this array as on the others: what "linear" can
        mean where the amounts are not known.
    rank_correlation
        Spearman's, of the same two, ``(n_arrays,)``: 1 where the spike-ins are in the same order.
    """

    probes: ProbeTable
    signal: FloatArray
    cv: FloatArray
    slope: FloatArray
    r_squared: FloatArray
    rank_correlation: FloatArray


@dataclass(frozen=True, eq=False)
class BetweenArrays:
    """The arrays beside each other, over the compared probes.

    Compared are the counting probes that reach the cut-off in at least half of the arrays: a probe that is seen in
    one array only tells the arrays apart by noise, and one array that failed can't take a probe from the others.

    Parameters
    ----------
    probes
        The compared probes.
    before
        log2 of the collapsed signals, ``(n_probes, n_arrays)``, missing where no spot has a signal or it is not
        positive.
    levels
        log2 of each array's scaling factor, ``(n_arrays,)``.
    levels_from
        In words, what the levels are the medians of.
    after
        ``before − levels``: normalized.
    median_array
        Median of ``after`` over the arrays, ``(n_probes,)``.
    pearson, spearman
        Correlations of ``after``, ``(n_arrays, n_arrays)``, each over the probes that both arrays have.
    distance
        Mean absolute difference of ``after``, log2, ``(n_arrays, n_arrays)``, over the probes that both have.
    pca
        Coordinates on the principal components, ``(n_arrays, n_components)``, of ``after`` centered probe by
        probe, over the probes that no placed array lacks. An array that lacks more than half of the compared
        probes is not placed: its row is missing.
    pca_explained
        Share of the variance along each component, 0 to 1, ``(n_components,)``.
    pca_probes
        Number of the probes the components rest on.
    """

    probes: ProbeTable
    before: FloatArray
    levels: FloatArray
    levels_from: str
    after: FloatArray
    median_array: FloatArray
    pearson: FloatArray
    spearman: FloatArray
    distance: FloatArray
    pca: FloatArray
    pca_explained: FloatArray
    pca_probes: int

    @property
    def ma_m(self) -> FloatArray:
        """M of the MA plot: log2 of each array over the median array, ``(n_probes, n_arrays)``."""
        return self.after - self.median_array[:, None]

    @property
    def ma_a(self) -> FloatArray:
        """A of the MA plot: mean log2 of each array and the median array, ``(n_probes, n_arrays)``."""
        return (self.after + self.median_array[:, None]) / 2


@dataclass(frozen=True, eq=False)
class OutlierRule:
    """One rule by which an array is an outlier, and what it said of each.

    Parameters
    ----------
    key
        ``"distance"``, ``"ks"`` or ``"hoeffding"``.
    stage
        ``"before"`` or ``"after"`` normalization.
    title
        The statistic in words, for tables and axes.
    statistic
        ``(n_arrays,)``; missing where it could not be measured.
    limit
        The rule speaks against an array whose statistic lies above; NaN where no limit can be set.
    outlier
        Where the statistic lies above the limit, ``(n_arrays,)``. Whether such an array is an outlier or to be
        checked is decided over all rules (:mod:`mirtool.quality.findings`).
    """

    key: str
    stage: str
    title: str
    statistic: FloatArray
    limit: float
    outlier: BoolArray


@dataclass(frozen=True, eq=False)
class SpatialReport:
    """Where on the slide the spots depart from what their probe shows elsewhere.

    Parameters
    ----------
    residual
        log2 of each spot's signal over that of its probe, ``(n_spots, n_arrays)``; signals below the cut-off count
        as the cut-off, spots that lie below it with their probe have no residual.
    residual_from
        In words, what a spot is compared with.
    moran
        Moran's I of each array's residuals, neighbors being spots side by side in one block, ``(n_arrays,)``: 0
        where neighbors are not alike, near 1 where they are.
    p_value
        Of I, one-sided, ``(n_arrays,)``.
    blocks
        Numbers of the blocks, ``(n_blocks,)``.
    block_residual
        Median residual, log2, ``(n_blocks, n_arrays)``.
    block_foreground, block_background
        Medians in counts, same shape; ``block_background`` None where the files have none.
    block_spots
        Spots with a residual, same shape.
    """

    residual: FloatArray
    residual_from: str
    moran: FloatArray
    p_value: FloatArray
    blocks: IntArray
    block_residual: FloatArray
    block_foreground: FloatArray
    block_background: FloatArray | None
    block_spots: IntArray


@dataclass(frozen=True, eq=False)
class Indications:
    """What may have come into serum or plasma from cells: indications, no diagnosis.

    Parameters
    ----------
    hemolysis
        log2(miR-451a) − log2(miR-23a-3p), ``(n_arrays,)``; None where the chip lacks one of them.
    sources
        Source of contamination (``"red blood cells"`` …), one entry per row of ``excess``.
    markers
        The marker miRNAs of each source that were measured, as the chip names them.
    excess
        Mean over the markers of log2 normalized expression over the median of the arrays, ``(n_sources,
        n_arrays)``.
    """

    hemolysis: FloatArray | None
    sources: tuple[str, ...]
    markers: tuple[tuple[str, ...], ...]
    excess: FloatArray


@dataclass(frozen=True, eq=False)
class LaneMeasures:
    """What nSolver judges of each lane; every array is ``(n_lanes,)``.

    Parameters
    ----------
    fields_counted
        Percentage of the fields of view that were counted.
    binding_density
        Barcodes per square micrometer.
    is_sprint
        True for lanes of a SPRINT, whose density may be less.
    r_squared
        Of the log2 counts of the positive controls of 0.5 fM and more over the log2 of their concentrations.
    limit
        Mean + 2 standard deviations of the negative controls, counts; NaN with fewer than three.
    lowest_control
        Counts of the positive control of 0.5 fM (POS_E); NaN where there is none.
    positive_factor
        By what the lane is multiplied for its positive controls; NaN where a lane has none.
    ligation
        Lowest count of the positive ligation controls; NaN where the panel has none.
    """

    fields_counted: FloatArray
    binding_density: FloatArray
    is_sprint: BoolArray
    r_squared: FloatArray
    limit: FloatArray
    lowest_control: FloatArray
    positive_factor: FloatArray
    ligation: FloatArray


@dataclass(frozen=True)
class Finding:
    """One thing that speaks against an array, or why it was not judged.

    Parameters
    ----------
    array
        Position of the array.
    check
        The rule's name, as in the table of outliers.
    verdict
        What it makes of the array by itself.
    value, limit
        What was measured and what it was held against; NaN where the finding is not a number.
    text
        The finding in a sentence, without the array's name.
    """

    array: int
    check: str
    verdict: Verdict
    value: float
    limit: float
    text: str


@dataclass(frozen=True, eq=False)
class QualityReport:
    """All that quality control found out about the arrays of a study.

    Parameters
    ----------
    arrays
        The arrays themselves, for the pictures of the slides.
    channel
        The channel that holds the samples; everything but ``channels`` was measured in it.
    min_intensity
        The cut-off, counts.
    flag_rule
        Which flags made a spot missing.
    flagged
        Flag to the percentage of spots that carry it, ``(n_arrays,)``; None where the files have no flags.
    channels
        The measures of each channel, in the order of the arrays' channels.
    spike_ins
        None where the chip has no spike-in with a signal.
    between
        None where there is one array only, or fewer than 20 probes can be compared.
    rules
        The outlier rules, empty where ``between`` is None.
    spatial
        None where the files give no positions, or no spot has a residual.
    indications
        None where the chip has none of the markers.
    findings
        What was found, in the order of the arrays.
    remarks
        What must be known of the study as a whole before the verdicts are believed.
    agreement
        Correlation of each array's log-ratio of the two channels with the other arrays', ``(n_arrays,)``; None
        where there are not two channels.
    pairing
        Correlation of the spots' deviations in ``channel`` of every array (rows) with those in the other channel
        of every array (columns), ``(n_arrays, n_arrays)``; None where there are not two channels.
    fluid
        ``"serum"`` or ``"plasma"`` where the user said so.
    detection
        The instrument's detection call that decided which probes are seen; blank where the cut-off did.
    lanes
        What nSolver judges of lanes; None where the arrays are none.
    n_counting
        The probes that count, of which an array sees some.
    """

    arrays: RawArrays
    channel: str
    min_intensity: float
    flag_rule: str
    flagged: Mapping[int, FloatArray] | None
    channels: Mapping[str, ChannelMeasures]
    spike_ins: SpikeIns | None
    between: BetweenArrays | None
    rules: tuple[OutlierRule, ...]
    spatial: SpatialReport | None
    indications: Indications | None
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()
    agreement: FloatArray | None = None
    pairing: FloatArray | None = None
    fluid: str | None = None
    detection: str = ""
    lanes: LaneMeasures | None = None
    n_counting: int = 0

    @property
    def seen_as(self) -> str:
        """Which probes count as seen: ``"at 30 or more"``, or ``"detected"`` by the instrument's call."""
        return "detected" if self.detection else f"at {self.min_intensity:g} or more"

    def judged(self, findings: tuple[Finding, ...], remarks: tuple[str, ...]) -> QualityReport:
        """Return the same report with what was made of it."""
        return replace(self, findings=findings, remarks=remarks)

    @property
    def samples(self) -> SampleTable:
        """The arrays' names and groups."""
        return self.arrays.samples

    @property
    def layout(self) -> SpotLayout | None:
        """Where each spot lies; None where the files do not say."""
        return self.arrays.layout

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdict on each array: the worst of its findings."""
        worst = [Verdict.FINE] * len(self.samples)
        order = list(Verdict)
        for finding in self.findings:
            worst[finding.array] = max(worst[finding.array], finding.verdict, key=order.index)
        return tuple(worst)

    @property
    def verdicts_in_words(self) -> str:
        """How many arrays have which verdict, the worst first: the one count that screen, tables and figures give.

        ``"1 outlier, 2 to check, 3 fine"``
        """
        counts = Counter(self.verdicts)
        words = {
            Verdict.OUTLIER: plural(counts[Verdict.OUTLIER], "outlier"),
            Verdict.CHECK: f"{counts[Verdict.CHECK]:,} to check",
            Verdict.NOT_JUDGED: f"{counts[Verdict.NOT_JUDGED]:,} not judged",
            Verdict.FINE: f"{counts[Verdict.FINE]:,} fine",
        }
        return ", ".join(text for verdict, text in words.items() if counts[verdict])
