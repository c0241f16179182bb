"""Standard streams that are closed, or have a reader that has seen enough.

Messages to a closed stream go nowhere, and a result that can't be written to one is an error.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO

from mirtool.errors import OutputError


class ClosedOutput(io.TextIOBase):
    """What substitutes for a standard output that is closed: writing to it is an error with words."""

    def write(self, _text: str) -> int:
        """Refuse."""
        raise OutputError(
            "standard output is closed", hint="write the result to a file: -o FILE, or leave standard output open"
        )

    @property
    def buffer(self) -> Any:
        """Itself: bytes are refused as text is."""
        return self


def discard(stream: TextIO) -> None:
    """Let what is written to a stream go nowhere, where its reader (head, less) has seen enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def open_closed_streams() -> None:
    """Put something in place of standard streams that are closed.

    Their descriptors are taken too, lest a file that is opened later becomes the standard output of a child.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stdout is None:
        sys.stdout = ClosedOutput()
