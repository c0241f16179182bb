"""The settings of a comparison: one declaration that checks itself, and one function that goes by it."""

import numpy as np
import pytest

from mirtool.differential import ADJUSTMENTS, FOLD_CHANGES, TESTS, DiffSettings, compare_groups
from mirtool.errors import UsageError
from mirtool.model import ExpressionMatrix, ProbeTable, Rule, SampleTable, text_array

NAMES = text_array(["p1", "p2", "p3"])
MATRIX = ExpressionMatrix(
    np.array([[1.0, 2.0, 5.0, 6.0], [4.0, 4.5, 4.2, 4.4], [7.0, 7.5, 5.0, 5.2]]),
    ProbeTable(NAMES, NAMES, NAMES),
    SampleTable(("a1", "a2", "b1", "b2"), ("A", "A", "B", "B"), extra={"patient": ("1", "2", "1", "2")}),
)


def test_without_a_model_two_groups_are_compared_as_they_are():
    result = compare_groups(MATRIX, DiffSettings(compare="A:B", test="student", fold_change="geometric"))
    (d,) = result.tables
    assert (d.tested, d.reference, d.fold_change) == ("A", "B", "geometric")
    np.testing.assert_allclose(d.log2_ratio, [-4, -0.05, 2.15])  # differences of the log2 means
    assert result.f is None


def test_a_pair_makes_a_model_and_log_odds_are_in_the_table_where_asked_for():
    (d,) = compare_groups(MATRIX, DiffSettings(pair="patient", log_odds=True)).tables
    assert (d.tested, d.fold_change) == ("B", "fitted")
    assert d.log_odds is not None
    assert compare_groups(MATRIX, DiffSettings(pair="patient")).tables[0].log_odds is None


def test_settings_turn_into_a_record_and_back():
    settings = DiffSettings(contrast=("A - B",), covariate=("batch",), adjust="fdr_by", volcano="fdr")
    assert settings.adjust == "by"
    assert settings.volcano_rule is Rule.VOLCANO_FDR
    assert settings.has_model
    assert DiffSettings.from_record(settings.record()) == settings


@pytest.mark.parametrize(
    ("wrong", "python", "shell"),
    [
        ({"test": "anova"}, "unknown test 'anova'", "--test: unknown test 'anova'"),
        (
            {"compare": "A:B", "contrast": ("A - B",)},
            "compare and contrast contradict",
            "--compare and --contrast",
        ),
        ({"adjust": "none", "volcano": "fdr"}, "expected adjust='bh'", "expected --adjust bh"),
        ({"log_odds": True, "treat": 1.2}, "found treat=1.2", "found --treat 1.2"),
    ],
)
def test_contradictions_are_named_as_their_reader_types_them(wrong, python, shell):
    with pytest.raises(UsageError) as caught:
        DiffSettings(**wrong)
    assert python in str(caught.value)
    assert shell in caught.value.in_shell()


def test_every_method_is_described_once():
    for methods in (TESTS, FOLD_CHANGES, ADJUSTMENTS):
        assert all(method.description for method in methods.values())
        assert methods.table().count("\n") == len(methods) + 2
    assert all(callable(TESTS[name].load()) for name in TESTS if TESTS[name].kernel)
