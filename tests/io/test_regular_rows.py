"""Rows read from their bytes are read as line by line, to the last bit, or not at all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirtool.io.tables import regular_rows
from mirtool.io.tables.regular_rows import read_regular_rows
from mirtool.io.tables.rows import finite_numbers, read_rows, split_cells
from mirtool.io.tables.text import unify_newlines
from mirtool.io.tables.text_tables import TextTable

HEADER = b"A column line\n"


def numbers_of(cells):
    return finite_numbers(TextTable("", ("number",), (cells,), 1, {}), 0)


def at_once(body, n_columns, numbers, texts, delimiter="\t"):
    """Read columns from the bytes of rows that end with the file."""
    data = HEADER + body
    return read_regular_rows(
        data,
        slice(len(HEADER), len(data) - data.endswith(b"\n")),
        n_columns,
        delimiter,
        numbers=dict.fromkeys(numbers, numbers_of),
        texts=texts,
    )


def lines_of(body):
    return unify_newlines(body).removesuffix("\n").split("\n")


def line_by_line(body, n_columns, delimiter="\t"):
    names = [str(j) for j in range(n_columns)]
    return read_rows(lines_of(body), names, path="", first_line=2, software="", delimiter=delimiter)


def assert_same_bits(values, expected):
    np.testing.assert_array_equal(values.view(np.int64), np.asarray(expected, np.float64).view(np.int64))


@given(st.lists(st.integers(-(10**8) + 1, 10**8 - 1), min_size=1, max_size=20), st.integers(0, 4))
def test_whole_numbers_of_up_to_eight_digits(numbers, zeros):
    cells = [f"{'-' if n < 0 else ''}{'0' * zeros}{abs(n)}" for n in numbers]
    read = at_once("\n".join(f"{cell}\tx" for cell in cells).encode(), 2, [0], [1])
    assert_same_bits(read.numbers[0], numbers)


@pytest.mark.parametrize("place", [0, 3, 7])
def test_a_byte_that_is_no_digit_is_noticed_wherever_it_is(place):
    seen = []

    def keep(cells):
        seen.extend(cells)
        return np.full(len(cells), np.nan)

    others = [chr(code) for code in range(1, 128) if chr(code) not in "0123456789-\t\n\r"]
    cells = ["1234567890"[:place] + other + "1234567890"[place:7] for other in others]
    data = HEADER + "\n".join(f"x\t{cell}" for cell in cells).encode()
    read = read_regular_rows(data, slice(len(HEADER), len(data)), 2, "\t", numbers={1: keep}, texts=[])
    assert np.isnan(read.numbers[1]).all()
    assert seen == [split_cells(cell)[0] for cell in cells]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("0", 0.0), ("-0", -0.0), ("007", 7.0), ("12345678", 12345678.0), ("-12345678", -12345678.0),
        ("123456789", 123456789.0), ("12.5", 12.5), ("-0.046", -0.046), (" 12 ", 12.0), ('"12"', 12.0),
        ("+5", 5.0), ("1e3", 1000.0), ("", np.nan), ("NA", np.nan), ("65535", 65535.0),
    ],
)  # fmt: skip
def test_every_way_to_write_a_number(cell, number):
    read = at_once(f"a\t{cell}\t1\nb\t1\t{cell}".encode(), 3, [1, 2], [0])
    assert_same_bits(read.numbers[1], [number, 1])
    assert_same_bits(read.numbers[2], [1, number])


CELLS = st.one_of(
    st.integers(-100, 70_000).map(str),
    st.sampled_from(["", "-", "--1", "1-", "NA", "0.5", "-50", "1_0", "inf", " 7", '"8"', '"', '"a', 'b"', "x y"]),
    st.floats(-1e6, 1e6).map(repr),
    st.text(st.characters(codec="utf-8", exclude_characters="\0\n"), max_size=20),
)  # fmt: skip


@given(
    st.integers(2, 6).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=8)),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.sampled_from("\t,;"),
    st.sampled_from([1, 40, 1 << 17]),
    st.data(),
)
@settings(max_examples=400)
def test_a_table_is_read_as_line_by_line_or_not_at_all(rows, line_end, ends_in_line_end, delimiter, block, data):
    n = len(rows[0])
    body = line_end.join(map(delimiter.join, rows)) + (line_end if ends_in_line_end else "")
    numbers = data.draw(st.sets(st.integers(0, n - 1)))
    texts = data.draw(st.sets(st.integers(0, n - 1)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(regular_rows, "_BLOCK_BYTES", block)
        read = at_once(body.encode(), n, sorted(numbers), sorted(texts), delimiter)
    if read is None or not all(line.strip(f" {delimiter}") for line in lines_of(body)):
        return  # a row of blank cells is passed over line by line
    table = line_by_line(body, n, delimiter)
    for column in numbers:
        assert_same_bits(read.numbers[column], finite_numbers(table, column))
    assert read.texts.columns() == [table.columns[column] for column in sorted(texts)]


def test_texts_are_the_same_where_every_byte_is():
    body = b"1\thsa-miR-16-5p\t7\nlonger than eight bytes\t\t7\n"
    texts = at_once(body, 3, [2], [0, 1]).texts
    assert texts == at_once(body.replace(b"7", b"8"), 3, [2], [0, 1]).texts
    assert hash(texts) == hash(at_once(body.replace(b"7", b"12.5"), 3, [2], [0, 1]).texts)
    for place in (0, 2, 14, 18, 39):
        other = body[:place] + b"_" + body[place + 1 :]
        assert texts != at_once(other, 3, [2], [0, 1]).texts
    assert texts != at_once(body.replace(b"bytes", b"byte"), 3, [2], [0, 1]).texts
    assert texts != at_once(body, 3, [2], [0]).texts


@pytest.mark.parametrize(
    "body",
    [b"1\t2\n3\n", b"1\t2\n3\t4\t5\n", b"1\n2\t3\t4\n5\t6", b"1\t2\n\n", b"1\t\r2\n", b"1\t2\r\r\n", b""],
)
def test_an_irregular_table_is_left_to_be_read_line_by_line(body):
    assert at_once(body, 2, [0], [1]) is None


def test_between_commas_a_quotation_mark_may_hide_one():
    assert at_once(b'1,"2"', 2, [0], [1], delimiter=",") is None
    assert at_once(b'1\t"2"', 2, [0], [1]).texts.columns() == [("2",)]
