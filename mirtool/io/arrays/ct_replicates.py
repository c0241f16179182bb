"""Replicate wells of one sample and target: the one well that lies apart from the others."""

from __future__ import annotations

import numpy as np

from mirtool.model import FloatArray

FEWEST_WELLS = 3
"""Replicate wells of which one can lie apart: of two that disagree none is known to be right."""
_ROUNDING = 1e-9
"""Cycles: 24.5 and 24.0 are no more than half a cycle apart, whatever their last binary digits."""


def find_outlier(values: FloatArray, limit: float) -> int | None:
    """Return the one of three or more wells that lies more than ``limit`` cycles from their median, or None.

    Of two equally far none is the outlier.

    Examples
    --------
    >>> find_outlier(np.array([24.1, 24.2, 25.0]), 0.5), find_outlier(np.array([24.0, 25.0, 26.0]), 0.5)
    (2, None)
    """
    if len(values) < FEWEST_WELLS:
        return None
    distance = np.abs(values - np.median(values))
    second, first = np.sort(distance)[-2:]
    return int(np.argmax(distance)) if first > limit + _ROUNDING and first > second + _ROUNDING else None
