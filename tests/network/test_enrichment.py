"""Over-representation, by hand, against scipy and against gseapy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, hypergeom

from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.io.genes.gene_sets import embedded_go_bp
from mirtool.io.targets.interactions import starter_interactions
from mirtool.model import GeneSets, text_array
from mirtool.network import enrichment_table, over_representation
from mirtool.network.enrichment.over_representation import NullTest, term_order

SETS = GeneSets(
    ("repair", "growth", "death", "tiny"),
    ("GO:1", "GO:2", "", ""),
    (frozenset("ABCX"), frozenset("CDEF"), frozenset("GH"), frozenset("A")),
    "hand-made",
)


def test_by_hand() -> None:
    # Universe: A…H of the sets (X is not in it), N = 8. Query A B C Z: Z is outside, n = 3.
    # repair {A B C}: 3 of 3, P = 1/C(8,3) = 1/56, expected 3·3/8. growth {C D E F}: 1 of 4,
    # P = 1 − C(4,3)/56 = 52/56. death {G H}: none, P = 1. tiny {A} has less than two genes.
    # BH over three: 3/56, min(3/2 · 52/56, 1) = 1, 1.
    table = over_representation(["A", "B", "C", "Z"], SETS, universe="ABCDEFGH", min_size=2, query="mine")
    assert table.terms.tolist() == ["repair", "growth", "death"]
    assert table.descriptions.tolist() == ["GO:1", "GO:2", ""]
    assert table.hits.tolist() == [3, 1, 0]
    assert table.set_size.tolist() == [3, 4, 2]
    assert (table.universe_size, table.query_size, table.outside, table.n_sets) == (8, 3, 1, 4)
    assert table.genes.tolist() == ["A;B;C", "C", ""]
    test = table.under("genes")
    assert test.expected == pytest.approx([9 / 8, 12 / 8, 6 / 8])
    assert test.fold_enrichment == pytest.approx([3 / (9 / 8), 1 / (12 / 8), 0])
    assert test.p_value == pytest.approx([1 / 56, 52 / 56, 1])
    assert test.fdr == pytest.approx([3 / 56, 1, 1])
    assert table.nulls == ("genes",)
    with pytest.raises(UsageError, match="no test was made against this null"):
        table.under("miRNAs")


def test_without_a_universe_every_gene_of_the_sets_counts() -> None:
    assert over_representation("AB", SETS, min_size=1).universe_size == len("ABCXDEFGH")


def test_written_are_the_terms_with_a_hit_and_said_how_many_were_tested() -> None:
    first = over_representation("ABC", SETS, min_size=2, query="shared targets")
    second = over_representation("GH", SETS, min_size=2, query="all targets")
    table = enrichment_table([first, second])
    assert list(zip(table["query"], table["term"], strict=True)) == [
        ("shared targets", "repair"),
        ("shared targets", "growth"),
        ("all targets", "death"),
    ]
    assert dict(table.notes)["terms tested"] == "3 for shared targets and 3 for all targets"
    # 3 of 3 in repair, with N = 9, K = 4: C(4,3)/C(9,3) = 4/84, BH over three: 1/7.
    assert table["P (genes)"][0] == pytest.approx(4 / 84)
    assert table["FDR (genes)"][0] == pytest.approx(1 / 7)
    assert set(table["survives"][:1]) == {""}


@pytest.mark.parametrize(
    ("genes", "options", "error", "message"),
    [
        (
            ["7157", "672"],
            {},
            NotEnoughDataError,
            "none of the 2 genes of the query is in the universe of 9",
        ),
        ([], {}, NotEnoughDataError, "found an empty query"),
        ("ABC", {"universe": "xyz"}, NotEnoughDataError, "is in the universe of 0 genes"),
        ("ABC", {"min_size": 50}, NotEnoughDataError, "no gene set has 50 to 500 genes"),
        ("ABC", {"min_size": 20, "max_size": 10}, UsageError, "found 20 to 10"),
        ("ABC", {"min_size": 0}, UsageError, "the sizes of a term must be 1 or more"),
    ],
)
def test_what_cannot_be_tested(genes, options, error, message) -> None:
    with pytest.raises(error) as caught:
        over_representation(genes, SETS, **{"min_size": 1, **options})
    assert message in str(caught.value)


@given(st.integers(0, 2**32 - 1))
def test_p_is_scipys_and_fdr_is_bh_over_every_term(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = np.array([f"G{i}" for i in range(60)])
    sets = GeneSets(
        tuple(f"T{i}" for i in range(12)),
        ("",) * 12,
        tuple(frozenset(names[rng.random(60) < rng.uniform(0.05, 0.6)]) | {"G0"} for _ in range(12)),
        "random",
    )
    query = [*names[rng.random(60) < 0.3].tolist(), "G0"]
    table = over_representation(query, sets, min_size=1)
    expected = hypergeom.sf(table.hits - 1, table.universe_size, table.set_size, table.query_size)
    np.testing.assert_allclose(table.under("genes").p_value, expected, rtol=1e-9)
    np.testing.assert_allclose(table.under("genes").fdr, false_discovery_control(expected), rtol=1e-9)
    assert table.under("genes").expected == pytest.approx(table.query_size * table.set_size / table.universe_size)


def test_p_is_gseapys_and_its_bh_leaves_out_the_terms_without_a_hit() -> None:
    import gseapy

    starter, go = starter_interactions(), embedded_go_bp()
    query = sorted(set(starter.gene[starter.mirna == "hsa-miR-17-5p"]))
    ours = over_representation(query, go, universe=starter.gene, min_size=5, max_size=60)
    universe = frozenset(starter.gene) & frozenset().union(*go.genes)
    tested = set(ours.terms)
    members = {t: sorted(g & universe) for t, g in zip(go.terms, go.genes, strict=True) if t in tested}
    theirs = gseapy.enrich(
        gene_list=query, gene_sets=members, background=sorted(universe), outdir=None, no_plot=True
    ).results.set_index("Term")
    hit = ours.hits > 0
    assert set(theirs.index) == set(ours.terms[hit])
    np.testing.assert_allclose(ours.under("genes").p_value[hit], theirs.loc[ours.terms[hit], "P-value"], rtol=1e-8)
    # gseapy adjusts over the terms with a hit only: fewer tests, so that its adjusted P are the smaller ones.
    np.testing.assert_allclose(
        theirs.loc[ours.terms[hit], "Adjusted P-value"],
        false_discovery_control(ours.under("genes").p_value[hit]),
        rtol=1e-8,
    )
    np.testing.assert_allclose(
        ours.under("genes").fdr, false_discovery_control(ours.under("genes").p_value), rtol=1e-8
    )
    assert (~hit).any()
    assert (
        ours.under("genes").fdr[hit] >= theirs.loc[ours.terms[hit], "Adjusted P-value"].to_numpy() - 1e-12
    ).all()


def null(name: str, fdr: list[float], p: list[float] | None = None) -> NullTest:
    values = np.array(fdr)
    return NullTest(name, np.ones(len(fdr)), np.ones(len(fdr)), values if p is None else np.array(p), values)


HITS, TERMS = np.array([5, 5, 5, 5]), text_array(["a", "b", "c", "d"])


def order_of(*tests: NullTest, hits=HITS) -> str:
    return "".join(TERMS[term_order(tests, hits, TERMS)])


def test_terms_significant_under_most_nulls_come_first_then_the_smallest_fdr():
    # Significant under: a one (genes), b two, c one (miRNAs), d none. Of a and c, c has the smaller FDR; d is
    # last, though its largest FDR (0.2) is the smallest but b's.
    genes, mirnas = null("genes", [0.04, 0.01, 0.8, 0.06]), null("miRNAs", [0.9, 0.05, 0.001, 0.2])
    assert order_of(genes, mirnas) == "bcad"


def test_a_null_under_which_nothing_is_significant_does_not_decide():
    # As in GSE19536: under miRNAs all is near 1, and by the largest P the third came first.
    genes = null("genes", [0.03, 7.6e-9, 0.5, 0.2], [0.02, 1e-9, 0.4, 0.1])
    mirnas = null("miRNAs", [0.98, 0.97, 0.6, 0.99], [0.8, 0.7, 0.1, 0.9])
    assert order_of(genes, mirnas) == "badc"


def test_where_nothing_is_significant_the_fdr_against_genes_decides():
    assert order_of(null("genes", [0.4, 0.3, 0.2, 0.1]), null("miRNAs", [0.1, 0.2, 0.3, 0.4])) == "dcba"


def test_ties_go_by_the_largest_p_then_hits_then_name():
    genes = null("genes", [0.01] * 4, [0.001] * 4)
    mirnas = null("miRNAs", [0.6] * 4, [0.5, 0.3, 0.5, 0.5])
    assert order_of(genes, mirnas, hits=np.array([5, 5, 6, 5])) == "bcad"
