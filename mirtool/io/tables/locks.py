"""A lock per folder, so that two processes never write the same set of files at once.

The lock is a file in the folder that exists while it is held (and after a process was killed: the next one takes
it over; the operating system lets go of a lock when its process ends). A file system without locks is written to
without one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOCK_FILE = ".mirtool-lock"

if os.name == "nt":
    import msvcrt

    def _wait_for(handle: int) -> None:
        while True:
            with suppress(PermissionError, BlockingIOError):
                msvcrt.locking(handle, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined, unused-ignore]
                return
else:
    import fcntl

    def _wait_for(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; waits while another process, or thread, has it.

    Raises
    ------
    OSError
        Where the folder does not exist or can't be written to.
    """
    release = _acquire(folder / LOCK_FILE)
    try:
        yield
    finally:
        release()


def _acquire(path: Path) -> Callable[[], None]:
    """Take a lock, and return what gives it back."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            # A file system without locks: nothing to wait for.
            with suppress(OSError):
                _wait_for(handle)
            if _is_same_file(handle, path):
                break
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # whoever had the lock removed its file meanwhile

    def release() -> None:
        # Removed while it is still held, so that nobody else holds a file that has gone; Windows can remove it
        # only when it is closed, and not while another process has it open.
        with suppress(OSError):
            path.unlink()
        os.close(handle)
        if os.name == "nt":
            with suppress(OSError):
                path.unlink()

    return release


def _is_same_file(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
