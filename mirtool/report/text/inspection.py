"""What files hold, in words: files of one kind as one table, and whether anything is odd."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.report.text.blocks import Grid, Heading, Line, Pairs, Summary
from mirtool.wording import first_of, plural

if TYPE_CHECKING:
    from mirtool.io.registry import Inspection

WIDTH = 80
"""Characters per line of what is printed."""
ENTRIES_SHOWN = 6
KINDS_SHOWN = 6
TABLES_SHOWN = 3
LONGEST_CELL = 32
ONE_FILE_ONLY = ("sha256",)
"""What differs between any two files and is worth nothing in a table; ``--json`` has it."""


def inspection_blocks(found: Sequence[Inspection]) -> Summary:
    """Return one table per kind of file, what is the same for its files, what is odd, or that nothing is."""
    kinds: dict[tuple[Any, ...], list[Inspection]] = {}
    for each in found:
        kinds.setdefault((each.format, each.channels, tuple(each.details)), []).append(each)
    blocks: list[Any] = []
    for files in kinds.values():
        blocks += [Line()] if blocks else []
        blocks += _one_file(files[0]) if len(files) == 1 else _alike(files)
    if found and not any(each.warnings for each in found):
        blocks.append(Line("Nothing odd was found."))
    return tuple(blocks)


def _one_file(found: Inspection) -> Summary:
    pairs = [(label, _in_words(value)) for label, value in _facts(found).items()]
    pairs += [("warning", warning) for warning in found.warnings]
    return Heading(found.path), Pairs([(label, text) for label, text in pairs if text])


def _alike(files: Sequence[Inspection]) -> Summary:
    """Return what files of one kind have in common, one row per file for the rest, and their warnings."""
    facts = [_columns(_facts(each)) for each in files]
    labels = [
        label
        for label in dict.fromkeys(label for own in facts for label in own)
        if label.split(" ")[0] not in ONE_FILE_ONLY
    ]
    differing = [label for label in labels if len({own.get(label, "") for own in facts}) > 1]
    same = [(label, _in_words(value)) for label, value in _facts(files[0]).items() if label not in ONE_FILE_ONLY]
    changed = {label.split(": ")[0] for label in differing}
    folder = os.path.commonpath([str(Path(each.path).parent) for each in files]) if _relative(files) else ""
    names = [os.path.relpath(each.path, folder) if folder else each.path for each in files]
    where = f" in {folder}" if folder else ""
    blocks: list[Any] = [
        Heading(f"{plural(len(files), 'file')}{where}, the same in:"),
        Pairs([(label, text) for label, text in same if text and label not in changed]),
    ]
    if differing:
        tables = _tables(names, differing, facts)
        if len(tables) > TABLES_SHOWN:  # not so alike after all
            return tuple(block for each in files for block in (*_one_file(each), Line()))[:-1]
        blocks += [Heading("They differ in:"), *tables]
    times: dict[str, list[str]] = {}
    for name, each in zip(names, files, strict=True):
        for warning in each.warnings:
            times.setdefault(warning, []).append(name)
    for warning, own in times.items():
        which = "all files" if len(own) == len(files) else first_of(own, ENTRIES_SHOWN)
        blocks.append(Line(f"  warning, {which}: {warning}"))
    return tuple(blocks)


def _tables(names: Sequence[str], labels: Sequence[str], facts: Sequence[Mapping[str, str]]) -> list[Grid]:
    """Return one row per file, in as many tables as the columns need."""
    columns = [[label.replace(": ", " "), *(_cut(own.get(label, "")) for own in facts)] for label in labels]
    first = ["file", *names]
    tables: list[list[list[str]]] = []
    for column in columns:
        if not tables or _width([first, *tables[-1], column]) > WIDTH:
            tables.append([])
        tables[-1].append(column)
    whole = [list(zip(first, *table, strict=True)) for table in tables]
    return [Grid(rows[0], rows[1:]) for rows in whole]


def _width(columns: Sequence[Sequence[str]]) -> int:
    return sum(max(map(len, column)) + 2 for column in columns)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def _relative(files: Sequence[Inspection]) -> bool:
    return len({Path(each.path).is_absolute() for each in files}) == 1


def _facts(found: Inspection) -> dict[str, Any]:
    return {
        "format": found.format,
        "rows of data": found.spots,
        "channels": ", ".join(found.channels) or "none",
        **{label.replace("_", " "): value for label, value in found.details.items()},
    }


def _columns(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return facts as cells: a count by kind becomes one cell per kind."""
    cells: dict[str, str] = {}
    for label, value in facts.items():
        if isinstance(value, Mapping) and len(value) <= KINDS_SHOWN:
            cells |= {f"{label}: {key}": _in_words(count) for key, count in value.items()}
        else:
            cells[label] = _in_words(value)
    return cells


def _in_words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_in_words(count)}" for key, count in value.items())
    if isinstance(value, list | tuple):
        shown = ", ".join(map(str, value[:ENTRIES_SHOWN]))
        return shown if len(value) <= ENTRIES_SHOWN else f"{plural(len(value), 'entry', 'entries')}: {shown} …"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)
