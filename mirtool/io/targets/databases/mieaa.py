"""miEAA: the results of an enrichment analysis, whose rows on target genes are interactions.

The format
----------
Comma-separated, one header line, one row a category and a term (``Expected`` is not there for GSEA)::

    Category,Subcategory,Enrichment,P-value,P-adjusted,Q-value,Expected,Observed,miRNAs/precursors
    Target genes (miRTarBase),CCND1,over-represented,0.0001,0.01,0.01,2.5,9,hsa-miR-16-5p; hsa-miR-17-5p

Only rows whose category begins with ``Target genes`` are interactions: their subcategory is the gene, and each of
their miRNAs, separated by ``;``, is a pair with it. Rows of other categories (GO, KEGG, diseases …) are dropped
and counted. The miRNAs are those of the list analyzed, so that this is a part of a table of targets, good for a
look and not for statistics on all targets. miRTarBase is behind them with evidence of any kind, which the file
does not say: every pair counts as weak.

Where the header comes from: the columns that the service's own Python package and two R packages give its results,
and programs that take genes from ``Target genes (miRTarBase)`` this way. What ``Enrichment`` holds could not be
seen; it is not needed.

References
----------
Kern F et al. miEAA 2.0: integrating multi-species microRNA enrichment analysis and workflow management systems.
Nucleic Acids Res 2020;48:W521–W528.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from mirtool.annotation.gene_symbols import GeneSymbols
from mirtool.errors import FormatError
from mirtool.io.tables.text_tables import TextTable, read_table
from mirtool.io.targets.databases.columns import has_columns, needed, no_rows
from mirtool.io.targets.interaction_rows import RANK, InteractionRows, blank_column, label_column
from mirtool.wording import plural

DATABASE = "miEAA"

_TARGETS = re.compile(r"target genes", re.I)


def matches(table: TextTable) -> bool:
    """Return it by the names of its columns."""
    return has_columns(table, "category", "subcategory", "mirnasprecursors")


def read(path: str | Path, genes: GeneSymbols | None = None) -> InteractionRows:  # noqa: ARG001 (it names its genes)
    """Read every pair of the rows on target genes; see :func:`mirtool.io.targets.interactions.read_rows`."""
    table = read_table(path, suits=matches, joins=True)
    category, gene, mirnas = (
        needed(table, DATABASE, name, folded)
        for name, folded in (
            ("Category", "category"),
            ("Subcategory", "subcategory"),
            ("miRNAs/precursors", "mirnasprecursors"),
        )
    )
    on_targets = np.flatnonzero(category.holds(_TARGETS.match(label) is not None for label in category.labels))
    if len(table) and not len(on_targets):
        raise FormatError(
            "these results of miEAA hold no target genes",
            path=path,
            column="Category",
            found=", ".join(category.labels[:5]),
            expected="rows of the category 'Target genes (miRTarBase)'",
            hint="run miEAA with that category, or give miRTarBase itself",
        )
    lists = [
        [name.strip() for name in mirnas.labels[mirnas.position[row]].split(";") if name.strip()]
        for row in on_targets
    ]
    mirna = label_column([name for names in lists for name in names])
    n_pairs = len(mirna.position)
    others = len(table) - len(on_targets)
    return InteractionRows(
        database=DATABASE,
        mirna=mirna,
        gene=gene.take(np.repeat(on_targets, [len(names) for names in lists])),
        reference=blank_column(n_pairs),
        evidence=np.full(n_pairs, RANK["weak"], dtype=np.int64),
        negative=no_rows(n_pairs),
        remarks=(f"{plural(others, 'row')} of other categories than target genes dropped",) if others else (),
    )
