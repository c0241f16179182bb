"""Seeded draws: split the same way whoever does the work, and each task's seed is its own."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mirtool.stats.draws import DrawTask, count_tasks, draw_tasks, run_seeded


def draw(task: DrawTask) -> list[float]:
    return task.rng().random(task.n_draws).tolist()


@given(st.integers(0, 500), st.integers(1, 60))
def test_every_draw_is_in_one_task(n_draws, per_task):
    sizes = [task.n_draws for task in draw_tasks(n_draws, per_task, 1)]
    assert sum(sizes) == n_draws
    assert len(sizes) == count_tasks(n_draws, per_task)
    assert all(0 < size <= per_task for size in sizes)
    assert all(size == per_task for size in sizes[:-1])


def test_the_seeds_are_those_that_numpy_spawns():
    expected = [
        np.random.default_rng(own).random(n)
        for own, n in zip(np.random.SeedSequence(7).spawn(3), (4, 4, 2), strict=True)
    ]
    drawn = list(run_seeded(draw, 10, 7, per_task=4))
    assert drawn == [own.tolist() for own in expected]


def test_a_sequence_that_has_spawned_goes_on():
    first, *rest = np.random.SeedSequence(7).spawn(4)
    sequence = np.random.SeedSequence(7)
    assert sequence.spawn(1)[0].spawn_key == first.spawn_key
    assert [task.seed.spawn_key for task in draw_tasks(10, 4, sequence)] == [own.spawn_key for own in rest]


def test_workers_change_nothing_and_every_task_is_a_step():
    steps: list[str] = []
    with ThreadPoolExecutor(3) as executor:
        together = list(run_seeded(draw, 100, 3, per_task=7, executor=executor, on_step=steps.append))
    assert together == list(run_seeded(draw, 100, 3, per_task=7))
    assert len(steps) == count_tasks(100, 7)
