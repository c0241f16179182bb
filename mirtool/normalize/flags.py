"""Flags: which spots the scanner's software, or a person at it, set aside.

GenePix writes 100 (good), 0 (unflagged), −50 (not found), −75 (absent) and −100 (bad). "Not found" and "absent"
can be honest low signal, "bad" never is; so leaving out the bad ones alone is the default.

References
----------
GenePix Pro 6.0 Microarray Acquisition and Analysis Software, User's Guide, Axon Instruments / Molecular Devices.
"""

from __future__ import annotations

import numpy as np

from mirtool.model import BoolArray, IntArray

BAD = -100


def flagged_spots(flags: IntArray, rule: str = "bad") -> BoolArray:
    """Mask of the spots that ``rule`` (one of :data:`mirtool.normalize.methods.FLAG_RULES`) makes missing.

    Examples
    --------
    >>> flags = np.array([[100, 0, -50, -75, -100]])
    >>> [int(flagged_spots(flags, rule).sum()) for rule in ("bad", "negative", "ignore")]
    [1, 3, 0]
    """
    if rule == "bad":
        return np.asarray(flags == BAD)
    if rule == "negative":
        return np.asarray(flags < 0)
    return np.zeros(flags.shape, dtype=bool)


def count_flags(flags: IntArray) -> dict[int, IntArray]:
    """Count each negative flag, lowest first: flag to the number of its spots in each array, ``(n_arrays,)``.

    Examples
    --------
    >>> count_flags(np.array([[0, -100], [-50, -100], [100, 0]]))
    {-100: array([0, 2]), -50: array([1, 0])}
    """
    return {int(flag): (flags == flag).sum(axis=0) for flag in np.unique(flags[flags < 0])}
