"""Which miRNA targets which gene, as a matrix: the whole of an interactions table, or a list of miRNAs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mirtool.model import IntArray, Interactions, TextArray, text_array
from mirtool.network.interactions.mirnas import parts_of

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class TargetMatrix:
    """miRNAs × genes, a 1 for each target.

    Parameters
    ----------
    mirnas, genes
        The names of the rows and of the columns.
    incidence
        ``(n_mirnas, n_genes)``, int32, no explicit zeros, the columns of each row sorted.
    """

    mirnas: TextArray
    genes: TextArray
    incidence: csr_array

    @property
    def n_targets(self) -> IntArray:
        """How many genes each miRNA targets."""
        return np.diff(self.incidence.indptr).astype(np.int64)

    def take(self, rows: IntArray) -> TargetMatrix:
        """Return the miRNAs at ``rows``, in that order, over the same genes."""
        return TargetMatrix(self.mirnas[rows], self.genes, self.incidence[rows])


def target_matrix(interactions: Interactions, mirnas: Sequence[str] | None = None) -> TargetMatrix:
    """Make a matrix of a table's pairs.

    Parameters
    ----------
    interactions
        Pairs of miRNA and gene; all its genes are columns, sorted.
    mirnas
        The rows, each name once; a slash probe has the targets of all its parts, a miRNA that the table does not
        know has none. None takes every miRNA of the table, sorted.

    Examples
    --------
    >>> nothing = text_array(["", "", ""])
    >>> pairs = Interactions(text_array("aab"), text_array("XYY"), nothing, nothing, "mine")
    >>> target_matrix(pairs, ["a/b", "b", "c"]).incidence.toarray().tolist()
    [[1, 1], [0, 1], [0, 0]]
    """
    from scipy.sparse import csr_array

    known, row = _code(interactions.mirna)
    genes, column = _code(interactions.gene)
    incidence = csr_array(
        (np.ones(len(interactions), dtype=np.int32), (row, column)), shape=(len(known), len(genes))
    )
    if mirnas is not None:
        place = {name: i for i, name in enumerate(known)}
        parts = [(i, place[part]) for i, name in enumerate(mirnas) for part in parts_of(name) if part in place]
        units, members = np.array(parts, dtype=np.int64).reshape(-1, 2).T
        shape = (len(mirnas), len(known))
        incidence = csr_array((np.ones(len(parts), dtype=np.int32), (units, members)), shape=shape) @ incidence
    incidence.data[:] = 1
    incidence.sort_indices()
    return TargetMatrix(text_array(known if mirnas is None else mirnas), genes, incidence)


def _code(names: TextArray) -> tuple[TextArray, IntArray]:
    """Return the distinct names, sorted, and which of them each entry is."""
    distinct = sorted(set(names))
    place = {name: i for i, name in enumerate(distinct)}
    return text_array(distinct), np.fromiter((place[name] for name in names), dtype=np.int64, count=len(names))
