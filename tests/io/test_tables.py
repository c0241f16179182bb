"""Tables of cells: every quirk of the programs that save them, and lines counted as an editor counts them."""

import numpy as np
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from mirtool.errors import FormatError
from mirtool.io.tables.text import read_head
from mirtool.io.tables.text_tables import (
    guard_text,
    head_table,
    parse_notes,
    read_sheets,
    read_table,
    tell_delimiter,
    unguard_text,
)


@pytest.fixture
def table_of(tmp_path):
    def read(content, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path)

    return read


def rows_of(table):
    return [tuple(row) for row in zip(*(table.text(j) for j in range(len(table.header))), strict=True)]


@pytest.mark.parametrize("mark", ["\t", ";", ","])
def test_the_delimiter_is_told_from_the_header(table_of, mark):
    table = table_of(f"ID{mark}s1\na{mark}1\n")
    assert (table.header, rows_of(table)) == (("ID", "s1"), [("a", "1")])


def test_a_header_of_one_column_needs_no_delimiter(table_of):
    assert rows_of(table_of("ID\na\nb\n")) == [("a",), ("b",)]
    assert tell_delimiter("ID") == "\t"


def test_quoted_cells_hold_delimiters_quotes_and_line_ends(table_of):
    table = table_of('ID,Name\n1,"a,b"\n2,"say ""x"""\n3,"two\nlines"\n4,d\n')
    assert rows_of(table) == [("1", "a,b"), ("2", 'say "x"'), ("3", "two\nlines"), ("4", "d")]
    assert [table.line_of(row) for row in range(4)] == [2, 3, 4, 6]


def test_a_header_may_span_lines(table_of):
    table = table_of('ID,"Sample\nA"\n1,5\n')
    assert (table.header, table.header_line, table.line_of(0)) == (("ID", "Sample\nA"), 1, 3)


def test_blank_rows_and_columns_are_passed_over_and_lines_still_counted(table_of):
    table = table_of("\n# note\n\nID,s1,,\na,1,,\n,,,\n\nb,2,,\n,,,\n")
    assert (table.header, rows_of(table)) == (("ID", "s1"), [("a", "1"), ("b", "2")])
    assert (table.header_line, table.line_of(0), table.line_of(1)) == (4, 5, 8)


@pytest.mark.parametrize(
    ("row", "found"),
    [("b", "1 cell"), ("b,2,3", "3 cells"), ('"b,2"', "1 cell")],
    ids=["short", "long", "quoted"],
)
def test_a_ragged_row_is_refused_with_its_line(table_of, row, found):
    with pytest.raises(FormatError, match="as many cells as the header") as caught:
        table_of(f"ID,s1\na,1\n\n{row}\nc,3\n")
    assert (caught.value.line, caught.value.found) == (4, found)


def test_an_unclosed_quote_is_refused_with_the_line_where_it_opens(table_of):
    with pytest.raises(FormatError, match="can't be split into cells") as caught:
        table_of('ID,s1\na,1\n"b,2\n' + "c,3\n" * 100_000)
    assert (caught.value.line, caught.value.found) == (3, "'\"b,2'")


def test_an_inch_mark_inside_a_cell_is_an_ordinary_character(table_of):
    assert rows_of(table_of('ID\tName\n1\t5" probe\n')) == [("1", '5" probe')]


def test_row_names_without_a_header_get_a_column(table_of):
    table = table_of("s1 s2\na 1 2\nb 3 4\n".replace(" ", "\t"))
    assert (table.header, rows_of(table)) == (("", "s1", "s2"), [("a", "1", "2"), ("b", "3", "4")])


def test_a_delimiter_at_the_end_of_every_row_makes_no_column(table_of):
    assert table_of("ID,s1\na,1,\nb,2,\n").header == ("ID", "s1")


def test_notes_are_told_from_a_header_that_begins_with_a_hash(table_of):
    table = table_of("#miRNA\tgene\nhsa-miR-16-5p\tBCL2\n")
    assert (table.header, table.notes, table.find("miRNA")) == (("#miRNA", "gene"), {}, 0)
    assert table_of("# miRNA\tgene\nhsa-miR-16-5p\tBCL2\n").find("mirna") == 0
    noted = table_of('## made by hand\n#\n"# mirtool normalized; scale: log2",,\nID,s1,s2\na,1,2\n')
    assert noted.notes == {"made by hand": "", "mirtool normalized": "", "scale": "log2"}
    assert noted.header == ("ID", "s1", "s2")


def test_a_note_may_hold_colons_in_its_value():
    assert parse_notes(["# file: C:\\a.gpr; scale:log2"]) == {"file": "C:\\a.gpr", "scale": "log2"}


def test_columns_are_found_without_regard_to_case_and_blanks(table_of):
    table = table_of("Target  Gene,ID\na,1\n")
    assert (table.find("x", "target gene"), table.find("id"), table.find("none")) == (0, 1, None)


@pytest.mark.parametrize("bad", ["12OO", "1_000", "1,234", "0x10", "--1"])
@pytest.mark.parametrize("blank_row", ["", "\t\n"], ids=["fast", "slow"])
def test_text_in_a_number_cell_is_refused_with_line_and_column(table_of, bad, blank_row):
    table = table_of(f"ID\ts1\na\t1\n{blank_row}b\t{bad}\n")
    with pytest.raises(FormatError, match="should be a number") as caught:
        table.numbers(1)
    assert (caught.value.line, caught.value.column) == (4 if blank_row else 3, "s1")
    assert caught.value.found == repr(bad)


@pytest.mark.parametrize("blank_row", ["", "\t\n"], ids=["fast", "slow"])
def test_numbers_may_be_padded_missing_or_written_with_an_exponent(table_of, blank_row):
    cells = ["  1.5 ", "", "NA", "N/A", "null", "NULL", "#N/A", "nan", "-3.4E38", "2.543099e+002", "+7", "-0.5"]
    table = table_of("ID\ts1\n" + blank_row + "".join(f"{i}\t{cell}\n" for i, cell in enumerate(cells)))
    nan = np.nan
    np.testing.assert_array_equal(
        table.numbers(1), [1.5, nan, nan, nan, nan, nan, nan, nan, nan, 254.3099, 7, -0.5]
    )


def test_two_columns_of_one_name_are_refused_where_one_of_them_is_read(table_of):
    table = table_of("ID,s1,s1\na,1,x\n")
    assert table.text(0).tolist() == ["a"]
    with pytest.raises(FormatError, match="two columns have the same name"):
        table.find("s1")
    with pytest.raises(FormatError, match="two columns have the same name") as caught:
        table.numbers(1)
    assert (caught.value.line, caught.value.column, caught.value.found) == (1, "s1", "column 2 and column 3")


def test_thousands_of_rows_keep_their_lines(table_of):
    table = table_of("ID,s1\n" + "".join(f"p{i},{i / 8}\n" for i in range(20_000)))
    assert (len(table), table.line_of(19_999)) == (20_000, 20_001)
    np.testing.assert_array_equal(table.numbers(1), np.arange(20_000) / 8)


def test_a_header_alone_is_a_table_without_rows(table_of):
    table = table_of("ID,s1\n")
    assert (table.header, len(table), list(table.text(0))) == (("ID", "s1"), 0, [])


@given(st.text())
def test_the_guard_against_formulas_can_be_undone(text):
    guarded = guard_text(text)
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguard_text(guarded) == text


def workbook(path, rows, sheet="one"):
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet(sheet)
    for i, row in rows.items():
        page.write_row(i, 0, row)
    book.close()


def test_a_workbook_reads_like_the_text_it_would_be_saved_as(tmp_path):
    path = tmp_path / "t.xlsx"
    workbook(path, {1: ["# scale: linear"], 3: ["ID", "s1", "s2"], 4: [17605, 812.5, "NA"], 6: ["b", 3, ""]})
    table = read_table(path)
    assert (table.header, table.notes) == (("ID", "s1", "s2"), {"scale": "linear"})
    assert rows_of(table) == [("17605", "812.5", "NA"), ("b", "3", "")]
    assert (table.header_line, table.line_of(0), table.line_of(1)) == (4, 5, 7)
    np.testing.assert_array_equal(table.numbers(1), [812.5, 3])
    np.testing.assert_array_equal(table.numbers(2), [np.nan, np.nan])


def test_a_cell_beside_a_workbooks_table_is_refused(tmp_path):
    workbook(tmp_path / "t.xlsx", {0: ["ID", "s1"], 1: ["a", 1], 2: ["b", 2, "why?"]})
    with pytest.raises(FormatError, match="as many cells as the header") as caught:
        read_table(tmp_path / "t.xlsx")
    assert caught.value.line == 3


def test_an_empty_sheet_is_refused(tmp_path):
    workbook(tmp_path / "t.xlsx", {})
    with pytest.raises(FormatError, match="no header line \\(found an empty sheet"):
        read_table(tmp_path / "t.xlsx")


def test_all_sheets_are_read_with_their_types(tmp_path):
    workbook(tmp_path / "t.xlsx", {0: ["x", 1.5]}, sheet="A vs B")
    assert read_sheets((tmp_path / "t.xlsx").read_bytes(), "t.xlsx") == {"A vs B": [["x", 1.5]]}


@pytest.mark.parametrize("content", [b"\x00\x01", b"\n\n", b"# note only\n", b'ID,"s1\n', b"PK\x03\x04broken"])
def test_the_head_of_no_table_is_none(tmp_path, content):
    (tmp_path / "t").write_bytes(content)
    assert head_table(read_head(tmp_path / "t")) is None


def test_the_head_of_a_table_is_its_first_rows(tmp_path):
    (tmp_path / "t").write_text("# scale: log2\nID,s1\n" + "a,1\n" * 100_000)
    head = head_table(read_head(tmp_path / "t"))
    assert head is not None
    assert (head.header, head.notes, len(head)) == (("ID", "s1"), {"scale": "log2"}, 50)


def test_the_head_ends_before_a_row_that_is_wrong(tmp_path):
    (tmp_path / "t").write_text("ID,s1\na,1\nb,2\nc\nd,4\n")
    head = head_table(read_head(tmp_path / "t"))
    assert head is not None
    assert rows_of(head) == [("a", "1"), ("b", "2")]
    workbook(tmp_path / "t.xlsx", {0: ["ID", "s1"], 1: ["a", 1], 2: ["b", 2, "why?"]})
    head = head_table(read_head(tmp_path / "t.xlsx"))
    assert head is not None
    assert rows_of(head) == [("a", "1")]


ROWS = {("let-7a", "KRAS", "1.5"), ("miR-21", "PTEN", "-0.5")}


def cells_of(table):
    """Return the rows of a table of three columns."""
    assert table.header == ("miRNA", "gene", "score")
    return set(zip(*(table.text(j) for j in range(3)), strict=True))


OPENINGS = {
    "nothing": ("", "\t"),
    "sep": ("sep=;\n", ";"),
    "quoted sep": ('"sep=,"\n', ","),
    "# without a blank": ("#please cite:\n#Li JH, et al., NAR 2014; 42\n", "\t"),
    "# with a comma": ("#made by, x\n", ","),
    "# with a blank": ("# made on 1 May\n", ","),
    "preface": ("University of Somewhere\nVersion:\t5\n\n", "\t"),
    "padded preface": ("A title,,\n,,\n", ","),
    "quoted preface": ('"A title, with a comma"\n', ","),
    "a long preface": ("\n".join(f"line {i}" for i in range(20)) + "\n", ";"),
}


@pytest.mark.parametrize("opening", OPENINGS)
def test_a_table_begins_below_what_lies_above_it(table_of, opening):
    above, mark = OPENINGS[opening]
    lines = ["miRNA|gene|score", "let-7a|KRAS|1.5", "miR-21|PTEN|-0.5"]
    table = table_of(above + "\n".join(line.replace("|", mark) for line in lines) + "\n")
    assert cells_of(table) == ROWS
    assert table.line_of(0) == above.count("\n") + 2


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("row_names", [False, True])
def test_cells_may_be_separated_by_blanks_as_r_writes_them(table_of, quote, row_names):
    lines = [["miRNA", "gene", "score"], ["let-7a", "KRAS", "1.5"], ["miR-21", "PTEN", "-0.5"]]
    text = "\n".join(
        " ".join([str(i)] * (row_names and i > 0) + [f"{quote}{cell}{quote}" for cell in line])
        for i, line in enumerate(lines)
    )
    table = table_of(text)
    assert {row[int(row_names) :] for row in zip(*table.columns, strict=True)} == ROWS


def test_a_header_that_lost_a_name_is_no_preface(table_of):
    with pytest.raises(FormatError, match="a row does not have as many cells as the header"):
        table_of("miRNA,s1\na,1,2,3\nb,3,4,5\nc,5,6,7\n")


def test_decimal_commas_are_read_where_no_comma_can_separate_cells(table_of):
    table = table_of("ID;P;n\na;0,001;1,234\nb;0,5;12\n")
    np.testing.assert_array_equal(table.numbers(1), [0.001, 0.5])
    np.testing.assert_array_equal(table.numbers(2), [1.234, 12])
    with pytest.raises(FormatError, match="should be a number"):
        table_of("ID;n\na;1,234\n").numbers(1)


def test_a_line_break_in_a_quoted_header_belongs_to_its_cell(table_of):
    table = table_of('miRNA,"log2\nratio"\na,1\n')
    assert (table.header, table.numbers(1).tolist()) == (("miRNA", "log2\nratio"), [1.0])


def has_genes(table):
    """Return True for a table with a column of genes."""
    return table.find("gene") is not None


def test_the_sheet_that_suits_is_read_wherever_it_lies(tmp_path):
    path = tmp_path / "t.xlsx"
    sheets(path, README=[["About", "x"], ["this", "y"]], data=[["gene", "n"], ["TP53", 1]], more=[["a"], ["b"]])
    assert read_table(path, suits=has_genes).text(0).tolist() == ["TP53"]
    assert read_table(path, sheet="README", suits=has_genes).header == ("About", "x")


def test_several_sheets_that_suit_are_joined_or_refused_by_name(tmp_path):
    path = tmp_path / "t.xlsx"
    sheets(path, one=[["gene", "n"], ["TP53", 1]], two=[["gene", "n"], ["MYC", 2]])
    with pytest.raises(
        FormatError, match=r"several tables of this kind.*\n?.*\(found sheet 'one', sheet 'two'"
    ) as caught:
        read_table(path, suits=has_genes)
    assert "--sheet one" in caught.value.in_shell()
    assert read_table(path, suits=has_genes, sheet="two").text(0).tolist() == ["MYC"]
    joined = read_table(path, suits=has_genes, joins=True)
    assert (joined.text(0).tolist(), joined.line_of(1)) == (["TP53", "MYC"], 2)
    sheets(path, one=[["gene", "n"], ["TP53", 1]], two=[["gene", "m"], ["MYC", 2]])
    with pytest.raises(FormatError, match="several tables of this kind"):
        read_table(path, suits=has_genes, joins=True)


def sheets(path, **contents):
    """Write a workbook of sheets from rows of cells."""
    book = xlsxwriter.Workbook(path)
    for name, rows in contents.items():
        sheet = book.add_worksheet(name)
        for i, row in enumerate(rows):
            sheet.write_row(i, 0, row)
    book.close()


def test_a_second_table_below_is_refused_as_such(table_of):
    table = table_of("gene,n\nTP53,1\n\ngene,n\nMYC,2\n")
    with pytest.raises(FormatError, match="line 4: another table begins here"):
        table.numbers(1)


def test_separators_in_quotes_do_not_hide_the_header(tmp_path) -> None:
    # As in mirna_sets.csv: semicolons in quotes and out of them, more alike than the commas of all rows.
    path = tmp_path / "sets.csv"
    rows = [
        'down,"hsa-miR-15a-5p, hsa-miR-16-5p, …; 7 in miRBase 22",hsa-miR-15a-5p;hsa-miR-16-5p',
        'down,"hsa-miR-17-5p, hsa-miR-20a-5p, …; 8 in miRBase 22",hsa-miR-17-5p;hsa-miR-20a-5p',
        'up,"13:91350605-91351391 (+), 6 precursors",hsa-miR-17-5p;hsa-miR-19a-3p;hsa-miR-20a-5p',
    ]
    path.write_text("\n".join(["query,description,miRNAs", *rows]) + "\n")
    table = read_table(path)
    assert table.header == ("query", "description", "miRNAs")
    assert table.text(1).tolist()[0] == "hsa-miR-15a-5p, hsa-miR-16-5p, …; 7 in miRBase 22"
