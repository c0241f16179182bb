"""A worksheet whose rows below the header are given as whole columns.

xlsxwriter takes one call and keeps one object per cell, and goes through them again when the sheet is written:
most of the time of a workbook of 100,000 cells. Here the cells of a column become XML at once. It needs what
xlsxwriter does not document: ``_write_rows`` writes the rows of a sheet to ``fh``, down to row ``dim_rowmax``;
formats and shared strings have a number in the file, ``_get_xf_index`` and ``_get_shared_string_index``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet


class BulkSheet(Worksheet):  # type: ignore[misc]
    """A worksheet with a header row that is written cell by cell, and rows below it that are given as columns.

    Attributes
    ----------
    is_whole
        True after its rows were written. Another xlsxwriter, whose sheets do not ask for their rows as this one's
        do, would leave them out without a word.
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_whole = False
        self._columns: list[tuple[list[str], Sequence[Any]]] = []
        self._heights: Mapping[int, float] = {}

    def add_numbers(self, values: Iterable[float], shown: Any) -> None:
        """Add a column of numbers in one format: a missing one leaves its cell empty, an infinite one is text."""
        # Twelve digits are free of the last-digit noise of binary arithmetic.
        cells = [
            f"><v>{value + 0.0:.12g}</v></c>" if math.isfinite(value) else self._other(value) for value in values
        ]
        self._columns.append((cells, [shown] * len(cells)))

    def add_texts(self, values: Iterable[str], formats: Sequence[Any]) -> None:
        """Add a column of texts, each with its format."""
        self._columns.append((list(map(self._text, values)), formats))

    def end_rows(self, heights: Mapping[int, float]) -> None:
        """End the table; ``heights`` are those of its rows, from 0 for the first below the header, in points."""
        n_rows = len(self._columns[0][0]) if self._columns else 0
        self._heights = heights
        self.dim_rowmax = n_rows

    def _text(self, value: str) -> str:
        return f' t="s"><v>{self.str_table._get_shared_string_index(value)}</v></c>'

    def _other(self, value: float) -> str:
        return "" if math.isnan(value) else self._text(f"{value:g}")

    def _write_rows(self) -> None:
        last, self.dim_rowmax = self.dim_rowmax, 0
        super()._write_rows()
        self.dim_rowmax = last
        columns = [self._cells(j, *column) for j, column in enumerate(self._columns)]
        for i, cells in enumerate(zip(*columns, strict=True)):
            height = f' ht="{self._heights[i]:g}" customHeight="1"' if i in self._heights else ""
            self.fh.write(f'<row r="{i + 2}"{height}>{"".join(cells)}</row>')
        self.is_whole = True

    def _cells(self, column: int, cells: Sequence[str], formats: Sequence[Any]) -> list[str]:
        """Return the cells of a column with their addresses and formats; an empty one is left out."""
        name = xl_col_to_name(column)
        number = {id(shown): shown._get_xf_index() for shown in dict.fromkeys(formats)}
        return [
            f'<c r="{name}{row}" s="{number[id(shown)]}"{cell}' if cell else ""
            for row, (cell, shown) in enumerate(zip(cells, formats, strict=True), 2)
        ]
