"""Canonical seed sites: by hand, against a search letter by letter, and at the ends of sequences."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.annotation.mirbase import mature_mirnas
from mirtool.annotation.seed_sites import SITES, find_seed_sites, site_table, target_table
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.model import text_array

MIR17 = "CAAAGUGCUUACAGUGCAGGUAG"  # bases 2–8 AAAGUGC: pairs with GCACUUU


def found(mirna: str, utr: str) -> list[tuple[str, int, int]]:
    sites = find_seed_sites([mirna], [utr])
    return [(SITES[k], int(s), int(e)) for k, s, e in zip(sites.kind, sites.start, sites.end, strict=True)]


def test_the_embedded_sequence_is_the_one_used_here() -> None:
    assert mature_mirnas()["hsa-miR-17-5p"].sequence == MIR17


@pytest.mark.parametrize(
    ("utr", "expected"),
    [
        ("GGGCACUUUAGG", [("8mer", 3, 10)]),
        ("GGGCACUUUGGG", [("7mer-m8", 3, 9)]),
        ("GGACACUUUAGG", [("7mer-A1", 4, 10)]),
        ("GGACACUUUGGG", [("6mer", 4, 9)]),
        ("GGACACUUGGGG", []),
        ("GCACUUUA", [("8mer", 1, 8)]),
        ("CACUUU", [("6mer", 1, 6)]),
        ("GCACUUU", [("7mer-m8", 1, 7)]),
        ("CACUUUA", [("7mer-A1", 1, 7)]),
        ("CACUU", []),
        ("", []),
        ("GCACNUUA", []),
        ("NCACUUUN", [("6mer", 2, 7)]),
        ("GCACUUUAGCACUUUG", [("8mer", 1, 8), ("7mer-m8", 9, 15)]),
    ],
)
def test_the_four_sites_by_hand(utr: str, expected: list[tuple[str, int, int]]) -> None:
    assert found(MIR17, utr) == expected


def test_no_site_lies_across_two_utrs() -> None:
    sites = find_seed_sites([MIR17], ["GGGCAC", "UUUAGG", "GCACUUUA"])
    assert (sites.utr.tolist(), sites.start.tolist()) == ([2], [1])


def letter_by_letter(mirna: str, utr: str) -> list[tuple[str, int, int]]:
    pairing = mirna[1:8][::-1].translate(str.maketrans("ACGU", "UGCA"))
    sites = []
    for match in re.finditer(f"(?={pairing[1:]})", utr):
        i = match.start()
        eighth, adenine = i > 0 and utr[i - 1] == pairing[0], utr[i + 6 : i + 7] == "A"
        kind = {(True, True): 0, (True, False): 1, (False, True): 2, (False, False): 3}[eighth, adenine]
        sites.append((SITES[kind], i + 1 - (kind < 2), i + 6 + (kind in (0, 2))))
    return sites


@given(
    st.lists(st.text("ACGU", min_size=8, max_size=10), min_size=1, max_size=3),
    st.lists(st.text("ACGUN", max_size=40), min_size=1, max_size=4),
    st.data(),
)
def test_all_sites_are_found(mirnas, utrs, data) -> None:
    # Plant the stretch that pairs with a miRNA, so that there is something to find.
    planted = data.draw(st.sampled_from(mirnas))[1:8][::-1].translate(str.maketrans("ACGU", "UGCA"))
    utrs = [utr[:7] + planted + utr[7:] for utr in utrs]
    sites = find_seed_sites(mirnas, utrs)
    expected = [
        (m, u, *site) for m, a in enumerate(mirnas) for u, b in enumerate(utrs) for site in letter_by_letter(a, b)
    ]
    kinds = [SITES[k] for k in sites.kind]
    columns = (sites.mirna.tolist(), sites.utr.tolist(), kinds, sites.start.tolist(), sites.end.tolist())
    assert list(zip(*columns, strict=True)) == expected


@pytest.mark.parametrize("sequence", ["CAAAGUG", "CANAGUGCUU"])
def test_a_mirna_needs_its_seed(sequence: str) -> None:
    with pytest.raises(UsageError, match="bases 2 to 8"):
        find_seed_sites([sequence], ["ACGU"])


UTRS = ["GCACUUUAGGCACUUUG", "GACACUUUG", "GACACUUUA", "GCACUUUAGCACUUUG"]
NAMES = text_array(["hsa-miR-17-5p"]), text_array(["X", "Y", "Y", "X"]), text_array(["t1", "t2", "t3", "t4"])


def test_one_row_a_gene_counts_the_utr_with_the_most_of_the_strongest_sites() -> None:
    table = target_table(find_seed_sites([MIR17], UTRS), *NAMES)
    assert table["gene"].tolist() == ["X", "Y"]
    assert table["site"].tolist() == ["8mer", "7mer-A1"]
    assert [table[site].tolist() for site in SITES] == [[1, 0], [1, 0], [0, 1], [0, 0]]
    assert table["UTR"].tolist() == ["t1", "t3"]
    assert table["UTRs with sites"].tolist() == [2, 2]
    with pytest.raises(NotEnoughDataError, match="no UTR has a site"):
        target_table(find_seed_sites([MIR17], ["ACGU"]), *NAMES)


def test_weaker_sites_can_be_left_out() -> None:
    sites = find_seed_sites([MIR17], UTRS)
    assert site_table(sites.at_least("7mer-m8"), *NAMES)["site"].tolist() == ["8mer", "7mer-m8", "8mer", "7mer-m8"]
    assert len(sites.at_least("6mer")) == len(sites) == 6


def test_random_utrs_hold_as_many_sites_as_chance_gives() -> None:
    # A stretch of six is met at 1 place in 4⁶; of these 1 in 16 is an 8mer, 3 in 16 are 7mer-m8 and 7mer-A1 each.
    rng = np.random.default_rng(1)
    utr = "".join(rng.choice(list("ACGU"), size=400_000))
    sites = find_seed_sites([MIR17], [utr])
    expected = 400_000 / 4**6 * np.array([1, 3, 3, 9]) / 16
    counts = np.bincount(sites.kind, minlength=4)
    assert np.all(np.abs(counts - expected) < 5 * np.sqrt(expected))
