"""Plain tables are read whatever program saved them; what can't be read is refused with its place."""

from pathlib import Path

import numpy as np
import pytest

from mirtool.errors import FormatError, MirtoolError, ScaleError
from mirtool.io.arrays import matrix
from mirtool.io.arrays.matrix import read_expression, read_intensities
from mirtool.io.registry import inspect_file, sniff_format
from mirtool.io.tables.text import read_head

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "matrix"
REAL = Path(__file__).resolve().parents[2] / "../shared/data"

SAME_CONTENT = [
    "intensities.csv",
    "intensities.csv.gz",
    "semicolons_bom_crlf.csv",
    "utf16.tsv",
    "bare_cr.csv",
    "quoted_padded.csv",
    "intensities.xlsx",
    "intensities.xls",
]


@pytest.mark.parametrize("name", SAME_CONTENT)
def test_intensities_are_the_same_however_they_were_saved(name):
    arrays = read_intensities(FIXTURES / name, sheet="arrays" if "xls" in name else None)
    np.testing.assert_array_equal(
        arrays.channels["intensity"].foreground, [[812.5, 640], [790, np.nan], [60, 55.5], [1200, 300]]
    )
    assert list(arrays.channels) == ["intensity"]
    assert arrays.channels["intensity"].background is None
    assert arrays.flags is None
    assert arrays.layout is None
    assert list(arrays.probes.id) == ["17605", "17605", "13132", "42865"]
    pair = "hsa-miR-17-5p/hsa-miR-106a-5p"
    assert list(arrays.probes.name) == [pair, pair, "", "hsa-miR-16-5p"]
    assert set(arrays.probes.kind) == {""}
    assert arrays.samples.names == ("s1", "s2")
    assert arrays.samples.files == (str(FIXTURES / name),) * 2
    assert arrays.sources[0].format == "matrix"
    assert arrays.sources[0].warnings == ()


@pytest.mark.parametrize(
    "name",
    [
        *SAME_CONTENT,
        *("row_names.tsv", "row_numbers.tsv", "layout.csv", "expression.csv", "decimal_comma.csv", "sideways.csv"),
        *("groups_above.csv", "groups_and_units_below.csv", "three_header_rows.tsv", "two_dyes.tsv"),
    ],
)
def test_a_plain_table_is_claimed_by_its_own_format_only(name):
    assert sniff_format(FIXTURES / name) == "matrix"


def test_row_names_as_r_writes_them_are_ids():
    arrays = read_intensities(FIXTURES / "row_names.tsv")
    assert list(arrays.probes.id) == list(arrays.probes.name) == ["hsa-miR-17-5p", "hsa-miR-16-5p"]
    assert arrays.samples.names == ("s1", "s2")


def test_a_column_that_numbers_the_rows_is_no_id():
    arrays = read_intensities(FIXTURES / "row_numbers.tsv")
    assert list(arrays.probes.id) == ["Hy3", "hsa-miR-16-5p", "hsa-miR-16-5p"]
    assert arrays.dropped == ("columns that are no samples, not read: index",)
    assert arrays.sources[0].warnings[1] == "no ID column: replicates are grouped by name"


def test_positions_and_annotations_are_no_samples_and_that_is_said():
    arrays = read_intensities(FIXTURES / "layout.csv")
    assert arrays.samples.names == ("s1", "s2")
    assert arrays.dropped == (
        "columns that are no samples, not read: Block, Row, Column",
        "columns of text, not read: Sequence",
    )


def test_a_sheet_of_a_workbook_can_be_chosen_and_its_names_stay_text():
    arrays = read_intensities(FIXTURES / "intensities.xlsx", sheet="genes")
    assert list(arrays.probes.name) == ["MARCH1", "SEPT2", "1-Mar", "=1+1"]
    with pytest.raises(FormatError, match="has no sheet 'arays'") as caught:
        read_intensities(FIXTURES / "intensities.xlsx", sheet="arays")
    assert caught.value.found == "'arrays', 'genes'"


TWO_MIRNAS = ["hsa-miR-17-5p", "hsa-miR-16-5p"]


def test_decimal_commas_are_read_where_they_cannot_part_thousands():
    arrays = read_intensities(FIXTURES / "decimal_comma.csv")
    # 1,5E+03 is 1500 and 1,000 is 1, since 812,5 shows that the comma parts decimals.
    np.testing.assert_array_equal(
        arrays.channels["intensity"].foreground, [[812.5, 640], [1200.25, -0.125], [np.nan, 1500], [np.nan, 1]]
    )
    assert arrays.sources[0].warnings == ("the numbers have decimal commas and were read as such",)


def test_a_title_and_a_row_of_groups_above_the_names():
    arrays = read_intensities(FIXTURES / "groups_above.csv")
    assert arrays.samples.names == ("s1", "s2", "s3")
    assert arrays.samples.extra == {"header row 2": ("A", "A", "B")}
    assert list(arrays.probes.name) == TWO_MIRNAS
    np.testing.assert_array_equal(arrays.channels["intensity"].foreground, [[812.5, 640, 1], [1200, 300, 2]])
    assert arrays.sources[0].warnings == (
        "line above the table, not read: 'Table S2. Intensities (background subtracted)'",
        "other header rows, taken for descriptions of the samples: header row 2",
    )


def test_rows_of_groups_and_units_below_the_names():
    arrays = read_intensities(FIXTURES / "groups_and_units_below.csv")
    assert arrays.samples.names == ("s1", "s2", "s3")
    assert arrays.samples.groups == ("A", "A", "B")
    assert arrays.samples.extra == {"header row 3": ("counts",) * 3}
    np.testing.assert_array_equal(
        arrays.channels["intensity"].foreground, [[812.5, 640, 1], [1200, 300, 2], [np.nan, 55.5, 3]]
    )


def test_of_three_header_rows_the_one_labeled_sample_names_the_samples():
    arrays = read_intensities(FIXTURES / "three_header_rows.tsv")
    assert arrays.samples.names == ("s1", "s2", "s3")
    assert arrays.samples.extra == {"Patient": ("101", "102", "103"), "header row 2": ("A", "A", "B")}
    assert list(arrays.probes.id) == ["17605", "42865", "6880"]
    assert list(arrays.probes.name) == [*TWO_MIRNAS, "U6-snRNA-1"]


def test_samples_in_rows_are_turned_where_there_is_no_doubt():
    arrays = read_intensities(FIXTURES / "sideways.csv")
    assert arrays.samples.names == ("s1", "s2")
    assert arrays.samples.groups == ("A", "B")
    assert arrays.samples.extra == {"age": ("64", "58")}
    assert list(arrays.probes.name) == [*TWO_MIRNAS, "U6-snRNA-1"]
    np.testing.assert_array_equal(arrays.channels["intensity"].foreground, [[812.5, 640], [1200, np.nan], [9, 8]])
    assert arrays.sources[0].warnings == (
        "the table has samples in rows and was turned: 3 probes, 2 samples; columns about the samples: group, age",
    )


def test_samples_in_rows_are_turned_where_the_user_says_so():
    arrays = read_intensities(FIXTURES / "sideways_ids.csv", samples_in_rows=True)
    assert arrays.samples.names == ("s1", "s2")
    assert list(arrays.probes.id) == ["17605", "42865"]
    numbered = read_intensities(FIXTURES / "bad_sideways_unnamed.csv", samples_in_rows=True)
    assert numbered.samples.names == ("1", "2")
    with pytest.raises(FormatError, match="samples in rows need a name each") as caught:
        read_intensities(FIXTURES / "bad_sideways_repeated.csv", samples_in_rows=True)
    assert caught.value.found == "'s1' in lines 2 and 3"


def test_the_place_of_a_value_is_that_of_the_file_though_the_table_was_turned(tmp_path):
    (tmp_path / "m.csv").write_text("sample,hsa-miR-1-3p,hsa-miR-2\ns1,1,2\ns2,3,inf\n")
    with pytest.raises(FormatError, match="a value is infinite") as caught:
        read_intensities(tmp_path / "m.csv")
    assert (caught.value.line, caught.value.column) == (3, "hsa-miR-2")
    (tmp_path / "n.csv").write_text("sample,hsa-miR-1-3p,hsa-miR-2\ns1,1,2\ns2,NA,\n")
    with pytest.raises(FormatError, match="a sample has no value at all") as caught:
        read_intensities(tmp_path / "n.csv")
    assert (caught.value.line, caught.value.column) == (3, None)


def test_samples_called_after_a_mirna_do_not_turn_a_table(tmp_path):
    (tmp_path / "m.csv").write_text("ID,miR-21 mimic,let-7a mimic\nhsa-miR-16-5p,10,20\nhsa-miR-17-5p,30,40\n")
    assert read_intensities(tmp_path / "m.csv").samples.names == ("miR-21 mimic", "let-7a mimic")


def test_lowest_single_precision_number_is_missing(tmp_path):
    (tmp_path / "m.csv").write_text("ID,s1\na,-3.4E38\nb,-3.4028234663852886e+38\nc,5\n")
    values = read_intensities(tmp_path / "m.csv").channels["intensity"].foreground
    np.testing.assert_array_equal(values, [[np.nan], [np.nan], [5]])


def test_log2_scale_and_history_come_from_the_table():
    found = read_expression(FIXTURES / "normalized_log2.csv")
    # Samples may be called what elsewhere are names of other columns.
    assert found.samples.names == ("X", "index")
    np.testing.assert_array_equal(found.values, [[1, -1], [np.nan, 3]])
    assert found.history == ("recipe: exiqon-service",)
    assert list(found.probes.kind) == ["miRNA", "miRNA"]


def test_linear_values_become_log2_and_those_without_logarithm_are_counted():
    found = read_expression(FIXTURES / "normalized_linear.tsv")
    # log2 2 = 1, log2 0.5 = -1, log2 8 = 3; 0 has none.
    np.testing.assert_array_equal(found.values, [[1, -1], [np.nan, 3]])
    assert found.history == (
        "recipe: exiqon-service",
        "values that are not positive have no log2 and were made missing: 1",
    )


def test_a_name_that_comes_again_is_another_probe():
    found = read_expression(FIXTURES / "expression.csv", scale="log2")
    assert list(found.probes.id) == ["hsa-let-7a-5p", "hsa-miR-340-3p", "hsa-miR-340-3p (2)"]
    assert list(found.probes.name) == ["hsa-let-7a-5p", "hsa-miR-340-3p", "hsa-miR-340-3p"]
    assert found.history == ("names that are in more than one row, kept as probes of their own: hsa-miR-340-3p",)


def test_scale_is_never_guessed():
    with pytest.raises(ScaleError, match="does not say whether its values are linear or log2"):
        read_expression(FIXTURES / "expression.csv")


def test_scale_of_the_call_may_not_contradict_the_table():
    with pytest.raises(ScaleError, match="another scale than the call"):
        read_expression(FIXTURES / "normalized_log2.csv", scale="linear")


def test_a_normalized_table_is_not_taken_for_raw_intensities():
    with pytest.raises(ScaleError, match="normalized already") as caught:
        read_intensities(FIXTURES / "normalized_log2.csv")
    assert "mirtool diff" in str(caught.value)


BAD_INTENSITIES = {
    "bad_empty.csv": ": the file is empty",
    "bad_blank.csv": ": the table holds no header line (found blank lines and notes only; "
    "expected the names of the columns above the rows)",
    "bad_binary.csv": ": this is no text table (found binary data; expected tab-, comma- or semicolon-separated "
    "text, XLSX or XLS)",
    "bad_text_in_number.csv": ", line 4, column \"s1\": a cell that should be a number is not (found '12OO'; "
    "expected a number, or an empty cell or NA where it is missing)",
    "bad_duplicate_samples.csv": ', line 1, column "s1": two columns have the same name (found column 2 and '
    "column 3; expected its own name for every column)",
    "bad_no_label.csv": ", line 3: a row has neither an ID nor a name",
    "bad_no_label_column.csv": ", line 1: no column says which probe a row is (found s1, s2; expected a column "
    "called ID or Name (or miRNA, ProbeID, Gene …))",
    "bad_empty_sample.csv": ', column "s2": a sample has no value at all (found missing values only)',
    "bad_thousands.csv": ', line 2, column "s1": the numbers are written with a comma, which may part decimals or '
    "thousands (found '1,234'; expected a decimal point, and no mark between thousands)",
    "bad_comma_and_point.csv": ', line 2, column "s1": the numbers are written with a comma, which may part '
    "decimals or thousands (found '812,5', and '1.200,25' in line 3; expected a decimal point, and no mark "
    "between thousands)",
    "bad_quoted_commas.csv": ', line 2, column "s1": the numbers are written with a comma, which may part '
    "decimals or thousands (found '812,5'; expected a decimal point, and no mark between thousands)",
    "bad_second_row_of_text.csv": ", line 2, column \"s1\": a cell that should be a number is not (found 'n.d.'; "
    "expected a number, or an empty cell or NA where it is missing)",
    "bad_groups_for_names.csv": ', line 2, column "A": two columns have the same name (found column 2 and '
    "column 3; expected its own name for every column)",
    "bad_cut_row.csv": ", line 3: a row does not have as many cells as the header (found 2 cells; "
    "expected 3 cells)",
    "bad_open_quote.csv": ", line 3: the text can't be split into cells: a quotation mark is opened and "
    "never closed (found '\"42865,1200,300')",
    "bad_sideways_unnamed.csv": ', line 1, column "ID": the table seems to lie on its side: miRNAs are in '
    "the columns, and no sample names in the first one (found numbers; expected probes in rows, or samples in "
    "rows, each with its name in the first column)",
    "bad_sideways_repeated.csv": ', line 1, column "sample": the table seems to lie on its side: miRNAs are '
    "in the columns, and no sample names in the first one (found 's1' in lines 2 and 3; expected probes in rows, "
    "or samples in rows, each with its name in the first column)",
    "bad_no_samples.csv": ", line 1: the table has no sample: no column of numbers (found ID, Name; expected "
    "after the labels one column of numbers a sample)",
    "bad_no_rows.csv": ", line 1: the table has a header and no rows",
    "bad_nameless_sample.csv": ", line 1: column 2 holds numbers and has no name",
    "bad_infinite.csv": ', line 2, column "s2": a value is infinite (found -inf; expected a number, or an empty '
    "cell or NA where it is missing)",
    "bad_other_result.csv": ": this is another of mirtool's results, not a table of intensities or expression "
    "(found the note '# mirtool differential' above the header; expected an ID or name column and one column of "
    "numbers a sample)",
}


@pytest.mark.parametrize(("name", "message"), BAD_INTENSITIES.items())
def test_bad_table_is_refused_with_its_place(name, message):
    with pytest.raises(FormatError) as caught:
        read_intensities(FIXTURES / name)
    assert str(caught.value).split("\n")[0] == f"{FIXTURES / name}{message}"


def test_samples_of_one_name_are_refused_before_what_their_commas_mean(tmp_path):
    path = tmp_path / "twice.tsv"
    path.write_text("ID\ts1\ts1\n7\t1,234\t5,678\n8\t2,345\t6,789\n")
    with pytest.raises(FormatError, match="two columns have the same name"):
        read_intensities(path)


BAD_EXPRESSION = {
    "bad_duplicate_ids.csv": ", line 4: the ID '17605' occurs twice (found the same ID in line 2; expected one "
    "row per probe in a table of normalized expression)",
    "bad_too_large_log2.csv": ', line 2, column "s2": a value is too large to be a log2 intensity (found 812.5; '
    "expected values up to 64)",
    "bad_unknown_scale.csv": ": the table states a scale that mirtool does not know (found 'ln'; expected log2, "
    "linear or counts)",
}


@pytest.mark.parametrize(("name", "message"), BAD_EXPRESSION.items())
def test_bad_expression_table_is_refused_with_its_place(name, message):
    with pytest.raises(MirtoolError) as caught:
        read_expression(FIXTURES / name, scale=None if "scale" in name else "log2")
    assert str(caught.value).split("\n")[0] == f"{FIXTURES / name}{message}"


def test_a_scale_that_does_not_exist_is_refused_in_a_raw_table_too(tmp_path):
    path = tmp_path / "log10.csv"
    path.write_text("# scale: log10\nID,s1,s2\n7,2.5,3.5\n8,1.5,4.5\n")
    with pytest.raises(ScaleError, match=r"found 'log10'.*\n.*correct the note above the table"):
        inspect_file(path)


def test_damaged_workbook_is_refused():
    with pytest.raises(FormatError, match="the workbook can't be opened"):
        read_intensities(FIXTURES / "bad_damaged.xlsx")


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*")), ids=lambda path: path.name)
def test_sniffing_never_raises(path):
    if path.stat().st_size:
        assert matrix.sniff(read_head(path)) in (True, False)


@pytest.mark.parametrize(
    "text",
    [
        "miRNA\tTarget Gene\tscore\nhsa-miR-16-5p\tBCL2\t98.5\n",
        "mature_mirna_id,target_symbol,target_entrez\nhsa-miR-16-5p,BCL2,596\n",
        "Gene ID\tGene Symbol\tmiRNA\tcontext++ score\nENSG1\tBCL2\thsa-miR-16-5p\t-0.4\n",
        "hsa-let-7a-5p\tNM_001\t98.2\nhsa-let-7b-5p\tNM_002\t77\n",
        "HALLMARK_X\thttp://x\tBCL2\tMYC\n",
        "ATF\t1.0\n5\t5\n\"Type=GenePix ArrayList V1.0\"\nBlock\tColumn\tRow\tName\tID\n1\t1\t1\ta\tb\n",
        "Block\tColumn\tRow\tName\tID\n1\t1\t1\thsa-miR-16-5p\t42865\n",
        "Block\tColumn\tRow\tName\tID\tF532 Median\tB532 Median\tFlags\n1\t1\t1\tx\t7\t99\t40\t0\n",
        "Begin Header\n\tversion\t4.2\nEnd Header\n",
        "TYPE\ttext\tfloat\nFEPARAMS\tName\tValue\nDATA\tx\t1.5\n",
        "!Series_title\t\"x\"\n!series_matrix_table_begin\n\"ID_REF\"\t\"GSM1\"\n\"p1\"\t7.5\n",
        "# mirtool differential; tested: A\nID,Name,mean A,mean B\n1,x,2,3\n",
        "ID,Name,log2 ratio A/B,regulation by fold change\n1,x,2,up\n",
        "# mirtool spots; replicate spots behind each normalized value\nID,Name,s1\n1,x,4\n",
        "sample,group,file\ns1,A,a.gpr\n",
        "sample,age\ns1,64\n",
        ">hsa-let-7a-5p MIMAT0000062\nUGAGGUAGUAGGUUGUAUAGUU\n",
    ],
)  # fmt: skip
def test_other_tables_are_not_claimed(tmp_path, text):
    path = tmp_path / "other.txt"
    path.write_text(text)
    assert not matrix.sniff(read_head(path))


@pytest.mark.skipif(not REAL.exists(), reason="the real files are not here")
def test_of_all_real_files_the_two_matrices_are_claimed():
    files = [path for path in REAL.rglob("*") if path.is_file()]
    claimed = {path.name for path in files if matrix.sniff(read_head(path))}
    assert claimed == {"GSE19536_mirna.csv.gz", "GSE20122_miRCURY_spot_intensities.tsv.gz"}


@pytest.mark.skipif(not REAL.exists(), reason="the real files are not here")
def test_real_matrices_are_read():
    breast = matrix.inspect(REAL / "matrix/GSE19536_mirna.csv.gz")
    assert (breast.format, breast.spots, len(breast.details["samples"])) == ("matrix", 463, 98)
    assert breast.warnings == ("the largest value is 17.06: these may be log2 values, not intensities",)
    expression = read_expression(REAL / "matrix/GSE19536_mirna.csv.gz", scale="log2")
    assert expression.values[0, 0] == 13.265629
    mircury = read_intensities(REAL / "imagene/GSE20122_miRCURY_spot_intensities.tsv.gz")
    assert (mircury.n_spots, mircury.n_arrays) == (9360, 24)
    assert mircury.probes.id[4] == "mmu-miR-497"


def test_tables_side_by_side_and_below_each_other_are_refused(tmp_path):
    path = tmp_path / "both.csv"
    path.write_text("ID,s1,,ID,s2\np1,1,,p2,2\n")
    with pytest.raises(FormatError, match='column "ID": two columns have the same name'):
        read_intensities(path)
    path.write_text("ID,s1\np1,1\n\nID,s1\np2,2\n")
    with pytest.raises(FormatError, match="another table begins here"):
        read_intensities(path)


def test_the_sheet_with_the_table_is_read_and_several_are_refused_by_name(tmp_path):
    import xlsxwriter

    def write(*sheets):
        book = xlsxwriter.Workbook(tmp_path / "t.xlsx")
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                sheet.write_row(i, 0, row)
        book.close()
        return tmp_path / "t.xlsx"

    readme = ("README", [["About", "this file"], ["written by", "somebody"]])
    one = ("one", [["ID", "s1"], ["hsa-miR-16-5p", 1.5], ["hsa-miR-21-5p", 2]])
    two = ("two", [["ID", "s1"], ["hsa-miR-16-5p", 3], ["hsa-miR-21-5p", 4]])
    assert read_intensities(write(readme, one)).samples.names == ("s1",)
    with pytest.raises(FormatError, match=r"several tables of this kind.*sheet 'one', sheet 'two'"):
        read_intensities(write(readme, one, two))
    found = read_intensities(write(readme, one, two), sheet="two")
    np.testing.assert_array_equal(found.channels["intensity"].foreground, [[3], [4]])


def test_viral_mirnas_are_probes_wherever_they_stand(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(
        "sample,age,bkv-miR-B1-3p,ebv-miR-BART1-5p,hsa-miR-16-5p,hsa-miR-21-5p\n"
        "s1,50,1.5,2,3,4\ns2,60,2.5,3,4,5\ns3,61,2.5,3,4,6\n"
    )
    arrays = read_intensities(path)
    assert arrays.probes.name.tolist()[:2] == ["bkv-miR-B1-3p", "ebv-miR-BART1-5p"]
    assert arrays.samples.names == ("s1", "s2", "s3")


def test_rows_longer_than_the_head_of_a_file_are_seen(tmp_path):
    names = [f"hsa-miR-{i}-5p" for i in range(9000)]
    path = tmp_path / "long.csv"
    path.write_text(
        "\n".join([",".join(["sample", *names])] + [",".join([f"s{i}", *["1.25"] * 9000]) for i in range(3)])
    )
    assert sniff_format(path) == "matrix"
    assert len(read_intensities(path).probes) == 9000


@pytest.mark.parametrize("header", ["Feature", "Assay ID", "Mature sequence", "miR_name"])
def test_a_first_column_of_mirnas_needs_no_known_header(tmp_path, header):
    path = tmp_path / "t.csv"
    path.write_text(f"{header},a,b,c\n" + "".join(f"hsa-miR-{i}-5p,{i}.5,{i},3\n" for i in range(1, 30)))
    assert sniff_format(path) == "matrix"
    assert read_intensities(path).probes.id[0] == "hsa-miR-1-5p"
