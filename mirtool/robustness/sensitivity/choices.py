"""The choices that could have been made otherwise, and every combination of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

from mirtool.differential import choose_comparison
from mirtool.model import DifferentialTable, RawArrays
from mirtool.normalize.selection import choose_channel
from mirtool.normalize.settings import ResolvedSettings

T = TypeVar("T")

CUTOFFS = (30.0, 50.0)
"""Intensity cut-offs that array services use: 30 counts since mid-2012, 50 before."""

REPLICATES = ("median", "mean")
"""How services collapse replicate spots, and how papers say that they do ("averaged")."""

BACKGROUNDS = ("subtract", "none", "normexp")
"""The local background subtracted, the foreground as it is, and the model of Ritchie et al. (2007)."""

AS_READ = "as read"
"""The background of arrays whose files hold none, or whose software has subtracted it."""

TESTS = ("moderated", "welch", "student")
FOLD_CHANGES = ("ratio-of-means", "geometric")


@dataclass(frozen=True)
class Preparation:
    """The choices before the comparison; ``left_out`` is the name of an array, empty where all take part."""

    min_intensity: float
    replicates: str
    background: str
    left_out: str = ""


@dataclass(frozen=True)
class Choice:
    """One way from the raw arrays to a list."""

    preparation: Preparation
    test: str
    fold_change: str


AXES: dict[str, Callable[[Choice], str]] = {
    "intensity cut-off": lambda choice: f"{choice.preparation.min_intensity:g}",
    "replicates": lambda choice: choice.preparation.replicates,
    "background": lambda choice: choice.preparation.background,
    "array left out": lambda choice: choice.preparation.left_out or "none",
    "test": lambda choice: choice.test,
    "fold change": lambda choice: choice.fold_change,
}
"""Name of each choice to how its value is read and written."""


def plausible_choices(arrays: RawArrays, d: DifferentialTable, settings: ResolvedSettings) -> tuple[Choice, ...]:
    """Combine every choice with every other; those that the table was made with are among them, and come first.

    Parameters
    ----------
    arrays
        The raw arrays, with their groups.
    d
        The comparison as it was made. Without a test in it none is chosen among.
    settings
        What the normalization was made with.
    """
    read = arrays.channels[choose_channel(arrays, settings.channel)]
    backgrounds: Iterable[str] = (
        (AS_READ,) if read.background is None else _own_first(settings.background or "subtract", BACKGROUNDS)
    )
    preparations = [
        Preparation(*chosen)
        for chosen in product(
            _own_first(settings.min_intensity, CUTOFFS),
            _own_first(settings.replicates, REPLICATES),
            backgrounds,
            ("", *_arrays_to_spare(arrays, d)),
        )
    ]
    tests = (d.test,) if d.test == "none" else _own_first(d.test, TESTS)
    return tuple(
        Choice(*chosen) for chosen in product(preparations, tests, _own_first(d.fold_change, FOLD_CHANGES))
    )


def _own_first(own: T, others: Iterable[T]) -> tuple[T, ...]:
    return (own, *(other for other in others if other != own))


def _arrays_to_spare(arrays: RawArrays, d: DifferentialTable) -> list[str]:
    """Return the arrays of the compared groups that are not the only one of theirs."""
    comparison = choose_comparison(arrays.samples, d.tested, d.reference)
    groups = (comparison.tested_columns, comparison.reference_columns)
    spare = {column for columns in groups if len(columns) > 1 for column in columns}
    return [name for i, name in enumerate(arrays.samples.names) if i in spare]
