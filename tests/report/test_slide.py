import numpy as np
import pytest

from mirtool.model import SpotLayout
from mirtool.report.figures.slide import lay_out


def layout(n_blocks: int, rows: int = 2, columns: int = 3) -> SpotLayout:
    block, row, column = (
        a.ravel() + 1 for a in np.meshgrid(range(n_blocks), range(rows), range(columns), indexing="ij")
    )
    return SpotLayout(block, row, column)


def test_blocks_run_from_left_to_right_then_down():
    spots = layout(8)
    cells = lay_out(spots).picture(spots.block.astype(float))
    # Eight blocks of 2 × 3 in two rows of four, a cell between them.
    assert cells.shape == (2 * 2 + 1, 4 * 3 + 3)
    assert cells[0, ::4].tolist() == [1, 2, 3, 4]
    assert cells[3, ::4].tolist() == [5, 6, 7, 8]
    assert np.isnan(cells[2]).all()
    assert np.isnan(cells[:, 3]).all()


@pytest.mark.parametrize(
    ("blocks", "across", "words"),
    [
        (1, 1, "one block"),
        (48, 4, "48 blocks in 12 rows of 4, numbered from the upper left and taken to be as on miRCURY slides"),
        (
            9,
            3,
            "9 blocks in 3 rows of 3, numbered from the upper left and taken to be as near a square as can be",
        ),
    ],
)
def test_the_arrangement_is_said(blocks, across, words):
    slide = lay_out(layout(blocks))
    assert slide.block_columns == across
    assert slide.arrangement == words


def test_a_known_arrangement_is_taken():
    slide = lay_out(layout(48), block_columns=8)
    assert slide.shape == (6 * 3 - 1, 8 * 4 - 1)
    assert slide.arrangement == "48 blocks in 6 rows of 8"


def test_positions_without_a_spot_are_missing():
    slide = lay_out(SpotLayout(np.array([1, 1]), np.array([1, 2]), np.array([1, 2])))
    np.testing.assert_array_equal(slide.picture(np.array([5.0, 7.0])), [[5, np.nan], [np.nan, 7]])
    assert slide.within.all()


def test_places_of_the_blocks_go_before_any_rule():
    # Numbered downward, and no block 3: 1 and 2 are the left column, 4 lies at the right of 2.
    places = np.array([[0, 0], [1, 0], [-1, -1], [1, 1]])
    spots = layout(4).take(np.flatnonzero(layout(4).block != 3))
    slide = lay_out(SpotLayout(spots.block, spots.row, spots.column, places))
    cells = slide.picture(spots.block.astype(float))
    assert slide.arrangement == "3 blocks in 2 rows of 2, as X and Y of the spots say"
    assert (cells[0, 0], cells[3, 0], cells[3, 4]) == (1, 2, 4)
    assert np.isnan(cells[:2, 4:]).all()
    assert not slide.within[:2, 4:].any()
    assert slide.within.sum() == 3 * 2 * 3
    assert lay_out(SpotLayout(spots.block, spots.row, spots.column, places), block_columns=4).shape == (2, 15)
