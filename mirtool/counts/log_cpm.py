"""Counts on the log2 scale: counts per million reads of the effective library."""

from __future__ import annotations

import numpy as np

from mirtool.model import FloatArray

PRIOR_COUNT = 2.0
"""Reads added to each count, in a library of mean size."""


def log_cpm(counts: FloatArray, libraries: FloatArray, *, prior_count: float = PRIOR_COUNT) -> FloatArray:
    """Return log2 counts per million for figures, distances and tests without weights.

    The prior count is proportional to the library, so that no reads are the same value in every sample, and low
    counts do not scatter by the depth: log2((y + p) / (N + 2 p) · 10⁶), p = ``prior_count`` · N / mean N.

    Parameters
    ----------
    counts
        Reads, ``(n_rows, n_samples)``.
    libraries
        Effective library sizes, ``(n_samples,)``.
    prior_count
        Above 0.

    Returns
    -------
    FloatArray
        log2, as ``counts``.

    References
    ----------
    Chen Y, Lun ATL, Smyth GK (2016). F1000Research 5, 1438.

    Examples
    --------
    >>> log_cpm(np.array([[0.0, 0.0], [98.0, 196.0]]), np.array([1e6, 2e6])).round(4)
    array([[0.415 , 0.415 ],
           [6.6342, 6.6342]])
    """
    prior = prior_count * libraries / libraries.mean()
    return np.asarray(np.log2((counts + prior) / (libraries + 2 * prior) * 1e6))


def voom_log_cpm(counts: FloatArray, libraries: FloatArray) -> FloatArray:
    """Return log2 counts per million as voom fits them: log2((y + 0.5) / (N + 1) · 10⁶).

    Parameters and result are those of :func:`log_cpm`.

    References
    ----------
    Law CW, Chen Y, Shi W, Smyth GK (2014). Genome Biology 15, R29.

    Examples
    --------
    >>> voom_log_cpm(np.array([[0.0], [127.5]]), np.array([999_999.0])).round(4)
    array([[-1.],
           [ 7.]])
    """
    return np.asarray(np.log2((counts + 0.5) / (libraries + 1) * 1e6))
