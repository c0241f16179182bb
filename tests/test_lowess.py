"""lowess equals R's, and the weighted one limma's: R 4.2.2 and limma 3.54.1, printed with 17 digits."""

import numpy as np
import pytest

from mirtool.stats.lowess import lowess, weighted_lowess

X = np.array([1, 2, 2, 3, 5, 8, 8, 9, 10, 14.5])
Y = np.array([2, 4, 3, 9, 1, 7, 7.5, 2, 4, 40])


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (
            0.5,
            [
                1.4820928294754412, 5.0237428209569694, 5.0237428209569694, 8.9999999999999947, 1.0,
                7.2492643583315273, 7.2492643583315273, 5.6246321791657614, 4.0000000000000027, 40,
            ],
        ),
        (
            2 / 3,
            [
                3.3972073324437968, 3.3561930040689893, 3.3561930040689893, 3.1359206424185073, 1.0000000000000013,
                4.5715682426840143, 4.5715682426840143, 4.7143026586152246, 4.8973402945312934, 38.166792307516438,
            ],
        ),
    ],
)  # fmt: skip
def test_ties_and_an_outlier_as_in_r(span, expected):
    # lowess(x, y, f = span, iter = 3)
    np.testing.assert_allclose(lowess(X, Y, span=span), expected, rtol=1e-12)


def test_many_points_are_interpolated_as_in_r():
    # x <- ((1:300) * 7919) %% 1009 / 10; y <- sin(x / 10) + (1:300) * 14 / 17; lowess(x, y, f = 0.3)
    i = np.arange(1, 301)
    x = i * 7919 % 1009 / 10
    curve = np.sort(x), lowess(x, np.sin(x / 10) + i * 14 / 17, span=0.3)[np.argsort(x)]
    expected = [130.51039367251107, 124.74769270133487, 122.99141319483954, 124.34151073106682, 120.33752579246458]
    np.testing.assert_allclose(curve[1][[0, 49, 99, 199, 299]], expected, rtol=1e-12)


def test_the_order_of_the_points_does_not_matter():
    order = np.random.default_rng(1).permutation(len(X))
    np.testing.assert_allclose(lowess(X[order], Y[order]), lowess(X, Y)[order], rtol=1e-10)


def test_points_at_one_place_have_their_mean():
    np.testing.assert_allclose(lowess(np.ones(4), np.array([1.0, 2, 3, 6]), rounds=0), 3.0)


def test_neighborhoods_of_all_the_weight_reach_the_farthest_point():
    # i <- 1:12; x <- 1.1 + .3 * i^1.5; y <- x^2 * (-1)^i; w <- 1 + i %% 3
    # weightedLowess(x, y, w, span = 1, iterations = 1): x - (x - x[1]) can be rounded to more than x[1]
    i = np.arange(1, 13)
    x = 1.1 + 0.3 * i**1.5
    expected = [
        -4.3625193744108586, -3.2484538919945907, -1.7137547021378348, 0.20349816736461079, 2.4103122373672026,
        4.6378957319710672, 6.4487981778759966, 1.453000752219257, -4.4257372725610864, -4.8291273459572785,
        -6.1400003399744314, -10.133255592469926,
    ]  # fmt: skip
    curve = weighted_lowess(x, x**2 * (-1.0) ** i, 1.0 + i % 3, span=1.0, rounds=0)
    np.testing.assert_allclose(curve, expected, rtol=1e-10)
