"""Sets of miRNAs in words: names, the array, the collections, and the sets on top of each test."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from mirtool.network.enrichment.mirna_set_analysis import MirnaSetAnalysis
from mirtool.network.enrichment.over_representation import EnrichmentTable
from mirtool.report.text.blocks import Block, Grid, Line, Pairs, Summary
from mirtool.report.text.enrichment import numbers_of_test
from mirtool.report.text.names import names_blocks, names_record
from mirtool.wording import plural

SETS_SHOWN = 5
SET_FDR = 0.05


def mirna_sets_summary(analysis: MirnaSetAnalysis) -> Summary:
    """Return the names, the array, what each collection left out, and each test."""
    where = "of the array" if analysis.chosen.measured else "of the study"
    return (
        *(Line(f"  {note}") for note in analysis.notes),
        *names_blocks(where, analysis.mirna_names, has_species_option=False),
        Line("Sets of miRNAs:"),
        Pairs([("miRNAs", analysis.chosen.rule), ("universe", _array_in_words(analysis))]),
        *_remark_lines(analysis),
        *(block for test in analysis.tests for block in _test_blocks(test)),
    )


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
        ("significant", f"{plural(int(result.survives.sum()), 'set')} with FDR <= {SET_FDR:g}"),
    ]
    blocks: list[Block] = [Line(f"{test.source}, {test.query}:"), Pairs(rows)]
    shown = np.flatnonzero(result.survives)[:SETS_SHOWN]
    if len(shown):
        cells = [
            (
                test.terms[i],
                f"{test.hits[i]:,}",
                f"{test.set_size[i]:,}",
                f"{result.p_value[i]:.1e}",
                f"{result.fdr[i]:.1e}",
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
