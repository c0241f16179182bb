"""Tests other than the moderated one within models: Student's t of the fit, signed ranks, and signs exchanged."""

import csv
import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mirtool.differential import (
    Model,
    compare_by_model,
    differential,
    overview_table,
    sign_flip_test,
    signed_rank_test,
)
from mirtool.errors import NotEnoughDataError, SampleSheetError, UsageError
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
VARYING = slice(159)  # of the constant probe R's lm makes something of its rounding


def read_rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def numbers(rows: list[dict[str, str]], name: str) -> np.ndarray:
    return np.array([float(row[name].replace("NA", "nan")) for row in rows])


def fixture() -> ExpressionMatrix:
    rows, sheet = read_rows("models_fixture.csv"), read_rows("models_samples.csv")
    names = tuple(row["sample"] for row in sheet)
    extra = {name: tuple(row[name] for row in sheet) for name in ("patient", "batch", "age")}
    samples = SampleTable(names, tuple(row["group"] for row in sheet), extra=extra, sheet="samples.csv")
    ids = text_array(row["ID"] for row in rows)
    values = np.column_stack([numbers(rows, name) for name in names])
    return ExpressionMatrix(values, ProbeTable(ids, ids, text_array([""] * len(rows))), samples)


MATRIX = fixture()
TWO = replace(MATRIX, samples=replace(MATRIX.samples, groups=("A",) * 4 + ("B",) * 4 + ("",) * 4))
R = read_rows("paired_r.csv")
PAIRED = Model(pair="patient")


def assert_equal(found: np.ndarray, column: str, rows: slice) -> None:
    expected = numbers(R, column)[rows]
    np.testing.assert_array_equal(np.isnan(found[rows]), np.isnan(expected), err_msg=column)
    np.testing.assert_allclose(found[rows], expected, rtol=1e-10, atol=1e-12, err_msg=column)


@pytest.mark.parametrize(
    ("matrix", "model", "case"),
    [
        (TWO, PAIRED, "paired"),
        (MATRIX, Model(contrasts=("B - A",), covariates=("batch", "age")), "adjusted"),
        (MATRIX, Model(contrasts=("B - A",), formula="~ group + batch + age"), "adjusted"),
    ],
)
def test_student_in_a_model_equals_lm(matrix, model, case):
    (d,) = compare_by_model(matrix, model, test="student").tables
    assert_equal(d.statistic, f"t.{case}", VARYING)
    assert_equal(d.p_value, f"P.{case}", VARYING)
    assert np.isnan(d.p_value[159])  # constant: no variance, no test
    assert np.isnan(d.prior_df)
    assert d.test == "student"


def test_student_in_a_model_of_pairs_is_the_paired_t_test():
    (d,) = compare_by_model(TWO, PAIRED, test="student").tables
    expected = stats.ttest_rel(MATRIX.values[:80, 4:8], MATRIX.values[:80, :4], axis=1)
    np.testing.assert_allclose(d.statistic[:80], expected.statistic, rtol=1e-10)
    np.testing.assert_allclose(d.p_value[:80], expected.pvalue, rtol=1e-10)


def test_student_in_a_model_equals_statsmodels_with_weights():
    from statsmodels.regression.linear_model import WLS

    weights = ("2", "1", "1", "0.5", "1", "1", "3", "1", "1", "0.25", "1", "1")
    samples = replace(MATRIX.samples, extra={**MATRIX.samples.extra, "precision": weights})
    model = Model(contrasts=("C - A",), weights=("precision",))
    (d,) = compare_by_model(replace(MATRIX, samples=samples), model, test="student").tables
    design = np.eye(3)[np.repeat([0, 1, 2], 4)]
    for row in range(0, 80, 9):
        fit = WLS(MATRIX.values[row], design, weights=[float(w) for w in weights]).fit()
        expected = fit.t_test([-1, 0, 1])
        assert d.statistic[row] == pytest.approx(float(expected.tvalue.item()), rel=1e-9)
        assert d.p_value[row] == pytest.approx(float(expected.pvalue), rel=1e-9)


def test_the_ordinary_f_of_two_contrasts_is_that_of_an_analysis_of_variance():
    result = compare_by_model(MATRIX, Model(contrasts=("B - A", "C - A")), test="student")
    assert result.f is not None
    assert result.log_odds is None
    values = MATRIX.values[:80]
    expected = stats.f_oneway(values[:, :4], values[:, 4:8], values[:, 8:], axis=1)
    np.testing.assert_allclose(result.f.statistic[:80], expected.statistic, rtol=1e-9)
    np.testing.assert_allclose(result.f.p_value[:80], expected.pvalue, rtol=1e-9)
    columns = list(overview_table(result).columns)
    assert columns[2:4] == ["F", "P (F)"]
    assert "t (Student) B/A" in columns


def test_signed_ranks_equal_r_and_changes_are_those_of_the_fit():
    (d,) = compare_by_model(TWO, PAIRED, test="signed-rank").tables
    assert_equal(d.statistic, "W", slice(None))
    assert_equal(d.p_value, "P.signed", slice(None))
    fitted = compare_by_model(TWO, PAIRED).tables[0]
    np.testing.assert_array_equal(d.log2_ratio, fitted.log2_ratio)
    assert any("ranks of 4 pairs can give is 0.12" in remark for remark in d.remarks)


def test_signs_exchanged_within_pairs_equal_samr_and_base_r():
    complete = MATRIX.values[:80]
    found = sign_flip_test(complete[:, 4:8] - complete[:, :4])
    assert (found.n_labelings, found.complete) == (15, True)
    assert_equal(np.append(found.statistic, np.full(80, np.nan)), "d", slice(None))
    assert_equal(np.append(found.p_value, np.full(80, np.nan)), "P.flips", slice(None))
    (d,) = compare_by_model(TWO.take_probes(np.arange(80)), PAIRED, test="permutation").tables
    np.testing.assert_array_equal(d.p_value, found.p_value)
    assert dict(d.details)["labelings within pairs"] == "all 15 others"


def test_each_contrast_of_two_groups_has_its_own_pairs():
    result = compare_by_model(MATRIX, Model(contrasts=("B - A", "C - B"), pair="patient"), test="signed-rank")
    assert result.f is None
    np.testing.assert_allclose(
        result.tables[1].p_value, signed_rank_test(MATRIX.values[:, 8:] - MATRIX.values[:, 4:8]).p_value
    )


@settings(max_examples=60)
@given(st.lists(st.integers(-4, 4), min_size=1, max_size=9))
def test_signed_ranks_count_all_choices_of_signs_with_ties(differences):
    found = signed_rank_test(np.array([differences], dtype=float))
    left = np.array([d for d in differences if d], dtype=float)
    if not len(left):
        assert np.isnan(found.p_value[0])
        return
    ranks = stats.rankdata(np.abs(left))
    own = ranks[left > 0].sum()
    sums = np.array([ranks[list(signs)].sum() for signs in itertools.product([False, True], repeat=len(left))])
    tail = min((sums <= own).mean(), (sums >= own).mean())
    assert found.statistic[0] == pytest.approx(own)
    assert found.p_value[0] == pytest.approx(min(1.0, 2 * tail))


def test_differences_equal_or_zero_but_for_rounding_are_so():
    # Ranks 1.5, 1.5, 3 and 4, of which the positive ones have 8.5; three of 16 choices of signs are at most 1.5.
    found = signed_rank_test(np.array([[0.1 + 0.2, -0.3, 0.5, 0.7], [1e-15, 0.5, 0.7, np.nan]]))
    np.testing.assert_array_equal(found.statistic, [8.5, 3])
    np.testing.assert_array_equal(found.p_value, [6 / 16, 2 / 4])


def test_signed_ranks_of_many_pairs_are_as_the_normal_curve():
    differences = np.random.default_rng(5).normal(0.3, 1, size=(4, 60)).round(1)
    expected = [stats.wilcoxon(d[d != 0], correction=True, method="asymptotic").pvalue for d in differences]
    np.testing.assert_allclose(signed_rank_test(differences).p_value, expected, rtol=1e-9)


def test_signs_that_are_drawn_are_the_same_for_a_seed_and_miss_no_gap():
    rng = np.random.default_rng(2)
    differences = np.where(rng.random((30, 14)) < 0.2, np.nan, rng.normal(size=(30, 14)))
    differences[:3] += 3
    once, again = (sign_flip_test(differences, permutations=300, seed=7) for _ in range(2))
    assert (once.n_labelings, once.complete) == (300, False)
    np.testing.assert_array_equal(once.p_value, again.p_value)
    assert once.p_value[:3].max() < np.median(once.p_value[3:])
    with pytest.raises(NotEnoughDataError, match="two whole pairs"):
        sign_flip_test(differences[:, :1])


def samples_with(**extra: tuple[str, ...]) -> ExpressionMatrix:
    return replace(TWO, samples=replace(TWO.samples, extra={**TWO.samples.extra, **extra}))


@pytest.mark.parametrize(
    ("test", "model", "problem"),
    [
        ("student", Model(trend=True, pair="patient"), "test='student' trend"),
        ("student", Model(least_fold_change=1.2), "Student's is not moderated"),
        ("welch", PAIRED, "test='welch' compares two groups as they are"),
        ("none", Model(covariates=("batch",)), "test='none' compares two groups as they are"),
        ("rank-sum", PAIRED, "test='signed-rank'"),
        ("signed-rank", Model(contrasts=("B - A",)), "name the pairs' column with pair"),
        ("permutation", Model(block="patient"), "takes pairs and nothing else into account"),
        ("signed-rank", Model(pair="patient", covariates=("batch",)), "found covariate"),
        ("permutation", Model(pair="patient", weights=("age",), robust=True), "found weights robust"),
    ],
)
def test_what_does_not_go_together_is_named_with_what_does(test, model, problem):
    with pytest.raises(UsageError) as caught:
        compare_by_model(TWO, model, test=test)
    assert problem in str(caught.value) + " " + (caught.value.hint or "")


def test_pairs_that_are_none_are_refused_for_the_tests_within_them():
    with pytest.raises(UsageError, match="needs pairs"):
        differential(TWO, test="signed-rank")
    with pytest.raises(UsageError, match="compares one group with one other"):
        compare_by_model(MATRIX, Model(contrasts=("A + B - 2 * C",), pair="patient"), test="signed-rank")
    twice = samples_with(who=("p", "p", "q", "r", "p", "s", "q", "r", "", "", "", ""))
    with pytest.raises(SampleSheetError, match="a pair needs a sample in two groups"):
        compare_by_model(twice, Model(pair="who"), test="signed-rank")
    twice = samples_with(who=("p", "p", "q", "r", "p", "q", "q", "r", "", "", "", ""))
    with pytest.raises(SampleSheetError, match="two arrays of one group") as caught:
        compare_by_model(twice, Model(pair="who"), test="permutation")
    assert "B2 and B3, both B of q" in str(caught.value)


def test_arrays_without_a_partner_in_a_comparison_are_said():
    groups = ("A",) * 4 + ("B",) * 3 + ("C",) + ("C",) * 4
    who = ("p", "q", "r", "s", "p", "q", "r", "s", "p", "q", "r", "t")
    matrix = replace(MATRIX, samples=replace(MATRIX.samples, groups=groups, extra={"who": who}))
    matrix = matrix.take_samples(range(11))
    (d,) = compare_by_model(matrix, Model(contrasts=("B - A",), pair="who"), test="signed-rank").tables
    assert "1 array without a partner left out of the test" in d.remarks
