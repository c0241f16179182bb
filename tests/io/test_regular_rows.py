"""Rows read from their bytes are read as line by line, to the last bit, or not at all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirtool.errors import FormatError
from mirtool.io.tables import regular_rows
from mirtool.io.tables.quoted_lines import split_cells
from mirtool.io.tables.regular_rows import CellTexts, regular_columns
from mirtool.io.tables.rows import finite_numbers, read_rows
from mirtool.io.tables.text import unify_newlines
from mirtool.io.tables.text_tables import TextTable

HEADER = b"A column line\n"


def table_of(columns, path=""):
    return TextTable(path, tuple(map(str, range(len(columns)))), tuple(columns), 2, {})


def at_once(body, n_columns, wanted, delimiter="\t"):
    """Read columns from the bytes of rows that end with the file."""
    data = HEADER + body
    rows = slice(len(HEADER), len(data) - data.endswith(b"\n"))
    return regular_columns(data, rows, n_columns, delimiter, wanted)


def numbers_in(body, n_columns, column):
    return finite_numbers(table_of([at_once(body, n_columns, [column])[column]]), 0)


def texts_in(body, n_columns, wanted):
    return CellTexts.of_columns(at_once(body, n_columns, wanted), "\t")


def lines_of(body):
    return unify_newlines(body).removesuffix("\n").split("\n")


def line_by_line(body, n_columns, delimiter="\t"):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mirtool.io.tables.rows.regular_columns", lambda *_: None)
        return read_rows(
            lines_of(body.decode()),
            [str(j) for j in range(n_columns)],
            path="",
            first_line=2,
            software="",
            delimiter=delimiter,
        )


def assert_same_bits(values, expected):
    np.testing.assert_array_equal(values.view(np.int64), np.asarray(expected, np.float64).view(np.int64))


@given(st.lists(st.integers(-(10**8) + 1, 10**8 - 1), min_size=1, max_size=20), st.integers(0, 4))
def test_whole_numbers_of_up_to_eight_digits(numbers, zeros):
    cells = [f"{'-' if n < 0 else ''}{'0' * zeros}{abs(n)}" for n in numbers]
    body = "\n".join(f"{cell}\tx" for cell in cells).encode()
    assert_same_bits(numbers_in(body, 2, 0), numbers)


@pytest.mark.parametrize("place", [0, 3, 7])
def test_a_byte_that_is_no_digit_is_noticed_wherever_it_is(place):
    seen = []

    def keep(cells):
        seen.extend(cells)
        return np.full(len(cells), np.nan)

    others = [chr(code) for code in range(1, 128) if chr(code) not in "0123456789-\t\n\r"]
    cells = ["1234567890"[:place] + other + "1234567890"[place:7] for other in others]
    column = at_once("\n".join(f"x\t{cell}" for cell in cells).encode(), 2, [1])[1]
    assert np.isnan(column.numbers(keep)).all()
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
    body = f"a\t{cell}\t1\nb\t1\t{cell}".encode()
    assert_same_bits(numbers_in(body, 3, 1), [number, 1])
    assert_same_bits(numbers_in(body, 3, 2), [1, number])


CELLS = st.one_of(
    st.integers(-100, 70_000).map(str),
    st.sampled_from(["", "-", "--1", "1-", "NA", "0.5", "-50", "1_0", "inf", " 7", '"8"', '"', '"a', 'b"', "x y"]),
    st.floats(-1e6, 1e6).map(repr),
    st.text(st.characters(codec="utf-8", exclude_characters="\0\n"), max_size=20),
)  # fmt: skip


@given(
    st.integers(1, 6).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=8)),
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
    wanted = data.draw(st.sets(st.integers(0, n - 1), min_size=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(regular_rows, "_BLOCK_BYTES", block)
        read = at_once(body.encode(), n, wanted, delimiter)
    if read is None or not all(line.strip(f" {delimiter}") for line in lines_of(body)):
        return  # a row of blank cells is passed over line by line
    table = line_by_line(body.encode(), n, delimiter)
    expected = [table.columns[j] for j in sorted(wanted)]
    assert CellTexts.of_columns(read, delimiter).columns() == expected
    for cells, column in zip(expected, read.values(), strict=True):
        assert list(column) == [column[i] for i in range(len(column))] == list(cells)
        assert column[1:] == list(cells[1:])
        assert numbers_or_error(column) == numbers_or_error(cells)


def numbers_or_error(column):
    try:
        return finite_numbers(table_of([column]), 0).tobytes()
    except FormatError as error:
        return str(error)


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6), st.lists(st.sampled_from(["", "\t", " \t\t"]))
)
def test_rows_of_instruments_are_the_same_either_way(rows, blanks):
    body = "\n".join([*map("\t".join, rows), *blanks]).encode()

    def outcome(read):
        try:
            table = read()
        except FormatError as error:
            return str(error)
        return [list(column) for column in table.columns], [table.line_of(row) for row in range(len(table))]

    def usual():
        return read_rows(lines_of(body.decode()), ["0", "1", "2"], path="", first_line=2, software="")

    assert outcome(usual) == outcome(lambda: line_by_line(body, 3))


def test_texts_are_the_same_where_every_byte_is():
    body = b"1\thsa-miR-16-5p\t7\nlonger than eight bytes\t\t7\n"
    texts = texts_in(body, 3, [0, 1])
    assert texts == texts_in(body.replace(b"7", b"8"), 3, [0, 1])
    assert hash(texts) == hash(texts_in(body.replace(b"7", b"12.5"), 3, [0, 1]))
    for place in (0, 2, 14, 18, 39):
        assert texts != texts_in(body[:place] + b"_" + body[place + 1 :], 3, [0, 1])
    assert texts != texts_in(body.replace(b"bytes", b"byte"), 3, [0, 1])
    assert texts != texts_in(body, 3, [0])
    assert texts_in(b"1\t" + b"x" * 600, 2, [1]) is None


@pytest.mark.parametrize(
    "body",
    [b"1\t2\n3\n", b"1\t2\n3\t4\t5\n", b"1\n2\t3\t4\n5\t6", b"1\t2\n\n", b"1\t\r2\n", b"1\t2\r\r\n", b""],
)
def test_an_irregular_table_is_left_to_be_read_line_by_line(body):
    assert at_once(body, 2, [0, 1]) is None


def test_between_commas_a_quotation_mark_may_hide_one():
    assert at_once(b'1,"2"', 2, [1], delimiter=",") is None
    assert list(at_once(b'1\t"2"', 2, [1])[1]) == ["2"]
