"""Heavy work shared by processes and by a Dask cluster of two: the same to the last bit as in one process."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from mirtool.cluster import hierarchical_order
from mirtool.cluster.stability import Bootstrap, cluster_stability
from mirtool.differential import differential
from mirtool.differential.permutation import permutation_test
from mirtool.model import ArraySource, Channel, ProbeTable, RawArrays, SampleTable, text_array
from mirtool.network.enrichment.mirna_null import mirna_null
from mirtool.normalize import normalize
from mirtool.robustness.methods import every_recipe, run_methods
from mirtool.robustness.sensitivity import sensitivity
from mirtool.workflow.watched import WatchedExecutor
from mirtool.workflow.workers import open_executor

RNG = np.random.default_rng(5)
VALUES = RNG.normal(size=(12, 9))


def arrays() -> RawArrays:
    """Make four arrays of 40 probes with two spots each, of which three probes differ."""
    signal = np.repeat(2 ** RNG.normal(9, 1, (40, 1)) * 2 ** RNG.normal(0, 0.2, (40, 4)), 2, axis=0)
    signal[:6, 2:] *= 8
    names = text_array(f"p{i // 2}" for i in range(80))
    return RawArrays(
        channels={"532": Channel(signal.round(), np.full(signal.shape, 20.0))},
        flags=None,
        probes=ProbeTable(names, names, text_array(["miRNA"] * 80)),
        layout=None,
        samples=SampleTable(tuple(f"s{i}" for i in range(4)), ("a",) * 2 + ("b",) * 2),
        sources=tuple(ArraySource(f"s{i}", "genepix") for i in range(4)),
    )


ARRAYS = arrays()
COMPARED = differential(normalize(ARRAYS).matrix)


def by_permutation(executor: Executor | None) -> np.ndarray:
    return permutation_test(VALUES[:, :5], VALUES[:, 5:], permutations=100, executor=executor).p_value


def by_bootstrap(executor: Executor | None) -> np.ndarray:
    tree = hierarchical_order(VALUES)
    return cluster_stability(VALUES, tree, bootstrap=Bootstrap(resamples=20), executor=executor).shares


def by_draws_of_mirnas(executor: Executor | None) -> np.ndarray:
    rng = np.random.default_rng(5)
    incidence, terms = rng.random((80, 300)) < 0.1, rng.random((50, 300)) < 0.05
    null = mirna_null(
        csr_array(incidence.astype(int)), csr_array(terms.astype(int)), np.arange(80) % 8 == 0, draws=2000, seed=3,
        executor=executor,
    )  # fmt: skip
    return null.p_value


def by_choices(executor: Executor | None) -> np.ndarray:
    return np.stack(list(sensitivity(ARRAYS, COMPARED, executor=executor).share.values()))


def by_methods(executor: Executor | None) -> np.ndarray:
    found = run_methods(ARRAYS, every_recipe()[:5], ("moderated",), executor=executor)
    return np.stack([each.d.p_value for each in found if each.d is not None])


WORK: Mapping[str, Callable[[Executor | None], np.ndarray]] = {
    "diff --test permutation": by_permutation,
    "cluster": by_bootstrap,
    "network": by_draws_of_mirnas,
    "diff --sensitivity": by_choices,
    "compare-methods": by_methods,
}


@pytest.fixture(scope="module")
def alone() -> dict[str, np.ndarray]:
    return {name: work(None) for name, work in WORK.items()}


def check(alone: dict[str, np.ndarray], executor: Any) -> None:
    for name, work in WORK.items():
        np.testing.assert_array_equal(work(executor), alone[name], err_msg=name)


def test_watched_tasks_give_the_same_and_are_counted(alone):
    said: list[object] = []

    @contextmanager
    def progress(title: str, total: int) -> Iterator[Callable[[str], None]]:
        said.append((title, total))
        yield said.append

    np.testing.assert_array_equal(
        by_permutation(WatchedExecutor(None, "Relabeling the samples", progress)),
        alone["diff --test permutation"],
    )
    (title, total), *steps = said
    assert title == "Relabeling the samples"
    assert len(steps) == total > 1


def test_two_processes_give_the_same(alone):
    with open_executor(2, None) as executor:
        check(alone, executor)


def test_a_dask_cluster_of_two_processes_gives_the_same(alone, tmp_path):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=tmp_path
    ) as cluster:
        assert len({worker.pid for worker in cluster.workers.values()}) == 2
        with open_executor(1, cluster.scheduler_address) as executor:
            check(alone, executor)
