"""A study as one workbook for its readers: what was found, every table, the figures, methods and provenance.

It is made from the files of the study's folder and computes nothing. Numbers are those of the CSV files, in full.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mirtool import __version__
from mirtool.errors import for_shell, option, printable
from mirtool.io.tables.text_tables import NOTES_SHEET
from mirtool.model import Table, text_array
from mirtool.report.columns import DIGITS, Kind
from mirtool.report.full_values import ENOUGH
from mirtool.report.study_results import StudyResults
from mirtool.report.tables import FULL_DIGITS
from mirtool.report.text.blocks import Line, Pairs
from mirtool.report.text.study import study_summary
from mirtool.report.workbook.figure_sheet import TITLE as FIGURES
from mirtool.report.workbook.figure_sheet import add_figure_sheet, figures_of
from mirtool.report.workbook.layout import (
    Book,
    Formats,
    all_sheets,
    lines_of,
    link_to,
    row_height,
    set_up_print,
    sheet_names,
)
from mirtool.report.workbook.study_sheets import StudySheet, in_order, study_sheets, tables_left_out
from mirtool.study.state import Status

README, METHODS, PROVENANCE = "Read me", "Methods", "Provenance"
_ABOUT = {
    FIGURES: "The figures with their captions, one per printed page, after a list with links to them.",
    METHODS: "The methods text of what was run.",
    PROVENANCE: "Settings, files read with their SHA-256, and versions, by step.",
}
_LABEL_WIDTH, _TEXT_WIDTH, _METHODS_WIDTH = 24.0, 100.0, 110.0

Row = tuple[str, str, str]
"""Step, setting and value."""


def workbook_name(results: StudyResults) -> str:
    """Return the name of the workbook's file: that of the study's folder, in safe characters."""
    name = re.sub(r"[^\w.-]+", "_", results.study.root.resolve().name).strip("._-")
    return f"{name or 'study'}.xlsx"


def study_workbook(
    results: StudyResults, methods: Sequence[str] = (), changed: Sequence[Row] | None = None
) -> bytes:
    """Return a study's workbook as XLSX.

    Parameters
    ----------
    results
        What the study's folder holds. A step that was not run has no sheet.
    methods
        The methods text, one entry per line; without any there is no such sheet.
    changed
        Step, setting and value of the settings that are not the default. None lists every setting in the record
        that has a value.

    Raises
    ------
    OutputError
        Where a table has more rows or columns than a sheet holds.
    """
    sheets = study_sheets(results)
    figures, not_placed = figures_of(results)
    extra = [
        *([FIGURES] if figures else []),
        *([METHODS] if methods else []),
        *([PROVENANCE] if results.runs else []),
    ]
    fitted = dict(enumerate(sheet_names([README, *(sheet.title for sheet in sheets), *extra])))
    titles = [fitted[i + 1] for i in range(len(sheets))]
    ends = dict(zip(extra, (fitted[i] for i in range(len(sheets) + 1, len(fitted))), strict=True))
    said = results.terms.said
    book = Book(said)
    contents = [(title, said(sheet.about)) for title, sheet in zip(titles, sheets, strict=True)]
    contents += [(name, _ABOUT[name]) for name in ends]
    left_out = [*tables_left_out(results, sheets), *(f"{path.parent.name}/{path.name}" for path in not_placed)]
    _add_readme(book, results, contents, left_out)
    for title, sheet in zip(titles, sheets, strict=True):
        book.add_table(title, sheet.table, sheet.label)
    first: dict[str, str] = {}
    for title, sheet in zip(titles, sheets, strict=True):
        first.setdefault(sheet.label.partition("/")[0], title)
    writers: Mapping[str, Callable[[str], None]] = {
        FIGURES: lambda name: add_figure_sheet(book, name, figures, results, first),
        METHODS: lambda name: _add_text(book, name, methods),
        PROVENANCE: lambda name: book.add_table(
            name, provenance_table(in_order(results.runs), changed), explains=True
        ),
    }
    for key, name in ends.items():
        writers[key](name)
    for name, table in _explaining(titles, sheets, said).items():
        book.add_table(name, table, explains=True)
    return book.to_bytes()


def _explaining(
    titles: Sequence[str], sheets: Sequence[StudySheet], said: Callable[[str], str]
) -> dict[str, Table]:
    """Return the sheets ``Columns`` and ``Notes``: what the heads mean, and how each table was made."""
    both = list(zip(titles, sheets, strict=True))
    names = {title: sheet.label for title, sheet in both if sheet.label}
    every = all_sheets({title: sheet.table for title, sheet in both}, (), names, said)
    explaining = {name: table for name, (table, _) in every.items() if name not in titles}
    if NOTES_SHEET in explaining:
        notes = explaining[NOTES_SHEET].columns.items()
        worded = {head: text_array(_note(cell, said) for cell in cells) for head, cells in notes}
        explaining[NOTES_SHEET] = Table(worded)
    return explaining


def _note(cell: str, said: Callable[[str], str]) -> str:
    """Return a cell of the notes in the words of the platform; what a table is called stays."""
    return cell if cell.startswith("mirtool ") else said(cell)


def provenance_table(runs: Mapping[str, Any], changed: Sequence[Row] | None = None) -> Table:
    """Return settings, files read and versions, one per row, so that each can be filtered.

    Parameters
    ----------
    runs
        Step to the record of its last run.
    changed
        The settings to list, as for :func:`study_workbook`.
    """
    rows = [*_settings(runs, changed), *_files_read(runs), *_versions(runs)]
    heads = ("step", "what", "name", "value")
    return Table({head: text_array(row[j] for row in rows) for j, head in enumerate(heads)})


def _settings(runs: Mapping[str, Any], changed: Sequence[Row] | None) -> Iterator[tuple[str, str, str, str]]:
    listed = changed if changed is not None else list(_all_settings(runs))
    for step, name, value in listed:
        yield step, "setting", name, value
    for step in runs:
        if changed is not None and step not in {row[0] for row in changed}:
            yield step, "setting", "", "every setting has its default"


def _all_settings(runs: Mapping[str, Any]) -> Iterator[Row]:
    for step, run in runs.items():
        for name, value in run["arguments"].items():
            if value not in (None, [], "", {}):
                yield step, name.replace("_", " "), _in_words(value)


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _files_read(runs: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for step, run in runs.items():
        for path, digest in run["inputs"].items():
            yield step, "file read (SHA-256)", path, str(digest)


def _versions(runs: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the version of everything that computed; once where all steps had the same."""
    found: dict[tuple[str, str], list[str]] = {}
    for step, run in runs.items():
        for name, version in run.get("versions", {}).items():
            found.setdefault((name, str(version)), []).append(step)
    for (name, version), steps in sorted(found.items()):
        yield "every step" if len(steps) == len(runs) else ", ".join(steps), "version", name, version


def _add_text(book: Book, name: str, lines: Sequence[str]) -> None:
    sheet = book.add(name)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, _METHODS_WIDTH)
    set_up_print(sheet)
    sheet.fit_to_pages(1, 0)
    for row, line in enumerate(lines):
        if line:
            sheet.set_row(row, row_height(lines_of(line, _METHODS_WIDTH)))
            sheet.write_string(row, 0, line, book.formats.wrapped)


def _add_readme(
    book: Book, results: StudyResults, contents: Sequence[tuple[str, str]], left_out: Sequence[str]
) -> None:
    formats = book.formats
    sheet = book.add(README)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, _LABEL_WIDTH)
    sheet.set_column(1, 1, _TEXT_WIDTH)
    set_up_print(sheet)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    title = results.study.root.resolve().name or "Study"
    sheet.write_string(0, 0, title, formats.title)
    sheet.write_string(1, 0, f"Written by mirtool {__version__} from the files in the study's folder.")
    row = 3
    for heading, rows in (("What was found", _findings(results)), ("What needs a look", _warnings(results))):
        row = _write_pairs(sheet, row, heading, rows, formats)
    _write_pairs(sheet, row, "Sheets", contents, formats)
    for place, (name, _) in enumerate(contents, row + 1):
        sheet.write_url(place, 0, link_to(name), formats.link, name)
    row += len(contents) + 2
    row = _write_pairs(sheet, row, "How to read it", _reading(left_out), formats)


def _write_pairs(sheet: Any, row: int, heading: str, rows: Sequence[tuple[str, str]], formats: Formats) -> int:
    """Write a heading and rows of label and text, and return the row for the next heading."""
    if not rows:
        return row
    sheet.write_string(row, 0, heading, formats.heading)
    sheet.write_blank(row, 1, None, formats.heading)
    for place, (label, text) in enumerate(rows, row + 1):
        own = formats.calls.get(label, formats.label)
        sheet.write_string(place, 0, label, own)
        shown = printable(for_shell(text))
        sheet.set_row(place, row_height(lines_of(shown, _TEXT_WIDTH)))
        sheet.write_string(place, 1, shown, formats.wrapped)
    return row + len(rows) + 2


def _findings(results: StudyResults) -> list[tuple[str, str]]:
    """Return what the study found, the comparison first."""
    found: list[tuple[str, str]] = []
    for block in study_summary(results.runs):
        if isinstance(block, Pairs):
            found += block.rows
        elif isinstance(block, Line):
            found.append(("comparison", block.text))
    return [(label, results.terms.said(text)) for label, text in found]


def _warnings(results: StudyResults) -> list[tuple[str, str]]:
    """Return what is out of date, what the steps warned of, and the arrays that quality control asks to check."""
    found = []
    for step, run in in_order(results.runs).items():
        state = results.state_of(step)
        if state.status is Status.OUT_OF_DATE:
            found.append((step, f"Out of date: made from {state.reasons[0]}. Run mirtool {step} again."))
        found += [(step, warning) for warning in run.get("warnings", [])]
    for each in results.found("qc").get("findings", []):
        found.append((each["array"], f"{each['verdict']}: {each['what']}"))
    return [(label, results.terms.said(text)) for label, text in found]


def _reading(left_out: Sequence[str]) -> list[tuple[str, str]]:
    rows = [
        ("up", "Higher in the tested group, the first one of the heads “tested/reference”: orange, bold."),
        ("down", "Lower in the tested group: blue, italic."),
        (
            "digits",
            f"A cell shows few digits and holds the full value: {FULL_DIGITS} significant digits, of normalized "
            f"values {ENOUGH}. The CSV files in results/ hold fewer: P {DIGITS[Kind.P]}, ratios and statistics "
            f"{DIGITS[Kind.RATIO]}, unless a step is run with {option('digits', 'full')}.",
        ),
        ("columns", "The note at the head of a column says what it means; the sheet Columns lists all of them."),
        ("scale", "The sheet Notes says on which scale a table is and how it was made."),
        ("filters", "The arrows in the first row filter and sort; the first row stays when you scroll."),
        ("empty cells", "Not measured, or not computed."),
    ]
    return [*rows, ("not here", f"In the study's folder only: {', '.join(left_out)}.")] if left_out else rows
