"""A service laboratory's workbooks: every kind and spelling, every message, and the way into the commands."""

import io
import math
import runpy
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirtool.cli import main
from mirtool.errors import FormatError, ScaleError
from mirtool.io.arrays import service_workbook
from mirtool.io.arrays.matrix import read_expression
from mirtool.io.arrays.reading import read_arrays
from mirtool.io.arrays.service_sheet import (
    COMPARISON_HEADINGS,
    CV,
    MEAN,
    NORMALIZED,
    SAMPLE_HEADINGS,
    SIGNAL,
    cell_address,
)
from mirtool.io.arrays.service_workbook import read_intensity_sheets, read_normalized, read_service_workbook
from mirtool.io.registry import FORMATS, inspect_file, sniff_format
from mirtool.io.tables.text import read_head

ROOT = Path(__file__).resolve().parents[2] / "fixtures"
FIXTURES = ROOT / "service_workbook"
MAKER = runpy.run_path(str(ROOT / "service_workbooks.py"))
SAMPLES = ("A1", "A2", "A3", "B1", "B2", "B3")
VALID = sorted(path.name for path in FIXTURES.glob("*.xls*"))
MATRICES = [name for name in VALID if name.startswith("expression_matrix")]
REFUSED = sorted((FIXTURES / "refused").iterdir())


@pytest.mark.parametrize("name", VALID)
def test_one_format_claims_it(name):
    assert sniff_format(FIXTURES / name) == "service-workbook"


@pytest.mark.parametrize(
    "path",
    [p for p in sorted(ROOT.rglob("*.*")) if p.is_file() and p.suffix != ".py" and FIXTURES not in p.parents],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_it_claims_nothing_else(path):
    if path.stat().st_size:
        assert not service_workbook.sniff(read_head(path))


@pytest.mark.parametrize("name", MATRICES)
def test_expression_matrix(name):
    book = read_service_workbook(FIXTURES / name)
    (block,) = book.blocks
    assert book.kind == "Expression Matrix"
    assert book.samples == SAMPLES
    assert list(block.id) == ["1", "2", "3", "4"]
    assert list(block.name) == ["hsa-miR-16-5p", "hsa-let-7a-5p", "hsa-miR-21-5p", "hsa-miR-9-3p"]
    assert list(block.sections) == [*COMPARISON_HEADINGS, *SAMPLE_HEADINGS, MEAN, CV]
    assert block.comparisons == ("A vs B",)
    assert block.sections[MEAN].names == ("A", "B")
    # signal / factor by hand: factors 100, 100, 80, 130, 110, 100; N/A where the signal is below zero
    normalized = block.sections[NORMALIZED].values
    np.testing.assert_allclose(normalized[0], [4, 6, 6.25, 1, 1, 0.9], atol=1e-9)
    np.testing.assert_allclose(normalized[3], [np.nan, 0.1, 0.25, 10 / 130, 10 / 110, np.nan], atol=6e-4)
    np.testing.assert_array_equal(block.sections[SIGNAL].values[2], [40, 50, 80, 160, 200, 240])


@pytest.mark.parametrize("name", ["expression_matrix.xlsx", "expression_matrix.xls"])
def test_every_value_knows_its_cell(name):
    block = read_service_workbook(FIXTURES / name).blocks[0]
    assert block.address(0, "Fold change", "A vs B") == "C4"
    assert block.address(3, SIGNAL, "B3") == "P7"
    assert block.address(1, MEAN, "B") == "X5"
    assert block.label_address(2) == "A6"


def test_annotation_and_footnotes_are_no_values():
    book = read_service_workbook(FIXTURES / "expression_matrix_annotated.xlsx")
    annotation = book.blocks[0].annotation
    assert list(annotation) == ["Accession", "Sequence"]
    assert list(annotation["Sequence"]) == ["UAGCAGCA"] * 4
    assert book.notes[-1] == "N/A: the signal is not above zero"
    assert book.blocks[0].address(0, "Fold change", "A vs B") == "D4"


def test_a_column_of_numbers_after_the_samples_is_no_sample(tmp_path):
    book = MAKER["Workbook"]({"m": MAKER["Sheet"]()})
    rows = [
        ["", "", "ForeGround-BackGround", "", "Normalized", "", ""],
        ["ID", "Name", "a", "b", "a", "b", "Position"],
    ]
    for i, row in enumerate([*rows, ["1", "x", 1.0, 2.0, 3.0, 4.0, 77.0]]):
        for j, cell in enumerate(row):
            book.sheets["m"].cells[i, j] = cell
    (tmp_path / "m.xlsx").write_bytes(book.to_bytes())
    found = read_service_workbook(tmp_path / "m.xlsx")
    assert found.samples == ("a", "b")
    assert found.left_out == ("a column that is no sample: Position",)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("all_differentially_expressed.xlsx", "All Differentially Expressed"),
        ("pass_volcano_plot.xlsx", "Pass Volcano Plot"),
    ],
)
def test_lists_of_differential_mirnas(name, kind):
    book = read_service_workbook(FIXTURES / name)
    assert book.kind == kind
    assert [(b.sheet, b.regulation, list(b.id)) for b in book.blocks] == [
        ("A vs B", "up", ["1"]),
        ("A vs B", "down", ["3"]),
    ]
    assert book.blocks[1].address(0, "P-value", "A vs B") == "D11"


def test_a_list_whose_blocks_share_a_header_and_merge_headings_over_both_rows(tmp_path):
    rows = [
        ["resistant vs responding: up-regulated miRNAs"],
        ["ID", "Name", "Fold change", "P-value", "Normalized", ""],
        ["", "", "", "", "s1", "s2"],
        ["1", "hsa-miR-1", 4.0, 0.01, 4.0, 1.0],
        ["Down-regulated"],
        ["2", "hsa-miR-2", 0.25, 0.02, 1.0, 4.0],
        ["3", "hsa-miR-3", 0.5, "N/A", 1.0, 2.0],
    ]
    book = MAKER["Workbook"]({"resistant vs responding": MAKER["Sheet"]()})
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            book.sheets["resistant vs responding"].cells[i, j] = cell
    (tmp_path / "list.xlsx").write_bytes(book.to_bytes())
    found = read_service_workbook(tmp_path / "list.xlsx")
    assert found.kind == "All Differentially Expressed"
    assert [(b.regulation, list(b.id), b.comparisons, b.samples) for b in found.blocks] == [
        ("up", ["1"], ("resistant vs responding",), ("s1", "s2")),
        ("down", ["2", "3"], ("resistant vs responding",), ("s1", "s2")),
    ]
    assert math.isnan(found.blocks[1].sections["P-value"].values[1, 0])
    assert found.blocks[1].address(1, "Fold change", "resistant vs responding") == "C7"


def test_raw_intensities_of_one_lot():
    (arrays,) = read_intensity_sheets(FIXTURES / "raw_intensity.xlsx")
    channel = arrays.channels["intensity"]
    # The first spot of probe 1 on A1: foreground 400 − 3 + 20, background 20.
    assert (channel.foreground[0, 0], channel.background[0, 0]) == (417, 20)
    assert arrays.samples.names == SAMPLES
    assert (arrays.layout.row[7], arrays.layout.column[7], arrays.probes.id[7]) == (2, 3, "3")


def test_sample_names_above_and_headings_below():
    (arrays,) = read_intensity_sheets(FIXTURES / "raw_intensity_other_way_round.xlsx")
    assert arrays.samples.names == ("A1", "B1")
    np.testing.assert_array_equal(arrays.channels["intensity"].foreground[0], [417, 147])


def test_lots_are_joined_on_id():
    one = read_arrays([FIXTURES / "raw_intensity.xlsx"])
    two = read_arrays([FIXTURES / "raw_intensity_two_lots.xlsx"])
    assert two.layout is None
    assert list(two.probes.id) == list(one.probes.id)
    np.testing.assert_array_equal(two.channels["intensity"].foreground, one.channels["intensity"].foreground)


def test_normalize_reads_a_raw_intensity_file(capsys):
    assert main(["normalize", str(FIXTURES / "raw_intensity.xlsx"), "--min-factor-probes", "3", "--linear"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "ID,Name,A1,A2,A3,B1,B2,B3"
    assert lines[2] == "1,hsa-miR-16-5p,4,6,6.25,1,1,0.9"


def test_diff_reads_the_normalized_columns(tmp_path, capsys):
    sheet = tmp_path / "samples.csv"
    sheet.write_text("sample,group\nB1,B\nB2,B\nB3,B\nA1,A\nA2,A\nA3,A\n")
    call = ["diff", str(FIXTURES / "expression_matrix.xlsx"), "--samples", str(sheet), "--test", "none"]
    assert main(call) == 0
    rows = {line.split(",")[0]: line.split(",") for line in capsys.readouterr().out.splitlines()[2:]}
    # (4 + 6 + 6.25) / 3 over (1 + 1 + 0.9) / 3
    assert float(rows["1"][4]) == pytest.approx(16.25 / 2.9, rel=1e-3)


def test_normalized_values_are_linear_and_those_of_all_probes():
    matrix = read_expression(FIXTURES / "expression_matrix.xlsx")
    np.testing.assert_allclose(matrix.linear[0], [4, 6, 6.25, 1, 1, 0.9])
    assert np.isnan(matrix.values[3, 0])
    with pytest.raises(ScaleError, match="linear by definition"):
        read_expression(FIXTURES / "expression_matrix.xlsx", scale="log2")
    for name in ("pass_volcano_plot.xlsx", "raw_intensity.xlsx"):
        with pytest.raises(FormatError, match="no normalized values of all probes"):
            read_normalized(FIXTURES / name)
    with pytest.raises(FormatError, match="no intensities of single spots"):
        read_arrays([FIXTURES / "expression_matrix.xlsx"])


MESSAGES = {
    "foreign_sheet": "the sheet 'mine' is not laid out as a service laboratory's (found the row gene, score; ",
    "no_label": "sheet 'Expression Matrix', cell A5: a row has neither an ID nor a name",
    "position": "sheet 'lot 1', cell A5: a cell that should be a number is not (found 'x1'; ",
    "repeated_id": "sheet 'Expression Matrix', cell A6: the ID '1' occurs twice (found the same ID in A4; ",
    "repeated_sample": "F3: two columns under 'ForeGround' have the same name 'A1' (found the same name in E3",
    "text_in_number": "sheet 'Expression Matrix', cell Q4: a cell that should be a number is not (found '12OO'; ",
    "two_kinds": "the sheets of one workbook are of different kinds (found sheet 'Expression Matrix' is of ",
}


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_a_bad_workbook_and_its_message(path):
    with pytest.raises(FormatError) as caught:
        inspect_file(path)
    assert MESSAGES[path.stem] in str(caught.value)
    assert str(path) in str(caught.value)


def test_forced_on_another_file():
    with pytest.raises(FormatError, match="the sheet 'arrays' is not laid out"):
        inspect_file(ROOT / "matrix/intensities.xlsx", "service-workbook")
    with pytest.raises(FormatError, match="this is not a workbook"):
        inspect_file(ROOT / "matrix/intensities.csv", "service-workbook")


def test_it_is_registered():
    assert FORMATS["service-workbook"].module == "mirtool.io.arrays.service_workbook"


@pytest.mark.parametrize(("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_addresses_are_those_of_a_spreadsheet(column, letters):
    from openpyxl.utils import get_column_letter

    assert cell_address(9, column) == f"{letters}9" == f"{get_column_letter(column + 1)}9"


NUMBERS = st.one_of(st.none(), st.floats(min_value=-1e6, max_value=1e6, allow_nan=False, width=32))


@settings(max_examples=30)
@given(st.data())
def test_what_was_written_is_read(data):
    n_samples, n_probes = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 5))
    samples = [f"s{i}" for i in range(n_samples)]
    column = st.lists(NUMBERS, min_size=n_probes, max_size=n_probes)
    values = {("Fold change", "s0 vs s1"): data.draw(column)}
    for heading in SAMPLE_HEADINGS:
        values |= {(heading, sample): data.draw(column) for sample in samples}
    ids = [str(i) for i in range(n_probes)]
    computed = MAKER["Computed"](ids, [f"hsa-miR-{i}" for i in ids], samples, [], values, {})
    content = MAKER["expression_matrix"](computed).to_bytes()
    block = _read(content).blocks[0]
    for (heading, name), expected in values.items():
        wanted = np.array([np.nan if x is None else x for x in expected])
        # xlsxwriter writes 16 digits.
        np.testing.assert_allclose(block.sections[heading].column(name), wanted, rtol=1e-15)


def _read(content):
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        return read_service_workbook(file.name)


@pytest.mark.parametrize("n", [30, 300, 3000])
def test_a_damaged_workbook_is_told(tmp_path, n):
    data = (FIXTURES / "expression_matrix.xlsx").read_bytes()
    path = tmp_path / "cut.xlsx"
    path.write_bytes(io.BytesIO(data).read(n))
    with pytest.raises(FormatError, match="can't be opened"):
        read_service_workbook(path)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it(tmp_path):
    source = FIXTURES / "expression_matrix.xlsx"
    call = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "ods"]
    subprocess.run([*call, "--outdir", str(tmp_path), str(source)], check=True, capture_output=True, timeout=600)
    assert (tmp_path / "expression_matrix.ods").stat().st_size > 1000
