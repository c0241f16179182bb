"""Ranks, motifs and membership, each by hand."""

import pytest

from mirtool.annotation.mirbase import mature_mirnas
from mirtool.annotation.mirna_names import MirnaNames
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.io.mirnas.mirna_lists import ListedName, MirnaList
from mirtool.io.results.differential import SavedDifferential, read_differential
from mirtool.shortlist import MOTIFS, ShortlistSettings, look_up, motif_starts, shortlist
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


def test_the_probes_of_one_name_are_one_mirna_whose_best_that_passes_stands_for_it(candidates, book):
    found = shortlist(candidates, book)
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
    [("p", "needs P"), ("fdr", "needs adjusted P"), ("stability", "needs stability by fold change")],
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
