"""Where the tables of a result go: the files as bytes, in the record, and what their columns mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.workflow.catalog import STEPS, load_step

if TYPE_CHECKING:
    from mirtool.model import Table
    from mirtool.workflow.execution import Destination
    from mirtool.workflow.step import Result

COLUMNS_FILE = "columns.csv"


PlacedTables = Mapping[Path, Mapping[str, "Table"]]
"""File to the tables that it holds."""


def placed_tables(result: Result, where: Destination) -> PlacedTables:
    """Return the tables by the file that holds them, the main one first; a workbook may hold several."""
    from mirtool.report.tables import format_of, is_stream

    step = load_step(result.provenance.step)
    files: dict[Path, Mapping[str, Table]] = {}
    placed = result.placed()
    if step.output == "folder":
        folder, main = Path(where.target), step.main_file
    else:
        folder, main = Path(where.target).parent, Path(where.target).name
    if is_one_workbook(result, where) and not is_stream(where.target):
        files[Path(where.target)] = shown_tables(result, "xlsx")
    elif step.output == "folder" or not is_stream(where.target):
        kind = "csv" if step.output == "folder" else format_of(where.target, where.format_name)
        for position, (name, table) in enumerate(shown_tables(result, kind).items()):
            if name in placed:
                continue
            is_main = position == 0 and step.output == "file"
            files[folder / (main if is_main else result.file_name(name, main))] = {name: table}
    for name, file in placed.items():
        files[Path(file)] = {name: shown_tables(result, format_of(file))[name]}
    return files


def shown_tables(result: Result, kind: str) -> dict[str, Table]:
    """Return the tables of a result as a format holds them: in their short form, but for Parquet."""
    from mirtool.report.columns import short_form

    tables = dict(result.tables_in(kind))
    if result.table_settings.all_columns or kind == "parquet":
        return tables
    return {name: short_form(_name(result, name), table) for name, table in tables.items()}


def _name(result: Result, table: str) -> str:
    return f"{result.provenance.step}/{table}"


def is_one_workbook(result: Result, where: Destination) -> bool:
    """Return True where one workbook holds all tables."""
    from mirtool.report.tables import format_of

    return result.one_workbook and format_of(where.target, where.format_name) == "xlsx"


def table_files(result: Result, where: Destination, placed: PlacedTables) -> dict[Path, bytes]:
    """Return the files of the tables, as :func:`placed_tables` gives them."""
    elsewhere = {Path(file) for file in result.placed().values()}
    return {
        path: _file(result, tables, path, None if path in elsewhere else where.format_name)
        for path, tables in placed.items()
    }


def main_bytes(result: Result, where: Destination) -> bytes:
    """Return what the main file holds, or a stream gets: the main table, or a workbook of all."""
    from mirtool.report.tables import format_of

    tables = shown_tables(result, format_of(where.target, where.format_name))
    main = tables if is_one_workbook(result, where) else dict(list(tables.items())[:1])
    return _file(result, main, where.target, where.format_name)


def _file(result: Result, tables: Mapping[str, Table], path: str | Path, format_name: str | None) -> bytes:
    from mirtool.report.tables import format_of, sheet_name, table_bytes, workbook_bytes

    if result.one_workbook and format_of(path, format_name) == "xlsx":
        return workbook_bytes(tables, names={name: _name(result, name) for name in tables}, said=_said(result))
    name, table = next(iter(tables.items()))
    if format_of(path, format_name) == "xlsx":
        sheet = sheet_name(path)
        return workbook_bytes({sheet: table}, names={sheet: _name(result, name)}, said=_said(result))
    return table_bytes(table, path, format_name, name=_name(result, name), digits=result.table_settings.digits)


def _said(result: Result) -> Callable[[str], str]:
    """Return what gives a text in the words of the platform."""
    return str if result.terms is None else result.terms.said


def recorded_tables(result: Result, placed: PlacedTables, root: Path) -> dict[str, Any]:
    """Return what the record says of each table: its columns and its notes; of a workbook's by ``file: sheet``."""
    from mirtool.io.tables.recorded import table_entry
    from mirtool.study.record import relative_to

    return {
        relative_to(root, path) + (f": {name}" if len(tables) > 1 else ""): table_entry(
            _name(result, name), list(table.columns), table.notes
        )
        for path, tables in placed.items()
        for name, table in tables.items()
    }


def full_value_files(result: Result, placed: PlacedTables) -> dict[Path, bytes]:
    """Return the full values of the tables that are sheets of a study's workbook and whose files round them."""
    if result.table_settings.digits == "full":
        return {}
    from mirtool.report.full_values import full_path, full_values
    from mirtool.report.workbook.study_sheets import has_sheet

    found = {
        full_path(path): full_values(table, label)
        for path, tables in placed.items()
        for name, table in tables.items()
        if path.suffix == ".csv" and has_sheet(label := _name(result, name))
    }
    return {path: data for path, data in found.items() if data is not None}


def columns_file(record: Path, runs: Mapping[str, Any]) -> dict[Path, bytes]:
    """Return the file that says what each column of every table of a record means; none where nothing needs it.

    It is ``columns.csv`` beside ``run.json``, ``NAME.columns.csv`` beside ``NAME.run.json``. Workbooks hold it as
    a sheet of their own.
    """
    from mirtool.io.tables.recorded import RUN_FILE
    from mirtool.report.columns import columns_table
    from mirtool.report.platform import terms_of
    from mirtool.report.tables import table_bytes

    table = columns_table(_columns(runs), terms_of(runs).said)
    if not len(table):
        return {}
    stem = record.name.removesuffix(RUN_FILE)
    path = record.with_name(f"{stem}{COLUMNS_FILE}")
    return {path: table_bytes(table, path)}


def _columns(runs: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for step in (step for step in STEPS if step in runs):
        # In the order of the record as it is read again, so that the file stays the same until a table changes.
        for file, entry in sorted(runs[step].get("tables", {}).items()):
            if Path(file).suffix != ".xlsx" and ".xlsx: " not in file:
                for head in entry["columns"]:
                    yield Path(file).name, entry["table"], head
