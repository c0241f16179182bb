"""Tests of gene sets in words: what was tested against what, the terms on top, and the counts for the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from mirtool.errors import option
from mirtool.model import BoolArray
from mirtool.network.enrichment.over_representation import EnrichmentTable, NullTest
from mirtool.report.text.blocks import Block, Grid, Heading, Line, Pairs, details
from mirtool.report.text.numbers import MISSING, p_in_words
from mirtool.wording import plural

TERMS_SHOWN = 5
TESTS_SHOWN = 2
QUERIES_SHOWN = 6
LONGEST_SOURCE = 50
TERM_FDR = 0.05
_REDUCED_BY = {"auto": "general and similar terms", "ancestors": "by ancestors", "similar": "by similar genes"}
_COLUMNS = {"genes": "genes drawn", "miRNAs": "miRNAs drawn", "degree": "degree-matched"}
_DRAWN = {
    "genes": "genes are drawn at random",
    "miRNAs": "miRNAs are drawn at random",
    "degree": "degree-matched miRNAs are drawn",
}


def enrichment_blocks(tests: Iterable[EnrichmentTable], *, terms: int = TERMS_SHOWN) -> tuple[Block, ...]:
    """Return how many terms are significant, the first of those that are under every null, then each test."""
    tests = list(tests)
    if not tests:
        return ()
    blocks: list[Block] = [Heading(_heading(tests)), _counts(tests), *_draws_needed(tests)]
    shown = [test for test in tests if test.survives_all.any()]
    for number, test in enumerate(shown):
        grid = _top_terms(test, test.survives_all, terms)
        named = (
            [Heading(f"{_query_in_words(test, tests)}, significant under each:")] if len(test.tests) > 1 else []
        )
        blocks += [*named, *grid] if number < TESTS_SHOWN else details([*named, *grid])
    for test in tests:
        blocks += details(terms_blocks(test))
    return tuple(blocks)


def _heading(tests: Sequence[EnrichmentTable]) -> str:
    sources = list(dict.fromkeys(test.source for test in tests))
    of = f" of {sources[0]}" if len(sources) == 1 and len(sources[0]) <= LONGEST_SOURCE else ""
    return f"Terms{of} with FDR ≤ {TERM_FDR:g}:"


def _query_in_words(test: EnrichmentTable, tests: Sequence[EnrichmentTable]) -> str:
    several = len({other.source for other in tests}) > 1
    return f"{test.query}, {test.source}" if several else test.query


def _counts(tests: Sequence[EnrichmentTable]) -> Grid:
    """Return the number of significant terms, one row per test and one column per null."""
    nulls = dict.fromkeys(null for test in tests for null in test.nulls)
    header = ["", "query", "tested", *(_COLUMNS[null] for null in nulls)]
    rows = []
    for test in tests:
        own = {each.name: f"{int(each.survives.sum()):,}" for each in test.tests}
        row = [_query_in_words(test, tests), plural(test.query_size, "gene"), f"{len(test):,}"]
        row += [own.get(null, MISSING) for null in nulls]
        rows.append([*row, f"{int(test.survives_all.sum()):,}"] if len(nulls) > 1 else row)
    return Grid(
        [*header, "under each"] if len(nulls) > 1 else header,
        rows,
        most=QUERIES_SHOWN,
        optional=("tested", "query"),
        shorten=True,
    )


def _draws_needed(tests: Sequence[EnrichmentTable]) -> list[Line]:
    """Say which genes were not counted, and how many draws a single term needs to be significant."""
    lines = [
        Line(f"  {test.query}: {plural(test.outside, 'gene')} more outside the universe, not counted", detail=True)
        for test in tests
        if test.outside
    ]
    few = [test for test in tests if test.draws_needed]
    if few:
        most = max(few, key=lambda test: test.draws_needed)
        needed = option("draws", most.draws_needed)
        reach = f"one term of {len(most):,} to reach FDR ≤ {TERM_FDR:g}"
        text = f"  Too few draws for {reach}: {needed}"
        lines.append(Line(text))
    return lines


def terms_blocks(test: EnrichmentTable) -> list[Block]:
    """Return what was tested against what, the terms on top, and whether there is a map."""
    outside = f", {test.outside:,} more outside the universe" if test.outside else ""
    rows = [
        ("gene sets", test.source),
        ("tested", f"{len(test):,} of {test.n_sets:,} terms: {test.min_size} to {test.max_size} genes each"),
        ("universe", f"{plural(test.universe_size, 'gene')} that both the sets and the universe have"),
        ("query", f"{plural(test.query_size, 'gene')}{outside}"),
    ]
    for each in test.tests:
        n = plural(int(each.survives.sum()), "term")
        rows.append(("significant", f"{n} with FDR ≤ {TERM_FDR:g} if {_null_in_words(each)}"))
    if len(test.tests) > 1:
        rows.append(("", f"{plural(int(test.survives_all.sum()), 'term')} under each of these"))
    if test.reduction and test.survives_any.any():
        alone, significant = int(test.reduction.stands_for_itself.sum()), int(test.survives_any.sum())
        by = _REDUCED_BY[test.reduction.method]
        rows.append(("reduced", f"{by}: {alone:,} of the {plural(significant, 'term')} represent themselves"))
    blocks: list[Block] = [Heading(f"Gene sets, {test.query}:"), Pairs(rows)]
    if not test.survives_any.any():
        return [*blocks, Line("  No term is significant under a null, so there is no map of them.")]
    return [*blocks, *_top_terms(test, test.survives_any, TERMS_SHOWN)]


def _null_in_words(test: NullTest) -> str:
    return _DRAWN[test.name] + (f", {test.draws:,} times" if test.draws else "")


def _top_terms(test: EnrichmentTable, significant: BoolArray, at_most: int) -> list[Block]:
    """Return the first of the significant terms in the table's order; after a reduction, those that remain."""
    if test.reduction:
        significant = significant & test.reduction.stands_for_itself
    shown = np.flatnonzero(significant)[:at_most]
    if not len(shown):
        return []
    rows = [
        (
            test.terms[i],
            f"{test.hits[i]:,}",
            f"{test.set_size[i]:,}",
            *(p_in_words(float(each.fdr[i])) for each in test.tests),
        )
        for i in shown
    ]
    header = ("term", "hits", "of", *(f"FDR ({each.name})" for each in test.tests))
    return [Grid(header, rows, shorten=True)]


def numbers_of_test(test: EnrichmentTable) -> dict[str, Any]:
    """Return what the record of a run keeps of a test."""
    return {
        "gene_sets": test.source,
        "terms_tested": len(test),
        "universe": test.universe_size,
        "query": test.query_size,
        "outside_universe": test.outside,
        "mirna_universe": test.mirnas or None,
        "surviving": {each.name: int(each.survives.sum()) for each in test.tests},
        "surviving_all": int(test.survives_all.sum()),
    } | ({"standing_for_themselves": int(test.reduction.stands_for_itself.sum())} if test.reduction else {})


def numbers_of_tests(tests: Sequence[EnrichmentTable]) -> dict[str, Any]:
    """Return the numbers of each test, by its query, and by its gene sets where there are several."""
    several = len({test.source for test in tests}) > 1
    return {test.query + (f" in {test.source}" if several else ""): numbers_of_test(test) for test in tests}
