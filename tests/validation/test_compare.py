"""ΔΔCt, efficiency-corrected ratios, tests and intervals beside hand arithmetic, R and scipy."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from mirtool.differential import choose_comparison
from mirtool.errors import SampleSheetError, UsageError
from mirtool.io.arrays.ct_efficiency import parse_efficiencies, target_efficiencies
from mirtool.model import SampleTable
from mirtool.validation import ValidateSettings, choose_references, compare_quantities, log2_quantities

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
SAMPLES = ("a1", "a2", "a3", "a4", "a5", "b1", "b2", "b3", "b4")


def compare(log2_quantity, samples=SAMPLES, pairs=(), **options):
    table = SampleTable(samples, tuple(name[0] for name in samples), extra={"pair": pairs} if pairs else {})
    names = [f"target{i}" for i in range(1, len(log2_quantity) + 1)]
    return compare_quantities(
        names, log2_quantity, table, choose_comparison(table, "a", "b"), ValidateSettings(**options)
    )


@pytest.fixture(scope="module")
def delta_ct():
    with (REFERENCE / "qpcr_fixture.csv").open() as file:
        rows = list(csv.reader(file))[1:]
    return np.array([[float(cell) if cell else np.nan for cell in row[1:]] for row in rows])


@pytest.fixture(scope="module")
def from_r():
    with (REFERENCE / "qpcr_r.csv").open() as file:
        rows = [{key: value.strip() for key, value in row.items()} for row in csv.DictReader(file)]
    return {
        test: {
            key: np.array([np.nan if row[key] == "NA" else float(row[key]) for row in rows if row["test"] == test])
            for key in ("statistic", "df", "p", "low", "high")
        }
        for test in ("welch", "student", "mann-whitney", "paired")
    }


@pytest.mark.parametrize("test", ["welch", "student"])
def test_t_tests_and_intervals_are_those_of_r(delta_ct, from_r, test):
    found, expected = compare(-delta_ct, test=test), from_r[test]
    np.testing.assert_allclose(found.statistic, expected["statistic"], rtol=1e-10)
    np.testing.assert_allclose(found.df, expected["df"], rtol=1e-10)
    np.testing.assert_allclose(found.p_value, expected["p"], rtol=1e-10)
    np.testing.assert_allclose(np.log2(found.low), expected["low"], rtol=1e-10)
    np.testing.assert_allclose(np.log2(found.high), expected["high"], rtol=1e-10)


def test_the_paired_test_is_that_of_r_whatever_the_order_of_the_samples(delta_ct, from_r):
    # a1…a4 are paired with b1…b4; a5 is not in the comparison, and the reference samples are in another order
    order = [0, 1, 2, 3, 8, 6, 5, 7]
    samples = tuple(SAMPLES[i] for i in order)
    found = compare(-delta_ct[:, order], samples, tuple("p" + name[1] for name in samples), test="paired")
    expected = from_r["paired"]
    np.testing.assert_allclose(found.statistic, expected["statistic"], rtol=1e-10)
    np.testing.assert_allclose(found.p_value, expected["p"], rtol=1e-10)
    np.testing.assert_allclose(np.log2(found.low), expected["low"], rtol=1e-10)
    assert found.samples_reference == ("b1", "b2", "b3", "b4")
    assert found.n_tested.tolist() == [4, 3, 3, 4, 2, 4]


def test_the_rank_sum_test_is_that_of_r(delta_ct, from_r):
    found, expected = compare(-delta_ct, test="mann-whitney"), from_r["mann-whitney"]
    np.testing.assert_allclose(found.p_value, expected["p"], rtol=1e-12)
    np.testing.assert_array_equal(found.statistic, expected["statistic"])


def test_the_interval_is_scipys(delta_ct):
    found = compare(-delta_ct, confidence=0.9)
    tested, reference = -delta_ct[3, :5], -delta_ct[3, 5:]
    interval = stats.ttest_ind(tested, reference, equal_var=False).confidence_interval(0.9)
    np.testing.assert_allclose([found.low[3], found.high[3]], np.exp2([interval.low, interval.high]))


def test_delta_delta_ct_by_hand():
    # Livak's arithmetic: target 25, 26 tested and 23, 22 reference, reference gene 20 throughout but 21 in the
    # second sample: ΔCt 5, 5 and 3, 2, so ΔΔCt = 5 − 2.5 = 2.5 and the ratio 2^−2.5.
    ct = np.array([[25.0, 26.0, 23.0, 22.0], [20.0, 21.0, 20.0, 20.0]])
    found = compare(log2_quantities(ct, np.array([1]))[:1], ("a1", "a2", "b1", "b2"))
    np.testing.assert_allclose(-found.log2_ratio, [2.5])
    np.testing.assert_allclose(found.ratio, [2**-2.5])
    np.testing.assert_allclose(found.signed_fold_change, [-(2**2.5)])


def test_pfaffls_ratio_by_hand():
    # Pfaffl (2001): E_target^(Ct control − Ct sample) / E_ref^(Ct control − Ct sample)
    ct = np.array([[24.0, 26.5], [20.0, 20.5]])
    quantities = log2_quantities(ct, np.array([1]), np.array([1.9, 2.05]))
    np.testing.assert_allclose(np.exp2(quantities[0, 1] - quantities[0, 0]), 1.9**-2.5 / 2.05**-0.5, rtol=1e-14)


def test_several_reference_genes_are_averaged_geometrically():
    ct = np.array([[25.0, 25.0], [20.0, 22.0], [24.0, 23.0]])
    quantities = log2_quantities(ct, np.array([1, 2]))
    amounts = 2.0**-ct
    expected = amounts[0] / np.sqrt(amounts[1] * amounts[2])
    np.testing.assert_allclose(np.exp2(quantities[0]), expected, rtol=1e-12)


def test_a_sample_that_lacks_a_reference_gene_has_no_quantity():
    ct = np.array([[25.0, 25.0], [20.0, np.nan], [24.0, 23.0]])
    assert np.isnan(log2_quantities(ct, np.array([1, 2]))[:, 1]).all()


def test_up_and_down_need_the_cutoff_and_the_adjusted_p(delta_ct):
    found = compare(-delta_ct, adjust="holm", cutoff=2)
    assert found.regulation.tolist() == [
        ("up" if ratio >= 2 else "down" if ratio <= 0.5 else "") if p <= 0.05 else ""
        for ratio, p in zip(found.ratio, found.p_adjusted, strict=True)
    ]
    assert found.regulation[5] == "down"


def test_one_sample_a_group_gives_a_ratio_and_no_p():
    found = compare(np.array([[2.0, 1.0], [np.nan, 1.0]]), ("a1", "b1"))
    np.testing.assert_array_equal(found.ratio, [2, np.nan])
    assert np.isnan(found.p_value).all()
    assert "could not be tested by Welch's t on ΔCt" in found.remarks[1]
    assert found.remarks[0] == "1 target without a value in one of the groups: target2"


PAIRS = [
    ((), "a paired test needs to know the pairs"),
    (("p1", "p2", "p1", ""), "the sample 'b2' has no pair"),
    (("p1", "p1", "p1", "p2"), "the pair 'p1' has two samples in the group 'a'"),
    (("p1", "p2", "p1", "p3"), "2 pairs with one member (found p2, p3;"),
]


@pytest.mark.parametrize(("pairs", "problem"), PAIRS)
def test_pairs_that_cannot_be_made(pairs, problem):
    with pytest.raises(SampleSheetError) as error:
        compare(np.ones((1, 4)), ("a1", "a2", "b1", "b2"), pairs, test="paired")
    assert problem in str(error.value)


@pytest.mark.parametrize(
    "options", [{"test": "anova"}, {"adjust": "fdr"}, {"confidence": 95}, {"alpha": 5}, {"cutoff": 0.5}]
)
def test_options_that_cannot_be_meant(delta_ct, options):
    with pytest.raises(UsageError):
        compare(-delta_ct, **options)


def test_reference_genes_are_found_by_name():
    targets = ("hsa-miR-16-5p", "hsa-miR-103a-3p")
    assert choose_references(targets, ["hsa-miR-103a-3p", "hsa-miR-103a-3p"]).tolist() == [1]
    for names, problem in (
        ([], "no reference gene was named"),
        (["hsa-miR-103a"], "did you mean 'hsa-miR-103a-3p'?"),
        (targets, "every target of the Ct table is a reference gene"),
    ):
        with pytest.raises(UsageError) as error:
            choose_references(targets, names)
        assert problem in str(error.value)


def test_efficiencies():
    assert parse_efficiencies(["a=1.95", "b=90%"], ["a", "b"]) == {"a": 1.95, "b": 1.9}
    np.testing.assert_array_equal(
        target_efficiencies(["a", "b", "c"], {"a": 1.95}, np.array([1.8, 1.9, np.nan])), [1.95, 1.9, 2]
    )
    for text in ("a", "a=3", "a=0.95", "a=x", "z=1.9"):
        with pytest.raises(UsageError):
            parse_efficiencies([text], ["a"])
