"""Which array is which sample: arrays are found in the sample sheet by file, columns of a table by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from mirtool.errors import SampleSheetError
from mirtool.model import SampleTable
from mirtool.wording import first_of, plural

HY5_COLUMN = "file_hy5"
"""Column of a sample sheet that names the second channel's file, where an array is two files."""

FURTHER_FILES = (HY5_COLUMN, *(f"file_{number}" for number in range(2, 10)))
"""Columns of a sample sheet that name further files of a sample: its second channel, or further qPCR plates."""

FILE_COLUMNS = frozenset({"file", *FURTHER_FILES})
"""Columns of a sample sheet that name files."""

_LISTED = 5


def name_after_files(tables: Sequence[SampleTable]) -> SampleTable:
    """Put together what each file says about its samples.

    Raises
    ------
    SampleSheetError
        Where two of them have one name.
    """
    names = [name for table in tables for name in table.names]
    files = [file for table in tables for file in table.files]
    first: dict[str, str] = {}
    for name, file in zip(names, files, strict=True):
        if name in first:
            raise SampleSheetError(
                f"two files have the same sample name {name!r}",
                path=file,
                found=f"the same name in {first[name]}",
                expected="its own name for every sample",
                hint="rename one of the files",
            )
        first[name] = file
    return SampleTable(tuple(names), files=tuple(files))


def further_files(sheet: SampleTable) -> list[tuple[str, ...]]:
    """Return the columns of a sheet that name further files, each one path per sample, blank for none."""
    return [cells for name, cells in sheet.extra.items() if name.lower() in FURTHER_FILES]


def match_files(read: SampleTable, sheet: SampleTable) -> list[int]:
    """Find the array of each sample by its file (its path, else its file name), or by name where it has none.

    Returns
    -------
    list of int
        For each line of the sheet the position of its array in ``read``.

    Raises
    ------
    SampleSheetError
        Where a sample has no array, an array no sample, or one array two samples.
    """
    by_path = {Path(file).resolve(): i for i, file in enumerate(read.files)}
    by_file_name = _unique(Path(file).name for file in read.files)
    by_name = _unique(read.names)
    positions: list[int] = []
    for name, file in zip(sheet.names, sheet.files, strict=True):
        found = by_path.get(Path(file).resolve(), by_file_name.get(Path(file).name)) if file else by_name.get(name)
        if found is None:
            raise SampleSheetError(
                f"no file was given for the sample {name!r}",
                path=sheet.sheet or None,
                found=first_of(read.files, _LISTED),
                expected=file or f"a file called {name}",
                hint="name its file too, or take its line out of the sheet",
            )
        if found in positions:
            raise SampleSheetError(
                f"the samples {sheet.names[positions.index(found)]!r} and {name!r} have the same file",
                path=sheet.sheet or None,
                column="file",
                found=read.files[found],
                expected="its own file for every sample",
            )
        positions.append(found)
    strangers = [file for i, file in enumerate(read.files) if i not in positions]
    if strangers:
        raise SampleSheetError(
            f"{plural(len(strangers), 'file')} not in the sample sheet",
            path=sheet.sheet or None,
            found=first_of(strangers, _LISTED),
            hint="add a line for each, or leave the files out",
        )
    return positions


def match_columns(read: SampleTable, sheet: SampleTable) -> list[int]:
    """Find the column of each sample by its name.

    Returns
    -------
    list of int
        For each line of the sheet the position of its column in ``read``.

    Raises
    ------
    SampleSheetError
        Where a sample of the sheet is not a column.
    """
    by_name = {name: i for i, name in enumerate(read.names)}
    absent = [name for name in sheet.names if name not in by_name]
    if absent:
        raise SampleSheetError(
            f"{plural(len(absent), 'sample')} of the sample sheet not in the table {read.files[0]}",
            path=sheet.sheet or None,
            found="the columns " + first_of(read.names, _LISTED),
            expected="a column called " + first_of(absent, _LISTED),
            hint="write the names in the sheet as they are in the table, or take the lines out",
        )
    return [by_name[name] for name in sheet.names]


def describe_unlisted(read: SampleTable, sheet: SampleTable) -> tuple[str, ...]:
    """Say in words which columns of a table the sheet does not list."""
    listed = set(sheet.names)
    others = [name for name in read.names if name not in listed]
    if not others:
        return ()
    return (
        f"{plural(len(others), 'column')} of {read.files[0]} not in the sample sheet: {first_of(others, _LISTED)}",
    )


def _unique(labels: Iterable[str]) -> dict[str, int]:
    listed = list(labels)
    counts = Counter(listed)
    return {label: i for i, label in enumerate(listed) if counts[label] == 1}
