"""Send a damaged file through mirtool: it must end in a result or in one clear message."""

from __future__ import annotations

import contextlib
import re
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mirtool.errors import MirtoolError, UnknownFormatError, UsageError
from mirtool.io.registry import FORMATS, inspect_file, sniff_format
from mirtool.io.results.differential import read_differential
from mirtool.io.targets.databases.targetscan_families import FAMILY_FILE, read_families
from mirtool.study.samples import read_samples
from tests.fuzz.calls import run_commands
from tests.fuzz.limits import BrokenError, EndlessError, limits
from tests.fuzz.mutate import mutant
from tests.fuzz.steps import STEPS

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
REFERENCE_LEVELS = "reference_levels"
BAD_FOLDERS = {"bad", "refused"}
LONGEST_MESSAGE = 2000

_PROGRAMMERS_WORDS = re.compile(
    r"Traceback|bug in mirtool|NoneType|object has no|could not convert|invalid literal|codec can't|<class|Errno"
    r"|out of bounds|out of range|unexpected keyword|must have the shape|\b[A-Z]\w+Error\b"
)


@dataclass(frozen=True)
class Mutant:
    """One damaged file: which fixture, which number, which seed."""

    fixture: str
    number: int
    seed: int

    @property
    def whole(self) -> Path:
        return FIXTURES / self.fixture

    @property
    def data(self) -> bytes:
        return mutant(self.fixture, self.whole.read_bytes(), self.number, seed=self.seed)

    def write(self, folder: Path) -> Path:
        """Write it, and beside it the whole file that belongs to it, where its format has two."""
        path = folder / f"mutant_{self.whole.name}"
        path.write_bytes(self.data)
        partner = self.whole.with_name(self.whole.name.replace("Hy3", "Hy5"))
        if partner != self.whole and partner.exists():
            (folder / f"mutant_{partner.name}").write_bytes(partner.read_bytes())
        for one, other in (("protein.info", "protein.links"), ("protein.links", "protein.info")):
            partner = self.whole.with_name(self.whole.name.replace(one, other))
            if partner != self.whole and partner.exists():
                (folder / f"mutant_{partner.name}").write_bytes(partner.read_bytes())
        families = self.whole.with_name(FAMILY_FILE)
        if families != self.whole and families.exists():
            (folder / families.name).write_bytes(families.read_bytes())
        return path

    def __str__(self) -> str:
        return f"--fixture {self.fixture} --number {self.number} --seed {self.seed}"


def valid_fixtures() -> list[str]:
    """Find every fixture that is not a bad one."""
    files = (path for path in FIXTURES.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc", ".md"))
    names = (path.relative_to(FIXTURES) for path in files)
    return sorted(
        name.as_posix() for name in names if not BAD_FOLDERS & set(name.parts) and not name.name.startswith("bad_")
    )


@cache
def kind_of(fixture: str) -> str:
    """Return what a whole fixture is: a format of the registry, or another file that mirtool reads."""
    path = FIXTURES / fixture
    if path.suffix == ".toml":
        return "settings"
    if path.parent.name == REFERENCE_LEVELS:  # by its content alone it may be a table of values
        return "reference-levels"
    try:
        return sniff_format(path)
    except UnknownFormatError:
        readers: tuple[tuple[str, Callable[[Path], object]], ...] = (
            ("differential", read_differential),
            ("samples", read_samples),
            ("targetscan-families", read_families),
        )
        for kind, read in readers:
            with contextlib.suppress(MirtoolError):
                read(path)
                return kind
        raise


def judge(mutant: Mutant, folder: Path, *, commands: bool = False) -> str:
    """Return ``"read"`` or the message that refused the mutant.

    Raises
    ------
    BrokenError
        Where it ended in another way.
    """
    path = mutant.write(folder)
    kind = kind_of(mutant.fixture)
    trial = Trial(path)
    with limits():
        if kind in FORMATS:
            _inspect(path, kind, trial)
        STEPS[kind](path, mutant.whole, trial)
    if commands:
        run_commands(path, kind, folder)
    return trial.refusals[0] if trial.refusals else "read"


@dataclass(frozen=True)
class Trial:
    """Steps on one file. A step is ``with trial("read"): …``: it may end in a refusal, which is noted."""

    path: Path
    refusals: list[str]

    def __init__(self, path: Path) -> None:
        object.__setattr__(self, "path", path)
        object.__setattr__(self, "refusals", [])

    @contextlib.contextmanager
    def __call__(self, step: str, *, names_file: bool = True) -> Iterator[None]:
        """Try a step; ``names_file``: its message must say which file is meant."""
        try:
            yield
        except MirtoolError as error:
            complaint = complain(error, self.path.name if names_file else "")
            if complaint:
                raise BrokenError(f"{step}: {complaint}\n{error}") from error
            self.refusals.append(str(error))
        except (BrokenError, EndlessError, KeyboardInterrupt):
            raise
        except BaseException as error:  # a panic of a library in Rust is no Exception
            raise BrokenError(f"{step}: {type(error).__name__}: {error}\n{traceback.format_exc()}") from error


def _inspect(path: Path, kind: str, trial: Trial) -> None:
    """Inspect the file as what it is now, else as what it was when it was whole."""
    with trial("inspect"):
        try:
            inspection = inspect_file(path)
        except UnknownFormatError as error:
            complaint = complain(error, path.name)
            if complaint:
                raise BrokenError(f"sniff: {complaint}\n{error}") from error
            inspection = inspect_file(path, kind)
        assert inspection.spots >= 0


def complain(error: MirtoolError, name: str) -> str:
    """Return what is wrong with a message, ``""`` where nothing is."""
    text = str(error)
    if isinstance(error, UsageError):
        return "the call is blamed for what is wrong with the file"
    if not error.problem.strip():
        return "the message says nothing"
    if name and name not in text.split("\n", 1)[0]:
        return "the message does not name the file"
    if any(not char.isprintable() for char in text.replace("\n  What to do: ", "")):
        return "the message holds characters that no terminal shows"
    if len(text) > LONGEST_MESSAGE:
        return f"the message has {len(text):,} characters"
    found = _PROGRAMMERS_WORDS.search(
        f"{error.problem} {error.expected} {error.hint}"
    )  # a cell may say what it likes
    return f"the message is a programmer's: {found.group()!r}" if found else ""
