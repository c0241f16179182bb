"""Detection: which probes reach the cut-off or are called by the instrument, and which are kept for it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mirtool.errors import UsageError, option
from mirtool.io.arrays.not_detected import ABSENT, CALL_KEY
from mirtool.model import BoolArray, FloatArray, IntArray, RawArrays
from mirtool.normalize.replicates import ReplicateGroups

_BAD = -100


def detected_signals(signals: FloatArray, min_intensity: float) -> BoolArray:
    """Mask of the signals that are at least ``min_intensity``; a missing one is not.

    Examples
    --------
    >>> detected_signals(np.array([[30.0, 29.9, np.nan]]), 30)
    array([[ True, False, False]])
    """
    return np.asarray(signals >= min_intensity)


def detection_call(arrays: RawArrays) -> str:
    """Return the name of the instrument's own detection call; blank where not every array has one."""
    calls = {source.header.get(CALL_KEY, "") for source in arrays.sources}
    return calls.pop() if len(calls) == 1 and arrays.flags is not None else ""


def choose_detection(arrays: RawArrays, detection: str) -> str:
    """Return the call that decides what is detected, blank where the cut-off does.

    Raises
    ------
    UsageError
        Where the call is asked for and the files have none.
    """
    found = "" if detection == "cutoff" else detection_call(arrays)
    if detection == "call" and not found:
        raise UsageError(
            "the files have no detection call",
            parameter="detection",
            expected="Agilent files with gIsGeneDetected, read by the signal gene, or Affymetrix calls",
            hint=f"leave it out, or choose a cut-off with {option('min_intensity')}",
        )
    return found


def called_probes(flags: IntArray, groups: ReplicateGroups) -> BoolArray:
    """Return which probes the instrument calls detected, ``(n_probes, n_arrays)``.

    A probe is, where one of its spots is that is not set aside: the call is read as the flag −75 (absent).
    """
    called = np.zeros((len(groups), flags.shape[1]), dtype=bool)
    present = (flags != ABSENT) & (flags != _BAD) & (groups.probe_of >= 0)[:, None]
    for array in range(flags.shape[1]):
        called[groups.probe_of[present[:, array]], array] = True
    return called


def kept_probes(
    detected: BoolArray, keep: str = "any", groups: Sequence[str] = (), share: float = 1.0
) -> BoolArray:
    """Return a mask of the probes to keep.

    Parameters
    ----------
    detected
        ``(n_probes, n_arrays)``.
    keep
        One of ``KEEP_RULES``.
    groups, share
        Under ``group``: the group of each array, blank for none, and the smallest share of a group's arrays, of
        one array at least, that detect a probe.

    Returns
    -------
    BoolArray
        ``(n_probes,)``.

    Raises
    ------
    UsageError
        Under ``group``, where no array has a group.

    Examples
    --------
    >>> detected = np.array([[True, True, False, False], [True, False, True, False]])
    >>> kept_probes(detected, "group", ["a", "a", "b", "b"], 0.75)
    array([ True, False])
    """
    if keep == "group":
        return _kept_by_group(detected, groups, share)
    fewest_arrays = {"any": 1, "all": detected.shape[1], "everything": 0}[keep]
    return np.asarray(np.count_nonzero(detected, axis=1) >= fewest_arrays)


def _kept_by_group(detected: BoolArray, groups: Sequence[str], share: float) -> BoolArray:
    members = [np.array([own == group for own in groups]) for group in dict.fromkeys(groups) if group]
    if not members:
        raise UsageError(
            f"{option('keep', 'group')} needs the groups of the arrays",
            parameter="keep",
            hint="fill in the column group of the sample sheet",
        )
    kept = np.zeros(len(detected), dtype=bool)
    for own in members:
        fewest = max(1, math.ceil(share * np.count_nonzero(own) - 1e-9))  # 0.6 of 5 arrays is 3, not 4
        kept |= np.count_nonzero(detected[:, own], axis=1) >= fewest
    return kept
