r"""Detection compared between groups: for miRNAs that one group detects and the other does not.

Such a miRNA has no fold change, as one side has no value. What can be tested is in how many arrays it is detected.

*Groups.* Fisher's exact test of the 2 × 2 table of arrays (detected or not, in either group), two-sided: the sum
of the probabilities of all tables with the same margins that are no more probable than this one.

*Pairs.* McNemar's exact test: of the pairs in which one array alone detects the miRNA, in how many it is the array
of the tested group, against a probability of one half. Pairs that agree say nothing about a difference. A pair
without both arrays takes no part.

P is adjusted by Benjamini and Hochberg over all miRNAs, those that every array detects too (their P is 1). P
values of counts are discrete, so that the rate of false discoveries lies below the one stated.

References
----------
Fisher RA (1925) Statistical Methods for Research Workers. Oliver and Boyd.
McNemar Q (1947) Note on the sampling error of the difference between correlated proportions or percentages.
Psychometrika 12:153-157.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.differential.groups import Comparison
from mirtool.model import BoolArray, ExpressionMatrix, FloatArray, IntArray
from mirtool.stats.adjustment import adjust_p_values
from mirtool.wording import plural

FISHER, MCNEMAR = "Fisher", "McNemar"
_AS_PROBABLE = 1e-7
"""Tables whose probability differs by less, relatively, count as equally probable (as in R's fisher.test)."""


@dataclass(frozen=True, eq=False)
class DetectionTest:
    """Detection compared between two groups.

    Parameters
    ----------
    name
        ``"Fisher"`` or ``"McNemar"``.
    p_value, fdr
        Per probe, ``(n_probes,)``; NaN where a group has no array that says whether it detects the probe.
    least_p
        The smallest P that these numbers of arrays or pairs can give.
    words
        These numbers, in words.
    """

    name: str
    p_value: FloatArray
    fdr: FloatArray
    least_p: float
    words: str

    def remarks(self, alpha: float) -> tuple[str, ...]:
        """Say where no miRNA can reach ``alpha``, however clear its detection."""
        if self.least_p <= alpha:
            return ()
        return (f"{self.words} can give no P of detection below {self.least_p:.2g} ({self.name}'s exact test)",)


def compare_detection(matrix: ExpressionMatrix, comparison: Comparison, pair: str | None) -> DetectionTest | None:
    """Compare in how many arrays of two groups each probe is detected; None where the table does not say it.

    Parameters
    ----------
    matrix
        log2 expression with what is not detected, ``(n_probes, n_samples)``.
    comparison
        The groups.
    pair
        Column of the sample sheet whose equal values are a pair. McNemar's test needs one array of each group in
        a pair; where a pair has more, the groups are compared as they are.
    """
    if matrix.not_detected is None:
        return None
    known = matrix.not_detected | ~np.isnan(matrix.values)
    detected = ~matrix.not_detected & ~np.isnan(matrix.values)
    members = None if pair is None else _pairs(matrix, comparison, pair)
    if members is None:
        sides = [list(comparison.tested_columns), list(comparison.reference_columns)]
        counts = [part[:, own].sum(axis=1) for own in sides for part in (detected, known)]
        name, p = FISHER, fisher_p(*counts)
        n_tested, n_reference = map(len, sides)
        least = _fisher(n_tested, n_tested, 0, n_reference)
        words = f"{n_tested} of {comparison.tested} and {n_reference} of {comparison.reference}"
    else:
        tested, reference = members
        complete = known[:, tested] & known[:, reference]
        name, p = MCNEMAR, mcnemar_p(detected[:, tested], detected[:, reference], complete)
        least, words = min(1.0, 2.0 ** (1 - len(tested))), plural(len(tested), "pair")
    return DetectionTest(name, p, adjust_p_values(p, "bh"), least, words)


def _pairs(matrix: ExpressionMatrix, comparison: Comparison, pair: str) -> tuple[list[int], list[int]] | None:
    """Return the columns of the whole pairs, tested and reference; None where a pair has several arrays of one."""
    cells = matrix.samples.extra.get(pair, ())
    if not cells:
        return None
    tested = {cells[i]: i for i in comparison.tested_columns}
    reference = {cells[i]: i for i in comparison.reference_columns}
    if len(tested) + len(reference) < len(comparison.tested_columns) + len(comparison.reference_columns):
        return None
    whole = [cell for cell in tested if cell in reference]
    return [tested[cell] for cell in whole], [reference[cell] for cell in whole]


def fisher_p(tested: IntArray, n_tested: IntArray, reference: IntArray, n_reference: IntArray) -> FloatArray:
    """Return the two-sided P of Fisher's exact test of many 2 × 2 tables, ``(n,)``.

    Parameters
    ----------
    tested, reference
        Arrays that detect each probe, ``(n,)``.
    n_tested, n_reference
        Arrays that say whether they do; P is NaN where a group has none.

    Examples
    --------
    >>> groups = [np.array(own) for own in ([3, 4, 0], [3, 4, 0], [0, 1, 2], [3, 4, 3])]
    >>> fisher_p(*groups).round(4)  # 2 of 20 tables; (4 + 4) of 56; a group without arrays
    array([0.1   , 0.1429,    nan])
    """
    tables = np.column_stack([tested, n_tested, reference, n_reference]).astype(np.int64)
    different, which = np.unique(tables, axis=0, return_inverse=True)
    return np.array([_fisher(*map(int, table)) for table in different])[which.ravel()]


def _fisher(tested: int, n_tested: int, reference: int, n_reference: int) -> float:
    from scipy.special import gammaln

    if not n_tested or not n_reference:
        return float("nan")
    detected = tested + reference
    possible = np.arange(max(0, detected - n_reference), min(detected, n_tested) + 1)
    cells = (possible, n_tested - possible, detected - possible, n_reference - detected + possible)
    log = -np.sum([gammaln(cell + 1.0) for cell in cells], axis=0)
    share = np.exp(log - log.max())
    observed = share[tested - possible[0]]
    return float(min(1.0, share[share <= observed * (1 + _AS_PROBABLE)].sum() / share.sum()))


def mcnemar_p(tested: BoolArray, reference: BoolArray, complete: BoolArray) -> FloatArray:
    """Return the two-sided P of McNemar's exact test, ``(n_probes,)``.

    Parameters
    ----------
    tested, reference
        Where the arrays of each pair detect the probe, ``(n_probes, n_pairs)``.
    complete
        Where both arrays of the pair say whether they do, same shape.

    Examples
    --------
    >>> tested, reference = np.ones((1, 6), dtype=bool), np.zeros((1, 6), dtype=bool)
    >>> mcnemar_p(tested, reference, np.ones((1, 6), dtype=bool))  # 2 · (1/2)^6
    array([0.03125])
    """
    from scipy.special import bdtr

    only_tested = np.sum(complete & tested & ~reference, axis=1)
    only_reference = np.sum(complete & reference & ~tested, axis=1)
    p = np.minimum(
        1.0, 2 * bdtr(np.minimum(only_tested, only_reference).astype(float), only_tested + only_reference, 0.5)
    )
    return np.where(complete.any(axis=1), p, np.nan)
