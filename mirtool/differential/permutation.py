"""The permutation test in the manner of SAM: the groups' labels are exchanged among the arrays.

References
----------
Tusher VG, Tibshirani R, Chu G (2001). Significance analysis of microarrays applied to the ionizing radiation
response. PNAS 98, 5116–5121.
Phipson B, Smyth GK (2010). Permutation P-values should never be zero: calculating exact P-values when permutations
are randomly drawn. Stat Appl Genet Mol Biol 9(1), Article 39.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from mirtool.errors import NotEnoughDataError, option
from mirtool.model import BoolArray, FloatArray, IntArray
from mirtool.stats.draws import run_tasks

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    _Statistic = Callable[[FloatArray, BoolArray], tuple[FloatArray, FloatArray]]

PERMUTATIONS = 1000
"""Labelings that are tried; all there are, where they are no more."""

MANY_PROBES = 500
"""From so many probes on the constant added to the error is chosen by its effect, as SAM does."""

SMALL_PERCENTILE = 5
"""Percentile of the errors that is added to each of them where the probes are fewer (SAM's choice)."""

CHUNK = 50
"""Labelings per task: small enough to share among workers, large enough to be worth a matrix product."""

MANY_PAIRS = 60
"""From so many on their choices of signs are past counting in 64 bits."""

EQUAL = 1e-9
"""Relative. Labelings that swap the groups give the same statistic but for rounding."""


@dataclass(frozen=True, eq=False)
class PermutationTest:
    """Statistic d and two-sided P of each probe, ``(n_probes,)``, NaN where a group has too few values.

    ``constant`` was added to every standard error (s0), ``n_labelings`` were tried besides the true one, and
    ``complete`` says whether these are all there are.
    """

    statistic: FloatArray
    p_value: FloatArray
    constant: float
    n_labelings: int
    complete: bool


def permutation_test(
    tested: FloatArray,
    reference: FloatArray,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 1,
    executor: Executor | None = None,
) -> PermutationTest:
    """Test each probe's d against those of all probes after the arrays' labels were exchanged.

    d is the difference of the log2 means divided by its standard error plus a constant, which keeps probes of
    hardly any variance from the top. P is ``(b + 1) / (N + 1)``, where ``b`` of the ``N`` statistics of all probes
    under all labelings but the true one are as large, either way. The probes are taken to have one distribution of
    d where nothing differs; probes that do differ make it wider and P larger, on the safe side.

    Parameters
    ----------
    tested, reference
        log2 values, ``(n_probes, n_tested)`` and ``(n_probes, n_reference)``, NaN missing.
    permutations
        Most labelings to try. Where the arrays have no more, each is tried once; otherwise they are drawn.
    seed
        Of the draw.
    executor
        Who does the work; the result is the same for any, and for none.

    Raises
    ------
    NotEnoughDataError
        Where no probe has three values in both groups.

    References
    ----------
    Tusher, Tibshirani and Chu (2001); Phipson and Smyth (2010) for P.
    """
    values = np.hstack([tested, reference])
    n, n_tested = values.shape[1], tested.shape[1]
    labels, complete = _labelings(n, n_tested, permutations, seed)
    return _permute(_difference, values, np.arange(n) < n_tested, labels, complete, executor)


def sign_flip_test(
    differences: FloatArray,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 1,
    executor: Executor | None = None,
) -> PermutationTest:
    """Test each probe's d of paired samples, the two labels exchanged within pairs alone.

    d is the mean difference within pairs divided by its standard error plus a constant. To exchange the labels of
    a pair is to change the sign of its difference; of all ``2ⁿ − 1`` other choices of signs each is tried once
    where they are at most ``permutations``, otherwise they are drawn. P is that of :func:`permutation_test`.

    Parameters
    ----------
    differences
        log2 tested minus reference, ``(n_probes, n_pairs)``, NaN where either is missing.
    permutations, seed, executor
        As in :func:`permutation_test`; ``labelings`` of the result are choices of signs.

    Raises
    ------
    NotEnoughDataError
        Where no probe has two differences.

    References
    ----------
    Tusher, Tibshirani and Chu (2001), paired data; Phipson and Smyth (2010) for P.
    """
    n = differences.shape[1]
    flips, complete = _flips(n, permutations, seed)
    return _permute(_mean_difference, differences, np.zeros(n, dtype=bool), flips, complete, executor)


def _permute(
    statistic_of: _Statistic,
    values: FloatArray,
    true_label: BoolArray,
    labels: BoolArray,
    complete: bool,
    executor: Executor | None,
) -> PermutationTest:
    """Hold the true labeling's statistics, ``(n,)``, against those of the others, ``(n_labelings, n)``."""
    difference, error = statistic_of(values, true_label[:, np.newaxis])
    known = ~np.isnan(error[:, 0])
    if not known.any():
        raise NotEnoughDataError(
            "no probe has enough values to permute",
            expected="at least one probe with two values in one group and one in the other, or two whole pairs",
            hint=f"use {option('test', 'none')} for fold changes without P",
        )
    constant = _constant(difference[known, 0], error[known, 0])
    statistic = _divide(difference[:, 0], error[:, 0] + constant)
    chunks = [labels[start : start + CHUNK].T for start in range(0, len(labels), CHUNK)]
    sizes = np.abs(statistic[known]) * (1 - EQUAL)
    count = partial(_count_beyond, statistic_of, values[known], sizes, constant)
    beyond, total = np.zeros(int(known.sum()), dtype=np.int64), 0
    for of_chunk, n_statistics in run_tasks(count, chunks, executor):
        beyond += of_chunk
        total += n_statistics
    p_value = np.full(len(values), np.nan)
    p_value[known] = np.where(np.isnan(statistic[known]), np.nan, (beyond + 1) / (total + 1))
    return PermutationTest(statistic, p_value, constant, len(labels), complete)


def _labelings(n: int, n_tested: int, at_most: int, seed: int) -> tuple[BoolArray, bool]:
    """Return which arrays each labeling calls tested, ``(n_labelings, n)``, without the true one."""
    if comb(n, n_tested) - 1 <= at_most:
        chosen = np.array(list(combinations(range(n), n_tested)))[1:]
        labels = np.zeros((len(chosen), n), dtype=bool)
        labels[np.arange(len(chosen))[:, np.newaxis], chosen] = True
        return labels, True
    rng = np.random.default_rng(seed)
    ranks = rng.random((at_most, n)).argsort(axis=1)
    return ranks < n_tested, False


def _difference(values: FloatArray, labels: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return difference of means and its standard error for every labeling, ``(n_probes, n_labelings)``."""
    present = ~np.isnan(values)
    n_values = np.maximum(present.sum(axis=1, keepdims=True), 1)
    center = np.where(present, values, 0.0).sum(axis=1, keepdims=True) / n_values
    centered = np.where(present, values - center, 0.0)
    chosen = labels.astype(np.float64)
    n_a, n_all = present.astype(np.float64) @ chosen, present.sum(axis=1)[:, np.newaxis]
    sum_a, sum_all = centered @ chosen, centered.sum(axis=1)[:, np.newaxis]
    n_b, sum_b = n_all - n_a, sum_all - sum_a
    known = (n_a > 0) & (n_b > 0) & (n_all > 2)
    n_a, n_b = np.where(known, n_a, np.nan), np.where(known, n_b, np.nan)
    within = np.sum(centered**2, axis=1)[:, np.newaxis] - sum_a**2 / n_a - sum_b**2 / n_b
    error = np.sqrt(np.maximum(within, 0) / (n_all - 2 + (n_all <= 2)) * (1 / n_a + 1 / n_b))
    return sum_a / n_a - sum_b / n_b, error


def _flips(n: int, at_most: int, seed: int) -> tuple[BoolArray, bool]:
    """Return which pairs each choice of signs turns around, ``(n_choices, n)``, without the true one."""
    if n < MANY_PAIRS and 2**n - 1 <= at_most:
        return (np.arange(1, 2**n)[:, np.newaxis] >> np.arange(n)) % 2 == 1, True
    rng = np.random.default_rng(seed)
    return rng.random((at_most, n)) < 0.5, False


def _mean_difference(values: FloatArray, flipped: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return the mean of the differences and its standard error for every choice of signs."""
    present = ~np.isnan(values)
    differences = np.where(present, values, 0.0)
    n = present.sum(axis=1)[:, np.newaxis].astype(np.float64)
    n[n < 2] = np.nan
    mean = differences @ np.where(flipped, -1.0, 1.0) / n
    scatter = np.sum(differences**2, axis=1)[:, np.newaxis] - n * mean**2
    # Of equal differences nothing but rounding is left, which must not count as scatter.
    scatter[scatter <= 8 * np.finfo(np.float64).eps * n * mean**2] = 0.0
    return mean, np.sqrt(scatter / (n - 1) / n)


def _constant(difference: FloatArray, error: FloatArray) -> float:
    """Choose the constant s0: the percentile of the errors with which d varies least from small errors to large.

    References
    ----------
    Chu G, Li J, Narasimhan B, Tibshirani R, Tusher V. SAM: users guide and technical document, section 11.
    """
    if len(error) < MANY_PROBES:
        return float(np.percentile(error, SMALL_PERCENTILE))
    edges = np.unique(np.quantile(error, np.linspace(0, 1, 101)))
    window = np.maximum(np.searchsorted(edges, error, side="left") - 1, 0)
    rows = [np.flatnonzero(window == k) for k in range(len(edges) - 1)]
    candidates = np.percentile(error, np.arange(0, 101, 5))
    variation = []
    for constant in candidates:
        d = _divide(difference, error + constant)
        spread = np.array([np.median(np.abs(d[r] - np.median(d[r]))) for r in rows if len(r)])
        variation.append(np.std(spread, ddof=1) / np.mean(spread))
    return float(candidates[int(np.argmin(variation))])


def _count_beyond(
    statistic_of: _Statistic, values: FloatArray, sizes: FloatArray, constant: float, labels: BoolArray
) -> tuple[IntArray, int]:
    """Count the statistics of some labelings that are as large as each of ``sizes``, and all of them."""
    difference, error = statistic_of(values, labels)
    permuted = np.abs(_divide(difference, error + constant)).ravel()
    permuted = np.sort(permuted[~np.isnan(permuted)])
    return (len(permuted) - np.searchsorted(permuted, sizes, side="left")).astype(np.int64), len(permuted)


def _divide(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Divide, NaN where there is nothing to divide by."""
    quotient = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=quotient, where=denominator > 0)
    return quotient
