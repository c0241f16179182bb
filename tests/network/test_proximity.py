"""Closeness in a network of proteins: distances against scipy's, P against enumeration, the draws."""

from concurrent.futures import ProcessPoolExecutor
from itertools import combinations
from multiprocessing import get_context

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.model import ProteinInteractions, text_array
from mirtool.network.pairs import proximity
from mirtool.network.pairs.proximity import closeness, draw_rows, protein_space, step_distances


def proteins_of(pairs) -> ProteinInteractions:
    a, b = zip(*pairs, strict=True)
    return ProteinInteractions(text_array(a), text_array(b), "hand-made")


def test_distances_are_those_of_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proximity, "_SOURCES_AT_ONCE", 70)  # a block and a part of one, more than one word of bits
    rng = np.random.default_rng(1)
    n = 300
    ends = [(i, int(rng.integers(0, i))) for i in range(1, n)] + [tuple(rng.integers(0, n, 2)) for _ in range(60)]
    dense = np.zeros((n, n), dtype=np.int8)
    for i, j in ends:
        if i != j:
            dense[i, j] = dense[j, i] = 1
    nodes = np.sort(rng.choice(n, 150, replace=False))
    expected = shortest_path(csr_array(dense.astype(float)), unweighted=True)[np.ix_(nodes, nodes)]
    assert expected.max() > 5
    np.testing.assert_array_equal(step_distances(csr_array(dense), nodes), expected)


def test_a_distance_beyond_a_byte_counts_as_255() -> None:
    n = 300
    path = np.eye(n, k=1, dtype=np.int8) + np.eye(n, k=-1, dtype=np.int8)
    assert step_distances(csr_array(path), np.array([0, 10, 299])).tolist() == [
        [0, 10, 255],
        [10, 0, 255],
        [255, 255, 0],
    ]


def test_the_space_is_the_largest_component_and_its_paths_may_leave_the_universe() -> None:
    # A – x – B – C is the largest component; D – E is another, and F interacts with nothing.
    space = protein_space(proteins_of([("A", "x"), ("x", "B"), ("C", "B"), ("D", "E")]), {*"ABCDEF"})
    assert space.genes.tolist() == ["A", "B", "C"]
    assert space.distances.tolist() == [[0, 2, 3], [2, 0, 1], [3, 1, 0]]
    assert space.degrees.tolist() == [1, 2, 1]
    assert space.n_component == 4


def test_a_network_that_does_not_know_the_genes() -> None:
    with pytest.raises(
        NotEnoughDataError, match="only 0 of the 2 genes lie in the largest component of hand-made"
    ):
        protein_space(proteins_of([("A", "B")]), {"1956", "7157"})


def test_p_by_enumeration() -> None:
    # A path of six genes; the first three: distances 1, 1 and 2, every nearest other 1.
    at = np.arange(6)
    distances = np.abs(at[:, np.newaxis] - at).astype(np.uint8)
    degrees = np.array([1, 2, 2, 2, 2, 1])  # fewer than twenty genes make one stratum
    found = closeness(distances, degrees, [np.array([0, 1, 2]), np.array([3]), np.array([0, 3, 5])], draws=4000)
    assert found.path_length[0] == pytest.approx((1 + 1 + 2) / 3)
    assert found.nearest[0] == 1
    triples = np.array([(distances[a, b] + distances[a, c] + distances[b, c]) for a, b, c in combinations(at, 3)])
    nearest = np.array(
        [min(b - a, c - b) + min(b - a, c - b) + max(b - a, c - b) for a, b, c in combinations(at, 3)]
    )
    # Only the 4 runs of three among the 20 triples are as close by either measure.
    for triple_values, own, p_value, expected, observed in (
        (triples, 4, found.path_p, found.expected_path_length, found.path_length),
        (nearest, 3, found.nearest_p, found.expected_nearest, found.nearest),
    ):
        assert (triple_values <= own).mean() == 4 / 20
        assert p_value[0] == pytest.approx(4 / 20, abs=4 * np.sqrt(0.16 / 4000))
        assert expected[0] == pytest.approx(triple_values.mean() / 3, rel=0.03)
        assert np.isnan([p_value[1], expected[1], observed[1]]).all()
    assert found.path_p[2] == pytest.approx((triples <= 10).mean())  # 3 + 2 + 5: no triple lies further apart
    assert found.path_length[2] == pytest.approx(10 / 3)


def test_random_sets_are_of_like_degree() -> None:
    # Twenty hubs know each other; each has two leaves. Two hubs are drawn for two hubs: always one step apart.
    hubs = [f"H{i}" for i in range(20)]
    pairs = [*combinations(hubs, 2), *((hub, f"{hub}-{leaf}") for hub in hubs for leaf in "ab")]
    space = protein_space(proteins_of(pairs), {gene for pair in pairs for gene in pair})
    place = {gene: i for i, gene in enumerate(space.genes)}
    sets = [np.array([place["H0"], place["H7"]]), np.array([place["H0-a"], place["H0-b"]])]
    found = closeness(space.distances, space.degrees, sets, draws=2000)
    assert (found.expected_path_length[0], found.path_p[0]) == (1, 1)
    # Two leaves: of one hub (two steps) with 1/39, else three steps.
    assert found.expected_path_length[1] == pytest.approx(3 - 1 / 39, abs=0.02)
    assert found.path_p[1] == pytest.approx(1 / 39, abs=4 * np.sqrt(0.025 / 2000))


def test_every_set_of_rows_is_drawn_as_often() -> None:
    drawn = draw_rows(np.random.default_rng(1), 5, 2, 20_000)
    assert drawn.shape == (20_000, 2)
    sets, counts = np.unique(np.sort(drawn, axis=1), axis=0, return_counts=True)
    assert sets.tolist() == [list(pair) for pair in combinations(range(5), 2)]
    assert np.abs(counts - 2000).max() < 5 * np.sqrt(20_000 * 0.09)
    assert np.sort(draw_rows(np.random.default_rng(1), 4, 4, 3), axis=1).tolist() == [[0, 1, 2, 3]] * 3


def test_the_result_is_the_same_for_any_number_of_workers() -> None:
    rng = np.random.default_rng(5)
    pairs = [(f"G{i}", f"G{rng.integers(0, i)}") for i in range(1, 200)]
    proteins, universe = proteins_of(pairs), {f"G{i}" for i in range(150)}
    sets = [rng.choice(150, size, replace=False) for size in (2, 5, 9, 3)]
    alone = protein_space(proteins, universe)
    here = closeness(alone.distances, alone.degrees, sets, draws=50, seed=3)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        shared = protein_space(proteins, universe, executor=pool)
        there = closeness(shared.distances, shared.degrees, sets, draws=50, seed=3, executor=pool)
    np.testing.assert_array_equal(shared.distances, alone.distances)
    for name, values in vars(here).items():
        np.testing.assert_array_equal(values, getattr(there, name))
    other = closeness(alone.distances, alone.degrees, sets, draws=50, seed=4)
    assert not np.array_equal(other.expected_path_length, here.expected_path_length)


def test_draws_are_needed() -> None:
    with pytest.raises(UsageError, match="random sets of genes must be drawn"):
        closeness(np.zeros((2, 2), dtype=np.uint8), np.array([1, 1]), [], draws=0)
