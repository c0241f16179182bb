"""Factors: one number per array by which its signals become comparable with those of the other arrays."""

from __future__ import annotations

import numpy as np

from mirtool.model import BoolArray, FloatArray, IntArray


def median_factors(signals: FloatArray, detected: BoolArray) -> FloatArray:
    """Median signal of each array over the probes that are detected in ALL arrays.

    Parameters
    ----------
    signals
        Linear, ``(n_probes, n_arrays)``.
    detected
        Same shape; a probe counts where its whole row is true, so a probe missing in one array does not.

    Returns
    -------
    FloatArray
        ``(n_arrays,)``, in the unit of the signals.

    Examples
    --------
    >>> signals = np.array([[40.0, 80.0], [60.0, 100.0], [50.0, 20.0]])
    >>> median_factors(signals, signals >= 30)
    array([50., 90.])
    """
    factors: FloatArray = np.median(signals[detected.all(axis=1)], axis=0)
    return factors


def detected_everywhere_without(detected: BoolArray) -> IntArray:
    """Count, for each array, the probes that would be detected in all arrays if that one were left out.

    Examples
    --------
    >>> detected_everywhere_without(np.array([[True, True], [True, False], [True, False]]))
    array([1, 3])
    """
    missed = np.count_nonzero(~detected, axis=1)
    return np.asarray(np.count_nonzero(missed[:, None] - ~detected == 0, axis=0))
