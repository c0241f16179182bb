"""Reference genes: geNorm's M and NormFinder's value beside published packages and hand arithmetic."""

from pathlib import Path

import numpy as np
import pytest

from mirtool.io.tables.text_tables import read_table
from mirtool.stats.reference_stability import genorm_ranking
from mirtool.validation import genorm_m, normfinder, reference_stability

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


@pytest.fixture(scope="module")
def fixture():
    table = read_table(REFERENCE / "stability_fixture.csv")
    amounts = np.column_stack([table.numbers(j) for j in range(1, len(table.header))])
    return amounts, [name[0] for name in table.header[1:]]


@pytest.fixture(scope="module")
def reference():
    table = read_table(REFERENCE / "stability_reference.csv")
    return {name: table.numbers(j) for j, name in enumerate(table.header) if j}


def test_m_is_that_of_rna_genorm_up_to_its_divisor(fixture, reference):
    amounts, _ = fixture
    n = amounts.shape[1]
    np.testing.assert_allclose(genorm_m(amounts) * np.sqrt((n - 1) / n), reference["genorm M (n)"], rtol=1e-12)


@pytest.mark.parametrize(("letters", "column"), [("gh", "two"), ("ghk", "three")])
def test_normfinder_is_that_of_genexpa(fixture, reference, letters, column):
    amounts, groups = fixture
    chosen = [i for i, group in enumerate(groups) if group in letters]
    found = normfinder(amounts[:, chosen], [groups[i] for i in chosen])
    np.testing.assert_allclose(found, reference[f"normfinder by {column} groups"], rtol=1e-12)


def test_the_fixture_has_a_negative_estimate_of_a_variance(fixture):
    values = fixture[0][:, :4]
    residual = values - values.mean(1, keepdims=True) - values.mean(0) + values.mean()
    squares = (residual**2).sum(axis=1) / 3
    assert (squares - squares.sum() / 30 < 0).any()


def test_the_ranking_excludes_the_largest_m_again_and_again(fixture):
    amounts, _ = fixture
    ranking = genorm_ranking(amounts)
    left, excluded, values = list(range(len(amounts))), [], []
    while len(left) > 2:
        m = genorm_m(amounts[left])
        values.insert(0, m.max())
        excluded.insert(0, left.pop(int(np.argmax(m))))
    assert ranking.order.tolist() == left + excluded
    np.testing.assert_allclose(ranking.m, [*genorm_m(amounts[left]), *values], rtol=1e-12)
    means = [amounts[ranking.order[:n]].mean(axis=0) for n in range(1, len(amounts) + 1)]
    v = [np.std(means[n] - means[n - 1], ddof=1) for n in range(2, len(means))]
    np.testing.assert_allclose(ranking.v, v, rtol=1e-12)


def test_m_of_complete_amounts_is_that_of_pairs(fixture):
    amounts, _ = fixture
    more = np.column_stack([amounts, np.full(len(amounts), np.nan)])  # a sample without any: pair by pair
    np.testing.assert_allclose(genorm_m(amounts), genorm_m(more), rtol=1e-12)


def test_m_by_hand():
    # log2 ratios: a − b = 0, 0, 3 (SD √3); a − c = 0, 0, 0 (SD 0); b − c = 0, 0, −3 (SD √3)
    amounts = np.array([[1.0, 2.0, 6.0], [1.0, 2.0, 3.0], [4.0, 5.0, 9.0]])
    np.testing.assert_allclose(genorm_m(amounts), [np.sqrt(3) / 2, np.sqrt(3), np.sqrt(3) / 2])


def test_normfinder_without_groups_by_hand():
    # Gene 1 is (1, −1), three others do not vary. Residuals ±0.75 and ∓0.25, sums of squares 1.125 and 0.125, in
    # all 1.5; (1.125 − 1.5/12) / (1 − 2/4) = 2 is gene 1's variance, (0.125 − 1.5/12) / (1 − 2/4) = 0 the others'.
    amounts = np.vstack([[1.0, -1.0], np.zeros((3, 2))])
    np.testing.assert_allclose(normfinder(amounts), [np.sqrt(2), 0, 0, 0], atol=1e-12)


def test_missing_values_leave_pairs_out_of_m_and_samples_out_of_normfinder(fixture):
    amounts, groups = fixture
    holes = amounts.copy()
    holes[0, 0] = np.nan
    found = reference_stability([f"g{i}" for i in range(6)], holes, groups)
    assert found.n_complete == 10
    np.testing.assert_allclose(found.normfinder, normfinder(amounts[:, 1:], groups[1:]))
    np.testing.assert_allclose(
        found.m[1], (genorm_m(amounts[1:])[0] * 4 + np.std((amounts[0] - amounts[1])[1:], ddof=1)) / 5
    )


def test_two_candidates_have_m_only_and_groups_of_one_sample_count_for_nothing(fixture):
    amounts, _ = fixture
    two = reference_stability(["a", "b"], amounts[:2], ["x"] * 11)
    assert np.isnan(two.normfinder).all()
    np.testing.assert_allclose(two.m, np.std(amounts[0] - amounts[1], ddof=1))
    alone = reference_stability(list("abcdef"), amounts, ["x"] * 10 + ["y"])
    assert not alone.by_group
    np.testing.assert_allclose(alone.normfinder, normfinder(amounts))
