"""Reference-gene stability: geNorm's M and NormFinder's value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mirtool.model import FloatArray, IntArray

LARGEST_M = 1.5
"""Above it geNorm's authors call a gene unfit (Vandesompele 2002)."""

LARGEST_V = 0.15
"""Pairwise variation below which geNorm's authors need no further reference gene (Vandesompele 2002)."""

MOST_REFERENCES = 10
"""Reference genes up to which the pairwise variation is looked at, as in geNorm's paper."""


@dataclass(frozen=True, eq=False)
class Stability:
    """Stability of candidates; the smaller, the more stable.

    ``m`` is geNorm's M among all candidates (two or more; else NaN). ``normfinder`` is NormFinder's value (three
    candidates or more; else NaN), from the ``n_complete`` samples that have all of them; ``by_group`` says whether
    it weighs differences between groups too.
    """

    names: tuple[str, ...]
    m: FloatArray
    normfinder: FloatArray
    n_complete: int
    by_group: bool

    def take(self, order: IntArray) -> Stability:
        """Return the candidates at ``order``, in that order."""
        names = tuple(self.names[i] for i in order)
        return replace(self, names=names, m=self.m[order], normfinder=self.normfinder[order])


def reference_stability(names: Sequence[str], log2_quantity: FloatArray, groups: Sequence[str]) -> Stability:
    """Measure the stability of candidate references.

    Parameters
    ----------
    names
        The candidates.
    log2_quantity
        log2 of their amounts, ``(n_candidates, n_samples)``: −Ct where the efficiency is 2; NaN missing.
    groups
        One per sample; NormFinder goes by groups where there are two or more, each with two complete samples.
    """
    complete = ~np.isnan(log2_quantity).any(axis=0)
    labels = np.array(groups, dtype=object)[complete]
    values = log2_quantity[:, complete]
    sizes = [int((labels == group).sum()) for group in dict.fromkeys(labels)]
    by_group = len(sizes) > 1 and min(sizes) >= 2
    possible = len(names) >= 3 and (by_group or len(labels) >= 2)
    found = normfinder(values, labels.tolist() if by_group else None) if possible else np.full(len(names), np.nan)
    return Stability(tuple(names), genorm_m(log2_quantity), found, int(complete.sum()), by_group)


def genorm_m(log2_quantity: FloatArray) -> FloatArray:
    """Return geNorm's M: the mean, over the other genes, of the standard deviation of the log2 ratio to each.

    Parameters
    ----------
    log2_quantity
        ``(n_genes, n_samples)``, NaN missing; a ratio is taken over the samples that have both.

    Returns
    -------
    ndarray
        ``(n_genes,)``, NaN where a gene has no other to be compared with over two samples.

    References
    ----------
    Vandesompele J, De Preter K, Pattyn F, Poppe B, Van Roy N, De Paepe A, Speleman F (2002). Accurate
    normalization of real-time quantitative RT-PCR data by geometric averaging of multiple internal control genes.
    Genome Biol 3, research0034.

    Examples
    --------
    >>> genorm_m(np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 2.0]]))
    array([1., 1.])
    """
    n = len(log2_quantity)
    if n > 1 and log2_quantity.shape[1] > 1 and not np.isnan(log2_quantity).any():
        return np.asarray(_pairwise_variation(log2_quantity).sum(axis=1) / (n - 1))
    variation = np.full((n, n), np.nan)
    for i in range(n):
        for j in range(i):
            ratio = log2_quantity[i] - log2_quantity[j]
            ratio = ratio[~np.isnan(ratio)]
            if len(ratio) > 1:
                variation[i, j] = variation[j, i] = ratio.std(ddof=1)
    compared = ~np.isnan(variation)
    n_compared = compared.sum(axis=1)
    m = np.full(n, np.nan)
    np.divide(np.where(compared, variation, 0).sum(axis=1), n_compared, out=m, where=n_compared > 0)
    return m


@dataclass(frozen=True, eq=False)
class GenormRanking:
    """geNorm's ranking, the most stable first.

    Parameters
    ----------
    order
        Positions of the candidates, ``(n_genes,)``; the first two are tied.
    m
        M of each, in this order, when it was excluded among those that were left; of the first two among the two.
    v
        Pairwise variation V(n/n+1) of the mean of the first n and of the first n + 1, for n = 2, 3 …
    """

    order: IntArray
    m: FloatArray
    v: FloatArray

    @property
    def n_needed(self) -> int:
        """The smallest number with a V below 0.15, else that of the smallest V; at least two."""
        if not len(self.v):
            return min(2, len(self.order))
        enough = np.flatnonzero(self.v < LARGEST_V)
        return 2 + int(enough[0] if len(enough) else np.argmin(self.v))


def genorm_ranking(log2_quantity: FloatArray) -> GenormRanking:
    """Rank reference genes as geNorm does: again and again the one with the largest M is excluded.

    Parameters
    ----------
    log2_quantity
        ``(n_genes, n_samples)``, two genes and two samples or more, none missing.

    References
    ----------
    Vandesompele et al. (2002), as :func:`genorm_m`.

    Examples
    --------
    >>> ranking = genorm_ranking(np.array([[0.0, 1, 0, 1], [5.0, 6, 5, 6], [3.0, 3, 9, 1]]))
    >>> ranking.order.tolist(), ranking.m[:2].tolist()
    ([0, 1, 2], [0.0, 0.0])
    """
    variation = _pairwise_variation(log2_quantity)
    left = list(range(len(log2_quantity)))
    excluded: list[int] = []
    values: list[float] = []
    while len(left) > 2:
        m = variation[np.ix_(left, left)].sum(axis=1) / (len(left) - 1)
        worst = len(left) - 1 - int(np.argmax(m[::-1]))  # of equals the last, so that order decides nothing else
        values.append(float(m[worst]))
        excluded.append(left.pop(worst))
    values += [float(variation[left[0], left[-1]])] * len(left)
    order = np.array([*left, *excluded[::-1]], dtype=np.int64)
    means = np.cumsum(log2_quantity[order[: MOST_REFERENCES + 1]], axis=0)
    means /= np.arange(1, len(means) + 1)[:, None]
    v = np.diff(means[1:], axis=0).std(axis=1, ddof=1) if len(means) > 2 else np.empty(0)
    return GenormRanking(order, np.array(values[::-1]), np.asarray(v))


def _pairwise_variation(log2_quantity: FloatArray) -> FloatArray:
    """Return the standard deviation of every log2 ratio, none missing, ``(n_genes, n_genes)``."""
    centered = log2_quantity - log2_quantity.mean(axis=1, keepdims=True)
    return np.stack([(own - centered).std(axis=1, ddof=1) for own in centered])


def normfinder(log2_quantity: FloatArray, groups: Sequence[str] | None = None) -> FloatArray:
    """Return NormFinder's stability value of each gene.

    The log2 amount of gene i in sample j of group g is modeled as a gene's level in the group, plus the sample's
    amount of RNA, plus noise whose variance belongs to gene and group. Without groups the value is the standard
    deviation of that noise. With groups it joins the noise of the group means with how far the gene's level
    departs from that of the others between the groups, shrunken by the variance that such departures have over all
    genes. An estimate of a variance that comes out negative is replaced by a quarter of the smallest variance of
    the gene's ratio to another, as NormFinder does.

    Parameters
    ----------
    log2_quantity
        ``(n_genes, n_samples)``, three genes or more, none missing.
    groups
        One per sample, each with two samples or more; None takes all samples as one group.

    References
    ----------
    Andersen CL, Jensen JL, Ørntoft TF (2004). Normalization of real-time quantitative reverse transcription-PCR
    data: a model-based variance estimation approach to identify genes suited for normalization. Cancer Res 64,
    5245–5250.
    """
    if groups is None:
        return np.sqrt(_noise_variance(log2_quantity))
    labels = np.array(groups, dtype=object)
    members = [log2_quantity[:, labels == group] for group in dict.fromkeys(groups)]
    error = np.column_stack([_noise_variance(values) / values.shape[1] for values in members])
    levels = np.column_stack([values.mean(axis=1) for values in members])
    departure = _center_twice(levels)
    degrees = (levels.shape[0] - 1) * (levels.shape[1] - 1)
    between = max(float((departure**2).sum() / degrees - error.mean()), 0.0)
    total = between + error
    kept = np.divide(between, total, out=np.zeros_like(total), where=total > 0)
    value: FloatArray = (np.abs(departure) * kept + np.sqrt(error + error * kept)).mean(axis=1)
    return value


def _noise_variance(values: FloatArray) -> FloatArray:
    n_genes, n_samples = values.shape
    squares = (_center_twice(values) ** 2).sum(axis=1) / (n_samples - 1)
    variance = (squares - squares.sum() / (n_genes * (n_genes - 1))) / (1 - 2 / n_genes)
    for gene in np.flatnonzero(variance < 0):
        ratios = np.delete(values[gene] - values, gene, axis=0)
        variance[gene] = ratios.var(axis=1, ddof=1).min() / 4
    return np.asarray(variance)


def _center_twice(values: FloatArray) -> FloatArray:
    """Take off the means of rows and of columns."""
    centered = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
    return np.asarray(centered)
