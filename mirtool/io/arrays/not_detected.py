"""Values that are not measurements: a table repeats its lowest value where a miRNA was not detected.

*The rule.* A value of the table is taken for "not detected" where it is in at least 1 % of the cells, in two rows
or more of at least half of the arrays, three times as often as the next higher value, and where at most 1 % of the
cells are lower. The lowest value is tried first, then the most frequent one. Where the whole table has none, each
array's own lowest value counts, if it is in three rows or more and in 1 % of them, and three times as often as the
next higher one, in at least half of the arrays (a floor moved by a later normalization).

*Toray 3D-Gene* (GPL18941, GPL21263). The submitters write, for example in GSE113486: a signal that is negative or
undetected after the background is subtracted is replaced by 0.1 on the log2 scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mirtool.errors import option
from mirtool.model import BoolArray, ExpressionMatrix, FloatArray, RawArrays, SampleTable
from mirtool.stats.blocks import row_blocks

ABSENT = -75
"""The flag of what the instrument's software, or the reader, calls not detected."""
CALL_KEY = "detection call"
"""Entry of an array's header that names the column of the call, or its rule in words."""
COUNT_CALL = "count above the mean + 2 SD of the lane's negative controls"
"""The detection call of NanoString lanes, in words."""
CT_CALL = "Ct at most "
"""How the detection call of a qPCR panel begins; the limit follows."""

LEAST_SHARE, LEAST_ROWS, LEAST_ROWS_OF_ONE_ARRAY, LEAST_PILE, MOST_BELOW = 0.01, 2, 3, 3, 0.01


class Floor(NamedTuple):
    """Where values are that stand for "not detected", ``(n_probes, n_samples)``, and which value that is."""

    mask: BoolArray
    words: str


def find_floor(values: FloatArray) -> Floor | None:
    """Return where a table has a repeated lowest value, as the module says; None where it has none.

    Examples
    --------
    >>> find_floor(np.array([[0.1, 0.1], [0.1, 0.1], [5.2, 6.0], [0.1, 4.1]])).mask.sum(axis=0).tolist()
    [3, 2]
    >>> find_floor(np.array([[0.1, 0.3], [0.2, 0.4], [5.2, 6.0]])) is None
    True
    """
    if np.isnan(values).all():
        return None
    return _floor_of_table(values) or _floor_of_arrays(values)


def _floor_of_table(values: FloatArray) -> Floor | None:
    n_known = np.count_nonzero(~np.isnan(values))
    lowest = float(np.fmin.reduce(values, axis=None)) + 0.0
    for value in (lowest, _most_frequent(values, LEAST_SHARE * n_known)):
        if value is None:
            continue
        mask: BoolArray = values == value
        count = np.count_nonzero(mask)
        is_higher = values > value
        if count < LEAST_SHARE * n_known or not is_higher.any():
            continue
        following = np.fmin.reduce(values, axis=None, initial=np.inf, where=is_higher)
        if count < LEAST_PILE * np.count_nonzero(values == following):
            continue
        in_half = np.mean(mask.sum(axis=0) >= LEAST_ROWS) >= 0.5
        if in_half and np.count_nonzero(values < value) <= MOST_BELOW * n_known:
            return Floor(mask, f"the table's {'repeated ' if value > lowest else ''}lowest, {value:.6g}")
    return None


def _most_frequent(values: FloatArray, least: float) -> float | None:
    """Return the most frequent value, the lowest of several; None where none is in at least so many cells.

    The cells are counted by a hash of their value first: most tables need no more than that.
    """
    counts = np.zeros(_N_HASHES, dtype=np.int64)
    for rows in row_blocks(*values.shape):
        counts += np.bincount(_hashes(_known(values[rows])), minlength=_N_HASHES)
    is_frequent = counts >= least
    if not is_frequent.any():
        return None
    known = (_known(values[rows]) for rows in row_blocks(*values.shape))
    found, n = np.unique(np.concatenate([own[is_frequent[_hashes(own)]] for own in known]), return_counts=True)
    return float(found[np.argmax(n)])


_N_HASHES = 1 << 16


def _known(values: FloatArray) -> FloatArray:
    """Return the values that are there, zero with one sign."""
    return np.asarray(values[~np.isnan(values)] + 0.0)


def _hashes(known: FloatArray) -> npt.NDArray[np.uint64]:
    # Knuth's multiplicative hash, by the golden ratio: its highest bits.
    return (known.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(48)


def _floor_of_arrays(values: FloatArray) -> Floor | None:
    lowest = np.fmin.reduce(values, axis=0)
    mask: BoolArray = values == lowest
    count = mask.sum(axis=0)
    many = count >= np.maximum(LEAST_ROWS_OF_ONE_ARRAY, LEAST_SHARE * np.sum(~np.isnan(values), axis=0))
    if np.mean(many) < 0.5:
        return None
    following = np.fmin.reduce(values, axis=0, where=~mask, initial=np.inf)
    piled = (count >= LEAST_PILE * np.sum(values == following, axis=0)) & np.isfinite(following)
    if np.mean(piled & many) < 0.5:
        return None
    piled &= count >= LEAST_ROWS
    floors = lowest[piled] + 0.0  # zero with one sign
    return Floor(mask & piled, f"the lowest of their array, {floors.min():.6g} to {floors.max():.6g}")


def apply_not_detected(matrix: ExpressionMatrix, choice: str | None) -> tuple[ExpressionMatrix, str]:
    """Return the matrix with values that are not detected as chosen, and what was done in words, or blank.

    Tables that mirtool normalized are left as they are: there a signal that is not positive is missing already. Of
    NanoString lanes and qPCR panels a missing value there is one that was not detected, unless a panel's Ct say
    which are; so are the counts of lanes that were kept and marked.

    In sequencing counts no reads are not detected. They are kept by default: zero is a count like any other, to
    which log-CPM and voom add a prior count, and a zero says that the miRNA is rare.

    Parameters
    ----------
    matrix
        log2 expression; its samples may have groups. Where its file says what is not detected, that counts besides
        the repeated lowest value.
    choice
        A name of :data:`mirtool.io.arrays.settings.NOT_DETECTED`; None is ``missing``.

    Returns
    -------
    matrix : ExpressionMatrix
        Its ``not_detected`` is set where there is any such value.
    said : str
        How many there are, and what became of them.
    """
    is_own = matrix.spots is not None or any(step.startswith("recipe:") for step in matrix.history)
    if matrix.counts is not None:
        return _apply_to_counts(matrix, choice)
    if is_own and matrix.not_detected is not None and is_panel_matrix(matrix):
        return matrix, ""
    is_called = is_panel_matrix(matrix) or any(step.endswith(COUNT_CALL) for step in matrix.history)
    if is_own and is_called:
        missing = np.isnan(matrix.values)
        mask = missing if matrix.not_detected is None else missing | matrix.not_detected
        return replace(matrix, not_detected=mask if mask.any() else None), ""
    if is_own:
        return matrix, ""
    floor = find_floor(matrix.values)
    mask = np.zeros(matrix.values.shape, dtype=bool) if matrix.not_detected is None else matrix.not_detected
    called, without_log2 = (
        int((mask & ~np.isnan(matrix.values)).sum()),
        int((mask & np.isnan(matrix.values)).sum()),
    )
    parts = {"by the calls of the file": called, "not positive, so without log2": without_log2}
    if floor is not None:
        mask = mask | floor.mask
        parts[floor.words] = int(floor.mask.sum())
    if not any(parts.values()):
        return matrix, ""
    has_value = bool((mask & ~np.isnan(matrix.values)).any())
    done = (choice or MISSING) if has_value else MISSING
    said = in_words(mask, parts, done)
    matrix = replace(
        matrix,
        values=np.where(lost_values(mask, done, matrix.samples), np.nan, matrix.values),
        not_detected=mask,
        history=(*matrix.history, said),
    )
    return matrix, said + (HINT_TO_USE if choice is None and has_value else "")


def is_panel_matrix(matrix: ExpressionMatrix) -> bool:
    """Return True for a qPCR panel that mirtool normalized, by its history."""
    return any(step.startswith(f"detection: {CT_CALL}") for step in matrix.history)


def _apply_to_counts(matrix: ExpressionMatrix, choice: str | None) -> tuple[ExpressionMatrix, str]:
    """Return log-CPM with values without reads as chosen, kept by default; what was done is in the history."""
    mask = matrix.not_detected
    if mask is None or not mask.any():
        return replace(matrix, not_detected=None), ""
    done = choice or KEEP
    said = in_words(mask, {"no reads": int(mask.sum())}, done, unit="sample", words=_DONE_TO_COUNTS[done])
    lost = lost_values(mask, done, matrix.samples)
    values = np.where(lost, np.nan, matrix.values) if lost.any() else matrix.values
    hint = f" ({option('not_detected', 'floor')} or {option('not_detected', MISSING)} leaves them out)"
    history = (*matrix.history, said + (hint if choice is None else ""))
    return replace(matrix, values=values, history=history), ""


def settle_intensities(arrays: RawArrays, choice: str | None) -> RawArrays:
    """Return intensities of tables with values that are not detected as chosen; a warning of the sources says so.

    Zero and negative values are left to the normalization, which counts them; files of scanners are left alone.

    Parameters
    ----------
    arrays
        Linear intensities of plain tables or of a series matrix.
    choice
        As in :func:`apply_not_detected`.
    """
    settled, said = {}, []
    for name, channel in arrays.channels.items():
        values = channel.foreground
        floor = find_floor(np.where(values > 0, values, np.nan))
        if floor is None:
            settled[name] = channel
            continue
        done = choice or MISSING
        lost = lost_values(floor.mask, done, arrays.samples)
        settled[name] = replace(channel, foreground=np.where(lost, np.nan, values))
        own = "" if len(arrays.channels) == 1 else f"channel {name}: "
        words = in_words(floor.mask, {floor.words: int(floor.mask.sum())}, done)
        said.append(own + words + (HINT_TO_USE if choice is None else ""))
    return replace(arrays, channels=settled).with_warnings(*said) if said else arrays


def settle_lanes(arrays: RawArrays, choice: str | None) -> RawArrays:
    """Return counts of molecules with those called not detected as chosen; a warning of the sources says so.

    Parameters
    ----------
    arrays
        Counts, with the flag −75 where a code was not above its lane's background.
    choice
        As in :func:`apply_not_detected`.
    """
    if arrays.flags is None:
        return arrays
    mask: BoolArray = arrays.flags == ABSENT
    if not mask.any():
        return arrays
    done = choice or MISSING
    lost = lost_values(mask, done, arrays.samples)
    channels = {
        name: replace(channel, foreground=np.where(lost, np.nan, channel.foreground))
        for name, channel in arrays.channels.items()
    }
    said = in_words(mask, {"not above the background of their lane": int(mask.sum())}, done)
    said += HINT_TO_USE if choice is None else ""
    return replace(arrays, channels=channels).with_warnings(said)


def in_words(
    mask: BoolArray, parts: Mapping[str, int], done: str, *, unit: str = "array", words: str | None = None
) -> str:
    """Return how many values are not detected, why, and what became of them, ``words`` in place of the usual."""
    per_array = mask.sum(axis=0)
    why = [(n, reason) for reason, n in parts.items() if n]
    what = why[0][1] if len(why) == 1 else "; ".join(f"{n:,} {reason}" for n, reason in why)
    return (
        f"{SAID}{int(mask.sum()):,} of {mask.size:,} values, {per_array.min():,} to {per_array.max():,} per "
        f"{unit} ({what}): {words or _DONE[done]}"
    )


def lost_values(mask: BoolArray, done: str, samples: SampleTable) -> BoolArray:
    """Return which of the values that are not detected become missing, ``mask`` those that are not."""
    if done == MISSING:
        return mask
    lost = np.zeros(mask.shape, dtype=bool)
    for group in filter(None, dict.fromkeys(samples.groups if done == "floor" else ())):
        members = np.array([own == group for own in samples.groups])
        lost |= np.asarray(mask[:, members].all(axis=1))[:, None] & members
    return lost


SAID = "not detected: "
"""How the line of a matrix's history begins that says what was not detected."""

MISSING, KEEP = "missing", "keep"
_DONE_TO_COUNTS = {
    MISSING: "taken as missing",
    "floor": "kept as counts, except where no sample of a group has reads of the miRNA",
    KEEP: "kept as counts of zero, to which a prior count is added",
}
_DONE = {
    MISSING: "taken as missing",
    "floor": "they keep their value, except where no array of a group detects the miRNA",
    KEEP: "taken for measurements",
}
HINT_TO_USE = f" ({option('not_detected', 'floor')} or {option('not_detected', 'keep')} uses them)"
"""What a warning adds where nothing was chosen: how these values are used."""
