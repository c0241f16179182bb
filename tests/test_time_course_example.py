"""The time course of docs/methods/models.md: its command gives what the page shows."""

import csv
import runpy
import shlex
import shutil
from pathlib import Path

import pytest

from mirtool.cli import main

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "fixtures" / "time_course"


def section() -> str:
    page = (ROOT / "docs/methods/models.md").read_text(encoding="utf-8")
    return page.split("## A time course, by contrasts\n", 1)[1].split("\n## ", 1)[0]


def test_the_study_is_what_its_script_makes():
    table, sheet = runpy.run_path(str(ROOT / "fixtures" / "make_time_course.py"))["time_course"]()
    assert (FOLDER / "normalized.csv").read_text(encoding="utf-8") == table
    assert (FOLDER / "samples.csv").read_text(encoding="utf-8") == sheet


def test_the_command_on_the_page_gives_the_output_on_the_page(tmp_path, monkeypatch, capsys):
    shutil.copytree(FOLDER, tmp_path / "study")
    monkeypatch.chdir(tmp_path / "study")
    command, told = (part.strip("\n") for part in section().split("```")[1:4:2])
    program, *arguments = shlex.split(command)
    assert program == "mirtool"
    assert main([*arguments, "--no-figures"]) == 0
    err = capsys.readouterr().err
    for part in told.split("\n…\n"):
        assert part in err

    lines = [
        line
        for line in Path("course.csv").read_text(encoding="utf-8").splitlines()
        if line[:2] not in ("# ", '"#')
    ]
    rows = list(csv.DictReader(lines))
    place = {row["Name"]: i for i, row in enumerate(rows)}
    header, _, *shown = [line.strip("| ").split(" | ") for line in section().splitlines() if line.startswith("|")]
    for name, *cells in shown:
        row = rows[place[name]]
        assert [f"{float(row[head]):.2g}" for head in header[1:]] == cells
    assert [place[name] for name, *_ in shown] == sorted(place[name] for name, *_ in shown)
    passing = {row["Name"] for row in rows if float(row["FDR (BH) of F"]) <= 0.05}
    assert passing == {f"sim-{kind}-{i}" for kind in ("peak", "fall") for i in range(1, 11)}


@pytest.mark.parametrize(
    ("contrast", "kind"),
    [
        ("15.75*day28 + 1.75*day14 - 5.25*day7 - 12.25*day0", "fall"),
        ("day14 - day7", "peak"),
    ],
)
def test_other_questions_of_the_page_can_be_asked(tmp_path, monkeypatch, contrast, kind):
    shutil.copytree(FOLDER, tmp_path / "study")
    monkeypatch.chdir(tmp_path / "study")
    call = ["diff", "normalized.csv", "--samples", "samples.csv", "--pair", "patient", "--contrast", contrast]
    assert main([*call, "-o", "one.csv", "--no-figures"]) == 0
    lines = Path("one.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if line[:2] not in ("# ", '"#')))
    assert all(row["Name"].startswith(f"sim-{kind}-") for row in rows[:8])
