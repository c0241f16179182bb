"""NanoString lanes judged as nSolver does: each limit from both sides."""

import numpy as np
import pytest

from mirtool.io.arrays.reading import read_arrays
from mirtool.quality import quality_report, quality_tables
from tests.lane_files import rcc


def judged(tmp_path, text, other=None):
    (tmp_path / "1.RCC").write_text(text)
    (tmp_path / "2.RCC").write_text(other or rcc(2))
    return quality_report(read_arrays([tmp_path / "1.RCC", tmp_path / "2.RCC"]))


def checks(report):
    return {finding.check: finding for finding in report.findings if finding.array == 0}


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("FovCounted,99", "FovCounted,75", None),
        ("FovCounted,99", "FovCounted,74", "imaging"),
        ("BindingDensity,0.5", "BindingDensity,0.1", None),
        ("BindingDensity,0.5", "BindingDensity,0.09", "binding density"),
        ("BindingDensity,0.5", "BindingDensity,2.25", None),
        ("BindingDensity,0.5", "BindingDensity,2.26", "binding density"),
        ("1207C0049\nBindingDensity,0.5", "1207C0049\nBindingDensity,1.9", None),
        ("1207C0049\nBindingDensity,0.5", "1712P0123\nBindingDensity,1.9", "binding density"),
        ("1207C0049\nBindingDensity,0.5", "1712P0123\nBindingDensity,1.8", None),
        ("POS_A(128),x,4096", "POS_A(128),x,16", "linearity"),
        ("POS_E(0.5),x,16", "POS_E(0.5),x,10", None),
        ("POS_E(0.5),x,16", "POS_E(0.5),x,9", "limit of detection"),
    ],
)
def test_each_limit_from_both_sides(tmp_path, old, new, check):
    text = rcc(1)
    assert old in text
    found = set(checks(judged(tmp_path, text.replace(old, new)))) - {"not judged"}
    assert found == ({check} if check else set())


def test_r_squared_by_hand(tmp_path):
    # log2 of fM 7 5 3 1 −1, of counts 4 10 8 6 4 with POS_A at 16: dx 4 2 0 −2 −4, dy −2.4 3.6 1.6 −0.4 −2.4;
    # sxy = −9.6 + 7.2 + 0 + 0.8 + 9.6 = 8, sxx = 40, syy = 27.2, r² = 64 / 1088.
    report = judged(tmp_path, rcc(1).replace("POS_A(128),x,4096", "POS_A(128),x,16"))
    np.testing.assert_allclose(report.lanes.r_squared, [64 / 1088, 1])


def test_positive_factor_and_ligation(tmp_path):
    ligation = rcc(1).replace("Negative,NEG_A", "Ligation,LIG_POS_A|0,y,10\nNegative,NEG_A")
    other = rcc(1, positive_times=10).replace("Negative,NEG_A", "Ligation,LIG_POS_A|0,y,900\nNegative,NEG_A")
    report = judged(tmp_path, ligation, other)
    found = checks(report)
    # Geometric means 256 and 2560, their mean 1408: factors 5.5 and 0.55.
    assert found["positive-control factor"].value == pytest.approx(5.5)
    assert "10 counts, not above 10.0" in found["ligation"].text
    assert {finding.check for finding in report.findings if finding.array == 1} <= {"not judged"}
    table = quality_tables(report)["arrays"]
    assert table["lowest ligation control"].tolist() == [10, 900]
    assert table["background limit"].tolist() == [10, 10]
    assert table["counts of the 0.5 fM control"].tolist() == [16, 160]


def test_arrays_have_no_lanes():
    from mirtool.simulate.arrays import simulate_study

    arrays = simulate_study([f"hsa-miR-{i}-5p" for i in range(1, 60)], seed=1, changes={}).arrays
    assert quality_report(arrays).lanes is None
