"""miRNAs that one group alone detects: they have no fold change, and so no rank, but must not be lost.

Listed are those whose P of detection is 0.05 or less, or, where the groups are too small for that, those that
every array of one group detects and none of the other. They follow the ranked miRNAs in the order of that P, those
of one P in the order of the table; the number of rows that the list may have counts for them by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.io.results.differential import SavedDifferential
from mirtool.model import BoolArray

MOST_P = 0.05


@dataclass(frozen=True)
class DetectedOnly:
    """miRNAs that one group alone detects: positions of their probes, why each is listed, and how many exist."""

    probes: list[list[int]]
    reasons: tuple[str, ...]
    n_found: int


def detected_only(candidates: SavedDifferential, keys: Sequence[str], direction: str, top: int) -> DetectedOnly:
    """Return the first of the miRNAs that are listed for their detection.

    Parameters
    ----------
    candidates
        The differential table.
    keys
        The name of each probe, under which those of one miRNA are the same.
    direction
        ``"up"`` takes those of the tested group alone, ``"down"`` those of the reference.
    top
        How many to take at most.
    """
    p, fdr = candidates.detection_p, candidates.detection_fdr
    if p is None or fdr is None:
        return DetectedOnly([], (), 0)
    listed = np.flatnonzero(listed_for_detection(candidates, direction))
    mirnas: dict[str, list[int]] = {}
    for i in listed[np.argsort(p[listed], kind="stable")].tolist():
        mirnas.setdefault(keys[i], []).append(i)
    taken = list(mirnas.values())[:top]
    return DetectedOnly(taken, tuple(_reason(candidates, probes[0]) for probes in taken), len(mirnas))


def listed_for_detection(candidates: SavedDifferential, direction: str) -> BoolArray:
    """Return which probes are listed because one group alone detects them, ``(n_probes,)``."""
    only, p = candidates.detected_only_in, candidates.detection_p
    if only is None or p is None:
        return np.zeros(len(candidates), dtype=bool)
    listed = np.zeros(len(candidates), dtype=bool)
    for group, own in ((candidates.tested, "up"), (candidates.reference, "down")):
        detected = candidates.detected(group)
        in_all = detected == np.nanmax(detected, initial=1)
        listed |= (only == group) & (in_all | (p <= MOST_P)) & (direction in ("both", own))
    return np.asarray(listed & np.isnan(candidates.log2_ratio))


def _reason(candidates: SavedDifferential, probe: int) -> str:
    only, p, fdr = candidates.detected_only_in, candidates.detection_p, candidates.detection_fdr
    assert only is not None  # asked for where detection was tested
    assert p is not None
    assert fdr is not None
    n = int(candidates.detected(only[probe])[probe])
    return f"detected only in {only[probe]}, in {n:,} samples: P {p[probe]:.2g}, FDR {fdr[probe]:.2g}"
