"""``mirna_sets`` as a Python function: the table of the command, from paths and from objects."""

from pathlib import Path

import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.io.results.differential import read_differential

NAMES = ("hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-18a-5p", "hsa-miR-16-5p", "hsa-miR-15a-5p", "hsa-miR-1-3p")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder that is not a study, with a differential table of which the first three miRNAs are down."""
    monkeypatch.chdir(tmp_path)
    Path("d.csv").write_text(
        "ID,Name,mean T,mean R,log2 ratio T/R,regulation by fold change\n"
        + "".join(f"{i},{name},1,1,0,{'down' if i < 3 else ''}\n" for i, name in enumerate(NAMES))
    )
    return tmp_path


def test_a_path_gives_the_table_of_the_command(folder):
    assert main(["mirna-sets", "-v", "d.csv", "-o", "shell.csv"]) == 0
    result = mt.mirna_sets("d.csv")
    assert [path.name for path in result.write("python.csv")] == ["python.csv"]
    assert (folder / "python.csv").read_bytes() == (folder / "shell.csv").read_bytes()
    assert "0 sets with FDR ≤ 0.05 in 2 tests of the sets of miRNAs." in repr(result)
    assert "<table" in result._repr_html_()
    # All three of the cluster 17~92 among 3 of 6: 1/C(6,3).
    row = result.to_frame().set_index("set").loc["hsa-mir-17 ~ hsa-mir-92a-1"]
    assert row["P"] == pytest.approx(1 / 20)


def test_a_table_as_an_object():
    assert mt.mirna_sets(read_differential("d.csv")).to_frame().equals(mt.mirna_sets("d.csv").to_frame())


def test_the_old_name_still_works(capsys):
    assert main(["mirnasets", "d.csv"]) == 0
    shown = capsys.readouterr()
    assert "`mirtool mirnasets` is called `mirtool mirna-sets` now" in shown.err
    assert shown.out.startswith("# mirtool mirnasets;")
