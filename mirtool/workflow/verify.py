"""``mirtool verify``: every recorded step computed again in a temporary folder, and what differs and why."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.errors import MirtoolError, UsageError
from mirtool.settings import unknown_choice
from mirtool.study.table_differences import TableDifference
from mirtool.workflow.catalog import RECORDED, STEPS
from mirtool.workflow.step import Progress, as_tuple, no_progress

if TYPE_CHECKING:
    from mirtool.report.text.blocks import Summary
    from mirtool.study.folder import StudyFolder
    from mirtool.workflow.recompute import Recomputed, Replay


class Cause(StrEnum):
    """What a difference comes from."""

    INPUT = "input"
    VERSION = "version"
    SETTING = "setting"
    MACHINE = "machine"
    BY_HAND = "changed by hand"
    NOT_COMPUTED = "not computed"


@dataclass(frozen=True)
class Reason:
    """One cause of a difference, in words."""

    cause: Cause
    text: str


@dataclass(frozen=True)
class VerifiedStep:
    """What came of one step.

    Parameters
    ----------
    step
        Name of the command.
    files
        The files that were compared, as the record names them.
    differing
        Those of them that came out with other bytes; none where the step was not computed.
    reasons
        What is different; empty where everything is the same.
    tables
        How the tables differ whose recorded version is still there.
    """

    step: str
    files: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    tables: tuple[TableDifference, ...] = ()

    @property
    def same(self) -> bool:
        """True where the same bytes came out and the files of the study have them."""
        return not self.reasons


@dataclass(frozen=True)
class Verification:
    """What came of every recorded step of a study.

    Parameters
    ----------
    study
        The study's folder.
    steps
        What came of each step that was computed again.
    not_compared
        Recorded steps whose files were not compared: they show the record itself.
    """

    study: StudyFolder
    steps: tuple[VerifiedStep, ...]
    not_compared: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """True where every step gave the bytes that the record has, and the files have them."""
        return all(each.same for each in self.steps)

    @property
    def exit_code(self) -> int:
        """The exit code of the command: 0 where everything is the same, else 1."""
        return 0 if self.same else 1

    @property
    def summary(self) -> Summary:
        """The finding, then one line per step."""
        from mirtool.report.text.verification import verification_summary

        return verification_summary(self.steps, self.not_compared)

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "same": self.same,
            "steps": [{"step": each.step, "same": each.same} | asdict(each) for each in self.steps],
            "not_compared": list(self.not_compared),
        }

    def __repr__(self) -> str:
        from mirtool.report.text.blocks import as_text

        return f"<Verification of {self.study.root}>\n{as_text(self.summary)}"


OF_THE_RECORD = ("report", "geo")
"""Steps that show the record itself and compute nothing: there is nothing to verify in them."""


def verify_study(
    folder: str | Path = ".",
    *,
    only: Collection[str] = (),
    figures: bool = True,
    progress: Progress = no_progress,
) -> Verification:
    """Compute the recorded steps of a study again, and compare the files with those of the record.

    The steps are done in a temporary folder, one after the other, each from what the steps before it gave there;
    with ``only`` from the files of the study. The arguments are those of the record. Nothing of the study is
    written. While a step is computed, the temporary folder is the working directory of the process. Report and GEO
    submission are not made again: they show the record and the results of the other steps.

    Parameters
    ----------
    folder
        The study's folder, or its ``results``.
    only
        Names of steps: those alone.
    figures
        False compares tables only.
    progress
        Shows how many steps are done.

    Raises
    ------
    UsageError
        Where the folder is not a study, or nothing was run in it.
    MirtoolError
        Where a run was interrupted while it wrote.
    """
    from mirtool.study.record import read_runs

    study = _find(Path(folder))
    runs = read_runs(study.run_file)
    order = [step for step in RECORDED if step in runs] + sorted(set(runs) - set(RECORDED))
    order = [step for step in order if step not in OF_THE_RECORD]
    for name in only:
        if name not in order:
            raise unknown_choice("step in the record", name, order, "only")
    chosen = [step for step in order if not only or step in only]
    if not chosen:
        raise UsageError("nothing was run in this study yet", path=study.run_file, hint="run it: mirtool run")
    with tempfile.TemporaryDirectory(prefix="mirtool-verify-") as temporary:
        checks = _Checks(study, runs, Path(temporary), figures=figures)
        with progress("Computing the steps again", len(chosen)) as on_step:
            done = []
            for name in chosen:
                done.append(checks.check(name))
                on_step(name)
    return Verification(study, tuple(done), tuple(step for step in OF_THE_RECORD if step in runs))


def verify(folder: str | Path = ".", *, only: str | Collection[str] = (), figures: bool = True) -> Verification:
    """Compute a study again and say what differs, as ``mirtool verify`` does; see :func:`verify_study`."""
    return verify_study(folder, only=as_tuple(only), figures=figures)


def _find(folder: Path) -> StudyFolder:
    from mirtool.io.tables.output import JOURNAL
    from mirtool.io.tables.recorded import RUN_FILE
    from mirtool.study.folder import require_study, samples_file_in

    own = folder.absolute()
    if (own / RUN_FILE).is_file() and samples_file_in(own) is None:
        own = own.parent
    named = folder if samples_file_in(own) is None else own
    study = require_study(named, tuple(STEPS), hint="name the folder that has it: mirtool verify my_study")
    if (study.results / JOURNAL).is_file():
        raise MirtoolError(
            "a run was interrupted while it wrote its files",
            path=study.results,
            hint="complete it: mirtool status; then verify again",
        )
    return study


class _Checks:
    """The steps of one study, checked one after the other."""

    def __init__(self, study: StudyFolder, runs: Mapping[str, Any], folder: Path, *, figures: bool) -> None:
        self._study = study
        self._recorded = runs
        self._runs = dict(runs)
        self._folder = folder
        self._figures = figures
        self._made: dict[str, Path] = {}
        self._maker: dict[str, str] = {}
        self._hashes: dict[str, str | None] = {}

    def check(self, name: str) -> VerifiedStep:
        """Compute one step again and compare."""
        from mirtool.study.record import is_file_input
        from mirtool.workflow.recompute import Replay

        record = self._recorded[name]
        files = self._files(record)
        if name not in STEPS:
            unknown = Reason(Cause.NOT_COMPUTED, "this version of mirtool does not have this step")
            return VerifiedStep(name, files, (), (unknown,))
        sources = {path: self._source(path) for path in record["inputs"] if is_file_input(path)}
        reasons = [*self._inputs(record, sources), *_versions(record)]
        replay = Replay(self._study, record, sources, self._runs)
        place = self._folder / name
        done: Recomputed | None = None
        try:
            if not any(reason.cause is Cause.NOT_COMPUTED for reason in reasons):
                done = replay.compute(place, figures=self._figures)
            settings = replay.changed_settings(place / "settings", figures=self._figures)
        except MirtoolError as error:
            why = Reason(Cause.NOT_COMPUTED, error.problem)
            return VerifiedStep(name, files, (), (*reasons, why, *self._by_hand(record)))
        return self._compared(replay, done, reasons, [Reason(Cause.SETTING, text) for text in settings])

    def _compared(
        self, replay: Replay, done: Recomputed | None, before: list[Reason], settings: list[Reason]
    ) -> VerifiedStep:
        name, record = replay.step.name, replay.record
        files = self._files(record)
        if done is None:
            return VerifiedStep(name, files, (), (*before, *settings, *self._by_hand(record)))
        outputs = {path: done.record["outputs"].get(path) for path in files}
        differing = tuple(path for path in files if outputs[path] != record["outputs"][path])
        more = [path for path in self._files(done.record) if path not in record["outputs"]]
        self._made |= {path: done.root / path for path in done.record["outputs"]}
        self._maker |= dict.fromkeys(done.record["outputs"], name)
        self._runs[name] = done.record
        by_hand = self._by_hand(record)
        if not differing and not more:
            # An input or a version that makes no difference is none.
            return VerifiedStep(name, files, (), (*settings, *by_hand))
        causes = [*before, *settings, *_resolved_otherwise(record, done.record)]
        if not causes:
            text = "inputs, versions and settings are the recorded ones"
            causes = [Reason(Cause.MACHINE, text)]
        tables = tuple(self._table_differences(differing, record, done))
        return VerifiedStep(name, (*files, *more), (*differing, *more), (*causes, *by_hand), tables)

    def _files(self, record: Mapping[str, Any]) -> tuple[str, ...]:
        from mirtool.report.figures.settings import FIGURE_FORMATS

        outputs = record.get("outputs", {})
        return tuple(path for path in outputs if self._figures or Path(path).suffix[1:] not in FIGURE_FORMATS)

    def _source(self, path: str) -> Path:
        """Return the file that takes an input's place: what a step gave here, else the study's."""
        return self._made.get(path, self._study.root / path)

    def _inputs(self, record: Mapping[str, Any], sources: Mapping[str, Path]) -> Iterator[Reason]:
        from mirtool.io.tables.streams import STDIN

        for path, digest in record["inputs"].items():
            if path == STDIN:
                yield Reason(Cause.NOT_COMPUTED, "it read a pipe, which no file holds")
            if path not in sources:
                continue
            now = self._hash(sources[path])
            if now is None:
                yield Reason(Cause.INPUT, f"{path} is missing")
                yield Reason(Cause.NOT_COMPUTED, "an input is missing")
                return
            if now != digest:
                maker = self._maker.get(path)
                yield Reason(Cause.INPUT, f"{Path(path).name} of {maker}" if maker else path)

    def _by_hand(self, record: Mapping[str, Any]) -> list[Reason]:
        """Return which files of the study are not as the step wrote them."""
        reasons = []
        for path in self._files(record):
            now = self._hash(self._study.root / path)
            if now != record["outputs"][path]:
                text = f"{path} is missing" if now is None else f"{path} is not as the step wrote it"
                reasons.append(Reason(Cause.BY_HAND, text))
        return reasons

    def _table_differences(
        self, differing: Collection[str], record: Mapping[str, Any], done: Recomputed
    ) -> Iterator[TableDifference]:
        """Yield how tables differ from the recorded ones, where the study still has these."""
        from mirtool.study.table_differences import table_difference

        for path in differing:
            own, other = self._study.root / path, done.root / path
            is_table = path in record.get("tables", {}) and own.suffix in (".csv", ".tsv")
            if is_table and other.is_file() and self._hash(own) == record["outputs"][path]:
                yield table_difference(path, own, other)

    def _hash(self, path: Path) -> str | None:
        from mirtool.study.hashes import current_hashes

        key = str(path)
        if key not in self._hashes:
            self._hashes[key] = current_hashes([key]).get(key)
        return self._hashes[key]


def _versions(record: Mapping[str, Any]) -> list[Reason]:
    """Return which versions are not those that the step was run with."""
    from mirtool.study.record import versions_now

    before, now = record.get("versions", {}), versions_now()
    return [
        Reason(Cause.VERSION, f"{name} {version} → {now.get(name, 'none')}")
        for name, version in before.items()
        if now.get(name) != version
    ]


def _resolved_otherwise(record: Mapping[str, Any], done: Mapping[str, Any]) -> list[Reason]:
    """Return what the step resolved to something else, or read besides, in words."""
    from mirtool.study.history import changed_arguments
    from mirtool.study.record import LIBRARY

    before = {"probe_kinds": []} | record["arguments"]
    now = {"probe_kinds": []} | done["arguments"]
    reasons = [Reason(Cause.SETTING, text) for text in changed_arguments(before, now)]
    for path, digest in done["inputs"].items():
        if path not in record["inputs"]:
            reasons.append(Reason(Cause.INPUT, f"{path} was not read then"))
        elif path.startswith(LIBRARY) and digest != record["inputs"][path]:
            reasons.append(Reason(Cause.INPUT, f"{path.removeprefix(LIBRARY)} of the library differs"))
    return reasons
