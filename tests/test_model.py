"""The types refuse labels that do not fit their values."""

import numpy as np
import pytest

from mirtool.errors import MirtoolError
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array


def probes(*ids: str) -> ProbeTable:
    return ProbeTable(text_array(ids), text_array(ids), text_array(["miRNA"] * len(ids)))


def test_values_must_have_the_shape_of_their_labels():
    with pytest.raises(MirtoolError, match=r"values are \(2, 3\), the labels say \(2, 2\)"):
        ExpressionMatrix(np.zeros((2, 3)), probes("a", "b"), SampleTable(("s1", "s2")))


def test_infinite_expression_is_refused():
    with pytest.raises(MirtoolError, match="finite or missing"):
        ExpressionMatrix(np.array([[np.inf]]), probes("a"), SampleTable(("s1",)))


def test_repeated_probe_ids_are_refused():
    with pytest.raises(MirtoolError, match="probe ID 'a' occurs twice"):
        ExpressionMatrix(np.zeros((2, 1)), probes("a", "a"), SampleTable(("s1",)))


def test_taking_samples_keeps_every_column_aligned():
    samples = SampleTable(("s1", "s2"), ("A", "B"), extra={"batch": ("1", "2")})
    taken = samples.take([1])
    assert (taken.names, taken.groups, taken.extra) == (("s2",), ("B",), {"batch": ("2",)})
