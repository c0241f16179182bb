"""From pyarrow columns to numpy arrays without pandas, which pyarrow's own ``to_numpy`` imports (0.2 s)."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from mirtool.model import FloatArray, IntArray, TextArray, text_array

Number = TypeVar("Number", np.float64, np.int64)


def floats_of(column: Any) -> FloatArray:
    """Give a numeric column (Array or ChunkedArray) as float, NaN where it is null.

    Examples
    --------
    >>> import pyarrow as pa
    >>> floats_of(pa.array([1.5, None]))
    array([1.5, nan])
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    column = _one_array(pc.cast(column, pa.float64()))
    values = _values_of(column, np.float64)
    if column.null_count:
        present = np.unpackbits(np.frombuffer(column.buffers()[0], np.uint8), bitorder="little")
        values = np.where(present[column.offset :][: len(column)], values, np.nan)
    return values


def integers_of(column: Any) -> IntArray:
    """Give a column of whole numbers without nulls as int64."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return _values_of(_one_array(pc.cast(column, pa.int64())), np.int64)


def texts_of(column: Any) -> TextArray:
    """Give a text column without nulls as an object array of str; each distinct text is made once.

    Examples
    --------
    >>> import pyarrow as pa
    >>> texts_of(pa.array(["b", "a", "b"]))
    array(['b', 'a', 'b'], dtype=object)
    """
    encoded = _one_array(column.dictionary_encode())
    return text_array(encoded.dictionary.to_pylist())[integers_of(encoded.indices)]


def _one_array(column: Any) -> Any:
    import pyarrow as pa

    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _values_of(array: Any, dtype: type[Number]) -> npt.NDArray[Number]:
    """Read an array's values straight from its memory; where it is null they mean nothing."""
    if not len(array):
        return np.empty(0, dtype)
    return np.frombuffer(array.buffers()[1], dtype, count=len(array), offset=array.offset * 8)
