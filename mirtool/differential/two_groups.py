"""The tests of two groups of arrays as they are, each with one signature: the kernels of the registry of tests."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mirtool.differential.linear_model import Fit, fit_linear_model
from mirtool.differential.methods import DEFAULT_PRIOR, PRIORS
from mirtool.differential.moderated import Moderated, moderate
from mirtool.differential.permutation import permutation_test
from mirtool.differential.rank_sum import rank_sum_test
from mirtool.differential.scaled_f import VariancePrior
from mirtool.differential.two_sample import student_t_test, welch_t_test
from mirtool.model import FloatArray
from mirtool.wording import plural

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from mirtool.differential.settings import DiffSettings


@dataclass(frozen=True, eq=False)
class TestResult:
    """Statistic and P of each probe, ``(n_probes,)``, NaN where it could not be tested.

    Parameters
    ----------
    statistic, p_value
        Of the test.
    prior
        The variance common to all probes, where there is one.
    remarks
        What the reader must know of the test before believing it.
    details
        What the test's name leaves open, as key and value.
    """

    __test__ = False  # not a test of pytest

    statistic: FloatArray
    p_value: FloatArray
    prior: VariancePrior | None = None
    remarks: tuple[str, ...] = ()
    details: tuple[tuple[str, str], ...] = ()


def moderated_t(
    tested: FloatArray, reference: FloatArray, settings: DiffSettings, _executor: Executor | None
) -> TestResult:
    """Return the moderated t of two groups of log2 values, ``(n_probes, n_arrays)`` each."""
    design = two_group_design(tested.shape[1], reference.shape[1])
    fit = fit_linear_model(np.hstack([tested, reference]), design)
    result = moderate(fit, prior=settings.prior)
    return TestResult(
        result.statistic[:, 1],
        result.p_value[:, 1],
        result.prior,
        moderated_remarks(fit, result, 1),
        () if settings.prior == DEFAULT_PRIOR else (("prior estimated", PRIORS[settings.prior].description),),
    )


def welch_t(
    tested: FloatArray, reference: FloatArray, _settings: DiffSettings, _executor: Executor | None
) -> TestResult:
    """Return Welch's t of two groups of log2 values, ``(n_probes, n_arrays)`` each."""
    t_test = welch_t_test(tested, reference)
    return TestResult(t_test.statistic, t_test.p_value)


def student_t(
    tested: FloatArray, reference: FloatArray, _settings: DiffSettings, _executor: Executor | None
) -> TestResult:
    """Return Student's t of two groups of log2 values, ``(n_probes, n_arrays)`` each."""
    t_test = student_t_test(tested, reference)
    return TestResult(t_test.statistic, t_test.p_value)


def rank_sum(
    tested: FloatArray, reference: FloatArray, _settings: DiffSettings, _executor: Executor | None
) -> TestResult:
    """Return the rank-sum test of two groups, and the smallest P that their sizes allow."""
    ranks = rank_sum_test(tested, reference)
    n_tested, n_reference = tested.shape[1], reference.shape[1]
    least = min(1.0, 2 / math.comb(n_tested + n_reference, n_tested))
    remark = (
        f"the smallest P that ranks of {n_tested} against {n_reference} arrays can give is {least:.2g}, before "
        "any adjustment"
    )
    return TestResult(ranks.statistic, ranks.p_value, remarks=(remark,))


def permutation(
    tested: FloatArray, reference: FloatArray, settings: DiffSettings, executor: Executor | None
) -> TestResult:
    """Return the permutation test of two groups, with ``permutations`` and ``seed`` of the settings."""
    result = permutation_test(
        tested, reference, permutations=settings.permutations, seed=settings.seed, executor=executor
    )
    labelings = (
        f"all {result.n_labelings} others"
        if result.complete
        else f"{result.n_labelings} drawn (seed {settings.seed})"
    )
    return TestResult(
        result.statistic,
        result.p_value,
        details=(("labelings", labelings), ("s0", f"{result.constant:.6g}")),
    )


def no_test(
    tested: FloatArray, _reference: FloatArray, _settings: DiffSettings, _executor: Executor | None
) -> TestResult:
    """Return missing values: fold changes only."""
    missing = np.full(len(tested), np.nan)
    return TestResult(missing, missing.copy())


def moderated_remarks(fit: Fit, result: Moderated, estimate: int) -> tuple[str, ...]:
    """Return which probes' moderated t rests on something else than their own variance, in words."""
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
