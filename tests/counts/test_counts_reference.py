"""Filter, factors, log-CPM, voom and the moderated fit of counts equal edgeR and limma."""

import csv
from pathlib import Path

import numpy as np
import pytest

from mirtool.counts import (
    expressed_rows,
    log_cpm,
    rle_factors,
    tmm_factors,
    upper_quartile_factors,
    voom_log_cpm,
)
from mirtool.differential import (
    estimate_block_correlation,
    fit_linear_model,
    log_odds,
    moderate,
    update_array_weights,
)
from mirtool.differential.voom import voom, voom_with_sample_weights

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def read_rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def expected(name: str, column: str, **where: str) -> np.ndarray:
    rows = [row for row in read_rows(name) if all(row[key] == value for key, value in where.items())]
    return np.array([float(row[column]) for row in rows])


ROWS = read_rows("counts_fixture.csv")
NAMES = list(ROWS[0])[1:]
SETS = {"all": NAMES, "few": [*NAMES[:4], *NAMES[12:17]]}
BOTH = pytest.mark.parametrize("of_set", list(SETS))


def counts_of(of_set: str) -> np.ndarray:
    return np.array([[float(row[name]) for name in SETS[of_set]] for row in ROWS])


def kept_of(of_set: str) -> np.ndarray:
    counts = counts_of(of_set)
    return counts[expressed_rows(counts, groups_of(of_set))]


def groups_of(of_set: str) -> list[str]:
    return [name[0] for name in SETS[of_set]]


def design_of(of_set: str) -> np.ndarray:
    return np.column_stack([np.ones(len(SETS[of_set])), [group == "B" for group in groups_of(of_set)]])


PATIENT = np.tile(np.arange(12), 2)


def patients(correlation: float) -> np.ndarray:
    return np.where(PATIENT[:, np.newaxis] == PATIENT, correlation, 0.0) + (1 - correlation) * np.eye(24)


@BOTH
def test_the_rows_that_are_kept_are_those_of_edger(of_set):
    counts = counts_of(of_set)
    for column, kept in (
        ("group", expressed_rows(counts, groups_of(of_set))),
        ("strict", expressed_rows(counts, groups_of(of_set), min_count=50, min_total=2000)),
        ("one", expressed_rows(counts, ["all"] * counts.shape[1])),
    ):
        np.testing.assert_array_equal(kept, expected("counts_filtered.csv", column, set=of_set))


@BOTH
@pytest.mark.parametrize("rows", ["all", "kept"])
@pytest.mark.parametrize(
    ("method", "factors"),
    [("TMM", tmm_factors), ("RLE", rle_factors), ("upperquartile", upper_quartile_factors)],
)
def test_the_factors_are_those_of_edger(of_set, rows, method, factors):
    counts = counts_of(of_set) if rows == "all" else kept_of(of_set)
    theirs = expected("counts_factors.csv", "factor", set=of_set, rows=rows, method=method)
    np.testing.assert_allclose(factors(counts), theirs, rtol=1e-12)


@pytest.mark.parametrize(("column", "log_cpm_of"), [("cpm", log_cpm), ("voom", voom_log_cpm)])
def test_the_log_cpm_are_those_of_edger_and_limma(column, log_cpm_of):
    counts = kept_of("few")
    theirs = expected("counts_log_cpm.csv", column).reshape(counts.shape[::-1]).T
    ours = log_cpm_of(counts, counts.sum(axis=0) * tmm_factors(counts))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def check_weights(weights: np.ndarray, of_set: str, case: str, tolerance: float = 1e-10) -> None:
    shown = SETS[of_set] if of_set == "few" else ["A3", "B7"]
    theirs = expected("counts_weights.csv", "weight", set=of_set, case=case).reshape(len(shown), -1).T
    np.testing.assert_allclose(weights[:, [SETS[of_set].index(name) for name in shown]], theirs, rtol=tolerance)


def check_tests(fit, of_set: str, case: str, tolerance: float = 1e-10, trend=None) -> None:
    result = moderate(fit, trend=trend)
    for column, ours, absolute in (
        ("logFC", fit.coefficients, tolerance),
        ("t", result.statistic, 1e-15),
        ("P", result.p_value, 0),
        ("B", log_odds(fit, result), tolerance),
    ):
        theirs = expected("counts_limma.csv", column, set=of_set, case=case)
        np.testing.assert_allclose(ours[:, 0], theirs, rtol=tolerance, atol=absolute)


@BOTH
@pytest.mark.parametrize("case", ["voom", "none", "quality", "pair", "block"])
def test_voom_and_its_moderated_fit_are_those_of_limma(of_set, case):
    if of_set == "few" and case in ("pair", "block"):
        pytest.skip("the reference has these of all samples")
    counts, design, correlation = kept_of(of_set), design_of(of_set), None
    libraries = counts.sum(axis=0) * (1.0 if case == "none" else tmm_factors(counts))
    if case == "pair":
        design = np.column_stack([design, np.eye(12)[PATIENT][:, 1:]])
    if case == "block":
        correlation = patients(0.3)
    if case == "quality":
        found, of_samples = voom_with_sample_weights(counts, libraries, design, estimate=update_array_weights)
        theirs = expected("counts_sample_weights.csv", "weight", set=of_set)
        np.testing.assert_allclose(of_samples, theirs, rtol=1e-10)
        weights = found.weights * of_samples
    else:
        found = voom(counts, libraries, design, correlation=correlation)
        weights = found.weights
    check_weights(weights, of_set, case)
    contrast = np.eye(design.shape[1])[:, 1:2]
    fit = fit_linear_model(found.log_cpm, design, contrasts=contrast, weights=weights, correlation=correlation)
    check_tests(fit, of_set, case)


def test_a_correlation_of_blocks_estimated_twice_is_that_of_limma_up_to_its_early_stop():
    counts, design = kept_of("all"), design_of("all")
    libraries, correlation = counts.sum(axis=0) * tmm_factors(counts), None
    for _ in range(2):
        found = voom(counts, libraries, design, correlation=correlation)
        common = estimate_block_correlation(found.log_cpm, design, PATIENT, weights=found.weights).common
        correlation = patients(common)
    assert common == pytest.approx(expected("counts_limma.csv", "rho", case="twice")[0], rel=1e-5)
    check_weights(found.weights, "all", "twice", 5e-6)
    contrast = np.array([[0.0], [1.0]])
    fit = fit_linear_model(
        found.log_cpm, design, contrasts=contrast, weights=found.weights, correlation=correlation
    )
    check_tests(fit, "all", "twice", 1e-4)


@BOTH
def test_log_cpm_with_a_trend_are_those_of_limma(of_set):
    counts, design = kept_of(of_set), design_of(of_set)
    values = log_cpm(counts, counts.sum(axis=0) * tmm_factors(counts))
    fit = fit_linear_model(values, design, contrasts=np.array([[0.0], [1.0]]))
    check_tests(fit, of_set, "trend", trend=values.mean(axis=1))
