"""Patients divided into folds with the same share of the outcome in each."""

from __future__ import annotations

import numpy as np

from mirtool.model import BoolArray, IntArray


def stratified_folds(
    outcome: BoolArray, folds: int, rng: np.random.Generator, units: IntArray | None = None
) -> IntArray:
    """Return the fold of each row; rows of one patient are always in one fold.

    Parameters
    ----------
    outcome
        One per row.
    folds
        Their number.
    rng
        Shuffles the patients.
    units
        The patient of each row, where rows are drawn with replacement; by default each row is another patient.

    Examples
    --------
    >>> has = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0], bool)
    >>> own = stratified_folds(has, 3, np.random.default_rng(1))
    >>> np.bincount(own[has]).tolist(), np.bincount(own[~has]).tolist()
    ([1, 1, 1], [2, 2, 2])
    """
    patients = np.arange(len(outcome)) if units is None else units
    unique, first = np.unique(patients, return_index=True)
    fold = np.empty(len(unique), dtype=np.int64)
    dealt = 0  # those without the outcome go on where those with it ended, so that folds are of equal size
    for level in (True, False):
        own = rng.permutation(np.flatnonzero(outcome[first] == level))
        fold[own] = (dealt + np.arange(len(own))) % folds
        dealt += len(own)
    return fold[np.searchsorted(unique, patients)]
