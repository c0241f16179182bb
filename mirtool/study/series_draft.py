"""A first draft of the sample sheet of a GEO series: its raw files where they can be read, else its matrix."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mirtool.annotation.probes import ProbeKind, classify_probes, is_kind
from mirtool.errors import FormatError, MirtoolError, option
from mirtool.io.arrays.geo import SeriesMatrix, read_sample_table
from mirtool.io.arrays.imagene import channel_of
from mirtool.io.arrays.sample_matching import HY5_COLUMN
from mirtool.io.registry import FORMATS, sniff_format
from mirtool.model import Table, text_array
from mirtool.study.draft import draft_samples, relative_path
from mirtool.wording import plural

DYES = (("Hy3", "Hy5"), ("Cy3", "Cy5"))
_SAMPLE = re.compile(r"(GSM\d+)(?!\d)")


@dataclass(frozen=True)
class SeriesDraft:
    """The draft of the sheet of a series.

    Parameters
    ----------
    sheet
        Its samples, with what the series says of them; groups empty.
    notes
        What became of the raw files; one sentence each.
    of_raw
        True where the sheet names raw files.
    """

    sheet: Table
    notes: tuple[str, ...]
    of_raw: bool


def draft_series(
    path: str | Path, matrix: SeriesMatrix, raw: Sequence[Path], folder: str | Path, *, values: str = "auto"
) -> SeriesDraft:
    """List the samples of a series, each with its raw file or as a column of the series matrix.

    Parameters
    ----------
    path, matrix
        The series matrix.
    raw
        Its raw files; their names begin with the sample's GSM number. The two files of an ImaGene slide are told
        apart by the dyes in their names.
    folder
        Where the sheet will lie.
    values
        ``"raw"``, ``"matrix"``, or ``"auto"``: raw files where there is one per sample that can be read.

    Raises
    ------
    FormatError
        Where what was asked for is not there, or neither raw files nor the matrix hold values.
    """
    arrays, why = ({}, "") if values == "matrix" else _arrays_of(matrix, raw)
    if arrays:
        samples = read_sample_table(path)
        columns = {
            "sample": text_array(samples.names),
            "group": text_array(samples.groups),
            "file": text_array(relative_path(str(arrays[name][0]), Path(folder)) for name in samples.names),
        }
        if all(len(files) == 2 for files in arrays.values()):
            seconds = (relative_path(str(arrays[name][1]), Path(folder)) for name in samples.names)
            columns[HY5_COLUMN] = text_array(seconds)
        return SeriesDraft(
            Table(columns | {key: text_array(cells) for key, cells in samples.extra.items()}), (), True
        )
    if values == "raw":
        raise FormatError(
            "the raw files of the series can't be taken",
            path=path,
            found=why,
            expected="one file per sample, of scanner software that mirtool reads",
            hint=f"take the series matrix: {option('values', 'matrix')}",
        )
    if not len(matrix.table):
        raise FormatError(
            "the series matrix holds no values",
            path=path,
            found=why or None,
            hint="the series keeps them in its supplementary files: download those from its page on GEO, and name "
            "them: mirtool init FILES",
        )
    notes = (f"the values are those of the series matrix: {why}",) if why else ()
    return SeriesDraft(draft_samples([str(path)], folder), notes, False)


def needs_platform(matrix: SeriesMatrix) -> bool:
    """Return True where most rows of a series matrix are not named as miRNAs."""
    ids = matrix.table.text(0)
    return 2 * int(is_kind(classify_probes(ids, ids), ProbeKind.MIRNA).sum()) <= len(ids)


def _arrays_of(matrix: SeriesMatrix, raw: Sequence[Path]) -> tuple[Mapping[str, Sequence[Path]], str]:
    """Return the array of each sample, of ImaGene both channels' files; or nothing and the reason."""
    if not raw:
        return {}, "the series has no raw files here"
    arrays: dict[str, list[Path]] = {}
    others: Counter[str] = Counter()
    wanted = set(matrix.accessions)
    for file in raw:
        found = _SAMPLE.match(file.name)
        if found is None or found[1] not in wanted:
            continue
        if _is_array(file):
            arrays.setdefault(found[1], []).append(file)
        else:
            others["".join(Path(file.name.removesuffix(".gz")).suffixes[-1:]) or file.name] += 1
    paired = {name: _in_order(files) for name, files in arrays.items()}
    if all(paired.get(name) for name in matrix.accessions):
        return paired, ""
    several = [name for name, files in arrays.items() if len(files) > 1]
    lacking = [name for name in matrix.accessions if name not in arrays]
    if several:
        return {}, f"{several[0]} has {len(arrays[several[0]])} raw files"
    if lacking:
        unread = f" ({', '.join(f'{n:,} {suffix}' for suffix, n in others.most_common(3))})" if others else ""
        return {}, f"{plural(len(lacking), 'sample has', 'samples have')} no raw file that mirtool reads{unread}"
    return arrays, ""


def _in_order(files: Sequence[Path]) -> list[Path]:
    """Return the two files of a slide, the sample's channel first; nothing where they are no such pair."""
    if len(files) != 2 or not all(FORMATS[sniff_format(file)].one_channel_per_file for file in files):
        return []
    by_channel = {channel_of(file): file for file in files}
    return next(
        ([by_channel[one], by_channel[other]] for one, other in DYES if {one, other} == set(by_channel)), []
    )


def _is_array(file: Path) -> bool:
    try:
        known = FORMATS[sniff_format(file)]
    except MirtoolError:
        return False
    return known.arrays and not known.table
