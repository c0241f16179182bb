"""Hoeffding's D against Hmisc 4.8-0 (R 4.2.2, ``hoeffd(x, y)$D[1, 2]``) and against its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.quality.hoeffding import bivariate_ranks, hoeffding_d, mid_ranks

NAN = float("nan")


def bivariate_ranks_by_definition(x, y):
    """Every pair of points looked at: 1 below in both, ½ with one tie, ¼ with two, the point itself 1."""
    below = (x < x[:, None]) + 0.5 * (x == x[:, None])
    left = (y < y[:, None]) + 0.5 * (y == y[:, None])
    return (below * left).sum(axis=1) + 0.75


STEPS = np.arange(200.0)


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        ([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 1, 2], [1, 1, 2, 3, 3, 3, 1, 4, 5, 2, 1, 2], 0.095900410353535345),
        (
            [0.3, -1.2, 2.2, 0.3, 1.7, -0.4, 0.9, NAN, 1.1, -2.0, 0.3],
            [1.0, 0.2, -0.7, 1.0, 2.5, 1.0, NAN, 0.4, 1.9, -1.5, 0.8],
            0.004464285714285714,
        ),
        ((np.arange(1, 16) - 8) ** 2, np.arange(1, 16), 0.15792540792540791),
        (np.sin(STEPS * 1.7), (STEPS * 37) % 101, 0.0029459726331162004),
        (STEPS, np.sin(STEPS / 15), 0.070990335085830705),
    ],
    ids=["ties", "missing and ties", "parabola", "independent", "wave"],
)
def test_d_is_that_of_hmisc(x, y, expected):
    found = hoeffding_d(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    assert found == pytest.approx(expected, rel=1e-12)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=40))
def test_bivariate_ranks_are_those_of_the_definition(points):
    x, y = np.array(points, dtype=float).T
    assert np.array_equal(bivariate_ranks(x, y), bivariate_ranks_by_definition(x, y))


def test_bivariate_ranks_of_many_points_without_ties():
    rng = np.random.default_rng(5)
    x, y = rng.standard_normal((2, 777))
    assert np.array_equal(bivariate_ranks(x, y), bivariate_ranks_by_definition(x, y))


def test_mid_ranks_are_those_of_scipy():
    from scipy.stats import rankdata

    values = np.random.default_rng(6).integers(0, 30, 100).astype(float)
    assert np.array_equal(mid_ranks(values), rankdata(values))


def test_d_sees_order_only():
    rng = np.random.default_rng(7)
    x, y = rng.standard_normal((2, 50))
    assert hoeffding_d(np.exp(x), y**3) == hoeffding_d(x, y)


def test_fewer_than_five_points_have_no_d():
    x = np.array([1.0, 2.0, 3.0, 4.0, NAN])
    assert np.isnan(hoeffding_d(x, x))
    assert np.isnan(hoeffding_d(np.empty(0), np.empty(0)))
