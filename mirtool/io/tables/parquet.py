"""Parquet: tables in full precision, with their notes in the file's metadata under ``mirtool``, as JSON pairs."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.errors import FormatError
from mirtool.io.tables.guards import guard_text
from mirtool.model import Table

MAGIC = b"PAR1"
METADATA = b"mirtool"


def is_parquet(data: bytes) -> bool:
    """Return a Parquet file by its first bytes."""
    return data.startswith(MAGIC)


def parquet_bytes(table: Table) -> bytes:
    """Return a table as a Parquet file: numbers as they are, missing ones null."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = [_array(values) for values in table.columns.values()]
    notes = json.dumps([list(note) for note in table.notes], ensure_ascii=False)
    schema = pa.schema(
        [pa.field(name, array.type) for name, array in zip(table.columns, arrays, strict=True)],
        metadata={METADATA: notes.encode()},
    )
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), out, compression="zstd")
    return out.getvalue()


def _array(values: npt.NDArray[Any]) -> Any:
    import pyarrow as pa

    if values.dtype.kind == "f":
        return pa.array(values, mask=np.isnan(values))
    return pa.array(values.tolist(), type=pa.string()) if values.dtype.kind == "O" else pa.array(values)


def read_parquet(data: bytes, path: str | Path) -> tuple[list[str], list[list[str]], dict[str, str]]:
    """Return the header, the columns as text that loses no digit, and the notes.

    Raises
    ------
    FormatError
        Where the file is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(io.BytesIO(data))
        notes = json.loads((table.schema.metadata or {}).get(METADATA, b"[]"))
        pairs = {str(key): str(value) for key, value in notes}
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise FormatError(
            "the Parquet file can't be read", path=path, found=str(error), hint="write it again"
        ) from error
    return (
        list(table.column_names),
        [[_text(cell) for cell in column.to_pylist()] for column in table.columns],
        pairs,
    )


def _text(cell: Any) -> str:
    if cell is None or cell != cell:
        return "NA"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    # A reader of text takes the guard off.
    return repr(cell) if isinstance(cell, float) else guard_text(cell) if isinstance(cell, str) else str(cell)
