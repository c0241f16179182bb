"""GEO platform tables give names to probe IDs, and say which IDs they do not know."""

import json
from pathlib import Path

import pytest

from mirtool.cli import main
from mirtool.errors import FormatError
from mirtool.io.arrays import geo_platform
from mirtool.io.arrays.geo_platform import name_matrix, read_platform
from mirtool.io.arrays.matrix import read_expression
from mirtool.io.arrays.reading import read_arrays
from mirtool.io.registry import inspect_file, sniff_format
from mirtool.io.tables.text import read_head

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "geo"
SERIES = FIXTURES / "GSE900_series_matrix.txt"
NAMES = {
    "17605": "hsa-miR-17-5p/hsa-miR-106a-5p",
    "42865": "hsa-miR-16-5p",
    "13132": "Empty",
    "7": "hsa-let-7a-5p",
    "8": "",
}
SAID = "names from platform GPL900: 4 of 5 IDs; 1 not in it: unknown"


@pytest.mark.parametrize("name", ["GPL900.txt", "GPL900_family.soft"])
def test_the_full_table_and_soft_say_the_same(name):
    assert sniff_format(FIXTURES / name) == "geo-platform"
    platform = read_platform(FIXTURES / name)
    assert platform.names == NAMES
    assert (platform.accession, platform.column) == ("GPL900", "miRNA_ID_LIST")


def test_an_annotation_file_names_genes():
    platform = read_platform(FIXTURES / "GPL900.annot")
    assert (platform.accession, platform.column) == ("GPL900", "Gene symbol")
    assert platform.names == {"17605": "MIR17/MIR106A"}


def test_inspection_says_where_the_names_come_from():
    found = inspect_file(FIXTURES / "GPL900.txt")
    assert (found.format, found.spots) == ("geo-platform", 5)
    assert found.details == {
        "platform": "GPL900",
        "title": "",
        "names_from": "miRNA_ID_LIST",
        "without_name": 1,
        "species": ["hsa"],
        "probe_kinds": {"miRNA": 3, "empty": 1, "other species": 1},
    }


def test_a_matrix_is_named_and_classified_anew():
    matrix = name_matrix(read_expression(SERIES, scale="log2"), read_platform(FIXTURES / "GPL900.txt"))
    assert list(matrix.probes.name) == [*list(NAMES.values())[:4], "unknown"]
    assert list(matrix.probes.kind) == ["miRNA", "miRNA", "empty", "miRNA", "other"]
    assert matrix.history[-1] == SAID


def test_arrays_are_named_before_they_are_classified():
    arrays = read_arrays([SERIES], scale="linear", platform=FIXTURES / "GPL900.txt")
    assert list(arrays.probes.kind) == ["miRNA", "miRNA", "empty", "miRNA", "other"]
    assert arrays.sources[0].warnings[-1] == SAID


def test_inspect_looks_ids_up(capsys):
    assert main(["inspect", "--json", str(SERIES), "--platform", str(FIXTURES / "GPL900.txt")]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["details"]["platform_names"] == SAID
    assert found["details"]["probe_kinds"] == {"miRNA": 3, "empty": 1, "other": 1}


def test_diff_of_a_series_matrix_bears_the_platforms_names(tmp_path, capsys):
    sheet, target = tmp_path / "samples.csv", tmp_path / "d.csv"
    sheet.write_text("sample,group\nGSM1,responding\nGSM2,responding\nGSM3,resistant\nGSM4,resistant\n")
    call = [
        "diff",
        str(SERIES),
        "--samples",
        str(sheet),
        "--scale",
        "log2",
        "--test",
        "none",
        "-v",
        "-o",
        str(target),
    ]
    assert main([*call, "--platform", str(FIXTURES / "GPL900.txt")]) == 0
    rows = [line.split(",") for line in target.read_text().splitlines()[1:]]
    assert {row[0]: row[1] for row in rows} == {
        **{k: v for k, v in NAMES.items() if k != "8"},
        "unknown": "unknown",
    }
    assert SAID in capsys.readouterr().err


def test_a_platform_that_knows_no_id_is_refused(tmp_path):
    other = tmp_path / "GPL1.txt"
    other.write_text("#ID = x\nID\tName\nA_25\thsa-miR-1-3p\n")
    with pytest.raises(FormatError, match="no ID is on this platform") as caught:
        read_arrays([SERIES], scale="linear", platform=other)
    assert (caught.value.found, caught.value.expected) == ("'17605' and others", "IDs such as A_25")


BAD = {
    "bad_platform_cut.soft": ", line 15: the platform table was cut: it has no end (expected a line "
    "!platform_table_end)",
    "bad_platform_no_table.soft": ": the file holds no platform table (expected a line of column names: ID …)",
    "bad_platform_no_id.txt": ", line 5: the platform table has no column ID (found Probe, miRNA_ID_LIST, "
    "SPOT_ID, SEQUENCE)",
    "bad_platform_no_names.txt": ", line 3: the platform table has no column of names (found ID, SEQUENCE; "
    "expected miRNA_ID, miRNA_ID_LIST, Name, Gene symbol or the like)",
    "bad_platform_repeated_id.txt": ", line 11: the ID '7' occurs twice (expected every ID of a platform once)",
    "bad_platform_short_row.txt": ", line 11: the last row is cut short (found 2 cells; expected 4, as many as "
    "the column line has)",
}


@pytest.mark.parametrize(("name", "message"), BAD.items())
def test_a_bad_platform_is_refused_with_its_place(name, message):
    with pytest.raises(FormatError) as caught:
        read_platform(FIXTURES / name)
    assert str(caught.value).split("\n")[0] == f"{FIXTURES / name}{message}"


def test_every_bad_platform_is_tested():
    assert {path.name for path in FIXTURES.glob("bad_platform_*")} == set(BAD)


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*")), ids=lambda path: path.name)
def test_sniffing_never_raises(path):
    assert geo_platform.sniff(read_head(path)) is ("platform" in path.name or path.name.startswith("GPL"))


def test_a_repeated_column_that_is_not_needed_does_not_matter(tmp_path):
    path = tmp_path / "GPL900.txt"
    path.write_text(
        "#ID = x\n#SPOT_ID = a\nID\tmiRNA_ID\tSPOT_ID\tSEQUENCE\tSPOT_ID\n"
        "17605\thsa-miR-17-5p\tx\tCAAAG\ty\n42865\thsa-miR-16-5p\tx\tUAGCA\ty\n"
    )
    assert read_platform(path).names == {"17605": "hsa-miR-17-5p", "42865": "hsa-miR-16-5p"}
    path.write_text("#ID = x\nID\tmiRNA_ID\tmiRNA_ID\n17605\thsa-miR-17-5p\thsa-miR-18-5p\n")
    with pytest.raises(FormatError, match="two columns have the same name"):
        read_platform(path)
