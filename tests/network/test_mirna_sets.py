"""Sets of miRNAs: families and clusters that everybody knows, sets over old names, and P by hand and by R."""

import pytest

from mirtool.annotation.mirbase import mature_mirnas
from mirtool.annotation.mirna_names import MirnaNames
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.io.mirnas.mirna_loci import MirnaLoci, MirnaLocus, embedded_loci
from mirtool.model import GeneSets
from mirtool.network.enrichment.mirna_sets import (
    MirnaSets,
    array_mirnas,
    find_clusters,
    genomic_clusters,
    mirna_set_enrichment,
    mirna_set_table,
    named_sets,
    seed_families,
)


@pytest.fixture(scope="module")
def book() -> MirnaNames:
    return MirnaNames()


@pytest.fixture(scope="module")
def clusters(book: MirnaNames) -> dict[str, frozenset[str]]:
    """Every human cluster, over every human miRNA."""
    array = array_mirnas([name for name in mature_mirnas() if name.startswith("hsa-")], book)
    sets = genomic_clusters(array, embedded_loci(), book).sets
    return dict(zip(sets.terms, sets.genes, strict=True))


# Of the literature: Mendell 2008 (17~92 and its paralogs), Calin 2002 (15a/16-1), Roush & Slack 2008 (let-7),
# Bentwich 2005 (the 46 precursors of C19MC), Altuvia 2005 (the others).
KNOWN = {
    "hsa-mir-17 ~ hsa-mir-92a-1": (
        "17-5p 17-3p 18a-5p 18a-3p 19a-5p 19a-3p 20a-5p 20a-3p 19b-1-5p 19b-3p 92a-1-5p 92a-3p"
    ),
    "hsa-mir-106b ~ hsa-mir-25": "106b-5p 106b-3p 93-5p 93-3p 25-5p 25-3p",
    "hsa-mir-106a ~ hsa-mir-363": (
        "106a-5p 106a-3p 18b-5p 18b-3p 20b-5p 20b-3p 19b-2-5p 19b-3p 92a-2-5p 92a-3p 363-5p 363-3p"
    ),
    "hsa-mir-15a ~ hsa-mir-16-1": "15a-5p 15a-3p 16-5p 16-1-3p",
    "hsa-mir-15b ~ hsa-mir-16-2": "15b-5p 15b-3p 16-5p 16-2-3p",
    "hsa-let-7a-1 ~ hsa-let-7d": "let-7a-5p let-7a-3p let-7f-5p let-7f-1-3p let-7d-5p let-7d-3p",
    "hsa-mir-222 ~ hsa-mir-221": "222-5p 222-3p 221-5p 221-3p",
    "hsa-mir-23a ~ hsa-mir-24-2": "23a-5p 23a-3p 27a-5p 27a-3p 24-2-5p 24-3p",
}


@pytest.mark.parametrize("name", KNOWN)
def test_clusters_that_everybody_knows(name: str, clusters: dict[str, frozenset[str]]) -> None:
    members = {f"hsa-{own}" if own.startswith("let") else f"hsa-miR-{own}" for own in KNOWN[name].split()}
    assert clusters[name] == members


def test_the_cluster_on_chromosome_19(clusters: dict[str, frozenset[str]]) -> None:
    (c19mc,) = (own for own in clusters.values() if "hsa-miR-517a-3p" in own)
    assert {"hsa-miR-512-3p", "hsa-miR-498-5p", "hsa-miR-520e-3p", "hsa-miR-1323", "hsa-miR-519a-2-5p"} <= c19mc
    assert not {"hsa-miR-371a-5p", "hsa-miR-372-3p"} & c19mc  # 25 kb downstream
    assert "hsa-miR-21-5p" not in frozenset().union(*clusters.values())  # alone


def at(name: str, start: int, end: int, strand: str = "+", chromosome: str = "1") -> MirnaLocus:
    return MirnaLocus(f"hsa-mir-{name}", chromosome, strand, start, end, (f"hsa-miR-{name}-5p",))


def test_what_a_cluster_is() -> None:
    loci = [
        at("1", 100, 180),
        at("2", 280, 360),  # 100 from the end of the first: in
        at("3", 461, 540),  # 101 from the end of the second: out
        at("4", 300, 380, "-"),  # the other strand
        at("5", 350, 430, "-"),  # overlaps it: one place
        at("6", 200, 280, chromosome="2"),
        at("7", 100, 190, "-", chromosome="2"),
        at("8", 240, 330, "-", chromosome="2"),
    ]
    found = [[each.precursor[8:] for each in own] for own in find_clusters(loci, 100)]
    assert found == [["1", "2"], ["8", "7"]]  # as transcribed: the minus strand from its higher end
    assert [[each.precursor[8:] for each in own] for own in find_clusters(loci, 101)] == [
        ["1", "2", "3"],
        ["8", "7"],
    ]


def test_a_long_precursor_reaches_over_a_short_one() -> None:
    loci = [at("1", 100, 900), at("2", 150, 200), at("3", 950, 990)]
    assert [len(own) for own in find_clusters(loci, 100)] == [3]


def test_families_by_seed(book: MirnaNames) -> None:
    names = [
        "hsa-miR-17-5p/hsa-miR-106a-5p",
        "hsa-miR-93-5p",
        "hsa-miR-519d-3p",
        "hsa-miR-302a-3p",
        "mmu-miR-93-5p",
    ]
    sets = seed_families(array_mirnas(names, book))
    found = dict(zip(sets.sets.terms, sets.sets.genes, strict=True))
    # AAAGUGC at positions 2-8; 302a-3p (UAAGUGCUUCC…) has AAGUGCU, one base on. The slash probe is one miRNA.
    assert found == {
        "hsa-miR-17-5p family (AAAGUGC)": {"hsa-miR-17-5p/hsa-miR-106a-5p", "hsa-miR-93-5p", "hsa-miR-519d-3p"},
        "hsa-miR-302a-3p family (AAGUGCU)": {"hsa-miR-302a-3p"},
        "mmu-miR-17-5p family (AAAGUGC)": {"mmu-miR-93-5p"},
    }
    assert sets.universe == frozenset(names)


def test_names_of_sets_are_looked_up(book: MirnaNames) -> None:
    array = array_mirnas(
        ["hsa-miR-95", "hsa-miR-16-5p", "hsa-miR-16-1-3p", "hsa-miR-21-5p", "miRPlus-A1015"], book
    )
    assert array.unknown == ("miRPlus-A1015",)
    sets = GeneSets(
        ("old name", "precursor", "nothing known"),
        ("", "", ""),
        (frozenset({"hsa-miR-95"}), frozenset({"hsa-mir-16-1"}), frozenset({"hsa-miR-999999", "hsa-miR-34b"})),
        "diseases.gmt",
    )
    found = named_sets(array, sets, book)
    # hsa-miR-95 is hsa-miR-95-3p today; the precursor has both arms; hsa-miR-34b was 34b-5p, then 34b-3p, and all
    # of the sets' names exist in releases 6 to 17, of which the newest decides for 34b-3p, which this array lacks.
    assert found.sets.genes == ({"hsa-miR-95-3p"}, {"hsa-miR-16-5p", "hsa-miR-16-1-3p"}, frozenset())
    assert found.remarks == (
        "1 name of precursors, taken for their mature miRNAs",
        "1 name of the sets not mapped: hsa-miR-999999",
    )
    assert len(found.universe) == 4
    with pytest.raises(NotEnoughDataError, match=r"none of the 1 name in genes\.gmt is a miRNA of the array"):
        named_sets(array, GeneSets(("a",), ("",), (frozenset({"TP53"}),), "genes.gmt"), book)


def test_let_7_among_precursors_is_a_precursor(book: MirnaNames) -> None:
    # MI0000063 has the arms MIMAT0000063 and MIMAT0004482; hsa-let-7b alone was MIMAT0000063 in releases 6 to 17.
    array = array_mirnas(["hsa-let-7b-5p", "hsa-let-7b-3p", "hsa-miR-16-5p"], book)

    def members(*names: str) -> frozenset[str]:
        return named_sets(array, GeneSets(("s",), ("",), (frozenset(names),), "s.gmt"), book).sets.genes[0]

    assert members("hsa-let-7b", "hsa-mir-21", "hsa-mir-17") == {"hsa-let-7b-5p", "hsa-let-7b-3p"}
    assert members("hsa-let-7b", "hsa-miR-21") == {"hsa-let-7b-5p"}


TWELVE = [f"m{i}" for i in range(12)]
COLLECTION = MirnaSets(
    GeneSets(
        ("four", "two", "one"),
        ("", "", ""),
        (frozenset(TWELVE[:4]), frozenset(TWELVE[4:6]), frozenset(TWELVE[6:7])),
        "made-up sets",
    ),
    frozenset(TWELVE),
)


def test_p_by_hand_and_by_r() -> None:
    # Three of twelve, all in the set of four: C(4,3) / C(12,3) = 4/220 = phyper(2, 4, 8, 3, lower.tail = FALSE).
    # The set of two has no hit: P = 1. BH over these two; the set of one is not tested. The universe has twelve,
    # though only seven are in any set.
    result = mirna_set_enrichment(TWELVE[:3], COLLECTION, query="up")
    assert list(result.terms) == ["four", "two"]
    assert result.universe_size == 12
    assert result.tests[0].p_value == pytest.approx([4 / 220, 1])
    assert result.tests[0].fdr == pytest.approx([8 / 220, 1])
    assert result.tests[0].expected == pytest.approx([3 * 4 / 12, 3 * 2 / 12])
    # Two of the four, one of the two: phyper(1, 4, 8, 3) = 52/220, phyper(0, 2, 10, 3) = 100/220.
    mixed = mirna_set_enrichment([TWELVE[0], TWELVE[1], TWELVE[4]], COLLECTION, query="down")
    assert mixed.tests[0].p_value == pytest.approx([52 / 220, 100 / 220])
    assert mixed.tests[0].p_value == pytest.approx([0.2363636, 0.4545455], rel=1e-6)  # R 4.2.2
    table = mirna_set_table([result, mixed])
    assert table["query"].tolist() == ["up", "down", "down"]
    assert table["miRNAs"].tolist() == ["m0;m1;m2", "m0;m1", "m4"]
    assert ("sets tested", "2 made-up sets for up and 2 made-up sets for down") in table.notes


def test_sizes_and_lists_that_can_not_be_tested(book: MirnaNames) -> None:
    assert list(mirna_set_enrichment(TWELVE[:3], COLLECTION, min_size=1).terms) == ["four", "one", "two"]
    assert list(mirna_set_enrichment(TWELVE[:3], COLLECTION, max_size=3).terms) == ["two"]
    with pytest.raises(
        NotEnoughDataError, match="none of the 1 miRNA is among the 12 that could be in one of the"
    ):
        mirna_set_enrichment(["x"], COLLECTION)
    with pytest.raises(NotEnoughDataError, match="none of the made-up sets has 5 to 12 miRNAs on the array"):
        mirna_set_enrichment(TWELVE[:3], COLLECTION, min_size=5)
    with pytest.raises(UsageError, match="a distance can't be negative"):
        genomic_clusters(array_mirnas(["hsa-miR-21-5p"], book), MirnaLoci((), "none"), book, distance=-1)


def test_who_has_no_place_is_in_no_universe_of_clusters(book: MirnaNames) -> None:
    array = array_mirnas(["hsa-miR-17-5p", "hsa-miR-21-5p", "ebv-miR-BART1-5p"], book)
    found = genomic_clusters(array, embedded_loci(), book)
    assert found.universe == {"hsa-miR-17-5p", "hsa-miR-21-5p"}
    assert found.remarks == ("1 miRNA whose place is not known: ebv-miR-BART1-5p",)
