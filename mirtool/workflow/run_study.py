"""``mirtool run``: every step of a study in its order, in one process; only what is out of date is done again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.errors import MirtoolError, NotEnoughDataError, UsageError
from mirtool.settings import unknown_choice
from mirtool.study.folder import PATIENTS_FILES, patients_file_in
from mirtool.study.state import Status
from mirtool.workflow.catalog import RECORDED, STEPS, load_step
from mirtool.workflow.execution import (
    Prepared,
    arguments_of,
    destination,
    perform,
    prepare,
    settings_of_study,
    write_to,
)
from mirtool.workflow.step import Progress, Step, as_tuple, no_progress

if TYPE_CHECKING:
    from mirtool.model import Table
    from mirtool.study.folder import StudyFolder


class Outcome(StrEnum):
    """What became of a step."""

    DONE = "done"
    UP_TO_DATE = "up to date"
    TO_DO = "to do"
    LEFT_OUT = "left out"
    NOT_POSSIBLE = "not possible"


@dataclass(frozen=True)
class PlannedStep:
    """A step of the whole analysis.

    Parameters
    ----------
    name
        Name of the command.
    needs
        Earlier steps without whose results it can't be done.
    reads
        Earlier steps whose results it takes up where they are there.
    inputs
        Parameters that name files of the study which no step makes.
    """

    name: str
    needs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()


PLAN = (
    PlannedStep("normalize"),
    PlannedStep("qc", reads=("normalize",)),  # it judges the arrays with the settings of normalize
    PlannedStep("covariates", needs=("normalize",)),
    PlannedStep("diff", needs=("normalize",)),
    PlannedStep("cluster", needs=("normalize", "diff")),
    PlannedStep("network", needs=("diff",)),
    PlannedStep("mirna-sets", needs=("diff",)),
    PlannedStep("gsea", needs=("diff",), inputs=("genes",)),
    PlannedStep("validate", reads=("diff",), inputs=("ct",)),
    PlannedStep("shortlist", needs=("diff",), reads=("network", "validate")),
    PlannedStep("clinical"),
    PlannedStep("report", reads=(*(name for name in RECORDED if name != "report"),)),
)
"""The steps of ``mirtool run`` in their order. The gene sets of the targets are part of ``network``."""

OTHERS = tuple(name for name in RECORDED if name not in {planned.name for planned in PLAN})
"""Steps that are done only where they are asked for by name."""


@dataclass(frozen=True)
class StepOutcome:
    """What became of one step, or would.

    Parameters
    ----------
    step
        Name of the command.
    outcome
        Done, up to date, to do (in a dry run), left out, or not possible.
    reason
        Why, in words.
    warnings
        What should not be overlooked.
    error
        What made it impossible.
    """

    step: str
    outcome: Outcome
    reason: str = ""
    warnings: tuple[str, ...] = ()
    error: MirtoolError | None = None


@dataclass(frozen=True)
class StudyRun:
    """What became of every step of a study."""

    study: StudyFolder
    outcomes: tuple[StepOutcome, ...]

    def outcome_of(self, step: str) -> Outcome | None:
        """Return what became of one step; None where it was not asked for."""
        return next((each.outcome for each in self.outcomes if each.step == step), None)

    @property
    def failures(self) -> tuple[StepOutcome, ...]:
        """The steps that were not possible."""
        return tuple(each for each in self.outcomes if each.outcome is Outcome.NOT_POSSIBLE)

    def __repr__(self) -> str:
        width = max(len(each.step) for each in self.outcomes)
        lines = [f"{each.step:<{width}}  {each.outcome}: {each.reason}" for each in self.outcomes]
        return "\n".join([f"<StudyRun of {self.study.root}>", *lines])


@dataclass(frozen=True)
class RunOptions:
    """How a study is run.

    Parameters
    ----------
    only, skip
        Names of steps: those alone, or all but those.
    force
        Do what is up to date again too.
    dry_run
        Do nothing; say what would be done and why.
    figures
        False draws none.
    """

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    force: bool = False
    dry_run: bool = False
    figures: bool = True

    def __post_init__(self) -> None:
        known = [*(planned.name for planned in PLAN), *OTHERS]
        for parameter in ("only", "skip"):
            for name in getattr(self, parameter):
                if name not in known:
                    raise unknown_choice("step", name, known, parameter)

    def planned(self) -> tuple[PlannedStep, ...]:
        """Return the steps to be done, in their order."""
        wanted = self.only or [planned.name for planned in PLAN]
        others = tuple(PlannedStep(name) for name in OTHERS)
        return tuple(each for each in (*PLAN, *others) if each.name in wanted and each.name not in self.skip)


OnOutcome = Callable[[StepOutcome], None]


def run_study(
    folder: str | Path = ".",
    options: RunOptions = RunOptions(),
    *,
    progress: Progress = no_progress,
    on_start: Callable[[str], None] = lambda _step: None,
    on_end: OnOutcome = lambda _outcome: None,
) -> StudyRun:
    """Run the steps of a study: what is missing or out of date, in its order.

    The settings are those of ``mirtool.toml``, else the defaults; a step that was last run with others is done
    again. Each step is written as by its command, so that an interrupted run goes on where it stopped and ends
    with the same files.

    Parameters
    ----------
    folder
        The study's folder.
    options
        Which steps, and how.
    progress
        Shows how far the work within a step is.
    on_start, on_end
        Called with the name of each step before it begins, and with what became of it.

    Raises
    ------
    UsageError
        Where the folder has no ``samples.csv``, or a step does not exist.
    """
    from mirtool.study.folder import require_study

    study = require_study(folder, tuple(STEPS))
    done: dict[str, StepOutcome] = {}
    for planned in options.planned():
        on_start(planned.name)
        done[planned.name] = _outcome(planned, study, options, done, progress)
        on_end(done[planned.name])
    return StudyRun(study, tuple(done.values()))


def run(
    folder: str | Path = ".",
    *,
    only: str | Collection[str] = (),
    skip: str | Collection[str] = (),
    force: bool = False,
    dry_run: bool = False,
    figures: bool = True,
) -> StudyRun:
    """Run a whole study, as ``mirtool run`` does; see :func:`run_study` and :class:`RunOptions`."""
    return run_study(folder, RunOptions(as_tuple(only), as_tuple(skip), force, dry_run, figures))


def _outcome(
    planned: PlannedStep,
    study: StudyFolder,
    options: RunOptions,
    before: Mapping[str, StepOutcome],
    progress: Progress,
) -> StepOutcome:
    """Do one step if it is to be done."""
    name = planned.name
    step = load_step(name)
    failed = [each for each in planned.needs if each in before and before[each].outcome is Outcome.NOT_POSSIBLE]
    try:
        lacking = _lacking(planned, step, study)
        if lacking:
            return StepOutcome(name, Outcome.LEFT_OUT, lacking)
        if failed:
            return StepOutcome(name, Outcome.NOT_POSSIBLE, f"it needs {failed[0]}")
        prepared = prepare(step, {}, root=study.root, progress=progress)
        late = [
            each.step
            for each in before.values()
            if each.outcome is Outcome.TO_DO and each.step in (*planned.needs, *planned.reads)
        ]
        reason = "asked for" if options.force else _why(planned, prepared, figures=options.figures)
        if not reason and late:
            reason = f"it reads what {late[0]} makes, if that changes"
        if not reason:
            return StepOutcome(name, Outcome.UP_TO_DATE)
        if options.dry_run:
            return StepOutcome(name, Outcome.TO_DO, reason)
        return StepOutcome(name, Outcome.DONE, reason, _do(prepared, figures=options.figures, progress=progress))
    except NotEnoughDataError as error:
        # That nothing passes is a finding, not a failure: what is made of the probes that pass is left out. So are
        # components of too few samples, without which a study is whole.
        is_optional = "diff" in planned.needs or name == "covariates"
        outcome = Outcome.LEFT_OUT if is_optional else Outcome.NOT_POSSIBLE
        return StepOutcome(name, outcome, error.problem, error=error)
    except MirtoolError as error:
        return StepOutcome(name, Outcome.NOT_POSSIBLE, error.problem, error=error)


def _do(prepared: Prepared, *, figures: bool, progress: Progress) -> tuple[str, ...]:
    """Run a step and write its files; return its warnings."""
    result = perform(prepared).result
    where = destination(prepared.step, prepared.run.study, no_figures=prepared.step.has_figures and not figures)
    write_to(result, where, progress)
    return tuple(result.provenance.warnings)


def _lacking(planned: PlannedStep, step: Step, study: StudyFolder) -> str:
    """Return which input of a step the study does not have, in words; empty where all are there."""
    given = settings_of_study(step, study)
    missing = [name for name in planned.inputs if not given.get(name)]
    if missing:
        return f"mirtool.toml does not name its {missing[0]}: [{step.name}] {missing[0]} = …"
    scale = _scale_of(study) if step.name in ("normalize", "qc") else None
    if step.name == "normalize" and scale == "log2":
        return "the study's table is log2 already"
    if step.name == "covariates" and not _has_covariates(study, given.get("batch")):
        return f"{study.samples_file.name} has no column other than the group that can be used"
    if step.name == "clinical" and not given.get("patients") and patients_file_in(study.root) is None:
        return f"the folder has no patient table, {PATIENTS_FILES[0]}"
    return "the study's samples are sequencing counts" if scale == "counts" else ""


def _has_covariates(study: StudyFolder, batch: str | None) -> bool:
    """Return True where the sheet has a column other than the group that can be used, or a batch is named."""
    from mirtool.covariates import GROUP, sheet_covariates
    from mirtool.study.samples import read_samples

    used, _ = sheet_covariates(read_samples(study.samples_file), batch)
    return batch is not None or any(each.name != GROUP for each in used)


def _scale_of(study: StudyFolder) -> str | None:
    from mirtool.study.samples import read_samples
    from mirtool.study.scale import stated_scale

    return stated_scale(read_samples(study.samples_file), study.config)


def _why(planned: PlannedStep, prepared: Prepared, *, figures: bool) -> str:
    """Return why a step must be done, in words; empty where its results are up to date."""
    from mirtool import __version__

    study, state = prepared.run.study, prepared.run.state
    assert study is not None  # it was prepared in one
    assert state is not None
    record = state.runs.get(planned.name)
    if record is None:
        return "not run yet"
    changed = _changed_settings(prepared, record, study.root)
    if changed:
        return ", ".join(changed)
    own = state.state_of(planned.name)
    if own.status is Status.OUT_OF_DATE:
        return f"made from {own.reasons[0]}"
    for earlier in planned.reads:
        made = state.runs.get(earlier, {}).get("outputs", {})
        if made and earlier not in record.get("followed", {}) and not set(made) & set(record["inputs"]):
            return f"{earlier} was run since"
    drawn = any(path.startswith(f"{study.figures.name}/") for path in record["outputs"])
    if figures and prepared.step.has_figures and not drawn:
        return "its figures were not drawn"
    if record["versions"]["mirtool"] != __version__:
        return f"made by mirtool {record['versions']['mirtool']}"
    return ""


def _changed_settings(prepared: Prepared, record: Mapping[str, Any], root: Path) -> list[str]:
    """Return which settings differ from those of the last run, each in words.

    A setting that is not set was resolved by the step: what it was resolved to is not a change.
    """
    from mirtool.study.history import changed_arguments

    now, before = arguments_of(prepared, root), record["arguments"]
    unset = set(now) - prepared.run.given
    resolved = set(record.get("resolved", ()))
    # Of figures and tables the record has what is not the default only.
    looks = {name for name in set(now) ^ set(before) if name not in resolved}
    kept = {name: value for name, value in now.items() if not (name in unset and name in resolved)}
    return [*changed_arguments(before, kept), *(f"another {name.replace('_', ' ')}" for name in sorted(looks))]


@dataclass(frozen=True)
class NewStudy:
    """A study folder made of files and a sample sheet that lie elsewhere; the files stay where they are."""

    folder: Path
    files: tuple[str, ...] = ()
    samples: str | None = None

    def write(self) -> None:
        """Write the folder's ``samples.csv``, whose files are relative to it.

        Raises
        ------
        UsageError
            Where the folder holds another sample sheet, or none was given.
        SampleSheetError
            Where samples and files do not match.
        """
        from mirtool.report.tables import table_bytes, write_bytes
        from mirtool.study.folder import SAMPLES_FILE

        content = table_bytes(self._table(), SAMPLES_FILE)
        path = self.folder / SAMPLES_FILE
        if path.is_file() and path.read_bytes() != content:
            raise UsageError(
                f"the folder holds another {SAMPLES_FILE}",
                path=path,
                parameter="output",
                hint=f"name another folder, or run the study that is there: mirtool run {self.folder}",
            )
        if not path.is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            write_bytes(content, path)

    def _table(self) -> Table:
        import numpy as np

        from mirtool.io.arrays.sample_matching import FURTHER_FILES, match_files
        from mirtool.model import SampleTable, Table
        from mirtool.study.samples import read_samples

        if self.samples is None:
            raise UsageError(
                "which array belongs to which group is not known",
                parameter="samples",
                hint="write a sample sheet with `mirtool init FILES… -o samples.csv`, and fill in its groups",
            )
        sheet = read_samples(self.samples)
        given = SampleTable(tuple(Path(file).stem for file in self.files), files=self.files)
        files = [given.files[i] for i in match_files(given, sheet)] if self.files else list(sheet.files)
        columns = {"sample": sheet.names, "group": sheet.groups, "file": self._from_here(files), **sheet.extra}
        columns |= {name: self._from_here(sheet.extra[name]) for name in sheet.extra if name in FURTHER_FILES}
        return Table({name: np.array(values, dtype=object) for name, values in columns.items()})

    def _from_here(self, files: Sequence[str]) -> list[str]:
        """Return files as seen from the new folder; none stays none."""
        import os

        return [Path(os.path.relpath(file, self.folder)).as_posix() if file else "" for file in files]
