"""``mirtool targets predict``: seed sites in 3′UTRs, targets without any database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mirtool.commands.common import write_result
from mirtool.commands.console import say, say_pairs
from mirtool.commands.options import FormatOption
from mirtool.wording import plural

if TYPE_CHECKING:
    pass

Site = Literal["8mer", "7mer-m8", "7mer-A1", "6mer"]


def predict(
    mirna: Annotated[
        str,
        typer.Option(
            "--mirna",
            metavar="FASTA|NAMES|FILE",
            help="Mature sequences (mature.fa); or names, separated by commas or one a line in a file, with the "
            "sequences of miRBase 22.",
        ),
    ],
    utr: Annotated[str, typer.Option("--utr", metavar="FASTA", help="3'UTRs, 5' to 3', packed by gzip or not.")],
    gene_field: Annotated[
        int,
        typer.Option(
            "--gene-field",
            metavar="N",
            min=1,
            help="Which field of a UTR's header, parted by |, is the gene: 3 of >ENSG00000141510|ENST…|TP53.",
        ),
    ] = 1,
    least: Annotated[
        Site, typer.Option(help="Weakest site that counts. A 6mer alone does next to nothing (Bartel 2009).")
    ] = "7mer-A1",
    sites: Annotated[
        str | None,
        typer.Option("--sites", metavar="FILE", help="Write every site with its place too: CSV, TSV or XLSX."),
    ] = None,
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="FILE", help="CSV, TSV or XLSX by its extension; - is stdout."),
    ] = "-",
    format_name: FormatOption = None,
) -> None:
    """Find the canonical sites of miRNAs in 3'UTRs that you give: 8mer, 7mer-m8, 7mer-A1, 6mer.

    One row per miRNA and a gene: its strongest site, how many of each kind, and in which UTR. Of a gene with
    several UTRs the one with the most of the strongest sites counts. --sites has one row per site, with its first
    and last base in the UTR, counted from 1.

    No conservation and no context is looked at: a random UTR of 1,000 bases has a 7mer or 8mer of a given miRNA
    once in nine. Use predictions with --evidence all, and best together with what is measured (--mrna, --combine).

    Example:

    \b
      mirtool targets predict --mirna mature.fa --utr utrs.fa -o predicted.csv --sites sites.csv
      mirtool targets predict --mirna hsa-miR-17-5p,hsa-miR-20a-5p --utr biomart.fa.gz --gene-field 3 -o p.csv
      mirtool network --mirnas hsa-miR-17-5p,hsa-miR-20a-5p --interactions predicted.csv --evidence all
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.annotation.settings import SITES, PredictSettings
    from mirtool.io.targets.predicted import predict_targets
    from mirtool.report.tables import format_of

    format_of(output, format_name)
    if sites is not None:
        format_of(sites, None)
    done = predict_targets(mirna, utr, PredictSettings(gene_field=gene_field, least=least))
    table, found, genes = done.targets, done.sites, done.genes.tolist()
    examples = ", ".join(dict.fromkeys(genes[:4]))
    say("Seed sites:")
    say_pairs(
        [
            ("miRNAs", f"{plural(len(done.mirnas), 'miRNA')}, {len(set(table['miRNA'])):,} with targets"),
            ("UTRs", f"{plural(len(done.utrs), 'UTR')} of {plural(len(set(genes)), 'gene')}: {examples} …"),
            *(
                (site, plural(int((found.kind == kind).sum()), "site"))
                for kind, site in enumerate(SITES[: SITES.index(least) + 1])
            ),
            *([] if least == SITES[-1] else [("left out", f"sites weaker than {least}")]),
            ("targets", f"{plural(len(table), 'pair')} of miRNA and gene"),
        ]
    )
    if sites is not None:
        write_result(done.site_table(), sites)
    write_result(table, output, format_name)
