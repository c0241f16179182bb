"""``mirtool gsea`` as a whole: gene sets, targets of miRNAs, the study folder, and what is refused."""

import csv
import json
from pathlib import Path

import pytest

from mirtool.cli import main

GENES = [f"G{i:02}" for i in range(1, 41)]
# t falls from 19.5 to -19.5: G01 is up most, G40 is down most.
MRNA = "gene,logFC,t\n" + "".join(f"{gene},{(20.5 - i) / 10},{20.5 - i}\n" for i, gene in enumerate(GENES, 1))
GMT = "first\tR:1\t" + "\t".join(GENES[:6]) + "\nlast\tR:2\t" + "\t".join(GENES[-6:]) + "\nsmall\t\tG01\n"
INTERACTIONS = "miRNA,Target Gene,Support Type\n" + "".join(
    f"{mirna},{gene},Functional MTI\n"
    for mirna, genes in {
        "hsa-miR-17-5p": GENES[-8:],
        "hsa-miR-20a-5p": GENES[-10:-2],
        "hsa-miR-21-5p": GENES[:6],
        "hsa-miR-1-3p": GENES[:38:2],
    }.items()
    for gene in genes
)
DIFFERENTIAL = """\
ID,Name,mean T,mean R,log2 ratio T/R,regulation by fold change
1,hsa-miR-17-5p,4,1,2,up
2,hsa-miR-20a-5p,4,1,2,up
3,hsa-miR-21-5p,1,4,-2,down
4,hsa-miR-1-3p,1,1,0,
"""


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("mrna.csv", MRNA), ("sets.gmt", GMT), ("hsa.csv", INTERACTIONS), ("d.csv", DIFFERENTIAL)):
        Path(name).write_text(text)
    return tmp_path


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("# ")))


def test_gene_sets_at_both_ends(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gsea", "mrna.csv", "--gene-sets", "sets.gmt", "--min-size", "5", "--permutations", "500"]) == 0
    out, err = capsys.readouterr()
    found = {row["gene set"]: row for row in rows(out)}
    # All of a set at one end: nothing pulls the sum back before the peak.
    assert {name: float(row["ES"]) for name, row in found.items()} == {"first": 1, "last": -1}
    assert found["first"]["leading edge genes"] == ";".join(GENES[:6])
    assert found["last"]["leading edge"] == "6"
    assert "tested     2 of 3: 5 to 500 genes each" in err
    assert "ranked     40 genes by t" in err


def test_targets_of_what_went_up_went_down(capsys: pytest.CaptureFixture[str]) -> None:
    call = [
        "gsea",
        "mrna.csv",
        "--targets",
        "--mirnas",
        "d.csv",
        "--interactions",
        "hsa.csv",
        "--permutations",
        "800",
    ]
    assert main([*call, "-o", "targets.csv", "--figures", "figures"]) == 0
    err = capsys.readouterr().err
    # Of the 40 genes the interactions know G01 … G06, every second one to G37, and G31 … G40.
    known = {*GENES[:6], *GENES[:38:2], *GENES[-10:]}
    assert f"Of 40 genes of the list, hsa.csv knows {len(known)} at strong evidence: these are ranked." in err
    found = {row["gene set"]: row for row in rows(Path("targets.csv").read_text())}
    assert set(found) == {
        "targets of the 2 miRNAs up",
        "shared targets of the 2 miRNAs up",
        "targets of the 1 miRNA down",
        "hsa-miR-17-5p",
        "hsa-miR-20a-5p",
        "hsa-miR-21-5p",
    }
    assert found["targets of the 2 miRNAs up"]["description"] == "up"
    assert float(found["targets of the 2 miRNAs up"]["ES"]) == -1
    assert float(found["targets of the 1 miRNA down"]["ES"]) == 1
    assert {path.name for path in Path("figures").iterdir()} == {"captions.md", "gsea.png", "gsea.svg"}
    record = json.loads(Path("targets.run.json").read_text())
    assert "gsea" in json.dumps(record)


def test_in_a_study_folder_the_table_of_diff_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    Path("samples.csv").write_text("sample,group,file\na,T,a.gpr\nb,R,b.gpr\n")
    assert main(["gsea", "mrna.csv", "--targets", "--interactions", "hsa.csv"]) == 1
    assert "the study has no differential table yet" in capsys.readouterr().err
    Path("results").mkdir()
    Path("d.csv").rename("results/differential.csv")
    call = ["gsea", "mrna.csv", "--targets", "--interactions", "hsa.csv", "--permutations", "100"]
    assert main(call) == 0
    first = Path("results/gsea.csv").read_bytes(), Path("figures/gsea.png").read_bytes()
    assert main(call) == 0
    assert (Path("results/gsea.csv").read_bytes(), Path("figures/gsea.png").read_bytes()) == first


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["mrna.csv", "--targets", "--gene-sets", "sets.gmt"], 2, "contradict each other"),
        (["mrna.csv", "--score", "t", "--rank-by", "log2"], 2, "contradict each other"),
        (["mrna.csv", "--targets"], 2, "needs to know whose"),
        (["mrna.csv", "--gene-sets", "none"], 2, "nothing to test"),
        (["mrna.csv", "--gene-sets", "go-all"], 2, "only one collection of gene sets can be tested here"),
        (["mrna.csv", "--gene-sets", "sets.gmt", "--rank-by", "signed-p"], 2, "can't be ranked by signed-p"),
        (["mrna.csv", "--gene-sets", "sets.gmt"], 1, "no gene set has 15 to 500 of the 40 genes"),
        (["absent.csv"], 1, "absent.csv"),
        (["sets.gmt"], 1, "sets.gmt"),
    ],
)
def test_what_is_refused(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gsea", *arguments]) == code
    assert message in capsys.readouterr().err


def test_ensembl_identifiers_meet_symbols(capsys: pytest.CaptureFixture[str]) -> None:
    # TP53, BCL2 and MYC by Ensembl, a former symbol and Entrez; TP53 in two rows, of which the median counts.
    Path("ids.csv").write_text(
        ",log2FoldChange,stat,padj\nENSG00000141510.18,3,3,0.1\nTP53,5,5,0.1\nENSG00000171791,2,2,0.1\n4609,1,1,0.1\n"
        "G1,-1,-1,0.1\nG2,-2,-2,0.1\n"
    )
    Path("two.gmt").write_text("up\t\tP53\tBCL2\tMYC\n")
    call = ["gsea", "-v", "ids.csv", "--gene-sets", "two.gmt", "--min-size", "3", "--permutations", "50"]
    assert main(call) == 0
    out, err = capsys.readouterr()
    assert "4 genes of ids.csv met under other names" in err
    assert "1 gene in several rows: the median of their scores taken" in err
    assert rows(out)[0]["leading edge genes"] == "P53;BCL2;MYC"
