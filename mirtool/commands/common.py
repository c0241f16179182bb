"""What the commands share: the study they stand in, and how a result is written and recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import sep
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.commands.console import say
from mirtool.errors import MirtoolError, UsageError

if TYPE_CHECKING:
    from mirtool.model import Table
    from mirtool.study.folder import StudyFolder


@dataclass(frozen=True)
class Place:
    """Where a command runs: in a study folder without arguments, or on files it was given."""

    study: StudyFolder | None
    samples: str | None

    def target(self, output: str | None, name: str) -> str:
        """Return the file to write: ``output``, else ``results/name`` in a study, else stdout."""
        if output:
            return output
        return str(self.study.results / name) if self.study else "-"

    def figures(self, folder: str | None) -> Path | None:
        """Return the folder for figures: the one asked for, else the study's, else none."""
        if folder:
            return Path(folder)
        return self.study.figures if self.study else None


def find_place(files: Sequence[str], samples: str | None, what: str) -> Place:
    """Return True if a command stands in a study folder; ``what`` names the files it needs otherwise."""
    from mirtool.study.config import CONFIG_FILE, read_config
    from mirtool.study.folder import SAMPLES_FILE, StudyFolder, find_study

    if files:
        return Place(None, samples)
    if samples:
        root = Path(samples).parent
        return Place(StudyFolder(root, read_config(root / CONFIG_FILE)), samples)
    study = find_study(".")
    if study is None:
        raise UsageError(
            f"no {what} was given, and this folder is no study (it has no {SAMPLES_FILE})",
            hint=f"name the {what}, or make a study: mirtool init exports/*.gpr",
        )
    return Place(study, str(study.samples_file))


def result_of_study(place: Place, name: str, what: str, *, made_by: str, instead: str = "a table") -> str:
    """Return a result that an earlier command wrote into the study, such as ``normalized.csv``.

    Raises
    ------
    MirtoolError
        Where it is not there yet: what it is, which command makes it, and what may be named instead.
    """
    assert place.study is not None  # find_place has seen to it
    path = place.study.results / name
    if not path.is_file():
        raise MirtoolError(
            f"the study has no {what} yet", path=path, hint=f"run `mirtool {made_by}` first, or name {instead}"
        )
    return str(path)


def differential_table_of(differential: str | None, place: Place) -> str:
    """Return the differential table that was named, else the study's."""
    return differential or result_of_study(place, "differential.csv", "differential table", made_by="diff")


def check_figure_options(figures: str | None, no_figures: bool) -> None:
    """Refuse a folder for figures together with the wish for none."""
    if figures and no_figures:
        raise UsageError("--figures and --no-figures contradict each other", hint="leave one of them out")


def is_stream(target: str) -> bool:
    """Tell stdout, a device or a named pipe, which nothing can stand beside, from a file."""
    return target == "-" or (Path(target).exists() and not Path(target).is_file())


def write_result(table: Table, target: str, format_name: str | None = None) -> None:
    """Write a result table and say where it went."""
    from mirtool.report.tables import write_table

    write_table(table, target, format_name)
    if target != "-":
        say(f"Wrote {target}")


def say_written(paths: Sequence[Path]) -> None:
    """Say which files of one folder were written, in one line."""
    if len(paths) == 1:
        say(f"Wrote {paths[0]}")
    elif paths:
        folder = paths[0].parent
        where = "" if folder == Path() else f" {folder}{sep}"
        say(f"Wrote{where}: {', '.join(path.name for path in paths)}")


def record_run(
    place: Place,
    target: str,
    command: str,
    *,
    arguments: Mapping[str, Any],
    inputs: Mapping[str, str],
    summary: Mapping[str, Any],
) -> None:
    """Keep the record of a run: ``results/run.json`` in a study, ``NAME.run.json`` beside a file, else none."""
    from mirtool.report.tables import write_bytes
    from mirtool.study.record import merge_run, run_record

    if is_stream(target):
        return
    path = place.study.run_file if place.study else Path(target).with_suffix(".run.json")
    write_bytes(merge_run(path, run_record(command, arguments, inputs, summary)), path)
