"""Adjusted P values agree with statsmodels; missing ones neither change nor count."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from mirtool.differential import ADJUSTMENTS, adjust_p_values, adjustment_name
from mirtool.differential.adjust import share_without_difference
from mirtool.errors import CallError

STATSMODELS_NAMES = {"bh": "fdr_bh", "by": "fdr_by"}
METHODS = [name for name in ADJUSTMENTS if name not in ("storey", "none")]  # statsmodels has no q value
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
    with pytest.raises(CallError, match="no adjustment of P is called so") as caught:
        adjustment_name("fdr")
    assert "bh, by, holm, bonferroni" in str(caught.value)
