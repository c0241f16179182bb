"""How much a log-CPM can be trusted, from the size of its count: voom's trend and weights.

References
----------
Law CW, Chen Y, Shi W, Smyth GK (2014). voom: precision weights unlock linear model analysis tools for RNA-seq read
counts. Genome Biology 15, R29.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.model import FloatArray
from mirtool.stats.lowess import lowess

SPAN = 0.5
"""Share of the rows behind each point of the trend."""


@dataclass(frozen=True, eq=False)
class PrecisionTrend:
    """How the variation of log-CPM depends on the size of a count.

    Parameters
    ----------
    log_count
        Mean log2 count of each row that the trend was made from, ``(n_rows,)``.
    root_sd
        Square root of the row's residual standard deviation of log-CPM, same shape.
    curve
        The trend at each row, same shape.
    """

    log_count: FloatArray
    root_sd: FloatArray
    curve: FloatArray

    def at(self, log_count: FloatArray) -> FloatArray:
        """Return the trend at other log2 counts: linear between the rows, level beyond the first and the last."""
        x, first = np.unique(self.log_count, return_index=True)
        return np.asarray(np.interp(log_count, x, self.curve[first]))


def precision_trend(
    counts: FloatArray, libraries: FloatArray, log_cpm: FloatArray, sigma: FloatArray, *, span: float = SPAN
) -> PrecisionTrend:
    """Smooth the square root of the residual standard deviations over the mean log2 counts, by lowess.

    Parameters
    ----------
    counts
        Reads, ``(n_rows, n_samples)``; rows of zeros take no part.
    libraries
        Effective library sizes, ``(n_samples,)``.
    log_cpm
        As :func:`mirtool.counts.log_cpm.voom_log_cpm` gives it.
    sigma
        Residual standard deviation of each row of ``log_cpm``, ``(n_rows,)``.
    span
        Share of the rows behind each point.

    References
    ----------
    Law et al. (2014).
    """
    used = counts.any(axis=1) & np.isfinite(sigma)
    log_count = log_cpm[used].mean(axis=1) + np.mean(np.log2(libraries + 1)) - np.log2(1e6)
    root_sd = np.sqrt(sigma[used])
    return PrecisionTrend(log_count, root_sd, lowess(log_count, root_sd, span=span))


def precision_weights(fitted: FloatArray, libraries: FloatArray, trend: PrecisionTrend) -> FloatArray:
    """Return the weight of each value: the reciprocal of the variance that its fitted count has by the trend.

    Parameters
    ----------
    fitted
        log-CPM as the model fits them, ``(n_rows, n_samples)``.
    libraries
        Effective library sizes, ``(n_samples,)``.
    trend
        Of :func:`precision_trend`.

    Returns
    -------
    FloatArray
        As ``fitted``, positive.

    References
    ----------
    Law et al. (2014).

    Examples
    --------
    >>> trend = PrecisionTrend(np.array([2.0, 10.0]), np.array([1.0, 0.5]), np.array([1.0, 0.5]))
    >>> precision_weights(np.array([[2.0, 10.0, 12.0]]), np.full(3, 999_999.0), trend)
    array([[ 1., 16., 16.]])
    """
    log_count = fitted + np.log2(libraries + 1) - np.log2(1e6)
    return np.asarray(trend.at(log_count) ** -4.0)
