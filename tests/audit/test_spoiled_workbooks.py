"""Whatever is in a workbook's cells: an audit ends in a report or in an error that says what is wrong."""

import random
import runpy
from pathlib import Path

import pytest

from mirtool.audit import audit
from mirtool.errors import MirtoolError
from mirtool.io.arrays.reading import read_arrays
from mirtool.io.arrays.service_workbook import read_service_workbook
from mirtool.model import SampleTable

ROOT = Path(__file__).resolve().parents[2] / "fixtures"
MAKER = runpy.run_path(str(ROOT / "make_workbook_fixtures.py"))
SAMPLES = SampleTable(MAKER["SAMPLES"], tuple(MAKER["GROUPS"].values()))
NUMBERS = ["", "N/A", 0.0, -1.0, 1e12, 1e-300, 3.0, 200.0]
TEXTS = ["x", "A vs B", "ID", "up regulated", "Normalized", "ForeGround", "Mean of C group"]


@pytest.mark.parametrize("seed", range(120))
def test_no_spoiled_cell_ends_in_anything_else(seed, tmp_path):
    rng = random.Random(seed)
    if seed % 3:
        book = MAKER["MAKER"]["expression_matrix"](MAKER["COMPUTED"])
    else:
        book = MAKER["MAKER"]["differential_lists"](MAKER["COMPUTED"], MAKER["GROUPS"], volcano=bool(seed % 2))
    (cells,) = (sheet.cells for sheet in book.sheets.values())
    for place in rng.sample(sorted(cells), rng.choice([1, 2, 5, 12])):
        cells[place] = rng.choice(TEXTS if rng.random() < 0.1 else NUMBERS)
    path = tmp_path / "spoiled.xlsx"
    path.write_bytes(book.to_bytes())

    def read_raw(*_pixels):
        return read_arrays([ROOT / "service_workbook/raw_intensity.xlsx"], samples=SAMPLES)

    try:
        report = audit(
            read_service_workbook(path),
            read_raw=read_raw if seed % 2 else None,
            samples=SAMPLES if seed % 5 else None,
        )
    except MirtoolError:
        return
    assert report.cells
