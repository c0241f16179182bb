"""The counts of one study: the files of its sample sheet put together, each checked, arrays refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mirtool.errors import FormatError, SampleSheetError
from mirtool.io.arrays.sample_matching import describe_unlisted, match_columns, match_files
from mirtool.io.counts.read_table import ReadTable
from mirtool.io.counts.refusal import APART
from mirtool.io.registry import FORMATS, module_of, sniff_format
from mirtool.model import BoolArray, FloatArray, SampleTable, TextArray, text_array
from mirtool.wording import plural


@dataclass(frozen=True, eq=False)
class StudyReads:
    """The reads of a study, every row an miRNA, every column a sample.

    Parameters
    ----------
    id, name
        ``(n_rows,)``, IDs unique.
    reads
        ``(n_rows, n_samples)``, complete.
    samples
        As the sheet has them; as the files name them where there is none.
    warnings
        What reading left out or changed, in words, each once.
    """

    id: TextArray
    name: TextArray
    reads: FloatArray
    samples: SampleTable
    warnings: tuple[str, ...]

    def take(self, rows: BoolArray) -> StudyReads:
        """Return the rows of a mask."""
        return replace(self, id=self.id[rows], name=self.name[rows], reads=self.reads[rows])


def is_count_format(name: str) -> bool:
    """Return True for a format that holds counts and nothing else."""
    return FORMATS[name].counts


def read_file(path: str | Path, samples_in_rows: bool = False) -> ReadTable:
    """Read the counts of one file: of a program's own format, or a plain table that is stated to hold counts.

    Raises
    ------
    FormatError
        Where the file can't be read, or is of another kind.
    """
    from mirtool.io.counts import plain

    found = sniff_format(path, "matrix" if samples_in_rows else None)
    if is_count_format(found):
        counts: ReadTable = module_of(found).read_counts(path, samples_in_rows)
        return counts
    if found != plain.FORMAT:
        raise FormatError(
            "this file holds no sequencing counts, and the study's others do"
            if FORMATS[found].arrays
            else "this file holds no sequencing counts",
            path=path,
            found=f"the format {found}",
            expected="a table of reads per miRNA and sample",
            hint=APART if FORMATS[found].arrays else "take it out of the sample sheet",
        )
    return plain.read_counts(path, samples_in_rows)


def read_study_counts(
    files: Sequence[str | Path],
    samples: SampleTable | None = None,
    *,
    samples_in_rows: bool = False,
    on_read: Callable[[str], None] | None = None,
) -> StudyReads:
    """Read the counts of one study and put them together.

    A miRNA that one file lists and another does not has no reads there: programs list what they found. In the
    sheet the columns of a table are found by the sample's name, the file of one sample by its path.

    Parameters
    ----------
    files
        Tables of several samples, or one file per sample.
    samples
        The sample sheet; without it every sample is taken, a file's sample named after the file.
    samples_in_rows
        True says that plain tables have one row per sample.
    on_read
        Called with each path after it was read.

    Raises
    ------
    FormatError
        Where a file can't be read, or holds no counts.
    SampleSheetError
        Where sheet and files do not fit each other.
    """
    tables = []
    for path in files:
        tables.append(read_file(path, samples_in_rows))
        if on_read is not None:
            on_read(str(path))
    rows: dict[str, int] = {}
    names: list[str] = []
    for table in tables:
        for own, name in zip(table.id, table.name, strict=True):
            if own not in rows:
                rows[own] = len(rows)
                names.append(name)
    reads = np.zeros((len(rows), sum(len(table.samples) for table in tables)))
    start = 0
    for table in tables:
        at = np.array([rows[own] for own in table.id], dtype=np.int64)
        reads[at, start : start + len(table.samples)] = table.reads
        start += len(table.samples)
    said = _said(tables, len(rows))
    read = SampleTable(
        _unique_names(tables),
        tuple(group for table in tables for group in (table.about_samples or {}).get("group", ("",) *
        len(table.samples))), files=tuple(table.path for table in tables for _ in table.samples),
    )  # fmt: skip
    if samples is not None:
        positions, unlisted = _positions(tables, read, samples)
        reads, said = reads[:, positions], (*said, *unlisted)
        read = _with_files(samples, [read.files[i] for i in positions])
    return StudyReads(text_array(rows), text_array(names), reads, read, said)


def holds_arrays(path: str) -> bool:
    """Return True for a file of arrays, of which a plain table is one where it does not look like counts."""
    from mirtool.io.arrays import matrix
    from mirtool.io.arrays.value_scale import scale_of

    found = sniff_format(path)
    if found == "matrix":
        own = matrix.read_values(path)
        return scale_of(own.table, own.values).name != "counts"
    return FORMATS[found].arrays


def _said(tables: Sequence[ReadTable], n_rows: int) -> tuple[str, ...]:
    """Return the warnings of all files, each once, and where files list other miRNAs than others."""
    times: dict[str, int] = {}
    for table in tables:
        for text in table.warnings:
            times[text] = times.get(text, 0) + 1
    n = len(tables)
    said = [text if n == 1 or k == n else f"{text} (in {k} of {n} files)" for text, k in times.items()]
    shorter = sum(len(table.id) < n_rows for table in tables)
    if shorter:
        said.append(
            f"{shorter} of {plural(n, 'file')} do not list all {n_rows:,} miRNAs: "
            "those not listed have no reads there"
        )
    return tuple(said)


def _unique_names(tables: Sequence[ReadTable]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    for table in tables:
        for name in table.samples:
            if name in first and not table.is_one_sample:
                raise SampleSheetError(
                    f"two tables have a sample called {name!r}",
                    path=table.path,
                    found=f"the same name in {first[name]}",
                    expected="its own name for every sample",
                    hint="rename the column in one of them",
                )
            first.setdefault(name, table.path)
    return tuple(
        name if not table.is_one_sample or len(tables) == 1 else table.path
        for table in tables
        for name in table.samples
    )


def _positions(
    tables: Sequence[ReadTable], read: SampleTable, samples: SampleTable
) -> tuple[list[int], tuple[str, ...]]:
    if all(table.is_one_sample for table in tables):
        return match_files(read, samples), ()
    if any(table.is_one_sample for table in tables):
        one = next(table for table in tables if table.is_one_sample)
        several = next(table for table in tables if not table.is_one_sample)
        raise FormatError(
            "a file of one sample beside a table of several",
            path=one.path,
            found=f"{one.format}, and {several.format} in {several.path}",
            expected="the counts of one program for all samples",
            hint="count all samples with one program: programs differ in what they count",
        )
    return match_columns(read, samples), describe_unlisted(read, samples)


def _with_files(samples: SampleTable, files: Sequence[str]) -> SampleTable:
    return SampleTable(samples.names, samples.groups, tuple(files), samples.extra, samples.sheet)
