"""Where a spot lies on a picture of the slide, from its Block, Row and Column.

How the blocks lie is taken from the X and Y of the spots where the files have them (GenePix). Elsewhere blocks are
taken to be numbered from left to right and then downward: four side by side, as on miRCURY and most other printed
slides (a print head has pins in four columns), wherever the number of blocks can be divided by four; else the
arrangement that comes nearest to a square.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.model import BoolArray, FloatArray, IntArray, SpotLayout
from mirtool.wording import plural

PRINTED_COLUMNS = 4
"""Blocks side by side on miRCURY slides (12 × 4 blocks)."""
_GAP = 1


@dataclass(frozen=True, eq=False)
class Slide:
    """A grid of cells that holds every spot, with a cell free between blocks.

    Parameters
    ----------
    row, column
        The cell of each spot, from the upper left, ``(n_spots,)``.
    shape
        Rows and columns of the grid.
    within
        True for cells inside a block, False between blocks, of that shape.
    block_columns
        Blocks side by side.
    arrangement
        How they are, and how that is known, in words.
    """

    row: IntArray
    column: IntArray
    shape: tuple[int, int]
    within: BoolArray
    block_columns: int
    arrangement: str

    def picture(self, values: FloatArray) -> FloatArray:
        """Lay one value per spot, ``(n_spots,)``, on the grid; cells without a spot are missing."""
        cells = np.full(self.shape, np.nan)
        cells[self.row, self.column] = values
        return cells


def lay_out(layout: SpotLayout, block_columns: int | None = None) -> Slide:
    """Lay the spots out as they lie on the slide.

    Parameters
    ----------
    layout
        1-based Block, Row and Column of each spot.
    block_columns
        Blocks side by side, if that is to be taken in place of what the files say.

    Examples
    --------
    >>> two = SpotLayout(np.array([1, 1, 2, 2]), np.array([1, 1, 1, 1]), np.array([1, 2, 1, 2]))
    >>> slide = lay_out(two)
    >>> slide.picture(np.array([1.0, 2.0, 3.0, 4.0]))
    array([[ 1.,  2., nan,  3.,  4.]])
    """
    n_blocks = int(layout.block.max(initial=1))
    if block_columns is None and layout.block_places is not None:
        places = layout.block_places
        down, across = (places.max(axis=0) + 1).tolist()
        n_blocks = int((places[:, 0] >= 0).sum())
        words = _grid_words(n_blocks, across, down) + ("" if n_blocks == 1 else ", as X and Y of the spots say")
    else:
        across = block_columns or _blocks_across(n_blocks)
        down = -(-n_blocks // across)
        places = np.column_stack(np.divmod(np.arange(n_blocks), across))
        words = _words(n_blocks, across, down, block_columns)
    rows, columns = int(layout.row.max(initial=1)), int(layout.column.max(initial=1))
    block_row, block_column = places[layout.block - 1].T
    row = block_row * (rows + _GAP) + layout.row - 1
    column = block_column * (columns + _GAP) + layout.column - 1
    shape = (down * (rows + _GAP) - _GAP, across * (columns + _GAP) - _GAP)
    inside = [np.arange(size) % (step + _GAP) < step for size, step in zip(shape, (rows, columns), strict=True)]
    present = np.zeros((down, across), dtype=bool)
    present[block_row, block_column] = True
    fields = np.kron(present, np.ones((rows + _GAP, columns + _GAP), dtype=bool))[: shape[0], : shape[1]]
    return Slide(row, column, shape, np.outer(*inside) & fields, across, words)


def _blocks_across(n_blocks: int) -> int:
    """Return the number of blocks side by side where no file says it.

    Examples
    --------
    >>> [_blocks_across(n) for n in (1, 2, 4, 6, 9, 32, 48)]
    [1, 2, 4, 2, 3, 4, 4]
    """
    if n_blocks % PRINTED_COLUMNS == 0:
        return PRINTED_COLUMNS
    root = n_blocks**0.5
    divisors = [d for d in range(1, n_blocks + 1) if n_blocks % d == 0]
    return min(divisors, key=lambda d: (max(d / root, root / d), d if n_blocks > 2 else -d))


def _words(n_blocks: int, across: int, down: int, asked: int | None) -> str:
    if asked or n_blocks == 1:
        why = ""
    elif across == PRINTED_COLUMNS and n_blocks % PRINTED_COLUMNS == 0:
        why = ", numbered from the upper left and taken to be as on miRCURY slides"
    else:
        why = ", numbered from the upper left and taken to be as near a square as can be"
    return _grid_words(n_blocks, across, down) + why


def _grid_words(n_blocks: int, across: int, down: int) -> str:
    return "one block" if n_blocks == 1 else f"{n_blocks} blocks in {plural(down, 'row')} of {across}"
