"""How far a shown number may lie from the true one: told by the digits that its section shows.

A workbook's cell holds a binary number; the digits it shows are those of its shortest decimal writing. Trailing
zeros are lost in it (1.30 reads 1.3), so a cell that shows fewer digits than its section is held to the
section's: to its decimals or to its significant digits, whichever is the more lenient, since either may be how
the section was rounded; never to less than the cell itself shows, and to whole numbers at the least. Numbers that
were not rounded at all show 15 digits or more.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import numpy as np

from mirtool.model import BoolArray, FloatArray, IntArray

ARITHMETIC = 1e-9
"""Relative: two programs may add up in another order, and a workbook keeps 15 digits."""

RARE = 0.05
"""Digits that fewer than this share of the cells show say nothing about how the section was rounded."""


def half_units(values: FloatArray) -> FloatArray:
    """Return half a unit of the last digit shown, of the shape of ``values``; NaN where a value is missing.

    Examples
    --------
    >>> half_units(np.array([1.25, 1.3, 2.0, np.nan]))
    array([0.005, 0.005, 0.005,   nan])
    >>> half_units(np.array([0.01234, 12.34, 1.2]))
    array([5.e-06, 5.e-03, 5.e-04])
    """
    result = np.full(values.shape, np.nan)
    present = ~np.isnan(values)
    shown = values[present]
    if not len(shown):
        return result
    decimals, significant = _digits(shown)
    # A cell with k digits fewer than the section's significant ones would show k decimals more.
    to_digits = decimals + _most_shown(significant) - significant
    to_decimals = np.full(len(shown), _most_shown(decimals))
    places = np.maximum(np.maximum(decimals, np.minimum(to_digits, to_decimals)), 0)
    result[present] = 0.5 * 10.0 ** -places.astype(np.float64)
    return result


def agrees(shown: FloatArray, expected: FloatArray, tolerance: FloatArray) -> BoolArray:
    """Mask of the cells where both are missing, or differ by no more than ``tolerance`` and arithmetic noise."""
    both_missing = np.isnan(shown) & np.isnan(expected)
    allowed = tolerance * (1 + 1e-6) + ARITHMETIC * np.abs(expected)
    return np.asarray(both_missing | (np.abs(shown - expected) <= allowed))


def _digits(shown: FloatArray) -> tuple[IntArray, IntArray]:
    """Count the decimals (below zero for 1200) and the significant digits of each number's shortest writing."""
    decimals, significant = [], []
    for value in shown.tolist():
        _, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
        decimals.append(-int(exponent))
        significant.append(len(digits))
    return np.array(decimals), np.array(significant)


def _most_shown(digits: IntArray) -> int:
    """Return the most digits that more than a few cells show."""
    counts = Counter(digits.tolist())
    return int(max(number for number, count in counts.items() if count >= RARE * len(digits)))
