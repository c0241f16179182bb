"""Which interactions count in the tissue at hand: options of ``mirtool network`` and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mirtool.commands.common import Place
from mirtool.commands.network_mirnas import ChosenMirnas
from mirtool.errors import MirtoolError, UsageError

if TYPE_CHECKING:
    from mirtool.annotation.mirna_names import MirnaNames
    from mirtool.model import Interactions, Table, TextArray
    from mirtool.network import TargetTable

ExpressedOption = Annotated[
    str | None,
    typer.Option(
        "--expressed",
        metavar="FILE",
        help="Only genes expressed in the tissue: one symbol per line, or a table with a gene column.",
    ),
]
MrnaOption = Annotated[
    str | None,
    typer.Option(
        "--mrna",
        metavar="TABLE",
        help="Only genes that changed the other way than the miRNA: the table of limma, DESeq2, edgeR … of the "
        "same groups, in the same direction.",
    ),
]
MrnaFdrOption = Annotated[
    float,
    typer.Option(
        "--mrna-fdr", metavar="FDR", help="Largest FDR of a gene that changed, or of a pair that is correlated."
    ),
]
MrnaCutoffOption = Annotated[
    float,
    typer.Option(
        "--mrna-cutoff", metavar="FOLD", help="Smallest fold change of a gene that changed; 1 takes any."
    ),
]
PairedMrnaOption = Annotated[
    str | None,
    typer.Option(
        "--paired-mrna",
        metavar="TABLE",
        help="Only pairs that vary against each other: expression of genes in the same samples, columns named as "
        "those (Spearman, negative, FDR over all pairs tested).",
    ),
]
PairedMirnaOption = Annotated[
    str | None,
    typer.Option(
        "--paired-mirna",
        metavar="TABLE",
        help="The normalized miRNA table of these samples. In a study folder: results/normalized.csv.",
    ),
]


@dataclass(frozen=True)
class Context:
    """What the options ask of the tissue."""

    expressed: str | None
    mrna: str | None
    fdr: float
    cutoff: float
    paired_mrna: str | None
    paired_mirna: str | None

    @property
    def files(self) -> tuple[str | None, ...]:
        """The files that are read."""
        return self.expressed, self.mrna, self.paired_mrna, self.paired_mirna

    @property
    def arguments(self) -> dict[str, Any]:
        """The options for the record of the run."""
        return {
            "expressed": self.expressed,
            "mrna": self.mrna,
            "mrna_fdr": self.fdr,
            "mrna_cutoff": self.cutoff,
            "paired_mrna": self.paired_mrna,
            "paired_mirna": self.paired_mirna,
        }


def in_context(
    known: Interactions, evidence: str, chosen: ChosenMirnas, context: Context, place: Place, book: MirnaNames
) -> TargetTable:
    """Return the interactions that count in the tissue.

    Raises
    ------
    UsageError
        Where an option lacks what it needs.
    """
    from mirtool.network.interactions.evidence import filter_by_evidence
    from mirtool.network.interactions.expression_context import expressed_only, inversely_changed_only
    from mirtool.network.interactions.target_table import TargetTable

    if not 0 < context.fdr <= 1 or context.cutoff < 1:
        raise UsageError(
            "--mrna-fdr must lie between 0 and 1, --mrna-cutoff be 1 or more",
            found=f"{context.fdr:g} and {context.cutoff:g}",
        )
    if context.paired_mirna and not context.paired_mrna:
        raise UsageError("--paired-mirna goes with --paired-mrna", hint="name the genes' table too")
    if not any(context.files):
        return TargetTable.of(known, evidence)
    known = filter_by_evidence(known, evidence)
    genes = known.gene
    if context.expressed:
        from mirtool.io.genes.gene_changes import GENE_HEADERS
        from mirtool.io.tables.name_lists import read_names

        listed, met = _as_known(read_names(context.expressed, GENE_HEADERS, "gene"), genes, context.expressed)
        known = expressed_only(_with_remarks(known, met), listed, context.expressed)
    if context.mrna:
        from mirtool.io.genes.gene_changes import read_gene_changes

        if not chosen.log2_ratios:
            raise UsageError(
                "--mrna needs to know which way each miRNA changed",
                hint="name a table of `mirtool diff` in place of --mirnas",
            )
        changes = read_gene_changes(context.mrna)
        names, met = _as_known(changes.gene, genes, context.mrna)
        known = inversely_changed_only(
            _with_remarks(known, met),
            chosen.log2_ratios,
            replace(changes, gene=names),
            alpha=context.fdr,
            cutoff=context.cutoff,
        )
    if context.paired_mrna:
        known, correlations = _correlated(known, genes, context, place, book)
        return TargetTable(known, evidence, known, correlations)
    return TargetTable(known, evidence, known)


def _as_known(labels: TextArray, known: TextArray, path: str) -> tuple[TextArray, tuple[str, ...]]:
    """Return genes the names that the interactions have for them, and say how many had others."""
    from mirtool.annotation.gene_symbols import load_gene_symbols, match_to, met_in_words

    names, n = match_to(labels, known, load_gene_symbols())
    return names, (met_in_words(n, path),) if n else ()


def _with_remarks(known: Interactions, remarks: tuple[str, ...]) -> Interactions:
    return replace(known, dropped=(*known.dropped, *remarks))


def _correlated(
    known: Interactions, labels: TextArray, context: Context, place: Place, book: MirnaNames
) -> tuple[Interactions, Table]:
    from mirtool.io.arrays.matrix import read_expression
    from mirtool.io.genes.gene_expression import read_gene_expression
    from mirtool.model import text_array
    from mirtool.network.interactions.expression_context import anticorrelated_only
    from mirtool.stats.spearman import FEWEST_SAMPLES

    assert context.paired_mrna is not None  # in_context has seen to it
    mirnas = read_expression(_normalized(context, place), scale="log2")
    genes = read_gene_expression(context.paired_mrna, mirnas.samples.names, fewest=FEWEST_SAMPLES)
    columns = [mirnas.samples.names.index(name) for name in genes.samples]
    names = text_array(book.resolve(name).best_name for name in mirnas.probes.name)
    gene_names, met = _as_known(genes.gene, labels, context.paired_mrna)
    found = anticorrelated_only(
        _with_remarks(known, met),
        (names, mirnas.values[:, columns]),
        (gene_names, genes.values),
        source=f"{context.paired_mrna} ({len(genes.samples)} samples)",
        alpha=context.fdr,
    )
    return found.interactions, found.tested


def _normalized(context: Context, place: Place) -> str:
    if context.paired_mirna:
        return context.paired_mirna
    path = place.study.results / "normalized.csv" if place.study else None
    if path is None or not Path(path).is_file():
        raise MirtoolError(
            "--paired-mrna needs the miRNAs' values in the same samples",
            path=path,
            hint="name the table of `mirtool normalize` with --paired-mirna",
        )
    return str(path)
