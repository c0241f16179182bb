"""The files in which `mirtool network` hands its network on: a workbook, a page, and graphs for other programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mirtool.console import say, warn
from mirtool.errors import CallError, OutputError

if TYPE_CHECKING:
    from mirtool.model import Interactions
    from mirtool.network import EnrichmentTable, SynergyNetwork

EXPORTS = ("html", "xlsx", "graphml", "cyjs", "gexf", "sif")
DEFAULT_EXPORTS = ("html", "xlsx", "graphml")

ExportOption = Annotated[
    str | None,
    typer.Option(
        "--export",
        metavar="all|none|LIST",
        help="Files beside the CSV tables, parted by commas: html (a page to look into the network by browser, "
        "offline), xlsx (all tables in one workbook), graphml (Cytoscape, Gephi, yEd), cyjs (Cytoscape, with the "
        "nodes placed), gexf (Gephi), sif (edges alone). Default: html,xlsx,graphml.",
    ),
]


def choose_exports(text: str | None) -> tuple[str, ...]:
    """Read ``--export``."""
    if text is None:
        return DEFAULT_EXPORTS
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    if names == ["all"]:
        return EXPORTS
    if names == ["none"]:
        return ()
    unknown = [name for name in names if name not in EXPORTS]
    if unknown or not names:
        raise CallError(
            f"--export can't be {(unknown or [text])[0]!r}", expected=f"all, none, or some of {', '.join(EXPORTS)}"
        )
    return tuple(name for name in EXPORTS if name in names)


def write_exports(
    result: SynergyNetwork,
    tests: Sequence[EnrichmentTable],
    known: Interactions,
    folder: Path,
    exports: Sequence[str],
    *,
    asked: bool,
) -> None:
    """Make all files before the first is written; a workbook that nobody asked for may be too large."""
    from mirtool.network import cyjs_bytes, gexf_bytes, graphml_bytes, sif_bytes
    from mirtool.report.network_page import network_page
    from mirtool.report.network_sheets import network_sheets
    from mirtool.report.tables import workbook_bytes, write_bytes

    makers: dict[str, Callable[[], bytes]] = {
        "html": lambda: network_page(result, remarks=known.dropped),
        "xlsx": lambda: workbook_bytes(network_sheets(result, tests, remarks=known.dropped)),
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
    for name, data in made.items():
        path = folder / f"network.{name}"
        write_bytes(data, path)
        say(f"Wrote {path}")
    for path in (folder / f"network.{name}" for name in EXPORTS if name not in made):
        if path.exists():
            warn(f"{path} is from an earlier run")
