"""Ct tables: the exports of each instrument, plain tables, and what is refused."""

import numpy as np
import pytest
import xlsxwriter

from mirtool.errors import FormatError
from mirtool.io.arrays import ct_tables as qpcr
from mirtool.io.arrays import matrix
from mirtool.io.arrays.ct_numbers import amplification_factor
from mirtool.io.arrays.ct_tables import read_ct
from mirtool.io.arrays.ct_wells import combine_ct
from mirtool.io.arrays.ct_words import CONTROL, SAMPLE
from mirtool.io.registry import sniff_format
from mirtool.io.tables.text import read_head

QUANTSTUDIO = """\
* Block Type = 384-Well Block
* Chemistry = SYBR_GREEN
* Experiment Type = Comparative Cт (ΔΔCт)

[Sample Setup]
Well\tWell Position\tSample Name\tTarget Name\tTask
1\tA1\tP1\thsa-miR-16-5p\tUNKNOWN

[Results]
Well\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tReporter\tQuencher\tCT\tCt Mean\tCt SD\tEfficiency
1\tA1\tfalse\tP1\thsa-miR-16-5p\tUNKNOWN\tSYBR\tNone\t24.131\t24.2\t0.1\t98.2
2\tA2\ttrue\tP1\thsa-miR-16-5p\tUNKNOWN\tSYBR\tNone\t29.9\t24.2\t0.1\t98.2
3\tA3\tfalse\tP2\thsa-miR-16-5p\tUNKNOWN\tSYBR\tNone\tUndetermined\t\t\t98.2
4\tA4\tfalse\t\thsa-miR-16-5p\tNTC\tSYBR\tNone\t38.4\t\t\t98.2
5\tA5\tfalse\tS1\thsa-miR-16-5p\tSTANDARD\tSYBR\tNone\t20\t\t\t98.2
6\tA6\tfalse\t\t\t\t\t\t\t\t\t

Analysis Type\tSinglePlex
Endogenous Control\thsa-miR-103a-3p
"""
CFX = """\
,Well,Fluor,Target,Content,Sample,Biological Set Name,Cq,Cq Mean,Cq Std. Dev,Starting Quantity (SQ)
,A01,SYBR,hsa-miR-16-5p,Unkn-01,P1,resistant,24.131,24.1,0.1,NaN
,A02,SYBR,hsa-miR-16-5p,Unkn-02,P2,responding,NaN,0.00,0.000,NaN
,A03,SYBR,hsa-miR-16-5p,NTC,,,38.4,38.4,0.0,NaN
,A04,SYBR,hsa-miR-16-5p,Std-01,,,20,20,0.0,100
"""
SDS = """\
SDS 2.2.2\tAQ Results\t1.0
Filename\tplate1
Operator\t

Sample Information

Well\tSample Name\tDetector Name\tReporter\tTask\tCt\tQuantity\tCt Mean
1\tP1\thsa-miR-16-5p\tSYBR\tUnknown\t24.131\t\t24.1
2\tP2\thsa-miR-16-5p\tSYBR\tUnknown\tUndetermined\t\t
3\t\thsa-miR-16-5p\tSYBR\tNTC\t38.4\t\t
"""
LIGHTCYCLER_96 = """\
Well\tSample Name\tGene Name\tCq\tConcentration\tCall\tExcluded\tSample Type\tStandard\tCq Mean\tCq Error
A1\tP1\thsa-miR-16-5p\t24,131\t-\tPositive\t\tUnknown\t\t\t
A2\tP2\thsa-miR-16-5p\t-\t-\tNegative\t\tUnknown\t\t\t
A3\tP3\thsa-miR-16-5p\t22\t-\tPositive\ttrue\tUnknown\t\t\t
A4\tH2O\thsa-miR-16-5p\t38,4\t-\tNegative\t\tNegative control\t\t\t
"""
LIGHTCYCLER_480 = """\
Experiment: run12  Selected Filter: SYBR Green I / HRM Dye (465-510)
Include\tColor\tPos\tName\tCp\tConcentration\tStandard\tStatus
True\t255\tA1\tP1\t24.131\t\t0\t
True\t255\tA2\tP2\t\t\t0\t
False\t255\tA3\tP3\t22\t\t0\t
"""
PLAIN = "sample;mirna;Ct;group\nP1;hsa-miR-16-5p;24,131;resistant\nP2;hsa-miR-16-5p;N/A;responding\n"


@pytest.fixture
def read(tmp_path):
    def write_and_read(text, name="ct.txt", **options):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_ct(path, **options)

    return write_and_read


EXPORTS = {
    "QuantStudio": (QUANTSTUDIO, {}),
    "QuantStudio, Cyrillic т": (QUANTSTUDIO.replace("\tCT\tCt Mean\tCt SD", "\tCт\tCт Mean\tCт SD"), {}),
    "QuantStudio, CRLF and UTF-16": (QUANTSTUDIO.replace("\n", "\r\n").encode("utf-16"), {}),
    "SDS 2": (SDS, {}),
    "CFX": (CFX, {}),
    "LightCycler 96": (LIGHTCYCLER_96, {}),
    "LightCycler 480": (LIGHTCYCLER_480, {"target": "hsa-miR-16-5p"}),
    "plain, decimal comma": (PLAIN, {}),
}


@pytest.mark.parametrize("export", EXPORTS)
def test_every_export_gives_the_same_wells(read, export):
    text, options = EXPORTS[export]
    table = read(text, **options)
    wells = table.role == SAMPLE
    assert table.sample[wells].tolist() == ["P1", "P2"]
    assert set(table.target) == {"hsa-miR-16-5p"}
    np.testing.assert_array_equal(table.ct[wells], [24.131, np.nan])
    assert table.no_ct[wells].tolist() == [False, True]
    np.testing.assert_array_equal(table.ct[table.role == CONTROL], [38.4] * int((~wells).sum()))


@pytest.mark.parametrize("export", EXPORTS)
def test_every_export_is_known_by_its_header(tmp_path, export):
    text, _ = EXPORTS[export]
    path = tmp_path / "array.gpr"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert sniff_format(path) == "qpcr"


def test_what_is_left_out_is_counted(read):
    assert read(QUANTSTUDIO).left_out == (
        "1 well marked as omitted",
        "1 well of a standard or a positive control",
    )
    assert read(LIGHTCYCLER_480, target="x").left_out == ("1 well marked as omitted",)


def test_groups_and_efficiencies_of_the_table_are_kept(read):
    assert read(CFX).group.tolist() == ["resistant", "responding", ""]
    assert read(PLAIN).group.tolist() == ["resistant", "responding"]
    np.testing.assert_array_equal(read(QUANTSTUDIO).efficiency, [1.982] * 3)


def test_a_blank_line_between_blocks_of_wells_ends_nothing(read):
    table = read("Sample,Target,Ct\nP1,a,20\n\n,,\nP2,a,21\n")
    assert table.sample.tolist() == ["P1", "P2"]


def test_wells_beat_means_and_means_alone_will_do(read):
    np.testing.assert_array_equal(read("Sample,Target,Ct Mean,Ct\nP1,a,20,21\n").ct, [21])
    np.testing.assert_array_equal(read("Sample,Target,Mean Cq\nP1,a,20\n").ct, [20])


def test_the_results_are_found_in_any_sheet_of_a_workbook(tmp_path):
    path = tmp_path / "run.xlsx"
    book = xlsxwriter.Workbook(path)
    for name, start in (("Sample Setup", "[Sample Setup]"), ("Results", "[Results]")):
        sheet = book.add_worksheet(name)
        head, _, rest = QUANTSTUDIO.partition(start)
        block = rest.strip("\n").split("\n\n")[0]
        for i, line in enumerate((head.split("\n\n")[0] + "\n\n" + block).split("\n")):
            for j, cell in enumerate(line.split("\t")):
                sheet.write(i, j, float(cell) if cell.replace(".", "", 1).isdigit() else cell)
    book.close()
    table = read_ct(path)
    assert sniff_format(path) == "qpcr"
    assert table.sample.tolist() == ["P1", "P2", ""]
    np.testing.assert_array_equal(table.ct, [24.131, np.nan, 38.4])


WIDE = {
    "samples down": "Sample,miR-16-5p,U6\nP1,24.1,20\nP1,24.3,\nP2,Undetermined,21\n",
    "GenEx": "\tmiR-16-5p\tU6\t#Batch\nP1\t24.1\t20\t1\nP1\t24.3\t\t1\nP2\tUndetermined\t21\t2\n",
    "targets down": "Target,P1,P1,P2\nmiR-16-5p,24.1,24.3,Undetermined\nU6,20,,21\n",
    "targets down, told by names": ";P1;P1;P2\nmiR-16-5p;24,1;24,3;Undetermined\nU6;20;;21\n",
}


@pytest.mark.parametrize("way", WIDE)
def test_wide_tables_either_way_round(read, way):
    table = read(WIDE[way])
    wells = sorted(zip(table.sample, table.target, table.ct.tolist(), table.no_ct.tolist(), strict=True))
    assert str(wells) == str(
        [
            ("P1", "U6", 20.0, False),
            ("P1", "miR-16-5p", 24.1, False),
            ("P1", "miR-16-5p", 24.3, False),
            ("P2", "U6", 21.0, False),
            ("P2", "miR-16-5p", float("nan"), True),
        ]
    )
    assert table.left_out == (("1 column of classes: #Batch",) if way == "GenEx" else ())


@pytest.mark.parametrize("way", WIDE)
def test_a_wide_table_is_known_by_what_is_undetermined(tmp_path, way):
    path = tmp_path / "ct.txt"
    path.write_text(WIDE[way])
    assert sniff_format(path) == "qpcr"
    path.write_text(WIDE[way].replace("Undetermined", "NA"))  # this could be anything
    assert not qpcr.sniff(read_head(path))


@pytest.mark.parametrize(
    "text",
    [
        "ID,Name,CT,TR\n10,hsa-miR-16-5p,24.5,30.1\n",
        "Name,Ct,Cq\nhsa-miR-16-5p,24.5,30.1\n",
        "ID,s1,s2\n10,812.5,Undetermined\n",
    ],
    ids=["groups called CT and TR", "no sample", "counts"],
)
def test_a_table_of_intensities_is_none_of_ct(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_text(text)
    assert sniff_format(path) == "matrix"


def test_the_table_of_wells_behind_a_validation_is_one_again(tmp_path):
    path = tmp_path / "validation_ct.csv"
    path.write_text("# mirtool Ct values\nTarget,Sample,Ct,SD of wells\na,P1,20.5,0.1\n")
    assert sniff_format(path) == "qpcr"
    assert not matrix.sniff(read_head(path))


def test_samples_of_the_sheet_turn_a_wide_table_the_right_way(read):
    text = "miR-1,miR-2,x\nmiR-a,20,21\nmiR-b,22,23\n"
    assert set(read(text, samples=["miR-2", "x"]).sample) == {"miR-2", "x"}


def test_samples_may_be_called_by_numbers(read):
    assert read("Target,1,2\nlet-7a-5p,20,21\n").sample.tolist() == ["1", "2"]


def test_files_are_put_together(read):
    both = combine_ct([read(CFX, "a.csv"), read(PLAIN, "b.csv")])
    assert (len(both), len(both.paths)) == (5, 2)
    assert both.left_out == ("1 well of a standard or a positive control",)


WRONG = [
    ("no Ct at all\n", {}, "no table of Ct values was found"),
    (b"\x00\x01\x02", {}, "this is no text file"),
    (b"", {}, "the file is empty"),
    ("x" * 200_000 + ",1\n", {}, "no table of Ct values was found"),
    (b"PK\x03\x04garbage", {}, "the workbook can't be opened"),
    (LIGHTCYCLER_480, {}, "does not say which miRNA each well measures"),
    ("Target,Ct\nmiR-1,20\n", {}, "does not say which sample is in which well"),
    ("Sample,Target,Ct\nP1,a,2o\n", {}, "line 2, column \"ct\": a Ct can't be read (found '2o'"),
    ("Sample,Target,Ct\nP1,a,20\nP2,a,0\n", {}, "line 3, column \"ct\": this is not a Ct (found '0'"),
    ("Sample,Target,Ct\nP1,a,inf\n", {}, "a Ct can't be read"),
    ("Sample,Target,Ct\nP1,a,1_0\n", {}, "a Ct can't be read"),
    ("Sample,Target,Ct\nP1,a,241\n", {}, "more than 0 and at most 60 cycles"),
    ("Sample,Target,Ct\n,a,20\n", {}, 'line 2, column "Sample": a well has no sample'),
    ("Sample,Target,Ct\nP1,,20\nP1,a,20\n", {}, 'line 2, column "Target": a well has no target'),
    ("Sample,Target,Ct\nP1,,20\n", {}, "each well measures (found a column 'Target' without names;"),
    ("Sample,Target,Task,Ct\nP1,a,Gauge,20\n", {}, "a well's task is not known (found 'Gauge'"),
    ("Sample,Target,Ct\n,,\n", {}, "the table holds no well with a sample"),
    ("Sample,miR-1\nP1,high\n", {}, "line 2, column \"miR-1\": a Ct can't be read (found 'high'"),
    ("Sample,miR-1\n,20\n", {}, "a row of Ct values has no sample"),
    ("gene x,miR-1\nmiR-2,20\n", {}, "whether the rows of this Ct table are samples or targets"),
]


@pytest.mark.parametrize(("text", "options", "problem"), WRONG)
def test_bad_tables_are_refused_with_their_place(read, text, options, problem):
    with pytest.raises(FormatError) as error:
        read(text, **options)
    assert problem in str(error.value)


@pytest.mark.parametrize(("text", "factor"), [("2", 2), ("1,9", 1.9), ("100%", 2), ("1.9%", None), ("", None)])
def test_efficiencies_are_factors_or_per_cent(text, factor):
    assert amplification_factor(text) == factor


WELLS = {"P1": (24.0, 20.0), "P2": (24.2, 20.1), "P3": (22.0, 20.0), "P4": (22.3, 20.2)}
"""Ct of hsa-miR-16-5p and hsa-miR-103a-3p: ddCt of P3, P4 against P1, P2 is -2.0."""
TARGETS = ("hsa-miR-16-5p", "hsa-miR-103a-3p")


def plate(header, row, wells=WELLS):
    """Write a long table: ``row`` is filled with the number, the sample, the target and the Ct of each well."""
    rows = [
        row.format(n=2 * i + j + 1, sample=sample, target=target, ct=cts[j])
        for i, (sample, cts) in enumerate(wells.items())
        for j, target in enumerate(TARGETS)
    ]
    return "\n".join([header, *rows]) + "\n"


def cts(table):
    """Return what was measured: (sample, target) to Ct, of samples only."""
    return {
        (sample, target): ct
        for sample, target, ct, role in zip(table.sample, table.target, table.ct, table.role, strict=True)
        if role == SAMPLE
    }


RIGHT = {(sample, target): ct for sample, pair in WELLS.items() for target, ct in zip(TARGETS, pair, strict=True)}

LONG = plate("Well\tSample Name\tTarget Name\tTask\tCT", "{n}\t{sample}\t{target}\tUNKNOWN\t{ct}")


@pytest.mark.parametrize(
    "line", ["9\tP1\t\t\tUndetermined", "9\t\t\t\tUndetermined", "9\t\thsa-miR-16-5p\tUNKNOWN\tUndetermined"]
)
def test_a_well_without_a_ct_and_without_a_name_is_left_out(read, line):
    table = read(LONG + line + "\n")
    assert cts(table) == RIGHT
    assert len(table.left_out) == 1
    assert table.left_out[0].startswith("1 well without a Ct")


@pytest.mark.parametrize(
    "task",
    [
        "IPC",
        "BlockedIPC",
        "No RT",
        "Blank",
        "Empty",
        "Buffer",
        "Not in Use",
        "Standard",
        "NTC",
        "Pos Ctrl-1",
        "Gauge",
    ],
)
@pytest.mark.parametrize("ct", ["27.1", "Undetermined"])
def test_a_task_that_is_not_needed_stops_no_file(read, task, ct):
    table = read(LONG + f"9\tP9\tIPC\t{task}\t{ct}\n")
    assert cts(table) == RIGHT


@pytest.mark.parametrize("task", ["Unkn-1", "Test", "Ref Unknown", "Endogenous Control", "Patient", "GOI"])
def test_words_for_wells_of_samples_are_known(read, task):
    assert cts(read(LONG.replace("UNKNOWN", task))) == RIGHT


def test_a_task_that_is_not_known_stops_a_file_that_needs_the_well(read):
    with pytest.raises(FormatError, match="a well's task is not known"):
        read(LONG.replace("P4\thsa-miR-16-5p\tUNKNOWN", "P4\thsa-miR-16-5p\tGauge"))


@pytest.mark.parametrize("header", ["Well Type", "Sample Role", "Use of the well"])
def test_standards_are_known_under_any_header(read, header):
    text = LONG.replace("Task", header).replace("UNKNOWN", "Unknown")
    table = read(text + "9\tS1\thsa-miR-16-5p\tStandard\t15\n10\tW\thsa-miR-16-5p\tNTC\t39\n")
    assert cts(table) == RIGHT
    assert table.left_out == ("1 well of a standard or a positive control",)


def test_a_column_of_sample_types_is_no_column_of_tasks(read):
    assert cts(read(LONG.replace("Task", "Type").replace("UNKNOWN", "tumor"))) == RIGHT


def test_a_sample_called_ntc_is_a_control(read):
    table = read(LONG + "9\tNTC\thsa-miR-16-5p\tUNKNOWN\t38\n")
    assert cts(table) == RIGHT
    assert table.role[-1] == CONTROL


def test_efficiencies_that_cannot_be_read_do_not_stop_a_file(read):
    text = plate("Sample\tTarget\tEfficiency\tCT", "{sample}\t{target}\t164.129\t{ct}")
    table = read(text + "\tx\t-100.000\tUndetermined\n")
    assert cts(table) == RIGHT
    assert np.isnan(table.efficiency).all()
    assert table.efficiency_doubts[0] == "'164.129' in line 2"


BREAKS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r", "two": "\n\n", "tab": "\t", "comma": ","}


@pytest.mark.parametrize("name", BREAKS)
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_a_line_break_in_quotes_belongs_to_its_cell(read, name, mark):
    text = plate(
        mark.join(["Well", "Note", "Sample", "Target", "Ct"]),
        mark.join(["A{n}", "", "{sample}", "{target}", "{ct}"]),
    )
    broken = text.replace(f"A3{mark}{mark}", f'A3{mark}"bubble{BREAKS[name]}in it"{mark}')
    assert cts(read(broken)) == RIGHT


def test_a_quotation_mark_without_a_partner_is_an_ordinary_one(read):
    assert cts(read(plate("Well,Note,Sample,Target,Ct", 'A{n},5" plate,{sample},{target},{ct}'))) == RIGHT


CFX_DYES = plate(",Well,Fluor,Target,Content,Sample,Cq", ",A{n},FAM,,Unkn,{sample},{ct}") + "\n".join(
    f",A{2 * i + j + 1},VIC,,Unkn,{sample},{20 + i + j}" for i, sample in enumerate(WELLS) for j in range(2)
)


def test_two_dyes_are_not_replicates_of_one_target(read):
    with pytest.raises(FormatError, match=r"was read in several dyes \(found 'FAM and VIC'"):
        read(CFX_DYES, target="hsa-miR-16-5p")
    with pytest.raises(FormatError, match="was read in several dyes"):
        read(CFX_DYES.replace("FAM,,", "FAM,x,").replace("VIC,,", "VIC,x,"))
    table = read(CFX_DYES.replace("FAM,,", "FAM,hsa-miR-16-5p,").replace("VIC,,", "VIC,U6,"))
    assert set(table.target) == {"hsa-miR-16-5p", "U6"}


@pytest.mark.parametrize("placeholder", ["", "-", "Target 1"])
def test_a_stated_target_replaces_a_placeholder(read, placeholder):
    text = f"Sample,Target,Ct\nP1,{placeholder},20\nP2,{placeholder},21\n"
    assert set(read(text, target="hsa-miR-16-5p").target) == {"hsa-miR-16-5p"}


def test_a_plate_of_standards_is_read_and_counted(read):
    table = read("Sample,Target,Task,Ct\nS1,a,Standard,20\nS2,a,Standard,23\n")
    assert (len(table), table.left_out) == (0, ("2 wells of a standard or a positive control",))


SECOND = {"P5": (23.0, 20.0), "P6": (23.4, 20.3)}
BOTH = RIGHT | {(s, t): ct for s, pair in SECOND.items() for t, ct in zip(TARGETS, pair, strict=True)}


@pytest.mark.parametrize("between", ["\n\n[Results]\n", "\n", ""])
def test_a_second_table_of_wells_below_is_read_too(read, between):
    head, row = "Sample,Target,Ct", "{sample},{target},{ct}"
    assert cts(read(plate(head, row) + between + plate(head, row, SECOND))) == BOTH


@pytest.mark.parametrize("gap", [",", ",,"])
def test_tables_side_by_side_are_read(read, gap):
    head, row = "Sample,Target,Ct", "{sample},{target},{ct}"
    left, right = plate(head, row).splitlines(), plate(head, row, SECOND).splitlines()
    lines = [f"{a}{gap}{b}" for a, b in zip(left, right + [",,"] * 4, strict=True)]
    assert cts(read("\n".join(lines))) == BOTH


def test_two_columns_of_ct_are_refused_by_name(read):
    with pytest.raises(FormatError, match='column "Ct": two columns have the same name'):
        read("Sample,Target,Ct,Ct\nP1,a,20,21\n")


def workbook(path, **sheets):
    """Write a workbook of sheets from comma-separated text."""
    book = xlsxwriter.Workbook(path)
    for name, text in sheets.items():
        sheet = book.add_worksheet(name)
        for i, line in enumerate(text.splitlines()):
            sheet.write_row(i, 0, line.split(","))
    book.close()
    return path


def test_every_sheet_of_wells_is_read(tmp_path):
    head, row = "Sample,Target,Ct", "{sample},{target},{ct}"
    one, two = plate(head, row), plate(head, row, SECOND)
    path = workbook(tmp_path / "plates.xlsx", README="About,this\nfile,x", one=one, two=two)
    table = read_ct(path)
    assert cts(table) == BOTH
    assert table.notes == (
        "wells of 2 tables of the file were put together: sheet 'one', line 1; sheet 'two', line 1",
    )
    assert cts(read_ct(path, sheet="one")) == RIGHT
    with pytest.raises(FormatError, match="the workbook has no sheet 'three'"):
        read_ct(path, sheet="three")


def test_a_sheet_that_repeats_wells_is_read_once(tmp_path):
    text = plate("Sample,Target,Ct", "{sample},{target},{ct}")
    path = workbook(tmp_path / "copy.xlsx", one=text, copy=text)
    assert len(read_ct(path)) == 8
    path = workbook(tmp_path / "partly.xlsx", one=text, other=text.replace("24.0", "24.9"))
    with pytest.raises(FormatError, match="share most of their wells"):
        read_ct(path)


def test_wide_tables_of_several_sheets_are_read(tmp_path):
    path = workbook(
        tmp_path / "wide.xlsx", README="About,this", a="Sample,miR-16\nP1,24", b="Sample,miR-16\nP2,Undetermined"
    )
    assert read_ct(path).sample.tolist() == ["P1", "P2"]


@pytest.mark.parametrize("quote", ["", '"'])
def test_cells_separated_by_blanks(read, quote):
    text = plate("Sample Target Cq", f"{quote}{{sample}}{quote} {quote}{{target}}{quote}  {{ct}}")
    assert cts(read(text)) == RIGHT
    with_row_names = "\n".join(f"{i} {line}" if i else line for i, line in enumerate(text.splitlines()))
    assert cts(read(with_row_names)) == RIGHT


def test_a_line_that_states_the_separator_is_passed_over(read):
    assert cts(read("sep=;\n" + plate("Sample;Target;Ct", "{sample};{target};{ct}"))) == RIGHT


def test_biomark_has_two_header_rows(read):
    table = read(
        "Chip Run Info,x.bml\n\nExperiment Information,Experiment Information,Experiment Information,EvaGreen,"
        "EvaGreen,Ct,Ct,Ct\nChamber,Sample,Sample,EvaGreen,EvaGreen,Ct,Ct,Ct\n"
        "ID,Name,Type,Name,Type,Value,Quality,Call\n"
        "S48-A01,P1,Unknown,hsa-miR-16-5p,Test,24.1,0.85,Pass\nS48-A02,P2,Unknown,hsa-miR-16-5p,Test,999,0,Fail\n"
        "S48-A03,H2O,NTC,hsa-miR-16-5p,Test,999,0,Fail\n"
    )
    np.testing.assert_array_equal(table.ct, [24.1, np.nan, np.nan])
    assert table.sample[table.role == SAMPLE].tolist() == ["P1", "P2"]


def test_openarray(read):
    table = read(
        "OpenArrayPlate.SerialNumber,Assay.Assay ID,Assay.Assay Name,Assay.Assay Type,ThroughHole.Ct,"
        "ThroughHole.Outlier,SampleInfo.SampleID\nGNP81,002228_hsa-miR-126,hsa-miR-126,TARG,14.234,FALSE,A1\n"
    )
    assert cts(table) == {("A1", "hsa-miR-126-3p"): 14.234}
