"""Tables of a study as a page holds them: the first rows as text, the others as data for its program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.io.tables.text_tables import TextTable
from mirtool.model import Table
from mirtool.report.study_results import MISSING, typed_table

FIRST_ROWS = 10
"""Rows that are on the page without its program, and in print."""
MOST_ROWS = 200
"""Rows of a table on the page; the file has all."""
_FEW = 40
"""A column of this many rows or more and fewer values than that is written as its values and their positions."""


@dataclass(frozen=True)
class PageTable:
    """A table on the page.

    Parameters
    ----------
    key
        What it is called in the page's data.
    title
        What it is called for a reader.
    file
        Its file, relative to the study's folder; empty where it has none.
    heads
        Heading, meaning and whether it holds numbers, per column.
    rows
        The first rows, as text.
    n_rows, n_shown
        How many rows it has, and how many are on the page.
    data
        What the page's program reads.
    """

    key: str
    title: str
    file: str
    heads: tuple[tuple[str, str, bool], ...]
    rows: tuple[tuple[str, ...], ...]
    n_rows: int
    n_shown: int
    data: dict[str, Any]


def page_table(
    key: str,
    title: str,
    table: TextTable | Table,
    meaning: Callable[[str], str],
    *,
    file: str = "",
    most: int = MOST_ROWS,
    first: Sequence[str] = (),
) -> PageTable:
    """Return a table as a page holds it.

    Parameters
    ----------
    key, title, file
        As :class:`PageTable` has them.
    table
        The table.
    meaning
        Head of a column to what it means; empty where it is not known.
    most
        Rows on the page.
    first
        Columns that come first.
    """
    typed = typed_table(table) if isinstance(table, TextTable) else table
    texts = _texts(table)
    n = min(len(typed), most)
    heads = sorted(typed.columns, key=lambda head: list(first).index(head) if head in first else len(first))
    shown = typed.take(np.arange(n))
    return PageTable(
        key=key,
        title=title,
        file=file,
        heads=tuple((head, meaning(head), shown[head].dtype.kind in "fiu") for head in heads),
        rows=tuple(tuple(texts(head, i) for head in heads) for i in range(min(n, FIRST_ROWS))),
        n_rows=len(typed),
        n_shown=n,
        data={"columns": [{"name": head, "title": meaning(head), **packed(shown[head])} for head in heads]},
    )


def _texts(table: TextTable | Table) -> Callable[[str, int], str]:
    """Return the text of a cell by its column and row; missing numbers are empty."""
    if isinstance(table, TextTable):
        columns = {head: table.text(j) for j, head in enumerate(table.header)}
        return lambda head, i: "" if columns[head][i] in MISSING else str(columns[head][i])
    return lambda head, i: "" if _is_missing(table[head][i]) else _number_text(table[head][i])


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float | np.floating) and bool(np.isnan(value)))


def _number_text(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)


def packed(values: npt.NDArray[Any]) -> dict[str, Any]:
    """Return a column as data: its values, or its few different values and their positions.

    Examples
    --------
    >>> packed(np.array([1.5, np.nan]))
    {'values': [1.5, None]}
    """
    plain = [plain_value(value) for value in values.tolist()]
    different = list(dict.fromkeys(plain))
    if len(plain) >= _FEW > len(different):
        position = {value: i for i, value in enumerate(different)}
        return {"levels": different, "codes": [position[value] for value in plain]}
    return {"values": plain}


def plain_value(value: Any) -> Any:
    """Return a cell as JSON can hold it: whole numbers without a point, what is not finite as text or None."""
    if not isinstance(value, float):
        return value
    if np.isnan(value):
        return None
    if np.isinf(value):
        return "inf" if value > 0 else "-inf"
    return int(value) if value.is_integer() and abs(value) < 1e15 else float(f"{value:.9g}")
