"""DIANA-TarBase 8 and 9.

The format
----------
Tab-separated, one header line, one row an experiment on a pair.

Version 8 (``TarBase_v8_download.txt``, ``tarbase_data.csv``)::

    geneId geneName mirna species cell_line tissue category method positive_negative direct_indirect up_down
    condition

``positive_negative`` is ``POSITIVE`` or ``NEGATIVE``: the pair was tested and found, or not; negatives are dropped
and counted. ``direct_indirect`` says whether the method shows binding, ``up_down`` what happens to the gene;
neither is needed, since the method itself is graded. Gene identifiers and names may end in a species, ``(hsa)``,
which is taken off. There are no references.

Version 9 (``Homo_sapiens_TarBase-v9.tsv.gz``, one file per species)::

    species mirna_name mirna_id gene_name gene_id gene_location transcript_name transcript_id chromosome start end
    strand experimental_method regulation tissue cell_line article_pubmed_id confidence interaction_group cell_type
    microt_score comment

``regulation`` is ``Negative`` where the miRNA lowers the gene and ``Positive`` where it raises it: a negative row
is no failed test, and none is dropped. Several PubMed identifiers are split by ``|``. The ``microt_score`` is
another program's, so that TarBase has no score of its own. The human file has 4.7 million rows: it is read by
blocks.

Methods are graded by :mod:`mirtool.io.targets.databases.evidence`: Luciferase Reporter Assay, Western Blot and
qPCR are strong; HITS-CLIP, PAR-CLIP, CLASH, qCLASH and Chimeric fragments clip; the others (Microarrays, RNA-Seq,
RPF-Seq, pSILAC, Proteomics, AGO-IP, IMPACT-Seq, 3LIFE, Biotin-qPCR, Northern Blot, ELISA …) weak.

Where the headers come from: version 9's and the meaning of ``regulation`` from BioDWH2 (its
``biodwh2-tarbase/…/model/Entry.java``); version 8's columns and values, and the names of the methods, from public
programs that read them (such as filters on ``positive_negative == "POSITIVE"``).

References
----------
Karagkouni D et al. DIANA-TarBase v8: a decade-long collection of experimentally supported miRNA–gene interactions.
Nucleic Acids Res 2018;46:D239–D245.

Skoufos G et al. TarBase-v9.0 extends experimentally supported miRNA–gene interactions to cell-types and virally
encoded miRNAs. Nucleic Acids Res 2024;52:D304–D310.
"""

from __future__ import annotations

import re
from pathlib import Path

from mirtool.annotation.gene_symbols import GeneSymbols
from mirtool.errors import FormatError
from mirtool.io.tables.text_tables import TextTable
from mirtool.io.targets.databases.columns import (
    gene_symbols,
    has_columns,
    needed,
    no_rows,
    open_table,
    references_of,
)
from mirtool.io.targets.databases.evidence import ranks_of_methods
from mirtool.io.targets.interaction_rows import InteractionRows, LabelColumn, blank_column
from mirtool.model import BoolArray

DATABASE = "TarBase"

_SPECIES = re.compile(r"\s*\([a-z]{3,4}\)$")
_OUTCOMES = ("", "positive", "negative")


def matches(table: TextTable) -> bool:
    """Return version 8 by its outcome and its method, version 9 by its method and its group."""
    return has_columns(table, "geneid", "positivenegative", "directindirect") or has_columns(
        table, "experimentalmethod", "interactiongroup"
    )


def read(path: str | Path, genes: GeneSymbols | None = None) -> InteractionRows:
    """Read every row of either version; see :func:`mirtool.io.targets.interactions.read_rows`."""
    wanted = ("geneid", "genename", "mirna", "method", "positivenegative", "directindirect")
    wanted_of_9 = ("mirnaname", "experimentalmethod", "articlepubmedid", "interactiongroup")
    table = open_table(path, {*wanted, *wanted_of_9})
    return _version_8(table, genes) if has_columns(table, "positivenegative") else _version_9(table, genes)


def _version_8(table: TextTable, genes: GeneSymbols | None) -> InteractionRows:
    gene, named = gene_symbols(
        _without_species(needed(table, DATABASE, "geneName", "genename")),
        _without_species(needed(table, DATABASE, "geneId", "geneid")),
        genes,
    )
    return InteractionRows(
        database=DATABASE,
        release="8",
        mirna=needed(table, DATABASE, "mirna", "mirna"),
        gene=gene,
        reference=blank_column(len(table)),
        evidence=ranks_of_methods(needed(table, DATABASE, "method", "method")),
        negative=_not_found(table),
        remarks=named,
    )


def _version_9(table: TextTable, genes: GeneSymbols | None) -> InteractionRows:
    gene, named = gene_symbols(
        needed(table, DATABASE, "gene_name", "genename"), needed(table, DATABASE, "gene_id", "geneid"), genes
    )
    return InteractionRows(
        database=DATABASE,
        release="9",
        mirna=needed(table, DATABASE, "mirna_name", "mirnaname"),
        gene=gene,
        reference=references_of(table, "articlepubmedid"),
        evidence=ranks_of_methods(needed(table, DATABASE, "experimental_method", "experimentalmethod")),
        negative=no_rows(len(table)),
        remarks=named,
    )


def _without_species(column: LabelColumn) -> LabelColumn:
    return column.relabeled(_SPECIES.sub("", label) for label in column.labels)


def _not_found(table: TextTable) -> BoolArray:
    """Mask the rows of version 8 that say the pair was tested and not found."""
    outcome = needed(table, DATABASE, "positive_negative", "positivenegative")
    words = [label.lower() for label in outcome.labels]
    strange = [label for label, word in zip(outcome.labels, words, strict=True) if word not in _OUTCOMES]
    if strange:
        row = int(outcome.holds(label == strange[0] for label in outcome.labels).argmax())
        raise FormatError(
            "an outcome is neither positive nor negative",
            path=table.path,
            line=table.line_of(row),
            column="positive_negative",
            found=repr(strange[0][:40]),
            expected="POSITIVE or NEGATIVE",
            hint="the columns may have been shifted: download the table again",
        )
    return outcome.holds(word == "negative" for word in words)
