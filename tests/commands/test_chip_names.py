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
2,hsa-miR-3613,200,220
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
    assert main(["normalize", "-v", "chip.csv", *FEW, "-o", "n.csv"]) == 0
    assert [row[1] for row in rows("n.csv")[1:4]] == ["hsa-miR-95", "hsa-miR-3613", "hsa-miR-95/hsa-let-7a-5p"]
    assert not Path("n_names.csv").exists()
    assert (
        "miRNA names on the chip: 1 current (miRBase 22), 2 renamed, 1 not mapped\n"
        "  renamed: hsa-miR-95 is hsa-miR-95-3p\n"
        "  renamed: hsa-miR-95/hsa-let-7a-5p is hsa-miR-95-3p/hsa-let-7a-5p\n"
        "  not mapped: hsa-miR-3613: arm missing (may be hsa-miR-3613-3p, hsa-miR-3613-5p)\n"
    ) in capsys.readouterr().err
    record = json.loads(Path("n.run.json").read_text())["runs"]["normalize"]
    assert record["summary"]["mirna_names"] == {
        "names": 4,
        "renamed": {
            "hsa-miR-95": "hsa-miR-95-3p",
            "hsa-miR-95/hsa-let-7a-5p": "hsa-miR-95-3p/hsa-let-7a-5p",
        },
        "not_mapped": {"hsa-miR-3613": "arm missing"},
    }


def test_current_names_on_demand_with_the_chips_own_beside():
    aliases = str(SOURCES / "aliases.txt")
    Path("chip.csv").write_text(CHIP.replace("hsa-miR-3613", "hsa-miR-16"))
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
    run = json.loads(Path("n.run.json").read_text())["runs"]["normalize"]
    assert dict(run["tables"]["n.csv"]["notes"])["names"].startswith("miRBase 22 where known")
    assert aliases in run["inputs"]


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
    assert main([*call, "-v", "-o", "net"]) == 0
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


def test_a_network_of_names_of_older_releases():
    call = ["network", "--mirnas", "hsa-miR-95,hsa-miR-16", "--interactions", "pairs.csv", "--gene-sets", "none"]
    assert main(call) == 0
    assert {row[0] for row in rows("network_edges.csv")[1:]} == {"hsa-miR-95-3p", "hsa-miR-16-5p"}


def test_a_network_with_a_source_of_names():
    # A name that no release of miRBase has had, from a source of the user's.
    Path("aliases.txt").write_text("MIMAT0000069\thsa-miR-16-guide;hsa-miR-16-5p;\n")
    call = ["network", "--mirnas", "hsa-miR-95,hsa-miR-16-guide", "--interactions", "pairs.csv"]
    assert main([*call, "--gene-sets", "none"]) == 1
    assert main([*call, "--gene-sets", "none", "--aliases", "aliases.txt"]) == 0
    assert {row[0] for row in rows("network_edges.csv")[1:]} == {"hsa-miR-95-3p", "hsa-miR-16-5p"}


SHARED = """\
ID,Name,s1,s2
1,mmu-miR-378,100,110
2,mmu-miR-699,200,220
3,mmu-miR-1186,300,330
"""


def test_a_chip_decides_shared_names_by_its_release(capsys):
    # mmu-miR-378: MIMAT0000742 (378a-5p) to 9.2, MIMAT0003151 (378a-3p) from 10; 12 is the newest with all three.
    Path("chip.csv").write_text(SHARED)
    assert main(["normalize", "-v", "chip.csv", *FEW, "-o", "n.csv", "--current-names"]) == 0
    assert rows("n.csv")[1][:2] == ["1", "mmu-miR-378a-3p"]
    assert (
        "miRNA names on the chip: 0 current (miRBase 22), 1 renamed, 2 withdrawn from miRBase\n"
        "  1 name decided by miRBase 12 (3 of 3 names are in it): mmu-miR-378 is mmu-miR-378a-3p\n"
    ) in capsys.readouterr().err
    summary = json.loads(Path("n.run.json").read_text())["runs"]["normalize"]["summary"]["mirna_names"]
    assert summary["decided_by_release"] == {"mmu-miR-378": "miRBase 12"}
    assert (
        main(["normalize", "-v", "chip.csv", *FEW, "-o", "n.csv", "--current-names", "--mirbase-release", "9.2"])
        == 0
    )
    assert rows("n.csv")[1][:2] == ["1", "mmu-miR-378a-5p"]


def test_a_short_slash_name_has_the_targets_of_its_arm():
    Path("pairs.csv").write_text(
        "mirna,gene,support\nhsa-miR-190a-3p,A,strong\nhsa-miR-190a-5p,B,strong\nhsa-miR-16-5p,A,strong\n"
    )
    call = ["network", "--mirnas", "hsa-miR-190a/b-3p,hsa-miR-16", "--interactions", "pairs.csv"]
    assert main([*call, "--gene-sets", "none"]) == 0
    assert [row[:2] for row in rows("network_edges.csv")[1:]] == [
        ["hsa-miR-190a-3p/hsa-miR-190b-3p", "A"],
        ["hsa-miR-16-5p", "A"],
    ]


def test_names_without_a_species_are_of_the_one_asked_for(capsys):
    # MIMAT0000068 is hsa-miR-15a-5p; mmu-miR-1a-3p is of another species.
    Path("pairs.csv").write_text(
        "mirna,gene,support\nmiR-16-5p,A,strong\nmiR-21,B,strong\nMIMAT0000068,A,strong\nmmu-miR-1a-3p,A,strong\n"
    )
    call = ["network", "--mirnas", "miR-16,miR-21-5p,hsa-miR-15a", "--interactions", "pairs.csv"]
    assert main([*call, "--species", "hsa", "--gene-sets", "none", "-v"]) == 0
    assert [row[:2] for row in rows("network_edges.csv")[1:]] == [
        ["hsa-miR-16-5p", "A"],
        ["hsa-miR-21-5p", "B"],
        ["hsa-miR-15a-5p", "A"],
    ]
    assert "1 row of miRNAs of other species than hsa dropped" in capsys.readouterr().err


def test_names_without_a_species_are_pointed_out(capsys):
    assert main(["names", "miR-16-5p", "let-7a-5p"]) == 0
    assert (
        "  some names do not say their species: give it with --species, such as hsa\n" in capsys.readouterr().err
    )


def test_a_list_of_mirnas_in_a_column_of_another_header():
    Path("chosen.csv").write_text("gene_tarbase,miRNA_tarbase\nA,hsa-miR-95\nC,hsa-miR-16-5p\n")
    assert main(["network", "--mirnas", "chosen.csv", "--interactions", "pairs.csv", "--gene-sets", "none"]) == 0
    assert {row[0] for row in rows("network_edges.csv")[1:]} == {"hsa-miR-95-3p", "hsa-miR-16-5p"}


def test_sets_of_entrez_numbers_are_called_so(capsys):
    Path("entrez.gmt").write_text("S1\tna\t1\t10001\nS2\tna\t10\t100\n")
    Path("genes.txt").write_text("BCL2\nTP53\n")
    assert main(["enrichment", "genes.txt", "--gene-sets", "entrez.gmt"]) == 1
    err = capsys.readouterr().err
    assert "found gene symbols such as BCL2, TP53; expected Entrez identifiers such as 1, 10, 100" in err


def test_names_in_the_spelling_of_r_are_mirnas_and_counted(capsys):
    Path("dots.csv").write_text("miRNA,P1,P2\nhsa.miR.16.5p,503,510\nhsa.miR.95,70,80\nhsa-miR-21-5p,900,910\n")
    assert main(["normalize", "-v", "dots.csv", *FEW, "-o", "n.csv"]) == 0
    err = capsys.readouterr().err
    assert "3: 3 miRNA\n" in err
    assert (
        "miRNA names on the chip: 1 current (miRBase 22), 1 renamed, 1 spelled otherwise\n"
        "  renamed: hsa.miR.95 is hsa-miR-95-3p\n"
        "  spelled otherwise: hsa.miR.16.5p is hsa-miR-16-5p\n"
    ) in err
