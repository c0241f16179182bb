"""Wells to Ct: replicates, outliers, wells without a Ct."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mirtool.errors import MirtoolError, UsageError
from mirtool.io.arrays.ct_replicates import find_outlier
from mirtool.io.arrays.ct_wells import CtTable
from mirtool.io.arrays.ct_words import CONTROL, SAMPLE
from mirtool.model import text_array
from mirtool.validation import combine_replicates


def wells(*rows, group=None, role=SAMPLE, efficiency=None):
    """Make wells of (sample, target, Ct or None for undetermined)."""
    return CtTable(
        ("made.csv",),
        text_array(row[0] for row in rows),
        text_array(row[1] for row in rows),
        text_array(group or [""] * len(rows)),
        text_array([role] * len(rows)),
        np.array([np.nan if row[2] is None else row[2] for row in rows]),
        np.array([row[2] is None for row in rows]),
        np.array(efficiency or [np.nan] * len(rows)),
    )


def test_replicates_are_averaged_in_cycles_and_their_spread_is_kept():
    matrix = combine_replicates(wells(("s1", "t", 24.0), ("s1", "t", 24.4), ("s2", "t", 30.0)))
    np.testing.assert_allclose(matrix.ct, [[24.2, 30.0]])
    np.testing.assert_allclose(matrix.spread, [[0.4 / np.sqrt(2), np.nan]])
    assert matrix.wells.tolist() == [[2, 1]]


def test_the_well_far_from_the_median_is_left_out_and_counted():
    table = wells(("s", "t", 24.0), ("s", "t", 24.2), ("s", "t", 25.3))
    matrix = combine_replicates(table)
    assert (matrix.ct[0, 0], matrix.left_out[0, 0], matrix.wells[0, 0]) == (pytest.approx(24.1), 1, 2)
    assert combine_replicates(table, drop_outliers=False).ct[0, 0] == pytest.approx(24.5)
    assert combine_replicates(table, center="median", drop_outliers=False).ct[0, 0] == 24.2
    assert combine_replicates(table, limit=2.0).left_out[0, 0] == 0


@pytest.mark.parametrize(
    ("values", "outlier"),
    [
        ([24.0, 25.0], None),  # of two none is known to be right
        ([24.0, 24.0, 24.5], None),  # half a cycle is not more than half a cycle
        ([24.0, 24.1, 24.7], 2),
        ([23.0, 24.0, 25.0], None),  # both ends are equally far
        ([20.0, 24.0, 24.1, 24.2], 0),
        ([], None),
    ],
)
def test_which_well_is_an_outlier(values, outlier):
    assert find_outlier(np.array(values), 0.5) == outlier


@given(arrays(np.float64, st.integers(0, 6), elements=st.floats(10, 40)), st.permutations(range(6)))
def test_the_outlier_does_not_depend_on_the_order_of_wells(values, order):
    places = [i for i in order if i < len(values)]
    found, shuffled = find_outlier(values, 0.5), find_outlier(values[places], 0.5)
    assert (found is None) == (shuffled is None)
    assert found is None or values[found] == values[places][shuffled]


def test_wells_without_a_ct_are_missing_or_get_the_limit_asked_for():
    table = wells(("s1", "t", 36.0), ("s1", "t", None), ("s2", "t", None))
    missing = combine_replicates(table)
    np.testing.assert_array_equal(missing.ct, [[36.0, np.nan]])
    assert missing.without_ct.tolist() == [[1, 1]]
    limit = combine_replicates(table, undetermined=40.0)
    np.testing.assert_array_equal(limit.ct, [[38.0, 40.0]])
    assert limit.without_ct.tolist() == [[0, 0]]


def test_controls_take_no_part():
    table = wells(("s1", "t", 24.0), ("", "t", 38.0))
    table.role[1] = CONTROL
    matrix = combine_replicates(table)
    assert (matrix.samples, matrix.ct.tolist()) == (("s1",), [[24.0]])


def test_contradictions_in_the_table_are_refused():
    rows = [("s", "t", 24.0), ("s", "t", 24.0)]
    with pytest.raises(MirtoolError, match="more than one group of sample s"):
        combine_replicates(wells(*rows, group=["a", "b"]))


def test_efficiencies_that_contradict_each_other_matter_to_those_who_use_them():
    matrix = combine_replicates(wells(("s", "t", 24.0), ("s", "t", 24.0), efficiency=[1.9, 2.0]))
    assert np.isnan(matrix.efficiency).all()
    assert matrix.efficiency_doubts == ("t has several: 1.9, 2",)


def test_a_plate_of_controls_alone_holds_nothing_to_compare():
    with pytest.raises(MirtoolError, match=r"no well of the Ct table holds a sample \(found 1 well without"):
        combine_replicates(wells(("", "t", 38.0), role=CONTROL))


@pytest.mark.parametrize("options", [{"center": "mode"}, {"limit": 0}, {"undetermined": -1}])
def test_options_that_cannot_be_meant(options):
    with pytest.raises(UsageError):
        combine_replicates(wells(("s", "t", 24.0)), **options)
