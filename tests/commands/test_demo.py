"""The demo, run once as a user runs it: what it plants is found, what it writes can be opened, twice the same."""

import csv
import hashlib
import json
import re
import shutil
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from matplotlib.image import imread

from mirtool.cli import main
from mirtool.commands import console
from mirtool.commands.demo import DEFAULT_SEED
from mirtool.commands.demo_steps import STEPS
from mirtool.io.arrays.genepix import read_genepix
from mirtool.report.columns import EACH_SAMPLE
from mirtool.report.figures import canvas
from mirtool.simulate.arrays import PLANTED_CHANGES, REPORTED_CHANGES, simulate_study
from tests.pages import README, calls_of, inline_commands, printed_commands

MOST_LINES = 25
WIDTH = 80
STEPS_MODULE = "mirtool.commands.demo"  # mirtool.commands.demo, as an attribute, is the command itself


@dataclass(frozen=True)
class Demo:
    folder: Path
    words: str


def run_demo(folder: Path, *options: str) -> tuple[int, str]:
    words, results = StringIO(), StringIO()
    with redirect_stderr(words), redirect_stdout(results):
        code = main(["demo", str(folder), *options])
    assert results.getvalue() == ""
    return code, words.getvalue()


def run_demo_on_a_screen(folder: Path) -> str:
    """Run the demo; return what it prints at the width that a pipe has in use."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(console, "WIDTH_OF_A_PIPE", WIDTH)
        code, words = run_demo(folder)
    assert code == 0, words
    return words


@pytest.fixture(autouse=True, scope="module")
def coarse_pictures() -> None:
    """The demo draws as it does for its user."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo") / "study"
    return Demo(folder, run_demo_on_a_screen(folder))


@pytest.fixture(scope="module")
def screens(demo: Demo) -> dict[str, list[str]]:
    """Return what each command of the demo printed."""
    parts = re.split(r"^\$ (mirtool (?:.*\\\n)*.*)\n", demo.words, flags=re.MULTILINE)
    return {
        command: re.split(r"\n\n", text)[0].rstrip("\n").split("\n")
        for command, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith(("#", '"#'))))


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_it_prints_each_command_before_running_it(demo: Demo, screens: dict[str, list[str]]) -> None:
    printed = [re.sub(r"\s*\\\n\s*", " ", each) for each in screens]
    assert printed == [command for command, _ in STEPS]
    assert printed[0] == "mirtool init exports/*.gpr"
    assert "responding P01, P02, P03" in demo.words
    assert "resistant  P04, P05, P06" in demo.words


def test_every_command_prints_a_screen_at_most(screens: dict[str, list[str]]) -> None:
    lengths = {command: len(lines) for command, lines in screens.items()}
    assert len(lengths) >= 10
    assert {command: n for command, n in lengths.items() if n > MOST_LINES} == {}


def test_no_line_is_wider_than_the_screen(screens: dict[str, list[str]]) -> None:
    wide = [line for lines in screens.values() for line in lines if len(line) > WIDTH and len(line.split()) > 1]
    assert wide == []


def test_a_pipe_gets_no_colors(demo: Demo) -> None:
    assert "\x1b" not in demo.words


def test_what_was_planted_stands_in_a_file_with_where_it_comes_from(demo: Demo) -> None:
    planted = {
        row["Name"]: (float(row["planted fold change resistant/responding"]), row["magnitude from"])
        for row in rows_of(demo.folder / "planted.csv")
    }
    # The paper's four fold changes (hsa-miR-16-5p, 15a-5p, 20a-5p, 17-5p); the others' sizes are mirtool's.
    assert planted["hsa-miR-16-5p"] == (-3.91, "the paper")
    assert planted["hsa-miR-15a-5p"] == (-1.83, "the paper")
    assert planted["hsa-miR-20a-5p"] == (-2.96, "the paper")
    assert planted["hsa-miR-17-5p"] == (-1.97, "the paper")
    up = {name for name, (change, _) in planted.items() if change > 0}
    assert up == {"hsa-miR-513a-5p", "hsa-miR-20b-3p", "hsa-let-7d-3p"}
    assert set(planted) == set(PLANTED_CHANGES)
    assert {source for name, (_, source) in planted.items() if name in up} == {"mirtool"}


def test_planted_changes_are_found_within_their_noise(demo: Demo) -> None:
    truth = simulate_study(seed=DEFAULT_SEED).truth
    sd = dict(zip(truth["ID"], truth["sd"], strict=True))
    found = rows_of(demo.folder / "results" / "planted_and_found.csv")
    assert len(found) == (truth["log2 ratio"] != 0).sum()
    for row in found:
        planted, measured = float(row["planted"]), float(row["found"])
        # log2 of a ratio of two means of three: biological variation, and at most 0.1 of noise and normalization
        error = np.sqrt(2 / 3 * sd[row["ID"]] ** 2 + 0.1**2)
        distance = np.log2(abs(measured)) * np.sign(measured) - np.log2(abs(planted)) * np.sign(planted)
        assert abs(distance) < 3 * error, row


def test_large_planted_changes_are_called_in_their_direction(demo: Demo) -> None:
    calls = {row["Name"]: row for row in rows_of(demo.folder / "results" / "differential.csv")}
    for name, change in PLANTED_CHANGES.items():
        if abs(change) > 2.9:
            assert calls[name]["regulation by volcano P"] == ("up" if change > 0 else "down"), name


def test_qpcr_of_the_same_sera_agrees_with_the_arrays(demo: Demo) -> None:
    validated = {row["Name"]: row for row in rows_of(demo.folder / "results" / "validation_concordance.csv")}
    for name in REPORTED_CHANGES:
        array, qpcr = (
            float(validated[name][f"{source} log2 ratio resistant/responding"]) for source in ("array", "qPCR")
        )
        # Wells 0.12 √(2/9) = 0.06, references 0.04; arrays at most 0.1 of noise and normalization; two probes for
        # one miRNA vary apart.
        assert abs(array - qpcr) < 0.4, name
        assert validated[name]["verdict"] in ("confirmed", "not called by either")
    assert "Reference genes: cel-miR-39-3p, cel-miR-54-3p" in demo.words


def test_every_file_is_there_and_opens(demo: Demo) -> None:
    folder = demo.folder
    for number in range(1, 7):
        arrays = read_genepix(folder / "exports" / f"P{number:02d}.gpr")
        assert (arrays.n_spots, list(arrays.channels)) == (15_552, ["532"])
        assert arrays.sources[0].warnings == ()
        assert arrays.sources[0].gal_file == "miRCURY_simulated_lot35014.gal"
    assert [row["group"] for row in rows_of(folder / "samples.csv")] == ["responding"] * 3 + ["resistant"] * 3
    for name in (
        "normalized",
        "normalized_spots",
        "differential",
        "cluster_kmeans",
        "network_nodes",
        "validation",
        "shortlist",
    ):
        assert rows_of(folder / "results" / f"{name}.csv"), name
    assert nx.read_graphml(folder / "results" / "network.graphml").number_of_nodes() > 0
    assert (folder / "results" / "network.html").read_bytes().startswith(b"<!doctype html>")
    for name in ("qc_arrays", "qc_ma"):
        assert min(imread(folder / "figures" / f"{name}.png").shape[:2]) > 300
    for name in ("volcano", "cluster_heatmap", "network", "validation_array"):
        height, width, _ = imread(folder / "figures" / f"{name}.png").shape
        assert min(height, width) > 500
        assert (folder / "figures" / f"{name}.svg").read_text(encoding="utf-8").startswith("<?xml")
    named = re.findall(r"^  ((?:figures|results)/[\w./]+)", demo.words, re.MULTILINE)
    assert len(named) > 5
    assert [name for name in named if not (folder / name).is_file()] == []


def test_a_second_run_in_the_same_folder_gives_the_same_bytes(demo: Demo) -> None:
    before = hashes(demo.folder)
    words = run_demo_on_a_screen(demo.folder)
    assert hashes(demo.folder) == before
    # The last command finds its report up to date.
    assert words.partition("$ mirtool run\n")[0] == demo.words.partition("$ mirtool run\n")[0]
    assert "Everything is up to date." in words


def test_the_python_of_the_readme_runs_on_it(
    demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    with chdir(shutil.copytree(demo.folder, tmp_path / "study")):
        exec(code.group(1), {})
    printed = capsys.readouterr().out
    assert (
        len(re.match(r"\((.*)\)\n<DiffResult>\nCompared resistant with responding", printed)[1].split(", ")) == 6
    )
    assert "hsa-miR-" in printed
    assert "normalize" in printed
    assert (tmp_path / "study/welch.xlsx").is_file()


NOT_IN_THE_DEMO = {
    "mirtool demo": "made the folder",
    "mirtool --install-completion": "changes the settings of the user's shell",
    "mirtool targets fetch mirtarbase": "downloads",
    "mirtool init GSE42872": "downloads",
    "mirtool verify": "computes the whole demo again; tests/workflow/test_verify.py does so for a small study",
    "mirtool meta study_A study_B limma_C.csv -o meta.csv": "several studies; tests/commands/test_meta.py",
    'mirtool audit "miRNA Expression Profiling Data.xlsx" --raw exports/*.gpr': "a laboratory's workbook",
}
"""Commands of the README that can't run in the folder of the demo, and why."""


def test_every_command_of_the_readme_runs_on_it(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = README.read_text(encoding="utf-8")
    commands = [*printed_commands(text), *inline_commands(text)]
    assert commands[0] == "mirtool run"
    assert NOT_IN_THE_DEMO.keys() <= set(commands)
    # Those of the demo ran there, as they are printed, with fine pictures.
    monkeypatch.setitem(canvas.LOOKS, "paper", replace(canvas.LOOKS["paper"], dpi=50))
    others = [each for each in commands if each not in {*NOT_IN_THE_DEMO, *(command for command, _ in STEPS)}]
    assert len(others) > 10
    with chdir(shutil.copytree(demo.folder, tmp_path / "study")):
        for command in dict.fromkeys(others):
            ((*words,),) = calls_of(command)
            found = [
                path for word in words for path in (sorted(map(str, Path().glob(word))) if "*" in word else [word])
            ]
            assert main(found) == 0, command


def test_the_demo_takes_every_step_of_the_readme_s_tour() -> None:
    """Each numbered step, with the options that suit the demo."""
    tour = [calls_of(command)[0][0] for command in printed_commands(README.read_text(encoding="utf-8"))]
    assert tour == ["run", "inspect", "init", "qc", "normalize", "diff", "network", "validate", "shortlist"]
    assert {*tour, "cluster"} - {"inspect"} <= {calls_of(command)[0][0] for command, _ in STEPS}


@pytest.mark.parametrize("options", [[], ["--force"]])
def test_a_study_of_the_users_own_is_never_replaced(tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "samples.csv").write_text("sample,group,file\n")
    code, words = run_demo(tmp_path, *options)
    assert code == 2
    assert words == (
        f"mirtool: error: {tmp_path}: the folder holds another study; the demo would replace its sample sheet\n"
        "  What to do: name another folder: mirtool demo FOLDER\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["samples.csv"]


def test_a_folder_with_other_files_is_refused_without_force(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    code, words = run_demo(tmp_path)
    assert code == 2
    assert words == (
        f"mirtool: error: {tmp_path}: the folder is not empty, and no demo wrote it\n"
        "  What to do: name another folder (mirtool demo FOLDER), or write into this one with --force\n"
    )


def test_with_force_other_files_stay_and_another_seed_simulates_another_study(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As far as the table of what was planted and found.
    monkeypatch.setattr(sys.modules[STEPS_MODULE], "STEPS", (STEPS[0], *STEPS[2:4]))
    (tmp_path / "notes.txt").write_text("mine")
    code, _ = run_demo(tmp_path, "--force", "--seed", "7")
    assert code == 0
    assert (tmp_path / "notes.txt").read_text() == "mine"
    ours, theirs = hashes(tmp_path), hashes(demo.folder)
    assert ours.keys() - {"notes.txt"} <= theirs.keys()
    assert {path for path in theirs if path.startswith("exports/")} <= ours.keys()
    assert ours["exports/P01.gpr"] != theirs["exports/P01.gpr"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    code, words = run_demo(path)
    assert code == 2
    assert "this is a file, not a folder" in words


def test_every_column_of_every_table_has_a_meaning(demo: Demo) -> None:
    described = rows_of(demo.folder / "results/columns.csv")
    assert not [row for row in described if row["meaning"].startswith("Column of the table")]
    heads = {(row["table"], row["column"]) for row in described}
    runs = json.loads((demo.folder / "results/run.json").read_text())["runs"]
    tables = {Path(file).name: entry for run in runs.values() for file, entry in run["tables"].items()}
    assert set(tables) == {row["table"] for row in described}
    for file, entry in tables.items():
        head = (demo.folder / "results" / file).read_text().split("\n", 1)[0]
        assert next(csv.reader([head])) == entry["columns"]
        unknown = [name for name in entry["columns"] if (file, name) not in heads]
        samples = (file, EACH_SAMPLE) in heads
        assert not unknown or samples, f"{file}: {unknown}"
