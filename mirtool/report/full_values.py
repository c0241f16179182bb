"""The full values of a study's tables, beside the CSV files whose cells are rounded; its workbook takes them up.

A table ``results/NAME.csv`` has ``results/.full/NAME.json``: head to the values of each column that the CSV file
rounds to fewer than nine digits, in the order of its rows, with twelve significant digits; null where there is
none. It is written together with the table. A value counts only where it rounds to the cell of the CSV file: a
table that was changed by hand, or is of another run, keeps its own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mirtool.errors import MirtoolError
from mirtool.io.structured import parse_json
from mirtool.io.tables.text_tables import TextTable
from mirtool.model import Table, text_array
from mirtool.report.columns import DIGITS, Kind
from mirtool.report.tables import FULL_DIGITS, digits_of, format_number

FOLDER = ".full"
ENOUGH = DIGITS[Kind.DATA]
"""Digits of normalized values, which are full enough: no instrument has as many."""


def full_path(table: Path) -> Path:
    """Return where the full values of a table are.

    Examples
    --------
    >>> full_path(Path("results/differential.csv")).as_posix()
    'results/.full/differential.json'
    """
    return table.parent / FOLDER / f"{table.stem}.json"


def full_values(table: Table, label: str) -> bytes | None:
    """Return the file of a table's full values; None where its CSV file rounds nothing.

    Parameters
    ----------
    table
        The table.
    label
        Its step and name, by which the digits of its columns are known.
    """
    rounded = {
        head: [_full(value) for value in values.tolist()]
        for head, values in table.columns.items()
        if values.dtype.kind == "f" and digits_of(label, head) < ENOUGH
    }
    return (json.dumps(rounded, ensure_ascii=False) + "\n").encode() if rounded else None


def _full(value: float) -> float | None:
    return float(format_number(value, FULL_DIGITS)) if math.isfinite(value) else None


def read_full_values(path: Path) -> Mapping[str, Any]:
    """Return head to the values of its column.

    Raises
    ------
    MirtoolError
        Where the file is damaged.
    """
    try:
        content = parse_json(path.read_text(encoding="utf-8"))
        for values in content.values():
            if not all(value is None or isinstance(value, int | float) for value in values):
                raise ValueError("a value is not a number")
    except (ValueError, TypeError, AttributeError, OSError) as error:
        raise MirtoolError(
            f"the full values of a table are damaged: {error}",
            path=path,
            hint="remove the file; the workbook then has the digits of the CSV file",
        ) from error
    return dict(content)


def with_full_values(shown: TextTable, values: Mapping[str, Any], label: str) -> TextTable:
    """Return a table as its CSV file has it, with the full value in each cell that is a rounded one."""
    columns = list(shown.columns)
    for j, head in enumerate(shown.header):
        full = values.get(head, ())
        if len(full) == len(shown) > 0:
            digits = digits_of(label, head)
            columns[j] = text_array(
                cell
                if value is None or format_number(value, digits) != cell
                else format_number(value, FULL_DIGITS)
                for cell, value in zip(shown.text(j), full, strict=True)
            )
    return replace(shown, columns=tuple(columns))
