"""What one file may take: no warning, few seconds, no more memory than its size explains."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

SECONDS = 5.0
MEMORY = 2 << 30
"""Bytes of address space beyond what is taken already."""


class BrokenError(Exception):
    """What no file may do: the step, and what happened."""


class TooSlowError(BaseException):
    """Raised out of the alarm; no handler of errors catches it."""


@contextlib.contextmanager
def limits() -> Iterator[None]:
    """Turn every warning into an error, and end what takes too long or too much memory."""
    with _address_space(), _alarm(), warnings.catch_warnings():
        warnings.simplefilter("error")
        start = time.perf_counter()
        yield
        seconds = time.perf_counter() - start
    if seconds > SECONDS:
        raise BrokenError(f"took {seconds:.1f} s")


@contextlib.contextmanager
def _alarm() -> Iterator[None]:
    """End an endless loop after twice the time; a slow end is told by the clock."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_number: int, frame: FrameType | None) -> None:
        raise TooSlowError("".join(traceback.format_stack(frame)[-6:]))

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 2 * SECONDS)
    try:
        yield
    except TooSlowError as error:
        raise BrokenError(f"took more than {2 * SECONDS:g} s:\n{error}") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _address_space() -> Iterator[None]:
    taken = Path("/proc/self/statm")
    if not taken.exists():  # Linux alone tells what is taken, and can limit it
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = int(taken.read_text().split()[0]) * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most if hard < 0 else min(most, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
