"""The kernels of a meta-analysis: metafor's numbers, one by hand, and what must hold for any studies."""

import csv
from pathlib import Path

import numpy as np
import pytest

from mirtool.meta.kernels import combine_effects, combine_p_values, leave_one_out

REFERENCE = Path(__file__).parents[1] / "reference"


def rows(name):
    with (REFERENCE / name).open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def studies():
    """Effects, standard errors and n of the fixture, ``(120, 7)``."""
    found = np.full((3, 120, 7), np.nan)
    for row in rows("meta_fixture.csv"):
        found[:, int(row["mirna"]) - 1, int(row["study"]) - 1] = [float(row[x]) for x in ("effect", "se", "n")]
    return found


def test_effects_are_those_of_metafor(studies):
    effect, se, _ = studies
    plain, adhoc = (combine_effects(effect, se, adhoc=each) for each in (False, True))
    expected = rows("meta_metafor.csv")
    at = [int(row["mirna"]) - 1 for row in expected]
    assert (plain.k >= 2).sum() == len(expected)
    for name, own in (
        ("fixed", plain.fixed), ("random", plain.random), ("knha", plain.hartung_knapp),
        ("adhoc", adhoc.hartung_knapp),
    ):  # fmt: skip
        for part in ("se", "low", "high", "p"):
            values = [float(row[f"{name}_{part}"]) for row in expected]
            np.testing.assert_allclose(getattr(own, part)[at], values, rtol=1e-8, err_msg=f"{name} {part}")
    for name, values in (
        ("fixed", plain.fixed.effect), ("random", plain.random.effect), ("q", plain.q), ("q_p", plain.q_p),
    ):  # fmt: skip
        np.testing.assert_allclose(values[at], [float(row[name]) for row in expected], rtol=1e-8, err_msg=name)
    for name in ("i2", "tau2"):
        values = [float(row[name]) for row in expected]
        np.testing.assert_allclose(getattr(plain, name)[at], values, rtol=1e-8, atol=1e-12, err_msg=name)


def test_p_values_are_those_of_r(studies):
    from scipy.special import ndtr

    effect, se, n = studies
    found = combine_p_values(effect, 2 * ndtr(-np.abs(effect / se)), np.sqrt(n))
    expected = rows("meta_metafor.csv")
    at = [int(row["mirna"]) - 1 for row in expected]
    for name in ("fisher", "stouffer_z", "stouffer"):
        values = [float(row[name]) for row in expected]
        np.testing.assert_allclose(getattr(found, name)[at], values, rtol=1e-8, err_msg=name)


def test_each_study_left_out_is_as_metafor_leaves_it_out(studies):
    found = leave_one_out(*studies[:2])
    for row in rows("meta_leave_one_out.csv"):
        at = int(row["mirna"]) - 1, int(row["study"]) - 1
        assert found.effect[at] == pytest.approx(float(row["effect"]), rel=1e-8)
        assert found.se[at] == pytest.approx(float(row["se"]), rel=1e-8)
        assert found.p[at] == pytest.approx(float(row["p"]), rel=1e-8)


def test_two_studies_by_hand():
    # Weights 1/0.25 = 4 each; mean 1.5; Q = 4 * 0.25 + 4 * 0.25 = 2; C = 8 - 32/8 = 4; tau2 = (2 - 1)/4 = 0.25;
    # random weights 1/(0.25 + 0.25) = 2, SE = 1/2; q of Hartung and Knapp = 2 * 0.25 + 2 * 0.25 = 1, SE 1/2 again;
    # t with 1 degree of freedom at 97.5 % is tan(0.475 pi) = 12.7062.
    found = combine_effects(np.array([[1.0, 2.0]]), np.array([[0.5, 0.5]]))
    assert (found.fixed.effect[0], found.q[0], found.tau2[0], found.i2[0]) == pytest.approx((1.5, 2, 0.25, 0.5))
    assert (found.random.se[0], found.hartung_knapp.se[0]) == pytest.approx((0.5, 0.5))
    assert found.hartung_knapp.high[0] == pytest.approx(1.5 + 0.5 * np.tan(0.475 * np.pi))


def test_one_study_combines_nothing():
    found = combine_effects(np.array([[1.0, np.nan]]), np.array([[0.5, np.nan]]))
    assert found.k.tolist() == [1]
    for values in (found.fixed.p, found.random.effect, found.hartung_knapp.low, found.q, found.i2, found.tau2):
        assert np.isnan(values).all()


def test_studies_that_differ_by_chance_alone_have_little_heterogeneity():
    rng = np.random.default_rng(5)
    se = rng.uniform(0.1, 0.5, (2000, 8))
    found = combine_effects(rng.normal(0.7, se), se)
    assert np.median(found.i2) < 0.1
    assert 0.03 < (found.q_p < 0.05).mean() < 0.07


def test_the_order_of_the_studies_changes_nothing(studies):
    order = np.random.default_rng(2).permutation(7)
    one, other = combine_effects(*studies[:2]), combine_effects(*studies[:2, :, order])
    np.testing.assert_allclose(one.random.p, other.random.p, rtol=1e-10)
    np.testing.assert_allclose(one.q, other.q, rtol=1e-10)
