r"""Median polish: one value per miRNA and array from all spots of the miRNA, as RMA summarizes its probes.

The log2 signals of one miRNA, spots × arrays, are described by

.. math:: y_{ij} = \mu + \alpha_i + \beta_j + \varepsilon_{ij}

with the affinity :math:`\alpha_i` of spot i, and :math:`\mu + \beta_j` the value of the miRNA on array j. The
medians of the rows and of the columns of what is left are subtracted in turn (Tukey 1977), until the sum of the
absolute residuals falls by less than 1 %, ten rounds at most, as in R's ``medpolish``. A single spot that is far
off does not move the value, and a spot that is missing on some arrays does not shift them, as its affinity is
known from the others: a median of the spots that are left would.

References
----------
Irizarry RA et al. (2003) Summaries of Affymetrix GeneChip probe level data. Nucleic Acids Res 31:e15.
López-Romero P et al. (2010) Processing of Agilent microRNA array data. BMC Res Notes 3:18. Tukey JW (1977)
Exploratory Data Analysis, Addison-Wesley.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mirtool.errors import UsageError, option
from mirtool.model import FloatArray, RawArrays
from mirtool.normalize.replicates import ReplicateGroups, group_replicates
from mirtool.stats.blocks import row_blocks

MOST_ROUNDS = 10
LEAST_GAIN = 0.01
"""Share by which a round must lower the sum of the absolute residuals for another one to follow."""
_VALUES_AT_ONCE = 2_000_000


def polish_replicates(values: FloatArray, groups: ReplicateGroups) -> FloatArray:
    """Return the value of each probe from its spots, by median polish.

    Parameters
    ----------
    values
        log2 signals of the spots, ``(n_spots, n_arrays)``, NaN missing.
    groups
        The spots of each probe, from :func:`mirtool.normalize.replicates.group_replicates`.

    Returns
    -------
    FloatArray
        ``(n_probes, n_arrays)``; missing where no spot has a signal.

    Examples
    --------
    >>> from mirtool.model import text_array
    >>> from mirtool.normalize.replicates import group_replicates
    >>> groups = group_replicates(text_array(["a", "a", "a", "b"]))
    >>> spots = np.array([[1.0, 2.0], [4.0, 5.0], [8.0, 3.0], [7.0, np.nan]])
    >>> polish_replicates(spots, groups)
    array([[ 4.,  5.],
           [ 7., nan]])
    """
    n_arrays = values.shape[1]
    polished = np.empty((len(groups), n_arrays))
    for probes, spots in groups.spots_by_size:
        for some in row_blocks(len(probes), spots.shape[1] * n_arrays, _VALUES_AT_ONCE):
            polished[probes[some]] = median_polish(values[spots[some]])
    return polished


def by_name(arrays: RawArrays) -> RawArrays:
    """Return the arrays with the Name of each spot as its ID, so that all spots of a miRNA are one probe's.

    Raises
    ------
    UsageError
        Where the values are summaries already, or every miRNA has one spot.
    """
    if any(source.format == "agilent" and source.header.get("signal") == "gene" for source in arrays.sources):
        raise UsageError(
            "total gene signals are summaries of the probes already",
            found="gTotalGeneSignal",
            expected="the features of Feature Extraction text",
            hint=f"use {option('signal', 'median')} or processed; a GeneView file has no features",
        )
    arrays = replace(arrays, probes=replace(arrays.probes, id=arrays.probes.name))
    if group_replicates(arrays.probes.id).sizes.max(initial=0) < 2:
        raise UsageError(
            "median polish needs several spots per miRNA",
            found="one row per name",
            hint=f"leave out {option('preset', 'rma')}: these values are summaries already",
        )
    return arrays


def median_polish(tables: FloatArray) -> FloatArray:
    """Return the values of the columns of many tables, each the overall value plus the column's own.

    Parameters
    ----------
    tables
        ``(n_tables, n_rows, n_columns)``, NaN missing. Each is polished by itself, until it converges.

    Returns
    -------
    FloatArray
        ``(n_tables, n_columns)``; missing where a column has no value.

    Examples
    --------
    >>> median_polish(np.array([[[1.0, 2.0, 3.0], [11.0, 12.0, 13.0], [5.0, 6.0, 99.0]]]))
    array([[5., 6., 7.]])
    """
    values = np.empty(tables.shape[::2])
    going, left = np.arange(len(tables)), tables
    overall, before = np.zeros(len(tables)), np.zeros(len(tables))
    rows, columns = np.zeros(tables.shape[:2]), np.zeros(tables.shape[::2])
    for remaining in reversed(range(MOST_ROUNDS)):
        of_rows = _medians(left, 2)
        left = left - of_rows[:, :, None]
        rows += of_rows
        middle = _medians(columns, 1)
        columns -= middle[:, None]
        overall += middle
        of_columns = _medians(left, 1)
        left -= of_columns[:, None, :]
        columns += of_columns
        middle = _medians(rows, 1)
        rows -= middle[:, None]
        overall += middle
        residuals = np.nansum(np.abs(left), axis=(1, 2))
        done = (residuals == 0) | (np.abs(residuals - before) < LEAST_GAIN * residuals) | (remaining == 0)
        values[going[done]] = overall[done, None] + columns[done]
        on = ~done
        going, left, overall, before = going[on], left[on], overall[on], residuals[on]
        rows, columns = rows[on], columns[on]
    return values


def _medians(values: FloatArray, axis: int) -> FloatArray:
    """Return medians along an axis, missing values left out."""
    ordered = np.sort(values, axis=axis)  # NaN last
    present = np.count_nonzero(~np.isnan(ordered), axis=axis, keepdims=True)
    below = np.take_along_axis(ordered, np.maximum(present - 1, 0) // 2, axis=axis)
    above = np.take_along_axis(ordered, np.minimum(present // 2, ordered.shape[axis] - 1), axis=axis)
    return np.asarray((below / 2 + above / 2).squeeze(axis))
