"""Least squares of many rows with missing values or weights at once, by cross products of an orthonormal design.

The design of all samples is made orthonormal once. The cross products of each row's own design are then close to
the identity, and those of all rows together are two matrix products: no decomposition of a design per row. A
second step on the residuals leaves the estimates the accuracy of a decomposition (Björck 1987). Rows whose own
design is too far from orthonormal for that, or whose values the design fits exactly, are left to the
decomposition.

References
----------
Björck Å (1987). Stability analysis of the method of seminormal equations for linear least squares problems. Linear
Algebra and its Applications 88/89, 31–48.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.model import BoolArray, FloatArray, IntArray

MOST_PRODUCTS = 1 << 22
"""Products of two columns of the design, over all samples, that are worth it (32 MiB)."""

WORST_CONDITION = 1e4
"""Bound of the condition of the cross products up to which they lose at most four digits of sixteen."""

LEAST_INDEPENDENT = 1e-5
"""Least share of a design column that the columns before it leave, in a row's own samples."""

LEAST_RESIDUAL = 1e-10
"""Residuals below this share of the values may be rounding: the decomposition decides."""


@dataclass(frozen=True, eq=False)
class Solved:
    """Least squares of some rows.

    Parameters
    ----------
    coefficients
        ``(n_rows, n_coefficients)``.
    inverse
        Inverse of the triangular factor of each row's design, ``(n_rows, n_coefficients, n_coefficients)``; of one
        row where all have one design.
    estimable
        Which coefficients can be estimated, ``(n_rows, n_coefficients)``, or of one row.
    length
        Length of the residuals, ``(n_rows,)``.
    n_values
        Values that took part, ``(n_rows,)``.
    """

    coefficients: FloatArray
    inverse: FloatArray
    estimable: BoolArray
    length: FloatArray
    n_values: IntArray

    def replace_rows(self, rows: IntArray, others: Solved) -> None:
        """Put the solutions of others in the place of some rows."""
        self.coefficients[rows], self.inverse[rows] = others.coefficients, others.inverse
        self.estimable[rows], self.length[rows] = others.estimable, others.length


@dataclass(frozen=True, eq=False)
class CrossProducts:
    """The design of all samples as orthonormal columns, and the products of every two of them.

    ``inverse`` is that of the triangle by which the columns are multiplied to give the design.
    """

    basis: FloatArray
    inverse: FloatArray
    products: FloatArray

    @classmethod
    def of(cls, basis: FloatArray, triangle: FloatArray) -> CrossProducts | None:
        """Multiply the columns; None where there are so many that it is more work than it saves."""
        if basis.size * basis.shape[1] > MOST_PRODUCTS:
            return None
        products = (basis[:, :, np.newaxis] * basis[:, np.newaxis, :]).reshape(len(basis), -1)
        return cls(basis, np.asarray(np.linalg.inv(triangle), dtype=np.float64), products)

    def solve(
        self, values: FloatArray, present: BoolArray, weights: FloatArray | None
    ) -> tuple[Solved, BoolArray]:
        """Solve some rows, and say of which the solution is as good as that by decomposition.

        Parameters
        ----------
        values
            ``(n_rows, n_samples)``.
        present
            Which of them take part, same shape.
        weights
            ``(n_samples,)`` or as ``values``; None for equal ones.
        """
        observed = np.where(present, values, 0.0)
        weight = present.astype(np.float64) if weights is None else present * weights
        n_coefficients = self.basis.shape[1]
        products = (weight @ self.products).reshape(-1, n_coefficients, n_coefficients)
        inverse, condition = _inverse_factors(products)
        back = inverse.transpose(0, 2, 1)

        def solution_of(right: FloatArray) -> FloatArray:
            return np.asarray((back @ (inverse @ right[:, :, np.newaxis]))[:, :, 0])

        solution = solution_of((weight * observed) @ self.basis)
        residuals = observed - solution @ self.basis.T
        solution += solution_of((weight * residuals) @ self.basis)
        residuals = observed - solution @ self.basis.T
        length = np.sqrt(np.sum(weight * residuals**2, axis=1))
        own_inverse = self.inverse @ back
        own_triangle = np.linalg.inv(own_inverse)
        independent = np.abs(np.diagonal(own_triangle, axis1=1, axis2=2)) / np.linalg.norm(own_triangle, axis=1)
        is_sure = (
            (condition <= WORST_CONDITION)
            & (independent > LEAST_INDEPENDENT).all(axis=1)
            & (length > LEAST_RESIDUAL * np.sqrt(np.sum(weight * observed**2, axis=1)))
        )
        estimable = np.ones(solution.shape, dtype=bool)
        solved = Solved(solution @ self.inverse.T, own_inverse, estimable, length, present.sum(axis=1))
        return solved, is_sure


def _inverse_factors(products: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the inverse of the Cholesky factor of every matrix, and a bound of the matrix's condition.

    The bound is infinite where the matrix is not positive definite; its factor means nothing then.
    """
    lower = np.zeros_like(products)
    size = np.trace(products, axis1=1, axis2=2)
    is_definite = np.ones(len(products), dtype=bool)
    for j in range(products.shape[1]):
        before = lower[:, :, :j]
        rest = products[:, j:, j] - (before[:, j:] @ before[:, j, :, np.newaxis])[:, :, 0]
        is_definite &= rest[:, 0] > size / WORST_CONDITION**2
        pivot = np.where(is_definite, rest[:, 0], 1.0)
        # What is not definite has no factor; the numbers would grow without limit.
        lower[:, j:, j] = np.where(is_definite[:, np.newaxis], rest, 0.0) / np.sqrt(pivot)[:, np.newaxis]
        lower[~is_definite, j, j] = 1.0
    inverse = np.asarray(np.linalg.inv(lower), dtype=np.float64)
    # The largest eigenvalue is at most the trace, the inverse of the least one at most this square of lengths.
    bound = np.where(is_definite, size * np.sum(inverse**2, axis=(1, 2)), np.inf)
    return inverse, bound
