"""Large delimited files, of which few columns are wanted: read by blocks, they never lie in memory as text.

pyarrow reads the file, packed by gzip or not, in blocks of 16 MiB and keeps the wanted columns only: labels as
places among their distinct texts (4 bytes per row), numbers as text until they are asked for. A file that is
small, or irregular in any way, is left to :func:`mirtool.io.tables.text_tables.read_table`, which can say in which
line it is wrong.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import BinaryIO

from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.opening import Opening, find_opening, tell_delimiter
from mirtool.io.tables.text import GZIP_MAGIC, STDIN, is_binary, is_workbook, read_head
from mirtool.io.tables.text_tables import TextTable, unguard_text

LARGE = 2 << 20
"""From this many bytes on the file, packed or not, it is read by blocks."""

_BLOCK = 16 << 20


def read_columns(
    path: str | Path,
    labels: Collection[str],
    numbers: Collection[str] = (),
    *,
    header: Sequence[str] | None = None,
    without_lines: str | None = None,
) -> TextTable | None:
    """Read the wanted columns of a large delimited file.

    Parameters
    ----------
    path
        Text in UTF-8, packed by gzip or not; notes or a preface may lie above its header.
    labels, numbers
        Folded headers (:func:`mirtool.io.tables.headers.fold_header`) of the columns wanted. Columns of labels
        become dictionary arrays, columns of numbers text.
    header
        The header of a file that has none.
    without_lines
        A regular expression: lines that begin with it are passed over.

    Returns
    -------
    TextTable or None
        With the wanted columns only, in the file's order; None where the file is smaller than :data:`LARGE`, or
        where a row, a cell or the text itself is irregular.
    """
    if str(path) == STDIN or not Path(path).is_file() or Path(path).stat().st_size < LARGE:
        return None
    head = read_head(path)
    if is_workbook(head.data) or is_binary(head.data) or not head.lines:
        return None
    opening = find_opening(head.lines, skips_preface=True)
    if header:
        opening = Opening(0, tell_delimiter(head.lines[0]), ())
    if opening.delimiter == " " or opening.start >= len(head.lines):
        return None
    delimiter = opening.delimiter
    head_line = head.lines[opening.start : opening.start + 1]
    names = list(header) if header else [name.strip() for name in next(csv.reader(head_line, delimiter=delimiter))]
    while names and not names[-1]:
        names.pop()
    wanted = [j for j, name in enumerate(names) if fold_header(name) in {*labels, *numbers}]
    is_label = [fold_header(names[j]) in labels for j in wanted]
    columns = _parse(
        Path(path),
        delimiter,
        len(names),
        wanted,
        is_label,
        skip=0 if header else opening.start + 1,
        without=without_lines,
    )
    if columns is None:
        return None
    return TextTable(
        str(path),
        tuple(unguard_text(names[j]) for j in wanted),
        columns,
        first_line=1 if header else opening.start + 2,
        notes={},
        delimiter=delimiter,
    )


def _parse(
    path: Path,
    delimiter: str,
    width: int,
    wanted: list[int],
    is_label: list[bool],
    *,
    skip: int,
    without: str | None,
) -> tuple[object, ...] | None:
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    names = [str(j) for j in range(width)]
    kept = [names[j] for j in wanted]
    label = pa.dictionary(pa.int32(), pa.string())
    kinds = [label if of_labels else pa.string() for of_labels in is_label]
    try:
        with path.open("rb") as file:
            packed = file.read(2) == GZIP_MAGIC
        with pa.input_stream(str(path), compression="gzip" if packed else None) as stream:
            parsed = pa_csv.read_csv(
                _WithoutLines(stream, without) if without else stream,
                read_options=pa_csv.ReadOptions(column_names=names, skip_rows=skip, block_size=_BLOCK),
                parse_options=pa_csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
                convert_options=pa_csv.ConvertOptions(
                    include_columns=kept,
                    column_types=dict(zip(kept, kinds, strict=True)),
                    strings_can_be_null=False,
                ),
            )
    except (pa.ArrowInvalid, OSError):
        return None
    return tuple(parsed.columns)


class _WithoutLines(io.RawIOBase):
    """A stream of bytes without the lines that begin in a certain way."""

    def __init__(self, stream: BinaryIO, beginning: str) -> None:
        super().__init__()
        self._stream = stream
        self._unwanted = re.compile(rb"^(?:%b)[^\n]*\n?" % beginning.encode(), re.MULTILINE)
        self._rest = b""
        self._ready = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes."""
        while not self._ready:
            block = self._stream.read(_BLOCK)
            lines, newline, self._rest = (
                (self._rest + block).rpartition(b"\n") if block else (self._rest, b"", b"")
            )
            self._ready = self._unwanted.sub(b"", lines + newline)
            if not block:
                break
        given = self._ready if size < 0 else self._ready[:size]
        self._ready = self._ready[len(given) :]
        return given
