"""Bytes and text as instruments and spreadsheets write them: gz, BOM, Windows-1252, CRLF, LF or bare CR."""

from __future__ import annotations

import codecs
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mirtool.errors import FormatError, MirtoolError
from mirtool.io.foreign import refuse_foreign
from mirtool.io.tables.streams import STDIN as STDIN
from mirtool.io.tables.streams import is_content as is_content
from mirtool.io.tables.streams import is_stream, read_stream
from mirtool.io.zip_archives import ZIP_MAGIC, largest_unpacked

HEAD_BYTES = 64 * 1024
"""How much of a file a sniffer may see."""

HEAD_LINES = 4
"""Lines that a sniffer needs to see: a row of a table may be longer than :data:`HEAD_BYTES`."""

LARGEST_HEAD = 64 << 20

GZIP_MAGIC = b"\x1f\x8b"

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_bytes(path: str | Path, limit: int | None = None) -> bytes:
    """Read a file or a pipe (``-`` is standard input), unpacked where gzip packed it, at most ``limit`` bytes.

    What is no regular file is read once, whole, and kept (:mod:`mirtool.io.tables.streams`).

    Raises
    ------
    FormatError
        Where the file is empty or its gzip packing is damaged.
    MirtoolError
        Where it can't be opened.
    """
    held = _held.get()
    if held is not None and held[0] == str(path):
        data = held[1] if limit is None else held[1][:limit]
    else:
        data = read_stream(path) if is_stream(path) else _read_file(path, limit)
    if data.startswith(GZIP_MAGIC):
        data = _gunzip(data, path, limit)
    if not data:
        raise FormatError(
            "the file is empty", path=path, hint="export it again, and check that the disk was not full"
        )
    return data if limit is None else data[:limit]


def _read_file(path: str | Path, limit: int | None = None) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read() if limit is None else file.read(limit)
    except FileNotFoundError:
        raise MirtoolError(
            "no such file", path=path, hint="check the path; the shell expands exports/*.gpr for you"
        ) from None
    except IsADirectoryError:
        raise MirtoolError(
            "this is a folder, not a file", path=path, hint=f"name the files in it: {path}/*"
        ) from None
    except (OSError, ValueError) as error:  # a name may hold a NUL
        reason = getattr(error, "strerror", None) or error
        raise MirtoolError(f"the file can't be read: {reason}", path=path) from error


_held: ContextVar[tuple[str, bytes] | None] = ContextVar("held", default=None)


@contextmanager
def opened_once(path: str | Path) -> Iterator[None]:
    """Open a file once, however often it is read inside: to recognize its format, then for what it holds."""
    token = None if is_stream(path) else _held.set((str(path), _read_file(path)))
    try:
        yield
    finally:
        if token is not None:
            _held.reset(token)


def _gunzip(data: bytes, path: str | Path, limit: int | None) -> bytes:
    """Unpack gzip, member after member, at most ``limit`` bytes; refuse what would fill the memory."""
    most = largest_unpacked(len(data))
    unpacked = []
    size = 0
    try:
        rest = data
        while rest.strip(b"\x00") and (limit is None or size < limit):  # tapes and disks pad with NULs
            member = zlib.decompressobj(wbits=31)
            unpacked.append(member.decompress(rest, most - size + 1 if limit is None else limit - size))
            size += len(unpacked[-1])
            if size > most:
                raise FormatError(
                    "the gzip packing holds far more than a table of this size ever does",
                    path=path,
                    found=f"more than {most >> 20:,} MiB packed into {len(data) / (1 << 20):,.1f} MiB",
                    hint="unpack the file and look at it: it may be damaged, or no table",
                )
            if not member.eof and limit is None:
                raise EOFError
            rest = member.unused_data
    except (EOFError, zlib.error) as error:
        raise FormatError(
            "the gzip packing is damaged, or the file was cut",
            path=path,
            hint="copy the file again from its source, and compare the sizes",
        ) from error
    return b"".join(unpacked)


def sha256_of(path: str | Path) -> str:
    """Hash a file's content (unpacked, where gzip packed it)."""
    return hashlib.sha256(read_bytes(path)).hexdigest()


def is_workbook(data: bytes) -> bool:
    """Return an XLSX or XLS workbook by its first bytes."""
    return data.startswith((ZIP_MAGIC, _OLE_MAGIC))


def is_binary(data: bytes) -> bool:
    """Return data that are no text: NUL bytes without a UTF-16 mark."""
    return b"\x00" in data and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def decode(data: bytes, *, cut: bool = False) -> str:
    r"""Decode text by its mark, else as UTF-8, else as Windows-1252 (what GenePix and Excel write).

    ``cut`` says that the data are a head that may end inside a character; such a character is left out.

    Examples
    --------
    >>> decode(b"R\xb2"), decode(codecs.BOM_UTF8 + "µ".encode())
    ('R²', 'µ')
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if cut and error.start >= len(data) - 3 and error.reason == "unexpected end of data":
            return data[: error.start].decode("utf-8")
        return data.decode("cp1252", errors="replace")


def unify_newlines(text: str) -> str:
    """Make every line end with LF, whatever mix of CRLF, CR CR LF, CR and LF the file has."""
    if "\r" not in text:
        return text
    return text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")


def unify_newline_bytes(data: bytes) -> bytes:
    """Make every line end with LF, as :func:`unify_newlines` does, in text that is not decoded yet."""
    if b"\r" not in data:
        return data
    return data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def read_text(path: str | Path) -> str:
    """Read a whole text file, decoded, with LF line ends.

    Raises
    ------
    FormatError
        Where the file is binary or empty.
    """
    data = read_bytes(path)
    refuse_foreign(data, path)
    if is_workbook(data) or is_binary(data):
        raise FormatError(
            "this is no text file", path=path, found="binary data", hint="export the table as text or as XLSX"
        )
    return unify_newlines(decode(data))


@dataclass(frozen=True)
class FileHead:
    """The beginning of a file, unpacked: 64 KiB, or more where these hold fewer than :data:`HEAD_LINES` lines."""

    path: str
    data: bytes

    @cached_property
    def text(self) -> str:
        """The head as text with LF line ends; empty where it is binary."""
        return (
            "" if is_workbook(self.data) or is_binary(self.data) else unify_newlines(decode(self.data, cut=True))
        )

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The complete lines of the head (a last line cut by the limit is left out)."""
        lines = self.text.split("\n")
        return tuple(lines[:-1] if len(self.data) >= HEAD_BYTES and len(lines) > 1 else lines)


def read_head(path: str | Path) -> FileHead:
    """Read the part of a file by which its format is told."""
    size = HEAD_BYTES
    data = read_bytes(path, size)
    while len(data) >= size and size < LARGEST_HEAD and _n_lines(data) < HEAD_LINES:
        size *= 8
        data = read_bytes(path, size)
    return FileHead(str(path), data)


def _n_lines(data: bytes) -> int:
    """Return how many lines data hold, at least :data:`HEAD_LINES` where they are no text."""
    if is_workbook(data) or is_binary(data):
        return HEAD_LINES
    return max(data.count(b"\n"), data.count(b"\r"))
