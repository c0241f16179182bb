"""Every normalization: the default, and each of its steps made in every other way, one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mirtool.normalize import (
    BACKGROUND_METHODS,
    BETWEEN_METHODS,
    RATIO_BETWEEN_METHODS,
    WITHIN_METHODS,
)

DEFAULT = "service"
"""The recipe that all others are held against."""


@dataclass(frozen=True)
class Recipe:
    """A normalization by name: arguments of :func:`mirtool.normalize.normalize` that differ from its defaults."""

    name: str
    options: Mapping[str, Any]


def every_recipe(*, ratio: bool = False) -> tuple[Recipe, ...]:
    """List the default, every other method for one of its steps, and the preset that changes several.

    Parameters
    ----------
    ratio
        The recipes for log ratios of two channels; else those for one channel.

    Examples
    --------
    >>> [recipe.name for recipe in every_recipe()][:3]
    ['service', 'background none', 'background half']
    """
    steps = _ratio_steps() if ratio else _one_channel_steps()
    steps.append(("normexp-quantile", {"preset": "normexp-quantile"}))
    return (Recipe(DEFAULT, {}), *(Recipe(name, options) for name, options in steps))


def _one_channel_steps() -> list[tuple[str, dict[str, Any]]]:
    return [
        *_each("background", BACKGROUND_METHODS, usual="subtract"),
        ("replicates mean", {"replicates": "mean"}),
        ("replicates on log scale", {"replicate_scale": "log"}),
        *_each("between", BETWEEN_METHODS, usual="median"),
    ]


def _ratio_steps() -> list[tuple[str, dict[str, Any]]]:
    return [
        *_each("background", BACKGROUND_METHODS, usual="subtract"),
        *_each("within", WITHIN_METHODS, usual="none"),
        ("replicates mean", {"replicates": "mean"}),
        *_each("between", RATIO_BETWEEN_METHODS, usual="median"),
    ]


def _each(step: str, methods: tuple[str, ...], *, usual: str) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{step} {method}", {step: method}) for method in methods if method != usual]
