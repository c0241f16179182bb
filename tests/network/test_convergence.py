"""Convergence of miRNAs in genes: by hand, over every subset, against R, and against the binomial."""

from fractions import Fraction
from itertools import product
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.model import Interactions, text_array
from mirtool.network import mirna_universe, synergy_network, with_convergence
from mirtool.network.graph.convergence import poisson_binomial_tail
from mirtool.network.interactions.target_table import TargetTable

REFERENCE = Path(__file__).resolve().parents[1] / "reference/convergence.csv"
CHANCES = st.lists(st.floats(0, 1), min_size=1, max_size=40).map(np.array)


def table(pairs) -> Interactions:
    blank = text_array([""] * len(pairs))
    return Interactions(text_array(m for m, _ in pairs), text_array(g for _, g in pairs), blank, blank, "mine")


@pytest.mark.parametrize("chances", [[0.3], [0.5, 0.25, 0.9], [0.01, 0.02, 0.5, 0.5, 1.0, 0.0, 0.7]])
def test_it_is_the_sum_over_every_subset(chances) -> None:
    tail = np.zeros(len(chances) + 1)
    for hits in product([0, 1], repeat=len(chances)):
        chance = np.prod([p if hit else 1 - p for p, hit in zip(chances, hits, strict=True)])
        tail[: sum(hits) + 1] += chance
    assert poisson_binomial_tail(np.array(chances)) == pytest.approx(tail, rel=1e-12)


@given(st.integers(1, 60), st.floats(1e-6, 1))
def test_with_equal_chances_it_is_the_binomial(n: int, p: float) -> None:
    # In whole numbers, for scipy's binomial has but six digits at 1e-290.
    chance = Fraction(p)
    single = [comb(n, k) * chance**k * (1 - chance) ** (n - k) for k in range(n + 1)]
    expected = np.array([float(sum(single[x:])) for x in range(n + 1)])
    tail = poisson_binomial_tail(np.full(n, p))
    seen = expected > 1e-290
    np.testing.assert_allclose(tail[seen], expected[seen], rtol=1e-12)
    assert (tail[~seen] < 1e-289).all()


@given(CHANCES)
def test_it_is_a_distribution(chances: np.ndarray) -> None:
    tail = poisson_binomial_tail(chances)
    assert tail[0] == 1
    assert ((tail >= 0) & (tail <= 1)).all()
    assert (np.diff(tail) <= 0).all()
    # The mean of a count is the sum of its tails.
    assert tail[1:].sum() == pytest.approx(chances.sum(), rel=1e-9, abs=1e-300)


@given(CHANCES)
def test_the_order_of_the_chances_does_not_matter(chances: np.ndarray) -> None:
    np.testing.assert_array_equal(poisson_binomial_tail(chances[::-1]), poisson_binomial_tail(chances))


@pytest.fixture(scope="module")
def reference() -> dict[str, list[list[str]]]:
    rows: dict[str, list[list[str]]] = {}
    for line in REFERENCE.read_text().splitlines()[1:]:
        kind, *values = line.split(",")
        rows.setdefault(kind, []).append(values)
    return rows


def test_r_gives_the_same_poisson_binomial(reference) -> None:
    chances = np.array([80, 69, 42, 66, 54, 132, 119, 4, 1]) / 2766
    expected = [float(tail) for *_, tail in reference["poisson-binomial"]]
    assert poisson_binomial_tail(chances) == pytest.approx(expected, rel=1e-12)


def test_r_gives_the_same_hypergeometric(reference) -> None:
    # The study's miRNAs meet x times in a gene that D of M miRNAs target: each case as a network of its own.
    for x, known, n_mirnas, drawn, expected in reference["hypergeometric"]:
        hit, targeting, m, n = int(x), int(known), int(n_mirnas), int(drawn)
        names = [f"m{i:04d}" for i in range(m)]
        study, others = names[:n], names[n:]
        pairs = [(name, "other") for name in names] + [(name, "gene") for name in study[:hit]]
        pairs += [(name, "gene") for name in others[: targeting - hit]]
        interactions = table(pairs)
        network = synergy_network(study, TargetTable.of(interactions, "all"))
        network = with_convergence(network, mirna_universe(study, TargetTable.of(interactions, "all")))
        row = network.genes["gene"].tolist().index("gene")
        assert network.genes["known miRNAs"][row] == targeting
        assert network.genes["P (hypergeometric)"][row] == pytest.approx(float(expected), rel=1e-10)


def test_the_columns_by_hand() -> None:
    # Universe: X Y Z W of four miRNAs; a targets X Y (p = 1/2), b X (1/4). X: both, 1/8; Y: one or more, 5/8.
    # Two drawn of four miRNAs, of which 3 target X and 1 Y: C(3,2)/C(4,2) = 1/2, and 1 − C(3,2)/C(4,2) = 1/2.
    interactions = table([("a", "X"), ("a", "Y"), ("b", "X"), ("c", "X"), ("c", "Z"), ("d", "W")])
    network = synergy_network(["a", "b"], TargetTable.of(interactions, "all"))
    genes = with_convergence(network, mirna_universe(["a", "b"], TargetTable.of(interactions, "all"))).genes
    assert genes["gene"].tolist() == ["X", "Y"]
    assert genes["known miRNAs"].tolist() == [3, 1]
    assert genes["expected miRNAs (Poisson-binomial)"].tolist() == [0.75, 0.75]
    assert genes["P (Poisson-binomial)"].tolist() == [1 / 8, 5 / 8]
    # BH over all four genes: 4 · 1/8, and 4/2 · 5/8 > 1.
    assert genes["FDR (Poisson-binomial)"].tolist() == [0.5, 1]
    assert genes["expected miRNAs (hypergeometric)"].tolist() == [1.5, 0.5]
    assert genes["P (hypergeometric)"] == pytest.approx([0.5, 0.5], rel=1e-12)
    assert genes["FDR (hypergeometric)"].tolist() == [1, 1]


def test_a_universe_of_measured_mirnas_is_what_is_drawn_from() -> None:
    interactions = table([("a", "X"), ("a", "Y"), ("b", "X"), ("c", "X"), ("c", "Z"), ("d", "W")])
    network = synergy_network(["a", "b"], TargetTable.of(interactions, "all"))
    universe = mirna_universe(["a", "b"], TargetTable.of(interactions, "all"), measured=["a", "b", "d"])
    genes = with_convergence(network, universe).genes
    assert genes["known miRNAs"].tolist() == [2, 1]
    # Two drawn of three: both of X's two, 1/3; at least the one of Y, 2/3.
    assert genes["P (hypergeometric)"] == pytest.approx([1 / 3, 2 / 3], rel=1e-12)
