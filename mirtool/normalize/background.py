"""Background: from the foreground of a spot to its signal, by the methods that need no fitted model.

Each function takes linear scanner counts, ``(n_spots, n_arrays)``, NaN missing, and gives a new array of the same
shape and unit. :mod:`mirtool.normalize.normexp` holds the model of Silver et al.; ``BACKGROUND_METHODS`` in
:mod:`mirtool.normalize.methods` lists them with what each takes.

References
----------
Ritchie ME et al. (2007) A comparison of background correction methods for two-colour microarrays. Bioinformatics
23:2700-2707 (subtract, half, minimum, movingmin, edwards). Edwards D (2003) Non-linear normalization and
background correction in one-channel cDNA microarray studies. Bioinformatics 19:825-833. Shi W et al. (2010)
Optimizing the noise versus bias trade-off for Illumina whole genome expression BeadChips. Nucleic Acids Res
38:e204 (the level of the negative controls).
"""

from __future__ import annotations

import numpy as np

from mirtool.model import BoolArray, FloatArray, SpotLayout

HALF = 0.5
"""What ``half`` makes of a signal below it, in scanner counts (Ritchie et al. 2007)."""


def subtract_background(foreground: FloatArray, background: FloatArray | None) -> FloatArray:
    """Signal of each spot: foreground − background, or the foreground alone where there is no background.

    Parameters
    ----------
    foreground, background
        Linear scanner counts, ``(n_spots, n_arrays)``, NaN missing. ``background`` is None where the
        instrument's file has none; the caller has to say so to the user.

    Returns
    -------
    FloatArray
        A new array of the same shape and unit. Signals may be zero or negative; a spot that lacks either
        intensity is missing.

    Examples
    --------
    >>> subtract_background(np.array([[130.0, 40.0]]), np.array([[100.0, 60.0]]))
    array([[ 30., -20.]])
    """
    if background is None:
        return np.array(foreground, dtype=np.float64, order="C")
    return np.subtract(foreground, background, order="C")


def foreground_alone(foreground: FloatArray) -> FloatArray:
    """Signal of each spot: its foreground (``none``)."""
    return subtract_background(foreground, None)


def at_least_half(foreground: FloatArray, background: FloatArray) -> FloatArray:
    """Foreground − background, but 0.5 where it is less (``half``).

    Examples
    --------
    >>> at_least_half(np.array([[130.0, 40.0]]), np.array([[100.0, 60.0]]))
    array([[30. ,  0.5]])
    """
    return np.maximum(foreground - background, HALF)


def at_least_half_minimum(foreground: FloatArray, background: FloatArray) -> FloatArray:
    """Foreground − background, but half the array's least positive signal where it is not positive (``minimum``).

    Examples
    --------
    >>> at_least_half_minimum(np.array([[130.0], [40.0]]), np.array([[100.0], [60.0]]))
    array([[30.],
           [15.]])
    """
    signals = foreground - background
    least = np.min(np.where(signals > 0, signals, np.inf), axis=0)
    floor = np.where(np.isfinite(least), least / 2, np.nan)
    return np.where(signals <= 0, floor, signals)


def subtract_moving_minimum(foreground: FloatArray, background: FloatArray, layout: SpotLayout) -> FloatArray:
    """Foreground − the lowest background of the spot and those around it, 3 × 3 (``movingmin``).

    Spots count as neighbors within one block alone: files do not say how far apart blocks lie. A missing
    background among them is passed over.

    Examples
    --------
    >>> ones = np.ones(3, dtype=int)
    >>> row = SpotLayout(block=ones, row=ones, column=np.array([1, 2, 3]))
    >>> subtract_moving_minimum(np.full((3, 1), 100.0), np.array([[9.0], [8.0], [7.0]]), row).ravel()
    array([92., 93., 93.])
    """
    blocks, block = np.unique(layout.block, return_inverse=True)
    rows, columns = int(layout.row.max(initial=1)), int(layout.column.max(initial=1))
    grid = np.full((len(blocks), rows + 2, columns + 2, foreground.shape[1]), np.inf)
    place = (block, layout.row, layout.column)
    grid[place] = np.where(np.isnan(background), np.inf, background)
    lowest = np.full(background.shape, np.inf)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            np.minimum(lowest, grid[block, layout.row + down, layout.column + right], out=lowest)
    return foreground - np.where(np.isinf(lowest), np.nan, lowest)


def edwards_signals(foreground: FloatArray, background: FloatArray) -> FloatArray:
    r"""Foreground − background, with a logarithmic tail that stays positive in place of the lowest signals.

    With :math:`\delta` the quantile of an array's signals :math:`F - B` at 1.1 times the share that is not
    positive, a signal below :math:`\delta` becomes :math:`\delta\exp(1 - (B + \delta) / F)`.

    Examples
    --------
    >>> edwards_signals(np.array([[130.0], [40.0], [70.0]]), np.array([[100.0], [60.0], [60.0]])).round(3).ravel()
    array([30.   ,  1.154, 10.   ])
    """
    signals = foreground - background
    limit = np.array([_edwards_limit(column[~np.isnan(column)]) for column in signals.T])
    with np.errstate(divide="ignore", over="ignore"):
        tail = limit * np.exp(1 - (background + limit) / foreground)
    return np.where(signals < limit, tail, signals)


def _edwards_limit(signals: FloatArray) -> float:
    if not len(signals):
        return float("nan")
    share = float(np.mean(signals < 1e-16))
    return float(np.quantile(signals, min(1.0, share * 1.1)))


def subtract_level(signals: FloatArray, controls: BoolArray) -> FloatArray:
    """Signal − the median of the array's control spots, which should show none.

    Parameters
    ----------
    signals
        Foreground − background, or the foreground where there is no background.
    controls
        The control spots, ``(n_spots,)``. An array on which none of them has a signal becomes missing.

    Examples
    --------
    >>> subtract_level(np.array([[130.0], [40.0], [44.0]]), np.array([False, True, True])).ravel()
    array([88., -2.,  2.])
    """
    known = [column[~np.isnan(column)] for column in signals[controls].T]
    levels = np.array([float(np.median(column)) if len(column) else np.nan for column in known])
    return np.asarray(signals - levels)
