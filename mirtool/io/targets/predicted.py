"""Targets predicted from sequences: miRNAs and 3′UTRs read, and the seed sites between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mirtool.annotation.mirbase import MIRBASE_VERSION, mature_mirnas
from mirtool.annotation.seed_sites import (
    BASES,
    SHORTEST_MIRNA,
    SeedSites,
    find_seed_sites,
    site_table,
    target_table,
)
from mirtool.annotation.settings import PredictSettings
from mirtool.errors import FormatError, UsageError, option
from mirtool.io.mirnas.fasta import FastaRecord, read_fasta
from mirtool.io.tables.name_lists import LIST_HEADERS, read_names
from mirtool.io.tables.streams import is_content
from mirtool.io.tables.text import read_head
from mirtool.model import Table, TextArray, text_array

_LISTED = 5


@dataclass(frozen=True, eq=False)
class Prediction:
    """Seed sites of miRNAs in 3′UTRs, and the pairs of miRNA and gene that follow.

    Parameters
    ----------
    sites
        The sites that count, by position in the names below.
    mirnas, genes, utrs
        Names of the miRNAs, and gene and name of each UTR.
    targets
        One row per miRNA and gene.
    """

    sites: SeedSites
    mirnas: TextArray
    genes: TextArray
    utrs: TextArray
    targets: Table

    def site_table(self) -> Table:
        """Return one row per site."""
        return site_table(self.sites, self.mirnas, self.genes, self.utrs)


def predict_targets(mirna: str, utr: str | Path, settings: PredictSettings | None = None) -> Prediction:
    """Find the canonical sites of miRNAs in 3′UTRs.

    Parameters
    ----------
    mirna
        A FASTA file of mature sequences; or names, separated by commas or one per line in a file, whose sequences
        are those of miRBase 22.
    utr
        A FASTA file of 3′UTRs, 5′ to 3′.
    settings
        The weakest site that counts, and the field of a UTR's header that holds the gene; None takes the defaults.

    Raises
    ------
    UsageError
        Where miRBase has no miRNA of a name.
    FormatError
        Where a sequence can't be read, or a header lacks the field.
    NotEnoughDataError
        Where there is no site.
    """
    settings = settings or PredictSettings()
    sequences = mirna_sequences(mirna)
    records = read_fasta(utr, "UTR")
    genes = [_gene(record, settings.gene_field, utr) for record in records]
    found = find_seed_sites([sequence for _, sequence in sequences], [record.sequence for record in records])
    sites = found.at_least(settings.least)
    names = text_array(name for name, _ in sequences), text_array(genes), text_array(each.name for each in records)
    return Prediction(sites, *names, target_table(sites, *names))


def mirna_sequences(source: str) -> list[tuple[str, str]]:
    """Return names and sequences of miRNAs: of a FASTA file, a file of names, or names separated by commas.

    Raises
    ------
    UsageError
        Where miRBase has no miRNA of a name.
    FormatError
        Where a file can't be read, or a sequence lacks its seed.
    """
    if not is_content(source):
        if Path(source).suffix:
            read_head(source)  # says that there is no such file
        return _embedded([name.strip() for name in source.split(",") if name.strip()], source)
    if not any(line.startswith(">") for line in read_head(source).lines[:20]):
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
    if len(record.sequence) < SHORTEST_MIRNA or set(record.sequence[1:8]) - set(BASES):
        raise FormatError(
            f"{record.name} has no known bases 2 to 8",
            path=path,
            line=record.line,
            found=record.sequence[:30],
            expected=f"{SHORTEST_MIRNA} bases or more of A, C, G and T or U",
        )


def _embedded(names: Sequence[str], source: str) -> list[tuple[str, str]]:
    known = mature_mirnas()
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise UsageError(
            f"miRBase {MIRBASE_VERSION} has no miRNA of this name, so that its sequence is not known",
            found=", ".join(unknown[:_LISTED]) or repr(source),
            hint="see `mirtool names` for the current name, or give sequences as FASTA",
        )
    return [(name, known[name].sequence) for name in dict.fromkeys(names)]


def _gene(record: FastaRecord, field: int, path: str | Path) -> str:
    fields = record.name.split("|")
    if field > len(fields) or not fields[field - 1]:
        raise FormatError(
            f"the header of a UTR has no field {field}",
            path=path,
            line=record.line,
            found=f">{record.header[:60]}",
            hint=f"choose the field that holds the gene: {option('gene_field', 1)} is the first, fields are "
            "separated by |",
        )
    return fields[field - 1]
