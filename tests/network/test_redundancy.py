"""Which term represents which: ancestors and similarity by hand, on made-up sets and the embedded ontology."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from mirtool.errors import UsageError
from mirtool.io.genes.gene_relations import go_ancestors
from mirtool.io.genes.gene_sets import embedded_go
from mirtool.model import GeneSets
from mirtool.network import EnrichmentTable, enrichment_table, over_representation
from mirtool.network.enrichment.over_representation import NullTest
from mirtool.network.enrichment.redundancy import reduce_terms, similarities
from mirtool.network.enrichment.term_map import mapped_rows, term_map, term_map_bytes

UNIVERSE = [f"G{i}" for i in range(100)]


def genes(*ranges: range) -> frozenset[str]:
    return frozenset(f"G{i}" for own in ranges for i in own)


# The descriptions are terms of the Gene Ontology: G1/S transition of the mitotic cell cycle below the mitotic cell
# cycle phase transition below the cell cycle phase transition. The genes are made up.
LOW, MIDDLE, HIGH = "GO:0000082", "GO:0044772", "GO:0044770"
SETS = GeneSets(
    ("high", "low", "middle", "all"),
    (HIGH, LOW, MIDDLE, "not of the ontology"),
    (
        genes(range(10), range(50, 60), range(90, 95)),
        genes(range(10)),
        genes(range(10), range(50, 60)),
        frozenset(UNIVERSE),
    ),
    "hand-made",
)


def by_name(result: EnrichmentTable) -> dict[str, tuple[float, str]]:
    table = enrichment_table([result])
    columns = (table[name] for name in ("term", "cluster", "represented by"))
    return {term: (cluster, other) for term, cluster, other in zip(*columns, strict=True)}


def test_the_relations_the_cases_rest_on() -> None:
    assert go_ancestors(LOW) > {MIDDLE, HIGH}
    assert HIGH in go_ancestors(MIDDLE)


def test_ancestors_whose_hits_a_term_below_explains() -> None:
    # The query is the ten genes of the lowest term. Nothing is left of the other two: both are represented by it.
    found = reduce_terms(over_representation(genes(range(10)), SETS, min_size=1), "ancestors")
    assert by_name(found) == {
        "low": (1, ""),
        "middle": (1, "low"),
        "high": (1, "low"),
        "all": (pytest.approx(np.nan, nan_ok=True), ""),  # survives nothing
    }


@pytest.mark.parametrize("method", ["auto", "ancestors", "similar"])
def test_where_no_term_is_significant_none_is_represented(method: str) -> None:
    found = over_representation(genes(range(60, 70), range(9, 10)), SETS, min_size=1)
    assert not found.survives_any.any()
    assert {other for _, other in by_name(reduce_terms(found, method)).values()} == {""}


@pytest.mark.parametrize("description", ["", LOW])
@pytest.mark.parametrize("method", ["auto", "ancestors"])
def test_terms_without_a_description_of_their_own_are_in_a_cluster(description: str, method: str) -> None:
    # All three are significant. Two have one description, which does not make one term of them.
    sets = GeneSets(
        ("a", "b", "high", "all"),
        (description, description, HIGH, ""),
        (genes(range(10)), genes(range(10, 20)), genes(range(20, 30)), frozenset(UNIVERSE)),
        "hand-made",
    )
    found = reduce_terms(over_representation(genes(range(30)), sets, min_size=1), method)
    assert by_name(found)["a"] == (1, "")
    assert by_name(found)["b"] == (2, "")
    assert by_name(found)["high"] == (3, "")
    assert term_map_bytes(found)


def test_an_ancestor_with_hits_of_its_own_stands_for_itself() -> None:
    # Five of the ten further genes of the middle term are hits too: 5 of 10 left where 15 of 100 are drawn,
    # P = phyper(4, 10, 90, 15, lower.tail = FALSE) = 0.0063 (R 4.2.2). Of the highest term, 0 of 5 are left.
    found = reduce_terms(over_representation(genes(range(10), range(50, 55)), SETS, min_size=1), "ancestors")
    clusters = by_name(found)
    assert clusters["middle"] == (1, "")  # 15 of 20 is the smallest P
    assert clusters["low"] == (2, "")
    assert clusters["high"] == (1, "middle")  # it holds all 15 of its hits; the lowest term 10


def test_too_few_hits_left_are_explained() -> None:
    # One of the ten left: P = phyper(0, 10, 90, 11, lower.tail = FALSE) = 0.71.
    found = reduce_terms(over_representation(genes(range(10), range(50, 51)), SETS, min_size=1), "ancestors")
    assert by_name(found)["middle"] == (1, "low")


def with_survival(result: EnrichmentTable, **nulls: dict[str, float]) -> EnrichmentTable:
    """Put FDRs under nulls by hand in place of the tests."""
    nothing = np.ones(len(result))
    tests = []
    for name, fdr in nulls.items():
        values = np.array([fdr.get(term, 1.0) for term in result.terms])
        tests.append(NullTest(name, nothing, nothing, values, values))
    return replace(result, tests=tuple(tests))


@pytest.mark.parametrize("method", ["ancestors", "similar"])
def test_only_a_term_that_survives_as_much_can_stand_for_another(method: str) -> None:
    sets = GeneSets(("high", "low"), (HIGH, LOW), (genes(range(11)), genes(range(10))), "hand-made")
    result = over_representation(genes(range(10)), sets, universe=UNIVERSE, min_size=1)
    weaker = with_survival(result, genes={"high": 0.01, "low": 0.01}, miRNAs={"high": 0.01})
    assert by_name(reduce_terms(weaker, method))["high"][1] == ""
    equal = with_survival(result, genes={"high": 0.01, "low": 0.01}, miRNAs={"high": 0.01, "low": 0.01})
    assert by_name(reduce_terms(equal, method)) == {"low": (1, ""), "high": (1, "low")}


def test_similar_terms_join_the_first() -> None:
    # Of ten genes each, 8 are shared by a and b: similarity (8/12 + 8/10) / 2 = 0.73; 2 by b and c: 0.16; 5 by d
    # with a and with c: 0.42 both, so that d joins the first.
    sets = GeneSets(
        tuple("abcd"),
        ("",) * 4,
        (
            genes(range(10)),
            genes(range(2, 10), range(20, 22)),
            genes(range(20, 22), range(30, 36), range(40, 42)),
            genes(range(5), range(30, 35)),
        ),
        "hand-made",
    )
    result = over_representation(UNIVERSE[:50], sets, universe=UNIVERSE, min_size=1)
    order = [list(result.terms).index(term) for term in "abcd"]
    close = similarities(result, np.array(order))
    assert close[0, 1] == pytest.approx((8 / 12 + 8 / 10) / 2)
    assert close[1, 2] == pytest.approx((2 / 18 + 2 / 10) / 2)
    assert close[0, 3] == pytest.approx((5 / 15 + 5 / 10) / 2)
    assert close[2, 3] == pytest.approx((5 / 15 + 5 / 10) / 2)
    everything = with_survival(result, genes=dict.fromkeys("abcd", 0.01))
    names = by_name(reduce_terms(everything, "similar"))
    assert names == {"a": (1, ""), "b": (1, "a"), "c": (2, ""), "d": (1, "a")}


@pytest.mark.parametrize("method", ["auto", "ancestors", "similar"])
def test_what_survives_nothing_is_in_no_cluster(method: str) -> None:
    result = over_representation(UNIVERSE[:50], SETS, universe=UNIVERSE, min_size=1)
    nothing = reduce_terms(with_survival(result, genes={}), method)
    assert nothing.reduction is not None
    assert np.isnan(nothing.reduction.cluster).all()
    assert not len(term_map(nothing))


def test_the_note_and_the_columns_say_how_terms_were_reduced() -> None:
    result = over_representation(genes(range(10)), SETS, min_size=1)
    plain, reduced = enrichment_table([result]), enrichment_table([reduce_terms(result, "ancestors")])
    assert ("reduced by", "ancestors") in reduced.notes
    assert set(reduced.columns) - set(plain.columns) == {"cluster", "represented by"}
    assert all((reduced[name] == plain[name]).all() for name in plain.columns)


def test_what_can_not_be_reduced() -> None:
    result = over_representation(["A"], GeneSets(("a",), ("",), (frozenset("AB"),), "KEGG"), min_size=1)
    with pytest.raises(UsageError, match="no identifiers of the Gene Ontology"):
        reduce_terms(result, "ancestors")
    with pytest.raises(UsageError, match="terms can't be reduced by 'kappa'"):
        reduce_terms(result, "kappa")


def test_the_ontology_itself() -> None:
    go = embedded_go("bp")
    query = go.genes[go.descriptions.index(LOW)]
    result = over_representation(query, go, query="the G1/S transition's own genes")
    for method in ("ancestors", "similar"):
        found = reduce_terms(result, method).reduction
        assert found is not None
        rows = np.flatnonzero(result.survives_any)
        assert ((found.representative >= 0) == result.survives_any).all()
        assert found.stands_for_itself[found.representative[rows]].all()
        assert 0 < found.stands_for_itself.sum() < len(rows)
    reduced = reduce_terms(result, "ancestors").reduction
    row = {term: i for i, term in enumerate(result.descriptions)}
    assert reduced is not None
    # Everything in the query comes from this term: none above it has more to say.
    for above in go_ancestors(LOW) & row.keys():
        assert reduced.representative[row[above]] != row[above] or not result.survives_any[row[above]]


def test_the_map() -> None:
    result = over_representation(genes(range(10)), SETS, min_size=1)
    graph = term_map(result)
    assert set(graph) == {"low", "middle", "high"}
    assert graph.nodes["low"]["hits"] == 10
    assert graph.nodes["low"]["survives"] == "genes"
    # 10 of 10 and 20 genes: (10/20 + 10/10) / 2.
    assert graph.edges["low", "middle"] == {"similarity": 0.75, "shared genes": 10}
    assert list(mapped_rows(reduce_terms(result, "ancestors"))) == [list(result.terms).index("low")]
    similar = term_map(reduce_terms(result, "similar"))
    assert similar.number_of_edges() == 3
    first, *others = similar.nodes(data=True)
    assert first[1]["cluster"] == 1
    assert "represented by" not in first[1]
    assert {own["represented by"] for _, own in others} == {first[0]}
    assert nx.parse_graphml(term_map_bytes(result).decode()).number_of_edges() == 3
    assert term_map_bytes(result) == term_map_bytes(result)
    assert list(term_map(result, n_terms=1)) == ["low"]
