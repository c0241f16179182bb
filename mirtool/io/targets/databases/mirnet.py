"""miRNet: the table of interactions behind a network, as exported (``mir2gene.csv``).

The format
----------
Comma-separated, one header line, one row per pair::

    ID,Accession,Target,TargetID,Experiment,Literature,Tissue
    hsa-let-7b-5p,MIMAT0000063,ABT1,29777,HITS-CLIP//PAR-CLIP,23592263|24398324,Breast cancerous tissues

Experiments are split by ``//`` and graded (:mod:`mirtool.io.targets.databases.evidence`), PubMed identifiers are
separated by ``|``. miRNet writes tables of lncRNAs, diseases and so on under the same header (``mir2lnc.csv``,
``mir2dis.csv``): a row counts where its ``TargetID`` is a number, as Entrez identifiers of genes are; the others
are dropped and counted. A row without a symbol is named by its Entrez identifier.

Where the header comes from: an export of 2023 in a public repository, whose rows these are like; and a program
that reads ``mir2gene.csv``, ``mir2dis.csv`` and ``mir2circ.csv`` with these columns. Exports of miRNet 1 (2016)
could not be seen.

References
----------
Chang L, Zhou G, Soufan O, Xia J. miRNet 2.0: network-based visual analytics for miRNA functional analysis and
systems biology. Nucleic Acids Res 2020;48:W244–W251.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mirtool.annotation.gene_symbols import GeneSymbols
from mirtool.annotation.gene_symbols.book import without_version
from mirtool.errors import FormatError
from mirtool.io.tables.text_tables import TextTable
from mirtool.io.targets.databases.columns import (
    gene_symbols,
    has_columns,
    needed,
    no_rows,
    open_table,
    references_of,
    words_of,
)
from mirtool.io.targets.databases.evidence import ranks_of_methods
from mirtool.io.targets.interaction_rows import InteractionRows
from mirtool.wording import plural

DATABASE = "miRNet"


def matches(table: TextTable) -> bool:
    """Return it by the names of its columns."""
    return has_columns(table, "id", "accession", "target", "targetid")


def read(path: str | Path, genes: GeneSymbols | None = None) -> InteractionRows:
    """Read every row; see :func:`mirtool.io.targets.interactions.read_rows`."""
    table = open_table(path, ("id", "accession", "target", "targetid", "experiment", "literature"))
    target, entrez = (needed(table, DATABASE, name, name.lower()) for name in ("Target", "TargetID"))
    gene, named = gene_symbols(target, entrez, genes)
    of_genes = entrez.holds(without_version(label).isdigit() for label in entrez.labels)
    if len(table) and not of_genes.any():
        raise FormatError(
            "the targets in this table of miRNet are no genes",
            path=path,
            line=table.line_of(0),
            column="TargetID",
            found=repr(entrez.labels[entrez.position[0]][:40]),
            expected="Entrez identifiers, which are numbers",
            hint="export the table of genes (mir2gene.csv) in place of that of lncRNAs, diseases or others",
        )
    rows = InteractionRows(
        database=DATABASE,
        mirna=needed(table, DATABASE, "ID", "id"),
        gene=gene,
        reference=references_of(table, "literature"),
        evidence=ranks_of_methods(words_of(table, "experiment")),
        negative=no_rows(len(table)),
        remarks=named,
    )
    if of_genes.all():
        return rows
    dropped = f"{plural(int((~of_genes).sum()), 'row')} of targets that are no genes dropped"
    return replace(rows.take(of_genes), remarks=(*named, dropped))
