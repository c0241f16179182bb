"""Levels in a fluid, held against miRNAs by hand."""

from pathlib import Path

import numpy as np
import pytest

from mirtool.annotation.mirna_names import MirnaNames
from mirtool.io.mirnas.reference_levels import ReferenceLevels, read_reference_levels
from mirtool.shortlist import look_up_levels

WIDE = Path(__file__).resolve().parents[2] / "fixtures" / "reference_levels" / "wide.csv"

# Of the table's serum: miR-21-5p 5000, miR-16-5p 1000, miR-17-5p and let-7a-5p (MIMAT0000062) 300, miR-106a-5p 20,
# miR-99999-5p 3: six human miRNAs were seen there. The mouse's miR-21a and the piRNA are not among them.
EXPECTED = {
    "hsa-miR-21-5p": ("yes", 5000, 1),
    "hsa-miR-16-5p": ("yes", 1000, 2),
    "hsa-miR-17-5p": ("yes", 300, 3),
    "hsa-let-7a-5p": ("yes", 300, 3),
    "hsa-miR-17-5p/hsa-miR-106a-5p": ("yes", 300, 3),
    "hsa-miR-106a-5p": ("yes", 20, 5),
    "hsa-miR-99999-5p": ("yes", 3, 6),
    "hsa-miR-15a-5p": ("never seen there", 0, np.nan),
    "hsa-miR-9-5p": ("no level there", np.nan, np.nan),
    "hsa-miR-34b-3p": ("possible: miR-34b", np.nan, np.nan),
    "hsa-miR-513a-5p": ("not in the table", np.nan, np.nan),
    "hsa-miRPlus-A1015": ("name not mapped", np.nan, np.nan),
}


@pytest.fixture(scope="module")
def book():
    return MirnaNames(species="hsa")


def test_was_it_ever_seen_there_and_how_high(book):
    found = look_up_levels([book.resolve(name) for name in EXPECTED], read_reference_levels(WIDE, "serum"), book)
    states = zip(found.seen, found.level, found.rank, strict=True)
    for name, state in zip(EXPECTED, states, strict=True):
        assert state[0] == EXPECTED[name][0], name
        assert np.array_equal(state[1:], EXPECTED[name][1:], equal_nan=True), name
    assert found.n_seen == 6
    assert found.left_out == ("1 name of other RNA", "1 name of other species")
    assert [name.given for name in found.names if not name.mapped] == ["miR-34b", "hsa-miR-99999-5p"]


def test_names_of_one_mirna_have_its_highest_level(book):
    names = ("hsa-miR-16", "hsa-miR-16-5p", "MIMAT0000069", "hsa-miR-21-5p")
    levels = ReferenceLevels("x.csv", "serum", "RPM", names, np.array([2.0, 9.0, np.nan, 5.0]))
    found = look_up_levels([book.resolve("hsa-miR-16-5p")], levels, book)
    assert (found.level[0], found.rank[0], found.n_seen) == (9, 1, 2)
    assert found.left_out == ("1 lower level of miRNAs that have several",)
