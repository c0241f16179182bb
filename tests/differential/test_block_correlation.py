"""The correlation within blocks equals limma's and statmod's, or is likelier than where they stopped."""

import csv
from pathlib import Path

import numpy as np
import pytest

from mirtool.differential import fit_linear_model, moderate
from mirtool.differential.block_correlation import estimate_block_correlation
from mirtool.errors import NotEnoughDataError

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
REAL_FILES = Path(__file__).resolve().parents[2] / "../shared/data/matrix"
PATIENT = np.tile(np.arange(4), 3)
GROUPS = np.eye(3)[np.repeat([0, 1, 2], 4)]
FLOOR = 1 / (1 - 3) + 0.01  # limma's for blocks of three: no correlation below it


def read_columns(name: str) -> dict[str, np.ndarray]:
    with (REFERENCE / name).open(newline="") as file:
        rows = list(csv.reader(file))
    return {
        head: np.array([float(cell.replace("NA", "nan")) for cell in cells])
        for head, *cells in zip(*rows, strict=True)
        if head not in ("ID", "Name", "case")
    }


VALUES = np.column_stack(list(read_columns("models_fixture.csv").values()))
WEIGHTS = np.column_stack(list(read_columns("models_weights.csv").values()))
EXPECTED = read_columns("models_correlation.csv")


def restricted_log_likelihood(values: np.ndarray, weights: np.ndarray, rho: float) -> float:
    """The textbook form, with the error variance at its best: Harville (1974)."""
    there = ~np.isnan(values)
    scale = np.sqrt(weights[there])
    y, x, block = values[there] * scale, GROUPS[there] * scale[:, np.newaxis], PATIENT[there]
    x = x[:, np.abs(x).sum(axis=0) > 0]
    v = np.where(block[:, np.newaxis] == block, rho, 0.0) + (1 - rho) * np.eye(len(y))
    inverse = np.linalg.inv(v)
    information = x.T @ inverse @ x
    residual = y - x @ np.linalg.solve(information, x.T @ inverse @ y)
    free = len(y) - x.shape[1]
    return -0.5 * (
        free * np.log(residual @ inverse @ residual) + np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1]
    )


def test_complete_probes_equal_limma():
    ours = estimate_block_correlation(VALUES[:80], GROUPS, PATIENT)
    np.testing.assert_allclose(ours.of_probes, EXPECTED["limma"][1:81], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(("weights", "case"), [(np.ones((160, 12)), ""), (WEIGHTS, ".weights")])
def test_every_probe_equals_the_iteration_in_r_or_is_likelier(weights, case):
    ours = estimate_block_correlation(VALUES[:159], GROUPS, PATIENT, weights=weights[:159]).of_probes
    theirs = np.maximum(EXPECTED["statmod" + case][1:], FLOOR)
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
    different = np.flatnonzero(np.abs(ours - theirs) > 1e-7)
    assert len(different) <= 8  # statmod's iteration stalls on these, whatever its tolerance
    for i in different:
        assert restricted_log_likelihood(VALUES[i], weights[i], ours[i]) > restricted_log_likelihood(
            VALUES[i], weights[i], theirs[i]
        )


@pytest.mark.parametrize(("weights", "case"), [(None, ""), (WEIGHTS[:159], ".weights")])
def test_the_common_correlation_differs_from_limma_by_its_early_stop_alone(weights, case):
    # limma stops each probe's iteration at 1e-6 of the deviance: 1e-5 of the common correlation.
    ours = estimate_block_correlation(VALUES[:159], GROUPS, PATIENT, weights=weights)
    assert ours.common == pytest.approx(EXPECTED["limma" + case][0], rel=5e-5)


def test_maxima_at_the_ends_are_found():
    # Every other probe was chosen for a narrow peak near -1 (tests/reference/block_ends.R).
    with (REFERENCE / "block_ends_fixture.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    values = np.array([[float(cell.replace("NA", "nan")) for cell in row[1:]] for row in rows])
    design = np.eye(2)[[int(name[0] == "B") for name in head[1:]]]
    ours = estimate_block_correlation(values, design, np.array([int(name[1]) for name in head[1:]]))
    theirs = read_columns("block_ends.csv")["likeliest"]
    np.testing.assert_allclose(ours.of_probes, theirs[1:], atol=1e-6)
    assert ours.common == pytest.approx(theirs[0], rel=1e-7)
    np.testing.assert_array_equal(ours.of_probes[1::2], 0.01 - 1)


@pytest.mark.skipif(not REAL_FILES.exists(), reason="the real files are not here")
def test_gse19536_in_blocks_of_two_equals_limma():
    from mirtool.io.tables.text_tables import read_table

    table = read_table(REAL_FILES / "GSE19536_mirna.csv.gz")
    pheno = read_table(REAL_FILES / "GSE19536_pheno_data.csv")
    er = dict(zip(pheno.text(0), pheno.text(1), strict=True))
    values = np.column_stack([table.numbers(j) for j in range(1, len(table.header))])
    design = np.column_stack([np.ones(98), [er[name] == "case" for name in table.header[1:]]])
    blocks = np.tile(np.arange(49), 2)
    common = estimate_block_correlation(values, design, blocks).common
    with (REFERENCE / "gse19536_correlation.csv").open(newline="") as file:
        limma, converged = (float(row["value"]) for row in csv.DictReader(file))
    assert common == pytest.approx(converged, rel=1e-7)
    assert common == pytest.approx(limma, abs=5e-6)
    same = blocks[:, np.newaxis] == blocks
    fit = fit_linear_model(
        values,
        design,
        contrasts=np.array([[0.0], [1.0]]),
        correlation=np.where(same, limma, 0) + (1 - limma) * np.eye(98),
    )
    result = moderate(fit)
    with (REFERENCE / "gse19536_models.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["case"] == "block"]
    np.testing.assert_allclose(result.statistic[:, 0], [float(row["t"]) for row in rows], rtol=1e-7)
    np.testing.assert_allclose(result.p_value[:, 0], [float(row["P"]) for row in rows], rtol=1e-7)


def test_a_probe_that_does_not_vary_has_no_correlation():
    ours = estimate_block_correlation(VALUES, GROUPS, PATIENT)
    assert np.isnan(ours.of_probes[159])
    assert ours.common == estimate_block_correlation(VALUES[:159], GROUPS, PATIENT).common


def test_the_largest_likelihood_is_found():
    ours = estimate_block_correlation(VALUES[:160:10], GROUPS, PATIENT).of_probes
    for values, rho in zip(VALUES[:160:10], ours, strict=True):
        grid = [restricted_log_likelihood(values, np.ones(12), r) for r in np.linspace(-0.48, 0.98, 60)]
        assert restricted_log_likelihood(values, np.ones(12), rho) >= max(grid) - 1e-9


def test_blocks_of_one_array_are_refused():
    with pytest.raises(NotEnoughDataError, match="correlation within blocks"):
        estimate_block_correlation(VALUES[:20], GROUPS, np.arange(12))


def test_a_probe_whose_values_fit_every_correlation_alike_has_none():
    # Groups that lie in one block each leave nothing of the differences between the blocks.
    of_group = np.repeat([0, 1, 2], 4)
    with pytest.raises(NotEnoughDataError, match="correlation within blocks"):
        estimate_block_correlation(VALUES[:20], GROUPS, of_group)
    # A second block in the first group, which the second probe lacks.
    blocks = of_group + np.array([0, 0, 3, 3] + [0] * 8)
    values = VALUES[:2].copy()
    values[1, 2:4] = np.nan
    ours = estimate_block_correlation(values, GROUPS, blocks)
    np.testing.assert_array_equal(np.isnan(ours.of_probes), [False, True])


def test_complete_blocks_give_the_tests_of_pairs_where_the_correlation_is_strong():
    # Twelve arrays in whole blocks: with a correlation near 1 only the differences within blocks tell anything.
    rng = np.random.default_rng(5)
    values = 20 * rng.normal(size=(50, 4))[:, PATIENT] + rng.normal(size=(50, 12))
    found = estimate_block_correlation(values, GROUPS, PATIENT).common
    assert found > 0.98
    correlation = np.where(PATIENT[:, np.newaxis] == PATIENT, found, 0.0) + (1 - found) * np.eye(12)
    contrast = np.array([[-1.0], [1.0], [0.0]])
    blocked = fit_linear_model(values, GROUPS, contrasts=contrast, correlation=correlation)
    paired = fit_linear_model(
        values,
        np.column_stack([GROUPS, np.eye(4)[PATIENT][:, 1:]]),
        contrasts=np.vstack([contrast, np.zeros((3, 1))]),
    )
    np.testing.assert_allclose(blocked.coefficients, paired.coefficients, rtol=1e-9)
    assert np.corrcoef(np.log(moderate(blocked).p_value[:, 0]), np.log(moderate(paired).p_value[:, 0]))[0, 1] > 0.8
