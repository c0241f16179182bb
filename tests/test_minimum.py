"""The search for a minimum against scipy's, which takes the same steps, and against minima known by hand."""

import math

import pytest
from scipy.optimize import fminbound

from mirtool.stats.minimum import find_minimum

FUNCTIONS = {
    "parabola": (lambda x: (x - 1) ** 2, -4.0, 4.0, 1.0),
    "minimum at the lower limit": (lambda x: x, 2.0, 5.0, 2.0),
    "minimum at the upper limit": (lambda x: -x, 2.0, 5.0, 5.0),
    "cosine": (math.cos, 0.0, 6.0, math.pi),
    "x log x": (lambda x: x * math.log(x), 0.01, 3.0, 1 / math.e),
    "kink": (lambda x: abs(x - 0.3), 0.0, 1.0, 0.3),
    "flat": (lambda x: (x - 0.7) ** 6, -1.0, 2.0, None),
    "constant": (lambda _x: 1.0, 0.0, 1.0, None),
    "several minima": (lambda x: math.sin(5 * x) + 0.1 * x, -3.0, 3.0, None),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("tolerance", [1e-3, 1.22e-4, 1e-8])
def test_steps_are_those_of_scipy_and_the_minimum_is_found(name, tolerance):
    function, low, high, at = FUNCTIONS[name]
    found, calls = [], []
    for search, where in (
        (lambda f: find_minimum(f, low, high, tolerance), found),
        (lambda f: fminbound(f, low, high, xtol=tolerance), calls),
    ):

        def noted(x, where=where):
            where.append(float(x))
            return function(float(x))

        where.append(float(search(noted)))
    assert found == calls  # the same points in the same order, and the same result, to the last bit
    assert at is None or abs(found[-1] - at) <= max(tolerance, 3e-7)
