"""miRNAs that one group alone detects follow the ranked ones, with the reason, and never enter the rank."""

import pytest

import mirtool.api as mt
from mirtool.annotation.mirna_names import MirnaNames
from mirtool.errors import NotEnoughDataError
from mirtool.io.results.differential import read_differential
from mirtool.shortlist import ShortlistSettings, shortlist, shortlist_table

HEADER = (
    "ID,Name,mean b,mean a,log2 ratio b/a,P (Welch),n b,n a,detected only in,detection P (Fisher),"
    "detection FDR (BH),regulation by volcano P\n"
)
# Groups of six. 3 is complete, 4 is 5 of 6, 5 is 2 of 6 (P 0.45), 6 is complete in the reference; 7 has a value in
# one group too, but nothing says that the other does not detect it.
ROWS = """\
1,hsa-miR-16-5p,1,1,-1.5,0.01,6,6,,1,1,down
2,hsa-miR-21-5p,1,1,1.5,0.002,6,6,,1,1,up
3,hsa-miR-17-5p,5,NA,NA,NA,6,0,b,0.0022,0.0077,
4,hsa-miR-18a-5p,5,NA,NA,NA,5,0,b,0.015,0.035,
5,hsa-miR-19a-5p,5,NA,NA,NA,2,0,b,0.45,0.79,
6,hsa-miR-20a-5p,NA,5,NA,NA,0,6,a,0.0022,0.0077,
7,hsa-miR-25-5p,5,NA,NA,NA,6,0,,NA,NA,
"""


@pytest.fixture(scope="module")
def book():
    return MirnaNames(species="hsa")


@pytest.fixture
def read(tmp_path):
    def of(rows=ROWS):
        path = tmp_path / "d.csv"
        path.write_text(HEADER + rows)
        return read_differential(path)

    return of


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("both", ["hsa-miR-21-5p", "hsa-miR-16-5p", "hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-18a-5p"]),
        ("up", ["hsa-miR-21-5p", "hsa-miR-17-5p", "hsa-miR-18a-5p"]),
        ("down", ["hsa-miR-16-5p", "hsa-miR-20a-5p"]),
    ],
)
def test_they_follow_the_ranked_ones_by_their_p(read, book, direction, expected):
    chosen = shortlist(read(), book, ShortlistSettings(rank="p", direction=direction))
    assert [name.best_name for name in chosen.names] == expected


def test_the_reason_is_in_its_column_and_the_rank_is_blank(read, book):
    table = shortlist_table(shortlist(read(), book, ShortlistSettings(rank="p", top=2)), book)
    assert table["rank"][:2].tolist() == [1, 2]
    assert (table["rank"][2:] != table["rank"][2:]).all()
    assert table["reason"].tolist() == [
        "rank",
        "rank",
        "detected only in b, in 6 samples: P 0.0022, FDR 0.0077",
        "detected only in a, in 6 samples: P 0.0022, FDR 0.0077",
    ]


def test_in_groups_too_small_for_a_small_p_every_array_must_detect_it(read, book):
    # Three arrays each: the least P of Fisher's exact test is 0.1.
    rows = (
        "1,hsa-miR-16-5p,1,1,-1.5,0.01,3,3,,1,1,down\n"
        "2,hsa-miR-17-5p,5,NA,NA,NA,3,0,b,0.1,0.3,\n"
        "3,hsa-miR-18a-5p,5,NA,NA,NA,2,0,b,0.4,0.6,\n"
    )
    chosen = shortlist(read(rows), book, ShortlistSettings(rank="p"))
    assert [name.best_name for name in chosen.names] == ["hsa-miR-16-5p", "hsa-miR-17-5p"]


def test_without_any_the_table_has_no_reason(read, book):
    rows = "".join(line + "\n" for line in ROWS.splitlines()[:2])
    assert "reason" not in shortlist_table(shortlist(read(rows), book, ShortlistSettings(rank="p")), book).columns


def test_they_alone_are_a_list_and_nothing_is_none(read, book):
    alone = "".join(line + "\n" for line in ROWS.splitlines()[2:4])
    chosen = shortlist(read(alone), book, ShortlistSettings(rank="p"))
    assert (chosen.n_ranked, len(chosen)) == (0, 2)
    with pytest.raises(NotEnoughDataError, match="no probe is down by"):
        shortlist(read(alone), book, ShortlistSettings(rank="p", direction="down"))


def test_the_command_counts_them(read):
    result = mt.shortlist(read(), rank="p")
    numbers = result.numbers()
    assert numbers["mirnas"] == ["hsa-miR-21-5p", "hsa-miR-16-5p"]
    assert numbers["detected_only"] == {
        "mirnas": ["hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-18a-5p"],
        "candidates": 3,
    }
    heading, grid, pairs, *_ = result.summary
    assert heading.text.startswith("Shortlist by p rank: 2 of 2 miRNAs up or down")
    assert grid.rows[2][1] == "detected only in b, in 6 samples"
    assert dict(pairs.rows)["detected in one group only"].startswith("3 miRNAs without a fold change")
