"""Names of miRNAs across the releases of miRBase: what each is called now, and where that can't be told."""

from mirtool.names.book import CURRENT_RELEASE, Candidate, Mature, NameBook, Resolution, Status
from mirtool.names.table import count_statuses, name_columns, named_table, names_in, suggest_column

__all__ = [
    "CURRENT_RELEASE",
    "Candidate",
    "Mature",
    "NameBook",
    "Resolution",
    "Status",
    "count_statuses",
    "name_columns",
    "named_table",
    "names_in",
    "suggest_column",
]
