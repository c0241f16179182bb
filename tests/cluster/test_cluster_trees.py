import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.cluster.hierarchy import is_valid_linkage, leaves_list, linkage
from scipy.spatial.distance import pdist
from scipy.stats import rankdata, spearmanr

from mirtool.cluster import (
    LINKAGES,
    METRICS,
    OPTIMAL_ORDER_LIMIT,
    cut_tree,
    hierarchical_order,
    members,
    pairwise_distances,
)
from mirtool.cluster.distances import row_ranks
from mirtool.errors import UsageError

NAN = float("nan")


SCIPY_DISTANCES = {
    "correlation": lambda x: pdist(x, "correlation"),
    "cosine": lambda x: pdist(x, "cosine"),
    "absolute": lambda x: 1 - np.abs(1 - pdist(x, "correlation")),
    "spearman": lambda x: pdist(rankdata(x, axis=1), "correlation"),
    "euclidean": lambda x: pdist(x, "euclidean"),
}
CHOICES = [
    (method, metric) for method in LINKAGES for metric in METRICS if method != "ward" or metric == "euclidean"
]


@pytest.mark.parametrize(("method", "metric"), CHOICES)
@pytest.mark.parametrize("axis", [0, 1])
def test_as_scipy_where_nothing_is_missing(metric, method, axis):
    values = np.random.default_rng(1).normal(8, 2, size=(40, 7))
    leaves = values if axis == 0 else values.T
    distances = SCIPY_DISTANCES[metric](leaves)
    np.testing.assert_allclose(pairwise_distances(leaves, metric=metric), distances, rtol=1e-10, atol=1e-14)
    expected = linkage(pairwise_distances(leaves, metric=metric), method, optimal_ordering=True)
    tree = hierarchical_order(values, axis=axis, method=method, metric=metric)
    np.testing.assert_allclose(tree.linkage, expected, rtol=1e-12)
    assert tree.order.tolist() == leaves_list(expected).tolist()
    assert len(tree) == len(leaves)


def test_missing_values_as_in_r():
    # R 4.2.2: x <- rbind(c(1, 2, NA, 4), c(2, NA, 6, 1), c(0, 5, 3, 2))
    #          dist(x); 1 - cor(t(x), use = "pairwise.complete.obs")
    values = np.array([[1, 2, NAN, 4], [2, NAN, 6, 1], [0, 5, 3, 2.0]])
    np.testing.assert_allclose(
        pairwise_distances(values, metric="euclidean"),
        [4.47213595499958, 4.32049379893857, 4.32049379893857],
        rtol=1e-14,
    )
    np.testing.assert_allclose(
        pairwise_distances(values), [2.0, 0.783222507618970, 0.381410425868258], rtol=0, atol=1e-14
    )


def test_missing_values_by_hand():
    # Rows 0 and 1 share columns 0 and 3: (1 − 4)² + (3 − 0)² = 18, scaled by 4/2: √36 = 6; r = −1, distance 2.
    # Rows 0 and 2 share column 0 only: (1 − 1)² = 0; no r, distance 1.
    # Rows 1 and 2 share columns 0 and 1: (4 − 1)² + (2 − 5)² = 18, scaled: 6; r = −1, distance 2.
    values = np.array([[1, NAN, 7, 3], [4, 2, NAN, 0], [1, 5, NAN, NAN]])
    assert pairwise_distances(values, metric="euclidean").tolist() == [6.0, 0.0, 6.0]
    np.testing.assert_allclose(pairwise_distances(values), [2.0, 1.0, 2.0], rtol=1e-15)


def test_average_linkage_by_hand():
    # On a line: 0, 1, 5. Merge 0 and 1 at 1; their mean distance to 5 is (5 + 4) / 2 = 4.5.
    tree = hierarchical_order(np.array([[0.0], [5.0], [1.0]]), metric="euclidean")
    assert [set(pair) for pair in tree.linkage[:, :2].tolist()] == [{0, 2}, {1, 3}]
    assert tree.linkage[:, 2:].tolist() == [[1, 2], [4.5, 3]]
    assert tree.order.tolist() in ([0, 2, 1], [1, 2, 0])


@pytest.mark.parametrize("level", [0.0, 0.1, 1 / 3, 16.7, -5e8])
def test_constant_rows_count_as_uncorrelated(level):
    values = np.array([[level] * 7, [1, 2, 3, 4, 5, 6, 8.0], [-1, -2, -3, -4, -5, -6, -8.0]])
    np.testing.assert_allclose(pairwise_distances(values), [1, 1, 2], atol=1e-12)


def test_rows_constant_over_what_they_share_count_as_uncorrelated():
    values = np.array([[0.1, 0.1, 0.1, 9.7], [1.0, 5.0, 2.0, NAN]])
    assert pairwise_distances(values).tolist() == [1.0]


def test_small_differences_on_a_high_level_still_count():
    # 2^30 counts and a step of 0.001: the shape is the same, so the distance is 0.
    step = np.array([0, 1, 0, 2, 5.0])
    values = np.array([2.0**30 + 0.001 * step, step])
    assert pairwise_distances(values)[0] == pytest.approx(0, abs=1e-6)


def test_rows_that_share_no_column():
    values = np.array([[1, 2, NAN, NAN], [NAN, NAN, 3, 4], [1, 4, 3, 5.0]])
    # Rows 0 and 2: (0 + 4) · 4/2 = 8; rows 1 and 2: (0 + 1) · 4/2 = 2. The farthest two are √8 apart.
    np.testing.assert_allclose(pairwise_distances(values, metric="euclidean"), np.sqrt([8, 8, 2]))
    assert pairwise_distances(values)[0] == 1.0


@pytest.mark.parametrize("metric", METRICS)
def test_nothing_but_missing_values(metric):
    tree = hierarchical_order(np.full((4, 3), NAN), metric=metric)
    assert sorted(tree.order.tolist()) == [0, 1, 2, 3]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(("shape", "axis", "n"), [((1, 5), 0, 1), ((5, 1), 1, 1), ((0, 5), 0, 0), ((5, 0), 1, 0)])
def test_one_leaf_or_none_has_no_merge(metric, shape, axis, n):
    tree = hierarchical_order(np.zeros(shape), axis=axis, metric=metric)
    assert tree.order.tolist() == list(range(n))
    assert tree.linkage.shape == (0, 4)


def test_many_rows_keep_the_order_of_the_merges():
    values = np.random.default_rng(2).normal(size=(OPTIMAL_ORDER_LIMIT + 1, 4))
    expected = leaves_list(linkage(pdist(values, "correlation"), "average"))
    assert hierarchical_order(values).order.tolist() == expected.tolist()


@pytest.mark.parametrize("options", [{"method": "centroid"}, {"metric": "manhattan"}])
def test_unknown_method_or_metric(options):
    with pytest.raises(UsageError, match="expected one of"):
        hierarchical_order(np.zeros((3, 3)), **options)


values_with_gaps = arrays(
    float,
    st.tuples(st.integers(2, 9), st.integers(1, 6)),
    elements=st.one_of(st.just(NAN), st.floats(-30, 30), st.integers(0, 3).map(float)),
)


@settings(max_examples=200)
@given(values=values_with_gaps, choice=st.sampled_from(CHOICES))
def test_every_matrix_gives_a_valid_tree(values, choice):
    method, metric = choice
    distances = pairwise_distances(values, metric=metric)
    assert np.isfinite(distances).all()
    assert (distances >= 0).all()
    if metric != "euclidean":
        assert (distances <= (1 if metric == "absolute" else 2)).all()
    tree = hierarchical_order(values, metric=metric, method=method)
    assert is_valid_linkage(tree.linkage)
    assert sorted(tree.order.tolist()) == list(range(len(values)))


@settings(max_examples=100)
@given(values=values_with_gaps)
def test_pairwise_correlation_is_that_of_the_shared_columns(values):
    distances = iter(pairwise_distances(values))
    for i in range(len(values)):
        for j in range(i + 1, len(values)):
            shared = ~np.isnan(values[i]) & ~np.isnan(values[j])
            x, y = values[i, shared], values[j, shared]
            spreads = [np.ptp(v) / max(1.0, np.abs(values[k][~np.isnan(values[k])]).max(initial=0)) for k, v in
                       ((i, x), (j, y)) if len(v)]  # fmt: skip
            distance = next(distances)
            if len(x) < 2 or min(spreads) == 0:
                assert distance == 1.0
            elif min(spreads) > 1e-3:
                assert distance == pytest.approx(1 - np.corrcoef(x, y)[0, 1], abs=1e-8)


@settings(max_examples=100)
@given(values=values_with_gaps)
def test_pairwise_ranks_are_those_of_the_shared_columns(values):
    distances = iter(pairwise_distances(values, metric="spearman"))
    for i in range(len(values)):
        for j in range(i + 1, len(values)):
            shared = ~np.isnan(values[i]) & ~np.isnan(values[j])
            x, y = values[i, shared], values[j, shared]
            varies = len(x) >= 2 and np.ptp(x) > 0 and np.ptp(y) > 0
            expected = 1 - spearmanr(x, y).statistic if varies else 1.0
            assert next(distances) == pytest.approx(expected, abs=1e-12)


def test_ranks_with_ties_and_gaps():
    # 2 and 2 share the ranks 2 and 3; the missing value has none.
    assert row_ranks(np.array([[2, 7, 1, 2.0]])).tolist() == [[2.5, 4, 1, 2.5]]
    np.testing.assert_array_equal(row_ranks(np.array([[NAN, 3, 1, NAN]])), [[NAN, 2, 1, NAN]])


def test_cosine_by_hand():
    # (1, 0) and (1, 1): 1 / √2. A row of zeros has no direction. Shared with (NA, 2): (0) and (2): no direction.
    values = np.array([[1, 0], [1, 1], [0, 0], [NAN, 2.0]])
    expected = [1 - 0.5**0.5, 1, 1, 1, 0, 1]
    np.testing.assert_allclose(pairwise_distances(values, metric="cosine"), expected, atol=1e-15)


def test_weighted_linkage_is_what_mev_calls_average():
    # On a line: 0, 1, 5, 11. 0 and 1 merge at 1 and lie (5 + 4) / 2 = 4.5 from 5, where they merge with it.
    # To 11: UPGMA the mean of 11, 10 and 6, 9; WPGMA the mean of (11 + 10) / 2 = 10.5 and 6, 8.25.
    values = np.array([[0.0], [1.0], [5.0], [11.0]])
    heights = {
        m: hierarchical_order(values, method=m, metric="euclidean").linkage[:, 2].tolist() for m in LINKAGES
    }
    assert heights["average"] == [1, 4.5, 9]
    assert heights["weighted"] == [1, 4.5, 8.25]
    assert heights["complete"] == [1, 5, 11]
    assert heights["single"] == [1, 4, 6]
    # Ward: merging clusters of a and b values adds ab / (a + b) · d² to the sum of squares; the height is the root
    # of twice that: 1; √(2 · 2/3 · 4.5²) = √27; 3/4 · 2 · 9² = 121.5.
    np.testing.assert_allclose(heights["ward"], [1, 27**0.5, 121.5**0.5])


def test_ward_needs_euclidean_distances():
    with pytest.raises(UsageError, match=r"squared Euclidean distances.*ward with correlation"):
        hierarchical_order(np.eye(3), method="ward")


def test_members_and_cuts_by_hand():
    tree = hierarchical_order(np.array([[0.0], [5.0], [1.0], [11.0]]), metric="euclidean")
    assert members(tree).tolist() == [[True, False, True, False], [True, True, True, False], [True] * 4]
    assert [cut_tree(tree, k).tolist() for k in (1, 2, 3, 4)] == [
        [1] * 4,
        [1, 1, 1, 2],
        [1, 2, 1, 3],
        [1, 2, 3, 4],
    ]
    for k in (0, 5):
        with pytest.raises(UsageError, match=f"found {k}; expected 1 to 4"):
            cut_tree(tree, k)
