"""``cluster`` as a Python function: the same files as the command, from objects and from paths."""

import numpy as np
import pandas as pd
import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.errors import UsageError
from mirtool.io.arrays.matrix import read_expression
from mirtool.study.samples import read_samples


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A normalized table of 3 + 3 arrays, half of its probes higher in group n, and its sample sheet."""
    values = np.random.default_rng(3).normal(8, 0.3, (40, 6))
    values[:20, 3:] += 3
    rows = "".join(f"{i},hsa-miR-{i},{','.join(f'{v:.4f}' for v in row)}\n" for i, row in enumerate(values, 1))
    (tmp_path / "log2.csv").write_text(f"# mirtool normalized; scale: log2\nID,Name,r1,r2,r3,n1,n2,n3\n{rows}")
    (tmp_path / "s.csv").write_text("sample,group\n" + "".join(f"{g}{i},{g}\n" for g in "rn" for i in (1, 2, 3)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "cluster.run.json"}


def test_paths_and_objects_give_the_files_of_the_command(files):
    assert main(["cluster", "log2.csv", "--samples", "s.csv", "--top", "12", "--resamples", "20", "-o", "a"]) == 0
    by_path = mt.cluster("log2.csv", samples="s.csv", top=12, resamples=20)
    by_object = mt.cluster(read_expression("log2.csv"), samples=read_samples("s.csv"), top=12, resamples=20)
    for name, result in (("b", by_path), ("c", by_object)):
        result.write(name)
        assert contents(files / name) == contents(files / "a")


@pytest.mark.usefixtures("files")
def test_the_probes_may_be_those_of_a_comparison_in_python():
    compared = mt.diff("log2.csv", samples="s.csv", compare="n:r")
    choice = {"differential": compared, "regulation": "fold-change", "stability": "none"}
    result = mt.cluster("log2.csv", samples="s.csv", **choice)
    assert len(result.chosen.matrix.probes) == 20  # those 3 log2 units higher
    assert "regulation by fold change (n/r)" in repr(result)


@pytest.mark.usefixtures("files")
def test_the_result_shows_itself():
    result = mt.cluster("log2.csv", samples="s.csv", top=12, stability="none")
    assert repr(result).startswith("<ClusterResult>\nClustered 12 probes and 6 arrays")
    assert isinstance(result.to_frame("kmeans"), pd.DataFrame)
    assert list(result.tables()) == ["stability", "kmeans", "pca"]
    assert "<table" in result._repr_html_()
    assert list(result.figures()) == ["cluster_heatmap", "cluster_pca"]


@pytest.mark.usefixtures("files")
def test_a_wrong_choice_names_the_keyword():
    with pytest.raises(UsageError, match="top takes the most variable probes"):
        mt.cluster("log2.csv", top=3, regulation="volcano-p")
