"""`mirtool network --export`: which files are written, that they open, and what is said of those that are not."""

import hashlib
import io
import json
from pathlib import Path

import networkx as nx
import openpyxl
import pytest

from mirtool.cli import main
from mirtool.network.settings import DEFAULT_EXPORTS, EXPORTS

CALL = ("network", "--mirnas", "hsa-miR-17-5p,hsa-miR-20a-5p,hsa-miR-15a-5p", "--gene-sets", "none", "-o", "out")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def exported() -> set[str]:
    return {
        path.suffix[1:]
        for path in Path("out").glob("network.*")
        if not path.name.startswith(("network.run", "network.col"))
    }


def test_without_the_option_it_is_page_workbook_and_graphml() -> None:
    assert main([*CALL]) == 0
    assert exported() == {"html", "xlsx", "graphml"} == set(DEFAULT_EXPORTS)
    assert json.loads(Path("out/network.run.json").read_text())["runs"]["network"]["arguments"]["export"] == (
        "html,xlsx,graphml"
    )


def test_all_of_them_open_elsewhere_and_are_the_same_twice() -> None:
    assert main([*CALL, "--export", "all"]) == 0
    assert exported() == set(EXPORTS)
    graphml = nx.read_graphml("out/network.graphml")
    gexf = nx.read_gexf("out/network.gexf")
    cyjs = nx.cytoscape_graph(json.loads(Path("out/network.cyjs").read_text()))
    sif = nx.Graph(
        (a, b) for a, _, b in (line.split("\t") for line in Path("out/network.sif").read_text().splitlines())
    )
    for graph in (gexf, cyjs, sif):
        assert set(graph) == set(graphml)
        assert {frozenset(edge) for edge in graph.edges} == {frozenset(edge) for edge in graphml.edges}
    book = openpyxl.load_workbook(io.BytesIO(Path("out/network.xlsx").read_bytes()))
    assert {"miRNAs", "genes", "edges", "pairs", "Notes"} <= set(book.sheetnames)
    first = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in Path("out").iterdir()}
    assert main([*CALL, "--export", "all"]) == 0
    assert {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in Path("out").iterdir()} == first


def test_some_or_none_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CALL, "--export", "SIF, cyjs"]) == 0
    assert exported() == {"sif", "cyjs"}
    capsys.readouterr()
    assert main([*CALL, "--export", "none"]) == 0
    said = capsys.readouterr().err
    assert "Warning: 2 files are from an earlier run: out/network.cyjs, out/network.sif" in said
    assert Path("out/network_nodes.csv").exists()


@pytest.mark.parametrize("value", ["sif,png", "all,sif", ""])
def test_what_is_not_known_is_refused_before_anything_is_read(
    value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*CALL, "--export", value]) == 2
    assert "expected all, none, or some of html, xlsx, graphml, cyjs, gexf, sif" in capsys.readouterr().err
    assert not Path("out").exists()


def test_a_workbook_too_large_is_left_out_with_a_warning_or_refused_where_it_was_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mirtool.report.workbook.layout.MOST_ROWS", 3)
    assert main([*CALL]) == 0
    said = capsys.readouterr().err
    assert "Warning: no network.xlsx written: the table 'miRNAs' does not fit into a workbook" in said
    assert exported() == {"html", "graphml"}
    assert main([*CALL[:-1], "other", "--export", "sif,xlsx"]) == 1
    assert "does not fit into a workbook" in capsys.readouterr().err
    assert not Path("other").exists()  # whole or not at all


def test_layout_and_genes_of_the_figure() -> None:
    call = [*CALL, "--export", "none", "--figures", "fig", "--figure-format", "svg"]
    assert main([*call, "--layout", "round", "--genes", "2", "--genes", "pten"]) == 0
    captions = Path("fig/captions.md").read_text(encoding="utf-8")
    assert captions.count("miRNAs are on the left of the circle") == 2
    assert captions.count("3 are drawn, as chosen") == 2
    assert {path.name for path in Path("fig").iterdir()} == {"captions.md", "network.svg", "network_85mm.svg"}
    assert "PTEN (" in Path("fig/network.svg").read_text(encoding="utf-8")
    assert main([*call, "--figure-width", "100", "--figures", "one"]) == 0
    assert {path.name for path in Path("one").iterdir()} == {"captions.md", "network.svg"}


def test_a_gene_that_does_not_exist_is_refused_before_the_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CALL, "--genes", "PTENN"]) == 2
    said = capsys.readouterr().err
    assert "no gene of the interactions is called 'PTENN'" in said
    assert "did you mean 'PTEN'" in said
    assert not Path("out").exists()
