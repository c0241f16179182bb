"""Values that are no measurement: a table repeats its lowest value where a miRNA was not detected.

*The rule.* The lowest value of the whole table is taken for "not detected" where it is in at least 1 % of the
cells, in two rows or more of at least half of the arrays, and three times as often as the next higher value.
Toray 3D-Gene series (GPL18941, GPL21263) write 0.1 on the log2 scale there.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mirtool.errors import option
from mirtool.model import BoolArray, ExpressionMatrix, FloatArray

LEAST_SHARE, LEAST_ROWS, LEAST_PILE = 0.01, 2, 3


def floor_mask(values: FloatArray) -> BoolArray | None:
    """Return where a table has its repeated lowest value, as the module says; None where it has none.

    Examples
    --------
    >>> floor_mask(np.array([[0.1, 0.1], [0.1, 0.1], [5.2, 6.0], [0.1, 4.1]])).sum(axis=0).tolist()
    [3, 2]
    >>> floor_mask(np.array([[0.1, 0.3], [0.2, 0.4], [5.2, 6.0]])) is None
    True
    """
    known = values[~np.isnan(values)]
    if not known.size:
        return None
    mask: BoolArray = values == known.min()
    above = known[known > known.min()]
    if not above.size or mask.sum() < LEAST_SHARE * known.size:
        return None
    if np.mean(mask.sum(axis=0) >= LEAST_ROWS) < 0.5:
        return None
    return mask if mask.sum() >= LEAST_PILE * np.count_nonzero(above == above.min()) else None


def apply_not_detected(matrix: ExpressionMatrix, choice: str | None) -> tuple[ExpressionMatrix, str]:
    """Return the matrix with values that are not detected as chosen, and what was done in words, or blank.

    Tables that mirtool normalized are left as they are: there a signal that is not positive is missing already.

    Parameters
    ----------
    matrix
        log2 expression; its samples may have groups.
    choice
        A name of :data:`mirtool.io.arrays.settings.NOT_DETECTED`; None is ``missing``.
    """
    is_own = matrix.spots is not None or any(step.startswith("recipe:") for step in matrix.history)
    mask = None if is_own else floor_mask(matrix.values)
    if mask is None:
        return matrix, ""
    per_array = mask.sum(axis=0)
    said = (
        f"not detected: {int(mask.sum()):,} of {mask.size:,} values are the table's lowest, "
        f"{float(np.nanmin(matrix.values)):g} ({per_array.min():,} to {per_array.max():,} per array); "
    )
    groups = [group for group in dict.fromkeys(matrix.samples.groups) if group]
    members = {group: np.array([own == group for own in matrix.samples.groups]) for group in groups}
    nowhere = {group: np.asarray(mask[:, own].all(axis=1)) for group, own in members.items()}
    silent = np.zeros(mask.shape, dtype=bool)
    for group, rows in nowhere.items():
        silent |= rows[:, None] & members[group]
    none = ", ".join(
        f"{int(rows.sum()):,} in no array of {group}" for group, rows in nowhere.items() if rows.any()
    )
    none = f". Without fold change: {none}" if none else ""
    if choice == "keep":
        words = f"they are taken for measurements ({option('not_detected', 'keep')})"
        return replace(matrix, history=(*matrix.history, said + words)), said + words
    lost = silent if choice == "floor" else mask
    words = (
        f"they keep that value where a group has detected ones ({option('not_detected', 'floor')})"
        if choice == "floor"
        else f"they are missing (use: {option('not_detected', 'floor')} or {option('not_detected', 'keep')})"
    ) + none
    values = np.where(lost, np.nan, matrix.values)
    return replace(matrix, values=values, history=(*matrix.history, said + words)), said + words
