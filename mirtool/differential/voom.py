"""voom: log-CPM with the precision of each value, as a linear model of array values takes them.

References
----------
Law CW, Chen Y, Shi W, Smyth GK (2014). voom: precision weights unlock linear model analysis tools for RNA-seq read
counts. Genome Biology 15, R29.
Liu R, Holik AZ, Su S, Jansz N, Chen K, Leong HS, Blewitt ME, Asselin-Labat ML, Smyth GK, Ritchie ME (2015). Why
weight? Modelling sample and observational level variability improves power in RNA-seq analyses. Nucleic Acids
Research 43, e97.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mirtool.counts import PrecisionTrend, precision_trend, precision_weights, voom_log_cpm
from mirtool.differential.linear_model import fit_linear_model
from mirtool.errors import NotEnoughDataError, option
from mirtool.model import FloatArray


@dataclass(frozen=True, eq=False)
class Voom:
    """Counts made ready for a linear model.

    Parameters
    ----------
    log_cpm
        log2 counts per million, ``(n_rows, n_samples)``.
    weights
        The precision of each value, same shape, positive.
    trend
        Standard deviation over the size of counts, from which the weights are.
    """

    log_cpm: FloatArray
    weights: FloatArray
    trend: PrecisionTrend


def voom(
    counts: FloatArray,
    libraries: FloatArray,
    design: FloatArray,
    *,
    weights: FloatArray | None = None,
    correlation: FloatArray | None = None,
) -> Voom:
    """Estimate the precision of each log-CPM from the trend of the residual variances over the size of counts.

    The model is fitted to log-CPM without knowing their precision; the square roots of the residual standard
    deviations are smoothed over the mean log2 counts, and each value weighs the reciprocal of the variance that
    the curve has at its fitted count.

    Parameters
    ----------
    counts
        Reads, ``(n_rows, n_samples)``.
    libraries
        Effective library sizes, ``(n_samples,)``.
    design
        ``(n_samples, n_coefficients)``, of full rank, with fewer coefficients than samples.
    weights
        ``(n_samples,)`` weights of samples for the first fit; None for equal ones. They are not part of the
        result.
    correlation
        ``(n_samples, n_samples)`` correlation of the samples for the first fit; None for independent ones.

    Raises
    ------
    NotEnoughDataError
        Where there are fewer than two rows with reads, or they do not vary.

    References
    ----------
    Law et al. (2014).
    """
    log_cpm = voom_log_cpm(counts, libraries)
    fit = fit_linear_model(log_cpm, design, contrasts=design.T, weights=weights, correlation=correlation)
    if np.count_nonzero(counts.any(axis=1) & np.isfinite(fit.sigma)) < 2:
        raise NotEnoughDataError(
            "fewer than two miRNAs have reads: the variance can't be followed over the size of counts",
            hint="lower the filter, or check the table",
        )
    trend = precision_trend(counts, libraries, log_cpm, fit.sigma)
    if trend.curve.min() <= 0:
        raise NotEnoughDataError(
            "the trend of the variance over the size of counts reaches zero, so there are no precision weights",
            found=f"{len(trend.curve)} miRNAs",
            hint=f"with so few miRNAs choose {option('count_method', 'trend')}",
        )
    return Voom(log_cpm, precision_weights(fit.coefficients, libraries, trend), trend)


def voom_with_sample_weights(
    counts: FloatArray,
    libraries: FloatArray,
    design: FloatArray,
    *,
    estimate: Callable[..., FloatArray],
    weights: FloatArray | None = None,
    correlation: FloatArray | None = None,
) -> tuple[Voom, FloatArray]:
    """Estimate the precision of values and the quality of samples in turn, twice.

    Parameters
    ----------
    counts, libraries, design, correlation
        As in :func:`voom`.
    estimate
        :func:`mirtool.differential.estimate_array_weights` or :func:`mirtool.differential.update_array_weights`.
    weights
        ``(n_samples,)`` weights that are known beforehand.

    Returns
    -------
    Voom, FloatArray
        The precision of the values alone, and the weight of each sample, ``(n_samples,)``; a model takes the
        product.

    References
    ----------
    Liu et al. (2015).
    """
    known = np.ones(len(design)) if weights is None else weights
    of_samples = np.ones(len(design))
    for _ in range(2):
        found = voom(counts, libraries, design, weights=known * of_samples, correlation=correlation)
        of_samples = estimate(found.log_cpm, design, weights=found.weights * known)
    return found, of_samples
