"""Centrality, communities and robustness by ``mirtool network``: options, tables, what is printed and refused."""

import csv
import json
from pathlib import Path

import networkx as nx
import pytest

from mirtool.cli import main

# 21-5p and 155-5p share S0 … S5, 16-5p and 34a-5p U0 … U3; 40 genes more fill the universe.
PAIRS = [(mirna, f"S{i}") for mirna in ("hsa-miR-21-5p", "hsa-miR-155-5p") for i in range(6)]
PAIRS += [(mirna, f"U{i}") for mirna in ("hsa-miR-16-5p", "hsa-miR-34a-5p") for i in range(4)]
PAIRS += [("hsa-miR-1-3p", f"Z{i}") for i in range(40)]
NAMES = "hsa-miR-21-5p,hsa-miR-155-5p,hsa-miR-16-5p,hsa-miR-34a-5p"
ASKED = ["network", "--mirnas", NAMES, "--interactions", "mti.csv", "--gene-sets", "none"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    support = ["Functional MTI" if i % 7 else "Functional MTI (Weak)" for i in range(len(PAIRS))]
    rows = [f"{mirna},{gene},{how}" for (mirna, gene), how in zip(PAIRS, support, strict=True)]
    Path("mti.csv").write_text("\n".join(["miRNA,Target Gene,Support Type", *rows]) + "\n")
    return tmp_path


def rows_of(path: str) -> list[dict[str, str]]:
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith(("#", '"#'))))


def test_robustness_is_told_and_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ASKED, "-v", "--evidence", "all", "--robustness", "100", "--hubs", "2"]) == 0
    said = capsys.readouterr().err
    assert "Hubs in 100 tables resampled from 60 pairs:\n" in said
    assert "Of these 2, among the first 2: " in said
    assert "Leaving out one database at a time needs a table that combines two or more; this is one.\n" in said
    table = rows_of("network_robustness.csv")
    # 21-5p and 155-5p share six, and tie; 16-5p and 34a-5p share four.
    assert [row["rank"] for row in table] == ["1.5", "1.5", "3.5", "3.5"]
    assert list(table[0]) == [
        "miRNA", "synergy", "rank", "mean rank", "rank from", "rank to", "share among first 2",
        "rank at evidence strong", "rank at evidence validated",
    ]  # fmt: skip
    run = json.loads(Path("network.run.json").read_text())["runs"]["network"]
    assert run["arguments"]["robustness"] == 100
    assert run["summary"]["communities"] == [
        ["hsa-miR-155-5p", "hsa-miR-21-5p"],
        ["hsa-miR-16-5p", "hsa-miR-34a-5p"],
    ]


def test_the_same_for_any_number_of_workers() -> None:
    asked = [*ASKED, "--evidence", "all", "--robustness", "60"]
    assert main([*asked, "-o", "one"]) == 0
    assert main([*asked, "-o", "two", "--workers", "2"]) == 0
    for name in ("network_robustness.csv", "network_communities.csv", "network_nodes.csv"):
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes()


def test_a_table_of_an_earlier_run_is_pointed_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ASKED, "--robustness", "5"]) == 0
    capsys.readouterr()
    assert main(ASKED) == 0
    assert "Warning: network_robustness.csv is from an earlier run" in capsys.readouterr().err


def test_without_hubs_there_is_nothing_to_rank(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ASKED, "-v", "--alpha", "1e-12", "--robustness", "5"]) == 0
    said = capsys.readouterr().err
    assert "No pair is significant, so there are no hubs to rank again." in said
    assert "of miRNAs (modularity" not in said


def test_the_graph_carries_what_was_added() -> None:
    assert main([*ASKED, "--evidence", "all"]) == 0
    graph = nx.read_graphml("network.graphml")
    node = graph.nodes["hsa-miR-21-5p"]
    assert (node["community"], node["PageRank"]) == ("1", pytest.approx(0.25))
    assert graph.nodes["U0"]["community"] == "2"
    # Two pairs: the squares of each sum to 2/4.
    assert node["eigenvector"] == pytest.approx(0.5)
    assert graph.nodes["S0"]["known miRNAs"] == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--resolution", "0"], "the resolution must be above 0"),
        (["--robustness", "-1"], "--robustness"),
        (["--hubs", "0"], "--hubs"),
    ],
)
def test_what_is_refused(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ASKED, *options]) == 2
    assert message in capsys.readouterr().err
    assert not Path("network_nodes.csv").exists()
