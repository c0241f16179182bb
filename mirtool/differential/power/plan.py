"""How many arrays per group: the power for several fold changes and numbers of arrays, from a pilot."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from mirtool.differential.power.curve import p_cutoff_for_fdr, t_test_power
from mirtool.differential.power.pilot import PilotVariance
from mirtool.differential.power.settings import PowerSettings
from mirtool.model import FloatArray, IntArray

PERCENTILES = (10, 25, 50, 75, 90)
"""Percentiles of the variance for which the power is given."""

N_VARIANCES = 200
"""Equally likely variances that represent the distribution of all."""


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


def plan_arrays(pilot: PilotVariance, settings: PowerSettings | None = None) -> PowerPlan:
    """Compute the power for 2 to ``max_arrays`` arrays per group.

    Parameters
    ----------
    pilot
        The variances.
    settings
        Fold changes, false discovery rate, the power that is wanted, the share of the probes that change, the test
        and the largest number of arrays; None for the defaults.
    """
    settings = settings or PowerSettings()
    levels = (np.arange(N_VARIANCES) + 0.5) / N_VARIANCES
    variances = pilot.quantiles(levels)
    at_percentiles = pilot.quantiles(np.array(PERCENTILES) / 100)
    prior_df = pilot.prior_df if settings.test == "moderated" else 0.0
    folds = sorted(set(settings.fold))
    rows = [(fold, n) for fold in folds for n in range(2, settings.max_arrays + 1)]
    cutoffs, powers, quantiles = [], [], []
    for fold, n in rows:
        power_of = partial(
            t_test_power, math.log2(fold), n, prior_df=prior_df, prior_variance=pilot.prior_variance
        )
        cutoff = p_cutoff_for_fdr(partial(_average, power_of, variances), settings.fdr, settings.changed)
        cutoffs.append(cutoff)
        powers.append(power_of(cutoff, variances) if cutoff else np.zeros(N_VARIANCES))
        quantiles.append(power_of(cutoff, at_percentiles) if cutoff else np.zeros(len(PERCENTILES)))
    each = np.array(powers)
    return PowerPlan(
        np.array([fold for fold, _ in rows]),
        np.array([n for _, n in rows], dtype=np.int64),
        np.array(cutoffs),
        each.mean(axis=1),
        (each >= settings.power).mean(axis=1),
        np.array(quantiles),
        settings.fdr,
        settings.power,
        settings.changed,
        settings.test,
    )


def _average(power_of: Callable[[float, FloatArray], FloatArray], variances: FloatArray, p_cutoff: float) -> float:
    return float(power_of(p_cutoff, variances).mean())
