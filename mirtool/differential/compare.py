"""The comparison of two groups as a whole: from an expression matrix to a differential table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mirtool.differential.fold_change import FOLD_CHANGES, compare_means, regulation
from mirtool.differential.groups import Comparison, choose_comparison
from mirtool.differential.linear_model import Fit, fit_linear_model
from mirtool.differential.moderated import Moderated, moderate
from mirtool.differential.permutation import PERMUTATIONS, permutation_test
from mirtool.differential.rank_sum import rank_sum_test
from mirtool.differential.scaled_f import VariancePrior
from mirtool.differential.two_sample import student_t_test, welch_t_test
from mirtool.errors import ScaleError, UsageError
from mirtool.model import DifferentialTable, ExpressionMatrix, FloatArray, IntArray
from mirtool.stats.adjustment import adjust_p_values, adjustment_name
from mirtool.wording import plural

if TYPE_CHECKING:
    from concurrent.futures import Executor

TESTS = {
    "moderated": "moderated t (Smyth 2004) on log2 values",
    "welch": "Welch's t on log2 values",
    "student": "Student's t on log2 values",
    "rank-sum": "Wilcoxon's rank-sum test",
    "signed-rank": "Wilcoxon's signed-rank test of the differences within pairs",
    "permutation": "permutation of the moderated difference d (Tusher 2001) on log2 values",
    "none": "none",
}
"""Name of each test to what it is, in words."""

LARGEST_LOG2 = 64.0
"""No instrument counts to 2^64: a value beyond it is not a log2."""


@dataclass(frozen=True, eq=False)
class TestResult:
    """Statistic and P of each probe, and what the test has to say for itself."""

    statistic: FloatArray
    p_value: FloatArray
    prior: VariancePrior | None = None
    remarks: tuple[str, ...] = ()
    details: tuple[tuple[str, str], ...] = ()


def differential(
    matrix: ExpressionMatrix,
    *,
    tested: str | None = None,
    reference: str | None = None,
    test: str = "moderated",
    fold_change: str = "ratio-of-means",
    cutoff: float = 2.0,
    alpha: float = 0.05,
    adjust: str = "bh",
    permutations: int = PERMUTATIONS,
    seed: int = 1,
    executor: Executor | None = None,
) -> DifferentialTable:
    """Compare two groups of samples, probe by probe.

    Fold change and test answer different questions and are computed on different scales: by default the fold
    change is the ratio of arithmetic means of the linear values, while every test is made on log2 values.

    Parameters
    ----------
    matrix
        log2 expression, ``(n_probes, n_samples)``, NaN missing; the groups stand in ``matrix.samples``.
        Samples without a group take no part.
    tested, reference
        The groups; ratios are tested / reference. None where there are exactly two: the reference is then the
        group that comes first among the samples.
    test
        ``"moderated"`` (Smyth 2004), ``"welch"``, ``"student"``, ``"rank-sum"`` (Wilcoxon), ``"permutation"`` (in
        the manner of SAM) or ``"none"``. Where the arrays are too few for the test (Welch: two in each group; the
        others: three in all), none is made and ``test`` of the result is ``"none"``: P values are never invented.
    fold_change
        ``"ratio-of-means"`` (the study's and the array services' own) or ``"geometric"``.
    cutoff
        Fold change, either way: a probe is up where ratio ≥ cutoff, down where ratio ≤ 1 / cutoff. The study's
        value is 2.
    alpha
        Largest P, and largest adjusted P, that counts. The study's value is 0.05, on the P as it is.
    adjust
        How P is adjusted for the number of tests, see :func:`mirtool.differential.adjust_p_values`; ``"none"``
        leaves ``fdr`` missing.
    permutations, seed, executor
        Of the permutation test, see :func:`mirtool.differential.permutation_test`.

    Returns
    -------
    DifferentialTable
        One row per probe, in the order of the matrix. A probe without a value in one group has no ratio, no P and
        no regulation.

    Raises
    ------
    UsageError
        For an unknown test, fold change, adjustment or group, or a cut-off or alpha out of range.
    SampleSheetError
        Where there are not two groups.
    ScaleError
        Where a value is too large to be a log2.
    NotEnoughDataError
        Where no probe has the values that the moderated t needs to estimate a variance.
    """
    adjust = adjustment_name(adjust)
    check_options(test=test, fold_change=fold_change, cutoff=cutoff, alpha=alpha, adjust=adjust)
    if test == "signed-rank":
        raise UsageError("the signed-rank test needs pairs", hint="name their column with --pair")
    if fold_change == "fitted":
        raise UsageError("fitted fold changes need a model", hint="see mirtool.differential.compare_by_model")
    check_log2(matrix.values)
    groups = choose_comparison(matrix.samples, tested, reference)
    values_tested = matrix.values[:, list(groups.tested_columns)]
    values_reference = matrix.values[:, list(groups.reference_columns)]

    change = compare_means(values_tested, values_reference, kind=fold_change)
    made = test if _enough_arrays(test, groups) else "none"
    if made == "permutation":
        result = _permutation(values_tested, values_reference, permutations, seed, executor)
    else:
        result = _run_test(made, values_tested, values_reference)
    adjusts = made != "none" and adjust != "none"
    fdr = adjust_p_values(result.p_value, adjust, alpha=alpha) if adjusts else np.full(len(matrix.values), np.nan)
    return DifferentialTable(
        probes=matrix.probes,
        tested=groups.tested,
        reference=groups.reference,
        mean_tested=change.mean_tested,
        mean_reference=change.mean_reference,
        ratio=change.ratio,
        log2_ratio=change.log2_ratio,
        signed_fold_change=change.signed,
        statistic=result.statistic,
        p_value=result.p_value,
        fdr=fdr,
        n_tested=count_values(values_tested),
        n_reference=count_values(values_reference),
        regulation_fold_change=regulation(change.ratio, cutoff),
        regulation_p=regulation(change.ratio, cutoff, result.p_value <= alpha),
        regulation_fdr=regulation(change.ratio, cutoff, fdr <= alpha),
        test=made,
        fold_change=fold_change,
        adjust=adjust,
        cutoff=cutoff,
        alpha=alpha,
        spots_tested=count_spots(matrix, groups.tested_columns),
        spots_reference=count_spots(matrix, groups.reference_columns),
        prior_df=result.prior.largest_df if result.prior else math.nan,
        prior_variance=result.prior.median_variance if result.prior else math.nan,
        remarks=(*_no_test(test, made, groups), *result.remarks),
        history=(
            *matrix.history,
            f"compared {groups.tested} / {groups.reference}: {groups.reason}",
            f"fold change: {FOLD_CHANGES[fold_change]}",
            f"test: {TESTS[made]}",
        ),
        details=result.details,
    )


def check_options(*, test: str, fold_change: str, cutoff: float, alpha: float, adjust: str) -> None:
    """Refuse an option that does not exist or lies out of range.

    Raises
    ------
    UsageError
        With what was found and what is possible.
    """
    adjustment_name(adjust)
    for what, name, known in (("test", test, TESTS), ("fold change", fold_change, FOLD_CHANGES)):
        if name not in known:
            raise UsageError(f"no {what} is called so", found=repr(name), expected="one of " + ", ".join(known))
    if not 1 <= cutoff < math.inf:
        raise UsageError(
            "the cut-off of the fold change must be 1 or more",
            found=f"{cutoff:g}",
            expected="a fold change such as 2 or 1.5 (either way), not a log2",
        )
    if not 0 < alpha < 1:
        raise UsageError("alpha must lie between 0 and 1", found=f"{alpha:g}", expected="for example 0.05")


def check_log2(values: FloatArray) -> None:
    """Refuse values that are too large to be log2.

    Raises
    ------
    ScaleError
        With the largest.
    """
    largest = float(np.max(np.abs(values), initial=0.0, where=~np.isnan(values)))
    if largest > LARGEST_LOG2:
        raise ScaleError(
            "the values can't be log2",
            found=f"{largest:g}",
            expected=f"nothing beyond {LARGEST_LOG2:g}",
            hint="if the table holds intensities or ratios as they are, say so: --scale linear",
        )


def _enough_arrays(test: str, groups: Comparison) -> bool:
    n_tested, n_reference = len(groups.tested_columns), len(groups.reference_columns)
    if test == "welch":
        return min(n_tested, n_reference) >= 2
    return test != "none" and n_tested + n_reference >= 3


def _run_test(test: str, tested: FloatArray, reference: FloatArray) -> TestResult:
    if test == "moderated":
        return _moderated(tested, reference)
    if test == "none":
        missing = np.full(len(tested), np.nan)
        return TestResult(missing, missing.copy())
    if test == "rank-sum":
        ranks = rank_sum_test(tested, reference)
        return TestResult(ranks.statistic, ranks.p_value, remarks=_rank_remarks(tested, reference))
    t_test = (welch_t_test if test == "welch" else student_t_test)(tested, reference)
    return TestResult(t_test.statistic, t_test.p_value)


def _rank_remarks(tested: FloatArray, reference: FloatArray) -> tuple[str, ...]:
    """Say where ranks alone can't reach significance, whatever the values."""
    n_tested, n_reference = tested.shape[1], reference.shape[1]
    least = min(1.0, 2 / math.comb(n_tested + n_reference, n_tested))
    return (
        f"the smallest P that ranks of {n_tested} against {n_reference} arrays can give is {least:.2g}, before "
        "any adjustment",
    )


def _permutation(
    tested: FloatArray, reference: FloatArray, permutations: int, seed: int, executor: Executor | None
) -> TestResult:
    result = permutation_test(tested, reference, permutations=permutations, seed=seed, executor=executor)
    labelings = (
        f"all {result.n_labelings} others" if result.complete else f"{result.n_labelings} drawn (seed {seed})"
    )
    return TestResult(
        result.statistic,
        result.p_value,
        details=(("labelings", labelings), ("s0", f"{result.constant:.6g}")),
    )


def _moderated(tested: FloatArray, reference: FloatArray) -> TestResult:
    design = two_group_design(tested.shape[1], reference.shape[1])
    fit = fit_linear_model(np.hstack([tested, reference]), design)
    result = moderate(fit)
    return TestResult(
        result.statistic[:, 1], result.p_value[:, 1], result.prior, moderated_remarks(fit, result, 1)
    )


def moderated_remarks(fit: Fit, result: Moderated, estimate: int) -> tuple[str, ...]:
    """Say which probes' moderated t rests on something else than their own variance."""
    tested = ~np.isnan(result.statistic[:, estimate])
    prior_only = int(((fit.df_residual == 0) & tested).sum())
    constant = int(((fit.sigma == 0) & tested).sum())
    remarks = []
    if prior_only:
        remarks.append(
            f"{plural(prior_only, 'probe')} with one value in each group: tested with the variance common to "
            "all probes"
        )
    if constant:
        remarks.append(
            f"{plural(constant, 'probe')} without any variation within the groups: look at them before "
            "believing their P"
        )
    return tuple(remarks)


def two_group_design(n_tested: int, n_reference: int) -> FloatArray:
    """Return the design of a two-group comparison: the reference's mean, and tested minus reference.

    Examples
    --------
    >>> two_group_design(1, 2)
    array([[1., 1.],
           [1., 0.],
           [1., 0.]])
    """
    in_tested = np.repeat([1.0, 0.0], [n_tested, n_reference])
    return np.column_stack([np.ones(n_tested + n_reference), in_tested])


def count_values(values: FloatArray) -> IntArray:
    """Count the arrays with a value, ``(n_probes,)``."""
    n: IntArray = np.sum(~np.isnan(values), axis=1, dtype=np.int64)
    return n


def count_spots(matrix: ExpressionMatrix, columns: tuple[int, ...]) -> IntArray | None:
    """Sum the replicate spots behind the values that are there."""
    if matrix.spots is None:
        return None
    own = list(columns)
    behind = np.where(np.isnan(matrix.values[:, own]), 0, matrix.spots[:, own])
    n: IntArray = np.sum(behind, axis=1, dtype=np.int64)
    return n


def _no_test(asked: str, made: str, groups: Comparison) -> tuple[str, ...]:
    """Say why the test that was asked for could not be made."""
    if made == asked:
        return ()
    needed = "two arrays in each group" if asked == "welch" else "three arrays in all"
    return (
        f"no test could be made: {TESTS[asked]} needs at least {needed}, and there are "
        f"{len(groups.tested_columns)} of {groups.tested} and {len(groups.reference_columns)} of "
        f"{groups.reference}; fold changes only",
    )
