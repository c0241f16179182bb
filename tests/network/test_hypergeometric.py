"""The hypergeometric upper tail, by hand, against R and against scipy."""

from math import comb, log

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from mirtool.stats.hypergeometric import log_upper_tail, upper_tail


def exact_tail(hits: int, population: int, marked: int, drawn: int) -> float:
    """P(X ≥ hits) in whole numbers; Python rounds their quotient once."""
    ways = comb(marked, hits) * comb(population - marked, drawn - hits)
    total = 0
    for x in range(hits, min(marked, drawn) + 1):
        total += ways
        ways = ways * (marked - x) * (drawn - x) // ((x + 1) * (population - marked - drawn + x + 1))
    return total / comb(population, drawn)


# R 4.2.2: phyper(k - 1, K, N - K, n, lower.tail = FALSE)
PHYPER = [
    (1, 10, 4, 3, 0.83333333333333337),
    (2, 2766, 80, 69, 0.60014348312445664),
    (3, 2766, 80, 69, 0.32198258451845441),
    (37, 2766, 80, 69, 1.9428747834244473e-42),
    (23, 2766, 42, 66, 2.2739264472779898e-28),
    (200, 15051, 1177, 1557, 2.3563550091158294e-13),
    (36, 2636, 384, 88, 7.4038529979161089e-10),
    (1, 2636, 384, 88, 0.99999925419270053),
    (200, 2000, 1000, 400, 0.52228692087457795),
    (5, 5, 5, 5, 1.0),
]


def test_against_r() -> None:
    *question, expected = np.array(PHYPER).T
    np.testing.assert_allclose(upper_tail(*(q.astype(int) for q in question)), expected, rtol=1e-9)


def test_by_hand() -> None:
    # Of 8 genes 3 are marked and 3 drawn: C(3,2)·C(5,1) + C(3,3) = 16 of the C(8,3) = 56 draws hold two or three.
    assert upper_tail(2, 8, 3, 3) == pytest.approx(16 / 56, rel=1e-12)


def test_limits() -> None:
    # What can't be missed has P 1, what can't be reached P 0; with 4 of 5 drawn and 3 marked, two are certain.
    np.testing.assert_array_equal(upper_tail([-1, 0, 2, 4], 5, 3, 4), [1, 1, 1, 0])
    assert upper_tail(1, 10, 0, 5) == 0
    assert upper_tail(np.empty((0,), dtype=int), 10, 3, 3).shape == (0,)


def test_shapes_broadcast() -> None:
    assert upper_tail(np.ones((3, 1), int), 20, np.array([1, 2]), 5).shape == (3, 2)


@given(st.data())
def test_against_scipy(data: st.DataObject) -> None:
    population = data.draw(st.integers(1, 5000))
    marked = data.draw(st.integers(0, population))
    drawn = data.draw(st.integers(0, population))
    hits = data.draw(st.integers(0, min(marked, drawn)))
    expected = hypergeom.sf(hits - 1, population, marked, drawn)
    assert upper_tail(hits, population, marked, drawn) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@st.composite
def questions(draw: st.DrawFn) -> tuple[int, int, int, int]:
    population = draw(st.integers(1, 20_000))
    marked, drawn = (draw(st.integers(0, min(population, draw(st.sampled_from([300, 20_000]))))) for _ in "ab")
    hits = draw(st.integers(max(0, marked + drawn - population), min(marked, drawn)))
    return hits, population, marked, drawn


@given(questions())
@example((11_002, 20_000, 14_556, 13_583))  # 1.5e-303
@example((1500, 15_051, 2625, 2600))
def test_right_to_a_relative_1e_12_down_to_1e_300(question: tuple[int, int, int, int]) -> None:
    expected = exact_tail(*question)
    if expected >= 1e-300:
        assert upper_tail(*question) == pytest.approx(expected, rel=1e-12)


def test_a_tail_too_small_for_a_number_has_its_logarithm() -> None:
    # All 1,000 of the 1,000 marked among 4,000: one draw in C(4000, 1000).
    assert upper_tail(1000, 4000, 1000, 1000) == 0
    assert log_upper_tail(1000, 4000, 1000, 1000) == pytest.approx(-log(comb(4000, 1000)), rel=1e-14)
    assert log_upper_tail(4, 5, 3, 4) == -np.inf


def test_questions_that_no_single_key_can_hold() -> None:
    # Ranges whose product passes 2**63 are answered one by one. One marked: drawn with n / N.
    population = np.array([2, 2_000_000_000, 2_000_000_000])
    found = upper_tail([1, 1, 0], population, [1, 1, 1_000_000_000], [1, 2, 1_000_000_000])
    np.testing.assert_allclose(found, [1 / 2, 2 / 2e9, 1.0], rtol=1e-12)
