"""Names of miRNAs across the releases of miRBase: what each is called now, and where that can't be told."""

from mirtool.annotation.mirna_names.book import CURRENT_RELEASE, Candidate, Mature, MirnaNames, Resolution, Status
from mirtool.annotation.mirna_names.chip import chip_names_table, names_path, update_mirna_names
from mirtool.annotation.mirna_names.names_table import (
    count_statuses,
    name_columns,
    named_table,
    names_in,
    suggest_column,
)

__all__ = [
    "CURRENT_RELEASE",
    "Candidate",
    "Mature",
    "MirnaNames",
    "Resolution",
    "Status",
    "chip_names_table",
    "count_statuses",
    "name_columns",
    "named_table",
    "names_in",
    "names_path",
    "suggest_column",
    "update_mirna_names",
]
