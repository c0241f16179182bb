"""Outlier arrays by the three rules of arrayQualityMetrics, on log2 values.

1. *Distance.* The sum of an array's distances to all others, a distance being the mean absolute difference of
   log2; an outlier by the box-plot rule.
2. *Distribution.* The Kolmogorov–Smirnov statistic between an array's values and those of all arrays pooled; an
   outlier by the box-plot rule.
3. *Intensity dependence.* Hoeffding's D of M and A against the median array; an outlier above 0.15.

The *box-plot rule* is Tukey's: above the upper hinge + 1.5 × the distance of the hinges. Only the upper side
counts, since a small distance is no fault.

arrayQualityMetrics draws 20,000 features for D; here D is exact at any size, so nothing is drawn and the same
arrays always give the same D.

**Few arrays.** With fewer than five the box-plot rule can't fire whatever the values: with four the upper hinge
is the mean of the two highest, and even (0, 0, 0, 1) has its limit at 1.25.

**False alarms.** The limit is no test. Of samples from one normal distribution 21 % (5 values), 11 % (6), 8 % (8),
12 % (10) and 14 % (20) have a value above it (20,000 samples each; see Hoaglin, Iglewicz and Tukey). So a box-plot
rule alone is a reason to look at an array, not to leave it out; of 40 simulated studies of six arrays without a
fault, 6 had one by distance, 8 by distribution, and none by both.

References
----------
Kauffmann, A., Gentleman, R. & Huber, W. (2009). arrayQualityMetrics — a bioconductor package for quality
assessment of microarray data. Bioinformatics 25, 415–416.
Kauffmann, A. & Huber, W. (2010). Microarray data quality control improves the detection of differentially
expressed genes. Genomics 95, 138–142.
Hoaglin, D. C., Iglewicz, B. & Tukey, J. W. (1986). Performance of some resistant rules for outlier labeling. J.
Am. Stat. Assoc. 81, 991–999.
Tukey, J. W. (1977). Exploratory Data Analysis. Addison-Wesley (hinges, fences).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mirtool.model import BoolArray, FloatArray
from mirtool.quality.comparison import distance_matrix, row_medians
from mirtool.quality.hoeffding import hoeffding_d
from mirtool.quality.report import OutlierRule

HOEFFDING_LIMIT = 0.15
"""arrayQualityMetrics' limit for Hoeffding's D."""
MANY_ARRAYS = 500
"""From more arrays on their distances are summed without a matrix of them, which grows with the square."""
FENCE = 1.5
"""Tukey's inner fence, in distances of the hinges."""
FEWEST_FOR_FENCE = 5
"""With fewer arrays no value can lie above the fence."""

FEWEST_COMPARED = 20
"""With fewer probes arrays are not compared: as many as ``mirtool normalize`` wants for a factor."""
BOXPLOT_RULES = ("distance", "ks")
"""The rules that hold an array against the others by the box-plot limit."""

TITLES = {
    "distance": "sum of distances to the other arrays",
    "ks": "Kolmogorov-Smirnov statistic against all arrays pooled",
    "hoeffding": "Hoeffding's D of M and A against the median array",
}
"""The rules' statistics in words."""


def outlier_rules(
    before: FloatArray, after: FloatArray, distance: FloatArray | None = None
) -> tuple[OutlierRule, ...]:
    """Apply the rules: distance and distribution before and after normalization, intensity dependence after.

    Scaling an array moves its M and A without changing their ranks, so D is the same before and after.

    Parameters
    ----------
    before, after
        log2, ``(n_probes, n_arrays)``, NaN missing. ``after`` is ``before`` less a level for each array.
    distance
        :func:`mirtool.quality.comparison.distance_matrix` of ``after``, where it is known already.
    """
    return (
        distance_rule(before, "before"),
        distribution_rule(before, "before"),
        distance_rule(after, "after", distance),
        distribution_rule(after, "after"),
        dependence_rule(after, "after"),
    )


def distance_rule(values: FloatArray, stage: str, distance: FloatArray | None = None) -> OutlierRule:
    """Rule 1: the sum of an array's distances to all others, against the box-plot limit.

    Arrays that share no probe with it are given the mean of the other distances.
    """
    if values.shape[1] > MANY_ARRAYS and not np.isnan(values).any():
        statistic = summed_distances(values)
        return _rule("distance", stage, statistic, boxplot_limit(statistic))
    distance = distance_matrix(values) if distance is None else distance
    known = ~np.isnan(distance) & ~np.eye(len(distance), dtype=bool)
    n = known.sum(axis=0)
    total = np.where(known, distance, 0.0).sum(axis=0) * (len(distance) - 1)
    statistic = np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)
    return _rule("distance", stage, statistic, boxplot_limit(statistic))


def summed_distances(values: FloatArray) -> FloatArray:
    """Sum of each column's mean absolute differences to all others, without the matrix of them.

    Parameters
    ----------
    values
        ``(n, n_arrays)``, none missing.

    Examples
    --------
    >>> summed_distances(np.array([[1.0, 2.0, 4.0], [1.0, 1.0, 1.0]]))
    array([2. , 1.5, 2.5])
    """
    n = values.shape[1]
    order = np.argsort(values, axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    below = np.cumsum(ordered, axis=1) - ordered
    above = ordered.sum(axis=1, keepdims=True) - below - ordered
    place = np.arange(n)
    total = ordered * place - below + above - ordered * (n - 1 - place)
    summed = np.empty_like(values)
    np.put_along_axis(summed, order, total, axis=1)
    means: FloatArray = summed.mean(axis=0)
    return means


def distribution_rule(values: FloatArray, stage: str) -> OutlierRule:
    """Rule 2: the Kolmogorov–Smirnov statistic of each array, against the box-plot limit."""
    statistic = ks_against_pooled(values)
    return _rule("ks", stage, statistic, boxplot_limit(statistic))


def dependence_rule(values: FloatArray, stage: str) -> OutlierRule:
    """Rule 3: Hoeffding's D of M and A against the median array, against 0.15."""
    median = row_medians(values)
    statistic = np.array([hoeffding_d(column - median, (column + median) / 2) for column in values.T])
    return _rule("hoeffding", stage, statistic, HOEFFDING_LIMIT)


def _rule(key: str, stage: str, statistic: FloatArray, limit: float) -> OutlierRule:
    return OutlierRule(key, stage, TITLES[key], statistic, limit, np.asarray(statistic > limit))


def boxplot_limit(values: FloatArray) -> float:
    """Tukey's upper inner fence: upper hinge + 1.5 × (upper − lower hinge).

    A hinge is the median of the lower (upper) half of the values, the middle one of an odd number belonging to
    both, as in R's ``boxplot.stats``.

    Parameters
    ----------
    values
        ``(n,)``, missing ones left out.

    Returns
    -------
    float
        NaN where fewer than five values are left: none of them could lie above it.

    Examples
    --------
    >>> boxplot_limit(np.array([1.0, 2.0, 3.0, 4.0, 9.0]))
    7.0
    >>> boxplot_limit(np.array([0.0, 0.0, 0.0, 1.0]))
    nan
    """
    ordered = np.sort(values[~np.isnan(values)])
    n = len(ordered)
    if n < FEWEST_FOR_FENCE:
        return float("nan")
    half = (n + 1) // 2
    lower, upper = np.median(ordered[:half]), np.median(ordered[-half:])
    return float(upper + FENCE * (upper - lower))


def ks_against_pooled(values: FloatArray) -> FloatArray:
    """Kolmogorov–Smirnov statistic of each column's distribution against that of all columns pooled.

    Parameters
    ----------
    values
        ``(n, n_arrays)``, NaN missing and left out.

    Returns
    -------
    FloatArray
        The greatest difference of the two cumulative distributions, ``(n_arrays,)``, 0 to 1; NaN for a column
        without a value. With m arrays none is above 1 − 1/m, since each is part of the pool.

    Examples
    --------
    >>> ks_against_pooled(np.array([[1.0, 5.0], [2.0, 6.0]]))
    array([0.5, 0.5])
    """
    present = ~np.isnan(values)
    below, not_above = _places_in_pool(values, present)
    n_pooled = np.count_nonzero(present)
    statistic = np.full(values.shape[1], np.nan)
    # Between two values of a column its own distribution is constant and that of the pool rises, so the greatest
    # difference is at one of its values or just below it.
    for j, own in enumerate(present.T):
        n = np.count_nonzero(own)
        if n:
            left, right = np.sort(below[own, j]), np.sort(not_above[own, j])
            statistic[j] = max(
                np.abs(np.searchsorted(left, left, side="left") / n - left / n_pooled).max(),
                np.abs(np.searchsorted(right, right, side="right") / n - right / n_pooled).max(),
            )
    return statistic


def _places_in_pool(values: FloatArray, present: BoolArray) -> list[npt.NDArray[np.int32]]:
    """Count for each value those of all columns that are below it, and those that are not above it."""
    pooled = values[present]
    order = np.argsort(pooled)
    pooled = pooled[order]
    begins = np.concatenate([np.ones(len(pooled[:1]), dtype=bool), pooled[1:] != pooled[:-1]])
    starts = np.flatnonzero(begins)
    ends = np.append(starts, len(pooled))[1:]
    counts: list[npt.NDArray[np.int32]] = []
    for of_value in (starts, ends):
        in_order = np.empty(len(pooled), dtype=np.int32)
        in_order[order] = np.repeat(of_value, ends - starts)
        placed = np.zeros(values.shape, dtype=np.int32)
        placed[present] = in_order
        counts.append(placed)
    return counts
