"""Pairs beyond the seed: both readings by hand, what must not change, and the study's ten miRNAs."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirtool.errors import UsageError
from mirtool.io.targets.interactions import read_interactions
from mirtool.model import Interactions, text_array
from mirtool.network import SynergyNetwork, synergy_network
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.interactions.targets import target_matrix
from mirtool.network.pairs.seed_families import beyond_seed, common_targets, units_of

MIRTARBASE = Path(__file__).resolve().parents[2] / "../shared/data/targets/miRTarBase_hsa_MTI.csv.gz"

# 17-5p and 20a-5p have one seed, and so has 93-5p, which is not of the study. 16-5p fills the universe of ten.
TARGETS = {
    "hsa-miR-16-5p": ("G6", "G7", "G8"),
    "hsa-miR-17-5p": ("G1", "G2", "G3"),
    "hsa-miR-20a-5p": ("G2", "G3", "G4"),
    "hsa-miR-21-5p": ("G3", "G5"),
    "hsa-miR-93-5p": ("G3", "G9", "G10"),
}
STUDY = ("hsa-miR-21-5p", "hsa-miR-17-5p", "hsa-miR-20a-5p")
SHARED, EXPECTED, P, FDR, SIGNIFICANT = (
    f"{name} beyond seed" for name in ("shared targets", "expected", "P", "FDR", "significant")
)


def known_of(targets=None) -> Interactions:
    pairs = [(name, gene) for name, genes in (targets or TARGETS).items() for gene in genes]
    nothing = text_array([""] * len(pairs))
    return Interactions(text_array(m for m, _ in pairs), text_array(g for _, g in pairs), nothing, nothing, "mine")


def network_of(names=STUDY, known=None, **options) -> SynergyNetwork:
    return synergy_network(names, table_of(known), **options)


def table_of(known=None) -> TargetTable:
    return TargetTable.of(known or known_of(), "all")


def column(table, name):
    return table[name].tolist()


def by_pair(network: SynergyNetwork, *columns: str) -> dict[frozenset[str], tuple]:
    rows = zip(*(column(network.pairs, name) for name in ("miRNA A", "miRNA B", *columns)), strict=True)
    return {
        frozenset((a.removeprefix("hsa-miR-"), b.removeprefix("hsa-miR-"))): tuple(rest) for a, b, *rest in rows
    }


SAME, ONE, OTHER = frozenset(("17-5p", "20a-5p")), frozenset(("17-5p", "21-5p")), frozenset(("20a-5p", "21-5p"))


def test_targets_by_hand() -> None:
    # Two or more of 17-5p, 20a-5p and 93-5p target G2 and G3. Set aside, 17-5p keeps G1 and 20a-5p G4, in a
    # universe of 8: none shared, expected 1 · 1 / 8, P = 1. The others stay: {G1 G2 G3} and {G3 G5} of 10 genes
    # share one, P = 1 − C(7,2)/C(10,2) = 24/45. BH over three: 3/2 · 24/45 = 0.8 for two, 1 for the third.
    network = network_of(alpha=0.85)
    found = beyond_seed(network, table_of(), "targets")
    judged = by_pair(found, SHARED, EXPECTED, P, FDR, SIGNIFICANT)
    assert judged[SAME] == (0, 1 / 8, 1, 1, False)
    for pair in (ONE, OTHER):
        assert judged[pair] == pytest.approx((1, 6 / 10, 24 / 45, 0.8, True), rel=1e-12)
    of_mirna = dict(zip(column(found.mirnas, "miRNA"), column(found.mirnas, "synergy beyond seed"), strict=True))
    assert of_mirna == {"hsa-miR-17-5p": 1, "hsa-miR-20a-5p": 1, "hsa-miR-21-5p": 2}
    partners = dict(zip(column(found.mirnas, "miRNA"), column(found.mirnas, "partners beyond seed"), strict=True))
    assert partners == {"hsa-miR-17-5p": 1, "hsa-miR-20a-5p": 1, "hsa-miR-21-5p": 2}
    # What stood there before is there still.
    assert column(found.pairs, "shared targets") == column(network.pairs, "shared targets")
    assert found.families is None


def test_targets_of_three_members_by_hand() -> None:
    # Three members target G3 alone: {G1 G2} and {G2 G4} of 9 genes share G2. P = 1 − C(7,2)/C(9,2) = 15/36.
    found = beyond_seed(network_of(), table_of(), "targets", seed_share=3)
    assert by_pair(found, SHARED, EXPECTED, P)[SAME] == pytest.approx((1, 4 / 9, 15 / 36), rel=1e-12)


def test_family_by_hand() -> None:
    # One unit has G1 … G4, 21-5p G3 and G5, of 10 genes: one shared, expected 4 · 2 / 10,
    # P = 1 − C(6,2)/C(10,2) = 30/45, and one pair in all.
    found = beyond_seed(network_of(alpha=0.7), table_of(), "family")
    assert found.families is not None
    (family,) = zip(*found.families.columns.values(), strict=True)
    assert list(found.families.columns)[:2] == ["family A", "family B"]
    assert set(family[:2]) == {"hsa-miR-17-5p/hsa-miR-20a-5p", "hsa-miR-21-5p"}
    assert family[2:7] == pytest.approx((1, 1 / 5, 8 / 10, 30 / 45, 30 / 45), rel=1e-12)
    assert family[7:] == (True, "G3")
    judged = by_pair(found, SHARED, EXPECTED, P, FDR, SIGNIFICANT)
    assert judged[SAME][0] == 0
    assert np.isnan(judged[SAME][1:4]).all()
    assert judged[SAME][4] is False
    for pair in (ONE, OTHER):
        assert judged[pair] == pytest.approx((1, 8 / 10, 30 / 45, 30 / 45, True), rel=1e-12)
    rows = {
        name: rest
        for name, *rest in zip(
            *(column(found.mirnas, c) for c in ("miRNA", "family", "partners beyond seed", "synergy beyond seed")),
            strict=True,
        )
    }
    assert rows["hsa-miR-17-5p"] == rows["hsa-miR-20a-5p"] == ["hsa-miR-17-5p/hsa-miR-20a-5p", 1, 1]
    assert rows["hsa-miR-21-5p"] == ["hsa-miR-21-5p", 1, 1]


def test_one_family_alone_has_no_pairs() -> None:
    found = beyond_seed(network_of(("hsa-miR-17-5p", "hsa-miR-20a-5p"), alpha=1.0), table_of(), "family")
    assert found.families is not None
    assert len(found.families) == 0
    assert column(found.mirnas, "synergy beyond seed") == [0, 0]
    assert not found.pairs[SIGNIFICANT].any()


def test_a_slash_probe_keeps_what_its_other_seed_shares() -> None:
    # The probe represents 17-5p and 16-5p; G6 is a target of 16-5p and, here, of 20a-5p: not of one seed.
    known = known_of(TARGETS | {"hsa-miR-20a-5p": ("G2", "G3", "G4", "G6")})
    network = network_of(("hsa-miR-17-5p/hsa-miR-16-5p", "hsa-miR-20a-5p", "hsa-miR-21-5p"), known)
    judged = by_pair(beyond_seed(network, table_of(known), "targets"), "shared targets", SHARED)
    assert judged[frozenset(("17-5p/hsa-miR-16-5p", "20a-5p"))] == (3, 1)


def test_units_join_by_way_of_a_probe_of_two_seeds() -> None:
    assert units_of(list("abcd"), [["A"], ["C"], ["A", "C"], ["G"]]) == [[0, 1, 2], [3]]
    assert units_of(list("abc"), [[], [], ["A"]]) == [[0], [1], [2]]


def test_common_targets_count_members_outside_the_study() -> None:
    targets = target_matrix(known_of())
    assert targets.genes[common_targets(targets, "AAAGUGC")].tolist() == ["G2", "G3"]
    assert targets.genes[common_targets(targets, "AAAGUGC", 3)].tolist() == ["G3"]
    assert not common_targets(targets, "UUUUUUU").any()


MIRNAS = ("hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-93-5p", "hsa-miR-15a-5p", "hsa-miR-16-5p", "hsa-miR-21-5p")
tables = st.lists(st.sets(st.integers(0, 11), min_size=1), min_size=len(MIRNAS), max_size=len(MIRNAS)).map(
    lambda rows: {name: [f"G{i:02}" for i in sorted(own)] for name, own in zip(MIRNAS, rows, strict=True)}
)


@settings(max_examples=40)
@given(tables)
def test_without_two_of_one_seed_nothing_changes(targets) -> None:
    known = known_of(targets)
    network = network_of(("hsa-miR-17-5p", "hsa-miR-15a-5p", "hsa-miR-21-5p"), known, alpha=0.5)
    for way in ("targets", "family"):
        found = beyond_seed(network, table_of(known), way)
        for before, after in zip(
            ("shared targets", "expected", "P", "FDR", "significant"),
            (SHARED, EXPECTED, P, FDR, SIGNIFICANT),
            strict=True,
        ):
            np.testing.assert_allclose(found.pairs[after], network.pairs[before], rtol=1e-12)
        for name in ("partners", "synergy"):
            np.testing.assert_array_equal(found.mirnas[f"{name} beyond seed"], network.mirnas[name])


@settings(max_examples=40)
@given(tables)
def test_pairs_of_one_seed_keep_nothing_and_others_all(targets) -> None:
    known = known_of(targets)
    network = network_of(MIRNAS, known, alpha=0.5)
    found = beyond_seed(network, table_of(known), "targets").pairs
    same = network.pairs["same seed"] == "yes"
    assert same.sum() == 4
    assert not found[SHARED][same].any()
    assert (found[P][same] == 1).all()
    for before, after in (("shared targets", SHARED), ("expected", EXPECTED), ("P", P)):
        np.testing.assert_array_equal(found[after][~same], network.pairs[before][~same])


@settings(max_examples=40)
@given(tables)
def test_a_higher_share_sets_less_aside(targets) -> None:
    known = known_of(targets)
    network = network_of(MIRNAS, known)
    shared = [beyond_seed(network, table_of(known), "targets", seed_share=n).pairs[SHARED] for n in (2, 3, 4)]
    assert (shared[0] <= shared[1]).all()
    assert (shared[1] <= shared[2]).all()
    # No family has four members here: nothing is set aside.
    np.testing.assert_array_equal(shared[2], network.pairs["shared targets"])


def test_with_the_curveball_the_same_null_judges() -> None:
    known = known_of()
    network = network_of(pair_null="curveball", pair_draws=60)
    for way in ("targets", "family"):
        found = beyond_seed(network, table_of(known), way, pair_draws=60)
        judged, before = by_pair(found, EXPECTED, P), by_pair(network, "expected (curveball)", "P (curveball)")
        if way == "targets":
            assert judged[ONE] == before[ONE]
            assert judged[SAME][1] == 1
        else:
            assert found.families is not None
            assert judged[ONE] == (found.families["expected (curveball)"][0], found.families["P (curveball)"][0])


@pytest.mark.parametrize(
    ("way", "options", "message"),
    [
        ("seeds", {}, "pairs can't be judged beyond the seed so (found 'seeds'; expected targets or family)"),
        ("targets", {"seed_share": 1}, "a common target of a seed family is one of two members or more"),
    ],
)
def test_what_cannot_be_asked(way, options, message) -> None:
    with pytest.raises(UsageError) as caught:
        beyond_seed(network_of(), table_of(), way, **options)
    assert message in str(caught.value)


TEN = (
    "hsa-miR-513a-5p", "hsa-miR-20b-3p", "hsa-let-7d-3p", "hsa-miR-125b-5p", "hsa-miR-19a-3p", "hsa-miR-21-5p",
    "hsa-miR-20a-5p", "hsa-miR-17-5p", "hsa-miR-15a-5p", "hsa-miR-16-5p",
)  # fmt: skip


@pytest.fixture(scope="module")
def known() -> Interactions:
    return read_interactions(MIRTARBASE, species="hsa")


@pytest.mark.skipif(not MIRTARBASE.exists(), reason="miRTarBase is not here")
class TestTheStudy:
    """The study's ten miRNAs on the real miRTarBase, strong evidence (docs/methods/synergy.md)."""

    def test_by_targets_the_two_pairs_of_one_seed_fall(self, known: Interactions) -> None:
        network = synergy_network(TEN, TargetTable.of(known))
        found = beyond_seed(network, TargetTable.of(known), "targets")
        fallen = found.pairs.take(found.pairs["significant"] & ~found.pairs[SIGNIFICANT])
        assert column(fallen, "shared targets") == [37, 23]
        assert column(fallen, "same seed") == ["yes", "yes"]
        assert (network.pairs["significant"].sum(), found.pairs[SIGNIFICANT].sum()) == (12, 10)

    def test_by_family_three_pairs_stay(self, known: Interactions) -> None:
        families = beyond_seed(
            synergy_network(TEN, TargetTable.of(known)), TargetTable.of(known), "family"
        ).families
        assert families is not None
        kept = families.take(families["significant"])
        ends = [{a, b} for a, b in zip(column(kept, "family A"), column(kept, "family B"), strict=True)]
        seventeen = "hsa-miR-20a-5p/hsa-miR-17-5p"
        assert ends == [
            {seventeen, "hsa-miR-19a-3p"},
            {"hsa-miR-125b-5p", "hsa-miR-19a-3p"},
            {seventeen, "hsa-miR-21-5p"},
        ]
        # The union of two miRNAs' targets, counted here by sets.
        genes = {name: set() for name in ("hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-19a-3p")}
        for name, gene in zip(known.mirna[known.strong], known.gene[known.strong], strict=True):
            if name in genes:
                genes[name].add(gene)
        union = genes["hsa-miR-17-5p"] | genes["hsa-miR-20a-5p"]
        assert column(kept, "shared targets")[0] == len(union & genes["hsa-miR-19a-3p"]) == 17
        assert len(list(combinations(range(7), 2))) == len(families)
