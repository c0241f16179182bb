import re
from pathlib import Path

import numpy as np
import pytest

from mirtool.io.arrays.block_places import place_blocks
from mirtool.io.arrays.genepix import read_genepix

FIXTURE = Path(__file__).parents[2] / "fixtures/genepix/bare_cr.gpr"


def spots(places: list[tuple[float, float]], turned: float = 0.0):
    """Blocks of 10 × 10 spots, 200 µm apart, whose upper left spots lie at these X and Y, turned by degrees."""
    down, across = (axis.ravel() * 200.0 for axis in np.mgrid[:10, :10])
    block = np.repeat(np.arange(len(places)) + 1, 100)
    x = np.concatenate([left + across for left, _ in places])
    y = np.concatenate([top + down for _, top in places])
    angle = np.deg2rad(turned)
    return block, x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)


@pytest.mark.parametrize("turned", [0.0, 0.5, -0.5])
def test_blocks_numbered_in_rows_and_in_columns(turned):
    # Four columns 4.5 mm apart, three rows 4.5 mm apart: half a degree moves a corner by 0.12 mm.
    rows = [(4500.0 * j, 4500.0 * i) for i in range(3) for j in range(4)]
    assert place_blocks(*spots(rows, turned)).tolist() == [[i, j] for i in range(3) for j in range(4)]
    columns = [(4500.0 * j, 4500.0 * i) for j in range(4) for i in range(3)]
    assert place_blocks(*spots(columns, turned)).tolist() == [[i, j] for j in range(4) for i in range(3)]


def test_a_number_without_spots_has_no_place():
    block, x, y = spots([(0, 0), (4500, 0)])
    assert place_blocks(np.where(block == 2, 4, block), x, y).tolist() == [[0, 0], [-1, -1], [-1, -1], [0, 1]]


def test_places_that_say_nothing():
    block, x, y = spots([(0, 0), (0, 0)])
    assert place_blocks(block, x, y) is None
    block, x, y = spots([(0, 0), (4500, 0)])
    assert place_blocks(block, np.where(block == 2, np.nan, x), y) is None
    assert place_blocks(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0)) is None


def test_spots_without_a_place_are_left_out():
    block, x, y = spots([(0, 0), (4500, 0)])
    x[::2] = np.nan
    assert place_blocks(block, x, y).tolist() == [[0, 0], [0, 1]]


def test_the_reader_takes_x_and_y(tmp_path):
    text = FIXTURE.read_bytes().decode("latin-1").replace("\r", "\n")
    assert read_genepix(FIXTURE).layout.block_places.tolist() == [[0, 0], [0, 1]]
    without = tmp_path / "without.gpr"
    without.write_text(text.replace('"X"', '"X position"'), encoding="latin-1")
    assert read_genepix(without).layout.block_places is None
    damaged = tmp_path / "damaged.gpr"
    damaged.write_text(re.sub(r"\t1540\t", "\t?\t", text), encoding="latin-1")
    assert read_genepix(damaged).layout.block_places.tolist() == [[0, 0], [0, 1]]
