"""A study knows its state: what is out of date is said by every command that reads it, in shell and Python."""

import json
import re
import shutil
from pathlib import Path

import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.errors import UsageError
from tests.small_study import make_study


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    make_study(folder)
    return folder


@pytest.fixture
def study(raw, tmp_path, monkeypatch):
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    folder = shutil.copytree(raw, tmp_path / "study")
    monkeypatch.chdir(folder)
    assert main(["normalize"]) == 0
    return folder


def swap_two_files(study):
    sheet = (study / "samples.csv").read_text().splitlines()
    rows = [line.split(",") for line in sheet]
    rows[1][2], rows[-1][2] = rows[-1][2], rows[1][2]
    (study / "samples.csv").write_text("\n".join(map(",".join, rows)) + "\n")


STALE = "results/normalized.csv was made from another samples.csv: run `mirtool normalize` again"


def test_two_files_swapped_in_the_sheet_are_told_by_diff(study, capsys):
    swap_two_files(study)
    capsys.readouterr()
    assert main(["diff", "--no-figures"]) == 0
    assert capsys.readouterr().err.splitlines()[0] == f"Warning: {STALE}"


def test_strict_makes_it_an_error_and_writes_nothing(study, capsys):
    swap_two_files(study)
    capsys.readouterr()
    assert main(["diff", "--strict"]) == 1
    assert "results/normalized.csv was made from another samples.csv\n  What to do: run `mirtool normalize`" in (
        capsys.readouterr().err
    )
    assert not (study / "results/differential.csv").exists()


def test_a_raw_file_replaced_is_told(study, capsys):
    first, *_, last = sorted(study.glob("*.gpr"))
    first.write_bytes(last.read_bytes())
    capsys.readouterr()
    assert main(["diff", "--no-figures"]) == 0
    assert f"Warning: results/normalized.csv was made from another {first.name}: run" in capsys.readouterr().err


@pytest.mark.usefixtures("study")
def test_what_an_earlier_step_made_again_is_told_by_the_step_after_the_next(capsys):
    assert main(["diff", "--no-figures"]) == 0
    assert main(["normalize", "--min-intensity", "60"]) == 0
    capsys.readouterr()
    assert main(["shortlist"]) == 0
    expected = "results/differential.csv was made from another results/normalized.csv: run `mirtool diff` again"
    assert capsys.readouterr().err.splitlines()[0] == f"Warning: {expected}"


def test_the_step_to_run_first_is_named_where_several_are_out_of_date(study, capsys):
    assert main(["diff", "--no-figures"]) == 0
    swap_two_files(study)
    assert main(["diff", "--no-figures"]) == 0
    capsys.readouterr()
    assert main(["shortlist"]) == 0
    expected = "results/differential.csv was made from another samples.csv: run `mirtool normalize` again"
    assert capsys.readouterr().err.splitlines()[0] == f"Warning: {expected}"
    assert main(["normalize"]) == main(["diff", "--no-figures"]) == 0
    capsys.readouterr()
    assert main(["shortlist"]) == 0
    assert "was made from another" not in capsys.readouterr().err


def test_groups_renamed_are_told_by_shortlist(study, capsys):
    assert main(["diff", "--no-figures"]) == 0
    sheet = (study / "samples.csv").read_text().replace("resistant", "refractory")
    (study / "samples.csv").write_text(sheet)
    capsys.readouterr()
    assert main(["shortlist"]) == 0
    assert "results/differential.csv was made from another samples.csv" in capsys.readouterr().err


def test_a_table_edited_by_hand_is_told(study, capsys):
    path = study / "results/normalized.csv"
    path.write_text(path.read_text().replace("\n", "\r\n"))
    (study / "results/normalized_spots.csv").unlink()
    capsys.readouterr()
    assert main(["diff", "--no-figures"]) == 0
    assert "results/normalized.csv was changed after `mirtool normalize` made it" in capsys.readouterr().err


@pytest.mark.parametrize("changed", ["normalized.csv", "normalized_spots.csv"])
def test_two_files_of_different_runs_are_refused(study, capsys, changed):
    """A spots table of another run would weight every probe wrongly."""
    other = next(name for name in ("normalized.csv", "normalized_spots.csv") if name != changed)
    path = study / "results" / changed
    header, rows = path.read_text().split("\n", 1)
    rows = re.sub(r"(\d)$", lambda last: str((int(last[1]) + 1) % 10), rows, flags=re.M)
    path.write_text(f"{header}\n{rows}")
    capsys.readouterr()
    for table in ([], ["results/normalized.csv", "--samples", "samples.csv"]):
        assert main(["diff", "--weights", "spots", "--no-figures", *table]) == 1
        assert (
            f"results/{changed} and results/{other} are not of the same run: the first was changed after "
            "`mirtool normalize` made both"
        ) in capsys.readouterr().err
    assert main(["normalize"]) == 0
    assert main(["diff", "--weights", "spots", "--no-figures", "--strict"]) == 0


def test_what_an_earlier_run_left_is_not_used(study, capsys):
    assert main(["normalize", "--keep-replicates"]) == 0
    kept = (study / "results/normalized_replicates.csv").read_bytes()
    assert main(["normalize"]) == 0
    (study / "results/normalized_replicates.csv").write_bytes(kept)
    capsys.readouterr()
    assert main(["diff", "--replicates", "--no-figures"]) == 2
    left = Path("results/normalized_replicates.csv")
    assert f"{left} is not of the `mirtool normalize` that made normalized.csv" in capsys.readouterr().err


@pytest.mark.usefixtures("study")
def test_nothing_is_said_where_nothing_changed(capsys):
    capsys.readouterr()
    assert main(["diff", "--no-figures", "--strict"]) == 0
    assert "again" not in capsys.readouterr().err


def test_status_lists_the_steps(study, capsys):
    assert main(["diff", "--no-figures"]) == 0
    capsys.readouterr()
    assert main(["status"]) == 0
    captured = capsys.readouterr()
    rows = dict(line.split(maxsplit=1) for line in captured.out.splitlines())
    assert (rows["normalize"], rows["diff"], rows["network"]) == ("done", "done", "not run")
    assert captured.err == "Everything that was run is up to date.\n"
    swap_two_files(study)
    assert main(["status", "--json"]) == 0
    states = {state["step"]: state for state in json.loads(capsys.readouterr().out)}
    assert states["normalize"]["status"] == states["diff"]["status"] == "out of date"
    assert states["normalize"]["reasons"] == ["another samples.csv"]
    assert main(["status"]) == 0
    assert capsys.readouterr().err == "Out of date: 2 steps. Run `mirtool run`.\n"


@pytest.mark.usefixtures("study")
def test_files_that_an_earlier_run_left_are_listed(capsys):
    assert main(["normalize", "--keep-replicates"]) == 0
    capsys.readouterr()
    assert main(["normalize"]) == 0
    assert "Warning: results/normalized_replicates.csv is from an earlier run\n" in capsys.readouterr().err


def test_settings_of_the_study_are_defaults_of_its_steps(study, capsys):
    (study / "mirtool.toml").write_text("[normalize]\nmin_intensity = 60\n\n[diff]\ncutoff = 3\n")
    assert main(["normalize"]) == 0
    assert main(["diff", "--no-figures"]) == 0
    runs = json.loads((study / "results/run.json").read_text())["runs"]
    assert (runs["normalize"]["arguments"]["min_intensity"], runs["diff"]["arguments"]["cutoff"]) == (60, 3)
    assert main(["diff", "--no-figures", "--cutoff", "2"]) == 0
    assert json.loads((study / "results/run.json").read_text())["runs"]["diff"]["arguments"]["cutoff"] == 2
    (study / "mirtool.toml").write_text("[diff]\ncutof = 3\n")
    capsys.readouterr()
    assert main(["diff"]) == 1
    err = capsys.readouterr().err
    assert "mirtool.toml: unknown setting of [diff] (found cutof" in err
    assert "did you mean 'cutoff'?" in err
    (study / "mirtool.toml").write_text("[dif]\ncutoff = 3\n")
    assert main(["diff"]) == 1
    assert "did you mean 'diff'?" in capsys.readouterr().err


def test_the_study_in_python_writes_the_files_of_the_commands(study, raw, tmp_path):
    assert main(["diff"]) == 0
    twin = shutil.copytree(raw, tmp_path / "twin")
    own = mt.Study(twin)
    normalized = own.normalize()
    result = own.diff()
    assert len(normalized.report.factors) == 6
    assert result.table.tested == "resistant"
    written = {str(path.relative_to(twin)): path.read_bytes() for path in twin.rglob("*") if path.is_file()}
    by_command = {str(path.relative_to(study)): path.read_bytes() for path in study.rglob("*") if path.is_file()}
    assert set(written) == set(by_command)
    assert {name for name in written if written[name] != by_command[name]} == set()
    status = own.status()
    assert dict(zip(status["step"], status["status"], strict=True))["diff"] == "done"
    swap_two_files(twin)
    assert own.diff().provenance.warnings == (STALE,)


def test_a_folder_without_a_sheet_is_no_study(tmp_path):
    with pytest.raises(UsageError, match="this folder is not a study"):
        mt.Study(tmp_path)
    (tmp_path / "samples.csv").write_text("sample,group\ns1,a\n")
    with pytest.raises(AttributeError, match="a study has no step 'normalise'"):
        mt.Study(tmp_path).normalise  # noqa: B018
