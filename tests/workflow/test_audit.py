"""``mt.audit``: the tables of the command, and what strict means."""

from pathlib import Path

import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.study.samples import read_samples

WORKBOOKS = Path(__file__).resolve().parents[2] / "fixtures" / "service_workbook"
BOOK, RAW = str(WORKBOOKS / "expression_matrix.xlsx"), str(WORKBOOKS / "raw_intensity.xlsx")


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "samples.csv").write_text("sample,group\nA1,A\nA2,A\nA3,A\nB1,B\nB2,B\nB3,B\n")


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_files_are_those_of_the_command(tmp_path, suffix):
    assert main(["audit", BOOK, "--raw", RAW, "-o", f"command/audit.{suffix}"]) == 0
    by_paths = mt.audit(BOOK, raw=RAW)
    by_objects = mt.audit(BOOK, RAW, samples=read_samples("samples.csv"))
    for name, result in (("paths", by_paths), ("objects", by_objects)):
        result.write(f"{name}/audit.{suffix}")
        files = {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        expected = {path.name: path.read_bytes() for path in (tmp_path / "command").iterdir()}
        assert files.keys() == expected.keys()
        # The record has the arguments, of which some are objects.
        assert {each: files[each] for each in files if each != "audit.run.json"} == {
            each: expected[each] for each in files if each != "audit.run.json"
        }
        beside = 1 if suffix == "xlsx" else 2  # the record, and what the columns mean
        assert len(files) == beside + (1 if suffix == "xlsx" else len(result.tables()))


def test_the_result_shows_itself():
    result = mt.audit(BOOK, raw=RAW)
    assert list(result.tables())[:2] == ["differences", "variants"]
    assert repr(result).startswith("<AuditResult>\n")
    assert "<table" in result._repr_html_()
    assert len(result.to_frame()) == result.numbers()["differences"]
    assert result.record()["inputs"].keys() == {BOOK, RAW, "samples.csv"}


def test_only_a_strict_audit_ends_with_1_where_something_differs(monkeypatch):
    from mirtool.audit import AuditReport

    monkeypatch.setattr(AuditReport, "agrees", property(lambda _report: False))
    assert [mt.audit(BOOK, strict=strict).exit_code for strict in (False, True)] == [0, 1]
    assert main(["audit", BOOK]) == 0
    assert main(["audit", BOOK, "--strict"]) == 1
