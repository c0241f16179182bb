"""Where the nodes are drawn: apart, together with their like, and the same every time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from mirtool.io.targets.interactions import starter_interactions
from mirtool.model import IntArray, text_array
from mirtool.network.graph.layout import GENE_SPACING, MIRNA_RADIUS, network_layout
from mirtool.network.interactions.targets import TargetMatrix, target_matrix


def matrix(rows: list[list[int]]) -> TargetMatrix:
    incidence = csr_array(np.array(rows, dtype=np.int32))
    names = text_array(f"miR-{i}" for i in range(len(rows)))
    return TargetMatrix(names, text_array(f"G{i}" for i in range(len(rows[0]))), incidence)


def distances(places: IntArray) -> IntArray:
    return np.hypot(*(np.subtract.outer(places[:, axis], places[:, axis]) for axis in (0, 1)))


def test_nodes_do_not_lie_on_each_other() -> None:
    layout = network_layout(target_matrix(starter_interactions()))
    gap, _ = cKDTree(np.vstack([layout.mirnas, layout.genes])).query(np.vstack([layout.mirnas, layout.genes]), k=2)
    assert gap[:, 1].min() > 0.8 * GENE_SPACING
    assert distances(layout.mirnas)[np.triu_indices(len(layout.mirnas), 1)].min() > 1.5 * MIRNA_RADIUS


def test_private_targets_surround_their_mirna_and_shared_ones_lie_between() -> None:
    # Two miRNAs with ten targets of their own each, and four that both have.
    layout = network_layout(matrix([[1] * 10 + [0] * 10 + [1] * 4, [0] * 10 + [1] * 10 + [1] * 4]))
    a, b = layout.mirnas
    to_a, to_b = (np.hypot(*(layout.genes - mirna).T) for mirna in (a, b))
    assert (to_a[:10] < to_b[:10]).all()
    assert (to_b[10:20] < to_a[10:20]).all()
    middle = (a + b) / 2
    assert np.hypot(*(layout.genes[20:].mean(axis=0) - middle)) < 0.2 * np.hypot(*(a - b))


def test_mirnas_that_share_targets_lie_nearer_than_those_that_do_not() -> None:
    # 0 and 1 share eight of ten, 2 and 3 share eight of ten; the pairs share nothing.
    rows = np.zeros((4, 24), dtype=int)
    for mirna, first in ((0, 0), (1, 2), (2, 12), (3, 14)):
        rows[mirna, first : first + 10] = 1
    gap = distances(network_layout(matrix(rows.tolist())).mirnas)
    assert max(gap[0, 1], gap[2, 3]) < min(gap[0, 2], gap[0, 3], gap[1, 2], gap[1, 3])


def test_one_mirna_alone() -> None:
    layout = network_layout(matrix([[1, 1, 1]]))
    assert layout.mirnas.tolist() == [[0, 0]]
    assert (np.hypot(*layout.genes.T) >= MIRNA_RADIUS - 1).all()


@settings(max_examples=15)
@given(st.integers(1, 12), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_any_network_has_finite_places_the_same_every_time(n: int, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = (rng.random((n, m)) < 0.3).astype(int)
    rows[rng.integers(n, size=m), np.arange(m)] = 1  # every gene has a miRNA
    rows[np.arange(n), rng.integers(m, size=n)] = 1  # every miRNA has a target
    first, again = network_layout(matrix(rows.tolist())), network_layout(matrix(rows.tolist()))
    assert first.mirnas.tolist() == again.mirnas.tolist()
    assert first.genes.tolist() == again.genes.tolist()
    assert np.abs(first.genes).max() < 40 * (n + m) * GENE_SPACING
    assert first.genes == pytest.approx(first.genes)


def test_a_miRNA_without_targets_is_placed_too() -> None:  # noqa: N802
    layout = network_layout(matrix([[1, 1], [0, 0], [1, 0]]))
    assert len(np.unique(layout.mirnas, axis=0)) == 3
