"""``mirtool gsea``: which gene sets, or targets of which miRNAs, went up or down in an mRNA table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mirtool.commands.common import Place, find_place, record_run, write_result
from mirtool.commands.console import progress_steps, say, say_pairs, say_table
from mirtool.commands.current_names import AliasesOption, MirbaseReleaseOption, load_mirna_names
from mirtool.commands.enrichment import GeneSetsOption, SeedOption, gene_sets_named
from mirtool.commands.network_interactions import (
    CombineOption,
    EvidenceOption,
    InteractionsOption,
    MinScoreOption,
    hash_sources,
    read_combined,
    sources_record,
)
from mirtool.commands.network_mirnas import choose_mirnas_of_place
from mirtool.commands.options import (
    FiguresOption,
    FormatOption,
    OutputOption,
    RegulationOption,
    SchedulerOption,
    WorkersOption,
)
from mirtool.errors import UsageError
from mirtool.io.tables.text import hash_files
from mirtool.wording import plural
from mirtool.workflow.workers import open_executor

if TYPE_CHECKING:
    from mirtool.model import GeneSets
    from mirtool.network import TargetTable
    from mirtool.network.enrichment.gsea import GseaTable
    from mirtool.network.interactions.study_mirnas import ChosenMirnas
    from mirtool.network.settings import InteractionSettings

SETS_TOLD = 8
SET_FDR = 0.05


def gsea(
    genes: Annotated[
        str,
        typer.Argument(
            metavar="MRNA",
            help="A table of how genes changed (limma, DESeq2, edgeR, `mirtool diff` …) or a ranked list (.rnk).",
        ),
    ],
    targets: Annotated[
        bool,
        typer.Option(
            "--targets",
            help="Test the targets of miRNAs in place of gene sets: did those of what went up go down?",
        ),
    ] = False,
    mirnas: Annotated[
        str | None,
        typer.Option(
            "--mirnas",
            metavar="NAMES|DIFFERENTIAL",
            help="Whose targets: a table of `mirtool diff`, a file with one name per line, or names parted by "
            "commas. In a study folder: results/differential.csv.",
        ),
    ] = None,
    regulation: RegulationOption = None,
    interactions: InteractionsOption = None,
    combine: CombineOption = "union",
    min_score: MinScoreOption = None,
    evidence: EvidenceOption = "strong",
    aliases: AliasesOption = None,
    mirbase_release: MirbaseReleaseOption = None,
    gene_sets: GeneSetsOption = None,
    rank_by: Annotated[
        str | None,
        typer.Option(
            "--rank-by",
            metavar="statistic|signed-p|log2",
            help="What orders the genes: t or the like; -log10 P with the sign of the change; the log2 ratio. "
            "Default: the first of these that the table has.",
        ),
    ] = None,
    score: Annotated[
        str | None,
        typer.Option("--score", metavar="COLUMN", help="Order the genes by this column of the table instead."),
    ] = None,
    min_size: Annotated[
        int | None,
        typer.Option("--min-size", metavar="N", help="Fewest genes of the list in a set. Default 15; targets 5."),
    ] = None,
    max_size: Annotated[
        int | None,
        typer.Option("--max-size", metavar="N", help="Most genes of the list in a set. Default 500; targets all."),
    ] = None,
    permutations: Annotated[
        int, typer.Option("--permutations", metavar="N", min=1, help="Random sets drawn for each size of a set.")
    ] = 10_000,
    weight: Annotated[
        float,
        typer.Option("--weight", metavar="W", help="Power of the score by which a gene counts; 0 is unweighted."),
    ] = 1.0,
    seed: SeedOption = 1,
    workers: WorkersOption = 1,
    scheduler: SchedulerOption = None,
    output: OutputOption = None,
    format_name: FormatOption = None,
    figures: FiguresOption = None,
) -> None:
    """Which gene sets stand together at one end of an mRNA table: gene set enrichment analysis (prerank).

    Genes are ordered by how they changed. For each set: ES, NES (ES over that of random sets of its size), P, FDR
    (BH) over all sets tested, GSEA's own FDR q, and the genes of the leading edge. A gene in several rows gets the
    median of their scores. Drawing genes at random makes P too small where genes vary together: read it as a
    ranking.

    With --targets the sets are the targets of miRNAs: of all that are up or down together, and of each. If the
    miRNAs did it, targets of what went up stand among the genes that went down. Only genes that the table of
    interactions knows are ranked then: a gene nobody studied could not have been a target.

    Example:

    \b
      mirtool gsea mrna.csv --gene-sets KEGG_2021_Human.gmt -o gsea.csv
      mirtool gsea mrna.csv --targets --interactions hsa_MTI.csv       in a study folder, after `mirtool diff`
      mirtool gsea ranked.rnk --gene-sets h.all.symbols.gmt --figures figures > gsea.csv
      mirtool gsea deseq2.csv --rank-by log2 --targets --mirnas hsa-miR-17-5p,hsa-miR-20a-5p
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.io.genes.gene_changes import read_gene_changes
    from mirtool.network.enrichment.gsea import gsea as test_gene_sets
    from mirtool.network.enrichment.gsea import gsea_table, n_tasks, rank_for_sets
    from mirtool.network.settings import GseaSettings
    from mirtool.report.tables import format_of

    settings = GseaSettings(
        interactions=tuple(interactions or ()),
        combine=combine,
        min_score=tuple(min_score or ()),
        evidence=evidence,
        aliases=tuple(aliases or ()),
        mirbase_release=mirbase_release,
        regulation=regulation,
        mirnas=mirnas,
        targets=targets,
        gene_sets=gene_sets,
        rank_by=rank_by,
        score=score,
        min_size=min_size,
        max_size=max_size,
        permutations=permutations,
        weight=weight,
        seed=seed,
    )
    place = _find_place(output)
    target = place.target(output, "gsea.csv")
    format_of(target, format_name)
    changes = read_gene_changes(genes, score=score)
    if targets:
        sets, known, source = _target_sets(place, mirnas, regulation, settings)
    else:
        sets, known, source = _gene_sets(gene_sets), None, None
    prepared = rank_for_sets(changes, sets, settings, known)
    ranked = prepared.ranked
    for note in prepared.notes:
        say(note)
    with (
        open_executor(workers, scheduler) as executor,
        progress_steps("Drawing gene sets", n_tasks(permutations)) as on_step,
    ):
        result = test_gene_sets(ranked, sets, settings, executor=executor, on_step=on_step)
    _tell(result, targets=targets)
    write_result(gsea_table(result), target, format_name)
    _draw(result, place.figures(figures))
    record_run(
        place,
        target,
        "gsea",
        arguments={
            "genes": genes,
            "targets": targets,
            "mirnas": mirnas,
            "regulation": regulation,
            **sources_record(settings),
            "evidence": evidence,
            "gene_sets": gene_sets,
            "rank_by": rank_by,
            "score": score,
            "min_size": result.min_size,
            "max_size": result.max_size,
            "permutations": permutations,
            "weight": weight,
            "seed": seed,
        },
        inputs=hash_files([genes, source, gene_sets, *(aliases or ())]) | hash_sources(settings),
        summary={
            "ranked_by": ranked.by,
            "genes_ranked": len(ranked),
            "remarks": list(ranked.remarks),
            "gene_sets": sets.source,
            "sets_tested": len(result),
            "sets_up": int(((result.fdr <= SET_FDR) & (result.es > 0)).sum()),
            "sets_down": int(((result.fdr <= SET_FDR) & (result.es < 0)).sum()),
        },
    )


def _find_place(output: str | None) -> Place:
    """Write into the study folder where there is one, as what is asked about the study's miRNAs."""
    from mirtool.study.folder import SAMPLES_FILE, find_study

    if output is not None or find_study(".") is None:
        return find_place(["mRNA table"], None, "mRNA table")
    return find_place([], None, SAMPLES_FILE)


def _gene_sets(name: str | None) -> GeneSets:
    sets = gene_sets_named(name)
    if sets is None:
        raise UsageError("there is nothing to test without gene sets", hint="name some, or leave --gene-sets out")
    return sets


def _target_sets(
    place: Place,
    mirnas: str | None,
    regulation: str | None,
    settings: InteractionSettings,
) -> tuple[GeneSets, TargetTable, str | None]:
    """Return the targets of the miRNAs as sets, the pairs at that evidence, and where the miRNAs are from."""
    from mirtool.network.interactions.preparation import prepare_targets
    from mirtool.network.interactions.target_sets import target_sets

    chosen = _choose(place, mirnas, regulation)
    names = load_mirna_names(settings.aliases, chosen.species, settings.mirbase_release)
    combined = read_combined(settings, chosen.species, names)
    chosen = chosen.with_current_names(names)
    table = prepare_targets(combined, settings.evidence, chosen)
    return target_sets(chosen.study, table), table, chosen.source


def _choose(place: Place, mirnas: str | None, regulation: str | None) -> ChosenMirnas:
    from mirtool.io.tables.text import read_head
    from mirtool.io.tables.text_tables import head_table

    if mirnas is None:
        if not place.in_study:
            raise UsageError("--targets needs to know whose", hint="name a table of `mirtool diff` with --mirnas")
        return choose_mirnas_of_place(None, None, regulation, place)
    table = head_table(read_head(mirnas)) if Path(mirnas).is_file() else None
    if table is not None and any(name.startswith("regulation by ") for name in table.header):
        return choose_mirnas_of_place(mirnas, None, regulation, place)
    return choose_mirnas_of_place(None, mirnas, regulation, place)


def _tell(result: GseaTable, *, targets: bool) -> None:
    import numpy as np

    ranked = result.ranked
    say("Gene set enrichment analysis:")
    lines = [("ranked", f"{plural(len(ranked), 'gene')} by {ranked.by}")]
    lines += [("", remark) for remark in ranked.remarks]
    lines += [
        ("gene sets", result.source),
        (
            "tested",
            f"{len(result):,} of {result.n_sets:,}: {result.min_size} to {result.max_size} genes each",
        ),
        ("null", f"{result.permutations:,} random sets of each size"),
    ]
    for sign, end in ((1, "up"), (-1, "down")):
        n = int(((result.fdr <= SET_FDR) & (np.sign(result.es) == sign)).sum())
        lines.append((end, f"{plural(n, 'set')} with FDR <= {SET_FDR:g} among the genes that are {end}"))
    untested = int(np.isnan(result.p_value).sum())
    if untested:
        lines.append(("no P", f"{plural(untested, 'set')}: no random set lies on the same side"))
    say_pairs(lines)
    shown = range(min(SETS_TOLD, len(result)))
    named = ("targets of", "miRNAs are") if targets else ("gene set",)
    rows = [
        (
            result.terms[i][:60],
            *((result.descriptions[i] or "?",) if targets else ()),
            f"{result.size[i]:,}",
            f"{result.nes[i]:+.2f}",
            f"{result.p_value[i]:.1e}",
            f"{result.fdr[i]:.1e}",
        )
        for i in shown
    ]
    say_table((*named, "genes", "NES", "P", "FDR"), rows)


def _draw(result: GseaTable, folder: Path | None) -> None:
    if folder is None:
        return
    from mirtool.report.figures.canvas import save_figure
    from mirtool.report.figures.gsea import gsea_figure

    for path in save_figure(gsea_figure(result), folder, "gsea"):
        say(f"Wrote {path}")
