"""DIANA-microT: microT-CDS (2012 to 2016) and microT 2023.

The format
----------
microT-CDS (``microT_CDS_data.csv``): comma-separated, one header line::

    TranscriptId,GeneId(name),Mirna-Name(miRBase-version),miTG-score
    ENST00000252486,ENSG00000130203(APOE),hsa-miR-1908-5p(18),0.82

After each row may be lines that begin with ``UTR3`` or ``CDS``, one a site: they are passed over. Gene and
miRNA are split from what is in brackets; a gene without a name is named by its Ensembl identifier.

microT 2023 (``interactions_human.microT.mirbase.txt.gz``): tab-separated, one header line, known by name::

    mirna <TAB> ensembl_gene_id <TAB> interaction_score

Every row is a prediction; scores run from 0 to 1, the higher, the surer (0.7 is the threshold the DIANA laboratory
advises). A file of 2 GB is read by blocks.

Where the headers come from: microT-CDS's, with the lines of sites, from public programs that read it or filter
them out; of 2023's the three names and that there are three columns from two of such programs. Files of
MirGeneDB's names (``….mirgenedb.txt``) could not be seen.

References
----------
Paraskevopoulou MD et al. DIANA-microT web server v5.0: service integration into miRNA functional analysis
workflows. Nucleic Acids Res 2013;41:W169–W173.

Tastsoglou S et al. DIANA-microT 2023: including predicted targets of virally encoded miRNAs. Nucleic Acids Res
2023;51:W148–W153.
"""

from __future__ import annotations

import re
from pathlib import Path

from mirtool.annotation.gene_symbols import GeneSymbols
from mirtool.errors import FormatError
from mirtool.io.tables.large_tables import read_columns
from mirtool.io.tables.text import read_head, read_text
from mirtool.io.tables.text_tables import TextTable, table_of_lines
from mirtool.io.targets.databases.columns import (
    gene_symbols,
    has_columns,
    missing_column,
    needed,
    no_rows,
    numbers_of,
    open_table,
    predicted,
)
from mirtool.io.targets.interaction_rows import InteractionRows, LabelColumn, blank_column

DATABASE = "DIANA-microT"

_MIRNA, _GENE, _SCORE = "mirnanamemirbaseversion", "geneidname", "mitgscore"
_SITE_LINES = "UTR3,|UTR5,|CDS,"
_BRACKETS = re.compile(r"\s*\(([^()]*)\)$")


def matches(table: TextTable) -> bool:
    """Return either by the names of its columns."""
    return has_columns(table, _GENE, _MIRNA) or has_columns(table, "mirna", "ensemblgeneid", "interactionscore")


def read(path: str | Path, genes: GeneSymbols | None = None) -> InteractionRows:
    """Read every interaction; see :func:`mirtool.io.targets.interactions.read_rows`."""
    if "interaction_score" in next(iter(read_head(path).lines), ""):
        return _microt_2023(open_table(path, ("mirna", "ensemblgeneid"), ("interactionscore",)), genes)
    large = read_columns(path, (_MIRNA, _GENE), (_SCORE,), without_lines=_SITE_LINES)
    if large is not None:
        try:
            return _microt_cds(large, genes)
        except FormatError:
            pass  # its lines were counted without those of sites: the slow reader knows the right one
    return _microt_cds(_without_sites(path), genes)


def _microt_2023(table: TextTable, genes: GeneSymbols | None) -> InteractionRows:
    mirna = needed(table, DATABASE, "mirna", "mirna")
    identifiers = needed(table, DATABASE, "ensembl_gene_id", "ensemblgeneid")
    return _rows("2023", mirna, gene_symbols(None, identifiers, genes), table, "interactionscore")


def _without_sites(path: str | Path) -> TextTable:
    """Read the table with the lines of sites blanked, so that every row keeps its line."""
    text = re.sub(rf"^(?:{_SITE_LINES}).*$", "", read_text(path), flags=re.MULTILINE)
    return table_of_lines(text.rstrip("\n").split("\n"), path, first_line=1, delimiter=",")


def _microt_cds(table: TextTable, genes: GeneSymbols | None) -> InteractionRows:
    gene = needed(table, DATABASE, "GeneId(name)", _GENE)
    parts = [
        (_BRACKETS.sub("", label), found[1] if (found := _BRACKETS.search(label)) else "") for label in gene.labels
    ]
    symbols, identifiers = (
        gene.relabeled(own) for own in ((name for _, name in parts), (own for own, _ in parts))
    )
    mirna = needed(table, DATABASE, "Mirna-Name(miRBase-version)", _MIRNA)
    return _rows(
        "CDS",
        mirna.relabeled(_BRACKETS.sub("", label) for label in mirna.labels),
        gene_symbols(symbols, identifiers, genes),
        table,
        _SCORE,
    )


def _rows(
    release: str, mirna: LabelColumn, gene: tuple[LabelColumn, tuple[str, ...]], table: TextTable, score: str
) -> InteractionRows:
    scores = numbers_of(table, score)
    if scores is None:
        raise missing_column(table, DATABASE, "miTG-score" if score == _SCORE else "interaction_score")
    return InteractionRows(
        database=DATABASE,
        release=release,
        mirna=mirna,
        gene=gene[0],
        reference=blank_column(len(table)),
        evidence=predicted(len(table)),
        negative=no_rows(len(table)),
        score=scores,
        remarks=gene[1],
    )
