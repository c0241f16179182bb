"""Replicate spots within an array: a value each, correlated within their array, by one correlation for all probes.

Spots of one probe on one array share what befell the array; their correlation ρ says how much. The generalized
least-squares fit to all spots needs no more of them than their mean, their number m and their scatter: an array's
mean weighs m / (1 + (m − 1) ρ), and the scatter about the means adds its own degrees of freedom to the variance.

References
----------
Smyth GK, Michaud J, Scott HS (2005). Use of within-array replicate spots for assessing differential expression in
microarray experiments. Bioinformatics 21, 2067–2075.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mirtool.differential.block_correlation import (
    BlockCorrelation,
    Component,
    common_correlation,
    mean_correlation,
)
from mirtool.differential.linear_model import ALIAS_TOLERANCE, Fit, fit_linear_model
from mirtool.errors import NotEnoughDataError, option
from mirtool.model import FloatArray, IntArray

LARGEST_SHORTFALL = 1.5
"""How many times as large as its estimate the variance of a third of the probes may be, before it is said."""

FEWEST_TO_COMPARE = 60
"""Fewest probes of which the thirds can be compared."""


@dataclass(frozen=True, eq=False)
class ReplicateSpots:
    """What the spots of each probe on each array come to, ``(n_probes, n_samples)`` each.

    ``means`` of their log2 values, NaN where there is none; ``counts`` of spots with a value; ``scatter``, the sum
    of squared deviations from the mean.
    """

    means: FloatArray
    counts: IntArray
    scatter: FloatArray


def summarize_replicates(values: FloatArray) -> ReplicateSpots:
    """Sum up log2 values of replicate spots, ``(n_probes, n_replicates, n_samples)``, NaN missing."""
    present = ~np.isnan(values)
    counts = present.sum(axis=1)
    # From the first value on, so that equal values deviate by exactly zero.
    first = np.take_along_axis(values, np.argmax(present, axis=1)[:, np.newaxis, :], axis=1)
    shifted = np.where(present, values - first, 0.0)
    shift = shifted.sum(axis=1) / np.maximum(counts, 1)
    scatter = np.sum(np.where(present, shifted - shift[:, np.newaxis, :], 0.0) ** 2, axis=1)
    return ReplicateSpots(first[:, 0, :] + shift, counts.astype(np.int64), scatter)


def estimate_replicate_correlation(
    spots: ReplicateSpots, design: FloatArray, *, weights: FloatArray | None = None
) -> BlockCorrelation:
    """Estimate the correlation of replicate spots within arrays, by restricted maximum likelihood probe by probe.

    The model is that of :func:`mirtool.differential.estimate_block_correlation` with the arrays for blocks, and so
    are the limits and the mean over the probes. Probes without variation, with fewer than three spots more than
    coefficients, no array more than coefficients, or hardly an array of two spots have no correlation.

    Parameters
    ----------
    spots
        From :func:`summarize_replicates`.
    design
        ``(n_samples, n_coefficients)``.
    weights
        ``(n_samples,)`` or ``(n_probes, n_samples)``: of all spots of an array.

    Raises
    ------
    NotEnoughDataError
        Where no probe has a correlation.

    References
    ----------
    Smyth, Michaud and Scott (2005).
    """
    of_values = np.broadcast_to(1.0 if weights is None else weights, spots.means.shape)
    counts = np.where(of_values > 0, spots.counts, 0)
    components: list[Component] = []
    for row in range(len(counts)):
        parts = _variance_parts(spots.means[row], counts[row], spots.scatter[row], of_values[row], design)
        if parts is not None:
            components.append((row, *parts))
    if not components:
        raise NotEnoughDataError(
            "no probe has enough spots to estimate the correlation of replicate spots",
            expected="probes with two spots on an array, and more arrays than the model has coefficients",
            hint=f"leave {option('replicates')} out",
        )
    return common_correlation(components, len(counts), int(counts.max()))


def uneven_correlation(found: BlockCorrelation, spots: ReplicateSpots) -> tuple[float, float] | None:
    """Return True if one correlation for all probes makes some P far too small.

    Returns
    -------
    tuple
        The common correlations of the dimmest and the brightest third of the probes, where the variance of an
        array's mean, as the scatter of its spots and the correlation of all probes give it, is short by more than
        :data:`LARGEST_SHORTFALL` in one of them; else None.
    """
    n = spots.counts.sum(axis=1)
    intensity = np.sum(np.nan_to_num(spots.means) * spots.counts, axis=1) / np.maximum(n, 1)
    known = np.flatnonzero(~np.isnan(found.of_probes))
    if len(known) < FEWEST_TO_COMPARE:
        return None
    thirds = np.array_split(known[np.argsort(intensity[known], kind="stable")], 3)
    dim, bright = (mean_correlation(found.of_probes[third]) for third in (thirds[0], thirds[2]))
    size = float(np.mean(spots.counts[spots.counts > 1]))
    share = [(1 + (size - 1) * rho) / (1 - rho) for rho in (max(dim, bright), found.common)]
    return (dim, bright) if share[0] > LARGEST_SHORTFALL * share[1] else None


def fit_replicates(
    spots: ReplicateSpots,
    design: FloatArray,
    correlation: float,
    *,
    contrasts: FloatArray | None = None,
    weights: FloatArray | None = None,
) -> Fit:
    """Fit a linear model to all spots by generalized least squares.

    Parameters
    ----------
    spots
        From :func:`summarize_replicates`.
    correlation
        Of the spots of an array, below 1.
    design, contrasts
        As in :func:`mirtool.differential.fit_linear_model`.
    weights
        As in :func:`estimate_replicate_correlation`.

    References
    ----------
    Smyth, Michaud and Scott (2005), section 3.
    """
    of_values = np.broadcast_to(1.0 if weights is None else weights, spots.means.shape)
    counts = np.where(of_values > 0, spots.counts, 0)
    precision = of_values * counts / (1 + (counts - 1) * correlation)
    fit = fit_linear_model(spots.means, design, contrasts=contrasts, weights=np.where(counts > 0, precision, 0.0))
    df = fit.df_residual + np.sum(np.maximum(counts - 1, 0), axis=1)
    squares = np.where(fit.df_residual > 0, np.square(fit.sigma) * fit.df_residual, 0.0)
    squares += np.sum(of_values * spots.scatter, axis=1) / (1 - correlation)
    sigma = np.full(len(df), np.nan)
    np.sqrt(np.divide(squares, df, where=df > 0, out=sigma), where=df > 0, out=sigma)
    return replace(fit, sigma=sigma, df_residual=df)


def _variance_parts(
    means: FloatArray, counts: IntArray, scatter: FloatArray, weights: FloatArray, design: FloatArray
) -> tuple[FloatArray, FloatArray] | None:
    """Part what the design leaves of a probe's spots into independent squares, as for arrays in blocks.

    The scatter within arrays has nothing of the array's variance: its loadings are zero.
    """
    measured = counts > 0
    m, n = counts[measured], int(counts.sum())
    root = np.sqrt(weights[measured] * m)
    left, lengths, _ = np.linalg.svd(design[measured] * root[:, np.newaxis], full_matrices=True)
    rank = int((lengths > ALIAS_TOLERANCE * lengths.max(initial=0.0)).sum())
    if n <= rank + 2 or not rank < len(m) < n - 1:
        return None
    rest = left[:, rank:]
    observed = means[measured] * root
    residual = rest.T @ observed
    within = float(np.sum(weights[measured] * scatter[measured]))
    if np.hypot(np.linalg.norm(residual), within**0.5) <= 8 * np.finfo(np.float64).eps * np.linalg.norm(observed):
        return None
    loadings, directions = np.linalg.eigh((rest.T * m) @ rest)
    free = n - len(m)
    squares = np.concatenate([(directions.T @ residual) ** 2, np.full(free, within / free)])
    return np.concatenate([loadings, np.zeros(free)]), squares
