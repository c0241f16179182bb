"""Least-squares fit of one linear model to every probe at once, whatever values are missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, FloatArray, IntArray

ALIAS_TOLERANCE = 1e-7
"""A design column whose part independent of the columns before it is shorter than this share of it adds
nothing that can be told apart (the tolerance of R's ``lm``)."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A linear model fitted to each of ``n_probes`` rows, with ``n_coefficients`` columns of the design.

    Parameters
    ----------
    coefficients
        Estimates, ``(n_probes, n_coefficients)``, in the unit of the values (log2); NaN where a row's values
        can't tell the coefficient from those before it.
    unscaled_sd
        Standard error of each coefficient divided by ``sigma``, same shape, NaN in the same places.
    sigma
        Residual standard deviation, ``(n_probes,)``; NaN where no degree of freedom is left.
    df_residual
        Residual degrees of freedom: values minus estimable coefficients, ``(n_probes,)``.
    """

    coefficients: FloatArray
    unscaled_sd: FloatArray
    sigma: FloatArray
    df_residual: IntArray


def fit_linear_model(values: FloatArray, design: FloatArray) -> Fit:
    """Fit ``values[i] = design @ coefficients[i]`` by least squares to the values each row has.

    Rows with the same missing values share one decomposition of the design, and all decompositions are made in
    one pass. A residual no larger than the rounding of the values themselves counts as zero.

    Parameters
    ----------
    values
        log2 expression, ``(n_probes, n_samples)``, NaN missing.
    design
        ``(n_samples, n_coefficients)``, complete. Where the columns a row needs depend on each other, the
        later ones are not estimable for it, as in R's ``lm``.

    Raises
    ------
    NotEnoughDataError
        Where the design has not one row a sample, or a value of it is missing.
    """
    n_samples = len(design)
    if values.shape[1] != n_samples or not np.isfinite(design).all():
        raise NotEnoughDataError(
            "the design does not fit the values",
            found=f"a design of {n_samples} rows for {values.shape[1]} samples"
            + ("" if np.isfinite(design).all() else ", with missing values"),
            expected="one complete row a sample",
        )
    present = ~np.isnan(values)
    patterns, pattern_of_row = _missing_patterns(present)
    basis, inverse, estimable = _decompose(design, patterns)
    if len(patterns) > 1:
        basis, inverse, estimable = basis[pattern_of_row], inverse[pattern_of_row], estimable[pattern_of_row]

    observed = np.where(present, values, 0.0)
    effects = (observed[:, np.newaxis, :] @ basis)[:, 0, :]
    residuals = observed - (basis @ effects[:, :, np.newaxis])[:, :, 0]
    coefficients = (inverse @ effects[:, :, np.newaxis])[:, :, 0]
    unscaled_sd = np.broadcast_to(np.sqrt(np.sum(inverse**2, axis=2)), coefficients.shape)

    df = present.sum(axis=1) - np.broadcast_to(estimable.sum(axis=1), len(values))
    length = np.linalg.norm(residuals, axis=1)
    rounding = 8 * np.finfo(np.float64).eps * np.linalg.norm(observed, axis=1)
    length[length <= rounding] = 0.0
    sigma = np.full(len(values), np.nan)
    np.divide(length, np.sqrt(np.maximum(df, 1)), out=sigma, where=df > 0)
    return Fit(
        np.where(estimable, coefficients, np.nan),
        np.where(estimable, unscaled_sd, np.nan),
        sigma,
        df.astype(np.int64),
    )


def _missing_patterns(present: BoolArray) -> tuple[BoolArray, IntArray]:
    """Give the distinct rows of a mask, and which of them each row is."""
    packed = np.ascontiguousarray(np.packbits(present, axis=1))
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, pattern_of_row = np.unique(keys, return_index=True, return_inverse=True)
    return present[first], pattern_of_row.reshape(-1).astype(np.int64)


def _decompose(design: FloatArray, patterns: BoolArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Decompose the design for every pattern of present samples (Gram–Schmidt, orthogonalized twice).

    Returns
    -------
    basis
        Orthonormal columns, ``(n_patterns, n_samples, n_coefficients)``, zero for absent samples and for
        coefficients that can't be estimated.
    inverse
        Inverse of the triangular factor, ``(n_patterns, n_coefficients, n_coefficients)``.
    estimable
        Which coefficients can be estimated, ``(n_patterns, n_coefficients)``.
    """
    columns = np.where(patterns[:, :, np.newaxis], design, 0.0)
    n_coefficients = design.shape[1]
    basis = np.zeros_like(columns)
    estimable = np.zeros((len(patterns), n_coefficients), dtype=bool)
    for j in range(n_coefficients):
        rest = columns[:, :, j : j + 1]
        length = np.linalg.norm(rest, axis=1)
        before = basis[:, :, :j]
        for _ in range(2):
            rest = rest - before @ (before.transpose(0, 2, 1) @ rest)
        rest_length = np.linalg.norm(rest, axis=1)
        estimable[:, j] = (rest_length > ALIAS_TOLERANCE * length)[:, 0]
        unit = rest[:, :, 0] / np.where(rest_length > 0, rest_length, 1.0)
        basis[:, :, j] = np.where(estimable[:, j : j + 1], unit, 0.0)
    triangle = np.triu(basis.transpose(0, 2, 1) @ columns)
    identity = np.eye(n_coefficients)
    triangle = np.where(estimable[:, np.newaxis, :], triangle, identity)
    return basis, np.linalg.inv(triangle), estimable
