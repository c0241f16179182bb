"""``mirtool pack``: a ZIP that runs again elsewhere, the same bytes each time, whole or not there."""

import csv
import json
import shutil
import zipfile

import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.errors import MirtoolError, UsageError
from mirtool.workflow import pack as module
from mirtool.workflow.pack import PackOptions, pack_study
from mirtool.workflow.run_study import Outcome, RunOptions, run_study
from mirtool.workflow.verify import verify_study
from tests.small_study import make_study

STEPS = RunOptions(only=("normalize", "diff"), figures=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A study whose arrays lie in two other folders and its own, one of them named by an absolute path."""
    root = tmp_path_factory.mktemp("made")
    for folder in ("one", "two", "study"):
        (root / folder).mkdir()
    make_study(root / "one")
    shutil.move(root / "one" / "P02.gpr", root / "two" / "P02.gpr")
    where = {"P01": "../one/P01.gpr", "P02": "../two/P02.gpr", "P03": "ABSOLUTE", "P04": "P04.gpr"}
    shutil.move(root / "one" / "P04.gpr", root / "study" / "P04.gpr")
    rows = [line.split(",") for line in (root / "one" / "samples.csv").read_text().splitlines()]
    lines = [rows[0]] + [[name, group, where.get(name, f"../one/{name}.gpr")] for name, group, _ in rows[1:]]
    (root / "study" / "samples.csv").write_text("\n".join(map(",".join, lines)) + "\n")
    return root


@pytest.fixture
def study(made, tmp_path, monkeypatch):
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    folder = shutil.copytree(made, tmp_path / "place") / "study"
    sheet = folder / "samples.csv"
    sheet.write_text(sheet.read_text().replace("ABSOLUTE", str(folder.parent / "one" / "P03.gpr")))
    assert run_study(folder, STEPS).failures == ()
    return folder


def unpacked(path, folder):
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder / "study"


def test_unpacked_elsewhere_it_is_up_to_date_and_gives_the_same_bytes(study, tmp_path):
    done = pack_study(study, tmp_path / "study.zip")
    elsewhere = unpacked(done.path, tmp_path / "elsewhere")
    shutil.rmtree(study.parent)
    with (elsewhere / "samples.csv").open() as file:
        files = {row["sample"]: row["file"] for row in csv.DictReader(file)}
    assert set(files.values()) == {
        "inputs/P01.gpr", "inputs/P02.gpr", "inputs/P03.gpr", "P04.gpr", "inputs/P05.gpr", "inputs/P06.gpr",
    }  # fmt: skip
    found = verify_study(elsewhere)
    assert found.same, found
    dry = run_study(elsewhere, RunOptions(only=STEPS.only, figures=False, dry_run=True))
    assert {each.outcome for each in dry.outcomes} == {Outcome.UP_TO_DATE}
    text = (elsewhere / "README.txt").read_text()
    assert "mirtool verify" in text
    assert "inputs/P02.gpr" in text


def test_the_same_study_gives_the_same_bytes_in_order_without_a_time(study, tmp_path):
    first, second = pack_study(study, tmp_path / "a.zip"), pack_study(study, tmp_path / "b.zip")
    assert first.path.read_bytes() == second.path.read_bytes()
    with zipfile.ZipFile(first.path) as archive:
        members = archive.infolist()
    names = [each.filename for each in members]
    assert names == sorted(names)
    assert {each.date_time for each in members} == {(1980, 1, 1, 0, 0, 0)}
    assert {"study/README.txt", "study/results/run.json", "study/ro-crate-metadata.json"} <= set(names)


def test_without_raw_the_arrays_are_listed_and_verify_misses_them(study, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(study)
    assert main(["pack", "-o", str(tmp_path / "study.zip"), "--without-raw"]) == 0
    assert "Left out: 6 arrays." in capsys.readouterr().err
    elsewhere = unpacked(tmp_path / "study.zip", tmp_path / "elsewhere")
    assert not list(elsewhere.rglob("*.gpr"))
    assert "inputs/P03.gpr  " in (elsewhere / "README.txt").read_text()
    found = verify_study(elsewhere)
    assert [each.same for each in found.steps] == [False, True]
    crate = json.loads((elsewhere / "ro-crate-metadata.json").read_text())
    assert [each for each in crate["@graph"] if each["@id"].startswith("#not-included-")]


def test_an_existing_file_a_missing_input_and_a_failure_midway_leave_what_was_there(study, tmp_path, monkeypatch):
    path = tmp_path / "study.zip"
    path.write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        pack_study(study, path)
    real, calls = module._add, []

    def fail(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        real(*arguments)

    monkeypatch.setattr(module, "_add", fail)
    with pytest.raises(KeyboardInterrupt):
        pack_study(study, path, PackOptions(force=True))
    monkeypatch.undo()
    assert path.read_text() == "mine"
    assert [each.name for each in tmp_path.iterdir() if "part" in each.name] == []
    (study.parent / "one" / "P05.gpr").unlink()
    with pytest.raises(MirtoolError, match=r"inputs of the study are missing: .*P05\.gpr"):
        pack_study(study, path, PackOptions(force=True))


def test_settings_that_name_files_outside_are_rewritten(study, tmp_path):
    for place in ("one", "two"):
        (study.parent / place / "names.csv").write_text(f"acc,v21\nMIMAT9{len(place):06},hsa-miR-9{place}-5p\n")
    (study / "mirtool.toml").write_text('[normalize]\naliases = ["../one/names.csv", "../two/names.csv"]\n')
    run = run_study(study, STEPS)
    assert run.failures == (), run
    done = mt.pack(study, tmp_path / "study.zip")
    elsewhere = unpacked(done.path, tmp_path / "elsewhere")
    shutil.rmtree(study.parent)
    assert 'aliases = ["inputs/names.csv", "inputs/2/names.csv"]' in (elsewhere / "mirtool.toml").read_text()
    found = verify_study(elsewhere)
    assert found.same, found
    dry = run_study(elsewhere, RunOptions(only=STEPS.only, figures=False, dry_run=True))
    assert {each.outcome for each in dry.outcomes} == {Outcome.UP_TO_DATE}, dry


def test_a_date_that_is_none_is_refused(study, capsys):
    assert main(["pack", str(study), "--published", "yesterday"]) == 2
    assert "this is not a date" in capsys.readouterr().err
