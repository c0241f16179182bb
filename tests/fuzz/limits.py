"""What one file may take: no warning, an end, no more memory than its size explains."""

from __future__ import annotations

import contextlib
import signal
import threading
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

SECONDS = 60.0
"""Of the processor, whatever else the machine does: only what never ends takes as long."""
MEMORY = 2 << 30
"""Bytes of address space beyond what is taken already."""


class BrokenError(Exception):
    """What no file may do: the step, and what happened."""


class EndlessError(BaseException):
    """Raised out of the alarm; no handler of errors catches it."""


@contextlib.contextmanager
def limits() -> Iterator[None]:
    """Turn every warning into an error, and end what never ends or takes too much memory."""
    with _address_space(), _alarm(), warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@contextlib.contextmanager
def _alarm() -> Iterator[None]:
    """End an endless loop."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_number: int, frame: FrameType | None) -> None:
        raise EndlessError("".join(traceback.format_stack(frame)[-6:]))

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    except EndlessError as error:
        raise BrokenError(f"took more than {SECONDS:g} s of the processor:\n{error}") from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


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
