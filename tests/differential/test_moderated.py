"""The moderated t agrees with limma 3.62.2 and 3.54.1 (see tests/reference) and behaves where limma is silent."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mirtool.differential import adjust_p_values, fit_linear_model, log_odds, moderate, student_t_test
from mirtool.differential.scaled_f import VariancePrior, inverse_trigamma
from mirtool.differential.two_groups import two_group_design
from mirtool.differential.variance_prior import estimate_variance_prior, squeeze_variances
from mirtool.errors import NotEnoughDataError

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
REAL_FILES = Path(__file__).resolve().parents[2] / "../shared/data/matrix"
PRIORS = {"unequal-df": "limma_3.62", "legacy": "."}


def read_columns(path: Path) -> dict[str, list[str]]:
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    return {name: list(cells) for name, cells in zip(rows[0], zip(*rows[1:], strict=True), strict=True)}


def numbers(cells: list[str]) -> np.ndarray:
    return np.array([np.nan if cell == "NA" else float(cell) for cell in cells])


def fixture_values() -> np.ndarray:
    columns = read_columns(REFERENCE / "differential_fixture.csv")
    return np.column_stack([numbers(cells) for name, cells in columns.items() if name not in ("ID", "Name")])


def assert_equals_limma(values: np.ndarray, design: np.ndarray, stem: str, prior: str = "legacy") -> None:
    expected = read_columns(REFERENCE / f"{stem}.csv")
    of_prior = read_columns(REFERENCE / f"{stem}_prior.csv")
    fit = fit_linear_model(values, design)
    result = moderate(fit, prior=prior)
    p_value = result.p_value[:, -1]
    got = {
        "logFC": fit.coefficients[:, -1],
        "t": result.statistic[:, -1],
        "P.Value": p_value,
        "adj.P.Val": adjust_p_values(p_value, "bh"),
        "B": log_odds(fit, result)[:, -1],
        "df.residual": fit.df_residual.astype(float),
        "df.total": result.df_total,
    }
    for name, ours in got.items():
        theirs = numbers(expected[name])
        np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs), err_msg=name)
        # atol: limma's rounding leaves 1e-15 where a difference or a residual is exactly zero.
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-13, err_msg=name)
    np.testing.assert_allclose(fit.sigma, numbers(expected["sigma"]), rtol=1e-7, atol=1e-14)
    priors = dict(zip(of_prior["name"], map(float, of_prior["value"]), strict=True))
    assert result.prior.variance == pytest.approx(priors["s2.prior"], rel=1e-9)
    assert result.prior.df == pytest.approx(priors["df.prior"], rel=1e-9)


@pytest.mark.parametrize("prior", PRIORS)
def test_fixture_with_missing_values_equals_limma(prior):
    design = np.column_stack([np.ones(7), [0, 0, 0, 1, 1, 1, 1]])
    assert_equals_limma(fixture_values(), design, f"{PRIORS[prior]}/differential_limma", prior)


@pytest.mark.parametrize("prior", PRIORS)
def test_a_design_with_a_covariate_equals_limma(prior):
    design = np.column_stack([np.ones(7), [1, 0, 2.5, 0, 3, 1, 0], [0, 0, 0, 1, 1, 1, 1]])
    assert_equals_limma(fixture_values(), design, f"{PRIORS[prior]}/differential_limma_covariate", prior)


@pytest.mark.skipif(not REAL_FILES.exists(), reason="the real files are not here")
def test_gse19536_equals_limma():
    from mirtool.io.tables.text_tables import read_table

    table = read_table(REAL_FILES / "GSE19536_mirna.csv.gz")
    pheno = read_table(REAL_FILES / "GSE19536_pheno_data.csv")
    er = dict(zip(pheno.text(0), pheno.text(1), strict=True))
    values = np.column_stack([table.numbers(j) for j in range(1, len(table.header))])
    design = np.column_stack([np.ones(98), [er[name] == "case" for name in table.header[1:]]])
    assert values.shape == (463, 98)
    assert_equals_limma(values, design, "gse19536_limma")


def test_a_group_that_is_missing_leaves_no_difference_to_estimate():
    values = np.array([[1.0, 2.0, np.nan, np.nan], [np.nan, np.nan, 1.0, 2.0], [1.0, 2.0, 3.0, 5.0]])
    fit = fit_linear_model(values, two_group_design(2, 2))
    # Row 3: mean 4 of the reference, 1.5 of the tested group; residual squares 0.5 + 2 over 2 df.
    np.testing.assert_allclose(fit.coefficients, [[1.5, np.nan], [1.5, np.nan], [4.0, -2.5]])
    np.testing.assert_allclose(fit.sigma**2, [0.5, 0.5, 1.25])
    np.testing.assert_array_equal(fit.df_residual, [1, 1, 2])


def test_variances_that_differ_no_more_than_chance_have_an_infinite_prior():
    # eBayes(lmFit(y, cbind(1, c(0,0,0,1,1,1)))) in limma 3.54.1: df.prior Inf, s2.prior 1.0366666666666662,
    # t of the second coefficient 3.6487675759290457 4.8917543325642150 7.1772461108933996, df.total 12
    y = np.array([[1, 2, 3, 4, 5, 6.1], [2, 3, 4, 6, 7, 8.2], [3, 2, 1.1, 9, 8, 7]])
    result = moderate(fit_linear_model(y, np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])))
    assert np.isinf(result.prior.df)
    assert result.prior.variance == pytest.approx(1.0366666666666662, rel=1e-12)
    np.testing.assert_allclose(
        result.statistic[:, 1], [3.6487675759290457, 4.8917543325642150, 7.1772461108933996], rtol=1e-12
    )
    np.testing.assert_array_equal(result.df_total, [12, 12, 12])


def test_two_probes_are_enough_for_a_prior():
    # limma 3.54.1: df.prior 12.078126455557227, s2.prior 2.9549418600494093, df.total 8 (all there are)
    y = np.array([[1, 2, 4, 4, 5, 9], [1, 2, 3, 5, 6, 7.5]])
    result = moderate(fit_linear_model(y, np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])))
    assert result.prior.df == pytest.approx(12.078126455557227, rel=1e-9)
    assert result.prior.variance == pytest.approx(2.9549418600494093, rel=1e-9)
    np.testing.assert_array_equal(result.df_total, [8, 8])
    np.testing.assert_allclose(result.p_value[:, 1], [0.040416151911647817, 0.012588653706221527], rtol=1e-9)


def test_one_probe_has_nothing_to_borrow_and_gets_the_ordinary_t():
    y = np.array([[4.0, 5.0, 9.0, 1.0, 2.0, 4.0]])
    result = moderate(fit_linear_model(y, two_group_design(3, 3)))
    assert result.prior.df == 0
    assert result.p_value[0, 1] == pytest.approx(student_t_test(y[:, :3], y[:, 3:]).p_value[0], rel=1e-12)


def test_one_probe_without_variance_gets_no_t():
    fit = fit_linear_model(np.array([[1.0, 2.0, 4.0], [1.0, 1.0, np.nan]]), two_group_design(2, 1))
    result = moderate(fit)
    # The second probe lacks the reference: it has a variance of zero but no difference to test.
    np.testing.assert_array_equal(np.isnan(result.statistic[:, 1]), [False, True])


def test_no_residual_degrees_of_freedom_anywhere_is_refused():
    with pytest.raises(NotEnoughDataError, match="no probe has enough values to estimate its variance"):
        moderate(fit_linear_model(np.array([[1.0, 2.0], [3.0, 5.0]]), two_group_design(1, 1)))


def test_a_constant_matrix_is_refused():
    with pytest.raises(NotEnoughDataError, match="more than half of the probes do not vary") as caught:
        moderate(fit_linear_model(np.full((5, 6), 7.3), two_group_design(3, 3)))
    assert caught.value.found == "5 of 5 probes with the same value in every array of a group"


def test_constant_probes_have_a_variance_of_exactly_zero():
    # 0.1 has no exact binary form: the mean of seven of them is not 0.1.
    fit = fit_linear_model(np.full((1, 7), 0.1), two_group_design(3, 4))
    assert fit.sigma[0] == 0
    assert abs(fit.coefficients[0, 1]) < 1e-15


def test_a_design_that_does_not_fit_is_refused():
    with pytest.raises(NotEnoughDataError, match="a design of 4 rows for 3 samples"):
        fit_linear_model(np.zeros((1, 3)), two_group_design(2, 2))


@pytest.mark.parametrize("x", [1e-9, 1e-7, 1e-5, 0.01, 0.5, 1.0, 1.6449340668482264, 30.0, 1e5, 1e8])
def test_inverse_trigamma_inverts(x):
    from scipy.special import polygamma

    # Beyond 1e7 and below 1e-6 the first term of the series represents the whole, to 1e-4 and 5e-7 of it.
    rtol = 2e-4 if x > 1e7 else 1e-6 if x < 1e-6 else 1e-11
    assert float(polygamma(1, inverse_trigamma(x))) == pytest.approx(x, rel=rtol)


def test_a_variance_without_degrees_of_freedom_becomes_the_priors():
    squeezed = squeeze_variances(np.array([np.nan, 3.0]), np.array([0, 2]), VariancePrior(4.0, 0.5))
    np.testing.assert_allclose(squeezed, [0.5, (4 * 0.5 + 2 * 3.0) / 6])


def test_zero_variances_are_lifted_for_the_prior_only():
    variance, df = np.array([0.0, 1.0, 2.0, 3.0]), np.full(4, 4)
    lifted = estimate_variance_prior(np.array([1.5e-5, 1.0, 2.0, 3.0]), df)
    prior = estimate_variance_prior(variance, df)
    assert (prior.df, prior.variance) == (lifted.df, lifted.variance)


VALUES = arrays(np.float64, (12, 7), elements=st.floats(0, 15, width=32))


@given(VALUES, st.integers(0, 2**32 - 1))
def test_without_prior_weight_the_moderated_t_is_students(values, seed):
    values = values + np.random.default_rng(seed).normal(size=values.shape)  # so that every row varies
    fit = fit_linear_model(values, two_group_design(3, 4))
    no_prior = squeeze_variances(fit.sigma**2, fit.df_residual, VariancePrior(1e-12, 1.0))
    t = fit.coefficients[:, 1] / (np.sqrt(no_prior) * fit.unscaled_sd[:, 1])
    np.testing.assert_allclose(t, student_t_test(values[:, :3], values[:, 3:]).statistic, rtol=1e-8, atol=1e-10)


@given(st.integers(0, 2**32 - 1))
def test_the_fit_does_not_depend_on_the_order_of_probes(seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(8, 1, size=(30, 7))
    values[rng.random(values.shape) < 0.3] = np.nan
    order = rng.permutation(30)
    design = two_group_design(3, 4)
    a, b = fit_linear_model(values, design), fit_linear_model(values[order], design)
    np.testing.assert_allclose(a.coefficients[order], b.coefficients, rtol=1e-12)
    np.testing.assert_allclose(a.sigma[order], b.sigma, rtol=1e-9, atol=1e-12)


def test_tied_variances_borrow_alike():
    # limma 3.54.1 and 3.62.2: squeezeVar(rep(c(.1, .1, .1, .2, .2, 5), 60), 4, robust = TRUE)$df.prior
    variance = np.tile([0.1, 0.1, 0.1, 0.2, 0.2, 5.0], 60)
    prior = estimate_variance_prior(variance, np.full(360, 4), robust=True)
    np.testing.assert_allclose(prior.df[variance == 5], 0.957080721907714, rtol=1e-7)
