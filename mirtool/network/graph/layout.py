"""Where the nodes of a synergy network are drawn: the same network gives the same places, whole numbers.

Genes that the same miRNAs target lie together. A miRNA sits in the middle of its private targets, those that no
other of the miRNAs has; the genes that a set of miRNAs shares form a disc of their own between them. miRNAs are
placed first, the nearer the more targets they share (stress majorization), then the discs are drawn to the middle
of their miRNAs and pushed apart until none lies on another, and each disc is filled from its middle outward in the
pattern of a sunflower's seeds.

References
----------
Gansner ER, Koren Y, North S. Graph drawing by stress majorization. Graph Drawing 2004, LNCS 3383:239–250.

Vogel H. A better way to construct the sunflower head. Math Biosci 1979;44:179–189.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mirtool.model import BoolArray, FloatArray, IntArray
from mirtool.network.interactions.targets import TargetMatrix

GENE_SPACING = 16.0
"""Distance between neighboring genes of one disc; all lengths are pixels at a page's full scale."""
MIRNA_RADIUS = 22.0
"""Room kept free around a miRNA."""
_DISC_GAP = 14.0
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_WORK = 30_000_000
"""Distances computed at most to place the miRNAs; fewer rounds for more of them."""
_FEW_DISCS = 200
"""Up to so many discs each is compared with all others: importing scipy's trees would take longer."""
_PUSHES = 150
_PULL = 0.04


@dataclass(frozen=True, eq=False)
class Layout:
    """Places of miRNAs and genes, integers of shape ``(n, 2)``, in the order of the matrix's rows and columns."""

    mirnas: IntArray
    genes: IntArray


def network_layout(targets: TargetMatrix) -> Layout:
    """Place miRNAs and genes so that no two lie on one spot.

    Parameters
    ----------
    targets
        Which miRNA targets which gene; every gene has at least one miRNA.

    Examples
    --------
    >>> from mirtool.io.targets.interactions import starter_interactions
    >>> from mirtool.network.interactions.targets import target_matrix
    >>> matrix = target_matrix(starter_interactions())
    >>> network_layout(matrix).genes.shape == (len(matrix.genes), 2)
    True
    """
    sets, member_of = _gene_sets(targets)
    sizes = np.bincount(member_of, minlength=len(sets))
    n = len(targets.mirnas)
    shared = np.array([len(own) > 1 for own in sets], dtype=bool)
    private = np.zeros(n, dtype=np.int64)
    private[[own[0] for own in sets if len(own) == 1]] = sizes[~shared]
    radius = np.sqrt(MIRNA_RADIUS**2 + _disc_radius(private) ** 2)
    mirnas = _place_mirnas(targets, radius)
    discs = _place_shared(mirnas, radius, [own for own in sets if len(own) > 1], _disc_radius(sizes[shared]))
    middles = np.zeros((len(sets), 2))
    middles[shared] = discs[n:]
    middles[~shared] = discs[[own[0] for own in sets if len(own) == 1]]
    genes = _fill_discs(middles, shared, member_of)
    return Layout(np.rint(discs[:n]).astype(np.int64), np.rint(genes).astype(np.int64))


def _gene_sets(targets: TargetMatrix) -> tuple[list[IntArray], IntArray]:
    """Return distinct sets of miRNAs that genes have, in order of appearance, and which each gene belongs to."""
    columns = targets.incidence.tocsc()
    columns.sort_indices()
    position: dict[tuple[int, ...], int] = {}
    member_of = [
        position.setdefault(tuple(own.tolist()), len(position))
        for own in np.split(columns.indices, columns.indptr[1:-1])
    ]
    return [np.array(own, dtype=np.int64) for own in position], np.array(member_of, dtype=np.int64)


def _disc_radius(n_genes: IntArray) -> FloatArray:
    """Return the radius of a disc that holds so many genes at :data:`GENE_SPACING`."""
    radius: FloatArray = GENE_SPACING * np.sqrt(n_genes / math.pi) * 1.05
    return radius


def _place_mirnas(targets: TargetMatrix, radius: FloatArray) -> FloatArray:
    """Place miRNAs by stress majorization: the nearer, the larger the share of targets they have in common."""
    if len(radius) == 1:
        return np.zeros((1, 2))
    shared = (targets.incidence @ targets.incidence.T).toarray().astype(np.float64)
    n_targets = np.maximum(np.diagonal(shared), 1)
    likeness = np.sqrt(shared / np.sqrt(np.multiply.outer(n_targets, n_targets)))
    # Between two miRNAs lie the genes they share; those that share none go to opposite sides.
    whole = 1.5 * math.hypot(*radius, float(_disc_radius(np.array(len(targets.genes)))))
    wanted = np.add.outer(radius, radius) + 2 * _disc_radius(shared) + whole * (1 - likeness)
    np.fill_diagonal(wanted, 0.0)
    places = _scaled(wanted)
    np.fill_diagonal(wanted, np.inf)
    weight = 1 / wanted**2
    for _ in range(int(np.clip(_WORK // wanted.size, 20, 300))):
        apart = [np.subtract.outer(places[:, axis], places[:, axis]) for axis in (0, 1)]
        pull = 1 / (wanted * np.maximum(np.hypot(*apart), 1e-9))
        # Each miRNA goes where the others, each at the wanted distance from it, would have it on average.
        sums = [(weight * places[:, axis] + pull * apart[axis]).sum(axis=1) for axis in (0, 1)]
        places = np.column_stack(sums) / weight.sum(axis=1)[:, None]
    settled: FloatArray = np.rint(places - places.mean(axis=0))  # free of the last digits' noise
    return settled


def _scaled(distances: FloatArray) -> FloatArray:
    """Place points by classical scaling: the two leading eigenvectors of the centered squared distances."""
    from scipy.linalg import eigh

    n = len(distances)
    squares = -0.5 * distances**2
    centered = squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean()
    values, vectors = eigh(centered, subset_by_index=(max(n - 2, 0), n - 1))
    # An eigenvector has no sign of its own: its first large entry is taken for positive.
    first = np.argmax(np.abs(vectors) > 0.5 * np.abs(vectors).max(axis=0), axis=0)
    places = np.zeros((n, 2))
    places[:, : len(values)] = (
        vectors * np.sign(vectors[first, range(len(values))]) * np.sqrt(np.maximum(values, 0))
    )
    return places


def _place_shared(
    mirnas: FloatArray, mirna_radius: FloatArray, shared: list[IntArray], shared_radius: FloatArray
) -> FloatArray:
    """Return the places of the miRNAs, moved a little, and of the discs of shared genes between them."""
    n = len(mirnas)
    # Sets with one middle start in directions of their own, or no push could part them.
    turn = np.arange(len(shared)) * _GOLDEN_ANGLE
    start = np.array([mirnas[own].mean(axis=0) for own in shared]).reshape(-1, 2)
    places = np.vstack([mirnas, start + np.column_stack([np.cos(turn), np.sin(turn)])])
    radius = np.concatenate([mirna_radius, shared_radius]) + _DISC_GAP / 2
    owner = np.repeat(np.arange(len(shared)), [len(own) for own in shared])
    member = np.concatenate([np.zeros(0, dtype=np.int64), *shared])
    share = np.bincount(owner, minlength=len(shared))
    for round_ in range(_PUSHES):
        pull = _PULL * max(0.0, 1 - round_ / (0.7 * _PUSHES))
        middles = [np.bincount(owner, places[member, axis], len(shared)) / share for axis in (0, 1)]
        places[n:] += pull * (np.column_stack(middles) - places[n:])
        places[:n] += pull * (mirnas - places[:n])
        if not _push_apart(places, radius) and not pull:
            break
    return places


def _push_apart(places: FloatArray, radius: FloatArray) -> bool:
    """Move discs that overlap away from each other, the smaller one more; tell whether any did."""
    a, b = _touching(places, radius)
    apart = places[a] - places[b]
    distance = np.maximum(np.hypot(*apart.T), 1e-9)
    step = apart * (0.9 * (radius[a] + radius[b] - distance) / distance)[:, None]
    weight = radius[a] ** 2 / (radius[a] ** 2 + radius[b] ** 2)
    for axis in (0, 1):
        places[:, axis] += np.bincount(a, step[:, axis] * (1 - weight), len(places))
        places[:, axis] -= np.bincount(b, step[:, axis] * weight, len(places))
    return len(a) > 0


def _touching(places: FloatArray, radius: FloatArray) -> tuple[IntArray, IntArray]:
    """Find the pairs of discs that overlap: the few large ones against all, many small ones by a tree."""
    limit = 2 * float(np.median(radius)) if len(radius) > _FEW_DISCS else 0.0
    large = np.flatnonzero(radius > limit)
    small = np.flatnonzero(radius <= limit)
    gap = np.hypot(*(np.subtract.outer(places[large, axis], places[:, axis]) for axis in (0, 1)))
    a, b = np.nonzero(gap < radius[large][:, None] + radius)
    a = large[a]
    once = (radius[b] <= limit) | (a < b)
    if not len(small):
        return a[once], b[once]
    from scipy.spatial import cKDTree

    near = small[cKDTree(places[small]).query_pairs(2 * limit, output_type="ndarray")]
    gap_near = np.hypot(*(places[near[:, 0]] - places[near[:, 1]]).T)
    near = near[gap_near < radius[near[:, 0]] + radius[near[:, 1]]]
    return np.concatenate([a[once], near[:, 0]]), np.concatenate([b[once], near[:, 1]])


def _fill_discs(middles: FloatArray, shared: BoolArray, member_of: IntArray) -> FloatArray:
    """Place genes like a sunflower's seeds about the middle of their set; in private ones that is their miRNA."""
    scale = float(_disc_radius(np.array(1)))
    order = np.argsort(member_of, kind="stable")
    sizes = np.bincount(member_of, minlength=len(middles))
    nth = np.empty(len(member_of))
    nth[order] = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    first = np.where(shared, np.where(sizes > 1, 0.5, 0.0), (MIRNA_RADIUS / scale) ** 2)
    out = scale * np.sqrt(first[member_of] + nth)
    turn = nth * _GOLDEN_ANGLE
    places: FloatArray = middles[member_of] + np.column_stack([out * np.cos(turn), out * np.sin(turn)])
    return places
