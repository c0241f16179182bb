"""Rows solved by cross products have the numbers that a decomposition of each row's own design gives."""

import numpy as np
import pytest

from mirtool.differential import fit_linear_model, linear_model

N_SAMPLES = 24
GROUP = np.arange(N_SAMPLES) % 2
AGE = np.random.default_rng(3).uniform(30, 80, N_SAMPLES)
DESIGNS = {
    "groups": np.eye(2)[GROUP],
    "slope": np.column_stack([np.ones(N_SAMPLES), GROUP, AGE]),
    "a column nearly another": np.column_stack([np.ones(N_SAMPLES), AGE, AGE + 1e-3 * GROUP]),
    "a column that depends on others": np.column_stack([np.ones(N_SAMPLES), GROUP, 1 - GROUP]),
}
CONTRASTS = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, 0.5]]).T


def simulated(n_rows=200):
    """Return rows that differ in what is missing; some have one group only, some are constant, some have few."""
    rng = np.random.default_rng(5)
    values = rng.normal(9, 0.3, (n_rows, N_SAMPLES)) + np.outer(rng.normal(0, 1, n_rows), GROUP)
    values[rng.random(values.shape) < 0.2] = np.nan
    values[:10, GROUP == 1] = np.nan
    values[10:20] = np.where(np.isnan(values[10:20]), np.nan, 7.3)
    values[20:25, 3:] = np.nan
    values[25] = np.nan
    return values


def weights_of(kind, values):
    rng = np.random.default_rng(7)
    if kind == "arrays":
        return rng.uniform(0.2, 3, N_SAMPLES)
    if kind == "values":
        given = rng.uniform(0.2, 3, values.shape)
        given[rng.random(values.shape) < 0.1] = 0
        return given
    return None


def assert_same(found, expected):
    for name in ("coefficients", "unscaled_sd", "sigma"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-10, atol=1e-13)
    np.testing.assert_array_equal(found.df_residual, expected.df_residual)
    covariance = [fit.unscaled_root @ fit.unscaled_root.transpose(0, 2, 1) for fit in (found, expected)]
    np.testing.assert_allclose(*covariance, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("contrasts", [False, True])
@pytest.mark.parametrize("kind", ["none", "arrays", "values"])
@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
@pytest.mark.parametrize("block_values", [1, 300, 1 << 16])
def test_they_agree_with_the_decomposition(monkeypatch, design, kind, contrasts, block_values):
    values = simulated()
    asked = {
        "weights": weights_of(kind, values),
        "contrasts": CONTRASTS[: design.shape[1]] if contrasts else None,
    }
    monkeypatch.setattr(linear_model, "BLOCK_VALUES", block_values)
    found = fit_linear_model(values, design, **asked)
    monkeypatch.setattr(linear_model, "_cross_products", lambda _design: None)
    monkeypatch.setattr(linear_model, "BLOCK_VALUES", 1 << 30)
    assert_same(found, fit_linear_model(values, design, **asked))


def test_rows_that_are_not_well_conditioned_are_left_to_the_decomposition(monkeypatch):
    left = []
    decompose = linear_model.decompose
    monkeypatch.setattr(linear_model, "decompose", lambda columns: left.append(len(columns)) or decompose(columns))
    fit_linear_model(simulated(), DESIGNS["groups"])
    # The design of all samples first; then 10 rows of one group (their missing values differ), 10 that are
    # constant, 5 of three samples, of which some follow the design exactly, and the row without values.
    assert left[0] == 1
    assert 21 <= sum(left[1:]) <= 26


@pytest.mark.parametrize("block_values", [1, 100, 1 << 16])
def test_complete_rows_share_one_decomposition_whatever_the_blocks(monkeypatch, block_values):
    values = np.random.default_rng(9).normal(8, 1, (50, N_SAMPLES))
    whole = fit_linear_model(values, DESIGNS["slope"])
    monkeypatch.setattr(linear_model, "BLOCK_VALUES", block_values)
    calls = []
    decompose = linear_model.decompose
    monkeypatch.setattr(linear_model, "decompose", lambda columns: calls.append(1) or decompose(columns))
    found = fit_linear_model(values, DESIGNS["slope"])
    assert len(calls) == 1
    for name in ("coefficients", "unscaled_sd", "sigma", "unscaled_root"):
        np.testing.assert_array_equal(getattr(found, name), getattr(whole, name))


def test_values_with_weights_in_blocks_are_by_generalized_least_squares():
    """b = (X' V^-1 X)^-1 X' V^-1 y per row, where every row misses other values (Smyth, Michaud, Scott 2005)."""
    n_rows, rng = 40, np.random.default_rng(11)
    block = np.arange(N_SAMPLES) // 3
    correlation = np.where(block[:, None] == block, 0.4, 0.0) + 0.6 * np.eye(N_SAMPLES)
    values = rng.normal(9, 1, (n_rows, N_SAMPLES))
    values[np.arange(n_rows), -1 - np.arange(n_rows) % N_SAMPLES] = np.nan
    values[rng.random(values.shape) < 0.1] = np.nan
    weights = rng.uniform(0.2, 3, values.shape)
    design = DESIGNS["slope"]
    found = fit_linear_model(values, design, weights=weights, correlation=correlation)
    for row in range(n_rows):
        own = ~np.isnan(values[row])
        root = np.sqrt(np.outer(weights[row, own], weights[row, own]))
        inverse = np.linalg.inv(correlation[np.ix_(own, own)] / root)
        covariance = np.linalg.inv(design[own].T @ inverse @ design[own])
        expected = covariance @ design[own].T @ inverse @ values[row, own]
        np.testing.assert_allclose(found.coefficients[row], expected, rtol=1e-9)
        np.testing.assert_allclose(found.unscaled_sd[row], np.sqrt(np.diag(covariance)), rtol=1e-9)


def test_rows_far_from_definite_give_no_overflow(monkeypatch):
    """Weights over 24 orders of size: the factor of the products would square its numbers at every step."""
    rng = np.random.default_rng(14)
    values = rng.normal(8, 1, (200, N_SAMPLES))
    design = np.column_stack([np.ones(N_SAMPLES), GROUP, rng.normal(size=(N_SAMPLES, 8))])
    weights = 10 ** rng.uniform(-12, 12, values.shape)
    found = fit_linear_model(values, design, weights=weights)
    monkeypatch.setattr(linear_model, "_cross_products", lambda _design: None)
    by_decomposition = fit_linear_model(values, design, weights=weights)
    np.testing.assert_allclose(found.coefficients, by_decomposition.coefficients, rtol=1e-10)
