r"""Variance stabilization: a scale on which a difference means the same at every intensity.

The model of Huber et al. (2002): on array :math:`j` the intensity of probe :math:`i` is stabilized and
calibrated by an offset and a factor of the array,

.. math:: h_{ij} = \operatorname{arsinh}(a_j + b_j y_{ij}), \qquad h_{ij} = \mu_i + \varepsilon_{ij},
          \quad \varepsilon_{ij} \sim N(0, \sigma^2)

for the probes that do not change. With :math:`\mu_i` and :math:`\sigma` at their best, the log likelihood of the
:math:`a_j` and :math:`b_j` is, over the :math:`N` intensities,

.. math:: -\tfrac{N}{2} \log \sum_{ij} (h_{ij} - \bar h_{i\cdot})^2
          + \sum_{ij} \log \frac{b_j}{\sqrt{1 + (a_j + b_j y_{ij})^2}}

and is maximized by a quasi-Newton method on its analytic gradient. So that probes that do change have no say, the
fit is repeated on the nine tenths of the probes that fit best, chosen within each fifth of the intensities, seven
fits in all (least trimmed squares). The result is on the scale of log2 for high intensities,

.. math:: \frac{\operatorname{arsinh}(a_j + b_j y_{ij}) - \log 2\bar b}{\log 2}, \qquad
          \log \bar b = \operatorname{mean}_j \log b_j,

and defined at zero and below, so that no signal is lost for being negative.

References
----------
Huber W et al. (2002) Variance stabilization applied to microarray data calibration and to the quantification of
differential expression. Bioinformatics 18 Suppl 1:S96-S104. Huber W et al. (2003) Parameter estimation for the
calibration and variance stabilization of microarray data. Stat Appl Genet Mol Biol 2:3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.model import BoolArray, FloatArray, IntArray

KEPT_SHARE = 0.9
"""Share of the probes that the fit rests on after the first."""
FITS = 7
SLICES = 5
"""Parts of the intensity range of which each keeps its share."""
FEWEST_PROBES = 42
"""Fewer probes can't distinguish the offset and the factor of an array from their noise."""


@dataclass(frozen=True, eq=False)
class VsnFit:
    """The offset and the factor of each array, ``(n_arrays,)``, and the log likelihood of the probes used."""

    offset: FloatArray
    factor: FloatArray
    log_likelihood: float

    def apply(self, intensities: FloatArray) -> FloatArray:
        """Transform intensities, ``(n, n_arrays)``, linear, NaN missing, to the generalized log2."""
        stabilized = np.arcsinh(self.offset + self.factor * intensities)
        values: FloatArray = (stabilized - np.log(2) - np.mean(np.log(self.factor))) / np.log(2)
        return values


def fit_vsn(intensities: FloatArray, *, kept_share: float = KEPT_SHARE) -> VsnFit:
    """Fit offsets and factors of all arrays together.

    Parameters
    ----------
    intensities
        Background-corrected signals, linear, of whatever sign, ``(n_probes, n_arrays)``, NaN missing; two arrays
        or more, and 42 probes or more that are on two arrays.
    kept_share
        Share of the probes that the fit rests on after the first; 1 is plain maximum likelihood.
    """
    usable = np.count_nonzero(~np.isnan(intensities), axis=1) > 1
    values = intensities[usable]
    unit = float(np.median(np.abs(values[~np.isnan(values)])))
    values = values / unit
    n_arrays = values.shape[1]
    parameters = np.zeros(2 * n_arrays)
    used = np.ones(len(values), dtype=bool)
    for _ in range(FITS if kept_share < 1 else 1):
        parameters, likelihood = _maximize(parameters, values[used])
        used = _best_fitting(parameters, values, kept_share)
    offset, log_factor = parameters[:n_arrays], parameters[n_arrays:]
    return VsnFit(offset, np.exp(log_factor) / unit, likelihood)


def _maximize(start: FloatArray, values: FloatArray) -> tuple[FloatArray, float]:
    from scipy.optimize import minimize

    n = int(np.count_nonzero(~np.isnan(values)))

    def cost(parameters: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = profile_log_likelihood(parameters, values)
        return -value / n, -gradient / n

    best = minimize(
        cost,
        start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 5000, "maxfun": 20000, "ftol": 1e-15, "gtol": 1e-9, "maxcor": 30},
    )
    return np.asarray(best.x), -float(best.fun) * n


def profile_log_likelihood(parameters: FloatArray, values: FloatArray) -> tuple[float, FloatArray]:
    """Return log likelihood and gradient of the offsets and the logarithms of the factors, ``(2 × n_arrays,)``."""
    n_arrays = values.shape[1]
    offset, factor = parameters[:n_arrays], np.exp(parameters[n_arrays:])
    present = ~np.isnan(values)
    y = np.where(present, values, 0.0)
    inner = offset + factor * y
    slope = 1 / np.sqrt(1 + inner**2)
    h = np.where(present, np.arcsinh(inner), 0.0)
    residual = np.where(present, h - (h.sum(axis=1) / present.sum(axis=1))[:, np.newaxis], 0.0)
    squares = float(np.sum(residual**2))
    n = int(present.sum())
    jacobian = np.where(present, np.log(slope), 0.0).sum() + present.sum(axis=0) @ parameters[n_arrays:]
    value = -n / 2 * np.log(squares) + float(jacobian)
    # The row means do not add to the gradient: residuals sum to zero in each row.
    by_inner = np.where(present, -n / squares * residual * slope - inner * slope**2, 0.0)
    by_offset = by_inner.sum(axis=0)
    by_log_factor = (by_inner * y).sum(axis=0) * factor + present.sum(axis=0)
    return value, np.concatenate([by_offset, by_log_factor])


def _best_fitting(parameters: FloatArray, values: FloatArray, share: float) -> BoolArray:
    n_arrays = values.shape[1]
    h = np.arcsinh(parameters[:n_arrays] + np.exp(parameters[n_arrays:]) * values)
    mean = np.nanmean(h, axis=1)
    variance = np.nanmean((h - mean[:, np.newaxis]) ** 2, axis=1)
    slices = _slices(mean)
    used = np.zeros(len(values), dtype=bool)
    for number in range(SLICES):
        own = slices == number
        used |= own & (variance <= np.quantile(variance[own], share))
    return used


def _slices(mean: FloatArray) -> IntArray:
    """Cut the probes into equal parts by their mean, the lowest first."""
    rank = np.empty(len(mean), dtype=np.int64)
    rank[np.argsort(mean, kind="stable")] = np.arange(len(mean))
    return np.asarray(rank * SLICES // len(mean))
