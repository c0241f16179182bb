"""What the record of a run says of a table: its notes, which the file does not hold.

A file that mirtool writes begins with its header. The scale and how the table was made are in the record of the
run, under ``tables``: file (relative to the record's root) to ``table`` (step and name of the table), ``notes``
(pairs of key and value) and ``columns``.
The record is ``run.json`` in the folder of the file, or ``NAME.run.json`` beside ``NAME.csv`` and
``NAME_more.csv``. The notes are found where the results were copied with their record, too: the file's name
decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from mirtool.io.structured import parse_json

RUN_FILE = "run.json"


def records_around(path: str | Path) -> list[tuple[Path, Path]]:
    """Return the records that may list a file among its outputs, each after the folder of its paths."""
    own = Path(path).absolute()
    parts = own.stem.split("_")
    places = [(own.parent.parent, own.parent / RUN_FILE)]
    places += [(own.parent, own.parent / f"{'_'.join(parts[:n])}.run.json") for n in range(len(parts), 0, -1)]
    return [(root, record) for root, record in places if record.is_file()]


def table_entry(table: str, columns: Sequence[str], notes: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return what a record keeps of a table, which is called ``STEP/NAME``."""
    return {"table": table, "columns": list(columns), "notes": [list(pair) for pair in notes]}


def recorded_notes(path: str | Path, header: Sequence[str]) -> dict[str, str]:
    """Return the notes of a table by the record beside its file; none where no record lists it.

    A table of other columns has taken the place of the one that is recorded: it has none of its notes.
    """
    for entry in _entries(Path(path)):
        with suppress(ValueError, TypeError, KeyError):
            columns, found = set(entry["columns"]), set(header)
            if columns <= found or found <= columns:
                return {str(key): str(value) for key, value in entry["notes"]}
    return {}


def _entries(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield what the records around a file say of it: of this very path first, then of a file of its name."""
    own = path.absolute()
    named: list[Mapping[str, Any]] = []
    for root, record in records_around(path):
        with suppress(ValueError, TypeError, KeyError, AttributeError, OSError):
            for run in parse_json(record.read_text(encoding="utf-8"))["runs"].values():
                for key, entry in run.get("tables", {}).items():
                    if root / key == own:
                        yield entry
                    elif Path(key).name == own.name:
                        named.append(entry)
    yield from named
