"""Columns leave pyarrow with their values, their gaps and their texts, and without pandas."""

import subprocess
import sys

import numpy as np
import pyarrow as pa

from mirtool.io.tables.arrow import floats_of, integers_of, texts_of


def test_slices_and_chunks_keep_their_values():
    numbers = pa.chunked_array([pa.array([0, 1, 2])[1:], pa.array([3])])
    assert floats_of(numbers).tolist() == [1.0, 2.0, 3.0]
    assert integers_of(numbers).tolist() == [1, 2, 3]
    assert texts_of(pa.chunked_array([pa.array(["x", "é", "b"])[1:], pa.array(["é", ""])])).tolist() == [
        "é",
        "b",
        "é",
        "",
    ]


def test_nulls_are_missing_and_empty_columns_stay_empty():
    np.testing.assert_array_equal(floats_of(pa.array([None, 2.5])), [np.nan, 2.5])
    long = pa.array([float(i) if i % 3 else None for i in range(100)])[7:95]
    np.testing.assert_array_equal(floats_of(long), [float(i) if i % 3 else np.nan for i in range(7, 95)])
    assert len(floats_of(pa.array([], pa.float64()))) == 0
    assert len(texts_of(pa.array([], pa.string()))) == 0


def test_pandas_stays_out():
    code = (
        "import io, sys, pyarrow.csv as csv; from mirtool.io.tables.arrow import floats_of, texts_of; "
        "table = csv.read_csv(io.BytesIO(b'a,b\\n1.5,x\\n,y\\n')); "
        "floats_of(table['a']); texts_of(table['b']); sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
