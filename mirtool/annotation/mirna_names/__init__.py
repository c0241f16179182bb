"""Names of miRNAs across the releases of miRBase: what each is called now, and where that can't be told."""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.annotation.mirna_names.book import CURRENT_RELEASE, MirnaNames
    from mirtool.annotation.mirna_names.chip import chip_names_table, update_mirna_names
    from mirtool.annotation.mirna_names.names_table import (
        count_statuses,
        name_columns,
    )
    from mirtool.annotation.mirna_names.resolution import Candidate, Mature, ReleaseChoice, Resolution, Status
    from mirtool.annotation.mirna_names.slash import slash_parts

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "CURRENT_RELEASE",
    "Candidate",
    "Mature",
    "MirnaNames",
    "ReleaseChoice",
    "Resolution",
    "Status",
    "chip_names_table",
    "count_statuses",
    "name_columns",
    "slash_parts",
    "update_mirna_names",
]
