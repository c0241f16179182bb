"""``power`` as a Python function: the same table as the command, from objects and from paths."""

import numpy as np
import pandas as pd
import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.io.arrays.matrix import read_expression
from mirtool.study.samples import read_samples


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A normalized table of 3 + 3 arrays and its sample sheet, no study folder."""
    values = np.random.default_rng(7).normal(0, 0.3, (60, 6))
    rows = "".join(f"{i},hsa-miR-{i},{','.join(f'{v:.6f}' for v in row)}\n" for i, row in enumerate(values, 1))
    (tmp_path / "pilot.csv").write_text(f"# mirtool normalized; scale: log2\nID,Name,r1,r2,r3,n1,n2,n3\n{rows}")
    (tmp_path / "s.csv").write_text("sample,group\n" + "".join(f"{g}{i},{g}\n" for g in "rn" for i in (1, 2, 3)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_paths_and_objects_give_the_table_of_the_command(files):
    assert main(["power", "pilot.csv", "--samples", "s.csv", "--max-arrays", "4", "-o", "shell.csv"]) == 0
    by_path = mt.power("pilot.csv", samples="s.csv", max_arrays=4)
    by_object = mt.power(read_expression("pilot.csv"), samples=read_samples("s.csv"), max_arrays=4)
    for name, result in (("path.csv", by_path), ("object.csv", by_object)):
        assert [path.name for path in result.write(name)] == [name]
        assert (files / name).read_bytes() == (files / "shell.csv").read_bytes()


@pytest.mark.usefixtures("files")
def test_the_result_shows_itself():
    result = mt.power("pilot.csv", samples="s.csv", fold=2, max_arrays=4)
    assert "Arrays per group for a power of 0.8 at FDR 0.05" in repr(result)
    assert isinstance(result.to_frame(), pd.DataFrame)
    assert list(result.to_frame()["arrays per group"]) == [2, 3, 4]
    assert "<table" in result._repr_html_()
    assert list(result.figures()) == ["power"]
