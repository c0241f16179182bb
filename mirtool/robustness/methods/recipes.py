"""Every normalization: the default, and each of its steps made in every other way, one at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mirtool.normalize import (
    BACKGROUND_METHODS,
    BETWEEN_METHODS,
    RATIO_BETWEEN_METHODS,
    WITHIN_METHODS,
    NormalizeSettings,
)
from mirtool.normalize.methods import LANE_METHODS, PANEL_METHODS

DEFAULT = "exiqon-service"
"""The recipe with which all others are compared."""


@dataclass(frozen=True)
class Recipe:
    """A normalization by name."""

    name: str
    settings: NormalizeSettings


def every_recipe(settings: NormalizeSettings | None = None) -> tuple[Recipe, ...]:
    """List the default, every other method for one of its steps, and the preset that changes several.

    Parameters
    ----------
    settings
        What is the same for all recipes, such as the channel and the cut-off; where its channel is a ratio, the
        recipes are those for two channels.

    Examples
    --------
    >>> [recipe.name for recipe in every_recipe()][:3]
    ['exiqon-service', 'background none', 'background half']
    """
    settings = settings or NormalizeSettings()
    steps = _ratio_steps() if settings.is_ratio else _one_channel_steps()
    steps.append(("normexp-quantile", {"preset": "normexp-quantile"}))
    return (Recipe(DEFAULT, settings), *(Recipe(name, settings.replace(**changes)) for name, changes in steps))


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


def _each(step: str, methods: Iterable[str], *, usual: str) -> list[tuple[str, dict[str, Any]]]:
    others = (usual, *LANE_METHODS, *PANEL_METHODS)
    return [(f"{step} {method}", {step: method}) for method in methods if method not in others]
