"""Shuffled tables: degrees stay, every table is equally likely, P agrees with every table there is."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from mirtool.errors import UsageError
from mirtool.io.targets.interactions import read_interactions, starter_interactions
from mirtool.network import synergy_network
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.pairs.curveball import ROUNDS, pair_null, shuffle

MIRTARBASE = Path(__file__).resolve().parents[2] / "../shared/data/targets/miRTarBase_hsa_MTI.csv.gz"


def tables_like(dense: np.ndarray) -> list[np.ndarray]:
    """Return every table with the same row and column sums, by trying all rows."""
    n_columns = dense.shape[1]
    rows = [
        [np.isin(np.arange(n_columns), chosen).astype(int) for chosen in combinations(range(n_columns), degree)]
        for degree in dense.sum(axis=1)
    ]
    return [
        table for parts in product(*rows) for table in [np.array(parts)]
        if (table.sum(axis=0) == dense.sum(axis=0)).all()
    ]  # fmt: skip


def dense_of(targets, degrees, n_genes) -> np.ndarray:
    table = np.zeros((len(degrees), n_genes), int)
    np.add.at(table, (np.repeat(np.arange(len(degrees)), degrees), targets), 1)
    return table


@given(st.integers(1, 12), st.integers(1, 25), st.floats(0, 1), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_every_mirna_and_every_gene_keeps_its_degree(n_mirnas, n_genes, density, rounds, seed) -> None:
    rng = np.random.default_rng(seed)
    table = csr_array((rng.random((n_mirnas, n_genes)) < density).astype(int))
    degrees = np.diff(table.indptr).astype(np.int64)
    found = dense_of(shuffle(table.indices.astype(np.int64), degrees, n_genes, rounds, rng), degrees, n_genes)
    assert found.max(initial=0) <= 1
    np.testing.assert_array_equal(found.sum(axis=1), table.toarray().sum(axis=1))
    np.testing.assert_array_equal(found.sum(axis=0), table.toarray().sum(axis=0))


SMALL = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [1, 0, 0, 0]])


def test_all_tables_are_equally_likely() -> None:
    every = {table.tobytes() for table in tables_like(SMALL)}
    degrees = SMALL.sum(axis=1)
    rng, start = np.random.default_rng(1), np.nonzero(SMALL)[1]
    n = 2000
    found = Counter(dense_of(shuffle(start, degrees, 4, ROUNDS, rng), degrees, 4).tobytes() for _ in range(n))
    assert found.keys() == every
    expected = n / len(every)
    chi_square = sum((count - expected) ** 2 / expected for count in found.values())
    # Mean k − 1, variance 2 (k − 1) over k tables.
    assert abs(chi_square - (len(every) - 1)) < 5 * np.sqrt(2 * (len(every) - 1))


def test_p_against_every_table() -> None:
    a, b = np.triu_indices(4, k=1)
    shared = np.array(
        [[int(table[i] @ table[j]) for i, j in zip(a, b, strict=True)] for table in tables_like(SMALL)]
    )
    observed = np.array([SMALL[i] @ SMALL[j] for i, j in zip(a, b, strict=True)])
    null = pair_null(csr_array(SMALL), a, b, draws=4000)
    np.testing.assert_allclose(null.p_value, (shared >= observed).mean(axis=0), atol=4 * np.sqrt(0.25 / 4000))
    np.testing.assert_allclose(null.expected, shared.mean(axis=0), atol=0.05)


def test_p_is_never_zero_and_what_can_not_change_has_p_one() -> None:
    # Both miRNAs target every gene: no trade changes anything.
    full = csr_array(np.ones((2, 5), int))
    assert pair_null(full, np.array([0]), np.array([1]), draws=30).p_value.tolist() == [1]
    rng = np.random.default_rng(3)
    table = (rng.random((60, 200)) < 0.05).astype(int)
    table[1] = table[0]
    null = pair_null(csr_array(table), np.array([0]), np.array([1]), draws=99)
    assert null.p_value.tolist() == [1 / 100]


def test_the_same_for_any_number_of_workers() -> None:
    table = csr_array((np.random.default_rng(4).random((40, 90)) < 0.1).astype(int))
    a, b = np.triu_indices(40, k=1)
    alone = pair_null(table, a, b, draws=130, seed=2)
    for workers in (1, 2, 4):
        with ThreadPoolExecutor(workers) as pool:
            shared = pair_null(table, a, b, draws=130, seed=2, executor=pool)
        np.testing.assert_array_equal(shared.p_value, alone.p_value)
        np.testing.assert_array_equal(shared.expected, alone.expected)
    assert (pair_null(table, a, b, draws=130, seed=3).p_value != alone.p_value).any()


def test_without_draws() -> None:
    with pytest.raises(UsageError, match="needs draws"):
        pair_null(csr_array(SMALL), np.array([0]), np.array([1]), draws=0)


NAMES = ("hsa-miR-17-5p/hsa-miR-20a-5p", "hsa-miR-15a-5p", "hsa-miR-16-5p", "hsa-miR-21-5p", "hsa-let-7d-5p")


def test_both_nulls_of_pairs_stand_side_by_side_and_the_one_asked_for_judges() -> None:
    known = starter_interactions()
    plain = synergy_network(NAMES, TargetTable.of(known))
    both = synergy_network(NAMES, TargetTable.of(known), pair_null="curveball", pair_draws=200)
    for name in ("miRNA A", "miRNA B", "P", "FDR", "shared targets"):
        assert both.pairs[name].tolist() == plain.pairs[name].tolist()
    assert (both.pairs["P (curveball)"] >= 1 / 201).all()
    judged = (both.pairs["FDR (curveball)"] <= 0.05) & (both.pairs["shared targets"] > 0)
    assert both.pairs["significant"].tolist() == judged.tolist()
    assert (both.pair_null, plain.pair_null) == ("curveball", "hypergeometric")
    assert "P (curveball)" not in plain.pairs.columns
    with pytest.raises(UsageError, match="no null of pairs is called so"):
        synergy_network(NAMES, TargetTable.of(known), pair_null="swap")


@pytest.mark.skipif(not MIRTARBASE.exists(), reason="miRTarBase is not here")
def test_the_published_pairs_keep_their_rank_when_genes_keep_their_degree() -> None:
    known = read_interactions(MIRTARBASE)
    names = ("hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-15a-5p", "hsa-miR-16-5p", "hsa-miR-125b-5p")
    pairs = synergy_network(names, TargetTable.of(known), pair_null="curveball", pair_draws=100).pairs
    for a, b in (("hsa-miR-17-5p", "hsa-miR-20a-5p"), ("hsa-miR-15a-5p", "hsa-miR-16-5p")):
        row = (pairs["miRNA A"] == a) & (pairs["miRNA B"] == b)
        assert pairs["P (curveball)"][row].tolist() == [1 / 101]
    # Genes with many miRNAs are shared more often than genes drawn at random are.
    assert (pairs["expected (curveball)"] > pairs["expected"]).all()
