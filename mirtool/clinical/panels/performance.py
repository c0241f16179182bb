"""How good predicted risks are: area under the ROC curve, calibration, Brier score, net benefit.

The area is the mean over the folds, so that only risks of one panel are compared with each other, and over the
repeats. Its variance is the mean of the repeats' variances by the influence of each patient (LeDell), plus the
variance between the repeats, which is that of dividing the patients. Influences averaged over the repeats would be
too small, and the interval too narrow: the simulations of benchmarks/noise_panels.py. All other numbers are those
of each repeat's predictions of all patients, averaged over the repeats; their intervals are quantiles over
bootstrap samples of the patients in every repeat. Calibration is by logistic regression on the log
odds of the predicted risk: its slope, and its intercept where the slope is 1. Net benefit at a threshold t is the
share of true positives less that of false positives times t / (1 − t).

References
----------
LeDell E, Petersen M, van der Laan M (2015). Computationally efficient confidence intervals for cross-validated
area under the ROC curve estimates. Electron J Stat 9, 1583–1607.
Van Calster B et al. (2016). A calibration hierarchy for risk models was defined. J Clin Epidemiol 74, 167–176.
Brier GW (1950). Verification of forecasts expressed in terms of probability. Mon Weather Rev 78, 1–3.
Vickers AJ, Elkin EB (2006). Decision curve analysis. Med Decis Making 26, 565–574.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from mirtool.clinical.roc import placements, share_interval
from mirtool.model import BoolArray, FloatArray, IntArray

DRAWS = 2000
"""Bootstrap samples of the intervals in all repeats together."""
FEWEST_DRAWS = 100
"""Bootstrap samples in each repeat."""
THRESHOLDS = np.arange(1, 100) / 100
"""Risks at which the net benefit is given."""
FALSE_POSITIVE = np.arange(101) / 100
"""1 − specificity at which the sensitivity of the averaged ROC curve is given."""
_CERTAIN = 1e-12
_LEAST_RISK = 1e-6
_STEPS = 30
_FARTHEST = 50.0
_PER_GROUP = 10
_MOST_GROUPS = 10
_CURVE_POINTS = 60
_DRAW_STREAM = 1_000_003


@dataclass(frozen=True)
class Estimate:
    """A number with its interval; the interval is NaN where there is none."""

    value: float
    low: float = np.nan
    high: float = np.nan


@dataclass(frozen=True)
class Discrimination:
    """What a bootstrap sample is measured by: area, slope of the calibration, Brier score."""

    area: float
    slope: float
    brier: float

    @property
    def numbers(self) -> tuple[float, float, float]:
        """The three numbers."""
        return self.area, self.slope, self.brier

    def __sub__(self, other: Discrimination) -> Discrimination:
        return Discrimination(self.area - other.area, self.slope - other.slope, self.brier - other.brier)


@dataclass(frozen=True)
class OperatingPoint:
    """Sensitivity and specificity where patients at a risk or above it count as having the outcome."""

    name: str
    threshold: Estimate
    sensitivity: Estimate
    specificity: Estimate


@dataclass(frozen=True, eq=False)
class CalibrationGroups:
    """Patients in groups of rising risk: mean risk, how many have the outcome, and Wilson's interval."""

    patients: IntArray
    risk: FloatArray
    events: IntArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, eq=False)
class Band:
    """A curve with its interval: ``x``, and one value per ``x``."""

    x: FloatArray
    value: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, eq=False)
class Performance:
    """What out-of-fold risks reach.

    Parameters
    ----------
    area
        Mean area under the ROC curves within the folds.
    intercept, slope, brier
        Calibration and Brier score.
    brier_of_share
        Brier score of predicting the share of patients with the outcome for everyone.
    points
        Sensitivity and specificity at the stated risk, at the stated specificity, and at Youden's point.
    groups, calibration
        Patients in groups of rising risk, and the line of the logistic calibration.
    roc
        Sensitivity at each 1 − specificity, averaged over the repeats.
    benefit
        Net benefit at each threshold.
    treat_all
        Net benefit of treating everyone.
    """

    area: Estimate
    intercept: Estimate
    slope: Estimate
    brier: Estimate
    brier_of_share: float
    points: tuple[OperatingPoint, ...]
    groups: CalibrationGroups
    calibration: Band
    roc: Band
    benefit: Band
    treat_all: FloatArray

    @property
    def useful(self) -> tuple[float, float] | None:
        """The longest range of thresholds in which the net benefit exceeds that of both other ways."""
        above = self.benefit.value > np.maximum(self.treat_all, 0.0) + _CERTAIN
        best: tuple[int, int] | None = None
        start = 0
        for i in range(len(above) + 1):
            if i == len(above) or not above[i]:
                if i > start and (best is None or i - start > best[1] - best[0]):
                    best = start, i
                start = i + 1
        return None if best is None else (float(self.benefit.x[best[0]]), float(self.benefit.x[best[1] - 1]))


def measure(risk: FloatArray, outcome: BoolArray) -> Discrimination:
    """Return area, slope of the calibration and Brier score of one set of predictions.

    Examples
    --------
    >>> measure(np.array([0.25, 0.75, 0.5, 0.75]), np.array([False, True, True, False])).area
    0.625
    """
    area = placements(risk[outcome], risk[~outcome])[0]
    slope = float(_calibrate(risk, outcome, np.ones((1, len(risk))))[0, 1])
    return Discrimination(area, slope, float(np.mean((risk - outcome) ** 2)))


def area_in_folds(risk: FloatArray, folds: IntArray, outcome: BoolArray, confidence: float) -> Estimate:
    """Return the mean area within the folds, with LeDell's interval and the variance between the repeats.

    Parameters
    ----------
    risk, folds
        ``(repeats, patients)``.
    outcome
        One per patient.
    confidence
        Level of the interval.

    Examples
    --------
    Two folds of two pairs each: 3 of 4 pairs and 4 of 4 are in order.

    >>> risk = np.array([[0.2, 0.6, 0.5, 0.7, 0.1, 0.2, 0.3, 0.4]])
    >>> folds = np.array([[0, 0, 0, 0, 1, 1, 1, 1]])
    >>> area_in_folds(risk, folds, np.array([0, 0, 1, 1, 0, 0, 1, 1], bool), 0.95).value
    0.875
    """
    areas, variances = np.zeros(len(risk)), []
    for repeat, (own, fold) in enumerate(zip(risk, folds, strict=True)):
        influence = np.zeros(len(outcome))
        for place in range(int(fold.max()) + 1):
            cases, controls = ((fold == place) & (outcome == level) for level in (True, False))
            area, first, second = placements(own[cases], own[controls])
            areas[repeat] += area / (int(fold.max()) + 1)
            influence[cases] = (first - area) / outcome.mean()
            influence[controls] = (second - area) / (1 - outcome.mean())
        variances.append(np.mean(influence**2) / len(outcome))
    between = float(areas.var(ddof=1)) if len(areas) > 1 else 0.0
    area, error = float(np.mean(areas)), float(np.sqrt(np.mean(variances) + between))
    reach = float(stats.norm.ppf((1 + confidence) / 2)) * error
    return Estimate(area, max(0.0, area - reach), min(1.0, area + reach))


def performance(
    risk: FloatArray, folds: IntArray, outcome: BoolArray, *, confidence: float, specificity: float,
    cutoff: float | None, seed: int, draws: int = DRAWS,
) -> Performance:  # fmt: skip
    """Measure out-of-fold risks.

    Parameters
    ----------
    risk, folds
        ``(repeats, patients)``.
    outcome
        One per patient.
    confidence
        Level of the intervals.
    specificity
        At which the sensitivity is given.
    cutoff
        Risk at which both are given; by default the share of patients with the outcome.
    seed, draws
        Of the bootstrap; ``draws`` in all repeats together.
    """
    rng = np.random.default_rng([seed, _DRAW_STREAM])
    n = len(outcome)
    per_repeat = max(FEWEST_DRAWS, -(-draws // len(risk)))
    stated = float(outcome.mean()) if cutoff is None else cutoff
    odds = special.logit(np.clip(risk, _LEAST_RISK, 1 - _LEAST_RISK))
    grid = special.expit(np.linspace(odds.min(), odds.max(), _CURVE_POINTS))
    parts: dict[str, list[FloatArray]] = {}
    for own in risk:
        # The first row is the patients as they are, the others are how often each was drawn.
        weights = np.vstack([np.ones(n), rng.multinomial(n, np.full(n, 1 / n), size=per_repeat)])
        for name, value in _of_repeat(own, outcome, weights, stated, specificity, grid).items():
            parts.setdefault(name, []).append(value)
    found = {name: _estimates(values, confidence) for name, values in parts.items()}

    def one(name: str) -> Estimate:
        value, low, high = (float(end[0]) for end in found[name])
        return Estimate(value, low, high)

    def band(name: str, x: FloatArray) -> Band:
        return Band(x, *found[name])

    points = (
        OperatingPoint(
            f"risk {stated:.3g}", Estimate(stated), one("sensitivity at risk"), one("specificity at risk")
        ),
        OperatingPoint(
            f"specificity {specificity:g}", one("threshold at specificity"), one("sensitivity at specificity"),
            one("specificity reached"),
        ),
        OperatingPoint(
            "Youden", one("Youden threshold"), one("Youden sensitivity"), one("Youden specificity")
        ),
    )  # fmt: skip
    share = float(outcome.mean())
    return Performance(
        area_in_folds(risk, folds, outcome, confidence), one("intercept"), one("slope"), one("brier"),
        share * (1 - share), points, _groups(risk.mean(axis=0), outcome, confidence), band("calibration", grid),
        band("roc", FALSE_POSITIVE), band("benefit", THRESHOLDS),
        share - (1 - share) * THRESHOLDS / (1 - THRESHOLDS),
    )  # fmt: skip


def _of_repeat(
    risk: FloatArray, outcome: BoolArray, weights: FloatArray, stated: float, specificity: float, grid: FloatArray
) -> dict[str, FloatArray]:
    """Return every number of one repeat's predictions: ``(draws, numbers)``."""
    of_all = weights.sum(axis=1, keepdims=True)
    cases = (weights * outcome).sum(axis=1, keepdims=True)
    controls = of_all - cases
    fitted = _calibrate(risk, outcome, weights)
    line = fitted[:, :1] + fitted[:, 1:2] * special.logit(grid)
    positive = (risk[:, None] >= THRESHOLDS - _CERTAIN).astype(np.float64)
    true = (weights * outcome) @ positive / of_all
    false = (weights * ~outcome) @ positive / of_all
    with np.errstate(invalid="ignore", divide="ignore"):  # a sample without one of the outcomes
        above = risk >= stated - _CERTAIN
        found = {
            "intercept": _intercept(risk, outcome, weights)[:, None],
            "slope": fitted[:, 1:2],
            "brier": (weights * (risk - outcome) ** 2).sum(axis=1, keepdims=True) / of_all,
            "calibration": special.expit(line),
            "benefit": true - false * THRESHOLDS / (1 - THRESHOLDS),
            "sensitivity at risk": (weights * (outcome & above)).sum(axis=1, keepdims=True) / cases,
            "specificity at risk": (weights * (~outcome & ~above)).sum(axis=1, keepdims=True) / controls,
        }
        thresholds, sensitivity, fall_out = _roc_points(risk, outcome, weights)
    place = _last(fall_out, 1 - specificity)
    found["threshold at specificity"] = thresholds[place][:, None]
    found["sensitivity at specificity"] = np.take_along_axis(sensitivity, place[:, None], 1)
    found["specificity reached"] = 1 - np.take_along_axis(fall_out, place[:, None], 1)
    index = sensitivity - fall_out
    best = np.argmax(np.where(np.isnan(index), -1.0, index) >= index.max(axis=1, keepdims=True) - _CERTAIN, axis=1)
    found["Youden threshold"] = thresholds[best][:, None]
    found["Youden sensitivity"] = np.take_along_axis(sensitivity, best[:, None], 1)
    found["Youden specificity"] = 1 - np.take_along_axis(fall_out, best[:, None], 1)
    found["roc"] = np.column_stack(
        [np.take_along_axis(sensitivity, _last(fall_out, x)[:, None], 1) for x in FALSE_POSITIVE]
    )
    return found


def _roc_points(
    risk: FloatArray, outcome: BoolArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return falling thresholds, the first above all, and per draw sensitivity and fall-out from each on."""
    order = np.argsort(-risk, kind="stable")
    ordered = risk[order]
    last = np.flatnonzero(np.r_[ordered[1:] < ordered[:-1] - _CERTAIN, True])
    with_outcome = np.cumsum((weights * outcome)[:, order], axis=1)
    without = np.cumsum((weights * ~outcome)[:, order], axis=1)
    none = np.zeros((len(weights), 1))
    sensitivity = np.hstack([none, with_outcome[:, last] / with_outcome[:, -1:]])
    fall_out = np.hstack([none, without[:, last] / without[:, -1:]])
    return np.r_[1.0, ordered[last]], sensitivity, fall_out


def _last(fall_out: FloatArray, most: float) -> IntArray:
    """Return the last point of each draw with at most this 1 − specificity."""
    return np.asarray(np.maximum((fall_out <= most + _CERTAIN).sum(axis=1) - 1, 0))


def _estimates(values: Sequence[FloatArray], confidence: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the mean of the repeats' first rows, and quantiles of the others, per column.

    What half of the draws have no value of, such as a slope where the risks separate the outcomes, has no
    interval; what a repeat has no value of has none.
    """
    drawn = np.concatenate([own[1:] for own in values])
    low, high = np.full((2, drawn.shape[1]), np.nan)
    usable = np.isnan(drawn).mean(axis=0) <= 0.5
    if len(drawn) and usable.any():
        tails = [(1 - confidence) / 2, (1 + confidence) / 2]
        ordered = np.sort(drawn[:, usable], axis=0)  # what is NaN comes last
        last = (~np.isnan(ordered)).sum(axis=0) - 1
        low[usable], high[usable] = (
            ordered[np.rint(tail * last).astype(int), np.arange(ordered.shape[1])] for tail in tails
        )
    return np.asarray(np.mean([own[0] for own in values], axis=0)), low, high


def _calibrate(risk: FloatArray, outcome: BoolArray, weights: FloatArray) -> FloatArray:
    """Return intercept and slope of the outcome on the log odds of the risk, per row of weights; NaN if none."""
    x = special.logit(np.clip(risk, _LEAST_RISK, 1 - _LEAST_RISK))
    beta = np.zeros((len(weights), 2))
    settled = np.zeros(len(weights), dtype=bool)
    for _ in range(_STEPS):
        fitted = special.expit(beta[:, :1] + beta[:, 1:] * x)
        error = weights * (outcome - fitted)
        gradient = np.column_stack([error.sum(axis=1), error @ x])
        settled = np.abs(gradient).max(axis=1) < 1e-8 * len(x)
        if settled.all():
            break
        weight = weights * fitted * (1 - fitted)
        a, b, c = weight.sum(axis=1), weight @ x, weight @ x**2
        determinant = a * c - b**2
        possible = determinant > 1e-10 * np.maximum(a * c, 1e-300)
        scale = np.where(possible, determinant, 1.0)
        step = np.column_stack(
            [(c * gradient[:, 0] - b * gradient[:, 1]) / scale, (a * gradient[:, 1] - b * gradient[:, 0]) / scale]
        )
        step[~possible | settled] = 0.0
        beta = np.clip(beta + np.clip(step, -5, 5), -_FARTHEST, _FARTHEST)
    at_the_end = np.abs(beta).max(axis=1) >= _FARTHEST
    constant = np.ptp(x) < 1e-9
    beta[~settled | at_the_end | constant] = np.nan
    return beta


def _intercept(risk: FloatArray, outcome: BoolArray, weights: FloatArray) -> FloatArray:
    """Return the intercept of the outcome where the log odds of the risk have a slope of 1."""
    x = special.logit(np.clip(risk, _LEAST_RISK, 1 - _LEAST_RISK))
    own = np.zeros(len(weights))
    gap = np.full(len(weights), np.inf)
    for _ in range(_STEPS):
        fitted = special.expit(own[:, None] + x)
        gap = (weights * (outcome - fitted)).sum(axis=1)
        if np.abs(gap).max() < 1e-9 * len(x):
            break
        slope = np.maximum((weights * fitted * (1 - fitted)).sum(axis=1), 1e-300)
        own = np.clip(own + np.clip(gap / slope, -3, 3), -_FARTHEST, _FARTHEST)
    own[np.abs(gap) >= 1e-6 * len(x)] = np.nan
    return own


def _groups(risk: FloatArray, outcome: BoolArray, confidence: float) -> CalibrationGroups:
    """Return patients in groups of rising risk, of ten patients or more, ten groups at most."""
    n_groups = max(2, min(_MOST_GROUPS, len(risk) // _PER_GROUP))
    parts: Sequence[IntArray] = np.array_split(np.argsort(risk, kind="stable"), n_groups)
    events = np.array([int(outcome[part].sum()) for part in parts])
    sizes = np.array([len(part) for part in parts])
    ends = [share_interval(float(k), int(n), confidence) for k, n in zip(events, sizes, strict=True)]
    means = np.array([float(risk[part].mean()) for part in parts])
    return CalibrationGroups(sizes, means, events, np.array([e[0] for e in ends]), np.array([e[1] for e in ends]))
