"""Do the arrays of a study have the same spots? If not: two GAL lots that can be joined, or an error.

Arrays agree where every line has the same Block, Row, Column and ID; the row count alone would let a permuted
file through, silently misaligned.

Chips printed from different GAL lots carry the same probes in other places. Where two files name different array
lists in ``GalFile=`` and their spots differ, the lots are joined on ID: the k-th replicate of an ID on one lot
is next to the k-th on the others, counted in slide order (Block, Row, Column). Rows keep the order of the
first lot; a spot without a partner on every lot is left out and counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from mirtool.errors import ArrayMismatchError
from mirtool.model import IntArray, RawArrays, TextArray
from mirtool.wording import plural


@dataclass(frozen=True, eq=False)
class Alignment:
    """Which spots of each part to take, in which order, so that rows mean the same probe (None: as they are).

    ``dropped`` counts in words what has no partner.
    """

    spots: tuple[IntArray | None, ...]
    dropped: tuple[str, ...] = ()

    @property
    def is_join(self) -> bool:
        """True where lots were joined, so that there is no common layout."""
        return any(spots is not None for spots in self.spots)


def align_spots(parts: Sequence[RawArrays]) -> Alignment:
    """Hold the parts of a study against each other, and join GAL lots that differ.

    Parameters
    ----------
    parts
        What was read from each file; the arrays inside a part agree by construction.

    Raises
    ------
    ArrayMismatchError
        At the first spot where two parts differ that don't name two different GAL lots, or where two lots have
        no ID in common.
    """
    lots: list[RawArrays] = []
    lot_of = []
    for part in parts:
        known = next((i for i, lot in enumerate(lots) if same_spots(lot, part)), None)
        if known is None:
            for lot in lots:
                if not _different_lots(lot, part):
                    raise _mismatch(lot, part)
            known = len(lots)
            lots.append(part)
        lot_of.append(known)
    if len(lots) == 1:
        return Alignment((None,) * len(parts))
    spots = join_replicates([lot.probes.id for lot in lots], [_slide_order(lot) for lot in lots])
    if not len(spots[0]):
        raise ArrayMismatchError(
            "these GAL lots have no probe ID in common",
            path=lots[1].sources[0].path,
            found=_gal_name(lots[1]),
            expected=f"a lot of the same chip as {_gal_name(lots[0])} of {lots[0].sources[0].path}",
            hint="arrays of different chips can't be analyzed together",
        )
    return Alignment(tuple(spots[i] for i in lot_of), _count_dropped(lots, spots))


def join_replicates(ids: Sequence[TextArray], slide_orders: Sequence[IntArray]) -> list[IntArray]:
    """Find, on every lot, the spots that are next to each other: same ID, same number among its replicates.

    Parameters
    ----------
    ids
        For each lot the ID of each spot, ``(n_spots of the lot,)``.
    slide_orders
        For each lot its spots in slide order, in which replicates are numbered.

    Returns
    -------
    list of IntArray
        For each lot the positions of its spots, all of one length, in the order of the first lot.

    Examples
    --------
    >>> from mirtool.model import text_array
    >>> first, second = text_array(["a", "b", "a"]), text_array(["c", "a", "b", "b"])
    >>> [spots.tolist() for spots in join_replicates([first, second], [np.arange(3), np.arange(4)])]
    [[0, 1], [1, 2]]
    """
    _, codes = np.unique(np.concatenate(ids).astype(str), return_inverse=True)
    of_lots = np.split(codes, np.cumsum([len(lot) for lot in ids])[:-1])
    most = max(map(len, ids))
    keys = [
        code * most + _replicate_numbers(code, order) for code, order in zip(of_lots, slide_orders, strict=True)
    ]
    common = reduce(np.intersect1d, keys)
    wanted = keys[0][np.isin(keys[0], common)]
    joined = []
    for key in keys:
        order = np.argsort(key)
        joined.append(order[np.searchsorted(key, wanted, sorter=order)])
    return joined


def _replicate_numbers(codes: IntArray, slide_order: IntArray) -> IntArray:
    """Count each spot among those of its code, from 0, in slide order."""
    along = codes[slide_order]
    grouped = np.argsort(along, kind="stable")
    starts = np.flatnonzero(np.diff(along[grouped], prepend=-1))
    sizes = np.diff(starts, append=len(codes))
    numbers = np.empty(len(codes), dtype=np.int64)
    numbers[slide_order[grouped]] = np.arange(len(codes)) - np.repeat(starts, sizes)
    return numbers


def _slide_order(part: RawArrays) -> IntArray:
    layout = part.layout
    assert layout is not None  # only files with a GAL lot, hence a layout, come here
    order: IntArray = np.lexsort((layout.column, layout.row, layout.block))
    return order


def _count_dropped(lots: Sequence[RawArrays], spots: Sequence[IntArray]) -> tuple[str, ...]:
    kept_ids = set(lots[0].probes.id[spots[0]])
    dropped = []
    for lot, kept in zip(lots, spots, strict=True):
        n_left = lot.n_spots - len(kept)
        lacking = len(set(lot.probes.id) - kept_ids)
        if n_left:
            dropped.append(
                f"GAL lot {_gal_name(lot)}: {n_left:,} of {plural(lot.n_spots, 'spot')} left out "
                f"({plural(lacking, 'ID')} not on every lot; the rest more replicates than another lot has)"
            )
    return tuple(dropped)


def _gal_name(part: RawArrays) -> str:
    """Name the array list without the folder it lay in on the scanner's computer."""
    return re.split(r"[\\/]", part.sources[0].gal_file)[-1].strip()


def _different_lots(first: RawArrays, second: RawArrays) -> bool:
    names = [_gal_name(first).lower(), _gal_name(second).lower()]
    return all(names) and names[0] != names[1]


def _spot_columns(part: RawArrays) -> list[IntArray | TextArray]:
    layout = part.layout
    return [part.probes.id] if layout is None else [layout.block, layout.row, layout.column, part.probes.id]


def same_spots(first: RawArrays, second: RawArrays) -> bool:
    """Return True if two arrays have the same Block, Row, Column and ID in every line."""
    if first.n_spots != second.n_spots or (first.layout is None) != (second.layout is None):
        return False
    pairs = zip(_spot_columns(first), _spot_columns(second), strict=True)
    return all(own is other or np.array_equal(own, other) for own, other in pairs)


def _mismatch(first: RawArrays, second: RawArrays) -> ArrayMismatchError:
    if (first.layout is None) != (second.layout is None):
        placed, unplaced = (first, second) if second.layout is None else (second, first)
        return ArrayMismatchError(
            "this file does not say where its spots lie, others do",
            path=unplaced.sources[0].path,
            expected=f"a file of the same kind as {placed.sources[0].path}",
            hint="analyze the two kinds of file apart",
        )
    columns, others = _spot_columns(first), _spot_columns(second)
    n = min(first.n_spots, second.n_spots)
    differ = reduce(np.logical_or, (a[:n] != b[:n] for a, b in zip(columns, others, strict=True)))
    spot = int(np.argmax(differ)) if differ.any() else n
    return ArrayMismatchError(
        "this array does not have the same spots as the first",
        path=second.sources[0].path,
        found=f"spot {spot + 1}: {_describe(second, spot)}",
        expected=f"{_describe(first, spot)}, as in {first.sources[0].path}",
        hint=_advice(first, second),
    )


def _describe(part: RawArrays, spot: int) -> str:
    if spot >= part.n_spots:
        return f"no spot, the table ends after {plural(part.n_spots, 'spot')}"
    layout, label = part.layout, f"ID {part.probes.id[spot]!r}"
    if layout is None:
        return label
    return f"Block {layout.block[spot]}, Row {layout.row[spot]}, Column {layout.column[spot]}, {label}"


def _advice(first: RawArrays, second: RawArrays) -> str:
    if Counter(zip(*_spot_columns(first), strict=True)) == Counter(zip(*_spot_columns(second), strict=True)):
        return "it has the same spots in another order: save it again from GenePix, without sorting the table"
    if first.n_spots != second.n_spots:
        return (
            f"it has {plural(second.n_spots, 'spot')}, the first has {first.n_spots:,}: a file may be cut, or "
            "hold rows that were added by hand; save both again from GenePix"
        )
    if first.layout is not None and not (_gal_name(first) and _gal_name(second)):
        return "if the chips come from different GAL lots, the files must name them (GalFile=): save them again"
    return (
        "both should be scans of one GAL lot: use the same array list (GAL) in GenePix for both, or leave one out"
    )
