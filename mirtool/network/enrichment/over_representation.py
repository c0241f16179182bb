r"""Over-representation of gene sets among genes, or among the targets of miRNAs, under up to three nulls.

A term with K of the N genes in the universe holds k of the n genes of a query. What is k when nothing is special?

``genes``
    n genes are drawn at random: the hypergeometric P(X ≥ k), expected n · K / N. Targets of miRNAs are no random
    draw of genes: terms full of genes with many miRNAs come out for random miRNAs too (Bleazard 2015; Godard and
    van Eyll 2015).
``miRNAs``
    As many miRNAs are drawn at random from those on the array (:mod:`mirtool.network.enrichment.mirna_null`):
    P = (b + 1) / (N + 1) for b of N sets that reach k, ties included; expected is the mean of the sets.
``degree``
    The same, each miRNA replaced by one with a like number of targets, as
    :func:`mirtool.network.interactions.mirna_universe.degree_strata` says: what is left when miRNAs with many
    targets are compared with miRNAs with many targets.

The FDR is Benjamini and Hochberg's, over all terms tested, those without a hit included, for each null by itself.
A term is *significant under* a null (it *survives* it) where that FDR is at most 0.05.

Terms are listed and drawn in one order (:func:`term_order`): significant under most nulls first, then by the
smallest FDR that a null gives them; only nulls under which any term is significant count there, so that a null
that says nothing does not decide.

References
----------
Bleazard T, Lamb JA, Griffiths-Jones S. Bias in microRNA functional enrichment analysis. Bioinformatics
2015;31:1592–1598.

Godard P, van Eyll J. Pathway analysis from lists of microRNAs: common pitfalls and alternative strategy. Nucleic
Acids Res 2015;43:3490–3497.

Yu G et al. clusterProfiler: an R package for comparing biological themes among gene clusters. OMICS
2012;16:284–287 (the default sizes of a term, 10 to 500 genes of the universe).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mirtool.annotation.gene_symbols.kinds import kind_of_genes
from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.model import BoolArray, FloatArray, GeneSets, IntArray, Table, TextArray, text_array
from mirtool.network.enrichment.membership import TermsToTest, no_term_of_size, terms_to_test
from mirtool.network.enrichment.mirna_null import MirnaNull, mirna_null
from mirtool.network.enrichment.redundancy import Reduction
from mirtool.network.interactions.mirna_universe import MirnaUniverse, degree_strata
from mirtool.network.settings import EnrichmentSettings
from mirtool.stats.adjustment import adjust_p_values
from mirtool.stats.hypergeometric import upper_tail

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from scipy.sparse import csr_array

MIN_SIZE, MAX_SIZE = 10, 500
SURVIVING_FDR = 0.05
"""FDR up to which a term survives a null."""
GENE_NULL, MIRNA_NULL, DEGREE_NULL = "genes", "miRNAs", "degree"
NULLS = (GENE_NULL, MIRNA_NULL, DEGREE_NULL)


@dataclass(frozen=True, eq=False)
class NullTest:
    """The terms' hits against one null; arrays of shape ``(n_terms,)``.

    Parameters
    ----------
    name
        One of :data:`NULLS`.
    expected
        Hits that the null gives on average.
    fold_enrichment
        Hits over that; NaN where the null gives none.
    p_value, fdr
        As defined in :mod:`mirtool.network.enrichment.over_representation`.
    draws
        Sets drawn; 0 where P is computed.
    """

    name: str
    expected: FloatArray
    fold_enrichment: FloatArray
    p_value: FloatArray
    fdr: FloatArray
    draws: int = 0

    @property
    def survives(self) -> BoolArray:
        """Mask of the terms with an FDR of at most :data:`SURVIVING_FDR`."""
        mask: BoolArray = self.fdr <= SURVIVING_FDR
        return mask

    def take(self, rows: IntArray) -> NullTest:
        """Return the terms at ``rows``, in that order."""
        return NullTest(
            self.name,
            self.expected[rows],
            self.fold_enrichment[rows],
            self.p_value[rows],
            self.fdr[rows],
            self.draws,
        )


@dataclass(frozen=True, eq=False)
class EnrichmentTable:
    """One query against all terms tested; every array has shape ``(n_terms,)``.

    Terms are in the order of :func:`term_order`: significant under most nulls first, then by FDR.

    Parameters
    ----------
    query
        What the query is called.
    terms, descriptions
        The gene sets tested: those of ``min_size`` to ``max_size`` genes of the universe.
    hits, set_size
        Genes of the query in the term; genes of the universe in the term.
    genes
        The hits, sorted, joined by ``;``.
    membership
        Terms × genes of the universe, a 1 for each member, the columns of each row sorted.
    in_query
        Mask of these genes: those of the query.
    tests
        The hits against each null.
    query_size, universe_size
        Genes of the query in the universe; genes of the universe.
    outside
        Genes of the query that are not in the universe, and so were not counted.
    n_sets
        Gene sets before the filter of sizes.
    source
        The gene sets' name.
    mirnas
        The universe of miRNAs in words, empty where none was drawn from.
    reduction
        Which term represents which, where :func:`mirtool.network.reduce_terms` was asked.
    """

    query: str
    terms: TextArray
    descriptions: TextArray
    hits: IntArray
    set_size: IntArray
    genes: TextArray
    membership: csr_array
    in_query: BoolArray
    tests: tuple[NullTest, ...]
    query_size: int
    universe_size: int
    outside: int
    n_sets: int
    min_size: int
    max_size: int
    source: str
    mirnas: str = ""
    reduction: Reduction | None = None

    def __len__(self) -> int:
        return len(self.terms)

    def under(self, null: str) -> NullTest:
        """Return the test against the null of a name, one of :data:`NULLS`.

        Raises
        ------
        UsageError
            Where that null was not asked for.
        """
        for test in self.tests:
            if test.name == null:
                return test
        raise UsageError("no test was made against this null", found=repr(null), expected=" or ".join(self.nulls))

    @property
    def nulls(self) -> tuple[str, ...]:
        """The names of the nulls that were tested against."""
        return tuple(test.name for test in self.tests)

    @property
    def survives_all(self) -> BoolArray:
        """Mask of the terms that survive every null."""
        mask: BoolArray = np.all([test.survives for test in self.tests], axis=0)
        return mask

    @property
    def survives_any(self) -> BoolArray:
        """Mask of the terms that survive at least one null."""
        mask: BoolArray = np.any([test.survives for test in self.tests], axis=0)
        return mask

    @property
    def surviving(self) -> TextArray:
        """The names of the nulls that each term survives, joined by ``;``."""
        names = zip(*(np.where(test.survives, test.name, "") for test in self.tests), strict=True)
        return text_array(";".join(filter(None, own)) for own in names)

    @property
    def draws_needed(self) -> int:
        """Draws from which one term alone could survive a null that draws; 0 where those made are enough."""
        needed = int(np.ceil(len(self) / SURVIVING_FDR))
        return needed if any(0 < test.draws < needed - 1 for test in self.tests) else 0


def over_representation(
    genes: Collection[str],
    gene_sets: GeneSets,
    *,
    universe: Collection[str] | None = None,
    in_no_set_too: bool = False,
    min_size: int = MIN_SIZE,
    max_size: int = MAX_SIZE,
    query: str = "genes",
) -> EnrichmentTable:
    """Test which gene sets hold more of ``genes`` than as many genes drawn at random.

    Parameters
    ----------
    genes
        Symbols, matched as they are.
    gene_sets
        Named sets of symbols.
    universe
        The genes that could have been in the query, such as those an interactions table knows. The test's
        universe is what of it is in any gene set. None takes all genes of the gene sets.
    in_no_set_too
        Take the universe as it is, with what is in no set: where that is a fact and not a lack of annotation.
    min_size, max_size
        Terms with fewer or more genes of the universe are not tested.
    query
        What to call the query.

    Raises
    ------
    NotEnoughDataError
        Where no gene of the query is in the universe, or no term has a size within the limits.
    UsageError
        Where the sizes contradict each other.

    Examples
    --------
    >>> sets = GeneSets(("repair", "growth"), ("", ""), (frozenset("ABC"), frozenset("DEF")), "hand-made")
    >>> table = over_representation(["A", "B"], sets, min_size=1)
    >>> table.terms[0], table.under("genes").p_value[0].round(6)   # 3 of the 6 genes: 3/6 · 2/5
    ('repair', np.float64(0.2))
    """
    everything = None if universe is None else frozenset(universe)
    terms = terms_to_test(gene_sets, everything, min_size, max_size, in_no_set_too=in_no_set_too)
    question = _ask(genes, gene_sets, terms, min_size, max_size)
    return _answer(question, gene_sets, (_gene_test(question),), query, min_size, max_size)


def target_enrichment(
    mirnas: MirnaUniverse,
    gene_sets: GeneSets,
    settings: EnrichmentSettings | None = None,
    *,
    shared_by: int = 1,
    universe: Collection[str] | None = None,
    query: str = "all targets",
    executor: Executor | None = None,
    on_step: Callable[[str], None] | None = None,
) -> EnrichmentTable:
    """Test which gene sets hold more targets of a study's miRNAs than each null gives.

    Parameters
    ----------
    mirnas
        The miRNAs that could have been chosen, their targets, and which were chosen.
    gene_sets
        Named sets of symbols.
    settings
        The nulls, the sizes of terms that are tested, the sets of miRNAs to draw, and the seed.
    shared_by
        A gene is in the query where at least so many of the chosen miRNAs target it.
    universe
        The genes that could have been targets. None takes every gene of the interactions table. The test's
        universe is what of it is in any gene set.
    query
        What to call the query.
    executor, on_step
        As for :func:`mirtool.network.enrichment.mirna_null.mirna_null`.

    Raises
    ------
    NotEnoughDataError
        Where no gene is in the query or none of it in the universe, or no term has a size within the limits.
    """
    settings = settings or EnrichmentSettings()
    sizes = settings.min_size, settings.max_size
    targets = mirnas.targets
    targeted = np.asarray(targets.incidence[np.flatnonzero(mirnas.chosen)].sum(axis=0)) >= shared_by
    tested = terms_to_test(gene_sets, frozenset(targets.genes if universe is None else universe), *sizes)
    question = _ask(targets.genes[targeted], gene_sets, tested, *sizes)
    known, terms = tested.columns_of(targets.genes)
    incidence = targets.incidence[:, known]

    def draw(strata: IntArray | None) -> MirnaNull:
        return mirna_null(
            incidence,
            terms,
            mirnas.chosen,
            strata=strata,
            shared_by=shared_by,
            draws=settings.draws,
            seed=settings.seed,
            executor=executor,
            on_step=on_step,
        )

    tests = []
    for name in settings.nulls:
        if name == GENE_NULL:
            tests.append(_gene_test(question))
        else:
            drawn = draw(degree_strata(targets.n_targets) if name == DEGREE_NULL else None)
            tests.append(_test(name, question.hits, drawn.expected, drawn.p_value, settings.draws))
    return _answer(question, gene_sets, tests, query, *sizes, mirnas.described)


@dataclass(frozen=True, eq=False)
class _Question:
    """A query among the terms to test: which genes of their universe it holds, and how many others."""

    terms: TermsToTest
    in_query: BoolArray
    outside: int

    @property
    def n_query(self) -> int:
        return int(self.in_query.sum())

    @property
    def hits(self) -> IntArray:
        hits: IntArray = self.terms.membership @ self.in_query.astype(np.int64)
        return hits


def _ask(
    genes: Collection[str], gene_sets: GeneSets, terms: TermsToTest, min_size: int, max_size: int
) -> _Question:
    asked = frozenset(genes)
    in_query = np.fromiter(map(asked.__contains__, terms.genes), bool, len(terms.genes))
    if not in_query.any():
        annotated = frozenset[str]().union(*gene_sets.genes)
        raise NotEnoughDataError(
            f"none of the {len(asked)} genes of the query is in the universe of {len(terms.genes)} genes",
            found=f"{kind_of_genes(asked)} such as {', '.join(sorted(asked)[:3])}" if asked else "an empty query",
            expected=f"{kind_of_genes(annotated)} such as {', '.join(sorted(annotated)[:3])}",
            hint="check that both hold gene symbols of one species: `mirtool genesets add` gives sets of "
            "identifiers their symbols",
        )
    if not len(terms):
        raise no_term_of_size(len(terms.genes), min_size, max_size)
    return _Question(terms, in_query, len(asked) - int(in_query.sum()))


def _gene_test(question: _Question) -> NullTest:
    n_universe, set_size = len(question.terms.genes), question.terms.set_size
    p_value = upper_tail(question.hits, n_universe, set_size, question.n_query)
    return _test(GENE_NULL, question.hits, question.n_query * set_size / n_universe, p_value)


def _test(name: str, hits: IntArray, expected: FloatArray, p_value: FloatArray, draws: int = 0) -> NullTest:
    fold = np.full(len(hits), np.nan)
    np.divide(hits, expected, out=fold, where=expected > 0)
    return NullTest(name, expected, fold, p_value, adjust_p_values(p_value), draws)


def _answer(
    question: _Question,
    gene_sets: GeneSets,
    tests: Sequence[NullTest],
    query: str,
    min_size: int,
    max_size: int,
    mirnas: str = "",
) -> EnrichmentTable:
    hits, tested = question.hits, question.terms
    names = text_array(gene_sets.terms[i] for i in tested.rows)
    order = term_order(tests, hits, names)
    found = tested.membership[:, question.in_query]
    genes = np.split(tested.genes[question.in_query][found.indices], found.indptr[1:-1])
    return EnrichmentTable(
        query=query,
        terms=names[order],
        descriptions=text_array(gene_sets.descriptions[i] for i in tested.rows)[order],
        hits=hits[order],
        set_size=tested.set_size[order],
        genes=text_array(map(";".join, genes))[order],
        membership=tested.membership[order],
        in_query=question.in_query,
        tests=tuple(test.take(order) for test in tests),
        query_size=question.n_query,
        universe_size=len(tested.genes),
        outside=question.outside,
        n_sets=len(gene_sets),
        min_size=min_size,
        max_size=max_size,
        source=gene_sets.source,
        mirnas=mirnas,
    )


def term_order(tests: Sequence[NullTest], hits: IntArray, terms: TextArray) -> IntArray:
    """Return the order of the terms, ``(n_terms,)`` row numbers.

    1. Significant (FDR <= 0.05) under most nulls first.
    2. The smallest FDR of the term under the nulls under which any term is significant; where none is under any,
       the FDR under the first null, random genes.
    3. The largest P over the nulls; P under the first null; more hits; the name.

    Parameters
    ----------
    tests
        The terms against each null.
    hits, terms
        Hits and name of each term.
    """
    active = [test for test in tests if test.survives.any()] or tests[:1]
    significant = np.sum([test.survives for test in tests], axis=0)
    smallest = np.min([test.fdr for test in active], axis=0)
    largest_p = np.max([test.p_value for test in tests], axis=0)
    order: IntArray = np.lexsort((terms.astype(str), -hits, tests[0].p_value, largest_p, smallest, -significant))
    return order


def enrichment_table(results: Sequence[EnrichmentTable]) -> Table:
    """Return results against the same nulls as one table: the terms with at least one hit, result after result.

    ``survives`` names the nulls under which the FDR is at most 0.05. Where the results are of several gene sets,
    the column ``gene sets`` says which; where terms were reduced, ``cluster`` and ``represented by`` say which
    term represents which. Terms without a hit were tested and count in the FDR; the note above the table says how
    many there were, and what was drawn.
    """
    sources = list(dict.fromkeys(result.source for result in results))
    reduced = any(result.reduction for result in results)
    parts = [_hit_rows(result, with_source=len(sources) > 1, reduced=reduced) for result in results]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0].columns}
    tested = " and ".join(
        f"{len(result)} for {result.query}" + (f" in {result.source}" if len(sources) > 1 else "")
        for result in results
    )
    first = results[0]
    notes = [
        ("mirtool enrichment", ""),
        ("gene sets", " and ".join(sources)),
        ("terms tested", tested),
        ("genes per term", f"{first.min_size} to {first.max_size}"),
        ("FDR", "BH over all terms tested including those without a hit"),
    ]
    if len(sources) > 1:
        notes[-1] = ("FDR", "BH over all terms of one collection including those without a hit")
    draws = max(test.draws for test in first.tests)
    if draws:
        notes += [("miRNA universe", first.mirnas.replace(";", ",")), ("draws", str(draws))]
    methods = list(dict.fromkeys(result.reduction.method for result in results if result.reduction))
    if methods:
        notes += [("reduced by", " and ".join(methods))]
    return Table(columns, notes=tuple(notes))


def _hit_rows(result: EnrichmentTable, *, with_source: bool, reduced: bool) -> Table:
    n = len(result)
    columns: dict[str, npt.NDArray[Any]] = {"query": text_array([result.query] * n)}
    if with_source:
        columns["gene sets"] = text_array([result.source] * n)
    columns |= {
        "term": result.terms,
        "description": result.descriptions,
        "hits": result.hits,
        "set size": result.set_size,
        "query size": np.full(n, result.query_size),
        "universe size": np.full(n, result.universe_size),
    }
    for test in result.tests:
        columns[f"expected ({test.name})"] = test.expected
        columns[f"fold ({test.name})"] = test.fold_enrichment
        columns[f"P ({test.name})"] = test.p_value
        columns[f"FDR ({test.name})"] = test.fdr
    columns["survives"] = result.surviving
    if reduced:
        own = result.reduction
        columns["cluster"] = own.cluster if own else np.full(n, np.nan)
        columns["represented by"] = own.represented_by(result.terms) if own else text_array([""] * n)
    columns["genes"] = result.genes
    return Table(columns).take(result.hits > 0)
