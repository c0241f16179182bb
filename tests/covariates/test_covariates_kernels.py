"""Components, variance, confounding and subtracted batches: by hand, against R, and on simulated values."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mirtool.covariates import (
    Covariate,
    CovariateSettings,
    analyze_covariates,
    associations,
    correct_batches,
    one_way_fits,
    sheet_covariates,
    subtract_batches,
    variance_share,
)
from mirtool.errors import NotEnoughDataError, SampleSheetError
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array
from mirtool.report.text.covariates import cautions

REFERENCE = Path(__file__).parents[1] / "reference"


def rows_of(file):
    with (REFERENCE / file).open(newline="") as lines:
        return list(csv.DictReader(lines))


def number(cell):
    return float(cell.replace("NA", "nan"))


def matrix_of(values, groups, **extra):
    values = np.asarray(values, dtype=float)
    n, m = values.shape
    labels = text_array(f"p{i}" for i in range(n))
    samples = SampleTable(tuple(f"S{j}" for j in range(m)), tuple(groups), (), extra)
    return ExpressionMatrix(values, ProbeTable(labels, labels, text_array([""] * n)), samples)


def levels(name, cells):
    own = tuple(dict.fromkeys(cells))
    return Covariate(name, np.array([float(own.index(cell)) for cell in cells]), own)


@pytest.fixture(scope="module")
def fixture():
    sheet = rows_of("models_samples.csv")
    names = [row["sample"] for row in sheet]
    rows = rows_of("models_fixture.csv")
    extra = {name: tuple(row[name] for row in sheet) for name in ("patient", "batch", "age")}
    values = [[number(row[name]) for name in names] for row in rows]
    return matrix_of(values, [row["group"] for row in sheet], **extra)


def test_r_squared_and_f_by_hand():
    # 1 2 3 | 4 5 6: mean 3.5, total 17.5, between 2 * 3 * 1.5^2 = 13.5, within 4; F = 13.5 / (4 / 4).
    fits = one_way_fits(np.array([[1.0, 2, 3, 4, 5, 6]]), levels("g", "aaabbb"))
    assert (fits.total[0], fits.model[0], fits.f_statistic[0]) == (17.5, 13.5, 13.5)
    assert fits.share[0] == pytest.approx(13.5 / 17.5)
    assert fits.adjusted[0] == pytest.approx(1 - (4 / 4) / (17.5 / 5))
    # A line through (0, 1), (1, 3), (2, 2): slope 1 / 2, explained 0.5 of 2; the missing one is not there.
    fits = one_way_fits(np.array([[1.0, 3, 2, np.nan]]), Covariate("x", np.array([0.0, 1, 2, 9])))
    assert (fits.n[0], fits.share[0], fits.df_residual[0]) == (3, pytest.approx(0.25), 1)


def test_a_column_that_leaves_no_degrees_of_freedom_is_not_tested():
    fits = one_way_fits(np.array([[1.0, np.nan, np.nan, 4.0], [2.0, 2, 2, 2]]), levels("g", "aabb"))
    assert np.isnan(fits.share).all()
    assert np.isnan(fits.p_value).all()


def test_components_are_those_of_r(fixture):
    found = analyze_covariates(fixture)
    for row in rows_of("covariates_components.csv"):
        fit = found.fits[found.position(row["column"])]
        k = int(row["component"]) - 1
        assert (fit.df[k], fit.df_residual[k]) == (int(row["df"]), int(row["residual_df"]))
        own = [fit.share[k], fit.adjusted[k], fit.f_statistic[k], fit.p_value[k]]
        assert own == pytest.approx([float(row[name]) for name in ("r_squared", "adjusted", "f", "p")], rel=1e-8)


def test_shares_over_all_probes_are_those_of_r(fixture):
    found = analyze_covariates(fixture)
    for row in rows_of("covariates_variance.csv"):
        own = found.variances[found.position(row["column"])]
        assert own.n_probes == int(row["probes"])
        assert [own.share, own.adjusted] == pytest.approx([float(row["share"]), float(row["adjusted"])], rel=1e-10)


@pytest.mark.parametrize("batch", ["batch", "patient"])
def test_corrected_values_are_those_of_limma(fixture, batch):
    found = correct_batches(fixture, batch)
    expected = np.array(
        [[number(row[name]) for name in row if name != "ID"] for row in rows_of(f"covariates_{batch}.csv")]
    )
    # limma drops the coefficients that a probe's gaps leave open, by their place in the design; here such a probe
    # keeps only what can be estimated of the batches that it has, or nothing.
    present = ~np.isnan(fixture.values)
    sheet = np.array(fixture.samples.extra[batch])
    has_all = np.array([set(sheet[row]) == set(sheet) for row in present])
    compared = has_all.copy()
    compared[found.corrected.not_estimable] = False
    assert compared.sum() > 100
    assert np.array_equal(np.isnan(found.values[compared]), np.isnan(expected[compared]))
    np.testing.assert_allclose(found.values[compared], expected[compared], rtol=1e-10, atol=1e-12)


def test_a_batch_subtracted_by_hand():
    # Groups a a b b, batches 1 2 1 2, batch 2 is 2 higher: each batch moves by half of it.
    values = np.array([[1.0, 3, 5, 7]])
    found = subtract_batches(values, levels("group", "aabb"), levels("batch", "1212"))
    np.testing.assert_allclose(found.values, [[2, 2, 6, 6]], rtol=1e-12)


def test_a_probe_whose_gaps_leave_batch_and_group_as_one_is_missing_and_counted():
    values = np.array([[1.0, np.nan, np.nan, 7], [1.0, np.nan, 5, np.nan], [1.0, 3, 5, np.nan]])
    found = subtract_batches(values, levels("group", "aabb"), levels("batch", "1212"))
    assert found.not_estimable.tolist() == [0]
    assert np.isnan(found.values[0]).all()
    assert found.one_batch == 1
    assert found.values[1, [0, 2]].tolist() == [1, 5]
    np.testing.assert_allclose(found.values[2, :3], [2, 2, 6], rtol=1e-12)


def test_what_remains_has_no_batch_effect_and_the_same_group_difference():
    rng = np.random.default_rng(1)
    groups, batches = levels("group", "aaabbb"), levels("batch", "xyzxyz")
    values = rng.normal(size=(20, 6))
    found = subtract_batches(values, groups, batches).values
    means = found @ batches.indicators()
    np.testing.assert_allclose(means, np.repeat(means[:, :1], 3, axis=1), atol=1e-12)
    difference = np.array([-1, -1, -1, 1, 1, 1])
    np.testing.assert_allclose(found @ difference, values @ difference, atol=1e-12)


def test_numbers_are_a_slope_and_codes_levels():
    extra = {
        "batch": ("1", "2", "3", "1", "2", "4"),
        "age": ("61", "50", "43.5", "", "70", "38"),
        "slide": ("1", "1", "2", "2", "3", "3"),
        "site": ("A", "A", "A", "A", "A", "NA"),
        "patient": tuple("abcdef"),
        "note": ("",) * 6,
    }
    used, unused = sheet_covariates(SampleTable(tuple("uvwxyz"), tuple("ttccct"), (), extra))
    assert {each.name: (each.taken_as, len(each.levels), each.n_missing) for each in used} == {
        "group": ("levels", 2, 0), "batch": ("levels", 4, 0), "age": ("slope", 0, 1), "slide": ("levels", 3, 0),
    }  # fmt: skip
    assert {each.name: each.reason for each in unused} == {
        "site": "it has one value for the samples that have one",
        "patient": "each sample has another value",
        "note": "it has no value",
    }


def test_confounding_by_hand():
    # 3 of 4 agree: chi-squared = 8 * 0.5^2 = 2, V = 0.5. A column that another follows from has V = 1.
    group, other = levels("group", "aaaabbbb"), levels("batch", "xxxyyyyx")
    nested = levels("patient", "11223344")
    found = {(each.first, each.second): each for each in associations((group, other, nested))}
    assert found["group", "batch"].value == pytest.approx(0.5)
    assert not found["group", "batch"].is_full
    assert found["group", "patient"].is_full


def test_a_planted_batch_is_found_and_the_group_is_not_blamed():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(200, 12))
    batch = np.tile([0, 1], 6)
    values += np.outer(rng.normal(size=200), batch) * 2
    found = analyze_covariates(matrix_of(values, ["a"] * 6 + ["b"] * 6, batch=tuple("12"[i] for i in batch)))
    assert found.covariates[found.followed(0)].name == "batch"
    assert found.leads("batch")
    own = found.variances[found.position("batch")]
    assert own.p_value < 0.01
    assert own.adjusted > 0.2 > found.variances[found.position("group")].adjusted


def test_a_column_is_technical_as_the_batch_or_by_its_name():
    values = np.random.default_rng(5).normal(size=(50, 8))
    columns = {"Slide": tuple("11223344"), "sex": tuple("mfmfmfmf"), "scan_date": tuple("xxxxyyyy")}
    found = analyze_covariates(matrix_of(values, "aaaabbbb", **columns), CovariateSettings(batch="sex"))
    assert found.technical == ("Slide", "sex", "scan_date")
    assert cautions(found)[0].startswith("Slide and group can't be distinguished (Cramér's V 1)")
    assert cautions(found)[1].startswith("scan_date and group can't be distinguished (Cramér's V 1)")
    assert analyze_covariates(matrix_of(values, "aaaabbbb", **columns)).technical == ("Slide", "scan_date")


def test_without_any_effect_p_is_uniform_and_the_adjusted_share_is_zero_on_average():
    p_values, permuted, shares = [], [], []
    for seed in range(200):
        values = np.random.default_rng(seed).normal(size=(30, 8))
        groups = levels("group", "aaaabbbb")
        p_values += one_way_fits(values[:1], groups).p_value.tolist()
        own = variance_share(values, groups, permutations=99)
        permuted.append(own.p_value)
        shares.append(own.adjusted)
    for found in (p_values, permuted):
        assert 0.4 < np.mean(found) < 0.6
        assert np.mean(np.array(found) <= 0.05) < 0.1
    assert abs(np.mean(shares)) < 0.02


def test_the_result_does_not_depend_on_the_order_of_the_samples(fixture):
    order = np.random.default_rng(3).permutation(12).tolist()
    one, other = analyze_covariates(fixture), analyze_covariates(fixture.take_samples(order))
    for first in one.covariates:
        i, j = one.position(first.name), other.position(first.name)
        np.testing.assert_allclose(one.fits[i].share, other.fits[j].share, rtol=1e-8)
        assert one.variances[i].share == pytest.approx(other.variances[j].share, rel=1e-10)


def test_batches_that_are_the_groups_are_refused(fixture):
    samples = replace(fixture.samples, extra={"batch": fixture.samples.groups})
    confounded = replace(fixture, samples=samples)
    with pytest.raises(SampleSheetError, match="can't be distinguished from the group"):
        correct_batches(confounded, "batch")
    # A third batch that shares no group with the others is refused too.
    samples = replace(fixture.samples, extra={"batch": tuple("xyxyxyxyzzzz")})
    with pytest.raises(SampleSheetError, match=r"found x: A, B; y: A, B; z: C"):
        correct_batches(replace(fixture, samples=samples), "batch")


def test_samples_without_a_batch_are_left_out_of_the_correction(fixture):
    samples = replace(fixture.samples, extra={"batch": ("", *fixture.samples.extra["batch"][1:])})
    found = correct_batches(replace(fixture, samples=samples), "batch")
    assert found.left_out == ("S0",)
    assert found.values.shape[1] == len(found.samples) == 11


def test_too_few_samples_or_columns():
    with pytest.raises(NotEnoughDataError, match="from 3 samples on"):
        analyze_covariates(matrix_of(np.ones((5, 2)), "ab"))
    values = np.random.default_rng(4).normal(size=(5, 4))
    with pytest.raises(NotEnoughDataError, match="found group: it has one value for all samples"):
        analyze_covariates(matrix_of(values, "aaaa"))
