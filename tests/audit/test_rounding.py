"""How far a shown number may lie from the true one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.audit.rounding import agrees, half_units


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        # Three decimals, some lost with their zeros. 12 may have been 12.000, or 12.00 to four digits.
        ([1.234, 0.5, 12.0, 3.219], [0.0005, 0.0005, 0.005, 0.0005]),
        # Four significant digits: half a unit of the fourth, wherever it is.
        ([0.01234, 123.4, 5.678, 1.2], [5e-6, 0.05, 0.0005, 0.0005]),
        # Whole numbers, and one that shows more digits than the others.
        ([812.0, 640.0, 1200.0, 1e6], [0.5, 0.5, 0.5, 0.5]),
        ([np.nan], [np.nan]),
        ([], []),
    ],
)
def test_half_a_unit_of_the_last_digit(shown, expected):
    np.testing.assert_allclose(half_units(np.array(shown, dtype=float)), expected, rtol=1e-12)


def test_one_cell_with_more_digits_does_not_tighten_the_others():
    shown = np.array([1.25] * 30 + [1.23456])
    np.testing.assert_allclose(half_units(shown), [0.005] * 30 + [0.000005], rtol=1e-12)


def test_missing_agrees_with_missing_only():
    shown, expected = np.array([np.nan, np.nan, 1.0]), np.array([np.nan, 1.0, np.nan])
    assert agrees(shown, expected, np.full(3, 0.5)).tolist() == [True, False, False]


@given(st.lists(st.floats(0.001, 1e5), min_size=1, max_size=60), st.integers(0, 5))
def test_what_was_rounded_to_decimals_agrees(values, decimals):
    true = np.array(values)
    shown = np.round(true, decimals)
    assert agrees(shown, true, half_units(shown)).all()


@given(st.lists(st.floats(1e-12, 90.0), min_size=1, max_size=60), st.integers(2, 8))
def test_what_was_rounded_to_digits_agrees(values, digits):
    true = np.array(values)
    shown = np.array([float(f"{value:.{digits}g}") for value in values])
    assert agrees(shown, true, half_units(shown)).all()
