"""What draws the figures of an enrichment, and its map as a graph, by the names of their files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from mirtool.network.enrichment.over_representation import EnrichmentTable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def enrichment_drawings(tests: Sequence[EnrichmentTable]) -> dict[str, Callable[[], Figure]]:
    """Return what draws bars and dots of every result with a hit, and a map of every one with a significant term.

    Parameters
    ----------
    tests
        One result per query and collection of gene sets.
    """
    from mirtool.report.figures.enrichment import enrichment_bars, enrichment_dots
    from mirtool.report.figures.enrichment_map import enrichment_map_figure

    drawn: dict[str, Callable[[], Figure]] = {}
    for name, test in _named(tests):
        if (test.hits > 0).any():
            drawn[f"enrichment_bars_{name}"] = partial(enrichment_bars, test)
            drawn[f"enrichment_dots_{name}"] = partial(enrichment_dots, test)
        if test.survives_any.any():
            drawn[f"enrichment_map_{name}"] = partial(enrichment_map_figure, test)
    return drawn


def term_map_files(tests: Sequence[EnrichmentTable]) -> dict[str, bytes]:
    """Return the map of every result with a significant term as GraphML."""
    from mirtool.network.enrichment.term_map import term_map_bytes

    return {
        f"enrichment_map_{name}.graphml": term_map_bytes(test)
        for name, test in _named(tests)
        if test.survives_any.any()
    }


def _named(tests: Sequence[EnrichmentTable]) -> Iterator[tuple[str, EnrichmentTable]]:
    """Name each result by its query, and by its gene sets where there are several."""
    several = len({test.source for test in tests}) > 1
    for test in tests:
        yield _slug(test.query) + (f"_{_slug(test.source.partition(' (')[0])}" if several else ""), test


def _slug(text: str) -> str:
    """Write a name as part of a file's name.

    Examples
    --------
    >>> _slug("GO biological process"), _slug("KEGG_2021_Human.gmt")
    ('go_biological_process', 'kegg_2021_human')
    """
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(\.gmt)?(\.gz|\.txt)?$", "", text.lower())).strip("_")
