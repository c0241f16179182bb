"""Groups compared as the settings say: from an expression matrix to one differential table per comparison."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mirtool.differential.assembly import assemble_table
from mirtool.differential.fold_change import compare_means, usual_fold_change
from mirtool.differential.group_comparison import GroupComparison, count_details
from mirtool.differential.groups import Ask, Comparison, choose_comparison
from mirtool.differential.methods import TESTS
from mirtool.differential.model_options import Model
from mirtool.differential.settings import DiffSettings
from mirtool.errors import ScaleError, UsageError, option
from mirtool.model import DifferentialTable, ExpressionMatrix, FloatArray
from mirtool.stats.blocks import largest_size

if TYPE_CHECKING:
    from concurrent.futures import Executor

LARGEST_LOG2 = 64.0
"""No instrument counts to 2^64: a value beyond it is not a log2."""


def compare_groups(
    matrix: ExpressionMatrix,
    settings: DiffSettings | None = None,
    *,
    executor: Executor | None = None,
    ask: Ask | None = None,
) -> GroupComparison:
    """Compare groups of samples, probe by probe: two as they are, or within a linear model.

    Fold change and test answer different questions and are computed on different scales: by default the fold
    change is the ratio of arithmetic means of the linear values, while every test is made on log2 values. A test
    that the arrays are too few for is not made (``test`` of the table is then ``"none"``): P values are never
    invented.

    Parameters
    ----------
    matrix
        log2 expression, ``(n_probes, n_samples)``, NaN missing; the groups and further columns are in
        ``matrix.samples``. Samples without a group take no part. Without contrasts a model holds the samples of
        the two groups alone, with them those of every group.
    settings
        What to compare and how; None for the defaults.
    executor
        Who does the permutations; the result is the same for any, and for none.
    ask
        Asks a person which group is the reference, where their names leave it in doubt.

    Returns
    -------
    GroupComparison
        One table per comparison, rows in the order of the matrix. A probe without a value in one group has no
        ratio, no P and no regulation.

    Raises
    ------
    UsageError
        For an unknown group, a fitted fold change without a model, or a contrast that is none.
    SampleSheetError
        Where there are not two groups; where a column of the model is missing, incomplete or constant, a pair has
        one member, or the groups are confounded with a column.
    ScaleError
        Where a value is too large to be a log2.
    NotEnoughDataError
        Where the model leaves no residual degree of freedom, or no variance can be estimated.

    References
    ----------
    docs/methods/models.md

    Examples
    --------
    >>> from mirtool.model import ProbeTable, SampleTable, text_array
    >>> names = text_array(["a"])
    >>> samples = SampleTable(("s1", "s2", "s3", "s4"), ("control", "control", "treated", "treated"))
    >>> matrix = ExpressionMatrix(np.array([[1.0, 1.0, 3.0, 3.0]]), ProbeTable(names, names, names), samples)
    >>> compare_groups(matrix, DiffSettings(test="none")).tables[0].ratio.tolist()
    [4.0]
    """
    settings = settings or DiffSettings()
    check_log2(matrix.values)
    comparison = (
        None if settings.contrast else choose_comparison(matrix.samples, compare=settings.compare, ask=ask)
    )
    if (
        comparison is None
        or settings.has_model
        or settings.log_odds
        or _weighs_counts(matrix, settings, comparison)
    ):
        from mirtool.differential.by_model import compare_within_model

        return compare_within_model(matrix, settings, comparison, executor)
    return GroupComparison((_compare_two(matrix, comparison, settings, executor),), (comparison,))


def _weighs_counts(matrix: ExpressionMatrix, settings: DiffSettings, groups: Comparison) -> bool:
    """Return True for counts of enough samples to be fitted by a model, if the test is one of a model."""
    enough = len(groups.tested_columns) + len(groups.reference_columns) >= TESTS[settings.test].fewest_arrays
    return matrix.counts is not None and TESTS[settings.test].in_model and enough


def check_log2(values: FloatArray) -> None:
    """Refuse values that are too large to be log2.

    Raises
    ------
    ScaleError
        With the largest.
    """
    largest = largest_size(values)
    if largest > LARGEST_LOG2:
        raise ScaleError(
            "the values can't be log2",
            found=f"{largest:g}",
            expected=f"nothing beyond {LARGEST_LOG2:g}",
            hint=f"if the table holds intensities or ratios as they are, say so: {option('scale', 'linear')}",
        )


def _compare_two(
    matrix: ExpressionMatrix, groups: Comparison, settings: DiffSettings, executor: Executor | None
) -> DifferentialTable:
    if settings.test == "signed-rank":
        raise UsageError("the signed-rank test needs pairs", hint=f"name their column with {option('pair')}")
    fold_change = settings.fold_change or usual_fold_change(matrix)
    if fold_change == "fitted":
        raise UsageError(
            "fitted fold changes need a model",
            parameter="fold_change",
            hint=f"name what to fit: {option('pair')}, {option('block')}, {option('covariate')} or "
            f"{option('design')}",
        )
    tested = matrix.values[:, list(groups.tested_columns)]
    reference = matrix.values[:, list(groups.reference_columns)]
    n_arrays = (len(groups.tested_columns), len(groups.reference_columns))
    asked = TESTS[settings.test]
    enough = min(n_arrays) >= asked.fewest_per_group and sum(n_arrays) >= asked.fewest_arrays
    made = settings.replace(test=asked.name if enough else "none", fold_change=fold_change)
    result = TESTS[made.test].load()(tested, reference, made, executor)
    if not enough:
        result = replace(result, remarks=(_no_test(asked.name, groups), *result.remarks))
    log2_cpm = None
    if matrix.counts is not None:
        log2_cpm = np.column_stack([tested, reference]).mean(axis=1)
        result = replace(result, details=(*count_details(matrix, made), *result.details))
    change = compare_means(tested, reference, kind=fold_change)
    return assemble_table(matrix, groups, change, result, made, log2_cpm=log2_cpm)


def _no_test(asked: str, groups: Comparison) -> str:
    """Return why the test that was asked for could not be made."""
    return (
        f"no test could be made: {TESTS[asked].description} needs at least {TESTS[asked].needs}, and there are "
        f"{len(groups.tested_columns)} of {groups.tested} and {len(groups.reference_columns)} of "
        f"{groups.reference}; fold changes only"
    )


def differential(
    matrix: ExpressionMatrix,
    *,
    tested: str | None = None,
    reference: str | None = None,
    executor: Executor | None = None,
    **settings: Any,
) -> DifferentialTable:
    """Compare two groups as they are; ``settings`` are those of :class:`DiffSettings` that need no model.

    Parameters
    ----------
    matrix, executor
        As in :func:`compare_groups`.
    tested, reference
        The groups; ratios are tested / reference. None where there are exactly two: the reference is then chosen
        as :func:`mirtool.differential.groups.choose_comparison` says.
    """
    check_log2(matrix.values)
    comparison = choose_comparison(matrix.samples, tested, reference)
    return _compare_two(matrix, comparison, DiffSettings(**settings), executor)


def compare_by_model(
    matrix: ExpressionMatrix,
    model: Model,
    *,
    tested: str | None = None,
    reference: str | None = None,
    executor: Executor | None = None,
    **settings: Any,
) -> GroupComparison:
    """Compare groups within a linear model; ``settings`` are those of :class:`DiffSettings` besides the model's.

    Parameters
    ----------
    matrix, executor
        As in :func:`compare_groups`.
    model
        What to fit; an empty one fits the two groups alone.
    tested, reference
        The two groups, where the model has no contrasts.
    """
    from mirtool.differential.by_model import compare_within_model

    check_log2(matrix.values)
    chosen = DiffSettings(**settings, **model.as_settings())
    if chosen.contrast and (tested is not None or reference is not None):
        raise UsageError(
            "two groups and contrasts contradict each other",
            hint="two groups are compared by themselves, contrasts within a model of all groups",
        )
    comparison = None if chosen.contrast else choose_comparison(matrix.samples, tested, reference)
    return compare_within_model(matrix, chosen, comparison, executor)
