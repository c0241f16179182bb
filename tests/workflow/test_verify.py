"""``mirtool verify``: what comes out again, and which cause a difference is given."""

import json
import shutil

import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.errors import MirtoolError, UsageError
from mirtool.study.record import read_runs
from mirtool.study.table_differences import ColumnDifference, table_difference
from mirtool.workflow import verify as module
from mirtool.workflow.run_study import RunOptions, run_study
from mirtool.workflow.verify import Cause, verify_study
from tests.small_study import make_study


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A study with two steps and their figures."""
    folder = tmp_path_factory.mktemp("made") / "study"
    folder.mkdir()
    make_study(folder)
    (folder / "mirtool.toml").write_text('[diff]\nfigure_format = ["svg"]\n')
    assert run_study(folder, RunOptions(only=("normalize", "diff"))).failures == ()
    return folder


@pytest.fixture
def study(made, tmp_path, monkeypatch):
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    return shutil.copytree(made, tmp_path / "study")


def content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def causes(found):
    return {each.step: {reason.cause for reason in each.reasons} for each in found.steps}


def words(found, step):
    return [reason.text for each in found.steps if each.step == step for reason in each.reasons]


def test_the_same_bytes_come_out_and_nothing_of_the_study_is_written(study):
    before = content(study)
    found = verify_study(study)
    assert found.same
    assert found.exit_code == 0
    assert [(each.step, each.same) for each in found.steps] == [("normalize", True), ("diff", True)]
    assert any(path.endswith(".svg") for path in found.steps[1].files)
    assert content(study) == before
    without = verify_study(study / "results", figures=False)
    assert not any(path.endswith(".svg") for each in without.steps for path in each.files)
    assert without.same


def test_another_sample_sheet_is_an_input_and_the_tables_say_how_far_they_differ(study):
    sheet = (study / "samples.csv").read_text()
    (study / "samples.csv").write_text(sheet.replace("P01,responding", "P01,resistant"))
    found = verify_study(study, figures=False)
    # normalize does not use the groups: another sheet that changes nothing of it is no difference
    assert causes(found) == {"normalize": set(), "diff": {Cause.INPUT}}
    assert words(found, "diff") == ["samples.csv"]
    (table,) = found.steps[1].tables
    assert table.file == "results/differential.csv"
    assert any(column.largest is not None and column.largest > 0.01 for column in table.columns)


def test_a_missing_array_is_an_input_and_what_needs_it_is_not_computed(study):
    (study / "P01.gpr").unlink()
    found = verify_study(study, figures=False)
    assert causes(found) == {"normalize": {Cause.INPUT, Cause.NOT_COMPUTED}, "diff": set()}
    assert "P01.gpr is missing" in words(found, "normalize")


def test_a_setting_that_mirtool_toml_changed(study):
    (study / "mirtool.toml").write_text("[diff]\ncutoff = 1.5\n")
    found = verify_study(study, figures=False)
    assert causes(found) == {"normalize": set(), "diff": {Cause.SETTING}}
    assert words(found, "diff") == ["cutoff 2.0 → 1.5"]
    assert found.steps[1].differing == ()


def test_how_figures_look_is_a_setting_where_figures_are_compared(study):
    (study / "mirtool.toml").write_text('[diff]\nfigure_format = ["pdf"]\n')
    found = verify_study(study, only=("diff",))
    assert words(found, "diff") == ["figure-format svg → pdf"]
    assert verify_study(study, only=("diff",), figures=False).same


def test_probe_rules_that_were_added_are_a_setting(study):
    (study / "mirtool.toml").write_text('[[probe_kinds]]\npattern = "^hsa-miR-30"\nkind = "spike-in"\n')
    found = verify_study(study, only=("normalize",), figures=False)
    assert causes(found) == {"normalize": {Cause.SETTING}}
    assert words(found, "normalize") == ["probe-kinds not set → spike-in: Name ^hsa-miR-30"]


def test_options_of_the_command_line_are_those_of_the_record(study, monkeypatch):
    monkeypatch.chdir(study)
    assert main(["diff", "--cutoff", "1.5", "--compare", "responding:resistant", "--no-figures"]) == 0
    assert verify_study(".", figures=False).same


def test_a_version_is_the_cause_where_bytes_differ(study, monkeypatch):
    _alter(study, "diff", versions={"numpy": "1.0"}, outputs={"results/differential.csv": "0" * 64})
    found = verify_study(study, only=("diff",), figures=False)
    assert causes(found)["diff"] == {Cause.VERSION, Cause.BY_HAND}
    assert words(found, "diff")[0].startswith("numpy 1.0 → ")
    monkeypatch.setattr(module, "_versions", lambda _record: [])
    assert causes(verify_study(study, only=("diff",), figures=False))["diff"] == {Cause.MACHINE, Cause.BY_HAND}


def test_a_version_that_changes_nothing_is_no_difference(study):
    _alter(study, "diff", versions={"numpy": "1.0"})
    assert verify_study(study, only=("diff",), figures=False).same


def test_a_result_changed_by_hand(study, capsys):
    table = study / "results" / "differential.csv"
    table.write_text(table.read_text().replace("up", "down"))
    found = verify_study(study, figures=False)
    assert causes(found) == {"normalize": set(), "diff": {Cause.BY_HAND}}
    assert main(["verify", str(study), "--no-figures"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "1 of 2 steps differ: changed by hand.",
        "  normalize  same: 2 files",
        "  diff       same bytes when computed again; changed by hand: results/differential.csv is not as the "
        "step wrote it",
    ]
    assert main(["verify", str(study), "--no-figures", "--json"]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert (printed["same"], [each["same"] for each in printed["steps"]]) == (False, [True, False])


def test_what_a_person_was_asked_is_in_the_record(study):
    """A reference that no name of a group gives: the record has the answer."""
    sheet = (study / "samples.csv").read_text()
    (study / "samples.csv").write_text(sheet.replace("responding", "alpha").replace("resistant", "beta"))
    study_ = mt.Study(study, figures=False)
    study_.normalize()
    study_.diff(compare="alpha:beta")
    _alter(study, "diff", resolved=["adjust", "compare", "fold_change", "table"])
    first = mt.verify(study, only="diff", figures=False)
    assert first.same, first
    study_.diff(compare="beta:alpha")
    assert mt.verify(study, only="diff", figures=False).same


def test_an_option_that_the_step_needs_and_resolves_is_given_again(tmp_path, monkeypatch):
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    wells = [(sample, target) for sample in "abcd" for target in ("hsa-miR-16-5p", "hsa-miR-103a-3p")]
    lines = [f"{sample},{target},{20 + i % 5 + i / 8}" for i, (sample, target) in enumerate(wells)]
    (tmp_path / "ct.csv").write_text("Sample,Target,Ct\n" + "\n".join(lines) + "\n")
    (tmp_path / "samples.csv").write_text("sample,group\na,one\nb,one\nc,two\nd,two\n")
    assert main(["validate", "ct.csv", "--reference", "hsa-miR-103a-3p", "--compare", "two:one"]) == 0
    found = verify_study(".")
    assert found.same, found


def test_the_whole_folder_may_move(study, tmp_path):
    assert verify_study(shutil.move(study, tmp_path / "elsewhere"), only=("normalize",)).same


def test_it_is_said_which_steps_are_not_compared(study, capsys):
    (study / "results" / "report.html").write_text("another page")  # nothing compares it
    _record_also(study, "report", "geo")
    found = verify_study(study, only=("normalize",), figures=False)
    assert (found.same, found.not_compared) == (True, ("report", "geo"))
    assert found.as_json()["not_compared"] == ["report", "geo"]
    assert main(["verify", str(study), "--only", "normalize", "--no-figures"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "The same bytes: 1 step, 2 files.",
        "  normalize  same: 2 files",
        "Not compared: files of report and geo, which show the record and results of other steps.",
    ]


def test_folders_without_a_study_steps_without_a_record_and_interrupted_runs(study, tmp_path):
    with pytest.raises(UsageError, match="not a study"):
        verify_study(tmp_path)
    with pytest.raises(UsageError, match="unknown step in the record 'dif'"):
        verify_study(study, only=("dif",))
    (study / "results" / ".mirtool-transaction").write_text('{"files": []}')
    with pytest.raises(MirtoolError, match="interrupted"):
        verify_study(study)
    shutil.rmtree(study / "results")
    with pytest.raises(UsageError, match="nothing was run"):
        verify_study(study)


def test_largest_relative_difference_per_column(tmp_path):
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_text("ID,P,call,n\na,0.5,up,1\nb,NA,up,2\nc,-4,down,3\n")
    other.write_text("ID,P,call,n\na,0.4,up,1\nb,NA,down,2\nc,-5,down,NA\n")
    found = table_difference("t.csv", one, other)
    # P: |0.5 - 0.4| / 0.5 = 0.2 and |-4 + 5| / 5 = 0.2; a number that one version lacks has no difference
    assert found.columns[0].column == "P"
    assert found.columns[0].largest == pytest.approx(0.2)
    assert found.columns[1:] == (ColumnDifference("call", 1, None), ColumnDifference("n", 1, None))
    assert (found.rows_in_one, found.reordered) == ((0, 0), False)
    other.write_text("ID,P,call,n\nc,-4,down,3\nb,NA,up,2\na,0.5,up,1\n")
    turned = table_difference("t.csv", one, other)
    assert (turned.reordered, turned.columns) == (True, ())
    other.write_text("ID,q\na,1\nd,1\n")
    changed = table_difference("t.csv", one, other)
    assert (changed.rows, changed.rows_in_one, changed.columns) == ((3, 2), (2, 1), ())
    assert changed.columns_in_one == ("P", "call", "n", "q")
    one.write_text("x,P\na,1\na,2\n")
    other.write_text("x,P\na,1\na,4\n")  # the first column names no row: by their order, |2 - 4| / 4
    by_order = table_difference("t.csv", one, other)
    assert (by_order.rows_in_one, by_order.columns) == (None, (ColumnDifference("P", 1, 0.5),))


def _record_also(study, *steps):
    """Put further steps into the record, with the page as what they wrote."""
    path = study / "results" / "run.json"
    content = json.loads(path.read_text())
    for step in steps:
        other = {"command": step, "arguments": {}, "inputs": {}, "outputs": {"results/report.html": "0" * 64}}
        content["runs"][step] = content["runs"]["diff"] | other | {"tables": {}}
    path.write_text(json.dumps(content))


def _alter(study, step, **changes):
    """Change the record of a step, so that it was run elsewhere or gave other bytes."""
    path = study / "results" / "run.json"
    content = json.loads(path.read_text())
    for part, value in changes.items():
        record = content["runs"][step]
        record[part] = {**record[part], **value} if isinstance(value, dict) else value
    path.write_text(json.dumps(content))
    assert step in read_runs(path)
