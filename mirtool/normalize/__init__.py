"""Normalization: from raw arrays to one comparable value for each probe and sample.

``settings`` holds the choices and presets, ``service`` the way of one channel and ``ratio`` that of two.
``background``, ``normexp``, ``flags``, ``replicates``, ``detection``, ``factors``, ``within``, ``curves``,
``between``, ``quantiles``, ``two_color``, ``vsn``, ``spike_in`` and ``imputation`` are the methods as kernels on
bare arrays, ``signals`` and ``one_channel`` choose among them; ``report`` is what was counted on the way,
``table`` the tables that are written.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mirtool.errors import UsageError
from mirtool.model import ExpressionMatrix, FloatArray, RawArrays
from mirtool.normalize.detection import KEEP_RULES
from mirtool.normalize.flags import FLAG_RULES
from mirtool.normalize.imputation import IMPUTATIONS
from mirtool.normalize.normalized_table import average_table, normalized_table, replicates_table, spots_table
from mirtool.normalize.ratio import is_ratio, normalize_ratio, ratio_channels
from mirtool.normalize.replicates import REPLICATE_METHODS
from mirtool.normalize.report import ControlShare, NormalizationReport, RatioReport
from mirtool.normalize.selection import PROBE_CHOICES
from mirtool.normalize.service import normalize_one_channel
from mirtool.normalize.settings import (
    BACKGROUND_METHODS,
    BETWEEN_METHODS,
    PRESETS,
    RATIO_BETWEEN_METHODS,
    REPLICATE_SCALES,
    WITHIN_METHODS,
    choose_settings,
)

__all__ = [
    "BACKGROUND_METHODS",
    "BETWEEN_METHODS",
    "FLAG_RULES",
    "IMPUTATIONS",
    "KEEP_RULES",
    "PRESETS",
    "PROBE_CHOICES",
    "RATIO_BETWEEN_METHODS",
    "REPLICATE_METHODS",
    "REPLICATE_SCALES",
    "WITHIN_METHODS",
    "ControlShare",
    "NormalizationReport",
    "Normalized",
    "RatioReport",
    "average_table",
    "is_ratio",
    "normalize",
    "normalized_table",
    "ratio_channels",
    "replicates_table",
    "spots_table",
]


@dataclass(frozen=True)
class Normalized:
    """What :func:`normalize` gives: the matrix, the numbers to tell beside it, and A where the values are ratios.

    ``average`` is the mean log2 signal of the two channels, ``(n_probes, n_samples)``, NaN missing; None where one
    channel was normalized.
    """

    matrix: ExpressionMatrix
    report: NormalizationReport
    average: FloatArray | None = None


def normalize(
    arrays: RawArrays,
    *,
    channel: str | None = None,
    preset: str = "service",
    background: str | None = None,
    offset: float | None = None,
    flags: str = "bad",
    flag_weight: float | None = None,
    within: str | None = None,
    replicates: str | None = None,
    replicate_scale: str | None = None,
    between: str | None = None,
    impute: str = "none",
    min_intensity: float = 30.0,
    keep: str = "any",
    probes: str = "mirna",
    min_factor_probes: int = 20,
    keep_replicates: bool = False,
) -> Normalized:
    """Normalize the arrays of a study by a named recipe, or by steps of one's own choice.

    ``service``, the default, is what array service laboratories deliver: signal = foreground − background; the
    replicate spots of an ID become their median; a signal that is not positive becomes missing; the factor of an
    array is the median of the miRNA probes at ``min_intensity`` or above in ALL arrays; normalized = signal /
    factor. :mod:`mirtool.normalize.service` gives it step by step, with sources. With ``channel="ratio"`` the
    values are log2 ratios of two channels instead, centered on each array's median
    (:mod:`mirtool.normalize.ratio`). ``docs/methods/normalization.md`` has every method with its formula.

    Parameters
    ----------
    arrays
        Linear intensities, spots × arrays, probes classified.
    channel
        Wavelength or name of the channel that holds the samples. By default 532 (Hy3), else the only one.
        ``"ratio"`` is Hy3 over Hy5; ``"635/532"`` the first of two channels over the second.
    preset
        ``"service"``; ``"normexp-quantile"``: normexp with an offset of 50, the mean of replicates on the log
        scale, quantiles (for ratios: loess within arrays, then ``Aquantile``); ``"spike-in"``: as ``service``, but
        the arrays made comparable by their spike-ins. Every choice below but None goes before the preset's.
    background
        One of :data:`BACKGROUND_METHODS`. None is the preset's; under ``service`` the background is subtracted
        where there is one. A method that needs a background which the files don't have is an error.
    offset
        Counts added to every signal.
    flags
        Spots made missing before anything else: ``"bad"`` (flag −100), ``"negative"`` (every flag below 0) or
        ``"ignore"`` (none). Arrays without flags lose none.
    flag_weight
        How much a spot with a flag below 0 that is not made missing counts, 0 to 1, in a weighted mean of
        replicates and within arrays.
    within
        One of :data:`WITHIN_METHODS`, for ratios.
    replicates
        ``"median"``, ``"mean"`` or ``"weighted"`` (the mean weighted by flags) of the replicate spots that are
        not missing.
    replicate_scale
        ``"linear"`` or ``"log"``: collapse signals, or their logarithms.
    between
        One of :data:`BETWEEN_METHODS`, or for ratios of :data:`RATIO_BETWEEN_METHODS`.
    impute
        ``"none"``, or ``"knn"``: fill in missing values of the result from the ten nearest probes.
    min_intensity
        The cut-off, in the unit of the signals (scanner counts), reached where signal ≥ cut-off.
    keep
        Probes in the result: at the cut-off in ``"any"`` array, in ``"all"``, or ``"everything"``.
    probes
        Probes that count, for the factors and in the result: ``"mirna"`` (kinds miRNA and miRPlus) or ``"all"``
        (every kind but the technical ones: spike-ins, negative controls, empty, landing lights, hidden).
    min_factor_probes
        The fewest probes from which a factor is taken.
    keep_replicates
        Keep the log2 of every replicate spot too, moved as far as normalization moved its probe's value on that
        array, for :class:`mirtool.differential.Model` with ``replicates``. A spot that is not positive has none.

    Returns
    -------
    Normalized
        ``matrix``: log2 of signal / factor (a ratio without unit), of the signal where the method between arrays
        keeps its unit, or the log2 ratio of two channels; probes in the order in which their IDs first appear,
        missing where no spot has a signal or the signal is not positive; ``matrix.spots`` counts the replicate
        spots behind each value, 0 where it is missing or was filled in; ``matrix.replicates`` as asked for.
        ``report``: the numbers. ``average``: see :class:`Normalized`.

    Raises
    ------
    UsageError
        For a choice that does not exist, choices that contradict each other, a channel that the arrays do not
        have, or a background that they lack.
    NotEnoughDataError
        Where fewer than ``min_factor_probes`` probes reach the cut-off in all arrays, controls are too few, or
        spike-ins do not agree on how the arrays differ.
    FormatError
        Where no spot has an ID, or one ID stands both for probes that count and for others.
    MirtoolError
        Where the probes have not been classified.
    """
    ratio = is_ratio(channel)
    for option, value, choices in (
        ("background", background, BACKGROUND_METHODS),
        ("flags", flags, FLAG_RULES),
        ("within", within, WITHIN_METHODS),
        ("replicates", replicates, REPLICATE_METHODS),
        ("replicate-scale", replicate_scale, REPLICATE_SCALES),
        ("impute", impute, IMPUTATIONS),
        ("keep", keep, KEEP_RULES),
        ("probes", probes, PROBE_CHOICES),
    ):
        if value is not None:
            _check_choice(option, value, choices)
    if not (math.isfinite(min_intensity) and min_intensity >= 0):
        raise UsageError(
            "the cut-off must be zero or a positive number", found=f"--min-intensity {min_intensity:g}"
        )
    if offset is not None and not (math.isfinite(offset) and offset >= 0):
        raise UsageError("the offset must be zero or a positive number", found=f"--offset {offset:g}")
    if flag_weight is not None and not 0 <= flag_weight <= 1:
        raise UsageError(
            "the weight of a flagged spot lies between 0 and 1", found=f"--flag-weight {flag_weight:g}"
        )
    if min_factor_probes < 1:
        raise UsageError("a factor needs at least 1 probe", found=f"--min-factor-probes {min_factor_probes}")
    asked = {
        "channel": channel,
        "background": background,
        "offset": offset,
        "flags": flags,
        "flag_weight": flag_weight,
        "within": within,
        "replicates": replicates,
        "replicate_scale": replicate_scale,
        "between": between,
        "impute": impute,
        "min_intensity": min_intensity,
        "keep": keep,
        "probes": probes,
        "min_factor_probes": min_factor_probes,
        "keep_replicates": keep_replicates,
    }
    settings = choose_settings(preset, ratio=ratio, asked=asked)
    if ratio:
        matrix, average, report = normalize_ratio(arrays, settings)
        return Normalized(matrix, report, average)
    return Normalized(*normalize_one_channel(arrays, settings))


def _check_choice(option: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise UsageError(f"--{option} has no choice {value!r}", expected="one of " + ", ".join(choices))
