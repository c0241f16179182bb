"""Competing risks: cumulative incidence of every kind of event (Aalen and Johansen), and Gray's test of groups.

A patient who died of something else can have no relapse any more; one minus Kaplan and Meier's estimate, which
takes such patients as censored, overstates how many have one. The incidences of all kinds of event and the share
without any add up to 1.

References
----------
Aalen OO, Johansen S (1978). An empirical transition matrix for non-homogeneous Markov chains based on censored
observations. Scand J Stat 5, 141–150.
Gray RJ (1988). A class of K-sample tests for comparing the cumulative incidence of a competing risk. Ann Stat 16,
1141–1154.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from mirtool.clinical.survival.log_rank import SurvivalTest, quadratic_test
from mirtool.model import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class IncidenceCurves:
    """Cumulative incidence of every kind of event at the times of any event.

    Parameters
    ----------
    times
        The times of events of any kind, rising.
    at_risk
        Patients under observation just before each.
    events
        ``(kinds, times)``: events at each.
    incidence, standard_error, low, high
        ``(kinds, times)``: the estimate after each time, and its interval by the logarithm of minus the logarithm;
        NaN where there is none.
    observed, entries
        The time of every patient, and when each came under observation; None where all did at 0.
    """

    times: FloatArray
    at_risk: FloatArray
    events: FloatArray
    incidence: FloatArray
    standard_error: FloatArray
    low: FloatArray
    high: FloatArray
    observed: FloatArray
    entries: FloatArray | None

    def at(self, time: float, kind: int) -> tuple[float, float, float]:
        """Return the incidence at a time, and its interval; 0 and no interval before the first event."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        if place < 0:
            return 0.0, np.nan, np.nan
        return float(self.incidence[kind, place]), float(self.low[kind, place]), float(self.high[kind, place])

    @property
    def patients(self) -> int:
        """Patients in all."""
        return len(self.observed)

    @property
    def longest(self) -> float:
        """The longest time observed."""
        return float(self.observed.max())

    def still_followed(self, time: float) -> int:
        """Return how many patients are under observation just before a time."""
        followed = self.observed >= time
        return int((followed if self.entries is None else followed & (self.entries < time)).sum())


def incidence_curves(
    times: FloatArray,
    kinds: IntArray,
    n_kinds: int,
    entries: FloatArray | None = None,
    *,
    confidence: float = 0.95,
) -> IncidenceCurves:
    """Estimate the cumulative incidence of every kind of event.

    Parameters
    ----------
    times
        One per patient, none missing.
    kinds
        What happened: 0 nothing, 1, 2 … a kind of event.
    n_kinds
        How many kinds there are.
    entries
        When each came under observation; None where all did at 0.
    confidence
        Level of the intervals.

    Notes
    -----
    The variance is the sum over patients of their squared influence on the estimate (infinitesimal jackknife), as
    in R's survfit.

    Examples
    --------
    >>> curves = incidence_curves(np.array([1.0, 2, 3, 4]), np.array([1, 2, 0, 1]), 2)
    >>> curves.incidence.round(3).tolist()  # 1/4, then 1/2 left without an event, of whom the last has one
    [[0.25, 0.25, 0.75], [0.0, 0.25, 0.25]]
    """
    start = np.full(len(times), -np.inf) if entries is None else entries
    every = np.unique(times[kinds > 0])
    at_risk = (times[:, None] >= every) & (start[:, None] < every)
    n = at_risk.sum(axis=0).astype(np.float64)
    happened = (times[:, None] == every) & (kinds > 0)[:, None]
    counts = np.stack([(happened & (kinds == kind)[:, None]).sum(axis=0) for kind in range(1, n_kinds + 1)])
    hazards = counts / n
    free = np.concatenate([[1.0], np.cumprod(1 - hazards.sum(axis=0))])
    incidence = np.cumsum(free[:-1] * hazards, axis=1)
    error = np.sqrt(_variances(at_risk, happened, kinds, counts, n, free))
    z = stats.norm.ppf((1 + confidence) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(incidence)
        spread = z * error / (incidence * log)
        low, high = incidence ** np.exp(-spread), incidence ** np.exp(spread)
    inside = (incidence > 0) & (incidence < 1)
    low, high = np.where(inside, low, np.nan), np.where(inside, high, np.nan)
    return IncidenceCurves(every, n, counts.astype(np.float64), incidence, error, low, high, times, entries)


def _variances(
    at_risk: BoolArray,
    happened: BoolArray,
    kinds: IntArray,
    counts: FloatArray,
    n: FloatArray,
    free: FloatArray,
) -> FloatArray:
    """Return the variance of every incidence: the sum over patients of the squared derivative by their weight."""
    hazards = counts / n
    whole = hazards.sum(axis=0)
    with np.errstate(divide="ignore"):
        left = np.where(whole < 1, 1 / (1 - whole), 0.0)
    change = (happened - at_risk * whole) / n * left
    before = np.cumsum(change, axis=1) - change
    found = np.empty_like(hazards)
    for kind, own in enumerate(hazards):
        mine = happened & (kinds == kind + 1)[:, None]
        influence = np.cumsum(free[:-1] * ((mine - at_risk * own) / n - own * before), axis=1)
        found[kind] = (influence**2).sum(axis=0)
    return found


def gray_test(
    times: FloatArray, kinds: IntArray, groups: IntArray, kind: int, strata: IntArray | None = None
) -> SurvivalTest:
    """Test whether the cumulative incidence of one kind of event is the same in all groups (Gray, rho = 0).

    Patients with another event stay at risk, weighted by their group's chance to be without the event of this kind
    over that to be without any. The variance is Gray's, that of the martingales of both kinds of event in each
    group under one common incidence, with a correction for ties; equal to R's cmprsk.

    Parameters
    ----------
    times, kinds, groups
        One per patient, none missing; kinds 0 for nothing, groups 0, 1 ….
    kind
        The kind of event tested.
    strata
        Strata within which patients are compared.
    """
    n_groups = int(groups.max()) + 1
    own = np.zeros(len(times), dtype=np.int64) if strata is None else strata
    gap, variance = np.zeros(n_groups), np.zeros((n_groups, n_groups))
    for stratum in np.unique(own):
        inside = own == stratum
        u, v = _gray_score(
            times[inside], np.where(kinds == kind, 1, 2 * (kinds > 0))[inside], groups[inside], n_groups
        )
        gap, variance = gap + u, variance + v
    return quadratic_test("Gray", gap, variance)


def _gray_score(
    times: FloatArray, kinds: IntArray, groups: IntArray, n_groups: int
) -> tuple[FloatArray, FloatArray]:
    """Return, of one stratum, observed less expected events per group, and their covariance."""
    every = np.unique(times[kinds > 0])
    if not len(every):
        return np.zeros(n_groups), np.zeros((n_groups, n_groups))
    members = (groups[:, None] == np.arange(n_groups)).T.astype(np.float64)
    n = members @ (times[:, None] >= every)
    first, other = (members @ ((times[:, None] == every) & (kinds == k)[:, None]) for k in (1, 2))
    hazard = (first + other) / np.maximum(n, 1)
    free = np.cumprod(1 - hazard, axis=1)  # of any event, after each time
    before = np.column_stack([np.ones(n_groups), free[:, :-1]])
    own = np.cumsum(before * first / np.maximum(n, 1), axis=1)
    followed = np.where(before > 0, n / np.where(before > 0, before, 1), 0.0)  # had nobody had an event
    without = followed * (1 - np.column_stack([np.zeros(n_groups), own[:, :-1]]))
    tied, total = first.sum(axis=0), followed.sum(axis=0)
    gap = (first - without * tied / np.maximum(without.sum(axis=0), 1)).sum(axis=1)
    step = tied / np.maximum(total, 1)  # the common incidence
    common = 1 - np.cumsum(step)
    toward = (
        np.eye(n_groups)[:, :, None] - (followed / np.maximum(total, 1))[:, None]
    )  # (group tested, group, time)
    variance = np.zeros((n_groups, n_groups))
    for r in range(n_groups):
        moves = toward[:, r] * followed[r] * step / np.concatenate([[1.0], common[:-1]])
        later = moves.sum(axis=1, keepdims=True) - np.cumsum(moves, axis=1)
        left = np.where(free[r] > 0, before[r] / np.where(free[r] > 0, free[r], 1), 0.0)
        later = later * left / np.maximum(n[r], 1)
        of_first = toward[:, r] - later * (common - free[r])
        of_other = -later * common
        weights = followed[r] * step * _for_ties(tied, total * before[r]), other[r] * _for_ties(other[r], n[r])
        variance += (of_first * weights[0]) @ of_first.T + (of_other * weights[1]) @ of_other.T
    return gap, variance


def _for_ties(tied: FloatArray, of: FloatArray) -> FloatArray:
    """Return by what the variance of each time shrinks where several have the event at it."""
    return np.where(tied > 1, 1 - (tied - 1) / np.where(of > 1, of - 1, 1), 1.0)
