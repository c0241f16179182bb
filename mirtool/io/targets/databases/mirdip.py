"""mirDIP: predictions of many programs, integrated into one score.

The format
----------
Lines about the search, a blank line, then a tab-separated table, one row per pair::

    Gene Symbol  MicroRNA  Integrated Score  Number of Sources  Score Class  Sources

Every row is a prediction; the higher ``Integrated Score`` (0 to 1), the surer. Older releases call the first two
columns ``Gene Symbol`` and ``microRNA`` as well, and have a ``Uniprot`` column more.

Where the format comes from: tables that mirDIP's web interface gives, as public programs describe them.

References
----------
Tokar T, Pastrello C, Rossos AEM, et al. mirDIP 4.1: integrative database of human microRNA target predictions.
Nucleic Acids Res 2018;46:D360–D370.
"""

from __future__ import annotations

from pathlib import Path

from mirtool.annotation.gene_symbols import GeneSymbols
from mirtool.io.tables.text_tables import TextTable
from mirtool.io.targets.databases.columns import (
    gene_symbols,
    has_columns,
    needed,
    no_rows,
    numbers_of,
    open_table,
    predicted,
)
from mirtool.io.targets.interaction_rows import InteractionRows, blank_column

DATABASE = "mirDIP"


def matches(table: TextTable) -> bool:
    """Return it by the names of its columns."""
    return has_columns(table, "genesymbol", "microrna", "integratedscore")


def read(path: str | Path, genes: GeneSymbols | None = None) -> InteractionRows:
    """Read every row; see :func:`mirtool.io.targets.interactions.read_rows`."""
    table = open_table(path, ("genesymbol", "microrna"), ("integratedscore",))
    gene, named = gene_symbols(needed(table, DATABASE, "Gene Symbol", "genesymbol"), None, genes)
    return InteractionRows(
        database=DATABASE,
        mirna=needed(table, DATABASE, "MicroRNA", "microrna"),
        gene=gene,
        reference=blank_column(len(table)),
        evidence=predicted(len(table)),
        negative=no_rows(len(table)),
        score=numbers_of(table, "integratedscore"),
        remarks=named,
    )
