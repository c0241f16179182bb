"""The synergy network as one workbook: a sheet a table, and one that says where everything comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from mirtool import __version__
from mirtool.console import plural
from mirtool.model import Table, TextArray, text_array
from mirtool.network.build import SynergyNetwork
from mirtool.network.enrichment import EnrichmentTable, enrichment_table

LONGEST_CELL = 32_767
"""Characters that a cell of a workbook holds."""
_SHEETS = {"mirnas": "miRNAs"}


def network_sheets(
    network: SynergyNetwork, tests: Sequence[EnrichmentTable] = (), *, remarks: Sequence[str] = ()
) -> dict[str, Table]:
    """Give the sheets of the network's workbook, for :func:`mirtool.report.tables.workbook_bytes`.

    Parameters
    ----------
    network
        Every table that it has becomes a sheet.
    tests
        Gene sets tested for its targets, if any.
    remarks
        What reading the interactions left out, in words.
    """
    tables = {field.name: getattr(network, field.name) for field in fields(network)}
    sheets = {_SHEETS.get(name, name): table for name, table in tables.items() if isinstance(table, Table)}
    if tests:
        sheets["enrichment"] = enrichment_table(tests)
    facts = network_facts(network, tests, remarks=remarks)
    sheets["notes"] = Table(
        {"what": text_array(what for what, _ in facts), "value": text_array(value for _, value in facts)}
    )
    return {name: _fitted(table) for name, table in sheets.items()}


def network_facts(
    network: SynergyNetwork, tests: Sequence[EnrichmentTable] = (), *, remarks: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """Give what a reader must know of a network's sources, as label and value."""
    significant = network.pairs["significant"]
    same_seed = significant & (network.pairs["same seed"] == "yes")
    drawn = {test.mirnas for test in tests if test.mirnas}
    return [
        ("interactions", network.source),
        *(("of the interactions", remark) for remark in remarks),
        ("evidence taken", network.evidence),
        ("universe", f"{plural(len(network.universe), 'gene')} known to the interactions at this evidence"),
        ("pairs compared with", network.pair_null),
        (
            "significant pairs",
            f"{int(significant.sum()):,} of {len(significant):,} (FDR ≤ {network.alpha:g} over all pairs)",
        ),
        (
            "of these with one seed",
            f"{int(same_seed.sum()):,}, which share targets by construction: no evidence of synergy",
        ),
        *(("without targets", _with_near(name, near)) for name, near in network.unmatched),
        *(("note", note) for note in network.notes),
        *((f"gene sets for the {test.query}", _described(test)) for test in tests),
        *(("miRNAs drawn from", mirnas) for mirnas in sorted(drawn)),
        ("written by", f"mirtool {__version__}"),
    ]


def _with_near(name: str, near: Sequence[str]) -> str:
    return f"{name} (the interactions have {', '.join(near)}: not the same name, so not taken)" if near else name


def _described(test: EnrichmentTable) -> str:
    return (
        f"{test.source}: {len(test):,} of {plural(test.n_sets, 'gene set')} tested, "
        f"of {test.min_size} to {test.max_size} genes; nulls: {', '.join(test.nulls)}"
    )


def _fitted(table: Table) -> Table:
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
