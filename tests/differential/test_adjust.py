"""Adjusted P values agree with statsmodels; missing ones neither change nor count."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import make_smoothing_spline
from scipy.optimize import brentq
from statsmodels.stats.multitest import multipletests

from mirtool.differential import ADJUSTMENTS, adjust_p_values, adjustment_name
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.stats.adjustment import share_without_difference, smoothed_share_without_difference

STATSMODELS_NAMES = {"bh": "fdr_bh", "by": "fdr_by"}
METHODS = [name for name in ADJUSTMENTS if not name.startswith(("storey", "none"))]  # statsmodels has no q value
REFERENCE = Path(__file__).resolve().parents[1] / "reference"


@pytest.mark.parametrize("method", METHODS)
def test_equals_statsmodels(method):
    rng = np.random.default_rng(3)
    p = np.concatenate([rng.random(60), rng.random(20) * 1e-4, [0.0, 1.0, 0.5, 0.5, 1e-300]])
    with_missing = np.insert(p, [0, 5, 5, 40], np.nan)
    with np.errstate(divide="ignore"):  # P = 1
        expected = multipletests(p, alpha=0.05, method=STATSMODELS_NAMES.get(method, method))[1]
    adjusted = adjust_p_values(with_missing, method)
    np.testing.assert_allclose(adjusted[~np.isnan(with_missing)], expected, rtol=1e-12)
    np.testing.assert_array_equal(np.isnan(adjusted), np.isnan(with_missing))


@given(
    st.lists(st.floats(0, 1, allow_subnormal=False), min_size=1, max_size=40),
    st.sampled_from(["bh", "by", "holm", "bonferroni"]),
)
def test_own_methods_equal_statsmodels_for_any_p(p, method):
    expected = multipletests(p, method=STATSMODELS_NAMES.get(method, method))[1]
    np.testing.assert_allclose(adjust_p_values(np.array(p), method), expected, rtol=1e-12, atol=1e-305)


def test_bh_by_hand():
    # Sorted 0.01, 0.02, 0.04, 0.5 times 4/1, 4/2, 4/3, 4/4: 0.04, 0.04, 0.0533…, 0.5
    adjusted = adjust_p_values(np.array([0.5, 0.01, np.nan, 0.04, 0.02]))
    np.testing.assert_allclose(adjusted, [0.5, 0.04, np.nan, 0.16 / 3, 0.04], rtol=1e-15)


def test_storeys_q_equals_the_qvalue_package():
    with (REFERENCE / "models_qvalue.csv").open(newline="") as file:
        pi0, *rows = csv.DictReader(file)
    p, q = (np.array([float(row[name].replace("NA", "nan")) for row in rows]) for name in ("P", "q"))
    assert share_without_difference(p[~np.isnan(p)]) == pytest.approx(float(pi0["q"]), rel=1e-12)
    np.testing.assert_allclose(adjust_p_values(p, "storey"), q, rtol=1e-12)


def test_storeys_share_is_one_where_nothing_tells_it():
    assert share_without_difference(np.array([0.001, 0.01])) == 1
    np.testing.assert_allclose(adjust_p_values(np.array([0.001, 0.01]), "storey"), [0.002, 0.01])


def spline_cases():
    with (REFERENCE / "qvalue_spline.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        case: {
            name: np.array([float(row[name].replace("NA", "nan")) for row in rows if row["case"] == case])
            for name in ("P", "qvalue", "tight")
        }
        for case in dict.fromkeys(row["case"] for row in rows)
    }


@pytest.mark.parametrize("columns", spline_cases().values(), ids=spline_cases())
def test_the_spline_equals_the_qvalue_packages_default(columns):
    p = columns["P"][1:]  # the first row is the share
    share = smoothed_share_without_difference(p[~np.isnan(p)])
    q = adjust_p_values(p, "storey-spline")
    for name, tolerance in (("qvalue", 1e-5), ("tight", 1e-6)):  # R's search for the penalty stops early
        assert share == pytest.approx(columns[name][0], rel=tolerance)
        np.testing.assert_allclose(q, columns[name][1:], rtol=tolerance)


def test_the_spline_is_scipys_with_a_trace_of_three():
    limits = np.arange(1, 20) / 20
    p = spline_cases()["a third changed"]["P"][1:]
    estimates = [(p >= limit).mean() / (1 - limit) for limit in limits]

    def trace(log_penalty):
        columns = [make_smoothing_spline(limits, one, lam=np.exp(log_penalty))(limits) for one in np.eye(19)]
        return float(np.trace(np.array(columns)))

    penalty = np.exp(brentq(lambda x: trace(x) - 3, -20, 10, xtol=1e-12))
    expected = make_smoothing_spline(limits, estimates, lam=penalty)(0.95)
    assert smoothed_share_without_difference(p) == pytest.approx(float(expected), rel=1e-9)


def test_the_spline_needs_large_p():
    with pytest.raises(NotEnoughDataError, match="too few P are large for the spline") as caught:
        adjust_p_values(np.array([0.001, 0.002, np.nan, 0.3]), "storey-spline")
    assert "found 0 of 3 P from 0.95 up" in str(caught.value)
    assert "storey (the bootstrap's estimate) or bh" in str(caught.value)


@pytest.mark.parametrize("share", [share_without_difference, smoothed_share_without_difference])
def test_a_p_at_a_limit_reaches_it(share):
    at_limits = np.array([0.001] * 20 + [float(f"{k * 0.05:.2f}") for k in range(1, 20)])
    assert share(at_limits) == share(at_limits + 1e-9) != share(at_limits - 1e-9)


def test_two_stage_methods_use_alpha():
    p = np.random.default_rng(1).random(50) ** 3
    expected = multipletests(p, alpha=0.2, method="fdr_tsbh")[1]
    np.testing.assert_allclose(adjust_p_values(p, "fdr_tsbh", alpha=0.2), expected, rtol=1e-12)


@pytest.mark.parametrize("method", list(ADJUSTMENTS))
@pytest.mark.parametrize("p", [[], [np.nan, np.nan]])
def test_nothing_to_adjust(method, p):
    np.testing.assert_array_equal(adjust_p_values(np.array(p, dtype=float), method), p)


def test_none_gives_p_back():
    p = np.array([0.2, np.nan])
    np.testing.assert_array_equal(adjust_p_values(p, "none"), p)


def test_an_unknown_method_is_refused_with_the_list():
    with pytest.raises(UsageError, match="unknown adjustment of P") as caught:
        adjustment_name("fdr")
    assert "bh, by, holm, bonferroni" in str(caught.value)
