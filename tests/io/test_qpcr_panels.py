"""Exports of qPCR panels: OpenArray plates; what is counted, what has no Ct, what is refused."""

from pathlib import Path

import numpy as np
import pytest

from mirtool.errors import FormatError
from mirtool.io.arrays.ct_tables import inspect, read_ct
from mirtool.io.arrays.ct_words import SAMPLE
from mirtool.io.registry import sniff_format

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "qpcr_panels"
MIRNAS = {
    "hsa-miR-16-5p", "hsa-miR-21-5p", "hsa-miR-126-3p", "hsa-miR-126-5p", "hsa-let-7a-5p", "hsa-miR-122-5p",
    "hsa-miR-223-3p", "hsa-miR-103a-3p",
}  # fmt: skip


def ct_of(table, sample, target):
    (value,) = table.ct[(table.sample == sample) & (table.target == target) & (table.role == SAMPLE)]
    return value


def test_openarray():
    path = FOLDER / "openarray.csv"
    assert sniff_format(path) == "qpcr"
    table = read_ct(path)
    assert table.form == "OpenArray"
    assert set(table.target) == MIRNAS | {"RNU44", "RNU48", "ath-miR159a", "U6 rRNA"}
    assert "002228_hsa-miR-126" in table.original
    assert set(table.plate) == {"BGNP81", "BGPK57"}
    assert table.references == ("RNU44", "RNU48", "ath-miR159a", "U6 rRNA")
    assert table.left_out == ("1 well that the instrument calls an outlier",)
    # the last cycle, 40, is no Ct: hsa-miR-122 in all four samples, hsa-miR-126# in S2
    assert int(table.no_ct.sum()) == 5
    assert np.nanmax(table.ct) < 31
    assert "5 wells of Ct 40, the last cycle, have no Ct" in table.notes
    assert "wells with a Ct that are flagged or have a low score, counted and kept: Ct confidence below 300 1" in (
        table.notes
    )
    assert ct_of(table, "S1", "hsa-miR-16-5p") - ct_of(table, "R1", "hsa-miR-16-5p") == pytest.approx(0.5, abs=0.2)


def test_inspect_tells_a_panel():
    details = inspect(FOLDER / "openarray.csv").details
    assert details["form"] == "OpenArray"
    assert details["plates"] == ["BGNP81", "BGPK57"]
    assert details["undetermined"] == "5 wells (11 %): R1 8 %, R2 9 %, S1 8 %, S2 17 %"
    assert details["controls"] == ["RNU44", "RNU48", "ath-miR159a", "U6 rRNA"]


REFUSED = {
    "bad_openarray_ct.csv": "line 2, column \"ct\": a Ct can't be read (found 'early'",
    "bad_openarray_no_sample.csv": 'line 2, column "SampleInfo.SampleID": a well has no sample',
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_exports_are_refused_with_their_place(name):
    with pytest.raises(FormatError) as error:
        read_ct(FOLDER / name)
    assert REFUSED[name] in str(error.value)


def test_a_repeated_largest_ct_is_pointed_out(tmp_path):
    path = tmp_path / "ct.csv"
    path.write_text(
        "Sample,Target,Ct\n" + "".join(f"P{i},hsa-miR-16-5p,{'40' if i < 3 else 25}\n" for i in range(5))
    )
    assert "3 wells have exactly the largest Ct, 40" in inspect(path).details["notes"]
