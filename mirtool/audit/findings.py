"""What an audit found: cells that differ and what explains them, factors, lists, and the effect of each choice."""

from __future__ import annotations

from dataclasses import dataclass

from mirtool.audit.recipe import Recipe


@dataclass(frozen=True)
class Difference:
    """One cell that differs beyond rounding. NaN represents N/A; ``explanation`` is ``""`` where there is none."""

    sheet: str
    cell: str
    heading: str
    column: str
    id: str
    name: str
    found: float
    expected: float
    explanation: str


@dataclass(frozen=True)
class ColumnFinding:
    """One column that was held against the arithmetic.

    ``explanations`` are words with the number of cells that each explains; ``recipe`` is the one believed.
    """

    sheet: str
    regulation: str
    heading: str
    column: str
    cells: int
    different: int
    explanations: tuple[tuple[str, int], ...]
    recipe: Recipe

    @property
    def unexplained(self) -> int:
        """Cells that differ and that nothing known explains."""
        return self.different - sum(n for _, n in self.explanations)


@dataclass(frozen=True)
class FactorFinding:
    """The factor of an array: by the service's arithmetic, and as the workbook's own columns imply it.

    ``implied`` is the median of ForeGround-BackGround / Normalized; NaN where the workbook lacks either.
    """

    sample: str
    factor_probes: int
    expected: float
    implied: float
    explanation: str


@dataclass(frozen=True)
class ListFinding:
    """A miRNA that is in a list and should not be, or the other way round; ``cell`` is ``""`` where it is not."""

    sheet: str
    cell: str
    id: str
    name: str
    listed: str
    expected: str
    explanation: str


@dataclass(frozen=True)
class SensitivityRow:
    """How many miRNAs are differential under one set of choices, and how many of the service's own stay."""

    comparison: str
    min_intensity: float
    replicates: str
    test: str
    test_scale: str
    fold_change: float
    alpha: float
    up: int
    down: int
    stay: int
    of: int
    with_fdr: int


@dataclass(frozen=True)
class AuditReport:
    """Everything an audit found.

    Parameters
    ----------
    path, kind
        The workbook.
    basis
        From what it was computed again, in words.
    columns
        Every column that was checked.
    differences, factors, lists, sensitivity
        See their types.
    remarks
        What could not be checked, and why, in words.
    """

    path: str
    kind: str
    basis: str
    columns: tuple[ColumnFinding, ...]
    differences: tuple[Difference, ...]
    factors: tuple[FactorFinding, ...]
    lists: tuple[ListFinding, ...]
    sensitivity: tuple[SensitivityRow, ...]
    remarks: tuple[str, ...]

    @property
    def cells(self) -> int:
        """Cells that were checked."""
        return sum(column.cells for column in self.columns)

    @property
    def unexplained(self) -> int:
        """Cells and list entries that differ and that nothing known explains."""
        explanations = [d.explanation for d in self.differences] + [entry.explanation for entry in self.lists]
        return explanations.count("")

    @property
    def agrees(self) -> bool:
        """True where every cell and list agrees with the service's arithmetic."""
        return not self.differences and not self.lists
