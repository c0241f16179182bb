"""Random draws split into tasks, each with its own seed: the result is the same for any number of workers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from concurrent.futures import Executor

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class DrawTask:
    """The draws of one task.

    Parameters
    ----------
    n_draws
        How many.
    seed
        The seed of this task alone.
    """

    n_draws: int
    seed: np.random.SeedSequence

    def rng(self) -> np.random.Generator:
        """Return the task's source of randomness, at its beginning."""
        return np.random.default_rng(self.seed)


def count_tasks(n_draws: int, per_task: int) -> int:
    """Return how many tasks the draws make, for a progress bar.

    Examples
    --------
    >>> count_tasks(1000, 300)
    4
    """
    return -(-n_draws // per_task)


def draw_tasks(n_draws: int, per_task: int, seed: int | np.random.SeedSequence) -> list[DrawTask]:
    """Split draws into tasks of ``per_task``, the last one smaller, each with a seed spawned from ``seed``.

    Parameters
    ----------
    n_draws
        All draws.
    per_task
        Draws per task; the result of a computation depends on it, so it is a constant of its method.
    seed
        The random seed, or a seed sequence of which children were or were not spawned before.

    Examples
    --------
    >>> [task.n_draws for task in draw_tasks(1000, 300, seed=1)]
    [300, 300, 300, 100]
    """
    sequence = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
    sizes = [min(per_task, n_draws - start) for start in range(0, n_draws, per_task)]
    return [DrawTask(size, own) for size, own in zip(sizes, sequence.spawn(len(sizes)), strict=True)]


def run_tasks(
    function: Callable[[Task], Result],
    tasks: Iterable[Task],
    executor: Executor | None = None,
    on_step: Callable[[str], None] | None = None,
) -> Iterator[Result]:
    """Yield the result of each task, in their order.

    Parameters
    ----------
    function
        Does one task; for an executor of processes it must be a function of a module, or a partial of one.
    tasks
        What it is called with.
    executor
        Who does the work; None does it here.
    on_step
        Called with an empty text after each task.
    """
    for result in executor.map(function, tasks) if executor else map(function, tasks):
        yield result
        if on_step:
            on_step("")


def run_seeded(
    function: Callable[[DrawTask], Result],
    n_draws: int,
    seed: int | np.random.SeedSequence,
    *,
    per_task: int,
    executor: Executor | None = None,
    on_step: Callable[[str], None] | None = None,
) -> Iterator[Result]:
    """Yield what ``function`` makes of each task of random draws, in order; the same for any executor.

    Parameters
    ----------
    function
        Takes a :class:`DrawTask`, makes its ``n_draws`` draws with ``task.rng()``.
    n_draws, seed, per_task
        As in :func:`draw_tasks`.
    executor, on_step
        As in :func:`run_tasks`.

    Examples
    --------
    >>> def heads(task: DrawTask) -> int:
    ...     return int(task.rng().integers(2, size=task.n_draws).sum())
    >>> 450 < sum(run_seeded(heads, 1000, seed=1, per_task=100)) < 550
    True
    """
    return run_tasks(function, draw_tasks(n_draws, per_task, seed), executor, on_step)
