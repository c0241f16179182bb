"""``mirtool network`` in a tissue: --expressed, --mrna and --paired-mrna as a whole."""

import csv
from pathlib import Path

import pytest

from mirtool.cli import main

INTERACTIONS = "miRNA,Target Gene,Support Type\n" + "".join(
    f"{mirna},G{i},Functional MTI\n"
    for mirna, genes in {"hsa-miR-17-5p": (1, 2, 3), "hsa-miR-20a-5p": (2, 3, 4), "hsa-miR-21-5p": (3, 5)}.items()
    for i in genes
)
DIFFERENTIAL = """\
ID,Name,mean T,mean R,log2 ratio T/R,regulation by fold change
1,hsa-miR-17-5p,4,1,2,up
2,hsa-miR-20a-5p,4,1,2,up
3,hsa-miR-21-5p,1,4,-2,down
"""
MRNA = "gene,logFC,padj\nG1,-1,0.01\nG2,-2,0.01\nG3,-1,0.01\nG4,1,0.01\nG5,2,0.01\n"
NORMALIZED = "# mirtool normalized; scale: log2; recipe: exiqon-service\nID,Name,s1,s2,s3,s4,s5,s6\n" + "".join(
    f"{i},{name},1,2,3,4,5,6\n" for i, name in enumerate(["hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-21-5p"])
)
GENES = "gene,s1,s2,s3,s4,s5,s6\nG1,6,5,4,3,2,1\nG2,6,5,4,3,2,1\nG3,6,5,4,3,1,2\nG4,1,2,3,4,5,6\nG5,6,5,4,3,2,1\n"


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "hsa.csv": INTERACTIONS,
        "d.csv": DIFFERENTIAL,
        "m.csv": MRNA,
        "n.csv": NORMALIZED,
        "g.csv": GENES,
        "e.txt": "G2\nG3\nG5\n",
    }.items():
        Path(name).write_text(text)


def edges() -> list[tuple[str, str]]:
    with Path("network_edges.csv").open(newline="") as file:
        return [(row["miRNA"].removeprefix("hsa-miR-"), row["gene"]) for row in csv.DictReader(file)]


def call(*arguments: str) -> int:
    return main(["network", "-v", "d.csv", "--interactions", "hsa.csv", "--gene-sets", "none", *arguments])


def test_expressed_genes_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--expressed", "e.txt") == 0
    assert sorted(edges()) == [
        ("17-5p", "G2"),
        ("17-5p", "G3"),
        ("20a-5p", "G2"),
        ("20a-5p", "G3"),
        ("21-5p", "G3"),
        ("21-5p", "G5"),
    ]
    err = capsys.readouterr().err
    assert "2 pairs of 2 genes not in e.txt left out" in err
    assert "3 genes of this table" in err


def test_genes_that_changed_the_other_way(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--mrna", "m.csv") == 0
    # 17-5p and 20a-5p are up: G1, G2, G3 are down; 21-5p is down: G5 is up.
    assert sorted(edges()) == [
        ("17-5p", "G1"),
        ("17-5p", "G2"),
        ("17-5p", "G3"),
        ("20a-5p", "G2"),
        ("20a-5p", "G3"),
        ("21-5p", "G5"),
    ]
    assert "2 genes up and 3 down in m.csv (padj <= 0.05)" in capsys.readouterr().err
    with Path("network_nodes.csv").open(newline="") as file:
        genes = {row["name"]: row for row in csv.DictReader(file) if row["type"] == "gene"}
    assert {name: (row["regulation"], float(row["log2 ratio"])) for name, row in genes.items()} == {
        "G1": ("down", -1),
        "G2": ("down", -2),
        "G3": ("down", -1),
        "G5": ("up", 2),
    }


def test_pairs_that_vary_against_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--paired-mrna", "g.csv", "--paired-mirna", "n.csv") == 0
    assert ("20a-5p", "G4") not in edges()
    assert len(edges()) == 7
    with Path("network_correlations.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 8
    assert float(rows[0]["P (negative)"]) == pytest.approx(1 / 720, rel=5e-3)
    assert float(rows[-1]["P (negative)"]) == 1
    assert "8 pairs of miRNA and gene measured in paired samples" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--mrna-fdr", "0"], 2, "--mrna-fdr: the FDR must be above 0"),
        (["--paired-mirna", "n.csv"], 2, "--paired-mirna needs --paired-mrna"),
        (["--paired-mrna", "g.csv"], 1, "needs the miRNAs' values in the same samples"),
        (["--paired-mrna", "m.csv", "--paired-mirna", "n.csv"], 1, "0 of 6: columns gene, logFC, padj"),
        (["--mrna", "e.txt"], 1, "e.txt"),
        (["--expressed", "absent.txt"], 1, "absent.txt"),
    ],
)
def test_what_is_refused(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*arguments) == code
    assert message in capsys.readouterr().err
    assert not Path("network_edges.csv").exists()


def test_named_mirnas_have_no_direction(capsys: pytest.CaptureFixture[str]) -> None:
    names = "hsa-miR-17-5p,hsa-miR-20a-5p"
    assert main(["network", "--mirnas", names, "--interactions", "hsa.csv", "--mrna", "m.csv"]) == 2
    assert "which way each miRNA changed" in capsys.readouterr().err


def test_genes_are_met_under_the_names_of_the_interactions(capsys: pytest.CaptureFixture[str]) -> None:
    # P53 is the former name of TP53 (Entrez 7157, ENSG00000141510); BCL2 is ENSG00000171791, MYC Entrez 4609.
    Path("hsa.csv").write_text(
        "miRNA,Target Gene,Support Type\n"
        + "".join(
            f"{mirna},{gene},Functional MTI\n"
            for mirna in ("hsa-miR-17-5p", "hsa-miR-20a-5p")
            for gene in ("P53", "BCL2", "MYC")
        )
    )
    Path("e.txt").write_text("7157\nENSG00000171791\nNOSUCHGENE\n")
    assert call("--expressed", "e.txt") == 0
    assert sorted({gene for _, gene in edges()}) == ["BCL2", "P53"]
    assert "2 genes of e.txt met under other names (identifiers, former or current symbols)" in (
        capsys.readouterr().err
    )
    Path("m.csv").write_text(
        ",log2FoldChange,padj\nENSG00000141510.18,-1,0.01\nENSG00000171791,-1,0.5\n4609,-2,0.01\n"
    )
    assert call("--mrna", "m.csv") == 0
    assert sorted({gene for _, gene in edges()}) == ["MYC", "P53"]
    assert "3 genes of m.csv met under other names" in capsys.readouterr().err
    Path("g.csv").write_text("gene,s1,s2,s3,s4,s5,s6\nTP53,6,5,4,3,2,1\nBCL2,1,2,3,4,5,6\n")
    assert call("--paired-mrna", "g.csv", "--paired-mirna", "n.csv") == 0
    assert {gene for _, gene in edges()} == {"P53"}
    assert "1 gene of g.csv met under other names" in capsys.readouterr().err
