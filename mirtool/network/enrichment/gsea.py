r"""Gene set enrichment analysis on a ranked list of genes (prerank), with one null a set size.

Genes are in the order of their scores, the highest first. Walking down the list, a running sum goes up at each
gene of a set, by its \|score\|\ :sup:`w` over the sum of these in the set, and down at each other gene, by one
over their number; the enrichment score ES is its largest distance from zero.

- Null: sets of as many genes drawn at random from the list. It depends on the size of the set alone, so that one
  null a size serves all sets of that size; the sets of one draw are nested (the first k of one random order of the
  genes), each by itself a random set.
- NES: ES over the mean \|ES\| of the random sets whose ES has the same sign.
- P: (b + 1) / (n + 1) for b of the n random sets of the same sign whose ES is at least as far from zero.
- FDR (BH): Benjamini and Hochberg over all sets tested.
- FDR q (GSEA): among the sets of that sign, the share of random NES at least as far from zero over the share of
  observed ones, at most 1.

Genes drawn at random break the correlation of genes, so that P is too small for sets of genes that vary together:
it ranks the sets rather than proving one. Genes of equal score are in the order of their names.

References
----------
Subramanian A et al. Gene set enrichment analysis: a knowledge-based approach for interpreting genome-wide
expression profiles. Proc Natl Acad Sci USA 2005;102:15545–15550.

Korotkevich G et al. Fast gene set enrichment analysis. bioRxiv 060012 (one null for all sets of a size).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mirtool.annotation.gene_symbols import load_gene_symbols, match_to, met_in_words
from mirtool.annotation.gene_symbols.kinds import kind_of_genes
from mirtool.errors import FormatError, NotEnoughDataError, UsageError, option
from mirtool.io.genes.gene_changes import GeneChanges
from mirtool.model import BoolArray, FloatArray, GeneSets, IntArray, Table, TextArray, text_array
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.settings import RANKINGS, GseaSettings
from mirtool.stats.adjustment import adjust_p_values
from mirtool.stats.draws import DrawTask, count_tasks, run_seeded
from mirtool.wording import plural

if TYPE_CHECKING:
    from concurrent.futures import Executor

MIN_SIZE, MAX_SIZE = 15, 500
"""Genes of the list in a set that is tested: the defaults of the GSEA program."""
MIN_TARGETS = 5
"""Fewest genes of the list among the targets of a miRNA: its default."""
DRAWS_PER_TASK = 250

LARGEST_SCORE = 1e100
"""Scores beyond it are taken for infinite: no power of them could be summed."""


@dataclass(frozen=True, eq=False)
class RankedGenes:
    """Genes, each once, highest score first.

    Parameters
    ----------
    gene, score
        ``(n_genes,)``; no score is missing.
    by
        What the score is, in words.
    remarks
        What was left out or taken together, counted.
    """

    gene: TextArray
    score: FloatArray
    by: str
    remarks: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.gene)

    def among(self, genes: frozenset[str]) -> RankedGenes:
        """Return the genes that are among ``genes``, in their order."""
        kept = np.array([gene in genes for gene in self.gene], dtype=bool)
        return RankedGenes(self.gene[kept], self.score[kept], self.by, self.remarks)


def rank_genes(changes: GeneChanges, by: str | None = None) -> RankedGenes:
    """Rank the genes of a table by how they changed.

    Parameters
    ----------
    changes
        One row per gene or a probe; a gene in several rows gets the median of their scores.
    by
        ``statistic`` (t and the like), ``signed-p`` (−log10 P with the sign of the log2 ratio) or ``log2`` (that
        ratio). None takes the first of these that the table has.

    Raises
    ------
    UsageError
        For an unknown ranking, or one that the table has not.
    FormatError
        Where the table has nothing to rank by, or a score is infinite.
    NotEnoughDataError
        Where no gene has a score.
    """
    if by is not None:
        RANKINGS.check(by, "rank_by")
    for name in (by,) if by else RANKINGS:
        found = _scores(changes, name)
        if found is not None:
            break
    else:
        refusal = UsageError if by else FormatError
        raise refusal(
            f"the table can't be ranked by {by}" if by else "the table has nothing to rank genes by",
            path=changes.path,
            found=", ".join(changes.columns.values()),
            expected={
                "statistic": "a column such as t or stat",
                "signed-p": "columns of P values and log2 ratios",
            }.get(by or "", "a column of log2 ratios"),
        )
    scores, words = found
    present = ~np.isnan(scores)
    genes, place, rows = np.unique(changes.gene[present].astype(str), return_inverse=True, return_counts=True)
    if not len(genes):
        raise NotEnoughDataError("no gene of the table has a score to rank by", path=changes.path)
    _check_finite(scores[present], changes.gene[present], words, changes.path)
    one_each = _medians(scores[present], place, len(genes))
    order = np.lexsort((genes, -one_each))
    remarks = [f"{plural(changes.nameless, 'row')} without a gene left out"] if changes.nameless else []
    remarks += changes.warnings
    if not present.all():
        remarks.append(f"{plural(int((~present).sum()), 'row')} without a score left out")
    if (rows > 1).any():
        remarks.append(
            f"{plural(int((rows > 1).sum()), 'gene')} in several rows: the median of their scores taken"
        )
    return RankedGenes(text_array(genes[order].tolist()), one_each[order], words, tuple(remarks))


def _check_finite(scores: FloatArray, genes: TextArray, words: str, path: str) -> None:
    beyond = np.flatnonzero(np.abs(scores) > LARGEST_SCORE)
    if len(beyond):
        raise FormatError(
            "a score is infinite: beside it no other gene would weigh anything",
            path=path,
            found=f"{plural(len(beyond), 'row')} ranked by {words}, such as that of {genes[beyond[0]]}",
            expected="finite numbers",
            hint="a P of 0 was probably written as it is: rank by another column "
            f"({option('rank_by')}, {option('score')}), or give these genes the largest "
            "score that the others have",
        )


def _scores(changes: GeneChanges, by: str) -> tuple[FloatArray, str] | None:
    names = changes.columns
    if by == "statistic" and changes.statistic is not None:
        return changes.statistic, names["statistic"]
    if by == "log2" and changes.log2_ratio is not None:
        return changes.log2_ratio, names["log2 ratio"]
    if by == "signed-p" and changes.log2_ratio is not None and changes.p_value is not None:
        # A P of 0 is one below the smallest number that can be written.
        far = -np.log10(np.maximum(changes.p_value, np.finfo(float).tiny))
        return np.sign(changes.log2_ratio) * far, f"-log10 {names['P']} with the sign of {names['log2 ratio']}"
    return None


def _medians(values: FloatArray, group: IntArray, n_groups: int) -> FloatArray:
    """Return the median of each group; every group has a value."""
    order = np.lexsort((values, group))
    ordered = values[order]
    sizes = np.bincount(group, minlength=n_groups)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    medians: FloatArray = (ordered[starts + (sizes - 1) // 2] + ordered[starts + sizes // 2]) / 2
    return medians


@dataclass(frozen=True, eq=False)
class GseaTable:
    """Gene sets against a ranked list; every array has shape ``(n_sets,)``, smallest P first.

    Parameters
    ----------
    terms, descriptions
        The sets tested: those with ``min_size`` to ``max_size`` genes of the list.
    size
        Genes of the list in the set.
    es, nes, p_value, fdr, q_value
        As defined in :mod:`mirtool.network.enrichment.gsea`; NaN (and no test) where no random set has an ES of
        the same sign.
    peak
        Genes of the list up to where the running sum is farthest from zero.
    leading_edge
        The set's genes up to there (ES above 0) or from there on (below 0), joined by ``;``.
    positions
        Where the genes of each set are in the list.
    ranked
        The list.
    n_sets, min_size, max_size, permutations, seed, weight, source
        What was asked of which sets.
    """

    terms: TextArray
    descriptions: TextArray
    size: IntArray
    es: FloatArray
    nes: FloatArray
    p_value: FloatArray
    fdr: FloatArray
    q_value: FloatArray
    peak: IntArray
    leading_edge: TextArray
    positions: tuple[IntArray, ...]
    ranked: RankedGenes
    n_sets: int
    min_size: int
    max_size: int
    permutations: int
    seed: int
    weight: float
    source: str

    def __len__(self) -> int:
        return len(self.terms)


def gsea(
    ranked: RankedGenes,
    gene_sets: GeneSets,
    settings: GseaSettings | None = None,
    *,
    executor: Executor | None = None,
    on_step: Callable[[str], None] | None = None,
) -> GseaTable:
    r"""Test which gene sets are at either end of a ranked list.

    Parameters
    ----------
    ranked
        Genes in order, from :func:`rank_genes`.
    gene_sets
        Named sets of symbols, matched as they are.
    settings
        Smallest and largest sets that are tested (a set of all genes of the list is not), random sets per size,
        seed, and the exponent of \|score\| by which a gene counts; 0 counts all alike (Kolmogorov–Smirnov).
    executor, on_step
        Who draws, and what to call after each task of :data:`DRAWS_PER_TASK` draws. The result is the same for
        any.

    Returns
    -------
    GseaTable
        Time grows with permutations × the sum of the different set sizes: GO biological process on 15,000 genes,
        1,000 permutations, takes about 1.2 s on one core; memory with permutations × (genes + largest set).

    Raises
    ------
    UsageError
        Where the smallest size is above the largest.
    NotEnoughDataError
        Where no set has a size within the limits, or all scores are zero.
    """
    settings = settings or GseaSettings()
    min_size, max_size = tested_sizes(ranked, settings)
    permutations, seed, weight = settings.permutations, settings.seed, settings.weight
    if min_size > max_size:
        raise UsageError(
            "the smallest size of a set is above the largest",
            parameter="min_size",
            found=f"{min_size} to {max_size}",
        )
    place = {gene: i for i, gene in enumerate(ranked.gene)}
    positions = [np.array(sorted(place[g] for g in own if g in place), dtype=np.int64) for own in gene_sets.genes]
    largest = min(max_size, len(ranked) - 1)
    tested = [i for i, own in enumerate(positions) if min_size <= len(own) <= largest]
    if not tested:
        in_sets = sorted(frozenset[str]().union(*gene_sets.genes))
        raise NotEnoughDataError(
            f"no gene set has {min_size} to {max_size} of the {plural(len(ranked), 'gene')} of the list",
            found=f"{kind_of_genes(ranked.gene)} such as {', '.join(ranked.gene[:3])}",
            expected=f"{kind_of_genes(in_sets)} such as {', '.join(in_sets[:3])}",
            hint="check that both hold gene symbols of one species, or allow other sizes "
            f"({option('min_size')}, {option('max_size')})",
        )
    weights = np.abs(ranked.score) ** weight
    if not weights.any():
        raise NotEnoughDataError("every gene of the list has a score of zero: there is no order to test")
    members = [positions[i] for i in tested]
    size = np.array([len(own) for own in members], dtype=np.int64)
    es, peak = _scores_of_sets(members, size, weights)
    sizes = np.unique(size)
    null = _null_scores(weights, sizes, permutations, seed, executor, on_step)
    nes, p_value, q_value = _compare(es, np.searchsorted(sizes, size), null)
    order = np.lexsort((np.array([gene_sets.terms[i] for i in tested]), -np.abs(np.nan_to_num(nes)), p_value))
    edges = [
        ranked.gene[own[own < end] if score > 0 else own[own >= end]]
        for own, score, end in zip(members, es, peak, strict=True)
    ]
    return GseaTable(
        terms=text_array(gene_sets.terms[i] for i in tested)[order],
        descriptions=text_array(gene_sets.descriptions[i] for i in tested)[order],
        size=size[order],
        es=es[order],
        nes=nes[order],
        p_value=p_value[order],
        fdr=adjust_p_values(p_value)[order],
        q_value=q_value[order],
        peak=peak[order],
        leading_edge=text_array(map(";".join, edges))[order],
        positions=tuple(members[i] for i in order),
        ranked=ranked,
        n_sets=len(gene_sets),
        min_size=min_size,
        max_size=max_size,
        permutations=permutations,
        seed=seed,
        weight=weight,
        source=gene_sets.source,
    )


def tested_sizes(ranked: RankedGenes, settings: GseaSettings) -> tuple[int, int]:
    """Return the smallest and the largest number of genes of a set that is tested."""
    defaults = (MIN_TARGETS, max(len(ranked), MIN_TARGETS)) if settings.targets else (MIN_SIZE, MAX_SIZE)
    smallest, largest = settings.min_size, settings.max_size
    return defaults[0] if smallest is None else smallest, defaults[1] if largest is None else largest


@dataclass(frozen=True, eq=False)
class RankedForSets:
    """The genes of an mRNA table in order, under the names of the sets; ``notes`` say what was left out."""

    ranked: RankedGenes
    notes: tuple[str, ...] = ()


def rank_for_sets(
    changes: GeneChanges, gene_sets: GeneSets, settings: GseaSettings, targets: TargetTable | None = None
) -> RankedForSets:
    """Rank the genes of a table for a test of gene sets, or of the targets of miRNAs.

    Parameters
    ----------
    changes
        One row per gene or probe, read with the score that ``settings`` name.
    gene_sets
        The sets to test, whose names of genes are taken.
    settings
        What to rank by.
    targets
        Where the sets are targets of miRNAs: the interactions. Only their genes are ranked, since a gene that
        nobody studied could not have been a target.

    Raises
    ------
    UsageError, FormatError, NotEnoughDataError
        As :func:`rank_genes`.
    """
    labels = sorted(frozenset[str]().union(*gene_sets.genes)) if targets is None else targets.genes.tolist()
    names, n_matched = match_to(changes.gene, labels, load_gene_symbols())
    ranked = rank_genes(replace(changes, gene=names), "statistic" if settings.score else settings.rank_by)
    if n_matched:
        ranked = replace(ranked, remarks=(*ranked.remarks, met_in_words(n_matched, changes.path)))
    if targets is None:
        return RankedForSets(ranked)
    kept = ranked.among(frozenset(targets.genes))
    note = (
        f"Of {plural(len(ranked), 'gene')} of the list, {targets.source} knows {len(kept):,} "
        f"at {targets.evidence} evidence: these are ranked."
    )
    return RankedForSets(kept, (note,))


def n_tasks(permutations: int) -> int:
    """Return how many tasks the draws make, for a progress bar."""
    return count_tasks(permutations, DRAWS_PER_TASK)


def gsea_table(result: GseaTable) -> Table:
    """Return the result as a table to write."""
    return Table(
        {
            "gene set": result.terms,
            "description": result.descriptions,
            "genes": result.size,
            "ES": result.es,
            "NES": result.nes,
            "P": result.p_value,
            "FDR (BH)": result.fdr,
            "FDR q (GSEA)": result.q_value,
            "leading edge": np.array([cell.count(";") + 1 for cell in result.leading_edge], dtype=np.int64),
            "leading edge genes": result.leading_edge,
        },
        notes=(
            ("mirtool gsea", ""),
            ("gene sets", result.source.replace(";", ",")),
            ("ranked by", result.ranked.by.replace(";", ",")),
            ("genes in the list", str(len(result.ranked))),
            ("random sets a size", str(result.permutations)),
            ("seed", str(result.seed)),
            ("weight", f"{result.weight:g}"),
        ),
    )


def enrichment_scores(positions: IntArray, weights: FloatArray) -> tuple[FloatArray, IntArray]:
    """Find where the running sums of sets of one size are farthest from zero.

    Parameters
    ----------
    positions
        ``(n_sets, size)``, where the genes of each set are in the list, sorted; fewer than the list has.
    weights
        ``(n_genes,)``, by which the genes count, not negative; a set whose genes weigh nothing counts them alike.

    Returns
    -------
    tuple
        ES, and the number of genes up to the peak: a peak above zero stands right after a gene of the set, one
        below right before. The higher one counts where both are as far, in which case ES is below zero.
    """
    size = positions.shape[1]
    own = weights[positions]
    up = np.cumsum(own, axis=1)
    weightless = up[:, -1] == 0
    if weightless.any():
        own[weightless] = 1.0
        up[weightless] = np.arange(1, size + 1)
    own /= up[:, -1:]
    up /= up[:, -1:].copy()
    down = (positions - np.arange(size)) / (len(weights) - size)
    after = up - down
    before = after - own
    top, bottom = after.argmax(axis=1), before.argmin(axis=1)
    rows = np.arange(len(positions))
    highest, lowest = after[rows, top], before[rows, bottom]
    above = highest > -lowest
    peak = np.where(above, positions[rows, top] + 1, positions[rows, bottom])
    return np.where(above, highest, lowest), peak


def running_sum(positions: IntArray, weights: FloatArray) -> FloatArray:
    """Return the whole running sum of one set, ``(n_genes + 1,)``, from 0 to 0."""
    steps = np.full(len(weights), -1.0 / (len(weights) - len(positions)))
    own = weights[positions]
    steps[positions] = own / own.sum() if own.any() else 1.0 / len(positions)
    return np.concatenate([[0.0], np.cumsum(steps)])


def _scores_of_sets(members: list[IntArray], size: IntArray, weights: FloatArray) -> tuple[FloatArray, IntArray]:
    es, peak = np.empty(len(members)), np.empty(len(members), dtype=np.int64)
    for k in np.unique(size):
        rows = np.flatnonzero(size == k)
        es[rows], peak[rows] = enrichment_scores(np.array([members[i] for i in rows]), weights)
    return es, peak


def _null_scores(
    weights: FloatArray,
    sizes: IntArray,
    permutations: int,
    seed: int,
    executor: Executor | None,
    on_step: Callable[[str], None] | None,
) -> FloatArray:
    """Return the ES of random sets, ``(n_sizes, permutations)``."""
    work = partial(_draw_scores, weights, sizes)
    parts = run_seeded(work, permutations, seed, per_task=DRAWS_PER_TASK, executor=executor, on_step=on_step)
    return np.concatenate(list(parts), axis=1)


def _draw_scores(weights: FloatArray, sizes: IntArray, task: DrawTask) -> FloatArray:
    """Score the random sets of one task: the first k of a random order of the genes, for each size k."""
    largest = int(sizes[-1])
    keys = task.rng().random((task.n_draws, len(weights)))
    first = np.argpartition(keys, largest - 1, axis=1)[:, :largest]
    ordered = np.take_along_axis(first, np.argsort(np.take_along_axis(keys, first, axis=1), axis=1), axis=1)
    return np.array([enrichment_scores(np.sort(ordered[:, :k], axis=1), weights)[0] for k in sizes])


def _compare(es: FloatArray, row: IntArray, null: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return NES, P and q of each set; ``row`` is the set's size in ``null``."""
    nes, p_value, q_value = np.full(len(es), np.nan), np.full(len(es), np.nan), np.full(len(es), np.nan)
    sets_of_row = np.bincount(row, minlength=len(null))
    for sign in (1.0, -1.0):
        own: BoolArray = es * sign > 0
        drawn = np.where(null * sign > 0, null * sign, np.nan)
        n_drawn = np.count_nonzero(~np.isnan(drawn), axis=1)
        mean = np.full(len(null), np.nan)
        np.divide(np.nansum(drawn, axis=1), n_drawn, out=mean, where=n_drawn > 0)
        own &= n_drawn[row] > 0
        mine = np.flatnonzero(own)
        if not len(mine):
            continue
        far = es[mine] * sign
        reached = (drawn[row[mine]] >= far[:, np.newaxis] * (1 - 1e-12)).sum(axis=1)
        p_value[mine] = (reached + 1) / (n_drawn[row[mine]] + 1)
        nes[mine] = es[mine] / mean[row[mine]]
        q_value[mine] = _q_values(nes[mine] * sign, drawn / mean[:, np.newaxis], sets_of_row)
    return nes, p_value, q_value


def _q_values(nes: FloatArray, drawn: FloatArray, sets_of_row: IntArray) -> FloatArray:
    """Return share of random NES over the share of observed ones that reach each; all of one sign, positive."""
    there = ~np.isnan(drawn)
    values, counts = drawn[there], np.broadcast_to(sets_of_row[:, np.newaxis], drawn.shape)[there]
    order = np.argsort(values)
    below = np.concatenate([[0], np.cumsum(counts[order])])
    random_share = 1 - below[np.searchsorted(values[order], nes, side="left")] / below[-1]
    observed_share = 1 - np.searchsorted(np.sort(nes), nes, side="left") / len(nes)
    q_values: FloatArray = np.minimum(random_share / observed_share, 1.0)
    return q_values
