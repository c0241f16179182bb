"""Which scale the values of a table are on: what is stated, else what the values look like.

Stated is what the caller or the sample sheet says, else the note ``# scale: …`` above the table. Where nothing is
stated, the values can only look like something (:func:`scale_of`), and a user confirms it:

* *Sequencing counts*: whole numbers, many of them zero (:func:`looks_like_counts`).
* *Reads per million*: the values of every sample sum to a million (:func:`looks_per_million`). Where rare miRNAs
  were left out they sum to less. Two things then still show it, and neither for certain, so that they give a
  warning only (:func:`per_million_clue`): the values of a sample are multiples of one number, that of a single
  read, which differs between samples; or all samples sum to a little less than a million.
* *log2 values*: none above 24, most of them not whole (:func:`looks_log2`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from mirtool.errors import ScaleError
from mirtool.io.arrays.settings import SCALES

if TYPE_CHECKING:
    from mirtool.io.tables.text_tables import TextTable
    from mirtool.model import FloatArray

Scale = Literal["log2", "linear", "counts"]

SUSPICIOUSLY_SMALL = 24.0
"""Scanners count to 65535, so the brightest spot of an array lies far above this, and its log2 (16) below it."""

LOG2_DOUBT = "these may be log2 values, not intensities"
"""How the warning of such values ends."""

PER_MILLION_DOUBT = "these may be sequencing reads per million without the rare miRNAs, not intensities"
"""How the warning of such values ends."""

DOUBTS = (LOG2_DOUBT, PER_MILLION_DOUBT)

LEAST_ZEROS = 0.02
"""Share of zeros from which whole numbers are taken for counts; scanners hardly ever write a zero."""

LEAST_WHOLE = 0.8
"""Share of whole numbers among the values above zero: a program that shares reads out writes fractions too."""

MILLION = 1e6

MILLION_TOLERANCE = 0.001
"""How far from a million the sum of a sample of reads per million may be: rounding of thousands of values."""

LEAST_KEPT = 0.9
"""Share of a million that samples still sum to where rare miRNAs were left out: these have few of the reads."""

_MOST_READS = 20
"""Multiples of one read are looked for up to so many reads: rounding hides those of larger values."""
_LEAST_MULTIPLES = 8
"""So many different multiples must be there: chance alone puts each within the tolerance in one of five cases."""
_MULTIPLE_TOLERANCE = 0.1
_MOST_READS_OF_SMALLEST = 5
_EQUAL_SUMS = 100.0
"""Sums that differ by less are those of quantile-normalized samples, which may be of any size."""


@dataclass(frozen=True)
class ValueScale:
    """The scale of a table's values.

    Parameters
    ----------
    name
        ``"log2"``, ``"linear"``, ``"counts"`` or ``"per million"``; blank where nothing is stated and the values
        look like intensities.
    stated
        True where the caller or the table says so; False where the values look like it.
    clue
        By what it is known, in words.
    """

    name: str
    stated: bool = False
    clue: str = ""


def scale_of(table: TextTable, values: FloatArray, asked: str | None = None) -> ValueScale:
    """Return the scale of the values: as asked, else as the table states it, else what the values look like.

    Raises
    ------
    ScaleError
        Where the table states a scale that does not exist.
    """
    stated = asked or noted_scale(table)
    if stated:
        return ValueScale(stated, True, f"the scale {stated} is stated")
    if looks_like_counts(values):
        return ValueScale("counts", clue=f"whole numbers, {100 * np.mean(values == 0):.0f} % of them zero")
    if looks_per_million(values):
        return ValueScale("per million", clue="the values of every sample sum to 1,000,000")
    if looks_log2(values):
        return ValueScale("log2", clue=f"no value above {np.nanmax(values):.4g}")
    return ValueScale("")


def noted_scale(table: TextTable) -> str:
    """Return the scale that a table states in a note above its header, or its record; blank where it does not.

    Raises
    ------
    ScaleError
        Where the table states a scale that does not exist.
    """
    stated = table.notes.get("scale", "")
    if stated and stated not in SCALES:
        raise ScaleError(
            "the table states a scale that mirtool does not know",
            path=table.path,
            found=repr(stated),
            expected="log2, linear or counts",
            hint="correct the note above the table (or the record beside it), or take it out",
        )
    return stated


def scale_doubts(table: TextTable, values: FloatArray) -> tuple[str, ...]:
    """Return what speaks against intensities, in words, where no scale is stated in the table."""
    if noted_scale(table):
        return ()
    largest = float(np.nanmax(values))
    if largest <= SUSPICIOUSLY_SMALL:
        return (f"the largest value is {largest:.4g}: {LOG2_DOUBT}",)
    clue = per_million_clue(values)
    return (f"{clue}: {PER_MILLION_DOUBT}",) if clue else ()


def looks_log2(values: FloatArray) -> bool:
    """Return True for values that are log2 rather than intensities: none above 24, and most of them not whole.

    Examples
    --------
    >>> looks_log2(np.array([[7.25, 13.4]])), looks_log2(np.array([[152.5, 13.4]])), looks_log2(np.array([[3.0]]))
    (True, False, False)
    """
    known = values[~np.isnan(values)]
    return bool(known.size and known.max() <= SUSPICIOUSLY_SMALL and (known % 1 != 0).mean() > 0.5)


def looks_like_counts(values: FloatArray) -> bool:
    """Return True for values that are reads rather than intensities or log2: none negative, many zero, most whole.

    Examples
    --------
    >>> looks_like_counts(np.array([[0.0, 12.0], [203544.0, 0.0]]))
    True
    >>> looks_like_counts(np.array([[152.0, 87.0]])), looks_like_counts(np.array([[0.0, 7.25]]))
    (False, False)
    """
    known = values[~np.isnan(values)]
    if not known.size or known.min() < 0 or np.mean(known == 0) < LEAST_ZEROS:
        return False
    present = known[known > 0]
    return bool(present.size and np.mean(present % 1 == 0) >= LEAST_WHOLE)


def looks_per_million(values: FloatArray) -> bool:
    """Return True for reads per million: none negative, fractions, and a million in each of several samples.

    Examples
    --------
    >>> looks_per_million(np.array([[400000.5, 250000.0], [599999.5, 750000.0]]))
    True
    >>> looks_per_million(np.array([[400000.0, 250000.0], [600000.0, 750001.0]]))
    False
    """
    sums = _sums_of_fractions(values)
    return bool(sums.size) and not (np.abs(sums - MILLION) > MILLION_TOLERANCE * MILLION).any()


def per_million_clue(values: FloatArray) -> str:
    """Return what shows that values may be reads per million without the rare miRNAs; blank where nothing does.

    Examples
    --------
    Reads of two samples, 100,000 and 80,000 in all: one read is 10 per million, and 12.5.

    >>> reads = np.array([[1, 1], [2, 2], [3, 4], [5, 5], [6, 7], [8, 9], [11, 10], [14, 16]])
    >>> per_million_clue(reads * [10.0, 12.5])
    'the values of each sample are multiples of one number, which differs between samples (10 to 12.5)'
    >>> per_million_clue(np.array([[940000.5, 250000.0], [20000.0, 700000.0]]))
    'every sample sums to a little less than 1,000,000 (950,000 to 960,000)'
    >>> per_million_clue(np.array([[152.5, 87.25], [20.5, 18.0]]))
    ''
    """
    sums = _sums_of_fractions(values)
    if not sums.size or sums.max() > MILLION * (1 + MILLION_TOLERANCE):
        return ""
    reads = [_one_read(sample) for sample in values.T]
    if all(reads) and max(reads) > min(reads) * (1 + MILLION_TOLERANCE):
        return (
            "the values of each sample are multiples of one number, which differs between samples "
            f"({min(reads):.4g} to {max(reads):.4g})"
        )
    if sums.min() >= LEAST_KEPT * MILLION and np.ptp(sums) > _EQUAL_SUMS:
        return (
            f"every sample sums to a little less than 1,000,000 ({np.floor(sums.min()):,.0f} to "
            f"{np.floor(sums.max()):,.0f})"
        )
    return ""


def _sums_of_fractions(values: FloatArray) -> FloatArray:
    """Return the sums of the samples; empty where there is one only, a value is negative, or all are whole."""
    if values.ndim != 2 or values.shape[1] < 2 or not values.size:
        return np.empty(0)
    if np.nanmin(values) < 0 or not (values % 1 > 0).any():
        return np.empty(0)
    sums: FloatArray = np.nansum(values, axis=0)
    return sums


def _one_read(sample: FloatArray) -> float:
    """Return the number whose multiples the small values of a sample are; 0 where they are not multiples."""
    present = np.unique(sample[sample > 0])
    if not present.size:
        return 0.0
    for reads_of_smallest in range(1, _MOST_READS_OF_SMALLEST + 1):
        one = float(present[0]) / reads_of_smallest
        multiples: set[int] = set()
        for value in present:
            times = round(value / one)
            if times > _MOST_READS:
                break
            if abs(value / one - times) > _MULTIPLE_TOLERANCE:
                multiples.clear()
                break
            multiples.add(times)
            one = float(value) / times  # of a rounded value a larger multiple says it more exactly
        if len(multiples) >= _LEAST_MULTIPLES:
            return one
    return 0.0
