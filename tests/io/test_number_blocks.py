"""Large tables of numbers are read as they would be cell by cell, or left to the reader of cells."""

from contextlib import suppress

import numpy as np
import pytest

from mirtool.errors import FormatError, MirtoolError
from mirtool.io.arrays.matrix import read_expression, read_intensities
from mirtool.io.tables import text_tables
from mirtool.io.tables.text_tables import read_table

HEAD = "ID,Name,s1,s2\n"
REGULAR = {
    "plain": HEAD + "a,let-7a,1.5,2\nb,let-7b,,3\n",
    "one row": HEAD + "a,let-7a,1.5,2",
    "missing in every way": HEAD + "a,x,NA,1\nb,y,#N/A,2\nc,z,nan,3\nd,w,5,null\n",
    "the lowest single-precision number": HEAD + "a,x,-3.4e38,1\nb,y,2,-3.5E38\n",
    "digits and exponents": HEAD + "a,x,1e-5,0.1234567890123456789\nb,y,-0,1E3\n",
    "blanks around numbers": HEAD + "a,x, 1.5 ,2\nb,y,3,\t4\n",
    "quoted": '"ID","Name","s1","s2"\n"a","x, y","1.5","2"\n"b","z","NA",3\n',
    "row names of R": "Name,s1,s2\na,x,1,2\nb,y,3,4\n",
    "line ends of Windows": (HEAD + "a,x,1,2\nb,y,3,4\n").replace("\n", "\r\n"),
    "line ends of old Macs": (HEAD + "a,x,1,2\nb,y,3,4\n").replace("\n", "\r"),
    "mark of UTF-8": "\ufeff" + HEAD + "a,µ,1,2\n",
    "notes above": "# mirtool normalized; scale: log2\n" + HEAD + "a,x,1,2\nb,y,3,4\n",
    "separator stated": "sep=;\n" + (HEAD + "a,x,1,2\nb,y,3,4\n").replace(",", ";"),
    "tabs": (HEAD + "a,x,1,2\nb,y,3,4\n").replace(",", "\t"),
    "numbers as names": HEAD + "007,1,1,2\n008,2,3,4\n",
    "no number in a column": HEAD + "a,x,1,\nb,y,3,NA\n",
    "a column of text": "ID,Name,s1,note\na,x,1,good\nb,y,3,none\n",
}
IRREGULAR = {
    "a row that is too short": HEAD + "a,x,1,2\nb,y,3\n",
    "a row that is too long": HEAD + "a,x,1,2\nb,y,3,4,5\n",
    "text among numbers, far below": HEAD + "".join(f"p{i},x,1,2\n" for i in range(60)) + "b,y,low,4\n",
    "decimal commas": (HEAD + "a,x,1.5,2\nb,y,3,4\n").replace(",", ";").replace(".", ","),
    "a column of text and numbers": "ID,Name,s1,note\na,x,1,good\nb,y,3,2\n",
    "blank rows": HEAD + "a,x,1,2\n,,,\nb,y,3,4\n,,,\n",
    "a line break in a cell": HEAD + 'a,"x\ny",1,2\nb,y,3,4\n',
    "an open quote": HEAD + 'a,"x,1,2\nb,y,3,4\n',
    "a row without labels": HEAD + "a,x,1,2\n,,3,4\n",
    "Windows-1252": (HEAD + "a,µ,1,2\n").encode("cp1252"),
    "header of two rows": "ID,Name,s1,s2\ngroup,,case,control\na,x,1,2\nb,y,3,4\n",
    "samples in rows": "sample,let-7a,miR-16\ns1,1,2\ns2,3,4\n",
    "a header alone": HEAD,
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "t.csv"


@pytest.fixture
def any_size_is_large(monkeypatch):
    monkeypatch.setattr(text_tables, "_LARGE", 0)


def labels(_head):
    return {0, 1}


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.usefixtures("any_size_is_large")
@pytest.mark.parametrize("content", REGULAR.values(), ids=REGULAR)
def test_regular_tables_are_read_as_cell_by_cell(path, content):
    write(path, content)
    by_cell, by_block = read_table(path), read_table(path, text_columns=labels)
    assert by_block.block is not None
    assert (by_block.header, by_block.first_line, by_block.notes, by_block.delimiter) == (
        by_cell.header,
        by_cell.first_line,
        by_cell.notes,
        by_cell.delimiter,
    )
    for j in range(2):
        assert by_block.text(j).tolist() == by_cell.text(j).tolist()
    for j in by_block.block.columns:
        np.testing.assert_array_equal(by_block.numbers(j), by_cell.numbers(j))
        assert by_block.holds_numbers_only(j) == bool(np.isfinite(by_cell.numbers(j)).any())
    np.testing.assert_array_equal(
        by_block.numbers_of(by_block.block.columns), by_cell.numbers_of(by_block.block.columns)
    )


@pytest.mark.parametrize("content", [*REGULAR.values(), *IRREGULAR.values()], ids=[*REGULAR, *IRREGULAR])
@pytest.mark.parametrize("read", [read_intensities, lambda path: read_expression(path, scale="log2").values])
def test_size_changes_neither_what_is_read_nor_what_is_said(path, monkeypatch, content, read):
    def outcome():
        try:
            found = read(path)
        except MirtoolError as error:
            return str(error)
        if isinstance(found, np.ndarray):
            return found.tolist()
        return found.samples, found.probes.id.tolist(), found.channels["intensity"].foreground.tolist()

    write(path, content)
    small = outcome()
    monkeypatch.setattr(text_tables, "_LARGE", 0)
    assert repr(outcome()) == repr(small)


@pytest.mark.usefixtures("any_size_is_large")
@pytest.mark.parametrize("content", IRREGULAR.values(), ids=IRREGULAR)
def test_irregular_tables_are_left_to_the_reader_of_cells(path, content):
    write(path, content)
    rule = labels if "sample," not in str(content) else lambda _head: None
    with suppress(FormatError):
        assert read_table(path, text_columns=rule).block is None


def test_blocks_join_where_they_were_cut(path):
    rng = np.random.default_rng(1)
    values = rng.normal(8, 2, (400, 2500)).round(6)  # 8 MB: three blocks
    rows = [f"p{i}," + ",".join(map(repr, row)) for i, row in enumerate(values.tolist())]
    write(path, "ID," + ",".join(f"s{j}" for j in range(2500)) + "\n" + "\n".join(rows) + "\n")
    found = read_expression(path, scale="log2")
    np.testing.assert_array_equal(found.values, values)
    assert found.probes.id.tolist() == [f"p{i}" for i in range(400)]
