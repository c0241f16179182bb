"""Patient tables: what a column is, and every way in which a cell is refused, with its line and column."""

import numpy as np
import pandas as pd
import pytest

from mirtool.clinical.reading import read_patients
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.variables import Kind
from mirtool.errors import FormatError, UsageError

PATIENTS = """patient,group,age,sex,stage,ratio,dead,diagnosed,last seen,comment
P1,responding,61,male,II,0.005,yes,2015-03-01,2016-03-01,first
P2,resistant,NA,female,I,250,no,2015-03-05,2018-01-11,second
P3,responding,70,female,III,1.25,unknown,2016-01-31,2016-05-31,third
P4,resistant,55.5,male,II,3.5,no,2014-07-01,2014-12-31,fourth
"""


def write(tmp_path, text, name="clinical.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_kinds_levels_and_missing_values_are_found_and_stated(tmp_path):
    table = read_patients(write(tmp_path, PATIENTS))
    assert table.patients == ("P1", "P2", "P3", "P4")
    kinds = {name: str(variable.kind) for name, variable in table.variables.items()}
    assert kinds == {
        "group": "nominal", "age": "continuous", "sex": "nominal", "stage": "ordinal", "ratio": "continuous",
        "dead": "nominal", "diagnosed": "date", "last seen": "date", "comment": "text",
    }  # fmt: skip
    levels = {name: variable.levels for name, variable in table.variables.items() if variable.levels}
    assert levels["stage"] == ("I", "II", "III")
    assert levels["dead"] == ("no", "yes")
    assert levels["group"] == ("responding", "resistant")  # responding names a reference
    assert (table.variables["dead"].missing, table.variables["age"].missing) == (1, 1)
    assert table.variables["comment"].why == "every cell differs"


@pytest.mark.parametrize(
    ("cells", "kind", "levels"),
    [
        ("1 2 3 1 2", "ordinal", ("1", "2", "3")),
        ("0 1 1 0 1", "nominal", ("0", "1")),
        ("low high intermediate low high", "ordinal", ("low", "intermediate", "high")),
        ("G2 G1 G3 G1 G2", "ordinal", ("G1", "G2", "G3")),
        ("<65 65-75 >75 <65 >75", "ordinal", ("<65", "65-75", ">75")),
        ("gain normal gain normal normal", "nominal", ("normal", "gain")),
        ("B A B C B", "nominal", ("B", "A", "C")),
        ("x x x x x", "text", ()),
        ("1.5 2.5 1.5 3.5 2.5", "continuous", ()),
        ("PR CR VGPR PR SD", "ordinal", ("SD", "PR", "VGPR", "CR")),
        ("5.5mg/L 6mg/L 7mg/L 8mg/L 9mg/L", "continuous", ()),
    ],
)
def test_what_a_column_is(cells, kind, levels):
    found = read_patients(pd.DataFrame({"x": cells.split()})).variables["x"]
    assert (str(found.kind), found.levels) == (kind, levels)


def test_settings_override_what_the_content_says(tmp_path):
    settings = ClinicalSettings(
        kind=("age=nominal",), order=("stage=III<II<I",), reference=("sex=female",), unit=("ratio=mg/L",),
        missing=("fourth",), cutoff=("ratio: >=100 or <0.01", "ratio: >median"),
        duration=("os=diagnosed..last seen",),
    )  # fmt: skip
    table = read_patients(write(tmp_path, PATIENTS), settings)
    own = table.variables
    assert own["age"].levels[0] in ("55.5", "61", "70")
    assert own["stage"].levels == ("III", "II", "I")
    assert own["sex"].levels == ("female", "male")
    assert own["ratio"].title == "ratio (mg/L)"
    assert own["ratio >=100 or <0.01"].values.tolist() == [1, 1, 0, 0]
    assert own["ratio >median (2.375)"].values.tolist() == [0, 1, 0, 1]  # (1.25 + 3.5) / 2
    assert own["os"].values[0] == pytest.approx(366 / (365.25 / 12))  # 2016 has a 29th of February
    assert own["os"].kind is Kind.CONTINUOUS


@pytest.mark.parametrize(
    ("column", "cells", "words"),
    [
        ("age", ["61", "62", '"63,5"', "64"], ["line 4", 'column "age"', "decimals or thousands", "'63,5'"]),
        ("share", ["61 %", "62", "63", "64"], ["line 2", 'column "share"', "percent sign"]),
        ("crp", ["5 mg/L", "6 mg/L", "0.5 g/L", "7 mg/L"], ["line 4", 'column "crp"', "different units", "mg/L"]),
        ("ratio", ["1", "2", "3", "<0.01"], ["line 5", 'column "ratio"', "a limit is not a number"]),
        ("age", ["61", "62", "old", "64"], ["line 4", 'column "age"', "should be a number", "'old'"]),
        ("locus", ["1q21", "1-Mar", "17p", "1q21"], ["line 3", 'column "locus"', "name into a date"]),
        ("size", ["1-2", "2024-03-04", "1-2", "3-9"], ["line 3", 'column "size"', "name into a date"]),
        ("age", ["61", "#DIV/0!", "63", "64"], ["line 3", 'column "age"', "formula of the spreadsheet failed"]),
        ("seen", ["03/04/2021"] * 4, ["line 2", 'column "seen"', "day and month"]),
        ("seen", ["03/14/2021", "14/03/2021"] * 2, ["line 2", "two orders"]),
        ("seen", ["2021-02-01", "2021-02-30"] * 2, ["line 3", "should be a date", "'2021-02-30'"]),
    ],
)
def test_a_cell_in_doubt_is_refused_with_its_place(tmp_path, column, cells, words):
    lines = [f"patient,{column}", *(f"P{i},{cell}" for i, cell in enumerate(cells))]
    with pytest.raises(FormatError) as caught:
        read_patients(write(tmp_path, "\n".join(lines) + "\n"))
    for word in words:
        assert word in str(caught.value)


def test_a_number_that_ends_like_a_power_of_ten_has_no_unit():
    found = read_patients(pd.DataFrame({"days": ["1105", "2100", "310", "12103"]})).variables["days"]
    assert (found.values.tolist(), found.unit) == ([1105, 2100, 310, 12103], "")
    found = read_patients(pd.DataFrame({"cells": ["1 x10^9/L", "2 x10^9/L", "3.5 x10^9/L"]})).variables["cells"]
    assert (found.values.tolist(), found.unit) == ([1, 2, 3.5], "x10^9/L")


def test_decimal_commas_are_read_where_nothing_else_separates_by_commas(tmp_path):
    table = read_patients(write(tmp_path, "patient;age;dose\nP1;61,5;1\nP2;70,25;4\nP3;1200,5;5\n"))
    assert table.variables["age"].values.tolist() == [61.5, 70.25, 1200.5]


def test_several_rows_of_a_patient_are_refused_unless_they_agree(tmp_path):
    path = write(tmp_path, "patient,age,dose\nP1,61,1.5\nP2,70,2.5\nP1,61,1.5\n")
    with pytest.raises(FormatError, match=r"line 4, column \"patient\": a patient has several rows .*line 2"):
        read_patients(path)
    table = read_patients(path, ClinicalSettings(repeats="agree"))
    assert (table.patients, table.notes) == (("P1", "P2"), ("3 rows of 2 patients; rows of one patient agree",))
    path = write(tmp_path, "patient,age,dose\nP1,61,1.5\nP2,70,2.5\nP1,62,1.5\n")
    with pytest.raises(FormatError, match="do not agree"):
        read_patients(path, ClinicalSettings(repeats="agree"))


def test_the_end_of_a_duration_is_not_before_its_start(tmp_path):
    path = write(tmp_path, "patient,from,to\nP1,2020-01-01,2020-02-01\nP2,2020-01-01,2019-02-01\n")
    with pytest.raises(FormatError, match=r"line 3, column \"to\": a patient's to is before from"):
        read_patients(path, ClinicalSettings(duration=("months=from..to",)))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"kind": ("age=number",)}, "unknown kind of a column 'number'"),
        ({"kind": ("height=continuous",)}, "unknown column 'height'"),
        ({"order": ("stage=I<II",)}, "leaves levels out"),
        ({"reference": ("sex=diverse",)}, "unknown level of sex 'diverse'"),
        ({"cutoff": ("ratio: about 3",)}, "a cut-off can't be read"),
        ({"cutoff": ("ratio: >1 and <2 or >5",)}, "a cut-off can't be read"),
        ({"cutoff": ("sex: >1",)}, "'sex' can't be cut"),
        ({"duration": ("os=age..last seen",)}, "'age' holds no dates"),
        ({"counts": ("x=1,2,3",)}, "a table of counts can't be read"),
        ({"test": ("age=chi",)}, "unknown test 'chi'"),
    ],
)
def test_settings_that_do_not_fit_the_table_are_refused(tmp_path, settings, words):
    with pytest.raises(UsageError, match=words.replace("(", r"\(")):
        read_patients(write(tmp_path, PATIENTS), ClinicalSettings(**settings))


def test_a_table_without_patients_is_refused(tmp_path):
    with pytest.raises(FormatError, match="lists no patient"):
        read_patients(write(tmp_path, "patient,age\n"))


def test_missing_is_never_a_level():
    table = read_patients(pd.DataFrame({"x": ["a", "b", None, np.nan, "unknown", "?"]}))
    assert table.variables["x"].levels == ("a", "b")
    assert table.variables["x"].missing == 4


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["61", "62", "63,5", "64"], ["row 4", "decimals or thousands"]),
        (["45 %", "62", "63", "64"], ["row 2", "percent sign"]),
        (["5 mg/L", "6 mg/L", "0.5 g/L", "7 mg/L"], ["row 4", "different units"]),
        (["1q21", "2-Mar", "17p", "1q21"], ["row 3", "name into a date"]),
    ],
)
def test_a_cell_of_a_workbook_is_refused_with_its_row(tmp_path, cells, words):
    path = tmp_path / "clinical.xlsx"
    pd.DataFrame({"patient": [f"P{i}" for i in range(4)], "value": cells}).to_excel(path, index=False)
    with pytest.raises(FormatError, match='column "value"') as caught:
        read_patients(path)
    for word in words:
        assert word.replace("row", "line") in str(caught.value) or word in str(caught.value)


def test_numbers_and_dates_of_a_workbook_are_numbers_and_dates(tmp_path):
    path = tmp_path / "clinical.xlsx"
    days = pd.to_datetime(["2020-01-05", "2021-02-06", "2022-12-31"])
    pd.DataFrame({"patient": ["P1", "P2", "P3"], "age": [61.5, 70.25, 1105], "seen": days}).to_excel(
        path, index=False
    )
    own = read_patients(path).variables
    assert own["age"].values.tolist() == [61.5, 70.25, 1105]
    assert own["seen"].kind is Kind.DATE
