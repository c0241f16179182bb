"""Columns of a sample sheet that colors can show; without matplotlib, for the check of the option."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mirtool.model import FloatArray

MOST_VALUES = 8
"""Different words that a strip can hold; a column of numbers may have any number of them."""


def can_be_drawn(values: Sequence[str]) -> bool:
    """Return True for a column of numbers, or of few enough words."""
    return column_numbers(values) is not None or len({value for value in values if value}) <= MOST_VALUES


def column_numbers(values: Sequence[str]) -> FloatArray | None:
    """Return a column's numbers, NaN where a cell is empty; None where one is a word, or all are the same.

    Examples
    --------
    >>> column_numbers(["1", "", "2.5"])
    array([1. , nan, 2.5])
    >>> column_numbers(["1", "b"]), column_numbers(["3", "3"])
    (None, None)
    """
    try:
        numbers = np.array([float(value) if value else np.nan for value in values], dtype=np.float64)
    except ValueError:
        return None
    known = numbers[np.isfinite(numbers)]
    return numbers if len(known) and known.min() < known.max() and not np.isinf(numbers).any() else None
