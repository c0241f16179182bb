"""``mirtool enrichment`` with several collections, reduced, and with its figures."""

import csv
import json
from pathlib import Path

import networkx as nx
import pytest

from mirtool.cli import main
from mirtool.io.genes.gene_sets import embedded_go


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the genes of a term of the Gene Ontology, and made-up sets over some of them."""
    monkeypatch.chdir(tmp_path)
    go = embedded_go("bp")
    genes = sorted(go.genes[go.descriptions.index("GO:0000082")])
    Path("genes.txt").write_text("\n".join(genes) + "\n")
    Path("universe.txt").write_text("\n".join(sorted(frozenset().union(*go.genes))) + "\n")
    others = sorted(frozenset().union(*go.genes[:50]) - set(genes))[:60]
    Path("sets.gmt").write_text(
        "wide\t\t" + "\t".join(genes[:40]) + "\n"
        "narrow\t\t" + "\t".join(genes[:30]) + "\n"
        "other\t\t" + "\t".join(others) + "\n"
    )
    return tmp_path


def rows_of(path: str) -> tuple[str, list[dict[str, str]]]:
    run = json.loads(Path(path).with_suffix(".run.json").read_text())["runs"]["enrichment"]
    note = "; ".join(f"{key}: {value}" for key, value in run["tables"][path]["notes"])
    return note, list(csv.DictReader(Path(path).read_text().splitlines()))


ASKED = ["enrichment", "genes.txt", "--universe", "universe.txt", "-o", "out.csv", "--all-columns"]


@pytest.mark.usefixtures("folder")
def test_several_collections_have_an_fdr_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ASKED, "-v", "--gene-sets", "sets.gmt", "--gene-sets", "go-mf", "--gene-sets", "sets.gmt"]) == 0
    note, rows = rows_of("out.csv")
    molecular = "GO molecular function (org.Hs.eg.db 3.16, GO of 2022-07-01)"
    assert f"gene sets: sets.gmt and {molecular}" in note
    assert "FDR: BH over all terms of one collection" in note
    assert [row["gene sets"] for row in rows[:2]] == ["sets.gmt"] * 2  # none of the others is a hit of "other"
    assert {row["gene sets"] for row in rows[2:]} == {molecular}
    # Three sets, the two hit ones with P near 0: BH multiplies the smallest by 3, the next by 3/2.
    p = [float(row["P (genes)"]) for row in rows[:2]]
    assert [float(row["FDR (genes)"]) for row in rows[:2]] == pytest.approx([3 * p[0], 1.5 * p[1]], rel=5e-3)
    run = json.loads(Path("out.run.json").read_text())["runs"]["enrichment"]
    assert set(run["summary"]) == {"genes in sets.gmt", f"genes in {molecular}"}
    assert set(run["inputs"]) == {"genes.txt", "universe.txt", "sets.gmt"}
    assert capsys.readouterr().err.count("Gene sets, genes:") == 2


@pytest.mark.usefixtures("folder")
def test_all_of_the_ontology() -> None:
    assert main([*ASKED, "--gene-sets", "go-all"]) == 0
    assert [
        row.partition(" (")[0] for row in dict.fromkeys(row["gene sets"] for row in rows_of("out.csv")[1])
    ] == [
        "GO biological process",
        "GO cellular component",
        "GO molecular function",
    ]


@pytest.mark.usefixtures("folder")
def test_reduced_by_similar_genes(capsys: pytest.CaptureFixture[str]) -> None:
    # narrow is in wide: (30/40 + 30/30) / 2 = 0.875, and the other shares nothing with them.
    assert main([*ASKED, "-v", "--gene-sets", "sets.gmt", "--reduce", "similar"]) == 0
    _, rows = rows_of("out.csv")
    assert [(row["term"], row["cluster"], row["represented by"]) for row in rows] == [
        ("wide", "1", ""),
        ("narrow", "1", "wide"),
    ]
    assert "reduced      by similar genes: 1 of the 2 terms represent themselves" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_terms_are_reduced_by_default_and_no_row_is_lost() -> None:
    assert main([*ASKED, "--gene-sets", "sets.gmt", "--reduce", "none"]) == 0
    _, every = rows_of("out.csv")
    assert main([*ASKED, "--gene-sets", "sets.gmt"]) == 0
    note, rows = rows_of("out.csv")
    assert "reduced by: auto" in note
    assert [row["represented by"] for row in rows] == ["", "wide"]
    same = [{name: row[name] for name in every[0]} for row in rows]
    assert same == every


@pytest.mark.usefixtures("folder")
def test_ancestors_where_only_some_have_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ASKED, "--gene-sets", "sets.gmt", "--gene-sets", "go-cc", "--reduce", "ancestors"]) == 0
    assert "Warning: sets.gmt has no ancestors, which only GO has" in capsys.readouterr().err
    note, rows = rows_of("out.csv")
    assert "reduced by: ancestors" in note
    assert {row["cluster"] for row in rows if row["gene sets"] == "sets.gmt"} == {"NA"}
    assert any(row["represented by"] for row in rows)


@pytest.mark.usefixtures("folder")
def test_figures_and_graph_the_same_every_time(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["enrichment", "genes.txt", "--universe", "universe.txt", "--gene-sets", "sets.gmt"]
    assert main([*asked, "-o", "a/out.csv", "--figures", "a"]) == 0
    names = sorted(path.name for path in Path("a").iterdir() if not path.name.startswith("out."))
    kinds = ("bars", "dots", "map")
    assert names == sorted(
        [f"enrichment_{kind}_genes{suffix}" for kind in kinds for suffix in (".png", ".svg")]
        + ["captions.md", "enrichment_map_genes.graphml"]
    )
    assert "enrichment_map_genes.graphml" in capsys.readouterr().err
    graph = nx.read_graphml("a/enrichment_map_genes.graphml")
    assert graph.edges["wide", "narrow"] == {"similarity": 0.875, "shared genes": 30}
    assert main([*asked, "-o", "b/out.csv", "--figures", "b"]) == 0
    assert [Path("a", name).read_bytes() == Path("b", name).read_bytes() for name in names] == [True] * 8


@pytest.mark.usefixtures("folder")
def test_a_map_of_an_earlier_run_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["enrichment", "genes.txt", "-o", "out.csv", "--gene-sets", "sets.gmt", "--figures", "a"]
    assert main([*asked, "-v", "--universe", "universe.txt"]) == 0
    gene = Path("sets.gmt").read_text().splitlines()[2].split("\t")[2]
    Path("genes.txt").write_text(gene + "\n")
    assert main([*asked, "-v"]) == 0  # one gene of the 60 of "other" among the 100 of all sets
    said = capsys.readouterr().err
    assert f"3 files are from an earlier run: {Path('a') / 'enrichment_map_genes.png'}, " in said
    assert "  No term is significant under a null, so there is no map of them." in said


@pytest.mark.usefixtures("folder")
def test_two_files_of_one_name(capsys: pytest.CaptureFixture[str]) -> None:
    Path("other").mkdir()
    Path("other/sets.gmt").write_text(Path("sets.gmt").read_text())
    assert main([*ASKED, "--gene-sets", "sets.gmt", "--gene-sets", "other/sets.gmt"]) == 2
    assert "two collections of gene sets are called sets.gmt" in capsys.readouterr().err


def test_a_list_meets_the_sets_under_their_names(tmp_path, monkeypatch, capsys):
    # TP53 by its former name and by Entrez, MYC by Ensembl; the set has TP53's former name itself.
    monkeypatch.chdir(tmp_path)
    Path("sets.gmt").write_text("one\t\tP53\tMYC\tBCL2\n")
    Path("genes.txt").write_text("7157\nTP53\nENSG00000136997\n")
    Path("measured.txt").write_text("TP53\n4609\n596\nPTEN\n")
    call = [
        "enrichment",
        "-v",
        "genes.txt",
        "--gene-sets",
        "sets.gmt",
        "--min-size",
        "1",
        "--universe",
        "measured.txt",
    ]
    assert main(call) == 0
    out, err = capsys.readouterr()
    assert "sets.gmt: 3 genes of genes.txt met under other names" in err
    assert "universe     3 genes that both the sets and the universe have" in err
    assert "query        2 genes\n" in err
    assert out.splitlines()[2].endswith("MYC;P53")
