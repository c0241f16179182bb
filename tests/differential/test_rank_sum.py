"""The rank-sum test beside scipy's, R's and a count by hand."""

import itertools

import numpy as np
import pytest
from scipy import stats

from mirtool.differential.rank_sum import rank_sum_test

RNG = np.random.default_rng(4)


@pytest.mark.parametrize(("n_a", "n_b"), [(1, 1), (2, 3), (3, 3), (5, 4), (12, 9), (25, 25)])
def test_without_ties_it_is_scipys_exact_test(n_a, n_b):
    a, b = RNG.normal(0.5, 1, (4, n_a)), RNG.normal(0, 1, (4, n_b))
    result = rank_sum_test(a, b)
    expected = stats.mannwhitneyu(a, b, axis=1, method="exact")
    np.testing.assert_allclose(result.p_value, expected.pvalue, rtol=1e-12)
    np.testing.assert_array_equal(result.statistic, expected.statistic)


def test_with_ties_it_counts_every_choice():
    a, b = np.array([1.0, 2.0, 2.0, 5.0]), np.array([2.0, 2.0, 1.0])
    ranks = stats.rankdata(np.concatenate([a, b]))
    sums = [sum(choice) for choice in itertools.combinations(ranks, 4)]
    lower = np.mean([s <= ranks[:4].sum() for s in sums])
    upper = np.mean([s >= ranks[:4].sum() for s in sums])
    assert rank_sum_test(a[None], b[None]).p_value[0] == pytest.approx(min(1, 2 * min(lower, upper)), rel=1e-14)


@pytest.mark.parametrize("ties", [False, True])
def test_many_samples_take_the_normal_approximation_as_scipy_and_r_do(ties):
    a, b = RNG.normal(0.3, 1, (3, 30)), RNG.normal(0, 1, (3, 28))
    if ties:
        a, b = a.round(1), b.round(1)
    expected = stats.mannwhitneyu(a, b, axis=1, method="asymptotic", use_continuity=True)
    np.testing.assert_allclose(rank_sum_test(a, b).p_value, expected.pvalue, rtol=1e-12)


def test_missing_values_are_left_out_and_an_empty_group_has_no_p():
    a, b = np.array([[4.0, np.nan, 6.0], [np.nan] * 3]), np.array([[1.0, 2.0, np.nan], [1.0, 2.0, 3.0]])
    result = rank_sum_test(a, b)
    # two of four values: six choices, one of them as far out on this side
    np.testing.assert_allclose(result.p_value, [2 / 6, np.nan])
    np.testing.assert_array_equal(result.statistic, [4, np.nan])


def test_values_equal_but_for_rounding_are_ties():
    # Ranks 1, 2.5, 2.5 and 4: two of the six choices of two have 6.5 or more.
    found = rank_sum_test(np.array([[0.1 + 0.2, 1.0]]), np.array([[0.3, 0.2]]))
    assert (found.statistic[0], found.p_value[0]) == (3.5, 4 / 6)


def test_equal_values_throughout_make_p_one():
    assert rank_sum_test(np.ones((1, 3)), np.ones((1, 4))).p_value[0] == 1
    assert rank_sum_test(np.ones((1, 40)), np.ones((1, 40))).p_value[0] == 1
