"""Which rows have enough reads, in enough samples, to be worth a test.

References
----------
Chen Y, Lun ATL, Smyth GK (2016). From reads to genes to pathways: differential expression analysis of RNA-Seq
experiments using Rsubread and the edgeR quasi-likelihood pipeline. F1000Research 5, 1438.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mirtool.model import BoolArray, FloatArray

LARGE_GROUP = 10
"""A group larger than this needs reads in a share of its further samples only."""

SHARE_OF_LARGE = 0.7
"""The share."""

ROUNDING = 1e-14
"""By how much a sum of leverages may be off."""


def expressed_rows(
    counts: FloatArray,
    groups: Sequence[str],
    *,
    min_count: float = 10,
    min_total: float = 15,
) -> BoolArray:
    """Return the rows with enough reads: ``min_count`` or more in as many samples as the smallest group has.

    The threshold is a CPM, that of ``min_count`` reads in a library of median size. It must be reached in n
    samples, n the size of the smallest group, or 10 + 0.7 (n − 10) where that is more than ten; which samples
    these are is not asked, so the filter does not know the comparison. The row's total must reach ``min_total``
    besides.

    Parameters
    ----------
    counts
        Reads, ``(n_rows, n_samples)``.
    groups
        The group of each sample.
    min_count, min_total
        Reads.

    Returns
    -------
    BoolArray
        ``(n_rows,)``.

    Examples
    --------
    >>> counts = np.array([[9e5, 9e5, 9e5, 9e5], [0, 0, 12, 11], [9, 9, 9, 9], [1e5, 1e5, 1e5, 1e5]])
    >>> expressed_rows(counts, "AABB")
    array([ True,  True, False,  True])
    """
    libraries = counts.sum(axis=0)
    smallest = min(list(groups).count(group) for group in set(groups))
    wanted = smallest if smallest <= LARGE_GROUP else LARGE_GROUP + SHARE_OF_LARGE * (smallest - LARGE_GROUP)
    # Reads per library are compared as CPM, so that a count at the threshold of the median library passes.
    cpm, threshold = counts / libraries * 1e6, min_count / np.median(libraries) * 1e6
    often = np.count_nonzero(cpm >= threshold, axis=1) >= wanted - ROUNDING
    return np.asarray(often & (counts.sum(axis=1) >= min_total - ROUNDING))
