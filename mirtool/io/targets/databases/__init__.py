"""The databases whose tables of targets are known by their header: one module each, its docstring the format.

A module has ``DATABASE``, its name; ``matches(table)``, which tells its tables by header and first rows; and
``read(path, genes)``, which gives every row of a file
(:class:`mirtool.io.targets.interaction_rows.InteractionRows`). Tables of no known database are read by their
columns' names (:mod:`mirtool.io.targets.interactions`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from mirtool.annotation.gene_symbols import GeneSymbols
from mirtool.io.tables.text_tables import TextTable
from mirtool.io.targets.databases import (
    diana_microt,
    encori,
    enrichr,
    mieaa,
    mirdb,
    mirdip,
    mirecords,
    mirnet,
    mirtarbase,
    multimir,
    tarbase,
    targetscan_families,
    targetscan_sites,
)
from mirtool.io.targets.interaction_rows import InteractionRows


class TargetTable(Protocol):
    """A module that reads the tables of one database."""

    DATABASE: str

    def matches(self, table: TextTable) -> bool:
        """Return the database's tables."""

    def read(self, path: str | Path, genes: GeneSymbols | None = None) -> InteractionRows:
        """Read every row."""


DATABASES: tuple[TargetTable, ...] = (
    mirtarbase,
    tarbase,
    targetscan_sites,
    targetscan_families,
    mirdb,
    diana_microt,
    multimir,
    mirecords,
    mirnet,
    mieaa,
    encori,
    mirdip,
    enrichr,
)
"""Tried in this order; no table is two databases'."""


def find_database(table: TextTable) -> TargetTable | None:
    """Return the database a table is of, by its header and first rows; None where it is of none."""
    return next((database for database in DATABASES if database.matches(table)), None)
