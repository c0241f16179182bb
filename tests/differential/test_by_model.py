"""Models over columns of the sample sheet: equal to limma, or refused with the names of the columns."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mirtool.differential import Model, compare_by_model, differential, differential_table, overview_table
from mirtool.errors import NotEnoughDataError, SampleSheetError, UsageError
from mirtool.model import DifferentialTable, ExpressionMatrix, ProbeTable, SampleTable, text_array

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def read_rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def number(cell: str) -> float:
    return float("nan") if cell == "NA" else float(cell)


def limma(case: str) -> dict[str, np.ndarray]:
    rows = [row for row in read_rows("limma_3.62/models_limma.csv") if row["case"] == case]
    return {name: np.array([number(row[name]) for row in rows]) for name in ("logFC", "t", "P", "B")}


def fixture_matrix(**extra: tuple[str, ...]) -> ExpressionMatrix:
    rows, sheet = read_rows("models_fixture.csv"), read_rows("models_samples.csv")
    weights = np.array([[int(c) for c in list(row.values())[2:]] for row in read_rows("models_weights.csv")])
    samples = SampleTable(
        tuple(row["sample"] for row in sheet),
        tuple(row["group"] for row in sheet),
        extra={name: tuple(row[name] for row in sheet) for name in ("patient", "batch", "age")} | extra,
        sheet="samples.csv",
    )
    ids = text_array(row["ID"] for row in rows)
    values = np.array([[number(cell) for cell in list(row.values())[2:]] for row in rows])
    return ExpressionMatrix(values, ProbeTable(ids, ids, text_array("" for _ in rows)), samples, spots=weights)


MATRIX = fixture_matrix()
B_A = ("B - A",)


def assert_equals_limma(d: DifferentialTable, case: str) -> None:
    theirs = limma(case)
    for got, name in ((d.log2_ratio, "logFC"), (d.statistic, "t"), (d.p_value, "P")):
        np.testing.assert_array_equal(np.isnan(got), np.isnan(theirs[name]))
        np.testing.assert_allclose(got, theirs[name], rtol=1e-7, atol=1e-12, err_msg=name)


@pytest.mark.parametrize(
    ("case", "model"),
    [
        ("pair", Model(contrasts=B_A, pair="patient")),
        ("covariates", Model(contrasts=B_A, covariates=("batch", "age"))),
        ("covariates", Model(contrasts=B_A, formula="~ group + batch + age")),
        ("covariates", Model(contrasts=B_A, formula="~ age + C(batch) + group")),
        ("pair", Model(contrasts=B_A, formula="~ 0 + group + patient")),
        ("weights", Model(contrasts=B_A, weights=("spots",))),
        ("curve", Model(contrasts=("C + A - 2 * B",))),
        ("trend robust", Model(contrasts=B_A, trend=True, robust=True)),
        ("treat", Model(contrasts=B_A, least_fold_change=1.2)),
    ],
)
def test_models_of_columns_and_formulas_equal_limma(case, model):
    result = compare_by_model(MATRIX, model, fold_change="fitted")
    assert_equals_limma(result.tables[0], case)
    if result.log_odds is not None:
        np.testing.assert_allclose(result.log_odds[:, 0], limma(case)["B"], rtol=1e-7, atol=1e-7)


def test_array_weights_of_the_sheet_equal_limma():
    weights = ("2", "1", "1", "0.5", "1", "1", "3", "1", "1", "0.25", "1", "1")
    result = compare_by_model(fixture_matrix(precision=weights), Model(contrasts=B_A, weights=("precision",)))
    assert_equals_limma(result.tables[0], "array weights")


def test_blocks_equal_limma_to_its_own_estimate_of_the_correlation():
    # limma stops the mixed models early (tests/differential/test_block_correlation.py): 7e-6 of the correlation.
    result = compare_by_model(MATRIX, Model(contrasts=B_A, block="patient"))
    theirs = limma("block")
    assert result.correlation == pytest.approx(0.33312140600573319, rel=1e-5)
    np.testing.assert_allclose(result.tables[0].p_value, theirs["P"], rtol=1e-4)


def test_without_any_option_the_model_is_the_comparison_of_two_groups():
    two = replace(MATRIX, samples=replace(MATRIX.samples, groups=("A",) * 4 + ("B",) * 4 + ("",) * 4))
    plain = differential(two)
    modeled = compare_by_model(two, Model()).tables[0]
    for name in ("ratio", "log2_ratio", "n_tested", "spots_reference", "regulation_p"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(modeled, name))
    np.testing.assert_allclose(modeled.p_value, plain.p_value, rtol=1e-9, atol=1e-12)


def test_the_fitted_means_have_the_fitted_ratio_and_are_adjusted_to_the_average_sample():
    d = compare_by_model(MATRIX, Model(contrasts=B_A, covariates=("batch",))).tables[0]
    assert d.fold_change == "fitted"
    np.testing.assert_allclose(d.mean_tested / d.mean_reference, d.ratio, rtol=1e-9)
    # Complete probes: the batches cross the groups evenly, so adjusted means are the geometric means.
    np.testing.assert_allclose(np.log2(d.mean_tested[:80]), MATRIX.values[:80, 4:8].mean(axis=1), rtol=1e-9)
    assert list(differential_table(d).columns)[2:6] == [
        "fitted mean B", "fitted mean A", "ratio of fitted means B/A", "log2 ratio B/A",
    ]  # fmt: skip


def test_several_comparisons_have_an_f_and_stand_side_by_side():
    result = compare_by_model(MATRIX, Model(contrasts=("B - A", "C - A")))
    theirs = [number(row["P"]) for row in read_rows("limma_3.62/models_f.csv")]
    np.testing.assert_allclose(result.f.p_value, theirs, rtol=1e-7, atol=1e-12)
    table = overview_table(result)
    assert list(table.columns) == [
        "ID", "Name", "F (moderated)", "P (F)", "FDR (BH) of F",
        *(
            f"{name} {over}"
            for over in ("B/A", "C/A")
            for name in (
                "log2 ratio", "fold change", "t (moderated)", "P (moderated)", "FDR (BH)",
                "regulation by volcano P", "regulation by volcano FDR",
            )
        ),
    ]  # fmt: skip
    assert np.all(np.diff(table["P (F)"][~np.isnan(table["P (F)"])]) >= 0)
    assert dict(table.notes)["comparisons"] == "B/A and C/A"


def batch_with_group(group: str) -> tuple[str, ...]:
    return tuple("late" if g == group else "early" for g in MATRIX.samples.groups)


@pytest.mark.parametrize(
    ("extra", "model", "error", "problem", "column"),
    [
        ({"run": batch_with_group("B")}, Model(B_A, covariates=("run",)), SampleSheetError,
         "B and A can't be distinguished from 'run'", "run"),
        ({"run": batch_with_group("B")}, Model(B_A, formula="~ group + run"), SampleSheetError,
         "B and A can't be distinguished from 'run'", "run"),
        ({}, Model(B_A, covariates=("lot",)), SampleSheetError, "no column 'lot', which covariate names", None),
        ({}, Model(B_A, formula="~ group + lot"), SampleSheetError, "no column 'lot', which design names", None),
        ({"lot": ("1",) * 11 + ("",)}, Model(B_A, covariates=("lot",)), SampleSheetError,
         "covariate needs a value for every sample", "lot"),
        ({"lot": ("1",) * 12}, Model(B_A, covariates=("lot",)), SampleSheetError,
         "needs a column that varies", "lot"),
        ({"who": ("p", "q", "r", "s", "p", "q", "r", "t", "p", "q", "r", "s")}, Model(B_A, pair="who"),
         SampleSheetError, "a pair needs a sample in two groups or more", "who"),
        ({"one": tuple("abcdefghijkl")}, Model(B_A, block="one"), SampleSheetError,
         "a block needs two arrays", "one"),
        ({"run": batch_with_group("B")}, Model(("C - A",), block="run"), SampleSheetError,
         "takes out every difference between these blocks", "run"),
        ({"run": batch_with_group("B")}, Model(B_A, block="run", weights=("spots",)), SampleSheetError,
         "takes out every difference between these blocks", "run"),
        ({"q": ("good",) * 12}, Model(B_A, weights=("q",)), SampleSheetError,
         "weights must be numbers above 0", "q"),
        ({"each": tuple("abcdefghijkl")}, Model(B_A, formula="~ group + batch + each"), SampleSheetError,
         "can't be distinguished from", "each"),
        ({}, Model(B_A, formula="~ batch"), UsageError, "leaves out the groups", None),
        ({}, Model(B_A, formula="~ group +* batch"), UsageError, "the formula can't be read", None),
        ({}, Model(B_A, formula="~ group + nothing(batch)"), UsageError, "expected a known function", None),
        ({}, Model(B_A, formula="age ~ group"), UsageError, "the formula has a left side", None),
        ({}, Model(B_A, formula="~ group", pair="patient"), UsageError, "design is the whole model", None),
        ({}, Model(B_A, pair="patient", block="patient"), UsageError, "can't be both pair and block", None),
        ({}, Model(B_A, pair="patient", covariates=("patient",)), UsageError, "is in the model already", None),
        ({}, Model(B_A, least_fold_change=0.5), UsageError, "treat is out of range", None),
        ({}, Model(("B - A", "B-A")), UsageError, "a comparison is named twice", None),
    ],
)  # fmt: skip
def test_what_can_not_be_fitted_is_refused_naming_the_columns(extra, model, error, problem, column):
    with pytest.raises(error, match=problem) as caught:
        compare_by_model(fixture_matrix(**extra), model)
    assert caught.value.column == column


def test_no_residual_degree_of_freedom_is_refused():
    few = fixture_matrix(site=("s", "t", "", "", "s", "t", "", "", "", "", "", "")).take_samples([0, 1, 4])
    few = replace(few, samples=replace(few.samples, extra={"site": ("s", "t", "s")}))
    with pytest.raises(NotEnoughDataError, match="no residual degree of freedom") as caught:
        compare_by_model(few, Model(covariates=("site",)))
    assert caught.value.found == "3 arrays and 3 coefficients (group + site)"
    assert caught.value.hint == "leave a column out of group, site"
    with pytest.raises(NotEnoughDataError, match="no residual degree of freedom") as caught:
        compare_by_model(few, Model(formula="~ group + site"))
    assert caught.value.hint == "leave a column out of group, site"


def test_blocks_that_no_probe_tells_of_are_refused_naming_the_column():
    few = fixture_matrix().take_samples([0, 1, 4, 5])
    with pytest.raises(NotEnoughDataError, match="correlation within blocks") as caught:
        compare_by_model(few, Model(block="patient"))
    assert (caught.value.path, caught.value.column) == ("samples.csv", "patient")


def test_no_weight_but_the_wrong_one_is_told():
    weights = fixture_matrix(q=("1",) * 5 + ("0",) + ("2",) * 5 + ("inf",))
    with pytest.raises(SampleSheetError) as caught:
        compare_by_model(weights, Model(("C - A", "B - A"), weights=("q",)))
    names = MATRIX.samples.names
    assert caught.value.found == f"'0' for {names[5]}, 'inf' for {names[11]}"


def test_functions_of_a_column_in_a_formula_find_their_column():
    # A parabola over the age, whichever way it is written: all of them span the same designs.
    ages = np.array([float(age) for age in MATRIX.samples.extra["age"]])
    square = tuple(str(age) for age in (ages - ages.mean()) ** 2)
    plain = compare_by_model(fixture_matrix(square=square), Model(B_A, formula="~ group + age + square"))
    for curve in ("poly(age, 2)", "bs(age, df=2, degree=2)", "scale(age) + I(age**2)"):
        curved = compare_by_model(MATRIX, Model(B_A, formula=f"~ group + {curve}"))
        np.testing.assert_allclose(curved.tables[0].p_value, plain.tables[0].p_value, rtol=1e-8)


def test_what_is_wrong_with_a_formula_is_told_without_the_marks_of_a_terminal():
    with pytest.raises(UsageError) as caught:
        compare_by_model(MATRIX, Model(B_A, formula="~ group + 5"))
    assert "\x1b" not in caught.value.found
    assert caught.value.found.endswith("~ group + 5")


def test_constant_probes_are_refused():
    flat = replace(MATRIX, values=np.full(MATRIX.values.shape, 7.3))
    with pytest.raises(NotEnoughDataError, match="more than half of the probes do not vary"):
        compare_by_model(flat, Model(B_A, covariates=("batch",)))


def test_a_column_that_says_nothing_new_is_left_out_and_said_so():
    sex = tuple("f" if p in ("P1", "P3") else "m" for p in MATRIX.samples.extra["patient"])
    both = compare_by_model(fixture_matrix(sex=sex), Model(B_A, pair="patient", covariates=("sex",))).tables[0]
    assert "the column 'sex' says nothing that the columns before it do not: left out of the model" in both.remarks
    assert_equals_limma(both, "pair")


def test_numbers_are_a_slope_and_said_so():
    d = compare_by_model(MATRIX, Model(B_A, covariates=("age",))).tables[0]
    assert "the column 'age' holds numbers and is taken as a slope, not as levels" in d.remarks


def test_a_ratio_of_means_of_three_groups_is_refused():
    with pytest.raises(UsageError, match="no ratio of means"):
        compare_by_model(MATRIX, Model(("(B + C) / 2 - A",)), fold_change="ratio-of-means")


def test_weights_by_spots_need_the_spots():
    with pytest.raises(UsageError, match="weights by spots need"):
        compare_by_model(replace(MATRIX, spots=None), Model(B_A, weights=("spots",)))
