"""A panel's layout beside its wells: which assay is at which position of the plate.

A pre-printed panel (miRCURY, TaqMan) is sold with a table of its positions (``Well, Assay``; a catalog number, an
accession and a sequence may follow), and the instrument, which does not know it, exports ``Well, Sample, Cq``.
Where both are in one file, in two sheets of a workbook or one below the other, the wells get their targets by
position. ``A01`` and ``A1`` are one position; wells that are numbered need a layout that numbers them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mirtool.errors import FormatError
from mirtool.io.arrays.ct_grids import Grid, names_wells_of
from mirtool.io.arrays.ct_words import POSITION_NAMES, TARGET_NAMES, find, fold_ct

_POSITION = re.compile(r"([a-p])0*(\d{1,2})|0*(\d{1,4})", re.IGNORECASE)


def with_layout(wells: Grid, grids: Sequence[Grid]) -> Grid:
    """Return wells without targets with those that a layout among ``grids`` names; else as they are.

    Raises
    ------
    FormatError
        Where a layout names two assays for one position.
    """
    for layout in grids:
        target = find(layout.header, TARGET_NAMES)
        if target is None or names_wells_of(layout.header):
            continue
        own_wells, own_layout = _apart(wells, layout)
        for column in _positions(own_layout):
            assays = _assays(own_layout, column, target)
            for own in _positions(own_wells):
                found = [_key(own_wells.cell(row, own)) for _, row in own_wells.rows]
                if found and any(found) and all(key in assays for key in found if key):
                    named = zip(own_wells.rows, found, strict=True)
                    width = len(own_wells.header)
                    rows = [
                        (line, [*row[:width], *([""] * (width - len(row))), assays.get(key, "")])
                        for (line, row), key in named
                    ]
                    return replace(own_wells, header=[*own_wells.header, "target"], rows=rows)
    return wells


def _apart(wells: Grid, layout: Grid) -> tuple[Grid, Grid]:
    """Return both tables without the rows of the one that is below it in the same sheet."""
    if wells.sheet != layout.sheet:
        return wells, layout
    upper, lower = sorted((wells, layout), key=lambda grid: grid.header_line)
    upper = replace(upper, rows=[(line, row) for line, row in upper.rows if line < lower.header_line])
    return (upper, lower) if wells.header_line < layout.header_line else (lower, upper)


def _positions(grid: Grid) -> Iterator[int]:
    """Return the columns that may hold positions."""
    return (i for i, name in enumerate(grid.header) if fold_ct(name) in POSITION_NAMES)


def _assays(layout: Grid, column: int, target: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for line, row in layout.rows:
        key, name = _key(layout.cell(row, column)), layout.cell(row, target)
        if not key or not name:
            found.setdefault(key, "")
        elif (found.get(key) or name) == name:
            found[key] = name
        else:
            raise FormatError(
                "the layout of the panel names two assays for one position",
                path=layout.path,
                line=line,
                column=layout.header[column],
                found=f"{found[key]} and {name} at {layout.cell(row, column)}",
                expected="one assay for each position",
                hint="keep the layout of the plate that was run; put each plate of a panel into its own file",
            )
    return found


def _key(text: str) -> str:
    """Return a position as it is compared, empty for what is none.

    Examples
    --------
    >>> [_key(text) for text in ("A01", "a1", "007", "H2O")]
    ['A1', 'A1', '7', '']
    """
    match = _POSITION.fullmatch(text.strip())
    if match is None:
        return ""
    return f"{match[1].upper()}{match[2]}" if match[1] else match[3]
