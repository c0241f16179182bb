r"""How close genes lie in a network of protein interactions, against degree-matched random sets.

Distances are numbers of steps in the network's largest connected component, so that every one is finite. Of a set
of its genes:

- path length: the mean distance over all its pairs (the characteristic path length)
- nearest: the mean, over its genes, of the distance to the nearest other one

Random sets hold as many genes in each stratum of degree as the set has there, drawn without replacement from a
pool, the genes that could have been in it; the strata are octaves of degree, as in
:func:`mirtool.network.interactions.mirna_universe.degree_strata`. With b of N random sets that are as close or
closer, P = (b + 1) / (N + 1).

References
----------
Xu J et al. MiRNA–miRNA synergistic network: construction via co-regulating functional modules and disease miRNA
topological features. Nucleic Acids Res 2011;39:825–836 (closeness in the protein interaction network).

Guney E, Menche J, Vidal M, Barábasi AL. Network-based in silico drug efficacy screening. Nat Commun 2016;7:10331
(random sets of proteins by bins of degree, in the largest component).

Phipson B, Smyth GK. Permutation P-values should never be zero: calculating exact P-values when permutations are
randomly drawn. Stat Appl Genet Mol Biol 2010;9:39.

Floyd RW, in: Bentley J. Programming pearls: a sample of brilliance. Commun ACM 1987;30:754–757 (the draw).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.model import FloatArray, IntArray, ProteinInteractions, TextArray
from mirtool.network.interactions.mirna_universe import degree_strata
from mirtool.stats.draws import run_tasks

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from scipy.sparse import csr_array

DRAWS = 1000
N_TASKS = 16
"""Parts of the work; every set has a seed of its own, so that the result is the same for any number."""

Distances = npt.NDArray[np.uint8]

_SOURCES_AT_ONCE = 2048
_CELLS_AT_ONCE = 1 << 22


@dataclass(frozen=True, eq=False)
class ProteinSpace:
    """The genes of a universe that lie in the largest component of a network of proteins, and how far apart.

    Parameters
    ----------
    genes
        Their symbols, sorted.
    distances
        ``(n_genes, n_genes)``, steps, paths through genes outside the universe included; 255 is 255 or more.
    degrees
        Their numbers of partners in the component.
    n_component
        How many genes the component has in all.
    source
        The network's name.
    """

    genes: TextArray
    distances: Distances
    degrees: IntArray
    n_component: int
    source: str


@dataclass(frozen=True, eq=False)
class Closeness:
    """Sets of genes against random ones; arrays of shape ``(n_sets,)``, NaN for a set of fewer than two genes."""

    path_length: FloatArray
    expected_path_length: FloatArray
    path_p: FloatArray
    nearest: FloatArray
    expected_nearest: FloatArray
    nearest_p: FloatArray


def protein_space(
    proteins: ProteinInteractions, universe: Collection[str], *, executor: Executor | None = None
) -> ProteinSpace:
    """Find the genes of a universe in the largest component of a network, and their distances.

    Raises
    ------
    NotEnoughDataError
        Where fewer than two of the genes are there.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    symbols = sorted({*proteins.a, *proteins.b})
    place = {gene: i for i, gene in enumerate(symbols)}
    a, b = (np.array([place[gene] for gene in side], dtype=np.int64) for side in (proteins.a, proteins.b))
    ones = np.ones(2 * len(a), dtype=np.int8)
    where = (np.concatenate([a, b]), np.concatenate([b, a]))
    adjacency = csr_array((ones, where), shape=(len(symbols), len(symbols)))
    adjacency.data[:] = 1
    _, component = connected_components(adjacency, directed=False)
    members = np.flatnonzero(component == np.bincount(component).argmax())
    adjacency = adjacency[members][:, members]
    wanted = frozenset(universe)
    genes = np.array(symbols, dtype=object)[members]
    nodes = np.flatnonzero([gene in wanted for gene in genes])
    if len(nodes) < 2:
        raise NotEnoughDataError(
            f"only {len(nodes)} of the {len(wanted):,} genes lie in the largest component of {proteins.source}",
            found="genes such as " + ", ".join(symbols[:3]),
            expected="genes such as " + ", ".join(sorted(wanted)[:3]),
            hint="check that both hold gene symbols of one species",
        )
    return ProteinSpace(
        genes=genes[nodes],
        distances=step_distances(adjacency, nodes, executor),
        degrees=np.diff(adjacency.indptr).astype(np.int64)[nodes],
        n_component=len(members),
        source=proteins.source,
    )


def step_distances(adjacency: csr_array, nodes: IntArray, executor: Executor | None = None) -> Distances:
    """Return the numbers of steps between ``nodes`` of a connected, undirected network.

    Parameters
    ----------
    adjacency
        ``(n, n)``, symmetric, a 1 for each pair of neighbors; every node has one.
    nodes
        Rows of it, ``(n_nodes,)``; paths may lead through others.
    executor
        Who does the work; the result is the same for any, and for none.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> path = csr_array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    >>> step_distances(path, np.array([0, 2])).tolist()
    [[0, 2], [2, 0]]
    """
    blocks = [nodes[i : i + _SOURCES_AT_ONCE] for i in range(0, len(nodes), _SOURCES_AT_ONCE)]
    work = partial(_steps_from, adjacency, nodes)
    return np.vstack(list(run_tasks(work, blocks, executor)))


def _steps_from(adjacency: csr_array, nodes: IntArray, sources: IntArray) -> Distances:
    """Search from many sources at once, breadth first: a bit for each says whether it has reached a node."""
    column = np.arange(len(sources))
    reached = np.zeros((adjacency.shape[0], -(-len(sources) // 64)), dtype=np.uint64)
    np.bitwise_or.at(reached, (sources, column // 64), np.uint64(1) << (column % 64).astype(np.uint64))
    front = reached.copy()
    steps = np.full((len(sources), len(nodes)), 255, dtype=np.uint8)
    for step in range(255):
        bytes_of = front[nodes].astype("<u8", copy=False).view(np.uint8)
        bits = np.unpackbits(bytes_of, axis=1, count=len(sources), bitorder="little")
        steps[bits.T.astype(bool)] = step
        neighbors = np.bitwise_or.reduceat(front[adjacency.indices], adjacency.indptr[:-1], axis=0)
        front = neighbors & ~reached
        if not front.any():
            break
        reached |= front
    return steps


def closeness(
    distances: Distances,
    degrees: IntArray,
    sets: Sequence[IntArray],
    *,
    draws: int = DRAWS,
    seed: int = 1,
    executor: Executor | None = None,
    on_step: Callable[[str], None] | None = None,
) -> Closeness:
    """Compare the distances within sets of genes with those within degree-matched random sets.

    Parameters
    ----------
    distances
        Steps between the genes of the pool, ``(n_genes, n_genes)``.
    degrees
        Their degrees, 1 or more.
    sets
        Rows of the pool, each at most once in a set.
    draws, seed
        Random sets for each set, and the seed of all draws.
    executor
        Who does the work; the result is the same for any, and for none.
    on_step
        Called after each of :data:`N_TASKS` tasks.

    Raises
    ------
    UsageError
        For fewer than one draw.
    """
    if draws < 1:
        raise UsageError("random sets of genes must be drawn", found=str(draws), expected="1000 or more")
    seeds = np.random.SeedSequence(seed).spawn(len(sets))
    parts = np.array_split(np.arange(len(sets)), N_TASKS)
    tasks = [[(sets[i], seeds[i]) for i in part] for part in parts]
    work = partial(_closeness_of_part, distances, degree_strata(degrees), draws)
    found = []
    for part in run_tasks(work, tasks, executor, on_step):
        found += part
    columns = np.array(found, dtype=np.float64).reshape(-1, 6).T
    return Closeness(*columns)


def _closeness_of_part(
    distances: Distances, strata: IntArray, draws: int, task: list[tuple[IntArray, np.random.SeedSequence]]
) -> list[tuple[float, ...]]:
    members = [np.flatnonzero(strata == stratum) for stratum in range(int(strata.max()) + 1)]
    return [_closeness_of(distances, strata, members, draws, *each) for each in task]


def _closeness_of(
    distances: Distances,
    strata: IntArray,
    members: list[IntArray],
    draws: int,
    genes: IntArray,
    seed: np.random.SeedSequence,
) -> tuple[float, ...]:
    k = len(genes)
    if k < 2:
        return (np.nan,) * 6
    rng = np.random.default_rng(seed)
    taken = np.bincount(strata[genes], minlength=len(members))
    drawn = np.hstack(
        [own[draw_rows(rng, len(own), n, draws)] for own, n in zip(members, taken, strict=True) if n]
    )
    own_path, own_nearest = _sums(distances, genes[np.newaxis])
    path, nearest = (np.concatenate(sums) for sums in zip(*_in_blocks(distances, drawn), strict=True))
    return (
        own_path[0] / (k * (k - 1)),
        path.mean() / (k * (k - 1)),
        (1 + (path <= own_path).sum()) / (draws + 1),
        own_nearest[0] / k,
        nearest.mean() / k,
        (1 + (nearest <= own_nearest).sum()) / (draws + 1),
    )


def draw_rows(rng: np.random.Generator, n: int, size: int, draws: int) -> IntArray:
    """Draw ``size`` of ``n`` rows without replacement, ``draws`` times: ``(draws, size)`` (Floyd's algorithm)."""
    rows = np.empty((draws, size), dtype=np.int64)
    for column, last in enumerate(range(n - size, n)):
        row = rng.integers(0, last + 1, size=draws)
        twice = (rows[:, :column] == row[:, np.newaxis]).any(axis=1)
        rows[:, column] = np.where(twice, last, row)
    return rows


def _in_blocks(distances: Distances, sets: IntArray) -> list[tuple[IntArray, IntArray]]:
    at_once = max(1, _CELLS_AT_ONCE // sets.shape[1] ** 2)
    return [_sums(distances, sets[i : i + at_once]) for i in range(0, len(sets), at_once)]


def _sums(distances: Distances, sets: IntArray) -> tuple[IntArray, IntArray]:
    """Sum, for each row of genes, all distances (every pair twice), and those to the nearest other gene."""
    between = distances[sets[:, :, np.newaxis], sets[:, np.newaxis, :]]
    total = between.sum(axis=(1, 2), dtype=np.int64)
    itself = np.arange(sets.shape[1])
    between[:, itself, itself] = 255
    return total, between.min(axis=2).sum(axis=1, dtype=np.int64)
