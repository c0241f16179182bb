"""A study's workbook holds what its folder holds: values, findings, figures, provenance; it opens elsewhere."""

import csv
import hashlib
import io
import shutil
import subprocess
from contextlib import chdir

import openpyxl
import pytest
import python_calamine

from mirtool.cli import main
from mirtool.errors import MirtoolError
from mirtool.report.study_results import StudyResults
from mirtool.report.workbook.figure_sheet import png_size
from mirtool.report.workbook.layout import DOWN_TINT, UP_TINT
from mirtool.report.workbook.study_workbook import study_workbook, workbook_name
from mirtool.study.folder import open_study
from tests.small_study import make_study

CONTRAST = "resistant vs responding"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a") / "my study"
    folder.mkdir()
    make_study(folder)
    with chdir(folder), pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIRTOOL_CACHE", str(folder.parent / "cache"))
        for command in (["qc", "--no-figures"], ["normalize"], ["diff", "--cutoff", "1.5"]):
            assert main(command) == 0
    return folder


def results_of(folder):
    return StudyResults(open_study(folder))


@pytest.fixture(scope="module")
def book(study):
    return study_workbook(results_of(study))


@pytest.fixture(scope="module")
def sheets(book):
    return sheets_in(book)


def sheets_in(book):
    opened = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book))
    return {name: opened.get_sheet_by_name(name).to_python() for name in opened.sheet_names}


def sheets_of(folder):
    return sheets_in(study_workbook(results_of(folder)))


def csv_rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_what_was_run_is_there_in_the_order_of_reading_and_nothing_else(sheets):
    assert list(sheets) == [
        "Read me", "Samples", "Quality", "Normalized", CONTRAST, "Figures", "Provenance", "Columns", "Notes",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def in_full(study, tmp_path_factory):
    """The tables as the steps write them with all digits."""
    folder = shutil.copytree(study, tmp_path_factory.mktemp("full") / "study")
    with chdir(folder), pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIRTOOL_CACHE", str(folder.parent / "cache"))
        assert main(["diff", "--cutoff", "1.5", "--digits", "full", "--no-figures"]) == 0
        assert main(["qc", "--digits", "full", "--no-figures"]) == 0
    return folder


def as_cells(rows, header):
    """Return the rows of a CSV file as a reader of workbooks has them."""
    return [[number(row[head]) for head in header] for row in rows]


def number(cell):
    try:
        return "" if cell == "NA" else float(cell)
    except ValueError:
        return cell


def columns_of(sheet):
    """Return a sheet as its CSV file has it, IDs of digits as numbers."""
    header, *rows = sheet
    return header, [[number(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]


@pytest.mark.parametrize(
    ("sheet", "file"),
    [(CONTRAST, "differential"), ("Quality", "qc_arrays"), ("Normalized", "normalized")],
)
def test_a_cell_holds_the_full_value(sheets, study, in_full, sheet, file):
    header, rows = columns_of(sheets[sheet])
    folder = study if file == "normalized" else in_full  # normalized.csv has nine digits, which are enough
    expected = csv_rows(folder / "results" / f"{file}.csv")
    assert sorted(header) == sorted(expected[0])
    assert rows == as_cells(expected, header)


def test_without_full_values_a_cell_holds_the_value_of_the_file(study, tmp_path):
    folder = shutil.copytree(study, tmp_path / "my study")
    shutil.rmtree(folder / "results" / ".full")
    header, rows = columns_of(sheets_of(folder)[CONTRAST])
    assert rows == as_cells(csv_rows(folder / "results" / "differential.csv"), header)


def test_full_values_do_not_hide_what_was_changed_by_hand(study, in_full, tmp_path):
    folder = shutil.copytree(study, tmp_path / "my study")
    path = folder / "results" / "differential.csv"
    first = csv_rows(path)[0]["P (moderated)"]
    path.write_text(path.read_text().replace(first, "0.9", 1))
    header, rows = columns_of(sheets_of(folder)[CONTRAST])
    expected = as_cells(csv_rows(in_full / "results" / "differential.csv"), header)
    expected[0][header.index("P (moderated)")] = 0.9
    assert rows == expected


def test_full_values_of_another_run_are_not_used(study, tmp_path):
    """A run with all digits writes none beside its table; those that are left are of the run before."""
    folder = shutil.copytree(study, tmp_path / "my study")
    with chdir(folder):
        assert main(["diff", "--cutoff", "1.5", "--test", "welch", "--digits", "full", "--no-figures"]) == 0
    header, rows = columns_of(sheets_of(folder)[CONTRAST])
    assert rows == as_cells(csv_rows(folder / "results" / "differential.csv"), header)
    assert (folder / "results" / ".full" / "differential.json").read_bytes() == (
        study / "results" / ".full" / "differential.json"
    ).read_bytes()


@pytest.mark.parametrize("damage", ["{", "[]", '{"P (moderated)": 3}', '{"P (moderated)": ["x"]}', "[" * 100_000])
def test_damaged_full_values_are_refused_with_their_file(study, tmp_path, damage):
    folder = shutil.copytree(study, tmp_path / "my study")
    (folder / "results" / ".full" / "differential.json").write_text(damage)
    with pytest.raises(MirtoolError, match="full values of a table are damaged") as found:
        sheets_of(folder)
    assert str(found.value.path).endswith("differential.json")


def test_ids_are_text_though_they_are_digits(sheets):
    assert all(isinstance(row[0], str) and row[0].isdigit() for row in sheets[CONTRAST][1:])


def test_up_and_down_are_in_one_sheet_marked_by_color_and_by_columns_that_filter(book):
    sheet = openpyxl.load_workbook(io.BytesIO(book))[CONTRAST]
    header = [cell.value for cell in sheet[1]]
    assert header[:2] == ["ID", "Name"]
    assert [head.partition(" by ")[0] for head in header[2:5]] == ["regulation"] * 3
    tints = {"up": UP_TINT, "down": DOWN_TINT}
    seen = set()
    for cell in next(sheet.iter_cols(min_col=3, max_col=3, min_row=2)):
        seen.add(cell.value)
        if cell.value in tints:
            assert cell.fill.fgColor.rgb == "FF" + tints[cell.value][1:]
    assert {"up", "down"} <= seen
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref.startswith("A1:")
    formats = {head: cell.number_format for head, cell in zip(header, sheet[2], strict=True)}
    assert formats["P (moderated)"] == "0.00E+00"
    assert formats["fold change resistant/responding"] == "0.00"
    assert formats["ID"] == "@"


def test_every_head_that_is_known_has_its_meaning_as_a_note(book, study):
    sheet = openpyxl.load_workbook(io.BytesIO(book))[CONTRAST]
    meanings = {
        row["column"]: row["meaning"]
        for row in csv_rows(study / "results" / "columns.csv")
        if row["table"] == "differential.csv"
    }
    assert len(meanings) == len(sheet[1])
    for cell in sheet[1]:
        assert cell.comment.text.startswith(meanings[cell.value])


def test_read_me_begins_with_the_finding(sheets, study):
    text = [[cell for cell in row if cell] for row in sheets["Read me"]]
    calls = [row["regulation by volcano P"] for row in csv_rows(study / "results" / "differential.csv")]
    place = text.index(["What was found"])
    label, finding = text[place + 1]
    assert label == "comparison"
    up, down = calls.count("up"), calls.count("down")
    assert f"{up + down} by fold change and P ({up} up, {down} down)" in finding
    listed = [row[0] for row in text[text.index(["Sheets"]) + 1 :][:6]]
    assert listed == ["Samples", "Quality", "Normalized", CONTRAST, "Figures", "Provenance"]
    (digits,) = (row[1] for row in text if row[:1] == ["digits"])
    assert "holds the full value: 12 significant digits, of normalized values 9" in digits
    assert "P 3, ratios and statistics 4" in digits
    assert "--digits full" in digits
    (others,) = (row[1] for row in text if row[:1] == ["not here"])
    assert "results/qc_pairs.csv" in others


def test_samples_say_the_verdict_and_the_file_as_the_sheet_has_it(sheets):
    header, first, *_ = sheets["Samples"]
    row = dict(zip(header, first, strict=True))
    assert (row["sample"], row["group"], row["file"]) == ("P01", "responding", "P01.gpr")
    assert row["quality"] in ("fine", "check", "outlier")
    assert row["probes detected"] > 50


def test_provenance_has_settings_files_and_versions(sheets, study):
    rows = [tuple(row) for row in sheets["Provenance"][1:]]
    digest = hashlib.sha256((study / "P01.gpr").read_bytes()).hexdigest()
    assert ("normalize", "file read (SHA-256)", "P01.gpr", digest) in rows
    assert ("diff", "setting", "cutoff", "1.5") in rows
    assert [row[0] for row in rows if row[1:3] == ("version", "mirtool")] == ["every step"]


def test_settings_that_are_given_are_those_listed(study):
    data = study_workbook(results_of(study), changed=[("diff", "cutoff", "1.5")])
    opened = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    rows = [row for row in opened.get_sheet_by_name("Provenance").to_python() if row[1] == "setting"]
    assert rows == [
        ["diff", "setting", "cutoff", "1.5"],
        ["qc", "setting", "", "every setting has its default"],
        ["normalize", "setting", "", "every setting has its default"],
    ]


def test_methods_are_a_sheet_where_they_are_given(study):
    data = study_workbook(results_of(study), methods=["Arrays were normalized.", "", "=1+1"])
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Methods"]
    assert [(cell.value, cell.data_type) for cell in sheet["A"] if cell.value] == [
        ("Arrays were normalized.", "s"), ("=1+1", "s"),
    ]  # fmt: skip


def test_the_same_study_gives_the_same_bytes_from_everywhere(study, book):
    with chdir(study):
        assert study_workbook(results_of(".")) == book


def test_figures_are_placed_smaller_than_a_page_and_damaged_ones_named(study, book, tmp_path):
    copy = tmp_path / study.name
    shutil.copytree(study, copy)
    images = openpyxl.load_workbook(io.BytesIO(book))["Figures"]._images
    assert len(images) == len(list((study / "figures").glob("*.png"))) > 1
    volcano = copy / "figures" / "volcano.png"
    volcano.write_bytes(volcano.read_bytes()[:2000])
    opened = openpyxl.load_workbook(io.BytesIO(study_workbook(results_of(copy))))
    assert len(opened["Figures"]._images) == len(images) - 1
    said = [row[1].value for row in opened["Read me"].iter_rows() if row[0].value == "not here"]
    assert "figures/volcano.png" in said[0]


def test_figures_are_listed_with_links_to_them_and_from_them_to_their_tables(book):
    sheet = openpyxl.load_workbook(io.BytesIO(book))["Figures"]
    listed = {}
    for (cell,) in sheet.iter_rows(min_row=2, max_row=1 + len(sheet._images)):
        listed[cell.value] = cell.hyperlink.location
    assert "Volcano plot (volcano.png)" in listed
    tables = set()
    for title, place in listed.items():
        heading = sheet[place.rpartition("!")[2]]
        assert heading.value == title
        table = sheet.cell(heading.row + 1, 1)
        tables.add((table.value, table.hyperlink.location))
        (image,) = (each for each in sheet._images if each.anchor._from.row + 1 == heading.row + 2)
        below = sheet.cell(image.anchor.to.row + 1, 1)
        assert below.value is None  # the figure ends above its caption
    assert tables == {(f"Table: {CONTRAST}", f"'{CONTRAST}'!A1")}
    breaks = [each.id for each in sheet.row_breaks.brk]
    assert breaks == [sheet[place.rpartition("!")[2]].row - 1 for place in listed.values()]


def test_the_size_of_a_figure_is_that_on_a_screen():
    # 600 x 300 pixels at 11,811 per meter, which is 300 per inch: 192 x 96 at 96 per inch.
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (600).to_bytes(4, "big") + (300).to_bytes(4, "big") + bytes(9)
    resolution = b"\0\0\0\tpHYs" + (11811).to_bytes(4, "big") * 2 + b"\1" + bytes(4)
    end = b"\0\0\0\0IEND\xaeB`\x82"
    assert png_size(head + resolution + end) == pytest.approx((192, 96), rel=1e-4)
    assert png_size(head + end) == (600, 300)
    assert png_size(head) is None


def test_what_is_out_of_date_is_said_first_hand(study, tmp_path):
    copy = tmp_path / study.name
    shutil.copytree(study, copy)
    (copy / "samples.csv").write_text((copy / "samples.csv").read_text().replace("P06,resistant", "P06,other"))
    opened = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(study_workbook(results_of(copy))))
    rows = [row for row in opened.get_sheet_by_name("Read me").to_python() if row[0] == "normalize"]
    assert rows[0][1].startswith("Out of date: made from another samples.csv")


@pytest.mark.parametrize(
    ("folder", "name"), [("my study", "my_study.xlsx"), ("(2)", "2.xlsx"), ("..", "study.xlsx")]
)
def test_the_file_is_named_after_the_folder(tmp_path, folder, name):
    root = "/" if folder == ".." else tmp_path / folder
    assert workbook_name(results_of(root)) == name


def test_each_contrast_has_a_sheet_after_the_one_of_all(study, tmp_path, monkeypatch):
    copy = tmp_path / "three"
    copy.mkdir()
    for path in study.glob("*.gpr"):
        shutil.copy(path, copy)
    long = "a_group_with_a_long_name"
    rows = [f"P0{i},{group},P0{i}.gpr,00{i}" for i, group in enumerate([long, long, "B", "B", "C/d", "C/d"], 1)]
    (copy / "samples.csv").write_text("\n".join(["sample,group,file,batch", *rows]) + "\n")
    monkeypatch.chdir(copy)
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    assert main(["normalize"]) == 0
    assert main(["diff", "--no-figures", "--compare", f"C/d:{long}"]) == 0
    opened = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(study_workbook(results_of(copy))))
    assert f"C_d vs {long}" in opened.sheet_names
    header, first, *_ = opened.get_sheet_by_name("Samples").to_python()
    assert first[header.index("batch")] == "001"
    rows = [f"P0{i},{group},P0{i}.gpr" for i, group in enumerate([long, long, "B", "B", "Cd", "Cd"], 1)]
    (copy / "samples.csv").write_text("\n".join(["sample,group,file", *rows]) + "\n")
    assert main(["diff", "--no-figures", "--contrast", f"B - {long}", "--contrast", f"Cd - {long}"]) == 0
    opened = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(study_workbook(results_of(copy))))
    place = opened.sheet_names.index("Comparisons")
    assert opened.sheet_names[place + 1 : place + 3] == [f"B vs {long}", f"Cd vs {long}"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it_and_keeps_the_values(book, sheets, tmp_path):
    (tmp_path / "study.xlsx").write_bytes(book)
    call = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "ods"]
    subprocess.run(
        [*call, "--outdir", tmp_path, tmp_path / "study.xlsx"], check=True, capture_output=True, timeout=600
    )
    opened = python_calamine.CalamineWorkbook.from_path(tmp_path / "study.ods")
    assert opened.sheet_names == list(sheets)
    assert opened.get_sheet_by_name(CONTRAST).to_python() == sheets[CONTRAST]
