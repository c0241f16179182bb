"""The comparison as a whole, and the table it is written as."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.differential import differential, differential_table
from mirtool.errors import NotEnoughDataError, ScaleError, UsageError
from mirtool.model import DifferentialTable, ExpressionMatrix, ProbeTable, SampleTable, text_array


def matrix(values, groups, spots=None) -> ExpressionMatrix:
    values = np.asarray(values, dtype=float)
    ids = text_array(f"p{i}" for i in range(1, len(values) + 1))
    names = text_array(f"hsa-miR-{i}" for i in range(1, len(values) + 1))
    samples = SampleTable(tuple(f"s{i}" for i in range(1, len(groups) + 1)), tuple(groups))
    return ExpressionMatrix(values, ProbeTable(ids, names, names), samples, spots)


def random_matrix(seed: int = 1, n_probes: int = 40) -> ExpressionMatrix:
    rng = np.random.default_rng(seed)
    values = rng.normal(8, 1, size=(n_probes, 7)) * rng.uniform(0.5, 1.5, size=(n_probes, 1))
    values[rng.random(values.shape) < 0.15] = np.nan
    return matrix(values, "aaabbbb")


def numbers(d: DifferentialTable) -> dict[str, np.ndarray]:
    return {"log2_ratio": d.log2_ratio, "statistic": d.statistic, "p_value": d.p_value, "fdr": d.fdr}


TESTS = st.sampled_from(["moderated", "welch", "student"])
SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS, TESTS)
def test_swapping_the_groups_turns_the_signs_and_keeps_p(seed, test):
    m = random_matrix(seed)
    there, back = (differential(m, tested=t, reference=r, test=test) for t, r in (("a", "b"), ("b", "a")))
    np.testing.assert_allclose(there.log2_ratio, -back.log2_ratio, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(there.statistic, -back.statistic, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(there.p_value, back.p_value, rtol=1e-9)
    turn = {"up": "down", "down": "up", "": ""}
    assert [turn[call] for call in there.regulation_p] == list(back.regulation_p)


@given(SEEDS, TESTS, st.floats(-5, 5))
def test_a_constant_added_to_every_log2_changes_the_means_alone(seed, test, shift):
    m = random_matrix(seed)
    moved = ExpressionMatrix(m.values + shift, m.probes, m.samples)
    a, b = differential(m, test=test), differential(moved, test=test)
    for name, values in numbers(a).items():
        np.testing.assert_allclose(values, numbers(b)[name], rtol=1e-6, atol=1e-10, err_msg=name)
    np.testing.assert_allclose(a.mean_tested * 2**shift, b.mean_tested)


@given(SEEDS, TESTS)
def test_the_order_of_probes_changes_no_number(seed, test):
    m = random_matrix(seed)
    order = np.random.default_rng(seed).permutation(len(m.probes))
    a, b = differential(m, test=test), differential(m.take_probes(order), test=test)
    for name, values in numbers(a).items():
        np.testing.assert_allclose(values[order], numbers(b)[name], rtol=1e-8, atol=1e-12, err_msg=name)


def test_one_array_a_group_makes_a_fold_change_and_no_p():
    d = differential(matrix([[1.0, 3.0], [2.0, 2.0]], "ab"))
    assert (d.test, d.tested) == ("none", "b")
    np.testing.assert_allclose(d.ratio, [4, 1])
    assert np.isnan([d.statistic, d.p_value, d.fdr]).all()
    assert list(d.regulation_fold_change) == ["up", ""]
    assert list(d.regulation_p) == ["", ""]
    assert d.remarks == (
        "no test could be made: moderated t (Smyth 2004) on log2 values needs at least three arrays in all, and "
        "there are 1 of b and 1 of a; fold changes only",
    )


def test_one_array_against_three_is_tested_by_moderated_and_student_but_not_by_welch():
    m = matrix([[5.0, 1.0, 2.0, 3.0], [5.0, 5.0, 6.0, 4.5]], "abbb")
    assert not np.isnan(differential(m).p_value).any()
    # t² = 27/4 with 2 df, see test_two_sample: P = 1 - sqrt(6.75 / 8.75)
    assert differential(m, test="student").p_value[0] == pytest.approx(1 - np.sqrt(6.75 / 8.75))
    assert differential(m, test="welch").test == "none"


def test_a_probe_that_a_group_lacks_has_no_ratio_and_no_p():
    rows = [[np.nan, np.nan, 3.0, 4.0], [1.0, 2.0, 3.0, 4.5], [2.0, 2.5, 2.0, 2.2]]
    d = differential(matrix(rows, "aabb"))
    assert np.isnan([d.ratio[0], d.statistic[0], d.p_value[0], d.fdr[0]]).all()
    assert d.regulation_fold_change[0] == ""
    assert not np.isnan(d.p_value[1:]).any()
    assert (d.n_tested[0], d.n_reference[0]) == (2, 0)


def test_the_volcano_wants_fold_change_and_p():
    # Student by hand: p1 ratio 16 and clear; p2 ratio 4 but scattered; p3 clear but ratio 2^0.5
    rows = [[1, 1.1, 5, 5.1], [0, 6, 2, 8.5], [3, 3.01, 3.5, 3.51]]
    d = differential(matrix(rows, "aabb"), test="student")
    assert list(d.regulation_fold_change) == ["up", "up", ""]
    assert list(d.regulation_p) == ["up", "", ""]


def test_spots_are_counted_where_there_is_a_value():
    spots = np.array([[4, 4, 3, 2], [4, 1, 4, 4]])
    d = differential(matrix([[1.0, 2.0, 3.0, 4.5], [1.0, np.nan, 2.0, 3.0]], "aabb", spots), test="student")
    assert d.spots_tested is not None
    assert d.spots_reference is not None
    assert (d.spots_tested.tolist(), d.spots_reference.tolist()) == ([5, 8], [8, 4])


def test_a_matrix_in_any_memory_order_gives_the_same():
    m = random_matrix()
    fortran = ExpressionMatrix(np.asfortranarray(m.values), m.probes, m.samples)
    np.testing.assert_array_equal(differential(m).p_value, differential(fortran).p_value)


def test_values_that_can_be_no_log2_are_refused():
    with pytest.raises(ScaleError, match="can't be log2") as caught:
        differential(matrix([[12000.0, 300.0]], "ab"))
    assert caught.value.found == "12000"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"test": "wilcoxon"}, "unknown test 'wilcoxon'"),
        ({"fold_change": "median"}, "unknown fold change 'median'"),
        ({"adjust": "fdr"}, "unknown adjustment of P 'fdr'"),
        ({"cutoff": 0.5}, "cutoff is out of range"),
        ({"cutoff": float("nan")}, "cutoff is out of range"),
        ({"alpha": 0.0}, "alpha must lie between 0 and 1"),
        ({"alpha": 5.0}, "alpha is out of range"),
        ({"tested": "c", "reference": "a"}, "no sample is in the group 'c'"),
    ],
)
def test_wrong_options_are_refused(options, problem):
    with pytest.raises(UsageError, match=problem):
        differential(random_matrix(), **options)


def test_a_constant_matrix_is_refused():
    with pytest.raises(NotEnoughDataError, match="do not vary within the groups"):
        differential(matrix(np.full((4, 4), 5.0), "aabb"))


def test_the_table_names_the_groups_and_sorts_by_p():
    rows = [[1, 1.5, 2, 2.7], [1, 1.1, 5, 5.1], [np.nan, np.nan, 3, 4], [3, 3.01, 3.5, 3.51]]
    table = differential_table(differential(matrix(rows, "aabb", np.full((4, 4), 4)), test="student"))
    assert list(table.columns) == [
        "ID",
        "Name",
        "mean b",
        "mean a",
        "ratio of means b/a",
        "log2 ratio b/a",
        "fold change b/a",
        "t (Student)",
        "P (Student)",
        "FDR (BH)",
        "n b",
        "n a",
        "spots b",
        "spots a",
        "regulation by fold change",
        "regulation by volcano P",
        "regulation by volcano FDR",
    ]
    assert list(table["ID"]) == ["p4", "p2", "p1", "p3"]
    assert dict(table.notes)["fold change"] == "ratio of the arithmetic means of the linear normalized intensities"


def test_without_a_test_there_are_no_columns_of_p_and_the_largest_ratio_is_first():
    m = matrix([[1, 1.5], [4, 1], [1, 2]], "ab")
    table = differential_table(differential(m, fold_change="geometric"))
    assert list(table.columns)[2:] == [
        "geometric mean b",
        "geometric mean a",
        "ratio of geometric means b/a",
        "log2 ratio b/a",
        "fold change b/a",
        "n b",
        "n a",
        "regulation by fold change",
    ]
    assert list(table["ID"]) == ["p2", "p3", "p1"]


def test_without_an_adjustment_nothing_is_called_fdr():
    d = differential(random_matrix(), adjust="none")
    assert np.isnan(d.fdr).all()
    assert not [name for name in differential_table(d).columns if "FDR" in name]


def test_the_default_way_imports_nothing_heavy():
    program = (
        "import sys\n"
        "import numpy as np\n"
        "from mirtool.differential import differential, differential_table\n"
        "from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array\n"
        "ids = text_array(['a', 'b'])\n"
        "samples = SampleTable(tuple('1234'), tuple('xxyy'))\n"
        "m = ExpressionMatrix(np.array([[1, 2, 3, 5.0], [1, 3, 2, 7]]), ProbeTable(ids, ids, ids), samples)\n"
        "differential_table(differential(m))\n"
        "print([n for n in ('pandas', 'scipy.stats', 'statsmodels', 'matplotlib') if n in sys.modules])\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
