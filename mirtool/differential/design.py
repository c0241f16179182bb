"""The design of a linear model, from columns of the sample sheet: groups, pairs, covariates, or a formula."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mirtool.differential.contrasts import Contrast
from mirtool.differential.formula import columns_of_formula
from mirtool.differential.linear_model import ALIAS_TOLERANCE
from mirtool.errors import SampleSheetError, UsageError, option
from mirtool.model import FloatArray, IntArray, SampleTable

if TYPE_CHECKING:
    import pandas as pd

GROUP = "group"
INTERCEPT = "1"
"""What a formula calls the constant, which is not a column."""
MORE_TRANSFORMS = {"sqrt": np.sqrt}
"""Functions of a formula that formulaic does not bring along."""

_MARKS = re.compile(r"\x1b\[[\d;]*m|[⧛⧚]")
"""How formulaic points into a formula on a terminal."""


@dataclass(frozen=True, eq=False)
class Design:
    """A design matrix with what its columns represent.

    Parameters
    ----------
    matrix
        ``(n_samples, n_coefficients)``, of full rank.
    sources
        The column of the sample sheet (or the term of the formula) behind each coefficient.
    group_rows
        Group to the combination of coefficients that is its mean, at the average of everything else.
    words
        What was fitted, for people.
    remarks
        What was left out of the design, and what was taken as a number.
    confounded
        For each column that was left out, because those before it span it: the columns of the sheet that are
        confounded, and what the ambiguity does to each group's mean.
    sheet
        Path of the sample sheet, for messages.
    """

    matrix: FloatArray
    sources: tuple[str, ...]
    group_rows: Mapping[str, FloatArray]
    words: str
    remarks: tuple[str, ...] = ()
    confounded: tuple[tuple[tuple[str, ...], Mapping[str, float]], ...] = ()
    sheet: str = ""

    def contrast_vector(self, contrast: Contrast) -> FloatArray:
        """Return the combination of coefficients that a comparison of groups is, ``(n_coefficients,)``.

        Raises
        ------
        SampleSheetError
            Where the samples can't distinguish the groups from other columns.
        """
        for columns, effect in self.confounded:
            if abs(sum(weight * effect[group] for group, weight in contrast.weights.items())) > ALIAS_TOLERANCE:
                others = [column for column in columns if column != GROUP]
                raise SampleSheetError(
                    f"{contrast.tested} and {contrast.reference} can't be distinguished from "
                    + " and ".join(repr(column) for column in others),
                    path=self.sheet or None,
                    column=", ".join(others),
                    found=f"the columns {', '.join(dict.fromkeys(columns))} change together in these samples",
                    expected="levels of the one in both groups",
                    hint=f"leave {' and '.join(others)} out of the model; no arithmetic separates what the arrays "
                    "do not",
                )
        return np.asarray(
            sum(weight * self.group_rows[group] for group, weight in contrast.weights.items()), dtype=np.float64
        )


def column_of(samples: SampleTable, name: str, parameter: str) -> tuple[str, ...]:
    """Return a column of the sample sheet by its header, every cell filled; ``parameter`` named it.

    Raises
    ------
    SampleSheetError
        Where there is none column, or a sample has nothing in it.
    """
    columns = {GROUP: samples.groups, **samples.extra}
    if name not in columns:
        raise SampleSheetError(
            f"the sample sheet has no column {name!r}, which {option(parameter)} names",
            path=samples.sheet or None,
            found="the columns " + ", ".join(columns),
            hint=f"add the column {name!r} to the sheet, one value per sample",
        )
    cells = tuple(cell.strip() for cell in columns[name])
    empty = [sample for sample, cell in zip(samples.names, cells, strict=True) if not cell]
    if empty:
        raise SampleSheetError(
            f"{option(parameter)} needs a value for every sample",
            path=samples.sheet or None,
            column=name,
            found="none for " + ", ".join(empty[:8]) + (" …" if len(empty) > 8 else ""),
        )
    return cells


def numbers_in(cells: Sequence[str]) -> FloatArray | None:
    """Return the cells as numbers where all of them are finite ones, else None."""
    try:
        numbers = [float(cell) for cell in cells]
    except ValueError:
        return None
    return np.array(numbers) if all(math.isfinite(number) for number in numbers) else None


def level_numbers(cells: Sequence[str]) -> tuple[list[str], IntArray]:
    """Return the levels of a column in their order of appearance, and which each sample has."""
    levels = list(dict.fromkeys(cells))
    return levels, np.array([levels.index(cell) for cell in cells], dtype=np.int64)


def design_of_columns(samples: SampleTable, *, pair: str | None = None, covariates: Sequence[str] = ()) -> Design:
    """Design group means, with the effects of pairs and covariates beside them.

    A covariate whose cells are all numbers is a slope, centered at its mean; any other is a set of levels. Pairs
    are always levels.

    Parameters
    ----------
    samples
        The samples to fit; each has a group.
    pair
        Column whose equal values are one pair (a patient before and after treatment).
    covariates
        Further columns, such as a batch or an age.

    Raises
    ------
    SampleSheetError
        Where a column is not there, has an empty cell, does not vary, or a pair has one member.
    """
    groups, of_sample = level_numbers(samples.groups)
    columns = [np.eye(len(groups))[of_sample]]
    sources = [GROUP] * len(groups)
    remarks = []
    for name in ([pair] if pair else []) + list(covariates):
        parameter = "pair" if name == pair else "covariate"
        cells = column_of(samples, name, parameter)
        numbers = None if name == pair else numbers_in(cells)
        if len(set(cells)) < 2:
            raise SampleSheetError(
                f"{option(parameter)} needs a column that varies",
                path=samples.sheet or None,
                column=name,
                found=f"{cells[0]!r} for every sample that is compared",
                hint=f"leave {option(parameter, name)} out",
            )
        if name == pair:
            _check_pairs(samples, cells, pair)
        if numbers is None:
            levels, level = level_numbers(cells)
            part = np.eye(len(levels))[level][:, 1:]
        else:
            part = (numbers - numbers.mean())[:, np.newaxis]
            remarks.append(f"the column {name!r} holds numbers and is taken as a slope, not as levels")
        columns.append(part)
        sources += [name] * part.shape[1]
    matrix = np.hstack(columns)
    rest = matrix[:, len(groups) :].mean(axis=0)
    rows = {group: np.concatenate([np.eye(len(groups))[g], rest]) for g, group in enumerate(groups)}
    words = " + ".join(dict.fromkeys(sources))
    return _without_redundant(Design(matrix, tuple(sources), rows, words, tuple(remarks), (), samples.sheet))


def _check_pairs(samples: SampleTable, cells: Sequence[str], pair: str) -> None:
    groups_of: dict[str, set[str]] = {}
    for cell, group in zip(cells, samples.groups, strict=True):
        groups_of.setdefault(cell, set()).add(group)
    alone = [cell for cell, groups in groups_of.items() if len(groups) < 2]
    if alone:
        raise SampleSheetError(
            "a pair needs a sample in two groups or more",
            path=samples.sheet or None,
            column=pair,
            found="only one group for " + ", ".join(alone[:8]) + (" …" if len(alone) > 8 else ""),
            hint=f"take these samples' group out of the sheet, or use {option('block', pair)}, which needs no "
            "complete pairs",
        )


def design_of_formula(samples: SampleTable, formula: str) -> Design:
    """Design by a formula over columns of the sample sheet, such as ``~ group + batch + age``.

    Columns whose cells are all numbers are numbers (``C(batch)`` makes levels of them); the column ``group`` is
    always levels, and the formula must hold it. What it may hold besides says
    :func:`mirtool.differential.formula.columns_of_formula`; nothing else is evaluated. A group's mean is that of
    the model's predictions were every sample in that group.

    Raises
    ------
    UsageError
        Where the formula can't be read, or leaves the groups out.
    SampleSheetError
        Where it names a column that is not there, or one with an empty cell.
    """
    import pandas as pd
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    variables = columns_of_formula(formula, {GROUP, *samples.extra})
    try:
        parsed = Formula(formula)
    except (FormulaicError, SyntaxError) as error:
        raise _unreadable(formula, error) from error
    if getattr(parsed, "lhs", None) is not None:
        raise UsageError("the formula has a left side", found=repr(formula), expected="'~ group + …'")
    if GROUP not in variables:
        raise UsageError(
            "the formula leaves out the groups that are compared", found=repr(formula), expected="'~ group + …'"
        )
    data = pd.DataFrame({name: _as_formula_column(name, column_of(samples, name, "design")) for name in variables})
    try:
        model = parsed.get_model_matrix(data, context=MORE_TRANSFORMS)
        spec = model.model_spec
        rows = {group: _mean_row(spec, data, group) for group in dict.fromkeys(samples.groups)}
    except (FormulaicError, SyntaxError, NameError, TypeError, ValueError) as error:
        raise _unreadable(formula, error) from error
    sources = [str(term) for term, columns in spec.term_indices.items() for _ in columns]
    matrix = np.asarray(model, dtype=np.float64)
    if not np.isfinite(matrix).all():
        raise UsageError("the formula gives values that are not numbers", found=repr(formula))
    return _without_redundant(Design(matrix, tuple(sources), rows, formula.strip(), sheet=samples.sheet))


def _unreadable(formula: str, error: Exception) -> UsageError:
    return UsageError(
        "the formula can't be read",
        found=f"{formula!r}: {' '.join(_MARKS.sub('', str(error)).split())}",
        expected="columns of the sample sheet joined by +, as in '~ group + batch'",
    )


def _as_formula_column(name: str, cells: tuple[str, ...]) -> object:
    numbers = None if name == GROUP else numbers_in(cells)
    return list(cells) if numbers is None else numbers


def _mean_row(spec: object, data: pd.DataFrame, group: str) -> FloatArray:
    """Average the design's rows as if every sample were in the group."""
    as_group = data.assign(**{GROUP: group})
    rows = np.asarray(spec.get_model_matrix(as_group, context=MORE_TRANSFORMS), dtype=np.float64)  # type: ignore[attr-defined]
    return np.asarray(rows.mean(axis=0), dtype=np.float64)


def _without_redundant(design: Design) -> Design:
    """Leave out columns that those before them span, and keep in mind what can't be distinguished for it."""
    lengths = np.linalg.norm(design.matrix, axis=0)
    kept: list[int] = []
    confounded, redundant = [], []
    for j, source in enumerate(design.sources):
        before = design.matrix[:, kept]
        share = np.linalg.lstsq(before, design.matrix[:, j], rcond=None)[0] if kept else np.zeros(0)
        rest = design.matrix[:, j] - before @ share
        if np.linalg.norm(rest) > ALIAS_TOLERANCE * lengths[j]:
            kept.append(j)
            continue
        # One more of this column and so much less of those before leaves every prediction as it is.
        ambiguity = np.zeros(len(design.sources))
        ambiguity[j], ambiguity[kept] = 1.0, -share
        involved = [design.sources[k] for k in np.flatnonzero(np.abs(ambiguity) > ALIAS_TOLERANCE)]
        confounded.append(
            (tuple(dict.fromkeys(involved)), {g: float(row @ ambiguity) for g, row in design.group_rows.items()})
        )
        redundant.append(source)
    remarks = [
        f"the column {source!r} says nothing that the columns before it do not: left out of the model"
        if source not in {design.sources[k] for k in kept}
        else f"the column {source!r} says in part what the columns before it say: that part is left out"
        for source in dict.fromkeys(redundant)
    ]
    return replace(
        design,
        matrix=design.matrix[:, kept],
        sources=tuple(design.sources[k] for k in kept),
        group_rows={group: row[kept] for group, row in design.group_rows.items()},
        remarks=(*design.remarks, *remarks),
        confounded=tuple(confounded),
    )
