"""Several tables of interactions in one network: files and names of the library, combined, limited by score."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from mirtool.cli import main
from mirtool.library import Entry
from mirtool.library.store import save_interactions
from mirtool.model import Interactions, text_array

STRONG = """\
miRNA,Target Gene,Support Type,References (PMID)
hsa-miR-16-5p,BCL2,Functional MTI,1
hsa-miR-16-5p,P53,Functional MTI,2
hsa-miR-15a-5p,BCL2,Functional MTI,3
hsa-miR-15a-5p,MYC,Functional MTI,4
mmu-miR-16-5p,Bcl2,Functional MTI,5
"""
# One pair of each miRNA in common with STRONG; TP53 is there under its current symbol.
OTHER = """\
miRNA,gene
hsa-miR-16-5p,TP53
hsa-miR-16-5p,CCND1
hsa-miR-15a-5p,BCL2
"""
MIRNAS = "hsa-miR-16-5p,hsa-miR-15a-5p"


@pytest.fixture(autouse=True)
def _study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MIRTOOL_DATA", str(tmp_path / "data"))
    Path("strong.csv").write_text(STRONG)
    Path("other.csv").write_text(OTHER)


def network(*options: str, mirnas: str = MIRNAS) -> int:
    return main(["network", "-v", "--mirnas", mirnas, "--gene-sets", "none", "-o", "out", *options])


def edges() -> list[tuple[str, ...]]:
    with Path("out/network_edges.csv").open(newline="") as file:
        _, *rows = csv.reader(file)
    return [tuple(row) for row in rows]


def test_the_union_of_two_files(capsys):
    assert network("--interactions", "strong.csv", "--interactions", "other.csv", "--evidence", "all") == 0
    err = capsys.readouterr().err
    assert " genes: union of strong.csv and other.csv, all evidence.\n" in err
    assert "strong.csv: 4 pairs, 4 of them kept, 2 in no other source\n" in err
    assert "other.csv: 3 pairs, 3 of them kept, 1 in no other source\n" in err
    assert "strong.csv and other.csv: 2 pairs in common\n" in err
    assert "strong.csv: 1 former gene name replaced by the current symbol" in err
    assert "universe    4 genes of this table at this evidence" in err  # BCL2, CCND1, MYC, TP53
    assert [row[:5] for row in edges()] == [
        ("hsa-miR-16-5p", "BCL2", "strong", "1", "strong.csv"),
        ("hsa-miR-16-5p", "CCND1", "", "", "other.csv"),
        ("hsa-miR-16-5p", "TP53", "strong", "2", "other.csv;strong.csv"),
        ("hsa-miR-15a-5p", "BCL2", "strong", "3", "other.csv;strong.csv"),
        ("hsa-miR-15a-5p", "MYC", "strong", "4", "strong.csv"),
    ]


@pytest.mark.parametrize("combine", ["intersection", "2"])
def test_what_both_hold_at_the_best_evidence_of_either(combine, capsys):
    options = ["--interactions", "strong.csv", "--interactions", "other.csv", "--combine", combine]
    assert network(*options) == 0
    assert "intersection of strong.csv and other.csv, strong evidence" in capsys.readouterr().err
    assert [row[1] for row in edges()] == ["TP53", "BCL2"]
    record = json.loads(Path("out/network.run.json").read_text())["runs"]["network"]
    assert record["arguments"]["interactions"] == ["strong.csv", "other.csv"]
    assert record["arguments"]["combine"] == combine
    assert {"../strong.csv", "../other.csv"} <= record["inputs"].keys()
    assert record["summary"]["interactions_dropped"][2] == "strong.csv and other.csv: 2 pairs in common"


def test_a_name_of_the_library_beside_a_file(capsys):
    assert main(["targets", "add", "strong.csv", "--name", "mine", "--version", "2"]) == 0
    assert network("--interactions", "mine", "--interactions", "other.csv", "--evidence", "all") == 0
    err = capsys.readouterr().err
    assert "union of mine 2 and other.csv" in err
    assert "mine 2: 1 pair of miRNAs of other species than hsa left out" in err
    assert ("hsa-miR-16-5p", "TP53", "strong", "2", "mine 2;other.csv") in [row[:5] for row in edges()]
    inputs = json.loads(Path("out/network.run.json").read_text())["runs"]["network"]["inputs"]
    assert inputs.keys() == {"library: mine", "../other.csv"}


def test_one_name_of_the_library_says_the_same_as_its_file(capsys):
    assert main(["targets", "add", "strong.csv", "--name", "mine"]) == 0
    assert network("--interactions", "strong.csv") == 0
    of_file = edges()
    assert network("--interactions", "mine") == 0
    assert [(m, g.replace("P53", "TP53"), *rest) for m, g, *rest in of_file] == [(*row,) for row in edges()]
    capsys.readouterr()


def test_a_limit_to_the_scores_of_one_source(capsys):
    """As TargetScan's: the lower, the surer."""
    blank = text_array([""] * 3)
    scored = Interactions(
        text_array(["hsa-miR-15a-5p", "hsa-miR-16-5p", "hsa-miR-16-5p"]),
        text_array(["BCL2", "BCL2", "MYC"]),
        text_array(["predicted"] * 3),
        blank,
        "",
        score=np.array([-0.3, -0.5, -0.1]),
        lower_is_better=True,
    )
    entry = Entry("targets", "scored", "", "TargetScan", "2026-01-31", "here", "0" * 64, "ours", "", {})
    save_interactions(entry, scored)
    options = ["--interactions", "scored", "--evidence", "all"]
    assert network(*options, "--min-score", "scored=-0.2") == 0
    assert "1 pair with a score less sure than -0.2, or without one, left out" in capsys.readouterr().err
    assert [row[:2] for row in edges()] == [("hsa-miR-16-5p", "BCL2"), ("hsa-miR-15a-5p", "BCL2")]
    assert network("--interactions", "strong.csv", "--min-score", "strong.csv=1") == 2
    assert "strong.csv has no scores to set a limit to" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--combine", "some"],
            "unknown combination 'some' of 2 tables of interactions (expected union, intersection or ",
        ),
        (["--combine", "3"], "unknown combination '3' of 2 tables of interactions"),
        (["--combine", "0"], "unknown combination '0' of 2 tables of interactions"),
        (
            ["--interactions", "other.csv"],
            "two sources of interactions are called other.csv\n  What to do: name each once",
        ),
        (
            ["--min-score", "x=1"],
            "the score limit x=1 is not for one of the tables of interactions (found 'x'; expected strong",
        ),
        (["--min-score", "strong.csv=high"], "the score limit strong.csv=high is not a number (found 'high')"),
        (["--min-score", "5"], "the score limit 5 is not for one of the tables of interactions"),
        (["--interactions", "nothing"], "the library has no table of interactions called 'nothing'"),
    ],
)
def test_calls_that_are_wrong(options, said, capsys):
    assert network("--interactions", "strong.csv", "--interactions", "other.csv", *options) == 2
    assert said in capsys.readouterr().err


def test_a_file_that_is_not_there(capsys):
    assert network("--interactions", "none.csv") == 1
    assert "none.csv: no such file" in capsys.readouterr().err


def test_a_species_the_library_does_not_have(capsys):
    assert main(["targets", "add", "other.csv"]) == 0
    assert network("--interactions", "other", mirnas="mmu-miR-16-5p,mmu-miR-15a-5p") == 1
    assert "other holds no miRNA whose name begins with mmu-" in capsys.readouterr().err


def test_gene_sets_by_a_name_of_the_library(capsys):
    Path("mine.gmt").write_text("repair\tR:1\tP53\tBCL2\tMYC\nblood\tR:2\tCCND1\tMYC\tBCL2\n")
    assert main(["genesets", "add", "mine.gmt", "--version", "3"]) == 0
    options = [
        "--interactions",
        "strong.csv",
        "--interactions",
        "other.csv",
        "--evidence",
        "all",
        "--min-size",
        "1",
    ]
    assert (
        main(
            ["network", "-v", "--mirnas", MIRNAS, "--gene-sets", "mine", "-o", "out", "--null", "genes", *options]
        )
        == 0
    )
    assert "  gene sets    mine 3\n" in capsys.readouterr().err


def test_former_gene_names_of_a_file_alone_are_counted(capsys):
    assert network("--interactions", "strong.csv") == 0
    assert "1 former gene name or identifier kept unchanged, which sets of current" in capsys.readouterr().err
    assert [row[1] for row in edges()] == ["BCL2", "P53", "BCL2", "MYC"]


def test_a_file_is_taken_before_a_name_of_the_library_and_that_is_said(capsys):
    assert main(["targets", "add", "other.csv", "--name", "ours"]) == 0
    Path("ours").write_text(STRONG)
    assert network("--interactions", "ours") == 0
    assert "ours is a file here and a name in the library: the file is read" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["high", "nan", "inf", ""])
def test_a_limit_that_is_no_number(value, capsys):
    assert network("--interactions", "strong.csv", "--min-score", f"strong.csv={value}") == 2
    assert f"the score limit strong.csv={value} is not a number" in capsys.readouterr().err
