"""The hubs on other tables: each draw and each other table against a network built on it the long way."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.errors import UsageError
from mirtool.io.targets.interactions import starter_interactions
from mirtool.model import Interactions, text_array
from mirtool.network import SynergyNetwork, synergy_network, with_robustness
from mirtool.network.graph.robustness import databases_of, ranks_of
from mirtool.network.interactions.target_table import TargetTable

TEN = (
    "hsa-miR-125b-5p", "hsa-miR-19a-3p", "hsa-miR-21-5p", "hsa-miR-20a-5p", "hsa-miR-17-5p", "hsa-miR-15a-5p",
    "hsa-miR-16-5p", "hsa-miR-34a-5p", "hsa-miR-29b-3p", "hsa-miR-155-5p",
)  # fmt: skip
# Each of a … d with its own genes and those it shares; B holds what A does not, and half of what it does.
PAIRS = [(mirna, f"S{i}") for mirna in "ab" for i in range(6)] + [
    ("c", "S0"),
    ("c", "S1"),
    ("c", "T1"),
    ("d", "T1"),
]
PAIRS += [(mirna, f"U{i}") for mirna in "cd" for i in range(4)] + [(f"z{i}", f"Z{i}") for i in range(40)]


def graded_table(pairs=PAIRS) -> Interactions:
    """Pairs in two databases, and at three levels of evidence."""
    n = range(len(pairs))
    return Interactions(
        text_array(mirna for mirna, _ in pairs),
        text_array(gene for _, gene in pairs),
        text_array(("strong", "strong", "strong", "weak", "predicted")[i % 5] for i in n),
        text_array("" for _ in n),
        "combined",
        databases=text_array(("A", "A;B", "B")[i % 3] for i in n),
    )


def synergies(interactions: Interactions, names, evidence="strong") -> list[int]:
    """Synergy by name, on a network of its own; 0 for a miRNA without targets there."""
    network = synergy_network(names, TargetTable.of(interactions, evidence))
    found = dict(zip(network.mirnas["miRNA"], network.mirnas["synergy"].tolist(), strict=True))
    return [found.get(name, 0) for name in names]


@pytest.fixture(scope="module")
def starter() -> Interactions:
    return starter_interactions()


@pytest.fixture(scope="module")
def robust(starter: Interactions) -> SynergyNetwork:
    return with_robustness(
        synergy_network(TEN, TargetTable.of(starter)), TargetTable.of(starter), draws=60, hubs=3, seed=7
    )


def test_the_rows_are_the_mirnas_of_the_network(robust: SynergyNetwork) -> None:
    table = robust.robustness
    assert table is not None
    assert table["miRNA"].tolist() == robust.mirnas["miRNA"].tolist()
    assert table["synergy"].tolist() == robust.mirnas["synergy"].tolist()
    assert dict(table.notes)["pairs resampled"] == "254"


@given(st.lists(st.integers(0, 5), min_size=1, max_size=20))
def test_a_rank_is_one_more_than_are_above_and_half_of_those_that_tie(values: list[int]) -> None:
    expected = [sum(v > own for v in values) + (values.count(own) + 1) / 2 for own in values]
    assert ranks_of(np.array(values)).tolist() == expected


def test_each_draw_is_a_network_on_the_pairs_drawn(starter: Interactions, robust: SynergyNetwork) -> None:
    names = robust.mirnas["miRNA"].tolist()
    pairs = starter.take(np.lexsort((starter.gene.astype(str), starter.mirna.astype(str))))
    ranks, drawn = [], []
    for i, own in enumerate(np.random.SeedSequence(7).spawn(3)):
        rng = np.random.default_rng(own)
        for _ in range((25, 25, 10)[i]):
            taken = np.unique(rng.integers(0, len(pairs), size=len(pairs)))
            drawn.append(synergies(pairs.take(taken), names))
            ranks.append(ranks_of(np.array(drawn[-1])))
    table = robust.robustness
    assert table is not None
    assert table["mean rank"] == pytest.approx(np.mean(ranks, axis=0), rel=1e-12)
    # Of 60 ranks in order, the second and the 59th: 60 · 0.025 = 1.5 and 60 · 0.975 = 58.5, rounded up.
    in_order = np.sort(ranks, axis=0)
    assert table["rank from"].tolist() == in_order[1].tolist()
    assert table["rank to"].tolist() == in_order[58].tolist()
    first = (np.array(ranks) <= 3) & (np.array(drawn) > 0)
    assert table["share among first 3"] == pytest.approx(first.mean(axis=0), rel=1e-12)


def test_the_result_is_the_same_for_any_executor_and_any_order_of_rows(
    starter: Interactions, robust: SynergyNetwork
) -> None:
    turned = starter.take(np.random.default_rng(0).permutation(len(starter)))
    with ThreadPoolExecutor(2) as executor:
        again = with_robustness(
            synergy_network(TEN[::-1], TargetTable.of(turned)),
            TargetTable.of(turned),
            draws=60,
            hubs=3,
            seed=7,
            executor=executor,
        )
    assert robust.robustness is not None
    assert again.robustness is not None
    for name, values in robust.robustness.columns.items():
        np.testing.assert_array_equal(again.robustness[name], values)


def test_without_each_database() -> None:
    interactions = graded_table()
    network = synergy_network("abcd", TargetTable.of(interactions, "all"))
    table = with_robustness(network, TargetTable.of(interactions, "all"), draws=1).robustness
    assert table is not None
    assert databases_of(interactions) == ["A", "B"]
    for left_out, other in (("A", "B"), ("B", "A")):
        kept = interactions.take(np.array([other in cell for cell in interactions.databases]))
        expected = ranks_of(np.array(synergies(kept, network.mirnas["miRNA"].tolist(), evidence="all")))
        assert table[f"rank without {left_out}"].tolist() == expected.tolist()


def test_at_each_level_of_evidence_that_adds_pairs() -> None:
    # No pair is of cross-linking: that level takes what strong takes.
    interactions = graded_table()
    network = synergy_network("abcd", TargetTable.of(interactions, "all"))
    table = with_robustness(network, TargetTable.of(interactions, "all"), draws=1).robustness
    assert table is not None
    levels = [name for name in table.columns if name.startswith("rank at evidence ")]
    assert levels == ["rank at evidence strong", "rank at evidence validated", "rank at evidence all"]
    for name in levels:
        found = synergies(interactions, network.mirnas["miRNA"].tolist(), evidence=name.split()[-1])
        assert table[name].tolist() == ranks_of(np.array(found)).tolist()
    assert table["rank at evidence all"].tolist() == table["rank"].tolist()


def test_one_database_or_none_is_not_left_out() -> None:
    interactions = graded_table()
    for databases in (None, text_array(["A"] * len(interactions))):
        alone = replace(interactions, databases=databases, evidence=text_array([""] * len(interactions)))
        table = with_robustness(
            synergy_network("abcd", TargetTable.of(alone, "all")), TargetTable.of(alone, "all"), draws=1
        ).robustness
        assert table is not None
        assert not [name for name in table.columns if name.startswith(("rank without", "rank at"))]


def test_a_slash_probe_has_the_targets_of_its_parts_in_every_draw() -> None:
    # a/b is what a alone is, for b has the same targets: in the whole table, and wherever both pairs are drawn.
    interactions = graded_table()
    table = with_robustness(
        synergy_network(["a/b", "c", "d"], TargetTable.of(interactions, "all")),
        TargetTable.of(interactions, "all"),
        draws=200,
    ).robustness
    assert table is not None
    alone = synergies(interactions, ["a", "c", "d"], evidence="all")
    assert dict(zip(table["miRNA"], table["synergy"].tolist(), strict=True)) == dict(
        zip(["a/b", "c", "d"], alone, strict=True)
    )


def test_a_mirna_that_loses_all_its_targets_comes_last() -> None:
    # x has one target, which only database B knows.
    pairs = [*PAIRS, ("x", "S0")]
    interactions = replace(graded_table(pairs), databases=text_array([*(["A;B"] * len(PAIRS)), "B"]))
    table = with_robustness(
        synergy_network("abcdx", TargetTable.of(interactions, "all")), TargetTable.of(interactions, "all"), draws=1
    ).robustness
    assert table is not None
    row = table["miRNA"].tolist().index("x")
    assert table["rank without B"][row] == max(table["rank without B"])


def test_where_nothing_is_significant_no_mirna_is_among_the_first() -> None:
    interactions = graded_table()
    network = synergy_network("cd", TargetTable.of(interactions, "all"), alpha=1e-9)
    table = with_robustness(network, TargetTable.of(interactions, "all"), draws=5).robustness
    assert table is not None
    assert table["rank"].tolist() == [1.5, 1.5]
    assert table["share among first 5"].tolist() == [0, 0]


@pytest.mark.parametrize("options", [{"draws": 0}, {"hubs": 0}])
def test_nothing_to_do(starter: Interactions, robust: SynergyNetwork, options) -> None:
    with pytest.raises(UsageError, match="robustness needs draws and hubs"):
        with_robustness(robust, TargetTable.of(starter), **options)
