"""Sets of miRNAs in words: names, the array, the collections, and the sets on top of each test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from mirtool.network.enrichment.mirna_set_analysis import MirnaSetAnalysis
from mirtool.network.enrichment.over_representation import EnrichmentTable
from mirtool.report.text.blocks import Block, Grid, Heading, Line, Pairs, Summary, details
from mirtool.report.text.enrichment import numbers_of_test
from mirtool.report.text.names import names_blocks, names_record
from mirtool.report.text.numbers import MISSING, p_in_words
from mirtool.wording import plural

SETS_SHOWN = 5
SET_FDR = 0.05


def mirna_sets_summary(analysis: MirnaSetAnalysis) -> Summary:
    """Return the significant sets, the tests, and what became of the names."""
    where = "of the array" if analysis.chosen.measured else "of the study"
    chosen = Pairs([("miRNAs", analysis.chosen.rule), ("universe", _array_in_words(analysis))])
    return (
        *_finding_blocks(analysis.tests),
        *_count_blocks(analysis.tests),
        chosen,
        *(Line(f"  {note}") for note in analysis.notes),
        *names_blocks(where, analysis.mirna_names, has_species_option=False),
        *details(_remark_lines(analysis)),
        *details(block for test in analysis.tests for block in _test_blocks(test)),
    )


def _finding_blocks(tests: Sequence[EnrichmentTable]) -> list[Block]:
    """Return how many sets are significant, and which."""
    significant = [(test, i) for test in tests for i in np.flatnonzero(test.tests[0].survives)]
    of = f"{plural(len(tests), 'test')} of the sets of miRNAs" if tests else "no test"
    blocks: list[Block] = [Line(f"{plural(len(significant), 'set')} with FDR ≤ {SET_FDR:g} in {of}.")]
    if significant:
        rows = [
            (
                test.terms[i],
                test.query,
                f"{test.hits[i]:,}",
                f"{test.set_size[i]:,}",
                p_in_words(float(test.tests[0].p_value[i])),
                p_in_words(float(test.tests[0].fdr[i])),
            )
            for test, i in significant
        ]
        blocks.append(Grid(("set", "miRNAs", "hits", "of", "P", "FDR"), rows, most=SETS_SHOWN, shorten=True))
    return blocks


def _count_blocks(tests: Sequence[EnrichmentTable]) -> list[Block]:
    """Return one row per collection: the sets tested, and how many are significant in each query."""
    queries = tuple(dict.fromkeys(test.query for test in tests))
    rows = []
    for source in dict.fromkeys(test.source for test in tests):
        own = {test.query: test for test in tests if test.source == source}
        first = next(iter(own.values()))
        row = [source, f"{len(first):,} of {first.n_sets:,}"]
        row += [f"{int(own[query].tests[0].survives.sum()):,}" if query in own else MISSING for query in queries]
        rows.append(row)
    header = ["significant sets of", "tested", *queries]
    return [Grid(header, rows, most=SETS_SHOWN, optional=("tested",), shorten=True)] if rows else []


def _array_in_words(analysis: MirnaSetAnalysis) -> str:
    array = analysis.array
    where = analysis.chosen.measured_source or "every miRNA of miRBase of this species"
    unknown = f"; {len(array.unknown):,} more that miRBase does not know" if array.unknown else ""
    return f"{plural(len(array), 'miRNA')} ({where}{unknown})"


def _remark_lines(analysis: MirnaSetAnalysis) -> Iterable[Line]:
    for collection in analysis.collections:
        for remark in collection.remarks:
            yield Line(f"  {collection.sets.source}: {remark}")


def _test_blocks(test: EnrichmentTable) -> list[Block]:
    result = test.tests[0]
    outside = f", {test.outside:,} more outside the universe" if test.outside else ""
    rows = [
        (
            "tested",
            f"{len(test):,} of {plural(test.n_sets, 'set')}: {test.min_size} miRNAs of the array or more",
        ),
        ("universe", plural(test.universe_size, "miRNA")),
        ("query", plural(test.query_size, "miRNA") + outside),
        ("significant", f"{plural(int(result.survives.sum()), 'set')} with FDR ≤ {SET_FDR:g}"),
    ]
    blocks: list[Block] = [Heading(f"{test.source}, {test.query}:"), Pairs(rows)]
    shown = np.flatnonzero(result.survives)[:SETS_SHOWN]
    if len(shown):
        cells = [
            (
                test.terms[i],
                f"{test.hits[i]:,}",
                f"{test.set_size[i]:,}",
                p_in_words(float(result.p_value[i])),
                p_in_words(float(result.fdr[i])),
            )
            for i in shown
        ]
        blocks.append(Grid(("set", "hits", "of", "P", "FDR"), cells))
    return blocks


def mirna_sets_numbers(analysis: MirnaSetAnalysis) -> dict[str, Any]:
    """Return what the record of a run keeps."""
    return {f"{test.query} in {test.source}": numbers_of_test(test) for test in analysis.tests} | {
        "study_names": names_record(analysis.mirna_names)
    }
