"""Which gene is in which gene set, as a matrix."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import numpy as np

from mirtool.model import TextArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def membership_matrix(sets: Iterable[Collection[str]], genes: TextArray) -> csr_array:
    """Return gene sets × genes, int32, a 1 where a gene is in the set, the columns of each row sorted.

    Parameters
    ----------
    sets
        The members of each set; those that are not among ``genes`` are left out.
    genes
        The columns, each once.

    Examples
    --------
    >>> membership_matrix([{"A", "C"}, {"B", "X"}], np.array(["A", "B", "C"], dtype=object)).toarray().tolist()
    [[1, 0, 1], [0, 1, 0]]
    """
    from scipy.sparse import csr_array

    column = {gene: j for j, gene in enumerate(genes)}
    rows = [sorted(column[gene] for gene in members if gene in column) for members in sets]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    columns = np.array([j for row in rows for j in row], dtype=np.int64)
    return csr_array((np.ones(len(columns), dtype=np.int32), columns, starts), shape=(len(rows), len(genes)))
