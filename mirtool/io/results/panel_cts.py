"""The side table ``<stem>_ct<suffix>`` of a normalized qPCR panel: the mean Ct of each miRNA and sample.

It has the shape of the table it belongs to: ``ID``, ``Name``, and one column per sample, in the same order of
probes. A cell is a Ct, ``not detected``, or empty where the sample has no well of the assay.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mirtool.errors import FormatError
from mirtool.io.tables.output import side_path
from mirtool.io.tables.text_tables import read_table
from mirtool.model import BoolArray, ExpressionMatrix

NOT_DETECTED = "not detected"
"""What a cell says where none of the wells has a Ct up to the limit."""


def ct_path(path: str | Path) -> Path:
    """Return the name of the side table of a normalized panel.

    Examples
    --------
    >>> str(ct_path("results/normalized.csv"))
    'results/normalized_ct.csv'
    """
    return side_path(path, "ct")


def read_not_detected(path: str | Path, matrix: ExpressionMatrix) -> BoolArray:
    """Return where a miRNA was measured and not detected, ``(n_probes, n_samples)``.

    Raises
    ------
    FormatError
        Where the table does not have the probes and samples of the matrix.
    """
    table = read_table(path)
    missing = [name for name in ("ID", *matrix.samples.names) if name not in table.header]
    ids = () if missing else tuple(table.text(table.header.index("ID")))
    if missing or ids != tuple(matrix.probes.id):
        raise FormatError(
            "the table of Ct values does not belong to the normalized table beside it",
            path=path,
            found=f"no column {missing[0]!r}" if missing else "other probes",
            hint="run `mirtool normalize` again, or move this file away: then every missing value counts as not "
            "detected",
        )
    cells = [table.text(table.header.index(name)) for name in matrix.samples.names]
    return np.array([[cell == NOT_DETECTED for cell in column] for column in cells], dtype=np.bool_).T
