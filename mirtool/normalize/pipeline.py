"""The steps of a normalization in their order, for one channel and for the ratio of two.

flags and background → signals of the spots → one value per probe → detection → between arrays → probes kept →
missing values filled in → report. What one channel and two do differently is in
:class:`mirtool.normalize.one_channel.OneChannel` and :class:`mirtool.normalize.ratio.TwoChannels`.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, partial
from typing import Any, Generic

import numpy as np

from mirtool.model import (
    BoolArray,
    ExpressionMatrix,
    FloatArray,
    IntArray,
    ProbeTable,
    RawArrays,
    SampleTable,
)
from mirtool.normalize.between_arrays import NormalizedSignals, ProbeSignals, References
from mirtool.normalize.channels import B, Channels, CountingSpots, ProbeValues, S
from mirtool.normalize.collapsed import CollapsedArrays, join_collapsed
from mirtool.normalize.controls import ControlTally, control_spots, shares_of, tally_controls
from mirtool.normalize.detection import choose_detection, detection_call, kept_probes
from mirtool.normalize.lanes import check_recipe
from mirtool.normalize.median_polish import by_name
from mirtool.normalize.methods import IMPUTATIONS
from mirtool.normalize.one_channel import OneChannel
from mirtool.normalize.panels import Panel, check_panel_recipe, is_panel
from mirtool.normalize.ratio import TwoChannels, choose_pair
from mirtool.normalize.replicates import group_replicates, shift_replicates, stack_replicates
from mirtool.normalize.report import NormalizationReport, per_array
from mirtool.normalize.selection import choose_channel, counting_spots
from mirtool.normalize.settings import RATIO, NormalizeSettings, ResolvedSettings
from mirtool.normalize.tallies import (
    array_notes,
    array_tallies,
    chip_fields,
    choice_fields,
    flag_tallies,
    is_background_subtracted,
    probe_fields,
    spot_notes,
)

MOST_NAMED = 10
"""References of a panel that its report names; of more it gives the number."""


@dataclass(frozen=True)
class Normalized:
    """The result of :func:`normalize`.

    Parameters
    ----------
    matrix
        log2 of signal / factor, of the signal where the method between arrays keeps its unit, or the log2 ratio of
        two channels. Probes are in the order in which their IDs first appear. Values are missing where no spot has
        a signal or the signal is not positive. ``matrix.spots`` counts the replicate spots behind each value, 0
        where it is missing or was filled in; ``matrix.replicates`` holds them where they are kept.
        ``matrix.not_detected`` is what the instrument's call says, where it decided what is detected.
    report
        The numbers.
    average
        The mean log2 signal of the two channels, ``(n_probes, n_samples)``, NaN missing; None where one channel
        was normalized.
    references
        Against which assays the values of a panel are, as rows of the probes in the order of their IDs; None for
        arrays.
    """

    matrix: ExpressionMatrix
    report: NormalizationReport
    average: FloatArray | None = None
    references: References | None = None


def normalize(arrays: RawArrays, settings: NormalizeSettings | None = None, **changes: Any) -> Normalized:
    """Normalize the arrays of a study by a named recipe, or by steps of one's own choice.

    ``exiqon-service``, the default, is what array service laboratories deliver: signal = foreground − background;
    the replicate spots of an ID become their median; a signal that is not positive becomes missing; the factor of
    an array is the median of the miRNA probes at ``min_intensity`` or above in ALL arrays; normalized = signal /
    factor. :mod:`mirtool.normalize.one_channel` has it step by step, with sources. With ``channel="ratio"`` the
    values are log2 ratios of two channels, centered on each array's median (:mod:`mirtool.normalize.ratio`).
    ``docs/methods/normalization.md`` has every method with its formula.

    Parameters
    ----------
    arrays
        Linear intensities, spots × arrays, probes classified.
    settings
        What to do; the defaults where left out.
    **changes
        Fields of :class:`mirtool.normalize.NormalizeSettings` that differ from ``settings``. What the settings
        write (``linear``, ``current_names``) changes no value here.

    Returns
    -------
    Normalized
        The values and the numbers.

    Raises
    ------
    UsageError
        For a choice that does not exist, choices that contradict each other, a channel that the arrays do not
        have, or a background that they lack.
    NotEnoughDataError
        Where fewer than ``min_factor_probes`` probes reach the cut-off in all arrays, controls are too few, or
        spike-ins do not agree on how the arrays differ.
    FormatError
        Where no spot has an ID, or one ID is used both for probes that count and for others.
    MirtoolError
        Where the probes have not been classified.

    Examples
    --------
    >>> from mirtool.simulate.arrays import simulate_study
    >>> arrays = simulate_study([f"hsa-miR-{i}-5p" for i in range(1, 301)], seed=1, changes={}).arrays
    >>> normalize(arrays, between="quantile").report.between
    'quantile'
    """
    steps = normalization_of(arrays, settings, **changes)
    return steps.finish(steps.collapse(arrays), arrays.samples)


def _keywords() -> inspect.Signature:
    """Return the signature of :func:`normalize` with every setting as a keyword."""
    positional = list(inspect.signature(normalize).parameters.values())[:2]
    keywords = [
        inspect.Parameter(of.name, inspect.Parameter.KEYWORD_ONLY, default=of.default, annotation=of.type)
        for of in fields(NormalizeSettings)
    ]
    return inspect.Signature([*positional, *keywords], return_annotation="Normalized")


normalize.__signature__ = _keywords()  # type: ignore[attr-defined]


def normalization_of(
    arrays: RawArrays, settings: NormalizeSettings | None = None, **changes: Any
) -> Normalization[Any, Any]:
    """Return the steps by which arrays are normalized; see :func:`normalize`.

    Parameters
    ----------
    arrays
        The arrays, or the first of them: the others must have the same spots and channels.
    settings, **changes
        What to do.
    """
    resolved = (settings or NormalizeSettings()).replace(**changes).resolve()
    check_recipe(arrays, resolved)
    check_panel_recipe(arrays, resolved)
    channels: Channels[Any, Any]
    if is_panel(arrays):
        channels = Panel(choose_channel(arrays, resolved.channel), arrays)
    elif resolved.is_ratio:
        channels = TwoChannels(*choose_pair(arrays, resolved.channel or RATIO))
    else:
        channels = OneChannel(choose_channel(arrays, resolved.channel))
    call = "" if resolved.is_ratio else choose_detection(arrays, resolved.detection)
    resolved = replace(resolved, detection="call" if call else "cutoff")
    probes = _by_probe(arrays, resolved).probes
    groups = group_replicates(probes.id)
    mask = counting_spots(probes, groups, resolved.probes)
    counting = CountingSpots(groups, mask, probes.take(groups.first))
    return Normalization(channels, resolved, probes, counting, call)


def _by_probe(arrays: RawArrays, settings: ResolvedSettings) -> RawArrays:
    return by_name(arrays) if settings.polishes else arrays


@dataclass(frozen=True, eq=False)
class Normalization(Generic[S, B]):
    """The steps of one normalization, in two halves.

    Up to one value per probe (:meth:`collapse`) each array is by itself: arrays may be collapsed one after the
    other as they are read. What follows (:meth:`finish`) needs all of them, and no spots.

    Parameters
    ----------
    channels
        What one channel or two do differently.
    settings
        What to do.
    probes
        The probe behind each spot.
    counting
        The spots of each probe.
    call
        The instrument's detection call that decides what is detected; blank where the cut-off does.
    """

    channels: Channels[S, B]
    settings: ResolvedSettings
    probes: ProbeTable
    counting: CountingSpots
    call: str

    @property
    def needs_all_spots(self) -> bool:
        """True where arrays must be collapsed together: a later step needs the spots of all of them."""
        return self.settings.keep_replicates or self.settings.polishes

    @cached_property
    def _control_spots(self) -> dict[str, IntArray]:
        return control_spots(self.probes)

    def collapse(self, arrays: RawArrays) -> CollapsedArrays[B]:
        """Return one value per probe and array, and what was counted on the way."""
        settings, names = self.settings, self.channels.names
        arrays = _by_probe(arrays, settings)
        spots = self.channels.measure(arrays, settings)
        values = self.channels.collapse(arrays, spots, self.counting, settings)
        controls: Mapping[str, ControlTally] = {}
        if not self.call:
            weakest = spots.weakest - settings.offset
            controls = tally_controls(self._control_spots, weakest, settings.min_intensity)
        return CollapsedArrays(
            values,
            {
                **array_tallies(arrays, names),
                "no_intensity": per_array(spots.unreadable),
                "flagged_out": per_array(spots.flagged),
            },
            flag_tallies(arrays),
            {
                "background_subtracted": is_background_subtracted(arrays, names),
                "signal": spots.words,
                "detection": detection_call(arrays) if self.call else "",
            },
            spots.remarks,
            controls,
            spots.log2 if settings.keep_replicates else None,
        )

    def collapse_compactly(self, array: RawArrays) -> CollapsedArrays[B]:
        """Return what :meth:`collapse` does of one array, in as few bytes as hold the same numbers."""
        collapsed = self.collapse(array)
        values = collapsed.values
        few = replace(values, before=self.channels.compact(values.before), spots=values.spots.astype(np.int32))
        return replace(collapsed, values=few)

    def join_compactly(self, parts: Sequence[CollapsedArrays[B]]) -> CollapsedArrays[B] | None:
        """Return arrays that were collapsed compactly as one; None if they differ in what holds for all."""
        return join_collapsed(parts, self.channels.join)

    def join(self, parts: Sequence[CollapsedArrays[B]]) -> CollapsedArrays[B] | None:
        """Return what :meth:`collapse` would make of the arrays of all parts together; None if they differ."""
        return join_collapsed(parts, partial(self.channels.join, dtype=np.float64))

    def finish(self, collapsed: CollapsedArrays[B], samples: SampleTable) -> Normalized:
        """Make the arrays comparable, and leave out what is detected nowhere.

        Parameters
        ----------
        collapsed
            All arrays.
        samples
            The arrays' names and groups.
        """
        settings, probes, counting, values = self.settings, self.probes, self.counting, collapsed.values
        groups = counting.groups
        normalized = self.channels.compare(values.before, samples, settings)
        kept = kept_probes(values.before.detected, settings.keep, samples.groups, settings.keep_share)
        filled = fill_in(normalized.values[kept], values.spots[kept], settings.impute)
        replicates = None
        if collapsed.log2 is not None:
            stacked = stack_replicates(collapsed.log2, groups, counting.rows[kept])
            replicates = shift_replicates(stacked, values.before.log2[kept], normalized.values[kept])
        report = self.channels.report(
            {
                **choice_fields(settings, self.channels.names),
                "samples": samples.names,
                **chip_fields(probes, counting),
                **probe_fields(values, groups.sizes[counting.rows], kept, filled.imputed),
                **collapsed.tallies,
                **collapsed.facts,
                **self._step_fields(collapsed, normalized),
                **_reference_fields(normalized.references, values),
            }
        )
        what, cutoff = self.channels.history(report)
        matrix = ExpressionMatrix(
            values=filled.values,
            probes=probes.take(groups.first[counting.rows[kept]]),
            samples=samples,
            spots=filled.spots,
            history=(f"recipe: {report.preset}", what, *spot_notes(report), cutoff, *array_notes(report)),
            replicates=replicates,
            not_detected=None if values.not_detected is None else values.not_detected[kept],
        )
        average = None if normalized.average is None else normalized.average[kept]
        return Normalized(matrix, report, average, normalized.references)

    def _step_fields(self, collapsed: CollapsedArrays[B], normalized: NormalizedSignals) -> dict[str, Any]:
        """Return the fields of the report that come from the steps themselves."""
        lost = np.isnan(normalized.values) & collapsed.values.before.known
        remarks = tuple(line for of_channel in collapsed.remarks for line in of_channel)
        return {
            "flags": collapsed.flags,
            "factors": tuple(normalized.factors.tolist()),
            "controls": shares_of(collapsed.controls),
            "lost": per_array(lost),
            "remarks": remarks + normalized.remarks,
        }


def _reference_fields(references: References | None, probes: ProbeValues[B]) -> dict[str, Any]:
    """Return the fields of the report that name the references of a panel; none for arrays."""
    if references is None or not isinstance(probes.before, ProbeSignals):
        return {}
    n = len(references.rows)
    names = tuple(probes.before.probes.name[references.rows]) if n <= MOST_NAMED else ()
    return {"n_references": n, "reference_names": names}


@dataclass(frozen=True, eq=False)
class FilledValues:
    """The values of the probes kept.

    Parameters
    ----------
    values
        Normalized values with those filled in, ``(n_kept, n_arrays)``, NaN missing.
    spots
        Spots behind each, same shape; 0 where the value is missing or was filled in.
    imputed
        Which were filled in, same shape.
    """

    values: FloatArray
    spots: IntArray
    imputed: BoolArray


def fill_in(values: FloatArray, spots: IntArray, impute: str) -> FilledValues:
    """Fill in missing values where that is asked for."""
    spots = np.where(np.isnan(values), 0, spots).astype(np.int64, copy=False)
    method = IMPUTATIONS[impute]
    if method.kernel:
        values, imputed = method.load()(values)
        return FilledValues(values, spots, imputed)
    return FilledValues(values, spots, np.zeros(values.shape, dtype=bool))
