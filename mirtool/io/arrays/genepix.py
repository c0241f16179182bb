"""GenePix results (``.gpr``, ``.gpr.gz``, ``.txt``): one file per array, one row per spot.

The format, as GenePix Pro 3 to 7 write it and as spreadsheets leave it::

    ATF<TAB>1.0
    <number of header records><TAB><number of columns>
    "Type=GenePix Results 3"
    "Wavelengths=635<TAB>532"
    ...
    "Block"<TAB>"Column"<TAB>"Row"<TAB>"Name"<TAB>"ID"<TAB>...<TAB>"Flags"
    1<TAB>1<TAB>1<TAB>"hsa-miR-16-5p"<TAB>"42865"<TAB>...<TAB>0

*Type.* ``GenePix Results 1.2``, ``1.4``, ``2``, ``3`` and ``GenePix Export 3`` are read. Only this record tells
results from the other Axon text files; a GenePix array list (GAL) begins with the same two lines.

*Header.* The declared numbers of records and columns are often wrong, and are compared and reported, never used.
The first line may read ``ATF,1.0``; header lines may be padded with tabs or blanks, with or without quotes; the
whole header may be gone (a file saved by a spreadsheet), and then the column line alone tells the format. The
column line is the first one with at least three of Block, Column, Row, Name, ID and Flags.

*Channels.* Columns are found by name: ``F<channel> Median``, ``F<channel> Mean``, ``B<channel> Median``,
``B<channel> Mean``, ``B<channel>``, ``F<channel> % Sat.``. The channel is a wavelength as a rule, in any order and
number, and the file's own word is taken (``123`` has been seen). ``Wavelengths=`` (before version 2:
``ImageName=``), tab-separated, with or without `` nm``, ``n/a`` for a slot without an image, says which are in
use: one-digit names that it doesn't list (``F3 Median``) are image slots that held nothing.

*Background.* ``B<channel> Median`` is the median of the pixels around the spot. From GenePix Pro 5 on there is
``B<channel>`` too: the background GenePix itself subtracts in ``F532 Median - B532``. It equals the median unless
the user chose another method (global, negative controls, morphological ...); where the two differ the reader
says so, and ``background="chosen"`` reads it.

*Place.* ``X`` and ``Y`` are the micrometers of each spot's center from the upper left of the image. Where both
columns are there they say how the blocks lie on the slide (:mod:`mirtool.io.arrays.block_places`); nothing else
is taken from them.

*Flags.* 100 good, 0 unflagged, -50 not found, -75 absent, -100 bad. An empty cell counts as unflagged and is
reported.

*Text.* ASCII or Windows-1252 (``R²``, ``µ``); UTF-8 and UTF-16 after a spreadsheet; CRLF, LF or bare CR.
Columns are separated by tabs, after a spreadsheet also by commas or semicolons. Some cells may be quoted, others
not; a quotation mark that is never closed is dropped where a cell begins with it, and
swallows nothing. Numbers may be padded with blanks. An intensity
cell that is empty or says ``Error`` is missing. Blank lines are skipped.

*Damage.* A row with fewer cells than the column line is an error (an aborted save). A file cut exactly at the end
of a row is noticed where its last block (or the last row of its only block) is shorter than the others, and a spot
position that occurs twice is noticed too; both are warnings, since arrays of one study are compared spot for
spot anyway.

References
----------
GenePix Pro 6.0 user's guide, Molecular Devices, chapter "Results" and appendix on file formats.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.annotation.probes import classify_probes, count_kinds
from mirtool.errors import FormatError, UsageError, option
from mirtool.io.arrays.block_places import place_blocks
from mirtool.io.arrays.genepix_writer import genepix_bytes
from mirtool.io.arrays.read_options import ReadOptions
from mirtool.io.registry import Inspection
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.regular_rows import CellTexts, regular_columns
from mirtool.io.tables.rows import column_names, finite_numbers, read_rows, spot_words, whole_numbers
from mirtool.io.tables.text import (
    HEAD_BYTES,
    FileHead,
    decode,
    is_binary,
    is_workbook,
    read_bytes,
    unify_newline_bytes,
    unify_newlines,
)
from mirtool.io.tables.text_tables import (
    MISSING_CELLS,
    TextTable,
    head_of_sheet,
    sheet_text,
    tell_delimiter,
)
from mirtool.model import (
    ArraySource,
    Channel,
    FloatArray,
    ProbeTable,
    RawArrays,
    SampleTable,
    SpotLayout,
    text_array,
)
from mirtool.wording import plural

__all__ = ["FLAG_MEANINGS", "genepix_bytes", "header_records", "inspect", "read_genepix", "sample_name", "sniff"]

FLAG_MEANINGS = {100: "good", 0: "unflagged", -50: "not found", -75: "absent", -100: "bad"}

FOREGROUNDS = {"median": "F{} Median", "mean": "F{} Mean"}
BACKGROUNDS = {"median": "B{} Median", "mean": "B{} Mean", "chosen": "B{}"}

_RESULT_TYPES = ("genepix results", "genepix export")
_POSITION = ("Block", "Row", "Column")
_LABELS = ("ID", "Name")
_PLACE = ("X", "Y")
_REQUIRED = (*_POSITION, *_LABELS, "Flags")
_MISSING = (*MISSING_CELLS, "Error", "error")
_HEADER_LINES = 1000
_BLANKS = b" \t\r\n,;"
_TAIL_BYTES = 4096
_FOREGROUND_COLUMN = re.compile(r"F(\S+) (?:Median|Mean)", re.IGNORECASE)
_SUFFIXES = re.compile(r"(\.gpr|\.txt)?(\.gz)?$", re.IGNORECASE)


def sample_name(path: str | Path) -> str:
    """Name an array after its file, without ``.gpr``, ``.txt`` and ``.gz``.

    Examples
    --------
    >>> sample_name("exports/R1.gpr.gz"), sample_name("S_2.5.txt")
    ('R1', 'S_2.5')
    """
    return _SUFFIXES.sub("", Path(path).name)


@dataclass(frozen=True)
class _Header:
    """What stands above the rows: records, column names and their line (1-based), and where the rows begin.

    ``columns`` is empty where no column line was found.
    """

    records: dict[str, str]
    is_atf: bool
    declared_columns: int | None
    columns: tuple[str, ...] = ()
    delimiter: str = "\t"
    line: int = 0
    rows_at: int = 0

    @property
    def positions(self) -> Mapping[str, list[int]]:
        """Where each column stands, by its name without regard to case and blanks."""
        return _positions(self.columns)

    def find(self, name: str) -> int | None:
        """Return the (first) position of a column, or None."""
        return self.positions.get(fold_header(name, keep_marks=True), [None])[0]

    @property
    def kind(self) -> str:
        """The Type record."""
        return self.records.get("Type", "")

    @property
    def is_results(self) -> bool:
        """True where the Type record says GenePix results."""
        return self.kind.lower().startswith(_RESULT_TYPES)

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels whose image was measured, in the order of their columns."""
        listed = self.records.get("Wavelengths") or self.records.get("ImageName") or ""
        in_use = {re.sub(r"\s*nm$", "", name.strip()) for name in re.split("[\t,;]", listed)}
        matches = (_FOREGROUND_COLUMN.fullmatch(column) for column in self.columns)
        names = dict.fromkeys(match.group(1) for match in matches if match)
        return tuple(name for name in names if name in in_use or not re.fullmatch(r"\d", name))


@lru_cache(maxsize=4)
def _positions(columns: tuple[str, ...]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for position, name in enumerate(columns):
        found.setdefault(fold_header(name, keep_marks=True), []).append(position)
    return found


def _may_be_column_line(line: str) -> bool:
    """Return True if a line holds three of the names that every column line has; most lines of a header don't."""
    lower = line.lower()
    return sum(name.lower() in lower for name in _REQUIRED) >= 3


@lru_cache(maxsize=4)  # the files of a study have the same
def _column_line(line: str) -> tuple[tuple[str, ...], str] | None:
    """Return the names and the delimiter of a column line, or None where the line isn't one."""
    delimiter = tell_delimiter(line)
    names = column_names(line, delimiter)
    required, found = ({fold_header(name, keep_marks=True) for name in own} for own in (_REQUIRED, names))
    return (tuple(names), delimiter) if len(required & found) >= 3 else None


def _parse_header(data: bytes) -> _Header:
    """Read the header at the start of UTF-8 ``data`` whose lines end with LF or CRLF."""
    records: dict[str, str] = {}
    declared: int | None = None
    is_atf = bool(re.match(rb'"?ATF"?\s*[\t,; ]', data))
    start = 0
    for number in range(1, _HEADER_LINES + 1):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        line = data[start:end].decode("utf-8", errors="replace").rstrip("\r")
        found = _column_line(line) if _may_be_column_line(line) else None
        if found:
            return _Header(records, is_atf, declared, *found, number, min(end + 1, len(data)))
        if is_atf and number == 2:
            counts = re.findall(r"\d+", line)
            declared = int(counts[1]) if len(counts) > 1 else None
        key, equals, value = line.strip(" \t,;").strip('"').partition("=")
        if equals:
            records[key.strip()] = value.strip()
        start = end + 1
        if start >= len(data):
            break
    return _Header(records, is_atf, declared)


def sniff(head: FileHead) -> bool:
    """Claim a file by its Type record, or, where a spreadsheet dropped the header, by its column line."""
    lines = head_of_sheet(head) if is_workbook(head.data) else head.lines
    header = _parse_header("\n".join(lines[:_HEADER_LINES]).encode())
    if header.kind:
        return header.is_results
    return all(header.find(name) is not None for name in _POSITION) and bool(header.channels)


def header_records(head: FileHead) -> dict[str, str]:
    """Return the records above the rows of a results file, such as Scanner; nothing for another file."""
    if is_workbook(head.data):
        return {}
    header = _parse_header("\n".join(head.lines[:_HEADER_LINES]).encode())
    return dict(header.records) if header.is_results else {}


def inspect(path: str | Path) -> Inspection:
    """Read a GenePix file and say what it holds.

    Raises
    ------
    FormatError
        As :func:`read_genepix` does.
    """
    arrays = read_genepix(path)
    source = arrays.sources[0]
    layout, flags = arrays.layout, arrays.flags
    assert layout is not None
    assert flags is not None
    values, counts = np.unique(flags, return_counts=True)
    details = {
        "type": source.header.get("Type", "none stated"),
        "scanner": source.header.get("Scanner", ""),
        "creator": source.header.get("Creator", ""),
        "scanned": source.header.get("DateTime", ""),
        "gal_file": source.gal_file,
        "blocks": len(np.unique(layout.block)),
        "ids": len(set(arrays.probes.id)),
        "probe_kinds": count_kinds(classify_probes(arrays.probes.id, arrays.probes.name)),
        "flags": {
            FLAG_MEANINGS.get(int(value), str(value)): int(count)
            for value, count in zip(values, counts, strict=True)
        },
        "sha256": source.sha256,
    }
    return Inspection(
        str(path),
        "genepix",
        arrays.n_spots,
        tuple(arrays.channels),
        source.warnings,
        {key: value for key, value in details.items() if value != ""},
    )


def read_study_file(path: str | Path, options: ReadOptions) -> list[RawArrays]:
    """Return the arrays of one file, as :mod:`mirtool.io.arrays.reading` asks for them."""
    return [
        read_genepix(
            path,
            channels=options.channels,
            prefer=options.prefer,
            foreground=options.foreground,
            background=options.background,
            places=options.places,
        )
    ]


def read_genepix(
    path: str | Path,
    *,
    channels: Sequence[str] | None = None,
    prefer: Sequence[str] = (),
    foreground: str = "median",
    background: str = "median",
    places: bool = True,
) -> RawArrays:
    """Read one array.

    Parameters
    ----------
    path
        A GenePix results file, packed by gzip or not; ``-`` is standard input.
    channels
        The channels to read, such as ``["532"]``; None reads all that hold an image.
    prefer
        The first of these that holds an image is read alone, where ``channels`` is None.
    foreground
        ``"median"`` or ``"mean"`` of the spot's pixels.
    background
        ``"median"`` or ``"mean"`` of the pixels around the spot, or ``"chosen"``: the background that GenePix
        itself subtracts (column ``B532``).
    places
        False leaves out how the blocks lie on the slide.

    Returns
    -------
    RawArrays
        One array, ``(n_spots, 1)``, linear, scanner counts (0 to 65535), nothing subtracted, flagged spots kept.
        Missing intensities are NaN. A channel without background columns has background None, and a warning
        says so. Probe kinds are not told yet (all ``""``). ``sources[0]`` holds the header records, the GAL
        file, the SHA-256 of the unpacked bytes, and what was odd about the file.

    Raises
    ------
    FormatError
        Where the file is no GenePix result, a needed column or channel is missing or stands twice, a row is
        cut short, or a cell that must hold a number holds text; with its line and column.
    UsageError
        For a ``foreground`` or ``background`` that does not exist.
    """
    _check_choice("foreground", foreground, FOREGROUNDS)
    _check_choice("background", background, BACKGROUNDS)
    content = read_bytes(path)
    data = _plain_utf8(content, path)
    header = _find_header(data, path)
    preferred = next(([name] for name in prefer if name in header.channels), None)
    names = _choose_channels(header, preferred if channels is None else channels, path)
    wanted = _find_columns(header, names, FOREGROUNDS[foreground], BACKGROUNDS[background], path)
    if not places:
        wanted = {name: position for name, position in wanted.items() if name not in _PLACE}
    spots, cells = _read_cells(data, header, wanted, path)
    layout = spots.layout
    if {*_PLACE} <= {*cells}:
        layout = replace(layout, block_places=place_blocks(layout.block, cells["X"], cells["Y"]))
    measured = {
        name: Channel(
            cells[FOREGROUNDS[foreground].format(name)][:, np.newaxis],
            _as_column(cells.get(BACKGROUNDS[background].format(name))),
            _as_column(cells.get(f"F{name} % Sat.")),
        )
        for name in names
    }
    flags = cells["Flags"]
    warnings = (
        *_header_oddities(header),
        *_cell_oddities(cells, names, foreground, background),
        *spots.oddities,
    )
    source = ArraySource(
        str(path),
        "genepix",
        hashlib.sha256(content).hexdigest(),
        header.records.get("GalFile", ""),
        header.records,
        warnings,
    )
    return RawArrays(
        measured,
        np.nan_to_num(flags, nan=0.0).astype(np.int64)[:, np.newaxis],
        spots.probes,
        layout,
        SampleTable((sample_name(path),), files=(str(path),)),
        (source,),
    )


def _check_choice(what: str, value: str, choices: dict[str, str]) -> None:
    if value not in choices:
        raise UsageError(f"no {what} is called {value!r}", expected="one of " + ", ".join(choices))


def _as_column(values: FloatArray | None) -> FloatArray | None:
    return None if values is None else values[:, np.newaxis]


def _plain_utf8(data: bytes, path: str | Path) -> bytes:
    """Bring the bytes to UTF-8 with LF or CRLF line ends; the usual file is handed on as it is."""
    if is_workbook(data):
        data = sheet_text(data, path).encode()
    if is_binary(data):
        raise FormatError(
            "this is no GenePix results file",
            path=path,
            found="binary data",
            expected="text that begins with ATF",
            hint="save the results in GenePix as .gpr; a workbook can be saved as tab-delimited text",
        )
    if not data.isascii():
        data = decode(data).encode()
    head = data[:HEAD_BYTES].removesuffix(b"\r")  # its LF may lie just behind the cut
    return data if head.count(b"\r") in (0, head.count(b"\r\n")) else unify_newline_bytes(data)


def _find_header(data: bytes, path: str | Path) -> _Header:
    header = _parse_header(data)
    if header.kind and not header.is_results:
        is_gal = "arraylist" in header.kind.lower().replace(" ", "")
        raise FormatError(
            "this is a GenePix array list (GAL): it says which probe lies where, and holds no intensities"
            if is_gal
            else "this Axon text file holds no GenePix results",
            path=path,
            found=f"Type={header.kind}",
            expected="Type=GenePix Results",
            hint="give the results of the scanned slide (.gpr)",
        )
    if not header.columns:
        raise FormatError(
            "the file ends before its table, or its column line is missing"
            if header.is_atf or header.records
            else "this is no GenePix results file",
            path=path,
            expected="a line with the column names Block, Column, Row, Name, ID, …, Flags",
            hint="export the file from GenePix again",
        )
    return header


def _choose_channels(header: _Header, asked: Sequence[str] | None, path: str | Path) -> tuple[str, ...]:
    present = header.channels
    if not present:
        raise FormatError(
            "the table has no intensities",
            path=path,
            line=header.line,
            found="columns " + ", ".join(header.columns[:12]),
            expected="columns such as F532 Median",
            hint="export the file from GenePix again, with all columns",
        )
    absent = [name for name in asked or () if name not in present]
    if absent:
        raise FormatError(
            f"the file has no channel {', '.join(absent)}",
            path=path,
            found="channels " + ", ".join(present),
            hint="ask for a channel that was scanned: " + " or ".join(option("channel", name) for name in present),
        )
    return present if asked is None else tuple(asked)


def _find_columns(
    header: _Header, channels: Sequence[str], foreground: str, background: str, path: str | Path
) -> dict[str, int]:
    """Return the position of every column to read, by its name; optional ones only where they are there."""
    needed = [*_REQUIRED, *(foreground.format(name) for name in channels)]
    optional = {
        pattern.format(name) for name in channels for pattern in (background, "B{} Median", "B{}", "F{} % Sat.")
    }
    wanted = {}
    for name in (*needed, *sorted(optional)):
        position = header.find(name)
        if position is None and name in needed:
            raise FormatError(
                "a column is missing",
                path=path,
                line=header.line,
                column=name,
                found="columns " + ", ".join(header.columns[:12]) + (", …" if len(header.columns) > 12 else ""),
                hint="export the file from GenePix again, with all columns",
            )
        if position is not None:
            _check_single(header, name, path)
            wanted[name] = position
    # X and Y are of use only together, and a file whose X and Y are damaged is read all the same.
    places = [header.positions.get(fold_header(name, keep_marks=True), []) for name in _PLACE]
    if all(len(positions) == 1 for positions in places):
        wanted |= {name: positions[0] for name, positions in zip(_PLACE, places, strict=True)}
    return wanted


def _check_single(header: _Header, name: str, path: str | Path) -> None:
    positions = header.positions[fold_header(name, keep_marks=True)]
    if len(positions) > 1:
        raise FormatError(
            "two columns have the same name",
            path=path,
            line=header.line,
            column=name,
            found=f"column {positions[0] + 1} and column {positions[1] + 1}",
            expected="one column of this name",
            hint="export the file from GenePix again; if it was edited, delete the wrong column",
        )


@dataclass(frozen=True, eq=False)
class _Spots:
    """What a file says of its spots: where they lie, their probes (of no kind yet), and what is odd about them."""

    layout: SpotLayout
    probes: ProbeTable
    oddities: tuple[str, ...]

    @classmethod
    def of_cells(cls, cells: Mapping[str, npt.NDArray[Any]]) -> _Spots:
        """Make them of the columns of positions and labels."""
        layout = SpotLayout(cells["Block"], cells["Row"], cells["Column"])
        kinds = np.full(len(layout), "", dtype=object)
        return cls(layout, ProbeTable(cells["ID"], cells["Name"], kinds), tuple(_layout_oddities(layout)))


@lru_cache(maxsize=2)
def _spots_of(texts: CellTexts, columns: tuple[str, ...]) -> _Spots | None:
    """Return the spots of a file, made once for files that have the same; None if a position is impossible."""
    table = TextTable("", columns, tuple(texts.columns()), 1, {})
    try:
        return _Spots.of_cells({name: _typed(table, j, name) for j, name in enumerate(columns)})
    except FormatError:
        return None


Cells = tuple[_Spots, dict[str, npt.NDArray[Any]]]


def _read_cells(data: bytes, header: _Header, wanted: dict[str, int], path: str | Path) -> Cells:
    """Read the wanted columns: the spots, and as float64 everything else."""
    tail = max(header.rows_at, len(data) - _TAIL_BYTES)
    if not data[tail:].strip(_BLANKS):
        tail = header.rows_at
    end = data.find(b"\n", tail + len(data[tail:].rstrip(_BLANKS)))
    rows = slice(header.rows_at, end if end >= 0 else len(data))
    return _read_at_once(data, rows, header, wanted) or _read_line_by_line(data[rows], header, wanted, path)


def _read_at_once(data: bytes, rows: slice, header: _Header, wanted: dict[str, int]) -> Cells | None:
    """Read a regular table from its bytes; None where anything is irregular and wants a closer look."""
    columns = regular_columns(data, rows, len(header.columns), header.delimiter, wanted.values())
    if columns is None:
        return None
    labels = sorted((*_POSITION, *_LABELS), key=wanted.__getitem__)
    texts = CellTexts.of_columns({wanted[name]: columns[wanted[name]] for name in labels}, header.delimiter)
    spots = None if texts is None else _spots_of(texts, tuple(labels))
    if spots is None:
        return None
    numbers = {name: columns[position] for name, position in wanted.items() if name not in labels}
    try:
        return spots, {name: column.numbers(partial(_numbers_in, name)) for name, column in numbers.items()}
    except FormatError:
        return None


def _numbers_in(name: str, cells: Sequence[str]) -> FloatArray:
    """Read some cells of a column as those of a table read line by line."""
    return _typed(TextTable("", (name,), (cells,), 1, {}), 0, name)


def _read_line_by_line(body: bytes, header: _Header, wanted: dict[str, int], path: str | Path) -> Cells:
    """Read an irregular table, or say in which line and column it can't be read."""
    read = set(wanted.values())
    table = read_rows(
        unify_newlines(body.decode()).split("\n"),
        [name if j in read else "" for j, name in enumerate(header.columns)],
        path=path,
        first_line=header.line + 1,
        software="GenePix",
        delimiter=header.delimiter,
    )
    cells = {name: _typed(table, j, name) for name, j in wanted.items()}
    return _Spots.of_cells(cells), cells


def _typed(table: TextTable, column: int, name: str) -> npt.NDArray[Any]:
    if name in _LABELS:
        return text_array(table.columns[column])
    if name in _POSITION:
        return whole_numbers(table, column, least=1)
    if name == "Flags":
        whole_numbers(table, column, blank=0)
    if name in _PLACE:
        return _numbers_or_missing(table.columns[column])
    return finite_numbers(table, column, missing=_MISSING)


def _numbers_or_missing(cells: Sequence[str]) -> FloatArray:
    numbers = [cell if re.fullmatch(r"[+-]?\d+(\.\d*)?", cell.strip()) else "nan" for cell in cells]
    return np.array(numbers, dtype=np.float64)


def _header_oddities(header: _Header) -> list[str]:
    if not header.is_atf:
        return [
            "the GenePix header is missing (the file was saved by a spreadsheet): the GAL lot and the scanner "
            "are not known"
        ]
    if header.declared_columns not in (None, len(header.columns)):
        return [f"the header declares {header.declared_columns} columns, the table has {len(header.columns)}"]
    return []


def _cell_oddities(
    cells: dict[str, npt.NDArray[Any]], channels: Sequence[str], foreground: str, background: str
) -> list[str]:
    found = []
    for channel in channels:
        chosen = BACKGROUNDS[background].format(channel)
        for name in (FOREGROUNDS[foreground].format(channel), chosen):
            missing = int(np.isnan(cells[name]).sum()) if name in cells else 0
            if missing:
                found.append(f"{plural(missing, 'cell')} of {name} empty or Error: missing")
        if chosen not in cells:
            found.append(f"the column {chosen} is missing: channel {channel} has no background")
        if background == "median" and f"B{channel}" in cells and chosen in cells:
            differ = int((np.abs(cells[f"B{channel}"] - cells[chosen]) > 0).sum())
            if differ:
                found.append(
                    f"GenePix subtracted another background than the local median: B{channel} differs from "
                    f"{chosen} in {plural(differ, 'spot')}; {chosen} is used"
                )
    unflagged = int(np.isnan(cells["Flags"]).sum())
    if unflagged:
        found.append(f"{plural(unflagged, 'spot')} without a flag: taken as unflagged (0)")
    return found


def _layout_oddities(layout: SpotLayout) -> list[str]:
    """Notice a spot that stands twice, and a table that was cut at the end of a row."""
    found = []
    order = np.lexsort((layout.column, layout.row, layout.block))
    spots = layout.take(order)
    again = (np.diff(spots.block) == 0) & (np.diff(spots.row) == 0) & (np.diff(spots.column) == 0)
    if again.any():
        i = order[1:][again].min()
        found.append(
            f"{plural(int(again.sum()), 'spot position')} more than once in the table, first "
            f"{spot_words(layout, int(i))}"
        )
    several = layout.block.max() > layout.block.min()
    part, what = (layout.block, "block") if several else (layout.row, "row")
    labels, sizes = np.unique(part, return_counts=True)
    if len(sizes) > 1 and (sizes[:-1] == sizes[0]).all() and sizes[-1] < sizes[0]:
        found.append(
            f"{what} {labels[-1]} has {plural(int(sizes[-1]), 'spot')}, the others have {sizes[0]}: the file may "
            "have been cut"
        )
    return found
