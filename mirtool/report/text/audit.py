"""An audit in words and tables: the verdict, the differing cells, the variants, the factors, the lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from mirtool.audit import AuditReport, ColumnFinding
from mirtool.audit.rounding import ARITHMETIC
from mirtool.errors import option
from mirtool.model import Table, text_array
from mirtool.report.text.blocks import Block, Caution, Grid, Heading, Line, Summary
from mirtool.wording import plural

SECTIONS_SHOWN, LINES_SHOWN = 6, 3
SHOWN_CELLS = 10
"""Cells that are named on stderr; the table holds them all."""

TOLERANCE = (
    f"a cell differs where it lies further from the expected value than half a unit of its last digit shown, plus "
    f"a relative {ARITHMETIC:g}"
)


def audit_summary(report: AuditReport, *, from_raw: bool) -> Summary:
    """Return the summary of an audit: the verdict, what was checked, what differs and why."""
    found = f"{report.path}: {report.kind}, computed again from {report.basis}."
    blocks: list[Block] = [
        Line(verdict(report)) if report.agrees else Caution(verdict(report)),
        Line(found),
        Grid(SECTION_HEADER, section_rows(report), most=SECTIONS_SHOWN),
    ]
    for title, lines in (
        ("What explains the cells that differ:", explanation_lines(report)),
        ("Without a known explanation:", unexplained_lines(report)),
        ("How much depends on the choices:", sensitivity_lines(report)),
    ):
        blocks += [Heading(title)] if lines else []
        blocks += [Line(f"  {line}", detail=number >= LINES_SHOWN) for number, line in enumerate(lines)]
    blocks.append(Line(f"Rounding: {TOLERANCE}.", detail=True))
    blocks += [Line(f"Note: {remark}.", detail=True) for remark in report.remarks]
    if not from_raw:
        without = f"without the raw files ({option('raw')})"
        blocks.append(Line(f"Note: {without} a wrong signal shows only in what was computed from it."))
    return tuple(blocks)


def audit_tables(report: AuditReport) -> dict[str, Table]:
    """Return the tables of an audit: ``differences``, ``variants``, ``factors``, ``lists`` and ``sensitivity``.

    Only ``differences`` and ``variants`` are always there; a missing number (NA) represents the workbook's N/A.
    """
    notes = (("mirtool audit", ""), ("workbook", report.kind), ("computed from", report.basis))
    tables = {
        "differences": _table(
            report.differences,
            {"sheet": str, "cell": str, "heading": str, "column": str, "id": str, "name": str, "found": float,
             "expected": float, "explanation": str},
            (*notes, ("tolerance", TOLERANCE)),
        ),
        "variants": _variants(report.columns, notes),
        "factors": _table(
            report.factors,
            {"sample": str, "factor_probes": int, "expected": float, "implied": float, "explanation": str},
            (*notes, ("implied", "median of ForeGround-BackGround / Normalized")),
        ),
        "lists": _table(
            report.lists,
            {"sheet": str, "cell": str, "id": str, "name": str, "listed": str, "expected": str,
             "explanation": str},
            notes,
        ),
        "sensitivity": _table(
            report.sensitivity,
            {"comparison": str, "min_intensity": float, "replicates": str, "test": str, "test_scale": str,
             "fold_change": float, "alpha": float, "up": int, "down": int, "stay": int, "of": int,
             "with_fdr": int},
            (*notes, ("stay", "miRNAs differential by the service's own arithmetic and under these choices")),
        ),
    }  # fmt: skip
    return {name: table for name, table in tables.items() if name in ("differences", "variants") or len(table)}


_HEADERS = {
    "id": "ID",
    "name": "Name",
    "factor_probes": "factor probes",
    "min_intensity": "intensity cut-off",
    "test_scale": "values tested",
    "fold_change": "fold change ≥",
    "alpha": "P ≤",
    "of": "of the service's",
    "with_fdr": "with FDR (BH) ≤ P",
}


def _table(entries: Sequence[Any], columns: dict[str, type], notes: tuple[tuple[str, str], ...]) -> Table:
    known = {field.name for entry in entries[:1] for field in fields(entry)}
    assert not entries or set(columns) == known
    content = {}
    for name, kind in columns.items():
        values = [getattr(entry, name) for entry in entries]
        header = _HEADERS.get(name, name)
        content[header] = text_array(values) if kind is str else np.array(values, dtype=kind)
    return Table(content, notes)


def _variants(columns: Sequence[ColumnFinding], notes: tuple[tuple[str, str], ...]) -> Table:
    """Return one row per column and explanation, and one for what is left unexplained."""
    rows: list[tuple[ColumnFinding, str, int]] = []
    for column in columns:
        rows += [(column, words, cells) for words, cells in column.explanations]
        if column.unexplained or not column.different:
            rows.append((column, "unexplained" if column.different else "agrees", column.unexplained))
    return Table(
        {
            "sheet": text_array(column.sheet for column, _, _ in rows),
            "regulation": text_array(column.regulation for column, _, _ in rows),
            "heading": text_array(column.heading for column, _, _ in rows),
            "column": text_array(column.column for column, _, _ in rows),
            "cells": np.array([column.cells for column, _, _ in rows], dtype=np.int64),
            "differ": np.array([column.different for column, _, _ in rows], dtype=np.int64),
            "explanation": text_array(words for _, words, _ in rows),
            "cells explained": np.array(
                [cells if words not in ("agrees", "unexplained") else 0 for _, words, cells in rows],
                dtype=np.int64,
            ),
            "cells unexplained": np.array(
                [cells if words == "unexplained" else 0 for _, words, cells in rows], dtype=np.int64
            ),
        },
        notes,
    )


def verdict(report: AuditReport) -> str:
    """Say in a sentence whether the workbook agrees with the service's arithmetic."""
    checked = f"{plural(report.cells, 'cell')} in {plural(len(report.columns), 'column')}"
    if report.agrees:
        return f"All {checked} agree with the service's arithmetic, computed again from {report.basis}."
    parts = []
    if report.differences:
        n = len(report.differences)
        unexplained = sum(not d.explanation for d in report.differences)
        parts.append(
            f"{n:,} of {checked} {'differs' if n == 1 else 'differ'} from the service's arithmetic, computed "
            f"again from {report.basis}; {f'{unexplained:,} of them' if unexplained else 'none'} without a known "
            "explanation"
        )
    if report.lists:
        parts.append(f"{plural(len(report.lists), 'miRNA')} listed that should not be, or the other way round")
    return "; ".join(parts) + "."


def section_rows(report: AuditReport) -> list[tuple[str, ...]]:
    """Return one row per heading: columns, cells, those that differ, those unexplained."""
    rows = []
    for heading in dict.fromkeys(column.heading for column in report.columns):
        own = [column for column in report.columns if column.heading == heading]
        counts = (
            len(own),
            sum(c.cells for c in own),
            sum(c.different for c in own),
            sum(c.unexplained for c in own),
        )
        rows.append((heading, *(f"{count:,}" for count in counts)))
    return rows


SECTION_HEADER = ("", "columns", "cells", "differ", "unexplained")


def explanation_lines(report: AuditReport) -> list[str]:
    """Return what explains the differing cells, most cells first, with the headings where it does."""
    cells: dict[str, dict[str, int]] = {}
    for column in report.columns:
        for words, n in column.explanations:
            of_heading = cells.setdefault(words, {})
            of_heading[column.heading] = of_heading.get(column.heading, 0) + n
    ordered = sorted(cells.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    return [
        f"{words}: {', '.join(f'{n:,} of {heading}' for heading, n in of_heading.items())}"
        for words, of_heading in ordered
    ]


def unexplained_lines(report: AuditReport) -> list[str]:
    """Name the first cells and list entries that nothing known explains."""
    lines = [
        f'sheet "{d.sheet}", cell {d.cell} ({d.heading}, {d.column}; {d.id} {d.name}): found {_number(d.found)}, '
        f"expected {_number(d.expected)}"
        for d in report.differences
        if not d.explanation
    ]
    lines += [
        f'sheet "{entry.sheet}"{f", cell {entry.cell}" if entry.cell else ""} ({entry.id} {entry.name}): '
        f"{f'listed as {entry.listed}' if entry.listed else 'not listed'}, expected "
        f"{f'under {entry.expected}' if entry.expected else 'not to be listed'}"
        for entry in report.lists
        if not entry.explanation
    ]
    more = len(lines) - SHOWN_CELLS
    return lines[:SHOWN_CELLS] + ([f"and {more:,} more"] if more > 0 else [])


def _number(value: float) -> str:
    return "N/A" if np.isnan(value) else f"{value:.6g}"


def sensitivity_lines(report: AuditReport) -> list[str]:
    """Say for each comparison how many differential miRNAs stay whatever is chosen, at the service's cut-offs."""
    lines = []
    for comparison in dict.fromkeys(row.comparison for row in report.sensitivity):
        own = [row for row in report.sensitivity if row.comparison == comparison]
        first = own[0]
        tested = not np.isnan(first.alpha)
        same = [r for r in own if r.fold_change == first.fold_change and (r.alpha == first.alpha or not tested)]
        least = min(row.stay for row in same)
        rule = f"fold change ≥ {first.fold_change:g}"
        if tested:
            rule += f" and P ≤ {first.alpha:g}"
        line = f"{comparison}: {plural(first.of, 'miRNA')} at {rule}"
        if len(same) > 1:
            line += f"; between {least} and {max(row.stay for row in same)} of them stay, whichever of "
            line += f"{len(same)} sets of choices is made"
        if tested:
            line += f"; {first.with_fdr} with FDR ≤ {first.alpha:g} too"
        lines.append(line)
    return lines
