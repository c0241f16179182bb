"""Every command that reads a result checks where it came from; -o leaves the study alone; reruns are kept."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from mirtool.cli import main
from mirtool.errors import MirtoolError
from mirtool.study.history import MOST_KEPT, rerun_in_words, with_replaced
from mirtool.study.record import read_history
from mirtool.workflow.catalog import RECORDED, STEPS
from tests.small_study import MIRNAS as NAMES
from tests.small_study import make_study

IN_MIRBASE = ["hsa-miR-3059-3p", "hsa-miR-3064-3p", "hsa-miR-3074-3p"]
CHANGES = dict(zip([*NAMES[:27], *IN_MIRBASE], (3.0, -3.0) * 15, strict=True))
FEW = ["--interactions", "pairs.csv", "--evidence", "all", "--gene-sets", "none"]

READERS = {
    "covariates": ["--no-figures"],
    "diff": ["--no-figures"],
    "cluster": ["--stability", "none", "--no-figures"],
    "power": ["--fold", "2", "--max-arrays", "4", "--no-figures"],
    "network": [*FEW, "--no-figures"],
    "enrichment": ["--gene-sets", "sets.gmt", "--min-size", "2", "--no-figures"],
    "gsea": ["genes.csv", "--targets", *FEW[:4], "--permutations", "10", "--no-figures"],
    "mirna-sets": ["--sets", "mirnas.gmt"],
    "validate": ["ct.csv", "--reference", NAMES[5], "--no-figures"],
    "shortlist": [],
    "clinical": ["--mirna", NAMES[5], "--no-figures"],
    "report": [],
    "geo": [],
}
"""Every step that reads a result of another, with what it needs."""
ONE_FORMAT = ["--figure-format", "png"]
READ_ARRAYS = {"qc", "normalize", "compare-methods"}
FOLDERS = {"cluster", "network", "clinical", "report", "geo"}
NAMED = {
    "covariates": ["results/normalized.csv"],
    "diff": ["results/normalized.csv"],
    "power": ["results/normalized.csv"],
    "cluster": ["results/normalized.csv"],
    "network": ["results/differential.csv"],
    "enrichment": ["results/network_nodes.csv"],
    "mirna-sets": ["results/differential.csv"],
    "shortlist": ["results/differential.csv"],
    "geo": ["results/normalized.csv"],
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Return the files of a study after normalize, diff and network."""
    folder = tmp_path_factory.mktemp("finished")
    samples = make_study(folder, changes=CHANGES)
    wells = ["Sample,Target,Ct"]
    for i, name in enumerate(samples.names):
        wells += [f"{name},{NAMES[0]},{25 + i % 2}", f"{name},{NAMES[5]},20"]
    (folder / "ct.csv").write_text("\n".join(wells) + "\n")
    pairs = [f"{name},G{i % 7}\n{name},G{i % 5}" for i, name in enumerate(NAMES[:60])]
    (folder / "pairs.csv").write_text("miRNA,gene\n" + "\n".join(pairs) + "\n")
    (folder / "sets.gmt").write_text("a\t\tG0\tG1\tG2\nb\t\tG3\tG4\tG5\n")
    (folder / "mirnas.gmt").write_text("\t".join(["a", "", *IN_MIRBASE]) + "\n")
    (folder / "genes.csv").write_text(
        "gene,log2FoldChange,pvalue\n" + "".join(f"G{i},{i - 3},0.1\n" for i in range(7))
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MIRTOOL_CACHE", str(folder / "cache"))
        for command in (["normalize"], ["diff", "--no-figures"], ["network", *READERS["network"]]):
            assert main(command) == 0
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def study(finished, tmp_path, monkeypatch):
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "study"
    for name, data in finished.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    monkeypatch.chdir(folder)
    return folder


def swap_two_files(study):
    rows = [line.split(",") for line in (study / "samples.csv").read_text().splitlines()]
    rows[1][2], rows[-1][2] = rows[-1][2], rows[1][2]
    (study / "samples.csv").write_text("\n".join(map(",".join, rows)) + "\n")


def state_of(study):
    return {
        str(path.relative_to(study)): hashlib.sha256(path.read_bytes()).hexdigest()
        for part in ("results", "figures")
        for path in (study / part).rglob("*")
        if path.is_file()
    }


def test_every_step_is_tested_here():
    assert set(READERS) == {step for step in RECORDED if step in STEPS} - READ_ARRAYS


@pytest.mark.parametrize("command", READERS)
def test_two_files_swapped_are_told_by_every_later_command(study, capsys, command):
    assert main([command, *READERS[command], "--strict"]) == 0
    swap_two_files(study)
    capsys.readouterr()
    assert main([command, *READERS[command]]) == 0
    warnings = [line for line in capsys.readouterr().err.splitlines() if line.startswith("Warning: results/")]
    assert any("another samples.csv: run `mirtool " in line for line in warnings), warnings
    before = state_of(study)
    assert main([command, *READERS[command], "--strict"]) == 1
    err = capsys.readouterr().err
    assert "was made from another samples.csv\n  What to do: run `mirtool " in err
    assert state_of(study) == before


@pytest.mark.parametrize("command", NAMED)
def test_a_result_that_is_named_is_checked_too(study, capsys, command):
    swap_two_files(study)
    place = "../elsewhere" if command in FOLDERS else "../elsewhere.csv"
    call = [command, *NAMED[command], *READERS[command], "-o", place]
    call += ["--samples", "samples.csv"] if NAMED[command] == ["results/normalized.csv"] else []
    capsys.readouterr()
    assert main(call) == 0
    assert "another samples.csv: run `mirtool " in capsys.readouterr().err
    assert main([*call, "--strict"]) == 1


@pytest.mark.parametrize("command", READERS)
def test_output_elsewhere_leaves_results_figures_and_record_alone(study, command):
    has_figures = "--no-figures" in READERS[command]
    arguments = [each for each in READERS[command] if each != "--no-figures"]
    arguments += ONE_FORMAT if has_figures else []
    assert main([command, *arguments]) == 0
    before = state_of(study)
    if has_figures and command not in ("enrichment", "gsea"):
        assert any(name.startswith("figures") for name in before)
    place = "elsewhere" if command in FOLDERS else "elsewhere/table.csv"
    assert main([command, *arguments, "-o", place]) == 0
    assert state_of(study) == before
    assert not list((study / "elsewhere").glob("*.png"))
    assert list((study / "elsewhere").glob("*.run.json"))


def test_a_rerun_with_other_options_says_what_changed_and_keeps_the_first(study, capsys):
    first = json.loads((study / "results/run.json").read_text())["runs"]["diff"]
    capsys.readouterr()
    assert main(["diff", "--cutoff", "1.5", "--no-figures"]) == 0
    assert "diff again: cutoff 2.0 → 1.5; results/differential.csv replaced\n" in capsys.readouterr().err
    assert main(["diff", "--cutoff", "1.5", "--no-figures"]) == 0
    assert "again" not in capsys.readouterr().err
    content = json.loads((study / "results/run.json").read_text())
    assert content["history"] == [{name: first[name] for name in ("command", "arguments", "outputs")}]
    assert content["runs"]["diff"]["arguments"]["cutoff"] == 1.5
    assert main(["status", "--history"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "diff       first run that is kept" in lines
    assert "diff       cutoff 2.0 → 1.5" in lines
    assert main(["status", "--history", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == content["history"]


def test_a_rerun_on_other_inputs_says_which(study, capsys):
    swap_two_files(study)
    assert main(["normalize"]) == 0
    capsys.readouterr()
    assert main(["diff", "--no-figures"]) == 0
    said = capsys.readouterr().err
    assert re.search(
        r"^diff again: another results/normalized.csv.*; results/differential.csv replaced$", said, re.M
    )


@pytest.mark.parametrize(
    ("command", "side"),
    [
        ("diff", "normalized_spots.csv"),
        ("enrichment", "network_universe.csv"),
        ("enrichment", "network_mirna_universe.csv"),
        ("shortlist", "validation_concordance.csv"),
    ],
)
def test_a_side_file_of_another_run_is_refused(study, capsys, command, side):
    assert main(["validate", *READERS["validate"]]) == 0
    path = study / "results" / side
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    before = state_of(study)
    capsys.readouterr()
    assert main([command, *READERS[command]]) == 1
    said = capsys.readouterr().err
    assert re.search(rf"results/{side} and \S+ are not of the same run", said)
    assert state_of(study) == before


def test_a_table_that_is_replaced_while_it_is_read_is_refused(study, capsys, monkeypatch):
    from mirtool.differential import join_samples

    def replace_meanwhile(*arguments):
        path = study / "results/normalized.csv"
        path.write_bytes(path.read_bytes() + b"\n")
        return join_samples(*arguments)

    monkeypatch.setattr("mirtool.differential.join_samples", replace_meanwhile)
    capsys.readouterr()
    assert main(["diff", "--no-figures"]) == 1
    assert "another command replaced this file while it was being read" in capsys.readouterr().err


def test_ctrl_c_after_writing_says_what_was_written(study, capsys, monkeypatch):
    def interrupt(_paths):
        raise KeyboardInterrupt

    monkeypatch.setattr("mirtool.commands.running.say_written", interrupt)
    assert main(["diff", "--cutoff", "3", *ONE_FORMAT]) == 130
    said = capsys.readouterr().err.splitlines()[-1]
    assert re.fullmatch(
        r"mirtool: interrupted; written completely: results.differential\.csv, figures.\S+, figures.\S+ "
        r"and \d more files",
        said,
    )
    assert json.loads((study / "results/run.json").read_text())["runs"]["diff"]["arguments"]["cutoff"] == 3


def test_ctrl_c_between_two_renames_waits_for_all(study, capsys, monkeypatch):
    replace, calls = Path.replace, []

    def interrupted_once(self, target):
        if Path(target).suffix in (".csv", ".png", ".json"):
            calls.append(target)
        if len(calls) == 2:
            calls.append("interrupted")
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted_once)
    assert main(["diff", "--cutoff", "3", *ONE_FORMAT]) == 130
    assert "mirtool: interrupted; written completely: results" in capsys.readouterr().err
    monkeypatch.undo()
    monkeypatch.chdir(study)
    outputs = json.loads((study / "results/run.json").read_text())["runs"]["diff"]["outputs"]
    files = state_of(study)
    assert {name: files[name] for name in outputs} == outputs
    assert [path.name for path in study.rglob(".mirtool*")] == []


def record(cutoff, digest="1f", **more):
    return {"command": "diff", "arguments": {"cutoff": cutoff, **more}, "inputs": {}, "outputs": {"d.csv": digest}}


def test_the_history_is_bounded_and_in_order():
    history, before = [], None
    for i in range(MOST_KEPT + 20):
        history, before = with_replaced(history, before, record(i)), record(i)
        assert with_replaced(history, before, record(i)) == history
    assert [each["arguments"]["cutoff"] for each in history] == list(range(19, MOST_KEPT + 19))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (record(2), record(2), None),
        (record(2, weights=[]), record(2, weights=["a", "b"]), "weights not set → a, b; d.csv has not changed"),
        (record(2, robust=False), record(2, "a0", robust=True), "robust no → yes; d.csv replaced"),
        (record(2), record(2, "a0"), "same options and inputs; d.csv replaced"),
        (record(2), record(2, "a0") | {"inputs": {"n.csv": "7"}}, "another n.csv; d.csv replaced"),
        (record(2), record(3) | {"outputs": {"e.csv": "1f"}}, "cutoff 2 → 3; new files"),
    ],
)
def test_what_a_rerun_changed_in_words(old, new, expected):
    assert rerun_in_words(old, new) == (None if expected is None else f"diff again: {expected}")


@pytest.mark.parametrize("history", ['"x"', "[1]", '[{"command": "diff"}]'])
def test_a_damaged_history_is_refused(tmp_path, history):
    path = tmp_path / "run.json"
    path.write_text(f'{{"schema_version": 2, "runs": {{}}, "history": {history}}}')
    with pytest.raises(MirtoolError, match="the record of earlier runs is damaged"):
        read_history(path)


def test_inputs_outside_the_folder_of_a_record_are_found_again(study, capsys):
    """The record beside a table names them as seen from its own folder."""
    assert main(["normalize", "-o", "elsewhere/n.csv"]) == 0
    inputs = json.loads((study / "elsewhere/n.run.json").read_text())["runs"]["normalize"]["inputs"]
    assert "../samples.csv" in inputs
    assert all((study / "elsewhere" / path).is_file() for path in inputs)
    call = ["diff", "elsewhere/n.csv", "--samples", "samples.csv", "-o", str(Path("elsewhere/d.csv"))]
    assert main([*call, "--strict"]) == 0
    swap_two_files(study)
    capsys.readouterr()
    assert main(call) == 0
    assert "Warning: n.csv was made from another ../samples.csv: run `mirtool normalize` again" in (
        capsys.readouterr().err
    )
