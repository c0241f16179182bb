r"""normexp: the signal that is expected of a spot whose intensity is signal plus normal background.

The intensity of a spot above its local background is :math:`X = S + B`, the signal :math:`S` exponential with
mean :math:`\alpha`, the background left :math:`B \sim N(\mu, \sigma^2)`. With the three parameters fitted to all
spots of one array, each intensity is replaced by

.. math::

    E[S \mid X = x] = \sigma\,\Big(z + \frac{\phi(z)}{\Phi(z)}\Big),
    \qquad z = \frac{x - \mu}{\sigma} - \frac{\sigma}{\alpha}

which is always positive and rises with :math:`x`. The parameters are those of greatest likelihood, which is
computed exactly,

.. math::

    \log f(x) = -\log\alpha + \frac{\sigma^2}{2\alpha^2} - \frac{x - \mu}{\alpha} + \log\Phi(z)

or by its second-order saddle-point approximation. Both are maximized by Newton's method on their analytic
gradients, from where the approximation of Ritchie et al. starts: the lowest twentieth of the intensities is
background.

References
----------
Ritchie ME et al. (2007) A comparison of background correction methods for two-colour microarrays. Bioinformatics
23:2700-2707. Silver JD, Ritchie ME, Smyth GK (2009) Microarray background correction: maximum likelihood
estimation for the normal-exponential convolution. Biostatistics 10:352-363.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import log_ndtr

from mirtool.errors import NotEnoughDataError, option
from mirtool.model import FloatArray

FEWEST = 4
"""Intensities below which three parameters can't be fitted."""
LOG_SQRT_2PI = 0.5 * float(np.log(2 * np.pi))

Likelihood = Callable[[FloatArray, FloatArray], tuple[float, FloatArray]]
"""Of the parameters (μ, log σ, log α) and the intensities: log likelihood and gradient."""


@dataclass(frozen=True)
class NormexpFit:
    """Parameters of one array: mean and deviation of the background, mean of the signal; log likelihood."""

    mu: float
    sigma: float
    alpha: float
    log_likelihood: float

    def __str__(self) -> str:
        return f"background left {self.mu:.4g} ± {self.sigma:.4g}, mean signal {self.alpha:.4g}"


def normexp_signals(
    intensities: FloatArray, likelihood: Literal["saddle", "mle"] = "saddle"
) -> tuple[FloatArray, tuple[NormexpFit, ...]]:
    """Replace the intensities of each array by the signals expected behind them.

    Parameters
    ----------
    intensities
        Foreground − background, or the foreground where there is no background; linear, ``(n_spots, n_arrays)``,
        NaN missing.
    likelihood
        ``"saddle"``, limma's default, or ``"mle"``, the exact one.

    Returns
    -------
    signals : FloatArray
        Same shape and unit, positive, missing where the intensity is.
    fits : tuple of NormexpFit
        One per array.

    Raises
    ------
    NotEnoughDataError
        Where an array has fewer than 4 different intensities.
    """
    signals = np.full(intensities.shape, np.nan)
    fits = []
    for j, column in enumerate(intensities.T):
        present = ~np.isnan(column)
        fit = fit_normexp(column[present], likelihood)
        signals[present, j] = expected_signals(column[present], fit)
        fits.append(fit)
    return signals, tuple(fits)


def normexp_saddle_point(intensities: FloatArray) -> tuple[FloatArray, tuple[NormexpFit, ...]]:
    """Return the signals by the saddle-point approximation, and the fits (``normexp``)."""
    return normexp_signals(intensities, "saddle")


def normexp_exact(intensities: FloatArray) -> tuple[FloatArray, tuple[NormexpFit, ...]]:
    """Return the signals by the exact likelihood, and the fits (``normexp-mle``)."""
    return normexp_signals(intensities, "mle")


def fit_normexp(x: FloatArray, likelihood: Literal["saddle", "mle"] = "saddle") -> NormexpFit:
    """Fit the model to the intensities of one array, ``(n,)``, complete.

    Raises
    ------
    NotEnoughDataError
        Where fewer than 4 different intensities are left.
    """
    key = likelihood, hashlib.sha256(x.tobytes()).digest()
    known = _fits.get(key)
    if known is not None:
        return known
    if len(np.unique(x)) < FEWEST:
        raise NotEnoughDataError(
            "normexp can't be fitted to an array",
            found=f"{len(np.unique(x))} different intensities",
            expected=f"at least {FEWEST}",
            hint=f"leave the array out, or use {option('background', 'subtract')}",
        )
    compute = _exact if likelihood == "mle" else _saddle_point
    parameters, value = _maximize(compute, _start(x), x)
    mu, log_sigma, log_alpha = parameters
    fit = NormexpFit(float(mu), float(np.exp(log_sigma)), float(np.exp(log_alpha)), value)
    if len(_fits) >= _MOST_FITS:
        _fits.clear()
    _fits[key] = fit
    return fit


_fits: dict[tuple[str, bytes], NormexpFit] = {}
"""Fits by likelihood and SHA-256 of the intensities: recipes that are compared differ in later steps only."""
_MOST_FITS = 4096


def expected_signals(x: FloatArray, fit: NormexpFit) -> FloatArray:
    """Return the signal expected behind each intensity.

    Examples
    --------
    >>> expected_signals(np.array([0.0, 50.0, 1000.0]), NormexpFit(50.0, 10.0, 300.0, 0.0)).round(4)
    array([  1.8542,   7.8589, 949.6667])
    """
    z = (x - fit.mu) / fit.sigma - fit.sigma / fit.alpha
    near = np.maximum(z, -200.0)
    # Far below, z and the hazard cancel: take the asymptotic series of their sum.
    far = np.minimum(z, -200.0)
    series = -1 / far + 2 / far**3 - 10 / far**5
    signals: FloatArray = fit.sigma * np.where(z > -200.0, near + _hazard(near), series)
    return signals


def log_likelihood(x: FloatArray, fit: NormexpFit, likelihood: Literal["saddle", "mle"] = "saddle") -> float:
    """Return the log likelihood of the parameters of ``fit``, whatever was maximized to find them."""
    compute = _exact if likelihood == "mle" else _saddle_point
    return compute(np.array([fit.mu, np.log(fit.sigma), np.log(fit.alpha)]), x)[0]


def _hazard(z: FloatArray) -> FloatArray:
    """Return φ(z) / Φ(z)."""
    hazard: FloatArray = np.exp(-0.5 * z * z - LOG_SQRT_2PI - log_ndtr(z))
    return hazard


def _exact(parameters: FloatArray, x: FloatArray) -> tuple[float, FloatArray]:
    mu, log_sigma, log_alpha = parameters
    sigma = np.exp(log_sigma)
    ratio = np.exp(log_sigma - log_alpha)
    e = (x - mu) / sigma
    z = e - ratio
    log_cdf = log_ndtr(z)
    hazard = np.exp(-0.5 * z * z - LOG_SQRT_2PI - log_cdf)
    value = np.sum(-log_alpha + ratio**2 / 2 - e * ratio + log_cdf)
    gradient = np.array(
        [
            np.sum(ratio - hazard) / sigma,
            np.sum(ratio**2 - hazard * (e + ratio)),
            np.sum(-1 - ratio**2 + (e + hazard) * ratio),
        ]
    )
    return float(value), gradient


def _saddle_point(parameters: FloatArray, x: FloatArray) -> tuple[float, FloatArray]:
    """Approximate the density by the cumulants at the saddle point t = αθ = 1 − u, to the second order.

    With d = (x − μ)/α and ρ = σ²/α², u is the positive root of ρu² + (d − ρ)u − 1 = 0, and q = 1/(1 + ρu²).
    """
    mu, log_sigma, log_alpha = parameters
    alpha = np.exp(log_alpha)
    rho = np.exp(2 * (log_sigma - log_alpha))
    d = (x - mu) / alpha
    slope = d - rho
    root = np.sqrt(slope**2 + 4 * rho)
    positive = slope > 0
    u = np.where(positive, 2 / np.where(positive, slope + root, 1.0), (root - slope) / (2 * rho))
    t = 1 - u
    q = 1 / (1 + rho * u**2)
    terms = 0.5 * np.log(q) - d * t + rho * t**2 / 2 + 0.75 * q**2 - 5 / 6 * q**3
    value = np.sum(terms) - len(x) * (log_alpha + LOG_SQRT_2PI)

    u_d, u_rho = -(u**2) * q, u**2 * t * q
    q_d, q_rho = -(q**2) * 2 * rho * u * u_d, -(q**2) * (u**2 + 2 * rho * u * u_rho)
    by_q = 0.5 / q + 1.5 * q - 2.5 * q**2
    by_d = -t + u_d / u + by_q * q_d
    by_rho = t**2 / 2 + u_rho / u + by_q * q_rho
    gradient = np.array(
        [
            -np.sum(by_d) / alpha,
            2 * rho * np.sum(by_rho),
            -len(x) - np.sum(d * by_d) - 2 * rho * np.sum(by_rho),
        ]
    )
    return float(value), gradient


def _start(x: FloatArray) -> FloatArray:
    mu = float(np.quantile(x, 0.05))
    below = x[x < mu]
    sigma = np.sqrt(np.mean((below - mu) ** 2)) if len(below) else 0.0
    spread = float(x.max() - x.min())
    alpha = float(x.mean()) - mu
    return np.array([mu, np.log(max(sigma, 1e-3 * spread)), np.log(max(alpha, 1e-3 * spread))])


def _maximize(compute: Likelihood, start: FloatArray, x: FloatArray) -> tuple[FloatArray, float]:
    """Climb by Newton's steps, the Hessian by differences of the gradient, each step kept within reach."""
    at = start
    value, gradient = compute(at, x)
    reach = 1.0
    for _ in range(200):
        # μ in units of σ: all three parameters then have steps of one size.
        unit = np.array([np.exp(at[1]), 1.0, 1.0])
        curvature = _curvature(compute, at, unit, x)
        size, direction = np.linalg.eigh(curvature)
        slope = direction.T @ (gradient * unit)
        step = slope / np.maximum(np.abs(size), 1e-10 * np.abs(size).max())
        length = float(np.sqrt(step @ step))
        step = direction @ (step * min(1.0, reach / length)) if length > 0 else step
        new = at + unit * step
        new_value, new_gradient = compute(new, x)
        if new_value >= value:
            gained = new_value - value
            at, value, gradient = new, new_value, new_gradient
            reach = min(2 * reach, 4.0)
            if length < 1e-9 or gained <= 1e-15 * abs(value):
                break
        else:
            reach = min(reach, length) / 4
            if reach < 1e-10:
                break
    return at, value


def _curvature(compute: Likelihood, at: FloatArray, unit: FloatArray, x: FloatArray) -> FloatArray:
    step = 1e-5
    columns = []
    for k in range(3):
        away = np.zeros(3)
        away[k] = step * unit[k]
        columns.append((compute(at + away, x)[1] - compute(at - away, x)[1]) * unit / (2 * step))
    curvature = np.array(columns)
    symmetric: FloatArray = (curvature + curvature.T) / 2
    return symmetric
