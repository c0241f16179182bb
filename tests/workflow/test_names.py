"""``mt.names``: the table of the command, from names, files or tables."""

import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.errors import UsageError
from mirtool.model import Table, text_array

TABLE = "Name,ratio\nhsa-miR-95,-2.5\nhsa-miR-16-5p,3\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "samples.csv").write_text("sample,group\n")  # in a study too nothing is written into it
    (tmp_path / "table.csv").write_text(TABLE)


@pytest.mark.parametrize("suffix", ["csv", "tsv", "xlsx"])
def test_the_files_are_those_of_the_command(tmp_path, suffix):
    assert main(["names", "table.csv", "-o", f"command/names.{suffix}"]) == 0
    mt.names("table.csv").write(f"python/names.{suffix}")
    written = {
        folder: {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()}
        for folder in ("command", "python")
    }
    assert written["command"] == written["python"]
    assert list(written["python"]) == [f"names.{suffix}"]
    assert not (tmp_path / "results").exists()


def test_names_and_tables_as_objects():
    # hsa-miR-95 is MIMAT0000094 in miRBase 18, which miRBase 22 calls hsa-miR-95-3p
    for given in (["hsa-miR-95", "hsa-miR-16-5p"], Table({"miRNA": text_array(["hsa-miR-95", "hsa-miR-16-5p"])})):
        frame = mt.names(given).to_frame()
        assert frame["current name"].tolist() == ["hsa-miR-95-3p", "hsa-miR-16-5p"]
        assert frame["name status"].tolist() == ["renamed", "current"]


def test_the_result_shows_itself():
    result = mt.names("hsa-miR-95")
    assert repr(result) == "<NamesResult>\n  renamed  1"
    assert "<table" in result._repr_html_()
    assert result.numbers() == {"renamed": 1}


def test_a_column_without_a_table_is_refused():
    with pytest.raises(UsageError, match="column and sheet choose from a table, and names were given"):
        mt.names("hsa-miR-95", column="Name")
