"""Nulls that draw miRNAs: every set enumerated is the oracle; ties, strata, seeds, workers, a cluster."""

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import combinations, product
from math import comb
from multiprocessing import get_context

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from mirtool.errors import FormatError, NotEnoughDataError, UsageError
from mirtool.io.genes.gene_sets import embedded_go_bp
from mirtool.io.tables.text_tables import TextTable
from mirtool.io.targets.interactions import starter_interactions
from mirtool.model import GeneSets, Interactions, text_array
from mirtool.network import (
    enrichment_table,
    mirna_universe,
    over_representation,
    synergy_network,
    target_enrichment,
)
from mirtool.network.enrichment.mirna_null import count_hits, mirna_null
from mirtool.network.interactions.mirna_universe import degree_strata, read_universe, universe_table
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.settings import EnrichmentSettings
from mirtool.report.tables import note_line
from mirtool.workflow.workers import open_executor

# Five miRNAs, the first two the study's; a term of the first three genes.
INCIDENCE = np.array(
    [
        [1, 1, 0, 0],
        [0, 1, 1, 0],
        [1, 0, 0, 1],
        [0, 0, 0, 1],
        [1, 1, 1, 1],
    ]
)
TERMS = np.array([[1, 1, 1, 0], [0, 0, 0, 1], [1, 1, 1, 1]])
CHOSEN = np.array([True, True, False, False, False])


def exact(incidence, terms, chosen, shared_by=1, strata=None):
    """P(hits of a random set ≥ the study's), and mean hits, over every set there is."""
    strata = np.zeros(len(chosen), int) if strata is None else np.asarray(strata)
    choices = [
        combinations(np.flatnonzero(strata == s).tolist(), int(chosen[strata == s].sum()))
        for s in np.unique(strata)
    ]
    observed = terms @ (incidence[chosen].sum(axis=0) >= shared_by)
    hits = np.array(
        [terms @ (incidence[list(sum(parts, ()))].sum(axis=0) >= shared_by) for parts in product(*choices)]
    )
    return (hits >= observed).mean(axis=0), hits.mean(axis=0)


def test_by_hand() -> None:
    # Ten pairs of five. Genes of the first term in the union: ab 3, ac 2, ad 2, ae 3, bc 3, bd 2, be 3, cd 1,
    # ce 3, de 3: six reach the study's 3 (ties count). Second: the study hits 0, which every pair reaches.
    found = count_hits(csr_array(INCIDENCE), csr_array(TERMS), CHOSEN)
    assert found.tolist() == [3, 0, 3]
    p, expected = exact(INCIDENCE, TERMS, CHOSEN)
    assert p[:2].tolist() == [6 / 10, 1]
    assert expected[0] == (3 * 6 + 2 * 3 + 1) / 10
    null = mirna_null(csr_array(INCIDENCE), csr_array(TERMS), CHOSEN, draws=20_000)
    np.testing.assert_allclose(null.p_value, p, atol=4 * np.sqrt(0.25 / 20_000))
    np.testing.assert_allclose(null.expected, expected, atol=0.03)
    assert null.p_value[1] == 1


def test_p_is_never_zero_and_counts_the_study_itself() -> None:
    # Of 40 miRNAs one alone targets the gene; the study is that one and another. A draw holds it with 2/40; with
    # one draw that does not, P = (0 + 1) / (1 + 1).
    incidence = np.zeros((40, 2), int)
    incidence[0, 0] = 1
    incidence[1:, 1] = 1
    chosen = np.arange(40) < 2
    terms = csr_array(np.array([[1, 0]]))
    assert mirna_null(csr_array(incidence), terms, chosen, draws=1, seed=2).p_value.tolist() == [1 / 2]
    p = mirna_null(csr_array(incidence), terms, chosen, draws=20_000).p_value[0]
    assert p == pytest.approx(2 / 40, abs=4 * np.sqrt(0.05 * 0.95 / 20_000))


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2]), st.booleans())
def test_against_every_set(seed: int, shared_by: int, stratified: bool) -> None:
    rng = np.random.default_rng(seed)
    incidence = (rng.random((9, 12)) < 0.3).astype(int)
    terms = (rng.random((4, 12)) < 0.4).astype(int)
    chosen = rng.permutation(9) < rng.integers(1, 5)
    strata = rng.integers(0, 2, size=9) if stratified else None
    p, expected = exact(incidence, terms, chosen, shared_by, strata)
    draws = 4000
    null = mirna_null(
        csr_array(incidence), csr_array(terms), chosen, strata=strata, shared_by=shared_by, draws=draws, seed=seed
    )
    np.testing.assert_allclose(null.p_value, p, atol=5 * np.sqrt(0.25 / draws))
    np.testing.assert_allclose(null.expected, expected, atol=0.3)
    assert (null.p_value >= 1 / (draws + 1)).all()


def pools() -> Iterator[Executor]:
    for workers in (1, 2, 4):
        with ThreadPoolExecutor(workers) as pool:
            yield pool
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield pool


def random_question():
    rng = np.random.default_rng(5)
    incidence, terms = rng.random((80, 300)) < 0.1, rng.random((50, 300)) < 0.05
    return csr_array(incidence.astype(int)), csr_array(terms.astype(int)), np.arange(80) % 8 == 0


def test_the_same_for_any_number_of_workers_and_one_seed() -> None:
    question = random_question()
    alone = mirna_null(*question, draws=3000, seed=3)
    for pool in pools():
        shared = mirna_null(*question, draws=3000, seed=3, executor=pool)
        np.testing.assert_array_equal(shared.p_value, alone.p_value)
        np.testing.assert_array_equal(shared.expected, alone.expected)
    assert (mirna_null(*question, draws=3000, seed=4).p_value != alone.p_value).any()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "tcp://127.0.0.1:123456", "http://x:1"])
def test_a_cluster_that_is_not_there(address: str) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(UsageError, match="no Dask cluster answers there"), open_executor(1, address):
        pass
    with pytest.raises(UsageError, match="contradict"), open_executor(2, address):
        pass


def test_without_draws() -> None:
    with pytest.raises(UsageError, match="needs draws"):
        mirna_null(*random_question(), draws=0)


def test_strata_are_octaves_joined_from_the_top() -> None:
    # 8–15: 25 miRNAs, enough; 4–7: 12 and 2–3: 9 are joined; 1: 5, too few, join those above.
    n_targets = np.repeat([15, 8, 5, 3, 1], [5, 20, 12, 9, 5])
    assert degree_strata(n_targets).tolist() == [1] * 25 + [0] * 26
    assert degree_strata(np.array([1, 100])).tolist() == [0, 0]


def interactions(pairs, source="hand-made") -> Interactions:
    mirna, gene = zip(*pairs, strict=True)
    evidence = text_array(["strong"] * len(pairs))
    return Interactions(text_array(mirna), text_array(gene), evidence, text_array([""] * len(pairs)), source)


KNOWN = interactions([("a", "X"), ("a", "Y"), ("b", "Y"), ("c", "Z"), ("d", "X")])


def test_the_universe_is_what_was_measured_and_has_targets() -> None:
    universe = mirna_universe(
        ["b", "a/c"], TargetTable.of(KNOWN), measured=["a/c", "b", "d", "e", "", "b"], source="the array"
    )
    assert universe.targets.mirnas.tolist() == ["a/c", "b", "d"]
    assert universe.targets.n_targets.tolist() == [3, 1, 1]
    assert universe.chosen.tolist() == [True, True, False]
    assert universe.described == "3 miRNAs with targets (the array; 1 more without targets)"


def test_without_an_array_every_mirna_of_the_table_could_have_been_chosen() -> None:
    universe = mirna_universe(["a/c"], TargetTable.of(KNOWN))
    assert universe.targets.mirnas.tolist() == ["a/c", "b", "d"]
    assert universe.described == "3 miRNAs with targets (every miRNA of hand-made)"


@pytest.mark.parametrize(
    ("chosen", "measured", "error", "message"),
    [
        (["a", "b"], ["b", "d"], UsageError, "1 miRNA of the study are not among the 2 of the array"),
        (["e"], ["e", "a"], NotEnoughDataError, "none of the 1 miRNA has a target in hand-made"),
    ],
)
def test_universes_that_can_not_be(chosen, measured, error, message) -> None:
    with pytest.raises(error) as caught:
        mirna_universe(chosen, TargetTable.of(KNOWN), measured=measured, source="the array")
    assert message in str(caught.value)


def text_table(table) -> TextTable:
    columns = tuple(tuple(str(cell) for cell in values) for values in table.columns.values())
    return TextTable("u.csv", tuple(table.columns), columns, 3, dict(table.notes))


def test_a_universe_read_back_is_the_same() -> None:
    universe = mirna_universe(
        ["b", "a/c"], TargetTable.of(KNOWN), measured=["d", "a/c", "b", "e"], source="the array"
    )
    again = read_universe(text_table(universe_table(universe)))
    assert again.targets.mirnas.tolist() == universe.targets.mirnas.tolist()
    assert again.targets.genes.tolist() == ["X", "Y", "Z"]
    np.testing.assert_array_equal(again.targets.incidence.toarray(), universe.targets.incidence.toarray())
    np.testing.assert_array_equal(again.chosen, universe.chosen)
    assert again.described == universe.described


@pytest.mark.parametrize(
    ("column", "cells", "message"),
    [
        ("genes", None, "it has no column 'genes'"),
        ("genes", ("X;Y;Z", "", "X"), 'u.csv, line 4, column "genes": a miRNA of the universe has no genes'),
        ("in network", ("no", "no", "no"), "no miRNA of the universe is in the network"),
    ],
)
def test_universes_that_are_refused(column, cells, message) -> None:
    universe = mirna_universe(["b", "a/c"], TargetTable.of(KNOWN), measured=["d", "a/c", "b"], source="the array")
    table = text_table(universe_table(universe))
    columns = dict(zip(table.header, table.columns, strict=True))
    columns[column] = cells
    kept = {name: values for name, values in columns.items() if values is not None}
    with pytest.raises(FormatError) as caught:
        read_universe(TextTable("u.csv", tuple(kept), tuple(kept.values()), 3, {}))
    assert message in str(caught.value)


NAMES = ("hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-15a-5p", "hsa-miR-16-5p", "hsa-miR-21-5p")


def test_the_nulls_of_a_network_side_by_side() -> None:
    known, go = starter_interactions(), embedded_go_bp()
    network, universe = synergy_network(NAMES, TargetTable.of(known)), mirna_universe(NAMES, TargetTable.of(known))
    for query, shared_by, genes in (("shared", 2, network.shared_targets), ("all", 1, network.all_targets)):
        table = target_enrichment(
            universe,
            go,
            EnrichmentSettings(draws=2000, min_size=5),
            shared_by=shared_by,
            universe=network.universe,
            query=query,
        )
        alone = over_representation(genes, go, universe=network.universe, min_size=5)
        order = np.argsort(table.terms.astype(str))
        of_alone = np.argsort(alone.terms.astype(str))
        assert table.nulls == ("genes", "miRNAs", "degree")
        np.testing.assert_array_equal(table.hits[order], alone.hits[of_alone])
        np.testing.assert_array_equal(table.genes[order], alone.genes[of_alone])
        np.testing.assert_array_equal(table.under("genes").p_value[order], alone.under("genes").p_value[of_alone])
        significant = np.sum([test.fdr <= 0.05 for test in table.tests], axis=0)
        assert (np.diff(significant) <= 0).all()
        smallest = np.min(
            [test.fdr for test in table.tests if (test.fdr <= 0.05).any()] or [table.tests[0].fdr], axis=0
        )
        assert (np.diff(smallest)[np.diff(significant) == 0] >= 0).all()
        assert table.draws_needed == int(np.ceil(len(table) / 0.05))
        for test in table.tests[1:]:
            assert (test.p_value >= 1 / 2001).all()
            some = test.expected > 0
            np.testing.assert_allclose((test.fold_enrichment * test.expected)[some], table.hits[some])
            assert np.isnan(test.fold_enrichment[~some]).all()


def test_survival_is_written_term_by_term() -> None:
    # Twenty miRNAs; the study's two alone target R1 … R6, which no other set of two reaches: 1 of C(20, 2) = 190.
    # Every miRNA targets H1 … H3 of the 3 + 6 + 20 genes: what genes drawn at random can not explain, any set of
    # miRNAs does.
    pairs = [(f"m{i:02d}", gene) for i in range(20) for gene in ("H1", "H2", "H3", f"G{i:02d}")]
    pairs += [(mirna, f"R{k}") for mirna in ("m00", "m01") for k in range(1, 7)]
    sets = GeneSets(
        ("rare", "hubs"),
        ("", ""),
        (frozenset(f"R{k}" for k in range(1, 7)), frozenset({"H1", "H2", "H3"})),
        "mine",
    )
    sets = GeneSets(
        (*sets.terms, "rest"), ("", "", ""), (*sets.genes, frozenset(f"G{i:02d}" for i in range(20))), "mine"
    )
    known = interactions(pairs)
    universe = mirna_universe(["m00", "m01"], TargetTable.of(known))
    result = target_enrichment(universe, sets, EnrichmentSettings(min_size=1, draws=20_000), shared_by=2)
    table = enrichment_table([result])
    assert dict(zip(table["term"], table["survives"], strict=True)) == {
        "rare": "genes;miRNAs;degree",
        "hubs": "genes",
    }
    # genes: 9 of 29 in the query. hubs: C(26, 6)/C(29, 9); miRNAs: every set of two shares H1 … H3.
    of = {name: i for i, name in enumerate(result.terms)}
    assert result.under("genes").p_value[of["hubs"]] == pytest.approx(comb(26, 6) / comb(29, 9))
    assert result.under("miRNAs").p_value[of["hubs"]] == 1
    assert result.under("miRNAs").p_value[of["rare"]] == pytest.approx(1 / comb(20, 2), rel=0.5)
    assert note_line(table).startswith("# mirtool enrichment; gene sets: mine; terms tested: 3 for all targets")
    assert dict(table.notes)["miRNA universe"] == "20 miRNAs with targets (every miRNA of hand-made)"
    assert dict(table.notes)["draws"] == "20000"


def test_an_unknown_null_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown null 'gene'"):
        EnrichmentSettings(null="gene")
