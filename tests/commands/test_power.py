"""``mirtool power`` as a whole: what it says and writes, and what it refuses."""

import csv
import json

import numpy as np
import pytest

from mirtool.cli import main


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A study of 3 + 3 arrays, every probe with standard deviation 0.3 within the groups."""
    rng = np.random.default_rng(7)
    values = rng.normal(0, 0.3, (200, 6))
    lines = [f"{i},hsa-miR-{i},{','.join(f'{v:.6f}' for v in row)}" for i, row in enumerate(values, 1)]
    header = "# mirtool normalized; scale: log2; recipe: exiqon-service\nID,Name,r1,r2,r3,n1,n2,n3\n"
    (tmp_path / "results").mkdir()
    (tmp_path / "results/normalized.csv").write_text(header + "\n".join(lines) + "\n")
    (tmp_path / "samples.csv").write_text(
        "sample,group\n" + "".join(f"{s}{i},{s}\n" for s in "rn" for i in (1, 2, 3))
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_in_a_study_it_answers_writes_and_draws(study, capsys):
    assert main(["power", "--max-arrays", "8"]) == 0
    err = capsys.readouterr().err
    assert "r (3 arrays), n (3 arrays)" in err
    assert "200 with a variance, 0 without" in err
    assert "Arrays per group for a power of 0.8 at FDR 0.05, where 0.05 of the probes change (moderated t):" in err
    rows = list(csv.DictReader((study / "results/power.csv").read_text().splitlines()))
    assert [(row["fold change"], row["arrays per group"]) for row in rows[:2]] == [("1.5", "2"), ("1.5", "3")]
    assert len(rows) == 3 * 7
    drawn = ["captions.md", "power.png", "power.svg"]
    assert sorted(path.name for path in (study / "figures").iterdir()) == drawn
    record = json.loads((study / "results/run.json").read_text())["runs"]["power"]
    assert record["summary"]["groups"] == {"r": 3, "n": 3}


def test_the_answer_is_the_row_that_first_has_the_power(study, capsys):
    assert main(["power", "--fold", "2", "--no-figures"]) == 0
    said = next(line for line in capsys.readouterr().err.splitlines() if line.startswith("  2-fold")).split()
    rows = list(csv.DictReader((study / "results/power.csv").read_text().splitlines()))
    powered = [int(row["arrays per group"]) for row in rows if float(row["average power"]) >= 0.8]
    assert int(said[1]) == min(powered)


def test_the_same_input_gives_the_same_bytes(study):
    written = []
    for _ in range(2):
        assert main(["power", "--max-arrays", "5"]) == 0
        written.append({p.name: p.read_bytes() for p in sorted(study.rglob("power.*"))})
    assert len(written[0]) == 3
    assert written[0] == written[1]


@pytest.mark.usefixtures("study")
def test_elsewhere_the_table_goes_to_stdout(capsys):
    assert main(["power", "results/normalized.csv", "--fold", "3", "--max-arrays", "3", "--format", "tsv"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[1].startswith("fold change\tarrays per group\tP cut-off")
    assert len(out.splitlines()) == 2 + 2


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--fold", "0.5"], 2, "a fold change to be found must be above 1"),
        (["--fdr", "2"], 2, "the false discovery rate must lie between 0 and 1"),
        (["--max-arrays", "1"], 2, "out of range"),
        (["--test", "welch"], 2, "welch"),
        (["--scale", "ln"], 2, "unknown scale 'ln'"),
        (["--figures", "x", "--no-figures"], 2, "contradict"),
        (["-o", "power.pdf"], 2, "no format is known for the output"),
    ],
)
@pytest.mark.usefixtures("study")
def test_a_wrong_call_says_what_is_wrong(arguments, code, message, capsys):
    assert main(["power", *arguments]) == code
    assert message in capsys.readouterr().err


def test_without_a_normalized_table_it_says_what_to_run_first(study, capsys):
    (study / "results/normalized.csv").unlink()
    assert main(["power"]) == 1
    assert "run `mirtool normalize` first" in capsys.readouterr().err


def test_one_array_a_group_is_no_pilot(study, capsys):
    (study / "samples.csv").write_text("sample,group\nr1,r\nn1,n\nr2,\nr3,\nn2,\nn3,\n")
    assert main(["power"]) == 1
    err = capsys.readouterr().err
    assert "a pilot needs a group of two arrays or more" in err
    assert "found r: 1, n: 1" in err
