"""ZIP archives: how one begins, and what Python raises where one can't be read."""

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
