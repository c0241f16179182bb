"""The synergy network as one workbook: one sheet per table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from mirtool.model import Table, TextArray, text_array

if TYPE_CHECKING:
    from mirtool.network.build import SynergyNetwork
    from mirtool.network.enrichment.over_representation import EnrichmentTable

LONGEST_CELL = 32_767
"""Characters that a cell of a workbook holds."""
_SHEETS = {"mirnas": "miRNAs"}


def network_sheets(network: SynergyNetwork, tests: Sequence[EnrichmentTable] = ()) -> dict[str, Table]:
    """Return the sheets of the network's workbook, for :func:`mirtool.report.tables.workbook_bytes`.

    Parameters
    ----------
    network
        Every table that it has becomes a sheet.
    tests
        Gene sets tested for its targets, if any.
    """
    tables = {field.name: getattr(network, field.name) for field in fields(network)}
    sheets = {_SHEETS.get(name, name): table for name, table in tables.items() if isinstance(table, Table)}
    if tests:
        from mirtool.network.enrichment.over_representation import enrichment_table

        sheets["enrichment"] = enrichment_table(tests)
    return {name: fit_cells(table) for name, table in sheets.items()}


def fit_cells(table: Table) -> Table:
    """Cut lists that no cell holds, and say at their end how many entries the CSV file has further."""
    long = {
        name: text_array(_cut(value) for value in values)
        for name, values in table.columns.items()
        if values.dtype == object and _longest(values) > LONGEST_CELL
    }
    return table.with_columns(long) if long else table


def _longest(values: TextArray) -> int:
    return max(map(len, values), default=0)


def _cut(value: str) -> str:
    if len(value) <= LONGEST_CELL:
        return value
    room = LONGEST_CELL - len("; and 1,000,000,000 more: see the CSV file")
    end = value.rfind(";", 0, room)
    if end < 0:
        return f"{value[:room]}… see the CSV file"
    return f"{value[:end]}; and {value.count(';', end):,} more: see the CSV file"
