import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirtool.cluster import k_means, silhouettes
from mirtool.errors import NotEnoughDataError, UsageError

NAN = float("nan")


def least_sum(values: np.ndarray, k: int) -> float:
    """Try every partition."""
    best = np.inf
    for labels in itertools.product(range(k), repeat=len(values)):
        if len(set(labels)) < k:
            continue
        total = 0.0
        for j in range(k):
            inside = values[np.array(labels) == j]
            count = np.maximum((~np.isnan(inside)).sum(axis=0), 1)
            total += np.nansum((inside - np.nansum(inside, axis=0) / count) ** 2)
        best = min(best, total)
    return best


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 3), st.sampled_from([0.0, 0.2]))
def test_no_partition_is_better(seed, k, holes):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(7, 3))
    values[rng.random(values.shape) < holes] = NAN
    values[np.isnan(values).all(axis=1)] = 0.5
    found = k_means(values, k)
    assert found.within.sum() <= least_sum(values, k) * (1 + 1e-9) + 1e-12
    assert sorted(set(found.cluster.tolist())) == list(range(1, k + 1))


def test_missing_values_take_no_part():
    # By hand: the centers are (0, 1) — the mean of 1 alone — and (10, 8); within: 0 and (9−8)² + (7−8)² + 0 = 2.
    values = np.array([[0, NAN], [10, 9.0], [0, 1], [10, 7]])
    found = k_means(values, 2)
    assert found.cluster.tolist() == [1, 2, 1, 2]
    assert found.centers.tolist() == [[0, 1], [10, 8]]
    assert found.within.tolist() == [0, 2]


def test_the_same_seed_gives_the_same_clusters():
    values = np.random.default_rng(3).normal(size=(40, 5))
    first, second = k_means(values, 5, seed=7), k_means(values, 5, seed=7)
    assert first.cluster.tolist() == second.cluster.tolist()


def test_silhouettes_by_hand():
    # On a line: 0, 2 | 10. Of 0: a = 2, b = 10, (10 − 2) / 10; of 2: b = 8, 6 / 8; alone: 0.
    np.testing.assert_allclose(silhouettes(np.array([2.0, 10, 8]), np.array([1, 1, 2])), [0.8, 0.75, 0])


@pytest.mark.parametrize("k", [1, 4, 9])
def test_a_k_that_can_not_be(k):
    with pytest.raises(UsageError, match=rf"found k = {k}; expected 2 to 3, for 4 rows"):
        k_means(np.arange(8.0).reshape(4, 2), k)


def test_rows_that_do_not_differ():
    with pytest.raises(NotEnoughDataError, match="expected 2 rows that differ"):
        k_means(np.ones((5, 3)), 2)


def test_a_row_without_a_value():
    with pytest.raises(NotEnoughDataError, match="a value in every row"):
        k_means(np.array([[1.0], [2], [3], [NAN]]), 2)
