"""Gene set enrichment analysis: by hand, every set enumerated, gseapy as the oracle, and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.errors import FormatError, NotEnoughDataError, UsageError
from mirtool.io.genes.gene_changes import GeneChanges
from mirtool.model import GeneSets, text_array
from mirtool.network.enrichment.gsea import (
    RankedGenes,
    enrichment_scores,
    gsea,
    gsea_table,
    rank_genes,
    running_sum,
)
from mirtool.network.settings import GseaSettings

SCORES = np.array([3.0, 2.0, 1.0, -1.0, -2.0])
LIST = RankedGenes(text_array("ABCDE"), SCORES, "t")


def sets_of(**genes: str) -> GeneSets:
    return GeneSets(tuple(genes), ("",) * len(genes), tuple(map(frozenset, genes.values())), "hand-made")


def changes(**columns) -> GeneChanges:
    values = {"log2_ratio": None, "statistic": None, "p_value": None, "adjusted": None} | columns
    gene = text_array(values.pop("gene"))
    titles = {"log2_ratio": "log2 ratio", "statistic": "statistic", "p_value": "P", "adjusted": "adjusted P"}
    arrays = {name: None if cells is None else np.array(cells, float) for name, cells in values.items()}
    return GeneChanges("x.csv", gene, **arrays, columns={titles[n]: n for n, a in arrays.items() if a is not None})


def test_the_running_sum_by_hand() -> None:
    # A and C weigh 3 and 1 of 4; the three others are worth 1/3 each: 3/4, 5/12, 2/3, 1/3, 0.
    np.testing.assert_allclose(
        running_sum(np.array([0, 2]), np.abs(SCORES)), [0, 3 / 4, 5 / 12, 2 / 3, 1 / 3, 0], atol=1e-15
    )
    es, peak = enrichment_scores(np.array([[0, 2], [3, 4]]), np.abs(SCORES))
    # D and E stand last: the sum falls to −1 before D.
    np.testing.assert_allclose(es, [3 / 4, -1])
    assert peak.tolist() == [1, 3]


@pytest.mark.parametrize("score", [np.inf, -np.inf, 1e200])
def test_an_infinite_score_is_refused(score) -> None:
    # −log10 of a P that was rounded to 0; all weights but its own would be 0 beside it.
    with pytest.raises(FormatError, match="a score is infinite") as caught:
        rank_genes(changes(gene=["MYC", "TP53"], statistic=[1.0, score]))
    assert caught.value.found == "1 row ranked by statistic, such as that of TP53"


def test_unweighted_genes_count_alike() -> None:
    # 1/2 up at A and C, 1/3 down elsewhere: 1/2, 1/6, 2/3, 1/3, 0.
    es, peak = enrichment_scores(np.array([[0, 2]]), np.ones(5))
    assert es[0] == pytest.approx(2 / 3)
    assert peak.tolist() == [3]
    zeros, _ = enrichment_scores(np.array([[0, 2]]), np.zeros(5))
    assert zeros[0] == pytest.approx(2 / 3)


@given(
    st.integers(3, 30).flatmap(
        lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1), min_size=1, max_size=n - 1))
    )
)
def test_the_score_is_the_largest_distance_of_the_running_sum(case) -> None:
    n, members = case
    weights = np.abs(np.linspace(2, -1.5, n))
    positions = np.array(sorted(members))
    total = running_sum(positions, weights)
    (es,), (peak,) = enrichment_scores(positions[np.newaxis], weights)
    assert abs(es) == pytest.approx(np.abs(total).max(), abs=1e-12)
    assert total[peak] == pytest.approx(es, abs=1e-12)


def test_p_and_nes_against_every_set_there_is() -> None:
    every = np.array(
        [enrichment_scores(np.array([rows]), np.abs(SCORES))[0][0] for rows in combinations(range(5), 2)]
    )
    result = gsea(LIST, sets_of(up="AC", down="DE", middle="BD"), GseaSettings(min_size=2, permutations=20_000))
    for term, es, nes, p in zip(result.terms, result.es, result.nes, result.p_value, strict=True):
        same = every[np.sign(every) == np.sign(es)]
        exact = np.mean(np.abs(same) >= abs(es) - 1e-12)
        assert p == pytest.approx(exact, abs=4 * np.sqrt(0.25 / 8000)), term
        assert nes == pytest.approx(es / np.abs(same).mean(), rel=0.03)


def test_the_fdr_q_by_hand() -> None:
    # Of the sets above zero, q is the share of random NES that reach a set's over the share of observed ones.
    result = gsea(LIST, sets_of(a="AB", b="AC", c="DE"), GseaSettings(min_size=2, permutations=4000))
    ups = result.es > 0
    assert ups.sum() == 2
    p, q = result.p_value[ups], result.q_value[ups]
    order = np.argsort(-result.nes[ups])
    # One size, one null: the random share is P but for the + 1; the observed shares are 1/2 and 1.
    np.testing.assert_allclose(q[order], np.minimum(p[order] / [1 / 2, 1], 1), atol=2e-3)


def test_scores_and_leading_edges_are_those_of_gseapy() -> None:
    import gseapy
    import pandas as pd

    rng = np.random.default_rng(5)
    genes = [f"g{i:03}" for i in range(400)]
    score = np.sort(rng.normal(size=400))[::-1]
    terms = {f"s{k}": [genes[i] for i in rng.choice(400, size=k, replace=False)] for k in (15, 20, 20, 60, 150)}
    terms["top"] = genes[:40:2]
    ours = gsea(
        RankedGenes(text_array(genes), score, "t"),
        GeneSets(tuple(terms), ("",) * len(terms), tuple(map(frozenset, terms.values())), "random"),
        GseaSettings(permutations=2000),
    )
    theirs = gseapy.prerank(
        rnk=pd.Series(score, index=genes),
        gene_sets=terms,
        permutation_num=2000,
        seed=1,
        threads=1,
        outdir=None,
        verbose=False,
    ).res2d.set_index("Term")
    theirs = theirs.loc[ours.terms.tolist()]
    np.testing.assert_allclose(ours.es, theirs["ES"].astype(float), atol=1e-12)
    np.testing.assert_allclose(ours.nes, theirs["NES"].astype(float), rtol=0.06)
    np.testing.assert_allclose(ours.p_value, theirs["NOM p-val"].astype(float), atol=0.06)
    for mine, other in zip(ours.leading_edge, theirs["Lead_genes"], strict=True):
        assert set(mine.split(";")) == set(other.split(";"))


def test_the_same_result_for_any_worker_and_another_for_another_seed() -> None:
    rng = np.random.default_rng(2)
    ranked = RankedGenes(text_array(f"g{i}" for i in range(200)), np.sort(rng.normal(size=200))[::-1], "t")
    sets = sets_of_numbers(rng)
    alone = gsea(ranked, sets, GseaSettings(permutations=600))
    with ThreadPoolExecutor(3) as pool:
        together = gsea(ranked, sets, GseaSettings(permutations=600), executor=pool)
    assert alone.p_value.tolist() == together.p_value.tolist()
    assert alone.p_value.tolist() != gsea(ranked, sets, GseaSettings(permutations=600, seed=2)).p_value.tolist()


def sets_of_numbers(rng) -> GeneSets:
    drawn = [frozenset(f"g{i}" for i in rng.choice(200, size=k, replace=False)) for k in (15, 30, 30, 45)]
    return GeneSets(tuple("abcd"), ("",) * 4, tuple(drawn), "random")


def test_under_the_null_p_is_uniform() -> None:
    rng = np.random.default_rng(11)
    ranked = RankedGenes(text_array(f"g{i}" for i in range(1000)), np.sort(rng.normal(size=1000))[::-1], "t")
    drawn = tuple(frozenset(f"g{i}" for i in rng.choice(1000, size=20, replace=False)) for _ in range(1000))
    sets = GeneSets(tuple(f"s{i}" for i in range(1000)), ("",) * 1000, drawn, "random")
    share = np.mean(gsea(ranked, sets, GseaSettings(permutations=2000)).p_value <= 0.05)
    assert abs(share - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 1000)


def test_sets_of_the_wrong_size_are_not_tested() -> None:
    result = gsea(
        LIST, sets_of(one="A", two="AB", all="ABCDE", strange="XYZ"), GseaSettings(min_size=1, permutations=50)
    )
    assert sorted(result.terms) == ["one", "two"]
    assert (result.n_sets, len(result)) == (4, 2)
    table = gsea_table(result)
    assert table["genes"].tolist() == [
        len(genes) for genes in map({"one": "A", "two": "AB"}.get, table["gene set"])
    ]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"min_size": 9}, NotEnoughDataError, "no gene set has 9 to 500 of the 5 genes"),
        ({"min_size": 0}, UsageError, "min size is out of range"),
        ({"weight": -1.0}, UsageError, "weight is out of range"),
        ({"permutations": 0}, UsageError, "permutations is out of range"),
    ],
)
def test_what_cannot_be_tested(options, error, message) -> None:
    with pytest.raises(error, match=message):
        gsea(LIST, sets_of(a="AB"), GseaSettings(**{"min_size": 2} | options))


def test_a_list_without_an_order_is_refused() -> None:
    with pytest.raises(NotEnoughDataError, match="score of zero"):
        gsea(RankedGenes(text_array("ABC"), np.zeros(3), "t"), sets_of(a="AB"), GseaSettings(min_size=2))


def test_missing_scores_are_left_out_first_and_rows_of_a_gene_become_their_median() -> None:
    ranked = rank_genes(changes(gene="ABBBCD", statistic=[1, 5, np.nan, 3, np.nan, 1]))
    assert ranked.gene.tolist() == ["B", "A", "D"]  # A and D tie: by name
    assert ranked.score.tolist() == [4, 1, 1]
    assert ranked.remarks == (
        "2 rows without a score left out",
        "1 gene in several rows: the median of their scores taken",
    )


def test_the_ranking_is_by_what_the_table_has() -> None:
    table = changes(gene="ABC", log2_ratio=[1, -2, 3], p_value=[0.01, 0.001, 1])
    assert rank_genes(table).score.tolist() == pytest.approx([2, 0, -3])  # A 2, C 0, B −3
    assert rank_genes(table).by == "-log10 p_value with the sign of log2_ratio"
    assert rank_genes(table, "log2").gene.tolist() == ["C", "A", "B"]
    with pytest.raises(UsageError, match="can't be ranked by statistic"):
        rank_genes(table, "statistic")
    with pytest.raises(UsageError, match="unknown ranking 'mood'"):
        rank_genes(table, "mood")
    with pytest.raises(NotEnoughDataError, match="no gene of the table has a score"):
        rank_genes(changes(gene="A", statistic=[np.nan]))


def test_a_p_of_zero_ranks_first_and_is_finite() -> None:
    ranked = rank_genes(changes(gene="AB", log2_ratio=[1, 1], p_value=[0, 1e-300]))
    assert ranked.gene.tolist() == ["A", "B"]
    assert np.isfinite(ranked.score).all()
