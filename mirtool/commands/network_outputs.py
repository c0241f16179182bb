"""The files of `mirtool network`: the tables as CSV, a workbook, a page, graphs for other programs, the figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mirtool.commands.common import say_written
from mirtool.commands.console import warn
from mirtool.errors import OutputError

if TYPE_CHECKING:
    from mirtool.model import Table
    from mirtool.network import EnrichmentTable, MirnaUniverse, SynergyNetwork

ExportOption = Annotated[
    str | None,
    typer.Option(
        "--export",
        metavar="all|none|LIST",
        help="Files beside the CSV tables, separated by commas: html (a page to look into the network by browser, "
        "offline), xlsx (all tables in one workbook), graphml (Cytoscape, Gephi, yEd), cyjs (Cytoscape, with the "
        "nodes placed), gexf (Gephi), sif (edges alone). Default: html,xlsx,graphml.",
    ),
]


def network_tables(
    result: SynergyNetwork,
    drawn_from: MirnaUniverse,
    tests: Sequence[EnrichmentTable],
    correlations: Table | None,
) -> dict[str, Table | None]:
    """Return the tables by the name of their file; None for one that was not asked for."""
    from mirtool.model import Table
    from mirtool.network import enrichment_table, node_table
    from mirtool.network.enrichment.queries import MIRNA_UNIVERSE_FILE
    from mirtool.network.interactions.mirna_universe import universe_table

    return {
        "network_nodes.csv": node_table(result),
        "network_edges.csv": result.edges,
        "network_pairs.csv": result.pairs,
        "network_families.csv": result.families,
        "network_modules.csv": result.modules,
        "network_communities.csv": result.communities,
        "network_robustness.csv": result.robustness,
        "network_correlations.csv": correlations,
        "network_universe.csv": Table({"gene": result.universe}),
        MIRNA_UNIVERSE_FILE: universe_table(drawn_from),
        "enrichment.csv": enrichment_table(tests) if tests else None,
    }


def write_tables(tables: Mapping[str, Table | None], folder: Path) -> None:
    """Write the tables that there are; warn of others that an earlier run left."""
    from mirtool.report.tables import write_table

    written = []
    for name, table in tables.items():
        path = folder / name
        if table is not None:
            write_table(table, path)
            written.append(path)
        elif path.exists():
            warn(f"{path} is from an earlier run")
    say_written(written)


def draw_network(result: SynergyNetwork, folder: Path | None) -> None:
    """Draw the figure as wide as a page and as a column; without a folder there is none."""
    if folder is None:
        return
    from mirtool.report.figures.canvas import save_figure
    from mirtool.report.figures.network import network_figure

    say_written(
        [
            path
            for stem, width in (("network", 180), ("network_85mm", 85))
            for path in save_figure(network_figure(result, width_mm=width), folder, stem)
        ]
    )


def write_exports(
    result: SynergyNetwork,
    tests: Sequence[EnrichmentTable],
    remarks: Sequence[str],
    folder: Path,
    exports: Sequence[str],
    *,
    asked: bool,
) -> None:
    """Make all files before the first is written; a workbook that nobody asked for may be too large."""
    from mirtool.network import cyjs_bytes, gexf_bytes, graphml_bytes, sif_bytes
    from mirtool.network.settings import EXPORTS
    from mirtool.report.page.network_page import network_page
    from mirtool.report.tables import workbook_bytes, write_bytes
    from mirtool.report.workbook.network_sheets import network_sheets

    makers: dict[str, Callable[[], bytes]] = {
        "html": lambda: network_page(result, remarks=remarks),
        "xlsx": lambda: workbook_bytes(network_sheets(result, tests, remarks=remarks)),
        "graphml": lambda: graphml_bytes(result),
        "cyjs": lambda: cyjs_bytes(result),
        "gexf": lambda: gexf_bytes(result),
        "sif": lambda: sif_bytes(result),
    }
    made = {}
    for name in exports:
        try:
            made[name] = makers[name]()
        except OutputError as error:
            if asked:
                raise
            warn(f"no network.{name} written: {error}")
    paths = {folder / f"network.{name}": data for name, data in made.items()}
    for path, data in paths.items():
        write_bytes(data, path)
    say_written(list(paths))
    for path in (folder / f"network.{name}" for name in EXPORTS if name not in made):
        if path.exists():
            warn(f"{path} is from an earlier run")
