"""ΔCt of a qPCR panel by hand: global mean, references as named and as chosen, and what is refused."""

import numpy as np
import pytest

from mirtool.errors import MirtoolError
from mirtool.io.arrays.reading import read_arrays
from mirtool.model import SampleTable
from mirtool.normalize import normalize
from mirtool.normalize.panel_tables import assays_table, ct_table, references_table
from mirtool.report.text.panel import panel_blocks, panel_cautions
from mirtool.stats.reference_stability import genorm_ranking
from tests.panel_files import write_plate

A, B, C, D, E = (f"hsa-miR-{number}-3p" for number in (3000, 3001, 3002, 3003, 3004))
NONE = "Undetermined"
PANEL = {
    "P1": {A: [20], B: [24], C: [28], D: [NONE], "cel-miR-39-3p": [10], "U6 snRNA": [22]},
    "P2": {A: [21], B: [27], C: [30], D: [33], "cel-miR-39-3p": [11], "U6 snRNA": [23]},
}


def read(tmp_path, cts=PANEL, groups=None, **options):
    path = write_plate(tmp_path / "panel.csv", cts)
    names = tuple(cts)
    return read_arrays([path], samples=SampleTable(names, groups or ("",) * len(names)), **options)


def delta(arrays, **settings):
    return normalize(arrays, preset="qpcr", **{"min_factor_probes": 3, **settings})


def message(call):
    with pytest.raises(MirtoolError) as caught:
        call()
    return str(caught.value)


def test_the_global_mean_is_that_of_the_mirnas_all_samples_detect(tmp_path):
    done = delta(read(tmp_path))
    # P1: mean of 20, 24, 28 is 24; P2: of 21, 27, 30 is 26. D is not in every sample, the controls are no miRNAs.
    expected = [[4, 5], [0, -1], [-4, -4], [np.nan, -7]]
    np.testing.assert_allclose(done.matrix.values, expected, atol=1e-12)
    assert done.matrix.not_detected.tolist() == [[False] * 2] * 3 + [[True, False]]
    assert done.report.not_detected == (1, 0)
    np.testing.assert_allclose(done.report.reference_ct, [24, 26])
    assert done.matrix.history[:2] == ("recipe: qpcr", "values: -dCt = Ct of the reference - Ct")


def test_the_mean_of_what_a_sample_detects(tmp_path):
    done = delta(read(tmp_path), between="expressed-mean")
    # P2: the mean of 21, 27, 30, 33 is 27.75.
    np.testing.assert_allclose(done.matrix.values[:, 1], [6.75, 0.75, -2.25, -5.25])
    np.testing.assert_allclose(done.matrix.values[:, 0], [4, 0, -4, np.nan])


def test_without_a_reference_the_values_are_cycles_below_the_limit(tmp_path):
    done = delta(read(tmp_path), between="none")
    np.testing.assert_allclose(done.matrix.values[:, 1], [14, 8, 5, 2])  # 35 − 21, 27, 30 and 33
    assert done.matrix.history[1] == "values: 35 - Ct"
    text = "\n".join(line for block in panel_blocks(done.report) for line in block.lines(100))
    assert "reference" not in text.lower()
    assert "35 − Ct" in text


def test_references_as_named_in_any_case_and_of_any_kind(tmp_path):
    done = delta(read(tmp_path), references=f"{A.lower()}, u6 snrna")
    # P1: mean of 20 and 22 is 21; P2: of 21 and 23 is 22.
    np.testing.assert_allclose(done.matrix.values[:3], [[1, 1], [-3, -5], [-7, -8]])
    assert done.report.between == "references"
    assert done.report.remarks == (f"reference: references as named: {A}, U6 snRNA",)


def test_replicates_are_averaged_as_ct_and_efficiencies_are_exponents(tmp_path):
    cts = {"P1": {A: [20, 22], B: [24]}, "P2": {A: [21, 21], B: [25]}}
    done = delta(read(tmp_path, cts), references=B)
    np.testing.assert_allclose(done.matrix.values[0], [3, 4])  # 24 − 21, 25 − 21
    np.testing.assert_array_equal(done.matrix.spots, [[2, 2], [1, 1]])
    done = delta(read(tmp_path, cts, efficiency=(f"{A}=1.9",)), references=B)
    # log2 amounts above the limit of 35: 14 log2(1.9) for A, 11 and 10 for B
    np.testing.assert_allclose(done.matrix.values[0], 14 * np.log2(1.9) - np.array([11, 10]))


def test_replicate_wells_far_apart_are_counted(tmp_path):
    cts = {"P1": {A: [20, 22], B: [24]}, "P2": {A: [21, 21.5], B: [25]}}  # SD of 20 and 22: √2
    report = delta(read(tmp_path, cts), references=B).report
    assert report.wide_replicates == 1
    assert report.largest_spread == pytest.approx(np.sqrt(2))
    assert panel_cautions(report)[0].startswith(
        "the replicate wells of 1 value have a standard deviation above 0.5"
    )


def test_floor_gives_the_limit_which_no_call_takes_for_detected(tmp_path):
    cts = {"P1": {A: [20], B: [NONE]}, "P2": {A: [20], B: [30]}}
    done = delta(read(tmp_path, cts, groups=("ill", "ill"), not_detected="floor"), references=A)
    np.testing.assert_allclose(done.matrix.values[1], [-15, -10])  # 20 − 35
    assert done.matrix.not_detected[1].tolist() == [True, False]


STEADY = {
    f"P{j + 1}": {A: [20 + x], B: [24 + x + y], C: [26 + x - y], D: [22 + x + z], E: [30 + x + w]}
    for j, (x, y, z, w) in enumerate([(0, 0, 0, 0), (1, 0.1, 2, 0), (2, -0.1, 0, 2), (0, 0, 2, 2)])
}  # A, B and C follow x; D and E do not


@pytest.mark.parametrize("method", ["normfinder", "genorm"])
def test_the_steadiest_are_chosen_and_ranked(tmp_path, method):
    arrays = read(tmp_path, STEADY)
    done = delta(arrays, between=method, n_references=3)
    # The mean of A, B and C is (20 + 24 + 26)/3 + x.
    np.testing.assert_allclose(done.report.reference_ct, 70 / 3 + np.array([0, 1, 2, 0]))
    table = references_table(arrays, done)
    assert set(table["Name"][:3]) == {A, B, C}
    assert table["reference"].tolist() == ["yes"] * 3 + [""] * 2
    assert len(table) == 5


def test_genorm_excludes_by_m_and_says_how_many_are_needed():
    # a and b differ by a constant; c moves by ±1 against both: SD of 0, 1, 0, 1 is √(1/3).
    amounts = np.array([[0.0, 1, 2, 3], [5.0, 6, 7, 8], [0.0, 2, 2, 4]])
    ranking = genorm_ranking(amounts)
    assert ranking.order.tolist() == [0, 1, 2]
    np.testing.assert_allclose(ranking.m, [0, 0, np.sqrt(1 / 3)], atol=1e-12)
    # V2/3: the mean of a and b less that of all three is (b + a)/2 − (a + b + c)/3, SD √(1/3)/3
    np.testing.assert_allclose(ranking.v, [np.sqrt(1 / 3) / 3])
    assert ranking.n_needed == 2


def test_the_tables_hold_every_ct_and_assay(tmp_path):
    arrays = read(tmp_path)
    done = delta(arrays)
    table = ct_table(arrays, done.matrix)
    assert table["P1"].tolist() == ["20.000", "24.000", "28.000", "not detected"]
    assays = assays_table(arrays, done)
    assert assays["kind"].tolist() == ["miRNA"] * 4 + ["spike-in", "small RNA control"]
    assert assays["detected"].tolist() == [2, 2, 2, 1, 2, 2]
    assert assays["not detected"].tolist() == [0, 0, 0, 1, 0, 0]
    assert assays["reference"].tolist() == ["yes"] * 3 + [""] * 3
    np.testing.assert_allclose(assays["mean Ct"], [20.5, 25.5, 29, 33, 10.5, 22.5])


def test_what_does_not_fit_a_panel_is_refused_with_words(tmp_path):
    arrays = read(tmp_path)
    text = message(lambda: normalize(arrays, preset="qpcr"))
    assert "the mean of a panel needs many miRNAs" in text
    assert "found 3 miRNAs that all samples detect; expected at least 20" in text
    text = message(lambda: normalize(arrays))
    assert "these are Ct values of a qPCR panel, and the recipe is for arrays" in text
    assert "is for arrays, which have a signal of every probe" in message(
        lambda: delta(arrays, between="quantile")
    )
    assert "a Ct has no background" in message(lambda: delta(arrays, background="normexp"))
    assert "the cut-off of intensities is for arrays" in message(lambda: delta(arrays, min_intensity=50))
    assert "replicate wells are averaged as Ct" in message(lambda: delta(arrays, replicate_scale="linear"))
    text = message(lambda: delta(arrays, references="hsa-miR-3000"))
    assert "the reference 'hsa-miR-3000' is not on the panel" in text
    assert f"did you mean '{A}'?" in text
    assert "did you mean 'U6 snRNA'?" in message(lambda: delta(arrays, references="U6"))
    text = message(lambda: delta(arrays, references=D))
    assert f"the reference {D} is not detected in every sample (found no Ct in P1" in text
    assert "references can't be chosen from so few" in message(lambda: delta(arrays, between="genorm"))
    assert "belong together" in message(lambda: delta(arrays, between="references"))
    assert "a number of references is for those that are chosen" in message(lambda: delta(arrays, n_references=2))


def test_steps_of_panels_are_refused_on_arrays():
    from mirtool.simulate.arrays import simulate_study

    arrays = simulate_study([f"hsa-miR-{i}-5p" for i in range(1, 60)], seed=1, changes={}).arrays
    assert "global-mean' is for qPCR panels" in message(lambda: normalize(arrays, between="global-mean"))
