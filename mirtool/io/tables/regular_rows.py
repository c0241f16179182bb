"""Rows of one width, read from their bytes: the columns of an instrument's file without a Python string per cell.

A file of one array has a million cells, of which a few columns are of use. Where every row has the same number of
cells, the places of all separators, found at once, are a matrix of rows and columns, and a cell of at most eight
digits is the number that three multiplications make of the eight bytes before its end. Any other cell in a column
of numbers (``-0.5``, ``Error``) is read by itself, by a rule of the caller. Columns of text, the same in all files
of a study, may stay bytes (:class:`CellTexts`): comparing them takes no string either. On 24,000 rows of 56
columns this takes three quarters of the time of pyarrow's reader, and a fiftieth of that of splitting every line.

:func:`regular_columns` gives None where rows differ in width, or where a character may mean two things. Such a
table is read line by line (:func:`mirtool.io.tables.rows.read_rows`), which has the messages. What is read here is
what would be read there; only a row of blank cells, passed over there, is a row here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import numpy.typing as npt

from mirtool.io.tables.quoted_lines import split_cells, without_quotes
from mirtool.model import BoolArray, FloatArray, IntArray

_Words = npt.NDArray[np.uint64]

_BLOCK_BYTES = 1 << 17
"""Searched at once for separators: with their places it fits into a processor's cache."""

_LONGEST_TEXT = 512
"""Bytes per row of neighboring columns of text that are compared as bytes."""

_WORD = 8
CELLS_FROM = _WORD + 1
"""Bytes that must be before the first row, so that eight bytes end with any cell."""

_LF, _CR, _MINUS = b"\n\r-"
_LAST_BYTES = np.array([(1 << 64) - (1 << 8 * (_WORD - n)) for n in range(_WORD + 1)], np.uint64)
"""The last n bytes of a word, which are its high ones."""

_ZEROS, _SIXES, _HIGH_HALVES = (np.uint64(byte * 0x0101010101010101) for byte in (0x30, 0x06, 0xF0))
_PAIRED = ((8, 0x00FF00FF00FF00FF), (16, 0x0000FFFF0000FFFF), (32, 0x00000000FFFFFFFF))
"""The bits of two neighboring numbers, and which bits hold what they make."""


@dataclass(frozen=True, eq=False)
class CellColumn(Sequence[str]):
    """The cells of a column, without blanks and quotes around them; each becomes a string when it is asked for.

    Parameters
    ----------
    data
        The file, in UTF-8.
    before, ends
        Where the separators before and behind each cell are, ``(n_rows,)``.
    """

    data: bytes
    before: IntArray
    ends: IntArray

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, rows: int) -> str: ...

    @overload
    def __getitem__(self, rows: slice) -> list[str]: ...

    def __getitem__(self, rows: int | slice) -> str | list[str]:
        if isinstance(rows, slice):
            return list(CellColumn(self.data, self.before[rows], self.ends[rows]))
        return without_quotes(self.data[int(self.before[rows]) + 1 : int(self.ends[rows])].decode().strip())

    def __iter__(self) -> Iterator[str]:
        if not len(self):
            return iter(())
        data, places = self.data, zip(self.before.tolist(), self.ends.tolist(), strict=True)
        joined = b"\n".join([data[before + 1 : end] for before, end in places]).decode()  # no cell has a line end
        cells = map(str.strip, joined.split("\n"))
        return map(without_quotes, cells) if '"' in joined else cells

    @property
    def words(self) -> _Words:
        """The eight bytes before each byte of the file, from the eighth on."""
        return np.ndarray((len(self.data) - _WORD + 1,), "<u8", self.data, strides=(1,))

    def numbers(self, of_others: Callable[[Sequence[str]], FloatArray]) -> FloatArray:
        """Return the numbers in the cells.

        Parameters
        ----------
        of_others
            Returns the numbers in cells that are not whole numbers of up to eight digits; what it raises is
            raised.
        """
        words, ends = self.words, self.ends
        values, are_whole = _whole_numbers(words[ends - _WORD], ends - self.before - 1)
        odd = np.flatnonzero(~are_whole)
        if not len(odd):
            return values
        before, ends = self.before[odd], ends[odd]
        below, are_below = _whole_numbers(words[ends - _WORD], ends - before - 2)
        are_below &= np.frombuffer(self.data, np.uint8)[np.minimum(before + 1, ends - 1)] == _MINUS
        values[odd] = -below
        others = ~are_below
        if others.any():
            values[odd[others]] = of_others(list(CellColumn(self.data, before[others], ends[others])))
        return values


@dataclass(frozen=True, eq=False)
class CellTexts:
    """Columns of text, as bytes. Two are equal where all their cells are the same to the byte.

    Parameters
    ----------
    lengths
        Bytes of every row, one array per run of neighboring columns, ``(n_rows,)``.
    words
        These bytes, with the separators between the cells, for each run: the last eight of the rows that have any,
        the eight before them of the rows that have more, and so on; zeros where there are fewer.
    delimiter
        What separates the cells.
    """

    lengths: tuple[IntArray, ...]
    words: tuple[tuple[_Words, ...], ...]
    delimiter: str

    @classmethod
    def of_columns(cls, columns: Mapping[int, CellColumn], delimiter: str) -> CellTexts | None:
        """Return the texts of columns by their place in the file; None where one is too long to be compared."""
        found = []
        for first, last in _runs(columns):
            ends = columns[last].ends
            lengths: IntArray = ends - columns[first].before - 1
            if lengths.max() > _LONGEST_TEXT:
                return None
            found.append((lengths, _words_before(columns[first].words, ends, lengths)))
        return cls(tuple(lengths for lengths, _ in found), tuple(words for _, words in found), delimiter)

    def __hash__(self) -> int:
        return hash((self.delimiter, *map(len, self.lengths)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, CellTexts)
            and self.delimiter == other.delimiter
            and len(self.words) == len(other.words)
            and all(map(np.array_equal, self.lengths, other.lengths))
            and all(all(map(np.array_equal, *runs)) for runs in zip(self.words, other.words, strict=True))
        )

    def columns(self) -> list[tuple[str, ...]]:
        """Return the columns in their order in the file, without blanks and quotes around the cells."""
        found: list[tuple[str, ...]] = []
        for lengths, words in zip(self.lengths, self.words, strict=True):
            rows = np.zeros((len(lengths), max(1, len(words))), "<u8")
            for n, own in enumerate(words):
                rows[lengths > n * _WORD, -1 - n] = own
            data, width = rows.tobytes(), rows.shape[1] * _WORD
            ends = range(width, len(data) + 1, width)
            texts = (data[end - n : end].decode() for end, n in zip(ends, lengths.tolist(), strict=True))
            found += zip(*(split_cells(text, self.delimiter) for text in texts), strict=True)
        return found


def regular_columns(
    data: bytes, rows: slice, n_columns: int, delimiter: str, wanted: Iterable[int]
) -> dict[int, CellColumn] | None:
    """Return columns of a table whose rows all have ``n_columns`` cells, by their place.

    Parameters
    ----------
    data
        A file in UTF-8.
    rows
        From the first byte of the first row, which a line end precedes, to the line end of the last row or the end
        of the file.
    n_columns, delimiter
        What the column line says. Between tabs a quotation mark is an ordinary character.
    wanted
        The columns, from 0.

    Returns
    -------
    dict or None
        None where the table has to be read line by line.
    """
    if rows.start < CELLS_FROM or rows.start >= rows.stop or n_columns < 1:
        return None
    columns = sorted(set(wanted))
    bounds = np.array(sorted({0, n_columns, *columns, *(column + 1 for column in columns)}), np.intp)
    places = _find_bounds(data, rows, n_columns, delimiter, bounds)
    if places is None:
        return None
    found = dict(zip(bounds.tolist(), places, strict=True))
    return {column: CellColumn(data, found[column], found[column + 1]) for column in columns}


def _runs(columns: Iterable[int]) -> list[tuple[int, int]]:
    """Return the first and the last of each run of neighboring columns."""
    runs: list[tuple[int, int]] = []
    for column in sorted(columns):
        if runs and column == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], column)
        else:
            runs.append((column, column))
    return runs


def _find_bounds(
    data: bytes, rows: slice, n_columns: int, delimiter: str, bounds: npt.NDArray[np.intp]
) -> IntArray | None:
    """Return where some separators are: bound 0 is the line end before a row, bound 1 the first delimiter in it.

    Returns
    -------
    IntArray or None
        ``(n_bounds, n_rows)``; the last bound, ``n_columns``, is the end of the row without its carriage return.
        None where a row has another number of cells, a carriage return is in a cell, or a quotation mark may hide
        a delimiter.
    """
    content = np.frombuffer(data, np.uint8)
    found = []
    for start, end in _blocks(data, rows):
        block = content[start - 1 : end + 1]  # from line end to line end
        is_line_end = block == _LF
        marks = np.zeros(len(block) // 2 * 2 + 2, bool)
        np.equal(block, ord(delimiter), out=marks[: len(block)])
        marks[: len(block)] |= is_line_end
        marks[len(block)] = end == len(data)
        own = _places(marks, n_columns, bounds)
        if own is None or not is_line_end[own[0]].all():
            return None
        if np.count_nonzero(is_line_end) != own.shape[1] + (end < len(data)):
            return None
        if data.find(b"\r", start, end) >= 0:
            is_return = block[own[-1] - 1] == _CR
            if np.count_nonzero(block == _CR) != np.count_nonzero(is_return):
                return None
            own[-1] -= is_return
        if delimiter != "\t" and data.find(b'"', start, end) >= 0:
            return None
        own += start - 1
        found.append(own)
    return np.concatenate(found, axis=1)


def _places(marks: BoolArray, n_columns: int, bounds: npt.NDArray[np.intp]) -> IntArray | None:
    """Return where the marks of every row are that ``bounds`` names; None if the rows differ in width.

    Half the time is saved by looking at pairs of bytes: no pair has two marks in a table without empty cells.
    """
    n_marks = np.count_nonzero(marks)
    n_rows, beyond = divmod(n_marks - 1, n_columns)
    if n_rows < 1 or beyond:
        return None
    of_pairs = np.flatnonzero(marks.view(np.uint16) != 0)  # numpy is slow to find numbers, fast to find True
    are_single = len(of_pairs) == n_marks
    found = of_pairs if are_single else np.flatnonzero(marks)
    step = found.itemsize
    by_bound = np.ndarray((n_columns + 1, n_rows), found.dtype, found, strides=(step, n_columns * step))
    places: IntArray = by_bound[bounds]
    if are_single:
        places *= 2
        places += marks[places + 1]
    return places


def _blocks(data: bytes, rows: slice) -> Iterator[tuple[int, int]]:
    """Cut the table into blocks of whole rows; return where each begins, and its last line end."""
    start = rows.start
    while start < rows.stop:
        end = -1
        if start + _BLOCK_BYTES < rows.stop:
            end = data.rfind(b"\n", start, start + _BLOCK_BYTES)
            end = data.find(b"\n", start, rows.stop) if end < 0 else end
        end = rows.stop if end < 0 else end
        yield start, end
        start = end + 1


def _words_before(words: _Words, ends: IntArray, lengths: IntArray) -> tuple[_Words, ...]:
    """Return the bytes before each end as :class:`CellTexts` keeps them."""
    found = []
    while (longer := np.flatnonzero(lengths > 0)).size:
        if len(longer) < len(lengths):
            lengths, ends = lengths[longer], ends[longer]
        found.append(words[ends - _WORD] & _last_bytes(lengths))
        lengths, ends = lengths - _WORD, ends - _WORD
    return tuple(found)


def _last_bytes(n: IntArray) -> _Words:
    """Return words of which the last ``n`` bytes are set: none for a number below 0, all for one above 8."""
    return _LAST_BYTES.take(n, mode="clip")


def _whole_numbers(words: _Words, lengths: IntArray) -> tuple[FloatArray, BoolArray]:
    """Return the numbers that the last bytes of words are, and where these are one to eight digits.

    One-digit numbers become numbers of two, four and eight digits, all of a word at once: of two neighbors the
    first, which lies lower, counts ten (then a hundred, ten thousand) times.
    """
    digits = words ^ _ZEROS
    digits &= _last_bytes(lengths)
    others = digits + _SIXES
    others |= digits
    others &= _HIGH_HALVES
    are_whole = others == 0
    are_whole &= lengths > 0
    are_whole &= lengths <= _WORD
    for width, kept in _PAIRED:
        digits *= np.uint64((10 ** (width // 8) << width) + 1)
        digits >>= np.uint64(width)
        digits &= np.uint64(kept)
    return digits.astype(np.float64), are_whole
