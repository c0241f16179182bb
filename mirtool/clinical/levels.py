"""miRNAs over the levels of columns: analysis of variance over three or more, and the trend over ordered ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.clinical.expression import PatientExpression
from mirtool.clinical.trend import compare_levels, jonckheere
from mirtool.clinical.variables import Kind, Variable
from mirtool.model import BoolArray, FloatArray, IntArray, Table, TextArray, text_array
from mirtool.stats.adjustment import adjust_p_values

FEWEST_LEVELS = 3
FEWEST = 4
"""Patients below which nothing is compared."""


@dataclass(frozen=True, eq=False)
class LevelScreen:
    """miRNAs over the levels of variables, each ``(probes, variables)``, NaN where nothing was computed.

    Parameters
    ----------
    ids, names
        The probes.
    variables
        Of three or more levels; those with an order have a trend.
    f, p, fdr
        Analysis of variance.
    z, p_trend, fdr_trend, exact
        Jonckheere and Terpstra's test; where its P is exact.
    change, p_linear, fdr_linear
        log2 change per level, and P of the linear contrast.
    n
        Patients with both values.
    """

    ids: TextArray
    names: TextArray
    variables: tuple[Variable, ...]
    f: FloatArray
    p: FloatArray
    fdr: FloatArray
    z: FloatArray
    p_trend: FloatArray
    fdr_trend: FloatArray
    exact: BoolArray
    change: FloatArray
    p_linear: FloatArray
    fdr_linear: FloatArray
    n: IntArray


def with_levels(variables: Sequence[Variable]) -> tuple[Variable, ...]:
    """Return the variables of three or more levels."""
    return tuple(variable for variable in variables if len(variable.levels) >= FEWEST_LEVELS)


def screen_levels(expression: PatientExpression, variables: Sequence[Variable]) -> LevelScreen:
    """Compare every miRNA over the levels of every variable.

    Parameters
    ----------
    expression
        The miRNAs.
    variables
        Of three or more levels.
    """
    shape = (len(expression.ids), len(variables))
    found = {name: np.full(shape, np.nan) for name in ("f", "p", "z", "p_trend", "change", "p_linear")}
    exact, n = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=np.int64)
    for j, variable in enumerate(variables):
        for rows, patients in rows_by_patients(expression.values, variable.present):
            n[rows, j] = int(patients.sum())
            codes = variable.values[patients].astype(int)
            if patients.sum() < FEWEST or len(np.unique(codes)) < FEWEST_LEVELS:
                continue
            values = expression.values[np.ix_(rows, patients)]
            rows, values = rows[np.ptp(values, axis=1) > 0], values[np.ptp(values, axis=1) > 0]
            ordered = variable.kind is Kind.ORDINAL
            means = compare_levels(values, codes, ordered=ordered)
            found["f"][rows, j], found["p"][rows, j] = means.statistic, means.p
            found["change"][rows, j], found["p_linear"][rows, j] = means.change, means.p_linear
            if ordered:
                trend = jonckheere(values, codes)
                found["z"][rows, j], found["p_trend"][rows, j] = trend.z, trend.p
                exact[rows, j] = trend.exact
    adjusted = {
        fdr: adjust_p_values(found[p].ravel()).reshape(shape)
        for fdr, p in (("fdr", "p"), ("fdr_trend", "p_trend"), ("fdr_linear", "p_linear"))
    }
    return LevelScreen(
        expression.ids, expression.names, tuple(variables), exact=exact, n=n, **found, **adjusted
    )  # fmt: skip


def rows_by_patients(values: FloatArray, usable: BoolArray) -> list[tuple[IntArray, BoolArray]]:
    """Return rows that have values of the same patients together, with these patients.

    Parameters
    ----------
    values
        ``(rows, patients)``, NaN missing.
    usable
        Patients with every other value that is needed.
    """
    present = ~np.isnan(values) & usable
    patterns, place = np.unique(present, axis=0, return_inverse=True)
    place = place.ravel()
    return [(np.flatnonzero(place == i), pattern) for i, pattern in enumerate(patterns)]


def levels_table(screen: LevelScreen) -> Table:
    """Return a row per miRNA and variable, the smallest P first: of the trend, or of the variance analysis."""
    best = np.where(np.isnan(screen.p_trend), screen.p, screen.p_trend)
    order = np.argsort(best.ravel(), kind="stable")
    probe, variable = np.divmod(order, len(screen.variables))
    how = np.where(np.isnan(screen.p_trend), "", np.where(screen.exact, "exact", "normal, corrected for ties"))

    def column(values: FloatArray) -> FloatArray:
        return np.asarray(values.ravel()[order])

    return Table(
        {
            "ID": screen.ids[probe],
            "Name": screen.names[probe],
            "variable": text_array(screen.variables[j].name for j in variable),
            "levels": text_array(" < ".join(screen.variables[j].levels) if screen.variables[j].kind is Kind.ORDINAL
                                 else ", ".join(screen.variables[j].levels) for j in variable),
            "patients": screen.n.ravel()[order],
            "F (ANOVA)": column(screen.f),
            "P (ANOVA)": column(screen.p),
            "FDR (ANOVA)": column(screen.fdr),
            "z (trend)": column(screen.z),
            "P (trend)": column(screen.p_trend),
            "FDR (trend)": column(screen.fdr_trend),
            "how P (trend)": text_array(how.ravel()[order]),
            "log2 change per level": column(screen.change),
            "P (linear)": column(screen.p_linear),
            "FDR (linear)": column(screen.fdr_linear),
        },
        (("mirtool clinical", "miRNAs over the levels of columns"), ("trend", "Jonckheere-Terpstra, two-sided")),
    )  # fmt: skip
