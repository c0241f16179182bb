r"""ImaGene results (``.txt``): one file per channel, one row per spot.

The format, as ImaGene 4 to 9 write it (``→`` is a tab; rows begin with one, so a row has one cell more than there
are columns)::

    Begin Header
    →version→4.2
    →Image File→C:\scans\S1_Hy3.tif
    →Begin Field Dimensions
    →→Field→Metarows→Metacols→Rows→Cols
    →→A→12→4→19→17
    →End Field Dimensions
    ...
    End Header
    Begin Raw Data
    →Field→Meta Row→Meta Column→Row→Column→Gene ID→Flag→Signal Mean→Background Mean→Signal Median→...
    →A→1→1→ 1→ 1→hsa-miR-16-5p→0→ 4847.928→2312.378→ 4835.0→...
    End Raw Data
    End of File

*Columns.* Found by name. Field, Row, Column, Gene ID, Flag and a Signal are needed; Meta Row and Meta Column are
taken for 1 where a version has none. ``Signal Median`` and ``Background Median`` are read (what GenePix's
default is); where the export has only the means, these are read and a warning says so. A file of both channels
(version 9) has ``Signal Median 1`` and ``Signal Median 2`` or ``Ch1 Signal Median`` ...: its channels are called
``1`` and ``2``. A file without background columns has background None. A ``Gene Name`` or ``Name`` column gives
the names; without one the Gene ID is both ID and Name. Numbers may be padded with blanks; an empty cell is
missing.

*Blocks.* A block is one Field, Meta Row and Meta Column. Blocks are numbered from 1 in that order, Meta Columns
first, as GenePix numbers them: Block = Metacols × (Meta Row − 1) + Meta Column, a second field after the first.

*Flags.* ImaGene has its own numbers. They are turned into GenePix's on reading, so that ``--flags`` means one
thing for every instrument; ``mirtool inspect`` counts them under their own names:

=======  ==============================================================  ================================
flag     meaning                                                         read as
=======  ==============================================================  ================================
0        good                                                            0 (unflagged)
2        empty: the signal lies within the noise of the background       −50 (not found)
3        poor: the spot's shape is irregular                             −100 (bad)
4        negative: the signal lies below the background                  −75 (absent)
1, 5-7   marks that ImaGene 4 does not set by itself: set aside by hand  −100 (bad); a warning counts them
=======  ==============================================================  ================================

Empty and negative spots can be honest low signal: ``--flags bad`` (the default) keeps them, ``--flags negative``
leaves them out. The numbers 2 to 4 follow the order of the header's Quality settings (Empty, Poor, Negative
Spots), and were checked on a pair of files of version 4.2 with a threshold of 2 for empty spots: all 130 spots of
flag 2 have a signal less than 2 background standard deviations above the background in both channels, and the
one of flag 4 lies below it in both.

*Pairs.* Hy3 and Hy5 (or Cy3 and Cy5) of one slide are two files. They are paired by their names, which differ in
that word alone (``S1_Hy3_Exiqon_14114402_S01_Cropped.txt``, ``S1_Hy5_Exiqon_...``), by a table
``Names  Hy3  Hy5``, or by the columns ``file`` and ``file_hy5`` of a sample sheet. Both must have the same spots.
An array has one flag per spot: the worse of the two, and where they differ a warning says how often.

*Refused.* A file without ``Begin Raw Data`` or ``End Raw Data``, a row cut short, another number of spots than
Field Dimensions says, two rows for one spot, text in a number cell, a flag that is no whole number from 0 to 7.

References
----------
ImaGene user manual, BioDiscovery Inc., versions 5.5 (2003) and 7 (2006).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from mirtool.errors import ArrayMismatchError, FormatError, SampleSheetError, UsageError
from mirtool.io.arrays.read_options import ReadOptions
from mirtool.io.arrays.sample_matching import HY5_COLUMN
from mirtool.io.registry import Inspection
from mirtool.io.tables.rows import (
    column_names,
    finite_numbers,
    need_column,
    read_rows,
    refuse_repeated_spots,
    spot_words,
    whole_numbers,
)
from mirtool.io.tables.text import FileHead, read_text, sha256_of
from mirtool.io.tables.text_tables import TextTable
from mirtool.model import (
    ArraySource,
    Channel,
    FloatArray,
    IntArray,
    ProbeTable,
    RawArrays,
    SampleTable,
    SpotLayout,
    TextArray,
    text_array,
)
from mirtool.wording import plural

FLAG_MEANINGS = {0: "good", 2: "empty", 3: "poor", 4: "negative"}
"""ImaGene's own flags; the other numbers are marks set by hand."""

_GENEPIX_FLAGS = np.array([0, -100, -50, -100, -75, -100, -100, -100])

SIGNAL = "signal"
"""Channel of a file whose name does not say which dye it holds."""

_DYE = re.compile(r"(?<![a-z0-9])(hy3|hy5|cy3|cy5)(?![a-z0-9])", re.IGNORECASE)
_MEASURED = re.compile(r"(?:ch ?(\d+) )?signal (median|mean)(?: (\d+))?", re.IGNORECASE)
_SUFFIXES = re.compile(r"(\.(txt|cy3|cy5|hy3|hy5))*(\.gz)?$", re.IGNORECASE)
_SOFTWARE = "ImaGene"


def sniff(head: FileHead) -> bool:
    """Claim a file by ``Begin Header`` and the ``Begin Field Dimensions`` or ``Begin Raw Data`` after it."""
    lines = [line.strip() for line in head.lines if line.strip()]
    if not lines or lines[0] not in ("Begin Header", "Begin Raw Data"):
        return False
    return "Begin Raw Data" in lines or "Begin Field Dimensions" in lines


def inspect(path: str | Path) -> Inspection:
    """Read an ImaGene file and say what it holds."""
    one = _read_file(path, "median", "median")
    values, counts = np.unique(one.flags, return_counts=True)
    names = _channel_names(one, channel_of(path))
    details = {
        "version": one.header.get("version", "none stated"),
        "image": one.header.get("Image File", "none stated"),
        "blocks": len(np.unique(one.layout.block)),
        "ids": len(set(one.id)),
        "flags": {
            f"{value} ({FLAG_MEANINGS.get(value, 'by hand')})": int(count)
            for value, count in zip(values.tolist(), counts.tolist(), strict=True)
        },
    }
    return Inspection(
        str(path), "imagene", len(one.layout), tuple(names.values()), tuple(_oddities(one, names)), details
    )


def read_study_file(path: str | Path, _options: ReadOptions) -> list[RawArrays]:
    """Return the arrays of one file, as :mod:`mirtool.io.arrays.reading` asks for them."""
    return [read_imagene(path)]


def channel_of(path: str | Path) -> str:
    """Return the channel of a file by its name: Hy3, Hy5, Cy3 or Cy5, else ``"signal"``.

    Examples
    --------
    >>> channel_of("S1_Hy3_Exiqon_14114402_S01_Cropped.txt"), channel_of("slide7.cy5"), channel_of("S1.txt")
    ('Hy3', 'Cy5', 'signal')
    """
    words = _DYE.findall(Path(path).name.replace("_", " "))
    return words[-1].capitalize() if words else SIGNAL


def sample_name(path: str | Path) -> str:
    """Name the array of a file: what stands before the dye in its name, else the name without the dye.

    Examples
    --------
    >>> sample_name("S1_Hy3_Exiqon_14114402_S01_Cropped.txt"), sample_name("slide7.cy5"), sample_name("Hy5_A2.txt")
    ('S1', 'slide7', 'A2')
    """
    stem = _SUFFIXES.sub("", Path(path).name)
    match = _DYE.search(stem.replace("_", " "))
    if not match:
        return stem
    before, after = (part.strip("_-. ") for part in (stem[: match.start()], stem[match.end() :]))
    return before or after or stem


@dataclass(frozen=True)
class ImageneArray:
    """The files of one array: channel to file, one or two of them."""

    name: str
    files: Mapping[str, str]


def pair_files(files: Sequence[str | Path]) -> list[ImageneArray]:
    """Put the two channels' files of each array together by their names.

    Returns
    -------
    list of ImageneArray
        In the order in which each array's first file stands. A study of one channel gives one file per array.

    Raises
    ------
    ArrayMismatchError
        Where some files have a partner and others have none.

    Examples
    --------
    >>> [dict(array.files) for array in pair_files(["a_Hy3_1.txt", "b_Hy3_2.txt", "a_Hy5_1.txt", "b_Hy5_2.txt"])]
    [{'Hy3': 'a_Hy3_1.txt', 'Hy5': 'a_Hy5_1.txt'}, {'Hy3': 'b_Hy3_2.txt', 'Hy5': 'b_Hy5_2.txt'}]
    """
    arrays: dict[str, dict[str, str]] = {}
    for file in files:
        arrays.setdefault(_without_dye(file), {})[channel_of(file)] = str(file)
    widest = max(arrays.values(), key=len, default={})
    for channels in arrays.values():
        if set(channels) != set(widest):
            alone, dye = next((file, dye) for dye, file in channels.items())
            raise ArrayMismatchError(
                "the file of one channel has no partner",
                path=alone,
                found=f"{dye} alone; other arrays have {' and '.join(sorted(widest))}",
                expected="two files an array whose names differ in Hy3 and Hy5 (or Cy3 and Cy5) alone",
                hint="name the missing file too, or say which belong together: columns file and file_hy5 in "
                "samples.csv",
            )
    names = [sample_name(next(iter(channels.values()))) for channels in arrays.values()]
    if len(set(names)) != len(names):
        names = [_stem_without_dye(next(iter(channels.values()))) for channels in arrays.values()]
    return [
        ImageneArray(name, dict(sorted(channels.items())))
        for name, channels in zip(names, arrays.values(), strict=True)
    ]


def _without_dye(path: str | Path) -> str:
    """Return the path with its last dye word blanked: the same for the two files of an array."""
    folder, name = Path(path).parent, Path(path).name
    matches = list(_DYE.finditer(name.replace("_", " ")))
    if not matches:
        return str(path)
    start, end = matches[-1].span()
    dye = "Hy" if name[start].lower() == "h" else "Cy"
    return str(folder / f"{name[:start]}{dye}{name[end:]}")


def _stem_without_dye(path: str) -> str:
    stem = _SUFFIXES.sub("", Path(path).name)
    return re.sub(r"[_\-. ]{2,}", "_", _DYE.sub("", stem.replace("_", " ")).strip().replace(" ", "_"))


def read_imagene(
    path: str | Path,
    *,
    channel: str | None = None,
    foreground: str = "median",
    background: str = "median",
) -> RawArrays:
    """Read one file: one channel of an array (both, where version 9 wrote both into one file).

    Parameters
    ----------
    path
        An ImaGene results file, packed by gzip or not; ``-`` is standard input.
    channel
        Name of the channel; None takes it from the file's name (:func:`channel_of`).
    foreground, background
        ``"median"`` or ``"mean"`` of the pixels.

    Returns
    -------
    RawArrays
        One array, ``(n_spots, 1)``, linear, scanner counts, nothing subtracted, flagged spots kept, missing
        intensities NaN; flags on GenePix's scale. Probe kinds are blank.

    Raises
    ------
    FormatError
        As the module says, with line and column.
    UsageError
        For a ``foreground`` or ``background`` that does not exist.
    """
    one = _read_file(path, foreground, background)
    names = _channel_names(one, channel or channel_of(path))
    source = ArraySource(
        str(path), "imagene", sha256_of(path), header=one.header, warnings=tuple(_oddities(one, names))
    )
    return RawArrays(
        {name: one.channels[own] for own, name in names.items()},
        _GENEPIX_FLAGS[one.flags][:, np.newaxis],
        ProbeTable(one.id, one.name, text_array([""] * len(one.id))),
        one.layout,
        SampleTable((sample_name(path),), files=(str(path),)),
        (source,),
    )


def pair_channels(parts: Sequence[RawArrays], samples: SampleTable | None = None) -> list[RawArrays]:
    """Make arrays of what was read file by file: the two channels of a slide become one array.

    Parameters
    ----------
    parts
        One file each, as :func:`read_imagene` gives them.
    samples
        A sample sheet; its columns ``file`` and ``file_hy5`` say which files belong together. Where it has no
        ``file_hy5``, or there is no sheet, the files' names do (:func:`pair_files`).

    Returns
    -------
    list of RawArrays
        One array each, in the order of the sheet or of the files; the flag of a spot is the worse one of its
        channels.

    Raises
    ------
    ArrayMismatchError
        Where a file has no partner, or the channels of an array differ in their spots.
    SampleSheetError
        Where the sheet names a file that was not given, or puts a Hy5 file in place of a Hy3 file.
    """
    by_file = {part.samples.files[0]: part for part in parts}
    if samples is not None and any(samples.extra.get(HY5_COLUMN, ())):
        arrays = _pairs_of_sheet(list(by_file), samples)
    elif any(len(part.channels) > 1 for part in parts):
        return list(parts)
    else:
        arrays = pair_files(list(by_file))
    return [
        join_channels({channel: by_file[file] for channel, file in array.files.items()}, array.name)
        for array in arrays
    ]


def _pairs_of_sheet(files: Sequence[str], samples: SampleTable) -> list[ImageneArray]:
    by_path = {Path(file).resolve(): file for file in files}
    by_name = {Path(file).name: file for file in files}
    arrays = []
    listed = zip(samples.names, samples.files, samples.extra[HY5_COLUMN], strict=True)
    for name, hy3, hy5 in listed:
        found = {}
        for column, channel, wanted in (("file", "Hy3", hy3), (HY5_COLUMN, "Hy5", hy5)):
            file = by_path.get(Path(wanted).resolve(), by_name.get(Path(wanted).name)) if wanted else None
            if file is None:
                raise SampleSheetError(
                    f"the {channel} file of the sample {name!r} was not given"
                    if wanted
                    else f"the sample {name!r} has no {channel} file",
                    path=samples.sheet or None,
                    column=column,
                    found=wanted or None,
                    expected="the files of both channels of every sample",
                    hint="fill in the sheet, or name the file in the call",
                )
            dye = channel_of(file)
            if dye != SIGNAL and dye[-1] != channel[-1]:
                raise SampleSheetError(
                    f"the sheet gives a {dye} file as the {channel} file of the sample {name!r}",
                    path=samples.sheet or None,
                    column=column,
                    found=wanted,
                    expected=f"the file of the {channel} channel",
                    hint="exchange the files in the sheet",
                )
            found[channel if dye == SIGNAL else dye] = file
        arrays.append(ImageneArray(name, found))
    strangers = sorted(set(files) - {file for array in arrays for file in array.files.values()})
    if strangers:
        raise SampleSheetError(
            f"{plural(len(strangers), 'file')} not in the sample sheet",
            path=samples.sheet or None,
            found=strangers[0],
            hint="add them to the columns file and file_hy5, or leave them out",
        )
    return arrays


def join_channels(parts: Mapping[str, RawArrays], name: str) -> RawArrays:
    """Make one array of its channels, channel name to what was read from its file.

    Raises
    ------
    ArrayMismatchError
        Where the files differ in their spots, with the first difference.
    """
    first, *others = parts.values()
    for other in others:
        _refuse_other_spots(first, other)
    flags = np.stack([part.flags[:, 0] for part in parts.values() if part.flags is not None])
    warnings = [warning for part in parts.values() for warning in part.sources[0].warnings]
    differing = int((flags != flags[0]).any(axis=0).sum())
    if differing:
        warnings.append(f"{plural(differing, 'spot')} flagged otherwise in one channel: the worse flag counts")
    source = replace(
        first.sources[0],
        path=" + ".join(part.sources[0].path for part in parts.values()),
        sha256=" + ".join(part.sources[0].sha256 for part in parts.values()),
        warnings=tuple(dict.fromkeys(warnings)),
    )
    return replace(
        first,
        channels={channel: next(iter(part.channels.values())) for channel, part in parts.items()},
        flags=flags.min(axis=0)[:, np.newaxis],
        samples=SampleTable((name,), files=first.samples.files),
        sources=(source,),
    )


def _refuse_other_spots(one: RawArrays, other: RawArrays) -> None:
    assert one.layout is not None
    assert other.layout is not None
    path, partner = other.sources[0].path, one.sources[0].path
    if one.n_spots != other.n_spots:
        raise ArrayMismatchError(
            "the two channels of an array have different numbers of spots",
            path=path,
            found=plural(other.n_spots, "spot"),
            expected=f"{one.n_spots:,}, as in {partner}",
            hint="check that the two files belong to one slide",
        )
    differs = (
        (one.layout.block != other.layout.block)
        | (one.layout.row != other.layout.row)
        | (one.layout.column != other.layout.column)
        | (one.probes.id != other.probes.id)
    )
    if differs.any():
        spot = int(np.argmax(differs))
        raise ArrayMismatchError(
            f"the two channels of an array do not have the same spots, first in row {spot + 1} of the table",
            path=path,
            found=f"{spot_words(other.layout, spot)}, Gene ID {other.probes.id[spot]!r}",
            expected=f"{spot_words(one.layout, spot)}, Gene ID {one.probes.id[spot]!r}, as in {partner}",
            hint="check that the two files belong to one slide",
        )


@dataclass(frozen=True, eq=False)
class _File:
    """One file as it is; ``channels`` has the key ``""`` where the columns name none."""

    header: Mapping[str, str]
    layout: SpotLayout
    id: TextArray
    name: TextArray
    flags: IntArray
    channels: Mapping[str, Channel]
    notes: tuple[str, ...]


@dataclass
class _Header:
    """The header's records, and the dimensions of each field: metarows, metacols, rows, columns."""

    records: dict[str, str] = field(default_factory=dict)
    fields: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)


def _read_file(path: str | Path, foreground: str, background: str) -> _File:
    for what, value in (("foreground", foreground), ("background", background)):
        if value not in ("median", "mean"):
            raise UsageError(f"no {what} is called {value!r}", expected="one of median, mean")
    lines = read_text(path).split("\n")
    begin, end = _find_table(lines, path)
    header = _parse_header(lines[:begin])
    columns = column_names(lines[begin + 1])
    table = read_rows(lines[begin + 2 : end], columns, path=path, first_line=begin + 3, software=_SOFTWARE)
    fields, layout = _read_layout(table, header)
    refuse_repeated_spots(layout, table)
    _check_size(fields, header, path)
    flag = need_column(table, "Flag", software=_SOFTWARE)
    flags = _read_flags(table, flag)
    ids = table.text(need_column(table, "Gene ID", "GeneID", software=_SOFTWARE))
    name = table.find("Gene Name", "Name")
    channels, notes = _read_channels(table, foreground, background)
    return _File(
        header.records,
        layout,
        ids,
        ids if name is None else table.text(name),
        flags,
        channels,
        tuple(notes),
    )


def _find_table(lines: Sequence[str], path: str | Path) -> tuple[int, int]:
    """Return the places (from 0) of ``Begin Raw Data`` and ``End Raw Data``."""
    marks = [line.strip() for line in lines]
    if "Begin Raw Data" not in marks:
        raise FormatError(
            "the file has no table of spots" if "Begin Header" in marks else "this is no ImaGene results file",
            path=path,
            expected="a line 'Begin Raw Data'",
            hint="save the results in ImaGene again",
        )
    begin = marks.index("Begin Raw Data")
    if "End Raw Data" not in marks[begin:]:
        raise FormatError(
            "the table of spots does not end: the file was cut",
            path=path,
            line=len(lines),
            expected="a line 'End Raw Data'",
            hint="save the results in ImaGene again, and check that the disk was not full",
        )
    end = marks.index("End Raw Data", begin)
    if end == begin + 1:
        raise FormatError(
            "the table of spots has no column line",
            path=path,
            line=begin + 2,
            hint="save the results in ImaGene again",
        )
    return begin, end


def _parse_header(lines: Sequence[str]) -> _Header:
    """Read the records, ``key→value``; of two with one name the outer or first one stands."""
    header = _Header()
    section = ""
    for line in lines:
        cells = [cell.strip() for cell in line.strip().split("\t")]
        if cells[0].startswith("Begin "):
            section = cells[0].removeprefix("Begin ")
        elif cells[0].startswith("End "):
            section = "Header"
        elif section == "Field Dimensions":
            if len(cells) >= 5 and all(re.fullmatch(r"\d{1,6}", cell) for cell in cells[1:5]):
                metarows, metacols, rows, columns = map(int, cells[1:5])
                header.fields[cells[0]] = (metarows, metacols, rows, columns)
        elif len(cells) > 1 and cells[0]:
            header.records.setdefault(cells[0], cells[1])
    return header


def _read_layout(table: TextTable, header: _Header) -> tuple[TextArray, SpotLayout]:
    fields = table.text(need_column(table, "Field", software=_SOFTWARE))
    meta = [table.find(name) for name in ("Meta Row", "Meta Column")]
    ones = np.ones(len(table), dtype=np.int64)
    meta_row, meta_column = (ones if j is None else whole_numbers(table, j, least=1) for j in meta)
    row, column = (
        whole_numbers(table, need_column(table, name, software=_SOFTWARE), least=1) for name in ("Row", "Column")
    )
    block = np.zeros(len(table), dtype=np.int64)
    offset = 0
    for name in dict.fromkeys(fields):
        here = fields == name
        metarows, metacols, *_ = header.fields.get(name, (0, 0, 0, 0))
        metarows = max(metarows, int(meta_row[here].max()))
        metacols = max(metacols, int(meta_column[here].max()))
        block[here] = offset + metacols * (meta_row[here] - 1) + meta_column[here]
        offset += metarows * metacols
    return fields, SpotLayout(block, row, column)


def _check_size(fields: TextArray, header: _Header, path: str | Path) -> None:
    for name, dimensions in header.fields.items():
        expected, found = int(np.prod(dimensions)), int((fields == name).sum())
        if found != expected:
            raise FormatError(
                f"field {name} does not have as many spots as the header says",
                path=path,
                found=plural(found, "spot"),
                expected="{} × {} blocks of {} × {}: {:,} spots".format(*dimensions, expected),
                hint="the file was cut, or rows were taken out: save the results in ImaGene again",
            )


def _read_flags(table: TextTable, column: int) -> IntArray:
    flags = whole_numbers(table, column, blank=0)
    strange = (flags < 0) | (flags >= len(_GENEPIX_FLAGS))
    if strange.any():
        row = int(np.argmax(strange))
        raise FormatError(
            "a flag that ImaGene does not have",
            path=table.path,
            line=table.line_of(row),
            column=table.header[column],
            found=str(flags[row]),
            expected="0 (good) to 7",
            hint="correct the cell, or save the results in ImaGene again",
        )
    return flags


def _read_channels(table: TextTable, foreground: str, background: str) -> tuple[dict[str, Channel], list[str]]:
    """Read every channel; where the statistic asked for was not exported, the other one."""
    columns: dict[tuple[str, str], str] = {}
    for header in table.header:
        match = _MEASURED.fullmatch(header)
        if match:
            columns.setdefault((match[1] or match[3] or "", match[2].lower()), header)
    if not columns:
        need_column(table, "Signal Median", software=_SOFTWARE)
    notes = []
    channels = {}
    for name in dict.fromkeys(name for name, _ in columns):
        statistic = foreground if (name, foreground) in columns else _other(foreground)
        signal = columns[name, statistic]
        around = [
            table.find(re.sub("signal", "Background", _with(signal, kind), flags=re.IGNORECASE))
            for kind in (background, _other(background))
        ]
        chosen = next((j for j in around if j is not None), None)
        if statistic != foreground:
            notes.append(f"no Signal {foreground.capitalize()} was exported: {signal} is used")
        if chosen is None:
            notes.append(f"no background was exported beside {signal}: there is none to subtract")
        elif around[0] is None:
            notes.append(f"no Background {background.capitalize()} was exported: {table.header[chosen]} is used")
        channels[name] = Channel(
            _column(table, table.header.index(signal)), None if chosen is None else _column(table, chosen)
        )
    return channels, notes


def _other(statistic: str) -> str:
    return "mean" if statistic == "median" else "median"


def _with(signal: str, statistic: str) -> str:
    return re.sub("median|mean", statistic, signal, flags=re.IGNORECASE)


def _column(table: TextTable, column: int) -> FloatArray:
    return finite_numbers(table, column)[:, np.newaxis]


def _channel_names(one: _File, channel: str) -> dict[str, str]:
    """Name the channels: by their columns where these do, else ``channel``."""
    return {own: own or channel for own in one.channels}


def _oddities(one: _File, names: Mapping[str, str]) -> list[str]:
    found = list(one.notes)
    for own, name in names.items():
        channel = one.channels[own]
        missing = np.isnan(channel.foreground)
        if channel.background is not None:
            missing = missing | np.isnan(channel.background)
        if missing.any():
            found.append(f"{plural(int(missing.sum()), 'spot')} of channel {name} without an intensity: missing")
    by_hand = int((~np.isin(one.flags, list(FLAG_MEANINGS))).sum())
    if by_hand:
        found.append(f"{plural(by_hand, 'spot')} with flag 1 or 5 to 7, set aside by hand: taken as bad")
    return found
