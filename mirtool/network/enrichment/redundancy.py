r"""Terms that say the same thing: which of them speaks for which.

Nothing is deleted and no P value changes: of the terms that survive a null, each either represents itself or is
represented by another that survives at least the same nulls. Three ways:

``auto``
    First ``ancestors``, where the terms have any, so that general terms are represented by the more specific ones
    that explain them; then ``similar`` among the terms left.

``ancestors``
    For the Gene Ontology, after the *elim* algorithm of Alexa et al.: from the most specific terms upward, the
    genes of every term that represents itself are taken out of all terms above it. A term whose hits are then no
    longer more than genes drawn at random give (hypergeometric P > 0.05, its genes outside the marked ones against
    the whole universe) is represented by that term below it which holds most of its hits. Above it is what is
    reached by is_a and part_of.
``similar``
    For gene sets of any kind, by the genes they share: the similarity of two terms is the mean of Jaccard's index
    and the overlap coefficient, as EnrichmentMap takes it, with its cut-off of 0.375. In the order of the table
    (significant under most nulls first, then by FDR) each term joins the representative it is most similar to, if
    any reaches the cut-off, and else becomes one. So every term is similar to its representative itself, and no
    chain leads from one subject to another.

References
----------
Alexa A, Rahnenführer J, Lengauer T. Improved scoring of functional groups from gene expression data by
decorrelating GO graph structure. Bioinformatics 2006;22:1600–1607.

Merico D et al. Enrichment map: a network-based method for gene-set enrichment visualization and interpretation.
PLoS One 2010;5:e13984.

Reimand J et al. Pathway enrichment analysis and visualization of omics data using g:Profiler, GSEA, Cytoscape and
EnrichmentMap. Nat Protoc 2019;14:482–517 (the cut-off).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import groupby, pairwise
from operator import or_
from typing import TYPE_CHECKING

import numpy as np

from mirtool.errors import UsageError, option
from mirtool.io.genes.gene_relations import go_ancestors, go_parents
from mirtool.model import BoolArray, FloatArray, IntArray, TextArray, text_array
from mirtool.stats.hypergeometric import upper_tail

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from mirtool.network.enrichment.over_representation import EnrichmentTable

AUTO, ANCESTORS, SIMILAR = "auto", "ancestors", "similar"
REDUCTIONS = (AUTO, ANCESTORS, SIMILAR)
SIMILARITY = 0.375
"""From here on two terms are similar."""
LEFT_OVER_P = 0.05
"""Up to this P a term's hits are more than the terms below it explain."""
_TERMS_AT_ONCE = 256
"""Terms that are compared with all others in one block."""


@dataclass(frozen=True, eq=False)
class Reduction:
    """Which term represents which, one entry per term of an :class:`~mirtool.network.EnrichmentTable`.

    Parameters
    ----------
    method
        One of :data:`REDUCTIONS`.
    representative
        The row of the term that represents it, its own where it represents itself; -1 where it survives no null.
    explained
        Mask of the terms that more specific terms below them explain.
    """

    method: str
    representative: IntArray
    explained: BoolArray

    @property
    def stands_for_itself(self) -> BoolArray:
        """Mask of the surviving terms that no other represents."""
        mask: BoolArray = self.representative == np.arange(len(self.representative))
        return mask

    @property
    def cluster(self) -> FloatArray:
        """The number of each term's cluster, from 1 in the order of their representatives; NaN where in none."""
        number = np.cumsum(self.stands_for_itself).astype(np.float64)
        return np.where(self.representative >= 0, number[self.representative], np.nan)

    def represented_by(self, terms: TextArray) -> TextArray:
        """Return the name of the term that represents each; empty where none does or it does itself."""
        own = self.stands_for_itself | (self.representative < 0)
        return text_array("" if alone else terms[i] for alone, i in zip(own, self.representative, strict=True))


def reduce_terms(result: EnrichmentTable, method: str) -> EnrichmentTable:
    """Say for each surviving term of a result which term represents it.

    Parameters
    ----------
    result
        As :func:`mirtool.network.over_representation` and :func:`mirtool.network.target_enrichment`
        give it.
    method
        One of :data:`REDUCTIONS`.

    Returns
    -------
    EnrichmentTable
        The same, with a :class:`Reduction`.

    Raises
    ------
    UsageError
        For an unknown method, and for ``ancestors`` where no description of a term is an identifier of the
        embedded Gene Ontology.
    """
    below = has_ancestors(result.descriptions) if method in (AUTO, ANCESTORS) else False
    rows = np.arange(len(result))
    if method == ANCESTORS:
        if not below:
            raise UsageError(
                "these gene sets have no ancestors: their descriptions are no identifiers of the Gene Ontology",
                found=result.source,
                parameter="reduce",
                hint=f"use {option('reduce', 'similar')}, which goes by the genes that terms share",
            )
        representative = _by_ancestors(result)
        explained = (representative >= 0) & (representative != rows)
    elif method == AUTO:
        specific = _by_ancestors(result) if below else np.where(result.survives_any, rows, -1)
        explained = (specific >= 0) & (specific != rows)
        similar = _by_similarity(result, result.survives_any & ~explained)
        representative = np.where(specific >= 0, similar[specific], -1)
    elif method == SIMILAR:
        representative = _by_similarity(result, result.survives_any)
        explained = np.zeros(len(result), dtype=bool)
    else:
        raise UsageError(f"terms can't be reduced by {method!r}", expected=" or ".join(REDUCTIONS))
    return replace(result, reduction=Reduction(method, representative, explained))


def reduce_all(results: Sequence[EnrichmentTable], method: str) -> tuple[list[EnrichmentTable], tuple[str, ...]]:
    """Reduce every result that can be, and say which collections can not.

    Parameters
    ----------
    results
        Of any collections of gene sets.
    method
        One of :data:`mirtool.network.settings.REDUCTIONS`; ``none`` changes nothing.

    Returns
    -------
    tuple
        The results in their order, and one warning for each collection that was left as it is.

    Raises
    ------
    UsageError
        Where no result can be reduced so.
    """
    if method == "none":
        return list(results), ()
    able = [method != ANCESTORS or has_ancestors(result.descriptions) for result in results]
    reduced = [
        reduce_terms(result, method) if can or not any(able) else result
        for result, can in zip(results, able, strict=True)
    ]
    left = dict.fromkeys(result.source for result, can in zip(results, able, strict=True) if not can)
    return reduced, tuple(
        f"{source} has no ancestors, which only GO has: its terms are not reduced" for source in left
    )


def similar_heads(similar: FloatArray, survives: BoolArray) -> IntArray:
    """Return for each term the term that heads its group, by the rule of ``similar``.

    Parameters
    ----------
    similar
        Similarity of each two terms, ``(n, n)``, in the order of the table.
    survives
        Which term survives which null, ``(n_nulls, n)``.

    Examples
    --------
    >>> similar = np.array([[1, 0.1, 0.4], [0.1, 1, 0.5], [0.4, 0.5, 1]])
    >>> similar_heads(similar, np.ones((1, 3), dtype=bool)).tolist()
    [0, 1, 1]
    """
    n = len(similar)
    head, reached = np.arange(n), np.zeros(n)
    for i in range(n):
        if head[i] != i:
            continue
        may_join = (survives <= survives[:, i, None]).all(axis=0) & (np.arange(n) > i)
        better = may_join & (similar[i] >= SIMILARITY) & (similar[i] > reached)
        head[better], reached[better] = i, similar[i][better]
    return head


def has_ancestors(descriptions: Sequence[str] | TextArray) -> bool:
    """Return True if any description is the identifier of a term with another above it in the Gene Ontology."""
    parents = go_parents()
    return any(description in parents for description in descriptions)


def similarities(result: EnrichmentTable, rows: IntArray) -> FloatArray:
    """Return the similarity of each two of the terms at ``rows``, ``(n, n)``, by their genes in the universe.

    Examples
    --------
    Two of four genes shared, by sets of two and four: (2/4 + 2/2) / 2.

    >>> from mirtool.model import GeneSets
    >>> from mirtool.network.enrichment.over_representation import over_representation
    >>> sets = GeneSets(("small", "large"), ("", ""), (frozenset("AB"), frozenset("ABCD")), "hand-made")
    >>> similarities(over_representation("AB", sets, min_size=1), np.array([0, 1])).tolist()
    [[1.0, 0.75], [0.75, 1.0]]
    """
    return _similarity(shared_genes(result, rows), result.set_size[rows][:, None], result.set_size[rows])


def shared_genes(result: EnrichmentTable, rows: IntArray) -> IntArray:
    """Return how many genes of the universe each two of the terms at ``rows`` share, ``(n, n)``."""
    members = result.membership[rows]
    shared: IntArray = (members @ members.T).toarray().astype(np.int64)
    return shared


def _similarity(shared: IntArray, size: IntArray, other_size: IntArray) -> FloatArray:
    found: FloatArray = (shared / (size + other_size - shared) + shared / np.minimum(size, other_size)) / 2
    return found


def _surviving(result: EnrichmentTable) -> BoolArray:
    """Mask ``(n_nulls, n_terms)``: which term survives which null."""
    return np.array([test.survives for test in result.tests], dtype=bool)


def _by_similarity(result: EnrichmentTable, among: BoolArray) -> IntArray:
    rows = np.flatnonzero(among)
    survives = _surviving(result)[:, rows]
    members, size = result.membership[rows], result.set_size[rows]
    # Of each term the most similar representative so far, by position among the rows, and how similar it is.
    best = np.arange(len(rows))
    reached = np.zeros(len(rows))
    for start in range(0, len(rows), _TERMS_AT_ONCE):
        shared = (members[start : start + _TERMS_AT_ONCE] @ members.T).toarray()
        for i, shared_with in enumerate(shared, start):
            if best[i] != i:
                continue
            close = _similarity(shared_with, size, size[i])
            may_join = (survives <= survives[:, i, None]).all(axis=0) & (np.arange(len(rows)) > i)
            better = may_join & (close >= SIMILARITY) & (close > reached)
            best[better], reached[better] = i, close[better]
    representative = np.full(len(result), -1, dtype=np.int64)
    representative[rows] = rows[best]
    return representative


def _by_ancestors(result: EnrichmentTable) -> IntArray:
    survives = _surviving(result)
    surviving = np.flatnonzero(survives.any(axis=0))
    rows_of: dict[str, list[int]] = {}  # several of one identifier, or of none, are possible
    for i in surviving.tolist():
        rows_of.setdefault(result.descriptions[i], []).append(i)
    ancestors = {i: go_ancestors(term) for term, rows in rows_of.items() for i in rows}
    above = {i: [row for own in ancestors[i] for row in rows_of.get(own, ())] for i in ancestors}
    # Genes and nulls as the bits of a number: what two terms share is one operation.
    members = dict(zip(surviving.tolist(), _as_bits(result.membership[surviving]), strict=True))
    query = sum(1 << j for j in np.flatnonzero(result.in_query).tolist())
    nulls = [sum(1 << k for k, own in enumerate(column) if own) for column in survives.T.tolist()]
    below: dict[int, list[int]] = {i: [] for i in above}
    representative = np.full(len(result), -1, dtype=np.int64)
    # A term has more ancestors than any of these, so that terms with equally many are judged together.
    for _, level in groupby(sorted(above, key=lambda i: (-len(ancestors[i]), i)), lambda i: len(ancestors[i])):
        terms = list(level)
        marking = [sorted(j for j in below[i] if not nulls[i] & ~nulls[j]) for i in terms]
        left = [
            members[i] & ~reduce(or_, map(members.__getitem__, own), 0)
            for i, own in zip(terms, marking, strict=True)
        ]
        for i, own, alone in zip(terms, marking, _enough(result, left, query), strict=True):
            if alone or not own:
                representative[i] = i
                for j in above[i]:
                    below[j].append(i)
            else:
                hits = members[i] & query
                representative[i] = max(own, key=lambda j: (members[j] & hits).bit_count())
    return representative


def _as_bits(members: csr_array) -> list[int]:
    """Return the columns of each row as the bits of a number, the first column the lowest."""
    numbers = []
    for start, end in pairwise(members.indptr.tolist()):
        bits = np.zeros(members.shape[1], dtype=bool)
        bits[members.indices[start:end]] = True
        numbers.append(int.from_bytes(np.packbits(bits, bitorder="little").tobytes(), "little"))
    return numbers


def _enough(result: EnrichmentTable, left: Sequence[int], query: int) -> list[bool]:
    """Return whether the hits among the genes left of each term are still more than expected."""
    hits = np.array([(own & query).bit_count() for own in left], dtype=np.int64)
    size = np.array([own.bit_count() for own in left], dtype=np.int64)
    p_value = upper_tail(hits, result.universe_size, size, result.query_size)
    enough: list[bool] = ((hits > 0) & (p_value <= LEFT_OVER_P)).tolist()
    return enough
