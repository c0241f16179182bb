"""Replicate spots within arrays: limma's correlation and fit, or a likelier one where limma stops early."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirtool.differential import (
    Model,
    compare_by_model,
    estimate_block_correlation,
    estimate_replicate_correlation,
    fit_linear_model,
    fit_replicates,
    log_odds,
    moderate,
    summarize_replicates,
)
from mirtool.differential.replicate_spots import uneven_correlation
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
DESIGN = np.column_stack([np.ones(7), [0, 0, 0, 1, 1, 1, 1]])
B_OVER_A = np.array([[0.0], [1.0]])
ARRAY_WEIGHTS = np.array([1, 2, 0.5, 1, 3, 1, 0.25])
ARRAY = np.tile(np.arange(7), 4)  # of each spot of a probe, the spots of the first replicate first
FLOOR = 1 / (1 - 4) + 0.01  # limma's for four spots: no correlation below it
VARYING = slice(89)  # p90 is constant: R gives 1e-16


def read_rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def number(cell: str) -> float:
    return float(cell.replace("NA", "nan"))


VALUES = np.array([[number(c) for c in list(row.values())[2:]] for row in read_rows("replicates_fixture.csv")])
VALUES = VALUES.reshape(90, 4, 7)
SPOTS = summarize_replicates(VALUES)


def correlations(column: str) -> np.ndarray:
    return np.array([number(row[column]) for row in read_rows("replicates_correlation.csv")])


def restricted_log_likelihood(values: np.ndarray, weights: np.ndarray, rho: float) -> float:
    """The textbook form over all spots, the error variance at its best: Harville (1974)."""
    y = values.ravel()
    there = ~np.isnan(y)
    scale = np.sqrt(weights[ARRAY][there])
    y, x, array = y[there] * scale, DESIGN[ARRAY][there] * scale[:, np.newaxis], ARRAY[there]
    x = x[:, : np.linalg.matrix_rank(x)]
    v = np.where(array[:, np.newaxis] == array, rho, 0.0) + (1 - rho) * np.eye(len(y))
    inverse = np.linalg.inv(v)
    information = x.T @ inverse @ x
    residual = y - x @ np.linalg.solve(information, x.T @ inverse @ y)
    free = len(y) - x.shape[1]
    return -0.5 * (
        free * np.log(residual @ inverse @ residual) + np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1]
    )


CASES = pytest.mark.parametrize(("weights", "case"), [(None, ""), (ARRAY_WEIGHTS, ".weights")])


@CASES
def test_complete_probes_and_their_common_correlation_equal_limma(weights, case):
    ours = estimate_replicate_correlation(summarize_replicates(VALUES[:60]), DESIGN, weights=weights)
    theirs = correlations("limma" + case)
    np.testing.assert_allclose(ours.of_probes, theirs[2:62], rtol=1e-7, atol=1e-9)
    assert ours.common == pytest.approx(theirs[1], rel=1e-9)


@CASES
def test_every_probe_equals_the_iteration_in_r_or_is_likelier(weights, case):
    ours = estimate_replicate_correlation(summarize_replicates(VALUES[VARYING]), DESIGN, weights=weights).of_probes
    theirs = np.maximum(correlations("statmod" + case)[2:], FLOOR)
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
    different = np.flatnonzero(np.abs(ours - theirs) > 1e-7)
    assert len(different) <= 3  # statmod's iteration stalls on these, whatever its tolerance
    of_arrays = np.ones(7) if weights is None else weights
    for i in different:
        beyond = [-1 / 3 + 10.0**-k for k in range(2, 8)]  # where a maximum may lie that the floor represents
        at_ours = max(
            restricted_log_likelihood(VALUES[i], of_arrays, rho)
            for rho in (beyond if ours[i] == FLOOR else ours[i : i + 1])
        )
        assert at_ours > restricted_log_likelihood(VALUES[i], of_arrays, theirs[i])


@CASES
def test_the_common_correlation_differs_from_limma_by_its_early_stop_alone(weights, case):
    ours = estimate_replicate_correlation(summarize_replicates(VALUES[VARYING]), DESIGN, weights=weights)
    assert ours.common == pytest.approx(correlations("limma" + case)[0], rel=5e-5)


@pytest.mark.parametrize(
    ("case", "correlation", "weights"),
    [("0.6", 0.6, None), ("-0.1", -0.1, None), ("0.6 weights", 0.6, ARRAY_WEIGHTS), ("0.6 trend", 0.6, None)],
)
def test_fit_and_moderated_statistics_equal_limma(case, correlation, weights):
    rows = [row for row in read_rows("limma_3.62/replicates_limma.csv") if row["case"] == case]
    fit = fit_replicates(SPOTS, DESIGN, correlation, contrasts=B_OVER_A, weights=weights)
    # limma takes the mean of the spots' means over the arrays for the intensity of a probe.
    with np.errstate(invalid="ignore"):
        present = ~np.isnan(VALUES)
        of_spots = np.nansum(VALUES, axis=2) / np.where(present.any(axis=2), present.sum(axis=2), np.nan)
    intensity = np.nanmean(of_spots, axis=1)
    result = moderate(fit, trend=intensity if "trend" in case else None)
    for name, found in (
        ("logFC", fit.coefficients[:, 0]),
        ("sigma", fit.sigma),
        ("df", fit.df_residual),
        ("t", result.statistic[:, 0]),
        ("P", result.p_value[:, 0]),
        ("B", log_odds(fit, result)[:, 0]),
    ):
        theirs = np.array([number(row[name]) for row in rows])[VARYING]
        np.testing.assert_array_equal(np.isnan(found[VARYING]), np.isnan(theirs), err_msg=name)
        np.testing.assert_allclose(found[VARYING], theirs, rtol=1e-7, atol=1e-11, err_msg=name)


@pytest.mark.parametrize("weights", [None, ARRAY_WEIGHTS])
def test_means_and_scatter_are_all_that_the_fit_to_every_spot_needs(weights):
    """The same numbers from the general fit: all spots side by side, the arrays as blocks."""
    rho = 0.45
    same = ARRAY[:, np.newaxis] == ARRAY
    of_spots = None if weights is None else weights[ARRAY]
    whole = fit_linear_model(
        VALUES.reshape(90, 28),
        DESIGN[ARRAY],
        contrasts=B_OVER_A,
        weights=of_spots,
        correlation=np.where(same, rho, 0.0) + (1 - rho) * np.eye(28),
    )
    ours = fit_replicates(SPOTS, DESIGN, rho, contrasts=B_OVER_A, weights=weights)
    np.testing.assert_array_equal(ours.df_residual, whole.df_residual)
    for name in ("coefficients", "unscaled_sd", "sigma"):
        np.testing.assert_allclose(getattr(ours, name), getattr(whole, name), rtol=1e-9, atol=1e-9, err_msg=name)
    blocks = estimate_block_correlation(VALUES.reshape(90, 28), DESIGN[ARRAY], ARRAY, weights=None)
    np.testing.assert_allclose(
        estimate_replicate_correlation(SPOTS, DESIGN).of_probes[:60], blocks.of_probes[:60], rtol=1e-7, atol=1e-9
    )


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), n_spots=st.integers(1, 5))
def test_one_spot_an_array_or_equal_ones_change_nothing_in_the_estimates(seed, n_spots):
    rng = np.random.default_rng(seed)
    of_arrays = np.where(rng.random((20, 7)) < 0.1, np.nan, rng.normal(8, 1, size=(20, 7)))
    plain = fit_linear_model(of_arrays, DESIGN, contrasts=B_OVER_A)
    fit = fit_replicates(
        summarize_replicates(np.repeat(of_arrays[:, np.newaxis], n_spots, axis=1)), DESIGN, 0.5, contrasts=B_OVER_A
    )
    np.testing.assert_allclose(fit.coefficients, plain.coefficients, rtol=1e-9, atol=1e-12)
    if n_spots == 1:
        np.testing.assert_allclose(fit.sigma, plain.sigma, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(fit.df_residual, plain.df_residual)


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), rho=st.sampled_from([0.0, 0.3, 0.8]))
def test_the_correlation_that_spots_were_made_with_is_found(seed, rho):
    rng = np.random.default_rng(seed)
    values = rho**0.5 * rng.normal(size=(600, 1, 7)) + (1 - rho) ** 0.5 * rng.normal(size=(600, 4, 7))
    values[rng.random(values.shape) < 0.05] = np.nan
    assert estimate_replicate_correlation(summarize_replicates(values), DESIGN).common == pytest.approx(
        rho, abs=0.07
    )


def test_spots_alone_can_tell_no_correlation():
    with pytest.raises(NotEnoughDataError, match="correlation of replicate spots"):
        estimate_replicate_correlation(summarize_replicates(VALUES[:, :1]), DESIGN)


def test_one_correlation_for_dim_and_bright_probes_is_doubted_where_theirs_differ():
    rng = np.random.default_rng(3)
    level = np.linspace(4, 12, 300)[:, np.newaxis, np.newaxis]
    even = level + 0.3 * rng.normal(size=(300, 1, 7)) + 0.3 * rng.normal(size=(300, 4, 7))
    uneven = level + 0.3 * rng.normal(size=(300, 1, 7)) + np.exp2(1 - level / 3) * rng.normal(size=(300, 4, 7))
    for values, doubted in ((even, False), (uneven, True)):
        spots = summarize_replicates(values)
        ends = uneven_correlation(estimate_replicate_correlation(spots, DESIGN), spots)
        assert (ends is not None) == doubted
        if ends is not None:
            assert ends[0] < 0.4 < 0.7 < ends[1]


def study(replicates: np.ndarray | None) -> ExpressionMatrix:
    ids = text_array(f"p{i}" for i in range(1, 91))
    samples = SampleTable(tuple(f"s{i}" for i in range(7)), tuple("AAABBBB"))
    kinds = text_array([""] * 90)
    return ExpressionMatrix(SPOTS.means, ProbeTable(ids, ids, kinds), samples, replicates=replicates)


def test_a_model_of_every_spot_says_so_and_counts_them():
    matrix = study(VALUES)
    result = compare_by_model(matrix, Model(replicates=True))
    (d,) = result.tables
    assert result.correlation == pytest.approx(estimate_replicate_correlation(SPOTS, DESIGN).common)
    fit = fit_replicates(SPOTS, DESIGN, result.correlation, contrasts=B_OVER_A)
    np.testing.assert_allclose(d.p_value, moderate(fit).p_value[:, 0], rtol=1e-9, atol=1e-12)
    assert d.fold_change == "fitted"
    assert d.spots_tested is not None
    np.testing.assert_array_equal(d.spots_tested, np.sum(~np.isnan(VALUES[:, :, 3:]), axis=(1, 2)))
    assert f"correlation {result.correlation:.4g} within arrays" in dict(d.details)["replicates"]
    # Samples and probes are taken with their spots.
    part = matrix.take_samples([6, 0]).take_probes(np.array([5, 2]))
    np.testing.assert_array_equal(part.replicates, VALUES[[5, 2]][:, :, [6, 0]])


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        (Model(replicates=True), "needs the value of every replicate spot"),
        (Model(replicates=True, block="patient"), "estimate one correlation each"),
        (Model(replicates=True, weights=("spots",)), "would count them twice"),
    ],
)
def test_spots_that_are_not_there_or_counted_twice_are_refused(model, problem):
    matrix = study(None)
    patients = replace(matrix.samples, extra={"patient": tuple("xxyyzzu")})
    with pytest.raises(UsageError, match=problem):
        compare_by_model(replace(matrix, samples=patients), model)
