"""NanoString lanes normalized as MAN-C0011-04 says, by hand on two lanes with round numbers.

Lane 2 has twice the positive controls of lane 1 and four times everything else. Positive controls of 0.5 fM and
more: geometric means 256 and 512, their mean 384, factors 384/256 = 1.5 and 384/512 = 0.75. The content is then
1.5 × and 0.75 × 4 = 3 × that of lane 1 as counted: twice in lane 2. Its factors are 1.5 and 0.75 again: (1 + 2)/2
= 1.5 over 1 and over 2. In all, lane 1 is multiplied by 2.25 and lane 2 by 0.5625.
"""

import numpy as np
import pytest

import mirtool.api as mt
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.io.arrays.nanostring import arrays_of, parse_lane
from mirtool.io.arrays.reading import read_arrays
from mirtool.normalize import normalize
from mirtool.normalize.lanes import lane_factors, top_probes
from tests.lane_files import rcc


@pytest.fixture
def lanes(tmp_path):
    (tmp_path / "1.RCC").write_text(rcc(1))
    (tmp_path / "2.RCC").write_text(rcc(4, positive_times=2))
    return [tmp_path / "1.RCC", tmp_path / "2.RCC"]


def normalized(lanes, not_detected=None, **settings):
    done = normalize(
        read_arrays(lanes, not_detected=not_detected), preset="nanostring", min_factor_probes=1, **settings
    )
    values = {name: 2.0**row for name, row in zip(done.matrix.probes.name, done.matrix.values, strict=True)}
    return done, values


@pytest.mark.parametrize("between", ["top-100", "housekeeping"])
def test_both_factors_by_hand(lanes, between):
    done, values = normalized(lanes, between=between)
    np.testing.assert_allclose(1 / np.array(done.report.factors), [2.25, 0.5625])
    np.testing.assert_allclose(values["hsa-miR-21-5p"], [450, 450])  # 200 × 2.25 = 800 × 0.5625
    np.testing.assert_allclose(values["hsa-miR-16-5p"], [112.5, 112.5])
    # 7 counts are not above the limit of 6 + 2 × 2 = 10 (negative controls 4, 6, 8): not detected, so missing.
    np.testing.assert_allclose(values["hsa-miR-122-5p"], [np.nan, 45])
    assert done.report.detected == (2, 3)


def test_positive_controls_alone(lanes):
    _, values = normalized(lanes, between="positive-controls")
    np.testing.assert_allclose(values["hsa-miR-21-5p"], [300, 600])


def test_threshold_raises_what_is_kept(lanes):
    _, values = normalized(lanes, "keep", between="housekeeping")
    np.testing.assert_allclose(values["hsa-miR-122-5p"], [10 * 2.25, 45])


def test_subtracting_the_limit(lanes):
    # (100 − 10) × 1.5 = 135 and (400 − 10) × 0.75 = 292.5; mean 213.75; content factors 1.58333… and 0.73076…
    done, values = normalized(lanes, "keep", between="housekeeping", background="subtract-threshold")
    factors = np.array([1.5 * 213.75 / 135, 0.75 * 213.75 / 292.5])
    np.testing.assert_allclose(1 / np.array(done.report.factors), factors)
    np.testing.assert_allclose(values["hsa-miR-21-5p"], [190, 790] * factors)
    np.testing.assert_allclose(values["hsa-miR-122-5p"], [np.nan, 70 * factors[1]])  # 7 − 10 is not positive


def test_no_background(lanes):
    _, values = normalized(lanes, "keep", between="housekeeping", background="none")
    np.testing.assert_allclose(values["hsa-miR-122-5p"], [7 * 2.25, 45])


def test_kernels():
    np.testing.assert_allclose(lane_factors(np.array([[2.0, 8.0], [8.0, 2.0]])), [1, 1])
    assert top_probes(np.array([[5.0, 5.0], [np.nan, 900.0], [6.0, 2.0]]), 2).tolist() == [0, 2]


def test_factors_beyond_nsolvers_limits_are_said(tmp_path):
    # Geometric means 256 and 2560: factors 1408/256 = 5.5, beyond 3, and 1408/2560 = 0.55.
    (tmp_path / "1.RCC").write_text(rcc(1))
    (tmp_path / "2.RCC").write_text(rcc(1, positive_times=10))
    done, _ = normalized([tmp_path / "1.RCC", tmp_path / "2.RCC"], between="housekeeping")
    assert "nSolver flags a positive-control factor outside 0.3 to 3: 1 (5.5)" in done.report.remarks


def test_what_a_lane_lacks_is_said(tmp_path):
    (tmp_path / "1.RCC").write_text(rcc(1, changes={"ACTB": 3}))
    lanes = [tmp_path / "1.RCC"]
    with pytest.raises(NotEnoughDataError, match="housekeeping genes with a count in every lane"):
        normalized(lanes, between="housekeeping")
    with pytest.raises(NotEnoughDataError, match="needs probes with a count in every lane"):
        normalize(read_arrays(lanes), preset="nanostring")
    (tmp_path / "1.RCC").write_text(rcc(1, changes={"POS_D(2)": 0}))
    with pytest.raises(NotEnoughDataError, match="the lane 1 has positive controls without a count"):
        normalized(lanes, between="housekeeping")
    with pytest.raises(UsageError, match="the recipe is for arrays"):
        normalize(read_arrays(lanes))


def test_the_order_of_codes_does_not_matter():
    text = rcc(1)
    head, rows = text.split("Count\n")
    turned = head + "Count\n" + "\n".join(rows.split("\n")[-3::-1]) + "\n</Code_Summary>\n"
    one, other = (arrays_of(parse_lane(each.encode(), "x.RCC"), "x.RCC", "x", "") for each in (text, turned))
    assert list(one.probes.id) == list(other.probes.id)
    np.testing.assert_array_equal(one.channels["counts"].foreground, other.channels["counts"].foreground)


def test_counts_kept_in_the_background_are_marked_for_the_comparison(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, times in (("a1", 1), ("a2", 1), ("b1", 4), ("b2", 4)):
        (tmp_path / f"{name}.RCC").write_text(rcc(times))
    rows = "".join(f"{name},{name[0]},{name}.RCC\n" for name in ("a1", "a2", "b1", "b2"))
    (tmp_path / "samples.csv").write_text("sample,group,file\n" + rows)
    kept = mt.normalize(between="housekeeping", not_detected="keep")
    assert "not_detected" in kept.tables()
    kept.write()
    assert (tmp_path / "results" / "normalized_not_detected.csv").read_text().splitlines()[1:] == [
        "hsa-miR-122-5p,hsa-miR-122-5p,1,1,0,0",
        "hsa-miR-16-5p,hsa-miR-16-5p,0,0,0,0",
        "hsa-miR-21-5p,hsa-miR-21-5p,0,0,0,0",
    ]
    found = mt.diff(compare="b:a", test="welch")
    table = found.tables()["differential"]
    row = list(table["ID"]).index("hsa-miR-122-5p")
    assert (table["detected a"][row], table["detected only in"][row]) == (0, "b")
    # 80 counts in b; in a the limit of 10 times 4, as its housekeeping genes are a fourth of those of b.
    assert table["ratio of means b/a"][row] == pytest.approx(2)
    assert "1 fold change of these rests on values that were not detected" in repr(found)
    assert "not_detected" not in mt.normalize(between="housekeeping").tables()
