"""What the pipeline asks of one channel and of two: the interface, and what passes through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar, cast

import numpy as np
import numpy.typing as npt

from mirtool.model import BoolArray, FloatArray, IntArray, ProbeTable, RawArrays, SampleTable
from mirtool.normalize.between_arrays import NormalizedSignals
from mirtool.normalize.replicates import ReplicateGroups
from mirtool.normalize.report import Counts, NormalizationReport
from mirtool.normalize.settings import ResolvedSettings

S = TypeVar("S", bound="SpotValues")
B = TypeVar("B", bound="ProbesBefore")


def compacted(values: FloatArray) -> FloatArray:
    """Return values as single-precision numbers where these are the same numbers, as medians of counts are.

    Examples
    --------
    >>> compacted(np.array([65535.0, 0.5, np.nan])).dtype, compacted(np.array([0.1])).dtype
    (dtype('float32'), dtype('float64'))
    """
    single = values.astype(np.float32)
    return cast(FloatArray, single) if np.array_equal(single, values, equal_nan=True) else values


def side_by_side(columns: Sequence[npt.NDArray[Any]], dtype: npt.DTypeLike | None = None) -> npt.NDArray[Any]:
    """Put arrays of one height side by side, row after row in memory as if they had been made together."""
    width = sum(column.shape[1] for column in columns)
    joined = np.empty((columns[0].shape[0], width), dtype or np.result_type(*columns))
    at = 0
    for column in columns:
        joined[:, at : at + column.shape[1]] = column
        at += column.shape[1]
    return joined


@dataclass(frozen=True, eq=False)
class CountingSpots:
    """The spots by probe, and which of them count.

    Parameters
    ----------
    groups
        The spots of each probe.
    mask
        Spots of the kinds that count, ``(n_spots,)``.
    probes
        Every probe of the chip, as its first spot names it.
    """

    groups: ReplicateGroups
    mask: BoolArray
    probes: ProbeTable

    @cached_property
    def rows(self) -> IntArray:
        """The probes that count, as rows of ``groups``, ``(n_probes,)``."""
        return np.flatnonzero(self.mask[self.groups.first])


class SpotValues(Protocol):
    """The value of every spot; arrays are ``(n_spots, n_arrays)``."""

    @property
    def log2(self) -> FloatArray:
        """log2 signals, or M of two channels, NaN missing."""

    @property
    def weakest(self) -> FloatArray:
        """The linear signal that has to reach the cut-off, with the offset."""

    @property
    def unreadable(self) -> BoolArray:
        """Spots that lack an intensity in the file."""

    @property
    def flagged(self) -> BoolArray:
        """Spots made missing for their flags."""

    @property
    def words(self) -> str:
        """What a signal is, in words."""

    @property
    def remarks(self) -> tuple[tuple[str, ...], ...]:
        """What was fitted, in words: for each channel one line per array, where something was."""


class ProbesBefore(Protocol):
    """The probes that count before the arrays are made comparable; arrays are ``(n_probes, n_arrays)``."""

    @property
    def log2(self) -> FloatArray:
        """log2 signals, or M of two channels, NaN missing."""

    @property
    def known(self) -> BoolArray:
        """Where :attr:`log2` is not missing."""

    @property
    def detected(self) -> BoolArray:
        """Where the probe reaches the cut-off."""


@dataclass(frozen=True, eq=False)
class ProbeValues(Generic[B]):
    """One value per probe that counts and array, and why some are missing.

    Parameters
    ----------
    before
        The values, as the method between arrays takes them.
    spots
        Spots behind each value, ``(n_probes, n_arrays)``.
    missing
        Where no spot of the probe has a signal, same shape.
    non_positive
        Where the probe has no logarithm, same shape.
    non_positive_spots
        Spots of these probes that have no logarithm, a number per array; None where no spot needs one.
    not_detected
        Where the files say that the probe was measured and not detected, ``(n_probes, n_arrays)``; None where they
        do not say it.
    """

    before: B
    spots: IntArray
    missing: BoolArray
    non_positive: BoolArray
    non_positive_spots: Counts | None
    not_detected: BoolArray | None = None


class Channels(Protocol[S, B]):
    """The steps in which one channel and the ratio of two differ."""

    @property
    def names(self) -> tuple[str, ...]:
        """The channels in use, one or two."""

    def measure(self, arrays: RawArrays, settings: ResolvedSettings) -> S:
        """Return the value of every spot."""

    def collapse(
        self, arrays: RawArrays, spots: S, counting: CountingSpots, settings: ResolvedSettings
    ) -> ProbeValues[B]:
        """Return one value per probe, from its replicate spots."""

    def compact(self, before: B) -> B:
        """Return the values in as few bytes as hold them exactly, until they are joined."""

    def join(self, parts: Sequence[B], dtype: type[np.float64] | None = None) -> B:
        """Put the values of several arrays side by side, as ``dtype`` or what holds them all."""

    def compare(self, before: B, samples: SampleTable, settings: ResolvedSettings) -> NormalizedSignals:
        """Make the arrays comparable."""

    def report(self, numbers: Mapping[str, Any]) -> NormalizationReport:
        """Return the report of the numbers."""

    def history(self, report: NormalizationReport) -> tuple[str, str]:
        """Say in the result what the values are, and what the cut-off was held against."""
