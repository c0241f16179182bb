"""ROC curves against R's pROC: areas, DeLong's intervals and test, Youden's cut-off."""

import numpy as np
import pytest

from mirtool.clinical.reading import read_patients
from mirtool.clinical.roc import compare_areas, roc_curve
from mirtool.clinical.settings import ClinicalSettings
from tests.clinical.r_values import FOLDER, r_values

R = r_values("clinical_roc_r.csv")
ASAH = read_patients(FOLDER / "clinical_asah.csv", ClinicalSettings(reference=("outcome=Good",))).variables
HAS = ASAH["outcome"].values


@pytest.mark.parametrize("name", ["s100b", "ndka", "wfns"])
def test_areas_intervals_and_cut_offs_are_those_of_proc(name):
    found = roc_curve(ASAH[name], HAS, bootstraps=20)
    for value, part in (
        (found.area, "AUC"),
        (found.low, "low"),
        (found.high, "high"),
        (found.sensitivity[found.best], "sensitivity"),
        (found.specificity[found.best], "specificity"),
    ):
        assert value == pytest.approx(R[f"{name} {part}"], rel=1e-9)
    # Levels are counted from 0 here, from 1 in R.
    assert found.thresholds[found.best] + (name == "wfns") == pytest.approx(R[f"{name} threshold"], rel=1e-9)


@pytest.mark.parametrize("other", ["ndka", "wfns"])
def test_areas_are_compared_as_by_proc(other):
    (found,) = compare_areas([ASAH["s100b"], ASAH[other]], HAS)
    assert found.z == pytest.approx(R[f"s100b {other} z"], rel=1e-8)
    assert found.p == pytest.approx(R[f"s100b {other} P"], rel=1e-8)


def test_an_area_of_one_is_said_to_have_no_interval():
    from mirtool.clinical.variables import Kind, Variable
    from mirtool.report.text.clinical_mirnas import roc_blocks

    marker = Variable("x", Kind.CONTINUOUS, np.arange(10.0))
    curve = roc_curve(marker, (np.arange(10) >= 5).astype(float), bootstraps=20)
    assert (curve.area, curve.low, curve.high) == (1, 1, 1)
    said = [getattr(block, "text", "") for block in roc_blocks([curve], [], "y")]
    assert any("no spread on these patients" in text for text in said)


def test_the_seed_draws_other_samples_for_the_interval_of_the_cutoff():
    ends = {
        (own.best_low, own.best_high)
        for own in (roc_curve(ASAH["s100b"], HAS, bootstraps=20, seed=s) for s in range(5))
    }
    assert len(ends) > 1


def test_a_marker_that_is_lower_in_cases_has_the_same_area():
    from dataclasses import replace

    higher = roc_curve(ASAH["s100b"], HAS, bootstraps=20)
    lower = roc_curve(replace(ASAH["s100b"], values=-ASAH["s100b"].values), HAS, bootstraps=20)
    assert (higher.higher, lower.higher) == (True, False)
    assert lower.area == pytest.approx(higher.area)
    assert lower.thresholds[lower.best] == pytest.approx(-higher.thresholds[higher.best])
    assert higher.best_low <= higher.thresholds[higher.best] <= higher.best_high
    sensitivity, specificity = higher.at_specificity(0.9)
    point = np.flatnonzero(higher.specificity >= 0.9)
    assert (sensitivity, specificity >= 0.9) == (higher.sensitivity[point].max(), True)
