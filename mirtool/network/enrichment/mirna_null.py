r"""How many genes of each term random sets of miRNAs hit: the null that draws miRNAs, not genes.

The statistic of a term is the number of its genes that at least ``shared_by`` miRNAs of the set target: with 1,
the genes in the union of their targets (Bleazard 2015). A set is drawn without replacement; with several strata,
as many miRNAs are drawn in each stratum as the study has there. Where b of N drawn sets reach the study's count,
ties included,

    P = (b + 1) / (N + 1)

which is never 0, and at most alpha with a probability of at most alpha for a set chosen at random (Phipson and
Smyth 2010).

References
----------
Bleazard T, Lamb JA, Griffiths-Jones S. Bias in microRNA functional enrichment analysis. Bioinformatics
2015;31:1592–1598.

Godard P, van Eyll J. Pathway analysis from lists of microRNAs: common pitfalls and alternative strategy. Nucleic
Acids Res 2015;43:3490–3497.

Phipson B, Smyth GK. Permutation P-values should never be zero: calculating exact P-values when permutations are
randomly drawn. Stat Appl Genet Mol Biol 2010;9:39.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mirtool.errors import UsageError
from mirtool.model import FloatArray, IntArray
from mirtool.stats.draws import DrawTask, count_tasks, run_seeded

if TYPE_CHECKING:
    from scipy.sparse import csr_array

DRAWS = 10_000
SEED = 1
SETS_PER_TASK = 512
"""Fixed, so that the draws do not depend on how many share the work; small enough for a block to stay in cache."""


@dataclass(frozen=True, eq=False)
class MirnaNull:
    """What random sets of miRNAs give for each term, ``(n_terms,)``: mean hits, and P of the study's hits."""

    expected: FloatArray
    p_value: FloatArray


@dataclass(frozen=True, eq=False)
class _Question:
    """What every task needs; small enough to be sent to a worker elsewhere.

    ``targeting`` is genes × miRNAs and ``terms`` terms × the same genes; ``strata`` are miRNAs, and ``taken`` says
    how many of each stratum make a set. ``hits`` are the study's, ``(n_terms, 1)``.
    """

    targeting: csr_array
    terms: csr_array
    strata: tuple[IntArray, ...]
    taken: tuple[int, ...]
    shared_by: int
    hits: npt.NDArray[np.integer]


def mirna_null(
    incidence: csr_array,
    terms: csr_array,
    chosen: npt.NDArray[np.bool_],
    *,
    strata: IntArray | None = None,
    shared_by: int = 1,
    draws: int = DRAWS,
    seed: int = SEED,
    **sharing: Any,
) -> MirnaNull:
    """Compare a set of miRNAs with random sets of the same size, term by term.

    Parameters
    ----------
    incidence
        Universe of miRNAs × genes, a 1 for each target.
    terms
        Terms × the same genes, a 1 for each member.
    chosen
        Mask of the study's miRNAs among the universe.
    strata
        The stratum of each miRNA; the study's miRNAs are replaced within theirs. None is one stratum.
    shared_by
        How many miRNAs of a set must target a gene for it to count.
    draws
        Sets to draw.
    seed
        Random seed.
    **sharing
        ``executor`` and ``on_step`` of :func:`mirtool.stats.draws.run_seeded`: the result is the same for any.

    Raises
    ------
    UsageError
        For fewer than one draw.
    """
    if draws < 1:
        raise UsageError("a null of miRNA sets needs draws", found=str(draws), expected="10000 or more")
    groups = np.zeros(len(chosen), dtype=np.int64) if strata is None else strata
    members = [np.flatnonzero(groups == group) for group in np.unique(groups[chosen])]
    hits = count_hits(incidence, terms, chosen, shared_by)
    # A term without a hit is reached by every set, and most genes have too few miRNAs to be shared by any set.
    hit = np.flatnonzero(hits)
    genes = np.flatnonzero(incidence[np.concatenate(members)].sum(axis=0) >= shared_by)
    dtype = np.int16 if max(incidence.shape[0], int(np.diff(terms.indptr).max(initial=0))) < 2**15 else np.int32
    question = _Question(
        targeting=incidence[:, genes].T.tocsr().astype(dtype),
        terms=terms[hit][:, genes].astype(dtype),
        strata=tuple(members),
        taken=tuple(int(chosen[rows].sum()) for rows in members),
        shared_by=shared_by,
        hits=hits[hit, np.newaxis].astype(dtype),
    )
    reached = np.full(len(hits), draws)
    reached[hit] = 0
    times_targeted = np.zeros(len(genes), dtype=np.int64)
    work = partial(_count_task, question)
    for of_task, targeted in run_seeded(work, draws, seed, per_task=SETS_PER_TASK, **sharing):
        reached[hit] += of_task
        times_targeted += targeted
    return MirnaNull(expected=terms[:, genes] @ times_targeted / draws, p_value=(reached + 1) / (draws + 1))


def n_tasks(draws: int) -> int:
    """Return how many tasks the draws make, for a progress bar."""
    return count_tasks(draws, SETS_PER_TASK)


def count_hits(
    incidence: csr_array, terms: csr_array, chosen: npt.NDArray[np.bool_], shared_by: int = 1
) -> IntArray:
    """Count the genes of each term that at least ``shared_by`` of the chosen miRNAs target."""
    targeted = incidence[np.flatnonzero(chosen)].sum(axis=0) >= shared_by
    hits: IntArray = np.asarray(terms @ targeted.astype(np.int64), dtype=np.int64)
    return hits


def _count_task(question: _Question, task: DrawTask) -> tuple[IntArray, IntArray]:
    """Count for each term the sets of one task that reach the study's hits, and per gene those that hit it."""
    sets = draw_sets(question.strata, question.taken, task)
    # One column per set: genes and terms then add whole rows of neighboring numbers.
    drawn = np.zeros((question.targeting.shape[1], len(sets)), dtype=question.targeting.dtype)
    drawn[sets, np.arange(len(sets))[:, np.newaxis]] = 1
    targeted = question.targeting @ drawn >= question.shared_by
    hitting = targeted[:, targeted.any(axis=0)]  # a set that hits no gene reaches no term
    reached = question.terms @ hitting.astype(question.terms.dtype) >= question.hits
    return np.count_nonzero(reached, axis=1), np.count_nonzero(targeted, axis=1)


def draw_sets(strata: tuple[IntArray, ...], taken: tuple[int, ...], task: DrawTask) -> IntArray:
    """Draw sets, ``(n_sets, sum(taken))``: so many rows of each stratum, without replacement."""
    rng = task.rng()
    parts = []
    for rows, size in zip(strata, taken, strict=True):
        keys = rng.random((task.n_draws, len(rows)))
        parts.append(rows[np.argpartition(keys, size - 1, axis=1)[:, :size]])
    return np.hstack(parts)
