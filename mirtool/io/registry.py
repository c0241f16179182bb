"""The formats mirtool knows, and how a file is told to be one of them: by its content, never by its name.

Each format is one module of :mod:`mirtool.io` and one entry of :data:`FORMATS`. The module has two functions:
``sniff(head)``, which looks at the first 64 KiB and answers whether the file is of this format (it never raises),
and ``inspect(path)``, which reads the file and says what is in it. What a format of arrays has besides is said by
:class:`Format`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from mirtool.errors import UnknownFormatError, option
from mirtool.io.foreign import refuse_foreign
from mirtool.io.tables.streams import is_content
from mirtool.io.tables.text import FileHead, is_workbook, read_bytes, read_head
from mirtool.settings import check_choice


@dataclass(frozen=True)
class Format:
    """What is known of a format before its module is imported.

    Parameters
    ----------
    module
        The module that reads it, with ``sniff`` and ``inspect``.
    signed
        True where the first lines or the column names bear a mark that no other file has.
    arrays
        True where files hold intensities: ``module.read_study_file(path, options)`` returns the arrays of one
        file (:class:`mirtool.io.arrays.read_options.ReadOptions`).
    table
        True where one file holds several samples, named by its columns:
        ``module.read_sample_table(path, samples_in_rows)`` returns them.
    pairs_channels
        True where the channels of an array may be separate files or columns, or files must be held against each
        other: ``module.pair_channels(parts, samples)`` puts them together.
    lanes
        True where an array is a lane of counted molecules, whose own controls say what is background.
    one_channel_per_file
        True where a file of two-channel arrays holds one channel only.
    takes
        The reading options that apply to this format alone.
    counts
        True where files hold sequencing counts: ``module.read_counts(path, samples_in_rows)`` returns them
        (:class:`mirtool.io.counts.read_table.ReadTable`). A plain table may hold counts too, where that is stated.
    wells
        True where files hold Ct values of wells: ``module.read_ct(path, samples=names)`` returns them
        (:class:`mirtool.io.arrays.ct_wells.CtTable`).
    """

    module: str
    signed: bool = False
    arrays: bool = False
    table: bool = False
    pairs_channels: bool = False
    one_channel_per_file: bool = False
    lanes: bool = False
    takes: tuple[str, ...] = ()
    counts: bool = False
    wells: bool = False


_ARRAYS, _COUNTS = "mirtool.io.arrays", "mirtool.io.counts"

FORMATS: Mapping[str, Format] = {
    "genepix": Format(f"{_ARRAYS}.genepix", signed=True, arrays=True, takes=("foreground", "background")),
    "gal": Format(f"{_ARRAYS}.gal", signed=True),
    "imagene": Format(
        f"{_ARRAYS}.imagene", signed=True, arrays=True, pairs_channels=True, one_channel_per_file=True
    ),
    "agilent": Format(f"{_ARRAYS}.agilent", signed=True, arrays=True, takes=("signal",)),
    "nanostring": Format(f"{_ARRAYS}.nanostring", signed=True, arrays=True, pairs_channels=True, lanes=True),
    "nanostring-zip": Format(
        f"{_ARRAYS}.nanostring_zip", signed=True, arrays=True, table=True, pairs_channels=True, lanes=True
    ),
    "geo-series-matrix": Format(f"{_ARRAYS}.geo", signed=True, arrays=True, table=True),
    "affymetrix": Format(f"{_ARRAYS}.affymetrix", signed=True, arrays=True, table=True),
    "mirdeep2-counts": Format(f"{_COUNTS}.mirdeep2", signed=True, table=True, counts=True),
    "mirge-counts": Format(f"{_COUNTS}.mirge", signed=True, table=True, counts=True),
    "excerpt-counts": Format(f"{_COUNTS}.excerpt", signed=True, counts=True),
    "srnabench-counts": Format(f"{_COUNTS}.srnabench", signed=True, counts=True),
    "tcga-counts": Format(f"{_COUNTS}.tcga", signed=True, counts=True),
    "geo-platform": Format(f"{_ARRAYS}.geo_platform"),
    "service-workbook": Format(f"{_ARRAYS}.service_workbook", arrays=True, table=True),
    "matrix": Format(f"{_ARRAYS}.matrix", arrays=True, table=True, pairs_channels=True),
    "interactions": Format("mirtool.io.targets.interactions"),
    "gene-sets": Format("mirtool.io.genes.gene_sets"),
    "mirna-names": Format("mirtool.io.mirnas.aliases"),
    "qpcr": Format(f"{_ARRAYS}.ct_tables", wells=True),
    "gene-changes": Format("mirtool.io.genes.gene_changes"),
    "protein-interactions": Format("mirtool.io.targets.protein_interactions"),
    "mirna-loci": Format("mirtool.io.mirnas.mirna_loci"),
    "fasta": Format("mirtool.io.mirnas.fasta"),
}
"""Every format by its name, in the order in which they are asked whether a file is theirs."""


def count_formats() -> tuple[str, ...]:
    """Return the names of the formats that hold sequencing counts and nothing else."""
    return tuple(name for name, own in FORMATS.items() if own.counts)


def has_counts(path: str | Path) -> bool:
    """Return True for a file of a format of sequencing counts, or a table that states it; pipes are kept."""
    if not is_content(path):
        return False
    head, plain = read_head(path), module_of("matrix")
    if plain.is_normalized(head):
        return False
    return any(module_of(name).sniff(head) for name in count_formats()) or bool(plain.states_counts(head))


def has_wells(path: str | Path) -> bool:
    """Return True for a file of Ct values, whatever instrument wrote it; pipes are kept."""
    try:
        return is_content(path) and FORMATS[sniff_format(path)].wells
    except UnknownFormatError:
        return False


def array_formats() -> tuple[str, ...]:
    """Return the names of the formats that hold intensities, and so samples."""
    return tuple(name for name, own in FORMATS.items() if own.arrays)


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


def module_of(name: str) -> Any:
    """Return the module that reads a format."""
    return import_module(FORMATS[name].module)


def check_format_name(name: str) -> str:
    """Return the name of a format if it exists.

    Raises
    ------
    UsageError
        Where it does not.
    """
    return check_choice("format", name, FORMATS, "format_name")


_PARQUET_MAGIC = b"PAR1"

_OF_NORMALIZE = f" (of `mirtool normalize`: {option('input_format')})"
"""There, the option ``--format`` is the format of the result."""


def sniff_format(path: str | Path, override: str | None = None) -> str:
    """Return the format of a file by its first 64 KiB, or take ``override``.

    All formats are asked, unless one that is ``signed`` claims the file: then none of the others would.

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
        if module_of(name).sniff(head):
            claims.append(name)
            if FORMATS[name].signed:
                break
    if len(claims) == 1:
        return claims[0]
    if claims:
        raise UnknownFormatError(
            "more than one format claims this file",
            path=path,
            found=", ".join(claims),
            expected="one format",
            hint="name it: " + " or ".join(option("format_name", claim) for claim in claims) + _OF_NORMALIZE,
        )
    _refuse_own_result(head)
    refuse_foreign(read_bytes(path) if is_workbook(head.data) else head.data, path)
    raise UnknownFormatError(
        "no format that mirtool knows claims this file",
        path=path,
        found=_first_line(head),
        expected="one of " + ", ".join(FORMATS),
        hint="give the file as the instrument's or counting program's software exports it (docs/formats.md lists "
        "them), or a table with an ID or Name column and one column per sample; if you are sure of its format, "
        f"name it with {option('format_name')}{_OF_NORMALIZE}",
    )


def _refuse_own_result(head: FileHead) -> None:
    """Refuse a result of mirtool by the notes above its table, or in the record beside it."""
    from mirtool.io.tables.text_tables import head_table

    table = head_table(head)
    own = next((note for note in table.notes if note.startswith("mirtool ")), None) if table else None
    if own is not None:
        raise UnknownFormatError(
            "this is a result of mirtool, not a file of measurements or of a database",
            path=head.path,
            found=f"the note {own!r}",
            hint="in a study folder the steps find each other's results by themselves; columns.csv (or "
            "NAME.columns.csv) says what the columns mean",
        )


def _first_line(head: FileHead) -> str:
    if is_workbook(head.data):
        return "a workbook without a table that can be recognised"
    if head.data.startswith(_PARQUET_MAGIC):
        return "a Parquet file; `mirtool targets info NAME` describes one in mirtool's library"
    if not head.text:
        return "binary data"
    line = next((line.strip() for line in head.lines if line.strip()), "")
    return f"the first line {line[:80]!r}" if line else "blank lines only"


def inspect_file(path: str | Path, override: str | None = None) -> Inspection:
    """Read a file of any format and say what it holds."""
    inspect: Callable[[str | Path], Inspection] = module_of(sniff_format(path, override)).inspect
    return inspect(path)
