r"""Pairs of miRNAs against shuffled tables, in which every miRNA and every gene keeps its number of partners.

The hypergeometric null gives each gene the same chance to be a target. Genes with many miRNAs are shared by many
pairs for that alone: here the whole table is shuffled, and each miRNA keeps its number of targets, each gene its
number of miRNAs.

A *trade* takes two miRNAs, leaves what they share with both, and deals the targets of one alone out anew, as many
to each as it had (curveball). In a *round* all miRNAs are paired at random and every pair trades, so that the
trades of a round do not touch each other and are made together (global curveball). A round is its own reverse, and
all tables with the same degrees are equally likely in the end.

From the observed table the shuffle runs ``ROUNDS`` rounds to one table, and from there, for each draw anew,
``ROUNDS`` rounds further. Since rounds can be reversed, the observed table lies as far from that middle as each
draw does: if it is a random table itself, it can be exchanged with any of them, and P = (b + 1) / (N + 1) holds
however well the shuffle mixes (Besag and Clifford 1989).

References
----------
Strona G, Nappo D, Boccacci F, Fattorini S, San-Miguel-Ayanz J. A fast and unbiased procedure to randomize
ecological binary matrices with fixed row and column totals. Nat Commun 2014;5:4114.

Carstens CJ. Proof of uniform sampling of binary matrices with fixed row sums and column sums for the fast
Curveball algorithm. Phys Rev E 2015;91:042812.

Carstens CJ, Hamann M, Meyer U, Penschuck M, Tran H, Wagner D. Parallel and I/O-efficient randomisation of massive
networks using Global Curveball trades. ESA 2018, LIPIcs 112:11.

Besag J, Clifford P. Generalized Monte Carlo significance tests. Biometrika 1989;76:633–642.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mirtool.errors import UsageError
from mirtool.model import FloatArray, IntArray
from mirtool.stats.draws import DrawTask, count_tasks, run_seeded

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from scipy.sparse import csr_array

ROUNDS = 10
"""Trades of each miRNA between two tables: 5 n trades among n rows, the common choice, touch each ten times."""
PAIR_DRAWS = 1000
TABLES_PER_TASK = 25
"""Fixed, so that the draws do not depend on how many share the work."""


@dataclass(frozen=True, eq=False)
class PairNull:
    """What shuffled tables give for each pair, ``(n_pairs,)``: mean number of shared targets, and P."""

    expected: FloatArray
    p_value: FloatArray


def pair_null(
    incidence: csr_array,
    a: IntArray,
    b: IntArray,
    *,
    draws: int = PAIR_DRAWS,
    seed: int = 1,
    executor: Executor | None = None,
    on_step: Callable[[str], None] | None = None,
) -> PairNull:
    """Compare the targets that pairs of miRNAs share with those they share in shuffled tables.

    Parameters
    ----------
    incidence
        All miRNAs of a table × genes, ``(n_mirnas, n_genes)``, a 1 for each target: what is shuffled.
    a, b
        Rows of the pairs, ``(n_pairs,)``.
    draws
        Tables to draw.
    seed
        Random seed.
    executor
        Who does the work; the result is the same for any, and for none.
    on_step
        Called after each of ``ceil(draws / 25)`` tasks.

    Raises
    ------
    UsageError
        For fewer than one draw.
    """
    if draws < 1:
        raise UsageError("a null of shuffled tables needs draws", found=str(draws), expected="1000 or more")
    sequence = np.random.SeedSequence(seed)
    (start,) = sequence.spawn(1)
    degrees = np.diff(incidence.indptr).astype(np.int64)
    n_genes = incidence.shape[1]
    targets = incidence.indices.astype(np.int64)
    middle = shuffle(targets, degrees, n_genes, ROUNDS, np.random.default_rng(start))
    observed = _shared(targets, degrees, n_genes, a, b)
    work = partial(_count_task, middle, degrees, n_genes, a, b, observed)
    reached, total = np.zeros(len(a), dtype=np.int64), np.zeros(len(a), dtype=np.int64)
    for of_task, sum_of_task in run_seeded(
        work, draws, sequence, per_task=TABLES_PER_TASK, executor=executor, on_step=on_step
    ):
        reached += of_task
        total += sum_of_task
    return PairNull(expected=total / draws, p_value=(reached + 1) / (draws + 1))


def n_tasks(draws: int) -> int:
    """Return how many tasks the draws make, for a progress bar."""
    return count_tasks(draws, TABLES_PER_TASK)


def shuffle(targets: IntArray, degrees: IntArray, n_genes: int, rounds: int, rng: np.random.Generator) -> IntArray:
    """Shuffle a table by rounds of trades.

    Parameters
    ----------
    targets
        The columns of each row's genes, row after row, ``(n_pairs,)``; within a row in any order, each once.
    degrees
        How many of them belong to each row.
    n_genes
        Number of columns.
    rounds
        How often every row trades (one row sits out where their number is odd).
    rng
        Source of randomness.

    Returns
    -------
    IntArray
        As ``targets``: the same number of genes in each row, and each gene as often.
    """
    starts = np.concatenate([[0], np.cumsum(degrees)])
    current = targets.copy()
    for _ in range(rounds):
        order = rng.permutation(len(degrees))
        half = len(order) // 2
        _trade(current, starts, degrees, order[:half], order[half : 2 * half], n_genes, rng)
    return current


def _trade(
    targets: IntArray,
    starts: IntArray,
    degrees: IntArray,
    first: IntArray,
    second: IntArray,
    n_genes: int,
    rng: np.random.Generator,
) -> None:
    """Let each row of ``first`` trade with that of ``second``, in place, all at once."""
    n_first, n_second = degrees[first], degrees[second]
    # The places of both rows' targets, pair after pair: those of the first row, then those of the second.
    lengths = np.stack([n_first, n_second], axis=1).ravel()
    place = _ranges(np.stack([starts[first], starts[second]], axis=1).ravel(), lengths)
    pair = np.repeat(np.arange(len(first)), n_first + n_second)
    key = np.sort(pair * n_genes + targets[place])
    twice = key[1:] == key[:-1]
    is_common = np.zeros(len(key), dtype=bool)
    is_common[1:] |= twice
    is_common[:-1] |= twice
    common, own = key[1:][twice], key[~is_common]
    # Common targets first in both rows; what one alone has is put in random order and dealt out behind them.
    n_common = np.bincount(common // n_genes, minlength=len(first))
    own = _shuffle_within_pairs(own, len(first), n_genes, rng)
    own_first, own_second = n_first - n_common, n_second - n_common
    dealt = np.repeat(np.tile([True, False], len(first)), np.stack([own_first, own_second], axis=1).ravel())
    for rows, genes, offset, count in (
        (first, common, 0, n_common),
        (second, common, 0, n_common),
        (first, own[dealt], n_common, own_first),
        (second, own[~dealt], n_common, own_second),
    ):
        targets[_ranges(starts[rows] + offset, count)] = genes % n_genes


def _shuffle_within_pairs(key: IntArray, n_pairs: int, n_genes: int, rng: np.random.Generator) -> IntArray:
    """Put the keys ``pair · n_genes + gene`` of each pair in random order, by one sort of whole numbers.

    A number holds pair, random bits and gene, high to low: equal random bits, which would leave the order to the
    gene, have a chance of 2⁻³⁰ at 65,000 miRNAs and 130,000 genes, and less below.
    """
    of_gene, of_pair = n_genes.bit_length(), n_pairs.bit_length()
    random_bits = 63 - of_gene - of_pair
    pair, gene = key // n_genes, key % n_genes
    bits = rng.integers(0, 1 << random_bits, size=len(key))
    mixed: IntArray = np.sort((pair << (63 - of_pair)) | (bits << of_gene) | gene)
    unpacked: IntArray = (mixed >> (63 - of_pair)) * n_genes + (mixed & ((1 << of_gene) - 1))
    return unpacked


def _ranges(starts: IntArray, lengths: IntArray) -> IntArray:
    """Join the ranges ``start … start + length``."""
    ends = np.cumsum(lengths)
    joined: IntArray = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - lengths), lengths)
    return joined


def _shared(targets: IntArray, degrees: IntArray, n_genes: int, a: IntArray, b: IntArray) -> IntArray:
    """Count the targets that each pair of rows shares."""
    from scipy.sparse import csr_array

    rows, place = np.unique(np.concatenate([a, b]), return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(degrees)])
    columns = targets[_ranges(starts[rows], degrees[rows])]
    ends = np.concatenate([[0], np.cumsum(degrees[rows])])
    chosen = csr_array((np.ones(len(columns), dtype=np.int32), columns, ends), shape=(len(rows), n_genes))
    counts = (chosen @ chosen.T).toarray()
    shared: IntArray = counts[place[: len(a)], place[len(a) :]].astype(np.int64)
    return shared


def _count_task(
    middle: IntArray,
    degrees: IntArray,
    n_genes: int,
    a: IntArray,
    b: IntArray,
    observed: IntArray,
    task: DrawTask,
) -> tuple[IntArray, IntArray]:
    """Count the tables of one task in which each pair shares as much as observed, and sum what it shares."""
    rng = task.rng()
    reached, total = np.zeros(len(a), dtype=np.int64), np.zeros(len(a), dtype=np.int64)
    for _ in range(task.n_draws):
        shared = _shared(shuffle(middle, degrees, n_genes, ROUNDS, rng), degrees, n_genes, a, b)
        reached += shared >= observed
        total += shared
    return reached, total
