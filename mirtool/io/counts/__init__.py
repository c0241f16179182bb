"""Sequencing counts: one module per program that writes them, ``plain`` for tables of any program.

``read_table`` is what each of them reads a file into; ``reading`` puts the files of a study together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mirtool.io.tables.text_tables import TextTable


def is_of_counts(table: TextTable) -> bool:
    """Return True for a table with the marks of a program that counts reads."""
    from mirtool.io.counts import excerpt, mirdeep2, mirge, srnabench, tcga

    return any(module.suits(table) for module in (mirdeep2, mirge, excerpt, srnabench, tcga))
