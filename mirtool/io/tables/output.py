"""Files written whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from mirtool.errors import OutputError

STDOUT = "-"


def side_path(path: str | Path, word: str) -> Path:
    """Return the name of a file that stands beside another and belongs to it.

    Examples
    --------
    >>> str(side_path("results/normalized.csv", "spots"))
    'results/normalized_spots.csv'
    """
    own = Path(path)
    return own.with_name(f"{own.stem}_{word}{own.suffix}")


def write_bytes(data: bytes, path: str | Path) -> None:
    """Write bytes to ``path`` whole or not at all: to a temporary file beside it, which then takes its name.

    What is no regular file (``/dev/full``, a named pipe) is written to directly.
    """
    if str(path) == STDOUT:
        with output_errors("stdout"):
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        return
    with output_errors(path):
        target = Path(path).resolve()  # where a link points to, so that the link stays one
        if target.exists() and not target.is_file():
            with target.open("wb") as device:
                device.write(data)
            return
        _make_folder(target.parent)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(temporary).chmod(_plain_mode())
            Path(temporary).replace(target)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write several files that belong together: all of them, or none.

    All are written to temporary files first and flushed to the disk; only then do they take their names, in the
    order given. What is interrupted before leaves every old file as it was.

    Raises
    ------
    OutputError
        Where one can't be written: no permission, no folder, no space left.
    """
    made: dict[Path, Path] = {}
    try:
        for path, data in files.items():
            with output_errors(path):
                target = path.resolve()
                if target.exists() and not target.is_file():
                    raise OSError(errno.EISDIR if target.is_dir() else errno.EINVAL, "it is not a regular file")
                _make_folder(target.parent)
                handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
                made[target] = Path(temporary)
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                made[target].chmod(_plain_mode())
        for target, ready in list(made.items()):
            with output_errors(target):
                ready.replace(target)
            del made[target]
    finally:
        for ready in made.values():
            with suppress(OSError):
                ready.unlink()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, f"{folder} is a file, not a folder") from None


def _plain_mode() -> int:
    """Return the permissions a newly opened file would have; mkstemp's are the owner's only."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


@contextmanager
def output_errors(path: str | Path) -> Iterator[None]:
    """Turn the operating system's refusal to write ``path`` into an :class:`OutputError`."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"the result can't be written: {error.strerror or error}",
            path=path,
            hint="check the folder's permissions and the free space, or name another file with -o",
        ) from error
