"""Workbooks that would end the process or fill the memory end in a message; so do damaged and protected ones."""

import io
import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from mirtool.errors import FormatError
from mirtool.io.tables.workbook import read_sheets
from tests import workbook_server

MATRIX = Path(__file__).resolve().parents[2] / "fixtures" / "matrix"
WORKBOOK = MATRIX / "intensities.xlsx"
ARRAYS = [
    ["# exported for mirtool", "", "", ""],
    ["", "", "", ""],
    ["ID", "Name", "s1", "s2"],
    [17605.0, "hsa-miR-17-5p/hsa-miR-106a-5p", 812.5, 640.0],
    [17605.0, "hsa-miR-17-5p/hsa-miR-106a-5p", 790.0, "NA"],
    [13132.0, "", 60.0, 55.5],
    [42865.0, "hsa-miR-16-5p", 1200.0, 300.0],
]


def with_part(part: str, pattern: bytes, replacement: bytes) -> bytes:
    """Change one part of the workbook, which must hold the pattern."""
    out = io.BytesIO()
    with zipfile.ZipFile(WORKBOOK) as whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as changed:
        for info in whole.infolist():
            content = whole.read(info)
            if info.filename == part:
                content, found = re.subn(pattern, replacement, content)
                assert found
            changed.writestr(info, content)
    return out.getvalue()


@pytest.fixture(autouse=True)
def _as_mirtool_reads(monkeypatch):
    monkeypatch.setattr("mirtool.io.tables.workbook._read_in_child", workbook_server.READ_IN_CHILD)


@pytest.mark.parametrize("name", ["intensities.xlsx", "intensities.xls"])
def test_both_formats_give_the_same_rows(name):
    sheets = read_sheets((MATRIX / name).read_bytes(), name)
    assert list(sheets) == ["arrays", "genes"]
    assert sheets["arrays"] == ARRAYS
    assert sheets["genes"][1:] == [["MARCH1", 100.0], ["SEPT2", 200.0], ["1-Mar", 300.0], ["=1+1", 400.0]]


@pytest.mark.parametrize(
    ("part", "pattern", "replacement"),
    [
        pytest.param("xl/worksheets/sheet1.xml", b'"D7"', b'"XFD1048576"', id="a cell in the last corner: 549 GB"),
        pytest.param("xl/sharedStrings.xml", b'ount="\\d+"', b'ount="4000000000"', id="a wrong count: 96 GB"),
    ],
)
def test_a_workbook_that_asks_for_all_memory_is_refused(part, pattern, replacement):
    with pytest.raises(FormatError, match="its cells reach too far for the memory") as caught:
        read_sheets(with_part(part, pattern, replacement), "w.xlsx")
    assert "save the sheet as CSV" in caught.value.hint


def test_rows_and_columns_are_counted_from_the_first_cell_of_the_sheet():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("from B3")
        sheet.write(2, 1, "x")
        sheet.write(4, 3, 5)
        book.add_worksheet("empty")
    assert read_sheets(out.getvalue(), "w.xlsx") == {
        "from B3": [[""] * 4, [""] * 4, ["", "x", "", ""], [""] * 4, ["", "", "", 5.0]],
        "empty": [],
    }


def test_a_stray_cell_in_the_last_row_is_read():
    rows = read_sheets(with_part("xl/worksheets/sheet1.xml", b'"D7"', b'"D1048576"'), "w.xlsx")["arrays"]
    assert len(rows) == 1_048_576
    assert rows[-1] == ["", "", "", 300.0]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(WORKBOOK.read_bytes()[:3000], id="cut"),
        pytest.param(b"PK\x03\x04 no workbook", id="no zip"),
        pytest.param((MATRIX / "intensities.xls").read_bytes()[:600], id="cut XLS"),
        pytest.param(with_part("xl/workbook.xml", b"<sheets>", b"<sheets"), id="a tag that does not close"),
    ],
)
def test_a_damaged_workbook_is_refused(data, capfd):
    with pytest.raises(FormatError, match=r"w\.xls: the workbook can't be opened: it is damaged, or ") as caught:
        read_sheets(data, "w.xls")
    assert caught.value.hint.startswith("open it in Excel")
    assert capfd.readouterr().err == "", "the library's own last words are no message for a person"


def test_a_reader_that_never_ends_is_ended(monkeypatch, tmp_path):
    endless = tmp_path / "endless.py"
    endless.write_text("while True: pass\n")
    monkeypatch.setattr("mirtool.io.tables.workbook._READER", endless)
    monkeypatch.setattr("mirtool.io.tables.workbook._MOST_SECONDS", 0.2)
    with pytest.raises(FormatError, match="it was not read within"):
        read_sheets(b"PK\x03\x04 no cached one", "w.xlsx")
