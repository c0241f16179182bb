"""Kill ``mirtool normalize`` while it writes, again and again, and look at what the next command makes of it.

``python -m tests.kills 500`` kills 500 processes, each at a random one of its calls to the operating system from
the first write on (the seed is fixed), and prints how many left files of two runs on the disk, and of which run
the next ``mirtool diff --weights spots`` used the files: of the first or the second, never a mixture. It needs
``os.fork``.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import chdir
from pathlib import Path

from mirtool.cli import main
from mirtool.io.tables.output import JOURNAL
from tests.small_study import make_study

FIRST = ["normalize", "--keep", "everything"]
SECOND = [*FIRST, "--flags", "ignore", "--keep-replicates"]
"""They keep the same probes with other numbers of spots, so that only the record shows a mixture."""
THEN = ["diff", "--weights", "spots", "--no-figures"]
TABLE = "results/differential.csv"
CALLS = ("open", "os.rename", "os.remove", "os.chmod", "fcntl.flock", "tempfile.mkstemp")
LAST_CALL = 45
"""The files of the second run take about as many calls."""
SURVIVED = 7


def in_child(work: Callable[[], int]) -> int:
    """Return what became of work in a process of its own: its exit code, or the signal that ended it, negative."""
    child = os.fork()
    if not child:
        code = 70
        try:
            with open(os.devnull, "w") as nowhere:  # noqa: PTH123
                os.dup2(nowhere.fileno(), 1)
                os.dup2(nowhere.fileno(), 2)
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run_and_die(command: Sequence[str], at: int) -> int:
    """Run a command, and kill this process at one of its calls, counted from its first temporary file on."""
    left = None

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if left is None and event == "tempfile.mkstemp" and "results" in str(arguments[0]):
            left = at
        if left is not None and event in CALLS:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    return main(command) or SURVIVED


def results() -> dict[str, bytes]:
    """Return the files in ``results``, those that mirtool hides too."""
    files = (path for path in Path("results").rglob("*") if path.is_file())
    return {path.relative_to("results").as_posix(): path.read_bytes() for path in files}


def put_back(files: dict[str, bytes]) -> None:
    """Make ``results`` what it was."""
    for path in list(results()):
        Path("results", path).unlink()
    for name, data in files.items():
        Path("results", name).write_bytes(data)


def outcome_of(command: Sequence[str]) -> tuple[dict[str, bytes], bytes]:
    """Return the results of a command, and the table that is made from them."""
    for each in (command, THEN):
        assert in_child(lambda each=each: main(each)) == 0  # type: ignore[misc]
    after = results()
    others = {name: data for name, data in after.items() if Path(name).stem != Path(TABLE).stem}
    return others, Path(TABLE).read_bytes()


def kill(moments: Sequence[int]) -> Counter[str]:
    """Kill a rerun of normalize at each of the moments, in this folder, and count what came of it.

    Returns
    -------
    Counter
        ``killed`` and ``survived``; ``torn``: with files of two runs on the disk; ``first``, ``second``: what the
        next command used; ``refused``: it said that something is wrong; ``wrong``: it used a mixture.
    """
    Path("results").mkdir(exist_ok=True)
    before, first = outcome_of(FIRST)
    start = {name: data for name, data in before.items() if name != "run.json"} | {"run.json": _only(before)}
    put_back(start)
    after, second = outcome_of(SECOND)
    assert first != second
    found: Counter[str] = Counter()
    for at in moments:
        put_back(start)
        code = in_child(lambda at=at: run_and_die(SECOND, at))  # type: ignore[misc]
        found["killed" if code == -signal.SIGKILL else "survived"] += 1
        on_disk = results()
        new = {
            on_disk.get(name) == after[name]
            for name in after
            if name != "run.json" and before.get(name) != after[name]
        }
        found["torn"] += len(new) == 2
        found["with a journal"] += JOURNAL in on_disk
        code = in_child(lambda: main(THEN))
        if code:
            found["refused"] += 1
            continue
        table = Path(TABLE).read_bytes()
        found["first" if table == first else "second" if table == second else "wrong"] += 1
        found["left"] += any(name.startswith(".mirtool") for name in results())
    return found


def _only(files: dict[str, bytes]) -> bytes:
    """Return the record without the steps after normalize."""
    content = json.loads(files["run.json"])
    content["runs"] = {"normalize": content["runs"]["normalize"]}
    content["history"] = []
    return json.dumps(content).encode()


def run(n: int) -> None:
    """Kill ``n`` times at random moments, and print what came of it."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        os.environ["MIRTOOL_CACHE"] = str(Path(folder) / "cache")
        make_study(Path(folder))
        draw = random.Random(1)
        found = kill([draw.randint(1, LAST_CALL) for _ in range(n)])
    for what, count in sorted(found.items()):
        print(f"{what:<16}{count:>6}")
    sys.exit(1 if found["wrong"] or found["refused"] else 0)


if __name__ == "__main__":
    run(int(sys.argv[1]))
