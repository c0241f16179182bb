"""A series of GEO in a folder: its series matrix, the table of its platform, and its raw files.

The addresses, as NCBI's GEO lays its files out::

    https://ftp.ncbi.nlm.nih.gov/geo/series/GSE42nnn/GSE42872/matrix/GSE42872_series_matrix.txt.gz
    https://ftp.ncbi.nlm.nih.gov/geo/series/GSE42nnn/GSE42872/suppl/GSE42872_RAW.tar
    https://www.ncbi.nlm.nih.gov/geo/query/acc.cgi?targ=self&acc=GPL6244&form=text&view=full
    https://ftp.ncbi.nlm.nih.gov/geo/platforms/GPL6nnn/GPL6244/annot/GPL6244.annot.gz

A series of several platforms has one matrix per platform (``GSE42872-GPL6244_series_matrix.txt.gz``); which they
are is in the series' own record (``acc.cgi``, ``view=brief``). Of a platform the full table is taken, which has
the submitter's names of miRNAs, and only where it can't be had NCBI's annotation, which names genes.

``geo/`` of the study's folder holds the files as GEO gives them, and ``downloads.json``: name, address, SHA-256
and size of each. What lies there already is used without asking the network, whoever put it there. ``raw/`` holds
what ``GSE…_RAW.tar`` packs.

References
----------
Barrett T et al. (2013). NCBI GEO: archive for functional genomics data sets - update. Nucleic Acids Res 41, D991.
"""

from __future__ import annotations

import json
import re
import shutil
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from mirtool.errors import FormatError, MirtoolError, NotFoundError, OfflineError, OutputError, UsageError, option
from mirtool.io.arrays.geo import SeriesMatrix, read_series_matrix
from mirtool.io.arrays.geo_platform import read_platform
from mirtool.io.structured import parse_json
from mirtool.io.tables.output import write_bytes
from mirtool.io.tables.text import read_text
from mirtool.library.download import OnProgress, downloaded
from mirtool.library.unpack import file_sha256

GEO_FOLDER, RAW_FOLDER, RECORD = "geo", "raw", "downloads.json"

_FTP = "https://ftp.ncbi.nlm.nih.gov/geo"
_QUERY = "https://www.ncbi.nlm.nih.gov/geo/query/acc.cgi"
_ACCESSION = re.compile(r"(GSE|GPL)[1-9]\d*")
_PIECE = 1 << 20


def is_accession(text: str) -> bool:
    """Return True for the accession of a series.

    Examples
    --------
    >>> [is_accession(text) for text in ("GSE42872", "gse42872", "GSE42872_RAW.tar", "GPL6244")]
    [True, True, False, False]
    """
    return text.upper().startswith("GSE") and _ACCESSION.fullmatch(text.upper()) is not None


def series_address(accession: str) -> str:
    """Return the folder of a series.

    Examples
    --------
    >>> series_address("GSE42872").removeprefix(_FTP), series_address("GSE634").removeprefix(_FTP)
    ('/series/GSE42nnn/GSE42872', '/series/GSEnnn/GSE634')
    """
    return f"{_FTP}/series/{_stub(accession)}/{accession}"


def matrix_address(accession: str, platform: str = "") -> str:
    """Return the address of a series matrix; ``platform`` for a series of several."""
    name = "-".join(filter(None, (accession, platform)))
    return f"{series_address(accession)}/matrix/{name}_series_matrix.txt.gz"


def raw_address(accession: str) -> str:
    """Return the address of the archive of a series' raw files."""
    return f"{series_address(accession)}/suppl/{accession}_RAW.tar"


def record_address(accession: str, view: str) -> str:
    """Return the address of the text of a series' or a platform's record: ``view`` is brief or full."""
    return f"{_QUERY}?targ=self&acc={accession}&form=text&view={view}"


def annotation_address(platform: str) -> str:
    """Return the address of NCBI's annotation of a platform."""
    return f"{_FTP}/platforms/{_stub(platform)}/{platform}/annot/{platform}.annot.gz"


def _stub(accession: str) -> str:
    """Return the folder that holds a thousand accessions: GSE42nnn."""
    return f"{accession[:3]}{accession[3:-3]}nnn"


@dataclass(frozen=True)
class SeriesFiles:
    """The files of a series as they lie in the study's folder.

    Parameters
    ----------
    matrix_path, matrix
        The series matrix.
    platform
        The platform's accession.
    platform_path
        Its table; None where it could not be had.
    raw
        The raw files, sorted by name.
    notes
        What was used, fetched, or could not be had; one sentence each.
    others
        Addresses of further files of the series, which are not fetched.
    """

    matrix_path: Path
    matrix: SeriesMatrix
    platform: str
    platform_path: Path | None
    raw: tuple[Path, ...]
    notes: tuple[str, ...]
    others: tuple[str, ...]


@dataclass
class _Folder:
    """The folder of a series: what is there is used, what is not is fetched."""

    root: Path
    accession: str
    on_progress: OnProgress | None
    notes: list[str] = field(default_factory=list)

    @property
    def geo(self) -> Path:
        return self.root / GEO_FOLDER

    def find(self, *patterns: str) -> list[Path]:
        """Return the files in ``geo/`` whose names match the first pattern that any does."""
        for pattern in patterns:
            found = sorted(path for path in self.geo.glob(pattern) if path.is_file())
            if found:
                return found
        return []

    def fetch(self, addresses: Sequence[str], names: Sequence[str], check: Callable[[Path], Any]) -> Path:
        """Fetch a file into ``geo/`` from the first address that gives it, after ``check`` has read it."""
        failures: list[OfflineError] = []
        for address, name in zip(addresses, names, strict=True):
            by_hand = f"download {address} and put it into {self.geo} as {name}, then run the same command again"
            try:
                with downloaded([address], by_hand=by_hand, on_progress=self.on_progress) as download:
                    try:
                        check(download.path)
                    except FormatError as error:
                        raise _damaged(address, error, by_hand) from error
                    return self._place(download.path, name, address, download.sha256)
            except OfflineError as error:
                failures.append(error)
        raise next((each for each in failures if not isinstance(each, NotFoundError)), failures[0])

    def _place(self, path: Path, name: str, address: str, sha256: str) -> Path:
        target = self.geo / name
        part = target.with_name(f".{name}.part")
        with _writing(target):
            self.geo.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, part)
            part.replace(target)
        record = self._read_record()
        record[name] = {"address": address, "sha256": sha256, "bytes": target.stat().st_size}
        self._write_record(record)
        self.notes.append(f"fetched {target} from {address}")
        return target

    def use(self, path: Path) -> Path:
        """Take a file that lies in ``geo/``: as it was fetched, or as a person put it there."""
        record = self._read_record()
        sha256 = file_sha256(path)
        known = record.get(path.name, {})
        if known.get("sha256") == sha256:
            self.notes.append(f"{path} is there already")
            return path
        changed = " and is not the file that was fetched" if known.get("address") else ""
        self.notes.append(f"{path} was put there by hand{changed}")
        record[path.name] = {"address": None, "sha256": sha256, "bytes": path.stat().st_size}
        self._write_record(record)
        return path

    def _read_record(self) -> dict[str, dict[str, Any]]:
        path = self.geo / RECORD
        if not path.is_file():
            return {}
        try:
            return {str(name): dict(entry) for name, entry in parse_json(path.read_text("utf-8"))["files"].items()}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise FormatError(
                "the record of the downloads is damaged", path=path, found=str(error), hint="remove this file"
            ) from error

    def _write_record(self, record: dict[str, dict[str, Any]]) -> None:
        content = {"series": self.accession, "files": dict(sorted(record.items()))}
        write_bytes((json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode(), self.geo / RECORD)


def fetch_series(
    accession: str,
    root: str | Path,
    *,
    platform: str | None = None,
    with_raw: bool = True,
    on_progress: OnProgress | None = None,
) -> SeriesFiles:
    """Fetch the files of a series into a study's folder; those that are there are used as they are.

    Parameters
    ----------
    accession
        ``GSE…``.
    root
        The study's folder.
    platform
        ``GPL…``; needed for a series of several.
    with_raw
        False leaves the raw files where they are.
    on_progress
        Called while a file comes in.

    Raises
    ------
    OfflineError
        Where the series matrix, or raw files that the series has, can't be had; it says what to download from
        where into which folder.
    NotFoundError
        Where GEO has no such series.
    UsageError
        Where the series has several platforms and none was chosen, or not the one that was.
    FormatError
        Where a file is damaged, or an archive holds more than files.
    """
    folder = _Folder(Path(root), accession, on_progress)
    path, matrix = _matrix(folder, platform)
    own = next(
        iter(dict.fromkeys((*matrix.series.get("platform_id", ()), *matrix.one_a_sample("platform_id")))), ""
    )
    table = _platform(folder, own) if own else None
    others = _supplementary(matrix)
    archive = next((each for each in others if each.endswith(f"/{accession}_RAW.tar")), "")
    raw: list[Path] = []
    if with_raw:
        packed = folder.find(f"{accession}_RAW.tar")
        if packed:
            tar: Path | None = folder.use(packed[0])
        elif _files_in(folder.root / RAW_FOLDER):
            tar = None  # unpacked by hand
        else:
            tar = folder.fetch([archive], [f"{accession}_RAW.tar"], _check_archive) if archive else None
        if tar is not None:
            _unpack(tar, folder.root / RAW_FOLDER)
        raw = _files_in(folder.root / RAW_FOLDER)
    return SeriesFiles(
        path,
        matrix,
        own,
        table,
        tuple(raw),
        tuple(folder.notes),
        tuple(each for each in others if each != archive),
    )


def _files_in(folder: Path) -> list[Path]:
    return sorted(each for each in folder.glob("[!.]*") if each.is_file())


def _matrix(folder: _Folder, platform: str | None) -> tuple[Path, SeriesMatrix]:
    """Return the series matrix, of the platform that was asked for."""
    accession = folder.accession
    found = folder.find(f"{accession}*_series_matrix.txt*")
    fitting = [path for path in found if platform is None or _platform_in(path, accession) in ("", platform)]
    if len(fitting) > 1:
        raise _several([_platform_in(path, accession) for path in fitting], accession)
    if fitting:
        path = folder.use(fitting[0])
        return path, _of_platform(path, platform)
    for mark in (platform, "") if platform else ("",):  # a single platform is not in the name of its matrix
        address = matrix_address(accession, mark)
        try:
            path = folder.fetch([address], [address.rpartition("/")[2]], read_series_matrix)
            break
        except NotFoundError:
            continue
        except OfflineError as error:
            raise _what_to_download(error, folder, address) from error
    else:
        platforms = _platforms_of(folder)
        if platforms:
            raise _several(platforms, accession, platform)
        raise NotFoundError(
            f"GEO has no series matrix of {accession}",
            path=address,
            hint=f"look at {_QUERY}?acc={accession}: the accession may be wrong, or the series not public",
        )
    return path, _of_platform(path, platform)


def _of_platform(path: Path, platform: str | None) -> SeriesMatrix:
    matrix = read_series_matrix(path)
    stated = {*matrix.series.get("platform_id", ()), *matrix.one_a_sample("platform_id")} - {""}
    if platform is not None and stated and platform not in stated:
        raise UsageError(
            "this series matrix is of another platform",
            parameter="platform",
            found=", ".join(sorted(stated)),
            expected=platform,
            hint=f"leave {option('platform')} out",
        )
    return matrix


def _platform_in(path: Path, accession: str) -> str:
    """Return the platform in the name of a series matrix; empty where there is none."""
    found = re.match(rf"{accession}-(GPL\d+)", path.name)
    return found[1] if found else ""


def _several(platforms: Sequence[str], accession: str, asked: str | None = None) -> UsageError:
    return UsageError(
        f"{accession} has no platform {asked}" if asked else f"{accession} has several platforms",
        parameter="platform",
        found=", ".join(platforms),
        expected="one of them",
        hint=f"choose one: {option('platform', platforms[0])}",
    )


def _platforms_of(folder: _Folder) -> list[str]:
    """Return the platforms that the record of a series names; empty where GEO does not give it."""
    try:
        with downloaded([record_address(folder.accession, "brief")]) as download:
            return re.findall(r"^!Series_platform_id = (GPL\d+)\s*$", read_text(download.path), re.MULTILINE)
    except MirtoolError:
        return []


def _platform(folder: _Folder, platform: str) -> Path | None:
    """Return the table of a platform; None where it can't be had, which is noted."""
    found = folder.find(f"{platform}.txt*", f"{platform}-*.txt*", f"{platform}*.soft*", f"{platform}.annot*")
    if found:
        path = folder.use(found[0])
        read_platform(path)
        return path
    try:
        return folder.fetch(
            [record_address(platform, "full"), annotation_address(platform)],
            [f"{platform}.txt", f"{platform}.annot.gz"],
            read_platform,
        )
    except OfflineError as error:
        folder.notes.append(
            f"the table of the platform could not be had ({error.problem}): put the full table of "
            f"{_QUERY}?acc={platform} into {folder.geo}"
        )
        return None


def _supplementary(matrix: SeriesMatrix) -> list[str]:
    """Return the addresses of the files that a series names, over HTTPS."""
    stated = [each.strip() for line in matrix.series.get("supplementary_file", ()) for each in line.split(";")]
    return [re.sub(r"^ftp://", "https://", each) for each in stated if "://" in each]


def _damaged(address: str, error: FormatError, by_hand: str) -> OfflineError:
    """Return the error for a file that came whole and can't be read: GEO's copy, or a page in its place."""
    return OfflineError(
        f"what the server sent can't be read: {error.problem}",
        path=address,
        found=error.found,
        hint=f"try again later; or {by_hand}",
    )


def _what_to_download(error: OfflineError, folder: _Folder, address: str) -> OfflineError:
    """Return an error that says which files of a series to download by hand, from where, and into which folder."""
    page = f"{_QUERY}?acc={folder.accession}"
    return OfflineError(
        error.problem,
        path=error.path,
        found=error.found,
        hint=f"run it where there is a connection; or download {address}, for raw files "
        f"{raw_address(folder.accession)}, and the full table of the platform that {page} names, put them into "
        f"{folder.geo}, and run the same command again",
    )


def _check_archive(path: Path) -> None:
    for _ in _members(path):
        pass


def _members(path: Path) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """Yield the files of an archive, after refusing what is no plain file in its top folder.

    Raises
    ------
    FormatError
        Where the archive is cut or damaged, or holds a link, a device, a path, or two files of one name.
    """
    seen: set[str] = set()
    try:
        with tarfile.open(path, "r:") as archive:
            for member in archive:
                if member.isdir():
                    continue
                name = PurePosixPath(member.name.removeprefix("./"))
                if not member.isreg() or len(name.parts) != 1 or "\\" in member.name or ":" in member.name:
                    raise FormatError(
                        "the archive holds something else than files in its top folder; nothing was unpacked",
                        path=path,
                        found=repr(member.name[:100]) + (", a link" if member.issym() or member.islnk() else ""),
                        hint=f"if you trust it, unpack it yourself, move the arrays' files into {RAW_FOLDER}, "
                        f"and remove it from {GEO_FOLDER}",
                    )
                if name.name.casefold() in seen:
                    raise FormatError("the archive holds two files of one name", path=path, found=name.name)
                seen.add(name.name.casefold())
                yield archive, member
            _check_end(path, archive.offset)
    except (tarfile.TarError, EOFError) as error:
        raise FormatError(
            "the archive is damaged or was cut",
            path=path,
            found=str(error),
            hint="download it again",
        ) from error


def _check_end(path: Path, end: int) -> None:
    """Refuse an archive without the empty block at its end: tarfile takes a cut between two files for one."""
    with path.open("rb") as file:
        file.seek(end)
        if file.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            raise tarfile.ReadError("no end")


def _unpack(path: Path, folder: Path) -> None:
    """Unpack an archive into a folder, each file whole or not at all; files that are there as packed stay."""
    _check_archive(path)
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for archive, member in _members(path):
        target = folder / PurePosixPath(member.name).name
        if target.is_file() and target.stat().st_size == member.size:
            continue
        part = target.with_name(f".{target.name}.part")
        packed = archive.extractfile(member)
        assert packed is not None  # it is a regular file
        with _writing(target), packed:
            with part.open("wb") as file:
                shutil.copyfileobj(packed, file, _PIECE)
            part.replace(target)


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"can't write: {error.strerror or error}", path=target) from error
