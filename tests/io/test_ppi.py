"""Protein interactions: STRING's links, BioGRID's tab3, plain columns, and what is refused."""

from pathlib import Path

import pytest
import xlsxwriter

from mirtool.errors import FormatError
from mirtool.io.targets.protein_interactions import read_protein_interactions

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures/ppi"
LINKS = FIXTURES / "9606.protein.links.v12.0.txt.gz"
INFO = FIXTURES / "9606.protein.info.v12.0.txt.gz"


def pairs_of(path: Path, **options) -> list[tuple[str, str]]:
    proteins = read_protein_interactions(path, **options)
    return list(zip(proteins.a, proteins.b, strict=True))


def write(folder: Path, text: str, name: str = "ppi.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_string_links_get_their_symbols_from_the_file_beside_them() -> None:
    # Six rows: two pairs in both directions, one of 412, and one with a protein that protein.info does not have.
    proteins = read_protein_interactions(LINKS)
    assert list(zip(proteins.a, proteins.b, strict=True)) == [("ATM", "TP53"), ("MDM2", "TP53")]
    assert proteins.source == LINKS.name
    assert proteins.dropped == (
        "1 row without two symbols dropped",
        "1 row with a score below 700 dropped",
        "4 rows collapsed to 2 pairs",
    )


def test_a_lower_score_takes_more_pairs() -> None:
    assert pairs_of(LINKS, score_cutoff=400) == [("ATM", "MYC"), ("ATM", "TP53"), ("MDM2", "TP53")]


def test_the_symbols_may_be_named(tmp_path: Path) -> None:
    links = tmp_path / LINKS.name
    links.write_bytes(LINKS.read_bytes())
    with pytest.raises(FormatError) as caught:
        read_protein_interactions(links)
    assert "line 2: these are STRING's identifiers, and the file with their gene symbols is not here" in str(
        caught.value
    )
    assert "9606.ENSP00000000001" in str(caught.value)
    assert pairs_of(links, info=INFO) == [("ATM", "TP53"), ("MDM2", "TP53")]
    with pytest.raises(FormatError, match=r"this is not STRING's protein\.info"):
        read_protein_interactions(links, info=FIXTURES / "biogrid.tab3.txt")


def test_biogrid() -> None:
    proteins = read_protein_interactions(FIXTURES / "biogrid.tab3.txt")
    assert list(zip(proteins.a, proteins.b, strict=True)) == [("ATM", "TP53"), ("MDM2", "TP53")]
    assert proteins.dropped == (
        "1 row without two symbols dropped",
        "1 genetic interaction dropped",
        "1 row of two species dropped",
        "1 row of a gene with itself dropped",
        "3 rows collapsed to 2 pairs",
    )
    assert pairs_of(FIXTURES / "biogrid.tab3.txt", score_cutoff=0.9) == [("MDM2", "TP53")]


@pytest.mark.parametrize(
    "text",
    [
        "gene1,gene2\nB,A\nB,C\n",
        "Gene_A;Gene_B;note\nB;A;x\nB;C;\n",
        "# a note\n#node1\tnode2\tcombined_score\nB\tA\t0.4\nB\tC\t0.9\n",
        "B\tA\nB\tC\n",
        "B A\nC B\nB C\n",
        "B,A,0.4\nB,C,0.9\n",
        '\ufeff"source","target"\r\n"B","A"\r\n\r\n"B","C"\r\n',
        "gene1\tgene2\r A \tB\rB\tC\r",
    ],
)
def test_two_columns_however_they_are_parted(text: str, tmp_path: Path) -> None:
    assert pairs_of(write(tmp_path, text)) == [("A", "B"), ("B", "C")]


def test_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "ppi.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for i, row in enumerate([("gene1", "gene2", "score"), ("B", "A", 0.9), ("B", "C", 0.2)]):
            sheet.write_row(i, 0, row)
    assert pairs_of(path, score_cutoff=0.5) == [("A", "B")]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", {}, "the file is empty"),
        ("\x00\x01", {}, "this is not a table of protein interactions (found binary data"),
        ("a,b,c,d\n1,2,3,4\n", {}, "line 1: this table does not say which columns hold the two partners"),
        ("gene1,gene2\nA,B\n\nA\n", {}, "line 4: a row does not have as many cells as the header (found 1 cell;"),
        ("gene1,gene2\n", {}, "no protein interaction is left in this table (found a header without rows"),
        ("A,A\n", {}, "no protein interaction is left in this table (found 1 row of a gene with itself dropped"),
        ("A,B\n", {"score_cutoff": 0.7}, "a score of 0.7 was asked for, and this table has no column of scores"),
        (
            "gene1,gene2,score\nA,B,1\n\nA,C,high\n",
            {"score_cutoff": 0.7},
            "line 4: a score that should be a number is not (found 'high'",
        ),
        (
            "gene1,gene2,score\nA,B,0.9\n",
            {"score_cutoff": 700},
            "a score of 700 does not fit the scores of this table (found scores up to 0.9)",
        ),
        (
            "gene1,gene2,score\nA,B,999\n",
            {"score_cutoff": 0.7},
            "a score of 0.7 does not fit the scores of this table (found scores up to 999)",
        ),
    ],
)
def test_what_is_refused(text: str, options: dict, message: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        read_protein_interactions(write(tmp_path, text), **options)
    assert message in str(caught.value)
