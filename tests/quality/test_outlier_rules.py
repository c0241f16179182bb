"""The three rules: limits against R, statistics against scipy and hand arithmetic, few arrays, missing values."""

import numpy as np
import pytest
from scipy.stats import ks_2samp

from mirtool.quality.comparison import distance_matrix
from mirtool.quality.outliers import (
    boxplot_limit,
    distance_rule,
    ks_against_pooled,
    outlier_rules,
    summed_distances,
)

NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # R 4.2.2: f <- fivenum(x); f[4] + 1.5 * (f[4] - f[2]), the limit of boxplot.stats
        ([5, 1, 4, 2, 9, 3], 9.5),
        ([3.2, 1.1, 8.7, 2.4, 2.9, 3.3, 2.2], 4.675),
        ([1, 2, 3, 4, 10, 11, 12, 50, 51], 25.5),
        ([5, 1, NAN, 4, 2, 9, 3], 9.5),
    ],
)
def test_the_limit_is_that_of_r(values, expected):
    assert boxplot_limit(np.array(values, dtype=float)) == pytest.approx(expected, rel=1e-14)


def test_fewer_than_five_arrays_have_no_limit_and_no_outlier():
    assert np.isnan(boxplot_limit(np.array([0.0, 0.0, 0.0, 1e9])))
    values = np.random.default_rng(1).standard_normal((50, 4))
    values[:, 3] += 1000
    rules = {(rule.key, rule.stage): rule for rule in outlier_rules(values, values)}
    assert not rules["distance", "after"].outlier.any()
    assert not rules["ks", "before"].outlier.any()


def test_ks_is_that_of_scipy_with_ties_and_missing_values():
    rng = np.random.default_rng(2)
    values = np.round(rng.standard_normal((80, 5)), 1)
    values[rng.random(values.shape) < 0.2] = NAN
    pooled = values[~np.isnan(values)]
    expected = [ks_2samp(column[~np.isnan(column)], pooled).statistic for column in values.T]
    assert ks_against_pooled(values) == pytest.approx(expected, abs=1e-14)


def test_ks_of_an_array_without_a_value_is_missing():
    assert np.isnan(ks_against_pooled(np.array([[1.0, NAN], [2.0, NAN]]))[1])
    assert np.isnan(ks_against_pooled(np.empty((0, 2)))).all()


def test_distances_by_hand():
    # Columns a, b, c over two probes: a = (0, 0), b = (1, 3), c = (missing, 5).
    # d(a, b) = (1 + 3) / 2 = 2; d(a, c) = 5 and d(b, c) = 2, each over the probe that both have.
    rule = distance_rule(np.array([[0.0, 1.0, NAN], [0.0, 3.0, 5.0]]), "after")
    assert rule.statistic.tolist() == [7.0, 4.0, 7.0]


def test_an_array_without_a_value_leaves_the_others_their_distances():
    # d(a, b) = 2 represents the distance to the third as well.
    rule = distance_rule(np.array([[0.0, 1.0, NAN], [0.0, 3.0, NAN]]), "after")
    assert rule.statistic[:2].tolist() == [4.0, 4.0]
    assert np.isnan(rule.statistic[2])


def test_each_rule_finds_its_own_fault():
    rng = np.random.default_rng(3)
    level = rng.normal(9, 2, 1000)
    clean = level[:, None] + rng.normal(0, 0.2, (1000, 10))

    def fired(values):
        return {rule.key: np.flatnonzero(rule.outlier).tolist() for rule in outlier_rules(values, values)[2:]}

    shuffled = clean.copy()
    shuffled[:, 4] = rng.permutation(shuffled[:, 4])
    assert 4 in fired(shuffled)["distance"]
    assert 4 not in fired(shuffled)["ks"]  # the values are the same, on other probes

    shifted = clean.copy()
    shifted[:, 4] += 3
    assert 4 in fired(shifted)["distance"]
    assert 4 in fired(shifted)["ks"]
    assert 4 not in fired(shifted)["hoeffding"]

    flattened = clean.copy()
    flattened[:, 4] = 9 + 0.7 * (flattened[:, 4] - 9)
    assert fired(flattened)["hoeffding"] == [4]


def test_distances_are_summed_without_their_matrix():
    values = np.random.default_rng(3).normal(size=(40, 25)).round(1)
    np.testing.assert_allclose(summed_distances(values), distance_matrix(values).sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize("digits", [0, 2, 9])
def test_ks_is_the_greatest_difference_of_the_two_distribution_functions(digits):
    rng = np.random.default_rng(4)
    values = rng.normal(8, 1, (60, 7)).round(digits) + np.arange(7) / 10
    values[rng.random(values.shape) < 0.2] = np.nan
    values[:, 3] = np.nan
    values[1:, 4] = np.nan
    pool = values[~np.isnan(values)]
    expected = [
        max(
            (
                abs(np.mean(compare(own, at)) - np.mean(compare(pool, at)))
                for at in pool
                for compare in (np.less, np.less_equal)
            ),
            default=np.nan,
        )
        if len(own)
        else np.nan
        for own in (column[~np.isnan(column)] for column in values.T)
    ]
    np.testing.assert_allclose(ks_against_pooled(values), expected, rtol=1e-12)
