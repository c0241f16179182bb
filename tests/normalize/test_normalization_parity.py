"""Correction and normalization hold against limma 3.54.1, impute 1.72.3 and R's optimizer (tests/reference)."""

from pathlib import Path

import numpy as np
import pytest

from mirtool.model import SpotLayout
from mirtool.normalize.background import (
    at_least_half,
    at_least_half_minimum,
    edwards_signals,
    subtract_background,
    subtract_moving_minimum,
)
from mirtool.normalize.between import cyclic_loess_affy, cyclic_loess_fast, cyclic_loess_pairs, scale_medians
from mirtool.normalize.imputation import impute_knn
from mirtool.normalize.normexp import (
    NormexpFit,
    expected_signals,
    fit_normexp,
    log_likelihood,
    normexp_signals,
)
from mirtool.normalize.quantiles import normalize_quantiles
from mirtool.normalize.two_color import (
    quantiles_of_a,
    quantiles_of_channels,
    quantiles_of_denominator,
    quantiles_of_groups,
    quantiles_of_numerator,
    scale_ratios,
)
from mirtool.normalize.vsn import fit_vsn, profile_log_likelihood
from mirtool.normalize.within import (
    subtract_control_curve,
    subtract_loess,
    subtract_loess_by_block,
    subtract_median,
)
from mirtool.stats.lowess import weighted_lowess

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
REAL = Path(__file__).resolve().parents[2] / "../shared/data/matrix/GSE19536_mirna.csv.gz"


def columns(name: str) -> dict[str, np.ndarray]:
    """Return the columns of a reference table, those called x.1, x.2 … together as x."""
    path = REFERENCE / name
    header = path.read_text().split("\n", 1)[0].split(",")
    values = np.genfromtxt(path, delimiter=",", skip_header=1, missing_values="NA", filling_values=np.nan)
    stems = [label.rpartition(".")[0] or label.rstrip("0123456789") for label in header]
    return {stem: values[:, [i for i, s in enumerate(stems) if s == stem]] for stem in dict.fromkeys(stems)}


@pytest.fixture(scope="module")
def spots() -> dict[str, np.ndarray]:
    return columns("normalization_fixture.csv")


@pytest.fixture(scope="module")
def within() -> dict[str, np.ndarray]:
    return columns("normalization_within.csv")


@pytest.fixture(scope="module")
def weights(spots) -> np.ndarray:
    return np.where(spots["flag"] < 0, 0.1, 1.0)


@pytest.fixture(scope="module")
def layout(spots) -> SpotLayout:
    return SpotLayout(*(spots[name][:, 0].astype(int) for name in ("Block", "Row", "Column")))


@pytest.mark.parametrize(
    ("name", "correct"),
    [
        ("subtract", subtract_background),
        ("half", at_least_half),
        ("minimum", at_least_half_minimum),
        ("edwards", edwards_signals),
    ],
)
def test_background_as_in_limma(spots, name, correct):
    found = correct(spots["green"], spots["green_background"])
    np.testing.assert_allclose(found, columns("normalization_background.csv")[name], rtol=1e-10)


def test_moving_minimum_as_in_limma(spots, layout):
    found = subtract_moving_minimum(spots["green"], spots["green_background"], layout)
    np.testing.assert_allclose(found, columns("normalization_background.csv")["movingmin"], rtol=1e-10)


def test_normexp_by_exact_likelihood_as_in_limma(spots):
    found, _ = normexp_signals(spots["green"] - spots["green_background"], "mle")
    expected = columns("normalization_background.csv")["mle"]
    np.testing.assert_allclose(np.log2(found + 50), np.log2(expected), atol=1e-6)


@pytest.mark.parametrize("method", ["saddle", "mle"])
def test_the_expected_signal_at_limmas_parameters_is_limmas(spots, method):
    intensities = spots["green"] - spots["green_background"]
    expected = columns("normalization_background.csv")[method] - 50
    rows = [line.split(",") for line in (REFERENCE / "normalization_normexp.csv").read_text().splitlines()]
    for array, _, mu, log_sigma, log_alpha, _ in (row for row in rows if row[1] == method):
        fit = NormexpFit(float(mu), np.exp(float(log_sigma)), np.exp(float(log_alpha)), 0.0)
        j = int(array) - 1
        np.testing.assert_allclose(expected_signals(intensities[:, j], fit), expected[:, j], rtol=1e-10)


def test_normexp_by_saddle_point_as_in_limma_and_no_less_likely(spots):
    intensities = spots["green"] - spots["green_background"]
    found, fits = normexp_signals(intensities, "saddle")
    expected = columns("normalization_background.csv")["saddle"]
    np.testing.assert_allclose(np.log2(found + 50), np.log2(expected), atol=2e-3)
    # without the offset the dimmest spots show by how much limma's optimizer stops early
    apart = np.abs(np.log2(found) - np.log2(expected - 50))
    assert np.nanquantile(apart, 0.99) < 2e-3
    assert np.nanmax(apart) < 4e-3
    reference = [line.split(",") for line in (REFERENCE / "normalization_normexp.csv").read_text().splitlines()]
    for j, fit in enumerate(fits):
        for method in ("saddle", "mle"):
            m2loglik = next(float(row[5]) for row in reference if row[:2] == [str(j + 1), method])
            x = intensities[~np.isnan(intensities[:, j]), j]
            own = fit if method == "saddle" else fit_normexp(x, "mle")
            assert -2 * log_likelihood(x, own, method) <= m2loglik + 1e-9 * abs(m2loglik)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("method", ["median", "loess", "printtip"])
def test_within_arrays_as_in_limma(within, weights, layout, method, weighted):
    m, a, own = within["M"], within["A"], weights if weighted else None
    found = {
        "median": lambda: subtract_median(m, own),
        "loess": lambda: subtract_loess(m, a, own),
        "printtip": lambda: subtract_loess_by_block(m, a, layout.block, own),
    }[method]()
    np.testing.assert_allclose(found, within[f"{method}_weighted" if weighted else method], atol=1e-8)


def test_control_spots_as_in_limma(within, spots):
    found = subtract_control_curve(within["M"], within["A"], spots["control"][:, 0] == 1)
    np.testing.assert_allclose(found, within["control"], atol=1e-8)


@pytest.mark.parametrize(
    ("name", "normalize", "tolerance"),
    [
        ("scale", scale_medians, 1e-10),
        ("quantile", normalize_quantiles, 1e-10),
        ("fast", cyclic_loess_fast, 1e-8),
        ("affy", cyclic_loess_affy, 1e-8),
        ("pairs", cyclic_loess_pairs, 1e-8),
    ],
)
def test_between_arrays_as_in_limma(name, normalize, tolerance):
    reference = columns("normalization_between.csv")
    np.testing.assert_allclose(normalize(reference["x"]), reference[name], rtol=tolerance)


@pytest.mark.parametrize(
    ("name", "normalize"),
    [
        ("scale", scale_ratios),
        ("quantile", quantiles_of_channels),
        ("Aquantile", quantiles_of_a),
        ("Rquantile", quantiles_of_numerator),
        ("Gquantile", quantiles_of_denominator),
        ("Tquantile", lambda m, a: quantiles_of_groups(m, a, ["a", "b", "a"] + ["reference"] * 3)),
    ],
)
def test_two_color_arrays_as_in_limma(within, name, normalize):
    # limma's M is red over green: red is the numerator.
    m, a = normalize(within["loess"], within["A"])
    reference = columns("normalization_two_color.csv")
    np.testing.assert_allclose(m, reference[f"{name}.M"], atol=1e-8)
    np.testing.assert_allclose(a, reference[f"{name}.A"], atol=1e-8)


def test_nearest_neighbors_as_in_impute():
    reference = columns("normalization_knn.csv")
    found, imputed = impute_knn(reference["y"])
    np.testing.assert_allclose(found, reference["knn"], rtol=1e-10)
    np.testing.assert_array_equal(imputed, np.isnan(reference["y"]))


def test_variance_stabilization_is_the_maximum_that_r_finds(spots):
    # the package vsn is not in Debian 12: the published likelihood, maximized by R's optim
    intensities = spots["green"] - spots["green_background"]
    reference = columns("normalization_vsn.csv")
    fit = fit_vsn(intensities, kept_share=1)
    assert fit.log_likelihood >= reference["log_likelihood"][0, 0] - 1e-6
    parameters = np.concatenate([reference["offset"][:, 0], np.log(reference["factor"][:, 0])])
    several = (~np.isnan(intensities)).sum(axis=1) > 1
    at_reference, _ = profile_log_likelihood(parameters, intensities[several])
    np.testing.assert_allclose(at_reference, reference["log_likelihood"][0, 0], rtol=1e-12)
    by_r = np.arcsinh(reference["offset"][:, 0] + reference["factor"][:, 0] * intensities)
    by_r = (by_r - np.log(2) - np.log(reference["factor"]).mean()) / np.log(2)
    np.testing.assert_allclose(fit.apply(intensities), by_r, atol=1e-6)


@pytest.mark.skipif(not REAL.exists(), reason="the real files are not here")
def test_a_real_matrix_with_missing_values_as_in_limma():
    values = np.genfromtxt(REAL, delimiter=",", skip_header=1, dtype=str)[:, 1:].astype(float)
    flat = values.ravel(order="F")
    flat[96::97] = np.nan
    values = flat.reshape(values.shape, order="F")
    found = np.vstack([f(values)[::80] for f in (normalize_quantiles, cyclic_loess_fast, scale_medians)])
    path = REFERENCE / "gse19536_normalized.csv"
    reference = np.genfromtxt(path, delimiter=",", skip_header=1, missing_values="NA")
    np.testing.assert_allclose(found, reference, rtol=1e-8)


def test_weights_of_points_count_as_points():
    # an integer weight is as many points: Cleveland's curve of the repeated points, at the same places
    rng = np.random.default_rng(3)
    x, y, n = rng.uniform(0, 10, 40), rng.normal(size=40), rng.integers(1, 4, 40)
    one = weighted_lowess(x, y, n.astype(float), span=0.5)
    other = weighted_lowess(np.repeat(x, n), np.repeat(y, n), np.ones(n.sum()), span=0.5)
    np.testing.assert_allclose(np.repeat(one, n), other, atol=1e-9)
