"""Odds ratios over strata: Mantel and Haenszel's, and whether they differ between the strata."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.errors import NotEnoughDataError
from mirtool.model import IntArray


@dataclass(frozen=True)
class PooledOdds:
    """An odds ratio over strata.

    Parameters
    ----------
    odds_ratio, low, high
        Mantel–Haenszel's, with the interval of Robins, Breslow and Greenland.
    p
        P of the Cochran–Mantel–Haenszel test, without continuity correction.
    p_equal
        P of the Breslow–Day test with Tarone's correction: small where the strata differ.
    strata
        Strata that say something: with both outcomes, and with and without the exposure.
    """

    odds_ratio: float
    low: float
    high: float
    p: float
    p_equal: float
    strata: int


def pool_strata(tables: IntArray, *, confidence: float = 0.95) -> PooledOdds:
    """Pool two-by-two tables over strata.

    Parameters
    ----------
    tables
        ``(strata, 2, 2)``: rows exposed and not, columns with the outcome and without.
    confidence
        Level of the interval.

    Raises
    ------
    NotEnoughDataError
        Where no stratum has both outcomes with and without the exposure.
    """
    from statsmodels.stats.contingency_tables import StratifiedTable

    useful = (tables.sum(axis=1) > 0).all(axis=1) & (tables.sum(axis=2) > 0).all(axis=1)
    kept = tables[useful].astype(np.float64)
    if not len(kept) or not (kept[:, 0, 0] * kept[:, 1, 1]).sum() or not (kept[:, 0, 1] * kept[:, 1, 0]).sum():
        raise NotEnoughDataError("no odds ratio can be pooled over these strata")
    pooled = StratifiedTable(list(kept))
    low, high = pooled.oddsratio_pooled_confint(1 - confidence)
    equal = float(pooled.test_equal_odds(adjust=True).pvalue) if len(kept) > 1 else np.nan
    return PooledOdds(
        float(pooled.oddsratio_pooled), float(low), float(high),
        float(pooled.test_null_odds(correction=False).pvalue), equal, len(kept),
    )  # fmt: skip
