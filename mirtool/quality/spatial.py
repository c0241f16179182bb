r"""Where on the slide: residuals of the spots, and Moran's I, a test for whether neighbors depart together.

A scratch, a bubble, a dried edge or an uneven hybridization changes spots that lie side by side, whatever probes
they carry. The probes themselves are scattered, so where neighbors agree in departing from their probes it is the
slide that speaks. Neighbors are spots that touch in one row or one column of one block, never across blocks, since
files do not say how far apart blocks lie.

With :math:`z_i` the residuals less their mean, :math:`w_{ij}` 1 for neighbors and 0 else,
:math:`S_0 = \sum w_{ij}`,

.. math:: I = \frac{n}{S_0}\,\frac{\sum_{ij} w_{ij} z_i z_j}{\sum_i z_i^2},

with expectation :math:`-1/(n-1)` and the variance of Cliff and Ord under randomization (all orders of the
residuals equally likely), which allows for their heavy tails. P is one-sided, from the normal distribution: with
thousands of spots its error is far below any P that matters. P says whether there is a trend and I how strong it
is; on thousands of spots harmless trends are significant too, so a verdict needs both.

References
----------
Moran, P. A. P. (1950). Notes on continuous stochastic phenomena. Biometrika 37, 17–23.
Cliff, A. D. & Ord, J. K. (1981). Spatial Processes: Models and Applications. Pion, 42–46.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mirtool.model import Channel, FloatArray, IntArray, SpotLayout
from mirtool.normalize.replicates import ReplicateGroups, collapse_replicates
from mirtool.quality.comparison import row_medians
from mirtool.quality.report import SpatialReport

FEWEST_FOR_COMMON = 3
"""Arrays needed to distinguish what all of them share from what one has of its own."""
FEWEST_SPOTS = 20
REACH, FEWEST_AROUND = 2, 3
"""Spots on each side, and how many of them must have a residual, for the median around a spot."""


def spatial_report(
    channel: Channel,
    signals: FloatArray,
    groups: ReplicateGroups,
    layout: SpotLayout,
    min_intensity: float,
) -> SpatialReport | None:
    """Lay the residuals of the spots out on the slide and test them for a spatial trend.

    Parameters
    ----------
    channel
        Linear counts, for the medians of the blocks.
    signals
        Signal of each spot, ``(n_spots, n_arrays)``, flagged spots missing.
    groups
        Which spots are replicates.
    layout
        Where the spots lie.
    min_intensity
        The cut-off, counts.

    Returns
    -------
    SpatialReport or None
        None where no array has 20 spots with a residual.
    """
    residual, words = spot_residuals(signals, groups, min_intensity)
    if not len(residual) or (~np.isnan(residual)).sum(axis=0).max() < FEWEST_SPOTS:
        return None
    neighbors = neighbor_pairs(layout)
    tests = [moran_test(column, neighbors) for column in residual.T]
    blocks, block_of = np.unique(layout.block, return_inverse=True)
    return SpatialReport(
        residual=residual,
        residual_from=words,
        moran=np.array([test.i for test in tests]),
        p_value=np.array([test.p_value for test in tests]),
        blocks=blocks,
        block_residual=_medians_by_block(residual, block_of, len(blocks)),
        block_foreground=_medians_by_block(channel.foreground, block_of, len(blocks)),
        block_background=None
        if channel.background is None
        else _medians_by_block(channel.background, block_of, len(blocks)),
        block_spots=np.array([(~np.isnan(residual[block_of == b])).sum(axis=0) for b in range(len(blocks))]),
    )


def spot_residuals(signals: FloatArray, groups: ReplicateGroups, min_intensity: float) -> tuple[FloatArray, str]:
    """Return log2 of each spot's signal over what is expected of it, ``(n_spots, n_arrays)``, and how in words.

    Expected is the median of the probe's spots on the same array. From three arrays on, what the spot shows in the
    median of the arrays is taken off too: a spot that was printed small is so on every array. Where no probe has a
    second spot, the spot is compared with the other arrays alone, and below three arrays there is no residual.

    Signals below the cut-off count as the cut-off, so that noise around zero and negative signals make no
    residual; where a spot and its probe both lie below it, the spot can show nothing and is missing. So are
    flagged spots, and those without an ID.
    """
    # A cut-off of zero would have no logarithm; nothing below one count is a signal.
    floor = max(min_intensity, 1.0)
    values = np.log2(np.maximum(signals, floor))
    silent = values <= math.log2(floor)
    replicated = groups.probe_of >= 0
    replicated &= groups.sizes[groups.probe_of] > 1
    if replicated.any():
        of_probes, _ = collapse_replicates(values, groups)
        expected = of_probes[groups.probe_of]
        expected[~replicated] = np.nan
        silent &= expected <= math.log2(floor)
        words = "the median of its probe's spots on the array"
    elif signals.shape[1] >= FEWEST_FOR_COMMON:
        expected = row_medians(np.where(silent, np.nan, values).T)
        words = "the array's median"
    else:
        return np.full(signals.shape, np.nan), "nothing: single spots, and fewer than three arrays"
    residual = np.where(silent, np.nan, values - expected)
    if signals.shape[1] >= FEWEST_FOR_COMMON:
        residual -= row_medians(residual)[:, None]
        words += ", less what the spot shows in the median of the arrays"
    return residual, words


def local_medians(
    values: FloatArray, layout: SpotLayout, *, reach: int = REACH, fewest: int = FEWEST_AROUND
) -> FloatArray:
    """Return the median of the values around each spot, over a square of spots of its own block.

    Parameters
    ----------
    values
        ``(n_spots, n_arrays)``, NaN missing.
    layout
        Where the spots lie.
    reach
        Spots on each side: 2 makes squares of 5 × 5.
    fewest
        Values that there must be around a spot.

    Returns
    -------
    FloatArray
        ``(n_spots, n_arrays)``, in the unit of ``values``; NaN where fewer values are around the spot. A spot
        without a value has one here if enough of its neighbors have.

    Examples
    --------
    >>> ones = np.ones(4, dtype=np.int64)
    >>> row = SpotLayout(ones, ones, np.array([1, 2, 3, 4]))
    >>> local_medians(np.array([[5.0], [1.0], [np.nan], [2.0]]), row, reach=1, fewest=2).ravel()
    array([3. , 3. , 1.5, nan])
    """
    # Margins wide enough that no square reaches into another block.
    step = int(layout.row.max(initial=1)) + reach
    down = layout.block * step + layout.row + reach
    across = layout.column + reach
    cells = np.full((int(down.max(initial=0)) + reach + 1, int(across.max(initial=0)) + reach + 1), np.nan)
    steps = np.arange(-reach, reach + 1)
    square = (steps[:, None] * cells.shape[1] + steps).ravel()
    places = (down * cells.shape[1] + across)[:, None] + square
    medians = np.full(values.shape, np.nan)
    for j, column in enumerate(values.T):
        cells[down, across] = column
        around = cells.ravel()[places]
        around.sort(axis=1)  # missing ones last
        n = (~np.isnan(around)).sum(axis=1)
        middle = np.column_stack([np.maximum(n - 1, 0) // 2, np.minimum(n // 2, len(square) - 1)])
        low, high = np.take_along_axis(around, middle, axis=1).T
        medians[:, j] = np.where(n >= fewest, (low + high) / 2, np.nan)
    return medians


def neighbor_pairs(layout: SpotLayout) -> IntArray:
    """Return the pairs of spots that touch in a row or a column of one block, ``(n_pairs, 2)``, each once.

    Examples
    --------
    >>> layout = SpotLayout(np.array([1, 1, 1, 2]), np.array([1, 1, 2, 1]), np.array([1, 2, 1, 3]))
    >>> neighbor_pairs(layout).tolist()
    [[0, 1], [0, 2]]
    """
    pairs = [
        _adjacent(layout.block, layout.row, layout.column),
        _adjacent(layout.block, layout.column, layout.row),
    ]
    return np.concatenate(pairs)


def _adjacent(block: IntArray, line: IntArray, place: IntArray) -> IntArray:
    """Pair the spots at successive places of one line of one block."""
    order = np.lexsort((place, line, block))
    first, second = order[:-1], order[1:]
    touch = (block[first] == block[second]) & (line[first] == line[second]) & (place[second] - place[first] == 1)
    return np.column_stack([first[touch], second[touch]])


@dataclass(frozen=True)
class MoranTest:
    """Moran's I, its expectation and variance where order means nothing, and the one-sided P."""

    i: float
    expected: float
    variance: float
    p_value: float


def moran_test(values: FloatArray, neighbors: IntArray) -> MoranTest:
    """Test whether neighboring values are alike; see the module for the formula.

    Parameters
    ----------
    values
        ``(n,)``; missing ones (NaN) are left out, and the pairs they are in.
    neighbors
        ``(n_pairs, 2)``, each pair once.

    Returns
    -------
    MoranTest
        All NaN where fewer than 4 values, no pair or no variation is left.
    """
    present = ~np.isnan(values)
    pairs = neighbors[present[neighbors].all(axis=1)]
    n, s0 = int(present.sum()), 2.0 * len(pairs)
    z = values - (values[present].mean() if n else 0.0)
    squares = np.where(present, z * z, 0.0)
    m2 = squares.sum() / max(n, 1)
    if n < 4 or not len(pairs) or m2 <= 0:
        return MoranTest(math.nan, math.nan, math.nan, math.nan)
    i = 2.0 * float(np.sum(z[pairs[:, 0]] * z[pairs[:, 1]])) / (s0 * m2)
    expected = -1.0 / (n - 1)
    degree = np.bincount(pairs.ravel(), minlength=len(values))
    s1, s2 = 2.0 * s0, 4.0 * float(np.sum(degree.astype(float) ** 2))
    kurtosis = float(np.sum(squares**2)) / n / m2**2
    above = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    below = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    variance = (above - below) / ((n - 1.0) * (n - 2.0) * (n - 3.0) * s0**2) - expected**2
    p_value = 0.5 * math.erfc((i - expected) / math.sqrt(2.0 * variance)) if variance > 0 else math.nan
    return MoranTest(i, expected, variance, p_value)


def _medians_by_block(values: FloatArray, block_of: IntArray, n_blocks: int) -> FloatArray:
    return np.array([row_medians(values[block_of == block].T) for block in range(n_blocks)])
