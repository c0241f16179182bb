"""Factors that make libraries comparable whose composition differs; the product of a study's factors is 1.

A library size times its factor is its *effective* size. Rows of zeros alone take no part.

References
----------
Robinson MD, Oshlack A (2010). A scaling normalization method for differential expression analysis of RNA-seq data.
Genome Biology 11, R25 (TMM).
Anders S, Huber W (2010). Differential expression analysis for sequence count data. Genome Biology 11, R106 (RLE).
Bullard JH, Purdom E, Hansen KD, Dudoit S (2010). Evaluation of statistical methods for normalization and
differential expression in mRNA-Seq experiments. BMC Bioinformatics 11, 94 (upper quartile).
"""

from __future__ import annotations

import numpy as np

from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, FloatArray

TRIM_RATIOS = 0.3
"""Share of the rows trimmed at either end of the log ratios."""

TRIM_LEVELS = 0.05
"""Share of the rows trimmed at either end of the mean log levels."""

ALIKE = 1e-6
"""Log ratios that are all smaller than this are those of one library."""


def tmm_factors(counts: FloatArray) -> FloatArray:
    """Trimmed mean of M-values: the weighted mean log ratio of each library to a reference, without its extremes.

    The reference is the library whose upper quartile, as a share of its size, is nearest to the mean of all. Rows
    with no reads in either library are left out; of the others the 30 % with the largest and the 30 % with the
    smallest log ratios, and the 5 % with the highest and with the lowest levels. A row weighs as much as its log
    ratio is certain: the reciprocal of 1/y − 1/N, summed over the two libraries.

    Parameters
    ----------
    counts
        Reads, ``(n_rows, n_samples)``; every sample has some.

    Returns
    -------
    FloatArray
        ``(n_samples,)``, their product 1.

    References
    ----------
    Robinson & Oshlack (2010).

    Examples
    --------
    >>> counts = np.array([[30.0, 30], [50, 50], [20, 20], [10, 10], [40, 40], [0, 850]])
    >>> tmm_factors(counts).round(4)  # a sixth miRNA takes 85 % of the second library
    array([2.582 , 0.3873])
    """
    counts = _without_zero_rows(counts)
    libraries = counts.sum(axis=0)
    quartiles = _upper_quartiles(counts)
    reference = int(np.argmin(np.abs(quartiles - quartiles.mean())))
    if np.median(quartiles) == 0:  # most miRNAs have no reads in most libraries: the one that has the most
        reference = int(np.argmax(np.sqrt(counts).sum(axis=0)))
    log_factors = [_trimmed_mean(y, n, counts[:, reference], libraries[reference])
                   for y, n in zip(counts.T, libraries, strict=True)]  # fmt: skip
    return _with_product_one(np.exp2(log_factors))


def _trimmed_mean(y: FloatArray, size: float, of_reference: FloatArray, size_of_reference: float) -> float:
    """Return the weighted trimmed mean of one library's log2 ratios to the reference."""
    both = (y > 0) & (of_reference > 0)
    y, other = y[both], of_reference[both]
    share, share_of_other = y / size, other / size_of_reference
    ratio, level = np.log2(share / share_of_other), (np.log2(share) + np.log2(share_of_other)) / 2
    if not len(ratio) or np.abs(ratio).max() < ALIKE:
        return 0.0
    variance = (size - y) / size / y + (size_of_reference - other) / size_of_reference / other
    kept = _within(ratio, TRIM_RATIOS) & _within(level, TRIM_LEVELS)
    if not kept.any():
        return 0.0
    return float(np.sum(ratio[kept] / variance[kept]) / np.sum(1 / variance[kept]))


def _within(values: FloatArray, trim: float) -> BoolArray:
    """Return the values that are not among the share ``trim`` at either end; equal values have their mean rank."""
    n, ordered = len(values), np.sort(values)
    rank = (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right") + 1) / 2
    cut = np.floor(n * trim)
    return np.asarray((rank >= cut + 1) & (rank <= n - cut))


def rle_factors(counts: FloatArray) -> FloatArray:
    """Relative log expression: the median ratio of each library to the geometric mean of all, per read.

    Only rows with reads in every library have a geometric mean.

    Parameters, result
    ------------------
    As of :func:`tmm_factors`.

    Raises
    ------
    NotEnoughDataError
        Where no row has reads in every library.

    References
    ----------
    Anders & Huber (2010).

    Examples
    --------
    >>> rle_factors(np.array([[1.0, 2], [10, 20], [100, 200], [0, 888]])).round(4)
    array([2.2361, 0.4472])
    """
    everywhere = counts[(counts > 0).all(axis=1)]
    if not len(everywhere):
        raise NotEnoughDataError(
            "no miRNA has reads in every sample, so the median ratio (RLE) has nothing to rest on",
            hint="choose other factors (tmm), or leave out the samples with few reads",
        )
    logs = np.log(everywhere)
    size = np.median(np.exp(logs - logs.mean(axis=1, keepdims=True)), axis=0)
    return _with_product_one(size / counts.sum(axis=0))


def upper_quartile_factors(counts: FloatArray) -> FloatArray:
    """Return the factor by the upper quartile of each library's counts, per read.

    Parameters, result
    ------------------
    As of :func:`tmm_factors`.

    Raises
    ------
    NotEnoughDataError
        Where three quarters of the rows of a library have no reads.

    References
    ----------
    Bullard et al. (2010).

    Examples
    --------
    >>> upper_quartile_factors(np.array([[1.0, 2], [10, 20], [100, 200], [0, 888]])).round(4)
    array([0.9347, 1.0699])
    """
    quartiles = _upper_quartiles(_without_zero_rows(counts))
    if not quartiles.all():
        raise NotEnoughDataError(
            "three quarters of the miRNAs have no reads in a sample, so its upper quartile is zero",
            hint="choose other factors (tmm), or leave out the samples with few reads",
        )
    return _with_product_one(quartiles)


def no_factors(counts: FloatArray) -> FloatArray:
    """Return 1 for each library: library sizes as they are."""
    return np.ones(counts.shape[1])


def _without_zero_rows(counts: FloatArray) -> FloatArray:
    return np.asarray(counts[counts.any(axis=1)])


def _upper_quartiles(counts: FloatArray) -> FloatArray:
    return np.asarray(np.quantile(counts / counts.sum(axis=0), 0.75, axis=0))


def _with_product_one(factors: FloatArray) -> FloatArray:
    return np.asarray(factors / np.exp(np.mean(np.log(factors))))
