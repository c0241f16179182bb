"""What is up to date in a study: which step made which file, from which inputs, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from mirtool.errors import MirtoolError
from mirtool.io.tables.output import complete_interrupted
from mirtool.io.tables.recorded import records_around
from mirtool.study.config import CONFIG_FILE, Config
from mirtool.study.folder import RUN_FILE, StudyFolder
from mirtool.study.hashes import current_hashes
from mirtool.study.record import is_file_input, read_runs, relative_to


class Status(StrEnum):
    """State of one step."""

    DONE = "done"
    OUT_OF_DATE = "out of date"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class StepState:
    """State of one step of a study.

    Parameters
    ----------
    step
        Name of the command.
    status
        Done, out of date, or not run.
    reasons
        Why it is out of date, in words.
    outputs
        The files it made, relative to the study's folder.
    """

    step: str
    status: Status
    reasons: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


class StudyState:
    """The steps of a study as ``results/run.json`` has them, held against the files as they are now.

    Parameters
    ----------
    root
        The study's folder; or that of a result which was written elsewhere.
    run_file
        The record.
    config
        What ``mirtool.toml`` says now; None where it is not the study's.
    judges_missing
        False where an input that is missing now may only have another place, as seen from ``root``.
    """

    def __init__(
        self, root: Path, run_file: Path, config: Config | None = None, *, judges_missing: bool = True
    ) -> None:
        self.root = root
        self._config = config
        self._judges_missing = judges_missing
        complete_interrupted(run_file.parent)
        self._runs: Mapping[str, Any] = read_runs(run_file)
        self._hashes: dict[str, str | None] = {}
        self._maker = {path: step for step, run in self._runs.items() for path in run.get("outputs", {})}
        self._states: dict[str, StepState] = {}

    @classmethod
    def of_study(cls, study: StudyFolder) -> StudyState:
        """Return the state of a study."""
        return cls(study.root, study.run_file, study.config)

    @property
    def runs(self) -> Mapping[str, Any]:
        """The record of each step's last run."""
        return self._runs

    def maker_of(self, path: str | Path) -> str | None:
        """Return the step that made a file of the study, or None where no step did."""
        return self._maker.get(relative_to(self.root, path))

    def state_of(self, step: str) -> StepState:
        """Return the state of one step."""
        if step not in self._states:
            self._states[step] = StepState(step, Status.DONE)  # ends a circle
            self._states[step] = self._judge(step)
        return self._states[step]

    def states(self, steps: Sequence[str]) -> list[StepState]:
        """Return the state of several steps, in their order."""
        return [self.state_of(step) for step in steps]

    def stale(self, path: str | Path) -> tuple[str, ...]:
        """Return why a file that a step made can't be relied on any more; nothing where it can.

        A file that no step of this study made is not judged.
        """
        own = relative_to(self.root, path)
        maker = self._maker.get(own)
        if maker is None:
            return ()
        if self.agrees(path) is False:
            return (f"{own} was changed after `mirtool {maker}` made it",)
        state = self.state_of(maker)
        if state.status is not Status.OUT_OF_DATE:
            return ()
        return tuple(f"{own} was made from {reason}" for reason in state.reasons)

    def first_to_run(self, step: str) -> str:
        """Return the step to run again first: the one that is out of date and reads nothing that is."""
        seen = {step}
        while True:
            makers = [self._maker.get(path) for path in self._runs[step]["inputs"]]
            late = [
                maker
                for maker in makers
                if maker is not None and maker not in seen and self.state_of(maker).status is Status.OUT_OF_DATE
            ]
            if not late:
                return step
            step = late[0]
            seen.add(step)

    def agrees(self, path: str | Path) -> bool | None:
        """Return True if a file is as its step wrote it; None where no step made it, or it is missing."""
        own = relative_to(self.root, path)
        maker, now = self._maker.get(own), self._hash(own)
        if maker is None or now is None:
            return None
        return bool(now == self._runs[maker]["outputs"][own])

    def has_changed_since(self, path: str | Path, digest: str) -> bool:
        """Return True if a file was another one when it was first looked at."""
        return self._hashes.get(relative_to(self.root, path), digest) not in (digest, None)

    def _judge(self, step: str) -> StepState:
        run = self._runs.get(step)
        if run is None:
            return StepState(step, Status.NOT_RUN)
        outputs = run.get("outputs", {})
        self._hash_all([*filter(is_file_input, run["inputs"]), *outputs])
        reasons = [reason for path, digest in run["inputs"].items() if (reason := self._changed(path, digest))]
        reasons += [f"another {what}" for what in (*self._said_otherwise(run), *self._followed_otherwise(run))]
        missing = [f"results of which {path} is missing" for path in outputs if self._hash(path) is None]
        status = Status.OUT_OF_DATE if reasons or missing else Status.DONE
        return StepState(step, status, tuple(dict.fromkeys(reasons + missing)), tuple(outputs))

    def _said_otherwise(self, run: Mapping[str, Any]) -> Iterator[str]:
        """Yield the settings of ``mirtool.toml`` that are others now than the step was run with."""
        before = run.get("followed", {}).get(CONFIG_FILE)
        if before is None or self._config is None:
            return
        step = run["command"]
        for name in dict.fromkeys((*before, *self._config.said_to(step))):
            now = self._config.said(name)
            own = name.removeprefix(f"{step}.")
            was_run_so = own != name and now is not None and run["arguments"].get(own) == now
            if now != before.get(name) and not was_run_so:
                yield f"{_in_words(name)} in {CONFIG_FILE}"

    def _followed_otherwise(self, run: Mapping[str, Any]) -> Iterator[str]:
        """Yield the settings of another step that the step followed, and that step was run with others since."""
        for source, before in run.get("followed", {}).items():
            now = self._runs.get(source, {}).get("arguments", {})
            changed = (name for name, value in before.items() if name in now and now[name] != value)
            yield from (f"{name.replace('_', ' ')} of `mirtool {source}`" for name in changed)

    def _changed(self, path: str, digest: str) -> str | None:
        """Return what is different about an input now, in words that follow "made from"."""
        if not is_file_input(path):
            return None
        maker = self._maker.get(path)
        if maker is not None and self.state_of(maker).status is Status.OUT_OF_DATE:
            return self.state_of(maker).reasons[0]
        now = self._hash(path)
        if now == digest:
            return None
        if now is not None:
            return f"another {path}"
        return f"{path}, which is missing now" if self._judges_missing else None

    def _hash(self, path: str) -> str | None:
        self._hash_all([path])
        return self._hashes[path]

    def _hash_all(self, paths: Sequence[str]) -> None:
        """Hash files together, so that what is remembered of a folder is read and written once."""
        full = {path: str(self.root / path) for path in paths if path not in self._hashes}
        found = current_hashes(full.values())
        self._hashes |= {path: found.get(each) for path, each in full.items()}


def _in_words(name: str) -> str:
    """Return a setting as mirtool.toml writes it."""
    table, _, key = name.partition(".")
    return f"[{table}] {key}" if key else f"[[{table}]]"


def state_around(path: str | Path) -> StudyState | None:
    """Return the state by the record that lists a file among its outputs, in the folder of the file.

    In a study that is ``results/run.json``, elsewhere ``NAME.run.json`` beside ``NAME.csv`` and ``NAME_more.csv``.
    """
    own = Path(path).absolute()
    for root, record in records_around(own):
        with suppress(MirtoolError):  # a file of another program that is called so
            state = StudyState(root, record, judges_missing=record.name == RUN_FILE)
            if state.maker_of(own) is not None:
                return state
    return None
