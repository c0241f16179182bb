"""What goes with an outcome: every variable of a patient table, alone, over strata and together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mirtool.clinical.association import TwoByTwo, two_by_two
from mirtool.clinical.baseline import chosen_variables
from mirtool.clinical.regression import LogisticFit, fit_logistic, terms_of
from mirtool.clinical.settings import ClinicalSettings
from mirtool.clinical.strata import PooledOdds, pool_strata
from mirtool.clinical.variables import PatientTable, Variable
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.model import FloatArray, IntArray, Table, text_array


@dataclass(frozen=True)
class Association:
    """One level against the reference, or one unit more.

    Parameters
    ----------
    name, comparison
        The variable, and what is compared: ``yes vs no``, ``per year``.
    table
        The two-by-two table, None for numbers.
    odds_ratio, low, high, p
        Woolf's for a table with Fisher's P; logistic regression for numbers.
    test
        What P is of.
    note
        What the reader of the numbers must know; empty for nothing.
    pooled
        Over the strata, where there are some.
    """

    name: str
    comparison: str
    table: TwoByTwo | None
    odds_ratio: float
    low: float
    high: float
    p: float
    test: str
    note: str = ""
    pooled: PooledOdds | None = None


@dataclass(frozen=True, eq=False)
class Associations:
    """The associations of an outcome.

    Parameters
    ----------
    outcome
        In words: ``group = resistant``.
    rows
        One per level beyond the reference, or variable of numbers.
    model
        The model of several variables, None without one.
    strata
        The column of the strata, empty without.
    not_compared
        Variables of which nothing could be said, and why.
    confidence
        Level of the intervals.
    """

    outcome: str
    rows: tuple[Association, ...]
    model: LogisticFit | None = None
    strata: str = ""
    not_compared: tuple[str, ...] = field(default=())
    confidence: float = 0.95


def of_counts(settings: ClinicalSettings) -> Associations:
    """Return the associations of tables of counts, as a paper prints them."""
    rows = []
    for name, counts in settings.tables_of_counts.items():
        table = two_by_two(*counts, confidence=settings.confidence)
        rows.append(_of_table(name, "exposed vs not exposed", table))
    return Associations("the outcome", tuple(rows), confidence=settings.confidence)


def outcome_of(
    table: PatientTable, settings: ClinicalSettings, group: Variable | None
) -> tuple[Variable, int] | None:
    """Return the outcome and the place of the level that counts as having it; None where there is none.

    Raises
    ------
    UsageError
        Where a column of more than two levels is named without the level.
    """
    if settings.outcome is None:
        return (group, 1) if group is not None and len(group.levels) == 2 else None
    name, _, level = (part.strip() for part in settings.outcome.partition("="))
    found = group if group is not None and group.name == name else table.categorical(name, "outcome")
    if level:
        if level not in found.levels:
            from mirtool.settings import unknown_choice

            raise unknown_choice(f"level of {name}", level, found.levels, "outcome")
        return found, found.levels.index(level)
    if len(found.levels) != 2:
        raise UsageError(
            f"the outcome {name} has {len(found.levels)} levels",
            parameter="outcome",
            found=", ".join(found.levels),
            expected=f"the level that counts as having it: {name}={found.levels[-1]}",
        )
    return found, 1


def find_associations(
    table: PatientTable, settings: ClinicalSettings, outcome: Variable, level: int, but: Sequence[str] = ()
) -> Associations:
    """Compare the odds and risks of an outcome over the levels of every variable.

    Parameters
    ----------
    table
        The patients.
    settings
        Which variables, strata, covariates and level of confidence.
    outcome, level
        The outcome, and the place of the level that counts as having it.
    but
        Columns that are no variables, such as those of a time and its event.

    Raises
    ------
    UsageError
        Where the settings name columns that are not there.
    NotEnoughDataError
        Where the model of several variables can't be fitted.
    """
    has = np.where(outcome.present, outcome.values == level, np.nan).astype(np.float64)
    strata = table.categorical(settings.strata, "strata") if settings.strata else None
    left_out = [outcome.name, *but, *([strata.name] if strata else [])]
    rows: list[Association] = []
    failed: list[str] = []
    for variable in chosen_variables(table, settings, but=left_out):
        try:
            own = _of_levels(variable, has, strata, settings) if variable.is_categorical else [
                _of_numbers(variable, has, settings)
            ]  # fmt: skip
        except NotEnoughDataError as error:
            failed.append(f"{variable.name}: {error.problem}")
        else:
            rows += own
    model = None
    if settings.covariates:
        if outcome.name in settings.covariates:
            raise UsageError(
                f"the column {outcome.name!r} can't be in the model", parameter="covariates", found="the outcome"
            )
        chosen = [table.usable(name, "covariates", "be in the model") for name in settings.covariates]
        model = fit_logistic(chosen, has, confidence=settings.confidence)
    words = f"{outcome.name} = {outcome.levels[level]}"
    return Associations(
        words, tuple(rows), model, settings.strata or "", tuple(failed), settings.confidence
    )  # fmt: skip


def _of_levels(
    variable: Variable, has: FloatArray, strata: Variable | None, settings: ClinicalSettings
) -> list[Association]:
    found = []
    known = ~np.isnan(has)
    for term in terms_of(variable):
        compared = (variable.values == 0) | (term.values == 1)
        rows = known & compared
        counts = _count(term.values[rows], has[rows])
        table = two_by_two(*map(int, counts.ravel()), confidence=settings.confidence)
        pooled = None
        if strata is not None:
            parts = [
                _count(term.values[rows & (strata.values == code)], has[rows & (strata.values == code)])
                for code in range(len(strata.levels))
            ]
            try:
                pooled = pool_strata(np.array(parts), confidence=settings.confidence)
            except NotEnoughDataError:
                pooled = None  # the row shows no pooled odds ratio
        found.append(_of_table(variable.name, term.label, table, pooled))
    return found


def _count(exposed: FloatArray, has: FloatArray) -> IntArray:
    return np.array(
        [[int(((exposed == x) & (has == y)).sum()) for y in (1, 0)] for x in (1, 0)], dtype=np.int64
    )  # fmt: skip


def _of_table(name: str, comparison: str, table: TwoByTwo, pooled: PooledOdds | None = None) -> Association:
    low, high = table.odds_woolf
    return Association(
        name, comparison, table, table.odds_ratio, low, high, table.p_fisher, "Fisher's exact", table.note, pooled
    )


def _of_numbers(variable: Variable, has: FloatArray, settings: ClinicalSettings) -> Association:
    fit = fit_logistic([variable], has, confidence=settings.confidence)
    return Association(
        variable.name, fit.terms[0].label, None, float(fit.odds_ratio[0]), float(fit.low[0]), float(fit.high[0]),
        float(fit.p_values[0]), fit.method, "separated: Firth's penalty" if "Firth" in fit.method else "",
    )  # fmt: skip


def association_table(found: Associations) -> Table:
    """Lay associations out: a row per comparison, with counts, odds ratio, relative risk and risk difference."""
    interval = f"{100 * found.confidence:g}%"
    tables = [row.table for row in found.rows]
    nan = (np.nan, np.nan)

    def counts(i: int) -> FloatArray:
        return np.array([np.nan if t is None else t.counts[i] for t in tables], dtype=np.float64)

    def ends(name: str, values: Sequence[tuple[float, float]]) -> dict[str, FloatArray]:
        pairs = np.array(values, dtype=np.float64).reshape(-1, 2)
        return {f"{name} {interval} low": pairs[:, 0], f"{name} {interval} high": pairs[:, 1]}

    columns = {
        "variable": text_array(row.name for row in found.rows),
        "comparison": text_array(row.comparison for row in found.rows),
        "exposed, with outcome": counts(0),
        "exposed, without": counts(1),
        "not exposed, with outcome": counts(2),
        "not exposed, without": counts(3),
        "odds ratio": np.array([row.odds_ratio for row in found.rows]),
        **ends("odds ratio", [(row.low, row.high) for row in found.rows]),
        "P": np.array([row.p for row in found.rows]),
        "test": text_array(row.test for row in found.rows),
        "relative risk": np.array([np.nan if t is None else t.risk_ratio for t in tables]),
        **ends("relative risk", [nan if t is None else t.risk_katz for t in tables]),
        "risk difference": np.array([np.nan if t is None else t.risk_difference for t in tables]),
        **ends("risk difference (score)", [nan if t is None else t.difference_score for t in tables]),
        **ends("odds ratio (score)", [nan if t is None else t.odds_score for t in tables]),
        **ends("odds ratio (exact)", [nan if t is None else t.odds_exact for t in tables]),
        **ends("relative risk (score)", [nan if t is None else t.risk_score for t in tables]),
    }
    if found.strata:
        pooled = [row.pooled for row in found.rows]
        columns |= {
            "pooled odds ratio": np.array([np.nan if p is None else p.odds_ratio for p in pooled]),
            **ends("pooled odds ratio", [nan if p is None else (p.low, p.high) for p in pooled]),
            "P (Cochran-Mantel-Haenszel)": np.array([np.nan if p is None else p.p for p in pooled]),
            "P (Breslow-Day)": np.array([np.nan if p is None else p.p_equal for p in pooled]),
        }
    columns["note"] = text_array(row.note for row in found.rows)
    notes = (("mirtool clinical", "associations"), ("outcome", found.outcome))
    return Table(columns, (*notes, ("strata", found.strata)) if found.strata else notes)


def model_table(found: Associations) -> Table:
    """Lay the model of several variables out: a row per term, the odds ratio of the term alone beside."""
    model = found.model
    assert model is not None  # the caller asks only where there is one
    interval = f"{100 * found.confidence:g}%"
    alone = {(row.name, row.comparison): row for row in found.rows}
    own = [alone.get((term.variable.name, term.label)) for term in model.terms]
    columns = {
        "variable": text_array(term.variable.name for term in model.terms),
        "comparison": text_array(term.label for term in model.terms),
        "adjusted odds ratio": model.odds_ratio,
        f"adjusted odds ratio {interval} low": model.low,
        f"adjusted odds ratio {interval} high": model.high,
        "P": model.p_values,
        "odds ratio": np.array([np.nan if row is None else row.odds_ratio for row in own]),
        f"odds ratio {interval} low": np.array([np.nan if row is None else row.low for row in own]),
        f"odds ratio {interval} high": np.array([np.nan if row is None else row.high for row in own]),
    }
    notes = (
        ("mirtool clinical", "logistic regression"),
        ("outcome", found.outcome),
        ("method", model.method),
        ("patients", f"{model.n}, {model.events} with the outcome"),
    )
    return Table(columns, notes)
