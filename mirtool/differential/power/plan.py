"""How many arrays per group: the power for several fold changes and numbers of arrays, from a pilot."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from mirtool.differential.power.curve import p_cutoff_for_fdr, t_test_power
from mirtool.differential.power.pilot import PilotVariance
from mirtool.errors import UsageError
from mirtool.model import FloatArray, IntArray

TESTS = ("moderated", "student")
PERCENTILES = (10, 25, 50, 75, 90)
"""Percentiles of the variance for which the power is given."""

N_VARIANCES = 200
"""Equally likely variances that stand for the distribution of all."""

DEFAULT_SHARE = 0.05
"""Share of the probes that differ: what Liu and Hwang's own program, ssize.fdr, assumes (``pi0 = 0.95``)."""

MOST_ARRAYS = 500


@dataclass(frozen=True, eq=False)
class PowerPlan:
    """Power for every fold change and number of arrays, one entry a combination, ``(n_rows,)``.

    Parameters
    ----------
    fold_change, arrays
        Fold change either way, and arrays per group.
    p_cutoff
        Largest P that counts at the false discovery rate; 0 where none is small enough.
    average
        Power averaged over the distribution of the variances.
    share_powered
        Share of the probes whose own power is at least ``power``.
    by_percentile
        Power of a probe at each of :data:`PERCENTILES` of the variance, ``(n_rows, 5)``.
    fdr, power, share, test
        What was asked for.
    """

    fold_change: FloatArray
    arrays: IntArray
    p_cutoff: FloatArray
    average: FloatArray
    share_powered: FloatArray
    by_percentile: FloatArray
    fdr: float
    power: float
    share: float
    test: str

    def __len__(self) -> int:
        return len(self.arrays)

    def arrays_needed(self, fold_change: float, *, of_share: float | None = None) -> int | None:
        """Return fewest arrays per group with which the average power is reached, None where the plan ends before.

        With ``of_share`` it is those with which that share of the probes has the power, each by itself.
        """
        enough = self.average >= self.power if of_share is None else self.share_powered >= of_share
        n = self.arrays[enough & (self.fold_change == fold_change)]
        return int(n.min()) if len(n) else None


def plan_arrays(
    pilot: PilotVariance,
    fold_changes: Sequence[float],
    *,
    max_arrays: int = 20,
    fdr: float = 0.05,
    power: float = 0.8,
    share: float = DEFAULT_SHARE,
    test: str = "moderated",
) -> PowerPlan:
    """Compute the power for 2 to ``max_arrays`` arrays per group.

    Parameters
    ----------
    pilot
        The variances.
    fold_changes
        Above 1, either way.
    max_arrays
        The most arrays per group.
    fdr
        False discovery rate by Benjamini and Hochberg.
    power
        The power that is wanted.
    share
        Share of the probes that truly change, each by the fold change.
    test
        ``"moderated"`` or ``"student"``, on log2 values.

    Raises
    ------
    UsageError
        For a number out of range.
    """
    _check(fold_changes, max_arrays, fdr, power, share, test)
    levels = (np.arange(N_VARIANCES) + 0.5) / N_VARIANCES
    variances = pilot.quantiles(levels)
    at_percentiles = pilot.quantiles(np.array(PERCENTILES) / 100)
    prior_df = pilot.prior_df if test == "moderated" else 0.0
    folds = sorted(set(fold_changes))
    rows = [(fold, n) for fold in folds for n in range(2, max_arrays + 1)]
    cutoffs, powers, quantiles = [], [], []
    for fold, n in rows:
        power_of = partial(
            t_test_power, math.log2(fold), n, prior_df=prior_df, prior_variance=pilot.prior_variance
        )
        cutoff = p_cutoff_for_fdr(partial(_average, power_of, variances), fdr, share)
        cutoffs.append(cutoff)
        powers.append(power_of(cutoff, variances) if cutoff else np.zeros(N_VARIANCES))
        quantiles.append(power_of(cutoff, at_percentiles) if cutoff else np.zeros(len(PERCENTILES)))
    each = np.array(powers)
    return PowerPlan(
        np.array([fold for fold, _ in rows]),
        np.array([n for _, n in rows], dtype=np.int64),
        np.array(cutoffs),
        each.mean(axis=1),
        (each >= power).mean(axis=1),
        np.array(quantiles),
        fdr,
        power,
        share,
        test,
    )


def _average(power_of: Callable[[float, FloatArray], FloatArray], variances: FloatArray, p_cutoff: float) -> float:
    return float(power_of(p_cutoff, variances).mean())


def _check(
    fold_changes: Sequence[float], max_arrays: int, fdr: float, power: float, share: float, test: str
) -> None:
    if not fold_changes or not all(1 < fold < math.inf for fold in fold_changes):
        raise UsageError(
            "a fold change to be found must be above 1",
            found=", ".join(f"{fold:g}" for fold in fold_changes) or "none",
            expected="such as 2, either way; not a log2",
        )
    if not 2 <= max_arrays <= MOST_ARRAYS:
        raise UsageError(
            "the number of arrays per group is out of range", found=str(max_arrays), expected=f"2 to {MOST_ARRAYS}"
        )
    for what, value in (
        ("false discovery rate", fdr),
        ("power", power),
        ("share of the probes that change", share),
    ):
        if not 0 < value < 1:
            raise UsageError(f"the {what} must lie between 0 and 1", found=f"{value:g}")
    if test not in TESTS:
        raise UsageError("power is known of two tests", found=repr(test), expected=" or ".join(TESTS))
