"""``mirtool targets predict``: seed sites in 3′UTRs, targets without any database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mirtool.commands.common import write_result
from mirtool.commands.console import say, say_pairs
from mirtool.commands.options import FormatOption
from mirtool.errors import FormatError, UsageError
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.io.mirnas.fasta import FastaRecord

Site = Literal["8mer", "7mer-m8", "7mer-A1", "6mer"]

NAMES_TOLD = 5


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
    from mirtool.annotation.seed_sites import SITES, find_seed_sites, site_table, target_table
    from mirtool.io.mirnas.fasta import read_fasta
    from mirtool.model import text_array
    from mirtool.report.tables import format_of

    format_of(output, format_name)
    if sites is not None:
        format_of(sites, None)
    mirnas = _sequences(mirna)
    utrs = read_fasta(utr, "UTR")
    genes = [_gene(record, gene_field, utr) for record in utrs]
    found = find_seed_sites([sequence for _, sequence in mirnas], [record.sequence for record in utrs]).at_least(
        least
    )
    names = text_array(name for name, _ in mirnas), text_array(genes), text_array(record.name for record in utrs)
    table = target_table(found, *names)
    examples = ", ".join(dict.fromkeys(genes[:4]))
    say("Seed sites:")
    say_pairs(
        [
            ("miRNAs", f"{plural(len(mirnas), 'miRNA')}, {len(set(table['miRNA'])):,} with targets"),
            ("UTRs", f"{plural(len(utrs), 'UTR')} of {plural(len(set(genes)), 'gene')}: {examples} …"),
            *(
                (site, plural(int((found.kind == kind).sum()), "site"))
                for kind, site in enumerate(SITES[: SITES.index(least) + 1])
            ),
            *([] if least == SITES[-1] else [("left out", f"sites weaker than {least}")]),
            ("targets", f"{plural(len(table), 'pair')} of miRNA and gene"),
        ]
    )
    if sites is not None:
        write_result(site_table(found, *names), sites)
    write_result(table, output, format_name)


def _sequences(source: str) -> list[tuple[str, str]]:
    """Return the miRNAs asked for, each with its sequence."""
    from mirtool.io.mirnas.fasta import read_fasta
    from mirtool.io.tables.text import read_head

    if not Path(source).is_file():
        if Path(source).suffix:
            read_head(source)  # says that there is no such file
        return _embedded([name.strip() for name in source.split(",") if name.strip()], source)
    if not any(line.startswith(">") for line in read_head(source).lines[:20]):
        from mirtool.io.tables.name_lists import LIST_HEADERS, read_names

        return _embedded(read_names(source, LIST_HEADERS, "miRNA").tolist(), source)
    records = read_fasta(source, "miRNA")
    line_of: dict[str, int] = {}
    for record in records:
        if record.name in line_of:
            raise FormatError(
                f"two miRNAs are named {record.name}",
                path=source,
                line=record.line,
                found=f"the same name in line {line_of[record.name]}",
                hint="remove one of the two",
            )
        line_of[record.name] = record.line
        _check_seed(record, source)
    return [(record.name, record.sequence) for record in records]


def _check_seed(record: FastaRecord, path: str) -> None:
    from mirtool.annotation.seed_sites import BASES, SHORTEST_MIRNA

    if len(record.sequence) < SHORTEST_MIRNA or set(record.sequence[1:8]) - set(BASES):
        raise FormatError(
            f"{record.name} has no known bases 2 to 8",
            path=path,
            line=record.line,
            found=record.sequence[:30],
            expected=f"{SHORTEST_MIRNA} bases or more of A, C, G and T or U",
        )


def _embedded(names: Sequence[str], source: str) -> list[tuple[str, str]]:
    from mirtool.annotation.mirbase import MIRBASE_VERSION, mature_mirnas

    known = mature_mirnas()
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise UsageError(
            f"miRBase {MIRBASE_VERSION} has no miRNA of this name, so that its sequence is not known",
            found=", ".join(unknown[:NAMES_TOLD]) or repr(source),
            hint="see `mirtool names` for the current name, or give sequences as FASTA",
        )
    return [(name, known[name].sequence) for name in dict.fromkeys(names)]


def _gene(record: FastaRecord, field: int, path: str) -> str:
    fields = record.name.split("|")
    if field > len(fields) or not fields[field - 1]:
        raise FormatError(
            f"the header of a UTR has no field {field}",
            path=path,
            line=record.line,
            found=f">{record.header[:60]}",
            hint="choose the field that holds the gene: --gene-field 1 is the first, fields are parted by |",
        )
    return fields[field - 1]
