"""Batch-corrected values, as ``mirtool covariates`` writes them: a table that no other step may take.

The format is that of a normalized table (:mod:`mirtool.io.arrays.matrix`): ``ID``, ``Name``, one column per
sample, log2. Between them is the column ``batch corrected``, whose cells name the batch that was subtracted. By
it, or by the note ``mirtool batch-corrected`` in the record beside the file, the table is recognized wherever it
is copied to.
"""

from __future__ import annotations

from mirtool.errors import FormatError, option
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.text_tables import TextTable

CORRECTED_NOTE = "mirtool batch-corrected"
CORRECTED_HEAD = "batch corrected"


def is_corrected(table: TextTable) -> bool:
    """Return True for a table of batch-corrected values."""
    return CORRECTED_NOTE in table.notes or _head(table) is not None


def refuse_corrected(table: TextTable) -> None:
    """Refuse a table of batch-corrected values.

    Raises
    ------
    FormatError
        Where it is one.
    """
    if not is_corrected(table):
        return
    raise FormatError(
        "batch-corrected values are for pictures and download, not for tests or any further step",
        path=table.path,
        column=_head(table),
        found="a table of `mirtool covariates` from which a batch was subtracted",
        expected="the normalized table (results/normalized.csv)",
        hint="a test of corrected values does not know that the batch was estimated from them, and finds too "
        f"much; put the batch into the model instead: `mirtool diff` with {option('covariate', 'COLUMN')}",
    )


def _head(table: TextTable) -> str | None:
    """Return the head of the column that marks corrected values, as it is written there; None without it."""
    return next((name for name in table.header if fold_header(name) == fold_header(CORRECTED_HEAD)), None)
