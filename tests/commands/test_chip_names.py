"""``mirtool normalize`` and ``mirtool network`` on names of other releases: what is said, written and recorded."""

import csv
import json
from pathlib import Path

import pytest

from mirtool.cli import main

SOURCES = Path(__file__).resolve().parents[2] / "fixtures" / "mirna_names"
CHIP = """\
ID,Name,s1,s2
1,hsa-miR-95,100,110
2,hsa-miR-16,200,220
3,hsa-miR-95/hsa-let-7a-5p,300,330
4,hsa-miRPlus-A1015,400,440
5,hsa-miR-21-5p,500,550
6,Empty,1,2
"""
FEW = ["--min-factor-probes", "1"]
INTERACTIONS = """\
mirna,gene,support,pmid
hsa-miR-95,A,weak,2
hsa-miR-95-3p,A,strong,1
hsa-miR-95,B,strong,3
hsa-miR-16-5p,A,strong,4
hsa-miR-16-5p,C,strong,5
hsa-mir-16-1,C,strong,6
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("chip.csv").write_text(CHIP)
    Path("pairs.csv").write_text(INTERACTIONS)


def rows(path: str) -> list[list[str]]:
    with Path(path).open(newline="") as file:
        return [row for row in csv.reader(file) if not row[0].startswith("#")]


def test_the_chip_keeps_its_names_and_the_others_are_said(capsys):
    assert main(["normalize", "chip.csv", *FEW, "-o", "n.csv"]) == 0
    assert [row[1] for row in rows("n.csv")[1:4]] == ["hsa-miR-95", "hsa-miR-16", "hsa-miR-95/hsa-let-7a-5p"]
    assert not Path("n_names.csv").exists()
    assert (
        "miRNA names on the chip: 1 current (miRBase 22), 2 renamed, 1 not mapped\n"
        "  renamed: hsa-miR-95 is hsa-miR-95-3p\n"
        "  renamed: hsa-miR-95/hsa-let-7a-5p is hsa-miR-95-3p/hsa-let-7a-5p\n"
        "  not mapped: hsa-miR-16: arm missing (may be hsa-miR-16-1-3p, hsa-miR-16-2-3p, hsa-miR-16-5p)\n"
        "  names of older releases: give miRBase's aliases.txt or an old mature.fa with --aliases\n"
    ) in capsys.readouterr().err
    record = json.loads(Path("n.run.json").read_text())["runs"]["normalize"]
    assert record["summary"]["mirna_names"] == {
        "names": 4,
        "renamed": {
            "hsa-miR-95": "hsa-miR-95-3p",
            "hsa-miR-95/hsa-let-7a-5p": "hsa-miR-95-3p/hsa-let-7a-5p",
        },
        "not_mapped": {"hsa-miR-16": "arm missing"},
    }


def test_current_names_on_demand_with_the_chips_own_beside():
    aliases = str(SOURCES / "aliases.txt")
    assert main(["normalize", "chip.csv", *FEW, "-o", "n.csv", "--current-names", "--aliases", aliases]) == 0
    assert [row[:2] for row in rows("n.csv")[1:]] == [
        ["1", "hsa-miR-95-3p"],
        ["2", "hsa-miR-16-5p"],
        ["3", "hsa-miR-95-3p/hsa-let-7a-5p"],
        ["4", "hsa-miRPlus-A1015"],
        ["5", "hsa-miR-21-5p"],
    ]
    assert [row[:5] for row in rows("n_names.csv")] == [
        ["ID", "Name", "current name", "accession", "name status"],
        ["1", "hsa-miR-95", "hsa-miR-95-3p", "MIMAT0000094", "renamed"],
        ["2", "hsa-miR-16", "hsa-miR-16-5p", "MIMAT0000069", "renamed"],
        ["3", "hsa-miR-95/hsa-let-7a-5p", "hsa-miR-95-3p/hsa-let-7a-5p", "MIMAT0000094/MIMAT0000062", "renamed"],
        ["5", "hsa-miR-21-5p", "hsa-miR-21-5p", "MIMAT0000076", "current"],
    ]
    assert "names: miRBase 22 where known" in Path("n.csv").read_text().splitlines()[0]
    assert aliases in json.loads(Path("n.run.json").read_text())["runs"]["normalize"]["inputs"]


def test_current_names_need_a_file_for_the_chips_own(capsys):
    assert main(["normalize", "chip.csv", *FEW, "--current-names"]) == 2
    assert "--current-names writes further tables, which need a file beside them" in capsys.readouterr().err


def test_a_chip_without_mirnas_is_not_asked_about_names(capsys):
    Path("genes.csv").write_text("ID,Name,s1\n1,BCL2,100\n2,MYC,200\n")
    assert main(["normalize", "genes.csv", "--probes", "all", *FEW, "-o", "g.csv"]) == 0
    assert "miRNA names" not in capsys.readouterr().err


def test_a_network_meets_under_current_names(capsys):
    # hsa-miR-95 and hsa-miR-95-3p are one: {A, B}, with the references of both; hsa-mir-16-1 is a precursor.
    call = [
        "network",
        "--mirnas",
        "hsa-miR-95,hsa-miR-16-5p",
        "--interactions",
        "pairs.csv",
        "--gene-sets",
        "none",
    ]
    assert main([*call, "-o", "net"]) == 0
    assert rows("net/network_edges.csv")[1:] == [
        ["hsa-miR-95-3p", "A", "strong", "1;2"],
        ["hsa-miR-95-3p", "B", "strong", "3"],
        ["hsa-miR-16-5p", "A", "strong", "4"],
        ["hsa-miR-16-5p", "C", "strong", "5"],
    ]
    err = capsys.readouterr().err
    assert (
        "miRNA names of the study: 1 current (miRBase 22), 1 renamed\n"
        "  renamed: hsa-miR-95 is hsa-miR-95-3p\n"
        "miRNA names in pairs.csv: 2 current (miRBase 22), 1 renamed, 1 not mapped (run.json lists them)\n"
        "  renamed: hsa-miR-95 is hsa-miR-95-3p\n"
        "  not mapped: hsa-mir-16-1: precursor (may be hsa-miR-16-5p, hsa-miR-16-1-3p)\n"
    ) in err
    summary = json.loads(Path("net/network.run.json").read_text())["runs"]["network"]["summary"]
    assert summary["study_names"] == {"names": 2, "renamed": {"hsa-miR-95": "hsa-miR-95-3p"}, "not_mapped": {}}
    assert summary["interactions_names"]["not_mapped"] == {"hsa-mir-16-1": "precursor"}


def test_a_network_with_a_source_of_names():
    call = ["network", "--mirnas", "hsa-miR-95,hsa-miR-16", "--interactions", "pairs.csv", "--gene-sets", "none"]
    assert main(call) == 1
    assert main([*call, "--aliases", str(SOURCES / "aliases.txt")]) == 0
    assert {row[0] for row in rows("network_edges.csv")[1:]} == {"hsa-miR-95-3p", "hsa-miR-16-5p"}
