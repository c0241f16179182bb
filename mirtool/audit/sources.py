"""Where an audit starts to compute: raw arrays, the signals in the workbook, or its normalized values.

A source gives what it has for a recipe: foregrounds, signals or normalized values. All are linear,
``(n_rows, n_samples)``, NaN missing; a row is a probe, or a spot where a Raw Intensity File is audited.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.audit.recipe import Recipe
from mirtool.audit.rounding import half_units
from mirtool.errors import FormatError, SampleSheetError, option
from mirtool.io.arrays.service_sheet import NORMALIZED, SIGNAL, Block
from mirtool.model import BoolArray, FloatArray, IntArray, RawArrays, TextArray, text_array
from mirtool.normalize.background import subtract_background
from mirtool.normalize.flags import flagged_spots
from mirtool.normalize.replicates import collapse_replicates, group_replicates
from mirtool.normalize.selection import choose_channel

ReadRaw = Callable[[str, str], RawArrays]
"""Reads the raw arrays with a foreground (``"median"``, ``"mean"``) and a background (also ``"chosen"``)."""

_FACTOR_CHOICES = frozenset({"min_intensity", "factor_probes", "factor_arrays"})
_EXACT_DIGITS = 1e-9
"""Relative: numbers that show more digits than this were not rounded."""


class Source:
    """What an audit computes from; a source that lacks something gives None for it.

    Parameters
    ----------
    words
        What it is, in words.
    id, name
        Key and name of each row, ``(n_rows,)``.
    samples
        The samples, in the order of the columns.
    choices
        Fields of :class:`Recipe` that its own values let an audit vary.
    """

    def __init__(
        self, words: str, id: TextArray, name: TextArray, samples: Sequence[str], choices: frozenset[str]
    ) -> None:
        self.words, self.id, self.name = words, id, name
        self.samples, self.choices = tuple(samples), choices

    def foregrounds(self, recipe: Recipe) -> FloatArray | None:  # noqa: ARG002
        """Foreground of each row and sample."""
        return None

    def signals(self, recipe: Recipe) -> FloatArray | None:  # noqa: ARG002
        """Foreground − background of each row and sample."""
        return None

    def normalized(self) -> FloatArray | None:
        """Return the normalized values, where the source itself holds them."""
        return None

    def replicate_cv(self, recipe: Recipe) -> FloatArray | None:  # noqa: ARG002
        """CV of the replicate spots, as a fraction."""
        return None

    def rounding(self) -> FloatArray | None:
        """How far its values may lie from those that the service computed with; None where they are exact."""
        return None


@dataclass(frozen=True, eq=False)
class _Intensities:
    """Spots × samples, in the workbook's order of samples."""

    foreground: FloatArray
    background: FloatArray | None
    flags: IntArray | None


class RawSource(Source):
    """Raw arrays, read again where a recipe asks for other statistics of the pixels.

    ``by_spot`` keeps every spot as a row of its own, under the key of :func:`spot_keys`.

    Raises
    ------
    SampleSheetError
        Where a sample has no array.
    FormatError
        Where spots of several GAL lots are wanted one by one.
    """

    def __init__(self, read: ReadRaw, samples: Sequence[str], *, by_spot: bool = False) -> None:
        self._read_raw = read
        self._arrays: dict[tuple[str, str], _Intensities] = {}
        self._collapsed: dict[tuple[str, ...], FloatArray] = {}
        arrays = read("median", "median")
        _check_samples(arrays, samples)
        self._channel = choose_channel(arrays, None)
        self._order = [arrays.samples.names.index(name) for name in samples]
        self._arrays["median", "median"] = self._take(arrays)
        keys = _spot_keys_of(arrays) if by_spot else arrays.probes.id
        self._groups = group_replicates(keys)
        first = self._groups.first
        super().__init__(
            "the raw files", keys[first], arrays.probes.name[first], samples, _choices(arrays, by_spot)
        )

    def foregrounds(self, recipe: Recipe) -> FloatArray:
        """Foreground, the replicate spots collapsed."""
        key = ("foreground", recipe.foreground, recipe.flags, recipe.replicates)
        if key not in self._collapsed:
            intensities = self._intensities(recipe.foreground, "median")
            self._collapsed[key] = self._collapse(intensities.foreground.copy(), intensities, recipe)
        return self._collapsed[key]

    def signals(self, recipe: Recipe) -> FloatArray:
        """Foreground − background of each spot, the replicate spots collapsed."""
        key = ("signal", recipe.foreground, recipe.background, recipe.flags, recipe.replicates)
        if key not in self._collapsed:
            intensities = self._intensities(recipe.foreground, recipe.background)
            spots = subtract_background(intensities.foreground, intensities.background)
            self._collapsed[key] = self._collapse(spots, intensities, recipe)
        return self._collapsed[key]

    def replicate_cv(self, recipe: Recipe) -> FloatArray:
        """CV of the replicate spots' signals; missing where there is one spot or their mean is not positive."""
        intensities = self._intensities(recipe.foreground, recipe.background)
        spots = subtract_background(intensities.foreground, intensities.background)
        spots[_flagged(intensities, recipe)] = np.nan
        cv = np.full((len(self.id), spots.shape[1]), np.nan)
        for probes, members in self._groups.spots_by_size:
            cv[probes] = variation(spots[members], recipe.cv_denominator, axis=1)
        return cv

    def _intensities(self, foreground: str, background: str) -> _Intensities:
        key = (foreground, background)
        if key not in self._arrays:
            self._arrays[key] = self._take(self._read_raw(*key))
        return self._arrays[key]

    def _take(self, arrays: RawArrays) -> _Intensities:
        channel = arrays.channels[self._channel]
        background, flags = channel.background, arrays.flags
        return _Intensities(
            channel.foreground[:, self._order],
            None if background is None else background[:, self._order],
            None if flags is None else flags[:, self._order],
        )

    def _collapse(self, spots: FloatArray, intensities: _Intensities, recipe: Recipe) -> FloatArray:
        spots[_flagged(intensities, recipe)] = np.nan
        return collapse_replicates(spots, self._groups, recipe.replicates)[0]


def _choices(arrays: RawArrays, by_spot: bool) -> frozenset[str]:
    known = set() if by_spot else {*_FACTOR_CHOICES, "replicates"}
    if all(source.format == "genepix" for source in arrays.sources):
        known |= {"foreground", "background"}
    if arrays.flags is not None:
        known.add("flags")
    return frozenset(known)


def _check_samples(arrays: RawArrays, samples: Sequence[str]) -> None:
    absent = [name for name in samples if name not in arrays.samples.names]
    if absent:
        raise SampleSheetError(
            f"no raw file belongs to the workbook's sample {absent[0]!r}",
            path=arrays.samples.sheet or None,
            found="the arrays " + ", ".join(arrays.samples.names),
            expected="an array for each sample of the workbook: " + ", ".join(samples),
            hint="give a sample sheet with the columns sample,group,file, the samples named as in the workbook "
            f"({option('samples')})",
        )


def _flagged(intensities: _Intensities, recipe: Recipe) -> BoolArray:
    if intensities.flags is None:
        return np.zeros(intensities.foreground.shape, dtype=bool)
    return flagged_spots(intensities.flags, recipe.flags)


def _spot_keys_of(arrays: RawArrays) -> TextArray:
    if arrays.layout is None:
        raise FormatError(
            "the spots of several GAL lots can't be held against a workbook together",
            found="raw files of lots that lay their probes out in different ways",
            hint="audit the workbook with the raw files of one lot at a time",
        )
    return spot_keys(arrays.layout.block, arrays.layout.row, arrays.layout.column)


def spot_keys(block: IntArray, row: IntArray, column: IntArray) -> TextArray:
    """Name each spot by its place.

    Examples
    --------
    >>> spot_keys(np.array([1]), np.array([2]), np.array([3])).tolist()
    ['block 1 row 2 column 3']
    """
    places = zip(block.tolist(), row.tolist(), column.tolist(), strict=True)
    return text_array(f"block {b} row {r} column {c}" for b, r, c in places)


class SheetSource(Source):
    """The ForeGround-BackGround columns of a block that lists every probe."""

    def __init__(self, block: Block, *, exact: bool) -> None:
        section = block.sections[SIGNAL]
        super().__init__(f"the {SIGNAL} columns", block.id, block.name, section.names, _FACTOR_CHOICES)
        self._values = section.values
        self._rounding = None if exact else half_units(section.values)

    def signals(self, recipe: Recipe) -> FloatArray:  # noqa: ARG002
        """Return the signals as they are shown."""
        return self._values

    def rounding(self) -> FloatArray | None:
        """Half a unit of the last digit shown, unless the signals are taken as exact."""
        return self._rounding


class NormalizedSource(Source):
    """The Normalized columns of a block, taken as they are."""

    def __init__(self, block: Block) -> None:
        section = block.sections[NORMALIZED]
        super().__init__(f"the {NORMALIZED} columns", block.id, block.name, section.names, frozenset())
        self._values = section.values

    def normalized(self) -> FloatArray:
        """Return the normalized values as they are shown."""
        return self._values

    def rounding(self) -> FloatArray | None:
        """Half a unit of the last digit shown; None where the values were not rounded."""
        units = half_units(self._values)
        shown_short = units > _EXACT_DIGITS * np.abs(self._values)
        return units if 2 * shown_short.sum() > np.count_nonzero(~np.isnan(units)) else None


def variation(values: FloatArray, denominator: str = "n-1", axis: int = 1) -> FloatArray:
    """Coefficient of variation along an axis, missing values left out.

    Parameters
    ----------
    values
        Linear.
    denominator
        The standard deviation's: ``"n-1"`` or ``"n"``.
    axis
        Along which.

    Returns
    -------
    FloatArray
        A fraction; missing for fewer than two values, or where their mean is not positive.

    Examples
    --------
    >>> variation(np.array([[1.0, 3.0, np.nan], [2.0, np.nan, np.nan]]))
    array([0.70710678,        nan])
    """
    present = ~np.isnan(values)
    n = present.sum(axis=axis)
    mean = np.where(present, values, 0.0).sum(axis=axis) / np.maximum(n, 1)
    squares = np.where(present, values - np.expand_dims(mean, axis), 0.0) ** 2
    divisor = n - 1 if denominator == "n-1" else n
    sd = np.sqrt(squares.sum(axis=axis) / np.maximum(divisor, 1))
    usable = (n >= 2) & (mean > 0)
    result: FloatArray = np.divide(sd, mean, out=np.full(mean.shape, np.nan), where=usable)
    return result
