"""A number that no instrument counts to is refused where it is read: its sum with another would be infinite."""

from pathlib import Path

import pytest

from mirtool.errors import FormatError
from mirtool.io.arrays.reading import read_arrays

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@pytest.mark.parametrize(
    ("name", "cell", "line", "column"),
    [
        ("genepix/v3_two_channels.gpr", b"\t7200\t", 34, "F635 Median"),
        ("imagene/means_only.txt", b"\t    900.0", 15, "Signal Mean"),
        ("agilent/mirna.txt", b"\t-6.0\t", 11, "gTotalGeneSignal"),
        ("matrix/intensities.csv", b"812.5", 2, "s1"),
    ],
)
def test_a_number_beyond_measure_is_refused_with_its_place(tmp_path, name, cell, line, column):
    data = (FIXTURES / name).read_bytes()
    assert cell in data
    path = tmp_path / Path(name).name
    path.write_bytes(data.replace(cell, cell.replace(cell.strip(), b"1e308"), 1))
    with pytest.raises(FormatError, match="larger than any instrument counts") as caught:
        read_arrays([path])
    assert (caught.value.path, caught.value.line, caught.value.column) == (str(path), line, column)
