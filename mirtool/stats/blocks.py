"""Large matrices looked at without copies of their size."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mirtool.model import FloatArray

BLOCK_VALUES = 1 << 18
"""Numbers of the rows that are looked at together (2 MiB)."""


def row_blocks(values: FloatArray) -> Iterator[slice]:
    """Yield slices that cut the rows of a matrix into blocks.

    Examples
    --------
    >>> list(row_blocks(np.zeros((3, 2 * BLOCK_VALUES // 3))))
    [slice(0, 1, None), slice(1, 2, None), slice(2, 3, None)]
    """
    step = max(1, BLOCK_VALUES // max(1, values.shape[1]))
    for at in range(0, len(values), step):
        yield slice(at, min(at + step, len(values)))


def largest_size(values: FloatArray) -> float:
    """Return the largest absolute value; 0 where all are missing.

    Examples
    --------
    >>> largest_size(np.array([[-3.0, np.nan], [2.0, 1.0]]))
    3.0
    """
    return max(
        float(np.fmax.reduce(values, axis=None, initial=0.0)),
        -float(np.fmin.reduce(values, axis=None, initial=0.0)),
    )
