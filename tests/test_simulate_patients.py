"""The simulated patients: what is planted is in them, and the same seed gives the same."""

import numpy as np
import pytest

import mirtool.api as mt
from mirtool.report.tables import table_bytes
from mirtool.simulate.arrays import simulate_study
from mirtool.simulate.patients import DOUBLING_HAZARD, GAIN_HAZARD, GAIN_ODDS, MIRNA, PATIENTS, simulate_patients


@pytest.fixture(scope="module")
def study():
    return simulate_study(seed=1)


def test_what_was_planted_is_found_in_many_patients(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clinical.csv").write_bytes(table_bytes(simulate_patients(study, seed=1, patients=1500), "c.csv"))
    found = mt.clinical(
        "clinical.csv", variables=("gain_1q21", MIRNA, "age", "sex"), unit=(f"{MIRNA}=log2",),
        covariates=("gain_1q21", MIRNA),
    )  # fmt: skip
    odds = found.to_frame("associations").set_index("variable")
    # Planted values lie in 95 % intervals; age and sex have no effect.
    low, high = odds.loc["gain_1q21", ["odds ratio 95% low", "odds ratio 95% high"]]
    assert low < GAIN_ODDS < high
    assert odds.loc[["age", "sex"], "P"].min() > 0.01
    hazards = found.to_frame("hazards")
    together = hazards[hazards["patients"] < 1500].set_index("variable")
    together = together[~together.index.duplicated(keep="last")]
    for name, planted in (("gain_1q21", GAIN_HAZARD), (MIRNA, DOUBLING_HAZARD)):
        low, high = together.loc[name, ["hazard ratio 95% low", "hazard ratio 95% high"]]
        assert low < planted < high, name


def test_the_patients_of_the_arrays_are_the_first_in_their_groups(study):
    table = simulate_patients(study, seed=1)
    samples = study.arrays.samples
    assert len(table) == PATIENTS
    assert tuple(table["patient"][:6]) == samples.names
    assert tuple(table["group"][:6]) == samples.groups
    assert len(set(table["patient"])) == PATIENTS
    assert 0 < np.count_nonzero(table["gain_1q21"] == "") < 10
    again = simulate_patients(study, seed=1)
    assert all(np.array_equal(table[name], again[name]) for name in table.columns)
    assert not np.array_equal(table[MIRNA], simulate_patients(study, seed=2)[MIRNA])
