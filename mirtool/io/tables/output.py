"""Files written whole or not at all, and sets of files too.

The files of one result are a set. They are written in this order:

1. all of them to temporary files (``.mirtool-….part``) in the folders where they belong, flushed to the disk;
2. a journal (``.mirtool-transaction``, in the folder of the set's record) that lists them;
3. each takes its name, the record last;
4. the journal is removed.

What is killed before 2 has changed nothing: its temporary files are removed by the next write. What is killed
after 2 is completed by the next command that reads or writes in the folder (:func:`complete_interrupted`). One
process at a time writes a set (:mod:`mirtool.io.tables.locks`).
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from mirtool.errors import FormatError, OutputError
from mirtool.io.tables.locks import locked

STDOUT = "-"
JOURNAL = ".mirtool-transaction"

_TEMPORARY = re.compile(r"\.mirtool-[0-9a-f]{8}-\w+\.part")

Written = dict[Path, None]
_written: ContextVar[Written | None] = ContextVar("written", default=None)


@contextmanager
def noting_written() -> Iterator[Written]:
    """Collect the files that are written, in their order: what to say when the program is interrupted."""
    noted: Written = {}
    token = _written.set(noted)
    try:
        yield noted
    finally:
        _written.reset(token)


def side_path(path: str | Path, word: str) -> Path:
    """Return the name of a file that is kept in the folder of another and belongs to it.

    Examples
    --------
    >>> str(side_path("results/normalized.csv", "spots"))
    'results/normalized_spots.csv'
    """
    own = Path(path)
    return own.with_name(f"{own.stem}_{word}{own.suffix}")


def write_bytes(data: bytes, path: str | Path, *, durable: bool = True) -> None:
    """Write bytes to ``path`` whole or not at all: to a temporary file in its folder, which then takes its name.

    What is not a regular file (``/dev/full``, a named pipe) is written to directly.

    Parameters
    ----------
    data
        The content.
    path
        The file, or ``-`` for stdout.
    durable
        Wait until the disk has it. False is for what may be lost, such as a cache.

    Raises
    ------
    OutputError
        Where it can't be written: no permission, no folder, no space left.
    """
    if str(path) == STDOUT:
        with output_errors("stdout"):
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        return
    with output_errors(path):
        target = Path(path).resolve()
        if target.exists() and not target.is_file():
            with target.open("wb") as device:
                device.write(data)
            return
    with transaction(path, durable=durable) as write:
        write({Path(path): data})


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write several files that belong together: all of them, or none. The folder of the first keeps the journal.

    Raises
    ------
    OutputError
        Where one can't be written: no permission, no folder, no space left.
    """
    if files:
        with transaction(next(iter(files))) as write:
            write(files)


@contextmanager
def transaction(
    record: str | Path, *, main: str | Path | None = None, durable: bool = True
) -> Iterator[Callable[[Mapping[Path, bytes]], None]]:
    """Lock the folder of a record, and yield the function that writes a set of files, the record among them.

    What the block reads from the folder can't change before the set is written. A set that an earlier process
    left incomplete is completed first.

    Parameters
    ----------
    record
        The file that is renamed last.
    main
        The file that an error names, if the folder can't be written to.
    durable
        As of :func:`write_bytes`.

    Raises
    ------
    OutputError
        Where the folder can't be written to.
    """
    with ExitStack() as stack:
        with output_errors(record if main is None else main):
            home = Path(record).resolve().parent  # where a link points to, so that the link stays one
            _make_folder(home)
            stack.enter_context(locked(home))
        _complete(home)
        yield lambda files: _write_set(files, home, durable=durable)


def complete_interrupted(folder: str | Path) -> bool:
    """Complete the set of files that a killed process left incomplete in a folder; return True if there was one.

    Raises
    ------
    OutputError
        Where it can't be completed. The files of the set are not to be used then.
    """
    home = Path(folder).resolve()
    if not (home / JOURNAL).is_file():
        return False
    with output_errors(home / JOURNAL), locked(home):
        return _complete(home)


def _write_set(files: Mapping[Path, bytes], home: Path, *, durable: bool) -> None:
    made: dict[Path, Path] = {}
    swept: set[Path] = set()
    try:
        for path, data in files.items():
            with output_errors(path):
                target = path.resolve()
                _check_replaceable(target)
                _make_folder(target.parent)
                if target.parent not in swept:
                    _sweep(target.parent, home)
                    swept.add(target.parent)
                made[target] = _write_temporary(data, target.parent, home, durable=durable)
        if len(made) == 1:
            with output_errors(next(iter(files))):
                _rename(made, noted=durable)
        else:
            with output_errors(home / JOURNAL):
                _write_journal(made, home, durable=durable)
            _complete(home)
    except KeyboardInterrupt:
        if (home / JOURNAL).is_file():  # the set is decided on: half of it is never left
            _complete(home)
        raise
    finally:
        if not (home / JOURNAL).is_file():
            _remove(made.values())
    if durable:
        for folder in {target.parent for target in made}:
            _flush_folder(folder)


def _check_replaceable(target: Path) -> None:
    """Refuse what can't be replaced, before anything is: Windows keeps a file that another program has open."""
    if not target.exists():
        return
    if not target.is_file():
        raise OSError(errno.EISDIR if target.is_dir() else errno.EINVAL, "it is not a regular file")
    if os.name == "nt":
        with target.open("r+b"):
            pass


def _write_temporary(data: bytes, folder: Path, home: Path, *, durable: bool) -> Path:
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".mirtool-{_mark(folder, home)}-", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.chmod(plain_mode())
    except BaseException:
        _remove([temporary])
        raise
    return temporary


def _mark(folder: Path, home: Path) -> str:
    """Return what the temporary files of one record's sets are known by in a folder, even where both are moved."""
    return hashlib.sha256(_relative(home, folder).encode()).hexdigest()[:8]


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive of Windows
        return path.as_posix()


def _sweep(folder: Path, home: Path) -> None:
    """Remove the temporary files of killed runs: only this process may have some, as it holds the lock."""
    _remove(folder.glob(f".mirtool-{_mark(folder, home)}-*.part"))


def _remove(temporaries: Iterable[Path]) -> None:
    for temporary in list(temporaries):
        with suppress(OSError):
            temporary.unlink()


def _write_journal(made: Mapping[Path, Path], home: Path, *, durable: bool) -> None:
    pairs = [[_relative(temporary, home), _relative(target, home)] for target, temporary in made.items()]
    temporary = _write_temporary(json.dumps({"files": pairs}).encode(), home, home, durable=durable)
    if durable:
        for folder in {target.parent for target in made}:
            _flush_folder(folder)
    try:
        temporary.replace(home / JOURNAL)
    finally:
        _remove([temporary])
    if durable:
        _flush_folder(home)


def _read_journal(home: Path) -> dict[Path, Path]:
    """Return target to temporary file; nothing else than that may be renamed, whoever wrote the journal."""
    path = home / JOURNAL
    try:
        pairs = [(home / temporary, home / target) for temporary, target in json.loads(path.read_bytes())["files"]]
        made = {Path(os.path.normpath(target)): Path(os.path.normpath(temporary)) for temporary, target in pairs}
        if any(not _TEMPORARY.fullmatch(own.name) or own.parent != target.parent for target, own in made.items()):
            raise ValueError("it names other files than those that mirtool makes")
    except (ValueError, TypeError, KeyError, UnicodeDecodeError) as error:
        raise FormatError(
            f"the list of files that an interrupted run was writing is damaged: {error}",
            path=path,
            hint="remove it, and run again what was interrupted",
        ) from error
    return made


def _complete(home: Path) -> bool:
    """Let the files of the journal take their names, and remove it; the lock is held.

    Raises
    ------
    OutputError
        Where a file can't be replaced. If it is the first, nothing has changed; else what was replaced no longer
        agrees with the record, which every command that reads it sees.
    """
    journal = home / JOURNAL
    if not journal.is_file():
        return False
    made = _read_journal(home)
    try:
        _rename(made)
        for folder in {target.parent for target in made}:
            _flush_folder(folder)
    except OSError as error:
        done = [target.name for target, temporary in made.items() if not temporary.exists()]
        _remove([*made.values(), journal])
        raise OutputError(
            f"the result can't be written: {error.strerror or error}",
            path=error.filename2 or error.filename,
            found=f"{', '.join(done)} replaced, the others not" if done else None,
            hint="close the file in other programs, check its permissions, and run the command again",
        ) from error
    _remove([journal])
    _flush_folder(home)
    return True


def _rename(made: Mapping[Path, Path], *, noted: bool = True) -> None:
    """Give every temporary file its name, and note it; an interruption waits until all have theirs."""
    stop: KeyboardInterrupt | None = None
    while True:
        try:
            for target, temporary in made.items():
                with suppress(FileNotFoundError):  # it has its name already
                    temporary.replace(target)
            written = _written.get()
            if written is not None and noted:
                written.update(dict.fromkeys(made))
            break
        except KeyboardInterrupt as error:
            stop = error
    if stop is not None:
        raise stop


def _flush_folder(folder: Path) -> None:
    """Wait until the disk has the names of a folder's files, where the system can say so."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, f"{folder} is a file, not a folder") from None


def plain_mode() -> int:
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
        hint = "check the folder's permissions and the free space, or name another file with -o"
        if isinstance(error, PermissionError):
            hint = "if the file is open in Excel, close it there; it may also be write-protected: " + hint
        raise OutputError(
            f"the result can't be written: {error.strerror or error}", path=path, hint=hint
        ) from error
