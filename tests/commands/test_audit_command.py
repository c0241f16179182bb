"""``mirtool audit`` as it is called: whole outputs on a workbook whose numbers can be followed by hand."""

import runpy
from pathlib import Path

import openpyxl
import pytest

from mirtool.cli import main

ROOT = Path(__file__).resolve().parents[2] / "fixtures"
MAKER = runpy.run_path(str(ROOT / "make_workbook_fixtures.py"))
RAW = str(ROOT / "service_workbook/raw_intensity.xlsx")

# Signals and factors are in make_workbook_fixtures.py. By hand, with factors 100, 100, 80 and 130, 110, 100:
#   hsa-miR-16-5p  fold change = mean(4, 6, 6.25) / mean(1, 1, 0.9) = 5.416667 / 0.966667 = 5.603448
#   hsa-miR-21-5p  on B2: 200 / 110 = 1.818182
FOLD_CHANGE, NORMALIZED = (16.25 / 3) / (2.9 / 3), 200 / 110


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Return a folder with a sample sheet, and a maker of workbooks with wrong cells in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "samples.csv").write_text("sample,group\nA1,A\nA2,A\nA3,A\nB1,B\nB2,B\nB3,B\n")

    def make(wrong, how=None, name="book.xlsx"):
        computed = MAKER["COMPUTED"]
        if how:
            comparison = [("A", "B")]
            computed = MAKER["MAKER"]["compute"](MAKER["ARRAYS"], MAKER["GROUPS"], comparison, how)
        book = MAKER["MAKER"]["expression_matrix"](computed)
        for address, value in wrong.items():
            book.plant("Expression Matrix", address, value)
        (tmp_path / name).write_bytes(book.to_bytes())
        return name

    return make


def test_wrong_cells_by_hand(place, capsys):
    assert main(["audit", "-v", place({"C4": 6.1, "U6": 2.5}), "--raw", RAW]) == 0
    out, err = capsys.readouterr()
    notes, header, *rows = out.splitlines()
    assert notes.startswith(
        "# mirtool audit; workbook: Expression Matrix; computed from: the raw files; tolerance: "
    )
    assert header == "sheet,cell,heading,column,ID,Name,found,expected,explanation"
    assert rows == [
        f"Expression Matrix,U6,Normalized,B2,3,hsa-miR-21-5p,2.5,{NORMALIZED:.12g},",
        f"Expression Matrix,C4,Fold change,A vs B,1,hsa-miR-16-5p,6.1,{FOLD_CHANGE:.12g},",
    ]
    assert (
        err
        == f"""\
Warning: 2 of 112 cells in 28 columns differ from the service's arithmetic, computed again from the raw \
files; 2 of them without a known explanation.
book.xlsx: Expression Matrix, computed again from the raw files.
                         columns  cells  differ  unexplained
  ForeGround                   6     24       0            0
  ForeGround-BackGround        6     24       0            0
  Normalized                   6     24       1            1
  Mean of group                2      8       0            0
  Fold change                  1      4       1            1
  P-value                      1      4       0            0
  CV-value                     6     24       0            0
Without a known explanation:
  sheet "Expression Matrix", cell U6 (Normalized, B2; 3 hsa-miR-21-5p): found 2.5, expected 1.81818
  sheet "Expression Matrix", cell C4 (Fold change, A vs B; 1 hsa-miR-16-5p): found 6.1, expected {FOLD_CHANGE:.6g}
How much depends on the choices:
  A vs B: 2 miRNAs at fold change ≥ 2 and P ≤ 0.05; between 1 and 2 of them stay, whichever of 24 sets \
of choices is made; 1 with FDR ≤ 0.05 too
Rounding: a cell differs where it lies further from the expected value than half a unit of its last \
digit shown, plus a relative 1e-09.
"""
    )


def test_a_variant_by_hand_in_a_workbook_of_its_own(place, tmp_path, capsys):
    how = MAKER["MAKER"]["Arithmetic"](test="paired")
    assert main(["audit", "-v", place({}, how), "--raw", RAW, "-o", "report.xlsx", "--strict"]) == 1
    err = capsys.readouterr().err
    assert "What explains the cells that differ:\n  paired t test: 4 of P-value\n" in err
    assert err.startswith(
        "Warning: 4 of 112 cells in 28 columns differ from the service's arithmetic, computed again from the "
        "raw files; none without a known explanation.\n"
    )
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    assert book.sheetnames == ["differences", "variants", "factors", "sensitivity", "Columns", "Notes"]
    assert [cell.value or "" for cell in book["factors"][2]] == ["A1", 3, 100, 100, ""]
    assert [row[8].value for row in book["differences"].iter_rows(min_row=2)] == ["paired t test"] * 4


def test_tables_side_by_side_and_a_right_workbook(place, tmp_path, capsys):
    assert main(["audit", place({}), "-o", "report.csv", "--strict"]) == 0
    err = capsys.readouterr().err
    assert "All 40 cells in 10 columns agree with the service's arithmetic" in err
    assert "Note: without the raw files (--raw) a wrong signal shows only in what was computed from it." in err
    names = {path.name for path in tmp_path.glob("report*")}
    assert names == {
        "report.columns.csv", "report.csv", "report.run.json", "report_variants.csv", "report_factors.csv",
        "report_sensitivity.csv",
    }  # fmt: skip
    variants = (tmp_path / "report_variants.csv").read_text().splitlines()
    assert variants[1] == "Expression Matrix,,Normalized,A1,4,0,agrees,0,0"
    factors = (tmp_path / "report_factors.csv").read_text().splitlines()
    # sample, factor probes, by the arithmetic, as the workbook implies, explanation
    assert factors[1:] == [
        f"{sample},3,{factor},{factor},"
        for sample, factor in zip(MAKER["SAMPLES"], (100, 100, 80, 130, 110, 100), strict=True)
    ]


def test_the_same_input_gives_the_same_bytes(place, tmp_path):
    book = place({"C4": 6.1})
    for name in ("one.xlsx", "two.xlsx"):
        assert main(["audit", book, RAW, "-o", name]) == 0
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("call", "code", "message"),
    [
        (["nothing.xlsx"], 1, "no such file"),
        ([RAW], 1, "nothing in this workbook can be computed again from what is at hand"),
        ([RAW, "--raw", RAW], 2, "the workbook is named among its own raw files"),
        ([str(ROOT / "matrix/intensities.xlsx")], 1, "is not laid out as a service laboratory's"),
        (["book.xlsx", "--cutoff", "0.5"], 2, "the cut-offs of a list make no sense"),
        (
            ["book.xlsx", "--raw", str(ROOT / "genepix/v3_one_channel.gpr.gz")],
            1,
            "no file was given for the sample",
        ),
        (["book.xlsx", "-o", "report.pdf"], 2, "no format is known for the output report.pdf"),
    ],
)
def test_wrong_calls(place, capsys, call, code, message):
    place({})
    assert main(["audit", *call]) == code
    err = capsys.readouterr().err
    assert message in err
    assert "Traceback" not in err
