"""Tasks of a kernel that takes an executor, with a progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, TypeVar

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

    def map(self, fn: Callable[..., T], *iterables: Iterable[Any], **options: Any) -> Iterator[T]:
        """Yield the results in the order of the tasks."""
        columns = [list(values) for values in iterables]
        with self._progress(self._title, min(map(len, columns))) as on_step:
            for result in self._executor.map(fn, *columns, **options) if self._executor else map(fn, *columns):
                yield result
                on_step("")
