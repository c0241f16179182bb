"""What a pilot says of the variances within groups: each probe's own, and the distribution behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mirtool.differential.linear_model import fit_linear_model
from mirtool.differential.variance_prior import estimate_variance_prior
from mirtool.errors import NotEnoughDataError
from mirtool.model import ExpressionMatrix, FloatArray

LEAST_PROBES = 20
"""Variances from fewer probes say too little of their distribution (the normalization's own least number)."""


@dataclass(frozen=True, eq=False)
class PilotVariance:
    """Variances within the groups of a pilot, in squared log2 units.

    Parameters
    ----------
    variance
        Residual variance of each probe that has a degree of freedom, ``(n_probes,)``.
    prior_df, prior_variance
        The scaled inverse chi-squared distribution of the probes' true variances (Smyth 2004): its degrees of
        freedom, infinite where the variances differ no more than chance makes them, and its location.
    groups
        Group to the number of its arrays.
    without_group
        Samples that took no part.
    without_variance
        Probes with too few values.
    missing
        Share of missing values among the arrays and probes that took part.
    """

    variance: FloatArray
    prior_df: float
    prior_variance: float
    groups: Mapping[str, int]
    without_group: tuple[str, ...]
    without_variance: int
    missing: float

    def quantiles(self, levels: FloatArray) -> FloatArray:
        """Return the quantiles of the distribution of the true variances at ``levels`` (0 to 1)."""
        from scipy.special import chdtri

        if np.isinf(self.prior_df):
            return np.full(len(levels), self.prior_variance)
        return np.asarray(self.prior_df * self.prior_variance / chdtri(self.prior_df, levels), dtype=np.float64)


def pilot_variance(matrix: ExpressionMatrix) -> PilotVariance:
    """Estimate the variances within groups, and their distribution over the probes.

    Every group has a mean of its own; what is left varies between the arrays of a group. A pilot of one group is
    enough, as long as it has two arrays.

    Parameters
    ----------
    matrix
        log2 expression; the groups are in ``matrix.samples``. Samples without a group take no part.

    Raises
    ------
    NotEnoughDataError
        Where no group has two arrays, fewer than :data:`LEAST_PROBES` probes have a variance, or most of them do
        not vary.
    """
    groups = list(dict.fromkeys(group for group in matrix.samples.groups if group))
    columns = [i for i, group in enumerate(matrix.samples.groups) if group]
    sizes = {group: matrix.samples.groups.count(group) for group in groups}
    if max(sizes.values(), default=0) < 2:
        raise NotEnoughDataError(
            "a pilot needs a group of two arrays or more, to see how arrays of one group differ",
            path=matrix.samples.sheet or None,
            found=", ".join(f"{group}: {n}" for group, n in sizes.items()) or "no sample with a group",
            hint="write the groups into the sheet's column 'group'; a pilot may be one group",
        )
    values = matrix.values[:, columns]
    design = np.array([[matrix.samples.groups[i] == group for group in groups] for i in columns], dtype=np.float64)
    fit = fit_linear_model(values, design)
    known = fit.df_residual > 0
    if known.sum() < LEAST_PROBES:
        raise NotEnoughDataError(
            "too few probes have two values in one group",
            found=f"{int(known.sum())} of {len(known)}",
            expected=f"at least {LEAST_PROBES}: the distribution of their variances is what power rests on",
        )
    prior = estimate_variance_prior(fit.sigma**2, fit.df_residual)
    return PilotVariance(
        fit.sigma[known] ** 2,
        prior.largest_df,
        prior.median_variance,
        sizes,
        tuple(name for name, group in zip(matrix.samples.names, matrix.samples.groups, strict=True) if not group),
        int((~known).sum()),
        float(np.isnan(values).mean()),
    )
