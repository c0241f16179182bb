"""The variances' prior equals limma's in the cases that are hard on it (tests/reference/priors.R)."""

import csv
from pathlib import Path

import numpy as np
import pytest

from mirtool.differential.likely_prior import trend_span
from mirtool.differential.variance_prior import estimate_variance_prior, squeeze_variances
from mirtool.errors import UsageError

REFERENCE = Path(__file__).resolve().parents[1] / "reference" / "limma_3.62"
with (REFERENCE / "priors.csv").open(newline="") as file:
    ROWS = list(csv.DictReader(file))
CASES = tuple(dict.fromkeys(row["case"] for row in ROWS))


def column(case: str, name: str) -> np.ndarray:
    return np.array([float(row[name]) for row in ROWS if row["case"] == case])


@pytest.mark.parametrize("robust", [False, True])
@pytest.mark.parametrize("trend", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_the_prior_and_the_squeezed_variances_equal_limma(case, trend, robust):
    variance, df = column(case, "s2"), column(case, "df").astype(int)
    prior = estimate_variance_prior(variance, df, trend=column(case, "mean") if trend else None, robust=robust)
    what = ".trend" * trend + ".robust" * robust
    rtol = 1e-6  # at the end of the search its last step depends on rounding
    np.testing.assert_allclose(np.broadcast_to(prior.df, df.shape), column(case, "df.prior" + what), rtol=rtol)
    location = np.broadcast_to(prior.variance, df.shape)
    np.testing.assert_allclose(location, column(case, "var.prior" + what), rtol=rtol)
    squeezed = squeeze_variances(variance, df, prior)
    np.testing.assert_allclose(squeezed, column(case, "var.post" + what), rtol=rtol)


def test_missing_values_change_nothing_where_degrees_of_freedom_stay_equal():
    variance, df = column("many", "s2"), np.full(700, 4)
    df[::7] = 0  # probes without any are no others
    found, legacy = (estimate_variance_prior(variance, df, method=m) for m in ("unequal-df", "legacy"))
    assert (found.df, found.variance) == (legacy.df, legacy.variance)


def test_the_legacy_prior_is_that_of_the_moments():
    variance, df = column("many", "s2"), column("many", "df").astype(int)
    found, legacy = (estimate_variance_prior(variance, df, method=m) for m in ("unequal-df", "legacy"))
    assert found.df != pytest.approx(legacy.df, rel=1e-3)


def test_an_unknown_prior_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match="unknown prior 'newest'") as error:
        estimate_variance_prior(np.ones(5), np.arange(1, 6), method="newest")
    assert "unequal-df, legacy" in str(error.value)


def test_the_span_of_the_trend_falls_with_the_cube_root():
    # limma's chooseLowessSpan(c(300, 4000, 5e5), small.n = 500): 1, 0.3 + 0.7 · 8^(−1/3), 0.3 + 0.7 / 10
    assert [trend_span(n) for n in (300, 4000, 500_000)] == pytest.approx([1, 0.65, 0.37])
