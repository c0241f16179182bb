"""ZIP files of NanoString RCC files, as nSolver and GEO provide the lanes of a cartridge or a study.

Every member whose name ends in ``.RCC`` (any case, in any folder of the archive) is a lane, named after the
member. Other members are not read. The lanes are read as :mod:`mirtool.io.arrays.nanostring` reads
files, and found in the sample sheet by name, as the columns of a table are.

*Refused.* An archive that is damaged or protected by a password; a member of more than 8 MB, or more than 5,000 of
them (a lane has some 50 kB); two lanes of one name; a lane that is not of the panel (RLF) of the others.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np

from mirtool.errors import FormatError
from mirtool.io.arrays.nanostring import (
    CHANNEL,
    RLF,
    arrays_of,
    attributes_of,
    is_rcc,
    lane_name,
    pair_channels,
    parse_lane,
)
from mirtool.io.arrays.read_options import ReadOptions
from mirtool.io.registry import Inspection
from mirtool.io.tables.text import FileHead, decode, read_bytes, unify_newlines
from mirtool.io.zip_archives import UNREADABLE_ZIP, ZIP_MAGIC
from mirtool.model import RawArrays, SampleTable

FORMAT = "nanostring-zip"
LARGEST_LANE = 8 << 20
MOST_LANES = 5000

__all__ = ["pair_channels"]


def sniff(head: FileHead) -> bool:
    """Claim a ZIP with a member whose name ends in ``.RCC`` and which begins as such a file does."""
    if not head.data.startswith(ZIP_MAGIC):
        return False
    try:
        with zipfile.ZipFile(BytesIO(read_bytes(head.path))) as archive:
            names = _lanes_in(archive)
            if not names:
                return False
            with archive.open(names[0]) as member:
                return is_rcc(unify_newlines(decode(member.read(4096), cut=True)))
    except UNREADABLE_ZIP:
        return False


def attributes_in(head: FileHead) -> list[dict[str, str]]:
    """Return what each lane of an archive says of panel and instrument; nothing of another file."""
    if not sniff(head):
        return []
    return [
        attributes_of(unify_newlines(decode(text))) for _, text in _read_lanes(read_bytes(head.path), head.path)
    ]


def inspect(path: str | Path) -> Inspection:
    """Read all lanes and say what they hold."""
    arrays = read_study_file(path, ReadOptions())
    pair_channels(arrays, None)
    sources = [part.sources[0] for part in arrays]
    density = np.array([float(source.header["BindingDensity"]) for source in sources])
    warnings = tuple(dict.fromkeys(warning for source in sources for warning in source.warnings))
    details = {
        "panel": sources[0].header.get(RLF, ""),
        "samples": [part.samples.names[0] for part in arrays],
        "cartridges": sorted({source.header.get("CartridgeID", "") for source in sources}),
        "binding_density": f"{density.min():g} to {density.max():g}",
    }
    return Inspection(str(path), FORMAT, arrays[0].n_spots, (CHANNEL,), warnings, details)


def read_study_file(path: str | Path, _options: ReadOptions) -> list[RawArrays]:
    """Return the lanes of one archive, as :mod:`mirtool.io.arrays.reading` asks for them.

    Raises
    ------
    FormatError
        As the module says.
    """
    data = read_bytes(path)
    sha256 = hashlib.sha256(data).hexdigest()
    seen: dict[str, str] = {}
    arrays = []
    for member, text in _read_lanes(data, path):
        name = lane_name(member)
        if name in seen:
            raise FormatError(
                f"two lanes of the archive have the name {name!r}",
                path=path,
                found=f"{seen[name]} and {member}",
                expected="its own name for every lane",
                hint="unpack the archive, rename one of the files, and name the files themselves",
            )
        seen[name] = member
        part = arrays_of(parse_lane(text, f"{path}: {member}"), path, name, sha256)
        arrays.append(part)
    return [_named_after(part, path) for part in arrays]


def read_sample_table(path: str | Path, _samples_in_rows: bool = False) -> SampleTable:
    """Return the lanes by their names, with cartridge and lane."""
    arrays = read_study_file(path, ReadOptions())
    headers = [part.sources[0].header for part in arrays]
    extra = {
        "cartridge": tuple(h.get("CartridgeID", "") for h in headers),
        "lane": tuple(h.get("ID", "") for h in headers),
    }
    return SampleTable(
        tuple(part.samples.names[0] for part in arrays),
        files=(str(path),) * len(arrays),
        extra={key: cells for key, cells in extra.items() if any(cells)},
    )


def _named_after(part: RawArrays, path: str | Path) -> RawArrays:
    """Return a lane whose source is the archive: this is the file that a record names and hashes."""
    return replace(part, sources=tuple(replace(source, path=str(path), format=FORMAT) for source in part.sources))


def _read_lanes(data: bytes, path: str | Path) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = _lanes_in(archive)
            if not names:
                raise FormatError("the archive holds no RCC file", path=path, expected="members that end in .RCC")
            too_large = [name for name in names if archive.getinfo(name).file_size > LARGEST_LANE]
            if too_large or len(names) > MOST_LANES:
                raise FormatError(
                    "the archive is too large for the lanes of a study",
                    path=path,
                    found=f"{too_large[0]} of more than 8 MB" if too_large else f"{len(names):,} RCC files",
                    hint="look at what is in it: a lane has some 50 kB",
                )
            for name in names:
                yield name, archive.read(name)
    except UNREADABLE_ZIP as error:
        raise FormatError(
            "the archive is damaged, or protected by a password",
            path=path,
            hint="copy it again from its source, or unpack it and name the RCC files",
        ) from error


def _lanes_in(archive: zipfile.ZipFile) -> list[str]:
    names = (name for name in archive.namelist() if not name.startswith("__MACOSX"))
    return sorted(name for name in names if name.lower().endswith(".rcc"))
