"""Interactions of the tissue at hand: of genes expressed there, or of genes that changed the other way.

A miRNA silences its targets. Where it went up, those that it acts on went down; targets that changed likewise, or
not at all, say nothing for it. What is left out here is left out of the universe too: the genes that could have
been targets are those of the interactions that are left.

References
----------
Miller JA et al. Strategies for aggregating gene expression data: the collapseRows R function. BMC Bioinformatics
2011;12:322 (the row with the highest mean represents a gene).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from mirtool.errors import FormatError, NotEnoughDataError, option
from mirtool.io.genes.gene_changes import GeneChanges
from mirtool.model import BoolArray, FloatArray, Interactions, Table, TextArray
from mirtool.network.interactions.mirnas import parts_of
from mirtool.stats.adjustment import adjust_p_values
from mirtool.stats.spearman import FEWEST_SAMPLES, negative_correlation
from mirtool.wording import plural


@dataclass(frozen=True, eq=False)
class Anticorrelated:
    """Interactions whose miRNA and gene vary against each other, and every pair that was tested.

    ``tested`` has one row per pair, smallest P first: miRNA, gene, samples, Spearman's rho, P (negative), FDR.
    """

    interactions: Interactions
    tested: Table


def expressed_only(interactions: Interactions, genes: Collection[str], source: str) -> Interactions:
    """Return the pairs of the genes that are expressed.

    Parameters
    ----------
    interactions
        Pairs of miRNA and gene.
    genes
        Symbols, matched as they are.
    source
        Where these stand, in words.

    Raises
    ------
    NotEnoughDataError
        Where no pair is left.
    """
    expressed = frozenset(genes)
    kept = np.array([gene in expressed for gene in interactions.gene], dtype=bool)
    known = frozenset(interactions.gene)
    left_out = f"{plural(int((~kept).sum()), 'pair')} of {plural(len(known - expressed), 'gene')}"
    words = f"{left_out} not in {source} left out"
    return _restricted(interactions, kept, f"genes expressed by {source}", words)


def inversely_changed_only(
    interactions: Interactions,
    log2_ratio: Mapping[str, float],
    changes: GeneChanges,
    *,
    alpha: float = 0.05,
    cutoff: float = 1.0,
) -> Interactions:
    """Return the pairs whose gene changed the other way than the miRNA.

    A gene changed where its adjusted P (its P, where the table has no adjusted one) is at most ``alpha`` and its
    fold change at least ``cutoff``; one whose rows say so of both directions is left out.

    Parameters
    ----------
    interactions
        Pairs of miRNA and gene.
    log2_ratio
        log2 tested/reference of each miRNA measured, by its name; slash probes represent all their parts. A miRNA
        that is not among them, or whose ratio is missing or 0, keeps no pair.
    changes
        How genes changed between the same groups, in the same direction.
    alpha, cutoff
        Of the genes.

    Raises
    ------
    FormatError
        Where the table of genes has no log2 ratio, or has no P and a ``cutoff`` of 1 leaves nothing to choose by.
    NotEnoughDataError
        Where no pair is left.
    """
    up, down = _changed_genes(changes, alpha, cutoff)
    direction = _directions(log2_ratio)
    unclear = up & down
    inverse = {1: down - unclear, -1: up - unclear}
    kept = np.array(
        [
            gene in inverse.get(direction.get(mirna, 0), ())
            for mirna, gene in zip(interactions.mirna, interactions.gene, strict=True)
        ],
        dtype=bool,
    )
    words = [
        f"{plural(len(up - unclear), 'gene')} up and {len(down - unclear):,} down in {changes.path} "
        f"({_rule(changes, alpha, cutoff)})",
        f"{plural(int((~kept).sum()), 'pair')} left out whose gene did not change the other way than its miRNA",
    ]
    if unclear:
        words.append(f"{plural(len(unclear), 'gene')} whose rows are up and down left out")
    return _restricted(interactions, kept, f"genes changed the other way in {changes.path}", *words)


def changed_gene_ratios(changes: GeneChanges, *, alpha: float = 0.05, cutoff: float = 1.0) -> dict[str, float]:
    """Return the log2 ratio of each gene that changed, as :func:`inversely_changed_only` takes it.

    Of several rows that pass, the one with the smallest P counts, without P the largest change. A gene whose rows
    pass in both directions has none.
    """
    up, down = _changed_genes(changes, alpha, cutoff)
    assert changes.log2_ratio is not None  # _changed_genes refuses a table without
    passing = np.flatnonzero([gene in up ^ down for gene in changes.gene])
    passing = passing[_passing(changes, alpha, cutoff)[passing]]
    p_value = _decisive_p(changes)
    keys = [np.arange(len(passing)), -np.abs(changes.log2_ratio[passing])]
    keys += [] if p_value is None else [p_value[passing]]
    ratios: dict[str, float] = {}
    for i in passing[np.lexsort(keys)]:
        ratios.setdefault(changes.gene[i], float(changes.log2_ratio[i]))
    return ratios


def anticorrelated_only(
    interactions: Interactions,
    mirnas: tuple[TextArray, FloatArray],
    genes: tuple[TextArray, FloatArray],
    *,
    source: str,
    alpha: float = 0.05,
) -> Anticorrelated:
    """Return the pairs whose miRNA and gene vary against each other over paired samples.

    Parameters
    ----------
    interactions
        Pairs of miRNA and gene.
    mirnas, genes
        Names, and values ``(n_rows, n_samples)`` on any scale that keeps the order, NaN missing; the samples of
        both in one order. Of several rows of a name the one with the highest mean counts.
    source
        Where the genes' values stand, in words.
    alpha
        Largest FDR of Spearman's negative correlation, Benjamini and Hochberg over all pairs tested.

    Raises
    ------
    NotEnoughDataError
        Where no pair can be tested, or none is left.
    """
    first, second = _rows_by_name(*mirnas, parts=True), _rows_by_name(*genes, parts=False)
    places = np.array(
        [
            (i, first[mirna], second[gene])
            for i, (mirna, gene) in enumerate(zip(interactions.mirna, interactions.gene, strict=True))
            if mirna in first and gene in second
        ],
        dtype=np.int64,
    ).reshape(-1, 3)
    rho, p_value, n_samples = negative_correlation(mirnas[1], genes[1], (places[:, 1], places[:, 2]))
    tested = ~np.isnan(p_value)
    if not tested.any():
        raise NotEnoughDataError(
            f"no pair of {interactions.source} can be correlated",
            found=f"{plural(len(places), 'pair')} whose miRNA and gene are both measured",
            expected=f"values that vary over {FEWEST_SAMPLES} samples or more",
            hint="check that both tables hold the same samples, and gene symbols",
        )
    fdr = adjust_p_values(p_value)
    kept = np.zeros(len(interactions), dtype=bool)
    kept[places[tested & (fdr <= alpha), 0]] = True
    table = Table(
        {
            "miRNA": interactions.mirna[places[:, 0]],
            "gene": interactions.gene[places[:, 0]],
            "samples": n_samples,
            "Spearman's rho": rho,
            "P (negative)": p_value,
            "FDR (BH)": fdr,
        }
    ).take(tested)
    table = table.take(np.lexsort((np.arange(len(table)), table["P (negative)"])))
    words = [
        f"{plural(int(tested.sum()), 'pair')} of miRNA and gene measured in paired samples",
        f"{plural(int(kept.sum()), 'pair')} with a negative Spearman correlation at FDR <= {alpha:g} kept",
    ]
    return Anticorrelated(_restricted(interactions, kept, f"genes against the miRNA in {source}", *words), table)


def _restricted(interactions: Interactions, kept: BoolArray, source: str, *words: str) -> Interactions:
    if not kept.any():
        raise NotEnoughDataError(
            f"no pair of {interactions.source} is left",
            found="; ".join(words),
            hint="check that the tables hold current gene symbols, or allow more (weaker evidence, a larger FDR)",
        )
    taken = interactions.take(kept)
    return replace(taken, source=f"{taken.source}, {source}", dropped=(*taken.dropped, *words))


def _changed_genes(changes: GeneChanges, alpha: float, cutoff: float) -> tuple[set[str], set[str]]:
    """Return the genes that any row calls up, and those that any calls down."""
    if changes.log2_ratio is None:
        raise FormatError(
            "this table does not say by how much genes changed",
            path=changes.path,
            found=", ".join(changes.columns.values()),
            expected="a column such as log2FoldChange or logFC",
        )
    if _decisive_p(changes) is None and cutoff <= 1:
        raise FormatError(
            "this table has no P value to tell which genes changed",
            path=changes.path,
            hint=f"ask for a fold change: {option('mrna_cutoff', 2)}",
        )
    passing = _passing(changes, alpha, cutoff)
    return (
        set(changes.gene[passing & (changes.log2_ratio > 0)]),
        set(changes.gene[passing & (changes.log2_ratio < 0)]),
    )


def _decisive_p(changes: GeneChanges) -> FloatArray | None:
    """Return adjusted P, or P in a table without, or None in one without either."""
    return changes.p_value if changes.adjusted is None else changes.adjusted


def _passing(changes: GeneChanges, alpha: float, cutoff: float) -> BoolArray:
    """Return True for each row that changed; missing values do not pass."""
    assert changes.log2_ratio is not None
    passing: BoolArray = np.abs(changes.log2_ratio) >= np.log2(cutoff)
    p_value = _decisive_p(changes)
    return passing if p_value is None else passing & (p_value <= alpha)


def _rule(changes: GeneChanges, alpha: float, cutoff: float) -> str:
    column = changes.columns.get("adjusted P") or changes.columns.get("P")
    rules = [f"{column} <= {alpha:g}"] if column else []
    return ", ".join(rules + ([f"fold change >= {cutoff:g}"] if cutoff > 1 else []))


def _directions(log2_ratio: Mapping[str, float]) -> dict[str, int]:
    """Return each miRNA, parts of slash probes too, 1 or -1; one that represents both has none."""
    found: dict[str, set[int]] = defaultdict(set)
    for name, ratio in log2_ratio.items():
        if ratio and not np.isnan(ratio):
            for part in parts_of(name):
                found[part].add(1 if ratio > 0 else -1)
    return {name: signs.pop() for name, signs in found.items() if len(signs) == 1}


def _rows_by_name(names: TextArray, values: FloatArray, *, parts: bool) -> dict[str, int]:
    """Return the row of each name: that with the highest mean where there are several, the first of equal ones."""
    counts = np.maximum((~np.isnan(values)).sum(axis=1), 1)
    means = np.where(np.isnan(values).all(axis=1), -np.inf, np.nansum(values, axis=1) / counts)
    rows: dict[str, int] = {}
    for i, name in enumerate(names):
        for part in parts_of(name) if parts else (name,):
            if part not in rows or means[i] > means[rows[part]]:
                rows[part] = i
    return rows
