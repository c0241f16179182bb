"""Correlations, distances and principal components against scipy and numpy, with missing values."""

import statistics

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.stats import pearsonr, rankdata, spearmanr

from mirtool.quality.comparison import (
    distance_matrix,
    medians_of_others,
    pearson_matrix,
    row_medians,
    spearman_matrix,
)
from mirtool.stats.principal_components import principal_components

NAN = float("nan")


@pytest.fixture
def values():
    rng = np.random.default_rng(1)
    values = np.round(rng.normal(8, 2, (60, 4)) + rng.normal(0, 2, (60, 1)), 1)
    values[rng.random(values.shape) < 0.15] = NAN
    return values


@pytest.mark.parametrize(("ours", "theirs"), [(pearson_matrix, pearsonr), (spearman_matrix, spearmanr)])
def test_correlations_over_the_shared_rows_are_those_of_scipy(values, ours, theirs):
    found = ours(values)
    for i in range(4):
        for j in range(4):
            shared = ~np.isnan(values[:, [i, j]]).any(axis=1)
            expected = theirs(values[shared, i], values[shared, j])[0]
            assert found[i, j] == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize("correlate", [pearson_matrix, spearman_matrix])
def test_constant_columns_and_two_rows_have_no_correlation(correlate):
    constant = np.column_stack([np.full(5, 7.3), np.arange(5.0)])
    assert np.isnan(correlate(constant)[0, 1])
    assert np.isnan(correlate(np.array([[1.0, 2.0], [2.0, 3.0]]))[0, 1])


def test_correlation_keeps_its_digits_on_a_high_level():
    x = np.arange(10.0)
    assert pearson_matrix(np.column_stack([x + 1e6, -x + 1e6]))[0, 1] == pytest.approx(-1, abs=1e-12)


def test_distance_without_shared_rows_is_missing():
    assert np.isnan(distance_matrix(np.array([[1.0, NAN], [NAN, 2.0]]))[0, 1])


def test_row_medians_leave_missing_values_out():
    found = row_medians(np.array([[1.0, NAN, 4.0], [NAN, NAN, NAN]]))
    assert found[0] == 2.5
    assert np.isnan(found[1])


def test_components_are_those_of_the_covariance_matrix():
    values = np.random.default_rng(2).normal(8, 2, (30, 5))
    coordinates, explained, n_rows = principal_components(values)
    centered = values - values.mean(axis=1, keepdims=True)
    variances, axes = np.linalg.eigh(centered.T @ centered)
    assert explained == pytest.approx(variances[::-1][:3] / variances.sum(), rel=1e-10)
    for k in range(3):
        expected = axes[:, -1 - k] * np.sqrt(variances[-1 - k])
        assert np.abs(coordinates[:, k]) == pytest.approx(np.abs(expected), abs=1e-9)
        assert coordinates[np.abs(coordinates[:, k]).argmax(), k] > 0
    assert n_rows == 30


def test_an_array_that_lacks_most_probes_is_not_placed_and_costs_the_others_nothing():
    values = np.random.default_rng(3).normal(8, 2, (30, 4))
    failed = np.column_stack([values, np.where(np.arange(30) < 20, NAN, 5.0)])
    failed[3, 0] = NAN
    coordinates, _, n_rows = principal_components(failed)
    assert np.isnan(coordinates[4]).all()
    assert n_rows == 29
    expected, _, _ = principal_components(np.delete(values, 3, axis=0))
    assert coordinates[:4] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("values", [np.empty((0, 3)), np.ones((5, 1)), np.full((4, 3), NAN)])
def test_nothing_to_place_gives_no_component(values):
    coordinates, explained, _ = principal_components(values)
    assert coordinates.shape == (values.shape[1], 0)
    assert len(explained) == 0


def test_of_very_many_columns_each_is_ranked_once(values, monkeypatch):
    monkeypatch.setattr("mirtool.quality.comparison.RANKED_BY_PAIR", 3)
    ranks = np.full(values.shape, NAN)
    for j in range(4):
        known = ~np.isnan(values[:, j])
        ranks[known, j] = rankdata(values[known, j])
    np.testing.assert_allclose(spearman_matrix(values), pearson_matrix(ranks), atol=1e-15)


def test_distances_are_the_same_in_blocks_of_any_size(values, monkeypatch):
    whole = distance_matrix(values)
    monkeypatch.setattr("mirtool.quality.comparison._CELLS", 1)
    np.testing.assert_array_equal(distance_matrix(values), whole)
    without = values.copy()
    without[:, 2] = NAN
    assert np.isnan(distance_matrix(without)[2]).tolist() == [True, True, False, True]


@pytest.mark.parametrize("n_arrays", [1, 2, 3, 4, 7, 8])
def test_medians_of_others_are_medians_of_the_row_without_the_value(n_arrays):
    rng = np.random.default_rng(n_arrays)
    values = rng.normal(size=(200, n_arrays)).round(1)  # with ties
    values[rng.random(values.shape) < 0.4] = np.nan
    expected = [
        [statistics.median(others) if others else np.nan for others in leave_each_out(row)]
        for row in values.tolist()
    ]
    assert_array_equal(medians_of_others(values), expected)


def leave_each_out(row):
    return [[v for k, v in enumerate(row) if k != j and v == v] for j in range(len(row))]


@pytest.mark.parametrize("shape", [(30, 12), (12, 30)])
def test_components_by_products_are_those_of_the_decomposition(monkeypatch, shape):
    values = np.random.default_rng(6).normal(8, 1, shape) * np.linspace(3, 1, shape[1])
    by_svd = principal_components(values)
    monkeypatch.setattr("mirtool.stats.principal_components._LARGE", 0)
    by_products = principal_components(values)
    np.testing.assert_allclose(by_products[0], by_svd[0], rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(by_products[1], by_svd[1], rtol=1e-12)
