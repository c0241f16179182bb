"""Least-squares fit of one linear model to every probe at once, whatever values are missing.

Values may have weights, and the arrays of a block may be correlated (generalized least squares).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.differential.cross_products import CrossProducts, Solved
from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, FloatArray, IntArray
from mirtool.stats.blocks import row_blocks

ALIAS_TOLERANCE = 1e-7
"""A design column whose part independent of the columns before it is shorter than this share of it adds
nothing that can be distinguished (the tolerance of R's ``lm``)."""


BLOCK_VALUES = 1 << 16
"""Numbers that each array of a block of rows may hold (512 KiB): it stays in the cache, and BLAS in one thread."""

Decomposition = tuple[FloatArray, FloatArray, BoolArray]
"""What :func:`decompose` returns."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A linear model fitted to each of ``n_probes`` rows: its coefficients, or contrasts of them.

    Parameters
    ----------
    coefficients
        Estimates, ``(n_probes, n_estimates)``, in the unit of the values (log2); NaN where a row's values can't
        distinguish the coefficient from those before it, or the contrast from others.
    unscaled_sd
        Standard error of each estimate divided by ``sigma``, same shape, NaN in the same places.
    sigma
        Residual standard deviation, ``(n_probes,)``; NaN where no degree of freedom is left.
    df_residual
        Residual degrees of freedom: values minus estimable coefficients, ``(n_probes,)``.
    unscaled_root
        A root of the covariance of the estimates divided by ``sigma`` squared, ``(n_probes, n_estimates,
        n_coefficients)``: the root times its transpose is that covariance.
    """

    coefficients: FloatArray
    unscaled_sd: FloatArray
    sigma: FloatArray
    df_residual: IntArray
    unscaled_root: FloatArray

    def split(self, n: int) -> tuple[Fit, FloatArray]:
        """Return the fit with the first ``n`` estimates, and the coefficients of the others."""
        first = Fit(
            self.coefficients[:, :n],
            self.unscaled_sd[:, :n],
            self.sigma,
            self.df_residual,
            self.unscaled_root[:, :n],
        )
        return first, self.coefficients[:, n:]


@dataclass(frozen=True, eq=False)
class Whitened:
    """Values and design such that ordinary least squares on them is the fit wanted; absent values are zero.

    ``columns`` is ``(n_designs, n_samples, n_coefficients)``, and ``design_of_row`` says which is each row's.
    """

    observed: FloatArray
    columns: FloatArray
    design_of_row: IntArray


def fit_linear_model(
    values: FloatArray,
    design: FloatArray,
    *,
    contrasts: FloatArray | None = None,
    weights: FloatArray | None = None,
    correlation: FloatArray | None = None,
) -> Fit:
    """Fit ``values[i] = design @ coefficients[i]`` by least squares to the values each row has.

    Rows with the same missing values share one decomposition of the design. Rows that differ in them, or have
    weights of their own, are solved by cross products (:mod:`mirtool.differential.cross_products`) where these
    are well conditioned. Rows are worked on by blocks, which bounds the memory. A residual no larger than the
    rounding of the values themselves counts as zero.

    Parameters
    ----------
    values
        log2 expression, ``(n_probes, n_samples)``, NaN missing.
    design
        ``(n_samples, n_coefficients)``, complete. Where the columns per row needs depend on each other, the
        later ones are not estimable for it, as in R's ``lm``.
    contrasts
        ``(n_coefficients, n_contrasts)``: the combinations to estimate in place of the coefficients. Each is
        estimated exactly from the values a row has, and missing where those can't distinguish it from others.
    weights
        ``(n_samples,)`` or ``(n_probes, n_samples)``, not negative: the variance of a value is that of its
        probe divided by its weight. A value of weight 0 counts as missing.
    correlation
        ``(n_samples, n_samples)`` correlation of the samples, positive definite; None for independent ones.

    Raises
    ------
    NotEnoughDataError
        Where the design has not one row per sample, or a value of it or of the weights is missing.

    References
    ----------
    Smyth GK, Michaud J, Scott HS (2005). Use of within-array replicate spots for assessing differential
    expression in microarray experiments. Bioinformatics 21, 2067–2075 (correlated arrays).
    """
    n_samples = len(design)
    if values.shape[1] != n_samples or not np.isfinite(design).all():
        raise NotEnoughDataError(
            "the design does not fit the values",
            found=f"a design of {n_samples} rows for {values.shape[1]} samples"
            + ("" if np.isfinite(design).all() else ", with missing values"),
            expected="one complete row per sample",
        )
    present = ~np.isnan(values)
    if weights is not None:
        _check_weights(weights, values)
        present &= weights > 0
    whole = _Block(values, present, weights)
    one_design = not whole.has_weights_by_row and bool((present == present[:1]).all())
    crossed = None if one_design or correlation is not None else _cross_products(design)
    # A decomposition holds each row's design, a correlation each row's square of the samples.
    if correlation is not None:
        of_row = n_samples**2
    else:
        of_row = n_samples if one_design or crossed is not None else design.size
    decomposed: Decomposition | None = None
    fits = []
    for rows in row_blocks(max(len(values), 1), of_row, BLOCK_VALUES):
        block = whole.take(rows)
        if crossed is not None:
            solved = _solve_by_products(crossed, block, design)
        else:
            whitened = whiten(block.values, design, block.present, block.weights, correlation)
            if decomposed is None or not one_design:
                decomposed = decompose(whitened.columns)
            solved = _solve(whitened, decomposed, block.present)
        fits.append(_fit_of(solved, contrasts))
    return fits[0] if len(fits) == 1 else _joined(fits, one_design=one_design)


@dataclass(frozen=True, eq=False)
class _Block:
    """Some of the rows: their values, which of these take part, and the weights as in :func:`fit_linear_model`."""

    values: FloatArray
    present: BoolArray
    weights: FloatArray | None

    @property
    def has_weights_by_row(self) -> bool:
        """True if every row has weights of its own."""
        return self.weights is not None and self.weights.ndim == 2

    def take(self, rows: IntArray | slice) -> _Block:
        """Return some rows of these."""
        weights = self.weights
        if weights is not None and weights.ndim == 2:
            weights = weights[rows]
        return _Block(self.values[rows], self.present[rows], weights)


def _cross_products(design: FloatArray) -> CrossProducts | None:
    """Return the cross products of a design; None where a column depends on others, or there are very many."""
    basis, _, estimable = decompose(design[np.newaxis])
    return CrossProducts.of(basis[0], np.triu(basis[0].T @ design)) if estimable.all() else None


def _solve_by_products(crossed: CrossProducts, block: _Block, design: FloatArray) -> Solved:
    """Solve rows by cross products, and those by decomposition that are not well conditioned."""
    solved, is_sure = crossed.solve(block.values, block.present, block.weights)
    rest = np.flatnonzero(~is_sure)
    for some in row_blocks(len(rest), design.size, BLOCK_VALUES):
        rows = rest[some]
        own = block.take(rows)
        whitened = whiten(own.values, design, own.present, own.weights, None)
        solved.replace_rows(rows, _solve(whitened, decompose(whitened.columns), own.present))
    return solved


def _solve(whitened: Whitened, decomposed: Decomposition, present: BoolArray) -> Solved:
    basis, inverse, estimable = decomposed
    if len(basis) > 1:
        own = whitened.design_of_row
        basis, inverse, estimable = basis[own], inverse[own], estimable[own]
    observed = whitened.observed
    effects = (observed[:, np.newaxis, :] @ basis)[:, 0, :]
    residuals = observed - (basis @ effects[:, :, np.newaxis])[:, :, 0]
    coefficients = (inverse @ effects[:, :, np.newaxis])[:, :, 0]
    length = np.linalg.norm(residuals, axis=1)
    rounding = 8 * np.finfo(np.float64).eps * np.linalg.norm(observed, axis=1)
    length[length <= rounding] = 0.0
    return Solved(coefficients, inverse, estimable, length, present.sum(axis=1))


def _fit_of(solved: Solved, contrasts: FloatArray | None) -> Fit:
    """Return the estimates wanted of the coefficients."""
    coefficients, inverse, estimable = solved.coefficients, solved.inverse, solved.estimable
    root, known = np.where(estimable[:, np.newaxis, :], inverse, 0.0), estimable
    if contrasts is not None:
        # The inverse's column of a coefficient that can't be estimated spans what the values leave open.
        open_part = np.abs(contrasts.T @ np.where(estimable[:, np.newaxis, :], 0.0, inverse))
        known = (open_part <= ALIAS_TOLERANCE * np.abs(contrasts).max(initial=0.0)).all(axis=2)
        coefficients = np.where(estimable, coefficients, 0.0) @ contrasts
        root = contrasts.T @ root
    unscaled_sd = np.broadcast_to(np.sqrt(np.sum(root**2, axis=2)), coefficients.shape)
    n_rows = len(coefficients)
    df = solved.n_values - np.broadcast_to(estimable.sum(axis=1), n_rows)
    sigma = np.full(n_rows, np.nan)
    np.divide(solved.length, np.sqrt(np.maximum(df, 1)), out=sigma, where=df > 0)
    return Fit(
        np.where(known, coefficients, np.nan),
        np.where(known, unscaled_sd, np.nan),
        sigma,
        df.astype(np.int64),
        np.broadcast_to(root, (n_rows, *root.shape[1:])),
    )


def _joined(fits: Sequence[Fit], *, one_design: bool) -> Fit:
    """Return the fits of blocks of rows as one; rows of one design share the root of its covariance."""
    root = fits[0].unscaled_root[:1]
    n_rows = sum(len(fit.sigma) for fit in fits)
    return Fit(
        np.concatenate([fit.coefficients for fit in fits]),
        np.concatenate([fit.unscaled_sd for fit in fits]),
        np.concatenate([fit.sigma for fit in fits]),
        np.concatenate([fit.df_residual for fit in fits]),
        np.broadcast_to(root, (n_rows, *root.shape[1:]))
        if one_design
        else np.concatenate([fit.unscaled_root for fit in fits]),
    )


def _check_weights(weights: FloatArray, values: FloatArray) -> None:
    if weights.shape not in (values.shape, values.shape[1:]):
        raise NotEnoughDataError(
            "the weights do not fit the values",
            found=f"weights of shape {weights.shape} for values of shape {values.shape}",
            expected="one weight per sample, or one per value",
        )
    if not (np.isfinite(weights) & (weights >= 0)).all():
        raise NotEnoughDataError("a weight is missing, infinite or negative", expected="numbers from 0 up")


def whiten(
    values: FloatArray,
    design: FloatArray,
    present: BoolArray,
    weights: FloatArray | None,
    correlation: FloatArray | None,
) -> Whitened:
    """Scale values and design by the roots of the weights, and rid them of the correlation."""
    patterns, pattern_of_row = _missing_patterns(present)
    observed = np.where(present, values, 0.0)
    columns, design_of_row = np.where(patterns[:, :, np.newaxis], design, 0.0), pattern_of_row
    if weights is not None:
        root = np.sqrt(weights)
        observed = observed * root
        if root.ndim == 2:
            columns, design_of_row = columns[pattern_of_row], np.arange(len(values))
            root = root[:, :, np.newaxis]
        else:
            root = root[:, np.newaxis]
        columns = columns * root
    if correlation is not None:
        both = patterns[:, :, np.newaxis] & patterns[:, np.newaxis, :]
        lower = np.linalg.cholesky(np.where(both, correlation, np.eye(len(design))))
        observed = np.linalg.solve(lower[pattern_of_row], observed[:, :, np.newaxis])[:, :, 0]
        is_by_row = weights is not None and weights.ndim == 2
        columns = np.linalg.solve(lower[pattern_of_row] if is_by_row else lower, columns)
    return Whitened(observed, columns, design_of_row)


def _missing_patterns(present: BoolArray) -> tuple[BoolArray, IntArray]:
    """Return the distinct rows of a mask, and which of them each row is."""
    packed = np.ascontiguousarray(np.packbits(present, axis=1))
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, pattern_of_row = np.unique(keys, return_index=True, return_inverse=True)
    return present[first], pattern_of_row.reshape(-1).astype(np.int64)


def decompose(columns: FloatArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Decompose every design (Gram–Schmidt, orthogonalized twice).

    Parameters
    ----------
    columns
        ``(n_designs, n_samples, n_coefficients)``, zero for absent samples.

    Returns
    -------
    basis
        Orthonormal columns, same shape, zero for coefficients that can't be estimated.
    inverse
        Inverse of the triangular factor, ``(n_designs, n_coefficients, n_coefficients)``. The column of a
        coefficient that can't be estimated holds the combination of coefficients that the values leave open.
    estimable
        Which coefficients can be estimated, ``(n_designs, n_coefficients)``.
    """
    n_coefficients = columns.shape[2]
    basis = np.zeros_like(columns)
    estimable = np.zeros((len(columns), n_coefficients), dtype=bool)
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
    triangle = np.where(estimable[:, :, np.newaxis], triangle, np.eye(n_coefficients))
    inverse: FloatArray = np.linalg.inv(triangle).astype(np.float64)
    return basis, inverse, estimable
