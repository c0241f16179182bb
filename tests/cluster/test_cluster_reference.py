"""Trees, partitions and their stability against R 4.2.2, cluster 2.1.4 and pvclust 2.2-0."""

import csv
from pathlib import Path

import numpy as np
import pytest

from mirtool.cluster import (
    Bootstrap,
    cluster_stability,
    cut_tree,
    fit_scales,
    hierarchical_order,
    k_means,
    members,
    pairwise_distances,
    row_scores,
    silhouettes,
)
from mirtool.io.tables.text_tables import read_table

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def rows_of(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open() as file:
        return list(csv.DictReader(file))


def numbers(text: str) -> np.ndarray:
    return np.array([float(number) for number in text.split()])


@pytest.fixture(scope="module")
def fixture():
    table = read_table(REFERENCE / "cluster_fixture.csv")
    return np.column_stack([table.numbers(j) for j in range(1, len(table.header))])


@pytest.fixture(scope="module")
def complete(fixture):
    return fixture[~np.isnan(fixture).any(axis=1)]


@pytest.mark.parametrize(
    "row", rows_of("cluster_hclust.csv"), ids=lambda r: f"{r['of']}-{r['metric']}-{r['quantity']}"
)
def test_distances_and_trees_are_those_of_r(fixture, row):
    values = fixture if row["of"] == "probes" else fixture.T
    quantity, _, method = row["quantity"].partition(" ")
    expected = numbers(row["values"])
    if quantity == "distances":
        found = pairwise_distances(values, metric=row["metric"])
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-14)
        return
    tree = hierarchical_order(values, method=method, metric=row["metric"])
    if quantity == "heights":
        np.testing.assert_allclose(np.sort(tree.linkage[:, 2]), np.sort(expected), rtol=1e-10, atol=1e-14)
    else:
        assert cut_tree(tree, 4).tolist() == expected.astype(int).tolist()


@pytest.mark.parametrize("of", ["probes", "arrays"])
@pytest.mark.parametrize("k", [2, 3, 4])
def test_k_means_finds_the_least_sum_of_squares_that_r_finds(complete, of, k):
    expected = {row["quantity"]: row["values"] for row in rows_of("cluster_kmeans.csv")
                if (row["of"], row["k"]) == (of, str(k))}  # fmt: skip
    scores, _ = row_scores(complete)
    values = scores if of == "probes" else scores.T
    found = k_means(values, k)
    assert found.within.sum() == pytest.approx(float(expected["total"]), rel=1e-10)
    ours, theirs = found.cluster, numbers(expected["cluster"]).astype(int)
    assert ((ours[:, None] == ours) == (theirs[:, None] == theirs)).all()
    np.testing.assert_allclose(found.silhouette, numbers(expected["silhouette"]), rtol=1e-10, atol=1e-14)
    distances = pairwise_distances(values, metric="euclidean")
    np.testing.assert_allclose(silhouettes(distances, theirs), found.silhouette, rtol=1e-12)


@pytest.mark.parametrize("row", rows_of("cluster_msfit.csv"), ids=lambda row: row["shares"][:60])
def test_the_fit_over_scales_is_that_of_pvclust(row):
    found = fit_scales(numbers(row["shares"])[:, None], np.arange(5, 15) / 10, 1000)
    ours = {
        "au": found.au, "bp": found.bp, "au_error": found.au_error, "bp_error": found.bp_error,
        "v": found.distance, "c": found.curvature, "fit_p": found.fit_p,
    }  # fmt: skip
    fitted = not np.isnan(found.distance[0])
    for name, value in ours.items():
        if fitted or name not in ("v", "c", "fit_p"):  # pvclust writes 0 where nothing was fitted
            assert value[0] == pytest.approx(float(row[name]), rel=1e-9, abs=1e-14), name
        else:
            assert float(row[name]) == 0


@pytest.mark.parametrize(
    ("method", "metric", "in_r"), [("average", "correlation", "average"), ("weighted", "euclidean", "mcquitty")]
)
def test_shares_and_au_are_those_of_pvclust_but_for_the_draw(complete, method, metric, in_r):
    tree = hierarchical_order(complete, axis=1, method=method, metric=metric)
    resamples = 1000
    found = cluster_stability(complete.T, tree, method=method, metric=metric, bootstrap=Bootstrap(resamples))
    place = {tuple(np.flatnonzero(row) + 1): merge for merge, row in enumerate(members(tree))}
    expected = [row for row in rows_of("cluster_pvclust.csv") if (row["method"], row["metric"]) == (in_r, metric)]
    assert len(expected) == len(place)
    for row in expected:
        merge = place[tuple(numbers(row["members"]).astype(int))]
        np.testing.assert_allclose(found.scales, numbers(row["r"]), rtol=1e-12)
        theirs = numbers(row["share"])
        error = np.sqrt(theirs * (1 - theirs) * (1 / resamples + 1 / 10_000))
        # 220 shares are compared: four and a half standard errors apart is one by chance once in 700 runs.
        assert (np.abs(found.shares[:, merge] - theirs) <= 4.5 * error + 2 / resamples).all()
        slack = 4.5 * found.au_error[merge] * np.sqrt(1.1) + 0.005
        assert abs(found.au[merge] - float(row["au"])) <= slack
        assert abs(found.bp[merge] - float(row["bp"])) <= 4.5 * found.bp_error[merge] * np.sqrt(1.1) + 0.005
