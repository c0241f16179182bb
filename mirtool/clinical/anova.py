"""Analysis of variance of miRNAs by a formula of columns, such as ``group * stage``: type II sums of squares.

The sum of a term is what it adds to all terms that do not contain it. Where every combination of levels has the
same number of patients (a balanced design), types I, II and III are the same; elsewhere type II tests a main
effect without supposing an interaction.

References
----------
Yates F (1934). The analysis of multiple classifications with unequal numbers in the different classes. JASA 29,
51–66.
Langsrud Ø (2003). ANOVA for unbalanced data: use type II instead of type III sums of squares. Stat Comput 13,
163–167.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

from mirtool.clinical.expression import PatientExpression
from mirtool.clinical.levels import rows_by_patients
from mirtool.clinical.regression import terms_of
from mirtool.clinical.variables import PatientTable, Variable
from mirtool.errors import UsageError
from mirtool.model import BoolArray, FloatArray, IntArray, Table, TextArray, text_array
from mirtool.stats.adjustment import adjust_p_values

MOST_FACTORS = 4
_SIGNS = re.compile(r"\s*([*:+])\s*")
_LEFT = re.compile(r"^\s*(?:\w+\s*)?~")


@dataclass(frozen=True, eq=False)
class AnovaScreen:
    """Analyses of variance of miRNAs by one formula; ``(probes, terms)`` where nothing else is said.

    Parameters
    ----------
    formula
        As it was given.
    ids, names
        The probes.
    terms
        In words: ``group``, ``group:stage``.
    sums, degrees, f, p, fdr
        Sums of squares of type II, their degrees of freedom, F, P, and FDR over the probes of each term.
    residual_degrees, n
        Per probe.
    cells
        Patients in the smallest and the largest combination of levels; None without two columns of levels.
    """

    formula: str
    ids: TextArray
    names: TextArray
    terms: tuple[str, ...]
    sums: FloatArray
    degrees: IntArray
    f: FloatArray
    p: FloatArray
    fdr: FloatArray
    residual_degrees: IntArray
    n: IntArray
    cells: tuple[int, int] | None

    @property
    def is_balanced(self) -> bool:
        """True if every combination of levels has the same number of patients."""
        return self.cells is None or self.cells[0] == self.cells[1]


def read_terms(formula: str, table: PatientTable) -> tuple[tuple[Variable, ...], ...]:
    """Return the terms of a formula, those of fewer variables first.

    Parameters
    ----------
    formula
        Columns joined by ``+``, ``:`` (their interaction) and ``*`` (both, and their interaction); a left side
        before ``~`` means nothing.
    table
        The patients.

    Raises
    ------
    UsageError
        Where it can't be read, or names columns that are not there or not analyzed.

    Examples
    --------
    >>> a, b = (Variable(name, "nominal", np.zeros(2), ("x", "y")) for name in "ab")
    >>> found = read_terms("~ a * b", PatientTable(("P1", "P2"), {"a": a, "b": b}))
    >>> [[variable.name for variable in term] for term in found]
    [['a'], ['b'], ['a', 'b']]
    """
    found: dict[frozenset[str], tuple[Variable, ...]] = {}
    for summand in _LEFT.sub("", formula).split("+"):
        parts = _SIGNS.split(summand.strip())
        names, signs = [part.strip().strip("`") for part in parts[::2]], set(parts[1::2])
        if not all(names) or len(signs) > 1 or len(names) > MOST_FACTORS:
            raise UsageError(
                "the formula can't be read", parameter="anova", found=repr(formula),
                expected="columns joined by +, * or :, such as group * stage",
            )  # fmt: skip
        variables = [table.usable(name, "anova", "be in the formula") for name in names]
        sizes = [len(names)] if signs == {":"} else range(1, len(names) + 1)
        for size in sizes:
            for term in combinations(variables, size):
                found.setdefault(frozenset(variable.name for variable in term), term)
    return tuple(sorted(found.values(), key=len))


def screen_anova(
    expression: PatientExpression, formula: str, terms: Sequence[tuple[Variable, ...]]
) -> AnovaScreen:
    """Analyze the variance of every miRNA; patients without one of the values are left out.

    Parameters
    ----------
    expression
        The miRNAs.
    formula
        The formula, for the table.
    terms
        As :func:`read_terms` gives them.
    """
    shape = (len(expression.ids), len(terms))
    sums, f, p = (np.full(shape, np.nan) for _ in range(3))
    degrees, n = np.zeros(shape, dtype=np.int64), np.zeros(shape[0], dtype=np.int64)
    residual_degrees = np.zeros(shape[0], dtype=np.int64)
    usable = np.all([variable.present for term in terms for variable in term], axis=0)
    names = [frozenset(variable.name for variable in term) for term in terms]
    for rows, patients in rows_by_patients(expression.values, usable):
        n[rows] = int(patients.sum())
        if patients.sum() < 2:
            continue
        values = expression.values[np.ix_(rows, patients)].T
        values = values - values.mean(axis=0)
        blocks = [_columns(term, patients) for term in terms]
        rest, rank = _residual(values, blocks)
        free = int(patients.sum()) - rank
        residual_degrees[rows] = free
        for j, own in enumerate(names):
            without = [block for block, other in zip(blocks, names, strict=True) if not own <= other]
            before, rank_before = _residual(values, without)
            after, rank_after = _residual(values, [*without, blocks[j]])
            degrees[rows, j] = rank_after - rank_before
            sums[rows, j] = before - after
            if free > 0 and rank_after > rank_before:
                with np.errstate(divide="ignore", invalid="ignore"):
                    f[rows, j] = np.where(
                        rest > 1e-20, (before - after) / (rank_after - rank_before) / (rest / free), np.nan
                    )
                p[rows, j] = stats.f.sf(f[rows, j], rank_after - rank_before, free)
    fdr = np.column_stack([adjust_p_values(own) for own in p.T])
    words = tuple(":".join(variable.name for variable in term) for term in terms)
    return AnovaScreen(
        formula.strip(), expression.ids, expression.names, words, sums, degrees, f, p, fdr, residual_degrees, n,
        _cells(terms, usable & ~np.isnan(expression.values).all(axis=0)),
    )  # fmt: skip


def _columns(term: tuple[Variable, ...], patients: BoolArray) -> FloatArray:
    """Return the columns of a term: products of the columns of its variables."""
    found: FloatArray = np.ones((int(patients.sum()), 1))
    for variable in term:
        own = np.column_stack([each.values[patients] for each in terms_of(variable)])
        found = (found[:, :, None] * own[:, None, :]).reshape(len(found), -1)
    return found


def _residual(values: FloatArray, blocks: Sequence[FloatArray]) -> tuple[FloatArray, int]:
    """Return the sum of squares that a constant and blocks of columns leave of every column, and their rank."""
    design = np.column_stack([np.ones(len(values)), *blocks])
    scale = np.abs(design).max(axis=0)
    left, size, _ = np.linalg.svd(design / np.where(scale > 0, scale, 1.0), full_matrices=False)
    rank = int((size > size[0] * 1e-10).sum())
    left = left[:, :rank]
    return np.asarray(((values - left @ (left.T @ values)) ** 2).sum(axis=0), dtype=np.float64), rank


def _cells(terms: Sequence[tuple[Variable, ...]], patients: BoolArray) -> tuple[int, int] | None:
    factors = {variable.name: variable for term in terms for variable in term if variable.is_categorical}
    if len(factors) < 2:
        return None
    codes = [variable.values[patients].astype(int) for variable in factors.values()]
    counts = np.zeros([len(variable.levels) for variable in factors.values()], dtype=np.int64)
    np.add.at(counts, tuple(codes), 1)
    return int(counts.min()), int(counts.max())


def anova_table(screen: AnovaScreen) -> Table:
    """Return a row per miRNA and term, term after term, the smallest P first."""
    orders = [np.argsort(own, kind="stable") for own in screen.p.T]
    probe = np.concatenate(orders)
    term = np.repeat(np.arange(len(screen.terms)), len(screen.ids))
    design = "balanced" if screen.is_balanced else "unbalanced"
    return Table(
        {
            "term": text_array(screen.terms[j] for j in term),
            "ID": screen.ids[probe],
            "Name": screen.names[probe],
            "sum of squares (type II)": screen.sums[probe, term],
            "degrees of freedom": screen.degrees[probe, term],
            "residual degrees of freedom": screen.residual_degrees[probe],
            "F": screen.f[probe, term],
            "P": screen.p[probe, term],
            "FDR (BH)": screen.fdr[probe, term],
            "patients": screen.n[probe],
        },
        (("mirtool clinical", "analysis of variance"), ("formula", screen.formula), ("design", design)),
    )
