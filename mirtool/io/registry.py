"""The formats mirtool knows, and how a file is told to be one of them: by its content, never by its name.

Each format is one module of :mod:`mirtool.io` with two functions: ``sniff(head)``, which looks at the first
64 KiB and answers whether the file is of this format (it never raises), and ``inspect(path)``, which reads the
file and says what is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from mirtool.errors import UnknownFormatError, UsageError
from mirtool.io.tables.text import FileHead, is_workbook, read_head

FORMATS: Mapping[str, str] = {
    "genepix": "mirtool.io.arrays.genepix",
    "gal": "mirtool.io.arrays.gal",
    "imagene": "mirtool.io.arrays.imagene",
    "agilent": "mirtool.io.arrays.agilent",
    "geo-series-matrix": "mirtool.io.arrays.geo",
    "geo-platform": "mirtool.io.arrays.geo_platform",
    "service-workbook": "mirtool.io.arrays.service_workbook",
    "matrix": "mirtool.io.arrays.matrix",
    "interactions": "mirtool.io.targets.interactions",
    "gene-sets": "mirtool.io.genes.gene_sets",
    "mirna-names": "mirtool.io.mirnas.aliases",
    "qpcr": "mirtool.io.arrays.ct_tables",
    "gene-changes": "mirtool.io.genes.gene_changes",
    "protein-interactions": "mirtool.io.targets.protein_interactions",
    "mirna-loci": "mirtool.io.mirnas.mirna_loci",
    "fasta": "mirtool.io.mirnas.fasta",
}
"""Format name to the module that reads it."""

SIGNED = ("genepix", "gal", "imagene", "agilent", "geo-series-matrix")
"""Formats with a mark of their own in the first lines or column names, which no other file has."""


@dataclass(frozen=True)
class Inspection:
    """What one file holds.

    ``spots`` counts its rows of data; ``channels`` names its wavelengths or channels; ``details`` are the
    format's own facts (scanner, GAL lot, sheets …) for a person to read.
    """

    path: str
    format: str
    spots: int
    channels: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


def _module(name: str) -> Any:
    return import_module(FORMATS[name])


def check_format_name(name: str) -> str:
    """Refuse a ``--format`` that does not exist."""
    if name not in FORMATS:
        raise UsageError(f"no format is called {name!r}", expected="one of " + ", ".join(FORMATS))
    return name


_PARQUET_MAGIC = b"PAR1"

_OF_NORMALIZE = " (of mirtool normalize: --input-format)"
"""There, ``--format`` is the format of the result."""


def sniff_format(path: str | Path, override: str | None = None) -> str:
    """Tell the format of a file by its first 64 KiB, or take ``override``.

    All formats are asked, unless one of :data:`SIGNED` claims the file: then none of the others would.

    Raises
    ------
    UnknownFormatError
        Where no format claims the file, or more than one does; the candidates are listed.
    """
    if override:
        return check_format_name(override)
    head = read_head(path)
    claims = []
    for name in FORMATS:
        if _module(name).sniff(head):
            claims.append(name)
            if name in SIGNED:
                break
    if len(claims) == 1:
        return claims[0]
    if claims:
        raise UnknownFormatError(
            "more than one format claims this file",
            path=path,
            found=", ".join(claims),
            expected="one format",
            hint="say which it is: --format " + " or --format ".join(claims) + _OF_NORMALIZE,
        )
    raise UnknownFormatError(
        "no format that mirtool knows claims this file",
        path=path,
        found=_first_line(head),
        expected="one of " + ", ".join(FORMATS),
        hint="export the file from GenePix as results (.gpr) or as a table with an ID or Name column and one "
        "column a sample; if you are sure of its format, say so with --format" + _OF_NORMALIZE,
    )


def _first_line(head: FileHead) -> str:
    if is_workbook(head.data):
        return "a workbook without a table that can be recognised"
    if head.data.startswith(_PARQUET_MAGIC):
        return "a Parquet file; `mirtool targets info NAME` tells of one in mirtool's library"
    if not head.text:
        return "binary data"
    line = next((line.strip() for line in head.lines if line.strip()), "")
    return f"the first line {line[:80]!r}" if line else "blank lines only"


def inspect_file(path: str | Path, override: str | None = None) -> Inspection:
    """Read a file of any format and say what it holds."""
    inspect: Callable[[str | Path], Inspection] = _module(sniff_format(path, override)).inspect
    return inspect(path)
