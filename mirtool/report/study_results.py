"""What is there of a study: the records, tables, figures and captions in its folder, for its report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.io.tables.text_tables import TextTable, read_table
from mirtool.model import Table
from mirtool.report.figures.captions import CAPTIONS_FILE, captions_in
from mirtool.study.folder import StudyFolder
from mirtool.study.record import read_runs
from mirtool.study.state import StepState, StudyState

MISSING = frozenset({"NA", "", "NaN"})


@dataclass(frozen=True)
class StudyResults:
    """The results of a study as its folder has them now.

    Parameters
    ----------
    study
        The folder.
    """

    study: StudyFolder

    @cached_property
    def runs(self) -> Mapping[str, Any]:
        """Step to the record of its last run."""
        return read_runs(self.study.run_file)

    @cached_property
    def state(self) -> StudyState:
        """What is up to date."""
        return StudyState.of_study(self.study)

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

    def figures_of(self, step: str) -> dict[str, Path]:
        """Return the SVG figures of a step by their name without its extension."""
        return {path.stem: path for path in self.files_of(step) if path.suffix == ".svg"}

    @cached_property
    def captions(self) -> Mapping[str, str]:
        """Caption of each figure by its name without its extension."""
        return captions_in(self.study.figures / CAPTIONS_FILE)

    def table(self, name: str) -> Table | None:
        """Return a table of the results, columns of numbers as numbers; None where it is not there."""
        path = self.study.results / f"{name}.csv"
        return typed_table(read_table(path)) if path.is_file() else None


def typed_table(text: TextTable) -> Table:
    """Return a table whose columns are floats (NaN missing) where every cell is a number or missing."""
    return Table({name: _typed(text.text(j)) for j, name in enumerate(text.header)})


def _typed(cells: Any) -> npt.NDArray[Any]:
    values = np.asarray(cells, dtype=object)
    present = np.array([cell not in MISSING for cell in values], dtype=bool)
    try:
        numbers = np.full(len(values), np.nan)
        numbers[present] = values[present].astype(np.float64)
    except ValueError:
        return values
    return numbers if present.any() else values
