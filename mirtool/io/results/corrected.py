"""Batch-corrected values, as ``mirtool covariates`` writes them: a table that no other step may take.

The format is that of a normalized table (:mod:`mirtool.io.arrays.matrix`): ``ID``, ``Name``, one column per
sample, log2. Between them is the column ``batch corrected``, whose cells name the batch that was subtracted. By
it, or by the note ``mirtool batch-corrected`` in the record beside the file, the table is known wherever it was
copied to.
"""

from __future__ import annotations

from mirtool.errors import FormatError, option
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.text_tables import TextTable

CORRECTED_NOTE = "mirtool batch-corrected"
CORRECTED_HEAD = "batch corrected"


def refuse_corrected(table: TextTable) -> None:
    """Refuse a table of batch-corrected values.

    Raises
    ------
    FormatError
        Where it is one.
    """
    head = next((name for name in table.header if fold_header(name) == fold_header(CORRECTED_HEAD)), None)
    if head is None and CORRECTED_NOTE not in table.notes:
        return
    raise FormatError(
        "batch-corrected values are for pictures and download, not for tests or any further step",
        path=table.path,
        column=head,
        found="a table of `mirtool covariates` from which a batch was subtracted",
        expected="the normalized table (results/normalized.csv)",
        hint="the batch has used up degrees of freedom that a test would count again; put it into the model "
        f"instead: `mirtool diff` with {option('covariate', 'COLUMN')}",
    )
