"""``mirtool mirna-sets`` as a whole: what it writes, what it says, what it refuses."""

import csv
import json
from pathlib import Path

import pytest

from mirtool.cli import main

UP = ("hsa-miR-21-5p",)
DOWN = ("hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-18a-5p")
STILL = (
    "hsa-miR-93-5p/hsa-miR-106b-5p",
    "hsa-miR-15a-5p",
    "hsa-miR-16-5p",
    "hsa-miR-95",
    "hsa-miR-1-3p",
    "hsa-miR-122-5p",
    "hsa-miR-223-3p",
    "miRPlus-A1015",
)
# The array: 11 miRNAs known to miRBase (the slash probe is one). Of the family AAAGUGC it has 17-5p, 20a-5p and
# the slash probe; of the clusters 17~92 with three, 15a~16-1 with two (and 106b~25 with the slash probe alone).
# Down, 3 of 11, families: 2 of 3: (C(3,2) * 8 + C(3,3)) / C(11,3) = 25/165; the family of 15a and 16 has no hit,
# P = 1. BH over the two: 50/165. Clusters: 3 of 3: 1/165, BH over two: 2/165.
SETS = """\
query,collection,set,description,hits,set size,query size,universe size,expected,fold,P,FDR,miRNAs
down,seed families,hsa-miR-17-5p family (AAAGUGC),\
"hsa-miR-17-5p, hsa-miR-20a-5p, hsa-miR-20b-5p, hsa-miR-93-5p, …; 8 in miRBase 22",2,3,3,11,\
0.8182,2.444,0.152,0.303,hsa-miR-17-5p;hsa-miR-20a-5p
up or down,seed families,hsa-miR-17-5p family (AAAGUGC),"hsa-miR-17-5p, hsa-miR-20a-5p, hsa-miR-20b-5p, \
hsa-miR-93-5p, …; 8 in miRBase 22",2,3,4,11,1.091,1.833,0.279,0.558,\
hsa-miR-17-5p;hsa-miR-20a-5p
down,"clusters within 10,000 bases (NCBI Gene of 2022-09, GRCh38)",hsa-mir-17 ~ hsa-mir-92a-1,\
"13:91350605-91351391 (+), 6 precursors",3,3,3,11,0.8182,3.667,0.00606,0.0121,\
hsa-miR-17-5p;hsa-miR-18a-5p;hsa-miR-20a-5p
up or down,"clusters within 10,000 bases (NCBI Gene of 2022-09, GRCh38)",hsa-mir-17 ~ hsa-mir-92a-1,\
"13:91350605-91351391 (+), 6 precursors",3,3,4,11,1.091,2.75,0.0242,0.0485,\
hsa-miR-17-5p;hsa-miR-18a-5p;hsa-miR-20a-5p
"""


@pytest.fixture(autouse=True)
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("samples.csv").write_text("sample,group\na,R\nb,T\n")
    Path("results").mkdir()
    calls = {**dict.fromkeys(UP, "up"), **dict.fromkeys(DOWN, "down"), **dict.fromkeys(STILL, "")}
    Path("results/differential.csv").write_text(
        "# mirtool differential; tested: T; reference: R\n"
        "ID,Name,mean T,mean R,log2 ratio T/R,regulation by fold change\n"
        + "".join(f"{i},{name},1,1,0,{call}\n" for i, (name, call) in enumerate(calls.items()))
    )
    return tmp_path


def test_families_and_clusters_of_a_study(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mirna-sets", "-v"]) == 0
    assert Path("results/mirna_sets.csv").read_text() == SETS
    said = capsys.readouterr().err
    assert "miRNA names of the array: 10 current (miRBase 22), 1 renamed, 1 not mapped" in said
    assert "universe  11 miRNAs (the rows of differential.csv; 1 more that miRBase does not know)" in said
    assert "hsa-mir-17 ~ hsa-mir-92a-1     3   3  0.00606  0.0121" in said
    run = json.loads(Path("results/run.json").read_text())["runs"]["mirna-sets"]
    notes = dict(run["tables"]["results/mirna_sets.csv"]["notes"])
    assert notes["sets tested"].startswith("2 seed families for up and 2 seed families for down")
    assert run["summary"]["down in seed families"]["universe"] == 11
    assert run["arguments"]["distance"] == 10_000


def test_sets_over_names_and_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    Path("hmdd.gmt").write_text(
        "lymphoma\t\thsa-mir-17\thsa-mir-18a\thsa-mir-20a\nliver\t\thsa-miR-122-5p\tTP53\n"
    )
    Path("array.txt").write_text("\n".join((*UP, *DOWN, *STILL)) + "\n")
    asked = ["mirna-sets", "--mirnas", ",".join(DOWN), "--sets", "hmdd.gmt", "--min-size", "1"]
    assert main([*asked, "-v", "--universe", "array.txt"]) == 0
    shown = capsys.readouterr()
    rows = list(csv.DictReader(shown.out.splitlines()[1:]))
    assert [(row["query"], row["set"], row["hits"], row["set size"]) for row in rows] == [
        ("miRNAs", "lymphoma", "3", "3")
    ]
    assert float(rows[0]["P"]) == pytest.approx(1 / 165, rel=5e-3)  # of C(11,3) draws
    assert "hmdd.gmt: 3 names of precursors, taken for their mature miRNAs" in shown.err
    assert "hmdd.gmt: 1 name of the sets not mapped: TP53" in shown.err
    assert main(asked) == 0
    assert "Warning: no --universe given: every miRNA of miRBase counts" in capsys.readouterr().err


def test_places_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    row = "1\t.\tmiRNA{}\t{}\t{}\t.\t+\t.\tID={};Name={}{}\n"
    lines = ["# microRNAs: miRBase v22\n"]
    for i, name in enumerate(("17", "21", "1")):
        start = 1000 * (i + 1)
        own = f"MI000000{i}"
        lines += [
            row.format("_primary_transcript", start, start + 80, own, f"hsa-mir-{name}", ""),
            row.format(
                "",
                start,
                start + 22,
                f"MIMAT{i}",
                f"hsa-miR-{name}-{'3' if name == '1' else '5'}p",
                f";Derives_from={own}",
            ),
        ]
    Path("own.gff3").write_text("".join(lines))
    assert main(["mirna-sets", "-v", "--sets", "clusters", "--gff", "own.gff3", "--distance", "950"]) == 0
    said = capsys.readouterr().err
    assert "clusters within 950 bases (own.gff3, miRBase v22): 8 miRNAs whose place is not known" in said
    assert "universe     3 miRNAs" in said
    rows = list(csv.DictReader(Path("results/mirna_sets.csv").read_text().splitlines()))
    assert {(row["set"], row["set size"]) for row in rows} == {("hsa-mir-17 ~ hsa-mir-1", "3")}
    assert main(["mirna-sets", "-v", "--sets", "clusters", "--gff", "own.gff3", "--distance", "900"]) == 1
    assert "has 2 to 3 miRNAs on the array" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--sets", "none"], 2, "there is nothing to test without sets"),
        (["--sets", "none.gmt"], 1, "none.gmt: no such file"),
        (["--gff", "none.gff3"], 1, "none.gff3: no such file"),
        (["--gff", "samples.csv"], 1, "this line is no row of a GFF3"),
        (["--regulation", "volcano-p"], 2, "choose --regulation fold-change"),
        (
            ["--mirnas", "miRPlus-A1015", "--universe", "results/differential.csv"],
            1,
            "none of the 1 miRNA is among",
        ),
        (["--format", "pdf", "-o", "-"], 2, "no format is known for the output -"),
    ],
)
def test_what_is_refused(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mirna-sets", *arguments]) == code
    assert message in capsys.readouterr().err
    assert not Path("results/mirna_sets.csv").exists()


def test_clusters_of_another_species_ask_for_its_places(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["mirna-sets", "--mirnas", "mmu-miR-17-5p,mmu-miR-20a-5p", "--sets", "clusters"]) == 1
    err = capsys.readouterr().err
    assert "hold none of the array's miRNAs" in err
    assert "name miRBase's GFF3 of yours, --gff mmu.gff3" in err
