"""What a command prints, as a person reads it on a terminal and in a pipe; the demo's screens: test_demo.py."""

import io
import re
import sys

import pytest

from mirtool.cli import main
from mirtool.commands import console


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def on_terminal(monkeypatch):
    """Make stderr a terminal; not in a fixture, as pytest sets stderr anew for the test itself."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("COLUMNS", "60")
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    return stream


def test_a_terminal_shows_warnings_and_changes_in_color(monkeypatch):
    terminal = on_terminal(monkeypatch)
    console.warn("the files differ")
    console.say("  fold change  7: 2 up, 5 down")
    assert terminal.getvalue() == (
        "\x1b[1;33mWarning:\x1b[0m the files differ\n"
        "  fold change  7: \x1b[31m2 up\x1b[0m, \x1b[36m5 down\x1b[0m\n"
    )


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colors_are_not_shown_where_nobody_wants_them(monkeypatch, name, value):
    terminal = on_terminal(monkeypatch)
    monkeypatch.setenv(name, value)
    console.warn("the files differ")
    assert terminal.getvalue() == "Warning: the files differ\n"


def test_what_a_file_holds_does_not_steer_the_terminal(monkeypatch):
    terminal = on_terminal(monkeypatch)
    console.say("\x1b[31mred")
    assert terminal.getvalue() == "\\x1b[31mred\n"


TABLE = "ID,Name,r1,n1\n" + "".join(f"{i},hsa-miR-{i}-5p,{i},{2 * i}\n" for i in range(1, 31))
SHEET = "sample,group\nr1,responding\nn1,resistant\n"
CALL = ["diff", "t.csv", "--samples", "s.csv", "--scale", "linear", "--compare", "resistant:responding"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text(TABLE)
    (tmp_path / "s.csv").write_text(SHEET)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_a_terminal_gets_the_first_ten_rows_and_where_the_others_are(monkeypatch):
    stdout = Terminal()
    monkeypatch.setattr(sys, "stdout", stdout)
    monkeypatch.setenv("COLUMNS", "80")
    assert main(CALL) == 0
    lines = stdout.getvalue().splitlines()
    assert len(lines) == 12
    assert lines[0].split()[:2] == ["ID", "Name"]
    assert re.fullmatch(r"  … 20 more rows and \d+ more columns: -o FILE writes all, -o - prints all", lines[-1])
    assert max(map(len, lines)) <= 80


@pytest.mark.usefixtures("folder")
def test_a_pipe_gets_all_rows(capsys):
    assert main(CALL) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("# ")]
    assert len(lines) == 31


@pytest.mark.usefixtures("folder")
def test_details_are_printed_where_asked_for(capsys):
    assert main(CALL) == 0
    brief = capsys.readouterr().err
    assert main([*CALL, "-v"]) == 0
    full = capsys.readouterr().err
    assert brief.endswith("More: -v\n")
    assert "  fold change  " not in brief
    assert "  fold change  " in full
    assert "More" not in full


def test_a_download_shows_a_bar_after_two_seconds_and_none_before(monkeypatch):
    now = [0.0]
    terminal = on_terminal(monkeypatch)
    monkeypatch.setattr(console.time, "monotonic", lambda: now[0])
    with console.progress_bytes("Fetching GSE900") as show:
        show(10, 100)
        now[0] = 1.9
        show(50, 100)
        show(100, 100)  # the first file was there before
        now[0] = 3.0
        show(10, 100)
        assert "Fetching" not in terminal.getvalue()
        now[0] = 5.0
        show(60, 100)
        assert "Fetching GSE900" in terminal.getvalue()
        show(100, 100)
