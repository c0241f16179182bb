"""One recorded step of a study, computed again in a temporary folder: what it was called with, what it read."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from mirtool.errors import MirtoolError
from mirtool.report.figures.settings import FIGURE_FORMATS, FigureSettings
from mirtool.workflow.catalog import load_step
from mirtool.workflow.execution import (
    arguments_of,
    destination,
    perform,
    prepare,
    settings_of_study,
    write_to,
)
from mirtool.workflow.step import Parameter, Step, as_tuple

if TYPE_CHECKING:
    from mirtool.study.folder import StudyFolder

_OBJECT = re.compile(r"<\w+>")
"""How a record writes an object of Python that was given in place of a file."""


@dataclass(frozen=True)
class Recomputed:
    """What came of computing a step again.

    Parameters
    ----------
    root
        The temporary study folder with its files.
    record
        Its record.
    """

    root: Path
    record: Mapping[str, Any]


@dataclass(frozen=True)
class Replay:
    """A recorded step, and where its inputs are now.

    Parameters
    ----------
    study
        The study; nothing is written into it.
    record
        The record of the step.
    sources
        Input, as the record names it, to the file that takes its place.
    runs
        The records of all steps, those computed again in place of the recorded ones.
    """

    study: StudyFolder
    record: Mapping[str, Any]
    sources: Mapping[str, Path]
    runs: Mapping[str, Any]

    @property
    def step(self) -> Step:
        """The step."""
        return load_step(self.record["command"])

    def changed_settings(self, folder: Path, *, figures: bool = True) -> list[str]:
        """Return the settings for which ``mirtool.toml`` now says something else than the record, in words.

        Those of figures count where figures are compared, and were drawn.
        """
        from mirtool.study.history import changed_arguments

        with self._place(folder):
            config = settings_of_study(self.step, _study_here())
            given = {name: value for name, value in self._given(()).items() if name not in config}
            now = arguments_of(prepare(self.step, given), Path())
        before = self._defaults() | self.record["arguments"]
        looks = set() if figures and self._figures() else {each.name for each in fields(FigureSettings)}
        return changed_arguments(before, {name: now[name] for name in config if name in now and name not in looks})

    def compute(self, folder: Path, *, figures: bool = True) -> Recomputed:
        """Compute the step again in a folder, with the arguments that the record has.

        What the step resolved itself is resolved again: it may follow the record of another step. Where that
        gives something else, or ends with an error, it is given: it was an option, or a person was asked.

        Raises
        ------
        MirtoolError
            Where it can't be computed.
        """
        if any(_OBJECT.fullmatch(str(each)) for value in self._arguments.values() for each in as_tuple(value)):
            raise MirtoolError("it was made from objects of Python, which no file holds")
        resolved = self.record.get("resolved", ())
        try:
            done = self._compute(folder / "1", (), figures=figures)
        except MirtoolError:
            if not resolved:
                raise
            return self._compute(folder / "2", resolved, figures=figures)
        before, now = self.record["arguments"], done.record["arguments"]
        other = [name for name in resolved if before.get(name) != now.get(name)]
        if not other or self._is_recorded(done):
            return done
        asked = self._compute(folder / "2", other, figures=figures)
        return asked if self._is_recorded(asked) else done

    def _is_recorded(self, done: Recomputed) -> bool:
        return bool(done.record["outputs"].items() <= self.record["outputs"].items())

    def _compute(self, folder: Path, resolved: Iterable[str], *, figures: bool) -> Recomputed:
        from mirtool.io.tables.workbook import ask_for_sheet, sheet_asked_for
        from mirtool.study.record import read_runs

        step, before = self.step, sheet_asked_for()
        with self._place(folder) as root:
            config = settings_of_study(step, _study_here())
            set_there = {name: value for name, value in self._recorded().items() if name in config}
            ask_for_sheet(self.record["arguments"].get("sheet"))
            try:
                execution = perform(prepare(step, set_there | self._given(resolved)))
                drawn = self._figures() if figures else None
                where = destination(
                    step,
                    _study_here(),
                    figures=drawn,
                    no_figures=step.has_figures and drawn is None,
                )
                write_to(execution.result, where)
            finally:
                ask_for_sheet(before)
            return Recomputed(root, read_runs(where.record or "")[step.name])

    @property
    def _arguments(self) -> Mapping[str, Any]:
        return {name: value for name, value in self.record["arguments"].items() if value is not None}

    def _parameters(self) -> Iterator[Parameter]:
        """Yield the parameters that can be given: not those in whose place the study's own files are read."""
        own = self.step.inputs
        main = own.main if own.place == "study" else ()
        return (each for each in self.step.parameters() if each.name not in main)

    def _recorded(self) -> dict[str, Any]:
        """Return the value of every parameter at that run; what the record does not name had its default."""
        before = self._defaults() | self.record["arguments"]
        return {each.name: before[each.name] for each in self._parameters() if each.name in before}

    def _defaults(self) -> dict[str, Any]:
        return {
            each.name: list(each.default) if isinstance(each.default, tuple) else each.default
            for each in self.step.parameters()
            if not each.is_required
        }

    def _given(self, resolved: Iterable[str]) -> dict[str, Any]:
        """Return what the step was called with: what is not the default, and what it did not resolve itself."""
        left_out = set(self.record.get("resolved", ())) - set(resolved)
        defaults = self._defaults()
        return {
            name: value
            for name, value in self._recorded().items()
            if name not in left_out and (name not in defaults or value != defaults[name])
        }

    def _figures(self) -> str | None:
        """Return the folder into which the step drew its figures; None where it drew none."""
        drawn = [PurePosixPath(path) for path in self.record["outputs"]]
        return next((str(path.parent) for path in drawn if path.suffix[1:] in FIGURE_FORMATS), None)

    @contextmanager
    def _place(self, folder: Path) -> Iterator[Path]:
        """Make a study folder with what the step read, and the working directory: paths are as recorded."""
        from mirtool.study.config import CONFIG_FILE
        from mirtool.study.record import runs_file_bytes

        study = self.study
        sources = {study.sheet: study.samples_file, CONFIG_FILE: study.root / CONFIG_FILE} | dict(self.sources)
        up = max((PurePosixPath(path).parts.count("..") for path in sources), default=0)
        root = folder.joinpath(*["up"] * up, study.root.resolve().name)
        (root / study.results.name).mkdir(parents=True, exist_ok=True)
        made = {study.results.name, study.figures.name}
        for path, source in sources.items():
            if not Path(path).is_absolute() and source.is_file():
                _put(source, root / path, copy=PurePosixPath(path).parts[0] in made)
        others = {step: run for step, run in self.runs.items() if step != self.step.name}
        (root / study.results.name / study.run_file.name).write_bytes(runs_file_bytes(others))
        with chdir(root):
            yield root


def _put(source: Path, target: Path, *, copy: bool) -> None:
    """Put a file into the temporary folder; what lies where results go is copied, so that no link is followed."""
    import os

    path = Path(os.path.normpath(target))
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if not copy:
        try:
            path.symlink_to(source.resolve())
        except OSError:  # Windows allows it to few
            copy = True
    if copy:
        shutil.copyfile(source, path)


def _study_here() -> StudyFolder:
    from mirtool.study.folder import find_study
    from mirtool.workflow.catalog import STEPS

    study = find_study(".", tuple(STEPS))
    assert study is not None  # the sample sheet was put there
    return study
