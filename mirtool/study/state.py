"""What is up to date in a study: which step made which file, from which inputs, and what has changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from mirtool.io.tables.output import complete_interrupted
from mirtool.study.folder import StudyFolder
from mirtool.study.hashes import current_hashes
from mirtool.study.record import read_runs, relative_to


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
    study
        The folder.
    """

    def __init__(self, study: StudyFolder) -> None:
        self.study = study
        complete_interrupted(study.results)
        self._runs: Mapping[str, Any] = read_runs(study.run_file)
        self._hashes: dict[str, str | None] = {}
        self._maker = {path: step for step, run in self._runs.items() for path in run.get("outputs", {})}
        self._states: dict[str, StepState] = {}

    @property
    def runs(self) -> Mapping[str, Any]:
        """The record of each step's last run."""
        return self._runs

    def maker_of(self, path: str | Path) -> str | None:
        """Return the step that made a file of the study, or None where no step did."""
        return self._maker.get(relative_to(self.study.root, path))

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
        own = relative_to(self.study.root, path)
        maker = self._maker.get(own)
        if maker is None:
            return ()
        recorded = self._runs[maker]["outputs"][own]
        if self._hash(own) not in (recorded, None):
            return (f"{own} was changed after `mirtool {maker}` made it",)
        state = self.state_of(maker)
        if state.status is not Status.OUT_OF_DATE:
            return ()
        return tuple(f"{own} was made from {reason}" for reason in state.reasons)

    def _judge(self, step: str) -> StepState:
        run = self._runs.get(step)
        if run is None:
            return StepState(step, Status.NOT_RUN)
        outputs = run.get("outputs", {})
        reasons = [reason for path, digest in run["inputs"].items() if (reason := self._changed(path, digest))]
        missing = [f"results of which {path} is missing" for path in outputs if self._hash(path) is None]
        status = Status.OUT_OF_DATE if reasons or missing else Status.DONE
        return StepState(step, status, tuple(dict.fromkeys(reasons + missing)), tuple(outputs))

    def _changed(self, path: str, digest: str) -> str | None:
        """Return what is different about an input now, in words that follow "made from"."""
        if path == "-" or path.startswith("library: "):
            return None
        maker = self._maker.get(path)
        if maker is not None and self.state_of(maker).status is Status.OUT_OF_DATE:
            return self.state_of(maker).reasons[0]
        now = self._hash(path)
        if now == digest:
            return None
        return f"another {path}" if now is not None else f"{path}, which is missing now"

    def _hash(self, path: str) -> str | None:
        if path not in self._hashes:
            full = str(self.study.root / path)
            self._hashes[path] = current_hashes([full]).get(full)
        return self._hashes[path]
