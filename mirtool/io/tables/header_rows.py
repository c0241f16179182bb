"""Headers of several rows: a title, a row of groups above or below the sample names, a row of units.

The header row of a plain table is the one with a label column (``ID``, ``Name``, ``miRNA`` …). What stands above
it, at most ten rows, belongs to the header; so do the rows right below it that have text where every other row
has numbers, as long as their own label is blank or a word such as *group* or *unit*: a row of a probe whose
numbers are spoiled is never taken for one of them. The samples are named by the header row, or, where it repeats
a name there (it holds the groups), by another row in which every column has its own name: one labeled
*sample*, else names rather than numbers, else the nearest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.labels import ID_HEADERS, NAME_HEADERS, POSITION_HEADERS, is_number_like
from mirtool.io.tables.opening import n_filled
from mirtool.io.tables.text_tables import MISSING_CELLS, HeaderRows

MOST_ROWS = 10
"""Rows that may be above the header row."""

ROW_LABELS = frozenset(
    {"group", "groups", "class", "condition", "conditions", "treatment", "unit", "units", "sample", "samples",
     "samplename", "sampleid", "type", "tissue", "batch", "patient", "patients", "subject", "cohort", "status",
     "disease", "diagnosis", "sex", "gender", "array", "slide", "chip", "channel", "dye", "label", "title"}
)  # fmt: skip
"""Labels of rows that describe samples."""

_SAMPLE_LABELS = frozenset({"sample", "samples", "samplename", "sampleid", "array"})

_LABEL_HEADERS = ID_HEADERS | NAME_HEADERS
_FOREIGN = re.compile(r"[!^#]|ATF$")
"""Beginnings of the lines above the tables of other formats: GEO's and GenePix's."""

Row = Sequence[str]


def find_header_rows(rows: Sequence[Row]) -> HeaderRows | None:
    """Return True if a plain table has a header of several rows, and what they say.

    Parameters
    ----------
    rows
        The first rows of cells, as they are in the file.

    Returns
    -------
    HeaderRows or None
        None where the header is the first row alone.

    Examples
    --------
    >>> rows = [["", "A", "B"], ["ID", "s1", "s2"], ["unit", "counts", "counts"], ["7", "1", "2"]]
    >>> found = find_header_rows(rows)
    >>> found.names, found.n_rows
    (('ID', 's1', 's2'), 3)
    >>> found.others
    {'header row 1': ('', 'A', 'B'), 'unit': ('unit', 'counts', 'counts')}
    """
    if not rows:
        return None
    width = max(map(n_filled, rows))
    cells = [[cell.strip() for cell in row[:width]] + [""] * (width - len(row)) for row in rows]
    main = _label_row(cells)
    if any(_FOREIGN.match(row[0]) for row in cells[:main]):
        return None
    samples = _number_columns(cells, main)
    last = main
    while last + 1 < len(cells) and samples and _describes(cells[last + 1], samples):
        last += 1
    if last == 0:
        return None
    return _compose(cells[: last + 1], main, samples)


def _label_row(cells: Sequence[Row]) -> int:
    """Return the row with the label columns; without one, the first row whose names are all different."""
    head = cells[: MOST_ROWS + 1]
    for i, row in enumerate(head):
        first = next((fold_header(cell) for cell in row if cell), "")
        if first in _LABEL_HEADERS or (first in POSITION_HEADERS and _LABEL_HEADERS & set(map(fold_header, row))):
            return i
    texts = 0
    while texts < len(head) and not any(is_number_like(cell) for cell in head[texts][1:]):
        texts += 1
    return next((i for i, row in enumerate(head[:texts]) if _names_all(row, range(1, len(row)))), 0)


def _number_columns(cells: Sequence[Row], main: int) -> list[int]:
    """Return the columns that hold numbers below the header row and are no labels."""
    folded = [fold_header(name) for name in cells[main]]
    known = _LABEL_HEADERS | (POSITION_HEADERS if {"row", "column"} <= set(folded) else frozenset())
    below = cells[main + 1 :]
    lower = below[len(below) // 2 :]  # rows of the header, if any, are in the upper half
    return [
        j
        for j, header in enumerate(folded)
        if header not in known
        and not (j == 0 and not header)
        and any(is_number_like(row[j]) for row in below)
        and not _holds_text([row[j] for row in lower])
    ]


def _holds_text(cells: Sequence[str]) -> bool:
    """Return True if most of the cells that are not missing are not numbers."""
    present = [cell for cell in cells if cell not in MISSING_CELLS]
    return 2 * sum(map(is_number_like, present)) < len(present)


def _describes(row: Row, samples: Sequence[int]) -> bool:
    """Return a row that says something about samples from a row of numbers, or one whose numbers are spoiled."""
    values = [row[j] for j in samples]
    labels = [cell for j, cell in enumerate(row) if j not in samples and cell]
    return (
        any(cell not in MISSING_CELLS for cell in values)
        and not any(is_number_like(cell) for cell in values)
        and all(fold_header(label) in ROW_LABELS for label in labels)
    )


def _names_all(row: Row, columns: Sequence[int]) -> bool:
    names = [row[j] for j in columns]
    return bool(names) and all(names) and len(set(names)) == len(names)


def _compose(head: Sequence[Row], main: int, samples: Sequence[int]) -> HeaderRows:
    titles = [i for i, row in enumerate(head[:main]) if sum(map(bool, row)) <= 1]
    others = [i for i in range(len(head)) if i not in titles]

    def preference(i: int) -> tuple[bool, bool, bool, int]:
        """Prefer the header row itself, then one that says *sample*, then names to numbers, then the nearest."""
        says_sample = any(
            fold_header(cell) in _SAMPLE_LABELS for j, cell in enumerate(head[i]) if j not in samples
        )
        has_numbers = any(is_number_like(head[i][j]) for j in samples)
        return i != main, not says_sample, has_numbers, abs(i - main)

    naming = min((i for i in others if _names_all(head[i], samples)), key=preference, default=main)
    names = [head[naming][j] if j in samples else cell for j, cell in enumerate(head[main])]
    described: dict[str, tuple[str, ...]] = {}
    for i in others:
        if i == naming:
            continue
        label = "" if i == main else next((c for j, c in enumerate(head[i]) if c and j not in samples), "")
        while not label or label in described:
            label = f"{label} ({i + 1})" if label else f"header row {i + 1}"
        described[label] = tuple(head[i])
    return HeaderRows(tuple(names), described, tuple("".join(head[i]) for i in titles if any(head[i])), len(head))
