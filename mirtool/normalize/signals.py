"""From the arrays of a study to the signal of each spot: flags, background, offset, and the weight of a spot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from mirtool.annotation.probes import ProbeKind, is_kind
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.model import BoolArray, Channel, FloatArray, RawArrays
from mirtool.normalize.background import (
    at_least_half,
    at_least_half_minimum,
    edwards_signals,
    subtract_background,
    subtract_level,
    subtract_moving_minimum,
)
from mirtool.normalize.flags import flagged_spots
from mirtool.normalize.settings import Settings

NEED_BACKGROUND = ("subtract", "half", "minimum", "movingmin", "edwards")
"""Methods that have nothing to work on where files hold no background."""
NEED_NONE = ("none", "normexp", "normexp-mle", "negative-control", "empty")
CONTROL_KINDS = {"negative-control": ProbeKind.NEGATIVE_CONTROL, "empty": ProbeKind.EMPTY}
FEWEST_CONTROLS = 3
"""Control spots per array needs for a level: with fewer one dust grain decides."""


@dataclass(frozen=True, eq=False)
class Signals:
    """The signals of one channel, and why some spots have none.

    Parameters
    ----------
    values
        Linear counts, ``(n_spots, n_arrays)``, NaN missing, of whatever sign; the offset is in them.
    unreadable
        Spots whose foreground or background is missing in the file, same shape.
    flagged
        Spots made missing for their flags, same shape.
    words
        What a signal is, in words.
    remarks
        What was fitted on the way, in words.
    """

    values: FloatArray
    unreadable: BoolArray
    flagged: BoolArray
    words: str
    remarks: tuple[str, ...] = ()


def spot_signals(arrays: RawArrays, channel: str, settings: Settings) -> Signals:
    """Make the signal of every spot of a channel.

    Raises
    ------
    UsageError
        Where the method asked for needs a background or a layout that the files don't have.
    NotEnoughDataError
        Where an array has too few control spots, or too few different intensities for normexp.
    """
    intensities = arrays.channels[channel]
    method = settings.background
    if method in NEED_BACKGROUND:
        _background_of(intensities, channel, method)
    flagged = flagged_out(arrays, settings.flags)
    raw = subtract_background(
        intensities.foreground, None if method in ("none", "movingmin") else intensities.background
    )
    unreadable = np.isnan(raw)
    has_background = intensities.background is not None or intensities.processed
    base = "foreground − background" if has_background else "foreground"
    raw[flagged] = np.nan
    remarks: tuple[str, ...] = ()
    if method in (None, "subtract"):
        values, words = raw, base
    elif method == "none":
        values, words = raw, "foreground"
    elif method in CONTROL_KINDS:
        values = subtract_level(raw, _controls(arrays, raw, method))
        words = f"{base} − median of the array's {CONTROL_KINDS[method].value} spots"
    elif method in ("normexp", "normexp-mle"):
        values, words, remarks = _normexp(arrays, raw, method, base)
    else:
        values, words = _by_background(arrays, channel, flagged, str(method))
    if settings.offset:
        values, words = values + settings.offset, f"{words} + {settings.offset:g}"
    return Signals(values, unreadable, flagged, words, remarks)


def flagged_out(arrays: RawArrays, rule: str) -> BoolArray:
    """Mask of the spots that ``rule`` makes missing, ``(n_spots, n_arrays)``; none where there are no flags."""
    if arrays.flags is None:
        return np.zeros((arrays.n_spots, arrays.n_arrays), dtype=bool)
    return flagged_spots(arrays.flags, rule)


def spot_weights(arrays: RawArrays, settings: Settings) -> FloatArray | None:
    """Weigh each spot by its flag, ``(n_spots, n_arrays)``: flagged below 0 as asked for, 1 otherwise.

    Returns
    -------
    FloatArray or None
        None where no weight was asked for.

    Raises
    ------
    UsageError
        Where the arrays have no flags.
    """
    if settings.flag_weight is None:
        return None
    if arrays.flags is None:
        raise UsageError(
            "--flag-weight needs flags, and these files have none",
            hint="leave it out; replicates can be collapsed by --replicates median or mean",
        )
    return np.where(flagged_spots(arrays.flags, "negative"), settings.flag_weight, 1.0)


def _by_background(arrays: RawArrays, channel: str, flagged: BoolArray, method: str) -> tuple[FloatArray, str]:
    intensities = arrays.channels[channel]
    background = _background_of(intensities, channel, method)
    foreground = np.where(flagged, np.nan, intensities.foreground)
    if method == "half":
        return at_least_half(foreground, background), "foreground − background and at least 0.5"
    if method == "minimum":
        words = "foreground − background and at least half the array's least positive"
        return at_least_half_minimum(foreground, background), words
    if method == "edwards":
        return edwards_signals(foreground, background), "foreground − background with Edwards' logarithmic tail"
    if arrays.layout is None:
        raise UsageError(
            "--background movingmin needs to know where each spot lies",
            found="files without Block, Row and Column",
            expected="one of " + ", ".join(name for name in (*NEED_NONE, *NEED_BACKGROUND) if name != "movingmin"),
        )
    words = "foreground − lowest background of the 3 × 3 spots"
    return subtract_moving_minimum(foreground, background, arrays.layout), words


def _normexp(
    arrays: RawArrays, raw: FloatArray, method: str, base: str
) -> tuple[FloatArray, str, tuple[str, ...]]:
    from mirtool.normalize.normexp import normexp_signals  # scipy: only where it is asked for

    likelihood: Literal["saddle", "mle"] = "mle" if method == "normexp-mle" else "saddle"
    values, fits = normexp_signals(raw, likelihood)
    remarks = tuple(
        f"normexp on {name}: background left {fit.mu:.4g} ± {fit.sigma:.4g}, mean signal {fit.alpha:.4g}"
        for name, fit in zip(arrays.samples.names, fits, strict=True)
    )
    return values, f"normexp ({_LIKELIHOOD_WORDS[likelihood]}) of {base}", remarks


_LIKELIHOOD_WORDS = {"saddle": "saddle point", "mle": "exact likelihood"}


def _controls(arrays: RawArrays, raw: FloatArray, method: str) -> BoolArray:
    kind = CONTROL_KINDS[method]
    controls = is_kind(arrays.probes, kind)
    present = np.count_nonzero(~np.isnan(raw[controls]), axis=0)
    worst = int(np.argmin(present))
    if present[worst] < FEWEST_CONTROLS:
        raise NotEnoughDataError(
            f"--background {method} needs {kind.value} spots",
            found=f"{present[worst]} with a signal on {arrays.samples.names[worst]}",
            expected=f"at least {FEWEST_CONTROLS} on every array",
            hint="tell which probes they are with a [[probe_kinds]] rule in mirtool.toml, or correct by another "
            "method, such as --background subtract or normexp",
        )
    return controls


def _background_of(intensities: Channel, channel: str, method: str | None) -> FloatArray:
    if intensities.background is not None:
        return intensities.background
    found = (
        f"in channel {channel} signals from which the instrument's software has subtracted it"
        if intensities.processed
        else f"channel {channel} with a foreground alone"
    )
    raise UsageError(
        f"--background {method} needs the background of the spots, and these files have none",
        found=found,
        expected="one of " + ", ".join(NEED_NONE),
    )
