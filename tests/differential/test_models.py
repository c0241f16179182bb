"""Trend, robust prior, treat, weights, correlated blocks, contrasts and F agree with limma 3.62.2 and 3.54.1.

The reference values come from R (tests/reference/models.R): 160 probes × 12 arrays of three groups, half of the
rows with missing values, and GSE19536. Missing values are compared before the numbers.
"""

import csv
from pathlib import Path

import numpy as np
import pytest

from mirtool.differential import Fit, fit_linear_model, log_odds, moderate, moderated_f

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
REAL_FILES = Path(__file__).resolve().parents[2] / "../shared/data/matrix"

RTOL = 1e-7
ATOL = 1e-12  # a contrast of a constant probe is exactly zero here and 1e-15 in limma

PRIORS = {"unequal-df": "limma_3.62", "legacy": "."}
"""How the prior is estimated, to the folder with the values of the limma that does so."""

PATIENT = np.tile(np.arange(4), 3)
GROUPS = np.eye(3)[np.repeat([0, 1, 2], 4)]
B_OVER_A = np.array([[-1.0], [1.0], [0.0]])
ARRAY_WEIGHTS = np.array([2, 1, 1, 0.5, 1, 1, 3, 1, 1, 0.25, 1, 1])


def read_rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def number(cell: str) -> float:
    return float("nan") if cell == "NA" else float(cell)


def matrix(name: str) -> np.ndarray:
    return np.array([[number(cell) for cell in list(row.values())[2:]] for row in read_rows(name)])


VALUES = matrix("models_fixture.csv")
WEIGHTS = matrix("models_weights.csv")
SHEET = read_rows("models_samples.csv")


def mean_intensity(values: np.ndarray) -> np.ndarray:
    present = ~np.isnan(values)
    n = present.sum(axis=1)
    return np.where(n > 0, np.where(present, values, 0).sum(axis=1) / np.maximum(n, 1), np.nan)


def expected(name: str, case: str) -> dict[str, np.ndarray]:
    rows = [row for row in read_rows(name) if row["case"] == case]
    return {c: np.array([number(row[c]) for row in rows]) for c in rows[0].keys() - {"case", "ID"}}


def assert_equals_limma(case: str, fit: Fit, *, name="models_limma.csv", priors=tuple(PRIORS), **options) -> None:
    for prior in priors:
        result = moderate(fit, prior=prior, **options)
        got = {
            "logFC": fit.coefficients[:, 0],
            "t": result.statistic[:, 0],
            "P": result.p_value[:, 0],
            "B": log_odds(fit, result)[:, 0],
            "s2.post": result.variance,
            "df.total": np.where(np.isnan(result.variance), np.nan, result.df_total),
        }
        for column, theirs in expected(f"{PRIORS[prior]}/{name}", case).items():
            if case == "treat" and column == "B":
                continue  # treat has no B
            what = f"{column}, {prior}"
            np.testing.assert_array_equal(np.isnan(got[column]), np.isnan(theirs), err_msg=what)
            # B is a logarithm, near zero for some: its absolute difference is the relative one of the odds.
            atol = RTOL if column == "B" else ATOL
            np.testing.assert_allclose(got[column], theirs, rtol=RTOL, atol=atol, err_msg=what)


def contrast(values=VALUES, design=GROUPS, of_groups=B_OVER_A, **options) -> Fit:
    nuisance = np.zeros((design.shape[1] - 3, of_groups.shape[1]))
    return fit_linear_model(values, design, contrasts=np.vstack([of_groups, nuisance]), **options)


def block_correlation(within: float) -> np.ndarray:
    return np.where(PATIENT[:, np.newaxis] == PATIENT, within, 0.0) + (1 - within) * np.eye(12)


@pytest.mark.parametrize("trend", [False, True])
@pytest.mark.parametrize("robust", [False, True])
def test_trend_and_robust_equal_limma(trend, robust):
    fit = contrast()
    case = " ".join(["trend"] * trend + ["robust"] * robust) or "plain"
    assert_equals_limma(case, fit, trend=mean_intensity(VALUES) if trend else None, robust=robust)


def test_treat_equals_limma():
    fit = contrast()
    assert_equals_limma("treat", fit, least_change=np.log2(1.2))


@pytest.mark.parametrize(
    ("case", "options"),
    [
        ("weights", {"weights": WEIGHTS}),
        ("array weights", {"weights": ARRAY_WEIGHTS}),
        ("block 0.4", {"correlation": block_correlation(0.4)}),
        ("block 0.4 weights", {"correlation": block_correlation(0.4), "weights": WEIGHTS}),
    ],
)
def test_weights_and_correlated_blocks_equal_limma(case, options):
    fit = contrast(**options)
    assert_equals_limma(case, fit)


def test_weights_with_a_trend_equal_limma():
    fit = contrast(weights=WEIGHTS)
    assert_equals_limma("weights trend", fit, trend=mean_intensity(VALUES))


def test_covariates_equal_limma():
    batch = [float(row["batch"] == "y") for row in SHEET]
    age = [float(row["age"]) for row in SHEET]
    fit = contrast(design=np.column_stack([GROUPS, batch, age]))
    assert_equals_limma("covariates", fit)


def test_pairs_equal_limma():
    fit = contrast(design=np.column_stack([GROUPS, np.eye(4)[PATIENT][:, 1:]]))
    assert_equals_limma("pair", fit)


def test_a_contrast_of_three_groups_equals_limma():
    fit = contrast(of_groups=np.array([[1.0], [-2.0], [1.0]]))
    assert_equals_limma("curve", fit)


def test_equal_array_weights_and_no_correlation_change_nothing():
    plain = contrast()
    for options in ({"weights": np.full(12, 2.0)}, {"weights": np.ones((160, 12))}, {"correlation": np.eye(12)}):
        fit = contrast(**options)
        np.testing.assert_allclose(fit.coefficients, plain.coefficients, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(moderate(fit).p_value, moderate(plain).p_value, rtol=1e-9, atol=1e-12)


def test_a_weight_of_zero_is_a_missing_value():
    weights = np.where(np.arange(12) == 3, 0.0, 1.0)
    without = VALUES.copy()
    without[:, 3] = np.nan
    a, b = contrast(weights=weights), contrast(values=without)
    np.testing.assert_array_equal(a.df_residual, b.df_residual)
    np.testing.assert_allclose(a.coefficients, b.coefficients, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("prior", PRIORS)
def test_f_over_two_contrasts_equals_r(prior):
    # The mean square of the groups from R's lm, divided by limma's squeezed variance: exact with missing values.
    fit = contrast(of_groups=np.array([[-1.0, -1.0], [1.0, 0.0], [0.0, 1.0]]))
    f = moderated_f(fit, moderate(fit, prior=prior))
    rows = read_rows(f"{PRIORS[prior]}/models_f.csv")
    for got, column in ((f.statistic, "F"), (f.p_value, "P")):
        theirs = np.array([number(row[column]) for row in rows])
        np.testing.assert_array_equal(np.isnan(got), np.isnan(theirs))
        np.testing.assert_allclose(got, theirs, rtol=RTOL, atol=ATOL)
    assert f.df == 2


def test_f_of_complete_values_equals_limma_and_a_dependent_contrast_adds_nothing():
    two = np.array([[-1.0, -1.0], [1.0, 0.0], [0.0, 1.0]])
    three = np.column_stack([two, two[:, 1] - two[:, 0]])
    rows = read_rows("models_f.csv")[:80]
    for contrasts in (two, three):
        fit = fit_linear_model(VALUES[:80], GROUPS, contrasts=contrasts)
        f = moderated_f(fit, moderate(fit))
        np.testing.assert_allclose(f.statistic, [number(row["F.limma"]) for row in rows], rtol=RTOL)
        np.testing.assert_allclose(f.p_value, [number(row["P.limma"]) for row in rows], rtol=RTOL)


def test_a_contrast_that_the_values_leave_open_is_missing_and_others_are_not():
    # Rows: all there; group A missing; group C missing. B − A needs A, C − B needs C.
    values = np.arange(12.0)[np.newaxis].repeat(3, axis=0) ** 1.5
    values[1, :4] = np.nan
    values[2, 8:] = np.nan
    intercept = np.column_stack([np.ones(12), GROUPS[:, 1:]])
    both = np.array([[0.0, 0.0], [1.0, -1.0], [0.0, 1.0]])
    fit = fit_linear_model(values, intercept, contrasts=both)
    np.testing.assert_array_equal(np.isnan(fit.coefficients), [[False, False], [True, False], [False, True]])
    means = values.reshape(3, 3, 4).mean(axis=2)
    np.testing.assert_allclose(fit.coefficients[1, 1], means[1, 2] - means[1, 1])


@pytest.mark.skipif(not REAL_FILES.exists(), reason="the real files are not here")
@pytest.mark.parametrize("case", ["trend", "robust", "trend robust", "treat", "weights"])
def test_gse19536_equals_limma(case):
    values, design = gse19536()
    i, j = np.indices(values.shape) + 1
    weights = 1.0 + (7 * i + 3 * j) % 5
    fit = fit_linear_model(
        values, design, contrasts=np.array([[0.0], [1.0]]), weights=weights if case == "weights" else None
    )
    assert_equals_limma(case, fit, name="gse19536_models.csv", priors=("legacy",), **moderation(case, values))


@pytest.mark.skipif(not REAL_FILES.exists(), reason="the real files are not here")
@pytest.mark.parametrize("case", ["plain", "trend", "robust", "trend robust", "treat", "weights"])
def test_gse19536_with_gaps_equals_limma(case):
    values, design = gse19536()
    values.T.flat[::97] = np.nan
    i, j = np.indices(values.shape) + 1
    fit = fit_linear_model(
        values,
        design,
        contrasts=np.array([[0.0], [1.0]]),
        weights=1.0 + (7 * i + 3 * j) % 5 if case == "weights" else None,
    )
    assert_equals_limma(case, fit, name="gse19536_gaps.csv", priors=("unequal-df",), **moderation(case, values))


def moderation(case: str, values: np.ndarray) -> dict[str, object]:
    return {
        "trend": mean_intensity(values) if "trend" in case else None,
        "robust": "robust" in case,
        "least_change": np.log2(1.1) if case == "treat" else 0.0,
    }


def gse19536() -> tuple[np.ndarray, np.ndarray]:
    from mirtool.io.tables.text_tables import read_table

    table = read_table(REAL_FILES / "GSE19536_mirna.csv.gz")
    pheno = read_table(REAL_FILES / "GSE19536_pheno_data.csv")
    er = dict(zip(pheno.text(0), pheno.text(1), strict=True))
    values = np.column_stack([table.numbers(j) for j in range(1, len(table.header))])
    design = np.column_stack([np.ones(98), [er[name] == "case" for name in table.header[1:]]])
    return values, design
