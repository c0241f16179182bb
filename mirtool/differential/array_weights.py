"""How much each array can be trusted, from how well its values follow the model, over all probes.

The variance of a value is that of its probe times one of its array: var(y) = σ²ₚ exp(γₐ) / weight, with the γ of
all arrays adding up to zero. An array's weight is exp(−γ).

References
----------
Ritchie ME, Diyagama D, Neilson J, van Laar R, Dobrovic A, Holloway A, Smyth GK (2006). Empirical array quality
weights in the analysis of microarray data. BMC Bioinformatics 7, 261.
Smyth GK (2002). An efficient algorithm for REML in heteroscedastic regression. J Comput Graph Stat 11, 836–847.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.differential.linear_model import ALIAS_TOLERANCE, decompose, whiten
from mirtool.errors import NotEnoughDataError
from mirtool.model import FloatArray, IntArray

PRIOR_PROBES = 10.0
"""Probes' worth of prior belief that all arrays are alike (limma's ``prior.n``)."""

LITTLE = 0.05
"""Share of what the best array shows of its variance below which another shows next to nothing."""

LEAST_DF = 2
"""A probe with a single residual degree of freedom holds no information on one array against another."""

CONVERGED = 1e-11
"""The iteration ends with a step this small in every log variance."""

MOST_STEPS = 200
"""Steps after which the iteration is given up; ten are usual."""

CHUNK = 256
"""Probes of which the matrices of arrays × arrays are held at a time."""


@dataclass(frozen=True, eq=False)
class _Residuals:
    """What one set of weights leaves of the values of ``n_probes`` rows.

    Parameters
    ----------
    squares
        Squared residuals, each times its value's weight, ``(n_probes, n_samples)``; zero where missing.
    free
        One minus the leverage of each value, same shape; zero where missing.
    df, sums
        Residual degrees of freedom, and the squares' sum, ``(n_probes,)``.
    basis
        Orthonormal columns that span each row's weighted design, ``(n_probes | 1, n_samples, n_coefficients)``.
    log_det
        Logarithm of the determinant of each row's weighted cross product of the design, ``(n_probes,)``.
    """

    squares: FloatArray
    free: FloatArray
    df: FloatArray
    sums: FloatArray
    basis: FloatArray
    log_det: FloatArray

    @property
    def scores(self) -> FloatArray:
        """Derivative of each row's restricted log likelihood by the log variances, twice, ``(n_probes, n)``."""
        return self.squares * (self.df / self.sums)[:, np.newaxis] - self.free


def estimate_array_weights(
    values: FloatArray,
    design: FloatArray,
    *,
    weights: FloatArray | None = None,
    prior_probes: float = PRIOR_PROBES,
) -> FloatArray:
    """Estimate the weight of each array by restricted maximum likelihood over all probes.

    Maximized over γ is the sum of the probes' restricted log likelihoods, each probe's own variance at its best,
    plus ``prior_probes`` / 2 · Σ(−γ − exp(−γ)), the likelihood of so many probes that find all arrays alike. The
    maximum is found by Fisher's scoring, with missing values and weights as they are. Arrays that the data can't
    distinguish (:func:`indistinguishable_arrays`) have one weight.

    Parameters
    ----------
    values
        log2 expression, ``(n_probes, n_samples)``, NaN missing. Probes that leave fewer than :data:`LEAST_DF`
        residual degrees of freedom, or follow the design exactly, hold no information and take no part.
    design
        ``(n_samples, n_coefficients)``.
    weights
        Weights that are known beforehand, as in :func:`mirtool.differential.fit_linear_model`.
    prior_probes
        Above 0. More of them draw the weights to 1.

    Returns
    -------
    FloatArray
        ``(n_samples,)``; the product is 1.

    Raises
    ------
    NotEnoughDataError
        Where no probe holds any information.

    References
    ----------
    Ritchie et al. (2006); Smyth (2002).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> noise = np.array([1.0, 1.0, 1.0, 3.0])
    >>> estimate_array_weights(noise * rng.normal(size=(2000, 4)), np.ones((4, 1))).round(1)
    array([1.7, 1.8, 1.7, 0.2])
    """
    values, weights = _telling(values, design, weights)
    gamma = np.zeros(len(design))
    residuals = _residuals(values, design, gamma, weights)
    alike = _alike(residuals, prior_probes)
    height = _log_likelihood(residuals, values, gamma, prior_probes)
    for _ in range(MOST_STEPS):
        score, information = residuals.scores.sum(axis=0), _information(residuals)
        score += prior_probes * (np.exp(-gamma) - 1)
        information += prior_probes * np.diag(np.exp(-gamma))
        step = _step(score, information, alike)
        for halving in range(30):
            tried = gamma + step / 2**halving
            residuals = _residuals(values, design, tried, weights)
            reached = _log_likelihood(residuals, values, tried, prior_probes)
            if reached >= height - 1e-12 * abs(height):
                break
        gamma, height = tried, reached
        if np.abs(step).max() < CONVERGED:
            break
    return np.asarray(np.exp(-gamma))


def update_array_weights(
    values: FloatArray,
    design: FloatArray,
    *,
    weights: FloatArray | None = None,
    prior_probes: float = PRIOR_PROBES,
) -> FloatArray:
    """Estimate the weight of each array in one pass over the probes, each moving the weights a little.

    Every probe takes one step of Fisher's scoring, by its own score and by the information of all probes up to it
    and of the prior ones. Other than :func:`estimate_array_weights` the result depends on the order of the probes;
    with many of them the two agree closely.

    Parameters, result and errors are those of :func:`estimate_array_weights`.

    References
    ----------
    Ritchie et al. (2006), the gene-by-gene update; the information as in Smyth (2002), without the squares of
    leverages.
    """
    values, weights = _telling(values, design, weights)
    gamma = np.zeros(len(design))
    alike = _alike(_residuals(values, design, gamma, weights), prior_probes)
    information = prior_probes * np.eye(len(design))
    known = np.where(np.isnan(values), 0.0, 1.0 if weights is None else weights)
    for of_probe, own_weights in zip(np.nan_to_num(values), known, strict=True):
        root = np.sqrt(own_weights * np.exp(-gamma))
        left, lengths, _ = np.linalg.svd(design * root[:, np.newaxis], full_matrices=False)
        left = left[:, lengths > ALIAS_TOLERANCE * lengths[0]]
        residual = root * of_probe - left @ (left.T @ (root * of_probe))
        free = np.where(root > 0, 1 - np.sum(left**2, axis=1), 0.0)
        df = np.count_nonzero(root) - left.shape[1]
        score = residual**2 * df / (residual @ residual) - free
        information += np.diag(free) - np.outer(free, free) / df
        gamma = gamma + _step(score, information, alike)
    return np.asarray(np.exp(-gamma))


def array_likelihood(
    values: FloatArray,
    design: FloatArray,
    array_weights: FloatArray,
    *,
    weights: FloatArray | None = None,
    prior_probes: float = PRIOR_PROBES,
) -> float:
    """Return logarithm of what :func:`estimate_array_weights` maximizes, up to a constant, at given weights."""
    values, weights = _telling(values, design, weights)
    gamma = -np.log(array_weights)
    return _log_likelihood(_residuals(values, design, gamma, weights), values, gamma, prior_probes)


def _telling(
    values: FloatArray, design: FloatArray, weights: FloatArray | None
) -> tuple[FloatArray, FloatArray | None]:
    """Return the probes that distinguish arrays, with their weights; values of weight 0 become missing."""
    if weights is not None:
        values = np.where(weights > 0, values, np.nan)
    residuals = _residuals(values, design, np.zeros(len(design)), weights)
    total = np.nansum(values**2 * (1.0 if weights is None else weights), axis=1)
    rounding = (8 * np.finfo(np.float64).eps) ** 2 * total
    telling = (residuals.df >= LEAST_DF) & (residuals.sums > rounding)
    if not telling.any():
        raise NotEnoughDataError(
            "no probe has enough values to estimate weights of the arrays",
            expected=f"at least {LEAST_DF} arrays more than the model has coefficients",
            hint="leave the weights of arrays out",
        )
    by_value = weights is not None and weights.ndim == 2
    return values[telling], weights[telling] if weights is not None and by_value else weights


def indistinguishable_arrays(
    values: FloatArray,
    design: FloatArray,
    *,
    weights: FloatArray | None = None,
    prior_probes: float = PRIOR_PROBES,
) -> IntArray:
    """Find the arrays whose variances the data show as one sum alone.

    What a design leaves of two arrays alone in their group, or of the two of a pair, is the difference of their
    values, and that shows the sum of their variances, whatever either is. Where that sum is large the penalized
    likelihood has two equal maxima, each with one good array and one poor, and rounding would choose.

    Parameters and errors are those of :func:`estimate_array_weights`.

    Returns
    -------
    IntArray
        ``(n_samples,)``; arrays with the same number are indistinguishable.

    Examples
    --------
    >>> values = np.random.default_rng(1).normal(size=(100, 5))
    >>> indistinguishable_arrays(values, np.eye(2)[[0, 0, 1, 1, 1]])
    array([0, 0, 2, 3, 4])
    """
    values, weights = _telling(values, design, weights)
    return _alike(_residuals(values, design, np.zeros(len(design)), weights), prior_probes)


def _alike(residuals: _Residuals, prior_probes: float) -> IntArray:
    """Return for each array the first that it can't be distinguished from.

    A change of the log variances by ``d`` changes what the residuals are expected to be by ``dᵀ G d`` probes'
    worth. Where that is little for a change of two arrays against each other, less than the prior belief that
    they are alike, the data can't distinguish them. An array that is fitted exactly shows nothing to begin with.
    """
    shown = _squared_projections(residuals)
    own = np.diag(shown)
    little = min(prior_probes, LITTLE * float(own.max()))
    mean, half_difference = (own[:, np.newaxis] + own) / 2, (own[:, np.newaxis] - own) / 2
    least = mean - np.hypot(half_difference, shown)  # the smaller eigenvalue of two arrays' part of G
    tied = (least <= little) & (own > little) & (own[:, np.newaxis] > little)
    first = np.arange(len(own))
    for _ in range(len(own)):
        first = np.array([first[tied[a] | (np.arange(len(own)) == a)].min() for a in range(len(own))])
    return first


def _step(score: FloatArray, information: FloatArray, alike: IntArray) -> FloatArray:
    """Return the step of Fisher's scoring among log variances of sum zero, equal where arrays are alike."""
    kinds, kind_of_array, sizes = np.unique(alike, return_inverse=True, return_counts=True)
    if len(kinds) == 1:
        return np.zeros(len(alike))
    of_kind = np.eye(len(kinds))[kind_of_array]
    # The last kind is what the others leave of the sum.
    free = of_kind @ np.vstack([np.eye(len(kinds) - 1), -sizes[:-1] / sizes[-1]])
    return np.asarray(free @ np.linalg.solve(free.T @ information @ free, free.T @ score))


def _residuals(
    values: FloatArray, design: FloatArray, gamma: FloatArray, weights: FloatArray | None
) -> _Residuals:
    present = ~np.isnan(values)
    precision = np.exp(-gamma) * (1.0 if weights is None else weights)
    whitened = whiten(values, design, present, precision, None)
    basis, inverse, estimable = decompose(whitened.columns)
    diagonal = np.diagonal(inverse, axis1=1, axis2=2)
    log_det = -2 * np.sum(np.log(np.abs(np.where(estimable, diagonal, 1.0))), axis=1)
    leverage, rank = np.sum(basis**2, axis=2), estimable.sum(axis=1)
    if len(basis) > 1:
        own = whitened.design_of_row
        basis, log_det, leverage, rank = basis[own], log_det[own], leverage[own], rank[own]
    observed = whitened.observed
    effects = (observed[:, np.newaxis, :] @ basis)[:, 0, :]
    residual = observed - (basis @ effects[:, :, np.newaxis])[:, :, 0]
    squares = np.where(present, residual, 0.0) ** 2
    free = np.where(present, np.maximum(1 - leverage, 0.0), 0.0)
    df = present.sum(axis=1) - np.broadcast_to(rank, len(values))
    return _Residuals(
        squares, free, df.astype(np.float64), squares.sum(axis=1), basis, np.broadcast_to(log_det, len(values))
    )


def _information(r: _Residuals) -> FloatArray:
    """Return the information on the log variances of all rows together, twice, each row's own variance aside."""
    return np.asarray(_squared_projections(r) - r.free.T @ (r.free / r.df[:, np.newaxis]))


def _squared_projections(r: _Residuals) -> FloatArray:
    """Return the sum over the rows of the squares of I − H, element by element, ``(n_samples, n_samples)``."""
    n = r.free.shape[1]
    if len(r.basis) == 1:
        hat = r.basis[0] @ r.basis[0].T
        return np.asarray(len(r.free) * (np.eye(n) - hat) ** 2)
    # The squares of I − H are those of H but for the diagonal; the hat of a missing value is zero.
    squared = np.zeros((n, n))
    for start in range(0, len(r.basis), CHUNK):
        part = r.basis[start : start + CHUNK]
        squared += np.sum((part @ part.transpose(0, 2, 1)) ** 2, axis=0)
    squared[np.diag_indices(n)] = np.sum(r.free**2, axis=0)
    return squared


def _log_likelihood(r: _Residuals, values: FloatArray, gamma: FloatArray, prior_probes: float) -> float:
    of_arrays = np.sum(~np.isnan(values), axis=0) @ gamma
    of_probes = np.sum(r.df * np.log(r.sums) + r.log_det)
    return float(-0.5 * (of_probes + of_arrays + prior_probes * np.sum(gamma + np.exp(-gamma))))
