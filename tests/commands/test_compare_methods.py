"""``mirtool compare-methods`` as a whole: what it says, writes and draws, and what it refuses."""

import csv
import json
from pathlib import Path

import pytest

from mirtool.cli import main
from tests.small_study import make_study


@pytest.fixture
def study(tmp_path, monkeypatch):
    make_study(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows_of(text):
    return list(csv.DictReader(text.splitlines()))


def test_one_command_runs_every_method_writes_a_table_and_draws(study, capsys):
    assert main(["compare-methods", "-v"]) == 0
    err = capsys.readouterr().err
    assert "results/run.json has no record of `mirtool normalize`: defaults are" in err
    assert "Compared resistant with responding" in err
    assert "22 recipes, moderated test" in err
    rows = rows_of((study / "results/methods.csv").read_text())
    assert len(rows) == 22 * 5
    assert (rows[0]["recipe"], rows[0]["test"]) == ("exiqon-service", "moderated")
    assert rows[0]["Jaccard by volcano P"] == rows[0]["Spearman of log2 ratios"] == "1"
    drawn = ["captions.md", "methods.png", "methods.svg"]
    assert sorted(path.name for path in (study / "figures").iterdir()) == drawn
    record = json.loads((study / "results/run.json").read_text())["runs"]["compare-methods"]
    assert record["arguments"]["compare"] == "resistant:responding"
    assert main(["normalize"]) == 0
    assert main(["diff", "--no-figures"]) == 0
    found = rows_of((study / "results/differential.csv").read_text())
    for rule in ("fold change", "volcano P", "volcano FDR"):
        for call in ("up", "down"):
            assert int(rows[0][f"{call} by {rule}"]) == sum(own[f"regulation by {rule}"] == call for own in found)


def test_what_is_the_same_for_all_recipes_is_as_the_study_was_normalized(study, capsys):
    normalized = ["--flags", "negative", "--min-intensity", "50", "--species", "hsa", "--keep", "all"]
    assert main(["normalize", "-v", *normalized]) == 0
    assert main(["diff", "-v", "--no-figures"]) == 0
    capsys.readouterr()
    assert main(["compare-methods", "-v", "--no-figures"]) == 0
    assert (
        "As `mirtool normalize` was called (results/run.json): --flags negative, --keep all, --min-intensity 50, "
        "--species hsa.\n"
    ) in capsys.readouterr().err
    default = rows_of((study / "results/methods.csv").read_text())[0]
    found = rows_of((study / "results/differential.csv").read_text())
    for rule in ("fold change", "volcano P", "volcano FDR"):
        for call in ("up", "down"):
            assert int(default[f"{call} by {rule}"]) == sum(own[f"regulation by {rule}"] == call for own in found)
    arguments = json.loads((study / "results/run.json").read_text())["runs"]["compare-methods"]["arguments"]
    assert {name: arguments[name] for name in ("flags", "min_intensity", "species", "keep", "channel")} == {
        "flags": "negative",
        "min_intensity": 50.0,
        "species": "hsa",
        "keep": "all",
        "channel": None,
    }


def test_what_is_given_goes_before_what_is_recorded_and_the_recipes_own_steps_are_told(study, capsys):
    assert main(["normalize", "-v", "--min-intensity", "50", "--background", "normexp", "--offset", "50"]) == 0
    capsys.readouterr()
    assert main(["compare-methods", "-v", "--no-figures", "--min-intensity", "30"]) == 0
    err = capsys.readouterr().err
    assert "As `mirtool normalize` was called (results/run.json): its defaults.\n" in err
    assert "vary what else it was called with (--background normexp, --offset 50), starting from exiqon" in err
    record = json.loads((study / "results/run.json").read_text())["runs"]["compare-methods"]
    assert record["arguments"]["min_intensity"] == 30.0


def test_one_array_a_group_is_compared_by_fold_change_alone(tmp_path, monkeypatch, capsys):
    make_study(tmp_path, arrays_per_group=1)
    monkeypatch.chdir(tmp_path)
    assert main(["compare-methods"]) == 0
    assert "no test could be made" in capsys.readouterr().err
    rows = rows_of((tmp_path / "results/methods.csv").read_text())
    assert "up by fold change" in rows[0]
    assert "up by volcano P" not in rows[0]
    assert (tmp_path / "figures/methods.png").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--compare", "resistant:nobody"], 2, "nobody"),
        (["--cutoff", "0.5"], 2, "cutoff is out of range"),
        (["--adjust", "luck"], 2, "luck"),
        (["--probes", "some"], 2, "unknown choice of probes 'some'"),
        (["--min-factor-probes", "5000"], 1, "probes"),
        (["--figures", "x", "--no-figures"], 2, "contradict"),
        (["P01.gpr", "P02.gpr"], 2, "the groups of the arrays are not known"),
    ],
)
@pytest.mark.usefixtures("study")
def test_a_wrong_call_says_what_is_wrong(arguments, code, message, capsys):
    assert main(["compare-methods", *arguments]) == code
    err = capsys.readouterr().err
    assert message in err
    assert "Traceback" not in err


def test_lanes_are_refused_with_what_compares_them(tmp_path, monkeypatch, capsys):
    lanes = Path(__file__).resolve().parents[2] / "fixtures/nanostring"
    rows = [f"{name},{name[0]},{lanes}/serum_{name}.RCC\n" for name in ("A1", "A2", "B1", "B2")]
    (tmp_path / "samples.csv").write_text("sample,group,file\n" + "".join(rows))
    monkeypatch.chdir(tmp_path)
    assert main(["compare-methods", "--no-figures"]) == 2
    said = capsys.readouterr().err
    assert "for arrays, and these are NanoString counts" in said
    assert "--preset" not in said
