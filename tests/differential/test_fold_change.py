"""Fold changes by hand, and the cut-off at its very edge."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mirtool.differential import compare_means
from mirtool.differential.fold_change import regulation

VALUES = arrays(np.float64, (5, 6), elements=st.one_of(st.floats(-10, 16), st.just(np.nan)))


def test_ratio_of_arithmetic_means_by_hand():
    # (1 + 1 + 11) / 3 = 4.333 against 1; (2 + 4) / 2 = 3 against (8 + 16) / 2 = 12, ratio 1/4
    tested = np.log2([[1, 1, 11], [2, 4, np.nan]])
    change = compare_means(tested, np.log2([[1, 1], [8, 16]]))
    np.testing.assert_allclose(change.mean_tested, [13 / 3, 3])
    np.testing.assert_allclose(change.mean_reference, [1, 12])
    np.testing.assert_allclose(change.ratio, [13 / 3, 0.25])
    np.testing.assert_allclose(change.log2_ratio, [np.log2(13 / 3), -2])
    np.testing.assert_allclose(change.signed, [13 / 3, -4])


def test_ratio_of_geometric_means_by_hand():
    # (1 × 1 × 8)^(1/3) = 2 against 1
    change = compare_means(np.log2([[1, 1, 8]]), np.log2([[1, 1]]), kind="geometric")
    np.testing.assert_allclose(
        [change.mean_tested[0], change.ratio[0], change.log2_ratio[0], change.signed[0]], [2, 2, 1, 2]
    )


@pytest.mark.parametrize("kind", ["ratio-of-means", "geometric"])
def test_a_group_without_values_has_no_fold_change(kind):
    change = compare_means(np.array([[np.nan, np.nan]]), np.array([[1.0, 2.0]]), kind=kind)
    assert np.isnan([change.mean_tested[0], change.ratio[0], change.log2_ratio[0], change.signed[0]]).all()
    assert not np.isnan(change.mean_reference[0])


def test_a_ratio_of_exactly_the_cutoff_passes_either_way():
    ratio = np.array([2.0, 0.5, 2 * (1 - 1e-15), 0.5 * (1 + 1e-15), 1.99999, 0.50001, 1.0, np.nan])
    assert regulation(ratio, 2.0).tolist() == ["up", "down", "up", "down", "", "", "", ""]


def test_a_mean_twice_another_passes_although_log2_and_back_is_inexact():
    # 3.3 × 2 = 6.6, through log2: 2^log2(6.6) / 2^log2(3.3) is 2 only up to the last binary digit.
    linear = np.linspace(0.1, 70, 500)[:, np.newaxis]
    up = compare_means(np.log2(2 * linear), np.log2(linear))
    assert set(regulation(up.ratio, 2.0)) == {"up"}
    down = compare_means(np.log2(linear), np.log2(2 * linear))
    assert set(regulation(down.ratio, 2.0)) == {"down"}


def test_a_cutoff_of_one_asks_for_any_change():
    assert regulation(np.array([1.1, 1.0, 0.9]), 1.0).tolist() == ["up", "", "down"]


def test_a_second_condition_must_hold_too():
    assert regulation(np.array([4.0, 4.0, 0.1]), 2.0, np.array([True, False, True])).tolist() == ["up", "", "down"]


@given(VALUES, st.sampled_from(["ratio-of-means", "geometric"]))
def test_swapping_the_groups_turns_the_sign(values, kind):
    a, b = (
        compare_means(values[:, :3], values[:, 3:], kind=kind),
        compare_means(values[:, 3:], values[:, :3], kind=kind),
    )
    np.testing.assert_allclose(a.log2_ratio, -b.log2_ratio, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(a.mean_tested, b.mean_reference)


@given(VALUES, st.sampled_from(["ratio-of-means", "geometric"]))
def test_signed_fold_changes_never_lie_between_minus_one_and_one(values, kind):
    signed = compare_means(values[:, :3], values[:, 3:], kind=kind).signed
    assert (np.isnan(signed) | (np.abs(signed) >= 1)).all()
