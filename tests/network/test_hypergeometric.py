"""The hypergeometric upper tail, by hand, against R and against scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from mirtool.network.hypergeometric import upper_tail

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
