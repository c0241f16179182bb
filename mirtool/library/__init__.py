"""Interactions and gene sets that a user keeps: read once, stored under a name, with where they are from."""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.library.adding import add_gene_sets, add_targets
    from mirtool.library.catalog import DATABASES, Database, find_database
    from mirtool.library.entry import KINDS, Entry
    from mirtool.library.fetching import fetch
    from mirtool.library.folder import data_folder
    from mirtool.library.store import (
        has_entry,
        list_entries,
        load_gene_sets,
        load_interactions,
        read_entry,
        remove_entry,
    )

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "DATABASES",
    "KINDS",
    "Database",
    "Entry",
    "add_gene_sets",
    "add_targets",
    "data_folder",
    "fetch",
    "find_database",
    "has_entry",
    "list_entries",
    "load_gene_sets",
    "load_interactions",
    "read_entry",
    "remove_entry",
]
