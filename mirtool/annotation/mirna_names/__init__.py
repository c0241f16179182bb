"""Names of miRNAs across the releases of miRBase: what each is called now, and where that can't be told."""

from mirtool.annotation.mirna_names.book import CURRENT_RELEASE, Candidate, Mature, MirnaNames, Resolution, Status
from mirtool.annotation.mirna_names.chip import chip_names_table, update_mirna_names
from mirtool.annotation.mirna_names.names_table import (
    count_statuses,
    name_columns,
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
    "update_mirna_names",
]
