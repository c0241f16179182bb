"""From pyarrow columns to numpy arrays by their memory.

pyarrow's own ``to_numpy`` imports pandas (0.2 s), and its compute functions cost an import too (0.02 s): a column
of the type that is wanted needs neither.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from mirtool.model import FloatArray, IntArray, TextArray, text_array

Number = TypeVar("Number", np.float64, np.int64, np.int32)


def floats_of(column: Any) -> FloatArray:
    """Return a numeric column (Array or ChunkedArray) as float, NaN where it is null.

    Examples
    --------
    >>> import pyarrow as pa
    >>> floats_of(pa.array([1.5, None]))
    array([1.5, nan])
    """
    import pyarrow as pa

    array = _one_array(column, pa.float64())
    values = _values_of(array, np.float64)
    if array.null_count:
        present = np.unpackbits(np.frombuffer(array.buffers()[0], np.uint8), bitorder="little")
        values = np.where(present[array.offset :][: len(array)], values, np.nan)
    return values


def integers_of(column: Any) -> IntArray:
    """Return a column of whole numbers without nulls as int64."""
    import pyarrow as pa

    if column.type == pa.int32() and isinstance(column, pa.Array):  # the places in a dictionary
        return _values_of(column, np.int32).astype(np.int64)
    return _values_of(_one_array(column, pa.int64()), np.int64)


def texts_of(column: Any) -> TextArray:
    """Return a text column without nulls as an object array of str, stripped; each distinct text is made once.

    It is quickest where the column was read as a dictionary (``pa.dictionary(pa.int32(), pa.string())``).

    Examples
    --------
    >>> import pyarrow as pa
    >>> texts_of(pa.array(["b", "a ", "b"]))
    array(['b', 'a', 'b'], dtype=object)
    """
    import pyarrow as pa

    array = _one_array(column, pa.dictionary(pa.int32(), pa.string()))
    texts = text_array(text.strip() for text in array.dictionary.to_pylist())
    return texts[_values_of(array.indices, np.int32)]


def _one_array(column: Any, kind: Any) -> Any:
    """Return the column in one piece and as ``kind``."""
    import pyarrow as pa

    if isinstance(column, pa.ChunkedArray):
        column = column.unify_dictionaries().combine_chunks()
    return column if column.type == kind else column.cast(kind)


def _values_of(array: Any, dtype: type[Number]) -> npt.NDArray[Number]:
    """Read an array's values straight from its memory; where it is null they mean nothing."""
    if not len(array):
        return np.empty(0, dtype)
    skipped = array.offset * np.dtype(dtype).itemsize
    return np.frombuffer(array.buffers()[1], dtype, count=len(array), offset=skipped)
