"""Distances in many resamples at once are those of the columns drawn, one resample after the other."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import linkage

from mirtool.cluster import (
    Bootstrap,
    cluster_stability,
    hierarchical_order,
    members,
    pairwise_distances,
    resampling,
)
from mirtool.cluster.methods import METRICS
from mirtool.cluster.resampling import resampled_distances
from mirtool.cluster.stability import resampling_tasks
from mirtool.errors import UsageError

NAN = float("nan")


def table(missing):
    """Thirteen rows of eleven columns, some of them hard: constant, nearly so, far from 0, twice the same."""
    rng = np.random.default_rng(8)
    values = rng.normal(size=(13, 11))
    values[1] = 3.25
    values[2] = [7.0] * 10 + [9.0]
    values[3] += 1e6
    values[4] = values[5]
    values[6] = np.round(values[6])
    values[7] = 0.0
    if missing:
        values[rng.random(values.shape) < 0.2] = NAN
        values[8] = NAN
        values[9, 1:] = NAN
        values[10, :5], values[11, 5:] = NAN, NAN
    return values


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("metric", list(METRICS))
def test_each_resample_is_the_table_of_its_columns(metric, missing, monkeypatch):
    monkeypatch.setattr(resampling, "_ONE_THREAD", 60 * 11 * 4)  # products in several parts
    values = table(missing)
    rng = np.random.default_rng(2)
    weights = np.array([np.bincount(rng.integers(11, size=size), minlength=11) for size in (1, 5, 11, 16) * 15])
    found = resampled_distances(values, weights.astype(float), metric=metric)
    expected = [pairwise_distances(np.repeat(values, row, axis=1), metric=metric) for row in weights]
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7)


def test_pearson_by_hand():
    # The first column twice, the second not, the third once: (1, 1, 4), (2, 2, 5), (2, 2, -1) and (6, 6, 6).
    values = np.array([[1.0, 9.0, 4.0], [2.0, 0.0, 5.0], [2.0, 7.0, -1.0], [6.0, 0.0, 6.0]])
    found = resampled_distances(values, np.array([[2.0, 0.0, 1.0]]))
    np.testing.assert_allclose(found, [[0.0, 2.0, 1.0, 2.0, 1.0, 1.0]], atol=1e-14)


@pytest.mark.parametrize("shape", [(0, 5), (1, 5), (3, 0)])
@pytest.mark.parametrize("metric", list(METRICS))
def test_without_rows_or_columns(metric, shape):
    values = np.zeros(shape)
    found = resampled_distances(values, np.ones((2, shape[1])), metric=metric)
    np.testing.assert_array_equal(found, [pairwise_distances(values, metric=metric)] * 2)


def test_an_unknown_metric():
    with pytest.raises(UsageError, match="metric"):
        resampled_distances(np.eye(3), np.ones((1, 3)), metric="chebyshev")


@pytest.mark.parametrize("cells", [1 << 22, 500])
@pytest.mark.parametrize("missing", [False, True])
def test_shares_are_those_of_trees_built_one_by_one(missing, cells, monkeypatch):
    """As the bootstrap is defined: draw, build the tree anew, look for the same sets of leaves.

    Of fewer columns some pairs share two distinct ones: r is then 1 or -1, and rounding decides between equals.
    """
    monkeypatch.setattr(resampling, "_CELLS", cells)
    rng = np.random.default_rng(4)
    values = rng.normal(size=(3, 40))[rng.integers(3, size=14)] + rng.normal(size=(14, 40))
    if missing:
        values[rng.random(values.shape) < 0.1] = NAN
    tree = hierarchical_order(values)
    found = cluster_stability(values, tree, bootstrap=Bootstrap(130, seed=3))

    sizes = [round(scale * 40) for scale in found.scales]
    sets = [frozenset(np.flatnonzero(row)) for row in members(tree)]
    counts = np.zeros((len(sizes), 13))
    for task in resampling_tasks(sizes, 130, 3):
        draws = np.random.default_rng(task.seed)
        for _ in range(task.n_draws):
            drawn = values[:, draws.integers(40, size=task.size)]
            below = [frozenset([leaf]) for leaf in range(14)]
            for left, right, *_ in linkage(pairwise_distances(drawn), "average"):
                below.append(below[int(left)] | below[int(right)])
            counts[task.scale] += [leaves in below[14:] for leaves in sets]
    np.testing.assert_array_equal(found.shares, counts / 130)
    assert 0 < found.shares[:, :-1].mean() < 1
