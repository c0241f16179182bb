"""Which interactions count in the tissue at hand: options of ``mirtool network`` and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mirtool.errors import MirtoolError

if TYPE_CHECKING:
    from mirtool.commands.common import Place
    from mirtool.network.settings import ContextSettings

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


def context_files(settings: ContextSettings) -> tuple[str | None, ...]:
    """Return the files that are read."""
    return settings.expressed, settings.mrna, settings.paired_mrna, settings.paired_mirna


def normalized_of_place(settings: ContextSettings, place: Place) -> str | None:
    """Return the study's normalized table, where genes are to be correlated with it.

    Raises
    ------
    MirtoolError
        Where the study has none.
    """
    if not settings.paired_mrna or settings.paired_mirna or not place.study:
        return None
    path = place.study.results / "normalized.csv"
    if not path.is_file():
        raise MirtoolError(
            "--paired-mrna needs the miRNAs' values in the same samples",
            path=path,
            hint="name the table of `mirtool normalize` with --paired-mirna",
        )
    return str(path)
