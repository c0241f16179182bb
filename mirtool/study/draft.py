"""A first draft of the sample sheet, from the files of the arrays: the samples, never their groups."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from mirtool.errors import FormatError, SampleSheetError, UsageError
from mirtool.io.arrays.ct_words import SAMPLE
from mirtool.io.arrays.imagene import ImageneArray, pair_files
from mirtool.io.arrays.sample_matching import FURTHER_FILES, HY5_COLUMN
from mirtool.io.counts.refusal import counts_beside_arrays
from mirtool.io.registry import FORMATS, array_formats, count_formats, module_of, sniff_format
from mirtool.io.tables.text import STDIN
from mirtool.model import SampleTable, Table, text_array
from mirtool.study.scale import SCALE_COLUMN

_SUFFIXES = frozenset({".gz", ".gpr", ".rcc", ".txt", ".csv", ".tsv", ".xls", ".xlsx", ".grouped"})
_SEPARATORS = " _.-"
_TOKEN = re.compile(r"[^ _.\-]+[ _.\-]*")


def draft_samples(
    files: Sequence[str],
    folder: str | Path = ".",
    *,
    format: str | None = None,
    samples_in_rows: bool = False,
) -> Table:
    """List the samples in arrays' files as a sample sheet whose groups are still empty.

    Parameters
    ----------
    files
        One array per file (the sample is named after the file, see :func:`names_from_files`); tables with one
        column per sample (named as the column is): plain ones, a service's workbooks, GEO series matrices; or
        plates of a qPCR panel, whose wells name the samples, each on one plate or several. The two ImaGene files
        of an array are paired by their names (:func:`mirtool.io.arrays.imagene.pair_files`).
    folder
        Where the sheet will lie: its paths are relative to it.
    format
        Format of all files; recognized by their content if not given.
    samples_in_rows
        True says that plain tables have one row per sample.

    Returns
    -------
    Table
        Columns ``sample``, ``group`` (empty but where a table itself has a row or column of that name) and
        ``file``, in the order of ``files``; ``scale`` where a table's values are log2 (``log2``) or sequencing
        reads (``counts``); ``file_hy5`` where arrays are pairs of files; ``file_2``, ``file_3`` … where a sample
        is on several plates; and what tables say of their samples, such as the characteristics in a GEO series
        matrix that differ.

    Raises
    ------
    UsageError
        Where a file is named twice, or is standard input.
    UnknownFormatError, FormatError
        Where a file holds neither arrays nor counts nor Ct values, or files hold samples of several kinds.
    SampleSheetError
        Where two arrays would get the same sample name.
    ArrayMismatchError
        Where an ImaGene file has no partner, and others have.
    """
    _refuse_repeated_files(files)
    formats = {file: _array_format(file, format or ("matrix" if samples_in_rows else None)) for file in files}
    if any(FORMATS[own].wells for own in formats.values()):
        return _draft_panel(files, formats, Path(folder))
    pairs = pair_files([file for file in files if FORMATS[formats[file]].one_channel_per_file])
    names = {next(iter(pair.files.values())): pair.name for pair in pairs}
    partner_of = {first: second for first, second in (_two_files(pair) for pair in pairs) if second}
    kinds = {file: FORMATS[formats[file]] for file in files}
    single = [file for file in files if not (kinds[file].one_channel_per_file or kinds[file].table)]
    names |= zip(single, names_from_files(single), strict=True)
    tables = [
        SampleTable((names[file],), files=(file,))
        if file in names
        else module_of(formats[file]).read_sample_table(file, samples_in_rows)
        for file in files
        if file not in partner_of.values()
    ]
    rows = [row for table in tables for row in zip(table.names, table.files, strict=True)]
    _refuse_repeated_samples(rows)
    columns = {
        "sample": text_array(sample for sample, _ in rows),
        "group": text_array(group for table in tables for group in table.groups),
        "file": text_array(relative_path(file, Path(folder)) for _, file in rows),
    }
    scales = {
        file: _scale_of(file, formats[file], samples_in_rows)
        for file in files
        if kinds[file].table or kinds[file].counts
    }
    _refuse_counts_beside_arrays(files, scales)
    if any(scales.values()):
        columns[SCALE_COLUMN] = text_array(scales.get(file, "") for _, file in rows)
    if partner_of:
        seconds = [partner_of.get(file, "") for _, file in rows]
        columns[HY5_COLUMN] = text_array(relative_path(file, Path(folder)) if file else "" for file in seconds)
    for key in dict.fromkeys(key for table in tables for key in table.extra):
        columns[key] = text_array(cell for table in tables for cell in table.extra.get(key, ("",) * len(table)))
    return Table(columns)


def _draft_panel(files: Sequence[str], formats: Mapping[str, str], folder: Path) -> Table:
    """List the samples of qPCR plates; where one is on several, the columns file_2, file_3 … name the others."""
    from mirtool.io.arrays.ct_panels import read_plates
    from mirtool.io.arrays.read_options import ReadOptions

    other = next((file for file in files if not FORMATS[formats[file]].wells), None)
    if other is not None:
        raise FormatError(
            "tables of Ct values are among other files",
            path=other,
            found=f"the format {formats[other]}",
            expected="samples of one kind",
            hint="make a study of its own for each; `mirtool validate` compares arrays with qPCR",
        )
    groups: dict[str, str] = {}
    plates: dict[str, list[str]] = {}
    for file in files:
        wells = read_plates([file], ReadOptions(), ()).wells
        for name, group, role in zip(wells.sample, wells.group, wells.role, strict=True):
            if role == SAMPLE:
                groups[name] = groups.get(name) or group
                plates.setdefault(name, [])
                if file not in plates[name]:
                    plates[name].append(file)
    _refuse_many_plates(plates)
    columns = {"sample": text_array(plates), "group": text_array(groups[name] for name in plates)}
    for place in range(max(map(len, plates.values()), default=1)):
        cells = (relative_path(own[place], folder) if place < len(own) else "" for own in plates.values())
        columns["file" if place == 0 else f"file_{place + 1}"] = text_array(cells)
    return Table(columns)


def _refuse_many_plates(plates: Mapping[str, Sequence[str]]) -> None:
    most = 1 + sum(name != HY5_COLUMN for name in FURTHER_FILES)
    for name, own in plates.items():
        if len(own) > most:
            raise SampleSheetError(
                f"the sample {name!r} is on {len(own)} plates",
                expected=f"at most {most}",
                hint="put the exports of its plates together in one table",
            )


def _scale_of(file: str, format: str, samples_in_rows: bool) -> str:
    """Return ``"log2"`` or ``"counts"`` where a table says so or its values look like it; else blank."""
    from mirtool.io.arrays.value_scale import scale_of

    if FORMATS[format].counts:
        return "counts"
    read_values = getattr(module_of(format), "read_values", None)
    if read_values is None:
        return ""
    found = read_values(file, samples_in_rows)
    name = scale_of(found.table, found.values).name
    return name if name == "log2" or (name == "counts" and format == "matrix") else ""


def _refuse_counts_beside_arrays(files: Sequence[str], scales: Mapping[str, str]) -> None:
    counts = [file for file in files if scales.get(file) == "counts"]
    arrays = [file for file in files if scales.get(file) != "counts"]
    if counts and arrays:
        raise counts_beside_arrays(counts[0], arrays[0])


def _two_files(pair: ImageneArray) -> tuple[str, str]:
    """Return the files of an ImaGene array's channels, the second empty where there is one only."""
    first, *others = pair.files.values()
    return first, others[0] if others else ""


def names_from_files(files: Sequence[str]) -> list[str]:
    """Name each sample after its file, without the extension and without what all names have in common.

    Only whole words (separated by ``_``, ``-``, ``.`` or a blank) are left out: none at the front where a name
    would then begin with a digit, and no bare number at the end. Files of one name in several folders get their
    folder's name in front.

    Examples
    --------
    >>> names_from_files(["run7_resistant_1_S01.gpr", "run7_responding_1_S01.gpr"])
    ['resistant_1', 'responding_1']
    >>> names_from_files(["MM_01.gpr.gz", "MM_02.gpr.gz"])
    ['MM_01', 'MM_02']
    >>> names_from_files(["before/P1.gpr", "after/P1.gpr"])
    ['before_P1', 'after_P1']
    """
    stems = [_stem(file) for file in files]
    if len(set(stems)) < len(stems):
        return [f"{Path(file).resolve().parent.name}_{stem}" for file, stem in zip(files, stems, strict=True)]
    if len(stems) < 2:
        return stems
    words = [_TOKEN.findall(stem) for stem in stems]
    shortest = min(map(len, words))
    front = _count_common(words, shortest - 1)
    while front and any(name[front][0].isdigit() for name in words):
        front -= 1
    back = _count_common([name[::-1] for name in words], shortest - 1 - front)
    while back and words[0][-back].strip(_SEPARATORS).isdigit():
        back -= 1
    names = ["".join(name[front : len(name) - back]).rstrip(_SEPARATORS) for name in words]
    return names if all(names) else stems


def _stem(file: str) -> str:
    path = Path(file)
    while path.suffix.lower() in _SUFFIXES and path.stem:
        path = path.with_suffix("")
    return path.name


def _count_common(words: Sequence[Sequence[str]], at_most: int) -> int:
    """Count the leading words that all names share."""
    n = 0
    while n < at_most and len({name[n].rstrip(_SEPARATORS) for name in words}) == 1:
        n += 1
    return n


def _refuse_repeated_files(files: Sequence[str]) -> None:
    seen: set[Path] = set()
    for file in files:
        if file == STDIN:
            raise UsageError("a sample sheet needs files it can name, not standard input")
        if Path(file).resolve() in seen:
            raise UsageError("the same file is named twice", found=file, expected="every file once")
        seen.add(Path(file).resolve())


def _array_format(file: str, format: str | None) -> str:
    name = sniff_format(file, format)
    if not (FORMATS[name].arrays or FORMATS[name].counts or FORMATS[name].wells):
        raise FormatError(
            "this file holds no values of samples",
            path=file,
            found=f"the format {name}",
            expected=f"scanner files or a table of intensities ({', '.join(array_formats())}), sequencing counts "
            f"({', '.join(count_formats())}), or Ct values",
            hint="leave it out of the call",
        )
    return name


def _refuse_repeated_samples(rows: Sequence[tuple[str, str]]) -> None:
    first: dict[str, str] = {}
    for sample, file in rows:
        if sample in first:
            raise SampleSheetError(
                f"two samples would get the name {sample!r}",
                path=file,
                found=f"the same name from {first[sample]}",
                expected="its own name for every sample",
                hint="rename one of the files (or columns), or write the sheet by hand: sample,group,file",
            )
        first[sample] = file


def relative_path(file: str, folder: Path) -> str:
    """Return a file as a sheet in ``folder`` names it."""
    try:
        return Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:  # on Windows, where the file lies on another drive
        return Path(file).resolve().as_posix()
