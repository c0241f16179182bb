"""How well a number tells patients with an outcome from those without: ROC curves, areas, cut-offs.

The interval of an area and the comparison of two areas on the same patients are DeLong's. A cut-off that was
chosen where sensitivity plus specificity is largest (Youden) looks better on the patients it was chosen on than on
others; its interval is by a bootstrap of both groups.

References
----------
DeLong ER et al. (1988). Comparing the areas under two or more correlated receiver operating characteristic
curves: a nonparametric approach. Biometrics 44, 837–845.
Youden WJ (1950). Index for rating diagnostic tests. Cancer 3, 32–35.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

from mirtool.clinical.variables import Variable
from mirtool.errors import NotEnoughDataError
from mirtool.model import FloatArray, Table, text_array

BOOTSTRAPS = 2000
MOST_COMPARED = 6
"""Markers whose areas are compared with each other."""
_CERTAIN = 1e-12


@dataclass(frozen=True, eq=False)
class RocCurve:
    """A marker and an outcome.

    Parameters
    ----------
    name
        The marker.
    higher
        True where higher values go with the outcome, False where lower ones do.
    area, low, high
        Area under the curve and DeLong's interval.
    cases, controls
        Patients with the outcome and without.
    thresholds, sensitivity, specificity
        The points of the curve; a patient beyond a threshold (above it, or below where ``higher`` is False) counts
        as having the outcome.
    best
        Place of the point with the largest sum of sensitivity and specificity.
    best_low, best_high
        Bootstrap interval of its threshold.
    """

    name: str
    higher: bool
    area: float
    low: float
    high: float
    cases: int
    controls: int
    thresholds: FloatArray
    sensitivity: FloatArray
    specificity: FloatArray
    best: int
    best_low: float
    best_high: float

    def at_specificity(self, least: float) -> tuple[float, float]:
        """Return the largest sensitivity at a specificity of at least ``least``, and that specificity."""
        fulfilled = np.flatnonzero(self.specificity >= least - _CERTAIN)
        place = fulfilled[np.lexsort((self.specificity[fulfilled], self.sensitivity[fulfilled]))[-1]]
        return float(self.sensitivity[place]), float(self.specificity[place])


@dataclass(frozen=True)
class AreaComparison:
    """Two areas on the same patients: DeLong's test."""

    first: str
    second: str
    difference: float
    z: float
    p: float
    patients: int


def roc_curve(
    variable: Variable, has: FloatArray, *, confidence: float = 0.95, bootstraps: int = BOOTSTRAPS, seed: int = 1
) -> RocCurve:
    """Return the ROC curve of a marker.

    Parameters
    ----------
    variable
        The marker: numbers or ordered levels.
    has
        1 with the outcome, 0 without, NaN missing.
    confidence
        Level of the intervals.
    bootstraps
        Samples of the bootstrap.
    seed
        Of these samples.

    Raises
    ------
    NotEnoughDataError
        Where there are not two patients with and two without the outcome.
    """
    both = variable.present & ~np.isnan(has)
    values, outcome = variable.values[both], has[both] == 1
    cases, controls = values[outcome], values[~outcome]
    if min(len(cases), len(controls)) < 2:
        raise NotEnoughDataError(f"too few patients for a ROC curve of {variable.name}")
    area, first, second = placements(cases, controls)
    higher = area >= 0.5
    if not higher:
        area, first, second = 1 - area, 1 - first, 1 - second
    error = np.sqrt(np.var(first, ddof=1) / len(cases) + np.var(second, ddof=1) / len(controls))
    spread = float(stats.norm.ppf((1 + confidence) / 2) * error)
    sign = 1.0 if higher else -1.0
    thresholds, sensitivity, specificity = roc_points(sign * cases, sign * controls)
    best = _best(sensitivity, specificity)
    rng = np.random.default_rng(seed)
    drawn = np.array([_drawn_threshold(sign * cases, sign * controls, rng) for _ in range(bootstraps)])
    # No interpolation: a cut-off beyond all values is infinite.
    ends = np.quantile(sign * drawn, [(1 - confidence) / 2, (1 + confidence) / 2], method="inverted_cdf")
    return RocCurve(
        variable.name, higher, area, max(0.0, area - spread), min(1.0, area + spread), len(cases), len(controls),
        sign * thresholds, sensitivity, specificity, best, float(ends[0]), float(ends[1]),
    )  # fmt: skip


def compare_areas(variables: Sequence[Variable], has: FloatArray) -> tuple[AreaComparison, ...]:
    """Compare the areas of every two markers on the patients who have both (DeLong).

    Parameters
    ----------
    variables
        The markers.
    has
        1 with the outcome, 0 without, NaN missing.
    """
    found = []
    for one, other in combinations(variables, 2):
        both = one.present & other.present & ~np.isnan(has)
        outcome = has[both] == 1
        if min(int(outcome.sum()), int((~outcome).sum())) < 2:
            continue
        areas, firsts, seconds = [], [], []
        for variable in (one, other):
            values = variable.values[both]
            area, first, second = placements(values[outcome], values[~outcome])
            if area < 0.5:
                area, first, second = 1 - area, 1 - first, 1 - second
            areas.append(area)
            firsts.append(first)
            seconds.append(second)
        gap = areas[0] - areas[1]
        variance = np.var(firsts[0] - firsts[1], ddof=1) / outcome.sum()
        variance += np.var(seconds[0] - seconds[1], ddof=1) / (~outcome).sum()
        z = float(gap / np.sqrt(variance)) if variance > 0 else np.nan
        p = float(2 * stats.norm.sf(abs(z)))
        found.append(AreaComparison(one.name, other.name, float(gap), z, p, len(outcome)))
    return tuple(found)


def placements(cases: FloatArray, controls: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """Return the area, and the placement of every case among the controls and of every control among the cases.

    Examples
    --------
    >>> placements(np.array([2.0, 3.0]), np.array([1.0, 2.0]))  # 3.5 of 4 pairs
    (0.875, array([0.75, 1.  ]), array([1.  , 0.75]))
    """
    m, n = len(cases), len(controls)
    ranks = stats.rankdata(np.concatenate([cases, controls]))
    first = (ranks[:m] - stats.rankdata(cases)) / n
    second = 1 - (ranks[m:] - stats.rankdata(controls)) / m
    return float(first.mean()), first, second


def roc_points(cases: FloatArray, controls: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return thresholds halfway between the values, and sensitivity and specificity above them."""
    every = np.unique(np.concatenate([cases, controls]))
    thresholds = np.concatenate([[-np.inf], (every[1:] + every[:-1]) / 2, [np.inf]])
    sensitivity = 1 - np.searchsorted(np.sort(cases), thresholds) / len(cases)
    specificity = np.searchsorted(np.sort(controls), thresholds) / len(controls)
    return thresholds, sensitivity, specificity


def _best(sensitivity: FloatArray, specificity: FloatArray) -> int:
    """Return the first of the points with the largest sum, up to rounding."""
    total = sensitivity + specificity
    return int(np.flatnonzero(total >= total.max() - _CERTAIN)[0])


def _drawn_threshold(cases: FloatArray, controls: FloatArray, rng: np.random.Generator) -> float:
    own = rng.choice(cases, len(cases)), rng.choice(controls, len(controls))
    thresholds, sensitivity, specificity = roc_points(*own)
    return float(thresholds[_best(sensitivity, specificity)])


def share_interval(count: float, of: int, confidence: float) -> tuple[float, float]:
    """Return Wilson's interval of a share."""
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(round(count), of, alpha=1 - confidence, method="wilson")
    return float(low), float(high)


def roc_table(curves: Sequence[RocCurve], confidence: float, least: float) -> Table:
    """Return a row per marker: area, Youden's cut-off, and sensitivity at a stated specificity."""
    interval = f"{100 * confidence:g}%"
    best = [(c.sensitivity[c.best], c.specificity[c.best]) for c in curves]
    sensitive = [share_interval(s * c.cases, c.cases, confidence) for c, (s, _) in zip(curves, best, strict=True)]
    specific = [
        share_interval(s * c.controls, c.controls, confidence) for c, (_, s) in zip(curves, best, strict=True)
    ]
    stated = [curve.at_specificity(least)[0] for curve in curves]
    around = [share_interval(s * c.cases, c.cases, confidence) for c, s in zip(curves, stated, strict=True)]

    def ends(name: str, pairs: Sequence[tuple[float, float]]) -> dict[str, FloatArray]:
        both = np.array(pairs, dtype=np.float64).reshape(-1, 2)
        return {f"{name} {interval} low": both[:, 0], f"{name} {interval} high": both[:, 1]}

    return Table(
        {
            "marker": text_array(curve.name for curve in curves),
            "with the outcome": text_array("higher" if curve.higher else "lower" for curve in curves),
            "cases": np.array([curve.cases for curve in curves]),
            "controls": np.array([curve.controls for curve in curves]),
            "AUC": np.array([curve.area for curve in curves]),
            **ends("AUC", [(curve.low, curve.high) for curve in curves]),
            "Youden cut-off": np.array([curve.thresholds[curve.best] for curve in curves]),
            **ends("Youden cut-off", [(curve.best_low, curve.best_high) for curve in curves]),
            "sensitivity": np.array([s for s, _ in best]),
            **ends("sensitivity", sensitive),
            "specificity": np.array([s for _, s in best]),
            **ends("specificity", specific),
            f"sensitivity at specificity {least:g}": np.array(stated),
            **ends(f"sensitivity at specificity {least:g}", around),
        },
        (
            ("mirtool clinical", "ROC curves"),
            ("Youden cut-off", "chosen on these patients, so sensitivity and specificity at it are optimistic"),
        ),
    )


def comparison_table(found: Sequence[AreaComparison]) -> Table:
    """Return a row per pair of markers: DeLong's test of their areas."""
    return Table(
        {
            "marker": text_array(each.first for each in found),
            "other marker": text_array(each.second for each in found),
            "difference of AUC": np.array([each.difference for each in found], dtype=np.float64),
            "z": np.array([each.z for each in found], dtype=np.float64),
            "P": np.array([each.p for each in found], dtype=np.float64),
            "patients": np.array([each.patients for each in found], dtype=np.int64),
        },
        (("mirtool clinical", "areas compared by DeLong's test"),),
    )
