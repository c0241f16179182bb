"""The tables that are written, before they are CSV or XLSX."""

import math

import numpy as np
import pytest

from mirtool.errors import MirtoolError, SampleSheetError
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array
from mirtool.normalize import normalized_table, spots_table


def matrix(*samples: str, spots: bool = True) -> ExpressionMatrix:
    probes = ProbeTable(text_array(["17", "42"]), text_array(["hsa-miR-17-5p", ""]), text_array(["miRNA"] * 2))
    values = np.array([[1.0, -1.0], [math.nan, 3.0]])
    counts = np.array([[4, 3], [0, 4]]) if spots else None
    return ExpressionMatrix(
        values, probes, SampleTable(samples), counts, ("recipe: exiqon-service", "channel: 532")
    )


def test_log2_values_stand_as_they_are_and_the_notes_say_so():
    table = normalized_table(matrix("s1", "s2"))
    assert list(table.columns) == ["ID", "Name", "s1", "s2"]
    assert table.notes == (
        ("mirtool normalized", ""),
        ("scale", "log2"),
        ("recipe", "exiqon-service"),
        ("channel", "532"),
    )
    np.testing.assert_array_equal(table["s1"], [1.0, math.nan])


def test_linear_values_are_two_to_the_power_of_log2():
    table = normalized_table(matrix("s1", "s2"), "linear")
    assert ("scale", "linear") in table.notes
    np.testing.assert_array_equal(table["s2"], [0.5, 8.0])


def test_spots_have_the_shape_of_the_values():
    table = spots_table(matrix("s1", "s2"))
    assert list(table.columns) == ["ID", "Name", "s1", "s2"]
    assert table["s1"].tolist() == [4, 0]
    assert "scale" not in dict(table.notes)


def test_a_matrix_that_does_not_know_its_spots_has_no_such_table():
    with pytest.raises(MirtoolError, match="does not say how many spots"):
        spots_table(matrix("s1", "s2", spots=False))


def test_a_sample_called_like_a_probe_column_is_refused():
    with pytest.raises(SampleSheetError, match="a sample can't be called 'Name'"):
        normalized_table(matrix("s1", "Name"))
