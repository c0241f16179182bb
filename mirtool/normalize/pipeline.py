"""The steps of a normalization in their order, for one channel and for the ratio of two.

flags and background → signals of the spots → one value per probe → detection → between arrays → probes kept →
missing values filled in → report. What one channel and two do differently is in
:class:`mirtool.normalize.one_channel.OneChannel` and :class:`mirtool.normalize.ratio.TwoChannels`.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from mirtool.model import BoolArray, ExpressionMatrix, FloatArray, IntArray, RawArrays
from mirtool.normalize.between_arrays import NormalizedSignals, ProbeSignals, References
from mirtool.normalize.channels import B, Channels, CountingSpots, ProbeValues, S
from mirtool.normalize.controls import control_shares
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
from mirtool.normalize.tallies import array_fields, array_notes, choice_fields, probe_fields, spot_notes

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
    settings = (settings or NormalizeSettings()).replace(**changes)
    resolved = settings.resolve()
    check_recipe(arrays, resolved)
    check_panel_recipe(arrays, resolved)
    if is_panel(arrays):
        return _run(Panel(choose_channel(arrays, resolved.channel), arrays), arrays, resolved)
    if resolved.is_ratio:
        return _run(TwoChannels(*choose_pair(arrays, resolved.channel or RATIO)), arrays, resolved)
    return _run(OneChannel(choose_channel(arrays, resolved.channel)), arrays, resolved)


def _keywords() -> inspect.Signature:
    """Return the signature of :func:`normalize` with every setting as a keyword."""
    positional = list(inspect.signature(normalize).parameters.values())[:2]
    keywords = [
        inspect.Parameter(of.name, inspect.Parameter.KEYWORD_ONLY, default=of.default, annotation=of.type)
        for of in fields(NormalizeSettings)
    ]
    return inspect.Signature([*positional, *keywords], return_annotation="Normalized")


normalize.__signature__ = _keywords()  # type: ignore[attr-defined]


def _run(channels: Channels[S, B], arrays: RawArrays, settings: ResolvedSettings) -> Normalized:
    is_called = not settings.is_ratio and choose_detection(arrays, settings.detection) != ""
    settings = replace(settings, detection="call" if is_called else "cutoff")
    if settings.polishes:
        arrays = by_name(arrays)
    groups = group_replicates(arrays.probes.id)
    counting = CountingSpots(groups, counting_spots(arrays.probes, groups, settings.probes))

    spots = channels.measure(arrays, settings)
    probes = channels.collapse(arrays, spots, counting, settings)
    normalized = channels.compare(probes.before, arrays.samples, settings)
    kept = kept_probes(probes.before.detected, settings.keep, arrays.samples.groups, settings.keep_share)
    filled = fill_in(normalized.values[kept], probes.spots[kept], settings.impute)
    replicates = None
    if settings.keep_replicates:
        stacked = stack_replicates(spots.log2, groups, counting.rows[kept])
        replicates = shift_replicates(stacked, probes.before.log2[kept], normalized.values[kept])

    report = channels.report(
        {
            **choice_fields(settings, channels.names),
            **array_fields(arrays, channels.names, counting),
            **probe_fields(probes, groups.sizes[counting.rows], kept, filled.imputed),
            **_step_fields(arrays, spots, probes, normalized, settings),
            **_reference_fields(normalized.references, probes),
        }
    )
    values, cutoff = channels.history(report)
    matrix = ExpressionMatrix(
        values=filled.values,
        probes=arrays.probes.take(groups.first[counting.rows[kept]]),
        samples=arrays.samples,
        spots=filled.spots,
        history=(f"recipe: {report.preset}", values, *spot_notes(report), cutoff, *array_notes(report)),
        replicates=replicates,
        not_detected=None if probes.not_detected is None else probes.not_detected[kept],
    )
    average = None if normalized.average is None else normalized.average[kept]
    return Normalized(matrix, report, average, normalized.references)


def _step_fields(
    arrays: RawArrays, spots: S, probes: ProbeValues[B], normalized: NormalizedSignals, settings: ResolvedSettings
) -> dict[str, Any]:
    """Return the fields of the report that come from the steps themselves."""
    lost = np.isnan(normalized.values) & ~np.isnan(probes.before.log2)
    return {
        "signal": spots.words,
        "no_intensity": per_array(spots.unreadable),
        "flagged_out": per_array(spots.flagged),
        "factors": tuple(normalized.factors.tolist()),
        "controls": ()
        if settings.detection == "call"
        else control_shares(arrays.probes, spots.weakest - settings.offset, settings.min_intensity),
        "detection": detection_call(arrays) if settings.detection == "call" else "",
        "lost": per_array(lost),
        "remarks": spots.remarks + normalized.remarks,
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
    spots = np.where(np.isnan(values), 0, spots)
    method = IMPUTATIONS[impute]
    if method.kernel:
        values, imputed = method.load()(values)
        return FilledValues(values, spots, imputed)
    return FilledValues(values, spots, np.zeros(values.shape, dtype=bool))
