"""From tables of interactions as they were read to the table that a network is built on.

Score limits, current names of miRNAs, the combination of several tables, the level of evidence and the genes that
count in the tissue, in this order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mirtool.annotation.gene_symbols import load_gene_symbols, match_to, met_in_words
from mirtool.annotation.mirna_names import MirnaNames, Resolution
from mirtool.errors import MirtoolError, UsageError, option
from mirtool.io.genes.gene_cells import read_gene_list
from mirtool.io.genes.gene_changes import GENE_HEADERS, read_gene_changes
from mirtool.io.genes.gene_expression import read_gene_expression
from mirtool.model import ExpressionMatrix, Interactions, Table, TextArray, text_array
from mirtool.network.interactions.combine import combine_interactions, filter_by_score
from mirtool.network.interactions.current_names import update_mirna_names
from mirtool.network.interactions.evidence import filter_by_evidence
from mirtool.network.interactions.expression_context import (
    anticorrelated_only,
    changed_gene_ratios,
    expressed_only,
    inversely_changed_only,
)
from mirtool.network.interactions.study_mirnas import ChosenMirnas
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.settings import ContextSettings, InteractionSettings
from mirtool.stats.spearman import FEWEST_SAMPLES


@dataclass(frozen=True, eq=False)
class CombinedInteractions:
    """One table of interactions, and what became of each miRNA name in it, each once."""

    interactions: Interactions
    mirna_names: tuple[Resolution, ...]


def combine_sources(
    tables: Sequence[Interactions], settings: InteractionSettings, names: MirnaNames
) -> CombinedInteractions:
    """Return the tables of a study as one, with score limits applied and its miRNAs under current names.

    Parameters
    ----------
    tables
        The tables that ``settings.interactions`` name, in that order; or one table where it names none.

    Raises
    ------
    UsageError
        For a score limit to a table without scores.
    NotEnoughDataError
        Where no pair is left.
    """
    limits = settings.score_limits
    limited = [
        filter_by_score(table, limits[name]) if name in limits else table
        for name, table in zip(settings.interactions or [""] * len(tables), tables, strict=True)
    ]
    found: dict[str, Resolution] = {}
    renamed = []
    for table in limited:
        own = names.by_own_release(table.mirna)
        resolved = [own.resolve(name) for name in dict.fromkeys(table.mirna)]
        renamed.append(update_mirna_names(table, {each.given: each.best_name for each in resolved}))
        found |= {each.given: each for each in resolved}
    return CombinedInteractions(_combined(renamed, settings.at_least), tuple(found.values()))


def _combined(tables: Sequence[Interactions], at_least: int) -> Interactions:
    """Make one table of several; one stays as it is."""
    if len(tables) == 1:
        return tables[0]
    made = combine_interactions(tables, at_least=at_least).interactions
    notes = (f"{table.source}: {note}" for table in tables for note in table.dropped)
    return replace(made, dropped=(*made.dropped, *notes))


def prepare_targets(
    combined: CombinedInteractions,
    evidence: str,
    chosen: ChosenMirnas,
    context: ContextSettings | None = None,
    *,
    normalized: str | ExpressionMatrix | None = None,
    names: MirnaNames | None = None,
) -> TargetTable:
    """Return the table that a network is built on: at a level of evidence, of genes that count in the tissue.

    Parameters
    ----------
    combined
        As :func:`combine_sources` returns it.
    evidence
        One of :data:`mirtool.network.settings.EVIDENCE`.
    chosen
        The study's miRNAs, whose log2 ratios say which way each changed.
    context
        Which genes count; None takes all.
    normalized
        The miRNAs' values in the paired samples where ``context.paired_mirna`` names none, log2.
    names
        Current names of the miRNAs of ``normalized``; None takes miRBase's.

    Raises
    ------
    UsageError
        Where changed genes are given and it is not known which way the miRNAs changed.
    NotEnoughDataError
        Where no pair is left.
    """
    if context is None or not context.restricts:
        return TargetTable.of(combined.interactions, evidence, combined.mirna_names)
    kept, correlations = filter_by_evidence(combined.interactions, evidence), None
    ratios: dict[str, float] = {}
    genes = kept.gene
    if context.expressed:
        read = read_gene_list(context.expressed, GENE_HEADERS)
        listed, notes = _match(read.names, genes, context.expressed)
        kept = expressed_only(_with_notes(kept, (*read.warnings, *notes)), listed, context.expressed)
    if context.mrna:
        kept, ratios = _inversely_changed(kept, genes, chosen, context)
    if context.paired_mrna:
        mirnas = _paired_mirnas(context, normalized)
        kept, correlations = _anticorrelated(kept, genes, context, mirnas, names or MirnaNames())
    return TargetTable(kept, evidence, kept, correlations, combined.mirna_names, ratios)


def _match(labels: TextArray, genes: TextArray, path: str) -> tuple[TextArray, tuple[str, ...]]:
    """Return genes under the names that the interactions have for them, and a note on how many had others."""
    names, n = match_to(labels, genes, load_gene_symbols())
    return names, (met_in_words(n, path),) if n else ()


def _with_notes(interactions: Interactions, notes: tuple[str, ...]) -> Interactions:
    return replace(interactions, dropped=(*interactions.dropped, *notes))


def _inversely_changed(
    interactions: Interactions, genes: TextArray, chosen: ChosenMirnas, context: ContextSettings
) -> tuple[Interactions, dict[str, float]]:
    """Return the pairs whose gene changed the other way, and the log2 ratio of each gene that changed."""
    assert context.mrna is not None
    if not chosen.log2_ratios:
        raise UsageError(
            f"{option('mrna')} needs to know which way each miRNA changed",
            hint=f"name a table of `mirtool diff` instead of {option('mirnas')}",
        )
    changes = read_gene_changes(context.mrna)
    gene, notes = _match(changes.gene, genes, context.mrna)
    changes = replace(changes, gene=gene)
    kept = inversely_changed_only(
        _with_notes(interactions, (*changes.warnings, *notes)),
        chosen.log2_ratios,
        changes,
        alpha=context.mrna_fdr,
        cutoff=context.mrna_cutoff,
    )
    return kept, changed_gene_ratios(changes, alpha=context.mrna_fdr, cutoff=context.mrna_cutoff)


def _paired_mirnas(context: ContextSettings, normalized: str | ExpressionMatrix | None) -> ExpressionMatrix:
    from mirtool.io.arrays.matrix import read_expression

    source = context.paired_mirna or normalized
    if source is None:
        raise MirtoolError(
            f"{option('paired_mrna')} needs the miRNAs' values in the same samples",
            hint=f"name the table of `mirtool normalize` with {option('paired_mirna')}",
        )
    return read_expression(source, scale="log2") if isinstance(source, str) else source


def _anticorrelated(
    interactions: Interactions,
    labels: TextArray,
    context: ContextSettings,
    mirnas: ExpressionMatrix,
    names: MirnaNames,
) -> tuple[Interactions, Table]:
    assert context.paired_mrna is not None
    genes = read_gene_expression(context.paired_mrna, mirnas.samples.names, fewest=FEWEST_SAMPLES)
    columns = [mirnas.samples.names.index(name) for name in genes.samples]
    names = names.for_names(mirnas.probes.name)
    current = text_array(names.resolve(name).best_name for name in mirnas.probes.name)
    gene_names, notes = _match(genes.gene, labels, context.paired_mrna)
    found = anticorrelated_only(
        _with_notes(interactions, (*genes.warnings, *notes)),
        (current, mirnas.values[:, columns]),
        (gene_names, genes.values),
        source=f"{context.paired_mrna} ({len(genes.samples)} samples)",
        alpha=context.mrna_fdr,
    )
    return found.interactions, found.tested
