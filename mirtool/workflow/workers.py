"""Parallel execution: this process, several, or a Dask cluster. The result is the same for any."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mirtool.errors import UsageError, option

if TYPE_CHECKING:
    from concurrent.futures import Executor


@contextmanager
def open_executor(workers: int, scheduler: str | None) -> Iterator[Executor | None]:
    """Return who shares the work, or None where this process does it alone.

    Raises
    ------
    UsageError
        Where both are asked for, Dask is not installed, or no cluster answers at the address.
    """
    if scheduler is not None:
        if workers != 1:
            raise UsageError(
                f"{option('workers')} and {option('scheduler')} contradict each other",
                hint="leave one of them out",
            )
        with _cluster(scheduler) as executor:
            yield executor
    elif workers == 1:
        yield None
    else:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        # Forked processes would inherit the locks of whatever threads are running.
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield pool


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(
            f"{option('scheduler')} needs Dask, which is not installed",
            hint="install it: pip install 'mirtool[dask]'; or leave it out: the result is the same",
        ) from error
    _check_answer(address)
    client: Any = Client(address, set_as_default=False)  # type: ignore[no-untyped-call, unused-ignore]
    with client, client.get_executor() as executor:
        yield executor


def _check_answer(address: str) -> None:
    """Refuse an address at which nothing listens; a client of Dask's would keep asking."""
    from socket import create_connection
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address)
        if parts.scheme not in ("tcp", "tls") or not parts.hostname or not parts.port:
            raise ValueError(address)
        create_connection((parts.hostname, parts.port), timeout=10).close()
    except (OSError, ValueError) as error:
        raise UsageError(
            "no Dask cluster answers there",
            found=address,
            expected="the address that `dask scheduler` prints, such as tcp://127.0.0.1:8786",
            hint=f"start the scheduler and its workers first, or leave {option('scheduler')} out: "
            "the result is the same",
        ) from error
