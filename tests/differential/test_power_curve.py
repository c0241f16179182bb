"""The arithmetic of power, against R, hand arithmetic and simulation."""

import csv
from pathlib import Path

import numpy as np
import pytest

from mirtool.differential import adjust_p_values, fit_linear_model, moderate
from mirtool.differential.power import (
    PilotVariance,
    PowerSettings,
    bh_ratio,
    p_cutoff_for_fdr,
    plan_arrays,
    t_test_power,
)
from mirtool.differential.two_groups import two_group_design
from mirtool.errors import UsageError

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def pilot(prior_df: float = 4.0, prior_variance: float = 0.1) -> PilotVariance:
    return PilotVariance(np.full(100, prior_variance), prior_df, prior_variance, {"control": 4}, (), 0, 0.0)


def test_students_power_is_that_of_r():
    with (REFERENCE / "power_r.csv").open() as file:
        rows = [{key: float(cell) for key, cell in row.items()} for row in csv.DictReader(file)]
    assert len(rows) > 100
    for row in rows:
        power = t_test_power(row["difference"], int(row["n"]), row["level"], np.array([row["sd"] ** 2]))
        assert power[0] == pytest.approx(row["power"], abs=1e-9), row


def test_students_power_is_that_of_statsmodels():
    from statsmodels.stats.power import TTestIndPower

    expected = TTestIndPower().power(effect_size=1.6, nobs1=7, alpha=0.01, alternative="two-sided")
    assert t_test_power(0.8, 7, 0.01, np.array([0.25]))[0] == pytest.approx(expected, abs=1e-9)


def test_with_a_certain_prior_power_is_that_of_a_normal_variable():
    # difference 1, sd 0.5, 8 arrays: 1 / (0.5 √(2/8)) = 4, cut-off 1.959964; Φ(2.040036) + Φ(−5.96) = 0.979327
    power = t_test_power(1.0, 8, 0.05, np.array([0.25]), prior_df=np.inf, prior_variance=0.25)
    assert power[0] == pytest.approx(0.979327, abs=1e-6)


def test_borrowing_from_the_other_probes_helps_most_with_few_arrays():
    variance = np.array([0.1])
    plain, moderated = (
        [t_test_power(1.0, n, 0.001, variance, prior_df=df, prior_variance=0.1)[0] for n in (3, 20)]
        for df in (0.0, 4.0)
    )
    assert moderated[0] > 2 * plain[0]
    assert moderated[1] == pytest.approx(plain[1], abs=0.001)


def test_the_cut_off_of_benjamini_and_hochberg_by_hand():
    # FDR 0.05, a fifth of the tests differ: P = power · 0.01 / (1 − 0.05 · 0.8) = power · 0.01 / 0.96
    assert bh_ratio(0.05, 0.2) == pytest.approx(0.01 / 0.96)
    # a test that always finds what differs; and one whose power is √P: P = r √P gives P = r²
    assert p_cutoff_for_fdr(lambda _: 1.0, 0.05, 0.2) == pytest.approx(0.01 / 0.96)
    assert p_cutoff_for_fdr(np.sqrt, 0.05, 0.2) == pytest.approx((0.01 / 0.96) ** 2)


def test_no_cut_off_reaches_a_rate_that_the_test_can_not_give():
    assert p_cutoff_for_fdr(lambda p: p, 0.05, 0.2) == 0  # a test that tells nothing


@pytest.mark.parametrize("n", [4, 6])
def test_the_plan_is_what_a_simulated_study_finds(n):
    """20,000 probes, a twentieth of them changed two-fold, moderated t and BH by mirtool itself."""
    rng = np.random.default_rng(n)
    variance = 4.0 * 0.1 / rng.chisquare(4.0, 20_000)
    values = rng.normal(size=(20_000, 2 * n)) * np.sqrt(variance)[:, np.newaxis]
    values[:1000, :n] += 1.0
    tested = moderate(fit_linear_model(values, two_group_design(n, n)))
    found = adjust_p_values(tested.p_value[:, 1], "bh") <= 0.05
    plan = plan_arrays(pilot(), PowerSettings(fold=(2.0,), max_arrays=n))
    assert found[:1000].mean() == pytest.approx(plan.average[-1], abs=0.05)


def test_power_rises_with_arrays_and_with_the_fold_change():
    plan = plan_arrays(
        pilot(),
        PowerSettings(
            fold=(
                3.0,
                1.5,
                3.0,
            ),
            max_arrays=8,
        ),
    )
    small, large = (plan.average[plan.fold_change == fold] for fold in (1.5, 3.0))
    assert len(small) == len(large) == 7
    assert (np.diff(small) >= 0).all()
    assert (np.diff(large) >= 0).all()
    assert (large >= small).all()
    assert (np.diff(plan.by_percentile, axis=1) <= 1e-12).all()  # the more a probe varies, the less


def test_the_arrays_needed_are_the_fewest_that_are_enough():
    plan = plan_arrays(pilot(), PowerSettings(fold=(2.0,), max_arrays=9))
    needed = plan.arrays_needed(2.0)
    assert needed is not None
    at = dict(zip(plan.arrays.tolist(), plan.average.tolist(), strict=True))
    assert at[needed] >= 0.8 > at[needed - 1]
    assert plan_arrays(pilot(), PowerSettings(fold=(1.1,), max_arrays=4)).arrays_needed(1.1) is None


def test_equal_variances_make_every_percentile_alike():
    plan = plan_arrays(pilot(prior_df=np.inf), PowerSettings(fold=(2.0,), max_arrays=4))
    assert np.ptp(plan.by_percentile, axis=1).tolist() == [0, 0, 0]
    assert set(plan.share_powered) <= {0.0, 1.0}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"fold": [1.0]}, "above 1"),
        ({"fold": [float("nan")]}, "above 1"),
        ({"max_arrays": 1}, "out of range"),
        ({"fdr": 0.0}, "false discovery rate must lie"),
        ({"power": 1.0}, "power must lie"),
        ({"changed": 1.5}, "share of the probes that change must lie"),
        ({"test": "welch"}, "unknown test .welch."),
    ],
)
def test_numbers_out_of_range_are_refused(wrong, message):
    with pytest.raises(UsageError, match=message):
        PowerSettings(**wrong)
