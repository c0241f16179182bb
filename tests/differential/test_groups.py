"""Who is compared with whom: the default, what is typed, and every way to get it wrong."""

import numpy as np
import pytest

from mirtool.differential import choose_comparison, join_samples, parse_comparison
from mirtool.errors import SampleSheetError, UsageError
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array


def samples(*groups: str) -> SampleTable:
    return SampleTable(tuple(f"s{i}" for i in range(1, len(groups) + 1)), groups)


def test_with_two_groups_the_reference_comes_first():
    c = choose_comparison(samples("responding", "resistant", "", "responding"))
    assert (c.tested, c.reference) == ("resistant", "responding")
    assert (c.tested_columns, c.reference_columns) == ((1,), (0, 3))
    assert (c.without_group, c.other_groups) == (("s3",), ())
    assert c.reason == "responding comes first among the samples, so it is the reference"


def test_named_groups_leave_the_others_out():
    c = choose_comparison(samples("a", "b", "c", "a"), "a", "c")
    assert (c.tested_columns, c.reference_columns, c.other_groups) == ((0, 3), (2,), ("s2",))


def test_three_groups_want_a_choice_and_say_what_to_type():
    with pytest.raises(UsageError, match="3 groups, and none named to compare") as caught:
        choose_comparison(samples("a", "b", "c"))
    assert caught.value.found == "a, b, c"
    assert "type for example compare='b:a'" in str(caught.value)
    assert "type for example --compare b:a" in caught.value.in_shell()


@pytest.mark.parametrize(
    ("groups", "found"), [(("", ""), "no sample with a group"), (("a", "a"), "only the group 'a'")]
)
def test_fewer_than_two_groups_are_refused(groups, found):
    with pytest.raises(SampleSheetError, match="two groups are needed") as caught:
        choose_comparison(samples(*groups))
    assert caught.value.found == found


def test_a_group_without_an_array_is_refused():
    with pytest.raises(UsageError, match="the group 'resistent' has no array") as caught:
        choose_comparison(samples("responding", "resistant"), "resistent", "responding")
    assert caught.value.hint == "did you mean 'resistant'?"


def test_a_group_against_itself_is_refused():
    with pytest.raises(UsageError, match="can't be compared with itself"):
        choose_comparison(samples("a", "b"), "a", "a")


def test_half_a_comparison_is_refused():
    with pytest.raises(UsageError, match="needs both groups"):
        choose_comparison(samples("a", "b"), tested="a")


@pytest.mark.parametrize(
    ("text", "groups", "expected"),
    [
        ("b:a", ["a", "b"], ("b", "a")),
        (" b : a ", ["a", "b"], ("b", "a")),
        ("drug: 24h:drug: 0h", ["drug: 0h", "drug: 24h"], ("drug: 24h", "drug: 0h")),
    ],
)
def test_a_comparison_is_tested_colon_reference(text, groups, expected):
    assert parse_comparison(text, groups) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("b", "the comparison can't be read"),
        ("b:", "the comparison can't be read"),
        ("", "the comparison can't be read"),
        ("b:a:c", "the comparison can't be read"),
        ("b:x", "the group 'x' has no array"),
    ],
)
def test_a_misspelt_comparison_is_refused(text, problem):
    with pytest.raises(UsageError, match=problem) as caught:
        parse_comparison(text, ["a", "b"])
    assert "a, b" in str(caught.value.expected)


def matrix(*names: str) -> ExpressionMatrix:
    return ExpressionMatrix(
        np.arange(float(len(names)))[np.newaxis, :],
        ProbeTable(text_array(["p"]), text_array(["hsa-miR-17-5p"]), text_array(["miRNA"])),
        SampleTable(names),
    )


def test_joined_samples_come_in_the_sheets_order():
    joined = join_samples(matrix("s2", "s1"), SampleTable(("s1", "s2"), ("a", "b")))
    assert (joined.samples.names, joined.samples.groups) == (("s1", "s2"), ("a", "b"))
    assert joined.values.tolist() == [[1.0, 0.0]]


def test_a_sample_that_is_not_in_the_sheet_is_named():
    with pytest.raises(SampleSheetError, match="1 sample of the table not in the sample sheet") as caught:
        join_samples(matrix("s1", "s2"), SampleTable(("s1",), ("a",)), "samples.csv")
    assert (caught.value.path, caught.value.found) == ("samples.csv", "s2")


def test_a_sample_that_is_not_in_the_table_is_named():
    with pytest.raises(SampleSheetError, match="2 samples of the sample sheet not in the table") as caught:
        join_samples(matrix("s1"), SampleTable(("s1", "s2", "s3")))
    assert caught.value.found == "s2, s3"
