"""Strips of color over a heat map: the groups of the samples, and further columns of the sample sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import to_hex

from mirtool.report.figures.sheet_columns import column_numbers
from mirtool.report.figures.trees import NO_GROUP_COLOR, colors_of_groups

_COLORS = ("#5B5B5B", "#C9B27C", "#A9C4D9", "#8C5A3C", "#C6C6C6", "#E5A4B4", "#7F8F3A", "#3D4F73")
"""Colors of the words in their order: none of a group's or of up and down."""
_LIGHT, _DARK = 0.9, 0.2
"""Grays of the smallest and the largest number."""


@dataclass(frozen=True)
class Track:
    """One strip: its name, a color for each sample, and what the legend says."""

    name: str
    colors: tuple[str, ...]
    legend: tuple[tuple[str, str], ...]


def group_track(groups: Sequence[str]) -> Track | None:
    """Return the strip of the groups; None where no sample has one."""
    colors = colors_of_groups(groups)
    if not colors:
        return None
    legend = tuple((group or "no group", color) for group, color in colors.items())
    return Track("group", tuple(colors[group] for group in groups), legend)


def column_track(name: str, values: Sequence[str]) -> Track:
    """Return the strip of a column: shades of gray for numbers, a color for each word; empty cells are pale.

    Examples
    --------
    >>> column_track("batch", ["a", "b", "", "a"]).legend
    (('batch: a', '#5B5B5B'), ('batch: b', '#C9B27C'))
    >>> column_track("age", ["35", "70", "52.5"]).legend
    (('age: 35', '#e6e6e6'), ('age: 70', '#333333'))
    """
    numbers = column_numbers(values)
    if numbers is None:
        words = sorted({value for value in values if value})
        color = {word: _COLORS[i % len(_COLORS)] for i, word in enumerate(words)}
        legend = tuple((f"{name}: {word}", color[word]) for word in words)
        return Track(name, tuple(color.get(value, NO_GROUP_COLOR) for value in values), legend)
    low, high = float(np.nanmin(numbers)), float(np.nanmax(numbers))
    shades = _LIGHT + (_DARK - _LIGHT) * (numbers - low) / (high - low)
    colors = tuple(NO_GROUP_COLOR if np.isnan(shade) else to_hex((shade,) * 3) for shade in shades.tolist())
    ends = ((low, _LIGHT), (high, _DARK))
    return Track(name, colors, tuple((f"{name}: {value:g}", to_hex((shade,) * 3)) for value, shade in ends))
