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

Another recipe makes the signals of step 2 otherwise (:mod:`mirtool.normalize.signals`), takes the bias of the dyes
out of the spots' M after step 4 (:mod:`mirtool.normalize.within`), or makes the arrays comparable otherwise in
step 7 (:mod:`mirtool.normalize.two_color`).

References
----------
Dudoit S et al. (2002) Statistical methods for identifying differentially expressed genes in replicated cDNA
microarray experiments. Statistica Sinica 12:111-139. Yang YH et al. (2002) Normalization for cDNA microarray data.
Nucleic Acids Res 30:e15.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.annotation.probes import ProbeKind, is_kind
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.model import BoolArray, ExpressionMatrix, FloatArray, IntArray, ProbeTable, RawArrays
from mirtool.normalize.controls import control_shares
from mirtool.normalize.detection import detected_signals, kept_probes
from mirtool.normalize.one_channel import middle_ratio
from mirtool.normalize.replicates import (
    ReplicateGroups,
    collapse_replicates,
    group_replicates,
    shift_replicates,
    stack_replicates,
)
from mirtool.normalize.report import RatioReport, per_array
from mirtool.normalize.selection import counting_spots
from mirtool.normalize.service import Finished, finish
from mirtool.normalize.settings import Settings
from mirtool.normalize.shortage import too_few_factor_probes
from mirtool.normalize.signals import spot_signals, spot_weights
from mirtool.normalize.tallies import array_fields, array_notes, choice_fields, probe_fields, spot_notes
from mirtool.normalize.two_color import (
    quantiles_of_a,
    quantiles_of_channels,
    quantiles_of_denominator,
    quantiles_of_groups,
    quantiles_of_numerator,
    scale_ratios,
)
from mirtool.normalize.within import (
    subtract_control_curve,
    subtract_loess,
    subtract_loess_by_block,
    subtract_median,
)

RATIO = "ratio"
"""What stands for the channel where the sample is measured against the reference."""

FEWEST_CONTROLS = 20
"""Control spots per array needs for a curve of its own: a line rests on three tenths of them."""

PAIRS = (("532", "635"), ("Hy3", "Hy5"))
"""Numerator and denominator of the ratio: Hy3 over Hy5, by wavelength in nm or by name."""


def is_ratio(channel: str | None) -> bool:
    """Tell a ratio (``"ratio"``, ``"Hy3/Hy5"``, ``"635/532"``) from the name of a channel."""
    return channel is not None and (channel == RATIO or "/" in channel)


def ratio_channels(channel: str) -> list[str] | None:
    """Return the two channels that a ratio names; None where it is left to the arrays which they are.

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
    words: str
    remarks: tuple[str, ...]

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


def normalize_ratio(arrays: RawArrays, settings: Settings) -> tuple[ExpressionMatrix, FloatArray, RatioReport]:
    """Return normalized M, A and the numbers; :func:`mirtool.normalize.normalize` is the public way in."""
    pair = _choose_pair(arrays, settings.channel or RATIO)
    groups = group_replicates(arrays.probes.id)
    counting = counting_spots(arrays.probes, groups, settings.probes)

    spots = _measure_spots(arrays, pair, settings)
    probes = _collapse(arrays, spots, groups, counting, settings)
    m, a, factors = _between(arrays, probes, pair, settings)
    kept = kept_probes(probes.detected, settings.keep)
    finished = finish(m[kept], probes.spots[kept], settings.impute)

    replicates = None
    if settings.keep_replicates:
        rows = np.flatnonzero(counting[groups.first])[kept]
        replicates = shift_replicates(stack_replicates(spots.m, groups, rows), probes.m[kept], m[kept])

    report = _report(arrays, settings, pair, groups, counting, spots, probes, factors, kept, finished)
    matrix = ExpressionMatrix(
        values=finished.values,
        probes=probes.probes.take(kept),
        samples=arrays.samples,
        spots=finished.spots,
        history=_history(report),
        replicates=replicates,
    )
    return matrix, a[kept], report


def _choose_pair(arrays: RawArrays, channel: str) -> tuple[str, str]:
    """Return numerator and denominator."""
    here = ", ".join(arrays.channels)
    asked = ratio_channels(channel)
    if asked is None:
        pair = next((pair for pair in PAIRS if set(pair) <= set(arrays.channels)), None)
        if pair is not None:
            return pair
        raise UsageError(
            "a ratio needs the two channels Hy3 (532) and Hy5 (635)",
            found=here,
            hint="say which channel stands over which, such as --channel 635/532, or normalize one channel alone",
        )
    if len(asked) != 2 or asked[0] == asked[1] or not set(asked) <= set(arrays.channels):
        raise UsageError(
            f"the arrays have no ratio {channel!r}",
            found=here,
            expected="two of these channels, parted by a slash: the sample's over the reference's",
        )
    return asked[0], asked[1]


def _measure_spots(arrays: RawArrays, pair: tuple[str, str], settings: Settings) -> _Spots:
    above, below = (spot_signals(arrays, name, settings) for name in pair)
    unreadable = above.unreadable | below.unreadable
    numerator, denominator = above.values, below.values
    lost = above.flagged | unreadable
    numerator[lost] = denominator[lost] = np.nan
    m, a = log_ratio(numerator, denominator)
    remarks = tuple(
        f"{name}: {text}" for name, signals in zip(pair, (above, below), strict=True) for text in signals.remarks
    )
    m = _within(arrays, m, a, settings)
    return _Spots(numerator, denominator, m, a, unreadable, above.flagged, above.words, remarks)


def _within(arrays: RawArrays, m: FloatArray, a: FloatArray, settings: Settings) -> FloatArray:
    weights = spot_weights(arrays, settings)
    if settings.within == "median":
        return subtract_median(m, weights)
    if settings.within == "loess":
        return subtract_loess(m, a, weights)
    if settings.within == "printtip-loess":
        if arrays.layout is None:
            raise UsageError(
                "--within printtip-loess needs to know the block of each spot",
                found="files without Block, Row and Column",
                hint="use --within loess",
            )
        return subtract_loess_by_block(m, a, arrays.layout.block, weights)
    if settings.within == "control":
        return subtract_control_curve(m, a, _controls(arrays, m))
    return m


def _controls(arrays: RawArrays, m: FloatArray) -> BoolArray:
    controls = is_kind(arrays.probes, ProbeKind.SPIKE_IN)
    present = np.count_nonzero(~np.isnan(m[controls]), axis=0)
    worst = int(np.argmin(present))
    if present[worst] < FEWEST_CONTROLS:
        raise NotEnoughDataError(
            "--within control needs spike-in spots with a signal in both channels",
            found=f"{present[worst]} on {arrays.samples.names[worst]}",
            expected=f"at least {FEWEST_CONTROLS} on every array",
            hint="tell which probes they are with a [[probe_kinds]] rule in mirtool.toml, or use --within loess",
        )
    return controls


def _collapse(
    arrays: RawArrays, spots: _Spots, groups: ReplicateGroups, counting: BoolArray, settings: Settings
) -> _Probes:
    rows = np.flatnonzero(counting[groups.first])
    weights = spot_weights(arrays, settings)
    collapsed = [
        collapse_replicates(values, groups, settings.replicates, weights)
        for values in (spots.m, spots.a, spots.numerator, spots.denominator)
    ]
    (m, behind), (a, _), (numerator, usable), (denominator, _) = (
        (values[rows], counts[rows]) for values, counts in collapsed
    )
    detected = (
        detected_signals(numerator - settings.offset, settings.min_intensity)
        & detected_signals(denominator - settings.offset, settings.min_intensity)
        & ~np.isnan(m)
    )
    return _Probes(arrays.probes.take(groups.first[rows]), m, a, behind, groups.sizes[rows], usable, detected)


def _between(
    arrays: RawArrays, probes: _Probes, pair: tuple[str, str], settings: Settings
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return M and A made comparable, and each array's factor."""
    m, a = probes.m, probes.a
    if settings.between == "median":
        centers = _centers(arrays, probes, settings)
        return m - centers, a, np.exp2(centers)
    if settings.between == "scale":
        new_m, new_a = scale_ratios(m, a)
    elif settings.between == "quantile":
        new_m, new_a = quantiles_of_channels(m, a)
    elif settings.between == "Aquantile":
        new_m, new_a = quantiles_of_a(m, a)
    elif settings.between in ("Gquantile", "Rquantile"):
        of_numerator = (_green(pair) == pair[0]) == (settings.between == "Gquantile")
        new_m, new_a = (quantiles_of_numerator if of_numerator else quantiles_of_denominator)(m, a)
    elif settings.between == "Tquantile":
        new_m, new_a = quantiles_of_groups(m, a, _targets(arrays))
    else:
        new_m, new_a = m, a
    return new_m, new_a, middle_ratio(m, new_m)


def _centers(arrays: RawArrays, probes: _Probes, settings: Settings) -> FloatArray:
    everywhere = probes.detected.all(axis=1)
    if everywhere.sum() < settings.min_factor_probes:
        raise too_few_factor_probes(
            probes.detected,
            arrays.samples.names,
            probes=settings.probes,
            min_intensity=settings.min_intensity,
            min_factor_probes=settings.min_factor_probes,
        )
    return np.asarray(np.median(probes.m[everywhere], axis=0))


def _green(pair: tuple[str, str]) -> str:
    """Return the channel that is green: Hy3, or the shorter wavelength."""
    if "Hy3" in pair:
        return "Hy3"
    if all(name.isdigit() for name in pair):
        return min(pair, key=int)
    raise UsageError(
        "which of the channels is green can't be told by their names",
        found=" and ".join(pair),
        hint="use --between quantile or Aquantile",
    )


def _targets(arrays: RawArrays) -> list[str]:
    """Name what each channel holds: the group of the array's sample, and the reference that all share."""
    groups = arrays.samples.groups
    if not all(groups):
        raise UsageError(
            "--between Tquantile needs the group of every sample",
            found=f"{groups.count('')} of {len(groups)} without one",
            hint="fill in the column group of the sample sheet and give it with --samples",
        )
    return [f"group {group}" for group in groups] + ["reference"] * len(groups)


def _report(
    arrays: RawArrays,
    settings: Settings,
    pair: tuple[str, str],
    groups: ReplicateGroups,
    counting: BoolArray,
    spots: _Spots,
    probes: _Probes,
    factors: FloatArray,
    kept: BoolArray,
    finished: Finished,
) -> RatioReport:
    without = np.isnan(probes.m)
    weaker = np.minimum(spots.numerator, spots.denominator) - settings.offset
    return RatioReport(
        **choice_fields(settings, pair),
        **array_fields(arrays, pair, groups, counting),
        **probe_fields(probes.spots, probes.sizes, probes.detected, kept, finished.imputed),
        signal=spots.words,
        no_intensity=per_array(spots.unreadable),
        flagged_out=per_array(spots.flagged),
        missing=per_array(without & (probes.usable == 0)),
        non_positive=per_array(without & (probes.usable > 0)),
        non_positive_spots=per_array((spots.present & np.isnan(spots.m))[counting]),
        factors=tuple(factors.tolist()),
        controls=control_shares(arrays.probes, weaker, settings.min_intensity),
        lost=per_array(np.zeros(probes.m.shape, dtype=bool)),
        remarks=spots.remarks,
        numerator=pair[0],
        denominator=pair[1],
    )


def _history(report: RatioReport) -> tuple[str, ...]:
    centered = " less the array's median M" if report.between == "median" else ""
    return (
        f"recipe: {report.preset}",
        f"values: M = log2({report.numerator} / {report.denominator}){centered}",
        *spot_notes(report),
        f"min intensity: {report.min_intensity:g} in both channels",
        *array_notes(report),
    )
