"""The columns of the sample sheet as covariates, levels or numbers; and those that can't be used, and why."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.covariates.settings import BATCH, GROUP
from mirtool.errors import SampleSheetError, option
from mirtool.io.tables.text_tables import MISSING_CELLS
from mirtool.model import BoolArray, FloatArray, SampleTable
from mirtool.wording import plural

_TECHNICAL = frozenset(
    {
        "batch", "slide", "chip", "plate", "lot", "run", "date", "scan", "scanner", "operator", "technician",
        "hybridization", "hybridisation", "labeling", "labelling", "dye", "extraction", "barcode",
    }
)  # fmt: skip
"""Words in the names of columns that say how an array was made, not what its sample is."""


@dataclass(frozen=True, eq=False)
class Covariate:
    """A column of the sample sheet that can explain something.

    Parameters
    ----------
    name
        Its header.
    values
        The number of each sample, or the position of its level in ``levels``, ``(n_samples,)``; NaN missing.
    levels
        The levels in their order of appearance; empty for a column of numbers.
    """

    name: str
    values: FloatArray
    levels: tuple[str, ...] = ()

    @property
    def known(self) -> BoolArray:
        """The samples that have a value."""
        return np.asarray(~np.isnan(self.values))

    @property
    def taken_as(self) -> str:
        """``levels`` or ``slope``."""
        return "levels" if self.levels else "slope"

    @property
    def n_missing(self) -> int:
        """Number of samples without a value."""
        return int(np.isnan(self.values).sum())

    def indicators(self) -> FloatArray:
        """Return which level each sample has, ``(n_samples, n_levels)``, a row of zeros for a missing one."""
        return np.asarray(self.values[:, np.newaxis] == np.arange(len(self.levels)), dtype=np.float64)


@dataclass(frozen=True)
class UnusedColumn:
    """A column of the sample sheet that can't explain anything."""

    name: str
    reason: str


def sheet_covariates(
    samples: SampleTable, batch: str | None = None
) -> tuple[tuple[Covariate, ...], tuple[UnusedColumn, ...]]:
    """Return the columns of the sample sheet that can be used, the group first, and those that can't.

    A column is usable that has two levels or more, at least one of them in two samples, or numbers that differ.
    Numbers are a slope, as in ``mirtool diff``, except in the columns of the group and of the batch, and where
    they look like codes: whole numbers of which there are at most half as many as samples.

    Parameters
    ----------
    samples
        The samples with the columns of the sheet. Empty cells and ``NA`` are missing.
    batch
        Column that is the batch besides one called ``batch``.
    """
    used, unused = [], []
    for name, cells in {GROUP: samples.groups, **samples.extra}.items():
        found = _covariate(name, cells, is_level=name in (GROUP, batch) or name.lower() == BATCH)
        if isinstance(found, Covariate):
            used.append(found)
        else:
            unused.append(UnusedColumn(name, found))
    return tuple(used), tuple(unused)


def batch_column(samples: SampleTable, named: str | None = None) -> str | None:
    """Return the column that is the batch: the one named, else one called ``batch``; None where there is none.

    Raises
    ------
    SampleSheetError
        Where the sheet does not have the column that was named.
    """
    if named is None:
        return next((name for name in samples.extra if name.lower() == BATCH), None)
    if named not in samples.extra:
        raise SampleSheetError(
            f"the sample sheet has no column {named!r}, which {option('batch')} names",
            path=samples.sheet or None,
            found="the columns " + ", ".join((GROUP, *samples.extra)),
            expected="a column besides the group",
            hint=f"add the column {named!r} to the sheet, one value per sample",
        )
    return named


def is_technical(name: str) -> bool:
    """Return True if a column by its name says how an array was made: a batch, a slide, a date.

    Examples
    --------
    >>> [is_technical(name) for name in ("Slide", "scan_date", "hyb batch", "age", "rundown")]
    [True, True, True, False, False]
    """
    return not _TECHNICAL.isdisjoint(re.split(r"[\W_]+", name.lower()))


def _covariate(name: str, cells: Sequence[str], *, is_level: bool) -> Covariate | str:
    """Return a column as a covariate, or why it can't be one."""
    texts = ["" if cell.strip() in MISSING_CELLS else cell.strip() for cell in cells]
    known = [text for text in texts if text]
    levels = tuple(dict.fromkeys(known))
    if not known:
        return "it has no value"
    if len(levels) == 1:
        return f"it has one value for {'all samples' if len(known) == len(texts) else 'the samples that have one'}"
    numbers = None if is_level else _numbers(known)
    if numbers is not None and not _are_codes(numbers):
        if len(known) < 3:
            return f"only {plural(len(known), 'sample')} have a value"
        values = np.full(len(texts), np.nan)
        values[[bool(text) for text in texts]] = numbers
        return Covariate(name, values)
    if len(levels) == len(known):
        return "each sample has another value"
    return Covariate(name, np.array([levels.index(text) if text else np.nan for text in texts]), levels)


def _numbers(texts: Sequence[str]) -> FloatArray | None:
    """Return cells as numbers where all of them are finite and two differ, else None."""
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        return None
    return np.array(numbers) if all(map(math.isfinite, numbers)) and len(set(numbers)) > 1 else None


def _are_codes(numbers: FloatArray) -> bool:
    return bool((numbers == np.round(numbers)).all()) and 2 * len(np.unique(numbers)) <= len(numbers)
