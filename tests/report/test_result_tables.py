"""Result tables open well in a spreadsheet, hold no formulas, and are written whole or not at all."""

import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mirtool.errors import OutputError, UsageError
from mirtool.io.tables.text_tables import read_table
from mirtool.model import Table, text_array
from mirtool.report.tables import format_of, table_text, workbook_bytes, write_bytes, write_table

DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "'=1",
    "MARCH1",
    "SEPT2",
    "1-Mar",
    "1E5",
    "007",
    "TRUE",
]


def example() -> Table:
    return Table(
        {
            "ID": text_array(["17605", "42865"]),
            "Name": text_array(["=1+1", "MARCH1"]),
            "s1": np.array([1 / 3, np.nan]),
            "n": np.array([4, 3]),
            "kept": np.array([True, False]),
        },
        (("mirtool normalized", ""), ("scale", "log2")),
    )


def test_csv_begins_with_its_header_and_holds_guarded_text_and_twelve_digits():
    assert table_text(example()) == ("ID,Name,s1,n,kept\n17605,'=1+1,0.333333333333,4,yes\n42865,MARCH1,NA,3,no\n")


def test_a_stream_has_the_notes_above_the_header():
    assert table_text(example(), in_band=True) == "# mirtool normalized; scale: log2\n" + table_text(example())


def test_tsv_differs_by_its_delimiter_only():
    assert table_text(example(), "tsv").splitlines()[1] == "17605\t'=1+1\t0.333333333333\t4\tyes"


names = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20).map(str.strip)
numbers = st.floats(allow_infinity=False, min_value=-1e30, max_value=1e30)


@st.composite
def tables(draw) -> Table:
    n = draw(st.integers(0, 8))
    return Table(
        {
            "ID": text_array(f"p{i}" for i in range(n)),
            "Name": text_array(draw(st.lists(names | st.sampled_from(DANGEROUS), min_size=n, max_size=n))),
            "=s1": np.array(draw(st.lists(numbers, min_size=n, max_size=n)), dtype=float),
        },
        draw(st.sampled_from([(), (("scale", "log2"),)])),
    )


@pytest.mark.parametrize("suffix", ["csv", "tsv", "xlsx", "parquet"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables())
def test_what_is_written_is_read_back(tmp_path, suffix, table):
    path = tmp_path / f"table.{suffix}"
    write_table(table, path)
    found = read_table(path)
    assert found.header == tuple(table.columns)
    assert found.notes == (dict(table.notes) if suffix in ("xlsx", "parquet") else {})
    # Blanks around a name are no part of it, and a line ends in one way only.
    plain = [name.replace("\r", "\n").strip() for name in table["Name"]]
    if suffix == "xlsx":  # no guards in a workbook, so that one that a spreadsheet left there is taken off
        plain = [name.removeprefix("'") if name == "'=1" else name for name in plain]
    if suffix == "parquet":
        plain = [name.strip() for name in table["Name"]]
        np.testing.assert_array_equal(found.numbers(2), table["=s1"])
    got = [name.strip() for name in found.text(1)]
    assert got == plain
    np.testing.assert_allclose(found.numbers(2), table["=s1"], rtol=1e-11)


def cells_of(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]


def test_in_a_workbook_names_are_text_and_numbers_are_numbers():
    table = Table({"Name": text_array(DANGEROUS), "=x": np.arange(len(DANGEROUS)) / 7})
    sheet = cells_of(workbook_bytes({"t": table}))
    assert [cell.data_type for cell in sheet["A"]] == ["s"] * (1 + len(DANGEROUS))
    assert sheet["B1"].data_type == "s"
    assert [cell.data_type for cell in sheet["B"][1:]] == ["n"] * len(DANGEROUS)
    assert [cell.value for cell in sheet["A"][1:]][7:] == DANGEROUS[7:]


def test_in_a_workbook_a_missing_number_is_an_empty_cell_and_an_infinite_one_is_named():
    sheet = cells_of(workbook_bytes({"t": Table({"x": np.array([1.5, np.nan, np.inf, -np.inf])})}))
    assert [cell.value for cell in sheet["A"]] == ["x", 1.5, None, "inf", "-inf"]


def test_sheet_names_are_fitted_to_what_a_workbook_allows():
    table = Table({"x": np.array([1.0])})
    names = ["A/B [all]", "x" * 40, "X" * 40, "", "'a'"]
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(dict.fromkeys(names, table))))
    assert book.sheetnames == ["A_B _all_", "x" * 31, "X" * 27 + " (2)", "table", "a"]


def test_a_cell_too_long_for_a_workbook_is_refused_not_dropped():
    with pytest.raises(OutputError, match="does not fit into a workbook") as caught:
        workbook_bytes({"t": Table({"genes": text_array(["ok", "BCL2;" * 7000])})})
    assert caught.value.problem.startswith("row 3")


@pytest.mark.parametrize("name", ["csv", "tsv", "xlsx"])
def test_the_same_table_gives_the_same_bytes(tmp_path, name):
    write_table(example(), tmp_path / f"a.{name}")
    first = (tmp_path / f"a.{name}").read_bytes()
    write_table(example(), tmp_path / f"a.{name}")
    assert (tmp_path / f"a.{name}").read_bytes() == first


def test_the_format_is_told_by_the_extension_or_the_option():
    assert [format_of(p) for p in ("a.csv", "a.TSV", "a.txt", "a.xlsx", "-", "/dev/null")] == [
        "csv", "tsv", "tsv", "xlsx", "csv", "csv",
    ]  # fmt: skip
    assert format_of("a.csv", "tsv") == "tsv"
    with pytest.raises(UsageError, match=r"no format is known for the output a\.doc"):
        format_of("a.doc")


def test_a_folder_that_is_missing_is_made_and_the_permissions_are_plain(tmp_path):
    write_bytes(b"x", tmp_path / "new" / "deep" / "a.csv")
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((tmp_path / "new/deep/a.csv").stat().st_mode) == 0o666 & ~mask
    assert [path.name for path in (tmp_path / "new/deep").iterdir()] == ["a.csv"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    write_bytes(b"new", tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "new"


def test_an_unwritable_place_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match=r"the result can't be written: .*/file is a file, not a folder"):
        write_bytes(b"x", tmp_path / "file" / "a.csv")
    with pytest.raises(OutputError, match="Is a directory"):
        write_bytes(b"x", tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said():
    with pytest.raises(OutputError, match="No space left on device"):
        write_table(example(), "/dev/full")
    code = "from mirtool.report.tables import write_bytes; write_bytes(b'x' * 100_000, '-')"
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run([sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True)
    assert (
        "mirtool.errors.OutputError: stdout: the result can't be written: No space left on device" in done.stderr
    )


def test_where_the_disk_fills_up_the_old_file_stays_and_nothing_else(tmp_path):
    """The limit on the size of files substitutes for a full disk."""
    (tmp_path / "a.csv").write_text("old")
    code = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from mirtool.report.tables import write_bytes\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "write_bytes(b'x' * 100_000, sys.argv[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.csv")], capture_output=True, text=True)
    assert "OutputError" in done.stderr
    assert "File too large" in done.stderr
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.csv", "old")]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a, b", "# mirtool x; source: a, b"),
        ("a\tb\nc", "# mirtool x; source: a b c"),
        ("a,=1+1", '"# mirtool x; source: a,=1+1"'),
        ('a, "@x"', '"# mirtool x; source: a, ""@x"""'),
    ],
)
def test_notes_are_a_comment_for_other_programs_but_never_a_formula(tmp_path, source, line):
    table = Table({"ID": text_array(["p1"])}, (("mirtool x", ""), ("source", source)))
    text = table_text(table, in_band=True)
    assert text.splitlines()[0] == line
    (tmp_path / "t.csv").write_text(text)
    assert list(read_table(tmp_path / "t.csv").header) == ["ID"]
