"""One file from a public address, whole and as expected, or an error that says what to do.

A download that is cut off goes on where it stopped: at once, and where that does not help, at the next call (HTTP
``Range`` with ``If-Range``, so that halves of two releases are never joined; a server that can't say which file it
serves is asked for the whole of it again). The half is kept in the cache folder; two processes never write to the
same one.

``$MIRTOOL_MIRROR`` names a copy of the web's files to use in place of all others: ``https://host/path`` is then
fetched from ``$MIRTOOL_MIRROR/host/path``, where ``wget -x`` puts it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from mirtool import __version__
from mirtool.errors import FormatError, NotFoundError, OfflineError, OutputError, UsageError, option
from mirtool.io.genes.enrichr import CACHE_VARIABLE, cache_folder
from mirtool.io.zip_archives import largest_unpacked
from mirtool.library.limits import LARGEST_DOWNLOAD, Pace, check_redirection
from mirtool.library.unpack import file_sha256

if TYPE_CHECKING:
    import requests

MIRROR_VARIABLE = "MIRTOOL_MIRROR"

OnProgress = Callable[[int, int | None], None]
"""Called with the bytes that are there and how many there will be (None where the server does not say)."""

_TIMEOUT = (10.0, 60.0)
"""Seconds to wait for a connection, and for each further piece."""
_PIECE = 1 << 16
_GO_ON = 3
"""How often a download that was cut off is gone on with before that is left to the next call."""
_KEPT_SECONDS = 14 * 24 * 3600.0
"""How long a half is kept."""
_PAGE_STARTS = (b"<!doctype", b"<html", b"<head", b"<body")


@dataclass(frozen=True)
class Download:
    """A file that was fetched: where it lies until it is taken in, and its SHA-256."""

    path: Path
    address: str
    sha256: str


def mirrored(address: str) -> str:
    """Return the address to ask: the database's own, or its copy on ``$MIRTOOL_MIRROR``.

    Raises
    ------
    UsageError
        Where the mirror is no web address.
    """
    mirror = os.environ.get(MIRROR_VARIABLE, "")
    if not mirror:
        return address
    if urlsplit(mirror).scheme not in ("http", "https"):
        raise UsageError(
            f"{MIRROR_VARIABLE} is no web address", found=repr(mirror), expected="https://host/folder, or nothing"
        )
    parts = urlsplit(address)
    query = f"?{parts.query}" if parts.query else ""
    return f"{mirror.rstrip('/')}/{parts.netloc}{parts.path}{query}"


@contextmanager
def downloaded(
    addresses: Sequence[str],
    *,
    sha256: str | None = None,
    by_hand: str = "",
    on_progress: OnProgress | None = None,
) -> Iterator[Download]:
    """Fetch a file from the first of its addresses that gives it; it is gone after the block.

    Where the block raises a FormatError, which names the file, it stays to be looked at.

    Parameters
    ----------
    addresses
        The same file at one address or more.
    sha256
        What the file must have; None takes any file.
    by_hand
        What to do instead, in words, for the messages.
    on_progress
        Called while the file comes in.

    Raises
    ------
    OfflineError
        Where no address can be reached or gives the file, or a web page comes in its place.
    NotFoundError
        Where the only address does not exist.
    FormatError
        Where a file of another SHA-256 comes.
    OutputError
        Where there is no room for it.
    """
    failures: list[OfflineError] = []
    for address in addresses:
        try:
            folder, download = _fetch_one(address, sha256, by_hand, on_progress)
            break
        except OfflineError as error:
            failures.append(error)
    else:
        raise failures[0] if len(failures) == 1 else _all_failed(failures, by_hand)
    try:
        yield download
    except FormatError:  # its message names the file: whoever reads it may want to look
        raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


def _all_failed(failures: Sequence[OfflineError], by_hand: str) -> OfflineError:
    told = "; ".join(f"{error.path}: {error.problem}" for error in failures)
    return OfflineError(f"none of the {len(failures)} addresses gives the file", found=told, hint=by_hand or None)


def _fetch_one(
    address: str, sha256: str | None, by_hand: str, on_progress: OnProgress | None
) -> tuple[Path, Download]:
    """Fetch one address into a folder of this call's own; on failure keep what may be gone on with."""
    import pooch

    url = mirrored(address)
    file_name = PurePosixPath(unquote(urlsplit(url).path)).name or "download"
    kept = cache_folder() / "downloads" / f"{file_name}.{hashlib.sha256(url.encode()).hexdigest()[:12]}"
    folder = _claim(kept)
    parts = _Parts(folder, url, by_hand, on_progress)
    try:
        with _quiet(pooch.get_logger()):
            path = pooch.retrieve(
                url, f"sha256:{sha256}" if sha256 else None, fname=file_name, path=folder, downloader=parts
            )
    except ValueError as error:  # pooch's word for another hash
        shutil.rmtree(folder, ignore_errors=True)
        raise FormatError(
            "this is not the file that was expected at this address",
            path=url,
            found=f"SHA-256 {parts.sha256}",
            expected=str(sha256),
            hint="the database may have changed the file: look at its page; "
            f"{option('accept_change')} takes the new one",
        ) from error
    except BaseException:
        _release(folder, kept)
        raise
    return folder, Download(Path(path), address, parts.sha256)


def _claim(kept: Path) -> Path:
    """Return a folder that no other process has, with what is left of an earlier download."""
    folder = kept.with_name(f"{kept.name}.{uuid.uuid4().hex[:8]}")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        _sweep(kept.parent)
        try:
            kept.rename(folder)
        except FileNotFoundError:
            folder.mkdir()
    except OSError as error:
        raise _no_room(kept.parent, error) from error
    return folder


def _sweep(downloads: Path) -> None:
    """Remove what killed processes and halves that nobody came back for have left."""
    oldest = time.time() - _KEPT_SECONDS
    for left in downloads.iterdir():
        with suppress(OSError):
            if left.is_dir() and left.stat().st_mtime < oldest:
                shutil.rmtree(left, ignore_errors=True)


def _release(folder: Path, kept: Path) -> None:
    """Leave a half to the next call; where another one was left meanwhile, that one stays."""
    with suppress(OSError):
        if (folder / "part").stat().st_size:
            folder.rename(kept)
    shutil.rmtree(folder, ignore_errors=True)


def _no_room(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"the download can't be kept: {error.strerror or error}",
        path=path,
        hint=f"make room, or name another cache folder: {CACHE_VARIABLE}=/some/folder",
    )


@contextmanager
def _quiet(logger: Any) -> Iterator[None]:
    """Silence pooch, which says on stderr what the command says better."""
    level = logger.level
    logger.setLevel("ERROR")
    try:
        yield
    finally:
        logger.setLevel(level)


class TooLargeError(OfflineError):
    """More came than any table has; nothing of it is kept."""


def _pieces(response: requests.Response, chunk_size: int = _PIECE, **_options: object) -> Iterator[bytes]:
    """Return what comes in as it comes, however little: a server may send a byte per second."""
    import requests
    from urllib3.exceptions import HTTPError, ReadTimeoutError

    try:
        while piece := response.raw.read1(chunk_size):
            yield piece
    except ReadTimeoutError as error:
        raise requests.exceptions.ConnectionError(error) from error
    except HTTPError as error:
        raise requests.exceptions.ChunkedEncodingError(error) from error


class _CutError(Exception):
    """The connection broke before the file was whole."""


class _Parts:
    """A downloader for pooch that goes on where a download was cut off.

    ``folder/part`` holds what has come in; ``folder/release`` which file it is the beginning of, in the server's
    words (ETag or date of change), where it gives any.
    """

    def __init__(self, folder: Path, url: str, by_hand: str, on_progress: OnProgress | None) -> None:
        self._part = folder / "part"
        self._release = folder / "release"
        self._url = url
        self._by_hand = by_hand
        self._on_progress = on_progress
        self.sha256 = ""

    def __call__(self, _url: str, output_file: str, _pooch: object) -> None:
        """Fetch the file into ``output_file``; pooch calls this, and checks the hash."""
        try:
            self._fetch()
            self._refuse_nothing()
            self._refuse_page()
            self.sha256 = file_sha256(self._part)
            self._part.replace(output_file)
        except OSError as error:
            raise _no_room(self._part.parent, error) from error

    def _fetch(self) -> None:
        for attempt in range(1, _GO_ON + 1):
            try:
                self._go_on()
                return
            except _CutError as error:
                if attempt == _GO_ON:
                    raise OfflineError(
                        "the download was cut off",
                        path=self._url,
                        found=f"{self._size():,} bytes, then {error}",
                        hint="run the same command again: it goes on where it stopped",
                    ) from error

    def _size(self) -> int:
        return self._part.stat().st_size if self._part.is_file() else 0

    def _go_on(self) -> None:
        """Ask for the rest of the file, or for the whole where the half may be of another one."""
        import requests
        from pooch import HTTPDownloader

        release = self._release.read_text(encoding="utf-8") if self._release.is_file() else ""
        if not release:
            self._part.unlink(missing_ok=True)
        headers = {"Accept-Encoding": "identity", "User-Agent": f"mirtool/{__version__}"}
        if size := self._size():
            headers |= {"Range": f"bytes={size}-", "If-Range": release}
        with self._part.open("ab") as file:
            sink = _Sink(file, self._release, self._url, self._on_progress)
            get = HTTPDownloader(
                chunk_size=_PIECE, headers=headers, timeout=_TIMEOUT, hooks={"response": sink.begin}
            )
            try:
                get(self._url, sink, None)
            except requests.exceptions.HTTPError as error:
                if sink.status == 416:
                    self._release.unlink(missing_ok=True)
                    raise _CutError("the server has a shorter file") from error
                raise self._refused(sink.status, sink.reason) from error
            except (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
                if sink.begun:
                    raise _CutError("the connection broke") from error
                raise self._offline(error) from error
            except requests.exceptions.RequestException as error:
                raise self._offline(error) from error
            except TooLargeError:
                file.truncate(0)
                self._release.unlink(missing_ok=True)
                raise
            finally:
                sink.close()
            if sink.total is not None and sink.done < sink.total:
                raise _CutError(f"the server stopped before {sink.total:,}")

    def _refuse_nothing(self) -> None:
        if not self._size():
            raise OfflineError(
                "the server sent an empty file",
                path=self._url,
                hint="; ".join(filter(None, ("try again later", self._by_hand))),
            )

    def _refuse_page(self) -> None:
        """Refuse the page that a server shows in place of a file that has moved or wants a login."""
        with self._part.open("rb") as file:
            start = file.read(512)
        if start.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_PAGE_STARTS):
            self._part.unlink()
            raise OfflineError(
                "the server sent a web page in place of the file",
                path=self._url,
                found=repr(start[:60].decode("utf-8", "replace")),
                hint=self._by_hand or None,
            )

    def _refused(self, code: int, reason: str) -> OfflineError:
        why = (
            "the server has trouble of its own: try again later"
            if code >= 500
            else "the database has moved its file, or closed it"
        )
        kind = NotFoundError if code in (404, 410) else OfflineError
        return kind(
            f"the server refuses the file: {code} {reason}",
            path=self._url,
            hint="; ".join(filter(None, (why, self._by_hand))),
        )

    def _offline(self, error: Exception) -> OfflineError:
        return OfflineError(
            "the address can't be reached",
            path=self._url,
            found=_reason(error),
            expected=f"a connection to {urlsplit(self._url).netloc}",
            hint="; ".join(filter(None, ("run it where there is a connection", self._by_hand))),
        )


def _reason(error: Exception) -> str:
    """Return the operating system's words from the innermost of nested errors."""
    inner: BaseException = error
    while (deeper := inner.__cause__ or inner.__context__) is not None:
        inner = deeper
    return str(inner)


class _Sink:
    """Where pooch writes the pieces: it starts anew where the server does, and counts."""

    def __init__(self, file: IO[bytes], release: Path, url: str, on_progress: OnProgress | None) -> None:
        self._file = file
        self._url = url
        self._pace = Pace(url)
        self._most = LARGEST_DOWNLOAD
        self._release = release
        self._on_progress = on_progress
        self.begun = False
        self.status = 0
        self.reason = ""
        self.done = file.tell()
        self.total: int | None = None
        self._response: requests.Response | None = None

    def begin(self, response: requests.Response, *_args: object, **_kwargs: object) -> None:
        """Look at the head of an answer before its body comes; called by requests."""
        self._response = response
        self.status, self.reason = response.status_code, response.reason
        if response.is_redirect:
            check_redirection(self._url, response.url, response.headers.get("Location", ""))
        if response.is_redirect or not response.ok:
            return
        self.begun = True
        if response.status_code != 206:
            self._file.truncate(0)
            self.done = 0
        elif not response.headers.get("Content-Range", "").startswith(f"bytes {self.done}-"):
            self._release.unlink(missing_ok=True)
            raise _CutError("the server went on at another place")
        packing = response.headers.get("Content-Encoding", "")
        if packing and urlsplit(response.url).path.lower().endswith((".gz", ".zip", ".xlsx")):
            response.raw.headers.pop("Content-Encoding", None)  # the packing is the file's own, and stays
        length = response.headers.get("Content-Length", "")
        if length.isdigit():
            self._most = min(self._most, largest_unpacked(int(length))) if packing else self._most
            if int(length) > LARGEST_DOWNLOAD:
                raise self._too_large(f"{int(length):,} bytes")
        if not packing and hasattr(response.raw, "read1"):
            response.iter_content = partial(_pieces, response)  # type: ignore[method-assign]
        if length.isdigit() and not response.headers.get("Content-Encoding"):
            self.total = self.done + int(length)
        tag = response.headers.get("ETag", "")
        # A weak tag (W/) does not say that the bytes are the same.
        release = tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", "")
        packed = response.headers.get("Content-Encoding")  # what comes in is then not what bytes are counted of
        self._release.write_text("" if packed else release, encoding="utf-8")

    def write(self, piece: bytes) -> int:
        """Take in a piece.

        Raises
        ------
        OfflineError
            Where more comes than any table has, or too little for too long.
        """
        self._pace.count(len(piece))
        self.done += len(piece)
        if self.done > self._most:
            raise self._too_large(f"more than {self._most:,} bytes")
        if self._on_progress:
            self._on_progress(self.done, self.total)
        return self._file.write(piece)

    def _too_large(self, found: str) -> TooLargeError:
        return TooLargeError(
            "the server sends more than any table of a database has",
            path=self._url,
            found=found,
            hint="download the file in a browser and look at it",
        )

    def flush(self) -> None:
        """Do nothing: the file is flushed when it is closed, once."""

    def close(self) -> None:
        """Close the connection, which pooch leaves open where it fails."""
        if self._response is not None:
            self._response.close()
