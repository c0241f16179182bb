"""Tests of gene sets in words: what was tested against what, the terms on top, and the counts for the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from mirtool.errors import option
from mirtool.network.enrichment.over_representation import EnrichmentTable, NullTest
from mirtool.report.text.blocks import Block, Grid, Line, Pairs
from mirtool.wording import plural

TERMS_SHOWN = 5
TERM_FDR = 0.05
_REDUCED_BY = {"auto": "general and similar terms", "ancestors": "by ancestors", "similar": "by similar genes"}
_DRAWN = {
    "genes": "genes are drawn at random",
    "miRNAs": "miRNAs are drawn at random",
    "degree": "degree-matched miRNAs are drawn",
}


def tests_blocks(tests: Iterable[EnrichmentTable]) -> tuple[Block, ...]:
    """Return every test, one after the other."""
    return tuple(block for test in tests for block in terms_blocks(test))


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
        rows.append(("significant", f"{n} with FDR <= {TERM_FDR:g} if {_null_in_words(each)}"))
    if len(test.tests) > 1:
        rows.append(("", f"{plural(int(test.survives_all.sum()), 'term')} under each of these"))
    if test.reduction and test.survives_any.any():
        alone, significant = int(test.reduction.stands_for_itself.sum()), int(test.survives_any.sum())
        by = _REDUCED_BY[test.reduction.method]
        rows.append(("reduced", f"{by}: {alone:,} of the {plural(significant, 'term')} represent themselves"))
    blocks: list[Block] = [Line(f"Gene sets, {test.query}:"), Pairs(rows)]
    if test.draws_needed:
        needed = option("draws", test.draws_needed)
        blocks.append(
            Line(
                f"  With so few draws no single term of {len(test):,} can reach FDR <= {TERM_FDR:g}: {needed} can."
            )
        )
    if not test.survives_any.any():
        return [*blocks, Line("  No term is significant under a null, so there is no map of them.")]
    return [*blocks, *_top_terms(test)]


def _null_in_words(test: NullTest) -> str:
    return _DRAWN[test.name] + (f", {test.draws:,} times" if test.draws else "")


def _top_terms(test: EnrichmentTable) -> list[Block]:
    """Return the terms significant under any null, in the table's order: those under all of them first."""
    significant = test.reduction.stands_for_itself if test.reduction else test.survives_any
    shown = np.flatnonzero(significant)[:TERMS_SHOWN]
    if not len(shown):
        return []
    rows = [
        (
            test.terms[i][:60],
            f"{test.hits[i]:,}",
            f"{test.set_size[i]:,}",
            *(f"{each.fdr[i]:.1e}" for each in test.tests),
        )
        for i in shown
    ]
    return [Grid(("term", "hits", "of", *(f"FDR ({each.name})" for each in test.tests)), rows)]


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
