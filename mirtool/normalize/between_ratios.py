"""Between two-color arrays: the methods that need more than M and A, with what they need.

``RATIO_BETWEEN_METHODS`` in :mod:`mirtool.normalize.methods` lists every method;
:mod:`mirtool.normalize.two_color` holds the kernels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from mirtool.errors import UsageError, option
from mirtool.model import BoolArray, FloatArray, SampleTable
from mirtool.normalize.between_arrays import NormalizedSignals, middle_ratio
from mirtool.normalize.methods import RATIO_BETWEEN_METHODS, BetweenMethod
from mirtool.normalize.settings import ResolvedSettings
from mirtool.normalize.shortage import check_factor_probes
from mirtool.normalize.two_color import (
    MA,
    quantiles_of_denominator,
    quantiles_of_groups,
    quantiles_of_numerator,
)


@dataclass(frozen=True, eq=False)
class ProbeRatios:
    """M and A of the probes that count.

    Parameters
    ----------
    m, a
        ``(n_probes, n_arrays)``, NaN missing.
    detected
        Probes at the cut-off in both channels, same shape.
    channels
        Numerator and denominator.
    """

    m: FloatArray
    a: FloatArray
    detected: BoolArray
    channels: tuple[str, str]

    @property
    def log2(self) -> FloatArray:
        """M."""
        return self.m

    @property
    def known(self) -> BoolArray:
        """Where M is not missing."""
        return ~np.isnan(self.m)


def normalize_ratios(ratios: ProbeRatios, samples: SampleTable, settings: ResolvedSettings) -> NormalizedSignals:
    """Make the arrays comparable by the method asked for; each array's factor is a ratio of channels.

    Raises
    ------
    NotEnoughDataError
        Where too few probes are detected in all arrays for their median.
    UsageError
        Where the method needs groups or names of channels that are not there.
    """
    method = cast(BetweenMethod, RATIO_BETWEEN_METHODS[settings.between])
    if method.step:
        normalized: NormalizedSignals = method.load_step()(ratios, samples, settings)
        return normalized
    return _normalized(ratios, method.load()(ratios.m, ratios.a) if method.kernel else (ratios.m, ratios.a))


def subtract_centers(ratios: ProbeRatios, samples: SampleTable, settings: ResolvedSettings) -> NormalizedSignals:
    """M less the array's median M over the probes detected in all arrays (``median``)."""
    check_factor_probes(ratios.detected, samples.names, settings)
    centers = np.asarray(np.median(ratios.m[ratios.detected.all(axis=1)], axis=0))
    return NormalizedSignals(ratios.m - centers, np.exp2(centers), average=ratios.a)


def quantiles_of_green(
    ratios: ProbeRatios, _samples: SampleTable, _settings: ResolvedSettings
) -> NormalizedSignals:
    """Return the green channel of all arrays one distribution (``Gquantile``)."""
    return _quantiles_of_one(ratios, of_numerator=_green(ratios.channels) == ratios.channels[0])


def quantiles_of_red(ratios: ProbeRatios, _samples: SampleTable, _settings: ResolvedSettings) -> NormalizedSignals:
    """Return the red channel of all arrays one distribution (``Rquantile``)."""
    return _quantiles_of_one(ratios, of_numerator=_green(ratios.channels) != ratios.channels[0])


def quantiles_by_group(
    ratios: ProbeRatios, samples: SampleTable, _settings: ResolvedSettings
) -> NormalizedSignals:
    """Return the channels of each group one distribution, and the denominators one (``Tquantile``)."""
    groups = samples.groups
    if not all(groups):
        raise UsageError(
            f"{option('between', 'Tquantile')} needs the group of every sample",
            found=f"{groups.count('')} of {len(groups)} without one",
            hint=f"fill in the column group of the sample sheet, and name the sheet with {option('samples')}",
        )
    held = [f"group {group}" for group in groups] + ["reference"] * len(groups)
    return _normalized(ratios, quantiles_of_groups(ratios.m, ratios.a, held))


def _quantiles_of_one(ratios: ProbeRatios, *, of_numerator: bool) -> NormalizedSignals:
    kernel = quantiles_of_numerator if of_numerator else quantiles_of_denominator
    return _normalized(ratios, kernel(ratios.m, ratios.a))


def _normalized(ratios: ProbeRatios, after: MA) -> NormalizedSignals:
    m, a = after
    return NormalizedSignals(m, middle_ratio(ratios.m, m), average=a)


def _green(channels: tuple[str, str]) -> str:
    """Return the channel that is green: Hy3, or the shorter wavelength."""
    if "Hy3" in channels:
        return "Hy3"
    if all(name.isdigit() for name in channels):
        return min(channels, key=int)
    raise UsageError(
        "the names of the channels do not say which of them is green",
        found=" and ".join(channels),
        hint=f"use {option('between', 'quantile')} or Aquantile",
    )
