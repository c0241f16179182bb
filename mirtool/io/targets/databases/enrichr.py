"""Enrichr's libraries of targets: GMT files with one set per miRNA.

The format
----------
``miRTarBase_2017``, ``TargetScan_microRNA``, ``TargetScan_microRNA_2017``, saved as GMT: one line per miRNA, name,
an empty description, and genes, separated by tabs, no header::

    hsa-miR-16-5p <TAB><TAB> BCL2 <TAB> CCND1 <TAB> …

Human and mouse miRNAs are in one file, and all genes are in capitals, so that a mouse's ``Bcl2`` is ``BCL2``:
ask for one species. Weights (``TP53,1.0``) are tolerated.

The file itself does not say what is behind its pairs. Where its name holds that of the library, they count as
weak (miRTarBase: an experiment, of whichever kind) or predicted (TargetScan, miRDB); else nothing is stated.

Where the format comes from: the GMT of Enrichr (:mod:`mirtool.io.genes.gene_sets`), and public programs that take
the sets' names for miRNAs. The libraries' own files could not be seen: sets whose name is not a miRNA (a seed
match and a list of miRNAs) are not read.

References
----------
Kuleshov MV et al. Enrichr: a comprehensive gene set enrichment analysis web server 2016 update. Nucleic Acids Res
2016;44:W90–W97.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mirtool.annotation.gene_symbols import GeneSymbols
from mirtool.io.genes.gene_sets import read_gene_sets
from mirtool.io.tables.name_lists import names_mirna
from mirtool.io.tables.text_tables import TextTable
from mirtool.io.targets.databases.columns import no_rows
from mirtool.io.targets.interaction_rows import RANK, InteractionRows, blank_column, label_column

DATABASE = "Enrichr"

_EVIDENCE = {"mirtarbase": "weak", "targetscan": "predicted", "mirdb": "predicted"}


def matches(table: TextTable) -> bool:
    """Return it by its first line: a miRNA, an empty cell, and text."""
    return len(table.header) > 2 and names_mirna(table.header[0]) and not table.header[1].strip()


def read(path: str | Path, genes: GeneSymbols | None = None) -> InteractionRows:  # noqa: ARG001 (it names its genes)
    """Read every gene of every set; see :func:`mirtool.io.targets.interactions.read_rows`."""
    sets = read_gene_sets(path)
    pairs = [(term, gene) for term, genes in zip(sets.terms, sets.genes, strict=True) for gene in sorted(genes)]
    library = Path(path).name.lower()
    evidence = next((grade for name, grade in _EVIDENCE.items() if name in library), "")
    return InteractionRows(
        database=DATABASE,
        release="GMT",
        mirna=label_column([term for term, _ in pairs]),
        gene=label_column([gene for _, gene in pairs]),
        reference=blank_column(len(pairs)),
        evidence=np.full(len(pairs), RANK[evidence], dtype=np.int64),
        negative=no_rows(len(pairs)),
    )
