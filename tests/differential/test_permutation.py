"""The permutation test equals samr 3.0 and base R, and depends on neither workers nor chance."""

import csv
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from mirtool.differential.permutation import permutation_test
from mirtool.errors import NotEnoughDataError

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def read_rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def fixture_values() -> np.ndarray:
    return np.array(
        [[float(c.replace("NA", "nan")) for c in list(r.values())[2:]] for r in read_rows("models_fixture.csv")]
    )


def simulated(n_probes: int, n_a: int, n_b: int, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    values = rng.normal(8, 1, size=(n_probes, n_a + n_b))
    values[: n_probes // 10, :n_a] += 3
    return values[:, :n_a], values[:, n_a:]


def test_d_and_its_constant_equal_samr_and_p_equals_all_labelings_in_r():
    s0, *rows = read_rows("models_sam.csv")
    values = fixture_values()[:80]
    result = permutation_test(values[:, 4:8], values[:, :4])
    assert result.constant == pytest.approx(float(s0["d"]), rel=1e-12)
    np.testing.assert_allclose(result.statistic, [float(row["d"]) for row in rows], rtol=1e-10)
    np.testing.assert_allclose(result.p_value, [float(row["P"]) for row in rows], rtol=1e-12)
    assert (result.n_labelings, result.complete) == (69, True)


def test_by_hand():
    # One probe, 1 2 against 4 5: difference 3, s = √(1/2 · 1) = 0.7071, s0 = the same, d = 3 / 1.4142 = 2.1213.
    # Of the five other labelings the swapped groups give 2.1213 again and the rest less: {1, 4} against {2, 5} has
    # a difference of 1. So b = 1, and P = (1 + 1) / (5 + 1).
    result = permutation_test(np.array([[4.0, 5.0]]), np.array([[1.0, 2.0]]))
    assert result.statistic[0] == pytest.approx(3 / 2**0.5)
    assert result.p_value[0] == pytest.approx(2 / 6)


def test_the_result_is_the_same_for_any_number_of_workers_and_follows_the_seed():
    tested, reference = simulated(60, 8, 8)
    alone = permutation_test(tested, reference, permutations=300, seed=3)
    assert (alone.n_labelings, alone.complete) == (300, False)
    for pool in (ThreadPoolExecutor(3), ProcessPoolExecutor(2)):
        with pool as executor:
            shared = permutation_test(tested, reference, permutations=300, seed=3, executor=executor)
        np.testing.assert_array_equal(shared.p_value, alone.p_value)
    other = permutation_test(tested, reference, permutations=300, seed=4)
    assert (other.p_value != alone.p_value).any()


def test_p_is_never_zero_and_small_where_something_differs():
    tested, reference = simulated(100, 5, 5)
    result = permutation_test(tested, reference)
    assert result.p_value.min() > 0
    assert result.p_value[:10].max() < 0.05 < np.median(result.p_value[10:])


def test_missing_values_are_left_out_and_untestable_probes_stay_missing():
    values = fixture_values()
    result = permutation_test(values[:, 4:8], values[:, :4])
    np.testing.assert_array_equal(np.isnan(result.statistic), np.isnan(result.p_value))
    present = ~np.isnan(values)
    n_a, n_b = present[:, :4].sum(axis=1), present[:, 4:8].sum(axis=1)
    np.testing.assert_array_equal(np.isnan(result.p_value), (n_a < 1) | (n_b < 1) | (n_a + n_b < 3))


def test_nothing_to_permute_is_refused():
    with pytest.raises(NotEnoughDataError, match="no probe has enough values to permute"):
        permutation_test(np.array([[1.0], [2.0]]), np.array([[3.0], [4.0]]))
