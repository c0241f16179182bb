"""What is clustered and drawn: log2 values, freed of each row's own level and spread."""

from __future__ import annotations

import numpy as np

from mirtool.cluster.methods import SCORES, Scores
from mirtool.model import FloatArray


def row_scores(values: FloatArray, scores: Scores = "z") -> tuple[FloatArray, str]:
    """Return what a heat map draws of log2 values, and what to call it.

    Parameters
    ----------
    values
        log2, ``(n, p)``, NaN missing.
    scores
        ``"z"``: (x − mean) / standard deviation of the row, n − 1 below, over the values present; of p = 2 columns
        every z-score would be ±0.7, so that the difference from the row's mean takes its place. ``"centered"``:
        x − mean. ``"log2"``: as it is.

    Returns
    -------
    scores : FloatArray
        ``(n, p)``. Missing stays missing; a row that does not vary, or has one value, is 0 (not for ``"log2"``).
    meaning : str
        In words, for a color bar.

    Raises
    ------
    UsageError
        For unknown scores.
    """
    SCORES.check(scores, "scores")
    if scores == "log2":
        return values, "log₂"
    present = ~np.isnan(values)
    count = np.maximum(present.sum(axis=1, keepdims=True), 1)
    low, high = (np.where(present, values, end) for end in (np.inf, -np.inf))
    least, most = (low.min(axis=1, keepdims=True), high.max(axis=1, keepdims=True))
    varies = least < most
    difference = np.where(varies, values - np.nansum(values, axis=1, keepdims=True) / count, values * 0)
    if scores == "centered" or values.shape[1] == 2:
        return difference, "log₂ minus the row's mean"
    variance = np.nansum(difference**2, axis=1, keepdims=True) / np.maximum(count - 1, 1)
    return difference / np.sqrt(np.where(varies, variance, 1.0)), "z-score of log₂ within the row"


def row_variances(values: FloatArray) -> FloatArray:
    """Return the variance of each row, n − 1 below, over the values present, ``(n,)``; NaN for fewer than two."""
    present = ~np.isnan(values)
    count = present.sum(axis=1)
    mean = np.where(present, values, 0.0).sum(axis=1) / np.maximum(count, 1)
    squares = np.where(present, (values - mean[:, None]) ** 2, 0.0).sum(axis=1)
    return np.where(count >= 2, squares / np.maximum(count - 1, 1), np.nan)
