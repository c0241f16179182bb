"""Interactions of the tissue at hand: expressed, changed the other way, varying against the miRNA."""

import numpy as np
import pytest

from mirtool.errors import FormatError, NotEnoughDataError
from mirtool.io.genes.gene_changes import GeneChanges
from mirtool.model import Interactions, text_array
from mirtool.network.interactions.expression_context import (
    anticorrelated_only,
    changed_gene_ratios,
    expressed_only,
    inversely_changed_only,
)

PAIRS = [("a", "X"), ("a", "Y"), ("b", "X"), ("b", "Z"), ("c", "Y")]
KNOWN = Interactions(
    text_array(mirna for mirna, _ in PAIRS),
    text_array(gene for _, gene in PAIRS),
    text_array(["strong"] * len(PAIRS)),
    text_array([""] * len(PAIRS)),
    "mine",
)


def pairs(interactions: Interactions) -> list[tuple[str, str]]:
    return list(zip(interactions.mirna, interactions.gene, strict=True))


def changes(genes: str, log2_ratio, adjusted=None, p_value=None) -> GeneChanges:
    columns = (
        {"log2 ratio": "logFC"} | ({"adjusted P": "FDR"} if adjusted else {}) | ({"P": "P"} if p_value else {})
    )
    adjusted, p_value = (None if each is None else np.array(each, float) for each in (adjusted, p_value))
    return GeneChanges("m.csv", text_array(genes), np.array(log2_ratio, float), None, p_value, adjusted, columns)


def test_only_expressed_genes() -> None:
    found = expressed_only(KNOWN, ["X", "W"], "genes.txt")
    assert pairs(found) == [("a", "X"), ("b", "X")]
    assert found.dropped == ("3 pairs of 2 genes not in genes.txt left out",)
    assert found.source == "mine, genes expressed by genes.txt"
    with pytest.raises(NotEnoughDataError, match="no pair of mine is left"):
        expressed_only(KNOWN, ["W"], "genes.txt")


def test_genes_that_changed_the_other_way() -> None:
    # a is up: its down genes; b is down: its up genes; c is not known to change. Z changed too little to be sure.
    table = changes("XYZ", [-1, 2, 3], [0.01, 0.01, 0.2])
    found = inversely_changed_only(KNOWN, {"a/d": 1.5, "b": -0.5, "c": np.nan}, table)
    assert pairs(found) == [("a", "X")]
    assert found.dropped == (
        "1 gene up and 1 down in m.csv (FDR <= 0.05)",
        "4 pairs left out whose gene did not change the other way than its miRNA",
    )
    assert pairs(inversely_changed_only(KNOWN, {"a": 1.5, "b": -0.5}, table, alpha=0.2)) == [
        ("a", "X"),
        ("b", "Z"),
    ]
    assert pairs(inversely_changed_only(KNOWN, {"a": -1.0}, table, cutoff=4)) == [("a", "Y")]


def test_missing_values_and_rows_that_disagree_choose_nothing() -> None:
    table = changes("XXYY", [-1, 1, -1, np.nan], [0.01, 0.01, 0.01, np.nan])
    found = inversely_changed_only(KNOWN, {"a": 1.0}, table)
    assert pairs(found) == [("a", "Y")]
    assert "1 gene whose rows are up and down left out" in found.dropped
    # The parts of two slash probes, one up, one down: no direction.
    assert pairs(inversely_changed_only(KNOWN, {"a/b": 1.0, "b/c": -1.0}, table)) == [("a", "Y")]


def test_p_where_there_is_no_adjusted_one_and_a_cutoff_where_there_is_neither() -> None:
    assert pairs(inversely_changed_only(KNOWN, {"a": 1}, changes("XY", [-1, -1], None, [0.04, 0.06]))) == [
        ("a", "X")
    ]
    with pytest.raises(FormatError, match="has no P value"):
        inversely_changed_only(KNOWN, {"a": 1}, changes("XY", [-1, -1]))
    assert pairs(inversely_changed_only(KNOWN, {"a": 1}, changes("XY", [-1, -0.9]), cutoff=2)) == [("a", "X")]


def test_by_how_much_genes_changed() -> None:
    # X: the row of the smallest P; Y: up and down; Z: one row does not pass, one has no ratio.
    table = changes("XXYYZZZ", [-1, -3, 2, -2, 9, 0.5, np.nan], [0.01, 0.02, 0.01, 0.01, 0.5, 0.05, 0.001])
    assert changed_gene_ratios(table) == {"X": -1.0, "Z": 0.5}
    assert changed_gene_ratios(table, cutoff=4) == {"X": -3.0}
    # Without any P, and among rows of one P, the largest change counts.
    assert changed_gene_ratios(changes("XX", [1, 2]), cutoff=1.5) == {"X": 2.0}
    assert changed_gene_ratios(changes("XX", [1, 2], [0.01, 0.01])) == {"X": 2.0}


def test_pairs_that_vary_against_each_other() -> None:
    # Six samples: 1/720 is the P of a perfectly opposite order, 1 of the same order.
    up, down = np.arange(6.0), -np.arange(6.0)
    flat = np.full(6, 2.0)
    mirnas = (text_array(["a", "a", "b/c"]), np.array([up, flat + 9, up]))  # a's row with the higher mean is flat
    genes = (text_array(["X", "Y"]), np.array([down, up]))
    found = anticorrelated_only(KNOWN, mirnas, genes, source="m.csv", alpha=0.05)
    # Tested: b-X and c-Y; a is flat, Z is not measured. BH over the two: 2/720 and 1.
    assert pairs(found.interactions) == [("b", "X")]
    table = found.tested
    assert list(zip(table["miRNA"], table["gene"], strict=True)) == [("b", "X"), ("c", "Y")]
    np.testing.assert_allclose(table["Spearman's rho"], [-1, 1])
    np.testing.assert_allclose(table["P (negative)"], [1 / 720, 1])
    np.testing.assert_allclose(table["FDR (BH)"], [2 / 720, 1])
    assert table["samples"].tolist() == [6, 6]


def test_what_cannot_be_correlated() -> None:
    short = (text_array(["a"]), np.array([[1.0, 2, 3]]))
    with pytest.raises(NotEnoughDataError, match="no pair of mine can be correlated"):
        anticorrelated_only(KNOWN, short, (text_array(["X"]), np.array([[3.0, 2, 1]])), source="m.csv")
