"""The arrays' weights equal limma's, and those of R's optimizer where limma leaves out rows with gaps."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirtool.differential import (
    Model,
    compare_by_model,
    estimate_array_weights,
    fit_linear_model,
    moderate,
    update_array_weights,
)
from mirtool.differential.array_weights import array_likelihood, indistinguishable_arrays
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
REAL_FILES = Path(__file__).resolve().parents[2] / "../shared/data/matrix"
GROUPS = np.eye(3)[np.repeat([0, 1, 2], 4)]
COMPLETE = slice(80)


def read_rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def matrix(name: str) -> np.ndarray:
    return np.array([[float(c.replace("NA", "nan")) for c in list(row.values())[2:]] for row in read_rows(name)])


def expected(case: str, name: str = "array_weights.csv") -> np.ndarray:
    return np.array([float(row["weight"]) for row in read_rows(name) if row["case"] == case])


VALUES = matrix("models_fixture.csv")
VALUES[:, 4] += 1.5 * np.sin(7 * np.arange(1, 161))  # as the script in R disturbs it
WEIGHTS = matrix("models_weights.csv")


@pytest.mark.parametrize(
    ("case", "values", "weights", "tolerance"),
    [
        ("reml", VALUES[COMPLETE], None, 1e-7),
        ("reml weights", VALUES[COMPLETE], WEIGHTS[COMPLETE], 1e-6),
        ("optim missing", VALUES, None, 1e-6),
        ("optim missing weights", VALUES, WEIGHTS, 1e-6),
    ],
)
def test_the_likeliest_weights_equal_those_of_r(case, values, weights, tolerance):
    found = estimate_array_weights(values, GROUPS, weights=weights)
    np.testing.assert_allclose(found, expected(case), rtol=tolerance)
    ours, theirs = (array_likelihood(values, GROUPS, w, weights=weights) for w in (found, expected(case)))
    assert ours >= theirs - 1e-11 * abs(theirs)


def test_limma_s_own_tolerance_stops_short_of_the_greatest_likelihood():
    theirs = expected("reml at its own tolerance")
    found = estimate_array_weights(VALUES[COMPLETE], GROUPS)
    np.testing.assert_allclose(found, theirs, rtol=2e-3)
    ours, limma = (array_likelihood(VALUES[COMPLETE], GROUPS, w) for w in (found, theirs))
    assert ours > limma + 1e-6


@pytest.mark.parametrize(
    ("case", "values", "weights"),
    [
        ("genebygene", VALUES[COMPLETE], None),
        ("genebygene missing", VALUES, None),
        ("genebygene missing weights", VALUES, WEIGHTS),
    ],
)
def test_one_pass_over_the_probes_equals_limma(case, values, weights):
    found = update_array_weights(values, GROUPS, weights=weights)
    np.testing.assert_allclose(found, expected(case), rtol=1e-12)


def test_the_tests_made_with_the_weights_equal_limma():
    weights = estimate_array_weights(VALUES[COMPLETE], GROUPS)
    fit = fit_linear_model(VALUES[COMPLETE], GROUPS, contrasts=np.array([[-1.0], [1.0], [0.0]]), weights=weights)
    result, limma = moderate(fit), read_rows("array_weights_t.csv")
    np.testing.assert_allclose(result.statistic[:, 0], [float(row["t"]) for row in limma], rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(result.p_value[:, 0], [float(row["P"]) for row in limma], rtol=1e-7)


@pytest.mark.skipif(not REAL_FILES.exists(), reason="the real files are not here")
def test_gse19536_equals_limma():
    from mirtool.io.tables.text_tables import read_table

    table = read_table(REAL_FILES / "GSE19536_mirna.csv.gz")
    pheno = read_table(REAL_FILES / "GSE19536_pheno_data.csv")
    er = dict(zip(pheno.text(0), pheno.text(1), strict=True))
    values = np.column_stack([table.numbers(j) for j in range(1, len(table.header))])
    design = np.column_stack([np.ones(98), [er[name] == "case" for name in table.header[1:]]])
    gaps = values.copy()
    gaps.T.flat[::97] = np.nan  # R counts down the columns
    for case, found, tolerance in (
        ("reml", estimate_array_weights(values, design), 1e-7),
        ("genebygene", update_array_weights(values, design), 1e-10),
        ("genebygene missing", update_array_weights(gaps, design), 1e-10),
    ):
        np.testing.assert_allclose(
            found, expected(case, "gse19536_array_weights.csv"), rtol=tolerance, err_msg=case
        )


@pytest.mark.parametrize(
    ("estimate", "seed"), [(estimate_array_weights, 1), (estimate_array_weights, 2), (update_array_weights, 1)]
)
def test_equal_arrays_weigh_1_and_a_noisy_one_weighs_little(estimate, seed):
    # Over seeds the log of a weight varies with a standard deviation of 0.035 (all probes at once) or 0.05 (one by
    # one), and the bound lies 4.5 of these off. With a quarter of the probes it lay 3 off, and some runs failed.
    rng, n = np.random.default_rng(seed), 6000
    values = rng.normal(8, 2, size=(n, 1)) + rng.gamma(2, 0.2, size=(n, 1)) * rng.normal(size=(n, 6))
    values[rng.random(values.shape) < 0.03] = np.nan
    design = np.eye(2)[[0, 0, 0, 1, 1, 1]]
    np.testing.assert_allclose(estimate(values, design), 1, atol=0.25)
    values[:, 2] += rng.normal(size=n) * 2
    weights = estimate(values, design)
    assert np.argmin(weights) == 2
    assert weights[2] < 0.25 * np.min(np.delete(weights, 2))
    assert np.prod(weights) == pytest.approx(1)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_arrays_and_probes_is_nothing_to_the_likeliest_weights(seed):
    rng = np.random.default_rng(seed)
    arrays, probes = rng.permutation(12), rng.permutation(160)
    shuffled = estimate_array_weights(
        VALUES[probes][:, arrays], GROUPS[arrays], weights=WEIGHTS[probes][:, arrays]
    )
    np.testing.assert_allclose(
        shuffled, estimate_array_weights(VALUES, GROUPS, weights=WEIGHTS)[arrays], rtol=1e-8
    )


@pytest.mark.parametrize("estimate", [estimate_array_weights, update_array_weights])
def test_the_unit_of_the_values_and_of_the_weights_is_nothing_to_the_weights(estimate):
    plain = estimate(VALUES, GROUPS, weights=WEIGHTS)
    np.testing.assert_allclose(estimate(5 * VALUES + 3, GROUPS, weights=2 * WEIGHTS), plain, rtol=1e-9)


@pytest.mark.parametrize("estimate", [estimate_array_weights, update_array_weights])
def test_arrays_too_few_to_tell_are_refused(estimate):
    with pytest.raises(NotEnoughDataError, match="weights of the arrays"):
        estimate(VALUES[:, [0, 4, 5]], GROUPS[[0, 4, 5], :2])


def study(groups: str) -> ExpressionMatrix:
    ids = text_array(f"p{i}" for i in range(160))
    samples = SampleTable(tuple(f"s{i}" for i in range(12)), tuple(groups))
    return ExpressionMatrix(
        VALUES, ProbeTable(ids, ids, text_array([""] * 160)), samples, spots=WEIGHTS.astype(int)
    )


def test_a_model_estimates_the_weights_beside_those_it_is_given_and_tells_them():
    result = compare_by_model(study("A" * 4 + "B" * 4 + "C" * 4), Model(("B - A",), weights=("arrays", "spots")))
    assert result.array_weights is not None
    np.testing.assert_allclose(
        list(result.array_weights.values()), estimate_array_weights(VALUES, GROUPS, weights=WEIGHTS)
    )
    by_hand = fit_linear_model(
        VALUES,
        GROUPS,
        contrasts=np.array([[-1.0], [1.0], [0.0]]),
        weights=WEIGHTS * np.array(list(result.array_weights.values())),
    )
    np.testing.assert_allclose(result.tables[0].p_value, moderate(by_hand).p_value[:, 0])
    details = dict(result.tables[0].details)
    assert details["weights"] == "arrays × spots"
    assert "s4 0.154" in details["weights of arrays"]


def test_an_array_without_its_like_is_named():
    matrix = study("A" * 5 + "B" * 6 + "C")
    (d,) = compare_by_model(matrix, Model(("B - A",), weights=("arrays-fast",))).tables
    assert any("the model fits s11 exactly" in remark for remark in d.remarks)
    two = replace(matrix, samples=replace(matrix.samples, groups=("A",) * 6 + ("B",) * 6))
    (d,) = compare_by_model(two, Model(weights=("arrays",))).tables
    assert not any("exactly" in remark for remark in d.remarks)


def test_both_ways_at_once_are_refused():
    with pytest.raises(UsageError, match="estimate the same"):
        compare_by_model(study("A" * 6 + "B" * 6), Model(weights=("arrays", "arrays-fast")))


NULL = read_rows("array_weights_null.csv")


@pytest.mark.parametrize("row", NULL, ids=lambda row: f"{row['arrays']} sd {row['sd']} {row['seed']}")
def test_where_nothing_changes_weights_and_false_positives_equal_limma(row):
    # tests/reference/array_weights_null.py writes the same values for R.
    n_noisy, n_other = map(int, row["arrays"].split("+"))
    values = np.random.default_rng(int(row["seed"])).standard_normal((1000, n_noisy + n_other))
    values[:, :n_noisy] *= {"1": 1.0, "3.162": 10**0.5, "10": 10.0}[row["sd"]]
    design = np.column_stack([np.ones(n_noisy + n_other), np.arange(n_noisy + n_other) >= n_noisy])
    weights = estimate_array_weights(values, design)
    assert weights[0] == weights[1]
    np.testing.assert_allclose(weights, np.array(row["weights"].split(), dtype=float), rtol=2e-3)
    p_value = moderate(fit_linear_model(values, design, weights=weights)).p_value[:, 1]
    assert np.mean(p_value <= 0.05) == pytest.approx(float(row["weighted"]), abs=0.0011)


def test_with_weights_of_arrays_p_is_no_smaller_than_chance_makes_it():
    # 4 × 1,000 probes each: 0.05 ± 3 standard errors of 0.0034; two arrays each of very different noise leave
    # one degree of freedom for either variance, and 7 %.
    shares = {}
    for row in NULL:
        shares.setdefault((row["arrays"], row["sd"]), []).append(float(row["weighted"]))
    means = {key: np.mean(of_seeds) for key, of_seeds in shares.items()}
    assert {key for key, share in means.items() if share > 0.0605} == {("2+2", "10")}
    assert means["2+2", "10"] < 0.07


PAIRS = np.column_stack([np.kron(np.eye(4), np.ones((2, 1))), np.tile([0.0, 1.0], 4)])


@pytest.mark.parametrize("estimate", [estimate_array_weights, update_array_weights])
def test_the_arrays_of_a_pair_have_one_weight(estimate):
    # The differences within pairs are all that the model looks at: var(a − b) = var(a) + var(b).
    values = np.random.default_rng(0).standard_normal((1000, 8))
    values[:, 0] *= 5
    weights = estimate(values, PAIRS)
    np.testing.assert_allclose(weights[0::2], weights[1::2], rtol=1e-12)
    assert weights[0] < 0.2 * weights[2:].min()
    np.testing.assert_array_equal(indistinguishable_arrays(values, PAIRS), [0, 0, 2, 2, 4, 4, 6, 6])


def test_an_array_left_alone_by_missing_values_shows_nothing_about_its_group():
    values = np.random.default_rng(0).standard_normal((500, 5)) * [3, 3, 1, 1, 1]
    values[::3, 0] = np.nan
    values[1::3, 4] = np.nan
    design = np.eye(2)[[0, 0, 1, 1, 1]]
    np.testing.assert_array_equal(indistinguishable_arrays(values, design), [0, 0, 2, 3, 4])
    weights = estimate_array_weights(values, design)
    assert weights[0] == weights[1]


def test_arrays_that_have_one_weight_are_named():
    matrix = study("A" * 2 + "B" * 5 + "C" * 5)
    (d,) = compare_by_model(matrix, Model(("B - A",), weights=("arrays",))).tables
    assert any("how much s0 and s1 vary together" in remark for remark in d.remarks)
