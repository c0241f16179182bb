"""What a pilot says of the variances: by hand, from the prior, and from pilots that say too little."""

import numpy as np
import pytest
from scipy.stats import chi2

from mirtool.differential.power import PilotVariance, pilot_variance
from mirtool.errors import NotEnoughDataError
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array


def matrix_of(values: np.ndarray, groups: tuple[str, ...]) -> ExpressionMatrix:
    ids = text_array(map(str, range(len(values))))
    samples = SampleTable(tuple(f"s{i}" for i in range(values.shape[1])), groups)
    return ExpressionMatrix(values, ProbeTable(ids, ids, ids), samples)


def test_each_group_has_a_mean_of_its_own():
    # 1, 3 and 11, 15: squared deviations 1 + 1 + 4 + 4 = 10 over 4 − 2 degrees of freedom
    values = np.vstack([[1.0, 3.0, 11.0, 15.0, 99.0], np.random.default_rng(1).normal(size=(40, 5))])
    pilot = pilot_variance(matrix_of(values, ("a", "a", "b", "b", "")))
    assert pilot.variance[0] == pytest.approx(5.0)
    assert pilot.groups == {"a": 2, "b": 2}
    assert pilot.without_group == ("s4",)


def test_missing_values_are_counted_and_probes_without_a_pair_set_aside():
    values = np.random.default_rng(2).normal(size=(50, 4))
    values[0, 1:] = np.nan
    pilot = pilot_variance(matrix_of(values, ("a",) * 4))
    assert (len(pilot.variance), pilot.without_variance) == (49, 1)
    assert pilot.missing == pytest.approx(3 / 200)


def test_the_quantiles_are_those_of_the_prior():
    """d0·s0²/variance is chi-squared: its median's reciprocal is the median variance."""
    pilot = PilotVariance(np.ones(30), 6.0, 0.2, {"a": 3}, (), 0, 0.0)
    levels = np.array([0.1, 0.5, 0.9])
    assert pilot.quantiles(levels) == pytest.approx(6.0 * 0.2 / chi2.ppf(1 - levels, 6.0))


def test_the_prior_is_found_again_in_simulated_variances():
    rng = np.random.default_rng(3)
    variance = 5.0 * 0.3 / rng.chisquare(5.0, 5000)
    values = rng.normal(size=(5000, 6)) * np.sqrt(variance)[:, np.newaxis]
    pilot = pilot_variance(matrix_of(values, ("a",) * 3 + ("b",) * 3))
    assert pilot.prior_df == pytest.approx(5.0, rel=0.15)
    assert pilot.prior_variance == pytest.approx(0.3, rel=0.1)


@pytest.mark.parametrize(
    ("values", "groups", "message"),
    [
        (np.ones((30, 2)), ("a", "b"), "two arrays or more"),
        (np.ones((30, 2)), ("", ""), "two arrays or more"),
        (np.random.default_rng(1).normal(size=(5, 3)), ("a",) * 3, "too few probes"),
        (np.ones((30, 3)), ("a",) * 3, "do not vary"),
    ],
)
def test_a_pilot_that_says_too_little_is_refused(values, groups, message):
    with pytest.raises(NotEnoughDataError, match=message):
        pilot_variance(matrix_of(values, groups))
