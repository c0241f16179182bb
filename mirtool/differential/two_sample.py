"""t tests of every probe at once: Welch's, Student's and the paired one, missing values left out row by row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.model import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class TTest:
    """The test of each probe, ``(n_probes,)``, NaN where not testable.

    ``statistic``, ``df`` and two-sided ``p_value`` of the t test; ``standard_error`` is that of the difference of
    the means, from which an interval around it is made.
    """

    statistic: FloatArray
    df: FloatArray
    p_value: FloatArray
    standard_error: FloatArray


@dataclass(frozen=True, eq=False)
class _Moments:
    n: FloatArray
    mean: FloatArray
    sum_of_squares: FloatArray


def welch_t_test(tested: FloatArray, reference: FloatArray) -> TTest:
    """Test with a variance of its own for each group.

    Parameters
    ----------
    tested, reference
        log2 values, ``(n_probes, n_tested)`` and ``(n_probes, n_reference)``, NaN missing.

    Returns
    -------
    TTest
        Missing for probes with fewer than two values in either group, and for probes that vary in neither:
        without a variance there is no test.

    References
    ----------
    Welch BL (1947). The generalization of 'Student's' problem when several different population variances are
    involved. Biometrika 34, 28–35.
    """
    a, b = _moments(tested), _moments(reference)
    testable = (a.n >= 2) & (b.n >= 2)
    error_a, error_b = (m.sum_of_squares / (np.maximum(m.n - 1, 1) * np.maximum(m.n, 1)) for m in (a, b))
    error = error_a + error_b
    testable &= error > 0
    error_of_df = error_a**2 / np.maximum(a.n - 1, 1) + error_b**2 / np.maximum(b.n - 1, 1)
    df = _divide(error**2, error_of_df, testable)
    return _t_test(a.mean - b.mean, error, df, testable)


def student_t_test(tested: FloatArray, reference: FloatArray) -> TTest:
    """Test with one variance for both groups, equal in size or not.

    Parameters
    ----------
    tested, reference
        log2 values, ``(n_probes, n_tested)`` and ``(n_probes, n_reference)``, NaN missing.

    Returns
    -------
    TTest
        Missing for probes with no value in a group or fewer than three in all, and for probes that do not vary
        within the groups: without a variance there is no test.

    References
    ----------
    Student (1908). The probable error of a mean. Biometrika 6, 1–25.
    """
    a, b = _moments(tested), _moments(reference)
    df = a.n + b.n - 2
    sum_of_squares = a.sum_of_squares + b.sum_of_squares
    testable = (a.n >= 1) & (b.n >= 1) & (df >= 1) & (sum_of_squares > 0)
    per_array = 1 / np.maximum(a.n, 1) + 1 / np.maximum(b.n, 1)
    error = sum_of_squares / np.maximum(df, 1) * per_array
    return _t_test(a.mean - b.mean, error, df, testable)


def paired_t_test(tested: FloatArray, reference: FloatArray) -> TTest:
    """Test the differences within pairs of samples, such as before and after treatment, against zero.

    Parameters
    ----------
    tested, reference
        log2 values, ``(n_probes, n_pairs)`` each, NaN missing; equal columns are a pair. A pair with a missing
        value counts for nothing in that row.

    Returns
    -------
    TTest
        Missing for probes with fewer than two whole pairs, and for probes whose differences are all equal:
        without a variance there is no test.

    References
    ----------
    Student (1908). The probable error of a mean. Biometrika 6, 1–25.

    Examples
    --------
    >>> result = paired_t_test(np.array([[3.0, 5.0, 7.0]]), np.array([[2.0, 3.0, 4.0]]))
    >>> result.statistic.round(6), result.df
    (array([3.464102]), array([2.]))
    """
    differences = _moments(tested - reference)
    df = differences.n - 1
    testable = (df >= 1) & (differences.sum_of_squares > 0)
    error = differences.sum_of_squares / (np.maximum(df, 1) * np.maximum(differences.n, 1))
    return _t_test(differences.mean, error, df, testable)


def _t_test(difference: FloatArray, squared_error: FloatArray, df: FloatArray, testable: BoolArray) -> TTest:
    from scipy.special import stdtr

    standard_error = np.where(testable, np.sqrt(squared_error), np.nan)
    statistic = _divide(difference, standard_error, testable)
    df = np.where(testable, df, np.nan)
    return TTest(statistic, df, 2 * stdtr(df, -np.abs(statistic)), standard_error)


def _moments(values: FloatArray) -> _Moments:
    """Count, mean and sum of squared deviations of each row, missing values left out.

    Values are taken from the row's smallest one first, so that equal values deviate by exactly zero.
    """
    present = ~np.isnan(values)
    n = present.sum(axis=1).astype(np.float64)
    origin = np.min(values, axis=1, initial=np.inf, where=present)
    origin = np.where(np.isinf(origin), 0.0, origin)[:, np.newaxis]
    shifted = np.where(present, values - origin, 0.0)
    mean = _divide(shifted.sum(axis=1), n, n > 0)
    deviations = np.where(present, shifted - mean[:, np.newaxis], 0.0)
    return _Moments(n, mean + origin[:, 0], np.sum(deviations**2, axis=1))


def _divide(numerator: FloatArray, denominator: FloatArray, where: BoolArray) -> FloatArray:
    """Divide, NaN where not ``where``."""
    quotient = np.full(np.shape(numerator), np.nan)
    np.divide(numerator, denominator, out=quotient, where=where)
    return quotient
