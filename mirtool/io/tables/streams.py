"""Pipes named as files (``<(command)``, a FIFO, ``/dev/fd/63``): read once, whole, and kept.

A pipe gives its bytes once, and a sniffer and a reader both want them. One that nothing writes to, a device, and a
stream without an end are refused with what to do instead.
"""

from __future__ import annotations

import os
import select
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mirtool.errors import FormatError, MirtoolError

STDIN = "-"

LARGEST_STREAM = 4 << 30
"""Bytes that a pipe may give; a larger table is read from a file, by blocks."""

WRITER_SECONDS = 5.0
"""How long to wait for somebody to open the other end of a FIFO."""

_BLOCK = 1 << 20
_WAIT_SECONDS = 0.25
_kept: dict[tuple[int, int], bytes] = {}
_stdin: list[Any] = []
"""Standard input, and what it gave."""


def is_content(path: str | Path) -> bool:
    """Return True if a name is that of something to read: a file, a pipe, standard input, but no folder.

    Examples
    --------
    >>> is_content("-"), is_content("/"), is_content("no such file")
    (True, False, False)
    """
    if str(path) == STDIN:
        return True
    try:
        return not stat.S_ISDIR(Path(path).stat().st_mode)
    except (OSError, ValueError):
        return False


def is_stream(path: str | Path) -> bool:
    """Return True if a name is that of standard input, a pipe, a socket or a device: not of a regular file."""
    if str(path) == STDIN:
        return True
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def read_stream(path: str | Path) -> bytes:
    """Return all that a stream gives; the second time what it gave the first time.

    Raises
    ------
    MirtoolError
        Where standard input is closed, nothing writes to a pipe, or a device is named.
    FormatError
        Where a stream gives more than :data:`LARGEST_STREAM`.
    """
    if str(path) == STDIN:
        return _read_stdin(path)
    state = Path(path).stat()
    key = (state.st_dev, state.st_ino)
    if key not in _kept:
        if stat.S_ISCHR(state.st_mode) and os.path.realpath(path) != os.devnull and not _is_terminal(path):
            raise MirtoolError(
                "this is a device, not a file", path=path, hint="name a file, or - for standard input"
            )
        _kept[key] = _read_pipe(path)
    return _kept[key]


def _read_stdin(path: str | Path) -> bytes:
    if sys.stdin is None or sys.stdin.closed:
        raise MirtoolError("standard input is closed", path=path, hint="name a file, or pipe a table in")
    if not _stdin or _stdin[0] is not sys.stdin:
        buffer = getattr(sys.stdin, "buffer", None)
        data = _all_of(buffer.read, path) if buffer is not None else sys.stdin.read().encode()
        _stdin[:] = [sys.stdin, data]
    return bytes(_stdin[1])


def _is_terminal(path: str | Path) -> bool:
    try:
        with Path(path).open("rb", buffering=0) as file:
            return file.isatty()
    except OSError:
        return False


def _read_pipe(path: str | Path) -> bytes:
    """Read a pipe to its end; one that nobody writes to is not waited for."""
    if not hasattr(select, "poll"):  # Windows
        with Path(path).open("rb") as file:
            return _all_of(file.read, path)
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as pipe:
        first = _first_of(pipe.fileno(), path)
        os.set_blocking(pipe.fileno(), True)
        return first + _all_of(pipe.read, path)


def _first_of(pipe: int, path: str | Path) -> bytes:
    """Wait for a writer, and return what was read while finding out whether there is one."""
    poller = select.poll()
    poller.register(pipe, select.POLLIN)
    for _ in range(int(WRITER_SECONDS / _WAIT_SECONDS)):
        if poller.poll(1000 * _WAIT_SECONDS):  # bytes, or the writer came and went
            return b""
        try:
            first = os.read(pipe, 1)
        except BlockingIOError:  # somebody holds the other end, and will write
            return b""
        if first:
            return first
    raise MirtoolError(
        "nothing writes to this pipe",
        path=path,
        hint="start the command that writes to it, or pipe its output in and name -",
    )


def _all_of(read: Callable[[int], bytes], path: str | Path) -> bytes:
    """Read to the end, within :data:`LARGEST_STREAM`."""
    blocks: list[bytes] = []
    size = 0
    while block := read(_BLOCK):
        blocks.append(block)
        size += len(block)
        if size > LARGEST_STREAM:
            raise FormatError(
                "the stream does not end",
                path=path,
                found=f"more than {LARGEST_STREAM >> 30} GiB",
                hint="save it to a file, and name that",
            )
    return b"".join(blocks)
