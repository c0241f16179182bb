"""The raw files of a study: which file belongs to which sample, and the MD5 that repositories ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mirtool.io.arrays.sample_matching import further_files
from mirtool.model import SampleTable

_PIECE = 1 << 20


@dataclass(frozen=True)
class RawFile:
    """A raw file of a sample.

    Parameters
    ----------
    sample
        The name of the sample; a file that holds several samples is listed with the first.
    path
        The file, as the sample sheet's folder sees it.
    """

    sample: str
    path: str

    @property
    def name(self) -> str:
        """The name of the file without its folder, as a repository lists it."""
        return Path(self.path).name


def raw_files(samples: SampleTable, scale: str | None = None) -> list[RawFile]:
    """Return the raw files that a sample sheet names, each once, in its order; nothing where it names none.

    Parameters
    ----------
    samples
        The sample sheet.
    scale
        The scale that the study states (:func:`mirtool.study.scale.stated_scale`): tables of log2 values are no
        raw data.
    """
    if scale == "log2":
        return []
    found: dict[str, RawFile] = {}
    for each in _named(samples):
        found.setdefault(each.path, each)
    return list(found.values())


def files_of(samples: SampleTable, position: int) -> list[str]:
    """Return the raw files of one sample: one, several where it has two channels or plates, or none."""
    paths = [samples.files[position], *(column[position] for column in further_files(samples))]
    return [path for path in paths if path]


def _named(samples: SampleTable) -> Iterator[RawFile]:
    for i, name in enumerate(samples.names):
        yield from (RawFile(name, path) for path in files_of(samples, i))


def md5_of(path: str | Path) -> str:
    """Return the MD5 of a file as it is, packed or not.

    Repositories check uploads by it; it does not protect against intent.
    """
    digest = hashlib.md5(usedforsecurity=False)
    with Path(path).open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
