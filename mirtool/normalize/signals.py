"""From the arrays of a study to the signal of each spot: flags, background, offset, and the weight of a spot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from mirtool.annotation.probes import TECHNICAL_KINDS, ProbeKind, is_kind
from mirtool.errors import NotEnoughDataError, UsageError, option
from mirtool.model import BoolArray, Channel, FloatArray, RawArrays
from mirtool.normalize.background import subtract_background
from mirtool.normalize.flags import flagged_spots
from mirtool.normalize.methods import BACKGROUND_METHODS, LANE_METHODS, BackgroundMethod
from mirtool.normalize.settings import ResolvedSettings

FEWEST_CONTROLS = 3
"""Control spots per array needed for a level: with fewer, one dust grain decides."""


@dataclass(frozen=True, eq=False)
class Signals:
    """The signals of one channel, and why some spots have none.

    Parameters
    ----------
    values
        Linear counts, ``(n_spots, n_arrays)``, NaN missing, of either sign; they include the offset.
    unreadable
        Spots whose foreground or background is missing in the file, same shape.
    flagged
        Spots made missing for their flags, same shape.
    words
        What a signal is, in words.
    fits
        What was fitted, in words: one line per array, where something was.
    """

    values: FloatArray
    unreadable: BoolArray
    flagged: BoolArray
    words: str
    fits: tuple[str, ...] = ()

    @property
    def remarks(self) -> tuple[tuple[str, ...], ...]:
        """What was fitted, for the only channel."""
        return (self.fits,)

    @property
    def log2(self) -> FloatArray:
        """log2 of the signals, missing where they are not positive."""
        return np.log2(self.values, out=np.full(self.values.shape, np.nan), where=self.values > 0)

    @property
    def weakest(self) -> FloatArray:
        """The signal that has to reach the cut-off."""
        return self.values


def spot_signals(arrays: RawArrays, channel: str, settings: ResolvedSettings) -> Signals:
    """Return the signal of every spot of a channel.

    Raises
    ------
    UsageError
        Where the background method needs a background or a layout that the files don't have.
    NotEnoughDataError
        Where an array has too few control spots, or too few different intensities for normexp.
    """
    intensities = arrays.channels[channel]
    flagged = flagged_out(arrays, settings.flags)
    has_background = intensities.background is not None or intensities.processed
    base = "foreground − background" if has_background else "foreground"
    fits_in_words: tuple[str, ...] = ()
    if settings.background is None:
        values = subtract_background(intensities.foreground, intensities.background)
        unreadable = np.isnan(values)
        values[flagged] = np.nan
        words = base
    else:
        method = cast(BackgroundMethod, BACKGROUND_METHODS[settings.background])
        spots = _Spots(arrays, channel, flagged, method)
        found = method.load()(*(spots.input(name) for name in method.takes))
        values, fits = found if method.is_fitted else (found, ())
        unreadable = spots.unreadable
        words = method.signal.format(base=base)
        names = arrays.samples.names if method.is_fitted else ()
        fits_in_words = tuple(f"normexp on {name}: {fit}" for name, fit in zip(names, fits, strict=True))
    if settings.offset:
        values, words = values + settings.offset, f"{words} + {settings.offset:g}"
    return Signals(values, unreadable, flagged, words, fits_in_words)


@dataclass(frozen=True, eq=False)
class _Spots:
    """What background methods take, flagged spots missing."""

    arrays: RawArrays
    channel: str
    flagged: BoolArray
    method: BackgroundMethod

    def input(self, name: str) -> Any:
        """Return the input called ``name``; see :class:`mirtool.normalize.methods.SpotMethod`."""
        inputs: dict[str, Callable[[], Any]] = {
            "foreground": lambda: self._without_flagged(self._intensities.foreground),
            "background": self._background,
            "layout": self._layout,
            "signals": lambda: self._without_flagged(self._raw),
            "negative_controls": lambda: self._controls(ProbeKind.NEGATIVE_CONTROL),
            "technical": lambda: is_kind(self.arrays.probes, *TECHNICAL_KINDS),
            "empty_spots": lambda: self._controls(ProbeKind.EMPTY),
        }
        return inputs[name]()

    @property
    def unreadable(self) -> BoolArray:
        """Spots that lack an intensity which the method needs of each spot."""
        needed = self._raw if self.method.uses_spot_background else self._intensities.foreground
        return np.isnan(needed)

    @property
    def _intensities(self) -> Channel:
        return self.arrays.channels[self.channel]

    @property
    def _raw(self) -> FloatArray:
        return subtract_background(self._intensities.foreground, self._intensities.background)

    def _without_flagged(self, values: FloatArray) -> FloatArray:
        return np.where(self.flagged, np.nan, values)

    def _background(self) -> FloatArray:
        if self._intensities.background is not None:
            return self._intensities.background
        found = (
            f"in channel {self.channel} signals from which the instrument's software has subtracted it"
            if self._intensities.processed
            else f"channel {self.channel} with a foreground alone"
        )
        raise UsageError(
            f"{option('background', self.method.name)} needs a background, and these files have none",
            found=found,
            expected="one of " + ", ".join(_methods_without("background")),
        )

    def _layout(self) -> Any:
        if self.arrays.layout is not None:
            return self.arrays.layout
        raise UsageError(
            f"{option('background', self.method.name)} needs the position of each spot",
            found="files without Block, Row and Column",
            expected="one of " + ", ".join(_methods_without("layout")),
        )

    def _controls(self, kind: ProbeKind) -> BoolArray:
        controls = is_kind(self.arrays.probes, kind)
        signals = self._without_flagged(self._raw)
        present = np.count_nonzero(~np.isnan(signals[controls]), axis=0)
        worst = int(np.argmin(present))
        if present[worst] < FEWEST_CONTROLS:
            raise NotEnoughDataError(
                f"{option('background', self.method.name)} needs {kind.value} spots",
                found=f"{present[worst]} with a signal on {self.arrays.samples.names[worst]}",
                expected=f"at least {FEWEST_CONTROLS} on every array",
                hint="name these probes with a [[probe_kinds]] rule in mirtool.toml, or use another method, "
                f"such as {option('background', 'subtract')} or normexp",
            )
        return controls


def _methods_without(needed: str) -> list[str]:
    return [
        name
        for name, method in BACKGROUND_METHODS.items()
        if needed not in getattr(method, "takes", ()) and name not in LANE_METHODS
    ]


def flagged_out(arrays: RawArrays, rule: str) -> BoolArray:
    """Mask of the spots that ``rule`` makes missing, ``(n_spots, n_arrays)``; none where there are no flags."""
    if arrays.flags is None:
        return np.zeros((arrays.n_spots, arrays.n_arrays), dtype=bool)
    return flagged_spots(arrays.flags, rule)


def spot_weights(arrays: RawArrays, settings: ResolvedSettings) -> FloatArray | None:
    """Return the weight of each spot, ``(n_spots, n_arrays)``: ``flag_weight`` where flagged below 0, else 1.

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
            f"{option('flag_weight')} needs flags, and these files have none",
            hint=f"leave it out; replicates can be combined by {option('replicates', 'median')} or mean",
        )
    return np.where(flagged_spots(arrays.flags, "negative"), settings.flag_weight, 1.0)
