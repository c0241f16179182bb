"""Large tables of numbers: read by blocks of rows straight into one array, they never lie in memory as cells.

A table that is small, or irregular in any way, is left to :func:`mirtool.io.tables.text_tables.read_table`, which
can say in which line it is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mirtool.io.tables.labels import annotates
from mirtool.io.tables.opening import find_opening, is_blank
from mirtool.io.tables.text import unify_newline_bytes
from mirtool.io.tables.text_tables import (
    HEAD_ROWS,
    MISSING_BELOW,
    MISSING_CELLS,
    HeaderRule,
    NumberBlock,
    TextColumns,
    TextTable,
    head_of_lines,
    number_of,
)
from mirtool.model import FloatArray

_BLOCK = 2 << 20
_MOST_ABOVE = 60
"""Lines that may be above the header."""

_HEAD_LINES = _MOST_ABOVE + 1 + HEAD_ROWS

_JUDGED_ROWS = 10
"""Rows by which a column is taken for numbers; where a later cell is not a number, the table is irregular."""


def read_numbers(
    data: bytes, path: str | Path, header_rule: HeaderRule | None, text_columns: TextColumns
) -> TextTable | None:
    """Read a regular delimited text in UTF-8 whose header is one row; None where it is anything else.

    Parameters
    ----------
    data
        The file's content.
    header_rule
        As in :func:`mirtool.io.tables.text_tables.read_table`.
    text_columns
        As in :func:`mirtool.io.tables.text_tables.read_table`.
    """
    data = unify_newline_bytes(data)
    end = len(data)
    while data[end - 1 : end] == b"\n":
        end -= 1
    lines, begins = _head(data, end)
    try:
        texts = [line.decode("utf-8") for line in lines]
    except UnicodeDecodeError:
        return None
    texts[0] = texts[0].removeprefix("\ufeff")
    opening = find_opening(texts, skips_preface=header_rule is None)
    body = texts[opening.start : opening.start + HEAD_ROWS + 1]
    if opening.start > _MOST_ABOVE or opening.delimiter == " " or len(body) < 2 or _ends_blank(data, end):
        return None
    if body[0].count('"') % 2:
        return None
    head = head_of_lines(body, path, opening, header_rule)
    if head is None or head.header_rows is not None:
        return None
    wanted = text_columns(head)
    if wanted is None:
        return None
    judged = [[cell.strip() for cell in cells[:_JUDGED_ROWS]] for cells in head.columns]
    is_text = [j in wanted or annotates(cells) for j, cells in enumerate(judged)]
    if all(is_text) or not all(text or _hold_numbers(cells) for text, cells in zip(is_text, judged, strict=True)):
        return None
    found = _parse(data, begins[opening.start + 1], end, opening.delimiter, is_text)
    if found is None:
        return None
    columns, block = found
    columns |= zip(block.columns, block.values.T, strict=True)
    return TextTable(
        str(path),
        head.header,
        tuple(columns[j] for j in range(len(is_text))),
        head.first_line,
        head.notes,
        delimiter=head.delimiter,
        block=block,
    )


def _head(data: bytes, end: int) -> tuple[list[bytes], list[int]]:
    """Return the first lines, and where each line begins and the next one would."""
    lines: list[bytes] = []
    begins = [0]
    while len(lines) < _HEAD_LINES and begins[-1] < end:
        at = data.find(b"\n", begins[-1], end)
        stop = end if at < 0 else at
        lines.append(data[begins[-1] : stop])
        begins.append(stop + 1)
    return lines, begins


def _ends_blank(data: bytes, end: int) -> bool:
    """Return True where the last line holds delimiters and blanks only."""
    last = data[data.rfind(b"\n", 0, end) + 1 : end]
    return is_blank(last.decode("utf-8", errors="replace"))


def _hold_numbers(cells: Sequence[str]) -> bool:
    try:
        return all(cell in MISSING_CELLS or number_of(cell) is not None for cell in cells)
    except ValueError:
        return False


def _parse(
    data: bytes, begin: int, end: int, delimiter: str, is_text: list[bool]
) -> tuple[dict[int, Any], NumberBlock] | None:
    """Return the cells of the columns of text by their places, and the numbers of the others."""
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    names = [str(j) for j in range(len(is_text))]
    numbers = tuple(j for j, text in enumerate(is_text) if not text)
    kinds = {name: pa.string() if text else pa.float64() for name, text in zip(names, is_text, strict=True)}
    n_rows = data.count(b"\n", begin, end) + 1
    texts: dict[int, list[str]] = {j: [] for j, text in enumerate(is_text) if text}
    values = np.empty((n_rows, len(numbers)))
    row = 0
    try:
        reader = pa_csv.open_csv(
            pa.BufferReader(pa.py_buffer(data).slice(begin, end - begin)),
            read_options=pa_csv.ReadOptions(column_names=names, block_size=_BLOCK, use_threads=False),
            parse_options=pa_csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=kinds, null_values=list(MISSING_CELLS), strings_can_be_null=False
            ),
        )
        for batch in reader:
            if row + batch.num_rows > n_rows:
                return None
            _fill(values[row : row + batch.num_rows], batch, numbers)
            for j, cells in texts.items():
                cells += batch.column(j).to_pylist()
            row += batch.num_rows
    except pa.ArrowInvalid:
        return None
    # Fewer rows than lines: a quoted cell holds a line end, or a quote is not closed.
    is_whole = row == n_rows and not any(
        not any(map(str.strip, cells)) for cells in zip(*texts.values(), strict=True)
    )
    return (texts, NumberBlock(numbers, values)) if is_whole else None


def _fill(values: FloatArray, batch: Any, numbers: Sequence[int]) -> None:
    values[:] = batch.select(numbers).to_tensor(null_to_nan=True).to_numpy()
    values[(values <= MISSING_BELOW) & (values > -np.inf)] = np.nan
