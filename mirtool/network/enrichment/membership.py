"""Which gene is in which gene set, as a matrix, and which gene sets have a size that is tested."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat
from typing import TYPE_CHECKING

import numpy as np

from mirtool.errors import NotEnoughDataError, UsageError, option
from mirtool.model import BoolArray, GeneSets, IntArray, TextArray, text_array

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class TermsToTest:
    """The gene sets of a collection whose number of genes within a universe is within limits.

    Parameters
    ----------
    genes
        The universe, sorted.
    rows
        Which of the gene sets are tested.
    membership
        These × the genes of the universe, as :func:`membership_matrix` gives it.
    """

    genes: TextArray
    rows: IntArray
    membership: csr_array

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def set_size(self) -> IntArray:
        """How many genes of the universe each term has."""
        return np.diff(self.membership.indptr).astype(np.int64)

    def columns_of(self, genes: TextArray) -> tuple[BoolArray, csr_array]:
        """Return which of some genes are in the universe, and the terms × these, in the order given.

        Examples
        --------
        >>> sets = GeneSets(("repair", "growth"), ("", ""), (frozenset("ABC"), frozenset("D")), "hand-made")
        >>> known, members = terms_to_test(sets, None, 1, 10).columns_of(text_array("DXA"))
        >>> known.tolist(), members.toarray().tolist()
        ([True, False, True], [[0, 1], [1, 0]])
        """
        column = {gene: j for j, gene in enumerate(self.genes)}
        columns = np.array([column.get(gene, -1) for gene in genes], dtype=np.int64)
        known: BoolArray = columns >= 0
        return known, self.membership[:, columns[known]]


@lru_cache(maxsize=4)
def terms_to_test(
    gene_sets: GeneSets,
    universe: frozenset[str] | None,
    min_size: int,
    max_size: int,
    *,
    in_no_set_too: bool = False,
) -> TermsToTest:
    """Return the terms of a size within the limits; cached, since several queries test the same terms.

    Parameters
    ----------
    gene_sets
        Named sets of symbols.
    universe
        The genes that could have been in a query, of which those in any set make the universe. None takes every
        gene of the gene sets.
    min_size, max_size
        Terms with fewer or more genes of the universe are not tested.
    in_no_set_too
        Keep in the universe what is in no set.

    Raises
    ------
    UsageError
        Where the sizes contradict each other.

    Examples
    --------
    >>> sets = GeneSets(("repair", "growth"), ("", ""), (frozenset("ABC"), frozenset("D")), "hand-made")
    >>> found = terms_to_test(sets, frozenset("ABDX"), 2, 10)
    >>> found.genes.tolist(), found.rows.tolist(), found.set_size.tolist()
    (['A', 'B', 'D'], [0], [2])
    """
    if not 1 <= min_size <= max_size:
        raise UsageError(
            "the sizes of a term must be 1 or more, the smallest first", found=f"{min_size} to {max_size}"
        )
    genes = text_array(sorted(frozenset[str]().union(*gene_sets.genes) if universe is None else universe))
    membership = membership_matrix(gene_sets.genes, genes)
    if not in_no_set_too:
        annotated = np.unique(membership.indices)
        genes, membership = genes[annotated], membership[:, annotated]
    sizes = np.diff(membership.indptr)
    rows = np.flatnonzero((sizes >= min_size) & (sizes <= max_size))
    return TermsToTest(genes, rows, membership[rows])


def no_term_of_size(n_genes: int, min_size: int, max_size: int) -> NotEnoughDataError:
    """Return the error that no gene set has a size within the limits in a universe of so many genes."""
    return NotEnoughDataError(
        f"no gene set has {min_size} to {max_size} genes in the universe of {n_genes} genes",
        hint="use a larger universe (a larger table of interactions), or allow smaller sets "
        f"({option('min_size')})",
    )


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

    sets = tuple(sets)
    column = {gene: j for j, gene in enumerate(genes)}
    n = sum(map(len, sets))
    columns = np.fromiter(map(column.get, chain.from_iterable(sets), repeat(len(genes))), np.int64, n)
    known = columns < len(genes)
    starts = np.concatenate([[0], np.cumsum(known)])[np.cumsum([0, *map(len, sets)])]
    columns = columns[known]
    matrix = csr_array((np.ones(len(columns), dtype=np.int32), columns, starts), shape=(len(sets), len(genes)))
    matrix.sort_indices()
    return matrix
