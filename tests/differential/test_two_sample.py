"""Welch's, Student's and the paired test agree with scipy, and make no P where there is no variance."""

import warnings

import numpy as np
import pytest
from scipy import stats

from mirtool.differential import paired_t_test, student_t_test, welch_t_test


@pytest.fixture(scope="module")
def groups():
    rng = np.random.default_rng(7)
    values = rng.normal(9, 1, size=(300, 11)) + rng.normal(0, 2, size=(300, 1))
    values[100:][rng.random((200, 11)) < 0.35] = np.nan
    return values[:, :5], values[:, 5:]


@pytest.mark.parametrize(("test", "equal_var"), [(welch_t_test, False), (student_t_test, True)])
def test_equals_scipy(groups, test, equal_var):
    ours = test(*groups)
    n = np.array([np.sum(~np.isnan(group), axis=1) for group in groups])
    both = (n >= 2).all(axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scipy warns about the rows that are too small
        theirs = stats.ttest_ind(*groups, axis=1, nan_policy="omit", equal_var=equal_var)
    np.testing.assert_allclose(ours.statistic[both], np.asarray(theirs.statistic)[both], rtol=1e-10)
    np.testing.assert_allclose(ours.p_value[both], np.asarray(theirs.pvalue)[both], rtol=1e-10)
    np.testing.assert_allclose(ours.df[both], np.asarray(theirs.df)[both], rtol=1e-10)
    assert both.sum() > 250
    assert not np.isnan(ours.p_value[both]).any()


def test_student_with_one_array_in_a_group_by_hand():
    # 5 against 1, 2, 3: s² = 2 / 2 = 1; t = (5 - 2) / sqrt(1 × (1/1 + 1/3)) = 3 / 1.1547 = 2.598076; df 2.
    # P of t with 2 df = 1 - t / sqrt(2 + t²) = 1 - 2.598076 / sqrt(8.75) = 0.121690
    result = student_t_test(np.array([[5.0]]), np.array([[1.0, 2.0, 3.0]]))
    assert result.statistic[0] == pytest.approx(3 / np.sqrt(4 / 3))
    assert result.df[0] == 2
    assert result.p_value[0] == pytest.approx(1 - np.sqrt(6.75 / 8.75))


def test_welch_needs_two_values_in_each_group():
    result = welch_t_test(np.array([[5.0, np.nan]]), np.array([[1.0, 2.0]]))
    assert np.isnan([result.statistic[0], result.df[0], result.p_value[0]]).all()


@pytest.mark.parametrize("test", [welch_t_test, student_t_test])
@pytest.mark.parametrize(
    "row", [[0.1] * 6, [0.1, 0.1, 0.1, 0.7, 0.7, 0.7], [np.nan] * 6, [1, 2, 3] + [np.nan] * 3]
)
def test_no_p_without_a_variance_or_a_group(test, row):
    result = test(np.array([row[:3]], dtype=float), np.array([row[3:]], dtype=float))
    assert np.isnan([result.statistic[0], result.df[0], result.p_value[0]]).all()


def test_one_constant_group_is_no_obstacle_to_welch():
    # 3, 3, 3 against 1, 2, 3: error² = 0 + 1/3; t = (3 - 2) / sqrt(1/3); df = (1/3)² / ((1/3)² / 2) = 2
    result = welch_t_test(np.array([[3.0, 3.0, 3.0]]), np.array([[1.0, 2.0, 3.0]]))
    assert result.statistic[0] == pytest.approx(np.sqrt(3))
    assert result.df[0] == pytest.approx(2)


def test_paired_equals_scipy(groups):
    tested, reference = groups[0], groups[1][:, :5]
    ours = paired_t_test(tested, reference)
    whole = ~np.isnan(tested) & ~np.isnan(reference)
    enough = whole.sum(axis=1) >= 2
    for row in np.flatnonzero(enough):
        theirs = stats.ttest_rel(tested[row, whole[row]], reference[row, whole[row]])
        assert ours.statistic[row] == pytest.approx(theirs.statistic, rel=1e-10)
        assert ours.p_value[row] == pytest.approx(theirs.pvalue, rel=1e-10)
        assert ours.df[row] == theirs.df
    assert np.isnan([ours.statistic[~enough], ours.df[~enough], ours.p_value[~enough]]).all()
    assert 100 < enough.sum() < 300


def test_paired_by_hand():
    # Differences 1, 2, 3: mean 2, s² = 1; t = 2 / sqrt(1/3) = 3.464102; P with 2 df = 1 - t / sqrt(2 + t²)
    result = paired_t_test(np.array([[3.0, 5.0, 7.0, np.nan]]), np.array([[2.0, 3.0, 4.0, 1.0]]))
    assert result.statistic[0] == pytest.approx(np.sqrt(12))
    assert result.p_value[0] == pytest.approx(1 - np.sqrt(12 / 14))


def test_no_paired_p_where_all_pairs_differ_alike():
    result = paired_t_test(np.array([[3.0, 5.0, 7.0]]), np.array([[2.0, 4.0, 6.0]]))
    assert np.isnan([result.statistic[0], result.df[0], result.p_value[0]]).all()
