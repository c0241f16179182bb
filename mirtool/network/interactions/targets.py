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

    def of_probes(self, names: Sequence[str]) -> TargetMatrix:
        """Return one row per name over the same genes.

        Parameters
        ----------
        names
            Each once; a slash probe has the targets of all its parts, a miRNA that is not in the matrix has none.
        """
        from scipy.sparse import csr_array

        row = {name: i for i, name in enumerate(self.mirnas)}
        parts = [(i, row[part]) for i, name in enumerate(names) for part in parts_of(name) if part in row]
        units, members = np.array(parts, dtype=np.int64).reshape(-1, 2).T
        shape = (len(names), len(self.mirnas))
        incidence = (
            csr_array((np.ones(len(parts), dtype=np.int32), (units, members)), shape=shape) @ self.incidence
        )
        incidence.data[:] = 1
        incidence.sort_indices()
        return TargetMatrix(text_array(names), self.genes, incidence)

    def targeted_only(self) -> TargetMatrix:
        """Return the same miRNAs over the genes that any of them targets."""
        columns = np.unique(self.incidence.indices)
        incidence = self.incidence[:, columns]
        incidence.sort_indices()
        return TargetMatrix(self.mirnas, self.genes[columns], incidence)


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

    names, row = code_labels(interactions.mirna)
    genes, column = code_labels(interactions.gene)
    incidence = csr_array(
        (np.ones(len(interactions), dtype=np.int32), (row, column)), shape=(len(names), len(genes))
    )
    incidence.data[:] = 1
    incidence.sort_indices()
    matrix = TargetMatrix(names, genes, incidence)
    return matrix if mirnas is None else matrix.of_probes(mirnas)


def code_labels(labels: TextArray) -> tuple[TextArray, IntArray]:
    """Return the distinct labels, sorted, and which of them each entry is.

    Examples
    --------
    >>> distinct, codes = code_labels(text_array("bab"))
    >>> distinct.tolist(), codes.tolist()
    (['a', 'b'], [1, 0, 1])
    """
    names = labels.tolist()
    distinct = sorted(set(names))
    place = {name: i for i, name in enumerate(distinct)}
    return text_array(distinct), np.fromiter(map(place.__getitem__, names), dtype=np.int64, count=len(names))
