"""Files of other instruments are refused by the instrument's name; workbooks of scanners' results are read."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter

from mirtool.errors import MirtoolError
from mirtool.io.arrays.ct_tables import read_ct
from mirtool.io.arrays.folders import files_of_arrays
from mirtool.io.arrays.genepix import read_genepix
from mirtool.io.registry import inspect_file, sniff_format
from mirtool.io.tables.text_tables import read_table
from tests.panel_files import write_plate

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"

FILES = {
    "an Affymetrix CEL file": b"[CEL]\nVersion=3\n",
    "an Illumina IDAT file": b"IDAT\x03\x00\x00\x00",
    "a web page": b"<!DOCTYPE html>\n<html><body>log in</body></html>",
    "a PDF document": b"%PDF-1.7\n",
    "a FASTQ file": b"@read1\nACGTACGT\n+\nIIIIIIII\n",
    "a pointer of Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n",
}


@pytest.mark.parametrize("what", FILES)
def test_files_of_other_instruments_are_named(tmp_path, what):
    path = tmp_path / "file.txt"
    path.write_bytes(FILES[what])
    for read in (inspect_file, read_table, read_ct):
        with pytest.raises(MirtoolError, match=f"this is {what}"):
            read(path)


@pytest.mark.parametrize(
    ("member", "what"),
    [("word/document.xml", "a Word document"), ("a.csv", "a ZIP")],
)
def test_packed_files_are_named(tmp_path, member, what):
    path = tmp_path / "file"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "x")
    with pytest.raises(MirtoolError, match=f"this is {what}"):
        inspect_file(path)


def test_genepix_results_saved_as_a_workbook_are_read(tmp_path):
    source = FIXTURES / "genepix" / "v3_two_channels.gpr"
    book = xlsxwriter.Workbook(tmp_path / "array.xlsx")
    sheet = book.add_worksheet("Sheet1")
    for i, line in enumerate(source.read_text(encoding="cp1252").splitlines()):
        for j, cell in enumerate(line.split("\t")):
            text = cell.strip('"')
            try:
                sheet.write_number(i, j, float(text))
            except ValueError:
                sheet.write_string(i, j, text)
    book.close()
    assert sniff_format(tmp_path / "array.xlsx") == "genepix"
    found, right = read_genepix(tmp_path / "array.xlsx"), read_genepix(source)
    assert list(found.channels) == list(right.channels)
    for name, channel in right.channels.items():
        np.testing.assert_array_equal(found.channels[name].foreground, channel.foreground)
    assert found.probes.id.tolist() == right.probes.id.tolist()


def test_a_folder_stands_for_the_arrays_in_it(tmp_path):
    for name in ("v3_two_channels.gpr", "v3_two_channels_b.gpr"):
        (tmp_path / name).write_bytes((FIXTURES / "genepix" / name).read_bytes())
    (tmp_path / "README.txt").write_text("notes\n")
    assert [Path(file).name for file in files_of_arrays(tmp_path)] == [
        "v3_two_channels.gpr",
        "v3_two_channels_b.gpr",
    ]
    plates = tmp_path / "plates"
    plates.mkdir()
    for name in ("a.csv", "b.csv"):
        write_plate(plates / name, {"P1": {"hsa-miR-21-5p": [20]}})
    assert [Path(file).name for file in files_of_arrays(plates)] == ["a.csv", "b.csv"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(MirtoolError, match="the folder holds no file of arrays, Ct values or counts"):
        files_of_arrays(tmp_path / "empty")
