"""Detection: which signals reach the cut-off, and which probes are kept for it."""

from __future__ import annotations

import numpy as np

from mirtool.model import BoolArray, FloatArray


def detected_signals(signals: FloatArray, min_intensity: float) -> BoolArray:
    """Mask of the signals that are at least ``min_intensity``; a missing one is not.

    Examples
    --------
    >>> detected_signals(np.array([[30.0, 29.9, np.nan]]), 30)
    array([[ True, False, False]])
    """
    return np.asarray(signals >= min_intensity)


def kept_probes(detected: BoolArray, keep: str = "any") -> BoolArray:
    """Return a mask of the probes to keep, ``(n_probes,)``; ``keep`` is one of ``KEEP_RULES``."""
    fewest_arrays = {"any": 1, "all": detected.shape[1], "everything": 0}[keep]
    return np.asarray(np.count_nonzero(detected, axis=1) >= fewest_arrays)
