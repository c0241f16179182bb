"""Who is compared with whom: the default, what is typed, and every way to get it wrong."""

import numpy as np
import pytest

from mirtool.differential import choose_comparison, join_samples, parse_comparison
from mirtool.errors import SampleSheetError, UsageError
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array
from mirtool.wording import similar_names


def samples(*groups: str) -> SampleTable:
    return SampleTable(tuple(f"s{i}" for i in range(1, len(groups) + 1)), groups)


def test_with_two_groups_the_reference_is_the_one_whose_name_says_so():
    c = choose_comparison(samples("responding", "resistant", "", "responding"))
    assert (c.tested, c.reference) == ("resistant", "responding")
    assert (c.tested_columns, c.reference_columns) == ((1,), (0, 3))
    assert (c.without_group, c.other_groups) == (("s3",), ())
    assert (c.reason, c.in_doubt) == ("'responding' names the reference", False)


@pytest.mark.parametrize(
    ("tested", "reference"),
    [
        ("treated pool", "control pool"),
        ("KO", "CTRL1"),
        ("tumor", "adjacent tissue"),
        ("tumor", "non-tumor"),
        ("siRNA", "siCtrl"),
        ("resistant", "sensitive"),
        ("non-responder", "responder"),
        ("Non_Responders", "Responders"),
        ("poor responder", "good responder"),
        ("insensitive", "sensitive"),
        ("abnormal", "normal"),
        ("mutant", "wild-type"),
        ("mutant", "WildType"),
        ("treated", "not treated"),
        ("treated", "untreated"),
        ("day 14", "day 0"),
        ("d10", "d0"),
        ("10 h", "0h"),
        ("D 0.5", "D 0"),
        ("10 µM", "0 µM"),
        ("post", "pre"),
        ("post pool", "pre pool"),
        ("pre-eclampsia", "normal"),
        ("after exercise, healthy", "before exercise, healthy"),
        ("control day 7", "control day 0"),
        ("disease control", "normal control"),
        ("H1N1", "mock"),
        ("drug", "vehicle"),
        ("week 12", "Baseline"),
    ],
)
@pytest.mark.parametrize("tested_first", [True, False])
def test_the_name_says_which_group_is_the_reference_wherever_it_comes(tested, reference, tested_first):
    groups = (tested, reference) if tested_first else (reference, tested)
    c = choose_comparison(samples(*groups))
    assert (c.tested, c.reference, c.in_doubt) == (tested, reference, False)


DOUBTFUL = [
    (("a", "b"), "no name says which is the reference; a comes first among the samples"),
    (
        ("uncontrolled", "controlled"),
        "no name says which is the reference; uncontrolled comes first among the samples",
    ),
    (
        ("pre-eclampsia", "term"),
        "no name says which is the reference; pre-eclampsia comes first among the samples",
    ),
    (("control A", "control B"), "no name says which is the reference; control A comes first among the samples"),
    (("healthy", "control"), "both names say reference; healthy comes first among the samples"),
]


@pytest.mark.parametrize(("groups", "reason"), DOUBTFUL)
def test_in_doubt_the_first_group_is_the_reference_and_marked_so(groups, reason):
    c = choose_comparison(samples(*groups))
    assert (c.reference, c.tested, c.reason, c.in_doubt) == (*groups, reason, True)


@pytest.mark.parametrize(("groups", "_reason"), DOUBTFUL)
def test_in_doubt_a_person_is_asked(groups, _reason):
    asked = []

    def ask(question, answers):
        asked.append((question, tuple(answers)))
        return answers[1]

    c = choose_comparison(samples(*groups), ask=ask)
    assert (c.reference, c.tested, c.reason, c.in_doubt) == (
        groups[1],
        groups[0],
        "chosen as the reference",
        False,
    )
    ((question, answers),) = asked
    assert question.startswith("Which group is the reference (")
    assert answers == groups


def test_nobody_is_asked_where_the_name_says_it():
    choose_comparison(samples("treated", "control"), ask=lambda *_: pytest.fail("asked"))


def test_a_comparison_is_read_where_it_is_chosen():
    c = choose_comparison(samples("treated pool", "control pool"), compare="control pool:treated pool")
    assert (c.tested, c.reference, c.reason) == ("control pool", "treated pool", "named as tested:reference")


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
    with pytest.raises(UsageError, match="no sample is in the group 'resistent'") as caught:
        choose_comparison(samples("responding", "resistant"), "resistent", "responding")
    assert str(caught.value).endswith(
        "did you mean 'resistant'? More than two groups are compared by `mirtool diff` with "
        "contrast='(a + b) / 2 - c'"
    )


@pytest.mark.parametrize(
    ("typo", "groups", "similar"),
    [
        ("CONTROL POOL", ("treated pool", "control pool"), ["control pool"]),
        ("treated", ("treated pool", "control pool"), ["treated pool"]),
        ("day", ("day 0", "day 7", "day 14", "day 21"), ["day 7", "day 0", "day 21"]),
        ("xyz", ("a", "b"), []),
    ],
)
def test_similar_names_are_pointed_out(typo, groups, similar):
    assert similar_names(typo, groups, 3) == similar


def test_what_to_type_can_be_copied_into_a_shell():
    with pytest.raises(UsageError, match="can't be read") as caught:
        parse_comparison("treated pool", ["control pool", "treated pool"])
    assert 'type --compare "treated pool:control pool"' in caught.value.in_shell()
    assert "--contrast" in caught.value.in_shell()


def test_the_example_for_three_groups_has_the_reference_by_name():
    with pytest.raises(UsageError, match="3 groups") as caught:
        choose_comparison(samples("day 7", "day 14", "day 0"))
    assert 'type for example --compare "day 7:day 0"' in caught.value.in_shell()


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
        ("treated pool:control pool", ["control pool", "treated pool"], ("treated pool", "control pool")),
        ("b vs a", ["a", "b"], ("b", "a")),
        ("b vs. a", ["a", "b"], ("b", "a")),
        ("b/a", ["a", "b"], ("b", "a")),
        ("x/y:z", ["x/y", "z"], ("x/y", "z")),
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
        ("b:x", "no sample is in the group 'x'"),
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
