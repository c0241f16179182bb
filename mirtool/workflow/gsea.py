"""``mirtool gsea``: gene sets, or targets of miRNAs, that went up or down in an mRNA table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.errors import UsageError, option
from mirtool.network.settings import GseaSettings
from mirtool.report.text.blocks import Summary
from mirtool.settings import setting
from mirtool.workflow.sources import is_path
from mirtool.workflow.step import INPUT_PANEL, Draw, Inputs, Result, Run, Step
from mirtool.workflow.target_sources import (
    choose_study_mirnas,
    read_combined,
    read_gene_sets,
    read_mirna_names,
)

if TYPE_CHECKING:
    from mirtool.io.genes.gene_changes import GeneChanges
    from mirtool.model import GeneSets, Table
    from mirtool.network import TargetTable
    from mirtool.network.enrichment.gsea import GseaTable
    from mirtool.network.interactions.study_mirnas import ChosenMirnas


@dataclass(frozen=True)
class GseaInputs(Inputs):
    """What is ranked, and whose targets are tested."""

    place = "anywhere"
    main = ("genes",)
    what = "mRNA table"

    genes: Any = setting(
        help="A table of how genes changed (limma, DESeq2, edgeR, `mirtool diff` …) or a ranked list (.rnk).",
        panel=INPUT_PANEL,
        metavar="MRNA",
        argument=True,
        is_path=True,
    )
    mirnas: Any = setting(
        None,
        "Whose targets: a table of `mirtool diff`, a file with one name per line, or names separated by commas. "
        "In a study folder: results/differential.csv.",
        panel=INPUT_PANEL,
        metavar="NAMES|DIFFERENTIAL",
        is_path=True,
    )


class GseaResult(Result):
    """A gene set enrichment analysis.

    Attributes
    ----------
    result
        The scores of the sets.
    targets
        True where the sets are targets of miRNAs.
    notes
        How many genes the interactions have, in words.
    """

    def __init__(self, result: GseaTable, *, targets: bool = False, notes: Sequence[str] = ()) -> None:
        self.result = result
        self.targets = targets
        self.notes = tuple(notes)

    def tables(self) -> Mapping[str, Table]:
        """Return ``gsea``: one row per set."""
        from mirtool.network.enrichment.gsea import gsea_table

        return {"gsea": gsea_table(self.result)}

    def drawings(self) -> Mapping[str, Draw]:
        """Draw the running sums of the first sets."""
        from mirtool.report.figures.gsea import gsea_figure

        return {"gsea": partial(gsea_figure, self.result)}

    @property
    def summary(self) -> Summary:
        """What was ranked and tested, and the sets on top."""
        from mirtool.report.text.gsea import gsea_summary

        return gsea_summary(self.result, self.notes, targets=self.targets)

    def numbers(self) -> dict[str, Any]:
        """Return how many genes were ranked, and how many sets are up or down."""
        from mirtool.report.text.gsea import gsea_numbers

        return gsea_numbers(self.result)


def gsea(inputs: GseaInputs, settings: GseaSettings, run: Run) -> GseaResult:
    """Find the gene sets at one end of an mRNA table: gene set enrichment analysis (prerank).

    Genes are ordered by how they changed. For each set: ES, NES (ES over that of random sets of its size), P, FDR
    (BH) over all sets tested, GSEA's own FDR q, and the genes of the leading edge. A gene in several rows gets the
    median of their scores. Drawing genes at random makes P too small where genes vary together: read it as a
    ranking.

    Where targets are asked for, the sets are the targets of miRNAs: of all that are up or down together, and of
    each. If the miRNAs did it, targets of what went up are among the genes that went down. Only genes of the table
    of interactions are ranked then: a gene nobody studied could not have been a target.
    """
    from mirtool.network.enrichment.gsea import gsea as test_gene_sets
    from mirtool.network.enrichment.gsea import n_tasks, rank_for_sets

    changes = _read_changes(inputs.genes, settings, run)
    if settings.targets:
        sets, table = _target_sets(inputs.mirnas, settings, run)
    else:
        sets, table = read_gene_sets(settings.gene_sets, "gene_sets", run), None
    prepared = rank_for_sets(changes, sets, settings, table)
    with run.progress("Drawing gene sets", n_tasks(settings.permutations)) as on_step:
        result = test_gene_sets(prepared.ranked, sets, settings, executor=run.executor, on_step=on_step)
    run.arguments |= {"min_size": result.min_size, "max_size": result.max_size}
    return GseaResult(result, targets=settings.targets, notes=prepared.notes)


def _read_changes(genes: Any, settings: GseaSettings, run: Run) -> GeneChanges:
    """Return how genes changed: a path read, an object as it is."""
    from mirtool.io.genes.gene_changes import GeneChanges, read_gene_changes

    if isinstance(genes, GeneChanges):
        return genes
    if not is_path(genes):
        raise UsageError(
            "this is not a table of how genes changed",
            parameter="genes",
            found=type(genes).__name__,
            expected="a path or GeneChanges",
        )
    changes = read_gene_changes(genes, score=settings.score)
    run.reads(genes)
    return changes


def _target_sets(mirnas: Any, settings: GseaSettings, run: Run) -> tuple[GeneSets, TargetTable]:
    """Return the targets of the miRNAs as sets, and the pairs at that evidence."""
    from mirtool.network.interactions.preparation import prepare_targets
    from mirtool.network.interactions.target_sets import target_sets

    chosen = _choose(mirnas, settings.regulation, run)
    species = settings.species or chosen.species
    names = read_mirna_names(settings, species, run)
    combined = read_combined(settings, species, names, run)
    chosen = chosen.with_current_names(names)
    table = prepare_targets(combined, settings.evidence, chosen)
    return target_sets(chosen.study, table), table


def _choose(mirnas: Any, regulation: str | None, run: Run) -> ChosenMirnas:
    """Return the miRNAs: of the study, of a table of ``diff``, or those named."""
    if mirnas is None and run.study is None:
        raise UsageError(
            f"{option('targets', True)} needs to know whose",
            hint=f"name a table of `mirtool diff` with {option('mirnas')}",
        )
    if mirnas is None or _is_differential(mirnas):
        return choose_study_mirnas(mirnas, None, regulation, run)
    return choose_study_mirnas(None, mirnas, regulation, run)


def _is_differential(mirnas: Any) -> bool:
    """Return True for a table of ``diff``, as an object or a file, and False for names."""
    from mirtool.io.tables.text import read_head
    from mirtool.io.tables.text_tables import head_table

    if not is_path(mirnas):
        return not isinstance(mirnas, list | tuple | set | frozenset)
    table = head_table(read_head(mirnas)) if Path(mirnas).is_file() else None
    return table is not None and any(name.startswith("regulation by ") for name in table.header)


STEP = Step(
    name="gsea",
    function=gsea,
    inputs=GseaInputs,
    settings=GseaSettings,
    main_file="gsea.csv",
    has_figures=True,
    parallel=True,
    examples=(
        ("mirtool gsea mrna.csv --gene-sets KEGG_2021_Human.gmt -o gsea.csv", ""),
        (
            "mirtool gsea mrna.csv --targets --interactions hsa_MTI.csv",
            "in a study folder, after `mirtool diff`",
        ),
        ("mirtool gsea ranked.rnk --gene-sets h.all.symbols.gmt --figures figures > gsea.csv", ""),
        ("mirtool gsea deseq2.csv --rank-by log2 --targets --mirnas hsa-miR-17-5p,hsa-miR-20a-5p", ""),
    ),
)
