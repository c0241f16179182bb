"""SHA-256 of files, remembered while they do not change.

Every command that reads a result checks whether the files behind it are still the same. Hashing 24 arrays again
costs 0.6 s; what was hashed before is looked up by path, size and time of change, in the user's cache folder,
which has a small file per folder. A file that changed within the last two seconds is hashed anew: a clock may be
too coarse to show a second change.
"""

from __future__ import annotations

import hashlib
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
"""Files per folder whose hash is remembered."""
MOST_FOLDERS = 1000


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
    """The remembered hashes, one cache file per folder; one that can't be read or written costs time only."""

    def __init__(self) -> None:
        self._entries: dict[Path, dict[str, list[object]]] = {}
        self._changed: set[Path] = set()

    def hash(self, path: Path) -> str | None:
        if not path.is_file():
            return None
        real, state = path.resolve(), _state(path)
        entry = self._entries_of(real.parent).get(real.name)
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
        real = path.resolve()
        self._entries_of(real.parent)[real.name] = [size, changed, digest]
        self._changed.add(real.parent)

    def save(self) -> None:
        from mirtool.errors import OutputError

        files = {folder: _cache_file(folder) for folder in self._changed}
        has_new_folder = not all(file.is_file() for file in files.values())
        for folder, file in files.items():
            entries = dict(list(self._entries[folder].items())[-MOST_REMEMBERED:])
            with suppress(OutputError):
                write_bytes(json.dumps(entries).encode(), file, durable=False)
        if has_new_folder:
            _forget_old_folders()

    def _entries_of(self, folder: Path) -> dict[str, list[object]]:
        if folder not in self._entries:
            file = _cache_file(folder)
            self._entries[folder] = {}
            with suppress(OSError, ValueError):
                self._entries[folder] = _entries_in(file, *_state(file))
        return self._entries[folder]


@lru_cache(maxsize=64)
def _entries_in(file: Path, _size: int, _changed: int) -> dict[str, list[object]]:
    """Return what a cache file holds, parsed once per state of the file: a study asks for hundreds of hashes."""
    content = parse_json(file.read_text(encoding="utf-8"))
    return content if isinstance(content, dict) else {}


def _state(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def _cache_file(folder: Path) -> Path:
    return _cache_folder() / f"{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}.json"


def _cache_folder() -> Path:
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen) / "hashes"
    from platformdirs import user_cache_path

    return user_cache_path("mirtool", appauthor=False) / "hashes"


def _forget_old_folders() -> None:
    """Remove the cache files of the folders that were not looked at for the longest time."""
    with suppress(OSError):
        files = list(_cache_folder().iterdir())
        if len(files) > MOST_FOLDERS:
            for file in sorted(files, key=lambda each: each.stat().st_mtime)[: MOST_FOLDERS // 2]:
                file.unlink()
