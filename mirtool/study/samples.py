"""The sample sheet: which array is which sample, in which group, with any further column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mirtool.errors import SampleSheetError
from mirtool.io.arrays.sample_matching import FURTHER_FILES, HY5_COLUMN
from mirtool.io.tables.text_tables import TextTable, read_table
from mirtool.model import SampleTable


def read_samples(path: str | Path) -> SampleTable:
    """Read a sample sheet: columns ``sample`` and ``group``, and ``file`` where arrays are read by it.

    Where an array is two files, ``file_hy5`` names the second; a table with the columns ``Names``, ``Hy3`` and
    ``Hy5``, such as comes with Exiqon's ImaGene exports, is read as ``sample``, ``file`` and ``file_hy5``. Files
    are relative to the sheet's own folder. Further plates of a qPCR panel are in ``file_2``, ``file_3`` and so on.
    Any further column is kept under its header.

    Raises
    ------
    SampleSheetError
        For a sheet without a sample column, an empty or repeated name, each with its line.
    """
    table = read_table(path, suits=_lists_samples)
    hy3, hy5 = table.find("Hy3"), table.find(HY5_COLUMN, "Hy5")
    sample = table.find("sample", "sample name", "array")
    if sample is None and hy3 is not None and hy5 is not None:
        sample = table.find("Names", "Name")
    if sample is None:
        raise SampleSheetError(
            "the sample sheet has no column 'sample'",
            path=path,
            line=table.header_line,
            found=", ".join(table.header),
            expected="sample,group,file",
            hint="`mirtool init FILES…` writes a sheet to fill in",
        )
    if not len(table):
        raise SampleSheetError(
            "the sample sheet lists no sample",
            path=path,
            expected="one line per sample below the header",
            hint="`mirtool init FILES…` writes a sheet to fill in",
        )
    names = tuple(table.text(sample))
    _check_sample_names(names, table)
    group, file = table.find("group"), table.find("file")
    if file is None and hy5 is not None:
        file = hy3
    further = {name: j for j, name in enumerate(table.header) if name.lower() in FURTHER_FILES and j != hy5}
    known = {sample, group, file, hy5, *further.values()}
    return SampleTable(
        names,
        tuple(table.text(group)) if group is not None else (),
        _paths(table, file) if file is not None else (),
        {
            table.header[j]: tuple(table.text(j))
            for j in range(len(table.header))
            if j not in known and table.header[j]
        }
        | ({HY5_COLUMN: _paths(table, hy5)} if hy5 is not None else {})
        | {name.lower(): _paths(table, j) for name, j in further.items()},
        str(path),
    )


def _lists_samples(table: TextTable) -> bool:
    return table.find("sample", "sample name", "array") is not None or table.find("Hy3") is not None


def _paths(table: TextTable, column: int) -> tuple[str, ...]:
    """Return the files in a column, as seen from the sheet's folder; backslashes, as Windows writes them, too."""
    folder = Path(table.path).parent

    def seen(file: str) -> str:
        path = folder / file
        return str(folder / file.replace("\\", "/") if "\\" in file and not path.exists() else path)

    return tuple(seen(file) if file else "" for file in table.text(column))


def _check_sample_names(names: Sequence[str], table: TextTable) -> None:
    first: dict[str, int] = {}
    for row, name in enumerate(names):
        if not name:
            raise SampleSheetError(
                "a sample has no name",
                path=table.path,
                line=table.line_of(row),
                hint="give it its own name, or take the line out",
            )
        if name in first:
            raise SampleSheetError(
                f"the sample name {name!r} occurs twice",
                path=table.path,
                line=table.line_of(row),
                found=f"the same name in line {table.line_of(first[name])}",
                expected="its own name for every sample",
                hint="rename one of the two",
            )
        first[name] = row
