"""GenePix array list (``.gal``): which probe was printed on which spot. It holds no intensities.

The format, as the array's maker or GenePix's Array List Generator writes it::

    ATF<TAB>1.0
    <number of header records><TAB><number of columns>
    "Type=GenePix ArrayList V1.0"
    "BlockCount=48"
    "BlockType=0"
    "Block1= 1000, 1000, 100, 18, 190, 18, 190"
    ...
    "Block"<TAB>"Row"<TAB>"Column"<TAB>"ID"<TAB>"Name"
    1<TAB>1<TAB>1<TAB>17605<TAB>"hsa-miR-17-5p/hsa-miR-106a-5p"

*Type.* ``Type=GenePix ArrayList``, which alone tells a list from the results of a scan. A list whose header is
gone (saved by a spreadsheet) is known by its column line: Block, Row, Column, an ID or a Name, and nothing
measured.

*Columns.* Found by name; every order is read (Block,Column,Row,Name,ID and Block,Row,Column,ID,Name among
them). Block, Row and Column are needed, and an ID or a Name; a list with only one of the two uses it for both.
Further columns (annotation) are not read.

*Block lines.* ``Block<n>=`` x and y of the block's first spot, the diameter of a spot, columns, column spacing,
rows, row spacing; lengths in µm. Some writers put tabs among the numbers, some leave the lines out. ``BlockCount``
is compared with the blocks in the table, and so is each block's size; a difference is a warning.

*Lot.* Exiqon writes the lot into the file's name (``…lot35014-….gal``), and a GPR repeats that name in
``GalFile=``. A header record ``Lot=`` is taken as well.

*Text.* ASCII or Windows-1252; CRLF, LF or bare CR; header lines padded with tabs or blanks; cells quoted or not.

*Refused.* A row cut short, a position that is no whole number from 1, two rows for one spot, a list without a row.

References
----------
GenePix Pro 6.0 user's guide, Molecular Devices, appendix on file formats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath

import numpy as np

from mirtool.errors import ArrayMismatchError, FormatError
from mirtool.io.registry import Inspection
from mirtool.io.tables.rows import (
    column_names,
    need_column,
    read_rows,
    refuse_repeated_spots,
    spot_words,
    whole_numbers,
)
from mirtool.io.tables.text import FileHead, read_text
from mirtool.io.tables.text_tables import tell_delimiter
from mirtool.model import BoolArray, IntArray, ProbeTable, RawArrays, SpotLayout, TextArray, text_array
from mirtool.wording import plural

_POSITION = frozenset({"block", "row", "column"})
_LABELS = frozenset({"id", "name"})
_ANNOTATION = frozenset(
    {"annotation", "annotations", "description", "gene name", "genename", "accession", "sequence", "species",
     "refnumber", "controltype", "tophit", "comment", "plate", "well", "source"}
)  # fmt: skip
_HEADER_LINES = 2000
_BLOCK_NUMBERS = 7
_SOFTWARE = "GenePix"


@dataclass(frozen=True)
class Block:
    """One ``Block<n>=`` line: place and diameters in µm, numbers of columns and rows."""

    number: int
    x: float
    y: float
    diameter: float
    columns: int
    column_spacing: float
    rows: int
    row_spacing: float


@dataclass(frozen=True, eq=False)
class ArrayList:
    """What was printed where.

    Parameters
    ----------
    path
        The file.
    layout
        Block, Row and Column of each spot.
    id, name
        What is printed there, ``(n_spots,)``, object arrays of str.
    blocks
        The ``Block`` lines; empty where the list has none.
    lot
        The lot, ``""`` where neither the file's name nor its header says it.
    header
        The header's other records.
    warnings
        What was odd about the file.
    """

    path: str
    layout: SpotLayout
    id: TextArray
    name: TextArray
    blocks: tuple[Block, ...] = ()
    lot: str = ""
    header: Mapping[str, str] | None = None
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.layout)


def lot_of(name: str | Path) -> str:
    r"""Read the lot out of an array list's file name, ``""`` where it says none.

    Examples
    --------
    >>> lot_of(r"C:\arrays\208500-A_lot35014-35014_hsa.gal"), lot_of("pilot3.gal")
    ('35014', '')
    """
    match = re.search(r"(?:^|[^a-z])lot[\s_#-]*(\d+)", PureWindowsPath(str(name)).name, re.IGNORECASE)
    return match.group(1) if match else ""


def sniff(head: FileHead) -> bool:
    """Claim a file by its Type record, or, where the header is gone, by a column line of positions and labels."""
    header = _parse_header(head.lines[:_HEADER_LINES])
    if header.kind:
        return header.is_list
    folded = {name.lower() for name in header.columns}
    return folded >= _POSITION and bool(_LABELS & folded) and folded <= _POSITION | _LABELS | _ANNOTATION


def inspect(path: str | Path) -> Inspection:
    """Read an array list and say what it holds."""
    array_list = read_gal(path)
    header = array_list.header or {}
    details = {
        "type": header.get("Type", "none stated"),
        "lot": array_list.lot or "none stated",
        "blocks": len(np.unique(array_list.layout.block)),
        "block lines": len(array_list.blocks),
        "ids": len(set(array_list.id)),
        "names": len(set(array_list.name)),
    }
    return Inspection(str(path), "gal", len(array_list), (), array_list.warnings, details)


def read_gal(path: str | Path) -> ArrayList:
    """Read an array list.

    Raises
    ------
    FormatError
        Where the file is no array list, a needed column is missing, a row is cut short, a position is no whole
        number from 1, or two rows are for one spot; with its line and column.
    """
    lines = read_text(path).split("\n")
    header = _parse_header(lines[:_HEADER_LINES])
    if header.kind and not header.is_list:
        raise FormatError(
            "this Axon text file is no array list",
            path=path,
            found=f"Type={header.kind}",
            expected="Type=GenePix ArrayList",
            hint="give the .gal file that came with the slides",
        )
    if not header.columns:
        raise FormatError(
            "the array list has no column line",
            path=path,
            expected="a line with the column names Block, Row, Column, ID, Name",
            hint="ask the maker of the slides for the .gal file again",
        )
    table = read_rows(
        lines[header.line :],
        header.columns,
        path=path,
        first_line=header.line + 1,
        software=_SOFTWARE,
        delimiter=header.delimiter,
    )
    layout = SpotLayout(
        *(
            whole_numbers(table, need_column(table, name, software=_SOFTWARE), least=1)
            for name in ("Block", "Row", "Column")
        )
    )
    refuse_repeated_spots(layout, table)
    id_column, name_column = table.find("ID"), table.find("Name")
    if id_column is None and name_column is None:
        need_column(table, "ID", "Name", software=_SOFTWARE)
    ids, names = (table.text(column) if column is not None else None for column in (id_column, name_column))
    labels = ids if ids is not None else names
    assert labels is not None
    return ArrayList(
        str(path),
        layout,
        labels if ids is None else ids,
        labels if names is None else names,
        header.blocks,
        lot_of(path) or header.records.get("Lot", ""),
        header.records,
        tuple(_oddities(header, layout)),
    )


@dataclass(frozen=True)
class _Header:
    """What stands above the rows; ``columns`` is empty where no column line was found."""

    records: dict[str, str]
    blocks: tuple[Block, ...]
    odd_blocks: tuple[str, ...]
    declared_columns: int | None
    columns: tuple[str, ...] = ()
    delimiter: str = "\t"
    line: int = 0

    @property
    def kind(self) -> str:
        """The Type record."""
        return self.records.get("Type", "")

    @property
    def is_list(self) -> bool:
        """True where the Type record says array list, blanks aside."""
        return self.kind.lower().replace(" ", "").startswith("genepixarraylist")


def _parse_header(lines: Sequence[str]) -> _Header:
    records: dict[str, str] = {}
    blocks: list[Block] = []
    odd: list[str] = []
    declared = None
    for number, line in enumerate(lines, 1):
        delimiter = tell_delimiter(line)
        names = column_names(line, delimiter)
        if len((_POSITION | _LABELS) & {name.lower() for name in names}) >= 3:
            return _Header(records, tuple(blocks), tuple(odd), declared, tuple(names), delimiter, number)
        key, equals, value = line.strip(" \t,;").strip('"').partition("=")
        block = re.fullmatch(r"block\s*(\d{1,9})", key.strip(), re.IGNORECASE)
        if number == 2 and not equals:
            counts = re.findall(r"\d{1,9}", line)
            declared = int(counts[1]) if len(counts) > 1 else None
        elif equals and block:
            numbers = [float(text) for text in re.findall(r"-?\d{1,9}(?:\.\d+)?", value)]
            if len(numbers) == _BLOCK_NUMBERS:
                x, y, diameter, columns, column_spacing, rows, row_spacing = numbers
                blocks.append(
                    Block(int(block[1]), x, y, diameter, int(columns), column_spacing, int(rows), row_spacing)
                )
            else:
                odd.append(key.strip())
        elif equals:
            records[key.strip()] = " ".join(value.split())
    return _Header(records, tuple(blocks), tuple(odd), declared)


def _oddities(header: _Header, layout: SpotLayout) -> list[str]:
    found = []
    if not header.kind:
        found.append("the header is missing (the file was saved by a spreadsheet)")
    if header.declared_columns not in (None, len(header.columns)):
        found.append(f"the header declares {header.declared_columns} columns, the table has {len(header.columns)}")
    printed = np.unique(layout.block).tolist()
    counts = {key.lower(): value for key, value in header.records.items()}.get("blockcount", "")
    if re.fullmatch(r"\d{1,9}", counts) and int(counts) != len(printed):
        found.append(f"BlockCount is {counts}, the table has {plural(len(printed), 'block')}")
    if header.odd_blocks:
        found.append(f"{header.odd_blocks[0]} does not hold {_BLOCK_NUMBERS} numbers and was not read")
    if header.blocks and sorted(block.number for block in header.blocks) != printed:
        found.append(
            f"the header describes {plural(len(header.blocks), 'block')}, the table has {len(printed)}, and they "
            "are not the same"
        )
    for block in header.blocks:
        spots = layout.take(layout.block == block.number)
        if len(spots) and (spots.row.max() > block.rows or spots.column.max() > block.columns):
            found.append(
                f"Block {block.number} is {block.rows} rows by {block.columns} columns in the header, and the "
                f"table reaches Row {spots.row.max()}, Column {spots.column.max()}"
            )
            break
    return found


def attach_list(arrays: RawArrays, array_list: ArrayList) -> RawArrays:
    """Return the spots of arrays that lack them the IDs and names of an array list.

    A label that the arrays have is kept, and must be the list's. Attach before the probes are classified: their
    kinds are blank in the result, since the names decide them.

    Raises
    ------
    ArrayMismatchError
        Where the arrays have no positions, theirs are not those of the list, or a label contradicts the list;
        with the first difference.
    """
    rows = _rows_in_list(arrays, array_list)
    probes = arrays.probes
    listed_id, listed_name = array_list.id[rows], array_list.name[rows]
    _refuse_difference(
        arrays,
        array_list,
        ((probes.id != listed_id) & (probes.id != "")) | ((probes.name != listed_name) & (probes.name != "")),
        rows,
    )
    sources = tuple(
        source if source.gal_file else replace(source, gal_file=Path(array_list.path).name)
        for source in arrays.sources
    )
    return replace(
        arrays,
        probes=ProbeTable(listed_id, listed_name, text_array([""] * len(rows))),
        sources=sources,
    )


def check_against_list(arrays: RawArrays, array_list: ArrayList) -> None:
    """Compare every spot's ID and name with the array list it should have been read with.

    Raises
    ------
    ArrayMismatchError
        With the first difference by Block, Row and Column, and how many there are.
    """
    rows = _rows_in_list(arrays, array_list)
    probes = arrays.probes
    differs = (probes.id != array_list.id[rows]) | (probes.name != array_list.name[rows])
    _refuse_difference(arrays, array_list, differs, rows)


def _rows_in_list(arrays: RawArrays, array_list: ArrayList) -> IntArray:
    """Find each spot's row in the list, ``(n_spots,)``; both must have the same spots."""
    layout = arrays.layout
    path = arrays.sources[0].path
    if layout is None:
        raise ArrayMismatchError(
            "the file does not say where its spots lie, so no array list can be laid over it",
            path=path,
            expected="Block, Row and Column of every spot",
            hint="use the scanner software's own result files",
        )
    row_of = {spot: row for row, spot in enumerate(_positions(array_list.layout))}
    rows = np.array([row_of.get(spot, -1) for spot in _positions(layout)], dtype=np.int64)
    hint = "look for the array list of these slides' own lot"
    if (rows < 0).any():
        raise ArrayMismatchError(
            "the array has a spot that the array list does not have",
            path=path,
            found=f"{spot_words(layout, int(np.argmax(rows < 0)))}; {plural(int((rows < 0).sum()), 'such spot')}",
            expected=f"the {len(array_list):,} spots of {array_list.path}",
            hint=hint,
        )
    lacking = np.setdiff1d(np.arange(len(array_list)), rows)
    if len(lacking):
        first = int(lacking[0])
        raise ArrayMismatchError(
            "the array list has a spot that the array does not have",
            path=path,
            found=f"no {spot_words(array_list.layout, first)}; {plural(len(lacking), 'such spot')}",
            expected=f"the {len(array_list):,} spots of {array_list.path}",
            hint=f"{hint}; or the file was cut while it was saved",
        )
    return rows


def _positions(layout: SpotLayout) -> list[tuple[int, int, int]]:
    return list(zip(layout.block.tolist(), layout.row.tolist(), layout.column.tolist(), strict=True))


def _refuse_difference(arrays: RawArrays, array_list: ArrayList, differs: BoolArray, rows: IntArray) -> None:
    spots = np.flatnonzero(differs)
    if not len(spots):
        return
    assert arrays.layout is not None
    layout = arrays.layout.take(spots)
    first = int(spots[np.lexsort((layout.column, layout.row, layout.block))[0]])
    row = int(rows[first])
    raise ArrayMismatchError(
        f"the array does not agree with the array list {array_list.path}: "
        f"{plural(len(spots), 'spot differs', 'spots differ')}, the first at {spot_words(arrays.layout, first)}",
        path=arrays.sources[0].path,
        found=f"ID {arrays.probes.id[first]!r}, Name {arrays.probes.name[first]!r}",
        expected=f"ID {array_list.id[row]!r}, Name {array_list.name[row]!r}",
        hint="the slide was read with another lot's list: compare the lot on the slide with the list's",
    )
