"""The files of a synergy network besides its tables: the page, the workbook, graphs for other programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mirtool.network.build import SynergyNetwork
from mirtool.network.enrichment.over_representation import EnrichmentTable
from mirtool.network.graph.export import cyjs_bytes, gexf_bytes, graphml_bytes, sif_bytes
from mirtool.report.page.network_page import network_page
from mirtool.report.tables import fits_workbook, workbook_bytes
from mirtool.report.text.network_words import network_facts
from mirtool.report.workbook.network_sheets import network_sheets


def network_files(
    network: SynergyNetwork,
    tests: Sequence[EnrichmentTable] = (),
    *,
    remarks: Sequence[str] = (),
    exports: Sequence[str],
) -> dict[str, bytes]:
    """Return the files by name, such as ``network.html``.

    Parameters
    ----------
    network
        The network.
    tests
        Gene sets tested for its targets, if any.
    remarks
        What reading the interactions left out, in words.
    exports
        Names of :data:`mirtool.network.settings.EXPORTS`.

    Raises
    ------
    OutputError
        For a workbook, where a table has more rows than a sheet holds.
    """
    makers: dict[str, Callable[[], bytes]] = {
        "html": lambda: network_page(network, remarks=remarks),
        "xlsx": lambda: workbook_bytes(
            sheets := network_sheets(network, tests),
            network_facts(network, tests, remarks=remarks),
            names={sheet: f"network/{sheet}" for sheet in sheets},
        ),
        "graphml": lambda: graphml_bytes(network),
        "cyjs": lambda: cyjs_bytes(network),
        "gexf": lambda: gexf_bytes(network),
        "sif": lambda: sif_bytes(network),
    }
    return {f"network.{name}": makers[name]() for name in exports}


def table_too_large(network: SynergyNetwork, tests: Sequence[EnrichmentTable] = ()) -> str | None:
    """Return the name of the first table that no sheet of a workbook holds; None where all fit."""
    sheets = network_sheets(network, tests)
    return next((name for name, table in sheets.items() if not fits_workbook(table)), None)
