"""``gsea`` as a Python function: the table of the command, from paths and from objects."""

from pathlib import Path

import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.errors import UsageError
from mirtool.io.genes.gene_changes import read_gene_changes
from mirtool.io.results.differential import read_differential

GENES = [f"G{i:02}" for i in range(1, 31)]
DIFFERENTIAL = """\
ID,Name,mean T,mean R,log2 ratio T/R,regulation by fold change
1,hsa-miR-17-5p,4,1,2,up
2,hsa-miR-20a-5p,4,1,2,up
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder that is not a study, with an mRNA table, gene sets and interactions."""
    monkeypatch.chdir(tmp_path)
    Path("mrna.csv").write_text(
        "gene,logFC,t\n" + "".join(f"{g},{15 - i},{15 - i}\n" for i, g in enumerate(GENES))
    )
    Path("sets.gmt").write_text(
        "first\tR:1\t" + "\t".join(GENES[:6]) + "\nlast\tR:2\t" + "\t".join(GENES[-6:]) + "\n"
    )
    Path("mti.csv").write_text(
        "miRNA,gene\n"
        + "".join(f"{m},{g}\n" for m in ("hsa-miR-17-5p", "hsa-miR-20a-5p") for g in GENES[-8:])
        + "".join(f"hsa-miR-1-3p,{g}\n" for g in GENES)
    )
    Path("d.csv").write_text(DIFFERENTIAL)
    return tmp_path


def test_paths_and_objects_give_the_table_of_the_command(folder):
    options = ["--gene-sets", "sets.gmt", "--min-size", "5", "--permutations", "100"]
    assert main(["gsea", "-v", "mrna.csv", *options, "-o", "shell.csv"]) == 0
    for genes in ("mrna.csv", read_gene_changes("mrna.csv")):
        result = mt.gsea(genes, gene_sets="sets.gmt", min_size=5, permutations=100)
        assert [path.name for path in result.write("python.csv")] == ["python.csv"]
        assert (folder / "python.csv").read_bytes() == (folder / "shell.csv").read_bytes()
    assert "1 set with FDR ≤ 0.05 among the genes that are up" in repr(result)
    assert "<table" in result._repr_html_()
    assert set(result.to_frame()["gene set"]) == {"first", "last"}
    assert list(result.figures()) == ["gsea"]


def test_targets_of_a_table_as_an_object(folder):
    asked = ["--targets", "--mirnas", "d.csv", "--interactions", "mti.csv", "--evidence", "all"]
    assert main(["gsea", "mrna.csv", *asked, "--permutations", "100", "-o", "shell.csv"]) == 0
    given = {"targets": True, "interactions": "mti.csv", "evidence": "all", "permutations": 100}
    for mirnas in ("d.csv", read_differential("d.csv")):
        mt.gsea("mrna.csv", mirnas=mirnas, **given).write("python.csv")
        assert (folder / "python.csv").read_bytes() == (folder / "shell.csv").read_bytes()
    by_name = mt.gsea("mrna.csv", mirnas=["hsa-miR-17-5p", "hsa-miR-20a-5p"], **given)
    assert "hsa-miR-17-5p" in set(by_name.to_frame()["gene set"])
    with pytest.raises(UsageError, match="targets=True needs to know whose"):
        mt.gsea("mrna.csv", targets=True)
