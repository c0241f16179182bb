"""The order of the miRNAs: by one stated number, ties by stated others.

The default number is a lower confidence bound of the size of the log2 change, as Harrison et al. (2019) rank by,
here of each miRNA by itself, from the P of any test:

    d · (1 − 3.291 / z),    z = Φ⁻¹(1 − P / 2),    d = abs(log2((T + o) / (R + o)))

for the groups' means T and R (linear); o is the lower quartile of all probes' (T + R) / 2. d / z is the standard
error that would give a normal test this P, and 3.291 = Φ⁻¹(0.9995) is for 99.9 %: of a thousand probes in which
nothing changed, about one passes such a bound by chance, at 99 % ten. Where P is above 0.001 nothing remains, and
P decides. Where T and R are far above o, d is the log2 change itself; at the level of background, where a few
counts more make a large ratio, it is much smaller. Adding a constant before the logarithm is the started logarithm
of Rocke and Durbin (2003).

References
----------
Harrison, P. F. et al. (2019). Topconfects: a package for confident effect sizes in differential expression
analysis provides a more biologically useful ranked gene list. Genome Biology 20, 67.
Rocke, D. M. & Durbin, B. (2003). Approximate variance-stabilizing transformations for gene-expression microarray
data. Bioinformatics 19, 966–972.
Xiao, Y. et al. (2014). A novel significance score for gene selection and ranking. Bioinformatics 30, 801–807 (the
rank ``pi``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mirtool.errors import UsageError, option
from mirtool.io.results.differential import SavedDifferential
from mirtool.model import BoolArray, FloatArray, IntArray
from mirtool.settings import unknown_choice
from mirtool.shortlist.settings import RANKS

CONFIDENT = 3.2905267314918945
"""The normal quantile at 0.9995: two-sided confidence of 99.9 %."""


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
        case "confident":
            damped = damped_changes(candidates)
            keys = (-damped,)
            if candidates.p_header:
                keys = (-confident_changes(damped, candidates.p_value), candidates.p_value, -damped)
        case "pi":
            _require(bool(candidates.p_header), rank, "P", "run `mirtool diff` with a test")
            keys = (size * _evidence(candidates.p_value), size)
        case "fold-change":
            keys = (size, candidates.p_order)
        case "p":
            _require(bool(candidates.p_header), rank, "P", "run `mirtool diff` with a test")
            keys = (candidates.p_order, size)
        case "fdr":
            _require(bool(candidates.adjusted_header), rank, "adjusted P", "adjust P in `mirtool diff`")
            keys = (candidates.adjusted, candidates.p_order, size)
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


def damped_changes(candidates: SavedDifferential) -> FloatArray:
    """Return the size of each log2 change, damped at low level, ``(n_probes,)``.

    Ratios of two channels have no level: their change is not damped.
    """
    level = candidates.level
    if level is None or not np.isfinite(level).any():
        return np.abs(candidates.log2_ratio)
    return damp(candidates.mean_tested, candidates.mean_reference, float(np.nanpercentile(level, 25)))


def damp(tested: FloatArray, reference: FloatArray, offset: float) -> FloatArray:
    """Return abs(log2((tested + offset) / (reference + offset))).

    Examples
    --------
    >>> damp(np.array([8.0, 8000.0]), np.array([1.0, 1000.0]), 6.0).round(2).tolist()  # 14 / 7, and nearly 8
    [1.0, 2.99]
    """
    return np.asarray(np.abs(np.log2((tested + offset) / (reference + offset))))


def confident_changes(change: FloatArray, p: FloatArray) -> FloatArray:
    """Return the lower bound at 99.9 % confidence of changes ≥ 0, from two-sided P; 0 where nothing remains.

    Examples
    --------
    >>> confident_changes(np.array([1.0, 1.0, 2.0]), np.array([0.0, 1e-4, 0.05])).round(3).tolist()  # z: 3.891
    [1.0, 0.154, 0.0]
    """
    from scipy.special import ndtri

    with np.errstate(divide="ignore"):
        remaining = 1.0 - CONFIDENT / np.abs(ndtri(p / 2))
    return np.asarray(change * np.maximum(remaining, 0.0))


def _evidence(p: FloatArray) -> FloatArray:
    """Return −log10 P; of a P of 0 what the smallest number gives."""
    return np.asarray(-np.log10(np.maximum(p, np.finfo(float).tiny)))


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
