"""A table of log2 values as a study: recognized by init, refused by normalize, read by diff and cluster."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from mirtool.cli import main

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
SAMPLES = ("A.1", "A.2", "A.3", "B.1", "B.2", "B.3")


def write_table(path, samples=SAMPLES):
    """Write 30 miRNAs, log2: noise around 8, the first one 2 higher in the last three samples."""
    values = 8 + np.random.default_rng(5).normal(0, 0.1, (30, len(samples)))
    values[0] = [5.25, 5.5, 5.75, 7.25, 7.5, 7.75][: len(samples)]
    rows = [["miRNA", *samples], *([f"hsa-miR-{1000 + i}-5p", *row.round(3)] for i, row in enumerate(values))]
    path.write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n")


@pytest.fixture
def study(tmp_path, monkeypatch):
    write_table(tmp_path / "log2.csv")
    (tmp_path / "pheno.csv").write_text(
        "Sample,ER,age\n" + "".join(f"{name},{'neg' if name < 'B' else 'pos'},{50 + i}\n"
                                    for i, name in enumerate(reversed(SAMPLES)))
    )  # fmt: skip
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sheet_of(folder):
    return list(csv.DictReader((folder / "samples.csv").read_text().splitlines()))


def rows_of(path):
    return list(
        csv.DictReader(line for line in path.read_text().splitlines() if not line.lstrip('"').startswith("#"))
    )


def test_init_recognizes_log2_joins_characteristics_and_says_the_next_step(study, capsys):
    assert main(["init", "log2.csv", "--pheno", "pheno.csv"]) == 0
    said = capsys.readouterr().err
    assert "pheno.csv: 6 of 6 samples matched by its column 'Sample'" in said
    assert "group: taken from ER (neg 3, pos 3)" in said
    assert "The values are log2 (column scale): `mirtool normalize` is not needed." in said
    assert "2. mirtool diff, then mirtool cluster" in said
    rows = sheet_of(study)
    assert [row["scale"] for row in rows] == ["log2"] * 6
    assert [(row["sample"], row["group"], row["ER"], row["age"]) for row in rows][:4] == [
        ("A.1", "neg", "neg", "55"),
        ("A.2", "neg", "neg", "54"),
        ("A.3", "neg", "neg", "53"),
        ("B.1", "pos", "pos", "52"),
    ]


def test_diff_and_cluster_read_the_log2_table_with_figures_and_groups(study, capsys):
    assert main(["init", "log2.csv", "--pheno", "pheno.csv"]) == 0
    assert main(["diff", "--compare", "pos:neg"]) == 0
    first = next(row for row in rows_of(study / "results/differential.csv") if row["ID"] == "hsa-miR-1000-5p")
    # 5.25, 5.5, 5.75 against 7.25, 7.5, 7.75: every value 2 higher in log2, so the ratio of the means is 4.
    assert float(first["ratio of means pos/neg"]) == pytest.approx(4.0)
    assert (study / "figures/volcano.png").is_file()
    assert main(["cluster", "--top", "20", "--stability", "none"]) == 0
    assert (study / "results/cluster.cdt").is_file()
    run = json.loads((study / "results/run.json").read_text())["runs"]["diff"]
    assert run["arguments"]["table"] == "log2.csv"
    assert "log2.csv" in run["inputs"]
    capsys.readouterr()


@pytest.mark.parametrize("stated", ["sheet", "toml"])
def test_normalize_of_log2_values_leads_to_diff(study, stated, capsys):
    assert main(["init", "log2.csv", "--pheno", "pheno.csv"]) == 0
    if stated == "toml":
        rows = [row | {"scale": ""} for row in sheet_of(study)]
        with (study / "samples.csv").open("w") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        (study / "mirtool.toml").write_text('[normalize]\nscale = "log2"\n')
    capsys.readouterr()
    assert main(["normalize"]) == 1
    said = capsys.readouterr().err
    assert "the values are log2, so there is nothing to normalize" in said
    assert "go on with `mirtool diff`" in said
    assert "--min-intensity" not in said
    assert main(["diff", "--no-figures"]) == 0


def test_a_sheet_without_scale_is_asked_for_it(study, capsys):
    lines = ["sample,group,file", *(f"{name},{name[0]},log2.csv" for name in SAMPLES)]
    (study / "samples.csv").write_text("\n".join(lines) + "\n")
    assert main(["diff", "--no-figures"]) == 1
    assert "write log2 into a column scale of the sample sheet" in capsys.readouterr().err
    assert main(["normalize"]) == 1
    said = capsys.readouterr().err
    assert "these values look like log2" in said
    assert "add a column scale with the word log2" in said
    lines = ["sample,group,file,scale", *(f"{name},{name[0]},log2.csv,log2" for name in SAMPLES)]
    (study / "samples.csv").write_text("\n".join(lines) + "\n")
    assert main(["diff", "--no-figures"]) == 0


def test_small_values_that_are_said_to_be_intensities_are_normalized(study, capsys):
    lines = ["sample,group,file,scale", *(f"{name},{name[0]},log2.csv,linear" for name in SAMPLES)]
    (study / "samples.csv").write_text("\n".join(lines) + "\n")
    assert main(["normalize", "--min-intensity", "4"]) == 0
    assert main(["diff", "--no-figures"]) == 0
    assert "nothing to normalize" not in capsys.readouterr().err


def test_columns_that_the_sheet_does_not_list_are_left_out(study, capsys):
    lines = ["sample,group,file,scale", *(f"{name},{name[0]},log2.csv,log2" for name in SAMPLES if name != "A.2")]
    (study / "samples.csv").write_text("\n".join(lines) + "\n")
    assert main(["diff", "--no-figures"]) == 0
    assert "columns of the table not in the sample sheet are left out: A.2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["log2"] * 3 + ["linear"] * 3, "the samples are on two scales"),
        (["ln"] * 6, "unknown scale"),
    ],
)
def test_a_scale_that_does_not_hold_is_refused(study, cells, message, capsys):
    lines = [
        "sample,group,file,scale",
        *(f"{name},{name[0]},log2.csv,{cell}" for name, cell in zip(SAMPLES, cells, strict=True)),
    ]
    (study / "samples.csv").write_text("\n".join(lines) + "\n")
    assert main(["diff", "--no-figures"]) == 1
    assert message in capsys.readouterr().err


def test_tables_of_counts_get_no_scale(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "counts.csv").write_text("Name,a,b\nhsa-let-7a-5p,120.5,3\nhsa-miR-21-5p,7,2\n")
    assert main(["init", "counts.csv"]) == 0
    assert (tmp_path / "samples.csv").read_text().splitlines()[0] == "sample,group,file"


PHENO_NAMES = {
    "other marks": ("name", ["a-1", "a-2", "a-3", "b-1", "b 2", "b_3"]),
    "not all": ("name", ["A.1", "A.2", "A.3", "B.1", "Z.9", "Z.8"]),
}


@pytest.mark.parametrize("kind", PHENO_NAMES)
def test_characteristics_are_matched_whatever_the_marks_in_the_names(study, kind, capsys):
    header, names = PHENO_NAMES[kind]
    lines = [f"{header},site", *(f"{name},{'xy'[i % 2]}" for i, name in enumerate(names))]
    (study / "pheno.csv").write_text("\n".join(lines) + "\n")
    assert main(["init", "log2.csv", "--pheno", "pheno.csv"]) == 0
    said = capsys.readouterr().err
    if kind == "not all":
        assert "4 of 6 samples matched" in said
        assert "without a row in pheno.csv: B.2, B.3" in said
        assert "2 rows of pheno.csv not used" in said
        assert [row["site"] for row in sheet_of(study)] == ["x", "y", "x", "y", "", ""]
    else:
        assert [row["group"] for row in sheet_of(study)] == ["x", "y", "x", "y", "x", "y"]


def test_of_several_characteristics_none_is_guessed_and_one_may_be_named(study, capsys):
    lines = ["Sample,ER,site", *(f"{name},{name[0]},{'xy'[i % 2]}" for i, name in enumerate(SAMPLES))]
    (study / "pheno.csv").write_text("\n".join(lines) + "\n")
    assert main(["init", "log2.csv", "--pheno", "pheno.csv"]) == 0
    assert "--group COLUMN: ER (A 3, B 3), site (x 3, y 3)" in capsys.readouterr().err
    assert {row["group"] for row in sheet_of(study)} == {""}
    assert main(["init", "log2.csv", "--pheno", "pheno.csv", "--group", "site", "--force"]) == 0
    assert [row["group"] for row in sheet_of(study)] == ["x", "y", "x", "y", "x", "y"]


@pytest.mark.parametrize(
    ("pheno", "arguments", "code", "message"),
    [
        ("who,ER\nQ1,a\nQ2,b\n", [], 1, "no column names the samples"),
        ("Sample,ER\nA.1,a\na_1,b\nA.2,b\n", [], 1, "a sample is described twice"),
        ("Sample,ER\nA.1,a\n", ["--group", "grade"], 2, "has no characteristic 'grade'"),
    ],
)
def test_characteristics_that_do_not_fit_are_refused(study, pheno, arguments, code, message, capsys):
    (study / "pheno.csv").write_text(pheno)
    assert main(["init", "log2.csv", "--pheno", "pheno.csv", *arguments]) == code
    assert message in capsys.readouterr().err
    assert not (study / "samples.csv").exists()


def test_a_series_matrix_is_joined_by_its_gsm_numbers(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    gsm = [f"GSM{i}" for i in range(1, 5)]
    values = np.random.default_rng(2).normal(8, 1, (25, 4)).round(3)
    lines = [
        '!Series_title\t"x"',
        "!Sample_title\t" + "\t".join(f'"tumor {i}"' for i in range(4)),
        "!Sample_geo_accession\t" + "\t".join(f'"{name}"' for name in gsm),
        "!series_matrix_table_begin",
        '"ID_REF"\t' + "\t".join(f'"{name}"' for name in gsm),
        *(f'"hsa-miR-{1000 + i}-5p"\t' + "\t".join(map(str, row)) for i, row in enumerate(values)),
        "!series_matrix_table_end",
    ]
    (tmp_path / "m_series_matrix.txt").write_text("\n".join(lines) + "\n")
    (tmp_path / "ph.csv").write_text("geo,arm\nGSM4,b\nGSM3,b\nGSM2,a\nGSM1,a\n")
    assert main(["init", "m_series_matrix.txt", "--pheno", "ph.csv"]) == 0
    assert [(row["sample"], row["group"], row["scale"]) for row in sheet_of(tmp_path)] == [
        ("GSM1", "a", "log2"),
        ("GSM2", "a", "log2"),
        ("GSM3", "b", "log2"),
        ("GSM4", "b", "log2"),
    ]
    assert main(["diff", "--no-figures"]) == 0
    assert "Compared" in capsys.readouterr().err


def test_qc_judges_values_that_are_stated_to_be_log2_as_intensities(study, capsys):
    assert main(["init", "log2.csv", "--pheno", "pheno.csv"]) == 0
    capsys.readouterr()
    assert main(["qc", "--no-figures"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "they were judged as 2^value" in said
    assert "may be log2" not in said
    of_log2 = rows_of(study / "results/qc_arrays.csv")
    assert "not judged" not in {row["verdict"] for row in of_log2}
    # The intensities themselves are judged the same.
    header, *lines = (study / "log2.csv").read_text().splitlines()
    rows = [line.split(",") for line in lines]
    linear = [",".join([name, *(repr(2 ** float(value)) for value in values)]) for name, *values in rows]
    (study / "log2.csv").write_text("\n".join([header, *linear]) + "\n")
    (study / "samples.csv").write_text(
        (study / "samples.csv").read_text().replace("log2.csv,log2", "log2.csv,linear")
    )
    assert main(["qc", "--no-figures"]) == 0
    assert rows_of(study / "results/qc_arrays.csv") == of_log2


def test_qc_reads_a_series_matrix_that_is_stated_to_be_log2(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["init", str(FIXTURES / "geo/GSE900_series_matrix.txt")]) == 0
    capsys.readouterr()
    assert main(["qc", "--no-figures"]) == 0
    assert "they were judged as 2^value" in " ".join(capsys.readouterr().err.split())


def test_qc_refuses_a_table_that_is_stated_to_be_log2_and_is_not(study, capsys):
    assert main(["init", "log2.csv", "--pheno", "pheno.csv"]) == 0
    text = (study / "log2.csv").read_text()
    (study / "log2.csv").write_text(text.replace("5.25", "8000"))
    capsys.readouterr()
    assert main(["qc", "--no-figures"]) == 1
    said = capsys.readouterr().err
    assert "the values are stated to be log2, and some are too large for it (found 8000" in said
