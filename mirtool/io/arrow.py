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

    column = pc.cast(column, pa.float64())
    return _values_of(pc.fill_null(column, float("nan")) if column.null_count else column, np.float64)


def integers_of(column: Any) -> IntArray:
    """Give a column of whole numbers without nulls as int64."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return _values_of(pc.cast(column, pa.int64()), np.int64)


def texts_of(column: Any) -> TextArray:
    """Give a text column without nulls as an object array of str; each distinct text is made once.

    Examples
    --------
    >>> import pyarrow as pa
    >>> texts_of(pa.array(["b", "a", "b"]))
    array(['b', 'a', 'b'], dtype=object)
    """
    import pyarrow as pa

    encoded = column.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return text_array(encoded.dictionary.to_pylist())[integers_of(encoded.indices)]


def _values_of(column: Any, dtype: type[Number]) -> npt.NDArray[Number]:
    """Read the values of a column without nulls straight from its memory."""
    import pyarrow as pa

    values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not len(values):
        return np.empty(0, dtype)
    return np.frombuffer(values.buffers()[1], dtype, count=len(values), offset=values.offset * 8)
