"""The order of the miRNAs: by one stated number, ties by stated others, never by a mixture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mirtool.errors import UsageError, option
from mirtool.io.results.differential import SavedDifferential
from mirtool.model import BoolArray, FloatArray, IntArray
from mirtool.settings import unknown_choice
from mirtool.shortlist.settings import RANKS


def rank_order(candidates: SavedDifferential, rank: str, stability_rule: str = "") -> IntArray:
    """Return the positions of all probes in the order of a rank; missing numbers come last.

    Parameters
    ----------
    candidates
        The differential table.
    rank
        A name of :data:`mirtool.shortlist.settings.RANKS`.
    stability_rule
        Rule whose share of choices counts (``volcano P``), for the rank by stability.

    Raises
    ------
    UsageError
        For an unknown rank, and where the table does not have its number.
    """
    size = -np.abs(candidates.log2_ratio)
    identity = candidates.id.astype(str)
    keys: tuple[FloatArray, ...]
    match rank:
        case "fold-change":
            keys = (size, candidates.p_value)
        case "p":
            _require(bool(candidates.p_header), rank, "P", "run `mirtool diff` with a test")
            keys = (candidates.p_value, size)
        case "fdr":
            _require(bool(candidates.adjusted_header), rank, "adjusted P", "adjust P in `mirtool diff`")
            keys = (candidates.adjusted, candidates.p_value, size)
        case "detection":
            keys = (-candidates.n_arrays, -candidates.n_spots, size)
        case "stability":
            share = candidates.stability.get(stability_rule)
            _require(
                share is not None, rank, f"stability by {stability_rule}", "run `mirtool diff --sensitivity` first"
            )
            assert share is not None
            keys = (-share, size)
        case _:
            raise unknown_choice("rank", rank, RANKS, "rank")
    return np.lexsort((identity, *reversed(keys))).astype(np.int64)


def _require(has: bool, rank: str, what: str, hint: str) -> None:
    if not has:
        raise UsageError(
            f"{option('rank', rank)} needs {what}, which the differential table does not have", hint=hint
        )


def rank_mirnas(order: IntArray, passing: BoolArray, names: Sequence[str]) -> list[list[int]]:
    """Make one miRNA of the probes that share a name: their positions, the best-ranked first.

    Parameters
    ----------
    order
        All probes in the order of their rank.
    passing
        Which of them are up or down by the rule of the list, ``(n_probes,)``.
    names
        The name of each probe, under which those of one miRNA are the same.

    Returns
    -------
    list of list of int
        The miRNAs that have a passing probe, in the order of their first one; each with the passing probes before
        those that do not pass.
    """
    probes: dict[str, list[int]] = {}
    for i in order[passing[order]].tolist():
        probes.setdefault(names[i], []).append(i)
    for i in order[~passing[order]].tolist():
        if names[i] in probes:
            probes[names[i]].append(i)
    return list(probes.values())
