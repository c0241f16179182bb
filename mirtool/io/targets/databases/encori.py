"""ENCORI (starBase): sites where predictions meet cross-linking experiments.

The format
----------
Tab-separated; lines that begin with ``#`` above the header; one row per site and miRNA::

    miRNAid  miRNAname  geneID  geneName  geneType  chromosome  …  clipExpNum  degraExpNum  RBP  PITA  RNA22  …

``clipExpNum`` counts the CLIP experiments that cover the site, ``degraExpNum`` the degradome experiments that show
it cut. A row with a CLIP experiment is ``clip``, one with a degradome experiment only ``weak``, any other
``predicted``. A row without a symbol is named by its Ensembl identifier.

Where the format comes from: tables that ENCORI's web interface gives, as public programs describe them.

References
----------
Li JH, Liu S, Zhou H, Qu LH, Yang JH. starBase v2.0: decoding miRNA-ceRNA, miRNA-ncRNA and protein-RNA interaction
networks from large-scale CLIP-Seq data. Nucleic Acids Res 2014;42:D92–D97.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mirtool.annotation.gene_symbols import GeneSymbols
from mirtool.io.tables.text_tables import TextTable
from mirtool.io.targets.databases.columns import (
    gene_symbols,
    has_columns,
    labels_of,
    needed,
    no_rows,
    numbers_of,
    open_table,
)
from mirtool.io.targets.interaction_rows import RANK, InteractionRows, blank_column

DATABASE = "ENCORI"


def matches(table: TextTable) -> bool:
    """Return it by the names of its columns."""
    return has_columns(table, "mirnaname", "genename", "clipexpnum")


def read(path: str | Path, genes: GeneSymbols | None = None) -> InteractionRows:
    """Read every row; see :func:`mirtool.io.targets.interactions.read_rows`."""
    table = open_table(path, ("mirnaname", "genename", "geneid"), ("clipexpnum", "degraexpnum"))
    gene, named = gene_symbols(needed(table, DATABASE, "geneName", "genename"), labels_of(table, "geneid"), genes)
    n_clip, n_cut = (numbers_of(table, name) for name in ("clipexpnum", "degraexpnum"))
    evidence = np.full(len(table), RANK["predicted"], dtype=np.int64)
    if n_cut is not None:
        evidence[n_cut > 0] = RANK["weak"]
    if n_clip is not None:
        evidence[n_clip > 0] = RANK["clip"]
    return InteractionRows(
        database=DATABASE,
        mirna=needed(table, DATABASE, "miRNAname", "mirnaname"),
        gene=gene,
        reference=blank_column(len(table)),
        evidence=evidence,
        negative=no_rows(len(table)),
        remarks=named,
    )
