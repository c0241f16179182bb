r"""Which miRNAs share more targets than chance gives: the measures, on a bare miRNA × gene matrix.

For two miRNAs with the targets A and B, in a universe of N genes:

- shared targets: \|A ∩ B\|
- Jaccard index: \|A ∩ B\| / \|A ∪ B\|
- expected: \|A\| · \|B\| / N, the mean of the hypergeometric distribution
- P: the hypergeometric P(X ≥ \|A ∩ B\|)
- FDR: Benjamini and Hochberg over all pairs of miRNAs that have targets, those without a shared one included

The synergy of a miRNA is the number of targets it shares, summed over the partners with which it shares more
than chance gives (FDR ≤ alpha); :mod:`mirtool.network.pairs.curveball` has a second reading of chance.

References
----------
Xu J et al. MiRNA–miRNA synergistic network: construction via co-regulating functional modules and disease miRNA
topological features. Nucleic Acids Res 2011;39:825–836.

Benjamini Y, Hochberg Y. Controlling the false discovery rate: a practical and powerful approach to multiple
testing. J R Stat Soc B 1995;57:289–300.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mirtool.model import BoolArray, FloatArray, IntArray
from mirtool.stats.adjustment import adjust_p_values
from mirtool.stats.hypergeometric import upper_tail

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class PairStatistics:
    """One entry per pair of miRNAs: the rows ``a`` < ``b`` of the matrix, and what they share."""

    a: IntArray
    b: IntArray
    shared: IntArray
    jaccard: FloatArray
    expected: FloatArray
    p_value: FloatArray
    fdr: FloatArray


def pair_statistics(incidence: csr_array, n_universe: int, *, sharing_only: bool = False) -> PairStatistics:
    """Compare the targets of every pair of miRNAs.

    Parameters
    ----------
    incidence
        ``(n_mirnas, n_genes)``, a 1 for each target, no explicit zeros; every miRNA has a target.
    n_universe
        How many genes could have been targets, at least ``n_genes`` with a target.
    sharing_only
        Leave the pairs without a shared target out of the result. They count in the FDR all the same.
    """
    n_targets = np.diff(incidence.indptr).astype(np.int64)
    a, b, shared = _sharing_pairs(incidence) if sharing_only else _all_pairs(incidence)
    p_value = upper_tail(shared, n_universe, n_targets[a], n_targets[b])
    n_tests = len(n_targets) * (len(n_targets) - 1) // 2
    sharing_nothing = np.ones(n_tests - len(a))
    return PairStatistics(
        a=a,
        b=b,
        shared=shared,
        jaccard=shared / (n_targets[a] + n_targets[b] - shared),
        expected=n_targets[a] * n_targets[b] / n_universe,
        p_value=p_value,
        fdr=adjust_p_values(np.concatenate([p_value, sharing_nothing]))[: len(a)],
    )


def _all_pairs(incidence: csr_array) -> tuple[IntArray, IntArray, IntArray]:
    counts = (incidence @ incidence.T).toarray().astype(np.int64)
    a, b = np.triu_indices(len(counts), k=1)
    return a, b, counts[a, b]


def _sharing_pairs(incidence: csr_array) -> tuple[IntArray, IntArray, IntArray]:
    counts = (incidence @ incidence.T).tocoo()
    upper = counts.row < counts.col
    a, b, shared = (part[upper].astype(np.int64) for part in (counts.row, counts.col, counts.data))
    return a, b, shared


def sum_over_partners(pairs: PairStatistics, significant: BoolArray, n_mirnas: int) -> tuple[IntArray, IntArray]:
    """Return each miRNA's number of significant partners, and its synergy: the targets it shares with them."""
    ends = np.concatenate([pairs.a[significant], pairs.b[significant]])
    shared = np.concatenate([pairs.shared[significant]] * 2)
    partners = np.bincount(ends, minlength=n_mirnas).astype(np.int64)
    synergy = np.bincount(ends, shared, n_mirnas).astype(np.int64)
    return partners, synergy
