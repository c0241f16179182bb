"""Replicate wells of one sample and target: which they are, and the one that lies apart from the others."""

from __future__ import annotations

import numpy as np

from mirtool.io.arrays.ct_wells import CtTable
from mirtool.model import FloatArray, IntArray

FEWEST_WELLS = 3
"""Replicate wells of which one can lie apart: of two that disagree none is known to be right."""
_ROUNDING = 1e-9
"""Cycles: 24.5 and 24.0 are no more than half a cycle apart, whatever their last binary digits."""


def group_wells(
    table: CtTable, wells: IntArray
) -> tuple[tuple[str, ...], tuple[str, ...], dict[tuple[int, int], list[int]]]:
    """Return the targets and the samples of ``wells``, and the wells of each pair by the positions of both."""
    targets, samples = (tuple(dict.fromkeys(labels[wells])) for labels in (table.target, table.sample))
    row_of, column_of = ({name: i for i, name in enumerate(names)} for names in (targets, samples))
    members: dict[tuple[int, int], list[int]] = {}
    for well in wells.tolist():
        members.setdefault((row_of[table.target[well]], column_of[table.sample[well]]), []).append(well)
    return targets, samples, members


def find_outlier(values: FloatArray, limit: float) -> int | None:
    """Return the one of three or more wells that lies more than ``limit`` cycles from their median, or None.

    Of two equally far none is the outlier.

    Examples
    --------
    >>> find_outlier(np.array([24.1, 24.2, 25.0]), 0.5), find_outlier(np.array([24.0, 25.0, 26.0]), 0.5)
    (2, None)
    """
    if len(values) < FEWEST_WELLS:
        return None
    distance = np.abs(values - np.median(values))
    second, first = np.sort(distance)[-2:]
    return int(np.argmax(distance)) if first > limit + _ROUNDING and first > second + _ROUNDING else None
