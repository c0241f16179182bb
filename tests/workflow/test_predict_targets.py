"""``predict_targets`` as a Python function: the same tables as ``mirtool targets predict``."""

import pandas as pd
import pytest

import mirtool.api as mt
from mirtool.cli import main

# miR-17-5p pairs with GCACUUU by its bases 2-8; the A after it makes an 8mer, at bases 3 to 10.
UTR = ">CDKN1A\nGGGCACTTTAGG\n"
SITES = "miRNA,gene,UTR,site,start,end\nhsa-miR-17-5p,CDKN1A,CDKN1A,8mer,3,10\n"


@pytest.fixture(autouse=True)
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "utrs.fa").write_text(UTR)
    return tmp_path


def test_names_in_a_list_give_the_tables_of_the_command(in_folder):
    call = ["targets", "predict", "--mirna", "hsa-miR-17-5p,hsa-miR-375-3p", "--utr", "utrs.fa"]
    assert main([*call, "-o", "shell.csv", "--sites", "shell_sites.csv"]) == 0
    result = mt.predict_targets(
        mirna=["hsa-miR-17-5p", "hsa-miR-375-3p"], utr=in_folder / "utrs.fa", sites="python_sites.csv"
    )
    result.write("python.csv")
    assert (in_folder / "python_sites.csv").read_text() == (in_folder / "shell_sites.csv").read_text() == SITES
    assert (in_folder / "python.csv").read_bytes() == (in_folder / "shell.csv").read_bytes()
    assert sorted(path.name for path in in_folder.glob("*.json")) == []


def test_the_result_shows_itself():
    result = mt.predict_targets(mirna="hsa-miR-17-5p", utr="utrs.fa")
    assert "1 pair of miRNA and gene" in repr(result)
    assert isinstance(result.to_frame(), pd.DataFrame)
    assert "<table" in result._repr_html_()
