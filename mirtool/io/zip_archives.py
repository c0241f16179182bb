"""ZIP archives: how one begins, what Python raises where one can't be read; and how much may be unpacked."""

from __future__ import annotations

import zipfile
import zlib
from contextlib import suppress

ZIP_MAGIC = b"PK\x03\x04"

UNREADABLE_ZIP: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
)
"""What reading a damaged archive raises, or one with a password or a method that Python does not unpack."""

with suppress(ImportError):  # Python can be built without it
    from lzma import LZMAError

    UNREADABLE_ZIP += (LZMAError,)

LARGEST_RATIO = 200
"""No table of numbers is packed closer; a file of one repeated byte reaches 1,000."""

UNPACKED_AT_ONCE = 256 << 20
"""Bytes that are unpacked without a look at the ratio: they fit any memory."""


def largest_unpacked(n_packed: int) -> int:
    """Return how many bytes may come out of a packing (ZIP, gzip) of ``n_packed`` bytes."""
    return max(UNPACKED_AT_ONCE, LARGEST_RATIO * n_packed)
