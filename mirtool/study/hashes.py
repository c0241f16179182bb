"""SHA-256 of files, remembered while they do not change.

Every command that reads a result checks whether the files behind it are still the same. Hashing 24 arrays again
costs 0.6 s; what was hashed before is looked up by path, size and time of change, in the user's cache folder. A
file that changed within the last two seconds is hashed anew: a clock may be too coarse to show a second change.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from mirtool.io.structured import parse_json
from mirtool.io.tables.output import write_bytes
from mirtool.io.tables.text import sha256_of

CACHE_VARIABLE = "MIRTOOL_CACHE"
SETTLED_SECONDS = 2.0
MOST_REMEMBERED = 20_000


def current_hashes(paths: Iterable[str | Path]) -> dict[str, str]:
    """Return the SHA-256 of each file (of its unpacked content, where gzip packed it); missing files have none."""
    known = _Remembered()
    found = {str(path): digest for path in paths if (digest := known.hash(Path(path))) is not None}
    known.save()
    return found


def remember(hashes: dict[str, str]) -> None:
    """Remember what was hashed while it was read."""
    known = _Remembered()
    for path, digest in hashes.items():
        known.add(Path(path), digest)
    known.save()


class _Remembered:
    """The remembered hashes; a cache that can't be read or written costs time only."""

    def __init__(self) -> None:
        self._path = _cache_file()
        self._entries: dict[str, list[object]] = {}
        self._changed = False
        with suppress(OSError, ValueError):
            self._entries = _entries_in(self._path, *_state(self._path))

    def hash(self, path: Path) -> str | None:
        if not path.is_file():
            return None
        key, state = str(path.resolve()), _state(path)
        entry = self._entries.get(key)
        if isinstance(entry, list) and entry[:2] == state[:2] and len(entry) == 3:
            return str(entry[2])
        digest = sha256_of(path)
        self.add(path, digest)
        return digest

    def add(self, path: Path, digest: str) -> None:
        if not path.is_file():
            return
        size, changed = _state(path)
        if time.time() - changed / 1e9 < SETTLED_SECONDS:
            return
        self._entries[str(path.resolve())] = [size, changed, digest]
        self._changed = True

    def save(self) -> None:
        if not self._changed:
            return
        entries = dict(list(self._entries.items())[-MOST_REMEMBERED:])
        from mirtool.errors import OutputError

        with suppress(OutputError):
            write_bytes(json.dumps(entries).encode(), self._path, durable=False)


@lru_cache(maxsize=1)
def _entries_in(path: Path, _size: int, _changed: int) -> dict[str, list[object]]:
    """Return what the cache file holds, parsed once per state of the file: a study asks for hundreds of hashes."""
    content = parse_json(path.read_text(encoding="utf-8"))
    return content if isinstance(content, dict) else {}


def _state(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def _cache_file() -> Path:
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen) / "hashes.json"
    from platformdirs import user_cache_path

    return user_cache_path("mirtool", appauthor=False) / "hashes.json"
