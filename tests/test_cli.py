"""The command as a process: a light start, exit codes, pipes, full disks and Ctrl-C."""

import os
import signal
import subprocess
import sys
import threading
import time
from array import array
from functools import partial
from pathlib import Path

import pytest

from mirtool import __version__
from mirtool.cli import main
from mirtool.commands import GROUPS, SUMMARIES, load_command

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
TABLE = str(FIXTURES / "matrix" / "intensities.csv")
HEAVY = ("numpy", "pandas", "scipy", "matplotlib", "networkx", "pyarrow", "statsmodels", "gseapy", "xlsxwriter")
MIRTOOL = [sys.executable, "-m", "mirtool"]
CALLS = [[name] for name in SUMMARIES] + [
    [name, command] for name in GROUPS for command in load_command(name).commands
]
"""Every command, and every command of a group."""


def run(*arguments, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*MIRTOOL, *arguments], capture_output=True, text=True, **options)


def test_help_starts_without_anything_heavy():
    """One process asks for all of it, since what a call loads is still there after the next."""
    calls = [["--version"], ["--help"], *([*call, "--help"] for call in CALLS)]
    code = (
        "import sys; from mirtool.cli import main\n"
        "wrong, loaded = [], set()\n"
        f"for call in {calls}:\n"
        f"    code, more = main(call), set({HEAVY}) & set(sys.modules) - loaded\n"
        "    if code or more: wrong.append(f'{call}: exit code {code}, loaded {sorted(more)}')\n"
        "    loaded |= more\n"
        "sys.exit('\\n'.join(wrong) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Usage: ") == len(calls) - 1


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_every_command_teaches_by_an_example(call, capsys):
    assert main([*call, "--help"]) == 0
    out = capsys.readouterr().out
    assert "Example" in out
    assert f"  mirtool {' '.join(call)}" in out


def test_the_version_is_said():
    assert run("--version").stdout == f"mirtool {__version__}\n"


def test_done_is_0_wrong_data_1_wrong_call_2(capsys, tmp_path):
    assert main(["inspect", TABLE]) == 0
    assert main(["inspect", str(tmp_path / "none.csv")]) == 1
    assert main(["inspect", TABLE, "--colour"]) == 2
    assert main(["inspekt"]) == 2
    assert main([]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_the_process_ends_with_the_same_codes():
    assert run("inspect", TABLE).returncode == 0
    assert run("inspect", "none.csv").returncode == 1
    assert run("inspect").returncode == 2


def test_the_traceback_of_an_error_is_shown_on_demand_only():
    assert "Traceback" not in run("inspect", "none.csv").stderr
    assert "Traceback" in run("--debug", "inspect", "none.csv").stderr


def test_standard_input_is_a_file():
    done = run("inspect", "-", input=Path(TABLE).read_text())
    assert done.stdout.startswith("-\n  format          matrix\n")


@pytest.mark.parametrize("arguments", [["inspect", "--json", *[TABLE] * 400], ["--help"]], ids=["result", "help"])
def test_a_reader_that_has_seen_enough_is_no_error(arguments):
    process = subprocess.Popen([*MIRTOOL, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert (process.stderr.read(), process.wait()) == (b"", 0)
    process.stderr.close()


def test_a_reader_of_messages_that_has_seen_enough_does_not_keep_files_from_being_written(tmp_path):
    sheet = tmp_path / "samples.csv"
    process = subprocess.Popen([*MIRTOOL, "init", TABLE, "-o", str(sheet)], stderr=subprocess.PIPE)
    assert process.stderr is not None
    process.stderr.close()
    assert process.wait() == 0
    assert sheet.read_text().startswith("sample,group,file")
    result = tmp_path / "log_cpm.csv"
    lanes = [str(path) for path in sorted((FIXTURES / "nanostring").glob("serum_*.RCC"))]
    process = subprocess.Popen([*MIRTOOL, "normalize", *lanes, "-o", str(result)], stderr=subprocess.PIPE)
    assert process.stderr is not None
    process.stderr.close()
    assert process.wait() == 0
    assert result.is_file()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "arguments", [["inspect", TABLE], ["inspect", *[TABLE] * 400], ["init", TABLE, "-o", "-"]]
)
def test_a_full_disk_behind_stdout_is_an_error(arguments):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*MIRTOOL, *arguments], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        "mirtool: error: stdout: the result can't be written: No space left on device\n"
        "  What to do: check the folder's permissions and the free space, or name another file with -o\n"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_a_file_is_an_error(capsys):
    assert main(["init", TABLE, "-o", "/dev/full"]) == 1
    assert "/dev/full: the result can't be written: No space left on device" in capsys.readouterr().err


def unread(pipe) -> bool:
    """Whether the reader of a pipe has not yet taken what was written to it."""
    import fcntl  # only where there are named pipes
    import termios

    waiting = array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, waiting)
    return waiting[0] > 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_ctrl_c_in_the_middle_ends_with_130_and_leaves_nothing_half_written(tmp_path):
    """The command waits for the rest of a named pipe that gave its first line; then Ctrl-C comes."""
    pipe = tmp_path / "slow.csv"
    os.mkfifo(pipe)
    command = [*MIRTOOL, "init", TABLE, str(pipe), "-o", str(tmp_path / "samples.csv")]
    # Where the tests run in the background, the shell has them and their children ignore Ctrl-C.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed)
    killer = threading.Timer(600, process.kill)
    killer.start()
    with pipe.open("w") as writer:  # opens when the command has begun to read it
        writer.write("ID,s1\n")
        writer.flush()
        while unread(writer) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    killer.cancel()
    assert process.returncode == 130
    assert out == ""
    assert err.strip() == "mirtool: interrupted; nothing was written"
    assert [path.name for path in tmp_path.iterdir()] == ["slow.csv"]


@pytest.mark.parametrize(
    "toml", ["x = " + "[" * 5000 + "]" * 5000, "x = " + "1" * 6000], ids=["nested deeply", "6,000 digits"]
)
def test_settings_that_no_parser_takes_are_no_bug(tmp_path, monkeypatch, capsys, toml):
    (tmp_path / "samples.csv").write_text("sample,group\na,x\n")
    (tmp_path / "mirtool.toml").write_text(toml)
    monkeypatch.chdir(tmp_path)
    assert main(["status"]) == 1
    assert "can't be read as TOML" in capsys.readouterr().err


def test_a_record_that_is_nested_too_deeply_is_no_bug(tmp_path):
    (tmp_path / "samples.csv").write_text("sample,group\na,x\n")
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "run.json").write_text('{"runs":' + "[" * 200_000 + "]" * 200_000 + "}")
    done = run("status", cwd=tmp_path)
    assert done.returncode == 1
    assert "is damaged: it is nested too deeply" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="the shell closes the streams")
def test_closed_streams_are_no_bug():
    command = " ".join([*MIRTOOL, "names", "hsa-miR-16-5p"])
    done = subprocess.run(["sh", "-c", f"{command} >&-"], capture_output=True, text=True)
    assert (done.returncode, "standard output is closed" in done.stderr) == (1, True)
    done = subprocess.run(["sh", "-c", f"{command} 2>&- <&-"], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.splitlines()[1].startswith("hsa-miR-16-5p,")
    assert len(done.stdout.splitlines()) == 2  # no message among the results


def test_ctrl_c_while_modules_are_loaded_ends_quietly(monkeypatch, capsys):
    from mirtool import __main__

    def interrupt(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.__import__", interrupt)
    with pytest.raises(SystemExit) as stop:
        __main__.run()
    assert stop.value.code == 130
    assert capsys.readouterr().err == "mirtool: interrupted; nothing half-written was left behind\n"


def test_a_sheet_of_samples_in_a_workbook_is_found_by_itself(tmp_path):
    import xlsxwriter

    book = xlsxwriter.Workbook(tmp_path / "samples.xlsx")
    sheet = book.add_worksheet()
    for i, row in enumerate([("sample", "group", "file"), ("a", "x", "exports\\a.gpr")]):
        sheet.write_row(i, 0, row)
    book.close()
    from mirtool.study.folder import find_study
    from mirtool.study.samples import read_samples

    study = find_study(tmp_path)
    assert study is not None
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "a.gpr").touch()
    assert read_samples(study.samples_file).files == (str(tmp_path / "exports" / "a.gpr"),)


def test_a_typing_mistake_in_a_group_names_what_is_like_it(tmp_path, monkeypatch, capsys):
    (tmp_path / "samples.csv").write_text("sample,group\na,treated pool\nb,control pool\n")
    (tmp_path / "ct.csv").write_text("Sample,Target,Ct\na,x,20\na,r,20\nb,x,22\nb,r,20\n")
    call = (
        "validate",
        "ct.csv",
        "--reference",
        "r",
        "--no-figures",
        "-o",
        "o.csv",
        "--cutoff",
        "2,0",
        "--compare",
    )
    monkeypatch.chdir(tmp_path)
    assert main([*call, "Treated pol:control pool"]) == 2
    err = capsys.readouterr().err
    assert "did you mean 'treated pool'" in err
    assert "--contrast" in err
    assert main([*call, "treated pool", "control pool"]) == 0
    assert "Compared treated pool with control pool" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("mirtool ne", ["network"]),
        ("mirtool targets f", ["fetch"]),
        ("mirtool diff --sens", ["--sensitivity"]),
        ("mirtool diff --test s", ["student", "signed-rank"]),
        ("mirtool diff --samples ", [""]),  # nothing: the shell offers files
    ],
)
def test_a_shell_completes_commands_options_and_choices(typed, offered):
    words = typed.split(" ")
    asked = {"COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1), "_MIRTOOL_COMPLETE": "complete_bash"}
    done = subprocess.run(
        [sys.executable, "-m", "mirtool"], env={**os.environ, **asked}, capture_output=True, text=True
    )
    assert done.stdout.rstrip("\n").split("\n") == offered
    assert done.stderr == ""


def test_completing_a_command_loads_none():
    code = (
        "import sys, typer\n"
        "from mirtool.cli import app\n"
        "group = typer.main.get_command(app)\n"
        "found = group.shell_complete(typer.Context(group, info_name='mirtool'), 'n')\n"
        "assert [item.value for item in found] == ['normalize', 'network', 'names'], found\n"
        "assert not [name for name in sys.modules if name.startswith('mirtool.workflow.network')]\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("call", [["--help"], ["targets", "--help"], ["genesets", "--help"]], ids=" ".join)
def test_no_summary_is_cut(call, capsys):
    assert main(call) == 0
    assert "..." not in capsys.readouterr().out.replace("[ARGS]...", "")


def test_the_help_of_a_command_puts_options_before_details(capsys):
    """Usage, summary, examples, options in one column with whole defaults, then the details."""
    assert main(["network", "--help"]) == 0
    out = capsys.readouterr().out
    places = [out.index(f"\n{heading}:\n") for heading in ("Examples", "Arguments", "Input", "Interactions")]
    places += [
        out.index(f"\n{heading}:\n") for heading in ("miRNAs", "Output", "Other", "Details", "More examples")
    ]
    assert places == sorted(places)
    options = out[out.index("\nArguments:") : out.index("\nDetails:")].splitlines()
    texts = [line for line in options if line and not line.startswith("  -") and line[0] == " "]
    assert {len(line) - len(line.lstrip()) for line in texts if "TABLE" not in line} == {26}
    assert out.count("[default: ") == sum("]" in line for line in options if "[default: " in line)
