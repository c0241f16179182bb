"""From a study's miRNAs and a table of interactions to the synergy network and its tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mirtool.annotation.mirbase import seed
from mirtool.annotation.pairs import join_distinct
from mirtool.errors import NotEnoughDataError, UsageError, option
from mirtool.model import (
    EVIDENCE_CLASSES,
    BoolArray,
    FloatArray,
    IntArray,
    Interactions,
    Table,
    TextArray,
    text_array,
)
from mirtool.network.graph.betweenness import bipartite_betweenness
from mirtool.network.interactions.mirna_universe import mirna_universe
from mirtool.network.interactions.mirnas import StudyMirnas, combine_probes, near_misses, parts_of
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.interactions.targets import TargetMatrix
from mirtool.network.pairs.curveball import PAIR_DRAWS, PairNull
from mirtool.network.pairs.curveball import pair_null as shuffled_pairs
from mirtool.network.pairs.synergy import PairStatistics, pair_statistics, sum_over_partners
from mirtool.stats.adjustment import adjust_p_values

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from scipy.sparse import csr_array

PAIR_NULLS = ("hypergeometric", "curveball")


@dataclass(frozen=True, eq=False)
class SynergyNetwork:
    """A study's miRNAs, the genes they target, and the pairs that share more of them than chance gives.

    Parameters
    ----------
    mirnas
        One row per miRNA with targets, highest synergy first: miRNA, regulation (``up``, ``down`` or empty), log2
        ratio, targets, partners (significant ones), synergy, betweenness (in the graph of miRNAs and genes),
        seed (those of a slash probe joined by ``;``; empty where miRBase does not know the name).
    pairs
        One row per pair of those, smallest P first: miRNA A, miRNA B, shared targets, Jaccard, expected, P, FDR,
        significant, same seed (``yes``, ``no``, or empty where a seed is not known), shared genes;
        with the curveball null also expected (curveball), P (curveball), FDR (curveball), which then says what is
        significant.
    genes
        One row per target, the one with most miRNAs first: gene, miRNAs (how many of the study's meet in it),
        which; where it is known how genes changed also regulation (``up`` or ``down``) and log2 ratio.
    edges
        One row per miRNA and a target: miRNA, gene, evidence (one of :data:`mirtool.model.EVIDENCE_CLASSES`),
        references, and where several databases were combined databases (those that hold the pair).
    targets
        The same miRNAs × their targets, as a matrix; its rows in the order the miRNAs were given.
    universe
        Every gene the interactions table knows at that level of evidence, sorted.
    evidence, alpha, pair_null, source
        What was asked for, and the table it was asked of.
    unmatched
        Names without a target there, each with the names in the table that differ in arm, star or case only.
    notes
        What else a reader should know: probes combined, slash probes known in part.
    communities
        One row per community of miRNAs (:func:`mirtool.network.with_communities`); None where not asked for.
    robustness
        One row per miRNA: its rank among the hubs on other tables than this
        (:func:`mirtool.network.with_robustness`); None where not asked for.
    modules
        One row per pair and an enriched term (:func:`mirtool.network.with_modules`); None where not asked for.
    families
        One row per pair of seed families (:func:`mirtool.network.beyond_seed`); None where not asked for.
    """

    mirnas: Table
    pairs: Table
    genes: Table
    edges: Table
    targets: TargetMatrix
    universe: TextArray
    evidence: str
    alpha: float
    pair_null: str
    source: str
    unmatched: tuple[tuple[str, tuple[str, ...]], ...]
    notes: tuple[str, ...]
    communities: Table | None = None
    robustness: Table | None = None
    modules: Table | None = None
    families: Table | None = None

    @property
    def all_targets(self) -> TextArray:
        """The targets of any of the miRNAs, sorted."""
        return text_array(sorted(self.genes["gene"]))

    @property
    def shared_targets(self) -> TextArray:
        """The targets in which at least two of the miRNAs meet, sorted."""
        return text_array(sorted(self.genes["gene"][self.genes["miRNAs"] >= 2]))


def synergy_network(
    mirnas: Sequence[str] | StudyMirnas,
    targets: TargetTable,
    *,
    alpha: float = 0.05,
    pair_null: str = "hypergeometric",
    pair_draws: int = PAIR_DRAWS,
    seed: int = 1,
    executor: Executor | None = None,
    on_step: Callable[[str], None] | None = None,
) -> SynergyNetwork:
    """Build the synergy network of a study's miRNAs on a table of interactions.

    Parameters
    ----------
    mirnas
        Names as they are on the array; a slash probe counts as one miRNA with the targets of all its parts.
        A name that occurs twice (two probes) is one miRNA. With regulation and log2 ratios:
        :func:`mirtool.network.interactions.mirnas.combine_probes`.
    targets
        Pairs of miRNA and gene at a level of evidence. Its genes are the universe.
    alpha
        FDR up to which a pair is significant.
    pair_null
        ``hypergeometric`` draws genes at random; ``curveball`` also shuffles the whole table of interactions,
        every miRNA keeping its number of targets and every gene its number of miRNAs
        (:mod:`mirtool.network.pairs.curveball`).
    pair_draws, seed, executor, on_step
        Of the shuffled tables: how many, their seed, who makes them, and what to call after each 25.

    Returns
    -------
    SynergyNetwork
        The measures are defined in :mod:`mirtool.network.pairs.synergy`. Two miRNAs with one seed (positions 2–8)
        share targets by construction: the column ``same seed`` marks them.

    Raises
    ------
    UsageError
        For an unknown null, or an alpha outside 0 … 1.
    NotEnoughDataError
        Where fewer than two of the miRNAs have targets in the table.

    Examples
    --------
    >>> from mirtool.io.targets.interactions import starter_interactions
    >>> network = synergy_network(["hsa-miR-17-5p", "hsa-miR-20a-5p"], TargetTable.of(starter_interactions()))
    >>> network.pairs["same seed"].tolist()
    ['yes']
    """
    if not 0 < alpha <= 1:
        raise UsageError("alpha must lie between 0 and 1", found=str(alpha))
    if pair_null not in PAIR_NULLS:
        raise UsageError("no null of pairs is called so", found=repr(pair_null), expected=" or ".join(PAIR_NULLS))
    study = mirnas if isinstance(mirnas, StudyMirnas) else combine_probes(mirnas)
    with_targets = targets.of_probes(study.name.tolist()).n_targets > 0
    unmatched = tuple((name, near_misses(name, targets.mirnas)) for name in study.name[~with_targets])
    if with_targets.sum() < 2:
        raise _too_few(int(with_targets.sum()), len(study), unmatched, targets)
    study = study.take(with_targets)
    own = targets.of_probes(study.name.tolist()).targeted_only()
    pairs = pair_statistics(own.incidence, len(targets.genes))
    shuffled = None
    if pair_null == "curveball":
        everything = mirna_universe(study.name.tolist(), targets).targets
        a, b = (_rows_of(study.name[side], everything) for side in (pairs.a, pairs.b))
        shuffled = shuffled_pairs(
            everything.incidence, a, b, draws=pair_draws, seed=seed, executor=executor, on_step=on_step
        )
    fdr = pairs.fdr if shuffled is None else adjust_p_values(shuffled.p_value)
    significant: BoolArray = (fdr <= alpha) & (pairs.shared > 0)
    seeds = [_seeds_of(name) for name in study.name]
    return SynergyNetwork(
        mirnas=_mirna_table(study, own.incidence, pairs, significant, seeds),
        pairs=_pair_table(own, pairs, shuffled, significant, seeds),
        genes=_gene_table(own, targets.gene_ratios),
        edges=_edge_table(study, targets.interactions),
        targets=own,
        universe=targets.genes,
        evidence=targets.evidence,
        alpha=alpha,
        pair_null=pair_null,
        source=targets.source,
        unmatched=unmatched,
        notes=(*study.notes, *_notes_on_parts(study, targets.mirnas)),
    )


def _rows_of(names: TextArray, targets: TargetMatrix) -> IntArray:
    row = {name: i for i, name in enumerate(targets.mirnas)}
    return np.array([row[name] for name in names], dtype=np.int64)


def _rows_by_mirna(study: StudyMirnas, interactions: Interactions) -> dict[str, list[int]]:
    """Return, for each miRNA of the study, the rows of the interactions that name it or one of its parts."""
    probes_of = defaultdict(list)
    for name in study.name:
        for part in parts_of(name):
            probes_of[part].append(name)
    rows: dict[str, list[int]] = {name: [] for name in study.name}
    for i, name in enumerate(interactions.mirna):
        for probe in probes_of.get(name, ()):
            rows[probe].append(i)
    return rows


def _too_few(
    matched: int, asked: int, unmatched: Sequence[tuple[str, Sequence[str]]], targets: TargetTable
) -> NotEnoughDataError:
    names = ", ".join(name for name, _ in unmatched[:10]) + (", …" if len(unmatched) > 10 else "")
    close = next(((name, others) for name, others in unmatched if others), None)
    tries = [
        f"a larger table of interactions ({option('interactions')}), such as miRTarBase",
        f"more miRNAs (another {option('regulation')})",
    ]
    tries += [f"weak evidence too ({option('evidence', 'all')})"] if targets.evidence == "strong" else []
    tries += [f"the names in the table: it does not have {close[0]}, but {', '.join(close[1])}"] if close else []
    return NotEnoughDataError(
        f"a network needs at least two miRNAs with targets in {targets.source} at {targets.evidence} evidence",
        found=f"{matched} of {asked} miRNAs" + (f", without {names}" if names else ""),
        hint="try " + "; or ".join(tries),
    )


def _notes_on_parts(study: StudyMirnas, in_table: Collection[str]) -> list[str]:
    """Return which slash probes have targets of some parts only, and which probes name one miRNA."""
    notes = []
    probes_of: dict[str, list[str]] = defaultdict(list)
    for name in study.name:
        parts = parts_of(name)
        missing = [part for part in parts if part not in in_table]
        if missing:
            notes.append(f"{name}: no targets known of {', '.join(missing)}")
        for part in parts:
            probes_of[part].append(name)
    return notes + [
        f"{' and '.join(probes)} both represent {part}: they share its targets by construction"
        for part, probes in probes_of.items()
        if len(probes) > 1
    ]


def _edge_table(study: StudyMirnas, interactions: Interactions) -> Table:
    rows = _rows_by_mirna(study, interactions)
    behind: list[tuple[str, str, list[int]]] = []
    for name in study.name:
        by_gene = defaultdict(list)
        for i in rows[name]:
            by_gene[interactions.gene[i]].append(i)
        behind += [(name, gene, by_gene[gene]) for gene in sorted(by_gene)]
    columns = {
        "miRNA": text_array(name for name, _, _ in behind),
        "gene": text_array(gene for _, gene, _ in behind),
        "evidence": text_array(
            max(interactions.evidence[own], key=EVIDENCE_CLASSES.index) for _, _, own in behind
        ),
        "references": text_array(join_distinct(interactions.references[own]) for _, _, own in behind),
    }
    if interactions.databases is not None:
        columns["databases"] = text_array(join_distinct(interactions.databases[own]) for _, _, own in behind)
    return Table(columns)


def _seeds_of(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(seed, parts_of(name)))))


def _same_seed(a: Sequence[str], b: Sequence[str]) -> str:
    if not a or not b:
        return ""
    return "yes" if set(a) & set(b) else "no"


def _mirna_table(
    study: StudyMirnas,
    incidence: csr_array,
    pairs: PairStatistics,
    significant: BoolArray,
    seeds: Sequence[Sequence[str]],
) -> Table:
    partners, synergy = sum_over_partners(pairs, significant, len(study))
    targets = np.diff(incidence.indptr).astype(np.int64)
    table = Table(
        {
            "miRNA": study.name,
            "regulation": study.regulation,
            "log2 ratio": study.log2_ratio,
            "targets": targets,
            "partners": partners,
            "synergy": synergy,
            "betweenness": bipartite_betweenness(incidence)[0],
            "seed": text_array(";".join(own) for own in seeds),
        }
    )
    return table.take(np.lexsort((study.name.astype(str), -targets, -synergy)))


def _pair_table(
    matrix: TargetMatrix,
    pairs: PairStatistics,
    shuffled: PairNull | None,
    significant: BoolArray,
    seeds: Sequence[Sequence[str]],
) -> Table:
    names, targets = matrix.mirnas, np.split(matrix.incidence.indices, matrix.incidence.indptr[1:-1])
    further = {}
    if shuffled is not None:
        further = {
            "expected (curveball)": shuffled.expected,
            "P (curveball)": shuffled.p_value,
            "FDR (curveball)": adjust_p_values(shuffled.p_value),
        }
    table = Table(
        {
            "miRNA A": names[pairs.a],
            "miRNA B": names[pairs.b],
            "shared targets": pairs.shared,
            "Jaccard": pairs.jaccard,
            "expected": pairs.expected,
            "P": pairs.p_value,
            "FDR": pairs.fdr,
            **further,
            "significant": significant,
            "same seed": text_array(_same_seed(seeds[a], seeds[b]) for a, b in zip(pairs.a, pairs.b, strict=True)),
            "shared genes": text_array(
                ";".join(matrix.genes[np.intersect1d(targets[a], targets[b])])
                for a, b in zip(pairs.a, pairs.b, strict=True)
            ),
        }
    )
    return table.take(np.lexsort((pairs.b, pairs.a, -pairs.shared, pairs.p_value)))


def _gene_table(matrix: TargetMatrix, ratios: Mapping[str, float]) -> Table:
    columns = matrix.incidence.tocsc()
    columns.sort_indices()
    counts = np.diff(columns.indptr).astype(np.int64)
    which = text_array(
        ";".join(matrix.mirnas[mirnas]) for mirnas in np.split(columns.indices, columns.indptr[1:-1])
    )
    table = Table({"gene": matrix.genes, "miRNAs": counts, "which": which} | _gene_changes(matrix.genes, ratios))
    return table.take(np.lexsort((np.arange(len(counts)), -counts)))


def _gene_changes(genes: TextArray, ratios: Mapping[str, float]) -> dict[str, TextArray | FloatArray]:
    """Return the columns that say how genes changed; none where that is not known of any."""
    if not ratios:
        return {}
    log2_ratio = np.array([ratios.get(gene, np.nan) for gene in genes], dtype=np.float64)
    directions = ("down" if ratio < 0 else "up" if ratio > 0 else "" for ratio in log2_ratio)
    return {"regulation": text_array(directions), "log2 ratio": log2_ratio}
