"""Tasks of a kernel that takes an executor, with a progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, TypeVar

from mirtool.stats.draws import run_tasks

if TYPE_CHECKING:
    from mirtool.workflow.step import Progress

T = TypeVar("T")


class WatchedExecutor(Executor):
    """Does tasks as another executor does, or in this process, and shows how many are done.

    Parameters
    ----------
    executor
        Who does the work; None does it here.
    title
        What is done, in words.
    progress
        Shows it.
    """

    def __init__(self, executor: Executor | None, title: str, progress: Progress) -> None:
        self._executor, self._title, self._progress = executor, title, progress

    def map(self, fn: Callable[[Any], T], *iterables: Iterable[Any], **_options: Any) -> Iterator[T]:
        """Yield what ``fn`` makes of the tasks of one iterable, in their order."""
        (tasks,) = (list(tasks) for tasks in iterables)
        with self._progress(self._title, len(tasks)) as on_step:
            yield from run_tasks(fn, tasks, self._executor, on_step)
