"""How much of the variance each column of the sample sheet explains: of each component, and over all probes.

Each column is looked at on its own, by a one-way model (levels) or a line (numbers) with an intercept, fitted to
the samples that have a value. Shares of several columns overlap where the columns do and do not add up to one.

The share over all probes is that of redundancy analysis: the sum of squares that the model explains, over the
total sum of squares, both summed over the probes. It is adjusted as Peres-Neto and others adjust it, by the
degrees of freedom: one less the mean residual variance over the mean variance, which is zero on average for a
column that says nothing, and may then be below zero. Its P is by permutation of the samples over the probes that
no sample lacks.

References
----------
Legendre P, Legendre L (2012). Numerical Ecology, 3rd ed., chapter 11. Elsevier.
Peres-Neto PR, Legendre P, Dray S, Borcard D (2006). Variation partitioning of species data matrices. Ecology 87,
2614–2625.
Anderson MJ (2001). A new method for non-parametric multivariate analysis of variance. Austral Ecol 26, 32–46.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.covariates.columns import Covariate
from mirtool.model import BoolArray, FloatArray, IntArray

_PERMUTED_AT_ONCE = 100
_NOTHING = 1e-12
"""Variance of a slope's numbers, over that of the whole column, below which they do not vary."""


@dataclass(frozen=True, eq=False)
class OneWayFits:
    """One model per row of a matrix, each fitted to the samples present. Every array is ``(n_rows,)``.

    Parameters
    ----------
    n
        Samples with a value of row and covariate.
    df
        Degrees of freedom of the model: levels present less one, or 1 for a slope; 0 where nothing varies.
    total, model
        Sum of squares around the mean, and the part of it that the model explains.
    """

    n: IntArray
    df: IntArray
    total: FloatArray
    model: FloatArray

    @property
    def df_residual(self) -> IntArray:
        """Degrees of freedom that the model leaves."""
        return self.n - 1 - self.df

    @property
    def residual(self) -> FloatArray:
        """Sum of squares that the model leaves; never below zero."""
        return np.maximum(self.total - self.model, 0.0)

    @property
    def share(self) -> FloatArray:
        """R²: the part of the sum of squares that the model explains; NaN where no test can be made."""
        return self._where_tested(self.model, self.total)

    @property
    def adjusted(self) -> FloatArray:
        """R² adjusted for the degrees of freedom."""
        return 1.0 - self._where_tested(self.residual * (self.n - 1), self.total * self.df_residual)

    @property
    def f_statistic(self) -> FloatArray:
        """F of the model against its mean; infinite where the model leaves nothing."""
        with np.errstate(divide="ignore"):
            return self._where_tested(self.model * self.df_residual, self.residual * self.df)

    @property
    def p_value(self) -> FloatArray:
        """P of the F test."""
        from scipy.special import fdtrc

        return np.asarray(fdtrc(self.df, np.maximum(self.df_residual, 1), self.f_statistic), dtype=np.float64)

    @property
    def tested(self) -> BoolArray:
        """Rows that vary, with a model that varies and leaves degrees of freedom."""
        return (self.df > 0) & (self.df_residual > 0) & (self.total > 0)

    def _where_tested(self, above: FloatArray, below: FloatArray) -> FloatArray:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.tested, above / below, np.nan)


def one_way_fits(values: FloatArray, covariate: Covariate) -> OneWayFits:
    """Fit the model of a covariate to every row of a matrix.

    Parameters
    ----------
    values
        ``(n_rows, n_samples)``, NaN missing.
    covariate
        With one value per sample.
    """
    y = values[:, covariate.known]
    present = ~np.isnan(y)
    n = present.sum(axis=1)
    centered = _centered(y, present)
    total = np.einsum("ij,ij->i", centered, centered)
    if covariate.levels:
        indicators = covariate.indicators()[covariate.known]
        counts = present.astype(np.float64) @ indicators
        sums = centered @ indicators
        model = np.divide(sums**2, counts, out=np.zeros_like(sums), where=counts > 0).sum(axis=1)
        return OneWayFits(n, np.maximum((counts > 0).sum(axis=1) - 1, 0), total, np.minimum(model, total))
    x = covariate.values[covariate.known]
    x = x - x.mean()
    own = _centered(np.broadcast_to(x, y.shape), present)
    squares = np.einsum("ij,ij->i", own, own)
    varies = squares > _NOTHING * np.sum(x**2)
    along = np.einsum("ij,ij->i", own, centered)
    model = np.divide(along**2, squares, out=np.zeros_like(along), where=varies)
    return OneWayFits(n, varies.astype(np.int64), total, np.minimum(model, total))


def _centered(values: FloatArray, present: BoolArray) -> FloatArray:
    """Subtract each row's mean over what is present; what is missing becomes zero."""
    filled = np.where(present, values, 0.0)
    means = filled.sum(axis=1) / np.maximum(present.sum(axis=1), 1)
    return np.where(present, values - means[:, np.newaxis], 0.0)


@dataclass(frozen=True)
class VarianceShare:
    """How much of the variance of all probes a covariate explains.

    Parameters
    ----------
    n_samples, n_probes
        Samples with a value, and the probes that count: they vary, and leave degrees of freedom to the model.
    share, adjusted
        Share of the sum of squares, and the same adjusted for the degrees of freedom; NaN without any probe.
    p_value
        By permutation of the samples; NaN where there is no probe that none of them lacks.
    n_complete
        Probes behind P.
    """

    n_samples: int
    n_probes: int
    share: float
    adjusted: float
    p_value: float
    n_complete: int


def variance_share(
    values: FloatArray, covariate: Covariate, *, permutations: int = 0, seed: int = 1
) -> VarianceShare:
    """Return the share of the variance over all probes that a covariate explains.

    Parameters
    ----------
    values
        log2, ``(n_probes, n_samples)``, NaN missing.
    covariate
        With one value per sample.
    permutations
        How many times the samples are permuted for P; 0 for none.
    seed
        Of the permutations.
    """
    fits = one_way_fits(values, covariate)
    counts = fits.tested
    share = adjusted = np.nan
    if counts.any():
        share = float(fits.model[counts].sum() / fits.total[counts].sum())
        residual = np.sum(fits.residual[counts] / fits.df_residual[counts])
        adjusted = float(1 - residual / np.sum(fits.total[counts] / (fits.n[counts] - 1)))
    known = values[:, covariate.known]
    complete = known[~np.isnan(known).any(axis=1)]
    p_value = _permutation_p(complete, covariate, permutations, seed) if counts.any() and permutations else np.nan
    return VarianceShare(int(covariate.known.sum()), int(counts.sum()), share, adjusted, p_value, len(complete))


def _permutation_p(complete: FloatArray, covariate: Covariate, permutations: int, seed: int) -> float:
    """Return the share of permutations, and of the samples as they are, that explain as much or more."""
    if not len(complete):
        return float("nan")
    centered = complete - complete.mean(axis=1, keepdims=True)
    gram = centered.T @ centered
    design = _orthonormal(covariate)
    found = _explained(gram, design[np.newaxis])[0]
    if not found > 0:
        return float("nan")
    rng = np.random.default_rng(seed)
    at_least = 0
    for start in range(0, permutations, _PERMUTED_AT_ONCE):
        n = min(_PERMUTED_AT_ONCE, permutations - start)
        orders = np.array([rng.permutation(len(design)) for _ in range(n)])
        at_least += int((_explained(gram, design[orders]) >= found * (1 - 1e-9)).sum())
    return (1 + at_least) / (1 + permutations)


def _orthonormal(covariate: Covariate) -> FloatArray:
    """Return orthonormal columns that span the model; of centered values the intercept adds nothing to them."""
    if covariate.levels:
        indicators = covariate.indicators()[covariate.known]
        return np.asarray(indicators / np.sqrt(indicators.sum(axis=0)))
    x = covariate.values[covariate.known]
    x = (x - x.mean())[:, np.newaxis]
    return np.asarray(x / np.linalg.norm(x))


def _explained(gram: FloatArray, designs: FloatArray) -> FloatArray:
    """Return the sum of squares that each design explains, ``(n_designs,)``."""
    # One product with the columns of all designs: the matrix is read once, not for each design.
    columns = designs.transpose(1, 0, 2)
    products = (gram @ columns.reshape(len(gram), -1)).reshape(columns.shape)
    return np.asarray(np.einsum("ipk,ipk->p", products, columns))
