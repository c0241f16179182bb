"""No damaged file of any format ends in anything but a result or one clear message.

Every valid fixture is damaged in many ways, the same ones in every run; `python -m tests.fuzz` tries more.
"""

from pathlib import Path

import pytest

from mirtool.errors import FormatError, MirtoolError, UsageError
from mirtool.io.registry import FORMATS
from tests.fuzz.judge import Mutant, complain, judge, kind_of, valid_fixtures
from tests.fuzz.limits import BrokenError, limits
from tests.fuzz.mutate import mutant

SEED = 1
MUTANTS = 2_400
WITH_COMMANDS = 1

NAMES = valid_fixtures()
EACH = -(-MUTANTS // len(NAMES))


@pytest.mark.parametrize("name", NAMES)
def test_damaged_files_are_read_or_refused(name, tmp_path):
    broken = []
    outcomes = set()
    for number in range(EACH):
        one = Mutant(name, number, SEED)
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            outcomes.add(judge(one, folder, commands=number < WITH_COMMANDS))
        except BrokenError as error:
            broken.append(f"python -m tests.fuzz {one}\n{error}")
    assert not broken, "\n\n".join(broken)
    assert len(outcomes) > 1, "the damage is all alike"


def test_every_format_has_a_fixture_that_is_damaged():
    assert set(FORMATS) <= set(map(kind_of, NAMES))


def test_a_mutant_is_the_same_in_every_run():
    one = mutant("x.csv", b"ID,s1\n1,2\n3,4\n", 5, seed=7)
    assert one == mutant("x.csv", b"ID,s1\n1,2\n3,4\n", 5, seed=7)
    assert len({mutant("x.csv", b"ID,s1\n1,2\n3,4\n", number, seed=7) for number in range(50)}) > 40


def run_forever():
    while True:
        pass


def test_whatever_never_ends_is_ended(monkeypatch):
    monkeypatch.setattr("tests.fuzz.limits.SECONDS", 0.05)
    with pytest.raises(BrokenError, match="took more than"), limits():
        run_forever()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux alone limits the address space")
def test_whatever_takes_too_much_memory_is_ended():
    with pytest.raises(MemoryError), limits():
        bytearray(8 << 30)


@pytest.mark.parametrize(
    ("error", "complaint"),
    [
        (FormatError("a row is cut short", path="m.gpr", line=3), ""),
        (FormatError("a row is cut short"), "the message does not name the file"),
        (FormatError("", path="m.gpr"), "the message says nothing"),
        (UsageError("no such option", path="m.gpr"), "the call is blamed for what is wrong with the file"),
        (FormatError("could not convert string to float", path="m.gpr"),
         "the message is a programmer's: 'could not convert'"),
        (MirtoolError("KeyError: 'ID'", path="m.gpr"), "the message is a programmer's: 'KeyError'"),
    ],
)  # fmt: skip
def test_a_message_that_helps_nobody_is_noticed(error, complaint):
    assert complain(error, "m.gpr") == complaint
