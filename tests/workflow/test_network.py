"""``network`` as a Python function: the tables of the command, from paths and from objects."""

from pathlib import Path

import pandas as pd
import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.errors import UsageError
from mirtool.io.results.differential import read_differential

# 17-5p and 20a-5p share G2 and G3; all three share G3.
INTERACTIONS = "miRNA,Target Gene,Support Type\n" + "".join(
    f"hsa-miR-{mirna},G{i},Functional MTI\n"
    for mirna, genes in {"17-5p": (1, 2, 3), "20a-5p": (2, 3, 4), "21-5p": (3, 5), "16-5p": (6, 7, 8)}.items()
    for i in genes
)
DIFFERENTIAL = """\
ID,Name,mean T,mean R,log2 ratio T/R,regulation by fold change
1,hsa-miR-17-5p,4,1,2,up
2,hsa-miR-20a-5p,4,1,2,up
3,hsa-miR-21-5p,1,4,-2,down
4,hsa-miR-16-5p,1,1,0,
"""
ASKED = {"interactions": "mti.csv", "gene_sets": "sets.gmt", "min_size": 2, "null": "genes"}
OPTIONS = ["--interactions", "mti.csv", "--gene-sets", "sets.gmt", "--min-size", "2", "--null", "genes"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder that is not a study, with a differential table, interactions and gene sets."""
    monkeypatch.chdir(tmp_path)
    Path("mti.csv").write_text(INTERACTIONS)
    Path("d.csv").write_text(DIFFERENTIAL)
    Path("sets.gmt").write_text("repair\tR:1\tG1\tG2\tG3\ngrowth\tR:2\tG4\tG5\tG6\n")
    return tmp_path


def test_every_file_is_that_of_the_command(folder):
    assert main(["network", "d.csv", *OPTIONS, "-o", "shell", "--figures", "shell"]) == 0
    mt.network("d.csv", **ASKED).write("python", figures="python")
    names = sorted(path.name for path in (folder / "shell").iterdir())
    assert names == sorted(path.name for path in (folder / "python").iterdir())
    assert "network.html" in names
    for name in names:
        if name != "network.run.json":
            assert (folder / "python" / name).read_bytes() == (folder / "shell" / name).read_bytes(), name


def test_a_table_as_an_object_and_names_as_a_list():
    by_path, by_object = mt.network("d.csv", **ASKED), mt.network(read_differential("d.csv"), **ASKED)
    by_name = mt.network(mirnas=["hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-21-5p"], **ASKED)
    for name in ("nodes", "edges", "pairs", "enrichment"):
        pd.testing.assert_frame_equal(by_path.to_frame(name), by_object.to_frame(name))
    assert list(by_name.to_frame("edges")["gene"]) == list(by_path.to_frame("edges")["gene"])
    assert by_name.provenance.arguments["mirnas"] == "hsa-miR-17-5p,hsa-miR-20a-5p,hsa-miR-21-5p"


def test_the_result_shows_itself():
    result = mt.network("d.csv", **ASKED)
    assert "0 of 3 pairs of miRNAs share more targets" in repr(result)
    assert "<table" in result._repr_html_()
    assert list(result.tables())[:3] == ["nodes", "edges", "pairs"]
    assert result.to_frame("pairs")["shared targets"].tolist() == [2, 1, 1]
    assert result.network.shared_targets.tolist() == ["G2", "G3"]


def test_a_table_and_names_contradict_each_other():
    with pytest.raises(UsageError, match="a differential table and mirnas contradict each other"):
        mt.network("d.csv", mirnas="hsa-miR-17-5p")


def test_enrichment_of_a_network_is_that_of_its_file():
    network = mt.network("d.csv", **ASKED)
    network.write("out")
    asked = {"gene_sets": "sets.gmt", "min_size": 2, "draws": 200}
    by_path = mt.enrichment("out/network_nodes.csv", **asked)
    pd.testing.assert_frame_equal(mt.enrichment(network, **asked).to_frame(), by_path.to_frame())
    assert "miRNA universe: 4 miRNAs with targets" in repr(by_path)


def test_enrichment_of_a_list_is_that_of_the_command(folder):
    Path("genes.txt").write_text("G2\nG3\n")
    Path("universe.txt").write_text("".join(f"G{i}\n" for i in range(1, 9)))
    options = ["--gene-sets", "sets.gmt", "--min-size", "2", "--universe", "universe.txt"]
    assert main(["enrichment", "genes.txt", *options, "-o", "shell.csv"]) == 0
    asked = {"gene_sets": ["sets.gmt"], "min_size": 2, "universe": "universe.txt"}
    for genes in ("genes.txt", ["G2", "G3"]):
        result = mt.enrichment(genes, **asked)
        assert result.write("python.csv")[0].name == "python.csv"
        assert (folder / "python.csv").read_bytes() == (folder / "shell.csv").read_bytes()
    assert "Gene sets, genes:" in repr(result)
    assert "<table" in result._repr_html_()
    with pytest.raises(UsageError, match="null='all' needs the miRNAs behind the genes"):
        mt.enrichment(["G2"], null="all")
