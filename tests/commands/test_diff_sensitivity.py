"""``mirtool diff --sensitivity`` as a whole, from a study's raw intensities."""

import csv
import json

import numpy as np
import pytest

from mirtool.cli import main


@pytest.fixture
def study(tmp_path, monkeypatch):
    """50 probes of 2 + 2 arrays; hsa-miR-1 up four-fold, hsa-miR-2 two-and-a-half-fold but dim."""
    rng = np.random.default_rng(3)
    raw = np.exp2(rng.normal(10, 1, (50, 1)) + rng.normal(0, 0.05, (50, 4)))
    raw[0, 2:] *= 4
    raw[1] = [16, 17, 41, 42]
    header = "ID,Name,r1,r2,n1,n2\n"
    lines = [f"{i},hsa-miR-{i}," + ",".join(f"{v:.4f}" for v in row) for i, row in enumerate(raw, 1)]
    (tmp_path / "raw.csv").write_text(header + "\n".join(lines) + "\n")
    sheet = "sample,group,file\n" + "".join(f"{s},{s[0]},raw.csv\n" for s in ("r1", "r2", "n1", "n2"))
    (tmp_path / "samples.csv").write_text(sheet)
    monkeypatch.chdir(tmp_path)
    assert main(["normalize"]) == 0
    return tmp_path


def rows_of(path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


def test_each_probe_gets_its_share_and_all_choices_a_table(study, capsys):
    assert main(["diff", "-v", "--sensitivity", "--no-figures"]) == 0
    probes = {row["ID"]: row for row in rows_of(study / "results/differential.csv")}
    assert probes["1"]["stability by fold change"] == "1"
    assert probes["2"]["stability by fold change"] == "0.5"  # nowhere at 50 counts
    choices = rows_of(study / "results/sensitivity.csv")
    assert len(choices) == 2 * 2 * 5 * 3 * 2
    assert choices[0]["stay by volcano P"] == choices[0]["up by volcano P"] == "2"
    err = capsys.readouterr().err
    assert "Sensitivity: the list under 120 sets of choices, from the raw arrays:" in err
    assert "How many of the 2 by volcano P stay, whatever else is chosen:" in err
    record = json.loads((study / "results/run.json").read_text())["runs"]["diff"]
    assert record["arguments"]["sensitivity"] is True
    assert record["summary"]["sensitivity"] == {"choices": 120, "failures": {}, "table_differs_in": 0}


def test_without_it_nothing_changes_and_with_it_no_column_but_the_new_ones(study):
    assert main(["diff", "--no-figures"]) == 0
    plain = (study / "results/differential.csv").read_text()
    runs = json.loads((study / "results/run.json").read_text())["runs"]
    assert main(["diff", "--no-figures", "--sensitivity"]) == 0
    added = rows_of(study / "results/differential.csv")
    expected = list(csv.DictReader(plain.splitlines()))
    assert [{key: row[key] for key in expected[0]} for row in added] == expected
    assert main(["diff", "--no-figures"]) == 0
    assert (study / "results/differential.csv").read_text() == plain
    assert json.loads((study / "results/run.json").read_text())["runs"] == runs


def test_the_same_input_gives_the_same_bytes(study):
    written = []
    for _ in range(2):
        assert main(["diff", "--no-figures", "--sensitivity"]) == 0
        written.append({p.name: p.read_bytes() for p in sorted((study / "results").iterdir()) if p.is_file()})
    assert written[0] == written[1]


def test_how_the_arrays_were_normalized_is_taken_from_the_record(study, capsys):
    assert main(["normalize", "--min-intensity", "20", "--keep", "all"]) == 0
    capsys.readouterr()
    assert main(["diff", "--sensitivity", "--no-figures"]) == 0
    assert "called otherwise" not in capsys.readouterr().err
    cutoffs = [row["intensity cut-off"] for row in rows_of(study / "results/sensitivity.csv")]
    assert list(dict.fromkeys(cutoffs)) == ["20", "30", "50"]


def test_a_table_made_otherwise_than_recorded_is_warned_of(study, capsys):
    (study / "results/run.json").unlink()
    table = study / "results/normalized.csv"
    lines = table.read_text().splitlines()
    lines[2] = ",".join([*lines[2].split(",")[:2], "0", "0", "0", "0"])
    table.write_text("\n".join(lines) + "\n")
    assert main(["diff", "--sensitivity", "--no-figures", "--scale", "log2"]) == 0
    err = capsys.readouterr().err
    assert "there is no record of `mirtool normalize`: its defaults are taken" in err
    assert "called otherwise when it is made again from the raw arrays" in err


def test_elsewhere_the_table_of_choices_stands_beside_the_result(study, capsys):
    arguments = ["diff", "results/normalized.csv", "--samples", "samples.csv", "--sensitivity"]
    assert main([*arguments, "-o", "d.tsv"]) == 0
    assert (study / "d_sensitivity.tsv").is_file()
    capsys.readouterr()
    assert main(arguments) == 2
    assert "found a pipe" in capsys.readouterr().err


@pytest.mark.usefixtures("study")
def test_a_model_is_refused(capsys):
    assert main(["diff", "--sensitivity", "--trend"]) == 2
    assert "--sensitivity tries the choices of a plain comparison of two groups" in capsys.readouterr().err


def test_a_sheet_without_files_is_refused(study, capsys):
    (study / "samples.csv").write_text("sample,group\nr1,r\nr2,r\nn1,n\nn2,n\n")
    assert main(["diff", "--sensitivity", "--no-figures"]) != 0
    err = capsys.readouterr().err
    assert "file" in err
    assert "bug" not in err


def test_a_damaged_record_is_an_error_that_says_so(study, capsys):
    (study / "results/run.json").write_text('{"runs": {"normalize": 3}}')
    assert main(["diff", "--sensitivity", "--no-figures"]) == 1
    assert "the record of earlier runs is damaged" in capsys.readouterr().err
