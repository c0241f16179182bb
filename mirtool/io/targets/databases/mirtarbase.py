"""miRTarBase as downloaded: ``hsa_MTI``, ``miRTarBase_MTI``, ``miRTarBase_SE_WR``, ``MicroRNA_Target_Sites``.

The format
----------
CSV, XLSX or XLS, one header line, one row per pair and a reference. The header has been the same in every release
but for one word and one column, and its order does not matter here::

    miRTarBase ID, miRNA, Species (miRNA), Target Gene, Target Gene (Entrez ID), Species (Target Gene),
    Experiments, Support Type, References (PMID)

- ``Target Gene (Entrez Gene ID)`` in releases 7 and 8; ``(Entrez ID)`` in 4.5, 6, 9 and 10.
- ``MicroRNA_Target_Sites`` has a column ``Target Site`` more.
- Species are written ``Homo sapiens`` up to release 8, ``hsa`` in 9 and 10; the miRNA's prefix says it too.
- Experiments are split by ``//`` or ``;``; ``Support Type`` may end in a blank.

Evidence is the ``Support Type`` (:mod:`mirtool.io.targets.databases.evidence`). A row without a symbol is named by
its Entrez identifier. Release 10's human table has 337 MB: it is read by blocks.

Where the header comes from: the human and mouse tables of release 7/8 as downloaded; the data set of release 4.5
in Bioconductor's mirIntegrator and of release 8 in TimiRGeN (their manuals list the columns); for 6, 9 and 10
public programs that name these columns. Releases before 4.5 could not be seen.

References
----------
Huang HY et al. miRTarBase 2020: updates to the experimentally validated microRNA–target interaction database.
Nucleic Acids Res 2020;48:D148–D154.

Cui S et al. miRTarBase 2025: updates to the collection of experimentally validated microRNA–target interactions.
Nucleic Acids Res 2025;53:D147–D156.
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
    open_table,
    references_of,
    words_of,
)
from mirtool.io.targets.databases.evidence import with_support
from mirtool.io.targets.interaction_rows import InteractionRows

DATABASE = "miRTarBase"

_ENTREZ = ("targetgeneentrezid", "targetgeneentrezgeneid")


def matches(table: TextTable) -> bool:
    """Return miRTarBase by its own identifiers."""
    return has_columns(table, "mirtarbaseid")


def read(path: str | Path, genes: GeneSymbols | None = None) -> InteractionRows:
    """Read every row; see :func:`mirtool.io.targets.interactions.read_rows`."""
    wanted = ("mirna", "targetgene", *_ENTREZ, "supporttype", "experiments", "referencespmid")
    table = open_table(path, wanted)
    mirna = needed(table, DATABASE, "miRNA", "mirna")
    gene, named = gene_symbols(
        needed(table, DATABASE, "Target Gene", "targetgene"), labels_of(table, *_ENTREZ), genes
    )
    rows = InteractionRows(
        database=DATABASE,
        mirna=mirna,
        gene=gene,
        reference=references_of(table, "referencespmid"),
        evidence=np.zeros(len(table), dtype=np.int64),
        negative=no_rows(len(table)),
        remarks=named,
    )
    return with_support(rows, words_of(table, "supporttype"), words_of(table, "experiments"))
