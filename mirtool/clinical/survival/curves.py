"""Kaplan and Meier's estimate of survival: with log-log intervals, quantiles and the restricted mean.

References
----------
Kaplan EL, Meier P (1958). Nonparametric estimation from incomplete observations. JASA 53, 457–481.
Kalbfleisch JD, Prentice RL (1980). The statistical analysis of failure time data. Wiley.
Brookmeyer R, Crowley J (1982). A confidence interval for the median survival time. Biometrics 38, 29–41.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from mirtool.model import BoolArray, FloatArray

_HALF_WAY = 1e-10


@dataclass(frozen=True, eq=False)
class SurvivalCurve:
    """Survival at every time at which something happened.

    Parameters
    ----------
    times
        The times, rising: of events and of patients who left without one.
    at_risk, events, censored
        Patients under observation just before each time, and what became of them at it.
    survival, low, high
        The estimate after each time, and its log-log interval; NaN where there is none.
    standard_error
        Greenwood's, of the survival.
    """

    times: FloatArray
    at_risk: FloatArray
    events: FloatArray
    censored: FloatArray
    survival: FloatArray
    low: FloatArray
    high: FloatArray
    standard_error: FloatArray

    @property
    def n_events(self) -> int:
        """Events in all."""
        return int(self.events.sum())

    @property
    def longest(self) -> float:
        """The longest time observed."""
        return float(self.times[-1])

    def quantile(self, share: float = 0.5) -> tuple[float, float, float]:
        """Return the time at which survival falls to ``1 - share``, and its interval; infinite where it does not.

        Where survival is just as large over a stretch of time, its middle is returned, as by R's survfit.
        """
        level = 1 - share
        return tuple(_falls_to(self.times, values, level) for values in (self.survival, self.low, self.high))  # type: ignore[return-value]

    def restricted_mean(self, until: float) -> tuple[float, float]:
        """Return the mean time without event up to ``until``, and its standard error."""
        steps = self.times[self.times < until]
        heights = np.concatenate([[1.0], self.survival[: len(steps)]])
        edges = np.concatenate([[0.0], steps, [until]])
        areas = heights * np.diff(edges)
        remaining = np.cumsum(areas[::-1])[::-1][1:]  # the area from each time on
        d, n = self.events[: len(steps)], self.at_risk[: len(steps)]
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.where(d > 0, remaining**2 * d / (n * (n - d)), 0.0)
        return float(areas.sum()), float(np.sqrt(np.nansum(terms[np.isfinite(terms)])))

    def at(self, time: float) -> tuple[float, int]:
        """Return the survival at a time, and how many patients are under observation just before it."""
        reached = int(np.searchsorted(self.times, time, side="right"))
        following = int(np.searchsorted(self.times, time, side="left"))
        survival = float(self.survival[reached - 1]) if reached else 1.0
        return survival, int(self.at_risk[following]) if following < len(self.times) else 0


def survival_curve(
    times: FloatArray, events: BoolArray, entries: FloatArray | None = None, *, confidence: float = 0.95
) -> SurvivalCurve:
    """Estimate survival.

    Parameters
    ----------
    times, events
        One per patient, none missing.
    entries
        When each came under observation; None where all did at 0.
    confidence
        Level of the intervals.

    Examples
    --------
    >>> curve = survival_curve(np.array([2.0, 3, 3, 5, 8]), np.array([1, 1, 0, 1, 0], dtype=bool))
    >>> curve.survival.round(3).tolist(), curve.at_risk.astype(int).tolist()  # 4/5, times 3/4, times 1/2
    ([0.8, 0.6, 0.3, 0.3], [5, 4, 2, 1])
    """
    every = np.unique(times)
    happened = np.array([np.sum(events & (times == time)) for time in every], dtype=np.float64)
    left = np.array([np.sum(~events & (times == time)) for time in every], dtype=np.float64)
    start = np.full(len(times), -np.inf) if entries is None else entries
    at_risk = np.array([np.sum((times >= time) & (start < time)) for time in every], dtype=np.float64)
    survival = np.asarray(np.cumprod(1 - happened / np.maximum(at_risk, 1)), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):  # survival may reach 0
        spread = np.sqrt(np.cumsum(happened / (at_risk * (at_risk - happened))))
        error = np.asarray(survival * spread, dtype=np.float64)
    z = stats.norm.ppf((1 + confidence) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(survival)
        reach = z * (error / survival) / log
        low, high = np.exp(log * np.exp(-reach)), np.exp(log * np.exp(reach))
    inside = (survival > 0) & (survival < 1)
    low = np.where(inside, low, np.where(survival >= 1, 1.0, np.nan))
    high = np.where(inside, high, np.where(survival >= 1, 1.0, np.nan))
    return SurvivalCurve(every, at_risk, happened, left, survival, low, high, error)


def _falls_to(times: FloatArray, values: FloatArray, level: float) -> float:
    below = np.flatnonzero(values <= level + _HALF_WAY)
    if not len(below):
        return np.inf
    first = int(below[0])
    if abs(values[first] - level) > _HALF_WAY:
        return float(times[first])
    lower = np.flatnonzero(values < level - _HALF_WAY)
    return float((times[first] + times[lower[0]]) / 2) if len(lower) else float(times[first])
