"""The study folder: ``samples.csv``, ``mirtool.toml``, ``results/``, ``figures/``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mirtool.errors import UsageError
from mirtool.io.tables.recorded import RUN_FILE as RUN_FILE
from mirtool.study.config import CONFIG_FILE, Config, read_config

SAMPLES_FILE = "samples.csv"
SAMPLES_FILES = (SAMPLES_FILE, "samples.xlsx", "samples.tsv", "samples.txt", "samples.xls")
"""Names of a sample sheet that is found by itself, the first that is there."""
PATIENTS_FILES = ("clinical.csv", "clinical.xlsx", "clinical.tsv")
"""Names of a patient table that is found by itself, the first that is there."""


@dataclass(frozen=True)
class StudyFolder:
    """A folder with a ``samples.csv``; every command runs in it without an argument."""

    root: Path
    config: Config = field(default_factory=Config)
    sheet: str = SAMPLES_FILE

    @property
    def samples_file(self) -> Path:
        """The sample sheet."""
        return self.root / self.sheet

    @property
    def results(self) -> Path:
        """Where tables go."""
        return self.root / "results"

    @property
    def figures(self) -> Path:
        """Where figures go."""
        return self.root / "figures"

    @property
    def run_file(self) -> Path:
        """The record of the runs."""
        return self.results / RUN_FILE


def open_study(root: str | Path, steps: tuple[str, ...] = (), sheet: str = SAMPLES_FILE) -> StudyFolder:
    """Return the study in ``root``, with what its ``mirtool.toml`` says."""
    folder = Path(root)
    return StudyFolder(folder, read_config(folder / CONFIG_FILE, steps), sheet)


def find_study(root: str | Path = ".", steps: tuple[str, ...] = ()) -> StudyFolder | None:
    """Return the study in ``root``, or None where it has no ``samples.csv`` (or ``samples.xlsx`` …)."""
    sheet = samples_file_in(root)
    return None if sheet is None else open_study(root, steps, sheet)


def require_study(
    root: str | Path, steps: tuple[str, ...] = (), *, hint: str = "make one: mirtool init exports/*.gpr"
) -> StudyFolder:
    """Return the study in ``root``.

    Raises
    ------
    UsageError
        Where it has no ``samples.csv``; ``hint`` says what to do.
    """
    study = find_study(root, steps)
    if study is None:
        raise UsageError(f"this folder is not a study: it has no {SAMPLES_FILE}", path=root, hint=hint)
    return study


def samples_file_in(root: str | Path = ".") -> str | None:
    """Return the name of the sample sheet in a folder; None where there is none."""
    return _first_file(root, SAMPLES_FILES)


def patients_file_in(root: str | Path = ".") -> str | None:
    """Return the name of the patient table in a folder; None where there is none."""
    return _first_file(root, PATIENTS_FILES)


def _first_file(root: str | Path, names: Sequence[str]) -> str | None:
    return next((name for name in names if (Path(root) / name).is_file()), None)
