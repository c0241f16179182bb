"""Spearman's correlation of many pairs: by hand, R, scipy, missing values first."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from mirtool.errors import UsageError
from mirtool.stats.spearman import negative_correlation

# R 4.2.2, cor.test(x, y, method = "spearman", alternative = "less", exact = TRUE); the second pair is
# set.seed(1); x <- rnorm(9); y <- rnorm(9), as ranks.
FROM_R = [
    ((2.1, 3.5, 1.2, 8.8, 6.1, 7.0), (5.5, 4.1, 6.0, 0.3, 2.2, 4.4), -0.828571428571429, 0.0291666666666667),
    ((3, 4, 1, 9, 5, 2, 6, 8, 7), (3, 9, 6, 2, 1, 8, 4, 5, 7), -0.366666666666667, 0.16812996031746),
]
ONE = (np.array([0]), np.array([0]))


def test_missing_values_are_set_aside_pair_by_pair() -> None:
    first = np.array([[1, np.nan, 2, 3, 4], [1, 2, 3, 4, 5]], float)
    second = np.array([[9, 1, 8, 7, 6], [5, 4, np.nan, 2, 1], [5, np.nan, np.nan, 2, 1]], float)
    rho, p, n = negative_correlation(first, second, (np.array([0, 0, 1, 0, 1]), np.array([0, 1, 1, 2, 2])))
    # Pairs of four common samples fall all the way: one of 24 orders.
    assert n.tolist() == [4, 3, 4, 3, 3]
    np.testing.assert_allclose(rho, [-1, np.nan, -1, np.nan, np.nan])
    np.testing.assert_allclose(p, [1 / 24, np.nan, 1 / 24, np.nan, np.nan])


@pytest.mark.parametrize(("x", "y", "rho", "p"), FROM_R)
def test_exact_p_is_that_of_r(x, y, rho, p) -> None:
    found = negative_correlation(np.array([x], float), np.array([y], float), ONE)
    assert found[0][0] == pytest.approx(rho, abs=1e-14)
    assert found[1][0] == pytest.approx(p, rel=1e-12)


def test_by_hand_exact() -> None:
    # Four samples, ranks 1 2 3 4 against 4 2 3 1: S = 9 + 0 + 0 + 9 = 18, ρ = 1 − 6 · 18 / 60 = −0.8. Orders with
    # S ≥ 18: 4321 (20) and those one swap of neighbors away, 4312, 4231, 3421 (18): 4 of 24.
    rho, p, _ = negative_correlation(np.array([[1.0, 2, 3, 4]]), np.array([[4.0, 2, 3, 1]]), ONE)
    assert rho[0] == pytest.approx(-0.8)
    assert p[0] == pytest.approx(4 / 24)


@given(arrays(float, (2, 12), elements=st.integers(0, 8).map(float)))
def test_with_ties_and_many_samples_it_is_scipys(values) -> None:
    rho, p, _ = negative_correlation(values[:1], values[1:], ONE)
    if np.ptp(values[0]) == 0 or np.ptp(values[1]) == 0:
        assert np.isnan(rho[0])
        assert np.isnan(p[0])
        return
    theirs = stats.spearmanr(values[0], values[1], alternative="less")
    assert rho[0] == pytest.approx(theirs.statistic, abs=1e-12)
    if abs(rho[0]) < 1 - 1e-9:
        assert p[0] == pytest.approx(theirs.pvalue, rel=1e-9)


@pytest.mark.parametrize("n", [4, 5, 6, 7])
def test_exact_p_is_uniform_over_all_orders(n: int) -> None:
    from itertools import permutations

    orders = np.array(list(permutations(range(n))), float)
    _, p, _ = negative_correlation(
        np.arange(n, dtype=float)[np.newaxis], orders, (np.zeros(len(orders), int), np.arange(len(orders)))
    )
    for limit in np.unique(p):
        assert np.mean(p <= limit) == pytest.approx(limit)


def test_tables_of_different_samples_are_refused() -> None:
    with pytest.raises(UsageError, match="6 and 4 samples"):
        negative_correlation(np.zeros((1, 6)), np.zeros((1, 4)), ONE)
