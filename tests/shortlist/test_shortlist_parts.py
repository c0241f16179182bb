"""Ranks, motifs and membership, each by hand."""

from dataclasses import replace

import pytest

from mirtool.annotation.mirbase import mature_mirnas
from mirtool.annotation.mirna_names import MirnaNames
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.io.mirnas.mirna_lists import ListedName, MirnaList
from mirtool.io.results.differential import SavedDifferential, read_differential
from mirtool.report.text.blocks import Pairs
from mirtool.report.text.shortlist import shortlist_summary
from mirtool.shortlist import (
    MOTIFS,
    ShortlistSettings,
    look_up,
    motif_places,
    motif_starts,
    shortlist,
    shortlist_table,
)
from mirtool.shortlist.ranking import rank_order

# ID, Name, log2 ratio, P, FDR, n b, n a, spots b, spots a, by P, stability
ROWS = """\
1,hsa-miR-16-5p,-1.5,0.01,0.02,3,3,12,12,down,0.9
2,hsa-miR-21-5p,1.5,0.002,0.02,3,3,12,11,up,0.9
3,hsa-miR-17-5p,3,0.03,0.03,2,2,8,8,up,0.2
4,hsa-miR-16-5p,-2.5,0.04,0.04,3,2,12,8,,0.5
5,hsa-miR-9-5p,NA,NA,NA,0,3,0,12,,NA
6,hsa-miR-20a-5p,-1.2,0.001,0.02,3,3,12,12,down,1
"""
HEADER = (
    "ID,Name,mean b,mean a,log2 ratio b/a,P (Welch),FDR (BH),n b,n a,spots b,spots a,"
    "regulation by volcano P,stability by volcano P\n"
)


@pytest.fixture(scope="module")
def book():
    return MirnaNames(species="hsa")


@pytest.fixture
def candidates(tmp_path):
    lines = (line.split(",") for line in ROWS.splitlines())
    path = tmp_path / "d.csv"
    path.write_text(HEADER + "".join(",".join([*cells[:2], "1", "1", *cells[2:]]) + "\n" for cells in lines))
    return read_differential(path)


@pytest.mark.parametrize(
    ("rank", "order"),
    [
        ("fold-change", ["3", "4", "2", "1", "6", "5"]),  # 2 and 1 tie at 1.5: the smaller P first
        ("p", ["6", "2", "1", "3", "4", "5"]),
        ("fdr", ["6", "2", "1", "3", "4", "5"]),  # three at 0.02: by P
        (
            "detection",
            ["1", "6", "2", "4", "3", "5"],
        ),  # 24 spots twice: the larger change; then 23, 5 and 4 arrays
        ("stability", ["6", "1", "2", "4", "3", "5"]),  # 0.9 twice, the same size: by ID
    ],
)
def test_each_rank_with_its_ties(candidates: SavedDifferential, rank, order):
    assert candidates.id[rank_order(candidates, rank, "volcano P")].tolist() == order


LEVELS = """\
ID,Name,mean b,mean a,log2 ratio b/a,{p}n b,n a,regulation by fold change
1,hsa-miR-1-3p,3,1,1.58,{p1}3,3,up
2,hsa-miR-21-5p,124,60,1.05,{p2}3,3,up
3,hsa-miR-17-5p,6,6,0,{p3}3,3,
4,hsa-miR-9-5p,12,60,-2.32,{p4}3,3,down
5,hsa-miR-16-5p,5,3,0.74,{p5}3,3,
"""
# (b + a) / 2 is 2, 92, 6, 36, 4: the lower quartile is the second smallest, 4. Damped changes:
# 1: log2(7/5) = 0.49; 2: log2(128/64) = 1; 3: 0; 4: log2(64/16) = 2; 5: log2(9/7) = 0.36.


def levels(tmp_path, *p, values=""):
    cells = {f"p{i}": f"{own}," if p else "" for i, own in enumerate(p or [""] * 5, start=1)}
    path = tmp_path / "levels.csv"
    path.write_text(values + LEVELS.format(p="P (moderated)," if p else "", **cells))
    return read_differential(path)


def test_change_p_and_level_together(tmp_path):
    # z of a two-sided P: 1e-4 3.891, 1e-5 4.417; of P above 0.001 it is below 3.291. What remains of the damped
    # changes: 1: 0.49 (1 - 3.291/3.891) = 0.075; 2: 1 - 3.291/4.417 = 0.255; 4: 2 (1 - 3.291/3.891) = 0.309;
    # 3 and 5: nothing.
    candidates = levels(tmp_path, 1e-4, 1e-5, 0.03, 1e-4, 0.02)
    assert candidates.id[rank_order(candidates, "confident")].tolist() == ["4", "2", "1", "5", "3"]
    assert ShortlistSettings().rank == "confident"


def test_without_a_test_the_damped_change_counts(tmp_path):
    candidates = levels(tmp_path)
    assert candidates.id[rank_order(candidates, "confident")].tolist() == ["4", "2", "1", "5", "3"]


def test_a_p_of_0_of_1_and_a_missing_one(tmp_path):
    candidates = levels(tmp_path, 0, "NA", 1, 1e-6, 0)  # of P 0 all remains; 4: 2 (1 - 3.291/4.892) = 0.65
    assert candidates.id[rank_order(candidates, "confident")].tolist() == ["4", "1", "5", "3", "2"]


def test_ratios_of_two_channels_have_no_level(tmp_path):
    note = "# mirtool differential; values: M = log2(Hy3 / Hy5) less the array's median M\n"
    candidates = levels(tmp_path, 0.001, 0.001, 0.001, 0.001, 0.001, values=note)
    assert candidates.level is None
    assert candidates.id[rank_order(candidates, "confident")].tolist() == [
        "4",
        "1",
        "2",
        "5",
        "3",
    ]  # by log2 ratio


def test_pi_is_change_times_p(tmp_path):
    # 1.58 · 2 = 3.16; 1.05 · 5 = 5.25; 0; 2.32 · 1.5 = 3.48; 0.74 · 307.65 (of the smallest number)
    candidates = levels(tmp_path, 0.01, 1e-5, 0.1, 10**-1.5, 0)
    assert candidates.id[rank_order(candidates, "pi")].tolist() == ["5", "2", "4", "1", "3"]


def test_the_probes_of_one_name_are_one_mirna_whose_best_that_passes_stands_for_it(candidates, book):
    found = shortlist(candidates, book, ShortlistSettings(rank="fold-change"))
    ids = [[candidates.id[i] for i in probes] for probes in found.probes]
    assert ids == [["3"], ["2"], ["1", "4"], ["6"]]  # 4 changes more than 1, and does not pass
    assert found.n_listed == 4


def test_only_so_many_and_only_one_direction(candidates, book):
    found = shortlist(candidates, book, ShortlistSettings(direction="down", top=1, rank="p"))
    assert [name.name for name in found.names] == ["hsa-miR-20a-5p"]
    assert found.n_listed == 2


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rank": "score"}, "unknown rank 'score'"),
        ({"regulation": "volcano-fdr"}, "has no column 'regulation by volcano FDR'"),
        ({"regulation": "q"}, "unknown rule 'q'"),
        ({"direction": "sideways"}, "unknown direction 'sideways'"),
        ({"top": 0}, "top is out of range"),
    ],
)
def test_choices_that_there_are_not(candidates, book, wrong, message):
    with pytest.raises(UsageError, match=message):
        shortlist(candidates, book, ShortlistSettings(**wrong))


@pytest.mark.parametrize(
    ("rank", "needs"),
    [
        ("p", "needs P"),
        ("pi", "needs P"),
        ("fdr", "needs adjusted P"),
        ("stability", "needs stability by fold change"),
    ],
)
def test_a_rank_needs_its_column(tmp_path, book, rank, needs):
    path = tmp_path / "d.csv"
    path.write_text(
        "ID,Name,mean b,mean a,log2 ratio b/a,n b,n a,regulation by fold change\n1,hsa-miR-16-5p,1,2,-1,1,1,down\n"
    )
    with pytest.raises(UsageError, match=needs):
        shortlist(read_differential(path), book, ShortlistSettings(rank=rank))


def test_nothing_that_passes_is_an_error(tmp_path, book):
    path = tmp_path / "d.csv"
    path.write_text("ID,Name,mean b,mean a,log2 ratio b/a,n b,n a,regulation by fold change\n1,x,1,2,-1,1,1,\n")
    with pytest.raises(NotEnoughDataError, match="no probe is up or down by 'fold change'"):
        shortlist(read_differential(path), book)


def test_motifs_of_a_name_known_in_part_are_those_of_its_known_parts(candidates, book):
    # miR-513a-5p has GGAG from position 8; the name of the second part was never one.
    name = book.resolve("hsa-miR-513a-5p/hsa-miR-99999")
    assert (name.mapped, motif_places("GGAG", name)) == (False, {"hsa-miR-513a-5p": (8,)})
    chosen = replace(shortlist(candidates, book, ShortlistSettings(rank="p", top=1)), names=(name,))
    assert shortlist_table(chosen, book).columns["motif GGAG"].tolist() == ["8"]
    (said,) = (block for block in shortlist_summary(chosen, None, "") if isinstance(block, Pairs) and block.detail)
    assert dict(said.rows)["motif GGAG"].startswith("in 1 of 1, as have ")


def test_motifs_by_hand():
    """hsa-miR-513a-5p is UUCACAGGGAGGUGUCAU: GGAG begins at its eighth base; hsa-miR-223-3p begins UGUCAGU."""
    assert motif_starts("GGAG", mature_mirnas()["hsa-miR-513a-5p"].sequence) == (8,)
    assert motif_starts("UCAGU", mature_mirnas()["hsa-miR-223-3p"].sequence) == (3,)
    assert motif_starts("CGGGAG", "ACGGGAGU") == (2,)
    assert motif_starts("GGAG", "GGA") == ()
    assert motif_starts("AA", "AAAA") == (1, 2, 3)
    assert all(set(motif.sequence) <= set("ACGU") and motif.reference for motif in MOTIFS)


@pytest.mark.parametrize(
    ("mirna", "listed", "found", "listed_as"),
    [
        ("hsa-miR-16-5p", [ListedName("hsa-miR-16-5p", "hsa-miR-16-5p")], "yes", ""),
        ("hsa-miR-16-5p", [ListedName("hsa-miR-16-5p", "hsa-miR-16-5p", 3)], "yes", "hsa-miR-16-5p ×3"),
        ("hsa-miR-95-3p", [ListedName("hsa-miR-95", "hsa-miR-95")], "yes", "hsa-miR-95"),
        ("hsa-miR-95", [ListedName("hsa-miR-95-3p", "hsa-miR-95-3p")], "yes", ""),
        ("hsa-miR-16-5p", [ListedName("MIMAT0000069", "MIMAT0000069")], "yes", "MIMAT0000069"),
        ("hsa-miR-16-5p", [ListedName("miR-16-5p", "hsa-miR-16-5p")], "yes", "miR-16-5p"),
        ("hsa-miR-16-5p", [ListedName("miR-16", "hsa-miR-16", 2)], "yes", "miR-16 ×2"),
        ("hsa-miR-34b-3p", [ListedName("miR-34b", "hsa-miR-34b", 2)], "possible", "miR-34b (ambiguous) ×2"),
        ("hsa-miR-16-5p", [ListedName("hsa-mir-16-1", "hsa-mir-16-1")], "possible", "hsa-mir-16-1 (precursor)"),
        ("hsa-miR-16-5p", [ListedName("mmu-miR-16-5p", "mmu-miR-16-5p")], "no", ""),
        ("hsa-miR-17-5p", [ListedName("hsa-miR-17-5p", "hsa-miR-17-5p", 2, ("a", "b"))], "yes", "a; b"),
        (
            "hsa-miR-17-5p/hsa-miR-106a-5p",
            [ListedName("miR-17-5p", "hsa-miR-17-5p")],
            "yes",
            "miR-17-5p",
        ),
        ("hsa-miRPlus-A1015", [ListedName("hsa-miRPlus-A1015", "hsa-miRPlus-A1015")], "yes", ""),
        ("hsa-miRPlus-A1015", [ListedName("hsa-miR-16-5p", "hsa-miR-16-5p")], "name not mapped", ""),
    ],
)
def test_a_mirna_is_met_under_current_names_and_never_guessed(book, mirna, listed, found, listed_as):
    met = look_up([book.resolve(mirna)], MirnaList("x", "x.txt", tuple(listed)), book)
    assert (met.found[0], met.listed_as[0]) == (found, listed_as)


def test_a_sure_name_goes_before_a_possible_one(book):
    listed = MirnaList(
        "x", "x.txt", (ListedName("miR-16", "hsa-miR-16"), ListedName("hsa-miR-16-5p", "hsa-miR-16-5p"))
    )
    assert look_up([book.resolve("hsa-miR-16-5p")], listed, book).found[0] == "yes"
