"""What came of a comparison of groups, as they are or within a model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirtool.counts.methods import COUNT_METHODS
from mirtool.differential.groups import Comparison
from mirtool.differential.moderated import ModeratedF
from mirtool.differential.settings import DiffSettings
from mirtool.model import DifferentialTable, ExpressionMatrix, FloatArray

if TYPE_CHECKING:
    from mirtool.counts import PrecisionTrend


@dataclass(frozen=True, eq=False)
class GroupComparison:
    """What came of a comparison: one table for each pair of groups, and what one model says of all.

    Parameters
    ----------
    tables
        One differential table per comparison.
    comparisons
        Which arrays are on either side of each, by their positions in the matrix that was given.
    f, f_adjusted
        Test of all comparisons together and its P adjusted, ``(n_probes,)``; None for a single comparison, where a
        least fold change was asked for, and for tests within pairs.
    log_odds
        B of each comparison, ``(n_probes, n_comparisons)``; None with a least fold change, and for other tests
        than the moderated one.
    correlation
        Of the arrays of a block, or of the spots of an array; NaN without either.
    array_weights
        Sample to the weight that was estimated for its array; None where none was.
    precision
        voom's trend of the variance over the size of counts; None without precision weights.
    """

    tables: tuple[DifferentialTable, ...]
    comparisons: tuple[Comparison, ...]
    f: ModeratedF | None = None
    f_adjusted: FloatArray | None = None
    log_odds: FloatArray | None = None
    correlation: float = math.nan
    array_weights: Mapping[str, float] | None = None
    precision: PrecisionTrend | None = None


def count_details(own: ExpressionMatrix, settings: DiffSettings) -> tuple[tuple[str, str], ...]:
    """Return how counts were compared; nothing for arrays."""
    if own.counts is None:
        return ()
    fits = settings.test in ("moderated", "student")
    how = COUNT_METHODS[settings.count_method].description if fits else "log-CPM without weights"
    return (("counts", f"{settings.count_method}: {how}" if fits else how),)
