"""Workbooks as calamine, openpyxl and, where it is installed, LibreOffice open them."""

import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import python_calamine

from mirtool.errors import OutputError
from mirtool.model import Table, text_array
from mirtool.report.workbook.bulk_sheet import BulkSheet
from mirtool.report.workbook.layout import DOWN_TINT, UP_TINT, workbook_bytes

HEAD = "regulation by volcano P"


def example() -> Table:
    return Table(
        {
            "ID": text_array(["001", "1E5"]),
            "Name": text_array(["hsa-miR-21-5p", "MARCH1"]),
            "ratio of means a very long name of a group/another": np.array([2 / 3, 1.5]),
            "P (moderated)": np.array([1.10193716549e-05, np.nan]),
            "n a": np.array([3, 1200]),
            HEAD: text_array(["down", "up"]),
        },
        (("mirtool differential", ""), ("cutoff", "2")),
    )


@pytest.fixture(scope="module")
def data() -> bytes:
    return workbook_bytes({"d": example()}, names={"d": "diff/differential"})


def test_the_header_is_the_first_row_and_two_sheets_explain(data: bytes) -> None:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == ["d", "Columns", "Notes"]
    rows = book.get_sheet_by_name("d").to_python()
    assert rows[0] == list(example().columns)
    assert rows[1][:2] == ["001", "hsa-miR-21-5p"]
    assert rows[1][2] == pytest.approx(2 / 3, rel=1e-11)  # the cell holds the value, its format the digits
    assert rows[2][3] == ""
    columns = book.get_sheet_by_name("Columns").to_python()
    assert columns[0] == ["table", "column", "unit", "meaning"]
    assert [row[1] for row in columns[1:]] == list(example().columns)
    assert book.get_sheet_by_name("Notes").to_python()[1:] == [
        ["d", "mirtool differential", ""],
        ["d", "cutoff", "2"],
    ]


def test_formats_colors_and_print_set_up(data: bytes) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(data))["d"]
    assert [cell.number_format for cell in sheet[2]] == ["@", "@", "0.00", "0.00E+00", "#,##0", "@"]
    down, up = sheet["F2"], sheet["F3"]
    assert (down.fill.fgColor.rgb, up.fill.fgColor.rgb) == (f"FF{DOWN_TINT[1:]}", f"FF{UP_TINT[1:]}")
    assert (down.font.italic, up.font.bold) == (True, True)  # apart in a gray print, too
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)  # width: 1 by default
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:F3"
    # "ratio of means a very long name of a group/another" wraps in a column as wide as its longest word.
    assert sheet.row_dimensions[1].height >= 4 * 15


def test_a_cell_is_what_it_was_whatever_it_holds() -> None:
    texts = ["=1+1", "@SUM(A1)", "", " blanks ", "a <b> & c", "_x0041_", "two\nlines", "’"]
    numbers = [8.95, 1e-300, -0.0, np.nan, np.inf, -np.inf, 123456789012.5, 0.1 + 0.2]
    table = Table({"text": text_array(texts), "number": np.array(numbers), "yes": np.arange(8) > 3})
    sheet = openpyxl.load_workbook(io.BytesIO(workbook_bytes({"t": table})))["t"]
    rows = list(sheet.iter_rows(min_row=2))
    assert [row[0].value or "" for row in rows] == texts
    assert {row[0].data_type for row in rows} == {"s"}  # no formula
    assert [row[1].value for row in rows] == [8.95, 1e-300, 0, None, "inf", "-inf", 123456789012, 0.3]
    assert [row[2].value for row in rows] == ["no"] * 4 + ["yes"] * 4
    assert sheet.dimensions == sheet.auto_filter.ref == "A1:C9"


def test_a_text_that_no_cell_holds_is_refused() -> None:
    """A cell holds 32,767 characters; a character beyond the first 65,536 counts twice."""
    assert workbook_bytes({"t": Table({"text": text_array(["x" * 32_767])})})
    for text in ("x" * 32_768, "\U0001f9ec" * 16_384):
        with pytest.raises(OutputError, match="row 3 does not fit into a workbook"):
            workbook_bytes({"t": Table({"text": text_array(["", text])})})


def test_an_xlsxwriter_that_leaves_rows_out_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BulkSheet, "_write_rows", lambda _self: None)
    with pytest.raises(RuntimeError, match="wrote no rows of d"):
        workbook_bytes({"d": example()}, names={"d": "diff/differential"})


def test_the_same_table_gives_the_same_bytes(data: bytes) -> None:
    assert data == workbook_bytes({"d": example()}, names={"d": "diff/differential"})


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_shows_the_digits_of_each_kind(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "d.xlsx").write_bytes(data)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    as_shown = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"
    call = ["soffice", profile, "--headless", "--convert-to", as_shown, "--outdir", str(tmp_path), "d.xlsx"]
    subprocess.run(call, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    rows = (tmp_path / "d.csv").read_text().splitlines()
    assert rows[0].startswith("ID,Name,ratio of means")
    assert rows[1] == "001,hsa-miR-21-5p,0.67,1.10E-05,3,down"
