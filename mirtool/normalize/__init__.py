"""Normalization: from raw arrays to one comparable value for each probe and sample.

``service`` holds the recipe, ``ratio`` that for two channels; ``background``, ``flags``, ``replicates``,
``detection`` and ``factors`` their steps as kernels on bare arrays; ``report`` what was counted on the way;
``table`` the tables that are written.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mirtool.errors import CallError
from mirtool.model import ExpressionMatrix, FloatArray, RawArrays
from mirtool.normalize.detection import KEEP_RULES
from mirtool.normalize.flags import FLAG_RULES
from mirtool.normalize.ratio import is_ratio, ratio_channels, ratio_preset
from mirtool.normalize.replicates import REPLICATE_METHODS
from mirtool.normalize.report import ControlShare, NormalizationReport, RatioReport
from mirtool.normalize.selection import PROBE_CHOICES
from mirtool.normalize.service import ServiceSettings, service_preset
from mirtool.normalize.table import average_table, normalized_table, spots_table

__all__ = [
    "FLAG_RULES",
    "KEEP_RULES",
    "PRESETS",
    "PROBE_CHOICES",
    "REPLICATE_METHODS",
    "ControlShare",
    "NormalizationReport",
    "Normalized",
    "RatioReport",
    "average_table",
    "is_ratio",
    "normalize",
    "normalized_table",
    "ratio_channels",
    "spots_table",
]

PRESETS = ("service",)


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
    flags: str = "bad",
    replicates: str = "median",
    min_intensity: float = 30.0,
    keep: str = "any",
    probes: str = "mirna",
    min_factor_probes: int = 20,
) -> Normalized:
    """Normalize the arrays of a study by a named recipe.

    ``service``, the default, is what array service laboratories deliver: signal = foreground − background; the
    replicate spots of an ID become their median; a signal that is not positive becomes missing; the factor of an
    array is the median of the miRNA probes at ``min_intensity`` or above in ALL arrays; normalized = signal /
    factor. :mod:`mirtool.normalize.service` gives it step by step, with sources. With ``channel="ratio"`` the
    values are log2 ratios of two channels instead, centered on each array's median
    (:mod:`mirtool.normalize.ratio`).

    Parameters
    ----------
    arrays
        Linear intensities, spots × arrays, probes classified.
    channel
        Wavelength or name of the channel that holds the samples. By default 532 (Hy3), else the only one.
        ``"ratio"`` is Hy3 over Hy5; ``"635/532"`` the first of two channels over the second.
    preset
        ``"service"``.
    flags
        Spots made missing before anything else: ``"bad"`` (flag −100), ``"negative"`` (every flag below 0) or
        ``"ignore"`` (none). Arrays without flags lose none.
    replicates
        ``"median"`` or ``"mean"`` of the replicate spots that are not missing.
    min_intensity
        The cut-off, in the unit of the signals (scanner counts), reached where signal ≥ cut-off.
    keep
        Probes in the result: at the cut-off in ``"any"`` array, in ``"all"``, or ``"everything"``.
    probes
        Probes that count, for the factors and in the result: ``"mirna"`` (kinds miRNA and miRPlus) or ``"all"``
        (every kind but the technical ones: spike-ins, negative controls, empty, landing lights, hidden).
    min_factor_probes
        The fewest probes from which a factor is taken.

    Returns
    -------
    Normalized
        ``matrix``: log2 of signal / factor (a ratio without unit), or the centered log2 ratio of two channels;
        probes in the order in which their IDs first appear, missing where no spot has a signal or the signal is
        not positive; ``matrix.spots`` counts the replicate spots behind each value, 0 where it is missing.
        ``report``: the numbers. ``average``: see :class:`Normalized`.

    Raises
    ------
    CallError
        For a choice that does not exist, or a channel that the arrays do not have.
    NotEnoughDataError
        Where fewer than ``min_factor_probes`` probes reach the cut-off in all arrays.
    FormatError
        Where no spot has an ID, or one ID stands both for probes that count and for others.
    MirtoolError
        Where the probes have not been classified.
    """
    _check_choice("preset", preset, PRESETS)
    _check_choice("flags", flags, FLAG_RULES)
    _check_choice("replicates", replicates, REPLICATE_METHODS)
    _check_choice("keep", keep, KEEP_RULES)
    _check_choice("probes", probes, PROBE_CHOICES)
    if not (math.isfinite(min_intensity) and min_intensity >= 0):
        raise CallError(
            "the cut-off must be zero or a positive number", found=f"--min-intensity {min_intensity:g}"
        )
    if min_factor_probes < 1:
        raise CallError("a factor needs at least 1 probe", found=f"--min-factor-probes {min_factor_probes}")
    settings = ServiceSettings(channel, flags, replicates, min_intensity, keep, probes, min_factor_probes)
    if is_ratio(channel):
        matrix, average, report = ratio_preset(arrays, settings)
        return Normalized(matrix, report, average)
    return Normalized(*service_preset(arrays, settings))


def _check_choice(option: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise CallError(f"--{option} has no choice {value!r}", expected="one of " + ", ".join(choices))
