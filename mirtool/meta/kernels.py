"""Meta-analysis on bare arrays: all miRNAs at once, ``(n_mirnas, n_studies)``, NaN where a study has no value.

References
----------
DerSimonian R, Laird N (1986). Meta-analysis in clinical trials. Control Clin Trials 7, 177–188.
Hartung J, Knapp G (2001). A refined method for the meta-analysis of controlled clinical trials with binary
outcome. Stat Med 20, 3875–3889.
Sidik K, Jonkman JN (2002). A simple confidence interval for meta-analysis. Stat Med 21, 3153–3159.
Röver C, Knapp G, Friede T (2015). Hartung-Knapp-Sidik-Jonkman approach and its modification for random-effects
meta-analysis with few studies. BMC Med Res Methodol 15, 99.
Higgins JPT, Thompson SG (2002). Quantifying heterogeneity in a meta-analysis. Stat Med 21, 1539–1558.
Fisher RA (1932). Statistical methods for research workers, 4th edition. Oliver and Boyd.
Stouffer SA et al. (1949). The American soldier, volume 1. Princeton University Press.
Owen AB (2009). Karl Pearson's meta-analysis revisited. Ann Stat 37, 3867–3892.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.meta.settings import LEAST_STUDIES
from mirtool.model import FloatArray, IntArray

SMALLEST_P = float(np.finfo(np.float64).tiny)
"""In place of a P of 0, which a table writes where P is too small for it."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """Combined effects with their interval and P, ``(n_mirnas,)`` each; NaN where nothing was combined."""

    effect: FloatArray
    se: FloatArray
    low: FloatArray
    high: FloatArray
    p: FloatArray


@dataclass(frozen=True, eq=False)
class Combined:
    """What several studies say together, one entry per miRNA; NaN where fewer than two have a value.

    Parameters
    ----------
    k
        Studies with a value.
    fixed
        Inverse-variance fixed effect, normal interval.
    random
        Random effects by DerSimonian and Laird, normal interval.
    hartung_knapp
        The same effect, with the interval of Hartung, Knapp, Sidik and Jonkman: t with k − 1 degrees of freedom.
    q, q_p
        Cochran's Q and its P.
    i2
        I², the share of the variation beyond chance, 0 to 1.
    tau2
        Variance between the studies.
    """

    k: IntArray
    fixed: Estimate
    random: Estimate
    hartung_knapp: Estimate
    q: FloatArray
    q_p: FloatArray
    i2: FloatArray
    tau2: FloatArray


def combine_effects(effect: FloatArray, se: FloatArray, *, level: float = 0.95, adhoc: bool = False) -> Combined:
    """Combine the effects of several studies by fixed and by random effects.

    Parameters
    ----------
    effect, se
        log2 ratios and their standard errors, ``(n_mirnas, n_studies)``, NaN missing; standard errors above 0.
    level
        Level of the intervals.
    adhoc
        True never lets the interval of Hartung and Knapp be narrower than the normal one's standard error allows:
        their factor q is at least 1.

    Examples
    --------
    >>> found = combine_effects(np.array([[1.0, 2.0]]), np.array([[0.5, 0.5]]))
    >>> found.fixed.effect, found.q, found.tau2, found.i2
    (array([1.5]), array([2.]), array([0.25]), array([0.5]))
    """
    from scipy.special import chdtrc, ndtri

    there = np.isfinite(effect) & np.isfinite(se)
    k = there.sum(axis=1)
    enough = k >= LEAST_STUDIES
    y = np.where(there, effect, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.where(there, se, 1.0) ** 2
        weight = np.where(there, 1 / variance, 0.0)
        fixed = _weighted_mean(y, weight)
        q = np.where(enough, (weight * (y - fixed[:, None]) ** 2).sum(axis=1), np.nan)
        df = np.where(enough, k - 1.0, np.nan)
        total = weight.sum(axis=1)
        spread = total - (weight**2).sum(axis=1) / total
        tau2 = np.where(enough, np.maximum((q - df) / spread, 0.0), np.nan)
        i2 = np.where(q > 0, np.maximum((q - df) / q, 0.0), np.where(enough, 0.0, np.nan))
        weight_random = np.where(there, 1 / (variance + tau2[:, None]), 0.0)
        random = _weighted_mean(y, weight_random)
        factor = (weight_random * (y - random[:, None]) ** 2).sum(axis=1) / df
        if adhoc:
            factor = np.maximum(factor, 1.0)
        normal_se = np.sqrt(1 / weight_random.sum(axis=1))
        z = float(ndtri((1 + level) / 2))
        return Combined(
            k.astype(np.int64),
            _normal(np.where(enough, fixed, np.nan), np.sqrt(1 / total), z),
            _normal(np.where(enough, random, np.nan), normal_se, z),
            _student(np.where(enough, random, np.nan), normal_se * np.sqrt(factor), df, level),
            q,
            chdtrc(df, q),
            i2,
            tau2,
        )


def _weighted_mean(y: FloatArray, weight: FloatArray) -> FloatArray:
    mean: FloatArray = (weight * y).sum(axis=1) / weight.sum(axis=1)
    return mean


def _normal(effect: FloatArray, se: FloatArray, z: float) -> Estimate:
    from scipy.special import ndtr

    se = np.where(np.isnan(effect), np.nan, se)
    return Estimate(effect, se, effect - z * se, effect + z * se, 2 * ndtr(-np.abs(effect) / se))


def _student(effect: FloatArray, se: FloatArray, df: FloatArray, level: float) -> Estimate:
    """Return interval and P by t; without P where all studies say exactly the same, so that the error is 0."""
    from scipy.special import stdtr, stdtrit

    se = np.where(np.isnan(effect), np.nan, se)
    half = stdtrit(df, (1 + level) / 2) * se
    p = np.where(se > 0, 2 * stdtr(df, -np.abs(effect) / se), np.nan)
    return Estimate(effect, se, effect - half, effect + half, p)


@dataclass(frozen=True, eq=False)
class CombinedP:
    """P values of several studies combined by direction, ``(n_mirnas,)``; NaN for fewer than two."""

    fisher: FloatArray
    stouffer_z: FloatArray
    stouffer: FloatArray


def combine_p_values(effect: FloatArray, p: FloatArray, weight: FloatArray) -> CombinedP:
    """Combine the P values of several studies so that opposite directions do not add up.

    Each study's two-sided P becomes one of each side by the sign of its effect. Fisher: the one-sided P are
    combined for up and for down, and P is twice the smaller of the two (Pearson's and Owen's way). Stouffer: the
    signed normal quantiles are weighted and summed; positive z is up.

    Parameters
    ----------
    effect, p, weight
        log2 ratios, two-sided P and weights (√n), ``(n_mirnas, n_studies)``, NaN missing.

    Examples
    --------
    >>> found = combine_p_values(np.array([[1.0, -1.0]]), np.array([[0.01, 0.01]]), np.ones((1, 2)))
    >>> found.stouffer
    array([1.])
    """
    from scipy.special import chdtrc, ndtr, ndtri

    there = np.isfinite(effect) & np.isfinite(p) & np.isfinite(weight)
    k = there.sum(axis=1)
    enough = k >= LEAST_STUDIES
    half = np.clip(np.where(there, p, 1.0), SMALLEST_P, 1.0) / 2
    toward = np.where(effect == 0, 0.5, half)
    is_up = effect > 0
    chi2 = [
        -2 * np.where(there, np.where(side, np.log(toward), np.log1p(-toward)), 0.0).sum(axis=1)
        for side in (is_up, ~is_up)
    ]
    with np.errstate(invalid="ignore", divide="ignore"):
        one_sided = np.minimum(chdtrc(2.0 * k, chi2[0]), chdtrc(2.0 * k, chi2[1]))
        z_each = np.where(there, np.sign(effect) * -ndtri(toward), 0.0)
        w = np.where(there, weight, 0.0)
        z = np.where(enough, (w * z_each).sum(axis=1) / np.sqrt((w**2).sum(axis=1)), np.nan)
    return CombinedP(np.where(enough, np.minimum(2 * one_sided, 1.0), np.nan), z, 2 * ndtr(-np.abs(z)))


@dataclass(frozen=True, eq=False)
class LeftOut:
    """The random effect without each study in turn, ``(n_mirnas, n_studies)``.

    NaN where the study has no value, or fewer than two others have one.
    """

    effect: FloatArray
    se: FloatArray
    p: FloatArray
    low: FloatArray
    high: FloatArray


def leave_one_out(
    effect: FloatArray, se: FloatArray, *, way: str = "random", level: float = 0.95, adhoc: bool = False
) -> LeftOut:
    """Combine all studies but one, for each study.

    Parameters
    ----------
    effect, se, level, adhoc
        As for :func:`combine_effects`.
    way
        Which estimate: ``"fixed"``, ``"random"`` or ``"hartung_knapp"``.
    """
    parts = np.full((5, *effect.shape), np.nan)
    for j in range(effect.shape[1]):
        others = np.delete(effect, j, axis=1), np.delete(se, j, axis=1)
        own: Estimate = getattr(combine_effects(*others, level=level, adhoc=adhoc), way)
        there = np.isfinite(effect[:, j]) & np.isfinite(se[:, j])
        for part, values in enumerate((own.effect, own.se, own.p, own.low, own.high)):
            parts[part, :, j] = np.where(there, values, np.nan)
    return LeftOut(*parts)
