"""A gene set enrichment analysis in words: what was ranked and tested, and the sets on top."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from mirtool.network.enrichment.gsea import GseaTable
from mirtool.report.text.blocks import Grid, Line, Pairs, Summary
from mirtool.report.text.numbers import MISSING, p_in_words
from mirtool.wording import plural

SETS_SHOWN = 8
SET_FDR = 0.05


def gsea_summary(result: GseaTable, notes: Iterable[str] = (), *, targets: bool = False) -> Summary:
    """Return what was ranked and tested, the sets at either end, and the first of them.

    ``targets`` is True where the sets are targets of miRNAs.
    """
    ranked = result.ranked
    counts = _counts(result)
    untested = int(np.isnan(result.p_value).sum())
    more = [("no P", f"{plural(untested, 'set')}: no random set has an ES of the same sign")] if untested else []
    return (
        Line(
            f"{plural(counts['up'], 'set')} with FDR ≤ {SET_FDR:g} among the genes that are up, "
            f"{counts['down']:,} among those that are down."
        ),
        _first_sets(result, targets=targets),
        Pairs(
            [
                ("gene sets", result.source),
                (
                    "tested",
                    f"{len(result):,} of {result.n_sets:,}: {result.min_size} to {result.max_size} genes each",
                ),
                ("ranked", f"{plural(len(ranked), 'gene')} by {ranked.by}"),
                *more,
            ]
        ),
        Pairs(
            [
                *(("left out", remark) for remark in ranked.remarks),
                ("null", f"{result.permutations:,} random sets of each size"),
            ],
            detail=True,
        ),
        *map(Line, notes),
    )


def _counts(result: GseaTable) -> dict[str, int]:
    """Return the number of significant sets at either end."""
    significant = result.fdr <= SET_FDR
    return {"up": int((significant & (result.es > 0)).sum()), "down": int((significant & (result.es < 0)).sum())}


def _first_sets(result: GseaTable, *, targets: bool) -> Grid:
    header = ("targets of", "miRNAs are") if targets else ("gene set",)
    rows = [
        (
            result.terms[i],
            *((result.descriptions[i] or MISSING,) if targets else ()),
            f"{result.size[i]:,}",
            f"{result.nes[i]:+.2f}",
            p_in_words(float(result.p_value[i])),
            p_in_words(float(result.fdr[i])),
        )
        for i in range(min(SETS_SHOWN, len(result)))
    ]
    return Grid((*header, "genes", "NES", "P", "FDR"), rows, shorten=True)


def gsea_numbers(result: GseaTable) -> dict[str, Any]:
    """Return what the record of a run keeps."""
    counts = _counts(result)
    return {
        "ranked_by": result.ranked.by,
        "genes_ranked": len(result.ranked),
        "remarks": list(result.ranked.remarks),
        "gene_sets": result.source,
        "sets_tested": len(result),
        "sets_up": counts["up"],
        "sets_down": counts["down"],
    }
