"""Files as databases pack them: a ZIP archive that holds one table, or the table itself.

What gzip packed needs no unpacking here: every reader does that itself. A workbook (XLSX) is an archive too, and
stays as it is.
"""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mirtool.errors import FormatError
from mirtool.io.tables.text import STDIN
from mirtool.io.zip_archives import UNREADABLE_ZIP, largest_unpacked
from mirtool.library.limits import LARGEST_DOWNLOAD

_AT_ONCE = 1 << 20


def file_sha256(path: str | Path) -> str:
    """Hash a file as it lies there, packed or not, as ``sha256sum`` does."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def unpacked(path: str | Path) -> Iterator[str]:
    """Return the path of the one file in a ZIP archive, unpacked for as long as it is needed; of others their own.

    Raises
    ------
    FormatError
        Where the archive is damaged, packed with a password, holds several files, or unpacks without measure.
    """
    if str(path) == STDIN or not Path(path).is_file() or not zipfile.is_zipfile(path):
        yield str(path)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield str(_unpack(path, Path(folder)) or path)


def _unpack(path: str | Path, folder: Path) -> Path | None:
    """Unpack the one file of an archive into a folder; None for a workbook."""
    with _refusing_damage(path):
        archive = zipfile.ZipFile(path)
    with archive:
        if "[Content_Types].xml" in archive.namelist():
            return None
        member = _only_member(archive, path)
        target = folder / Path(member.filename).name
        _copy_within_limits(archive, member, target, path)
        return target


@contextmanager
def _refusing_damage(path: str | Path) -> Iterator[None]:
    """Turn what reading an archive raises into an error; what writing raises (a full disk) is not meant."""
    try:
        yield
    except UNREADABLE_ZIP as error:
        raise FormatError(
            "the archive is damaged, or packed in a way mirtool does not know",
            path=path,
            found=str(error),
            hint="download it again, or unpack it yourself and name the table in it",
        ) from error


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: str | Path) -> Iterator[bytes]:
    with _refusing_damage(path), archive.open(member) as packed:
        while piece := packed.read(_AT_ONCE):
            yield piece


def _copy_within_limits(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, path: str | Path) -> None:
    """Unpack a file, and stop where it holds far more than a table of its packed size ever does."""
    most = min(LARGEST_DOWNLOAD, largest_unpacked(member.compress_size))
    size = 0
    with target.open("wb") as file:
        for piece in _pieces(archive, member, path):
            size += len(piece)
            if size > most:
                raise FormatError(
                    "the archive holds far more than a table of this size ever does",
                    path=path,
                    found=f"more than {most >> 20:,} MiB packed into {member.compress_size / (1 << 20):,.1f} MiB",
                    hint="unpack it and look at it: it may be damaged, or no table",
                )
            file.write(piece)


def _only_member(archive: zipfile.ZipFile, path: str | Path) -> zipfile.ZipInfo:
    """Return the only file in an archive; what macOS adds to it is none."""
    members = [each for each in archive.infolist() if not each.is_dir() and "__MACOSX" not in each.filename]
    if len(members) != 1:
        raise FormatError(
            f"this archive holds {len(members)} files",
            path=path,
            found=", ".join(each.filename for each in members[:5]) or "none",
            expected="one table",
            hint="unpack it, and name the table in it",
        )
    return members[0]
