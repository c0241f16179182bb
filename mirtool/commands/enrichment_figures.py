"""The figures of an enrichment, and its map as a graph, written beside each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mirtool.commands.console import say, warn

if TYPE_CHECKING:
    from mirtool.network import EnrichmentTable


def draw_enrichment(tests: Sequence[EnrichmentTable], figures: Path | None, results: Path | None) -> None:
    """Draw bars, dots and the map of every result, and write the map as GraphML.

    Parameters
    ----------
    tests
        One result a query and collection of gene sets.
    figures
        Folder for the figures; None draws nothing.
    results
        Folder for the graphs; None puts them beside the figures.
    """
    if figures is None:
        return
    from mirtool.network.enrichment.term_map import term_map_bytes
    from mirtool.report.figures.canvas import save_figure
    from mirtool.report.figures.enrichment import enrichment_bars, enrichment_dots
    from mirtool.report.figures.enrichment_map import enrichment_map_figure
    from mirtool.report.tables import write_bytes

    several = len({test.source for test in tests}) > 1
    for test in tests:
        name = _slug(test.query) + (f"_{_slug(test.source.partition(' (')[0])}" if several else "")
        drawn = {}
        if (test.hits > 0).any():
            drawn["bars"], drawn["dots"] = enrichment_bars(test), enrichment_dots(test)
        if test.survives_any.any():
            drawn["map"] = enrichment_map_figure(test)
        for kind in ("bars", "dots", "map"):
            stem = f"enrichment_{kind}_{name}"
            if kind in drawn:
                save_figure(drawn[kind], figures, stem)
            elif (figures / f"{stem}.png").exists():
                warn(f"{figures / stem}.png is from an earlier run")
        if drawn:
            say(f"Wrote {figures / 'enrichment'}_*_{name}: {', '.join(drawn)}, each as PNG and SVG")
        graph = (results or figures) / f"enrichment_map_{name}.graphml"
        if test.survives_any.any():
            write_bytes(term_map_bytes(test), graph)
            say(f"Wrote {graph}")
        else:
            say(f"No enrichment map, {test.query}: no term of {test.source} survives a null.")


def _slug(text: str) -> str:
    """Write a name as part of a file's name.

    Examples
    --------
    >>> _slug("GO biological process"), _slug("KEGG_2021_Human.gmt")
    ('go_biological_process', 'kegg_2021_human')
    """
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(\.gmt)?(\.gz|\.txt)?$", "", text.lower())).strip("_")
