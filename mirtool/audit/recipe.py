"""A service's arithmetic as a set of choices, and the known ways in which services deviate from it.

:class:`Recipe` with its defaults is the arithmetic that is described (``docs/audit.md``); every
:class:`Variant` changes one choice. What a cell under a heading depends on is listed in :data:`DEPENDS_ON`, so
that a variant is tried only where it can matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, fields, replace
from itertools import combinations
from typing import Any

from mirtool.io.arrays.service_sheet import CV, FOLD_CHANGE, FOREGROUND, MEAN, NORMALIZED, P_VALUE, SIGNAL


@dataclass(frozen=True)
class Recipe:
    """The choices behind a workbook's numbers.

    Parameters
    ----------
    foreground, background
        Statistic of the pixels: ``"median"``, ``"mean"``; of the background also ``"chosen"`` (column B532).
    flags
        Spots left out: ``"ignore"`` (none), ``"bad"``, ``"negative"``.
    replicates
        ``"median"`` or ``"mean"`` of the replicate spots.
    min_intensity
        The cut-off of the probes that make the factor, and of the list of differential miRNAs.
    factor_probes
        ``"mirna"`` (name holds let or mir) or ``"all"``.
    factor_arrays
        A probe makes the factor where it reaches the cut-off in ``"all"`` arrays, or in ``"any"``.
    normalized_scale
        ``"linear"`` or ``"log2"``: what is in the Normalized columns.
    mean
        ``"arithmetic"`` or ``"geometric"`` mean of a group.
    direction
        ``"tested"`` on top of the ratio, or ``"reference"``.
    form
        How a fold change is written: ``"ratio"``, ``"signed"`` (−1/ratio below 1) or ``"log2"``.
    test
        ``"student"``, ``"welch"`` or ``"paired"``.
    test_scale
        ``"linear"`` or ``"log2"`` normalized values are tested.
    tails
        2 or 1.
    cv_denominator
        The sum of squares is divided by ``"n-1"`` (sample) or ``"n"``.
    cv_unit
        ``"fraction"`` or ``"percent"``.
    """

    foreground: str = "median"
    background: str = "median"
    flags: str = "ignore"
    replicates: str = "median"
    min_intensity: float = 30.0
    factor_probes: str = "mirna"
    factor_arrays: str = "all"
    normalized_scale: str = "linear"
    mean: str = "arithmetic"
    direction: str = "tested"
    form: str = "ratio"
    test: str = "student"
    test_scale: str = "linear"
    tails: int = 2
    cv_denominator: str = "n-1"
    cv_unit: str = "fraction"


SERVICE = Recipe()
"""The service's arithmetic as described."""


@dataclass(frozen=True)
class Variant:
    """One choice made otherwise: the field of :class:`Recipe`, its value, and what that is in words."""

    field: str
    value: Any
    words: str


VARIANTS = (
    Variant("replicates", "mean", "mean of the replicate spots, not their median"),
    Variant("min_intensity", 50.0, "cut-off 50, not 30 (in use before mid-2012)"),
    Variant("factor_probes", "all", "factor from all probes, not from miRNAs alone"),
    Variant("factor_arrays", "any", "factor from probes at the cut-off in any array, not in all"),
    Variant("test", "paired", "paired t test"),
    Variant("test", "welch", "Welch's t test, not Student's"),
    Variant("test_scale", "log2", "t test on log2 values, not on linear ones"),
    Variant("mean", "geometric", "geometric means (mean of logarithms), not arithmetic ones"),
    Variant("background", "mean", "mean of the background pixels, not their median"),
    Variant("background", "chosen", "the background chosen in GenePix (column B532), not the local median"),
    Variant("foreground", "mean", "mean of the spot's pixels, not their median"),
    Variant("flags", "bad", "spots flagged bad left out"),
    Variant("flags", "negative", "spots with any negative flag left out"),
    Variant("normalized_scale", "log2", "log2 of the normalized values, not the values"),
    Variant("form", "signed", "fold change written as −1/ratio below 1"),
    Variant("form", "log2", "log2 of the ratio, not the ratio"),
    Variant("direction", "reference", "the ratio upside down"),
    Variant("tails", 1, "one-sided P, not two-sided"),
    Variant("cv_denominator", "n", "standard deviation with n, not with n − 1"),
    Variant("cv_unit", "percent", "CV in percent"),
)
"""Every known deviation, the likeliest first: among equals the first explains."""

_SIGNAL_FIELDS = ("foreground", "background", "flags", "replicates")
_FACTOR_FIELDS = ("min_intensity", "factor_probes", "factor_arrays")

DEPENDS_ON = {
    FOREGROUND: frozenset({"foreground", "flags", "replicates"}),
    SIGNAL: frozenset(_SIGNAL_FIELDS),
    NORMALIZED: frozenset({*_SIGNAL_FIELDS, *_FACTOR_FIELDS, "normalized_scale"}),
    MEAN: frozenset({*_SIGNAL_FIELDS, *_FACTOR_FIELDS, "normalized_scale", "mean"}),
    FOLD_CHANGE: frozenset({*_SIGNAL_FIELDS, *_FACTOR_FIELDS, "normalized_scale", "mean", "direction", "form"}),
    P_VALUE: frozenset({*_SIGNAL_FIELDS, *_FACTOR_FIELDS, "normalized_scale", "test", "test_scale", "tails"}),
    CV: frozenset({"foreground", "background", "flags", "cv_denominator", "cv_unit"}),
}
"""Heading to the choices that its cells depend on, in the order in which one follows from the other."""


def changed_recipes(n_changes: int, choices: Set[str]) -> Iterator[Recipe]:
    """Return every recipe that differs from the service's in ``n_changes`` of the named choices, likeliest first.

    Examples
    --------
    >>> [describe(recipe) for recipe in changed_recipes(1, {"tails", "replicates"})]
    ['mean of the replicate spots, not their median', 'one-sided P, not two-sided']
    """
    possible = [variant for variant in VARIANTS if variant.field in choices]
    for chosen in combinations(possible, n_changes):
        if len({variant.field for variant in chosen}) == n_changes:
            yield replace(SERVICE, **{variant.field: variant.value for variant in chosen})


def describe(recipe: Recipe) -> str:
    """Say in words how a recipe differs from the service's arithmetic; ``""`` where it doesn't."""
    return "; ".join(variant.words for variant in VARIANTS if getattr(recipe, variant.field) == variant.value)


def combine(one: Recipe, other: Recipe) -> Recipe:
    """Take the changes of both; where both change a choice, those of ``one``."""
    changed = {
        field.name: getattr(one, field.name)
        for field in fields(Recipe)
        if getattr(one, field.name) != getattr(SERVICE, field.name)
    }
    return replace(other, **changed)
