"""How far two columns of the sample sheet say the same of the samples.

Two columns of levels are compared by Cramér's V, a column of levels and one of numbers by the correlation ratio
(R² of a one-way model), two of numbers by r². Each is 0 where one says nothing of the other and 1 where one of
them follows from the other. V of few samples is above 0 by chance.

References
----------
Cramér H (1946). Mathematical Methods of Statistics, p. 282. Princeton University Press.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from mirtool.covariates.columns import Covariate
from mirtool.covariates.explained import one_way_fits

SAME = 1 - 1e-9
"""An association of two columns of levels from here on: one follows from the other."""


@dataclass(frozen=True)
class Association:
    """Two covariates compared over the samples that have both.

    Parameters
    ----------
    first, second
        Their names.
    measure
        ``Cramér's V``, ``R²`` or ``r²``.
    value
        0 to 1; NaN where one of them does not vary in these samples.
    n_samples
        Samples that have both.
    """

    first: str
    second: str
    measure: str
    value: float
    n_samples: int

    @property
    def is_full(self) -> bool:
        """True where one of the columns follows from the other."""
        return self.value >= SAME


def associations(covariates: Sequence[Covariate]) -> tuple[Association, ...]:
    """Compare every two covariates."""
    return tuple(_association(first, second) for first, second in combinations(covariates, 2))


def _association(first: Covariate, second: Covariate) -> Association:
    both = first.known & second.known
    n = int(both.sum())
    if first.levels and second.levels:
        return Association(first.name, second.name, "Cramér's V", cramers_v(first, second), n)
    levels, numbers = (first, second) if first.levels else (second, first)
    own = Covariate(levels.name, np.where(both, levels.values, np.nan), levels.levels)
    fits = one_way_fits(numbers.values[np.newaxis], own)
    varies = bool(fits.df[0] > 0 and fits.total[0] > 0)
    value = float(fits.model[0] / fits.total[0]) if varies else float("nan")
    return Association(first.name, second.name, "R²" if levels.levels else "r²", value, n)


def cramers_v(first: Covariate, second: Covariate) -> float:
    """Return Cramér's V of two columns of levels; NaN where one has one level in the samples that have both.

    Examples
    --------
    >>> one = Covariate("group", np.array([0.0, 0, 1, 1]), ("a", "b"))
    >>> cramers_v(one, Covariate("batch", np.array([0.0, 1, 0, 1]), ("1", "2"))), cramers_v(one, one)
    (0.0, 1.0)
    """
    counts = first.indicators().T @ second.indicators()
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    n = counts.sum()
    if min(counts.shape, default=0) < 2:
        return float("nan")
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    chi_squared = np.sum((counts - expected) ** 2 / expected)
    return float(np.sqrt(chi_squared / (n * (min(counts.shape) - 1))))
