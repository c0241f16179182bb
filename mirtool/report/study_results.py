"""What is there of a study: the records, tables, figures and captions in its folder, for its report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mirtool.io.arrays.matrix import read_expression
from mirtool.io.tables.text_tables import TextTable, read_table
from mirtool.model import ExpressionMatrix, SampleTable, Table
from mirtool.report.columns import EACH_SAMPLE
from mirtool.report.figures.captions import CAPTIONS_FILE, captions_in
from mirtool.report.full_values import full_path, read_full_values, with_full_values
from mirtool.report.platform import Terms, on_any_platform, terms_of
from mirtool.study.folder import StudyFolder
from mirtool.study.record import read_runs
from mirtool.study.samples import read_samples
from mirtool.study.scale import stated_scale
from mirtool.study.state import StepState, StudyState

if TYPE_CHECKING:
    from mirtool.report.methods.text import Methods

COLUMNS_FILE = "columns.csv"
LABELS = frozenset(
    {"ID", "array ID", "Name", "name", "sample", "group", "Target", "miRNA", "references", "entrez"}
    | {f"{which}{word}" for which in ("", "other ") for word in on_any_platform("array")}
)
"""Columns of names, which are text even where all of them are numbers."""
MISSING = frozenset({"NA", "", "NaN"})


@dataclass(frozen=True)
class StudyResults:
    """The results of a study as its folder has them now.

    Parameters
    ----------
    study
        The folder.
    without
        Steps that are left out, such as the one that makes the report.
    """

    study: StudyFolder
    without: tuple[str, ...] = ()
    _read: dict[Path, None] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def files_read(self) -> tuple[Path, ...]:
        """The files of the study that were read so far, in their order; the record is not among them."""
        return tuple(self._read)

    @cached_property
    def runs(self) -> Mapping[str, Any]:
        """Step to the record of its last run."""
        runs = read_runs(self.study.run_file)
        return {step: run for step, run in runs.items() if step not in self.without}

    @cached_property
    def terms(self) -> Terms:
        """The words of the study's platform."""
        samples = read_samples(self.study.samples_file) if self.study.samples_file.is_file() else None
        return terms_of(self.runs).keeping_names_of(samples)

    @cached_property
    def state(self) -> StudyState:
        """What is up to date."""
        return StudyState.of_study(self.study)

    @cached_property
    def methods(self) -> Methods:
        """The methods text of what was run."""
        from mirtool.report.methods.compose import methods_of_study
        from mirtool.report.methods.facts import facts_of

        return methods_of_study(self.state, facts_of(self.study))

    def state_of(self, step: str) -> StepState:
        """Return the state of a step."""
        return self.state.state_of(step)

    def found(self, step: str) -> Mapping[str, Any]:
        """Return the numbers that a step reported; empty where it was not run."""
        return dict(self.runs.get(step, {}).get("summary", {}))

    def arguments(self, step: str) -> Mapping[str, Any]:
        """Return what a step was called with; empty where it was not run."""
        return dict(self.runs.get(step, {}).get("arguments", {}))

    def files_of(self, step: str) -> list[Path]:
        """Return the files that a step made and that are there."""
        outputs = self.runs.get(step, {}).get("outputs", {})
        return [path for name in outputs if (path := self.study.root / name).is_file()]

    def tables_of(self, step: str) -> dict[str, Path]:
        """Return the CSV tables of a step by their name without its extension."""
        return {path.stem: path for path in self.files_of(step) if path.suffix == ".csv"}

    def pictures_of(self, step: str) -> dict[str, dict[str, Path]]:
        """Return the figures of a step by their name without its extension: extension to file."""
        pictures: dict[str, dict[str, Path]] = {}
        for path in self.files_of(step):
            if path.parent == self.study.figures:
                pictures.setdefault(path.stem, {})[path.suffix.removeprefix(".")] = path
        return pictures

    def figures_of(self, step: str) -> dict[str, Path]:
        """Return the SVG figures of a step by their name without its extension."""
        return {path.stem: path for path in self.files_of(step) if path.suffix == ".svg"}

    @cached_property
    def captions(self) -> Mapping[str, str]:
        """Caption of each figure by its name without its extension."""
        path = self.study.figures / CAPTIONS_FILE
        self._mark_read(path)
        return captions_in(path)

    def meaning_of(self, file: str, head: str) -> str:
        """Return what a column of a table means, with its unit; empty where columns.csv does not say it."""
        own = self._meanings.get((file, head)) or self._meanings.get((file, EACH_SAMPLE))
        return own or ""

    @cached_property
    def _meanings(self) -> Mapping[tuple[str, str], str]:
        path = self.study.results / COLUMNS_FILE
        if not path.is_file():
            return {}
        rows = zip(*(self.text_table(path).text(j) for j in range(4)), strict=True)
        return {
            (table, column): f"{meaning} Unit: {unit}." if unit else meaning
            for table, column, unit, meaning in rows
        }

    def text_table(self, path: Path) -> TextTable:
        """Return a table of the study as it is in its file."""
        self._mark_read(path)
        return read_table(path)

    def full_table(self, path: Path, label: str) -> TextTable:
        """Return a table of the study with the full values of its step where the file rounds them.

        ``label`` is the step and name of the table, by which the digits of its columns are known.
        """
        shown, beside = self.text_table(path), full_path(path)
        if not beside.is_file():
            return shown
        self._mark_read(beside)
        return with_full_values(shown, read_full_values(beside), label)

    def content(self, path: Path) -> bytes:
        """Return the bytes of a file of the study."""
        self._mark_read(path)
        return path.read_bytes()

    def own_log2_table(self, samples: SampleTable) -> ExpressionMatrix | None:
        """Return the study's own table of log2 values, which ``mirtool diff`` read; None where it has none."""
        path = self.study.root / str(self.arguments("diff").get("table"))
        if not path.is_file() or stated_scale(samples, self.study.config) != "log2":
            return None
        self._mark_read(path)
        return read_expression(path, scale="log2")

    def _mark_read(self, path: Path) -> None:
        if path.is_file():
            self._read[path] = None

    def table(self, name: str) -> Table | None:
        """Return a table of the results, columns of numbers as numbers; None where it is not there."""
        path = self.study.results / f"{name}.csv"
        return typed_table(self.text_table(path)) if path.is_file() else None


def typed_table(text: TextTable) -> Table:
    """Return a table whose columns are floats (NaN missing) where every cell is a number or missing.

    Columns of names stay text.
    """
    columns = {name: text.text(j) for j, name in enumerate(text.header)}
    return Table({name: cells if name in LABELS else _typed(cells) for name, cells in columns.items()})


def _typed(cells: Any) -> npt.NDArray[Any]:
    values = np.asarray(cells, dtype=object)
    present = np.array([cell not in MISSING for cell in values], dtype=bool)
    try:
        numbers = np.full(len(values), np.nan)
        numbers[present] = values[present].astype(np.float64)
    except ValueError:
        return values
    return numbers if present.any() else values
