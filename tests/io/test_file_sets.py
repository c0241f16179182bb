"""The files of a result are all new or all old, whenever the process that writes them is killed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mirtool.errors import FormatError, OutputError
from mirtool.io.tables.locks import LOCK_FILE
from mirtool.io.tables.output import JOURNAL, complete_interrupted, noting_written, transaction, write_files

NAMES = ("results/a.csv", "results/a_spots.csv", "figures/a.png", "results/run.json")

WRITE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from mirtool.io.tables.output import write_files

files = {Path(name): b"new " * 1000 for name in sys.argv[3:]}
left, end = int(sys.argv[1]), getattr(signal, sys.argv[2])

def count(event, _arguments):
    global left
    if event in ("open", "os.rename", "os.remove", "os.chmod", "fcntl.flock", "tempfile.mkstemp"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), end)

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.addaudithook(count)
write_files(files)
print(left)
"""
"""Writes a set, and gets a signal at a chosen one of its calls to the operating system."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_files({Path(name): b"old" for name in NAMES})
    return tmp_path


def write_and_die(at: int, by: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WRITE_AND_DIE, str(at), by, *NAMES]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def contents() -> set[bytes]:
    return {Path(name).read_bytes()[:3] for name in NAMES}


def hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob(".*"))


def n_calls() -> int:
    """Return how many calls to the operating system writing the set takes."""
    return 10_000 - int(write_and_die(10_000, "SIGTERM").stdout)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_killed_at_any_call_the_set_is_all_old_or_all_new(folder):
    n, completed, untouched = n_calls(), 0, 0
    assert n > 20
    for at in range(1, n + 1):
        write_files({Path(name): b"old" for name in NAMES})
        assert write_and_die(at, "SIGKILL").returncode == -signal.SIGKILL
        torn = len(contents()) > 1
        was_pending = complete_interrupted("results")
        assert was_pending or not torn, at
        assert len(contents()) == 1, at
        completed += torn
        untouched += contents() == {b"old"}
    assert completed >= 3  # kills between two renames, of which there are three
    assert untouched >= 10
    write_files({Path(name): b"old" for name in NAMES})
    assert hidden(folder) == []


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system can't interrupt one process")
@pytest.mark.usefixtures("folder")
def test_ctrl_c_leaves_all_old_or_all_new():
    for at in range(1, n_calls() + 1, 2):
        write_files({Path(name): b"old" for name in NAMES})
        done = write_and_die(at, "SIGINT")
        assert "KeyboardInterrupt" in done.stderr, at
        assert len(contents()) == 1, at


def test_the_next_command_completes_what_the_journal_lists(folder):
    write_files({Path(name): b"old" for name in NAMES})
    (folder / "results/.mirtool-01234567-x.part").write_bytes(b"new")
    (folder / "results" / JOURNAL).write_text(
        json.dumps({"files": [[".mirtool-01234567-x.part", "a.csv"], [".mirtool-01234567-y.part", "a_spots.csv"]]})
    )
    assert complete_interrupted("results")
    assert Path("results/a.csv").read_bytes() == b"new"
    assert Path("results/a_spots.csv").read_bytes() == b"old"  # had its name already
    assert hidden(folder) == []
    assert not complete_interrupted("results")


@pytest.mark.parametrize(
    "content",
    [
        b"\xff",
        b"{}",
        b'{"files": [["a_spots.csv", "a.csv"]]}',
        b'{"files": [[".mirtool-01234567-x.part", "../samples.csv"]]}',
        b'{"files": [["/etc/.mirtool-01234567-x.part", "a.csv"]]}',
    ],
)
def test_a_journal_that_mirtool_did_not_write_is_refused(folder, content):
    (folder / "results" / JOURNAL).write_bytes(content)
    with pytest.raises(FormatError, match=r"list of files that an interrupted run was writing is damaged"):
        complete_interrupted("results")
    with pytest.raises(FormatError, match="remove it, and run again"):
        write_files({Path("results/a.csv"): b"new"})
    assert Path("results/a.csv").read_bytes() == b"old"


def test_temporaries_of_a_killed_run_are_swept_and_no_others(folder):
    write_and_die(12, "SIGKILL")
    ours = [name for name in hidden(folder) if name.endswith(".part")]
    assert ours
    other = folder / "results/.mirtool-ffffffff-other.part"  # of a record in another folder
    other.write_bytes(b"")
    write_files({Path(name): b"old" for name in NAMES})
    assert hidden(folder) == [other.name]


def test_a_file_that_can_not_be_replaced_leaves_all_as_they_were(folder):
    (folder / "results/a_spots.csv").unlink()
    (folder / "results/a_spots.csv").mkdir()
    with pytest.raises(OutputError, match="not a regular file"):
        write_files({Path(name): b"new" for name in NAMES})
    assert Path("results/a.csv").read_bytes() == b"old"
    assert hidden(folder) == []


def test_what_can_not_take_its_name_is_said_with_what_did(folder, monkeypatch):
    replace = Path.replace

    def refuse(self, target):
        if Path(target).name == "a.png":
            raise PermissionError(13, "Permission denied", str(self), None, str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OutputError, match=r"a\.png.*found a\.csv, a_spots\.csv replaced, the others not"):
        write_files({Path(name): b"new" for name in NAMES})
    assert Path("results/run.json").read_bytes() == b"old"
    assert hidden(folder) == []


def test_a_lock_keeps_every_record(tmp_path):
    code = """
import json, sys
from pathlib import Path
from mirtool.io.tables.output import transaction

record = Path(sys.argv[1])
for i in range(10):
    with transaction(record) as write:
        kept = json.loads(record.read_text()) if record.is_file() else []
        write({record: json.dumps([*kept, f"{sys.argv[2]} {i}"]).encode()})
"""
    record = tmp_path / "run.json"
    running = [subprocess.Popen([sys.executable, "-c", code, str(record), str(i)]) for i in range(6)]
    assert [process.wait(timeout=600) for process in running] == [0] * 6
    assert sorted(json.loads(record.read_text())) == sorted(f"{i} {j}" for i in range(6) for j in range(10))
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_the_lock_of_a_killed_process_is_taken_over(folder):
    (folder / "results" / LOCK_FILE).write_bytes(b"")
    with transaction("results/run.json") as write:
        assert (folder / "results" / LOCK_FILE).is_file()
        write({Path("results/run.json"): b"new"})
    assert hidden(folder) == []


def test_what_was_written_is_noted(folder):
    with noting_written() as written:
        write_files({Path(name): b"new" for name in NAMES})
    assert list(written) == [folder.resolve() / name for name in NAMES]


@pytest.mark.skipif(os.name == "nt", reason="needs permission to make links")
def test_a_link_stays_a_link(folder):
    (folder / "elsewhere.csv").write_bytes(b"old")
    (folder / "results/a.csv").unlink()
    (folder / "results/a.csv").symlink_to("../elsewhere.csv")
    write_files({Path(name): b"new" for name in NAMES})
    assert (folder / "results/a.csv").is_symlink()
    assert (folder / "elsewhere.csv").read_bytes() == b"new"
