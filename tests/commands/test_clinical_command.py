"""``mirtool clinical`` as a whole: files, screen, errors, and the same from Python."""

import csv
import json
from pathlib import Path

import pytest

import mirtool.api as mt
from mirtool.cli import main

# 12 resistant and 49 responding patients; 5 and 1 with a light-chain ratio outside 0.01 to 100.
RATIOS = [250] * 5 + [2] * 7 + [0.005] + [3] * 48
LINES = [
    "patient,response,ratio,age,1q21,side",
    *(
        f"P{i},{'resistant' if i < 12 else 'responding'},{ratio},{50 + i % 23},{'gain' if i % 3 else 'normal'},"
        f"{'left' if i % 2 else 'right'}"
        for i, ratio in enumerate(RATIOS)
    ),
]
OPTIONS = ["--group", "response", "--kind", "ratio=continuous", "--cutoff", "ratio: >=100 or <0.01"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("patients.csv").write_text("\n".join(LINES) + "\n")


def test_the_files_and_the_finding_first(capsys):
    assert main(["clinical", "patients.csv", *OPTIONS, "-o", "out", "--figures", "fig"]) == 0
    said = capsys.readouterr().err
    assert said.startswith("2 of 5 variables differ by P ≤ 0.05: responding (49), resistant (12).\n")
    assert "34.286 (3.476–338.160)" in said
    names = {path.name for path in Path("out").iterdir()}
    assert names == {
        "clinical_table1.csv", "clinical_associations.csv", "clinical_variables.csv", "clinical.html",
        "clinical_roc.csv", "clinical_roc_tests.csv",
        "clinical.xlsx", "clinical.run.json", "clinical.columns.csv",
    }  # fmt: skip
    assert "that was given" not in Path("out/clinical.columns.csv").read_text()
    assert {path.name for path in Path("fig").iterdir()} == {
        "clinical_forest.png", "clinical_forest.svg", "clinical_roc.png", "clinical_roc.svg", "captions.md",
    }  # fmt: skip
    page = Path("out/clinical.html").read_text()
    assert "5/6 (83.3 %)" in page
    assert "34.286 (3.476–338.160)" in page
    assert "<script" not in page
    row = next(line for line in Path("out/clinical_table1.csv").read_text().splitlines() if "ratio >=100" in line)
    assert row.startswith(
        "ratio >=100 or <0.01,yes,6/61 (9.8 %),1/49 (2.0 %),5/12 (41.7 %),0,0.000716,Fisher's exact"
    )


def test_counts_alone_give_odds_ratios_and_relative_risks(capsys):
    assert main(["clinical", "--counts", "light chains=5,1,7,48", "--counts", "zero=0,5,7,48", "-o", "out"]) == 0
    said = capsys.readouterr().err
    assert "light chains" in said
    assert "34.286 (3.476–338.160)  6.548 (3.004–14.270)" in said
    assert "0.5 was added to every cell, one being zero: zero." in said
    assert not Path("out/clinical_table1.csv").exists()


def test_strata_covariates_and_separation(capsys):
    Path("separated.csv").write_text(
        "patient,group,marker,dose\n"
        + "".join(
            f"P{i},{'case' if i < 8 else 'control'},{'yes' if i < 6 else 'no'},{i % 7}.5\n" for i in range(20)
        )
    )
    call = ["clinical", "separated.csv", "--covariates", "marker", "--covariates", "dose", "-o", "out"]
    assert main(call) == 0
    assert "Firth (profile)" in capsys.readouterr().err
    assert main(["clinical", "patients.csv", *OPTIONS, "--strata", "side", "-o", "out"]) == 0
    assert "Mantel–Haenszel odds ratios over side:" in capsys.readouterr().err
    assert "P (Breslow-Day)" in Path("out/clinical_associations.csv").read_text()


def test_in_a_study_the_sheet_has_the_groups_and_the_settings_are_in_its_file(capsys):
    Path("samples.csv").write_text(
        "sample,group,file\n"
        + "".join(f"P{i},{'resistant' if i < 12 else 'responding'},x.gpr\n" for i in range(61))
    )
    text = "\n".join(line.replace(",resistant,", ",").replace(",responding,", ",") for line in LINES) + "\n"
    Path("clinical.csv").write_text(text.replace("response,", ""))
    Path("mirtool.toml").write_text(
        '[clinical]\ncutoff = ["ratio: >=100 or <0.01"]\nkind = ["ratio=continuous"]\n'
    )
    assert main(["clinical"]) == 0
    assert "34.286 (3.476–338.160)" in capsys.readouterr().err
    record = json.loads(Path("results/run.json").read_text())["runs"]["clinical"]
    assert record["summary"]["groups"] == {"responding": 49, "resistant": 12}
    assert {"clinical.csv", "samples.csv"} <= set(record["inputs"])


def test_the_columns_of_the_sample_sheet_are_patients_where_there_is_no_other_table(capsys):
    Path("samples.csv").write_text(
        "sample,group,file,sex\n" + "".join(f"S{i},{'ab'[i % 2]},S{i}.gpr,{'mf'[i // 4]}\n" for i in range(8))
    )
    assert main(["clinical", "--no-figures"]) == 0
    assert "1 variable differ by P ≤ 0.05: b (4), a (4)." in capsys.readouterr().err.replace(
        "a (4), b (4)", "b (4), a (4)"
    )


def test_the_python_function_gives_the_same_tables():
    result = mt.clinical(
        "patients.csv", group="response", kind=("ratio=continuous",), cutoff=("ratio: >=100 or <0.01",)
    )
    frame = result.to_frame("associations")
    row = frame[frame["variable"] == "ratio >=100 or <0.01"].iloc[0]
    assert f"{row['odds ratio']:.3f} {row['relative risk']:.3f}" == "34.286 6.548"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "no column says which groups are compared"),
        (["--group", "age"], "the column 'age' has no levels to compare"),
        (["--group", "respons"], "did you mean 'response'?"),
        (["--group", "response", "--outcome", "1q21=loss"], "unknown level of 1q21 'loss'"),
        (["--group", "response", "--test", "age=chi-square"], "does not fit the column 'age'"),
        (["--group", "response", "--covariates", "response"], "can't be in the model"),
    ],
)
def test_calls_that_can_not_be_answered(capsys, options, words):
    assert main(["clinical", "patients.csv", *options, "-o", "out"]) == 2
    assert words in " ".join(capsys.readouterr().err.split())
    assert not Path("out").exists()


def test_missing_values_are_those_of_the_columns_that_were_analyzed():
    lines = [
        line if i % 7 else line.replace(",gain,", ",,").replace(",normal,", ",,") for i, line in enumerate(LINES)
    ]
    lines[5] = lines[5].replace(",left", ",").replace(",right", ",")
    Path("gaps.csv").write_text("\n".join([LINES[0], *lines[1:]]) + "\n")
    all_columns = mt.clinical("gaps.csv", group="response").numbers()["missing"]
    assert {name for name, n in all_columns.items() if n} == {"1q21", "side"}
    own = mt.clinical("gaps.csv", group="response", variables=("age", "side")).numbers()["missing"]
    assert own == {"response": 0, "age": 0, "side": 1}


PATIENT_FILE = """[clinical]
patient = "code"
group = "response"
kind = ["center=nominal"]
order = ["stage=limited<extensive<spread"]
reference = ["sex=female"]
unit = ["age=years"]
cutoff = ["light_chain_ratio: >=100 or <0.01", "age: quartiles"]
duration = ["os_months=diagnosed..last_seen"]
missing = ["not asked"]
repeats = "agree"
"""


def test_every_key_of_the_patient_table_is_read_from_the_studys_file():
    n = 24
    lines = ["code,response,center,stage,sex,age,light_chain_ratio,diagnosed,last_seen,os_event"]
    for i in range(n):
        stage, ratio = ("limited", "extensive", "spread")[i % 3], (250, 0.005, 3.5)[i % 3]
        response, sex = "yes" if i % 2 else "no", "male" if i % 5 else "not asked"
        lines.append(
            f"C{i},{response},{i % 4},{stage},{sex},{40 + i}.5,{ratio},"
            f"2020-01-{i + 1:02d},2021-0{1 + i % 9}-15,{i % 2}"
        )
    lines[3] = lines[3].replace(",male,", ",female,")
    Path("samples.csv").write_text("sample,group,file\n" + "".join(f"C{i},x,x.gpr\n" for i in range(n)))
    Path("clinical.csv").write_text("\n".join([*lines, lines[-1]]) + "\n")  # two arrays of the last patient
    Path("mirtool.toml").write_text(PATIENT_FILE)
    assert main(["clinical", "--no-figures"]) == 0
    with Path("results/clinical_variables.csv").open() as file:
        rows = {row["column"]: row for row in csv.DictReader(file)}
    assert rows["center"]["taken as"] == "nominal"
    assert rows["stage"]["levels, reference first"] == "limited | extensive | spread"
    assert rows["sex"]["levels, reference first"] == "female | male"
    assert (rows["sex"]["missing"], rows["age"]["unit"]) == ("5", "years")
    assert rows["light_chain_ratio >=100 or <0.01"]["levels, reference first"] == "no | yes"
    assert rows["age quartiles"]["levels, reference first"] == "Q1 | Q2 | Q3 | Q4"
    assert rows["diagnosed"]["taken as"] == "date"
    assert rows["os_months"]["used as"] == "time of os"
    assert rows["os_event"]["used as"] == "event of os (1)"
    assert rows["response"]["used as"] == "group"
    assert json.loads(Path("results/run.json").read_text())["runs"]["clinical"]["summary"]["patients"] == n
