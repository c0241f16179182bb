"""``mirtool targets predict`` as a whole."""

import csv
import io
from pathlib import Path

import pytest

from mirtool.cli import main

# miR-17-5p and miR-20a-5p pair with GCACUUU by bases 2-8, miR-15a-5p (UAGCAGCACAU…) with GCUGCUA by bases 1-7.
UTRS = """\
>E1|T1|CDKN1A
GGGCACTTTAGG
>E1|T2|CDKN1A
GGGCACTTTAGGCACTTTG
>E2|T3|BCL2
ggTGCTGCTAccNN
>E3|T4|ACTB
GGGGGGGGGG
"""
EXPECTED = """\
miRNA,gene,site,8mer,7mer-m8,7mer-A1,6mer,UTR,UTRs with sites,evidence
hsa-miR-17-5p,CDKN1A,8mer,1,1,0,0,E1|T2|CDKN1A,2,predicted
hsa-miR-15a-5p,BCL2,8mer,1,0,0,0,E2|T3|BCL2,1,predicted
"""
SITES = """\
miRNA,gene,UTR,site,start,end
hsa-miR-17-5p,CDKN1A,E1|T1|CDKN1A,8mer,3,10
hsa-miR-17-5p,CDKN1A,E1|T2|CDKN1A,8mer,3,10
hsa-miR-17-5p,CDKN1A,E1|T2|CDKN1A,7mer-m8,12,18
hsa-miR-15a-5p,BCL2,E2|T3|BCL2,8mer,3,10
"""
MATURE = (
    ">hsa-miR-17-5p MIMAT0000070\nCAAAGUGCUUACAGUGCAGGUAG\n>hsa-miR-15a-5p MIMAT0000068\nUAGCAGCACAUAAUGGUUUGUG\n"
)


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("utrs.fa").write_text(UTRS)
    Path("mature.fa").write_text(MATURE)
    Path("names.txt").write_text("hsa-miR-17-5p\nhsa-miR-15a-5p\n")


@pytest.mark.parametrize("mirna", ["mature.fa", "names.txt", "hsa-miR-17-5p,hsa-miR-15a-5p"])
def test_targets_and_sites(mirna: str, capsys: pytest.CaptureFixture[str]) -> None:
    call = [
        "targets",
        "predict",
        "--mirna",
        mirna,
        "--utr",
        "utrs.fa",
        "--gene-field",
        "3",
        "--sites",
        "sites.csv",
    ]
    assert main(call) == 0
    out, err = capsys.readouterr()
    assert out == EXPECTED
    assert Path("sites.csv").read_text() == SITES
    assert "4 UTRs of 3 genes: CDKN1A, BCL2" in err
    assert "sites weaker than 7mer-A1" in err


def test_the_table_is_one_of_predicted_interactions(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.csv").write_text(EXPECTED)
    assert main(["inspect", "p.csv"]) == 0
    seen = capsys.readouterr()
    assert "predicted" in seen.out + seen.err
    names = "hsa-miR-17-5p,hsa-miR-15a-5p"
    call = ["network", "--mirnas", names, "--interactions", "p.csv", "--gene-sets", "none"]
    assert main([*call, "--evidence", "all"]) == 0
    edges = list(csv.DictReader(io.StringIO(Path("network_edges.csv").read_text())))
    assert [(row["gene"], row["evidence"]) for row in edges] == [("CDKN1A", "predicted"), ("BCL2", "predicted")]


def test_a_site_too_weak_is_no_target(capsys: pytest.CaptureFixture[str]) -> None:
    Path("utrs.fa").write_text(">X\nGGACACUUUGGG\n>Y\nGGGCACUUUG\n")
    call = ["targets", "predict", "--mirna", "hsa-miR-17-5p", "--utr", "utrs.fa"]
    assert main(call) == 0
    assert [row["gene"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))] == ["Y"]
    assert main([*call, "--least", "6mer"]) == 0
    assert [row["site"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))] == ["6mer", "7mer-m8"]
    assert main([*call, "--least", "8mer"]) == 1
    assert "no UTR has a site" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--mirna", "hsa-miR-17", "--utr", "utrs.fa"], 2, "has no miRNA of this name"),
        (["--mirna", "absent.fa", "--utr", "utrs.fa"], 1, "absent.fa"),
        (["--mirna", "mature.fa", "--utr", "absent.fa"], 1, "absent.fa"),
        (["--mirna", "mature.fa", "--utr", "names.txt"], 1, "this is no FASTA file"),
        (["--mirna", "mature.fa", "--utr", "utrs.fa", "--gene-field", "4"], 1, "has no field 4"),
        (["--mirna", "twice.fa", "--utr", "utrs.fa"], 1, "two miRNAs are named hsa-miR-17-5p"),
        (["--mirna", "short.fa", "--utr", "utrs.fa"], 1, "no known bases 2 to 8"),
    ],
)
def test_what_is_refused(options: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("twice.fa").write_text(MATURE + MATURE)
    Path("short.fa").write_text(">x\nACGUN\n")
    assert main(["targets", "predict", *options]) == code
    assert message in capsys.readouterr().err
