"""Two-color arrays as ratios: M = log2 of the sample's channel over the reference's, A = their mean log2 signal.

On miRCURY chips Hy3 (532 nm) carries the sample and Hy5 (635 nm) a reference that all arrays share; the ratio
takes out what both channels of a spot have in common (its size, the amount of probe printed). In order:

1. flagged spots become missing;
2. signal = foreground − background of each spot, in each channel;
3. a spot whose signal is not positive in either channel has no logarithm: it is counted and becomes missing;
4. of each spot M = log2(Hy3 / Hy5) and A = (log2 Hy3 + log2 Hy5) / 2 (Dudoit et al. 2002);
5. the replicate spots of one ID become one M and one A, by median each;
6. a probe is detected in an array where its signal, collapsed as in the ``exiqon-service`` preset, is ≥ 30 in both
   channels: a ratio in which one signal is noise measures nothing;
7. the center of an array = the median M over the miRNA probes that are detected in ALL arrays, the same probes for
   each, as in the ``exiqon-service`` preset; normalized = M − center (global median normalization, Yang et al.
   2002), so that another balance of the dyes or the scanner's gain is no difference between arrays;
8. kept are the probes detected in at least one array.

The report has two to the power of the center as the array's factor: the ratio of channels that was divided
out. A is not centered; its unit is log2 of scanner counts.

Another recipe makes the signals of step 2 otherwise (:mod:`mirtool.normalize.signals`), takes the bias of the dyes
out of the spots' M after step 4 (:mod:`mirtool.normalize.within`), or makes the arrays comparable otherwise in
step 7 (:mod:`mirtool.normalize.between_ratios`).

References
----------
Dudoit S et al. (2002) Statistical methods for identifying differentially expressed genes in replicated cDNA
microarray experiments. Statistica Sinica 12:111-139. Yang YH et al. (2002) Normalization for cDNA microarray data.
Nucleic Acids Res 30:e15.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from mirtool.annotation.probes import ProbeKind, is_kind
from mirtool.errors import NotEnoughDataError, UsageError, option
from mirtool.model import BoolArray, FloatArray, IntArray, RawArrays, SampleTable
from mirtool.normalize.between_arrays import NormalizedSignals
from mirtool.normalize.between_ratios import ProbeRatios, normalize_ratios
from mirtool.normalize.channels import CountingSpots, ProbeValues, compacted, side_by_side
from mirtool.normalize.detection import detected_signals
from mirtool.normalize.methods import WITHIN_METHODS, SpotMethod
from mirtool.normalize.replicates import collapse_replicates
from mirtool.normalize.report import NormalizationReport, RatioReport, per_array
from mirtool.normalize.settings import ResolvedSettings, ratio_channels
from mirtool.normalize.signals import Signals, spot_signals, spot_weights

FEWEST_CONTROLS = 20
"""Control spots per array needed for a curve of their own: each line of it is fitted to three tenths of them."""

PAIRS = (("532", "635"), ("Hy3", "Hy5"))
"""Numerator and denominator of the ratio: Hy3 over Hy5, by wavelength in nm or by name."""


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
class SpotRatios:
    """Steps 1 to 4: M and A of every spot, the signals behind them, and why some spots have none.

    Parameters
    ----------
    numerator, denominator
        The signals, linear, ``(n_spots, n_arrays)``; both missing where one is.
    m, a
        M, corrected within arrays, and A, same shape.
    unreadable, flagged, words, remarks
        As in :class:`mirtool.normalize.signals.Signals`, of both channels.
    """

    numerator: FloatArray
    denominator: FloatArray
    m: FloatArray
    a: FloatArray
    unreadable: BoolArray
    flagged: BoolArray
    words: str
    remarks: tuple[tuple[str, ...], ...]

    @property
    def log2(self) -> FloatArray:
        """M."""
        return self.m

    @property
    def weakest(self) -> FloatArray:
        """The lower of the two signals."""
        return np.minimum(self.numerator, self.denominator)

    @property
    def present(self) -> BoolArray:
        """The spots that have a signal in both channels, of either sign."""
        return ~np.isnan(self.numerator + self.denominator)


@dataclass(frozen=True)
class TwoChannels:
    """The steps of the ratio of two channels; see :class:`mirtool.normalize.channels.Channels`."""

    numerator: str
    denominator: str

    @property
    def names(self) -> tuple[str, str]:
        """Numerator and denominator."""
        return self.numerator, self.denominator

    def measure(self, arrays: RawArrays, settings: ResolvedSettings) -> SpotRatios:
        """Return M and A of every spot."""
        above, below = (spot_signals(arrays, name, settings) for name in self.names)
        unreadable = above.unreadable | below.unreadable
        numerator, denominator = above.values, below.values
        lost = above.flagged | unreadable
        numerator[lost] = denominator[lost] = np.nan
        m, a = log_ratio(numerator, denominator)
        m = correct_within(arrays, m, a, settings)
        remarks = self._remarks(above, below)
        return SpotRatios(numerator, denominator, m, a, unreadable, above.flagged, above.words, remarks)

    def _remarks(self, above: Signals, below: Signals) -> tuple[tuple[str, ...], ...]:
        of_channels = zip(self.names, (above, below), strict=True)
        return tuple(tuple(f"{name}: {text}" for text in signals.fits) for name, signals in of_channels)

    def collapse(
        self, arrays: RawArrays, spots: SpotRatios, counting: CountingSpots, settings: ResolvedSettings
    ) -> ProbeValues[ProbeRatios]:
        """Return one M and one A per probe, from its replicate spots."""
        weights = spot_weights(arrays, settings)

        def collapsed(values: FloatArray) -> tuple[FloatArray, IntArray]:
            of_probes, counts = collapse_replicates(values, counting.groups, settings.replicates, weights)
            return of_probes[counting.rows], counts[counting.rows]

        (m, behind), (a, _) = collapsed(spots.m), collapsed(spots.a)
        (numerator, usable), (denominator, _) = collapsed(spots.numerator), collapsed(spots.denominator)
        without = np.isnan(m)
        detected = (
            detected_signals(numerator - settings.offset, settings.min_intensity)
            & detected_signals(denominator - settings.offset, settings.min_intensity)
            & ~without
        )
        return ProbeValues(
            before=ProbeRatios(m, a, detected, self.names),
            spots=behind,
            missing=without & (usable == 0),
            non_positive=without & (usable > 0),
            non_positive_spots=per_array((spots.present & np.isnan(spots.m))[counting.mask]),
        )

    def compact(self, before: ProbeRatios) -> ProbeRatios:
        """Return the ratios in as few bytes as hold them exactly."""
        return replace(before, m=compacted(before.m), a=compacted(before.a))

    def join(self, parts: Sequence[ProbeRatios], dtype: type[np.float64] | None = None) -> ProbeRatios:
        """Put the ratios of several arrays side by side."""
        return replace(
            parts[0],
            m=side_by_side([part.m for part in parts], dtype),
            a=side_by_side([part.a for part in parts], dtype),
            detected=side_by_side([part.detected for part in parts]),
        )

    def compare(self, before: ProbeRatios, samples: SampleTable, settings: ResolvedSettings) -> NormalizedSignals:
        """Make the arrays comparable."""
        return normalize_ratios(before, samples, settings)

    def report(self, numbers: Mapping[str, Any]) -> NormalizationReport:
        """Return the report of the numbers."""
        return RatioReport(**numbers, numerator=self.numerator, denominator=self.denominator)

    def history(self, report: NormalizationReport) -> tuple[str, str]:
        """Return what the values are, and what the cut-off was held against."""
        centered = " less the array's median M" if report.between == "median" else ""
        return (
            f"values: M = log2({self.numerator} / {self.denominator}){centered}",
            f"min intensity: {report.min_intensity:g} in both channels",
        )


def choose_pair(arrays: RawArrays, channel: str) -> tuple[str, str]:
    """Return numerator and denominator: those that the channel names, else Hy3 and Hy5.

    Raises
    ------
    UsageError
        Where the arrays do not have them.
    """
    here = ", ".join(arrays.channels)
    asked = ratio_channels(channel)
    if asked is None:
        pair = next((pair for pair in PAIRS if set(pair) <= set(arrays.channels)), None)
        if pair is not None:
            return pair
        raise UsageError(
            "a ratio needs the two channels Hy3 (532) and Hy5 (635)",
            found=here,
            hint=f"name the channels of sample and reference, such as {option('channel', '635/532')}, or "
            "normalize one channel alone",
        )
    if len(asked) != 2 or asked[0] == asked[1] or not set(asked) <= set(arrays.channels):
        raise UsageError(
            f"the arrays have no ratio {channel!r}",
            parameter="channel",
            found=here,
            expected="two of these channels, separated by a slash: the sample's over the reference's",
        )
    return asked[0], asked[1]


def correct_within(arrays: RawArrays, m: FloatArray, a: FloatArray, settings: ResolvedSettings) -> FloatArray:
    """Return M of the spots less what the method within arrays takes out.

    Raises
    ------
    UsageError
        Where the method needs the blocks of the spots and the files do not have them.
    NotEnoughDataError
        Where an array has too few control spots.
    """
    method = WITHIN_METHODS[settings.within]
    weights = spot_weights(arrays, settings)
    if not method.kernel:
        return m
    inputs: dict[str, Callable[[], Any]] = {
        "m": lambda: m,
        "a": lambda: a,
        "weights": lambda: weights,
        "block": lambda: _blocks(arrays, settings.within),
        "spike_ins": lambda: _spike_ins(arrays, m, settings.within),
    }
    return cast(FloatArray, method.load()(*(inputs[name]() for name in cast(SpotMethod, method).takes)))


def _blocks(arrays: RawArrays, within: str) -> IntArray:
    if arrays.layout is not None:
        return arrays.layout.block
    raise UsageError(
        f"{option('within', within)} needs the block of each spot",
        found="files without Block, Row and Column",
        hint=f"use {option('within', 'loess')}",
    )


def _spike_ins(arrays: RawArrays, m: FloatArray, within: str) -> BoolArray:
    controls = is_kind(arrays.probes, ProbeKind.SPIKE_IN)
    present = np.count_nonzero(~np.isnan(m[controls]), axis=0)
    worst = int(np.argmin(present))
    if present[worst] < FEWEST_CONTROLS:
        raise NotEnoughDataError(
            f"{option('within', within)} needs spike-in spots with a signal in both channels",
            found=f"{present[worst]} on {arrays.samples.names[worst]}",
            expected=f"at least {FEWEST_CONTROLS} on every array",
            hint="name these probes with a [[probe_kinds]] rule in mirtool.toml, or use "
            f"{option('within', 'loess')}",
        )
    return controls
