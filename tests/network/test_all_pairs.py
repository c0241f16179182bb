"""Every pair of a table: the same numbers as pair by pair, in whole and by hand, and on the real table."""

from itertools import combinations
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.stats import false_discovery_control, hypergeom

from mirtool.errors import UsageError
from mirtool.io.targets.interactions import read_interactions
from mirtool.model import Interactions, text_array
from mirtool.network import all_pairs
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.interactions.targets import target_matrix
from mirtool.network.pairs.synergy import pair_statistics

MIRTARBASE = Path(__file__).resolve().parents[2] / "../shared/data/targets/miRTarBase_hsa_MTI.csv.gz"


def interactions(pairs, *, graded=True) -> Interactions:
    mirna, gene = zip(*pairs, strict=True)
    evidence = text_array("" if not graded else "weak" if name == "d" else "strong" for name in mirna)
    return Interactions(text_array(mirna), text_array(gene), evidence, text_array([""] * len(pairs)), "mine")


TARGETS = {"a": "WXY", "b": "XY", "c": "Z", "d": "WXYZ"}
PAIRS = interactions([(mirna, gene) for mirna, genes in TARGETS.items() for gene in genes])


def test_by_hand() -> None:
    # Universe W X Y Z. a, b share 2 of 3 and 2: C(3,2)/C(4,2) = 1/2; with d, which targets all, what is shared is
    # certain, P = 1. a and c, b and c share nothing. BH over six: min(6 · 1/2, 1) = 1.
    table = all_pairs(TargetTable.of(PAIRS, "all"))
    assert list(zip(table["miRNA A"], table["miRNA B"], table["shared targets"].tolist(), strict=True)) == [
        ("a", "b", 2),
        ("a", "d", 3),
        ("b", "d", 2),
        ("c", "d", 1),
    ]
    assert table["P"] == pytest.approx([comb(3, 2) / comb(4, 2), 1, 1, 1], rel=1e-12)
    assert table["FDR"].tolist() == [1, 1, 1, 1]
    assert table["Jaccard"] == pytest.approx([2 / 3, 3 / 4, 2 / 4, 1 / 4])
    assert table["expected"] == pytest.approx([3 * 2 / 4, 3 * 4 / 4, 2 * 4 / 4, 1 * 4 / 4])
    assert dict(table.notes)["FDR"] == "BH over all 6 pairs of 4 miRNAs"


def test_strong_evidence_has_its_own_universe() -> None:
    table = all_pairs(TargetTable.of(PAIRS))
    assert list(zip(table["miRNA A"], table["miRNA B"], strict=True)) == [("a", "b")]
    assert table["P"] == pytest.approx([1 / 2])
    with pytest.raises(UsageError, match="no column that says which evidence is strong"):
        all_pairs(TargetTable.of(interactions([("a", "X")], graded=False)))


@given(st.integers(2, 9), st.integers(1, 30), st.floats(0.05, 0.9), st.integers(0, 2**32 - 1))
def test_fdr_counts_the_pairs_that_share_nothing(n_mirnas, n_genes, density, seed) -> None:
    dense = (np.random.default_rng(seed).random((n_mirnas, n_genes)) < density).astype(np.int32)
    dense[:, 0] |= dense.sum(axis=1) == 0
    found = pair_statistics(csr_array(dense), n_genes + 3, sharing_only=True)
    whole = pair_statistics(csr_array(dense), n_genes + 3)
    everything = {}
    for a, b in combinations(range(n_mirnas), 2):
        shared = int(dense[a] @ dense[b])
        everything[a, b] = (shared, hypergeom.sf(shared - 1, n_genes + 3, dense[a].sum(), dense[b].sum()))
    fdr = dict(zip(everything, false_discovery_control([min(p, 1) for _, p in everything.values()]), strict=True))
    assert set(zip(found.a.tolist(), found.b.tolist(), strict=True)) == {
        pair for pair, (shared, _) in everything.items() if shared
    }
    for statistics in (found, whole):
        for a, b, shared, p, q in zip(
            statistics.a.tolist(), statistics.b.tolist(), statistics.shared, statistics.p_value, statistics.fdr,
            strict=True,
        ):  # fmt: skip
            assert shared == everything[a, b][0]
            assert p == pytest.approx(everything[a, b][1], rel=1e-9)
            assert q == pytest.approx(fdr[a, b], rel=1e-9)


def test_rows_of_a_matrix_are_probes() -> None:
    matrix = target_matrix(PAIRS, ["a/c", "x", "b", "c/x"])
    assert matrix.genes.tolist() == ["W", "X", "Y", "Z"]
    assert matrix.incidence.toarray().tolist() == [[1, 1, 1, 1], [0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]]
    assert matrix.n_targets.tolist() == [4, 0, 2, 1]


@pytest.mark.skipif(not MIRTARBASE.exists(), reason="miRTarBase is not here")
def test_all_of_mirtarbase() -> None:
    # 37 shared targets of 17-5p and 20a-5p at strong evidence were counted with grep and sort -u on the file.
    known = read_interactions(MIRTARBASE)
    table = all_pairs(TargetTable.of(known, "all"))
    assert (len(set(known.mirna)), len(known), len(table)) == (2599, 380_257, 2_396_215)
    strong = all_pairs(TargetTable.of(known))
    pair = (strong["miRNA A"] == "hsa-miR-17-5p") & (strong["miRNA B"] == "hsa-miR-20a-5p")
    assert strong["shared targets"][pair].tolist() == [37]
