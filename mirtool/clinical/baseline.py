"""The baseline table: patients by group, each variable described, tested, and its difference standardized."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from mirtool.clinical.group_tests import GroupTest, compare_groups
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.variables import Kind, PatientTable, Variable
from mirtool.errors import NotEnoughDataError
from mirtool.model import FloatArray, Table, text_array
from mirtool.stats.adjustment import adjust_p_values
from mirtool.stats.adjustment_methods import ADJUSTMENTS


@dataclass(frozen=True, eq=False)
class BaselineRow:
    """One variable by group.

    Parameters
    ----------
    variable
        The variable.
    outcome
        Its test.
    difference
        Standardized difference, the largest of all pairs of groups; NaN where it can't be computed.
    adjusted
        P adjusted for the number of rows; P itself without an adjustment.
    """

    variable: Variable
    outcome: GroupTest
    difference: float
    adjusted: float


@dataclass(frozen=True, eq=False)
class Baseline:
    """A baseline table.

    Parameters
    ----------
    group
        The groups.
    rows
        The variables, in the order of the table.
    adjustment
        Heading of the adjusted P; empty without an adjustment.
    """

    group: Variable
    rows: tuple[BaselineRow, ...]
    adjustment: str = ""

    @property
    def sizes(self) -> dict[str, int]:
        """Patients per group."""
        return {level: int((self.group.values == i).sum()) for i, level in enumerate(self.group.levels)}

    def differing(self, alpha: float = 0.05) -> tuple[BaselineRow, ...]:
        """Return the rows with P, adjusted where asked for, of at most ``alpha``, the smallest first."""
        found = [row for row in self.rows if row.adjusted <= alpha]
        return tuple(sorted(found, key=lambda row: row.adjusted))


def baseline_rows(
    table: PatientTable, settings: ClinicalSettings, group: Variable, but: Sequence[str] = ()
) -> Baseline:
    """Describe and test the variables of a table by group.

    Parameters
    ----------
    table
        The patients.
    settings
        Which variables, which tests, which adjustment.
    group
        A nominal or ordinal variable with two levels or more.
    but
        Columns that are no variables, such as those of a time and its event.

    Raises
    ------
    NotEnoughDataError
        Where there are no two groups, or no variable.
    """
    if len(group.levels) < 2:
        raise NotEnoughDataError(
            "there are no two groups to compare", path=table.path or None, column=group.name,
            found=", ".join(group.levels) or "no level",
        )  # fmt: skip
    chosen = chosen_variables(table, settings, but=(group.name, *but))
    if not chosen:
        raise NotEnoughDataError("there is no column to describe", path=table.path or None)
    outcomes = [compare_groups(variable, group, settings) for variable in chosen]
    adjusted = adjust_p_values(np.array([outcome.p for outcome in outcomes]), settings.adjust)
    rows = tuple(
        BaselineRow(variable, outcome, standardized_difference(variable, group), float(p))
        for variable, outcome, p in zip(chosen, outcomes, adjusted, strict=True)
    )
    return Baseline(group, rows, ADJUSTMENTS[settings.adjust].heading)


def chosen_variables(
    table: PatientTable, settings: ClinicalSettings, but: Sequence[str] = ()
) -> tuple[Variable, ...]:
    """Return the variables that were asked for, by default all that can be analyzed, without those of ``but``."""
    if settings.variables:
        return tuple(table.variable(name, "variables") for name in settings.variables if name not in but)
    return tuple(variable for variable in table.analyzed if variable.name not in but)


def standardized_difference(variable: Variable, group: Variable) -> float:
    """Return the largest standardized difference between two groups.

    Means over the root of the mean variance; for levels the distance of Yang and Dalton (2012), which for two
    levels is the difference of the shares over the root of the mean of p(1 − p).

    Examples
    --------
    >>> groups = Variable("group", Kind.NOMINAL, np.repeat([0.0, 1.0], 4), ("a", "b"))
    >>> age = Variable("age", Kind.CONTINUOUS, np.array([1.0, 2, 3, 4, 3, 4, 5, 6]))
    >>> round(standardized_difference(age, groups), 4)  # 2 / root of 5/3
    1.5492
    """
    found = []
    for first, second in combinations(range(len(group.levels)), 2):
        parts = [variable.values[(group.values == code) & variable.present] for code in (first, second)]
        if min(map(len, parts)) > 0:
            own = _distance(parts, len(variable.levels)) if variable.is_categorical else _of_means(parts)
            found.append(own)
    known = [value for value in found if not np.isnan(value)]
    return max(known, default=np.nan)


def _of_means(parts: Sequence[FloatArray]) -> float:
    if min(map(len, parts)) < 2:
        return np.nan
    spread = np.sqrt(np.mean([np.var(part, ddof=1) for part in parts]))
    return float(abs(parts[1].mean() - parts[0].mean()) / spread) if spread > 0 else np.nan


def _distance(parts: Sequence[FloatArray], n_levels: int) -> float:
    shares = np.array([[np.mean(part == level) for level in range(1, n_levels)] for part in parts])
    covariance = np.mean([np.diag(p) - np.outer(p, p) for p in shares], axis=0)
    gap = shares[1] - shares[0]
    squared = float(gap @ np.linalg.pinv(covariance) @ gap)
    return float(np.sqrt(squared)) if squared > 0 or not np.any(gap) else np.nan


def baseline_table(baseline: Baseline, notes: Sequence[tuple[str, str]] = ()) -> Table:
    """Lay a baseline table out: a row per variable and statistic or level, as a paper prints it.

    Shares have the patients with a value as denominator; missing values are counted in a column of their own.
    """
    sizes = baseline.sizes
    known = baseline.group.present
    heads = [f"all (n = {int(known.sum())})", *(f"{level} (n = {n})" for level, n in sizes.items())]
    cells: dict[str, list[str]] = {"variable": [], "statistic or level": [], **{head: [] for head in heads}}
    tests: dict[str, list[str]] = {"test": [], "test statistic": [], "why this test": []}
    missing: list[str] = []
    numbers: dict[str, list[float]] = {"P": [], "standardized difference": []}
    if baseline.adjustment:
        numbers[baseline.adjustment] = []
    for row in baseline.rows:
        members = [known, *(baseline.group.values == code for code in range(len(sizes)))]
        parts = [row.variable.values[member & row.variable.present] for member in members]
        lacking = ", ".join(
            f"{level} {n - len(part)}" for (level, n), part in zip(sizes.items(), parts[1:], strict=True)
            if n > len(part)
        )  # fmt: skip
        for i, (label, texts) in enumerate(_lines(row.variable, parts)):
            first = i == 0
            cells["variable"].append(row.variable.title if first else "")
            cells["statistic or level"].append(label)
            for head, text in zip(heads, texts, strict=True):
                cells[head].append(text)
            missing.append((lacking or "0") if first else "")
            tests["test"].append(row.outcome.name if first else "")
            tests["test statistic"].append(row.outcome.statistic if first else "")
            tests["why this test"].append(row.outcome.why if first else "")
            numbers["P"].append(row.outcome.p if first else np.nan)
            numbers["standardized difference"].append(row.difference if first else np.nan)
            if baseline.adjustment:
                numbers[baseline.adjustment].append(row.adjusted if first else np.nan)
    p = {name: np.array(numbers[name]) for name in ("P", baseline.adjustment) if name in numbers}
    columns = {
        **{name: text_array(texts) for name, texts in cells.items()},
        "missing": text_array(missing),
        **p,
        "test": text_array(tests["test"]),
        "test statistic": text_array(tests["test statistic"]),
        "standardized difference": np.array(numbers["standardized difference"]),
        "why this test": text_array(tests["why this test"]),
    }
    return Table(columns, (("mirtool clinical", "baseline table"), *notes))


def _lines(variable: Variable, parts: Sequence[FloatArray]) -> Iterator[tuple[str, list[str]]]:
    """Yield the label and the cells of every line of a variable; ``parts`` are its values, all and by group."""
    if variable.kind is Kind.CONTINUOUS:
        yield "median (quartiles)", [_quartiles(part) for part in parts]
        yield "mean (SD)", [_mean(part) for part in parts]
        yield "range", [f"{number(part.min())}–{number(part.max())}" if len(part) else "–" for part in parts]
        return
    levels = list(enumerate(variable.levels))
    # Of two levels the second says all; the first is the rest.
    for code, level in levels[1:] if len(levels) == 2 else levels:
        yield level, [share(int((part == code).sum()), len(part)) for part in parts]


def share(count: int, of: int) -> str:
    """Write a count with its denominator and percentage.

    Examples
    --------
    >>> share(5, 12), share(0, 0)
    ('5/12 (41.7 %)', '0/0')
    """
    return f"{count}/{of} ({100 * count / of:.1f} %)" if of else "0/0"


def number(value: float) -> str:
    """Write a number with about three digits and no exponent where it can do without.

    Examples
    --------
    >>> number(63.25), number(1234.5), number(0.0123), number(1e-7), number(-2.0)
    ('63.2', '1234', '0.0123', '1e-07', '-2.00')
    """
    if value == 0 or not np.isfinite(value):
        return f"{value:.3g}"
    size = int(np.floor(np.log10(abs(value))))
    return f"{value:.3g}" if size < -4 or size > 14 else f"{value:.{max(0, 2 - size)}f}"


def _quartiles(part: FloatArray) -> str:
    if not len(part):
        return "–"
    low, middle, high = np.quantile(part, [0.25, 0.5, 0.75])
    return f"{number(middle)} ({number(low)}–{number(high)})"


def _mean(part: FloatArray) -> str:
    if not len(part):
        return "–"
    spread = number(float(np.std(part, ddof=1))) if len(part) > 1 else "–"
    return f"{number(float(part.mean()))} ({spread})"
