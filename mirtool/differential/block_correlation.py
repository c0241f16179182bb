"""How alike the arrays of one block are: one correlation for all probes, from a mixed model of each.

References
----------
Smyth GK, Michaud J, Scott HS (2005). Use of within-array replicate spots for assessing differential expression in
microarray experiments. Bioinformatics 21, 2067–2075.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.differential.linear_model import ALIAS_TOLERANCE
from mirtool.errors import NotEnoughDataError, option
from mirtool.model import BoolArray, FloatArray, IntArray

TRIM = 0.15
"""Share of the probes at either end that the mean correlation leaves out (limma's default)."""

LARGEST_CORRELATION = 0.99
"""No probe counts with more: its transform would be infinite (limma's limit)."""

MARGIN = 0.01
"""How far a correlation stays above the least that blocks of a size can have (limma's)."""

N_STARTS = 200
"""Points, evenly apart, at which the likelihood is looked at before its maximum is closed in on."""

NEAREST_END, PER_DECADE = 1e-9, 20
"""How near the ends it is looked at too, as a share of the range, and at how many points for each power of ten:
where two values nearly agree or nearly cancel, it has a narrow peak there."""


Component = tuple[int, FloatArray, FloatArray]
"""A probe's row, and the loadings and squares of what the design leaves of its values."""


@dataclass(frozen=True, eq=False)
class BlockCorrelation:
    """The correlation common to all probes, and each probe's own, ``(n_probes,)``, NaN where it has none."""

    common: float
    of_probes: FloatArray


def estimate_block_correlation(
    values: FloatArray, design: FloatArray, blocks: IntArray, *, weights: FloatArray | None = None
) -> BlockCorrelation:
    """Estimate the correlation of arrays within blocks, by restricted maximum likelihood probe by probe.

    Each probe's values, times the roots of their weights, follow the design, plus an effect of the block, plus an
    error; the share of the block's variance in both is its correlation, which may be negative. The common one is
    the mean of the probes' after Fisher's transform (atanh), without the :data:`TRIM` smallest and largest.

    Parameters
    ----------
    values
        log2 expression, ``(n_probes, n_samples)``, NaN missing. Probes that do not vary, have fewer than three
        values more than coefficients, or less than one block of two arrays, have no correlation.
    design
        ``(n_samples, n_coefficients)``.
    blocks
        Number of the block of each sample, ``(n_samples,)``.
    weights
        As in :func:`mirtool.differential.fit_linear_model`.

    Raises
    ------
    NotEnoughDataError
        Where no probe has a correlation.

    References
    ----------
    Smyth, Michaud and Scott (2005).
    """
    present = ~np.isnan(values)
    root = np.ones(values.shape) if weights is None else np.sqrt(np.broadcast_to(weights, values.shape))
    present &= root > 0
    largest_block = int(np.unique(blocks, return_counts=True)[1].max())
    components = [
        (row, *part)
        for row in range(len(values))
        if (part := _variance_parts(values[row], design, blocks, present[row], root[row])) is not None
    ]
    if not components:
        raise NotEnoughDataError(
            "no probe has enough values to estimate the correlation within blocks",
            expected="blocks of two arrays or more, and three arrays more than the model has coefficients",
            hint=f"leave {option('block')} out, or use the column as {option('pair')}",
        )
    return common_correlation(components, len(values), largest_block)


def common_correlation(components: Sequence[Component], n_probes: int, largest_block: int) -> BlockCorrelation:
    """Return each probe's likeliest correlation, between the limits, and their trimmed mean.

    Parameters
    ----------
    components
        Of the probes that have a correlation, one at least: the probe's row, and its loadings and squares, each of
        which has the expectation error + block variance · loading.
    n_probes, largest_block
        Rows in all, and values in the largest block, which sets how negative a correlation can be.
    """
    end = 1 / (1 - largest_block) if largest_block > 1 else 0.0
    least = end + MARGIN if largest_block > 1 else 0.0
    own = np.full(n_probes, np.nan)
    rows = np.array([row for row, _, _ in components])
    own[rows] = np.clip(_likeliest(*_stack(components), end), least, LARGEST_CORRELATION)
    return BlockCorrelation(mean_correlation(own), own)


def mean_correlation(of_probes: FloatArray) -> float:
    """Return the mean after Fisher's transform, without the :data:`TRIM` smallest and largest and missing ones."""
    transformed = np.sort(np.arctanh(of_probes[~np.isnan(of_probes)]))
    n_cut = int(TRIM * len(transformed))
    return float(np.tanh(np.mean(transformed[n_cut : len(transformed) - n_cut])))


def _variance_parts(
    values: FloatArray, design: FloatArray, blocks: IntArray, present: BoolArray, root: FloatArray
) -> tuple[FloatArray, FloatArray] | None:
    """Part what the design leaves of a probe's values into independent squares.

    Each square has the expectation error + block variance · loading: the loadings and the squares are given, None
    where they can't distinguish the two variances.
    """
    n = int(present.sum())
    of_block = np.unique(blocks[present], return_inverse=True)[1]
    n_blocks = int(of_block.max(initial=-1)) + 1
    scale = root[present][:, np.newaxis]
    left, lengths, _ = np.linalg.svd(design[present] * scale, full_matrices=True)
    rank = int((lengths > ALIAS_TOLERANCE * lengths.max(initial=0.0)).sum())
    if n <= rank + 2 or not 1 < n_blocks < n - 1:
        return None
    rest = left[:, rank:]
    observed = values[present] * scale[:, 0]
    residual = rest.T @ observed
    if np.linalg.norm(residual) <= 8 * np.finfo(np.float64).eps * np.linalg.norm(observed):
        return None
    directions, singular, _ = np.linalg.svd(rest.T @ np.eye(n_blocks)[of_block], full_matrices=True)
    loadings = np.zeros(n - rank)
    loadings[: len(singular)] = singular**2
    if np.ptp(loadings) <= ALIAS_TOLERANCE:
        return None  # every correlation is as likely
    return loadings, (directions.T @ residual) ** 2


def _stack(
    components: Sequence[Component],
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Put loadings and squares of all probes into matrices, with a mask of what is there."""
    width = max(len(loadings) for _, loadings, _ in components)
    loadings, squares = np.ones((len(components), width)), np.zeros((len(components), width))
    there = np.zeros(loadings.shape, dtype=bool)
    for k, (_, of_probe, squares_of_probe) in enumerate(components):
        loadings[k, : len(of_probe)], squares[k, : len(of_probe)] = of_probe, squares_of_probe
        there[k, : len(of_probe)] = True
    return loadings, squares, there


def _likeliest(loadings: FloatArray, squares: FloatArray, there: BoolArray, end: float) -> FloatArray:
    """Return the correlation of largest restricted likelihood of each row, above ``end``, the least there is."""
    away = np.where(there, loadings - 1, 0.0)  # the expectation is proportional to 1 + correlation · away
    n = there.sum(axis=1)
    low = np.maximum(-1 / np.maximum(away.max(axis=1), 1e-9), end)
    high = np.minimum(1 / np.maximum(-away.min(axis=1), 1e-9), 1.0)
    near = np.geomspace(NEAREST_END, 0.5 / N_STARTS, round(-PER_DECADE * np.log10(2 * N_STARTS * NEAREST_END)))
    shares = np.concatenate([near[:-1], (np.arange(N_STARTS) + 0.5) / N_STARTS, 1 - near[-2::-1]])

    def log_likelihood(rho: FloatArray) -> FloatArray:
        expected = 1 + rho[:, np.newaxis] * away
        return np.asarray(-n * np.log(np.sum(squares / expected, axis=1)) - np.sum(np.log(expected), axis=1))

    def slope(rho: FloatArray) -> FloatArray:
        expected = 1 + rho[:, np.newaxis] * away
        fitted = np.sum(squares / expected, axis=1)
        falling = np.sum(away / expected, axis=1)
        return np.asarray(n * np.sum(squares * away / expected**2, axis=1) / fitted - falling)

    starts = low + shares[:, np.newaxis] * (high - low)
    best = np.argmax([log_likelihood(rho) for rho in starts], axis=0)
    ends = np.concatenate([[NEAREST_END / N_STARTS], shares, [1 - NEAREST_END / N_STARTS]])
    left, right = low + ends[best] * (high - low), low + ends[best + 2] * (high - low)
    for _ in range(60):
        middle = (left + right) / 2
        rising = slope(middle) > 0
        left, right = np.where(rising, middle, left), np.where(rising, right, middle)
    return np.asarray((left + right) / 2)
