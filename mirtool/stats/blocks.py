"""Large matrices looked at without copies of their size."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mirtool.model import FloatArray

BLOCK_VALUES = 1 << 18
"""Numbers of the rows that are looked at together (2 MiB)."""


def row_blocks(n_rows: int, numbers_per_row: int, most: int = BLOCK_VALUES) -> Iterator[slice]:
    """Yield slices that cut rows into blocks of so many numbers at most, of one row at least.

    Examples
    --------
    >>> list(row_blocks(3, 4, most=9))
    [slice(0, 2, None), slice(2, 3, None)]
    """
    step = max(1, most // max(1, numbers_per_row))
    for at in range(0, n_rows, step):
        yield slice(at, min(at + step, n_rows))


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
