"""How the blocks of a slide lie, from the places of their spots in the image.

A block is where most of its spots are: the mean of their X and Y. Blocks whose means are less than half a block
apart along one axis are in one column (or row) of blocks, which allows for a slide scanned a little askew.
"""

from __future__ import annotations

import numpy as np

from mirtool.model import FloatArray, IntArray

_LEAST_STEP = 100.0
"""Micrometers: spots of two blocks are farther apart, whatever the blocks' size."""


def place_blocks(block: IntArray, x: FloatArray, y: FloatArray) -> IntArray | None:
    """Return the row and column of each block on the slide, counted from 0 at the upper left.

    Parameters
    ----------
    block
        1-based number of each spot's block, ``(n_spots,)``.
    x, y
        Places of the spots, micrometers to the right and down, ``(n_spots,)``; NaN where not known.

    Returns
    -------
    IntArray or None
        Of blocks 1, 2, …, ``(highest number, 2)``, −1 for a number without spots. None where a block has no place
        or two blocks have the same: then X and Y do not say how the blocks lie.

    Examples
    --------
    >>> block = np.array([1, 1, 2, 2, 3, 3])
    >>> x, y = np.array([100.0, 300, 2100, 2300, 120, 320]), np.array([50.0, 50, 60, 60, 900, 900])
    >>> place_blocks(block, x, y)
    array([[0, 0],
           [0, 1],
           [1, 0]])
    """
    known = ~(np.isnan(x) | np.isnan(y))
    size = int(block.max(initial=0)) + 1
    has_spots = np.bincount(block, minlength=size) > 0
    n_known = np.bincount(block[known], minlength=size)
    if not has_spots.any() or (n_known[has_spots] == 0).any():
        return None
    places = np.full((size, 2), -1, dtype=np.int64)
    for axis, values in enumerate((y, x)):
        middle = np.bincount(block[known], values[known], minlength=size)[has_spots] / n_known[has_spots]
        places[has_spots, axis] = _lanes(middle, _extent(block[known], values[known]) / 2)
    return places[1:] if len(np.unique(places[has_spots], axis=0)) == has_spots.sum() else None


def _extent(block: IntArray, values: FloatArray) -> float:
    """Return how wide (or high) the widest block is."""
    order = np.argsort(block, kind="stable")
    starts = np.flatnonzero(np.diff(block[order], prepend=-1))
    along = values[order]
    return float((np.maximum.reduceat(along, starts) - np.minimum.reduceat(along, starts)).max())


def _lanes(middle: FloatArray, step: float) -> IntArray:
    """Return the number of each place along an axis: one more where the next is more than ``step`` away."""
    order = np.argsort(middle, kind="stable")
    lanes = np.empty(len(middle), dtype=np.int64)
    lanes[order] = np.cumsum(np.diff(middle[order], prepend=middle[order][:1]) > max(step, _LEAST_STEP))
    return lanes
