from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from mirtool.cluster import Bootstrap, cluster_stability, hierarchical_order, members
from mirtool.cluster.stability import SCALES
from mirtool.errors import UsageError


@pytest.fixture(scope="module")
def values():
    rng = np.random.default_rng(5)
    return np.repeat([-1.0, 1.0], 3) * rng.choice([-1, 1], (40, 1)) + rng.normal(size=(40, 6))


@pytest.fixture(scope="module")
def tree(values):
    return hierarchical_order(values, axis=1)


def test_any_number_of_workers_gives_the_same(values, tree):
    alone = cluster_stability(values.T, tree, bootstrap=Bootstrap(150))
    with ThreadPoolExecutor(3) as threads:
        shared = cluster_stability(values.T, tree, bootstrap=Bootstrap(150), executor=threads)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        apart = cluster_stability(values.T, tree, bootstrap=Bootstrap(150), executor=processes)
    for other in (shared, apart):
        assert other.shares.tolist() == alone.shares.tolist()
        assert other.au.tolist() == alone.au.tolist()


def test_another_seed_draws_others(values, tree):
    first, second = (cluster_stability(values.T, tree, bootstrap=Bootstrap(100, seed)) for seed in (1, 2))
    assert first.shares.tolist() != second.shares.tolist()


def test_planted_groups_come_back_and_the_whole_always_does(values, tree):
    found = cluster_stability(values.T, tree, bootstrap=Bootstrap(300))
    groups = {tuple(np.flatnonzero(row)) for row in members(tree)[found.stable]}
    assert {(0, 1, 2), (3, 4, 5)} <= groups
    assert found.shares[:, -1].tolist() == [1.0] * len(SCALES)
    assert found.au[-1] == found.bp[-1] == 1
    assert not found.stable[-1]


def test_the_ordinary_bootstrap_has_bp_alone(values, tree):
    steps = []
    found = cluster_stability(values.T, tree, bootstrap=Bootstrap(250, multiscale=False), on_step=steps.append)
    assert len(steps) == 3
    assert np.isnan(found.au).all()
    np.testing.assert_array_equal(found.bp, found.shares[0])
    np.testing.assert_allclose(found.bp_error, np.sqrt(found.bp * (1 - found.bp) / 250))
    assert found.best is found.bp


def test_two_leaves_have_one_cluster():
    values = np.random.default_rng(1).normal(size=(12, 2))
    found = cluster_stability(values.T, hierarchical_order(values, axis=1), bootstrap=Bootstrap(10))
    assert found.au.tolist() == [1.0]


def test_no_draws():
    with pytest.raises(UsageError, match="the bootstrap needs draws"):
        cluster_stability(np.eye(3), hierarchical_order(np.eye(3)), bootstrap=Bootstrap(0))
