"""What became of the names, as columns: alone, or beside the table they came from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.annotation.mirna_names.book import MirnaNames, Resolution, Status
from mirtool.annotation.probes import ProbeKind, classify_probe
from mirtool.errors import UsageError
from mirtool.io.mirnas.aliases import ACCESSION
from mirtool.io.tables.text_tables import MISSING_CELLS, TextTable, guard_text, unguard_text
from mirtool.model import Table, TextArray, text_array

_PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
_KINDS = (ProbeKind.MIRNA, ProbeKind.MIRPLUS)


def name_columns(found: Sequence[Resolution], book: MirnaNames) -> dict[str, TextArray]:
    """Return what became of names as columns of text, one entry per name; empty where nothing is known.

    ``seed family`` lists the miRNAs of the same species with the same seed (positions 2 to 8), those of each
    part of a slash name; ``candidates`` are miRNAs the name may have meant, of which none was chosen.
    """
    families = {mature: book.seed_family(mature) for each in found for mature in each.matures}
    columns = {
        "current name": [each.name for each in found],
        "accession": [each.accession for each in found],
        "name status": [each.status.value for each in found],
        "candidates": ["; ".join(map(str, each.candidates)) for each in found],
        "name note": [each.note for each in found],
        "species": [each.species for each in found],
        "sequence": [each.sequence for each in found],
        "seed": [each.seed for each in found],
        "seed family": [
            ";".join(dict.fromkeys(name for mature in each.matures for name in families[mature])) for each in found
        ],
    }
    return {name: text_array(values) for name, values in columns.items()}


def names_in(table: TextTable, column: int) -> list[str]:
    """Return a column's names with the blanks around them, so that it can be said where they were left out."""
    cells = table.columns[column]
    return [unguard_text(cell) for cell in (cells.to_pylist() if hasattr(cells, "to_pylist") else cells)]


def suggest_column(table: TextTable) -> int:
    """Return the column with the most cells that are written as a miRNA's name or accession; the first of equals.

    Raises
    ------
    UsageError
        Where there is no such cell.
    """
    counts = [sum(map(_looks_known, table.text(j))) for j in range(len(table.header))]
    if not any(counts):
        raise UsageError(
            "no column of this table holds miRNA names",
            found=", ".join(table.header[:12]),
            hint="say which column does: --column Name; for names without a species give --species too",
        )
    return counts.index(max(counts))


def _looks_known(cell: str) -> bool:
    return ACCESSION.fullmatch(cell) is not None or classify_probe("", cell) in _KINDS


def named_table(table: TextTable, found: Sequence[Resolution], book: MirnaNames, *, typed: bool = False) -> Table:
    """Return a table with the columns of :func:`name_columns` after its own.

    Parameters
    ----------
    table
        The original, whose cells stay as they are (blanks around them aside).
    found
        What became of the name in each row.
    book
        Where that was looked up.
    typed
        True makes numbers of the columns that hold nothing else, for a workbook. In text only those become numbers
        (of twelve digits) that have negative ones, since a text that begins with a minus sign may be a formula.
    """
    columns: dict[str, npt.NDArray[Any]] = {}
    for j, header in enumerate(table.header):
        columns[_free(header or f"column {j + 1}", columns)] = _cells(table.text(j), typed)
    for name, values in name_columns(found, book).items():
        columns[_free(name, columns)] = values
    return Table(columns, tuple(table.notes.items()))


def _free(name: str, taken: Mapping[str, object]) -> str:
    """Return a column's name, or one beside it where the table has that already."""
    if name not in taken:
        return name
    n = 2
    while f"{name} ({n})" in taken:
        n += 1
    return f"{name} ({n})"


def _cells(cells: TextArray, typed: bool) -> npt.NDArray[Any]:
    if not (typed or any(guard_text(cell) != cell for cell in cells)):
        return cells
    present = [cell for cell in cells if cell not in MISSING_CELLS]
    if not present or not all(map(_PLAIN_NUMBER.fullmatch, present)):
        return cells
    if len(present) == len(cells) and all(cell.lstrip("-").isdigit() and len(cell) < 16 for cell in cells):
        return np.array([int(cell) for cell in cells], dtype=np.int64)
    return np.array([np.nan if cell in MISSING_CELLS else float(cell) for cell in cells])


def count_statuses(found: Sequence[Resolution]) -> dict[Status, int]:
    """Count the names of each status, in the order of :class:`Status`, those that occur.

    Examples
    --------
    >>> book = MirnaNames()
    >>> count_statuses([book.resolve("hsa-miR-16-5p"), book.resolve("hsa-miR-16")])
    {<Status.CURRENT: 'current'>: 1, <Status.ARM_MISSING: 'arm missing'>: 1}
    """
    counts = {status: sum(each.status is status for each in found) for status in Status}
    return {status: n for status, n in counts.items() if n}
